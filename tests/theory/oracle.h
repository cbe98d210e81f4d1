/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * oracle -- how the engine is held against mathematics.
 *
 * A theory test simulates independent replications, forms the t interval of their mean at level 0.999, and asks two
 * things of it: it contains the theory's value, and it is narrow enough to be able to miss it. A correct engine fails
 * one choice of seeds in a thousand; the seeds are fixed, so it fails always or never.
 */
#ifndef HEADROOM_ORACLE_H
#define HEADROOM_ORACLE_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>

#define ORACLE_LEVEL 0.999

struct ci {
    double mean, half_width;
};

static inline struct ci ci_of_mean(const double *values, int count, double level)
{
    double sum = 0.0, squares = 0.0;
    for (int i = 0; i < count; i++)
        sum += values[i];
    const double mean = sum / count;
    for (int i = 0; i < count; i++)
        squares += (values[i] - mean) * (values[i] - mean);
    const double t = gsl_cdf_tdist_Pinv(0.5 + 0.5 * level, count - 1);
    return (struct ci){ mean, t * sqrt(squares / (count - 1) / count) };
}

static inline bool ci_covers(struct ci ci, double theory)
{
    return fabs(ci.mean - theory) <= ci.half_width;
}

/* The interval contains `theory` and is narrower than +- precision * theory. */
static inline void assert_ci_covers(struct ci ci, double theory, double precision)
{
    if (!ci_covers(ci, theory) || ci.half_width > precision * fabs(theory))
        print_error("theory %.6g, simulated %.6g +- %.2g, wanted +- %.2g\n", theory, ci.mean, ci.half_width,
                    precision * fabs(theory));
    assert_true(ci_covers(ci, theory));
    assert_true(ci.half_width <= precision * fabs(theory));
}

static inline void assert_ci_misses(struct ci ci, double theory)
{
    if (ci_covers(ci, theory))
        print_error("%.6g +- %.2g does not notice that it should not be %.6g\n", ci.mean, ci.half_width, theory);
    assert_false(ci_covers(ci, theory));
}

/* Probability that all c servers are taken and an arrival is lost, offered load a: Erlang B. [KLE-1] sec. 3.6 */
static inline double erlang_b(int servers, double load)
{
    double blocked = 1.0;
    for (int k = 1; k <= servers; k++)
        blocked = load * blocked / (k + load * blocked);
    return blocked;
}

/* Probability that an arrival waits in M/M/c: Erlang C. [KLE-1] sec. 3.5 */
static inline double erlang_c(int servers, double load)
{
    const double blocked = erlang_b(servers, load);
    return servers * blocked / (servers - load * (1.0 - blocked));
}

static inline double mmc_sojourn_s(int servers, double lambda_per_s, double mu_per_s)
{
    return 1.0 / mu_per_s + erlang_c(servers, lambda_per_s / mu_per_s) / (servers * mu_per_s - lambda_per_s);
}

/* Stationary probabilities of a birth-death process with rates of departure death_per_s[1..states - 1]. */
static inline void birth_death(double lambda_per_s, const double *death_per_s, int states, double *probability)
{
    double sum = probability[0] = 1.0;
    for (int n = 1; n < states; n++)
        sum += probability[n] = probability[n - 1] * lambda_per_s / death_per_s[n];
    for (int n = 0; n < states; n++)
        probability[n] /= sum;
}

#endif
