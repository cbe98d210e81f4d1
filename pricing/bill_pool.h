/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bill_pool -- all of a month's use of one price: tiers are filled by it, and a day is priced at its average. */
#ifndef HEADROOM_BILL_POOL_H
#define HEADROOM_BILL_POOL_H

#include "pricing/metering.h"

struct bill_pool {
    const struct price *price;
    const struct tally *tallies;
    size_t count;
    uint128 total;         /* of the tallies, before whole months are formed; over `divisor` */
    uint128 billed;        /* the same with whole months */
    uint128 free;          /* of `billed`, by the free tier */
    bool free_fills_tiers; /* the free amount is the first part of the first tier; else tiers begin behind it */
    uint128 divisor;       /* metering_divisor() */
    const char *free_name; /* of the allowance that gives it, or NULL */
    money exact;           /* of its lines */
};

/* Hands the free amounts to the pools: the dearest first, so that the bill is the smallest. Sets free, free_name. */
void bill_pools_free(struct bill_pool *pools, size_t count, enum free_tier free_tier, struct arena *arena);

/*
 * May the zero rate of this price's first tier be used? Some are a part of the price (the first 1,000 invalidations),
 * others of the free tier (the first 25 GB of DynamoDB).
 */
bool bill_first_tier_is_open(const struct price *price, enum free_tier free_tier);

#endif
