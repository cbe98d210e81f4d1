/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Auto Scaling groups in a whole scenario: what the clock does to them, who waits in a warm pool, who leaves when Spot
 * capacity is wanted back. Each number is worked out by hand beside its test.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "models/replicate.h"
#include "sim/base/text.h"

struct day {
    struct arena program, task;
    const struct scenario *sc;
    const struct replication *r;
};

#define FLEET "regions.us-east-1.web-fleet."

static struct day run(const char *const *sets, int set_count)
{
    struct day day;
    arena_init(&day.program);
    arena_init(&day.task);
    struct diag diag;
    diag_init(&diag, &day.program);
    const char *all[16] = { "faults=[]", "clock.length=60m", "traffic.shoppers.rate.mean=10/s" };
    for (int i = 0; i < set_count; i++)
        all[3 + i] = sets[i];
    day.sc = scenario_load("scenarios/smoke.yaml", all, 3 + set_count, &day.program, &diag);
    if (!day.sc)
        diag_print(&diag, stderr, false);
    assert_non_null(day.sc);
    day.r = replicate(day.sc, -1, 0, NULL, &day.task, NULL, NULL);
    assert_non_null(day.r);
    if (day.r->violation)
        print_error("%s\n", day.r->violation);
    assert_null(day.r->violation);
    return day;
}

static void end(struct day *day)
{
    arena_fini(&day->task);
    arena_fini(&day->program);
}

static double series_at(const struct day *day, const char *component, const char *name, int window)
{
    const struct series *s = &day->r->series;
    for (int c = 0; c < s->column_count; c++)
        if (text_equal(s->columns[c].component, component) && text_equal(s->columns[c].name, name))
            return s->values[(int64_t)c * s->window_count + window];
    fail_msg("no column %s %s", component, name);
    return NAN;
}

static double usage_of(const struct day *day, const char *resource, const char *type)
{
    double sum = 0;
    for (size_t u = 0; u < day->r->usage_count; u++)
        if (text_equal(day->r->usage[u].key->resource, resource) && strstr(day->r->usage[u].key->usage_type, type))
            sum += (double)day->r->usage[u].quantity;
    return sum;
}

/* Within ten seconds of its time. */
static void given_a_scheduled_action_when_its_time_comes_then_the_limits_and_the_group_follow(void **state)
{
    const char *const sets[] = { FLEET "scaling=[{scheduled: {at: +20m, min: 7}}, {scheduled: {at: +40m, min: 2, "
                                       "desired: 3}}]" };
    struct day day = run(sets, 1);
    assert_true(series_at(&day, "web-fleet", "desired", 15) < 7);
    assert_true(series_at(&day, "web-fleet", "desired", 25) == 7);
    assert_true(series_at(&day, "web-fleet", "desired", 45) == 3);
    end(&day);
}

/* An action of yesterday evening is still in force in the morning. */
static void given_a_daily_action_before_the_start_when_run_then_its_limits_hold_from_the_beginning(void **state)
{
    const char *const sets[] = { FLEET "scaling=[{scheduled: {at: \"12:00\", min: 5}}]" };
    struct day day = run(sets, 1);
    assert_true(series_at(&day, "web-fleet", "desired", 0) == 5);
    end(&day);
}

/* 200/s of 10.8 ms (80 % 9 ms, 10 % 22 ms, 10 % 14 ms) are 2.16 vCPUs; at 20 % of an instance's 2 vCPUs that is 5.4. */
static void given_a_forecast_when_the_day_begins_then_the_group_has_what_the_history_needed(void **state)
{
    const char *const sets[] = { FLEET "scaling=[{predictive: {target: 20%}}]", "calendar.ordinary.mean=200/s",
                                 "calendar.ordinary.shape=constant" };
    struct day day = run(sets, 3);
    assert_true(series_at(&day, "web-fleet", "desired", 0) == 6);
    end(&day);
}

static void given_a_warm_pool_when_the_group_grows_then_instances_serve_within_a_minute(void **state)
{
    const char *const sets[] = { FLEET "scaling=[{scheduled: {at: +20m, min: 6}}]", FLEET "launch=600s",
                                 FLEET "warm_pool={start: 20s}" };
    struct day warm = run(sets, 3), cold = run(sets, 2);
    assert_true(series_at(&warm, "web-fleet", "in_service", 22) == 6);
    assert_true(series_at(&cold, "web-fleet", "in_service", 22) < 6);
    /* Volumes of the whole group and pool are paid for from the beginning. */
    assert_true(usage_of(&warm, "web-fleet", "VolumeUsage") > usage_of(&cold, "web-fleet", "VolumeUsage"));
    end(&warm);
    end(&cold);
}

/* Of 8 instances, 2 are the base and half of the other 6 are on demand: 5 at the on-demand price, 3 at the Spot price. */
static void given_a_base_and_a_share_when_billed_then_the_others_have_the_spot_price(void **state)
{
    const char *const sets[] = { FLEET "size={min: 8, max: 8}", FLEET "scaling=[]", FLEET "on_demand_base_capacity=2",
                                 FLEET "on_demand_percentage_above_base=50%", FLEET "spot={interruption: 0%}" };
    struct day day = run(sets, 5);
    const double box = usage_of(&day, "web-fleet", "BoxUsage"), spot = usage_of(&day, "web-fleet", "SpotUsage");
    assert_true(box * 3 == spot * 5);
    end(&day);
}

/* 99 % a month is a hazard of 0.0063 an hour: of 30 instances 4.5 leave in a day. Each is replaced once it is gone. */
static void given_interruptions_when_run_then_the_group_replaces_who_left(void **state)
{
    const char *const sets[] = { FLEET "size={min: 30, max: 30}",
                                 FLEET "scaling=[]",
                                 FLEET "launch=30s",
                                 FLEET "on_demand_percentage_above_base=0%",
                                 FLEET "spot={interruption: 99%}",
                                 "clock.length=24h",
                                 "traffic.shoppers.rate.mean=1/s" };
    struct day day = run(sets, 7);
    const int last = day.r->series.window_count - 1;
    int dips = 0;
    for (int n = 1; n <= last; n++)
        dips += series_at(&day, "web-fleet", "in_service", n) < series_at(&day, "web-fleet", "in_service", n - 1);
    assert_in_range(dips, 1, 15);
    assert_true(series_at(&day, "web-fleet", "in_service", last) == 30);
    assert_true(usage_of(&day, "web-fleet", "BoxUsage") == 0);
    end(&day);
}

/* A zone without capacity is passed over: with three zones and half of the launches failing all still get there. */
static void given_capacity_errors_when_launching_then_another_zone_or_a_later_minute_helps(void **state)
{
    const char *const sets[] = { FLEET "scaling=[{scheduled: {at: +10m, min: 8}}]", FLEET "launch=30s",
                                 FLEET "capacity_errors=50%" };
    struct day day = run(sets, 3);
    assert_true(series_at(&day, "web-fleet", "in_service", 40) == 8);
    end(&day);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_a_scheduled_action_when_its_time_comes_then_the_limits_and_the_group_follow),
        cmocka_unit_test(given_a_daily_action_before_the_start_when_run_then_its_limits_hold_from_the_beginning),
        cmocka_unit_test(given_a_forecast_when_the_day_begins_then_the_group_has_what_the_history_needed),
        cmocka_unit_test(given_a_warm_pool_when_the_group_grows_then_instances_serve_within_a_minute),
        cmocka_unit_test(given_a_base_and_a_share_when_billed_then_the_others_have_the_spot_price),
        cmocka_unit_test(given_interruptions_when_run_then_the_group_replaces_who_left),
        cmocka_unit_test(given_capacity_errors_when_launching_then_another_zone_or_a_later_minute_helps),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
