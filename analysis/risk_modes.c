/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/risk_modes.h"

#include <string.h>

#include "models/asg.h"
#include "models/elasticache.h"
#include "models/rds.h"
#include "sim/base/check.h"
#include "sim/base/text.h"

enum { SOURCES_MAX = 256 };

struct list {
    const struct scenario *sc;
    struct arena *arena;
    struct risk_source *sources;
    int count;
};

static struct dist dist_of(struct list *l, const char *text)
{
    struct dist dist;
    struct diag diag;
    diag_init(&diag, l->arena);
    CHECK(dist_parse(&dist, text, (struct mark){ 0 }, ".", l->arena, &diag), "a default duration does not parse");
    return dist;
}

/* A mode whose events take one of `places`; its rate is filled in by the caller. */
static struct risk_source *add(struct list *l, const char *name, const char *source, const char *lasts,
                               struct fault_config *places, int place_count)
{
    if (place_count == 0 || l->count == SOURCES_MAX)
        return NULL;
    struct risk_source *s = &l->sources[l->count++];
    *s = (struct risk_source){ .name = name, .source = source, .places = places, .place_count = place_count };
    s->lasts = dist_of(l, lasts);
    for (int p = 0; p < place_count; p++) {
        places[p].name = name;
        if (places[p].share <= 0.0)
            places[p].share = 1.0; /* of what it is about */
    }
    return s;
}

/* So many events were seen in so many years of one thing; there are `things`. */
static void counted(struct risk_source *s, double seen, double years, double things)
{
    if (!s)
        return;
    s->seen = seen;
    s->years = years / things;
    s->per_year = (seen + 0.5) / s->years;
}

static void guessed(struct risk_source *s, double per_year)
{
    if (s)
        s->per_year = per_year;
}

/* ---- zones and regions ---- */

static bool is_us_east_1(const struct region *region)
{
    return text_equal(region->name, "us-east-1");
}

/* Half of the published events hit a tenth of their zone, a quarter 40 %, a quarter all of it: what we have there is hit
 * with probability 0.5 x 0.1 + 0.25 x 0.4 + 0.25 x 1. Outages, sec. 5.2, limit 4. */
static const double SHARE_HIT = 0.4;

/* Everybody launches elsewhere at once: AWS behaviour, sec. 20.1, correlation rules. */
static void impair_launches(struct fault_config *fault)
{
    fault->launches.present = true;
    fault->launches.zone_fails = true;
    fault->launches.region_latency = 3.0;
    fault->launches.region_errors = 0.1;
}

static void zones(struct list *l)
{
    const struct scenario *sc = l->sc;
    for (int r = 0; r < sc->region_count; r++) {
        struct region *region = &sc->regions[r];
        struct fault_config *places = ARENA_ARRAY(l->arena, struct fault_config, region->zones);
        for (int z = 0; z < (int)region->zones; z++) {
            places[z] = (struct fault_config){ .kind = FAULT_POWER,
                                               .zone = { .name = region->zone_names[z], .target = region },
                                               .zone_index = z };
            impair_launches(&places[z]);
        }
        const bool east = is_us_east_1(region);
        struct risk_source *s = add(
            l, arena_printf(l->arena, "a zone of %s", region->name),
            east ? "9 published zonal events in 86.5 zone-years of us-east-1; 40 % of them hit what "
                   "one has there; durations: lognormal fit of 15 events"
                 : "7 published zonal events in 738.8 zone-years outside us-east-1; 40 % of them "
                   "hit what one has there; durations: lognormal fit of 15 events",
            "lognormal(median=246m p95=1418m)", places, (int)region->zones);
        counted(s, east ? 9 : 7, (east ? 86.5 : 738.8) / SHARE_HIT, (double)region->zones);
    }
}

/* Half an event in five years that was seen would be one: slow and lossy, and health checks half green. */
static void grey_zones(struct list *l)
{
    const struct scenario *sc = l->sc;
    for (int r = 0; r < sc->region_count; r++) {
        struct region *region = &sc->regions[r];
        struct fault_config *places = ARENA_ARRAY(l->arena, struct fault_config, region->zones);
        for (int z = 0; z < (int)region->zones; z++)
            places[z] = (struct fault_config){ .kind = FAULT_GREY,
                                               .zone = { .name = region->zone_names[z], .target = region },
                                               .zone_index = z,
                                               .factor = 3.0,
                                               .share = 0.1 };
        guessed(add(l, arena_printf(l->arena, "a grey zone of %s", region->name),
                    "assumed: 0.1 a year and zone; three times slower and 10 % lost, for 45 min (p95 4 h)",
                    "lognormal(median=45m p95=240m)", places, (int)region->zones),
                0.1 * (double)region->zones);
    }
}

static struct fault_config *region_place(struct list *l, struct region *region, int kind)
{
    struct fault_config *place = ARENA_NEW(l->arena, struct fault_config);
    *place = (struct fault_config){
        .kind = kind, .region = { .name = region->name, .target = region }, .zone_index = -1, .share = 1.0
    };
    return place;
}

static void regions(struct list *l)
{
    for (int r = 0; r < l->sc->region_count; r++) {
        struct region *region = &l->sc->regions[r];
        counted(add(l, arena_printf(l->arena, "the network of %s", region->name),
                    "2 published losses of a region's internet connection in 263.8 region-years, 35 and 75 min",
                    "lognormal(median=50m p95=90m)", region_place(l, region, FAULT_NETWORK), 1),
                2, 263.8, 1);
        guessed(add(l, arena_printf(l->arena, "all of %s", region->name),
                    "assumed: a region is lost for a day once in a thousand years", "24h",
                    region_place(l, region, FAULT_POWER), 1),
                0.001);
    }
}

/* ---- components ---- */

static struct fault_config *place_of(struct list *l, int kind, const struct component *c)
{
    struct fault_config *place = ARENA_NEW(l->arena, struct fault_config);
    *place = (struct fault_config){
        .kind = kind, .component = { .name = c->name, .target = (void *)c }, .zone_index = -1, .instances = 1
    };
    return place;
}

static void instances(struct list *l)
{
    for (int f = 0; f < l->sc->by_kind_count[KIND_ASG]; f++) {
        const struct component *c = l->sc->by_kind[KIND_ASG][f];
        const double size = (double)((const struct asg_config *)c->config)->size.desired;
        guessed(add(l, arena_printf(l->arena, "an instance of %s", c->name),
                    "assumed: 2 % of instances a year fail in hardware, 5 % hang; times the desired size", "10m",
                    place_of(l, FAULT_CRASH, c), size > 0 ? 1 : 0),
                0.07 * size);
    }
}

static void databases(struct list *l)
{
    for (int d = 0; d < l->sc->by_kind_count[KIND_RDS]; d++) {
        const struct component *c = l->sc->by_kind[KIND_RDS][d];
        guessed(
            add(l, arena_printf(l->arena, "the primary of %s", c->name),
                "assumed: 0.5 unplanned failures of a primary a year; without a standby its host is replaced in 15 min "
                "(p95 an hour)",
                "lognormal(median=15m p95=60m)", place_of(l, FAULT_DOWN, c), 1),
            0.5);
    }
}

static void caches(struct list *l)
{
    for (int n = 0; n < l->sc->by_kind_count[KIND_ELASTICACHE]; n++) {
        const struct component *c = l->sc->by_kind[KIND_ELASTICACHE][n];
        const struct elasticache_config *config = c->config;
        guessed(add(l, arena_printf(l->arena, "a primary node of %s", c->name), "assumed: 2 % of nodes fail in a year",
                    "10m", place_of(l, FAULT_DOWN, c), 1),
                0.02 * (double)config->shards);
    }
}

static void dependencies(struct list *l)
{
    for (int s = 0; s < l->sc->service_count; s++) {
        struct service_config *service = &l->sc->services[s];
        if (!service->external)
            continue;
        struct fault_config *place = ARENA_NEW(l->arena, struct fault_config);
        *place = (struct fault_config){ .kind = FAULT_DOWN,
                                        .component = { .name = service->name, .target = service },
                                        .zone_index = -1 };
        guessed(add(l, service->name,
                    "assumed: four outages of a dependency a year, of a quarter of an hour (p95 an hour and a half)",
                    "lognormal(median=15m p95=90m)", place, 1),
                4.0);
    }
}

/* What the scenario itself says comes at random. */
static void own_faults(struct list *l)
{
    static const double S_PER_YEAR = 365.0 * 86400.0;
    for (int f = 0; f < l->sc->fault_count; f++) {
        const struct fault_config *fault = &l->sc->faults[f];
        if (!fault->random)
            continue;
        struct fault_config *place = ARENA_NEW(l->arena, struct fault_config);
        *place = *fault;
        place->random = place->lasts_random = false;
        struct risk_source *s = add(l, fault->name, "the scenario's own fault with a rate", "10m", place, 1);
        if (s && fault->law.text)
            s->lasts = fault->law;
        guessed(s, fault->rate_per_s * S_PER_YEAR);
    }
}

struct risk_sources risk_sources_of(const struct scenario *sc, struct arena *arena)
{
    struct list l = { .sc = sc, .arena = arena };
    l.sources = ARENA_ARRAY(arena, struct risk_source, SOURCES_MAX);
    zones(&l);
    grey_zones(&l);
    regions(&l);
    databases(&l);
    caches(&l);
    instances(&l);
    dependencies(&l);
    own_faults(&l);
    return (struct risk_sources){ .count = l.count, .list = l.sources };
}
