/* SPDX-License-Identifier: GPL-3.0-or-later */
/* book_diff: what changed between two books and between two bills. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pricing/book_diff.h"

#define HEAD "service,usage_type,attributes,unit,price,tier_from,tier_to,term,upfront\n"

struct fixture {
    struct arena arena;
    struct diag diag;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    if (!f)
        return -1;
    arena_init(&f->arena);
    diag_init(&f->diag, &f->arena);
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

static const struct price_book *parse(struct fixture *f, const char *text)
{
    const struct price_text one = { "test.csv", "us-east-1", text, strlen(text) };
    const struct price_book *const book = price_book_parse(&one, 1, &f->arena, &f->diag);
    assert_non_null(book);
    return book;
}

static void given_two_books_when_compared_then_changes_come_by_size(void **state)
{
    struct fixture *f = *state;
    const struct price_book *const old = parse(f, HEAD "A,same,,Hrs,1,0,Inf,,0\nA,small,,Hrs,100,0,Inf,,0\n"
                                                       "A,tier,,GB,2,0,10,,0\nA,tier,,GB,1,10,Inf,,0\n"
                                                       "A,gone,,Hrs,1,0,Inf,,0\nA,fee,,Hrs,0,0,Inf,reserved-1yr,100\n"
                                                       "A,free,,Hrs,0,0,Inf,,0\n");
    const struct price_book *const new = parse(f, HEAD "A,same,,Hrs,1,0,Inf,,0\nA,small,,Hrs,101,0,Inf,,0\n"
                                                       "A,tier,,GB,2,0,10,,0\nA,tier,,GB,0.5,10,Inf,,0\n"
                                                       "A,came,,Hrs,3,0,Inf,,0\nA,fee,,Hrs,0,0,Inf,reserved-1yr,80\n"
                                                       "A,free,,Hrs,1,0,Inf,,0\n");
    struct book_diff diff;
    book_diff(&diff, old, new, &f->arena);
    assert_int_equal(diff.changed_count, 4);
    assert_string_equal(diff.changed[0].new->usage_type, "tier");
    assert_int_equal(diff.changed[0].tier, 1);
    assert_true(diff.changed[0].share == -0.5);
    assert_string_equal(diff.changed[1].new->usage_type, "fee");
    assert_int_equal(diff.changed[1].tier, -1);
    assert_string_equal(diff.changed[2].new->usage_type, "small");
    assert_string_equal(diff.changed[3].new->usage_type, "free"); /* from nothing there is no share */
    assert_int_equal(diff.appeared_count, 1);
    assert_string_equal(diff.appeared[0].new->usage_type, "came");
    assert_int_equal(diff.vanished_count, 1);
    assert_string_equal(diff.vanished[0].old->usage_type, "gone");
    assert_int_equal(diff.same, 1);
}

static void given_other_tiers_when_compared_then_it_is_one_change(void **state)
{
    struct fixture *f = *state;
    const struct price_book *const old = parse(f, HEAD "A,tier,,GB,2,0,10,,0\nA,tier,,GB,1,10,Inf,,0\n");
    const struct price_book *const new = parse(f, HEAD "A,tier,,GB,2,0,20,,0\nA,tier,,GB,1,20,Inf,,0\n");
    struct book_diff diff;
    book_diff(&diff, old, new, &f->arena);
    assert_int_equal(diff.changed_count, 1);
    assert_int_equal(diff.changed[0].tier, -2);
}

static struct bill_line line_of(const char *usage_type, int64_t cents)
{
    return (
        struct bill_line){ .service = "A", .usage_type = usage_type, .operation = "", .region = "", .cents = cents };
}

/* A tier that only one bill reaches is part of its usage type. */
static void given_two_bills_when_compared_then_lines_of_a_usage_type_are_added(void **state)
{
    struct fixture *f = *state;
    struct bill_line old_lines[] = { line_of("bytes", 500), line_of("hours", 100), line_of("same", 7) };
    struct bill_line new_lines[] = { line_of("bytes", 400), line_of("bytes", 40), line_of("hours", 300),
                                     line_of("same", 7) };
    const struct bill old = { .lines = old_lines, .line_count = 3 }, new = { .lines = new_lines, .line_count = 4 };
    size_t count;
    const struct bill_change *const changes = bill_diff(&old, &new, &count, &f->arena);
    assert_int_equal(count, 2);
    assert_string_equal(changes[0].line->usage_type, "hours");
    assert_int_equal(changes[0].after_cents, 300);
    assert_string_equal(changes[1].line->usage_type, "bytes");
    assert_int_equal(changes[1].before_cents, 500);
    assert_int_equal(changes[1].after_cents, 440);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(given_two_books_when_compared_then_changes_come_by_size, set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_other_tiers_when_compared_then_it_is_one_change, set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_two_bills_when_compared_then_lines_of_a_usage_type_are_added, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
