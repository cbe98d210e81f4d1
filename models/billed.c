/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * billed -- usage of things that exist all day, metered when the run is over: what costs money without being asked.
 */
#include "models/route53.h"
#include "models/world.h"

struct usage_key usage_key_of(const struct component *c, const char *service, const char *type, const char *operation,
                              enum usage_unit unit)
{
    return (struct usage_key){ .service = service,
                               .usage_type = type,
                               .operation = operation,
                               .resource = c->name,
                               .region = c->region ? c->region->name : "Global",
                               .zone = "",
                               .to_zone = "",
                               .tier = c->type->tier,
                               .unit = unit };
}

static void exist_as(struct world *w, struct usage_key key, int64_t things)
{
    meter_add_time(&w->meters, meter_get(&w->meters, key), things, w->start, w->end);
}

static void exist(struct world *w, const struct component *c, const char *service, const char *type,
                  const char *operation, int64_t things)
{
    exist_as(w, usage_key_of(c, service, type, operation, USAGE_NANOSECONDS), things);
}

static void store(struct world *w, const struct component *c, const char *service, const char *type,
                  const char *operation, int64_t bytes)
{
    const struct usage_key key = usage_key_of(c, service, type, operation, USAGE_BYTE_HOURS);
    meter_add_storage(&w->meters, meter_get(&w->meters, key), bytes, w->start, w->end);
}

static void meter_database(struct world *w, const struct component *c)
{
    const struct rds_config *config = c->config;
    const char *engine = config->engine == RDS_POSTGRES ? "engine=PostgreSQL" : "engine=MySQL";
    const char *multi = config->multi_az ? "Multi-AZ" : "Instance";
    exist(w, c, "AmazonRDS", arena_printf(w->arena, "%sUsage:%s", multi, config->instance), engine, 1);
    store(w, c, "AmazonRDS", config->multi_az ? "RDS:Multi-AZ-GP3-Storage" : "RDS:GP3-Storage", engine,
          config->storage);
    if (!config->read_replicas)
        return;
    exist(w, c, "AmazonRDS", arena_printf(w->arena, "InstanceUsage:%s", config->instance), engine,
          config->read_replicas);
    store(w, c, "AmazonRDS", "RDS:GP3-Storage", engine, config->read_replicas * config->storage);
}

static void meter_acl(struct world *w, const struct component *c)
{
    const struct component *on = w->waf->on.target;
    struct usage_key key = usage_key_of(c, "awswaf", "WebACL", "", USAGE_NANOSECONDS);
    key.region = on && on->region ? on->region->name : "Global";
    exist_as(w, key, 1);
    key.usage_type = "Rule";
    exist_as(w, key, ((const struct waf_config *)c->config)->rules);
}

static void meter_component(struct world *w, const struct component *c)
{
    switch ((enum component_order)c->kind) {
    case KIND_ALB: /* its nodes face the internet: an address in each zone */
        exist(w, c, "AWSELB", "LoadBalancerUsage", "LoadBalancing:Application", 1);
        exist(w, c, "AmazonVPC", "PublicIPv4:InUseAddress", "", c->region->zones);
        break;
    case KIND_ELASTICACHE: {
        const struct elasticache_config *config = c->config;
        exist(w, c, "AmazonElastiCache", arena_printf(w->arena, "NodeUsage:%s", config->node),
              config->engine == 0 ? "engine=Valkey" : "engine=Redis", config->shards * (1 + config->replicas));
        break;
    }
    case KIND_RDS: meter_database(w, c); break;
    case KIND_S3:
        store(w, c, "AmazonS3", "TimedStorage-ByteHrs", "", ((const struct s3_config *)c->config)->storage);
        break;
    case KIND_WAF: meter_acl(w, c); break;
    case KIND_ROUTE53: {
        struct usage_key key = usage_key_of(c, "AmazonRoute53", "HostedZone", "", USAGE_NANOSECONDS);
        key.region = "Any";
        exist_as(w, key, ((const struct route53_config *)c->config)->zones);
        break;
    }
    case KIND_ASG: { /* two alarms for each target tracking policy; AWS makes and bills them */
        const struct asg_config *config = c->config;
        if (config->scaling_count)
            exist(w, c, "AmazonCloudWatch", "CW:AlarmMonitorUsage", "", 2 * config->scaling_count);
        break;
    }
    case KIND_CLOUDFRONT:
    case KIND_SQS:
    case KIND_COUNT: break;
    }
}

/* Threads that wait for a message ask again whenever a long poll ends; their number over the day is known. */
static void meter_empty_polls(struct world *w, const struct queue *queue)
{
    struct fleet *fleet = &w->fleets[queue->fleet];
    threads_settle(w, fleet, w->end);
    const double polls = (double)fleet->idle_thread_ns / (double)queue->config->long_poll;
    for (int hour = 0; hour < w->meters.hours; hour++)
        queue->requests->quantity[hour] += (int64_t)(polls / w->meters.hours + 0.5);
}

void usage_close(struct world *w)
{
    fleets_meter(w, w->end);
    for (int i = 0; i < w->sc->component_count; i++)
        meter_component(w, &w->sc->components[i]);
    for (int q = 0; q < w->queue_count; q++)
        if (w->queues[q].fleet >= 0)
            meter_empty_polls(w, &w->queues[q]);
}
