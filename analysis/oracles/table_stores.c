/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Caches: time to live, least recently used, cold, and the fetches of a miss. */
#include <math.h>
#include <stdlib.h>

#include "analysis/oracles/cache_laws.h"
#include "analysis/oracles/cache_model.h"
#include "analysis/oracles/tables.h"
#include "sim/base/check.h"

static const struct cache_model *cache_of(const struct experiment *e)
{
    return e->model;
}

/* Requests of a key during the time to live and during a fetch; all keys are equally popular. */
static double per_ttl(const struct experiment *e)
{
    return cache_of(e)->rate_per_s / cache_of(e)->keys * cache_of(e)->ttl_s;
}

static double per_fetch(const struct experiment *e)
{
    return cache_of(e)->rate_per_s / cache_of(e)->keys * cache_of(e)->fetch_s;
}

/* A cycle is a miss and what comes while its object is fresh. */
static double ttl_hits(const struct experiment *e, double at)
{
    return per_ttl(e) / (1.0 + per_ttl(e));
}

/* A hit is a gap shorter than the time to live. */
static double ttl_from_use_hits(const struct experiment *e, double at)
{
    return -expm1(-per_ttl(e));
}

/* A cycle: the miss, those who join its fetch, those who come while the object is fresh. */
static double coalesced_fetches(const struct experiment *e, double at)
{
    return 1.0 / (1.0 + per_fetch(e) + per_ttl(e));
}

static double coalesced_joins(const struct experiment *e, double at)
{
    return per_fetch(e) * coalesced_fetches(e, at);
}

/* All who come during the first fetch fetch too, and the last of them begins the last time to live: it comes at L,
 * E L = D - (1 - exp(-lambda D)) / lambda, and the object is fresh from D until L + D + ttl. */
static double crowd_fetches(const struct experiment *e, double at)
{
    const double misses = 1.0 + per_fetch(e), last = per_fetch(e) + expm1(-per_fetch(e));
    return misses / (misses + last + per_ttl(e));
}

static double by_popularity(const struct experiment *e,
                            double (*law)(const struct cache_model *m, const double *popularity))
{
    const struct cache_model *m = cache_of(e);
    double *popularity = malloc(m->keys * sizeof *popularity);
    CHECK(popularity, "no memory for a catalogue");
    zipf_popularity(m->exponent, m->keys, popularity);
    const double value = law(m, popularity);
    free(popularity);
    return value;
}

static double exact_of(const struct cache_model *m, const double *popularity)
{
    return lru_hits_exact(popularity, m->keys, m->objects);
}

static double by_time_of(const struct cache_model *m, const double *popularity)
{
    return lru_hits_by_time(popularity, m->keys, m->objects);
}

static double cold_of(const struct cache_model *m, const double *popularity)
{
    return cold_hits(popularity, m->keys, m->rate_per_s, m->clear_every_s);
}

static double lru_exact(const struct experiment *e, double at)
{
    return by_popularity(e, exact_of);
}

static double lru_by_time(const struct experiment *e, double at)
{
    return by_popularity(e, by_time_of);
}

static double cold_start(const struct experiment *e, double at)
{
    return by_popularity(e, cold_of);
}

#define CACHE(...) \
    .kind = &cache_kind, .model = &(const struct cache_model) \
    { \
        __VA_ARGS__ \
    }
#define CHARACTERISTIC "sum of p (1 - exp(-p t)), t the characteristic time"

const struct experiment table_stores[] = {
    { .system = "cache, time to live 10 s from the fill, 0.1 requests per second and key",
      CACHE(.keys = 100, .rate_per_s = 10.0, .objects = 100, .ttl_s = 10.0, .requests = 100000),
      .replications = 20,
      .oracles = { { CACHE_HITS, 0, ttl_hits, "lambda T / (1 + lambda T)", "[CIN-75] 9", .precision = 0.003 } } },
    { .system = "cache, time to live 5 s from the last use, 0.1 requests per second and key",
      CACHE(.keys = 100, .rate_per_s = 10.0, .objects = 100, .ttl_s = 5.0, .ttl_from_use = true, .requests = 100000),
      .replications = 20,
      .oracles = { { CACHE_HITS, 0, ttl_from_use_hits, "1 - exp(-lambda T)", "[CIN-75] 9", .precision = 0.005 } } },
    { .system = "cache that is cleared every 60 s, 200 keys, Zipf 1.0, 4 requests per second",
      CACHE(.keys = 200, .exponent = 1.0, .rate_per_s = 4.0, .objects = 200, .clear_every_s = 60.0, .requests = 200000),
      .replications = 20,
      .oracles = { { CACHE_HITS, 0, cold_start, "requests after a key's first", "[CIN-75] 4", .precision = 0.003 } } },
    { .system = "cache of 4 of 10 keys, least recently used out, Zipf 1.0",
      CACHE(.keys = 10, .exponent = 1.0, .rate_per_s = 1.0, .objects = 4, .requests = 200000),
      .replications = 20,
      .oracles = { { CACHE_HITS, 0, lru_exact, "sum over all orders of the contents", "[KIN-71]",
                     .precision = 0.004 } } },
    { .system = "cache of 3 of 12 keys, least recently used out, Zipf 1.5",
      CACHE(.keys = 12, .exponent = 1.5, .rate_per_s = 1.0, .objects = 3, .requests = 200000),
      .replications = 20,
      .oracles = { { CACHE_HITS, 0, lru_exact, "sum over all orders of the contents", "[KIN-71]",
                     .precision = 0.004 } } },
    { .system = "cache of 1,000 of 20,000 keys, least recently used out, Zipf 0.8",
      CACHE(.keys = 20000, .exponent = 0.8, .rate_per_s = 1.0, .objects = 1000, .requests = 200000),
      .replications = 20,
      .oracles = { { CACHE_HITS, 0, lru_by_time, CHARACTERISTIC, "[CTW-02], [FRR-12]", .precision = 0.003,
                     .allowance = 0.001 } } },
    { .system = "cache of 1,000 of 20,000 keys, least recently used out, Zipf 1.0",
      CACHE(.keys = 20000, .exponent = 1.0, .rate_per_s = 1.0, .objects = 1000, .requests = 200000),
      .replications = 20,
      .oracles = { { CACHE_HITS, 0, lru_by_time, CHARACTERISTIC, "[CTW-02], [FRR-12]", .precision = 0.003,
                     .allowance = 0.001 } } },
    { .system = "cache of 1,000 of 20,000 keys, least recently used out, Zipf 1.2",
      CACHE(.keys = 20000, .exponent = 1.2, .rate_per_s = 1.0, .objects = 1000, .requests = 200000),
      .replications = 20,
      .oracles = { { CACHE_HITS, 0, lru_by_time, CHARACTERISTIC, "[CTW-02], [FRR-12]", .precision = 0.002,
                     .allowance = 0.001 } } },
    { .system = "cache, fetches of 1 s that others join, fresh for 0.5 s, 1 request per second and key",
      CACHE(.keys = 50, .rate_per_s = 50.0, .objects = 50, .ttl_s = 0.5, .fetch_s = 1.0, .coalesce = true,
            .requests = 200000),
      .replications = 20,
      .oracles = { { CACHE_FETCHES, 0, coalesced_fetches, "1 / (1 + lambda (D + T))", "[CIN-75] 9",
                     .precision = 0.003 },
                   { CACHE_JOINED, 0, coalesced_joins, "lambda D / (1 + lambda (D + T))", "[CIN-75] 9",
                     .precision = 0.004 } } },
    { .system = "cache, fetches of 0.5 s that nobody joins, fresh for 3 s, 1 request per second and key",
      CACHE(.keys = 50, .rate_per_s = 50.0, .objects = 50, .ttl_s = 3.0, .fetch_s = 0.5, .requests = 200000),
      .replications = 20,
      .oracles = { { CACHE_FETCHES, 0, crowd_fetches, "(1 + lambda D) / (1 + lambda (D + E L + T))", "[CIN-75] 9",
                     .precision = 0.004 } } },
    { .system = NULL },
};
