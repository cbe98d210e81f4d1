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

#include "analysis/calendar.h"
#include "analysis/ci.h"
#include "analysis/tasks.h"
#include "pricing/bill.h"

struct month_cost {
    int64_t cents[BILL_REPLICATIONS]; /* total of each bill */
    struct ci usd;
};

struct service_cost {
    const char *name; /* "Amazon Elastic Compute Cloud" */
    int64_t cents[BILL_REPLICATIONS];
    double mean_usd; /* exact in half cents: the means of all services add up to the mean total */
};

struct cost {
    bool monthly; /* there is a calendar and its days are simulated */
    struct calendar_fill calendar;
    struct month_cost months[MONTHS];
    struct ci monthly_mean_usd;    /* mean over the 12 months */
    struct ci monthly_peak_usd;    /* of the dearest month */
    int peak_month;                /* 1..12 */
    int start_month;               /* 1..12: contains `start` */
    int shown;                     /* the replication that is shown line by line */
    struct bill bill;              /* its bill for the month of `start` */
    struct service_cost *services; /* month of `start`, dearest first */
    int service_count;
    struct ci window_usd;       /* the headline day */
    double *window_samples_usd; /* of each replication; NAN where there is none */
    int window_count;
    const char *violation; /* NULL, or a bill that does not add up */
};

/* Bills everything. False when a rate is missing (reported in diag). */
bool cost_compute(struct cost *out, const struct task_list *tasks, const struct price_book *book, struct arena *arena,
                  struct diag *diag);

#endif
