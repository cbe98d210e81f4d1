/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>

#include "sim/base/compiler.h"
#include "sim/gamma_table.h"

static const double SHAPES[] = { 0.04, 0.3, 0.5, 1.0, 1.7, 25.0, 400.0, 10000.0 };

static void given_shapes_when_both_tails_are_computed_then_they_are_gsls(void **state)
{
    for (size_t i = 0; i < ARRAY_LEN(SHAPES); i++) {
        const double a = SHAPES[i], bound = 1e-12 * fmax(1.0, a);
        for (double factor = 0.3; factor < 3.0; factor *= 1.1) {
            const double x = a * factor, p = gsl_cdf_gamma_P(x, a, 1.0), q = gsl_cdf_gamma_Q(x, a, 1.0);
            if (p > 1e-200 && q > 1e-12)
                assert_true(fabs(exp(gamma_log_lower(a, x)) / p - 1.0) < bound);
            if (q > 1e-200 && p > 1e-12)
                assert_true(fabs(exp(gamma_log_upper(a, x)) / q - 1.0) < bound + 1e-14 / q);
        }
    }
}

/* A quantile is right when GSL's distribution function maps it back to its score. */
static void given_shapes_when_a_table_is_filled_then_its_quantiles_map_back(void **state)
{
    enum { COUNT = 129 };
    for (size_t i = 0; i < ARRAY_LEN(SHAPES); i++) {
        const double a = SHAPES[i];
        double table[COUNT];
        gamma_table_fill(table, COUNT, 8.3, a, 2.0);
        for (int k = 0; k < COUNT; k++) {
            const double score = 8.3 * (k - COUNT / 2) / (COUNT / 2);
            assert_true(k == 0 || table[k] > table[k - 1] || table[k] < 1e-300);
            if (table[k] < 1e-300)
                continue; /* a shape near 0 has quantiles below every positive number */
            const double expected = score < 0.0 ? gsl_cdf_ugaussian_P(score) : gsl_cdf_ugaussian_Q(score);
            const double tail = score < 0.0 ? gsl_cdf_gamma_P(table[k], a, 2.0) : gsl_cdf_gamma_Q(table[k], a, 2.0);
            assert_true(fabs(tail / expected - 1.0) < 1e-10 * fmax(1.0, a));
        }
    }
}

/* Shape 1 is the exponential distribution: -ln of the upper tail. */
static void given_shape_one_when_a_table_is_filled_then_it_is_exponential(void **state)
{
    enum { COUNT = 65 };
    double table[COUNT];
    gamma_table_fill(table, COUNT, 8.0, 1.0, 1.0);
    for (int k = 0; k < COUNT; k++) {
        const double exact = -log(gsl_cdf_ugaussian_Q(8.0 * (k - COUNT / 2) / (COUNT / 2)));
        assert_true(fabs(table[k] - exact) <= 1e-12 * fmax(1.0, exact));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_shapes_when_both_tails_are_computed_then_they_are_gsls),
        cmocka_unit_test(given_shapes_when_a_table_is_filled_then_its_quantiles_map_back),
        cmocka_unit_test(given_shape_one_when_a_table_is_filled_then_it_is_exponential),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
