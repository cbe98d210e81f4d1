/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * draw -- random numbers that belong to a place, not to an order of execution.
 *
 * A draw is Philox4x32-10 [SAL-11] of (key, counter): the key is hash(seed, replication), the counter is
 * (subject, place, attempt). The subject is the ordinal of a customer's operation or of a thing (launch n of a
 * fleet); the place is the hash of a name such as "browse/web.browse/cpu#1". Inserting a step, adding a component
 * or changing a policy shifts nobody else's draws, so variants meet the same customers with the same demands.
 *
 * [SAL-11] J. Salmon et al., Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011.
 */
#ifndef HEADROOM_DRAW_H
#define HEADROOM_DRAW_H

#include <stdint.h>

struct draw_key {
    uint32_t k0, k1;
};

struct draw_block {
    uint64_t a, b; /* two independent 64-bit numbers */
};

struct draw_key draw_key_make(uint64_t seed, uint32_t replication);

/* The constants of Philox4x32, [SAL-11] table 2. */
#define DRAW_ROUNDS       10
#define DRAW_MULTIPLIER_0 UINT32_C(0xd2511f53)
#define DRAW_MULTIPLIER_1 UINT32_C(0xcd9e8d57)
#define DRAW_WEYL_0       UINT32_C(0x9e3779b9)
#define DRAW_WEYL_1       UINT32_C(0xbb67ae85)

/* One of the ten rounds: two 32 x 32 -> 64 bit products, their halves crossed over and keyed. */
static inline void draw_round(uint32_t c[4], uint32_t k0, uint32_t k1)
{
    const uint64_t p0 = (uint64_t)c[0] * DRAW_MULTIPLIER_0;
    const uint64_t p1 = (uint64_t)c[2] * DRAW_MULTIPLIER_1;
    const uint32_t c1 = c[1], c3 = c[3];
    c[0] = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c[1] = (uint32_t)p1;
    c[2] = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c[3] = (uint32_t)p0;
}

/* The 128 bits at (subject, place, attempt). Cost about 6 ns. Place: any 32-bit name hash, draw_place(). */
static inline struct draw_block draw_at(struct draw_key key, uint64_t subject, uint32_t place, uint32_t attempt)
{
    uint32_t c[4] = { (uint32_t)subject, (uint32_t)(subject >> 32), place, attempt };
    for (uint32_t round = 0; round < DRAW_ROUNDS; round++)
        draw_round(c, key.k0 + round * DRAW_WEYL_0, key.k1 + round * DRAW_WEYL_1);
    return (struct draw_block){ .a = c[0] | (uint64_t)c[1] << 32, .b = c[2] | (uint64_t)c[3] << 32 };
}

/* A place from a name, by FNV-1a folded to 32 bits. Compute once at load time. */
uint32_t draw_place(const char *name);

/* Uniform in (0, 1): the middles of 2^52 equal pieces, from the upper 52 bits; never 0 and never 1. Of a 32-bit word w
 * that was shifted up it makes w / 2^32 + 2^-53. */
static inline double draw_unit(uint64_t bits)
{
    return ((double)(int64_t)(bits >> 12) + 0.5) * 0x1p-52;
}

/* Uniform integer in [0, n), n >= 1, by multiplication with the upper 32 bits: a probability differs from 1 / n by less
 * than 2^-32, relatively by less than n / 2^32. */
static inline uint32_t draw_below(uint64_t bits, uint32_t n)
{
    return (uint32_t)(((bits >> 32) * n) >> 32);
}

#endif
