/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/binomial.h"

#include <math.h>

#include "sim/number.h"

/* What Stirling's formula misses of ln k!, k >= 1; the next term of the series is below 1e-16 from 16 on. */
static double stirling_error(double k)
{
    static const double HALF_LN_2PI = 0x1.d67f1c864beb5p-1;
    if (k < 16.0) {
        double factorial = 1.0; /* exact */
        for (double i = 2.0; i <= k; i += 1.0)
            factorial *= i;
        return number_log(factorial) - (k + 0.5) * number_log(k) + k - HALF_LN_2PI;
    }
    const double k2 = k * k;
    return (1.0 / 12 - (1.0 / 360 - (1.0 / 1260 - (1.0 / 1680 - 1.0 / 1188 / k2) / k2) / k2) / k2) / k;
}

/* x ln(x / mean) + mean - x. Near the mean by the series of atanh, where the sum would cancel. */
static double deviance(double x, double mean)
{
    const double v = (x - mean) / (x + mean);
    if (fabs(v) > 0.1)
        return x * number_log(x / mean) + mean - x;
    double sum = (x - mean) * v, power = 2.0 * x * v, before;
    int odd = 1;
    do {
        before = sum;
        power *= v * v;
        odd += 2;
        sum += power / odd;
    } while (sum != before);
    return sum;
}

/* ln(1 - p), where q is 1 - p, rounded: what the rounding took is put back. */
static double log_failure(double p, double q)
{
    return q < 0.5 ? number_log(q) : number_log(q) + ((1.0 - q) - p) / q;
}

/* P(X = k), k < n. */
static double probability(double n, double p, double q, double k)
{
    static const double TWO_PI = 0x1.921fb54442d18p+2;
    if (k == 0.0)
        return number_exp(n * log_failure(p, q));
    const double exponent = stirling_error(n) - stirling_error(k) - stirling_error(n - k) - deviance(k, n * p) -
                            deviance(n - k, n * q);
    return sqrt(n / (TWO_PI * k * (n - k))) * number_exp(exponent);
}

/* P(X <= k) / P(X = k): the terms to the left of k, until they no longer count. */
static double sum_below(double n, double odds_against, double k)
{
    double sum = 1.0, term = 1.0;
    for (double i = k; i >= 1.0 && term > 0x1p-60 * sum; i -= 1.0) {
        term *= i * odds_against / (n - i + 1.0);
        sum += term;
    }
    return sum;
}

/* Close to the quantile: the normal one, corrected for skewness. Any start is right, a near one is quick. */
static double first_guess(double n, double p, double q, double u)
{
    const double mean = n * p;
    if (mean < 10.0)
        return 0.0;
    const double z = number_normal_quantile(u);
    const double guess = floor(mean + z * sqrt(mean * q) + (q - p) * (z * z - 1.0) / 6.0);
    return guess < 0.0 ? 0.0 : guess > n - 1.0 ? n - 1.0 : guess;
}

/* The smallest k with u <= P(X <= k), for u <= 1/2; p + q = 1, and the smaller of the two is exact. */
static double lower_quantile(double n, double p, double q, double u)
{
    const double odds_against = q / p;
    double k = first_guess(n, p, q, u);
    double here = probability(n, p, q, k);
    double up_to = here * sum_below(n, odds_against, k);
    while (k > 0.0 && up_to - here >= u) {
        up_to -= here;
        here *= k * odds_against / (n - k + 1.0);
        k -= 1.0;
    }
    while (k < n && up_to < u) {
        k += 1.0;
        here *= (n - k + 1.0) / (k * odds_against);
        up_to += here;
    }
    return k;
}

uint64_t binomial_quantile(uint64_t n, double p, double u)
{
    if (n == 0 || !(p > 0.0))
        return 0;
    if (p >= 1.0)
        return n;
    if (u <= 0.5)
        return (uint64_t)lower_quantile((double)n, p, 1.0 - p, u);
    return n - (uint64_t)lower_quantile((double)n, 1.0 - p, p, 1.0 - u); /* the failures, whose lower tail it is */
}
