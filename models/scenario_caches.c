/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scenario_caches -- caches whose hit ratio is not given: what fits, what is asked for, and the hit ratio of the long run
 * at the day's mean rate, which everything that reckons on the back of an envelope takes for theirs.
 */
#include <inttypes.h>
#include <math.h>

#include "models/catalogue/catalogue.h"
#include "models/cloudfront.h"
#include "models/demand.h"
#include "models/elasticache.h"
#include "models/rds.h"
#include "models/s3.h"
#include "models/scenario_read.h"
#include "sim/base/text.h"
#include "sim/base/units.h"

struct caches {
    struct scenario *sc;
    struct param_reader *reader;
};

/* What the gets of a cache with keys say. */
struct gets {
    int count, fills;
    int64_t value_sum;
    bool ok;
};

static bool is_keyed(const struct component *c)
{
    return c && ((const struct elasticache_config *)c->config)->keys > 0;
}

static void look_at(const struct caches *caches, const struct component *cache, const struct component *outside,
                    const struct tagged *steps, int count, struct gets *found)
{
    struct diag *diag = caches->reader->diag;
    for (int i = 0; i < count; i++) {
        const struct step_get *get = steps[i].variant == STEP_GET ? steps[i].config : NULL;
        if (!get)
            continue;
        const struct component *from = get->from.target;
        look_at(caches, cache, is_keyed(from) ? from : outside, get->miss, get->miss_count, found);
        if (from != cache->home)
            continue;
        found->count++;
        found->fills += get->fill;
        found->value_sum += get->value;
        if (get->hit_ratio_set)
            found->ok = diag_error(diag, get->from.at, "this get has a hit_ratio, but that of '%s' comes from its keys",
                                   cache->name);
        if (outside) {
            found->ok = diag_error(diag, get->from.at, "'%s' is asked after a miss of '%s', and both have keys",
                                   cache->name, outside->name);
            diag_hint(diag, "give one of them a hit_ratio instead");
        }
    }
}

static struct gets gets_of(const struct caches *caches, const struct component *cache)
{
    struct gets found = { .ok = true };
    for (int s = 0; s < caches->sc->service_count; s++)
        for (int o = 0; o < caches->sc->services[s].operation_count; o++) {
            const struct operation_config *operation = &caches->sc->services[s].operations[o];
            look_at(caches, cache, NULL, operation->steps, operation->step_count, &found);
        }
    return found;
}

static bool check_cache(const struct caches *caches, const struct component *c, const struct gets *gets,
                        double *exponent)
{
    const struct elasticache_config *config = c->config;
    struct diag *diag = caches->reader->diag;
    bool ok = gets->ok;
    if (!contents_exponent(config->popularity, exponent)) {
        ok = diag_error(diag, config->popularity_at, "'%s' is not a law of popularity", config->popularity);
        diag_hint(diag, "write zipf(0.9), with an exponent from 0 (all keys alike) to 3");
    }
    if (config->hit_ratio_set)
        ok = diag_error(diag, config->keys_at, "'%s' has keys and a hit_ratio: one follows from the other", c->name);
    if (config->refill_set)
        ok = diag_error(diag, config->keys_at, "'%s' has keys and a refill: it warms as its keys come back", c->name);
    if (gets->count > 0 && gets->fills == 0) {
        ok = diag_error(diag, config->keys_at, "no get fills '%s': it would stay empty", c->name);
        diag_hint(diag, "remove fill: false from one of its gets, or give a hit_ratio");
    }
    return ok;
}

/* Keys that fit into the primaries of all shards. */
static double room_of(const struct elasticache_config *config, int64_t value)
{
    const double usable = (double)catalogue_cache(config->node)->memory_bytes * (1.0 - config->reserved);
    return (double)config->shards * usable / (double)(value + config->overhead);
}

/* What the databases would be asked for at the day's peak if every get missed. */
static void reckon_cold(const struct scenario *sc, struct elasticache_config *config, const struct demand_day *day)
{
    config->hit_ratio = 0.0;
    for (int i = 0; i < sc->by_kind_count[KIND_RDS]; i++) {
        const struct component *db = sc->by_kind[KIND_RDS][i];
        const struct rds_config *rds = db->config;
        const double vcpus = catalogue_reference_vcpus(catalogue_db(rds->instance));
        const double readers = rds->read_replicas ? (double)rds->read_replicas : 1.0;
        const double load = demand_of_service(day, NULL, demand_read_s, db).peak / vcpus / readers;
        if (load > config->cold_load) {
            config->cold_load = load;
            config->cold_database = db;
        }
    }
}

static void settle(const struct caches *caches, struct component *c, const struct gets *gets, double exponent)
{
    struct elasticache_config *config = c->config;
    struct contents *contents = ARENA_NEW(caches->reader->arena, struct contents);
    contents_init(contents, caches->reader->arena, config->keys, exponent, CONTENTS_HOT);
    if (config->value == 0)
        config->value = gets->count ? gets->value_sum / gets->count : 1000;
    config->contents = contents;
    config->room = room_of(config, config->value);
    struct arena scratch;
    arena_init(&scratch);
    const struct demand_day day = demand_day_of(caches->sc, &scratch);
    const double gets_per_s = demand_of_service(&day, NULL, demand_gets, c->home).mean;
    config->gets_per_s = c == c->home ? gets_per_s : 0.0; /* of another region: nobody has asked it yet */
    reckon_cold(caches->sc, config, &day);
    arena_fini(&scratch);
    const struct contents_steady steady = contents_steady(
        contents, gets_per_s, config->ttl ? (double)config->ttl / 1e9 : INFINITY, config->room);
    config->hit_ratio = steady.hit_ratio;
    config->time_s = steady.time_s;
}

/* ---- the CDN ---- */

static bool check_distribution(const struct caches *caches, const struct component *c, double *exponent)
{
    const struct cloudfront_config *config = c->config;
    struct diag *diag = caches->reader->diag;
    bool ok = true;
    if (!contents_exponent(config->popularity, exponent)) {
        ok = diag_error(diag, config->popularity_at, "'%s' is not a law of popularity", config->popularity);
        diag_hint(diag, "write zipf(0.8), with an exponent from 0 (all objects alike) to 3");
    }
    if (config->hit_ratio_set)
        ok = diag_error(diag, config->objects_at, "'%s' has objects and a hit_ratio: one follows from the other",
                        c->name);
    return ok;
}

/* Objects per second that viewers ask the edge for, and their mean size. */
static double objects_of(const struct scenario *sc, const struct demand_day *day, double *bytes)
{
    double per_s = 0.0, bytes_per_s = 0.0;
    for (int i = 0; i < sc->population_count; i++) {
        const struct population *p = &sc->populations[i];
        for (int m = 0; m < p->mix_count && p->page.present; m++) {
            if (p->mix[m].operation != p->page.on_ref.target)
                continue;
            const double pages = day->mean_per_s[i] * p->mix[m].share * (1.0 - p->page.browser_cache);
            per_s += pages * (double)p->page.objects;
            bytes_per_s += pages * (double)p->page.bytes;
        }
    }
    *bytes = per_s > 0.0 ? bytes_per_s / per_s : 1.0;
    return per_s;
}

static void settle_distribution(const struct caches *caches, struct component *c, double exponent)
{
    struct cloudfront_config *config = c->config;
    struct arena scratch;
    arena_init(&scratch);
    const struct demand_day day = demand_day_of(caches->sc, &scratch);
    double bytes = 1.0;
    config->exponent = exponent;
    config->objects_per_s = objects_of(caches->sc, &day, &bytes);
    config->room = config->edge_storage ? (double)config->edge_storage / bytes : INFINITY;
    const struct component *bucket = config->origins.fixed.target;
    config->fetch_s = (config->origin_rtt.mean_ns +
                       (bucket ? ((const struct s3_config *)bucket->config)->first_byte.mean_ns : 0.0)) /
                      1e9;
    const struct edge_rules rules = cloudfront_rules(config);
    struct edge_cache edge;
    edge_cache_init(&edge, &scratch, &rules, config->objects_per_s);
    config->hit_ratio = edge.hit_ratio;
    config->regional_share = edge.regional;
    arena_fini(&scratch);
}

/* An origin group: the balancer of the same name in another region. */
static bool resolve_failover(const struct caches *caches, struct component *c)
{
    struct cloudfront_config *config = c->config;
    struct diag *diag = caches->reader->diag;
    const struct component *primary = config->origins.dynamic.target;
    const struct scenario *sc = caches->sc;
    if (!config->origins.failover[0] || !primary)
        return true;
    if (primary->kind != KIND_ALB)
        return diag_error(diag, config->origins.dynamic.at, "an origin group has a balancer as its primary, not '%s'",
                          primary->name);
    for (int r = 0; r < sc->region_count; r++)
        if (text_equal(sc->regions[r].name, config->origins.failover) && &sc->regions[r] != primary->region)
            config->origins.secondary = scenario_in_region(sc, primary, &sc->regions[r]);
    if (config->origins.secondary)
        return true;
    diag_error(diag, config->origins.dynamic.at, "'%s' is not another region with a balancer '%s'",
               config->origins.failover, primary->local);
    return diag_hint(diag, "an origin group fails over to a region like the first one");
}

static bool resolve_distributions(const struct caches *caches, bool ok)
{
    for (int i = 0; i < caches->sc->by_kind_count[KIND_CLOUDFRONT]; i++) {
        struct component *c = caches->sc->by_kind[KIND_CLOUDFRONT][i];
        double exponent = 0.0;
        if (!c->readable)
            continue;
        ok = resolve_failover(caches, c) && ok;
        if (((const struct cloudfront_config *)c->config)->objects == 0)
            continue;
        ok = check_distribution(caches, c, &exponent) && ok;
        if (ok)
            settle_distribution(caches, c, exponent);
    }
    return ok;
}

/* ---- all of them ---- */

bool scenario_resolve_caches(struct scenario *sc, struct param_reader *reader, bool ok)
{
    const struct caches caches = { .sc = sc, .reader = reader };
    ok = ok && reader->diag->errors == 0; /* what could not be read was reported, and has no value */
    ok = resolve_distributions(&caches, ok);
    for (int i = 0; i < sc->by_kind_count[KIND_ELASTICACHE]; i++) {
        struct component *c = sc->by_kind[KIND_ELASTICACHE][i];
        if (!c->readable || !is_keyed(c))
            continue;
        const struct gets gets = gets_of(&caches, c);
        double exponent = 0.0;
        ok = check_cache(&caches, c, &gets, &exponent) && ok;
        if (ok)
            settle(&caches, c, &gets, exponent);
    }
    return ok;
}

void scenario_explain_caches(const struct scenario *sc, FILE *out)
{
    bool first = true;
    for (int i = 0; i < sc->by_kind_count[KIND_CLOUDFRONT]; i++) {
        const struct component *c = sc->by_kind[KIND_CLOUDFRONT][i];
        const struct cloudfront_config *config = c->config;
        if (config->objects == 0)
            continue;
        fprintf(
            out,
            "%s  %-15s %.4g objects by %s; of %.4g/s the edge hits %.4g%%, regional caches answer %.4g%% of the rest\n",
            first ? "\ncaches\n" : "", c->name, (double)config->objects, config->popularity, config->objects_per_s,
            100.0 * config->hit_ratio, 100.0 * config->regional_share);
        first = false;
    }
    for (int i = 0; i < sc->by_kind_count[KIND_ELASTICACHE]; i++) {
        const struct component *c = sc->by_kind[KIND_ELASTICACHE][i];
        const struct elasticache_config *config = c->config;
        if (config->keys == 0)
            continue;
        char text[64];
        fprintf(out, "%s  %-15s %.4g keys by %s, room for %.4g; %.4g gets/s hit %.4g%%\n", first ? "\ncaches\n" : "",
                c->name, (double)config->keys, config->popularity, config->room, config->gets_per_s,
                100.0 * config->hit_ratio);
        fprintf(out, "                  %s%s%s", config->ttl ? "expire after " : "never expire",
                config->ttl ? duration_to_text(config->ttl, text, sizeof(text)) : "",
                isinf(config->time_s) ? ", none evicted" : "");
        if (!isinf(config->time_s))
            fprintf(out, ", evicted after %.4g s without a get", config->time_s);
        fprintf(out, "; %s\n", config->coalesce ? "one fetch of a key at a time" : "all who miss a key fetch it");
        first = false;
    }
}
