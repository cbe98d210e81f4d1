/* SPDX-License-Identifier: GPL-3.0-or-later */
/* replicate -- the event loop of a replication, its conservation laws, and the record that it leaves. */
#include "models/replicate.h"

#include <math.h>
#include <time.h>

#include "models/cluster.h"
#include "sim/base/check.h"

/* ---- conservation ---- */

static const char *broken(struct world *w, const char *law, uint128 left, uint128 right)
{
    if (left == right)
        return NULL;
    return arena_printf(w->arena, "%s: %llu is not %llu (low 64 bits)", law, (unsigned long long)left,
                        (unsigned long long)right);
}

/* Those still at a place: their time so far completes the sum. */
static void clip_inside(struct world *w)
{
    for (uint32_t slot = 0; slot < w->frames_used; slot++) {
        const struct frame *f = frame_at(w, slot);
        if (f->kind == FRAME_FREE)
            continue;
        if (f->flags & FLAG_IN_LITTLE)
            little_clip(&w->balancer, f->entered, w->end);
        if (call_is_under_way(w, f))
            little_clip(&edge_of_call(w, f)->under_way, f->visit, w->end);
        if (f->kind == FRAME_CALL && w->kin[slot].async)
            little_clip(&w->edges[w->kin[slot].edge].under_way, w->kin[slot].sent, w->end);
        served_clip(w, f);
        if (f->state == AT_CPU)
            little_clip(&w->cpu_visits, f->visit, w->end);
        if ((f->state == AT_CACHE || f->state == AT_DB) && f->departs <= w->end)
            visit_departed(w, f); /* still on its way back */
        else if (f->state == AT_CACHE)
            little_clip(&w->cache_visits, f->visit, w->end);
        else if (f->state == AT_DB)
            little_clip(&w->db_visits, f->visit, w->end);
        if (f->kind == FRAME_OPERATION && (f->flags & FLAG_COUNTED) && !(f->flags & FLAG_ABANDONED))
            w->recorder.operations[f->operation].in_flight++;
    }
}

static const char *little_violation(struct world *w, struct little *l, const char *law)
{
    little_advance(l, w->end);
    return broken(w, law, l->integral_ns, l->sojourn_ns);
}

static const char *operation_violation(struct world *w, const struct operation_result *o)
{
    uint64_t ended = o->in_flight;
    for (int i = 0; i < OUTCOME_COUNT; i++)
        ended += o->outcomes[i];
    return broken(w, arena_printf(w->arena, "operations '%s': begun = ended + in flight", o->name), o->begun, ended);
}

static const char *instance_violation(struct world *w, const struct instance *i)
{
    uint32_t workers = 0;
    for (uint32_t slot = 0; slot < w->frames_used; slot++) {
        const struct frame *f = frame_at(w, slot);
        workers += f->kind != FRAME_FREE && (f->flags & FLAG_WORKER) && f->instance == i->id;
    }
    const char *law = broken(w, "workers held = workers taken", i->workers.inside, workers);
    const struct gate *line = &i->workers;
    if (!law)
        law = broken(w, "requests at the workers = accepted + refused + withdrawn + dropped + waiting", line->arrivals,
                     (uint128)line->entered + line->refused + line->withdrawn + line->dropped + line->waiting);
    const uint128 capacity = (uint128)i->cpu.servers * (uint128)w->end << 16;
    if (!law && i->cpu.busy_q16 > capacity)
        law = "an instance was busier than its vCPUs allow";
    const struct service_code *service = w->fleets[i->fleet].service;
    for (int p = 0; !law && p < service->pool_count; p++)
        law = broken(w, "connections in use + idle = pool size",
                     (uint128)i->pools[p].gate.inside + i->pools[p].idle_count, (uint128)service->pools[p].size);
    return law;
}

const char *world_violation(struct world *w)
{
    clip_inside(w);
    recorder_close(&w->recorder);
    const char *law = little_violation(w, &w->balancer,
                                       "Little's law at the load balancer: integral = sum of sojourns");
    if (!law)
        law = little_violation(w, &w->cpu_visits, "Little's law at the instances: integral = sum of sojourns");
    if (!law)
        law = little_violation(w, &w->cache_visits, "Little's law at the caches: integral = sum of sojourns");
    if (!law)
        law = little_violation(w, &w->db_visits, "Little's law at the databases: integral = sum of sojourns");
    if (!law)
        law = sessions_violation(w);
    if (!law)
        law = edges_violation(w);
    if (!law)
        law = served_violation(w);
    if (!law)
        law = clusters_violation(w);
    for (int o = 0; !law && o < w->recorder.operation_count; o++)
        law = operation_violation(w, &w->recorder.operations[o]);
    for (uint32_t n = 0; !law && n < w->instance_count; n++)
        if (w->instances[n].state != INSTANCE_FREE)
            law = instance_violation(w, &w->instances[n]);
    for (int q = 0; !law && q < w->queue_count; q++) {
        const struct message_queue *m = &w->queues[q].messages;
        const struct fifo *fifo = w->queues[q].fifo;
        if (fifo)
            law = broken(w, "messages sent = duplicates + waiting for their group + put", fifo->sent,
                         (uint128)fifo->duplicates + fifo->waiting + m->put);
        if (law)
            break;
        law = broken(w, "messages sent = deleted + dead + visible + in flight", m->put,
                     (uint128)m->removed + m->dead + m->visible + m->in_flight);
    }
    return law;
}

/* ---- the record ---- */

/* At least 99.9 % of the operations that ended in the window were answered, or all but one where there are few. */
static bool window_is_fine(const struct world *w, int k)
{
    const struct series *series = &w->recorder.series;
    const int all = w->recorder.first_availability_column + w->recorder.operation_count - 2;
    const double availability = series->values[(int64_t)all * series->window_count + k];
    const double begun = series->values[(int64_t)w->recorder.arrivals_column * series->window_count + k] *
                         (double)series->window_ns / 1e9;
    const double bound = begun > 0 && begun < 1000 ? 1.0 - 1.5 / begun : 0.999;
    return isnan(availability) || availability >= bound;
}

static void record_faults(struct world *w, struct replication *out)
{
    const struct series *series = &w->recorder.series;
    const double *errors = series->values + (int64_t)w->recorder.first_error_column * series->window_count;
    const double window_s = (double)series->window_ns / 1e9;
    const int calm = (int)((5 * SIM_MINUTE + series->window_ns - 1) / series->window_ns);

    out->faults = ARENA_ARRAY(w->arena, struct fault_result, w->plan.count);
    for (int i = 0; i < w->plan.count; i++) {
        const struct fault_state *fault = &w->faults[i];
        if (!fault->active && !w->plan.faults[i].random)
            continue;
        struct fault_result *result = &out->faults[out->fault_count++];
        if (!fault->active) {
            *result = (struct fault_result){ .name = w->plan.faults[i].name,
                                             .random = true,
                                             .start_s = NAN,
                                             .end_s = NAN,
                                             .detected_s = NAN,
                                             .restored_s = NAN };
            continue;
        }
        *result = (struct fault_result){ .name = w->plan.faults[i].name,
                                         .random = w->plan.faults[i].random,
                                         .times = fault->times,
                                         .start_s = (double)(fault->begin - w->start) / 1e9,
                                         .end_s = (double)(fault->end - w->start) / 1e9,
                                         .detected_s = fault->detected_s,
                                         .lost_writes = fault->lost_writes,
                                         .restored_s = NAN,
                                         .event_count = fault->event_count,
                                         .events = fault->events };
        const int first = (int)(result->start_s / window_s);
        int hurt = -1, good = 0, k = first;
        for (; k < series->window_count && good < calm; k++) {
            const bool fine = window_is_fine(w, k);
            if (!fine && hurt < 0)
                hurt = k;
            good = fine ? good + 1 : 0;
            if (hurt < 0 && (double)k * window_s > result->end_s + 600)
                break; /* it never hurt */
            if (hurt < 0)
                good = 0;
        }
        if (hurt < 0) {
            result->restored_s = result->start_s;
            continue;
        }
        const int until = good >= calm ? k - calm : series->window_count;
        if (good >= calm)
            result->restored_s = (double)until * window_s;
        double failed = 0;
        for (int v = first; v < until; v++)
            for (int code = 0; code < OUTCOME_COUNT - 1; code++)
                failed += isnan(errors[(int64_t)code * series->window_count + v])
                              ? 0
                              : errors[(int64_t)code * series->window_count + v] * window_s;
        result->failed_requests = (uint64_t)(failed + 0.5);
    }
}

static void utilisation(struct replication *out, const char *component, const char *resource, double mean, double peak)
{
    out->utilisations[out->utilisation_count++] =
        (struct utilisation_result){ .component = component, .resource = resource, .mean = mean, .peak = peak };
}

static void limit(struct replication *out, const char *component, const char *name, double value, double maximum,
                  double at_s)
{
    out->limits[out->limit_count++] = (struct limit_result){ .component = component,
                                                             .limit = name,
                                                             .peak_share = value / maximum,
                                                             .at_s = at_s,
                                                             .value = value,
                                                             .maximum = maximum };
}

static void flow(struct replication *out, const char *component, const char *name, uint64_t count)
{
    out->flows[out->flow_count++] = (struct flow_result){ .component = component, .name = name, .count = count };
}

static void record_fleets(struct world *w, struct replication *out)
{
    for (int f = 0; f < w->fleet_count; f++) {
        const struct fleet *fleet = &w->fleets[f];
        const char *name = fleet->component->name;
        if (!fleet->size_windows)
            continue;
        const double windows = (double)fleet->size_windows;
        out->fleets[out->fleet_count++] = (struct fleet_result){
            .name = name, .min = fleet->min_size, .mean = fleet->sum_size / windows, .max = fleet->max_size
        };
        const double up = fleet->cpu_windows ? (double)fleet->cpu_windows : 1.0;
        utilisation(out, name, "cpu", fleet->sum_cpu / up, fleet->peak_cpu);
        utilisation(out, name, "workers", fleet->sum_workers / up, fleet->peak_workers);
        limit(out, name, "size.max", fleet->max_size, (double)fleet->most, NAN);
        limit(out, name, "cpu", fleet->peak_cpu, 1.0, fleet->peak_cpu_at_s);
        limit(out, name, "workers", fleet->peak_workers, 1.0, fleet->peak_workers_at_s);
        if (backlog_drops(fleet->service->config)) {
            flow(out, name, "shed", fleet->shed);
            flow(out, name, "expired", fleet->expired);
        }
    }
}

static void record_clusters(struct world *w, struct replication *out)
{
    for (int k = 0; w->kube && k < w->kube->cluster_count; k++) {
        const struct cluster *c = &w->kube->clusters[k];
        const char *const name = c->component->name;
        const double windows = (double)(c->windows ? c->windows : 1);
        out->fleets[out->fleet_count++] = (struct fleet_result){
            .name = name, .min = c->min_nodes, .mean = c->sum_nodes / windows, .max = c->max_nodes
        };
        utilisation(out, name, "cpu", c->sum_cpu / windows, c->peak_cpu);
        utilisation(out, name, "cpu_requested", c->sum_requested / windows, c->peak_requested);
        limit(out, name, "cpu", c->peak_cpu, 1.0, c->peak_cpu_at_s);
        const double most = cluster_most_vcpus(c);
        if (most > 0)
            limit(out, name, "vCPUs of nodes", c->peak_vcpus, most, c->peak_vcpus_at_s);
        flow(out, name, "nodes launched", c->launched);
        flow(out, name, "pods evicted", c->evicted);
    }
}

static void record_components(struct world *w, struct replication *out)
{
    const int most = 4 * w->sc->by_kind_count[KIND_EKS] +
                     4 * (w->fleet_count + w->account_count + w->database_count + w->queue_count) + 16 +
                     2 * w->code->external_count + 6 * w->sc->population_count + w->alb_count + 5 * w->cache_count +
                     2 * w->queue_count;
    out->utilisations = ARENA_ARRAY(w->arena, struct utilisation_result, most);
    out->limits = ARENA_ARRAY(w->arena, struct limit_result, most);
    out->fleets = ARENA_ARRAY(w->arena, struct fleet_result, w->fleet_count + w->sc->by_kind_count[KIND_EKS]);
    out->flows = ARENA_ARRAY(w->arena, struct flow_result, most);
    record_fleets(w, out);
    record_clusters(w, out);
    for (int a = 0; a < w->account_count; a++) {
        const struct component_account *account = &w->accounts[a];
        utilisation(out, account->component, account->resource,
                    account->windows ? account->sum / (double)account->windows : 0, account->peak);
        limit(out, account->component, account->resource, account->peak, 1.0, account->peak_at_s);
        flow(out, account->component, account->resource,
             account_completions(account, w->end) - account->completions_before);
    }
    for (int d = 0; d < w->database_count; d++) {
        int64_t peak = 0;
        for (int e = 0; e < w->databases[d].endpoint_count; e++)
            peak = w->databases[d].endpoints[e].connections_peak > peak ? w->databases[d].endpoints[e].connections_peak
                                                                        : peak;
        const struct rds *db = &w->databases[d];
        limit(out, db->component->name, "max_connections", (double)peak, (double)db->max_connections, NAN);
        if (db->config->connect_cpu.mean_ns > 0) {
            flow(out, db->component->name, "connections opened", db->counts.opened);
            flow(out, db->component->name, "connections refused", db->counts.refused);
        }
        if (db->config->replication.present) {
            flow(out, db->component->name, "reads of replicas", db->counts.reads);
            flow(out, db->component->name, "stale reads", db->counts.stale);
        }
    }
    if (w->cloudfront && w->cloudfront->origins.secondary)
        flow(out, w->cloudfront_component->name, "failed over", w->failovers);
    for (int c = 0; c < w->cache_count; c++) {
        const struct cache *cache = &w->caches[c];
        if (!cache->warmth)
            continue;
        flow(out, cache->component->name, "gets", cache->run.gets);
        flow(out, cache->component->name, "hits", cache->run.hits);
        flow(out, cache->component->name, "fetches", cache->run.fetches);
        flow(out, cache->component->name, "fetches of keys under way", cache->run.again);
        flow(out, cache->component->name, "joined fetches", cache->run.joined);
    }
    for (int q = 0; q < w->queue_count; q++) {
        const struct queue *queue = &w->queues[q];
        /* [SQS-DG] Quotas: about 120,000 messages in flight. */
        limit(out, queue->component->name, "messages in flight", (double)queue->peak_in_flight, 120000,
              queue->peak_in_flight_at_s);
        flow(out, queue->component->name, "sent",
             queue->fifo ? queue->fifo->sent - queue->put_before : queue->messages.put - queue->put_before);
        if (queue->fifo) {
            flow(out, queue->component->name, "duplicates dropped", queue->fifo->duplicates - queue->duplicates_before);
            flow(out, queue->component->name, "sends throttled", queue->fifo->throttled - queue->throttled_before);
        }
        flow(out, queue->component->name, "dead", queue->messages.dead - queue->dead_before);
        flow(out, queue->component->name, "redelivered", queue->messages.redelivered - queue->redelivered_before);
    }
    if (w->cloudfront) /* [CF-DG] Quotas: requests per second of a distribution */
        limit(out, w->cloudfront_component->name, "requests/s", w->peak_edge_per_s, 250000, w->peak_edge_at_s);
    if (w->s3) /* [S3-UG] Optimizing performance: GET per second and prefix */
        limit(out, w->s3_component->name, "GET/s", w->peak_s3_per_s, 5500.0 * (double)w->s3->prefixes, w->peak_s3_at_s);
    for (int a = 0; a < w->alb_count; a++)
        if (w->fronts[a].open)
            flow(out, w->sc->by_kind[KIND_ALB][a]->name, "requests", w->fronts[a].attempts);
    flow(out, w->sc->by_kind[KIND_ALB][w->front]->name, "health checks", w->health_checks);
    for (int e = 0; e < w->code->external_count; e++) {
        flow(out, w->code->externals[e].operation->service->name, "calls", w->externals[e].calls);
        flow(out, w->code->externals[e].operation->service->name, "failed calls", w->externals[e].failures);
    }
    out->flow_count += sessions_flows(w, out->flows + out->flow_count);
    out->flow_count += clients_flows(w, out->flows + out->flow_count);
}

static struct replication *record(struct world *w, int day_type, uint32_t number, const struct fault_plan *plan)
{
    struct replication *out = ARENA_NEW(w->arena, struct replication);
    struct recorder *r = &w->recorder;
    usage_close(w);
    struct operation_result *fixed = &r->operations[r->operation_count - 1];
    out->violation = world_violation(w);
    *out = (struct replication){ .seed = (uint64_t)w->sc->seed,
                                 .number = number,
                                 .day_type = day_type,
                                 .plan = plan,
                                 .fingerprint = w->fingerprint,
                                 .events = w->events_handled,
                                 .station_visits = w->station_visits,
                                 .dynamic_requests = r->operations[r->operation_count - 2].attempts,
                                 .edge_requests = r->operations[r->operation_count - 2].attempts + fixed->attempts,
                                 .operation_count = r->operation_count,
                                 .operations = r->operations,
                                 .series = r->series,
                                 .minute_count = r->minute_count,
                                 .minutes = r->minutes,
                                 .violation = out->violation };
    out->usage = meters_records(&w->meters, w->arena, &out->usage_count);
    record_components(w, out);
    served_record(w, out);
    edges_record(w, out);
    record_faults(w, out);
    return out;
}

/* ---- the loop ---- */

static bool run(struct world *w, _Atomic int64_t *progress_ns, const atomic_bool *stop)
{
    int population = 0;
    sim_time arrival = clients_next_arrival(w, &population);
    uint64_t steps = 0;
    struct event e;
    for (;;) {
        /* Up to the end, that instant included; at the same instant an arrival comes first: class ARRIVAL. */
        if (event_set_pop_before(w->events, arrival < w->end ? arrival : w->end + 1, &e)) {
            w->now = (sim_time)e.time;
            world_handle(w, e);
        } else if (arrival < w->end) {
            w->now = arrival;
            client_arrive(w, population);
            arrival = clients_next_arrival(w, &population);
        } else {
            break;
        }
        w->events_handled++;
        if ((++steps & 0xffff) == 0) {
            if (progress_ns)
                atomic_store_explicit(progress_ns, w->now, memory_order_relaxed);
            if (stop && atomic_load_explicit(stop, memory_order_relaxed))
                return false;
        }
    }
    w->now = w->end;
    if (progress_ns)
        atomic_store_explicit(progress_ns, w->end, memory_order_relaxed);
    return true;
}

static double thread_cpu_s(void)
{
    struct timespec t;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

struct replication *replicate(const struct scenario *sc, int day_type, uint32_t number, const struct fault_plan *plan,
                              struct arena *arena, _Atomic int64_t *progress_ns, const atomic_bool *stop)
{
    const double before_s = thread_cpu_s();
    struct world *w = ARENA_NEW(arena, struct world);
    world_init(w, sc, journey_compile(sc, arena), day_type, number, plan, arena);
    struct replication *out = run(w, progress_ns, stop) ? record(w, day_type, number, plan) : NULL;
    world_fini(w);
    if (out)
        out->cpu_s = thread_cpu_s() - before_s;
    return out;
}
