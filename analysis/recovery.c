/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/recovery.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "analysis/ci.h"
#include "sim/base/check.h"
#include "sim/base/text.h"

static const double LEVEL = 0.999, QUARTER_S = 900, CALM_S = 300, AFTER_S = 1800, HEALTHY = 0.99;

static const double *column(const struct replication *rep, const char *name)
{
    for (int c = 0; c < rep->series.column_count; c++)
        if (text_equal(rep->series.columns[c].component, "all") && text_equal(rep->series.columns[c].name, name))
            return rep->series.values + (int64_t)c * rep->series.window_count;
    return NULL;
}

static double window_s(const struct twin *twin)
{
    return (double)twin->window_ns / 1e9;
}

static int windows(const struct twin *twin, double s)
{
    return (int)ceil(s / window_s(twin));
}

/* ---- the twin ---- */

void twin_add(struct twin *twin, const struct replication *rep, struct arena *arena)
{
    const double *const success = column(rep, "availability"), *const p99 = column(rep, "p99"),
                        *const arrivals = column(rep, "arrivals");
    if (!success || !p99 || !arrivals)
        return;
    const int count = rep->series.window_count;
    CHECK(twin->replications == 0 || twin->window_count == count, "twins of different lengths");
    twin->window_count = count;
    twin->window_ns = rep->series.window_ns;
    double **const kept[] = { &twin->success, &twin->p99_ms, &twin->begun };
    const double *const values[] = { success, p99, arrivals };
    const size_t old = (size_t)twin->replications * (size_t)count;
    for (size_t k = 0; k < ARRAY_LEN(kept); k++) {
        *kept[k] = arena_grow(arena, *kept[k], old, old + (size_t)count, sizeof **kept[k]);
        for (int w = 0; w < count; w++)
            (*kept[k])[old + (size_t)w] = values[k][w] * (k == 2 ? window_s(twin) : 1);
    }
    twin->replications++;
    twin->requests += rep->edge_requests;
}

/* Half the width of the interval of one more sample. */
static double reach(const struct moments *m)
{
    if (m->count < 2)
        return 0;
    const double sd = sqrt(m->squares / (m->count - 1));
    return gsl_cdf_tdist_Pinv(0.5 + LEVEL / 2, m->count - 1) * sd * sqrt(1 + 1.0 / m->count);
}

struct twin_interval twin_interval(const struct twin *twin, int window)
{
    const int around = windows(twin, QUARTER_S);
    struct moments success = { 0 }, p99 = { 0 }, begun = { 0 };
    for (int r = 0; r < twin->replications; r++)
        for (int w = window - around; w <= window + around; w++) {
            if (w < 0 || w >= twin->window_count)
                continue;
            const int at = r * twin->window_count + w;
            moments_add(&success, twin->success[at]);
            moments_add(&p99, twin->p99_ms[at]);
            moments_add(&begun, twin->begun[at]);
        }
    /* One failure among few is none too many. */
    const double usual = begun.mean > 0 && begun.mean < 1000 ? 1 - 1.5 / begun.mean : 0.999;
    const double least = success.count ? success.mean - reach(&success) : 0;
    static const double RESOLUTION = 1.02; /* of the histogram, and more */
    return (struct twin_interval){ .success_least = least < usual ? least : usual,
                                   .p99_most_ms = p99.count ? fmax(p99.mean + reach(&p99), p99.mean * RESOLUTION)
                                                            : INFINITY };
}

/* ---- the fault ---- */

struct run_of_windows {
    const struct twin *twin;
    const double *success, *p99_ms;
};

static bool is_good(const struct run_of_windows *r, int window)
{
    const struct twin_interval interval = twin_interval(r->twin, window);
    return (isnan(r->success[window]) || r->success[window] >= interval.success_least) &&
           (isnan(r->p99_ms[window]) || r->p99_ms[window] <= interval.p99_most_ms);
}

/* The first window from `from` on that begins five good minutes which end by `until`; -1: none. */
static int calm_from(const struct run_of_windows *r, int from, int until)
{
    const int calm = windows(r->twin, CALM_S);
    int good = 0;
    for (int w = from; w < until && w < r->twin->window_count; w++) {
        good = is_good(r, w) ? good + 1 : 0;
        if (good == calm)
            return w - calm + 1;
    }
    return -1;
}

static bool twin_is_healthy(const struct twin *twin, int from, int until)
{
    struct moments success = { 0 };
    for (int r = 0; r < twin->replications; r++)
        for (int w = from; w < until && w < twin->window_count; w++)
            moments_add(&success, twin->success[r * twin->window_count + w]);
    return success.count > 0 && success.mean >= HEALTHY;
}

/* The first window in which the fault shows; -1: it never does. What it does later than this is something else's. */
static int first_hurt(const struct run_of_windows *r, int first, int over)
{
    const int until = over + windows(r->twin, 600);
    for (int w = first; w < until && w < r->twin->window_count; w++)
        if (!is_good(r, w))
            return w;
    return -1;
}

struct recovery recovery_of(const struct twin *twin, const struct replication *rep, const struct fault_result *fault)
{
    struct recovery out = { .recovered_s = NAN };
    const struct run_of_windows r = { twin, column(rep, "availability"), column(rep, "p99") };
    if (twin->replications == 0 || fault->times == 0 || !r.success || !r.p99_ms ||
        twin->window_count != rep->series.window_count)
        return out;
    const int over = windows(twin, fault->end_s), deadline = over + windows(twin, AFTER_S);
    const int hurt = first_hurt(&r, (int)(fault->start_s / window_s(twin)), over);
    if (hurt < 0) {
        out.judged = true;
        out.recovered_s = fault->start_s;
        return out;
    }
    const int first = calm_from(&r, hurt, twin->window_count), after = calm_from(&r, over, deadline);
    if (after < 0 && deadline > twin->window_count)
        return out;
    out.judged = true;
    out.metastable = after < 0 && twin_is_healthy(twin, over, deadline);
    const int recovered = after < 0 ? calm_from(&r, deadline, twin->window_count) : first;
    if (recovered >= 0)
        out.recovered_s = fmax(fault->start_s, recovered * window_s(twin));
    return out;
}
