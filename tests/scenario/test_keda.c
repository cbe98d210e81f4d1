/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Consumers on Kubernetes that KEDA brings from nothing and takes back to nothing, by the documented rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "models/replicate.h"

/* Orders come from 00:10 to 00:20, one message each. */
#define SHOP(minimum, more) \
    "headroom: 1\n" \
    "clock: {start: \"2026-11-27T00:00-05:00\", length: 60m, warm_up: 1m}\n" \
    "traffic:\n" \
    "  shoppers:\n" \
    "    rate: {profile: piecewise, knots: [{at: \"00:00\", rate: 0/s}, {at: \"00:10\", rate: 0/s}, " \
    "{at: \"00:10:01\", rate: 10/s}, {at: \"00:20\", rate: 10/s}, {at: \"00:20:01\", rate: 0/s}]}\n" \
    "    mix: {order: 100%}\n" \
    "services:\n" \
    "  web: {runs_on: web-fleet, operations: {order: [{send: {to: orders}}]}}\n" \
    "  worker: {runs_on: worker-pods, consumes: orders, workers: 1, operations: {handle: [{cpu: 500ms}]}}\n" \
    "regions:\n" \
    "  us-east-1:\n" \
    "    zones: 2\n" \
    "    alb: {targets: web-fleet}\n" \
    "    web-fleet: {kind: asg, instance: m7g.large, size: {min: 2, max: 2}}\n" \
    "    cluster: {kind: eks, node_pools: {default: {instances: [m7g.2xlarge]}}}\n" \
    "    orders: {kind: sqs, visibility: 60s}\n" \
    "    worker-pods:\n" \
    "      {kind: deployment, cluster: cluster, requests: {cpu: 1, memory: 512MiB}, replicas: {min: " minimum \
    ", max: 40},\n" \
    "       hpa: {metrics: {messages_per_pod: 5}}" more "}\n"

static const struct scenario *load(const char *text, struct arena *arena, char **said)
{
    struct diag diag;
    diag_init(&diag, arena);
    const struct scenario *sc = scenario_parse("shop", text, strlen(text), ".", NULL, 0, arena, &diag);
    size_t size = 0;
    FILE *out = open_memstream(said, &size);
    diag_print(&diag, out, false);
    fclose(out);
    return sc;
}

/* Desired pods of the workers, minute by minute. */
static void desired_of(const char *text, double *desired, int minutes)
{
    struct arena arena;
    arena_init(&arena);
    char *said = NULL;
    const struct scenario *sc = load(text, &arena, &said);
    if (!sc)
        print_error("%s", said);
    assert_non_null(sc);
    free(said);
    const struct replication *r = replicate(sc, -1, 0, NULL, &arena, NULL, NULL);
    if (r->violation)
        print_error("%s\n", r->violation);
    assert_null(r->violation);
    for (int c = 0; c < r->series.column_count; c++)
        for (int k = 0; k < minutes; k++)
            if (!strcmp(r->series.columns[c].component, "worker-pods") && !strcmp(r->series.columns[c].name, "desired"))
                desired[k] = r->series.values[(int64_t)c * r->series.window_count + k];
    arena_fini(&arena);
}

/* Nothing until a poll (30 s) finds the first messages at 00:10; then 10 per second are more than one pod does, and the HPA
 * scales out; the last message is handled soon after 00:20, and 300 s after the last poll that saw one, which came within 30 s
 * of it, nobody is left. */
static void given_messages_when_keda_looks_then_the_pods_come_from_nothing_and_go_again(void **state)
{
    double desired[60];
    desired_of(SHOP("0", ", keda: {}"), desired, 60);
    assert_true(desired[0] == 0 && desired[8] == 0 && desired[9] == 0);
    assert_true(desired[10] >= 1 && desired[12] > 2);
    int last = 59;
    while (last > 0 && desired[last] == 0)
        last--;
    assert_true(last >= 23 && last <= 25);
}

/* The HPA never takes the last pod; KEDA does, with replicas.min of 0 only. */
static void given_a_minimum_when_the_queue_is_empty_then_as_many_stay(void **state)
{
    double desired[60];
    desired_of(SHOP("2", ", keda: {}"), desired, 60);
    for (int k = 0; k < 60; k++)
        assert_true(desired[k] >= 2);
    assert_true(desired[59] == 2);
}

static void given_an_activation_when_fewer_messages_wait_then_nobody_comes(void **state)
{
    double desired[60];
    desired_of(SHOP("0", ", keda: {activation: 1M}"), desired, 60);
    for (int k = 0; k < 60; k++)
        assert_true(desired[k] == 0);
}

static void given_no_pods_when_nobody_would_bring_them_back_then_it_is_refused(void **state)
{
    struct arena arena;
    arena_init(&arena);
    char *said = NULL;
    assert_null(load(SHOP("0", ""), &arena, &said));
    assert_non_null(strstr(said, "'worker-pods' may go down to no pods, and nothing would bring it back"));
    free(said);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_messages_when_keda_looks_then_the_pods_come_from_nothing_and_go_again),
        cmocka_unit_test(given_a_minimum_when_the_queue_is_empty_then_as_many_stay),
        cmocka_unit_test(given_an_activation_when_fewer_messages_wait_then_nobody_comes),
        cmocka_unit_test(given_no_pods_when_nobody_would_bring_them_back_then_it_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
