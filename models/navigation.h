/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * navigation -- where sessions go: a Markov chain over operations, and what it amounts to.
 *
 * A session enters at an operation, and after each answer goes on to another one or leaves. Expected visits v solve
 * v = enter + q P' v, P the shares of `next` and q the probability that a session of geometric length goes on; for a
 * fixed or uniform length they are the sum over k of P(length > k) enter P^k. [KS-76] sec. 3.2
 *
 * [KS-76] J. Kemeny, J. Snell, Finite Markov Chains, 1976.
 */
#ifndef HEADROOM_NAVIGATION_H
#define HEADROOM_NAVIGATION_H

#include "models/scenario_names.h"

enum { NAVIGATION_ROWS_MAX = 64, NAVIGATION_OPERATIONS_MAX = 5000 };

/* What a row calls the way out of the session. */
#define NAVIGATION_LEAVE "leave"

/*
 * Resolves the operations of a population's sessions, checks that shares add up, that every operation has a row and that
 * every session ends; then fills the population's mix and the session's expected operations and pause.
 */
bool navigation_resolve(struct population *p, const struct scenario_names *names, struct param_reader *reader);

/* Index of the operation's row, -1 without one. */
int navigation_row(const struct sessions_config *s, const struct operation_config *operation);

#endif
