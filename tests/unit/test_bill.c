/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bill: AWS's own worked examples, the edges of tiers and hours, and properties that hold for any usage.
 *
 * An example names the page it is from. "as published" means that the total stands on that page; the page's list
 * prices are those of our us-east-1 book, which the examples thereby check too.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "pricing/bill.h"
#include "pricing/price_book.h"
#include "sim/base/compiler.h"

#define HOUR_NS  INT64_C(3600000000000)
#define GB       (INT64_C(1) << 30)
#define ONCE     INT64_C(1000000)
#define MONTH_E6 INT64_C(1000000)

static const struct bill_period june = { 2026, 6, 30 };
static const struct bill_period march = { 2026, 3, 31 };

struct fixture {
    struct arena arena;
    struct diag diag;
    const struct price_book *book;
};

static int set_up(void **state)
{
    static const char *const regions[] = { "us-east-1", "eu-west-1" };
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    arena_init(&f->arena);
    diag_init(&f->diag, &f->arena);
    f->book = price_book_load("pricing/books", regions, ARRAY_LEN(regions), &f->arena, &f->diag);
    *state = f;
    return f->book ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    arena_fini(&f->arena);
    free(f);
    return 0;
}

static struct usage_key key(const char *service, const char *usage_type, const char *operation, enum usage_unit unit)
{
    return (struct usage_key){ .service = service,
                               .usage_type = usage_type,
                               .operation = operation,
                               .resource = "thing",
                               .region = "us-east-1",
                               .zone = "",
                               .to_zone = "",
                               .tier = "web",
                               .unit = unit };
}

static struct usage use(const struct usage_key *k, int hour, int64_t quantity, int64_t weight_e6)
{
    return (struct usage){ k, hour, quantity, weight_e6 };
}

static struct bill compute(struct fixture *f, const struct usage *usage, size_t count, struct bill_period period)
{
    struct bill bill;
    if (!bill_compute(&bill, f->book, usage, count, period, &f->arena, &f->diag)) {
        diag_print(&f->diag, stderr, false);
        fail_msg("the bill has errors");
    }
    int64_t sum = 0;
    for (size_t i = 0; i < bill.line_count; i++) {
        sum += bill.lines[i].cents;
        if (bill.lines[i].cents == 0)
            assert_non_null(bill.lines[i].note);
    }
    assert_int_equal(sum, bill.total_cents);
    return bill;
}

static struct bill one(struct fixture *f, const struct usage_key *k, int64_t quantity, struct bill_period period)
{
    const struct usage usage = use(k, 0, quantity, ONCE);
    return compute(f, &usage, 1, period);
}

/* ---- worked examples ---- */

/* ELB pricing page, example 1, as published: 1 new connection/s of 2 minutes, 300 KB/s, 60 rules at 5 requests/s:
 * 1.08 LCU by bytes, $0.03114 per hour, $22.42 in 30 days. */
static void given_the_alb_example_when_billed_then_bytes_decide_and_it_is_22_42(void **state)
{
    const struct usage_key hours = key("AWSELB", "LoadBalancerUsage", "LoadBalancing:Application", USAGE_NANOSECONDS);
    const struct usage_key connections = key("AWSELB", "ALB:NewConnections", "", USAGE_COUNT);
    const struct usage_key active = key("AWSELB", "ALB:ActiveConnectionMinutes", "", USAGE_COUNT);
    const struct usage_key bytes = key("AWSELB", "ALB:ProcessedBytes", "", USAGE_BYTES);
    const struct usage_key rules = key("AWSELB", "ALB:RuleEvaluations", "", USAGE_COUNT);
    struct usage usage[5 * 24];
    for (int h = 0; h < 24; h++) {
        usage[5 * h + 0] = use(&hours, h, HOUR_NS, 30 * ONCE);
        usage[5 * h + 1] = use(&connections, h, 3600, 30 * ONCE);
        usage[5 * h + 2] = use(&active, h, 120 * 60, 30 * ONCE);
        usage[5 * h + 3] = use(&bytes, h, INT64_C(300000) * 3600, 30 * ONCE);
        usage[5 * h + 4] = use(&rules, h, INT64_C(250) * 3600, 30 * ONCE);
    }
    const struct bill bill = compute(*state, usage, ARRAY_LEN(usage), june);
    assert_int_equal(bill.line_count, 2);
    assert_string_equal(bill.lines[0].usage_type, "LCUUsage");
    assert_true(bill.lines[0].quantity_e6 == INT64_C(777600000)); /* 1.08 x 720 */
    assert_int_equal(bill.lines[0].cents, 622);
    assert_string_equal(bill.lines[0].note, "the largest dimension of each hour: processed bytes in 100 % of hours");
    assert_int_equal(bill.lines[1].cents, 1620);
    assert_int_equal(bill.total_cents, 2242);
}

/* ELB pricing page, example 2: 100 new connections/s of 3 minutes are 18,000 active: 4 and 6 LCU, the bytes stay below.
 * 6 LCU x $0.008 are $0.048 an hour. */
static void given_long_connections_when_billed_then_active_connections_decide(void **state)
{
    const struct usage_key connections = key("AWSELB", "ALB:NewConnections", "", USAGE_COUNT);
    const struct usage_key active = key("AWSELB", "ALB:ActiveConnectionMinutes", "", USAGE_COUNT);
    const struct usage_key bytes = key("AWSELB", "ALB:ProcessedBytes", "", USAGE_BYTES);
    const struct usage usage[] = {
        use(&connections, 0, 100 * 3600, 720 * ONCE),
        use(&active, 0, 18000 * 60, 720 * ONCE),
        use(&bytes, 0, INT64_C(1000000) * 3600, 720 * ONCE),
    };
    const struct bill bill = compute(*state, usage, ARRAY_LEN(usage), june);
    assert_true(bill.lines[0].quantity_e6 == INT64_C(6) * 720 * 1000000);
    assert_int_equal(bill.total_cents, 3456);
}

/* S3 FAQ "How will I be charged", as published: 100 GB for 15 days and 100 TB for 16 days of March are 52,900
 * GB-months, $1,177.60 + $37.40 = $1,215.00. */
static void given_the_s3_example_of_march_when_billed_then_it_is_1215_00(void **state)
{
    struct usage_key bucket = key("AmazonS3", "TimedStorage-ByteHrs", "", USAGE_BYTE_HOURS);
    bucket.region = "us-east-1";
    const struct usage usage[] = {
        use(&bucket, 0, 100 * GB * 24, 15 * ONCE),
        use(&bucket, 24, 100 * 1024 * GB * 24, 16 * ONCE),
    };
    const struct bill bill = compute(*state, usage, ARRAY_LEN(usage), march);
    assert_int_equal(bill.line_count, 2);
    assert_true(bill.lines[0].quantity_e6 == INT64_C(51200) * 1000000);
    assert_int_equal(bill.lines[0].cents, 117760);
    assert_true(bill.lines[1].quantity_e6 == INT64_C(1700) * 1000000);
    assert_int_equal(bill.lines[1].cents, 3740);
    assert_string_equal(bill.lines[1].description, "$0.022 per GB-month, next 460,800 GB of the month: "
                                                   "S3 Standard storage next 450 tb");
    assert_int_equal(bill.total_cents, 121500);
}

/* EBS pricing page: a 2,000 GB gp3 volume for 12 hours of a 30-day month at $0.08 is $2.667. */
static void given_the_ebs_example_when_billed_then_it_is_2_67(void **state)
{
    const struct usage_key volume = key("AmazonEC2", "EBS:VolumeUsage.gp3", "", USAGE_BYTE_HOURS);
    assert_int_equal(one(*state, &volume, 2000 * GB * 12, june).total_cents, 267);
}

/* WAF pricing page, example A: one web ACL, 19 rules, 10 million requests: $5 + $19 + $6 = $30. */
static void given_the_waf_example_when_billed_then_it_is_30_00(void **state)
{
    struct usage_key acl = key("awswaf", "WebACL", "", USAGE_MONTHS_E6);
    struct usage_key rule = key("awswaf", "Rule", "", USAGE_MONTHS_E6);
    struct usage_key request = key("awswaf", "Request", "", USAGE_COUNT);
    acl.region = rule.region = request.region = "Global"; /* in front of CloudFront: no region prefix either */
    const struct usage usage[] = { use(&acl, 0, MONTH_E6, ONCE), use(&rule, 0, 19 * MONTH_E6, ONCE),
                                   use(&request, 0, 10000000, ONCE) };
    const struct bill bill = compute(*state, usage, ARRAY_LEN(usage), june);
    assert_int_equal(bill.total_cents, 3000);
    assert_string_equal(bill.lines[0].usage_type, "RequestV2-Tier1");
    assert_true(bill.lines[0].rate == 6 * MONEY_PER_USD / 10);
    assert_int_equal(bill.lines[0].rate_per, 1000000);
}

/* CloudWatch pricing page, example 1: detailed monitoring of 10 instances, 7 metrics each, $21. */
static void given_the_detailed_monitoring_example_when_billed_then_it_is_21_00(void **state)
{
    const struct usage_key metrics = key("AmazonCloudWatch", "CW:MetricMonitorUsage", "", USAGE_MONTHS_E6);
    assert_int_equal(one(*state, &metrics, 70 * MONTH_E6, june).total_cents, 2100);
}

/* VPC pricing page: one hour of NAT gateway and 1 GB through it are $0.045 and $0.045. */
static void given_the_nat_example_when_billed_then_hour_and_gigabyte_cost_the_same(void **state)
{
    const struct usage_key hours = key("AmazonVPC", "NatGateway-Hours", "", USAGE_NANOSECONDS);
    const struct usage_key bytes = key("AmazonVPC", "NatGateway-Bytes", "", USAGE_BYTES);
    const struct usage usage[] = { use(&hours, 0, HOUR_NS, ONCE), use(&bytes, 0, GB, ONCE) };
    const struct bill bill = compute(*state, usage, ARRAY_LEN(usage), june);
    assert_true(bill.lines[0].exact == 45 * MONEY_PER_USD / 1000);
    assert_true(bill.lines[1].exact == 45 * MONEY_PER_USD / 1000);
}

/* Route 53 pricing page: 25 zones at $0.50 and the next at $0.10; the first billion queries at $0.40 a million. */
static void given_hosted_zones_and_queries_when_billed_then_tiers_of_route_53_apply(void **state)
{
    struct usage_key zone = key("AmazonRoute53", "HostedZone", "", USAGE_MONTHS_E6);
    struct usage_key queries = key("AmazonRoute53", "DNS-Queries", "", USAGE_COUNT);
    struct usage_key alias = key("AmazonRoute53", "Intra-AWS-DNS-Queries", "", USAGE_COUNT);
    zone.region = queries.region = alias.region = "Global";
    const struct usage usage[] = { use(&zone, 0, 30 * MONTH_E6, ONCE), use(&queries, 0, 1500000000, ONCE),
                                   use(&alias, 0, 900000000, ONCE) };
    const struct bill bill = compute(*state, usage, ARRAY_LEN(usage), june);
    assert_int_equal(bill.line_count, 5);
    assert_int_equal(bill.lines[0].cents, 40000);
    assert_int_equal(bill.lines[1].cents, 10000);
    assert_int_equal(bill.lines[2].cents, 1250);
    assert_int_equal(bill.lines[3].cents, 50);
    assert_int_equal(bill.lines[4].cents, 0);
    assert_string_equal(bill.lines[4].note, "free: alias answers for AWS targets are not charged");
}

/* CloudFront pricing page, United States: 10 TB at $0.085, next 40 TB at $0.080; HTTPS at $0.0100 per 10,000. */
static void given_cloudfront_traffic_when_billed_then_geographies_have_their_own_tiers(void **state)
{
    struct usage_key us = key("AmazonCloudFront", "DataTransfer-Out-Bytes", "edge=US", USAGE_BYTES);
    struct usage_key eu = key("AmazonCloudFront", "DataTransfer-Out-Bytes", "edge=EU", USAGE_BYTES);
    struct usage_key https = key("AmazonCloudFront", "Requests-HTTPS", "edge=US", USAGE_COUNT);
    struct usage_key upload = key("AmazonCloudFront", "DataTransfer-Out-OBytes", "edge=US", USAGE_BYTES);
    us.region = eu.region = https.region = upload.region = "Global";
    const struct usage usage[] = { use(&us, 0, 11 * 1024 * GB, ONCE), use(&eu, 0, 1024 * GB, ONCE),
                                   use(&https, 0, 25000000, ONCE), use(&upload, 0, 10 * GB, ONCE) };
    const struct bill bill = compute(*state, usage, ARRAY_LEN(usage), june);
    assert_int_equal(bill.line_count, 5);
    assert_string_equal(bill.lines[0].usage_type, "EU-DataTransfer-Out-Bytes");
    assert_int_equal(bill.lines[0].cents, 8704);  /* 1024 x 0.085: EU starts its own first tier */
    assert_int_equal(bill.lines[1].cents, 87040); /* 10240 x 0.085 */
    assert_int_equal(bill.lines[2].cents, 8192);  /* 1024 x 0.080 */
    assert_int_equal(bill.lines[3].cents, 20);    /* 10 x 0.020 */
    assert_string_equal(bill.lines[4].usage_type, "US-Requests-Tier2-HTTPS");
    assert_int_equal(bill.lines[4].cents, 2500);
}

static void given_bytes_from_an_aws_origin_to_cloudfront_when_billed_then_they_are_free_and_say_why(void **state)
{
    const struct usage_key origin = key("AmazonCloudFront", "Origin-DataTransfer", "", USAGE_BYTES);
    const struct bill bill = one(*state, &origin, 5000 * GB, june);
    assert_int_equal(bill.total_cents, 0);
    assert_string_equal(bill.lines[0].service, "AWSDataTransfer");
    assert_string_equal(bill.lines[0].usage_type, "CloudFront-Out-Bytes");
    assert_string_equal(bill.lines[0].note, "free: AWS origins send to CloudFront at no charge");
}

/* SQS pricing page: standard requests at $0.40 a million. 3 million sends, receives and deletes. */
static void given_queue_requests_when_billed_then_it_is_40_cents_a_million(void **state)
{
    const struct usage_key requests = key("AWSQueueService", "Requests-Tier1", "queue=standard", USAGE_COUNT);
    assert_int_equal(one(*state, &requests, 9000000, june).total_cents, 360);
}

static void given_instances_when_billed_then_every_second_counts_and_none_more(void **state)
{
    const struct usage_key instance = key("AmazonEC2", "BoxUsage:m5.large", "", USAGE_NANOSECONDS);
    const struct bill bill = one(*state, &instance, 90 * INT64_C(1000000000), june); /* 90 s of $0.096 an hour */
    assert_true(bill.lines[0].exact == 24 * MONEY_PER_USD / 10000);
    assert_int_equal(bill.lines[0].cents, 0);
    assert_string_equal(bill.lines[0].note, "rounds to zero: 0.0024 USD");
    assert_string_equal(bill.lines[0].operation, "RunInstances");
}

static void given_databases_when_billed_then_engine_and_deployment_select_the_rate(void **state)
{
    const struct usage_key single = key("AmazonRDS", "InstanceUsage:db.r6g.large", "engine=PostgreSQL",
                                        USAGE_NANOSECONDS);
    const struct usage_key multi = key("AmazonRDS", "Multi-AZUsage:db.r6g.large", "engine=PostgreSQL",
                                       USAGE_NANOSECONDS);
    const struct usage_key disk = key("AmazonRDS", "RDS:Multi-AZ-GP3-Storage", "engine=PostgreSQL", USAGE_BYTE_HOURS);
    const struct usage usage[] = { use(&single, 0, HOUR_NS, 720 * ONCE), use(&multi, 0, HOUR_NS, 720 * ONCE),
                                   use(&disk, 0, 100 * GB * 24, 30 * ONCE) };
    const struct bill bill = compute(*state, usage, ARRAY_LEN(usage), june);
    assert_int_equal(bill.lines[0].cents, 16200); /* 720 x 0.225 */
    assert_int_equal(bill.lines[1].cents, 32400);
    assert_int_equal(bill.lines[2].cents, 2300); /* 100 x 0.23 */
    assert_string_equal(bill.lines[0].operation, "CreateDBInstance:0014");
}

/* ---- grains ---- */

static void given_partial_hours_when_sold_by_the_hour_then_each_counts_as_a_full_one(void **state)
{
    const struct usage_key cache = key("AmazonElastiCache", "NodeUsage:cache.r7g.large", "engine=Valkey",
                                       USAGE_NANOSECONDS);
    const struct usage usage[] = {
        use(&cache, 0, 1, 10 * ONCE),               /* a nanosecond of hour 0 on ten days */
        use(&cache, 1, HOUR_NS, 10 * ONCE),         /* exactly one hour stays one */
        use(&cache, 2, 2 * HOUR_NS + 1, 10 * ONCE), /* two nodes and a moment of a third */
    };
    const struct bill bill = compute(*state, usage, ARRAY_LEN(usage), june);
    assert_true(bill.lines[0].quantity_e6 == INT64_C(50) * 1000000);
}

static void given_other_days_in_other_hours_when_rounded_up_then_they_do_not_mix(void **state)
{
    const struct usage_key nat = key("AmazonVPC", "NatGateway-Hours", "", USAGE_NANOSECONDS);
    const struct usage usage[] = { use(&nat, 5, HOUR_NS / 2, 4 * ONCE), use(&nat, 24 + 5, HOUR_NS / 2, 4 * ONCE) };
    assert_true(compute(*state, usage, 2, june).lines[0].quantity_e6 == INT64_C(8) * 1000000);
}

static void given_daily_shares_of_a_hosted_zone_when_billed_then_it_is_one_full_month(void **state)
{
    struct usage_key zone = key("AmazonRoute53", "HostedZone", "", USAGE_MONTHS_E6);
    const struct usage below = use(&zone, 0, 33333, 30 * ONCE), above = use(&zone, 0, 33334, 30 * ONCE);
    const struct usage week = use(&zone, 0, 33333, 7 * ONCE);
    assert_int_equal(compute(*state, &below, 1, june).total_cents, 50);
    assert_int_equal(compute(*state, &above, 1, june).total_cents, 50);
    assert_int_equal(compute(*state, &week, 1, june).total_cents, 50);
}

static void given_bytes_between_zones_when_both_ends_pay_then_they_count_twice(void **state)
{
    struct usage_key both = key("AWSDataTransfer", "DataTransfer-Regional-Bytes", "both", USAGE_BYTES);
    struct usage_key end = key("AWSDataTransfer", "DataTransfer-Regional-Bytes", "one;peer=cache", USAGE_BYTES);
    both.zone = end.zone = "us-east-1a";
    both.to_zone = end.to_zone = "us-east-1b";
    const struct usage usage[] = { use(&both, 0, 100 * GB, ONCE), use(&end, 0, 100 * GB, ONCE) };
    const struct bill bill = compute(*state, usage, 2, june);
    assert_int_equal(bill.line_count, 2);
    assert_int_equal(bill.lines[0].cents, 200);
    assert_string_equal(bill.lines[0].operation, "both");
    assert_string_equal(bill.lines[0].zone, "us-east-1a");
    assert_int_equal(bill.lines[1].cents, 100);
    assert_string_equal(bill.lines[1].operation, "one;peer=cache");
}

static void given_a_fleet_in_two_zones_when_billed_then_each_zone_has_its_line(void **state)
{
    struct usage_key a = key("AmazonElastiCache", "NodeUsage:cache.r7g.large", "engine=Valkey", USAGE_NANOSECONDS);
    struct usage_key b = a;
    a.zone = "us-east-1a";
    b.zone = "us-east-1b";
    const struct usage usage[] = { use(&b, 0, HOUR_NS / 2, ONCE), use(&a, 0, HOUR_NS / 2, ONCE) };
    const struct bill bill = compute(*state, usage, 2, june);
    assert_int_equal(bill.line_count, 2);
    assert_string_equal(bill.lines[0].zone, "us-east-1a");
    assert_string_equal(bill.lines[1].zone, "us-east-1b");
    assert_true(bill.lines[1].quantity_e6 == 1000000); /* an hour begun in each */
}

static void given_a_balancer_in_two_zones_when_billed_then_its_capacity_units_are_one_sum(void **state)
{
    struct usage_key a = key("AWSELB", "ALB:ProcessedBytes", "", USAGE_BYTES);
    struct usage_key b = a, new_b = key("AWSELB", "ALB:NewConnections", "", USAGE_COUNT);
    a.zone = "us-east-1a";
    b.zone = new_b.zone = "us-east-1b";
    const struct usage usage[] = { use(&a, 0, 1000000000, ONCE), use(&b, 0, 1000000000, ONCE),
                                   use(&new_b, 0, 25 * 3600 * 3 / 2, ONCE) };
    const struct bill bill = compute(*state, usage, 3, june);
    assert_int_equal(bill.line_count, 1);
    assert_true(bill.lines[0].quantity_e6 == 2000000); /* not 1 + max(1, 1.5) */
}

static void given_another_region_when_billed_then_usage_types_carry_its_prefix_and_its_price(void **state)
{
    struct usage_key instance = key("AmazonEC2", "BoxUsage:m5.large", "", USAGE_NANOSECONDS);
    instance.region = "eu-west-1";
    const struct bill bill = one(*state, &instance, 1000 * HOUR_NS, june);
    assert_string_equal(bill.lines[0].usage_type, "EU-BoxUsage:m5.large");
    assert_int_equal(bill.total_cents, 10700); /* 0.107 */
}

/* ---- tiers and pools ---- */

static void given_egress_of_several_resources_when_it_crosses_a_tier_then_they_share_the_tiers(void **state)
{
    struct usage_key web = key("AWSDataTransfer", "DataTransfer-Out-Bytes", "", USAGE_BYTES);
    struct usage_key nat = web;
    web.resource = "web";
    nat.resource = "nat";
    nat.tier = "workers";
    const struct usage usage[] = { use(&web, 0, 6000 * GB, ONCE), use(&nat, 0, 6000 * GB, ONCE) };
    const struct bill bill = compute(*state, usage, 2, june);
    assert_int_equal(bill.line_count, 2);
    assert_int_equal(bill.lines[0].cents, 92160); /* 10240 x 0.09 */
    assert_int_equal(bill.lines[1].cents, 14960); /* 1760 x 0.085 */
    assert_string_equal(bill.lines[0].resource, "nat, web");
    assert_string_equal(bill.lines[0].tier, "shared");
    assert_true(bill.lines[1].tier_from == 10240.0 && bill.lines[1].tier_to == 51200.0);
}

static void given_use_within_one_tier_when_billed_then_each_resource_has_its_line(void **state)
{
    struct usage_key web = key("AWSDataTransfer", "DataTransfer-Out-Bytes", "", USAGE_BYTES);
    struct usage_key nat = web;
    web.resource = "web";
    nat.resource = "nat";
    const struct usage usage[] = { use(&web, 0, 60 * GB, ONCE), use(&nat, 0, 40 * GB, ONCE) };
    const struct bill bill = compute(*state, usage, 2, june);
    assert_int_equal(bill.line_count, 2);
    assert_string_equal(bill.lines[0].resource, "nat");
    assert_int_equal(bill.lines[0].cents, 360);
    assert_int_equal(bill.lines[1].cents, 540);
}

static void given_exactly_a_tier_bound_when_billed_then_the_next_tier_is_not_opened(void **state)
{
    const struct usage_key out = key("AWSDataTransfer", "DataTransfer-Out-Bytes", "", USAGE_BYTES);
    const struct bill at = one(*state, &out, 10240 * GB, june), above = one(*state, &out, 10240 * GB + 1, june);
    assert_int_equal(at.line_count, 1);
    assert_int_equal(at.total_cents, 92160);
    assert_int_equal(above.line_count, 2);
    assert_true(above.lines[1].quantity_e6 == 0); /* a byte is 1e-9 GB */
    assert_true(above.lines[1].exact == 0);       /* 0.085 / 2^30 USD = 0.79e-10, down */
    assert_int_equal(above.lines[1].cents, 0);
    assert_non_null(strstr(above.lines[1].note, "rounds to zero: below 0.0000000001 USD"));
}

static void given_nothing_used_when_billed_then_there_is_no_line(void **state)
{
    const struct usage_key out = key("AWSDataTransfer", "DataTransfer-Out-Bytes", "", USAGE_BYTES);
    assert_int_equal(one(*state, &out, 0, june).line_count, 0);
    assert_int_equal(compute(*state, NULL, 0, june).line_count, 0);
}

static void given_the_largest_quantities_when_billed_then_the_result_is_exact_or_an_error(void **state)
{
    struct fixture *f = *state;
    struct bill bill;
    const struct usage_key bytes = key("AmazonVPC", "NatGateway-Bytes", "", USAGE_BYTES);
    const struct usage_key time = key("AmazonEC2", "BoxUsage:m5.large", "", USAGE_NANOSECONDS);
    const struct usage most[] = { use(&bytes, 0, INT64_C(1) << 59, 31 * ONCE), /* half an exbyte a day */
                                  use(&time, 0, INT64_C(1000000000000000000), 31 * ONCE) };
    assert_true(bill_compute(&bill, f->book, most, 2, march, &f->arena, &f->diag));
    assert_true(bill.lines[1].exact == (money)(INT64_C(1) << 29) * 31 * 45 * (MONEY_PER_USD / 1000));
    /* 1e18 ns x 31 / 3.6e12 ns per hour x 0.096 USD per hour = 826,666.67 USD */
    assert_int_equal(bill.lines[0].cents, 82666667);

    struct usage_key count = key("AmazonS3", "Requests-Tier1", "", USAGE_COUNT);
    const struct usage beyond[] = { use(&count, 0, INT64_C(1000000000000000000), 31 * ONCE) };
    assert_false(bill_compute(&bill, f->book, beyond, 1, march, &f->arena, &f->diag));
    const struct usage negative = use(&count, 0, -1, ONCE), heavy = use(&count, 0, 1, INT64_C(1000000001));
    assert_false(bill_compute(&bill, f->book, &negative, 1, march, &f->arena, &f->diag));
    assert_false(bill_compute(&bill, f->book, &heavy, 1, march, &f->arena, &f->diag));
}

/* ---- errors ---- */

static void assert_error(struct fixture *f, struct usage_key k, const char *message, const char *hint)
{
    struct bill bill;
    const struct usage usage = use(&k, 0, 1, ONCE);
    f->diag = (struct diag){ 0 };
    diag_init(&f->diag, &f->arena);
    assert_false(bill_compute(&bill, f->book, &usage, 1, june, &f->arena, &f->diag));
    assert_int_equal(f->diag.errors, 1);
    if (!strstr(f->diag.entries[0].message, message))
        fail_msg("'%s' does not say '%s'", f->diag.entries[0].message, message);
    if (!f->diag.entries[0].hint || !strstr(f->diag.entries[0].hint, hint))
        fail_msg("the hint '%s' does not say '%s'", f->diag.entries[0].hint, hint);
}

static void given_no_rate_when_billed_then_the_error_names_it_and_the_nearest(void **state)
{
    struct usage_key k = key("AmazonEC2", "BoxUsage:m7g.lagre", "", USAGE_NANOSECONDS);
    assert_error(*state, k,
                 "no rate for service 'AmazonEC2', usage type 'BoxUsage:m7g.lagre' in region 'us-east-1' "
                 "(used by 'thing')",
                 "BoxUsage:m7g.large");
    k = key("AmazonEC2", "BoxUsage:m5.large", "", USAGE_NANOSECONDS);
    k.region = "eu-central-1"; /* not in this book: never another region's price */
    assert_error(*state, k, "in region 'eu-central-1'", "nothing of 'AmazonEC2' in 'eu-central-1'");
    k = key("AmazonElastiCache", "NodeUsage:cache.r7g.large", "", USAGE_NANOSECONDS);
    assert_error(*state, k, "more than one rate", "must select one");
    k = key("AmazonCloudFront", "Requests-HTTPS", "", USAGE_COUNT);
    assert_error(*state, k, "needs an attribute that says where", "edge=US");
}

static void given_no_rule_when_billed_then_the_error_names_the_nearest(void **state)
{
    assert_error(*state, key("AWSELB", "ALB:NewConection", "", USAGE_COUNT), "no rate", "ALB:NewConnections");
    assert_error(*state, key("AmazonEC3", "BoxUsage:m5.large", "", USAGE_NANOSECONDS), "no rate", "AmazonEC2");
    assert_error(*state, key("AWSDataTransfer", "InterRegion-Bytes", "", USAGE_BYTES), "needs an attribute",
                 "to=eu-west-1");
    assert_error(*state, key("AmazonDynamoDB", "Write", "", USAGE_COUNT), "needs the attribute 'item_bytes'", "1024");
    assert_error(*state, key("AmazonDynamoDB", "Write", "item_bytes=big", USAGE_COUNT), "not a number", "write");
    assert_error(*state, key("AmazonDynamoDB", "Read", "item_bytes=1;consistency=strnog", USAGE_COUNT),
                 "'consistency' is 'strnog'", "eventual, strong, transactional");
    assert_error(*state, key("AmazonEC2", "BoxUsage:m5.large", "", USAGE_COUNT), "metered in another unit",
                 "nanoseconds");
}

/* ---- properties: any usage, chosen by a fixed seed ---- */

enum { KEYS = 12, RECORDS = 400 };

static uint64_t next_random(uint64_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random;
}

static void make_keys(struct usage_key keys[KEYS])
{
    static const char *const zones[] = { "us-east-1a", "us-east-1b", "us-east-1c" };
    const struct usage_key kinds[KEYS] = {
        key("AmazonEC2", "BoxUsage:m7g.large", "", USAGE_NANOSECONDS),
        key("AWSELB", "LoadBalancerUsage", "LoadBalancing:Application", USAGE_NANOSECONDS),
        key("AWSELB", "ALB:NewConnections", "", USAGE_COUNT),
        key("AWSELB", "ALB:ProcessedBytes", "", USAGE_BYTES),
        key("AWSELB", "ALB:ActiveConnectionMinutes", "", USAGE_COUNT),
        key("AmazonElastiCache", "NodeUsage:cache.r7g.large", "engine=Valkey", USAGE_NANOSECONDS),
        key("AWSDataTransfer", "DataTransfer-Regional-Bytes", "both", USAGE_BYTES),
        key("AWSDataTransfer", "DataTransfer-Regional-Bytes", "one", USAGE_BYTES),
        key("AWSDataTransfer", "DataTransfer-Out-Bytes", "", USAGE_BYTES),
        key("AmazonCloudFront", "DataTransfer-Out-Bytes", "edge=US", USAGE_BYTES),
        key("AmazonRoute53", "HostedZone", "", USAGE_MONTHS_E6),
        key("AmazonS3", "TimedStorage-ByteHrs", "", USAGE_BYTE_HOURS),
    };
    for (int i = 0; i < KEYS; i++) {
        keys[i] = kinds[i];
        keys[i].zone = zones[i % 3];
    }
}

static int64_t plausible(const struct usage_key *k, uint64_t random)
{
    switch (k->unit) {
    case USAGE_NANOSECONDS: return (int64_t)(random % (3 * (uint64_t)HOUR_NS));
    case USAGE_BYTES: return (int64_t)(random % (UINT64_C(1) << 40));
    case USAGE_BYTE_HOURS: return (int64_t)(random % (UINT64_C(1) << 50));
    case USAGE_MONTHS_E6: return (int64_t)(random % 40000);
    case USAGE_COUNT: break;
    }
    return (int64_t)(random % 10000000);
}

static void make_usage(struct usage *usage, const struct usage_key *keys, uint64_t *random)
{
    for (int i = 0; i < RECORDS; i++) {
        const struct usage_key *const k = &keys[next_random(random) % KEYS];
        const int hour = (int)(next_random(random) % 48);
        const int64_t weight_e6 = hour < 24 ? 8 * ONCE : 21500000; /* a day type each */
        usage[i] = use(k, hour, plausible(k, next_random(random)), weight_e6);
    }
}

static void assert_same_bill(const struct bill *a, const struct bill *b)
{
    assert_int_equal(a->line_count, b->line_count);
    assert_int_equal(a->total_cents, b->total_cents);
    for (size_t i = 0; i < a->line_count; i++) {
        const struct bill_line *const left = &a->lines[i], *const right = &b->lines[i];
        assert_true(left->exact == right->exact && left->quantity_e6 == right->quantity_e6);
        assert_string_equal(left->usage_type, right->usage_type);
        assert_string_equal(left->resource, right->resource);
        assert_string_equal(left->zone, right->zone);
        assert_string_equal(left->description, right->description);
        assert_true((left->note == NULL) == (right->note == NULL));
        if (left->note)
            assert_string_equal(left->note, right->note);
    }
}

static void given_any_usage_when_its_records_are_shuffled_then_the_bill_is_the_same(void **state)
{
    uint64_t random = 20261120;
    struct usage_key keys[KEYS];
    struct usage usage[RECORDS], shuffled[RECORDS];
    make_keys(keys);
    for (int round = 0; round < 20; round++) {
        make_usage(usage, keys, &random);
        memcpy(shuffled, usage, sizeof usage);
        for (size_t i = RECORDS - 1; i > 0; i--) {
            const size_t j = (size_t)(next_random(&random) % (i + 1));
            const struct usage swap = shuffled[i];
            shuffled[i] = shuffled[j];
            shuffled[j] = swap;
        }
        const struct bill a = compute(*state, usage, RECORDS, june), b = compute(*state, shuffled, RECORDS, june);
        assert_same_bill(&a, &b);
    }
}

static void given_any_usage_when_records_are_split_and_keys_copied_then_the_bill_is_the_same(void **state)
{
    uint64_t random = 4711;
    struct usage_key keys[KEYS], copies[KEYS];
    struct usage usage[RECORDS], split[2 * RECORDS];
    make_keys(keys);
    memcpy(copies, keys, sizeof keys);
    for (int round = 0; round < 20; round++) {
        make_usage(usage, keys, &random);
        for (size_t i = 0; i < RECORDS; i++) {
            const int64_t part = (int64_t)(next_random(&random) % (uint64_t)(usage[i].quantity + 1));
            split[2 * i] = usage[i];
            split[2 * i].quantity = part;
            split[2 * i + 1] = usage[i];
            split[2 * i + 1].quantity -= part;
            split[2 * i + 1].key = &copies[usage[i].key - keys]; /* equal text, another address */
        }
        const struct bill a = compute(*state, usage, RECORDS, june), b = compute(*state, split, 2 * RECORDS, june);
        assert_same_bill(&a, &b);
    }
}

static void given_monthly_things_when_metered_as_time_then_the_calendar_month_is_one_month(void **state)
{
    struct usage_key zone = key("AmazonRoute53", "HostedZone", "", USAGE_NANOSECONDS);
    struct usage_key acl = key("awswaf", "WebACL", "", USAGE_NANOSECONDS);
    struct usage_key share = key("awswaf", "WebACL", "", USAGE_MONTHS_E6);
    zone.region = "Any";
    share.resource = "second";
    const struct usage usage[] = {
        use(&zone, 0, 2 * HOUR_NS, 31 * 24 * ONCE), /* two zones */
        use(&acl, 0, HOUR_NS, 31 * 12 * ONCE),      /* half the month */
        use(&share, 0, MONTH_E6 / 2, ONCE),
    };
    const struct bill bill = compute(*state, usage, 3, march);
    assert_int_equal(bill.lines[0].cents, 100);
    assert_int_equal(bill.lines[1].cents, 250);
    assert_int_equal(bill.lines[2].cents, 250);
}

/* No amount ever falls when any one quantity grows: per line roundings included, because each line is monotone. */
static void given_any_usage_when_one_quantity_grows_then_the_bill_does_not_fall(void **state)
{
    uint64_t random = 99;
    struct usage_key keys[KEYS];
    struct usage usage[RECORDS];
    make_keys(keys);
    make_usage(usage, keys, &random);
    money exact = 0;
    for (int round = 0; round < 200; round++) {
        struct usage *const grown = &usage[next_random(&random) % RECORDS];
        grown->quantity += plausible(grown->key, next_random(&random));
        const struct bill bill = compute(*state, usage, RECORDS, june);
        money now = 0;
        for (size_t i = 0; i < bill.line_count; i++)
            now += bill.lines[i].exact;
        /* each line's exact amount is rounded to 1e-10 USD, and a line may split in two: far below a cent */
        assert_true(now + (money)bill.line_count >= exact);
        exact = now;
    }
}

static void given_any_usage_when_billed_then_cents_differ_from_exact_by_half_a_cent_a_line(void **state)
{
    uint64_t random = 5;
    struct usage_key keys[KEYS];
    struct usage usage[RECORDS];
    make_keys(keys);
    make_usage(usage, keys, &random);
    const struct bill bill = compute(*state, usage, RECORDS, june);
    for (size_t i = 0; i < bill.line_count; i++) {
        const money off = (money)bill.lines[i].cents * MONEY_PER_CENT - bill.lines[i].exact;
        assert_true(off <= MONEY_PER_CENT / 2 && off >= -(MONEY_PER_CENT / 2));
    }
}

/* ---- a day at the month's average ---- */

static void given_a_day_when_priced_at_the_average_then_thirty_of_them_are_the_month(void **state)
{
    struct fixture *f = *state;
    struct usage_key keys[3] = {
        key("AWSDataTransfer", "DataTransfer-Out-Bytes", "", USAGE_BYTES),
        key("AmazonRoute53", "HostedZone", "", USAGE_MONTHS_E6),
        key("AmazonEC2", "EBS:VolumeUsage.gp3", "", USAGE_BYTE_HOURS),
    };
    const struct usage month[] = { use(&keys[0], 0, 1000 * GB, 30 * ONCE), use(&keys[1], 0, 33334, 30 * ONCE),
                                   use(&keys[2], 0, 100 * GB * 24, 30 * ONCE) };
    const struct usage day[] = { use(&keys[0], 0, 1000 * GB, ONCE), use(&keys[1], 0, 33334, ONCE),
                                 use(&keys[2], 0, 100 * GB * 24, ONCE) };
    const struct bill bill = compute(f, month, 3, june);
    money amount;
    assert_true(bill_price_at_average(&amount, &bill, f->book, day, 3, &f->arena, &f->diag));
    /* egress 921.60 + 1679.60 -> 30000 GB: 10240 x 0.09 + 19760 x 0.085 = 2601.20; zone 0.50; disk 8.00 */
    const money expected = (money)MONEY_PER_USD * 260970 / 100 / 30;
    assert_true(amount >= expected - 3 && amount <= expected + 3); /* three roundings to 1e-10 */
}

static void given_a_usage_type_the_month_lacks_when_priced_then_its_first_tier_counts(void **state)
{
    struct fixture *f = *state;
    const struct usage_key nat = key("AmazonVPC", "NatGateway-Bytes", "", USAGE_BYTES);
    const struct usage day = use(&nat, 0, 2 * GB, ONCE);
    const struct bill bill = compute(f, NULL, 0, june);
    money amount;
    assert_true(bill_price_at_average(&amount, &bill, f->book, &day, 1, &f->arena, &f->diag));
    assert_true(amount == 9 * MONEY_PER_USD / 100);
}

static void given_months_when_counted_then_leap_years_are_known(void **state)
{
    (void)state;
    assert_int_equal(bill_period_of(2026, 11).days, 30);
    assert_int_equal(bill_period_of(2028, 2).days, 29);
    assert_int_equal(bill_period_of(2100, 2).days, 28);
    assert_int_equal(bill_period_of(2000, 2).days, 29);
}

/* Printed, not asserted: machines differ. */
static void given_a_month_of_hourly_records_when_billed_then_the_lines_add_up(void **state)
{
    enum { DAYS = 31, HOURS = 24, PER_HOUR = 60 };
    struct fixture *f = *state;
    struct usage_key keys[KEYS];
    make_keys(keys);
    const size_t count = (size_t)DAYS * HOURS * PER_HOUR;
    struct usage *usage = ARENA_ARRAY(&f->arena, struct usage, count);
    uint64_t random = 3;
    for (size_t i = 0; i < count; i++) {
        const struct usage_key *const k = &keys[i % KEYS];
        usage[i] = use(k, (int)(i / PER_HOUR), plausible(k, next_random(&random)), ONCE);
    }
    const clock_t begin = clock();
    const struct bill bill = compute(f, usage, count, march);
    const double seconds = (double)(clock() - begin) / CLOCKS_PER_SEC;
    int64_t cents = 0;
    for (size_t i = 0; i < bill.line_count; i++)
        cents += bill.lines[i].cents;
    assert_int_equal(cents, bill.total_cents);
    assert_true(bill.total_cents > 0);
    printf("bill_compute: %.1f ns per record (%zu records, %zu lines, %.2f ms)\n", 1e9 * seconds / (double)count, count,
           bill.line_count, 1e3 * seconds);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_the_alb_example_when_billed_then_bytes_decide_and_it_is_22_42),
        cmocka_unit_test(given_long_connections_when_billed_then_active_connections_decide),
        cmocka_unit_test(given_the_s3_example_of_march_when_billed_then_it_is_1215_00),
        cmocka_unit_test(given_the_ebs_example_when_billed_then_it_is_2_67),
        cmocka_unit_test(given_the_waf_example_when_billed_then_it_is_30_00),
        cmocka_unit_test(given_the_detailed_monitoring_example_when_billed_then_it_is_21_00),
        cmocka_unit_test(given_the_nat_example_when_billed_then_hour_and_gigabyte_cost_the_same),
        cmocka_unit_test(given_hosted_zones_and_queries_when_billed_then_tiers_of_route_53_apply),
        cmocka_unit_test(given_cloudfront_traffic_when_billed_then_geographies_have_their_own_tiers),
        cmocka_unit_test(given_bytes_from_an_aws_origin_to_cloudfront_when_billed_then_they_are_free_and_say_why),
        cmocka_unit_test(given_queue_requests_when_billed_then_it_is_40_cents_a_million),
        cmocka_unit_test(given_instances_when_billed_then_every_second_counts_and_none_more),
        cmocka_unit_test(given_databases_when_billed_then_engine_and_deployment_select_the_rate),
        cmocka_unit_test(given_partial_hours_when_sold_by_the_hour_then_each_counts_as_a_full_one),
        cmocka_unit_test(given_other_days_in_other_hours_when_rounded_up_then_they_do_not_mix),
        cmocka_unit_test(given_daily_shares_of_a_hosted_zone_when_billed_then_it_is_one_full_month),
        cmocka_unit_test(given_bytes_between_zones_when_both_ends_pay_then_they_count_twice),
        cmocka_unit_test(given_a_fleet_in_two_zones_when_billed_then_each_zone_has_its_line),
        cmocka_unit_test(given_a_balancer_in_two_zones_when_billed_then_its_capacity_units_are_one_sum),
        cmocka_unit_test(given_another_region_when_billed_then_usage_types_carry_its_prefix_and_its_price),
        cmocka_unit_test(given_egress_of_several_resources_when_it_crosses_a_tier_then_they_share_the_tiers),
        cmocka_unit_test(given_use_within_one_tier_when_billed_then_each_resource_has_its_line),
        cmocka_unit_test(given_exactly_a_tier_bound_when_billed_then_the_next_tier_is_not_opened),
        cmocka_unit_test(given_nothing_used_when_billed_then_there_is_no_line),
        cmocka_unit_test(given_the_largest_quantities_when_billed_then_the_result_is_exact_or_an_error),
        cmocka_unit_test(given_no_rate_when_billed_then_the_error_names_it_and_the_nearest),
        cmocka_unit_test(given_no_rule_when_billed_then_the_error_names_the_nearest),
        cmocka_unit_test(given_any_usage_when_its_records_are_shuffled_then_the_bill_is_the_same),
        cmocka_unit_test(given_any_usage_when_records_are_split_and_keys_copied_then_the_bill_is_the_same),
        cmocka_unit_test(given_monthly_things_when_metered_as_time_then_the_calendar_month_is_one_month),
        cmocka_unit_test(given_any_usage_when_one_quantity_grows_then_the_bill_does_not_fall),
        cmocka_unit_test(given_any_usage_when_billed_then_cents_differ_from_exact_by_half_a_cent_a_line),
        cmocka_unit_test(given_a_day_when_priced_at_the_average_then_thirty_of_them_are_the_month),
        cmocka_unit_test(given_a_usage_type_the_month_lacks_when_priced_then_its_first_tier_counts),
        cmocka_unit_test(given_months_when_counted_then_leap_years_are_known),
        cmocka_unit_test(given_a_month_of_hourly_records_when_billed_then_the_lines_add_up),
    };
    struct CMUnitTest with_fixture[ARRAY_LEN(tests)];
    for (size_t i = 0; i < ARRAY_LEN(tests); i++) {
        with_fixture[i] = tests[i];
        with_fixture[i].setup_func = set_up;
        with_fixture[i].teardown_func = tear_down;
    }
    return cmocka_run_group_tests(with_fixture, NULL, NULL);
}
