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

struct price_book; /* pricing/price_book.h */

/*
 * Loads the book of a region (with the Global and Any rows it needs) from `folder`/<region>.csv. Errors name file,
 * line and column. The book lives in the arena.
 */
const struct price_book *price_book_load(const char *folder, const char *const *regions, size_t region_count,
                                         struct arena *arena, struct diag *diag);

struct bill_period {
    int year, month; /* 2026, 11 */
    int days;        /* of the calendar month */
};

struct bill_line {
    const char *service;      /* offer code */
    const char *service_name; /* "Amazon Elastic Compute Cloud" */
    const char *usage_type;   /* as AWS writes it, with the region prefix */
    const char *operation;
    const char *resource;     /* component name; several are joined by ", " when a tiered line pools them */
    const char *region, *zone;
    const char *tier;         /* tier of the architecture: edge, web, cache, ... */
    const char *description;  /* "$0.0225 per Application LoadBalancer-hour (or partial hour)" */
    const char *unit;         /* pricing unit: "Hrs", "GB", "1M requests" ... */
    double quantity;          /* in pricing units, for people; the exact one is quantity_e6 */
    int128 quantity_e6;       /* millionths of the pricing unit, rounded half up, for exact output */
    money rate;               /* per pricing unit */
    int64_t rate_per;         /* the rate is for this many units (1, 1000000, ...) */
    double tier_from, tier_to;/* of the price, pricing units; tier_to INFINITY */
    money exact;              /* unrounded */
    int64_t cents;            /* rounded half up: what counts */
    const char *as_of, *source, *confidence; /* of the rate */
    const char *note;         /* NULL, or why the line costs nothing, or how units were formed ("max of 4 dimensions") */
};

struct bill {
    struct bill_period period;
    struct bill_line *lines; /* ordered by service, usage type, region, price tier */
    size_t line_count;
    int64_t total_cents;     /* the sum of the lines */
};

/* A month's bill. A missing rate is an error that names it (service, usage type, region). */
bool bill_compute(struct bill *out, const struct price_book *book, const struct usage *usage, size_t usage_count,
                  struct bill_period period, struct arena *arena, struct diag *diag);

/*
 * What a day's usage costs at the month's average rate per line key, never as a one-day month; a usage type that
 * the month does not have is priced at its first tier. Money, unrounded.
 */
bool bill_price_at_average(money *out, const struct bill *month, const struct price_book *book,
                           const struct usage *usage, size_t usage_count, struct arena *arena, struct diag *diag);

/* FOCUS 1.2 CSV: a header and a row per line. No formula can reach a cell. False on a write error. */
bool bill_write_focus(const struct bill *bill, FILE *out);

#endif
