/* SPDX-License-Identifier: GPL-3.0-or-later */
/* One made-up day of the small shop, every day of the year: what each operation has to pay is known on paper. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/cost.h"
#include "analysis/drivers.h"
#include "pricing/commitment.h"
#include "pricing/price_book.h"
#include "tests/unit/small_shop.h"

enum { BROWSE, CHECKOUT, STATIC, OPERATIONS };

static const int64_t HOUR_NS = INT64_C(3600000000000);
static const uint64_t BROWSES = 90000, CHECKOUTS = 10000, OBJECTS = 1000000; /* a day */

struct fixture {
    struct arena arena;
    struct diag diag;
    struct scenario *sc;
    const struct price_book *book;
    struct costing costing;
    struct commitments commitments;
    struct usage usage[32];
    size_t usage_count;
};

static struct fixture fixture;

static int set_up(void **state)
{
    static const char *const regions[] = { "us-east-1" };
    static const char *const sets[] = { "calendar={ordinary: {days: 365, mean: 1/s}}" };
    struct fixture *f = *state = &fixture;
    *f = (struct fixture){ 0 };
    arena_init(&f->arena);
    diag_init(&f->diag, &f->arena);
    f->sc = scenario_parse("shop.yaml", SMALL_SHOP, strlen(SMALL_SHOP), ".", sets, 1, &f->arena, &f->diag);
    f->book = price_book_load("pricing/books", regions, 1, &f->arena, &f->diag);
    if (f->sc && f->book)
        return 0;
    diag_print(&f->diag, stderr, false);
    return -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    costing_fini(&f->costing);
    arena_fini(&f->arena);
    return 0;
}

static void use_in(struct fixture *f, const char *tier, const char *service, const char *type, const char *operation,
                   const char *resource, enum usage_unit unit, int64_t quantity)
{
    const struct usage_key key = { .service = service,
                                   .usage_type = type,
                                   .operation = operation,
                                   .resource = resource,
                                   .region = strcmp(service, "AmazonCloudFront") == 0 ? "Global" : "us-east-1",
                                   .zone = "",
                                   .to_zone = "",
                                   .tier = tier,
                                   .unit = unit };
    struct usage_key *kept = ARENA_NEW(&f->arena, struct usage_key);
    *kept = key;
    f->usage[f->usage_count++] = (struct usage){ .key = kept, .quantity = quantity, .weight_e6 = 1000000 };
}

static void use(struct fixture *f, const char *service, const char *type, const char *operation, const char *resource,
                enum usage_unit unit, int64_t quantity)
{
    use_in(f, "web", service, type, operation, resource, unit, quantity);
}

/* Both replications of every day are the same. */
static const struct activity *bill_the_day(struct fixture *f)
{
    static struct operation_result operations[OPERATIONS];
    static struct utilisation_result used[] = { { "web-fleet", "cpu", 0.25, 1 },
                                                { "web-fleet", "workers", 0.9, 1 },
                                                { "orders-db", "primary_cpu", 0.5, 1 },
                                                { "catalog-db", "primary_cpu", 0.1, 1 },
                                                { "catalog-db", "replica_1_cpu", 0.4, 1 } };
    static const char *const names[] = { "browse", "checkout", "static" };
    const uint64_t counts[] = { BROWSES, CHECKOUTS, OBJECTS };
    for (int o = 0; o < OPERATIONS; o++) {
        operations[o] = (struct operation_result){ .name = names[o], .begun = counts[o], .attempts = counts[o] };
        operations[o].outcomes[OUTCOME_OK] = counts[o];
    }
    struct replication rep = { .operation_count = OPERATIONS, .operations = operations, .utilisation_count = 5 };
    rep.utilisations = used;
    rep.usage = f->usage;
    rep.usage_count = f->usage_count;
    costing_init(&f->costing, f->sc, f->book, &f->arena, &f->diag);
    f->costing.commitments = f->commitments.count ? &f->commitments : NULL;
    for (rep.number = 0; rep.number < BILL_REPLICATIONS; rep.number++)
        if (!costing_take_day(&f->costing, &rep, NULL)) {
            diag_print(&f->diag, stderr, false);
            fail_msg("billing failed");
        }
    assert_null(f->costing.cost.violation);
    return &f->costing.cost.activity;
}

static const struct activity_part *part(const struct activity *a, const char *name)
{
    for (int p = 0; p < a->part_count; p++)
        if (strcmp(a->parts[p].name, name) == 0)
            return &a->parts[p];
    fail_msg("no part '%s'", name);
    return NULL;
}

/* The rows, the columns and the bill: integers, so nothing may be lost. */
static void assert_it_adds_up(const struct fixture *f)
{
    const struct activity *a = &f->costing.cost.activity;
    int64_t all = a->idle_cents, parts = 0;
    for (int o = 0; o < a->operation_count; o++)
        all += a->cents[o];
    for (int p = 0; p < a->part_count; p++) {
        int64_t row = a->parts[p].idle_cents;
        for (int o = 0; o < a->operation_count; o++)
            row += a->parts[p].cents[o];
        assert_int_equal(row, a->parts[p].total_cents);
        parts += row;
    }
    assert_int_equal(all, a->total_cents);
    assert_int_equal(parts, a->total_cents);
    assert_int_equal(a->total_cents, f->costing.cost.bill.total_cents);
}

/* 9 instances of $0.0816 an hour for November's 720 hours: $528.77. A quarter is busy; of that, browsing has 90,000 x
 * 10 ms of 1,100 s of CPU time a day and checking out 10,000 x 20 ms. */
static void given_a_fleet_when_allocated_then_cpu_time_decides_and_the_rest_is_idle(void **state)
{
    struct fixture *f = *state;
    use(f, "AmazonEC2", "BoxUsage:m7g.large", "RunInstances", "web-fleet", USAGE_NANOSECONDS, 9 * 24 * HOUR_NS);
    const struct activity *a = bill_the_day(f);
    const struct activity_part *web = part(a, "web-fleet");
    assert_int_equal(web->total_cents, 52877);
    assert_in_range(web->idle_cents, 39657, 39659);
    assert_in_range(web->cents[BROWSE], 10814, 10817);
    assert_in_range(web->cents[CHECKOUT], 2402, 2405);
    assert_int_equal(web->cents[STATIC], 0);
    assert_true(fabs(a->answered[CHECKOUT] - 30.0 * (double)CHECKOUTS) < 1);
    assert_true(fabs(activity_unit_usd(a, CHECKOUT) - (double)a->cents[CHECKOUT] / 100 / 300000) < 1e-12);
    assert_it_adds_up(f);
}

/* Messages are handled for whoever sent them; replicas answer reads, of which browsing has all. */
static void given_work_behind_queues_and_replicas_when_allocated_then_its_cause_pays(void **state)
{
    struct fixture *f = *state;
    use(f, "AmazonEC2", "BoxUsage:c7g.medium", "RunInstances", "worker-fleet", USAGE_NANOSECONDS, 48 * HOUR_NS);
    use(f, "AWSQueueService", "Requests-Tier1", "queue=standard", "order-events", USAGE_COUNT, 3 * (int64_t)CHECKOUTS);
    use(f, "AmazonRDS", "Multi-AZUsage:db.r7g.large", "engine=PostgreSQL", "orders-db", USAGE_NANOSECONDS,
        24 * HOUR_NS);
    use(f, "AmazonRDS", "InstanceUsage:db.r7g.large", "engine=PostgreSQL", "catalog-db", USAGE_NANOSECONDS,
        24 * HOUR_NS);
    const struct activity *a = bill_the_day(f);
    const struct activity_part *workers = part(a, "worker-fleet"), *orders = part(a, "orders-db");
    const struct activity_part *catalog = part(a, "catalog-db");
    assert_int_equal(workers->cents[CHECKOUT], workers->total_cents); /* its CPUs were not looked at: used */
    assert_int_equal(part(a, "order-events")->cents[CHECKOUT], part(a, "order-events")->total_cents);
    assert_in_range(orders->cents[CHECKOUT], orders->total_cents / 2, orders->total_cents / 2 + 1);
    assert_int_equal(orders->cents[BROWSE], 0);
    assert_true(llabs(catalog->cents[BROWSE] * 10 - catalog->total_cents * 4) <= 10);
    assert_int_equal(catalog->cents[CHECKOUT], 0);
    assert_it_adds_up(f);
}

/* Bytes: a page's objects have 75 kB each, an answer what its population says. Requests: each one. */
static void given_the_edge_when_allocated_then_bytes_and_requests_decide(void **state)
{
    struct fixture *f = *state;
    use(f, "AmazonCloudFront", "Requests-HTTPS", "edge=US", "cloudfront", USAGE_COUNT,
        (int64_t)(BROWSES + CHECKOUTS + OBJECTS));
    const struct activity *a = bill_the_day(f);
    const struct activity_part *edge = part(a, "cloudfront");
    assert_true(llabs(edge->cents[STATIC] * 110 - edge->total_cents * 100) <= 110);
    assert_true(llabs(edge->cents[BROWSE] * 110 - edge->total_cents * 9) <= 110);
    assert_int_equal(edge->idle_cents, 0);
    const struct component *c = scenario_component(f->sc, "cloudfront");
    assert_true(fabs(driver_per_attempt(f->sc, DRIVER_EDGE_BYTES, c, STATIC) - 75000) < 1e-6);
    assert_true(driver_per_attempt(f->sc, DRIVER_EDGE_BYTES, c, BROWSE) == (double)f->sc->populations[0].response);
    assert_it_adds_up(f);
}

/* 100 TB of transfer between zones for two fleets: one line of a tier, of which each fleet pays what it moved. */
static void given_a_line_of_several_when_allocated_then_each_pays_what_it_used(void **state)
{
    struct fixture *f = *state;
    const int64_t terabyte = INT64_C(1) << 40;
    use(f, "AWSDataTransfer", "DataTransfer-Out-Bytes", "", "alb", USAGE_BYTES, 3 * terabyte);
    use(f, "AWSDataTransfer", "DataTransfer-Out-Bytes", "", "web-fleet", USAGE_BYTES, terabyte);
    const struct activity *a = bill_the_day(f);
    const struct activity_part *alb = part(a, "alb"), *web = part(a, "web-fleet");
    assert_true(a->total_cents > 100000);
    assert_true(llabs(alb->total_cents - 3 * web->total_cents) <= 8); /* a cent a line */
    assert_it_adds_up(f);
}

/* Objects of the CDN pass no gateway, however much they cost. */
static void given_gateways_when_allocated_then_fleets_bear_them(void **state)
{
    struct fixture *f = *state;
    use(f, "AmazonEC2", "BoxUsage:m7g.large", "RunInstances", "web-fleet", USAGE_NANOSECONDS, 9 * 24 * HOUR_NS);
    use(f, "AmazonCloudFront", "Requests-HTTPS", "edge=US", "cloudfront", USAGE_COUNT, (int64_t)OBJECTS);
    use_in(f, "network", "AmazonVPC", "NatGateway-Hours", "", "nat", USAGE_NANOSECONDS, 24 * HOUR_NS);
    const struct activity *a = bill_the_day(f);
    const struct activity_part *web = part(a, "web-fleet"), *nat = part(a, "nat");
    assert_true(nat->overhead && !web->overhead);
    assert_int_equal(nat->cents[STATIC], 0);
    assert_true(part(a, "cloudfront")->cents[STATIC] > 0);
    for (int o = 0; o < a->operation_count; o++)
        assert_true(fabs((double)nat->cents[o] -
                         (double)nat->total_cents * (double)web->cents[o] / (double)web->total_cents) <= 1);
    assert_true(fabs((double)nat->idle_cents - 0.75 * (double)nat->total_cents) <= 1);
    assert_it_adds_up(f);
}

static void given_what_belongs_to_no_component_when_allocated_then_operations_bear_it_and_none_is_idle(void **state)
{
    struct fixture *f = *state;
    use(f, "AmazonEC2", "BoxUsage:m7g.large", "RunInstances", "web-fleet", USAGE_NANOSECONDS, 9 * 24 * HOUR_NS);
    use_in(f, "other", "AWSCloudTrail", "PaidEventsRecorded", "", "cloudtrail", USAGE_COUNT, 1000000);
    const struct activity *a = bill_the_day(f);
    const struct activity_part *web = part(a, "web-fleet"), *trail = part(a, "cloudtrail");
    assert_true(trail->overhead && web->idle_cents > 0);
    assert_int_equal(trail->idle_cents, 0);
    for (int o = 0; o < a->operation_count; o++)
        assert_true(fabs((double)trail->cents[o] - (double)trail->total_cents * (double)web->cents[o] /
                                                       (double)(web->total_cents - web->idle_cents)) <= 1);
    assert_it_adds_up(f);
}

/* Ten instances are reserved and nine run: the tenth's $0.05 and more an hour serve no operation. */
static void given_an_unused_reservation_when_allocated_then_it_is_idle(void **state)
{
    static const char *const regions[] = { "us-east-1" };
    struct fixture *f = *state;
    struct commitment reserved = { .kind = COMMITMENT_RESERVED,
                                   .name = "fleet",
                                   .years = 1,
                                   .instance = "m7g.large",
                                   .region = "us-east-1",
                                   .zone = "",
                                   .engine = "",
                                   .family = "",
                                   .count = 10 };
    f->commitments = (struct commitments){ .list = &reserved, .count = 1 };
    f->commitments.terms = price_terms_load("pricing/books", regions, 1, &f->arena, &f->diag);
    for (int hour = 0; hour < 24; hour++) {
        use(f, "AmazonEC2", "BoxUsage:m7g.large", "RunInstances", "web-fleet", USAGE_NANOSECONDS, 9 * HOUR_NS);
        f->usage[f->usage_count - 1].hour = hour;
    }
    const struct activity *a = bill_the_day(f);
    const struct activity_part *web = part(a, "web-fleet"), *unused = part(a, "Amazon Elastic Compute Cloud");
    assert_true(unused->total_cents > 0 && unused->idle_cents == unused->total_cents);
    assert_true(llabs(web->total_cents - 9 * unused->total_cents) <= 9);
    assert_it_adds_up(f);
}

static void given_nothing_asked_when_allocated_then_all_is_idle(void **state)
{
    struct fixture *f = *state;
    use(f, "AmazonElastiCache", "NodeUsage:cache.r7g.large", "engine=Valkey", "cache", USAGE_NANOSECONDS, 24 * HOUR_NS);
    f->sc->services[0].operations[0].step_count = 1; /* browsing no longer looks into the cache */
    const struct activity *a = bill_the_day(f);
    assert_int_equal(a->idle_cents, a->total_cents);
    assert_it_adds_up(f);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(given_a_fleet_when_allocated_then_cpu_time_decides_and_the_rest_is_idle),
        TEST(given_work_behind_queues_and_replicas_when_allocated_then_its_cause_pays),
        TEST(given_the_edge_when_allocated_then_bytes_and_requests_decide),
        TEST(given_a_line_of_several_when_allocated_then_each_pays_what_it_used),
        TEST(given_gateways_when_allocated_then_fleets_bear_them),
        TEST(given_what_belongs_to_no_component_when_allocated_then_operations_bear_it_and_none_is_idle),
        TEST(given_an_unused_reservation_when_allocated_then_it_is_idle),
        TEST(given_nothing_asked_when_allocated_then_all_is_idle),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
