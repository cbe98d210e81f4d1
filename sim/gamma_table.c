/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/gamma_table.h"

#include <math.h>
#include <stdbool.h>

#include "sim/base/check.h"
#include "sim/number.h"

enum { TERMS_MAX = 100000, STEPS_MAX = 200 };

/* ln of x^a e^-x / Gamma(a), the factor that series and continued fraction share; log_x, because quantiles of small
 * shapes lie below every positive double. */
static double log_prefix(double a, double log_x)
{
    return a * log_x - number_exp(log_x) - number_log_gamma(a);
}

/* P without its prefix: the sum of x^n / (a (a + 1) ... (a + n)). For x < a + 1, where it converges quickly. */
static double lower_series(double a, double x)
{
    double term = 1.0 / a, sum = term;
    for (int n = 1; n < TERMS_MAX && term > sum * 0x1p-54; n++) {
        term *= x / (a + n);
        sum += term;
    }
    return sum;
}

/* Q without its prefix: 1 / (x + 1 - a - 1 (1 - a) / (x + 3 - a - 2 (2 - a) / ...)), by Lentz's method; x >= a + 1. */
static double upper_fraction(double a, double x)
{
    double b = x + 1.0 - a, c = 1e300, d = 1.0 / b, value = d;
    for (int n = 1; n < TERMS_MAX; n++) {
        const double numerator = -n * (n - a);
        b += 2.0;
        d = 1.0 / (numerator * d + b);
        c = b + numerator / c;
        value *= c * d;
        if (fabs(c * d - 1.0) < 0x1p-52)
            break;
    }
    return value;
}

static double log_lower(double a, double log_x)
{
    const double prefix = log_prefix(a, log_x), x = number_exp(log_x);
    if (x < a + 1.0)
        return prefix + number_log(lower_series(a, x));
    return number_log(1.0 - number_exp(prefix) * upper_fraction(a, x));
}

static double log_upper(double a, double log_x)
{
    const double prefix = log_prefix(a, log_x), x = number_exp(log_x);
    if (x >= a + 1.0)
        return prefix + number_log(upper_fraction(a, x));
    return number_log(1.0 - number_exp(prefix) * lower_series(a, x));
}

double gamma_log_lower(double shape, double x)
{
    return log_lower(shape, number_log(x));
}

double gamma_log_upper(double shape, double x)
{
    return log_upper(shape, number_log(x));
}

/* The ln x at which the tail is exp(target), from a neighbour's. */
static double solve(double (*log_tail)(double, double), double sign, double shape, double target, double y)
{
    for (int step = 0; step < STEPS_MAX; step++) {
        const double tail = log_tail(shape, y);
        const double slope = sign * number_exp(log_prefix(shape, y) - tail); /* d ln tail / d ln x */
        const double change = (target - tail) / slope;
        y += fmin(fmax(change, -20.0 / shape - 1.0), 1.0);
        if (fabs(change) < 1e-8) /* the error is of the order of its square */
            return y;
    }
    CHECK(false, "a quantile of the gamma distribution was not found");
    return y;
}

/* ln of the standard normal probability beyond `score` >= 0. */
static double log_normal_tail(double score)
{
    const double half = number_log(0.5);
    return score > 0.0 ? half + gamma_log_upper(0.5, 0.5 * score * score) : half;
}

void gamma_table_fill(double *table, int count, double score_max, double shape, double scale)
{
    const int middle = count / 2;
    const double step = score_max / middle;
    const double median = solve(log_lower, 1.0, shape, log_normal_tail(0.0), number_log(shape));
    double low = median, high = median;
    for (int i = 0; i <= middle; i++) {
        const double target = log_normal_tail(i * step);
        low = solve(log_lower, 1.0, shape, target, low);
        high = solve(log_upper, -1.0, shape, target, high);
        table[middle - i] = scale * number_exp(low);
        table[middle + i] = scale * number_exp(high);
    }
}
