/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * draw_rng -- a place of draws as a GSL generator, for those who need any number of them, and for GSL's samplers.
 *
 * GSL's samplers call libm: in what decides a result, use the uniform numbers with inversions of our own (binomial.h).
 *
 * The generator reads the blocks (subject, place, 0), (subject, place, 1), ... so that however many numbers a sampler
 * takes, no other place is shifted.
 */
#ifndef HEADROOM_DRAW_RNG_H
#define HEADROOM_DRAW_RNG_H

#include <gsl/gsl_rng.h>

#include "sim/draw.h"

extern const gsl_rng_type *const draw_rng_type;

struct draw_rng {
    gsl_rng rng; /* hand &d.rng to GSL; never gsl_rng_free() it */
    struct draw_rng_state {
        struct draw_key key;
        uint64_t subject;
        uint32_t place, index;
        uint32_t spare[3];
        int spares;
    } state;
};

void draw_rng_init(struct draw_rng *d, struct draw_key key, uint64_t subject, uint32_t place);

#endif
