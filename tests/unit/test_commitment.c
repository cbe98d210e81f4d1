/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * commitment: AWS's own scenarios, an hour-by-hour oracle written another way, and what holds for any usage.
 *
 * [SP-UG] "Understanding how Savings Plans apply to your usage": five scenarios with illustrative rates, which are the
 * book of `plans_book`. [EC2-UG] "How Reserved Instance discounts are applied": the scenarios of one account.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pricing/commitment.h"
#include "pricing/price_book.h"
#include "pricing/usage_file.h"
#include "sim/base/compiler.h"
#include "sim/base/text.h"

#define HOUR_NS INT64_C(3600000000000)
#define ONCE    INT64_C(1000000)
#define USD     MONEY_PER_USD

enum { HOURS_OF_JUNE = 720 };

static const struct bill_period june = { 2026, 6, 30 };

static const char plans_book[] = "service,usage_type,attributes,unit,price\n"
                                 "AmazonEC2,BoxUsage:r5.4xlarge,os=Linux,Hrs,1.00\n"
                                 "AmazonEC2,BoxUsage:m5.24xlarge,os=Windows,Hrs,10.00\n"
                                 "AmazonECS,Fargate-vCPU-Hours:perCPU,,vCPU-Hours,0.04\n"
                                 "AmazonECS,Fargate-GB-Hours,,GB-Hours,0.004\n"
                                 "AWSLambda,Lambda-GB-Second,,Lambda-GB-Second,0.000015\n"
                                 "AWSLambda,Request,,Requests,0.0000002\n";

#define ROW(type, rate, term) \
    ",discounted_usage_type=" type ",Hrs," rate ",savings-plan-" term "-1yr-partial-upfront,0\n"
#define COMPUTE(type, rate)       "ComputeSavingsPlans,ComputeSP:1yrPartialUpfront" ROW(type, rate, "compute")
#define EC2_ONLY(fam, type, rate) "ComputeSavingsPlans,EC2SP:" fam ".1yrPartialUpfront" ROW(type, rate, "ec2")
#define RESERVED(type, rate) \
    "AmazonEC2,HeavyUsage:" type ",os=Linux;offering_class=standard,Hrs," rate ",reserved-1yr-no-upfront,0\n"

/* clang-format off */
static const char plans_terms[] =
    "service,usage_type,attributes,unit,price,term,upfront\n"
    COMPUTE("BoxUsage:r5.4xlarge", "0.70")
    COMPUTE("BoxUsage:m5.24xlarge", "8.20")
    COMPUTE("Fargate-vCPU-Hours:perCPU", "0.03")
    COMPUTE("Fargate-GB-Hours", "0.003")
    COMPUTE("Lambda-GB-Second", "0.00001275")
    COMPUTE("Request", "0.0000002")
    EC2_ONLY("r5", "BoxUsage:r5.4xlarge", "0.60")
    EC2_ONLY("m5", "BoxUsage:m5.24xlarge", "7.80")
    RESERVED("r5.4xlarge", "0.62");
/* clang-format on */

struct fixture {
    struct arena arena;
    struct diag diag;
    const struct price_book *book, *terms;                   /* the shipped ones */
    const struct price_book *scenario_book, *scenario_terms; /* of the plan scenarios */
};

static const struct price_book *parse(struct fixture *f, const char *text)
{
    const struct price_text file = { "test.csv", "us-east-1", text, strlen(text) };
    return price_book_parse(&file, 1, &f->arena, &f->diag);
}

static int set_up(void **state)
{
    static const char *const regions[] = { "us-east-1", "eu-west-1" };
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    arena_init(&f->arena);
    diag_init(&f->diag, &f->arena);
    f->book = price_book_load("pricing/books", regions, ARRAY_LEN(regions), &f->arena, &f->diag);
    f->terms = price_terms_load("pricing/books", regions, ARRAY_LEN(regions), &f->arena, &f->diag);
    f->scenario_book = parse(f, plans_book);
    f->scenario_terms = parse(f, plans_terms);
    diag_print(&f->diag, stderr, false);
    *state = f;
    return f->book && f->terms && f->scenario_book && f->scenario_terms ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    arena_fini(&f->arena);
    free(f);
    return 0;
}

/* ---- commitments and usage ---- */

static struct commitment plan(const char *name, enum commitment_kind kind, const char *family, money usd_per_hour)
{
    return (struct commitment){ .name = name,
                                .kind = kind,
                                .years = 1,
                                .payment = PAYMENT_PARTIAL,
                                .region = kind == COMMITMENT_EC2_PLAN ? "us-east-1" : "",
                                .family = family,
                                .usd_per_hour = usd_per_hour,
                                .instance = "",
                                .engine = "",
                                .zone = "" };
}

static struct commitment reserved(const char *name, const char *instance, const char *zone, int count)
{
    return (struct commitment){ .name = name,
                                .kind = COMMITMENT_RESERVED,
                                .years = 1,
                                .region = "us-east-1",
                                .instance = instance,
                                .engine = "",
                                .zone = zone,
                                .count = count,
                                .family = "" };
}

static struct commitments of(const struct commitment *list, size_t count, const struct price_book *terms)
{
    return (struct commitments){ .list = list, .count = count, .terms = terms };
}

static struct bill compute(struct fixture *f, const struct price_book *book, const struct usage *usage, size_t count,
                           const struct usage_record *records, size_t record_count,
                           const struct commitments *commitments)
{
    const struct bill_options options = { .commitments = commitments };
    struct bill bill;
    if (!bill_compute_all(&bill, book, usage, count, records, record_count, june, &options, &f->arena, &f->diag)) {
        diag_print(&f->diag, stderr, false);
        fail_msg("the bill has errors");
    }
    return bill;
}

static int64_t cents_of(const struct bill *bill, enum commitment_part part)
{
    int64_t cents = 0;
    for (size_t i = 0; i < bill->line_count; i++)
        if (bill->lines[i].commitment && bill->lines[i].commitment->part == part)
            cents += part == COMMITMENT_FEE ? bill->lines[i].cents : bill->lines[i].commitment->effective_cents;
    return cents;
}

static int64_t on_demand_cents(const struct bill *bill)
{
    int64_t cents = 0;
    for (size_t i = 0; i < bill->line_count; i++)
        if (!bill->lines[i].commitment)
            cents += bill->lines[i].cents;
    return cents;
}

/* Quantity of a usage type on demand (name NULL), or covered by the commitment of that name. */
static double quantity_of(const struct bill *bill, const char *usage_type, const char *name)
{
    double sum = 0;
    for (size_t i = 0; i < bill->line_count; i++) {
        const struct bill_line *const line = &bill->lines[i];
        if (!text_equal(line->usage_type, usage_type))
            continue;
        if (name ? line->commitment && line->commitment->part == COMMITMENT_USED &&
                       text_equal(line->commitment->of->name, name)
                 : !line->commitment)
            sum += line->quantity;
    }
    return sum;
}

/* ---- AWS's savings-plan scenarios ---- */

/* Every hour of the month as AWS's one hour. */
static struct bill scenario(struct fixture *f, const struct commitment *list, size_t count)
{
    static const struct {
        const char *service, *usage_type, *attributes, *quantity, *unit;
    } used[] = {
        { "AmazonEC2", "BoxUsage:r5.4xlarge", "os=Linux", "2880", "Hrs" },
        { "AmazonEC2", "BoxUsage:m5.24xlarge", "os=Windows", "720", "Hrs" },
        { "AmazonECS", "Fargate-vCPU-Hours:perCPU", "", "288000", "vCPU-Hours" },
        { "AmazonECS", "Fargate-GB-Hours", "", "1152000", "GB-Hours" },
        { "AWSLambda", "Lambda-GB-Second", "", "1080000000", "Lambda-GB-Second" },
        { "AWSLambda", "Request", "", "720000000", "Requests" },
    };
    struct usage_record records[ARRAY_LEN(used)];
    for (size_t i = 0; i < ARRAY_LEN(used); i++) {
        const struct monthly_quantity from = { used[i].service,    "us-east-1",      "shop",
                                               used[i].usage_type, used[i].quantity, used[i].unit,
                                               used[i].attributes };
        assert_true(usage_record_monthly(&records[i], &from, &f->arena, (struct mark){ 0 }, &f->diag));
    }
    const struct commitments commitments = of(list, count, f->scenario_terms);
    return compute(f, f->scenario_book, NULL, 0, records, ARRAY_LEN(records), &commitments);
}

static void given_aws_usage_when_nothing_is_committed_then_an_hour_costs_59_10(void **state)
{
    const struct bill bill = scenario(*state, NULL, 0);
    assert_int_equal(bill.total_cents, 5910 * HOURS_OF_JUNE);
}

static void given_aws_scenario_1_when_50_is_committed_then_47_13_of_it_is_used_and_nothing_is_on_demand(void **state)
{
    const struct commitment list[] = { plan("csp", COMMITMENT_COMPUTE_PLAN, "", 50 * USD) };
    const struct bill bill = scenario(*state, list, 1);
    assert_int_equal(on_demand_cents(&bill), 0);
    assert_int_equal(cents_of(&bill, COMMITMENT_FEE), 5000 * HOURS_OF_JUNE);
    assert_int_equal(cents_of(&bill, COMMITMENT_USED), 4712.5 * HOURS_OF_JUNE); /* as published: 47.13 */
    assert_int_equal(cents_of(&bill, COMMITMENT_UNUSED), 287.5 * HOURS_OF_JUNE);
    assert_true(bill.commitments[0].utilisation > 0.94249 && bill.commitments[0].utilisation < 0.94251);
    assert_true(bill.commitments[0].covered == INT64_C(591) * USD / 10 * HOURS_OF_JUNE);
}

static void given_aws_scenario_2_when_2_is_committed_then_2_9_units_are_covered_and_56_24_is_on_demand(void **state)
{
    const struct commitment list[] = { plan("csp", COMMITMENT_COMPUTE_PLAN, "", 2 * USD) };
    const struct bill bill = scenario(*state, list, 1);
    /* 4 - 2 / 0.7 at $1 and 55.10: 56.242857 an hour, which is published as 56.24 */
    assert_int_equal(on_demand_cents(&bill), 4049486);
    assert_true(fabs(quantity_of(&bill, "BoxUsage:r5.4xlarge", "csp") / HOURS_OF_JUNE - 2 / 0.7) < 1e-9);
    assert_int_equal(cents_of(&bill, COMMITMENT_UNUSED), 0);
}

static void given_aws_scenario_3_when_the_next_discount_is_shared_then_memory_goes_before_compute(void **state)
{
    const struct commitment list[] = { plan("csp", COMMITMENT_COMPUTE_PLAN, "", 196 * USD / 10) };
    const struct bill bill = scenario(*state, list, 1);
    assert_int_equal(on_demand_cents(&bill), 3270 * HOURS_OF_JUNE);
    /* a cent less: it is compute that is not covered, not memory */
    const struct commitment less[] = { plan("csp", COMMITMENT_COMPUTE_PLAN, "", 1957 * USD / 100) };
    const struct bill other = scenario(*state, less, 1);
    assert_true(quantity_of(&other, "Fargate-GB-Hours", NULL) == 0);
    assert_true(fabs(quantity_of(&other, "Fargate-vCPU-Hours:perCPU", NULL) - HOURS_OF_JUNE) < 1e-6);
}

static void given_aws_scenario_4_when_two_are_reserved_then_the_plan_comes_after_them(void **state)
{
    const struct commitment list[] = { plan("csp", COMMITMENT_COMPUTE_PLAN, "", 182 * USD / 10),
                                       reserved("ri", "r5.4xlarge", "", 2) };
    const struct bill bill = scenario(*state, list, 2);
    assert_int_equal(on_demand_cents(&bill), 3270 * HOURS_OF_JUNE);
    assert_true(quantity_of(&bill, "BoxUsage:r5.4xlarge", "ri") == 2 * HOURS_OF_JUNE);
    assert_true(quantity_of(&bill, "BoxUsage:r5.4xlarge", "csp") == 2 * HOURS_OF_JUNE);
    assert_int_equal(cents_of(&bill, COMMITMENT_UNUSED), 0);
}

static void given_aws_scenario_5_when_there_are_two_plans_then_the_instance_plan_comes_first(void **state)
{
    const struct commitment list[] = { plan("csp", COMMITMENT_COMPUTE_PLAN, "", 168 * USD / 10),
                                       plan("r5", COMMITMENT_EC2_PLAN, "r5", 3 * USD) };
    const struct bill bill = scenario(*state, list, 2);
    assert_int_equal(on_demand_cents(&bill), 3270 * HOURS_OF_JUNE);
    assert_true(quantity_of(&bill, "BoxUsage:r5.4xlarge", "r5") == 4 * HOURS_OF_JUNE);
    assert_true(bill.commitments[1].used == 24 * USD / 10 * HOURS_OF_JUNE);
    assert_true(bill.commitments[1].unused == 6 * USD / 10 * HOURS_OF_JUNE);
    assert_true(bill.commitments[0].unused == 0);
}

/* ---- AWS's reserved-instance scenarios ---- */

static const char reserved_book[] = "service,usage_type,attributes,unit,price\n"
                                    "AmazonEC2,BoxUsage:m3.large,os=Linux,Hrs,0.133\n"
                                    "AmazonEC2,BoxUsage:m3.xlarge,os=Linux,Hrs,0.266\n"
                                    "AmazonEC2,BoxUsage:m4.xlarge,os=Linux,Hrs,0.20\n"
                                    "AmazonEC2,BoxUsage:m4.2xlarge,os=Linux,Hrs,0.40\n"
                                    "AmazonEC2,BoxUsage:c4.xlarge,os=Linux,Hrs,0.199\n"
                                    "AmazonEC2,BoxUsage:c4.2xlarge,os=Linux,Hrs,0.398\n"
                                    "AmazonEC2,BoxUsage:t2.small,os=Linux,Hrs,0.023\n"
                                    "AmazonEC2,BoxUsage:g5.xlarge,os=Linux,Hrs,1.006\n";

/* clang-format off */
static const char reserved_terms[] =
    "service,usage_type,attributes,unit,price,term,upfront\n"
    RESERVED("m3.large", "0.09")
    RESERVED("m3.2xlarge", "0.36")
    RESERVED("m4.large", "0.06")
    RESERVED("m4.xlarge", "0.12")
    RESERVED("c4.large", "0.06")
    RESERVED("c4.xlarge", "0.12")
    RESERVED("t2.medium", "0.03")
    RESERVED("g5.2xlarge", "0.8")
    "AmazonEC2,HeavyUsage:t2.small,os=Linux;offering_class=standard,Hrs,0.007,reserved-1yr-partial-upfront,60\n";
/* clang-format on */

struct running {
    const char *usage_type, *zone;
    double instances;
};

static struct usage_key *instance_key(struct fixture *f, const char *usage_type, const char *zone)
{
    struct usage_key *const key = ARENA_NEW(&f->arena, struct usage_key);
    *key = (struct usage_key){ .service = "AmazonEC2",
                               .usage_type = usage_type,
                               .operation = "os=Linux",
                               .resource = "fleet",
                               .region = "us-east-1",
                               .zone = zone,
                               .to_zone = "",
                               .tier = "web",
                               .unit = USAGE_NANOSECONDS };
    return key;
}

static struct bill run_instances(struct fixture *f, const struct running *running, size_t count,
                                 const struct commitment *list, size_t list_count)
{
    struct usage usage[8];
    assert_true(count <= ARRAY_LEN(usage));
    for (size_t i = 0; i < count; i++)
        usage[i] = (struct usage){ instance_key(f, running[i].usage_type, running[i].zone), 0,
                                   (int64_t)(running[i].instances * (double)HOUR_NS), HOURS_OF_JUNE * ONCE };
    const struct commitments commitments = of(list, list_count, parse(f, reserved_terms));
    return compute(f, parse(f, reserved_book), usage, count, NULL, 0, &commitments);
}

static void given_zonal_and_regional_reservations_when_applied_then_sizes_are_normalised_as_aws_says(void **state)
{
    const struct running running[] = { { "BoxUsage:m3.large", "us-east-1a", 4 },
                                       { "BoxUsage:m4.xlarge", "us-east-1b", 2 },
                                       { "BoxUsage:c4.xlarge", "us-east-1c", 1 } };
    const struct commitment list[] = { reserved("m3", "m3.large", "us-east-1a", 4), reserved("m4", "m4.large", "", 4),
                                       reserved("c4", "c4.large", "", 1) };
    const struct bill bill = run_instances(*state, running, 3, list, 3);
    assert_true(quantity_of(&bill, "BoxUsage:m3.large", "m3") == 4 * HOURS_OF_JUNE);
    assert_true(quantity_of(&bill, "BoxUsage:m4.xlarge", "m4") == 2 * HOURS_OF_JUNE);
    assert_true(quantity_of(&bill, "BoxUsage:c4.xlarge", "c4") == 0.5 * HOURS_OF_JUNE);
    assert_true(quantity_of(&bill, "BoxUsage:c4.xlarge", NULL) == 0.5 * HOURS_OF_JUNE);
    assert_int_equal(cents_of(&bill, COMMITMENT_UNUSED), 0);
}

static void given_a_zonal_reservation_when_instances_run_elsewhere_or_larger_then_it_is_wasted(void **state)
{
    const struct running running[] = { { "BoxUsage:m3.large", "us-east-1b", 1 },
                                       { "BoxUsage:m3.xlarge", "us-east-1a", 1 } };
    const struct commitment list[] = { reserved("m3", "m3.large", "us-east-1a", 1) };
    const struct bill bill = run_instances(*state, running, 2, list, 1);
    assert_true(bill.commitments[0].utilisation == 0);
    assert_int_equal(cents_of(&bill, COMMITMENT_UNUSED), 9 * HOURS_OF_JUNE);
}

static void given_a_larger_reservation_when_sizes_compete_then_the_smallest_is_served_first(void **state)
{
    const struct running running[] = { { "BoxUsage:m3.xlarge", "us-east-1a", 2 },
                                       { "BoxUsage:m3.large", "us-east-1b", 2 } };
    const struct commitment list[] = { reserved("m3", "m3.2xlarge", "", 1) };
    const struct bill bill = run_instances(*state, running, 2, list, 1);
    assert_true(quantity_of(&bill, "BoxUsage:m3.large", "m3") == 2 * HOURS_OF_JUNE);
    assert_true(quantity_of(&bill, "BoxUsage:m3.xlarge", "m3") == HOURS_OF_JUNE);
    assert_true(quantity_of(&bill, "BoxUsage:m3.xlarge", NULL) == HOURS_OF_JUNE);
}

static void given_the_third_scenario_when_applied_then_all_m4_and_the_smaller_c4_are_covered(void **state)
{
    const struct running running[] = { { "BoxUsage:m4.xlarge", "us-east-1a", 2 },
                                       { "BoxUsage:m4.2xlarge", "us-east-1b", 1 },
                                       { "BoxUsage:c4.xlarge", "us-east-1a", 2 },
                                       { "BoxUsage:c4.2xlarge", "us-east-1b", 1 } };
    const struct commitment list[] = { reserved("m4", "m4.xlarge", "", 4), reserved("c4", "c4.xlarge", "", 2) };
    const struct bill bill = run_instances(*state, running, 4, list, 2);
    assert_true(quantity_of(&bill, "BoxUsage:m4.xlarge", NULL) + quantity_of(&bill, "BoxUsage:m4.2xlarge", NULL) == 0);
    assert_true(quantity_of(&bill, "BoxUsage:c4.xlarge", "c4") == 2 * HOURS_OF_JUNE);
    assert_true(quantity_of(&bill, "BoxUsage:c4.2xlarge", "c4") == 0);
}

static void given_two_small_ones_when_a_medium_is_reserved_then_it_covers_both(void **state)
{
    const struct running running[] = { { "BoxUsage:t2.small", "us-east-1a", 2 } };
    const struct commitment list[] = { reserved("t2", "t2.medium", "", 1) };
    const struct bill bill = run_instances(*state, running, 1, list, 1);
    assert_int_equal(on_demand_cents(&bill), 0);
    assert_true(bill.commitments[0].utilisation == 1);
}

/* Four instances of fifteen minutes share one reserved hour; four of a whole hour get one of four. */
static void given_short_runs_when_they_share_a_clock_hour_then_seconds_add_up(void **state)
{
    const struct commitment list[] = { reserved("m4", "m4.xlarge", "", 1) };
    const struct running quarters[] = { { "BoxUsage:m4.xlarge", "us-east-1a", 0.25 },
                                        { "BoxUsage:m4.xlarge", "us-east-1b", 0.75 } };
    const struct bill bill = run_instances(*state, quarters, 2, list, 1);
    assert_int_equal(on_demand_cents(&bill), 0);
    const struct running whole[] = { { "BoxUsage:m4.xlarge", "us-east-1a", 4 } };
    const struct bill four = run_instances(*state, whole, 1, list, 1);
    assert_true(quantity_of(&four, "BoxUsage:m4.xlarge", NULL) == 3 * HOURS_OF_JUNE);
}

static void given_a_family_without_flexibility_when_another_size_is_reserved_then_it_covers_nothing(void **state)
{
    const struct running running[] = { { "BoxUsage:g5.xlarge", "us-east-1a", 2 } };
    const struct commitment list[] = { reserved("g5", "g5.2xlarge", "", 1) };
    const struct bill bill = run_instances(*state, running, 1, list, 1);
    assert_true(bill.commitments[0].covered == 0);
    assert_true(isinf(bill.commitments[0].break_even));
}

/* [EC2-UG] "Calculate Reserved Instance pricing discounts": list value 121.32 = 60.00 + 0.007 x 8760. */
static void given_a_partial_upfront_reservation_when_its_year_is_billed_then_it_costs_its_list_value(void **state)
{
    struct fixture *f = *state;
    struct commitment list[] = { reserved("t2", "t2.small", "", 1) };
    list[0].payment = PAYMENT_PARTIAL;
    const struct commitments commitments = of(list, 1, parse(f, reserved_terms));
    const struct bill_options options = { .commitments = &commitments };
    const struct price_book *const book = parse(f, reserved_book);
    money exact = 0;
    for (int month = 1; month <= 12; month++) {
        struct bill bill;
        assert_true(bill_compute_all(&bill, book, NULL, 0, NULL, 0, bill_period_of(2026, month), &options, &f->arena,
                                     &f->diag));
        for (size_t i = 0; i < bill.line_count; i++)
            exact += bill.lines[i].exact;
        assert_int_equal(cents_of(&bill, COMMITMENT_UNUSED), bill.total_cents);
    }
    /* twelve shares of the upfront fee, each rounded down to 1e-10 USD */
    const money list_value = INT64_C(12132) * MONEY_PER_CENT;
    assert_true(exact <= list_value && exact > list_value - 12);
}

/* ---- databases and caches ---- */

static struct bill run_databases(struct fixture *f, const struct commitment *list, size_t count)
{
    static const struct usage_key multi = {
        "AmazonRDS",      "Multi-AZUsage:db.m7g.large", "engine=PostgreSQL", "orders", "us-east-1", "", "", "database",
        USAGE_NANOSECONDS
    };
    static const struct usage_key single = {
        "AmazonRDS",      "InstanceUsage:db.m7g.large", "engine=PostgreSQL", "orders", "us-east-1", "", "", "database",
        USAGE_NANOSECONDS
    };
    static const struct usage_key nodes = {
        "AmazonElastiCache", "NodeUsage:cache.m7g.large", "engine=Valkey", "cache", "us-east-1", "", "", "cache",
        USAGE_NANOSECONDS
    };
    const struct usage usage[] = { { &multi, 0, HOUR_NS, HOURS_OF_JUNE * ONCE },
                                   { &single, 0, HOUR_NS, HOURS_OF_JUNE * ONCE },
                                   { &nodes, 0, 5 * HOUR_NS, HOURS_OF_JUNE * ONCE } };
    const struct commitments commitments = of(list, count, f->terms);
    return compute(f, f->book, usage, ARRAY_LEN(usage), NULL, 0, &commitments);
}

static void given_a_multi_az_database_when_reserved_then_it_takes_twice_the_units(void **state)
{
    struct commitment db = reserved("db", "db.m7g.large", "", 2);
    db.engine = "PostgreSQL";
    const struct bill bill = run_databases(*state, &db, 1);
    assert_true(quantity_of(&bill, "InstanceUsage:db.m7g.large", "db") == HOURS_OF_JUNE);
    assert_true(quantity_of(&bill, "Multi-AZUsage:db.m7g.large", "db") == 0.5 * HOURS_OF_JUNE);
    db.engine = "MySQL";
    const struct bill other = run_databases(*state, &db, 1);
    assert_true(other.commitments[0].covered == 0);
}

static void given_redis_reservations_when_nodes_run_valkey_then_four_serve_five(void **state)
{
    struct commitment cache = reserved("cache", "cache.m7g.large", "", 4);
    cache.engine = "Redis";
    const struct bill bill = run_databases(*state, &cache, 1);
    assert_true(quantity_of(&bill, "NodeUsage:cache.m7g.large", "cache") == 5 * HOURS_OF_JUNE);
    assert_true(bill.commitments[0].utilisation == 1);
}

static void given_a_database_plan_when_applied_then_only_databases_and_caches_are_covered(void **state)
{
    struct commitment list = plan("dsp", COMMITMENT_DATABASE_PLAN, "", USD / 10);
    list.payment = PAYMENT_NONE;
    const struct bill bill = run_databases(*state, &list, 1);
    assert_true(bill.commitments[0].utilisation > 0.999999);
    assert_true(bill.commitments[0].low_confidence);
    /* 20 % off: a dime covers 12.5 cents */
    assert_true(fabs((double)bill.commitments[0].covered / (double)(USD / 8 * HOURS_OF_JUNE) - 1) < 1e-6);
}

/* ---- an oracle: one hour at a time, always the best next, in floating point ---- */

enum { TYPES = 6, ZONES = 2, HOURS = 48, LISTED = 6 };

static const char *const types[TYPES] = { "m7g.large", "m7g.xlarge",  "m7g.medium",
                                          "c7g.large", "r7g.2xlarge", "c7g.4xlarge" };
static const double units[TYPES] = { 4, 8, 2, 4, 16, 32 };
static const char *const zones[ZONES] = { "us-east-1a", "us-east-1b" };

struct hour_state {
    double left[TYPES][ZONES];
    double covered[TYPES][LISTED];
};

struct rates_by_hand {
    double on_demand[TYPES], plans[LISTED][TYPES]; /* USD per hour; -1: not covered */
};

static double rate_of(const struct price_book *book, const char *term, const char *service, const char *usage_type,
                      const char *wanted)
{
    const struct price *price;
    assert_int_equal(price_book_find_term(book, term, service, usage_type, wanted, "us-east-1", &price), PRICE_FOUND);
    return (double)price->tiers[0].rate / (double)USD;
}

static double on_demand(struct fixture *f, int type)
{
    return rate_of(f->book, "", "AmazonEC2", arena_printf(&f->arena, "BoxUsage:%s", types[type]), "");
}

static double plan_rate(struct fixture *f, const struct commitment *c, int type)
{
    struct arena *const a = &f->arena;
    const char *const wanted = arena_printf(a, "discounted_usage_type=BoxUsage:%s", types[type]);
    if (c->kind == COMMITMENT_COMPUTE_PLAN)
        return rate_of(f->terms, "savings-plan-compute-1yr-no-upfront", "ComputeSavingsPlans", "ComputeSP:1yrNoUpfront",
                       wanted);
    if (strncmp(types[type], c->family, strlen(c->family)) != 0)
        return -1;
    return rate_of(f->terms, "savings-plan-ec2-1yr-no-upfront", "ComputeSavingsPlans",
                   arena_printf(a, "EC2SP:%s.1yrNoUpfront", c->family), wanted);
}

static double units_of(const char *instance)
{
    for (int t = 0; t < TYPES; t++)
        if (text_equal(types[t], instance))
            return units[t];
    return NAN;
}

static void reserve_by_hand(struct hour_state *h, const struct commitment *c, int index)
{
    double capacity = (double)c->count * units_of(c->instance);
    const size_t family = strcspn(c->instance, ".");
    for (double size = 1; size <= 64; size *= 2)
        for (int t = 0; t < TYPES; t++)
            for (int z = 0; z < ZONES; z++) {
                if (units[t] != size || strncmp(types[t], c->instance, family + 1) != 0 ||
                    (c->zone[0] && (!text_equal(zones[z], c->zone) || !text_equal(types[t], c->instance))))
                    continue;
                const double take = fmin(h->left[t][z], capacity / size);
                h->left[t][z] -= take;
                h->covered[t][index] += take;
                capacity -= take * size;
            }
}

static void plan_by_hand(const struct rates_by_hand *rates, struct hour_state *h, const struct commitment *list,
                         size_t count, enum commitment_kind kind)
{
    double left[LISTED];
    for (size_t c = 0; c < count; c++)
        left[c] = (double)list[c].usd_per_hour / (double)USD;
    for (;;) {
        double best = 2, best_rate = 0;
        int best_type = -1, best_zone = 0;
        size_t best_plan = 0;
        for (size_t c = 0; c < count; c++)
            for (int t = 0; list[c].kind == kind && t < TYPES; t++)
                for (int z = 0; z < ZONES; z++) {
                    const double rate = rates->plans[c][t], ratio = rate / rates->on_demand[t];
                    if (rate < 0 || left[c] < 1e-12 || h->left[t][z] < 1e-12 || ratio > best + 1e-12 ||
                        (ratio > best - 1e-12 && rate >= best_rate))
                        continue;
                    best = ratio, best_rate = rate, best_type = t, best_zone = z, best_plan = c;
                }
        if (best_type < 0)
            return;
        const double take = fmin(h->left[best_type][best_zone], left[best_plan] / best_rate);
        h->left[best_type][best_zone] -= take;
        h->covered[best_type][best_plan] += take;
        left[best_plan] -= take * best_rate;
    }
}

static uint64_t next(uint64_t *seed)
{
    *seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *seed >> 33;
}

static int random_commitments(struct commitment *list, uint64_t *seed)
{
    const char *const families[] = { "m7g", "c7g", "r7g" };
    static const char *const names[LISTED] = { "a", "b", "c", "d", "e", "f" };
    const int count = 1 + (int)(next(seed) % LISTED);
    for (int c = 0; c < count; c++) {
        const enum commitment_kind kind = (enum commitment_kind)(next(seed) % 3);
        const int type = (int)(next(seed) % TYPES);
        list[c] = kind == COMMITMENT_RESERVED
                      ? reserved(names[c], types[type], next(seed) % 2 ? zones[next(seed) % ZONES] : "",
                                 1 + (int)(next(seed) % 4))
                      : plan(names[c], kind, families[next(seed) % 3], (int64_t)(1 + next(seed) % 2000) * USD / 1000);
        list[c].payment = PAYMENT_NONE;
    }
    return count;
}

static size_t random_usage(struct fixture *f, struct usage *usage, int64_t amounts[HOURS][TYPES][ZONES], uint64_t *seed)
{
    const struct usage_key *keys[TYPES][ZONES];
    size_t count = 0;
    for (int t = 0; t < TYPES; t++)
        for (int z = 0; z < ZONES; z++)
            keys[t][z] = instance_key(f, arena_printf(&f->arena, "BoxUsage:%s", types[t]), zones[z]);
    for (int h = 0; h < HOURS; h++)
        for (int t = 0; t < TYPES; t++)
            for (int z = 0; z < ZONES; z++) {
                amounts[h][t][z] = next(seed) % 3 ? (int64_t)(next(seed) % 5000) * (HOUR_NS / 1000) + 7 : 0;
                if (amounts[h][t][z])
                    usage[count++] = (struct usage){ keys[t][z], h, amounts[h][t][z], 15 * ONCE };
            }
    return count;
}

static void check_against_oracle(struct fixture *f, const struct bill *bill, const struct commitment *list, int count,
                                 int64_t amounts[HOURS][TYPES][ZONES])
{
    double covered[TYPES][LISTED] = { 0 }, rest[TYPES] = { 0 };
    struct rates_by_hand rates;
    for (int t = 0; t < TYPES; t++) {
        rates.on_demand[t] = on_demand(f, t);
        for (int c = 0; c < count; c++)
            rates.plans[c][t] = list[c].kind == COMMITMENT_RESERVED ? -1 : plan_rate(f, &list[c], t);
    }
    for (int hour = 0; hour < HOURS; hour++) {
        struct hour_state h = { 0 };
        for (int t = 0; t < TYPES; t++)
            for (int z = 0; z < ZONES; z++)
                h.left[t][z] = (double)amounts[hour][t][z] / (double)HOUR_NS;
        for (int zonal = 1; zonal >= 0; zonal--)
            for (int c = 0; c < count; c++)
                if (list[c].kind == COMMITMENT_RESERVED && (list[c].zone[0] != '\0') == zonal)
                    reserve_by_hand(&h, &list[c], c);
        plan_by_hand(&rates, &h, list, (size_t)count, COMMITMENT_EC2_PLAN);
        plan_by_hand(&rates, &h, list, (size_t)count, COMMITMENT_COMPUTE_PLAN);
        for (int t = 0; t < TYPES; t++) {
            for (int c = 0; c < count; c++)
                covered[t][c] += 15 * h.covered[t][c];
            rest[t] += 15 * (h.left[t][0] + h.left[t][1]);
        }
    }
    for (int t = 0; t < TYPES; t++) {
        const char *const usage_type = arena_printf(&f->arena, "BoxUsage:%s", types[t]);
        double by_all = 0, by_hand = 0;
        for (int c = 0; c < count; c++) {
            by_all += quantity_of(bill, usage_type, list[c].name);
            by_hand += covered[t][c];
        }
        /* which of two commitments alike serves is not told apart; 1e-10 USD of a plan is up to 1e-8 h, 720 times */
        assert_true(fabs(by_all - by_hand) < 1e-4);
        assert_true(fabs(quantity_of(bill, usage_type, NULL) - rest[t]) < 1e-4);
    }
}

/* Effective cents of used and unused are those of the fee; what is covered and what is not is what was used. */
static void check_books_balance(const struct bill *bill, const struct bill *without, size_t count)
{
    assert_int_equal(bill->total_cents, cents_of(bill, COMMITMENT_FEE) + on_demand_cents(bill));
    assert_int_equal(cents_of(bill, COMMITMENT_FEE),
                     cents_of(bill, COMMITMENT_USED) + cents_of(bill, COMMITMENT_UNUSED));
    int128 with_e6 = 0, without_e6 = 0;
    for (size_t i = 0; i < bill->line_count; i++)
        if (!bill->lines[i].commitment || bill->lines[i].commitment->part == COMMITMENT_USED)
            with_e6 += bill->lines[i].quantity_e6;
    for (size_t i = 0; i < without->line_count; i++)
        without_e6 += without->lines[i].quantity_e6;
    const int128 difference = with_e6 - without_e6; /* half a millionth of an hour for each line that is rounded */
    assert_true(difference <= (int128)bill->line_count && -difference <= (int128)bill->line_count);
    assert_true(on_demand_cents(bill) <= without->total_cents);
    for (size_t c = 0; c < count; c++) {
        const struct commitment_result *const r = &bill->commitments[c];
        assert_true(r->used + r->unused == r->fee && r->used >= 0 && r->unused >= 0);
        if (r->of->kind != COMMITMENT_RESERVED)
            assert_true(r->fee == r->of->usd_per_hour * HOURS_OF_JUNE);
    }
}

static void given_random_usage_when_committed_at_random_then_it_is_as_by_hand_and_the_books_balance(void **state)
{
    enum { ROUNDS = 40 };
    struct fixture *f = *state;
    uint64_t seed = 20261120;
    for (int round = 0; round < ROUNDS; round++) {
        static int64_t amounts[HOURS][TYPES][ZONES];
        static struct usage usage[HOURS * TYPES * ZONES];
        struct commitment list[LISTED];
        const int count = random_commitments(list, &seed);
        const size_t used = random_usage(f, usage, amounts, &seed);
        const struct commitments commitments = of(list, (size_t)count, f->terms);
        const struct bill bill = compute(f, f->book, usage, used, NULL, 0, &commitments);
        const struct bill without = compute(f, f->book, usage, used, NULL, 0, NULL);
        check_against_oracle(f, &bill, list, count, amounts);
        check_books_balance(&bill, &without, (size_t)count);
        for (size_t i = used; i > 1; i--) { /* the order of records does not matter */
            const size_t j = next(&seed) % i;
            const struct usage swap = usage[j];
            usage[j] = usage[i - 1];
            usage[i - 1] = swap;
        }
        const struct bill shuffled = compute(f, f->book, usage, used, NULL, 0, &commitments);
        assert_int_equal(shuffled.total_cents, bill.total_cents);
    }
}

/* ---- the rest ---- */

static void given_a_private_discount_when_billed_then_it_is_off_what_no_commitment_covers(void **state)
{
    struct fixture *f = *state;
    const struct commitment list[] = { plan("csp", COMMITMENT_COMPUTE_PLAN, "", 2 * USD) };
    const struct bill full = scenario(f, list, 1);
    struct commitments commitments = of(list, 1, f->scenario_terms);
    commitments.discount_e6 = 100000;
    struct usage_record record;
    const struct monthly_quantity from = { "AmazonEC2", "us-east-1", "shop",    "BoxUsage:r5.4xlarge",
                                           "2880",      "Hrs",       "os=Linux" };
    assert_true(usage_record_monthly(&record, &from, &f->arena, (struct mark){ 0 }, &f->diag));
    const struct bill bill = compute(f, f->scenario_book, NULL, 0, &record, 1, &commitments);
    assert_int_equal(cents_of(&bill, COMMITMENT_FEE), cents_of(&full, COMMITMENT_FEE));
    assert_int_equal(on_demand_cents(&bill), 74057); /* 0.9 x (4 - 2 / 0.7) x 720 = 740.571 */
    /* it covers what would have cost 0.9 x 1440 / 0.7 = 1851.43, which is what it saves: not the list's 2057.14 */
    assert_true(llabs((int64_t)(bill.commitments[0].saving - (185143 - 144000) * MONEY_PER_CENT)) < MONEY_PER_CENT);
    assert_true(fabs(bill.commitments[0].break_even - 0.7 / 0.9) < 1e-6);
    char *text;
    size_t length;
    FILE *const out = open_memstream(&text, &length);
    assert_true(out && bill_write_focus(&bill, out) && fclose(out) == 0);
    assert_non_null(strstr(text, ",\"Purchase\","));
    assert_non_null(strstr(text, ",\"Committed\","));
    assert_non_null(strstr(text, "\"Spend\",\"csp\",\"csp\",1440,\"Used\",\"Compute Savings Plan\",\"USD\""));
    free(text);
}

static void given_a_term_that_is_not_in_the_book_when_committed_then_the_error_names_rate_and_alternative(void **state)
{
    struct fixture *f = *state;
    struct commitment db = reserved("db", "db.m7g.large", "", 1);
    db.engine = "PostgreSQL";
    db.payment = PAYMENT_ALL;
    const struct commitments commitments = of(&db, 1, f->terms);
    const struct bill_options options = { .commitments = &commitments };
    struct bill bill;
    assert_false(bill_compute_all(&bill, f->book, NULL, 0, NULL, 0, june, &options, &f->arena, &f->diag));
    assert_int_equal(f->diag.errors, 1);
    assert_non_null(
        strstr(f->diag.entries[0].message, "'db.m7g.large' PostgreSQL reserved for 1 year with all upfront"));
    assert_non_null(strstr(f->diag.entries[0].hint, "1 year with no upfront"));
}

static void assert_refused(struct fixture *f, struct commitment commitment, const char *message, const char *hint)
{
    const struct commitments commitments = of(&commitment, 1, f->terms);
    const struct bill_options options = { .commitments = &commitments };
    struct bill bill;
    const int before = f->diag.count;
    assert_false(bill_compute_all(&bill, f->book, NULL, 0, NULL, 0, june, &options, &f->arena, &f->diag));
    assert_int_equal(f->diag.count, before + 1);
    assert_non_null(strstr(f->diag.entries[before].message, message));
    assert_non_null(strstr(f->diag.entries[before].hint, hint));
}

/* Both would be paid for and never used. */
static void given_a_family_or_a_zone_that_is_not_there_when_committed_then_it_is_refused(void **state)
{
    struct fixture *f = *state;
    struct commitment plan = reserved("plan", "", "", 1);
    plan.kind = COMMITMENT_EC2_PLAN;
    plan.usd_per_hour = USD;
    plan.family = "m7gg";
    assert_refused(f, plan, "instance family 'm7gg' in region 'us-east-1'", "prices show");
    plan.family = "m7";
    assert_refused(f, plan, "instance family 'm7'", "prices show");
    assert_refused(f, reserved("zonal", "m7g.large", "us-west-2a", 1), "zone 'us-west-2a' is not in region",
                   "region: us-west-2");
}

/* Only us-east-1 has compute plans in the table of rates; elsewhere they are derived from its discount. */
static void given_a_compute_plan_when_another_region_is_used_then_it_has_a_rate_of_low_confidence(void **state)
{
    struct fixture *f = *state;
    static const char *const regions[] = { "us-east-1", "us-west-2", "eu-west-1", "eu-central-1", "ap-southeast-1" };
    const struct price_book *const terms = price_terms_load("pricing/books", regions, ARRAY_LEN(regions), &f->arena,
                                                            &f->diag);
    const struct price *price;
    assert_non_null(terms);
    for (size_t i = 1; i < ARRAY_LEN(regions); i++) {
        assert_int_equal(price_book_find_term(terms, "savings-plan-compute-1yr-no-upfront", "ComputeSavingsPlans",
                                              "ComputeSP:1yrNoUpfront",
                                              "os=Linux;discounted_usage_type=BoxUsage:m7g.large", regions[i], &price),
                         PRICE_FOUND);
        assert_true(price_confidence_is_low(price->tiers[0].confidence));
    }
    price_book_find_term(terms, "savings-plan-compute-1yr-no-upfront", "ComputeSavingsPlans", "ComputeSP:1yrNoUpfront",
                         "os=Linux;discounted_usage_type=BoxUsage:m7g.large", "eu-west-1", &price);
    assert_true(price->tiers[0].rate == USD * 668 / 10000); /* 0.0910 x 0.0599 / 0.0816 */
}

/* 100,000 of 500,000 GB-s are left to the plan, 1.4667 at 88 %; the instance is free. On demand: 1.67, so 3.65 loses 1.98. */
static void given_a_free_tier_when_committed_then_what_is_free_is_taken_off_first(void **state)
{
    struct fixture *f = *state;
    static const char usage[] = "service,region,resource,usage_type,quantity,unit\n"
                                "lambda,us-east-1,f,Lambda-GB-Second,500000,Lambda-GB-Second\n"
                                "ec2,us-east-1,w,BoxUsage:t3.micro,1,instances\n";
    struct commitment plan = reserved("plan", "", "", 1);
    struct usage_file file;
    struct bill bill;
    plan.kind = COMMITMENT_COMPUTE_PLAN;
    plan.usd_per_hour = USD * 5 / 1000;
    plan.region = "";
    const struct commitments commitments = of(&plan, 1, f->terms);
    const struct bill_options options = { .hours_per_month = 730,
                                          .free_tier = FREE_TIER_FIRST_YEAR,
                                          .commitments = &commitments };
    assert_true(usage_file_parse(&file, "u.csv", usage, sizeof usage - 1, "2026-06-01", 730, &f->arena, &f->diag));
    assert_true(bill_compute_all(&bill, f->book, NULL, 0, file.months[0].records, file.months[0].count, june, &options,
                                 &f->arena, &f->diag));
    assert_int_equal(bill.total_cents, 365);
    assert_true(fabs((double)bill.commitments[0].used / USD - 100000 * 0.0000166667 * 0.88) < 1e-4);
    assert_true(fabs(bill.commitments[0].coverage - 1) < 1e-6);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
        TEST(given_aws_usage_when_nothing_is_committed_then_an_hour_costs_59_10),
        TEST(given_aws_scenario_1_when_50_is_committed_then_47_13_of_it_is_used_and_nothing_is_on_demand),
        TEST(given_aws_scenario_2_when_2_is_committed_then_2_9_units_are_covered_and_56_24_is_on_demand),
        TEST(given_aws_scenario_3_when_the_next_discount_is_shared_then_memory_goes_before_compute),
        TEST(given_aws_scenario_4_when_two_are_reserved_then_the_plan_comes_after_them),
        TEST(given_aws_scenario_5_when_there_are_two_plans_then_the_instance_plan_comes_first),
        TEST(given_zonal_and_regional_reservations_when_applied_then_sizes_are_normalised_as_aws_says),
        TEST(given_a_zonal_reservation_when_instances_run_elsewhere_or_larger_then_it_is_wasted),
        TEST(given_a_larger_reservation_when_sizes_compete_then_the_smallest_is_served_first),
        TEST(given_the_third_scenario_when_applied_then_all_m4_and_the_smaller_c4_are_covered),
        TEST(given_a_family_or_a_zone_that_is_not_there_when_committed_then_it_is_refused),
        TEST(given_a_compute_plan_when_another_region_is_used_then_it_has_a_rate_of_low_confidence),
        TEST(given_a_free_tier_when_committed_then_what_is_free_is_taken_off_first),
        TEST(given_two_small_ones_when_a_medium_is_reserved_then_it_covers_both),
        TEST(given_short_runs_when_they_share_a_clock_hour_then_seconds_add_up),
        TEST(given_a_family_without_flexibility_when_another_size_is_reserved_then_it_covers_nothing),
        TEST(given_a_partial_upfront_reservation_when_its_year_is_billed_then_it_costs_its_list_value),
        TEST(given_a_multi_az_database_when_reserved_then_it_takes_twice_the_units),
        TEST(given_redis_reservations_when_nodes_run_valkey_then_four_serve_five),
        TEST(given_a_database_plan_when_applied_then_only_databases_and_caches_are_covered),
        TEST(given_random_usage_when_committed_at_random_then_it_is_as_by_hand_and_the_books_balance),
        TEST(given_a_private_discount_when_billed_then_it_is_off_what_no_commitment_covers),
        TEST(given_a_term_that_is_not_in_the_book_when_committed_then_the_error_names_rate_and_alternative),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
