/* SPDX-License-Identifier: GPL-3.0-or-later */
/* alarm -- M of N datapoints, and what stands for those that are missing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "models/alarm.h"

static const struct alarm_config THREE_OF_THREE = { .datapoints = 3, .periods = 3 };

static enum alarm_point point_of(char c)
{
    return c == 'X' ? ALARM_POINT_BREACHES : c == '0' ? ALARM_POINT_GOOD : ALARM_POINT_MISSING;
}

/* The state after these datapoints, the newest on the right, having been in `before` until then. */
static enum alarm_state state_after(const struct alarm_config *config, const char *points, enum alarm_state before)
{
    const struct component c = { .config = (void *)(uintptr_t)config };
    struct alarm alarm;
    alarm_init(&alarm, &c);
    for (const char *p = points; *p; p++) {
        if (p[1] == '\0')
            alarm.state = before;
        alarm_add(&alarm, point_of(*p));
    }
    return alarm.state;
}

/* [CW-UG] "Configuring how CloudWatch alarms treat missing data", the table for three of three. */
static void given_missing_datapoints_when_evaluated_then_the_state_is_that_of_aws_s_table(void **state)
{
    (void)state;
    static const struct {
        const char *points;
        enum alarm_state expected[4]; /* missing, ignore, breaching, not breaching; the state before: INSUFFICIENT */
    } table[] = {
        { "0-X-X", { ALARM_OK, ALARM_OK, ALARM_OK, ALARM_OK } },
        { "0----", { ALARM_OK, ALARM_OK, ALARM_OK, ALARM_OK } },
        { "-----", { ALARM_INSUFFICIENT, ALARM_INSUFFICIENT, ALARM_IN_ALARM, ALARM_OK } },
        { "0XX-X", { ALARM_IN_ALARM, ALARM_IN_ALARM, ALARM_IN_ALARM, ALARM_IN_ALARM } },
        { "--X--", { ALARM_IN_ALARM, ALARM_INSUFFICIENT, ALARM_IN_ALARM, ALARM_OK } },
    };
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++)
        for (int missing = ALARM_MISSING; missing <= ALARM_NOT_BREACHING; missing++) {
            struct alarm_config config = THREE_OF_THREE;
            config.missing = missing;
            assert_int_equal(state_after(&config, table[i].points, ALARM_INSUFFICIENT), table[i].expected[missing]);
        }
}

static void given_ignored_gaps_when_they_could_decide_then_the_state_stays(void **state)
{
    (void)state;
    struct alarm_config config = THREE_OF_THREE;
    config.missing = ALARM_IGNORE;
    assert_int_equal(state_after(&config, "--X--", ALARM_IN_ALARM), ALARM_IN_ALARM);
    assert_int_equal(state_after(&config, "--X--", ALARM_OK), ALARM_OK);
}

static void given_two_of_three_when_two_breach_then_it_is_in_alarm(void **state)
{
    (void)state;
    const struct alarm_config config = { .datapoints = 2, .periods = 3 };
    assert_int_equal(state_after(&config, "0X0", ALARM_OK), ALARM_OK);
    assert_int_equal(state_after(&config, "X0X", ALARM_OK), ALARM_IN_ALARM);
    assert_int_equal(state_after(&config, "X0X0", ALARM_IN_ALARM), ALARM_OK);
}

/* The minute of the loss may be half good, and each datapoint is a minute: three of them, then the publication. */
static void given_a_good_past_when_all_breaches_then_the_third_datapoint_alarms(void **state)
{
    (void)state;
    const struct component c = { .config = (void *)(uintptr_t)&THREE_OF_THREE };
    struct alarm alarm;
    alarm_init(&alarm, &c);
    for (int i = 0; i < 10; i++)
        assert_false(alarm_add(&alarm, ALARM_POINT_GOOD));
    assert_false(alarm_add(&alarm, ALARM_POINT_BREACHES));
    assert_false(alarm_add(&alarm, ALARM_POINT_BREACHES));
    assert_true(alarm_add(&alarm, ALARM_POINT_BREACHES));
    assert_int_equal(alarm.state, ALARM_IN_ALARM);
    assert_false(alarm_add(&alarm, ALARM_POINT_BREACHES));
    assert_true(alarm_add(&alarm, ALARM_POINT_GOOD));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_missing_datapoints_when_evaluated_then_the_state_is_that_of_aws_s_table),
        cmocka_unit_test(given_ignored_gaps_when_they_could_decide_then_the_state_stays),
        cmocka_unit_test(given_two_of_three_when_two_breach_then_it_is_in_alarm),
        cmocka_unit_test(given_a_good_past_when_all_breaches_then_the_third_datapoint_alarms),
    };
    return cmocka_run_group_tests_name("alarm", tests, NULL, NULL);
}
