/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * price_book -- rates as data: what a unit of a usage type costs in a region, since when, and who says so.
 *
 * A price is the whole tier chain of one thing that is sold: (region, service, usage type, attributes). Its tiers
 * begin at 0, touch each other and end open; loading refuses anything else. Usage types carry no region prefix: the
 * bill adds it. Rates and tier bounds are per single unit (one request, one GB), never per million.
 *
 * Files: one CSV per region and global.csv (CloudFront, Route 53, what a CloudFront web ACL pays), a rate per row. The
 * header names the columns, in any order: service, usage_type, unit and price, and as far as they are known attributes,
 * tier_from (0), tier_to (Inf), as_of, source, confidence, sku, description; `region` in a file of several regions;
 * `term` and `upfront` in books/terms/ (reservations and savings plans), which price_terms_load() reads.
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
    const char *as_of;       /* "2026-07-05", the date of the source; "" when the file does not say */
    const char *source;      /* short names that docs/models/bill.md resolves */
    const char *confidence;  /* list-file, golden-test, doc-page, given; low: blog, derived, own-knowledge */
    const char *sku;         /* AWS's SKU or rate code; "" when the source has none */
    struct mark at;          /* of the row */
};

struct price {
    const char *region, *service, *usage_type;
    const char *attributes; /* "engine=PostgreSQL;deployment=Multi-AZ"; what selects this one among equal usage types */
    const char *unit;       /* Hrs, GB, GB-Mo, Requests, LCU-Hrs, Mo ...: one that pricing_unit_find() knows */
    const char *term;       /* "" on demand; "reserved-1yr-no-upfront", "savings-plan-compute-3yr-no-upfront" ... */
    money upfront;          /* of a reservation, per unit reserved */
    const struct price_tier *tiers;
    int tier_count;
};

struct price_book {
    const struct price *prices; /* ordered by region, service, usage type, attributes, term */
    size_t price_count;
    const char *newest, *oldest; /* dates of rates: "2026-10-01", "2023-02-23" */
};

/* Is this a rate to look at twice: computed, recalled or from hearsay? */
bool price_confidence_is_low(const char *confidence);

/* A file's text under its region: price_book_parse() is price_book_load() without the file system. */
struct price_text {
    const char *file, *region; /* borrowed as long as the book; region NULL = the file has a column for it */
    const char *text;          /* NUL-terminated; borrowed until the diagnostics are printed */
    size_t length;
};

const struct price_book *price_book_parse(const struct price_text *texts, size_t count, struct arena *arena,
                                          struct diag *diag);

/*
 * The rates of reservations and savings plans of these regions, from `folder`/terms. A region without such a file has
 * none. Never mixed with on-demand rates: look them up with price_book_find_term().
 */
const struct price_book *price_terms_load(const char *folder, const char *const *regions, size_t region_count,
                                          struct arena *arena, struct diag *diag);

/*
 * `base` with the rates of the file at `path` in place of its own: a row replaces every price of its region, service
 * and usage type that has the attributes it names, or is new. Usage types may carry the region's prefix.
 */
const struct price_book *price_book_replace(const struct price_book *base, const char *path, struct arena *arena,
                                            struct diag *diag);

enum price_found { PRICE_FOUND, PRICE_MISSING, PRICE_AMBIGUOUS };

/*
 * The price of a usage type under `wanted` attributes ("engine=PostgreSQL;deployment=Multi-AZ", or a bare operation
 * "LoadBalancing:Application"). An attribute that the price does not have is no condition on it; one that it has
 * must be equal, letter case aside. PRICE_AMBIGUOUS: several prices fit. *out is NULL unless PRICE_FOUND.  O(log n)
 */
enum price_found price_book_find(const struct price_book *book, const char *service, const char *usage_type,
                                 const char *wanted, const char *region, const struct price **out);

/* The same for one term ("reserved-1yr-no-upfront"). */
enum price_found price_book_find_term(const struct price_book *book, const char *term, const char *service,
                                      const char *usage_type, const char *wanted, const char *region,
                                      const struct price **out);

/* Index of the first price that is not before this one in the book's order; the region is a code or PRICE_GLOBAL. */
size_t price_book_first(const struct price_book *book, const char *region, const char *service, const char *usage_type);

/* What selects among the prices of a usage type: "engine=MySQL or engine=PostgreSQL"; "" when there are none. */
const char *price_book_choices(const struct price_book *book, const char *service, const char *usage_type,
                               const char *region, struct arena *arena);

/* What else is sold under that service and region and has nearly this name; NULL when nothing is. In the arena. */
const char *price_book_nearest(const struct price_book *book, const char *service, const char *usage_type,
                               const char *region, struct arena *arena);

/* Does an attribute that both have agree, letter case aside? */
bool price_fits(const struct price *price, const char *wanted);

/* Value of `name` in "a=1;b=2" as a copy in the arena, NULL when it is not there. A bare text is its "operation". */
const char *price_attribute(const char *attributes, const char *name, struct arena *arena);

/* The newest date of a rate in the book, "2026-10-01": the book's date. */
const char *price_book_date(const struct price_book *book);

#endif
