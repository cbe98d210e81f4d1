/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/base/arena.h"

/* Two big blocks and many small ones, written to. */
static void fill(struct arena *arena, size_t big_bytes)
{
    char *big = arena_alloc(arena, big_bytes, 1);
    for (size_t i = 0; i < big_bytes; i++) {
        assert_int_equal(big[i], 0);
        big[i] = 1;
    }
    for (int i = 0; i < 5000; i++) {
        int64_t *small = ARENA_ARRAY(arena, int64_t, 8);
        assert_int_equal(small[7], 0);
        small[7] = i + 1;
    }
    arena_alloc(arena, 2 * big_bytes, 1);
}

static void given_the_same_requests_when_reset_then_nothing_more_is_reserved_and_memory_is_zero(void **state)
{
    struct arena arena;
    arena_init(&arena);
    fill(&arena, 1000000);
    const size_t reserved = arena.total_bytes;
    for (int round = 0; round < 5; round++) {
        arena_reset(&arena);
        fill(&arena, 1000000);
        assert_int_equal(arena.total_bytes, reserved);
    }
    arena_fini(&arena);
}

static void given_smaller_requests_when_reset_twice_then_what_is_not_needed_is_given_back(void **state)
{
    struct arena arena;
    arena_init(&arena);
    fill(&arena, 1000000);
    arena_reset(&arena);
    fill(&arena, 1000);
    arena_reset(&arena);
    assert_true(arena.total_bytes < 1000000);
    arena_reset(&arena);
    arena_reset(&arena);
    assert_int_equal(arena.total_bytes, 0);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_the_same_requests_when_reset_then_nothing_more_is_reserved_and_memory_is_zero),
        cmocka_unit_test(given_smaller_requests_when_reset_twice_then_what_is_not_needed_is_given_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
