/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/synthetic_run.h"

static struct synthetic_run run, other;

static int set_up(void **state)
{
    synthetic_begin(&run);
    synthetic_begin(&other);
    return 0;
}

static int tear_down(void **state)
{
    synthetic_end(&run);
    synthetic_end(&other);
    return 0;
}

static void finish_with(struct synthetic_run *r, int threads)
{
    assert_true(synthetic_finish_on(r, threads, synthetic_replicate));
}

static void assert_same_bits(double a, double b)
{
    assert_memory_equal(&a, &b, sizeof a);
}

/* Sums of floating-point numbers depend on their order, so equal bits mean an equal order. */
static void given_any_number_of_threads_when_added_up_then_every_bit_is_the_same(void **state)
{
    run.sc->replications = other.sc->replications = 37;
    finish_with(&run, 1);
    finish_with(&other, 3);
    const struct results *a = &run.results, *b = &other.results;
    assert_int_equal(a->fingerprint, b->fingerprint);
    assert_int_equal(a->replications, 37);
    for (int i = 0; i < a->operation_count; i++) {
        assert_same_bits(a->operations[i].availability.lo, b->operations[i].availability.lo);
        for (int f = 0; f < LATENCY_FIGURES; f++)
            assert_same_bits(a->operations[i].latency_ms[f].hi, b->operations[i].latency_ms[f].hi);
    }
    const size_t cells = (size_t)a->series.column_count * (size_t)a->series.window_count * sizeof(double);
    assert_memory_equal(a->series.mean, b->series.mean, cells);
    assert_memory_equal(a->series.lo, b->series.lo, cells);
    assert_same_bits(a->cost.window_usd.hi, b->cost.window_usd.hi);
    assert_same_bits(a->usd_per_million_requests.mean, b->usd_per_million_requests.mean);
    assert_int_equal(a->usage_count, b->usage_count);
    for (int i = 0; i < a->usage_count; i++)
        assert_same_bits(a->usage[i].per_day, b->usage[i].per_day);
}

/* What is held for the jackknife is 32 histograms a latency, which 40 replications have filled; a record has two megabytes.
 * When the days of the calendar come among the others decides how well they fit into blocks of 64 KiB. */
static void given_more_replications_when_added_up_then_memory_is_the_same(void **state)
{
    run.sc->replications = 40;
    other.sc->replications = 100;
    finish_with(&run, 2);
    finish_with(&other, 2);
    const int64_t more = (int64_t)other.tally.arena.total_bytes - (int64_t)run.tally.arena.total_bytes;
    assert_true(more < 200000 && more > -200000);
    assert_int_equal(other.tally.replications, 100);
    assert_int_equal(other.tally.operations[SYN_BROWSE].latency.part_size[3], 4);
    assert_int_equal(other.tally.operations[SYN_BROWSE].latency.part_size[4], 3);
}

static void given_a_percentile_when_the_jackknife_has_looked_then_the_pool_is_as_before(void **state)
{
    run.sc->replications = 5;
    finish_with(&run, 2);
    struct pool *pool = &run.tally.operations[SYN_BROWSE].latency;
    const uint64_t count = pool->all.count, bin = pool->all.bins[2300];
    const struct ci p99 = pool_quantile_ms(pool, 0.99, 0.95), again = pool_quantile_ms(pool, 0.99, 0.95);
    assert_same_bits(p99.lo, again.lo);
    assert_int_equal(pool->all.count, count);
    assert_int_equal(pool->all.bins[2300], bin);
}

/* The promise is far from the truth and the days differ little: the first look settles it. */
static void given_a_clear_case_when_a_precision_is_asked_for_then_ten_replications_suffice(void **state)
{
    run.sc->precision = 0.25;
    run.sc->max_replications = 640;
    finish_with(&run, 2);
    assert_int_equal(run.results.replications, 10);
    assert_true(run.tally.sufficed);
    assert_int_equal(run.tally.looks, 0);
    assert_true(fabs(run.results.level - (1 - 0.025 / 4)) < 1e-12); /* two objectives, the headline's two figures */
    assert_int_equal(run.results.objectives[0].verdict, VERDICT_MET);
}

/* A reader who compares them finds one interval for one figure. */
static void given_several_looks_when_judged_then_verdict_and_table_have_the_same_interval(void **state)
{
    run.sc->precision = 0.05;
    run.sc->max_replications = 20;
    finish_with(&run, 2);
    const struct objective_summary *o = run.results.objectives;
    const struct operation_summary *checkout = results_operation(&run.results, o[0].objective->operation),
                                   *browse = results_operation(&run.results, o[1].objective->operation);
    assert_same_bits(o[0].value.lo, checkout->availability.lo);
    assert_same_bits(o[0].value.hi, checkout->availability.hi);
    assert_same_bits(o[1].value.lo, browse->latency_ms[LATENCY_P99].lo);
    assert_same_bits(o[1].value.hi, browse->latency_ms[LATENCY_P99].hi);
}

static void given_a_promise_at_the_truth_when_a_precision_is_asked_for_then_the_most_are_made_and_it_is_said(
    void **state)
{
    run.sc->replications = 40;
    finish_with(&run, 2);
    other.sc->objectives[0].at_least = run.results.objectives[0].value.mean;
    other.sc->precision = 0.25;
    other.sc->max_replications = 40;
    finish_with(&other, 2);
    assert_int_equal(other.results.replications, 40);
    assert_false(other.tally.sufficed);
    assert_int_equal(other.tally.looks, 2);
    bool said = false;
    for (int i = 0; i < other.results.warning_count; i++)
        said |= strstr(other.results.warnings[i], "the most that were allowed") != NULL;
    assert_true(said);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(given_any_number_of_threads_when_added_up_then_every_bit_is_the_same, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_more_replications_when_added_up_then_memory_is_the_same, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_a_percentile_when_the_jackknife_has_looked_then_the_pool_is_as_before,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_a_clear_case_when_a_precision_is_asked_for_then_ten_replications_suffice,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_several_looks_when_judged_then_verdict_and_table_have_the_same_interval,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            given_a_promise_at_the_truth_when_a_precision_is_asked_for_then_the_most_are_made_and_it_is_said, set_up,
            tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
