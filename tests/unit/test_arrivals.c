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

/* Bursts belong to the calendar, not to the customers: at twice the rate they begin and end at the same instants. */
static void given_two_rates_when_bursts_come_then_they_are_the_same_bursts(void **state)
{
    const struct rate_knot slow[] = { { 0, 100.0 }, { SIM_HOUR, 100.0 } },
                           fast[] = { { 0, 200.0 }, { SIM_HOUR, 200.0 } };
    const struct burst_law law = { 4.0, 10 * SIM_SECOND, 30 * SIM_SECOND };
    struct arrivals a = arrivals_of(*state, slow, 2), b = arrivals_of(*state, fast, 2);
    arrivals_set_bursts(&a, law, 7);
    arrivals_set_bursts(&b, law, 7);
    int switches = 0;
    for (uint64_t seen = 0; arrivals_next(&a) != SIM_NEVER;) {
        while (b.burst.switch_at < a.burst.switch_at)
            assert_int_not_equal(arrivals_next(&b), SIM_NEVER);
        assert_int_equal(a.burst.switch_at, b.burst.switch_at);
        assert_int_equal(a.burst.on, b.burst.on);
        switches += a.burst.ordinal != seen;
        seen = a.burst.ordinal;
    }
    assert_true(switches > 100 && switches < 300); /* two in 40 s on average: 180 +- 25 */
}

static void given_bursts_of_factor_one_when_arrivals_come_then_they_are_those_without(void **state)
{
    struct arrivals a = arrivals_of(*state, day, ARRAY_LEN(day)), b = arrivals_of(*state, day, ARRAY_LEN(day));
    arrivals_set_bursts(&b, (struct burst_law){ 1.0, SIM_SECOND, SIM_SECOND }, 7);
    for (sim_time at; (at = arrivals_next(&a)) != SIM_NEVER;) {
        const sim_time same = arrivals_next(&b);
        assert_true(llabs(same - at) <= SIM_MICROSECOND); /* sums are rounded at other places */
    }
}

static void given_batches_when_they_come_then_each_arrival_has_an_ordinal_and_groups_share_an_instant(void **state)
{
    const struct rate_knot knots[] = { { 0, 100.0 }, { 1000 * SIM_SECOND, 100.0 } };
    struct arrivals a = arrivals_of(*state, knots, 2);
    arrivals_set_batches(&a, count_geometric(4.0), 7);
    uint64_t count = 0, instants = 0;
    sim_time last = -1;
    for (sim_time at; (at = arrivals_next(&a)) != SIM_NEVER; last = at) {
        assert_int_equal(a.ordinal, ++count);
        assert_true(at >= last);
        instants += at != last;
    }
    assert_int_equal(instants, a.group);
    const double size = (double)count / (double)instants;
    assert_true(size > 3.8 && size < 4.2); /* 25,000 groups with deviation 3.5: +- 0.07 at 0.999 */
    assert_int_equal(arrivals_next(&a), SIM_NEVER);
}

static void given_exact_numbers_when_arrivals_come_then_every_bin_has_its_number_in_order(void **state)
{
    static const struct arrival_bin bins[] = {
        { 0, 10, 0 },
        { 10, 20, 5 },
        { 20, SIM_HOUR, 100000 },
        { 2 * SIM_HOUR, 2 * SIM_HOUR + 1, 3 },
        { 3 * SIM_HOUR, 4 * SIM_HOUR, 0 },
    };
    uint64_t came[ARRAY_LEN(bins)] = { 0 };
    struct arrivals a;
    arrivals_init_exact(&a, bins, ARRAY_LEN(bins), draw_key_make(11, 0), 99);
    sim_time last = 0;
    for (sim_time at; (at = arrivals_next(&a)) != SIM_NEVER; last = at) {
        assert_true(at >= last && at >= bins[a.bin].from && at < bins[a.bin].until);
        came[a.bin]++;
    }
    for (size_t b = 0; b < ARRAY_LEN(bins); b++)
        assert_int_equal(came[b], bins[b].count);
    assert_int_equal(arrivals_next(&a), SIM_NEVER);
}

/* Bursts move arrivals within their bins: every bin keeps its number, empty bins and gaps included. */
static void given_exact_numbers_in_bursts_when_arrivals_come_then_every_bin_has_its_number_in_order(void **state)
{
    static const struct arrival_bin bins[] = {
        { 0, SIM_MINUTE, 5000 },
        { SIM_MINUTE, SIM_HOUR, 0 },
        { SIM_HOUR, 2 * SIM_HOUR, 100000 },
        { 3 * SIM_HOUR, 3 * SIM_HOUR + 1, 3 },
        { 4 * SIM_HOUR, 4 * SIM_HOUR + 10 * SIM_SECOND, 1 },
    };
    uint64_t came[ARRAY_LEN(bins)] = { 0 }, in_bursts = 0;
    struct arrivals a;
    arrivals_init_exact(&a, bins, ARRAY_LEN(bins), draw_key_make(11, 0), 99);
    arrivals_set_bursts(&a, (struct burst_law){ 9.0, 20 * SIM_SECOND, 60 * SIM_SECOND }, 7);
    sim_time last = 0;
    for (sim_time at; (at = arrivals_next(&a)) != SIM_NEVER; last = at) {
        assert_true(at >= last && at >= bins[a.bin].from && at < bins[a.bin].until);
        assert_true(at <= a.burst.switch_at);
        came[a.bin]++;
        in_bursts += a.bin == 2 && a.burst.on;
    }
    for (size_t b = 0; b < ARRAY_LEN(bins); b++)
        assert_int_equal(came[b], bins[b].count);
    /* a quarter of the time, nine times the rate: 9 / 12; 45 bursts of exponential length: +- 0.1 */
    assert_true(in_bursts > 65000 && in_bursts < 85000);
}

static void given_bursts_of_factor_one_when_numbers_are_exact_then_arrivals_are_those_without(void **state)
{
    static const struct arrival_bin bins[] = { { 0, SIM_MINUTE, 500 }, { SIM_HOUR, 2 * SIM_HOUR, 20000 } };
    struct arrivals a, b;
    arrivals_init_exact(&a, bins, ARRAY_LEN(bins), draw_key_make(11, 0), 99);
    arrivals_init_exact(&b, bins, ARRAY_LEN(bins), draw_key_make(11, 0), 99);
    arrivals_set_bursts(&b, (struct burst_law){ 1.0, SIM_SECOND, SIM_SECOND }, 7);
    for (sim_time at; (at = arrivals_next(&a)) != SIM_NEVER;)
        assert_true(llabs(arrivals_next(&b) - at) <= SIM_MICROSECOND); /* sums are rounded at other places */
}

/* Batches alone: E X^2 / E X. Bursts of no effect: 1. Bursts in an endless window: 1 + 2 d^2 p (1 - p) / (rate r). */
static void given_bursts_and_batches_when_their_dispersion_is_asked_then_it_is_the_formula(void **state)
{
    const struct count_law pairs = count_fixed(2), geometric = count_geometric(3.0);
    const struct burst_law none = { 1.0, SIM_SECOND, SIM_SECOND }, law = { 3.0, 10 * SIM_SECOND, 30 * SIM_SECOND };
    assert_true(fabs(arrivals_dispersion(10.0, SIM_SECOND, NULL, NULL) - 1.0) < 1e-12);
    assert_true(fabs(arrivals_dispersion(10.0, SIM_SECOND, &none, NULL) - 1.0) < 1e-12);
    assert_true(fabs(arrivals_dispersion(10.0, SIM_SECOND, NULL, &pairs) - 2.0) < 1e-12);
    assert_true(fabs(arrivals_dispersion(10.0, SIM_SECOND, NULL, &geometric) - 5.0) < 1e-12);
    /* p = 1/4, rates 20 and 20/3, d = 40/3, r = 4/30 */
    const double endless = 1.0 + 2.0 * (40.0 / 3.0) * (40.0 / 3.0) * (3.0 / 16.0) / (10.0 * 4.0 / 30.0);
    assert_true(fabs(arrivals_dispersion(10.0, 365 * SIM_DAY, &law, NULL) - endless) < 1e-4);
    assert_true(fabs(burst_peak(law) - 2.0) < 1e-12);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(given_two_rates_when_bursts_come_then_they_are_the_same_bursts),
        TEST(given_bursts_of_factor_one_when_arrivals_come_then_they_are_those_without),
        TEST(given_batches_when_they_come_then_each_arrival_has_an_ordinal_and_groups_share_an_instant),
        TEST(given_exact_numbers_when_arrivals_come_then_every_bin_has_its_number_in_order),
        TEST(given_exact_numbers_in_bursts_when_arrivals_come_then_every_bin_has_its_number_in_order),
        TEST(given_bursts_of_factor_one_when_numbers_are_exact_then_arrivals_are_those_without),
        TEST(given_bursts_and_batches_when_their_dispersion_is_asked_then_it_is_the_formula),
        TEST(given_a_rate_shape_when_arrivals_come_then_they_are_ordered_inside_it_and_end),
        TEST(given_a_rate_shape_when_integrated_then_the_parts_add_up),
        TEST(given_twice_the_rate_when_the_same_customers_come_then_they_come_in_half_the_time),
        TEST(given_no_rate_when_asked_then_nobody_comes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
