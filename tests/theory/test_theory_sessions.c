/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Sessions against mathematics, through a whole scenario: a fleet without contention, so that a session is a chain of
 * pauses and known answers. Visits per session solve the navigation's linear equations, and the sessions under way are
 * an M/G/inf system, whose mean number is the rate of sessions times their mean length, whatever its law.
 */
#include <string.h>

#include "models/replicate.h"
#include "models/scenario.h"
#include "tests/theory/oracle.h"

enum { REPLICATIONS = 16, OPERATIONS = 3 };

/* Answers take 250 ms: the way is of no length, the worker waits 250 ms, nobody computes. */
static const char SHOP[] =
    "headroom: 1\n"
    "clock: {start: \"2026-06-10T12:00Z\", length: 1h, warm_up: 15m}\n"
    "traffic:\n"
    "  visitors:\n"
    "    rate: 20/s\n"
    "    rtt: 0ms\n"
    "    client: {patience: 1000s}\n"
    "    sessions:\n"
    "      enter: {home: 80%, item: 20%}\n"
    "      think: exp(7s)\n"
    "      next:\n"
    "        home: {item: 60%, leave: 40%}\n"
    "        item: {item: 50%, home: 20%, buy: 10%, leave: 20%}\n"
    "        buy: {leave: 100%}\n"
    "services:\n"
    "  web: {runs_on: fleet, workers: 10000, operations: {home: [{wait: 250ms}], item: [{wait: 250ms}], buy: [{wait: "
    "250ms}]}}\n"
    "regions:\n"
    "  us-east-1:\n"
    "    zones: 1\n"
    "    rtt_same_zone: 0ms\n"
    "    alb: {targets: fleet, latency: 0ms}\n"
    "    fleet: {kind: asg, instance: m7g.large, size: {min: 2, max: 2}}\n";

/* home = 0.8 + 0.2 item, item = 0.2 + 0.6 home + 0.5 item, buy = 0.1 item; so home = 0.88 / 0.76. */
static const double VISITS[OPERATIONS] = { 0.88 / 0.76, (0.4 + 1.2 * 0.88 / 0.76), 0.1 * (0.4 + 1.2 * 0.88 / 0.76) };
static const double RATE_PER_S = 20.0, PAUSE_S = 7.0, ANSWER_S = 0.25;

struct figures {
    double live[REPLICATIONS];
    double visits[OPERATIONS][REPLICATIONS];
};

static uint64_t sessions_begun(const struct replication *r)
{
    for (int i = 0; i < r->flow_count; i++)
        if (!strcmp(r->flows[i].name, "sessions begun"))
            return r->flows[i].count;
    fail_msg("no sessions");
    return 0;
}

static double mean_of_series(const struct replication *r, const char *name)
{
    for (int c = 0; c < r->series.column_count; c++)
        if (!strcmp(r->series.columns[c].name, name)) {
            double sum = 0.0;
            for (int w = 0; w < r->series.window_count; w++)
                sum += r->series.values[(size_t)c * (size_t)r->series.window_count + (size_t)w];
            return sum / r->series.window_count;
        }
    fail_msg("no series '%s'", name);
    return 0.0;
}

static void simulate(const char *set, struct figures *out)
{
    for (uint32_t number = 0; number < REPLICATIONS; number++) {
        struct arena arena;
        arena_init(&arena);
        struct diag diag;
        diag_init(&diag, &arena);
        const struct scenario *sc = scenario_parse("shop.yaml", SHOP, sizeof SHOP - 1, NULL, &set, set != NULL, &arena,
                                                   &diag);
        if (!sc)
            diag_print(&diag, stderr, false);
        assert_non_null(sc);
        const struct replication *r = replicate(sc, -1, number, NULL, &arena, NULL, NULL);
        assert_null(r->violation);
        out->live[number] = mean_of_series(r, "sessions");
        for (int o = 0; o < OPERATIONS; o++)
            out->visits[o][number] = (double)r->operations[o].begun / (double)sessions_begun(r);
        arena_fini(&arena);
    }
}

static double operations(void)
{
    return VISITS[0] + VISITS[1] + VISITS[2];
}

/* A session pauses once less than it asks. */
static double length_s(void)
{
    return operations() * ANSWER_S + (operations() - 1.0) * PAUSE_S;
}

static void given_sessions_when_simulated_then_visits_and_the_mean_number_under_way_are_the_theory(void **state)
{
    static struct figures f;
    simulate(NULL, &f);
    assert_ci_covers(ci_of_mean(f.live, REPLICATIONS, ORACLE_LEVEL), RATE_PER_S * length_s(), 0.012);
    for (int o = 0; o < OPERATIONS; o++)
        assert_ci_covers(ci_of_mean(f.visits[o], REPLICATIONS, ORACLE_LEVEL), VISITS[o], o == 2 ? 0.03 : 0.008);
}

static void given_pauses_two_percent_long_when_simulated_then_the_oracle_notices(void **state)
{
    static struct figures f;
    simulate("traffic.visitors.sessions.think=exp(7.14s)", &f);
    assert_ci_misses(ci_of_mean(f.live, REPLICATIONS, ORACLE_LEVEL), RATE_PER_S * length_s());
}

static void given_a_way_two_percent_more_taken_when_simulated_then_the_oracle_notices(void **state)
{
    static struct figures f;
    simulate("traffic.visitors.sessions.next.home={item: 61.2%, leave: 38.8%}", &f);
    assert_ci_misses(ci_of_mean(f.visits[1], REPLICATIONS, ORACLE_LEVEL), VISITS[1]);
}

/* Pauses that are cut, and a length: E min(X, m) = mean (1 - e^(-m / mean)), and two operations for everybody. */
static void given_cut_pauses_and_a_fixed_length_when_simulated_then_the_mean_number_is_the_theory(void **state)
{
    static struct figures f;
    simulate("traffic.visitors.sessions={enter: {home: 100%}, next: {home: {home: 100%}}, think: exp(7s), "
             "think_at_most: 10s, length: {mean: 4, law: fixed}}",
             &f);
    const double pause_s = PAUSE_S * (1.0 - exp(-10.0 / PAUSE_S));
    assert_ci_covers(ci_of_mean(f.live, REPLICATIONS, ORACLE_LEVEL), RATE_PER_S * (4.0 * ANSWER_S + 3.0 * pause_s),
                     0.008);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_sessions_when_simulated_then_visits_and_the_mean_number_under_way_are_the_theory),
        cmocka_unit_test(given_pauses_two_percent_long_when_simulated_then_the_oracle_notices),
        cmocka_unit_test(given_a_way_two_percent_more_taken_when_simulated_then_the_oracle_notices),
        cmocka_unit_test(given_cut_pauses_and_a_fixed_length_when_simulated_then_the_mean_number_is_the_theory),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
