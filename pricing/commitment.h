/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * commitment -- reserved instances and savings plans: what is promised for a term, and what that covers hour by hour.
 *
 * In each hour AWS takes the usage and applies, one after the other: zonal reservations, regional reservations (of
 * one family by size, the smallest first), EC2 instance savings plans, compute savings plans, database savings plans.
 * Inside a kind of plan the usage with the highest discount comes first, of equals the one with the lowest plan rate;
 * the usage that meets the end of the commitment is split. What an hour leaves unused is lost. docs/commitments.md
 * has sources.
 *
 * A commitment costs the same whatever is used. Upfront fees are spread evenly over the term's 8,760 or 26,280 hours,
 * so that months and years can be compared: a bill has the month's share of them.
 */
#ifndef HEADROOM_COMMITMENT_H
#define HEADROOM_COMMITMENT_H

#include "pricing/bill.h"

struct price;

enum commitment_kind {
    COMMITMENT_RESERVED,
    COMMITMENT_EC2_PLAN,
    COMMITMENT_COMPUTE_PLAN,
    COMMITMENT_DATABASE_PLAN,
    COMMITMENT_KINDS,
};

enum commitment_payment { PAYMENT_NONE, PAYMENT_PARTIAL, PAYMENT_ALL, PAYMENTS };

enum { HOURS_OF_YEAR = 8760 }; /* of a term; a leap day is not counted */

struct commitment {
    const char *name; /* its id on the bill; made by commitment_name() when absent */
    struct mark at;
    enum commitment_kind kind;
    int years; /* 1 or 3 */
    enum commitment_payment payment;
    const char *region; /* of a reservation and of an EC2 instance plan; "" for the others, which hold everywhere */

    /* savings plans */
    money usd_per_hour;
    const char *family; /* of an EC2 instance plan: "m7g" */

    /* reservations */
    const char *instance; /* "m7g.large", "db.r7g.large", "cache.r7g.large", "m7g.large.search", "read-capacity" */
    const char *engine;   /* of a database or a cache, as the price book says it: "PostgreSQL", "Redis"; else "" */
    const char *zone;     /* "us-east-1a": it holds there, for this size only; "" = the region */
    bool multi_az;        /* of a database: both instances */
    int64_t count;        /* instances, nodes, capacity units */
};

/* What an account has committed to, and its private discount. */
struct commitments {
    const struct commitment *list;
    size_t count;
    const struct price_book *terms; /* price_terms_load() */
    int64_t discount_e6;            /* off every line that no commitment covers, support aside: millionths, 0..1e6 */
};

/* "compute savings plan, 1 year, no upfront, $3.20/h"; "3 x db.r7g.large reserved, 1 year, no upfront". */
const char *commitment_text(const struct commitment *commitment, struct arena *arena);
const char *commitment_name(const struct commitment *commitment, size_t index, struct arena *arena);
const char *commitment_kind_name(enum commitment_kind kind);          /* of FOCUS: "Compute Savings Plan" */
const char *commitment_payment_name(enum commitment_payment payment); /* "no upfront" */

/* Can any commitment cover what is sold at this price? */
bool commitment_may_cover(const struct price *price);

/* ---- on a bill ---- */

enum commitment_part {
    COMMITMENT_FEE,    /* what is paid: recurring, or the month's share of what was paid upfront */
    COMMITMENT_USED,   /* usage it covers: billed at nothing, worth its share of the fee */
    COMMITMENT_UNUSED, /* what nobody used: worth the rest of the fee */
};

/* Of a bill line. The effective cents of a commitment's used and unused lines add up to the cents of its fees. */
struct commitment_share {
    const struct commitment *of;
    enum commitment_part part;
    int64_t effective_cents; /* 0 for a fee */
    int128 quantity_e6;      /* of a plan dollars, of a reservation its own hours: used, unused or bought; millionths */
};

/*
 * What a line is worth: its cents, or of a commitment's line its share of the fee. Over a bill they add up to its
 * total.
 */
int64_t commitment_effective_cents(const struct bill_line *line);

/* A commitment's month, or year. Money exact, but for what bills round. */
struct commitment_result {
    const struct commitment *of;
    money fee;
    money used;          /* of the fee, by usage that it covers */
    money covered;       /* what that usage would cost on demand, at list */
    money avoided;       /* what it would cost the account: the same less its private discount */
    money coverable;     /* what all usage of the kind it can cover would cost on demand, at list */
    double utilisation;  /* used / fee, 0..1 */
    double coverage;     /* covered / coverable, 0..1 */
    double break_even;   /* the utilisation at which it costs what it saves; INFINITY when it covers nothing */
    money unused;        /* fee - used: waste */
    money saving;        /* avoided - fee; negative when it loses */
    bool low_confidence; /* a rate was derived or is from memory */
};

#endif
