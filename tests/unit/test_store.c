/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim/draw.h"
#include "sim/store.h"

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

enum { OBJECT_BYTES = 100, JOB = 7 };

static struct store store_of(struct arena *arena, uint32_t objects, sim_time ttl)
{
    struct store s;
    const struct store_config config = { objects, UINT64_MAX, ttl, false, true, 1000 };
    store_init(&s, arena, &config, 0);
    return s;
}

/* A lookup and, where it is a miss, the fetch in no time. */
static enum store_verdict use(struct store *s, sim_time now, uint64_t key)
{
    const enum store_verdict verdict = store_look_up(s, now, key, JOB);
    if (verdict == STORE_MISS || verdict == STORE_ALONE)
        assert_int_equal(store_fill(s, now, key, OBJECT_BYTES), 0);
    return verdict;
}

static void given_a_full_store_when_filled_then_the_least_recently_used_goes(void **state)
{
    struct store s = store_of(*state, 3, SIM_NEVER);
    for (uint64_t key = 0; key < 3; key++)
        assert_int_equal(use(&s, 0, key), STORE_MISS);
    assert_int_equal(use(&s, 1, 0), STORE_HIT);
    assert_int_equal(use(&s, 1, 3), STORE_MISS);
    assert_true(store_holds(&s, 1, 0));
    assert_false(store_holds(&s, 1, 1));
    assert_true(store_holds(&s, 1, 2));
    assert_int_equal(s.evicted, 1);
    assert_true(store_is_sane(&s));
}

static void given_a_time_to_live_when_it_ends_then_the_next_lookup_fetches(void **state)
{
    struct store s = store_of(*state, 3, 10);
    use(&s, 0, 1);
    assert_int_equal(use(&s, 9, 1), STORE_HIT);
    assert_int_equal(use(&s, 10, 1), STORE_MISS);
    assert_int_equal(s.expired, 1);
    s.config.ttl_from_use = true;
    assert_int_equal(use(&s, 19, 1), STORE_HIT);
    assert_int_equal(use(&s, 28, 1), STORE_HIT);
    assert_int_equal(use(&s, 38, 1), STORE_MISS);
    assert_true(store_is_sane(&s));
}

static void given_a_fetch_in_flight_when_others_want_the_key_then_they_join_and_are_named_in_order(void **state)
{
    struct store s = store_of(*state, 3, SIM_NEVER);
    assert_int_equal(store_look_up(&s, 0, 5, 100), STORE_MISS);
    for (uint32_t job = 101; job < 300; job++)
        assert_int_equal(store_look_up(&s, 10, 5, job), STORE_JOINED);
    assert_true(store_withdraw(&s, 20, 5, 102));
    assert_false(store_withdraw(&s, 20, 5, 102));
    assert_false(store_withdraw(&s, 20, 6, 103));
    uint32_t chain = store_fill(&s, 30, 5, OBJECT_BYTES);
    assert_int_equal(store_waiter(&s, &chain), 101);
    assert_int_equal(store_look_up(&s, 30, 6, 0), STORE_MISS); /* the store may be used in between */
    assert_int_equal(store_look_up(&s, 30, 6, 1), STORE_JOINED);
    for (uint32_t job = 103; job < 300; job++)
        assert_int_equal(store_waiter(&s, &chain), job);
    assert_int_equal(store_waiter(&s, &chain), STORE_NONE);
    assert_int_equal(s.waiting, 1);
    assert_true(s.fetch_ns == 30);
    assert_true(s.wait_ns == 199 * 20 - 10);
    assert_true(store_is_sane(&s));
}

static void given_a_fetch_that_fails_when_those_who_waited_look_up_again_then_the_first_fetches(void **state)
{
    struct store s = store_of(*state, 3, SIM_NEVER);
    store_look_up(&s, 0, 5, 0);
    store_look_up(&s, 0, 5, 1);
    store_look_up(&s, 0, 5, 2);
    uint32_t chain = store_fetch_failed(&s, 10, 5);
    assert_int_equal(store_look_up(&s, 10, 5, store_waiter(&s, &chain)), STORE_MISS);
    assert_int_equal(store_look_up(&s, 10, 5, store_waiter(&s, &chain)), STORE_JOINED);
    assert_int_equal(store_waiter(&s, &chain), STORE_NONE);
    assert_int_equal(s.failed, 1);
    assert_true(store_is_sane(&s));
}

static void given_no_coalescing_or_too_many_fetches_when_a_key_is_missed_then_each_fetches_alone(void **state)
{
    struct store s = store_of(*state, 3, SIM_NEVER);
    s.config.fetches = 1;
    assert_int_equal(store_look_up(&s, 0, 1, 0), STORE_MISS);
    assert_int_equal(store_look_up(&s, 0, 2, 0), STORE_ALONE);
    assert_int_equal(store_look_up(&s, 0, 2, 0), STORE_ALONE);
    assert_int_equal(store_fill(&s, 1, 2, OBJECT_BYTES), 0);
    assert_int_equal(store_fill(&s, 2, 2, 2 * OBJECT_BYTES), 0);
    assert_int_equal(s.refreshed, 1);
    assert_int_equal(s.bytes, 2 * OBJECT_BYTES);
    assert_true(store_is_sane(&s));
}

static void given_a_cold_start_when_cleared_then_contents_go_and_fetches_go_on(void **state)
{
    struct store s = store_of(*state, 100, SIM_NEVER);
    for (uint64_t key = 0; key < 100; key++)
        use(&s, 0, key);
    store_look_up(&s, 0, 1000, 1);
    store_look_up(&s, 0, 1000, 2);
    assert_true(store_invalidate(&s, 1, 50));
    assert_false(store_invalidate(&s, 1, 50));
    assert_false(store_invalidate(&s, 1, 1000)); /* is only on its way */
    store_clear(&s, 2);
    assert_int_equal(s.objects, 0);
    assert_int_equal(s.invalidated, 100);
    uint32_t chain = store_fill(&s, 3, 1000, OBJECT_BYTES);
    assert_int_equal(store_waiter(&s, &chain), 2);
    assert_int_equal(store_waiter(&s, &chain), STORE_NONE);
    assert_true(store_holds(&s, 3, 1000));
    assert_true(s.object_ns == 100 + 99);
    assert_true(store_is_sane(&s));
}

static void given_a_limit_in_bytes_when_filled_then_as_many_go_as_must(void **state)
{
    struct store s = store_of(*state, 1000, SIM_NEVER);
    s.config.bytes = 1000;
    for (uint64_t key = 0; key < 10; key++)
        store_fill(&s, 0, key, 100);
    store_fill(&s, 0, 10, 250);
    assert_int_equal(s.evicted, 3);
    assert_int_equal(s.bytes, 950);
    store_fill(&s, 0, 11, 1001);
    assert_int_equal(s.too_large, 1);
    assert_int_equal(s.evicted, 3);
    store_resize(&s, 0, 3, 1000);
    assert_int_equal(s.objects, 3);
    store_resize(&s, 0, 3, 250);
    assert_int_equal(s.bytes, 250);
    assert_true(store_holds(&s, 0, 10));
    assert_true(store_is_sane(&s));
}

/* The oracle: a table by key and a scan for the least recently used. Fetches take a while and may fail. */
static void given_random_use_when_compared_with_a_scan_then_they_agree(void **state)
{
    enum { KEYS = 300, OBJECTS = 60, BYTES = 4000, TTL = 600, STEPS = 200000 };
    struct store s = store_of(*state, OBJECTS, TTL);
    s.config.bytes = BYTES;
    struct {
        bool resident, fetching;
        uint32_t bytes, joined;
        sim_time filled, used;
    } key[KEYS] = { 0 };
    sim_time now = 0;
    for (uint32_t step = 0; step < STEPS; step++) {
        now++;
        const struct draw_block bits = draw_at((struct draw_key){ 5, 5 }, step, 0, 0);
        const uint32_t k = (uint32_t)(((uint64_t)draw_below(bits.a, KEYS) * draw_below(bits.a << 32, KEYS)) / KEYS);
        const bool fresh = key[k].resident && now < key[k].filled + TTL;
        const uint32_t action = draw_below(bits.b, 100);
        if (key[k].fetching && action < 40) {
            uint32_t chain = action < 5 ? store_fetch_failed(&s, now, k)
                                        : store_fill(&s, now, k, draw_below(bits.b << 32, 200));
            for (; key[k].joined > 0; key[k].joined--)
                assert_int_equal(store_waiter(&s, &chain), k);
            assert_int_equal(store_waiter(&s, &chain), STORE_NONE);
            key[k].fetching = false;
            key[k].resident = action >= 5;
            key[k].bytes = draw_below(bits.b << 32, 200);
            key[k].filled = key[k].used = now;
            for (;;) { /* the least recently used go, but not this one: it is the newest */
                uint32_t objects = 0, bytes = 0, oldest = k;
                for (uint32_t i = 0; i < KEYS; i++) {
                    objects += key[i].resident;
                    bytes += key[i].resident * key[i].bytes;
                    if (key[i].resident && (!key[oldest].resident || key[i].used < key[oldest].used))
                        oldest = i;
                }
                if (objects <= OBJECTS && bytes <= BYTES)
                    break;
                key[oldest].resident = false;
            }
        } else if (action == 99) {
            assert_int_equal(store_invalidate(&s, now, k), key[k].resident);
            key[k].resident = false;
        } else {
            const enum store_verdict expected = fresh ? STORE_HIT : key[k].fetching ? STORE_JOINED : STORE_MISS;
            assert_int_equal(store_look_up(&s, now, k, k), expected);
            key[k].joined += expected == STORE_JOINED;
            key[k].used = now;
            key[k].resident = fresh;
            key[k].fetching = !fresh;
        }
        assert_int_equal(store_holds(&s, now, k), key[k].resident);
        if (step % 100 == 0)
            assert_true(store_is_sane(&s));
    }
    assert_true(s.hits > 10000 && s.joined > 10000 && s.expired > 100 && s.evicted > 1000 && s.failed > 100);
    assert_true(s.capacity <= 512);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(given_a_full_store_when_filled_then_the_least_recently_used_goes),
        TEST(given_a_time_to_live_when_it_ends_then_the_next_lookup_fetches),
        TEST(given_a_fetch_in_flight_when_others_want_the_key_then_they_join_and_are_named_in_order),
        TEST(given_a_fetch_that_fails_when_those_who_waited_look_up_again_then_the_first_fetches),
        TEST(given_no_coalescing_or_too_many_fetches_when_a_key_is_missed_then_each_fetches_alone),
        TEST(given_a_cold_start_when_cleared_then_contents_go_and_fetches_go_on),
        TEST(given_a_limit_in_bytes_when_filled_then_as_many_go_as_must),
        TEST(given_random_use_when_compared_with_a_scan_then_they_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
