/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/ci.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "sim/base/check.h"

const char *verdict_name(enum verdict verdict)
{
    switch (verdict) {
    case VERDICT_MET: return "met";
    case VERDICT_MISSED: return "missed";
    case VERDICT_UNDECIDED: return "undecided";
    }
    return "undecided";
}

struct ci ci_none(double mean)
{
    return (struct ci){ .mean = mean, .lo = NAN, .hi = NAN };
}

bool ci_has_interval(struct ci ci)
{
    return !isnan(ci.lo) && !isnan(ci.hi);
}

double ci_half_width(struct ci ci)
{
    return ci_has_interval(ci) ? (ci.hi - ci.lo) / 2 : 0;
}

static double t_quantile(double level, int count)
{
    return gsl_cdf_tdist_Pinv(0.5 + level / 2, (double)(count - 1));
}

struct ci ci_of_mean(const double *samples, int count, double level)
{
    int n = 0;
    double sum = 0;
    for (int i = 0; i < count; i++) {
        if (isnan(samples[i]))
            continue;
        sum += samples[i];
        n++;
    }
    if (n == 0)
        return ci_none(NAN);
    const double mean = sum / n;
    if (n == 1)
        return ci_none(mean);
    double squares = 0;
    for (int i = 0; i < count; i++)
        if (!isnan(samples[i]))
            squares += (samples[i] - mean) * (samples[i] - mean);
    const double half = t_quantile(level, n) * sqrt(squares / (n - 1) / n);
    return (struct ci){ .mean = mean, .lo = mean - half, .hi = mean + half };
}

void moments_add(struct moments *m, double sample)
{
    if (isnan(sample))
        return;
    const double off = sample - m->mean;
    m->mean += off / ++m->count;
    m->squares += off * (sample - m->mean);
}

struct ci ci_of_moments(const struct moments *m, double level)
{
    if (m->count < 2)
        return ci_none(m->count ? m->mean : NAN);
    const double half = t_quantile(level, m->count) * sqrt(m->squares / (m->count - 1) / m->count);
    return (struct ci){ .mean = m->mean, .lo = m->mean - half, .hi = m->mean + half };
}

/*
 * With h = all / size, the pseudo-value of a group is h whole - (h - 1) without; their variances are inverse to the sizes.
 * Written with the distances from `whole`, which lose no digits.
 */
struct ci ci_jackknife(double whole, const double *without, const int *sizes, int count, double level)
{
    if (count < 2)
        return ci_none(whole);
    double all = 0, centre = 0, squares = 0;
    for (int i = 0; i < count; i++)
        all += sizes[i];
    for (int i = 0; i < count; i++)
        centre += (1 - sizes[i] / all) * (without[i] - whole);
    for (int i = 0; i < count; i++) {
        const double others = all / sizes[i] - 1;
        const double off = centre - others * (without[i] - whole);
        squares += off * off / others;
    }
    const double half = t_quantile(level, count) * sqrt(squares / count);
    return (struct ci){ .mean = whole, .lo = whole - half, .hi = whole + half };
}

struct ci ci_widen(struct ci ci, double by)
{
    return (struct ci){ .mean = ci.mean, .lo = ci.lo - by, .hi = ci.hi + by };
}

struct ci ci_clip(struct ci ci, double lo, double hi)
{
    if (ci.lo < lo)
        ci.lo = lo;
    if (ci.hi > hi)
        ci.hi = hi;
    return ci;
}

/* With n successes in n trials the Clopper-Pearson bound is the p with p^n = 1 - level. */
double ci_all_succeeded_lo(uint64_t trials, double level)
{
    CHECK(trials > 0, "an interval needs a trial");
    return exp(log1p(-level) / (double)trials);
}

enum verdict ci_at_least(struct ci ci, double limit)
{
    if (!ci_has_interval(ci))
        return VERDICT_UNDECIDED;
    if (ci.lo >= limit)
        return VERDICT_MET;
    return ci.hi < limit ? VERDICT_MISSED : VERDICT_UNDECIDED;
}

enum verdict ci_at_most(struct ci ci, double limit)
{
    if (!ci_has_interval(ci))
        return VERDICT_UNDECIDED;
    if (ci.hi <= limit)
        return VERDICT_MET;
    return ci.lo > limit ? VERDICT_MISSED : VERDICT_UNDECIDED;
}
