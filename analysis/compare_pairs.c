/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Pairs of replications: what differs when the customers are the same. */
#include <math.h>
#include <string.h>

#include "analysis/compare_parts.h"

static const double LEVEL = 0.95;
static const double NS_PER_MS = 1e6;

/* ---- columns of the samples ---- */

/* Calls are few and rows are sorted, so one pass over both finds them. */
static int collect(const struct samples *a, int a_column, const struct samples *b, int b_column, double *a_out,
                   double *b_out)
{
    int pairs = 0;
    for (int i = 0, j = 0; i < a->count && j < b->count;) {
        if (a->numbers[i] == b->numbers[j]) {
            if (a_out)
                a_out[pairs] = a->values[i * a->columns + a_column];
            if (b_out)
                b_out[pairs] = b->values[j * b->columns + b_column];
            pairs++;
        }
        const bool a_first = a->numbers[i] <= b->numbers[j], b_first = b->numbers[j] <= a->numbers[i];
        i += a_first;
        j += b_first;
    }
    return pairs;
}

int pairs_count(const struct samples *base, const struct samples *variant)
{
    return collect(base, 0, variant, 0, NULL, NULL);
}

struct estimate pairs_of_columns(const struct samples *base, int base_column, const struct samples *variant,
                                 int variant_column, struct arena *arena)
{
    double *a = ARENA_ARRAY(arena, double, base->count + 1), *b = ARENA_ARRAY(arena, double, variant->count + 1);
    const int pairs = collect(base, base_column, variant, variant_column, a, b);
    return estimate_of_pairs(a, b, pairs);
}

int contender_operation(const struct contender *c, const char *name)
{
    for (int o = 0; c->tally->outline && o < c->tally->outline->operation_count; o++)
        if (strcmp(c->tally->outline->operations[o].name, name) == 0)
            return o;
    return -1;
}

/* ---- percentiles ---- */

struct estimate paired_quantile_ms(struct pool *base, struct pool *variant, double p, double *resolution_ms)
{
    struct left_out a, b;
    bool use[JACKKNIFE_PARTS];
    for (int i = 0; i < JACKKNIFE_PARTS; i++)
        use[i] = base->part[i].bins && variant->part[i].bins && base->part_size[i] == variant->part_size[i];
    *resolution_ms = 0;
    if (!pool_leave_out(base, p, use, &a) || !pool_leave_out(variant, p, use, &b))
        return estimate_exact(NAN);
    double without_ms[JACKKNIFE_PARTS];
    int replications = 0;
    bool same = true;
    for (int i = 0; i < a.parts; i++) {
        without_ms[i] = (b.without_ns[i] - a.without_ns[i]) / NS_PER_MS;
        replications += a.sizes[i];
        same = same && b.without_ns[i] == a.without_ns[i];
    }
    struct estimate e = { .mean = (b.whole_ns - a.whole_ns) / NS_PER_MS, .part_count = 1 };
    const struct ci ci = ci_jackknife(e.mean, without_ms, a.sizes, a.parts, LEVEL);
    e.parts[0] = (struct estimate_part){ .df = a.parts - 1, .replications = replications };
    if (a.parts > 1) {
        const struct estimate unit = { .part_count = 1, .parts = { { .se = 1, .df = a.parts - 1 } } };
        e.parts[0].se = ci_half_width(ci) / estimate_ci(&unit, LEVEL).hi;
    }
    if (!same || e.mean != 0)
        *resolution_ms = (a.resolution_ns + b.resolution_ns) / NS_PER_MS;
    return e;
}

/* ---- operations ---- */

/* Where neither failed in any replication, both are only known to be above their bound. */
static struct ci availability_pair(const struct contender *base, const struct contender *variant, int a, int b,
                                   struct arena *arena)
{
    const struct operation_summary *x = &base->results->operations[a], *y = &variant->results->operations[b];
    const struct estimate e = pairs_of_columns(&base->samples, sample_column(&base->samples, SAMPLE_AVAILABILITY, a),
                                               &variant->samples,
                                               sample_column(&variant->samples, SAMPLE_AVAILABILITY, b), arena);
    if (x->one_sided && y->one_sided)
        return (struct ci){ .mean = 0, .lo = y->availability.lo - 1, .hi = 1 - x->availability.lo };
    return ci_clip(estimate_ci(&e, LEVEL), -1, 1);
}

static void latency_pairs(struct operation_pair *pair, const struct contender *base, const struct contender *variant,
                          int a, int b, struct arena *arena)
{
    static const double quantiles[LATENCY_FIGURES] = {
        [LATENCY_P50] = 0.5, [LATENCY_P90] = 0.9, [LATENCY_P95] = 0.95, [LATENCY_P99] = 0.99, [LATENCY_P999] = 0.999
    };
    const struct estimate mean = pairs_of_columns(&base->samples, sample_column(&base->samples, SAMPLE_MEAN_MS, a),
                                                  &variant->samples,
                                                  sample_column(&variant->samples, SAMPLE_MEAN_MS, b), arena);
    pair->latency_ms[LATENCY_MEAN] = estimate_ci(&mean, LEVEL);
    for (int f = LATENCY_P50; f < LATENCY_FIGURES; f++) {
        double resolution_ms;
        const struct estimate e = paired_quantile_ms(
            &base->tally->operations[a].latency, &variant->tally->operations[b].latency, quantiles[f], &resolution_ms);
        pair->latency_ms[f] = ci_widen(estimate_ci(&e, LEVEL), resolution_ms);
    }
}

void compare_operations(struct variant *v, const struct contender *base, struct arena *arena)
{
    const struct contender *variant = v->contender;
    v->operations = ARENA_ARRAY(arena, struct operation_pair, variant->results->operation_count + 1);
    for (int b = 0; b < variant->results->operation_count; b++) {
        const char *name = variant->results->operations[b].name;
        const int a = contender_operation(base, name);
        if (a < 0)
            continue;
        struct operation_pair *pair = &v->operations[v->operation_count++];
        pair->name = name;
        pair->availability = availability_pair(base, variant, a, b, arena);
        latency_pairs(pair, base, variant, a, b, arena);
    }
}

/* ---- nines ---- */

static double nines_of(const double *base, const double *variant, int count, int without)
{
    double a = 0, b = 0;
    for (int i = 0; i < count; i++) {
        a += i == without ? 0 : 1 - base[i];
        b += i == without ? 0 : 1 - variant[i];
    }
    return log10(a / b);
}

struct ci paired_nines(const struct contender *base, const struct contender *variant, const char *operation,
                       struct arena *arena)
{
    const int a = contender_operation(base, operation), b = contender_operation(variant, operation);
    if (a < 0 || b < 0)
        return ci_none(NAN);
    double *x = ARENA_ARRAY(arena, double, base->samples.count + 1);
    double *y = ARENA_ARRAY(arena, double, variant->samples.count + 1);
    const int pairs = collect(&base->samples, sample_column(&base->samples, SAMPLE_AVAILABILITY, a), &variant->samples,
                              sample_column(&variant->samples, SAMPLE_AVAILABILITY, b), x, y);
    const double whole = nines_of(x, y, pairs, -1);
    if (!isfinite(whole))
        return ci_none(NAN);
    double *without = ARENA_ARRAY(arena, double, pairs + 1);
    int *sizes = ARENA_ARRAY(arena, int, pairs + 1);
    for (int i = 0; i < pairs; i++) {
        without[i] = nines_of(x, y, pairs, i);
        sizes[i] = 1;
        if (!isfinite(without[i])) /* all its failures are in one replication */
            return ci_none(whole);
    }
    return ci_jackknife(whole, without, sizes, pairs, LEVEL);
}
