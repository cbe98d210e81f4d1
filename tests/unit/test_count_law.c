/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/base/arena.h"
#include "sim/count_law.h"
#include "sim/draw.h"

static const uint64_t LOWEST = 0, HIGHEST = UINT64_MAX;

static void given_each_law_when_drawn_at_the_ends_then_it_stays_within_its_bounds(void **state)
{
    const struct count_law geometric = count_geometric(4.0), one = count_geometric(1.0), fixed = count_fixed(7),
                           uniform = count_uniform(2, 6);
    assert_int_equal(count_draw(&geometric, HIGHEST), 1);
    assert_in_range(count_draw(&geometric, LOWEST), 100, 1000); /* ln 2^-53 / ln 0.75 = 128 */
    assert_int_equal(count_draw(&one, LOWEST), 1);
    assert_int_equal(count_draw(&fixed, LOWEST), 7);
    assert_int_equal(count_draw(&fixed, HIGHEST), 7);
    assert_int_equal(count_draw(&uniform, LOWEST), 2);
    assert_int_equal(count_draw(&uniform, HIGHEST), 6);
}

static void given_impossible_laws_when_asked_then_they_are_not_sane(void **state)
{
    const struct count_law wrong[] = {
        { 0 }, count_geometric(0.9), count_fixed(0), count_uniform(0, 3), count_uniform(4, 3)
    };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++)
        assert_false(count_law_is_sane(&wrong[i]));
}

/* 400,000 draws: the sample mean and variance within five standard errors, and P(more than n) within five of its own. */
static void given_each_law_when_drawn_often_then_moments_and_tail_are_its_own(void **state)
{
    enum { DRAWS = 400000, TAIL = 3 };
    const struct count_law laws[] = { count_geometric(3.0), count_fixed(5), count_uniform(1, 5), count_uniform(3, 40) };
    const struct draw_key key = draw_key_make(3, 0);
    for (size_t l = 0; l < ARRAY_LEN(laws); l++) {
        double sum = 0.0, squares = 0.0, beyond = 0.0;
        for (uint64_t i = 0; i < DRAWS; i++) {
            const double n = (double)count_draw(&laws[l], draw_at(key, i, (uint32_t)l, 0).a);
            sum += n;
            squares += n * n;
            beyond += n > TAIL;
        }
        const double mean = sum / DRAWS, variance = squares / DRAWS - mean * mean;
        const double theory = count_variance(&laws[l]), tail = count_exceeds(&laws[l], TAIL);
        assert_true(fabs(mean - count_mean(&laws[l])) <= 5.0 * sqrt(theory / DRAWS));
        assert_true(fabs(variance - theory) <= 0.02 * theory + 1e-9);
        assert_true(fabs(beyond / DRAWS - tail) <= 5.0 * sqrt(tail * (1.0 - tail) / DRAWS));
    }
}

static void given_each_law_when_its_tail_is_summed_then_it_is_the_mean(void **state)
{
    const struct count_law laws[] = { count_geometric(1.0), count_geometric(8.5), count_fixed(1), count_fixed(12),
                                      count_uniform(2, 9) };
    for (size_t l = 0; l < ARRAY_LEN(laws); l++) {
        double sum = 0.0;
        for (uint32_t n = 0; n < 1000; n++)
            sum += count_exceeds(&laws[l], n);
        assert_true(fabs(sum - count_mean(&laws[l])) < 1e-9);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_each_law_when_drawn_at_the_ends_then_it_stays_within_its_bounds),
        cmocka_unit_test(given_impossible_laws_when_asked_then_they_are_not_sane),
        cmocka_unit_test(given_each_law_when_drawn_often_then_moments_and_tail_are_its_own),
        cmocka_unit_test(given_each_law_when_its_tail_is_summed_then_it_is_the_mean),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
