/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scenario_calls -- who calls whom: a depth-first search that reports cycles with their path.
 *
 *   UNSEEN --> ON THE WAY (an ancestor in the search: meeting it again is a cycle) --> DONE
 */
#include <string.h>

#include "models/scenario_read.h"

enum { NESTED_MAX = 32 };
enum colour { UNSEEN, ON_THE_WAY, DONE };

struct calls {
    struct param_reader *reader;
    const struct scenario *sc;
    int *first;             /* of each service: the number of its first operation */
    unsigned char *colours; /* of each operation by number */
    const struct operation_config *path[NESTED_MAX];
    int depth;
    bool ok;
};

const char *scenario_operation_path(const struct operation_config *operation, struct arena *arena)
{
    return arena_printf(arena, "%s.%s", operation->service->name, operation->name);
}

static unsigned char *colour_of(const struct calls *calls, const struct operation_config *operation)
{
    const struct service_config *service = operation->service;
    return &calls->colours[calls->first[service->index] + (operation - service->operations)];
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

static void visit_steps(struct calls *calls, const struct tagged *steps, int count)
{
    for (int i = 0; i < count; i++) {
        if (!steps[i].config)
            continue; /* reported when it was read */
        if (steps[i].variant == STEP_GET) {
            const struct step_get *get = steps[i].config;
            visit_steps(calls, get->miss, get->miss_count);
        }
        if (steps[i].variant != STEP_CALL)
            continue;
        const struct step_call *call = steps[i].config;
        if (call->operation.target)
            visit(calls, call->operation.target, call->operation.at);
    }
}

static void visit(struct calls *calls, const struct operation_config *operation, struct mark at)
{
    unsigned char *colour = colour_of(calls, operation);
    if (*colour == ON_THE_WAY)
        report_cycle(calls, operation, at);
    if (*colour != UNSEEN)
        return;
    if (calls->depth == NESTED_MAX) {
        calls->ok = diag_error(calls->reader->diag, at, "calls are nested deeper than %d", NESTED_MAX);
        return;
    }
    *colour = ON_THE_WAY;
    calls->path[calls->depth++] = operation;
    visit_steps(calls, operation->steps, operation->step_count);
    calls->depth--;
    *colour = DONE;
}

/* Left out: calls between services of ours. A called service of ours would need a balancer in front of its fleet. */
static void check_target(struct calls *calls, const struct tagged *steps, int count)
{
    for (int i = 0; i < count; i++) {
        if (!steps[i].config)
            continue;
        if (steps[i].variant == STEP_GET) {
            const struct step_get *get = steps[i].config;
            check_target(calls, get->miss, get->miss_count);
        }
        const struct step_call *call = steps[i].variant == STEP_CALL ? steps[i].config : NULL;
        const struct operation_config *target = call ? call->operation.target : NULL;
        if (!target || target->service->external)
            continue;
        diag_error(calls->reader->diag, call->operation.at,
                   "'%s' is an operation of ours; a call reaches external services", call->operation.name);
        calls->ok = diag_hint(calls->reader->diag, "write external: true in service '%s', or put its steps here",
                              target->service->name);
    }
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
    for (int s = 0; s < sc->service_count; s++)
        for (int o = 0; o < sc->services[s].operation_count; o++) {
            const struct operation_config *operation = &sc->services[s].operations[o];
            visit(&calls, operation, operation->at);
            check_target(&calls, operation->steps, operation->step_count);
        }
    return calls.ok;
}
