/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The theory of disciplines.h, where it meets what formulas.h says. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/oracles/disciplines.h"
#include "analysis/oracles/formulas.h"

#define assert_near(actual, expected, error) assert_true(fabs((actual) - (expected)) <= (error))

static void given_exponential_services_when_in_order_then_the_mean_square_is_that_of_mm1(void **state)
{
    assert_near(first_square_s2(0.5, 1.0), 2.0 / (0.5 * 0.5), 1e-12);
    assert_near(first_square_s2(0.8, 1.0), 2.0 / (0.2 * 0.2), 1e-9);
}

static void given_no_load_when_the_last_comes_first_then_the_order_does_not_matter(void **state)
{
    assert_near(last_square_s2(1e-9, 0.5), first_square_s2(1e-9, 0.5), 1e-8);
    assert_near(last_square_s2(1e-9, 0.5), 1.5, 1e-8);
}

static void given_no_patience_at_all_when_somebody_is_lost_then_it_is_erlang_b(void **state)
{
    for (int servers = 1; servers < 20; servers += 6)
        assert_near(wait_limit_lost(servers, 0.9 * servers, 0.0), erlang_b(servers, 0.9 * servers), 1e-12);
}

/* Nobody is lost below full load, and above it what the servers cannot do. */
static void given_endless_patience_when_overloaded_then_the_excess_is_lost(void **state)
{
    assert_near(wait_limit_lost(3, 2.7, 200.0), 0.0, 1e-12);
    assert_near(wait_limit_lost(3, 4.0, 200.0), 0.25, 1e-9);
    assert_near(wait_limit_lost(3, 3.0, 5.0), wait_limit_lost(3, 3.0 + 1e-9, 5.0), 1e-7); /* load 1 is no pole */
}

static void given_a_limit_of_the_sojourn_when_it_is_far_then_it_is_mm1(void **state)
{
    assert_near(sojourn_limit_cut(0.7, 200.0), 0.0, 1e-12);
    assert_near(sojourn_limit_busy(0.7, 200.0), 0.7, 1e-12);
    assert_near(sojourn_limit_number(0.7, 200.0), 0.7 / 0.3, 1e-12);
    assert_near(sojourn_limit_cut(0.7, 0.0), 1.0, 1e-12);
}

/* From order of arrival to sharing by everybody. */
static void given_a_limit_of_sharers_when_it_grows_then_the_number_goes_from_one_law_to_the_other(void **state)
{
    double last = sharers_erlang2_number(0.7, 1);
    const struct law erlang2 = { LAW_GAMMA, "", 1.0, 0.5 };
    assert_near(last, 0.7 * mg1_sojourn_s(0.7, &erlang2), 1e-7);
    for (int sharers = 2; sharers <= 8; sharers++) {
        const double number = sharers_erlang2_number(0.7, sharers);
        assert_true(number > last && number < 0.7 / 0.3);
        last = number;
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_exponential_services_when_in_order_then_the_mean_square_is_that_of_mm1),
        cmocka_unit_test(given_no_load_when_the_last_comes_first_then_the_order_does_not_matter),
        cmocka_unit_test(given_no_patience_at_all_when_somebody_is_lost_then_it_is_erlang_b),
        cmocka_unit_test(given_endless_patience_when_overloaded_then_the_excess_is_lost),
        cmocka_unit_test(given_a_limit_of_the_sojourn_when_it_is_far_then_it_is_mm1),
        cmocka_unit_test(given_a_limit_of_sharers_when_it_grows_then_the_number_goes_from_one_law_to_the_other),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
