/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cli/progress.h"

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

static void given_any_work_when_shown_then_the_line_fits_a_terminal(void **state)
{
    static const char *const prefixes[] = { "", "headroom: " };
    for (int days = 1; days <= 100000; days *= 10)
        for (double requests = 1e3; requests < 1e16; requests *= 10)
            for (int done = 0; done <= 4; done++)
                for (int form = 0; form < 4; form++) {
                    const struct task_progress now = { .requests = requests,
                                                       .requests_done = requests * (0.004 + 0.249 * done),
                                                       .longest_left = requests,
                                                       .days = days,
                                                       .days_finished = days - (done > 0) };
                    const char *line = progress_line(prefixes[form % 2], &now, 3599, 4, form / 2, &arena);
                    assert_in_range(strlen(line), 20, 79);
                }
}

static void given_room_when_shown_then_everything_is_said(void **state)
{
    const struct task_progress now = { .requests = 4e6, .requests_done = 1e6, .longest_left = 3e6, .days = 1 };
    assert_string_equal(progress_line("", &now, 10, 1, false, &arena),
                        "simulated 0 of 1 day:  25 %, 100k requests/s, 30 s left; one day is serial");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(given_any_work_when_shown_then_the_line_fits_a_terminal, set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_room_when_shown_then_everything_is_said, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
