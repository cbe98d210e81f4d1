/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * impairment -- what is not broken and yet not well: grey zones, names that do not resolve, control planes, and hosts that
 * are back one by one.
 *
 * Everything is worked out from the effects under way whenever one begins or ends, so that effects may overlap: factors
 * multiply, losses are independent, the slowest control plane counts. Nobody who decides is told: health checks and
 * alarms see what they would see, their own checks lost and their own datapoints slow or missing.
 */
#include "models/catalogue/catalogue.h"
#include "models/cluster.h"

void impairments_init(struct world *w)
{
    const int regions = w->sc->region_count;
    w->zones = ARENA_ARRAY(w->arena, struct zone_trouble *, regions);
    w->launches = ARENA_ARRAY(w->arena, struct launch_impairment, regions);
    for (int r = 0; r < regions; r++) {
        w->zones[r] = ARENA_ARRAY(w->arena, struct zone_trouble, ALB_NODES_MAX);
        for (int z = 0; z < ALB_NODES_MAX; z++)
            w->zones[r][z] = (struct zone_trouble){ .factor = 1, .hosts_from = SIM_NEVER };
    }
    w->alb_names = ARENA_ARRAY(w->arena, struct name_trouble, w->alb_count);
    w->db_names = ARENA_ARRAY(w->arena, struct name_trouble, w->database_count);
}

static bool under_way(const struct effect *e)
{
    return e->active && !e->over;
}

/* The region that an effect is in: its zone's, or itself. -1: none. */
static int region_of(const struct world *w, const struct fault_config *config)
{
    const struct region *region = config->zone.target ? config->zone.target : config->region.target;
    return region ? (int)(region - w->sc->regions) : -1;
}

/* ---- grey zones ---- */

void impair_zones(struct world *w)
{
    w->grey = false;
    for (int r = 0; r < w->sc->region_count; r++)
        for (int z = 0; z < w->sc->regions[r].zones; z++) {
            struct zone_trouble *zone = &w->zones[r][z];
            zone->factor = 1;
            double through = 1;
            for (int i = 0; i < w->effect_count; i++) {
                const struct effect *e = &w->effects[i];
                if (!under_way(e) || e->config->kind != FAULT_GREY || region_of(w, e->config) != r ||
                    (e->config->zone.target && e->config->zone_index != z))
                    continue;
                zone->factor *= e->config->factor;
                through *= 1 - e->config->share;
                w->grey = true;
            }
            zone->share = 1 - through;
        }
    for (int c = 0; c < w->sc->component_count; c++)
        component_respeed(w, &w->sc->components[c]);
}

bool grey_loses(const struct world *w, int region, int zone_a, int zone_b, enum grey_hop hop, uint64_t ordinal,
                uint32_t number)
{
    const struct zone_trouble *zones = w->zones[region];
    double through = 1 - zones[zone_a].share;
    if (zone_b >= 0 && zone_b != zone_a)
        through *= 1 - zones[zone_b].share;
    if (through >= 1)
        return false;
    return draw_unit(draw_at(w->key, ordinal, draw_place("grey") + (uint32_t)hop, number).a) >= through;
}

bool grey_loses_frame(const struct world *w, const struct frame *f, int region, int zone_a, int zone_b,
                      enum grey_hop hop)
{
    return grey_loses(w, region, zone_a, zone_b, hop, f->ordinal, f->step << 16 | (uint32_t)f->attempt << 8 | f->tries);
}

/* ---- speeds ---- */

/* Faults of the component itself that are under way; a zone's trouble comes on top. */
static double slow_factor(const struct world *w, const struct component *c)
{
    double factor = 1;
    for (int i = 0; i < w->effect_count; i++)
        if (under_way(&w->effects[i]) && w->effects[i].config->kind == FAULT_SLOW &&
            w->effects[i].config->component.target == c)
            factor *= w->effects[i].config->factor;
    return factor;
}

static void set_speed(struct world *w, struct station *st, double speed)
{
    if ((uint32_t)(speed * 65536.0 + 0.5) != st->speed_q16) /* most are in zones that are well */
        station_set_speed(st, w->now, speed);
}

void component_respeed(struct world *w, const struct component *c)
{
    const double slower = slow_factor(w, c);
    struct fleet *fleet = fleet_of(w, c);
    if (fleet && fleet->pods)
        pods_slow(w, fleet, slower);
    else if (fleet && fleet->service)
        group_speed(w, fleet, slower);
    const int r = c->region ? (int)(c->region - w->sc->regions) : -1;
    if (c->kind == KIND_RDS) {
        struct rds *db = &w->databases[c->index];
        const double speed = departures_vcpu_speed((enum discipline)db->config->discipline,
                                                   catalogue_db(db->config->instance));
        for (int e = 0; e < db->endpoint_count; e++)
            set_speed(w, &db->endpoints[e].cpu, speed / slower / w->zones[r][db->endpoints[e].zone].factor);
    }
    if (c->kind == KIND_ELASTICACHE)
        for (int s = 0; s < w->caches[c->index].shard_count; s++) {
            struct cache_shard *shard = &w->caches[c->index].shards[s];
            set_speed(w, &shard->thread, 1.0 / slower / w->zones[r][shard->zone].factor);
        }
}

/* ---- names ---- */

/* Everybody asks once in a ttl, at an instant of their own: that long after the name was lost an answer is still kept, and
 * that long after it is back a failure is. */
bool name_fails(const struct world *w, const struct name_trouble *name, uint64_t who)
{
    if (name->end == 0 || w->now < name->begin || w->now >= name->end + name->ttl)
        return false;
    const struct draw_block d = draw_at(w->key, who, draw_place("dns"), 0);
    if (name->share < 1 && draw_unit(d.b) >= name->share)
        return false;
    const sim_time phase = (sim_time)((double)name->ttl * draw_unit(d.a));
    return w->now >= name->begin + phase && w->now < name->end + phase;
}

/* ---- control planes ---- */

static void impair_region(struct world *w, int region)
{
    struct launch_impairment *l = &w->launches[region];
    const struct launch_impairment before = *l;
    *l = (struct launch_impairment){ .latency = 1 };
    for (int i = 0; i < w->effect_count; i++) {
        const struct fault_config *config = w->effects[i].config;
        const bool plane = config->kind == FAULT_CONTROL_PLANE;
        if (!under_way(&w->effects[i]) || (!plane && !config->launches.present) ||
            (region_of(w, config) < 0 ? 0 : region_of(w, config)) != region)
            continue;
        l->active = true;
        const double latency[] = { plane ? config->factor : 1,
                                   config->launches.region.present ? config->launches.region_latency : 1 };
        const double errors[] = { plane ? config->share : 0, config->launches.region_errors };
        for (int k = 0; k < 2; k++) {
            l->latency = latency[k] > l->latency ? latency[k] : l->latency;
            l->errors = errors[k] > l->errors ? errors[k] : l->errors;
        }
        if (config->zone.target)
            l->zone_fails[config->zone_index] |= config->launches.zone_fails;
        const double limit = config->launches.region.limit;
        if (limit > 0 && (l->limit_per_s == 0 || limit < l->limit_per_s))
            l->limit_per_s = limit;
    }
    l->tokens = l->limit_per_s > 0 && l->limit_per_s == before.limit_per_s ? before.tokens : 1;
    l->tokens_at = l->limit_per_s > 0 && l->limit_per_s == before.limit_per_s ? before.tokens_at : w->now;
}

void impair_launches(struct world *w)
{
    for (int r = 0; r < w->sc->region_count; r++)
        impair_region(w, r);
}

/* A bucket that holds what a minute brings, and one launch at least. */
bool launch_admitted(struct world *w, int region)
{
    struct launch_impairment *l = &w->launches[region];
    if (!l->active || l->limit_per_s == 0)
        return true;
    const double most = l->limit_per_s * 60 > 1 ? l->limit_per_s * 60 : 1;
    l->tokens += l->limit_per_s * (double)(w->now - l->tokens_at) / 1e9;
    l->tokens = l->tokens < most ? l->tokens : most;
    l->tokens_at = w->now;
    if (l->tokens < 1)
        return false;
    l->tokens -= 1;
    return true;
}

bool metrics_missing(const struct world *w, int region)
{
    for (int i = 0; i < w->effect_count; i++)
        if (under_way(&w->effects[i]) && w->effects[i].config->metrics && region_of(w, w->effects[i].config) == region)
            return true;
    return false;
}

sim_time changes_possible(const struct world *w, int region)
{
    sim_time from = w->now;
    for (int i = 0; i < w->effect_count; i++) {
        const struct effect *e = &w->effects[i];
        if (e->config->changes && region_of(w, e->config) == region && e->begin <= w->now && e->end > from)
            from = e->end;
    }
    return from;
}

/* ---- hosts that come back ---- */

void zone_hosts_return(struct world *w, int region, int zone, uint32_t lost, sim_time from, sim_time over)
{
    struct zone_trouble *z = &w->zones[region][zone];
    z->hosts_from = from;
    z->hosts_by = from + over;
    z->lost = lost > 0 ? lost : 1;
    z->taken = 0;
}

bool zone_has_host(const struct world *w, int region, int zone)
{
    const struct zone_trouble *z = &w->zones[region][zone];
    if (z->hosts_from == SIM_NEVER || w->now >= z->hosts_by)
        return true;
    if (w->now < z->hosts_from)
        return false;
    const double back = (double)(w->now - z->hosts_from) / (double)(z->hosts_by - z->hosts_from);
    return z->taken < (uint32_t)(back * z->lost);
}
