/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * window -- what is looked at when a window of the series ends: capacity, utilisation, backlog, bulk metering. And what
 * the whole run amounts to: utilisations, limits, fleets, flows.
 */
#include "models/cluster.h"

#include <math.h>

#include "models/catalogue/catalogue.h"
#include "models/connections.h"
#include "models/names.h"
#include "sim/base/check.h"

enum { COLUMN_DESIRED, COLUMN_IN_SERVICE, COLUMN_HEALTHY, COLUMN_CPU, COLUMN_WORKERS };

static void account_add(struct world *w, const char *component, const char *resource, struct station *station)
{
    w->accounts = arena_grow(w->arena, w->accounts, (size_t)w->account_count, (size_t)w->account_count + 1,
                             sizeof *w->accounts);
    w->accounts[w->account_count++] = (struct component_account){
        .component = component,
        .resource = resource,
        .station = station,
        .column = recorder_column(&w->recorder, component, resource, "share", SERIES_UTILISATION)
    };
}

void windows_init(struct world *w)
{
    struct recorder *r = &w->recorder;
    connections_init(w);
    usage_begin(w);
    for (int f = 0; f < w->fleet_count; f++) {
        struct fleet *fleet = &w->fleets[f];
        const char *name = fleet->component->name;
        const char *const members = fleet->pods ? "pods" : "instances";
        fleet->column = recorder_column(r, name, "desired", members, SERIES_CAPACITY);
        recorder_column(r, name, "in_service", members, SERIES_CAPACITY);
        recorder_column(r, name, "healthy", members, fleet->alb >= 0 ? SERIES_CAPACITY : SERIES_OTHER);
        recorder_column(r, name, "cpu", "share", SERIES_UTILISATION);
        recorder_column(r, name, "workers", "share", SERIES_UTILISATION);
    }
    clusters_columns(w);
    for (int d = 0; d < w->database_count; d++)
        for (int e = 0; e < w->databases[d].endpoint_count; e++)
            account_add(w, w->databases[d].component->name,
                        e == RDS_PRIMARY ? "primary_cpu" : arena_printf(w->arena, "replica_%d_cpu", e),
                        &w->databases[d].endpoints[e].cpu);
    for (int c = 0; c < w->cache_count; c++)
        for (int s = 0; s < w->caches[c].shard_count; s++)
            account_add(w, w->caches[c].component->name, arena_printf(w->arena, "shard_%d_engine_cpu", s + 1),
                        &w->caches[c].shards[s].thread);
    for (int c = 0; c < w->cache_count; c++)
        if (w->caches[c].warmth) {
            w->caches[c].column = recorder_column(r, w->caches[c].component->name, "hit_ratio", "share", SERIES_OTHER);
            recorder_column(r, w->caches[c].component->name, "fetches", "/s", SERIES_OTHER);
            recorder_column(r, w->caches[c].component->name, "resident", "keys", SERIES_OTHER);
        }
    edge_columns(w);
    for (int d = 0; d < w->database_count; d++)
        if (w->databases[d].config->replication.present)
            w->databases[d].column = recorder_column(r, w->databases[d].component->name, "replica_lag", "s",
                                                     SERIES_OTHER);
    for (int q = 0; q < w->queue_count; q++) {
        w->queues[q].column = recorder_column(r, w->queues[q].component->name, "visible", "messages", SERIES_QUEUE);
        recorder_column(r, w->queues[q].component->name, "oldest_age", "s", SERIES_QUEUE);
    }
}

static double since_start_s(const struct world *w)
{
    return (double)(w->now - w->start) / 1e9;
}

static void fleet_window(struct world *w, struct fleet *fleet, sim_time length, bool count)
{
    double cpu = 0, workers = 0;
    uint32_t serving = 0, up = 0;
    for (uint32_t n = 0; n < fleet->instance_count; n++) {
        struct instance *i = &w->instances[fleet->instances[n]];
        station_meter(&i->cpu, w->now);
        gate_meter(&i->workers, w->now);
        const uint128 busy = i->cpu.busy_q16 - i->busy_window, held = i->workers.occupancy - i->occupancy_window;
        i->busy_window = i->cpu.busy_q16;
        i->occupancy_window = i->workers.occupancy;
        if (i->state != INSTANCE_IN_SERVICE || !i->alive || length == 0)
            continue;
        up++;
        cpu += fleet->pods ? pod_busy(w, i, busy, length)
                           : (double)(uint64_t)(busy >> 16) / ((double)i->cpu.servers * (double)length);
        workers += (double)(uint64_t)held / ((double)i->workers.limit * (double)length);
    }
    for (int z = 0; z < ALB_NODES_MAX; z++)
        serving += fleet->in_service[z];
    if (!count)
        return;
    cpu = up ? cpu / up : 0;
    workers = up ? workers / up : 0;
    struct recorder *r = &w->recorder;
    recorder_value(r, fleet->column + COLUMN_DESIRED, (double)fleet->desired);
    recorder_value(r, fleet->column + COLUMN_IN_SERVICE, (double)serving);
    recorder_value(r, fleet->column + COLUMN_HEALTHY,
                   fleet->alb >= 0 ? (double)alb_healthy_count(&w->albs[fleet->alb]) : (double)up);
    recorder_value(r, fleet->column + COLUMN_CPU, up ? cpu : NAN);
    recorder_value(r, fleet->column + COLUMN_WORKERS, up ? workers : NAN);
    if (up && cpu > fleet->peak_cpu) {
        fleet->peak_cpu = cpu;
        fleet->peak_cpu_at_s = since_start_s(w);
    }
    if (up && workers > fleet->peak_workers) {
        fleet->peak_workers = workers;
        fleet->peak_workers_at_s = since_start_s(w);
    }
    fleet->sum_cpu += up ? cpu : 0;
    fleet->sum_workers += up ? workers : 0;
    fleet->cpu_windows += up > 0;
    fleet->min_size = serving < fleet->min_size ? serving : fleet->min_size;
    fleet->max_size = serving > fleet->max_size ? serving : fleet->max_size;
    fleet->sum_size += serving;
    fleet->size_windows++;
}

uint64_t account_completions(const struct component_account *a, sim_time now)
{
    station_meter(a->station, now);
    return a->station->completions;
}

static void account_window(struct world *w, struct component_account *a, sim_time length, bool count)
{
    station_meter(a->station, w->now);
    const uint128 busy = a->station->busy_q16 - a->busy_before;
    a->busy_before = a->station->busy_q16;
    if (!count)
        return;
    const double share = (double)(uint64_t)(busy >> 16) / ((double)a->station->servers * (double)length);
    recorder_value(&w->recorder, a->column, share);
    a->sum += share;
    a->windows++;
    if (share > a->peak) {
        a->peak = share;
        a->peak_at_s = since_start_s(w);
    }
}

static void queue_window(struct world *w, struct queue *q)
{
    recorder_value(&w->recorder, q->column, queue_backlog(q));
    recorder_value(&w->recorder, q->column + 1, queue_oldest_s(w, q));
}

/* The mean lag that the window's reads met; what is still to be applied is a story once it is far above what counts as
 * stale. */
static void lag_window(struct world *w, struct rds *db)
{
    const double stale_s = (double)db->config->replication.stale / 1e9;
    double behind_s = 0;
    for (int e = 1; e < db->endpoint_count; e++) {
        const double of_this_s = (double)(db->endpoints[e].replayed - w->now) / 1e9;
        behind_s = of_this_s > behind_s ? of_this_s : behind_s;
    }
    recorder_value(&w->recorder, db->column, db->lag_reads ? db->lag_sum_s / (double)db->lag_reads : behind_s);
    if (behind_s > 10.0 * stale_s && !db->lags)
        fault_note(w, db->component->name, "read replicas fall behind by more than ten times what counts as stale",
                   false);
    db->lags = behind_s > 10.0 * stale_s;
    db->lag_sum_s = 0;
    db->lag_reads = 0;
}

static void add(struct world *w, struct usage_key key, int64_t quantity)
{
    meter_add(&w->meters, meter_get(&w->meters, key), quantity);
}

/* What went through a balancer, in the raw dimensions of a capacity unit. */
static void balancer_window(struct world *w, const struct component *c, int64_t bytes, uint64_t requests)
{
    const struct alb_config *config = c->config;
    add(w, usage_key_of(c, "AWSELB", "ALB:ProcessedBytes", "", USAGE_BYTES), bytes);
    const int64_t billed_rules = config->rules > 10 ? config->rules - 10 : 0;
    add(w, usage_key_of(c, "AWSELB", "ALB:RuleEvaluations", "", USAGE_COUNT), (int64_t)requests * billed_rules);
}

/* Those that take calls of services. Their callers keep connections: new ones are few and are left out. */
static void calls_window(struct world *w)
{
    for (int a = 0; w->calls_balanced && a < w->alb_count; a++) {
        if (w->calls_balanced[a].requests > 0)
            balancer_window(w, w->sc->by_kind[KIND_ALB][a], w->calls_balanced[a].bytes, w->calls_balanced[a].requests);
        w->calls_balanced[a].bytes = 0;
        w->calls_balanced[a].requests = 0;
    }
}

uint64_t fronts_requests(const struct world *w)
{
    uint64_t requests = 0;
    for (int a = 0; a < w->alb_count; a++)
        requests += w->fronts[a].requests;
    return requests;
}

static void traffic_window(struct world *w, double seconds)
{
    const uint64_t edge = clients_static_window(w);
    if (w->waf)
        add(w, usage_key_of(w->waf_component, "awswaf", "Request", "", USAGE_COUNT),
            (int64_t)(w->waf_on_cdn ? edge : fronts_requests(w)));
    for (int a = 0; a < w->alb_count; a++)
        if (w->fronts[a].open)
            balancer_window(w, w->sc->by_kind[KIND_ALB][a], w->fronts[a].bytes, w->fronts[a].requests);
    calls_window(w);
    connections_window(w);
    usage_window(w);
    if (w->names)
        names_window(w, seconds);
    if ((double)edge / seconds > w->peak_edge_per_s) {
        w->peak_edge_per_s = (double)edge / seconds;
        w->peak_edge_at_s = since_start_s(w);
    }
    if ((double)w->window_misses / seconds > w->peak_s3_per_s) {
        w->peak_s3_per_s = (double)w->window_misses / seconds;
        w->peak_s3_at_s = since_start_s(w);
    }
}

/* The run's figures begin with `start`: what the warm-up counted is forgotten. */
static void forget_warm_up(struct world *w)
{
    little_begin(&w->balancer, w->now);
    little_begin(&w->cpu_visits, w->now);
    little_begin(&w->cache_visits, w->now);
    little_begin(&w->db_visits, w->now);
    sessions_start(w);
    clients_start(w);
    edges_start(w);
    served_start(w);
    w->station_visits = w->health_checks = 0;
    for (int a = 0; a < w->alb_count; a++)
        w->fronts[a].attempts = 0;
    for (int e = 0; e < w->code->external_count; e++)
        w->externals[e].calls = w->externals[e].failures = 0;
    for (int d = 0; d < w->database_count; d++)
        for (int e = 0; e < w->databases[d].endpoint_count; e++)
            w->databases[d].endpoints[e].connections_peak = w->databases[d].endpoints[e].connections;
    for (int d = 0; d < w->database_count; d++)
        rds_forget(&w->databases[d]);
    for (int a = 0; a < w->account_count; a++)
        w->accounts[a].completions_before = account_completions(&w->accounts[a], w->now);
    for (int q = 0; q < w->queue_count; q++) {
        struct queue *queue = &w->queues[q];
        queue->peak_in_flight = queue->messages.in_flight;
        queue->peak_in_flight_at_s = 0;
        queue->put_before = queue->fifo ? queue->fifo->sent : queue->messages.put;
        queue->duplicates_before = queue->fifo ? queue->fifo->duplicates : 0;
        queue->throttled_before = queue->fifo ? queue->fifo->throttled : 0;
        queue->removed_before = queue->messages.removed;
        queue->dead_before = queue->messages.dead;
        queue->redelivered_before = queue->messages.redelivered;
    }
    for (int f = 0; f < w->fleet_count; f++) {
        w->fleets[f].idle_thread_ns = 0;
        w->fleets[f].idle_thread_since = w->now;
    }
}

void window_end(struct world *w)
{
    const bool count = w->recorder.window >= 0;
    const sim_time begin = w->start + (sim_time)(count ? w->recorder.window : 0) * w->sc->window;
    const sim_time length = count ? w->now - begin : 0;
    for (int f = 0; f < w->fleet_count; f++)
        if (w->fleets[f].service)
            fleet_window(w, &w->fleets[f], length, count);
    for (int a = 0; a < w->account_count; a++)
        account_window(w, &w->accounts[a], length, count);
    for (int c = 0; c < w->cache_count; c++)
        if (w->caches[c].warmth)
            fetch_window(w, &w->caches[c], count);
    if (!count) {
        if (w->names)
            names_window(w, 0);
        forget_warm_up(w);
        connections_start(w);
    }
    if (count) {
        for (int d = 0; d < w->database_count; d++)
            if (w->databases[d].config->replication.present)
                lag_window(w, &w->databases[d]);
        clusters_window(w);
        for (int q = 0; q < w->queue_count; q++)
            queue_window(w, &w->queues[q]);
        traffic_window(w, (double)length / 1e9);
        recorder_window(&w->recorder, (double)length / 1e9);
    }
    w->window_misses = 0;
    for (int a = 0; a < w->alb_count; a++) {
        w->fronts[a].bytes = 0;
        w->fronts[a].requests = 0;
    }
    w->recorder.window++;
    const sim_time into = w->now - w->start;
    w->meters.hour = w->now < w->end ? (int)(into / SIM_HOUR) : -1;
    const sim_time next = w->now + w->sc->window;
    if (w->now < w->end)
        event_set_push(w->events,
                       event_make(next < w->end ? next : w->end, EVENT_METRIC, EV_WINDOW, 0, 0, EVENT_NO_SLOT));
}
