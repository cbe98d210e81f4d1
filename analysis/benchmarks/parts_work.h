/* SPDX-License-Identifier: GPL-3.0-or-later */
/* parts_work -- the small parts: each a row's work. */
#ifndef HEADROOM_PARTS_WORK_H
#define HEADROOM_PARTS_WORK_H

#include "analysis/benchmarks/benchmark.h"

/* A gate of 16 places that four wait for: one more comes, one leaves. */
uint64_t gate_engine(uint64_t count, const void *parameter, struct stopwatch *watch);
uint64_t gate_by_hand(uint64_t count, const void *parameter, struct stopwatch *watch);

/* A message is put, the oldest of a thousand is taken and removed. */
uint64_t queue_engine(uint64_t count, const void *parameter, struct stopwatch *watch);
uint64_t queue_by_hand(uint64_t count, const void *parameter, struct stopwatch *watch);

/* One of 4,096 timeouts that do not fire is disarmed and armed again. */
uint64_t timer_engine(uint64_t count, const void *parameter, struct stopwatch *watch);

/* A token is asked for at a rate that two thirds of the askers are granted; by hand as one time stamp. */
uint64_t bucket_engine(uint64_t count, const void *parameter, struct stopwatch *watch);
uint64_t bucket_by_hand(uint64_t count, const void *parameter, struct stopwatch *watch);

/* A key of 10,000 is looked up and filled when it is missing; the 2,000 used last are resident. By hand the keys index a
 * table. */
uint64_t store_engine(uint64_t count, const void *parameter, struct stopwatch *watch);
uint64_t store_by_hand(uint64_t count, const void *parameter, struct stopwatch *watch);

uint64_t histogram_engine(uint64_t count, const void *parameter, struct stopwatch *watch);

#endif
