/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults, capacity, utilisation, limits and the series, over the replications of the headline day. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/keep.h"
#include "analysis/results.h"
#include "analysis/tally.h"
#include "sim/base/check.h"

/* ---- adding a replication ---- */

static void add_fault(struct tally *t, int index, const struct replication *rep)
{
    struct fault_tally *sum = &t->faults[index];
    const struct fault_result *fault = &rep->faults[index];
    moments_add(&sum->times, fault->times);
    if (fault->times == 0)
        return;
    if (sum->replications++ == 0)
        sum->shown = t->replications == 0 ? &t->outline->faults[index] : fault_keep(fault, &t->arena);
    sum->detected_count += !isnan(fault->detected_s);
    sum->restored_count += !isnan(fault->restored_s);
    sum->restored_last_after_s = fmax(sum->restored_last_after_s, fault->restored_s - fault->start_s);
    moments_add(&sum->start_s, fault->start_s);
    moments_add(&sum->end_s, fault->end_s);
    moments_add(&sum->detected_s, fault->detected_s);
    moments_add(&sum->restored_s, fault->restored_s);
    moments_add(&sum->detected_after_s, fault->detected_s - fault->start_s);
    moments_add(&sum->restored_after_s, fault->restored_s - fault->start_s);
    moments_add(&sum->failed_requests, (double)fault->failed_requests);
    moments_add(&sum->lost_writes, (double)fault->lost_writes);
    const struct recovery recovery = recovery_of(&t->twin, rep, fault);
    sum->judged_count += recovery.judged;
    sum->metastable_count += recovery.metastable;
    sum->recovered_count += recovery.judged && !isnan(recovery.recovered_s) && !recovery.metastable;
    moments_add(&sum->recovered_s, recovery.recovered_s);
    moments_add(&sum->recovered_after_s, recovery.recovered_s - fault->start_s);
}

static void add_fleet(struct fleet_tally *sum, const struct fleet_result *fleet, bool first)
{
    sum->min = first ? fleet->min : fmin(sum->min, fleet->min);
    sum->max = fmax(sum->max, fleet->max);
    sum->sum_mean += fleet->mean;
}

/* The names are the outline's: the record's own go with it. */
static void keep_nearest(struct limit_result *nearest, const struct limit_result *limit,
                         const struct limit_result *names, bool first)
{
    if (!first && limit->peak_share <= nearest->peak_share)
        return;
    *nearest = *limit;
    nearest->component = names->component;
    nearest->limit = names->limit;
}

void tally_components(struct tally *t, const struct replication *rep)
{
    const bool first = t->replications == 0;
    const struct replication *outline = t->outline;
    CHECK(rep->fault_count == outline->fault_count && rep->utilisation_count == outline->utilisation_count &&
              rep->limit_count == outline->limit_count && rep->fleet_count == outline->fleet_count &&
              rep->flow_count == outline->flow_count,
          "two replications of one scenario have different parts");
    for (int i = 0; i < rep->fault_count; i++)
        add_fault(t, i, rep);
    for (int i = 0; i < rep->utilisation_count; i++) {
        moments_add(&t->utilisations[i].mean, rep->utilisations[i].mean);
        t->utilisations[i].peak = fmax(t->utilisations[i].peak, rep->utilisations[i].peak);
    }
    for (int i = 0; i < rep->limit_count; i++)
        keep_nearest(&t->limits[i], &rep->limits[i], &outline->limits[i], first);
    for (int i = 0; i < rep->fleet_count; i++)
        add_fleet(&t->fleets[i], &rep->fleets[i], first);
    for (int i = 0; i < rep->flow_count; i++)
        t->flows[i] += rep->flows[i].count;
}

static size_t cells_of(const struct series *series)
{
    return (size_t)series->column_count * (size_t)series->window_count;
}

/* fmin and fmax ignore NAN. */
void tally_series(struct tally *t, const struct replication *rep)
{
    struct series_tally *s = &t->series;
    const size_t cells = cells_of(&rep->series);
    CHECK(cells == cells_of(&t->outline->series), "two replications of one scenario have different series");
    if (t->replications == 0) {
        s->moments = ARENA_ARRAY(&t->arena, struct moments, cells + 1);
        s->min = ARENA_ARRAY(&t->arena, double, cells + 1);
        s->max = ARENA_ARRAY(&t->arena, double, cells + 1);
        for (size_t i = 0; i < cells; i++)
            s->min[i] = s->max[i] = NAN;
    }
    for (size_t i = 0; i < cells; i++) {
        const double value = rep->series.values[i];
        moments_add(&s->moments[i], value);
        s->min[i] = fmin(s->min[i], value);
        s->max[i] = fmax(s->max[i], value);
    }
}

/* ---- what they add up to ---- */

static void summarise_fault(const struct results *r, int index)
{
    const struct fault_tally *t = &r->tally->faults[index];
    const struct fault_result *shown = t->shown ? t->shown : &r->tally->outline->faults[index];
    r->faults[index] =
        (struct fault_summary){ .name = shown->name,
                                .random = shown->random,
                                .times = ci_of_moments(&t->times, r->level).mean,
                                .start_s = shown->random ? NAN : shown->start_s,
                                .end_s = shown->random ? NAN : ci_of_moments(&t->end_s, r->level).mean,
                                .replications = t->replications,
                                .detected_after_s = ci_of_moments(&t->detected_after_s, r->level).mean,
                                .restored_after_s = ci_of_moments(&t->restored_after_s, r->level).mean,
                                .restored_last_after_s = t->restored_count ? t->restored_last_after_s : NAN,
                                .detected_count = t->detected_count,
                                .restored_count = t->restored_count,
                                .detected_s = ci_of_moments(&t->detected_s, r->level),
                                .restored_s = ci_of_moments(&t->restored_s, r->level),
                                .failed_requests = ci_clip(ci_of_moments(&t->failed_requests, r->level), 0, INFINITY),
                                .lost_writes = ci_clip(ci_of_moments(&t->lost_writes, r->level), 0, INFINITY),
                                .judged_count = t->judged_count,
                                .recovered_count = t->recovered_count,
                                .metastable_count = t->metastable_count,
                                .recovered_s = ci_of_moments(&t->recovered_s, r->level),
                                .recovered_after_s = ci_of_moments(&t->recovered_after_s, r->level).mean,
                                .shown = shown };
}

/* The first resource of a component has the component's name as its key; the order is the models'. */
static const char *utilisation_key(const struct results *r, int index, struct arena *arena)
{
    const struct utilisation_summary *u = &r->utilisations[index];
    for (int i = 0; i < index; i++)
        if (strcmp(r->utilisations[i].component, u->component) == 0)
            return arena_printf(arena, "%s.%s", u->component, u->resource);
    return u->component;
}

static void summarise_utilisation(struct results *r, int index, struct arena *arena)
{
    const struct utilisation_result *names = &r->tally->outline->utilisations[index];
    struct utilisation_summary *sum = &r->utilisations[index];
    *sum = (struct utilisation_summary){ .component = names->component, .resource = names->resource };
    sum->key = utilisation_key(r, index, arena);
    sum->mean = ci_clip(ci_of_moments(&r->tally->utilisations[index].mean, r->level), 0, 1);
    sum->peak = r->tally->utilisations[index].peak;
}

static void summarise_limit(const struct results *r, int index)
{
    const struct limit_result *nearest = &r->tally->limits[index];
    r->limits[index] = (struct limit_summary){ .component = nearest->component,
                                               .limit = nearest->limit,
                                               .peak_share = nearest->peak_share,
                                               .at_s = nearest->at_s,
                                               .value = nearest->value,
                                               .maximum = nearest->maximum };
}

static int nearest_first(const void *a, const void *b)
{
    const struct limit_summary *x = a, *y = b;
    if (x->peak_share != y->peak_share)
        return x->peak_share < y->peak_share ? 1 : -1;
    const int by_component = strcmp(x->component, y->component);
    return by_component ? by_component : strcmp(x->limit, y->limit);
}

static void summarise_fleet(const struct results *r, int index)
{
    const struct fleet_tally *t = &r->tally->fleets[index];
    r->fleets[index] = (struct fleet_summary){ .name = r->tally->outline->fleets[index].name,
                                               .min = t->min,
                                               .mean = t->sum_mean / r->replications,
                                               .max = t->max };
}

static void summarise_flow(const struct results *r, int index)
{
    const struct flow_result *names = &r->tally->outline->flows[index];
    r->flows[index] = (struct flow_summary){ .component = names->component,
                                             .name = names->name,
                                             .per_day = (double)r->tally->flows[index] / r->replications };
}

void results_components(struct results *r, struct arena *arena)
{
    const struct replication *outline = r->tally->outline;
    r->fault_count = outline->fault_count;
    r->faults = ARENA_ARRAY(arena, struct fault_summary, r->fault_count + 1);
    for (int i = 0; i < r->fault_count; i++)
        summarise_fault(r, i);
    r->utilisation_count = outline->utilisation_count;
    r->utilisations = ARENA_ARRAY(arena, struct utilisation_summary, r->utilisation_count + 1);
    for (int i = 0; i < r->utilisation_count; i++)
        summarise_utilisation(r, i, arena);
    r->limit_count = outline->limit_count;
    r->limits = ARENA_ARRAY(arena, struct limit_summary, r->limit_count + 1);
    for (int i = 0; i < r->limit_count; i++)
        summarise_limit(r, i);
    qsort(r->limits, (size_t)r->limit_count, sizeof *r->limits, nearest_first);
    r->fleet_count = outline->fleet_count;
    r->fleets = ARENA_ARRAY(arena, struct fleet_summary, r->fleet_count + 1);
    for (int i = 0; i < r->fleet_count; i++)
        summarise_fleet(r, i);
    r->flow_count = outline->flow_count;
    r->flows = ARENA_ARRAY(arena, struct flow_summary, r->flow_count + 1);
    for (int i = 0; i < r->flow_count; i++)
        summarise_flow(r, i);
}

/* A share has none beyond 0 and 1, everything else none below 0: an interval that symmetry put there is cut. Where no
 * replication saw a failure, none differs from another, and no width comes of it: that is no interval. */
static struct ci window_interval(const struct series_column *column, const struct moments *moments, double level)
{
    const bool is_share = strcmp(column->unit, "share") == 0;
    const struct ci ci = ci_of_moments(moments, level);
    if (column->group == SERIES_AVAILABILITY && ci.mean == 1)
        return ci_none(1);
    return ci_clip(ci, 0, is_share ? fmax(1, ci.mean) : INFINITY);
}

void results_series(struct results *r, struct arena *arena)
{
    const struct series *outline = &r->tally->outline->series;
    const size_t cells = cells_of(outline);
    struct series_summary *s = &r->series;
    *s = (struct series_summary){ .column_count = outline->column_count,
                                  .window_count = outline->window_count,
                                  .columns = outline->columns,
                                  .window_ns = outline->window_ns,
                                  .min = r->tally->series.min,
                                  .max = r->tally->series.max };
    double **const arrays[] = { &s->mean, &s->lo, &s->hi };
    for (size_t i = 0; i < ARRAY_LEN(arrays); i++)
        *arrays[i] = ARENA_ARRAY(arena, double, cells + 1);
    for (size_t i = 0; i < cells; i++) {
        const struct series_column *column = &s->columns[i / (size_t)s->window_count];
        const struct ci ci = window_interval(column, &r->tally->series.moments[i], r->level);
        s->mean[i] = ci.mean;
        s->lo[i] = ci.lo;
        s->hi[i] = ci.hi;
    }
}
