/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/cost.h"
#include "pricing/price_book.h"
#include "tests/unit/synthetic_day.h"

struct fixture {
    struct arena arena;
    struct diag diag;
    struct scenario *sc;
    const struct price_book *book;
    struct costing costing;
    struct cost cost;
};

static struct fixture fixture;

static int set_up(void **state)
{
    static const char *const regions[] = { "us-east-1" };
    struct fixture *f = *state = &fixture;
    *f = (struct fixture){ 0 };
    arena_init(&f->arena);
    diag_init(&f->diag, &f->arena);
    f->sc = synthetic_scenario(&f->arena);
    f->sc->replications = 3;
    f->book = price_book_load("pricing/books", regions, 1, &f->arena, &f->diag);
    return f->book ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    costing_fini(&f->costing);
    arena_fini(&f->arena);
    return 0;
}

/* The headline's replications come first here, so the months are billed while three days wait for their price. */
static void compute(struct fixture *f)
{
    atomic_bool stop;
    atomic_init(&stop, false);
    _Atomic int64_t progress;
    costing_fini(&f->costing);
    costing_init(&f->costing, f->sc, f->book, &f->arena, &f->diag);
    bool ok = true;
    for (int d = -1; d < f->sc->day_type_count; d++)
        for (uint32_t r = 0; r < (d < 0 ? f->sc->replications : BILL_REPLICATIONS); r++) {
            const struct replication *rep = synthetic_replicate(f->sc, d, r, NULL, &f->arena, &progress, &stop);
            ok &= d < 0 ? costing_take_headline(&f->costing, rep, rep->operations[SYN_CHECKOUT].outcomes[OUTCOME_OK])
                        : costing_take_day(&f->costing, rep, NULL);
        }
    if (!ok || !costing_close(&f->costing)) {
        diag_print(&f->diag, stderr, false);
        fail_msg("billing failed");
    }
    f->cost = f->costing.cost;
    f->cost.window_usd = ci_of_moments(&f->costing.window_usd, 0.95);
}

/* Ordinary months differ by their days only; November with its sale and peak days is the dearest. */
static void given_a_calendar_when_billed_then_november_is_the_dearest_month(void **state)
{
    struct fixture *f = *state;
    compute(f);
    const struct cost *c = &f->cost;
    assert_true(c->monthly);
    assert_int_equal(c->peak_month, 11);
    assert_int_equal(c->months[0].cents[0], c->months[2].cents[0]); /* January and March */
    assert_true(c->months[1].usd.mean < c->months[0].usd.mean);
    double sum = 0;
    for (int m = 0; m < MONTHS; m++)
        sum += c->months[m].usd.mean;
    assert_true(fabs(c->monthly_mean_usd.mean - sum / MONTHS) < 1e-9);
    assert_true(c->monthly_peak_usd.mean == c->months[10].usd.mean);
    assert_true(ci_has_interval(c->monthly_peak_usd));
    assert_null(c->violation);
}

/* Integers in cents: lines make the bill, services make the mean, nothing is lost to rounding. */
static void given_a_calendar_when_billed_then_all_sums_agree_to_the_cent(void **state)
{
    struct fixture *f = *state;
    compute(f);
    const struct cost *c = &f->cost;
    int64_t lines = 0, services[BILL_REPLICATIONS] = { 0 };
    for (size_t i = 0; i < c->bill.line_count; i++)
        lines += c->bill.lines[i].cents;
    for (int s = 0; s < c->service_count; s++)
        for (int r = 0; r < BILL_REPLICATIONS; r++)
            services[r] += c->services[s].cents[r];
    assert_int_equal(lines, c->bill.total_cents);
    assert_int_equal(c->bill.total_cents, c->months[10].cents[c->shown]);
    for (int r = 0; r < BILL_REPLICATIONS; r++)
        assert_int_equal(services[r], c->months[10].cents[r]);
    assert_int_equal(c->bill.period.month, 11);
    assert_int_equal(c->bill.period.days, 30);
}

/* A load balancer runs 24 h a day whatever the traffic: $0.0225 an hour, 24 hours, 30 days. */
static void given_something_that_always_runs_when_billed_then_the_month_has_all_its_hours(void **state)
{
    struct fixture *f = *state;
    compute(f);
    for (size_t i = 0; i < f->cost.bill.line_count; i++)
        if (strcmp(f->cost.bill.lines[i].service, "AWSELB") == 0)
            assert_int_equal(f->cost.bill.lines[i].cents, 1620);
}

/* The headline day equals a `peak` day here but for its noise (1 %): priced at the month's average rates it must lie
 * within 2 % of what a peak day adds to November. */
static void given_the_headline_day_when_priced_then_it_costs_what_such_a_day_adds(void **state)
{
    struct fixture *f = *state;
    compute(f);
    const double with = f->cost.months[10].usd.mean;
    const double window = f->cost.window_usd.mean;
    f->sc->day_types[2].days = 4;
    compute(f);
    const double without = f->cost.months[10].usd.mean;
    const double ordinary_day = f->cost.months[0].usd.mean / 31; /* fills the place of the peak day */
    assert_true(fabs(with - without + ordinary_day - window) < 0.02 * window);
}

/* The price of a day does not depend on whether it was known when the day came. */
static void given_a_day_that_was_held_when_priced_then_it_costs_the_same(void **state)
{
    struct fixture *f = *state;
    compute(f);
    const struct moments held = f->costing.window_usd;
    atomic_bool stop;
    atomic_init(&stop, false);
    _Atomic int64_t progress;
    f->costing.window_usd = (struct moments){ 0 };
    for (uint32_t r = 0; r < f->sc->replications; r++)
        assert_true(costing_take_headline(&f->costing,
                                          synthetic_replicate(f->sc, -1, r, NULL, &f->arena, &progress, &stop), 1));
    assert_int_equal(held.count, f->costing.window_usd.count);
    assert_true(held.mean == f->costing.window_usd.mean && held.squares == f->costing.window_usd.squares);
}

static void given_days_that_differ_little_when_years_are_drawn_then_they_stay_between_the_extremes(void **state)
{
    struct fixture *f = *state;
    compute(f);
    const struct cost *c = &f->cost;
    for (int m = 0; m < MONTHS; m++) {
        const struct month_cost *month = &c->months[m];
        const int64_t low = month->cents[0] < month->cents[1] ? month->cents[0] : month->cents[1];
        const int64_t high = month->cents[0] + month->cents[1] - low;
        assert_true(month->spread.p5 <= month->spread.p50 && month->spread.p50 <= month->spread.p95);
        assert_true(month->spread.p5 * 100 >= (double)low - 2 && month->spread.p95 * 100 <= (double)high + 2);
    }
    assert_true(c->annual_spread.p5 <= c->annual_usd.mean && c->annual_usd.mean <= c->annual_spread.p95);
    const struct spread before = c->annual_spread;
    compute(f);
    assert_memory_equal(&before, &f->cost.annual_spread, sizeof before);
}

/* A day of replication r uses r + 1 hours of an instance, so a month of 31 drawn days uses 31 + B(31, 1/2) hours: 42,
 * 46.5 and 51 of them at the 5th, 50th and 95th percentile; 200 years know these within an hour and a half. Days are
 * independent, so the year's sum has a standard deviation of sqrt(365 / 4) hours. */
static void given_days_that_differ_when_years_are_drawn_then_months_are_binomial(void **state)
{
    static const double USD_PER_HOUR = 0.0816;
    struct fixture *f = *state;
    struct usage_key key = { "AmazonEC2", "BoxUsage:m7g.large", "RunInstances", "web", "us-east-1", "", "",
                             "web",       USAGE_NANOSECONDS };
    f->sc->day_type_count = 1;
    costing_init(&f->costing, f->sc, f->book, &f->arena, &f->diag);
    for (uint32_t r = 0; r < BILL_REPLICATIONS; r++) {
        struct usage usage = { .key = &key, .quantity = (int64_t)(r + 1) * 3600000000000, .weight_e6 = 1000000 };
        const struct replication rep = { .number = r, .usage = &usage, .usage_count = 1 };
        assert_true(costing_take_day(&f->costing, &rep, NULL));
    }
    const struct spread january = f->costing.cost.months[0].spread, year = f->costing.cost.annual_spread;
    assert_true(fabs(january.p5 / USD_PER_HOUR - 42) < 1.5);
    assert_true(fabs(january.p50 / USD_PER_HOUR - 46.5) < 1.5);
    assert_true(fabs(january.p95 / USD_PER_HOUR - 51) < 1.5);
    const double half = 1.645 * sqrt(365 / 4.0);
    assert_true(fabs(year.p50 / USD_PER_HOUR - 365 * 1.5) < 3);
    assert_true(fabs((year.p95 - year.p5) / 2 / USD_PER_HOUR - half) < 0.2 * half);
}

static void given_no_calendar_when_billed_then_there_is_no_month_but_the_day_has_a_price(void **state)
{
    struct fixture *f = *state;
    f->sc->day_type_count = 0;
    compute(f);
    assert_false(f->cost.monthly);
    assert_int_equal(f->cost.bill.line_count, 0);
    assert_true(f->cost.window_usd.mean > 1);
}

/* What is free is taken off the months, and off what a day costs at their average. */
static void given_a_free_tier_in_the_scenario_when_billed_then_its_months_and_days_cost_less(void **state)
{
    struct fixture *f = *state;
    compute(f);
    const double paid = f->cost.months[0].usd.mean, window = f->cost.window_usd.mean;
    f->sc->free_tier = FREE_ALWAYS;
    compute(f);
    const double always = f->cost.months[0].usd.mean;
    assert_true(always < paid);
    assert_true(f->cost.window_usd.mean < window);
    f->sc->free_tier = FREE_FIRST_YEAR;
    compute(f);
    assert_true(always - f->cost.months[0].usd.mean > 16); /* 744 hours of the balancer, 16.74, and more */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(given_a_calendar_when_billed_then_november_is_the_dearest_month, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_a_calendar_when_billed_then_all_sums_agree_to_the_cent, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_something_that_always_runs_when_billed_then_the_month_has_all_its_hours,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_the_headline_day_when_priced_then_it_costs_what_such_a_day_adds, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            given_a_free_tier_in_the_scenario_when_billed_then_its_months_and_days_cost_less, set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_a_day_that_was_held_when_priced_then_it_costs_the_same, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(
            given_days_that_differ_little_when_years_are_drawn_then_they_stay_between_the_extremes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_days_that_differ_when_years_are_drawn_then_months_are_binomial, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_no_calendar_when_billed_then_there_is_no_month_but_the_day_has_a_price,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
