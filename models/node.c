/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * node -- a node's life, the CPU shares of its pods, and what it costs.
 *
 * A host dies in silence: its pods are dead at once, and nobody knows. The last lease was renewed up to 10 s before; the
 * grace period after it the node is Unknown and its pods leave the endpoints and the target group. Zone by zone, one node
 * each eviction period, it is tainted, and its pods are evicted when their toleration is over. An Auto Scaling group
 * replaces the host once EC2's status checks have failed; Karpenter deletes the node after its repair time.
 */
#include "models/cluster.h"

#include "sim/base/check.h"

/* Kubelets renew their lease that often.     [K8S-NODES] "Heartbeats" */
static const sim_time LEASE = 10 * SIM_SECOND;

static void node_enter(struct world *w, struct kube_node *node, enum node_state next)
{
    static const bool may_follow[][4] = {
        [NODE_GONE] = { [NODE_LAUNCHING] = true },
        [NODE_LAUNCHING] = { [NODE_READY] = true, [NODE_GONE] = true },
        [NODE_READY] = { [NODE_UNKNOWN] = true, [NODE_GONE] = true },
        [NODE_UNKNOWN] = { [NODE_READY] = true, [NODE_GONE] = true }, /* ready: it was only cut off */
    };
    CHECK(may_follow[node->state][next], "a node skipped a state");
    node->state = (uint8_t)next;
    fingerprint_add(&w->fingerprint, UINT64_C(0x40de) << 32 | (uint64_t)next << 8 | node->zone, w->now,
                    (uint64_t)node->cluster << 48 | node->launch);
}

/* ---- coming ---- */

static struct kube_node *node_add(struct world *w, struct cluster *c, int source, int type, int zone)
{
    struct kube *kube = w->kube;
    if (kube->node_count == CLUSTER_NODES_MAX)
        return NULL; /* numbers are not used again; a run that gets here has replaced thousands */
    struct kube_node *node = &kube->nodes[kube->node_count];
    *node = (struct kube_node){ .id = (uint16_t)kube->node_count++,
                                .cluster = (uint16_t)c->number,
                                .zone = (uint8_t)zone,
                                .alive = true,
                                .type = type,
                                .source = source,
                                .free = c->types[type].room,
                                .changed_at = w->now,
                                .unneeded_since = SIM_NEVER,
                                .billed_until = w->now,
                                .launch = c->launches++,
                                .replaces = NODE_NONE };
    if (c->node_count == c->node_capacity) {
        const uint32_t wider = c->node_capacity ? 2 * c->node_capacity : 32;
        c->nodes = arena_grow(w->arena, c->nodes, c->node_count, wider, sizeof *c->nodes);
        c->node_capacity = wider;
    }
    c->nodes[c->node_count++] = node->id;
    node_enter(w, node, NODE_LAUNCHING);
    return node;
}

struct kube_node *node_at_once(struct world *w, struct cluster *c, int source, int type, int zone)
{
    struct kube_node *node = node_add(w, c, source, type, zone);
    if (node)
        node_enter(w, node, NODE_READY);
    return node;
}

/* One launch call: whether it works, and how many times longer it takes. */
static bool may_launch(struct world *w, int region, int zone, double unit, double *slower)
{
    const struct launch_impairment *impaired = &w->launches[region];
    if (!w->zone_up[region][zone] || impaired->zone_fails[zone] || !zone_has_host(w, region, zone))
        return false;
    if (!impaired->active)
        return true;
    *slower = impaired->latency;
    return launch_admitted(w, region) && unit >= impaired->errors;
}

struct kube_node *node_launch(struct world *w, struct cluster *c, int number, int type, int zone)
{
    struct node_source *source = &c->sources[number];
    const struct draw_block d = draw_at(w->key, c->launches, draw_place(c->component->name), 0);
    double slower = 1.0;
    const bool works = may_launch(w, c->region, zone, draw_unit(d.b), &slower);
    struct kube_node *node = works ? node_add(w, c, number, type, zone) : NULL;
    if (!node) {
        c->launches += !works; /* another draw next time */
        source->closed_until[zone] = w->now + c->config->karpenter.unavailable;
        fault_note(w, c->component->name, "a node could not be launched", true);
        return NULL;
    }
    const struct dist *start = source->pool ? &c->config->node_start : &c->config->group_start;
    const sim_time takes = (sim_time)((double)dist_sample(start, draw_unit(d.a)) * slower);
    kube_push(w, w->now + takes, EVENT_CAPACITY, KUBE_NODE_READY, node->id);
    w->zones[c->region][zone].taken++;
    c->scaled_up_at = w->now;
    c->launched += w->now >= w->start;
    return node;
}

void node_ready(struct world *w, struct kube_node *node)
{
    struct cluster *c = cluster_of_node(w, node);
    if (node->state != NODE_LAUNCHING)
        return;
    if (!node->alive) { /* its zone was lost while it booted */
        node_gone(w, node);
        return;
    }
    node_enter(w, node, NODE_READY);
    node->changed_at = w->now;
    fault_note(w, c->component->name, "new nodes are ready", false);
    cluster_schedule(w, c);
    if (node->replaces != NODE_NONE)
        node_drain(w, &w->kube->nodes[node->replaces]);
}

/* ---- shares ---- */

/* cap(k) = min(k, share): a request runs on one vCPU at a time. */
static void set_curve(struct world *w, struct instance *i, struct pod *p)
{
    uint32_t *curve = p->curves[p->curve ^= 1];
    const uint32_t share_q16 = (uint32_t)(p->share_milli / 1000.0 * 65536.0 + 0.5);
    for (uint32_t k = 0; k <= i->cpu.servers; k++)
        curve[k] = k << 16 < share_q16 ? k << 16 : share_q16;
    station_set_curve(&i->cpu, w->now, curve);
}

static void set_share(struct world *w, const struct node_type *type, struct instance *i, double share_milli)
{
    struct pod *p = pod_of(w, i);
    const struct fleet *fleet = &w->fleets[i->fleet];
    const double slower = fleet->slower * w->zones[fleet->region][i->zone].factor;
    p->share_milli = share_milli;
    if (i->cpu.discipline == STATION_PROCESSOR_SHARING) {
        set_curve(w, i, p);
        station_set_speed(&i->cpu, w->now, type->vcpu_speed / slower);
        return;
    }
    const double servers_milli = 1000.0 * (double)i->cpu.servers;
    station_set_speed(&i->cpu, w->now, type->vcpu_speed * share_milli / servers_milli / slower);
}

void node_share(struct world *w, struct kube_node *node)
{
    enum { PODS_MAX = 1024 }; /* interfaces allow 737 */
    const struct node_type *type = &cluster_of_node(w, node)->types[node->type];
    struct sharer sharers[PODS_MAX];
    CHECK(node->pod_count <= PODS_MAX, "more pods on a node than addresses");
    for (uint32_t n = 0; n < node->pod_count; n++) {
        const struct deployment_config *config = w->fleets[w->instances[node->pods[n]].fleet].pods;
        sharers[n] = (struct sharer){ .request_milli = cpu_milli(config->requests.cpu),
                                      .limit_milli = cpu_milli(config->limits.cpu) };
    }
    deployment_share_cpu(type->room.cpu_milli, sharers, (int)node->pod_count);
    for (uint32_t n = 0; n < node->pod_count; n++)
        set_share(w, type, &w->instances[node->pods[n]], sharers[n].share_milli);
}

void node_bind(struct world *w, struct kube_node *node, struct instance *i)
{
    if (node->pod_count == node->pod_capacity) {
        const uint32_t wider = node->pod_capacity ? 2 * node->pod_capacity : 16;
        node->pods = arena_grow(w->arena, node->pods, node->pod_count, wider, sizeof *node->pods);
        node->pod_capacity = wider;
    }
    node->pods[node->pod_count++] = i->id;
    const struct room taken = room_of_pod(w->fleets[i->fleet].pods);
    room_take(&node->free, &taken);
    CHECK(node->free.cpu_milli >= 0 && node->free.memory >= 0 && node->free.pods >= 0, "a pod on a node without room");
    node->changed_at = w->now;
    node_share(w, node);
}

void node_release(struct world *w, struct kube_node *node, struct instance *i)
{
    uint32_t n = 0;
    while (n < node->pod_count && node->pods[n] != i->id)
        n++;
    CHECK(n < node->pod_count, "a pod leaves a node that it is not on");
    for (; n + 1 < node->pod_count; n++)
        node->pods[n] = node->pods[n + 1];
    node->pod_count--;
    const struct room given = room_of_pod(w->fleets[i->fleet].pods);
    room_give(&node->free, &given);
    node->changed_at = w->now;
    if (node->draining && node->pod_count == 0) {
        node_gone(w, node);
        return;
    }
    node_share(w, node);
    cluster_schedule(w, cluster_of_node(w, node));
}

/* ---- going ---- */

void node_drain(struct world *w, struct kube_node *node)
{
    if (node->state != NODE_READY)
        return;
    node->cordoned = node->draining = true;
    /* A pod that is evicted may be gone at once, and with the last one the node. */
    for (uint32_t n = 0; node->state == NODE_READY && n < node->pod_count;) {
        struct instance *i = &w->instances[node->pods[n]];
        const struct fleet *fleet = &w->fleets[i->fleet];
        const uint32_t before = node->pod_count;
        const bool ready = pod_of(w, i)->ready;
        if (i->state != INSTANCE_DRAINING &&
            (!ready || deployment_may_evict(fleet->pods, fleet->desired, pods_ready(w, fleet)) > 0))
            pod_evict(w, i);
        n += node->pod_count == before;
    }
    if (node->state == NODE_READY && node->pod_count == 0)
        node_gone(w, node);
}

void node_bill(struct world *w, struct kube_node *node, sim_time until)
{
    const struct cluster *c = cluster_of_node(w, node);
    const struct node_type *type = &c->types[node->type];
    meter_add_time(&w->meters, type->hours[node->zone], 1, node->billed_until, until);
    meter_add_storage(&w->meters, type->volumes[node->zone], c->config->volume, node->billed_until, until);
    node->billed_until = until;
}

/* Terminated. Pods that are still on it (of a dead host) are deleted with it. */
void node_gone(struct world *w, struct kube_node *node)
{
    struct cluster *c = cluster_of_node(w, node);
    if (node->state == NODE_GONE)
        return;
    node->cordoned = true;
    node->draining = false;
    while (node->pod_count > 0) {
        struct instance *i = &w->instances[node->pods[0]];
        struct fleet *fleet = &w->fleets[i->fleet];
        if (i->state != INSTANCE_DRAINING)
            instance_retire(w, i);
        if (i->state != INSTANCE_FREE)
            instance_gone(w, i);
        pods_reconcile(w, fleet);
    }
    node_bill(w, node, w->now);
    node_enter(w, node, NODE_GONE);
    node->alive = false;
    for (uint32_t n = 0; n < c->node_count; n++)
        if (c->nodes[n] == node->id) {
            for (; n + 1 < c->node_count; n++)
                c->nodes[n] = c->nodes[n + 1];
            c->node_count--;
        }
}

/* ---- dying ---- */

void node_die(struct world *w, struct kube_node *node)
{
    struct cluster *c = cluster_of_node(w, node);
    if (!node->alive || node->state == NODE_GONE)
        return;
    node->alive = false;
    for (uint32_t n = 0; n < node->pod_count; n++)
        instance_die(w, &w->instances[node->pods[n]], false);
    if (node->state != NODE_READY)
        return;
    const struct draw_block d = draw_at(w->key, node->launch, draw_place(c->component->name), 1);
    const sim_time renewed = (sim_time)(draw_unit(d.a) * (double)LEASE);
    kube_push(w, w->now + c->config->grace - renewed, EVENT_CONTROL, KUBE_NODE_UNKNOWN, node->id);
    if (c->sources[node->source].group)
        kube_push(w, w->now + dist_sample(&c->config->ec2_detect, draw_unit(d.b)), EVENT_CONTROL, KUBE_NODE_REPAIR,
                  node->id);
}

sim_time eviction_period(sim_time normal, int64_t unknown, int64_t nodes, bool others_ready)
{
    enum { PARTIAL_PERCENT = 55, LARGE_ZONE = 50, SECONDARY = 10 }; /* 0.1/s and 0.01/s */
    if (unknown == nodes)
        return others_ready ? normal : SIM_NEVER; /* everything is gone: the control plane doubts itself */
    if (unknown <= 2 || 100 * unknown < PARTIAL_PERCENT * nodes)
        return normal;
    return nodes > LARGE_ZONE ? SECONDARY * normal : SIM_NEVER;
}

sim_time eviction_turn(sim_time *last, sim_time now, sim_time period)
{
    *last = *last > 0 && *last + period > now ? *last + period : now;
    return *last;
}

/* The period of the zone now. */
static sim_time period_of(const struct world *w, const struct cluster *c, int zone)
{
    int64_t unknown = 0, nodes = 0;
    bool others = false;
    for (uint32_t n = 0; n < c->node_count; n++) {
        const struct kube_node *node = &w->kube->nodes[c->nodes[n]];
        if (node->state == NODE_LAUNCHING)
            continue;
        others = others || (node->zone != zone && node->state == NODE_READY);
        nodes += node->zone == zone;
        unknown += node->zone == zone && node->state == NODE_UNKNOWN;
    }
    return eviction_period(c->config->eviction_period, unknown, nodes, others);
}

void node_unknown(struct world *w, struct kube_node *node)
{
    struct cluster *c = cluster_of_node(w, node);
    if (node->state != NODE_READY || node->alive)
        return;
    node_enter(w, node, NODE_UNKNOWN);
    fault_note(w, c->component->name, "nodes Unknown: their pods leave the endpoints", true);
    for (uint32_t n = 0; n < node->pod_count; n++) {
        struct instance *i = &w->instances[node->pods[n]];
        const struct fleet *fleet = &w->fleets[i->fleet];
        pod_set_ready(w, i, false);
        if (fleet->alb >= 0)
            alb_deregister(&w->albs[fleet->alb], w->now, i->id);
        reach_leave(w, i);
    }
    node_evict(w, node);
    const struct eks_pool *pool = c->sources[node->source].pool;
    if (pool)
        kube_push(w, w->now + pool->repair, EVENT_CONTROL, KUBE_NODE_REPAIR, node->id);
}

void node_evict(struct world *w, struct kube_node *node)
{
    enum { LOOK_AGAIN_S = 10 };
    struct cluster *c = cluster_of_node(w, node);
    if (node->state != NODE_UNKNOWN)
        return;
    const sim_time period = period_of(w, c, node->zone);
    if (period == SIM_NEVER) {
        kube_push(w, w->now + LOOK_AGAIN_S * SIM_SECOND, EVENT_CONTROL, KUBE_NODE_EVICT, node->id);
        return;
    }
    const sim_time turn = eviction_turn(&c->evicted_at[node->zone], w->now, period);
    for (uint32_t n = 0; n < node->pod_count; n++) {
        const struct instance *i = &w->instances[node->pods[n]];
        kube_push(w, turn + w->fleets[i->fleet].pods->toleration, EVENT_CONTROL, KUBE_POD_EVICT, i->id);
    }
}

/* A group's size is what it was; Karpenter launches again when pods wait. */
void node_repair(struct world *w, struct kube_node *node)
{
    if (node->state == NODE_GONE || node->alive)
        return;
    fault_note(w, cluster_of_node(w, node)->component->name, "lost nodes deleted", true);
    node_gone(w, node);
}

uint32_t clusters_lose_zone(struct world *w, int region, int zone, bool cut)
{
    uint32_t lost = 0;
    for (int k = 0; w->kube && k < w->kube->cluster_count; k++) {
        const struct cluster *c = &w->kube->clusters[k];
        for (uint32_t n = 0; n < c->node_count && c->region == region; n++) {
            struct kube_node *node = &w->kube->nodes[c->nodes[n]];
            if (node->zone != zone || !node->alive)
                continue;
            node_die(w, node);
            node->cut_off = cut;
            lost++;
        }
    }
    return lost;
}

/* Its kubelet is heard again; pods that were not evicted meanwhile serve as before. */
static void node_back(struct world *w, struct kube_node *node)
{
    node->alive = true;
    node->cut_off = false;
    if (node->state != NODE_UNKNOWN)
        return; /* nobody has noticed */
    node_enter(w, node, NODE_READY);
    for (uint32_t n = 0; n < node->pod_count; n++) {
        struct instance *i = &w->instances[node->pods[n]];
        if (i->state != INSTANCE_IN_SERVICE || !i->alive)
            continue;
        pod_set_ready(w, i, true);
        instance_register(w, i, false);
    }
    cluster_schedule(w, cluster_of_node(w, node));
}

void clusters_zone_back(struct world *w, int region, int zone)
{
    for (int k = 0; w->kube && k < w->kube->cluster_count; k++) {
        const struct cluster *c = &w->kube->clusters[k];
        for (uint32_t n = 0; n < c->node_count && c->region == region; n++) {
            struct kube_node *node = &w->kube->nodes[c->nodes[n]];
            if (node->zone == zone && node->cut_off)
                node_back(w, node);
        }
    }
}

void cluster_crash_nodes(struct world *w, const struct cluster *c, int64_t count)
{
    for (uint32_t n = 0; n < c->node_count && count > 0; n++) {
        struct kube_node *node = &w->kube->nodes[c->nodes[n]];
        if (node->state != NODE_READY || !node->alive)
            continue;
        node_die(w, node);
        count--;
    }
}
