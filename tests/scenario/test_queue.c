/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Queues in whole scenarios: order by group, quotas, what batches cost, and the law of a group that is served in order. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "models/replicate.h"
#include "sim/base/compiler.h"

static const char SHOP[] =
    "headroom: 1\n"
    "clock: {length: 30m, warm_up: 5m}\n"
    "traffic: {shoppers: {rate: 100/s, mix: {order: 100%}}}\n"
    "services:\n"
    "  web: {runs_on: web-fleet, operations: {order: [{send: {to: orders}}]}}\n"
    "  worker: {runs_on: worker-fleet, consumes: orders, workers: 100, operations: {handle: [{wait: 90ms}]}}\n"
    "regions:\n"
    "  us-east-1:\n"
    "    zones: 2\n"
    "    alb: {targets: web-fleet}\n"
    "    web-fleet: {kind: asg, instance: m7g.large, size: {min: 2, max: 2}}\n"
    "    worker-fleet: {kind: asg, instance: m7g.large, size: {min: 2, max: 2}}\n"
    "    orders: {kind: sqs, receive: 10ms}\n";

struct day {
    uint64_t begun, ok, sent, throttled;
    double backlog, oldest_s, requests; /* means over the windows; the queue's API requests */
    bool fifo_rate;
};

static double mean_of(const struct replication *r, const char *column)
{
    double sum = 0;
    for (int c = 0; c < r->series.column_count; c++)
        for (int k = 0; !strcmp(r->series.columns[c].name, column) && k < r->series.window_count; k++)
            sum += r->series.values[(int64_t)c * r->series.window_count + k] / r->series.window_count;
    return sum;
}

static struct day run(const char *const *sets, int count)
{
    struct arena arena;
    arena_init(&arena);
    struct diag diag;
    diag_init(&diag, &arena);
    const struct scenario *sc = scenario_parse("shop", SHOP, sizeof SHOP - 1, ".", sets, count, &arena, &diag);
    if (!sc)
        diag_print(&diag, stderr, false);
    assert_non_null(sc);
    const struct replication *r = replicate(sc, -1, 0, NULL, &arena, NULL, NULL);
    if (r->violation)
        print_error("%s\n", r->violation);
    assert_null(r->violation);
    const struct operation_result *all = &r->operations[r->operation_count - 2];
    struct day day = { .begun = all->begun,
                       .ok = all->outcomes[OUTCOME_OK],
                       .backlog = mean_of(r, "visible"),
                       .oldest_s = mean_of(r, "oldest_age") };
    for (int i = 0; i < r->flow_count; i++) {
        day.sent += strcmp(r->flows[i].name, "sent") == 0 ? r->flows[i].count : 0;
        day.throttled += strcmp(r->flows[i].name, "sends throttled") == 0 ? r->flows[i].count : 0;
    }
    for (size_t u = 0; u < r->usage_count; u++)
        if (!strcmp(r->usage[u].key->service, "AWSQueueService")) {
            day.requests += (double)r->usage[u].quantity;
            day.fifo_rate = !strcmp(r->usage[u].key->usage_type, "Requests-FIFO-Tier1");
        }
    arena_fini(&arena);
    return day;
}

#define RUN(...) \
    run((const char *const[]){ __VA_ARGS__ }, (int)(sizeof(const char *const[]){ __VA_ARGS__ } / sizeof(const char *)))
#define QUEUE "regions.us-east-1.orders."

/* A message takes 100 ms, its receive included, and its group waits: 20 groups share 100 per second, each an M/D/1 queue
 * with rho = 0.5. Those who wait for another: rho^2 / 2 / (1 - rho) = 0.25 of each, 5 in all, as seen at 30 instants with a
 * standard deviation of about 2.5 each. [KLE-1] sec. 5.6 */
static void given_groups_in_order_when_consumers_are_many_then_each_group_is_an_md1_queue(void **state)
{
    const struct day day = RUN(QUEUE "fifo=true", QUEUE "groups=20");
    assert_true(day.backlog > 3.5 && day.backlog < 6.5);
    assert_true(day.fifo_rate);
    assert_true(RUN("seed=1").backlog < 0.1);
}

/* One group is one at a time: 10 per second of 100. */
static void given_one_group_when_more_is_sent_than_it_can_then_the_backlog_grows(void **state)
{
    const struct day day = RUN(QUEUE "fifo=true", QUEUE "groups=1");
    const double grows_per_s = 90.0;
    assert_true(day.backlog > grows_per_s * 60 * 18 && day.backlog < grows_per_s * 60 * 22);
    assert_true(day.oldest_s > 900 && day.oldest_s < 1200);
}

static void given_the_quota_when_more_is_sent_then_the_senders_get_errors(void **state)
{
    const struct day day = RUN(QUEUE "fifo=true", QUEUE "calls_per_s=80", QUEUE "batch=10");
    assert_true(day.ok < day.begun * 90 / 100);
    assert_true(day.throttled > day.begun / 10);
    assert_true(day.sent > 78 * 1800 && day.sent < 81 * 1800);
}

/* A send, a receive and a delete for each; with batches of ten a tenth of the latter two. Empty polls beside it. */
static void given_batches_when_metered_then_calls_are_counted_not_messages(void **state)
{
    const struct day single = RUN(QUEUE "batch=1"), batched = RUN(QUEUE "batch=10");
    const double polls = single.requests - 3.0 * (double)single.sent, fewer = single.requests - batched.requests;
    assert_true(polls > 0 && polls < 0.1 * (double)single.sent * 3.0);
    assert_true(fewer > 1.79 * (double)single.sent && fewer < 1.81 * (double)single.sent);
    assert_false(single.fifo_rate);
}

/* Every message of a poisoned consumer dies after its receives; the groups go on. */
static void given_messages_that_fail_when_they_are_dead_then_their_groups_go_on(void **state)
{
    const struct day day = RUN(QUEUE "fifo=true", QUEUE "groups=2000", QUEUE "visibility=2s",
                               QUEUE "dead_letter_after=2", "services.worker.operations.handle=[{wait: 5s}]",
                               "services.worker.workers=1000");
    assert_true(day.backlog < 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_groups_in_order_when_consumers_are_many_then_each_group_is_an_md1_queue),
        cmocka_unit_test(given_one_group_when_more_is_sent_than_it_can_then_the_backlog_grows),
        cmocka_unit_test(given_the_quota_when_more_is_sent_then_the_senders_get_errors),
        cmocka_unit_test(given_batches_when_metered_then_calls_are_counted_not_messages),
        cmocka_unit_test(given_messages_that_fail_when_they_are_dead_then_their_groups_go_on),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
