/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * free_tier -- what AWS gives away each month, as a table.
 *
 * An amount is shared by all prices that a row names, over regions, once for an organisation. It is taken from the
 * dearest price first; AWS does not say in which order it does, and this one makes the bill smallest. What is free
 * does not count into the tiers ("first 10 TB beyond the global free tier"), but where the pricing page lists it as
 * the first tier itself: CloudFront's "first 1 TB free, next 9 TB", SQS's "from 1 million to 100 billion".
 *
 * Sources: aws.amazon.com/free (always free; first twelve months of accounts opened before 2025-07-15) and the
 * services' pricing pages, as recalled; the egress and SQS amounts also stand in the price list.
 */
#include <stdlib.h>

#include "pricing/bill_pool.h"
#include "sim/base/compiler.h"
#include "sim/base/text.h"

enum { MOST_TYPES = 4 };

static const struct allowance {
    const char *name;
    enum free_tier kind;
    int64_t units; /* of the price's unit */
    const char *service;
    const char *usage_types[MOST_TYPES]; /* a '*' at the end or the beginning stands for the rest */
} allowances[] = {
    { "100 GB of egress", FREE_TIER_ALWAYS, 100, "AWSDataTransfer", { "DataTransfer-Out-Bytes" } },
    { "1 TB of CloudFront egress", FREE_TIER_ALWAYS, 1024, "AmazonCloudFront", { "*-DataTransfer-Out-Bytes" } },
    { "10 million CloudFront requests",
      FREE_TIER_ALWAYS,
      10000000,
      "AmazonCloudFront",
      { "*-Requests-Tier1", "*-Requests-Tier2-HTTPS" } },
    { "1 million Lambda requests", FREE_TIER_ALWAYS, 1000000, "AWSLambda", { "Request", "Request-ARM" } },
    { "400,000 GB-seconds of Lambda",
      FREE_TIER_ALWAYS,
      400000,
      "AWSLambda",
      { "Lambda-GB-Second", "Lambda-GB-Second-ARM" } },
    { "100 GB of Lambda response streaming",
      FREE_TIER_ALWAYS,
      100,
      "AWSLambda",
      { "Lambda-Streaming-Response-Processed-Bytes" } },
    { "1 million SQS requests", FREE_TIER_ALWAYS, 1000000, "AWSQueueService", { "Requests-*" } },
    { "4,000 state transitions", FREE_TIER_ALWAYS, 4000, "AmazonStates", { "StateTransition" } },
    { "20,000 KMS requests", FREE_TIER_ALWAYS, 20000, "awskms", { "KMS-Requests" } },
    { "10 CloudWatch metrics", FREE_TIER_ALWAYS, 10, "AmazonCloudWatch", { "CW:MetricMonitorUsage" } },
    { "10 CloudWatch alarms", FREE_TIER_ALWAYS, 10, "AmazonCloudWatch", { "CW:AlarmMonitorUsage" } },
    { "5 GB of CloudWatch logs", FREE_TIER_ALWAYS, 5, "AmazonCloudWatch", { "DataProcessing-Bytes" } },
    { "5 GB of stored logs", FREE_TIER_ALWAYS, 5, "AmazonCloudWatch", { "TimedStorage-ByteHrs" } },
    { "1 million SNS deliveries to phones", FREE_TIER_ALWAYS, 1000000, "AmazonSNS", { "DeliveryAttempts-APNS" } },

    { "750 hours of a micro instance",
      FREE_TIER_FIRST_YEAR,
      750,
      "AmazonEC2",
      { "BoxUsage:t2.micro", "BoxUsage:t3.micro" } },
    { "30 GB of EBS", FREE_TIER_FIRST_YEAR, 30, "AmazonEC2", { "EBS:VolumeUsage.gp2", "EBS:VolumeUsage.gp3" } },
    { "750 hours of a load balancer", FREE_TIER_FIRST_YEAR, 750, "AWSELB", { "LoadBalancerUsage" } },
    { "15 capacity units of a load balancer", FREE_TIER_FIRST_YEAR, 15, "AWSELB", { "LCUUsage" } },
    { "750 hours of a public address", FREE_TIER_FIRST_YEAR, 750, "AmazonVPC", { "PublicIPv4:InUseAddress" } },
    { "750 hours of a micro database",
      FREE_TIER_FIRST_YEAR,
      750,
      "AmazonRDS",
      { "InstanceUsage:db.t3.micro", "InstanceUsage:db.t4g.micro" } },
    { "20 GB of database storage", FREE_TIER_FIRST_YEAR, 20, "AmazonRDS", { "RDS:GP2-Storage", "RDS:GP3-Storage" } },
    { "750 hours of a micro cache node",
      FREE_TIER_FIRST_YEAR,
      750,
      "AmazonElastiCache",
      { "NodeUsage:cache.t3.micro", "NodeUsage:cache.t2.micro" } },
    { "5 GB of S3", FREE_TIER_FIRST_YEAR, 5, "AmazonS3", { "TimedStorage-ByteHrs" } },
    { "2,000 S3 PUTs", FREE_TIER_FIRST_YEAR, 2000, "AmazonS3", { "Requests-Tier1" } },
    { "20,000 S3 GETs", FREE_TIER_FIRST_YEAR, 20000, "AmazonS3", { "Requests-Tier2" } },
};

/* Services whose pricing pages list the free amount as the first part of the first tier. */
static const char *const first_parts[] = { "AmazonCloudFront", "AWSQueueService" };

/* A free first tier of these is the price itself, not a gift to small accounts. */
static const struct {
    const char *service, *usage_type;
} part_of_the_price[] = {
    { "AmazonCloudFront", "Invalidations" },  { "AWSBudgets", "ActionEnabledBudgetsUsage" },
    { "awswaf", "AMR-BotControl-Request" },   { "awswaf", "AMR-BotControl-TargetedRequest" },
    { "awswaf", "AMR-FraudControl-Request" },
};

bool bill_first_tier_is_open(const struct price *price, enum free_tier free_tier)
{
    if (free_tier != FREE_TIER_NONE)
        return true;
    for (size_t i = 0; i < ARRAY_LEN(part_of_the_price); i++)
        if (text_equal(part_of_the_price[i].service, price->service) &&
            text_equal(part_of_the_price[i].usage_type, price->usage_type))
            return true;
    return false;
}

static bool is_of(const struct allowance *allowance, const struct price *price)
{
    if (!text_equal(allowance->service, price->service))
        return false;
    for (int i = 0; i < MOST_TYPES && allowance->usage_types[i]; i++)
        if (usage_type_matches(allowance->usage_types[i], price->usage_type))
            return true;
    return false;
}

/* The rate of the first unit, then the order of the book. */
static int dearest_first(const void *a, const void *b)
{
    const struct bill_pool *const *const left = a, *const *const right = b;
    const money x = (*left)->price->tiers[0].rate, y = (*right)->price->tiers[0].rate;
    if (x != y)
        return x < y ? 1 : -1;
    return ((*left)->price > (*right)->price) - ((*left)->price < (*right)->price);
}

static bool is_first_part(const struct allowance *allowance)
{
    for (size_t i = 0; i < ARRAY_LEN(first_parts); i++)
        if (text_equal(first_parts[i], allowance->service))
            return true;
    return false;
}

/* `left_e6` in millionths of units: exact, because every divisor is a multiple of a million. */
static void hand_out(const struct allowance *allowance, struct bill_pool **pools, size_t count)
{
    uint128 left_e6 = (uint128)(uint64_t)allowance->units * 1000000;
    for (size_t i = 0; i < count && left_e6 > 0; i++) {
        struct bill_pool *const pool = pools[i];
        const uint128 per_e6 = pool->divisor / 1000000, most = left_e6 * per_e6;
        const uint128 wanted = pool->billed - pool->free;
        const uint128 given = wanted < most ? wanted : most;
        if (given == 0)
            continue;
        pool->free += given;
        pool->free_fills_tiers = is_first_part(allowance);
        pool->free_name = allowance->name;
        left_e6 -= (given + per_e6 - 1) / per_e6;
    }
}

void bill_pools_free(struct bill_pool *pools, size_t count, enum free_tier free_tier, struct arena *arena)
{
    struct bill_pool **mine = ARENA_ARRAY(arena, struct bill_pool *, count + 1);
    for (size_t a = 0; a < ARRAY_LEN(allowances); a++) {
        size_t found = 0;
        if (allowances[a].kind > free_tier)
            continue;
        for (size_t i = 0; i < count; i++)
            if (is_of(&allowances[a], pools[i].price))
                mine[found++] = &pools[i];
        if (found == 0)
            continue;
        qsort(mine, found, sizeof(struct bill_pool *), dearest_first);
        hand_out(&allowances[a], mine, found);
    }
}
