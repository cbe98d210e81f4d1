/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * checks -- what must hold in every run, whatever the scenario. A violation is our bug: the results are kept, marked
 * invalid, and the command ends with status 5.
 */
#ifndef HEADROOM_CHECKS_H
#define HEADROOM_CHECKS_H

#include "models/replication.h"
#include "pricing/bill.h"

/*
 * NULL, or what is wrong with the record, in `arena`: the violation that the models reported, or
 *   begun = sum of outcomes + in flight, and attempts >= begun where there are any, for each operation;
 *   counts of the histograms = outcomes that they describe;
 *   shares within 0..1 (utilisation: busy time <= capacity).
 */
const char *check_replication(const struct replication *rep, struct arena *arena);

/* NULL, or: the lines do not add up to the total, or a line is not its own exact amount rounded half up. */
const char *check_bill(const struct bill *bill, struct arena *arena);

#endif
