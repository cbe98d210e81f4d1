/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/keep.h"

#include <string.h>

static const char *keep_text(const char *text, struct arena *arena)
{
    return text ? arena_text(arena, text) : NULL;
}

static void *keep_array(const void *old, int count, size_t size, struct arena *arena)
{
    return count > 0 ? arena_grow(arena, old, (size_t)count, (size_t)count, size) : NULL;
}

static void keep_histogram(struct histogram *h, struct arena *arena)
{
    if (h->bins)
        h->bins = keep_array(h->bins, HISTOGRAM_BINS, sizeof *h->bins, arena);
}

static void keep_operations(struct replication *rep, bool histograms, struct arena *arena)
{
    rep->operations = keep_array(rep->operations, rep->operation_count, sizeof *rep->operations, arena);
    for (int i = 0; i < rep->operation_count; i++) {
        struct operation_result *op = &rep->operations[i];
        op->name = keep_text(op->name, arena);
        if (!histograms) {
            op->latency.bins = NULL;
            op->latency_ok.bins = NULL;
            continue;
        }
        keep_histogram(&op->latency, arena);
        keep_histogram(&op->latency_ok, arena);
    }
}

static void keep_series(struct series *series, bool values, struct arena *arena)
{
    struct series_column *columns = keep_array(series->columns, series->column_count, sizeof *series->columns, arena);
    for (int i = 0; i < series->column_count; i++) {
        columns[i].component = keep_text(columns[i].component, arena);
        columns[i].name = keep_text(columns[i].name, arena);
        columns[i].unit = keep_text(columns[i].unit, arena);
    }
    series->columns = columns;
    const int cells = values ? series->column_count * series->window_count : 0;
    series->values = keep_array(series->values, cells, sizeof *series->values, arena);
}

struct usage_key *usage_key_keep(const struct usage_key *old, struct arena *arena)
{
    struct usage_key *key = ARENA_NEW(arena, struct usage_key);
    *key = *old;
    const char **const texts[] = { &key->service, &key->usage_type, &key->operation, &key->resource,
                                   &key->region,  &key->zone,       &key->to_zone,   &key->tier };
    for (size_t t = 0; t < ARRAY_LEN(texts); t++)
        *texts[t] = arena_text(arena, *texts[t] ? *texts[t] : "");
    return key;
}

/* Records of one key follow each other or are spread over hours; either way a key is copied once. */
static void keep_usage(struct replication *rep, struct arena *arena)
{
    const size_t count = rep->usage_count;
    struct usage *usage = arena_grow(arena, rep->usage, count, count, sizeof *usage);
    size_t slots = 64;
    while (slots < count * 2)
        slots *= 2;
    struct arena scratch;
    arena_init(&scratch);
    struct {
        const struct usage_key *old, *kept;
    } *table = arena_alloc(&scratch, slots, sizeof *table);
    for (size_t i = 0; i < count; i++) {
        size_t slot = (size_t)((uintptr_t)usage[i].key / sizeof(void *) * UINT64_C(0x9e3779b97f4a7c15) >> 32) % slots;
        while (table[slot].old && table[slot].old != usage[i].key)
            slot = (slot + 1) % slots;
        if (!table[slot].old) {
            table[slot].old = usage[i].key;
            table[slot].kept = usage_key_keep(usage[i].key, arena);
        }
        usage[i].key = table[slot].kept;
    }
    arena_fini(&scratch);
    rep->usage = usage;
}

static void keep_minutes(struct replication *rep, struct arena *arena)
{
    const int cells = rep->minute_count * (rep->operation_count - 1);
    rep->minutes = keep_array(rep->minutes, cells, sizeof *rep->minutes, arena);
}

static void keep_fault(struct fault_result *fault, struct arena *arena)
{
    fault->name = keep_text(fault->name, arena);
    struct fault_event *events = keep_array(fault->events, fault->event_count, sizeof *fault->events, arena);
    for (int e = 0; e < fault->event_count; e++) {
        events[e].component = keep_text(events[e].component, arena);
        events[e].what = keep_text(events[e].what, arena);
    }
    fault->events = events;
}

static void keep_faults(struct replication *rep, struct arena *arena)
{
    rep->faults = keep_array(rep->faults, rep->fault_count, sizeof *rep->faults, arena);
    for (int i = 0; i < rep->fault_count; i++)
        keep_fault(&rep->faults[i], arena);
}

const struct fault_result *fault_keep(const struct fault_result *fault, struct arena *arena)
{
    struct fault_result *kept = ARENA_NEW(arena, struct fault_result);
    *kept = *fault;
    keep_fault(kept, arena);
    return kept;
}

static void keep_utilisations(struct replication *rep, struct arena *arena)
{
    rep->utilisations = keep_array(rep->utilisations, rep->utilisation_count, sizeof *rep->utilisations, arena);
    for (int i = 0; i < rep->utilisation_count; i++) {
        rep->utilisations[i].component = keep_text(rep->utilisations[i].component, arena);
        rep->utilisations[i].resource = keep_text(rep->utilisations[i].resource, arena);
    }
}

static void keep_components(struct replication *rep, struct arena *arena)
{
    keep_utilisations(rep, arena);
    rep->limits = keep_array(rep->limits, rep->limit_count, sizeof *rep->limits, arena);
    for (int i = 0; i < rep->limit_count; i++) {
        rep->limits[i].component = keep_text(rep->limits[i].component, arena);
        rep->limits[i].limit = keep_text(rep->limits[i].limit, arena);
    }
    rep->fleets = keep_array(rep->fleets, rep->fleet_count, sizeof *rep->fleets, arena);
    for (int i = 0; i < rep->fleet_count; i++)
        rep->fleets[i].name = keep_text(rep->fleets[i].name, arena);
    rep->flows = keep_array(rep->flows, rep->flow_count, sizeof *rep->flows, arena);
    for (int i = 0; i < rep->flow_count; i++) {
        rep->flows[i].component = keep_text(rep->flows[i].component, arena);
        rep->flows[i].name = keep_text(rep->flows[i].name, arena);
    }
}

static void keep_calls(struct replication *rep, bool histograms, struct arena *arena)
{
    rep->services = keep_array(rep->services, rep->service_count, sizeof *rep->services, arena);
    for (int s = 0; s < rep->service_count; s++) {
        rep->services[s].name = keep_text(rep->services[s].name, arena);
        rep->services[s].fleet = keep_text(rep->services[s].fleet, arena);
        if (histograms)
            keep_histogram(&rep->services[s].latency, arena);
        else
            rep->services[s].latency.bins = NULL;
    }
    rep->edges = keep_array(rep->edges, rep->edge_count, sizeof *rep->edges, arena);
    for (int e = 0; e < rep->edge_count; e++) {
        rep->edges[e].from = keep_text(rep->edges[e].from, arena);
        rep->edges[e].to = keep_text(rep->edges[e].to, arena);
        if (histograms)
            keep_histogram(&rep->edges[e].latency, arena);
        else
            rep->edges[e].latency.bins = NULL;
    }
}

struct replication *replication_keep(const struct replication *rep, enum keep_what what, struct arena *arena)
{
    struct replication *kept = ARENA_NEW(arena, struct replication);
    *kept = *rep;
    kept->violation = keep_text(rep->violation, arena);
    keep_operations(kept, what == KEEP_ALL, arena);
    if (what != KEEP_ALL)
        kept->minute_count = 0;
    keep_minutes(kept, arena);
    if (what == KEEP_OUTLINE) {
        kept->usage = NULL;
        kept->usage_count = 0;
    } else {
        keep_usage(kept, arena);
    }
    if (what == KEEP_USAGE) {
        kept->series = (struct series){ 0 };
        kept->fault_count = kept->limit_count = kept->fleet_count = kept->flow_count = 0;
        kept->service_count = kept->edge_count = 0;
        keep_utilisations(kept, arena);
        return kept;
    }
    keep_series(&kept->series, what == KEEP_ALL, arena);
    keep_faults(kept, arena);
    keep_components(kept, arena);
    keep_calls(kept, what == KEEP_ALL, arena);
    return kept;
}
