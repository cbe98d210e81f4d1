/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "models/yaml.h"
#include "tests/unit/fixture.h"

static struct node *parse(struct fixture *f, const char *text)
{
    return yaml_parse("t.yaml", text, strlen(text), &f->arena, &f->diag);
}

static void assert_refused(struct fixture *f, const char *text, const char *message)
{
    assert_null(parse(f, text));
    assert_true(f->diag.errors > 0);
    assert_non_null(strstr(f->diag.entries[f->diag.count - 1].message, message));
}

static void given_a_document_when_parsed_then_every_node_keeps_its_mark(void **state)
{
    struct node *root = parse(*state, "a: 1\nlist:\n  - {b: two}\n  - 'three'\n");
    assert_non_null(root);
    assert_int_equal(root->count, 2);
    const struct node *list = yaml_get(root, "list"), *two = yaml_get(list->items[0], "b");
    assert_string_equal(two->text, "two");
    assert_int_equal(two->at.line, 3);
    assert_int_equal(two->at.column, 9);
    assert_int_equal(two->at.length, 3);
    assert_true(two->plain);
    assert_false(list->items[1]->plain);
    assert_true(root->used[1]);
    assert_false(root->used[0]);
    assert_null(yaml_get(root, "c"));
}

static void given_an_anchor_when_aliased_then_the_copy_is_read_on_its_own(void **state)
{
    struct node *root = parse(*state, "a: &x {k: 1}\nb: *x\n");
    assert_non_null(root);
    assert_non_null(yaml_get(yaml_get(root, "a"), "k"));
    const struct node *copy = yaml_get(root, "b");
    assert_false(copy->used[0]);
    assert_string_equal(copy->items[0]->text, "1");
}

static void given_merge_keys_when_parsed_then_the_mappings_own_keys_win(void **state)
{
    struct node *root = parse(*state, "base: &b {k: 1, l: 2}\nmore: &m {l: 3, n: 4}\nx:\n  l: 9\n  <<: [*b, *m]\n");
    assert_non_null(root);
    const struct node *x = yaml_get(root, "x");
    assert_int_equal(x->count, 3);
    assert_string_equal(yaml_get(x, "l")->text, "9");
    assert_string_equal(yaml_get(x, "k")->text, "1");
    assert_string_equal(yaml_get(x, "n")->text, "4");
}

static void given_duplicate_keys_when_parsed_then_each_is_reported_with_the_line_of_the_first(void **state)
{
    struct fixture *f = *state;
    assert_non_null(parse(f, "a: 1\nb: 2\na: 3\nb: 4\na: 5\n"));
    assert_int_equal(f->diag.errors, 3);
    assert_int_equal(f->diag.entries[0].at.line, 3);
    assert_non_null(strstr(f->diag.entries[0].hint, "line 1"));
    assert_int_equal(f->diag.entries[1].at.line, 5);
}

static void given_an_alias_inside_its_anchor_when_parsed_then_it_is_a_cycle(void **state)
{
    assert_refused(*state, "a: &x [1, *x]\n", "a cycle");
}

static void given_a_misspelt_alias_when_parsed_then_the_nearest_is_named(void **state)
{
    assert_refused(*state, "a: &patience 1\nb: *patiense\n", "did you mean '*patience'?");
}

static void given_a_billion_laughs_when_parsed_then_the_expansion_ends(void **state)
{
    struct fixture *f = *state;
    char text[4096] = "l0: &l0 [ha, ha, ha, ha, ha, ha, ha, ha, ha, ha]\n";
    for (int i = 1; i < 10; i++) {
        char line[256];
        snprintf(line, sizeof(line), "l%d: &l%d [*l%d, *l%d, *l%d, *l%d, *l%d, *l%d, *l%d, *l%d, *l%d, *l%d]\n", i, i,
                 i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
        strcat(text, line);
    }
    assert_refused(f, text, "more than 100000 nodes");
    assert_true(f->arena.total_bytes < 64u << 20);
}

static void given_what_is_no_scenario_when_parsed_then_it_is_refused(void **state)
{
    assert_refused(*state, "", "nothing in it");
    assert_refused(*state, "a: 1\n---\nb: 2\n", "second document");
    assert_refused(*state, "a: !!python/object x\n", "has no meaning");
    assert_refused(*state, "? [a, b]\n: 1\n", "a key must be a word");
    assert_refused(*state, "a: \"x\\0y\"\n", "NUL");
    assert_refused(*state, "a: [1, 2\n", "");
    assert_refused(*state, "a: \xff\n", "UTF-8");
    assert_refused(*state, "a:\n\t- 1\n", "");
}

static void given_an_assignment_when_set_then_the_value_is_replaced_or_added(void **state)
{
    struct fixture *f = *state;
    struct node *root = parse(f, "regions: {us-east-1: {web: {size: {max: 30}}}}\nfaults: [{at: 1}, {at: 2}]\n");
    assert_true(yaml_set(root, "regions.us-east-1.web.size.max=80", &f->arena, &f->diag));
    assert_true(yaml_set(root, "faults.1.at=+2h", &f->arena, &f->diag));
    assert_true(yaml_set(root, "regions.us-east-1.web.size.min={a: [1, 2]}", &f->arena, &f->diag));
    assert_true(yaml_set(root, "clock.length=2h", &f->arena, &f->diag));
    const struct node *size = yaml_get(yaml_get(yaml_get(yaml_get(root, "regions"), "us-east-1"), "web"), "size");
    assert_string_equal(yaml_get(size, "max")->text, "80");
    assert_int_equal(yaml_get(yaml_get(size, "min"), "a")->count, 2);
    assert_string_equal(yaml_get(yaml_get(root, "faults")->items[1], "at")->text, "+2h");
    assert_string_equal(yaml_get(yaml_get(root, "clock"), "length")->text, "2h");
    assert_int_equal(f->diag.errors, 0);
    assert_int_equal(yaml_get(size, "max")->at.column, (int)strlen("regions.us-east-1.web.size.max=") + 1);
}

static void given_a_wrong_path_when_set_then_the_nearest_key_is_named(void **state)
{
    struct fixture *f = *state;
    struct node *root = parse(f, "regions: {us-east-1: {web: {max: 30}}}\nfaults: [1]\n");
    assert_false(yaml_set(root, "regoins.us-east-1.web.max=80", &f->arena, &f->diag));
    assert_non_null(strstr(f->diag.entries[0].message, "did you mean 'regions'?"));
    assert_false(yaml_set(root, "faults.7=x", &f->arena, &f->diag));
    assert_false(yaml_set(root, "regions.us-east-1.web.max.deep=x", &f->arena, &f->diag));
    assert_false(yaml_set(root, "no assignment", &f->arena, &f->diag));
    assert_false(yaml_set(root, "=x", &f->arena, &f->diag));
    assert_false(yaml_set(root, "a..b=x", &f->arena, &f->diag));
    assert_false(yaml_set(root, "a=[", &f->arena, &f->diag));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(given_a_document_when_parsed_then_every_node_keeps_its_mark),
        TEST(given_an_anchor_when_aliased_then_the_copy_is_read_on_its_own),
        TEST(given_merge_keys_when_parsed_then_the_mappings_own_keys_win),
        TEST(given_duplicate_keys_when_parsed_then_each_is_reported_with_the_line_of_the_first),
        TEST(given_an_alias_inside_its_anchor_when_parsed_then_it_is_a_cycle),
        TEST(given_a_misspelt_alias_when_parsed_then_the_nearest_is_named),
        TEST(given_a_billion_laughs_when_parsed_then_the_expansion_ends),
        TEST(given_what_is_no_scenario_when_parsed_then_it_is_refused),
        TEST(given_an_assignment_when_set_then_the_value_is_replaced_or_added),
        TEST(given_a_wrong_path_when_set_then_the_nearest_key_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
