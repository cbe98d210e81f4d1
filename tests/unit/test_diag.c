/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/base/diag.h"
#include "tests/unit/fixture.h"

static void assert_prints(struct fixture *f, const char *expected)
{
    char text[4096] = "";
    FILE *out = tmpfile();
    assert_non_null(out);
    diag_print(&f->diag, out, false);
    rewind(out);
    text[fread(text, 1, sizeof(text) - 1, out)] = '\0';
    fclose(out);
    assert_string_equal(text, expected);
}

static void given_an_error_in_a_known_source_when_printed_then_its_line_is_quoted_and_underlined(void **state)
{
    struct fixture *f = *state;
    diag_source(&f->diag, "shop.yaml", "a: 1\n    visibility: 45 secs\nb: 2\n");
    assert_false(diag_error(&f->diag, (struct mark){ "shop.yaml", 2, 17, 7 }, "'%s' is not a duration", "45 secs"));
    assert_false(diag_hint(&f->diag, "write a number and a unit"));
    assert_prints(f, "shop.yaml:2:17: error: '45 secs' is not a duration\n"
                     "    2 |     visibility: 45 secs\n"
                     "      |                 ^~~~~~~\n"
                     "      hint: write a number and a unit\n");
}

static void given_messages_in_any_order_when_printed_then_they_follow_the_file(void **state)
{
    struct fixture *f = *state;
    diag_error(&f->diag, (struct mark){ "b.yaml", 1, 1, 1 }, "third");
    diag_warning(&f->diag, (struct mark){ "a.yaml", 9, 1, 1 }, "second");
    diag_error(&f->diag, (struct mark){ "a.yaml", 2, 7, 1 }, "first");
    diag_error(&f->diag, (struct mark){ 0 }, "of no file");
    assert_int_equal(f->diag.errors, 3);
    assert_int_equal(f->diag.warnings, 1);
    assert_prints(f, "headroom: error: of no file\n"
                     "a.yaml:2:7: error: first\n"
                     "a.yaml:9:1: warning: second\n"
                     "b.yaml:1:1: error: third\n");
}

static void given_what_could_steer_a_terminal_when_printed_then_it_is_shown_as_question_marks(void **state)
{
    struct fixture *f = *state;
    diag_source(&f->diag, "x", "k: \033]0;owned\007\n");
    diag_error(&f->diag, (struct mark){ "x", 1, 4, 3 }, "'\033]0;' is wrong");
    assert_prints(f, "x:1:4: error: '?]0;' is wrong\n"
                     "    1 | k: ?]0;owned?\n"
                     "      |    ^~~\n");
}

static void given_more_errors_than_the_limit_when_printed_then_the_rest_is_counted(void **state)
{
    struct fixture *f = *state;
    f->diag.limit = 2;
    for (int i = 0; i < 200; i++) {
        diag_error(&f->diag, (struct mark){ "x", i + 1, 1, 1 }, "wrong %d", i);
        diag_hint(&f->diag, "hint %d", i);
    }
    assert_int_equal(f->diag.errors, 200);
    assert_prints(f, "x:1:1: error: wrong 0\n      hint: hint 0\nx:2:1: error: wrong 1\n      hint: hint 1\n"
                     "headroom: 198 more are not shown\n");
}

static void given_an_endless_line_when_quoted_then_only_the_part_around_the_mark_is_shown(void **state)
{
    struct fixture *f = *state;
    enum { LENGTH = 1000000 };
    char *line = arena_alloc(&f->arena, LENGTH + 1, 1);
    memset(line, 'x', LENGTH);
    diag_source(&f->diag, "x", line);
    diag_error(&f->diag, (struct mark){ "x", 1, 500000, 1000000 }, "here");
    char text[4096];
    FILE *out = tmpfile();
    diag_print(&f->diag, out, false);
    assert_true(ftell(out) < 512);
    rewind(out);
    text[fread(text, 1, sizeof(text) - 1, out)] = '\0';
    fclose(out);
    assert_non_null(strstr(text, "^~~"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(given_an_error_in_a_known_source_when_printed_then_its_line_is_quoted_and_underlined),
        TEST(given_messages_in_any_order_when_printed_then_they_follow_the_file),
        TEST(given_what_could_steer_a_terminal_when_printed_then_it_is_shown_as_question_marks),
        TEST(given_more_errors_than_the_limit_when_printed_then_the_rest_is_counted),
        TEST(given_an_endless_line_when_quoted_then_only_the_part_around_the_mark_is_shown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
