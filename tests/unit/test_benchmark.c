/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Rounds, medians, ratios and verdicts, of figures that are known in advance; and the processes that measure. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/benchmarks/benchmark.h"
#include "analysis/benchmarks/child.h"
#include "sim/base/compiler.h"

/* Round r finds 10, 30, 20 for the limit, twice and half of that for the others, and once nothing for the last. */
static bool known_round(struct bench_run *run, double *values)
{
    static const double limit[] = { 10, 30, 20 };
    values[0] = 5.0;
    values[1] = limit[run->round];
    values[2] = 2.0 * limit[run->round];
    values[3] = 0.5 * limit[run->round];
    if (run->round != 1)
        values[4] = 7.0;
    return true;
}

static const struct benchmark KNOWN = {
    .name = "known",
    .title = "known figures",
    .rounds = 3,
    .round = known_round,
    .rows = { { .name = "nothing above" },
              { .name = "limit", .limit = true },
              { .name = "twice", .ratio_at_most = 1.9 },
              { .name = "half", .ratio_at_most = 2.0, .stretch = 0.6 },
              { .name = "alone", .alone = true, .at_least = 7.5, .at_most = 8.5 } },
};

static void given_known_rounds_when_they_are_summarised_then_medians_and_ratios_are_theirs(void **state)
{
    const struct bench_options options = { .rounds = 0 };
    struct bench_result result;
    assert_true(benchmark_run(&KNOWN, &options, &result));
    assert_int_equal(result.rounds, 3);
    assert_true(result.figures[1].median == 20.0 && result.figures[1].low == 10.0 && result.figures[1].high == 30.0);
    assert_true(result.figures[2].median == 40.0 && result.figures[2].ratio == 2.0);
    assert_true(result.figures[3].ratio == 0.5);
    assert_true(isnan(result.figures[0].ratio) && isnan(result.figures[1].ratio) && isnan(result.figures[4].ratio));
    assert_true(result.figures[4].measured && result.figures[4].median == 7.0);
}

static void given_expectations_when_figures_are_judged_then_bounds_count_and_ratios_come_first(void **state)
{
    const struct bench_options options = { .rounds = 1 };
    struct bench_result result;
    assert_true(benchmark_run(&KNOWN, &options, &result));
    assert_int_equal(benchmark_verdict(&KNOWN.rows[0], &result.figures[0]), BENCH_NOTHING_EXPECTED);
    assert_int_equal(benchmark_verdict(&KNOWN.rows[2], &result.figures[2]), BENCH_MISSED);
    assert_int_equal(benchmark_verdict(&KNOWN.rows[3], &result.figures[3]), BENCH_STRETCH);
    assert_int_equal(benchmark_verdict(&KNOWN.rows[4], &result.figures[4]), BENCH_MISSED);
}

static bool no_round(struct bench_run *run, double *values)
{
    strcpy(run->note, "there is nothing to measure");
    return false;
}

static void given_a_benchmark_that_cannot_be_measured_when_it_runs_then_it_says_why(void **state)
{
    const struct benchmark none = { .name = "none", .title = "", .round = no_round, .rows = { { .name = "row" } } };
    const struct bench_options options = { .rounds = 1 };
    struct bench_result result;
    assert_false(benchmark_run(&none, &options, &result));
    assert_string_equal(result.note, "there is nothing to measure");
}

/* ---- timed rows: no time is asserted, but that there is one ---- */

static uint64_t some_work(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    uint64_t found = 1;
    stopwatch_start(watch);
    for (uint64_t i = 0; i < count; i++)
        found = found * 6364136223846793005u + i;
    stopwatch_stop(watch);
    return found;
}

static uint64_t no_work(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    watch->ns = NAN;
    return 0;
}

static void given_timed_rows_when_they_run_then_what_can_be_measured_is(void **state)
{
    const struct benchmark timed = { .name = "timed",
                                     .title = "",
                                     .rows = { { .name = "some", .work = some_work, .limit = true },
                                               { .name = "none", .work = no_work } } };
    const struct bench_options options = { .quick = true, .rounds = 3 };
    struct bench_result result;
    assert_true(benchmark_run(&timed, &options, &result));
    assert_true(result.figures[0].measured && result.figures[0].median > 0.0);
    assert_false(result.figures[1].measured);
}

/* ---- processes ---- */

static bool answer(void *context, void *result)
{
    *(int *)result = *(const int *)context + 1;
    return true;
}

static bool give_up(void *context, void *result)
{
    return false;
}

static bool die(void *context, void *result)
{
    abort();
}

static void given_a_child_when_it_ends_then_its_result_or_its_failure_is_known(void **state)
{
    int question = 41, found = 0;
    assert_true(child_run(answer, &question, &found, sizeof found));
    assert_int_equal(found, 42);
    assert_false(child_run(give_up, &question, &found, sizeof found));
    assert_false(child_run(die, &question, &found, sizeof found));
    assert_true(child_peak_bytes() > 0);
}

static void given_a_program_when_it_has_run_then_its_output_and_status_are_known(void **state)
{
    char output[8];
    assert_int_equal(
        child_output((const char *const[]){ "sh", "-c", "echo 0123456789; exit 3", NULL }, output, sizeof output), 3);
    assert_string_equal(output, "0123456");
    assert_int_equal(child_output((const char *const[]){ "/nonexistent/program", NULL }, output, sizeof output), 127);
    assert_string_equal(output, "");
}

/* The user asks by name, and a row below no limit must not hope for a ratio. */
static void given_the_tables_when_they_are_read_then_names_differ_and_every_ratio_has_its_limit(void **state)
{
    const char *names[64];
    size_t count = 0;
    for (const struct benchmark *const *table = bench_tables; *table; table++)
        for (const struct benchmark *b = *table; b->name; b++) {
            for (size_t i = 0; i < count; i++)
                assert_string_not_equal(b->name, names[i]);
            names[count++] = b->name;
            for (int i = 0; i < benchmark_rows(b); i++) {
                assert_true(b->round || b->rows[i].work);
                assert_true(b->rows[i].ratio_at_most == 0.0 || benchmark_limit_of(b, i) >= 0);
            }
        }
    assert_true(count > 10);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_known_rounds_when_they_are_summarised_then_medians_and_ratios_are_theirs),
        cmocka_unit_test(given_expectations_when_figures_are_judged_then_bounds_count_and_ratios_come_first),
        cmocka_unit_test(given_a_benchmark_that_cannot_be_measured_when_it_runs_then_it_says_why),
        cmocka_unit_test(given_timed_rows_when_they_run_then_what_can_be_measured_is),
        cmocka_unit_test(given_a_child_when_it_ends_then_its_result_or_its_failure_is_known),
        cmocka_unit_test(given_a_program_when_it_has_run_then_its_output_and_status_are_known),
        cmocka_unit_test(given_the_tables_when_they_are_read_then_names_differ_and_every_ratio_has_its_limit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
