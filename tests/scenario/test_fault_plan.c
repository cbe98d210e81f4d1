/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What fails is a plan that a replication is given: the scenario's own, nothing, or a list for any day. Whatever fails,
 * the customers are the same, minute by minute.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/replicate.h"

struct fixture {
    struct arena arena;
    const struct scenario *sc;
};
static struct fixture fixture;

static int setup(void **state)
{
    struct fixture *f = &fixture;
    arena_init(&f->arena);
    struct diag diag;
    diag_init(&diag, &f->arena);
    static const char *const sets[] = {
        "faults=[{at: +4m, component: web-fleet, kind: down, lasts: 1m}]",
        "clock.length=10m",
        "clock.warm_up=1m",
    };
    f->sc = scenario_load("scenarios/smoke.yaml", sets, 3, &f->arena, &diag);
    if (!f->sc)
        diag_print(&diag, stderr, false);
    *state = f;
    return f->sc ? 0 : -1;
}

static int teardown(void **state)
{
    struct fixture *f = *state;
    arena_fini(&f->arena);
    return 0;
}

static const struct minute_count *all_in(const struct replication *r, int minute)
{
    const int columns = r->operation_count - 1;
    return &r->minutes[minute * columns + columns - 1];
}

static void given_a_fault_when_its_twin_is_run_then_the_customers_are_the_same_and_only_the_outcomes_differ(
    void **state)
{
    struct fixture *f = *state;
    const struct replication *hurt = replicate(f->sc, -1, 0, NULL, &f->arena, NULL, NULL),
                             *twin = replicate(f->sc, -1, 0, &fault_free, &f->arena, NULL, NULL);
    assert_null(hurt->violation);
    assert_null(twin->violation);
    assert_int_equal(hurt->fault_count, 1);
    assert_int_equal(twin->fault_count, 0);
    assert_int_equal(twin->minute_count, 10);
    for (int m = 0; m < 10; m++) {
        assert_int_equal(all_in(hurt, m)->begun, all_in(twin, m)->begun);
        if (m < 3)
            assert_int_equal(all_in(hurt, m)->ok, all_in(twin, m)->ok);
    }
    assert_true(all_in(hurt, 4)->ok < all_in(twin, 4)->ok / 2);
}

static void given_a_record_when_its_minutes_are_added_up_then_they_are_its_operations(void **state)
{
    struct fixture *f = *state;
    const struct replication *r = replicate(f->sc, -1, 1, NULL, &f->arena, NULL, NULL);
    for (int o = 0; o < r->operation_count - 1; o++) {
        uint64_t begun = 0, ok = 0;
        for (int m = 0; m < r->minute_count; m++) {
            begun += r->minutes[m * (r->operation_count - 1) + o].begun;
            ok += r->minutes[m * (r->operation_count - 1) + o].ok;
        }
        assert_int_equal(begun, r->operations[o].begun);
        assert_int_equal(ok, r->operations[o].outcomes[OUTCOME_OK]);
    }
}

/* The same fault on a day of the calendar, at an instant of the caller's. */
static void given_a_plan_for_a_billed_day_when_run_then_it_fails_there_and_then(void **state)
{
    struct fixture *f = *state;
    struct fault_config at_noon = f->sc->faults[0];
    at_noon.starts = 12 * SIM_HOUR;
    const struct fault_plan plan = { .faults = &at_noon, .count = 1 };
    const struct replication *hurt = replicate(f->sc, 0, 0, &plan, &f->arena, NULL, NULL),
                             *day = replicate(f->sc, 0, 0, NULL, &f->arena, NULL, NULL);
    assert_int_equal(day->fault_count, 0);
    assert_int_equal(hurt->fault_count, 1);
    assert_ptr_equal(hurt->plan, &plan);
    assert_true(hurt->faults[0].start_s == 43200);
    assert_int_equal(all_in(hurt, 719)->ok, all_in(day, 719)->ok);
    assert_int_equal(all_in(hurt, 720)->begun, all_in(day, 720)->begun);
    assert_true(all_in(hurt, 720)->ok < all_in(day, 720)->ok / 2);
}

/* Only 23:30 to 01:30 of that day: two hours of minutes, and the fault ten minutes after they begin. A longer part of the
 * same beginning meets the same customers. */
static void given_a_part_of_a_day_when_run_then_the_fault_counts_from_its_beginning(void **state)
{
    struct fixture *f = *state;
    struct fault_config fault = f->sc->faults[0];
    fault.starts = 10 * SIM_MINUTE;
    const struct day_part part = { 23 * SIM_HOUR + 30 * SIM_MINUTE, 2 * SIM_HOUR },
                          longer = { part.from, 3 * SIM_HOUR };
    const struct fault_plan with = { &fault, 1, part }, without = { .part = longer };
    const struct replication *hurt = replicate(f->sc, 0, 7, &with, &f->arena, NULL, NULL),
                             *twin = replicate(f->sc, 0, 7, &without, &f->arena, NULL, NULL);
    assert_null(hurt->violation);
    assert_int_equal(hurt->minute_count, 120);
    assert_int_equal(twin->minute_count, 180);
    assert_true(hurt->faults[0].start_s == 600);
    for (int m = 0; m < 120; m++) {
        assert_int_equal(all_in(hurt, m)->begun, all_in(twin, m)->begun);
        if (m < 9)
            assert_int_equal(all_in(hurt, m)->ok, all_in(twin, m)->ok);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            given_a_fault_when_its_twin_is_run_then_the_customers_are_the_same_and_only_the_outcomes_differ),
        cmocka_unit_test(given_a_record_when_its_minutes_are_added_up_then_they_are_its_operations),
        cmocka_unit_test(given_a_plan_for_a_billed_day_when_run_then_it_fails_there_and_then),
        cmocka_unit_test(given_a_part_of_a_day_when_run_then_the_fault_counts_from_its_beginning),
    };
    return cmocka_run_group_tests_name("fault_plan", tests, setup, teardown);
}
