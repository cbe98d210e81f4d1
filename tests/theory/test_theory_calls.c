/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Calls between services against theory. One request of the clients is one call of a front that does nothing by itself.
 *
 *   tandem       two M/M/1 stations in a row are independent, Burke [KLE-1] sec. 4.1: W = 1/(mu1 - l) + 1/(mu2 - l)
 *   fork-join    the longest of n exponential branches of mean m lasts m H(n), H the harmonic number
 *   retries      an attempt fails with p: (1 - p^n) / (1 - p) attempts per call, and p^n of the calls fail
 *   breaker      all calls fail: closed for `requests` calls at rate l, then open for T: open T / (T + requests / l)
 *   budget       p of the attempts fail: c tokens a retry, 1 for a success; retries per call, see below
 */
#include "tests/theory/oracle.h"

#include <string.h>

#include "models/replicate.h"

enum { REPLICATIONS = 40 };

static const char TWO[] =
    "headroom: 1\n"
    "clock: {start: \"2026-11-27T12:00-05:00\", length: 20m, warm_up: 1m}\n"
    "traffic:\n"
    "  visitors: {rate: 20/s, mix: {page: 100%}, rtt: 0ms, client: {patience: 10m, reload: 0%}}\n"
    "services:\n"
    "  front: {runs_on: front-fleet, workers: 5000, operations: {page: [{call: {operation: back.do}}]}}\n"
    "  back:\n"
    "    runs_on: back-fleet\n"
    "    workers: 5000\n"
    "    discovery: {each: request, policy: round_robin}\n"
    "    operations: {do: [{wait: exp(100ms)}]}\n"
    "regions:\n"
    "  us-east-1:\n"
    "    zones: 1\n"
    "    rtt_same_zone: 0ms\n"
    "    alb: {kind: alb, targets: front-fleet, latency: 0ms}\n"
    "    front-fleet: {kind: asg, instance: m7g.medium, size: {min: 1, max: 1}}\n"
    "    back-fleet: {kind: asg, instance: m7g.medium, size: {min: 1, max: 1}}\n";

enum figure { LATENCY_S, ATTEMPTS_PER_CALL, FAILED_SHARE, OPEN_SHARE, RETRIES_PER_CALL };

static double figure_of(const struct replication *r, enum figure figure)
{
    const struct operation_result *page = &r->operations[0];
    const struct edge_result *edge = &r->edges[0];
    switch (figure) {
    case LATENCY_S: return histogram_mean_ns(&page->latency) / 1e9;
    case ATTEMPTS_PER_CALL: return (double)edge->attempts / (double)edge->calls;
    case FAILED_SHARE: return (double)edge->failed / (double)edge->calls;
    case OPEN_SHARE: return edge->breaker_open_s / 1200.0;
    case RETRIES_PER_CALL: return (double)edge->retries / (double)edge->calls;
    }
    return NAN;
}

static double run(const char *const *sets, int set_count, uint32_t number, enum figure figure)
{
    struct arena arena;
    arena_init(&arena);
    struct diag diag;
    diag_init(&diag, &arena);
    const struct scenario *sc = scenario_parse("two.yaml", TWO, strlen(TWO), ".", sets, set_count, &arena, &diag);
    if (!sc)
        diag_print(&diag, stderr, false);
    assert_non_null(sc);
    const struct replication *r = replicate(sc, -1, number, NULL, &arena, NULL, NULL);
    if (r->violation)
        print_error("%s\n", r->violation);
    assert_null(r->violation);
    const double value = figure_of(r, figure);
    arena_fini(&arena);
    return value;
}

static struct ci interval(enum figure figure, const char *const *sets, int set_count)
{
    double values[REPLICATIONS];
    for (int i = 0; i < REPLICATIONS; i++)
        values[i] = run(sets, set_count, (uint32_t)i, figure);
    return ci_of_mean(values, REPLICATIONS, ORACLE_LEVEL);
}

#define INTERVAL(figure, ...) \
    interval(figure, (const char *const[]){ __VA_ARGS__ }, \
             sizeof(const char *const[]){ __VA_ARGS__ } / sizeof(const char *))

/* mu1 = 50/s, mu2 = 40/s, l = 20/s: 1/30 + 1/20 s. Both disciplines are quasi-reversible: the same mean. */
static void given_two_services_in_a_row_when_both_are_mm1_then_their_times_add_up(void **state)
{
    const double theory = 1.0 / 30.0 + 1.0 / 20.0;
    assert_ci_covers(INTERVAL(LATENCY_S,
                              "services.front.operations.page=[{cpu: exp(20ms)}, {call: {operation: back.do}}]",
                              "services.back.operations.do=[{cpu: exp(25ms)}]"),
                     theory, 0.02);
    assert_ci_covers(INTERVAL(LATENCY_S, "services.front.discipline=fcfs", "services.back.discipline=fcfs",
                              "services.front.operations.page=[{cpu: exp(20ms)}, {call: {operation: back.do}}]",
                              "services.back.operations.do=[{cpu: exp(25ms)}]"),
                     theory, 0.02);
}

#define CALL "{call: {operation: back.do}}"

static void given_branches_that_are_exponential_when_joined_then_the_longest_counts(void **state)
{
    assert_ci_covers(INTERVAL(LATENCY_S, "services.front.operations.page=[{parallel: [" CALL ", " CALL "]}]"),
                     0.1 * (1.0 + 1.0 / 2), 0.01);
    assert_ci_covers(INTERVAL(LATENCY_S, "services.front.operations.page=[{parallel: [" CALL ", " CALL ", " CALL
                                         ", {series: [{wait: exp(100ms)}]}]}]"),
                     0.1 * (1.0 + 1.0 / 2 + 1.0 / 3 + 1.0 / 4), 0.01);
}

/* P(exp(100 ms) > 100 ms) = 1/e, of each attempt anew. */
static void given_attempts_that_fail_when_retried_then_the_load_is_amplified(void **state)
{
    const double p = exp(-1.0);
#define THRICE "services.front.operations.page=[{call: {operation: back.do, timeout: 100ms, attempts: 3}}]"
    assert_ci_covers(INTERVAL(ATTEMPTS_PER_CALL, THRICE), (1.0 - p * p * p) / (1.0 - p), 0.005);
    assert_ci_covers(INTERVAL(FAILED_SHARE, THRICE), p * p * p, 0.02);
}

/* Every call fails. Each cycle makes `requests` calls that fail after 10 ms, the last of which opens the breaker for 10 s;
 * then one that is let through opens it again: after the first opening, a cycle is 10 s open, then half open until the
 * next call, 1 / l on average, and its 10 ms. */
static void given_a_callee_that_never_answers_when_the_breaker_is_half_open_then_one_call_is_tried(void **state)
{
    const double cycle_s = 10.0 + 1.0 / 20.0 + 0.010;
    assert_ci_covers(INTERVAL(OPEN_SHARE, "services.back.operations.do=[{wait: 1s}]",
                              "services.front.operations.page=[{call: {operation: back.do, timeout: 10ms, "
                              "breaker: {requests: 20, open: 10s}}}]"),
                     10.0 / cycle_s, 0.005);
}

/*
 * The sustainable rate of retries, AWS behaviour sec. 1.1. An attempt fails by timeout with p = exp(-0.2231) = 0.8; a retry
 * costs 10 tokens, and a call has two attempts at the most. A success at once gives 1, one after a retry gives its 10
 * back. Of N calls, N (1 - p) give 1; a share r of the others is retried, of which 1 - p get their 10 back. In the long
 * run what is taken is given: r p 10 = (1 - p) + r p (1 - p) 10, so retries per call = r p = (1 - p) / (10 p) = 0.025.
 * The start's tokens are little beside that: the bucket of 10 holds one retry.
 */
static void given_a_budget_when_most_calls_fail_then_retries_are_as_rare_as_successes_allow(void **state)
{
    assert_ci_covers(INTERVAL(RETRIES_PER_CALL,
                              "services.front.operations.page=[{call: {operation: back.do, timeout: 22.3143551ms, "
                              "attempts: 2, budget: {tokens: 1000, cost: 10, cost_timeout: 10}}}]",
                              "clock.warm_up=20m"),
                     (1.0 - 0.8) / (10.0 * 0.8), 0.02);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_two_services_in_a_row_when_both_are_mm1_then_their_times_add_up),
        cmocka_unit_test(given_branches_that_are_exponential_when_joined_then_the_longest_counts),
        cmocka_unit_test(given_attempts_that_fail_when_retried_then_the_load_is_amplified),
        cmocka_unit_test(given_a_callee_that_never_answers_when_the_breaker_is_half_open_then_one_call_is_tried),
        cmocka_unit_test(given_a_budget_when_most_calls_fail_then_retries_are_as_rare_as_successes_allow),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
