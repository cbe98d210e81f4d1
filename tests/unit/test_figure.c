/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "analysis/figure.h"

static struct arena arena;

static int set_up(void **state)
{
    arena_init(&arena);
    return 0;
}

static int tear_down(void **state)
{
    arena_fini(&arena);
    return 0;
}

static void given_large_numbers_when_shown_then_thousands_are_grouped(void **state)
{
    assert_string_equal(figure_count(1234567, &arena), "1,234,567");
    assert_string_equal(figure_count(999, &arena), "999");
    assert_string_equal(figure_cents(123456789, &arena), "$1,234,567.89");
    assert_string_equal(figure_cents(-5, &arena), "-$0.05");
    assert_string_equal(figure_usd(12345.6, &arena), "$12,346");
    assert_string_equal(figure_usd(99.5, &arena), "$99.50");
    assert_string_equal(figure_usd(99.999, &arena), "$100");
}

static void given_a_share_when_shown_then_it_has_the_digits_of_its_interval(void **state)
{
    assert_string_equal(figure_percent(0.99874, 0.0003, &arena), "99.87 %");
    assert_string_equal(figure_percent(0.9998741, 0.0000021, &arena), "99.9874 %");
    assert_string_equal(figure_percent(1, 0, &arena), "100.00 %");
}

static void given_a_share_just_below_one_when_shown_then_it_is_not_100_percent(void **state)
{
    assert_string_equal(figure_percent(0.99999999, 0.001, &arena), "99.99 %");
}

static void given_milliseconds_when_shown_then_they_have_three_digits(void **state)
{
    assert_string_equal(figure_ms(212.4, &arena), "212");
    assert_string_equal(figure_ms(9.412, &arena), "9.41");
    assert_string_equal(figure_ms(24.36, &arena), "24.4");
    assert_string_equal(figure_ms(12504, &arena), "12,504");
    assert_string_equal(figure_ms(0.004, &arena), "0.004");
}

static void given_an_interval_when_shown_then_its_half_has_the_decimals_of_the_value_rounded_up(void **state)
{
    assert_string_equal(figure_half_ms((struct ci){ 257, 254.9, 259.1 }, &arena), "3");
    assert_string_equal(figure_half_usd((struct ci){ 335, 317.34, 352.66 }, &arena), "$18");
    assert_string_equal(figure_half_percent((struct ci){ 0.9987, 0.9984, 0.9990 }, &arena), "0.03");
    assert_string_equal(figure_half_ms(ci_none(3), &arena), "");
}

static void given_durations_when_shown_then_people_can_read_them(void **state)
{
    assert_string_equal(figure_duration(4.2, &arena), "4.2 s");
    assert_string_equal(figure_duration(48, &arena), "48 s");
    assert_string_equal(figure_duration(250, &arena), "4 min 10 s");
    assert_string_equal(figure_duration(300, &arena), "5 min");
    assert_string_equal(figure_duration(3900, &arena), "1 h 05 min");
    assert_string_equal(figure_duration(86400, &arena), "24 h");
    assert_string_equal(figure_duration(NAN, &arena), "–");
}

static void given_a_clock_when_shown_then_it_is_local_and_names_a_later_day(void **state)
{
    struct scenario sc = { 0 };
    sc.clock.start_utc_s = 1795755600; /* 2026-11-27T00:00-05:00 */
    sc.clock.utc_offset_s = -5 * 3600;
    assert_string_equal(figure_clock(&sc, 20 * 3600 + 300, false, &arena), "20:05");
    assert_string_equal(figure_clock(&sc, 20 * 3600 + 301, true, &arena), "20:05:01");
    assert_string_equal(figure_clock(&sc, 24 * 3600 + 600, false, &arena), "+1d 00:10");
    assert_string_equal(figure_iso(&sc, 72300, &arena), "2026-11-27T20:05:00-05:00");
    sc.clock.start_ns_of_day = 18 * SIM_HOUR;
    assert_string_equal(figure_clock(&sc, 7 * 3600, false, &arena), "+1d 01:00");
}

static void given_counts_when_shortened_then_a_unit_says_how_many(void **state)
{
    assert_string_equal(figure_short(950, &arena), "950");
    assert_string_equal(figure_short(34120, &arena), "34k");
    assert_string_equal(figure_short(1234567, &arena), "1.2M");
    assert_string_equal(figure_short(259e6, &arena), "259M");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_large_numbers_when_shown_then_thousands_are_grouped),
        cmocka_unit_test(given_a_share_when_shown_then_it_has_the_digits_of_its_interval),
        cmocka_unit_test(given_a_share_just_below_one_when_shown_then_it_is_not_100_percent),
        cmocka_unit_test(given_milliseconds_when_shown_then_they_have_three_digits),
        cmocka_unit_test(given_an_interval_when_shown_then_its_half_has_the_decimals_of_the_value_rounded_up),
        cmocka_unit_test(given_durations_when_shown_then_people_can_read_them),
        cmocka_unit_test(given_a_clock_when_shown_then_it_is_local_and_names_a_later_day),
        cmocka_unit_test(given_counts_when_shortened_then_a_unit_says_how_many),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
