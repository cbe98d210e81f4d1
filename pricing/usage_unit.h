/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * usage_unit -- the units that people write into a usage file, as exact fractions of what a rule meters.
 *
 *     requests, million requests, 10k requests, connections/s    things, and a rate of them while the record lasts
 *     bytes, KB, GB, TB, GiB, GB/h                               moved; a GB is what the service bills, mostly 2^30
 *     GB, TB                                                     stored, for as long as the record lasts
 *     GB-Mo, GB-hours                                            stored, all of it
 *     instances, IOPS, vCPUs, alarms                             how many there are while the record lasts
 *     Hrs, instance-hours, metric-months, seconds                how long, all of it
 *
 * No unit is a plain count, where things are counted, and an error elsewhere.
 */
#ifndef HEADROOM_USAGE_UNIT_H
#define HEADROOM_USAGE_UNIT_H

#include "pricing/metering.h"

/* One unit is numerator / denominator metered units of the rule. */
struct usage_factor {
    uint128 numerator, denominator;
    bool level; /* the quantity is how much there is at a time; the factor has the record's time in it */
};

/* `span_ns`: how long the record lasts. False and reported at `at` when the rule cannot be metered in that unit. */
bool usage_unit_read(struct usage_factor *out, const char *text, const struct meter *meter, int64_t span_ns,
                     int hours_of_month, struct arena *arena, struct mark at, struct diag *diag);

#endif
