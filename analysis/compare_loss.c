/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What failures cost: the headline day's faults as a mode of failure, and the difference of two years' expected losses.
 *
 * [WEL-47] B. L. Welch, The Generalization of "Student's" Problem when Several Different Population Variances are
 *          Involved, Biometrika 34 (1947).
 */
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/compare_parts.h"
#include "sim/base/check.h"
#include "sim/draw_rng.h"

enum { RATES_DRAWN = 2000 };

static const double LEVEL = 0.95;

/* ---- the headline day's faults ---- */

/* Orders that the twin of a replication had and the run had not; NAN without a twin. */
static double lost_to_twin(const struct contender *c, int row)
{
    const struct samples *s = &c->samples;
    for (int i = 0; i < c->twins.count; i++)
        if (c->twins.numbers[i] == s->numbers[row])
            return c->twins.values[i] - s->values[row * s->columns + sample_column(s, SAMPLE_ORDERS, 0)];
    return NAN;
}

/* What twins say beyond the orders that failed: orders that were never tried because an earlier page failed, less those
 * that fail on a day without faults. NAN without a twin. */
static double beyond_failed(const struct contender *c)
{
    const struct samples *s = &c->samples;
    struct moments beyond = { 0 };
    for (int row = 0; row < s->count; row++)
        moments_add(&beyond,
                    lost_to_twin(c, row) - s->values[row * s->columns + sample_column(s, SAMPLE_ORDERS_FAILED, 0)]);
    return beyond.count ? beyond.mean : NAN;
}

const struct risk_stratum *compare_scheduled_loss(const struct contender *c, const char **why, struct arena *arena)
{
    const struct scenario *sc = c->sc;
    const struct samples *s = &c->samples;
    const double beyond = beyond_failed(c);
    *why = !sc->business.present  ? "what a failed order costs is not known: the scenario has no business"
           : sc->fault_count == 0 ? "the scenario has no faults whose loss could be weighed"
           : isnan(beyond)        ? "no fault-free twin was simulated"
                                  : NULL;
    if (*why)
        return NULL;
    const double usd = (double)sc->business.value / (double)MONEY_PER_USD * sc->business.lost_if_failed *
                       sc->business.margin;
    const int count = (int)s->numbers[s->count - 1] + 1;
    double *loss_usd = ARENA_ARRAY(arena, double, count);
    for (int i = 0; i < count; i++)
        loss_usd[i] = NAN;
    for (int row = 0; row < s->count; row++) {
        const double failed = s->values[row * s->columns + sample_column(s, SAMPLE_ORDERS_FAILED, 0)];
        const double lost = lost_to_twin(c, row);
        loss_usd[s->numbers[row]] = usd * (isnan(lost) ? failed + beyond : lost);
    }
    struct risk_stratum *stratum = ARENA_NEW(arena, struct risk_stratum);
    *stratum = (struct risk_stratum){ .name = "headline day", .share = 1, .count = count, .loss_usd = loss_usd };
    return stratum;
}

static const char *fault_names(const struct scenario *sc, struct arena *arena)
{
    const char *names = sc->faults[0].name;
    for (int i = 1; i < sc->fault_count; i++)
        names = arena_printf(arena, "%s, %s", names, sc->faults[i].name);
    return names;
}

const struct risk_result *compare_scheduled_risk(const struct scenario *sc, const struct risk_stratum *event,
                                                 struct arena *arena)
{
    const double per_year = sc->business.faults_per_year;
    const struct ci loss = ci_of_mean(event->loss_usd, event->count, LEVEL);
    const struct ci year = { .mean = loss.mean * per_year, .lo = loss.lo * per_year, .hi = loss.hi * per_year };
    struct risk_mode *mode = ARENA_NEW(arena, struct risk_mode);
    *mode = (struct risk_mode){
        .name = "scheduled faults", .per_year = per_year, .stratum_count = 1, .strata = event, .loss_usd = year
    };
    struct risk_result *risk = ARENA_NEW(arena, struct risk_result);
    *risk = (struct risk_result){ .mode_count = 1,
                                  .modes = mode,
                                  .loss_usd = year,
                                  .by_rates = ci_none(year.mean),
                                  .by_simulation = year,
                                  .p50_usd = NAN,
                                  .p95_usd = NAN };
    risk->consists_of = arena_printf(
        arena,
        "the headline day's scheduled faults (%s) %.3g times a year, as business.faults_per_year says: each costs the "
        "orders that the fault-free twin has more, %.0f %% of them lost for good, at a contribution margin of %.0f %%; "
        "no other failure is in it",
        fault_names(sc, arena), per_year, sc->business.lost_if_failed * 100, sc->business.margin * 100);
    return risk;
}

/* ---- the difference of two years ---- */

static const struct risk_mode *find_mode(const struct risk_result *risk, const char *name)
{
    for (int m = 0; m < risk->mode_count; m++)
        if (strcmp(risk->modes[m].name, name) == 0)
            return &risk->modes[m];
    return NULL;
}

static const struct risk_stratum *find_stratum(const struct risk_mode *mode, const char *name)
{
    for (int s = 0; mode && s < mode->stratum_count; s++)
        if (strcmp(mode->strata[s].name, name) == 0)
            return &mode->strata[s];
    return NULL;
}

/* Sums of variances of independent parts, and what their degrees of freedom come to [WEL-47]. */
struct pooled {
    double mean, variance, spent; /* spent: sum of variance^2 / df */
    int fewest;                   /* pairs of a stratum */
};

static double loss_of_event(const struct risk_stratum *stratum, int i)
{
    return stratum ? stratum->loss_usd[i] : 0;
}

/* A mode that comes more often in one of the two (more zones, more instances) weighs more there. A stratum that one of
 * them does not have costs it nothing. */
static void add_stratum(struct pooled *p, double base_weight, const struct risk_stratum *base, double variant_weight,
                        const struct risk_stratum *variant)
{
    const int count = !base ? variant->count : !variant || base->count < variant->count ? base->count : variant->count;
    struct moments difference = { 0 };
    for (int i = 0; i < count; i++)
        moments_add(&difference, variant_weight * loss_of_event(variant, i) - base_weight * loss_of_event(base, i));
    p->mean += difference.mean;
    p->fewest = difference.count < p->fewest ? difference.count : p->fewest;
    if (difference.count < 2)
        return;
    const double variance = difference.squares / (difference.count - 1) / difference.count;
    p->variance += variance;
    p->spent += variance * variance / (difference.count - 1);
}

/* What a year of the mode costs more in the variant; *pooled: of all modes so far. */
static double add_mode(struct pooled *pooled, const struct risk_mode *base, const struct risk_mode *variant)
{
    const struct risk_mode *mode = base ? base : variant;
    CHECK(mode, "a mode that neither of the two has");
    const double before = pooled->mean;
    for (int s = 0; s < mode->stratum_count; s++) {
        const double share = mode->strata[s].share;
        add_stratum(pooled, base ? base->per_year * share : 0, find_stratum(base, mode->strata[s].name),
                    variant ? variant->per_year * share : 0, find_stratum(variant, mode->strata[s].name));
    }
    return pooled->mean - before;
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* How far the year is off because a mode comes more or less often than its mean: in the same proportion in both. */
static void add_rate(double *drawn, const struct risk_mode *mode, double per_year_usd, uint64_t seed)
{
    struct draw_rng rng;
    draw_rng_init(&rng, draw_key_make(seed, 0), draw_place(mode->name), draw_place("analysis/compare/rate"));
    const double shape = mode->seen + 0.5;
    for (int i = 0; i < RATES_DRAWN; i++)
        drawn[i] += (gsl_ran_gamma(&rng.rng, shape, 1 / shape) - 1) * per_year_usd;
}

struct estimate compare_loss(const struct risk_result *base, const struct risk_result *variant, uint64_t seed,
                             struct arena *arena)
{
    struct pooled pooled = { .fewest = INT32_MAX };
    double *drawn = ARENA_ARRAY(arena, double, RATES_DRAWN);
    bool rates = false;
    for (int m = 0; m < base->mode_count + variant->mode_count; m++) {
        const bool of_base = m < base->mode_count;
        const struct risk_mode *mode = of_base ? &base->modes[m] : &variant->modes[m - base->mode_count];
        if (!of_base && find_mode(base, mode->name))
            continue;
        const double per_year_usd = of_base ? add_mode(&pooled, mode, find_mode(variant, mode->name))
                                            : add_mode(&pooled, NULL, mode);
        if (mode->years > 0)
            add_rate(drawn, mode, per_year_usd, seed);
        rates = rates || mode->years > 0;
    }
    struct estimate e = { .mean = pooled.mean, .part_count = 1 };
    e.parts[0] = (struct estimate_part){ .se = sqrt(pooled.variance), .replications = pooled.fewest };
    e.parts[0].df = pooled.fewest < 2 ? 0 : pooled.spent > 0 ? pooled.variance * pooled.variance / pooled.spent : 1;
    if (rates) {
        qsort(drawn, RATES_DRAWN, sizeof *drawn, ascending);
        e.drawn = drawn;
        e.drawn_count = RATES_DRAWN;
    }
    return e;
}
