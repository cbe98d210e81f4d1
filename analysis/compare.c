/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/compare.h"

#include <math.h>
#include <string.h>

#include "analysis/compare_parts.h"

static const double LEVEL = 0.95;

/* ---- a variant by itself ---- */

static void count_objectives(struct variant *v)
{
    for (int i = 0; i < v->results->objective_count; i++) {
        v->missed += v->results->objectives[i].verdict == VERDICT_MISSED;
        v->undecided += v->results->objectives[i].verdict == VERDICT_UNDECIDED;
    }
}

/* Bill and loss of one variant come from different days, so they are independent. */
static struct ci total_of(const struct variant *v)
{
    const struct cost *cost = &v->results->cost;
    if (!cost->monthly || isnan(v->loss_usd.mean))
        return ci_none(NAN);
    const struct ci bill = cost->annual_usd, loss = v->loss_usd;
    const double mean = bill.mean + loss.mean;
    if (!ci_has_interval(bill) || !ci_has_interval(loss))
        return ci_none(mean);
    return (struct ci){ .mean = mean,
                        .lo = mean - hypot(bill.mean - bill.lo, loss.mean - loss.lo),
                        .hi = mean + hypot(bill.hi - bill.mean, loss.hi - loss.mean) };
}

static void look_at(struct variant *v, const struct contender *contender, const char **why, struct arena *arena)
{
    *v = (struct variant){ .contender = contender,
                           .results = contender->results,
                           .name = contender->name,
                           .folder = contender->folder,
                           .loss_usd = ci_none(NAN) };
    v->scheduled = compare_scheduled_loss(contender, why, arena);
    v->event_loss_usd = v->scheduled ? ci_of_mean(v->scheduled->loss_usd, v->scheduled->count, LEVEL) : ci_none(NAN);
    v->risk = contender->risk;
    if (!v->risk && v->scheduled && contender->sc->business.faults_per_year > 0)
        v->risk = compare_scheduled_risk(contender->sc, v->scheduled, arena);
    if (!v->risk && !*why)
        *why = "how often such faults come is not known: business.faults_per_year may say it";
    if (v->risk)
        v->loss_usd = v->risk->loss_usd;
    v->total_usd = total_of(v);
    count_objectives(v);
}

/* ---- against the base ---- */

static void compare_money(struct variant *v, const struct variant *base, struct arena *arena)
{
    v->annual = paired_bill(base->results, v->results, BILL_ANNUAL);
    v->monthly_mean = paired_bill(base->results, v->results, BILL_MONTHLY_MEAN);
    v->monthly_peak = paired_bill(base->results, v->results, BILL_MONTHLY_PEAK);
    v->annual_spread = paired_years(base->results, v->results);
    v->loss = base->risk && v->risk ? compare_loss(base->risk, v->risk, (uint64_t)base->contender->sc->seed, arena)
                                    : estimate_exact(NAN);
    v->total = estimate_add(v->annual, 1, v->loss, arena);
    v->annual_ci = estimate_ci(&v->annual, LEVEL);
    v->monthly_mean_ci = estimate_ci(&v->monthly_mean, LEVEL);
    v->monthly_peak_ci = estimate_ci(&v->monthly_peak, LEVEL);
    v->loss_ci = estimate_ci(&v->loss, LEVEL);
    v->total_ci = estimate_ci(&v->total, LEVEL);
}

/* How much less one day's scheduled faults cost, customers being the same. */
static struct ci event_gain(const struct variant *v, const struct variant *base)
{
    struct estimate e = estimate_exact(NAN);
    const struct risk_stratum *x = base->scheduled, *y = v->scheduled;
    if (x && y)
        e = estimate_of_pairs(y->loss_usd, x->loss_usd, x->count < y->count ? x->count : y->count);
    return estimate_ci(&e, LEVEL);
}

static void pair_up(struct variant *v, const struct variant *base, const char *operation, struct arena *arena)
{
    compare_money(v, base, arena);
    compare_operations(v, base->contender, arena);
    v->nines = paired_nines(base->contender, v->contender, operation, arena);
    v->event_gain_usd = event_gain(v, base);
    compare_benefits(v, v->contender->sc, operation, arena);
    v->change_count = compare_changes(base->contender->sc, v->contender->sc, &v->changes, arena);
}

/* ---- all of them ---- */

static const char *billed_by_headline(const struct contender *contenders, int count)
{
    for (int i = 0; i < count; i++)
        if (contenders[i].peak_type >= 0)
            return contenders[i].sc->day_types[contenders[i].peak_type].name;
    return NULL;
}

static int common_pairs(const struct contender *contenders, int count)
{
    int pairs = contenders[0].samples.count;
    for (int i = 1; i < count; i++) {
        const int both = pairs_count(&contenders[0].samples, &contenders[i].samples);
        pairs = both < pairs ? both : pairs;
    }
    return pairs;
}

void compare_compute(struct comparison *out, struct contender *contenders, int count, const char *const *doubts,
                     int doubt_count, struct arena *arena)
{
    const struct scenario *const sc = contenders[0].sc;
    *out = (struct comparison){ .count = count, .best = -1 };
    out->variants = ARENA_ARRAY(arena, struct variant, count);
    out->operation = sc->business.present ? sc->business.operation_name : "all";
    out->pairs = common_pairs(contenders, count);
    for (int i = 0; i < count; i++) {
        const char *why;
        look_at(&out->variants[i], &contenders[i], &why, arena);
        out->partial = out->partial || contenders[i].results->partial;
        if (!out->violation && contenders[i].results->violation)
            out->violation = arena_printf(arena, "%s: %s", contenders[i].name, contenders[i].results->violation);
        if (!out->consists_of || !out->variants[i].risk)
            out->consists_of = out->variants[i].risk ? out->variants[i].risk->consists_of : why;
    }
    for (int i = 0; i < count; i++)
        pair_up(&out->variants[i], &out->variants[0], out->operation, arena);
    compare_dominance(out);
    compare_verdict(out, arena);
    out->billed_by_headline = billed_by_headline(contenders, count);
    out->warnings = doubts;
    out->warning_count = doubt_count;
}
