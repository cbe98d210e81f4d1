/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scaling -- step and simple policies against AWS's worked examples; alarms on missing data. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "models/scaling.h"

static struct tracking seen(double value)
{
    struct tracking t = { 0 };
    tracking_put(&t, value);
    return t;
}

/* [ASG-UG] "Step adjustments": threshold 50 %; out: +0..10 nothing, +10..20 10 %, above 30 %; in: the mirror image. */
static struct scaling_step out_steps[] = {
    { .lower = 0.0, .upper = 0.1, .lower_set = true, .upper_set = true, .by = 0.0 },
    { .lower = 0.1, .upper = 0.2, .lower_set = true, .upper_set = true, .by = 0.1 },
    { .lower = 0.2, .lower_set = true, .by = 0.3 },
};
static struct scaling_step in_steps[] = {
    { .lower = -0.1, .upper = 0.0, .lower_set = true, .upper_set = true, .by = 0.0 },
    { .lower = -0.2, .upper = -0.1, .lower_set = true, .upper_set = true, .by = -0.1 },
    { .upper = -0.2, .upper_set = true, .by = -0.3 },
};
static const struct scaling_steps out = {
    .alarm = { METRIC_CPU, 0.5, COMPARE_ABOVE, 1, 0 }, .adjustment = ADJUST_PERCENT, .steps = out_steps, .step_count = 3
};
static const struct scaling_steps in = {
    .alarm = { METRIC_CPU, 0.5, COMPARE_BELOW, 1, 0 }, .adjustment = ADJUST_PERCENT, .steps = in_steps, .step_count = 3
};

static int64_t after(const struct scaling_steps *policy, double metric, int64_t capacity)
{
    const struct tracking t = seen(metric);
    return steps_desired(policy, &t, capacity, capacity, false);
}

static void given_the_published_steps_when_cpu_moves_then_ten_become_11_14_13_and_10(void **state)
{
    assert_int_equal(after(&out, 0.60, 10), 11);
    assert_int_equal(after(&out, 0.70, 11), 14);
    assert_int_equal(after(&in, 0.40, 14), 13);
    assert_int_equal(after(&in, 0.30, 13), 10);
    assert_int_equal(after(&out, 0.55, 10), 10); /* the first step changes nothing */
    assert_int_equal(after(&in, 0.45, 10), 10);
}

/* [ASG-UG] "Instance warm-up": 10 instances and one that warms up. At 62 % the step of 10 asks for 11, which are there;
 * at 70 % for 13, two more. */
static void given_an_instance_that_warms_up_when_a_step_breaches_again_then_it_is_not_counted_twice(void **state)
{
    const struct tracking at_62 = seen(0.62), at_70 = seen(0.70), at_30 = seen(0.30);
    assert_int_equal(steps_desired(&out, &at_62, 10, 11, true), 11);
    assert_int_equal(steps_desired(&out, &at_70, 10, 11, true), 13);
    assert_int_equal(steps_desired(&in, &at_30, 10, 11, true), 11); /* no scale-in while it does */
}

static void given_percentages_when_adjusted_then_they_are_rounded_as_aws_does(void **state)
{
    assert_int_equal(scaling_adjusted(12, ADJUST_PERCENT, 0.10, 0), 13);  /* 1.2 down to 1 */
    assert_int_equal(scaling_adjusted(5, ADJUST_PERCENT, 0.10, 0), 6);    /* 0.5 up to 1 */
    assert_int_equal(scaling_adjusted(5, ADJUST_PERCENT, -0.10, 0), 4);   /* -0.5 to -1 */
    assert_int_equal(scaling_adjusted(67, ADJUST_PERCENT, -0.10, 0), 61); /* -6.7 to -6 */
    assert_int_equal(scaling_adjusted(30, ADJUST_PERCENT, 0.10, 0), 33);  /* exactly 3 */
    assert_int_equal(scaling_adjusted(4, ADJUST_PERCENT, 0.25, 2), 6);    /* MinAdjustmentMagnitude */
    assert_int_equal(scaling_adjusted(4, ADJUST_PERCENT, -0.25, 2), 2);
    assert_int_equal(scaling_adjusted(4, ADJUST_CHANGE, 3, 0), 7);
    assert_int_equal(scaling_adjusted(4, ADJUST_CHANGE, -9, 0), 0);
    assert_int_equal(scaling_adjusted(4, ADJUST_EXACT, 9, 0), 9);
}

static void given_m_of_n_when_datapoints_are_missing_then_they_do_not_breach(void **state)
{
    const struct scaling_alarm two_of_three = { METRIC_CPU, 0.5, COMPARE_ABOVE, 2, 3 };
    struct tracking t = { 0 };
    tracking_put(&t, 0.6);
    assert_false(alarm_rings(&two_of_three, &t));
    tracking_put(&t, NAN);
    assert_false(alarm_rings(&two_of_three, &t));
    tracking_put(&t, 0.5); /* the threshold itself breaches */
    assert_true(alarm_rings(&two_of_three, &t));
    tracking_put(&t, NAN);
    assert_false(alarm_rings(&two_of_three, &t));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_the_published_steps_when_cpu_moves_then_ten_become_11_14_13_and_10),
        cmocka_unit_test(given_an_instance_that_warms_up_when_a_step_breaches_again_then_it_is_not_counted_twice),
        cmocka_unit_test(given_percentages_when_adjusted_then_they_are_rounded_as_aws_does),
        cmocka_unit_test(given_m_of_n_when_datapoints_are_missing_then_they_do_not_breach),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
