/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * billing_rules -- the table. A row is one sentence about AWS.
 *
 * Sources: the pricing pages [EC2-PRICE], [ELB-PRICE], [R53-PRICE], [WAF-PRICE], [EC-PRICE], [RDS-PRICE], [SQS-PRICE],
 *          [S3-PRICE] and those of VPC, CloudFront, CloudWatch, Lambda, Fargate, EKS, DynamoDB, SNS, EventBridge, API
 *          Gateway, Kinesis, Firehose and Step Functions; docs/models/bill.md goes through them.
 *
 * Left out: the free hour of an interrupted Spot instance.
 */
#include "pricing/billing_rules.h"

#include <string.h>
#include <strings.h>

#include "sim/base/compiler.h"
#include "sim/base/text.h"

/* ---- words of the table ---- */

#define EXACT(svc, type, metered) .service = (svc), .usage_type = (type), .unit = (metered), .grain = GRAIN_EXACT
#define HOURS(svc, type) \
    .service = (svc), .usage_type = (type), .unit = USAGE_NANOSECONDS, .grain = GRAIN_STARTED_HOUR, .level = true, \
    .note = "a partial hour is a full hour"
#define RUNS(svc, type) EXACT(svc, type, USAGE_NANOSECONDS), .level = true
#define MONTHS(svc, type) \
    .service = (svc), .usage_type = (type), .unit = USAGE_NANOSECONDS, .grain = GRAIN_STARTED_MONTH, .level = true
#define ZONES(type, op, ends) \
    EXACT("AWSDataTransfer", type, USAGE_BYTES), .operation = (op), .times = (ends), \
                                                 .sold_as = "DataTransfer-Regional-Bytes"
#define PEAK(kind, type, metered, index, unit_is) \
    .service = "AWSELB", .usage_type = (type), .unit = (metered), .grain = GRAIN_PEAK_DIMENSION, .dimension = (index), \
    .peak_of = (unit_is), .decimal_gb = true, .sold_as = "LCUUsage", \
    .sold_attributes = "operation=LoadBalancing:" kind
#define PER_SECOND(n) ((n)*UINT64_C(3600))
#define ACTIVE(n)     ((n)*UINT64_C(60)) /* connection-minutes of an hour */
/* A level of connections, or connection-minutes: two names for one dimension. */
#define PEAK_ACTIVE(kind, type, index, connections) \
    { PEAK(kind, type "Connections", USAGE_COUNT, index, ACTIVE(connections)), .times = 60, .level = true }, \
    { \
        PEAK(kind, type "ConnectionMinutes", USAGE_COUNT, index, ACTIVE(connections)) \
    }

#define CHUNKS(attr, size, if_absent) \
    { \
        .kind = STEP_CHUNKS, .attribute = (attr), .amount = (size), .absent = (if_absent) \
    }
#define VALUE(attr, scale, if_absent) \
    { \
        .kind = STEP_VALUE, .attribute = (attr), .amount = (scale), .absent = (if_absent) \
    }
#define TIMES(n) \
    { \
        .kind = STEP_TIMES, .amount = (n) \
    }
#define STARTS(seconds) \
    { \
        .kind = STEP_STARTS, .attribute = "starts", .amount = (seconds)*NS, .absent = "0" \
    }
#define ROUND(seconds) \
    { \
        .kind = STEP_ROUND, .amount = (seconds)*NS \
    }
#define ONE_PER(step, attr, n, if_absent) \
    { \
        .kind = (step), .attribute = (attr), .amount = (n), .absent = (if_absent) \
    }
#define BETWEEN(from, to) \
    { \
        .kind = STEP_BETWEEN, .attribute = "volumes", .base = (from), .amount = (to), .absent = "1" \
    }
#define CHOICE(attr, words, if_absent) \
    { \
        .kind = STEP_CHOICE, .attribute = (attr), .choices = (words), .absent = (if_absent) \
    }

#define NS  UINT64_C(1000000000)
#define MS  UINT64_C(1000000)
#define KIB UINT64_C(1024)
#define GIB (UINT64_C(1) << 30)

enum { NO_END = 1000000000 };

static const struct choice read_consistency[] = { { "eventual", 1 }, { "strong", 2 }, { "transactional", 4 }, { 0 } };
static const struct choice transactional[] = { { "no", 1 }, { "yes", 2 }, { 0 } };

static const struct billing_rule rules[] = {
    /* EC2 and EBS: per second, a minute at least for each start. A volume's free IOPS are its own. */
    { RUNS("AmazonEC2", "BoxUsage:*"), .steps = { STARTS(60) } },
    { RUNS("AmazonEC2", "SpotUsage:*"), .steps = { STARTS(60) },
      .note = "Spot: a typical price, which moves with supply" },
    { RUNS("AmazonEC2", "EBS:IOPS.gp3"), .steps = { BETWEEN(3000, NO_END) }, .sold_as = "EBS:VolumeP-IOPS.gp3",
      .note = "3,000 IOPS of each volume are free" },
    { RUNS("AmazonEC2", "EBS:Throughput.gp3"), .steps = { BETWEEN(125, NO_END) },
      .sold_as = "EBS:VolumeP-Throughput.gp3", .note = "125 MiB/s of each volume are free" },
    { RUNS("AmazonEC2", "EBS:IOPS.io2"), .steps = { BETWEEN(0, 32000) }, .sold_as = "EBS:VolumeP-IOPS.io2" },
    { RUNS("AmazonEC2", "EBS:IOPS.io2"), .steps = { BETWEEN(32000, 64000) }, .sold_as = "EBS:VolumeP-IOPS.io2.tier2",
      .also = true },
    { RUNS("AmazonEC2", "EBS:IOPS.io2"), .steps = { BETWEEN(64000, NO_END) }, .sold_as = "EBS:VolumeP-IOPS.io2.tier3",
      .also = true },

    /* Load balancers: an hour begun, and the largest dimension of each hour. */
    { HOURS("AWSELB", "LoadBalancerUsage") },
    { HOURS("AWSELB", "TS-LoadBalancerUsage") },
    { PEAK("Application", "ALB:NewConnections", USAGE_COUNT, NEW_CONNECTIONS, PER_SECOND(25)) },
    { PEAK("Application", "ALB:ActiveConnections", USAGE_COUNT, ACTIVE_CONNECTIONS, ACTIVE(1500)), .times = 60,
      .level = true, .when = "mtls=yes" },
    PEAK_ACTIVE("Application", "ALB:Active", ACTIVE_CONNECTIONS, 3000),
    { PEAK("Application", "ALB:ProcessedBytes", USAGE_BYTES, PROCESSED_BYTES, 400000000), .when = "target=lambda" },
    { PEAK("Application", "ALB:ProcessedBytes", USAGE_BYTES, PROCESSED_BYTES, 1000000000) },
    { PEAK("Application", "ALB:RuleEvaluations", USAGE_COUNT, RULE_EVALUATIONS, PER_SECOND(1000)) },
    { PEAK("Application", "ALB:Requests", USAGE_COUNT, RULE_EVALUATIONS, PER_SECOND(1000)),
      .steps = { { .kind = STEP_ABOVE, .attribute = "rules", .amount = 1, .base = 10 } } },
    { PEAK("Network", "NLB:NewConnections", USAGE_COUNT, NEW_CONNECTIONS, PER_SECOND(800)) },
    { PEAK("Network", "NLB:NewConnections:TCP", USAGE_COUNT, NEW_CONNECTIONS, PER_SECOND(800)) },
    { PEAK("Network", "NLB:NewConnections:UDP", USAGE_COUNT, UDP_FLOWS, PER_SECOND(400)) },
    { PEAK("Network", "NLB:NewConnections:TLS", USAGE_COUNT, TLS_CONNECTIONS, PER_SECOND(50)) },
    PEAK_ACTIVE("Network", "NLB:Active", ACTIVE_CONNECTIONS, 100000),
    { PEAK("Network", "NLB:ActiveConnections:TCP", USAGE_COUNT, ACTIVE_CONNECTIONS, ACTIVE(100000)), .times = 60,
      .level = true },
    { PEAK("Network", "NLB:ActiveConnections:UDP", USAGE_COUNT, UDP_ACTIVE, ACTIVE(50000)), .times = 60,
      .level = true },
    { PEAK("Network", "NLB:ActiveConnections:TLS", USAGE_COUNT, TLS_ACTIVE, ACTIVE(3000)), .times = 60, .level = true },
    { PEAK("Network", "NLB:ProcessedBytes", USAGE_BYTES, PROCESSED_BYTES, 1000000000) },
    { PEAK("Network", "NLB:ProcessedBytes:TCP", USAGE_BYTES, PROCESSED_BYTES, 1000000000) },
    { PEAK("Network", "NLB:ProcessedBytes:UDP", USAGE_BYTES, UDP_BYTES, 1000000000) },
    { PEAK("Network", "NLB:ProcessedBytes:TLS", USAGE_BYTES, TLS_BYTES, 1000000000) },
    { PEAK("Gateway", "GWLB:NewConnections", USAGE_COUNT, NEW_CONNECTIONS, PER_SECOND(600)) },
    PEAK_ACTIVE("Gateway", "GWLB:Active", ACTIVE_CONNECTIONS, 60000),
    { PEAK("Gateway", "GWLB:ProcessedBytes", USAGE_BYTES, PROCESSED_BYTES, 1000000000) },

    /* Networking: an hour begun of whatever stands there. */
    { HOURS("AmazonVPC", "PublicIPv4:*") },
    { HOURS("AmazonVPC", "NatGateway-Hours") },
    { HOURS("AmazonEC2", "NatGateway-Hours"), .sold_service = "AmazonVPC" }, /* the bill's service */
    { EXACT("AmazonEC2", "NatGateway-Bytes", USAGE_BYTES), .sold_service = "AmazonVPC" },
    { HOURS("AmazonVPC", "VpcEndpoint-Hours") },
    { HOURS("AmazonVPC", "VpcEndpoint-GWLBE-Hours") },
    { HOURS("AmazonVPC", "TransitGateway-Hours*") },
    { HOURS("AmazonVPC", "VPN-Usage-Hours:*") },
    { HOURS("AmazonVPC", "ClientVPN-*") },
    { HOURS("AmazonVPC", "VpcLattice-Hours") },
    { HOURS("AWSGlobalAccelerator", "GlobalAccelerator-Hours"), .global = true },
    { HOURS("AmazonRoute53", "ResolverNetworkInterface") },

    /* AWS charges the byte where it leaves and where it arrives, when both ends are of a kind that pays. */
    { ZONES("DataTransfer-Regional-Bytes", "both", 2), .note = "both ends pay: bytes count out and in" },
    { ZONES("DataTransfer-Regional-Bytes", "one", 1), .note = "one end pays" },
    { ZONES("InterZone-Bytes", NULL, 1), .when = "ends=one", .sold_attributes = "", .note = "one end pays" },
    { ZONES("InterZone-Bytes", NULL, 2), .sold_attributes = "", .note = "both ends pay: bytes count out and in" },
    { EXACT("AWSDataTransfer", "InterRegion-Bytes", USAGE_BYTES), .sold_as = "{to:prefix}AWS-Out-Bytes",
      .sold_attributes = "", .note = "the sending region pays" },

    { EXACT("AmazonCloudFront", "Requests-HTTPS", USAGE_COUNT), .sold_as = "{edge}-Requests-Tier2-HTTPS",
      .global = true },
    { EXACT("AmazonCloudFront", "Requests-HTTP", USAGE_COUNT), .sold_as = "{edge}-Requests-Tier1", .global = true },
    { EXACT("AmazonCloudFront", "DataTransfer-Out-Bytes", USAGE_BYTES), .sold_as = "{edge}-DataTransfer-Out-Bytes",
      .global = true },
    { EXACT("AmazonCloudFront", "DataTransfer-Out-OBytes", USAGE_BYTES), .sold_as = "{edge}-DataTransfer-Out-OBytes",
      .global = true },
    { EXACT("AmazonCloudFront", "OriginShield-Requests", USAGE_COUNT), .sold_as = "{edge}-OriginShield-Requests",
      .global = true },
    { EXACT("AmazonCloudFront", "Origin-DataTransfer", USAGE_BYTES), .sold_service = "AWSDataTransfer",
      .sold_as = "CloudFront-Out-Bytes", .note = "free: AWS origins send to CloudFront at no charge" },

    /* Egress is one thing, whoever sends: its tiers pool over the services of a region. */
    { EXACT("*", "DataTransfer-Out-Bytes", USAGE_BYTES), .sold_service = "AWSDataTransfer" },
    { EXACT("*", "DataTransfer-In-Bytes", USAGE_BYTES), .sold_service = "AWSDataTransfer",
      .note = "free: data in from the internet costs nothing" },
    { EXACT("*", "DataTransfer-Regional-Bytes", USAGE_BYTES), .sold_service = "AWSDataTransfer" },
    { EXACT("*", "*-AWS-Out-Bytes", USAGE_BYTES), .sold_service = "AWSDataTransfer",
      .note = "the sending region pays" },
    { EXACT("*", "CloudFront-Out-Bytes", USAGE_BYTES), .sold_service = "AWSDataTransfer",
      .note = "free: AWS origins send to CloudFront at no charge" },

    { MONTHS("AmazonRoute53", "HostedZone"), .global = true, .note = "a full month, not prorated" },
    { EXACT("AmazonRoute53", "DNS-Queries", USAGE_COUNT), .global = true },
    { EXACT("AmazonRoute53", "LBR-Queries", USAGE_COUNT), .global = true },
    { RUNS("AmazonRoute53", "Health-Check-*"), .global = true },
    { EXACT("AmazonRoute53", "Intra-AWS-DNS-Queries", USAGE_COUNT), .global = true,
      .note = "free: alias answers for AWS targets are not charged" },

    { MONTHS("AWSShield", "ShieldAdvanced-Subscription"), .global = true, .note = "a full month, not prorated" },
    { RUNS("awswaf", "WebACL"), .sold_as = "WebACLV2" },
    { RUNS("awswaf", "Rule"), .sold_as = "RuleV2" },
    { EXACT("awswaf", "Request", USAGE_COUNT), .sold_as = "RequestV2-Tier1" },

    /* Containers and functions: what was asked for, not what was used. */
    { RUNS("AmazonECS", "Fargate-Task"), .steps = { STARTS(60), VALUE("vcpu", 1000, NULL) },
      .sold_as = "{spot}Fargate{arm}-vCPU-Hours:perCPU" },
    { RUNS("AmazonECS", "Fargate-Task"), .steps = { STARTS(60), VALUE("memory_gb", 1024, NULL) },
      .sold_as = "{spot}Fargate{arm}-GB-Hours", .also = true },
    { RUNS("AmazonECS", "Fargate-Task"),
      .steps = { STARTS(60),
                 { .kind = STEP_ABOVE, .attribute = "storage_gb", .amount = 1024, .base = 20 * 1024, .absent = "20" } },
      .sold_as = "Fargate-EphemeralStorage-GB-Hours", .also = true, .note = "20 GB of each task are free" },
    { RUNS("AmazonECS", "Fargate-Windows-Task"), .steps = { STARTS(300), VALUE("vcpu", 1000, NULL) },
      .sold_as = "Fargate-Windows-vCPU-Hours:perCPU" },
    { RUNS("AmazonECS", "Fargate-Windows-Task"), .steps = { STARTS(300), VALUE("vcpu", 1000, NULL) },
      .sold_as = "Fargate-Windows-OS-Hours:perCPU", .also = true },
    { RUNS("AmazonECS", "Fargate-Windows-Task"), .steps = { STARTS(300), VALUE("memory_gb", 1024, NULL) },
      .sold_as = "Fargate-Windows-GB-Hours", .also = true },
    { RUNS("AmazonEKS", "Fargate-Pod"), .steps = { STARTS(60), VALUE("vcpu", 1000, NULL) },
      .sold_as = "EKS-Fargate-vCPU-Hours:perCPU" },
    { RUNS("AmazonEKS", "Fargate-Pod"), .steps = { STARTS(60), VALUE("memory_gb", 1024, NULL) },
      .sold_as = "EKS-Fargate-GB-Hours", .also = true },
    { HOURS("AmazonEKS", "Cluster"), .sold_as = "AmazonEKS-Hours:perCluster" },
    { HOURS("AmazonEKS", "Cluster"), .when = "support=extended", .sold_as = "AmazonEKS-Hours:extendedSupport",
      .also = true },
    { HOURS("AmazonEKS", "AmazonEKS-Hours:*") },
    { RUNS("AmazonEKS", "EKS-AutoMode:*"), .steps = { STARTS(60) }, .note = "on top of the instance" },
    { EXACT("AWSLambda", "Invocation", USAGE_COUNT), .sold_as = "Request{arm}" },
    { EXACT("AWSLambda", "Invocation", USAGE_COUNT),
      .steps = { CHUNKS("duration_ms", 1, NULL), TIMES(MS), VALUE("memory_mb", 1, NULL) },
      .sold_as = "Lambda-GB-Second{arm}", .also = true },
    { EXACT("AWSLambda", "Invocation", USAGE_COUNT),
      .steps = { CHUNKS("duration_ms", 1, NULL),
                 TIMES(MS),
                 { .kind = STEP_ABOVE, .attribute = "storage_mb", .amount = 1, .base = 512, .absent = "512" } },
      .sold_as = "Lambda-Storage-GB-Second{arm}", .also = true },
    { EXACT("AWSLambda", "Provisioned-Invocation", USAGE_COUNT), .sold_as = "Request{arm}" },
    { EXACT("AWSLambda", "Provisioned-Invocation", USAGE_COUNT),
      .steps = { CHUNKS("duration_ms", 1, NULL), TIMES(MS), VALUE("memory_mb", 1, NULL) },
      .sold_as = "Lambda-Provisioned-GB-Second{arm}", .also = true },
    { RUNS("AWSLambda", "ProvisionedConcurrency"), .steps = { ROUND(300), VALUE("memory_mb", 1, NULL) },
      .sold_as = "Lambda-Provisioned-Concurrency{arm}", .note = "time counts up to whole five minutes" },
    { EXACT("AWSLambda", "Edge-Invocation", USAGE_COUNT), .sold_as = "Lambda-Edge-Request" },
    { EXACT("AWSLambda", "Edge-Invocation", USAGE_COUNT),
      .steps = { CHUNKS("duration_ms", 1, NULL), TIMES(MS), VALUE("memory_mb", 1, NULL) },
      .sold_as = "Lambda-Edge-GB-Second", .also = true },

    /* Databases: per second, ten minutes at least for each start. The rate of Multi-AZ includes the standby. */
    { HOURS("AmazonElastiCache", "NodeUsage:*") },
    { EXACT("AmazonElastiCache", "CachedData:ServerlessValkey", USAGE_BYTE_HOURS),
      .steps = { ONE_PER(STEP_FLOOR, "caches", 100 * KIB * KIB, "1") }, .note = "at least 100 MB of each cache" },
    { EXACT("AmazonElastiCache", "CachedData:*", USAGE_BYTE_HOURS),
      .steps = { ONE_PER(STEP_FLOOR, "caches", GIB, "1") }, .note = "at least 1 GB of each cache" },
    { EXACT("AmazonElastiCache", "Command", USAGE_COUNT), .steps = { CHUNKS("bytes", KIB, "1") },
      .sold_as = "ElastiCacheProcessingUnits:{engine}" },
    { RUNS("AmazonRDS", "InstanceUsage:*"), .steps = { STARTS(600) } },
    { RUNS("AmazonRDS", "InstanceUsageIOOptimized:*"), .steps = { STARTS(600) } },
    { RUNS("AmazonRDS", "Multi-AZUsage:*"), .steps = { STARTS(600) }, .note = "the rate includes the standby" },
    { RUNS("AmazonRDS", "Multi-AZClusterUsage:*"), .steps = { STARTS(600) },
      .note = "the rate includes both readable standbys" },
    { EXACT("AmazonRDS", "RDS:Multi-AZ-GP3-Storage", USAGE_BYTE_HOURS),
      .note = "the rate includes the standby's copy" },
    { RUNS("AmazonRDS", "RDS:IOPS.gp3"), .when = "striped=yes", .steps = { BETWEEN(12000, NO_END) },
      .sold_as = "RDS:{multi}GP3-PIOPS", .note = "12,000 IOPS of each striped volume are free" },
    { RUNS("AmazonRDS", "RDS:IOPS.gp3"), .steps = { BETWEEN(3000, NO_END) }, .sold_as = "RDS:{multi}GP3-PIOPS",
      .note = "3,000 IOPS of each volume are free" },
    { RUNS("AmazonRDS", "RDS:Throughput.gp3"), .when = "striped=yes", .steps = { BETWEEN(500, NO_END) },
      .sold_as = "RDS:{multi}GP3-Throughput", .note = "500 MiB/s of each striped volume are free" },
    { RUNS("AmazonRDS", "RDS:Throughput.gp3"), .steps = { BETWEEN(125, NO_END) },
      .sold_as = "RDS:{multi}GP3-Throughput", .note = "125 MiB/s of each volume are free" },
    { EXACT("AmazonRDS", "RDS:BackupStorage", USAGE_BYTE_HOURS),
      .steps = { ONE_PER(STEP_LESS, "provisioned_gb", GIB, NULL) }, .sold_as = "RDS:ChargedBackupUsage",
      .note = "as much backup as provisioned storage is free" },
    { RUNS("AmazonRDS", "RDS:Proxy"),
      .steps = { { .kind = STEP_VALUE, .attribute = "vcpu", .amount = 1000, .base = 2000 } },
      .sold_as = "RDS:ProxyUsage", .note = "2 vCPUs at least" },
    { HOURS("AmazonES", "ESInstance:*") },
    { HOURS("AmazonDynamoDB", "DaxNode:*") },
    { EXACT("AmazonDynamoDB", "Write", USAGE_COUNT),
      .steps = { CHUNKS("item_bytes", KIB, NULL), CHOICE("transactional", transactional, "no") },
      .sold_as = "{class}WriteRequestUnits" },
    { EXACT("AmazonDynamoDB", "ReplicatedWrite", USAGE_COUNT), .steps = { CHUNKS("item_bytes", KIB, NULL) },
      .sold_as = "{class}ReplWriteRequestUnits" },
    { EXACT("AmazonDynamoDB", "Read", USAGE_COUNT),
      .steps = { CHUNKS("item_bytes", 4 * KIB, NULL), CHOICE("consistency", read_consistency, "eventual") },
      .sold_as = "{class}ReadRequestUnits" },
    { EXACT("AmazonDynamoDB", "Items", USAGE_BYTE_HOURS), .steps = { ONE_PER(STEP_PLUS, "items", 100, "0") },
      .sold_as = "{class}TimedStorage-ByteHrs", .note = "100 bytes more for each item" },

    /* Messages: 64 KB of a payload are one request. */
    { EXACT("AWSQueueService", "Request", USAGE_COUNT), .when = "queue=FIFO",
      .steps = { CHUNKS("payload_bytes", 64 * KIB, "1") }, .sold_as = "Requests-FIFO-Tier1" },
    { EXACT("AWSQueueService", "Request", USAGE_COUNT), .steps = { CHUNKS("payload_bytes", 64 * KIB, "1") },
      .sold_as = "Requests-Tier1" },
    { EXACT("AmazonSNS", "Publish", USAGE_COUNT), .steps = { CHUNKS("payload_bytes", 64 * KIB, "1") },
      .sold_as = "Requests-Tier1" },
    { EXACT("AWSEvents", "PutEvents", USAGE_COUNT), .steps = { CHUNKS("payload_bytes", 64 * KIB, "1") },
      .sold_as = "Event-64K-Chunks" },
    { EXACT("AWSEvents", "PipesRequest", USAGE_COUNT), .steps = { CHUNKS("payload_bytes", 64 * KIB, "1") },
      .sold_as = "Pipes-Request-64K-Chunks" },
    { EXACT("AmazonApiGateway", "HttpRequest", USAGE_COUNT), .steps = { CHUNKS("payload_bytes", 512 * KIB, "1") },
      .sold_as = "ApiGatewayHttpRequest" },
    { EXACT("AmazonApiGateway", "WebSocketMessage", USAGE_COUNT), .steps = { CHUNKS("payload_bytes", 32 * KIB, "1") },
      .sold_as = "ApiGatewayMessage" },
    { RUNS("AmazonApiGateway", "ApiGatewayMinute") },
    { HOURS("AmazonApiGateway", "ApiGatewayCacheUsage:*") },
    { EXACT("AmazonKinesis", "PutRecord", USAGE_COUNT), .steps = { CHUNKS("record_bytes", 25 * KIB, NULL) },
      .sold_as = "PutRequestPayloadUnits" },
    { EXACT("AmazonKinesis", "OnDemand-PutRecord", USAGE_COUNT),
      .steps = { CHUNKS("record_bytes", KIB, NULL), TIMES(KIB) }, .sold_as = "OnDemand-BilledIncomingBytes",
      .note = "records count in steps of 1 KB" },
    { EXACT("AmazonKinesisFirehose", "PutRecord", USAGE_COUNT),
      .steps = { CHUNKS("record_bytes", 5 * KIB, NULL), TIMES(5 * KIB) }, .sold_as = "BilledBytes",
      .note = "records count in steps of 5 KB" },
    { EXACT("AmazonStates", "Express-Execution", USAGE_COUNT), .sold_as = "StepFunctions-Request" },
    { EXACT("AmazonStates", "Express-Execution", USAGE_COUNT),
      .steps = { CHUNKS("duration_ms", 100, NULL), CHUNKS("memory_mb", 64, NULL), TIMES(64 * 100 * MS) },
      .sold_as = "StepFunctions-GB-Second", .also = true },

    /* S3: small objects count as large ones, archived objects carry an index, and each class has its shortest stay. */
    { EXACT("AmazonS3", "TimedStorage-SIA-ByteHrs", USAGE_BYTE_HOURS),
      .steps = { ONE_PER(STEP_FLOOR, "objects", 128 * KIB, "0") } },
    { EXACT("AmazonS3", "TimedStorage-ZIA-ByteHrs", USAGE_BYTE_HOURS),
      .steps = { ONE_PER(STEP_FLOOR, "objects", 128 * KIB, "0") } },
    { EXACT("AmazonS3", "TimedStorage-GIR-ByteHrs", USAGE_BYTE_HOURS),
      .steps = { ONE_PER(STEP_FLOOR, "objects", 128 * KIB, "0") } },
    { EXACT("AmazonS3", "TimedStorage-GlacierByteHrs", USAGE_BYTE_HOURS),
      .steps = { ONE_PER(STEP_PLUS, "objects", 32 * KIB, "0") } },
    { EXACT("AmazonS3", "TimedStorage-GlacierByteHrs", USAGE_BYTE_HOURS),
      .steps = { ONE_PER(STEP_ONLY, "objects", 8 * KIB, "0") }, .sold_as = "TimedStorage-ByteHrs",
      .sold_attributes = "", .also = true, .note = "8 KB of index for each archived object" },
    { EXACT("AmazonS3", "TimedStorage-GDA-ByteHrs", USAGE_BYTE_HOURS),
      .steps = { ONE_PER(STEP_PLUS, "objects", 32 * KIB, "0") } },
    { EXACT("AmazonS3", "TimedStorage-GDA-ByteHrs", USAGE_BYTE_HOURS),
      .steps = { ONE_PER(STEP_ONLY, "objects", 8 * KIB, "0") }, .sold_as = "TimedStorage-ByteHrs",
      .sold_attributes = "", .also = true, .note = "8 KB of index for each archived object" },
    { EXACT("AmazonS3", "EarlyDelete-SIA", USAGE_BYTES), .steps = { ONE_PER(STEP_DAYS, "held_days", 30, NULL) },
      .sold_as = "TimedStorage-SIA-ByteHrs", .note = "the rest of 30 days" },
    { EXACT("AmazonS3", "EarlyDelete-ZIA", USAGE_BYTES), .steps = { ONE_PER(STEP_DAYS, "held_days", 30, NULL) },
      .sold_as = "TimedStorage-ZIA-ByteHrs", .note = "the rest of 30 days" },
    { EXACT("AmazonS3", "EarlyDelete-GIR", USAGE_BYTES), .steps = { ONE_PER(STEP_DAYS, "held_days", 90, NULL) },
      .sold_as = "TimedStorage-GIR-ByteHrs", .note = "the rest of 90 days" },
    { EXACT("AmazonS3", "EarlyDelete-ByteHrs", USAGE_BYTES), .steps = { ONE_PER(STEP_DAYS, "held_days", 90, NULL) },
      .sold_as = "TimedStorage-GlacierByteHrs", .note = "the rest of 90 days" },
    { EXACT("AmazonS3", "EarlyDelete-GDA", USAGE_BYTES), .steps = { ONE_PER(STEP_DAYS, "held_days", 180, NULL) },
      .sold_as = "TimedStorage-GDA-ByteHrs", .note = "the rest of 180 days" },
    { EXACT("AmazonS3", "LifecycleTransition", USAGE_COUNT), .when = "to=SIA", .sold_as = "Requests-Tier4-SIA" },
    { EXACT("AmazonS3", "LifecycleTransition", USAGE_COUNT), .when = "to=ZIA", .sold_as = "Requests-Tier4-ZIA" },
    { EXACT("AmazonS3", "LifecycleTransition", USAGE_COUNT), .when = "to=INT", .sold_as = "Requests-Tier4-INT" },
    { EXACT("AmazonS3", "LifecycleTransition", USAGE_COUNT), .when = "to=GIR", .sold_as = "Requests-Tier4-GIR" },
    { EXACT("AmazonS3", "LifecycleTransition", USAGE_COUNT), .when = "to=GLACIER", .sold_as = "Requests-Tier3" },
    { EXACT("AmazonS3", "LifecycleTransition", USAGE_COUNT), .when = "to=GDA", .sold_as = "Requests-GDA-Tier3" },
    { EXACT("AmazonS3", "Replication-Bytes", USAGE_BYTES), .when = "to={region}", .sold_service = "AWSDataTransfer",
      .sold_as = "DataTransfer-In-Bytes", .note = "free: replication within a region moves at no charge" },
    { EXACT("AmazonS3", "Replication-Bytes", USAGE_BYTES), .sold_service = "AWSDataTransfer",
      .sold_as = "{to:prefix}AWS-Out-Bytes", .note = "the sending region pays" },
    { EXACT("AmazonS3", "Replication-Bytes", USAGE_BYTES), .when = "rtc=yes", .sold_as = "S3RTC-Out-Bytes",
      .also = true },
    { EXACT("AWSBackup", "EarlyDelete-EFS", USAGE_BYTES), .steps = { ONE_PER(STEP_DAYS, "held_days", 90, NULL) },
      .sold_as = "ColdStorage-ByteHrs-EFS", .note = "the rest of 90 days" },
    { EXACT("AmazonEC2", "EarlyDelete-SnapshotArchive", USAGE_BYTES),
      .steps = { ONE_PER(STEP_DAYS, "held_days", 90, NULL) }, .sold_as = "EBS:SnapshotArchiveStorage",
      .note = "the rest of 90 days" },

    { EXACT("AmazonCloudWatch", "Logs", USAGE_BYTES), .steps = { ONE_PER(STEP_PLUS, "events", 26, "0") },
      .sold_as = "DataProcessing-Bytes", .note = "26 bytes more for each event" },
};

const struct peak_facts peak_dimensions[PEAK_DIMENSIONS] = {
    [NEW_CONNECTIONS] = { "new connections", 0 },
    [ACTIVE_CONNECTIONS] = { "active connections", 0 },
    [PROCESSED_BYTES] = { "processed bytes", 0 },
    [RULE_EVALUATIONS] = { "rule evaluations", 0 },
    [UDP_FLOWS] = { "new UDP flows", 1 },
    [UDP_ACTIVE] = { "active UDP flows", 1 },
    [UDP_BYTES] = { "UDP bytes", 1 },
    [TLS_CONNECTIONS] = { "new TLS connections", 2 },
    [TLS_ACTIVE] = { "active TLS connections", 2 },
    [TLS_BYTES] = { "TLS bytes", 2 },
};

/* What is sold as it is metered. */
static const struct billing_rule defaults[] = {
    [USAGE_COUNT] = { EXACT("*", "*", USAGE_COUNT) },
    [USAGE_BYTES] = { EXACT("*", "*", USAGE_BYTES) },
    [USAGE_NANOSECONDS] = { RUNS("*", "*") },
    [USAGE_BYTE_HOURS] = { EXACT("*", "*", USAGE_BYTE_HOURS) },
};

const struct billing_rule *billing_rule_default(enum usage_unit unit)
{
    return &defaults[unit];
}

/* ---- lookups ---- */

bool usage_type_matches(const char *pattern, const char *text)
{
    const size_t length = strlen(pattern), text_length = strlen(text);
    if (pattern[0] == '*' && length > 1)
        return text_length >= length - 1 && text_equal(pattern + 1, text + text_length - (length - 1));
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

/* Is "arch=arm64" one of "memory_mb=512;arch=ARM64"? */
static bool has_attribute(const char *attributes, const char *wanted)
{
    const size_t length = strlen(wanted);
    for (const char *at = attributes; *at; at += strcspn(at, ";"), at += *at == ';')
        if (strcspn(at, ";") == length && strncasecmp(at, wanted, length) == 0)
            return true;
    return false;
}

/* Does "to=us-east-1" name the record's own region? */
static bool stays_in_region(const struct usage_key *key)
{
    const size_t length = strlen(key->region);
    for (const char *at = key->operation; *at; at += strcspn(at, ";"), at += *at == ';')
        if (strncmp(at, "to=", 3) == 0 && strcspn(at, ";") == length + 3 &&
            strncasecmp(at + 3, key->region, length) == 0)
            return true;
    return false;
}

static bool holds(const char *when, const struct usage_key *key)
{
    return text_equal(when, "to={region}") ? stays_in_region(key) : has_attribute(key->operation, when);
}

static bool applies(const struct billing_rule *rule, const struct usage_key *key)
{
    return (rule->service[0] == '*' || text_equal(rule->service, key->service)) &&
           usage_type_matches(rule->usage_type, key->usage_type) &&
           (!rule->operation || operation_is(key->operation, rule->operation)) &&
           (!rule->when || holds(rule->when, key));
}

int billing_rules_find(const struct usage_key *key, const struct billing_rule **out, int most)
{
    int count = 0;
    for (size_t i = 0; i < ARRAY_LEN(rules) && count < most; i++) {
        if (!applies(&rules[i], key))
            continue;
        const bool of_group = count > 0 && text_equal(rules[i].service, out[0]->service) &&
                              text_equal(rules[i].usage_type, out[0]->usage_type);
        if (rules[i].also ? of_group : count == 0)
            out[count++] = &rules[i];
    }
    return count;
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

const struct billing_rule *billing_rules_all(size_t *count)
{
    *count = ARRAY_LEN(rules);
    return rules;
}
