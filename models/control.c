/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * control -- what the control loops see and do: a datapoint a minute, published late, alarms, desired capacity.
 *
 * No loop reads the simulator's truth. A datapoint is the average over the instances in service whose warm-up has
 * elapsed and whose host still reports; CPU saturates at 100 %, so one step at most doubles a group.
 */
#include "models/world.h"

#include <math.h>

/* CPU of the group over the minute that ends now, NAN when nobody reports. */
static double minute_cpu(struct world *w, struct fleet *fleet, int64_t *measured)
{
    double sum = 0;
    *measured = 0;
    for (uint32_t n = 0; n < fleet->instance_count; n++) {
        struct instance *i = &w->instances[fleet->instances[n]];
        station_meter(&i->cpu, w->now);
        const uint128 busy = i->cpu.busy_q16 - i->busy_before;
        i->busy_before = i->cpu.busy_q16;
        if (i->state != INSTANCE_IN_SERVICE || !i->alive || w->now - i->in_service_at < fleet->config->warm_up)
            continue;
        sum += (double)(uint64_t)(busy >> 16) / ((double)i->cpu.servers * (double)SIM_MINUTE);
        ++*measured;
    }
    return *measured ? sum / (double)*measured : NAN;
}

static int64_t in_service(const struct world *w, const struct fleet *fleet)
{
    int64_t count = 0;
    for (int z = 0; z < ALB_NODES_MAX; z++)
        count += fleet->in_service[z];
    return count;
}

void control_minute(struct world *w)
{
    for (int n = 0; n < w->fleet_count; n++) {
        struct fleet *fleet = &w->fleets[n];
        if (!fleet->service)
            continue;
        int64_t measured;
        const double cpu = minute_cpu(w, fleet, &measured);
        for (int p = 0; p < fleet->config->scaling_count; p++) {
            double value = cpu;
            int64_t over = measured;
            if (fleet->config->scaling[p].variant == SCALE_BACKLOG) {
                over = in_service(w, fleet);
                over = over ? over : 1; /* an empty group is measured as one instance, or it would never begin */
                value = fleet->queue >= 0 ? (double)w->queues[fleet->queue].messages.visible / (double)over : NAN;
            }
            fleet->pending[fleet->pending_count * fleet->config->scaling_count + p] = (struct datapoint){ value, over };
        }
        fleet->pending_count++;
        event_set_push(w->events, event_make(w->now + fleet->config->metric_delay, EVENT_CONTROL, EV_CONTROL,
                                             (uint32_t)n, 0, EVENT_NO_SLOT));
    }
}

static bool any_warming(const struct world *w, const struct fleet *fleet)
{
    for (uint32_t n = 0; n < fleet->instance_count; n++) {
        const struct instance *i = &w->instances[fleet->instances[n]];
        if (i->state == INSTANCE_LAUNCHING ||
            (i->state == INSTANCE_IN_SERVICE && w->now - i->in_service_at < fleet->config->warm_up))
            return true;
    }
    return false;
}

/* Scale out if any policy wants to; scale in only if all do; the largest result counts.  [ASG-UG] Multiple policies */
static void evaluate_scaling(struct world *w, struct fleet *fleet)
{
    const bool warming = any_warming(w, fleet);
    int64_t wanted = -1;
    for (int p = 0; p < fleet->config->scaling_count; p++) {
        const struct tagged *policy = &fleet->config->scaling[p];
        const double target = policy->variant == SCALE_BACKLOG
                                  ? ((const struct scaling_backlog *)policy->config)->per_instance
                                  : ((const struct scaling_tracking *)policy->config)->target;
        const int64_t desired = tracking_desired(&fleet->tracking[p], target, fleet->measured[p], fleet->desired,
                                                 warming, fleet->config->scale_in_step);
        wanted = desired > wanted ? desired : wanted;
    }
    if (wanted >= 0)
        fleet_set_desired(w, fleet, wanted);
}

/* Instances that the load balancer finds unhealthy, once their grace period is over. */
static void replace_unhealthy(struct world *w, struct fleet *fleet)
{
    if (fleet->config->health != ASG_HEALTH_ELB || fleet->alb < 0)
        return;
    for (uint32_t n = 0; n < fleet->instance_count; n++) {
        struct instance *i = &w->instances[fleet->instances[n]];
        if (i->state != INSTANCE_IN_SERVICE || w->now - i->in_service_at < fleet->config->grace ||
            alb_sees_healthy(&w->albs[fleet->alb], i->id))
            continue;
        fault_note(w, fleet->component->name, "unhealthy instances replaced", true);
        const uint32_t before = fleet->instance_count;
        instance_retire(w, i);
        if (fleet->instance_count < before)
            n--;
    }
}

/* The oldest datapoint on its way is published. */
static void publish(struct fleet *fleet)
{
    const int policies = fleet->config->scaling_count;
    for (int p = 0; p < policies; p++) {
        tracking_put(&fleet->tracking[p], fleet->pending[p].value);
        fleet->measured[p] = fleet->pending[p].measured;
    }
    fleet->pending_count--;
    for (int d = 0; d < fleet->pending_count * policies; d++)
        fleet->pending[d] = fleet->pending[d + policies];
}

/* The datapoint of a minute is visible now: the alarms, then the periodic health and balance pass. */
void control_evaluate(struct world *w, struct fleet *fleet)
{
    publish(fleet);
    replace_unhealthy(w, fleet);
    evaluate_scaling(w, fleet);
    fleet_reconcile(w, fleet);
}
