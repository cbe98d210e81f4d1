/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * price_book -- rates as data: what a unit of a usage type costs in a region, since when, and who says so.
 *
 * A price is the whole tier chain of one thing that is sold: (region, service, usage type, attributes). Its tiers
 * begin at 0, touch each other and end open; loading refuses anything else. Usage types carry no region prefix: the
 * bill adds it. Rates and tier bounds are per single unit (one request, one GB), never per million.
 *
 * Files: one CSV per region and global.csv (CloudFront, Route 53, what a CloudFront web ACL pays), with the header
 *
 *     service,usage_type,attributes,unit,price,tier_from,tier_to,as_of,source,confidence,sku,description
 */
#ifndef HEADROOM_PRICE_BOOK_H
#define HEADROOM_PRICE_BOOK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "pricing/bill.h"
#include "pricing/money.h"

#define PRICE_GLOBAL "Global"  /* region of what is sold under one price everywhere; "Any" and "" mean the same */
#define PRICE_OPEN   INT64_MAX /* `to_e6` of the last tier */

struct price_tier {
    money rate;              /* 1e-10 USD per unit */
    int64_t from_e6, to_e6;  /* half open, millionths of the unit; marginal over the calendar month */
    const char *description; /* "Internet egress" */
    const char *as_of;       /* "2026-07-05", the date of the source */
    const char *source;      /* short names that docs/models/bill.md resolves */
    const char *confidence;  /* list-file, golden-test, doc-page, blog, derived, own-knowledge */
    const char *sku;         /* AWS's SKU or rate code; "" when the source has none */
    struct mark at;          /* of the row */
};

struct price {
    const char *region, *service, *usage_type;
    const char *attributes; /* "engine=PostgreSQL;deployment=Multi-AZ"; what selects this one among equal usage types */
    const char *unit;       /* Hrs, GB, GB-Mo, Requests, LCU-Hrs, Mo ... */
    const struct price_tier *tiers;
    int tier_count;
};

struct price_book {
    const struct price *prices; /* ordered by region, service, usage type, attributes */
    size_t price_count;
    const char *newest, *oldest; /* dates of rates: "2026-10-01", "2023-02-23" */
};

/* A file's text under its region: price_book_parse() is price_book_load() without the file system. */
struct price_text {
    const char *file, *region; /* borrowed as long as the book */
    const char *text;          /* NUL-terminated; borrowed until the diagnostics are printed */
    size_t length;
};

const struct price_book *price_book_parse(const struct price_text *texts, size_t count, struct arena *arena,
                                          struct diag *diag);

enum price_found { PRICE_FOUND, PRICE_MISSING, PRICE_AMBIGUOUS };

/*
 * The price of a usage type under `wanted` attributes ("engine=PostgreSQL;deployment=Multi-AZ", or a bare operation
 * "LoadBalancing:Application"). An attribute that the price does not have is no condition on it; one that it has
 * must be equal, letter case aside. PRICE_AMBIGUOUS: several prices fit. *out is NULL unless PRICE_FOUND.  O(log n)
 */
enum price_found price_book_find(const struct price_book *book, const char *service, const char *usage_type,
                                 const char *wanted, const char *region, const struct price **out);

/* What else is sold under that service and region and has nearly this name; NULL when nothing is. In the arena. */
const char *price_book_nearest(const struct price_book *book, const char *service, const char *usage_type,
                               const char *region, struct arena *arena);

/* Value of `name` in "a=1;b=2" as a copy in the arena, NULL when it is not there. A bare text is its "operation". */
const char *price_attribute(const char *attributes, const char *name, struct arena *arena);

/* The newest date of a rate in the book, "2026-10-01": the book's date. */
const char *price_book_date(const struct price_book *book);

#endif
