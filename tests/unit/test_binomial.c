/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_randist.h>

#include "sim/binomial.h"
#include "sim/draw.h"

static const struct law {
    uint64_t n;
    double p;
} LAWS[] = {
    { 1, 0.3 },       { 1, 0.97 },       { 2, 0.5 },         { 15, 0.6 },      { 40, 0.02 },
    { 1000, 1e-6 },   { 1000, 0.3 },     { 1000, 0.99 },     { 5000, 0.0019 }, { 20000, 0.5 },
    { 100000, 0.95 }, { 3000000, 1e-7 }, { 3000000, 0.003 }, { 400000, 0.85 },
};
enum { LAW_COUNT = sizeof LAWS / sizeof LAWS[0] };

/* Whether u lies on the step of k, in the smaller tail, with room for rounding. GSL has about 1e-11 itself, and nothing
 * for a few million trials at a middling p, where its continued fraction gives up. */
static void assert_step(struct law law, uint64_t k, double u)
{
    static const double ROUNDING = 2e-10;
    const unsigned n = (unsigned)law.n, count = (unsigned)k;
    assert_true(k <= law.n);
    if (u <= 0.5) {
        assert_true(gsl_cdf_binomial_P(count, law.p, n) >= u * (1.0 - ROUNDING));
        if (k > 0)
            assert_true(gsl_cdf_binomial_P(count - 1, law.p, n) <= u * (1.0 + ROUNDING));
    } else {
        const double above = 1.0 - u;
        assert_true(gsl_cdf_binomial_Q(count, law.p, n) <= above * (1.0 + ROUNDING));
        if (k > 0)
            assert_true(gsl_cdf_binomial_Q(count - 1, law.p, n) >= above * (1.0 - ROUNDING));
    }
}

static void given_any_law_when_inverted_then_the_count_is_the_quantile(void **state)
{
    for (int i = 0; i < LAW_COUNT; i++) {
        for (int j = 1; j < 200; j++)
            assert_step(LAWS[i], binomial_quantile(LAWS[i].n, LAWS[i].p, j / 200.0), j / 200.0);
        for (int tail = 4; tail <= 40; tail++) { /* down to 1e-12 on both sides */
            const double u = ldexp(0.7, -tail);
            assert_step(LAWS[i], binomial_quantile(LAWS[i].n, LAWS[i].p, u), u);
            assert_step(LAWS[i], binomial_quantile(LAWS[i].n, LAWS[i].p, 1.0 - u), 1.0 - u);
        }
    }
}

static void given_a_larger_u_when_inverted_then_the_count_is_not_smaller(void **state)
{
    for (int i = 0; i < LAW_COUNT; i++) {
        uint64_t before = 0;
        for (int j = 1; j < 4000; j++) {
            const uint64_t k = binomial_quantile(LAWS[i].n, LAWS[i].p, j / 4000.0);
            assert_true(k >= before);
            before = k;
        }
    }
}

static void given_no_chance_or_certainty_when_inverted_then_none_or_all_succeed(void **state)
{
    assert_int_equal(binomial_quantile(0, 0.5, 0.9), 0);
    assert_int_equal(binomial_quantile(100, 0.0, 0.999), 0);
    assert_int_equal(binomial_quantile(100, -1e-17, 0.999), 0);
    assert_int_equal(binomial_quantile(100, 1.0, 0.001), 100);
    assert_int_equal(binomial_quantile(100, 1.0 + 1e-15, 0.001), 100);
    assert_int_equal(binomial_quantile(7, 0.4, 0x1p-53), 0);
    assert_int_equal(binomial_quantile(7, 0.4, 1.0 - 0x1p-53), 7);
}

/* Beyond 32 bits, where GSL's sampler ends. Within 8.3 standard deviations, which hold all but 1e-16. */
static void given_more_trials_than_32_bits_when_inverted_then_the_count_is_about_its_mean(void **state)
{
    const uint64_t n = UINT64_C(20000000000);
    const double mean = (double)n * 0.25, sd = sqrt((double)n * 0.25 * 0.75);
    assert_true(fabs((double)binomial_quantile(n, 0.25, 0.5) - mean) < 2.0);
    assert_true(fabs((double)binomial_quantile(n, 0.25, 1e-3) - (mean + gsl_cdf_ugaussian_Pinv(1e-3) * sd)) < 3.0);
}

/* Pearson's chi-square of 20,000 draws over the counts with at least 20 expected, two-sided at level 0.001 (Bonferroni,
 * all laws together); what is left over is one more cell. */
static void given_draws_when_counted_then_they_have_the_binomial_law(void **state)
{
    enum { DRAWS = 20000, WIDEST = 200 };
    static const struct law narrow[] = { { 12, 0.3 }, { 60, 0.9 }, { 400, 0.04 }, { 1200, 0.5 }, { 1000000, 4e-6 } };
    enum { NARROW = sizeof narrow / sizeof narrow[0] };
    for (int i = 0; i < NARROW; i++) {
        const unsigned n = (unsigned)narrow[i].n;
        const unsigned from = binomial_quantile(n, narrow[i].p, 1e-5) < 2
                                  ? 0u
                                  : (unsigned)binomial_quantile(n, narrow[i].p, 1e-5);
        double count[WIDEST] = { 0.0 };
        for (uint64_t j = 0; j < DRAWS; j++) {
            const uint64_t k = binomial_quantile(n, narrow[i].p, draw_unit(draw_at(draw_key_make(31, 1), j, 5, 0).a));
            count[k >= from && k - from < WIDEST - 1 ? k - from : WIDEST - 1]++;
        }
        double chi2 = 0.0, rest = DRAWS, rest_expected = DRAWS;
        int cells = 0;
        for (unsigned c = 0; c < WIDEST - 1; c++) {
            const double expected = DRAWS * gsl_ran_binomial_pdf(from + c, narrow[i].p, n);
            if (expected < 20.0)
                continue;
            chi2 += (count[c] - expected) * (count[c] - expected) / expected;
            rest -= count[c];
            rest_expected -= expected;
            cells++;
        }
        if (rest_expected > 5.0) {
            chi2 += (rest - rest_expected) * (rest - rest_expected) / rest_expected;
            cells++;
        }
        const double level = 0.001 / (2.0 * NARROW);
        assert_true(chi2 < gsl_cdf_chisq_Qinv(level, cells - 1) && chi2 > gsl_cdf_chisq_Pinv(level, cells - 1));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_any_law_when_inverted_then_the_count_is_the_quantile),
        cmocka_unit_test(given_a_larger_u_when_inverted_then_the_count_is_not_smaller),
        cmocka_unit_test(given_no_chance_or_certainty_when_inverted_then_none_or_all_succeed),
        cmocka_unit_test(given_more_trials_than_32_bits_when_inverted_then_the_count_is_about_its_mean),
        cmocka_unit_test(given_draws_when_counted_then_they_have_the_binomial_law),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
