/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/compare.h"
#include "tests/unit/synthetic_run.h"

#define assert_near(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

/* Three designs of the synthetic day: as it is; twice the instances and half the failures; twice the instances for
 * nothing. */
enum { BASE, BETTER, WASTE, DESIGNS };

static struct fixture {
    struct synthetic_run runs[DESIGNS];
    struct contender contenders[DESIGNS];
    struct fault_config fault;
    struct comparison comparison;
} fixture;

static int set_up(void **state)
{
    struct fixture *f = *state = &fixture;
    *f = (struct fixture){ .fault = { .name = "power us-east-1a", .starts = SIM_HOUR } };
    for (int i = 0; i < DESIGNS; i++) {
        synthetic_begin(&f->runs[i]);
        f->runs[i].sc->name = i == BASE ? "base" : i == BETTER ? "better" : "waste";
        f->runs[i].sc->faults = &f->fault;
        f->runs[i].sc->fault_count = 1;
        f->runs[i].sc->objective_count = 0;
        f->runs[i].sc->business.faults_per_year = 4;
    }
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < DESIGNS; i++) {
        contender_fini(&f->contenders[i]);
        synthetic_end(&f->runs[i]);
    }
    return 0;
}

static void mend(struct operation_result *op, uint64_t count)
{
    op->outcomes[OUTCOME_HTTP_504] -= count;
    op->outcomes[OUTCOME_OK] += count;
    histogram_record_many(&op->latency_ok, 24 * SIM_MILLISECOND, count);
}

static struct replication *designs(const struct scenario *sc, int day_type, uint32_t number,
                                   const struct fault_plan *plan, struct arena *arena, _Atomic int64_t *progress_ns,
                                   const atomic_bool *stop)
{
    struct replication *rep = synthetic_replicate(sc, day_type, number, plan, arena, progress_ns, stop);
    struct operation_result *all = &rep->operations[SYN_ALL];
    for (int o = 0; o < SYN_ALL; o++) {
        const uint64_t failed = rep->operations[o].outcomes[OUTCOME_HTTP_504];
        const uint64_t mended = plan ? failed : strcmp(sc->name, "better") == 0 ? failed / 2 : 0;
        mend(&rep->operations[o], mended);
        mend(all, mended);
    }
    for (size_t i = 0; strcmp(sc->name, "base") != 0 && i < rep->usage_count; i++)
        if (strcmp(rep->usage[i].key->service, "AmazonEC2") == 0)
            rep->usage[i].quantity *= 2;
    return rep;
}

static void simulate(struct fixture *f, int threads)
{
    static const char *const regions[] = { "us-east-1" };
    struct task_list *lists[DESIGNS];
    struct task_sink sinks[DESIGNS];
    atomic_bool stop;
    atomic_init(&stop, false);
    for (int i = 0; i < DESIGNS; i++) {
        struct synthetic_run *run = &f->runs[i];
        struct contender *c = &f->contenders[i];
        tally_init(&run->tally, run->sc, price_book_load("pricing/books", regions, 1, &run->arena, &run->diag),
                   &run->diag);
        run->tasks = tasks_plan(run->sc, threads, &run->arena);
        contender_init(c, run->sc, &run->tally);
        c->name = c->folder = run->sc->name;
        c->results = &run->results;
        contender_plan(c, &run->tasks, &run->arena);
        lists[i] = &run->tasks;
        sinks[i] = contender_sink(c);
    }
    tasks_run_all(lists, sinks, DESIGNS, designs, &stop);
    for (int i = 0; i < DESIGNS; i++) {
        struct synthetic_run *run = &f->runs[i];
        assert_true(results_compute(&run->results, &run->tally, &run->tasks, &run->diag, false, &run->arena));
        assert_null(run->results.violation);
    }
    compare_compute(&f->comparison, f->contenders, DESIGNS, NULL, 0, &f->runs[BASE].arena);
}

static double ec2_usd(const struct results *r)
{
    for (int i = 0; i < r->cost.service_count; i++)
        if (strstr(r->cost.services[i].name, "Compute"))
            return r->cost.services[i].mean_usd;
    return NAN;
}

/* Half the failures are log10(2) nines; the loss of four events a year halves with them. */
static void given_half_the_failures_when_compared_then_differences_are_those_of_the_counts(void **state)
{
    struct fixture *f = *state;
    simulate(f, 2);
    const struct variant *base = &f->comparison.variants[BASE], *better = &f->comparison.variants[BETTER];
    const struct operation_summary *checkout = results_operation(base->results, "checkout");
    assert_int_equal(f->comparison.pairs, 10);
    assert_near(better->nines.mean, log10(2), 5e-3); /* of an odd number the half is rounded */
    assert_string_equal(better->operations[SYN_CHECKOUT].name, "checkout");
    assert_near(better->operations[SYN_CHECKOUT].availability.mean, (1 - checkout->availability.mean) / 2, 1e-5);
    assert_near(better->operations[SYN_CHECKOUT].latency_ms[LATENCY_P99].mean, 0, 0);
    const double failed = (double)checkout->outcomes[OUTCOME_HTTP_504] / 10;
    assert_near(base->loss_usd.mean, 4 * failed * 62 * 0.7 * 0.3, 0.01);
    assert_near(better->loss_avoided.value.mean, 2 * failed * 62 * 0.7 * 0.3, 4 * 62);
    assert_true(better->loss_avoided.value.lo > 0 && better->loss_avoided.value.hi > better->loss_avoided.value.mean);
}

/* What was doubled is on the bill once more: no other service may have changed. */
static void given_twice_the_instances_when_billed_then_the_extra_cost_is_theirs(void **state)
{
    struct fixture *f = *state;
    simulate(f, 2);
    const struct variant *base = &f->comparison.variants[BASE], *better = &f->comparison.variants[BETTER];
    const double usd = ec2_usd(base->results);
    assert_near(ec2_usd(better->results), 2 * usd, 0.02);
    assert_true(better->extra_cost.value.mean > 11 * usd / 2);
    assert_true(better->annual_spread.p5 <= better->annual_spread.p50 && better->annual_spread.p50 > 0);
    assert_near(better->total_ci.mean, better->annual_ci.mean + better->loss_ci.mean, 1e-6);
}

/* Twelve months' instances for nothing: dearer, and the same otherwise. */
static void given_a_variant_that_is_only_dearer_when_compared_then_the_base_dominates_it(void **state)
{
    struct fixture *f = *state;
    simulate(f, 2);
    const struct dominance *waste = &f->comparison.variants[WASTE].dominated;
    assert_true(waste->by == BASE || waste->by == BETTER);
    assert_true(waste->strict);
    assert_true(waste->confidence > 0.95);
    assert_int_equal(f->comparison.variants[BASE].dominated.by, -1);
    assert_int_equal(f->comparison.variants[BETTER].dominated.by, -1);
    assert_int_equal(f->comparison.variants[WASTE].net.value.mean < 0, true);
    assert_non_null(f->comparison.variants[WASTE].break_even_value_usd.why);
}

static void given_an_expected_loss_when_judged_then_the_least_total_is_taken_or_it_is_undecided(void **state)
{
    struct fixture *f = *state;
    simulate(f, 2);
    const struct comparison *c = &f->comparison;
    const int least = c->variants[BASE].total_usd.mean < c->variants[BETTER].total_usd.mean ? BASE : BETTER;
    assert_int_equal(c->best, least);
    assert_true(c->decided);
    assert_true(c->confidence >= 0.95);
    assert_non_null(strstr(c->verdict, least == BASE ? "Keep 'base'" : "Take 'better'"));
    assert_null(c->undecided);
}

static void given_no_frequency_of_faults_when_judged_then_it_says_what_it_would_take(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < DESIGNS; i++)
        f->runs[i].sc->business.faults_per_year = 0;
    simulate(f, 2);
    assert_false(f->comparison.decided);
    assert_non_null(strstr(f->comparison.undecided, "faults_per_year"));
    assert_true(isnan(f->comparison.variants[BETTER].net.value.mean));
    assert_non_null(f->comparison.variants[BETTER].net.why);
    assert_true(f->comparison.variants[BETTER].break_even_events.value.mean > 0);
}

static void given_one_replication_when_judged_then_it_is_undecided(void **state)
{
    struct fixture *f = *state;
    for (int i = 0; i < DESIGNS; i++)
        f->runs[i].sc->replications = 1;
    simulate(f, 2);
    assert_false(f->comparison.decided);
    assert_non_null(strstr(f->comparison.undecided, "replication"));
}

static void given_any_number_of_threads_when_compared_then_every_bit_is_the_same(void **state)
{
    struct fixture *f = *state;
    simulate(f, 1);
    const struct variant one = f->comparison.variants[BETTER];
    tear_down(state);
    set_up(state);
    simulate(f, 3);
    const struct variant *three = &f->comparison.variants[BETTER];
    assert_memory_equal(&one.total_ci, &three->total_ci, sizeof one.total_ci);
    assert_memory_equal(&one.nines, &three->nines, sizeof one.nines);
    assert_memory_equal(&one.annual_spread, &three->annual_spread, sizeof one.annual_spread);
}

/* E = 1,000 and A = 4,000 a year, known exactly; 500 once; an order is worth $62; half a nine is gained. */
static void given_exact_figures_when_the_table_is_formed_then_it_is_arithmetic(void **state)
{
    struct fixture *f = *state;
    struct scenario *sc = f->runs[BASE].sc;
    struct operation_pair pair = { .name = "checkout", .availability = { 0.001, 0.001, 0.001 } };
    struct variant v = { .annual_ci = { 1000, 1000, 1000 },
                         .loss_ci = { -4000, -4000, -4000 },
                         .total = { .mean = -3000 },
                         .nines = { 0.5, 0.5, 0.5 },
                         .event_gain_usd = { 2500, 2500, 2500 },
                         .operation_count = 1,
                         .operations = &pair };
    sc->business.one_off = INT64_C(5000000000000);
    compare_benefits(&v, sc, "checkout", &f->runs[BASE].arena);
    assert_near(v.extra_cost.value.mean, 1000, 0);
    assert_near(v.loss_avoided.value.mean, 4000, 0);
    assert_near(v.net.value.mean, 3000, 0);
    assert_near(v.payback_years.value.mean, 1500.0 / 4000, 1e-12);
    assert_near(v.break_even_value_usd.value.hi, 62.0 * 1000 / 4000, 1e-12);
    assert_near(v.usd_per_nine.value.mean, 2000, 1e-9);
    assert_near(v.break_even_events.value.lo, 0.4, 1e-12);
}

static void given_what_cannot_be_divided_when_the_table_is_formed_then_it_says_why(void **state)
{
    struct fixture *f = *state;
    struct variant v = { .annual_ci = { -10, -11, -9 },
                         .loss_ci = { 5, 4, 6 },
                         .total = { .mean = -5 },
                         .nines = { NAN, NAN, NAN },
                         .event_gain_usd = { NAN, NAN, NAN } };
    compare_benefits(&v, f->runs[BASE].sc, "checkout", &f->runs[BASE].arena);
    assert_string_equal(v.payback_years.why, "none: it saves money and loses more");
    assert_string_equal(v.break_even_value_usd.why, "pays below it: it saves money and loses more");
    assert_near(v.break_even_value_usd.value.mean, 62.0 * 10 / 5, 1e-9);
    assert_string_equal(v.usd_per_nine.why, "availability is not known");
    assert_non_null(v.break_even_events.why);
    v.annual_ci = (struct ci){ NAN, NAN, NAN };
    compare_benefits(&v, f->runs[BASE].sc, "checkout", &f->runs[BASE].arena);
    assert_non_null(strstr(v.net.why, "yearly bill"));
}

/* Two modes with given rates and strata: 2 x (0.75 x 100 + 0.25 x 400) - 2 x 0 = 350 and 1 x -50. */
static void given_modes_and_strata_when_years_are_compared_then_events_are_paired(void **state)
{
    const double base_night[] = { 10, 20 }, base_peak[] = { 100, 200 }, other[] = { 60, 80 };
    const double night[] = { 110, 120 }, peak[] = { 500, 600 }, none[] = { 10, 30 };
    const struct risk_stratum a[] = { { "night", 0.75, 2, base_night }, { "peak", 0.25, 2, base_peak } };
    const struct risk_stratum b[] = { { "peak", 0.25, 2, peak }, { "night", 0.75, 2, night } };
    const struct risk_stratum x = { "any", 1, 2, other }, y = { "any", 1, 2, none };
    const struct risk_mode before[] = { { .name = "zone", .per_year = 2, .stratum_count = 2, .strata = a },
                                        { .name = "deploy", .per_year = 1, .stratum_count = 1, .strata = &x } };
    const struct risk_mode after[] = { { .name = "deploy", .per_year = 1, .stratum_count = 1, .strata = &y },
                                       { .name = "zone", .per_year = 2, .stratum_count = 2, .strata = b } };
    const struct risk_result base = { .mode_count = 2, .modes = before }, variant = { .mode_count = 2, .modes = after };
    struct arena arena;
    arena_init(&arena);
    const struct estimate e = compare_loss(&base, &variant, 1, &arena);
    assert_near(e.mean, 350 - 50, 1e-9);
    assert_near(e.parts[0].se, 0, 1e-12); /* each pair differs by the same */
    assert_int_equal(e.drawn_count, 0);
    arena_fini(&arena);
}

/* Three events in ten years: Gamma(3.5, 10). An event costs 100 less: the year's gain has the rate's skew. */
static void given_a_rate_from_few_events_when_years_are_compared_then_its_uncertainty_is_in_the_interval(void **state)
{
    const double before[] = { 100, 100, 100 }, after[] = { 0, 0, 0 };
    const struct risk_stratum a = { "any", 1, 3, before }, b = { "any", 1, 3, after };
    const struct risk_mode m = {
        .name = "zone", .per_year = 0.35, .seen = 3, .years = 10, .stratum_count = 1, .strata = &a
    };
    const struct risk_mode n = {
        .name = "zone", .per_year = 0.35, .seen = 3, .years = 10, .stratum_count = 1, .strata = &b
    };
    const struct risk_result base = { .mode_count = 1, .modes = &m }, variant = { .mode_count = 1, .modes = &n };
    struct arena arena;
    arena_init(&arena);
    const struct estimate e = compare_loss(&base, &variant, 1, &arena);
    const struct ci ci = estimate_ci(&e, 0.95);
    assert_near(ci.mean, -35, 1e-9);
    assert_near(ci.lo, -80.1, 6); /* quantiles of Gamma(3.5, 10): 0.0845 and 0.801 */
    assert_near(ci.hi, -8.45, 2);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(given_half_the_failures_when_compared_then_differences_are_those_of_the_counts,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_twice_the_instances_when_billed_then_the_extra_cost_is_theirs, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_a_variant_that_is_only_dearer_when_compared_then_the_base_dominates_it,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            given_an_expected_loss_when_judged_then_the_least_total_is_taken_or_it_is_undecided, set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_no_frequency_of_faults_when_judged_then_it_says_what_it_would_take,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_one_replication_when_judged_then_it_is_undecided, set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_any_number_of_threads_when_compared_then_every_bit_is_the_same, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_exact_figures_when_the_table_is_formed_then_it_is_arithmetic, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_what_cannot_be_divided_when_the_table_is_formed_then_it_says_why, set_up,
                                        tear_down),
        cmocka_unit_test(given_modes_and_strata_when_years_are_compared_then_events_are_paired),
        cmocka_unit_test(given_a_rate_from_few_events_when_years_are_compared_then_its_uncertainty_is_in_the_interval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
