/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bill -- a calendar month of usage records in, a bill out. Knows nothing of simulations.
 *
 * Rules: pricing rules are data (metering unit, granularity, chunks, tiers, maximum of dimensions, what is free and
 * why). Lines are (usage type, operation, region, tier of the price, resource group) with marginal tiers that pool
 * over the month over all resources; each line is rounded half up to cents once; totals are sums of rounded lines.
 */
#ifndef HEADROOM_BILL_H
#define HEADROOM_BILL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "pricing/money.h"
#include "sim/base/arena.h"
#include "sim/base/diag.h"
#include "sim/base/usage.h"

struct price_book;  /* pricing/price_book.h */
struct commitments; /* pricing/commitment.h */
struct commitment_share;
struct commitment_result;

/*
 * Loads the book of a region (with the Global and Any rows it needs) from `folder`/<region>.csv. Errors name file,
 * line and column. The book lives in the arena.
 */
const struct price_book *price_book_load(const char *folder, const char *const *regions, size_t region_count,
                                         struct arena *arena, struct diag *diag);

struct bill_period {
    int year, month; /* 2026, 11 */
    int days;        /* of the calendar month: storage is priced per month of days * 24 hours */
};

/* The calendar month, its days counted. `month` is 1..12. */
struct bill_period bill_period_of(int year, int month);

/* Free amounts of AWS: those of every account for ever, and those of a first year. */
enum free_tier { FREE_TIER_NONE, FREE_TIER_ALWAYS, FREE_TIER_FIRST_YEAR };

/* How a month is billed; all zero is what simulated months use. */
struct bill_options {
    int hours_per_month; /* what a month of storage or of a monthly fee is; 0 = the calendar month's hours */
    enum free_tier free_tier;
    bool allow_unpriced; /* usage without a rate becomes a line that says so, and the bill is incomplete */
    const struct commitments *commitments; /* pricing/commitment.h; NULL: everything is on demand */
};

struct bill_line {
    const char *service;      /* offer code */
    const char *service_name; /* "Amazon Elastic Compute Cloud" */
    const char *usage_type;   /* as AWS writes it, with the region prefix */
    const char *operation;
    const char *resource; /* component name; several are joined by ", " when a tiered line pools them */
    const char *region, *zone;
    const char *tier;          /* of the architecture: edge, web, cache, ...; "shared" when a line pools several */
    const char *description;   /* "$0.0225 per hour: Application Load Balancer hour" */
    const char *unit;          /* pricing unit: "Hrs", "GB", "Requests" ... */
    double quantity;           /* in pricing units, for people; the exact one is quantity_e6 */
    int128 quantity_e6;        /* millionths of the pricing unit, rounded half up, for exact output */
    money rate;                /* for rate_per pricing units: exact = quantity * rate / rate_per */
    int64_t rate_per;          /* 1, or 1000000 where people read a rate per million requests */
    double tier_from, tier_to; /* of the price, pricing units; tier_to INFINITY */
    money exact;               /* before cents, rounded down to 1e-10 USD */
    int64_t cents;             /* rounded half up: what counts */

    const char *as_of, *source, *confidence; /* of the rate */
    const char *sku;                         /* AWS's SKU or rate code of the rate; "" when unknown */

    int64_t discount_e6;                       /* private discount that `exact` has been reduced by, millionths */
    const struct commitment_share *commitment; /* NULL, or how the line belongs to one: pricing/commitment.h */

    const char *note; /* NULL, or why the line costs nothing, or how units were formed */
    bool unpriced;    /* no rate: the amount is not zero but unknown, `unit` is the record's and the rate's texts "" */
};

struct bill_pool; /* what was used of one price in the month and what it cost; for bill_price_at_average() */

struct bill {
    struct bill_period period;
    struct bill_options options;
    struct bill_line *lines; /* ordered by service, usage type, region, price tier */
    size_t line_count;
    int64_t total_cents; /* the sum of the lines */
    size_t unpriced;     /* lines without a rate: more than zero means that the total is incomplete */
    const struct bill_pool *pools;
    size_t pool_count;
    const struct commitment_result
        *commitments; /* pricing/commitment.h: of each, in the order of options.commitments */
    size_t commitment_count;
};

/*
 * A month's bill. A missing rate is an error that names it (service, usage type, region) and the nearest key.
 *
 * What AWS rounds per hour is rounded per resource, zone and record hour before the weight is applied, so records of
 * different metered days must not share their `hour`: day type d uses hours 24 d .. 24 d + 23. Records of one
 * (key, hour, weight) are added first. Neither their order nor splitting a quantity changes the bill. Usage of zero
 * has no line. A resource that pays a full month (a hosted zone) may be metered in daily shares: whole months are
 * formed per resource over the bill, after forgiving a thousandth of a month for shares that do not divide evenly.
 *
 * The bill borrows the texts of the keys and the book; the rest is in the arena.
 */
bool bill_compute(struct bill *out, const struct price_book *book, const struct usage *usage, size_t usage_count,
                  struct bill_period period, struct arena *arena, struct diag *diag);

/*
 * A record of a usage file, or a fixed monthly quantity: texts as people write them. pricing/usage_file.h reads and
 * explains them.
 */
struct usage_record {
    struct usage_key key; /* `operation` holds the attributes; `unit` is not used */
    int year, month;      /* in which it is billed; 0 = any */
    int64_t start_ns;     /* of the month */
    int64_t span_ns;      /* 0 = all of the month */
    int128 quantity_e10;  /* of `unit`, 0 to 1e28 */
    const char *unit;     /* "Hrs", "GB", "million requests", "connections/s"; "" = as it is sold */
    struct mark at, unit_at;
};

/*
 * The same for simulated records and records of a file together, with options. Support plans (service AWSSupport) are
 * a share of the other lines.
 */
bool bill_compute_all(struct bill *out, const struct price_book *book, const struct usage *usage, size_t usage_count,
                      const struct usage_record *records, size_t record_count, struct bill_period period,
                      const struct bill_options *options, struct arena *arena, struct diag *diag);

/*
 * What a day's usage costs at the month's average rate per line key, never as a one-day month; a usage type that
 * the month does not have is priced at its first tier. Money, unrounded.
 */
bool bill_price_at_average(money *out, const struct bill *month, const struct price_book *book,
                           const struct usage *usage, size_t usage_count, struct arena *arena, struct diag *diag);

/* FOCUS 1.2 CSV: a header and a row per line. No formula can reach a cell. False on a write error. */
bool bill_write_focus(const struct bill *bill, FILE *out);
bool bill_write_focus_months(const struct bill *bills, size_t count, FILE *out); /* one after the other */

#endif
