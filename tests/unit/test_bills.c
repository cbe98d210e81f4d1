/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bills -- AWS's worked examples as usage files, and properties that hold for each of them.
 *
 * tests/bills/expected.csv names a file, how it is billed, the total and where the total is from: "published" stands
 * on the page that is named, "rule" is that page's rule worked out by hand.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pricing/price_csv.h"
#include "pricing/text_file.h"
#include "pricing/usage_file.h"
#include "sim/base/text.h"

enum { FILE_NAME, HOURS, FREE_TIER, TOTAL, BASIS, SOURCE, COLUMNS };
enum { MOST_EXAMPLES = 200, MOST_RECORDS = 64 };

struct example {
    const char *name, *basis, *source;
    struct bill_options options;
    int64_t cents;
    struct usage_month month;
};

struct fixture {
    struct arena arena;
    struct diag diag;
    const struct price_book *book;
    struct example examples[MOST_EXAMPLES];
    size_t count;
};

static void read_example(struct fixture *f, const struct csv_cell *cells)
{
    struct example *const e = &f->examples[f->count++];
    const char *const path = arena_printf(&f->arena, "tests/bills/%s.csv", cells[FILE_NAME].text);
    struct usage_file file;
    money total;
    bool unreadable;
    *e = (struct example){ .name = cells[FILE_NAME].text, .basis = cells[BASIS].text, .source = cells[SOURCE].text };
    e->options.hours_per_month = atoi(cells[HOURS].text); /* "calendar" is 0 */
    e->options.free_tier = text_equal(cells[FREE_TIER].text, "always")       ? FREE_TIER_ALWAYS
                           : text_equal(cells[FREE_TIER].text, "first-year") ? FREE_TIER_FIRST_YEAR
                                                                             : FREE_TIER_NONE;
    assert_true(money_from_decimal(cells[TOTAL].text, &total) && total % MONEY_PER_CENT == 0);
    e->cents = (int64_t)(total / MONEY_PER_CENT);
    assert_true(
        usage_file_load(&file, path, "2026-10-01", e->options.hours_per_month, &unreadable, &f->arena, &f->diag));
    assert_int_equal(file.month_count, 1);
    e->month = file.months[0];
}

static int set_up(void **state)
{
    static const char *const regions[] = { "us-east-1", "us-west-2", "eu-west-1", "ap-southeast-1" };
    struct fixture *f = calloc(1, sizeof *f);
    const char *text;
    size_t length, count;
    int cause;
    if (!f)
        return -1;
    arena_init(&f->arena);
    diag_init(&f->diag, &f->arena);
    f->book = price_book_load("pricing/books", regions, 4, &f->arena, &f->diag);
    assert_non_null(f->book);
    struct csv_reader csv;
    struct csv_cell cells[COLUMNS];
    assert_true(text_file_read("tests/bills/expected.csv", &text, &length, &cause, &f->arena, &f->diag));
    csv_init(&csv, "expected.csv", text, length, &f->arena, &f->diag);
    assert_int_equal(csv_next(&csv, cells, COLUMNS, &count), CSV_RECORD); /* the header */
    while (csv_next(&csv, cells, COLUMNS, &count) == CSV_RECORD) {
        assert_true(count == COLUMNS && f->count < MOST_EXAMPLES);
        read_example(f, cells);
    }
    *state = f;
    return f->count > 0 ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    arena_fini(&f->arena);
    free(f);
    return 0;
}

static struct bill bill_of(struct fixture *f, const struct example *e, const struct usage_record *records, size_t count)
{
    struct bill bill;
    if (!bill_compute_all(&bill, f->book, NULL, 0, records, count, bill_period_of(e->month.year, e->month.month),
                          &e->options, &f->arena, &f->diag)) {
        diag_print(&f->diag, stderr, false);
        fail_msg("%s cannot be billed", e->name);
    }
    int64_t sum = 0;
    for (size_t i = 0; i < bill.line_count; i++) {
        sum += bill.lines[i].cents;
        if (bill.lines[i].cents == 0 && !bill.lines[i].note)
            fail_msg("%s: a line of nothing does not say why", e->name);
    }
    assert_int_equal(sum, bill.total_cents);
    return bill;
}

static void given_aws_examples_when_billed_then_the_totals_are_the_published_ones(void **state)
{
    struct fixture *f = *state;
    int published = 0;
    for (size_t i = 0; i < f->count; i++) {
        const struct example *const e = &f->examples[i];
        const struct bill bill = bill_of(f, e, e->month.records, e->month.count);
        if (bill.total_cents != e->cents)
            fail_msg("%s: %lld cents, but %s has %lld", e->name, (long long)bill.total_cents, e->source,
                     (long long)e->cents);
        published += text_equal(e->basis, "published");
    }
    printf("%zu examples, %d of them with a published total\n", f->count, published);
}

static void copy_records(struct usage_record *out, const struct example *e)
{
    assert_true(e->month.count <= MOST_RECORDS);
    memcpy(out, e->month.records, e->month.count * sizeof *out);
}

static void given_any_example_when_its_records_are_reversed_then_the_bill_is_the_same(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < f->count; i++) {
        const struct example *const e = &f->examples[i];
        struct usage_record reversed[MOST_RECORDS];
        for (size_t r = 0; r < e->month.count; r++)
            reversed[r] = e->month.records[e->month.count - 1 - r];
        const struct bill a = bill_of(f, e, e->month.records, e->month.count);
        const struct bill b = bill_of(f, e, reversed, e->month.count);
        assert_int_equal(a.line_count, b.line_count);
        for (size_t l = 0; l < a.line_count; l++) {
            assert_true(a.lines[l].exact == b.lines[l].exact);
            assert_string_equal(a.lines[l].description, b.lines[l].description);
        }
    }
}

/* What is added, taken off or the least for each thing of a record belongs to the record: it cannot be split. */
static bool is_of_one_thing(const struct usage_record *record)
{
    const struct billing_rule *rules[8];
    const int count = billing_rules_find(&record->key, rules, 8);
    for (int i = 0; i < count; i++)
        for (int s = 0; s < MOST_STEPS; s++)
            if (rules[i]->steps[s].kind >= STEP_STARTS && rules[i]->steps[s].kind <= STEP_BETWEEN)
                return true;
    return false;
}

/* A quantity in two parts, of a third and of the rest. Each record is rounded to a millionth of a metered unit. */
static void given_any_example_when_its_records_are_split_then_the_bill_is_the_same(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < f->count; i++) {
        const struct example *const e = &f->examples[i];
        struct usage_record split[2 * MOST_RECORDS];
        size_t count = 0;
        for (size_t r = 0; r < e->month.count; r++) {
            split[count++] = e->month.records[r];
            if (is_of_one_thing(&e->month.records[r]))
                continue;
            split[count] = e->month.records[r];
            split[count - 1].quantity_e10 /= 3;
            split[count].quantity_e10 -= split[count - 1].quantity_e10;
            count++;
        }
        const struct bill a = bill_of(f, e, e->month.records, e->month.count), b = bill_of(f, e, split, count);
        if (a.total_cents != b.total_cents)
            fail_msg("%s: %lld cents, split %lld", e->name, (long long)a.total_cents, (long long)b.total_cents);
    }
}

static void given_any_example_when_one_record_grows_then_the_bill_does_not_shrink(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < f->count; i++) {
        const struct example *const e = &f->examples[i];
        const struct bill before = bill_of(f, e, e->month.records, e->month.count);
        for (size_t r = 0; r < e->month.count; r++) {
            struct usage_record more[MOST_RECORDS];
            copy_records(more, e);
            more[r].quantity_e10 += more[r].quantity_e10 / 7 + 1;
            const struct bill after = bill_of(f, e, more, e->month.count);
            if (after.total_cents < before.total_cents)
                fail_msg("%s: more of record %zu costs less", e->name, r + 1);
        }
    }
}

static void given_any_example_when_the_free_tier_is_used_then_it_costs_no_more(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < f->count; i++) {
        int64_t cents[3];
        for (int tier = 0; tier < 3; tier++) {
            struct example e = f->examples[i];
            e.options.free_tier = (enum free_tier)tier;
            cents[tier] = bill_of(f, &e, e.month.records, e.month.count).total_cents;
        }
        assert_true(cents[FREE_TIER_ALWAYS] <= cents[FREE_TIER_NONE]);
        assert_true(cents[FREE_TIER_FIRST_YEAR] <= cents[FREE_TIER_ALWAYS]);
    }
}

/* All examples of one setting in one bill: pools of different files meet, and lines still add up. */
static void given_all_examples_when_billed_together_then_the_lines_add_up_to_the_cent(void **state)
{
    struct fixture *f = *state;
    struct usage_record all[1000];
    size_t count = 0;
    for (size_t i = 0; i < f->count; i++) {
        assert_true(count + f->examples[i].month.count <= ARRAY_LEN(all));
        memcpy(all + count, f->examples[i].month.records, f->examples[i].month.count * sizeof *all);
        count += f->examples[i].month.count;
    }
    const struct bill bill = bill_of(f, &f->examples[0], all, count);
    char *text;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    assert_true(out && bill_write_focus(&bill, out) && fclose(out) == 0);
    free(text);
    assert_true(bill.total_cents > 0 && bill.unpriced == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_aws_examples_when_billed_then_the_totals_are_the_published_ones),
        cmocka_unit_test(given_any_example_when_its_records_are_reversed_then_the_bill_is_the_same),
        cmocka_unit_test(given_any_example_when_its_records_are_split_then_the_bill_is_the_same),
        cmocka_unit_test(given_any_example_when_one_record_grows_then_the_bill_does_not_shrink),
        cmocka_unit_test(given_any_example_when_the_free_tier_is_used_then_it_costs_no_more),
        cmocka_unit_test(given_all_examples_when_billed_together_then_the_lines_add_up_to_the_cent),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
