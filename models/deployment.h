/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * deployment -- a Kubernetes Deployment: like pods that run one service on a cluster's nodes.
 *
 *   PENDING --fits a node--> starting (image, container, application) --> READY --registered--> in service
 *                                                                            \--deleted, evicted--> terminating --> gone
 *
 * A pod is a station whose speed is min(limit, its weighted share of the node): the CPU that the node has for pods is
 * divided by their requests; what a limit keeps one from taking goes to the others. It is set anew whenever the set of
 * pods on the node changes. Left out: what an idle neighbour does not use goes to nobody, so a pod is never faster than
 * with all neighbours busy; and a limit slows all requests evenly, where the kernel stops a container for the rest of a
 * 100 ms period once its quota is used up.
 *
 * Sources: [K8S-HPA], [K8S-DEPLOY], [K8S-SPREAD], [K8S-PDB], [K8S-NODES]; facts sec. 9.
 */
#ifndef HEADROOM_DEPLOYMENT_H
#define HEADROOM_DEPLOYMENT_H

#include "models/hpa.h"
#include "models/scenario.h"

/* Pods of all deployments together, by replicas.max. */
enum { DEPLOYMENT_PODS_MAX = 8192, DEPLOYMENT_POLICIES_MAX = 8, DEPLOYMENT_METRICS_MAX = 8 };

enum deployment_metric { POD_METRIC_CPU, POD_METRIC_REQUESTS, POD_METRIC_MESSAGES };
enum deployment_spread { SPREAD_SCHEDULE_ANYWAY, SPREAD_DO_NOT_SCHEDULE };

struct metric_cpu {
    double target; /* of the request */
};
struct metric_requests {
    double per_pod; /* per second */
};
struct metric_messages {
    double per_pod;
};

struct deployment_policy {
    int64_t pods;
    double percent;
    sim_time period;
    struct mark at;
};

struct deployment_behaviour {
    bool present;
    sim_time stabilisation;
    struct deployment_policy *policies;
    int policy_count;
    int select; /* enum hpa_select */
};

struct deployment_config {
    struct ref cluster; /* an eks */
    struct {
        bool present;
        double cpu; /* vCPUs; limits: 0 = none */
        int64_t memory;
    } requests, limits;
    struct {
        bool present;
        int64_t min, start, max;
    } replicas;
    struct {
        bool present;
        struct tagged *metrics; /* of enum deployment_metric */
        int metric_count;
        double tolerance;
        sim_time sync, initialisation, readiness_delay;
        struct deployment_behaviour up, down;
    } hpa;
    struct {
        bool present;
        sim_time poll, cooldown;
        int64_t activation;
    } keda;
    struct {
        bool present;
        int64_t max_skew;
        int when; /* enum deployment_spread */
    } spread;
    struct {
        bool present;
        double max_unavailable;
        int64_t min_available;
    } budget;
    struct dist start, application, registration;
    int64_t image; /* bytes */
    sim_time grace, toleration;
    int64_t logs;
    struct hpa_policy up_policies[DEPLOYMENT_POLICIES_MAX], down_policies[DEPLOYMENT_POLICIES_MAX];
    struct hpa_rules up, down; /* filled by the loader, like the policies */
};

extern const struct component_type deployment_type;

static inline int64_t cpu_milli(double vcpus)
{
    return (int64_t)(vcpus * 1000.0 + 0.5);
}

/* ---- without a world: see tests/unit/test_deployment.c ---- */

struct sharer {
    int64_t request_milli, limit_milli; /* limit 0: none */
    double share_milli;                 /* output */
};

/* Divides a node's CPU for pods by their requests; whom the limit keeps below its share leaves the rest to the others.
 * Every request is met as long as they fit. O(pods^2) at the worst. */
void deployment_share_cpu(int64_t cpu, struct sharer *pods, int count);

/* Pods that may be evicted now: ready ones above what the budget wants. Shares are rounded up.     [K8S-PDB] */
int64_t deployment_may_evict(const struct deployment_config *config, int64_t replicas, int64_t ready);

#endif
