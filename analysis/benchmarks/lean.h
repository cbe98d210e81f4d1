/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * lean -- randomness as cheap as it gets one number at a time, for what is written by hand: a stream that is consumed
 * in the order of execution, which the engine's addressed draws must not be.
 *
 * 64 bits by xoshiro256++ [BV-21]; exponentials by the ziggurat of 256 layers [MT-00], 53 bits deep.
 *
 * [BV-21] D. Blackman, S. Vigna, Scrambled Linear Pseudorandom Number Generators, ACM TOMS 47, 2021.
 * [MT-00] G. Marsaglia, W. W. Tsang, The Ziggurat Method for Generating Random Variables, J. Stat. Software 5, 2000.
 */
#ifndef HEADROOM_LEAN_H
#define HEADROOM_LEAN_H

#include <stdint.h>

enum { LEAN_LAYERS = 256 };

struct lean {
    uint64_t s[4];
    /* Layer i holds x below width[i] * 2^53; of its 2^53 places those below inside[i] need no second look. */
    double width[LEAN_LAYERS], height[LEAN_LAYERS];
    uint64_t inside[LEAN_LAYERS];
};

void lean_init(struct lean *lean, uint64_t seed);

static inline uint64_t lean_rotate(uint64_t x, int by)
{
    return x << by | x >> (64 - by);
}

static inline uint64_t lean_bits(struct lean *lean)
{
    uint64_t *s = lean->s;
    const uint64_t found = lean_rotate(s[0] + s[3], 23) + s[0], t = s[1] << 17;
    s[2] ^= s[0];
    s[3] ^= s[1];
    s[1] ^= s[2];
    s[0] ^= s[3];
    s[2] ^= t;
    s[3] = lean_rotate(s[3], 45);
    return found;
}

/* Uniform in (0, 1). */
static inline double lean_unit(struct lean *lean)
{
    return ((double)(int64_t)(lean_bits(lean) >> 12) + 0.5) * 0x1p-52;
}

/* What one look did not decide: about one draw in ninety. */
double lean_exponential_again(struct lean *lean, uint64_t bits);

/* Mean 1. */
static inline double lean_exponential(struct lean *lean)
{
    const uint64_t bits = lean_bits(lean), place = bits >> 11, layer = bits & (LEAN_LAYERS - 1);
    if (place < lean->inside[layer])
        return (double)(int64_t)place * lean->width[layer];
    return lean_exponential_again(lean, bits);
}

#endif
