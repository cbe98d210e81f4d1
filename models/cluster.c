/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cluster -- setting clusters up, the scheduler, where events go, and what is shown.
 *
 * The scheduler looks at a pod that waits at once, whenever one has come or room has become free. Filter: ready and not
 * cordoned, room for the requests, the spread constraint. Score: NodeResourcesFit, by default the node with most left of
 * cpu and memory, and twice that the zone with fewest of its like (PodTopologySpread has weight 2). Ties: the older
 * node.     [K8S-SCHED]
 */
#include "models/cluster.h"

#include <string.h>

#include "models/catalogue/catalogue.h"
#include "sim/base/check.h"

enum { COLUMN_DESIRED, COLUMN_READY, COLUMN_PENDING, COLUMN_CPU, COLUMN_REQUESTED };

void kube_push(struct world *w, sim_time at, enum event_class cls, enum kube_event what, uint32_t entity)
{
    event_set_push(w->events, event_make(at, cls, EV_KUBE, entity, 0, (uint32_t)what));
}

/* ---- setting up ---- */

static struct meter *node_meter(struct world *w, const struct cluster *c, const char *type, const char *operation,
                                const char *zone, enum usage_unit unit)
{
    struct usage_key key = usage_key_of(c->component, "AmazonEC2", type, operation, unit);
    key.zone = zone;
    return meter_get(&w->meters, key);
}

static void type_init(struct world *w, const struct cluster *c, struct node_type *type, const char *name)
{
    const struct shape *shape = catalogue_instance(name);
    *type = (struct node_type){ .name = name,
                                .room = eks_room(c->config, name),
                                .vcpu_speed = catalogue_reference_vcpus(shape) / shape->vcpus,
                                .price = catalogue_price_order(name),
                                .vcpus = shape->vcpus };
    const char *const box = arena_printf(w->arena, "BoxUsage:%s", name);
    for (int z = 0; z < c->zones; z++) {
        const char *const zone = c->component->region->zone_names[z];
        type->hours[z] = node_meter(w, c, box, "RunInstances", zone, USAGE_NANOSECONDS);
        type->volumes[z] = node_meter(w, c, "EBS:VolumeUsage.gp3", "", zone, USAGE_BYTE_HOURS);
    }
}

static int type_named(const struct cluster *c, const char *name)
{
    int t = 0;
    while (t < c->type_count && strcmp(c->types[t].name, name) != 0)
        t++;
    return t;
}

static bool has_type(const struct node_source *source, int type)
{
    for (int t = 0; t < source->type_count; t++)
        if (source->types[t] == type)
            return true;
    return false;
}

static void pool_init(const struct cluster *c, struct node_source *source, const struct eks_pool *pool)
{
    source->pool = pool;
    for (int i = 0; i < pool->instance_count; i++) {
        const int type = type_named(c, pool->instances[i].name);
        if (has_type(source, type))
            continue; /* written twice */
        int at = source->type_count++;
        for (; at > 0 && c->types[source->types[at - 1]].price > c->types[type].price; at--)
            source->types[at] = source->types[at - 1];
        source->types[at] = type;
    }
}

static void cluster_init(struct world *w, struct cluster *c, const struct component *component)
{
    *c = (struct cluster){ .component = component,
                           .config = component->config,
                           .region = (int)(component->region - w->sc->regions),
                           .zones = (int)component->region->zones,
                           .number = component->index,
                           .batch_opened = SIM_NEVER,
                           .scaled_up_at = -SIM_DAY,
                           .candidate = NODE_NONE,
                           .min_nodes = CLUSTER_NODES_MAX };
    const char *names[EKS_TYPES_MAX];
    c->type_count = eks_types(c->config, names);
    c->types = ARENA_ARRAY(w->arena, struct node_type, c->type_count);
    for (int t = 0; t < c->type_count; t++)
        type_init(w, c, &c->types[t], names[t]);
    c->source_count = c->config->group_count + c->config->pool_count;
    c->sources = ARENA_ARRAY(w->arena, struct node_source, c->source_count);
    for (int g = 0; g < c->config->group_count; g++) {
        struct node_source *source = &c->sources[g];
        source->group = &c->config->groups[g];
        source->types[0] = type_named(c, source->group->instance);
        source->type_count = 1;
        source->desired = source->group->size.desired;
    }
    for (int p = 0; p < c->config->pool_count; p++)
        pool_init(c, &c->sources[c->config->group_count + p], &c->config->pools[p]);
}

void clusters_init(struct world *w)
{
    const int count = w->sc->by_kind_count[KIND_EKS];
    if (count == 0)
        return;
    w->kube = ARENA_NEW(w->arena, struct kube);
    *w->kube = (struct kube){ .clusters = ARENA_ARRAY(w->arena, struct cluster, count),
                              .cluster_count = count,
                              .nodes = ARENA_ARRAY(w->arena, struct kube_node, CLUSTER_NODES_MAX),
                              .pods = ARENA_ARRAY(w->arena, struct pod, w->instance_limit) };
    for (int k = 0; k < count; k++)
        cluster_init(w, &w->kube->clusters[k], w->sc->by_kind[KIND_EKS][k]);
}

/* Loops begin at their own phase: of a real cluster nobody knows it. */
static sim_time phase(const struct world *w, const char *name, uint32_t attempt, sim_time period)
{
    return (sim_time)(draw_unit(draw_at(w->key, 0, draw_place(name), attempt).a) * (double)period);
}

static void begin_loops(struct world *w, const struct cluster *c)
{
    const uint32_t number = (uint32_t)c->number;
    const char *const name = c->component->name;
    const sim_time loop = c->config->pool_count ? c->config->karpenter.loop : c->config->autoscaler.scan;
    kube_push(w, phase(w, name, 2, c->config->metrics_resolution), EVENT_METRIC, KUBE_SCRAPE, number);
    kube_push(w, phase(w, name, 3, loop), EVENT_CONTROL, KUBE_LOOP, number);
    for (int f = 0; f < w->fleet_count; f++) {
        const struct fleet *fleet = &w->fleets[f];
        if (fleet->pods && fleet->pods->hpa.present && cluster_of(w, fleet) == c)
            kube_push(w, phase(w, fleet->component->name, 3, fleet->pods->hpa.sync), EVENT_CONTROL, KUBE_HPA,
                      (uint32_t)f);
        if (fleet->pods && fleet->pods->keda.present && cluster_of(w, fleet) == c)
            kube_push(w, phase(w, fleet->component->name, 4, fleet->pods->keda.poll), EVENT_CONTROL, KUBE_KEDA,
                      (uint32_t)f);
    }
}

/* ---- the scheduler ---- */

void fleet_zone_counts(const struct cluster *c, const struct fleet *fleet, int64_t *count)
{
    for (int z = 0; z < c->zones; z++)
        count[z] = fleet->in_service[z] + fleet->launching[z];
}

void cluster_domains(const struct world *w, const struct cluster *c, bool *domains)
{
    for (int z = 0; z < c->zones; z++)
        domains[z] = false;
    for (uint32_t n = 0; n < c->node_count; n++)
        domains[w->kube->nodes[c->nodes[n]].zone] = true;
}

void spread_zones(const struct cluster *c, const struct deployment_config *config, const int64_t *count,
                  const bool *domains, bool relaxed, bool *allowed)
{
    int64_t least = INT64_MAX;
    for (int z = 0; z < c->zones; z++)
        if (domains[z] && count[z] < least)
            least = count[z];
    const bool hard = config->spread.present && (config->spread.when == SPREAD_DO_NOT_SCHEDULE || !relaxed);
    for (int z = 0; z < c->zones; z++)
        allowed[z] = !hard || least == INT64_MAX || count[z] + 1 - least <= config->spread.max_skew;
}

/* 0..100 each. */
static double resource_score(const struct cluster *c, const struct kube_node *node, const struct room *wanted)
{
    const struct room *all = &c->types[node->type].room;
    const double cpu = (double)(node->free.cpu_milli - wanted->cpu_milli) / (double)all->cpu_milli;
    const double memory = (double)(node->free.memory - wanted->memory) / (double)all->memory;
    const double left = 50.0 * (cpu + memory);
    return c->config->strategy == EKS_LEAST_ALLOCATED ? left : 100.0 - left;
}

static double spread_score(const int64_t *count, int zones, int zone)
{
    enum { WEIGHT = 2 };
    int64_t least = count[0], most = count[0];
    for (int z = 1; z < zones; z++) {
        least = count[z] < least ? count[z] : least;
        most = count[z] > most ? count[z] : most;
    }
    return most > 0 ? WEIGHT * 100.0 * (double)(most + least - count[zone]) / (double)most : WEIGHT * 100.0;
}

static struct kube_node *node_for(struct world *w, const struct cluster *c, const struct fleet *fleet)
{
    const struct room wanted = room_of_pod(fleet->pods);
    int64_t count[ALB_NODES_MAX];
    bool domains[ALB_NODES_MAX], allowed[ALB_NODES_MAX];
    fleet_zone_counts(c, fleet, count);
    cluster_domains(w, c, domains);
    spread_zones(c, fleet->pods, count, domains, true, allowed);
    struct kube_node *best = NULL;
    double best_score = 0;
    for (uint32_t n = 0; n < c->node_count; n++) {
        struct kube_node *node = &w->kube->nodes[c->nodes[n]];
        if (node->state != NODE_READY || node->cordoned || !allowed[node->zone] || !room_holds(&node->free, &wanted))
            continue;
        const double score = resource_score(c, node, &wanted) + spread_score(count, c->zones, node->zone);
        if (!best || score > best_score) {
            best = node;
            best_score = score;
        }
    }
    return best;
}

static void schedule(struct world *w, struct cluster *c, bool at_once)
{
    uint32_t kept = 0;
    uint64_t stuck = 0; /* bit: of this fleet nobody fits now */
    for (uint32_t n = 0; n < c->pending_count; n++) {
        const struct pending_pod waits = c->pending[n];
        struct fleet *fleet = &w->fleets[waits.fleet];
        const uint64_t bit = UINT64_C(1) << (waits.fleet % 64);
        struct kube_node *node = stuck & bit || w->instance_count == w->instance_limit ? NULL : node_for(w, c, fleet);
        if (node) {
            pod_bind(w, fleet, node, at_once);
            continue;
        }
        stuck |= w->fleet_count <= 64 ? bit : 0;
        c->pending[kept++] = waits;
    }
    c->pending_count = kept;
}

void cluster_schedule(struct world *w, struct cluster *c)
{
    if (c->pending_count > 0)
        schedule(w, c, false);
}

/* ---- before the run ---- */

static void first_pods_wait(struct world *w, struct cluster *c)
{
    for (int f = 0; f < w->fleet_count; f++) {
        struct fleet *fleet = &w->fleets[f];
        if (!fleet->pods || cluster_of(w, fleet) != c)
            continue;
        fleet->desired = fleet->pods->replicas.start;
        for (int64_t n = 0; n < fleet->desired; n++)
            pod_waits(w, c, fleet);
    }
}

void clusters_begin(struct world *w)
{
    for (int k = 0; w->kube && k < w->kube->cluster_count; k++) {
        struct cluster *c = &w->kube->clusters[k];
        for (int s = 0; s < c->source_count; s++)
            for (int64_t n = 0; n < c->sources[s].desired; n++)
                node_at_once(w, c, s, c->sources[s].types[0], (int)(n % c->zones));
        first_pods_wait(w, c);
        schedule(w, c, true);
        provision_at_once(w, c);
        schedule(w, c, true);
        begin_loops(w, c);
    }
}

/* ---- events ---- */

static void loop(struct world *w, struct cluster *c)
{
    provision_loop(w, c);
    consolidate_loop(w, c);
    const sim_time period = c->config->pool_count ? c->config->karpenter.loop : c->config->autoscaler.scan;
    kube_push(w, w->now + period, EVENT_CONTROL, KUBE_LOOP, (uint32_t)c->number);
}

void kube_handle(struct world *w, struct event e)
{
    const uint32_t entity = event_entity(e);
    struct kube *kube = w->kube;
    switch ((enum kube_event)event_slot(e)) {
    case KUBE_NODE_READY: node_ready(w, &kube->nodes[entity]); break;
    case KUBE_NODE_UNKNOWN: node_unknown(w, &kube->nodes[entity]); break;
    case KUBE_NODE_EVICT: node_evict(w, &kube->nodes[entity]); break;
    case KUBE_NODE_REPAIR: node_repair(w, &kube->nodes[entity]); break;
    case KUBE_POD_READY: pod_ready(w, &w->instances[entity]); break;
    case KUBE_POD_JOINS: pod_joins(w, &w->instances[entity]); break;
    case KUBE_POD_RESTART: pod_restart(w, &w->instances[entity]); break;
    case KUBE_POD_EVICT: pod_toleration_over(w, &w->instances[entity]); break;
    case KUBE_SCRAPE: kube_scrape(w, &kube->clusters[entity]); break;
    case KUBE_HPA: kube_hpa(w, &w->fleets[entity]); break;
    case KUBE_KEDA: kube_keda(w, &w->fleets[entity]); break;
    case KUBE_BATCH: provision_batch(w, &kube->clusters[entity]); break;
    case KUBE_LOOP: loop(w, &kube->clusters[entity]); break;
    }
}

/* ---- what is shown ---- */

void clusters_columns(struct world *w)
{
    for (int k = 0; w->kube && k < w->kube->cluster_count; k++) {
        struct cluster *c = &w->kube->clusters[k];
        const char *const name = c->component->name;
        c->column = recorder_column(&w->recorder, name, "desired", "nodes", SERIES_CAPACITY);
        recorder_column(&w->recorder, name, "in_service", "nodes", SERIES_CAPACITY);
        recorder_column(&w->recorder, name, "pending", "pods", SERIES_QUEUE);
        recorder_column(&w->recorder, name, "cpu", "share", SERIES_UTILISATION);
        recorder_column(&w->recorder, name, "cpu_requested", "share", SERIES_UTILISATION);
    }
}

static double since_start_s(const struct world *w)
{
    return (double)(w->now - w->start) / 1e9;
}

double pod_busy(struct world *w, const struct instance *i, uint128 busy_q16, sim_time window)
{
    const struct pod *p = pod_of(w, i);
    const double share = p->share_milli / 1000.0;
    double vcpus = (double)(uint64_t)(busy_q16 >> 16) / (double)window;
    if (i->cpu.discipline != STATION_PROCESSOR_SHARING)
        vcpus *= share / (double)i->cpu.servers;
    cluster_of(w, &w->fleets[i->fleet])->used_vcpus += vcpus;
    return vcpus < share ? vcpus / share : 1.0;
}

double cluster_most_vcpus(const struct cluster *c)
{
    double most = 0;
    for (int s = 0; s < c->source_count; s++) {
        const struct node_source *source = &c->sources[s];
        if (source->pool && source->pool->cpu_limit == 0)
            return 0;
        most += source->pool ? source->pool->cpu_limit
                             : (double)(source->group->size.max * c->types[source->types[0]].vcpus);
    }
    return most;
}

static void note_peaks(const struct world *w, struct cluster *c, double vcpus, double cpu, double requested)
{
    if (vcpus > c->peak_vcpus) {
        c->peak_vcpus = vcpus;
        c->peak_vcpus_at_s = since_start_s(w);
    }
    if (cpu > c->peak_cpu) {
        c->peak_cpu = cpu;
        c->peak_cpu_at_s = since_start_s(w);
    }
    c->peak_requested = requested > c->peak_requested ? requested : c->peak_requested;
}

static void window_of(struct world *w, struct cluster *c)
{
    int64_t ready = 0, all = 0, free = 0;
    double vcpus = 0;
    for (uint32_t n = 0; n < c->node_count; n++) {
        const struct kube_node *node = &w->kube->nodes[c->nodes[n]];
        if (node->state != NODE_READY)
            continue;
        ready++;
        vcpus += (double)c->types[node->type].vcpus;
        all += c->types[node->type].room.cpu_milli;
        free += node->free.cpu_milli;
    }
    const double requested = all > 0 ? (double)(all - free) / (double)all : 0;
    const double cpu = vcpus > c->used_vcpus ? c->used_vcpus / vcpus : vcpus > 0;
    recorder_value(&w->recorder, c->column + COLUMN_DESIRED, (double)c->node_count);
    recorder_value(&w->recorder, c->column + COLUMN_READY, (double)ready);
    recorder_value(&w->recorder, c->column + COLUMN_PENDING, (double)c->pending_count);
    recorder_value(&w->recorder, c->column + COLUMN_CPU, cpu);
    recorder_value(&w->recorder, c->column + COLUMN_REQUESTED, requested);
    c->min_nodes = (double)ready < c->min_nodes ? (double)ready : c->min_nodes;
    c->max_nodes = (double)ready > c->max_nodes ? (double)ready : c->max_nodes;
    note_peaks(w, c, vcpus, cpu, requested);
    c->sum_nodes += (double)ready;
    c->sum_cpu += cpu;
    c->sum_requested += requested;
    c->windows++;
}

static void windows_begin(struct world *w)
{
    for (int k = 0; w->kube && k < w->kube->cluster_count; k++)
        w->kube->clusters[k].used_vcpus = 0;
}

void clusters_window(struct world *w)
{
    for (int k = 0; w->kube && k < w->kube->cluster_count; k++)
        window_of(w, &w->kube->clusters[k]);
    windows_begin(w);
}

/* Room of a node = what is free + what its pods request; every pod that is there is on one node. */
static const char *node_violation(const struct world *w, const struct cluster *c, const struct kube_node *node)
{
    struct room sum = node->free;
    for (uint32_t n = 0; n < node->pod_count; n++) {
        const struct instance *i = &w->instances[node->pods[n]];
        const struct room taken = room_of_pod(w->fleets[i->fleet].pods);
        room_give(&sum, &taken);
        if (i->state == INSTANCE_FREE || pod_of(w, i)->node != node->id)
            return "a node has a pod that is not there";
    }
    const struct room *room = &c->types[node->type].room;
    return sum.cpu_milli == room->cpu_milli && sum.memory == room->memory && sum.pods == room->pods
               ? NULL
               : "room of a node = free + requested by its pods";
}

const char *clusters_violation(const struct world *w)
{
    uint64_t on_nodes = 0, in_fleets = 0;
    const char *law = NULL;
    for (int k = 0; !law && w->kube && k < w->kube->cluster_count; k++) {
        const struct cluster *c = &w->kube->clusters[k];
        for (uint32_t n = 0; !law && n < c->node_count; n++) {
            law = node_violation(w, c, &w->kube->nodes[c->nodes[n]]);
            on_nodes += w->kube->nodes[c->nodes[n]].pod_count;
        }
    }
    for (int f = 0; f < w->fleet_count; f++)
        in_fleets += w->fleets[f].pods ? w->fleets[f].instance_count : 0;
    return law || on_nodes == in_fleets ? law : "pods on nodes = pods of deployments";
}

/* Nodes up to the end, and the cluster's hours: extended support is a surcharge by the version's age.     [EKS-PRICE] */
void clusters_close(struct world *w)
{
    for (int k = 0; w->kube && k < w->kube->cluster_count; k++) {
        const struct cluster *c = &w->kube->clusters[k];
        for (uint32_t n = 0; n < c->node_count; n++)
            node_bill(w, &w->kube->nodes[c->nodes[n]], w->end);
        const struct usage_key key = usage_key_of(c->component, "AmazonEKS", "Cluster",
                                                  c->config->support == EKS_EXTENDED ? "support=extended" : "",
                                                  USAGE_NANOSECONDS);
        meter_add_time(&w->meters, meter_get(&w->meters, key), 1, w->start, w->end);
    }
}
