/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim/draw.h"
#include "sim/idle_pool.h"

static int set_up(void **state)
{
    struct arena *arena = calloc(1, sizeof *arena);
    arena_init(arena);
    *state = arena;
    return 0;
}

static int tear_down(void **state)
{
    arena_fini(*state);
    free(*state);
    return 0;
}

static struct idle_pool pool_of(struct arena *arena, uint32_t limit, sim_time expiry)
{
    struct idle_pool p;
    idle_pool_init(&p, arena, limit, expiry, 0);
    return p;
}

static void given_several_when_taken_then_the_one_used_last_comes_first(void **state)
{
    struct idle_pool p = pool_of(*state, 100, SIM_NEVER);
    for (uint32_t i = 0; i < 50; i++)
        assert_int_equal(idle_pool_put(&p, i, i), IDLE_POOL_NONE);
    for (uint32_t i = 50; i-- > 0;)
        assert_int_equal(idle_pool_take(&p, SIM_DAY), i);
    assert_int_equal(idle_pool_take(&p, SIM_DAY), IDLE_POOL_NONE);
    assert_int_equal(p.missed, 1);
    assert_true(idle_pool_is_sane(&p));
}

static void given_an_expiry_when_idle_for_longer_then_it_is_gone_and_at_the_instant_it_is_not(void **state)
{
    struct idle_pool p = pool_of(*state, 100, 10);
    idle_pool_put(&p, 0, 1);
    idle_pool_put(&p, 5, 2);
    assert_int_equal(idle_pool_expire(&p, 10), IDLE_POOL_NONE);
    assert_int_equal(idle_pool_expire(&p, 11), 1);
    assert_int_equal(idle_pool_expire(&p, 11), IDLE_POOL_NONE);
    assert_int_equal(idle_pool_take(&p, 15), 2);
    idle_pool_put(&p, 20, 3);
    assert_int_equal(idle_pool_take(&p, 31), IDLE_POOL_NONE);
    assert_int_equal(p.expired, 2);
    assert_true(p.contents == 10 + 10 + 10); /* each for as long as it was there, whenever anybody looked */
}

static void given_a_full_pool_when_put_then_the_oldest_goes(void **state)
{
    struct idle_pool p = pool_of(*state, 3, SIM_NEVER);
    for (uint32_t i = 0; i < 3; i++)
        idle_pool_put(&p, 0, i);
    assert_int_equal(idle_pool_put(&p, 1, 3), 0);
    idle_pool_set(&p, 2, 1, SIM_NEVER);
    assert_int_equal(idle_pool_take(&p, 2), 3);
    assert_int_equal(idle_pool_take(&p, 2), IDLE_POOL_NONE);
    idle_pool_set(&p, 2, 0, SIM_NEVER);
    assert_int_equal(idle_pool_put(&p, 3, 7), 7);
    assert_int_equal(p.dropped, 4);
    assert_true(idle_pool_is_sane(&p));
}

static void given_a_shorter_expiry_when_set_then_what_is_too_old_goes_at_once(void **state)
{
    struct idle_pool p = pool_of(*state, 10, 100);
    idle_pool_put(&p, 0, 0);
    idle_pool_put(&p, 40, 1);
    idle_pool_set(&p, 50, 10, 20);
    assert_int_equal(p.count, 1);
    assert_true(p.contents == 50 + 10);
    idle_pool_clear(&p, 55);
    assert_true(p.contents == 50 + 15);
    assert_int_equal(idle_pool_take(&p, 55), IDLE_POOL_NONE);
    assert_true(idle_pool_is_sane(&p));
}

/* The oracle is an array that is scanned; its integral is summed per item. */
static void given_random_use_when_compared_with_an_array_then_they_agree(void **state)
{
    enum { LIMIT = 20, EXPIRY = 300, STEPS = 100000 };
    struct idle_pool p = pool_of(*state, LIMIT, EXPIRY);
    struct idle_entry list[LIMIT + 1];
    uint32_t count = 0;
    uint64_t contents = 0;
    sim_time now = 0;
    for (uint32_t i = 0; i < STEPS; i++) {
        const struct draw_block bits = draw_at((struct draw_key){ 2, 3 }, i, 0, 0);
        now += draw_below(bits.b, i / 10000 % 2 ? 40 : 3);
        uint32_t kept = 0;
        for (uint32_t k = 0; k < count; k++)
            if (now - list[k].since > EXPIRY)
                contents += EXPIRY;
            else
                list[kept++] = list[k];
        count = kept;
        if (draw_below(bits.a, 2)) {
            const bool full = count == LIMIT;
            assert_int_equal(idle_pool_put(&p, now, i), full ? list[0].item : IDLE_POOL_NONE);
            list[count++] = (struct idle_entry){ now, i };
            if (full) {
                contents += (uint64_t)(now - list[0].since);
                for (uint32_t k = 0; k + 1 < count; k++)
                    list[k] = list[k + 1];
                count--;
            }
        } else if (count > 0) {
            assert_int_equal(idle_pool_take(&p, now), list[--count].item);
            contents += (uint64_t)(now - list[count].since);
        } else {
            assert_int_equal(idle_pool_take(&p, now), IDLE_POOL_NONE);
        }
        assert_true(idle_pool_is_sane(&p));
        assert_int_equal(p.count, count);
    }
    for (uint32_t k = 0; k < count; k++)
        contents += (uint64_t)(now - list[k].since);
    assert_true(p.contents == contents);
    assert_true(p.dropped > 100 && p.expired > 100 && p.taken > 1000 && p.missed > 100);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(given_several_when_taken_then_the_one_used_last_comes_first),
        TEST(given_an_expiry_when_idle_for_longer_then_it_is_gone_and_at_the_instant_it_is_not),
        TEST(given_a_full_pool_when_put_then_the_oldest_goes),
        TEST(given_a_shorter_expiry_when_set_then_what_is_too_old_goes_at_once),
        TEST(given_random_use_when_compared_with_an_array_then_they_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
