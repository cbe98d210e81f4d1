/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Databases in whole scenarios: a storm of connections after a failover, readers that are lost and come back, lag. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "models/rds.h"
#include "models/replicate.h"
#include "sim/base/compiler.h"
#include "tests/scenario/same_record.h"

struct day {
    uint64_t begun, ok, http_500, opened, refused, reads, stale;
    double first_reader, second_reader; /* CPU, mean of the last windows */
    double lag_s;                       /* mean over the windows */
};

static double mean_of_last(const struct replication *r, const char *column, int windows)
{
    for (int c = 0; c < r->series.column_count; c++) {
        double sum = 0;
        if (strcmp(r->series.columns[c].name, column) != 0)
            continue;
        for (int k = r->series.window_count - windows; k < r->series.window_count; k++)
            sum += r->series.values[(int64_t)c * r->series.window_count + k] / windows;
        return sum;
    }
    return -1.0;
}

static uint64_t flow_of(const struct replication *r, const char *name)
{
    for (int i = 0; i < r->flow_count; i++)
        if (!strcmp(r->flows[i].name, name))
            return r->flows[i].count;
    return 0;
}

static const struct replication *replicate_with(const char *const *sets, int count, bool events, struct arena *arena)
{
    struct diag diag;
    diag_init(&diag, arena);
    struct scenario *sc = scenario_load("scenarios/failover-storm.yaml", sets, count, arena, &diag);
    if (!sc)
        diag_print(&diag, stderr, false);
    assert_non_null(sc);
    sc->station_events = events;
    const struct replication *r = replicate(sc, -1, 0, NULL, arena, NULL, NULL);
    if (r->violation)
        print_error("%s\n", r->violation);
    assert_null(r->violation);
    return r;
}

static struct day run(const char *const *sets, int count)
{
    struct arena arena;
    arena_init(&arena);
    const struct replication *r = replicate_with(sets, count, false, &arena);
    const struct operation_result *all = &r->operations[r->operation_count - 2];
    const struct day day = { .begun = all->begun,
                             .ok = all->outcomes[OUTCOME_OK],
                             .http_500 = all->outcomes[OUTCOME_HTTP_500],
                             .opened = flow_of(r, "connections opened"),
                             .refused = flow_of(r, "connections refused"),
                             .reads = flow_of(r, "reads of replicas"),
                             .stale = flow_of(r, "stale reads"),
                             .first_reader = mean_of_last(r, "replica_1_cpu", 2),
                             .second_reader = mean_of_last(r, "replica_2_cpu", 2),
                             .lag_s = mean_of_last(r, "replica_lag", r->series.window_count) };
    arena_fini(&arena);
    return day;
}

#define RUN(...) \
    run((const char *const[]){ __VA_ARGS__ }, (int)(sizeof(const char *const[]){ __VA_ARGS__ } / sizeof(const char *)))
#define DB "regions.us-east-1.shop-db."
#define FAILS \
    "clock.length=8m", "clock.warm_up=1m", "faults=[{at: +1m, component: shop-db, kind: crash}]", DB "failover=30s"
#define ORDERLY DB "buffers={cold: x1}", DB "reader_noticed=0s"

static uint64_t failed(struct day day)
{
    return day.begun - day.ok;
}

static void given_connections_that_cost_cpu_when_all_pools_reconnect_then_the_outage_is_longer(void **state)
{
    const struct day free = RUN(FAILS, ORDERLY, DB "connect_cpu=0ms"),
                     dear = RUN(FAILS, ORDERLY, DB "connect_cpu=200ms");
    assert_true(failed(dear) > failed(free) * 5 / 4);
    assert_true(dear.opened > 300);
    assert_int_equal(free.opened, 0); /* not reported where it costs nothing */
}

static void given_cold_buffers_when_the_standby_takes_over_then_the_outage_is_longer(void **state)
{
    const struct day warm = RUN(FAILS, ORDERLY), cold = RUN(FAILS, DB "buffers={cold: x8, half_life: 2m}");
    assert_true(failed(cold) > failed(warm) * 5 / 4);
}

static void given_few_connections_when_all_pools_reconnect_then_some_are_refused(void **state)
{
    assert_true(RUN(FAILS, ORDERLY, DB "max_connections=60").refused > 0);
}

/* Power of the first reader's zone is gone from minute 1 to minute 2. */
#define READER "clock.length=8m", "clock.warm_up=1m", "faults=[{at: +1m, zone: us-east-1c, kind: power, lasts: 1m}]"

/* A pool uses the connection that came back last: one that hangs is out of the way until its query's timeout, so few queries
 * suffer at this load. All others fail for want of a balancer node, with or without. */
static void given_a_lost_reader_when_nobody_has_noticed_then_its_queries_hear_nothing(void **state)
{
    const struct day at_once = RUN(READER, DB "reader_noticed=0s"), late = RUN(READER, DB "reader_noticed=40s");
    assert_int_equal(at_once.http_500, 0);
    assert_true(late.http_500 > 5);
}

static void given_a_reader_that_comes_back_when_connections_grow_old_then_it_gets_its_share_again(void **state)
{
    const struct day never = RUN(READER, "services.web.connection_lifetime=24h", DB "buffers={cold: x1}"),
                     soon = RUN(READER, "services.web.connection_lifetime=1m", DB "buffers={cold: x1}");
    assert_true(never.first_reader < never.second_reader / 2);
    assert_true(soon.first_reader > soon.second_reader * 3 / 4);
}

/* 120 writes per second of 5 ms on average, exponential; the replay thread is an M/M/1 queue with rho = 0.6 apply. What a
 * read meets is its work: rho / (1 - rho) times the mean time of a write's replay, [KLE-1] sec. 3.2, beside 0.1 s. */
static void given_writes_when_one_thread_applies_them_then_the_lag_is_the_work_of_an_mm1_queue(void **state)
{
#define CALM "clock.length=60m", "clock.warm_up=2m", "faults=[]", DB "replication.lag=100ms"
    const struct day day = RUN(CALM, DB "replication.apply=x1.25");
    const double rho = 120 * 0.005 * 1.25, expected = 0.1 + rho / (1 - rho) * 0.005 * 1.25;
    assert_true(day.lag_s > expected - 0.002 && day.lag_s < expected + 0.002);
    assert_int_equal(day.stale, 0);
}

static void given_more_writes_than_can_be_applied_when_replicas_are_read_then_the_answers_are_stale(void **state)
{
    const struct day day = RUN("clock.length=10m", "clock.warm_up=2m", "faults=[]", DB "replication.apply=x2");
    assert_true(day.stale > day.reads * 9 / 10);
    assert_true(day.lag_s > 30); /* rho = 1.2: a fifth of a second of work more in each second */
}

/* A cluster's reader takes over within 35 s, where a standby takes 60 to 120 s; the readers share what is read after it. */
static void given_a_cluster_when_its_writer_is_lost_then_a_reader_takes_over_sooner_than_a_standby_would(void **state)
{
#define FAST    "clock.length=12m", "clock.warm_up=1m", "faults=[{at: +1m, component: shop-db, kind: crash}]", ORDERLY
#define CLUSTER DB "instance=db.r6gd.large", DB "cluster=true", DB "multi_az=false", DB "read_replicas=0"
    const struct day standby = RUN(FAST, DB "instance=db.r6gd.large"), cluster = RUN(FAST, CLUSTER);
    assert_true(failed(cluster) > 100 && failed(cluster) < failed(standby) / 2);
    assert_true(cluster.reads > standby.reads / 2);
}

/* The zone of the writer is gone for three minutes; its place is a reader's when it is back. */
static void given_a_cluster_when_the_writers_zone_is_back_then_it_has_two_readers_again(void **state)
{
    const struct day day = RUN("clock.length=12m", "clock.warm_up=1m", ORDERLY, CLUSTER,
                               "faults=[{at: +1m, zone: us-east-1a, kind: power, lasts: 3m}]",
                               "services.web.connection_lifetime=1m");
    assert_true(day.first_reader > 0.1 && day.second_reader > 0.1);
}

static void given_databases_in_order_of_arrival_when_ahead_or_on_events_then_the_record_is_the_same(void **state)
{
    struct arena a, b;
    arena_init(&a);
    arena_init(&b);
    const char *const sets[] = { FAILS, DB "discipline=fcfs" };
    const struct replication *ahead = replicate_with(sets, (int)ARRAY_LEN(sets), false, &a),
                             *events = replicate_with(sets, (int)ARRAY_LEN(sets), true, &b);
    const char *difference = record_difference(ahead, events);
    if (difference)
        print_error("%s\n", difference);
    assert_null(difference);
    arena_fini(&a);
    arena_fini(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_connections_that_cost_cpu_when_all_pools_reconnect_then_the_outage_is_longer),
        cmocka_unit_test(given_cold_buffers_when_the_standby_takes_over_then_the_outage_is_longer),
        cmocka_unit_test(given_few_connections_when_all_pools_reconnect_then_some_are_refused),
        cmocka_unit_test(given_a_lost_reader_when_nobody_has_noticed_then_its_queries_hear_nothing),
        cmocka_unit_test(given_a_reader_that_comes_back_when_connections_grow_old_then_it_gets_its_share_again),
        cmocka_unit_test(given_writes_when_one_thread_applies_them_then_the_lag_is_the_work_of_an_mm1_queue),
        cmocka_unit_test(given_more_writes_than_can_be_applied_when_replicas_are_read_then_the_answers_are_stale),
        cmocka_unit_test(given_a_cluster_when_its_writer_is_lost_then_a_reader_takes_over_sooner_than_a_standby_would),
        cmocka_unit_test(given_a_cluster_when_the_writers_zone_is_back_then_it_has_two_readers_again),
        cmocka_unit_test(given_databases_in_order_of_arrival_when_ahead_or_on_events_then_the_record_is_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
