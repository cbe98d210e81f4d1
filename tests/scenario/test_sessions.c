/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Days of clients who come for sessions: what they conserve, and how they answer to a system that is slow or fails. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "models/replicate.h"
#include "models/scenario.h"

struct day {
    uint64_t fingerprint, sessions, ended, live, begun, ok, failed, home;
};

static uint64_t flow_of(const struct replication *r, const char *name)
{
    for (int i = 0; i < r->flow_count; i++)
        if (!strcmp(r->flows[i].name, name))
            return r->flows[i].count;
    fail_msg("no flow '%s'", name);
    return 0;
}

/* What begins in the window also ends in it or is left: of sessions as of operations. */
static struct day run(const char *const *sets, int set_count, uint32_t number)
{
    struct arena arena;
    arena_init(&arena);
    struct diag diag;
    diag_init(&diag, &arena);
    const struct scenario *sc = scenario_load("scenarios/sessions.yaml", sets, set_count, &arena, &diag);
    if (!sc)
        diag_print(&diag, stderr, false);
    assert_non_null(sc);
    const struct replication *r = replicate(sc, -1, number, NULL, &arena, NULL, NULL);
    if (r->violation)
        print_error("%s\n", r->violation);
    assert_null(r->violation);
    const struct operation_result *all = &r->operations[r->operation_count - 2];
    const struct day day = { .fingerprint = r->fingerprint.sum,
                             .sessions = flow_of(r, "sessions begun"),
                             .ended = flow_of(r, "sessions ended"),
                             .live = flow_of(r, "sessions live at the end"),
                             .begun = all->begun,
                             .ok = all->outcomes[OUTCOME_OK],
                             .failed = all->begun - all->in_flight - all->outcomes[OUTCOME_OK],
                             .home = r->operations[0].begun };
    assert_int_equal(flow_of(r, "sessions live at the start") + day.sessions, day.ended + day.live);
    arena_fini(&arena);
    return day;
}

#define QUIET "faults=[]"
#define SHORT "clock.length=10m"

static void given_the_same_seed_when_run_twice_then_the_day_is_the_same(void **state)
{
    const char *const sets[] = { SHORT };
    const struct day a = run(sets, 1, 0), b = run(sets, 1, 0), c = run(sets, 1, 1);
    assert_int_equal(a.fingerprint, b.fingerprint);
    assert_int_not_equal(a.fingerprint, c.fingerprint);
}

/* Nobody fails, so every session takes the same way in both: faster answers only move it forward. */
static void given_faster_instances_when_the_same_sessions_come_then_they_ask_for_the_same(void **state)
{
    const char *const base[] = { QUIET,
                                 "clock.length=10m",
                                 "clock.warm_up=0s",
                                 "traffic.visitors.rate={profile: piecewise, knots: [{at: \"19:59\", rate: 0/s}, "
                                 "{at: \"20:00\", rate: 8/s}, {at: \"20:02\", rate: 0/s}]}",
                                 "traffic.visitors.sessions.length={mean: 6, law: fixed}",
                                 "traffic.visitors.client.patience=1000s",
                                 "regions.us-east-1.shop-fleet.instance=m7g.large" };
    const char *const fast[] = {
        base[0], base[1], base[2], base[3], base[4], base[5], "regions.us-east-1.shop-fleet.instance=m7g.4xlarge"
    };
    const struct day a = run(base, 7, 0), b = run(fast, 7, 0);
    assert_int_equal(a.live, 0);
    assert_int_equal(a.sessions, b.sessions);
    assert_int_equal(a.begun, 6 * a.sessions);
    assert_int_equal(b.begun, 6 * b.sessions);
    assert_int_equal(a.home, b.home);
    assert_int_not_equal(a.fingerprint, b.fingerprint);
}

/* The feedback: as many sessions, more of them under way, and what they have not come to yet is not asked for. */
static void given_slow_answers_when_nobody_leaves_then_requests_come_later_and_sessions_pile_up(void **state)
{
    const char *const quick[] = { QUIET,
                                  SHORT,
                                  "clock.warm_up=0s",
                                  "services.shop.workers=2000",
                                  "traffic.visitors.client.patience=1000s",
                                  "services.shop.operations.home=[{wait: 10ms}]" };
    const char *const slow[] = { quick[0], quick[1], quick[2],
                                 quick[3], quick[4], "services.shop.operations.home=[{wait: 50s}]" };
    const struct day a = run(quick, 6, 0), b = run(slow, 6, 0);
    assert_int_equal(a.sessions, b.sessions);
    assert_int_equal(b.failed, 0);
    assert_true(b.begun < a.begun * 9 / 10);
    assert_true(b.live > 3 * a.live);
}

/* With patience and no second try, a failure ends the session; those who try again stay. */
static void given_failures_when_sessions_try_again_then_they_go_on(void **state)
{
    const char *const leave[] = { "faults=[{at: +60s, component: shop-db, kind: down, lasts: 2m}]", SHORT,
                                  "traffic.visitors.client.reload=0%", "traffic.visitors.sessions.retry=0%" };
    const char *const retry[] = { leave[0], leave[1], leave[2], "traffic.visitors.sessions.retry=100%" };
    const struct day a = run(leave, 4, 0), b = run(retry, 4, 0);
    assert_int_equal(a.sessions, b.sessions);
    assert_true(a.failed > 500);
    assert_true(b.begun > a.begun + 500);
}

static void given_instances_that_crash_at_any_time_when_run_then_sessions_are_conserved(void **state)
{
    for (int at_ms = 60000; at_ms < 61000; at_ms += 83) {
        char fault[160];
        snprintf(fault, sizeof fault,
                 "faults=[{at: +%dms, component: shop-fleet, kind: crash, instances: 2, lasts: 1m}]", at_ms);
        const char *const sets[] = { fault, "clock.length=3m", "clock.warm_up=1m",
                                     "traffic.visitors.sessions.retry=50%", "traffic.visitors.rate.mean=40/s" };
        run(sets, 5, (uint32_t)at_ms);
    }
}

/* Bursts, batches and traces go with sessions as with operations. */
static void given_arrivals_of_any_kind_when_sessions_come_then_they_are_conserved(void **state)
{
    static const char *const rates[] = { "{mean: 8/s, burst: {factor: 5x}, batch: {law: uniform, least: 2, most: 9}}",
                                         "{trace: traces/synthetic-day-300s.csv, burst: {factor: 5x}}",
                                         "{trace: traces/synthetic-day-300s.csv, spread: poisson, batch: 3}" };
    for (size_t i = 0; i < sizeof rates / sizeof rates[0]; i++) {
        char rate[160];
        snprintf(rate, sizeof rate, "traffic.visitors.rate=%s", rates[i]);
        const char *const sets[] = { rate, QUIET, "clock.length=10m" };
        assert_true(run(sets, 3, 0).sessions > 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_the_same_seed_when_run_twice_then_the_day_is_the_same),
        cmocka_unit_test(given_faster_instances_when_the_same_sessions_come_then_they_ask_for_the_same),
        cmocka_unit_test(given_slow_answers_when_nobody_leaves_then_requests_come_later_and_sessions_pile_up),
        cmocka_unit_test(given_failures_when_sessions_try_again_then_they_go_on),
        cmocka_unit_test(given_instances_that_crash_at_any_time_when_run_then_sessions_are_conserved),
        cmocka_unit_test(given_arrivals_of_any_kind_when_sessions_come_then_they_are_conserved),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
