/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Availability and latency of each operation, over the replications of the headline day. */
#include <math.h>
#include <string.h>

#include "analysis/results.h"
#include "analysis/tally.h"

const char *const latency_figure_names[LATENCY_FIGURES] = { "mean", "p50", "p90", "p95", "p99", "p999" };

static const double NS_PER_MS = 1e6;
static const double DEFAULT_BAD_BELOW = 0.999; /* the level at which the report calls service restored */

/*
 * The quantile with linear interpolation inside its bin, so that leaving one replication out moves it smoothly; the
 * engine's own quantile answers with the middle of the bin and would often not move at all.
 */
static double quantile_ns(const struct histogram *h, double p)
{
    const double rank = p * (double)h->count;
    double before = 0;
    for (uint32_t bin = 0; bin < HISTOGRAM_BINS; bin++) {
        const double here = (double)h->bins[bin];
        if (here > 0 && before + here >= rank) {
            const double low = histogram_bin_low_ns(bin);
            const double width = 2 * (histogram_bin_mid_ns(bin) - low);
            const double value = low + width * (rank - before) / here;
            return fmin(fmax(value, (double)h->min_ns), (double)h->max_ns);
        }
        before += here;
    }
    return (double)h->max_ns;
}

static double half_bin_ns(double value_ns)
{
    const uint32_t bin = histogram_bin((sim_time)value_ns);
    return histogram_bin_mid_ns(bin) - histogram_bin_low_ns(bin);
}

/* ---- adding a replication ---- */

/* The mean latency is that of the replication, NAN when it has none. */
static void pool_add(struct pool *pool, const struct histogram *h, uint32_t replication, struct arena *arena)
{
    struct histogram *part = &pool->part[replication % JACKKNIFE_PARTS];
    if (!h->bins)
        return;
    if (!pool->all.bins)
        histogram_init(&pool->all, arena);
    if (!part->bins)
        histogram_init(part, arena);
    histogram_merge(&pool->all, h);
    histogram_merge(part, h);
    pool->part_size[replication % JACKKNIFE_PARTS]++;
    moments_add(&pool->mean_ms, h->count ? histogram_mean_ns(h) / NS_PER_MS : NAN);
}

static double share(uint64_t part, uint64_t whole)
{
    return whole ? (double)part / (double)whole : NAN;
}

/* Each success ends an operation, so successes per attempt are successes of operations over attempts. */
static void add_counts(struct operation_tally *sum, const struct operation_result *op)
{
    sum->begun += op->begun;
    sum->in_flight += op->in_flight;
    sum->attempts += op->attempts;
    for (int o = 0; o < OUTCOME_COUNT; o++)
        sum->outcomes[o] += op->outcomes[o];
    const uint64_t ok = op->outcomes[OUTCOME_OK];
    moments_add(&sum->availability, share(ok, op->begun - op->in_flight));
    moments_add(&sum->attempt_success,
                op->attempts > op->in_flight ? fmin(share(ok, op->attempts - op->in_flight), 1) : NAN);
}

static double bad_below(const struct scenario *sc, const char *operation)
{
    double of_all = DEFAULT_BAD_BELOW;
    for (int i = 0; i < sc->objective_count; i++) {
        const struct objective *o = &sc->objectives[i];
        if (o->kind != OBJECTIVE_AVAILABILITY)
            continue;
        if (strcmp(o->operation, operation) == 0)
            return o->at_least;
        if (strcmp(o->operation, "all") == 0)
            of_all = o->at_least;
    }
    return of_all;
}

static double bad_minutes_of(const struct replication *rep, const char *operation, double below)
{
    const struct series *series = &rep->series;
    for (int c = 0; c < series->column_count; c++) {
        if (series->columns[c].group != SERIES_AVAILABILITY || strcmp(series->columns[c].component, operation) != 0)
            continue;
        const double *values = &series->values[c * series->window_count];
        int bad = 0;
        for (int w = 0; w < series->window_count; w++)
            bad += !isnan(values[w]) && values[w] < below;
        return bad * (double)series->window_ns / (double)SIM_MINUTE;
    }
    return NAN;
}

void tally_operations(struct tally *t, const struct replication *rep)
{
    for (int o = 0; o < rep->operation_count; o++) {
        struct operation_tally *sum = &t->operations[o];
        const struct operation_result *op = &rep->operations[o];
        add_counts(sum, op);
        sum->bad_below = bad_below(t->sc, op->name);
        moments_add(&sum->bad_minutes, bad_minutes_of(rep, op->name, sum->bad_below));
        pool_add(&sum->latency, &op->latency, rep->number, &t->arena);
        pool_add(&sum->latency_ok, &op->latency_ok, rep->number, &t->arena);
    }
}

/* ---- what they add up to ---- */

/* What is not to be used is out of the whole while `in` is false. */
static void set_aside(struct pool *pool, const bool use[JACKKNIFE_PARTS], bool in)
{
    for (int i = 0; i < JACKKNIFE_PARTS; i++)
        if (pool->part[i].bins && !use[i])
            (in ? histogram_merge : histogram_unmerge)(&pool->all, &pool->part[i]);
}

bool pool_leave_out(struct pool *pool, double p, const bool use[JACKKNIFE_PARTS], struct left_out *out)
{
    *out = (struct left_out){ .parts = 0 };
    if (!pool->all.bins)
        return false;
    set_aside(pool, use, false);
    const bool any = pool->all.count > 0;
    if (any) {
        out->whole_ns = quantile_ns(&pool->all, p);
        out->resolution_ns = half_bin_ns(out->whole_ns);
    }
    for (int i = 0; any && i < JACKKNIFE_PARTS; i++) {
        if (!pool->part[i].bins || !use[i])
            continue;
        histogram_unmerge(&pool->all, &pool->part[i]);
        out->without_ns[out->parts] = pool->all.count ? quantile_ns(&pool->all, p) : out->whole_ns;
        histogram_merge(&pool->all, &pool->part[i]);
        out->sizes[out->parts++] = pool->part_size[i];
    }
    set_aside(pool, use, true);
    return any;
}

struct ci pool_quantile_ms(struct pool *pool, double p, double level)
{
    struct left_out left;
    bool all[JACKKNIFE_PARTS];
    for (int i = 0; i < JACKKNIFE_PARTS; i++)
        all[i] = true;
    if (!pool_leave_out(pool, p, all, &left))
        return ci_none(NAN);
    struct ci ci = ci_jackknife(left.whole_ns, left.without_ns, left.sizes, left.parts, level);
    ci = ci_clip(ci_widen(ci, left.resolution_ns), 0, INFINITY);
    return (struct ci){ .mean = ci.mean / NS_PER_MS, .lo = ci.lo / NS_PER_MS, .hi = ci.hi / NS_PER_MS };
}

static uint64_t failures(const struct operation_tally *op)
{
    uint64_t failed = 0;
    for (int o = 0; o < OUTCOME_COUNT; o++)
        failed += o == OUTCOME_OK ? 0 : op->outcomes[o];
    return failed;
}

struct ci tally_availability(const struct operation_tally *op, double level, bool *one_sided)
{
    const uint64_t ended = op->begun - op->in_flight;
    /* Requests of one day fail together: their number alone does not say how often a day has none that fail. */
    *one_sided = op->availability.count > 1 && failures(op) == 0;
    if (*one_sided)
        return (struct ci){ .mean = 1, .lo = ci_all_succeeded_lo(ended, level), .hi = 1 };
    return ci_clip(ci_of_moments(&op->availability, level), 0, 1);
}

static void summarise_latency(struct pool *pool, double level, struct ci out[LATENCY_FIGURES])
{
    static const double quantiles[LATENCY_FIGURES] = {
        [LATENCY_P50] = 0.5, [LATENCY_P90] = 0.9, [LATENCY_P95] = 0.95, [LATENCY_P99] = 0.99, [LATENCY_P999] = 0.999
    };
    out[LATENCY_MEAN] = ci_of_moments(&pool->mean_ms, level);
    for (int f = LATENCY_P50; f < LATENCY_FIGURES; f++)
        out[f] = pool_quantile_ms(pool, quantiles[f], level);
}

static void summarise(struct operation_summary *sum, struct operation_tally *op, double level)
{
    sum->begun = op->begun;
    sum->in_flight = op->in_flight;
    sum->attempts = op->attempts;
    sum->failed = failures(op);
    for (int o = 0; o < OUTCOME_COUNT; o++)
        sum->outcomes[o] = op->outcomes[o];
    sum->availability = tally_availability(op, level, &sum->one_sided);
    sum->attempt_success = ci_clip(ci_of_moments(&op->attempt_success, level), 0, 1);
    sum->bad_below = op->bad_below;
    sum->bad_minutes = ci_clip(ci_of_moments(&op->bad_minutes, level), 0, INFINITY);
    summarise_latency(&op->latency, level, sum->latency_ms);
    summarise_latency(&op->latency_ok, level, sum->latency_ok_ms);
}

void results_operations(struct results *r, struct arena *arena)
{
    r->operation_count = r->tally->outline->operation_count;
    r->operations = ARENA_ARRAY(arena, struct operation_summary, r->operation_count + 1);
    for (int o = 0; o < r->operation_count; o++) {
        r->operations[o].name = r->tally->outline->operations[o].name;
        summarise(&r->operations[o], &r->tally->operations[o], r->level);
    }
}
