/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * risk_year -- from what each event costs to what a year costs.
 *
 * Modes are independent Poisson processes; an event's cost is that of a simulated one, drawn by stratum. The year is then
 * compound Poisson: mean sum l m, and its distribution by the characteristic function, g = IFFT(exp(l (phi - 1))) [KLU-19].
 * Two kinds of uncertainty stay apart: rates are Gamma where they were counted, costs are resampled within their strata
 * [EFR-82]. The quantiles of the year are those at the mean rates.
 *
 * [KLU-19] S. Klugman, H. Panjer, G. Willmot, Loss Models, Wiley, 5th ed. 2019, ch. 9.
 * [EFR-82] B. Efron, The Jackknife, the Bootstrap and Other Resampling Plans, SIAM 1982, ch. 5.
 */
#ifndef HEADROOM_RISK_YEAR_H
#define HEADROOM_RISK_YEAR_H

#include "analysis/risk.h"
#include "sim/base/arena.h"

/* Fills the modes' loss_usd, and mean, intervals, p50 and p95 of the year. Modes have rates and strata. */
void risk_year_compute(struct risk_result *out, struct risk_mode *modes, int mode_count, uint64_t seed,
                       struct arena *arena);

/* Mean cost of an event of a mode over its strata; strata without an event simulated count as nothing. */
double risk_mode_mean(const struct risk_mode *mode);

/* The distribution of a year's cost at the mean rates, as compound_poisson() gives it. */
const double *risk_year_density(const struct risk_result *year, double *step, struct arena *arena);

/*
 * The distribution of a sum of Poisson(rate) many costs, each costs[i] >= 0 with probability weights[i] (they add up to
 * 1), on a grid from 0 in steps of *step; `cells` values that add up to 1. The mean is kept. In the arena.
 */
enum { COMPOUND_CELLS = 1 << 14 };
double *compound_poisson(double rate, const double *costs, const double *weights, int count, double *step,
                         struct arena *arena);

/* The smallest value of the grid that is not exceeded with probability p. */
double compound_quantile(const double *density, double step, double p);

/* AWS's availability arithmetic, of independent parts: all are needed, one is enough, k of n like ones are.
 * Availability with Redundancy, in Availability and Beyond (AWS whitepaper). */
double availability_series(const double *parts, int count);
double availability_parallel(const double *parts, int count);
double availability_k_of_n(int k, int n, double part);

#endif
