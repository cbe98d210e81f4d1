/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/calendar.h"

enum { NOVEMBER = 10, DECEMBER = 11, FEBRUARY = 1 };

static struct calendar_fill fill(int year, struct day_type *types, int count, struct arena *arena)
{
    struct scenario sc = { 0 };
    sc.clock.year = year;
    sc.day_types = types;
    sc.day_type_count = count;
    return calendar_fill(&sc, arena);
}

static void given_leap_years_when_asked_then_february_has_29_days(void **state)
{
    assert_int_equal(calendar_month_days(2026, 2), 28);
    assert_int_equal(calendar_month_days(2028, 2), 29);
    assert_int_equal(calendar_month_days(2100, 2), 28);
    assert_int_equal(calendar_month_days(2000, 2), 29);
}

/* The shop's year: 30 sale days and 5 peak days in their months, ordinary days everywhere else. */
static void given_named_months_when_filled_then_the_rest_is_ordinary(void **state)
{
    struct arena arena;
    arena_init(&arena);
    struct day_type types[] = { { .name = "ordinary", .days = 330 },
                                { .name = "sale", .days = 30, .months = 1u << NOVEMBER | 1u << DECEMBER },
                                { .name = "peak", .days = 5, .months = 1u << NOVEMBER } };
    const struct calendar_fill f = fill(2026, types, 3, &arena);
    assert_int_equal(f.days_e6[NOVEMBER][0], 10000000);
    assert_int_equal(f.days_e6[NOVEMBER][1], 15000000);
    assert_int_equal(f.days_e6[NOVEMBER][2], 5000000);
    assert_int_equal(f.days_e6[DECEMBER][0], 16000000);
    assert_int_equal(f.days_e6[FEBRUARY][0], 28000000);
    for (int m = 0; m < MONTHS; m++) {
        int64_t sum = 0;
        for (int d = 0; d < 3; d++)
            sum += f.days_e6[m][d];
        assert_int_equal(sum, f.days[m] * INT64_C(1000000));
        assert_int_equal(f.unfilled_e6[m], 0);
    }
    arena_fini(&arena);
}

static void given_days_that_do_not_divide_when_spread_then_the_shares_add_up(void **state)
{
    struct arena arena;
    arena_init(&arena);
    struct day_type types[] = { { .name = "a", .days = 200 },
                                { .name = "b", .days = 100 },
                                { .name = "odd", .days = 10, .months = 7 } };
    const struct calendar_fill f = fill(2028, types, 3, &arena);
    int64_t odd = 0;
    for (int m = 0; m < MONTHS; m++) {
        odd += f.days_e6[m][2];
        assert_int_equal(f.days_e6[m][0] + f.days_e6[m][1] + f.days_e6[m][2], f.days[m] * INT64_C(1000000));
    }
    assert_int_equal(odd, 10000000);
    assert_in_range(f.days_e6[5][0], 19999999, 20000001); /* June: two thirds of 30 */
    arena_fini(&arena);
}

static void given_nothing_that_fills_when_filled_then_the_gap_is_told(void **state)
{
    struct arena arena;
    arena_init(&arena);
    struct day_type types[] = { { .name = "sale", .days = 40, .months = 1u << NOVEMBER } };
    const struct calendar_fill f = fill(2026, types, 1, &arena);
    assert_int_equal(f.unfilled_e6[NOVEMBER], -10000000);
    assert_int_equal(f.unfilled_e6[DECEMBER], 31000000);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_leap_years_when_asked_then_february_has_29_days),
        cmocka_unit_test(given_named_months_when_filled_then_the_rest_is_ordinary),
        cmocka_unit_test(given_days_that_do_not_divide_when_spread_then_the_shares_add_up),
        cmocka_unit_test(given_nothing_that_fills_when_filled_then_the_gap_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
