/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fleet -- the instances of an Auto Scaling group: launched, in service, draining, gone; checked and replaced.
 *
 *   LAUNCHING --launch--> IN SERVICE --retire--> DRAINING --deregistration delay--> FREE
 *        \---------- dead host: noticed, terminated, replaced ------------------> FREE
 */
#include "models/world.h"

#include "models/catalogue/catalogue.h"
#include "sim/base/check.h"
#include "sim/base/text.h"

/* Metrics that detailed monitoring of an instance publishes.       [CW-PRICE] */
enum { DETAILED_METRICS = 7 };

static const bool may_follow[INSTANCE_STATES][INSTANCE_STATES] = {
    [INSTANCE_FREE] = { [INSTANCE_LAUNCHING] = true, [INSTANCE_IN_SERVICE] = true }, /* in service: before the run */
    [INSTANCE_LAUNCHING] = { [INSTANCE_IN_SERVICE] = true, [INSTANCE_FREE] = true },
    [INSTANCE_IN_SERVICE] = { [INSTANCE_DRAINING] = true, [INSTANCE_FREE] = true },
    [INSTANCE_DRAINING] = { [INSTANCE_FREE] = true },
};

static void instance_enter(struct world *w, struct instance *i, enum instance_state next)
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
        pool->idle = ARENA_ARRAY(w->arena, uint16_t, size);
        for (uint32_t c = 0; c < size; c++) {
            pool->connections[c].endpoint = -1;
            pool->idle[c] = (uint16_t)(size - 1 - c);
        }
        pool->idle_count = size;
    }
    i->breakers = ARENA_ARRAY(w->arena, struct breaker, service->breaker_count);
}

static struct instance *instance_add(struct world *w, struct fleet *fleet, int zone)
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
    struct station_config cpu = fleet->vcpus;
    cpu.entity = id;
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

static void bill_instance(struct world *w, struct instance *i, sim_time until)
{
    const struct fleet *fleet = &w->fleets[i->fleet];
    meter_add_time(&w->meters, fleet->hours[i->zone], 1, i->billed_until, until);
    meter_add_storage(&w->meters, fleet->volume_hours[i->zone], fleet->config->volume, i->billed_until, until);
    meter_add_time(&w->meters, fleet->monitoring, DETAILED_METRICS, i->billed_until, until);
    i->billed_until = until;
}

void fleets_meter(struct world *w, sim_time until)
{
    for (int f = 0; f < w->fleet_count; f++)
        for (uint32_t n = 0; n < w->fleets[f].instance_count; n++)
            bill_instance(w, &w->instances[w->fleets[f].instances[n]], until);
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

static void enter_service(struct world *w, struct instance *i, bool healthy)
{
    struct fleet *fleet = &w->fleets[i->fleet];
    if (i->state == INSTANCE_LAUNCHING)
        fault_note(w, fleet->component->name, "launched instances in service", false);
    instance_enter(w, i, INSTANCE_IN_SERVICE);
    i->in_service_at = w->now;
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
    if (fleet->queue >= 0) {
        threads_idle(w, i, i->workers.limit);
        consumers_wake(w, fleet->queue);
    }
}

/* ---- setting up ---- */

/* zone "": it has none. */
static struct meter *fleet_meter(struct world *w, const struct fleet *fleet, const char *service, const char *type,
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

static void fleet_init(struct world *w, struct fleet *fleet, const struct component *c)
{
    const struct scenario *sc = w->sc;
    *fleet = (struct fleet){
        .component = c, .config = c->config, .region = (int)(c->region - sc->regions), .alb = -1, .queue = -1
    };
    fleet->shape = catalogue_instance(fleet->config->instance);
    fleet->vcpus = departures_vcpus(departures_discipline(sc, c), fleet->shape, w->arena);
    fleet->vcpus.execution = departures_execution(sc, c);
    fleet->vcpus.kind = EV_CPU;
    fleet->desired = fleet->config->size.desired;
    fleet->tracking = ARENA_ARRAY(w->arena, struct tracking, fleet->config->scaling_count);
    fleet->measured = ARENA_ARRAY(w->arena, int64_t, fleet->config->scaling_count);
    fleet->pending = ARENA_ARRAY(w->arena, struct datapoint, PENDING_MINUTES * fleet->config->scaling_count);
    fleet->min_size = (double)INT64_MAX;
    fleet->service_index = -1;
    for (int s = 0; s < sc->service_count; s++)
        if (!sc->services[s].external && sc->services[s].runs_on.target == c) {
            fleet->service_index = s;
            fleet->service = &w->code->services[s];
            const struct component *queue = sc->services[s].consumes.target;
            fleet->queue = queue ? queue->index : -1;
        }
    for (int a = 0; a < w->alb_count; a++)
        if (w->albs[a].config->targets.target == c)
            fleet->alb = a;
    const char *const box = arena_printf(w->arena, "BoxUsage:%s", fleet->config->instance);
    for (int64_t z = 0; z < c->region->zones; z++) {
        const char *const zone = c->region->zone_names[z];
        fleet->hours[z] = fleet_meter(w, fleet, "AmazonEC2", box, "RunInstances", zone, USAGE_NANOSECONDS);
        fleet->volume_hours[z] = fleet_meter(w, fleet, "AmazonEC2", "EBS:VolumeUsage.gp3", "", zone, USAGE_BYTE_HOURS);
    }
    fleet->monitoring = fleet_meter(w, fleet, "AmazonCloudWatch", "CW:MetricMonitorUsage", "", "", USAGE_NANOSECONDS);
    fleet->cross_zone_cache = fleet_meter(w, fleet, "AWSDataTransfer", "DataTransfer-Regional-Bytes", "one;peer=cache",
                                          "", USAGE_BYTES);
    fleet->cross_zone_db = fleet_meter(w, fleet, "AWSDataTransfer", "DataTransfer-Regional-Bytes", "one;peer=database",
                                       "", USAGE_BYTES);
}

void fleets_init(struct world *w)
{
    for (int f = 0; f < w->fleet_count; f++) {
        struct fleet *fleet = &w->fleets[f];
        fleet_init(w, fleet, w->sc->by_kind[KIND_ASG][f]);
        for (int64_t n = 0; n < fleet->desired && fleet->service; n++) {
            struct instance *i = instance_add(w, fleet, (int)(n % w->sc->regions[fleet->region].zones));
            enter_service(w, i, true);
            i->in_service_at -= fleet->config->warm_up; /* there before the run began */
        }
    }
}

/* ---- capacity ---- */

static int zone_count(const struct world *w, const struct fleet *fleet)
{
    return (int)w->sc->regions[fleet->region].zones;
}

static bool launches_fail(const struct world *w, const struct fleet *fleet, int zone)
{
    return !w->zone_up[fleet->region][zone] || (w->launches.active && w->launches.zone_fails &&
                                                w->launches.region == fleet->region && w->launches.zone == zone);
}

/* Ties between zones are broken at random, as AWS does: otherwise the same zone would always be the emptiest. */
static int first_zone(const struct world *w, const struct fleet *fleet)
{
    const uint64_t subject = fleet->launches << 16 | (uint64_t)(w->now / SIM_MINUTE & 0xffff);
    return (int)draw_below(draw_at(w->key, subject, draw_place(fleet->component->name), 4).a,
                           (uint32_t)zone_count(w, fleet));
}

/* The zone with the fewest instances among those where launches work: the group tries the next zone by itself. */
static int zone_to_launch(const struct world *w, const struct fleet *fleet)
{
    int best = -1;
    for (int n = 0; n < zone_count(w, fleet); n++) {
        const int z = (first_zone(w, fleet) + n) % zone_count(w, fleet);
        if (launches_fail(w, fleet, z))
            continue;
        if (best < 0 || fleet->in_service[z] + fleet->launching[z] < fleet->in_service[best] + fleet->launching[best])
            best = z;
    }
    return best;
}

static bool launch_one(struct world *w, struct fleet *fleet, int zone)
{
    if (w->instance_count == w->instance_limit)
        return false; /* the loader bounds the groups; a run that still gets here has replaced thousands */
    const struct draw_block d = draw_at(w->key, fleet->launches, draw_place(fleet->component->name), 0);
    double slower = 1.0;
    if (w->launches.active && w->launches.region == fleet->region) {
        if (draw_unit(d.b) < w->launches.errors) {
            fleet->launches++; /* the call failed; the next evaluation tries again */
            fault_note(w, fleet->component->name, "a launch failed: control plane error", true);
            return false;
        }
        slower = w->launches.latency;
    }
    struct instance *i = instance_add(w, fleet, zone);
    instance_enter(w, i, INSTANCE_LAUNCHING);
    const sim_time takes = (sim_time)((double)dist_sample(&fleet->config->launch, draw_unit(d.a)) * slower);
    event_set_push(w->events,
                   event_make(w->now + takes, EVENT_CAPACITY, EV_LAUNCHED, i->id, (uint32_t)i->launch, EVENT_NO_SLOT));
    return true;
}

static int64_t counted_size(const struct world *w, const struct fleet *fleet)
{
    int64_t size = 0;
    for (int z = 0; z < zone_count(w, fleet); z++)
        size += fleet->in_service[z] + fleet->launching[z];
    return size;
}

/* Scale-in: the zone with most instances, there the oldest.       [ASG-UG] Default termination policy */
static struct instance *instance_to_retire(struct world *w, struct fleet *fleet)
{
    int fullest = first_zone(w, fleet);
    for (int z = 0; z < zone_count(w, fleet); z++)
        if (fleet->in_service[z] > fleet->in_service[fullest])
            fullest = z;
    struct instance *oldest = NULL;
    for (uint32_t n = 0; n < fleet->instance_count; n++) {
        struct instance *i = &w->instances[fleet->instances[n]];
        if (i->state == INSTANCE_IN_SERVICE && i->zone == fullest && (!oldest || i->launch < oldest->launch))
            oldest = i;
    }
    return oldest;
}

/* One zone has two instances more than another that could take one: launch there first, the surplus is retired once it
 * serves. At the most a tenth of the group moves at once.       [ASG-UG] Rebalancing activities */
static bool rebalance(struct world *w, struct fleet *fleet)
{
    const int to = zone_to_launch(w, fleet);
    if (to < 0)
        return false;
    uint32_t most = 0, launching = 0;
    for (int z = 0; z < zone_count(w, fleet); z++) {
        launching += fleet->launching[z];
        most = fleet->in_service[z] > most ? fleet->in_service[z] : most;
    }
    const int64_t tenth = fleet->desired / 10;
    if (launching >= (tenth > 1 ? tenth : 1))
        return false;
    return most >= fleet->in_service[to] + fleet->launching[to] + 2 && launch_one(w, fleet, to);
}

void fleet_reconcile(struct world *w, struct fleet *fleet)
{
    int64_t size = counted_size(w, fleet), serving = 0;
    for (int z = 0; z < zone_count(w, fleet); z++)
        serving += fleet->in_service[z];
    for (; size < fleet->desired; size++) {
        const int zone = zone_to_launch(w, fleet);
        if (zone < 0 || !launch_one(w, fleet, zone))
            break;
    }
    for (; serving > fleet->desired; serving--) { /* those that still boot do not replace anybody yet */
        struct instance *i = instance_to_retire(w, fleet);
        if (!i)
            break;
        instance_retire(w, i);
    }
    while (counted_size(w, fleet) >= fleet->desired && rebalance(w, fleet))
        ;
}

void fleet_set_desired(struct world *w, struct fleet *fleet, int64_t desired)
{
    const int64_t min = fleet->config->size.min, max = fleet->config->size.max;
    desired = desired < min ? min : desired > max ? max : desired;
    if (desired == fleet->desired)
        return;
    fingerprint_add(&w->fingerprint, 0xde51aedu, w->now, (uint64_t)desired);
    fault_note(w, fleet->component->name,
               desired > fleet->desired
                   ? arena_printf(w->arena, "scales out from %d to %d", (int)fleet->desired, (int)desired)
                   : arena_printf(w->arena, "scales in from %d to %d", (int)fleet->desired, (int)desired),
               false);
    fleet->desired = desired;
    fleet_reconcile(w, fleet);
}

void instance_launched(struct world *w, struct instance *i)
{
    if (i->state != INSTANCE_LAUNCHING)
        return;
    if (i->alive) {
        enter_service(w, i, false);
        return;
    }
    instance_gone(w, i); /* its zone was lost while it booted: the group tries again */
    fleet_reconcile(w, &w->fleets[i->fleet]);
}

void instance_retire(struct world *w, struct instance *i)
{
    struct fleet *fleet = &w->fleets[i->fleet];
    if (i->state == INSTANCE_IN_SERVICE) {
        threads_idle(w, i, 0);
        if (fleet->alb >= 0)
            alb_deregister(&w->albs[fleet->alb], w->now, i->id);
    }
    if (!i->alive || i->state == INSTANCE_LAUNCHING) {
        instance_gone(w, i);
        return;
    }
    instance_enter(w, i, INSTANCE_DRAINING);
    const sim_time delay =
        fleet->alb >= 0 ? w->albs[fleet->alb].config->deregistration_delay
                        : dist_sample(&fleet->config->drain,
                                      draw_unit(draw_at(w->key, i->launch, draw_place(fleet->component->name), 2).a));
    event_set_push(w->events,
                   event_make(w->now + delay, EVENT_CAPACITY, EV_GONE, i->id, (uint32_t)i->launch, EVENT_NO_SLOT));
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
    kill_requests(w, i, true);
    bill_instance(w, i, w->now);
    instance_enter(w, i, INSTANCE_FREE);
    for (uint32_t n = 0; n < fleet->instance_count; n++)
        if (fleet->instances[n] == i->id) {
            for (uint32_t m = n + 1; m < fleet->instance_count; m++)
                fleet->instances[m - 1] = fleet->instances[m];
            fleet->instance_count--;
            break;
        }
    i->alive = false;
}

/* ---- death and health ---- */

void instance_die(struct world *w, struct instance *i, bool reset)
{
    if (!i->alive || i->state == INSTANCE_FREE)
        return;
    struct fleet *fleet = &w->fleets[i->fleet];
    i->alive = false;
    if (i->state == INSTANCE_IN_SERVICE)
        threads_idle(w, i, 0);
    kill_requests(w, i, reset);
    const struct draw_block d = draw_at(w->key, i->launch, draw_place(fleet->component->name), 3);
    event_set_push(w->events, event_make(w->now + dist_sample(&fleet->config->ec2_detect, draw_unit(d.a)),
                                         EVENT_CONTROL, EV_DEAD_NOTICED, i->id, (uint32_t)i->launch, EVENT_NO_SLOT));
}

static void replace(struct world *w, struct instance *i, const char *why)
{
    struct fleet *fleet = &w->fleets[i->fleet];
    fault_note(w, fleet->component->name, why, true);
    instance_retire(w, i);
    fleet_reconcile(w, fleet);
}

void instance_dead_noticed(struct world *w, struct instance *i)
{
    if (i->state != INSTANCE_FREE && !i->alive)
        replace(w, i, "EC2 status checks failed: instances replaced");
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
    if (i->alive && !deep && !queue_full) { /* the accept queue answers at once */
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
    f->node = (uint8_t)node;
    f->instance = i->id;
    event_set_push(w->events,
                   event_make(f->deadline, EVENT_TIMEOUT, EV_CHECK_TIMEOUT, i->id, (uint32_t)i->launch, slot));
    if (i->alive && deep)
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
