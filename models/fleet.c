/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fleet -- the members of a fleet, whatever they are: launched, in service, draining, gone; checked by their balancer.
 *
 *   LAUNCHING --launch--> IN SERVICE --retire--> DRAINING --deregistration delay--> FREE
 *        \---------- dead host: noticed, terminated, replaced ------------------> FREE
 *
 * How many there are, and who replaces them: group.c for the instances of an Auto Scaling group, pod.c for pods.
 */
#include "models/cluster.h"

#include "sim/base/check.h"

static const bool may_follow[INSTANCE_STATES][INSTANCE_STATES] = {
    [INSTANCE_FREE] = { [INSTANCE_LAUNCHING] = true, [INSTANCE_IN_SERVICE] = true }, /* in service: before the run */
    [INSTANCE_LAUNCHING] = { [INSTANCE_IN_SERVICE] = true, [INSTANCE_FREE] = true },
    [INSTANCE_IN_SERVICE] = { [INSTANCE_DRAINING] = true, [INSTANCE_FREE] = true },
    [INSTANCE_DRAINING] = { [INSTANCE_FREE] = true },
};

void instance_enter(struct world *w, struct instance *i, enum instance_state next)
{
    CHECK(may_follow[i->state][next], "an instance skipped a state");
    struct fleet *fleet = &w->fleets[i->fleet];
    if (i->state == INSTANCE_LAUNCHING)
        fleet->launching[i->zone]--;
    if (i->state == INSTANCE_IN_SERVICE)
        fleet->in_service[i->zone]--;
    if (next == INSTANCE_LAUNCHING)
        fleet->launching[i->zone]++;
    if (next == INSTANCE_IN_SERVICE)
        fleet->in_service[i->zone]++;
    i->state = (uint8_t)next;
    fingerprint_add(&w->fingerprint, (uint64_t)i->fleet << 32 | (uint64_t)next << 8 | i->zone, w->now, i->launch);
}

/* ---- making and forgetting ---- */

static void pools_open(struct world *w, struct instance *i, const struct service_code *service, uint32_t backlog)
{
    i->pools = ARENA_ARRAY(w->arena, struct pool, service->pool_count);
    for (int p = 0; p < service->pool_count; p++) {
        struct pool *pool = &i->pools[p];
        const uint32_t size = (uint32_t)service->pools[p].size;
        gate_init(&pool->gate, w->arena, size, backlog, w->now);
        pool->connections = ARENA_ARRAY(w->arena, struct connection, size);
        if (service->config->connection_lifetime)
            pool->opened = ARENA_ARRAY(w->arena, sim_time, size);
        pool->idle = ARENA_ARRAY(w->arena, uint16_t, size);
        for (uint32_t c = 0; c < size; c++) {
            pool->connections[c].endpoint = -1;
            pool->idle[c] = (uint16_t)(size - 1 - c);
        }
        pool->idle_count = size;
    }
    edge_states_init(w, i);
    reach_views_init(w, i);
}

struct instance *instance_add(struct world *w, struct fleet *fleet, int zone, const struct station_config *vcpus)
{
    /* Numbers are not used again: requests that wait in silence may still name a dead target. */
    CHECK(w->instance_count < w->instance_limit, "more instances than the run has numbers");
    const uint16_t id = (uint16_t)w->instance_count;
    struct instance *i = &w->instances[w->instance_count++];
    *i = (struct instance){ .id = id,
                            .fleet = (uint16_t)(fleet - w->fleets),
                            .zone = (uint8_t)zone,
                            .alive = true,
                            .billed_until = w->now,
                            .launch = fleet->launches++ };
    struct station_config cpu = *vcpus;
    cpu.entity = id;
    cpu.speed /= w->grey ? w->zones[fleet->region][zone].factor : 1;
    station_init(&i->cpu, w->arena, w->events, &cpu, w->now);
    const struct service_config *service = fleet->service->config;
    gate_init(&i->workers, w->arena, (uint32_t)service->workers, (uint32_t)service->backlog, w->now);
    pools_open(w, i, fleet->service, (uint32_t)service->workers);
    if (fleet->instance_count == fleet->instance_capacity) {
        const uint32_t wider = fleet->instance_capacity ? 2 * fleet->instance_capacity : 32;
        fleet->instances = arena_grow(w->arena, fleet->instances, fleet->instance_count, wider,
                                      sizeof *fleet->instances);
        fleet->instance_capacity = wider;
    }
    fleet->instances[fleet->instance_count++] = id;
    return i;
}

void threads_settle(struct world *w, struct fleet *fleet, sim_time now)
{
    fleet->idle_thread_ns += (uint128)fleet->idle_threads * (uint128)(now - fleet->idle_thread_since);
    fleet->idle_thread_since = now;
}

void threads_idle(struct world *w, struct instance *i, uint32_t idle)
{
    struct fleet *fleet = &w->fleets[i->fleet];
    threads_settle(w, fleet, w->now);
    fleet->idle_threads = fleet->idle_threads - i->idle_threads + idle;
    i->idle_threads = idle;
}

void instance_register(struct world *w, struct instance *i, bool healthy)
{
    const struct fleet *fleet = &w->fleets[i->fleet];
    if (fleet->alb >= 0) {
        struct alb *alb = &w->albs[fleet->alb];
        alb_register(alb, w->now, i->id, i->zone, healthy);
        const struct draw_block phase = draw_at(w->key, i->launch, draw_place(fleet->component->name), 1);
        for (int node = 0; node < alb->node_count; node++) {
            const uint64_t spread = fingerprint_mix(phase.a + (uint64_t)node) % (uint64_t)alb->config->health.interval;
            event_set_push(w->events, event_make(w->now + (sim_time)spread, EVENT_CONTROL, EV_HEALTH_CHECK, i->id,
                                                 (uint32_t)i->launch, (uint32_t)node));
        }
    }
    reach_join(w, i);
}

void instance_in_service(struct world *w, struct instance *i, bool healthy)
{
    struct fleet *fleet = &w->fleets[i->fleet];
    if (i->state == INSTANCE_LAUNCHING)
        fault_note(w, fleet->component->name, fleet->pods ? "new pods in service" : "launched instances in service",
                   false);
    instance_enter(w, i, INSTANCE_IN_SERVICE);
    i->in_service_at = w->now;
    instance_register(w, i, healthy);
    if (fleet->queue >= 0) {
        threads_idle(w, i, i->workers.limit);
        consumers_wake(w, fleet->queue);
    }
}

/* ---- setting up ---- */

/* zone "": it has none. */
struct meter *fleet_meter(struct world *w, const struct fleet *fleet, const char *service, const char *type,
                          const char *operation, const char *zone, enum usage_unit unit)
{
    return meter_get(&w->meters, (struct usage_key){ .service = service,
                                                     .usage_type = type,
                                                     .operation = operation,
                                                     .resource = fleet->component->name,
                                                     .region = fleet->component->region->name,
                                                     .zone = zone,
                                                     .to_zone = "",
                                                     .tier = fleet->queue >= 0 ? "workers" : "web",
                                                     .unit = unit });
}

/* The region that sends pays. */
static void meters_between_regions(struct world *w, struct fleet *fleet)
{
    const int count = w->sc->region_count;
    fleet->to_region = ARENA_ARRAY(w->arena, struct meter *, count);
    fleet->from_region = ARENA_ARRAY(w->arena, struct meter *, count);
    for (int r = 0; r < count; r++) {
        const struct region *here = fleet->component->region, *there = &w->sc->regions[r];
        struct usage_key key = usage_key_of(fleet->component, "AWSDataTransfer", "InterRegion-Bytes",
                                            arena_printf(w->arena, "to=%s", there->name), USAGE_BYTES);
        key.tier = fleet->queue >= 0 ? "workers" : "web";
        fleet->to_region[r] = meter_get(&w->meters, key);
        key.operation = arena_printf(w->arena, "to=%s", here->name);
        key.region = there->name;
        fleet->from_region[r] = meter_get(&w->meters, key);
    }
}

static void fleet_init(struct world *w, struct fleet *fleet, const struct component *c)
{
    const struct scenario *sc = w->sc;
    *fleet = (struct fleet){ .component = c, .region = (int)(c->region - sc->regions), .alb = -1, .queue = -1 };
    fleet->min_size = (double)INT64_MAX;
    const struct service_config *service = scenario_service_on(sc, c);
    if (service) {
        fleet->service = journey_service(w->code, fleet->region, service->index);
        if (service->consumes.target)
            fleet->queue = scenario_seen_from(sc, service->consumes.target, c->region)->index;
    }
    for (int a = 0; a < w->alb_count; a++)
        if (w->albs[a].config->targets.target == c)
            fleet->alb = a;
    if (c->kind == KIND_DEPLOYMENT)
        pods_init(w, fleet);
    else
        group_init(w, fleet);
    fleet->cross_zone_cache = fleet_meter(w, fleet, "AWSDataTransfer", "DataTransfer-Regional-Bytes", "one;peer=cache",
                                          "", USAGE_BYTES);
    fleet->cross_zone_db = fleet_meter(w, fleet, "AWSDataTransfer", "DataTransfer-Regional-Bytes", "one;peer=database",
                                       "", USAGE_BYTES);
    if (sc->region_count > 1)
        meters_between_regions(w, fleet);
    if (w->kin)
        fleet->cross_zone_calls = fleet_meter(w, fleet, "AWSDataTransfer", "DataTransfer-Regional-Bytes",
                                              "both;peer=service", "", USAGE_BYTES);
}

void fleets_init(struct world *w)
{
    w->fleet_count = scenario_fleet_count(w->sc);
    w->fleets = ARENA_ARRAY(w->arena, struct fleet, w->fleet_count);
    for (int f = 0; f < w->fleet_count; f++) {
        fleet_init(w, &w->fleets[f], scenario_fleet(w->sc, f));
        if (w->fleets[f].config)
            group_begin(w, &w->fleets[f]);
    }
    clusters_begin(w);
}

struct fleet *fleet_of(struct world *w, const struct component *c)
{
    for (int f = 0; f < w->fleet_count; f++)
        if (w->fleets[f].component == c)
            return &w->fleets[f];
    return NULL;
}

void fleets_meter(struct world *w, sim_time until)
{
    for (int f = 0; f < w->fleet_count; f++) {
        struct fleet *fleet = &w->fleets[f];
        if (!fleet->config)
            continue;
        for (uint32_t n = 0; n < fleet->instance_count; n++)
            group_bill(w, &w->instances[fleet->instances[n]], until);
        if (fleet->config->warm_pool.present && fleet->service)
            warm_pool_bill(w, fleet, until);
    }
}

/* ---- leaving ---- */

/* A pod is killed when its grace is over, whatever its balancer would wait for. */
static sim_time time_to_leave(const struct world *w, const struct fleet *fleet, const struct instance *i)
{
    if (fleet->pods)
        return fleet->pods->grace;
    if (fleet->alb >= 0)
        return w->albs[fleet->alb].config->deregistration_delay;
    return dist_sample(fleet->drain, draw_unit(draw_at(w->key, i->launch, draw_place(fleet->component->name), 2).a));
}

void instance_retire(struct world *w, struct instance *i)
{
    struct fleet *fleet = &w->fleets[i->fleet];
    if (i->state == INSTANCE_IN_SERVICE) {
        threads_idle(w, i, 0);
        if (fleet->alb >= 0)
            alb_deregister(&w->albs[fleet->alb], w->now, i->id);
        reach_leave(w, i);
    }
    if (!i->alive || i->state == INSTANCE_LAUNCHING) {
        instance_gone(w, i);
        return;
    }
    instance_enter(w, i, INSTANCE_DRAINING);
    event_set_push(w->events, event_make(w->now + time_to_leave(w, fleet, i), EVENT_CAPACITY, EV_GONE, i->id,
                                         (uint32_t)i->launch, EVENT_NO_SLOT));
}

static void kill_requests(struct world *w, struct instance *i, bool reset)
{
    for (uint32_t slot = 0; slot < w->frames_used; slot++) {
        struct frame *f = frame_at(w, slot);
        if (f->kind != FRAME_FREE && f->instance == i->id && f->state != AT_CLIENT && f->state != AT_LATE_ANSWER &&
            f->state != AT_EDGE && f->state != AT_NOTHING)
            request_killed(w, f, reset);
    }
    station_clear(&i->cpu, w->now, NULL, NULL);
    gate_clear(&i->workers, w->now, NULL, NULL);
    const struct service_code *service = w->fleets[i->fleet].service;
    for (int e = 0; e < service->edge_count; e++)
        if (w->code->edges[service->edges[e]].limit)
            gate_clear(&i->edges[e].limit, w->now, NULL, NULL);
    for (int p = 0; p < service->pool_count; p++) {
        struct pool *pool = &i->pools[p];
        gate_clear(&pool->gate, w->now, NULL, NULL);
        struct rds *db = &w->databases[service->pools[p].database->index];
        for (int64_t c = 0; c < service->pools[p].size; c++) {
            struct connection *connection = &pool->connections[c];
            if (connection->endpoint >= 0 && connection->epoch == db->endpoints[connection->endpoint].epoch)
                db->endpoints[connection->endpoint].connections--;
            connection->endpoint = -1;
            pool->idle[c] = (uint16_t)(service->pools[p].size - 1 - c);
        }
        pool->idle_count = (uint32_t)service->pools[p].size;
    }
}

/* Terminated: what is still in flight is cut off. */
void instance_gone(struct world *w, struct instance *i)
{
    if (i->state == INSTANCE_FREE)
        return;
    struct fleet *fleet = &w->fleets[i->fleet];
    reach_leave(w, i);
    i->alive = false;
    kill_requests(w, i, true);
    if (fleet->config)
        group_bill(w, i, w->now);
    instance_enter(w, i, INSTANCE_FREE);
    for (uint32_t n = 0; n < fleet->instance_count; n++)
        if (fleet->instances[n] == i->id) {
            for (uint32_t m = n + 1; m < fleet->instance_count; m++)
                fleet->instances[m - 1] = fleet->instances[m];
            fleet->instance_count--;
            break;
        }
    if (fleet->pods)
        pod_gone(w, i);
}

/* ---- death and health ---- */

void instance_die(struct world *w, struct instance *i, bool reset)
{
    if (!i->alive || i->state == INSTANCE_FREE)
        return;
    i->alive = false;
    if (i->state == INSTANCE_IN_SERVICE)
        threads_idle(w, i, 0);
    kill_requests(w, i, reset);
    reach_died(w, i, reset);
    if (w->fleets[i->fleet].config)
        group_member_died(w, i);
    else
        pod_died(w, i);
}

void instance_back(struct world *w, struct instance *i)
{
    i->alive = true;
    if (i->state == INSTANCE_IN_SERVICE && w->fleets[i->fleet].queue >= 0) {
        threads_idle(w, i, i->workers.limit);
        consumers_wake(w, w->fleets[i->fleet].queue);
    }
}

/* What a node learns from a check. */
static void check_result(struct world *w, const struct instance *i, int node, bool passed)
{
    if (i->state != INSTANCE_IN_SERVICE)
        return;
    struct alb *alb = &w->albs[w->fleets[i->fleet].alb];
    const enum alb_change change = alb_check_result(alb, w->now, node, i->id, passed);
    if (change == ALB_SAME)
        return;
    fingerprint_add(&w->fingerprint, 0x4ea174u + (uint64_t)change, w->now, (uint64_t)i->id << 8 | (uint64_t)node);
    if (change == ALB_BECAME_UNHEALTHY)
        fault_note(w, alb->config->targets.name, "targets unhealthy at the load balancer", true);
}

/* Between the balancer's node and a target, where one of them is in a grey zone. */
static bool check_lost(const struct world *w, const struct instance *i, const struct alb *alb, int node)
{
    const uint32_t number = (uint32_t)(w->now / alb->config->health.interval) * ALB_NODES_MAX + (uint32_t)node;
    return grey_loses(w, w->fleets[i->fleet].region, alb->nodes[node].zone, i->zone, HOP_CHECK,
                      (uint64_t)i->fleet << 48 | i->launch, number);
}

void instance_health_check(struct world *w, struct instance *i, int node)
{
    struct fleet *fleet = &w->fleets[i->fleet];
    struct alb *alb = &w->albs[fleet->alb];
    if (i->state != INSTANCE_IN_SERVICE || !alb_knows(alb, node, i->id))
        return; /* it has left: its checks end */
    event_set_push(w->events, event_make(w->now + alb->config->health.interval, EVENT_CONTROL, EV_HEALTH_CHECK, i->id,
                                         (uint32_t)i->launch, (uint32_t)node));
    if (!alb->nodes[node].up)
        return;
    w->health_checks++;
    const bool deep = alb->config->health.deep;
    const bool queue_full = i->workers.inside == i->workers.limit && i->workers.waiting >= i->workers.backlog;
    const bool reached = i->alive && !(w->grey && check_lost(w, i, alb, node));
    if (reached && !deep && !queue_full) { /* the accept queue answers at once */
        check_result(w, i, node, true);
        return;
    }
    const uint32_t slot = frame_new(w);
    if (slot == SLOT_NONE)
        return;
    struct frame *f = frame_at(w, slot);
    f->kind = FRAME_HEALTH;
    f->begun = f->entered = w->now;
    f->deadline = w->now + alb->config->health.timeout;
    f->ordinal = i->launch;
    f->alb = (uint16_t)fleet->alb;
    f->node = (uint8_t)node;
    f->instance = i->id;
    event_set_push(w->events,
                   event_make(f->deadline, EVENT_TIMEOUT, EV_CHECK_TIMEOUT, i->id, (uint32_t)i->launch, slot));
    if (reached && deep)
        request_offer_instance(w, f);
    else
        f->state = AT_NOTHING; /* silence: the timeout will tell */
}

void health_check_ended(struct world *w, struct frame *f, bool passed)
{
    if (!(f->flags & FLAG_ABANDONED))
        check_result(w, &w->instances[f->instance], f->node, passed);
    frame_free(w, frame_slot(w, f));
}

void health_check_timeout(struct world *w, struct frame *f)
{
    check_result(w, &w->instances[f->instance], f->node, false);
    if (f->state == AT_NOTHING || f->state == AT_SILENT_TARGET)
        frame_free(w, frame_slot(w, f));
    else
        f->flags |= FLAG_ABANDONED; /* the server works on */
}
