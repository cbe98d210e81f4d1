/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * oracle -- intervals for the tests of theory that stand beside the table of analysis/oracles/.
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

#endif
