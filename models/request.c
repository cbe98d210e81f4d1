/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * request -- the way of one request: edge, balancer node, target, worker, steps, answer; and how it unwinds.
 *
 *   edge --node gone: connection timeout, next address--> edge
 *     |--> balancer node --no target: 503
 *            |--> target --dead: silence, 504 after 10 s--refuses (backlog full): the same
 *                   |--> backlog --> worker --> steps --> answer
 *
 * A synchronous service holds its worker from accept to answer, through every downstream call. Fixed waits between two
 * places are added to the answer where nobody is held up by them, and are one event where a worker is.
 */
#include "models/world.h"
#include "sim/base/check.h"

static void answer(struct world *w, struct frame *f, enum outcome outcome);

/* Balancers answer with their own account: what left the balancer is out of its Little identity. */
static void leave_balancer(struct world *w, struct frame *f)
{
    if (f->flags & FLAG_BALANCED)
        dispatcher_release(&w->albs[w->front].nodes[f->node].targets, f->instance);
    if (f->flags & FLAG_IN_LITTLE)
        little_leave(&w->balancer, f->entered, w->now);
    f->flags &= (uint8_t) ~(FLAG_BALANCED | FLAG_IN_LITTLE);
}

/* ---- edge and balancer ---- */

enum { PLACE_NODE = 0x6e6f6465, PLACE_HOP = 0x686f7021 }; /* "node", "hop!": subjects tell requests apart */

void request_begin(struct world *w, struct frame *f)
{
    struct alb *alb = &w->albs[w->front];
    const struct draw_block bits = draw_at(w->key, f->ordinal, PLACE_NODE, (uint32_t)f->attempt << 8 | f->tries);
    const uint32_t resolvers = w->cloudfront ? (uint32_t)w->cloudfront->resolvers : 1024;
    const int node = alb_resolve(alb, w->now, draw_below(bits.a << 32, resolvers), bits.a);
    f->node = (uint8_t)node;
    f->tries++;
    if (!alb->nodes[node].up) { /* silence: the edge waits for its connection timeout */
        const sim_time wait = w->cloudfront ? w->cloudfront->connection_timeout : 10 * SIM_SECOND;
        frame_delay(w, f, wait);
        f->state = AT_EDGE;
        return;
    }
    f->entered = w->now;
    f->flags |= FLAG_IN_LITTLE;
    little_enter(&w->balancer, w->now);
    w->attempts_total++;
    const uint32_t target = dispatcher_pick(&alb->nodes[node].targets, bits.b);
    if (target == DISPATCHER_NONE) {
        f->instance = 0xffff;
        answer(w, f, OUTCOME_HTTP_503);
        return;
    }
    f->flags |= FLAG_BALANCED;
    f->instance = (uint16_t)target;
    f->path += zone_rtt(w, w->fleets[w->instances[target].fleet].region, alb->nodes[node].zone,
                        w->instances[target].zone, bits.b << 32);
    request_offer_instance(w, f);
}

static void edge_retry(struct world *w, struct frame *f)
{
    const int64_t attempts = w->cloudfront ? w->cloudfront->connection_attempts : 1;
    if (f->tries < attempts)
        request_begin(w, f);
    else
        client_answered(w, f, OUTCOME_UNREACHABLE);
}

/* The target never answers: the balancer gives up after `wait`. */
static void silent_target(struct world *w, struct frame *f, sim_time wait)
{
    frame_delay(w, f, wait);
    f->state = AT_SILENT_TARGET;
}

void request_offer_instance(struct world *w, struct frame *f)
{
    struct instance *i = &w->instances[f->instance];
    const sim_time connect_timeout = w->albs[w->front].config->connect_timeout;
    if (!i->alive) {
        silent_target(w, f, connect_timeout);
        return;
    }
    f->step = w->code->services[w->fleets[i->fleet].service_index].first_step[0];
    if (f->kind == FRAME_OPERATION) {
        const struct operation_config *operation = scenario_operation(w->sc, f->operation);
        f->step = w->code->services[operation->service->index].first_step[operation - operation->service->operations];
    }
    switch (gate_enter(&i->workers, w->now, frame_slot(w, f))) {
    case GATE_ENTERED: request_accepted(w, f); break;
    case GATE_WAITING: f->state = AT_BACKLOG; break;
    case GATE_REFUSED: /* a full listen backlog drops the connection: silence, not an answer */
        silent_target(w, f, connect_timeout);
        break;
    }
}

void request_accepted(struct world *w, struct frame *f)
{
    f->flags |= FLAG_WORKER;
    if (f->kind == FRAME_HEALTH) {
        const sim_time demand = dist_sample(&w->albs[w->front].config->health.time, 0.5);
        f->state = AT_CPU;
        f->visit = w->now;
        little_enter(&w->cpu_visits, w->now);
        station_arrive(&w->instances[f->instance].cpu, w->now, frame_slot(w, f), (uint32_t)f->ordinal, demand);
        return;
    }
    request_run(w, f);
}

/* ---- giving back ---- */

static void free_worker(struct world *w, struct frame *f)
{
    if (!(f->flags & FLAG_WORKER))
        return;
    f->flags &= (uint8_t)~FLAG_WORKER;
    struct instance *i = &w->instances[f->instance];
    const uint32_t next = gate_leave(&i->workers, w->now);
    if (next != GATE_NONE)
        request_accepted(w, frame_at(w, next));
}

static void start_query(struct world *w, struct frame *f);

static void free_connection(struct world *w, struct frame *f)
{
    if (f->connection == 0xffff)
        return;
    struct pool *pool = &w->instances[f->instance].pools[f->pool];
    pool->idle[pool->idle_count++] = f->connection;
    f->connection = 0xffff;
    const uint32_t next = gate_leave(&pool->gate, w->now);
    if (next != GATE_NONE)
        start_query(w, frame_at(w, next));
}

static void disarm_query(struct world *w, struct frame *f)
{
    if (f->query_link.prev != TIMER_NONE)
        timer_ring_disarm(&w->query_timers, &w->frames[0].query_link, sizeof(struct frame), frame_slot(w, f),
                          f->query_deadline);
}

static void message_done(struct world *w, struct frame *f, bool handled);

/* The service is done with the request: worker, then balancer, then whoever asked. */
static void answer(struct world *w, struct frame *f, enum outcome outcome)
{
    CHECK(f->connection == 0xffff, "an answer leaves a database connection behind");
    f->state = AT_NOTHING;
    leave_balancer(w, f);
    free_worker(w, f);
    switch ((enum frame_kind)f->kind) {
    case FRAME_OPERATION: client_answered(w, f, outcome); break;
    case FRAME_HEALTH: health_check_ended(w, f, outcome == OUTCOME_OK); break;
    case FRAME_MESSAGE: message_done(w, f, outcome == OUTCOME_OK); break;
    case FRAME_ORPHAN:
    case FRAME_FREE: CHECK(false, "a free frame answers");
    }
}

/* ---- commands in a cache ---- */

bool command_is_booked(const struct world *w, const struct frame *f)
{
    return w->caches[w->shard_of[f->shard].cache].shards[w->shard_of[f->shard].shard].books;
}

/* A booked command has left its thread, at f->departs. What left before `start` belongs to the warm-up. */
static void command_departed(struct world *w, struct frame *f)
{
    little_leave_late(&w->cache_visits, f->visit, f->departs, w->now);
    w->station_visits += w->now < w->start || f->departs > w->start;
}

/* The client died: the cache works its command off all the same, in the client's old frame; what the client was goes on
 * in a new one, its patience with it. */
static struct frame *leave_command_behind(struct world *w, struct frame *f)
{
    const uint32_t old = frame_slot(w, f), slot = frame_new(w);
    CHECK(slot != SLOT_NONE, "no frame for what a dead client left behind");
    struct frame *client = frame_at(w, slot);
    const struct timer_link none = client->patience_link;
    const bool waiting = f->kind == FRAME_OPERATION && !(f->flags & FLAG_ABANDONED);
    if (f->patience_link.prev != TIMER_NONE)
        timer_ring_disarm(&w->patience, &w->frames[0].patience_link, sizeof *f, old, f->deadline);
    *client = *f;
    client->patience_link = client->query_link = none;
    f->kind = FRAME_ORPHAN;
    f->flags = 0;
    f->instance = 0xffff;
    if (waiting)
        arm_patience(w, client);
    return client;
}

void command_lost(struct world *w, struct frame *f, sim_time timeout)
{
    little_leave(&w->cache_visits, f->visit, w->now);
    if (f->kind == FRAME_ORPHAN) {
        frame_free(w, frame_slot(w, f));
        return;
    }
    f->flags |= FLAG_MISS | FLAG_CACHE_DOWN;
    frame_delay(w, f, timeout);
}

void request_killed(struct world *w, struct frame *f, bool reset)
{
    struct instance *i = &w->instances[f->instance];
    uint32_t slot = frame_slot(w, f);
    switch ((enum frame_state)f->state) {
    case AT_CPU:
        station_remove(&i->cpu, w->now, slot);
        little_leave(&w->cpu_visits, f->visit, w->now);
        break;
    case AT_CACHE:
        if (command_is_booked(w, f) && f->departs <= w->now) {
            command_departed(w, f); /* only its way back was left */
        } else {
            f = leave_command_behind(w, f);
            slot = frame_slot(w, f);
        }
        break;
    case AT_DB: {
        const struct connection *c = &i->pools[f->pool].connections[f->connection];
        struct rds *db = &w->databases[w->code->steps[f->step].target];
        station_remove(&db->endpoints[c->endpoint].cpu, w->now, slot);
        little_leave(&w->db_visits, f->visit, w->now);
        break;
    }
    case AT_BACKLOG: gate_withdraw(&i->workers, w->now, slot); break;
    case AT_POOL: gate_withdraw(&i->pools[f->pool].gate, w->now, slot); break;
    case AT_SILENT_TARGET: return; /* already waiting for a balancer timeout */
    case AT_DB_SILENT:
    case AT_DELAY:
    case AT_NOTHING:
    case AT_EDGE:
    case AT_CLIENT:
    case AT_LATE_ANSWER: break;
    }
    disarm_query(w, f);
    /* What the dead instance held dies with it: no waiter is woken, the gates are cleared by the caller. */
    f->connection = 0xffff;
    f->flags &= (uint8_t)~FLAG_WORKER;
    f->resume_at = SIM_NEVER;
    if (f->kind == FRAME_MESSAGE) {
        frame_free(w, slot); /* the queue shows the message again when its visibility ends */
    } else if (f->kind == FRAME_HEALTH && !reset) {
        f->state = AT_NOTHING; /* its timeout will tell, or has told */
        if (f->flags & FLAG_ABANDONED)
            frame_free(w, slot);
    } else if (reset) {
        answer(w, f, OUTCOME_HTTP_502);
    } else {
        const sim_time waited = w->now - f->entered;
        const sim_time idle = w->albs[w->front].config->idle_timeout;
        silent_target(w, f, waited < idle ? idle - waited : 0);
    }
}

/* ---- steps ---- */

static void step_failed(struct world *w, struct frame *f)
{
    answer(w, f, OUTCOME_HTTP_500);
}

static void meter_hop(struct world *w, const struct frame *f, int zone_b, int64_t bytes, bool cache)
{
    const struct instance *i = &w->instances[f->instance];
    const struct fleet *fleet = &w->fleets[i->fleet];
    if (i->zone != zone_b)
        meter_add(&w->meters, cache ? fleet->cross_zone_cache : fleet->cross_zone_db, bytes);
}

static sim_time cache_rtt(struct world *w, const struct frame *f, const struct cache_shard *shard)
{
    const struct instance *i = &w->instances[f->instance];
    return zone_rtt(w, w->fleets[i->fleet].region, i->zone, shard->zone, f->bits);
}

/* A get or a fill: the shard by key, its thread, and the coin of the hit. Of the block's four words a draw takes the
 * coin, the round trip, the thread's time and the shard. */
static void cache_command(struct world *w, struct frame *f, const struct step *step)
{
    struct cache *cache = &w->caches[step->target];
    const struct draw_block d = draw_at(w->key, f->ordinal, step->place, f->attempt);
    if (step->code == CODE_GET) {
        const int s = (int)draw_below(d.b << 32, (uint32_t)cache->shard_count);
        f->shard = 0;
        for (int c = 0; c < step->target; c++)
            f->shard = (uint16_t)(f->shard + w->caches[c].shard_count);
        f->shard = (uint16_t)(f->shard + s);
        f->flags &= (uint8_t) ~(FLAG_MISS | FLAG_CACHE_DOWN);
        struct cache_shard *shard = &cache->shards[s];
        if (!shard->serving) {
            f->flags |= FLAG_MISS | FLAG_CACHE_DOWN;
            frame_delay(w, f, cache->config->timeout);
            return;
        }
        if (((double)(d.a >> 32) + 0.5) * 0x1p-32 >= cache_hit_ratio(shard, cache->config, step->hit_ratio, w->now))
            f->flags |= FLAG_MISS;
    }
    struct cache_shard *shard = &cache->shards[w->shard_of[f->shard].shard];
    if (step->code == CODE_FILL && (!shard->serving || (f->flags & FLAG_CACHE_DOWN))) {
        f->step++; /* nowhere to write: the client does not wait again */
        request_run(w, f);
        return;
    }
    meter_hop(w, f, shard->zone, step->request + (f->flags & FLAG_MISS && step->code == CODE_GET ? 10 : step->response),
              true);
    f->bits = d.a << 32;
    f->visit = w->now;
    little_enter(&w->cache_visits, w->now);
    const sim_time demand = sampler_draw(&step->time, d.b);
    if (shard->books) { /* one event instead of two: the way back begins when the thread is done */
        f->departs = booking_arrive(&shard->booked, w->now, demand);
        frame_delay(w, f, f->departs - w->now + cache_rtt(w, f, shard));
    } else {
        station_arrive(&shard->thread, w->now, frame_slot(w, f), (uint32_t)f->ordinal, demand);
    }
    f->state = AT_CACHE;
}

static void want_connection(struct world *w, struct frame *f, const struct step *step)
{
    struct instance *i = &w->instances[f->instance];
    const struct service_config *service = w->fleets[i->fleet].service->config;
    struct pool *pool = &i->pools[step->pool];
    f->pool = (uint8_t)step->pool;
    const uint32_t slot = frame_slot(w, f);
    switch (gate_enter(&pool->gate, w->now, slot)) {
    case GATE_ENTERED: start_query(w, f); break;
    case GATE_WAITING: /* rare enough for an event of its own */
        f->state = AT_POOL;
        f->resume_at = w->now + service->pool_timeout;
        event_set_push(w->events, event_make(f->resume_at, EVENT_TIMEOUT, EV_POOL_TIMEOUT, f->instance,
                                             (uint32_t)f->ordinal, slot));
        break;
    case GATE_REFUSED: step_failed(w, f); break;
    }
}

void request_pool_timeout(struct world *w, struct frame *f)
{
    struct pool *pool = &w->instances[f->instance].pools[f->pool];
    CHECK(gate_withdraw(&pool->gate, w->now, frame_slot(w, f)), "a waiter for a connection is not in line");
    step_failed(w, f);
}

/* Opens the connection if need be. Returns false when the database refuses: too many connections. */
static bool open_connection(struct world *w, const struct frame *f, struct connection *c, struct rds *db,
                            sim_time *extra)
{
    const struct step *step = &w->code->steps[f->step];
    if (c->endpoint >= 0 && c->epoch == db->endpoints[c->endpoint].epoch)
        return true;
    if (c->endpoint >= 0)
        c->endpoint = -1; /* broken: the count was cleared when it broke */
    const int endpoint = rds_choose(db, !step->write);
    struct rds_endpoint *e = &db->endpoints[endpoint];
    if (e->up && e->connections >= db->max_connections)
        return false;
    c->endpoint = (int8_t)endpoint;
    c->epoch = e->epoch;
    e->connections++;
    if (e->connections > e->connections_peak)
        e->connections_peak = e->connections;
    *extra = dist_sample(&db->config->connect, draw_unit(draw_at(w->key, f->ordinal, step->place + 1, f->attempt).a));
    return true;
}

static void query_arrives(struct world *w, struct frame *f)
{
    const struct step *step = &w->code->steps[f->step];
    struct instance *i = &w->instances[f->instance];
    struct rds *db = &w->databases[step->target];
    struct connection *c = &i->pools[f->pool].connections[f->connection];
    struct rds_endpoint *e = &db->endpoints[c->endpoint];
    if (!e->up || c->epoch != e->epoch) { /* a dead host does not even refuse */
        f->state = AT_DB_SILENT;
        return;
    }
    const struct draw_block d = draw_at(w->key, f->ordinal, step->place, f->attempt);
    meter_hop(w, f, e->zone, step->request + step->response, false);
    f->bits = d.b;
    f->state = AT_DB;
    f->visit = w->now;
    little_enter(&w->db_visits, w->now);
    station_arrive(&e->cpu, w->now, frame_slot(w, f), (uint32_t)f->ordinal, sampler_draw(&step->time, d.a));
}

/* f holds a place of the pool. */
static void start_query(struct world *w, struct frame *f)
{
    const struct step *step = &w->code->steps[f->step];
    struct instance *i = &w->instances[f->instance];
    struct rds *db = &w->databases[step->target];
    struct pool *pool = &i->pools[f->pool];
    f->connection = pool->idle[--pool->idle_count];
    sim_time connecting = 0;
    if (!open_connection(w, f, &pool->connections[f->connection], db, &connecting)) {
        free_connection(w, f);
        step_failed(w, f);
        return;
    }
    const uint32_t slot = frame_slot(w, f);
    f->query_deadline = w->now + step->timeout;
    if (timer_ring_arm(&w->query_timers, &w->frames[0].query_link, sizeof(struct frame), slot, f->query_deadline))
        arm_sweep(w);
    else
        event_set_push(w->events, event_make(f->query_deadline, EVENT_TIMEOUT, EV_QUERY_TIMEOUT, f->instance,
                                             (uint32_t)f->ordinal, slot));
    if (connecting > 0 && db->endpoints[pool->connections[f->connection].endpoint].up) {
        f->flags &= (uint8_t)~FLAG_BROKEN;
        f->visit = SIM_NEVER; /* marks: the delay ahead is the opening of the connection */
        frame_delay(w, f, connecting);
        return;
    }
    query_arrives(w, f);
}

void request_query_timeout(struct world *w, struct frame *f)
{
    struct instance *i = &w->instances[f->instance];
    const struct step *step = &w->code->steps[f->step];
    struct rds *db = &w->databases[step->target];
    struct connection *c = &i->pools[f->pool].connections[f->connection];
    struct rds_endpoint *e = &db->endpoints[c->endpoint];
    if (f->state == AT_DB) { /* the statement timeout cancels the query at the server */
        station_remove(&e->cpu, w->now, frame_slot(w, f));
        little_leave(&w->db_visits, f->visit, w->now);
    }
    if (c->epoch == e->epoch)
        e->connections--; /* the client closes a connection that did not answer */
    c->endpoint = -1;
    f->resume_at = SIM_NEVER;
    free_connection(w, f);
    step_failed(w, f);
}

/* ---- calls to others ---- */

static bool breaker_open(struct world *w, const struct frame *f, const struct step *step)
{
    return step->breaker != BREAKER_NONE && w->instances[f->instance].breakers[step->breaker].open_until > w->now;
}

static void breaker_result(struct world *w, const struct frame *f, const struct step *step, bool failed)
{
    if (step->breaker == BREAKER_NONE)
        return;
    const struct instance *i = &w->instances[f->instance];
    struct breaker *b = &i->breakers[step->breaker];
    const struct breaker_rule *rule = &w->fleets[i->fleet].service->breakers[step->breaker];
    if (w->now >= b->window_end)
        *b = (struct breaker){ .window_end = w->now + rule->window, .open_until = b->open_until };
    b->calls++;
    b->errors += failed;
    if (b->calls >= rule->requests && (double)b->errors >= rule->errors * (double)b->calls) {
        b->open_until = w->now + rule->open;
        fault_note(w, w->code->externals[step->external].operation->service->name, "circuit breakers opened", true);
        b->calls = b->errors = 0;
    }
}

static void call_try(struct world *w, struct frame *f, const struct step *step)
{
    struct external *other = &w->externals[step->external];
    if (breaker_open(w, f, step)) {
        step_failed(w, f);
        return;
    }
    const struct draw_block d = draw_at(w->key, f->ordinal, step->place, (uint32_t)f->attempt << 8 | f->tries);
    sim_time takes = sampler_draw(&step->time, d.a);
    if (other->slow_until > w->now)
        takes = (sim_time)((double)takes * other->slow_factor);
    const bool down = other->down_until > w->now;
    f->tries++;
    other->calls++;
    f->flags &= (uint8_t)~FLAG_BROKEN;
    if (down || takes > step->timeout)
        f->flags |= FLAG_BROKEN;
    frame_delay(w, f, down || takes > step->timeout ? step->timeout : takes);
}

static void call_ended(struct world *w, struct frame *f, const struct step *step)
{
    const bool failed = f->flags & FLAG_BROKEN;
    f->flags &= (uint8_t)~FLAG_BROKEN;
    breaker_result(w, f, step, failed);
    w->externals[step->external].failures += failed;
    if (!failed) {
        f->step++;
        request_run(w, f);
    } else if (f->tries < step->attempts) {
        call_try(w, f, step);
    } else {
        step_failed(w, f);
    }
}

void request_run(struct world *w, struct frame *f)
{
    const struct step *step = &w->code->steps[f->step];
    switch (step->code) {
    case CODE_CPU: {
        const struct draw_block d = draw_at(w->key, f->ordinal, step->place, f->attempt);
        f->state = AT_CPU;
        f->visit = w->now;
        little_enter(&w->cpu_visits, w->now);
        station_arrive(&w->instances[f->instance].cpu, w->now, frame_slot(w, f), (uint32_t)f->ordinal,
                       sampler_draw(&step->time, d.a));
        break;
    }
    case CODE_GET:
    case CODE_FILL: cache_command(w, f, step); break;
    case CODE_QUERY: want_connection(w, f, step); break;
    case CODE_CALL:
        f->tries = 0;
        call_try(w, f, step);
        break;
    case CODE_RECEIVE:
    case CODE_WAIT:
    case CODE_SEND: {
        const struct draw_block d = draw_at(w->key, f->ordinal, step->place, f->attempt);
        frame_delay(w, f, sampler_draw(&step->time, d.a));
        break;
    }
    case CODE_ANSWER: answer(w, f, OUTCOME_OK); break;
    }
}

/* A visit to a station is over: the way back, or the next step. */
void request_station_done(struct world *w, struct frame *f)
{
    w->station_visits++;
    const struct step *step = &w->code->steps[f->step];
    switch ((enum frame_state)f->state) {
    case AT_CPU:
        little_leave(&w->cpu_visits, f->visit, w->now);
        if (f->kind == FRAME_HEALTH) {
            answer(w, f, OUTCOME_OK);
            return;
        }
        f->step++;
        request_run(w, f);
        break;
    case AT_CACHE: {
        little_leave(&w->cache_visits, f->visit, w->now);
        if (f->kind == FRAME_ORPHAN) {
            frame_free(w, frame_slot(w, f));
            return;
        }
        const struct cache *cache = &w->caches[w->shard_of[f->shard].cache];
        frame_delay(w, f, cache_rtt(w, f, &cache->shards[w->shard_of[f->shard].shard]));
        break;
    }
    case AT_DB: {
        little_leave(&w->db_visits, f->visit, w->now);
        const struct instance *i = &w->instances[f->instance];
        const struct rds *db = &w->databases[step->target];
        const struct rds_endpoint *e = &db->endpoints[i->pools[f->pool].connections[f->connection].endpoint];
        sim_time back = zone_rtt(w, w->fleets[i->fleet].region, i->zone, e->zone, f->bits << 32);
        if (step->write && db->standby_zone >= 0)
            back += sampler_draw(&db->commit, f->bits);
        disarm_query(w, f);
        f->query_deadline = SIM_NEVER; /* a survivor's event finds that it is over */
        frame_delay(w, f, back);
        break;
    }
    case AT_NOTHING:
    case AT_EDGE:
    case AT_SILENT_TARGET:
    case AT_BACKLOG:
    case AT_POOL:
    case AT_DB_SILENT:
    case AT_DELAY:
    case AT_CLIENT:
    case AT_LATE_ANSWER: CHECK(false, "a visit ends for a request that is not at a station");
    }
}

static void delay_over(struct world *w, struct frame *f)
{
    const struct step *step = &w->code->steps[f->step];
    switch (step->code) {
    case CODE_GET: f->step = f->flags & FLAG_MISS ? f->step + 1 : step->jump; break;
    case CODE_QUERY:
        if (f->visit == SIM_NEVER) { /* the connection is open */
            query_arrives(w, f);
            return;
        }
        free_connection(w, f);
        f->step++;
        break;
    case CODE_CALL: call_ended(w, f, step); return;
    case CODE_SEND: {
        struct queue *q = &w->queues[step->target];
        meter_add(&w->meters, q->requests, sqs_chunks(step->request));
        message_queue_put(&q->messages, w->now, f->ordinal);
        f->step++;
        queue_changed(w, step->target);
        break;
    }
    case CODE_RECEIVE:
    case CODE_FILL:
    case CODE_WAIT: f->step++; break;
    case CODE_CPU:
    case CODE_ANSWER: CHECK(false, "a step without a delay ends one");
    }
    request_run(w, f);
}

void request_resume(struct world *w, struct frame *f)
{
    switch ((enum frame_state)f->state) {
    case AT_CLIENT: client_attempt(w, f); break;
    case AT_EDGE: edge_retry(w, f); break;
    case AT_SILENT_TARGET: answer(w, f, OUTCOME_HTTP_504); break;
    case AT_CACHE:
        command_departed(w, f);
        if (f->kind == FRAME_ORPHAN)
            frame_free(w, frame_slot(w, f));
        else
            delay_over(w, f);
        break;
    case AT_DELAY: delay_over(w, f); break;
    case AT_NOTHING:
    case AT_BACKLOG:
    case AT_CPU:
    case AT_POOL:
    case AT_DB:
    case AT_DB_SILENT:
    case AT_LATE_ANSWER: CHECK(false, "a delay ends for a request that is in none");
    }
}

/* ---- messages ---- */

static void arm_visibility(struct world *w, struct queue *q)
{
    const sim_time at = message_queue_next_expiry(&q->messages);
    if (at >= q->expiry_armed)
        return;
    q->expiry_armed = at;
    event_set_push(w->events,
                   event_make(at, EVENT_TIMEOUT, EV_VISIBILITY, (uint32_t)(q - w->queues), 0, EVENT_NO_SLOT));
}

static struct instance *idle_consumer(struct world *w, struct fleet *fleet)
{
    for (uint32_t n = 0; n < fleet->instance_count; n++) {
        struct instance *i = &w->instances[fleet->instances[(fleet->next_consumer + n) % fleet->instance_count]];
        if (i->state == INSTANCE_IN_SERVICE && i->alive && i->idle_threads > 0) {
            fleet->next_consumer = (fleet->next_consumer + n + 1) % fleet->instance_count;
            return i;
        }
    }
    return NULL;
}

void queue_changed(struct world *w, int number)
{
    struct queue *q = &w->queues[number];
    if (q->fleet < 0)
        return;
    struct fleet *fleet = &w->fleets[q->fleet];
    while (q->messages.visible > 0 && fleet->idle_threads > 0) {
        struct instance *i = idle_consumer(w, fleet);
        if (!i)
            return;
        const uint32_t slot = frame_new(w);
        if (slot == SLOT_NONE)
            return;
        const uint32_t message = message_queue_take(&q->messages, w->now);
        struct frame *f = frame_at(w, slot);
        f->kind = FRAME_MESSAGE;
        f->begun = f->entered = w->now;
        f->message = message;
        f->receives = q->messages.messages[message].receives;
        f->ordinal = q->messages.messages[message].ordinal;
        const uint32_t received = f->receives - q->messages.messages[message].receives_before;
        f->attempt = (uint8_t)(received > 255 ? 255 : received);
        f->instance = i->id;
        f->step = fleet->service->first_step[0];
        f->flags = FLAG_WORKER;
        i->idle_threads--;
        fleet->idle_thread_ns += (uint128)fleet->idle_threads * (uint128)(w->now - fleet->idle_thread_since);
        fleet->idle_thread_since = w->now;
        fleet->idle_threads--;
        meter_add(&w->meters, q->requests, 1);
        CHECK(gate_enter(&i->workers, w->now, slot) == GATE_ENTERED, "an idle thread is not free");
        if (q->messages.in_flight > q->peak_in_flight) {
            q->peak_in_flight = q->messages.in_flight;
            q->peak_in_flight_at_s = (double)(w->now - w->start) / 1e9;
        }
        arm_visibility(w, q);
        request_run(w, f);
    }
}

/* Handled: delete. Not handled: the message shows up again when its visibility ends. */
static void message_done(struct world *w, struct frame *f, bool handled)
{
    struct instance *i = &w->instances[f->instance];
    struct fleet *fleet = &w->fleets[i->fleet];
    struct queue *q = &w->queues[fleet->queue];
    if (handled) {
        meter_add(&w->meters, q->requests, 1);
        message_queue_remove(&q->messages, w->now, f->message, f->receives);
    }
    fingerprint_add(&w->fingerprint, f->ordinal << 8 | 0x80u | (uint64_t)handled, w->now, f->attempt);
    frame_free(w, frame_slot(w, f));
    if (i->state == INSTANCE_IN_SERVICE) {
        i->idle_threads++;
        fleet->idle_thread_ns += (uint128)fleet->idle_threads * (uint128)(w->now - fleet->idle_thread_since);
        fleet->idle_thread_since = w->now;
        fleet->idle_threads++;
    }
    queue_changed(w, fleet->queue);
}
