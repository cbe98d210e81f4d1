/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * billing_rules -- how AWS turns what was metered into what it sells, as tables.
 *
 * A rule answers, for a record's service and usage type: what is its quantity, under which name is it sold, in what
 * grain is time counted, which steps make the billed quantity of the metered one, and what should a reader of the bill
 * know. A raw usage type (a Fargate task, an item written) may have several rows: each is sold apart. A usage type that
 * stands in the price book and needs no rule is metered as its pricing unit says. Adding a service is adding rows
 * here and rates to the books. Sources: docs/models/bill.md, which explains every rule that is not obvious.
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

/*
 * A step from the metered quantity q to the billed one. `attribute` names an attribute of the record; "per thing" is
 * `amount` for each of as many things as the attribute says, for as long as the record lasts.
 */
enum step_kind {
    STEP_NONE,
    STEP_CHUNKS,  /* q x ceil(attribute / amount), at least 1: 64 KB of a payload, 1 KB of an item */
    STEP_VALUE,   /* q x attribute x amount (a whole number): 0.25 vCPU in thousandths */
    STEP_ABOVE,   /* q x max(0, attribute x amount - base): MB of a function's disk above 512 */
    STEP_CHOICE,  /* q x the factor of the attribute's word */
    STEP_TIMES,   /* q x amount */
    STEP_STARTS,  /* at least `amount` for each start; without the attribute nothing was started */
    STEP_FLOOR,   /* at least `amount` per thing: 128 KB per object */
    STEP_PLUS,    /* and `amount` per thing: 32 KB per archived object */
    STEP_LESS,    /* but for `amount` per thing: a backup as large as the database */
    STEP_ONLY,    /* `amount` per thing, whatever q */
    STEP_ROUND,   /* the record's length counts up to whole `amount`s: five minutes */
    STEP_BETWEEN, /* what of q lies above `base` and up to `amount`, per thing: IOPS of a volume */
    STEP_DAYS,    /* q x the days of `amount` that the attribute leaves: a minimum storage time; bytes to byte-hours */
};

struct choice {
    const char *word;
    uint64_t factor;
};

struct step {
    enum step_kind kind;
    const char *attribute;
    uint64_t amount, base;
    const char *absent;           /* the attribute when the record has none; NULL = it must */
    const struct choice *choices; /* STEP_CHOICE, the last without a word */
};

enum { MOST_STEPS = 3 };

struct billing_rule {
    const char *service;    /* of the record; "*" = any */
    const char *usage_type; /* of the record; a '*' at the end or the beginning stands for the rest */
    const char *operation;  /* the record's must be this, or begin so before a ';'; NULL = any, it selects a rate */
    const char *when;       /* "arch=arm64": only with that attribute, "to={region}": the record's own region; the
                             * first row of a group decides (see `also`) */
    enum usage_unit unit;   /* of the record; what is sold by the month may also be metered in USAGE_MONTHS_E6 */
    enum grain grain;
    struct step steps[MOST_STEPS];
    bool level;                  /* a bare count is how many there are at a time: 3 instances, 18,000 connections */
    bool decimal_gb;             /* GB of the record are 10^9 bytes, as AWS's examples have it here */
    bool also;                   /* sold in addition to the row above */
    int times;                   /* what is counted more than once, both ends of a transfer; 0 = once */
    int dimension;               /* GRAIN_PEAK_DIMENSION: enum peak_dimension */
    uint64_t peak_of;            /* GRAIN_PEAK_DIMENSION: of the record's unit in an hour, one capacity unit */
    const char *sold_service;    /* NULL = the record's */
    const char *sold_as;         /* usage type in the book; NULL = the record's; "{edge}" becomes that attribute,
                                  * "{to:prefix}" the region prefix of it */
    const char *sold_attributes; /* select the rate; NULL = the record's operation */
    bool global;                 /* sold under one price everywhere, whatever the record's region */
    const char *note;            /* for the bill; needed where the rate is 0 */
};

/*
 * The rules of a record in `out`, at most `most`; 0 when none names it: then it is sold as the book has it and the
 * rule is billing_rule_default() of the price's unit.
 */
int billing_rules_find(const struct usage_key *key, const struct billing_rule **out, int most);
const struct billing_rule *billing_rule_default(enum usage_unit unit);

/* A '*' at the end or the beginning of the pattern stands for the rest. */
bool usage_type_matches(const char *pattern, const char *text);

/* The rule that was probably meant: nearest usage type of that service, else nearest service; NULL when none is. */
const struct billing_rule *billing_rule_nearest(const char *service, const char *usage_type);

/* All rows, for tables and tests. */
const struct billing_rule *billing_rules_all(size_t *count);

/*
 * Dimensions of capacity units. A unit sold in an hour is `peak_of` of a dimension; all are held over the one
 * denominator PEAK_DENOMINATOR, so that comparing and adding them is exact. Dimensions of one group compete, the
 * groups of one balancer (its protocols) add up.
 */
enum peak_dimension {
    NEW_CONNECTIONS,
    ACTIVE_CONNECTIONS,
    PROCESSED_BYTES,
    RULE_EVALUATIONS,
    UDP_FLOWS,
    UDP_ACTIVE,
    UDP_BYTES,
    TLS_CONNECTIONS,
    TLS_ACTIVE,
    TLS_BYTES,
    PEAK_DIMENSIONS,
};

#define PEAK_DENOMINATOR UINT64_C(54000000000) /* a common multiple of all peak_of; a test counts on it */

struct peak_facts {
    const char *name; /* "processed bytes" */
    int group;
};

enum { PEAK_GROUPS = 3 };
extern const struct peak_facts peak_dimensions[PEAK_DIMENSIONS];

/* A pricing unit of the book: its words, and how many metered units it is. */
struct pricing_unit {
    const char *unit;              /* in the book: "GB-Mo" */
    const char *singular, *plural; /* on the bill: "GB-month" */
    const char *in_tier;           /* what a tier counts: "GB" */
    const char *focus;             /* FOCUS unit format: "GB-Months" */
    enum usage_unit metered;
    uint64_t metered_per_unit; /* 2^30 bytes per GB; times the hours of the month when per_month */
    uint64_t scale;            /* finer than the metered unit where a rule multiplies by it: thousandths of a vCPU */
    bool per_month;
    bool per_million; /* people read the rate per million */
};

const struct pricing_unit *pricing_unit_find(const char *unit);
const char *pricing_unit_nearest(const char *unit);

/* Is this the word for what a unit counts: "requests", "message"? */
bool pricing_unit_counts(const char *word);

/* What a service is called, and its place in FOCUS. */
struct service_facts {
    const char *service;
    const char *usage_type; /* a prefix that narrows the row, or "" */
    const char *name;       /* "Amazon Elastic Compute Cloud" */
    const char *category, *subcategory;
    const char *alias; /* "ec2": what people write */
};

/* Never NULL: an unknown service is its own name in category Other. */
const struct service_facts *service_facts_find(const char *service, const char *usage_type);

/* The offer code of "AmazonEC2", "ec2" or "Amazon Elastic Compute Cloud", letter case aside; NULL when none is. */
const char *service_code_find(const char *text);
const char *service_code_nearest(const char *text);

#endif
