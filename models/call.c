/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * call -- a request at another service, of ours or of somebody else's: attempts, each with a timeout, and what stands
 * between them (edge.h).
 *
 *   of somebody else's   a delay that is drawn, or the timeout
 *   of ours              a frame of its own at an instance of the other service (invoke.c); the caller holds its worker
 */
#include "models/world.h"
#include "sim/base/check.h"

enum { PLACE_BACKOFF = 2 }; /* of a call's places; its own are 0 and 1 */

static void attempt(struct world *w, struct frame *f, const struct step *step);

static bool is_ours(const struct edge *edge)
{
    return edge->rule->external == EDGE_OF_OURS;
}

/* ---- to somebody else's ---- */

/* Who asks its resolver for the name of a service: an instance. */
static uint64_t caller_of(const struct world *w, const struct frame *f)
{
    return (uint64_t)f->instance << 32 | w->instances[f->instance].launch;
}

/* That there is no such name is known so soon.       Assumed: a resolver in the same network. */
static const sim_time RESOLVER_ANSWERS = 2 * SIM_MILLISECOND;

/* No answer will come: the service is down, for this call at least, or the zone loses it. */
static bool call_unheard(const struct world *w, const struct frame *f, const struct external *other,
                         struct draw_block d)
{
    if (other->down_until > w->now && (other->down_share >= 1 || draw_unit(d.b) < other->down_share))
        return true;
    const struct instance *i = &w->instances[f->instance];
    return w->grey && grey_loses_frame(w, f, w->fleets[i->fleet].region, i->zone, -1, HOP_CALL);
}

static void send_outside(struct world *w, struct frame *f, const struct step *step, const struct edge *edge)
{
    struct external *other = &w->externals[edge->rule->external];
    const struct draw_block d = draw_at(w->key, f->ordinal, step->place, (uint32_t)f->attempt << 8 | (f->tries - 1u));
    sim_time takes = sampler_draw(&step->time, d.a);
    if (other->slow_until > w->now)
        takes = (sim_time)((double)takes * other->slow_factor);
    const bool down = call_unheard(w, f, other, d);
    const bool nameless = other->name.end && name_fails(w, &other->name, caller_of(w, f));
    other->calls++;
    if (!down && !nameless)
        meter_sent(w, f, step->request);
    f->flags &= (uint8_t)~FLAG_BROKEN;
    if (down || nameless || takes > step->timeout)
        f->flags |= FLAG_BROKEN;
    const sim_time patience = down || takes > step->timeout ? step->timeout : takes;
    frame_delay(w, f, nameless && patience > RESOLVER_ANSWERS ? RESOLVER_ANSWERS : patience);
}

/* ---- the end of a call ---- */

static void call_succeeded(struct world *w, struct frame *f, struct edge *edge)
{
    edge->ok++;
    edge->calls_open--;
    f->step++;
    request_run(w, f);
}

static void call_failed(struct world *w, struct frame *f, const struct step *step, struct edge *edge)
{
    edge->failed++;
    edge->calls_open--;
    if (!step->call->optional) {
        request_failed(w, f);
        return;
    }
    edge->ignored++;
    f->step++;
    request_run(w, f);
}

/* ---- attempts ---- */

static void send(struct world *w, struct frame *f, const struct step *step)
{
    struct edge *edge = edge_of_call(w, f);
    edge->retries += f->tries > 0;
    f->tries++;
    f->visit = w->now;
    edge_attempt(w, edge);
    if (is_ours(edge))
        invoke(w, f, step);
    else
        send_outside(w, f, step, edge);
}

static void leave_limit(struct world *w, const struct edge *edge, struct edge_state *state)
{
    if (!edge->rule->limit)
        return;
    const uint32_t next = gate_leave(&state->limit, w->now);
    if (next == GATE_NONE)
        return;
    struct frame *f = frame_at(w, next);
    query_disarm(w, f);
    f->query_deadline = SIM_NEVER;
    send(w, f, &w->code->steps[f->step]);
}

static void turned_away(struct world *w, struct frame *f, const struct step *step, struct edge *edge)
{
    edge->limit_rejected++;
    fault_note(w, edge->rule->to->service->name, "limits of its callers turn calls away", false);
    edge_withdraws(edge, edge_state_of_call(w, f));
    call_failed(w, f, step, edge);
}

static void attempt(struct world *w, struct frame *f, const struct step *step)
{
    struct edge *edge = edge_of_call(w, f);
    struct edge_state *state = edge_state_of_call(w, f);
    if (!edge_admits(w, edge, state)) {
        edge->breaker_rejected++;
        call_failed(w, f, step, edge);
        return;
    }
    switch (edge->rule->limit ? gate_enter(&state->limit, w->now, frame_slot(w, f)) : GATE_ENTERED) {
    case GATE_ENTERED: send(w, f, step); break;
    case GATE_WAITING:
        f->state = AT_LIMIT;
        f->query_deadline = w->now + edge->rule->limit->wait;
        query_arm(w, f);
        break;
    case GATE_REFUSED: turned_away(w, f, step, edge); break;
    }
}

void call_begin(struct world *w, struct frame *f, const struct step *step)
{
    struct edge *edge = edge_of_call(w, f);
    edge->calls++;
    edge->calls_open++;
    f->tries = 0;
    if (!step->call->async) {
        attempt(w, f, step);
        return;
    }
    invoke_async(w, f, step);
    f->step++;
    request_run(w, f);
}

static void try_again(struct world *w, struct frame *f, const struct step *step)
{
    if (!step->call->backoff.present) {
        attempt(w, f, step);
        return;
    }
    const uint32_t first = (uint32_t)f->attempt << 8;
    frame_delay(w, f,
                backoff_pause(&step->call->backoff, f->tries, w->key, f->ordinal, step->place + PLACE_BACKOFF, first));
    f->state = AT_BACKOFF;
}

void call_pause_over(struct world *w, struct frame *f)
{
    attempt(w, f, &w->code->steps[f->step]);
}

static void attempt_ended(struct world *w, struct frame *f, const struct step *step, enum call_result result)
{
    struct edge *edge = edge_of_call(w, f);
    struct edge_state *state = edge_state_of_call(w, f);
    /* Who is external fails by not answering in time. */
    const enum call_result before = is_ours(edge) ? (enum call_result)w->kin[frame_slot(w, f)].last : CALL_TIMEOUT;
    edge_attempt_ended(w, edge, f->visit, result);
    edge_learns(w, edge, state, f->visit, result != CALL_OK);
    if (is_ours(edge))
        w->kin[frame_slot(w, f)].last = (uint8_t)result;
    leave_limit(w, edge, state);
    if (result == CALL_OK) {
        edge_refunds(w, edge, state, f->tries, before);
        call_succeeded(w, f, edge);
    } else if (f->tries < step->call->attempts && edge_pays(w, edge, state, result)) {
        try_again(w, f, step);
    } else {
        call_failed(w, f, step, edge);
    }
}

void call_ended(struct world *w, struct frame *f, const struct step *step)
{
    const struct edge *edge = edge_of_call(w, f);
    if (is_ours(edge)) {
        attempt_ended(w, f, step, (enum call_result)w->kin[frame_slot(w, f)].answer);
        return;
    }
    const bool failed = f->flags & FLAG_BROKEN;
    f->flags &= (uint8_t)~FLAG_BROKEN;
    w->externals[edge->rule->external].failures += failed;
    if (!failed)
        meter_received(w, f, step->response);
    attempt_ended(w, f, step, failed ? CALL_TIMEOUT : CALL_OK);
}

/* ---- the caller's timers ---- */

bool call_is_late(const struct world *w, const struct frame *f)
{
    return (f->state == AT_CALL || f->state == AT_LIMIT) && f->query_deadline == w->now;
}

void call_timeout(struct world *w, struct frame *f)
{
    const struct step *step = &w->code->steps[f->step];
    f->query_deadline = SIM_NEVER;
    if (f->state == AT_CALL) {
        invoke_abandon(w, f);
        attempt_ended(w, f, step, CALL_TIMEOUT);
        return;
    }
    struct edge_state *state = edge_state_of_call(w, f);
    CHECK(gate_withdraw(&state->limit, w->now, frame_slot(w, f)), "a call that waits is not in line");
    turned_away(w, f, step, edge_of_call(w, f));
}

/* ---- the caller dies ---- */

bool call_is_under_way(const struct world *w, const struct frame *f)
{
    return f->state == AT_CALL ||
           (f->state == AT_DELAY && f->kind != FRAME_HEALTH && w->code->steps[f->step].code == CODE_CALL);
}

/* Its gates are cleared by whoever kills. */
void call_killed(struct world *w, struct frame *f)
{
    if (call_is_under_way(w, f)) {
        struct edge *edge = edge_of_call(w, f);
        edge_attempt_cut(w, edge, f->visit);
        edge->failed++;
        edge->calls_open--;
        if (f->state == AT_CALL)
            invoke_abandon(w, f);
    } else if (f->state == AT_LIMIT || f->state == AT_BACKOFF) {
        struct edge *edge = edge_of_call(w, f);
        edge->failed++;
        edge->calls_open--;
    } else if (f->state == AT_JOIN) {
        branches_abandon(w, f);
    }
}
