/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * estimate -- a figure that is put together from several that are known independently of each other, and what its
 * interval is.
 *
 * A part comes from replications and is Student's: a standard error with degrees of freedom. What more replications do
 * not lessen (how often something fails in a year) comes as draws. The interval of the whole is put together from the
 * intervals of its parts by their squared distances from the estimate [ZOU-08]: with one part it is that part's, with
 * several it keeps their skewness and their degrees of freedom, which adding up variances would lose. A ratio's
 * interval comes from those of its two sides in the same way [DON-12].
 *
 * [ZOU-08] G. Y. Zou, A. Donner, Construction of Confidence Limits about Effect Measures: A General Approach, Statistics
 *          in Medicine 27 (2008).
 * [DON-12] A. Donner, G. Y. Zou, Closed-Form Confidence Intervals for Functions of the Normal Mean and Standard
 *          Deviation, Statistical Methods in Medical Research 21 (2012).
 */
#ifndef HEADROOM_ESTIMATE_H
#define HEADROOM_ESTIMATE_H

#include <stdbool.h>

#include "analysis/ci.h"
#include "sim/base/arena.h"

enum { ESTIMATE_PARTS_MAX = 6 };

struct estimate_part {
    double se; /* standard error, in the figure's unit */
    double df; /* degrees of freedom; below 1: there was one replication, and nobody knows the error */
    int replications;
};

struct estimate {
    double mean; /* NAN: not known at all */
    int part_count;
    struct estimate_part parts[ESTIMATE_PARTS_MAX];
    int drawn_count;
    const double *drawn; /* [drawn_count] deviations from the mean, ascending; borrowed */
};

/* Known exactly. */
struct estimate estimate_exact(double value);

/* The mean of variant - base over the pairs of which both are known; "paired" because the two met the same customers. */
struct estimate estimate_of_pairs(const double *base, const double *variant, int count);

/* a + by * b. The two are independent; the result has the draws of the one that has any (not both may). */
struct estimate estimate_add(struct estimate a, double by, struct estimate b, struct arena *arena);
struct estimate estimate_scale(struct estimate a, double by, struct arena *arena);

/* No interval (lo, hi NAN) when a part has no degrees of freedom. level: 0.95, two-sided. */
struct ci estimate_ci(const struct estimate *e, double level);

/* How sure it is that the figure has the sign of its mean: the highest level at which the interval does not hold 0, so that
 * 0.95 is where the 95 % interval ends there. 0 without an interval or with mean 0. */
double estimate_confidence(const struct estimate *e);

/*
 * Replications of each part (of the largest one's number) at which the two-sided interval would no longer hold 0, if
 * mean and variances stay as they are. 0: more replications do not help, because what is drawn alone, or parts with
 * replications of less than `least`, which nobody repeats, keep 0 inside; or the mean is 0.
 */
int estimate_replications_needed(const struct estimate *e, double level, int least);

/* above / below by [DON-12]. hi is INFINITY when `below` may be zero; NAN everywhere when its mean is not positive. */
struct ci ci_ratio(struct ci above, struct ci below);

#endif
