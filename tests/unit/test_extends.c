/* SPDX-License-Identifier: GPL-3.0-or-later */
/* extends -- a scenario laid on another one: what wins, whose name it has, and what is said of files that do not fit. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "models/asg.h"
#include "models/extends.h"
#include "models/scenario.h"
#include "sim/base/text.h"
#include "tests/unit/fixture.h"

static char folder[] = "/tmp/extends-XXXXXX";

static const char *const FILES[] = {
    "base.yaml", "variant.yaml", "deep/further.yaml", "a.yaml", "b.yaml", "times.csv"
};

static int make_folder(void **state)
{
    (void)state;
    char deep[64];
    return mkdtemp(folder) && snprintf(deep, sizeof deep, "%s/deep", folder) > 0 ? mkdir(deep, 0700) : -1;
}

static int remove_folder(void **state)
{
    (void)state;
    char path[128];
    for (size_t i = 0; i < ARRAY_LEN(FILES); i++) {
        snprintf(path, sizeof path, "%s/%s", folder, FILES[i]);
        unlink(path);
    }
    snprintf(path, sizeof path, "%s/deep", folder);
    rmdir(path);
    return rmdir(folder);
}

static const char *put(struct fixture *f, const char *name, const char *text)
{
    const char *path = arena_printf(&f->arena, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    return path;
}

static struct node *tree(struct fixture *f, const char *text)
{
    return yaml_parse("t.yaml", text, strlen(text), &f->arena, &f->diag);
}

static struct node *laid(struct fixture *f, const char *base, const char *over)
{
    return yaml_overlay(tree(f, base), tree(f, over), &f->arena, &f->diag);
}

static const char BASE[] = "headroom: 1\n"
                           "name: the base\n"
                           "clock: {start: \"2026-11-27T00:00-05:00\", length: 1h, warm_up: 5m}\n"
                           "traffic:\n"
                           "  shoppers: {rate: 20/s, mix: {browse: 100%}}\n"
                           "services:\n"
                           "  web: {runs_on: fleet, workers: 16, backlog: 32,\n"
                           "        operations: {browse: [{cpu: exp(9ms)}]}}\n"
                           "regions:\n"
                           "  us-east-1:\n"
                           "    zones: 2\n"
                           "    alb: {targets: fleet}\n"
                           "    fleet: {kind: asg, instance: m7g.large, size: {min: 2, max: 6}}\n";

static const struct asg_config *fleet_of(const struct scenario *sc)
{
    return sc->by_kind[KIND_ASG][0]->config;
}

static void given_two_trees_when_laid_then_mappings_join_and_lists_are_replaced(void **state)
{
    const struct node *n = laid(*state, "a: {x: 1, y: [1, 2]}\nb: 2\n", "a: {y: [3], z: 4}\nc: 5\n");
    assert_non_null(n);
    assert_int_equal(n->count, 3);
    const struct node *a = yaml_get(n, "a");
    assert_string_equal(yaml_get(a, "x")->text, "1");
    assert_int_equal(yaml_get(a, "y")->count, 1);
    assert_string_equal(yaml_get(a, "z")->text, "4");
    assert_string_equal(yaml_get(n, "b")->text, "2");
    assert_string_equal(yaml_get(n, "c")->text, "5");
}

static void given_an_empty_value_when_laid_then_the_key_is_gone(void **state)
{
    const struct node *n = laid(*state, "a: {x: 1, y: 2}\nb: 2\n", "a: {x: }\nb: null\n");
    assert_int_equal(n->count, 1);
    assert_null(yaml_get(yaml_get(n, "a"), "x"));
    assert_string_equal(yaml_get(yaml_get(n, "a"), "y")->text, "2");
}

static void given_another_kind_when_laid_then_nothing_of_the_old_component_is_left(void **state)
{
    const struct node *n = laid(*state, "db: {kind: rds, instance: x}\n", "db: {kind: sqs, visibility: 60s}\n");
    assert_null(yaml_get(yaml_get(n, "db"), "instance"));
    const struct node *same = laid(*state, "db: {kind: rds, instance: x}\n", "db: {kind: rds, multi_az: true}\n");
    assert_non_null(yaml_get(yaml_get(same, "db"), "instance"));
}

static void given_a_variant_when_loaded_then_it_differs_only_where_it_says_so(void **state)
{
    struct fixture *f = *state;
    put(f, "base.yaml", BASE);
    const char *path = put(f, "variant.yaml",
                           "extends: base.yaml\nregions: {us-east-1: {zones: 3, fleet: {size: {max: 9}}}}\n");
    const struct scenario *sc = scenario_load(path, NULL, 0, &f->arena, &f->diag);
    assert_non_null(sc);
    assert_int_equal(sc->regions[0].zones, 3);
    assert_int_equal(fleet_of(sc)->size.max, 9);
    assert_int_equal(fleet_of(sc)->size.min, 2);
    assert_string_equal(sc->name, "variant"); /* the base's name is the base's */
    assert_int_equal(sc->input_count, 1);
    assert_string_equal(sc->inputs[0].file, "base.yaml");
}

static void given_a_chain_in_another_folder_when_loaded_then_each_path_counts_from_its_own_file(void **state)
{
    struct fixture *f = *state;
    put(f, "base.yaml", BASE);
    put(f, "times.csv", "4ms\n5ms\n6ms\n");
    put(f, "variant.yaml",
        "extends: base.yaml\nservices: {web: {operations: {browse: [{cpu: empirical(times.csv)}]}}}\n");
    const char *path = put(f, "deep/further.yaml", "extends: ../variant.yaml\nreplications: 3\n");
    const struct scenario *sc = scenario_load(path, NULL, 0, &f->arena, &f->diag);
    assert_non_null(sc);
    assert_int_equal(sc->replications, 3);
    assert_int_equal(sc->input_count, 3);
}

static void given_another_base_when_loaded_then_the_digest_is_another(void **state)
{
    struct fixture *f = *state;
    put(f, "base.yaml", BASE);
    const char *path = put(f, "variant.yaml", "extends: base.yaml\n");
    const struct scenario *one = scenario_load(path, NULL, 0, &f->arena, &f->diag);
    put(f, "base.yaml", arena_printf(&f->arena, "%s# another\n", BASE));
    const struct scenario *other = scenario_load(path, NULL, 0, &f->arena, &f->diag);
    assert_non_null(one);
    assert_non_null(other);
    assert_string_not_equal(one->sha256, other->sha256);
}

static void given_an_error_in_the_base_when_loaded_then_it_is_shown_in_the_base(void **state)
{
    struct fixture *f = *state;
    const char *base = put(f, "base.yaml", arena_printf(&f->arena, "%sreplicatoins: 3\n", BASE));
    const char *path = put(f, "variant.yaml", "extends: base.yaml\nseed: 2\n");
    assert_null(scenario_load(path, NULL, 0, &f->arena, &f->diag));
    assert_string_equal(f->diag.entries[0].at.file, base);
    assert_int_equal(f->diag.entries[0].at.line, 14);
}

static void assert_refused_at(struct fixture *f, const char *path, const char *message)
{
    f->diag.count = f->diag.errors = 0;
    assert_null(scenario_load(path, NULL, 0, &f->arena, &f->diag));
    assert_true(f->diag.errors > 0);
    assert_non_null(strstr(f->diag.entries[0].message, message));
    assert_true(f->diag.entries[0].at.line > 0);
}

static void given_a_base_that_is_none_when_loaded_then_the_place_that_names_it_is_shown(void **state)
{
    struct fixture *f = *state;
    assert_refused_at(f, put(f, "a.yaml", "extends: nowhere.yaml\n"), "nowhere.yaml': cannot read");
    assert_refused_at(f, put(f, "a.yaml", "extends: [b.yaml]\n"), "names one file");
    put(f, "b.yaml", "- a list\n");
    assert_refused_at(f, put(f, "a.yaml", "extends: b.yaml\n"), "a scenario is a mapping");
    assert_refused_at(f, put(f, "a.yaml", "extends: deep\n"), "cannot read");
}

static void given_a_circle_when_loaded_then_it_is_an_error(void **state)
{
    struct fixture *f = *state;
    put(f, "b.yaml", "extends: deep/../a.yaml\n");
    assert_refused_at(f, put(f, "a.yaml", "extends: b.yaml\n"), "extends itself");
    assert_refused_at(f, put(f, "a.yaml", "extends: a.yaml\n"), "extends itself");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(given_two_trees_when_laid_then_mappings_join_and_lists_are_replaced),
        TEST(given_an_empty_value_when_laid_then_the_key_is_gone),
        TEST(given_another_kind_when_laid_then_nothing_of_the_old_component_is_left),
        TEST(given_a_variant_when_loaded_then_it_differs_only_where_it_says_so),
        TEST(given_a_chain_in_another_folder_when_loaded_then_each_path_counts_from_its_own_file),
        TEST(given_another_base_when_loaded_then_the_digest_is_another),
        TEST(given_an_error_in_the_base_when_loaded_then_it_is_shown_in_the_base),
        TEST(given_a_base_that_is_none_when_loaded_then_the_place_that_names_it_is_shown),
        TEST(given_a_circle_when_loaded_then_it_is_an_error),
    };
    return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
