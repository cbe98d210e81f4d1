/* SPDX-License-Identifier: GPL-3.0-or-later */
/* price_list: every format is read as it is written, through a window, and what is wrong is said with its place. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pricing/price_list.h"
#include "pricing/price_list_source.h"
#include "sim/base/compiler.h"
#include "tests/unit/price_list_samples.h"

/* What a sink was told, a line each. */
struct heard {
    char text[8192];
    int products, rates;
    struct list_header header;
    char error[512];
};

static struct heard heard;

static void hear(const char *format, ...) PRINTF_LIKE(1, 2);
static void hear(const char *format, ...)
{
    const size_t length = strlen(heard.text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(heard.text + length, sizeof heard.text - length, format, arguments);
    va_end(arguments);
}

static bool product(void *self, const struct list_product *p)
{
    heard.products++;
    hear("%s %s %s %s %s %s\n", p->sku, p->attributes[LIST_SERVICE], p->attributes[LIST_REGION],
         p->attributes[LIST_USAGE_TYPE], p->attributes[LIST_OPERATION], p->attributes[LIST_SYSTEM]);
    return true;
}

static bool wants(void *self, const char *sku)
{
    return strcmp(sku, "SKUNEW") != 0;
}

static bool rate(void *self, const struct list_rate *r)
{
    char price[64];
    heard.rates++;
    hear("%s %d %s %s %lld..%lld %s [%s %s %s] %s\n", r->sku, r->term, r->unit,
         money_to_text(r->price, price, sizeof price), (long long)r->from_e6,
         r->to_e6 == INT64_MAX ? -1 : (long long)r->to_e6, r->rate_code, r->lease, r->option, r->class, r->effective);
    return true;
}

static bool plan_rate(void *self, const struct list_plan_rate *r)
{
    char price[64];
    heard.rates++;
    hear("%s: %s %s %s %s %s %s\n", r->plan, r->service, r->usage_type, r->operation, r->region, r->unit,
         money_to_text(r->price, price, sizeof price));
    return true;
}

static bool entry(void *self, const char *name, const char *url, const char *regions)
{
    hear("%s at %s\n", name, url);
    return true;
}

static bool read_text(const char *text, size_t length)
{
    static const struct list_sink sink = { NULL, product, wants, rate, plan_rate, entry };
    struct arena arena;
    struct diag diag;
    uint64_t bytes;
    memset(&heard, 0, sizeof heard);
    arena_init(&arena);
    diag_init(&diag, &arena);
    FILE *const stream = fmemopen((void *)(uintptr_t)text, length, "rb");
    assert_non_null(stream);
    const bool good = price_list_read("list", stream, &sink, &heard.header, &bytes, &arena, &diag);
    fclose(stream);
    assert_int_equal(good, diag.errors == 0);
    if (good)
        assert_int_equal(bytes, length);
    else
        snprintf(heard.error, sizeof heard.error, "%d:%d %s", diag.entries[0].at.line, diag.entries[0].at.column,
                 diag.entries[0].message);
    heard.header = (struct list_header){ .kind = heard.header.kind }; /* its texts go with the arena */
    arena_fini(&arena);
    return good;
}

static void assert_read(const char *text)
{
    if (!read_text(text, strlen(text)))
        fail_msg("%s", heard.error);
}

static void assert_refused(const char *text, const char *why)
{
    assert_false(read_text(text, strlen(text)));
    assert_string_equal(heard.error, why);
}

/* ---- formats ---- */

static void given_an_offer_file_when_read_then_products_come_with_their_rates(void **state)
{
    assert_read(OFFER_SAMPLE);
    assert_int_equal(heard.header.kind, LIST_OFFER);
    assert_int_equal(heard.products, 4);
    assert_non_null(strstr(heard.text, "SKUBOX AmazonEC2 us-west-2 USW2-BoxUsage:m5.large RunInstances Linux\n"));
    assert_non_null(strstr(heard.text, "SKUGP3 AmazonEC2 us-west-2 USW2-EBS:VolumeP-Throughput.gp3 A\n\" \n"));
    assert_non_null(
        strstr(heard.text, "SKUBOX 0 Hrs 0.1 0..-1 SKUBOX.JRTCKXETXF.6YS6EN2CT7 [  ] 2026-11-01T00:00:00Z\n"));
    assert_non_null(strstr(heard.text, "SKUNAT 0 GB 0.03 201000000..-1"));
    assert_non_null(
        strstr(heard.text, "SKUBOX 1 Quantity 500 0..-1 SKUBOX.6QCMYABX3D.2TG2D8R56U [1 yr AllUpfront standard]"));
    assert_null(strstr(heard.text, "SKUNEW 0"));
}

static void given_terms_before_products_when_read_then_the_file_is_read_twice(void **state)
{
    static const char text[] = "{\"terms\":{\"OnDemand\":{" ON_DEMAND(
        "SKUBOX", "Hrs", "0.1") "}},\"products\":{" PRODUCT("SKUBOX", "us-west-2", "USW2-BoxUsage:m5.large",
                                                            "RunInstances", LINUX) "}}";
    assert_read(text);
    assert_int_equal(heard.products, 1);
    assert_int_equal(heard.rates, 1);
}

static void given_unknown_members_when_read_then_they_are_passed_over(void **state)
{
    static const char text[] = "{\"new\":[1,-2.5e+3,true,null,{\"a\":[[],{}]}],\"products\":{" PRODUCT(
        "SKUBOX", "us-west-2", "USW2-BoxUsage:m5.large", "RunInstances",
        LINUX) "},"
               "\"terms\":{\"FlatRate\":{\"x\":{}},\"OnDemand\":{" ON_DEMAND("SKUBOX", "Hrs",
                                                                             "0.1") "}},\"attributesList\":{}}\n";
    assert_read(text);
    assert_int_equal(heard.rates, 1);
}

static void given_a_free_tier_when_read_then_its_rates_are_left_out(void **state)
{
    static const char text[] = "{\"products\":{" PRODUCT(
        "FREE", "", "Global-BoxUsage:freetier", "",
        "") "},"
            "\"terms\":{\"OnDemand\":{\"FREE\":{" OFFER(
                "FREE", "A429C66SYZ", "2026-11-01",
                RATE("FREE", "A429C66SYZ", "AAA", "Hrs", "0", "750", "0.0000000000"), "") "}}}}";
    assert_read(text);
    assert_int_equal(heard.rates, 0);
}

static void given_an_offer_csv_when_read_then_columns_are_found_by_name(void **state)
{
    assert_read(CSV_SAMPLE);
    assert_int_equal(heard.header.kind, LIST_OFFER);
    assert_int_equal(heard.products, 1);
    assert_non_null(strstr(heard.text, "SKUBOX AmazonEC2 us-west-2 USW2-BoxUsage:m5.large RunInstances Linux\n"));
    assert_non_null(strstr(heard.text, "SKUBOX 0 Hrs 0.1 0..-1 SKUBOX.JRTCKXETXF.6YS6EN2CT7 [  ] 2026-11-01\n"));
    assert_non_null(
        strstr(heard.text, "SKUBOX 1 Quantity 500 0..-1 SKUBOX.6QCMYABX3D.2TG2D8R56U [1yr All Upfront standard]"));
}

static void given_savings_plans_when_read_then_each_rate_names_its_plan(void **state)
{
    static const char expected[] =
        "ComputeSP:1yrNoUpfront: AmazonEC2 USW2-BoxUsage:m5.large RunInstances us-west-2 Hrs 0.065\n";
    assert_read(PLANS_SAMPLE);
    assert_int_equal(heard.header.kind, LIST_PLANS);
    assert_int_equal(heard.rates, 3);
    assert_non_null(strstr(heard.text, expected));
    assert_read(PLANS_CSV_SAMPLE);
    assert_int_equal(heard.header.kind, LIST_PLANS);
    assert_string_equal(heard.text,
                        "ComputeSP:1yrNoUpfront: AmazonEC2 USW2-BoxUsage:m5.large RunInstances  Hrs 0.065\n");
}

static void given_an_index_when_read_then_its_entries_come(void **state)
{
    assert_read(INDEX_SAMPLE);
    assert_int_equal(heard.header.kind, LIST_INDEX);
    assert_string_equal(heard.text, "us-west-2 at /offers/v1.0/aws/AmazonEC2/20261101000000/us-west-2/index.json\n");
    assert_read(PLAN_INDEX_SAMPLE);
    assert_string_equal(heard.text, "us-west-2 at /savingsPlan/v1.0/aws/x/1/us-west-2/index.json\n");
}

/* The window's end falls into every kind of token, wherever blanks push it. */
static void given_a_file_longer_than_the_window_when_read_then_no_token_is_cut(void **state)
{
    enum { TOKENS_LONG = 1200 };
    char *const text = malloc(LIST_WINDOW + sizeof OFFER_SAMPLE);
    assert_non_null(text);
    for (size_t shift = 0; shift < TOKENS_LONG; shift += 3) {
        const size_t blanks = LIST_WINDOW - shift;
        memset(text, ' ', blanks);
        memcpy(text + blanks, OFFER_SAMPLE, sizeof OFFER_SAMPLE);
        assert_read(text);
        assert_int_equal(heard.products, 4);
        assert_int_equal(heard.rates, 8);
    }
    free(text);
}

/* ---- what is wrong ---- */

static void given_a_file_that_is_none_of_aws_when_read_then_it_says_so(void **state)
{
    assert_refused("{}", "1:3 neither products with terms nor an index of AWS's price list (byte 2)");
    assert_refused("kind: yaml\n", "1:1 neither an offer file of AWS's price list nor a savings-plan file (byte 0)");
    assert_refused("[1]", "1:1 neither an offer file of AWS's price list nor a savings-plan file (byte 0)");
    assert_refused("FormatVersion,v1.0\n", "2:1 no header of a price list (byte 19)");
    assert_refused("SKU,usageType\n", "1:1 the header has no column 'TermType' (byte 0)");
    assert_refused(" ", "1:2 no header of a price list (byte 1)");
}

static void given_broken_json_when_read_then_the_place_is_named(void **state)
{
    assert_refused("{\"products\":\n {\"a\" 1}}", "2:7 a ':' is missing behind a member's name (byte 19)");
    assert_refused("{\"a\":1,}", "1:8 a member's name in quotes is missing (byte 7)");
    assert_refused("{\"a\":[1 2]}", "1:9 a ',' or the end of an object or array is missing (byte 8)");
    assert_refused("{\"a\":[1}", "1:8 a ',' or the end of an object or array is missing (byte 7)");
    assert_refused("{\"a\":01}", "1:6 neither a number nor true, false or null (byte 5)");
    assert_refused("{\"a\":NaN}", "1:6 neither a number nor true, false or null (byte 5)");
    assert_refused("{\"a\":\"\\x\"}", "1:6 a text with an escape that JSON does not know (byte 5)");
    assert_refused("{\"a\":\"\\ud800\"}", "1:6 a text with an escape that JSON does not know (byte 5)");
    assert_refused("{\"a\":\"\\u0000\"}", "1:6 a text with an escape that JSON does not know (byte 5)");
    assert_refused("{\"a\":\"\xc3\x28\"}", "1:6 a text that is not UTF-8 (byte 5)");
    assert_refused("{\"a\":\"\n\"}", "1:7 a control character inside a text (byte 6)");
    assert_refused("{\"a\":\"b", "1:6 the file ends inside a text (byte 5)");
    assert_refused("{\"a\":", "1:6 the file ends too early (byte 5)");
    assert_refused("{\"a\":&}", "1:6 a character that does not belong here (byte 5)");
}

static void given_wrong_types_when_read_then_they_are_refused(void **state)
{
    assert_refused("{\"products\":1,\"terms\":{}}", "1:13 'products' is neither an object nor a list (byte 12)");
    assert_refused("{\"products\":{\"a\":[]}}", "1:18 a product is no object (byte 17)");
    assert_refused("{\"offerCode\":7}", "1:14 'offerCode' is no text (byte 13)");
    assert_refused("{\"products\":{\"a\":{\"attributes\":{\"usagetype\":{}}}}}",
                   "1:45 an attribute is no text (byte 44)");
    assert_refused("{\"products\":[{\"sku\":1}]}", "1:21 a member of a savings plan is no text (byte 20)");
}

#define ONE_RATE(dimension) \
    "{\"products\":{\"A\":{}},\"terms\":{\"OnDemand\":{\"A\":{\"A.B\":{\"priceDimensions\":{\"A.B.C\":{" dimension \
    "}}}}}}}"

static void given_a_price_that_is_none_when_read_then_it_is_refused(void **state)
{
    assert_refused(ONE_RATE("\"pricePerUnit\":{\"USD\":\"NaN\"}"), "1:105 'NaN' is not a price (byte 104)");
    assert_refused(ONE_RATE("\"pricePerUnit\":{\"USD\":\"-1\"}"), "1:105 '-1' is not a price (byte 104)");
    assert_refused(ONE_RATE("\"pricePerUnit\":{\"USD\":\"1e99\"}"), "1:105 '1e99' is not a price (byte 104)");
    assert_refused(ONE_RATE("\"pricePerUnit\":{\"USD\":\"999999999999\"}"),
                   "1:105 '999999999999' is too large for a price (byte 104)");
    assert_refused(ONE_RATE("\"pricePerUnit\":{\"CNY\":\"1\"}"), "1:108 prices in 'CNY', not in USD (byte 107)");
    assert_refused(ONE_RATE("\"pricePerUnit\":{}"), "1:99 prices in 'no currency', not in USD (byte 98)");
    assert_refused(ONE_RATE("\"unit\":\"Hrs\""), "1:95 a price dimension without a price (byte 94)");
    assert_refused(ONE_RATE("\"beginRange\":\"-5\""), "1:96 '-5' is not a bound of a tier (byte 95)");
}

static void given_broken_csv_when_read_then_the_line_is_named(void **state)
{
    assert_refused(CSV_HEAD "\"a\n", "7:1 a quoted cell is not closed on its line (byte 460)");
    assert_refused(CSV_HEAD "a,b\n", "7:1 2 cells where the header names 22 (byte 460)");
    assert_refused(CSV_HEAD "a\"b\n", "7:2 a quote inside a cell that does not begin with one (byte 461)");
    assert_refused(CSV_HEAD "\"a\"b\n", "7:4 text behind a closing quote (byte 463)");
    assert_refused(CSV_HEAD "\xff\n", "7:1 a line that is not UTF-8 (byte 460)");
    assert_refused(CSV_HEAD "a\x01\n", "7:1 a control character in a line (byte 460)");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_an_offer_file_when_read_then_products_come_with_their_rates),
        cmocka_unit_test(given_terms_before_products_when_read_then_the_file_is_read_twice),
        cmocka_unit_test(given_unknown_members_when_read_then_they_are_passed_over),
        cmocka_unit_test(given_a_free_tier_when_read_then_its_rates_are_left_out),
        cmocka_unit_test(given_an_offer_csv_when_read_then_columns_are_found_by_name),
        cmocka_unit_test(given_savings_plans_when_read_then_each_rate_names_its_plan),
        cmocka_unit_test(given_an_index_when_read_then_its_entries_come),
        cmocka_unit_test(given_a_file_longer_than_the_window_when_read_then_no_token_is_cut),
        cmocka_unit_test(given_a_file_that_is_none_of_aws_when_read_then_it_says_so),
        cmocka_unit_test(given_broken_json_when_read_then_the_place_is_named),
        cmocka_unit_test(given_wrong_types_when_read_then_they_are_refused),
        cmocka_unit_test(given_a_price_that_is_none_when_read_then_it_is_refused),
        cmocka_unit_test(given_broken_csv_when_read_then_the_line_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
