/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * arrivals -- non-homogeneous Poisson by inversion of the piecewise-linear cumulative rate.
 *
 * The rate is linear between knots, so the cumulative rate is piecewise quadratic and the next arrival solves one
 * quadratic: no thinning, one unit exponential per arrival, indexed by the arrival's ordinal (block ordinal / 2, half
 * ordinal % 2), so the same customer arrives in every variant.
 *
 * [CIN-75] E. Cinlar, Introduction to Stochastic Processes, 1975, sec. 4.7.
 */
#ifndef HEADROOM_ARRIVALS_H
#define HEADROOM_ARRIVALS_H

#include <stdint.h>

#include "sim/base/arena.h"
#include "sim/draw.h"
#include "sim/simtime.h"

struct rate_knot {
    sim_time at;
    double rate_per_s; /* >= 0 */
};

struct arrivals {
    const struct rate_knot *knots; /* borrowed, strictly increasing times; the rate is 0 outside */
    uint32_t count;
    uint32_t segment;
    double cumulative;   /* expected arrivals from the start of the segment to the last arrival */
    double *segment_sum; /* expected arrivals of each segment */
    double slope_per_s2; /* of the rate in the segment */
    uint64_t spare_bits; /* the half of the draw that belongs to the next, odd ordinal */
    uint64_t ordinal;    /* of the next arrival, from 0 */
    sim_time last;       /* the last arrival */
    struct draw_key key;
    uint32_t place;
};

void arrivals_init(struct arrivals *a, struct arena *arena, const struct rate_knot *knots, uint32_t count,
                   struct draw_key key, uint32_t place);

/* Time of the next arrival, non-decreasing, or SIM_NEVER after the last knot. Its ordinal is a->ordinal - 1 after. */
sim_time arrivals_next(struct arrivals *a);

/* Expected number of arrivals in [from, to). */
double arrivals_expected(const struct arrivals *a, sim_time from, sim_time to);

#endif
