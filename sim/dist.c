/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sampling: quantiles and moments. Reading the notation is in dist_parse.c. */
#include "sim/dist.h"

#include <math.h>

#include "sim/base/check.h"
#include "sim/number.h"

struct dist dist_constant(sim_time ns)
{
    return (struct dist){ .kind = DIST_CONSTANT, .a = (double)ns, .mean_ns = (double)ns, .text = "" };
}

/* The quantile of the exponential distribution of mean 1. 1 - u is exact for the numbers of draw_unit(). */
static double unit_exponential(double u)
{
    return u < 0x1p-53 ? u : -number_log(1.0 - u);
}

static double lerp_normal_scores(const struct dist *dist, double u)
{
    const double cells = dist->table_count - 1;
    const double at = (number_normal_quantile(u) + DIST_SCORE_MAX) * (cells / (2.0 * DIST_SCORE_MAX));
    if (!(at > 0.0))
        return dist->table[0];
    if (at >= cells)
        return dist->table[dist->table_count - 1];
    const uint32_t cell = (uint32_t)at;
    return dist->table[cell] + (dist->table[cell + 1] - dist->table[cell]) * (at - cell);
}

/* Each value with the same probability: no value is invented, and the mean is the file's mean. */
static double pick_value(const struct dist *dist, double u)
{
    const uint32_t i = (uint32_t)(u * dist->table_count);
    return dist->table[i < dist->table_count ? i : dist->table_count - 1];
}

static double quantile_ns(const struct dist *dist, double u)
{
    switch (dist->kind) {
    case DIST_CONSTANT: return dist->a;
    case DIST_EXPONENTIAL: return dist->a * unit_exponential(u);
    case DIST_LOGNORMAL: return number_exp(dist->a + dist->b * number_normal_quantile(u));
    case DIST_GAMMA: return lerp_normal_scores(dist, u);
    case DIST_WEIBULL: return dist->a * number_pow(unit_exponential(u), dist->b);
    case DIST_PARETO: return dist->a * number_exp(dist->b * unit_exponential(u));
    case DIST_UNIFORM: return dist->a + dist->b * u;
    case DIST_EMPIRICAL: return pick_value(dist, u);
    }
    CHECK(false, "no such distribution");
    return 0.0;
}

double dist_quantile_ns(const struct dist *dist, double u)
{
    const double x = quantile_ns(dist, u);
    return x < DIST_MAX_NS ? x : DIST_MAX_NS;
}
