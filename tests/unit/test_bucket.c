/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim/bucket.h"
#include "sim/draw.h"

static struct bucket bucket_of(uint64_t capacity, uint64_t rate, sim_time period, uint64_t tokens)
{
    struct bucket b;
    bucket_init(&b, capacity, rate, period, tokens, 0);
    return b;
}

static void given_a_full_bucket_when_taken_then_the_burst_passes_and_then_the_rate(void **state)
{
    struct bucket b = bucket_of(5, 2, SIM_SECOND, 5);
    for (int i = 0; i < 5; i++)
        assert_true(bucket_take(&b, 0, 1));
    assert_false(bucket_take(&b, 0, 1));
    assert_false(bucket_take(&b, SIM_SECOND / 2 - 1, 1));
    assert_true(bucket_take(&b, SIM_SECOND / 2, 1));
    assert_false(bucket_take(&b, SIM_SECOND / 2, 1));
    assert_int_equal(bucket_tokens(&b, SIM_SECOND), 1);
    assert_int_equal(bucket_tokens(&b, SIM_HOUR), 5);
    assert_int_equal(b.granted, 6);
    assert_int_equal(b.refused, 3);
    assert_true(bucket_is_sane(&b));
}

/* The fluid law of a bucket: customers spaced evenly, faster than the refill, pass until min(a t, B + r t). */
static void given_a_steady_crowd_when_it_arrives_then_what_passes_is_the_burst_and_the_refill(void **state)
{
    enum { BURST = 100, REFILL_PER_S = 50 };
    struct bucket b = bucket_of(BURST, REFILL_PER_S, SIM_SECOND, BURST);
    for (uint64_t i = 0; i < 10000; i++) { /* 200 per second */
        const sim_time now = (sim_time)i * 5 * SIM_MILLISECOND;
        bucket_take(&b, now, 1);
        const uint64_t fluid = BURST + (uint64_t)now * REFILL_PER_S / SIM_SECOND;
        assert_int_equal(b.granted, i + 1 < fluid ? i + 1 : fluid);
    }
    assert_true(b.overflowed == 0);
}

/* 12 credits an hour are no whole number of tokens per nanosecond or per second; 24 hours of them are 288. */
static void given_credits_per_hour_when_read_at_odd_moments_then_nothing_drifts(void **state)
{
    struct bucket asked = bucket_of(288, 12, SIM_HOUR, 0), alone = asked;
    for (sim_time now = 0; now < SIM_DAY; now += 1234567891)
        bucket_tokens(&asked, now);
    assert_int_equal(bucket_tokens(&asked, SIM_DAY - 1), 287);
    assert_int_equal(bucket_tokens(&asked, SIM_DAY), 288);
    assert_int_equal(bucket_tokens(&alone, SIM_DAY), 288);
    assert_true(asked.level == alone.level && asked.refilled == alone.refilled && asked.overflowed == 0);
    bucket_meter(&asked, 2 * SIM_DAY);
    assert_true(asked.overflowed == (uint128)288 * SIM_HOUR);
    assert_int_equal(asked.level / SIM_HOUR, 288);
}

static void given_too_few_tokens_when_asked_then_the_time_is_the_first_nanosecond_that_has_them(void **state)
{
    struct bucket b = bucket_of(10, 3, SIM_SECOND, 0);
    const sim_time at = bucket_ready_at(&b, 0, 1);
    assert_int_equal(at, 333333334);
    assert_false(bucket_take(&b, at - 1, 1));
    assert_true(bucket_take(&b, at, 1));
    assert_int_equal(bucket_ready_at(&b, at, 11), SIM_NEVER);
    bucket_set_rate(&b, at, 0);
    assert_int_equal(bucket_ready_at(&b, at, 1), SIM_NEVER);
    bucket_give(&b, at, 1);
    assert_int_equal(bucket_ready_at(&b, at, 1), at);
}

static void given_customers_who_wait_when_they_book_then_they_are_served_in_order_and_nobody_overtakes(void **state)
{
    struct bucket b = bucket_of(2, 1, SIM_SECOND, 2);
    assert_int_equal(bucket_book(&b, 0, 2, SIM_NEVER), 0);
    assert_int_equal(bucket_book(&b, 0, 1, SIM_NEVER), SIM_SECOND);
    assert_int_equal(bucket_book(&b, 0, 2, SIM_NEVER), 3 * SIM_SECOND);
    assert_false(bucket_take(&b, 2 * SIM_SECOND, 1)); /* this token is promised */
    assert_int_equal(bucket_book(&b, 2 * SIM_SECOND, 1, 3 * SIM_SECOND), SIM_NEVER);
    assert_int_equal(bucket_book(&b, 2 * SIM_SECOND, 1, 4 * SIM_SECOND), 4 * SIM_SECOND);
    assert_int_equal(bucket_book(&b, 2 * SIM_SECOND, 3, SIM_NEVER), SIM_NEVER); /* more than it ever holds */
    assert_true(b.waited == (uint128)(1 + 3 + 2) * SIM_SECOND);
    assert_true(bucket_is_sane(&b));
}

/* A retry quota: no refill, retries take 5, successes give back. */
static void given_a_retry_quota_when_all_calls_fail_then_retries_end_until_successes_return(void **state)
{
    struct bucket quota = bucket_of(500, 0, SIM_SECOND, 500);
    int retries = 0;
    while (bucket_take(&quota, SIM_HOUR, 5))
        retries++;
    assert_int_equal(retries, 100);
    for (int i = 0; i < 5; i++)
        bucket_give(&quota, SIM_HOUR, 1);
    assert_true(bucket_take(&quota, SIM_HOUR, 5));
    bucket_give(&quota, SIM_HOUR, 600);
    assert_int_equal(bucket_tokens(&quota, SIM_HOUR), 500);
    assert_true(quota.overflowed == (uint128)100 * SIM_SECOND);
    assert_true(bucket_is_sane(&quota));
}

static void given_another_size_or_rate_when_set_then_it_holds_from_then_on(void **state)
{
    struct bucket b = bucket_of(100, 10, SIM_SECOND, 100);
    bucket_set_capacity(&b, 0, 40);
    assert_int_equal(bucket_tokens(&b, SIM_SECOND), 40);
    bucket_set_capacity(&b, SIM_SECOND, 1000);
    bucket_set_rate(&b, 2 * SIM_SECOND, 100);
    assert_int_equal(bucket_tokens(&b, 3 * SIM_SECOND), 40 + 10 + 100);
    assert_true(b.overflowed == (uint128)70 * SIM_SECOND);
    assert_true(bucket_is_sane(&b));
}

/* One bucket is read at random between the operations, the other is not. */
static void given_random_use_when_read_in_between_then_tokens_are_conserved_and_nothing_else_changes(void **state)
{
    struct bucket read = bucket_of(20, 7, 3 * SIM_SECOND, 3), left = read;
    sim_time now = 0;
    for (uint64_t i = 0; i < 100000; i++) {
        const struct draw_block bits = draw_at((struct draw_key){ 7, 7 }, i, 0, 0);
        const sim_time next = now + draw_below(bits.a << 32, 1000000000);
        bucket_meter(&read, now + (next - now) / 3);
        now = next;
        const uint64_t tokens = draw_below(bits.b, 6);
        switch (draw_below(bits.a, 8)) {
        case 0: bucket_give(&read, now, tokens), bucket_give(&left, now, tokens); break;
        case 1: bucket_set_rate(&read, now, tokens), bucket_set_rate(&left, now, tokens); break;
        case 2:
            bucket_set_capacity(&read, now, 10 + tokens);
            bucket_set_capacity(&left, now, 10 + tokens);
            break;
        case 3:
            assert_int_equal(bucket_book(&read, now, tokens, now + SIM_SECOND),
                             bucket_book(&left, now, tokens, now + SIM_SECOND));
            break;
        default: assert_int_equal(bucket_take(&read, now, tokens), bucket_take(&left, now, tokens));
        }
        assert_true(bucket_is_sane(&read));
        assert_true(read.level == left.level && read.refilled == left.refilled && read.overflowed == left.overflowed);
    }
    assert_true(read.granted > 1000 && read.refused > 1000 && read.overflowed > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_a_full_bucket_when_taken_then_the_burst_passes_and_then_the_rate),
        cmocka_unit_test(given_a_steady_crowd_when_it_arrives_then_what_passes_is_the_burst_and_the_refill),
        cmocka_unit_test(given_credits_per_hour_when_read_at_odd_moments_then_nothing_drifts),
        cmocka_unit_test(given_too_few_tokens_when_asked_then_the_time_is_the_first_nanosecond_that_has_them),
        cmocka_unit_test(given_customers_who_wait_when_they_book_then_they_are_served_in_order_and_nobody_overtakes),
        cmocka_unit_test(given_a_retry_quota_when_all_calls_fail_then_retries_end_until_successes_return),
        cmocka_unit_test(given_another_size_or_rate_when_set_then_it_holds_from_then_on),
        cmocka_unit_test(given_random_use_when_read_in_between_then_tokens_are_conserved_and_nothing_else_changes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
