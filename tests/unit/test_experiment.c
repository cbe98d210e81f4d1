/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Judging: what an oracle says about values that are known in advance. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/oracles/experiment.h"
#include "sim/draw.h"

static const char *const FIGURES[][2] = { { "plain figure", NULL }, { "figure at ", " s" } };

/* Uniform between 9 and 11 times the rate: mean 10, standard deviation 1 / sqrt(3). */
static void simulate(const struct experiment *e, double rate, uint32_t replication, double *values)
{
    const struct draw_key key = draw_key_make(experiment_seed(e), replication);
    for (int i = 0; i < experiment_oracles(e); i++)
        values[i] = rate * (9.0 + 2.0 * draw_unit(draw_at(key, 0, 0, 0).a));
}

static const struct model_kind kind = { FIGURES, simulate };

static double at_itself(const struct experiment *e, double at)
{
    return at;
}

static const struct experiment experiment = {
    .system = "uniform",
    .kind = &kind,
    .replications = 100,
    .oracles = { { 0, 10.0, at_itself, "", "", .precision = 0.05 },
                 { 1, 11.5, at_itself, "", "", .precision = 0.05 },
                 { 1, 11.5, at_itself, "", "", .precision = 0.05, .allowance = 0.2 },
                 { 1, 10.0, at_itself, "", "", .precision = 0.001 } },
};

static void given_a_theory_inside_the_interval_when_judged_then_it_is_covered(void **state)
{
    struct oracle_result r[ORACLE_FIGURES_MAX];
    experiment_run(&experiment, 1.0, 0, r);
    assert_true(r[0].covers && r[0].precise);
    assert_true(r[0].ci.lo < 10.0 && 10.0 < r[0].ci.hi);
    /* 3.39 standard errors of 1 / sqrt(300) each, give or take the sample's */
    assert_true(fabs(ci_half_width(r[0].ci) - 3.39 / sqrt(300.0)) < 0.03);
}

static void given_a_theory_outside_when_judged_then_it_is_missed_unless_that_much_is_allowed(void **state)
{
    struct oracle_result r[ORACLE_FIGURES_MAX];
    experiment_run(&experiment, 1.0, 0, r);
    assert_false(r[1].covers);
    assert_true(r[2].covers);
}

static void given_an_interval_wider_than_demanded_when_judged_then_it_is_not_precise(void **state)
{
    struct oracle_result r[ORACLE_FIGURES_MAX];
    experiment_run(&experiment, 1.0, 0, r);
    assert_true(r[3].covers);
    assert_false(r[3].precise);
}

static void given_a_mutant_when_judged_then_the_theory_is_missed(void **state)
{
    struct oracle_result r[ORACLE_FIGURES_MAX];
    experiment_run(&experiment, 0.95, 0, r);
    assert_false(r[0].covers);
}

static void given_more_threads_when_run_then_the_bits_are_the_same(void **state)
{
    struct oracle_result one[ORACLE_FIGURES_MAX], three[ORACLE_FIGURES_MAX];
    experiment_run(&experiment, 1.0, 1, one);
    experiment_run(&experiment, 1.0, 3, three);
    assert_true(one[0].ci.mean == three[0].ci.mean && one[0].ci.lo == three[0].ci.lo);
}

static void given_a_figure_that_is_about_an_instant_when_named_then_it_says_which(void **state)
{
    char buffer[96];
    assert_string_equal(oracle_figure(&experiment, &experiment.oracles[0], buffer, sizeof buffer), "plain figure");
    assert_string_equal(oracle_figure(&experiment, &experiment.oracles[1], buffer, sizeof buffer), "figure at 11.5 s");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_a_theory_inside_the_interval_when_judged_then_it_is_covered),
        cmocka_unit_test(given_a_theory_outside_when_judged_then_it_is_missed_unless_that_much_is_allowed),
        cmocka_unit_test(given_an_interval_wider_than_demanded_when_judged_then_it_is_not_precise),
        cmocka_unit_test(given_a_mutant_when_judged_then_the_theory_is_missed),
        cmocka_unit_test(given_more_threads_when_run_then_the_bits_are_the_same),
        cmocka_unit_test(given_a_figure_that_is_about_an_instant_when_named_then_it_says_which),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
