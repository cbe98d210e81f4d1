/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * ci -- confidence intervals over replications, and what an objective makes of them.
 *
 * Replications are independent by construction, so the interval of a mean is Student's; a pooled percentile gets its
 * interval by the jackknife over replications [EFR-82]. When no failure was seen at all, a t-interval
 * would have no width: the interval is then one-sided (Clopper-Pearson; near 3 / n at 95 %).
 *
 * [EFR-82] B. Efron, The Jackknife, the Bootstrap and Other Resampling Plans, SIAM 1982, ch. 3.
 * [BUS-99] F. Busing, E. Meijer, R. van der Leeden, Delete-m Jackknife for Unequal m, Statistics and Computing 9 (1999).
 * [WEL-62] B. P. Welford, Note on a Method for Calculating Corrected Sums of Squares and Products, Technometrics 4 (1962).
 */
#ifndef HEADROOM_CI_H
#define HEADROOM_CI_H

#include <stdbool.h>
#include <stdint.h>

/* lo and hi are NAN where there is no interval (one replication); mean is NAN where there is nothing at all. */
struct ci {
    double mean, lo, hi;
};

enum verdict { VERDICT_MET, VERDICT_MISSED, VERDICT_UNDECIDED };
const char *verdict_name(enum verdict verdict); /* "met", "missed", "undecided" */

/* A value without an interval. */
struct ci ci_none(double mean);
bool ci_has_interval(struct ci ci);
/* Half the width, 0 when there is no interval. */
double ci_half_width(struct ci ci);

/* Two-sided t-interval of the mean of `count` samples; NAN samples are left out. level: 0.95. */
struct ci ci_of_mean(const double *samples, int count, double level);

/* Mean and squared deviations of samples that need not be kept [WEL-62]; the order of adding is part of the last bits. */
struct moments {
    int count;
    double mean, squares; /* squares: sum of (sample - mean)^2 */
};
void moments_add(struct moments *moments, double sample); /* NAN is left out */

/* As ci_of_mean() of the samples that were added. */
struct ci ci_of_moments(const struct moments *moments, double level);

/*
 * The interval of `whole` from `count` values of which value i leaves group i, of sizes[i] replications, out [BUS-99].
 * With groups of one it is the delete-one jackknife. Degrees of freedom: count - 1.
 */
struct ci ci_jackknife(double whole, const double *without, const int *sizes, int count, double level);

/* Widens by `by` on both sides (the resolution of a histogram); clips to [lo, hi]. */
struct ci ci_widen(struct ci ci, double by);
struct ci ci_clip(struct ci ci, double lo, double hi);

/* Lower end of the one-sided interval of a probability of success when all `trials` > 0 succeeded. */
double ci_all_succeeded_lo(uint64_t trials, double level);

/* met: the whole interval satisfies the objective; missed: all of it violates; undecided otherwise, and without an
 * interval. */
enum verdict ci_at_least(struct ci ci, double limit);
enum verdict ci_at_most(struct ci ci, double limit);

#endif
