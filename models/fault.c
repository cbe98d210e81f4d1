/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fault -- what breaks on schedule, and what mends.
 *
 * A zone without power takes everything zonal with it at once: instances, balancer node, database and cache nodes of
 * that zone. Silence, not resets. When power returns nothing that died comes back: its hosts boot as new capacity.
 */
#include "models/world.h"

#include <math.h>

#include "models/catalogue/catalogue.h"
#include "sim/base/text.h"

const struct fault_plan fault_free = { .count = 0 };

void faults_init(struct world *w)
{
    w->faults = ARENA_ARRAY(w->arena, struct fault_state, w->plan.count);
    for (int i = 0; i < w->plan.count; i++) {
        const struct fault_config *config = &w->plan.faults[i];
        struct fault_state *fault = &w->faults[i];
        const sim_time begin = w->start + config->starts;
        *fault = (struct fault_state){ .begin = begin, .end = begin + config->lasts, .detected_s = NAN };
        if (begin < 0 || begin >= w->end)
            continue;
        event_set_push(w->events, event_make(fault->begin, EVENT_FAULT, EV_FAULT_BEGIN, (uint32_t)i, 0, EVENT_NO_SLOT));
        event_set_push(w->events, event_make(fault->end, EVENT_FAULT, EV_FAULT_END, (uint32_t)i, 0, EVENT_NO_SLOT));
    }
}

static double since_start_s(const struct world *w)
{
    return (double)(w->now - w->start) / 1e9;
}

static void note(struct world *w, struct fault_state *fault, const char *component, const char *what)
{
    /* The same thing said again within five minutes adds nothing: one entry stands for a wave of instances. */
    for (int i = fault->event_count - 1; i >= 0 && since_start_s(w) - fault->events[i].at_s < 300; i--)
        if (text_equal(fault->events[i].component, component) && text_equal(fault->events[i].what, what))
            return;
    if (fault->event_count == fault->event_capacity) {
        const int wider = fault->event_capacity ? 2 * fault->event_capacity : 16;
        fault->events = arena_grow(w->arena, fault->events, (size_t)fault->event_count, (size_t)wider,
                                   sizeof *fault->events);
        fault->event_capacity = wider;
    }
    fault->events[fault->event_count++] =
        (struct fault_event){ .at_s = since_start_s(w), .component = component, .what = what };
}

/* A fault's story is told until half an hour after its trigger is gone. */
enum { STORY_AFTER_END_MIN = 30 };

void fault_note(struct world *w, const char *component, const char *what, bool noticed)
{
    for (int i = 0; i < w->plan.count && w->faults; i++) { /* they come last of all that is set up */
        struct fault_state *fault = &w->faults[i];
        if (!fault->active || w->now > fault->end + STORY_AFTER_END_MIN * SIM_MINUTE)
            continue;
        note(w, fault, component, what);
        if (noticed && isnan(fault->detected_s) && w->now <= fault->end + 5 * SIM_MINUTE)
            fault->detected_s = since_start_s(w);
    }
}

/* ---- zones ---- */

/* With its old zone back, a database that has failed over gets its standby there. */
static void rebuild_standby(struct world *w, struct rds *db)
{
    if (!db->config->multi_az || db->standby_zone >= 0 || db->lost_zone < 0 || !db->endpoints[RDS_PRIMARY].up ||
        db->endpoints[RDS_PRIMARY].zone == db->lost_zone ||
        !w->zone_up[db->component->region - w->sc->regions][db->lost_zone])
        return;
    db->standby_zone = db->lost_zone;
    db->lost_zone = -1;
}

/* An endpoint is gone: its queries hear nothing more, its connections are broken. */
static void endpoint_lost(struct world *w, int number, int endpoint)
{
    struct rds *db = &w->databases[number];
    struct rds_endpoint *e = &db->endpoints[endpoint];
    e->up = false;
    e->epoch++;
    e->connections = 0;
    for (uint32_t slot = 0; slot < w->frames_used; slot++) {
        struct frame *f = frame_at(w, slot);
        if (f->kind != FRAME_FREE && f->state == AT_DB && f->departs > w->now &&
            w->code->steps[f->step].target == number && query_endpoint(w, f) == endpoint)
            query_lost(w, f);
    }
    station_clear(&e->cpu, w->now, NULL, NULL);
}

static void primary_lost(struct world *w, int number)
{
    struct rds *db = &w->databases[number];
    const int zone = db->endpoints[RDS_PRIMARY].zone;
    endpoint_lost(w, number, RDS_PRIMARY);
    db->generation++;
    db->lost_zone = zone;
    db->failing_over = db->standby_zone >= 0 && w->zone_up[db->component->region - w->sc->regions][db->standby_zone];
    fault_note(w, db->component->name,
               db->failing_over ? "primary lost: failing over to the standby" : "primary lost: no standby", false);
    if (!db->failing_over)
        return;
    const struct draw_block d = draw_at(w->key, db->generation, draw_place(db->component->name), 0);
    event_set_push(w->events, event_make(w->now + dist_sample(&db->config->failover, draw_unit(d.a)), EVENT_CAPACITY,
                                         EV_DB_RECOVERED, (uint32_t)number, db->generation, EVENT_NO_SLOT));
}

static void database_loses_zone(struct world *w, int number, int zone)
{
    struct rds *db = &w->databases[number];
    for (int e = 1; e < db->endpoint_count; e++)
        if (db->endpoints[e].zone == zone && db->endpoints[e].up) {
            endpoint_lost(w, number, e);
            fault_note(w, db->component->name, "read replica lost", false);
        }
    if (db->endpoints[RDS_PRIMARY].zone == zone && db->endpoints[RDS_PRIMARY].up)
        primary_lost(w, number);
}

void database_recovered(struct world *w, int number, uint32_t generation)
{
    struct rds *db = &w->databases[number];
    struct rds_endpoint *primary = &db->endpoints[RDS_PRIMARY];
    if ((db->generation & 0xffffu) != generation || primary->up)
        return;
    const bool *zone_up = w->zone_up[db->component->region - w->sc->regions];
    const bool failover = db->standby_zone >= 0 && zone_up[db->standby_zone] &&
                          (db->failing_over || !zone_up[primary->zone]);
    db->failing_over = false;
    if (!failover && !zone_up[primary->zone])
        return; /* the standby went too: the first zone that is back restarts it */
    if (failover) {
        primary->zone = db->standby_zone;
        db->standby_zone = -1;
    }
    primary->up = true;
    fingerprint_add(&w->fingerprint, 0xfa110e4u, w->now, (uint64_t)number);
    fault_note(w, db->component->name, failover ? "standby has taken over" : "primary restarted", true);
    rebuild_standby(w, db);
}

static void cache_loses_zone(struct world *w, const struct cache *lost, int zone)
{
    for (int s = 0; s < w->shard_count; s++) {
        struct cache *cache = &w->caches[w->shard_of[s].cache];
        struct cache_shard *shard = &cache->shards[w->shard_of[s].shard];
        if (cache != lost || !cache_lose_zone(shard, zone))
            continue;
        for (uint32_t slot = 0; slot < w->frames_used;
             slot++) { /* commands under way: the client's timeout, then a miss */
            struct frame *f = frame_at(w, slot);
            if (f->kind != FRAME_FREE && f->state == AT_CACHE && f->shard == s && f->departs > w->now)
                command_lost(w, f, cache->config->timeout);
        }
        station_clear(&shard->thread, w->now, NULL, NULL);
        bool replica = false;
        for (int r = 0; r < shard->replicas_left; r++)
            replica |= w->zone_up[cache->component->region - w->sc->regions][shard->replica_zones[r]];
        fault_note(w, cache->component->name,
                   replica ? "primary node lost: failing over to a replica" : "node lost: no replica", false);
        const struct draw_block d = draw_at(w->key, (uint64_t)s << 32 | shard->generation,
                                            draw_place(cache->component->name), 0);
        const struct dist *takes = replica ? &cache->config->failover : &cache->config->replace;
        event_set_push(w->events, event_make(w->now + dist_sample(takes, draw_unit(d.a)), EVENT_CAPACITY,
                                             EV_CACHE_RECOVERED, (uint32_t)s, shard->generation, EVENT_NO_SLOT));
    }
}

void cache_recovered(struct world *w, int s, uint32_t generation)
{
    struct cache *cache = &w->caches[w->shard_of[s].cache];
    struct cache_shard *shard = &cache->shards[w->shard_of[s].shard];
    if ((shard->generation & 0xffffu) != generation || shard->serving)
        return;
    const bool replica = cache_recover(shard, w->zone_up[cache->component->region - w->sc->regions],
                                       (int)cache->component->region->zones, w->now);
    if (!replica)
        cache_empty(cache, w->shard_of[s].shard, w->now);
    fingerprint_add(&w->fingerprint, 0xcac4e0u + replica, w->now, (uint64_t)s);
    fault_note(w, cache->component->name,
               replica ? "replica has taken over" : "an empty node has replaced the lost one", true);
}

static void balancer_loses_zone(struct world *w, int fault, const struct region *region, int zone)
{
    for (int a = 0; a < w->alb_count; a++) {
        if (w->sc->by_kind[KIND_ALB][a]->region != region)
            continue;
        struct alb_node *node = &w->albs[a].nodes[zone];
        node->up = false;
        const struct draw_block d = draw_at(w->key, (uint64_t)fault << 8 | (uint64_t)a, draw_place("alb/node_failover"),
                                            0);
        alb_leave_record(&w->albs[a], zone, w->now + dist_sample(&w->albs[a].config->node_failover, draw_unit(d.a)));
        invoke_node_lost(w, a, zone);
        fault_note(
            w, w->sc->by_kind[KIND_ALB][a]->name,
            arena_printf(w->arena, "node lost: leaves the record after %d s, resolvers keep it for up to %d s more",
                         (int)((node->dns_out_at - w->now) / SIM_SECOND), (int)(w->albs[a].config->ttl / SIM_SECOND)),
            false);
        for (uint32_t slot = 0; slot < w->frames_used; slot++) { /* requests on that node: silence */
            struct frame *f = frame_at(w, slot);
            if (f->alb == a && f->kind == FRAME_OPERATION && (f->flags & FLAG_BALANCED) && f->node == zone)
                f->path += SIM_HOUR; /* never heard: the client's patience ends it */
        }
    }
}

static void zone_power_lost(struct world *w, int number, const struct fault_config *config)
{
    const struct region *region = config->zone.target;
    const int r = (int)(region - w->sc->regions), zone = config->zone_index;
    w->zone_up[r][zone] = false;
    balancer_loses_zone(w, number, region, zone);
    for (uint32_t n = 0; n < w->instance_count; n++) {
        struct instance *i = &w->instances[n];
        if (i->state != INSTANCE_FREE && i->zone == zone && w->fleets[i->fleet].region == r)
            instance_die(w, i, false);
    }
    for (int d = 0; d < w->database_count; d++)
        if (w->databases[d].component->region == region)
            database_loses_zone(w, d, zone);
    for (int c = 0; c < w->cache_count; c++)
        if (w->caches[c].component->region == region)
            cache_loses_zone(w, &w->caches[c], zone);
}

/* The hosts of a zone are back: replicas serve, a lost primary restarts there unless a standby has its place. */
static void database_returns(struct world *w, int number, int zone)
{
    struct rds *db = &w->databases[number];
    const struct rds_endpoint *primary = &db->endpoints[RDS_PRIMARY];
    for (int e = 1; e < db->endpoint_count; e++)
        if (db->endpoints[e].zone == zone)
            db->endpoints[e].up = true;
    if (!primary->up && !db->failing_over && (primary->zone == zone || db->standby_zone == zone)) {
        const struct draw_block d = draw_at(w->key, db->generation, draw_place(db->component->name), 1);
        event_set_push(w->events,
                       event_make(w->now + dist_sample(&db->config->recovery, draw_unit(d.a)), EVENT_CAPACITY,
                                  EV_DB_RECOVERED, (uint32_t)number, db->generation, EVENT_NO_SLOT));
    }
    rebuild_standby(w, db);
}

static void zone_power_back(struct world *w, const struct fault_config *config)
{
    const struct region *region = config->zone.target;
    const int zone = config->zone_index;
    w->zone_up[region - w->sc->regions][zone] = true;
    for (int a = 0; a < w->alb_count; a++) {
        if (w->sc->by_kind[KIND_ALB][a]->region != region)
            continue;
        struct alb_node *node = &w->albs[a].nodes[zone];
        node->up = true;
        if (node->dns_out_at > w->now)
            node->dns_out_at = SIM_NEVER;                  /* back before anybody noticed */
        node->dns_in_at = w->now + w->albs[a].config->ttl; /* found healthy again, then published: assumed */
    }
    for (int n = 0; n < w->database_count; n++)
        if (w->databases[n].component->region == region)
            database_returns(w, n, zone);
    for (int s = 0; s < w->shard_count; s++) /* nodes that failovers used up are built again here */
        if (w->caches[w->shard_of[s].cache].component->region == region)
            cache_rebuild_replica(&w->caches[w->shard_of[s].cache].shards[w->shard_of[s].shard],
                                  w->caches[w->shard_of[s].cache].config, zone);
}

/* ---- one component ---- */

/* All operations of a service of somebody else's. Returns whether there is such a service. */
static bool external_begin(struct world *w, const struct fault_config *config, const struct fault_state *fault)
{
    bool found = false;
    for (int e = 0; e < w->code->external_count; e++) {
        if (!text_equal(w->code->externals[e].operation->service->name, config->component.name))
            continue;
        struct external *other = &w->externals[e];
        found = true;
        if (config->kind == FAULT_SLOW) {
            other->slow_until = fault->end;
            other->slow_factor = config->factor;
        } else {
            other->down_until = fault->end;
        }
    }
    return found;
}

/* crash: so many instances, by default one; down: all of them. */
static void crash_instances(struct world *w, const struct fault_config *config, const struct component *c)
{
    struct fleet *fleet = fleet_of(w, c);
    int64_t left = config->kind == FAULT_DOWN ? fleet->instance_count : config->instances > 0 ? config->instances : 1;
    for (uint32_t n = 0; n < fleet->instance_count && left > 0; n++) {
        struct instance *i = &w->instances[fleet->instances[n]];
        if (i->state == INSTANCE_IN_SERVICE && i->alive) {
            instance_die(w, i, true);
            left--;
        }
    }
}

static void database_speed(struct world *w, int number, double slower)
{
    struct rds *db = &w->databases[number];
    const double speed = departures_vcpu_speed((enum discipline)db->config->discipline,
                                               catalogue_db(db->config->instance));
    for (int e = 0; e < db->endpoint_count; e++)
        station_set_speed(&db->endpoints[e].cpu, w->now, speed / slower);
}

/* Everything of a fleet or a cache takes `slower` times as long: a bad deployment, a noisy neighbour. */
static void component_speed(struct world *w, const struct component *c, double slower)
{
    if (c->kind == KIND_RDS)
        database_speed(w, c->index, slower);
    if (c->kind == KIND_ELASTICACHE)
        for (int s = 0; s < w->caches[c->index].shard_count; s++)
            station_set_speed(&w->caches[c->index].shards[s].thread, w->now, 1.0 / slower);
    struct fleet *fleet = fleet_of(w, c);
    if (fleet)
        group_speed(w, fleet, slower);
}

static void component_begin(struct world *w, const struct fault_config *config, const struct fault_state *fault)
{
    if (external_begin(w, config, fault))
        return;
    const struct component *c = scenario_component(w->sc, config->component.name);
    if (!c)
        return;
    if (config->kind == FAULT_SLOW)
        component_speed(w, c, config->factor);
    else if (config->kind == FAULT_FLUSH)
        cache_flush(&w->caches[c->index], w->now);
    else if (fleet_of(w, c))
        crash_instances(w, config, c);
    else if (c->kind == KIND_ELASTICACHE)
        cache_loses_zone(w, &w->caches[c->index], w->caches[c->index].shards[0].zone);
    else if (c->kind == KIND_RDS && w->databases[c->index].endpoints[RDS_PRIMARY].up)
        primary_lost(w, c->index);
}

static void component_end(struct world *w, const struct fault_config *config)
{
    const struct component *c = scenario_component(w->sc, config->component.name);
    if (c && config->kind == FAULT_SLOW)
        component_speed(w, c, 1.0);
    else if (c && c->kind == KIND_RDS && w->databases[c->index].lost_zone >= 0)
        database_returns(w, c->index, w->databases[c->index].lost_zone);
}

/* Launches suffer from the newest fault under way that says so. */
static void impair_launches(struct world *w)
{
    w->launches.active = false;
    for (int i = 0; i < w->plan.count; i++) {
        const struct fault_config *config = &w->plan.faults[i];
        if (!w->faults[i].active || w->faults[i].over || !config->launches.present)
            continue;
        const struct region *region = config->zone.target;
        w->launches = (struct launch_impairment){ .active = true,
                                                  .region = region ? (int)(region - w->sc->regions) : 0,
                                                  .zone = config->zone_index,
                                                  .zone_fails = config->launches.zone_fails,
                                                  .latency = config->launches.region_latency,
                                                  .errors = config->launches.region_errors };
    }
}

/* Another fault holds the same zone. */
static bool zone_still_dark(const struct world *w, const struct fault_config *config)
{
    for (int i = 0; i < w->plan.count; i++)
        if (w->faults[i].active && !w->faults[i].over && w->plan.faults[i].zone.target == config->zone.target &&
            w->plan.faults[i].zone_index == config->zone_index)
            return true;
    return false;
}

void fault_begin(struct world *w, int number)
{
    const struct fault_config *config = &w->plan.faults[number];
    struct fault_state *fault = &w->faults[number];
    fault->active = true;
    fingerprint_add(&w->fingerprint, 0xfa17u, w->now, (uint64_t)number);
    note(w, fault, config->zone.name ? config->zone.name : config->component.name, "begins");
    impair_launches(w);
    if (config->zone.name)
        zone_power_lost(w, number, config);
    else
        component_begin(w, config, fault);
}

void fault_end(struct world *w, int number)
{
    const struct fault_config *config = &w->plan.faults[number];
    note(w, &w->faults[number], config->zone.name ? config->zone.name : config->component.name, "trigger gone");
    w->faults[number].over = true;
    impair_launches(w);
    if (config->zone.name && !zone_still_dark(w, config))
        zone_power_back(w, config);
    if (!config->zone.name)
        component_end(w, config);
}
