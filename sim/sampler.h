/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sampler -- a distribution compiled for the hot path: 64 random bits in, a duration out, in about 2 ns.
 *
 * The quantile function is tabulated where it bends: knots at u = v / 2^64 and 1 - v / 2^64 with 64 steps per octave of
 * v from 2^31 up, linear in between; smaller v (probability 2^-33 on each side) are computed exactly. For a smooth
 * quantile function the relative error of an exponential variate is below (1/64)^2 / 8 = 3.1e-5, and its mean is
 * 2e-5 too large: far below what any run can see. Monotone in the bits, as inversion is.
 * Constants, uniform and empirical distributions are exact.
 * That is so for 64 random bits. A 32-bit word w that was shifted up makes the quantile of w / 2^32 (of 2^-53 for w = 0):
 * a grid of 2^-32, nothing above the quantile of 1 - 2^-32, and no finer probability on either side.
 */
#ifndef HEADROOM_SAMPLER_H
#define HEADROOM_SAMPLER_H

#include <string.h>

#include "sim/base/compiler.h"
#include "sim/dist.h"
#include "sim/draw.h"

/* One knot more than the range has: the largest v are rounded up to 2^63, nothing of the way to the next one. */
enum { SAMPLER_SUB_BITS = 6, SAMPLER_OCTAVES = 32, SAMPLER_KNOTS = (SAMPLER_OCTAVES << SAMPLER_SUB_BITS) + 2 };

struct sampler {
    const double *knots[2];  /* lower half, upper half; NULL: no table */
    const struct dist *dist; /* borrowed */
};

/* The tables live in the arena: 32 KiB for a distribution that needs them. */
void sampler_init(struct sampler *s, const struct dist *dist, struct arena *arena);

/* v as a double shows its octave, its knot and the way from there to the next one in its own bits: no shifting about. */
static inline sim_time sampler_draw(const struct sampler *s, uint64_t bits)
{
    const uint64_t upper = bits >> 63;
    const uint64_t v = bits ^ (0 - upper); /* below 2^63 */
    if (UNLIKELY(!s->knots[0] || v < UINT64_C(1) << 31))
        return dist_sample(s->dist, draw_unit(bits));
    enum { MANTISSA = 52, BELOW_KNOT = MANTISSA - SAMPLER_SUB_BITS, BIAS = 1023 };
    const double nearest = (double)(int64_t)v;
    uint64_t pattern;
    memcpy(&pattern, &nearest, sizeof pattern);
    const double *table = s->knots[upper] + ((pattern >> BELOW_KNOT) - ((BIAS + 31) << SAMPLER_SUB_BITS));
    const uint64_t rest = (pattern << SAMPLER_SUB_BITS & ((UINT64_C(1) << MANTISSA) - 1)) | (uint64_t)BIAS << MANTISSA;
    double one_and_along;
    memcpy(&one_and_along, &rest, sizeof one_and_along);
    return (sim_time)(table[0] + (table[1] - table[0]) * (one_and_along - 1.0) + 0.5);
}

#endif
