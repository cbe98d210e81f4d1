/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * meter -- counts usage by hour of the metered day. Nothing counts before `start`.
 */
#ifndef HEADROOM_METER_H
#define HEADROOM_METER_H

#include <stddef.h>

#include "sim/base/arena.h"
#include "sim/base/usage.h"
#include "sim/simtime.h"

struct meter {
    struct usage_key key;
    int64_t *quantity; /* by hour */
    struct meter *next;
};

struct meters {
    struct arena *arena;
    struct meter *first, **last;
    int count, hours;
    int hour;            /* now; -1 during the warm-up */
    sim_time start, end; /* of the metered window */
};

void meters_init(struct meters *meters, struct arena *arena, sim_time start, sim_time end);
/* The meter of a key, made when it is new. Texts are borrowed. */
struct meter *meter_get(struct meters *meters, struct usage_key key);

static inline void meter_add(const struct meters *meters, struct meter *meter, int64_t quantity)
{
    if (meters->hour >= 0)
        meter->quantity[meters->hour] += quantity;
}
/* The part of [from, to) that lies in the window, hour by hour, times the number of things that exist then. */
void meter_add_time(const struct meters *meters, struct meter *meter, int64_t things, sim_time from, sim_time to);
/* The same for storage: bytes held, in byte-hours. */
void meter_add_storage(const struct meters *meters, struct meter *meter, int64_t bytes, sim_time from, sim_time to);
/* Records with a quantity, weight one, in order of the meters' making and the hours. */
struct usage *meters_records(const struct meters *meters, struct arena *arena, size_t *count);

#endif
