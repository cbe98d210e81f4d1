/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "tests/unit/synthetic_run.h"

static struct synthetic_run run;

static int set_up(void **state)
{
    synthetic_begin(&run);
    run.sc->replications = 4;
    return 0;
}

static int tear_down(void **state)
{
    synthetic_end(&run);
    return 0;
}

static void given_reachable_promises_when_judged_then_all_are_met_in_their_units(void **state)
{
    assert_true(synthetic_finish(&run, synthetic_replicate));
    const struct objective_summary *o = run.results.objectives;
    assert_int_equal(run.results.objective_count, 3);
    for (int i = 0; i < 3; i++)
        assert_int_equal(o[i].verdict, VERDICT_MET);
    assert_string_equal(o[0].unit, "share");
    assert_string_equal(o[1].unit, "ms");
    assert_true(o[1].limit == 400 && o[2].limit == 9000);
    assert_true(o[2].value.mean == run.results.cost.monthly_peak_usd.mean);
    assert_int_equal(results_verdict(&run.results), VERDICT_MET);
}

static void given_promises_beyond_reach_when_judged_then_they_are_missed(void **state)
{
    run.sc->objectives[0].at_least = 0.99999;
    run.sc->objectives[1].at_most = 50 * SIM_MILLISECOND;
    run.sc->objectives[2].at_most_usd_e10 = MONEY_PER_USD;
    assert_true(synthetic_finish(&run, synthetic_replicate));
    for (int i = 0; i < 3; i++)
        assert_int_equal(run.results.objectives[i].verdict, VERDICT_MISSED);
    assert_int_equal(results_verdict(&run.results), VERDICT_MISSED);
}

static void given_a_promise_inside_the_interval_when_judged_then_it_is_undecided(void **state)
{
    assert_true(synthetic_finish(&run, synthetic_replicate));
    run.sc->objectives[0].at_least = run.results.objectives[0].value.mean;
    assert_true(synthetic_finish(&run, synthetic_replicate));
    assert_int_equal(run.results.objectives[0].verdict, VERDICT_UNDECIDED);
    assert_int_equal(results_verdict(&run.results), VERDICT_UNDECIDED);
}

static void given_no_calendar_when_a_month_is_promised_then_it_is_undecided_and_says_why(void **state)
{
    run.sc->day_type_count = 0;
    assert_true(synthetic_finish(&run, synthetic_replicate));
    assert_int_equal(run.results.objectives[2].verdict, VERDICT_UNDECIDED);
    assert_non_null(strstr(run.results.objectives[2].note, "calendar"));
}

static void given_one_replication_when_judged_then_nothing_is_decided(void **state)
{
    run.sc->replications = 1;
    assert_true(synthetic_finish(&run, synthetic_replicate));
    assert_int_equal(run.results.objectives[0].verdict, VERDICT_UNDECIDED);
    assert_int_equal(run.results.objectives[1].verdict, VERDICT_UNDECIDED);
    assert_non_null(run.results.objectives[0].note);
}

/* A hundred million requests of one day are one day: when they fail, they fail together. */
static void given_one_replication_without_failures_when_judged_then_it_is_undecided(void **state)
{
    run.sc->replications = 1;
    run.sc->objectives[0].operation = "static";
    assert_true(synthetic_finish(&run, synthetic_replicate));
    assert_true(run.results.objectives[0].value.mean == 1);
    assert_false(ci_has_interval(run.results.objectives[0].value));
    assert_int_equal(run.results.objectives[0].verdict, VERDICT_UNDECIDED);
    assert_string_equal(run.results.objectives[0].note, "one replication has no interval; use at least 2");
    assert_false(results_operation(&run.results, "static")->one_sided);
}

static void given_a_percentile_with_a_fraction_when_judged_then_it_is_that_percentile(void **state)
{
    run.sc->objectives[1].percentile = 99.9;
    assert_true(synthetic_finish(&run, synthetic_replicate));
    const double p999 = results_operation(&run.results, "browse")->latency_ms[LATENCY_P999].mean;
    assert_true(fabs(run.results.objectives[1].value.mean - p999) < 1e-9 * p999); /* 99.9 / 100 is not 0.999 */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(given_reachable_promises_when_judged_then_all_are_met_in_their_units, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_promises_beyond_reach_when_judged_then_they_are_missed, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_a_promise_inside_the_interval_when_judged_then_it_is_undecided, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_no_calendar_when_a_month_is_promised_then_it_is_undecided_and_says_why,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_one_replication_when_judged_then_nothing_is_decided, set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_one_replication_without_failures_when_judged_then_it_is_undecided, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_a_percentile_with_a_fraction_when_judged_then_it_is_that_percentile,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
