/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pricing/commitment.h"

#include <string.h>

#include "pricing/commitment_cover.h"

static const char *const kind_names[COMMITMENT_KINDS] = { "Reserved Instance", "EC2 Instance Savings Plan",
                                                          "Compute Savings Plan", "Database Savings Plan" };
static const char *const payment_names[PAYMENTS] = { "no upfront", "partial upfront", "all upfront" };

const char *commitment_kind_name(enum commitment_kind kind)
{
    return kind_names[kind];
}

const char *commitment_payment_name(enum commitment_payment payment)
{
    return payment_names[payment];
}

static const char *what(const struct commitment *c, struct arena *arena)
{
    char text[64];
    switch (c->kind) {
    case COMMITMENT_RESERVED:
        return arena_printf(arena, "%lld x %s%s%s%s reserved in %s", (long long)c->count, c->instance,
                            c->engine[0] ? " " : "", c->engine, c->multi_az ? " Multi-AZ" : "",
                            c->zone[0] ? c->zone : c->region);
    case COMMITMENT_EC2_PLAN:
        return arena_printf(arena, "EC2 instance savings plan for %s in %s, $%s/h", c->family, c->region,
                            money_to_text(c->usd_per_hour, text, sizeof text));
    case COMMITMENT_COMPUTE_PLAN:
    case COMMITMENT_DATABASE_PLAN:
        return arena_printf(arena, "%s savings plan, $%s/h",
                            c->kind == COMMITMENT_COMPUTE_PLAN ? "compute" : "database",
                            money_to_text(c->usd_per_hour, text, sizeof text));
    case COMMITMENT_KINDS: break;
    }
    return "";
}

const char *commitment_text(const struct commitment *c, struct arena *arena)
{
    return arena_printf(arena, "%s, %d year%s, %s", what(c, arena), c->years, c->years == 1 ? "" : "s",
                        payment_names[c->payment]);
}

const char *commitment_name(const struct commitment *c, size_t index, struct arena *arena)
{
    static const char *const stems[COMMITMENT_KINDS] = { "reserved", "ec2-plan", "compute-plan", "database-plan" };
    return arena_printf(arena, "%s-%zu", stems[c->kind], index + 1);
}

int64_t commitment_effective_cents(const struct bill_line *line)
{
    return line->commitment ? line->commitment->effective_cents : line->cents;
}

/* ---- what may be covered: a row per usage type ---- */

static const struct {
    const char *service, *usage_type;
} coverable[] = {
    { "AmazonEC2", "BoxUsage:*" },
    { "AmazonECS", "Fargate-*" },
    { "AmazonEKS", "EKS-Fargate-*" },
    { "AWSLambda", "Request*" },
    { "AWSLambda", "Lambda-GB-Second*" },
    { "AWSLambda", "Lambda-Provisioned-*" },
    { "AmazonRDS", "InstanceUsage:*" },
    { "AmazonRDS", "InstanceUsageIOOptimized:*" },
    { "AmazonRDS", "Multi-AZUsage:*" },
    { "AmazonRDS", "Aurora:ServerlessV2*" },
    { "AmazonElastiCache", "NodeUsage:*" },
    { "AmazonElastiCache", "CachedData:*" },
    { "AmazonElastiCache", "ElastiCacheProcessingUnits:*" },
    { "AmazonES", "ESInstance:*" },
    { "AmazonES", "*OCU" },
    { "AmazonDynamoDB", "*CapacityUnit-Hrs" },
    { "AmazonDynamoDB", "*RequestUnits" },
};

bool commitment_may_cover(const struct price *price)
{
    for (size_t i = 0; i < ARRAY_LEN(coverable); i++)
        if (!strcmp(price->service, coverable[i].service) &&
            usage_type_matches(coverable[i].usage_type, price->usage_type))
            return !strstr(price->usage_type, "EphemeralStorage");
    return false;
}
