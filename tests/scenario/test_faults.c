/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Faults by scope, each with an effect that is worked out by hand: a shop with one page on two zones, constant service
 * times, nobody who comes back. Every run also keeps the conservation laws.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <string.h>

#include "models/replicate.h"
#include "sim/base/text.h"

static const char shop[] =
    "headroom: 1\n"
    "name: One page\n"
    "clock: {start: \"2026-06-10T12:00Z\", length: 20m, warm_up: 5m}\n"
    "traffic:\n"
    "  visitors:\n"
    "    rate: {profile: constant, mean: 20/s}\n"
    "    mix: {page: 100%}\n"
    "    client: {kind: browser, patience: 2s, reload: 0%}\n"
    "services:\n"
    "  web:\n"
    "    runs_on: fleet\n"
    "    workers: 64\n"
    "    backlog: 64\n"
    "    pools: {db: 8}\n"
    "    operations:\n"
    "      page: [{cpu: 20ms}]\n"
    "  other: {external: true, operations: {charge: 50ms}}\n"
    "regions:\n"
    "  us-east-1:\n"
    "    zones: 2\n"
    "    rtt_same_zone: 100us\n"
    "    rtt_cross_zone: 1ms\n"
    "    alb: {targets: fleet, latency: 1ms, health_check: {interval: 10s, unhealthy: 10, healthy: 2, deep: false}}\n"
    "    fleet: {kind: asg, instance: c7g.xlarge, size: {min: 10, max: 20}, launch: 30s, ec2_detect: 60s}\n"
    "    db: {kind: rds, instance: db.m7g.large, connect: 10ms}\n"
    "    queue: {kind: sqs}\n";

struct fixture {
    struct arena arena;
};
static struct fixture fixture;

static int setup(void **state)
{
    arena_init(&fixture.arena);
    *state = &fixture;
    return 0;
}

static int teardown(void **state)
{
    arena_fini(&fixture.arena);
    return 0;
}

static const struct replication *run(struct fixture *f, uint32_t number, const char *const *sets, int count)
{
    struct diag diag;
    diag_init(&diag, &f->arena);
    const struct scenario *sc = scenario_parse("shop", shop, sizeof shop - 1, ".", sets, count, &f->arena, &diag);
    if (!sc)
        diag_print(&diag, stderr, false);
    assert_non_null(sc);
    const struct replication *r = replicate(sc, -1, number, NULL, &f->arena, NULL, NULL);
    assert_non_null(r);
    if (r->violation)
        print_error("%s\n", r->violation);
    assert_null(r->violation);
    return r;
}

static const struct replication *run_with(struct fixture *f, const char *faults)
{
    const char *const sets[] = { arena_printf(&f->arena, "faults=[%s]", faults) };
    return run(f, 0, sets, 1);
}

/* Of what began in minutes [from, until). */
static double answered(const struct replication *r, int from, int until)
{
    double begun = 0, ok = 0;
    const int columns = r->operation_count - 1;
    for (int m = from; m < until; m++) {
        begun += r->minutes[m * columns + columns - 1].begun;
        ok += r->minutes[m * columns + columns - 1].ok;
    }
    return ok / begun;
}

static double value_at(const struct replication *r, const char *component, const char *name, int window)
{
    for (int c = 0; c < r->series.column_count; c++)
        if (text_equal(r->series.columns[c].component, component) && text_equal(r->series.columns[c].name, name))
            return r->series.values[c * r->series.window_count + window];
    fail_msg("no column %s %s", component, name);
    return NAN;
}

static bool is_told(const struct replication *r, const char *what)
{
    for (int e = 0; e < r->faults[0].event_count; e++)
        if (strstr(r->faults[0].events[e].what, what))
            return true;
    return false;
}

/* 99.9 % of the time a binomial share of n trials is nearer. */
static void assert_share(double share, double expected, double n)
{
    const double margin = 3.3 * sqrt(expected * (1 - expected) / n) + 1e-9;
    if (!(fabs(share - expected) <= margin))
        print_error("%g is not %g +- %g\n", share, expected, margin);
    assert_true(fabs(share - expected) <= margin);
}

/* ---- zones ---- */

/*
 * 20 % of what goes to, from or within zone a is lost. Half of the viewers use its node, half of each node's requests its
 * targets: 1/2 * 0.8 * 0.8 (both hops touch a) + 1/2 * (1/2 * 0.8 + 1/2) = 0.77.
 */
static void given_a_grey_zone_when_it_loses_a_fifth_then_that_much_is_lost_on_each_hop(void **state)
{
    const struct replication *r = run_with(*state, "{at: +5m, zone: us-east-1a, kind: grey, share: 20%, lasts: 10m}");
    assert_true(answered(r, 0, 4) == 1);
    assert_share(answered(r, 5, 15), 0.77, 20 * 600);
    assert_true(answered(r, 16, 19) == 1);
}

/*
 * Five times slower: half of the requests take 100 ms instead of 20; round trips between node and target become
 * 0.5, 5, 5 and 0.1 ms instead of 0.1, 1, 1 and 0.1: 40 + 2.1 ms more on average.
 */
static void given_a_grey_zone_when_it_is_slow_then_its_hosts_and_its_way_are(void **state)
{
    struct fixture *f = *state;
    static const char *const sets[] = { "faults=[{at: +0s, zone: us-east-1a, kind: grey, factor: x5, lasts: 20m}]" };
    const struct replication *slow = run(f, 0, sets, 1), *well = run(f, 0, NULL, 0);
    const double more_ms =
        (histogram_mean_ns(&slow->operations[0].latency) - histogram_mean_ns(&well->operations[0].latency)) / 1e6;
    assert_true(fabs(more_ms - 42.1) < 1.0);
    assert_true(slow->operations[0].outcomes[OUTCOME_OK] == slow->operations[0].begun - slow->operations[0].in_flight);
}

/* A grey failure is seen only by what it does: deep checks of the targets there are lost, four in a row rarely. */
static void given_a_grey_zone_when_it_loses_nearly_all_then_health_checks_find_out(void **state)
{
    static const char *const checks = "regions.us-east-1.alb.health_check.unhealthy=3";
    const char *const sets[] = { checks, "faults=[{at: +5m, zone: us-east-1a, kind: grey, share: 95%, lasts: 10m}]" };
    const struct replication *r = run(*state, 0, sets, 2);
    assert_true(is_told(r, "targets unhealthy"));
    assert_true(r->faults[0].detected_s > 300 + 20 && r->faults[0].detected_s < 300 + 60);
}

/* Cut off for a minute: instances live, nobody replaces them, and they serve when the network is back. */
static void given_a_zone_without_network_when_it_is_back_then_the_same_instances_serve(void **state)
{
    const struct replication *r = run_with(*state, "{at: +5m, zone: us-east-1a, kind: network, lasts: 50s}"),
                             *dead = run_with(*state, "{at: +5m, zone: us-east-1a, kind: power, lasts: 50s}");
    assert_true(answered(r, 5, 6) < 0.5);
    assert_true(answered(r, 6, 20) > 0.999); /* resolvers never left the node */
    assert_false(is_told(r, "instances replaced"));
    assert_true(value_at(r, "fleet", "in_service", 10) == 10);
    assert_true(is_told(dead, "instances replaced"));
}

/* A region: nobody answers, and afterwards everything is launched anew. */
static void given_a_region_without_power_when_run_then_nothing_is_answered_until_it_is_back(void **state)
{
    const struct replication *r = run_with(*state, "{at: +5m, region: us-east-1, kind: power, lasts: 3m}");
    assert_true(answered(r, 0, 5) > 0.999);
    assert_true(answered(r, 5, 8) < 1e-9);
    assert_true(answered(r, 13, 20) > 0.999);
    assert_true(value_at(r, "fleet", "in_service", 15) == 10);
}

/* The same with a tail: no host for two minutes after power, then ten hosts evenly over ten minutes. */
static void given_a_tail_when_power_returns_then_hosts_come_back_one_by_one(void **state)
{
    const struct replication *r = run_with(
        *state, "{at: +2m, region: us-east-1, kind: power, lasts: 2m, tail: {after: 2m, over: 10m}}");
    assert_true(answered(r, 2, 6) < 1e-9);                      /* 2 + 2 + 2 */
    const double half = value_at(r, "fleet", "in_service", 11); /* at 12m: hosts of 5:30, which is less than half */
    assert_in_range((int)half, 4, 6);
    assert_true(value_at(r, "fleet", "in_service", 18) == 10);
}

/* ---- control plane ---- */

/* All die at 5m, are noticed at 6m, replaced at the next minutes' passes, launched in 30 s: unless launches fail. */
static void given_a_control_plane_that_fails_when_instances_die_then_none_is_launched_until_it_is_back(void **state)
{
    const struct replication *well = run_with(*state, "{at: +5m, component: fleet, kind: crash, instances: 10}"),
                             *sick = run_with(*state,
                                              "{at: +5m, component: fleet, kind: crash, instances: 10, with: "
                                              "[{region: us-east-1, kind: control_plane, share: 100%, lasts: 10m}]}");
    assert_true(value_at(well, "fleet", "in_service", 7) == 10);
    assert_true(value_at(sick, "fleet", "in_service", 13) == 0);
    assert_true(value_at(sick, "fleet", "in_service", 17) == 10);
    assert_true(is_told(sick, "control plane error"));
    assert_true(is_told(sick, "control_plane begins"));
}

/* Two launches a minute instead of ten at once. */
static void given_a_throttled_control_plane_when_instances_die_then_they_are_replaced_so_fast(void **state)
{
    const struct replication *r = run_with(
        *state, "{at: +5m, component: fleet, kind: crash, instances: 10, with: [{region: us-east-1, kind: "
                "control_plane, lasts: 14m, launches: {region: {limit: 2/m}}}]}");
    const double at_10 = value_at(r, "fleet", "in_service", 9), at_15 = value_at(r, "fleet", "in_service", 14);
    assert_in_range((int)at_10, 5, 8); /* 6:00, 7:00, 8:00, 9:00: two each */
    assert_true(at_15 == 10);
    assert_true(is_told(r, "throttled"));
}

/* Without datapoints a fleet far above its target stays as it is. */
static void given_missing_metrics_when_overloaded_then_nobody_scales_until_they_are_back(void **state)
{
    const char *const sets[] = {
        "faults=[{at: +1m, region: us-east-1, kind: control_plane, metrics: missing, lasts: 12m}, "
        "{at: +2m, traffic: visitors, kind: surge, factor: x50, lasts: 18m}]",
        "regions.us-east-1.fleet.scaling=[{target_tracking: {metric: cpu, target: 30%}}]"
    };
    const struct replication *blind = run(*state, 0, sets, 2),
                             *seeing = run(
                                 *state, 0,
                                 (const char *[]){
                                     "faults=[{at: +2m, traffic: visitors, kind: surge, factor: x50, lasts: 18m}]",
                                     sets[1] },
                                 2);
    assert_true(value_at(seeing, "fleet", "desired", 9) > 10);
    assert_true(value_at(blind, "fleet", "desired", 12) == 10);
    assert_true(value_at(blind, "fleet", "desired", 19) > 10);
}

/* ---- names ---- */

/* Answers are kept 4 minutes: on average half of the instances have lost the name in the first 4, all of them after. */
static void given_a_name_that_is_gone_when_answers_expire_then_callers_fail_one_after_the_other(void **state)
{
    const char *const sets[] = { "services.web.operations.page=[{call: {operation: charge, timeout: 1s, attempts: 1}}]",
                                 "regions.us-east-1.fleet.size={min: 60, max: 60}",
                                 "faults=[{at: +4m, component: other, kind: dns, ttl: 4m, lasts: 8m}]" };
    const struct replication *r = run(*state, 0, sets, 3);
    assert_true(answered(r, 0, 4) == 1);
    assert_true(fabs(answered(r, 4, 8) - 0.5) < 3.3 * 0.289 / sqrt(60)); /* mean of 60 uniforms */
    assert_true(answered(r, 8, 12) < 1e-9);
    assert_true(fabs(answered(r, 12, 16) - 0.5) < 3.3 * 0.289 / sqrt(60));
    assert_true(answered(r, 16, 19) == 1);
}

/* Established connections need no name; instances that come later cannot connect. */
static void given_a_database_without_a_name_when_connections_are_open_then_only_new_instances_fail(void **state)
{
    const char *const read = "services.web.operations.page=[{read: {from: db, time: 2ms}}]";
    const char *const sets[] = { read,
                                 "faults=[{at: +3m, component: db, kind: dns, ttl: 0s, lasts: 15m, with: [{after: "
                                 "2m, component: fleet, kind: crash, instances: 5}]}]" };
    const struct replication *r = run(*state, 0, sets, 2);
    assert_true(answered(r, 3, 5) == 1);
    assert_share(answered(r, 10, 17), 0.5, 20 * 420); /* five of ten are new */
    assert_true(answered(r, 18, 19) == 1);
}

static void given_a_balancer_without_a_name_when_all_answers_have_expired_then_nobody_comes(void **state)
{
    const struct replication *r = run_with(*state, "{at: +5m, component: alb, kind: dns, ttl: 1m, lasts: 5m}");
    assert_share(answered(r, 5, 6), 0.5, 1000); /* 1024 resolvers, of 1200 viewers */
    assert_true(answered(r, 6, 10) < 1e-9);
    assert_true(answered(r, 11, 19) == 1);
    assert_true(r->operations[0].outcomes[OUTCOME_UNREACHABLE] > 4 * 60 * 18);
}

/* ---- components ---- */

static void given_a_dependency_when_a_share_of_calls_fails_then_that_share_does(void **state)
{
    const char *const sets[] = { "services.web.operations.page=[{call: {operation: charge, timeout: 1s, attempts: 1}}]",
                                 "faults=[{at: +5m, component: other, kind: down, share: 30%, lasts: 10m}]" };
    assert_share(answered(run(*state, 0, sets, 2), 5, 15), 0.7, 20 * 600);
}

static void given_a_queue_when_a_share_of_sends_fails_then_their_requests_do(void **state)
{
    const char *const sets[] = { "services.web.operations.page=[{send: {to: queue}}]",
                                 "faults=[{at: +5m, component: queue, kind: down, share: 25%, lasts: 10m}]" };
    assert_share(answered(run(*state, 0, sets, 2), 5, 15), 0.75, 20 * 600);
}

/* Three times as many come, no more and no less, and the others are there all the same. */
static void given_a_surge_when_run_then_so_many_times_more_come(void **state)
{
    const struct replication *r = run_with(*state, "{at: +5m, traffic: visitors, kind: surge, factor: x3, lasts: 10m}");
    double before = 0, during = 0;
    for (int m = 0; m < 5; m++)
        before += r->minutes[m * 2 + 1].begun;
    for (int m = 5; m < 15; m++)
        during += r->minutes[m * 2 + 1].begun;
    assert_true(fabs(before - 6000) < 3.3 * sqrt(6000));
    assert_true(fabs(during - 36000) < 3.3 * sqrt(36000));
}

/* ---- at random ---- */

static const char rare[] =
    "faults=[{rate: 12/h, component: fleet, kind: crash, lasts: exp(5m), with: [{component: other, "
    "kind: slow, chance: 50%, lasts: uniform(1m 3m)}]}]";

/* A gap of 5 minutes and a time of 5 + 0.5 * ... minutes in turns: about two in twenty minutes; the same for a variant. */
static void given_a_rate_when_variants_are_run_then_they_meet_the_same_failures(void **state)
{
    struct fixture *f = *state;
    const char *const base[] = { rare }, *const variant[] = { rare, "regions.us-east-1.zones=3" };
    double times = 0, company = 0;
    enum { RUNS = 40 };
    for (uint32_t n = 0; n < RUNS; n++) {
        const struct replication *a = run(f, n, base, 1), *b = run(f, n, variant, 2);
        assert_int_equal(a->fault_count, 1);
        assert_int_equal(a->faults[0].times, b->faults[0].times);
        assert_true(a->faults[0].start_s == b->faults[0].start_s || a->faults[0].times == 0);
        assert_true(a->faults[0].end_s == b->faults[0].end_s || a->faults[0].times == 0);
        times += a->faults[0].times;
        company += a->faults[0].times > 0 && is_told(a, "slow begins");
    }
    /* Renewals from a start in health: between 20 / 10.6 and that + 1 on average; the deviation is at most 1.5. */
    assert_true(times / RUNS > 20 / 10.6 - 0.8 && times / RUNS < 20 / 10.6 + 1.3);
    assert_true(company > 0.3 * RUNS && company < 0.95 * RUNS);
}

static void given_no_rate_that_comes_true_when_run_then_the_fault_is_there_and_did_not_happen(void **state)
{
    const struct replication *r = run_with(*state, "{rate: 1/year, zone: us-east-1a, kind: power, lasts: 1h}");
    assert_int_equal(r->fault_count, 1);
    assert_int_equal(r->faults[0].times, 0);
    assert_true(isnan(r->faults[0].start_s));
}

/* Two that overlap: a zone is dark until the last of them is over. */
static void given_two_faults_of_one_zone_when_the_first_ends_then_it_stays_dark(void **state)
{
    const struct replication *r = run_with(*state, "{at: +2m, zone: us-east-1a, kind: power, lasts: 3m}, "
                                                   "{at: +3m, region: us-east-1, kind: network, lasts: 5m}");
    assert_true(answered(r, 3, 8) < 1e-9);
    assert_true(answered(r, 10, 20) > 0.99);
}

/* Six instances in three zones; a zone is lost and nothing can be launched. The fleet's CPU before and after, by minute. */
static const struct replication *lose_one_of_three(struct fixture *f, const char *rate, double *before, double *after)
{
    const char *const sets[] = {
        arena_printf(&f->arena, "traffic.visitors.rate.mean=%s", rate),
        "regions.us-east-1.zones=3",
        "regions.us-east-1.fleet.size={min: 6, max: 6}",
        "regions.us-east-1.fleet.instance=c7g.large",
        "services.web.discipline=fcfs",
        "clock.length=14m",
        "faults=[{at: +5m, zone: us-east-1a, kind: power, lasts: 1h, with: [{region: us-east-1, "
        "kind: control_plane, share: 100%}]}]"
    };
    const struct replication *r = run(f, 0, sets, 7);
    *before = value_at(r, "fleet", "cpu", 3);
    *after = value_at(r, "fleet", "cpu", 12);
    return r;
}

/* AWS behaviour, sec. 21 (15): three zones at 60 % leave two at 90 %; at 70 % they would need 105 %. */
static void given_three_zones_when_one_is_lost_then_sixty_percent_becomes_ninety_and_seventy_is_too_much(void **state)
{
    double before, after;
    const struct replication *r = lose_one_of_three(*state, "360/s", &before, &after);
    assert_true(fabs(before - 0.6) < 0.02);
    assert_true(fabs(after - 0.9) < 0.03);
    assert_true(answered(r, 9, 13) > 0.999);
    r = lose_one_of_three(*state, "420/s", &before, &after);
    assert_true(fabs(before - 0.7) < 0.02);
    assert_true(after > 0.995);
    assert_true(answered(r, 9, 13) < 0.97);
}

/* AWS behaviour, sec. 21 (2): one of ten targets dies; checks every 30 s, two failures, 5 s timeout: 10 % fail for 30-65 s. */
static void given_one_of_ten_targets_when_it_dies_then_a_tenth_fails_until_two_checks_have(void **state)
{
    struct fixture *f = *state;
    for (uint32_t n = 0; n < 10; n++) {
        const char *const sets[] = {
            "regions.us-east-1.alb.health_check={interval: 30s, timeout: 5s, unhealthy: 2, healthy: 5}",
            "regions.us-east-1.fleet.ec2_detect=5m", "traffic.visitors.rate.mean=100/s", "clock.length=10m",
            "faults=[{at: +5m, component: fleet, kind: crash, instances: 1}]"
        };
        const struct replication *r = run(f, n, sets, 5);
        const double failed = (double)(r->operations[0].begun - r->operations[0].outcomes[OUTCOME_OK] -
                                       r->operations[0].in_flight);
        const double for_s = failed / (100 * 0.1);
        assert_true(for_s > 30 * 0.9 && for_s < 65 * 1.1);
    }
}

/* Every kind of component, whatever it is doing when the fault comes and goes: the laws of conservation hold. */
static void given_faults_of_every_scope_when_they_come_at_any_time_then_nothing_is_lost_or_held(void **state)
{
    static const char *const faults[] = {
        "zone: us-east-1a, kind: network, lasts: 40s",
        "zone: us-east-1a, kind: power, lasts: 20s, tail: {after: 10s, over: 1m}",
        "region: us-east-1, kind: network, lasts: 30s",
        "region: us-east-1, kind: power, lasts: 30s, tail: {after: 10s, over: 40s}",
        "zone: us-east-1b, kind: grey, factor: x5, share: 30%, lasts: 50s",
        "region: us-east-1, kind: grey, share: 10%, lasts: 50s, with: [{zone: us-east-1c, kind: power, after: 20s, "
        "lasts: 20s}]",
        "component: orders-db, kind: dns, ttl: 5s, lasts: 40s, with: [{component: web-fleet, kind: crash, instances: "
        "2}]",
        "component: order-events, kind: down, lasts: 40s, with: [{component: payments, kind: down, share: 50%}]",
        "component: catalog-cache, kind: crash, shard: 1, with: [{traffic: shoppers, kind: surge, factor: x8, lasts: "
        "30s}]",
    };
    for (size_t k = 0; k < ARRAY_LEN(faults); k++)
        for (int at_ms = 60000; at_ms < 60300; at_ms += 97) {
            struct diag diag;
            struct arena arena;
            arena_init(&arena);
            diag_init(&diag, &arena);
            const char *const sets[] = { arena_printf(&arena, "faults=[{at: +%dms, %s}]", at_ms, faults[k]),
                                         "clock.length=4m", "clock.warm_up=30s" };
            const struct scenario *sc = scenario_load("scenarios/smoke.yaml", sets, 3, &arena, &diag);
            if (!sc)
                diag_print(&diag, stderr, false);
            assert_non_null(sc);
            const struct replication *r = replicate(sc, -1, (uint32_t)at_ms, NULL, &arena, NULL, NULL);
            if (r->violation)
                print_error("%s: %s\n", faults[k], r->violation);
            assert_null(r->violation);
            arena_fini(&arena);
        }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(given_a_grey_zone_when_it_loses_a_fifth_then_that_much_is_lost_on_each_hop),
        TEST(given_a_grey_zone_when_it_is_slow_then_its_hosts_and_its_way_are),
        TEST(given_a_grey_zone_when_it_loses_nearly_all_then_health_checks_find_out),
        TEST(given_a_zone_without_network_when_it_is_back_then_the_same_instances_serve),
        TEST(given_a_region_without_power_when_run_then_nothing_is_answered_until_it_is_back),
        TEST(given_a_tail_when_power_returns_then_hosts_come_back_one_by_one),
        TEST(given_a_control_plane_that_fails_when_instances_die_then_none_is_launched_until_it_is_back),
        TEST(given_a_throttled_control_plane_when_instances_die_then_they_are_replaced_so_fast),
        TEST(given_missing_metrics_when_overloaded_then_nobody_scales_until_they_are_back),
        TEST(given_a_name_that_is_gone_when_answers_expire_then_callers_fail_one_after_the_other),
        TEST(given_a_database_without_a_name_when_connections_are_open_then_only_new_instances_fail),
        TEST(given_a_balancer_without_a_name_when_all_answers_have_expired_then_nobody_comes),
        TEST(given_a_dependency_when_a_share_of_calls_fails_then_that_share_does),
        TEST(given_a_queue_when_a_share_of_sends_fails_then_their_requests_do),
        TEST(given_a_surge_when_run_then_so_many_times_more_come),
        TEST(given_a_rate_when_variants_are_run_then_they_meet_the_same_failures),
        TEST(given_no_rate_that_comes_true_when_run_then_the_fault_is_there_and_did_not_happen),
        TEST(given_three_zones_when_one_is_lost_then_sixty_percent_becomes_ninety_and_seventy_is_too_much),
        TEST(given_one_of_ten_targets_when_it_dies_then_a_tenth_fails_until_two_checks_have),
        TEST(given_faults_of_every_scope_when_they_come_at_any_time_then_nothing_is_lost_or_held),
        TEST(given_two_faults_of_one_zone_when_the_first_ends_then_it_stays_dark),
    };
    return cmocka_run_group_tests_name("faults", tests, NULL, NULL);
}
