/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/results.h"

#include <math.h>
#include <string.h>

#include "analysis/remarks.h"
#include "pricing/price_book.h"
#include "sim/base/check.h"

static void count_tasks(struct results *r, const struct task_list *tasks)
{
    const struct tally *t = r->tally;
    const int headline = atomic_load(&tasks->headline_wanted);
    const int days = t->sc->day_type_count * BILL_REPLICATIONS;
    r->replications = t->replications;
    r->finished = t->replications;
    r->planned = headline + days;
    r->requests = t->requests;
    r->dynamic_requests = t->dynamic_requests;
    r->events = t->events;
    r->twin_requests = t->twin.requests;
    r->station_visits = t->station_visits;
    struct fingerprint all = { .sum = t->fingerprint };
    for (int i = 0; i < days; i++) {
        const struct replication *day = t->costing.days[i];
        if (!day)
            continue;
        r->finished++;
        r->billed_requests += day->edge_requests;
        r->billed_events += day->events;
        fingerprint_add(&all, day->fingerprint.sum, headline + i + 1, day->fingerprint.count);
    }
    r->fingerprint = all.sum;
}

const struct operation_summary *results_operation(const struct results *r, const char *name)
{
    for (int i = 0; i < r->operation_count; i++)
        if (strcmp(r->operations[i].name, name) == 0)
            return &r->operations[i];
    return NULL;
}

/* The value of what failed is in proportion to the orders that failed. */
static struct ci scaled(struct ci ci, double by)
{
    return (struct ci){ .mean = ci.mean * by, .lo = ci.lo * by, .hi = ci.hi * by };
}

static void summarise_business(struct results *r)
{
    if (!r->sc->business.present)
        return;
    const double lost_usd = (double)r->sc->business.value / (double)MONEY_PER_USD * r->sc->business.lost_if_failed;
    r->business.present = true;
    r->business.failed_orders = ci_clip(ci_of_moments(&r->tally->failed_orders, r->level), 0, INFINITY);
    r->business.lost_value_usd = scaled(r->business.failed_orders, lost_usd);
    r->business.lost_margin_usd = scaled(r->business.lost_value_usd, r->sc->business.margin);
    r->business.usd_per_1000_orders = ci_of_moments(&r->tally->costing.usd_per_1000_orders, r->level);
}

static void warn(struct results *r, const char *text)
{
    r->warnings[r->warning_count++] = text;
}

static void warn_about_calendar(struct results *r, struct arena *arena)
{
    const struct calendar_fill *fill = &r->cost.calendar;
    for (int m = 0; m < MONTHS; m++) {
        const double days = (double)fill->unfilled_e6[m] / 1e6;
        if (days > 0)
            warn(r, arena_printf(arena,
                                 "calendar: %.4g days of %s %d belong to no day type and are not billed; "
                                 "give one day type no months, it fills what is left",
                                 days, calendar_month_name(m + 1), fill->year));
        else if (days < 0)
            warn(r, arena_printf(arena,
                                 "calendar: %s %d has %.4g days more than the month; spread them over more "
                                 "months",
                                 calendar_month_name(m + 1), fill->year, -days));
    }
}

static void collect_warnings(struct results *r, const struct diag *input, struct arena *arena)
{
    enum { OWN = MONTHS + 8 };
    r->warnings = ARENA_ARRAY(arena, const char *, input->count + OWN);
    for (int i = 0; i < input->count; i++)
        if (input->entries[i].severity == SEVERITY_WARNING)
            warn(r, remark_diagnostic(&input->entries[i], arena));
    if (r->out_of_time)
        warn(r, arena_printf(arena, "not reproducible: %s", remark_time_limit(r, arena)));
    const char *imprecise = remark_precision(r, arena);
    if (imprecise)
        warn(r, arena_printf(arena, "the precision was not reached: %s", imprecise));
    if (r->cost.unpriced.count > 0)
        warn(r, arena_printf(arena,
                             "no rate for what is on %s of the bill: every total is incomplete; "
                             "`--prices FILE` takes rates",
                             unpriced_text(&r->cost.unpriced, arena)));
    if (r->partial)
        warn(r, arena_printf(arena, "interrupted: %d of %d simulated days are finished; the rest is missing",
                             r->finished, r->planned));
    if (r->sc->day_type_count == 0)
        warn(r, "the scenario has no `calendar`, so there is no monthly bill; the day is priced at first-tier rates");
    else if (r->cost.monthly)
        warn_about_calendar(r, arena);
    if (r->replications == 1)
        warn(r, "one replication has no intervals, so no objective can be decided; use at least 2");
}

bool results_compute(struct results *out, struct tally *tally, const struct task_list *tasks, const struct diag *input,
                     bool partial, struct arena *arena)
{
    CHECK(tally->replications > 0, "no replication of the headline day is finished");
    *out = (struct results){ .sc = tally->sc, .tally = tally, .partial = partial, .out_of_time = tasks->out_of_time };
    out->level = tally_level(tally, tally_figures(tally->sc));
    count_tasks(out, tasks);
    results_operations(out, arena);
    results_components(out, arena);
    results_calls(out, arena);
    results_series(out, arena);
    results_usage(out, arena);
    if (!costing_close(&tally->costing))
        return false;
    out->cost = tally->costing.cost;
    out->cost.window_usd = ci_of_moments(&tally->costing.window_usd, out->level);
    out->violation = tally->violation ? tally->violation : out->cost.violation;
    results_objectives(out, arena);
    summarise_business(out);
    out->usd_per_million_requests = ci_of_moments(&tally->costing.usd_per_million_requests, out->level);
    out->price_date = price_book_date(tally->costing.book);
    collect_warnings(out, input, arena);
    return true;
}
