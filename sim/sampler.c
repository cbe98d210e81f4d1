/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/sampler.h"

static double *tabulate(const struct dist *dist, bool upper, struct arena *arena)
{
    double *knots = ARENA_ARRAY(arena, double, SAMPLER_KNOTS);
    for (int k = 0; k < SAMPLER_KNOTS - 1; k++) {
        const int octave = k >> SAMPLER_SUB_BITS, sub = k & ((1 << SAMPLER_SUB_BITS) - 1);
        double u = (1.0 + (double)sub / (1 << SAMPLER_SUB_BITS)) * 0x1p-33; /* v = 2^31 is u = 2^-33 */
        for (int o = 0; o < octave; o++)
            u *= 2.0;
        knots[k] = dist_quantile_ns(dist, upper ? 1.0 - u : u);
    }
    knots[SAMPLER_KNOTS - 1] = knots[SAMPLER_KNOTS - 2];
    return knots;
}

void sampler_init(struct sampler *s, const struct dist *dist, struct arena *arena)
{
    *s = (struct sampler){ .dist = dist };
    if (dist->kind == DIST_CONSTANT || dist->kind == DIST_UNIFORM || dist->kind == DIST_EMPIRICAL)
        return;
    s->knots[0] = tabulate(dist, false, arena);
    s->knots[1] = tabulate(dist, true, arena);
}
