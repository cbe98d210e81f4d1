/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scaling_params -- the tables of scaling policies, and what a table cannot say of them. */
#include "models/alb.h"
#include "models/asg.h"
#include "sim/base/text.h"

static const char *const METRICS[] = { "cpu", "requests_per_target", "workers", NULL };
static const char *const COMPARISONS[] = { "above", "below", NULL };
static const char *const ADJUSTMENTS[] = { "percent_change", "change", "exact", NULL };

static const struct param tracking_params[] = {
    { .name = "metric",
      .kind = PARAM_CHOICE,
      .offset = AT(scaling_tracking, metric),
      .def = "cpu",
      .choices = METRICS,
      .doc = "CPU utilisation, requests of a minute per target, or the share of busy workers (a metric of the "
             "application)",
      .source = "[ASG-UG] Target tracking" },
    { .name = "target",
      .kind = PARAM_SHARE,
      .offset = AT(scaling_tracking, target),
      .min = "1%",
      .doc = "value that the group is kept at: a share, or requests of a minute",
      .source = "[ASG-UG] Target tracking" },
    { .name = "scale_in",
      .kind = PARAM_BOOL,
      .offset = AT(scaling_tracking, scale_in),
      .def = "true",
      .doc = "false: the policy never removes instances",
      .source = "[ASG-UG] Disable scale-in" },
    PARAM_END,
};

static const struct param backlog_params[] = {
    { .name = "",
      .kind = PARAM_NUMBER,
      .offset = AT(scaling_backlog, per_instance),
      .min = "0.001",
      .doc = "visible messages per instance in service: acceptable latency / time per message",
      .source = "[ASG-UG] Scaling based on Amazon SQS" },
    PARAM_END,
};

/* An alarm's rows are the same wherever it stands. */
#define ALARM_ROWS(type) \
    { .name = "metric", \
      .kind = PARAM_CHOICE, \
      .offset = AT(type, alarm.metric), \
      .def = "cpu", \
      .choices = METRICS, \
      .doc = "what the alarm looks at, a datapoint a minute", \
      .source = "[CW-UG] Metrics" }, \
        { .name = "threshold", \
          .kind = PARAM_SHARE, \
          .offset = AT(type, alarm.threshold), \
          .min = "0%", \
          .doc = "of the alarm: a share, or requests of a minute; the threshold itself breaches", \
          .source = "[CW-UG] Alarms" }, \
        { .name = "alarm", \
          .kind = PARAM_CHOICE, \
          .offset = AT(type, alarm.comparison), \
          .def = "above", \
          .choices = COMPARISONS, \
          .doc = "which side of the threshold breaches", \
          .source = "[CW-UG] Alarms" }, \
        { .name = "datapoints", \
          .kind = PARAM_COUNT, \
          .offset = AT(type, alarm.datapoints), \
          .def = "3", \
          .min = "1", \
          .max = "15", \
          .doc = "datapoints that must breach", \
          .source = "[CW-UG] M out of N; the number: as target tracking" }, \
    { \
        .name = "periods", .kind = PARAM_COUNT, .offset = AT(type, alarm.periods), .def = "0", .min = "0", \
        .max = "15", .doc = "newest datapoints that are looked at; 0: as many as must breach", \
        .source = "[CW-UG] M out of N" \
    }

static const struct param step_params[] = {
    { .name = "lower",
      .kind = PARAM_SHARE,
      .offset = AT(scaling_step, lower),
      .set_offset = AT(scaling_step, lower_set),
      .def = "",
      .doc = "distance from the threshold at which the step begins; not written: no bound",
      .source = "[ASG-UG] Step adjustments" },
    { .name = "upper",
      .kind = PARAM_SHARE,
      .offset = AT(scaling_step, upper),
      .set_offset = AT(scaling_step, upper_set),
      .def = "",
      .doc = "distance from the threshold at which the step ends; not written: no bound",
      .source = "[ASG-UG] Step adjustments" },
    { .name = "by",
      .kind = PARAM_SHARE,
      .offset = AT(scaling_step, by),
      .doc = "a percentage of the capacity, instances, or the capacity itself; removes when negative",
      .source = "[ASG-UG] Scaling adjustment types" },
    PARAM_END,
};

static const struct param steps_params[] = {
    ALARM_ROWS(scaling_steps),
    { .name = "adjustment",
      .kind = PARAM_CHOICE,
      .offset = AT(scaling_steps, adjustment),
      .def = "percent_change",
      .choices = ADJUSTMENTS,
      .doc = "what `by` is",
      .source = "[ASG-UG] Scaling adjustment types" },
    { .name = "steps",
      .kind = PARAM_LIST,
      .offset = AT(scaling_steps, steps),
      .count_offset = AT(scaling_steps, step_count),
      .sub = step_params,
      .sub_size = sizeof(struct scaling_step),
      .mark_offset = AT(scaling_step, at),
      .doc = "without gaps or overlaps",
      .source = "[ASG-UG] Step adjustments" },
    { .name = "min_magnitude",
      .kind = PARAM_COUNT,
      .offset = AT(scaling_steps, min_magnitude),
      .def = "0",
      .min = "0",
      .max = "1000",
      .doc = "instances that a percentage changes at the least",
      .source = "[ASG-UG] MinAdjustmentMagnitude" },
    PARAM_END,
};

static const struct param simple_params[] = {
    ALARM_ROWS(scaling_simple),
    { .name = "adjustment",
      .kind = PARAM_CHOICE,
      .offset = AT(scaling_simple, adjustment),
      .def = "change",
      .choices = ADJUSTMENTS,
      .doc = "what `by` is",
      .source = "[ASG-UG] Scaling adjustment types" },
    { .name = "by",
      .kind = PARAM_SHARE,
      .offset = AT(scaling_simple, by),
      .doc = "a percentage of the capacity, instances, or the capacity itself; removes when negative",
      .source = "[ASG-UG] Scaling adjustment types" },
    { .name = "min_magnitude",
      .kind = PARAM_COUNT,
      .offset = AT(scaling_simple, min_magnitude),
      .def = "0",
      .min = "0",
      .max = "1000",
      .doc = "instances that a percentage changes at the least",
      .source = "[ASG-UG] MinAdjustmentMagnitude" },
    { .name = "cooldown",
      .kind = PARAM_DURATION,
      .offset = AT(scaling_simple, cooldown),
      .def = "300s",
      .min = "0s",
      .max = "24h",
      .doc = "once the launched instances serve, the policy waits so long before it acts again",
      .source = "[ASG-UG] Scaling cooldowns" },
    PARAM_END,
};

static const struct param scheduled_params[] = {
    { .name = "at",
      .kind = PARAM_INSTANT,
      .offset = AT(scaling_scheduled, at),
      .doc = "local time of every day, or a time since the start",
      .source = "[ASG-UG] Scheduled scaling" },
    { .name = "min",
      .kind = PARAM_COUNT,
      .offset = AT(scaling_scheduled, min),
      .set_offset = AT(scaling_scheduled, min_set),
      .def = "",
      .min = "0",
      .max = "5000",
      .doc = "new least size; not written: as it is",
      .source = "[ASG-UG] Scheduled scaling" },
    { .name = "desired",
      .kind = PARAM_COUNT,
      .offset = AT(scaling_scheduled, desired),
      .set_offset = AT(scaling_scheduled, desired_set),
      .def = "",
      .min = "0",
      .max = "5000",
      .doc = "new desired capacity; not written: as it is, within the limits",
      .source = "[ASG-UG] Scheduled scaling" },
    { .name = "max",
      .kind = PARAM_COUNT,
      .offset = AT(scaling_scheduled, max),
      .set_offset = AT(scaling_scheduled, max_set),
      .def = "",
      .min = "1",
      .max = "5000",
      .doc = "new largest size, at most size.max; not written: as it is",
      .source = "[ASG-UG] Scheduled scaling" },
    { .name = "late",
      .kind = PARAM_DIST,
      .offset = AT(scaling_scheduled, late),
      .def = "uniform(0s 10s)",
      .min = "0s",
      .doc = "from the time until the action runs; it may be up to two minutes",
      .source = "[ASG-UG] Considerations; the distribution: assumed" },
    PARAM_END,
};

static const char *const FORECAST_METRICS[] = { "cpu", NULL };

static const struct param predictive_params[] = {
    { .name = "metric",
      .kind = PARAM_CHOICE,
      .offset = AT(scaling_predictive, metric),
      .def = "cpu",
      .choices = FORECAST_METRICS,
      .doc = "what the forecast keeps at the target",
      .source = "[ASG-UG] Predictive scaling" },
    { .name = "target",
      .kind = PARAM_SHARE,
      .offset = AT(scaling_predictive, target),
      .min = "1%",
      .max = "100%",
      .doc = "average CPU utilisation that the forecast capacity would have",
      .source = "[ASG-UG] Predictive scaling" },
    { .name = "buffer",
      .kind = PARAM_DURATION,
      .offset = AT(scaling_predictive, buffer),
      .def = "5m",
      .min = "0s",
      .max = "60m",
      .doc = "instances are launched so long before the hour that needs them",
      .source = "[ASG-UG] SchedulingBufferTime" },
    { .name = "history",
      .kind = PARAM_TEXT,
      .offset = AT(scaling_predictive, history),
      .key_offset = AT(scaling_predictive, history_at),
      .def = "",
      .doc = "the day type of the calendar that the last fortnight was like; not written: the most frequent one",
      .source = "assumed; [ASG-UG] How predictive scaling works: the forecast knows the last 14 days" },
    PARAM_END,
};

const struct param_variant scaling_variants[] = {
    [SCALE_TARGET_TRACKING] = { "target_tracking", "keep a metric at a value", tracking_params,
                                sizeof(struct scaling_tracking) },
    [SCALE_BACKLOG] = { "backlog_per_instance",
                        "keep the backlog of the queue that the fleet consumes at so many messages per instance",
                        backlog_params, sizeof(struct scaling_backlog) },
    [SCALE_STEP] = { "step", "change the capacity by how far a metric is beyond a threshold", steps_params,
                     sizeof(struct scaling_steps) },
    [SCALE_SIMPLE] = { "simple", "change the capacity once when an alarm rings, then wait", simple_params,
                       sizeof(struct scaling_simple) },
    [SCALE_SCHEDULED] = { "scheduled", "other limits or another desired capacity from a time of day on",
                          scheduled_params, sizeof(struct scaling_scheduled) },
    [SCALE_PREDICTIVE] = { "predictive", "never less than what the hour needed on the days before", predictive_params,
                           sizeof(struct scaling_predictive) },
    { .key = NULL },
};

/* ---- what the tables cannot say ---- */

static const char *key_of(int variant)
{
    return scaling_variants[variant].key;
}

/* Requests are counted by a balancer; the other metrics are shares. */
static bool check_metric(const struct component *c, const struct scenario *sc, struct mark at, int variant, int metric,
                         double value, const char *what, struct diag *diag)
{
    if (metric != METRIC_REQUESTS) {
        if (value <= 1.0)
            return true;
        diag_error(diag, at, "%s: the %s of %s is %g, but a share is at most 1", key_of(variant), what, METRICS[metric],
                   value);
        return diag_hint(diag, "write a percentage with its sign: %g%%", value);
    }
    for (int a = 0; a < sc->by_kind_count[KIND_ALB]; a++)
        if (((const struct alb_config *)sc->by_kind[KIND_ALB][a]->config)->targets.target == c)
            return true;
    return diag_error(diag, at, "%s: '%s' has no load balancer that counts requests per target", key_of(variant),
                      c->name);
}

static bool check_alarm(const struct component *c, const struct scenario *sc, struct mark at, int variant,
                        const struct scaling_alarm *alarm, struct diag *diag)
{
    if (alarm->periods && alarm->periods < alarm->datapoints)
        return diag_error(diag, at, "%s: %lld of the newest %lld datapoints can never breach", key_of(variant),
                          (long long)alarm->datapoints, (long long)alarm->periods);
    return check_metric(c, sc, at, variant, alarm->metric, alarm->threshold, "threshold", diag);
}

static bool check_adjustment(struct mark at, int variant, int adjustment, double by, struct diag *diag)
{
    if (adjustment == ADJUST_PERCENT && (by > 10.0 || by < -1.0)) {
        diag_error(diag, at, "%s: a change of %.0f%% is not from -100%% to 1000%%", key_of(variant), 100.0 * by);
        return diag_hint(diag, "write a percentage with its sign, by: 30%%; or adjustment: change for instances");
    }
    if (adjustment != ADJUST_PERCENT && by != (double)(int64_t)by) {
        diag_error(diag, at, "%s: %g is not a number of instances", key_of(variant), by);
        return diag_hint(diag, "write adjustment: percent_change for a percentage");
    }
    if (adjustment == ADJUST_EXACT && by < 0)
        return diag_error(diag, at, "%s: a capacity of %g is below 0", key_of(variant), by);
    return true;
}

/* AWS refuses steps that overlap or leave a gap.       [ASG-UG] "Step adjustments" */
static bool check_steps(struct mark at, const struct scaling_steps *policy, struct diag *diag)
{
    bool ok = policy->step_count > 0 || diag_error(diag, at, "step: there is no step");
    for (int i = 0; i < policy->step_count; i++) {
        const struct scaling_step *s = &policy->steps[i];
        ok = check_adjustment(s->at, SCALE_STEP, policy->adjustment, s->by, diag) && ok;
        if (s->lower_set && s->upper_set && s->lower >= s->upper)
            ok = diag_error(diag, s->at, "step: its lower bound %g is not below its upper bound %g", s->lower,
                            s->upper);
        if (i == 0)
            continue;
        const struct scaling_step *before = &policy->steps[i - 1];
        const bool rising = before->upper_set && s->lower_set && before->upper == s->lower;
        const bool falling = before->lower_set && s->upper_set && before->lower == s->upper;
        if (!rising && !falling) {
            ok = diag_error(diag, s->at, "step: it does not begin where the step before it ends");
            diag_hint(diag, "write {lower: 0%%, upper: 10%%, by: ...}, {lower: 10%%, by: ...}");
        }
    }
    return ok;
}

static bool check_scheduled(const struct component *c, struct mark at, const struct scaling_scheduled *action,
                            struct diag *diag)
{
    const struct asg_config *config = c->config;
    if (!action->min_set && !action->desired_set && !action->max_set)
        return diag_error(diag, at, "scheduled: it changes neither min nor desired nor max");
    const int64_t max = action->max_set ? action->max : config->size.max;
    const int64_t min = action->min_set ? action->min : 0;
    if (max > config->size.max) {
        diag_error(diag, at, "scheduled: a max of %lld is above size.max, %lld", (long long)max,
                   (long long)config->size.max);
        return diag_hint(diag, "size.max is the most that the run makes room for; raise it");
    }
    if (min > max || (action->desired_set && (action->desired < min || action->desired > max)))
        return diag_error(diag, at, "scheduled: min <= desired <= max does not hold");
    return true;
}

static bool check_predictive(const struct scenario *sc, struct mark at, struct scaling_predictive *policy,
                             struct diag *diag)
{
    if (sc->day_type_count == 0)
        return diag_error(diag, at, "predictive: there is no calendar whose ordinary days it could have learned from");
    const char *names[64];
    int count = 0;
    policy->history_index = 0;
    for (int d = 0; d < sc->day_type_count; d++) {
        if (sc->day_types[d].days > sc->day_types[policy->history_index].days)
            policy->history_index = d;
        if (text_equal(sc->day_types[d].name, policy->history)) {
            policy->history_index = d;
            return true;
        }
        if (count < (int)ARRAY_LEN(names))
            names[count++] = sc->day_types[d].name;
    }
    if (!policy->history[0])
        return true;
    const char *nearest = text_nearest(policy->history, names, (size_t)count);
    return diag_error(diag, policy->history_at,
                      nearest ? "'%s' is not a day type of the calendar; did you mean '%s'?"
                              : "'%s' is not a day type of the calendar",
                      policy->history, nearest);
}

bool scaling_check(const struct component *c, const struct scenario *sc, struct diag *diag)
{
    const struct asg_config *config = c->config;
    bool ok = true;
    for (int i = 0; i < config->scaling_count; i++) {
        const struct tagged *policy = &config->scaling[i];
        switch ((enum scaling_variant)policy->variant) {
        case SCALE_TARGET_TRACKING: {
            const struct scaling_tracking *t = policy->config;
            ok = check_metric(c, sc, policy->at, SCALE_TARGET_TRACKING, t->metric, t->target, "target", diag) && ok;
            break;
        }
        case SCALE_BACKLOG: break;
        case SCALE_STEP: {
            const struct scaling_steps *s = policy->config;
            ok = check_alarm(c, sc, policy->at, SCALE_STEP, &s->alarm, diag) && check_steps(policy->at, s, diag) && ok;
            break;
        }
        case SCALE_SIMPLE: {
            const struct scaling_simple *s = policy->config;
            ok = check_alarm(c, sc, policy->at, SCALE_SIMPLE, &s->alarm, diag) &&
                 check_adjustment(policy->at, SCALE_SIMPLE, s->adjustment, s->by, diag) && ok;
            break;
        }
        case SCALE_SCHEDULED: ok = check_scheduled(c, policy->at, policy->config, diag) && ok; break;
        case SCALE_PREDICTIVE: ok = check_predictive(sc, policy->at, policy->config, diag) && ok; break;
        }
    }
    return ok;
}
