/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/edge.h"

#include "models/world.h"

/* ---- setting up ---- */

void edges_init(struct world *w)
{
    w->edges = ARENA_ARRAY(w->arena, struct edge, w->code->edge_count);
    for (int e = 0; e < w->code->edge_count; e++) {
        w->edges[e].rule = &w->code->edges[e];
        histogram_init(&w->edges[e].latency, w->arena);
    }
}

/* What is open now stays so for a while, of the window too. */
static void count_open_breakers(struct world *w)
{
    for (uint32_t n = 0; n < w->instance_count; n++) {
        const struct instance *i = &w->instances[n];
        const struct service_code *service = w->fleets[i->fleet].service;
        for (int e = 0; e < service->edge_count && i->alive; e++)
            if (w->code->edges[service->edges[e]].breaker && i->edges[e].open_until > w->now)
                w->edges[service->edges[e]].breaker_open_s += (double)(i->edges[e].open_until - w->now) / 1e9;
    }
}

void edges_start(struct world *w)
{
    for (int e = 0; e < w->code->edge_count; e++) {
        struct edge *edge = &w->edges[e];
        const struct edge fresh = { .rule = edge->rule,
                                    .latency = edge->latency,
                                    .under_way = edge->under_way,
                                    .calls_open = edge->calls_open,
                                    .calls_before = edge->calls_open,
                                    .before = edge->under_way.inside };
        *edge = fresh;
        histogram_clear(&edge->latency);
        little_begin(&edge->under_way, w->now);
    }
    count_open_breakers(w);
}

void edge_states_init(struct world *w, struct instance *i)
{
    const struct service_code *service = w->fleets[i->fleet].service;
    i->edges = ARENA_ARRAY(w->arena, struct edge_state, service->edge_count);
    for (int e = 0; e < service->edge_count; e++) {
        const struct edge_rule *rule = &w->code->edges[service->edges[e]];
        struct edge_state *state = &i->edges[e];
        if (rule->budget)
            bucket_init(&state->budget, (uint64_t)rule->budget->tokens, 0, SIM_SECOND, (uint64_t)rule->budget->tokens,
                        w->now);
        if (rule->limit)
            gate_init(&state->limit, w->arena, (uint32_t)rule->limit->calls, (uint32_t)rule->limit->queue, w->now);
    }
}

struct edge *edge_of_call(struct world *w, const struct frame *f)
{
    return &w->edges[w->code->steps[f->step].edge];
}

struct edge_state *edge_state_of_call(struct world *w, const struct frame *f)
{
    return &w->instances[f->instance].edges[w->code->edges[w->code->steps[f->step].edge].local];
}

/* ---- breaker ---- */

bool edge_admits(struct world *w, const struct edge *edge, struct edge_state *state)
{
    if (!edge->rule->breaker || state->open_until == 0)
        return true;
    if (w->now < state->open_until || state->probing)
        return false;
    state->probing = true;
    return true;
}

void edge_withdraws(const struct edge *edge, struct edge_state *state)
{
    if (edge->rule->breaker && state->open_until != 0)
        state->probing = false;
}

static void open_breaker(struct world *w, struct edge *edge, struct edge_state *state)
{
    const struct breaker_config *rule = edge->rule->breaker;
    state->open_until = w->now + rule->open;
    state->probing = false;
    const sim_time until = state->open_until < w->end ? state->open_until : w->end;
    edge->breaker_opened++;
    edge->breaker_open_s += (double)(until - w->now) / 1e9;
    fault_note(w, edge->rule->to->service->name, "circuit breakers opened", true);
    state->calls = state->errors = 0;
}

void edge_learns(struct world *w, struct edge *edge, struct edge_state *state, sim_time sent, bool failed)
{
    const struct breaker_config *rule = edge->rule->breaker;
    if (!rule)
        return;
    if (state->open_until != 0) {
        if (sent < state->open_until)
            return; /* sent before it opened: says nothing about now */
        if (failed) {
            open_breaker(w, edge, state);
            return;
        }
        state->open_until = 0;
        state->probing = false;
        fault_note(w, edge->rule->to->service->name, "circuit breakers closed", false);
    }
    if (w->now >= state->window_end) {
        state->window_end = w->now + rule->window;
        state->calls = state->errors = 0;
    }
    state->calls++;
    state->errors += failed;
    if (state->calls >= rule->requests && (double)state->errors >= rule->errors * (double)state->calls)
        open_breaker(w, edge, state);
}

/* ---- budget ---- */

static uint64_t price(const struct budget_config *budget, enum call_result last)
{
    return (uint64_t)(last == CALL_TIMEOUT ? budget->cost_timeout : budget->cost);
}

bool edge_pays(struct world *w, struct edge *edge, struct edge_state *state, enum call_result last)
{
    const struct budget_config *budget = edge->rule->budget;
    if (!budget || bucket_take(&state->budget, w->now, price(budget, last)))
        return true;
    edge->budget_exhausted++;
    fault_note(w, edge->rule->to->service->name, "retry budgets of its callers empty", false);
    return false;
}

void edge_refunds(struct world *w, const struct edge *edge, struct edge_state *state, int attempts,
                  enum call_result last)
{
    const struct budget_config *budget = edge->rule->budget;
    if (budget)
        bucket_give(&state->budget, w->now, attempts > 1 ? price(budget, last) : (uint64_t)budget->refund);
}

/* ---- figures ---- */

void edge_attempt(struct world *w, struct edge *edge)
{
    edge->attempts++;
    little_enter(&edge->under_way, w->now);
}

void edge_attempt_ended(struct world *w, struct edge *edge, sim_time sent, enum call_result result)
{
    little_leave(&edge->under_way, sent, w->now);
    histogram_record(&edge->latency, w->now - sent);
    edge->succeeded += result == CALL_OK;
    edge->errors += result == CALL_ERROR;
    edge->timeouts += result == CALL_TIMEOUT;
}

void edge_async_ended(struct world *w, struct edge *edge, sim_time sent, enum call_result result)
{
    edge_attempt_ended(w, edge, sent, result);
    edge->calls_open--;
    edge->ok += result == CALL_OK;
    edge->failed += result != CALL_OK;
}

void edge_attempt_cut(struct world *w, struct edge *edge, sim_time sent)
{
    little_leave(&edge->under_way, sent, w->now);
    edge->cut++;
}

void edges_record(struct world *w, struct replication *out)
{
    out->edges = ARENA_ARRAY(w->arena, struct edge_result, w->code->edge_count);
    out->edge_count = w->code->edge_count;
    for (int e = 0; e < w->code->edge_count; e++) {
        const struct edge *edge = &w->edges[e];
        const struct operation_config *to = edge->rule->to;
        out->edges[e] = (struct edge_result){ .from = edge->rule->from->name,
                                              .to = arena_printf(w->arena, "%s.%s", to->service->name, to->name),
                                              .external = to->service->external,
                                              .calls = edge->calls,
                                              .failed = edge->failed,
                                              .ignored = edge->ignored,
                                              .attempts = edge->attempts,
                                              .retries = edge->retries,
                                              .errors = edge->errors,
                                              .timeouts = edge->timeouts,
                                              .cut = edge->cut,
                                              .breaker_rejected = edge->breaker_rejected,
                                              .limit_rejected = edge->limit_rejected,
                                              .budget_exhausted = edge->budget_exhausted,
                                              .breaker_opened = edge->breaker_opened,
                                              .breaker_open_s = edge->breaker_open_s,
                                              .latency = edge->latency };
    }
}

static const char *violated(struct world *w, const struct edge *edge, const char *law, uint128 left, uint128 right)
{
    if (left == right)
        return NULL;
    return arena_printf(w->arena, "calls of '%s' to '%s.%s': %s: %llu is not %llu", edge->rule->from->name,
                        edge->rule->to->service->name, edge->rule->to->name, law, (unsigned long long)left,
                        (unsigned long long)right);
}

const char *edges_violation(struct world *w)
{
    const char *law = NULL;
    for (int e = 0; !law && e < w->code->edge_count; e++) {
        struct edge *edge = &w->edges[e];
        little_advance(&edge->under_way, w->end);
        law = violated(w, edge, "Little's law: integral = sum of sojourns", edge->under_way.integral_ns,
                       edge->under_way.sojourn_ns);
        if (!law)
            law = violated(w, edge, "attempts = successes + errors + timeouts + cut + under way",
                           edge->before + edge->attempts,
                           edge->succeeded + edge->errors + edge->timeouts + edge->cut + edge->under_way.inside);
        if (!law)
            law = violated(w, edge, "calls = ok + failed + open", edge->calls_before + edge->calls,
                           edge->ok + edge->failed + edge->calls_open);
    }
    return law;
}
