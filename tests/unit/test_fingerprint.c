/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/fingerprint.h"

static struct fingerprint of(const uint64_t happenings[][3], int count, int step)
{
    struct fingerprint f = { 0 };
    for (int i = 0; i < count; i++) {
        const uint64_t *h = happenings[i * step % count];
        fingerprint_add(&f, h[0], (sim_time)h[1], h[2]);
    }
    return f;
}

static const uint64_t happenings[][3] = { { 1, 10, 0 }, { 1, 20, 0 }, { 2, 10, 5 }, { 3, 0, 0 }, { 2, 30, 5 } };

static void given_the_same_happenings_when_handled_in_another_order_then_the_fingerprint_is_the_same(void **state)
{
    const struct fingerprint a = of(happenings, 5, 1), b = of(happenings, 5, 2), c = of(happenings, 5, 3);
    assert_int_equal(a.sum, b.sum);
    assert_int_equal(a.sum, c.sum);
    assert_int_equal(a.count, 5);
}

/* Each part counts, and so does which time goes with which thing. */
static void given_one_difference_when_compared_then_the_fingerprint_differs(void **state)
{
    const uint64_t changed[][3][3] = { { { 1, 10, 0 }, { 2, 20, 0 }, { 4, 0, 0 } },
                                       { { 1, 10, 0 }, { 2, 21, 0 }, { 3, 0, 0 } },
                                       { { 1, 10, 0 }, { 2, 20, 1 }, { 3, 0, 0 } },
                                       { { 1, 20, 0 }, { 2, 10, 0 }, { 3, 0, 0 } },
                                       { { 1, 10, 0 }, { 2, 20, 0 }, { 2, 20, 0 } } };
    const uint64_t original[][3] = { { 1, 10, 0 }, { 2, 20, 0 }, { 3, 0, 0 } };
    for (int i = 0; i < 5; i++)
        assert_int_not_equal(of(original, 3, 1).sum, of(changed[i], 3, 1).sum);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_the_same_happenings_when_handled_in_another_order_then_the_fingerprint_is_the_same),
        cmocka_unit_test(given_one_difference_when_compared_then_the_fingerprint_differs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
