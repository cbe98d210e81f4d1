/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/draw.h"
#include "tests/unit/synthetic_run.h"

static struct synthetic_run run;

static int set_up(void **state)
{
    synthetic_begin(&run);
    run.sc->replications = 5;
    return 0;
}

static int tear_down(void **state)
{
    synthetic_end(&run);
    return 0;
}

/* The record of a replication of the headline day, in the run's arena. */
static const struct replication *record(uint32_t number)
{
    atomic_bool stop;
    atomic_init(&stop, false);
    _Atomic int64_t progress;
    return synthetic_replicate(run.sc, -1, number, NULL, &run.arena, &progress, &stop);
}

static void given_five_replications_when_reduced_then_counts_are_sums_and_conserved(void **state)
{
    assert_true(synthetic_finish(&run, synthetic_replicate));
    const struct operation_summary *op = results_operation(&run.results, "checkout");
    uint64_t begun = 0;
    for (uint32_t r = 0; r < 5; r++)
        begun += record(r)->operations[SYN_CHECKOUT].begun;
    assert_int_equal(op->begun, begun);
    assert_int_equal(op->begun, op->outcomes[OUTCOME_OK] + op->failed + op->in_flight);
    assert_int_equal(run.results.replications, 5);
    assert_null(results_operation(&run.results, "nothing"));
}

/* The window's ends are neutral: what is in flight neither succeeds nor fails. */
static void given_requests_in_flight_when_reduced_then_availability_leaves_them_out(void **state)
{
    assert_true(synthetic_finish(&run, synthetic_replicate));
    double sum = 0;
    for (uint32_t r = 0; r < 5; r++) {
        const struct operation_result *op = &record(r)->operations[SYN_BROWSE];
        sum += (double)op->outcomes[OUTCOME_OK] / (double)(op->begun - op->in_flight) / 5;
    }
    const struct ci ci = results_operation(&run.results, "browse")->availability;
    assert_true(fabs(ci.mean - sum) < 1e-12);
    assert_true(ci.lo < ci.mean && ci.mean < ci.hi && ci.hi <= 1);
}

static void given_no_failure_when_reduced_then_the_interval_is_one_sided_and_has_a_width(void **state)
{
    assert_true(synthetic_finish(&run, synthetic_replicate));
    const struct operation_summary *op = results_operation(&run.results, "static");
    assert_int_equal(op->failed, 0);
    assert_true(op->one_sided);
    assert_true(op->availability.hi == 1 && op->availability.lo < 1);
    assert_true(fabs((1 - op->availability.lo) * (double)op->begun - 2.9957) < 0.001); /* rule of three: -ln 0.05 */
}

/* Few replications and a wide spread: symmetry would put the ends where no value can be. */
static void given_a_series_when_reduced_then_no_interval_leaves_the_range_of_its_figure(void **state)
{
    run.sc->replications = 2;
    assert_true(synthetic_finish(&run, synthetic_replicate));
    const struct series_summary *s = &run.results.series;
    int without_failure = 0;
    for (int c = 0; c < s->column_count; c++)
        for (int w = 0; w < s->window_count; w++) {
            const int cell = c * s->window_count + w;
            assert_false(s->lo[cell] < 0);
            assert_false(strcmp(s->columns[c].unit, "share") == 0 && s->hi[cell] > 1);
            if (s->columns[c].group != SERIES_AVAILABILITY || s->mean[cell] != 1)
                continue;
            assert_true(isnan(s->lo[cell]) && isnan(s->hi[cell]));
            without_failure++;
        }
    assert_true(without_failure > 0);
}

static void given_six_bad_minutes_when_reduced_then_they_are_counted_against_the_objective(void **state)
{
    assert_true(synthetic_finish(&run, synthetic_replicate));
    assert_true(results_operation(&run.results, "checkout")->bad_minutes.mean == 6);
    assert_true(results_operation(&run.results, "checkout")->bad_below == 0.998);
    assert_true(results_operation(&run.results, "browse")->bad_below == 0.999);
    assert_true(isnan(results_operation(&run.results, "static")->bad_minutes.mean));
}

/* Exponential latencies of mean 100 ms in each replication: the p99 of the pool is 100 ms * ln 100. */
static struct replication *exponential_replicate(const struct scenario *sc, int day_type, uint32_t number,
                                                 const struct fault_plan *plan, struct arena *arena,
                                                 _Atomic int64_t *progress_ns, const atomic_bool *stop)
{
    struct replication *rep = synthetic_replicate(sc, day_type, number, plan, arena, progress_ns, stop);
    struct operation_result *op = &rep->operations[SYN_BROWSE];
    const struct draw_key key = draw_key_make(77, number);
    enum { SAMPLES = 20000 };
    histogram_clear(&op->latency);
    histogram_clear(&op->latency_ok);
    for (uint64_t i = 0; i < SAMPLES; i++) {
        const sim_time ns = (sim_time)(-1e8 * log(draw_unit(draw_at(key, i, 1, 0).a)));
        histogram_record(&op->latency, ns);
        histogram_record(&op->latency_ok, ns);
    }
    memset(op->outcomes, 0, sizeof op->outcomes);
    op->outcomes[OUTCOME_OK] = SAMPLES;
    op->begun = op->attempts = SAMPLES + op->in_flight;
    return rep;
}

/* sd of a p99 of 20,000 exponentials is 7.0 ms; of the mean of 5 pools 3.1 ms: half a width near 2.8 * 3.1 = 9 ms. */
static void given_exponential_latency_when_pooled_then_p99_is_covered_by_a_narrow_interval(void **state)
{
    assert_true(synthetic_finish(&run, exponential_replicate));
    const struct ci p99 = results_operation(&run.results, "browse")->latency_ms[LATENCY_P99];
    const double theory_ms = 100 * log(100);
    assert_true(p99.lo <= theory_ms && theory_ms <= p99.hi);
    assert_true(ci_half_width(p99) < 0.06 * theory_ms);
    assert_true(ci_half_width(p99) > 0.004 * theory_ms); /* never narrower than the histogram's bins */
    const struct ci p50 = results_operation(&run.results, "browse")->latency_ms[LATENCY_P50];
    assert_true(p50.lo <= 100 * log(2) && 100 * log(2) <= p50.hi && ci_half_width(p50) < 2);
}

static void given_a_fault_when_reduced_then_its_times_are_means_and_the_slowest_is_kept(void **state)
{
    assert_true(synthetic_finish(&run, synthetic_replicate));
    const struct fault_summary *f = &run.results.faults[0];
    assert_int_equal(f->replications, 5);
    assert_int_equal(f->restored_count, 5);
    assert_true(f->start_s + f->restored_last_after_s >= f->restored_s.mean);
    assert_true(f->detected_s.mean > f->start_s);
    assert_string_equal(f->shown->events[0].component, "alb");
}

static void given_limits_when_reduced_then_the_nearest_comes_first_with_its_worst_replication(void **state)
{
    assert_true(synthetic_finish(&run, synthetic_replicate));
    assert_string_equal(run.results.limits[0].component, "orders-db");
    assert_true(fabs(run.results.limits[0].peak_share - 0.74) < 1e-12);
    assert_true(run.results.limits[0].value == 304);
}

static void given_several_resources_when_reduced_then_the_first_has_the_components_name(void **state)
{
    assert_true(synthetic_finish(&run, synthetic_replicate));
    assert_string_equal(run.results.utilisations[1].key, "orders-db");
    assert_string_equal(run.results.utilisations[2].key, "orders-db.connections");
}

static void given_failed_orders_when_reduced_then_their_value_is_what_the_scenario_says(void **state)
{
    assert_true(synthetic_finish(&run, synthetic_replicate));
    const struct business_summary *b = &run.results.business;
    assert_true(fabs(b->lost_value_usd.mean - b->failed_orders.mean * 62 * 0.7) < 1e-6);
    assert_true(fabs(b->lost_margin_usd.mean - b->lost_value_usd.mean * 0.3) < 1e-6);
}

static void given_the_same_seed_when_run_twice_then_the_fingerprint_is_the_same(void **state)
{
    assert_true(synthetic_finish(&run, synthetic_replicate));
    const uint64_t first = run.results.fingerprint;
    assert_true(synthetic_finish(&run, synthetic_replicate));
    assert_int_equal(run.results.fingerprint, first);
    run.sc->seed = 2;
    assert_true(synthetic_finish(&run, synthetic_replicate));
    assert_int_not_equal(run.results.fingerprint, first);
}

static struct replication *broken_replicate(const struct scenario *sc, int day_type, uint32_t number,
                                            const struct fault_plan *plan, struct arena *arena,
                                            _Atomic int64_t *progress_ns, const atomic_bool *stop)
{
    struct replication *rep = synthetic_replicate(sc, day_type, number, plan, arena, progress_ns, stop);
    if (day_type == 1 && number == 1)
        rep->operations[SYN_BROWSE].begun++;
    return rep;
}

static void given_a_lost_request_on_a_billed_day_when_reduced_then_the_results_are_invalid(void **state)
{
    assert_true(synthetic_finish(&run, broken_replicate));
    assert_non_null(run.results.violation);
}

static void given_days_without_a_type_when_reduced_then_a_warning_names_the_month(void **state)
{
    run.sc->day_types[0].months = 1u; /* nothing fills the rest of the year */
    assert_true(synthetic_finish(&run, synthetic_replicate));
    bool february = false;
    for (int i = 0; i < run.results.warning_count; i++)
        february |= strstr(run.results.warnings[i], "February") != NULL;
    assert_true(february);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(given_five_replications_when_reduced_then_counts_are_sums_and_conserved, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_requests_in_flight_when_reduced_then_availability_leaves_them_out, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_no_failure_when_reduced_then_the_interval_is_one_sided_and_has_a_width,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_a_series_when_reduced_then_no_interval_leaves_the_range_of_its_figure,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_six_bad_minutes_when_reduced_then_they_are_counted_against_the_objective,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_exponential_latency_when_pooled_then_p99_is_covered_by_a_narrow_interval,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_a_fault_when_reduced_then_its_times_are_means_and_the_slowest_is_kept,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            given_limits_when_reduced_then_the_nearest_comes_first_with_its_worst_replication, set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_several_resources_when_reduced_then_the_first_has_the_components_name,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_failed_orders_when_reduced_then_their_value_is_what_the_scenario_says,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_the_same_seed_when_run_twice_then_the_fingerprint_is_the_same, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_a_lost_request_on_a_billed_day_when_reduced_then_the_results_are_invalid,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_days_without_a_type_when_reduced_then_a_warning_names_the_month, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
