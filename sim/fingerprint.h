/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fingerprint -- a hash of what happened (request outcomes, state changes, control actions), not of how it was
 * executed. Order-independent: each happening is hashed on its own and the hashes are added, so executions that
 * handle simultaneous things in another internal order still agree.
 */
#ifndef HEADROOM_FINGERPRINT_H
#define HEADROOM_FINGERPRINT_H

#include <stdint.h>

#include "sim/simtime.h"

struct fingerprint {
    uint64_t sum;
    uint64_t count;
};

/* SplitMix64's finaliser: [STE-14] Steele, Lea, Flood, Fast Splittable Pseudorandom Number Generators. */
static inline uint64_t fingerprint_mix(uint64_t x)
{
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

static inline void fingerprint_add(struct fingerprint *f, uint64_t what, sim_time when, uint64_t detail)
{
    f->sum += fingerprint_mix(fingerprint_mix(what + UINT64_C(0x9e3779b97f4a7c15) * (uint64_t)when) ^ detail);
    f->count++;
}

#endif
