/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Whole scenarios: they conserve requests, workers, connections and messages whatever breaks, and they are a pure
 * function of scenario, seed and replication. replicate() itself checks the conservation laws of the design (arrivals
 * and outcomes, Little's identity in integers, gates, pools, messages); these tests make it hard for them to hold.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>

#include "models/replicate.h"

struct outcome_of_run {
    uint64_t fingerprint, begun, ok, static_objects;
    const char *violation;
};

static struct outcome_of_run run(const char *path, const char *const *sets, int set_count, int day_type,
                                 uint32_t number)
{
    struct arena program, task;
    arena_init(&program);
    arena_init(&task);
    struct diag diag;
    diag_init(&diag, &program);
    const struct scenario *sc = scenario_load(path, sets, set_count, &program, &diag);
    if (!sc)
        diag_print(&diag, stderr, false);
    assert_non_null(sc);
    const struct replication *r = replicate(sc, day_type, number, NULL, &task, NULL, NULL);
    assert_non_null(r);
    const struct operation_result *all = &r->operations[r->operation_count - 2];
    static char violation[256];
    if (r->violation)
        snprintf(violation, sizeof violation, "%s", r->violation);
    const struct outcome_of_run out = { r->fingerprint.sum, all->begun, all->outcomes[OUTCOME_OK],
                                        r->operations[r->operation_count - 1].begun, r->violation ? violation : NULL };
    arena_fini(&task);
    arena_fini(&program);
    return out;
}

static void assert_conserves(struct outcome_of_run r)
{
    if (r.violation)
        print_error("%s\n", r.violation);
    assert_null(r.violation);
}

static void given_the_same_seed_when_run_twice_then_the_fingerprint_is_the_same(void **state)
{
    const struct outcome_of_run a = run("scenarios/smoke.yaml", NULL, 0, -1, 0),
                                b = run("scenarios/smoke.yaml", NULL, 0, -1, 0);
    assert_int_equal(a.fingerprint, b.fingerprint);
    assert_int_equal(a.begun, b.begun);
    assert_conserves(a);
}

static void given_another_replication_or_seed_when_run_then_the_fingerprint_differs(void **state)
{
    const char *const seed[] = { "seed=77" };
    const uint64_t base = run("scenarios/smoke.yaml", NULL, 0, -1, 0).fingerprint;
    assert_int_not_equal(run("scenarios/smoke.yaml", NULL, 0, -1, 1).fingerprint, base);
    assert_int_not_equal(run("scenarios/smoke.yaml", seed, 1, -1, 0).fingerprint, base);
}

/* Common random numbers: another architecture meets the same customers at the same instants. */
static void given_a_variant_when_run_with_the_same_seed_then_the_same_customers_arrive(void **state)
{
    const char *const variant[] = { "regions.us-east-1.web-fleet.instance=m7g.medium",
                                    "regions.us-east-1.catalog-cache.hit_ratio=50%" };
    const struct outcome_of_run a = run("scenarios/smoke.yaml", NULL, 0, -1, 0),
                                b = run("scenarios/smoke.yaml", variant, 2, -1, 0);
    assert_int_equal(a.begun, b.begun);
    assert_int_not_equal(a.fingerprint, b.fingerprint);
}

/* Whatever step a request is at when its instance dies, it unwinds: gates, pools and Little's identity tell. */
static void given_instances_that_crash_at_any_time_when_run_then_nothing_is_lost_or_held(void **state)
{
    for (int at_ms = 60000; at_ms < 61000; at_ms += 41) {
        char fault[160];
        snprintf(fault, sizeof fault,
                 "faults=[{at: +%dms, component: web-fleet, kind: crash, instances: 2, lasts: 1m}]", at_ms);
        const char *const sets[] = { fault, "clock.length=3m", "clock.warm_up=1m" };
        assert_conserves(run("scenarios/smoke.yaml", sets, 3, -1, (uint32_t)at_ms));
    }
}

static void given_a_zone_that_loses_power_at_any_time_when_run_then_nothing_is_lost_or_held(void **state)
{
    for (int at_ms = 60000; at_ms < 61000; at_ms += 83) {
        char fault[160];
        snprintf(fault, sizeof fault, "faults=[{at: +%dms, zone: us-east-1%c, kind: power, lasts: 1m}]", at_ms,
                 'a' + at_ms % 2);
        const char *const sets[] = { fault, "clock.length=4m", "clock.warm_up=1m" };
        assert_conserves(run("scenarios/smoke.yaml", sets, 3, -1, (uint32_t)at_ms));
    }
}

/* A billed day has no fault whose story could be told, but its control loops act all the same. */
static void given_a_billed_day_with_scaling_when_run_then_no_fault_begins(void **state)
{
    const char *const sets[] = { "calendar.ordinary.mean=120/s", "calendar.ordinary.shape=black-friday",
                                 "regions.us-east-1.web-fleet.size.min=1",
                                 "regions.us-east-1.web-fleet.size.desired=1" };
    assert_conserves(run("scenarios/smoke.yaml", sets, 4, 0, 0));
}

/* Overload: workers, backlog, connections and patience all at their limits. */
static void given_a_fleet_that_is_far_too_small_when_run_then_it_still_conserves(void **state)
{
    const char *const sets[] = { "regions.us-east-1.web-fleet.size.max=2",
                                 "regions.us-east-1.web-fleet.size.min=1",
                                 "regions.us-east-1.web-fleet.size.desired=1",
                                 "traffic.shoppers.rate.mean=600/s",
                                 "services.web.workers=8",
                                 "services.web.backlog=4",
                                 "clock.length=4m",
                                 "clock.warm_up=1m" };
    const struct outcome_of_run r = run("scenarios/smoke.yaml", sets, 8, -1, 0);
    assert_conserves(r);
    assert_true(r.ok < r.begun / 2);
}

static void given_a_dependency_that_is_down_when_run_then_its_callers_fail_and_the_rest_conserves(void **state)
{
    const char *const sets[] = { "faults=[{at: +60s, component: payments, kind: down, lasts: 60s}]", "clock.length=3m",
                                 "clock.warm_up=1m" };
    const struct outcome_of_run r = run("scenarios/smoke.yaml", sets, 3, -1, 0);
    assert_conserves(r);
    assert_true(r.ok < r.begun);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_the_same_seed_when_run_twice_then_the_fingerprint_is_the_same),
        cmocka_unit_test(given_another_replication_or_seed_when_run_then_the_fingerprint_differs),
        cmocka_unit_test(given_a_variant_when_run_with_the_same_seed_then_the_same_customers_arrive),
        cmocka_unit_test(given_instances_that_crash_at_any_time_when_run_then_nothing_is_lost_or_held),
        cmocka_unit_test(given_a_zone_that_loses_power_at_any_time_when_run_then_nothing_is_lost_or_held),
        cmocka_unit_test(given_a_billed_day_with_scaling_when_run_then_no_fault_begins),
        cmocka_unit_test(given_a_fleet_that_is_far_too_small_when_run_then_it_still_conserves),
        cmocka_unit_test(given_a_dependency_that_is_down_when_run_then_its_callers_fail_and_the_rest_conserves),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
