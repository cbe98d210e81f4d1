/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * little -- Little's law as the exact sample-path identity [LIT-11]: over a window, the integral of the number in
 * the system equals the sum of the times in the system, both clipped to the window, in 128-bit integer nanoseconds.
 * Equality, no tolerance: a lost or doubly counted request shows.
 *
 * [LIT-11] J. Little, Little's Law as Viewed on Its 50th Anniversary, Oper. Res. 59 (2011).
 */
#ifndef HEADROOM_LITTLE_H
#define HEADROOM_LITTLE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/compiler.h"
#include "sim/simtime.h"

struct little {
    sim_time begin; /* of the window, which lasts as long as it is told of changes: see little_begin() */
    sim_time last;
    uint64_t inside;
    uint128 integral_ns; /* of the number inside */
    uint128 sojourn_ns;  /* of those that left, clipped */
};

static inline void little_advance(struct little *l, sim_time now)
{
    l->integral_ns += (uint128)l->inside * (uint64_t)(now - l->last);
    l->last = now;
}
/* The window begins: who is inside stays inside, what was is forgotten. */
static inline void little_begin(struct little *l, sim_time now)
{
    *l = (struct little){ .begin = now, .last = now, .inside = l->inside };
}
static inline void little_enter(struct little *l, sim_time now)
{
    little_advance(l, now);
    l->inside++;
}
/* Of somebody who is still inside at the end of the window, or was until `left`. */
static inline void little_clip(struct little *l, sim_time entered, sim_time left)
{
    const sim_time from = entered > l->begin ? entered : l->begin;
    if (left > from)
        l->sojourn_ns += (uint64_t)(left - from);
}
static inline void little_leave(struct little *l, sim_time entered, sim_time now)
{
    little_advance(l, now);
    l->inside--;
    l->sojourn_ns += (uint64_t)(now - (entered > l->begin ? entered : l->begin));
}
/* The same, told at `now` of somebody who left earlier. */
static inline void little_leave_late(struct little *l, sim_time entered, sim_time left, sim_time now)
{
    little_advance(l, now);
    l->inside--;
    l->integral_ns -= (uint128)(uint64_t)(now - (left > l->begin ? left : l->begin));
    little_clip(l, entered, left);
}

#endif
