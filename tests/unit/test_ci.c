/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "analysis/ci.h"
#include "sim/draw.h"
#include "sim/number.h"

#define assert_near(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

/* Student's table: t(0.975, 4) = 2.776. Samples 1..5: mean 3, s = sqrt(2.5). */
static void given_five_samples_when_averaged_then_the_interval_is_students(void **state)
{
    const double samples[] = { 1, 2, 3, 4, 5 };
    const struct ci ci = ci_of_mean(samples, 5, 0.95);
    assert_near(ci.mean, 3, 1e-15);
    assert_near(ci_half_width(ci), 2.7764451 * sqrt(2.5 / 5), 1e-6);
}

static void given_samples_without_a_value_when_averaged_then_they_are_left_out(void **state)
{
    const double samples[] = { 1, NAN, 3 };
    assert_near(ci_of_mean(samples, 3, 0.95).mean, 2, 0);
    const double none[] = { NAN, NAN };
    assert_true(isnan(ci_of_mean(none, 2, 0.95).mean));
}

static void given_one_sample_when_averaged_then_there_is_no_interval_and_no_verdict(void **state)
{
    const double sample = 7;
    const struct ci ci = ci_of_mean(&sample, 1, 0.95);
    assert_near(ci.mean, 7, 0);
    assert_false(ci_has_interval(ci));
    assert_int_equal(ci_at_least(ci, 1), VERDICT_UNDECIDED);
    assert_int_equal(ci_at_most(ci, 100), VERDICT_UNDECIDED);
}

/* The jackknife of a mean is the t-interval of the mean, exactly. */
static void given_a_mean_when_jackknifed_then_the_interval_is_the_t_interval(void **state)
{
    const double samples[] = { 3, 1, 4, 1, 5, 9, 2, 6 };
    double without[8], sum = 0;
    for (int i = 0; i < 8; i++)
        sum += samples[i];
    for (int i = 0; i < 8; i++)
        without[i] = (sum - samples[i]) / 7;
    const int sizes[] = { 1, 1, 1, 1, 1, 1, 1, 1 };
    const struct ci t = ci_of_mean(samples, 8, 0.95), j = ci_jackknife(sum / 8, without, sizes, 8, 0.95);
    assert_near(j.lo, t.lo, 1e-12);
    assert_near(j.hi, t.hi, 1e-12);
}

/*
 * 40 normal samples in 32 parts, so that eight parts have two and the others one. 4,000 times: the number of intervals that
 * contain the mean is binomial, sd 13.8; [3750, 3850] is +-3.6 sd. A jackknife that takes the parts for equal gives the
 * pairs too little weight and covers 93 %.
 */
static void given_parts_of_unequal_size_when_jackknifed_then_95_percent_cover(void **state)
{
    enum { SETS = 4000, SAMPLES = 40, PARTS = 32 };
    const struct draw_key key = draw_key_make(2027, 0);
    int hits = 0;
    for (uint64_t set = 0; set < SETS; set++) {
        double sum = 0, part[PARTS] = { 0 }, without[PARTS];
        int sizes[PARTS] = { 0 };
        for (uint32_t i = 0; i < SAMPLES; i++) {
            const double sample = number_normal_quantile(draw_unit(draw_at(key, set, 1, i).a));
            sum += sample;
            part[i % PARTS] += sample;
            sizes[i % PARTS]++;
        }
        for (int p = 0; p < PARTS; p++)
            without[p] = (sum - part[p]) / (SAMPLES - sizes[p]);
        const struct ci ci = ci_jackknife(sum / SAMPLES, without, sizes, PARTS, 0.95);
        hits += ci.lo <= 0 && 0 <= ci.hi;
    }
    assert_in_range(hits, 3750, 3850);
}

static void given_samples_that_are_not_kept_when_averaged_then_the_interval_is_the_same(void **state)
{
    const double samples[] = { 1e9 + 3, NAN, 1e9 + 1, 1e9 + 4, 1e9 + 1.5 };
    struct moments moments = { 0 };
    assert_true(isnan(ci_of_moments(&moments, 0.95).mean));
    for (int i = 0; i < 5; i++)
        moments_add(&moments, samples[i]);
    const struct ci kept = ci_of_mean(samples, 5, 0.95), added = ci_of_moments(&moments, 0.95);
    assert_near(added.mean, kept.mean, 1e-6);
    assert_near(added.lo, kept.lo, 1e-6);
    assert_near(added.hi, kept.hi, 1e-6);
    struct moments one = { 0 };
    moments_add(&one, 7);
    assert_near(ci_of_moments(&one, 0.95).mean, 7, 0);
    assert_false(ci_has_interval(ci_of_moments(&one, 0.95)));
}

/* Rule of three: near 1 - 3 / n; exactly 1 - 0.05^(1/n). */
static void given_no_failure_when_bounded_then_the_rule_of_three_holds(void **state)
{
    assert_near(ci_all_succeeded_lo(1, 0.95), 0.05, 1e-12);
    assert_near(1 - ci_all_succeeded_lo(1000000, 0.95), 2.9957 / 1e6, 1e-10);
}

static void given_an_interval_when_judged_then_only_a_whole_interval_decides(void **state)
{
    const struct ci ci = { .mean = 0.5, .lo = 0.4, .hi = 0.6 };
    assert_int_equal(ci_at_least(ci, 0.4), VERDICT_MET);
    assert_int_equal(ci_at_least(ci, 0.5), VERDICT_UNDECIDED);
    assert_int_equal(ci_at_least(ci, 0.61), VERDICT_MISSED);
    assert_int_equal(ci_at_most(ci, 0.6), VERDICT_MET);
    assert_int_equal(ci_at_most(ci, 0.5), VERDICT_UNDECIDED);
    assert_int_equal(ci_at_most(ci, 0.39), VERDICT_MISSED);
}

/*
 * Coverage: 4,000 sets of 10 normal samples; 95 % of the intervals contain the mean. The number of hits is binomial, sd
 * 13.8, so [3750, 3850] is +-3.6 sd (level 0.999); an interval that uses 1.96 for t(9) = 2.262 covers 91.8 % and fails.
 */
static void given_normal_samples_when_many_intervals_are_made_then_95_percent_cover(void **state)
{
    const struct draw_key key = draw_key_make(2026, 0);
    int hits = 0;
    for (uint64_t set = 0; set < 4000; set++) {
        double samples[10];
        for (uint32_t i = 0; i < 10; i++)
            samples[i] = number_normal_quantile(draw_unit(draw_at(key, set, 1, i).a));
        const struct ci ci = ci_of_mean(samples, 10, 0.95);
        hits += ci.lo <= 0 && 0 <= ci.hi;
    }
    assert_in_range(hits, 3750, 3850);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_five_samples_when_averaged_then_the_interval_is_students),
        cmocka_unit_test(given_samples_without_a_value_when_averaged_then_they_are_left_out),
        cmocka_unit_test(given_one_sample_when_averaged_then_there_is_no_interval_and_no_verdict),
        cmocka_unit_test(given_a_mean_when_jackknifed_then_the_interval_is_the_t_interval),
        cmocka_unit_test(given_parts_of_unequal_size_when_jackknifed_then_95_percent_cover),
        cmocka_unit_test(given_samples_that_are_not_kept_when_averaged_then_the_interval_is_the_same),
        cmocka_unit_test(given_no_failure_when_bounded_then_the_rule_of_three_holds),
        cmocka_unit_test(given_an_interval_when_judged_then_only_a_whole_interval_decides),
        cmocka_unit_test(given_normal_samples_when_many_intervals_are_made_then_95_percent_cover),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
