/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/oracles/cache_model.h"

#include "sim/arrivals.h"
#include "sim/base/check.h"
#include "sim/number.h"
#include "sim/store.h"

static const char *const FIGURES[][2] = {
    [CACHE_HITS] = { "share of hits", NULL },
    [CACHE_FETCHES] = { "fetches per request", NULL },
    [CACHE_JOINED] = { "share that joins a fetch", NULL },
};

enum { FETCHES = 1 << 12, GUIDE = 1 << 12 };

struct cache {
    struct store store;
    double *below;         /* sum of the popularities up to each rank, the last one 1 */
    uint32_t guide[GUIDE]; /* first rank of each equal part of the sum */
    struct {
        sim_time ends;
        uint64_t key;
    } fetches[FETCHES]; /* all take equally long: a ring */
    uint32_t first, last;
};

static void catalogue_init(struct cache *c, const struct cache_model *m, double exponent, struct arena *arena)
{
    c->below = ARENA_ARRAY(arena, double, m->keys);
    double sum = 0.0;
    for (uint32_t k = 0; k < m->keys; k++)
        c->below[k] = sum += number_pow(k + 1, -exponent);
    for (uint32_t k = 0; k < m->keys; k++)
        c->below[k] /= sum;
    c->below[m->keys - 1] = 1.0;
    for (uint32_t part = 0, k = 0; part < GUIDE; part++) {
        while (c->below[k] * GUIDE < part)
            k++;
        c->guide[part] = k;
    }
}

static uint32_t key_of(const struct cache *c, uint64_t bits)
{
    const double u = draw_unit(bits);
    uint32_t k = c->guide[(uint32_t)(u * GUIDE)];
    while (c->below[k] < u)
        k++;
    return k;
}

static void end_fetches(struct cache *c, sim_time now)
{
    for (; c->first != c->last && c->fetches[c->first % FETCHES].ends <= now; c->first++) {
        uint32_t chain = store_fill(&c->store, c->fetches[c->first % FETCHES].ends, c->fetches[c->first % FETCHES].key,
                                    1);
        while (store_waiter(&c->store, &chain) != STORE_NONE)
            ;
    }
}

static void request(struct cache *c, sim_time now, uint64_t key, sim_time fetch)
{
    const enum store_verdict verdict = store_look_up(&c->store, now, key, 0);
    if (verdict == STORE_HIT || verdict == STORE_JOINED)
        return;
    CHECK(c->last - c->first < FETCHES, "too many fetches in flight for an experiment");
    c->fetches[c->last % FETCHES].ends = now + fetch;
    c->fetches[c->last++ % FETCHES].key = key;
    end_fetches(c, now); /* a fetch in no time */
}

/* The store's counts at the end of the warm-up are in *before. */
static void run(struct cache *c, const struct cache_model *m, double rate, struct draw_key key, struct arena *arena,
                struct store *before)
{
    const struct rate_knot knots[] = { { 0, m->rate_per_s * rate }, { 1000 * SIM_DAY, m->rate_per_s * rate } };
    const sim_time fetch = (sim_time)(m->fetch_s * 1e9), clear_every = (sim_time)(m->clear_every_s * 1e9);
    const uint32_t place = draw_place("key");
    struct arrivals arrivals;
    arrivals_init(&arrivals, arena, knots, 2, key, draw_place("arrivals"));
    sim_time clear_at = clear_every ? clear_every : SIM_NEVER;
    for (uint64_t i = 0; i < m->requests; i++) {
        const sim_time now = arrivals_next(&arrivals);
        for (; clear_at <= now; clear_at += clear_every)
            store_clear(&c->store, clear_at);
        end_fetches(c, now);
        if (i == m->requests / 5)
            *before = c->store;
        request(c, now, key_of(c, draw_at(key, i, place, 0).a), fetch);
    }
}

static void simulate(const struct experiment *e, double rate, uint32_t replication, double *values)
{
    const struct cache_model *m = e->model;
    const struct store_config config = { .objects = m->objects,
                                         .bytes = UINT64_MAX,
                                         .ttl = m->ttl_s > 0.0 ? (sim_time)(m->ttl_s * 1e9) : SIM_NEVER,
                                         .ttl_from_use = m->ttl_from_use,
                                         .coalesce = m->coalesce,
                                         .fetches = FETCHES };
    struct arena arena;
    struct store before = { 0 };
    arena_init(&arena);
    struct cache *c = ARENA_NEW(&arena, struct cache);
    store_init(&c->store, &arena, &config, 0);
    catalogue_init(c, m, m->exponent * rate, &arena);
    run(c, m, rate, draw_key_make(experiment_seed(e), replication), &arena, &before);
    const uint64_t after_warm_up = m->requests - m->requests / 5;
    const double requests = (double)after_warm_up;
    const double shares[] = {
        [CACHE_HITS] = (double)(c->store.hits - before.hits) / requests,
        [CACHE_FETCHES] = (double)(c->store.misses + c->store.alone - before.misses - before.alone) / requests,
        [CACHE_JOINED] = (double)(c->store.joined - before.joined) / requests,
    };
    for (int i = 0; e->oracles[i].theory; i++)
        values[i] = shares[e->oracles[i].figure];
    CHECK(store_is_sane(&c->store), "a store of an experiment");
    arena_fini(&arena);
}

const struct model_kind cache_kind = { FIGURES, simulate };
