/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#include "sim/draw_rng.h"

static const struct draw_key KEY = { 21, 22 };

static void given_the_same_place_when_started_again_then_the_numbers_repeat(void **state)
{
    struct draw_rng a, b, elsewhere;
    draw_rng_init(&a, KEY, 5, 7);
    draw_rng_init(&b, KEY, 5, 7);
    draw_rng_init(&elsewhere, KEY, 6, 7);
    int differ = 0;
    for (int i = 0; i < 100; i++) {
        const unsigned long number = gsl_rng_get(&a.rng);
        assert_int_equal(number, gsl_rng_get(&b.rng));
        differ += number != gsl_rng_get(&elsewhere.rng);
    }
    assert_true(differ > 95);
}

/* Chi-square of the 32-bit numbers and of the doubles over 100 cells each, two-sided at 0.001. */
static void given_many_numbers_when_counted_then_they_are_uniform(void **state)
{
    enum { CELLS = 100, NUMBERS = 100000 };
    double count[2][CELLS] = { { 0.0 } };
    struct draw_rng d;
    draw_rng_init(&d, KEY, 1, 2);
    for (int i = 0; i < NUMBERS; i++) {
        count[0][(uint64_t)gsl_rng_get(&d.rng) * CELLS >> 32]++;
        const double u = gsl_rng_uniform(&d.rng);
        assert_true(u > 0.0 && u < 1.0);
        count[1][(int)(u * CELLS)]++;
    }
    for (int k = 0; k < 2; k++) {
        double chi2 = 0.0;
        for (int i = 0; i < CELLS; i++)
            chi2 += (count[k][i] - NUMBERS / CELLS) * (count[k][i] - NUMBERS / CELLS) / (NUMBERS / CELLS);
        assert_true(chi2 < gsl_cdf_chisq_Pinv(0.9995, CELLS - 1) && chi2 > gsl_cdf_chisq_Pinv(0.0005, CELLS - 1));
    }
}

/* What it is for: GSL's binomial counts. Mean n p; 4,000 samples at level 0.999, narrower than 1 %. */
static void given_a_binomial_count_when_sampled_by_gsl_then_its_mean_is_right(void **state)
{
    enum { SAMPLES = 4000, N = 1000 };
    const double p = 0.3, sd = sqrt(N * p * (1.0 - p));
    double sum = 0.0;
    for (uint64_t i = 0; i < SAMPLES; i++) {
        struct draw_rng d;
        draw_rng_init(&d, KEY, i, 9);
        sum += gsl_ran_binomial(&d.rng, p, N);
    }
    const double half_width = gsl_cdf_ugaussian_Pinv(0.9995) * sd / sqrt(SAMPLES);
    assert_true(half_width < 0.01 * N * p);
    assert_true(fabs(sum / SAMPLES - N * p) < half_width);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_the_same_place_when_started_again_then_the_numbers_repeat),
        cmocka_unit_test(given_many_numbers_when_counted_then_they_are_uniform),
        cmocka_unit_test(given_a_binomial_count_when_sampled_by_gsl_then_its_mean_is_right),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
