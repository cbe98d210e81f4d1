/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * metering -- usage records into tallies: one running total, resource, zone and tier.
 *
 * A key is matched with its rules and their prices once; from then on a record is an addition to one tally or to
 * several. What AWS rounds per hour is gathered per (tally, hour, weight) and rounded there, so neither the order of
 * records nor splitting one into several of the same hour changes a total.
 *
 * Totals are integers over a divisor that all tallies of a price share: a metered quantity (nanoseconds, bytes ...)
 * times its weight in millionths. What would not fit is refused as an error of the input.
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
    uint128 decided[PEAK_DIMENSIONS];   /* weighted hours in which a dimension was the largest of its group */
    int number;                         /* of its making */
};

/* What commitments may cover, by the hour: of `hour`, `weight_e6` times. All of a price's are kept, or none. */
struct metered_hour {
    int tally;    /* index */
    int32_t hour; /* below 0: evenly over the month */
    int64_t weight_e6;
    uint128 amount; /* in the units of the tally's total, before its weight */
};

/* Usage without a rate, where that is allowed. */
struct unpriced {
    const struct usage_key *key;
    const char *unit; /* the record's words */
    uint128 quantity_e6;
};

struct metering {
    struct tally *tallies; /* ordered by price, operation, resource, zone, tier */
    size_t count;
    struct unpriced *unpriced; /* ordered by service, usage type, region, resource, unit; each once */
    size_t unpriced_count;
    struct metered_hour *hours; /* in no order; NULL unless asked for */
    size_t hour_count;
};

/* What bill_compute() is told beside the records. */
struct metering_setting {
    const struct price_book *book;
    int hours_of_month;
    bool allow_unpriced;
    struct arena *arena;
    struct diag *diag;
    bool by_hour; /* keep the hours of what commitments may cover */
};

struct metering_work;

struct metering_work *metering_new(const struct metering_setting *setting);

/* A quantity in the unit of the key's rule: (hour, weight) as in struct usage; `span_ns` is how long it lasted. */
struct reading {
    const struct usage_key *key;
    int32_t hour;
    int64_t weight_e6;
    uint128 quantity;
    int64_t span_ns;
    struct mark at;    /* of the record, for errors */
    int64_t offset_ns; /* where in the hour it begins */
    bool all_month;    /* it says no hour: commitments see it spread evenly */
};

/* How a key is metered, whatever its `unit`. */
struct meter {
    const struct billing_rule *rule; /* NULL: no rate; reported unless that is allowed */
    const struct pricing_unit *unit; /* of the price */
    bool sold_as_is;                 /* the usage type itself is in the book: its pricing unit is a unit of it */
    bool whole;                      /* quantities are whole metered units: something is added to or taken from them */
};

struct meter metering_meter(struct metering_work *work, const struct usage_key *key, struct mark at);

void metering_add(struct metering_work *work, const struct reading *reading);
void metering_add_unpriced(struct metering_work *work, const struct unpriced *unpriced);

/* False when something was reported. */
bool metering_end(struct metering_work *work, struct metering *out);

/* All of it for simulated records. Fails when a record has no rate or is out of bounds; each key is reported once. */
bool metering_run(struct metering *out, const struct metering_setting *setting, const struct usage *usage,
                  size_t usage_count);
void metering_add_usage(struct metering_work *work, const struct usage *usage, size_t usage_count);

/* What one pricing unit is in the totals: exact in 128 bits. */
uint128 metering_divisor(const struct pricing_unit *unit, int hours_of_month);

#endif
