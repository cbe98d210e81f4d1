/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * focus: our validator of FOCUS 1.2: columns, types, allowed values, null rules, and the arithmetic that the
 * specification demands of a row. Text that wants to be a formula, a line break or a column stays one cell of text.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pricing/bill.h"
#include "pricing/price_csv.h"
#include "pricing/usage_file.h"
#include "sim/base/compiler.h"
#include "sim/base/text.h"

#define ONCE INT64_C(1000000)

enum { MOST_COLUMNS = 80, MOST_ROWS = 400 };

struct table {
    struct csv_cell cells[MOST_ROWS][MOST_COLUMNS]; /* row 0 is the header */
    size_t columns, rows;
};

struct fixture {
    struct arena arena;
    struct diag diag;
    struct bill bill;
    struct table table;
};

#define KEY(svc, type, op, name, where, az, arch, metered) \
    { \
        .service = (svc), .usage_type = (type), .operation = (op), .resource = (name), .region = (where), \
        .zone = (az), .to_zone = "", .tier = (arch), .unit = (metered) \
    }

static const struct usage_key keys[] = {
    KEY("AmazonEC2", "BoxUsage:m7g.large", "", "=HYPERLINK(\"x\")", "us-east-1", "us-east-1a", "web",
        USAGE_NANOSECONDS),
    KEY("AmazonCloudFront", "DataTransfer-Out-Bytes", "edge=US", "+1, \"two\"\r\n-3", "Global", "", "@edge",
        USAGE_BYTES),
    KEY("AmazonRoute53", "HostedZone", "", "\tzone", "Global", "", "edge", USAGE_MONTHS_E6),
    KEY("AmazonRoute53", "Intra-AWS-DNS-Queries", "", "-zone", "Global", "", "edge", USAGE_COUNT),
    KEY("awswaf", "Request", "", "waf", "eu-west-1", "", "edge", USAGE_COUNT),
    KEY("AmazonEC2", "EBS:VolumeUsage.gp3", "", "disk", "eu-west-1", "eu-west-1b", "web", USAGE_BYTE_HOURS),
};

static void parse_table(struct table *table, const char *text, size_t length, struct arena *arena, struct diag *diag)
{
    struct csv_reader csv;
    csv_init(&csv, "bill.csv", text, length, arena, diag);
    for (size_t count; table->rows < MOST_ROWS; table->rows++) {
        const enum csv_result next = csv_next(&csv, table->cells[table->rows], MOST_COLUMNS, &count);
        if (next == CSV_END)
            break;
        assert_int_equal(next, CSV_RECORD);
        if (table->rows == 0)
            table->columns = count;
        assert_int_equal(count, table->columns);
    }
}

static int set_up(void **state)
{
    static const char *const regions[] = { "us-east-1", "eu-west-1" };
    static const int64_t quantities[ARRAY_LEN(keys)] = {
        INT64_C(1234567890123456), INT64_C(12) << 40, 1000000, 5000, 987654321, INT64_C(77) << 30
    };
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    arena_init(&f->arena);
    diag_init(&f->diag, &f->arena);
    struct usage usage[ARRAY_LEN(keys)];
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        usage[i] = (struct usage){ &keys[i], 0, quantities[i], 3 * ONCE };
    const struct price_book *book = price_book_load("pricing/books", regions, 2, &f->arena, &f->diag);
    assert_true(book &&
                bill_compute(&f->bill, book, usage, ARRAY_LEN(keys), bill_period_of(2026, 12), &f->arena, &f->diag));
    char *text;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    assert_true(out && bill_write_focus(&f->bill, out) && fclose(out) == 0);
    parse_table(&f->table, text, length, &f->arena, &f->diag);
    free(text);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    arena_fini(&f->arena);
    free(f);
    return 0;
}

static int column_of(const struct table *table, const char *name)
{
    for (size_t i = 0; i < table->columns; i++)
        if (text_equal(table->cells[0][i].text, name))
            return (int)i;
    return -1;
}

static const char *cell(const struct table *table, size_t row, const char *name)
{
    const int column = column_of(table, name);
    if (column < 0)
        fail_msg("no column '%s'", name);
    return table->cells[row][column].text;
}

/* ---- validator: kinds of columns ---- */

static bool is_date_time(const char *text)
{
    static const char shape[] = "dddd-dd-ddTdd:dd:ddZ";
    for (size_t i = 0; i < sizeof shape - 1; i++)
        if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
            return false;
    return text[sizeof shape - 1] == '\0';
}

/* FOCUS numeric format: an optional minus, digits, one point; no plus, no separators, no currency. */
static bool is_decimal(const char *text)
{
    const size_t digits = strspn(text + (*text == '-'), "0123456789");
    const char *at = text + (*text == '-') + digits;
    if (digits == 0)
        return false;
    if (*at == '.') {
        const size_t fraction = strspn(at + 1, "0123456789");
        at += 1 + fraction;
        if (fraction == 0)
            return false;
    }
    return *at == '\0';
}

enum kind { TEXT, DECIMAL, DATE_TIME };

struct column_rule {
    const char *name;
    enum kind kind;
    bool nullable;
    const char *allowed; /* "|a|b|", or NULL */
};

static const char categories[] =
    "|AI and Machine Learning|Analytics|Business Applications|Compute|Databases|Developer Tools|Multicloud|Identity|"
    "Integration|Internet of Things|Management and Governance|Media|Migration|Mobile|Networking|Security|Storage|Web|"
    "Other|";

/* FOCUS 1.2: the mandatory columns, then what we write of the conditional and recommended ones. */
static const struct column_rule column_rules[] = {
    { "BilledCost", DECIMAL, false, NULL },
    { "BillingAccountId", TEXT, false, NULL },
    { "BillingAccountName", TEXT, true, NULL },
    { "BillingCurrency", TEXT, false, "|USD|" },
    { "BillingPeriodEnd", DATE_TIME, false, NULL },
    { "BillingPeriodStart", DATE_TIME, false, NULL },
    { "ChargeCategory", TEXT, false, "|Usage|Purchase|Tax|Credit|Adjustment|" },
    { "ChargeClass", TEXT, true, "|Correction|" },
    { "ChargeDescription", TEXT, true, NULL },
    { "ChargePeriodEnd", DATE_TIME, false, NULL },
    { "ChargePeriodStart", DATE_TIME, false, NULL },
    { "ContractedCost", DECIMAL, false, NULL },
    { "EffectiveCost", DECIMAL, false, NULL },
    { "InvoiceIssuerName", TEXT, false, NULL },
    { "ListCost", DECIMAL, false, NULL },
    { "PricingQuantity", DECIMAL, false, NULL }, /* never null for Usage */
    { "PricingUnit", TEXT, false, NULL },
    { "ProviderName", TEXT, false, NULL },
    { "PublisherName", TEXT, false, NULL },
    { "ServiceCategory", TEXT, false, categories },
    { "ServiceName", TEXT, false, NULL },

    { "AvailabilityZone", TEXT, true, NULL },
    { "BillingAccountType", TEXT, false, NULL },
    { "ChargeFrequency", TEXT, false, "|One-Time|Recurring|Usage-Based|" },
    { "CommitmentDiscountCategory", TEXT, true, "|Spend|Usage|" },
    { "CommitmentDiscountId", TEXT, true, NULL },
    { "CommitmentDiscountName", TEXT, true, NULL },
    { "CommitmentDiscountQuantity", DECIMAL, true, NULL },
    { "CommitmentDiscountStatus", TEXT, true, "|Used|Unused|" },
    { "CommitmentDiscountType", TEXT, true, NULL },
    { "CommitmentDiscountUnit", TEXT, true, NULL },
    { "ConsumedQuantity", DECIMAL, false, NULL },
    { "ConsumedUnit", TEXT, false, NULL },
    { "ContractedUnitPrice", DECIMAL, false, NULL },
    { "InvoiceId", TEXT, true, NULL },
    { "ListUnitPrice", DECIMAL, false, NULL },
    { "PricingCategory", TEXT, false, "|Standard|Dynamic|Committed|Other|" },
    { "RegionId", TEXT, true, NULL },
    { "RegionName", TEXT, true, NULL },
    { "ResourceId", TEXT, true, NULL },
    { "ResourceName", TEXT, true, NULL },
    { "ServiceSubcategory", TEXT, false, NULL },
    { "SkuId", TEXT, false, NULL },
    { "SkuMeter", TEXT, true, NULL },
    { "SkuPriceDetails", TEXT, true, NULL },
    { "SkuPriceId", TEXT, false, NULL },
};

static void check_cell(const struct column_rule *rule, const char *text)
{
    if (!text[0]) {
        if (!rule->nullable)
            fail_msg("column '%s' is null", rule->name);
        return;
    }
    if ((rule->kind == DECIMAL && !is_decimal(text)) || (rule->kind == DATE_TIME && !is_date_time(text)))
        fail_msg("column '%s' has '%s'", rule->name, text);
    if (rule->allowed) {
        char marked[128];
        snprintf(marked, sizeof marked, "|%s|", text);
        if (!strstr(rule->allowed, marked))
            fail_msg("column '%s' does not allow '%s'", rule->name, text);
    }
}

static void given_a_bill_when_exported_then_every_column_obeys_focus(void **state)
{
    const struct fixture *f = *state;
    assert_int_equal(f->table.rows, f->bill.line_count + 1);
    for (size_t i = 0; i < ARRAY_LEN(column_rules); i++)
        for (size_t row = 1; row < f->table.rows; row++)
            check_cell(&column_rules[i], cell(&f->table, row, column_rules[i].name));
}

static void given_a_bill_when_exported_then_columns_are_known_and_unique(void **state)
{
    const struct fixture *f = *state;
    for (size_t i = 0; i < f->table.columns; i++) {
        const char *const name = f->table.cells[0][i].text;
        bool known = strncmp(name, "x_", 2) == 0; /* FOCUS: a provider's own columns */
        for (size_t j = 0; j < ARRAY_LEN(column_rules); j++)
            known = known || text_equal(name, column_rules[j].name);
        if (!known)
            fail_msg("column '%s' is not of FOCUS", name);
        assert_int_equal(column_of(&f->table, name), (int)i);
    }
}

/* Decimal text as an integer of 1e-20. */
static int128 scaled(const char *text)
{
    enum { SCALE = 20 };
    int128 value = 0;
    int decimals = -1;
    for (const char *at = text; *at; at++) {
        if (*at == '.') {
            decimals = 0;
            continue;
        }
        value = 10 * value + (*at - '0');
        decimals += decimals >= 0;
    }
    for (int i = decimals < 0 ? 0 : decimals; i < SCALE; i++)
        value *= 10;
    return value;
}

static void given_a_row_when_its_price_is_multiplied_by_its_quantity_then_it_is_the_list_cost_exactly(void **state)
{
    const struct fixture *f = *state;
    for (size_t row = 1; row < f->table.rows; row++) {
        /* 1e-10 x 1e-6: both fit into 1e-20 scaled integers; drop the zeros before multiplying */
        const int128 price_e10 = scaled(cell(&f->table, row, "ListUnitPrice")) / INT64_C(10000000000);
        const int128 quantity_e6 = scaled(cell(&f->table, row, "PricingQuantity")) / INT64_C(100000000000000);
        assert_true(scaled(cell(&f->table, row, "ListCost")) == price_e10 * quantity_e6 * 10000);
        assert_string_equal(cell(&f->table, row, "ListCost"), cell(&f->table, row, "ContractedCost"));
        assert_string_equal(cell(&f->table, row, "BilledCost"), cell(&f->table, row, "EffectiveCost"));
    }
}

static void given_the_rows_when_summed_then_they_are_the_bill_to_the_cent(void **state)
{
    const struct fixture *f = *state;
    const int128 cent = scaled("0.01");
    int128 sum = 0;
    for (size_t row = 1; row < f->table.rows; row++)
        sum += scaled(cell(&f->table, row, "BilledCost"));
    assert_true(sum == cent * f->bill.total_cents);
    assert_true(f->bill.total_cents > 0);
}

static void given_the_last_month_of_a_year_when_exported_then_the_period_ends_in_the_next(void **state)
{
    const struct fixture *f = *state;
    assert_string_equal(cell(&f->table, 1, "BillingPeriodStart"), "2026-12-01T00:00:00Z");
    assert_string_equal(cell(&f->table, 1, "BillingPeriodEnd"), "2027-01-01T00:00:00Z");
    assert_string_equal(cell(&f->table, 1, "ChargePeriodEnd"), "2027-01-01T00:00:00Z");
}

static void given_hostile_names_when_exported_then_no_cell_is_a_formula(void **state)
{
    const struct fixture *f = *state;
    int neutralised = 0;
    for (size_t row = 1; row < f->table.rows; row++)
        for (size_t i = 0; i < f->table.columns; i++) {
            const char *const text = f->table.cells[row][i].text;
            neutralised += text[0] == '\'';
            if (text[0] && strchr("=+-@\t\r", text[0]) && !is_decimal(text))
                fail_msg("column '%s' begins a formula: '%s'", f->table.cells[0][i].text, text);
        }
    assert_true(neutralised >= 4);
}

static void given_a_region_when_exported_then_ids_names_and_meters_fit_together(void **state)
{
    const struct fixture *f = *state;
    for (size_t row = 1; row < f->table.rows; row++) {
        const char *const meter = cell(&f->table, row, "SkuMeter");
        if (text_equal(meter, "EU-EBS:VolumeUsage.gp3")) {
            assert_string_equal(cell(&f->table, row, "RegionId"), "eu-west-1");
            assert_string_equal(cell(&f->table, row, "RegionName"), "EU (Ireland)");
            assert_string_equal(cell(&f->table, row, "ServiceName"), "Amazon Elastic Block Store");
            assert_string_equal(cell(&f->table, row, "ServiceCategory"), "Storage");
            assert_string_equal(cell(&f->table, row, "AvailabilityZone"), "eu-west-1b");
        }
        if (text_equal(meter, "US-DataTransfer-Out-Bytes")) {
            assert_string_equal(cell(&f->table, row, "RegionId"), "");
            assert_string_equal(cell(&f->table, row, "SkuId"), "GV2WFGX37Q9PDSHF");
            assert_string_equal(cell(&f->table, row, "SkuPriceDetails"), "{\"x_Edge\":\"US\"}");
            assert_string_equal(cell(&f->table, row, "x_Operation"), "");
        }
    }
}

/* A unit of FOCUS: words and hyphens, "GB-Hours", "Requests". */
static bool is_unit(const char *text)
{
    return text[0] && strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ-") == strlen(text);
}

/* All usage files of tests/bills in one bill, and something without a rate: every service of the house. */
static void given_every_example_when_exported_then_every_column_obeys_focus(void **state)
{
    static const char *const regions[] = { "us-east-1", "us-west-2", "eu-west-1", "ap-southeast-1" };
    struct fixture *f = *state;
    struct table *const table = ARENA_NEW(&f->arena, struct table);
    struct usage_record *records = ARENA_ARRAY(&f->arena, struct usage_record, 1000);
    size_t count = 0, length;
    const struct bill_options options = { .hours_per_month = 730, .allow_unpriced = true };
    const struct monthly_quantity unknown = { "AmazonBraket", "us-east-1", "qpu", "Shots", "12", "", "" };
    char line[300], *text;
    FILE *list = fopen("tests/bills/expected.csv", "r");
    assert_non_null(list);
    while (fgets(line, sizeof line, list)) {
        struct usage_file file;
        bool unreadable;
        line[strcspn(line, ",")] = '\0';
        if (text_equal(line, "file"))
            continue;
        assert_true(usage_file_load(&file, arena_printf(&f->arena, "tests/bills/%s.csv", line), "2026-10-01", 730,
                                    &unreadable, &f->arena, &f->diag));
        memcpy(records + count, file.months[0].records, file.months[0].count * sizeof *records);
        count += file.months[0].count;
    }
    fclose(list);
    assert_true(usage_record_monthly(&records[count++], &unknown, &f->arena, (struct mark){ 0 }, &f->diag));
    const struct price_book *book = price_book_load("pricing/books", regions, 4, &f->arena, &f->diag);
    struct bill bill;
    assert_true(book && bill_compute_all(&bill, book, NULL, 0, records, count, bill_period_of(2026, 10), &options,
                                         &f->arena, &f->diag));
    FILE *out = open_memstream(&text, &length);
    assert_true(out && bill_write_focus(&bill, out) && fclose(out) == 0);
    parse_table(table, text, length, &f->arena, &f->diag);
    free(text);
    assert_int_equal(table->rows, bill.line_count + 1);
    assert_true(bill.line_count > 100 && bill.unpriced == 1);
    int128 sum = 0;
    for (size_t row = 1; row < table->rows; row++) {
        for (size_t i = 0; i < ARRAY_LEN(column_rules); i++)
            check_cell(&column_rules[i], cell(table, row, column_rules[i].name));
        if (!is_unit(cell(table, row, "PricingUnit")))
            fail_msg("'%s' is no unit", cell(table, row, "PricingUnit"));
        assert_string_not_equal(cell(table, row, "ServiceCategory"),
                                bill.lines[row - 1].unpriced ? "" : "Other"); /* every service has its place */
        sum += scaled(cell(table, row, "BilledCost"));
    }
    assert_true(sum == scaled("0.01") * bill.total_cents);
}

static void given_a_full_disk_when_exported_then_it_says_so(void **state)
{
    const struct fixture *f = *state;
    FILE *full = fopen("/dev/full", "w");
    if (!full)
        skip();
    setvbuf(full, NULL, _IONBF, 0);
    assert_false(bill_write_focus(&f->bill, full));
    fclose(full);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_a_bill_when_exported_then_every_column_obeys_focus),
        cmocka_unit_test(given_a_bill_when_exported_then_columns_are_known_and_unique),
        cmocka_unit_test(given_a_row_when_its_price_is_multiplied_by_its_quantity_then_it_is_the_list_cost_exactly),
        cmocka_unit_test(given_the_rows_when_summed_then_they_are_the_bill_to_the_cent),
        cmocka_unit_test(given_the_last_month_of_a_year_when_exported_then_the_period_ends_in_the_next),
        cmocka_unit_test(given_hostile_names_when_exported_then_no_cell_is_a_formula),
        cmocka_unit_test(given_a_region_when_exported_then_ids_names_and_meters_fit_together),
        cmocka_unit_test(given_every_example_when_exported_then_every_column_obeys_focus),
        cmocka_unit_test(given_a_full_disk_when_exported_then_it_says_so),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
