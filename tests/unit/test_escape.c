/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "analysis/escape.h"

static struct arena arena;

static int set_up(void **state)
{
    arena_init(&arena);
    return 0;
}

static int tear_down(void **state)
{
    arena_fini(&arena);
    return 0;
}

static void given_markup_when_escaped_for_html_then_nothing_of_it_is_left(void **state)
{
    assert_string_equal(escape_html("<script>alert('x')</script> & \"y\"", &arena),
                        "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt; &amp; &quot;y&quot;");
}

static void given_broken_utf8_and_controls_when_escaped_then_they_are_replaced(void **state)
{
    assert_string_equal(escape_html("a\x1b[31m\xff\xc3", &arena), "a?[31m??");
    assert_string_equal(escape_html("Schöner Kauf – €\n", &arena), "Schöner Kauf – € ");
    assert_string_equal(escape_html("\xed\xa0\x80|\xc0\xaf", &arena), "???|??"); /* a surrogate, an overlong slash */
}

static void given_markdown_when_escaped_then_a_table_cell_stays_a_cell(void **state)
{
    const char *cell = escape_markdown("a|b`c`<b>*x*_y_[z](javascript:1)\nnext", &arena);
    assert_null(strpbrk(cell, "|`<>*_[]\n"));
}

static void given_formulas_when_escaped_for_csv_then_no_spreadsheet_runs_them(void **state)
{
    assert_string_equal(escape_csv("plain", &arena), "plain");
    assert_string_equal(escape_csv("a,b \"c\"", &arena), "\"a,b \"\"c\"\"\"");
    assert_string_equal(escape_csv("=HYPERLINK(\"x\")", &arena), "\"'=HYPERLINK(\"\"x\"\")\"");
    assert_string_equal(escape_csv("+1", &arena), "\"'+1\"");
    assert_string_equal(escape_csv("-1", &arena), "\"'-1\"");
    assert_string_equal(escape_csv("@SUM", &arena), "\"'@SUM\"");
}

static void given_commands_when_escaped_for_gnuplot_then_the_quote_cannot_end(void **state)
{
    const char *text = escape_gnuplot("x' ; system('rm -rf /') ; `id` \\ \"y\" {z} <w>\nset output", &arena);
    assert_null(strpbrk(text, "'`\\\"{}<>\n"));
}

static void given_mermaid_syntax_when_escaped_then_the_label_cannot_end(void **state)
{
    assert_null(strpbrk(escape_mermaid("a\"] --> b; <script>`", &arena), "\"<>`"));
}

static void given_any_text_when_made_a_file_name_then_it_stays_in_its_folder(void **state)
{
    assert_string_equal(escape_file_name("../../etc/passwd", &arena), "etc-passwd");
    assert_string_equal(escape_file_name("..", &arena), "scenario");
    assert_string_equal(escape_file_name("", &arena), "scenario");
    assert_string_equal(escape_file_name("-rf x", &arena), "rf-x");
    assert_string_equal(escape_file_name("black-friday_2.1", &arena), "black-friday_2.1");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_markup_when_escaped_for_html_then_nothing_of_it_is_left),
        cmocka_unit_test(given_broken_utf8_and_controls_when_escaped_then_they_are_replaced),
        cmocka_unit_test(given_markdown_when_escaped_then_a_table_cell_stays_a_cell),
        cmocka_unit_test(given_formulas_when_escaped_for_csv_then_no_spreadsheet_runs_them),
        cmocka_unit_test(given_commands_when_escaped_for_gnuplot_then_the_quote_cannot_end),
        cmocka_unit_test(given_mermaid_syntax_when_escaped_then_the_label_cannot_end),
        cmocka_unit_test(given_any_text_when_made_a_file_name_then_it_stays_in_its_folder),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
