/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim/draw.h"
#include "sim/message_queue.h"

static const sim_time VISIBILITY = 30 * SIM_SECOND;
enum { RECEIVES_MAX = 3 };

struct fixture {
    struct arena arena;
    struct message_queue q;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    arena_init(&f->arena);
    message_queue_init(&f->q, &f->arena, VISIBILITY, RECEIVES_MAX, 0);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    assert_true(message_queue_is_sane(&f->q));
    arena_fini(&f->arena);
    free(f);
    return 0;
}

static uint64_t take_ordinal(struct message_queue *q, sim_time now)
{
    const uint32_t m = message_queue_take(q, now);
    return m == MESSAGE_NONE ? UINT64_MAX : q->messages[m].ordinal;
}

static void given_messages_when_taken_then_they_come_in_order_and_only_once(void **state)
{
    struct message_queue *q = &((struct fixture *)*state)->q;
    for (uint64_t i = 0; i < 200; i++)
        message_queue_put(q, (sim_time)i, i);
    for (uint64_t i = 0; i < 200; i++)
        assert_int_equal(take_ordinal(q, 1000), i);
    assert_int_equal(message_queue_take(q, 1000), MESSAGE_NONE);
    assert_int_equal(q->in_flight, 200);
}

static void given_a_received_message_when_its_visibility_ends_then_it_is_received_again(void **state)
{
    struct message_queue *q = &((struct fixture *)*state)->q;
    message_queue_put(q, 0, 42);
    message_queue_put(q, 1, 43);
    take_ordinal(q, 5);
    assert_int_equal(message_queue_next_expiry(q), 5 + VISIBILITY);
    assert_int_equal(message_queue_expire(q, 5 + VISIBILITY - 1), 0);
    assert_int_equal(message_queue_expire(q, 5 + VISIBILITY), 1);
    assert_int_equal(message_queue_next_expiry(q), SIM_NEVER);
    assert_int_equal(take_ordinal(q, 6 + VISIBILITY), 42); /* to the front of the line */
    assert_int_equal(q->redelivered, 1);
}

static void given_a_message_received_too_often_when_it_times_out_then_it_is_dead(void **state)
{
    struct message_queue *q = &((struct fixture *)*state)->q;
    message_queue_put(q, 0, 1);
    sim_time now = 0;
    for (int i = 0; i < RECEIVES_MAX; i++) {
        assert_int_equal(take_ordinal(q, now), 1);
        now += VISIBILITY;
        assert_int_equal(message_queue_expire(q, now), i + 1 < RECEIVES_MAX);
    }
    assert_int_equal(message_queue_take(q, now), MESSAGE_NONE);
    assert_int_equal(q->dead, 1);
}

static void given_a_removed_message_when_time_passes_then_nothing_expires(void **state)
{
    struct message_queue *q = &((struct fixture *)*state)->q;
    message_queue_put(q, 0, 1);
    const uint32_t m = message_queue_take(q, 1);
    const uint32_t receipt = q->messages[m].receives;
    assert_true(message_queue_remove(q, 2, m, receipt));
    assert_false(message_queue_remove(q, 3, m, receipt));
    assert_int_equal(message_queue_next_expiry(q), SIM_NEVER);
    assert_int_equal(message_queue_expire(q, 2 * VISIBILITY), 0);
}

/* The slow consumer finishes after the message went to another one, and again after the record was reused. */
static void given_a_stale_receipt_when_used_then_it_removes_nobody_elses_message(void **state)
{
    struct message_queue *q = &((struct fixture *)*state)->q;
    message_queue_put(q, 0, 1);
    const uint32_t m = message_queue_take(q, 0);
    const uint32_t slow = q->messages[m].receives;
    message_queue_expire(q, VISIBILITY);
    assert_int_equal(message_queue_take(q, VISIBILITY), m);
    const uint32_t fast = q->messages[m].receives;
    assert_false(message_queue_remove(q, VISIBILITY + 1, m, slow));
    assert_true(message_queue_remove(q, VISIBILITY + 2, m, fast));

    assert_int_equal(message_queue_put(q, VISIBILITY + 3, 2), m);
    assert_false(message_queue_remove(q, VISIBILITY + 4, m, fast));
    assert_int_equal(take_ordinal(q, VISIBILITY + 5), 2);
    assert_false(message_queue_remove(q, VISIBILITY + 6, m, slow));
    assert_false(message_queue_remove(q, VISIBILITY + 6, m, fast));
    assert_int_equal(q->in_flight, 1);
}

static void given_a_late_removal_when_the_message_still_waits_then_it_leaves_the_line(void **state)
{
    struct message_queue *q = &((struct fixture *)*state)->q;
    uint32_t receipt[3];
    for (uint64_t i = 0; i < 3; i++)
        message_queue_put(q, 0, i);
    for (uint32_t i = 0; i < 3; i++)
        receipt[i] = q->messages[message_queue_take(q, 0)].receives;
    message_queue_put(q, 1, 3);
    assert_int_equal(message_queue_expire(q, VISIBILITY), 3);
    assert_true(message_queue_remove(q, VISIBILITY, 1, receipt[1]));
    assert_false(message_queue_remove(q, VISIBILITY, 1, receipt[1]));
    assert_true(message_queue_remove(q, VISIBILITY, 0, receipt[0]));
    assert_int_equal(q->visible, 2);
    assert_int_equal(take_ordinal(q, VISIBILITY), 2);
    assert_int_equal(take_ordinal(q, VISIBILITY), 3);
    assert_int_equal(message_queue_take(q, VISIBILITY), MESSAGE_NONE);
}

static void given_a_backlog_when_asked_then_age_and_integral_are_exact(void **state)
{
    struct message_queue *q = &((struct fixture *)*state)->q;
    assert_int_equal(message_queue_oldest_age(q, 50), 0);
    message_queue_put(q, 100, 0);
    message_queue_put(q, 140, 1);
    assert_int_equal(message_queue_oldest_age(q, 150), 50);
    message_queue_take(q, 200);
    assert_int_equal(message_queue_oldest_age(q, 230), 90);
    message_queue_meter(q, 230);
    assert_true(q->backlog == 40 + 2 * 60 + 30);
    assert_true(q->flight == 30);
}

/* The first one's visibility ends first; then the second goes to the front of it. */
static void given_messages_that_came_back_when_the_head_is_younger_then_the_oldest_counts(void **state)
{
    struct message_queue *q = &((struct fixture *)*state)->q;
    message_queue_init(q, q->arena, 1000, RECEIVES_MAX, 0);
    message_queue_put(q, 0, 0);
    message_queue_put(q, 10, 1);
    const uint32_t first = message_queue_take(q, 20);
    message_queue_take(q, 30);
    assert_int_equal(message_queue_expire(q, 1020), 1);
    assert_int_equal(message_queue_expire(q, 1030), 1);
    assert_int_equal(message_queue_oldest_age(q, 1030), 1030);
    message_queue_put(q, 1035, 2);
    assert_true(message_queue_remove(q, 1040, first, 1)); /* late, in the line and not at its head */
    assert_int_equal(message_queue_oldest_age(q, 1040), 1030);
    assert_int_equal(take_ordinal(q, 1050), 1);
    assert_int_equal(message_queue_oldest_age(q, 1050), 15);
    assert_int_equal(take_ordinal(q, 1060), 2);
    assert_int_equal(message_queue_oldest_age(q, 1060), 0);
}

/* By a walk along the line; who was removed there is marked by a negative time other than -1. */
static sim_time oldest_by_hand(const struct message_queue *q, sim_time now)
{
    sim_time oldest = 0;
    for (uint32_t i = q->visible_head; i != MESSAGE_NONE; i = q->messages[i].next)
        if (q->messages[i].visible_again_at == -1 && now - q->messages[i].sent_at > oldest)
            oldest = now - q->messages[i].sent_at;
    return oldest;
}

/* Consumers that finish, are late or die: whatever happens, tear_down finds every message accounted for. */
static void given_random_consumers_when_they_fail_then_no_message_appears_or_vanishes(void **state)
{
    enum { CONSUMERS = 20 };
    struct message_queue *q = &((struct fixture *)*state)->q;
    struct {
        uint32_t message, receives;
    } held[CONSUMERS];
    for (int i = 0; i < CONSUMERS; i++)
        held[i].message = MESSAGE_NONE;
    sim_time now = 0;
    for (uint64_t i = 0; i < 100000; i++) {
        const struct draw_block bits = draw_at((struct draw_key){ 2, 7 }, i, 0, 0);
        now += (sim_time)(draw_unit(bits.a) * 4e9);
        while (message_queue_next_expiry(q) <= now)
            message_queue_expire(q, message_queue_next_expiry(q));
        const uint32_t who = draw_below(bits.b, CONSUMERS);
        if (bits.b % 5 < 2) {
            message_queue_put(q, now, i);
        } else if (held[who].message == MESSAGE_NONE) {
            held[who].message = message_queue_take(q, now);
            if (held[who].message != MESSAGE_NONE)
                held[who].receives = q->messages[held[who].message].receives;
        } else {
            if (bits.b % 7 != 0) /* else it died */
                message_queue_remove(q, now, held[who].message, held[who].receives);
            held[who].message = MESSAGE_NONE;
        }
        if (i % 16 == 0 || q->visible < 16) {
            assert_true(message_queue_is_sane(q));
            assert_int_equal(message_queue_oldest_age(q, now), oldest_by_hand(q, now));
        }
    }
    assert_true(q->dead > 0 && q->redelivered > 0 && q->removed > 0);
    uint64_t visible = 0;
    while (message_queue_take(q, now) != MESSAGE_NONE)
        visible++;
    assert_true(visible > 0 && q->visible == 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(given_messages_when_taken_then_they_come_in_order_and_only_once),
        TEST(given_a_received_message_when_its_visibility_ends_then_it_is_received_again),
        TEST(given_a_message_received_too_often_when_it_times_out_then_it_is_dead),
        TEST(given_a_removed_message_when_time_passes_then_nothing_expires),
        TEST(given_a_stale_receipt_when_used_then_it_removes_nobody_elses_message),
        TEST(given_a_late_removal_when_the_message_still_waits_then_it_leaves_the_line),
        TEST(given_a_backlog_when_asked_then_age_and_integral_are_exact),
        TEST(given_messages_that_came_back_when_the_head_is_younger_then_the_oldest_counts),
        TEST(given_random_consumers_when_they_fail_then_no_message_appears_or_vanishes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
