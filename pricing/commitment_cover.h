/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * commitment_cover -- the arithmetic behind commitments: hours of usage, rates, and who covers what.
 *
 *   metering -> workload (things x hours) + rates of commitments -> coverage: used, covered, left, all integers
 *
 * The bill uses it for a month, the adviser for a year. Covered and on-demand usage add up to the usage to the unit.
 */
#ifndef HEADROOM_COMMITMENT_COVER_H
#define HEADROOM_COMMITMENT_COVER_H

#include "pricing/commitment.h"
#include "pricing/metering.h"
#include "pricing/price_book.h"

/* What a price is the price of, to reservations. */
enum thing_kind {
    THING_OTHER,
    THING_EC2,
    THING_RDS,
    THING_CACHE,
    THING_SEARCH,
    THING_READ_CAPACITY,
    THING_WRITE_CAPACITY
};

struct thing {
    enum thing_kind kind;
    const char *family; /* "m7g", "db.r7g", "cache.r7g" */
    const char *size;   /* "large", "2xlarge" */
    const char *engine; /* "PostgreSQL"; "" */
    bool multi_az;
    int factor; /* normalised units in twentieths: large = 80; 0 = its size is not of the table */
};

enum { FACTOR_SCALE = 20 }; /* so that a quarter, and four fifths of it, are whole */

/* By service, usage type and attributes of a price. THING_OTHER: no reservation is sold for it. */
struct thing thing_of_price(const struct price *price, struct arena *arena);
/* By what a reservation is for. False when the name is none of an instance (nothing is reported). */
bool thing_of_reservation(struct thing *out, const struct commitment *commitment, struct arena *arena);
/* Can a reservation of this kind be used by other sizes of its family? */
bool thing_is_flexible(const struct thing *thing, const struct commitment *commitment);
/*
 * Normalised units in twentieths that an hour of `used` takes from a reservation of `reserved`; 0 = it does not
 * apply.
 */
int thing_taken_from(const struct thing *reserved, const struct thing *used, bool flexible);
/* Normalised units in twentieths of one that is reserved. */
int thing_units(const struct thing *reserved, bool flexible);

/* ---- usage ---- */

struct workload_item {
    struct tally *tally;
    struct thing thing;
    money rate;       /* on demand, per pricing unit; of tiers the first that costs something */
    uint128 per_unit; /* of the amounts below, one pricing unit */
};

/* A month's or a year's usage, by kinds of hours: a kind has a weight (how often it occurs, in millionths). */
struct workload {
    struct workload_item *items;
    size_t item_count;
    int64_t *weight_e6;
    int32_t *hour; /* [slot] of the records; -1: hours without any record of their own */
    size_t slot_count;
    uint128 *amounts; /* [slot * item_count + item], in each hour of that kind */
    int64_t hours_e6; /* of the period, at least the sum of the weights */
    uint128 *totals;  /* [item], weighted */
};

/* Of what metering noted by the hour (struct metering_setting.by_hour). */
void workload_form(struct workload *out, const struct metering *metering, int hours, struct arena *arena);
/* The same with so much of each hour's usage. */
struct workload workload_scaled(const struct workload *workload, int64_t share_e6, struct arena *arena);
/* The same when only the hours from `first` to before `end` happened: the others, and those without a record, weigh 0. */
struct workload workload_of_hours(const struct workload *workload, int32_t first, int32_t end, struct arena *arena);
/* Leaves `keep` of `of` of an item in each hour, rounded up. */
void workload_keep(struct workload *workload, size_t item, uint128 keep, uint128 of);
/* What an amount of an item's total costs on demand, at list. */
money workload_price(const struct workload_item *item, uint128 weighted);

/* ---- rates ---- */

struct commitment_rates {
    const struct commitment *of;
    struct thing thing; /* of a reservation */
    bool flexible;
    money recurring;                               /* per hour, of all that is committed */
    money upfront;                                 /* at the beginning of the term, of all that is committed */
    money *rates;                                  /* of a plan [item], per pricing unit; -1: not covered */
    int *taken;                                    /* of a reservation [item]: thing_taken_from() */
    bool low_confidence;                           /* of any rate that is used */
    const char *as_of, *source, *confidence, *sku; /* of the fee: of a reservation */
};

/*
 * False when a rate is missing, which is reported with its name. `lenient`: usage without a rate of the plan is not
 * covered, and a reservation without a rate fails in silence.
 */
bool commitment_rates_find(struct commitment_rates *out, const struct commitment *commitment,
                           const struct price_book *terms, const struct workload *workload, bool lenient,
                           struct arena *arena, struct diag *diag);

/* What of the upfront fee falls on so many hours of its term, rounded down to 1e-10 USD. */
money commitment_upfront_share(const struct commitment_rates *rates, int hours);

/* ---- application ---- */

struct coverage {
    uint128 *covered;  /* [commitment * item_count + item], weighted as the tally's total */
    uint128 *used;     /* likewise: of a plan 1e-16 USD, of a reservation weighted normalised amounts */
    uint128 *capacity; /* [commitment], in the units of `used` */
};

/* Hour by hour, in AWS's order. */
void coverage_find(struct coverage *out, const struct workload *workload, const struct commitment_rates *rates,
                   size_t count, struct arena *arena);

/* How a commitment did. `fee` is what it cost in the period, `discount_e6` what the account gets off all else. */
struct commitment_result coverage_result(const struct coverage *coverage, const struct workload *workload,
                                         const struct commitment_rates *rates, size_t index, money fee,
                                         int64_t discount_e6);

/* What is left on demand, at list. */
money coverage_rest(const struct coverage *coverage, const struct workload *workload, size_t count);

/* ---- the bill ---- */

struct commitment_month {
    struct bill_line *lines;
    size_t line_count;
    struct commitment_result *results; /* [commitment] */
    uint128 *covered;                  /* [tally], as its total */
    money *effective;                  /* [tally]: of the fees */
};

/* Takes what is covered off the totals and makes the lines of the month. False when a rate is missing. */
bool commitment_month(struct commitment_month *out, struct metering *metering, const struct bill *bill, int hours,
                      struct arena *arena, struct diag *diag);

/* An order of lines that are alike but for this. */
int commitment_share_compare(const struct commitment_share *a, const struct commitment_share *b);

#endif
