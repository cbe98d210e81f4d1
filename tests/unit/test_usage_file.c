/* SPDX-License-Identifier: GPL-3.0-or-later */
/* usage_file: what a file may say, what it is told when it is wrong, and what no file can do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pricing/bill_pool.h"
#include "pricing/price_book.h"
#include "pricing/usage_file.h"
#include "sim/base/text.h"

#define HEADER "start,hours,service,region,resource,usage_type,quantity,unit,attributes\n"

struct fixture {
    struct arena arena;
    struct diag diag;
    const struct price_book *book;
};

static int set_up(void **state)
{
    static const char *const regions[] = { "us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-1" };
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    arena_init(&f->arena);
    diag_init(&f->diag, &f->arena);
    f->book = price_book_load("pricing/books", regions, 5, &f->arena, &f->diag);
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

static bool parse(struct fixture *f, struct usage_file *out, const char *text, int hours)
{
    f->diag = (struct diag){ 0 };
    diag_init(&f->diag, &f->arena);
    return usage_file_parse(out, "u.csv", text, strlen(text), "2026-10-01", hours, &f->arena, &f->diag);
}

static bool compute(struct fixture *f, struct bill *bill, const struct usage_month *month,
                    const struct bill_options *options)
{
    return bill_compute_all(bill, f->book, NULL, 0, month->records, month->count,
                            bill_period_of(month->year, month->month), options, &f->arena, &f->diag);
}

static struct bill bill_of(struct fixture *f, const char *text, struct bill_options options)
{
    struct usage_file file;
    struct bill bill;
    if (!parse(f, &file, text, options.hours_per_month) || !compute(f, &bill, &file.months[0], &options)) {
        diag_print(&f->diag, stderr, false);
        fail_msg("the file is refused");
    }
    return bill;
}

static int64_t cents_of(struct fixture *f, const char *rows)
{
    const struct bill_options options = { .hours_per_month = 730 };
    return bill_of(f, arena_printf(&f->arena, HEADER "%s\n", rows), options).total_cents;
}

static void assert_refused(struct fixture *f, const char *text, int line, int column, const char *message,
                           const char *hint)
{
    struct usage_file file;
    struct bill bill;
    const struct bill_options options = { .hours_per_month = 730 };
    if (parse(f, &file, text, 730) && compute(f, &bill, &file.months[0], &options))
        fail_msg("'%s' is not refused", text);
    const struct diag_entry *entry = &f->diag.entries[0];
    for (int i = 0; i < f->diag.count && entry->severity != SEVERITY_ERROR; i++)
        entry = &f->diag.entries[i];
    if (!strstr(entry->message, message))
        fail_msg("'%s' does not say '%s'", entry->message, message);
    if (hint && (!entry->hint || !strstr(entry->hint, hint)))
        fail_msg("the hint '%s' does not say '%s'", entry->hint ? entry->hint : "", hint);
    assert_int_equal(entry->at.line, line);
    assert_int_equal(entry->at.column, column);
}

/* ---- units ---- */

static void given_one_amount_in_many_units_when_billed_then_the_cost_is_the_same(void **state)
{
    static const char *const same[][5] = {
        /* 730 hours of two m5.large: 140.16 */
        { ",,ec2,us-east-1,a,BoxUsage:m5.large,2,instances,", ",,ec2,us-east-1,a,BoxUsage:m5.large,1460,Hrs,",
          "2026-06-01,730,ec2,us-east-1,a,BoxUsage:m5.large,2,count,",
          ",,ec2,us-east-1,a,BoxUsage:m5.large,2,instance-months,",
          ",,Amazon Elastic Compute Cloud,us-east-1,a,BoxUsage:m5.large,5256000,seconds," },
        /* 100 GB of gp3 for a month: 8.00 */
        { ",,AmazonEC2,us-east-1,v,EBS:VolumeUsage.gp3,100,GB,",
          ",,ebs,US East (N. Virginia),v,EBS:VolumeUsage.gp3,100,GB month,",
          ",,ec2,us-east-1,v,EBS:VolumeUsage.gp3,73000,GB-hours,", ",,ec2,us-east-1,v,EBS:VolumeUsage.gp3,102400,MiB,",
          "2026-06-01,365,ec2,us-east-1,v,EBS:VolumeUsage.gp3,200,GB," },
        /* 10 million requests to SQS: 4.00 */
        { ",,sqs,us-east-1,q,Requests-Tier1,10000000,requests,",
          ",,sqs,us-east-1,q,Requests-Tier1,10,million requests,",
          ",,sqs,us-east-1,q,Requests-Tier1,1000,10k requests,", ",,sqs,us-east-1,q,Requests-Tier1,10,1M requests,",
          "2026-06-01,100,sqs,us-east-1,q,Request,100000,requests/hour," },
        /* 1 TB through a NAT gateway: 46.08 */
        { ",,vpc,us-east-1,n,NatGateway-Bytes,1,TB,", ",,vpc,us-east-1,n,NatGateway-Bytes,1024,GB,",
          ",,vpc,us-east-1,n,NatGateway-Bytes,1099511627776,bytes,", ",,vpc,us-east-1,n,NatGateway-Bytes,1,TiB,",
          "2026-06-01,512,vpc,us-east-1,n,NatGateway-Bytes,2,GB/h," },
        /* 3 alarms: 0.30 */
        { ",,cloudwatch,us-east-1,a,CW:AlarmMonitorUsage,3,alarms,",
          ",,cloudwatch,us-east-1,a,CW:AlarmMonitorUsage,3,Alarm-Mo,",
          ",,cloudwatch,us-east-1,a,CW:AlarmMonitorUsage,3,months,",
          ",,cloudwatch,us-east-1,a,CW:AlarmMonitorUsage,2190,alarm-hours,",
          "2026-06-01,365,cloudwatch,us-east-1,a,CW:AlarmMonitorUsage,6,alarms," },
        /* a balancer with 1 LCU in each of 730 hours */
        { ",,elb,us-east-1,b,ALB:NewConnections,25,connections/s,",
          ",,elb,us-east-1,b,ALB:NewConnections,65.7,million connections,",
          ",,elb,us-east-1,b,ALB:ActiveConnections,3000,active connections/min,",
          ",,elb,us-east-1,b,ALB:ProcessedBytes,1,GB/h,",
          ",,elb,us-east-1,b,LCUUsage,730,LCU-Hrs,operation=LoadBalancing:Application" },
    };
    static const int64_t cents[] = { 14016, 800, 400, 4608, 30, 584 };
    for (size_t i = 0; i < ARRAY_LEN(same); i++)
        for (size_t j = 0; j < 5; j++)
            if (cents_of(*state, same[i][j]) != cents[i])
                fail_msg("'%s' costs %lld cents, not %lld", same[i][j], (long long)cents_of(*state, same[i][j]),
                         (long long)cents[i]);
}

static void given_prefixes_of_a_region_when_billed_then_they_are_understood(void **state)
{
    assert_int_equal(cents_of(*state, ",,ec2,us-west-2,a,USW2-BoxUsage:m5.large,100,Hrs,"), 960);
    assert_int_equal(cents_of(*state, ",,ec2,us-west-2,a,BoxUsage:m5.large,100,Hrs,os=linux"), 960);
    assert_int_equal(cents_of(*state, ",,datatransfer,us-east-1,a,USE1-EU-AWS-Out-Bytes,100,GB,"), 200);
    assert_int_equal(cents_of(*state, ",,ec2,us-west-2,a,USW2-USE1-AWS-Out-Bytes,100,GB,"), 200);
    assert_int_equal(cents_of(*state, ",,ec2,us-west-2,a,USW2-NatGateway-Hours,100,Hrs,"), 450);
    assert_int_equal(cents_of(*state, ",,rds,us-east-1,a,InstanceUsage:db.m5.12xlarge,10,Hrs,engine=MySQL"), 4104);
}

static void given_a_calendar_month_when_billed_then_its_own_hours_count(void **state)
{
    const char *const text = HEADER "2026-02-01,672,ec2,us-east-1,v,EBS:VolumeUsage.gp3,100,GB,\n";
    assert_int_equal(bill_of(*state, text, (struct bill_options){ .hours_per_month = 0 }).total_cents, 800);
    assert_int_equal(bill_of(*state, text, (struct bill_options){ .hours_per_month = 730 }).total_cents, 736);
}

static void given_several_months_when_parsed_then_each_has_its_records(void **state)
{
    struct usage_file file;
    assert_true(parse(*state, &file,
                      "Service,Usage Type,Quantity,Unit,Region,Start\n"
                      "sqs,Requests-Tier1,1,million requests,us-east-1,2026-07-01\n"
                      "sqs,Requests-Tier1,2,million requests,us-west-2,2026-06-30T23:59:59Z\n"
                      "sqs,Requests-Tier1,3,million requests,us-east-1,\n",
                      730));
    assert_int_equal(file.month_count, 2);
    assert_int_equal(file.months[0].month, 6);
    assert_int_equal(file.months[0].count, 2); /* that without a start is of the first month */
    assert_int_equal(file.months[1].count, 1);
    assert_int_equal(file.region_count, 2);
}

static void given_fixed_monthly_quantities_when_billed_with_simulated_usage_then_they_share_its_tiers(void **state)
{
    struct fixture *f = *state;
    const struct usage_key egress = { .service = "AWSDataTransfer",
                                      .usage_type = "DataTransfer-Out-Bytes",
                                      .operation = "",
                                      .resource = "web",
                                      .region = "us-east-1",
                                      .zone = "",
                                      .to_zone = "",
                                      .tier = "web",
                                      .unit = USAGE_BYTES };
    const struct usage simulated = { &egress, 0, INT64_C(10) << 40, 1000000 };
    const struct monthly_quantity more = { "s3", "us-east-1", "exports", "DataTransfer-Out-Bytes", "1", "TB", "" };
    const struct monthly_quantity wrong = { "s3", "us-esat-1", "exports", "DataTransfer-Out-Bytes", "x", "TB", "" };
    struct usage_record record;
    struct bill bill;
    const struct bill_options options = { 0 };
    assert_true(usage_record_monthly(&record, &more, &f->arena, (struct mark){ 0 }, &f->diag));
    assert_true(bill_compute_all(&bill, f->book, &simulated, 1, &record, 1, bill_period_of(2026, 6), &options,
                                 &f->arena, &f->diag));
    assert_int_equal(bill.total_cents, 92160 + 8704); /* 10,240 GB at 0.09, 1,024 GB at 0.085 */
    const int before = f->diag.errors;
    assert_false(usage_record_monthly(&record, &wrong, &f->arena, (struct mark){ 0 }, &f->diag));
    assert_int_equal(f->diag.errors, before + 2);
}

/* What the first ten units cost: a free first tier counts where it is a part of the price. */
static money first_ten(const struct price *price)
{
    const bool gift = price->tier_count > 1 && price->tiers[0].rate == 0 &&
                      !bill_first_tier_is_open(price, FREE_TIER_NONE);
    return 10 * price->tiers[gift ? 1 : 0].rate;
}

/* Ten units of each price of the shipped books, one bill each: nothing is in the book that cannot be billed. */
static void given_every_price_of_the_books_when_used_then_it_is_billed_at_its_rate(void **state)
{
    struct fixture *f = *state;
    const struct bill_options options = { .hours_per_month = 730 };
    size_t checked = 0;
    for (size_t i = 0; i < f->book->price_count; i++) {
        const struct price *const price = &f->book->prices[i];
        const struct monthly_quantity ten = { price->service, price->region, "thing",          price->usage_type,
                                              "10",           price->unit,   price->attributes };
        struct usage_record record;
        struct bill bill;
        assert_true(usage_record_monthly(&record, &ten, &f->arena, (struct mark){ 0 }, &f->diag));
        if (!bill_compute_all(&bill, f->book, NULL, 0, &record, 1, bill_period_of(2026, 10), &options, &f->arena,
                              &f->diag)) {
            diag_print(&f->diag, stderr, false);
            fail_msg("%s %s %s cannot be billed", price->region, price->service, price->usage_type);
        }
        if (text_equal(price->unit, "Ratio") || strncmp(price->usage_type, "CachedData:", 11) == 0)
            continue; /* a minimum is more than ten units */
        assert_int_equal(bill.line_count, 1);
        if (bill.lines[0].exact != first_ten(price))
            fail_msg("%s %s %s has another price", price->region, price->service, price->usage_type);
        checked++;
    }
    printf("%zu prices billed\n", checked);
}

/* ---- what has no rate ---- */

static void given_no_rate_when_it_is_allowed_then_the_line_and_the_bill_say_so(void **state)
{
    const struct bill_options options = { .hours_per_month = 730, .allow_unpriced = true };
    const struct bill bill = bill_of(*state,
                                     HEADER ",,AmazonBraket,us-east-1,a,QPU,1.5,shots,\n"
                                            ",,AmazonBraket,us-east-1,a,QPU,2,shots,\n"
                                            ",,sqs,us-east-1,q,Requests-Tier1,10,million requests,\n",
                                     options);
    assert_int_equal(bill.unpriced, 1);
    assert_int_equal(bill.line_count, 2);
    assert_int_equal(bill.total_cents, 400);
    const struct bill_line *const line = &bill.lines[1];
    assert_true(line->unpriced && line->cents == 0 && line->quantity_e6 == 3500000);
    assert_string_equal(line->unit, "shots");
    assert_non_null(strstr(line->description, "unpriced"));
    char *text;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    assert_true(out && bill_write_focus(&bill, out) && fclose(out) == 0);
    assert_non_null(strstr(text, "\"unpriced\""));
    free(text);
}

/* ---- errors ---- */

static void given_broken_files_when_parsed_then_each_is_told_its_place(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, "", 1, 1, "is empty", NULL);
    assert_refused(f, HEADER, 1, 1, "has no records", NULL);
    assert_refused(f, "service,usage_type\n", 1, 1, "no column 'quantity'", NULL);
    assert_refused(f, "service,usage_type,quantity,amuont\n", 1, 29, "unknown column 'amuont'", "the columns are");
    assert_refused(f, "service,usage_type,quantity,regoin\n", 1, 29, "unknown column 'regoin'", "'region'");
    assert_refused(f, "service,usage_type,quantity,service\n", 1, 29, "twice", NULL);
    assert_refused(f, HEADER ",,sqs,us-east-1,q,Requests-Tier1,1\n", 2, 1, "7 cells where the header names 9", NULL);
    assert_refused(f, HEADER "2026-02-30,,sqs,us-east-1,q,Requests-Tier1,1,,\n", 2, 1, "is not a start", "2026-06-01");
    assert_refused(f, HEADER "2026-02-01,745,sqs,us-east-1,q,Requests-Tier1,1,,\n", 2, 12, "number of hours", "744");
    assert_refused(f, HEADER ",0,sqs,us-east-1,q,Requests-Tier1,1,,\n", 2, 2, "number of hours", NULL);
    assert_refused(f, HEADER ",,,us-east-1,q,Requests-Tier1,1,,\n", 2, 3, "the service is empty", NULL);
    assert_refused(f, HEADER ",,sqs,us-esat-1,q,Requests-Tier1,1,,\n", 2, 7, "unknown region", "us-east-1");
    assert_refused(f, HEADER ",,sqs,us-east-1,q,,1,,\n", 2, 19, "the usage type is empty", NULL);
    assert_refused(f, HEADER ",,sqs,us-east-1,q,Requests-Tier1,many,,\n", 2, 34, "is not a quantity", "unit");
    assert_refused(f, HEADER ",,sqs,us-east-1,q,Requests-Tier1,-1,,\n", 2, 34, "is not a quantity", NULL);
    assert_refused(f, HEADER ",,sqs,us-east-1,q,Requests-Tier1,1e19,,\n", 2, 34, "is not a quantity", NULL);
    assert_refused(f, HEADER ",,sqs,us-east-1,q,Requests-Tier1,1,GB,\n", 2, 36, "is not a unit", "Requests");
    assert_refused(f, HEADER ",,sqs,us-east-1,q,Requests-Tier9,1,,\n", 2, 19, "no rate", "Requests-Tier1");
    assert_refused(f, HEADER ",,sqss,us-east-1,q,Requests-Tier1,1,,\n", 2, 20, "no rate", "sqs");
    assert_refused(f, HEADER ",,elb,us-east-1,q,ALB:ActiveConnections,1,connections/s,\n", 2, 43, "is not a unit",
                   NULL);
    assert_refused(f, HEADER ",,vcp,us-east-1,q,NatGateway-Bytes,1,,\n", 2, 19, "no rate", "vpc");
    assert_refused(f, HEADER ",,vpc,us-east-1,q,NatGateway-Bytes,1,,\n", 2, 38, "the unit is empty", "GB");
    assert_refused(f, HEADER ",,rds,us-east-1,q,InstanceUsage:db.m5.large,1,,\n", 2, 19, "more than one rate",
                   "engine=MySQL");
    assert_refused(f, HEADER ",,lambda,us-east-1,q,Invocation,1,,memory_mb=128\n", 2, 22, "attribute 'duration_ms'",
                   NULL);
    assert_refused(f, HEADER ",,ecs,us-east-1,q,Fargate-Task,1,hours,vcpu=0.0001;memory_gb=1\n", 2, 19,
                   "more decimals than are billed", "1/1000");
}

/* Any other word would silently mean the default, and cost something else. */
static void given_a_word_that_an_attribute_does_not_have_when_billed_then_it_is_refused(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, HEADER ",,ecs,us-east-1,q,Fargate-Task,1,hours,vcpu=1;memory_gb=1;arch=arm\n", 2, 19,
                   "'arch' of 'Fargate-Task' cannot be 'arm'", "x86, x86_64, arm64");
    assert_refused(f, HEADER ",,ecs,us-east-1,q,Fargate-Task,1,hours,vcpu=1;memory_gb=1;spot=true\n", 2, 19,
                   "cannot be 'true'", "no, yes");
    assert_refused(f, HEADER ",,s3,us-east-1,q,Replication-Bytes,1,GB,to=eu-west-1;rtc=on\n", 2, 18, "'rtc'", "yes");
    assert_refused(f, HEADER ",,s3,us-east-1,q,LifecycleTransition,1,,to=FOO\n", 2, 18, "'to'", "GLACIER");
    assert_refused(f, HEADER ",,rds,us-east-1,q,RDS:IOPS.gp3,1,IOPS,striped=true\n", 2, 19, "'striped'", "yes");
    assert_refused(f, HEADER ",,elb,us-east-1,q,ALB:NewConnections,1,,mtls=1\n", 2, 19, "'mtls'", "yes");
    assert_refused(f, HEADER ",,datatransfer,us-east-1,q,InterZone-Bytes,1,GB,ends=2\n", 2, 28, "'ends'", "both");
    assert_refused(f, HEADER ",,dynamodb,us-east-1,q,Write,1,,item_bytes=1;table_class=infrequent\n", 2, 24,
                   "'table_class'", "Standard, IA");
    assert_refused(f, HEADER ",,lambda,us-east-1,q,Invocation,1,,memory_mb=1;duration_ms=1;memory_mb=2\n", 2, 36,
                   "'memory_mb' stands there twice", NULL);
    assert_refused(f, HEADER ",,ec2,us-east-1,q,BoxUsage:m5.large,1,Hrs,Linux\n", 2, 43, "not a list of attributes",
                   "name=value");
    assert_int_equal(cents_of(f, ",,ecs,us-east-1,q,Fargate-Task,100,hours,vcpu=1;memory_gb=2;arch=ARM64"), 395);
}

static void given_a_rate_that_is_not_sold_so_when_billed_then_the_hint_says_how_it_is(void **state)
{
    struct fixture *f = *state;
    assert_refused(f, HEADER ",,rds,us-east-1,q,InstanceUsage:db.m5.large,1,Hrs,engine=Postgres\n", 2, 19, "no rate",
                   "it is sold with engine=MySQL");
    assert_refused(f, HEADER ",,cloudwatch,us-east-1,q,DashboardsUsageHour,1,dashboards,\n", 2, 26, "no rate",
                   "'CW:DashboardsUsageHour', under one price everywhere");
    assert_refused(f, HEADER ",,datatransfer,us-east-1,q,InterRegion-Bytes,1,GB,to=us-east-1\n", 2, 28, "no rate",
                   "InterZone-Bytes");
}

static void given_a_misspelt_attribute_when_parsed_then_it_is_a_warning(void **state)
{
    struct fixture *f = *state;
    struct usage_file file;
    assert_true(parse(f, &file, HEADER ",,ecs,us-east-1,q,Fargate-Task,1,hours,vcpu=1;memory_gb=1;strats=4\n", 730));
    assert_int_equal(f->diag.warnings, 1);
    assert_non_null(strstr(f->diag.entries[0].hint, "starts"));
}

static void given_a_record_behind_its_month_when_months_are_calendar_then_it_is_refused(void **state)
{
    struct usage_file file;
    const char *const text = HEADER "2026-06-30,25,sqs,us-east-1,q,Requests-Tier1,1,,\n";
    assert_false(parse(*state, &file, text, 0));
    assert_true(parse(*state, &file, text, 730));
}

static void given_the_largest_quantities_when_billed_then_the_result_is_a_bill_or_an_error(void **state)
{
    static const char *const rows[] = {
        ",,sqs,us-east-1,q,Requests-Tier1,1e18,1M requests/s,",
        ",,lambda,us-east-1,q,Invocation,1e18,million,memory_mb=1000000000000;duration_ms=1000000000000",
        ",,ecs,us-east-1,q,Fargate-Task,1e18,months,vcpu=1000000000000;memory_gb=1000000000000",
        ",,s3,us-east-1,q,TimedStorage-GlacierByteHrs,1e18,PB,objects=1000000000000",
        ",,ec2,us-east-1,q,BoxUsage:m5.large,1,seconds,starts=1000000000000",
        "2026-06-01,720,elb,us-east-1,q,ALB:Requests,1e18,1M requests/s,rules=1000000000000",
        "2026-06-01,720,vpc,us-east-1,q,NatGateway-Hours,1e18,gateways,",
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct usage_file file;
        struct bill bill;
        const struct bill_options options = { .hours_per_month = 730 };
        assert_true(parse(f, &file, arena_printf(&f->arena, HEADER "%s\n", rows[i]), 730));
        assert_true(compute(f, &bill, &file.months[0], &options) || f->diag.errors > 0);
    }
}

static uint64_t next_random(uint64_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return *random;
}

/* Bytes changed, removed, inserted and doubled by a fixed seed: a bill or an error, never a crash. Run under the
 * sanitizers this is the hostile test of the reader, the units and the steps. */
static void given_mutated_bytes_when_billed_then_the_result_is_a_bill_or_an_error(void **state)
{
    static const char seed[] = HEADER "2026-06-01,720,AWSELB,us-east-1,a,ALB:ProcessedBytes,1,GB/h,target=lambda\n"
                                      ",,ecs,us-east-1,b,Fargate-Task,3,tasks,vcpu=0.25;memory_gb=0.5;starts=9\n"
                                      ",,s3,us-west-2,\"c, d\",TimedStorage-SIA-ByteHrs,5,TB,objects=1000\n"
                                      ",,lambda,us-east-1,e,Invocation,3,million,memory_mb=512;duration_ms=1.5\n";
    static const char spice[] = "\",\n\r\0\x7f\xff=;-+eE.0919/ ghs{}";
    const struct fixture *f = *state;
    uint64_t random = 20261120;
    int accepted = 0;
    for (int round = 0; round < 4000; round++) {
        struct fixture g = { .book = f->book };
        char text[sizeof seed + 16];
        size_t length = sizeof seed - 1;
        memcpy(text, seed, sizeof seed);
        for (uint64_t hits = 1 + next_random(&random) % 4; hits > 0; hits--) {
            const size_t at = (size_t)(next_random(&random) % length);
            switch (next_random(&random) % 3) {
            case 0: text[at] = spice[next_random(&random) % (sizeof spice - 1)]; break;
            case 1:
                memmove(text + at, text + at + 1, length - at);
                length--;
                break;
            default:
                memmove(text + at + 1, text + at, length - at);
                text[at] = spice[next_random(&random) % (sizeof spice - 1)];
                length++;
                break;
            }
        }
        text[length] = '\0';
        arena_init(&g.arena);
        diag_init(&g.diag, &g.arena);
        struct usage_file file;
        const struct bill_options options = { .hours_per_month = 730, .allow_unpriced = round % 2 == 0 };
        if (usage_file_parse(&file, "m.csv", text, length, "2026-10-01", 730, &g.arena, &g.diag)) {
            bool good = true;
            for (size_t m = 0; m < file.month_count; m++) {
                struct bill bill;
                good = compute(&g, &bill, &file.months[m], &options) && good;
            }
            assert_true(good == (g.diag.errors == 0));
            accepted += good;
        } else {
            assert_true(g.diag.errors > 0);
        }
        arena_fini(&g.arena);
    }
    assert_true(accepted > 100);
}

/* What is billed in a raw form must be in the manual. */
static void given_the_rules_when_the_manual_is_read_then_every_raw_usage_type_is_in_it(void **state)
{
    (void)state;
    static char manual[200000];
    FILE *file = fopen("docs/usage-file.md", "r");
    assert_non_null(file);
    manual[fread(manual, 1, sizeof manual - 1, file)] = '\0';
    fclose(file);
    size_t count;
    const struct billing_rule *rules = billing_rules_all(&count);
    for (size_t i = 0; i < count; i++) {
        char quoted[80];
        snprintf(quoted, sizeof quoted, "`%s`", rules[i].usage_type);
        if (rules[i].sold_as && !strstr(manual, quoted))
            fail_msg("docs/usage-file.md does not explain %s of %s", quoted, rules[i].service);
        for (int s = 0; s < MOST_STEPS && rules[i].steps[s].attribute; s++)
            if (!strstr(manual, rules[i].steps[s].attribute))
                fail_msg("docs/usage-file.md does not explain the attribute %s", rules[i].steps[s].attribute);
        if (rules[i].grain == GRAIN_PEAK_DIMENSION)
            assert_int_equal(PEAK_DENOMINATOR % rules[i].peak_of, 0);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_one_amount_in_many_units_when_billed_then_the_cost_is_the_same),
        cmocka_unit_test(given_prefixes_of_a_region_when_billed_then_they_are_understood),
        cmocka_unit_test(given_a_calendar_month_when_billed_then_its_own_hours_count),
        cmocka_unit_test(given_several_months_when_parsed_then_each_has_its_records),
        cmocka_unit_test(given_fixed_monthly_quantities_when_billed_with_simulated_usage_then_they_share_its_tiers),
        cmocka_unit_test(given_every_price_of_the_books_when_used_then_it_is_billed_at_its_rate),
        cmocka_unit_test(given_no_rate_when_it_is_allowed_then_the_line_and_the_bill_say_so),
        cmocka_unit_test(given_broken_files_when_parsed_then_each_is_told_its_place),
        cmocka_unit_test(given_a_word_that_an_attribute_does_not_have_when_billed_then_it_is_refused),
        cmocka_unit_test(given_a_rate_that_is_not_sold_so_when_billed_then_the_hint_says_how_it_is),
        cmocka_unit_test(given_a_misspelt_attribute_when_parsed_then_it_is_a_warning),
        cmocka_unit_test(given_a_record_behind_its_month_when_months_are_calendar_then_it_is_refused),
        cmocka_unit_test(given_the_largest_quantities_when_billed_then_the_result_is_a_bill_or_an_error),
        cmocka_unit_test(given_mutated_bytes_when_billed_then_the_result_is_a_bill_or_an_error),
        cmocka_unit_test(given_the_rules_when_the_manual_is_read_then_every_raw_usage_type_is_in_it),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
