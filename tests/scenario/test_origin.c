/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Origin groups of CloudFront, with the numbers of its documentation: 3 attempts of 10 s, or 1 of 2 s, then the secondary. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "models/replicate.h"
#include "sim/base/compiler.h"

struct day {
    double browse_p50_ms;             /* in the third minute of the outage */
    double browse_share, order_share; /* answered then */
    uint64_t failed_over;
};

static double in_outage(const struct replication *r, const char *component, const char *name)
{
    for (int c = 0; c < r->series.column_count; c++)
        if (!strcmp(r->series.columns[c].component, component) && !strcmp(r->series.columns[c].name, name))
            return r->series.values[(int64_t)c * r->series.window_count + 5];
    return -1.0;
}

static struct day run(const char *const *sets, int count)
{
    struct arena arena;
    arena_init(&arena);
    struct diag diag;
    diag_init(&diag, &arena);
    const struct scenario *sc = scenario_load("scenarios/origin-failover.yaml", sets, count, &arena, &diag);
    if (!sc)
        diag_print(&diag, stderr, false);
    assert_non_null(sc);
    const struct replication *r = replicate(sc, -1, 0, NULL, &arena, NULL, NULL);
    if (r->violation)
        print_error("%s\n", r->violation);
    assert_null(r->violation);
    struct day day = { .browse_p50_ms = in_outage(r, "browse", "p50"),
                       .browse_share = in_outage(r, "browse", "availability"),
                       .order_share = in_outage(r, "order", "availability") };
    for (int i = 0; i < r->flow_count; i++)
        day.failed_over += strcmp(r->flows[i].name, "failed over") == 0 ? r->flows[i].count : 0;
    arena_fini(&arena);
    return day;
}

#define RUN(...) \
    run((const char *const[]){ __VA_ARGS__ }, (int)(sizeof(const char *const[]){ __VA_ARGS__ } / sizeof(const char *)))
#define DARK \
    "clock.start=2026-11-27T20:07-05:00", "clock.length=9m", "clock.warm_up=1m", "traffic.shoppers.client.patience=120s"

static void given_one_attempt_of_two_seconds_when_the_primary_is_dark_then_a_read_takes_two_and_the_secondary(
    void **state)
{
    const struct day day = RUN(DARK);
    assert_true(day.browse_p50_ms > 2000 && day.browse_p50_ms < 2200);
    assert_true(day.browse_share > 0.999);
    assert_true(day.failed_over > 180 * 60 * 4);
}

static void given_the_defaults_when_the_primary_is_dark_then_a_read_takes_thirty_and_the_secondary(void **state)
{
    const struct day day = RUN(DARK, "edge.cloudfront.connection_attempts=3", "edge.cloudfront.connection_timeout=10s");
    assert_true(day.browse_p50_ms > 30000 && day.browse_p50_ms < 30300);
}

static void given_an_order_when_the_primary_is_dark_then_it_never_fails_over(void **state)
{
    assert_true(RUN(DARK).order_share < 0.001);
}

/* 503 for want of targets: only where the group lists it. */
static void given_a_status_code_when_the_group_does_not_list_it_then_the_viewer_gets_it(void **state)
{
#define EMPTY DARK, "faults=[{at: +3m, component: web-fleet, kind: down, lasts: 6m}]"
    const struct day listed = RUN(EMPTY), unlisted = RUN(EMPTY, "edge.cloudfront.origins.failover_codes=[500]");
    assert_true(listed.browse_share > 0.9);
    assert_true(unlisted.browse_share < 0.1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(
            given_one_attempt_of_two_seconds_when_the_primary_is_dark_then_a_read_takes_two_and_the_secondary),
        cmocka_unit_test(given_the_defaults_when_the_primary_is_dark_then_a_read_takes_thirty_and_the_secondary),
        cmocka_unit_test(given_an_order_when_the_primary_is_dark_then_it_never_fails_over),
        cmocka_unit_test(given_a_status_code_when_the_group_does_not_list_it_then_the_viewer_gets_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
