/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Figures of a comparison as people read them. */
#include <math.h>
#include <string.h>

#include "analysis/compare_parts.h"
#include "analysis/compare_report.h"
#include "analysis/figure.h"

static const char NOTHING[] = "–";

const struct benefit_words benefit_words[BENEFIT_ROWS] = {
    [ROW_EXTRA_COST] = { "extra cost a year", "extra_cost_usd", "USD",
                         "the variant's yearly bill minus the base's, over the same days" },
    [ROW_LOSS_AVOIDED] = { "loss avoided a year", "loss_avoided_usd", "USD",
                           "expected loss of contribution margin in the base minus that in the variant" },
    [ROW_NET] = { "net benefit a year", "net_benefit_usd", "USD", "loss avoided minus extra cost" },
    [ROW_PAYBACK] = { "payback", "payback_years", "years",
                      "how long the avoided loss takes to pay for the change (business.one_off) and its first year" },
    [ROW_ORDER_VALUE] = { "break-even order value", "break_even_order_value_usd", "USD",
                          "above this value of an order the variant pays" },
    [ROW_NINE] = { "cost per further nine", "usd_per_nine", "USD",
                   "extra cost a year over the nines gained: log10 of the base's unavailability over the variant's, so "
                   "a "
                   "tenth is one nine and half is 0.30" },
    [ROW_EVENTS] = { "break-even events a year", "break_even_events_per_year", "events",
                     "from so many events a year like the headline day's faults on the variant pays" },
};

const struct benefit *benefit_of(const struct variant *v, enum benefit_row row)
{
    switch (row) {
    case ROW_EXTRA_COST: return &v->extra_cost;
    case ROW_LOSS_AVOIDED: return &v->loss_avoided;
    case ROW_NET: return &v->net;
    case ROW_PAYBACK: return &v->payback_years;
    case ROW_ORDER_VALUE: return &v->break_even_value_usd;
    case ROW_NINE: return &v->usd_per_nine;
    case ROW_EVENTS: return &v->break_even_events;
    case BENEFIT_ROWS: break;
    }
    return NULL;
}

/* ---- intervals ---- */

static bool is_lopsided(struct ci ci)
{
    const double down = ci.mean - ci.lo, up = ci.hi - ci.mean;
    return isinf(up) || isinf(down) || fabs(up - down) > 0.02 * (up + down);
}

static const char *signed_text(const char *text, double value, bool difference, struct arena *arena)
{
    return difference && value > 0 ? arena_printf(arena, "+%s", text) : text;
}

typedef const char *figure_fn(double value, struct arena *arena);

static const char *lopsided(struct ci ci, figure_fn *figure, bool difference, struct arena *arena)
{
    const char *mean = signed_text(figure(ci.mean, arena), ci.mean, difference, arena);
    if (isinf(ci.hi) && isinf(ci.lo))
        return mean;
    if (isinf(ci.hi))
        return arena_printf(arena, "%s (at least %s)", mean, figure(ci.lo, arena));
    if (isinf(ci.lo))
        return arena_printf(arena, "%s (at most %s)", mean, figure(ci.hi, arena));
    return arena_printf(arena, "%s (%s to %s)", mean, figure(ci.lo, arena), figure(ci.hi, arena));
}

const char *compare_money(struct ci ci, bool difference, struct arena *arena)
{
    if (isnan(ci.mean))
        return NOTHING;
    if (ci_has_interval(ci) && is_lopsided(ci))
        return lopsided(ci, figure_usd, difference, arena);
    const char *half = figure_half_usd(ci, arena);
    const char *mean = signed_text(figure_usd(ci.mean, arena), ci.mean, difference, arena);
    return half[0] && ci_half_width(ci) >= 0.005 ? arena_printf(arena, "%s ± %s", mean, half + strlen("$")) : mean;
}

const char *compare_ms(struct ci ci, bool difference, struct arena *arena)
{
    if (isnan(ci.mean))
        return NOTHING;
    const char *half = figure_half_ms(ci, arena);
    const char *mean = signed_text(figure_ms(ci.mean, arena), ci.mean, difference, arena);
    return half[0] && ci.hi > ci.lo ? arena_printf(arena, "%s ± %s", mean, half) : mean;
}

/* As many decimals as show the half width, two at least. */
static int point_places(double half)
{
    int places = 2;
    while (places < 5 && half > 0 && half * pow(10, places) < 1)
        places++;
    return places;
}

const char *compare_points(struct ci ci, struct arena *arena)
{
    if (isnan(ci.mean))
        return NOTHING;
    const double half = ci_half_width(ci) * 100;
    const int places = point_places(half);
    const double scale = pow(10, places), mean = round(ci.mean * 100 * scale) / scale;
    const char *text = arena_printf(arena, mean == 0 ? "%.*f" : "%+.*f", places, fabs(mean) > 0 ? mean : 0.0);
    return half * scale < 1e-6 ? arena_printf(arena, "%s pp", text)
                               : arena_printf(arena, "%s ± %.*f pp", text, places, ceil(half * scale - 1e-9) / scale);
}

const char *compare_availability(const struct operation_summary *op, struct arena *arena)
{
    if (!op || isnan(op->availability.mean))
        return NOTHING;
    const char *value = figure_share(op->availability, arena), *half = figure_half_percent(op->availability, arena);
    return half[0] ? arena_printf(arena, "%s ± %s", value, half) : value;
}

/* ---- benefits ---- */

static const char *months_or_years(double years, struct arena *arena)
{
    return fabs(years) < 1 ? arena_printf(arena, "%s months", figure_number(round(years * 120) / 10, arena))
                           : arena_printf(arena, "%s years", figure_number(round(years * 10) / 10, arena));
}

static const char *times(double events, struct arena *arena)
{
    return figure_number(events, arena);
}

struct words benefit_text(const struct variant *v, enum benefit_row row, struct arena *arena)
{
    const struct benefit *b = benefit_of(v, row);
    if (isnan(b->value.mean))
        return (struct words){ "", b->why };
    struct words words = { .note = b->why ? b->why : "" };
    if (row == ROW_PAYBACK || row == ROW_EVENTS) {
        figure_fn *figure = row == ROW_PAYBACK ? months_or_years : times;
        words.value = ci_has_interval(b->value) ? lopsided(b->value, figure, false, arena)
                                                : figure(b->value.mean, arena);
    } else {
        words.value = compare_money(b->value, false, arena);
    }
    if (isnan(b->spread.p5))
        return words;
    const char *from = figure_usd(b->spread.p5, arena), *to = figure_usd(b->spread.p95, arena);
    if (strcmp(from, to) != 0)
        words.note = arena_printf(arena, "%s to %s in 90 %% of the years that could be drawn", from, to);
    return words;
}

/* ---- sentences ---- */

const struct operation_summary *compare_operation(const struct comparison *c, const struct variant *v)
{
    return results_operation(v->results, c->operation);
}

static bool has_years(const struct comparison *c)
{
    for (int i = 0; i < c->count; i++)
        if (c->variants[i].results->cost.monthly)
            return true;
    return false;
}

struct ci compare_bill(const struct comparison *c, const struct variant *v)
{
    const struct cost *cost = &v->results->cost;
    return cost->monthly ? cost->annual_usd : has_years(c) ? ci_none(NAN) : cost->window_usd;
}

const char *compare_bill_name(const struct comparison *c)
{
    return has_years(c) ? "bill a year" : "bill of the day";
}

const char *compare_objectives(const struct variant *v, struct arena *arena)
{
    const int count = v->results->objective_count;
    if (count == 0)
        return "none";
    if (v->missed)
        return arena_printf(arena, "%d of %d missed", v->missed, count);
    return v->undecided ? arena_printf(arena, "%d of %d undecided", v->undecided, count)
                        : arena_printf(arena, "%d met", count);
}

/* "a", "a and b", "a, b and c" */
static const char *joined(const char *const *items, int count, struct arena *arena)
{
    const char *text = "";
    for (int i = 0; i < count; i++)
        text = arena_printf(arena, "%s%s%s", text, i == 0 ? "" : i + 1 < count ? ", " : " and ", items[i]);
    return text;
}

const char *compare_dominated(const struct comparison *c, const struct variant *v, struct arena *arena)
{
    static const char *const better[CRITERIA] = { "cheaper", "more available", "faster at p99",
                                                  "less exposed to loss" };
    static const char *const same[CRITERIA] = { "as cheap", "as available", "as fast at p99", "as exposed to loss" };
    const struct dominance *d = &v->dominated;
    const char *good[CRITERIA], *open[CRITERIA];
    int goods = 0, opens = 0, betters = 0;
    if (d->by < 0)
        return NULL;
    for (int k = 0; k < CRITERIA; k++) {
        betters += d->is[k] == CRITERION_BETTER;
        if (d->is[k] == CRITERION_BETTER)
            good[goods++] = arena_printf(arena, "%s (%s)", better[k], compare_confidence(d->sure[k], arena));
        else if (d->is[k] == CRITERION_EQUAL)
            good[goods++] = same[k];
        else if (d->is[k] == CRITERION_NOT_SHOWN)
            open[opens++] = criterion_names[k];
    }
    const char *text = arena_printf(arena, "'%s', which is %s", c->variants[d->by].name, joined(good, goods, arena));
    if (!d->strict)
        return arena_printf(arena, "shows no advantage over %s; in %s no difference could be shown", text,
                            joined(open, opens, arena));
    text = arena_printf(arena, "is dominated by %s", text);
    return betters > 1 ? arena_printf(arena, "%s; together %s", text, compare_confidence(d->confidence, arena)) : text;
}

const char *const *compare_assumptions(const struct comparison *c, struct arena *arena)
{
    enum { MOST = 8 };
    const char **lines = ARENA_ARRAY(arena, const char *, MOST);
    int count = 0;
    lines[count++] = arena_printf(arena,
                                  "Replication i of every variant meets the same customers, demands and failures; "
                                  "differences are taken over %s. Intervals are at the 95 %% level, each by itself.",
                                  figure_things(c->pairs, "such pair", arena));
    lines[count++] = arena_printf(arena, "Expected loss: %s.", c->consists_of);
    lines[count++] = arena_printf(arena,
                                  "Availability and p99 that variants are judged by are those of '%s' on the headline "
                                  "day, its faults included.",
                                  c->operation);
    if (c->billed_by_headline)
        lines[count++] = arena_printf(
            arena,
            "Days of type '%s' are billed from the headline day without its faults, which has "
            "their shape and mean.",
            c->billed_by_headline);
    lines[count++] =
        "Bills are of the calendar's fault-free days, each day type in two replications; their differences "
        "are paired by replication, so an interval has one degree of freedom. The range over drawn years "
        "says how much years differ because their days do.";
    lines[count++] = "A variant is dominated when another one is better (at the 95 % level) or equal in annual "
                     "cost, availability, p99 and, where it is known, expected loss. The confidence in all of it is 1 "
                     "minus the sum of what each lacks.";
    lines[count++] = "Money is list price before tax, with the scenarios' commitments; loss is contribution margin.";
    lines[count] = NULL;
    return lines;
}
