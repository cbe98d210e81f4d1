/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "analysis/stopping.h"

static void given_looks_when_counted_then_each_is_at_twice_as_many_and_the_last_at_the_most(void **state)
{
    assert_int_equal(stopping_checkpoint(0, 640), 10);
    assert_int_equal(stopping_checkpoint(1, 640), 20);
    assert_int_equal(stopping_checkpoint(3, 640), 80);
    assert_int_equal(stopping_checkpoint(6, 640), 640);
    assert_int_equal(stopping_checkpoint(3, 70), 70);
    assert_int_equal(stopping_checkpoint(60, 10000), 10000);
    assert_int_equal(stopping_checkpoint(0, 2), 2);
}

/* All looks at all figures together may err as often as one interval may. */
static void given_any_number_of_looks_when_their_errors_are_added_then_they_stay_within_five_percent(void **state)
{
    for (int figures = 1; figures <= 9; figures++) {
        double errors = 0;
        for (int look = 0; look < 40; look++)
            errors += figures * (1 - stopping_level(look, figures));
        assert_true(errors <= STOPPING_ALPHA + 1e-9);
        assert_true(errors > 0.99 * STOPPING_ALPHA);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_looks_when_counted_then_each_is_at_twice_as_many_and_the_last_at_the_most),
        cmocka_unit_test(given_any_number_of_looks_when_their_errors_are_added_then_they_stay_within_five_percent),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
