/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis/output_dir.h"

struct fixture {
    struct arena arena;
    struct diag diag;
    char root[64];
    const char *target;
};

static struct fixture fixture;

static int set_up(void **state)
{
    struct fixture *f = *state = &fixture;
    arena_init(&f->arena);
    diag_init(&f->diag, &f->arena);
    strcpy(f->root, "/tmp/headroom-dir-XXXXXX");
    if (!mkdtemp(f->root))
        return -1;
    f->target = arena_printf(&f->arena, "%s/runs/shop/1", f->root);
    return 0;
}

static void remove_tree(const char *path, struct arena *arena)
{
    DIR *dir = opendir(path);
    for (const struct dirent *entry; dir && (entry = readdir(dir));)
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            remove_tree(arena_printf(arena, "%s/%s", path, entry->d_name), arena);
    if (dir)
        closedir(dir);
    remove(path);
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    remove_tree(f->root, &f->arena);
    arena_fini(&f->arena);
    return 0;
}

static bool leave(struct fixture *f, const char *content)
{
    struct output_dir dir;
    if (!output_dir_prepare(&dir, f->target, &f->arena, &f->diag) || !output_dir_begin(&dir, &f->diag))
        return false;
    FILE *out = output_dir_open(&dir, "report.md", &f->diag);
    fputs(content, out);
    return output_dir_close(&dir, out, "report.md", &f->diag) && output_dir_commit(&dir, &f->diag);
}

static bool exists(struct fixture *f, const char *name)
{
    return access(arena_printf(&f->arena, "%s/%s", f->target, name), F_OK) == 0;
}

static void put(struct fixture *f, const char *name)
{
    FILE *out = fopen(arena_printf(&f->arena, "%s/%s", f->target, name), "w");
    assert_non_null(out);
    fputs("mine", out);
    fclose(out);
}

static int count_entries(const char *path)
{
    int count = 0;
    DIR *dir = opendir(path);
    for (const struct dirent *entry; dir && (entry = readdir(dir));)
        count += entry->d_name[0] != '.';
    if (dir)
        closedir(dir);
    return count;
}

static void given_nothing_when_left_then_folders_and_marker_are_made_and_nothing_else(void **state)
{
    struct fixture *f = *state;
    assert_true(leave(f, "one"));
    assert_true(exists(f, "report.md") && exists(f, "plots") && exists(f, ".headroom"));
    assert_int_equal(count_entries(arena_printf(&f->arena, "%s/runs/shop", f->root)), 1);
}

static void given_an_earlier_run_when_left_again_then_it_is_replaced(void **state)
{
    struct fixture *f = *state;
    assert_true(leave(f, "one") && leave(f, "two"));
    char text[8] = "";
    FILE *in = fopen(arena_printf(&f->arena, "%s/report.md", f->target), "r");
    assert_non_null(fgets(text, sizeof text, in));
    fclose(in);
    assert_string_equal(text, "two");
    assert_int_equal(count_entries(arena_printf(&f->arena, "%s/runs/shop", f->root)), 1);
}

static void given_a_strangers_directory_when_prepared_then_it_is_refused(void **state)
{
    struct fixture *f = *state;
    assert_true(leave(f, "one"));
    unlink(arena_printf(&f->arena, "%s/.headroom", f->target));
    struct output_dir dir;
    assert_false(output_dir_prepare(&dir, f->target, &f->arena, &f->diag));
    assert_true(exists(f, "report.md"));
}

static void given_a_note_of_the_user_when_prepared_then_it_is_refused_by_name(void **state)
{
    struct fixture *f = *state;
    assert_true(leave(f, "one"));
    put(f, "notes.txt");
    struct output_dir dir;
    assert_false(output_dir_prepare(&dir, f->target, &f->arena, &f->diag));
    assert_non_null(strstr(f->diag.entries[0].message, "notes.txt"));
    unlink(arena_printf(&f->arena, "%s/notes.txt", f->target));
    put(f, "plots/photo.jpeg");
    assert_false(output_dir_prepare(&dir, f->target, &f->arena, &f->diag));
    assert_true(exists(f, "plots/photo.jpeg"));
}

static bool leave_with_variant(struct fixture *f, const char *file)
{
    struct output_dir dir, inner;
    if (!output_dir_prepare(&dir, f->target, &f->arena, &f->diag) || !output_dir_begin(&dir, &f->diag) ||
        !output_dir_inner(&inner, &dir, "three-zones", &f->diag))
        return false;
    FILE *out = output_dir_open(&inner, file, &f->diag);
    return out && output_dir_close(&inner, out, file, &f->diag) && output_dir_commit(&dir, &f->diag);
}

static void given_a_comparison_when_left_again_then_its_variants_are_replaced_with_it(void **state)
{
    struct fixture *f = *state;
    assert_true(leave_with_variant(f, "report.html"));
    assert_int_equal(access(arena_printf(&f->arena, "%s/three-zones/report.html", f->target), F_OK), 0);
    assert_true(leave_with_variant(f, "notes.txt"));
    assert_int_equal(access(arena_printf(&f->arena, "%s/three-zones/report.html", f->target), F_OK), -1);
    struct output_dir dir;
    assert_false(output_dir_prepare(&dir, f->target, &f->arena, &f->diag)); /* notes.txt in it is not ours */
    assert_non_null(strstr(f->diag.entries[0].message, "notes.txt"));
}

static void given_an_abandoned_run_when_it_ends_then_what_was_there_is_untouched(void **state)
{
    struct fixture *f = *state;
    assert_true(leave(f, "one"));
    struct output_dir dir;
    assert_true(output_dir_prepare(&dir, f->target, &f->arena, &f->diag) && output_dir_begin(&dir, &f->diag));
    output_dir_abandon(&dir);
    assert_true(exists(f, "report.md"));
    assert_int_equal(count_entries(arena_printf(&f->arena, "%s/runs/shop", f->root)), 1);
}

static void given_paths_that_cannot_be_directories_when_prepared_then_they_are_refused(void **state)
{
    struct fixture *f = *state;
    struct output_dir dir;
    assert_true(leave(f, "one"));
    const char *file = arena_printf(&f->arena, "%s/report.md", f->target);
    assert_false(output_dir_prepare(&dir, file, &f->arena, &f->diag));
    assert_false(output_dir_prepare(&dir, arena_printf(&f->arena, "%s/x", file), &f->arena, &f->diag));
    assert_false(output_dir_prepare(&dir, "", &f->arena, &f->diag));
    assert_false(output_dir_prepare(&dir, ".", &f->arena, &f->diag));
    assert_false(output_dir_prepare(&dir, "/", &f->arena, &f->diag));
    const char *link = arena_printf(&f->arena, "%s/link", f->root);
    assert_int_equal(symlink(f->target, link), 0);
    assert_false(output_dir_prepare(&dir, link, &f->arena, &f->diag));
    assert_int_equal(f->diag.errors, 6);
}

static void given_no_path_when_named_then_it_comes_from_scenario_and_seed(void **state)
{
    struct fixture *f = *state;
    struct scenario sc = { .path = "../far/Black Friday.v2.yaml", .seed = 42 };
    assert_string_equal(output_dir_default("runs", &sc, &f->arena), "runs/Black-Friday.v2/42");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(given_nothing_when_left_then_folders_and_marker_are_made_and_nothing_else,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_an_earlier_run_when_left_again_then_it_is_replaced, set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_a_strangers_directory_when_prepared_then_it_is_refused, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_a_note_of_the_user_when_prepared_then_it_is_refused_by_name, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_a_comparison_when_left_again_then_its_variants_are_replaced_with_it,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_an_abandoned_run_when_it_ends_then_what_was_there_is_untouched, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_paths_that_cannot_be_directories_when_prepared_then_they_are_refused,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_no_path_when_named_then_it_comes_from_scenario_and_seed, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
