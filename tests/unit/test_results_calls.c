/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures of services and edges: what two replications add up to. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/keep.h"
#include "analysis/results.h"
#include "models/replicate.h"
#include "sim/base/compiler.h"

static void given_two_replications_when_added_up_then_counts_are_sums_and_latencies_are_pooled(void **state)
{
    static const char *const sets[] = { "clock.length=1m", "clock.warm_up=20s",
                                        "faults=[{at: +20s, component: payment-fleet, kind: crash, instances: 2}]" };
    struct arena arena;
    arena_init(&arena);
    struct diag diag;
    diag_init(&diag, &arena);
    const struct scenario *sc = scenario_load("scenarios/microservices.yaml", sets, ARRAY_LEN(sets), &arena, &diag);
    if (!sc)
        diag_print(&diag, stderr, false);
    assert_non_null(sc);
    const struct replication *reps[2];
    struct tally tally;
    tally_init(&tally, sc, NULL, &diag);
    const struct task_sink sink = tally_sink(&tally);
    for (uint32_t n = 0; n < 2; n++) {
        reps[n] = replicate(sc, -1, n, NULL, &arena, NULL, NULL);
        assert_null(reps[n]->violation);
        assert_true(sink.take(sink.self, replication_keep(reps[n], KEEP_ALL, &arena), NULL));
    }
    struct results r = { .sc = sc, .tally = &tally, .level = 0.95, .replications = 2 };
    results_components(&r, &arena);
    results_calls(&r, &arena);
    assert_int_equal(r.service_count, 12);
    assert_int_equal(r.edge_count, 17);
    double retries = 0, sent = 0;
    for (int s = 0; s < r.service_count; s++) {
        const struct service_result *a = &reps[0]->services[s], *b = &reps[1]->services[s];
        assert_string_equal(r.services[s].name, a->name);
        assert_true(fabs(r.services[s].requests - (double)(a->requests + b->requests) / 2) < 1e-9);
        assert_true(fabs(r.services[s].errors - (double)(a->errors + b->errors) / 2) < 1e-9);
        assert_true(r.services[s].p50_ms <= r.services[s].p99_ms);
        assert_non_null(r.services[s].cpu);
        assert_string_equal(r.services[s].cpu->component, a->fleet);
        retries += r.services[s].retries;
    }
    for (int e = 0; e < r.edge_count; e++) {
        const struct edge_result *a = &reps[0]->edges[e], *b = &reps[1]->edges[e], *sum = r.edges[e].sum;
        assert_string_equal(sum->to, a->to);
        assert_int_equal(sum->calls, a->calls + b->calls);
        assert_int_equal(sum->attempts, a->attempts + b->attempts);
        assert_int_equal(sum->timeouts, a->timeouts + b->timeouts);
        assert_int_equal(sum->latency.count, a->latency.count + b->latency.count);
        assert_true(sum->attempts <= sum->calls + sum->retries);
        sent += (double)sum->retries / 2;
    }
    assert_true(fabs(retries - sent) < 1e-9);
    tally_fini(&tally);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_two_replications_when_added_up_then_counts_are_sums_and_latencies_are_pooled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
