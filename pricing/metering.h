/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * metering -- usage records into tallies: one running total, resource, zone and tier.
 *
 * A record is matched with its rule and its price once per key; from then on it is an addition. What AWS rounds per
 * hour is gathered per (tally, hour, weight) and rounded there, so neither the order of records nor splitting one
 * into several of the same hour changes a total.
 *
 * Totals are integers over a divisor that all tallies of a price share: a metered quantity (nanoseconds, bytes ...)
 * times its weight in millionths. Bounds, refused as errors of the input: quantity 0..1e18, weight 0..1e9 (1000 days).
 */
#ifndef HEADROOM_METERING_H
#define HEADROOM_METERING_H

#include "pricing/billing_rules.h"
#include "pricing/price_book.h"

struct tally {
    const struct billing_rule *rule;
    const struct price *price;
    const struct pricing_unit *unit;
    const char *operation;              /* where it selected the rule, else "" */
    const char *resource, *zone, *tier; /* borrowed from a key, like `operation` */
    uint128 total;                      /* metered units x weight_e6, hours rounded; quantity = total / divisor */
    uint128 decided[PEAK_DIMENSIONS];   /* weighted hours in which a dimension was the largest */
};

struct metering {
    struct tally *tallies; /* ordered by price, operation, resource, zone, tier */
    size_t count;
};

/* Fails when a record has no rule or no rate or is out of bounds; every such key is reported once. */
bool metering_run(struct metering *out, const struct price_book *book, const struct usage *usage, size_t usage_count,
                  int hours_of_month, struct arena *arena, struct diag *diag);

/* What one pricing unit is in the totals: exact in 128 bits. */
uint128 metering_divisor(const struct pricing_unit *unit, int hours_of_month);

#endif
