/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Departures computed at the arrival, or an event for each: the same record, to the bit, of every shipped scenario and of
 * shops made up by chance: disciplines mixed, small pools, short timeouts, services of no time, faults at any moment.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "models/departures.h"
#include "sim/fingerprint.h"
#include "tests/scenario/same_record.h"

enum { SETS_MAX = 64 };

static struct scenario *load(const char *path, const char *const *sets, int set_count, struct arena *arena)
{
    struct diag diag;
    diag_init(&diag, arena);
    struct scenario *sc = scenario_load(path, sets, set_count, arena, &diag);
    if (!sc)
        diag_print(&diag, stderr, false);
    assert_non_null(sc);
    return sc;
}

/* Returns the events that the computation saved. */
static uint64_t assert_same_day(const char *path, const char *const *sets, int set_count)
{
    struct arena arena[2];
    const struct replication *r[2];
    for (int e = 0; e < 2; e++) {
        arena_init(&arena[e]);
        struct scenario *sc = load(path, sets, set_count, &arena[e]);
        sc->station_events = e == 1;
        r[e] = replicate(sc, -1, 0, NULL, &arena[e], NULL, NULL);
        if (r[e]->violation)
            print_error("%s: %s\n", path, r[e]->violation);
        assert_null(r[e]->violation);
    }
    const char *difference = record_difference(r[0], r[1]);
    if (difference) {
        print_error("%s: other %s\n", path, difference);
        for (int s = 0; s < set_count; s++)
            print_error("  --set '%s'\n", sets[s]);
    }
    assert_null(difference);
    const uint64_t saved = r[1]->events - r[0]->events;
    arena_fini(&arena[0]);
    arena_fini(&arena[1]);
    return saved;
}

#define ASSERT_SAME_DAY(path, ...) \
    do { \
        const char *const sets[] = { __VA_ARGS__ }; \
        assert_same_day(path, sets, (int)(sizeof sets / sizeof *sets)); \
    } while (0)

/* A part of each, with its faults inside. */
static void given_the_shipped_scenarios_when_departures_are_computed_then_the_day_is_that_of_events(void **state)
{
    assert_same_day("scenarios/minimal.yaml", NULL, 0);
    assert_same_day("scenarios/smoke.yaml", NULL, 0);
    assert_same_day("scenarios/departure-times.yaml", NULL, 0);
    ASSERT_SAME_DAY("scenarios/replay-trace.yaml", "clock.length=10m");
    ASSERT_SAME_DAY("scenarios/sessions.yaml", "clock.length=10m", "clock.warm_up=5m");
    ASSERT_SAME_DAY("scenarios/black-friday.yaml", "clock.start=2026-11-27T20:00-05:00", "clock.length=12m",
                    "clock.warm_up=2m", "traffic.shoppers.rate.mean=150/s");
    ASSERT_SAME_DAY("scenarios/black-friday-large.yaml", "clock.start=2026-11-27T20:00-05:00", "clock.length=10m",
                    "clock.warm_up=1m", "traffic.shoppers.rate.mean=150/s");
}

/* Overload is where orders matter: Black Friday in order of arrival, with too little of everything. */
static void given_black_friday_in_order_of_arrival_when_departures_are_computed_then_the_day_is_that_of_events(
    void **state)
{
    const char *const sets[] = { "clock.start=2026-11-27T20:00-05:00",
                                 "clock.length=12m",
                                 "clock.warm_up=2m",
                                 "traffic.shoppers.rate.mean=150/s",
                                 "regions.us-east-1.web-fleet.size.min=3",
                                 "services.web.discipline=fcfs",
                                 "services.web.pools.catalog-db=2",
                                 "services.fulfilment.discipline=fcfs",
                                 "regions.us-east-1.catalog-db.discipline=fcfs",
                                 "regions.us-east-1.catalog-db.instance=db.t4g.medium",
                                 "regions.us-east-1.orders-db.discipline=fcfs" };
    assert_true(assert_same_day("scenarios/black-friday.yaml", sets, (int)(sizeof sets / sizeof *sets)) > 100000);
}

/* ---- shops made up by chance ---- */

/* What is varied of the smoke scenario; each text is a --set, NULL ends a row. */
static const char *const CHOICES[][6] = {
    { "clock.length=3m", "clock.length=4m" },
    { "clock.warm_up=0s", "clock.warm_up=1m" },
    { "traffic.shoppers.rate.mean=20/s", "traffic.shoppers.rate.mean=60/s", "traffic.shoppers.rate.mean=150/s" },
    { "traffic.shoppers.rate.batch=1", "traffic.shoppers.rate.batch=5" },
    { "traffic.shoppers.client.patience=100ms", "traffic.shoppers.client.patience=exp(1s)",
      "traffic.shoppers.client.patience=lognormal(mean=8s cv=0.6)" },
    { "traffic.shoppers.client.reload_after=0s", "traffic.shoppers.client.reload_after=uniform(1s 3s)" },
    { "services.web.discipline=fcfs", "services.web.discipline=fcfs", "services.web.discipline=processor_sharing" },
    { "services.fulfilment.discipline=fcfs", "services.fulfilment.discipline=processor_sharing" },
    { "services.web.workers=2", "services.web.workers=8", "services.web.workers=32" },
    { "services.web.backlog=1", "services.web.backlog=64" },
    { "services.web.pools.catalog-db=1", "services.web.pools.catalog-db=3", "services.web.pools.catalog-db=10" },
    { "services.web.pools.orders-db=1", "services.web.pools.orders-db=10" },
    { "services.web.backlog_order=fifo", "services.web.backlog_order=lifo", "services.web.backlog_order=adaptive" },
    { "services.web.backlog_timeout=1h", "services.web.backlog_timeout=100ms", "services.web.overload_timeout=5ms" },
    { "services.web.drop_expired=false", "services.web.drop_expired=true" },
    { "services.web.pool_timeout=20ms", "services.web.pool_timeout=1s" },
    { "services.web.operations.browse=[{cpu: 9ms}, {get: {from: catalog-cache, miss: [{read: {from: catalog-db, time: "
      "0ms}}]}}]",
      "services.web.operations.browse=[{cpu: exp(9ms)}, {get: {from: catalog-cache, miss: [{cpu: 0ms}, {read: {from: "
      "catalog-db, time: exp(40ms), timeout: 20ms}}]}}, {cpu: 0ms}]",
      "services.web.operations.browse=[{cpu: 0ms}, {get: {from: catalog-cache, miss: [{read: {from: catalog-db, time: "
      "4ms, timeout: 4ms}}]}}]" },
    { "services.web.operations.search=[{cpu: exp(20ms)}, {read: {from: catalog-db, time: exp(9ms)}}]",
      "services.web.operations.search=[{cpu: exp(20ms)}, {read: {from: catalog-db, time: exp(200ms), timeout: 50ms}}]",
      "services.web.operations.search=[{read: {from: catalog-db, time: 10ms, timeout: 10ms}}, {cpu: 1ms}]" },
    { "services.web.operations.checkout=[{cpu: 14ms}, {write: {to: orders-db, time: exp(60ms), timeout: 100ms}}, "
      "{send: "
      "{to: order-events}}]",
      "services.web.operations.checkout=[{call: {operation: payments.charge}}, {write: {to: orders-db, time: 6ms}}, "
      "{write: {to: orders-db, time: 0ms, timeout: 5ms}}, {send: {to: order-events}}]" },
    { "services.fulfilment.operations.handle=[{cpu: exp(100ms)}, {read: {from: orders-db, time: exp(5ms), timeout: "
      "4ms}}]",
      "services.fulfilment.operations.handle=[{cpu: exp(300ms)}]" },
    { "regions.us-east-1.rtt_same_zone=0ns", "regions.us-east-1.rtt_same_zone=exp(1ms)" },
    { "regions.us-east-1.rtt_cross_zone=0ns", "regions.us-east-1.rtt_cross_zone=exp(20ms)" },
    { "regions.us-east-1.web-fleet.instance=m7g.large", "regions.us-east-1.web-fleet.instance=m6i.large",
      "regions.us-east-1.web-fleet.instance=c7i.xlarge" },
    { "regions.us-east-1.alb.algorithm=round_robin", "regions.us-east-1.alb.algorithm=least_outstanding_requests" },
    { "regions.us-east-1.alb.deregistration_delay=0s", "regions.us-east-1.alb.deregistration_delay=10s" },
    { "regions.us-east-1.catalog-db.discipline=fcfs", "regions.us-east-1.catalog-db.discipline=fcfs",
      "regions.us-east-1.catalog-db.discipline=processor_sharing" },
    { "regions.us-east-1.orders-db.discipline=fcfs", "regions.us-east-1.orders-db.discipline=fcfs",
      "regions.us-east-1.orders-db.discipline=processor_sharing" },
    { "regions.us-east-1.catalog-db.read_replicas=0", "regions.us-east-1.catalog-db.read_replicas=2" },
    { "regions.us-east-1.catalog-db.connect=0ms", "regions.us-east-1.catalog-db.connect=exp(30ms)" },
    { "regions.us-east-1.orders-db.multi_az=true", "regions.us-east-1.orders-db.multi_az=false" },
    { "regions.us-east-1.orders-db.failover=5s", "regions.us-east-1.orders-db.failover=uniform(10s 30s)" },
    { "regions.us-east-1.orders-db.recovery=20s" },
    { "regions.us-east-1.catalog-db.failover=5s" },
    { "regions.us-east-1.orders-db.max_connections=0", "regions.us-east-1.orders-db.max_connections=5" },
    { "regions.us-east-1.catalog-cache.command=10us", "regions.us-east-1.catalog-cache.command=exp(8ms)" },
    { "regions.us-east-1.catalog-cache.replicas=0", "regions.us-east-1.catalog-cache.replicas=1" },
    { "regions.us-east-1.order-events.visibility=1s", "regions.us-east-1.order-events.visibility=60s" },
};

static const char *const FAULTS[] = { "zone: us-east-1a, kind: power, lasts: 20s",
                                      "zone: us-east-1b, kind: power, lasts: 90s",
                                      "component: web-fleet, kind: crash, instances: 2, lasts: 20s",
                                      "component: worker-fleet, kind: crash, lasts: 20s",
                                      "component: orders-db, kind: down, lasts: 30s",
                                      "component: catalog-db, kind: down, lasts: 30s",
                                      "component: catalog-cache, kind: down, lasts: 20s",
                                      "component: web-fleet, kind: slow, factor: 20, lasts: 20s",
                                      "component: catalog-db, kind: slow, factor: 20, lasts: 20s",
                                      "component: catalog-cache, kind: slow, factor: 100, lasts: 20s" };

static uint32_t choose(uint64_t *state, uint32_t among)
{
    *state = fingerprint_mix(*state + 1);
    return (uint32_t)(*state >> 33) % among;
}

static const char *choose_faults(uint64_t *state, struct arena *arena)
{
    const char *text = "faults=[";
    for (uint32_t left = choose(state, 4); left > 0; left--) {
        const uint32_t at_ms = choose(state, 170000);
        const char *fault = FAULTS[choose(state, sizeof FAULTS / sizeof *FAULTS)];
        text = arena_printf(arena, "%s{at: +%ums, %s}%s", text, at_ms, fault, left > 1 ? ", " : "");
    }
    return arena_printf(arena, "%s]", text);
}

static void given_shops_made_up_by_chance_when_departures_are_computed_then_the_day_is_that_of_events(void **state)
{
    enum { SHOPS = 40 };
    uint64_t saved = 0;
    for (uint64_t shop = 1; shop <= SHOPS; shop++) {
        struct arena arena;
        arena_init(&arena);
        uint64_t chance = shop;
        const char *sets[SETS_MAX];
        int count = 0;
        for (size_t row = 0; row < sizeof CHOICES / sizeof *CHOICES; row++) {
            uint32_t among = 0;
            while (among < 6 && CHOICES[row][among])
                among++;
            sets[count++] = CHOICES[row][choose(&chance, among)];
        }
        sets[count++] = arena_printf(&arena, "seed=%u", (unsigned)shop);
        sets[count++] = choose_faults(&chance, &arena);
        saved += assert_same_day("scenarios/smoke.yaml", sets, count);
        arena_fini(&arena);
    }
    assert_true(saved > 100000);
}

/* Long lines at overloaded databases, long ways back, and something breaks every ten seconds: whoever waits, is served,
 * is on the way back or was left behind meets a fault. */
static void given_faults_every_ten_seconds_when_departures_are_computed_then_the_day_is_that_of_events(void **state)
{
    enum { FAULTS_IN_A_DAY = 50 };
    for (uint64_t day = 1; day <= 3; day++) {
        struct arena arena;
        arena_init(&arena);
        uint64_t chance = day;
        const char *faults = "faults=[";
        for (int f = 0; f < FAULTS_IN_A_DAY; f++)
            faults = arena_printf(&arena, "%s{at: +%ums, %s}%s", faults, (unsigned)f * 10000 + choose(&chance, 10000),
                                  FAULTS[choose(&chance, 7)], f + 1 < FAULTS_IN_A_DAY ? ", " : "]");
        const char *const sets[] = {
            faults,
            arena_printf(&arena, "seed=%u", (unsigned)day),
            "clock.length=10m",
            "clock.warm_up=1m",
            "traffic.shoppers.rate.mean=60/s",
            "regions.us-east-1.rtt_same_zone=exp(30ms)",
            "regions.us-east-1.rtt_cross_zone=exp(30ms)",
            "regions.us-east-1.catalog-cache.hit_ratio=50%",
            "regions.us-east-1.catalog-cache.failover=3s",
            "regions.us-east-1.catalog-db.failover=3s",
            "regions.us-east-1.orders-db.failover=3s",
            "regions.us-east-1.web-fleet.size.min=6",
            "regions.us-east-1.web-fleet.launch=10s",
            "services.web.operations.search=[{cpu: exp(5ms)}, {read: {from: catalog-db, time: exp(400ms), timeout: "
            "8s}}]",
            "services.web.operations.checkout=[{cpu: exp(5ms)}, {write: {to: orders-db, time: exp(400ms), timeout: "
            "8s}}]",
        };
        assert_same_day("scenarios/departure-times.yaml", sets, (int)(sizeof sets / sizeof *sets));
        arena_fini(&arena);
    }
}

/* ---- a deadline at the server ---- */

static const struct replication *day_of(const char *path, const char *const *sets, int set_count, struct arena *arena)
{
    const struct replication *r = replicate(load(path, sets, set_count, arena), -1, 0, NULL, arena, NULL, NULL);
    assert_null(r->violation);
    return r;
}

static const struct operation_result *operation(const struct replication *r, const char *name)
{
    for (int o = 0; o < r->operation_count; o++)
        if (!strcmp(r->operations[o].name, name))
            return &r->operations[o];
    fail_msg("no operation '%s'", name);
    return NULL;
}

static double last_value(const struct replication *r, const char *component, const char *name)
{
    for (int c = 0; c < r->series.column_count; c++)
        if (!strcmp(r->series.columns[c].component, component) && !strcmp(r->series.columns[c].name, name))
            return r->series.values[(c + 1) * r->series.window_count - 1];
    fail_msg("no column '%s' of '%s'", name, component);
    return 0;
}

/* A query of 200 ms that may take 100 ms: everybody gets an error, 100 ms after the query began. */
static void given_queries_that_take_too_long_when_served_in_order_then_each_fails_at_its_timeout(void **state)
{
    struct arena arena;
    arena_init(&arena);
    const char *const sets[] = {
        "faults=[]", "clock.length=5m", "traffic.shoppers.client.reload=0%",
        "services.web.operations.search=[{read: {from: catalog-db, time: 200ms, timeout: 100ms}}]"
    };
    const struct replication *r = day_of("scenarios/departure-times.yaml", sets, 4, &arena);
    const struct operation_result *search = operation(r, "search");
    assert_true(search->begun > 1000);
    assert_int_equal(search->outcomes[OUTCOME_OK], 0);
    assert_true(search->outcomes[OUTCOME_HTTP_500] > search->begun * 99 / 100);
    const double fastest_ms = histogram_quantile_ns(&search->latency, 0.01) / 1e6,
                 median_ms = histogram_quantile_ns(&search->latency, 0.5) / 1e6;
    assert_true(fastest_ms > 99.0 && median_ms < 150.0);
    arena_fini(&arena);
}

/* One query of 9 s holds the only connection: everybody else waits for it and fails at the pool's timeout, exactly. */
static void given_a_connection_that_is_taken_when_others_wait_then_each_fails_at_the_pool_timeout(void **state)
{
    struct arena arena;
    arena_init(&arena);
    const char *const sets[] = { "clock.length=5m",
                                 "faults=[]",
                                 "traffic.shoppers.client.reload=0%",
                                 "traffic.shoppers.client.patience=30s",
                                 "traffic.shoppers.rtt=0ms",
                                 "services.web.workers=1000",
                                 "services.web.pool_timeout=300ms",
                                 "services.web.pools.catalog-db=1",
                                 "services.web.operations.search=[{read: {from: catalog-db, time: 9s, timeout: 20s}}]",
                                 "regions.us-east-1.catalog-db.connect=0ms",
                                 "regions.us-east-1.alb.latency=0ms",
                                 "regions.us-east-1.rtt_same_zone=0ms",
                                 "regions.us-east-1.rtt_cross_zone=0ms" };
    const struct replication *r = day_of("scenarios/departure-times.yaml", sets, 13, &arena);
    const struct operation_result *search = operation(r, "search");
    assert_true(search->outcomes[OUTCOME_HTTP_500] > search->begun * 9 / 10);
    for (int percent = 1; percent <= 90; percent++) {
        const double latency_ms = histogram_quantile_ns(&search->latency, percent / 100.0) / 1e6;
        assert_true(latency_ms > 299.0 && latency_ms < 301.0);
    }
    arena_fini(&arena);
}

/* Silence until the timeout, though the station that knew of it is gone: otherwise workers would be held for ever. */
static void given_a_lost_database_when_it_served_in_order_then_its_queries_end_and_workers_are_free_again(void **state)
{
    struct arena arena;
    arena_init(&arena);
    const char *faults = "faults=[";
    for (int minute = 2; minute < 14; minute += 2)
        faults = arena_printf(&arena, "%s{at: +%dm, component: orders-db, kind: down, lasts: 1m}%s", faults, minute,
                              minute < 12 ? ", " : "]");
    const char *const sets[] = { faults, "clock.length=16m", "services.web.workers=8",
                                 "services.web.operations.checkout=[{write: {to: orders-db, time: exp(200ms), timeout: "
                                 "2s}}]",
                                 "traffic.shoppers.rate.mean=60/s" };
    const struct replication *r = day_of("scenarios/departure-times.yaml", sets, 5, &arena);
    assert_true(operation(r, "checkout")->outcomes[OUTCOME_HTTP_500] > 0);
    assert_true(last_value(r, "web-fleet", "workers") < 0.3);
    arena_fini(&arena);
}

/* ---- which ones ---- */

static void given_a_scenario_when_it_is_loaded_then_each_station_has_its_execution_and_a_reason(void **state)
{
    struct arena arena;
    arena_init(&arena);
    const char *const sets[] = { "services.web.discipline=processor_sharing",
                                 "faults=[{at: +1m, component: orders-db, kind: slow, lasts: 1m}]" };
    struct scenario *sc = load("scenarios/departure-times.yaml", sets, 2, &arena);
    const struct fault_plan own = { .faults = sc->faults, .count = sc->fault_count };
    const struct component *web = scenario_component(sc, "web-fleet"), *orders = scenario_component(sc, "orders-db"),
                           *catalog = scenario_component(sc, "catalog-db");
    assert_int_equal(departures_execution(sc, &own, web), STATION_ON_EVENTS);
    assert_string_equal(departures_on_events(sc, web, &arena), "who arrives slows down who is there");
    assert_int_equal(departures_execution(sc, &own, orders), STATION_ON_EVENTS);
    assert_string_equal(departures_on_events(sc, orders, &arena), "fault 'slow orders-db' changes its speed");
    assert_int_equal(departures_execution(sc, &fault_free, orders), STATION_AHEAD);
    assert_int_equal(departures_execution(sc, &own, catalog), STATION_AHEAD);
    assert_null(departures_on_events(sc, catalog, &arena));
    sc->station_events = true;
    assert_int_equal(departures_execution(sc, &own, catalog), STATION_ON_EVENTS);
    assert_string_equal(departures_on_events(sc, catalog, &arena), "the run asks for it");
    arena_fini(&arena);
}

/* Two threads of a core do 1.3 times the work of one: as servers they have that capacity, whoever is busy. */
static void given_two_threads_of_a_core_when_they_serve_in_order_then_the_machine_has_its_capacity(void **state)
{
    struct arena arena;
    arena_init(&arena);
    const struct shape *x86 = catalogue_instance("m6i.large"), *graviton = catalogue_instance("m7g.large");
    const struct station_config x = departures_vcpus(STATION_FCFS, x86, &arena);
    assert_int_equal(x.servers, 2);
    assert_null(x.cap_q16);
    assert_true(x.speed * 2.0 == catalogue_reference_vcpus(x86));
    assert_true(departures_vcpu_speed(STATION_FCFS, graviton) == graviton->speed);
    assert_true(departures_vcpu_speed(STATION_PROCESSOR_SHARING, x86) == x86->speed);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_the_shipped_scenarios_when_departures_are_computed_then_the_day_is_that_of_events),
        cmocka_unit_test(
            given_black_friday_in_order_of_arrival_when_departures_are_computed_then_the_day_is_that_of_events),
        cmocka_unit_test(given_shops_made_up_by_chance_when_departures_are_computed_then_the_day_is_that_of_events),
        cmocka_unit_test(given_faults_every_ten_seconds_when_departures_are_computed_then_the_day_is_that_of_events),
        cmocka_unit_test(given_queries_that_take_too_long_when_served_in_order_then_each_fails_at_its_timeout),
        cmocka_unit_test(given_a_connection_that_is_taken_when_others_wait_then_each_fails_at_the_pool_timeout),
        cmocka_unit_test(given_a_lost_database_when_it_served_in_order_then_its_queries_end_and_workers_are_free_again),
        cmocka_unit_test(given_a_scenario_when_it_is_loaded_then_each_station_has_its_execution_and_a_reason),
        cmocka_unit_test(given_two_threads_of_a_core_when_they_serve_in_order_then_the_machine_has_its_capacity),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
