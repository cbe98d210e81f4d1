/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/advice_cost.h"

#include <math.h>
#include <string.h>

#include "pricing/usage_file.h"
#include "pricing/wide.h"

#define E6 1000000

const double advice_drops[ADVICE_DROPS] = { 0.2, 0.4 };

enum { SCAN = 24, HOURS_OF_DAY = 24 };

/* ---- the year ---- */

bool advice_form_year(struct adviser *a, int replication)
{
    const struct costing *c = a->costing;
    const int types = c->sc->day_type_count;
    int64_t *days_e6 = ARENA_ARRAY(a->arena, int64_t, types * BILL_REPLICATIONS);
    for (int d = 0; d < types; d++)
        for (int m = 0; m < MONTHS; m++)
            days_e6[d * BILL_REPLICATIONS + replication] += c->cost.calendar.days_e6[m][d];
    const struct month_usage usage = costing_month_usage(c, 1, days_e6, a->arena);
    const struct metering_setting setting = {
        .book = c->book,
        .hours_of_month = HOURS_OF_YEAR / MONTHS,
        .allow_unpriced = c->allow_unpriced,
        .arena = a->arena,
        .diag = c->diag,
        .by_hour = true,
    };
    struct metering_work *const work = metering_new(&setting);
    struct metering metering;
    bool ok = !c->also_is_wrong;
    metering_add_usage(work, usage.records, usage.count);
    for (int m = 0; m < MONTHS && ok; m++)
        ok = usage_records_meter(work, c->also.records, c->also.count, setting.hours_of_month, a->arena, c->diag);
    if (!metering_end(work, &metering) || !ok)
        return false;
    struct workload *const year = &a->year[0][replication];
    workload_form(year, &metering, HOURS_OF_YEAR, a->arena);
    for (int drop = 0; drop < ADVICE_DROPS; drop++)
        a->year[1 + drop][replication] = workload_scaled(year, (int64_t)llround((1 - advice_drops[drop]) * E6),
                                                         a->arena);
    for (int d = 0; d < types; d++) {
        const int32_t first = HOURS_OF_DAY * (d * BILL_REPLICATIONS + replication); /* costing_month_usage() */
        a->days[d][replication] = workload_of_hours(year, first, first + HOURS_OF_DAY, a->arena);
    }
    return true;
}

void advice_draw_years(struct adviser *a)
{
    const struct costing *c = a->costing;
    const int types = c->sc->day_type_count, days = types * BILL_REPLICATIONS;
    int64_t *days_e6 = ARENA_ARRAY(a->arena, int64_t, days);
    a->shares = ARENA_ARRAY(a->arena, double, YEARS_DRAWN *days);
    for (int year = 0; year < YEARS_DRAWN; year++) {
        year_days(days_e6, c, year);
        for (int d = 0; d < types; d++) {
            int64_t all_e6 = 0;
            for (int m = 0; m < MONTHS; m++)
                all_e6 += c->cost.calendar.days_e6[m][d];
            for (int r = 0; r < BILL_REPLICATIONS && all_e6 > 0; r++)
                a->shares[year * days + d * BILL_REPLICATIONS + r] = (double)days_e6[d * BILL_REPLICATIONS + r] /
                                                                     (double)all_e6;
        }
    }
}

/* ---- what a set costs ---- */

void advice_resize(struct commitment_rates *rates, struct commitment *sized, const struct candidate *candidate,
                   int replication, int64_t steps)
{
    const struct commitment_rates *const unit = &candidate->rates[replication];
    *sized = candidate->commitment;
    *rates = *unit;
    rates->of = sized;
    rates->recurring = unit->recurring * steps;
    rates->upfront = unit->upfront * steps;
    if (sized->kind == COMMITMENT_RESERVED)
        sized->count = steps;
    else
        sized->usd_per_hour = ADVICE_STEP * steps;
}

static money year_fee(const struct commitment_rates *rates, const struct workload *year)
{
    return (money)wide_mul_div((uint128)rates->recurring, (uint64_t)year->hours_e6, E6) +
           commitment_upfront_share(rates, HOURS_OF_YEAR);
}

struct evaluation advice_evaluate(struct adviser *a, int scene, const struct chosen *chosen, size_t count,
                                  struct commitment_result *results)
{
    struct evaluation out = { .mean_usd = 0 };
    const size_t present = a->present.count;
    for (int r = 0; r < BILL_REPLICATIONS; r++) {
        const struct workload *const year = scene < ADVICE_SCENES ? &a->year[scene][r]
                                                                  : &a->days[scene - ADVICE_SCENES][r];
        struct commitment_rates *rates = ARENA_ARRAY(&a->scratch, struct commitment_rates, present + count + 1);
        struct commitment *sized = ARENA_ARRAY(&a->scratch, struct commitment, count + 1);
        struct coverage coverage;
        money fees = 0;
        if (present > 0)
            memcpy(rates, a->present_rates[r], present * sizeof *rates);
        for (size_t i = 0; i < count; i++)
            advice_resize(&rates[present + i], &sized[i], chosen[i].candidate, r, chosen[i].steps);
        coverage_find(&coverage, year, rates, present + count, &a->scratch);
        for (size_t i = 0; i < present + count; i++)
            fees += year_fee(&rates[i], year);
        const money rest = coverage_rest(&coverage, year, present + count);
        out.usd[r] = ((double)fees + (double)rest * a->rest_share) / (double)MONEY_PER_USD;
        out.mean_usd += out.usd[r] / BILL_REPLICATIONS;
        out.fees_usd = (double)fees / (double)MONEY_PER_USD;
        for (size_t i = 0; results && i < count; i++) {
            const struct commitment_result one = coverage_result(
                &coverage, year, rates, present + i, year_fee(&rates[present + i], year), a->present.discount_e6);
            results[i].fee += one.fee / BILL_REPLICATIONS;
            results[i].used += one.used / BILL_REPLICATIONS;
            results[i].unused += one.unused / BILL_REPLICATIONS;
            results[i].covered += one.covered / BILL_REPLICATIONS;
            results[i].avoided += one.avoided / BILL_REPLICATIONS;
            results[i].coverable += one.coverable / BILL_REPLICATIONS;
            results[i].saving += one.saving / BILL_REPLICATIONS;
            results[i].low_confidence = results[i].low_confidence || one.low_confidence;
        }
    }
    arena_reset(&a->scratch);
    return out;
}

/* ---- years whose days are drawn ---- */

/* What is saved on demand in each scene; the fees are apart, because they do not depend on the days. */
static double saved_usd(const struct evaluation *without, const struct evaluation *with, int replication)
{
    return without->usd[replication] - without->fees_usd - (with->usd[replication] - with->fees_usd);
}

/*
 * Commitments cover hour by hour, so what a day saves does not depend on the other days: a year saves what its days
 * do, less the fees. Hours of no day (fixed quantities alone) save the same every year.
 */
struct spread advice_drawn(struct adviser *a, const struct chosen *with, size_t with_count,
                           const struct chosen *without, size_t without_count)
{
    const int types = a->costing->sc->day_type_count, days = types * BILL_REPLICATIONS;
    double *day_usd = ARENA_ARRAY(a->arena, double, days);
    int64_t cents[YEARS_DRAWN];
    const struct evaluation before = advice_evaluate(a, 0, without, without_count, NULL),
                            after = advice_evaluate(a, 0, with, with_count, NULL);
    double fixed_usd = before.fees_usd - after.fees_usd;
    for (int r = 0; r < BILL_REPLICATIONS; r++)
        fixed_usd += saved_usd(&before, &after, r) / BILL_REPLICATIONS;
    for (int d = 0; d < types; d++) {
        const struct evaluation day = advice_evaluate(a, ADVICE_SCENES + d, without, without_count, NULL),
                                then = advice_evaluate(a, ADVICE_SCENES + d, with, with_count, NULL);
        for (int r = 0; r < BILL_REPLICATIONS; r++) {
            day_usd[d * BILL_REPLICATIONS + r] = saved_usd(&day, &then, r);
            fixed_usd -= saved_usd(&day, &then, r) / BILL_REPLICATIONS;
        }
    }
    for (int year = 0; year < YEARS_DRAWN; year++) {
        double usd = fixed_usd;
        for (int i = 0; i < days; i++)
            usd += day_usd[i] * a->shares[year * days + i];
        cents[year] = (int64_t)llround(usd * 100);
    }
    return year_spread(cents);
}

/* ---- the best size of one, the others as they are ---- */

double advice_cost_at(struct sizing *s, int64_t steps)
{
    s->set[s->index].steps = steps;
    return advice_evaluate(s->adviser, 0, s->set, s->count, NULL).mean_usd;
}

/* Smallest size in [low, high] beyond which the next step saves nothing: the lowest point of a convex function. */
static int64_t lowest_between(struct sizing *s, int64_t low, int64_t high)
{
    while (low < high) {
        const int64_t middle = low + (high - low) / 2;
        if (advice_cost_at(s, middle + 1) < advice_cost_at(s, middle))
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/*
 * Beside plans that come later in AWS's order the cost need not be convex (what this one takes, they lose), so the
 * whole range is looked at first. Where it is convex, the lowest point lies beside the lowest point of the scan.
 */
int64_t advice_best_size(struct sizing *s)
{
    const int64_t most = s->set[s->index].candidate->most;
    const int64_t stride = most / SCAN > 0 ? most / SCAN : 1;
    int64_t best = 0;
    double best_usd = INFINITY;
    for (int64_t steps = 0; steps < most + stride; steps += stride) {
        const double usd = advice_cost_at(s, steps < most ? steps : most);
        if (usd < best_usd) {
            best_usd = usd;
            best = steps < most ? steps : most;
        }
    }
    best = lowest_between(s, best > stride ? best - stride : 0, best + stride < most ? best + stride : most);
    s->set[s->index].steps = best;
    return best;
}
