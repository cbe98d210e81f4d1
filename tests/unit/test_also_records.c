/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "analysis/cost.h"
#include "pricing/price_book.h"
#include "tests/unit/small_shop.h"

struct fixture {
    struct arena arena;
    struct diag diag;
    const struct price_book *book;
};

static struct fixture fixture;

static int set_up(void **state)
{
    static const char *const regions[] = { "us-east-1" };
    struct fixture *f = *state = &fixture;
    *f = (struct fixture){ 0 };
    arena_init(&f->arena);
    diag_init(&f->diag, &f->arena);
    f->book = price_book_load("pricing/books", regions, 1, &f->arena, &f->diag);
    return f->book ? 0 : -1;
}

static int tear_down(void **state)
{
    arena_fini(&((struct fixture *)*state)->arena);
    return 0;
}

static struct scenario *shop(struct fixture *f, const char *also)
{
    const char *const sets[] = { "calendar={ordinary: {days: 365, mean: 1/s}}", also };
    return scenario_parse("shop.yaml", SMALL_SHOP, strlen(SMALL_SHOP), ".", sets, 2, &f->arena, &f->diag);
}

static int64_t total_cents(struct fixture *f, const struct scenario *sc, int month)
{
    struct costing costing;
    struct bill bill;
    costing_init(&costing, sc, f->book, &f->arena, &f->diag);
    const struct month_usage nothing = { .period = bill_period_of(2026, month) };
    assert_true(costing_bill_month(&bill, &costing, &nothing, &f->arena));
    costing_fini(&costing);
    return bill.total_cents;
}

/* 40 million events at $2 per 100,000, and three gateways for all hours of the month at $0.045. */
static void given_fixed_quantities_when_a_month_is_billed_then_they_are_on_the_bill(void **state)
{
    struct fixture *f = *state;
    const struct scenario *sc = shop(f, "also={cloudtrail: {events: 40M}, nat: {gateways: 3}}");
    assert_non_null(sc);
    assert_true(also_records_check(sc, f->book, NULL, false, &f->diag));
    assert_int_equal(total_cents(f, sc, 11), 80000 + 9720);
    assert_int_equal(total_cents(f, sc, 12), 80000 + 10044); /* 31 days */
}

/* 6 TB beside 6 TB that are used: the first 10 TB at $0.09, the others at $0.085. */
static void given_a_quantity_with_tiers_when_billed_with_usage_then_they_fill_them_together(void **state)
{
    struct fixture *f = *state;
    const struct scenario *sc = shop(
        f, "also={other: [{service: datatransfer, usage_type: DataTransfer-Out-Bytes, quantity: 6, unit: TB}]}");
    assert_non_null(sc);
    struct usage_key key = { "AWSDataTransfer", "DataTransfer-Out-Bytes", "", "alb", "us-east-1", "", "", "edge",
                             USAGE_BYTES };
    struct usage usage = { .key = &key, .quantity = INT64_C(6) << 40, .weight_e6 = 1000000 };
    struct costing costing;
    struct bill bill;
    costing_init(&costing, sc, f->book, &f->arena, &f->diag);
    const struct month_usage month = { .period = bill_period_of(2026, 11), .records = &usage, .count = 1 };
    assert_true(costing_bill_month(&bill, &costing, &month, &f->arena));
    costing_fini(&costing);
    assert_int_equal(bill.line_count, 2); /* tiers, shared by both */
    assert_int_equal(bill.total_cents, 10240 * 9 + 2048 * 8.5);
}

/* A row that nothing can price would be found by a user otherwise. */
static void given_every_quantity_when_looked_up_then_the_book_has_its_rate(void **state)
{
    struct fixture *f = *state;
    struct scenario *sc = shop(f, "also={}");
    assert_non_null(sc);
    for (int s = 0; s < ALSO_SERVICES; s++)
        for (int i = 0; i < also_kinds[s].line_count; i++) {
            sc->also.services[s].quantity[i] = 1000000000;
            const bool priced = also_records_check(sc, f->book, NULL, false, &f->diag) && total_cents(f, sc, 11) > 0;
            if (!priced)
                print_error("no rate for %s %s\n", also_kinds[s].key, also_kinds[s].lines[i].usage_type);
            assert_true(priced);
            sc->also.services[s].quantity[i] = 0;
        }
}

/* The rows' keys are written twice: in the table that is read and in the one that is billed. */
static void given_the_tables_when_compared_then_services_stand_in_the_same_order(void **state)
{
    for (int s = 0; s < ALSO_SERVICES; s++)
        assert_string_equal(also_params[s].name, also_kinds[s].key);
    assert_string_equal(also_params[ALSO_SERVICES].name, "other");
}

static void given_what_no_book_has_when_checked_then_the_place_is_named(void **state)
{
    static const char *const wrong[] = {
        "also={other: [{service: kinesis, usage_type: Storage-ShardHours, quantity: 2}]}",
        "also={other: [{service: kinesys, usage_type: Storage-ShardHour, quantity: 2}]}",
        "also={other: [{service: kinesis, usage_type: Storage-ShardHour, quantity: two, unit: shards}]}",
        "also={other: [{service: kinesis, usage_type: Storage-ShardHour, quantity: 2, unit: GB}]}",
        "also={other: [{service: kinesis, usage_type: Storage-ShardHour, quantity: 2, unit: shards, region: "
        "eu-west-1}]}",
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        diag_init(&f->diag, &f->arena);
        const struct scenario *sc = shop(f, wrong[i]);
        assert_non_null(sc);
        assert_false(also_records_check(sc, f->book, NULL, false, &f->diag));
        assert_true(f->diag.errors > 0);
    }
    diag_init(&f->diag, &f->arena);
    assert_null(shop(f, "also={cloudtrail: {evnts: 40M}}"));
    assert_null(shop(f, "also={cloudtrial: {events: 40M}}"));
    assert_null(shop(f, "also={cloudtrail: {events: -1}}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(given_fixed_quantities_when_a_month_is_billed_then_they_are_on_the_bill, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_a_quantity_with_tiers_when_billed_with_usage_then_they_fill_them_together,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_every_quantity_when_looked_up_then_the_book_has_its_rate, set_up,
                                        tear_down),
        cmocka_unit_test(given_the_tables_when_compared_then_services_stand_in_the_same_order),
        cmocka_unit_test_setup_teardown(given_what_no_book_has_when_checked_then_the_place_is_named, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
