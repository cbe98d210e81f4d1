/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Clusters and deployments in the scenario language: what is refused, and what is doubted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "models/scenario.h"
#include "tests/unit/fixture.h"

static const char PODS[] =
    "headroom: 1\n"
    "name: pods\n"
    "clock: {start: \"2026-11-27T12:00-05:00\", length: 1h}\n"
    "traffic: {shoppers: {rate: 100/s, mix: {browse: 100%}}}\n"
    "services: {web: {runs_on: pods, operations: {browse: [{cpu: 10ms}]}}}\n"
    "regions:\n"
    "  us-east-1:\n"
    "    zones: 3\n"
    "    alb: {targets: pods}\n"
    "    cluster: {kind: eks, node_pools: {default: {instances: [m7g.large, m7g.xlarge]}}}\n"
    "    pods: {kind: deployment, cluster: cluster, requests: {cpu: 0.5}, limits: {cpu: 1}, replicas: {min: 3, max: "
    "20},\n"
    "           hpa: {metrics: {cpu: 60%}}, spread: {max_skew: 1}, budget: {max_unavailable: 25%}}\n";

static const struct scenario *load(struct fixture *f, const char *set)
{
    diag_init(&f->diag, &f->arena);
    return scenario_parse("pods.yaml", PODS, sizeof(PODS) - 1, ".", &set, set != NULL, &f->arena, &f->diag);
}

static void assert_refused(struct fixture *f, const char *set, const char *text)
{
    assert_null(load(f, set));
    bool found = false;
    for (int i = 0; i < f->diag.count; i++)
        found = found || strstr(f->diag.entries[i].message, text);
    if (!found)
        diag_print(&f->diag, stderr, false);
    assert_true(found);
}

static void assert_doubted(struct fixture *f, const char *set, const char *text)
{
    const struct scenario *sc = load(f, set);
    if (!sc)
        diag_print(&f->diag, stderr, false);
    assert_non_null(sc);
    scenario_doubts(sc, &f->diag);
    if (f->diag.count != 1 || !strstr(f->diag.entries[0].message, text)) {
        diag_print(&f->diag, stderr, false);
        fail_msg("%s: not one warning that says '%s'", set, text);
    }
    assert_non_null(f->diag.entries[0].hint);
}

#define PODS_KEY "regions.us-east-1.pods."
#define CLUSTER  "regions.us-east-1.cluster="

static void given_a_sound_cluster_when_checked_then_nothing_is_doubted(void **state)
{
    struct fixture *f = *state;
    const struct scenario *sc = load(f, NULL);
    assert_non_null(sc);
    scenario_doubts(sc, &f->diag);
    assert_int_equal(f->diag.count, 0);
}

static void given_impossible_pods_when_read_then_each_is_refused_with_its_reason(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, PODS_KEY "limits={cpu: 0.2}", "limited to 0.2 vCPUs and requests 0.5");
    assert_refused(f, PODS_KEY "requests={cpu: 6}", "fits no node of 'cluster'");
    assert_refused(f, PODS_KEY "replicas={min: 5, max: 4}", "min <= start <= max");
    assert_refused(f, PODS_KEY "hpa={metrics: {messages_per_pod: 10}}", "its service consumes no queue");
    assert_refused(f, PODS_KEY "hpa={metrics: {cpu: 60%}, down: {policies: [{period: 60s}]}}", "'pods' or 'percent'");
    assert_refused(f, PODS_KEY "cluster=clutser", "did you mean 'cluster'");
    assert_refused(f, PODS_KEY "requests.cpu=500Mi", "is not a number of vCPUs");
    assert_non_null(load(f, PODS_KEY "requests.cpu=500m"));
    assert_refused(f, PODS_KEY "replicas.max=5001", "the most is 5000");
}

static void given_impossible_clusters_when_read_then_each_is_refused_with_its_reason(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, CLUSTER "{kind: eks}", "neither node groups nor node pools");
    assert_refused(f, CLUSTER "{kind: eks, node_pools: {a: {instances: [m7g.lrage]}}}", "did you mean 'm7g.large'");
    assert_refused(f, CLUSTER "{kind: eks, node_groups: {a: {instance: m7g.large, size: {min: 4, max: 3}}}}",
                   "min <= desired <= max");
    assert_refused(f, CLUSTER "{kind: eks, autoscaler: {}, node_pools: {a: {instances: m7g.large}}}",
                   "no node groups to scale");
    assert_refused(f, "regions.us-east-1.other={kind: eks, node_pools: {a: {instances: m7g.large}}}",
                   "no deployment runs on cluster 'other'");
    assert_refused(f, "faults=[{at: \"12:10\", component: cluster, kind: slow, lasts: 5m}]", "a cluster loses nodes");
}

static void given_doubtful_pods_when_checked_then_each_is_named_with_a_next_step(void **state)
{
    struct fixture *f = *state;
    assert_doubted(f, PODS_KEY "replicas.min=1", "may shrink to one pod");
    assert_doubted(f, PODS_KEY "spread.when=do_not_schedule", "replacements stay pending");
    assert_doubted(f, PODS_KEY "limits.cpu=0.5", "takes 2 times as long");
    assert_doubted(f, PODS_KEY "replicas={min: 2, max: 2}", "after the loss of a zone");
    assert_doubted(f, CLUSTER "{kind: eks, node_groups: {a: {instance: m7g.large, size: {min: 3, max: 9}}}}",
                   "pods may request 10 vCPUs of 'cluster' at their largest, and it offers 5.34");
    assert_doubted(f, CLUSTER "{kind: eks, node_pools: {a: {instances: m7g.large, cpu_limit: 8}}}", "it offers 8");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(given_a_sound_cluster_when_checked_then_nothing_is_doubted),
        TEST(given_impossible_pods_when_read_then_each_is_refused_with_its_reason),
        TEST(given_impossible_clusters_when_read_then_each_is_refused_with_its_reason),
        TEST(given_doubtful_pods_when_checked_then_each_is_named_with_a_next_step),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
