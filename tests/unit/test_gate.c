/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim/draw.h"
#include "sim/gate.h"

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

static struct gate gate_of(struct arena *arena, uint32_t limit, uint32_t backlog)
{
    struct gate gate;
    gate_init(&gate, arena, limit, backlog, 0);
    return gate;
}

static void given_a_gate_when_it_fills_then_it_admits_queues_and_refuses(void **state)
{
    struct gate gate = gate_of(*state, 2, 1);
    assert_int_equal(gate_enter(&gate, 0, 10), GATE_ENTERED);
    assert_int_equal(gate_enter(&gate, 0, 11), GATE_ENTERED);
    assert_int_equal(gate_enter(&gate, 0, 12), GATE_WAITING);
    assert_int_equal(gate_enter(&gate, 0, 13), GATE_REFUSED);
    assert_int_equal(gate_leave(&gate, 5), 12);
    assert_int_equal(gate_leave(&gate, 6), GATE_NONE);
    assert_int_equal(gate_leave(&gate, 7), GATE_NONE);
    assert_int_equal(gate.inside, 0);
    assert_int_equal(gate.entered, 3);
    assert_int_equal(gate.refused, 1);
}

static void given_a_waiter_that_gave_up_when_a_place_is_free_then_the_next_one_takes_it(void **state)
{
    struct gate gate = gate_of(*state, 1, 10);
    for (uint32_t job = 0; job < 5; job++)
        gate_enter(&gate, 0, job);
    assert_true(gate_withdraw(&gate, 1, 1));
    assert_true(gate_withdraw(&gate, 1, 3));
    assert_false(gate_withdraw(&gate, 1, 3));
    assert_false(gate_withdraw(&gate, 1, 0)); /* inside, not waiting */
    assert_int_equal(gate_leave(&gate, 2), 2);
    assert_int_equal(gate_leave(&gate, 2), 4);
    assert_int_equal(gate_leave(&gate, 2), GATE_NONE);
    assert_int_equal(gate.withdrawn, 2);
}

static void given_a_limit_that_changes_when_jobs_leave_then_it_is_obeyed(void **state)
{
    struct gate gate = gate_of(*state, 2, 10);
    for (uint32_t job = 0; job < 6; job++)
        gate_enter(&gate, 0, job);
    gate.limit = 1;
    assert_int_equal(gate_leave(&gate, 1), GATE_NONE);
    assert_int_equal(gate_leave(&gate, 2), 2);
    gate.limit = 3;
    assert_int_equal(gate_enter(&gate, 3, 6), GATE_WAITING); /* nobody overtakes those who wait */
    assert_int_equal(gate_admit(&gate, 3), 3);
    assert_int_equal(gate_admit(&gate, 3), 4);
    assert_int_equal(gate_admit(&gate, 3), GATE_NONE);
    assert_int_equal(gate.inside, 3);
    assert_int_equal(gate.waiting, 2);
}

static void record(void *context, uint32_t job)
{
    uint32_t **next = context;
    *(*next)++ = job;
}

static void given_a_crash_when_the_gate_is_cleared_then_the_waiters_are_named_in_order(void **state)
{
    struct gate gate = gate_of(*state, 1, 100);
    for (uint32_t job = 0; job < 40; job++)
        gate_enter(&gate, 0, job);
    gate_withdraw(&gate, 1, 5);
    uint32_t waiters[64], *next = waiters;
    gate_clear(&gate, 2, record, &next);
    assert_int_equal(next - waiters, 38);
    assert_int_equal(waiters[0], 1);
    assert_int_equal(waiters[4], 6);
    assert_int_equal(waiters[37], 39);
    assert_int_equal(gate.inside + gate.waiting, 0);
    assert_int_equal(gate.withdrawn, 1);
    assert_int_equal(gate.killed_inside, 1);
    assert_int_equal(gate.killed_waiting, 38);
    assert_true(gate_is_sane(&gate));
    assert_int_equal(gate_enter(&gate, 3, 99), GATE_ENTERED);
    assert_int_equal(gate_leave(&gate, 4), GATE_NONE);
    assert_int_equal(gate.left, 1);
    assert_true(gate_is_sane(&gate));
}

/* [0, 10): one inside; [10, 30): one inside and one waiting; [30, 50): the second inside. */
static void given_a_history_when_metered_then_the_integrals_are_exact(void **state)
{
    struct gate gate = gate_of(*state, 1, 1);
    gate_enter(&gate, 0, 0);
    gate_enter(&gate, 10, 1);
    gate_leave(&gate, 30);
    gate_leave(&gate, 50);
    gate_meter(&gate, 70);
    assert_true(gate.occupancy == 50);
    assert_true(gate.queue == 20);
}

static void given_an_overload_when_the_newest_goes_first_then_the_oldest_wait(void **state)
{
    struct gate gate = gate_of(*state, 1, 10);
    for (uint32_t job = 0; job < 5; job++)
        gate_enter(&gate, 0, job);
    gate.order = GATE_NEWEST_FIRST;
    assert_int_equal(gate_leave(&gate, 1), 4);
    assert_int_equal(gate_leave(&gate, 2), 3);
    gate.order = GATE_OLDEST_FIRST; /* the overload is over */
    assert_int_equal(gate_leave(&gate, 3), 1);
    assert_int_equal(gate_leave(&gate, 4), 2);
}

static void given_waiters_with_deadlines_when_a_place_is_free_then_the_late_ones_are_named_first(void **state)
{
    struct gate gate = gate_of(*state, 1, 10);
    for (uint32_t job = 0; job < 5; job++)
        gate_enter_by(&gate, job, job, 10 * (sim_time)job);
    assert_int_equal(gate_drop(&gate, 10), GATE_NONE); /* a place at the deadline is in time */
    assert_int_equal(gate_drop(&gate, 25), 1);
    assert_int_equal(gate_drop(&gate, 25), 2);
    assert_int_equal(gate_drop(&gate, 25), GATE_NONE);
    assert_int_equal(gate_leave(&gate, 25), 3);
    gate.order = GATE_NEWEST_FIRST;
    gate_enter_by(&gate, 30, 5, 35);
    gate_enter_by(&gate, 30, 6, SIM_NEVER);
    assert_int_equal(gate_drop(&gate, 41), 4); /* the oldest; 5 is late, but not at an end */
    assert_int_equal(gate_drop(&gate, 41), 5);
    assert_int_equal(gate_leave(&gate, 41), 6);
    assert_int_equal(gate.dropped, 4);
    assert_true(gate_is_sane(&gate));
}

static void given_a_line_when_it_empties_and_forms_again_then_its_age_begins_again(void **state)
{
    struct gate gate = gate_of(*state, 1, 10);
    gate_enter(&gate, 0, 0);
    gate_enter(&gate, 5, 1);
    gate_enter(&gate, 7, 2);
    assert_int_equal(gate.line_since, 5);
    assert_int_equal(gate_leave(&gate, 8), 1);
    assert_int_equal(gate.line_since, 5);
    assert_int_equal(gate_leave(&gate, 9), 2);
    gate_enter_by(&gate, 11, 3, 12);
    assert_int_equal(gate.line_since, 11);
    assert_int_equal(gate_drop(&gate, 13), 3);
    gate_enter(&gate, 14, 4);
    assert_int_equal(gate.line_since, 14);
}

/* A plain list of who waits, as the oracle. */
struct list {
    struct gate_waiter waiters[200];
    uint32_t count;
};

static struct gate_waiter list_take(struct list *list, uint32_t k)
{
    const struct gate_waiter taken = list->waiters[k];
    list->count--;
    for (; k < list->count; k++)
        list->waiters[k] = list->waiters[k + 1];
    return taken;
}

static uint32_t list_next(struct list *list, enum gate_order order)
{
    if (list->count == 0)
        return GATE_NONE;
    return list_take(list, order == GATE_NEWEST_FIRST ? list->count - 1 : 0).job;
}

static uint32_t list_drop(struct list *list, enum gate_order order, sim_time now)
{
    if (list->count > 0 && order == GATE_NEWEST_FIRST && list->waiters[list->count - 1].deadline < now)
        return list_take(list, list->count - 1).job;
    if (list->count > 0 && list->waiters[0].deadline < now)
        return list_take(list, 0).job;
    return GATE_NONE;
}

/* Through growth of the ring, crowds that withdraw, deadlines and changes of the order. */
static void given_random_use_when_compared_with_a_list_then_they_agree(void **state)
{
    enum { LIMIT = 3, STEPS = 60000 };
    static struct list list;
    struct gate gate = gate_of(*state, LIMIT, ARRAY_LEN(list.waiters));
    uint32_t inside = 0;
    for (uint32_t i = 0; i < STEPS; i++) {
        const struct draw_block bits = draw_at((struct draw_key){ 1, 1 }, i, 0, 0);
        const uint32_t action = draw_below(bits.a, 20);
        if (action < 11) {
            const enum gate_verdict expected = inside < LIMIT && !list.count          ? GATE_ENTERED
                                               : list.count < ARRAY_LEN(list.waiters) ? GATE_WAITING
                                                                                      : GATE_REFUSED;
            const sim_time deadline = bits.b % 4 ? SIM_NEVER : i + draw_below(bits.b, 2000);
            assert_int_equal(gate_enter_by(&gate, i, i, deadline), expected);
            inside += expected == GATE_ENTERED;
            if (expected == GATE_WAITING)
                list.waiters[list.count++] = (struct gate_waiter){ deadline, i };
        } else if (action < 15 && list.count > 0) {
            assert_true(gate_withdraw(&gate, i, list_take(&list, draw_below(bits.b, list.count)).job));
        } else if (action == 15) {
            assert_int_equal(gate_drop(&gate, i), list_drop(&list, gate.order, i));
        } else if (action == 16 && bits.b % 512 == 9) {
            gate_clear(&gate, i, NULL, NULL);
            inside = list.count = 0;
        } else if (action == 16 && bits.b % 64 == 0) {
            gate.order = bits.b & 64 ? GATE_NEWEST_FIRST : GATE_OLDEST_FIRST;
        } else if (inside > 0) {
            inside -= list.count == 0;
            assert_int_equal(gate_leave(&gate, i), list_next(&list, gate.order));
        }
        assert_int_equal(gate.inside, inside);
        assert_int_equal(gate.waiting, list.count);
        assert_true(gate_is_sane(&gate));
    }
    assert_true(gate.dropped > 100 && gate.withdrawn > 1000 && gate.refused > 100 && gate.killed_waiting > 20);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(given_a_gate_when_it_fills_then_it_admits_queues_and_refuses),
        TEST(given_a_waiter_that_gave_up_when_a_place_is_free_then_the_next_one_takes_it),
        TEST(given_a_limit_that_changes_when_jobs_leave_then_it_is_obeyed),
        TEST(given_a_crash_when_the_gate_is_cleared_then_the_waiters_are_named_in_order),
        TEST(given_a_history_when_metered_then_the_integrals_are_exact),
        TEST(given_an_overload_when_the_newest_goes_first_then_the_oldest_wait),
        TEST(given_waiters_with_deadlines_when_a_place_is_free_then_the_late_ones_are_named_first),
        TEST(given_a_line_when_it_empties_and_forms_again_then_its_age_begins_again),
        TEST(given_random_use_when_compared_with_a_list_then_they_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
