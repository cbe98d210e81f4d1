/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * eks -- an Amazon EKS cluster: nodes that pods are packed on, and who adds and removes nodes.
 *
 *   node:  LAUNCHING --start--> READY --host dies--> silent --grace--> Unknown --toleration--> its pods are evicted
 *                                 \--cordoned, drained (consolidation, scale-down)--> gone
 *
 * Nodes are those of managed node groups (the Cluster Autoscaler moves their size between min and max) and those that
 * Karpenter launches from node pools, the cheapest type of a list that fits. A node offers its pods what is left of it:
 *
 *   cpu:    vCPUs - kube-reserved(vCPUs) - daemonsets
 *   memory: memory * (1 - overhead) - (255 MiB + 11 MiB per pod it may have) - 100 MiB eviction threshold - daemonsets
 *   pods:   interfaces * (addresses - 1) + 2, the daemonsets' included
 *
 * Sources: [EKS-UG], [EKS-AMI] (bootstrap of the Amazon EKS optimised AMI), [K8S-NODES], [CA-FAQ], [KARP]; facts sec. 9.
 * Left out: Fargate, Auto Mode, Spot nodes, pod priorities and preemption, affinity, taints of the user's, node expiry,
 * limits of the control plane itself, and memory that is used up: requests pack nodes, nobody is killed for memory.
 */
#ifndef HEADROOM_EKS_H
#define HEADROOM_EKS_H

#include "models/scenario.h"

enum { EKS_TYPES_MAX = 60 };
#define EKS_MIB INT64_C(1048576)

enum eks_support { EKS_STANDARD, EKS_EXTENDED };
enum eks_strategy { EKS_LEAST_ALLOCATED, EKS_MOST_ALLOCATED };
enum eks_expander { EKS_LEAST_WASTE, EKS_MOST_PODS, EKS_PRICE };
enum eks_consolidation { EKS_WHEN_EMPTY, EKS_WHEN_EMPTY_OR_UNDERUTILIZED, EKS_NEVER };

/* An instance type of a pool. */
struct eks_type {
    const char *name;
    struct mark at;
};

/* A managed node group: an Auto Scaling group of one type over all zones. */
struct eks_group {
    const char *name;
    struct mark at;
    const char *instance;
    struct {
        bool present;
        int64_t min, desired, max;
    } size;
};

/* A Karpenter node pool. */
struct eks_pool {
    const char *name;
    struct mark at;
    struct eks_type *instances;
    int instance_count;
    double cpu_limit;  /* vCPUs of all its nodes; 0: none */
    int consolidation; /* enum eks_consolidation */
    sim_time consolidate_after;
    double budget; /* share of its nodes that may be disrupted at once */
    sim_time repair;
};

struct eks_config {
    int support; /* enum eks_support: what a cluster-hour costs */
    struct eks_group *groups;
    int group_count;
    struct eks_pool *pools;
    int pool_count;
    struct {
        bool present;
        int expander; /* enum eks_expander */
        sim_time scan, unneeded, delay_after_add;
        double utilisation;
        int64_t empty_at_once;
    } autoscaler;
    struct {
        bool present;
        sim_time batch_idle, batch_max, loop, validation, unavailable;
    } karpenter;
    struct {
        bool present;
        double cpu; /* vCPUs */
        int64_t memory, pods;
    } daemonsets;
    double memory_overhead; /* share that hypervisor and kernel keep */
    int64_t max_pods;       /* 0: by network interfaces */
    bool prefixes;
    int strategy; /* enum eks_strategy */
    struct dist node_start, group_start;
    struct dist ec2_detect;
    sim_time grace, eviction_period; /* node monitor grace; between two nodes of a zone */
    sim_time metrics_resolution;
    int64_t pull_rate; /* bytes of an image per second */
    int64_t volume;
};

extern const struct component_type eks_type;

/* ---- what a node offers, without a world: see tests/unit/test_eks.c ---- */

/* milli vCPUs that kubelet and runtime keep: 6 % of the first vCPU, 1 % of the second, 0.5 % of two more, 0.25 % of the
 * others, rounded up.     [EKS-AMI] */
int64_t eks_reserved_cpu_milli(uint32_t vcpus);
/* 255 MiB, 11 MiB per pod, and the eviction threshold of 100 MiB.     [EKS-AMI] */
int64_t eks_reserved_memory(int64_t pods);
/* With prefixes, sixteen addresses in place of each, and at most 110 pods below 30 vCPUs, 250 above.     [EKS-UG] */
int64_t eks_max_pods(uint32_t interfaces, uint32_t addresses, bool prefixes, uint32_t vcpus);

struct room {
    int64_t cpu_milli, memory, pods;
};

/* What pods of the scenario may request together on a node of that type. */
struct room eks_room(const struct eks_config *config, const char *instance);

/* Types of all groups and pools, each once, in the order of writing. */
int eks_types(const struct eks_config *config, const char *types[EKS_TYPES_MAX]);

#endif
