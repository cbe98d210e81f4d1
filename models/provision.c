/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * provision -- nodes for pods that wait.
 *
 * Karpenter gathers pods that do not fit until none has come for a second, for ten at the most. Then it packs them: the
 * largest requests first; onto nodes that are there or on their way, else beside others onto a node to come while some
 * type of the pool still holds all of them, else onto another one. Each node to come is launched as the cheapest type
 * that holds its pods. Soft spread constraints count as hard at first and are given up for who finds no place.  [KARP]
 * The Cluster Autoscaler looks every ten seconds, asks of each group how many of its nodes those pods would fill, and
 * raises the size of the one that its expander prefers; the group chooses the zones.     [CA-FAQ]
 * Left out: spot capacity, overlays, weights of pools (the order of writing counts), the 100 pods of a scale-up's plan.
 */
#include "models/cluster.h"

enum { VIRTUALS_MAX = 512 };

/* A node to come. */
struct virtual_node {
    int source, zone;
    struct room used;
    uint64_t types; /* bit: holds all its pods */
};

struct plan {
    struct world *w;
    struct cluster *c;
    struct room *free;               /* [index in c->nodes] */
    int64_t (*count)[ALB_NODES_MAX]; /* [fleet][zone], planned pods included */
    bool domains[ALB_NODES_MAX];
    struct virtual_node virtuals[VIRTUALS_MAX];
    int virtual_count;
};

sim_time batch_closes(sim_time opened, sim_time last, sim_time idle, sim_time most)
{
    return last + idle < opened + most ? last + idle : opened + most;
}

/* ---- the plan ---- */

static bool closed(const struct plan *p, int source, int zone)
{
    return p->c->sources[source].closed_until[zone] > p->w->now;
}

static struct plan *plan_new(struct world *w, struct cluster *c, struct arena *scratch)
{
    struct plan *p = ARENA_NEW(scratch, struct plan);
    p->w = w;
    p->c = c;
    p->free = ARENA_ARRAY(scratch, struct room, c->node_count);
    p->count = arena_alloc(scratch, (size_t)w->fleet_count, sizeof *p->count);
    for (uint32_t n = 0; n < c->node_count; n++)
        p->free[n] = w->kube->nodes[c->nodes[n]].free;
    for (int f = 0; f < w->fleet_count; f++)
        fleet_zone_counts(c, &w->fleets[f], p->count[f]);
    cluster_domains(w, c, p->domains);
    for (int s = 0; s < c->source_count; s++)
        for (int z = 0; z < c->zones; z++)
            p->domains[z] = p->domains[z] || (c->sources[s].pool && !closed(p, s, z));
    return p;
}

static bool onto_existing(struct plan *p, int fleet, const struct room *wanted, const bool *allowed)
{
    for (uint32_t n = 0; n < p->c->node_count; n++) {
        const struct kube_node *node = &p->w->kube->nodes[p->c->nodes[n]];
        if ((node->state != NODE_READY && node->state != NODE_LAUNCHING) || node->cordoned || !allowed[node->zone] ||
            !room_holds(&p->free[n], wanted))
            continue;
        room_take(&p->free[n], wanted);
        p->count[fleet][node->zone]++;
        return true;
    }
    return false;
}

/* Types among `types` that would hold what the node has and this pod. */
static uint64_t types_that_hold(const struct plan *p, const struct virtual_node *node, uint64_t types,
                                const struct room *wanted)
{
    struct room all = node->used;
    room_give(&all, wanted);
    uint64_t holding = 0;
    for (int t = 0; t < p->c->type_count; t++)
        if (types >> t & 1 && room_holds(&p->c->types[t].room, &all))
            holding |= UINT64_C(1) << t;
    return holding;
}

static bool onto_virtual(struct plan *p, int fleet, const struct room *wanted, const bool *allowed)
{
    for (int v = 0; v < p->virtual_count; v++) {
        struct virtual_node *node = &p->virtuals[v];
        const uint64_t types = allowed[node->zone] ? types_that_hold(p, node, node->types, wanted) : 0;
        if (!types)
            continue;
        node->types = types;
        room_give(&node->used, wanted);
        p->count[fleet][node->zone]++;
        return true;
    }
    return false;
}

static int64_t pool_vcpus(const struct plan *p, int source)
{
    int64_t vcpus = 0;
    for (uint32_t n = 0; n < p->c->node_count; n++) {
        const struct kube_node *node = &p->w->kube->nodes[p->c->nodes[n]];
        vcpus += node->source == source ? p->c->types[node->type].vcpus : 0;
    }
    return vcpus;
}

static uint64_t types_of(const struct plan *p, int source)
{
    uint64_t types = 0;
    for (int t = 0; t < p->c->sources[source].type_count; t++)
        types |= UINT64_C(1) << p->c->sources[source].types[t];
    return types;
}

/* Nodes in a zone, those to come included: where nothing else decides, zones are filled evenly. */
static int64_t nodes_in(const struct plan *p, int zone)
{
    int64_t nodes = 0;
    for (uint32_t n = 0; n < p->c->node_count; n++)
        nodes += p->w->kube->nodes[p->c->nodes[n]].zone == zone;
    for (int v = 0; v < p->virtual_count; v++)
        nodes += p->virtuals[v].zone == zone;
    return nodes;
}

static int zone_for(const struct plan *p, int source, int fleet, const bool *allowed)
{
    int best = -1;
    for (int z = 0; z < p->c->zones; z++) {
        if (!allowed[z] || closed(p, source, z))
            continue;
        if (best < 0 || p->count[fleet][z] < p->count[fleet][best] ||
            (p->count[fleet][z] == p->count[fleet][best] && nodes_in(p, z) < nodes_in(p, best)))
            best = z;
    }
    return best;
}

static bool onto_new(struct plan *p, int fleet, const struct room *wanted, const bool *allowed)
{
    for (int s = 0; s < p->c->source_count && p->virtual_count < VIRTUALS_MAX; s++) {
        if (!p->c->sources[s].pool)
            continue;
        struct virtual_node node = { .source = s, .zone = zone_for(p, s, fleet, allowed) };
        node.types = node.zone >= 0 ? types_that_hold(p, &node, types_of(p, s), wanted) : 0;
        if (!node.types)
            continue;
        room_give(&node.used, wanted);
        p->virtuals[p->virtual_count++] = node;
        p->count[fleet][node.zone]++;
        return true;
    }
    return false;
}

static bool place(struct plan *p, int fleet, bool relaxed)
{
    const struct deployment_config *config = p->w->fleets[fleet].pods;
    const struct room wanted = room_of_pod(config);
    bool allowed[ALB_NODES_MAX];
    spread_zones(p->c, config, p->count[fleet], p->domains, relaxed, allowed);
    return onto_existing(p, fleet, &wanted, allowed) || onto_virtual(p, fleet, &wanted, allowed) ||
           onto_new(p, fleet, &wanted, allowed);
}

/* The larger request first; of equals the one that waits longer. */
static void sort_pending(const struct world *w, struct pending_pod *pods, uint32_t count)
{
    for (uint32_t n = 1; n < count; n++) {
        const struct pending_pod moved = pods[n];
        const double cpu = w->fleets[moved.fleet].pods->requests.cpu;
        uint32_t at = n;
        for (; at > 0 && w->fleets[pods[at - 1].fleet].pods->requests.cpu < cpu; at--)
            pods[at] = pods[at - 1];
        pods[at] = moved;
    }
}

static struct pending_pod *sorted_pending(const struct plan *p, struct arena *scratch)
{
    struct pending_pod *pods = ARENA_ARRAY(scratch, struct pending_pod, p->c->pending_count);
    for (uint32_t n = 0; n < p->c->pending_count; n++)
        pods[n] = p->c->pending[n];
    sort_pending(p->w, pods, p->c->pending_count);
    return pods;
}

/* ---- Karpenter ---- */

static int cheapest(const struct plan *p, const struct virtual_node *node)
{
    const struct node_source *source = &p->c->sources[node->source];
    const double limit = source->pool->cpu_limit;
    const int64_t used = pool_vcpus(p, node->source);
    for (int t = 0; t < source->type_count; t++) {
        const struct node_type *type = &p->c->types[source->types[t]];
        if (node->types >> source->types[t] & 1 && (limit == 0 || (double)(used + type->vcpus) <= limit))
            return source->types[t];
    }
    return -1;
}

static void karpenter(struct world *w, struct cluster *c, bool at_once)
{
    struct arena scratch;
    arena_init(&scratch);
    struct plan *p = plan_new(w, c, &scratch);
    const struct pending_pod *pods = sorted_pending(p, &scratch);
    for (uint32_t n = 0; n < c->pending_count; n++)
        if (!place(p, pods[n].fleet, false))
            place(p, pods[n].fleet, true);
    for (int v = 0; v < p->virtual_count; v++) {
        const struct virtual_node *node = &p->virtuals[v];
        const int type = cheapest(p, node);
        if (type < 0) {
            fault_note(w, c->component->name, "a node pool has reached its limit", false);
            continue;
        }
        struct kube_node *(*const make)(struct world *, struct cluster *, int, int, int) = at_once ? node_at_once
                                                                                                   : node_launch;
        make(w, c, node->source, type, node->zone);
    }
    arena_fini(&scratch);
}

static bool has_pools(const struct cluster *c)
{
    return c->config->pool_count > 0;
}

void provision_new_pod(struct world *w, struct cluster *c)
{
    if (!has_pools(c))
        return;
    c->batch_last = w->now;
    if (c->batch_opened != SIM_NEVER)
        return;
    c->batch_opened = w->now;
    kube_push(w, w->now + c->config->karpenter.batch_idle, EVENT_CONTROL, KUBE_BATCH, (uint32_t)c->number);
}

void provision_batch(struct world *w, struct cluster *c)
{
    const sim_time closes = batch_closes(c->batch_opened, c->batch_last, c->config->karpenter.batch_idle,
                                         c->config->karpenter.batch_max);
    if (w->now < closes) {
        kube_push(w, closes, EVENT_CONTROL, KUBE_BATCH, (uint32_t)c->number);
        return;
    }
    c->batch_opened = SIM_NEVER;
    if (c->pending_count > 0)
        karpenter(w, c, false);
}

/* ---- node groups ---- */

static bool counts(const struct cluster *c, const struct kube_node *node, int source)
{
    (void)c;
    return node->source == source && !node->draining;
}

/* The zone where the group has fewest nodes and launches are not known to fail. */
static int zone_of_group(const struct world *w, const struct cluster *c, int source)
{
    int64_t nodes[ALB_NODES_MAX] = { 0 };
    for (uint32_t n = 0; n < c->node_count; n++) {
        const struct kube_node *node = &w->kube->nodes[c->nodes[n]];
        nodes[node->zone] += counts(c, node, source);
    }
    int best = -1;
    for (int z = 0; z < c->zones; z++)
        if (c->sources[source].closed_until[z] <= w->now && (best < 0 || nodes[z] < nodes[best]))
            best = z;
    return best;
}

static void fill_group(struct world *w, struct cluster *c, int source, bool at_once)
{
    int64_t nodes = 0;
    for (uint32_t n = 0; n < c->node_count; n++)
        nodes += counts(c, &w->kube->nodes[c->nodes[n]], source);
    for (int failed = 0; nodes < c->sources[source].desired && failed < c->zones;) {
        const int zone = zone_of_group(w, c, source);
        if (zone < 0)
            return; /* the next look tries again */
        const int type = c->sources[source].types[0];
        const bool came = (at_once ? node_at_once : node_launch)(w, c, source, type, zone) != NULL;
        nodes += came;
        failed += !came;
    }
}

/* How many nodes of the group the pods that wait would fill, and how well. */
struct estimate {
    int64_t nodes, pods;
    double waste; /* share of their cpu and memory that stays free */
};

static struct estimate estimate(const struct plan *p, const int *fleets, int count, int source)
{
    const struct node_source *s = &p->c->sources[source];
    const struct room *room = &p->c->types[s->types[0]].room;
    const int64_t most = s->group->size.max - s->desired;
    struct room left[VIRTUALS_MAX];
    struct estimate e = { 0 };
    double used = 0;
    for (int i = 0; i < count; i++) {
        const struct room wanted = room_of_pod(p->w->fleets[fleets[i]].pods);
        int64_t v = 0;
        while (v < e.nodes && !room_holds(&left[v], &wanted))
            v++;
        if (v == e.nodes && (v >= most || v == VIRTUALS_MAX || !room_holds(room, &wanted)))
            continue;
        if (v == e.nodes)
            left[e.nodes++] = *room;
        room_take(&left[v], &wanted);
        used += (double)wanted.cpu_milli / (double)room->cpu_milli + (double)wanted.memory / (double)room->memory;
        e.pods++;
    }
    e.waste = e.nodes > 0 ? 1.0 - used / (2.0 * (double)e.nodes) : 1.0;
    return e;
}

static bool is_better(const struct plan *p, int expander, const struct estimate *a, int source_a,
                      const struct estimate *b, int source_b)
{
    const struct node_type *x = &p->c->types[p->c->sources[source_a].types[0]];
    const struct node_type *y = &p->c->types[p->c->sources[source_b].types[0]];
    if (expander == EKS_MOST_PODS && a->pods != b->pods)
        return a->pods > b->pods;
    if (expander == EKS_PRICE)
        return x->price * (double)a->nodes / (double)a->pods < y->price * (double)b->nodes / (double)b->pods;
    return a->waste < b->waste;
}

static void grow_groups(struct world *w, struct cluster *c)
{
    struct arena scratch;
    arena_init(&scratch);
    struct plan *p = plan_new(w, c, &scratch);
    const struct pending_pod *pods = sorted_pending(p, &scratch);
    int *homeless = ARENA_ARRAY(&scratch, int, c->pending_count), count = 0;
    const bool anywhere[ALB_NODES_MAX] = { true, true, true, true, true, true };
    for (uint32_t n = 0; n < c->pending_count; n++) {
        const struct room wanted = room_of_pod(w->fleets[pods[n].fleet].pods);
        if (!onto_existing(p, pods[n].fleet, &wanted, anywhere))
            homeless[count++] = pods[n].fleet;
    }
    struct estimate best = { 0 };
    int chosen = -1;
    for (int s = 0; s < c->source_count; s++) {
        if (!c->sources[s].group)
            continue;
        const struct estimate e = estimate(p, homeless, count, s);
        if (e.nodes > 0 && (chosen < 0 || is_better(p, c->config->autoscaler.expander, &e, s, &best, chosen))) {
            best = e;
            chosen = s;
        }
    }
    if (chosen >= 0) {
        c->sources[chosen].desired += best.nodes;
        c->scaled_up_at = w->now;
        fault_note(w, c->component->name, "the Cluster Autoscaler raises a group", false);
    }
    arena_fini(&scratch);
}

void provision_loop(struct world *w, struct cluster *c)
{
    if (c->config->autoscaler.present && c->pending_count > 0)
        grow_groups(w, c);
    for (int s = 0; s < c->source_count; s++)
        if (c->sources[s].group)
            fill_group(w, c, s, false);
    if (c->pending_count > 0 && c->batch_opened == SIM_NEVER)
        provision_new_pod(w, c); /* whom a failed launch left behind */
}

void provision_at_once(struct world *w, struct cluster *c)
{
    if (c->pending_count > 0 && c->config->autoscaler.present)
        grow_groups(w, c);
    for (int s = 0; s < c->source_count; s++)
        if (c->sources[s].group)
            fill_group(w, c, s, true);
    if (c->pending_count > 0 && has_pools(c))
        karpenter(w, c, true);
}
