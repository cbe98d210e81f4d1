/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/risk_year.h"

#include <gsl/gsl_fft_complex.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>

#include "sim/base/check.h"
#include "sim/draw_rng.h"

enum { YEARS_RESAMPLED = 2000 };

/* ---- means ---- */

static double stratum_mean(const struct risk_stratum *s)
{
    struct moments m = { 0 };
    for (int i = 0; i < s->count; i++)
        moments_add(&m, s->loss_usd[i]);
    return m.count ? m.mean : 0.0;
}

double risk_mode_mean(const struct risk_mode *mode)
{
    double mean = 0.0;
    for (int s = 0; s < mode->stratum_count; s++)
        mean += mode->strata[s].share * stratum_mean(&mode->strata[s]);
    return mean;
}

/* The same of events drawn again, with replacement, within their strata. */
static double resampled_mean(const struct risk_mode *mode, const gsl_rng *rng)
{
    double mean = 0.0;
    for (int s = 0; s < mode->stratum_count; s++) {
        const struct risk_stratum *stratum = &mode->strata[s];
        struct moments m = { 0 };
        for (int i = 0; i < stratum->count; i++)
            moments_add(&m, stratum->loss_usd[gsl_rng_uniform_int(rng, (unsigned long)stratum->count)]);
        mean += stratum->share * (m.count ? m.mean : 0.0);
    }
    return mean;
}

static double drawn_rate(const struct risk_mode *mode, const gsl_rng *rng)
{
    return mode->years > 0 ? gsl_ran_gamma(rng, mode->seen + 0.5, 1.0 / mode->years) : mode->per_year;
}

/* ---- intervals ---- */

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static struct ci percentile_interval(double mean, double *values)
{
    qsort(values, YEARS_RESAMPLED, sizeof *values, ascending);
    return (struct ci){ .mean = mean,
                        .lo = values[YEARS_RESAMPLED * 25 / 1000],
                        .hi = values[YEARS_RESAMPLED * 975 / 1000] };
}

/* Of one mode, or of all: columns are both kinds of uncertainty, rates alone, costs alone. */
struct resampled {
    double *both, *rates, *costs;
};

static struct resampled resampled_new(struct arena *arena)
{
    return (struct resampled){ ARENA_ARRAY(arena, double, YEARS_RESAMPLED), ARENA_ARRAY(arena, double, YEARS_RESAMPLED),
                               ARENA_ARRAY(arena, double, YEARS_RESAMPLED) };
}

static void resample(struct risk_mode *mode, uint64_t seed, struct resampled *all, struct arena *arena)
{
    const double mean = risk_mode_mean(mode);
    struct draw_rng rng;
    draw_rng_init(&rng, draw_key_make(seed, 0), draw_place(mode->name), draw_place("analysis/risk/year"));
    double *own = ARENA_ARRAY(arena, double, YEARS_RESAMPLED);
    for (int y = 0; y < YEARS_RESAMPLED; y++) {
        const double rate = drawn_rate(mode, &rng.rng), cost = resampled_mean(mode, &rng.rng);
        own[y] = rate * cost;
        all->both[y] += rate * cost;
        all->rates[y] += rate * mean;
        all->costs[y] += mode->per_year * cost;
    }
    mode->loss_usd = percentile_interval(mode->per_year * mean, own);
}

/* ---- the distribution of a year ---- */

/* Each cost is split over its two neighbouring cells so that the mean is kept; what is beyond the grid is at its end. */
static void put_on_grid(double *cells, double cost, double weight, double step)
{
    const double at = cost / step;
    const size_t cell = at < COMPOUND_CELLS - 1 ? (size_t)at : COMPOUND_CELLS - 2;
    const double above = at < COMPOUND_CELLS - 1 ? at - (double)cell : 1.0;
    cells[2 * cell] += weight * (1.0 - above);
    cells[2 * (cell + 1)] += weight * above;
}

/* On twice as many cells, so that what wraps around falls beyond those that are kept. */
static bool compound(double *work, double rate, const double *costs, const double *weights, int count, double step)
{
    enum { PADDED = 2 * COMPOUND_CELLS };
    for (size_t i = 0; i < 2 * (size_t)PADDED; i++)
        work[i] = 0.0;
    for (int i = 0; i < count; i++)
        put_on_grid(work, costs[i], weights[i], step);
    gsl_fft_complex_radix2_forward(work, 1, PADDED);
    for (size_t i = 0; i < PADDED; i++) { /* exp(rate (phi - 1)) */
        const double re = rate * (work[2 * i] - 1.0), im = rate * work[2 * i + 1];
        work[2 * i] = exp(re) * cos(im);
        work[2 * i + 1] = exp(re) * sin(im);
    }
    gsl_fft_complex_radix2_inverse(work, 1, PADDED);
    double beyond = 0.0;
    for (size_t i = COMPOUND_CELLS; i < PADDED; i++)
        beyond += work[2 * i];
    return beyond < 1e-6;
}

double *compound_poisson(double rate, const double *costs, const double *weights, int count, double *step,
                         struct arena *arena)
{
    double most = 0.0, mean = 0.0, square = 0.0;
    for (int i = 0; i < count; i++) {
        most = costs[i] > most ? costs[i] : most;
        mean += weights[i] * costs[i];
        square += weights[i] * costs[i] * costs[i];
    }
    double *density = ARENA_ARRAY(arena, double, COMPOUND_CELLS);
    double top = most + rate * mean + 8.0 * sqrt(rate * square);
    if (!(top > 0.0)) {
        *step = 1.0;
        density[0] = 1.0;
        return density;
    }
    double *work = ARENA_ARRAY(arena, double, 4 * COMPOUND_CELLS);
    for (int tries = 0; tries < 20; tries++, top *= 2.0) {
        *step = top / (double)(COMPOUND_CELLS - 1);
        if (compound(work, rate, costs, weights, count, *step))
            break;
    }
    for (size_t i = 0; i < COMPOUND_CELLS; i++)
        density[i] = work[2 * i] > 0.0 ? work[2 * i] : 0.0;
    return density;
}

double compound_quantile(const double *density, double step, double p)
{
    double sum = 0.0;
    for (size_t i = 0; i < COMPOUND_CELLS; i++) {
        sum += density[i];
        if (sum >= p - 1e-12)
            return (double)i * step;
    }
    return (double)(COMPOUND_CELLS - 1) * step;
}

/* All simulated events of all modes, weighted by how often they come. A run may be luckier than its twin by a few orders:
 * such an event costs nothing here. */
const double *risk_year_density(const struct risk_result *year, double *step, struct arena *arena)
{
    int count = 0, n = 0;
    double rate = 0.0;
    for (int m = 0; m < year->mode_count; m++)
        for (int s = 0; s < year->modes[m].stratum_count; s++)
            count += year->modes[m].strata[s].count;
    double *costs = ARENA_ARRAY(arena, double, count + 1), *weights = ARENA_ARRAY(arena, double, count + 1);
    for (int m = 0; m < year->mode_count; m++)
        for (int s = 0; s < year->modes[m].stratum_count; s++) {
            const struct risk_mode *mode = &year->modes[m];
            const struct risk_stratum *stratum = &mode->strata[s];
            int simulated = 0;
            for (int i = 0; i < stratum->count; i++)
                simulated += !isnan(stratum->loss_usd[i]);
            for (int i = 0; i < stratum->count; i++) {
                if (isnan(stratum->loss_usd[i]))
                    continue;
                costs[n] = stratum->loss_usd[i] > 0 ? stratum->loss_usd[i] : 0;
                weights[n] = mode->per_year * stratum->share / simulated;
                rate += weights[n++];
            }
        }
    for (int i = 0; i < n; i++)
        weights[i] /= rate;
    return compound_poisson(rate, costs, weights, n, step, arena);
}

void risk_year_compute(struct risk_result *out, struct risk_mode *modes, int mode_count, uint64_t seed,
                       struct arena *arena)
{
    struct resampled all = resampled_new(arena);
    double mean = 0.0;
    for (int m = 0; m < mode_count; m++) {
        resample(&modes[m], seed, &all, arena);
        mean += modes[m].loss_usd.mean;
    }
    out->modes = modes;
    out->mode_count = mode_count;
    out->loss_usd = percentile_interval(mean, all.both);
    out->by_rates = percentile_interval(mean, all.rates);
    out->by_simulation = percentile_interval(mean, all.costs);
    double step;
    const double *density = risk_year_density(out, &step, arena);
    out->p50_usd = compound_quantile(density, step, 0.50);
    out->p95_usd = compound_quantile(density, step, 0.95);
}

/* ---- AWS's arithmetic ---- */

double availability_series(const double *parts, int count)
{
    double all = 1.0;
    for (int i = 0; i < count; i++)
        all *= parts[i];
    return all;
}

double availability_parallel(const double *parts, int count)
{
    double none = 1.0;
    for (int i = 0; i < count; i++)
        none *= 1.0 - parts[i];
    return 1.0 - none;
}

double availability_k_of_n(int k, int n, double part)
{
    CHECK(k >= 0 && k <= n, "k of n with k above n");
    double sum = 0.0;
    for (int up = k; up <= n; up++)
        sum += gsl_ran_binomial_pdf((unsigned)up, part, (unsigned)n);
    return sum;
}
