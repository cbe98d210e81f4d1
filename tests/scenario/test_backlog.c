/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Services that are asked for more than they can do: who is dropped, who learns of it, and that nothing is lost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "models/replicate.h"
#include "sim/base/compiler.h"

struct day {
    uint64_t fingerprint, begun, ok, http_503, gave_up, shed, expired;
    bool drops; /* flows 'shed' and 'expired' are there */
    double p50_ok_ms, p99_ok_ms;
};

static struct day run(const char *path, const char *const *sets, int set_count, uint32_t number)
{
    struct arena arena;
    arena_init(&arena);
    struct diag diag;
    diag_init(&diag, &arena);
    const struct scenario *sc = scenario_load(path, sets, set_count, &arena, &diag);
    if (!sc)
        diag_print(&diag, stderr, false);
    assert_non_null(sc);
    const struct replication *r = replicate(sc, -1, number, NULL, &arena, NULL, NULL);
    if (r->violation)
        print_error("%s\n", r->violation);
    assert_null(r->violation);
    const struct operation_result *all = &r->operations[r->operation_count - 2];
    struct day day = { .fingerprint = r->fingerprint.sum,
                       .begun = all->begun,
                       .ok = all->outcomes[OUTCOME_OK],
                       .http_503 = all->outcomes[OUTCOME_HTTP_503],
                       .gave_up = all->outcomes[OUTCOME_GAVE_UP],
                       .p50_ok_ms = histogram_quantile_ns(&all->latency_ok, 0.50) / 1e6,
                       .p99_ok_ms = histogram_quantile_ns(&all->latency_ok, 0.99) / 1e6 };
    for (int i = 0; i < r->flow_count; i++) {
        day.drops |= !strcmp(r->flows[i].name, "shed");
        if (!strcmp(r->flows[i].name, "shed"))
            day.shed += r->flows[i].count;
        if (!strcmp(r->flows[i].name, "expired"))
            day.expired += r->flows[i].count;
    }
    arena_fini(&arena);
    return day;
}

#define RUN(...) \
    run("scenarios/overload.yaml", (const char *const[]){ "clock.length=3m", "clock.warm_up=1m", __VA_ARGS__ }, \
        (int)(sizeof(const char *const[]){ "", "", __VA_ARGS__ } / sizeof(const char *)), 0)

static void given_no_rule_when_overloaded_then_nobody_is_dropped_and_nearly_all_give_up(void **state)
{
    const struct day day = RUN("services.web.backlog_order=fifo");
    assert_false(day.drops);
    assert_int_equal(day.http_503, 0);
    assert_true(day.ok < day.begun / 100);
    assert_true(day.gave_up > day.begun * 95 / 100);
}

/* Whoever still waits is told: as many 503 as were shed, less those who began before the window and those under way. */
static void given_a_timeout_when_overloaded_then_those_who_wait_longer_are_answered_503(void **state)
{
    const struct day day = RUN("services.web.backlog_timeout=100ms");
    assert_true(day.shed > day.begun / 4);
    assert_int_equal(day.expired, 0);
    assert_true(day.http_503 <= day.shed && day.http_503 + 300 > day.shed);
    assert_int_equal(day.gave_up, 0);
    assert_true(day.ok > day.begun * 64 / 100);
    assert_true(day.p99_ok_ms > 100.0);
}

/* Nobody is told, as nobody is there. */
static void given_a_rule_for_the_expired_when_overloaded_then_nobody_is_answered_503(void **state)
{
    const struct day day = RUN("services.web.drop_expired=true"), none = RUN("services.web.drop_expired=false");
    assert_true(day.expired > day.begun / 4);
    assert_int_equal(day.shed, 0);
    assert_int_equal(day.http_503, 0);
    assert_true(day.gave_up >= day.expired * 9 / 10);
    assert_true(day.ok > 20 * none.ok);
}

/* The newest first answers fast or not at all; adaptive does the same as long as the overload lasts. */
static void given_the_newest_first_when_overloaded_then_many_are_answered_and_fast(void **state)
{
    const struct day fifo = RUN("services.web.drop_expired=true"),
                     lifo = RUN("services.web.backlog_order=lifo", "services.web.drop_expired=true"),
                     adaptive = RUN("services.web.backlog_order=adaptive", "services.web.drop_expired=true");
    assert_true(lifo.ok > fifo.ok * 105 / 100 && adaptive.ok > fifo.ok * 105 / 100);
    assert_true(lifo.p50_ok_ms < fifo.p50_ok_ms / 10 && adaptive.p50_ok_ms < fifo.p50_ok_ms / 10);
    assert_int_not_equal(lifo.fingerprint, adaptive.fingerprint);
}

/* Without an overload adaptive is in order: an overload that never comes changes nothing. */
static void given_a_load_that_is_carried_when_the_order_is_adaptive_then_it_is_that_of_arrival(void **state)
{
#define CARRIED "traffic.visitors.rate.mean=300/s", "services.web.overload_after=1h"
    const struct day fifo = RUN(CARRIED), adaptive = RUN(CARRIED, "services.web.backlog_order=adaptive"),
                     lifo = RUN(CARRIED, "services.web.backlog_order=lifo");
    assert_int_equal(fifo.fingerprint, adaptive.fingerprint);
    assert_int_not_equal(fifo.fingerprint, lifo.fingerprint);
}

/* One vCPU's worth of work each, exponential: the order does not change the mean number inside, but who waits. */
static void given_vcpus_that_take_the_newest_when_compared_with_order_then_half_are_faster_and_some_much_slower(
    void **state)
{
#define BUSY "traffic.visitors.rate.mean=340/s", "services.web.workers=1000", "traffic.visitors.client.patience=1000s"
    const struct day first = RUN(BUSY, "services.web.discipline=fcfs"),
                     last = RUN(BUSY, "services.web.discipline=lcfs");
    assert_int_equal(first.begun, last.begun);
    assert_true(last.p50_ok_ms < 0.9 * first.p50_ok_ms);
    assert_true(last.p99_ok_ms > 1.5 * first.p99_ok_ms);
}

/* Workers, waiters, deep checks that wait in the same line, and instances that die or drain under all of them. */
static void given_instances_that_crash_while_a_backlog_drops_when_run_then_nothing_is_lost_or_held(void **state)
{
    static const char *const ORDERS[] = { "fifo", "lifo", "adaptive" };
    for (int n = 0; n < 12; n++) {
        char fault[160], order[64];
        snprintf(fault, sizeof fault,
                 "faults=[{at: +%dms, component: web-fleet, kind: crash, instances: 2, lasts: 30s}, "
                 "{at: +100s, zone: us-east-1a, kind: power, lasts: 20s}]",
                 60000 + 137 * n);
        snprintf(order, sizeof order, "services.web.backlog_order=%s", ORDERS[n % 3]);
        const char *const sets[] = { fault,
                                     order,
                                     "clock.length=3m",
                                     "clock.warm_up=1m",
                                     "services.web.drop_expired=true",
                                     "services.web.backlog=200",
                                     "services.web.workers=4",
                                     "traffic.shoppers.rate.mean=400/s",
                                     "traffic.shoppers.client.patience=exp(500ms)",
                                     n & 1 ? "services.web.backlog_timeout=300ms"
                                           : "services.web.overload_timeout=5ms" };
        const struct day day = run("scenarios/smoke.yaml", sets, (int)ARRAY_LEN(sets), (uint32_t)n);
        assert_true(day.shed + day.expired > 1000);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_no_rule_when_overloaded_then_nobody_is_dropped_and_nearly_all_give_up),
        cmocka_unit_test(given_a_timeout_when_overloaded_then_those_who_wait_longer_are_answered_503),
        cmocka_unit_test(given_a_rule_for_the_expired_when_overloaded_then_nobody_is_answered_503),
        cmocka_unit_test(given_the_newest_first_when_overloaded_then_many_are_answered_and_fast),
        cmocka_unit_test(given_a_load_that_is_carried_when_the_order_is_adaptive_then_it_is_that_of_arrival),
        cmocka_unit_test(
            given_vcpus_that_take_the_newest_when_compared_with_order_then_half_are_faster_and_some_much_slower),
        cmocka_unit_test(given_instances_that_crash_while_a_backlog_drops_when_run_then_nothing_is_lost_or_held),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
