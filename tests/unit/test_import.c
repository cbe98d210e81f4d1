/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import: which rate a product is, what replaces what, and what is left alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pricing/import_parts.h"
#include "tests/unit/price_list_samples.h"

struct fixture {
    struct arena arena;
    struct diag diag;
    struct book_folder book;
    const char *regions[1];
    struct import *import;
    struct import_result result;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    arena_init(&f->arena);
    diag_init(&f->diag, &f->arena);
    const struct price_text rates = { "rates.csv", "us-west-2", RATES_BOOK, sizeof RATES_BOOK - 1 };
    const struct price_text terms = { "terms.csv", "us-west-2", TERMS_BOOK, sizeof TERMS_BOOK - 1 };
    f->regions[0] = "us-west-2";
    f->book = (struct book_folder){ .path = "test", .regions = f->regions, .region_count = 1 };
    f->book.rates = price_book_parse(&rates, 1, &f->arena, &f->diag);
    f->book.terms = price_book_parse(&terms, 1, &f->arena, &f->diag);
    diag_print(&f->diag, stderr, false);
    f->import = import_new(&f->book, NULL, &f->arena);
    *state = f;
    return f->book.rates && f->book.terms ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    import_free(f->import);
    arena_fini(&f->arena);
    free(f);
    return 0;
}

static bool read_list(struct fixture *f, const char *text)
{
    FILE *const stream = fmemopen((void *)(uintptr_t)text, strlen(text), "rb");
    assert_non_null(stream);
    const bool good = import_read(f->import, "list", stream, &f->diag);
    fclose(stream);
    return good;
}

static void import_list(struct fixture *f, const char *text)
{
    const bool good = read_list(f, text) && import_finish(f->import, &f->result, &f->diag);
    if (!good)
        diag_print(&f->diag, stderr, false);
    assert_true(good);
}

static const struct price *rate_of(const struct fixture *f, const char *service, const char *usage_type)
{
    const struct price *price;
    assert_int_equal(price_book_find(f->result.book.rates, service, usage_type, "", "us-west-2", &price), PRICE_FOUND);
    return price;
}

static const struct price *term_of(const struct fixture *f, const char *term, const char *service,
                                   const char *usage_type)
{
    const struct price *price;
    assert_int_equal(price_book_find_term(f->result.book.terms, term, service, usage_type, "", "us-west-2", &price),
                     PRICE_FOUND);
    return price;
}

static void assert_usd(money amount, const char *usd)
{
    char text[64];
    assert_string_equal(money_to_text(amount, text, sizeof text), usd);
}

/* ---- what replaces what ---- */

static void given_an_offer_file_when_imported_then_the_book_has_its_rates(void **state)
{
    struct fixture *f = *state;
    import_list(f, OFFER_SAMPLE);
    const struct price *const box = rate_of(f, "AmazonEC2", "BoxUsage:m5.large");
    assert_usd(box->tiers[0].rate, "0.1");
    assert_string_equal(box->tiers[0].as_of, "2026-11-01");
    assert_string_equal(box->tiers[0].source, "AmazonEC2/20261101000000");
    assert_string_equal(box->tiers[0].confidence, "list-file");
    assert_string_equal(box->tiers[0].sku, "SKUBOX.JRTCKXETXF.6YS6EN2CT7");
    assert_string_equal(box->tiers[0].description, "m5.large");
    assert_string_equal(f->result.book.rates->newest, "2026-11-01");
    assert_int_equal(f->result.replaced, 5); /* m5.large, NAT, throughput; two reservations */
    assert_int_equal(f->result.added, 1);
    assert_int_equal(f->result.not_found, 2); /* gp3 storage and the one that is named by its SKU */
    assert_int_equal(f->result.kept, 0);
    assert_usd(rate_of(f, "AmazonEC2", "EBS:VolumeUsage.gp3")->tiers[0].rate, "0.08");
}

static void given_tiers_with_a_gap_of_one_when_imported_then_they_touch(void **state)
{
    struct fixture *f = *state;
    import_list(f, OFFER_SAMPLE);
    const struct price *const nat = rate_of(f, "AmazonVPC", "NatGateway-Bytes"); /* listed under AmazonEC2 */
    assert_int_equal(nat->tier_count, 2);
    assert_usd(nat->tiers[0].rate, "0.05");
    assert_usd(nat->tiers[1].rate, "0.03");
    assert_int_equal(nat->tiers[0].to_e6, 200000000); /* "0 to 200" and "201 to Inf" */
    assert_int_equal(nat->tiers[0].to_e6, nat->tiers[1].from_e6);
    assert_int_equal(nat->tiers[1].to_e6, PRICE_OPEN);
    assert_string_equal(nat->tiers[1].description, "NAT above");
}

static void given_another_unit_when_imported_then_the_rate_is_converted(void **state)
{
    struct fixture *f = *state;
    import_list(f, OFFER_SAMPLE);
    assert_usd(rate_of(f, "AmazonEC2", "EBS:VolumeP-Throughput.gp3")->tiers[0].rate, "0.05"); /* 51.2 per GiB/s */
}

static void given_reservations_when_imported_then_fee_and_hour_are_one_rate(void **state)
{
    struct fixture *f = *state;
    import_list(f, OFFER_SAMPLE);
    assert_usd(term_of(f, "reserved-1yr-no-upfront", "AmazonEC2", "HeavyUsage:m5.large")->tiers[0].rate, "0.062");
    const struct price *const all = term_of(f, "reserved-1yr-all-upfront", "AmazonEC2", "HeavyUsage:m5.large");
    assert_usd(all->tiers[0].rate, "0");
    assert_usd(all->upfront, "500");
}

static void given_a_new_instance_type_when_imported_then_it_joins_its_kind(void **state)
{
    struct fixture *f = *state;
    import_list(f, OFFER_SAMPLE);
    const struct price *const new = rate_of(f, "AmazonEC2", "BoxUsage:m99.large");
    assert_usd(new->tiers[0].rate, "0.2");
    assert_string_equal(new->attributes, "operation=RunInstances;os=Linux;tenancy=Shared");
    assert_string_equal(new->tiers[0].description, "as listed");
}

static void given_a_csv_when_imported_then_it_says_the_same(void **state)
{
    struct fixture *f = *state;
    import_list(f, CSV_SAMPLE);
    assert_usd(rate_of(f, "AmazonEC2", "BoxUsage:m5.large")->tiers[0].rate, "0.1");
    assert_usd(term_of(f, "reserved-1yr-all-upfront", "AmazonEC2", "HeavyUsage:m5.large")->upfront, "500");
}

static void given_savings_plans_when_imported_then_linux_is_taken_and_known_usage_gets_other_terms(void **state)
{
    struct fixture *f = *state;
    import_list(f, PLANS_SAMPLE);
    assert_usd(term_of(f, "savings-plan-compute-1yr-no-upfront", "ComputeSavingsPlans", "ComputeSP:1yrNoUpfront")
                   ->tiers[0]
                   .rate,
               "0.065");
    assert_usd(term_of(f, "savings-plan-compute-3yr-all-upfront", "ComputeSavingsPlans", "ComputeSP:3yrAllUpfront")
                   ->tiers[0]
                   .rate,
               "0.04");
    assert_string_equal(f->result.book.terms->prices[0].tiers[0].source, "old");
}

static void given_the_same_prices_when_imported_then_only_the_date_is_new(void **state)
{
    struct fixture *f = *state;
    import_list(f, LIST_OF(PRODUCT("SKUBOX", "us-west-2", "USW2-BoxUsage:m5.large", "RunInstances", LINUX),
                           "\"OnDemand\":{" ON_DEMAND("SKUBOX", "hours", "0.0960000000") "}"));
    assert_int_equal(f->result.unchanged, 1);
    assert_int_equal(f->result.replaced, 0);
    assert_string_equal(rate_of(f, "AmazonEC2", "BoxUsage:m5.large")->tiers[0].as_of, "2026-11-01");
}

static void given_a_rate_with_a_sku_when_imported_then_the_sku_decides(void **state)
{
    struct fixture *f = *state;
    import_list(f, LIST_OF(PRODUCT("SKUNAMED", "us-west-2", "USW2-WhatAwsCallsIt", "", ""),
                           "\"OnDemand\":{" ON_DEMAND("SKUNAMED", "API Requests", "0.0000020000") "}"));
    assert_usd(rate_of(f, "AmazonEC2", "OurOwnName")->tiers[0].rate, "0.000002");
}

static void given_several_offers_when_imported_then_the_newest_counts(void **state)
{
    struct fixture *f = *state;
    import_list(f, LIST_OF(PRODUCT("SKUBOX", "us-west-2", "USW2-BoxUsage:m5.large", "RunInstances", LINUX),
                           "\"OnDemand\":{\"SKUBOX\":{" OFFER(
                               "SKUBOX", "NEWER", "2026-10-01", RATE("SKUBOX", "NEWER", "A", "Hrs", "0", "Inf", "0.11"),
                               "") "," OFFER("SKUBOX", "OLDER", "2026-01-01",
                                             RATE("SKUBOX", "OLDER", "A", "Hrs", "0", "Inf", "0.12"), "") "}}"));
    assert_usd(rate_of(f, "AmazonEC2", "BoxUsage:m5.large")->tiers[0].rate, "0.11");
}

/* ---- what is left alone ---- */

static void given_what_is_not_the_books_product_when_imported_then_it_is_no_rate_of_it(void **state)
{
    static const char *const others[] = {
        PRODUCT("SKUBOX", "us-west-2", "USW2-BoxUsage:m5.large", "RunInstances:0002",
                ",\"operatingSystem\":\"Windows\""),
        PRODUCT("SKUBOX", "us-west-2", "USW2-BoxUsage:m5.large", "RunInstances", ",\"tenancy\":\"Dedicated\""),
        PRODUCT("SKUBOX", "us-west-2", "USW2-BoxUsage:m5.large", "RunInstances", ",\"preInstalledSw\":\"SQL Std\""),
        PRODUCT("SKUBOX", "us-west-2", "USW2-BoxUsage:m5.large", "RunInstances",
                ",\"capacitystatus\":\"UnusedCapacityReservation\""),
        PRODUCT("SKUBOX", "eu-west-1", "EU-BoxUsage:m5.large", "RunInstances", LINUX),
        PRODUCT("SKUBOX", "us-west-2", "USW2-UnusedBox:m5.large", "RunInstances", LINUX),
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(others); i++) {
        char *const text = arena_printf(&f->arena, LIST_HEAD "\"products\":{%s},\"terms\":{\"OnDemand\":{%s}}}",
                                        others[i], ON_DEMAND("SKUBOX", "Hrs", "9.0"));
        assert_true(read_list(f, text));
    }
    assert_false(import_finish(f->import, &f->result, &f->diag));
    assert_string_equal(f->diag.entries[0].message, "nothing in the price list is a rate of the books");
}

static void assert_kept(struct fixture *f, const char *usage_type, const char *why)
{
    assert_int_equal(f->result.kept, 1);
    assert_int_equal(f->result.note_count, 1);
    if (!strstr(f->result.notes[0].text, why))
        fail_msg("'%s' does not say '%s'", f->result.notes[0].text, why);
    assert_string_equal(rate_of(f, "AmazonEC2", usage_type)->tiers[0].source, "old");
}

#define BESIDE_GP3(sku, usage, rates) \
    LIST_OF(PRODUCT(sku, "us-west-2", usage, "", "") "," PRODUCT("SKUGP3", "us-west-2", "USW2-EBS:VolumeUsage.gp3", \
                                                                 "", ""), \
            "\"OnDemand\":{" rates "," ON_DEMAND("SKUGP3", "GB-Mo", "0.09") "}")

static void given_a_unit_of_unknown_size_when_imported_then_the_old_rate_stays(void **state)
{
    import_list(*state, BESIDE_GP3("SKUX", "USW2-EBS:VolumeP-Throughput.gp3", ON_DEMAND("SKUX", "1000 MiBps", "41")));
    assert_kept(*state, "EBS:VolumeP-Throughput.gp3", "is in '1000 MiBps', the book in 'MiBps-Mo'");
}

static void given_tiers_that_do_not_touch_when_imported_then_the_old_rate_stays(void **state)
{
    import_list(*state,
                BESIDE_GP3("SKUX", "USW2-EBS:VolumeP-Throughput.gp3",
                           "\"SKUX\":{" OFFER("SKUX", "JRTCKXETXF", "2026-11-01",
                                              RATE("SKUX", "JRTCKXETXF", "A", "MiBps-Mo", "0", "10", "1") "," RATE(
                                                  "SKUX", "JRTCKXETXF", "B", "MiBps-Mo", "50", "Inf", "2"),
                                              "") "}"));
    assert_kept(*state, "EBS:VolumeP-Throughput.gp3", "has tiers that do not touch");
}

static void given_products_that_disagree_when_imported_then_the_old_rate_stays(void **state)
{
    import_list(*state, LIST_OF(PRODUCT("SKUX", "us-west-2", "USW2-EBS:VolumeP-Throughput.gp3", "a", "") "," PRODUCT(
                                    "SKUY", "us-west-2", "USW2-EBS:VolumeP-Throughput.gp3", "b",
                                    "") "," PRODUCT("SKUGP3", "us-west-2", "USW2-EBS:VolumeUsage.gp3", "", ""),
                                "\"OnDemand\":{" ON_DEMAND("SKUX", "MiBps-Mo", "1") "," ON_DEMAND(
                                    "SKUY", "MiBps-Mo", "2") "," ON_DEMAND("SKUGP3", "GB-Mo", "0.09") "}"));
    assert_kept(*state, "EBS:VolumeP-Throughput.gp3", "is several products with different prices");
}

static void given_a_price_of_more_than_ten_decimals_when_imported_then_the_old_rate_stays(void **state)
{
    import_list(*state,
                BESIDE_GP3("SKUX", "USW2-EBS:VolumeP-Throughput.gp3", ON_DEMAND("SKUX", "MiBps-Mo", "0.00000000001")));
    assert_kept(*state, "EBS:VolumeP-Throughput.gp3", "has a price of more than ten decimals");
}

static void given_a_file_without_a_date_when_imported_then_it_is_refused(void **state)
{
    struct fixture *f = *state;
    assert_false(read_list(f, "{\"products\":{},\"terms\":{}}"));
    assert_string_equal(f->diag.entries[0].message, "the file does not say when it was published");
}

static void given_units_as_aws_writes_them_when_converted_then_only_sure_ones_are(void **state)
{
    static const struct {
        const char *from, *to;
        int64_t multiply, divide; /* 0: refused */
    } cases[] = {
        { "Hrs", "Hrs", 1, 1 },
        { "hours", "Hrs", 1, 1 },
        { "Hrs", "LCU-Hrs", 1, 1 },
        { "GB-Mo", "GB-Mo", 1, 1 },
        { "GB-month", "GB-Mo", 1, 1 },
        { "Requests", "Requests", 1, 1 },
        { "API Requests", "Requests", 1, 1 },
        { "Metrics", "Metrics-Mo", 1, 1 },
        { "Keys", "Mo", 1, 1 },
        { "Second", "Lambda-GB-Second", 1, 1 },
        { "Lambda-GB-Second", "Lambda-GB-Second", 1, 1 },
        { "hours", "GB-Hours", 1, 1 },
        { "GB-Second", "GB-Hours", 3600, 1 },
        { "GiBps-mo", "MiBps-Mo", 1, 1024 },
        { "1M requests", "Requests", 0, 0 },
        { "GB", "GB-Mo", 0, 0 },
        { "Mo", "Hrs", 0, 0 },
        { "MB", "GB", 0, 0 },
        { "Hrs", "Requests", 0, 0 },
        { "", "Hrs", 0, 0 },
        { "Million Requests", "Requests", 0, 0 },
        { "Quantity", "Hrs", 0, 0 },
        { "Seconds", "Hrs", 0, 0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        int64_t multiply, divide;
        const bool good = import_unit_convert(cases[i].from, cases[i].to, &multiply, &divide);
        if (good != (cases[i].divide != 0) || (good && (multiply != cases[i].multiply || divide != cases[i].divide)))
            fail_msg("%s to %s", cases[i].from, cases[i].to);
    }
}

/* ---- the shipped books ---- */

static bool same_file(const char *a, const char *b)
{
    FILE *const first = fopen(a, "rb"), *const second = fopen(b, "rb");
    bool same = first && second;
    for (int c = 0; same && c != EOF;)
        same = (c = getc(first)) == getc(second);
    if (first)
        fclose(first);
    if (second)
        fclose(second);
    return same;
}

static void given_the_shipped_books_when_written_again_then_every_byte_is_the_same(void **state)
{
    struct fixture *f = *state;
    struct book_folder shipped;
    char folder[] = "/tmp/headroom-books-XXXXXX";
    assert_non_null(mkdtemp(folder));
    assert_true(book_folder_load(&shipped, "pricing/books", "pricing/books", &f->arena, &f->diag));
    assert_true(book_folder_write(&shipped, folder, &f->arena, &f->diag));
    for (size_t i = 0; i <= 2 * shipped.region_count; i++) {
        const bool terms = i >= shipped.region_count && i < 2 * shipped.region_count;
        const char *const name = i == 2 * shipped.region_count ? "global" : shipped.regions[i % shipped.region_count];
        const char *const written = arena_printf(&f->arena, "%s/%s%s.csv", folder, terms ? "terms/" : "", name);
        assert_true(same_file(written, arena_printf(&f->arena, "pricing/books/%s%s.csv", terms ? "terms/" : "", name)));
        unlink(written);
    }
    rmdir(arena_printf(&f->arena, "%s/terms", folder));
    assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
#define EACH(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        EACH(given_an_offer_file_when_imported_then_the_book_has_its_rates),
        EACH(given_tiers_with_a_gap_of_one_when_imported_then_they_touch),
        EACH(given_another_unit_when_imported_then_the_rate_is_converted),
        EACH(given_reservations_when_imported_then_fee_and_hour_are_one_rate),
        EACH(given_a_new_instance_type_when_imported_then_it_joins_its_kind),
        EACH(given_a_csv_when_imported_then_it_says_the_same),
        EACH(given_savings_plans_when_imported_then_linux_is_taken_and_known_usage_gets_other_terms),
        EACH(given_the_same_prices_when_imported_then_only_the_date_is_new),
        EACH(given_a_rate_with_a_sku_when_imported_then_the_sku_decides),
        EACH(given_several_offers_when_imported_then_the_newest_counts),
        EACH(given_what_is_not_the_books_product_when_imported_then_it_is_no_rate_of_it),
        EACH(given_a_unit_of_unknown_size_when_imported_then_the_old_rate_stays),
        EACH(given_tiers_that_do_not_touch_when_imported_then_the_old_rate_stays),
        EACH(given_products_that_disagree_when_imported_then_the_old_rate_stays),
        EACH(given_a_price_of_more_than_ten_decimals_when_imported_then_the_old_rate_stays),
        EACH(given_a_file_without_a_date_when_imported_then_it_is_refused),
        EACH(given_units_as_aws_writes_them_when_converted_then_only_sure_ones_are),
        EACH(given_the_shipped_books_when_written_again_then_every_byte_is_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
