/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * keep -- copies of replication records that outlive the memory of the simulation that made them.
 *
 * Records are added up as they finish (tally.h). What has to wait is copied, so that the simulation's memory is free for
 * the next task at once: a record whose turn has not come, the usage of a billed day, the names of the first record.
 */
#ifndef HEADROOM_KEEP_H
#define HEADROOM_KEEP_H

#include "models/replication.h"

enum keep_what {
    KEEP_ALL,
    KEEP_USAGE, /* counts, sums, utilisations and usage, without minutes, histograms, series, timelines: a billed day */
    KEEP_OUTLINE, /* counts, names and timelines, without minutes, histograms, usage and the values of the series */
};

/*
 * A deep copy in `arena`: nothing in it points into the original's arena; names of the scenario are copied too, so that
 * nobody needs to know where they live.
 */
struct replication *replication_keep(const struct replication *rep, enum keep_what what, struct arena *arena);

/* Deep copies: of what is told of a fault, and of a key. */
const struct fault_result *fault_keep(const struct fault_result *fault, struct arena *arena);
struct usage_key *usage_key_keep(const struct usage_key *key, struct arena *arena);

#endif
