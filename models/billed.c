/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * billed -- usage beside the requests' own: instances' way to the internet, their logs, and what exists all day and costs
 * money without being asked, metered when the run is over.
 *
 *   instance --> NAT gateway of its zone, or of the first one --> internet       egress, gateway hours, gateway bytes
 *
 * Left out: what else goes through a gateway (packages, AWS's own interfaces), log storage, exports of snapshots.
 */
#include <string.h>

#include "models/cluster.h"
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

/* ---- the way out, and logs ---- */

/* CloudWatch adds so many bytes to each entry.     [CW-PRICE] Logs */
enum { LOG_OVERHEAD = 26 };

static struct meter *fleet_bytes(struct world *w, const struct fleet *fleet, const char *service, const char *type,
                                 const char *operation)
{
    struct usage_key key = usage_key_of(fleet->component, service, type, operation, USAGE_BYTES);
    key.tier = fleet->queue >= 0 ? "workers" : "web";
    return meter_get(&w->meters, key);
}

void usage_begin(struct world *w)
{
    for (int i = 0; i < w->fleet_count; i++) {
        struct fleet *fleet = &w->fleets[i];
        if (fleet->logs_bytes > 0)
            fleet->logs = fleet_bytes(w, fleet, "AmazonCloudWatch", "DataProcessing-Bytes", "");
        if (w->code->external_count == 0)
            continue;
        const int nat = w->sc->regions[fleet->region].nat;
        fleet->sent = fleet_bytes(w, fleet, "AWSDataTransfer", "DataTransfer-Out-Bytes", "");
        fleet->received = fleet_bytes(w, fleet, "AWSDataTransfer", "DataTransfer-In-Bytes", "");
        if (nat != NAT_NONE)
            fleet->through_nat = fleet_bytes(w, fleet, "AmazonVPC", "NatGateway-Bytes", "");
        if (nat == NAT_ONE)
            fleet->cross_zone_nat = fleet_bytes(w, fleet, "AWSDataTransfer", "DataTransfer-Regional-Bytes",
                                                "both;peer=nat");
    }
}

static void meter_way_out(struct world *w, const struct frame *f, int64_t bytes)
{
    const struct instance *i = &w->instances[f->instance];
    const struct fleet *fleet = &w->fleets[i->fleet];
    if (fleet->through_nat)
        meter_add(&w->meters, fleet->through_nat, bytes);
    if (fleet->cross_zone_nat && i->zone != 0)
        meter_add(&w->meters, fleet->cross_zone_nat, bytes);
}

void meter_sent(struct world *w, const struct frame *f, int64_t bytes)
{
    meter_add(&w->meters, w->fleets[w->instances[f->instance].fleet].sent, bytes);
    meter_way_out(w, f, bytes);
}

void meter_received(struct world *w, const struct frame *f, int64_t bytes)
{
    meter_add(&w->meters, w->fleets[w->instances[f->instance].fleet].received, bytes);
    meter_way_out(w, f, bytes);
}

void usage_window(struct world *w)
{
    for (int i = 0; i < w->fleet_count; i++) {
        struct fleet *fleet = &w->fleets[i];
        uint64_t entries = fleet->called + (fleet->alb >= 0 ? w->fronts[fleet->alb].requests : 0);
        fleet->called = 0;
        if (!fleet->logs)
            continue;
        if (fleet->queue >= 0)
            entries = w->queues[fleet->queue].messages.removed - w->queues[fleet->queue].removed_before;
        meter_add(&w->meters, fleet->logs, (int64_t)entries * (fleet->logs_bytes + LOG_OVERHEAD));
    }
    for (int q = 0; q < w->queue_count; q++)
        w->queues[q].removed_before = w->queues[q].messages.removed;
}

/* ---- what exists all day ---- */

static void exist_as(struct world *w, struct usage_key key, int64_t things)
{
    meter_add_time(&w->meters, meter_get(&w->meters, key), things, w->start, w->end);
}

static void exist(struct world *w, const struct component *c, const char *service, const char *type,
                  const char *operation, int64_t things)
{
    exist_as(w, usage_key_of(c, service, type, operation, USAGE_NANOSECONDS), things);
}

static void store_as(struct world *w, struct usage_key key, int64_t bytes)
{
    meter_add_storage(&w->meters, meter_get(&w->meters, key), bytes, w->start, w->end);
}

/* Three instances at one rate, whose usage type shortens "xlarge"; storage is io1. */
static void meter_cluster(struct world *w, const struct component *c, const char *engine)
{
    const struct rds_config *config = c->config;
    char *type = arena_text(w->arena, config->instance);
    const size_t length = strlen(type);
    if (length > 6 && strcmp(type + length - 6, "xlarge") == 0)
        strcpy(type + length - 6, "xl");
    exist(w, c, "AmazonRDS", arena_printf(w->arena, "Multi-AZClusterUsage:%s", type), engine, 1);
    store_as(w, usage_key_of(c, "AmazonRDS", "RDS:Multi-AZCluster-PIOPS-Storage", engine, USAGE_BYTE_HOURS),
             config->storage);
}

/* A Multi-AZ instance is in two zones, and its key in none. The replicas follow in the next ones: rds_init(). */
static void meter_database(struct world *w, const struct component *c)
{
    const struct rds *db = &w->databases[c->index];
    const struct rds_config *config = c->config;
    const char *engine = config->engine == RDS_POSTGRES ? "engine=PostgreSQL" : "engine=MySQL";
    const char *single = arena_printf(w->arena, "InstanceUsage:%s", config->instance);
    const char *multi = arena_printf(w->arena, "Multi-AZUsage:%s", config->instance);
    if (config->cluster) {
        meter_cluster(w, c, engine);
        return;
    }
    for (int e = 0; e < db->endpoint_count; e++) {
        const bool twice = e == RDS_PRIMARY && config->multi_az;
        const char *zone = twice ? "" : c->region->zone_names[db->endpoints[e].zone];
        struct usage_key instance = usage_key_of(c, "AmazonRDS", twice ? multi : single, engine, USAGE_NANOSECONDS);
        struct usage_key volume = usage_key_of(c, "AmazonRDS", twice ? "RDS:Multi-AZ-GP3-Storage" : "RDS:GP3-Storage",
                                               engine, USAGE_BYTE_HOURS);
        instance.zone = volume.zone = zone;
        exist_as(w, instance, 1);
        store_as(w, volume, config->storage);
    }
}

/* Shards and their replicas are spread over the zones: cache_init(). */
static void meter_cache(struct world *w, const struct component *c)
{
    const struct elasticache_config *config = c->config;
    struct usage_key key = usage_key_of(c, "AmazonElastiCache", arena_printf(w->arena, "NodeUsage:%s", config->node),
                                        config->engine == 0 ? "engine=Valkey" : "engine=Redis", USAGE_NANOSECONDS);
    for (int64_t shard = 0; shard < config->shards; shard++)
        for (int64_t node = 0; node <= config->replicas; node++) {
            key.zone = c->region->zone_names[(shard + node) % c->region->zones];
            exist_as(w, key, 1);
        }
}

/* Two alarms for each target tracking policy, one for a step or simple one. */
static void meter_alarms(struct world *w, const struct component *c)
{
    const struct asg_config *config = c->config;
    struct usage_key key = usage_key_of(c, "AmazonCloudWatch", "CW:AlarmMonitorUsage", "", USAGE_NANOSECONDS);
    key.tier = fleet_of(w, c)->queue >= 0 ? "workers" : c->type->tier;
    int64_t alarms = 0;
    for (int p = 0; p < config->scaling_count; p++)
        switch ((enum scaling_variant)config->scaling[p].variant) {
        case SCALE_TARGET_TRACKING:
        case SCALE_BACKLOG: alarms += 2; break;
        case SCALE_STEP:
        case SCALE_SIMPLE: alarms++; break;
        case SCALE_SCHEDULED:
        case SCALE_PREDICTIVE: break;
        }
    if (alarms)
        exist_as(w, key, alarms);
}

static void meter_acl(struct world *w, const struct component *c)
{
    const struct component *on = w->waf->on.target;
    struct usage_key list = usage_key_of(c, "awswaf", "WebACL", "", USAGE_NANOSECONDS);
    for (int r = 0; r < w->sc->region_count; r++) { /* one for CloudFront, or in each region one for its balancer */
        const struct region *region = &w->sc->regions[r];
        if (on && on->region ? !scenario_in_region(w->sc, on, region) : r > 0)
            continue;
        list.region = on && on->region ? region->name : "Global";
        list.usage_type = "WebACL";
        exist_as(w, list, 1);
        list.usage_type = "Rule";
        exist_as(w, list, ((const struct waf_config *)c->config)->rules);
    }
}

static void meter_component(struct world *w, const struct component *c)
{
    switch ((enum component_order)c->kind) {
    case KIND_ALB: /* nodes that face the internet have an address in each zone */
        exist(w, c, "AWSELB", "LoadBalancerUsage", "LoadBalancing:Application", 1);
        if (((const struct alb_config *)c->config)->scheme == ALB_INTERNET_FACING)
            exist(w, c, "AmazonVPC", "PublicIPv4:InUseAddress", "", c->region->zones);
        break;
    case KIND_ELASTICACHE: meter_cache(w, c); break;
    case KIND_RDS: meter_database(w, c); break;
    case KIND_S3:
        store_as(w, usage_key_of(c, "AmazonS3", "TimedStorage-ByteHrs", "", USAGE_BYTE_HOURS),
                 ((const struct s3_config *)c->config)->storage);
        break;
    case KIND_WAF: meter_acl(w, c); break;
    case KIND_ROUTE53: {
        struct usage_key key = usage_key_of(c, "AmazonRoute53", "HostedZone", "", USAGE_NANOSECONDS);
        key.region = "Any";
        const struct route53_config *config = c->config;
        exist_as(w, key, config->zones);
        if (config->health.present && config->record_count > 0) {
            key.usage_type = "Health-Check-AWS";
            exist_as(w, key, config->record_count);
            key.usage_type = "Health-Check-Option-AWS";
            if (config->health.interval < 30 * SIM_SECOND)
                exist_as(w, key, config->record_count);
        }
        break;
    }
    case KIND_ASG: meter_alarms(w, c); break;
    case KIND_ALARM: exist(w, c, "AmazonCloudWatch", "CW:AlarmMonitorUsage", "", 1); break;
    case KIND_CLOUDFRONT:
    case KIND_SQS:
    case KIND_EKS:
    case KIND_DEPLOYMENT:
    case KIND_COUNT: break;
    }
}

/* A gateway for each zone or for all, with an address each, where there are instances. */
static void meter_gateways(struct world *w, const struct region *region)
{
    int64_t fleets = 0;
    for (int i = 0; i < w->fleet_count; i++)
        fleets += &w->sc->regions[w->fleets[i].region] == region;
    for (int z = 0; fleets > 0 && region->nat != NAT_NONE && z < (region->nat == NAT_ONE ? 1 : region->zones); z++) {
        struct usage_key key = { .service = "AmazonVPC",
                                 .usage_type = "NatGateway-Hours",
                                 .operation = "",
                                 .resource = "nat",
                                 .region = region->name,
                                 .zone = region->zone_names[z],
                                 .to_zone = "",
                                 .tier = "network",
                                 .unit = USAGE_NANOSECONDS };
        exist_as(w, key, 1);
        key.usage_type = "PublicIPv4:InUseAddress";
        exist_as(w, key, 1);
    }
}

/* The backups of a region's databases: a full one, and for each day that is kept what it changed. As much as the
 * databases' storage is free, which the bill knows by provisioned_gb. */
static void meter_backups(struct world *w, const struct region *region)
{
    int64_t stored = 0, provisioned = 0;
    for (int d = 0; d < w->sc->by_kind_count[KIND_RDS]; d++) {
        const struct component *c = w->sc->by_kind[KIND_RDS][d];
        const struct rds_config *config = c->config;
        if (c->region != region)
            continue;
        const double data = (double)config->storage * config->backup.filled;
        provisioned += config->storage * (1 + config->read_replicas);
        if (config->backup.days > 0)
            stored += (int64_t)(data * (1.0 + config->backup.changed * (double)config->backup.days) + 0.5);
    }
    if (stored == 0)
        return;
    const struct usage_key key = { .service = "AmazonRDS",
                                   .usage_type = "RDS:BackupStorage",
                                   .operation = arena_printf(w->arena, "provisioned_gb=%lld",
                                                             (long long)(provisioned >> 30)),
                                   .resource = "backups",
                                   .region = region->name,
                                   .zone = "",
                                   .to_zone = "",
                                   .tier = "database",
                                   .unit = USAGE_BYTE_HOURS };
    meter_add_storage(&w->meters, meter_get(&w->meters, key), stored, w->start, w->end);
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
    clusters_close(w);
    for (int i = 0; i < w->sc->component_count; i++)
        meter_component(w, &w->sc->components[i]);
    for (int r = 0; r < w->sc->region_count; r++) {
        meter_gateways(w, &w->sc->regions[r]);
        meter_backups(w, &w->sc->regions[r]);
    }
    for (int q = 0; q < w->queue_count; q++)
        if (w->queues[q].fleet >= 0)
            meter_empty_polls(w, &w->queues[q]);
}
