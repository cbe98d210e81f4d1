/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pod_metrics -- what metrics-server sees of pods, and the Horizontal Pod Autoscaler's loop (its arithmetic is in hpa.c).
 *
 *   kubelet --scrape every 15 s--> metrics-server: mean CPU between the last two scrapes --sync every 15 s--> replicas
 *
 * A pod has no sample before its second scrape, and none from the scrape on that its node did not answer. Requests per
 * pod come the same way, as an adapter for custom metrics would serve them.
 */
#include "models/cluster.h"

#include "sim/base/check.h"

/* ---- metrics-server ---- */

/* CPU time since the run began, in vCPU ns * 2^16. */
static uint128 cpu_used_q16(const struct instance *i, const struct pod *p)
{
    if (i->cpu.discipline == STATION_PROCESSOR_SHARING)
        return i->cpu.busy_q16;
    return i->cpu.busy_q16 * (uint128)(uint64_t)p->share_milli / (1000u * (uint128)i->cpu.servers);
}

static void scrape(const struct world *w, struct instance *i)
{
    struct pod *p = pod_of(w, i);
    if (!i->alive || w->now < p->runs_at) {
        p->scraped_at = p->sampled_at = -1;
        return;
    }
    station_meter(&i->cpu, w->now);
    const uint128 used = cpu_used_q16(i, p);
    if (p->scraped_at >= 0) {
        const uint64_t window = (uint64_t)(w->now - p->scraped_at);
        const uint64_t busy = (uint64_t)((used - p->busy_before) >> 16);
        p->cpu_milli = (int64_t)((busy * 1000 + window - 1) / window); /* quantities round up */
        p->requests_milli = (int64_t)((i->workers.arrivals - p->arrivals_before) * (1000 * (uint64_t)SIM_SECOND) /
                                      window);
        p->sampled_at = w->now;
    }
    p->scraped_at = w->now;
    p->busy_before = used;
    p->arrivals_before = i->workers.arrivals;
}

void kube_scrape(struct world *w, struct cluster *c)
{
    for (int f = 0; f < w->fleet_count; f++) {
        const struct fleet *fleet = &w->fleets[f];
        if (!fleet->pods || !fleet->pods->hpa.present || cluster_of(w, fleet) != c)
            continue;
        for (uint32_t n = 0; n < fleet->instance_count; n++)
            scrape(w, &w->instances[fleet->instances[n]]);
    }
    kube_push(w, w->now + c->config->metrics_resolution, EVENT_METRIC, KUBE_SCRAPE, (uint32_t)c->number);
}

/* ---- what a metric sees ---- */

/* A young pod's CPU counts only with a sample that is all younger than its readiness; an old one's, unless it has never
 * been ready.     [K8S-HPA] "Algorithm details" */
static bool is_unready(const struct world *w, const struct fleet *fleet, const struct pod *p)
{
    const struct deployment_config *config = fleet->pods;
    const sim_time window = cluster_of(w, fleet)->config->metrics_resolution;
    if (w->now - p->bound_at < config->hpa.initialisation)
        return !p->ready || p->sampled_at < p->ready_since + window;
    return !p->ready && p->ready_since < p->bound_at + config->hpa.readiness_delay;
}

static struct hpa_view view_of(const struct world *w, const struct fleet *fleet, bool cpu)
{
    struct hpa_view view = { .unready = pods_pending(cluster_of(w, fleet), w, fleet) };
    for (uint32_t n = 0; n < fleet->instance_count; n++) {
        const struct instance *i = &w->instances[fleet->instances[n]];
        const struct pod *p = pod_of(w, i);
        if (i->state == INSTANCE_DRAINING)
            continue; /* it is being deleted */
        const bool runs = w->now >= p->runs_at, sampled = p->sampled_at >= 0;
        if (!runs || (sampled && cpu && is_unready(w, fleet, p))) {
            view.unready++;
        } else if (!sampled) {
            view.missing++;
        } else {
            view.measured++;
            view.sum += cpu ? p->cpu_milli : p->requests_milli;
        }
    }
    return view;
}

static int64_t wish(const struct world *w, const struct fleet *fleet, const struct tagged *written)
{
    const struct deployment_config *config = fleet->pods;
    struct hpa_metric metric = { .kind = HPA_PER_POD };
    struct hpa_view view = { 0 };
    switch ((enum deployment_metric)written->variant) {
    case POD_METRIC_CPU:
        metric.kind = HPA_UTILISATION;
        metric.target = (int64_t)(((const struct metric_cpu *)written->config)->target * 100.0 + 0.5);
        metric.request = cpu_milli(config->requests.cpu);
        view = view_of(w, fleet, true);
        break;
    case POD_METRIC_REQUESTS:
        metric.target = (int64_t)(((const struct metric_requests *)written->config)->per_pod * 1000.0 + 0.5);
        view = view_of(w, fleet, false);
        break;
    case POD_METRIC_MESSAGES: {
        CHECK(fleet->queue >= 0, "a deployment without a queue scales on messages");
        metric.kind = HPA_EXTERNAL;
        metric.target = (int64_t)(((const struct metric_messages *)written->config)->per_pod * 1000.0 + 0.5);
        view.sum = 1000 * keda_messages(w, fleet);
        break;
    }
    }
    return hpa_metric_replicas(&metric, &view, fleet->desired, config->hpa.tolerance);
}

void kube_hpa(struct world *w, struct fleet *fleet)
{
    const struct deployment_config *config = fleet->pods;
    int64_t wishes[DEPLOYMENT_METRICS_MAX];
    const int count = config->hpa.metric_count;
    for (int m = 0; m < count; m++)
        wishes[m] = wish(w, fleet, &config->hpa.metrics[m]);
    const int64_t largest = hpa_largest(wishes, count, fleet->desired);
    if (largest >= 0 && fleet->desired > 0) /* at no replicas the HPA is off */
        pods_set_desired(w, fleet,
                         hpa_decide(&fleet->memory, w->now, largest, fleet->desired, keda_least(config),
                                    config->replicas.max, &config->up, &config->down));
    kube_push(w, w->now + config->hpa.sync, EVENT_CONTROL, KUBE_HPA, (uint32_t)(fleet - w->fleets));
}
