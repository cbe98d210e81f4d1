/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dist -- distributions of durations, as a scenario writes them.
 *
 *     9ms   exp(9ms)   lognormal(mean=9ms cv=1.2)   lognormal(median=25s p95=60s)   lognormal(median=25s p99=90s)
 *     gamma(mean=22ms cv=0.8)   weibull(mean=1s shape=0.7)   pareto(min=1ms alpha=2.5)   uniform(3s 10s)
 *     empirical(file.csv)
 *
 * Sampling is inversion: one uniform, one variate, monotone. Values are nanoseconds, rounded to integers once.
 * gamma and empirical use a table built at load time (gamma: the quantiles at 4,097 equidistant normal scores in
 * [-8.3, 8.3], linear in between; error below 1e-5 of the larger of the quantile and the mean).
 */
#ifndef HEADROOM_DIST_H
#define HEADROOM_DIST_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/arena.h"
#include "sim/base/diag.h"
#include "sim/simtime.h"

enum dist_kind {
    DIST_CONSTANT,
    DIST_EXPONENTIAL,
    DIST_LOGNORMAL,
    DIST_GAMMA,
    DIST_WEIBULL,
    DIST_PARETO,
    DIST_UNIFORM,
    DIST_EMPIRICAL,
};

/* Durations end here (2^53 ns, 104 days): heavy tails do not overflow the clock. */
#define DIST_MAX_NS 0x1p53

/* Tables over normal scores reach from -DIST_SCORE_MAX to DIST_SCORE_MAX; beyond lies a probability of 2^-53. */
#define DIST_SCORE_MAX 8.3

struct dist {
    enum dist_kind kind;
    double a, b;         /* constant: ns; exp: mean; lognormal: mu, sigma of ln(ns); weibull: scale, 1/shape;
                             pareto: min, 1/alpha; uniform: low, width; tables: unused */
    const double *table; /* gamma: quantiles at the normal scores; empirical: sorted values; else NULL */
    uint32_t table_count;
    double mean_ns;            /* output */
    double scv;                /* squared coefficient of variation; INFINITY when the variance is infinite; output */
    const char *text;          /* as the user wrote it */
    const char *file, *sha256; /* empirical: the name of its file as written, and the digest of its bytes; else NULL */
};

/*
 * Reads a distribution. Errors are reported at `at` (a comma inside the parentheses is recognised and explained:
 * a comma would end the value inside a YAML { } and a --vary list). `base_dir` resolves empirical(file).
 * `out` is untouched on failure. Texts and tables live in the arena.
 */
bool dist_parse(struct dist *out, const char *text, struct mark at, const char *base_dir, struct arena *arena,
                struct diag *diag);

/* The quantile at u in (0, 1), in ns, from 0 to DIST_MAX_NS. Within 1 ns and a few ulp; see above for gamma. */
double dist_quantile_ns(const struct dist *dist, double u);

static inline sim_time dist_sample(const struct dist *dist, double u)
{
    return (sim_time)(dist_quantile_ns(dist, u) + 0.5);
}

/* The forms of the notation by example: "exp(9ms)", "lognormal(mean=9ms cv=1.2)", ... NULL behind the last one. */
const char *dist_example(size_t i);

/* A constant, for defaults built in code. */
struct dist dist_constant(sim_time ns);

#endif
