/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/deployment.h"

#include "models/catalogue/catalogue.h"
#include "models/eks.h"

static const char *const WHEN[] = { "schedule_anyway", "do_not_schedule", NULL };
static const char *const SELECT[] = { "max", "min", "disabled", NULL };
_Static_assert(HPA_MAX == 0 && HPA_MIN == 1 && HPA_DISABLED == 2, "SELECT follows enum hpa_select");

#define WITHIN(type, block, member) (AT(type, block.member) - AT(type, block)) /* NOLINT(bugprone-macro-parentheses) */

static const struct param request_params[] = {
    { .name = "cpu",
      .kind = PARAM_VCPUS,
      .offset = WITHIN(deployment_config, requests, cpu),
      .min = "0.01",
      .max = "192",
      .doc = "vCPUs that a node must have left for it; its weight when the node is busy",
      .source = "[K8S-RES] Requests and limits" },
    { .name = "memory",
      .kind = PARAM_BYTES,
      .offset = WITHIN(deployment_config, requests, memory),
      .def = "256MiB",
      .min = "0",
      .max = "1TiB",
      .doc = "memory that a node must have left for it",
      .source = "[K8S-RES] Requests and limits" },
    PARAM_END,
};

static const struct param limit_params[] = {
    { .name = "cpu",
      .kind = PARAM_VCPUS,
      .offset = WITHIN(deployment_config, limits, cpu),
      .def = "0",
      .min = "0",
      .max = "192",
      .doc = "vCPUs that it never exceeds; 0: no limit",
      .source = "[K8S-RES] Requests and limits" },
    { .name = "memory",
      .kind = PARAM_BYTES,
      .offset = WITHIN(deployment_config, limits, memory),
      .def = "0",
      .min = "0",
      .max = "1TiB",
      .doc = "compared with the request only: memory is not used up here; 0: no limit",
      .source = "[K8S-RES] Requests and limits" },
    PARAM_END,
};

static const struct param replica_params[] = {
    { .name = "min",
      .kind = PARAM_COUNT,
      .offset = WITHIN(deployment_config, replicas, min),
      .def = "1",
      .min = "0",
      .max = "5000",
      .doc = "pods at the least; 0 with keda",
      .source = "[K8S-HPA] minReplicas" },
    { .name = "start",
      .kind = PARAM_COUNT,
      .offset = WITHIN(deployment_config, replicas, start),
      .def = "0",
      .min = "0",
      .max = "5000",
      .doc = "pods at the beginning; 0 = min",
      .source = "[K8S-DEPLOY] replicas" },
    { .name = "max",
      .kind = PARAM_COUNT,
      .offset = WITHIN(deployment_config, replicas, max),
      .def = "0",
      .min = "0",
      .max = "5000",
      .doc = "pods at the most; 0 = start",
      .source = "[K8S-HPA] maxReplicas" },
    PARAM_END,
};

static const struct param cpu_params[] = {
    { .name = "",
      .kind = PARAM_SHARE,
      .offset = AT(metric_cpu, target),
      .min = "1%",
      .max = "1000%",
      .doc = "average CPU use of the pods over their request",
      .source = "[K8S-HPA] Resource metrics" },
    PARAM_END,
};

static const struct param requests_params[] = {
    { .name = "",
      .kind = PARAM_RATE,
      .offset = AT(metric_requests, per_pod),
      .min = "0.001/s",
      .max = "1M/s",
      .doc = "requests that a pod is sent, on average, as a pods metric",
      .source = "[K8S-HPA] Custom metrics" },
    PARAM_END,
};

static const struct param messages_params[] = {
    { .name = "",
      .kind = PARAM_NUMBER,
      .offset = AT(metric_messages, per_pod),
      .min = "0.001",
      .max = "1000000",
      .doc = "messages of the queue that the service consumes, visible and in flight, per pod, as an external metric",
      .source = "[KEDA] SQS scaler" },
    PARAM_END,
};

static const struct param_variant metric_variants[] = {
    [POD_METRIC_CPU] = { "cpu", "keep CPU over the requests at a value", cpu_params, sizeof(struct metric_cpu) },
    [POD_METRIC_REQUESTS] = { "requests_per_pod", "keep the requests that a pod is sent at a rate", requests_params,
                              sizeof(struct metric_requests) },
    [POD_METRIC_MESSAGES] = { "messages_per_pod", "keep the backlog of the queue at so many messages per pod",
                              messages_params, sizeof(struct metric_messages) },
    { .key = NULL },
};

static const struct param policy_params[] = {
    { .name = "pods",
      .kind = PARAM_COUNT,
      .offset = AT(deployment_policy, pods),
      .def = "0",
      .min = "0",
      .max = "5000",
      .doc = "so many pods in a period",
      .source = "[K8S-HPA] Scaling policies" },
    { .name = "percent",
      .kind = PARAM_SHARE,
      .offset = AT(deployment_policy, percent),
      .def = "0%",
      .min = "0%",
      .max = "10000%",
      .doc = "or such a share of the pods at its beginning",
      .source = "[K8S-HPA] Scaling policies" },
    { .name = "period",
      .kind = PARAM_DURATION,
      .offset = AT(deployment_policy, period),
      .def = "15s",
      .min = "1s",
      .max = "30m",
      .doc = "length of the period",
      .source = "[K8S-HPA] Scaling policies" },
    PARAM_END,
};

static const struct param up_params[] = {
    { .name = "stabilisation",
      .kind = PARAM_DURATION,
      .offset = AT(deployment_behaviour, stabilisation),
      .def = "0s",
      .min = "0s",
      .max = "1h",
      .doc = "window of earlier wishes of which the most careful counts",
      .source = "[K8S-HPA] Stabilization window" },
    { .name = "policies",
      .kind = PARAM_LIST,
      .offset = AT(deployment_behaviour, policies),
      .count_offset = AT(deployment_behaviour, policy_count),
      .def = "",
      .sub = policy_params,
      .sub_size = sizeof(struct deployment_policy),
      .mark_offset = AT(deployment_policy, at),
      .doc = "without any: 100% or 4 pods in 15 s",
      .source = "[K8S-HPA] Default behavior" },
    { .name = "select",
      .kind = PARAM_CHOICE,
      .offset = AT(deployment_behaviour, select),
      .def = "max",
      .choices = SELECT,
      .doc = "which policy counts: the one that changes most, least, or none changes",
      .source = "[K8S-HPA] selectPolicy" },
    PARAM_END,
};

static const struct param down_params[] = {
    { .name = "stabilisation",
      .kind = PARAM_DURATION,
      .offset = AT(deployment_behaviour, stabilisation),
      .def = "300s",
      .min = "0s",
      .max = "1h",
      .doc = "window of earlier wishes of which the most careful counts",
      .source = "[K8S-HPA] Stabilization window" },
    { .name = "policies",
      .kind = PARAM_LIST,
      .offset = AT(deployment_behaviour, policies),
      .count_offset = AT(deployment_behaviour, policy_count),
      .def = "",
      .sub = policy_params,
      .sub_size = sizeof(struct deployment_policy),
      .mark_offset = AT(deployment_policy, at),
      .doc = "without any: 100% in 15 s",
      .source = "[K8S-HPA] Default behavior" },
    { .name = "select",
      .kind = PARAM_CHOICE,
      .offset = AT(deployment_behaviour, select),
      .def = "max",
      .choices = SELECT,
      .doc = "which policy counts: the one that changes most, least, or none changes",
      .source = "[K8S-HPA] selectPolicy" },
    PARAM_END,
};

static const struct param hpa_params[] = {
    { .name = "metrics",
      .kind = PARAM_TAGGED,
      .offset = WITHIN(deployment_config, hpa, metrics),
      .count_offset = WITHIN(deployment_config, hpa, metric_count),
      .variants = metric_variants,
      .doc = "what is kept at a value; the largest wish counts",
      .source = "[K8S-HPA]" },
    { .name = "tolerance",
      .kind = PARAM_SHARE,
      .offset = WITHIN(deployment_config, hpa, tolerance),
      .def = "10%",
      .min = "0%",
      .max = "50%",
      .doc = "a ratio to the target within 1 +- this changes nothing",
      .source = "[K8S-HPA] Algorithm details" },
    { .name = "sync",
      .kind = PARAM_DURATION,
      .offset = WITHIN(deployment_config, hpa, sync),
      .def = "15s",
      .min = "1s",
      .max = "10m",
      .doc = "time between two looks",
      .source = "[K8S-HPA] horizontal-pod-autoscaler-sync-period" },
    { .name = "initialisation",
      .kind = PARAM_DURATION,
      .offset = WITHIN(deployment_config, hpa, initialisation),
      .def = "5m",
      .min = "0s",
      .max = "1h",
      .doc = "a pod younger than this counts only with a sample that is younger than its readiness",
      .source = "[K8S-HPA] cpu-initialization-period" },
    { .name = "readiness_delay",
      .kind = PARAM_DURATION,
      .offset = WITHIN(deployment_config, hpa, readiness_delay),
      .def = "30s",
      .min = "0s",
      .max = "1h",
      .doc = "an unready pod that became so within this time of its start has never been ready",
      .source = "[K8S-HPA] initial-readiness-delay" },
    { .name = "up",
      .kind = PARAM_BLOCK,
      .offset = WITHIN(deployment_config, hpa, up),
      .def = "",
      .sub = up_params,
      .doc = "how fast pods are added",
      .source = "[K8S-HPA] Configurable scaling behavior" },
    { .name = "down",
      .kind = PARAM_BLOCK,
      .offset = WITHIN(deployment_config, hpa, down),
      .def = "",
      .sub = down_params,
      .doc = "how fast pods are removed",
      .source = "[K8S-HPA] Configurable scaling behavior" },
    PARAM_END,
};

static const struct param keda_params[] = {
    { .name = "poll",
      .kind = PARAM_DURATION,
      .offset = WITHIN(deployment_config, keda, poll),
      .def = "30s",
      .min = "1s",
      .max = "1h",
      .doc = "time between two looks at the queue",
      .source = "[KEDA] pollingInterval" },
    { .name = "cooldown",
      .kind = PARAM_DURATION,
      .offset = WITHIN(deployment_config, keda, cooldown),
      .def = "300s",
      .min = "0s",
      .max = "24h",
      .doc = "after the last look that found messages, until the last pods go; needs replicas.min of 0",
      .source = "[KEDA] cooldownPeriod" },
    { .name = "activation",
      .kind = PARAM_COUNT,
      .offset = WITHIN(deployment_config, keda, activation),
      .def = "0",
      .min = "0",
      .max = "1G",
      .doc = "so many messages, visible and in flight, do not wake it",
      .source = "[KEDA] AWS SQS scaler, activationQueueLength" },
    PARAM_END,
};

static const struct param spread_params[] = {
    { .name = "max_skew",
      .kind = PARAM_COUNT,
      .offset = WITHIN(deployment_config, spread, max_skew),
      .def = "1",
      .min = "1",
      .max = "1000",
      .doc = "pods that a zone may have more than the emptiest one",
      .source = "[K8S-SPREAD] maxSkew" },
    { .name = "when",
      .kind = PARAM_CHOICE,
      .offset = WITHIN(deployment_config, spread, when),
      .def = "schedule_anyway",
      .choices = WHEN,
      .doc = "whether a pod that would exceed it stays pending",
      .source = "[K8S-SPREAD] whenUnsatisfiable" },
    PARAM_END,
};

static const struct param budget_params[] = {
    { .name = "max_unavailable",
      .kind = PARAM_SHARE,
      .offset = WITHIN(deployment_config, budget, max_unavailable),
      .def = "25%",
      .min = "0%",
      .max = "100%",
      .doc = "share of the pods that evictions may take away at once, rounded up",
      .source = "[K8S-PDB] maxUnavailable" },
    { .name = "min_available",
      .kind = PARAM_COUNT,
      .offset = WITHIN(deployment_config, budget, min_available),
      .def = "0",
      .min = "0",
      .max = "5000",
      .doc = "ready pods below which nobody is evicted",
      .source = "[K8S-PDB] minAvailable" },
    PARAM_END,
};

static const struct param params[] = {
    { .name = "cluster",
      .kind = PARAM_REF,
      .offset = AT(deployment_config, cluster),
      .refs = "eks",
      .doc = "where its pods run",
      .source = "[K8S-DEPLOY]" },
    { .name = "requests",
      .kind = PARAM_BLOCK,
      .offset = AT(deployment_config, requests),
      .sub = request_params,
      .doc = "what a pod requests",
      .source = "[K8S-RES] Requests and limits" },
    { .name = "limits",
      .kind = PARAM_BLOCK,
      .offset = AT(deployment_config, limits),
      .def = "",
      .sub = limit_params,
      .doc = "what a pod never exceeds",
      .source = "[K8S-RES] Requests and limits" },
    { .name = "replicas",
      .kind = PARAM_BLOCK,
      .offset = AT(deployment_config, replicas),
      .sub = replica_params,
      .doc = "how many pods",
      .source = "[K8S-DEPLOY]" },
    { .name = "hpa",
      .kind = PARAM_BLOCK,
      .offset = AT(deployment_config, hpa),
      .def = "",
      .sub = hpa_params,
      .doc = "a Horizontal Pod Autoscaler changes their number",
      .source = "[K8S-HPA]" },
    { .name = "keda",
      .kind = PARAM_BLOCK,
      .offset = AT(deployment_config, keda),
      .def = "",
      .sub = keda_params,
      .doc = "looks at the queue: brings the first pods, takes away the last; messages_per_pod of the hpa is its "
             "queueLength",
      .source = "[KEDA]" },
    { .name = "spread",
      .kind = PARAM_BLOCK,
      .offset = AT(deployment_config, spread),
      .def = "",
      .sub = spread_params,
      .doc = "topology spread constraint over zones",
      .source = "[K8S-SPREAD]" },
    { .name = "budget",
      .kind = PARAM_BLOCK,
      .offset = AT(deployment_config, budget),
      .def = "",
      .sub = budget_params,
      .doc = "PodDisruptionBudget: of evictions, never of failures",
      .source = "[K8S-PDB]" },
    { .name = "start",
      .kind = PARAM_DIST,
      .offset = AT(deployment_config, start),
      .def = "lognormal(median=4s p95=15s)",
      .min = "0s",
      .doc = "scheduled until the container runs, image cached",
      .source = "assumed; AWS behaviour sec. 9.3" },
    { .name = "application",
      .kind = PARAM_DIST,
      .offset = AT(deployment_config, application),
      .def = "10s",
      .min = "0s",
      .doc = "from there until the application is ready",
      .source = "assumed" },
    { .name = "registration",
      .kind = PARAM_DIST,
      .offset = AT(deployment_config, registration),
      .def = "uniform(5s 15s)",
      .min = "0s",
      .doc = "from ready until its address is in the target group; without a balancer at once",
      .source = "assumed; AWS behaviour sec. 9.3 (5-15 s)" },
    { .name = "image",
      .kind = PARAM_BYTES,
      .offset = AT(deployment_config, image),
      .def = "500MB",
      .min = "0",
      .max = "100GB",
      .doc = "pulled by a node that has not had it yet",
      .source = "assumed" },
    { .name = "grace",
      .kind = PARAM_DURATION,
      .offset = AT(deployment_config, grace),
      .def = "30s",
      .min = "0s",
      .max = "1h",
      .doc = "a pod that is told to leave is gone after so long; requests in flight may end meanwhile",
      .source = "[K8S-DEPLOY] terminationGracePeriodSeconds" },
    { .name = "toleration",
      .kind = PARAM_DURATION,
      .offset = AT(deployment_config, toleration),
      .def = "300s",
      .min = "0s",
      .max = "1h",
      .doc = "pods of an unreachable node are evicted after so long",
      .source = "[K8S-NODES] unreachable toleration" },
    { .name = "logs",
      .kind = PARAM_BYTES,
      .offset = AT(deployment_config, logs),
      .def = "0",
      .min = "0",
      .max = "1MB",
      .doc = "log entry of each request answered or message handled, sent to CloudWatch Logs; 0: none is sent",
      .source = "[CW-PRICE] Logs" },
    PARAM_END,
};

/* ---- what the tables cannot say ---- */

static const struct hpa_policy UP_BY_DEFAULT[] = { { HPA_PERCENT, 100, 15 * SIM_SECOND },
                                                   { HPA_PODS, 4, 15 * SIM_SECOND } };
static const struct hpa_policy DOWN_BY_DEFAULT[] = { { HPA_PERCENT, 100, 15 * SIM_SECOND } };

/* Policies as the arithmetic wants them. */
static bool make_rules(struct hpa_rules *rules, struct hpa_policy policies[DEPLOYMENT_POLICIES_MAX],
                       const struct deployment_behaviour *behaviour, struct diag *diag)
{
    rules->select = behaviour->select;
    rules->stabilisation = behaviour->stabilisation;
    if (behaviour->policy_count == 0)
        return true;
    if (behaviour->policy_count > DEPLOYMENT_POLICIES_MAX)
        return diag_error(diag, behaviour->policies[0].at, "more than %d policies", DEPLOYMENT_POLICIES_MAX);
    bool ok = true;
    for (int i = 0; i < behaviour->policy_count; i++) {
        const struct deployment_policy *written = &behaviour->policies[i];
        if ((written->pods > 0) == (written->percent > 0))
            ok = diag_error(diag, written->at, "a policy names either 'pods' or 'percent'");
        policies[i] = written->pods > 0 ? (struct hpa_policy){ HPA_PODS, written->pods, written->period }
                                        : (struct hpa_policy){ HPA_PERCENT, (int64_t)(written->percent * 100.0 + 0.5),
                                                               written->period };
    }
    rules->policies = policies;
    rules->policy_count = behaviour->policy_count;
    return ok;
}

static bool check_limits(const struct component *c, const struct deployment_config *config, struct diag *diag)
{
    if (config->limits.cpu > 0 && config->limits.cpu < config->requests.cpu)
        return diag_error(diag, c->at, "'%s' is limited to %.4g vCPUs and requests %.4g", c->name, config->limits.cpu,
                          config->requests.cpu);
    if (config->limits.memory > 0 && config->limits.memory < config->requests.memory)
        return diag_error(diag, c->at, "'%s' is limited to less memory than it requests", c->name);
    return true;
}

static bool fits(const struct room *room, const struct deployment_config *config)
{
    return room->pods > 0 && room->cpu_milli >= cpu_milli(config->requests.cpu) &&
           room->memory >= config->requests.memory;
}

/* At least one type of the cluster must hold one pod. */
static bool check_fit(const struct component *c, const struct deployment_config *config, struct diag *diag)
{
    const struct component *cluster = config->cluster.target;
    if (!cluster)
        return true; /* reported */
    const char *types[EKS_TYPES_MAX];
    const int count = eks_types(cluster->config, types);
    struct room most = { 0 };
    for (int i = 0; i < count && i < EKS_TYPES_MAX; i++) {
        if (!catalogue_instance(types[i]))
            return true; /* reported */
        const struct room room = eks_room(cluster->config, types[i]);
        if (fits(&room, config))
            return true;
        most = room.cpu_milli > most.cpu_milli ? room : most;
    }
    if (count == 0)
        return true; /* reported */
    diag_error(diag, c->at, "a pod of '%s' fits no node of '%s'", c->name, config->cluster.name);
    return diag_hint(diag, "it requests %.4g vCPUs and %.4g GiB; the largest node has %.4g and %.4g for pods",
                     config->requests.cpu, (double)config->requests.memory / (1024.0 * (double)EKS_MIB),
                     (double)most.cpu_milli / 1000.0, (double)most.memory / (1024.0 * (double)EKS_MIB));
}

static bool check_metrics(const struct component *c, const struct scenario *sc, const struct deployment_config *config,
                          struct diag *diag)
{
    const struct service_config *service = scenario_service_on(sc, c);
    const struct component *queue = service ? service->consumes.target : NULL;
    bool ok = true;
    if (config->hpa.metric_count > DEPLOYMENT_METRICS_MAX)
        ok = diag_error(diag, c->at, "'%s' scales on more than %d metrics", c->name, DEPLOYMENT_METRICS_MAX);
    for (int m = 0; m < config->hpa.metric_count; m++)
        if (config->hpa.metrics[m].variant == POD_METRIC_MESSAGES && !queue)
            ok = diag_error(diag, config->hpa.metrics[m].at,
                            "'%s' scales on messages, but its service consumes no queue", c->name);
    return ok;
}

static bool check_keda(const struct component *c, const struct deployment_config *config, struct diag *diag)
{
    bool feeds = false;
    for (int m = 0; m < config->hpa.metric_count; m++)
        feeds = feeds || config->hpa.metrics[m].variant == POD_METRIC_MESSAGES;
    if (config->keda.present && !feeds)
        return diag_error(diag, c->at, "keda of '%s' has no queue to look at", c->name) ||
               diag_hint(diag, "hpa: {metrics: {messages_per_pod: 5}}, of a service that consumes a queue");
    if (config->replicas.min == 0 && !config->keda.present)
        return diag_error(diag, c->at, "'%s' may go down to no pods, and nothing would bring it back", c->name) ||
               diag_hint(diag, "replicas.min of 1, or keda: {}");
    return true;
}

static bool check_total(const struct component *c, const struct scenario *sc, struct diag *diag)
{
    int64_t all = 0;
    for (int d = 0; d < sc->by_kind_count[KIND_DEPLOYMENT]; d++)
        all += ((const struct deployment_config *)sc->by_kind[KIND_DEPLOYMENT][d]->config)->replicas.max;
    return all <= DEPLOYMENT_PODS_MAX ||
           diag_error(diag, c->at, "the deployments may have %lld pods together, more than the %d that a run can hold",
                      (long long)all, DEPLOYMENT_PODS_MAX);
}

static bool validate(struct component *c, const struct scenario *sc, struct diag *diag)
{
    struct deployment_config *config = c->config;
    if (config->replicas.start == 0)
        config->replicas.start = config->replicas.min;
    if (config->replicas.max == 0)
        config->replicas.max = config->replicas.start;
    config->up = (struct hpa_rules){ .policies = UP_BY_DEFAULT, .policy_count = (int)ARRAY_LEN(UP_BY_DEFAULT) };
    config->down = (struct hpa_rules){ .policies = DOWN_BY_DEFAULT, .policy_count = (int)ARRAY_LEN(DOWN_BY_DEFAULT) };
    bool ok = make_rules(&config->up, config->up_policies, &config->hpa.up, diag);
    ok = make_rules(&config->down, config->down_policies, &config->hpa.down, diag) && ok;
    if (config->replicas.min > config->replicas.start || config->replicas.start > config->replicas.max)
        ok = diag_error(diag, c->at, "replicas of '%s' must satisfy min <= start <= max", c->name);
    const struct component *cluster = config->cluster.target;
    if (cluster && cluster->region != c->region)
        ok = diag_error(diag, config->cluster.at, "cluster '%s' is in another region", cluster->name);
    ok = check_limits(c, config, diag) && ok;
    ok = check_fit(c, config, diag) && ok;
    ok = check_metrics(c, sc, config, diag) && ok;
    ok = check_keda(c, config, diag) && ok;
    return check_total(c, sc, diag) && ok;
}

const struct component_type deployment_type = {
    .kind = "deployment",
    .title = "Kubernetes Deployment",
    .tier = "web",
    .params = params,
    .config_size = sizeof(struct deployment_config),
    .validate = validate,
};

/* ---- arithmetic ---- */

void deployment_share_cpu(int64_t cpu, struct sharer *pods, int count)
{
    double left = (double)cpu, weight = 0;
    for (int i = 0; i < count; i++) {
        pods[i].share_milli = 0;
        weight += (double)pods[i].request_milli;
    }
    for (bool limited = true; limited;) {
        limited = false;
        for (int i = 0; i < count; i++) {
            if (pods[i].share_milli > 0 || pods[i].limit_milli == 0)
                continue;
            const double share = left * (double)pods[i].request_milli / weight;
            if (share <= (double)pods[i].limit_milli)
                continue;
            pods[i].share_milli = (double)pods[i].limit_milli;
            left -= pods[i].share_milli;
            weight -= (double)pods[i].request_milli;
            limited = true;
        }
    }
    for (int i = 0; i < count; i++)
        if (pods[i].share_milli == 0)
            pods[i].share_milli = left * (double)pods[i].request_milli / weight;
}

static int64_t ceil_of(double x)
{
    return (double)(int64_t)x < x ? (int64_t)x + 1 : (int64_t)x;
}

int64_t deployment_may_evict(const struct deployment_config *config, int64_t replicas, int64_t ready)
{
    if (!config->budget.present)
        return ready;
    int64_t wanted = replicas - ceil_of((double)replicas * config->budget.max_unavailable);
    wanted = wanted > config->budget.min_available ? wanted : config->budget.min_available;
    return ready > wanted ? ready - wanted : 0;
}
