/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * synthetic_day -- a made-up Black Friday for tests of analysis/: what the models would hand over, written down by
 * formula. A launch at midnight, a busy day, a zone lost at 20:05 for 45 minutes. A pure function of (scenario, day type,
 * replication), like the real thing.
 */
#ifndef HEADROOM_SYNTHETIC_DAY_H
#define HEADROOM_SYNTHETIC_DAY_H

#include <math.h>
#include <stdatomic.h>
#include <string.h>

#include "models/replication.h"
#include "models/scenario.h"
#include "sim/base/arena.h"

enum { SYN_BROWSE, SYN_CHECKOUT, SYN_ALL, SYN_STATIC, SYN_OPERATIONS };
enum { SYN_FAULT_S = 20 * 3600 + 300, SYN_FAULT_END_S = SYN_FAULT_S + 2700 };

static struct scenario *synthetic_scenario(struct arena *arena)
{
    struct scenario *sc = ARENA_NEW(arena, struct scenario);
    sc->path = "scenarios/synthetic.yaml";
    sc->name = "Synthetic <Friday> & \"friends\"";
    sc->description = "A made-up day.";
    memset(sc->sha256, 'a', 64);
    sc->clock.start_utc_s = 1795755600; /* 2026-11-27T05:00:00Z */
    sc->clock.utc_offset_s = -5 * 3600;
    sc->clock.year = 2026;
    sc->clock.month = 11;
    sc->clock.day = 27;
    sc->clock.length = SIM_DAY;
    sc->clock.warm_up = 30 * SIM_MINUTE;
    sc->replications = 10;
    sc->seed = 1;
    sc->window = SIM_MINUTE;
    sc->population_count = 1;
    sc->populations = ARENA_ARRAY(arena, struct population, 1);
    sc->populations[0].name = "shoppers";
    sc->populations[0].rate.mean = 30;
    sc->region_count = 1;
    sc->regions = ARENA_ARRAY(arena, struct region, 1);
    sc->regions[0].name = "us-east-1";
    sc->regions[0].zones = 3;
    sc->objective_count = 3;
    sc->objectives = ARENA_ARRAY(arena, struct objective, 3);
    sc->objectives[0] = (struct objective){ .kind = OBJECTIVE_AVAILABILITY,
                                            .text = "availability of checkout >= 99.8%",
                                            .operation = "checkout",
                                            .at_least = 0.998 };
    sc->objectives[1] = (struct objective){ .kind = OBJECTIVE_LATENCY,
                                            .text = "p99 latency of browse <= 400ms",
                                            .operation = "browse",
                                            .percentile = 99,
                                            .at_most = 400 * SIM_MILLISECOND };
    sc->objectives[2] = (struct objective){ .kind = OBJECTIVE_MONTHLY_COST,
                                            .text = "monthly cost, peak <= $9000",
                                            .month = 1,
                                            .at_most_usd_e10 = INT64_C(90000000000000) };
    sc->day_type_count = 3;
    sc->day_types = ARENA_ARRAY(arena, struct day_type, 3);
    sc->day_types[0] = (struct day_type){ .name = "ordinary", .days = 330, .mean = 6 };
    sc->day_types[1] = (struct day_type){ .name = "sale", .days = 30, .months = 3u << 10, .mean = 16 };
    sc->day_types[2] = (struct day_type){ .name = "peak", .days = 5, .months = 1u << 10, .mean = 30 };
    sc->business.present = true;
    sc->business.operation_name = "checkout";
    sc->business.value = INT64_C(620000000000);
    sc->business.margin = 0.3;
    sc->business.lost_if_failed = 0.7;
    return sc;
}

/* Uniform in (0, 1), a pure function of its arguments. */
static double syn_unit(uint64_t what, uint64_t replication, uint64_t index)
{
    const uint64_t bits = fingerprint_mix(fingerprint_mix(what * 1000003 + replication) + index);
    return ((double)(bits >> 11) + 0.5) * 0x1p-53;
}

static double syn_rate(double mean, double at_s)
{
    const double hour = at_s / 3600;
    const double day = 0.55 + 0.55 * exp(-pow((hour - 12) / 4, 2)) + 0.5 * exp(-pow((hour - 20) / 2.5, 2));
    return mean * (day + 2.6 * exp(-hour * 2));
}

struct syn_column {
    const char *component, *name, *unit;
    enum series_group group;
};

static const struct syn_column syn_columns[] = {
    { "all", "arrivals", "/s", SERIES_TRAFFIC },
    { "static", "arrivals", "/s", SERIES_TRAFFIC },
    { "browse", "p50", "ms", SERIES_LATENCY },
    { "browse", "p95", "ms", SERIES_LATENCY },
    { "browse", "p99", "ms", SERIES_LATENCY },
    { "browse", "availability", "share", SERIES_AVAILABILITY },
    { "checkout", "availability", "share", SERIES_AVAILABILITY },
    { "all", "http_502", "/s", SERIES_ERRORS },
    { "all", "http_504", "/s", SERIES_ERRORS },
    { "all", "gave_up", "/s", SERIES_ERRORS },
    { "web-fleet", "desired", "instances", SERIES_CAPACITY },
    { "web-fleet", "in_service", "instances", SERIES_CAPACITY },
    { "web-fleet", "healthy", "instances", SERIES_CAPACITY },
    { "worker-fleet", "desired", "instances", SERIES_CAPACITY },
    { "worker-fleet", "in_service", "instances", SERIES_CAPACITY },
    { "web-fleet", "cpu", "share", SERIES_UTILISATION },
    { "orders-db", "cpu", "share", SERIES_UTILISATION },
    { "catalog-cache", "cpu", "share", SERIES_UTILISATION },
    { "order-events", "visible", "messages", SERIES_QUEUE },
    { "order-events", "age", "s", SERIES_QUEUE },
};

static double syn_value(const struct syn_column *column, uint32_t number, int w, double mean)
{
    const double at_s = w * 60.0,
                 noise = syn_unit(7, number, (uint64_t)w * 32 + (uint64_t)(column - syn_columns)) - 0.5;
    const bool fault = at_s >= SYN_FAULT_S && at_s < SYN_FAULT_END_S;
    const bool hurt = at_s >= SYN_FAULT_S && at_s < SYN_FAULT_S + 360;
    const double rate = syn_rate(mean, at_s), need = ceil(rate / mean * 9);
    const double stress = (hurt ? 6 : 1) * (at_s < 1200 ? 2.5 : 1) * (1 + 0.3 * noise);
    switch (column->group) {
    case SERIES_TRAFFIC: return rate * (strcmp(column->component, "static") == 0 ? 6 : 1) * (1 + 0.05 * noise);
    case SERIES_LATENCY: return stress * (column->name[1] == '5' ? 24 : column->name[2] == '5' ? 70 : 130);
    case SERIES_AVAILABILITY: return hurt ? 0.93 + 0.05 * noise : 1;
    case SERIES_ERRORS: return hurt ? rate * 0.02 * (1 + noise) * (column->name[6] == '2' ? 2 : 1) : 0;
    case SERIES_CAPACITY:
        return strcmp(column->component, "worker-fleet") == 0 ? (fault ? 6 : 2)
                                                              : need - (fault && column->name[0] != 'd' ? 3 : 0);
    case SERIES_UTILISATION:
        return fmin(0.98, (0.42 + 0.08 * noise) * (fault ? 1.5 : 1) * (column->component[0] == 'o' ? 0.5 : 1));
    case SERIES_QUEUE: return fault ? (at_s - SYN_FAULT_S) / 10 * (1 + 0.1 * noise) : fmax(0, 3 + 4 * noise);
    case SERIES_PLACES:
    case SERIES_OTHER: break;
    }
    return NAN;
}

static void syn_series(struct replication *rep, double mean, struct arena *arena)
{
    enum { WINDOWS = 1440 };
    struct series *s = &rep->series;
    struct series_column *columns = ARENA_ARRAY(arena, struct series_column, ARRAY_LEN(syn_columns));
    *s = (struct series){ .column_count = (int)ARRAY_LEN(syn_columns),
                          .window_count = WINDOWS,
                          .columns = columns,
                          .window_ns = SIM_MINUTE,
                          .values = ARENA_ARRAY(arena, double, ARRAY_LEN(syn_columns) * WINDOWS) };
    for (int c = 0; c < s->column_count; c++) {
        columns[c] = (struct series_column){ .component = syn_columns[c].component,
                                             .name = syn_columns[c].name,
                                             .unit = syn_columns[c].unit,
                                             .group = syn_columns[c].group };
        for (int w = 0; w < WINDOWS; w++)
            s->values[c * WINDOWS + w] = syn_value(&syn_columns[c], rep->number, w, mean);
    }
}

static void syn_operations(struct replication *rep, double mean, struct arena *arena)
{
    static const char *const names[SYN_OPERATIONS] = { "browse", "checkout", "all", "static" };
    static const double shares[SYN_OPERATIONS] = { 0.95, 0.05, 0, 6 };
    enum { QUANTILES = 400 };
    rep->operation_count = SYN_OPERATIONS;
    rep->operations = ARENA_ARRAY(arena, struct operation_result, SYN_OPERATIONS);
    for (int o = 0; o < SYN_OPERATIONS; o++) {
        struct operation_result *op = &rep->operations[o];
        op->name = names[o];
        histogram_init(&op->latency, arena);
        histogram_init(&op->latency_ok, arena);
        const double jitter = syn_unit(11, rep->number, (uint64_t)o);
        const uint64_t each = (uint64_t)(mean * shares[o] * 86400 / QUANTILES * (1 + 0.002 * jitter));
        for (int q = 0; q < QUANTILES; q++) {
            const double z = log((q + 0.5) / QUANTILES / (1 - (q + 0.5) / QUANTILES)); /* logistic: a long tail */
            const sim_time ns = (sim_time)((24 + 0.6 * jitter) * exp(0.5 * z) * 1e6);
            histogram_record_many(&op->latency, ns, each);
            histogram_record_many(&op->latency_ok, ns, each);
        }
        op->outcomes[OUTCOME_OK] = each * QUANTILES;
        if (o != SYN_STATIC) {
            op->outcomes[OUTCOME_HTTP_504] = (uint64_t)((double)each * 0.3 * (1 + 0.1 * jitter));
            histogram_record_many(&op->latency, 5 * SIM_SECOND, op->outcomes[OUTCOME_HTTP_504]);
            op->in_flight = 2;
        }
        op->begun = op->outcomes[OUTCOME_OK] + op->outcomes[OUTCOME_HTTP_504] + op->in_flight;
        op->attempts = op->begun + 2 * op->outcomes[OUTCOME_HTTP_504];
    }
    struct operation_result *all = &rep->operations[SYN_ALL];
    histogram_clear(&all->latency);
    histogram_clear(&all->latency_ok);
    *all = (struct operation_result){ .name = "all", .latency = all->latency, .latency_ok = all->latency_ok };
    for (int o = 0; o < SYN_ALL; o++) {
        const struct operation_result *op = &rep->operations[o];
        histogram_merge(&all->latency, &op->latency);
        histogram_merge(&all->latency_ok, &op->latency_ok);
        for (int k = 0; k < OUTCOME_COUNT; k++)
            all->outcomes[k] += op->outcomes[k];
        all->begun += op->begun;
        all->in_flight += op->in_flight;
        all->attempts += op->attempts;
    }
}

static void syn_usage(struct replication *rep, double mean, struct arena *arena)
{
    static const struct usage_key keys[] = {
        { "AmazonEC2", "BoxUsage:m7g.large", "RunInstances", "web-fleet", "us-east-1", "us-east-1a", "", "web",
          USAGE_NANOSECONDS },
        { "AWSELB", "LoadBalancerUsage", "LoadBalancing:Application", "alb", "us-east-1", "", "", "web",
          USAGE_NANOSECONDS },
        { "AWSQueueService", "Requests-Tier1", "", "order-events", "us-east-1", "", "", "queue", USAGE_COUNT },
        { "AmazonRoute53", "Intra-AWS-DNS-Queries", "", "route53", "Global", "", "", "edge", USAGE_COUNT },
    };
    rep->usage_count = 24 * ARRAY_LEN(keys);
    rep->usage = ARENA_ARRAY(arena, struct usage, rep->usage_count);
    for (size_t k = 0; k < ARRAY_LEN(keys); k++)
        for (int h = 0; h < 24; h++) {
            struct usage *u = &rep->usage[k * 24 + (size_t)h];
            const double requests = syn_rate(mean, h * 3600.0) * 3600 * (1 + 0.01 * syn_unit(13, rep->number, k));
            u->key = &keys[k];
            u->hour = h;
            u->weight_e6 = 1000000;
            u->quantity = (int64_t)(k == 0 ? ceil(requests / 3600 / 3) * 3.6e12 : k == 1 ? 3.6e12 : requests);
        }
}

static void syn_components(struct replication *rep, struct arena *arena)
{
    static const struct fault_event events[] = {
        { SYN_FAULT_S + 20, "alb", "marks 3 targets unhealthy" },
        { SYN_FAULT_S + 65, "orders-db", "fails over to its standby" },
        { SYN_FAULT_S + 180, "web-fleet", "replaces 3 instances" },
    };
    rep->fault_count = 1;
    rep->faults = ARENA_ARRAY(arena, struct fault_result, 1);
    const double late = 20 * syn_unit(17, rep->number, 0);
    rep->faults[0] = (struct fault_result){ .name = "power us-east-1a",
                                            .times = 1,
                                            .start_s = SYN_FAULT_S,
                                            .end_s = SYN_FAULT_END_S,
                                            .detected_s = SYN_FAULT_S + 20 + late / 4,
                                            .restored_s = SYN_FAULT_S + 300 + late,
                                            .failed_requests = 900 + (uint64_t)late,
                                            .event_count = 3,
                                            .events = events };
    static const struct utilisation_result used[] = { { "web-fleet", "cpu", 0.42, 0.86 },
                                                      { "orders-db", "cpu", 0.2, 0.41 },
                                                      { "orders-db", "connections", 0.3, 0.74 } };
    rep->utilisation_count = 3;
    rep->utilisations = ARENA_ARRAY(arena, struct utilisation_result, 3);
    memcpy(rep->utilisations, used, sizeof used);
    rep->limit_count = 2;
    rep->limits = ARENA_ARRAY(arena, struct limit_result, 2);
    rep->limits[0] = (struct limit_result){ "web-fleet", "instances", 0.63, 1200, 19, 30 };
    rep->limits[1] = (struct limit_result){ "orders-db",      "connections",     0.70 + 0.01 * rep->number,
                                            SYN_FAULT_S + 90, 300 + rep->number, 420 };
    rep->fleet_count = 1;
    rep->fleets = ARENA_ARRAY(arena, struct fleet_result, 1);
    rep->fleets[0] = (struct fleet_result){ "web-fleet", 6, 9.4, 20 };
}

static struct replication *synthetic_replicate(const struct scenario *sc, int day_type, uint32_t number,
                                               const struct fault_plan *plan, struct arena *arena,
                                               _Atomic int64_t *progress_ns, const atomic_bool *stop)
{
    if (atomic_load(stop))
        return NULL;
    const double mean = day_type < 0 ? sc->populations[0].rate.mean : sc->day_types[day_type].mean;
    struct replication *rep = ARENA_NEW(arena, struct replication);
    rep->seed = (uint64_t)sc->seed;
    rep->number = number;
    rep->day_type = day_type;
    fingerprint_add(&rep->fingerprint, number + 1, day_type + 2, (uint64_t)sc->seed);
    syn_operations(rep, mean, arena);
    syn_series(rep, mean, arena);
    syn_usage(rep, mean, arena);
    syn_components(rep, arena);
    rep->dynamic_requests = rep->operations[SYN_ALL].attempts;
    rep->edge_requests = rep->dynamic_requests + rep->operations[SYN_STATIC].begun;
    rep->events = rep->dynamic_requests * 8;
    atomic_store(progress_ns, sc->clock.length);
    return rep;
}

#endif
