/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * remarks -- what a report says about itself: how sure it is, how much was simulated, what would repeat it. Plain
 * sentences, the same on the screen and in the reports. Texts live in the arena.
 */
#ifndef HEADROOM_REMARKS_H
#define HEADROOM_REMARKS_H

#include "analysis/results.h"

/* "95 %": the level of the intervals, with as many digits as it needs. */
const char *remark_level(const struct results *r, struct arena *arena);
/* "Intervals are at the 95 % level." and, when the run looked at them to decide its length, why they are wider. */
const char *remark_intervals(const struct results *r, struct arena *arena);
/* NULL, or that the precision that was asked for was not reached. */
const char *remark_precision(const struct results *r, struct arena *arena);
/* NULL, or that a time limit ended the run, and what `--replications N` repeats of it. */
const char *remark_time_limit(const struct results *r, struct arena *arena);
/* "20M requests (3.1M dynamic, 17M static) and 7M on 4 billed days" */
const char *remark_simulated(const struct results *r, struct arena *arena);
/* "shop.yaml:14: what is doubtful (what to do)": what loading had to say, in one line. */
const char *remark_diagnostic(const struct diag_entry *entry, struct arena *arena);
/* NULL: not judged; "recovered by itself after 12 min, ...", or that it did not, in how many replications. */
const char *remark_recovery(const struct fault_summary *f, struct arena *arena);
/* What another run would repeat. */
const char *remark_repeats(const struct results *r);

#endif
