/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * chains -- what theory gives as the solution of equations rather than as a formula. Services have mean 1 s.
 */
#ifndef HEADROOM_CHAINS_H
#define HEADROOM_CHAINS_H

#include "analysis/oracles/laws.h"
#include "sim/arrivals.h"

/* Stationary probabilities of a birth-death process: births from n at birth_per_s[n], deaths at death_per_s[n]. */
void birth_death(const double *birth_per_s, const double *death_per_s, int states, double *probability);

/* M/D/c: N(t + 1 s) = max(N(t) - c, 0) + Poisson(lambda), solved by iteration; the mean number. [CRO-32] */
double mdc_number(int servers, double lambda_per_s);

/* Two or three servers, each customer to the shortest line: mean number inside, from the truncated chain's balance. */
double shortest_line_number(int servers, double lambda_per_s);

/* One server whose arrivals have a rate in bursts and one between: mean number, from the truncated chain's balance.
 * Bursts and the times between are exponential. [FMH-93] */
double bursts_number(double on_per_s, double off_per_s, double mean_on_s, double mean_off_s);

/* M/M/1 that begins empty: mean number at t, by uniformisation. [JEN-53] */
double mm1_number_at(double lambda_per_s, double t_s);

/* Mt/G/inf that begins empty: the integral of rate(t - u) P(S > u) over u in (0, t). [EMW-93] */
double infinite_servers_number_at(const struct rate_knot *knots, int count, const struct law *service, double t_s);

#endif
