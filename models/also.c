/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Each service is a list of rows: place in `quantity`, key, kind, what it is, its usage type and unit on the bill. The
 * list becomes two tables: what may be written, and what it means.
 */
#include "models/also.h"

#include <assert.h>

#include "sim/base/compiler.h"

#define WRITTEN(i, key, of_kind, what, type, unit_text) \
    { \
        .name = (key), .kind = (of_kind), .offset = AT(also_service, quantity[i]), .def = "", .min = "0", \
        .doc = (what), .source = "scenario" \
    }
#define MEANS(i, key, of_kind, what, type, unit_text) \
    { \
        (type), (unit_text) \
    }
#define TABLES(service, rows) \
    static const struct param service##_params[] = { rows(WRITTEN), PARAM_END }; \
    static const struct also_line service##_lines[] = { rows(MEANS) }; \
    static_assert(ARRAY_LEN(service##_lines) <= ALSO_QUANTITIES_MAX, "a service has too many quantities")

#define CLOUDTRAIL(row) \
    row(0, "events", PARAM_COUNT, "management events beyond the first copy", "PaidEventsRecorded", "events"), \
        row(1, "data_events", PARAM_COUNT, "data events", "DataEventsRecorded", "events"), \
        row(2, "insights_events", PARAM_COUNT, "events analysed by Insights", "InsightsEvents", "events")
TABLES(cloudtrail, CLOUDTRAIL);

#define CONFIG(row) \
    row(0, "items", PARAM_COUNT, "configuration items recorded", "ConfigurationItemRecorded", ""), \
        row(1, "evaluations", PARAM_COUNT, "rule evaluations", "ConfigRuleEvaluations", "")
TABLES(config, CONFIG);

#define GUARDDUTY(row) \
    row(0, "events", PARAM_COUNT, "management events analysed", "PaidEventsAnalyzed", "events"), \
        row(1, "data", PARAM_BYTES, "flow and DNS logs analysed", "PaidDataAnalyzed", "bytes"), \
        row(2, "s3_events", PARAM_COUNT, "data events of S3 analysed", "PaidS3DataEvents", "events")
TABLES(guardduty, GUARDDUTY);

#define CLOUDWATCH(row) \
    row(0, "logs", PARAM_BYTES, "logs taken in", "DataProcessing-Bytes", "bytes"), \
        row(1, "logs_stored", PARAM_BYTES, "logs kept; all month", "TimedStorage-ByteHrs", "bytes"), \
        row(2, "metrics", PARAM_COUNT, "custom metrics; all month", "CW:MetricMonitorUsage", "metrics"), \
        row(3, "alarms", PARAM_COUNT, "alarms; all month", "CW:AlarmMonitorUsage", "alarms")
TABLES(cloudwatch, CLOUDWATCH);

#define KMS(row) \
    row(0, "keys", PARAM_COUNT, "customer managed keys; all month", "KMS-Keys", "keys"), \
        row(1, "requests", PARAM_COUNT, "requests", "KMS-Requests", "requests")
TABLES(kms, KMS);

#define SECRETS(row) \
    row(0, "secrets", PARAM_COUNT, "secrets; all month", "AWSSecretsManager-Secrets", "secrets"), \
        row(1, "requests", PARAM_COUNT, "requests", "AWSSecretsManagerAPIRequest", "requests")
TABLES(secrets, SECRETS);

#define ECR(row) row(0, "stored", PARAM_BYTES, "images kept; all month", "TimedStorage-ByteHrs", "bytes")
TABLES(ecr, ECR);

#define NAT(row) \
    row(0, "gateways", PARAM_COUNT, "NAT gateways; all month", "NatGateway-Hours", "gateways"), \
        row(1, "data", PARAM_BYTES, "bytes through them", "NatGateway-Bytes", "bytes")
TABLES(nat, NAT);

#define ENDPOINTS(row) \
    row(0, "endpoints", PARAM_COUNT, "interface endpoints, one for each zone; all month", "VpcEndpoint-Hours", \
        "endpoints"), \
        row(1, "data", PARAM_BYTES, "bytes through them", "VpcEndpoint-Bytes", "bytes")
TABLES(endpoints, ENDPOINTS);

#define XRAY(row) row(0, "traces", PARAM_COUNT, "traces stored", "XRay-TracesStored", "traces")
TABLES(xray, XRAY);

#define SNS(row) row(0, "requests", PARAM_COUNT, "requests", "Requests-Tier1", "requests")
TABLES(sns, SNS);

#define S3(row) \
    row(0, "stored", PARAM_BYTES, "bytes kept in Standard; all month", "TimedStorage-ByteHrs", "bytes"), \
        row(1, "writes", PARAM_COUNT, "PUT, COPY, POST and LIST requests", "Requests-Tier1", "requests"), \
        row(2, "reads", PARAM_COUNT, "GET and other requests", "Requests-Tier2", "requests")
TABLES(s3, S3);

#define EFS(row) row(0, "stored", PARAM_BYTES, "bytes kept in Standard; all month", "TimedStorage-ByteHrs", "bytes")
TABLES(efs, EFS);

#define LAMBDA(row) \
    row(0, "requests", PARAM_COUNT, "requests", "Request", "requests"), \
        row(1, "gb_seconds", PARAM_COUNT, "gigabytes of memory times seconds, x86", "Lambda-GB-Second", "GB-seconds")
TABLES(lambda, LAMBDA);

#define DYNAMODB(row) \
    row(0, "reads", PARAM_COUNT, "read request units", "ReadRequestUnits", ""), \
        row(1, "writes", PARAM_COUNT, "write request units", "WriteRequestUnits", ""), \
        row(2, "stored", PARAM_BYTES, "bytes kept; all month", "TimedStorage-ByteHrs", "bytes")
TABLES(dynamodb, DYNAMODB);

#define BACKUP(row) \
    row(0, "ebs", PARAM_BYTES, "snapshots of volumes kept; all month", "WarmStorage-ByteHrs-EBS", "bytes"), \
        row(1, "efs", PARAM_BYTES, "backups of EFS kept; all month", "WarmStorage-ByteHrs-EFS", "bytes"), \
        row(2, "s3", PARAM_BYTES, "backups of S3 kept; all month", "WarmStorage-ByteHrs-S3", "bytes")
TABLES(backup, BACKUP);

#define EVENTBRIDGE(row) row(0, "events", PARAM_COUNT, "custom events of at most 64 KiB", "Event-64K-Chunks", "")
TABLES(eventbridge, EVENTBRIDGE);

#define STEPFUNCTIONS(row) \
    row(0, "transitions", PARAM_COUNT, "state transitions of standard workflows", "StateTransition", "")
TABLES(stepfunctions, STEPFUNCTIONS);

#define KIND(key, service, name) \
    { \
        (key), (service), name##_lines, (int)ARRAY_LEN(name##_lines) \
    }

const struct also_kind also_kinds[] = {
    KIND("cloudtrail", "AWSCloudTrail", cloudtrail),
    KIND("config", "AWSConfig", config),
    KIND("guardduty", "AmazonGuardDuty", guardduty),
    KIND("cloudwatch", "AmazonCloudWatch", cloudwatch),
    KIND("kms", "awskms", kms),
    KIND("secretsmanager", "AWSSecretsManager", secrets),
    KIND("ecr", "AmazonECR", ecr),
    KIND("nat", "AmazonVPC", nat),
    KIND("endpoints", "AmazonVPC", endpoints),
    KIND("xray", "AWSXRay", xray),
    KIND("sns", "AmazonSNS", sns),
    KIND("s3", "AmazonS3", s3),
    KIND("efs", "AmazonEFS", efs),
    KIND("lambda", "AWSLambda", lambda),
    KIND("dynamodb", "AmazonDynamoDB", dynamodb),
    KIND("backup", "AWSBackup", backup),
    KIND("eventbridge", "AWSEvents", eventbridge),
    KIND("stepfunctions", "AmazonStates", stepfunctions),
};
static_assert(ARRAY_LEN(also_kinds) == ALSO_SERVICES, "a service has no place");

static const struct param other_params[] = {
    { .name = "service",
      .kind = PARAM_TEXT,
      .offset = AT(also_other, service),
      .doc = "offer code, name or short name: AmazonVPC, vpc",
      .source = "docs/usage-file.md" },
    { .name = "usage_type",
      .kind = PARAM_TEXT,
      .offset = AT(also_other, usage_type),
      .doc = "as on AWS's bill, without the region's prefix",
      .source = "docs/usage-file.md" },
    { .name = "quantity",
      .kind = PARAM_TEXT,
      .offset = AT(also_other, quantity),
      .doc = "a number",
      .source = "scenario" },
    { .name = "unit",
      .kind = PARAM_TEXT,
      .offset = AT(also_other, unit),
      .def = "",
      .doc = "million requests, GB, instances; a plain count when absent",
      .source = "docs/usage-file.md" },
    { .name = "attributes",
      .kind = PARAM_TEXT,
      .offset = AT(also_other, attributes),
      .def = "",
      .doc = "name=value;name=value: what selects a rate",
      .source = "docs/usage-file.md" },
    { .name = "region",
      .kind = PARAM_TEXT,
      .offset = AT(also_other, region),
      .def = "",
      .doc = "one of the scenario's or Global; the first one when absent",
      .source = "scenario" },
    PARAM_END,
};

#define SERVICE(i, key, table, title) \
    { \
        .name = (key), .kind = PARAM_BLOCK, .offset = AT(also_config, services[i]), .def = "", .sub = table##_params, \
        .doc = (title), .source = "scenario" \
    }

const struct param also_params[] = {
    SERVICE(0, "cloudtrail", cloudtrail, "AWS CloudTrail"),
    SERVICE(1, "config", config, "AWS Config"),
    SERVICE(2, "guardduty", guardduty, "Amazon GuardDuty"),
    SERVICE(3, "cloudwatch", cloudwatch, "Amazon CloudWatch"),
    SERVICE(4, "kms", kms, "AWS Key Management Service"),
    SERVICE(5, "secretsmanager", secrets, "AWS Secrets Manager"),
    SERVICE(6, "ecr", ecr, "Amazon Elastic Container Registry"),
    SERVICE(7, "nat", nat, "NAT gateways beside those of the fleets"),
    SERVICE(8, "endpoints", endpoints, "AWS PrivateLink"),
    SERVICE(9, "xray", xray, "AWS X-Ray"),
    SERVICE(10, "sns", sns, "Amazon Simple Notification Service"),
    SERVICE(11, "s3", s3, "Amazon S3, beside the buckets of the scenario"),
    SERVICE(12, "efs", efs, "Amazon Elastic File System"),
    SERVICE(13, "lambda", lambda, "AWS Lambda"),
    SERVICE(14, "dynamodb", dynamodb, "Amazon DynamoDB, on demand"),
    SERVICE(15, "backup", backup, "AWS Backup"),
    SERVICE(16, "eventbridge", eventbridge, "Amazon EventBridge"),
    SERVICE(17, "stepfunctions", stepfunctions, "AWS Step Functions"),
    { .name = "other",
      .kind = PARAM_LIST,
      .offset = AT(also_config, other),
      .count_offset = AT(also_config, other_count),
      .def = "",
      .sub = other_params,
      .sub_size = sizeof(struct also_other),
      .mark_offset = AT(also_other, at),
      .doc = "anything that the price book has, as in a usage file",
      .source = "scenario" },
    PARAM_END,
};
