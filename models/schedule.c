/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * schedule -- what happens to an Auto Scaling group by the clock: scheduled actions, the forecast of each hour, and the
 * interruptions of its Spot instances.
 *
 * A scheduled action comes every day at its time; what it has set stays until another one sets it. A run begins with
 * what the actions of the day before have left.       [ASG-UG] Scheduled scaling
 * Predictive scaling knows what the hours of the day types before have needed: at the beginning of an hour, and by its
 * buffer earlier, the group gets no smaller than that hour's need. It never removes anybody. [ASG-UG] Predictive scaling
 * A Spot instance is interrupted with a constant hazard; two minutes after the notice it is gone.  [EC2-UG] Spot
 */
#include "models/catalogue/catalogue.h"
#include "models/demand.h"
#include "models/world.h"
#include "sim/number.h"

static void push(struct world *w, const struct fleet *fleet, sim_time at, enum event_class class,
                 enum group_action action, uint32_t of)
{
    if (at <= w->end)
        event_set_push(w->events,
                       event_make(at, class, EV_GROUP, (uint32_t)(fleet - w->fleets), 0, (uint32_t)action << 16 | of));
}

/* ---- scheduled actions ---- */

/* The first instant of the run, or the last before it, at which a daily action is due. */
static sim_time first_due(const struct world *w, const struct scaling_scheduled *action)
{
    if (action->at.offset)
        return w->start + action->at.ns;
    sim_time due = w->start + (action->at.ns - w->start_ns_of_day % SIM_DAY + SIM_DAY) % SIM_DAY;
    while (due >= SIM_DAY)
        due -= SIM_DAY;
    return due;
}

static void arm(struct world *w, struct fleet *fleet, int policy, sim_time due)
{
    const struct scaling_scheduled *action = fleet->config->scaling[policy].config;
    const struct draw_block d = draw_at(w->key, (uint64_t)policy << 32 | (uint64_t)(due / SIM_DAY),
                                        draw_place(fleet->component->name), 7);
    fleet->group->due[policy] = due;
    push(w, fleet, due + dist_sample(&action->late, draw_unit(d.a)), EVENT_CONTROL, GROUP_SCHEDULED, (uint32_t)policy);
}

static void apply_limits(struct group *g, const struct scaling_scheduled *action)
{
    if (action->min_set)
        g->min = action->min;
    if (action->max_set)
        g->max = action->max;
    g->min = g->min < g->max ? g->min : g->max;
}

static int64_t within(const struct group *g, int64_t desired)
{
    const int64_t forecast = g->forecast < g->max ? g->forecast : g->max;
    const int64_t least = g->min > forecast ? g->min : forecast;
    return desired < least ? least : desired > g->max ? g->max : desired;
}

static void act(struct world *w, struct fleet *fleet, int policy)
{
    const struct scaling_scheduled *action = fleet->config->scaling[policy].config;
    apply_limits(fleet->group, action);
    fault_note(w, fleet->component->name, "scheduled action", false);
    fleet_set_desired(w, fleet, action->desired_set ? action->desired : fleet->desired);
    if (!action->at.offset)
        arm(w, fleet, policy, fleet->group->due[policy] + SIM_DAY);
}

/* Yesterday's actions in their order; then those of the run. */
static void scheduled_init(struct world *w, struct fleet *fleet)
{
    const struct asg_config *config = fleet->config;
    int *order = ARENA_ARRAY(w->arena, int, config->scaling_count), count = 0;
    fleet->group->due = ARENA_ARRAY(w->arena, sim_time, config->scaling_count);
    for (int p = 0; p < config->scaling_count; p++) {
        if (config->scaling[p].variant != SCALE_SCHEDULED)
            continue;
        arm(w, fleet, p, first_due(w, config->scaling[p].config));
        int at = count++;
        for (; at > 0 && fleet->group->due[order[at - 1]] > fleet->group->due[p]; at--)
            order[at] = order[at - 1];
        order[at] = p;
    }
    for (int n = 0; n < count; n++) {
        const struct scaling_scheduled *action = config->scaling[order[n]].config;
        if (action->at.offset)
            continue;
        apply_limits(fleet->group, action);
        if (action->desired_set)
            fleet->desired = action->desired;
    }
}

/* ---- the forecast ---- */

static const struct scaling_predictive *predictive_of(const struct asg_config *config)
{
    for (int p = 0; p < config->scaling_count; p++)
        if (config->scaling[p].variant == SCALE_PREDICTIVE)
            return config->scaling[p].config;
    return NULL;
}

static int hour_of_day(const struct world *w, sim_time at)
{
    return (int)(((w->start_ns_of_day + at - w->start) % SIM_DAY + SIM_DAY) % SIM_DAY / SIM_HOUR);
}

static void forecast_now(const struct world *w, struct fleet *fleet)
{
    struct group *g = fleet->group;
    const int64_t now = g->forecasts[hour_of_day(w, w->now)];
    const int64_t next = g->forecasts[hour_of_day(w, w->now + predictive_of(fleet->config)->buffer)];
    g->forecast = now > next ? now : next;
}

/* The next instant at which the forecast changes: an hour begins, or is by the buffer away. */
static void arm_forecast(struct world *w, const struct fleet *fleet)
{
    const sim_time buffer = predictive_of(fleet->config)->buffer;
    const sim_time into = ((w->start_ns_of_day + w->now - w->start) % SIM_HOUR + SIM_HOUR) % SIM_HOUR;
    const sim_time to_hour = SIM_HOUR - into;
    const sim_time ahead = to_hour > buffer ? to_hour - buffer : to_hour;
    push(w, fleet, w->now + ahead, EVENT_CONTROL, GROUP_FORECAST, 0);
}

static void forecast_init(struct world *w, struct fleet *fleet)
{
    const struct scaling_predictive *policy = predictive_of(fleet->config);
    if (!policy || !fleet->service)
        return;
    double load[24];
    demand_hours(w->sc, fleet->service->config, policy->history_index, demand_cpu_s, NULL, load, w->arena);
    const double each = catalogue_reference_vcpus(fleet->shape) * policy->target;
    fleet->group->forecasts = ARENA_ARRAY(w->arena, int64_t, 24);
    for (int h = 0; h < 24; h++) {
        const double exact = load[h] / each;
        const int64_t whole = exact < 1e9 ? (int64_t)exact : (int64_t)1e9;
        fleet->group->forecasts[h] = whole + (exact > (double)whole);
    }
    forecast_now(w, fleet);
    arm_forecast(w, fleet);
}

void schedule_init(struct world *w, struct fleet *fleet)
{
    scheduled_init(w, fleet);
    forecast_init(w, fleet);
    fleet->desired = within(fleet->group, fleet->desired);
}

/* ---- Spot ---- */

void spot_arm(struct world *w, struct fleet *fleet, const struct instance *i)
{
    const double share = fleet->config->spot.interruption;
    if (share <= 0)
        return;
    const double per_hour = -number_log(1.0 - share) / 730.0;
    const double u = draw_unit(draw_at(w->key, i->launch, draw_place(fleet->component->name), 9).a);
    const double hours = -number_log(1.0 - u) / per_hour;
    if (hours < 1e6)
        push(w, fleet, w->now + (sim_time)(hours * (double)SIM_HOUR), EVENT_CAPACITY, GROUP_SPOT_NOTICE, i->id);
}

void spot_notice(struct world *w, struct fleet *fleet, struct instance *i)
{
    if (i->state == INSTANCE_FREE || i->noticed)
        return;
    i->noticed = true;
    fault_note(w, fleet->component->name, "Spot interruption notice", true);
    push(w, fleet, w->now + fleet->config->spot.notice, EVENT_CAPACITY, GROUP_SPOT_END, i->id);
    if (i->state == INSTANCE_IN_SERVICE && fleet->config->spot.drain)
        instance_retire(w, i);
    if (fleet->config->spot.rebalancing)
        fleet_reconcile(w, fleet);
}

static void spot_end(struct world *w, struct fleet *fleet, struct instance *i)
{
    if (i->state == INSTANCE_FREE)
        return;
    i->alive = false; /* it leaves at once, with what it is at */
    instance_retire(w, i);
    if (i->state != INSTANCE_FREE)
        instance_gone(w, i);
    fleet_reconcile(w, fleet);
}

void group_event(struct world *w, struct fleet *fleet, uint32_t what)
{
    const uint32_t of = what & 0xffffu;
    switch ((enum group_action)(what >> 16)) {
    case GROUP_SCHEDULED: act(w, fleet, (int)of); break;
    case GROUP_FORECAST:
        forecast_now(w, fleet);
        arm_forecast(w, fleet);
        if (within(fleet->group, fleet->desired) != fleet->desired) {
            fault_note(w, fleet->component->name, "the forecast of the hour", false);
            fleet_set_desired(w, fleet, fleet->desired);
        }
        break;
    case GROUP_PREPARED: warm_pool_arrived(w, fleet, (int)of, false); break;
    case GROUP_RETURNED: warm_pool_arrived(w, fleet, (int)of, true); break;
    case GROUP_SPOT_NOTICE: spot_notice(w, fleet, &w->instances[of]); break;
    case GROUP_SPOT_END: spot_end(w, fleet, &w->instances[of]); break;
    }
}
