/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario_faults -- faults as they are written: their table, the places that each kind may have, their names. */
#include "models/cloudfront.h"
#include "models/elasticache.h"
#include "models/scenario_read.h"
#include "models/scenario_tables.h"
#include "sim/base/text.h"

static const char *const KINDS[] = { [FAULT_POWER] = "power",
                                     [FAULT_CRASH] = "crash",
                                     [FAULT_SLOW] = "slow",
                                     [FAULT_DOWN] = "down",
                                     [FAULT_NETWORK] = "network",
                                     [FAULT_GREY] = "grey",
                                     [FAULT_CONTROL_PLANE] = "control_plane",
                                     [FAULT_DNS] = "dns",
                                     [FAULT_SURGE] = "surge",
                                     [FAULT_FLUSH] = "flush",
                                     NULL };
static const char *const LAUNCHES[] = { "ok", "fail", NULL };
static const char *const METRICS[] = { "ok", "missing", NULL };
static const char *const CHANGES[] = { "ok", "stopped", NULL };

const char *fault_kind_name(enum fault_kind kind)
{
    return KINDS[kind];
}

/* A parameter is a row and reads as one. */
/* clang-format off */

/* The offset of a member within a block that is a member itself. */
#define WITHIN(type, block, member) (AT(type, block.member) - AT(type, block)) /* NOLINT(bugprone-macro-parentheses) */
#define LAUNCH_FAULT(member) WITHIN(fault_config, launches, member)

static const struct param launch_region_params[] = {
    { .name = "latency", .kind = PARAM_FACTOR, .offset = WITHIN(fault_config, launches.region, latency), .def = "x1",
      .min = "1", .max = "1000", .doc = "launches take so many times longer", .source = "scenario" },
    { .name = "errors", .kind = PARAM_SHARE, .offset = WITHIN(fault_config, launches.region, errors), .def = "0%",
      .min = "0%", .max = "100%", .doc = "share of launches that fail", .source = "scenario" },
    { .name = "limit", .kind = PARAM_RATE, .offset = WITHIN(fault_config, launches.region, limit), .def = "",
      .min = "1/h", .max = "1k/s", .doc = "launches are throttled to so many in the region; those beyond fail",
      .source = "assumed; outages sec. 4: a throttled control plane" },
    PARAM_END,
};

static const struct param fault_launch_params[] = {
    { .name = "zone", .kind = PARAM_CHOICE, .offset = LAUNCH_FAULT(zone), .def = "ok", .choices = LAUNCHES,
      .doc = "launches in the zone itself", .source = "scenario" },
    { .name = "region", .kind = PARAM_BLOCK, .offset = LAUNCH_FAULT(region), .def = "", .sub = launch_region_params,
      .doc = "launches elsewhere in the region", .source = "scenario" },
    PARAM_END,
};

static const struct param fault_tail_params[] = {
    { .name = "after", .kind = PARAM_DURATION, .offset = WITHIN(fault_config, tail, after), .def = "15m", .min = "0s",
      .max = "7d", .doc = "nothing is back for so long after the trigger is gone",
      .source = "outages sec. 4: no instance for 10-20 min after power" },
    { .name = "over", .kind = PARAM_DURATION, .offset = WITHIN(fault_config, tail, over), .def = "75m", .min = "1s",
      .max = "7d", .doc = "then hosts come back one after the other, the last one so much later",
      .source = "outages sec. 4: 80 % in about 75 min (2016-06-04)" },
    PARAM_END,
};

/* Rows that a fault and what fails with it have in common. */
#define FAULT_PLACE_ROWS \
    { .name = "zone", .kind = PARAM_REF, .offset = AT(fault_config, zone), .def = "", .refs = "zone", \
      .doc = "what fails: an availability zone", .source = "scenario" }, \
    { .name = "region", .kind = PARAM_REF, .offset = AT(fault_config, region), .def = "", .refs = "region", \
      .doc = "or a region: all its zones, or its control plane", .source = "scenario" }, \
    { .name = "component", .kind = PARAM_REF, .offset = AT(fault_config, component), .def = "", \
      .refs = "asg|deployment|eks|rds|elasticache|cloudfront|sqs|alb|service", \
      .doc = "or a fleet, a cluster (its nodes crash), a database, a cache, a queue, a balancer, a distribution or an external service", .source = "scenario" }, \
    { .name = "traffic", .kind = PARAM_REF, .offset = AT(fault_config, traffic), .def = "", .refs = "population", \
      .doc = "or a population, of which more come", .source = "scenario" }, \
    { .name = "kind", .kind = PARAM_CHOICE, .offset = AT(fault_config, kind), .choices = KINDS, \
      .doc = "zone, region: power, network (cut off), grey (slow and lossy); region: control_plane; component: crash " \
             "(hosts die), slow, down (no answer), flush (a cache is emptied), dns (its name does not resolve); traffic: " \
             "surge", \
      .source = "AWS behaviour sec. 20; outages" }, \
    { .name = "lasts", .kind = PARAM_DIST, .offset = AT(fault_config, law), .def = "", .min = "1s", .max = "31d", \
      .doc = "until the cause is gone; required except for a crash, a flush and what fails with another", \
      .source = "scenario" }, \
    { .name = "factor", .kind = PARAM_FACTOR, .offset = AT(fault_config, factor), \
      .set_offset = AT(fault_config, factor_set), .def = "x3", .min = "1", .max = "1000", \
      .doc = "slow, grey: so many times longer; surge: so many times more; control_plane: launches take so many " \
             "times longer", .source = "assumed" }, \
    { .name = "share", .kind = PARAM_SHARE, .offset = AT(fault_config, share), \
      .set_offset = AT(fault_config, share_set), .def = "100%", .min = "0%", .max = "100%", \
      .doc = "grey: of what goes to or from the zone is lost; down, dns: of calls, resolvers; control_plane: of " \
             "launches fail", .source = "assumed; AWS behaviour sec. 20.1 (grey: 1-30 %)" }, \
    { .name = "instances", .kind = PARAM_COUNT, .offset = AT(fault_config, instances), .def = "1", .min = "1", \
      .max = "5000", .doc = "crash of a fleet: how many", .source = "assumed" }, \
    { .name = "shard", .kind = PARAM_COUNT, .offset = AT(fault_config, shard), .def = "0", .min = "0", .max = "90", \
      .doc = "crash of a cache: the shard that loses its primary; 0: all that are in the zone of the first", \
      .source = "assumed" }, \
    { .name = "metrics", .kind = PARAM_CHOICE, .offset = AT(fault_config, metrics), .def = "ok", .choices = METRICS, \
      .doc = "control_plane: missing, alarms and scaling see no data", \
      .source = "AWS behaviour sec. 8 (2020-11-25, 2021-12-07)" }, \
    { .name = "changes", .kind = PARAM_CHOICE, .offset = AT(fault_config, changes), .def = "ok", .choices = CHANGES, \
      .doc = "control_plane: stopped, records of DNS stay as they are", .source = "[FIB-WP] control planes" }, \
    { .name = "ttl", .kind = PARAM_DURATION, .offset = AT(fault_config, ttl), .def = "60s", .min = "0s", .max = "1d", \
      .doc = "dns: how long an answer is kept, and how long a failure is", \
      .source = "assumed; [R53-DG] alias records: 60 s" }, \
    { .name = "launches", .kind = PARAM_BLOCK, .offset = AT(fault_config, launches), .def = "", \
      .sub = fault_launch_params, \
      .doc = "control planes fail with data planes: what becomes of launches meanwhile", \
      .source = "AWS behaviour sec. 0, rule 1" }, \
    { .name = "tail", .kind = PARAM_BLOCK, .offset = AT(fault_config, tail), .def = "", .sub = fault_tail_params, \
      .doc = "power, network: what was lost comes back piece by piece", .source = "outages sec. 1, 4" }

static const struct param fault_with_params[] = {
    { .name = "after", .kind = PARAM_DURATION, .offset = AT(fault_config, after), .def = "0s", .min = "0s",
      .max = "31d", .doc = "begins so long after the fault", .source = "scenario" },
    { .name = "chance", .kind = PARAM_SHARE, .offset = AT(fault_config, chance), .def = "100%", .min = "0%",
      .max = "100%", .doc = "how often it comes with the fault",
      .source = "AWS behaviour sec. 22: control plane with a zone's event 70 %" },
    FAULT_PLACE_ROWS,
    PARAM_END,
};

const struct param fault_params[] = {
    { .name = "name", .kind = PARAM_TEXT, .offset = AT(fault_config, name), .def = "",
      .doc = "in the report; made from kind and place when absent", .source = "scenario" },
    { .name = "at", .kind = PARAM_INSTANT, .offset = AT(fault_config, when), .def = "", .doc = "when it begins",
      .source = "scenario" },
    { .name = "rate", .kind = PARAM_RATE, .offset = AT(fault_config, rate_per_s),
      .set_offset = AT(fault_config, random), .def = "", .min = "1/year", .max = "60/h",
      .doc = "or how often, at random: a Poisson process, the same for all variants",
      .source = "scenario; AWS behaviour sec. 20.1, outages sec. 5" },
    FAULT_PLACE_ROWS,
    { .name = "with", .kind = PARAM_LIST, .offset = AT(fault_config, with),
      .count_offset = AT(fault_config, with_count), .def = "", .sub = fault_with_params,
      .sub_size = sizeof(struct fault_config), .mark_offset = AT(fault_config, at),
      .doc = "what the same cause brings besides", .source = "AWS behaviour sec. 0, rule 1" },
    PARAM_END,
};
/* clang-format on */

/* ---- places ---- */

enum place { PLACE_ZONE = 1, PLACE_REGION = 2, PLACE_COMPONENT = 4, PLACE_TRAFFIC = 8 };

static const int places_of[FAULT_KINDS] = {
    [FAULT_POWER] = PLACE_ZONE | PLACE_REGION,
    [FAULT_NETWORK] = PLACE_ZONE | PLACE_REGION,
    [FAULT_GREY] = PLACE_ZONE | PLACE_REGION,
    [FAULT_CONTROL_PLANE] = PLACE_REGION,
    [FAULT_CRASH] = PLACE_COMPONENT,
    [FAULT_SLOW] = PLACE_COMPONENT,
    [FAULT_DOWN] = PLACE_COMPONENT,
    [FAULT_DNS] = PLACE_COMPONENT,
    [FAULT_SURGE] = PLACE_TRAFFIC,
    [FAULT_FLUSH] = PLACE_COMPONENT,
};

static const struct ref *place_of(const struct fault_config *f, enum place *place, int *count)
{
    const struct ref *const refs[] = { &f->zone, &f->region, &f->component, &f->traffic };
    const struct ref *found = NULL;
    *count = 0;
    for (int i = 0; i < (int)ARRAY_LEN(refs); i++)
        if (refs[i]->name) {
            found = refs[i];
            *place = (enum place)(1 << i);
            ++*count;
        }
    return found;
}

static bool check_place(const struct fault_config *f, struct diag *diag)
{
    static const char *const texts[] = { [PLACE_ZONE] = "a zone",
                                         [PLACE_ZONE | PLACE_REGION] = "a zone or a region",
                                         [PLACE_REGION] = "a region",
                                         [PLACE_COMPONENT] = "a component",
                                         [PLACE_TRAFFIC] = "the traffic of a population" };
    enum place place = PLACE_ZONE;
    int count;
    const struct ref *ref = place_of(f, &place, &count);
    if (count != 1)
        return diag_error(diag, f->at, "a fault names one place: a zone, a region, a component or traffic");
    if (places_of[f->kind] & (int)place)
        return true;
    diag_error(diag, ref->at, "%s is of %s; '%s' is not one", KINDS[f->kind], texts[places_of[f->kind]], ref->name);
    const char *const hint = place == PLACE_COMPONENT ? "of a component: crash, slow, down or dns"
                             : place == PLACE_ZONE    ? "of a zone: power, network or grey"
                             : place == PLACE_REGION  ? "of a region: power, network, grey or control_plane"
                                                      : "of traffic: surge";
    return diag_hint(diag, "%s", hint);
}

/* A fault may name a service of somebody else's; ours fail with their fleets. */
static const struct service_config *service_of(const struct scenario *sc, const struct fault_config *f)
{
    for (int s = 0; s < sc->service_count; s++)
        if (f->component.target == &sc->services[s])
            return &sc->services[s];
    return NULL;
}

static bool not_a_cache(const struct fault_config *f, struct diag *diag)
{
    return diag_error(diag, f->component.at, "'%s' is no cache that could be emptied", f->component.name) ||
           diag_hint(diag, "a flush is of an elasticache or a cloudfront; write kind: crash, slow or down");
}

static bool check_service(const struct service_config *service, const struct fault_config *f, struct diag *diag)
{
    if (!service->external)
        return diag_error(diag, f->component.at, "service '%s' is ours: its fleet fails, not the service",
                          service->name);
    if (f->kind == FAULT_FLUSH)
        return not_a_cache(f, diag);
    if (f->kind == FAULT_CRASH)
        return diag_error(diag, f->component.at, "external service '%s' has no hosts of ours that crash",
                          service->name) ||
               diag_hint(diag, "write kind: down, slow or dns");
    return true;
}

static bool has_cache_shard(const struct component *c, const struct fault_config *f, struct diag *diag)
{
    const int64_t shards = ((const struct elasticache_config *)c->config)->shards;
    if (f->shard <= shards)
        return true;
    return diag_error(diag, f->at, "cache '%s' has %lld shards, none is the %lldth", c->name, (long long)shards,
                      (long long)f->shard);
}

static bool check_distribution(const struct component *c, const struct fault_config *f, struct diag *diag)
{
    if (f->kind != FAULT_FLUSH)
        return diag_error(diag, f->component.at,
                          "a distribution has no hosts of ours: it can be invalidated, kind: flush");
    if (((const struct cloudfront_config *)c->config)->objects > 0)
        return true;
    return diag_error(diag, f->component.at, "'%s' has a given hit_ratio: an invalidation changes nothing", c->name) ||
           diag_hint(diag, "give its objects instead: {objects: 20k, popularity: zipf(0.8)}");
}

/* What a component can suffer. */
static bool check_component(const struct scenario *sc, const struct fault_config *f, struct diag *diag)
{
    if (!f->component.target)
        return true;
    const struct service_config *service = service_of(sc, f);
    if (service)
        return check_service(service, f, diag);
    const struct component *c = f->component.target;
    if (f->kind == FAULT_FLUSH && c->kind != KIND_ELASTICACHE && c->kind != KIND_CLOUDFRONT)
        return not_a_cache(f, diag);
    if (c->kind == KIND_CLOUDFRONT)
        return check_distribution(c, f, diag);
    if (f->kind == FAULT_DNS && c->kind != KIND_ALB && c->kind != KIND_RDS)
        return diag_error(diag, f->component.at, "'%s' is not reached by a name that is modelled", c->name) ||
               diag_hint(diag, "dns is of an alb, an rds or an external service");
    if (c->kind == KIND_ALB && f->kind != FAULT_DNS)
        return diag_error(diag, f->component.at, "a balancer fails with its zones, or its name with dns");
    if (c->kind == KIND_EKS && f->kind != FAULT_CRASH)
        return diag_error(diag, f->component.at,
                          "a cluster loses nodes (kind: crash); its pods fail with their deployment");
    if (c->kind == KIND_SQS && f->kind != FAULT_DOWN)
        return diag_error(diag, f->component.at, "a queue has no hosts of ours: it can be down, for a share of sends");
    return c->kind != KIND_ELASTICACHE || has_cache_shard(c, f, diag);
}

static bool check_kind(const struct fault_config *f, struct diag *diag)
{
    if (f->kind == FAULT_CONTROL_PLANE && !f->factor_set && !f->share_set && !f->metrics && !f->changes &&
        !f->launches.present)
        return diag_error(diag, f->at, "nothing is said of the control plane") ||
               diag_hint(diag, "write factor: x3, share: 10%%, metrics: missing, changes: stopped or launches: {...}");
    if (f->kind == FAULT_GREY && !f->factor_set && !f->share_set)
        return diag_error(diag, f->at, "a grey failure needs a factor, a share or both") ||
               diag_hint(diag, "write factor: x10, share: 20%%");
    if (f->tail.present && f->kind != FAULT_POWER && f->kind != FAULT_NETWORK)
        return diag_error(diag, f->at, "only what lost power or network comes back with a tail");
    return true;
}

/* ---- resolving ---- */

static const char *fault_name(const struct fault_config *f, struct arena *arena)
{
    enum place place = PLACE_ZONE;
    int count;
    const struct ref *ref = place_of(f, &place, &count);
    return arena_printf(arena, "%s %s", KINDS[f->kind], ref->name);
}

static bool resolve_one(const struct scenario *sc, struct fault_config *f, struct param_reader *reader)
{
    f->zone_index = -1;
    const struct region *region = f->zone.target;
    for (int z = 0; region && z < region->zones; z++)
        if (text_equal(region->zone_names[z], f->zone.name))
            f->zone_index = z;
    f->launches.zone_fails = f->launches.zone == 1;
    f->launches.region_latency = f->launches.region.latency;
    f->launches.region_errors = f->launches.region.errors;
    f->lasts = (sim_time)(f->law.mean_ns + 0.5);
    f->lasts_random = f->law.kind != DIST_CONSTANT && f->law.text;
    if (!f->factor_set && (f->kind == FAULT_GREY || f->kind == FAULT_CONTROL_PLANE))
        f->factor = 1;
    if (!f->share_set && (f->kind == FAULT_GREY || f->kind == FAULT_CONTROL_PLANE))
        f->share = 0;
    return check_place(f, reader->diag) && check_component(sc, f, reader->diag) && check_kind(f, reader->diag);
}

static bool check_when(const struct fault_config *f, struct diag *diag)
{
    if (f->when.set == f->random)
        return diag_error(diag, f->at,
                          f->random ? "a fault happens at an instant or at a rate, not both"
                                    : "'at' is missing in a fault") ||
               diag_hint(diag, "write at: \"20:05\", or rate: 2/month");
    if (f->kind == FAULT_SURGE && f->random)
        return diag_error(diag, f->at, "a surge of traffic is scheduled: its customers are drawn beforehand");
    if (f->kind != FAULT_CRASH && f->kind != FAULT_FLUSH && f->lasts == 0)
        return diag_error(diag, f->at, "'lasts' is missing in a fault") || diag_hint(diag, "write lasts: 45m");
    return true;
}

bool scenario_resolve_fault(const struct scenario *sc, struct fault_config *f, struct param_reader *reader)
{
    bool ok = resolve_one(sc, f, reader) && check_when(f, reader->diag);
    f->starts = f->when.set ? scenario_instant(sc, f->when) : 0;
    for (int i = 0; i < f->with_count; i++) {
        struct fault_config *with = &f->with[i];
        ok = resolve_one(sc, with, reader) && ok;
        if (ok)
            with->name = fault_name(with, reader->arena);
        if (ok && with->kind == FAULT_SURGE && f->random)
            ok = diag_error(reader->diag, with->at, "a surge of traffic cannot come with a fault at random");
    }
    if (ok && !f->name[0])
        f->name = fault_name(f, reader->arena);
    return ok;
}
