/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>

#include "sim/draw.h"
#include "sim/number.h"

enum { POINTS = 200000 };

static const struct draw_key KEY = { 1, 2 };

static double unit(uint64_t i)
{
    return draw_unit(draw_at(KEY, i, 0, 0).a);
}

static double relative_error(long double ours, long double exact)
{
    return exact == 0.0L ? (double)fabsl(ours) : (double)fabsl((ours - exact) / exact);
}

/* 1 ulp is at least 2^-53 and at most 2^-52 of a number; long double gives the reference 11 bits more. */
static void given_any_positive_number_when_taking_its_log_then_it_is_within_4_ulp(void **state)
{
    double worst = 0.0;
    for (uint64_t i = 0; i < POINTS; i++) {
        const double wide = (double)expl((long double)(unit(i) - 0.5) * 1400.0L);
        const double near_one = 1.0 + (unit(i) - 0.5) * 0x1p-20;
        worst = fmax(worst, relative_error(number_log(wide), logl(wide)));
        worst = fmax(worst, relative_error(number_log(near_one), logl(near_one)));
    }
    assert_true(worst <= 4.0 * 0x1p-53);
    assert_true(number_log(1.0) == 0.0);
    assert_true(fabs(number_log(0x1p-1074) + 1074 * log(2.0)) < 1e-12);
}

static void given_a_row_of_numbers_when_taking_their_logs_then_the_bits_are_those_of_each_alone(void **state)
{
    double row[77], alone[77];
    for (uint32_t i = 0; i < 77; i++) {
        row[i] = ldexp(unit(i) + 0x1p-60, (int)(i % 40) - 20);
        alone[i] = number_log(row[i]);
    }
    number_log_row(row, 77);
    assert_memory_equal(row, alone, sizeof row);
}

static void given_any_exponent_when_raising_e_then_it_is_within_4_ulp(void **state)
{
    double worst = 0.0;
    for (uint64_t i = 0; i < POINTS; i++) {
        const double x = (unit(i) - 0.5) * 1410.0;
        worst = fmax(worst, relative_error(number_exp(x), expl(x)));
    }
    assert_true(worst <= 4.0 * 0x1p-53);
    assert_true(number_exp(0.0) == 1.0);
}

static void given_extreme_exponents_when_raising_e_then_it_ends_at_zero_and_infinity(void **state)
{
    assert_true(number_exp(-746.0) == 0.0);
    assert_true(number_exp(-745.0) == 0x1p-1074);
    assert_true(isfinite(number_exp(709.78)));
    assert_true(isinf(number_exp(709.8)));
}

static void given_powers_when_compared_with_long_double_then_the_stated_error_holds(void **state)
{
    for (uint64_t i = 0; i < POINTS / 10; i++) {
        const double x = (double)expl((long double)(unit(i) - 0.5) * 60.0L);
        const double y = (unit(i + POINTS) - 0.5) * 10.0;
        const double bound = (1.0 + fabs(y * log(x))) * 0x1p-51;
        assert_true(relative_error(number_pow(x, y), powl(x, y)) <= bound);
    }
}

static void given_positive_numbers_when_taking_log_gamma_then_the_stated_error_holds(void **state)
{
    for (uint64_t i = 0; i < POINTS / 10; i++) {
        const double x = 0.01 + unit(i) * 100.0;
        const double bound = 1e-13 * fmax(1.0, x * log(x));
        assert_true((double)fabsl(number_log_gamma(x) - lgammal(x)) <= bound);
    }
}

/* GSL's own error near 0.5 and in the tails is a few ulp; 1e-14 leaves room for both. */
static void given_any_probability_when_taking_the_normal_quantile_then_it_is_gsls(void **state)
{
    for (uint64_t i = 0; i < POINTS; i++) {
        const double p = i % 2 ? unit(i) : (double)expl(-36.0L * (long double)unit(i));
        if (p < 1.0)
            assert_true(relative_error(number_normal_quantile(p), gsl_cdf_ugaussian_Pinv(p)) < 1e-14);
    }
    assert_true(number_normal_quantile(0.5) == 0.0);
    assert_true(number_normal_quantile(0.25) == -number_normal_quantile(0.75));
}

/* A fixed number pins the bits: a compiler that fuses or reorders shows here. FNV-1a over the results. */
static void given_fixed_arguments_when_computed_then_the_bits_are_always_the_same(void **state)
{
    uint64_t hash = UINT64_C(0xcbf29ce484222325);
    for (uint64_t i = 0; i < 1000; i++) {
        const double u = unit(i);
        const double results[3] = { number_log(u), number_exp(20.0 * u - 10.0), number_normal_quantile(u) };
        for (int k = 0; k < 3; k++) {
            union {
                double x;
                uint64_t bits;
            } value = { .x = results[k] };
            hash = (hash ^ value.bits) * UINT64_C(0x100000001b3);
        }
    }
    assert_int_equal(hash, UINT64_C(0x8788c6d284815037)); /* golden */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_any_positive_number_when_taking_its_log_then_it_is_within_4_ulp),
        cmocka_unit_test(given_a_row_of_numbers_when_taking_their_logs_then_the_bits_are_those_of_each_alone),
        cmocka_unit_test(given_any_exponent_when_raising_e_then_it_is_within_4_ulp),
        cmocka_unit_test(given_extreme_exponents_when_raising_e_then_it_ends_at_zero_and_infinity),
        cmocka_unit_test(given_powers_when_compared_with_long_double_then_the_stated_error_holds),
        cmocka_unit_test(given_positive_numbers_when_taking_log_gamma_then_the_stated_error_holds),
        cmocka_unit_test(given_any_probability_when_taking_the_normal_quantile_then_it_is_gsls),
        cmocka_unit_test(given_fixed_arguments_when_computed_then_the_bits_are_always_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
