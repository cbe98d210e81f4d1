/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

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
    for (int policy = DISPATCH_ROUND_ROBIN; policy < DISPATCH_POLICIES; policy++) {
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
    assert_int_equal(d.picked, 101);
    assert_int_equal(d.released, 0);
    assert_int_equal(d.forgotten, 100);
    assert_true(dispatcher_is_sane(&d));
}

/* A plain model of who is a member, eligible and busy, under every policy: targets come, go, fall ill, recover and get
 * other weights; requests end in any order. */
static void given_random_use_when_any_policy_picks_then_only_the_eligible_and_counts_are_conserved(void **state)
{
    enum { TARGETS = 90, HELD = 2000, STEPS = 40000 };
    for (int policy = 0; policy < DISPATCH_POLICIES; policy++) {
        const bool weighs = policy == DISPATCH_WEIGHTED_RANDOM || policy == DISPATCH_WEIGHTED_TURNS;
        struct dispatcher d = dispatcher_of(*state, (enum dispatch_policy)policy, 0);
        dispatcher_set_choices(&d, 5);
        struct {
            bool member, eligible;
            uint32_t weight, outstanding, life;
        } who[TARGETS] = { 0 };
        static struct {
            uint32_t who, life;
        } held[HELD];
        uint32_t holding = 0, outstanding = 0;
        for (uint64_t i = 0; i < STEPS; i++) {
            const uint64_t bits = random_bits(i);
            const uint32_t action = draw_below(bits, 1000), k = draw_below(bits << 32, TARGETS);
            if (action < 20 && !who[k].member) {
                dispatcher_join(&d, k, bits & 1);
                who[k].member = true;
                who[k].eligible = bits & 1;
                who[k].weight = 1;
            } else if (action < 30 && who[k].member) {
                dispatcher_leave(&d, k);
                outstanding -= who[k].outstanding;
                who[k].member = false;
                who[k].outstanding = 0;
                who[k].life++;
            } else if (action < 50 && who[k].member) {
                dispatcher_set_eligible(&d, k, bits & 1);
                who[k].eligible = bits & 1;
            } else if (action < 70 && who[k].member) {
                dispatcher_set_weight(&d, k, who[k].weight = (uint32_t)(bits & 3));
            } else if (action < 600 && holding < HELD) {
                uint32_t pickable = 0;
                for (int t = 0; t < TARGETS; t++)
                    pickable += who[t].member && who[t].eligible && (who[t].weight || !weighs);
                const uint32_t target = dispatcher_pick(&d, random_bits(i + STEPS));
                assert_int_equal(target == DISPATCHER_NONE, pickable == 0);
                if (target == DISPATCHER_NONE)
                    continue;
                assert_true(who[target].member && who[target].eligible && (who[target].weight || !weighs));
                assert_int_equal(outstanding_of(&d, target), ++who[target].outstanding);
                outstanding++;
                held[holding].life = who[target].life;
                held[holding++].who = target;
            } else if (holding > 0) { /* a request whose target has left ends without the dispatcher */
                const uint32_t h = draw_below(bits << 32, holding), t = held[h].who;
                if (held[h].life == who[t].life) {
                    dispatcher_release(&d, t);
                    who[t].outstanding--;
                    outstanding--;
                }
                held[h] = held[--holding];
            }
        }
        uint32_t sum = 0;
        for (uint32_t i = 0; i < d.count; i++)
            sum += d.targets[i].outstanding;
        assert_int_equal(sum, outstanding);
        assert_true(dispatcher_is_sane(&d));
        assert_true(d.picked > STEPS / 10 && d.released > STEPS / 10 && d.forgotten > 0);
    }
}

static void given_weights_when_picked_in_turns_then_each_cycle_has_exactly_the_weight_of_each(void **state)
{
    enum { TARGETS = 5, CYCLE = 1 + 2 + 3 + 5 + 9 };
    static const uint32_t weight[TARGETS] = { 1, 2, 3, 5, 9 };
    struct dispatcher d = dispatcher_of(*state, DISPATCH_WEIGHTED_TURNS, TARGETS);
    for (uint32_t i = 0; i < TARGETS; i++)
        dispatcher_set_weight(&d, 100 + i, weight[i]);
    uint32_t count[TARGETS] = { 0 };
    for (uint32_t pick = 1; pick <= 50 * CYCLE; pick++) {
        count[dispatcher_pick(&d, 0) - 100]++;
        for (uint32_t i = 0; i < TARGETS; i++) { /* spread evenly: never a whole pick from its share, but for ties */
            const double share = (double)pick * weight[i] / CYCLE;
            assert_true(count[i] > share - 1.5 && count[i] < share + 1.5);
            assert_true(pick % CYCLE != 0 || count[i] == pick / CYCLE * weight[i]);
        }
    }
}

/* Who recovers neither makes up for what it missed nor waits for the others. */
static void given_turns_when_a_target_recovers_then_it_has_its_share_from_then_on(void **state)
{
    struct dispatcher d = dispatcher_of(*state, DISPATCH_WEIGHTED_TURNS, 2);
    dispatcher_set_weight(&d, 100, 2);
    dispatcher_set_eligible(&d, 101, false);
    for (int i = 0; i < 1000; i++)
        assert_int_equal(dispatcher_pick(&d, 0), 100);
    dispatcher_set_eligible(&d, 101, true);
    dispatcher_join(&d, 102, true);
    uint32_t count[3] = { 0 };
    for (int i = 0; i < 400; i++)
        count[dispatcher_pick(&d, 0) - 100]++;
    assert_in_range(count[0], 199, 201);
    assert_in_range(count[1], 99, 101);
    assert_in_range(count[2], 99, 101);
}

static void given_weights_when_drawn_then_the_shares_of_all_draws_are_exact(void **state)
{
    enum { TARGETS = 7, DRAWS = 1 << 16 };
    static const uint32_t weight[TARGETS] = { 1, 0, 7, 100, 20, 65535, 3 };
    struct dispatcher d = dispatcher_of(*state, DISPATCH_WEIGHTED_RANDOM, TARGETS);
    double total = 0.0;
    for (uint32_t i = 0; i < TARGETS; i++) {
        dispatcher_set_weight(&d, 100 + i, weight[i]);
        total += weight[i];
    }
    uint32_t count[TARGETS] = { 0 };
    for (uint64_t i = 0; i < DRAWS; i++) /* the numbers 0 .. 2^64 in steps of 2^48, not at random */
        count[dispatcher_pick(&d, i << 48) - 100]++;
    for (uint32_t i = 0; i < TARGETS; i++) { /* at most two steps too many or few per piece of a column */
        const double expected = DRAWS * (weight[i] / total);
        assert_true(count[i] >= expected - 2.0 * TARGETS && count[i] <= expected + 2.0 * TARGETS);
    }
    assert_int_equal(count[1], 0);
}

static void given_three_choices_when_three_are_there_then_the_least_busy_gets_it(void **state)
{
    struct dispatcher d = dispatcher_of(*state, DISPATCH_POWER_OF_TWO, 3);
    dispatcher_set_choices(&d, 3);
    for (uint64_t i = 0; i < 999; i++) {
        const uint32_t least = least_eligible(&d);
        assert_int_equal(outstanding_of(&d, dispatcher_pick(&d, random_bits(i))), least + 1);
    }
    assert_int_equal(outstanding_of(&d, 100), 333);
}

/* With one outstanding each but for one idle target, d of n find it with probability d / n. */
static void given_choices_when_drawn_then_they_are_different_and_equally_likely(void **state)
{
    enum { TARGETS = 10, PICKS = 20000 };
    for (uint32_t choices = 1; choices <= DISPATCHER_CHOICES_MAX; choices++) {
        struct dispatcher d = dispatcher_of(*state, DISPATCH_POWER_OF_TWO, TARGETS);
        dispatcher_set_choices(&d, choices);
        for (uint64_t i = 0; i < TARGETS; i++)
            d.targets[i].outstanding = i != 6;
        double found = 0.0;
        for (uint64_t i = 0; i < PICKS; i++) {
            const uint32_t target = dispatcher_pick(&d, random_bits(i + choices * PICKS));
            found += target == 106;
            dispatcher_release(&d, target);
        }
        const double p = (double)choices / TARGETS, five_sigma = 5.0 * sqrt(PICKS * p * (1.0 - p));
        assert_true(found > PICKS * p - five_sigma && found < PICKS * p + five_sigma);
    }
}

enum { KEYS = 20000, SERVERS = 50 };

static void where_keys_go(struct dispatcher *d, uint32_t *where)
{
    for (uint64_t key = 0; key < KEYS; key++)
        where[key] = dispatcher_pick(d, random_bits(key));
}

static void given_hashed_keys_when_a_target_fails_then_only_its_keys_move_and_they_return(void **state)
{
    static uint32_t before[KEYS], without[KEYS], after[KEYS];
    for (uint32_t servers = 2; servers <= SERVERS; servers += 12) { /* few of the seats taken, and nearly all */
        struct dispatcher d = dispatcher_of(*state, DISPATCH_HASH, servers);
        where_keys_go(&d, before);
        dispatcher_set_eligible(&d, 101, false);
        where_keys_go(&d, without);
        dispatcher_set_eligible(&d, 101, true);
        where_keys_go(&d, after);
        uint32_t moved = 0;
        for (uint32_t key = 0; key < KEYS; key++) {
            assert_true(before[key] == 101 ? without[key] != 101 : without[key] == before[key]);
            assert_int_equal(after[key], before[key]);
            moved += without[key] != before[key];
        }
        const double p = 1.0 / servers, five_sigma = 5.0 * sqrt(KEYS * p * (1.0 - p));
        assert_true(moved > KEYS * p - five_sigma && moved < KEYS * p + five_sigma);
    }
}

static void given_hashed_keys_when_a_target_joins_then_keys_move_only_to_it(void **state)
{
    static uint32_t before[KEYS], after[KEYS];
    struct dispatcher d = dispatcher_of(*state, DISPATCH_HASH, 0);
    dispatcher_set_seats(&d, 100);
    for (uint32_t i = 0; i < SERVERS; i++) {
        dispatcher_join(&d, i, true);
        where_keys_go(&d, after);
        for (uint32_t key = 0; i > 0 && key < KEYS; key++)
            assert_true(after[key] == before[key] || after[key] == i);
        memcpy(before, after, sizeof before);
    }
    dispatcher_leave(&d, 20);
    dispatcher_join(&d, 777, true); /* the replacement has the same seat */
    where_keys_go(&d, after);
    for (uint32_t key = 0; key < KEYS; key++)
        assert_int_equal(after[key], before[key] == 20 ? 777 : before[key]);
    for (uint32_t i = 1000; i < 1060; i++) /* more than there are seats */
        dispatcher_join(&d, i, true);
    where_keys_go(&d, after);
    uint32_t stayed = 0;
    for (uint32_t key = 0; key < KEYS; key++)
        stayed += after[key] == before[key];
    assert_in_range(stayed, KEYS / 10, KEYS / 2);
}

/* Many changes between two picks cost one: the cost of 4,096 joins, of a fleet that fails open, and of its end. */
static void given_a_large_fleet_when_it_changes_at_once_then_it_does_not_take_the_square_of_its_size(void **state)
{
    enum { FLEET = 1 << 16 };
    for (int policy = 0; policy < DISPATCH_POLICIES; policy++) {
        struct dispatcher d = dispatcher_of(*state, (enum dispatch_policy)policy, 0);
        for (uint32_t i = 0; i < FLEET; i++)
            dispatcher_join(&d, i, false);
        for (uint32_t i = 0; i < FLEET; i++)
            dispatcher_set_eligible(&d, i, true);
        assert_int_not_equal(dispatcher_pick(&d, 12345), DISPATCHER_NONE);
        for (uint32_t i = 0; i < FLEET; i++)
            dispatcher_leave(&d, i);
        assert_int_equal(dispatcher_pick(&d, 12345), DISPATCHER_NONE);
    }
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
        TEST(given_random_use_when_any_policy_picks_then_only_the_eligible_and_counts_are_conserved),
        TEST(given_weights_when_picked_in_turns_then_each_cycle_has_exactly_the_weight_of_each),
        TEST(given_turns_when_a_target_recovers_then_it_has_its_share_from_then_on),
        TEST(given_weights_when_drawn_then_the_shares_of_all_draws_are_exact),
        TEST(given_three_choices_when_three_are_there_then_the_least_busy_gets_it),
        TEST(given_choices_when_drawn_then_they_are_different_and_equally_likely),
        TEST(given_hashed_keys_when_a_target_fails_then_only_its_keys_move_and_they_return),
        TEST(given_hashed_keys_when_a_target_joins_then_keys_move_only_to_it),
        TEST(given_a_large_fleet_when_it_changes_at_once_then_it_does_not_take_the_square_of_its_size),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
