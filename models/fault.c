/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fault -- what breaks, and what mends.
 *
 * A zone without power takes everything zonal with it at once: instances, balancer node, database and cache nodes of
 * that zone. Silence, not resets. When power returns nothing that died comes back: its hosts boot as new capacity, at
 * once or one after the other. A zone that is cut off is as silent, but its instances live and are back with the network.
 */
#include "models/cluster.h"

#include "sim/base/check.h"

void fault_lost_writes(struct world *w, sim_time lost_at, uint64_t writes)
{
    struct fault_state *cause = NULL;
    for (int i = 0; i < w->plan.count && w->faults; i++)
        if (w->faults[i].active && w->faults[i].begin <= lost_at && (!cause || w->faults[i].begin > cause->begin))
            cause = &w->faults[i];
    if (cause)
        cause->lost_writes += writes;
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
    if (endpoint == RDS_PRIMARY) {
        e->up = false;
        e->epoch++;
        e->connections = 0;
    } else {
        const uint64_t subject = (uint64_t)w->now << 8 | (uint64_t)endpoint;
        rds_reader_lost(db, endpoint, w->now, draw_at(w->key, subject, draw_place(db->component->name), 2).a);
    }
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
    db->lost_at = w->now;
    db->generation++;
    db->lost_zone = zone;
    db->failing_over = db->standby_zone >= 0 && w->zone_up[db->component->region - w->sc->regions][db->standby_zone];
    db->successor = db->config->cluster ? rds_successor(db) : 0;
    db->failing_over = db->failing_over || db->successor != 0;
    fault_note(w, db->component->name,
               db->successor      ? "writer lost: failing over to a reader"
               : db->failing_over ? "primary lost: failing over to the standby"
                                  : "primary lost: no standby",
               false);
    if (!db->failing_over)
        return;
    const struct draw_block d = draw_at(w->key, db->generation, draw_place(db->component->name), 0);
    sim_time takes = dist_sample(db->successor ? &db->config->cluster_failover : &db->config->failover, draw_unit(d.a));
    if (db->successor && db->endpoints[db->successor].replayed > w->now) /* what it has still to apply */
        takes += db->endpoints[db->successor].replayed - w->now;
    event_set_push(w->events, event_make(w->now + takes, EVENT_CAPACITY, EV_DB_RECOVERED, (uint32_t)number,
                                         db->generation, EVENT_NO_SLOT));
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

/* The reader that was to take over, or the next one. Its old place is a reader's at once when that zone is up: assumed. */
static bool cluster_recovers(struct world *w, int number)
{
    struct rds *db = &w->databases[number];
    const int successor = db->config->cluster && db->failing_over ? rds_successor(db) : 0;
    db->successor = 0;
    if (successor == 0)
        return false;
    endpoint_lost(w, number, successor);
    rds_take_over(db, successor, w->now);
    db->failing_over = false;
    db->endpoints[RDS_PRIMARY].up = true;
    db->endpoints[RDS_PRIMARY].cold_since = db->endpoints[successor].cold_since; /* it has served reads */
    if (w->zone_up[db->component->region - w->sc->regions][db->endpoints[successor].zone])
        rds_reader_returns(db, successor, w->now);
    fingerprint_add(&w->fingerprint, 0xfa110e4u, w->now, (uint64_t)number);
    fault_note(w, db->component->name, "a reader has taken over", true);
    return true;
}

void database_recovered(struct world *w, int number, uint32_t generation)
{
    struct rds *db = &w->databases[number];
    struct rds_endpoint *primary = &db->endpoints[RDS_PRIMARY];
    if ((db->generation & 0xffffu) != generation || primary->up)
        return;
    const bool *zone_up = w->zone_up[db->component->region - w->sc->regions];
    if (cluster_recovers(w, number))
        return;
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
    primary->cold_since = w->now;
    fingerprint_add(&w->fingerprint, 0xfa110e4u, w->now, (uint64_t)number);
    fault_note(w, db->component->name, failover ? "standby has taken over" : "primary restarted", true);
    rebuild_standby(w, db);
}

/* only: the shard that loses its node there, from 1; 0: all of them. */
static void cache_loses_zone(struct world *w, const struct cache *lost, int zone, int64_t only)
{
    for (int s = 0; s < w->shard_count; s++) {
        struct cache *cache = &w->caches[w->shard_of[s].cache];
        struct cache_shard *shard = &cache->shards[w->shard_of[s].shard];
        if (cache != lost || (only > 0 && w->shard_of[s].shard != only - 1) || !cache_lose_zone(shard, zone))
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
    if (!world_region_up(w, cache->component->region)) { /* nowhere to put a node: tried again */
        event_set_push(w->events, event_make(w->now + SIM_MINUTE, EVENT_CAPACITY, EV_CACHE_RECOVERED, (uint32_t)s,
                                             shard->generation, EVENT_NO_SLOT));
        return;
    }
    const bool replica = cache_recover(shard, w->zone_up[cache->component->region - w->sc->regions],
                                       (int)cache->component->region->zones, w->now);
    if (!replica)
        cache_empty(cache, w->shard_of[s].shard, w->now);
    fingerprint_add(&w->fingerprint, 0xcac4e0u + replica, w->now, (uint64_t)s);
    fault_note(w, cache->component->name,
               replica ? "replica has taken over" : "an empty node has replaced the lost one", true);
}

/* whole: every zone of the region goes. */
static void balancer_loses_zone(struct world *w, int fault, const struct region *region, int zone, bool whole)
{
    for (int a = 0; a < w->alb_count; a++) {
        if (w->sc->by_kind[KIND_ALB][a]->region != region)
            continue;
        struct alb_node *node = &w->albs[a].nodes[zone];
        node->up = false;
        const uint64_t subject = (uint64_t)fault << 8 | (uint64_t)a | (uint64_t)(whole ? zone + 1 : 0) << 40;
        const struct draw_block d = draw_at(w->key, subject, draw_place("alb/node_failover"), 0);
        const sim_time after = dist_sample(&w->albs[a].config->node_failover, draw_unit(d.a));
        alb_leave_record(&w->albs[a], zone, changes_possible(w, (int)(region - w->sc->regions)) + after);
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

/* A host that is cut off lives, and is back with the network; a dead one is not. */
static void hosts_lost(struct world *w, int r, int zone, bool cut)
{
    for (uint32_t n = 0; n < w->instance_count; n++) {
        struct instance *i = &w->instances[n];
        if (i->state == INSTANCE_FREE || i->zone != zone || w->fleets[i->fleet].region != r || !i->alive)
            continue;
        instance_die(w, i, false);
        i->cut_off = cut;
        w->zones[r][zone].lost += w->fleets[i->fleet].config != NULL; /* a pod is no host */
    }
    w->zones[r][zone].lost += clusters_lose_zone(w, r, zone, cut);
}

static void zone_lost(struct world *w, int effect, const struct fault_config *config, const struct region *region,
                      int zone)
{
    const int r = (int)(region - w->sc->regions);
    if (!w->zone_up[r][zone])
        return; /* another fault has it already */
    w->zone_up[r][zone] = false;
    w->zones[r][zone].lost = 0;
    balancer_loses_zone(w, effect, region, zone, config->region.target != NULL);
    hosts_lost(w, r, zone, config->kind == FAULT_NETWORK);
    for (int d = 0; d < w->database_count; d++)
        if (w->databases[d].component->region == region)
            database_loses_zone(w, d, zone);
    for (int c = 0; c < w->cache_count; c++)
        if (w->caches[c].component->region == region)
            cache_loses_zone(w, &w->caches[c], zone, 0);
    for (int s = 0; s < w->shard_count && config->kind == FAULT_POWER && !world_region_up(w, region); s++)
        if (w->caches[w->shard_of[s].cache].component->region == region)
            w->caches[w->shard_of[s].cache].shards[w->shard_of[s].shard].forgotten = true;
}

/* The hosts of a zone are back: replicas serve, a lost primary restarts there unless a standby has its place. */
static void database_returns(struct world *w, int number, int zone, const struct fault_config *config)
{
    struct rds *db = &w->databases[number];
    const struct rds_endpoint *primary = &db->endpoints[RDS_PRIMARY];
    for (int e = 1; e < db->endpoint_count; e++)
        if (db->endpoints[e].zone == zone)
            rds_reader_returns(db, e, w->now);
    if (!primary->up && !db->failing_over && (primary->zone == zone || db->standby_zone == zone)) {
        const struct draw_block d = draw_at(w->key, db->generation, draw_place(db->component->name), 1);
        sim_time after = config->kind == FAULT_NETWORK ? 0 : dist_sample(&db->config->recovery, draw_unit(d.a));
        if (config->tail.present) /* its host and its volume have a turn of their own */
            after += (sim_time)((double)config->tail.over * draw_unit(d.b));
        event_set_push(w->events, event_make(w->now + after, EVENT_CAPACITY, EV_DB_RECOVERED, (uint32_t)number,
                                             db->generation, EVENT_NO_SLOT));
    }
    rebuild_standby(w, db);
}

static void balancers_return(struct world *w, const struct region *region, int zone)
{
    const sim_time published = changes_possible(w, (int)(region - w->sc->regions));
    for (int a = 0; a < w->alb_count; a++) {
        if (w->sc->by_kind[KIND_ALB][a]->region != region)
            continue;
        struct alb_node *node = &w->albs[a].nodes[zone];
        node->up = true;
        if (node->dns_out_at > w->now)
            node->dns_out_at = SIM_NEVER;                     /* back before anybody noticed */
        node->dns_in_at = published + w->albs[a].config->ttl; /* found healthy again, then published: assumed */
    }
}

static void hosts_reachable(struct world *w, int r, int zone)
{
    for (uint32_t n = 0; n < w->instance_count; n++) {
        struct instance *i = &w->instances[n];
        if (i->state == INSTANCE_FREE || i->zone != zone || w->fleets[i->fleet].region != r || !i->cut_off)
            continue;
        i->cut_off = false;
        instance_back(w, i);
    }
    clusters_zone_back(w, r, zone);
}

static void zone_back(struct world *w, const struct fault_config *config, const struct region *region, int zone)
{
    const int r = (int)(region - w->sc->regions);
    if (w->zone_up[r][zone])
        return;
    w->zone_up[r][zone] = true;
    balancers_return(w, region, zone);
    hosts_reachable(w, r, zone);
    if (config->tail.present)
        zone_hosts_return(w, r, zone, w->zones[r][zone].lost, w->now, config->tail.over);
    for (int n = 0; n < w->database_count; n++)
        if (w->databases[n].component->region == region)
            database_returns(w, n, zone, config);
    for (int s = 0; s < w->shard_count; s++) /* nodes that failovers used up are built again here */
        if (w->caches[w->shard_of[s].cache].component->region == region)
            cache_rebuild_replica(&w->caches[w->shard_of[s].cache].shards[w->shard_of[s].shard],
                                  w->caches[w->shard_of[s].cache].config, zone);
}

/* Another effect holds the same zone: by itself, or with its region. */
static bool zone_still_dark(const struct world *w, const struct region *region, int zone)
{
    for (int i = 0; i < w->effect_count; i++) {
        const struct effect *e = &w->effects[i];
        const struct fault_config *config = e->config;
        if (e->active && !e->over && (config->kind == FAULT_POWER || config->kind == FAULT_NETWORK) &&
            (config->region.target == region || (config->zone.target == region && config->zone_index == zone)))
            return true;
    }
    return false;
}

/* The zones that an effect is about: one, or all of a region. */
static void zones_lost(struct world *w, int effect, const struct fault_config *config)
{
    const struct region *region = config->zone.target ? config->zone.target : config->region.target;
    for (int z = 0; z < region->zones; z++)
        if (config->region.target || z == config->zone_index)
            zone_lost(w, effect, config, region, z);
}

static void zones_back(struct world *w, const struct fault_config *config)
{
    const struct region *region = config->zone.target ? config->zone.target : config->region.target;
    for (int z = 0; z < region->zones; z++)
        if ((config->region.target || z == config->zone_index) && !zone_still_dark(w, region, z))
            zone_back(w, config, region, z);
}

/* ---- one component ---- */

/* All operations of a service of somebody else's. Returns whether there is such a service. */
static bool external_begin(struct world *w, const struct effect *e)
{
    const struct fault_config *config = e->config;
    bool found = false;
    for (int n = 0; n < w->code->external_count; n++) {
        if (w->code->externals[n].operation->service != config->component.target)
            continue;
        struct external *other = &w->externals[n];
        found = true;
        if (config->kind == FAULT_SLOW) {
            other->slow_until = e->end;
            other->slow_factor = config->factor;
        } else if (config->kind == FAULT_DNS) {
            other->name = (struct name_trouble){ e->begin, e->end, config->ttl, config->share };
        } else {
            other->down_until = e->end;
            other->down_share = config->share;
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

static void queue_begin(struct world *w, int number, const struct effect *e)
{
    w->queues[number].down_until = e->end;
    w->queues[number].down_share = e->config->share;
}

static void name_begin(struct world *w, const struct component *c, const struct effect *e)
{
    struct name_trouble *name = c->kind == KIND_ALB ? &w->alb_names[c->index] : &w->db_names[c->index];
    *name = (struct name_trouble){ e->begin, e->end, e->config->ttl, e->config->share };
}

static void cache_node_lost(struct world *w, struct cache *cache, int64_t shard)
{
    cache_loses_zone(w, cache, cache->shards[shard > 0 ? shard - 1 : 0].zone, shard);
}

static bool is_component(const struct world *w, const void *target)
{
    for (int c = 0; c < w->sc->component_count; c++)
        if (target == &w->sc->components[c])
            return true;
    return false;
}

static void component_begin(struct world *w, const struct effect *e)
{
    const struct fault_config *config = e->config;
    if (external_begin(w, e) || !is_component(w, config->component.target))
        return;
    const struct component *c = config->component.target;
    if (config->kind == FAULT_SLOW)
        component_respeed(w, c);
    else if (config->kind == FAULT_FLUSH && c->kind == KIND_CLOUDFRONT)
        edge_invalidate(w);
    else if (config->kind == FAULT_FLUSH)
        cache_flush(&w->caches[c->index], w->now);
    else if (config->kind == FAULT_DNS)
        name_begin(w, c, e);
    else if (fleet_of(w, c))
        crash_instances(w, config, c);
    else if (c->kind == KIND_EKS)
        cluster_crash_nodes(w, &w->kube->clusters[c->index], config->instances > 0 ? config->instances : 1);
    else if (c->kind == KIND_SQS)
        queue_begin(w, c->index, e);
    else if (c->kind == KIND_ELASTICACHE)
        cache_node_lost(w, &w->caches[c->index], config->shard);
    else if (c->kind == KIND_RDS && w->databases[c->index].endpoints[RDS_PRIMARY].up)
        primary_lost(w, c->index);
}

static void component_end(struct world *w, const struct fault_config *config)
{
    if (!is_component(w, config->component.target))
        return;
    const struct component *c = config->component.target;
    if (config->kind == FAULT_SLOW)
        component_respeed(w, c);
    else if (c->kind == KIND_SQS)
        consumers_wake(w, c->index);
    else if (c->kind == KIND_RDS && config->kind != FAULT_DNS && w->databases[c->index].lost_zone >= 0)
        database_returns(w, c->index, w->databases[c->index].lost_zone, config);
}

/* ---- beginning and end ---- */

static const char *place_name(const struct fault_config *config)
{
    const struct ref *const refs[] = { &config->zone, &config->region, &config->component, &config->traffic };
    for (size_t i = 0; i < ARRAY_LEN(refs); i++)
        if (refs[i]->name)
            return refs[i]->name;
    return config->name;
}

static bool is_company(const struct world *w, const struct effect *e)
{
    return e->config != &w->plan.faults[e->fault];
}

/* The fault's own beginning is told as such; what came with it by its kind too. */
static void tell_effect(struct world *w, const struct effect *e, const char *what)
{
    const char *const kind = fault_kind_name((enum fault_kind)e->config->kind);
    fault_tell(w, e->fault, place_name(e->config),
               is_company(w, e) ? arena_printf(w->arena, "%s %s", kind, what) : what);
}

void fault_begin(struct world *w, int number)
{
    struct effect *e = &w->effects[number];
    struct fault_state *fault = &w->faults[e->fault];
    e->active = true;
    if (!is_company(w, e)) {
        fault->active = true;
        fault->times++;
        fault->last_end = e->end;
    }
    fault->last_end = e->end > fault->last_end ? e->end : fault->last_end;
    fingerprint_add(&w->fingerprint, 0xfa17u, w->now, (uint64_t)number);
    tell_effect(w, e, "begins");
    impair_launches(w);
    switch ((enum fault_kind)e->config->kind) {
    case FAULT_POWER:
    case FAULT_NETWORK: zones_lost(w, number, e->config); break;
    case FAULT_GREY: impair_zones(w); break;
    case FAULT_CRASH:
    case FAULT_SLOW:
    case FAULT_DOWN:
    case FAULT_FLUSH:
    case FAULT_DNS: component_begin(w, e); break;
    case FAULT_CONTROL_PLANE:
    case FAULT_SURGE: break; /* who asks is told; the arrivals were laid out before */
    case FAULT_KINDS: CHECK(false, "a fault of no kind");
    }
}

/* What was lost is back at once, or begins to be after the tail's `after`: then once more here. */
static bool waits_for_tail(struct world *w, int number, struct effect *e)
{
    const sim_time after = e->config->tail.present ? e->config->tail.after : 0;
    if (after == 0 || w->now > e->end)
        return false;
    event_set_push(w->events,
                   event_make(w->now + after, EVENT_FAULT, EV_FAULT_END, (uint32_t)number, 0, EVENT_NO_SLOT));
    return true;
}

void fault_end(struct world *w, int number)
{
    struct effect *e = &w->effects[number];
    if (!e->over)
        tell_effect(w, e, "trigger gone");
    e->over = true;
    impair_launches(w);
    switch ((enum fault_kind)e->config->kind) {
    case FAULT_POWER:
    case FAULT_NETWORK:
        if (!waits_for_tail(w, number, e))
            zones_back(w, e->config);
        break;
    case FAULT_GREY: impair_zones(w); break;
    case FAULT_CRASH:
    case FAULT_SLOW:
    case FAULT_DOWN:
    case FAULT_FLUSH:
    case FAULT_DNS: component_end(w, e->config); break;
    case FAULT_CONTROL_PLANE:
    case FAULT_SURGE: break;
    case FAULT_KINDS: CHECK(false, "a fault of no kind");
    }
}
