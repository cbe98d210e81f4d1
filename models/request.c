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
#include "models/replica.h"
#include "models/world.h"
#include "sim/base/check.h"

static void answer(struct world *w, struct frame *f, enum outcome outcome);

/* Balancers answer with their own account: what left the balancer is out of its Little identity. */
static void leave_balancer(struct world *w, struct frame *f)
{
    if (f->flags & FLAG_BALANCED)
        dispatcher_release(&w->albs[f->alb].nodes[f->node].targets, f->instance);
    if (f->flags & FLAG_IN_LITTLE)
        little_leave(&w->balancer, f->entered, w->now);
    f->flags &= (uint8_t) ~(FLAG_BALANCED | FLAG_IN_LITTLE);
}

/* ---- edge and balancer ---- */

enum { PLACE_CHECK = 0x64656570 }; /* "deep"; a place without a name of its own, the subject tells requests apart */

enum { PLACE_SECONDARY = 0x7365636f }; /* "seco" */
enum { SECONDARY = 0x80 };             /* of a frame's tries: at the secondary origin */

/* Without a CDN viewers connect themselves. Assumed: their resolvers are so many groups, and a browser waits so long for an
 * address that does not answer. */
enum { VIEWER_RESOLVERS = 1024 };
static const sim_time VIEWER_CONNECT_TIMEOUT = 10 * SIM_SECOND;

struct draw_block request_node_draw(const struct world *w, const struct frame *f)
{
    return draw_at(w->key, f->ordinal, PLACE_NODE, (uint32_t)f->attempt << 8 | f->tries);
}

/* On the way to a balancer node in a grey zone. */
static bool edge_lost(const struct world *w, const struct frame *f)
{
    if (LIKELY(!w->grey))
        return false;
    const struct region *region = w->sc->by_kind[KIND_ALB][f->alb]->region;
    return grey_loses_frame(w, f, (int)(region - w->sc->regions), w->albs[f->alb].nodes[f->node].zone, -1, HOP_EDGE);
}

static bool target_lost(const struct world *w, const struct frame *f)
{
    if (LIKELY(!w->grey))
        return false;
    const struct instance *i = &w->instances[f->instance];
    return grey_loses_frame(w, f, w->fleets[i->fleet].region, w->albs[f->alb].nodes[f->node].zone, i->zone, HOP_TARGET);
}

static void silent_target(struct world *w, struct frame *f, sim_time wait);

void request_begin(struct world *w, struct frame *f, struct draw_block bits)
{
    struct alb *alb = &w->albs[f->alb];
    const uint32_t resolvers = w->cloudfront ? (uint32_t)w->cloudfront->resolvers : VIEWER_RESOLVERS;
    const uint32_t resolver = draw_below(bits.a << 32, resolvers);
    const int node = alb_resolve(alb, w->now, resolver, bits.a);
    f->node = (uint8_t)node;
    f->tries++;
    if (UNLIKELY(w->alb_names[f->alb].end != 0) && name_fails(w, &w->alb_names[f->alb], resolver)) {
        client_answered(w, f, OUTCOME_UNREACHABLE); /* whoever asks hears at once that there is no such name */
        return;
    }
    if (UNLIKELY(!alb->nodes[node].up) || edge_lost(w, f)) { /* silence: the edge waits for its timeout */
        const sim_time wait = w->cloudfront ? w->cloudfront->connection_timeout : VIEWER_CONNECT_TIMEOUT;
        frame_delay(w, f, wait);
        f->state = AT_EDGE;
        return;
    }
    f->entered = w->now;
    f->flags |= FLAG_IN_LITTLE;
    little_enter(&w->balancer, w->now);
    w->fronts[f->alb].attempts++;
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
    if (target_lost(w, f))
        silent_target(w, f, alb->config->idle_timeout);
    else
        request_offer_instance(w, f);
}

/* Nobody remembers: every request tries the primary first.      [CF-DG] Origin failover */
bool request_fails_over(struct world *w, struct frame *f, enum outcome outcome)
{
    const struct component *secondary = w->cloudfront->origins.secondary;
    if (f->tries & SECONDARY || f->flags & FLAG_ABANDONED || !cloudfront_fails_over(w->cloudfront, outcome) ||
        !w->reads_only[f->operation] || !client_waits_on(w, f, (uint16_t)secondary->index))
        return false;
    w->failovers += w->now >= w->start;
    f->tries = SECONDARY;
    f->path += sampler_draw(&w->origin_rtt, draw_at(w->key, f->ordinal, PLACE_SECONDARY, f->attempt).a);
    fault_note(w, w->cloudfront_component->name, "requests fail over to the secondary origin", true);
    request_begin(w, f, request_node_draw(w, f));
    return true;
}

static void edge_retry(struct world *w, struct frame *f)
{
    const int64_t attempts = w->cloudfront ? w->cloudfront->connection_attempts : 1;
    if ((f->tries & ~SECONDARY) < attempts)
        request_begin(w, f, request_node_draw(w, f));
    else
        client_answered(w, f, OUTCOME_UNREACHABLE);
}

/* The target never answers: the balancer gives up after `wait`. Without one nobody does but the caller. */
static void silent_target(struct world *w, struct frame *f, sim_time wait)
{
    if (f->kind == FRAME_CALL && !(f->flags & FLAG_BALANCED)) {
        served_leave(w, f, false);
        invoke_unheard(w, f);
        return;
    }
    frame_delay(w, f, wait);
    f->state = AT_SILENT_TARGET;
}

static void unconnected(struct world *w, struct frame *f)
{
    const bool by_balancer = f->kind != FRAME_CALL || (f->flags & FLAG_BALANCED);
    silent_target(w, f, by_balancer ? w->albs[f->alb].config->connect_timeout : 0);
}

void request_offer_instance(struct world *w, struct frame *f)
{
    struct instance *i = &w->instances[f->instance];
    if (UNLIKELY(w->served != NULL) && f->kind != FRAME_HEALTH)
        served_enter(w, f);
    if (!i->alive) {
        unconnected(w, f);
        return;
    }
    const struct service_code *service = w->fleets[i->fleet].service;
    f->step = service->first_step[0];
    if (f->kind == FRAME_OPERATION)
        f->step = service->first_step[scenario_operation(w->sc, f->operation) - service->config->operations];
    if (UNLIKELY(f->kind == FRAME_CALL))
        f->step = service->first_step[w->code->edges[w->kin[frame_slot(w, f)].edge].to - service->config->operations];
    switch (backlog_enter(w, f)) {
    case GATE_ENTERED: request_accepted(w, f); break;
    case GATE_WAITING: f->state = AT_BACKLOG; break;
    case GATE_REFUSED: /* a full listen backlog drops the connection: silence, not an answer */
        unconnected(w, f);
        break;
    }
}

/* In order of arrival a service takes a nanosecond at least: what begins at an end does not end at that instant too, where
 * its event would come later than the written order says, or not, depending on the execution. */
static void compute(struct world *w, struct frame *f, sim_time demand)
{
    struct instance *i = &w->instances[f->instance];
    const uint32_t slot = frame_slot(w, f);
    if (demand == 0 && i->cpu.discipline == STATION_FCFS)
        demand = 1;
    visit_begin(w, f, AT_CPU);
    f->departs = station_arrive(&i->cpu, w->now, slot, (uint32_t)f->ordinal, demand);
    if (f->departs != SIM_NEVER)
        event_set_push(w->events, event_make(f->departs, EVENT_COMPLETION, EV_CPU, i->id, (uint32_t)f->ordinal, slot));
}

void request_accepted(struct world *w, struct frame *f)
{
    f->flags |= FLAG_WORKER;
    if (f->kind == FRAME_HEALTH) {
        const struct alb_config *config = w->albs[w->fleets[w->instances[f->instance].fleet].alb].config;
        const uint32_t number = (uint32_t)(f->begun / config->health.interval) * ALB_NODES_MAX + f->node;
        const struct draw_block d = draw_at(w->key, f->ordinal, PLACE_CHECK, number);
        compute(w, f, dist_sample(&config->health.time, draw_unit(d.a)));
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
    if (!i->alive)
        return; /* it dies, and everybody in it: a failing fetch may end others before their turn comes */
    const uint32_t next = backlog_next(w, i);
    if (next != GATE_NONE)
        request_accepted(w, frame_at(w, next));
}

/* The service is done with the request: worker, then balancer, then whoever asked. */
static void answer(struct world *w, struct frame *f, enum outcome outcome)
{
    CHECK(f->connection == 0xffff, "an answer leaves a database connection behind");
    if (UNLIKELY(w->fetches != NULL))
        fetch_lost(w, f);
    f->state = AT_NOTHING;
    if (UNLIKELY(w->served != NULL) && f->instance != 0xffff && f->kind != FRAME_HEALTH && f->kind != FRAME_BRANCH)
        served_leave(w, f, outcome == OUTCOME_OK);
    leave_balancer(w, f);
    free_worker(w, f);
    switch ((enum frame_kind)f->kind) {
    case FRAME_OPERATION: client_answered(w, f, outcome); break;
    case FRAME_CALL: invoke_answered(w, f, outcome); break;
    case FRAME_BRANCH: branch_ended(w, f, outcome == OUTCOME_OK); break;
    case FRAME_HEALTH: health_check_ended(w, f, outcome == OUTCOME_OK); break;
    case FRAME_MESSAGE: message_done(w, f, outcome == OUTCOME_OK); break;
    case FRAME_ORPHAN:
    case FRAME_FREE: CHECK(false, "a free frame answers");
    }
}

void request_killed(struct world *w, struct frame *f, bool reset)
{
    struct instance *i = &w->instances[f->instance];
    uint32_t slot = frame_slot(w, f);
    if (w->fetches)
        fetch_lost(w, f);
    switch ((enum frame_state)f->state) {
    case AT_CPU: visit_end(w, f); break; /* the caller clears the station */
    case AT_CACHE:
    case AT_DB:
        if (f->departs <= w->now)
            visit_departed(w, f); /* only its way back was left */
        else
            f = f->state == AT_DB ? query_killed(w, f) : visit_leave_behind(w, f);
        slot = frame_slot(w, f);
        break;
    case AT_BACKLOG: gate_withdraw(&i->workers, w->now, slot); break;
    case AT_POOL: gate_withdraw(&i->pools[f->pool].gate, w->now, slot); break;
    case AT_SILENT_TARGET: return; /* already waiting for a balancer timeout */
    case AT_CALL:
    case AT_LIMIT:
    case AT_BACKOFF:
    case AT_JOIN:
    case AT_DELAY: call_killed(w, f); break;
    case AT_DB_SILENT:
    case AT_NOTHING:
    case AT_EDGE:
    case AT_CLIENT:
    case AT_FETCH:
    case AT_LATE_ANSWER: break;
    }
    query_disarm(w, f);
    /* What the dead instance held dies with it: no waiter is woken, the gates are cleared by the caller. */
    f->connection = 0xffff;
    f->flags &= (uint8_t)~FLAG_WORKER;
    f->resume_at = SIM_NEVER;
    if (f->kind == FRAME_BRANCH) {
        branch_killed(w, f);
    } else if (f->kind == FRAME_MESSAGE) {
        served_leave(w, f, false);
        frame_free(w, slot); /* the queue shows the message again when its visibility ends */
    } else if (f->kind == FRAME_HEALTH && !reset) {
        f->state = AT_NOTHING; /* its timeout will tell, or has told */
        if (f->flags & FLAG_ABANDONED)
            frame_free(w, slot);
    } else if (reset) {
        answer(w, f, OUTCOME_HTTP_502);
    } else {
        const bool by_balancer = f->kind != FRAME_CALL || (f->flags & FLAG_BALANCED);
        const sim_time waited = w->now - f->entered;
        const sim_time idle = by_balancer ? w->albs[f->alb].config->idle_timeout : 0;
        silent_target(w, f, waited < idle ? idle - waited : 0);
    }
}

/* ---- steps ---- */

void request_failed(struct world *w, struct frame *f)
{
    answer(w, f, OUTCOME_HTTP_500);
}

void request_shed(struct world *w, struct frame *f)
{
    answer(w, f, OUTCOME_HTTP_503);
}

bool request_meter_regions(struct world *w, const struct frame *f, const struct component *to, int64_t there,
                           int64_t back)
{
    const struct fleet *fleet = &w->fleets[w->instances[f->instance].fleet];
    if (fleet->component->region == to->region)
        return false;
    const int region = (int)(to->region - w->sc->regions);
    meter_add(&w->meters, fleet->to_region[region], there);
    meter_add(&w->meters, fleet->from_region[region], back);
    return true;
}

void request_run(struct world *w, struct frame *f)
{
    const struct step *step = &w->code->steps[f->step];
    switch (step->code) {
    case CODE_CPU: {
        const struct draw_block d = draw_at(w->key, f->ordinal, step->place, f->attempt);
        compute(w, f, sampler_draw(&step->time, d.a));
        break;
    }
    case CODE_GET:
    case CODE_FILL: command_begin(w, f, step); break;
    case CODE_QUERY: query_begin(w, f, step); break;
    case CODE_CALL: call_begin(w, f, step); break;
    case CODE_PARALLEL: branches_begin(w, f, step); break;
    case CODE_END: branch_ended(w, f, true); break;
    case CODE_RECEIVE:
    case CODE_WAIT: {
        const struct draw_block d = draw_at(w->key, f->ordinal, step->place, f->attempt);
        frame_delay(w, f, sampler_draw(&step->time, d.a));
        break;
    }
    case CODE_SEND: {
        const struct draw_block d = draw_at(w->key, f->ordinal, step->place, f->attempt);
        const struct component *queue = w->queues[step->target].component;
        sim_time takes = sampler_draw(&step->time, d.a);
        if (UNLIKELY(step->remote))
            takes += step_rtt(w, step, &w->instances[f->instance], queue->region, 0, d.b);
        frame_delay(w, f, takes);
        break;
    }
    case CODE_WRITER: {
        const int writer = replica_writer(w, step->target);
        if (writer < 0) {
            request_failed(w, f);
            return;
        }
        f->step = writer == step->target ? f->step + 1 : step->jump;
        request_run(w, f);
        break;
    }
    case CODE_JUMP:
        f->step = step->jump;
        request_run(w, f);
        break;
    case CODE_ANSWER: answer(w, f, OUTCOME_OK); break;
    }
}

/* A visit to a station is over: the way back, or the next step. */
void request_station_done(struct world *w, struct frame *f, enum station_fate fate)
{
    if (fate != STATION_SERVED) {
        query_cut(w, f);
        return;
    }
    w->station_visits++;
    visit_end(w, f);
    if (f->kind == FRAME_ORPHAN) {
        frame_free(w, frame_slot(w, f));
        return;
    }
    switch ((enum frame_state)f->state) {
    case AT_CPU:
        if (f->kind == FRAME_HEALTH) {
            answer(w, f, OUTCOME_OK);
            return;
        }
        f->step++;
        request_run(w, f);
        break;
    case AT_CACHE: frame_delay(w, f, f->back); break;
    case AT_DB:
        query_disarm(w, f);
        f->query_deadline = SIM_NEVER; /* a survivor's event finds that it is over */
        frame_delay(w, f, f->back);
        break;
    case AT_NOTHING:
    case AT_EDGE:
    case AT_SILENT_TARGET:
    case AT_BACKLOG:
    case AT_POOL:
    case AT_DB_SILENT:
    case AT_DELAY:
    case AT_CLIENT:
    case AT_FETCH:
    case AT_CALL:
    case AT_LIMIT:
    case AT_BACKOFF:
    case AT_JOIN:
    case AT_LATE_ANSWER: CHECK(false, "a visit ends for a request that is not at a station");
    }
}

/* The queue answers so many of the sends with an error, after their usual time. */
static bool send_fails(const struct world *w, const struct frame *f, const struct queue *q, const struct step *step)
{
    return q->down_share >= 1 || draw_unit(draw_at(w->key, f->ordinal, step->place + 1, f->attempt).b) < q->down_share;
}

static void delay_over(struct world *w, struct frame *f)
{
    const struct step *step = &w->code->steps[f->step];
    switch (step->code) {
    case CODE_GET:
        if (UNLIKELY(w->fetches != NULL) && f->flags & FLAG_MISS && fetch_waits(w, f))
            return;
        f->step = f->flags & FLAG_MISS ? f->step + 1 : step->jump;
        break;
    case CODE_QUERY:
        if (f->visit == SIM_NEVER) { /* the connection is open */
            query_arrives(w, f);
            return;
        }
        query_committed(w, f, step);
        connection_free(w, f);
        if (UNLIKELY(step->followed))
            replica_acknowledged(w, step->target);
        f->step++;
        break;
    case CODE_CALL: call_ended(w, f, step); return;
    case CODE_SEND: {
        struct queue *q = &w->queues[step->target];
        if (q->down_until > w->now && send_fails(w, f, q, step)) {
            request_failed(w, f);
            return;
        }
        meter_add(&w->meters, q->requests, sqs_chunks(step->request));
        if (UNLIKELY(step->remote))
            request_meter_hop(w, f, q->component, 0, step->request, 0);
        if (!queue_send(w, q, f)) {
            request_failed(w, f);
            return;
        }
        f->step++;
        consumers_wake(w, step->target);
        break;
    }
    case CODE_FILL:
        if (w->fetches)
            fetch_brought(w, f, !(f->flags & FLAG_CACHE_DOWN));
        f->step++;
        break;
    case CODE_RECEIVE:
    case CODE_WAIT: f->step++; break;
    case CODE_CPU:
    case CODE_PARALLEL:
    case CODE_END:
    case CODE_WRITER:
    case CODE_JUMP:
    case CODE_ANSWER: CHECK(false, "a step without a delay ends one");
    }
    request_run(w, f);
}

void request_resume(struct world *w, struct frame *f)
{
    switch ((enum frame_state)f->state) {
    case AT_CLIENT: client_attempt(w, f); break;
    case AT_BACKOFF: call_pause_over(w, f); break;
    case AT_EDGE: edge_retry(w, f); break;
    case AT_SILENT_TARGET: answer(w, f, OUTCOME_HTTP_504); break;
    case AT_CACHE:
    case AT_DB:
        visit_departed(w, f);
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
    case AT_DB_SILENT:
    case AT_FETCH:
    case AT_CALL:
    case AT_LIMIT:
    case AT_JOIN:
    case AT_LATE_ANSWER: CHECK(false, "a delay ends for a request that is in none");
    }
}
