/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * histogram -- log-linear counts of durations: 128 bins per octave, so a reported quantile (the middle of its bin)
 * is within 0.4 % of the sample it stands for. Counts and sums are exact integers; merging is adding.
 */
#ifndef HEADROOM_HISTOGRAM_H
#define HEADROOM_HISTOGRAM_H

#include <stdint.h>

#include "sim/base/arena.h"
#include "sim/base/compiler.h"
#include "sim/simtime.h"

/* Covers 0 .. 2^42 ns (73 min); below 2^10 ns bins are 8 ns wide; above, the last bin takes it. */
enum {
    HISTOGRAM_SUB_BITS = 7,
    HISTOGRAM_LOW_BITS = 10,
    HISTOGRAM_HIGH_BITS = 42,
    HISTOGRAM_BINS = (1 << HISTOGRAM_SUB_BITS) * (HISTOGRAM_HIGH_BITS - HISTOGRAM_LOW_BITS + 1),
};

struct histogram {
    uint64_t *bins; /* HISTOGRAM_BINS counts, in an arena */
    uint64_t count;
    uint128 sum_ns;
    int64_t min_ns, max_ns; /* of the recorded values; meaningless when count == 0 */
};

static inline uint32_t histogram_bin(sim_time value_ns)
{
    if (value_ns < ((sim_time)1 << HISTOGRAM_LOW_BITS))
        return value_ns < 0 ? 0 : (uint32_t)(value_ns >> (HISTOGRAM_LOW_BITS - HISTOGRAM_SUB_BITS));
    if (value_ns >= ((sim_time)1 << HISTOGRAM_HIGH_BITS))
        return HISTOGRAM_BINS - 1;
    const int top = 63 - count_leading_zeros_u64((uint64_t)value_ns);
    const uint32_t sub = (uint32_t)((uint64_t)value_ns >> (top - HISTOGRAM_SUB_BITS)) &
                         ((1u << HISTOGRAM_SUB_BITS) - 1);
    return ((uint32_t)(top - HISTOGRAM_LOW_BITS + 1) << HISTOGRAM_SUB_BITS) + sub;
}

static inline void histogram_record(struct histogram *h, sim_time value_ns)
{
    h->bins[histogram_bin(value_ns)]++;
    h->count++;
    h->sum_ns += (uint64_t)value_ns;
    if (value_ns < h->min_ns || h->count == 1)
        h->min_ns = value_ns;
    if (value_ns > h->max_ns || h->count == 1)
        h->max_ns = value_ns;
}

void histogram_init(struct histogram *h, struct arena *arena);
void histogram_clear(struct histogram *h);
/* n equal values at once (bulk recording of CDN hits). */
void histogram_record_many(struct histogram *h, sim_time value_ns, uint64_t n);
void histogram_merge(struct histogram *into, const struct histogram *from);
/* Into - from, for jackknife: `from` must have been merged into `into` before (CHECKed). Minimum and maximum stay. */
void histogram_unmerge(struct histogram *into, const struct histogram *from);

/* Lower edge and middle of a bin in ns. */
double histogram_bin_low_ns(uint32_t bin);
double histogram_bin_mid_ns(uint32_t bin);

/* The p-quantile (0 < p < 1): middle of the bin of order statistic ceil(p count), clipped to [min, max]; empty: 0. */
double histogram_quantile_ns(const struct histogram *h, double p);
double histogram_mean_ns(const struct histogram *h);

#endif
