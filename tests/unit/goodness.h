/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * goodness -- p-values of goodness-of-fit tests: two-sided, so that "too good" is small as well.
 */
#ifndef HEADROOM_GOODNESS_H
#define HEADROOM_GOODNESS_H

#include <math.h>
#include <stdlib.h>

#include <gsl/gsl_cdf.h>

static inline double two_sided(double lower, double upper)
{
    return 2.0 * fmin(lower, upper);
}

static inline double p_of_chi_square(double statistic, double freedom)
{
    return two_sided(gsl_cdf_chisq_P(statistic, freedom), gsl_cdf_chisq_Q(statistic, freedom));
}

/* Pearson's test of counts with equal expectations. */
static inline double p_of_equal_counts(const double *count, int cells, double total)
{
    double statistic = 0.0;
    for (int i = 0; i < cells; i++)
        statistic += (count[i] - total / cells) * (count[i] - total / cells) / (total / cells);
    return p_of_chi_square(statistic, cells - 1);
}

static inline int goodness_compare(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Kolmogorov's test that the n >= 30 numbers are uniform in (0, 1); sorts them. Stephens' form for finite n. */
static inline double p_of_kolmogorov(double *u, int n)
{
    qsort(u, (size_t)n, sizeof *u, goodness_compare);
    double distance = 0.0;
    for (int i = 0; i < n; i++)
        distance = fmax(distance, fmax((i + 1.0) / n - u[i], u[i] - (double)i / n));
    const double root = sqrt((double)n), scaled = (root + 0.12 + 0.11 / root) * distance;
    if (scaled < 0.3)
        return 1e-5; /* the distribution function is below 1e-5: too good */
    double above = 0.0;
    for (int k = 1; k <= 100; k++)
        above += (k % 2 ? 2.0 : -2.0) * exp(-2.0 * k * k * scaled * scaled);
    return two_sided(1.0 - above, above);
}

#endif
