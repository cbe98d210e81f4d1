/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/asg.h"

static const char *const METRICS[] = { "cpu", NULL };
static const char *const HEALTH_TYPES[] = { "ec2", "elb", NULL };

static const struct param tracking_params[] = {
    { .name = "metric",
      .kind = PARAM_CHOICE,
      .offset = AT(scaling_tracking, metric),
      .def = "cpu",
      .choices = METRICS,
      .doc = "average CPU utilisation of the group",
      .source = "[ASG-UG] Target tracking" },
    { .name = "target",
      .kind = PARAM_SHARE,
      .offset = AT(scaling_tracking, target),
      .min = "1%",
      .max = "100%",
      .doc = "value that the group is kept at",
      .source = "[ASG-UG] Target tracking" },
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

static const struct param_variant scaling_variants[] = {
    [SCALE_TARGET_TRACKING] = { "target_tracking", "keep a metric at a value", tracking_params,
                                sizeof(struct scaling_tracking) },
    [SCALE_BACKLOG] = { "backlog_per_instance",
                        "keep the backlog of the queue that the fleet consumes at so many messages per instance",
                        backlog_params, sizeof(struct scaling_backlog) },
    { .key = NULL },
};

#define SIZE(member) (AT(asg_config, size.member) - AT(asg_config, size))

static const struct param size_params[] = {
    { .name = "min",
      .kind = PARAM_COUNT,
      .offset = SIZE(min),
      .def = "1",
      .min = "0",
      .max = "5000",
      .doc = "instances that are always kept",
      .source = "[ASG-UG] Capacity limits" },
    { .name = "desired",
      .kind = PARAM_COUNT,
      .offset = SIZE(desired),
      .def = "0",
      .min = "0",
      .max = "5000",
      .doc = "instances at the beginning; 0 = min",
      .source = "[ASG-UG] Capacity limits" },
    { .name = "max",
      .kind = PARAM_COUNT,
      .offset = SIZE(max),
      .min = "1",
      .max = "5000",
      .doc = "instances at the most",
      .source = "[ASG-UG] Capacity limits" },
    PARAM_END,
};

static const struct param params[] = {
    { .name = "instance",
      .kind = PARAM_TEXT,
      .offset = AT(asg_config, instance),
      .doc = "EC2 instance type, Linux, on demand",
      .source = "[EC2-UG] Instance types" },
    { .name = "size",
      .kind = PARAM_BLOCK,
      .offset = AT(asg_config, size),
      .sub = size_params,
      .doc = "capacity limits",
      .source = "[ASG-UG] Capacity limits" },
    { .name = "scaling",
      .kind = PARAM_TAGGED,
      .offset = AT(asg_config, scaling),
      .count_offset = AT(asg_config, scaling_count),
      .def = "",
      .variants = scaling_variants,
      .doc = "policies; the largest result counts",
      .source = "[ASG-UG] Dynamic scaling" },
    { .name = "launch",
      .kind = PARAM_DIST,
      .offset = AT(asg_config, launch),
      .def = "lognormal(mean=95s cv=0.25)",
      .min = "0s",
      .doc = "from the launch call until the application serves",
      .source = "assumed: 25-60 s boot plus application start, AWS behaviour sec. 7.1" },
    { .name = "warm_up",
      .kind = PARAM_DURATION,
      .offset = AT(asg_config, warm_up),
      .def = "300s",
      .min = "0s",
      .max = "3600s",
      .doc = "default instance warm-up: younger instances do not count in metrics",
      .source = "[ASG-UG] Default instance warm-up" },
    { .name = "health",
      .kind = PARAM_CHOICE,
      .offset = AT(asg_config, health),
      .def = "ec2",
      .choices = HEALTH_TYPES,
      .doc = "elb: an instance that the load balancer finds unhealthy is replaced",
      .source = "[ASG-UG] Health checks" },
    { .name = "grace",
      .kind = PARAM_DURATION,
      .offset = AT(asg_config, grace),
      .def = "300s",
      .min = "0s",
      .max = "7200s",
      .doc = "health check grace period",
      .source = "[ASG-UG] Health check grace period" },
    { .name = "ec2_detect",
      .kind = PARAM_DIST,
      .offset = AT(asg_config, ec2_detect),
      .def = "lognormal(median=240s p95=420s)",
      .min = "0s",
      .doc = "from a host's death until EC2 status checks have been impaired long enough",
      .source = "assumed; [ASG-UG] \"a few minutes\"" },
    { .name = "metric_delay",
      .kind = PARAM_DURATION,
      .offset = AT(asg_config, metric_delay),
      .def = "60s",
      .min = "5s",
      .max = "180s",
      .doc = "from the end of a datapoint's minute until alarms see it",
      .source = "assumed; AWS behaviour sec. 8" },
    { .name = "scale_in_step",
      .kind = PARAM_SHARE,
      .offset = AT(asg_config, scale_in_step),
      .def = "10%",
      .min = "1%",
      .max = "100%",
      .doc = "share of the group that one scale-in removes at the most",
      .source = "assumed; AWS behaviour sec. 7.3" },
    { .name = "volume",
      .kind = PARAM_BYTES,
      .offset = AT(asg_config, volume),
      .def = "20GiB",
      .min = "0",
      .doc = "gp3 root volume of an instance",
      .source = "assumed" },
    { .name = "logs",
      .kind = PARAM_BYTES,
      .offset = AT(asg_config, logs),
      .def = "0",
      .min = "0",
      .max = "1MB",
      .doc = "log entry of each request answered or message handled, sent to CloudWatch Logs; 0: none is sent",
      .source = "[CW-PRICE] Logs; AWS sends none unasked" },
    { .name = "drain",
      .kind = PARAM_DIST,
      .offset = AT(asg_config, drain),
      .def = "30s",
      .min = "0s",
      .doc = "time that a fleet without a load balancer takes to finish when an instance is told to leave",
      .source = "assumed" },
    PARAM_END,
};

static bool validate(struct component *c, const struct scenario *sc, struct diag *diag)
{
    struct asg_config *config = c->config;
    bool ok = true;
    int64_t all = 0;
    for (int a = 0; a < sc->by_kind_count[KIND_ASG]; a++)
        all += ((const struct asg_config *)sc->by_kind[KIND_ASG][a]->config)->size.max;
    if (all > ASG_INSTANCES_MAX)
        ok = diag_error(
            diag, c->at,
            "the groups of the scenario may have %lld instances together, more than the %d that a run can hold",
            (long long)all, ASG_INSTANCES_MAX);
    if (config->size.desired == 0)
        config->size.desired = config->size.min;
    if (config->size.min > config->size.max || config->size.desired < config->size.min ||
        config->size.desired > config->size.max)
        ok = diag_error(diag, c->at, "size of '%s' must satisfy min <= desired <= max", c->name);
    return ok;
}

const struct component_type asg_type = {
    .kind = "asg",
    .title = "EC2 Auto Scaling group",
    .tier = "web",
    .params = params,
    .config_size = sizeof(struct asg_config),
    .validate = validate,
};

/* ---- target tracking ---- */

void tracking_put(struct tracking *t, double value)
{
    if (t->count == TRACKING_LOW_POINTS) {
        for (int i = 1; i < t->count; i++)
            t->points[i - 1] = t->points[i];
        t->count--;
    }
    t->points[t->count++] = value;
}

/* Missing data never breaches (treat missing as missing: an alarm without data does nothing). */
bool tracking_high(const struct tracking *t, double target)
{
    if (t->count < TRACKING_HIGH_POINTS)
        return false;
    for (int i = t->count - TRACKING_HIGH_POINTS; i < t->count; i++)
        if (!(t->points[i] > target))
            return false;
    return true;
}

bool tracking_low(const struct tracking *t, double target)
{
    if (t->count < TRACKING_LOW_POINTS)
        return false;
    for (int i = 0; i < t->count; i++)
        if (!(t->points[i] < TRACKING_LOW_RATIO * target))
            return false;
    return true;
}

/* Ceiling and floor of small non-negative values without libm. */
static int64_t floor_of(double x)
{
    return (int64_t)x;
}
static int64_t ceil_of(double x)
{
    return (double)(int64_t)x < x ? (int64_t)x + 1 : (int64_t)x;
}

int64_t tracking_desired(const struct tracking *t, double target, int64_t measured, int64_t desired, bool warming,
                         double scale_in_step)
{
    if (t->count == 0 || measured == 0)
        return desired;
    const double metric = t->points[t->count - 1];
    if (tracking_high(t, target)) {
        const int64_t wanted = ceil_of((double)measured * metric / target);
        return wanted > desired ? wanted : desired;
    }
    if (tracking_low(t, target) && !warming) {
        const int64_t surplus = floor_of((double)measured - (double)measured * metric / target);
        const int64_t step = floor_of((double)measured * scale_in_step);
        const int64_t most = step > 1 ? step : 1;
        return desired - (surplus < most ? surplus : most);
    }
    return desired;
}
