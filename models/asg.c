/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/asg.h"

#include "models/catalogue/catalogue.h"

static const char *const HEALTH_TYPES[] = { "ec2", "elb", NULL };
static const char *const TERMINATIONS[] = { "default", "oldest_instance", "newest_instance",
                                            "closest_to_next_instance_hour", NULL };
static const char *const POOL_STATES[] = { "stopped", "hibernated", "running", NULL };

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

#define POOL(member) (AT(asg_config, warm_pool.member) - AT(asg_config, warm_pool))

static const struct param warm_pool_params[] = {
    { .name = "state",
      .kind = PARAM_CHOICE,
      .offset = POOL(state),
      .def = "stopped",
      .choices = POOL_STATES,
      .doc = "how the prepared instances wait: stopped and hibernated ones cost their volume alone",
      .source = "[ASG-UG] Warm pools" },
    { .name = "max_prepared",
      .kind = PARAM_COUNT,
      .offset = POOL(prepared),
      .def = "0",
      .min = "0",
      .max = "5000",
      .doc = "instances of the group and its pool together; 0: size.max",
      .source = "[ASG-UG] MaxGroupPreparedCapacity" },
    { .name = "min",
      .kind = PARAM_COUNT,
      .offset = POOL(min),
      .def = "0",
      .min = "0",
      .max = "5000",
      .doc = "instances that the pool has at the least",
      .source = "[ASG-UG] MinSize of a warm pool" },
    { .name = "start",
      .kind = PARAM_DIST,
      .offset = POOL(start),
      .def = "",
      .min = "0s",
      .doc = "from the order until the application serves; not written: 15 to 40 s stopped, 20 to 60 s hibernated, 1 "
             "to 5 s running",
      .source = "assumed; AWS behaviour sec. 7.1" },
    { .name = "reuse",
      .kind = PARAM_BOOL,
      .offset = POOL(reuse),
      .def = "false",
      .doc = "scale-in returns instances to the pool instead of terminating them",
      .source = "[ASG-UG] Instance reuse policy" },
    PARAM_END,
};

#define SPOT(member) (AT(asg_config, spot.member) - AT(asg_config, spot))

static const struct param type_entry_params[] = {
    { .name = "instance",
      .kind = PARAM_TEXT,
      .offset = AT(asg_type_entry, instance),
      .shorthand = true,
      .doc = "EC2 instance type",
      .source = "[ASG-UG] Mixed instances groups" },
    PARAM_END,
};

static const struct param spot_params[] = {
    { .name = "instances",
      .kind = PARAM_LIST,
      .offset = SPOT(instances),
      .count_offset = SPOT(instance_count),
      .def = "",
      .sub = type_entry_params,
      .sub_size = sizeof(struct asg_type_entry),
      .mark_offset = AT(asg_type_entry, at),
      .doc = "further types; a Spot launch takes any of all with the same probability, on-demand ones take `instance`",
      .source = "[ASG-UG] Mixed instances groups; which one: assumed" },
    { .name = "interruption",
      .kind = PARAM_SHARE,
      .offset = SPOT(interruption),
      .def = "5%",
      .min = "0%",
      .max = "99%",
      .doc = "share of instances that are interrupted within a month, each on its own",
      .source = "Spot Instance Advisor, historical average over types and regions below 5 %" },
    { .name = "notice",
      .kind = PARAM_DURATION,
      .offset = SPOT(notice),
      .def = "120s",
      .min = "0s",
      .max = "120s",
      .doc = "from the interruption notice until the instance is gone",
      .source = "[EC2-UG] Spot Instance interruption notices" },
    { .name = "drain",
      .kind = PARAM_BOOL,
      .offset = SPOT(drain),
      .def = "true",
      .doc = "at the notice the instance leaves its balancer; otherwise its requests are cut off at the end",
      .source = "assumed: a handler of the notice, as AWS recommends" },
    { .name = "capacity_rebalancing",
      .kind = PARAM_BOOL,
      .offset = SPOT(rebalancing),
      .def = "false",
      .doc = "a replacement is launched at the notice, not when the instance is gone",
      .source = "[ASG-UG] Capacity Rebalancing" },
    { .name = "capacity_errors",
      .kind = PARAM_SHARE,
      .offset = SPOT(capacity_errors),
      .def = "0%",
      .min = "0%",
      .max = "100%",
      .doc = "share of Spot launches that find no capacity in a zone",
      .source = "scenario; AWS behaviour sec. 7.1 has guesses" },
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
    { .name = "termination",
      .kind = PARAM_CHOICE,
      .offset = AT(asg_config, termination),
      .def = "default",
      .choices = TERMINATIONS,
      .doc = "who leaves the zone with most instances; default: closest to its next hour, Spot before on-demand when "
             "too many",
      .source = "[ASG-UG] Termination policies" },
    { .name = "warm_pool",
      .kind = PARAM_BLOCK,
      .offset = AT(asg_config, warm_pool),
      .def = "",
      .sub = warm_pool_params,
      .doc = "instances that are prepared and wait; a launch takes from there first",
      .source = "[ASG-UG] Warm pools" },
    { .name = "on_demand_base_capacity",
      .kind = PARAM_COUNT,
      .offset = AT(asg_config, on_demand_base),
      .def = "0",
      .min = "0",
      .max = "5000",
      .doc = "instances that are on demand before any is Spot",
      .source = "[ASG-UG] Mixed instances groups" },
    { .name = "on_demand_percentage_above_base",
      .kind = PARAM_SHARE,
      .offset = AT(asg_config, on_demand_above),
      .def = "100%",
      .min = "0%",
      .max = "100%",
      .doc = "on-demand share of the instances above the base; the others are Spot",
      .source = "[ASG-UG] Mixed instances groups" },
    { .name = "spot",
      .kind = PARAM_BLOCK,
      .offset = AT(asg_config, spot),
      .def = "{}",
      .sub = spot_params,
      .doc = "the Spot instances of the group, if it has any",
      .source = "[EC2-UG] Spot Instances" },
    { .name = "capacity_errors",
      .kind = PARAM_SHARE,
      .offset = AT(asg_config, capacity_errors),
      .def = "0%",
      .min = "0%",
      .max = "100%",
      .doc = "share of on-demand launches that find no capacity in a zone; the next zone is tried",
      .source = "scenario; AWS behaviour sec. 7.1 has guesses" },
    PARAM_END,
};

static bool check_types(const struct asg_config *config, struct diag *diag)
{
    bool ok = true;
    for (int i = 0; i < config->spot.instance_count; i++) {
        const struct asg_type_entry *entry = &config->spot.instances[i];
        if (catalogue_find("instance", entry->instance))
            continue;
        const char *nearest = catalogue_nearest("instance", entry->instance);
        ok = diag_error(diag, entry->at,
                        nearest ? "'%s' is not an instance type of the catalogue; did you mean '%s'?"
                                : "'%s' is not an instance type of the catalogue",
                        entry->instance, nearest);
    }
    return ok;
}

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
    ok = check_types(config, diag) && scaling_check(c, sc, diag) && ok;
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
