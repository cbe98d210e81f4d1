/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What calls may say, and what a reviewer would ask about them. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "models/demand.h"
#include "models/journey.h"
#include "sim/base/compiler.h"

static const char SHOP[] = "headroom: 1\n"
                           "traffic: {visitors: {rate: 10/s, mix: {page: 100%}}}\n"
                           "services:\n"
                           "  front: {runs_on: front-fleet, operations: {page: [{call: {operation: back.do}}]}}\n"
                           "  back: {runs_on: back-fleet, operations: {do: [{cpu: 10ms}], more: [{cpu: 10ms}]}}\n"
                           "  bank: {external: true, operations: {charge: 200ms}}\n"
                           "  worker: {runs_on: worker-fleet, consumes: jobs, operations: {handle: [{cpu: 1ms}]}}\n"
                           "regions:\n"
                           "  us-east-1:\n"
                           "    alb: {kind: alb, targets: front-fleet}\n"
                           "    front-fleet: {kind: asg, instance: m7g.large, size: {min: 2, max: 4}}\n"
                           "    back-fleet: {kind: asg, instance: m7g.large, size: {min: 2, max: 4}}\n"
                           "    worker-fleet: {kind: asg, instance: m7g.large, size: {min: 2, max: 4}}\n"
                           "    jobs: {kind: sqs}\n";

struct fixture {
    struct arena arena;
    struct diag diag;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    arena_init(&f->arena);
    diag_init(&f->diag, &f->arena);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    arena_fini(&f->arena);
    free(f);
    return 0;
}

static const struct scenario *parse(struct fixture *f, const char *text, const char *const *sets, int set_count)
{
    diag_init(&f->diag, &f->arena);
    return scenario_parse("shop.yaml", text, strlen(text), ".", sets, set_count, &f->arena, &f->diag);
}

static void assert_said(struct fixture *f, const char *what)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    diag_print(&f->diag, out, false);
    fclose(out);
    if (!strstr(text, what))
        print_error("'%s' does not say '%s'\n", text, what);
    assert_non_null(strstr(text, what));
    free(text);
}

static void assert_refused(struct fixture *f, const char *page, const char *what)
{
    const char *const set = arena_printf(&f->arena, "services.front.operations.page=%s", page);
    assert_null(parse(f, SHOP, &set, 1));
    assert_said(f, what);
}

static const struct scenario *accepted(struct fixture *f, const char *page)
{
    const char *const set = arena_printf(&f->arena, "services.front.operations.page=%s", page);
    const struct scenario *sc = parse(f, SHOP, &set, 1);
    if (!sc)
        diag_print(&f->diag, stderr, false);
    assert_non_null(sc);
    return sc;
}

static void given_calls_that_make_no_sense_when_loaded_then_it_is_said(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, "[{call: {operation: worker.handle}}]", "handles the messages of 'jobs': nobody can call it");
    assert_refused(f, "[{call: {operation: bank.charge, async: true}}]", "'bank.charge' is external");
    assert_refused(f, "[{call: {operation: back.do, async: true, attempts: 2}}]", "never learns how it ended");
    assert_refused(f, "[{call: {operation: back.do, async: true, breaker: {}}}]", "never learns how it ended");
    assert_refused(f, "[{call: {operation: back.do, budget: {}}}]", "has a budget for retries, but makes one attempt");
    assert_refused(f, "[{call: {operation: back.do, attempts: 2, backoff: {base: 2s, cap: 1s}}}]",
                   "a cap below its base");
    assert_refused(f, "[{parallel: [{cpu: 1ms}]}]", "has 1 branches, not 2 to 64");
    assert_refused(f, "[{call: {operation: front.page}}]", "calls form a cycle: front.page -> front.page");
    assert_refused(f, "[{parallel: [{cpu: 1ms}, {series: [{call: {operation: front.page}}]}]}]", "calls form a cycle");
}

static void given_calls_of_one_edge_when_their_rules_differ_then_it_is_said(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, "[{call: {operation: back.do, limit: 5}}, {call: {operation: back.do, limit: 6}}]",
                   "share a breaker, a budget and a limit");
    assert_refused(f, "[{call: {operation: back.do, breaker: {}}}, {call: {operation: back.do}}]",
                   "share a breaker, a budget and a limit");
    accepted(f, "[{call: {operation: back.do, limit: 5}}, {call: {operation: back.more, limit: 6}}]");
    const struct scenario *sc = accepted(f, "[{call: {operation: back.do, limit: 5}}, {cpu: 1ms}, "
                                            "{call: {operation: back.do, limit: 5, timeout: 1s}}]");
    assert_int_equal(journey_compile(sc, &f->arena)->edge_count, 1);
}

/* 2^32 calls of one request, in 33 lines; and a chain of 40 services. */
static void given_calls_that_multiply_when_loaded_then_the_depth_and_the_number_are_bounded(void **state)
{
    struct fixture *f = *state;
    for (int doubled = 0; doubled < 2; doubled++) {
        const char *operations = "";
        const int levels = doubled ? 20 : 40;
        for (int o = 0; o < levels; o++) {
            const char *again = doubled ? arena_printf(&f->arena, ", {call: {operation: back.o%d}}", o + 1) : "";
            operations = arena_printf(&f->arena, "%so%d: [{call: {operation: back.o%d}}%s], ", operations, o, o + 1,
                                      again);
        }
        const char *const sets[] = { arena_printf(&f->arena, "services.back.operations={%so%d: [{cpu: 1ms}]}",
                                                  operations, levels),
                                     "services.front.operations.page=[{call: {operation: back.o0}}]" };
        assert_null(parse(f, SHOP, sets, 2));
        assert_said(f, doubled ? "makes more than 1000 calls" : "calls are nested deeper than 32");
    }
}

static void assert_doubted(struct fixture *f, const char *page, const char *what)
{
    const struct scenario *sc = accepted(f, page);
    const struct demand_day day = demand_day_of(sc, &f->arena);
    scenario_doubt_calls(sc, &day, &f->diag);
    assert_said(f, what);
}

static void given_doubtful_calls_when_checked_then_it_is_said(void **state)
{
    struct fixture *f = *state;
    assert_doubted(f, "[{call: {operation: back.do, timeout: 5ms}}]", "is given up after 0.005 s, but takes 0.01 s");
    assert_doubted(f, "[{call: {operation: back.do, attempts: 7}}]", "makes up to 7 calls of it (7 attempts)");
    assert_doubted(f, "[{cpu: 1ms}]", "nobody asks for an operation of 'back'");
    const struct scenario *sc = accepted(f, "[{call: {operation: back.do, attempts: 7, budget: {}}}]");
    const struct demand_day day = demand_day_of(sc, &f->arena);
    const int before = f->diag.count;
    scenario_doubt_calls(sc, &day, &f->diag);
    assert_int_equal(f->diag.count, before);
}

/* Ten requests a second, each of which calls twice, once on a miss of one in ten. */
static void given_calls_when_their_demand_is_asked_then_the_called_get_it(void **state)
{
    struct fixture *f = *state;
    const struct scenario *sc = accepted(f,
                                         "[{parallel: [{call: {operation: back.do}}, {call: {operation: back.more}}]}, "
                                         "{call: {operation: bank.charge}}]");
    const struct demand_day day = demand_day_of(sc, &f->arena);
    const struct service_config *front = &sc->services[0], *back = &sc->services[1];
    assert_true(fabs(demand_of_service(&day, back, demand_cpu_s, NULL).mean - (10 * 0.020)) < 1e-9);
    assert_true(fabs(demand_of_service(&day, front, demand_cpu_s, NULL).mean - (0.0)) < 1e-9);
    assert_true(fabs(demand_of_service(&day, front, demand_time_s, NULL).mean - (10 * (0.010 + 0.200))) < 1e-9);
    assert_true(fabs(demand_of_edge(&day, front, &back->operations[0]).mean - (10.0)) < 1e-9);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(given_calls_that_make_no_sense_when_loaded_then_it_is_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_calls_of_one_edge_when_their_rules_differ_then_it_is_said, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_calls_that_multiply_when_loaded_then_the_depth_and_the_number_are_bounded,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_doubtful_calls_when_checked_then_it_is_said, set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_calls_when_their_demand_is_asked_then_the_called_get_it, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
