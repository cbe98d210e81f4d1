/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Mobile apps and AWS SDKs: what they do about failures, and when they stop. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "models/replicate.h"
#include "sim/base/compiler.h"

/* Every request asks somebody else, who is silent for a second: all fail with an error after 10 ms. */
static const char SILENT[] =
    "headroom: 1\n"
    "clock: {start: \"2026-11-27T12:00-05:00\", length: 10m, warm_up: 0s}\n"
    "traffic:\n"
    "  jobs: {rate: 10/s, mix: {page: 100%}, rtt: 0ms, client: {kind: sdk, retry: {clients: 1}}}\n"
    "services:\n"
    "  web: {runs_on: fleet, operations: {page: [{call: {operation: bank.charge, timeout: 10ms}}]}}\n"
    "  bank: {external: true, operations: {charge: 1s}}\n"
    "regions:\n"
    "  us-east-1:\n"
    "    zones: 1\n"
    "    rtt_same_zone: 0ms\n"
    "    alb: {kind: alb, targets: fleet, latency: 0ms}\n"
    "    fleet: {kind: asg, instance: m7g.large, size: {min: 2, max: 2}}\n";

struct day {
    uint64_t begun, ok, attempts, retries, denied;
    double mean_ms;
};

static const struct scenario *load(struct arena *arena, struct diag *diag, const char *const *sets, int set_count)
{
    diag_init(diag, arena);
    return scenario_parse("silent.yaml", SILENT, strlen(SILENT), ".", sets, set_count, arena, diag);
}

static struct day run(const char *const *sets, int set_count)
{
    struct arena arena;
    arena_init(&arena);
    struct diag diag;
    const struct scenario *sc = load(&arena, &diag, sets, set_count);
    if (!sc)
        diag_print(&diag, stderr, false);
    assert_non_null(sc);
    const struct replication *r = replicate(sc, -1, 0, NULL, &arena, NULL, NULL);
    assert_null(r->violation);
    const struct operation_result *page = &r->operations[0];
    struct day day = { .begun = page->begun,
                       .ok = page->outcomes[OUTCOME_OK],
                       .attempts = page->attempts,
                       .mean_ms = histogram_mean_ns(&page->latency) / 1e6 };
    for (int i = 0; i < r->flow_count; i++) {
        if (!strcmp(r->flows[i].name, "retries"))
            day.retries = r->flows[i].count;
        if (!strcmp(r->flows[i].name, "retries without tokens"))
            day.denied = r->flows[i].count;
    }
    arena_fini(&arena);
    return day;
}

#define RUN(...) \
    run((const char *const[]){ __VA_ARGS__ }, (int)(sizeof(const char *const[]){ __VA_ARGS__ } / sizeof(const char *)))
#define CLIENT(text) "traffic.jobs.client={kind: " text "}"

/* Worked example 1 of AWS behaviour sec. 21: a bucket of 500 and retries at 5 allow exactly 100, at 14 exactly 35. */
static void given_an_sdk_when_all_calls_fail_then_its_quota_allows_so_many_retries(void **state)
{
    assert_int_equal(RUN(CLIENT("sdk, retry: {clients: 1}")).retries, 100);
    assert_int_equal(RUN(CLIENT("sdk, retry: {clients: 1, mode: standard_2026}")).retries, 35);
    assert_int_equal(RUN(CLIENT("sdk, retry: {clients: 3}")).retries, 300);
    const struct day day = RUN(CLIENT("sdk, retry: {clients: 1}"));
    assert_int_equal(day.attempts, day.begun + day.retries);
    assert_true(day.denied > 0);
}

static void given_no_quota_when_all_calls_fail_then_every_attempt_is_made(void **state)
{
    const struct day legacy = RUN(CLIENT("sdk, retry: {mode: legacy, base: 1ms}"));
    const struct day none = RUN(CLIENT("sdk, retry: {mode: none}"));
    const struct day mobile = RUN(CLIENT("mobile, retry: {base: 1ms}"));
    assert_in_range(legacy.attempts, 5 * legacy.begun - 10, 5 * legacy.begun); /* the last one is under way */
    assert_int_equal(none.attempts, none.begun);
    assert_in_range(mobile.attempts, 3 * mobile.begun - 6, 3 * mobile.begun);
}

/* Three attempts of 10 ms, and pauses of 1 s and 2 s; the histogram's bins are 0.8 % wide, and its sums exact. */
static void given_a_mobile_app_when_all_calls_fail_then_its_pauses_are_known(void **state)
{
    assert_true(fabs(RUN(CLIENT("mobile")).mean_ms - 3030.0) < 1e-6);
}

/* Full jitter: a mean of half of 1 s and of 2 s, of some 6,000 operations; within 2 %, 5 sigma. */
static void given_full_jitter_when_all_calls_fail_then_pauses_are_half_as_long_on_average(void **state)
{
    assert_true(fabs(RUN(CLIENT("mobile, retry: {jitter: full}")).mean_ms - 1530.0) < 45.0);
}

static void given_a_timeout_when_the_answer_is_late_then_it_is_a_failure(void **state)
{
#define LATE "services.web.operations.page=[{wait: 100ms}]"
    assert_int_equal(RUN(LATE, CLIENT("sdk, timeout: 99ms")).ok, 0);
    const struct day in_time = RUN(LATE, CLIENT("sdk, timeout: 101ms"));
    assert_true(in_time.ok + 5 > in_time.begun);
    assert_int_equal(in_time.retries, 0);
}

static void assert_refused(const char *set, const char *why)
{
    struct arena arena;
    arena_init(&arena);
    struct diag diag;
    assert_null(load(&arena, &diag, &set, 1));
    char text[4096] = "";
    FILE *out = fmemopen(text, sizeof text, "w");
    diag_print(&diag, out, false);
    fclose(out);
    if (!strstr(text, why))
        print_error("'%s' does not say '%s'\n", text, why);
    assert_non_null(strstr(text, why));
    arena_fini(&arena);
}

static void given_what_a_client_cannot_be_when_loaded_then_it_is_said(void **state)
{
    assert_refused(CLIENT("sdk, patience: 3s"), "are programs: they have a timeout and retry");
    assert_refused(CLIENT("mobile, reload: 50%"), "are programs: they have a timeout and retry");
    assert_refused(CLIENT("browser, timeout: 3s"), "have a patience and reload, no timeout");
    assert_refused(CLIENT("browser, retry: {attempts: 2}"), "have a patience and reload, no timeout");
    assert_refused(CLIENT("sdk, retry: {base: 30s}"), "has a cap below its base");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_an_sdk_when_all_calls_fail_then_its_quota_allows_so_many_retries),
        cmocka_unit_test(given_no_quota_when_all_calls_fail_then_every_attempt_is_made),
        cmocka_unit_test(given_a_mobile_app_when_all_calls_fail_then_its_pauses_are_known),
        cmocka_unit_test(given_full_jitter_when_all_calls_fail_then_pauses_are_half_as_long_on_average),
        cmocka_unit_test(given_a_timeout_when_the_answer_is_late_then_it_is_a_failure),
        cmocka_unit_test(given_what_a_client_cannot_be_when_loaded_then_it_is_said),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
