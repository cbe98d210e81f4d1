/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every oracle of analysis/oracles/, and its mutant. The table is run once; the tests ask about its results.
 *
 * Called with --markdown it writes docs/validation.md to stdout instead; the last test compares the two.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/oracles/experiment.h"

enum { ROWS_MAX = 256, ORACLES_MIN = 40 };

static struct row {
    const struct chapter *chapter;
    const struct experiment *e;
    const struct oracle *o;
    struct oracle_result result, mutant;
} rows[ROWS_MAX];
static int row_count;

/* The first half of the replications: enough for a mutant to be seen, and a quarter less to wait for. */
static void run_mutant(const struct experiment *e, struct oracle_result *results)
{
    struct experiment half = *e;
    half.replications /= 2;
    experiment_run(&half, ORACLE_MUTANT_RATE, 0, results);
}

static void run_table(void)
{
    for (const struct chapter *c = oracle_chapters; c->title; c++)
        for (const struct experiment *e = c->experiments; e->system; e++) {
            struct oracle_result results[ORACLE_FIGURES_MAX], mutants[ORACLE_FIGURES_MAX];
            experiment_run(e, 1.0, 0, results);
            run_mutant(e, mutants);
            for (int i = 0; i < experiment_oracles(e) && row_count < ROWS_MAX; i++)
                rows[row_count++] = (struct row){ c, e, &e->oracles[i], results[i], mutants[i] };
        }
}

static void complain(const struct row *row, const struct oracle_result *result)
{
    if (row->o != row->e->oracles)
        fprintf(stderr, "%s\n", row->e->system);
    oracle_print(row->e, row->o, result, stderr);
}

static void given_the_table_when_counted_then_it_has_forty_oracles_of_systems_with_names_of_their_own(void **state)
{
    assert_in_range(row_count, ORACLES_MIN, ROWS_MAX - 1);
    for (int i = 1; i < row_count; i++)
        for (int k = 0; k < i; k++)
            assert_true(rows[i].e == rows[k].e || strcmp(rows[i].e->system, rows[k].e->system) != 0);
}

static void given_an_oracle_when_simulated_then_the_interval_contains_the_theory(void **state)
{
    int missed = 0;
    for (int i = 0; i < row_count; i++) {
        missed += !rows[i].result.covers;
        if (!rows[i].result.covers)
            complain(&rows[i], &rows[i].result);
    }
    assert_int_equal(missed, 0);
}

static void given_an_oracle_when_simulated_then_the_interval_is_as_narrow_as_demanded(void **state)
{
    int wide = 0;
    for (int i = 0; i < row_count; i++) {
        wide += !rows[i].result.precise;
        if (!rows[i].result.precise)
            complain(&rows[i], &rows[i].result);
    }
    assert_int_equal(wide, 0);
}

static void given_a_rate_two_percent_low_when_simulated_then_every_oracle_notices(void **state)
{
    int unnoticed = 0;
    for (int i = 0; i < row_count; i++) {
        unnoticed += rows[i].mutant.covers;
        if (rows[i].mutant.covers)
            complain(&rows[i], &rows[i].mutant);
    }
    assert_int_equal(unnoticed, 0);
}

/* So does the widest interval that the row would have accepted, were it in the mutant's place. */
static void given_a_rate_two_percent_low_when_the_interval_is_as_wide_as_allowed_then_it_still_misses(void **state)
{
    for (int i = 0; i < row_count; i++) {
        const double theory = rows[i].result.theory, displaced = fabs(rows[i].mutant.ci.mean - theory);
        if (displaced <= (rows[i].o->precision + rows[i].o->allowance) * fabs(theory))
            complain(&rows[i], &rows[i].mutant);
        assert_true(displaced > (rows[i].o->precision + rows[i].o->allowance) * fabs(theory));
    }
}

static void write_page(FILE *out)
{
    oracle_page_begin(out);
    for (int i = 0; i < row_count; i++) {
        if (i == 0 || rows[i].chapter != rows[i - 1].chapter)
            oracle_page_chapter(rows[i].chapter, out);
        oracle_page_row(rows[i].e, rows[i].o, &rows[i].result, &rows[i].mutant, out);
    }
}

/* The simulation gives the same bits everywhere, and five digits leave room for libm in the theory. */
static void given_the_page_when_compared_with_the_table_then_it_is_current(void **state)
{
    FILE *page = fopen("docs/validation.md", "r"), *fresh = tmpfile();
    assert_non_null(page);
    assert_non_null(fresh);
    write_page(fresh);
    rewind(fresh);
    char expected[1024], actual[1024];
    while (fgets(expected, sizeof expected, fresh)) {
        assert_non_null(fgets(actual, sizeof actual, page));
        assert_string_equal(actual, expected);
    }
    assert_null(fgets(actual, sizeof actual, page));
    fclose(fresh);
    fclose(page);
}

int main(int argc, char **argv)
{
    run_table();
    if (argc > 1 && !strcmp(argv[1], "--markdown")) {
        write_page(stdout);
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_the_table_when_counted_then_it_has_forty_oracles_of_systems_with_names_of_their_own),
        cmocka_unit_test(given_an_oracle_when_simulated_then_the_interval_contains_the_theory),
        cmocka_unit_test(given_an_oracle_when_simulated_then_the_interval_is_as_narrow_as_demanded),
        cmocka_unit_test(given_a_rate_two_percent_low_when_simulated_then_every_oracle_notices),
        cmocka_unit_test(given_a_rate_two_percent_low_when_the_interval_is_as_wide_as_allowed_then_it_still_misses),
        cmocka_unit_test(given_the_page_when_compared_with_the_table_then_it_is_current),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
