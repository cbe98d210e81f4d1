/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * keep -- copies of replication records that outlive the memory of the simulation that made them.
 *
 * A replication's arena holds frames, tables and event sets of megabytes beside a record of about one. Copying the
 * record out lets the arena go as soon as the task ends, so memory does not grow with the number of replications.
 */
#ifndef HEADROOM_KEEP_H
#define HEADROOM_KEEP_H

#include "models/replication.h"

/*
 * A deep copy in `arena`: nothing in it points into the original's arena; names of the scenario are copied too, so that
 * nobody needs to know where they live. usage_only: counts, sums and usage, without histograms, series and
 * timelines (billed days).
 */
struct replication *replication_keep(const struct replication *rep, bool usage_only, struct arena *arena);

#endif
