/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim/dispatcher.h"
#include "sim/draw.h"

static uint64_t random_bits(uint64_t i)
{
    return draw_at((struct draw_key){ 4, 4 }, i, 0, 0).a;
}

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

static struct dispatcher dispatcher_of(struct arena *arena, enum dispatch_policy policy, uint32_t targets)
{
    struct dispatcher d;
    dispatcher_init(&d, arena, policy);
    for (uint32_t i = 0; i < targets; i++)
        dispatcher_join(&d, 100 + i, true);
    return d;
}

static void given_nobody_eligible_when_picked_then_there_is_none(void **state)
{
    for (int policy = DISPATCH_ROUND_ROBIN; policy <= DISPATCH_POWER_OF_TWO; policy++) {
        struct dispatcher d = dispatcher_of(*state, (enum dispatch_policy)policy, 0);
        assert_int_equal(dispatcher_pick(&d, 0), DISPATCHER_NONE);
        dispatcher_join(&d, 5, false);
        assert_int_equal(dispatcher_pick(&d, 0), DISPATCHER_NONE);
        dispatcher_set_eligible(&d, 5, true);
        assert_int_equal(dispatcher_pick(&d, UINT64_MAX), 5);
        dispatcher_leave(&d, 5);
        assert_int_equal(dispatcher_pick(&d, 0), DISPATCHER_NONE);
        dispatcher_release(&d, 5); /* its request ends after it has left */
    }
}

static void given_round_robin_when_membership_changes_then_the_turn_goes_on(void **state)
{
    struct dispatcher d = dispatcher_of(*state, DISPATCH_ROUND_ROBIN, 4);
    assert_int_equal(dispatcher_pick(&d, 0), 100);
    assert_int_equal(dispatcher_pick(&d, 0), 101);
    dispatcher_leave(&d, 100);
    assert_int_equal(dispatcher_pick(&d, 0), 102);
    dispatcher_set_eligible(&d, 103, false);
    assert_int_equal(dispatcher_pick(&d, 0), 101);
    assert_int_equal(dispatcher_pick(&d, 0), 102);
    dispatcher_set_eligible(&d, 103, true);
    assert_int_equal(dispatcher_pick(&d, 0), 103);
    dispatcher_join(&d, 200, true);
    assert_int_equal(dispatcher_pick(&d, 0), 101);
    assert_int_equal(dispatcher_pick(&d, 0), 102);
    assert_int_equal(dispatcher_pick(&d, 0), 103);
    assert_int_equal(dispatcher_pick(&d, 0), 200);
}

static uint32_t outstanding_of(const struct dispatcher *d, uint32_t target)
{
    for (uint32_t i = 0; i < d->count; i++)
        if (d->targets[i].target == target)
            return d->targets[i].outstanding;
    return 0;
}

static uint32_t least_eligible(const struct dispatcher *d)
{
    uint32_t least = UINT32_MAX;
    for (uint32_t i = 0; i < d->count; i++)
        if (d->targets[i].eligible && d->targets[i].outstanding < least)
            least = d->targets[i].outstanding;
    return least;
}

/* The oracle is a scan. Requests end in any order, targets come, go, fall ill and recover. */
static void given_random_use_when_least_outstanding_picks_then_nobody_had_fewer(void **state)
{
    enum { TARGETS = 60, HELD = 3000 };
    struct dispatcher d = dispatcher_of(*state, DISPATCH_LEAST_OUTSTANDING, 10);
    static uint32_t held[HELD];
    uint32_t holding = 0;
    bool member[TARGETS] = { false };
    for (int i = 0; i < 10; i++)
        member[i] = true;
    for (uint64_t i = 0; i < 100000; i++) {
        const uint64_t bits = random_bits(i);
        const uint32_t action = draw_below(bits, 1000), who = draw_below(bits << 32, TARGETS);
        if (action < 5 && !member[who]) {
            dispatcher_join(&d, 100 + who, bits & 1);
            member[who] = true;
        } else if (action < 8 && member[who]) {
            dispatcher_leave(&d, 100 + who);
            member[who] = false;
        } else if (action < 15 && member[who]) {
            dispatcher_set_eligible(&d, 100 + who, bits & 1);
        } else if (action < 520 && holding < HELD) {
            const uint32_t least = least_eligible(&d);
            const uint32_t target = dispatcher_pick(&d, random_bits(i + 1000000));
            assert_int_equal(target == DISPATCHER_NONE, least == UINT32_MAX);
            if (target == DISPATCHER_NONE)
                continue;
            assert_int_equal(outstanding_of(&d, target), least + 1);
            held[holding++] = target;
        } else if (holding > 0) {
            const uint32_t k = draw_below(bits << 32, holding);
            const uint32_t before = outstanding_of(&d, held[k]);
            dispatcher_release(&d, held[k]);
            assert_int_equal(outstanding_of(&d, held[k]), before - (before > 0));
            held[k] = held[--holding];
        }
    }
}

static void given_equal_targets_when_least_outstanding_picks_then_ties_are_drawn(void **state)
{
    enum { TARGETS = 8, PICKS = 8000 };
    struct dispatcher d = dispatcher_of(*state, DISPATCH_LEAST_OUTSTANDING, TARGETS);
    uint32_t count[TARGETS] = { 0 };
    for (uint64_t i = 0; i < PICKS; i++) {
        const uint32_t target = dispatcher_pick(&d, random_bits(i));
        count[target - 100]++;
        dispatcher_release(&d, target);
    }
    for (int i = 0; i < TARGETS; i++) /* binomial(8000, 1/8): 5 standard deviations are 148 */
        assert_in_range(count[i], 1000 - 148, 1000 + 148);
}

static void given_random_when_some_are_ill_then_the_others_share_equally(void **state)
{
    enum { TARGETS = 8, PICKS = 6000 };
    struct dispatcher d = dispatcher_of(*state, DISPATCH_RANDOM, TARGETS);
    dispatcher_set_eligible(&d, 102, false);
    dispatcher_set_eligible(&d, 107, false);
    uint32_t count[TARGETS] = { 0 };
    for (uint64_t i = 0; i < PICKS; i++)
        count[dispatcher_pick(&d, random_bits(i)) - 100]++;
    assert_int_equal(count[2] + count[7], 0);
    for (int i = 0; i < TARGETS; i++)
        if (i != 2 && i != 7) /* binomial(6000, 1/6): 5 standard deviations are 144 */
            assert_in_range(count[i], 1000 - 144, 1000 + 144);
}

static void given_two_targets_when_power_of_two_picks_then_the_less_busy_one_gets_it(void **state)
{
    struct dispatcher d = dispatcher_of(*state, DISPATCH_POWER_OF_TWO, 2);
    for (uint64_t i = 0; i < 1000; i++) {
        const uint32_t target = dispatcher_pick(&d, random_bits(i));
        assert_true(outstanding_of(&d, target) <= 1 + outstanding_of(&d, 201 - target));
        assert_true(outstanding_of(&d, 100) - outstanding_of(&d, 101) + 1 <= 2);
    }
}

static void given_a_target_that_rejoins_when_asked_then_its_old_requests_are_forgotten(void **state)
{
    struct dispatcher d = dispatcher_of(*state, DISPATCH_LEAST_OUTSTANDING, 1);
    for (int i = 0; i < 100; i++)
        dispatcher_pick(&d, 0);
    dispatcher_leave(&d, 100);
    dispatcher_join(&d, 100, true);
    assert_int_equal(outstanding_of(&d, 100), 0);
    dispatcher_release(&d, 100); /* of the old life */
    assert_int_equal(outstanding_of(&d, 100), 0);
    assert_int_equal(dispatcher_pick(&d, 0), 100);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(given_nobody_eligible_when_picked_then_there_is_none),
        TEST(given_round_robin_when_membership_changes_then_the_turn_goes_on),
        TEST(given_random_use_when_least_outstanding_picks_then_nobody_had_fewer),
        TEST(given_equal_targets_when_least_outstanding_picks_then_ties_are_drawn),
        TEST(given_random_when_some_are_ill_then_the_others_share_equally),
        TEST(given_two_targets_when_power_of_two_picks_then_the_less_busy_one_gets_it),
        TEST(given_a_target_that_rejoins_when_asked_then_its_old_requests_are_forgotten),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
