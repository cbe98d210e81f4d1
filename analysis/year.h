/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * year -- what the year could have cost: years whose days are drawn.
 *
 * No two sale days are alike, and a month has several. Each day of a month is drawn, with replacement, from the
 * replications of its day type [EFR-82]; the rest of a fraction of a day is drawn like a day. The month that this gives is
 * billed whole, so tiers fill with its own days and not with averages. Quantiles are over YEARS_DRAWN such years, whose
 * draws belong to (seed, year, month, day type, day) and to nothing else.
 *
 * A quantile says how much months differ because their days do. It does not say how well the mean is known, which the
 * interval of the mean says, and nothing about rates, traffic or prices that are not what the scenario says.
 *
 * [EFR-82] B. Efron, The Jackknife, the Bootstrap and Other Resampling Plans, SIAM 1982, ch. 5.
 */
#ifndef HEADROOM_YEAR_H
#define HEADROOM_YEAR_H

#include <stdbool.h>

#include "analysis/calendar.h"

enum { YEARS_DRAWN = 200 };

struct costing; /* analysis/cost.h */

struct spread {
    double p5, p50, p95; /* USD */
};

struct year_law {
    struct spread months[MONTHS];      /* of each month's bill */
    struct spread mean_month;          /* of the mean of a year's months */
    struct spread annual;              /* of their sum */
    int64_t annual_cents[YEARS_DRAWN]; /* of each year, in the order of their numbers: pairs for two designs */
};

/*
 * How often each day happens in the drawn year 0..YEARS_DRAWN-1: [day type * BILL_REPLICATIONS + replication], in
 * millionths of a day. The same years as those of year_draw().
 */
void year_days(int64_t *days_e6, const struct costing *costing, int year);

/* Quantiles of YEARS_DRAWN amounts, which are sorted. */
struct spread year_spread(int64_t *cents);

/* All days of the calendar are there. False when a rate is missing (in the costing's diag). */
bool year_draw(struct year_law *out, const struct costing *costing);

#endif
