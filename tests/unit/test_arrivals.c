/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim/arrivals.h"

static int set_up(void **state)
{
    struct arena *arena = calloc(1, sizeof *arena);
    arena_init(arena);
    *state = arena;
    return 0;
}

static int tear_down(void **state)
{
    arena_fini(*state);
    free(*state);
    return 0;
}

static struct arrivals arrivals_of(struct arena *arena, const struct rate_knot *knots, uint32_t count)
{
    struct arrivals a;
    arrivals_init(&a, arena, knots, count, draw_key_make(11, 0), 99);
    return a;
}

/* A ramp, a plateau, a pause, a step within a nanosecond, a fall to zero. */
static const struct rate_knot day[] = {
    { 10 * SIM_SECOND, 0.0 }, { 20 * SIM_SECOND, 100.0 },     { 30 * SIM_SECOND, 100.0 }, { 31 * SIM_SECOND, 0.0 },
    { 50 * SIM_SECOND, 0.0 }, { 50 * SIM_SECOND + 1, 500.0 }, { 60 * SIM_SECOND, 300.0 }, { 70 * SIM_SECOND, 0.0 },
};

static void given_a_rate_shape_when_arrivals_come_then_they_are_ordered_inside_it_and_end(void **state)
{
    struct arrivals a = arrivals_of(*state, day, ARRAY_LEN(day));
    sim_time last = 10 * SIM_SECOND, at;
    uint64_t count = 0;
    while ((at = arrivals_next(&a)) != SIM_NEVER) {
        assert_true(at >= last && at < 70 * SIM_SECOND);
        assert_false(at >= 31 * SIM_SECOND && at < 50 * SIM_SECOND);
        assert_int_equal(a.ordinal, ++count);
        last = at;
    }
    assert_int_equal(arrivals_next(&a), SIM_NEVER);
    assert_int_equal(a.ordinal, count);
    /* Poisson with mean 500 + 1000 + 50 + 4000 + 1500: 5 standard deviations */
    assert_true(fabs((double)count - 7050.0) < 5.0 * sqrt(7050.0));
}

static void given_a_rate_shape_when_integrated_then_the_parts_add_up(void **state)
{
    const struct arrivals a = arrivals_of(*state, day, ARRAY_LEN(day));
    assert_true(fabs(arrivals_expected(&a, 0, SIM_DAY) - 7050.0) < 1e-5);
    assert_true(fabs(arrivals_expected(&a, 15 * SIM_SECOND, 20 * SIM_SECOND) - 375.0) < 1e-9);
    assert_true(fabs(arrivals_expected(&a, 32 * SIM_SECOND, 49 * SIM_SECOND)) < 1e-9);
    double sum = 0.0;
    for (sim_time at = 0; at < 100 * SIM_SECOND; at += 7 * SIM_MILLISECOND)
        sum += arrivals_expected(&a, at, at + 7 * SIM_MILLISECOND);
    assert_true(fabs(sum - 7050.0) < 1e-5);
}

/* Inversion: doubling the rate of a constant shape halves the times of the same customers, to the nanosecond. */
static void given_twice_the_rate_when_the_same_customers_come_then_they_come_in_half_the_time(void **state)
{
    const struct rate_knot slow[] = { { 0, 50.0 }, { SIM_HOUR, 50.0 } }, fast[] = { { 0, 100.0 }, { SIM_HOUR, 100.0 } };
    struct arrivals a = arrivals_of(*state, slow, 2), b = arrivals_of(*state, fast, 2);
    for (int i = 0; i < 10000; i++) {
        const sim_time at_slow = arrivals_next(&a), at_fast = arrivals_next(&b);
        assert_true(llabs(at_slow - 2 * at_fast) <= 2);
    }
}

static void given_no_rate_when_asked_then_nobody_comes(void **state)
{
    const struct rate_knot none[] = { { 0, 0.0 }, { SIM_DAY, 0.0 } };
    struct arrivals a = arrivals_of(*state, none, 2), b = arrivals_of(*state, none, 0),
                    c = arrivals_of(*state, none, 1);
    assert_int_equal(arrivals_next(&a), SIM_NEVER);
    assert_int_equal(arrivals_next(&b), SIM_NEVER);
    assert_int_equal(arrivals_next(&c), SIM_NEVER);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(given_a_rate_shape_when_arrivals_come_then_they_are_ordered_inside_it_and_end),
        TEST(given_a_rate_shape_when_integrated_then_the_parts_add_up),
        TEST(given_twice_the_rate_when_the_same_customers_come_then_they_come_in_half_the_time),
        TEST(given_no_rate_when_asked_then_nobody_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
