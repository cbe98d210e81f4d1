/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What an overloaded service still answers in time, by the order of its backlog, against queueing theory: one worker on
 * one vCPU, Poisson arrivals at rate lambda = 1.5 mu, exponential work at rate mu, clients who wait D and leave, and a
 * server that does not notice. The share answered within D is
 *
 *   in order, at most K inside    sum over n < K of pi_n P(Erlang(n + 1, mu) <= D), pi_n of M/M/1/K
 *   in order, at most T waited    M/M/1+T: the wait offered has the density of [BAR-57] below T; then the service fits
 *   the newest first              P(B + S <= D), B the busy period that one customer begins [KLE-1] sec. 5.8: near mu / lambda
 */
#include "tests/theory/oracle.h"

#include <gsl/gsl_randist.h>

#include "models/replicate.h"

enum { REPLICATIONS = 40 };

static const double LAMBDA_PER_S = 30.0, MU_PER_S = 20.0, PATIENCE_S = 1.0;

static const char *const ONE_SERVER[] = { "traffic.visitors.rate.mean=30/s",
                                          "traffic.visitors.client.patience=1s",
                                          "traffic.visitors.rtt=0ms",
                                          "services.web.discipline=fcfs",
                                          "services.web.workers=1",
                                          "services.web.operations.page=[{cpu: exp(50ms)}]",
                                          "regions.us-east-1.zones=1",
                                          "regions.us-east-1.rtt_same_zone=0ms",
                                          "regions.us-east-1.alb.latency=0ms",
                                          "regions.us-east-1.web-fleet.instance=m7g.medium",
                                          "regions.us-east-1.web-fleet.size={min: 1, max: 1}",
                                          "clock.length=1h" };

static double share_in_time(const char *const *sets, int set_count, uint32_t number)
{
    struct arena arena;
    arena_init(&arena);
    struct diag diag;
    diag_init(&diag, &arena);
    const struct scenario *sc = scenario_load("scenarios/overload.yaml", sets, set_count, &arena, &diag);
    if (!sc)
        diag_print(&diag, stderr, false);
    assert_non_null(sc);
    const struct replication *r = replicate(sc, -1, number, NULL, &arena, NULL, NULL);
    if (r->violation)
        print_error("%s\n", r->violation);
    assert_null(r->violation);
    const struct operation_result *all = &r->operations[r->operation_count - 2];
    const double share = (double)all->outcomes[OUTCOME_OK] / (double)(all->begun - all->in_flight);
    arena_fini(&arena);
    return share;
}

static struct ci share_of(const char *const *choice, int count)
{
    enum { BASE = sizeof ONE_SERVER / sizeof ONE_SERVER[0], CHOICE_MAX = 6 };
    const char *sets[BASE + CHOICE_MAX];
    assert_true(count <= CHOICE_MAX);
    for (int i = 0; i < BASE; i++)
        sets[i] = ONE_SERVER[i];
    for (int i = 0; i < count; i++)
        sets[BASE + i] = choice[i];
    double shares[REPLICATIONS];
    for (int i = 0; i < REPLICATIONS; i++)
        shares[i] = share_in_time(sets, BASE + count, (uint32_t)i);
    return ci_of_mean(shares, REPLICATIONS, ORACLE_LEVEL);
}

#define SHARE_OF(...) \
    share_of((const char *const[]){ __VA_ARGS__ }, sizeof(const char *const[]){ __VA_ARGS__ } / sizeof(const char *))

static double in_order_in_time(double lambda, double mu, double d, int most_inside)
{
    const double rho = lambda / mu;
    double pi = (1.0 - rho) / (1.0 - pow(rho, most_inside + 1)), share = 0.0;
    for (int n = 0; n < most_inside; n++, pi *= rho)
        share += pi * gsl_cdf_gamma_P(d, n + 1, 1.0 / mu);
    return share;
}

/* With a = lambda - mu the wait offered is 0 with probability p and has density lambda p exp(a x) below T, and
 * lambda p exp(a T - mu (x - T)) above, where nobody begins. */
static double short_wait_in_time(double lambda, double mu, double d, double t)
{
    const double a = lambda - mu, below = lambda * (exp(a * t) - 1.0) / a, above = lambda * exp(a * t) / mu;
    const double p = 1.0 / (1.0 + below + above);
    return p * (1.0 - exp(-mu * d) + below - exp(-mu * d) * (exp(lambda * t) - 1.0));
}

/* Steps of the jump chain at rate lambda + mu: who comes finds one in service, and all who come later go before him. In
 * deep overload nobody ever finds the server free. */
static double newest_first_in_time(double lambda, double mu, double d)
{
    enum { STEPS = 400 };
    const double up = lambda / (lambda + mu), down = mu / (lambda + mu), steps = (lambda + mu) * d;
    double ahead[STEPS + 2] = { 0 }, in_service = 0.0, done = 0.0, share = 0.0;
    ahead[1] = 1.0;
    for (unsigned n = 0; n < STEPS; n++) {
        share += gsl_ran_poisson_pdf(n, steps) * done;
        done += in_service * down;
        in_service = in_service * up + ahead[1] * down;
        double next[STEPS + 2] = { 0 };
        for (int k = 1; k < STEPS; k++) {
            next[k + 1] += ahead[k] * up;
            if (k > 1)
                next[k - 1] += ahead[k] * down;
        }
        for (int k = 0; k < STEPS + 2; k++)
            ahead[k] = next[k];
    }
    return share;
}

static void given_an_overload_when_served_in_order_then_few_are_answered_in_time(void **state)
{
    const struct ci ci = SHARE_OF("services.web.backlog=24");
    assert_ci_covers(ci, in_order_in_time(LAMBDA_PER_S, MU_PER_S, PATIENCE_S, 25), 0.02);
    assert_ci_misses(ci, in_order_in_time(LAMBDA_PER_S, 1.02 * MU_PER_S, PATIENCE_S, 25));
}

static void given_an_overload_and_a_long_backlog_when_served_in_order_then_nobody_is(void **state)
{
    const struct ci ci = SHARE_OF("services.web.backlog=1000", "clock.length=10m");
    assert_true(in_order_in_time(LAMBDA_PER_S, MU_PER_S, PATIENCE_S, 1001) < 1e-9);
    assert_true(ci.mean + ci.half_width < 1e-4);
}

/* Workers are busy to the end, and a third of what they finish comes too late: the line serves who has just enough
 * patience left to be begun. */
static void given_an_overload_when_the_expired_are_dropped_then_it_is_the_wait_offered_below_patience(void **state)
{
    const struct ci ci = SHARE_OF("services.web.backlog=100000", "services.web.drop_expired=true");
    assert_ci_covers(ci, short_wait_in_time(LAMBDA_PER_S, MU_PER_S, PATIENCE_S, PATIENCE_S), 0.01);
    assert_ci_misses(ci, short_wait_in_time(LAMBDA_PER_S, 1.02 * MU_PER_S, PATIENCE_S, PATIENCE_S));
}

static void given_an_overload_when_waits_are_short_then_who_is_begun_has_the_patience_left(void **state)
{
    const struct ci ci = SHARE_OF("services.web.backlog=100000", "services.web.backlog_timeout=200ms");
    assert_ci_covers(ci, short_wait_in_time(LAMBDA_PER_S, MU_PER_S, PATIENCE_S, 0.2), 0.01);
    assert_ci_misses(ci, short_wait_in_time(LAMBDA_PER_S, 1.02 * MU_PER_S, PATIENCE_S, 0.2));
}

static void given_an_overload_when_the_newest_goes_first_then_all_that_can_be_served_is_served_in_time(void **state)
{
    const struct ci ci = SHARE_OF("services.web.backlog=100000", "services.web.backlog_order=lifo");
    const double theory = newest_first_in_time(LAMBDA_PER_S, MU_PER_S, PATIENCE_S);
    assert_true(theory > 0.9 * MU_PER_S / LAMBDA_PER_S);
    assert_ci_covers(ci, theory, 0.01);
    assert_ci_misses(ci, newest_first_in_time(LAMBDA_PER_S, 1.02 * MU_PER_S, PATIENCE_S));
}

/* [MAU-15] with its own M and N. Never more than mu / lambda; not quite that, as a single server with services ten
 * times M finds its line empty now and then. */
static void given_an_overload_when_delay_is_controlled_then_most_of_what_the_server_can_do_is_in_time(void **state)
{
    const struct ci ci = SHARE_OF("services.web.backlog=100000", "services.web.backlog_order=adaptive",
                                  "services.web.backlog_timeout=100ms", "services.web.overload_timeout=5ms");
    const double most = MU_PER_S / LAMBDA_PER_S;
    assert_true(ci.mean - ci.half_width > 0.8 * most);
    assert_true(ci.mean + ci.half_width < most);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_an_overload_when_served_in_order_then_few_are_answered_in_time),
        cmocka_unit_test(given_an_overload_and_a_long_backlog_when_served_in_order_then_nobody_is),
        cmocka_unit_test(given_an_overload_when_the_expired_are_dropped_then_it_is_the_wait_offered_below_patience),
        cmocka_unit_test(given_an_overload_when_waits_are_short_then_who_is_begun_has_the_patience_left),
        cmocka_unit_test(given_an_overload_when_the_newest_goes_first_then_all_that_can_be_served_is_served_in_time),
        cmocka_unit_test(given_an_overload_when_delay_is_controlled_then_most_of_what_the_server_can_do_is_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
