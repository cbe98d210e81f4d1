/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/base/compiler.h"
#include "sim/base/text.h"

static void given_typing_errors_when_measured_then_each_costs_one(void **state)
{
    assert_int_equal(text_distance("visibility", "visibility", 3), 0);
    assert_int_equal(text_distance("visibilty", "visibility", 3), 1);
    assert_int_equal(text_distance("vsiibility", "visibility", 3), 1);
    assert_int_equal(text_distance("Visibility", "visibility", 3), 0);
    assert_int_equal(text_distance("abc", "xyz", 2), 3);
    assert_int_equal(text_distance("", "ab", 3), 2);
}

static void given_a_misspelt_name_when_searched_then_the_nearest_plausible_one_is_found(void **state)
{
    static const char *const names[] = { "visibility", "dead_letter_after", "delay" };
    assert_string_equal(text_nearest("dead_leter_after", names, 3), "dead_letter_after");
    assert_string_equal(text_nearest("dealy", names, 3), "delay");
    assert_null(text_nearest("colour", names, 3));
    assert_null(text_nearest("", names, 3));
    assert_null(text_nearest("visibility", names, 0));
}

static void given_an_endless_word_when_searched_then_nothing_is_near(void **state)
{
    static char word[100000];
    memset(word, 'v', sizeof(word) - 1);
    static const char *const names[] = { "visibility" };
    assert_null(text_nearest(word, names, 1));
}

/* FNV-1a test vectors: http://www.isthe.com/chongo/tech/comp/fnv/ */
static void given_known_texts_when_hashed_then_the_values_are_fnv1a(void **state)
{
    assert_true(text_hash("") == UINT64_C(0xcbf29ce484222325));
    assert_true(text_hash("a") == UINT64_C(0xaf63dc4c8601ec8c));
    assert_true(text_hash("foobar") == UINT64_C(0x85944171f73967e8));
    assert_true(text_hash_more(text_hash("foo"), "bar") == text_hash("foobar"));
}

static void assert_neutral(const char *text, const char *expected)
{
    char buffer[64];
    strcpy(buffer, text);
    text_neutralise(buffer);
    assert_string_equal(buffer, expected);
}

static void given_steering_characters_when_neutralised_then_they_are_question_marks(void **state)
{
    assert_neutral("plain text", "plain text");
    assert_neutral("\033[31mred", "?[31mred");
    assert_neutral("tab\there\n", "tab\there?");
    assert_neutral("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8e\x81", "caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x8e\x81");
    assert_neutral("\xc2\x9b"
                   "31m",
                   "?31m"); /* C1: control sequence introducer */
    assert_neutral("\xe2\x80\xae"
                   "gpj.exe",
                   "?gpj.exe"); /* right-to-left override */
    assert_neutral("\xff\xfe", "??");
    assert_neutral("\xc0\x80", "??");      /* overlong NUL */
    assert_neutral("\xed\xa0\x80", "???"); /* surrogate */
    assert_neutral("cut \xe2\x82", "cut ??");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_typing_errors_when_measured_then_each_costs_one),
        cmocka_unit_test(given_a_misspelt_name_when_searched_then_the_nearest_plausible_one_is_found),
        cmocka_unit_test(given_an_endless_word_when_searched_then_nothing_is_near),
        cmocka_unit_test(given_known_texts_when_hashed_then_the_values_are_fnv1a),
        cmocka_unit_test(given_steering_characters_when_neutralised_then_they_are_question_marks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
