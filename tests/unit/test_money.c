/* SPDX-License-Identifier: GPL-3.0-or-later */
/* money and wide: decimal text, the one rounding, products beyond 128 bits. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "pricing/money.h"
#include "pricing/wide.h"
#include "sim/base/compiler.h"

static int64_t parsed(const char *text)
{
    money amount;
    assert_true(money_from_decimal(text, &amount));
    return (int64_t)amount;
}

static void given_decimal_text_when_parsed_then_it_is_exact(void **state)
{
    (void)state;
    assert_int_equal(parsed("0.0225"), 225000000);
    assert_int_equal(parsed("0.0000006"), 6000);
    assert_int_equal(parsed("0.0000166667"), 166667);
    assert_int_equal(parsed("0.0000000001"), 1);
    assert_int_equal(parsed("1e-05"), 100000);
    assert_int_equal(parsed("2.5E3"), INT64_C(25000000000000));
    assert_int_equal(parsed("-4"), -INT64_C(40000000000));
    assert_int_equal(parsed("0.40000000000000"), INT64_C(4000000000));
    assert_int_equal(parsed("000.10"), INT64_C(1000000000));
    assert_int_equal(parsed("0e99"), 0);
    assert_int_equal(parsed("-0"), 0);
    assert_int_equal(parsed(".5"), INT64_C(5000000000));
}

static void given_text_that_is_no_price_when_parsed_then_it_is_refused(void **state)
{
    (void)state;
    static const char *const bad[] = {
        "",
        ".",
        "-",
        "abc",
        "1,5",
        "1.2.3",
        "$1",
        " 1",
        "1 ",
        "1e",
        "1e+",
        "1e1234",
        "0x10",
        "0.00000000001",
        "+1",
        "1e999",
        "nan",
        "inf",
        "1234567890123456789012345678901",
        "--1",
        "1e-11",
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        money amount = 77;
        if (money_from_decimal(bad[i], &amount))
            fail_msg("'%s' was accepted", bad[i]);
        assert_int_equal((int64_t)amount, 77);
    }
}

static void given_half_a_cent_when_rounded_then_it_goes_away_from_zero(void **state)
{
    (void)state;
    assert_int_equal(money_to_cents(MONEY_PER_CENT / 2), 1);
    assert_int_equal(money_to_cents(MONEY_PER_CENT / 2 - 1), 0);
    assert_int_equal(money_to_cents(-MONEY_PER_CENT / 2), -1);
    assert_int_equal(money_to_cents(-MONEY_PER_CENT / 2 + 1), 0);
    assert_int_equal(money_to_cents(149 * MONEY_PER_CENT / 100), 1);
    assert_int_equal(money_to_cents((money)MONEY_PER_USD * 123456789), INT64_C(12345678900));
}

static void given_amounts_when_written_then_people_and_parsers_can_read_them(void **state)
{
    (void)state;
    char text[64];
    assert_string_equal(cents_to_text(123456, false, text, sizeof text), "1234.56");
    assert_string_equal(cents_to_text(123456, true, text, sizeof text), "1,234.56");
    assert_string_equal(cents_to_text(99999, true, text, sizeof text), "999.99");
    assert_string_equal(cents_to_text(-100000000005, true, text, sizeof text), "-1,000,000,000.05");
    assert_string_equal(cents_to_text(7, true, text, sizeof text), "0.07");
    assert_string_equal(cents_to_text(INT64_MIN, false, text, sizeof text), "-92233720368547758.08");
    assert_string_equal(money_to_text(225000000, text, sizeof text), "0.0225");
    assert_string_equal(money_to_text(0, text, sizeof text), "0");
    assert_string_equal(money_to_text(-1, text, sizeof text), "-0.0000000001");
    assert_string_equal(money_to_text((money)MONEY_PER_USD * 1000, text, sizeof text), "1000");
    assert_string_equal(decimal_to_text(1234567, 6, text, sizeof text), "1.234567");
    assert_string_equal(decimal_to_text(5, 16, text, sizeof text), "0.0000000000000005");
}

static void given_any_amount_when_written_and_parsed_then_it_is_the_same(void **state)
{
    (void)state;
    uint64_t random = 1;
    char text[64];
    for (int i = 0; i < 20000; i++) {
        random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        const money amount = (money)((int64_t)random >> (random % 60));
        money again;
        assert_true(money_from_decimal(money_to_text(amount, text, sizeof text), &again));
        assert_true(again == amount);
    }
}

static void given_products_beyond_128_bits_when_divided_then_they_are_exact(void **state)
{
    (void)state;
    const uint128 big = (uint128)1 << 120;
    assert_true(wide_mul_div(big, 1000, 1000) == big);
    assert_true(wide_mul_div(big, big, big) == big);
    assert_true(wide_mul_div(big, 3, big * 2) == 1);
    assert_true(wide_mul_div_half_up(big, 3, big * 2) == 2); /* 1.5 goes up */
    assert_true(wide_mul_div_half_up(big - 1, 3, big * 2) == 1);
    assert_true(wide_mul_div(7, 1, 2) == 3);
    assert_true(wide_mul_div_half_up(7, 1, 2) == 4);
    assert_true(wide_mul_div(0, big, 3) == 0);
    assert_true(wide_add(big, 1) == big + 1);
    assert_true(wide_mul(big, 100) == big * 100);
}

/* a * d / d is a, whatever the sizes of a and d. */
static void given_random_factors_when_multiplied_and_divided_then_the_quotient_returns(void **state)
{
    (void)state;
    uint64_t random = 7;
    for (int i = 0; i < 20000; i++) {
        uint64_t word[4];
        for (int j = 0; j < 4; j++) {
            random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
            word[j] = random;
        }
        const uint128 a = (((uint128)word[0] << 64) | word[1]) >> (1 + word[2] % 100);
        const uint128 d = ((((uint128)word[2] << 64) | word[3]) >> (1 + word[0] % 100)) + 1;
        assert_true(wide_mul_div(a, d, d) == a);
        assert_true(wide_mul_div(d, a, d) == a);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_decimal_text_when_parsed_then_it_is_exact),
        cmocka_unit_test(given_text_that_is_no_price_when_parsed_then_it_is_refused),
        cmocka_unit_test(given_half_a_cent_when_rounded_then_it_goes_away_from_zero),
        cmocka_unit_test(given_amounts_when_written_then_people_and_parsers_can_read_them),
        cmocka_unit_test(given_any_amount_when_written_and_parsed_then_it_is_the_same),
        cmocka_unit_test(given_products_beyond_128_bits_when_divided_then_they_are_exact),
        cmocka_unit_test(given_random_factors_when_multiplied_and_divided_then_the_quotient_returns),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
