/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Whole runs on a cluster: what is conserved, who comes when, and what a lost zone costs. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "models/replicate.h"
#include "models/scenario.h"

static const char SHOP[] =
    "headroom: 1\n"
    "name: pods\n"
    "clock: {start: \"2026-11-27T12:00-05:00\", length: 40m, warm_up: 5m}\n"
    "traffic:\n"
    "  shoppers: {rate: {profile: piecewise, knots: [{at: \"11:55\", rate: 40/s}, {at: \"12:10\", rate: 40/s}, {at: "
    "\"12:11\", rate: "
    "160/s},\n"
    "             {at: \"12:25\", rate: 160/s}, {at: \"12:26\", rate: 20/s}, {at: \"12:40\", rate: 20/s}]},\n"
    "             mix: {browse: 100%}}\n"
    "services:\n"
    "  web: {runs_on: pods, workers: 32, operations: {browse: [{cpu: exp(20ms)}]}}\n"
    "regions:\n"
    "  us-east-1:\n"
    "    zones: 3\n"
    "    alb: {targets: pods, health_check: {interval: 10s}}\n"
    "    cluster: {kind: eks, node_pools: {default: {instances: [m7g.large, m7g.xlarge, m7g.2xlarge]}}}\n"
    "    pods: {kind: deployment, cluster: cluster, requests: {cpu: 0.5, memory: 512MiB}, limits: {cpu: 1},\n"
    "          replicas: {min: 6, max: 40}, hpa: {metrics: {cpu: 60%}}, spread: {max_skew: 1}, toleration: 60s,\n"
    "          budget: {max_unavailable: 10%}}\n";

struct run {
    struct arena arena;
    const struct replication *r;
};

static void begin(struct run *run, const char *const *sets, int set_count)
{
    arena_init(&run->arena);
    struct diag diag;
    diag_init(&diag, &run->arena);
    const struct scenario *sc = scenario_parse("pods.yaml", SHOP, sizeof(SHOP) - 1, ".", sets, set_count, &run->arena,
                                               &diag);
    if (!sc)
        diag_print(&diag, stderr, false);
    assert_non_null(sc);
    run->r = replicate(sc, -1, 0, NULL, &run->arena, NULL, NULL);
    if (run->r->violation)
        print_error("%s\n", run->r->violation);
    assert_null(run->r->violation);
}

static double share_ok(const struct replication *r)
{
    const struct operation_result *all = &r->operations[r->operation_count - 2];
    return (double)all->outcomes[OUTCOME_OK] / (double)(all->begun - all->in_flight);
}

static double value_at(const struct replication *r, const char *component, const char *name, int window)
{
    for (int c = 0; c < r->series.column_count; c++)
        if (!strcmp(r->series.columns[c].component, component) && !strcmp(r->series.columns[c].name, name))
            return r->series.values[(int64_t)c * r->series.window_count + window];
    fail_msg("no column %s %s", component, name);
    return NAN;
}

static double hours_of(const struct replication *r, const char *part)
{
    double hours = 0;
    for (size_t u = 0; u < r->usage_count; u++)
        if (strstr(r->usage[u].key->usage_type, part))
            hours += (double)r->usage[u].quantity / 3.6e12;
    return hours;
}

static uint64_t flow_of(const struct replication *r, const char *component, const char *name)
{
    for (int i = 0; i < r->flow_count; i++)
        if (!strcmp(r->flows[i].component, component) && !strcmp(r->flows[i].name, name))
            return r->flows[i].count;
    fail_msg("no flow %s %s", component, name);
    return 0;
}

/* 160/s * 20 ms = 3.2 vCPUs; at 60 % of half a vCPU each that is 10.7 pods, and 11 are within the tolerance. */
static void given_a_step_in_load_when_the_hpa_acts_then_pods_and_nodes_follow_up_and_down(void **state)
{
    (void)state;
    struct run run;
    begin(&run, NULL, 0);
    assert_true(value_at(run.r, "pods", "desired", 8) == 6.0);
    assert_in_range((int)value_at(run.r, "pods", "desired", 22), 10, 12);
    assert_in_range((int)value_at(run.r, "pods", "in_service", 22), 10, 12);
    assert_true(value_at(run.r, "pods", "desired", 38) == 6.0);
    assert_true(value_at(run.r, "cluster", "in_service", 22) > value_at(run.r, "cluster", "in_service", 8));
    assert_true(value_at(run.r, "cluster", "in_service", 39) < value_at(run.r, "cluster", "in_service", 22));
    assert_true(flow_of(run.r, "cluster", "nodes launched") > 0);
    assert_true(share_ok(run.r) > 0.99);
    assert_true(fabs(hours_of(run.r, "Cluster") - 40.0 / 60.0) < 1e-9);
    double node_hours = 0;
    for (int k = 0; k < 40; k++)
        node_hours += value_at(run.r, "cluster", "desired", k) / 60.0;
    assert_true(fabs(hours_of(run.r, "BoxUsage") / node_hours - 1.0) < 0.1);
    arena_fini(&run.arena);
}

static void given_the_same_seed_when_run_twice_then_the_day_is_the_same(void **state)
{
    (void)state;
    struct run a, b;
    begin(&a, NULL, 0);
    begin(&b, NULL, 0);
    assert_true(a.r->fingerprint.sum == b.r->fingerprint.sum);
    arena_fini(&a.arena);
    arena_fini(&b.arena);
}

#define POWER "faults=[{at: \"12:05\", zone: us-east-1a, kind: power, lasts: 20m}]"

/* Grace of 50 s less up to 10 s of lease, then 60 s of toleration: two pods of six are replaced in the third minute. */
static void given_a_lost_zone_when_nodes_are_unknown_then_their_pods_are_evicted_after_the_toleration(void **state)
{
    (void)state;
    const char *const sets[] = { POWER };
    struct run run;
    begin(&run, sets, 1);
    assert_true(value_at(run.r, "pods", "in_service", 4) == 6.0);
    assert_true(value_at(run.r, "cluster", "in_service", 6) < value_at(run.r, "cluster", "in_service", 4));
    assert_true(value_at(run.r, "pods", "healthy", 6) == 4.0);
    assert_true(value_at(run.r, "pods", "healthy", 9) == 6.0);
    assert_true(flow_of(run.r, "cluster", "pods evicted") >= 2);
    bool unknown = false, evicted = false;
    for (int e = 0; e < run.r->faults[0].event_count; e++) {
        const struct fault_event *event = &run.r->faults[0].events[e];
        if (strstr(event->what, "Unknown") && !unknown) {
            unknown = true;
            assert_true(event->at_s >= 300 + 40 && event->at_s <= 300 + 50);
        }
        if (strstr(event->what, "evicted") && !evicted) {
            evicted = true;
            assert_true(event->at_s >= 300 + 100 && event->at_s <= 300 + 110);
        }
    }
    assert_true(unknown && evicted);
    arena_fini(&run.arena);
}

static bool told(const struct replication *r, const char *what)
{
    for (int e = 0; e < r->faults[0].event_count; e++)
        if (strstr(r->faults[0].events[e].what, what))
            return true;
    return false;
}

static void given_a_node_that_crashes_when_its_pods_are_replaced_then_another_node_comes(void **state)
{
    (void)state;
    const char *const sets[] = { "faults=[{at: \"12:04\", component: cluster, kind: crash, instances: 1}]" };
    struct run run;
    begin(&run, sets, 1);
    assert_true(value_at(run.r, "cluster", "in_service", 5) < value_at(run.r, "cluster", "in_service", 3));
    assert_true(value_at(run.r, "pods", "healthy", 5) == 4.0);
    assert_true(value_at(run.r, "pods", "healthy", 9) == 6.0);
    assert_true(told(run.r, "Unknown") && told(run.r, "evicted"));
    arena_fini(&run.arena);
}

/* Two and a half minutes: nodes are noticed and their pods leave the target group; a toleration of 300 s lets them come back. */
static void given_a_zone_that_is_cut_off_when_the_network_is_back_then_its_pods_serve_again(void **state)
{
    (void)state;
    const char *const sets[] = { "faults=[{at: \"12:02\", zone: us-east-1a, kind: network, lasts: 150s}]",
                                 "regions.us-east-1.pods.toleration=300s" };
    struct run run;
    begin(&run, sets, 2);
    assert_true(value_at(run.r, "pods", "healthy", 3) == 4.0);
    assert_true(value_at(run.r, "cluster", "in_service", 3) < value_at(run.r, "cluster", "in_service", 1));
    assert_true(value_at(run.r, "cluster", "in_service", 5) == value_at(run.r, "cluster", "in_service", 1));
    assert_true(value_at(run.r, "pods", "healthy", 6) == 6.0);
    assert_true(told(run.r, "Unknown") && !told(run.r, "evicted"));
    arena_fini(&run.arena);
}

#define GROUPS \
    "regions.us-east-1.cluster={kind: eks, autoscaler: {unneeded: 3m, delay_after_add: 3m}, node_groups: {a: " \
    "{instance: " \
    "m7g.large, size: {min: 3, max: 12}}}}"

static void given_node_groups_when_pods_wait_then_the_cluster_autoscaler_raises_and_lowers_them(void **state)
{
    (void)state;
    const char *const sets[] = { GROUPS };
    struct run run;
    begin(&run, sets, 1);
    assert_true(value_at(run.r, "cluster", "in_service", 8) == 3.0);
    assert_true(value_at(run.r, "cluster", "in_service", 22) >= 4.0);
    assert_true(value_at(run.r, "cluster", "in_service", 39) < value_at(run.r, "cluster", "in_service", 24));
    assert_true(value_at(run.r, "pods", "desired", 22) >= 10.0);
    assert_true(share_ok(run.r) > 0.99);
    arena_fini(&run.arena);
}

/* 27 pods of half a vCPU where nodes have 1.78 each: three per node, so one node cannot have a fourth. */
static void given_a_group_that_cannot_grow_when_pods_do_not_fit_then_they_wait(void **state)
{
    (void)state;
    const char *const sets[] = {
        "regions.us-east-1.cluster={kind: eks, node_groups: {a: {instance: m7g.large, size: {min: 3, max: 3}}}}"
    };
    struct run run;
    begin(&run, sets, 1);
    assert_true(value_at(run.r, "pods", "in_service", 22) == 9.0);
    assert_true(value_at(run.r, "cluster", "pending", 22) >= 1.0);
    assert_true(value_at(run.r, "cluster", "cpu_requested", 22) > 0.84);
    arena_fini(&run.arena);
}

static void given_pods_that_crash_when_the_kubelet_sees_it_then_they_start_again_on_their_node(void **state)
{
    (void)state;
    const char *const sets[] = { "faults=[{at: \"12:05\", component: pods, kind: crash, instances: 2, lasts: 1m}]" };
    struct run run;
    begin(&run, sets, 1);
    assert_true(value_at(run.r, "pods", "healthy", 8) == 6.0);
    assert_int_equal(flow_of(run.r, "cluster", "pods evicted"), 0);
    arena_fini(&run.arena);
}

/* 2/s, so that nobody meets anybody: 20 ms of a vCPU take 40 ms at a limit of a half. Without it a pod has its share of a
 * node of 1.78 vCPUs that holds two: 0.89. */
static void given_a_limit_when_a_pod_is_alone_then_its_speed_is_the_limit_or_its_share(void **state)
{
    (void)state;
    const char *const limited[] = { "traffic.shoppers.rate=2/s", "services.web.operations.browse=[{cpu: 20ms}]",
                                    "regions.us-east-1.alb.latency=0ms", "regions.us-east-1.pods.limits.cpu=0.5" };
    const char *const sharing[] = { limited[0], limited[1], limited[2], "regions.us-east-1.pods.limits.cpu=0" };
    struct run run;
    begin(&run, limited, 4);
    const double slow_ms = (double)run.r->operations[0].latency_ok.min_ns / 1e6;
    arena_fini(&run.arena);
    begin(&run, sharing, 4);
    const double fast_ms = (double)run.r->operations[0].latency_ok.min_ns / 1e6;
    assert_true(fabs(slow_ms - fast_ms - (40.0 - 20.0 / 0.89)) < 0.3);
    arena_fini(&run.arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_a_step_in_load_when_the_hpa_acts_then_pods_and_nodes_follow_up_and_down),
        cmocka_unit_test(given_the_same_seed_when_run_twice_then_the_day_is_the_same),
        cmocka_unit_test(given_a_lost_zone_when_nodes_are_unknown_then_their_pods_are_evicted_after_the_toleration),
        cmocka_unit_test(given_a_node_that_crashes_when_its_pods_are_replaced_then_another_node_comes),
        cmocka_unit_test(given_a_zone_that_is_cut_off_when_the_network_is_back_then_its_pods_serve_again),
        cmocka_unit_test(given_node_groups_when_pods_wait_then_the_cluster_autoscaler_raises_and_lowers_them),
        cmocka_unit_test(given_a_group_that_cannot_grow_when_pods_do_not_fit_then_they_wait),
        cmocka_unit_test(given_pods_that_crash_when_the_kubelet_sees_it_then_they_start_again_on_their_node),
        cmocka_unit_test(given_a_limit_when_a_pod_is_alone_then_its_speed_is_the_limit_or_its_share),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
