/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * formulas -- closed forms of queueing theory. Rates are per second; where no service is named, its mean is 1 s.
 */
#ifndef HEADROOM_FORMULAS_H
#define HEADROOM_FORMULAS_H

#include <stdbool.h>

#include "analysis/oracles/laws.h"

/* Probability that all servers are taken and an arrival is lost, offered load `load`: Erlang B. [KLE-1] sec. 3.7 */
double erlang_b(int servers, double load);
/* Probability that an arrival waits in M/M/c: Erlang C. [KLE-1] sec. 3.5 */
double erlang_c(int servers, double load);

/* M/M/c with service rate mu: mean time in the system. */
double mmc_sojourn_s(int servers, double lambda_per_s, double mu_per_s);
/* M/M/c, service mean 1 s: P(time in the system > t). An exponential service and, with Erlang C's probability, an
 * exponential wait at rate c - lambda (which must not be 1). */
double mmc_beyond(int servers, double lambda_per_s, double t_s);

/* Pollaczek and Khinchine: W = E S + lambda E S^2 / (2 (1 - rho)). [KLE-1] sec. 5.6 */
double mg1_sojourn_s(double lambda_per_s, const struct law *service);
/* P(time in the system > t), from the transform B*(s) (1 - rho) s / (s - lambda + lambda B*(s)). [KLE-1] sec. 5.7 */
double mg1_beyond(double lambda_per_s, const struct law *service, double t_s);
/* The same for constant services of 1 s: a finite sum [ERL-09]. */
double md1_beyond(double lambda_per_s, double t_s);

/* G/M/1, service mean 1 s: the root of sigma = A*(1 - sigma), the share of arrivals that wait. [KLE-1] sec. 6.4 */
double gm1_sigma(const struct law *gap);

/* Groups of `size`, services of mean 1 s: the mean number in M[size]/M/1 and the mean time in M[size]/D/1.
 * [KLE-1] sec. 4.5, 5.6: a group is one customer with the sum of the services; then the wait inside the group. */
double groups_exponential_number(double groups_per_s, int size);
double groups_constant_sojourn_s(double groups_per_s, int size);
/* Groups of a random size X: the number in M[X]/M/1 is rho (1 + E X^2 / E X) / (2 (1 - rho)); mean rho / (1 - rho) when X
 * is geometric, E X^2 = 2 mean^2 - mean. */
double random_groups_number(double groups_per_s, double mean_size, double variance);

/* M/M/1, service mean 1 s, that stops at rate `fail` and goes on at rate `repair`, idle or not: mean number. [AIN-63]
 * U(z), D(z) the generating functions while up and down: D = fail U / (repair + lambda (1 - z)) and
 * U proportional to 1 / (1 - lambda z - fail lambda z / (repair + lambda (1 - z))). */
double breakdowns_number(double lambda_per_s, double fail_per_s, double repair_per_s);

/* The best of d choices among infinitely many servers: the mean time is the sum of load^((d^i - d) / (d - 1)),
 * i = 1, 2, ... [MIT-01] */
double choices_sojourn_s(int choices, double load);

/* Exact mean value analysis [RL-80] of a closed network; demand_s: visits times mean service, per cycle. */
struct mva_result {
    double throughput_per_s; /* cycles */
    double number[8];
};
struct mva_result mva_solve(int stations, const double *demand_s, const bool *is_delay, int population);

#endif
