/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * recovery -- whether a system came back by itself after a fault, judged beside its fault-free twin: the same day, seed and
 * customers without the fault.
 *
 * Recovered: the first five minutes in a row in which the share of successes and the p99 of all operations lie within the
 * twin's interval. That interval, of a minute: 99.9 % of what the twin's minutes from a quarter of an hour before to a
 * quarter after let expect of one more (a prediction interval [HM-91]), at least what a single failure in a
 * thousand does. Metastable: no such five minutes in the 30 minutes after the last trigger was gone, although the twin
 * answers at least 99 % there: the load is one that the healthy system carries. [BRO-21]
 */
#ifndef HEADROOM_RECOVERY_H
#define HEADROOM_RECOVERY_H

#include <stdbool.h>

#include "models/replication.h"
#include "sim/base/arena.h"

/* Of the twin's series of all operations: [replication * window_count + window]. */
struct twin {
    int replications, window_count;
    sim_time window_ns;
    double *success, *p99_ms, *begun; /* begun: per window */
    uint64_t requests;                /* edge requests of all of them */
};

void twin_add(struct twin *twin, const struct replication *rep, struct arena *arena);

/* What the twin lets expect of a window. */
struct twin_interval {
    double success_least, p99_most_ms;
};
struct twin_interval twin_interval(const struct twin *twin, int window);

struct recovery {
    bool judged; /* there is a twin, and the run goes on long enough after the trigger to tell */
    bool metastable;
    double recovered_s; /* since the clock's start; NAN: not within the run */
};
struct recovery recovery_of(const struct twin *twin, const struct replication *rep, const struct fault_result *fault);

#endif
