/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/backoff.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

enum { DRAWS = 20000, COUNTER = 256 };

static sim_time pause(enum jitter jitter, int failures, uint64_t subject)
{
    const struct backoff b = { .present = true, .base = SIM_SECOND, .cap = 20 * SIM_SECOND, .jitter = jitter };
    return backoff_pause(&b, failures, draw_key_make(7, 0), subject, draw_place("web.pay/call#1"), COUNTER);
}

static double mean_s(enum jitter jitter, int failures)
{
    double sum = 0;
    for (uint64_t i = 0; i < DRAWS; i++)
        sum += (double)pause(jitter, failures, i) / 1e9;
    return sum / DRAWS;
}

static void given_no_jitter_when_failing_again_then_pauses_double_up_to_the_cap(void **state)
{
    static const int64_t WANTED_S[] = { 1, 2, 4, 8, 16, 20, 20 };
    for (int n = 0; n < 7; n++)
        assert_int_equal(pause(JITTER_NONE, n + 1, 1), WANTED_S[n] * SIM_SECOND);
}

/* Uniform: the mean of 20,000 is within 2 % of its expectation with more than 5 sigma. */
static void given_full_jitter_when_failing_again_then_pauses_are_anywhere_below(void **state)
{
    for (uint64_t i = 0; i < DRAWS; i++)
        assert_in_range(pause(JITTER_FULL, 3, i), 0, 4 * SIM_SECOND - 1);
    assert_true(fabs(mean_s(JITTER_FULL, 3) - 2.0) < 0.04);
}

static void given_equal_jitter_when_failing_again_then_half_of_a_pause_is_certain(void **state)
{
    for (uint64_t i = 0; i < DRAWS; i++)
        assert_in_range(pause(JITTER_EQUAL, 3, i), 2 * SIM_SECOND, 4 * SIM_SECOND - 1);
    assert_true(fabs(mean_s(JITTER_EQUAL, 3) - 3.0) < 0.06);
}

/* d(1) in [1, 3) s: mean 2; d(2) in [1, 3 d(1)): mean of (1 + 3 d(1)) / 2 = 3.5 s. */
static void given_decorrelated_jitter_when_failing_again_then_the_pause_before_is_the_scale(void **state)
{
    for (uint64_t i = 0; i < DRAWS; i++) {
        const sim_time first = pause(JITTER_DECORRELATED, 1, i), second = pause(JITTER_DECORRELATED, 2, i);
        assert_in_range(first, SIM_SECOND, 3 * SIM_SECOND - 1);
        assert_in_range(second, SIM_SECOND, 3 * first);
        assert_true(pause(JITTER_DECORRELATED, 9, i) <= 20 * SIM_SECOND);
    }
    assert_true(fabs(mean_s(JITTER_DECORRELATED, 1) - 2.0) < 0.04);
    assert_true(fabs(mean_s(JITTER_DECORRELATED, 2) - 3.5) < 0.07);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_no_jitter_when_failing_again_then_pauses_double_up_to_the_cap),
        cmocka_unit_test(given_full_jitter_when_failing_again_then_pauses_are_anywhere_below),
        cmocka_unit_test(given_equal_jitter_when_failing_again_then_half_of_a_pause_is_certain),
        cmocka_unit_test(given_decorrelated_jitter_when_failing_again_then_the_pause_before_is_the_scale),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
