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

/* Of independent samples, which is wider than need be: the days' customers are the same. */
struct estimate headline_bill(const struct results *base, const struct results *variant)
{
    const struct moments *sides[] = { &base->tally->costing.window_usd, &variant->tally->costing.window_usd };
    if (base->cost.monthly || variant->cost.monthly || sides[0]->count == 0 || sides[1]->count == 0)
        return estimate_exact(NAN);
    struct estimate e = { .mean = sides[1]->mean - sides[0]->mean, .part_count = 2 };
    for (int i = 0; i < 2; i++) {
        const double df = sides[i]->count - 1;
        e.parts[i] = (struct estimate_part){ .se = df > 0 ? sqrt(sides[i]->squares / df / sides[i]->count) : NAN,
                                             .df = df,
                                             .replications = sides[i]->count };
    }
    return e;
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
