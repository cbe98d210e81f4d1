/* SPDX-License-Identifier: GPL-3.0-or-later */
/* world -- setting up a replication, the pool of frames, and which event goes where. */
#include "models/cluster.h"

#include <stdlib.h>
#include <string.h>

#include "models/catalogue/catalogue.h"
#include "models/catalogue/distances.h"
#include "models/demand.h"
#include "models/names.h"
#include "models/replica.h"
#include "sim/base/check.h"

/* Requests in flight at the most, clients that wait to reload included. Beyond, arrivals are refused and counted. */
enum { FRAMES_MAX = 1 << 19, INSTANCES_MAX = 8192, INSTANCES_MAX_WITH_PODS = 32768 };

/* About one event to a bucket of the wheel at some hundred requests per second; a horizon of 17 s holds most patience. */
static const sim_time WHEEL_BUCKET_NS = INT64_C(1) << 20;

/* ---- frames ---- */

uint32_t frame_new(struct world *w)
{
    uint32_t slot = w->frame_free;
    if (slot != SLOT_NONE)
        w->frame_free = w->frames[slot].next_free;
    else if (w->frames_used < w->frame_limit)
        slot = w->frames_used++;
    else
        return SLOT_NONE;
    struct frame *f = &w->frames[slot];
    *f = (struct frame){ .deadline = SIM_NEVER,
                         .resume_at = SIM_NEVER,
                         .query_deadline = SIM_NEVER,
                         .patience_link = { TIMER_NONE, TIMER_NONE },
                         .query_link = { TIMER_NONE, TIMER_NONE },
                         .instance = 0xffff,
                         .connection = 0xffff };
    w->frame_count++;
    return slot;
}

void frame_free(struct world *w, uint32_t slot)
{
    struct frame *f = &w->frames[slot];
    CHECK(f->kind != FRAME_FREE, "a frame is freed twice");
    if (f->patience_link.prev != TIMER_NONE)
        timer_ring_disarm(&w->patience, &w->frames[0].patience_link, sizeof *f, slot, f->deadline);
    f->kind = FRAME_FREE;
    f->next_free = w->frame_free;
    w->frame_free = slot;
    w->frame_count--;
}

void frame_delay(struct world *w, struct frame *f, sim_time delay)
{
    f->state = AT_DELAY;
    f->resume_at = w->now + delay;
    event_set_push(w->events,
                   event_make(f->resume_at, EVENT_COMPLETION, EV_RESUME, 0, (uint32_t)f->ordinal, frame_slot(w, f)));
}

void arm_sweep(struct world *w)
{
    const sim_time a = timer_ring_next_sweep(&w->patience), b = timer_ring_next_sweep(&w->query_timers);
    sim_time next = a < b ? a : b;
    if (next == SIM_NEVER || next >= w->sweep_armed)
        return;
    next = next < w->now ? w->now : next;
    w->sweep_armed = next;
    event_set_push(w->events, event_make(next, EVENT_ARRIVAL, EV_SWEEP, 0, 0, EVENT_NO_SLOT));
}

/* Survivors of a slot get their exact event; those that lie beyond the ring are offered again. */
static void sweep(struct world *w)
{
    w->sweep_armed = SIM_NEVER;
    void *const patience = &w->frames[0].patience_link, *const queries = &w->frames[0].query_link;
    for (uint32_t slot;
         (slot = timer_ring_sweep(&w->patience, patience, sizeof(struct frame), w->now)) != TIMER_NONE;) {
        const struct frame *f = frame_at(w, slot);
        if (!timer_ring_arm(&w->patience, patience, sizeof(struct frame), slot, f->deadline))
            event_set_push(w->events,
                           event_make(f->deadline, EVENT_TIMEOUT, EV_PATIENCE, 0, (uint32_t)f->ordinal, slot));
    }
    for (uint32_t slot;
         (slot = timer_ring_sweep(&w->query_timers, queries, sizeof(struct frame), w->now)) != TIMER_NONE;) {
        const struct frame *f = frame_at(w, slot);
        if (!timer_ring_arm(&w->query_timers, queries, sizeof(struct frame), slot, f->query_deadline))
            query_timer_event(w, f);
    }
    arm_sweep(w);
}

/* ---- regions ---- */

bool world_region_up(const struct world *w, const struct region *region)
{
    const int r = (int)(region - w->sc->regions);
    for (int z = 0; z < region->zones; z++)
        if (w->zone_up[r][z])
            return true;
    return false;
}

/* ---- setting up ---- */

static void init_distances(struct world *w)
{
    const int n = w->sc->region_count;
    if (n == 1)
        return;
    w->rtt_between = ARENA_ARRAY(w->arena, sim_time, n * n);
    for (int a = 0; a < n; a++)
        for (int b = 0; b < n; b++)
            w->rtt_between[a * n + b] = (sim_time)(distances_rtt_ms(w->sc->regions[a].name, w->sc->regions[b].name) *
                                                   1e6);
}

sim_time region_rtt(const struct world *w, int from, int to, uint64_t bits)
{
    const double median = (double)w->rtt_between[from * w->sc->region_count + to];
    const bool slow = draw_below(bits, 100) == 0;
    return (sim_time)(median * (slow ? 1.5 : 0.95 + 0.1 * draw_unit(bits << 32)));
}

/* What the service on a fleet consumes, or NULL. */
static const struct component *queue_of(const struct scenario *sc, const struct component *fleet)
{
    const struct service_config *service = scenario_service_on(sc, fleet);
    return service && service->consumes.target ? scenario_seen_from(sc, service->consumes.target, fleet->region) : NULL;
}

struct lives {
    struct draw_key key;
    uint32_t place;
};

static uint64_t bits_of_rank(void *context, int rank)
{
    const struct lives *lives = context;
    return draw_at(lives->key, (uint64_t)rank, lives->place, 0).a;
}

/* Warm, as in the long run at the mean rate of this day type. */
static void init_contents(struct world *w, struct cache *cache)
{
    const struct elasticache_config *config = cache->config;
    if (config->keys == 0)
        return;
    const double headline = scenario_mean_rate(w->sc, &w->sc->populations[0], w->arena);
    const double busyness = w->day_type < 0 || headline <= 0.0 ? 1.0 : w->sc->day_types[w->day_type].mean / headline;
    struct lives lives = { w->key, draw_place(arena_printf(w->arena, "%s/age of keys", cache->component->name)) };
    cache->warmth = ARENA_NEW(w->arena, struct warmth);
    warmth_init(cache->warmth, w->arena, config->contents, cache->shard_count, config->ttl ? config->ttl : SIM_NEVER,
                config->room, config->gets_per_s * busyness, true, 0, bits_of_rank, &lives);
}

static void init_region_components(struct world *w)
{
    const struct scenario *sc = w->sc;
    w->zone_up = ARENA_ARRAY(w->arena, bool *, sc->region_count);
    w->rtt_same_zone = ARENA_ARRAY(w->arena, struct sampler, sc->region_count);
    w->rtt_cross_zone = ARENA_ARRAY(w->arena, struct sampler, sc->region_count);
    for (int r = 0; r < sc->region_count; r++) {
        sampler_init(&w->rtt_same_zone[r], &sc->regions[r].rtt_same_zone, w->arena);
        sampler_init(&w->rtt_cross_zone[r], &sc->regions[r].rtt_cross_zone, w->arena);
        w->zone_up[r] = ARENA_ARRAY(w->arena, bool, ALB_NODES_MAX);
        for (int z = 0; z < ALB_NODES_MAX; z++)
            w->zone_up[r][z] = z < sc->regions[r].zones;
    }
    w->alb_count = sc->by_kind_count[KIND_ALB];
    w->albs = ARENA_ARRAY(w->arena, struct alb, w->alb_count);
    for (int a = 0; a < w->alb_count; a++) {
        const struct component *c = sc->by_kind[KIND_ALB][a];
        alb_init(&w->albs[a], w->arena, c->config, (int)c->region->zones);
    }
    w->cache_count = sc->by_kind_count[KIND_ELASTICACHE];
    w->caches = ARENA_ARRAY(w->arena, struct cache, w->cache_count);
    for (int c = 0; c < w->cache_count; c++) {
        const struct component *component = sc->by_kind[KIND_ELASTICACHE][c];
        const int first = w->shard_count, shards = (int)((const struct elasticache_config *)component->config)->shards;
        w->shard_of = arena_grow(w->arena, w->shard_of, (size_t)first, (size_t)(first + shards), sizeof *w->shard_of);
        for (int s = 0; s < shards; s++) {
            w->shard_of[first + s].cache = c;
            w->shard_of[first + s].shard = s;
        }
        w->shard_count += shards;
        cache_init(&w->caches[c], w->arena, w->events, component, EV_CACHE, (uint32_t)first,
                   departures_execution(sc, &w->plan, component), 0);
        init_contents(w, &w->caches[c]);
    }
    w->database_count = sc->by_kind_count[KIND_RDS];
    w->databases = ARENA_ARRAY(w->arena, struct rds, w->database_count);
    for (int d = 0; d < w->database_count; d++) {
        struct rds *db = &w->databases[d];
        const int first = w->endpoint_count;
        const struct component *component = sc->by_kind[KIND_RDS][d];
        rds_init(db, w->arena, w->events, component, EV_DB, (uint32_t)first,
                 departures_execution(sc, &w->plan, component), 0);
        w->endpoint_of = arena_grow(w->arena, w->endpoint_of, (size_t)first, (size_t)(first + db->endpoint_count),
                                    sizeof *w->endpoint_of);
        for (int e = 0; e < db->endpoint_count; e++) {
            w->endpoint_of[first + e].db = d;
            w->endpoint_of[first + e].endpoint = e;
        }
        w->endpoint_count += db->endpoint_count;
    }
    w->queue_count = sc->by_kind_count[KIND_SQS];
    w->queues = ARENA_ARRAY(w->arena, struct queue, w->queue_count);
    for (int q = 0; q < w->queue_count; q++) {
        struct queue *queue = &w->queues[q];
        const struct component *c = sc->by_kind[KIND_SQS][q];
        *queue = (struct queue){ .component = c, .config = c->config, .fleet = -1, .expiry_armed = SIM_NEVER };
        message_queue_init(&queue->messages, w->arena, queue->config->visibility,
                           (uint32_t)queue->config->dead_letter_after, 0);
        queue_init(w, queue);
        for (int f = 0; f < scenario_fleet_count(sc); f++)
            if (queue_of(sc, scenario_fleet(sc, f)) == c)
                queue->fleet = f;
    }
}

/* Only GET, HEAD and OPTIONS fail over: operations that change nothing.      [CF-DG] Origin failover */
static void init_failover(struct world *w)
{
    if (!w->cloudfront || !w->cloudfront->origins.secondary)
        return;
    const int count = scenario_operation_count(w->sc);
    w->reads_only = ARENA_ARRAY(w->arena, bool, count);
    for (int o = 0; o < count; o++)
        w->reads_only[o] = demand_of_operation(scenario_operation(w->sc, o), demand_changes, NULL) == 0.0;
}

static void init_edge(struct world *w)
{
    const struct scenario *sc = w->sc;
    w->front = -1;
    if (sc->by_kind_count[KIND_CLOUDFRONT]) {
        w->cloudfront_component = sc->by_kind[KIND_CLOUDFRONT][0];
        w->cloudfront = w->cloudfront_component->config;
        const struct component *bucket = w->cloudfront->origins.fixed.target;
        w->s3_component = bucket;
        w->s3 = bucket ? bucket->config : NULL;
    }
    const struct component *front = scenario_front(sc);
    w->front = front ? front->index : -1;
    if (sc->by_kind_count[KIND_WAF]) {
        w->waf_component = sc->by_kind[KIND_WAF][0];
        w->waf = w->waf_component->config;
        const struct component *on = w->waf->on.target;
        w->waf_on_cdn = on && on->kind == KIND_CLOUDFRONT;
        sampler_init(&w->waf_time, &w->waf->time, w->arena);
    }
    if (w->cloudfront)
        sampler_init(&w->origin_rtt, &w->cloudfront->origin_rtt, w->arena);
    CHECK(w->front >= 0, "no load balancer takes the traffic: the loader lets this through");
    w->fronts = ARENA_ARRAY(w->arena, struct front, w->alb_count);
    for (int a = 0; a < w->alb_count; a++) {
        w->fronts[a].open = a == w->front;
        sampler_init(&w->fronts[a].latency, &w->albs[a].config->latency, w->arena);
    }
}

void world_init(struct world *w, const struct scenario *sc, const struct journey_code *code, int day_type,
                uint32_t number, const struct fault_plan *plan, struct arena *arena)
{
    const struct rate_curve day = scenario_rate(sc, &sc->populations[0], day_type, arena);
    const struct rate_curve curve = plan ? rate_curve_part(&day, plan->part, arena) : day;
    *w = (struct world){ .sc = sc,
                         .code = code,
                         .day_type = day_type,
                         .arena = arena,
                         .start = curve.warm_up,
                         .end = curve.warm_up + curve.length,
                         .start_ns_of_day = curve.start_ns_of_day };
    if (plan)
        w->plan = *plan;
    else if (day_type < 0)
        w->plan = (struct fault_plan){ .faults = sc->faults, .count = sc->fault_count };
    /* A day type has customers of its own; variants of the same day meet the same ones. */
    w->key = draw_key_make((uint64_t)sc->seed + (uint64_t)(day_type + 1) * UINT64_C(0x9e3779b97f4a7c15), number);
    w->events = event_set_new(arena, WHEEL_BUCKET_NS);
    w->frame_limit = FRAMES_MAX;
    w->frame_free = SLOT_NONE;
    /* Untouched pages cost nothing: the pool is as large as the bound, resident only as far as it was used. */
    w->frames = aligned_alloc(64, (size_t)FRAMES_MAX * sizeof *w->frames);
    CHECK(w->frames, "no memory for the pool of requests");
    w->instance_limit = sc->by_kind_count[KIND_DEPLOYMENT] ? INSTANCES_MAX_WITH_PODS : INSTANCES_MAX;
    w->instances = ARENA_ARRAY(arena, struct instance, w->instance_limit);
    timer_ring_init(&w->patience, arena, 26, 1024, 0);
    timer_ring_init(&w->query_timers, arena, 26, 1024, 0);
    w->sweep_armed = SIM_NEVER;
    meters_init(&w->meters, arena, w->start, w->end);
    init_distances(w);
    init_region_components(w);
    fetches_init(w);
    init_edge(w);
    init_failover(w);
    edge_init(w);
    w->externals = ARENA_ARRAY(arena, struct external, code->external_count);
    edges_init(w);
    if (code->has_frames_in_frames) {
        w->kin = calloc(FRAMES_MAX, sizeof *w->kin); /* untouched pages cost nothing here either */
        CHECK(w->kin, "no memory for the pool of requests");
    }
    recorder_init(&w->recorder, arena, sc, w->start, w->end);
    impairments_init(w); /* a warm pool asks where launches work */
    clusters_init(w);
    served_init(w);
    fleets_init(w);
    names_init(w);
    replicas_init(w);
    windows_init(w);
    clients_columns(w);
    recorder_ready(&w->recorder);
    faults_init(w);
    clients_init(w, day_type);
    event_set_push(w->events, event_make(SIM_MINUTE, EVENT_METRIC, EV_MINUTE, 0, 0, EVENT_NO_SLOT));
    event_set_push(w->events, event_make(w->start, EVENT_METRIC, EV_WINDOW, 0, 0, EVENT_NO_SLOT));
}

void world_fini(struct world *w)
{
    free(w->frames);
    free(w->kin);
    w->frames = NULL;
    fetches_fini(w);
    w->kin = NULL;
}

/* ---- events ---- */

/* A departure that was computed ahead, unless it is void: of a request at an instance, or of a query at its deadline. */
static void departure(struct world *w, struct event e)
{
    struct frame *f = frame_at(w, event_slot(e));
    if (f->kind == FRAME_FREE || f->departs != w->now)
        return;
    if (event_kind(e) == EV_CPU && f->state == AT_CPU && f->instance == event_entity(e))
        request_station_done(w, f, STATION_SERVED);
    else if (event_kind(e) == EV_DB && f->state == AT_DB && f->resume_at == SIM_NEVER)
        request_station_done(w, f, STATION_CUT);
}

static void station_event(struct world *w, struct station *st, struct event e)
{
    if (st->execution == STATION_AHEAD) {
        departure(w, e);
        return;
    }
    for (uint32_t job; (job = station_done(st, w->now, event_slot(e))) != STATION_NONE;)
        request_station_done(w, frame_at(w, job), st->fate);
}

static bool resumes(const struct frame *f)
{
    if (f->state == AT_CACHE || f->state == AT_DB)
        return f->departs != SIM_NEVER;
    return f->state == AT_DELAY || f->state == AT_CLIENT || f->state == AT_EDGE || f->state == AT_SILENT_TARGET ||
           f->state == AT_BACKOFF;
}

/* Timeouts and delays are recognised by their exact time: whatever was overtaken by events has another one. */
static void frame_event(struct world *w, struct event e)
{
    struct frame *f = frame_at(w, event_slot(e));
    if (f->kind == FRAME_FREE)
        return;
    switch (event_kind(e)) {
    case EV_RESUME:
        if (f->resume_at == w->now && resumes(f)) {
            f->resume_at = SIM_NEVER;
            request_resume(w, f);
        }
        break;
    case EV_PATIENCE:
        if (f->kind == FRAME_OPERATION && f->deadline == w->now && !(f->flags & FLAG_ABANDONED) &&
            f->state != AT_CLIENT)
            client_patience_over(w, f);
        break;
    case EV_QUERY_TIMEOUT:
        if (query_is_late(w, f))
            query_timeout(w, f);
        break;
    case EV_POOL_TIMEOUT:
        if (f->state == AT_POOL && f->query_deadline == w->now)
            query_pool_timeout(w, f);
        break;
    case EV_CALL_TIMEOUT:
        if (call_is_late(w, f))
            call_timeout(w, f);
        break;
    case EV_CHECK_TIMEOUT:
        if (f->kind == FRAME_HEALTH && f->deadline == w->now && !(f->flags & FLAG_ABANDONED))
            health_check_timeout(w, f);
        break;
    default: CHECK(false, "an event of no kind of a request's");
    }
}

static void queue_visibility(struct world *w, int number)
{
    struct queue *q = &w->queues[number];
    q->expiry_armed = SIM_NEVER;
    message_queue_expire(&q->messages, w->now);
    const sim_time next = message_queue_next_expiry(&q->messages);
    if (next != SIM_NEVER) {
        q->expiry_armed = next;
        event_set_push(w->events, event_make(next, EVENT_TIMEOUT, EV_VISIBILITY, (uint32_t)number, 0, EVENT_NO_SLOT));
    }
    consumers_wake(w, number);
}

void world_handle(struct world *w, struct event e)
{
    const uint32_t entity = event_entity(e);
    switch ((enum event_kinds)event_kind(e)) {
    case EV_CPU: station_event(w, &w->instances[entity].cpu, e); break;
    case EV_CACHE:
        station_event(w, &w->caches[w->shard_of[entity].cache].shards[w->shard_of[entity].shard].thread, e);
        break;
    case EV_DB:
        station_event(w, &w->databases[w->endpoint_of[entity].db].endpoints[w->endpoint_of[entity].endpoint].cpu, e);
        break;
    case EV_RESUME:
    case EV_PATIENCE:
    case EV_QUERY_TIMEOUT:
    case EV_POOL_TIMEOUT:
    case EV_CALL_TIMEOUT:
    case EV_CHECK_TIMEOUT: frame_event(w, e); break;
    case EV_SWEEP:
        if (w->sweep_armed == w->now)
            sweep(w);
        break;
    case EV_HEALTH_CHECK: instance_health_check(w, &w->instances[entity], (int)event_slot(e)); break;
    case EV_VISIBILITY:
        if (w->queues[entity].expiry_armed == w->now)
            queue_visibility(w, (int)entity);
        break;
    case EV_RECEIVE: queue_may_receive(w, (int)entity); break;
    case EV_LAUNCHED: instance_launched(w, &w->instances[entity]); break;
    case EV_GONE: instance_gone(w, &w->instances[entity]); break;
    case EV_DEAD_NOTICED: instance_dead_noticed(w, &w->instances[entity]); break;
    case EV_FAULT_BEGIN: fault_begin(w, (int)entity); break;
    case EV_FAULT_END: fault_end(w, (int)entity); break;
    case EV_DB_RECOVERED: database_recovered(w, (int)entity, (uint32_t)(e.what >> 24) & 0xffffu); break;
    case EV_CACHE_RECOVERED: cache_recovered(w, (int)entity, (uint32_t)(e.what >> 24) & 0xffffu); break;
    case EV_MINUTE:
        control_minute(w);
        event_set_push(w->events, event_make(w->now + SIM_MINUTE, EVENT_METRIC, EV_MINUTE, 0, 0, EVENT_NO_SLOT));
        break;
    case EV_CONTROL: control_evaluate(w, &w->fleets[entity]); break;
    case EV_WINDOW: window_end(w); break;
    case EV_GROUP: group_event(w, &w->fleets[entity], event_slot(e)); break;
    case EV_KUBE: kube_handle(w, e); break;
    case EV_SESSION: session_goes_on(w, event_slot(e)); break;
    case EV_NAME: names_event(w, entity, event_slot(e)); break;
    case EV_UNLISTED: reach_leave(w, &w->instances[entity]); break;
    case EV_ALARM: alarm_event(w, entity, event_slot(e)); break;
    case EV_REPLICA: replica_event(w, entity, event_slot(e)); break;
    }
}
