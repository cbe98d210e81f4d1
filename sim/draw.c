/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/draw.h"

#include "sim/base/text.h"
#include "sim/fingerprint.h"

/* For one seed, different replications have different keys: every step below is a bijection of 64 bits. */
struct draw_key draw_key_make(uint64_t seed, uint32_t replication)
{
    const uint64_t golden = UINT64_C(0x9e3779b97f4a7c15); /* 2^64 / golden ratio: spreads small seeds */
    const uint64_t mixed = fingerprint_mix(fingerprint_mix(seed + golden) + golden * replication);
    return (struct draw_key){ .k0 = (uint32_t)mixed, .k1 = (uint32_t)(mixed >> 32) };
}

uint32_t draw_place(const char *name)
{
    const uint64_t hash = text_hash(name);
    return (uint32_t)(hash ^ (hash >> 32));
}
