/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/eks.h"

#include "models/catalogue/catalogue.h"
#include "models/deployment.h"
#include "sim/base/text.h"

static const char *const SUPPORT[] = { "standard", "extended", NULL };
static const char *const STRATEGIES[] = { "least_allocated", "most_allocated", NULL };
static const char *const EXPANDERS[] = { "least_waste", "most_pods", "price", NULL };
static const char *const CONSOLIDATION[] = { "when_empty", "when_empty_or_underutilized", "never", NULL };

#define WITHIN(type, block, member) (AT(type, block.member) - AT(type, block)) /* NOLINT(bugprone-macro-parentheses) */

static const struct param group_size_params[] = {
    { .name = "min",
      .kind = PARAM_COUNT,
      .offset = WITHIN(eks_group, size, min),
      .def = "1",
      .min = "0",
      .max = "450",
      .doc = "nodes that are always kept",
      .source = "[EKS-UG] Managed node groups" },
    { .name = "desired",
      .kind = PARAM_COUNT,
      .offset = WITHIN(eks_group, size, desired),
      .def = "0",
      .min = "0",
      .max = "450",
      .doc = "nodes at the beginning; 0 = min",
      .source = "[EKS-UG] Managed node groups" },
    { .name = "max",
      .kind = PARAM_COUNT,
      .offset = WITHIN(eks_group, size, max),
      .min = "1",
      .max = "450",
      .doc = "nodes at the most",
      .source = "[EKS-UG] Service quotas: 450 nodes per group" },
    PARAM_END,
};

static const struct param group_params[] = {
    { .name = "instance",
      .kind = PARAM_TEXT,
      .offset = AT(eks_group, instance),
      .doc = "EC2 instance type, Linux, on demand",
      .source = "[EC2-UG] Instance types" },
    { .name = "size",
      .kind = PARAM_BLOCK,
      .offset = AT(eks_group, size),
      .sub = group_size_params,
      .doc = "limits of the Auto Scaling group",
      .source = "[EKS-UG] Managed node groups" },
    PARAM_END,
};

static const struct param type_params[] = {
    { .name = "",
      .kind = PARAM_TEXT,
      .offset = AT(eks_type, name),
      .doc = "EC2 instance type, Linux, on demand",
      .source = "[EC2-UG] Instance types" },
    PARAM_END,
};

static const struct param pool_params[] = {
    { .name = "instances",
      .kind = PARAM_LIST,
      .offset = AT(eks_pool, instances),
      .count_offset = AT(eks_pool, instance_count),
      .sub = type_params,
      .sub_size = sizeof(struct eks_type),
      .mark_offset = AT(eks_type, at),
      .doc = "types that may be launched; the cheapest that fits is",
      .source = "[KARP] NodePools" },
    { .name = "cpu_limit",
      .kind = PARAM_VCPUS,
      .offset = AT(eks_pool, cpu_limit),
      .def = "0",
      .min = "0",
      .max = "100000",
      .doc = "vCPUs of all its nodes at the most; 0: no limit",
      .source = "[KARP] NodePools, limits" },
    { .name = "consolidation",
      .kind = PARAM_CHOICE,
      .offset = AT(eks_pool, consolidation),
      .def = "when_empty_or_underutilized",
      .choices = CONSOLIDATION,
      .doc = "which nodes are removed or replaced to save money",
      .source = "[KARP] Disruption; never is ours" },
    { .name = "consolidate_after",
      .kind = PARAM_DURATION,
      .offset = AT(eks_pool, consolidate_after),
      .def = "0s",
      .min = "0s",
      .max = "24h",
      .doc = "how long no pod has come to or left a node before it is considered",
      .source = "[KARP] Disruption" },
    { .name = "budget",
      .kind = PARAM_SHARE,
      .offset = AT(eks_pool, budget),
      .def = "10%",
      .min = "0%",
      .max = "100%",
      .doc = "share of the pool's nodes that may be disrupted at once, rounded up",
      .source = "[KARP] Disruption budgets" },
    { .name = "repair",
      .kind = PARAM_DURATION,
      .offset = AT(eks_pool, repair),
      .def = "30m",
      .min = "1m",
      .max = "24h",
      .doc = "a node that is Unknown for so long is deleted",
      .source = "[KARP] Node repair" },
    PARAM_END,
};

static const struct param autoscaler_params[] = {
    { .name = "expander",
      .kind = PARAM_CHOICE,
      .offset = WITHIN(eks_config, autoscaler, expander),
      .def = "least_waste",
      .choices = EXPANDERS,
      .doc = "which group grows when several would do",
      .source = "[CA-FAQ] Expanders" },
    { .name = "scan",
      .kind = PARAM_DURATION,
      .offset = WITHIN(eks_config, autoscaler, scan),
      .def = "10s",
      .min = "1s",
      .max = "10m",
      .doc = "time between two looks",
      .source = "[CA-FAQ] scan-interval" },
    { .name = "unneeded",
      .kind = PARAM_DURATION,
      .offset = WITHIN(eks_config, autoscaler, unneeded),
      .def = "10m",
      .min = "0s",
      .max = "24h",
      .doc = "how long a node must have been unneeded",
      .source = "[CA-FAQ] scale-down-unneeded-time" },
    { .name = "delay_after_add",
      .kind = PARAM_DURATION,
      .offset = WITHIN(eks_config, autoscaler, delay_after_add),
      .def = "10m",
      .min = "0s",
      .max = "24h",
      .doc = "no scale-down for so long after a scale-up",
      .source = "[CA-FAQ] scale-down-delay-after-add" },
    { .name = "utilisation",
      .kind = PARAM_SHARE,
      .offset = WITHIN(eks_config, autoscaler, utilisation),
      .def = "50%",
      .min = "0%",
      .max = "100%",
      .doc = "requests over allocatable below which a node may be unneeded; the larger of cpu and memory",
      .source = "[CA-FAQ] scale-down-utilization-threshold" },
    { .name = "empty_at_once",
      .kind = PARAM_COUNT,
      .offset = WITHIN(eks_config, autoscaler, empty_at_once),
      .def = "10",
      .min = "1",
      .max = "1000",
      .doc = "empty nodes that are removed in one look",
      .source = "[CA-FAQ] max-empty-bulk-delete" },
    PARAM_END,
};

static const struct param karpenter_params[] = {
    { .name = "batch_idle",
      .kind = PARAM_DURATION,
      .offset = WITHIN(eks_config, karpenter, batch_idle),
      .def = "1s",
      .min = "0s",
      .max = "60s",
      .doc = "a batch of pending pods ends when none has come for so long",
      .source = "[KARP] Settings, BATCH_IDLE_DURATION" },
    { .name = "batch_max",
      .kind = PARAM_DURATION,
      .offset = WITHIN(eks_config, karpenter, batch_max),
      .def = "10s",
      .min = "1s",
      .max = "5m",
      .doc = "a batch ends after so long at the latest",
      .source = "[KARP] Settings, BATCH_MAX_DURATION" },
    { .name = "loop",
      .kind = PARAM_DURATION,
      .offset = WITHIN(eks_config, karpenter, loop),
      .def = "10s",
      .min = "1s",
      .max = "10m",
      .doc = "time between two looks for nodes to disrupt",
      .source = "[KARP] Disruption" },
    { .name = "validation",
      .kind = PARAM_DURATION,
      .offset = WITHIN(eks_config, karpenter, validation),
      .def = "15s",
      .min = "0s",
      .max = "10m",
      .doc = "a consolidation must still be right after so long",
      .source = "[KARP] Disruption" },
    { .name = "unavailable",
      .kind = PARAM_DURATION,
      .offset = WITHIN(eks_config, karpenter, unavailable),
      .def = "3m",
      .min = "0s",
      .max = "1h",
      .doc = "a zone in which a launch failed is not tried again for so long",
      .source = "assumed; AWS behaviour sec. 9.3" },
    PARAM_END,
};

static const struct param daemonset_params[] = {
    { .name = "cpu",
      .kind = PARAM_VCPUS,
      .offset = WITHIN(eks_config, daemonsets, cpu),
      .def = "0.15",
      .min = "0",
      .max = "64",
      .doc = "vCPUs that the daemonsets of a node request, and use",
      .source = "assumed: CNI 25m to 50m, proxy 100m" },
    { .name = "memory",
      .kind = PARAM_BYTES,
      .offset = WITHIN(eks_config, daemonsets, memory),
      .def = "200MiB",
      .min = "0",
      .max = "64GiB",
      .doc = "memory that they request",
      .source = "assumed" },
    { .name = "pods",
      .kind = PARAM_COUNT,
      .offset = WITHIN(eks_config, daemonsets, pods),
      .def = "3",
      .min = "0",
      .max = "50",
      .doc = "how many there are on a node",
      .source = "assumed: CNI, proxy, an agent" },
    PARAM_END,
};

static const struct param params[] = {
    { .name = "support",
      .kind = PARAM_CHOICE,
      .offset = AT(eks_config, support),
      .def = "standard",
      .choices = SUPPORT,
      .doc = "support of its Kubernetes version: extended costs six times as much",
      .source = "[EKS-UG] Kubernetes versions" },
    { .name = "node_groups",
      .kind = PARAM_MAP,
      .offset = AT(eks_config, groups),
      .count_offset = AT(eks_config, group_count),
      .def = "",
      .sub = group_params,
      .sub_size = sizeof(struct eks_group),
      .noun = "node group",
      .doc = "managed node groups by name",
      .source = "[EKS-UG] Managed node groups" },
    { .name = "node_pools",
      .kind = PARAM_MAP,
      .offset = AT(eks_config, pools),
      .count_offset = AT(eks_config, pool_count),
      .def = "",
      .sub = pool_params,
      .sub_size = sizeof(struct eks_pool),
      .noun = "node pool",
      .doc = "Karpenter's node pools by name; the first that fits is taken",
      .source = "[KARP] NodePools" },
    { .name = "autoscaler",
      .kind = PARAM_BLOCK,
      .offset = AT(eks_config, autoscaler),
      .def = "",
      .sub = autoscaler_params,
      .doc = "the Cluster Autoscaler runs: node groups move between min and max",
      .source = "[CA-FAQ]" },
    { .name = "karpenter",
      .kind = PARAM_BLOCK,
      .offset = AT(eks_config, karpenter),
      .def = "",
      .sub = karpenter_params,
      .doc = "Karpenter's settings; it runs where there are node pools",
      .source = "[KARP] Settings" },
    { .name = "daemonsets",
      .kind = PARAM_BLOCK,
      .offset = AT(eks_config, daemonsets),
      .def = "",
      .sub = daemonset_params,
      .doc = "pods that every node has",
      .source = "assumed" },
    { .name = "memory_overhead",
      .kind = PARAM_SHARE,
      .offset = AT(eks_config, memory_overhead),
      .def = "7.5%",
      .min = "0%",
      .max = "50%",
      .doc = "memory of an instance that hypervisor and kernel keep",
      .source = "[KARP] Settings, VM_MEMORY_OVERHEAD_PERCENT" },
    { .name = "max_pods",
      .kind = PARAM_COUNT,
      .offset = AT(eks_config, max_pods),
      .def = "0",
      .min = "0",
      .max = "737",
      .doc = "pods per node, daemonsets included; 0: as the network interfaces allow",
      .source = "[EKS-UG] Pod networking" },
    { .name = "prefixes",
      .kind = PARAM_BOOL,
      .offset = AT(eks_config, prefixes),
      .def = "false",
      .doc = "interfaces carry prefixes of 16 addresses: more pods per node",
      .source = "[EKS-UG] Prefix delegation" },
    { .name = "strategy",
      .kind = PARAM_CHOICE,
      .offset = AT(eks_config, strategy),
      .def = "least_allocated",
      .choices = STRATEGIES,
      .doc = "how the scheduler scores nodes on which a pod fits",
      .source = "[K8S-SCHED] NodeResourcesFit" },
    { .name = "node_start",
      .kind = PARAM_DIST,
      .offset = AT(eks_config, node_start),
      .def = "lognormal(median=45s p95=90s)",
      .min = "0s",
      .doc = "launch of a node by Karpenter until pods can be scheduled",
      .source = "assumed; AWS behaviour sec. 9.3" },
    { .name = "group_start",
      .kind = PARAM_DIST,
      .offset = AT(eks_config, group_start),
      .def = "lognormal(median=90s p95=180s)",
      .min = "0s",
      .doc = "the same of a node group, through its Auto Scaling group",
      .source = "assumed; AWS behaviour sec. 9.3 (60-180 s)" },
    { .name = "ec2_detect",
      .kind = PARAM_DIST,
      .offset = AT(eks_config, ec2_detect),
      .def = "lognormal(median=240s p95=420s)",
      .min = "0s",
      .doc = "from the death of a host of a node group until its Auto Scaling group replaces it",
      .source = "assumed; [ASG-UG] \"a few minutes\"" },
    { .name = "grace",
      .kind = PARAM_DURATION,
      .offset = AT(eks_config, grace),
      .def = "50s",
      .min = "20s",
      .max = "1h",
      .doc = "node-monitor-grace-period: silence of the kubelet until its node is Unknown",
      .source = "[K8S-NODES] node-monitor-grace-period; 40 s in older releases" },
    { .name = "eviction_period",
      .kind = PARAM_DURATION,
      .offset = AT(eks_config, eviction_period),
      .def = "10s",
      .min = "0s",
      .max = "1h",
      .doc = "time between two nodes of a zone whose pods are evicted",
      .source = "[K8S-NODES] node-eviction-rate 0.1/s" },
    { .name = "metrics_resolution",
      .kind = PARAM_DURATION,
      .offset = AT(eks_config, metrics_resolution),
      .def = "15s",
      .min = "10s",
      .max = "5m",
      .doc = "time between two scrapes of metrics-server, and its window",
      .source = "[K8S-METRICS] metric-resolution" },
    { .name = "pull_rate",
      .kind = PARAM_BYTES,
      .offset = AT(eks_config, pull_rate),
      .def = "100MB",
      .min = "1MB",
      .max = "10GB",
      .doc = "bytes of an image that a node pulls in a second, unpacked",
      .source = "assumed; AWS behaviour sec. 9.3" },
    { .name = "volume",
      .kind = PARAM_BYTES,
      .offset = AT(eks_config, volume),
      .def = "20GiB",
      .min = "0",
      .doc = "gp3 root volume of a node",
      .source = "[EKS-UG] Managed node groups, disk size" },
    PARAM_END,
};

static bool check_type(const char *name, struct mark at, struct diag *diag)
{
    if (catalogue_instance(name))
        return true;
    const char *nearest = catalogue_nearest("instance", name);
    return diag_error(diag, at,
                      nearest ? "'%s' is not an instance type of the catalogue; did you mean '%s'?"
                              : "'%s' is not an instance type of the catalogue",
                      name, nearest);
}

static bool check_group(struct eks_group *group, struct diag *diag)
{
    if (group->size.desired == 0)
        group->size.desired = group->size.min;
    const bool ok = check_type(group->instance, group->at, diag);
    if (group->size.min <= group->size.desired && group->size.desired <= group->size.max)
        return ok;
    return diag_error(diag, group->at, "size of node group '%s' must satisfy min <= desired <= max", group->name);
}

static bool check_pool(const struct eks_pool *pool, struct diag *diag)
{
    bool ok = true;
    for (int i = 0; i < pool->instance_count; i++)
        ok = check_type(pool->instances[i].name, pool->instances[i].at, diag) && ok;
    return ok;
}

static bool is_used(const struct scenario *sc, const struct component *cluster)
{
    for (int d = 0; d < sc->by_kind_count[KIND_DEPLOYMENT]; d++)
        if (((const struct deployment_config *)sc->by_kind[KIND_DEPLOYMENT][d]->config)->cluster.target == cluster)
            return true;
    return false;
}

static bool validate(struct component *c, const struct scenario *sc, struct diag *diag)
{
    const struct eks_config *config = c->config;
    bool ok = true;
    for (int g = 0; g < config->group_count; g++)
        ok = check_group(&config->groups[g], diag) && ok;
    for (int p = 0; p < config->pool_count; p++)
        ok = check_pool(&config->pools[p], diag) && ok;
    if (config->group_count + config->pool_count == 0)
        ok = diag_error(diag, c->at, "cluster '%s' has neither node groups nor node pools: no pod finds a node",
                        c->name) ||
             diag_hint(diag, "write node_pools: {default: {instances: [m7g.large, m7g.xlarge]}}");
    const char *types[EKS_TYPES_MAX];
    if (eks_types(config, types) > EKS_TYPES_MAX)
        ok = diag_error(diag, c->at, "cluster '%s' names more than %d instance types", c->name, EKS_TYPES_MAX);
    if (config->autoscaler.present && config->group_count == 0)
        ok = diag_error(diag, c->at, "cluster '%s' has an autoscaler and no node groups to scale", c->name);
    if (!is_used(sc, c))
        ok = diag_error(diag, c->at, "no deployment runs on cluster '%s'", c->name) ||
             diag_hint(diag, "add a deployment with cluster: %s, or remove the cluster", c->name);
    return ok;
}

const struct component_type eks_type = {
    .kind = "eks",
    .title = "Amazon EKS cluster",
    .tier = "web",
    .params = params,
    .config_size = sizeof(struct eks_config),
    .validate = validate,
};

/* ---- what a node offers ---- */

/* In quarters of a permille of a vCPU, per vCPU. */
int64_t eks_reserved_cpu_milli(uint32_t vcpus)
{
    int64_t tenths = 0;
    for (uint32_t i = 0; i < vcpus; i++)
        tenths += i == 0 ? 600 : i == 1 ? 100 : i < 4 ? 50 : 25;
    return (tenths + 9) / 10;
}

int64_t eks_reserved_memory(int64_t pods)
{
    return (255 + 11 * pods + 100) * EKS_MIB;
}

int64_t eks_max_pods(uint32_t interfaces, uint32_t addresses, bool prefixes, uint32_t vcpus)
{
    const int64_t each = (int64_t)addresses - 1;
    const int64_t pods = (int64_t)interfaces * (prefixes ? 16 * each : each) + 2;
    const int64_t most = vcpus < 30 ? 110 : 250;
    return prefixes && pods > most ? most : pods;
}

static int64_t at_least_zero(int64_t x)
{
    return x > 0 ? x : 0;
}

struct room eks_room(const struct eks_config *config, const char *instance)
{
    const struct shape *shape = catalogue_instance(instance);
    uint32_t interfaces = 0, addresses = 0;
    catalogue_interfaces(instance, &interfaces, &addresses);
    const int64_t pods = config->max_pods ? config->max_pods
                                          : eks_max_pods(interfaces, addresses, config->prefixes, shape->vcpus);
    const int64_t memory = (int64_t)((double)shape->memory_bytes * (1.0 - config->memory_overhead));
    return (struct room){
        .cpu_milli = at_least_zero((int64_t)shape->vcpus * 1000 - eks_reserved_cpu_milli(shape->vcpus) -
                                   cpu_milli(config->daemonsets.cpu)),
        .memory = at_least_zero(memory - eks_reserved_memory(pods) - config->daemonsets.memory),
        .pods = at_least_zero(pods - config->daemonsets.pods),
    };
}

static int add_type(const char *types[EKS_TYPES_MAX], int count, const char *name)
{
    for (int i = 0; i < count && i < EKS_TYPES_MAX; i++)
        if (text_equal(types[i], name))
            return count;
    if (count < EKS_TYPES_MAX)
        types[count] = name;
    return count + 1;
}

int eks_types(const struct eks_config *config, const char *types[EKS_TYPES_MAX])
{
    int count = 0;
    for (int g = 0; g < config->group_count; g++)
        count = add_type(types, count, config->groups[g].instance);
    for (int p = 0; p < config->pool_count; p++)
        for (int i = 0; i < config->pools[p].instance_count; i++)
            count = add_type(types, count, config->pools[p].instances[i].name);
    return count;
}
