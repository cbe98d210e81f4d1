/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "models/asg.h"

static void put(struct tracking *t, double value, int times)
{
    for (int i = 0; i < times; i++)
        tracking_put(t, value);
}

/* [ASG-UG], worked example: 10 instances at 75 % with target 50 %: 15; at 74 %: ceil(14.8) = 15. */
static void given_ten_instances_when_cpu_is_three_quarters_then_fifteen_are_wanted(void **state)
{
    struct tracking t = { 0 };
    put(&t, 0.75, 3);
    assert_int_equal(tracking_desired(&t, 0.50, 10, 10, false, 0.1), 15);
    put(&t, 0.74, 3);
    assert_int_equal(tracking_desired(&t, 0.50, 10, 10, false, 0.1), 15);
}

/* [ASG-UG] Scaling based on Amazon SQS: 1,500 messages on 10 instances, acceptable 100 each: 5 more. */
static void given_a_backlog_of_150_per_instance_when_100_are_acceptable_then_five_instances_are_added(void **state)
{
    struct tracking t = { 0 };
    put(&t, 150, 3);
    assert_int_equal(tracking_desired(&t, 100, 10, 10, false, 0.1), 15);
}

static void given_two_breaching_points_when_three_are_needed_then_nothing_happens(void **state)
{
    struct tracking t = { 0 };
    put(&t, 0.40, 5);
    put(&t, 0.90, 2);
    assert_int_equal(tracking_desired(&t, 0.50, 10, 10, false, 0.1), 10);
    put(&t, 0.90, 1);
    assert_int_equal(tracking_desired(&t, 0.50, 10, 10, false, 0.1), 18);
}

static void given_a_saturated_metric_when_the_target_is_half_then_the_group_at_most_doubles(void **state)
{
    struct tracking t = { 0 };
    put(&t, 1.0, 3);
    assert_int_equal(tracking_desired(&t, 0.50, 10, 10, false, 0.1), 20);
}

/* Worked example: 26 % on 10 instances, low alarm at 35 %: floor(4.8) = 4 before the cap of a step. */
static void given_low_cpu_for_fifteen_minutes_when_scaling_in_then_at_most_a_step_leaves(void **state)
{
    struct tracking t = { 0 };
    put(&t, 0.26, 14);
    assert_int_equal(tracking_desired(&t, 0.50, 10, 10, false, 1.0), 10);
    put(&t, 0.26, 1);
    assert_int_equal(tracking_desired(&t, 0.50, 10, 10, false, 1.0), 6);
    assert_int_equal(tracking_desired(&t, 0.50, 10, 10, false, 0.1), 9);
    assert_int_equal(tracking_desired(&t, 0.50, 10, 10, true, 1.0), 10);
}

static void given_missing_data_when_alarms_are_evaluated_then_nothing_breaches(void **state)
{
    struct tracking t = { 0 };
    put(&t, 0.90, 2);
    put(&t, NAN, 1);
    assert_false(tracking_high(&t, 0.50));
    put(&t, 0.10, 14);
    assert_false(tracking_low(&t, 0.50));
    put(&t, 0.10, 1);
    assert_true(tracking_low(&t, 0.50));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_ten_instances_when_cpu_is_three_quarters_then_fifteen_are_wanted),
        cmocka_unit_test(given_a_backlog_of_150_per_instance_when_100_are_acceptable_then_five_instances_are_added),
        cmocka_unit_test(given_two_breaching_points_when_three_are_needed_then_nothing_happens),
        cmocka_unit_test(given_a_saturated_metric_when_the_target_is_half_then_the_group_at_most_doubles),
        cmocka_unit_test(given_low_cpu_for_fifteen_minutes_when_scaling_in_then_at_most_a_step_leaves),
        cmocka_unit_test(given_missing_data_when_alarms_are_evaluated_then_nothing_breaches),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
