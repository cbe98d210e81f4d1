/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The cost-benefit table, from extra cost E a year, loss avoided A a year and what the business says:
 *
 *   net benefit                A - E
 *   payback                    (once + E) / A years: how long the avoided loss takes to pay the change and its first year
 *   break-even order value     value x E / A: above it the variant pays, because A is in proportion to it
 *   cost per further nine      E / n, with n = log10(unavailability of the base / of the variant): unavailability at a
 *                              tenth is one nine, halved it is 0.30
 *   break-even frequency       E / (loss of an event in the base - in the variant): from so many a year on it pays
 */
#include <math.h>
#include <string.h>

#include "analysis/compare_parts.h"

static const double LEVEL = 0.95;

static struct benefit undefined(const char *why)
{
    return (struct benefit){ .value = ci_none(NAN), .spread = { NAN, NAN, NAN }, .why = why };
}

static struct benefit known(struct ci value)
{
    return (struct benefit){ .value = value, .spread = { NAN, NAN, NAN } };
}

static struct ci scaled(struct ci ci, double by)
{
    return by < 0 ? (struct ci){ ci.mean * by, ci.hi * by, ci.lo * by }
                  : (struct ci){ ci.mean * by, ci.lo * by, ci.hi * by };
}

static struct ci shifted(struct ci ci, double by)
{
    return (struct ci){ ci.mean + by, ci.lo + by, ci.hi + by };
}

/* Its upper end is open when the divisor may be nothing. */
static struct benefit ratio(struct ci above, struct ci below, double by, const char *open)
{
    struct benefit b = known(scaled(ci_ratio(above, below), by));
    if (isinf(b.value.hi))
        b.why = open;
    return b;
}

/* The other way round: it saves money and loses more. */
static struct benefit below(struct benefit b)
{
    b.why = b.why ? "pays below it, if at all: the further loss may be nothing"
                  : "pays below it: it saves money and loses more";
    return b;
}

static const char *const NO_LOSS = "no expected loss is known";
static const char *const NO_BILL = "no yearly bill is known";
static const char *const NOT_AVOIDED = "the variant avoids no loss";
static const char *const MAYBE_NOTHING = "no upper end: the avoided loss may be nothing";

static struct benefit payback(struct ci extra, struct ci avoided, double once)
{
    if (extra.mean + once <= 0)
        return undefined(avoided.mean >= 0 ? "at once: it costs no more" : "none: it saves money and loses more");
    if (avoided.mean <= 0)
        return undefined("never: it avoids no loss");
    return ratio(shifted(extra, once), avoided, 1, MAYBE_NOTHING);
}

static struct benefit break_even_value(struct ci extra, struct ci avoided, double value)
{
    if (extra.mean <= 0 && avoided.mean >= 0)
        return undefined("pays at any order value: it costs no more and loses no more");
    if (extra.mean < 0)
        return below(ratio(scaled(extra, -1), scaled(avoided, -1), value, "the further loss may be nothing"));
    if (avoided.mean <= 0)
        return undefined("pays at no order value: it avoids no loss");
    return ratio(extra, avoided, value, MAYBE_NOTHING);
}

static struct benefit per_nine(const struct variant *v, struct ci extra, const struct operation_pair *pair)
{
    if (!pair || isnan(pair->availability.mean))
        return undefined("availability is not known");
    if (isnan(v->nines.mean))
        return undefined(pair->availability.mean > 0   ? "no failure was seen in the variant"
                         : pair->availability.mean < 0 ? "no failure was seen in the base"
                                                       : "no failure was seen in either");
    if (v->nines.mean <= 0)
        return undefined("it is not more available");
    if (extra.mean <= 0)
        return undefined("it costs no more");
    return ratio(extra, v->nines, 1, "no upper end: the gain may be nothing");
}

static struct benefit break_even_events(const struct variant *v, struct ci extra)
{
    if (isnan(v->event_gain_usd.mean))
        return undefined("what the headline day's faults cost is not known");
    if (extra.mean <= 0 && v->event_gain_usd.mean >= 0)
        return undefined("pays without any: it costs no more and loses no more");
    if (extra.mean < 0)
        return below(ratio(scaled(extra, -1), scaled(v->event_gain_usd, -1), 1, "the further loss may be nothing"));
    if (v->event_gain_usd.mean <= 0)
        return undefined(NOT_AVOIDED);
    return ratio(extra, v->event_gain_usd, 1, MAYBE_NOTHING);
}

static const struct operation_pair *find_pair(const struct variant *v, const char *operation)
{
    for (int i = 0; i < v->operation_count; i++)
        if (!strcmp(v->operations[i].name, operation))
            return &v->operations[i];
    return NULL;
}

void compare_benefits(struct variant *v, const struct scenario *sc, const char *operation, struct arena *arena)
{
    const struct ci extra = v->annual_ci, avoided = scaled(v->loss_ci, -1);
    const bool bill = !isnan(extra.mean), loss = !isnan(avoided.mean);
    const double once = (double)sc->business.one_off / (double)MONEY_PER_USD;
    const double value = (double)sc->business.value / (double)MONEY_PER_USD;
    const struct estimate net = estimate_scale(v->total, -1, arena);
    const char *missing = !bill ? NO_BILL : NO_LOSS;
    v->extra_cost = bill ? known(extra) : undefined(NO_BILL);
    v->extra_cost.spread = v->annual_spread;
    v->loss_avoided = loss ? known(avoided) : undefined(NO_LOSS);
    v->net = bill && loss ? known(estimate_ci(&net, LEVEL)) : undefined(missing);
    v->payback_years = bill && loss ? payback(extra, avoided, once) : undefined(missing);
    v->break_even_value_usd = bill && loss ? break_even_value(extra, avoided, value) : undefined(missing);
    v->usd_per_nine = bill ? per_nine(v, extra, find_pair(v, operation)) : undefined(NO_BILL);
    v->break_even_events = bill ? break_even_events(v, extra) : undefined(NO_BILL);
}
