/* SPDX-License-Identifier: GPL-3.0-or-later */
/* same_record -- whether two replications left the same record: everything, to the bit, but timing and number of events. */
#ifndef HEADROOM_SAME_RECORD_H
#define HEADROOM_SAME_RECORD_H

#include <string.h>

#include "models/replicate.h"

#define SAME(a, b) (memcmp(&(a), &(b), sizeof(a)) == 0)

static inline bool same_histogram(const struct histogram *a, const struct histogram *b)
{
    return a->count == b->count && a->sum_ns == b->sum_ns && a->min_ns == b->min_ns && a->max_ns == b->max_ns &&
           memcmp(a->bins, b->bins, HISTOGRAM_BINS * sizeof *a->bins) == 0;
}

static inline bool same_operations(const struct replication *a, const struct replication *b)
{
    bool same = a->operation_count == b->operation_count;
    for (int o = 0; same && o < a->operation_count; o++) {
        const struct operation_result *x = &a->operations[o], *y = &b->operations[o];
        same = x->begun == y->begun && x->in_flight == y->in_flight && x->attempts == y->attempts &&
               SAME(x->outcomes, y->outcomes) && same_histogram(&x->latency, &y->latency) &&
               same_histogram(&x->latency_ok, &y->latency_ok);
    }
    return same;
}

static inline bool same_series(const struct series *a, const struct series *b)
{
    const size_t cells = (size_t)a->column_count * (size_t)a->window_count;
    return a->column_count == b->column_count && a->window_count == b->window_count &&
           memcmp(a->values, b->values, cells * sizeof *a->values) == 0;
}

static inline bool same_usage(const struct replication *a, const struct replication *b)
{
    bool same = a->usage_count == b->usage_count;
    for (size_t u = 0; same && u < a->usage_count; u++) {
        const struct usage *x = &a->usage[u], *y = &b->usage[u];
        same = x->hour == y->hour && x->quantity == y->quantity && !strcmp(x->key->usage_type, y->key->usage_type) &&
               !strcmp(x->key->resource, y->key->resource) && !strcmp(x->key->operation, y->key->operation);
    }
    return same;
}

static inline bool same_components(const struct replication *a, const struct replication *b)
{
    bool same = a->utilisation_count == b->utilisation_count && a->limit_count == b->limit_count &&
                a->fleet_count == b->fleet_count && a->flow_count == b->flow_count;
    for (int i = 0; same && i < a->utilisation_count; i++)
        same = SAME(a->utilisations[i].mean, b->utilisations[i].mean) &&
               SAME(a->utilisations[i].peak, b->utilisations[i].peak);
    for (int i = 0; same && i < a->limit_count; i++)
        same = SAME(a->limits[i].value, b->limits[i].value) && SAME(a->limits[i].at_s, b->limits[i].at_s);
    for (int i = 0; same && i < a->fleet_count; i++)
        same = SAME(a->fleets[i].min, b->fleets[i].min) && SAME(a->fleets[i].mean, b->fleets[i].mean) &&
               SAME(a->fleets[i].max, b->fleets[i].max);
    for (int i = 0; same && i < a->flow_count; i++)
        same = a->flows[i].count == b->flows[i].count;
    return same;
}

static inline bool same_faults(const struct replication *a, const struct replication *b)
{
    bool same = a->fault_count == b->fault_count;
    for (int i = 0; same && i < a->fault_count; i++) {
        const struct fault_result *x = &a->faults[i], *y = &b->faults[i];
        same = SAME(x->detected_s, y->detected_s) && SAME(x->restored_s, y->restored_s) &&
               x->failed_requests == y->failed_requests && x->lost_writes == y->lost_writes &&
               x->event_count == y->event_count;
        for (int e = 0; same && e < x->event_count; e++)
            same = SAME(x->events[e].at_s, y->events[e].at_s) && !strcmp(x->events[e].what, y->events[e].what);
    }
    return same;
}

/* What differs, or NULL. */
static inline const char *record_difference(const struct replication *a, const struct replication *b)
{
    if (a->fingerprint.sum != b->fingerprint.sum)
        return "fingerprint";
    if (a->station_visits != b->station_visits)
        return "visits to stations";
    if (a->dynamic_requests != b->dynamic_requests || a->edge_requests != b->edge_requests)
        return "requests";
    if (!same_operations(a, b))
        return "operations";
    if (!same_series(&a->series, &b->series))
        return "series";
    if (!same_usage(a, b))
        return "usage";
    if (!same_components(a, b))
        return "utilisations, limits, fleets or flows";
    return same_faults(a, b) ? NULL : "faults";
}

#endif
