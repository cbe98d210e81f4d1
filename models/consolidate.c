/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * consolidate -- nodes that nobody needs, or that a cheaper one could replace.
 *
 * Karpenter looks every ten seconds: empty nodes; then, one at a time, a node whose pods would fit on the others, or on
 * the others and one cheaper node. It must still be so after the validation delay. The pool's budget bounds how many
 * nodes are disrupted at once, disruption budgets hold pods back.     [KARP] Disruption
 * The Cluster Autoscaler takes a node of a group whose requests are below half of it, whose pods fit elsewhere, and for
 * which that has been so for ten minutes; not within ten minutes of a scale-up.     [CA-FAQ]
 * Left out: several nodes replaced by one at a time (one after the other leads there too), expiry, drift; nothing is
 * consolidated while pods wait or nodes boot.
 */
#include "models/cluster.h"

int64_t disruptions_allowed(double budget, int64_t nodes, int64_t busy)
{
    const double exact = budget * (double)nodes;
    const int64_t whole = (int64_t)exact, up = (double)whole < exact ? whole + 1 : whole;
    return up > busy ? up - busy : 0;
}

/* ---- would its pods fit elsewhere? ---- */

struct move {
    bool possible;
    int type; /* of the replacement; -1: none is needed */
};

static bool may_leave(const struct world *w, const struct kube_node *node)
{
    for (uint32_t n = 0; n < node->pod_count; n++) {
        const struct instance *i = &w->instances[node->pods[n]];
        const struct fleet *fleet = &w->fleets[i->fleet];
        if (i->state == INSTANCE_DRAINING ||
            deployment_may_evict(fleet->pods, fleet->desired, pods_ready(w, fleet)) == 0)
            return false;
    }
    return true;
}

static bool fits_elsewhere(const struct world *w, const struct cluster *c, const struct kube_node *node,
                           const struct fleet *fleet, struct room *free, int64_t *count)
{
    const struct room wanted = room_of_pod(fleet->pods);
    bool domains[ALB_NODES_MAX], allowed[ALB_NODES_MAX];
    cluster_domains(w, c, domains);
    count[node->zone]--;
    spread_zones(c, fleet->pods, count, domains, false, allowed);
    for (uint32_t n = 0; n < c->node_count; n++) {
        const struct kube_node *other = &w->kube->nodes[c->nodes[n]];
        if (other == node || other->state != NODE_READY || other->cordoned || !allowed[other->zone] ||
            !room_holds(&free[n], &wanted))
            continue;
        room_take(&free[n], &wanted);
        count[other->zone]++;
        return true;
    }
    count[node->zone]++; /* where its replacement would be */
    return false;
}

/* The cheapest type of the pool that holds the rest and costs less than the node. */
static int cheaper_type(const struct cluster *c, const struct kube_node *node, const struct room *rest)
{
    const struct node_source *source = &c->sources[node->source];
    for (int t = 0; source->pool && t < source->type_count; t++) {
        const struct node_type *type = &c->types[source->types[t]];
        if (type->price < c->types[node->type].price && room_holds(&type->room, rest))
            return source->types[t];
    }
    return -1;
}

static struct move move_of(const struct world *w, const struct cluster *c, const struct kube_node *node)
{
    if (!may_leave(w, node))
        return (struct move){ .possible = false };
    struct arena scratch;
    arena_init(&scratch);
    struct room *free = ARENA_ARRAY(&scratch, struct room, c->node_count), rest = { 0 };
    int64_t(*count)[ALB_NODES_MAX] = arena_alloc(&scratch, (size_t)w->fleet_count, sizeof *count);
    for (uint32_t n = 0; n < c->node_count; n++)
        free[n] = w->kube->nodes[c->nodes[n]].free;
    for (int f = 0; f < w->fleet_count; f++)
        fleet_zone_counts(c, &w->fleets[f], count[f]);
    for (uint32_t n = 0; n < node->pod_count; n++) {
        const int f = w->instances[node->pods[n]].fleet;
        const struct room wanted = room_of_pod(w->fleets[f].pods);
        if (!fits_elsewhere(w, c, node, &w->fleets[f], free, count[f]))
            room_give(&rest, &wanted);
    }
    arena_fini(&scratch);
    if (rest.pods == 0)
        return (struct move){ .possible = true, .type = -1 };
    const int type = cheaper_type(c, node, &rest);
    return (struct move){ .possible = type >= 0, .type = type };
}

/* ---- Karpenter ---- */

static int64_t may_disrupt(const struct world *w, const struct cluster *c, int source)
{
    int64_t nodes = 0, busy = 0;
    for (uint32_t n = 0; n < c->node_count; n++) {
        const struct kube_node *node = &w->kube->nodes[c->nodes[n]];
        if (node->source != source)
            continue;
        nodes++;
        busy += node->cordoned || node->state == NODE_UNKNOWN;
    }
    return disruptions_allowed(c->sources[source].pool->budget, nodes, busy);
}

static bool is_quiet(const struct world *w, const struct cluster *c, const struct kube_node *node)
{
    const struct eks_pool *pool = c->sources[node->source].pool;
    return pool && pool->consolidation != EKS_NEVER && node->state == NODE_READY && !node->cordoned &&
           w->now - node->changed_at >= pool->consolidate_after;
}

static void remove_empty(struct world *w, struct cluster *c)
{
    for (uint32_t n = 0; n < c->node_count;) {
        struct kube_node *node = &w->kube->nodes[c->nodes[n]];
        const bool empty = is_quiet(w, c, node) && node->pod_count == 0;
        if (!empty && c->sources[node->source].pool)
            node->unneeded_since = SIM_NEVER;
        else if (empty && node->unneeded_since == SIM_NEVER)
            node->unneeded_since = w->now;
        const uint32_t before = c->node_count;
        if (empty && w->now - node->unneeded_since >= c->config->karpenter.validation &&
            may_disrupt(w, c, node->source) > 0)
            node_drain(w, node);
        n += c->node_count == before;
    }
}

static bool is_calm(const struct world *w, const struct cluster *c)
{
    for (uint32_t n = 0; n < c->node_count; n++) {
        const struct kube_node *node = &w->kube->nodes[c->nodes[n]];
        if (node->state == NODE_LAUNCHING || node->draining)
            return false;
    }
    return c->pending_count == 0;
}

/* Fewest pods first: the disruption costs least.     [KARP] */
static uint16_t find_candidate(const struct world *w, const struct cluster *c)
{
    uint16_t best = NODE_NONE;
    for (uint32_t n = 0; n < c->node_count; n++) {
        const struct kube_node *node = &w->kube->nodes[c->nodes[n]];
        if (!is_quiet(w, c, node) || node->pod_count == 0 ||
            c->sources[node->source].pool->consolidation != EKS_WHEN_EMPTY_OR_UNDERUTILIZED ||
            may_disrupt(w, c, node->source) == 0 ||
            (best != NODE_NONE && node->pod_count >= w->kube->nodes[best].pod_count))
            continue;
        if (move_of(w, c, node).possible)
            best = node->id;
    }
    return best;
}

static void consolidate(struct world *w, struct cluster *c, struct kube_node *node)
{
    const struct move move = move_of(w, c, node);
    if (!is_quiet(w, c, node) || !move.possible || may_disrupt(w, c, node->source) == 0)
        return;
    fingerprint_add(&w->fingerprint, 0xc0450u, w->now, node->launch);
    if (move.type < 0) {
        node_drain(w, node);
        return;
    }
    struct kube_node *replacement = node_launch(w, c, node->source, move.type, node->zone);
    if (!replacement)
        return;
    replacement->replaces = node->id;
    node->cordoned = true;
}

/* A node whose replacement never came is a node like any other again. */
static void forget_replacements(struct world *w, struct cluster *c)
{
    for (uint32_t n = 0; n < c->node_count; n++) {
        struct kube_node *node = &w->kube->nodes[c->nodes[n]];
        bool awaited = false;
        for (uint32_t m = 0; m < c->node_count; m++)
            awaited = awaited || w->kube->nodes[c->nodes[m]].replaces == node->id;
        if (node->cordoned && !node->draining && !awaited)
            node->cordoned = false;
    }
}

static void karpenter(struct world *w, struct cluster *c)
{
    forget_replacements(w, c);
    remove_empty(w, c);
    if (!is_calm(w, c)) {
        c->candidate = NODE_NONE;
        return;
    }
    if (c->candidate == NODE_NONE) {
        c->candidate = find_candidate(w, c);
        c->candidate_since = w->now;
    } else if (w->now - c->candidate_since >= c->config->karpenter.validation) {
        const uint16_t candidate = c->candidate;
        c->candidate = NODE_NONE;
        consolidate(w, c, &w->kube->nodes[candidate]);
    }
}

/* ---- Cluster Autoscaler ---- */

static double requested(const struct cluster *c, const struct kube_node *node)
{
    const struct room *all = &c->types[node->type].room;
    const double cpu = 1.0 - (double)node->free.cpu_milli / (double)all->cpu_milli;
    const double memory = 1.0 - (double)node->free.memory / (double)all->memory;
    return cpu > memory ? cpu : memory;
}

/* More than 45 % of the nodes and more than three are not ready: it touches nothing.     [CA-FAQ] */
static bool is_unhealthy(const struct world *w, const struct cluster *c)
{
    int64_t unready = 0;
    for (uint32_t n = 0; n < c->node_count; n++)
        unready += w->kube->nodes[c->nodes[n]].state == NODE_UNKNOWN;
    return unready > 3 && 100 * unready > 45 * (int64_t)c->node_count;
}

static bool is_unneeded(const struct world *w, const struct cluster *c, const struct kube_node *node)
{
    if (node->state != NODE_READY || node->cordoned || requested(c, node) >= c->config->autoscaler.utilisation)
        return false;
    const struct move move = move_of(w, c, node);
    return move.possible && move.type < 0;
}

static bool may_shrink(const struct world *w, const struct cluster *c, const struct kube_node *node)
{
    const struct node_source *source = &c->sources[node->source];
    return node->unneeded_since != SIM_NEVER && w->now - node->unneeded_since >= c->config->autoscaler.unneeded &&
           source->desired > source->group->size.min;
}

static void shrink(struct world *w, struct cluster *c, struct kube_node *node)
{
    c->sources[node->source].desired--;
    node_drain(w, node);
}

static void scale_down(struct world *w, struct cluster *c)
{
    for (uint32_t n = 0; n < c->node_count; n++) {
        struct kube_node *node = &w->kube->nodes[c->nodes[n]];
        if (!c->sources[node->source].group)
            continue;
        if (!is_unneeded(w, c, node))
            node->unneeded_since = SIM_NEVER;
        else if (node->unneeded_since == SIM_NEVER)
            node->unneeded_since = w->now;
    }
    if (!is_calm(w, c) || w->now - c->scaled_up_at < c->config->autoscaler.delay_after_add)
        return;
    int64_t empty = 0;
    struct kube_node *drained = NULL;
    for (uint32_t n = 0; n < c->node_count;) {
        struct kube_node *node = &w->kube->nodes[c->nodes[n]];
        const uint32_t before = c->node_count;
        if (c->sources[node->source].group && may_shrink(w, c, node)) {
            if (node->pod_count == 0 && empty++ < c->config->autoscaler.empty_at_once)
                shrink(w, c, node);
            else if (node->pod_count > 0 && !drained)
                drained = node;
        }
        n += c->node_count == before;
    }
    if (empty == 0 && drained)
        shrink(w, c, drained);
}

void consolidate_loop(struct world *w, struct cluster *c)
{
    for (uint32_t n = 0; n < c->node_count;) { /* whom a budget has held back so far */
        struct kube_node *node = &w->kube->nodes[c->nodes[n]];
        const uint32_t before = c->node_count;
        if (node->draining)
            node_drain(w, node);
        n += c->node_count == before;
    }
    if (c->config->pool_count > 0)
        karpenter(w, c);
    if (c->config->autoscaler.present && !is_unhealthy(w, c))
        scale_down(w, c);
}
