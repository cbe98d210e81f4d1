/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Retries that sustain an overload. Every call is tried r + 1 times, each time for less than the line takes; a trigger has
 * filled the line. While everybody is late all attempts are made, (r + 1) lambda of them: the line stays full as long as
 * that is more than the capacity C, whatever the trigger was. So between C / (r + 1) and C a load is vulnerable: carried
 * before the trigger, lost after it. Below it drains. [BRO-21] sec. 2; a budget that allows b retries for each success
 * moves the lower end to C / (1 + b).
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>

#include "analysis/recovery.h"
#include "models/replicate.h"

/* One instance of the called service: two vCPUs at 10 ms, C = 200/s. */
static const char shop[] = "headroom: 1\n"
                           "name: Retries\n"
                           "clock: {start: \"2026-06-10T12:00Z\", length: 45m, warm_up: 3m}\n"
                           "traffic:\n"
                           "  visitors:\n"
                           "    rate: {profile: constant, mean: 100/s}\n"
                           "    mix: {page: 100%}\n"
                           "    client: {kind: browser, patience: 8s, reload: 0%}\n"
                           "services:\n"
                           "  pages:\n"
                           "    runs_on: page-fleet\n"
                           "    workers: 1000\n"
                           "    backlog: 100\n"
                           "    operations:\n"
                           "      page: [{call: {operation: list, timeout: 500ms, attempts: 4}}]\n"
                           "  catalogue:\n"
                           "    runs_on: catalogue-fleet\n"
                           "    workers: 4\n"
                           "    backlog: 1024\n"
                           "    operations:\n"
                           "      list: [{cpu: exp(10ms)}]\n"
                           "regions:\n"
                           "  us-east-1:\n"
                           "    zones: 1\n"
                           "    alb: {targets: page-fleet}\n"
                           "    page-fleet: {kind: asg, instance: c7g.large, size: {min: 1, max: 1}}\n"
                           "    catalogue-fleet: {kind: asg, instance: c7g.large, size: {min: 1, max: 1}}\n"
                           "faults: [{at: +5m, component: catalogue-fleet, kind: slow, factor: x20, lasts: 2m}]\n";

static struct recovery judge(const char *rate, const char *call)
{
    struct arena arena;
    arena_init(&arena);
    struct diag diag;
    diag_init(&diag, &arena);
    const char *const sets[] = { arena_printf(&arena, "traffic.visitors.rate.mean=%s", rate),
                                 arena_printf(&arena, "services.pages.operations.page=[{call: {operation: list, %s}}]",
                                              call) };
    const struct scenario *sc = scenario_parse("shop", shop, sizeof shop - 1, ".", sets, 2, &arena, &diag);
    if (!sc)
        diag_print(&diag, stderr, false);
    assert_non_null(sc);
    struct twin twin = { 0 };
    const struct replication *healthy = replicate(sc, -1, 0, &fault_free, &arena, NULL, NULL),
                             *hurt = replicate(sc, -1, 0, NULL, &arena, NULL, NULL);
    assert_null(hurt->violation);
    twin_add(&twin, healthy, &arena);
    const struct recovery r = recovery_of(&twin, hurt, &hurt->faults[0]);
    arena_fini(&arena);
    assert_true(r.judged);
    return r;
}

static const char four[] = "timeout: 500ms, attempts: 4", two[] = "timeout: 500ms, attempts: 2",
                  budget[] =
                      "timeout: 500ms, attempts: 4, budget: {tokens: 100, cost: 10, cost_timeout: 10, refund: 1}";

static void given_four_attempts_when_the_load_is_below_a_quarter_then_the_line_drains(void **state)
{
    const struct recovery r = judge("40/s", four); /* 4 * 40 < 200 */
    assert_false(r.metastable);
    assert_true(r.recovered_s > 300 && r.recovered_s < 420 + 600);
}

static void given_four_attempts_when_the_load_is_above_a_quarter_then_it_does_not(void **state)
{
    static const char *const rates[] = { "60/s", "100/s", "140/s" }; /* 4 * 60 > 200 */
    for (size_t i = 0; i < ARRAY_LEN(rates); i++) {
        const struct recovery r = judge(rates[i], four);
        assert_true(r.metastable);
        assert_true(isnan(r.recovered_s));
    }
}

static void given_two_attempts_when_the_load_is_on_either_side_of_a_half_then_the_end_moves_there(void **state)
{
    assert_false(judge("80/s", two).metastable); /* 2 * 80 < 200 */
    assert_true(judge("125/s", two).metastable); /* 2 * 125 > 200 */
}

/* A retry for ten successes at the most: 1.1 * 140 < 200. */
static void given_a_budget_when_the_load_was_vulnerable_then_it_recovers(void **state)
{
    const struct recovery r = judge("140/s", budget);
    assert_false(r.metastable);
    assert_true(r.recovered_s < 420 + 600);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_four_attempts_when_the_load_is_below_a_quarter_then_the_line_drains),
        cmocka_unit_test(given_four_attempts_when_the_load_is_above_a_quarter_then_it_does_not),
        cmocka_unit_test(given_two_attempts_when_the_load_is_on_either_side_of_a_half_then_the_end_moves_there),
        cmocka_unit_test(given_a_budget_when_the_load_was_vulnerable_then_it_recovers),
    };
    return cmocka_run_group_tests_name("theory_metastable", tests, NULL, NULL);
}
