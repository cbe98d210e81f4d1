/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * control -- what the control loops see and do: a datapoint a minute, published late, alarms, desired capacity.
 *
 * No loop reads the simulator's truth. A datapoint is the average over the instances in service whose warm-up has
 * elapsed and whose host still reports; CPU saturates at 100 %, so one step at most doubles a group.
 */
#include "models/world.h"

#include <math.h>

/* What the policies of a group ask for, averaged over the minute that ends now; NAN when nobody reports. */
struct minute {
    double by_metric[3]; /* by enum scaling_metric */
    int64_t measured;    /* instances */
};

static bool asks_for(const struct asg_config *config, enum scaling_metric metric)
{
    for (int p = 0; p < config->scaling_count; p++) {
        const struct tagged *policy = &config->scaling[p];
        if ((policy->variant == SCALE_TARGET_TRACKING &&
             ((const struct scaling_tracking *)policy->config)->metric == (int)metric) ||
            (policy->variant == SCALE_STEP &&
             ((const struct scaling_steps *)policy->config)->alarm.metric == (int)metric) ||
            (policy->variant == SCALE_SIMPLE &&
             ((const struct scaling_simple *)policy->config)->alarm.metric == (int)metric))
            return true;
    }
    return false;
}

static struct minute minute_of(struct world *w, struct fleet *fleet)
{
    const bool requests = asks_for(fleet->config, METRIC_REQUESTS), workers = asks_for(fleet->config, METRIC_WORKERS);
    double cpu = 0, came = 0, occupied = 0;
    struct minute m = { .measured = 0 };
    for (uint32_t n = 0; n < fleet->instance_count; n++) {
        struct instance *i = &w->instances[fleet->instances[n]];
        const bool reports = i->state == INSTANCE_IN_SERVICE && i->alive &&
                             w->now - i->in_service_at >= fleet->config->warm_up;
        station_meter(&i->cpu, w->now);
        const uint128 busy = i->cpu.busy_q16 - i->busy_before;
        i->busy_before = i->cpu.busy_q16;
        if (workers) {
            gate_meter(&i->workers, w->now);
            if (reports)
                occupied += (double)(uint64_t)(i->workers.occupancy - i->occupancy_before) /
                            ((double)i->workers.limit * (double)SIM_MINUTE);
            i->occupancy_before = i->workers.occupancy;
        }
        if (requests) {
            came += reports ? (double)(i->workers.arrivals - i->requests_before) : 0.0;
            i->requests_before = i->workers.arrivals;
        }
        if (!reports)
            continue;
        cpu += (double)(uint64_t)(busy >> 16) / ((double)i->cpu.servers * (double)SIM_MINUTE);
        m.measured++;
    }
    const double count = m.measured ? (double)m.measured : (double)NAN;
    m.by_metric[METRIC_CPU] = cpu / count;
    m.by_metric[METRIC_REQUESTS] = came / count;
    m.by_metric[METRIC_WORKERS] = occupied / count;
    return m;
}

static int64_t in_service(const struct world *w, const struct fleet *fleet)
{
    int64_t count = 0;
    for (int z = 0; z < ALB_NODES_MAX; z++)
        count += fleet->in_service[z];
    return count;
}

/* The datapoint that a policy's alarms look at; those that act by the clock have none. */
static struct datapoint datapoint_of(const struct world *w, const struct fleet *fleet, const struct tagged *policy,
                                     const struct minute *minute)
{
    struct datapoint d = { NAN, minute->measured };
    switch ((enum scaling_variant)policy->variant) {
    case SCALE_TARGET_TRACKING:
        d.value = minute->by_metric[((const struct scaling_tracking *)policy->config)->metric];
        break;
    case SCALE_STEP: d.value = minute->by_metric[((const struct scaling_steps *)policy->config)->alarm.metric]; break;
    case SCALE_SIMPLE:
        d.value = minute->by_metric[((const struct scaling_simple *)policy->config)->alarm.metric];
        break;
    case SCALE_BACKLOG:
        d.measured = in_service(w, fleet);
        d.measured = d.measured ? d.measured
                                : 1; /* an empty group is measured as one instance, or it would never begin */
        if (fleet->queue >= 0)
            d.value = queue_backlog(&w->queues[fleet->queue]) / (double)d.measured;
        break;
    case SCALE_SCHEDULED:
    case SCALE_PREDICTIVE: break;
    }
    return d;
}

void control_minute(struct world *w)
{
    for (int n = 0; n < w->fleet_count; n++) {
        struct fleet *fleet = &w->fleets[n];
        if (!fleet->service || !fleet->config)
            continue;
        const struct minute minute = minute_of(w, fleet);
        const int policies = fleet->config->scaling_count;
        const bool missing = metrics_missing(w, fleet->region);
        for (int p = 0; p < policies; p++) {
            struct datapoint *d = &fleet->pending[fleet->pending_count * policies + p];
            *d = datapoint_of(w, fleet, &fleet->config->scaling[p], &minute);
            d->value = missing ? NAN : d->value;
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

/* One adjustment, then nothing until what it launched serves and the cooldown is over. */
static int64_t simple_desired(struct world *w, struct fleet *fleet, int p)
{
    const struct scaling_simple *policy = fleet->config->scaling[p].config;
    sim_time *until = &fleet->group->cooldown[p];
    for (int z = 0; z<ALB_NODES_MAX && * until> 0; z++)
        if (fleet->launching[z] > 0 && *until < w->now + policy->cooldown)
            *until = w->now + policy->cooldown;
    if (w->now < *until || !alarm_rings(&policy->alarm, &fleet->tracking[p]))
        return fleet->desired;
    *until = w->now + policy->cooldown;
    return scaling_adjusted(fleet->desired, policy->adjustment, policy->by, policy->min_magnitude);
}

/*
 * Scale out if any policy wants to, to the largest of what they want. Scale in as far as the most careful one allows:
 * target tracking policies only all together, one that may not scale in says nothing.  [ASG-UG] Multiple policies
 */
static void evaluate_scaling(struct world *w, struct fleet *fleet)
{
    const struct asg_config *config = fleet->config;
    const bool warming = any_warming(w, fleet);
    int64_t out = fleet->desired, in = -1;
    bool tracking_stays = false;
    for (int p = 0; p < config->scaling_count; p++) {
        const struct tagged *policy = &config->scaling[p];
        const struct tracking *seen = &fleet->tracking[p];
        int64_t desired = fleet->desired;
        bool tracks = false;
        switch ((enum scaling_variant)policy->variant) {
        case SCALE_TARGET_TRACKING: {
            const struct scaling_tracking *t = policy->config;
            desired = tracking_desired(seen, t->target, fleet->measured[p], fleet->desired, warming,
                                       config->scale_in_step);
            tracks = t->scale_in;
            if (!t->scale_in && desired < fleet->desired)
                desired = fleet->desired;
            break;
        }
        case SCALE_BACKLOG:
            desired = tracking_desired(seen, ((const struct scaling_backlog *)policy->config)->per_instance,
                                       fleet->measured[p], fleet->desired, warming, config->scale_in_step);
            tracks = true;
            break;
        case SCALE_STEP:
            desired = steps_desired(policy->config, seen, fleet->measured[p], fleet->desired, warming);
            break;
        case SCALE_SIMPLE: desired = simple_desired(w, fleet, p); break;
        case SCALE_SCHEDULED:
        case SCALE_PREDICTIVE: break;
        }
        out = desired > out ? desired : out;
        tracking_stays |= tracks && desired == fleet->desired;
        if (desired < fleet->desired)
            in = desired > in ? desired : in;
    }
    if (out > fleet->desired)
        fleet_set_desired(w, fleet, out);
    else if (in >= 0 && !tracking_stays)
        fleet_set_desired(w, fleet, in);
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
