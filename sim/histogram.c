/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/histogram.h"

#include <math.h>
#include <string.h>

#include "sim/base/check.h"

enum { SUB_BINS = 1 << HISTOGRAM_SUB_BITS };

void histogram_init(struct histogram *h, struct arena *arena)
{
    *h = (struct histogram){ .bins = ARENA_ARRAY(arena, uint64_t, HISTOGRAM_BINS) };
}

void histogram_clear(struct histogram *h)
{
    memset(h->bins, 0, HISTOGRAM_BINS * sizeof *h->bins);
    *h = (struct histogram){ .bins = h->bins };
}

static void widen(struct histogram *h, int64_t min_ns, int64_t max_ns)
{
    if (h->count == 0 || min_ns < h->min_ns)
        h->min_ns = min_ns;
    if (h->count == 0 || max_ns > h->max_ns)
        h->max_ns = max_ns;
}

void histogram_record_many(struct histogram *h, sim_time value_ns, uint64_t n)
{
    if (n == 0)
        return;
    widen(h, value_ns, value_ns);
    h->bins[histogram_bin(value_ns)] += n;
    h->count += n;
    h->sum_ns += (uint128)(uint64_t)value_ns * n;
}

void histogram_merge(struct histogram *into, const struct histogram *from)
{
    if (from->count == 0)
        return;
    widen(into, from->min_ns, from->max_ns);
    for (uint32_t i = 0; i < HISTOGRAM_BINS; i++)
        into->bins[i] += from->bins[i];
    into->count += from->count;
    into->sum_ns += from->sum_ns;
}

void histogram_unmerge(struct histogram *into, const struct histogram *from)
{
    CHECK(into->count >= from->count, "more was taken out of a histogram than was merged into it");
    for (uint32_t i = 0; i < HISTOGRAM_BINS; i++) {
        CHECK(into->bins[i] >= from->bins[i], "a histogram was taken out that had not been merged");
        into->bins[i] -= from->bins[i];
    }
    into->count -= from->count;
    into->sum_ns -= from->sum_ns;
}

/* Bins of octave k >= 1 are 2^(LOW_BITS - 1 + k - SUB_BITS) ns wide; octave 0 is the linear part below 2^LOW_BITS. */
static double bin_width_ns(uint32_t bin)
{
    const uint32_t octave = bin / SUB_BINS;
    return (double)(UINT64_C(1) << (HISTOGRAM_LOW_BITS - HISTOGRAM_SUB_BITS + (octave == 0 ? 0 : octave - 1)));
}

double histogram_bin_low_ns(uint32_t bin)
{
    const uint32_t octave = bin / SUB_BINS, sub = bin % SUB_BINS;
    return bin_width_ns(bin) * (double)(octave == 0 ? sub : SUB_BINS + sub);
}

double histogram_bin_mid_ns(uint32_t bin)
{
    return histogram_bin_low_ns(bin) + 0.5 * bin_width_ns(bin);
}

static uint32_t bin_of_rank(const struct histogram *h, uint64_t rank)
{
    uint64_t below = 0;
    for (uint32_t bin = histogram_bin(h->min_ns); bin < HISTOGRAM_BINS; bin++) {
        below += h->bins[bin];
        if (below >= rank)
            return bin;
    }
    return HISTOGRAM_BINS - 1;
}

double histogram_quantile_ns(const struct histogram *h, double p)
{
    if (h->count == 0)
        return 0.0;
    const double wanted = ceil(p * (double)h->count);
    const uint64_t rank = wanted < 1.0 ? 1 : wanted >= (double)h->count ? h->count : (uint64_t)wanted;
    const double mid = histogram_bin_mid_ns(bin_of_rank(h, rank));
    return fmin(fmax(mid, (double)h->min_ns), (double)h->max_ns);
}

double histogram_mean_ns(const struct histogram *h)
{
    return h->count == 0 ? 0.0 : (double)h->sum_ns / (double)h->count;
}
