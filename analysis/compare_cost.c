/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Bills side by side: of the same replication of the same days. */
#include <math.h>

#include "analysis/compare_parts.h"

static int64_t annual_cents(const struct cost *c, int replication)
{
    int64_t cents = 0;
    for (int m = 0; m < MONTHS; m++)
        cents += c->months[m].cents[replication];
    return cents;
}

static double bill_usd(const struct cost *c, enum bill_figure figure, int replication)
{
    switch (figure) {
    case BILL_ANNUAL: return (double)annual_cents(c, replication) / 100;
    case BILL_MONTHLY_MEAN: return (double)annual_cents(c, replication) / 100 / MONTHS;
    case BILL_MONTHLY_PEAK: return (double)c->months[c->peak_month - 1].cents[replication] / 100;
    }
    return NAN;
}

struct estimate paired_bill(const struct results *base, const struct results *variant, enum bill_figure figure)
{
    double a[BILL_REPLICATIONS], b[BILL_REPLICATIONS];
    if (!base->cost.monthly || !variant->cost.monthly)
        return estimate_exact(NAN);
    for (int r = 0; r < BILL_REPLICATIONS; r++) {
        a[r] = bill_usd(&base->cost, figure, r);
        b[r] = bill_usd(&variant->cost, figure, r);
    }
    return estimate_of_pairs(a, b, BILL_REPLICATIONS);
}

/* Year i was drawn of the same days for both. */
struct spread paired_years(const struct results *base, const struct results *variant)
{
    int64_t cents[YEARS_DRAWN];
    if (!base->cost.monthly || !variant->cost.monthly)
        return (struct spread){ NAN, NAN, NAN };
    for (int i = 0; i < YEARS_DRAWN; i++)
        cents[i] = variant->cost.annual_drawn_cents[i] - base->cost.annual_drawn_cents[i];
    return year_spread(cents);
}
