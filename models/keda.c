/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * keda -- scales a deployment of consumers to nothing and back; in between, its external metric feeds the HPA.
 *
 *   no pods --a poll finds more than `activation` messages--> max(1, min) pods; the HPA takes over
 *      ^                                                        |
 *      +---- no poll has found more for `cooldown`, min = 0 ----+
 *
 * The metric is the queue's messages, visible and in flight; the HPA asks for metric / messages_per_pod, rounded up. The
 * HPA is off while there are no pods.      [KEDA] Scaling deployments; AWS SQS scaler
 */
#include "models/cluster.h"

/* As ApproximateNumberOfMessages and ...NotVisible show it together. */
int64_t keda_messages(const struct world *w, const struct fleet *fleet)
{
    const struct queue *q = &w->queues[fleet->queue];
    return (int64_t)queue_backlog(q) + (int64_t)q->messages.in_flight;
}

int64_t keda_least(const struct deployment_config *config)
{
    return config->replicas.min > 0 ? config->replicas.min : 1;
}

void kube_keda(struct world *w, struct fleet *fleet)
{
    const struct deployment_config *config = fleet->pods;
    const bool active = keda_messages(w, fleet) > config->keda.activation;
    if (active)
        fleet->active_at = w->now;
    if (active && fleet->desired == 0)
        pods_set_desired(w, fleet, keda_least(config));
    else if (!active && config->replicas.min == 0 && fleet->desired > 0 &&
             w->now - fleet->active_at >= config->keda.cooldown)
        pods_set_desired(w, fleet, 0);
    kube_push(w, w->now + config->keda.poll, EVENT_CONTROL, KUBE_KEDA, (uint32_t)(fleet - w->fleets));
}
