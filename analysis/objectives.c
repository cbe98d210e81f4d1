/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was promised, beside what was found. */
#include <math.h>
#include <string.h>

#include "analysis/results.h"
#include "analysis/tally.h"
#include "sim/base/check.h"

/* A failure in a thousand: what availability is measured against where no objective says how much may fail. */
static const double DEFAULT_BUDGET = 0.001;

static struct operation_tally *operation_of(const struct tally *t, const char *name)
{
    for (int i = 0; i < t->outline->operation_count; i++)
        if (strcmp(t->outline->operations[i].name, name) == 0)
            return &t->operations[i];
    CHECK(false, "an objective's operation has no result");
    return NULL;
}

/* ---- figures that a run's length is decided on ---- */

static bool needs_days_only(const struct objective *objective)
{
    return objective->kind == OBJECTIVE_MONTHLY_COST; /* more replications of the headline day do not change a month */
}

int tally_figures(const struct scenario *sc)
{
    int count = sc->precision > 0 ? 2 : 0;
    for (int i = 0; i < sc->objective_count; i++)
        count += !needs_days_only(&sc->objectives[i]);
    return count;
}

static double latency_limit_ms(const struct objective *objective)
{
    return (double)objective->at_most / (double)SIM_MILLISECOND;
}

static struct ci value_of(const struct tally *t, const struct objective *objective, double level)
{
    struct operation_tally *op = operation_of(t, objective->operation);
    bool one_sided;
    return objective->kind == OBJECTIVE_AVAILABILITY
               ? tally_availability(op, level, &one_sided)
               : pool_quantile_ms(&op->latency, objective->percentile / 100, level);
}

static enum verdict verdict_on(const struct objective *objective, struct ci value)
{
    return objective->kind == OBJECTIVE_AVAILABILITY ? ci_at_least(value, objective->at_least)
                                                     : ci_at_most(value, latency_limit_ms(objective));
}

/* The half width of a latency is measured against the latency, that of an availability against the failures that were
 * seen or the failures that are allowed, whichever are more: 99.9 % +- 1 % says nothing. */
static bool is_precise(struct ci value, double precision, bool is_share, double budget)
{
    const double scale = is_share ? fmax(1 - value.mean, budget) : value.mean;
    return ci_has_interval(value) && ci_half_width(value) <= precision * scale;
}

/* Nothing of it ended inside the clock: waiting will not show it either. */
static bool is_never_seen(struct ci value)
{
    return isnan(value.mean);
}

static bool objective_suffices(const struct tally *t, const struct objective *objective, double level)
{
    if (needs_days_only(objective))
        return true;
    const struct ci value = value_of(t, objective, level);
    const bool is_share = objective->kind == OBJECTIVE_AVAILABILITY;
    return is_never_seen(value) ||
           (verdict_on(objective, value) != VERDICT_UNDECIDED &&
            is_precise(value, t->sc->precision, is_share, is_share ? 1 - objective->at_least : 0));
}

static bool headline_suffices(const struct tally *t, double level)
{
    struct operation_tally *all = operation_of(t, "all");
    bool one_sided;
    const struct ci availability = tally_availability(all, level, &one_sided);
    const struct ci p99_ms = pool_quantile_ms(&all->latency, 0.99, level);
    return (is_never_seen(availability) || is_precise(availability, t->sc->precision, true, DEFAULT_BUDGET)) &&
           (is_never_seen(p99_ms) || is_precise(p99_ms, t->sc->precision, false, 0));
}

bool tally_suffices(struct tally *t)
{
    const double level = tally_level(t, tally_figures(t->sc));
    bool suffices = headline_suffices(t, level);
    for (int i = 0; suffices && i < t->sc->objective_count; i++)
        suffices = objective_suffices(t, &t->sc->objectives[i], level);
    return suffices;
}

/* ---- verdicts ---- */

/* A total that leaves something out can be over its limit, but never be known to be under it. */
static enum verdict judge_total(const struct results *r, struct objective_summary *sum)
{
    const enum verdict verdict = ci_at_most(sum->value, sum->limit);
    if (verdict == VERDICT_MISSED || r->cost.unpriced.count == 0 || sum->note)
        return verdict;
    sum->note = "what is unpriced is not in it";
    return VERDICT_UNDECIDED;
}

static const char *why_no_interval(const struct results *r)
{
    return r->replications < 2 ? "one replication has no interval; use at least 2" : NULL;
}

static void judge_monthly_cost(const struct results *r, struct objective_summary *sum)
{
    sum->unit = "USD";
    sum->limit = (double)sum->objective->at_most_usd_e10 / (double)MONEY_PER_USD;
    sum->value = ci_none(NAN);
    if (r->cost.monthly)
        sum->value = sum->objective->month == 0 ? r->cost.monthly_mean_usd : r->cost.monthly_peak_usd;
    else
        sum->note = r->partial ? "the days of the calendar were not simulated" : "a month needs a `calendar`";
}

static void judge(const struct results *r, const struct objective *objective, struct objective_summary *sum)
{
    *sum = (struct objective_summary){ .objective = objective, .text = objective->text };
    if (needs_days_only(objective)) {
        judge_monthly_cost(r, sum);
        sum->verdict = judge_total(r, sum);
        return;
    }
    sum->at_least = objective->kind == OBJECTIVE_AVAILABILITY;
    sum->unit = sum->at_least ? "share" : "ms";
    sum->limit = sum->at_least ? objective->at_least : latency_limit_ms(objective);
    sum->value = value_of(r->tally, objective, r->level);
    sum->verdict = verdict_on(objective, sum->value);
    if (isnan(sum->value.mean))
        sum->note = "nothing of it ended inside the clock";
    else
        sum->note = ci_has_interval(sum->value) ? NULL : why_no_interval(r);
}

void results_objectives(struct results *r, struct arena *arena)
{
    const struct scenario *sc = r->sc;
    r->objective_count = sc->objective_count;
    r->objectives = ARENA_ARRAY(arena, struct objective_summary, r->objective_count + 1);
    for (int i = 0; i < sc->objective_count; i++)
        judge(r, &sc->objectives[i], &r->objectives[i]);
}

enum verdict results_verdict(const struct results *r)
{
    enum verdict worst = VERDICT_MET;
    for (int i = 0; i < r->objective_count; i++) {
        const enum verdict verdict = r->objectives[i].verdict;
        if (verdict == VERDICT_MISSED)
            return VERDICT_MISSED;
        if (verdict == VERDICT_UNDECIDED)
            worst = VERDICT_UNDECIDED;
    }
    return worst;
}
