/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Faults, capacity, utilisation, limits and the series, over the replications of the headline day. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/results.h"

static const double LEVEL = 0.95;

static const struct replication *record(const struct results *r, int i)
{
    return tasks_record(r->tasks, -1, (uint32_t)i);
}

static const struct replication *first_record(const struct results *r)
{
    int i = 0;
    while (!record(r, i))
        i++;
    return record(r, i);
}

static struct ci over_replications(const struct results *r, double (*value)(const struct replication *, int), int index)
{
    struct arena scratch;
    arena_init(&scratch);
    const int count = r->tasks->headline_count;
    double *values = ARENA_ARRAY(&scratch, double, count + 1);
    for (int i = 0; i < count; i++)
        values[i] = record(r, i) ? value(record(r, i), index) : NAN;
    const struct ci ci = ci_of_mean(values, count, LEVEL);
    arena_fini(&scratch);
    return ci;
}

static double fault_detected(const struct replication *rep, int i)
{
    return rep->faults[i].detected_s;
}
static double fault_restored(const struct replication *rep, int i)
{
    return rep->faults[i].restored_s;
}
static double fault_failed(const struct replication *rep, int i)
{
    return (double)rep->faults[i].failed_requests;
}
static double utilisation_mean(const struct replication *rep, int i)
{
    return rep->utilisations[i].mean;
}

static void summarise_fault(const struct results *r, int index, struct fault_summary *sum)
{
    const struct fault_result *shown = &first_record(r)->faults[index];
    *sum = (struct fault_summary){
        .name = shown->name, .start_s = shown->start_s, .end_s = shown->end_s, .shown = shown, .restored_last_s = NAN
    };
    for (int i = 0; i < r->tasks->headline_count; i++) {
        if (!record(r, i))
            continue;
        const struct fault_result *fault = &record(r, i)->faults[index];
        sum->replications++;
        sum->detected_count += !isnan(fault->detected_s);
        sum->restored_count += !isnan(fault->restored_s);
        sum->restored_last_s = fmax(sum->restored_last_s, fault->restored_s);
    }
    sum->detected_s = over_replications(r, fault_detected, index);
    sum->restored_s = over_replications(r, fault_restored, index);
    sum->failed_requests = ci_clip(over_replications(r, fault_failed, index), 0, INFINITY);
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
    const struct utilisation_result *first = &first_record(r)->utilisations[index];
    struct utilisation_summary *sum = &r->utilisations[index];
    *sum = (struct utilisation_summary){ .component = first->component, .resource = first->resource };
    sum->key = utilisation_key(r, index, arena);
    sum->mean = ci_clip(over_replications(r, utilisation_mean, index), 0, 1);
    for (int i = 0; i < r->tasks->headline_count; i++)
        if (record(r, i))
            sum->peak = fmax(sum->peak, record(r, i)->utilisations[index].peak);
}

static void summarise_limit(const struct results *r, int index, struct limit_summary *sum)
{
    *sum = (struct limit_summary){ .peak_share = -1 };
    for (int i = 0; i < r->tasks->headline_count; i++) {
        if (!record(r, i))
            continue;
        const struct limit_result *limit = &record(r, i)->limits[index];
        if (limit->peak_share > sum->peak_share)
            *sum = (struct limit_summary){ .component = limit->component,
                                           .limit = limit->limit,
                                           .peak_share = limit->peak_share,
                                           .at_s = limit->at_s,
                                           .value = limit->value,
                                           .maximum = limit->maximum };
    }
}

static int nearest_first(const void *a, const void *b)
{
    const struct limit_summary *x = a, *y = b;
    if (x->peak_share != y->peak_share)
        return x->peak_share < y->peak_share ? 1 : -1;
    const int by_component = strcmp(x->component, y->component);
    return by_component ? by_component : strcmp(x->limit, y->limit);
}

static void summarise_fleet(const struct results *r, int index, struct fleet_summary *sum)
{
    *sum = (struct fleet_summary){ .name = first_record(r)->fleets[index].name, .min = INFINITY };
    for (int i = 0; i < r->tasks->headline_count; i++) {
        if (!record(r, i))
            continue;
        const struct fleet_result *fleet = &record(r, i)->fleets[index];
        sum->min = fmin(sum->min, fleet->min);
        sum->max = fmax(sum->max, fleet->max);
        sum->mean += fleet->mean / r->replications;
    }
}

static void summarise_flow(const struct results *r, int index, struct flow_summary *sum)
{
    const struct flow_result *first = &first_record(r)->flows[index];
    *sum = (struct flow_summary){ .component = first->component, .name = first->name };
    for (int i = 0; i < r->tasks->headline_count; i++)
        if (record(r, i))
            sum->per_day += (double)record(r, i)->flows[index].count / r->replications;
}

void results_components(struct results *r, struct arena *arena)
{
    const struct replication *first = first_record(r);
    r->fault_count = first->fault_count;
    r->faults = ARENA_ARRAY(arena, struct fault_summary, r->fault_count + 1);
    for (int i = 0; i < r->fault_count; i++)
        summarise_fault(r, i, &r->faults[i]);
    r->utilisation_count = first->utilisation_count;
    r->utilisations = ARENA_ARRAY(arena, struct utilisation_summary, r->utilisation_count + 1);
    for (int i = 0; i < r->utilisation_count; i++)
        summarise_utilisation(r, i, arena);
    r->limit_count = first->limit_count;
    r->limits = ARENA_ARRAY(arena, struct limit_summary, r->limit_count + 1);
    for (int i = 0; i < r->limit_count; i++)
        summarise_limit(r, i, &r->limits[i]);
    qsort(r->limits, (size_t)r->limit_count, sizeof *r->limits, nearest_first);
    r->fleet_count = first->fleet_count;
    r->fleets = ARENA_ARRAY(arena, struct fleet_summary, r->fleet_count + 1);
    for (int i = 0; i < r->fleet_count; i++)
        summarise_fleet(r, i, &r->fleets[i]);
    r->flow_count = first->flow_count;
    r->flows = ARENA_ARRAY(arena, struct flow_summary, r->flow_count + 1);
    for (int i = 0; i < r->flow_count; i++)
        summarise_flow(r, i, &r->flows[i]);
}

static void summarise_cell(const struct results *r, struct series_summary *s, size_t cell, double *values)
{
    const int count = r->tasks->headline_count;
    s->min[cell] = s->max[cell] = NAN;
    for (int i = 0; i < count; i++) {
        values[i] = record(r, i) ? record(r, i)->series.values[cell] : NAN;
        s->min[cell] = fmin(s->min[cell], values[i]); /* fmin and fmax ignore NAN */
        s->max[cell] = fmax(s->max[cell], values[i]);
    }
    const struct ci ci = ci_of_mean(values, count, LEVEL);
    s->mean[cell] = ci.mean;
    s->lo[cell] = ci.lo;
    s->hi[cell] = ci.hi;
}

void results_series(struct results *r, struct arena *arena)
{
    const struct series *first = &first_record(r)->series;
    struct series_summary *s = &r->series;
    *s = (struct series_summary){ .column_count = first->column_count,
                                  .window_count = first->window_count,
                                  .columns = first->columns,
                                  .window_ns = first->window_ns };
    const size_t cells = (size_t)first->column_count * (size_t)first->window_count;
    double **const arrays[] = { &s->mean, &s->lo, &s->hi, &s->min, &s->max };
    for (size_t i = 0; i < ARRAY_LEN(arrays); i++)
        *arrays[i] = ARENA_ARRAY(arena, double, cells + 1);
    struct arena scratch;
    arena_init(&scratch);
    double *values = ARENA_ARRAY(&scratch, double, r->tasks->headline_count + 1);
    for (size_t cell = 0; cell < cells; cell++)
        summarise_cell(r, s, cell, values);
    arena_fini(&scratch);
}
