/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * disciplines -- what theory knows of other orders than that of arrival, of deadlines and of sharing with a limit.
 * Poisson arrivals, services of mean 1 s.
 */
#ifndef HEADROOM_DISCIPLINES_H
#define HEADROOM_DISCIPLINES_H

#include "analysis/oracles/laws.h"

/* M/G/1 with gamma services: mean square of the time in the system, s^2, in order of arrival and the last first.
 * Nobody is interrupted, so the means agree; the mean square of the wait is 1 / (1 - rho) times as large the last
 * first. [TAK-63] */
double first_square_s2(double lambda_per_s, double scv);
double last_square_s2(double lambda_per_s, double scv);

/* M/M/c where whoever has waited `limit_s` leaves: share that does. Level crossing [BRI-77]: the wait offered has
 * density proportional to exp(-(c - lambda) x) below the limit and to exp(-c x) above it, where nobody joins. [BAR-57] */
double wait_limit_lost(int servers, double lambda_per_s, double limit_s);

/* M/M/1 where everybody leaves after `limit_s`, served or not: the work is that of a dam of so much depth, the open
 * queue's law cut off there. Share not served to its end, busy share, mean number inside. [TAK-67] */
double sojourn_limit_cut(double lambda_per_s, double limit_s);
double sojourn_limit_busy(double lambda_per_s, double limit_s);
double sojourn_limit_number(double lambda_per_s, double limit_s);

/* M/E2/1, services of two exponential phases, at most `sharers` at once: mean number, from the balance of the chain
 * of (number inside, sharers in their second phase). [KLE-1] sec. 4.1 */
double sharers_erlang2_number(double lambda_per_s, int sharers);

#endif
