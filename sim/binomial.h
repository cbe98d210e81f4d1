/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * binomial -- how many of n independent trials succeed, by inversion: one uniform, one count, monotone.
 *
 * With our own elementary functions, so that bulk counts have the same bits everywhere. The probability at the starting
 * point is the saddle-point form of [LOA-00], which keeps 13 digits for any n; its neighbours follow by their exact
 * ratios. Variants that differ in n or p a little and share u get counts that differ a little.
 *
 * [LOA-00] C. Loader, Fast and Accurate Computation of Binomial Probabilities, 2000.
 */
#ifndef HEADROOM_BINOMIAL_H
#define HEADROOM_BINOMIAL_H

#include <stdint.h>

/*
 * The count k of n <= 2^52 trials with P(X < k) <= u <= P(X <= k), 0 < u < 1. The cumulative probabilities are right to
 * 2e-10 of the smaller tail for millions of trials; the error grows like the standard deviation. p is clamped to [0, 1],
 * so that a share of what is left may be off by rounding. Cost: about 0.1 us and 11 ns per unit of the standard
 * deviation.
 */
uint64_t binomial_quantile(uint64_t n, double p, double u);

#endif
