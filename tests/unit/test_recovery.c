/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Recovered or metastable: series made by hand, an hour and a half in windows of a minute. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "analysis/recovery.h"

enum { MINUTES = 90, COLUMNS = 3 };

static const struct series_column columns[COLUMNS] = { { "all", "arrivals", "/s", SERIES_TRAFFIC },
                                                       { "all", "p99", "ms", SERIES_LATENCY },
                                                       { "all", "availability", "share", SERIES_AVAILABILITY } };

struct day {
    double values[COLUMNS][MINUTES];
    struct replication rep;
};

/* 100 a second, p99 of 100 ms give or take 5, nobody fails. */
static void healthy(struct day *day)
{
    for (int m = 0; m < MINUTES; m++) {
        day->values[0][m] = 100;
        day->values[1][m] = 100 + 5 * (m * 37 % 11 - 5) / 5.0;
        day->values[2][m] = 1;
    }
    day->rep = (struct replication){ .series = { .column_count = COLUMNS,
                                                 .window_count = MINUTES,
                                                 .columns = columns,
                                                 .window_ns = SIM_MINUTE,
                                                 .values = day->values[0] } };
}

static void worse(struct day *day, int from, int until, double success, double p99_ms)
{
    for (int m = from; m < until; m++) {
        day->values[1][m] = p99_ms;
        day->values[2][m] = success;
    }
}

static struct arena arena;
static struct twin twin;
static struct day twin_day, day;

static const struct fault_result fault = { .name = "it", .times = 1, .start_s = 1200, .end_s = 1800 }; /* 20..30 min */

static int set_up(void **state)
{
    arena_init(&arena);
    twin = (struct twin){ 0 };
    healthy(&twin_day);
    healthy(&day);
    twin_add(&twin, &twin_day.rep, &arena);
    return 0;
}

static int tear_down(void **state)
{
    arena_fini(&arena);
    return 0;
}

static void given_a_fault_that_nobody_feels_when_judged_then_it_recovered_at_once(void **state)
{
    const struct recovery r = recovery_of(&twin, &day.rep, &fault);
    assert_true(r.judged && !r.metastable && r.recovered_s == 1200);
}

static void given_errors_for_twelve_minutes_when_judged_then_the_first_calm_minute_counts(void **state)
{
    worse(&day, 20, 32, 0.7, 900);
    const struct recovery r = recovery_of(&twin, &day.rep, &fault);
    assert_true(r.judged && !r.metastable && r.recovered_s == 32 * 60);
}

/* Slowness alone is not recovered; nor are four calm minutes. */
static void given_slow_answers_or_a_short_calm_when_judged_then_they_do_not_count(void **state)
{
    worse(&day, 20, 34, 0.7, 900);
    worse(&day, 38, 41, 1, 150);
    const struct recovery r = recovery_of(&twin, &day.rep, &fault);
    assert_true(r.judged && !r.metastable && r.recovered_s == 41 * 60);
}

static void given_errors_until_the_end_when_judged_then_it_is_metastable(void **state)
{
    worse(&day, 20, 90, 0.1, 2000);
    const struct recovery r = recovery_of(&twin, &day.rep, &fault);
    assert_true(r.judged && r.metastable && isnan(r.recovered_s));
}

/* 30 minutes after the trigger are 60 min: whoever comes back at 70 was metastable. */
static void given_a_recovery_after_the_half_hour_when_judged_then_it_came_too_late(void **state)
{
    worse(&day, 20, 70, 0.1, 2000);
    const struct recovery r = recovery_of(&twin, &day.rep, &fault);
    assert_true(r.judged && r.metastable && r.recovered_s == 70 * 60);
}

/* Well again while the trigger still is there, and then no more: the trigger's end started it. */
static void given_a_calm_during_the_trigger_when_it_is_bad_afterwards_then_it_is_metastable(void **state)
{
    worse(&day, 20, 22, 0.5, 2000);
    worse(&day, 30, 90, 0.1, 2000);
    const struct recovery r = recovery_of(&twin, &day.rep, &fault);
    assert_true(r.judged && r.metastable);
}

static void given_a_twin_that_is_overloaded_too_when_judged_then_it_is_not_metastable(void **state)
{
    worse(&twin_day, 30, 90, 0.8, 100);
    twin = (struct twin){ 0 };
    twin_add(&twin, &twin_day.rep, &arena);
    worse(&day, 20, 90, 0.1, 2000);
    const struct recovery r = recovery_of(&twin, &day.rep, &fault);
    assert_true(r.judged && !r.metastable && isnan(r.recovered_s));
}

static void given_a_run_that_ends_too_soon_or_no_twin_when_judged_then_it_is_not(void **state)
{
    const struct fault_result late = { .name = "it", .times = 1, .start_s = 4200, .end_s = 4500 };
    worse(&day, 70, 90, 0.1, 2000);
    assert_false(recovery_of(&twin, &day.rep, &late).judged);
    const struct twin none = { 0 };
    assert_false(recovery_of(&none, &day.rep, &fault).judged);
    const struct fault_result never = { .name = "it", .start_s = NAN, .end_s = NAN };
    assert_false(recovery_of(&twin, &day.rep, &never).judged);
}

/* 31 values: mean 100, deviation s; t(0.9995, 30) = 3.646; one failure among 60 is none too many. */
static void given_the_twins_minutes_when_asked_then_the_interval_is_theirs(void **state)
{
    double sum = 0, squares = 0;
    for (int m = 30; m <= 60; m++)
        sum += twin_day.values[1][m] / 31;
    for (int m = 30; m <= 60; m++)
        squares += (twin_day.values[1][m] - sum) * (twin_day.values[1][m] - sum);
    const struct twin_interval i = twin_interval(&twin, 45);
    assert_true(fabs(i.p99_most_ms - (sum + 3.646 * sqrt(squares / 30) * sqrt(1 + 1.0 / 31))) < 0.01);
    assert_true(i.success_least == 0.999);
    for (int m = 0; m < MINUTES; m++)
        twin_day.values[0][m] = 1;
    twin = (struct twin){ 0 };
    twin_add(&twin, &twin_day.rep, &arena);
    assert_true(fabs(twin_interval(&twin, 45).success_least - (1 - 1.5 / 60)) < 1e-12);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(given_a_fault_that_nobody_feels_when_judged_then_it_recovered_at_once),
        TEST(given_errors_for_twelve_minutes_when_judged_then_the_first_calm_minute_counts),
        TEST(given_slow_answers_or_a_short_calm_when_judged_then_they_do_not_count),
        TEST(given_errors_until_the_end_when_judged_then_it_is_metastable),
        TEST(given_a_recovery_after_the_half_hour_when_judged_then_it_came_too_late),
        TEST(given_a_calm_during_the_trigger_when_it_is_bad_afterwards_then_it_is_metastable),
        TEST(given_a_twin_that_is_overloaded_too_when_judged_then_it_is_not_metastable),
        TEST(given_a_run_that_ends_too_soon_or_no_twin_when_judged_then_it_is_not),
        TEST(given_the_twins_minutes_when_asked_then_the_interval_is_theirs),
    };
    return cmocka_run_group_tests_name("recovery", tests, NULL, NULL);
}
