/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pod -- a pod's life as a member of its fleet, and the deployment controller that keeps their number.
 *
 *   pending --scheduler--> LAUNCHING (image, container, application) --ready, registered--> IN SERVICE
 *        IN SERVICE --scale-in, eviction--> DRAINING --grace--> gone
 *        container dies: the kubelet starts another one on the same node
 *        node dies: the balancer's checks or the node's grace take it out of service, its toleration evicts it
 */
#include "models/cluster.h"

#include "sim/base/check.h"

/* The kubelet looks at its containers every second; the back-off of 10 s begins with the second crash.     [K8S] */
static const sim_time RELIST = SIM_SECOND;

void pods_init(struct world *w, struct fleet *fleet)
{
    fleet->pods = fleet->component->config;
    fleet->logs_bytes = fleet->pods->logs;
    fleet->most = fleet->pods->replicas.max;
    fleet->slower = 1.0;
    fleet->memory = (struct hpa_memory){ .arena = w->arena };
}

/* ---- on a node ---- */

/* Threads that may run at once: whole vCPUs of the limit, or of the node. */
static uint32_t servers_of(const struct deployment_config *config, const struct room *room)
{
    const int64_t limit = cpu_milli(config->limits.cpu);
    const int64_t most = limit > 0 && limit < room->cpu_milli ? limit : room->cpu_milli;
    return (uint32_t)((most + 999) / 1000);
}

static void start_station(struct world *w, struct fleet *fleet, struct pod *p, const struct node_type *type,
                          struct station_config *vcpus)
{
    const enum discipline discipline = departures_discipline(w->sc, fleet->component);
    *vcpus = (struct station_config){ .discipline = discipline,
                                      .execution = STATION_ON_EVENTS,
                                      .kind = EV_CPU,
                                      .servers = servers_of(fleet->pods, &type->room),
                                      .speed = type->vcpu_speed / fleet->slower };
    if (discipline != STATION_PROCESSOR_SHARING)
        return;
    for (int k = 0; k < 2; k++) {
        p->curves[k] = ARENA_ARRAY(w->arena, uint32_t, vcpus->servers + 1);
        for (uint32_t n = 0; n <= vcpus->servers; n++)
            p->curves[k][n] = n << 16;
    }
    vcpus->cap_q16 = p->curves[0];
    vcpus->by_curve = true;
}

static sim_time pull_time(const struct cluster *c, struct kube_node *node, const struct fleet *fleet)
{
    const uint64_t bit = UINT64_C(1) << (fleet->component->index % 64);
    if (node->images & bit)
        return 0;
    node->images |= bit;
    return (sim_time)((double)fleet->pods->image / (double)c->config->pull_rate * 1e9);
}

/* at_once: it was there before the run began. */
void pod_bind(struct world *w, struct fleet *fleet, struct kube_node *node, bool at_once)
{
    const struct cluster *c = cluster_of(w, fleet);
    const struct deployment_config *config = fleet->pods;
    struct pod *p = &w->kube->pods[w->instance_count];
    struct station_config vcpus;
    start_station(w, fleet, p, &c->types[node->type], &vcpus);
    struct instance *i = instance_add(w, fleet, node->zone, &vcpus);
    p->node = node->id;
    p->bound_at = w->now;
    p->scraped_at = p->sampled_at = -1;
    const struct draw_block d = draw_at(w->key, i->launch, draw_place(fleet->component->name), 0);
    p->runs_at = w->now + pull_time(c, node, fleet) + dist_sample(&config->start, draw_unit(d.a));
    p->ready_since = w->now;
    node_bind(w, node, i);
    if (!at_once) {
        instance_enter(w, i, INSTANCE_LAUNCHING);
        const sim_time serves = p->runs_at + dist_sample(&config->application, draw_unit(d.b));
        kube_push(w, serves, EVENT_CAPACITY, KUBE_POD_READY, i->id);
        return;
    }
    p->bound_at = p->ready_since = w->now - SIM_HOUR;
    p->runs_at = w->now;
    p->ready = true;
    instance_in_service(w, i, true);
}

void pod_set_ready(struct world *w, struct instance *i, bool ready)
{
    struct pod *p = pod_of(w, i);
    if (p->ready == ready)
        return;
    p->ready = ready;
    p->ready_since = w->now;
}

void pod_ready(struct world *w, struct instance *i)
{
    const struct fleet *fleet = &w->fleets[i->fleet];
    if (i->state != INSTANCE_LAUNCHING || !i->alive)
        return;
    pod_set_ready(w, i, true);
    if (fleet->alb < 0) {
        pod_joins(w, i);
        return;
    }
    const struct draw_block d = draw_at(w->key, i->launch, draw_place(fleet->component->name), 4);
    kube_push(w, w->now + dist_sample(&fleet->pods->registration, draw_unit(d.a)), EVENT_CAPACITY, KUBE_POD_JOINS,
              i->id);
}

void pod_joins(struct world *w, struct instance *i)
{
    if (i->state == INSTANCE_LAUNCHING && i->alive)
        instance_in_service(w, i, false);
}

/* ---- leaving ---- */

void pod_died(struct world *w, struct instance *i)
{
    const struct kube_node *node = &w->kube->nodes[pod_of(w, i)->node];
    if (node->alive) /* nobody knows of a dead node yet */
        kube_push(w, w->now + RELIST, EVENT_CONTROL, KUBE_POD_RESTART, i->id);
}

/* The same pod, a new container: a new number, as its old one may still be named by requests that wait in silence. */
void pod_restart(struct world *w, struct instance *i)
{
    struct fleet *fleet = &w->fleets[i->fleet];
    struct kube_node *node = &w->kube->nodes[pod_of(w, i)->node];
    if (i->state == INSTANCE_FREE || i->alive || !node->alive)
        return;
    const bool leaving = i->state == INSTANCE_DRAINING;
    fault_note(w, fleet->component->name, "containers restarted by the kubelet", true);
    instance_retire(w, i); /* dead: gone at once */
    if (leaving || w->instance_count == w->instance_limit)
        pods_reconcile(w, fleet);
    else
        pod_bind(w, fleet, node, false);
}

void pod_evict(struct world *w, struct instance *i)
{
    struct fleet *fleet = &w->fleets[i->fleet];
    if (i->state == INSTANCE_FREE || i->state == INSTANCE_DRAINING)
        return;
    if (!i->alive)
        fault_note(w, fleet->component->name, "pods of lost nodes evicted and replaced", true);
    cluster_of(w, fleet)->evicted += w->now >= w->start;
    pod_set_ready(w, i, false);
    instance_retire(w, i);
    pods_reconcile(w, fleet);
}

void pod_toleration_over(struct world *w, struct instance *i)
{
    const struct kube_node *node = &w->kube->nodes[pod_of(w, i)->node];
    if (node->state == NODE_UNKNOWN) /* it has not come back */
        pod_evict(w, i);
}

void pod_gone(struct world *w, struct instance *i)
{
    pod_set_ready(w, i, false);
    node_release(w, &w->kube->nodes[pod_of(w, i)->node], i);
}

/* ---- the deployment controller ---- */

int64_t pods_ready(const struct world *w, const struct fleet *fleet)
{
    int64_t ready = 0;
    for (uint32_t n = 0; n < fleet->instance_count; n++) {
        const struct instance *i = &w->instances[fleet->instances[n]];
        ready += pod_of(w, i)->ready && i->state != INSTANCE_DRAINING;
    }
    return ready;
}

int64_t pods_pending(const struct cluster *c, const struct world *w, const struct fleet *fleet)
{
    int64_t count = 0;
    for (uint32_t n = 0; n < c->pending_count; n++)
        count += &w->fleets[c->pending[n].fleet] == fleet;
    return count;
}

void pod_waits(struct world *w, struct cluster *c, const struct fleet *fleet)
{
    if (c->pending_count == c->pending_capacity) {
        const uint32_t wider = c->pending_capacity ? 2 * c->pending_capacity : 64;
        c->pending = arena_grow(w->arena, c->pending, c->pending_count, wider, sizeof *c->pending);
        c->pending_capacity = wider;
    }
    c->pending[c->pending_count++] = (struct pending_pod){ .fleet = (uint16_t)(fleet - w->fleets), .since = w->now };
}

static bool drop_pending(const struct world *w, struct cluster *c, const struct fleet *fleet)
{
    for (uint32_t n = c->pending_count; n > 0; n--) {
        if (&w->fleets[c->pending[n - 1].fleet] != fleet)
            continue;
        for (uint32_t m = n; m < c->pending_count; m++)
            c->pending[m - 1] = c->pending[m];
        c->pending_count--;
        return true;
    }
    return false;
}

static uint32_t neighbours(const struct world *w, const struct instance *i)
{
    const struct kube_node *node = &w->kube->nodes[pod_of(w, i)->node];
    uint32_t same = 0;
    for (uint32_t n = 0; n < node->pod_count; n++)
        same += w->instances[node->pods[n]].fleet == i->fleet;
    return same;
}

/* Whom a scale-in takes first: who is not ready, who has most of its like beside it, who has served for the shortest
 * time.     [K8S-RS] "Scaling a ReplicaSet" */
static bool goes_before(const struct world *w, const struct instance *a, const struct instance *b)
{
    const struct pod *p = pod_of(w, a), *q = pod_of(w, b);
    if (p->ready != q->ready)
        return !p->ready;
    const uint32_t beside_a = neighbours(w, a), beside_b = neighbours(w, b);
    if (beside_a != beside_b)
        return beside_a > beside_b;
    if (p->ready_since != q->ready_since)
        return p->ready_since > q->ready_since;
    return a->id > b->id;
}

static void remove_one(struct world *w, struct cluster *c, struct fleet *fleet)
{
    if (drop_pending(w, c, fleet))
        return;
    struct instance *first = NULL;
    for (uint32_t n = 0; n < fleet->instance_count; n++) {
        struct instance *i = &w->instances[fleet->instances[n]];
        if (i->state != INSTANCE_DRAINING && (!first || goes_before(w, i, first)))
            first = i;
    }
    CHECK(first, "a deployment has more pods than there are");
    pod_set_ready(w, first, false);
    instance_retire(w, first);
}

void pods_reconcile(struct world *w, struct fleet *fleet)
{
    struct cluster *c = cluster_of(w, fleet);
    int64_t exist = pods_pending(c, w, fleet);
    for (int z = 0; z < c->zones; z++)
        exist += fleet->in_service[z] + fleet->launching[z];
    for (; exist > fleet->desired; exist--)
        remove_one(w, c, fleet);
    bool added = false;
    for (; exist < fleet->desired; exist++, added = true)
        pod_waits(w, c, fleet);
    if (!added)
        return;
    cluster_schedule(w, c);
    if (c->pending_count > 0)
        provision_new_pod(w, c);
}

void pods_set_desired(struct world *w, struct fleet *fleet, int64_t desired)
{
    if (desired == fleet->desired)
        return;
    fingerprint_add(&w->fingerprint, 0xde51aedu, w->now, (uint64_t)desired);
    fault_note(w, fleet->component->name,
               arena_printf(w->arena, desired > fleet->desired ? "scales out from %d to %d" : "scales in from %d to %d",
                            (int)fleet->desired, (int)desired),
               false);
    fleet->desired = desired;
    pods_reconcile(w, fleet);
}

void pods_slow(struct world *w, struct fleet *fleet, double slower)
{
    fleet->slower = slower;
    for (uint32_t n = 0; n < fleet->instance_count; n++)
        node_share(w, &w->kube->nodes[pod_of(w, &w->instances[fleet->instances[n]])->node]);
}
