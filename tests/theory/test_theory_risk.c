/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What failures cost, against what is known in closed form: compound Poisson sums, Gamma rates, AWS's availability
 * arithmetic, and events of a synthetic simulator whose losses are worked out by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/risk_run.h"
#include "models/replicate.h"

static struct arena arena;

static int begin(void **state)
{
    arena_init(&arena);
    return 0;
}

static int end(void **state)
{
    arena_fini(&arena);
    return 0;
}

/* Every event costs 1: the sum is the number, and each probability is Poisson's. */
static void given_constant_costs_when_compounded_then_the_sum_is_poisson(void **state)
{
    const double one[] = { 1.0 }, all[] = { 1.0 };
    double step;
    const double *density = compound_poisson(2.5, one, all, 1, &step, &arena);
    double cumulated = 0;
    size_t cell = 0;
    for (unsigned k = 0; k < 8; k++) {
        for (; cell < COMPOUND_CELLS && (double)cell * step < k + 0.5; cell++)
            cumulated += density[cell];
        assert_true(fabs(cumulated - gsl_cdf_poisson_P(k, 2.5)) < 1e-4);
    }
}

/* Exponential costs of mean 3, eight in a year: mean 24, variance 2 x 8 x 9; P(0) = e^-8. The median and the 95th centile
 * are those of a sum over Poisson of Erlang distributions. */
static void given_exponential_costs_when_compounded_then_mean_variance_and_quantiles_are_those_of_theory(void **state)
{
    enum { N = 4000 };
    static double costs[N], weights[N];
    for (int i = 0; i < N; i++) {
        costs[i] = gsl_cdf_exponential_Pinv((i + 0.5) / N, 3.0);
        weights[i] = 1.0 / N;
    }
    double step, mean = 0, square = 0;
    const double *density = compound_poisson(8.0, costs, weights, N, &step, &arena);
    for (size_t i = 0; i < COMPOUND_CELLS; i++) {
        mean += density[i] * (double)i * step;
        square += density[i] * (double)i * step * (double)i * step;
    }
    assert_true(fabs(mean - 24.0) < 0.02);
    assert_true(fabs(square - mean * mean - 144.0) < 1.0);
    const double ps[] = { 0.5, 0.95 };
    for (int q = 0; q < 2; q++) {
        const double x = compound_quantile(density, step, ps[q]);
        double below = gsl_ran_poisson_pdf(0, 8.0);
        for (unsigned k = 1; k < 60; k++)
            below += gsl_ran_poisson_pdf(k, 8.0) * gsl_cdf_gamma_P(x, k, 3.0);
        assert_true(fabs(below - ps[q]) < 0.002);
    }
}

static struct risk_mode mode_of(const char *name, double seen, double years, double per_year, const double *costs,
                                int count)
{
    struct risk_stratum *stratum = ARENA_NEW(&arena, struct risk_stratum);
    *stratum = (struct risk_stratum){ .name = "always", .share = 1.0, .count = count, .loss_usd = costs };
    return (struct risk_mode){
        .name = name, .seen = seen, .years = years, .per_year = per_year, .stratum_count = 1, .strata = stratum
    };
}

/* Nine in 86.5 years: the 95 % interval of the rate is Gamma's (9.5, 86.5); every event costs 1,000. */
static void given_a_counted_rate_when_the_year_is_computed_then_its_interval_is_gammas(void **state)
{
    const double costs[] = { 1000, 1000, 1000 };
    struct risk_mode mode = mode_of("zone", 9, 86.5, 9.5 / 86.5, costs, 3);
    struct risk_result year = { 0 };
    risk_year_compute(&year, &mode, 1, 1, &arena);
    assert_true(fabs(year.loss_usd.mean - 109.83) < 0.01);
    assert_true(fabs(year.loss_usd.lo / (1000 * gsl_cdf_gamma_Pinv(0.025, 9.5, 1 / 86.5)) - 1) < 0.05);
    assert_true(fabs(year.loss_usd.hi / (1000 * gsl_cdf_gamma_Pinv(0.975, 9.5, 1 / 86.5)) - 1) < 0.05);
    assert_true(year.by_simulation.lo == year.by_simulation.hi); /* nothing is unknown about the cost */
    assert_true(year.p50_usd == 0);                              /* most years have no such event */
}

static void given_costs_that_differ_when_rates_are_given_then_only_the_simulation_is_uncertain(void **state)
{
    double costs[40];
    for (int i = 0; i < 40; i++)
        costs[i] = i % 2 ? 0 : 200; /* mean 100, deviation 101.3 */
    struct risk_mode mode = mode_of("primary", 0, 0, 2.0, costs, 40);
    struct risk_result year = { 0 };
    risk_year_compute(&year, &mode, 1, 1, &arena);
    assert_true(fabs(year.loss_usd.mean - 200) < 1e-9);
    assert_true(year.by_rates.lo == year.by_rates.hi);
    const double half = 1.96 * 2 * 100 / sqrt(40.0);
    assert_true(fabs(year.by_simulation.hi - year.by_simulation.lo - 2 * half) < 0.1 * 2 * half);
}

/*
 * [AWS] Availability with Redundancy. Parts fail l times a year for h hours, u = l h / 8760 of the time. In series each
 * failure stops everything; of two in parallel a year has 2 l l h / 8760 overlaps of h / 2 hours on average; of three of
 * which two are needed it has three such pairs. Expected downtime then is that of the arithmetic, to third order.
 */
static void given_independent_parts_when_they_fail_then_the_year_agrees_with_the_arithmetic(void **state)
{
    const double l = 6, h = 3, year_h = 8760, u = l * h / year_h;
    const double parts[] = { 1 - u, 1 - u, 1 - u };
    const double alone[] = { h }, together[] = { h / 2 };
    const double pairs = 2 * l * l * h / year_h;

    struct risk_mode series[] = { mode_of("a", 0, 0, l, alone, 1), mode_of("b", 0, 0, l, alone, 1) };
    struct risk_result year = { 0 };
    risk_year_compute(&year, series, 2, 1, &arena);
    assert_true(fabs(year.loss_usd.mean / year_h - (1 - availability_series(parts, 2))) < u * u * 1.01);

    struct risk_mode parallel = mode_of("both", 0, 0, pairs, together, 1);
    risk_year_compute(&year, &parallel, 1, 1, &arena);
    assert_true(fabs(year.loss_usd.mean / year_h - (1 - availability_parallel(parts, 2))) < 1e-9);

    struct risk_mode two_of_three = mode_of("two", 0, 0, 3 * pairs, together, 1);
    risk_year_compute(&year, &two_of_three, 1, 1, &arena);
    assert_true(fabs(year.loss_usd.mean / year_h - (1 - availability_k_of_n(2, 3, 1 - u))) < 3 * u * u * u);
    assert_true(fabs(availability_k_of_n(3, 3, 1 - u) - availability_series(parts, 3)) < 1e-12);
    assert_true(fabs(availability_k_of_n(1, 3, 1 - u) - availability_parallel(parts, 3)) < 1e-12);
}

/* ---- a synthetic simulator ---- */

/* Ten answers of each operation a minute; while a fault lasts, none. */
static struct replication *synthetic(const struct scenario *sc, int day_type, uint32_t number,
                                     const struct fault_plan *plan, struct arena *task, _Atomic int64_t *progress_ns,
                                     const atomic_bool *stop)
{
    struct replication *r = ARENA_NEW(task, struct replication);
    const int operations = scenario_operation_count(sc) + 1;
    *r =
        (struct replication){ .number = number, .day_type = day_type, .plan = plan, .operation_count = operations + 1 };
    r->minute_count = (int)(plan->part.length / SIM_MINUTE);
    r->operations = ARENA_ARRAY(task, struct operation_result, r->operation_count);
    for (int o = 0; o < r->operation_count; o++)
        r->operations[o].name = "synthetic";
    r->minutes = ARENA_ARRAY(task, struct minute_count, r->minute_count * operations);
    for (int m = 0; m < r->minute_count; m++) {
        const sim_time at = m * SIM_MINUTE;
        const bool down = plan->count && at >= plan->faults[0].starts &&
                          at < plan->faults[0].starts + plan->faults[0].lasts;
        for (int o = 0; o < operations; o++)
            r->minutes[m * operations + o] = (struct minute_count){ .begun = 10, .ok = down ? 0 : 10 };
    }
    return r;
}

static const char SHOP[] =
    "headroom: 1\n"
    "clock: {start: \"2026-11-27T00:00-05:00\", length: 24h, warm_up: 5m}\n"
    "traffic:\n"
    "  shoppers: {rate: {profile: constant, mean: 1/s}, mix: {buy: 100%}}\n"
    "services:\n"
    "  web: {runs_on: fleet, operations: {buy: [{cpu: 5ms}, {call: {operation: payments.pay}}]}}\n"
    "  payments: {external: true, operations: {pay: 10ms}}\n"
    "regions:\n"
    "  us-east-1: {zones: 3, alb: {targets: fleet}, fleet: {kind: asg, instance: m7g.large, size: {min: 3, max: 3}}}\n"
    "calendar: {ordinary: {days: 355, shape: constant, mean: 1/s}, busy: {days: 10, in: [nov], shape: constant, mean: "
    "5/s}}\n"
    "business: {order: {operation: buy, value: $50, margin: 40%, lost_if_failed: 50%}}\n";

/*
 * Every fault of d minutes costs 10 d orders of $10 margin, simulated or not: three hours of it are, the rest follows from
 * its last half hour at the day's mean rate, which is 60 or 300 a minute where the synthetic day has 10.
 */
static void given_faults_that_stop_everything_when_simulated_then_downtime_is_their_rate_times_their_length(
    void **state)
{
    struct diag diag;
    diag_init(&diag, &arena);
    const struct scenario *sc = scenario_parse("shop.yaml", SHOP, sizeof SHOP - 1, ".", NULL, 0, &arena, &diag);
    if (!sc)
        diag_print(&diag, stderr, false);
    assert_non_null(sc);
    struct risk risk;
    risk_plan(&risk, sc, 400, &arena);
    struct task_list tasks = tasks_given(sc, 2, risk.tasks, risk.run_count, &arena);
    const struct task_sink sink = risk_sink(&risk);
    const atomic_bool stop = false;
    tasks_run(&tasks, synthetic, &sink, &stop);
    assert_int_equal(risk.taken, risk.run_count);
    struct risk_figures figures;
    assert_true(risk_figures(&figures, &risk));
    for (int m = 0; m < risk.sources.count; m++) {
        const struct risk_source *source = &risk.sources.list[m];
        const double expected = source->per_year * source->lasts.mean_ns / 60e9;
        const struct ci ci = figures.downtime.modes[m].loss_usd;
        assert_string_equal(figures.downtime.modes[m].name, source->name);
        /* Rates apart: the durations' spread over 400 events, at four standard errors, and a minute of rounding. */
        const double spread = source->per_year * sqrt(source->lasts.scv) * source->lasts.mean_ns / 60e9 / 20.0;
        assert_true(fabs(ci.mean - expected) < 4 * spread + source->per_year);
    }
    /* A crash of ten minutes, all of them simulated: 10 orders of $50 x 40 % x 50 % a minute. */
    const int crash = risk.sources.count - 2;
    assert_string_equal(risk.sources.list[crash].name, "an instance of fleet");
    const double usd = figures.margin.modes[crash].loss_usd.mean, minutes = figures.downtime.modes[crash].loss_usd.mean;
    assert_true(fabs(usd / minutes - 100.0) < 1e-9);
}

/* The same in the simulator itself: every request needs the payment provider, so its outage is downtime, but for the retries
 * and timeouts at both ends; and what does not fail costs nothing. */
static void given_a_dependency_when_it_is_down_in_the_simulator_then_downtime_is_its_outages(void **state)
{
    struct diag diag;
    diag_init(&diag, &arena);
    const struct scenario *sc = scenario_parse("shop.yaml", SHOP, sizeof SHOP - 1, ".", NULL, 0, &arena, &diag);
    assert_non_null(sc);
    struct risk risk;
    risk_plan(&risk, sc, 18, &arena);
    double minutes = 0;
    int events = 0;
    struct task_list tasks = tasks_given(sc, 2, risk.tasks, risk.run_count, &arena);
    const struct task_sink sink = risk_sink(&risk);
    const atomic_bool stop = false;
    tasks_run(&tasks, replicate, &sink, &stop);
    struct risk_figures figures;
    assert_true(risk_figures(&figures, &risk));
    const int payments = risk.sources.count - 1;
    assert_string_equal(risk.sources.list[payments].name, "payments");
    for (int t = 0; t < risk.run_count; t++)
        if (tasks.calendar[t].plan->count && !strcmp(tasks.calendar[t].plan->faults[0].name, "payments")) {
            minutes += (double)tasks.calendar[t].plan->faults[0].lasts / 60e9;
            events++;
        }
    const double per_event = figures.downtime.modes[payments].loss_usd.mean / risk.sources.list[payments].per_year;
    assert_true(fabs(per_event / (minutes / events) - 1) < 0.15);
    assert_true(fabs(figures.downtime.modes[payments - 1].loss_usd.mean) < 1); /* one of three instances */
}

static void given_two_variants_when_planned_then_their_events_are_the_same(void **state)
{
    struct diag diag;
    diag_init(&diag, &arena);
    const char *const sets[] = { "regions.us-east-1.zones=1", "regions.us-east-1.fleet.instance=m7g.xlarge" };
    const struct scenario *base = scenario_parse("a.yaml", SHOP, sizeof SHOP - 1, ".", NULL, 0, &arena, &diag),
                          *variant = scenario_parse("b.yaml", SHOP, sizeof SHOP - 1, ".", sets, 2, &arena, &diag);
    struct risk a, b;
    risk_plan(&a, base, 30, &arena);
    risk_plan(&b, variant, 30, &arena);
    assert_int_equal(a.run_count, b.run_count);
    for (int t = 0; t < a.run_count; t++) {
        assert_int_equal(a.tasks[t].number, b.tasks[t].number);
        assert_int_equal(a.tasks[t].plan->part.from, b.tasks[t].plan->part.from);
        assert_int_equal(a.tasks[t].plan->part.length, b.tasks[t].plan->part.length);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)
    const struct CMUnitTest tests[] = {
        TEST(given_constant_costs_when_compounded_then_the_sum_is_poisson),
        TEST(given_exponential_costs_when_compounded_then_mean_variance_and_quantiles_are_those_of_theory),
        TEST(given_a_counted_rate_when_the_year_is_computed_then_its_interval_is_gammas),
        TEST(given_costs_that_differ_when_rates_are_given_then_only_the_simulation_is_uncertain),
        TEST(given_independent_parts_when_they_fail_then_the_year_agrees_with_the_arithmetic),
        TEST(given_faults_that_stop_everything_when_simulated_then_downtime_is_their_rate_times_their_length),
        TEST(given_a_dependency_when_it_is_down_in_the_simulator_then_downtime_is_its_outages),
        TEST(given_two_variants_when_planned_then_their_events_are_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
