/* SPDX-License-Identifier: GPL-3.0-or-later */
/* pricing_units -- what rates are per, and what services are called. Two tables and their lookups. */
#include <string.h>
#include <strings.h>

#include "pricing/billing_rules.h"
#include "sim/base/compiler.h"
#include "sim/base/text.h"

#define NS_PER_HOUR   UINT64_C(3600000000000)
#define NS_PER_SECOND UINT64_C(1000000000)
#define BYTES_PER_GB  (UINT64_C(1) << 30)
#define MILLI         UINT64_C(1000) /* a vCPU or a capacity unit in thousandths */
#define MIB_PER_GB    UINT64_C(1024)

/* What a thing costs that is there all the time: the hours of the month of it. */
#define TIME(unit, one, many, tier, focus) \
    { \
        unit, one, many, tier, focus, USAGE_NANOSECONDS, NS_PER_HOUR, 1, false, false \
    }
#define MONTH(unit, one, many, tier, focus) \
    { \
        unit, one, many, tier, focus, USAGE_NANOSECONDS, NS_PER_HOUR, 1, true, false \
    }
#define COUNT(unit, one, many) \
    { \
        unit, one, many, many, unit, USAGE_COUNT, 1, 1, false, false \
    }
#define MANY(unit, one, many) \
    { \
        unit, one, many, many, unit, USAGE_COUNT, 1, 1, false, true \
    }

static const struct pricing_unit pricing_units[] = {
    TIME("Hrs", "hour", "hours", "hours", "Hours"),
    TIME("ShardHour", "shard-hour", "shard-hours", "shard-hours", "Shard-Hours"),
    TIME("StreamHour", "stream-hour", "stream-hours", "stream-hours", "Stream-Hours"),
    TIME("ConsumerShardHour", "consumer-shard-hour", "consumer-shard-hours", "consumer-shard-hours",
         "Consumer-Shard-Hours"),
    TIME("ReservedLCU-Hr", "reserved LCU-hour", "reserved LCU-hours", "LCU-hours", "Reserved-LCU-Hours"),
    TIME("DSU-Hrs", "DSU-hour", "DSU-hours", "DSU-hours", "DSU-Hours"),
    TIME("OCU-Hrs", "OCU-hour", "OCU-hours", "OCU-hours", "OCU-Hours"),
    TIME("ReadCapacityUnit-Hrs", "RCU-hour", "RCU-hours", "RCU-hours", "Read-Capacity-Unit-Hours"),
    TIME("WriteCapacityUnit-Hrs", "WCU-hour", "WCU-hours", "WCU-hours", "Write-Capacity-Unit-Hours"),
    TIME("ReplicatedWriteCapacityUnit-Hrs", "rWCU-hour", "rWCU-hours", "rWCU-hours",
         "Replicated-Write-Capacity-Unit-Hours"),
    TIME("CapacityUnit-Hrs", "capacity-unit-hour", "capacity-unit-hours", "capacity-unit-hours", "Capacity-Unit-Hours"),
    { "Minutes", "minute", "minutes", "minutes", "Minutes", USAGE_NANOSECONDS, 60 * NS_PER_SECOND, 1, false, true },
    { "BudgetDay", "budget-day", "budget-days", "budget-days", "Budget-Days", USAGE_NANOSECONDS, 24 * NS_PER_HOUR, 1,
      false, false },
    { "ACU-Hr", "ACU-hour", "ACU-hours", "ACU-hours", "ACU-Hours", USAGE_NANOSECONDS, NS_PER_HOUR, MILLI, false,
      false },
    { "vCPU-Hours", "vCPU-hour", "vCPU-hours", "vCPU-hours", "vCPU-Hours", USAGE_NANOSECONDS, NS_PER_HOUR, MILLI, false,
      false },
    { "GB-Hours", "GB-hour", "GB-hours", "GB-hours", "GB-Hours", USAGE_NANOSECONDS, NS_PER_HOUR, MIB_PER_GB, false,
      false },
    { "Lambda-GB-Second", "GB-second", "GB-seconds", "GB-seconds", "GB-Seconds", USAGE_NANOSECONDS, NS_PER_SECOND,
      MIB_PER_GB, false, false },

    { "LCU-Hrs", "LCU-hour", "LCU-hours", "LCU-hours", "LCU-Hours", USAGE_COUNT, 1, PEAK_DENOMINATOR, false, false },

    { "GB", "GB", "GB", "GB", "GB", USAGE_BYTES, BYTES_PER_GB, 1, false, false },
    { "GB-Mo", "GB-month", "GB-months", "GB", "GB-Months", USAGE_BYTE_HOURS, BYTES_PER_GB, 1, true, false },
    { "GB-Hour", "GB-hour", "GB-hours", "GB-hours", "GB-Hours", USAGE_BYTE_HOURS, BYTES_PER_GB, 1, false, false },

    MONTH("Mo", "month", "months", "", "Months"),
    MONTH("Metrics-Mo", "metric-month", "metric-months", "metrics", "Metric-Months"),
    MONTH("Alarm-Mo", "alarm-month", "alarm-months", "alarms", "Alarm-Months"),
    MONTH("Rules-Mo", "rule-month", "rule-months", "rules", "Rule-Months"),
    MONTH("Dashboard-Mo", "dashboard-month", "dashboard-months", "dashboards", "Dashboard-Months"),
    MONTH("Secrets-Mo", "secret-month", "secret-months", "secrets", "Secret-Months"),
    MONTH("Parameter-Mo", "parameter-month", "parameter-months", "parameters", "Parameter-Months"),
    MONTH("Objects-Mo", "object-month", "object-months", "objects", "Object-Months"),
    MONTH("Tag-Mo", "tag-month", "tag-months", "tags", "Tag-Months"),
    MONTH("vCPU-Mo", "vCPU-month", "vCPU-months", "vCPUs", "vCPU-Months"),
    MONTH("IOPS-Mo", "IOPS-month", "IOPS-months", "IOPS", "IOPS-Months"),
    MONTH("MiBps-Mo", "MiB/s-month", "MiB/s-months", "MiB/s", "MiBps-Months"),

    MANY("Requests", "request", "requests"),
    MANY("Queries", "query", "queries"),
    MANY("Events", "event", "events"),
    MANY("Messages", "message", "messages"),
    MANY("Notifications", "notification", "notifications"),
    MANY("Invocations", "invocation", "invocations"),
    MANY("Evaluations", "evaluation", "evaluations"),
    MANY("Objects", "object", "objects"),
    MANY("Traces", "trace", "traces"),
    MANY("Lines", "line", "lines"),
    MANY("Reads", "read", "reads"),
    MANY("Records", "record", "records"),
    MANY("Transitions", "transition", "transitions"),
    MANY("Signals", "signal", "signals"),
    MANY("Observations", "observation", "observations"),
    MANY("MetricUpdates", "metric update", "metric updates"),
    MANY("ECPUs", "ECPU", "ECPUs"),
    MANY("Units", "unit", "units"),
    MANY("ChangeDataCaptureUnits", "change data capture unit", "change data capture units"),
    MANY("WriteRequestUnits", "write request unit", "write request units"),
    MANY("ReplicatedWriteRequestUnits", "replicated write request unit", "replicated write request units"),
    { "ReadRequestUnits", "read request unit", "read request units", "read request units", "ReadRequestUnits",
      USAGE_COUNT, 1, 2, false, true }, /* an eventually consistent read is half a unit */
    COUNT("Metrics", "metric", "metrics"),
    COUNT("CapacityUnit", "capacity unit", "capacity units"),
    COUNT("Analyses", "analysis", "analyses"),
    COUNT("ConfigurationItem", "configuration item", "configuration items"),
    COUNT("Jobs", "job", "jobs"),
    COUNT("Runs", "run", "runs"),
    COUNT("Cert", "certificate", "certificates"),
    COUNT("Report", "report", "reports"),
    COUNT("URL", "path", "paths"),
    COUNT("Ratio", "dollar of charges", "dollars of charges"),
};

const struct pricing_unit *pricing_unit_find(const char *unit)
{
    for (size_t i = 0; i < ARRAY_LEN(pricing_units); i++)
        if (text_equal(pricing_units[i].unit, unit))
            return &pricing_units[i];
    return NULL;
}

bool pricing_unit_counts(const char *word)
{
    for (size_t i = 0; i < ARRAY_LEN(pricing_units); i++)
        if (pricing_units[i].metered == USAGE_COUNT && pricing_units[i].scale != PEAK_DENOMINATOR &&
            (strcasecmp(word, pricing_units[i].singular) == 0 || strcasecmp(word, pricing_units[i].plural) == 0))
            return true;
    return false;
}

const char *pricing_unit_nearest(const char *unit)
{
    const char *names[ARRAY_LEN(pricing_units)];
    for (size_t i = 0; i < ARRAY_LEN(pricing_units); i++)
        names[i] = pricing_units[i].unit;
    return text_nearest(unit, names, ARRAY_LEN(names));
}

/* ---- services: categories of FOCUS 1.2 ---- */

static const char compute[] = "Compute", storage[] = "Storage", networking[] = "Networking", databases[] = "Databases",
                  integration[] = "Integration", security[] = "Security", management[] = "Management and Governance";

static const struct service_facts services[] = {
    { "AmazonEC2", "EBS:", "Amazon Elastic Block Store", storage, "Block Storage", "ebs" },
    { "AmazonEC2", "", "Amazon Elastic Compute Cloud", compute, "Virtual Machines", "ec2" },
    { "ComputeSavingsPlans", "", "Savings Plans for AWS Compute usage", compute, "Virtual Machines", "computesp" },
    { "DatabaseSavingsPlans", "", "Savings Plans for AWS Database usage", databases, "Relational Databases",
      "databasesp" },
    { "AmazonECS", "", "Amazon Elastic Container Service", compute, "Containers", "ecs" },
    { "AmazonECS", "", "AWS Fargate", compute, "Containers", "fargate" },
    { "AmazonEKS", "", "Amazon Elastic Kubernetes Service", compute, "Containers", "eks" },
    { "AmazonECR", "", "Amazon Elastic Container Registry", compute, "Containers", "ecr" },
    { "AWSLambda", "", "AWS Lambda", compute, "Serverless Compute", "lambda" },
    { "AWSELB", "", "Elastic Load Balancing", networking, "Application Networking", "elb" },
    { "AmazonApiGateway", "", "Amazon API Gateway", integration, "API Management", "apigateway" },
    { "AmazonCloudFront", "", "Amazon CloudFront", networking, "Content Delivery", "cloudfront" },
    { "AmazonRoute53", "", "Amazon Route 53", networking, "Network Routing", "route53" },
    { "AWSGlobalAccelerator", "", "AWS Global Accelerator", networking, "Network Routing", "globalaccelerator" },
    { "AmazonVPC", "", "Amazon Virtual Private Cloud", networking, "Network Connectivity", "vpc" },
    { "AWSDataTransfer", "", "AWS Data Transfer", networking, "Network Connectivity", "datatransfer" },
    { "awswaf", "", "AWS WAF", networking, "Network Security", "waf" },
    { "AWSShield", "", "AWS Shield", security, "Threat Detection and Response", "shield" },
    { "AmazonRDS", "", "Amazon Relational Database Service", databases, "Relational Databases", "rds" },
    { "AmazonRDS", "", "Amazon Aurora", databases, "Relational Databases", "aurora" },
    { "AmazonDynamoDB", "", "Amazon DynamoDB", databases, "NoSQL Databases", "dynamodb" },
    { "AmazonElastiCache", "", "Amazon ElastiCache", databases, "Caching", "elasticache" },
    { "AmazonES", "", "Amazon OpenSearch Service", "Analytics", "Search", "opensearch" },
    { "AmazonS3", "", "Amazon Simple Storage Service", storage, "Object Storage", "s3" },
    { "AmazonEFS", "", "Amazon Elastic File System", storage, "File Storage", "efs" },
    { "AWSBackup", "", "AWS Backup", storage, "Backup Storage", "backup" },
    { "AWSQueueService", "", "Amazon Simple Queue Service", integration, "Messaging", "sqs" },
    { "AmazonSNS", "", "Amazon Simple Notification Service", integration, "Messaging", "sns" },
    { "AWSEvents", "", "Amazon EventBridge", integration, "Messaging", "eventbridge" },
    { "AmazonStates", "", "AWS Step Functions", integration, "Workflow Orchestration", "stepfunctions" },
    { "AmazonKinesis", "", "Amazon Kinesis Data Streams", "Analytics", "Streaming Analytics", "kinesis" },
    { "AmazonKinesisFirehose", "", "Amazon Data Firehose", "Analytics", "Streaming Analytics", "firehose" },
    { "AmazonCloudWatch", "", "Amazon CloudWatch", management, "Observability", "cloudwatch" },
    { "AWSXRay", "", "AWS X-Ray", management, "Observability", "xray" },
    { "AWSCloudTrail", "", "AWS CloudTrail", management, "Compliance", "cloudtrail" },
    { "AWSConfig", "", "AWS Config", management, "Compliance", "config" },
    { "AWSSystemsManager", "", "AWS Systems Manager", management, "Other (Management and Governance)", "ssm" },
    { "AWSSupport", "", "AWS Support", management, "Support", "support" },
    { "AWSBudgets", "", "AWS Budgets", management, "Cost Management", "budgets" },
    { "AmazonGuardDuty", "", "Amazon GuardDuty", security, "Threat Detection and Response", "guardduty" },
    { "awskms", "", "AWS Key Management Service", security, "Secret Management", "kms" },
    { "AWSSecretsManager", "", "AWS Secrets Manager", security, "Secret Management", "secretsmanager" },
    { "AWSCertificateManager", "", "AWS Certificate Manager", security, "Other (Security)", "acm" },
};

const struct service_facts *service_facts_find(const char *service, const char *usage_type)
{
    static const struct service_facts other = { "", "", "", "Other", "Other (Other)", "" };
    for (size_t i = 0; i < ARRAY_LEN(services); i++)
        if (text_equal(services[i].service, service) &&
            strncmp(services[i].usage_type, usage_type, strlen(services[i].usage_type)) == 0)
            return &services[i];
    return &other;
}

const char *service_code_find(const char *text)
{
    for (size_t i = 0; i < ARRAY_LEN(services); i++)
        if (strcasecmp(services[i].service, text) == 0 || strcasecmp(services[i].alias, text) == 0 ||
            strcasecmp(services[i].name, text) == 0)
            return services[i].service;
    return NULL;
}

const char *service_code_nearest(const char *text)
{
    const char *names[3 * ARRAY_LEN(services)];
    for (size_t i = 0; i < ARRAY_LEN(services); i++) {
        names[3 * i] = services[i].service;
        names[3 * i + 1] = services[i].alias;
        names[3 * i + 2] = services[i].name;
    }
    return text_nearest(text, names, ARRAY_LEN(names));
}
