/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/base/units.h"

static const int64_t SECOND = 1000000000;

static int64_t duration(const char *text)
{
    int64_t ns = 0;
    assert_true(duration_from_text(text, &ns));
    return ns;
}

static void given_durations_when_read_then_they_are_exact_nanoseconds(void **state)
{
    assert_int_equal(duration("45s"), 45 * SECOND);
    assert_int_equal(duration("500ms"), SECOND / 2);
    assert_int_equal(duration("0.15ms"), 150000);
    assert_int_equal(duration("1h30m"), 5400 * SECOND);
    assert_int_equal(duration("2d"), 172800 * SECOND);
    assert_int_equal(duration("1.5 h"), 5400 * SECOND);
    assert_int_equal(duration("-3s"), -3 * SECOND);
    assert_int_equal(duration("0"), 0);
    assert_int_equal(duration("7us"), 7000);
    assert_int_equal(duration("5min"), 300 * SECOND);
}

static void given_what_is_no_duration_when_read_then_it_is_refused_and_nothing_is_written(void **state)
{
    static const char *const wrong[] = { "",      "45",     "45 secs", "s",      "nan",  "inf",  "infs",
                                         "0x10s", "1e300h", "30m1h",   "1h 30m", "9ms ", " 9ms", "--1s",
                                         "1..5s", "1h1h",   "5 s s",   "1e999s", "- 5s", "1,5s" };
    for (size_t i = 0; i < ARRAY_LEN(wrong); i++) {
        int64_t ns = -7;
        assert_false(duration_from_text(wrong[i], &ns));
        assert_int_equal(ns, -7);
    }
}

static void given_sizes_when_read_then_kB_is_ten_and_KiB_is_two(void **state)
{
    int64_t bytes;
    assert_true(bytes_from_text("2kB", &bytes));
    assert_int_equal(bytes, 2000);
    assert_true(bytes_from_text("2KiB", &bytes));
    assert_int_equal(bytes, 2048);
    assert_true(bytes_from_text("1.8MB", &bytes));
    assert_int_equal(bytes, 1800000);
    assert_false(bytes_from_text("2", &bytes));
    assert_false(bytes_from_text("2kb", &bytes));
    assert_false(bytes_from_text("1e30TB", &bytes));
}

static void given_rates_when_read_then_they_are_per_second(void **state)
{
    double per_s;
    assert_true(rate_from_text("300/s", &per_s));
    assert_true(per_s == 300.0);
    assert_true(rate_from_text("18000/min", &per_s));
    assert_true(per_s == 300.0);
    assert_true(rate_from_text("1.2k/s", &per_s));
    assert_true(per_s == 1200.0);
    assert_true(rate_from_text("25.92M/day", &per_s));
    assert_true(per_s == 300.0);
    assert_false(rate_from_text("300", &per_s));
    assert_false(rate_from_text("300/fortnight", &per_s));
    assert_false(rate_from_text("1e308G/s", &per_s));
}

static void given_money_when_read_then_no_binary_fraction_comes_in_between(void **state)
{
    int64_t e10;
    assert_true(money_from_text("$0.1", &e10));
    assert_int_equal(e10, 1000000000);
    assert_true(money_from_text("$0.0000000001", &e10));
    assert_int_equal(e10, 1);
    assert_true(money_from_text("$62.50", &e10));
    assert_int_equal(e10, INT64_C(625000000000));
    assert_true(money_from_text("62.5 USD", &e10));
    assert_int_equal(e10, INT64_C(625000000000));
    assert_true(money_from_text("$1.2M", &e10));
    assert_int_equal(e10, INT64_C(12000000000000000));
    assert_true(money_from_text("-$5", &e10));
    assert_int_equal(e10, INT64_C(-50000000000));
    assert_false(money_from_text("62", &e10));
    assert_false(money_from_text("$1e30", &e10));
    assert_false(money_from_text("$-922337203.6854775808", &e10));
    assert_false(money_from_text("-$-922337203.6854775808", &e10));
}

static void given_counts_when_read_then_fractions_are_refused_unless_whole(void **state)
{
    int64_t count;
    assert_true(count_from_text("4.35M", &count));
    assert_int_equal(count, 4350000);
    assert_true(count_from_text("1.0", &count));
    assert_int_equal(count, 1);
    assert_true(count_from_text("9223372036854775807", &count));
    assert_true(count == INT64_MAX);
    assert_false(count_from_text("9223372036854775808", &count));
    assert_false(count_from_text("1.5", &count));
    assert_false(count_from_text("1e-999999999999999999999", &count));
    assert_false(count_from_text("12x", &count));
}

static void given_shares_and_factors_when_read_then_both_spellings_work(void **state)
{
    double value;
    assert_true(share_from_text("50%", &value));
    assert_true(value == 0.5);
    assert_true(share_from_text("0.5", &value));
    assert_true(value == 0.5);
    assert_true(factor_from_text("x3", &value));
    assert_true(value == 3.0);
    assert_true(factor_from_text("3x", &value));
    assert_true(value == 3.0);
    assert_false(factor_from_text("x3x", &value));
    assert_false(share_from_text("50%%", &value));
}

static void given_a_duration_when_written_then_it_reads_back_to_the_same(void **state)
{
    static const int64_t samples[] = { 0,
                                       1,
                                       999,
                                       1000,
                                       1500,
                                       2500000,
                                       90 * 1000000000LL,
                                       5400000000000,
                                       86400000000000,
                                       172800000000000,
                                       1234567890123,
                                       -3000000000,
                                       INT64_C(9000000000000000001),
                                       59999999999 };
    for (size_t i = 0; i < ARRAY_LEN(samples); i++) {
        char text[64];
        duration_to_text(samples[i], text, sizeof(text));
        /* Doubles carry 53 bits: beyond 104 days a nanosecond may be lost on the way back. */
        const int64_t back = duration(text), off = back > samples[i] ? back - samples[i] : samples[i] - back;
        assert_true(off <= (samples[i] > INT64_C(1) << 53 ? 1024 : 0));
    }
    char text[64];
    assert_string_equal(duration_to_text(5400 * SECOND, text, sizeof(text)), "1h30m");
    assert_string_equal(duration_to_text(2500000, text, sizeof(text)), "2.5ms");
    assert_string_equal(duration_to_text(86400 * SECOND, text, sizeof(text)), "24h");
}

static void given_a_size_when_written_then_the_shortest_exact_unit_wins(void **state)
{
    char text[48];
    assert_string_equal(bytes_to_text(17179869184, text, sizeof(text)), "16GiB");
    assert_string_equal(bytes_to_text(1800000, text, sizeof(text)), "1.8MB");
    assert_string_equal(bytes_to_text(100000000000, text, sizeof(text)), "100GB");
    assert_string_equal(bytes_to_text(1024, text, sizeof(text)), "1KiB");
    assert_string_equal(bytes_to_text(999, text, sizeof(text)), "999B");
    assert_string_equal(bytes_to_text(0, text, sizeof(text)), "0B");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_durations_when_read_then_they_are_exact_nanoseconds),
        cmocka_unit_test(given_what_is_no_duration_when_read_then_it_is_refused_and_nothing_is_written),
        cmocka_unit_test(given_sizes_when_read_then_kB_is_ten_and_KiB_is_two),
        cmocka_unit_test(given_rates_when_read_then_they_are_per_second),
        cmocka_unit_test(given_money_when_read_then_no_binary_fraction_comes_in_between),
        cmocka_unit_test(given_counts_when_read_then_fractions_are_refused_unless_whole),
        cmocka_unit_test(given_shares_and_factors_when_read_then_both_spellings_work),
        cmocka_unit_test(given_a_duration_when_written_then_it_reads_back_to_the_same),
        cmocka_unit_test(given_a_size_when_written_then_the_shortest_exact_unit_wins),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
