/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Availability and latency of each operation, over the replications of the headline day. */
#include <math.h>
#include <string.h>

#include "analysis/results.h"

const char *const latency_figure_names[LATENCY_FIGURES] = { "mean", "p50", "p90", "p95", "p99", "p999" };

static const double LEVEL = 0.95;
static const double NS_PER_MS = 1e6;
static const double DEFAULT_BAD_BELOW = 0.999; /* the level at which the report calls service restored */

static const struct operation_result *operation_of(const struct results *r, int replication, int operation)
{
    const struct replication *rep = tasks_record(r->tasks, -1, (uint32_t)replication);
    return rep ? &rep->operations[operation] : NULL;
}

static const struct histogram *histogram_of(const struct results *r, int replication, int operation, bool ok_only)
{
    const struct operation_result *op = operation_of(r, replication, operation);
    return op ? (ok_only ? &op->latency_ok : &op->latency) : NULL;
}

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

/* The pooled histogram of an operation, built once and queried for many quantiles. */
struct pool {
    struct arena arena;
    struct histogram all;
    const struct histogram **each; /* of the finished replications */
    double *without;               /* jackknife values */
    int count;
};

static void pool_init(struct pool *pool, const struct results *r, int operation, bool ok_only)
{
    *pool = (struct pool){ 0 };
    arena_init(&pool->arena);
    histogram_init(&pool->all, &pool->arena);
    pool->each = ARENA_ARRAY(&pool->arena, const struct histogram *, r->tasks->headline_count + 1);
    pool->without = ARENA_ARRAY(&pool->arena, double, r->tasks->headline_count + 1);
    for (int i = 0; i < r->tasks->headline_count; i++) {
        const struct histogram *h = histogram_of(r, i, operation, ok_only);
        if (!h || !h->bins)
            continue;
        pool->each[pool->count++] = h;
        histogram_merge(&pool->all, h);
    }
}

static void pool_fini(struct pool *pool)
{
    arena_fini(&pool->arena);
}

static struct ci pool_quantile_ms(struct pool *pool, double p)
{
    if (pool->all.count == 0)
        return ci_none(NAN);
    const double whole = quantile_ns(&pool->all, p);
    for (int i = 0; i < pool->count; i++) {
        histogram_unmerge(&pool->all, pool->each[i]);
        pool->without[i] = pool->all.count ? quantile_ns(&pool->all, p) : whole;
        histogram_merge(&pool->all, pool->each[i]);
    }
    struct ci ci = ci_jackknife(whole, pool->without, pool->count, LEVEL);
    ci = ci_clip(ci_widen(ci, half_bin_ns(whole)), 0, INFINITY);
    return (struct ci){ .mean = ci.mean / NS_PER_MS, .lo = ci.lo / NS_PER_MS, .hi = ci.hi / NS_PER_MS };
}

static struct ci pool_mean_ms(const struct pool *pool)
{
    struct arena scratch;
    arena_init(&scratch);
    double *means = ARENA_ARRAY(&scratch, double, pool->count + 1);
    for (int i = 0; i < pool->count; i++)
        means[i] = pool->each[i]->count ? histogram_mean_ns(pool->each[i]) / NS_PER_MS : NAN;
    const struct ci ci = ci_of_mean(means, pool->count, LEVEL);
    arena_fini(&scratch);
    return ci;
}

struct ci results_quantile_ms(const struct results *r, int operation, bool ok_only, double p)
{
    struct pool pool;
    pool_init(&pool, r, operation, ok_only);
    const struct ci ci = pool_quantile_ms(&pool, p);
    pool_fini(&pool);
    return ci;
}

static void summarise_latency(const struct results *r, int operation, bool ok_only, struct ci out[LATENCY_FIGURES])
{
    static const double quantiles[LATENCY_FIGURES] = {
        [LATENCY_P50] = 0.5, [LATENCY_P90] = 0.9, [LATENCY_P95] = 0.95, [LATENCY_P99] = 0.99, [LATENCY_P999] = 0.999
    };
    struct pool pool;
    pool_init(&pool, r, operation, ok_only);
    out[LATENCY_MEAN] = pool_mean_ms(&pool);
    for (int f = LATENCY_P50; f < LATENCY_FIGURES; f++)
        out[f] = pool_quantile_ms(&pool, quantiles[f]);
    pool_fini(&pool);
}

static double share(uint64_t part, uint64_t whole)
{
    return whole ? (double)part / (double)whole : NAN;
}

static void add_counts(struct operation_summary *sum, const struct operation_result *op)
{
    sum->begun += op->begun;
    sum->in_flight += op->in_flight;
    sum->attempts += op->attempts;
    for (int o = 0; o < OUTCOME_COUNT; o++) {
        sum->outcomes[o] += op->outcomes[o];
        sum->failed += o == OUTCOME_OK ? 0 : op->outcomes[o];
    }
}

/* Each success ends an operation, so successes per attempt are successes of operations over attempts. */
static void summarise_availability(const struct results *r, int operation, struct operation_summary *sum)
{
    struct arena scratch;
    arena_init(&scratch);
    const int count = r->tasks->headline_count;
    double *of_operations = ARENA_ARRAY(&scratch, double, count + 1);
    double *of_attempts = ARENA_ARRAY(&scratch, double, count + 1);
    for (int i = 0; i < count; i++) {
        const struct operation_result *op = operation_of(r, i, operation);
        of_operations[i] = of_attempts[i] = NAN;
        if (!op)
            continue;
        add_counts(sum, op);
        const uint64_t ok = op->outcomes[OUTCOME_OK];
        of_operations[i] = share(ok, op->begun - op->in_flight);
        of_attempts[i] = op->attempts > op->in_flight ? fmin(share(ok, op->attempts - op->in_flight), 1) : NAN;
    }
    sum->availability = ci_clip(ci_of_mean(of_operations, count, LEVEL), 0, 1);
    sum->attempt_success = ci_clip(ci_of_mean(of_attempts, count, LEVEL), 0, 1);
    const uint64_t ended = sum->begun - sum->in_flight;
    if (ended > 0 && sum->failed == 0) {
        sum->one_sided = true;
        sum->availability = (struct ci){ .mean = 1, .lo = ci_all_succeeded_lo(ended, LEVEL), .hi = 1 };
    }
    arena_fini(&scratch);
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

static void summarise_bad_minutes(const struct results *r, struct operation_summary *sum)
{
    struct arena scratch;
    arena_init(&scratch);
    const int count = r->tasks->headline_count;
    double *minutes = ARENA_ARRAY(&scratch, double, count + 1);
    sum->bad_below = bad_below(r->sc, sum->name);
    for (int i = 0; i < count; i++) {
        const struct replication *rep = tasks_record(r->tasks, -1, (uint32_t)i);
        minutes[i] = rep ? bad_minutes_of(rep, sum->name, sum->bad_below) : NAN;
    }
    sum->bad_minutes = ci_clip(ci_of_mean(minutes, count, LEVEL), 0, INFINITY);
    arena_fini(&scratch);
}

static const struct replication *first_record(const struct results *r)
{
    for (int i = 0; i < r->tasks->headline_count; i++) {
        const struct replication *rep = tasks_record(r->tasks, -1, (uint32_t)i);
        if (rep)
            return rep;
    }
    return NULL;
}

void results_operations(struct results *r, struct arena *arena)
{
    const struct replication *first = first_record(r);
    r->operation_count = first->operation_count;
    r->operations = ARENA_ARRAY(arena, struct operation_summary, r->operation_count + 1);
    for (int o = 0; o < r->operation_count; o++) {
        struct operation_summary *sum = &r->operations[o];
        sum->name = first->operations[o].name;
        summarise_availability(r, o, sum);
        summarise_bad_minutes(r, sum);
        summarise_latency(r, o, false, sum->latency_ms);
        summarise_latency(r, o, true, sum->latency_ok_ms);
    }
}
