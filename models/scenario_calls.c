/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scenario_calls -- who calls whom: a depth-first search that reports cycles with their path, and how many calls one
 * request makes; what a call may say, and what all calls on one edge have to agree on.
 *
 *   UNSEEN --> ON THE WAY (an ancestor in the search: meeting it again is a cycle) --> DONE
 */
#include <string.h>

#include "models/scenario_read.h"

enum {
    NESTED_MAX = 32,
    CALLS_MAX = 1000, /* of one request, those of the called included, each counted once: hostile scenarios double them
                         at every level */
    EDGES_MAX = 1000, /* pairs of a service and an operation that it calls: each has a histogram */
};
enum colour { UNSEEN, ON_THE_WAY, DONE };

struct calls {
    struct param_reader *reader;
    const struct scenario *sc;
    int *first;             /* of each service: the number of its first operation */
    unsigned char *colours; /* of each operation by number */
    int *made;              /* calls that a request for it makes, by number */
    const struct operation_config *path[NESTED_MAX];
    int depth;
    bool ok, too_many;
};

const char *scenario_operation_path(const struct operation_config *operation, struct arena *arena)
{
    return arena_printf(arena, "%s.%s", operation->service->name, operation->name);
}

static int number_of(const struct calls *calls, const struct operation_config *operation)
{
    const struct service_config *service = operation->service;
    return calls->first[service->index] + (int)(operation - service->operations);
}

static void report_cycle(struct calls *calls, const struct operation_config *to, struct mark at)
{
    struct arena *arena = calls->reader->arena;
    int start = 0;
    while (start < calls->depth - 1 && calls->path[start] != to)
        start++;
    const char *text = "";
    for (int i = start; i < calls->depth; i++)
        text = arena_printf(arena, "%s%s -> ", text, scenario_operation_path(calls->path[i], arena));
    diag_error(calls->reader->diag, at, "calls form a cycle: %s%s", text, scenario_operation_path(to, arena));
    calls->ok = diag_hint(calls->reader->diag,
                          "a request on this way would never be answered; remove one of the calls");
}

static void visit(struct calls *calls, const struct operation_config *operation, struct mark at);

static int visit_steps(struct calls *calls, const struct tagged *steps, int count);

static int visit_call(struct calls *calls, const struct step_call *call)
{
    const struct operation_config *to = call->operation.target;
    if (!to)
        return 0;
    visit(calls, to, call->operation.at);
    return 1 + calls->made[number_of(calls, to)];
}

static int visit_step(struct calls *calls, const struct tagged *step)
{
    const struct step_get *get = step->config;
    const struct step_parallel *parallel = step->config;
    const struct step_series *series = step->config;
    if (!step->config)
        return 0; /* reported when it was read */
    switch ((enum step_variant)step->variant) {
    case STEP_GET: return visit_steps(calls, get->miss, get->miss_count);
    case STEP_PARALLEL: return visit_steps(calls, parallel->branches, parallel->branch_count);
    case STEP_SERIES: return visit_steps(calls, series->steps, series->step_count);
    case STEP_CALL: return visit_call(calls, step->config);
    case STEP_CPU:
    case STEP_READ:
    case STEP_WRITE:
    case STEP_SEND:
    case STEP_WAIT:
    case STEP_VARIANTS: break;
    }
    return 0;
}

/* Returns how many calls they make, CALLS_MAX + 1 standing for more. */
static int visit_steps(struct calls *calls, const struct tagged *steps, int count)
{
    int made = 0;
    for (int i = 0; i < count; i++) {
        made += visit_step(calls, &steps[i]);
        made = made > CALLS_MAX ? CALLS_MAX + 1 : made;
    }
    return made;
}

static void visit(struct calls *calls, const struct operation_config *operation, struct mark at)
{
    const int number = number_of(calls, operation);
    if (calls->colours[number] == ON_THE_WAY)
        report_cycle(calls, operation, at);
    if (calls->colours[number] != UNSEEN)
        return;
    if (calls->depth == NESTED_MAX) {
        calls->ok = diag_error(calls->reader->diag, at, "calls are nested deeper than %d", NESTED_MAX);
        return;
    }
    calls->colours[number] = ON_THE_WAY;
    calls->path[calls->depth++] = operation;
    calls->made[number] = visit_steps(calls, operation->steps, operation->step_count);
    calls->depth--;
    calls->colours[number] = DONE;
    if (calls->made[number] > CALLS_MAX && !calls->too_many) {
        calls->too_many = true;
        diag_error(calls->reader->diag, operation->at, "a request for '%s' makes more than %d calls",
                   scenario_operation_path(operation, calls->reader->arena), CALLS_MAX);
        calls->ok = diag_hint(calls->reader->diag, "calls multiply from level to level: %s",
                              "remove some, or let the called return several answers at once");
    }
}

/* ---- what a call may say ---- */

static bool same_rules(const struct step_call *a, const struct step_call *b)
{
    const struct breaker_config *x = &a->breaker, *y = &b->breaker;
    if (x->present != y->present || a->budget.present != b->budget.present || a->limit.present != b->limit.present)
        return false;
    if (x->present &&
        (x->errors != y->errors || x->open != y->open || x->requests != y->requests || x->window != y->window))
        return false;
    if (a->budget.present && (a->budget.tokens != b->budget.tokens || a->budget.cost != b->budget.cost ||
                              a->budget.cost_timeout != b->budget.cost_timeout || a->budget.refund != b->budget.refund))
        return false;
    return !a->limit.present ||
           (a->limit.calls == b->limit.calls && a->limit.queue == b->limit.queue && a->limit.wait == b->limit.wait);
}

/* The first call of a service to each operation; the others have to agree with it. */
struct edges {
    const struct step_call **first; /* by number of the called operation */
    int *caller;                    /* service that the entry is of, + 1 */
    int count;
};

static bool check_edge(struct calls *calls, struct edges *edges, const struct operation_config *from,
                       const struct step_call *call)
{
    const int number = number_of(calls, call->operation.target);
    if (edges->caller[number] != from->service->index + 1 || !edges->first[number]) {
        edges->caller[number] = from->service->index + 1;
        edges->first[number] = call;
        if (++edges->count != EDGES_MAX + 1)
            return true;
        return diag_error(calls->reader->diag, call->operation.at,
                          "services call more than %d different operations of others", EDGES_MAX);
    }
    const struct step_call *first = edges->first[number];
    if (call->async || first->async || same_rules(first, call))
        return true;
    diag_error(calls->reader->diag, call->operation.at,
               "calls of service '%s' to '%s' share a breaker, a budget and a limit, but %s:%d says other ones",
               from->service->name, call->operation.name, first->operation.at.file, first->operation.at.line);
    return diag_hint(calls->reader->diag, "write the same breaker, budget and limit in both, or in neither");
}

static bool check_async(struct calls *calls, const struct step_call *call)
{
    struct diag *diag = calls->reader->diag;
    const struct operation_config *to = call->operation.target;
    if (!call->async)
        return true;
    if (to->service->external) {
        diag_error(diag, call->operation.at,
                   "'%s' is external: a call that nobody waits for does nothing that is modelled",
                   call->operation.name);
        return diag_hint(diag, "remove async, or send a message");
    }
    if (call->attempts > 1 || call->optional || call->backoff.present || call->breaker.present ||
        call->budget.present || call->limit.present) {
        diag_error(diag, call->operation.at,
                   "an asynchronous call of '%s' never learns how it ended: it has no attempts, optional, backoff, "
                   "breaker, budget or limit",
                   call->operation.name);
        return diag_hint(diag, "remove async, or the others");
    }
    return true;
}

static bool check_call(struct calls *calls, struct edges *edges, const struct operation_config *from,
                       const struct step_call *call)
{
    struct diag *diag = calls->reader->diag;
    const struct operation_config *to = call->operation.target;
    if (!to)
        return true; /* reported */
    if (!to->service->external && to->service->consumes.name) {
        diag_error(diag, call->operation.at, "service '%s' handles the messages of '%s': nobody can call it",
                   to->service->name, to->service->consumes.name);
        return diag_hint(diag, "send: {to: %s}, or a service of its own", to->service->consumes.name);
    }
    if (call->backoff.present && call->backoff.cap < call->backoff.base)
        return diag_error(diag, call->operation.at, "the backoff of the call of '%s' has a cap below its base",
                          call->operation.name);
    if (call->attempts == 1 && (call->backoff.present || call->budget.present)) {
        diag_error(diag, call->operation.at, "the call of '%s' has a %s for retries, but makes one attempt",
                   call->operation.name, call->backoff.present ? "backoff" : "budget");
        return diag_hint(diag, "write attempts: 3");
    }
    const bool ok = check_async(calls, call);
    return check_edge(calls, edges, from, call) && ok;
}

static bool check_steps(struct calls *calls, struct edges *edges, const struct operation_config *from,
                        const struct tagged *steps, int count)
{
    bool ok = true;
    for (int i = 0; i < count; i++) {
        const struct step_get *get = steps[i].config;
        const struct step_parallel *parallel = steps[i].config;
        const struct step_series *series = steps[i].config;
        if (!steps[i].config)
            continue;
        if (steps[i].variant == STEP_GET)
            ok = check_steps(calls, edges, from, get->miss, get->miss_count) && ok;
        if (steps[i].variant == STEP_SERIES)
            ok = check_steps(calls, edges, from, series->steps, series->step_count) && ok;
        if (steps[i].variant == STEP_CALL)
            ok = check_call(calls, edges, from, steps[i].config) && ok;
        if (steps[i].variant != STEP_PARALLEL)
            continue;
        ok = check_steps(calls, edges, from, parallel->branches, parallel->branch_count) && ok;
        if (parallel->branch_count < 2 || parallel->branch_count > BRANCHES_MAX)
            ok = diag_error(calls->reader->diag, steps[i].at,
                            "'parallel' of operation '%s' has %d branches, not 2 to %d", from->name,
                            parallel->branch_count, BRANCHES_MAX);
    }
    return ok;
}

bool scenario_check_calls(const struct scenario *sc, struct param_reader *reader)
{
    struct calls calls = { .reader = reader, .sc = sc, .ok = true };
    int count = 0;
    calls.first = ARENA_ARRAY(reader->arena, int, sc->service_count);
    for (int s = 0; s < sc->service_count; s++) {
        calls.first[s] = count;
        count += sc->services[s].operation_count;
    }
    calls.colours = ARENA_ARRAY(reader->arena, unsigned char, count);
    calls.made = ARENA_ARRAY(reader->arena, int, count);
    struct edges edges = { .first = ARENA_ARRAY(reader->arena, const struct step_call *, count),
                           .caller = ARENA_ARRAY(reader->arena, int, count) };
    for (int s = 0; s < sc->service_count; s++)
        for (int o = 0; o < sc->services[s].operation_count; o++) {
            const struct operation_config *operation = &sc->services[s].operations[o];
            visit(&calls, operation, operation->at);
            calls.ok = check_steps(&calls, &edges, operation, operation->steps, operation->step_count) && calls.ok;
        }
    return calls.ok;
}
