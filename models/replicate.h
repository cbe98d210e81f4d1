/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replicate -- one replication of one day, from its warm-up to its end.
 */
#ifndef HEADROOM_REPLICATE_H
#define HEADROOM_REPLICATE_H

#include <stdatomic.h>

#include "models/replication.h"
#include "models/scenario.h"

/*
 * Simulates replication `number` of a day: day_type -1 is the headline day, otherwise that day type of the calendar.
 * plan says what fails (scenario.h); NULL: the scenario's own faults on the headline day, nothing on the others. A pure
 * function of (sc, day_type, number, plan): whatever fails, the customers of a day and number are the same.
 *
 * The record lives in `arena`, as does all state but the pool of requests; give each call an arena of its own.
 * progress_ns (may be NULL) receives the simulated time now and then; it runs to warm-up plus length.
 * stop (may be NULL): once true the call returns NULL soon.
 */
struct replication *replicate(const struct scenario *sc, int day_type, uint32_t number, const struct fault_plan *plan,
                              struct arena *arena, _Atomic int64_t *progress_ns, const atomic_bool *stop);

#endif
