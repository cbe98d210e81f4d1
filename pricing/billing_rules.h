/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * billing_rules -- how AWS turns what was metered into what it sells, as tables.
 *
 * A rule answers, for a record's service and usage type: under which name is it sold, in what grain is time counted,
 * how often does it count, and what should a reader of the bill know. Adding a service is adding rows here and rates
 * to the books. Sources: docs/models/bill.md, which explains every rule that is not obvious.
 */
#ifndef HEADROOM_BILLING_RULES_H
#define HEADROOM_BILLING_RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/usage.h"

enum grain {
    GRAIN_EXACT,          /* the month's sum, nothing rounded: per second, per byte, per request */
    GRAIN_STARTED_HOUR,   /* per resource and hour, up to whole hours */
    GRAIN_STARTED_MONTH,  /* per resource, up to whole months */
    GRAIN_PEAK_DIMENSION, /* per resource and hour, the largest of several dimensions */
};

struct billing_rule {
    const char *service;
    const char *usage_type; /* of the record; a '*' at the end stands for the rest */
    const char *operation;  /* the record's must be this, or begin so before a ';'; NULL = any, it selects a rate */
    enum usage_unit unit;   /* of the record; what is sold by the month may also be metered in USAGE_MONTHS_E6 */
    enum grain grain;
    int times;                /* what is counted more than once: both ends of a transfer */
    int dimension;            /* GRAIN_PEAK_DIMENSION: index into peak_dimensions[] */
    const char *sold_service; /* NULL = the record's */
    const char *sold_as;      /* usage type in the book; NULL = the record's; "{edge}" becomes that attribute */
    bool global;              /* sold under one price everywhere, whatever the record's region */
    const char *note;         /* for the bill; needed where the rate is 0 */
};

/* The rule of a record, or NULL. */
const struct billing_rule *billing_rule_find(const struct usage_key *key);

/* The rule that was probably meant: nearest usage type of that service, else nearest service; NULL when none is. */
const struct billing_rule *billing_rule_nearest(const char *service, const char *usage_type);

/*
 * Dimensions of a capacity unit. One unit sold is `per_unit` of the dimension in an hour; all are held over the one
 * denominator PEAK_DENOMINATOR, so that comparing and adding them is exact.
 */
struct peak_dimension {
    const char *name;  /* "processed bytes" */
    uint64_t per_unit; /* of the record's unit, in an hour; divides PEAK_DENOMINATOR */
};

enum { PEAK_DIMENSIONS = 4 };
#define PEAK_DENOMINATOR UINT64_C(9000000000) /* the least common multiple of the per_unit below */

extern const struct peak_dimension peak_dimensions[PEAK_DIMENSIONS];

/* A pricing unit of the book: its words, and how many metered units it is. */
struct pricing_unit {
    const char *unit;              /* in the book: "GB-Mo" */
    const char *singular, *plural; /* on the bill: "GB-month" */
    const char *in_tier;           /* what a tier counts: "GB" */
    const char *focus;             /* FOCUS unit format: "GB-Months" */
    enum usage_unit metered;
    uint64_t metered_per_unit; /* 2^30 bytes per GB; times the hours of the calendar month when per_month */
    bool per_month;
    bool per_million; /* people read the rate per million */
};

const struct pricing_unit *pricing_unit_find(const char *unit);

/* What a service is called, and its place in FOCUS. */
struct service_facts {
    const char *service;
    const char *usage_type; /* a prefix that narrows the row, or "" */
    const char *name;       /* "Amazon Elastic Compute Cloud" */
    const char *category, *subcategory;
};

/* Never NULL: an unknown service is its own name in category Other. */
const struct service_facts *service_facts_find(const char *service, const char *usage_type);

#endif
