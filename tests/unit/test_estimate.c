/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "analysis/estimate.h"
#include "sim/draw.h"
#include "sim/number.h"

#define assert_near(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

static struct arena arena;

static int set_up(void **state)
{
    arena_init(&arena);
    return 0;
}

static int tear_down(void **state)
{
    arena_fini(&arena);
    return 0;
}

static double normal(uint64_t repeat, uint32_t sample, const char *what)
{
    const struct draw_block block = draw_at(draw_key_make(20261120, 0), repeat, draw_place(what), sample);
    return number_normal_quantile(draw_unit(block.a));
}

/*
 * Customers make both variants slow or fast (sd 10); the variants differ by 1 with sd 0.5. 4,000 times 10 pairs: a 95 %
 * interval that holds 1 in fewer than 93.87 % or more than 96.13 % of them would be wrong with probability 0.999.
 * Unpaired, the interval would be 28 times as wide and would never see the difference.
 */
static void given_a_known_difference_when_paired_then_the_interval_covers_it_at_its_level(void **state)
{
    enum { REPEATS = 4000, PAIRS = 10 };
    int covers = 0, sees = 0;
    for (uint64_t i = 0; i < REPEATS; i++) {
        double base[PAIRS], variant[PAIRS];
        for (uint32_t k = 0; k < PAIRS; k++) {
            base[k] = 100 + 10 * normal(i, k, "customers");
            variant[k] = base[k] + 1 + 0.5 * normal(i, k, "difference");
        }
        const struct estimate e = estimate_of_pairs(base, variant, PAIRS);
        const struct ci ci = estimate_ci(&e, 0.95);
        covers += ci.lo <= 1 && 1 <= ci.hi;
        sees += ci.lo > 0;
    }
    assert_in_range(covers, (int)(0.9387 * REPEATS), (int)(0.9613 * REPEATS));
    assert_true(sees > 0.99 * REPEATS);
}

static void given_samples_that_one_side_lacks_when_paired_then_they_are_left_out(void **state)
{
    const double base[] = { 1, NAN, 3, 4 }, variant[] = { 2, 2, NAN, 7 };
    const struct estimate e = estimate_of_pairs(base, variant, 4);
    assert_near(e.mean, 2, 1e-15);
    assert_int_equal(e.parts[0].replications, 2);
    const struct estimate one = estimate_of_pairs(base, variant, 1);
    assert_false(ci_has_interval(estimate_ci(&one, 0.95)));
    assert_true(estimate_confidence(&one) == 0);
}

/* Halves of 3 and 4 make one of 5; a part by itself is Student's: t(0.975, 4) = 2.776. */
static void given_independent_parts_when_added_then_squared_distances_add_up(void **state)
{
    const struct estimate a = { .mean = 10, .part_count = 1, .parts = { { 3 / 2.7764451, 4, 5 } } };
    const struct estimate b = { .mean = 4, .part_count = 1, .parts = { { 4 / 2.7764451, 4, 5 } } };
    const struct estimate sum = estimate_add(a, -2, estimate_scale(b, 0.5, &arena), &arena);
    const struct ci ci = estimate_ci(&sum, 0.95);
    assert_near(ci.mean, 6, 1e-12);
    assert_near(ci.lo, 1, 1e-6);
    assert_near(ci.hi, 11, 1e-6);
}

/* Deviations -1 ... 3: rates that are known badly upwards. */
static void given_draws_when_added_then_the_interval_keeps_their_skew(void **state)
{
    double drawn[401];
    for (int i = 0; i <= 400; i++)
        drawn[i] = -1 + i / 100.0;
    const struct estimate e = { .mean = 5, .drawn = drawn, .drawn_count = 401 };
    const struct ci ci = estimate_ci(&e, 0.5);
    assert_near(ci.lo, 5, 1e-12); /* the lower quartile is 0 */
    assert_near(ci.hi, 7, 1e-12);
    const struct estimate down = estimate_scale(e, -1, &arena);
    assert_near(estimate_ci(&down, 0.5).lo, -7, 1e-12);
}

/* t(0.975, 9) = 2.262: a mean of so many standard errors is at the end of its 95 % interval. */
static void given_a_mean_and_its_error_when_asked_then_the_confidence_is_the_level_that_leaves_0_out(void **state)
{
    const struct estimate e = { .mean = -2.2621572, .part_count = 1, .parts = { { 1, 9, 10 } } };
    assert_near(estimate_confidence(&e), 0.95, 1e-6);
    const struct estimate exact = estimate_exact(3);
    assert_true(estimate_confidence(&exact) > 0.999999);
}

/* Ten pairs with sd 4 around 1: t(0.975, 63) 4 / 8 = 0.999, and with 63 pairs it is 1.007. With a part that nobody
 * repeats, of half 0.6, half of the others may be 0.8: t(0.975, 98) 4 / sqrt(99) = 0.798. */
static void given_an_undecided_difference_when_asked_then_the_replications_that_would_decide_are_told(void **state)
{
    struct estimate e = { .mean = 1, .part_count = 1, .parts = { { 4 / sqrt(10), 9, 10 } } };
    assert_int_equal(estimate_replications_needed(&e, 0.95, 3), 64);
    e.part_count = 2;
    e.parts[1] = (struct estimate_part){ 0.6 / 12.7062047, 1, 2 };
    assert_int_equal(estimate_replications_needed(&e, 0.95, 3), 99);
    e.parts[1].se = 1;
    assert_int_equal(estimate_replications_needed(&e, 0.95, 3), 0);
}

/* By an exactly known divisor it is a division; by one that may be nothing it has no upper end. Both sides with 10 %:
 * [DON-12] with x = y = 1, l = 0.9, u = 1.1: (1 -+ sqrt(1 - 0.99 x 0.99)) / 0.99. */
static void given_two_intervals_when_divided_then_the_ratio_has_one(void **state)
{
    const struct ci two = { 2, 1, 3 }, four = { 4, 4, 4 }, maybe = { 1, -0.5, 2.5 }, about = { 1, 0.9, 1.1 };
    assert_near(ci_ratio(two, four).lo, 0.25, 1e-12);
    assert_near(ci_ratio(two, four).hi, 0.75, 1e-12);
    assert_true(isinf(ci_ratio(two, maybe).hi));
    assert_true(isnan(ci_ratio(two, (struct ci){ -1, -2, 0 }).mean));
    const struct ci ratio = ci_ratio(about, about);
    assert_near(ratio.lo, (1 - sqrt(1 - 0.99 * 0.99)) / 0.99, 1e-12);
    assert_near(ratio.hi, (1 + sqrt(1 - 0.99 * 0.99)) / 0.99, 1e-12);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_a_known_difference_when_paired_then_the_interval_covers_it_at_its_level),
        cmocka_unit_test(given_samples_that_one_side_lacks_when_paired_then_they_are_left_out),
        cmocka_unit_test(given_independent_parts_when_added_then_squared_distances_add_up),
        cmocka_unit_test(given_draws_when_added_then_the_interval_keeps_their_skew),
        cmocka_unit_test(given_a_mean_and_its_error_when_asked_then_the_confidence_is_the_level_that_leaves_0_out),
        cmocka_unit_test(given_an_undecided_difference_when_asked_then_the_replications_that_would_decide_are_told),
        cmocka_unit_test(given_two_intervals_when_divided_then_the_ratio_has_one),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
