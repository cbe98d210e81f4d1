/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim/draw.h"
#include "sim/timer_ring.h"

enum { OWNERS = 500, SHIFT = 10, SLOTS = 16 }; /* slots of 1,024 ns, a ring of 16,384 ns */

struct owner {
    uint64_t other_things;
    struct timer_link link;
};

struct fixture {
    struct arena arena;
    struct timer_ring ring;
    struct owner owners[OWNERS];
    void *links;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    arena_init(&f->arena);
    timer_ring_init(&f->ring, &f->arena, SHIFT, SLOTS, 0);
    for (int i = 0; i < OWNERS; i++)
        f->owners[i].link = (struct timer_link){ TIMER_NONE, TIMER_NONE };
    f->links = &f->owners[0].link;
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    arena_fini(&f->arena);
    free(f);
    return 0;
}

static bool arm(struct fixture *f, uint32_t owner, sim_time deadline)
{
    return timer_ring_arm(&f->ring, f->links, sizeof(struct owner), owner, deadline);
}
static void disarm(struct fixture *f, uint32_t owner, sim_time deadline)
{
    timer_ring_disarm(&f->ring, f->links, sizeof(struct owner), owner, deadline);
}
static uint32_t sweep(struct fixture *f, sim_time now)
{
    return timer_ring_sweep(&f->ring, f->links, sizeof(struct owner), now);
}

static void given_nothing_armed_when_asked_then_no_sweep_is_due(void **state)
{
    struct fixture *f = *state;
    assert_int_equal(timer_ring_next_sweep(&f->ring), SIM_NEVER);
    assert_int_equal(sweep(f, 5000), TIMER_NONE);
}

static void given_a_near_deadline_when_armed_then_the_caller_must_push_it_itself(void **state)
{
    struct fixture *f = *state;
    assert_false(arm(f, 1, 1023)); /* in the slot that has already begun */
    assert_true(arm(f, 1, 1024));
    assert_int_equal(timer_ring_next_sweep(&f->ring), 1024);
    assert_int_equal(sweep(f, 1024), 1);
    assert_int_equal(sweep(f, 1024), TIMER_NONE);
    assert_false(arm(f, 1, 2047));
    assert_int_equal(f->owners[1].link.next, TIMER_NONE);
    assert_int_equal(f->owners[1].link.prev, TIMER_NONE);
}

static void given_several_owners_of_a_slot_when_some_disarm_then_the_others_are_swept(void **state)
{
    struct fixture *f = *state;
    for (uint32_t i = 0; i < 6; i++)
        assert_true(arm(f, i, 3000 + i));
    disarm(f, 5, 3005); /* first of the list */
    disarm(f, 2, 3002); /* in the middle */
    disarm(f, 0, 3000); /* last */
    assert_int_equal(sweep(f, 1024), TIMER_NONE);
    assert_int_equal(timer_ring_next_sweep(&f->ring), 2048);
    uint32_t seen = 0;
    for (uint32_t owner; (owner = sweep(f, 2048)) != TIMER_NONE;)
        seen |= 1u << owner;
    assert_int_equal(seen, 1u << 1 | 1u << 3 | 1u << 4);
    assert_int_equal(f->ring.armed, 0);
}

static void given_a_deadline_beyond_the_ring_when_swept_then_it_is_offered_again(void **state)
{
    struct fixture *f = *state;
    const sim_time deadline = 100000;
    assert_true(arm(f, 9, deadline));
    int offered = 0;
    while (timer_ring_next_sweep(&f->ring) != SIM_NEVER) {
        const sim_time now = timer_ring_next_sweep(&f->ring);
        assert_true(now <= deadline);
        if (sweep(f, now) != 9)
            continue;
        offered++;
        if (!arm(f, 9, deadline))
            assert_true(now <= deadline && deadline - now < 1024);
    }
    assert_true(offered >= 100000 / (SLOTS * 1024));
}

/* Every armed owner is offered at the beginning of its deadline's slot, neither lost nor late, through long gaps. */
static void given_random_timers_when_swept_in_time_then_every_survivor_is_offered_before_its_deadline(void **state)
{
    struct fixture *f = *state;
    static sim_time deadline[OWNERS]; /* 0: not armed */
    uint64_t armed = 0;
    sim_time now = 0;
    for (uint32_t i = 0; i < 200000; i++) {
        const struct draw_block bits = draw_at((struct draw_key){ 8, 9 }, i, 0, 0);
        const sim_time then = now + (draw_below(bits.b, 1000) == 0 ? 200000 : draw_below(bits.b, 50));
        while (timer_ring_next_sweep(&f->ring) <= then) {
            const sim_time at = timer_ring_next_sweep(&f->ring);
            for (uint32_t owner; (owner = sweep(f, at)) != TIMER_NONE;) {
                assert_true(deadline[owner] >= at);
                if (arm(f, owner, deadline[owner]))
                    continue;
                assert_true(deadline[owner] - at < 1024);
                deadline[owner] = 0;
                armed--;
            }
        }
        now = then;
        const uint32_t owner = draw_below(bits.a, OWNERS);
        if (deadline[owner] != 0) {
            disarm(f, owner, deadline[owner]);
            deadline[owner] = 0;
            armed--;
        } else {
            const sim_time wanted = now + (sim_time)(bits.a % 40000);
            if (arm(f, owner, wanted)) {
                deadline[owner] = wanted;
                armed++;
            } else {
                assert_true(wanted - now < 1024);
            }
        }
        assert_int_equal(f->ring.armed, armed);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(given_nothing_armed_when_asked_then_no_sweep_is_due),
        TEST(given_a_near_deadline_when_armed_then_the_caller_must_push_it_itself),
        TEST(given_several_owners_of_a_slot_when_some_disarm_then_the_others_are_swept),
        TEST(given_a_deadline_beyond_the_ring_when_swept_then_it_is_offered_again),
        TEST(given_random_timers_when_swept_in_time_then_every_survivor_is_offered_before_its_deadline),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
