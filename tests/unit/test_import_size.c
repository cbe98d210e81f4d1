/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * import: a large list takes no more memory than its part that the books know. The list comes from
 * tests/tools/offer_file (OFFER_FILE in the environment) through a pipe.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>

#include "pricing/import.h"

static const size_t MEMORY_MAX = (size_t)64 << 20; /* books and all */

static void import_generated(const char *kind, int megabytes)
{
    struct arena arena;
    struct diag diag;
    struct book_folder book;
    struct import_result result;
    char command[1024];
    arena_init(&arena);
    diag_init(&diag, &arena);
    assert_true(book_folder_load(&book, "pricing/books", "pricing/books", &arena, &diag));
    struct import *const import = import_new(&book, NULL, &arena);
    assert_non_null(getenv("OFFER_FILE"));
    snprintf(command, sizeof command, "'%s' %s %d us-east-1", getenv("OFFER_FILE"), kind, megabytes);
    FILE *const stream = popen(command, "r");
    assert_non_null(stream);
    const bool good = import_read(import, kind, stream, &diag) && import_finish(import, &result, &diag);
    pclose(stream);
    diag_print(&diag, stderr, false);
    assert_true(good);
    size_t count;
    assert_true(import_files(import, &count)->bytes > (uint64_t)megabytes * 900000);
    assert_true(result.replaced > 400);
    assert_true(arena.total_bytes < MEMORY_MAX);
    import_free(import);
    arena_fini(&arena);
}

static void given_a_large_list_when_imported_then_memory_does_not_grow_with_it(void **state)
{
    import_generated("json", 40);
    import_generated("csv", 40);
    import_generated("plans", 20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_a_large_list_when_imported_then_memory_does_not_grow_with_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
