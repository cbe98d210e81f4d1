/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim/draw.h"
#include "sim/event_set.h"

static const struct draw_key KEY = { 3, 4 };

struct fixture {
    struct arena arena;
    struct event_set *wheel, *heap;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    arena_init(&f->arena);
    f->wheel = event_set_new(&f->arena, 0);
    f->heap = event_set_new_heap(&f->arena);
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

static struct event event_at(sim_time at, uint32_t slot)
{
    return event_make(at, EVENT_COMPLETION, 1, 2, 3, slot);
}

static void given_the_parts_of_an_event_when_made_then_they_can_be_read_back(void **state)
{
    const struct event e = event_make(123456789, EVENT_CONTROL, 31, 0xffff, 0x1ffff, EVENT_NO_SLOT);
    assert_int_equal(e.time, 123456789);
    assert_int_equal(event_kind(e), 31);
    assert_int_equal(event_entity(e), 0xffff);
    assert_int_equal(event_slot(e), EVENT_NO_SLOT);
}

static void given_simultaneous_events_when_popped_then_the_written_order_decides(void **state)
{
    struct fixture *f = *state;
    const struct event in_order[] = {
        event_make(7, EVENT_ARRIVAL, 9, 9, 9, 9),    event_make(7, EVENT_COMPLETION, 0, 0, 0, 0),
        event_make(7, EVENT_COMPLETION, 1, 0, 0, 0), event_make(7, EVENT_COMPLETION, 1, 1, 0, 0),
        event_make(7, EVENT_COMPLETION, 1, 1, 1, 0), event_make(7, EVENT_COMPLETION, 1, 1, 1, 1),
        event_make(7, EVENT_TIMEOUT, 0, 0, 0, 0),    event_make(7, EVENT_FAULT, 0, 0, 0, 0),
        event_make(7, EVENT_CAPACITY, 0, 0, 0, 0),   event_make(7, EVENT_METRIC, 0, 0, 0, 0),
        event_make(7, EVENT_CONTROL, 0, 0, 0, 0),
    };
    enum { COUNT = ARRAY_LEN(in_order) };
    for (int i = 0; i < COUNT; i++)
        event_set_push(f->wheel, in_order[i * 7 % COUNT]); /* 7 and 11 have no common divisor: every one once */
    for (int i = 0; i < COUNT; i++) {
        const struct event e = event_set_pop(f->wheel);
        assert_int_equal(e.what, in_order[i].what);
    }
    assert_int_equal(event_set_count(f->wheel), 0);
}

static void given_an_empty_set_when_peeked_then_there_is_nothing(void **state)
{
    struct fixture *f = *state;
    struct event e;
    assert_false(event_set_peek(f->wheel, &e));
    event_set_push(f->wheel, event_at(5, 1));
    assert_true(event_set_peek(f->wheel, &e));
    assert_int_equal(e.time, 5);
    event_set_pop(f->wheel);
    assert_false(event_set_peek(f->wheel, &e));
}

/* After a peek the wheel has already turned to a later bucket: what comes before it must still come first. */
static void given_a_peeked_event_when_an_earlier_one_is_pushed_then_that_one_is_next(void **state)
{
    struct fixture *f = *state;
    struct event e;
    event_set_push(f->wheel, event_at(SIM_SECOND, 1));
    event_set_peek(f->wheel, &e);
    event_set_push(f->wheel, event_at(SIM_MILLISECOND, 2));
    event_set_push(f->wheel, event_at(SIM_SECOND - 1, 3));
    event_set_peek(f->wheel, &e);
    assert_int_equal(event_slot(e), 2);
    assert_int_equal(event_slot(event_set_pop(f->wheel)), 2);
    assert_int_equal(event_slot(event_set_pop(f->wheel)), 3);
    assert_int_equal(event_slot(event_set_pop(f->wheel)), 1);
}

/* Delays of every kind that a model has: now, within a bucket, service times, timeouts, minutes, hours; and ties. */
static sim_time some_delay(struct draw_block bits)
{
    const double u = draw_unit(bits.a);
    switch (draw_below(bits.b, 8)) {
    case 0: return 0;
    case 1: return (sim_time)(u * 1000.0);
    case 2:
    case 3:
    case 4: return (sim_time)(u * 50e6);
    case 5: return (sim_time)(u * 3e9);
    case 6: return SIM_SECOND;
    default: return (sim_time)(u * u * u * 3e12);
    }
}

static void assert_same_sequence(struct fixture *f, uint64_t steps, uint64_t pending, uint64_t seed)
{
    f->wheel = event_set_new(&f->arena, 0);
    f->heap = event_set_new_heap(&f->arena);
    sim_time now = 0;
    uint64_t size = 0;
    for (uint64_t i = 0; i < steps || size > 0; i++) {
        const struct draw_block bits = draw_at(KEY, i, (uint32_t)seed, 0);
        const bool fill = i < steps && draw_below(bits.b << 32, 2 * (uint32_t)pending) >= size;
        if (fill || size == 0) {
            if (i >= steps)
                break;
            const struct event e = event_make(now + some_delay(bits), (enum event_class)(bits.a % 7), 1,
                                              bits.a >> 8 & 3, (uint32_t)i, (uint32_t)i);
            event_set_push(f->wheel, e);
            event_set_push(f->heap, e);
            size++;
        } else {
            struct event seen;
            if (bits.a & 1)
                assert_true(event_set_peek(f->wheel, &seen));
            const struct event ours = event_set_pop(f->wheel), oracle = event_set_pop(f->heap);
            assert_int_equal(ours.time, oracle.time);
            assert_int_equal(ours.what, oracle.what);
            assert_true((sim_time)ours.time >= now);
            if (bits.a & 1)
                assert_true(seen.time == ours.time && seen.what == ours.what);
            now = (sim_time)ours.time;
            size--;
        }
        assert_int_equal(event_set_count(f->wheel), size);
    }
    assert_int_equal(event_set_count(f->heap), 0);
}

static void given_random_pushes_and_pops_when_wheel_and_heap_run_then_they_pop_the_same_sequence(void **state)
{
    assert_same_sequence(*state, 60000, 10, 1);
    assert_same_sequence(*state, 60000, 300, 2);
    assert_same_sequence(*state, 100000, 20000, 3);
}

static int by_time_then_what(const void *left, const void *right)
{
    const struct event *a = left, *b = right;
    return event_before(*a, *b) ? -1 : event_before(*b, *a);
}

static void given_random_events_when_popped_then_they_come_as_qsort_orders_them(void **state)
{
    struct fixture *f = *state;
    enum { COUNT = 20000 };
    static struct event expected[COUNT];
    for (uint32_t i = 0; i < COUNT; i++) {
        expected[i] = event_at(some_delay(draw_at(KEY, i, 9, 0)), i);
        event_set_push(f->wheel, expected[i]);
    }
    qsort(expected, COUNT, sizeof *expected, by_time_then_what);
    for (uint32_t i = 0; i < COUNT; i++)
        assert_int_equal(event_slot(event_set_pop(f->wheel)), event_slot(expected[i]));
}

/* All in one bucket: more than is kept sorted, in the order that is worst for insertion. */
static void given_a_crowd_at_one_instant_when_popped_then_all_come_in_order(void **state)
{
    struct fixture *f = *state;
    enum { CROWD = 100000 };
    for (uint32_t i = CROWD; i-- > 0;)
        event_set_push(f->wheel, event_at(SIM_SECOND, i));
    for (uint32_t i = 0; i < CROWD; i++)
        assert_int_equal(event_slot(event_set_pop(f->wheel)), i);
}

/* The wheel must follow a clock that only far events have moved, or near events would all go to the heap. */
static void given_hours_of_silence_when_short_delays_resume_then_order_holds(void **state)
{
    struct fixture *f = *state;
    event_set_push(f->wheel, event_at(10 * SIM_HOUR, 1));
    assert_int_equal(event_slot(event_set_pop(f->wheel)), 1);
    event_set_push(f->wheel, event_at(10 * SIM_HOUR + 5 * SIM_MILLISECOND, 3));
    event_set_push(f->wheel, event_at(10 * SIM_HOUR + 2, 2));
    event_set_push(f->wheel, event_at(20 * SIM_HOUR, 4));
    for (uint32_t slot = 2; slot <= 4; slot++)
        assert_int_equal(event_slot(event_set_pop(f->wheel)), slot);
}

/* Nodes are pooled and arrays double: the arena holds what was pending at most, not what has passed. */
static void given_a_million_events_when_few_are_pending_then_memory_stays(void **state)
{
    struct fixture *f = *state;
    sim_time now = 0;
    size_t bytes = 0;
    for (uint64_t i = 0; i < 1000000; i++) {
        event_set_push(f->wheel, event_at(now + some_delay(draw_at(KEY, i, 5, 0)) % (4 * SIM_SECOND), 1));
        if (i >= 1000)
            now = (sim_time)event_set_pop(f->wheel).time;
        if (i == 100000)
            bytes = f->arena.total_bytes;
    }
    assert_int_equal(f->arena.total_bytes, bytes);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(given_the_parts_of_an_event_when_made_then_they_can_be_read_back),
        TEST(given_simultaneous_events_when_popped_then_the_written_order_decides),
        TEST(given_an_empty_set_when_peeked_then_there_is_nothing),
        TEST(given_a_peeked_event_when_an_earlier_one_is_pushed_then_that_one_is_next),
        TEST(given_random_pushes_and_pops_when_wheel_and_heap_run_then_they_pop_the_same_sequence),
        TEST(given_random_events_when_popped_then_they_come_as_qsort_orders_them),
        TEST(given_a_crowd_at_one_instant_when_popped_then_all_come_in_order),
        TEST(given_hours_of_silence_when_short_delays_resume_then_order_holds),
        TEST(given_a_million_events_when_few_are_pending_then_memory_stays),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
