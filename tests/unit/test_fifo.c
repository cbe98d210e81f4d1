/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/fifo.h"

struct fixture {
    struct arena arena;
    struct fifo fifo;
};

static void begin(struct fixture *f, uint32_t groups, uint64_t calls_per_s, uint64_t batch)
{
    arena_init(&f->arena);
    fifo_init(&f->fifo, &f->arena, groups, calls_per_s, batch, 0);
}

static void end(struct fixture *f)
{
    arena_fini(&f->arena);
}

static void given_one_group_when_messages_are_sent_then_they_come_one_at_a_time_and_in_order(void **state)
{
    struct fixture f;
    begin(&f, 1, 300, 1);
    assert_int_equal(fifo_send(&f.fifo, 0, 11), FIFO_PUT);
    assert_int_equal(fifo_send(&f.fifo, 1, 12), FIFO_WAITS);
    assert_int_equal(fifo_send(&f.fifo, 2, 13), FIFO_WAITS);
    assert_int_equal(f.fifo.waiting, 2);
    assert_int_equal(fifo_oldest_age(&f.fifo, 10), 10);

    struct fifo_message next;
    assert_true(fifo_next(&f.fifo, 11, &next));
    assert_int_equal(next.ordinal, 12);
    assert_int_equal(next.sent_at, 1);
    assert_int_equal(fifo_oldest_age(&f.fifo, 10), 9);
    assert_true(fifo_next(&f.fifo, 12, &next));
    assert_int_equal(next.ordinal, 13);
    assert_false(fifo_next(&f.fifo, 13, &next));
    assert_int_equal(f.fifo.waiting, 0);
    assert_int_equal(fifo_oldest_age(&f.fifo, 10), 0);
    end(&f);
}

static void given_many_groups_when_messages_are_sent_then_few_wait_for_others(void **state)
{
    struct fixture f;
    begin(&f, 100000, 70000, 1);
    for (uint64_t ordinal = 0; ordinal < 1000; ordinal++)
        fifo_send(&f.fifo, 0, ordinal);
    assert_true(f.fifo.waiting < 30); /* about 1000^2 / 2 / 100000 = 5 */
    assert_int_equal(f.fifo.sent, 1000);
    end(&f);
}

static void given_a_message_when_it_is_sent_again_within_five_minutes_then_it_is_dropped(void **state)
{
    struct fixture f;
    begin(&f, 10, 300, 1);
    assert_int_equal(fifo_send(&f.fifo, 0, 7), FIFO_PUT);
    assert_int_equal(fifo_send(&f.fifo, 5 * SIM_MINUTE - 1, 7), FIFO_DUPLICATE);
    assert_int_equal(fifo_send(&f.fifo, 5 * SIM_MINUTE, 7), FIFO_WAITS);
    assert_int_equal(f.fifo.sent, 3);
    assert_int_equal(f.fifo.duplicates, 1);
    end(&f);
}

/* [SQS-DG] Quotas: 300 calls of each action in a second; 3,000 messages in batches of 10. */
static void given_the_quota_when_more_is_sent_in_a_second_then_the_rest_is_throttled(void **state)
{
    struct fixture f;
    begin(&f, 1000, 300, 10);
    int accepted = 0, received = 0;
    for (uint64_t n = 0; n < 1000; n++)
        accepted += fifo_send(&f.fifo, 0, n) != FIFO_THROTTLED;
    assert_int_equal(accepted, 300);
    assert_int_equal(f.fifo.throttled, 700);
    sim_time again = 0;
    while (fifo_may_receive(&f.fifo, 0, &again))
        received++;
    assert_int_equal(received, 3000);
    assert_int_equal(again, (SIM_SECOND + 2999) / 3000);
    end(&f);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_one_group_when_messages_are_sent_then_they_come_one_at_a_time_and_in_order),
        cmocka_unit_test(given_many_groups_when_messages_are_sent_then_few_wait_for_others),
        cmocka_unit_test(given_a_message_when_it_is_sent_again_within_five_minutes_then_it_is_dropped),
        cmocka_unit_test(given_the_quota_when_more_is_sent_in_a_second_then_the_rest_is_throttled),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
