/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * billing_rules -- the tables. A row is one sentence about AWS.
 *
 * Sources: the pricing pages [EC2-PRICE], [ELB-PRICE], [R53-PRICE], [WAF-PRICE], [EC-PRICE], [RDS-PRICE], [SQS-PRICE],
 *          [S3-PRICE] and those of VPC, CloudFront and CloudWatch; docs/models/bill.md goes through them.
 *
 * Left out: minimum charges per start (60 s EC2, 10 min RDS), which need records of starts; free tier; commitments.
 */
#include "pricing/billing_rules.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/compiler.h"
#include "sim/base/text.h"

#define EXACT(svc, type, metered) \
    .service = (svc), .usage_type = (type), .unit = (metered), .grain = GRAIN_EXACT, .times = 1
#define HOURS(svc, type) \
    .service = (svc), .usage_type = (type), .unit = USAGE_NANOSECONDS, .grain = GRAIN_STARTED_HOUR, .times = 1
#define MONTHS(svc, type) \
    .service = (svc), .usage_type = (type), .unit = USAGE_NANOSECONDS, .grain = GRAIN_STARTED_MONTH, .times = 1
#define ZONES(op, ends) \
    .service = "AWSDataTransfer", .usage_type = "DataTransfer-Regional-Bytes", .operation = (op), .unit = USAGE_BYTES, \
    .grain = GRAIN_EXACT, .times = (ends)
#define PEAK(type, metered, index) \
    .service = "AWSELB", .usage_type = (type), .unit = (metered), .grain = GRAIN_PEAK_DIMENSION, .times = 1, \
    .dimension = (index), .sold_as = "LCUUsage"

enum { NEW_CONNECTIONS, ACTIVE_CONNECTIONS, PROCESSED_BYTES, RULE_EVALUATIONS };

static const struct billing_rule rules[] = {
    { EXACT("AmazonEC2", "BoxUsage:*", USAGE_NANOSECONDS) },
    { EXACT("AmazonEC2", "EBS:VolumeUsage.gp3", USAGE_BYTE_HOURS) },

    { HOURS("AWSELB", "LoadBalancerUsage"), .note = "a partial hour is a full hour" },
    { PEAK("ALB:NewConnections", USAGE_COUNT, NEW_CONNECTIONS) },
    { PEAK("ALB:ActiveConnectionMinutes", USAGE_COUNT, ACTIVE_CONNECTIONS) },
    { PEAK("ALB:ProcessedBytes", USAGE_BYTES, PROCESSED_BYTES) },
    { PEAK("ALB:RuleEvaluations", USAGE_COUNT, RULE_EVALUATIONS) },

    { HOURS("AmazonVPC", "PublicIPv4:*"), .note = "a partial hour is a full hour" },
    { HOURS("AmazonVPC", "NatGateway-Hours"), .note = "a partial hour is a full hour" },
    { EXACT("AmazonVPC", "NatGateway-Bytes", USAGE_BYTES) },

    /* AWS charges the byte where it leaves and where it arrives, when both ends are of a kind that pays. */
    { ZONES("both", 2), .note = "both ends pay: bytes count out and in" },
    { ZONES("one", 1), .note = "one end pays" },
    { EXACT("AWSDataTransfer", "DataTransfer-Out-Bytes", USAGE_BYTES) },
    { EXACT("AWSDataTransfer", "DataTransfer-In-Bytes", USAGE_BYTES),
      .note = "free: data in from the internet costs nothing" },

    { EXACT("AmazonCloudFront", "Requests-HTTPS", USAGE_COUNT), .sold_as = "{edge}-Requests-Tier2-HTTPS",
      .global = true },
    { EXACT("AmazonCloudFront", "Requests-HTTP", USAGE_COUNT), .sold_as = "{edge}-Requests-Tier1", .global = true },
    { EXACT("AmazonCloudFront", "DataTransfer-Out-Bytes", USAGE_BYTES), .sold_as = "{edge}-DataTransfer-Out-Bytes",
      .global = true },
    { EXACT("AmazonCloudFront", "DataTransfer-Out-OBytes", USAGE_BYTES), .sold_as = "{edge}-DataTransfer-Out-OBytes",
      .global = true },
    { EXACT("AmazonCloudFront", "Origin-DataTransfer", USAGE_BYTES), .sold_service = "AWSDataTransfer",
      .sold_as = "CloudFront-Out-Bytes", .note = "free: AWS origins send to CloudFront at no charge" },

    { MONTHS("AmazonRoute53", "HostedZone"), .global = true, .note = "a full month, not prorated" },
    { EXACT("AmazonRoute53", "DNS-Queries", USAGE_COUNT), .global = true },
    { EXACT("AmazonRoute53", "Intra-AWS-DNS-Queries", USAGE_COUNT), .global = true,
      .note = "free: alias answers for AWS targets are not charged" },

    { EXACT("awswaf", "WebACL", USAGE_NANOSECONDS), .sold_as = "WebACLV2" },
    { EXACT("awswaf", "Rule", USAGE_NANOSECONDS), .sold_as = "RuleV2" },
    { EXACT("awswaf", "Request", USAGE_COUNT), .sold_as = "RequestV2-Tier1" },

    { HOURS("AmazonElastiCache", "NodeUsage:*"), .note = "a partial hour is a full hour" },

    { EXACT("AmazonRDS", "InstanceUsage:*", USAGE_NANOSECONDS) },
    { EXACT("AmazonRDS", "Multi-AZUsage:*", USAGE_NANOSECONDS), .note = "the rate includes the standby" },
    { EXACT("AmazonRDS", "RDS:GP3-Storage", USAGE_BYTE_HOURS) },
    { EXACT("AmazonRDS", "RDS:Multi-AZ-GP3-Storage", USAGE_BYTE_HOURS),
      .note = "the rate includes the standby's copy" },

    { EXACT("AWSQueueService", "Requests-Tier1", USAGE_COUNT) },
    { EXACT("AWSQueueService", "Requests-FIFO-Tier1", USAGE_COUNT) },

    { EXACT("AmazonS3", "TimedStorage-ByteHrs", USAGE_BYTE_HOURS) },
    { EXACT("AmazonS3", "Requests-Tier1", USAGE_COUNT) },
    { EXACT("AmazonS3", "Requests-Tier2", USAGE_COUNT) },

    { EXACT("AmazonCloudWatch", "CW:MetricMonitorUsage", USAGE_NANOSECONDS) },
    { EXACT("AmazonCloudWatch", "CW:AlarmMonitorUsage", USAGE_NANOSECONDS) },
};

/* What one LCU carries in an hour [ELB-PRICE]: 25 new connections per second, 3,000 connections active in each minute,
 * 1 GB, 1,000 rule evaluations per second. AWS's examples count this GB as 10^9 bytes; 2^30 would cost 7 % less. */
const struct peak_dimension peak_dimensions[PEAK_DIMENSIONS] = {
    [NEW_CONNECTIONS] = { "new connections", 25 * 3600 },
    [ACTIVE_CONNECTIONS] = { "active connections", 3000 * 60 },
    [PROCESSED_BYTES] = { "processed bytes", 1000000000 },
    [RULE_EVALUATIONS] = { "rule evaluations", 1000 * 3600 },
};
static_assert(PEAK_DENOMINATOR % (25 * 3600) == 0 && PEAK_DENOMINATOR % (3000 * 60) == 0, "LCUs add exactly");
static_assert(PEAK_DENOMINATOR % 1000000000 == 0 && PEAK_DENOMINATOR % (1000 * 3600) == 0, "LCUs add exactly");

#define NS_PER_HOUR  UINT64_C(3600000000000)
#define BYTES_PER_GB (UINT64_C(1) << 30)

/* A month of a thing that exists all the time is the calendar month's hours of it. */
static const struct pricing_unit pricing_units[] = {
    { "Hrs", "hour", "hours", "hours", "Hours", USAGE_NANOSECONDS, NS_PER_HOUR, false, false },
    { "LCU-Hrs", "LCU-hour", "LCU-hours", "LCU-hours", "LCU-Hours", USAGE_COUNT, PEAK_DENOMINATOR, false, false },
    { "GB", "GB", "GB", "GB", "GB", USAGE_BYTES, BYTES_PER_GB, false, false },
    { "GB-Mo", "GB-month", "GB-months", "GB", "GB-Months", USAGE_BYTE_HOURS, BYTES_PER_GB, true, false },
    { "Requests", "request", "requests", "requests", "Requests", USAGE_COUNT, 1, false, true },
    { "Queries", "query", "queries", "queries", "Queries", USAGE_COUNT, 1, false, true },
    { "Mo", "month", "months", "", "Months", USAGE_NANOSECONDS, NS_PER_HOUR, true, false },
    { "Metrics-Mo", "metric-month", "metric-months", "metrics", "Metric-Months", USAGE_NANOSECONDS, NS_PER_HOUR, true,
      false },
    { "Alarm-Mo", "alarm-month", "alarm-months", "alarms", "Alarm-Months", USAGE_NANOSECONDS, NS_PER_HOUR, true,
      false },
};

static const struct service_facts services[] = {
    { "AmazonEC2", "EBS:", "Amazon Elastic Block Store", "Storage", "Block Storage" },
    { "AmazonEC2", "", "Amazon Elastic Compute Cloud", "Compute", "Virtual Machines" },
    { "AWSELB", "", "Elastic Load Balancing", "Networking", "Application Networking" },
    { "AmazonVPC", "", "Amazon Virtual Private Cloud", "Networking", "Network Connectivity" },
    { "AWSDataTransfer", "", "AWS Data Transfer", "Networking", "Network Connectivity" },
    { "AmazonCloudFront", "", "Amazon CloudFront", "Networking", "Content Delivery" },
    { "AmazonRoute53", "", "Amazon Route 53", "Networking", "Network Routing" },
    { "awswaf", "", "AWS WAF", "Networking", "Network Security" },
    { "AmazonElastiCache", "", "Amazon ElastiCache", "Databases", "Caching" },
    { "AmazonRDS", "", "Amazon Relational Database Service", "Databases", "Relational Databases" },
    { "AWSQueueService", "", "Amazon Simple Queue Service", "Integration", "Messaging" },
    { "AmazonS3", "", "Amazon Simple Storage Service", "Storage", "Object Storage" },
    { "AmazonCloudWatch", "", "Amazon CloudWatch", "Management and Governance", "Observability" },
};

static bool matches(const char *pattern, const char *text)
{
    const size_t length = strlen(pattern);
    if (length > 0 && pattern[length - 1] == '*')
        return strncmp(pattern, text, length - 1) == 0;
    return text_equal(pattern, text);
}

/* "one" is the operation of "one" and of "one;peer=cache". */
static bool operation_is(const char *operation, const char *wanted)
{
    const size_t length = strlen(wanted);
    return strncmp(operation, wanted, length) == 0 && (operation[length] == '\0' || operation[length] == ';');
}

const struct billing_rule *billing_rule_find(const struct usage_key *key)
{
    for (size_t i = 0; i < ARRAY_LEN(rules); i++)
        if (text_equal(rules[i].service, key->service) && matches(rules[i].usage_type, key->usage_type) &&
            (!rules[i].operation || operation_is(key->operation, rules[i].operation)))
            return &rules[i];
    return NULL;
}

const struct billing_rule *billing_rule_nearest(const char *service, const char *usage_type)
{
    const char *types[ARRAY_LEN(rules)], *names[ARRAY_LEN(rules)];
    for (size_t i = 0; i < ARRAY_LEN(rules); i++) {
        names[i] = rules[i].service;
        types[i] = text_equal(rules[i].service, service) ? rules[i].usage_type : "";
    }
    const char *const type = text_nearest(usage_type, types, ARRAY_LEN(rules));
    const char *const name = text_nearest(service, names, ARRAY_LEN(rules));
    for (size_t i = 0; i < ARRAY_LEN(rules); i++)
        if (type ? types[i] == type : names[i] == name)
            return &rules[i];
    return NULL;
}

const struct pricing_unit *pricing_unit_find(const char *unit)
{
    for (size_t i = 0; i < ARRAY_LEN(pricing_units); i++)
        if (text_equal(pricing_units[i].unit, unit))
            return &pricing_units[i];
    return NULL;
}

const struct service_facts *service_facts_find(const char *service, const char *usage_type)
{
    static const struct service_facts other = { "", "", "", "Other", "Other (Other)" };
    for (size_t i = 0; i < ARRAY_LEN(services); i++)
        if (text_equal(services[i].service, service) &&
            strncmp(services[i].usage_type, usage_type, strlen(services[i].usage_type)) == 0)
            return &services[i];
    return &other;
}
