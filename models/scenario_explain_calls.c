/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scenario_explain_calls -- who calls whom, how often at the peak, and what is doubtful about it.
 *
 * A way is a chain of synchronous calls. Where each link tries again without a budget, one request at its beginning may be
 * the product of their attempts at its end. [BL-RETRY]
 */
#include "models/alb.h"
#include "models/demand.h"
#include "models/journey.h"

enum { WAYS_MAX = 32, MANY = 6 };

/* ---- who calls whom ---- */

static const char *how_reached(const struct scenario *sc, const struct service_config *to)
{
    static const char *const DIRECTLY[2] = {
        [DISCOVERY_CONNECTION] = "an instance per connection", [DISCOVERY_REQUEST] = "an instance per request"
    };
    for (int a = 0; a < sc->by_kind_count[KIND_ALB]; a++) {
        const struct component *alb = sc->by_kind[KIND_ALB][a];
        if (((const struct alb_config *)alb->config)->targets.target == to->runs_on.target)
            return alb->name;
    }
    return DIRECTLY[to->discovery.each];
}

void scenario_explain_calls(const struct scenario *sc, const struct demand_day *day, FILE *out)
{
    struct arena arena;
    arena_init(&arena);
    const struct journey_code *code = journey_compile(sc, &arena);
    if (code->has_frames_in_frames)
        fputs("\ncalls at the peak\n", out);
    for (int e = 0; code->has_frames_in_frames && e < code->edge_count; e++) {
        const struct edge_rule *edge = &code->edges[e];
        const char *pair = arena_printf(&arena, "%s -> %s.%s", edge->from->name, edge->to->service->name,
                                        edge->to->name);
        fprintf(out, "  %-44s %7.3g/s  %s\n", pair, demand_of_edge(day, edge->from, edge->to).peak,
                edge->external == EDGE_OF_OURS ? how_reached(sc, edge->to->service) : "external");
    }
    arena_fini(&arena);
}

/* ---- doubts ---- */

struct ways {
    const struct scenario *sc;
    struct diag *diag;
    const struct step_call *way[WAYS_MAX]; /* from the operation that clients ask for */
    int depth;
    const struct operation_config *from;
    /* the worst so far */
    double worst;
    const struct step_call *worst_last;
    const char *worst_text;
};

static double seconds(sim_time t)
{
    return (double)t / 1e9;
}

static void remember_worst(struct ways *w, double product)
{
    if (product <= w->worst)
        return;
    const char *text = "";
    for (int i = 0; i < w->depth; i++)
        if (w->way[i]->attempts > 1 && !w->way[i]->budget.present)
            text = arena_printf(w->diag->arena, "%s%s%lld", text, text[0] ? " x " : "", (long long)w->way[i]->attempts);
    w->worst = product;
    w->worst_last = w->way[w->depth - 1];
    w->worst_text = text;
}

static void walk(struct ways *w, const struct tagged *steps, int count, double product);

static void walk_call(struct ways *w, const struct step_call *call, double product)
{
    const struct operation_config *to = call->operation.target;
    if (call->async || w->depth == WAYS_MAX)
        return;
    w->way[w->depth++] = call;
    if (!call->budget.present)
        product *= (double)call->attempts;
    remember_worst(w, product);
    if (!to->service->external)
        walk(w, to->steps, to->step_count, product);
    w->depth--;
}

static void walk(struct ways *w, const struct tagged *steps, int count, double product)
{
    for (int i = 0; i < count; i++) {
        const struct step_get *get = steps[i].config;
        const struct step_parallel *parallel = steps[i].config;
        const struct step_series *series = steps[i].config;
        if (steps[i].variant == STEP_GET)
            walk(w, get->miss, get->miss_count, product);
        else if (steps[i].variant == STEP_PARALLEL)
            walk(w, parallel->branches, parallel->branch_count, product);
        else if (steps[i].variant == STEP_SERIES)
            walk(w, series->steps, series->step_count, product);
        else if (steps[i].variant == STEP_CALL)
            walk_call(w, steps[i].config, product);
    }
}

static void doubt_amplification(const struct scenario *sc, struct diag *diag)
{
    struct ways w = { .sc = sc, .diag = diag, .worst = MANY - 1 };
    for (int o = 0; o < scenario_operation_count(sc); o++) {
        w.from = scenario_operation(sc, o);
        walk(&w, w.from->steps, w.from->step_count, 1.0);
    }
    if (!w.worst_last)
        return;
    diag_warning(
        diag, w.worst_last->operation.at,
        "retries multiply: when '%s' fails, one request of a client makes up to %.0f calls of it (%s attempts)",
        w.worst_last->operation.name, w.worst, w.worst_text);
    diag_hint(diag, "try again at one place of a way only, or give the retries a budget");
}

/* The longest that the operation may wait for one of its own calls. */
static const struct step_call *longest_wait(const struct tagged *steps, int count, sim_time *longest)
{
    const struct step_call *found = NULL;
    for (int i = 0; i < count; i++) {
        const struct step_get *get = steps[i].config;
        const struct step_parallel *parallel = steps[i].config;
        const struct step_series *series = steps[i].config;
        const struct step_call *call = steps[i].config, *inside = NULL;
        if (steps[i].variant == STEP_GET)
            inside = longest_wait(get->miss, get->miss_count, longest);
        else if (steps[i].variant == STEP_PARALLEL)
            inside = longest_wait(parallel->branches, parallel->branch_count, longest);
        else if (steps[i].variant == STEP_SERIES)
            inside = longest_wait(series->steps, series->step_count, longest);
        else if (steps[i].variant == STEP_CALL && !call->async && call->attempts * call->timeout > *longest) {
            *longest = call->attempts * call->timeout;
            inside = call;
        }
        found = inside ? inside : found;
    }
    return found;
}

static void doubt_timeout(const struct step_call *call, struct diag *diag)
{
    const struct operation_config *to = call->operation.target;
    if (call->async)
        return;
    const double needed_s = demand_of_operation(to, demand_time_s, NULL);
    if (needed_s > seconds(call->timeout)) {
        diag_warning(diag, call->operation.at,
                     "'%s' is given up after %.3g s, but takes %.3g s on average with nobody in the way",
                     call->operation.name, seconds(call->timeout), needed_s);
        diag_hint(diag, "a timeout near the 99.9th percentile of what is called");
        return;
    }
    sim_time longest = call->timeout;
    const struct step_call *inner = to->service->external ? NULL : longest_wait(to->steps, to->step_count, &longest);
    if (!inner)
        return;
    diag_warning(diag, call->operation.at,
                 "'%s' is given up after %.3g s, but waits up to %.3g s for '%s': it then works on for nobody",
                 call->operation.name, seconds(call->timeout), seconds(longest), inner->operation.name);
    diag_hint(diag, "timeouts that become shorter on the way down");
}

static void doubt_timeouts(const struct tagged *steps, int count, struct diag *diag)
{
    for (int i = 0; i < count; i++) {
        const struct step_get *get = steps[i].config;
        const struct step_parallel *parallel = steps[i].config;
        const struct step_series *series = steps[i].config;
        if (steps[i].variant == STEP_GET)
            doubt_timeouts(get->miss, get->miss_count, diag);
        else if (steps[i].variant == STEP_PARALLEL)
            doubt_timeouts(parallel->branches, parallel->branch_count, diag);
        else if (steps[i].variant == STEP_SERIES)
            doubt_timeouts(series->steps, series->step_count, diag);
        else if (steps[i].variant == STEP_CALL)
            doubt_timeout(steps[i].config, diag);
    }
}

static double one(const struct tagged *step, const void *context)
{
    (void)step;
    return context ? 1.0 : 0.0;
}

static void doubt_unasked(const struct scenario *sc, const struct demand_day *day, struct diag *diag)
{
    for (int s = 0; s < sc->service_count; s++) {
        const struct service_config *service = &sc->services[s];
        if (service->external || service->consumes.target || demand_of_service(day, service, one, sc).mean > 0.0)
            continue;
        diag_warning(diag, service->at, "nobody asks for an operation of '%s': it only costs", service->name);
        diag_hint(diag, "call: {operation: %s.%s} somewhere, or remove it", service->name, service->operations[0].name);
    }
}

void scenario_doubt_calls(const struct scenario *sc, const struct demand_day *day, struct diag *diag)
{
    doubt_amplification(sc, diag);
    for (int s = 0; s < sc->service_count; s++)
        for (int o = 0; o < sc->services[s].operation_count; o++)
            doubt_timeouts(sc->services[s].operations[o].steps, sc->services[s].operations[o].step_count, diag);
    doubt_unasked(sc, day, diag);
}
