/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cost -- where usage meets price: the months of a year of day types, and what the headline day costs.
 *
 * Each month of the calendar is billed once for each replication of its day types (a day type's day counts as often
 * as it occurs); means and intervals are over these bills. One replication is the one that is shown line by line:
 * the one whose bill for the month of `start` is nearest the mean. The headline day is no day of any month; its usage
 * is priced at that month's average rates. A scenario without a calendar has no months: then only the window is priced,
 * at first-tier rates.
 */
#ifndef HEADROOM_COST_H
#define HEADROOM_COST_H

#include "analysis/activity.h"
#include "analysis/also_records.h"
#include "analysis/calendar.h"
#include "analysis/ci.h"
#include "analysis/tasks.h"
#include "analysis/unpriced.h"
#include "analysis/year.h"
#include "pricing/bill.h"

struct price_book;  /* pricing/price_book.h */
struct commitments; /* pricing/commitment.h */

/* What one calendar month used: records of its days, weighted by how often they occur in it. */
struct month_usage {
    struct bill_period period;
    struct usage *records; /* days that differ never share an hour */
    size_t count;
};

struct month_cost {
    int64_t cents[BILL_REPLICATIONS]; /* total of each bill */
    struct ci usd;
    struct spread spread; /* of the months that could be drawn: year.h */
};

struct service_cost {
    const char *name; /* "Amazon Elastic Compute Cloud" */
    bool priced;      /* something of it has a rate */
    int64_t cents[BILL_REPLICATIONS];
    double mean_usd; /* exact in half cents: the means of all services add up to the mean total */
};

struct volume {
    double requests; /* of the edge, static objects included */
    double orders;   /* that went through; 0 without a business */
};

struct cost {
    bool monthly; /* there is a calendar and its days are simulated */
    struct calendar_fill calendar;
    struct month_cost months[MONTHS];
    struct ci monthly_mean_usd;   /* mean over the 12 months */
    struct ci monthly_peak_usd;   /* of the dearest month */
    struct ci annual_usd;         /* the sum of the 12 months */
    struct spread monthly_spread; /* of the mean month of a year that could be drawn */
    struct spread annual_spread;
    int64_t annual_drawn_cents[YEARS_DRAWN]; /* year.h */
    int peak_month;                          /* 1..12 */
    int start_month;                         /* 1..12: contains `start` */
    int shown;                               /* the replication that is shown line by line */
    struct bill bill;                        /* its bill for the month of `start` */
    struct service_cost *services;           /* month of `start`, dearest first */
    int service_count;
    struct activity activity;      /* the bill that is shown, by operation */
    struct volume volume;          /* of the year, mean of its replications */
    struct ci window_usd;          /* the headline day */
    struct unpriced_list unpriced; /* of any bill or headline day: every total here leaves it out */
    const char *violation;         /* NULL, or a bill that does not add up */
};

/*
 * Bills while records come. The days of the calendar are kept, which are few; when all are there, the months are billed.
 * The headline day's usage is priced at the month's rates, so what comes earlier is held until then: tasks.h sees to it
 * that this is never more than a fixed number of replications.
 */
struct costing {
    const struct scenario *sc;
    const struct price_book *book;
    const struct commitments *commitments; /* NULL: all on demand; set before the first record is taken */
    bool allow_unpriced;                   /* usage without a rate is no error; set likewise */
    struct arena *arena;                   /* of the tally */
    struct also_records also;              /* with every month */
    bool also_is_wrong;                    /* reported; then no month has a bill */
    struct diag *diag;
    struct cost cost;
    const struct replication **days; /* [day type * BILL_REPLICATIONS + replication], usage only; NULL: not yet */
    const char **violations;         /* of the days, likewise */
    int days_missing;
    bool ready;                              /* a headline day can be priced */
    struct moments window_usd;               /* over the headline day's replications */
    struct moments usd_per_1000_orders;      /* that went through; none: the replication is left out */
    struct moments usd_per_million_requests; /* of the edge */
    struct held *held;
    int held_count, held_capacity;
    struct arena held_arena;
};

/*
 * The bill of a month: the one place where a month's usage meets prices and terms. Months of equally many days whose usage
 * is the same have the same lines, whatever their number in the year. False when a rate is missing (in diag) and may not be.
 */
bool costing_bill_month(struct bill *out, const struct costing *costing, const struct month_usage *month,
                        struct arena *arena);

/*
 * What month 1..12 used when replication r of day type d happens days_e6[d * BILL_REPLICATIONS + r] millionths of a day
 * in it; its records' hours begin at 24 times that index. In `arena`; keys are borrowed.
 */
struct month_usage costing_month_usage(const struct costing *costing, int month, const int64_t *days_e6,
                                       struct arena *arena);

void costing_init(struct costing *costing, const struct scenario *sc, const struct price_book *book,
                  struct arena *arena, struct diag *diag);
void costing_fini(struct costing *costing);

/* A record of a billed day, and of the headline day (`orders` went through). False when a rate is missing (in diag). */
bool costing_take_day(struct costing *costing, const struct replication *rep, const char *violation);
bool costing_take_headline(struct costing *costing, const struct replication *rep, uint64_t orders);

/*
 * No more records will come. Days that are missing leave the bill without months, and what is still held is then priced
 * at first-tier rates. False when a rate is missing.
 */
bool costing_close(struct costing *costing);

#endif
