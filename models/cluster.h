/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cluster -- the state of Kubernetes clusters in a replication: nodes, pods on them, pods that wait, and who acts.
 *
 *   cluster.c      setting up, the scheduler, events, series and records
 *   node.c         a node's life: launched, ready, silent, unknown, drained, gone; CPU shares of its pods; its cost
 *   pod.c          a pod's life as a member of its fleet; the deployment controller
 *   pod_metrics.c  what metrics-server sees, and the Horizontal Pod Autoscaler's loop
 *   provision.c    nodes for pods that wait: Karpenter's batches, the Cluster Autoscaler's scale-up
 *   consolidate.c  nodes that nobody needs: Karpenter's disruption, the Cluster Autoscaler's scale-down
 *
 * A pod that is bound to a node is an instance of its fleet (world.h); what only pods have is in kube->pods at the same
 * number. A pod that waits is an entry of cluster->pending: its like are all equal.
 */
#ifndef HEADROOM_CLUSTER_H
#define HEADROOM_CLUSTER_H

#include "models/deployment.h"
#include "models/eks.h"
#include "models/world.h"

enum { CLUSTER_NODES_MAX = 4096, NODE_NONE = 0xffff };

/* What an event of kind EV_KUBE is about: its slot. The entity is a node, a pod, a cluster or a fleet. */
enum kube_event {
    KUBE_NODE_READY,   /* node */
    KUBE_NODE_UNKNOWN, /* node: its kubelet has been silent for the grace period */
    KUBE_NODE_EVICT,   /* node: its turn to have its pods evicted */
    KUBE_NODE_REPAIR,  /* node: its group, or Karpenter, gives it up */
    KUBE_POD_READY,    /* pod: the application serves */
    KUBE_POD_JOINS,    /* pod: registered in the target group */
    KUBE_POD_RESTART,  /* pod: its container has died, the node has not */
    KUBE_POD_EVICT,    /* pod: its toleration of the dead node is over */
    KUBE_SCRAPE,       /* cluster: metrics-server */
    KUBE_HPA,          /* fleet */
    KUBE_KEDA,         /* fleet: its queue is looked at */
    KUBE_BATCH,        /* cluster: Karpenter's batch may be closed */
    KUBE_LOOP,         /* cluster: node groups, scale-down, consolidation */
};

enum node_state { NODE_GONE, NODE_LAUNCHING, NODE_READY, NODE_UNKNOWN };

/* An instance type as a node. */
struct node_type {
    const char *name;
    struct room room; /* for pods */
    double vcpu_speed, price;
    int64_t vcpus;
    struct meter *hours[ALB_NODES_MAX], *volumes[ALB_NODES_MAX];
};

/* Where nodes come from: a node group or a node pool. */
struct node_source {
    const struct eks_group *group; /* NULL: a pool */
    const struct eks_pool *pool;
    int types[EKS_TYPES_MAX], type_count; /* of a pool: the cheapest first */
    int64_t desired;                      /* of a group */
    sim_time closed_until[ALB_NODES_MAX]; /* a launch failed there lately */
};

struct kube_node {
    uint16_t id, cluster;
    uint8_t zone, state; /* enum node_state */
    bool alive;          /* the host runs; nobody knows */
    bool cordoned;       /* being drained, or about to be: the scheduler passes by */
    bool draining, cut_off;
    int type, source;
    struct room free;
    uint16_t *pods; /* bound to it, terminating ones too */
    uint32_t pod_count, pod_capacity;
    uint64_t images;                     /* bit: pulled, by fleet modulo 64 */
    sim_time changed_at, unneeded_since; /* a pod came or left; SIM_NEVER: it is needed */
    sim_time billed_until;
    uint64_t launch;   /* ordinal in its cluster */
    uint16_t replaces; /* drained once this one is ready; NODE_NONE */
};

struct pod {
    uint16_t node;
    bool ready;
    sim_time bound_at, runs_at, ready_since; /* ready_since: the last change of `ready` */
    sim_time scraped_at, sampled_at;         /* -1: not yet */
    int64_t cpu_milli, requests_milli;       /* of the newest sample */
    uint128 busy_before;
    uint64_t arrivals_before;
    double share_milli;
    uint32_t *curves[2]; /* capacity curve of its station, two to alternate; PS only */
    int curve;
};

struct pending_pod {
    uint16_t fleet;
    sim_time since;
};

struct cluster {
    const struct component *component;
    const struct eks_config *config;
    int region, zones, number;
    struct node_type *types;
    int type_count;
    struct node_source *sources;
    int source_count;
    uint16_t *nodes; /* ids, all states but gone */
    uint32_t node_count, node_capacity;
    struct pending_pod *pending; /* oldest first */
    uint32_t pending_count, pending_capacity;
    uint64_t launches;
    sim_time batch_opened, batch_last;  /* SIM_NEVER: no batch is open */
    sim_time evicted_at[ALB_NODES_MAX]; /* the last node of the zone whose turn came; 0: none */
    sim_time scaled_up_at;
    uint16_t candidate; /* node that Karpenter would consolidate, if it is still right then */
    sim_time candidate_since;
    int column;
    double min_nodes, max_nodes, sum_nodes, peak_vcpus, peak_vcpus_at_s;
    double peak_requested, sum_requested, peak_cpu, peak_cpu_at_s, sum_cpu;
    double used_vcpus; /* by its pods, in the present window */
    uint64_t windows, launched, evicted;
};

struct kube {
    struct cluster *clusters;
    int cluster_count;
    struct kube_node *nodes;
    uint32_t node_count;
    struct pod *pods; /* by instance */
};

static inline struct cluster *cluster_of(const struct world *w, const struct fleet *fleet)
{
    const struct component *c = fleet->pods->cluster.target;
    return &w->kube->clusters[c->index];
}
static inline struct cluster *cluster_of_node(const struct world *w, const struct kube_node *node)
{
    return &w->kube->clusters[node->cluster];
}
static inline struct pod *pod_of(const struct world *w, const struct instance *i)
{
    return &w->kube->pods[i->id];
}
static inline struct room room_of_pod(const struct deployment_config *config)
{
    return (struct room){ .cpu_milli = cpu_milli(config->requests.cpu), .memory = config->requests.memory, .pods = 1 };
}
static inline bool room_holds(const struct room *room, const struct room *wanted)
{
    return room->cpu_milli >= wanted->cpu_milli && room->memory >= wanted->memory && room->pods >= wanted->pods;
}
static inline void room_take(struct room *room, const struct room *taken)
{
    room->cpu_milli -= taken->cpu_milli;
    room->memory -= taken->memory;
    room->pods -= taken->pods;
}
static inline void room_give(struct room *room, const struct room *given)
{
    room->cpu_milli += given->cpu_milli;
    room->memory += given->memory;
    room->pods += given->pods;
}

/* ---- cluster.c ---- */
void clusters_init(struct world *w);  /* before the fleets; nothing without clusters, like all below */
void clusters_begin(struct world *w); /* after them: the first pods find their nodes, there before the run began */
void kube_handle(struct world *w, struct event e);
void kube_push(struct world *w, sim_time at, enum event_class cls, enum kube_event what, uint32_t entity);
void cluster_schedule(struct world *w, struct cluster *c); /* pods that wait, as far as they fit */
void clusters_columns(struct world *w);
void clusters_window(struct world *w);
void clusters_close(struct world *w); /* usage up to the end */
/* A law of conservation that does not hold, or NULL. At the end of the run. */
const char *clusters_violation(const struct world *w);
double cluster_most_vcpus(const struct cluster *c); /* that limits allow; 0: there is none */
/* Share of what a pod may use that it did, from its station's busy time in a window; its cluster's sum. */
double pod_busy(struct world *w, const struct instance *i, uint128 busy_q16, sim_time window);
/* The zones that a pod of the fleet may be scheduled in, from `count` of its pods per zone. relaxed: a soft constraint is
 * none. [zone] output; domains: zones that count for the minimum. */
void spread_zones(const struct cluster *c, const struct deployment_config *config, const int64_t *count,
                  const bool *domains, bool relaxed, bool *allowed);
void cluster_domains(const struct world *w, const struct cluster *c, bool *domains);
void fleet_zone_counts(const struct cluster *c, const struct fleet *fleet, int64_t *count);

/* ---- node.c ---- */
/* NULL: the launch failed; the zone of that source is closed for a while. */
struct kube_node *node_launch(struct world *w, struct cluster *c, int source, int type, int zone);
struct kube_node *node_at_once(struct world *w, struct cluster *c, int source, int type, int zone);
void node_ready(struct world *w, struct kube_node *node);
void node_die(struct world *w, struct kube_node *node);
void node_unknown(struct world *w, struct kube_node *node);
void node_evict(struct world *w, struct kube_node *node);
void node_repair(struct world *w, struct kube_node *node);
void node_drain(struct world *w, struct kube_node *node); /* begins, or goes on */
void node_gone(struct world *w, struct kube_node *node);
void node_bind(struct world *w, struct kube_node *node, struct instance *i);
void node_release(struct world *w, struct kube_node *node, struct instance *i);
void node_share(struct world *w, struct kube_node *node); /* CPU shares of its pods, anew */
void node_bill(struct world *w, struct kube_node *node, sim_time until);
/* cut: the hosts live and come back with the network. Returns how many. */
uint32_t clusters_lose_zone(struct world *w, int region, int zone, bool cut);
void clusters_zone_back(struct world *w, int region, int zone);
void cluster_crash_nodes(struct world *w, const struct cluster *c, int64_t count);
/* Between two nodes of a zone whose pods are evicted: SIM_NEVER: none are now.     [K8S-NODES] "Rate limits on eviction" */
sim_time eviction_period(sim_time normal, int64_t unknown, int64_t nodes, bool others_ready);
/* The turn of one more node; *last is that of the one before. */
sim_time eviction_turn(sim_time *last, sim_time now, sim_time period);

/* ---- pod.c ---- */
void pods_init(struct world *w, struct fleet *fleet);
void pod_waits(struct world *w, struct cluster *c, const struct fleet *fleet); /* one more is pending */
void pod_bind(struct world *w, struct fleet *fleet, struct kube_node *node, bool at_once);
void pod_ready(struct world *w, struct instance *i);
void pod_joins(struct world *w, struct instance *i);
void pod_died(struct world *w, struct instance *i); /* its container, or with its node */
void pod_restart(struct world *w, struct instance *i);
void pod_toleration_over(struct world *w, struct instance *i);
void pod_evict(struct world *w, struct instance *i);
void pod_gone(struct world *w, struct instance *i);
void pod_set_ready(struct world *w, struct instance *i, bool ready);
void pods_set_desired(struct world *w, struct fleet *fleet, int64_t desired);
void pods_reconcile(struct world *w, struct fleet *fleet);
void pods_slow(struct world *w, struct fleet *fleet, double slower); /* everything takes so many times longer */
int64_t pods_ready(const struct world *w, const struct fleet *fleet);
int64_t pods_pending(const struct cluster *c, const struct world *w, const struct fleet *fleet);

/* ---- pod_metrics.c ---- */
void kube_scrape(struct world *w, struct cluster *c);
void kube_hpa(struct world *w, struct fleet *fleet);
/* ---- keda.c ---- */
void kube_keda(struct world *w, struct fleet *fleet);
int64_t keda_messages(const struct world *w, const struct fleet *fleet); /* of its queue, visible and in flight */
int64_t keda_least(const struct deployment_config *config);              /* replicas that the HPA leaves, at least 1 */

/* ---- provision.c ---- */
void provision_new_pod(struct world *w, struct cluster *c); /* one more waits: Karpenter's batch */
void provision_batch(struct world *w, struct cluster *c);
void provision_loop(struct world *w, struct cluster *c); /* node groups, and whoever was left waiting */
void provision_at_once(struct world *w, struct cluster *c);
/* When a batch closes that was opened then and got its last pod then.     [KARP] */
sim_time batch_closes(sim_time opened, sim_time last, sim_time idle, sim_time most);

/* ---- consolidate.c ---- */
void consolidate_loop(struct world *w, struct cluster *c);
int64_t disruptions_allowed(double budget, int64_t nodes, int64_t busy); /* busy: draining or not ready */

#endif
