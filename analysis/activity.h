/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * activity -- what one operation costs: every cent of a month's bill is given to the operations that caused it.
 *
 *   a line --> its component --> idle                    the share of its capacity that nobody used
 *                           \--> operations              the rest, by the driver of that line (drivers.h)
 *   gateways of a region --> as the region's fleets
 *   the unused part of a commitment --> idle
 *   another line of no component (support, `also`) --> operations, as everything else together
 *
 * A line that several components share is split by what each used of it. Capacity (instances, database and cache nodes)
 * is as busy as its CPUs were in the billed days; a standby is as busy as what it stands by for, and memory that a cache
 * is bought for counts as idle when its CPU is. Static objects are an operation of their own. Cents are split by
 * cumulative rounding, so the parts add up to the line, the component and the bill exactly.
 */
#ifndef HEADROOM_ACTIVITY_H
#define HEADROOM_ACTIVITY_H

#include "pricing/bill.h"

struct costing; /* analysis/cost.h */

struct activity_part { /* a component, or what is bought beside the architecture */
    const char *name, *tier;
    bool overhead;  /* of no component: allocated as the fleets, or as everything else together */
    int64_t *cents; /* [operation] */
    int64_t idle_cents, total_cents;
};

struct activity {
    int operation_count;     /* those of the traffic, then "static" where the CDN serves objects */
    const char **operations; /* names */
    double *answered;        /* in the month: how many of each went through */
    int64_t *cents;          /* [operation]: sums over the parts */
    int64_t idle_cents, total_cents;
    int part_count;
    struct activity_part *parts; /* dearest first */
};

/* The bill of month 1..12 in which every day is that of `replication`; all days are there. In `arena`. */
struct activity activity_of(const struct costing *costing, const struct bill *bill, int month, int replication,
                            struct arena *arena);

/* USD of one operation that went through; NAN when none did. */
double activity_unit_usd(const struct activity *activity, int operation);

#endif
