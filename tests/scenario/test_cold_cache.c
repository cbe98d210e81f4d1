/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Caches with keys in whole scenarios: the long run, a flush, a lost node, and who fetches what everybody misses. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "models/elasticache.h"
#include "models/replicate.h"
#include "sim/base/compiler.h"
#include "tests/scenario/same_record.h"

struct course {
    uint64_t begun, ok, gets, hits, fetches, again, joined;
    double expected; /* hit ratio of the long run */
    double lowest;   /* hit ratio of a window */
    bool warm_again, stampede;
};

#define EMPTIED "scenarios/cold-cache.yaml"

static const struct replication *replicate_with(const char *path, const char *const *sets, int count, bool events,
                                                struct arena *arena, double *expected)
{
    struct diag diag;
    diag_init(&diag, arena);
    struct scenario *sc = scenario_load(path, sets, count, arena, &diag);
    if (!sc)
        diag_print(&diag, stderr, false);
    assert_non_null(sc);
    sc->station_events = events;
    if (expected)
        *expected = ((const struct elasticache_config *)sc->by_kind[KIND_ELASTICACHE][0]->config)->hit_ratio;
    const struct replication *r = replicate(sc, -1, 0, NULL, arena, NULL, NULL);
    if (r->violation)
        print_error("%s\n", r->violation);
    assert_null(r->violation);
    return r;
}

static uint64_t flow_of(const struct replication *r, const char *name)
{
    for (int i = 0; i < r->flow_count; i++)
        if (!strcmp(r->flows[i].name, name))
            return r->flows[i].count;
    return 0;
}

static bool told(const struct replication *r, const char *what)
{
    for (int f = 0; f < r->fault_count; f++)
        for (int e = 0; e < r->faults[f].event_count; e++)
            if (strstr(r->faults[f].events[e].what, what))
                return true;
    return false;
}

static struct course run(const char *const *sets, int count)
{
    struct arena arena;
    arena_init(&arena);
    struct course course = { .lowest = 1.0 };
    const struct replication *r = replicate_with(EMPTIED, sets, count, false, &arena, &course.expected);
    const struct operation_result *all = &r->operations[r->operation_count - 2];
    course.begun = all->begun;
    course.ok = all->outcomes[OUTCOME_OK];
    course.gets = flow_of(r, "gets");
    course.hits = flow_of(r, "hits");
    course.fetches = flow_of(r, "fetches");
    course.again = flow_of(r, "fetches of keys under way");
    course.joined = flow_of(r, "joined fetches");
    course.warm_again = told(r, "warm again");
    course.stampede = told(r, "a stampede");
    for (int c = 0; c < r->series.column_count; c++)
        for (int k = 0; !strcmp(r->series.columns[c].name, "hit_ratio") && k < r->series.window_count; k++)
            if (r->series.values[(int64_t)c * r->series.window_count + k] < course.lowest)
                course.lowest = r->series.values[(int64_t)c * r->series.window_count + k];
    arena_fini(&arena);
    return course;
}

#define RUN(...) \
    run((const char *const[]){ __VA_ARGS__ }, (int)(sizeof(const char *const[]){ __VA_ARGS__ } / sizeof(const char *)))
#define CACHE "regions.us-east-1.page-cache."
/* The flush is five minutes after the start. */
#define SHORT "clock.start=2026-11-27T20:25-05:00", "clock.length=8m", "clock.warm_up=1m", "window=10s"

/* 20,000 keys, none of them flushed: 240,000 gets; what they hit is a count whose error is below 0.2 % of them. */
static void given_keys_that_expire_when_nothing_happens_then_hits_are_those_of_the_long_run(void **state)
{
    const struct course course = RUN(SHORT, "clock.start=2026-11-27T20:31-05:00", CACHE "keys=20k", CACHE "ttl=5m",
                                     CACHE "popularity=zipf(0.9)",
                                     "regions.us-east-1.catalog-db.instance=db.r7g.16xlarge");
    const double hits = (double)course.hits / (double)course.gets;
    assert_true(hits > course.expected - 0.01 && hits < course.expected + 0.01);
    assert_int_equal(course.gets, course.hits + course.fetches);
}

static void given_a_flush_when_everybody_fetches_then_a_crowd_keeps_the_cache_cold(void **state)
{
    const struct course course = RUN(SHORT);
    assert_true(course.lowest < 0.2);
    assert_true(course.ok < course.begun * 9 / 10);
    assert_true(course.again > course.fetches * 8 / 10);
    assert_true(course.stampede);
    assert_int_equal(course.joined, 0);
}

static void given_a_flush_when_one_fetches_for_all_then_the_cache_is_warm_within_seconds(void **state)
{
    const struct course course = RUN(SHORT, CACHE "coalesce=true");
    assert_true(course.ok > course.begun * 999 / 1000);
    assert_true(course.joined > 500);
    assert_int_equal(course.again, 0);
    assert_true(course.warm_again && !course.stampede);
    assert_int_equal(course.gets, course.hits + course.fetches + course.joined);
}

/* A replica has the data; without one the new node is empty. */
static void given_a_lost_node_when_it_has_a_replica_then_only_a_node_without_one_is_cold(void **state)
{
#define LOST \
    SHORT, CACHE "coalesce=true", "faults=[{at: +5m, component: page-cache, kind: crash}]", CACHE "replace=30s", \
        CACHE "failover=30s"
    const struct course kept = RUN(LOST, CACHE "replicas=1"), lost = RUN(LOST, CACHE "replicas=0");
    assert_true(lost.fetches > kept.fetches + 100);
    assert_true(lost.warm_again && !kept.warm_again);
}

/* Instances die while some of their requests fetch and others wait for fetches, also of instances that live on. */
static void given_instances_that_die_in_a_stampede_when_fetches_are_shared_then_nothing_is_lost(void **state)
{
    static const char *const when[] = { "+300s", "+301s", "+302s", "+303s", "+305s", "+309s" };
    for (size_t i = 0; i < ARRAY_LEN(when); i++) {
        char at[160];
        snprintf(at, sizeof at,
                 "faults=[{at: +300s, component: page-cache, kind: flush}, "
                 "{at: %s, component: web-fleet, kind: crash, instances: 4}]",
                 when[i]);
        struct arena arena;
        arena_init(&arena);
        const char *const sets[] = { SHORT, CACHE "coalesce=true", CACHE "shards=3", at };
        const struct replication *r = replicate_with(EMPTIED, sets, (int)ARRAY_LEN(sets), false, &arena, NULL);
        assert_true(flow_of(r, "joined fetches") > 0);
        arena_fini(&arena);
    }
}

static void given_departures_ahead_or_on_events_when_keys_are_fetched_then_the_record_is_the_same(void **state)
{
    static const char *const coalesce[] = { CACHE "coalesce=true", CACHE "coalesce=false" };
    for (size_t i = 0; i < ARRAY_LEN(coalesce); i++) {
        struct arena a, b;
        arena_init(&a);
        arena_init(&b);
        const char *const sets[] = { SHORT, coalesce[i], CACHE "shards=2" };
        const struct replication *ahead = replicate_with(EMPTIED, sets, (int)ARRAY_LEN(sets), false, &a, NULL),
                                 *events = replicate_with(EMPTIED, sets, (int)ARRAY_LEN(sets), true, &b, NULL);
        const char *difference = record_difference(ahead, events);
        if (difference)
            print_error("%s\n", difference);
        assert_null(difference);
        arena_fini(&a);
        arena_fini(&b);
    }
}

/* Before it the edge hits 97.6 %; after it the locations hear of it one by one, and regional caches spare the bucket. */
static void given_an_invalidation_when_the_edge_is_cold_then_the_bucket_is_asked_until_it_is_warm(void **state)
{
    struct arena arena;
    arena_init(&arena);
    struct diag diag;
    diag_init(&diag, &arena);
    const char *const sets[] = { "clock.start=2026-11-27T11:50-05:00", "clock.length=40m", "clock.warm_up=1m" };
    const struct scenario *sc = scenario_load("scenarios/invalidation.yaml", sets, 3, &arena, &diag);
    assert_non_null(sc);
    const struct replication *r = replicate(sc, -1, 0, NULL, &arena, NULL, NULL);
    assert_null(r->violation);
    double hits[40], fetches[40];
    for (int c = 0; c < r->series.column_count; c++)
        for (int k = 0; k < 40; k++) {
            const double value = r->series.values[(int64_t)c * r->series.window_count + k];
            if (!strcmp(r->series.columns[c].name, "hit_ratio"))
                hits[k] = value;
            if (!strcmp(r->series.columns[c].name, "origin_fetches"))
                fetches[k] = value;
        }
    assert_true(hits[9] > 0.97 && hits[13] < 0.5 && hits[39] > hits[13] + 0.2);
    assert_true(fetches[12] > 50 * fetches[9] && fetches[39] < fetches[12] / 4);
    arena_fini(&arena);
}

/* ---- what does not make sense ---- */

static void assert_refused(const char *set, const char *message)
{
    struct arena arena;
    arena_init(&arena);
    struct diag diag;
    diag_init(&diag, &arena);
    assert_null(scenario_load(EMPTIED, &set, 1, &arena, &diag));
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    diag_print(&diag, out, false);
    fclose(out);
    if (!strstr(text, message))
        print_error("wanted '%s', got %s\n", message, text);
    assert_non_null(strstr(text, message));
    free(text);
    arena_fini(&arena);
}

static void given_keys_when_what_they_decide_is_given_too_then_it_is_refused(void **state)
{
    assert_refused(CACHE "hit_ratio=90%", "'page-cache' has keys and a hit_ratio: one follows from the other");
    assert_refused(CACHE "refill=1m", "'page-cache' has keys and a refill: it warms as its keys come back");
    assert_refused(CACHE "popularity=zapf(1)", "'zapf(1)' is not a law of popularity");
    assert_refused(CACHE "popularity=zipf(4)", "'zipf(4)' is not a law of popularity");
    assert_refused("services.web.operations.page=[{get: {from: page-cache, hit_ratio: 80%}}]",
                   "this get has a hit_ratio, but that of 'page-cache' comes from its keys");
    assert_refused("services.web.operations.page=[{get: {from: page-cache, fill: false}}]",
                   "no get fills 'page-cache': it would stay empty");
    assert_refused("services.web.operations.page=[{get: {from: page-cache, miss: [{get: {from: page-cache}}]}}]",
                   "'page-cache' is asked after a miss of 'page-cache', and both have keys");
}

/* Nothing is reckoned from what could not be read. */
static void given_keys_when_something_else_is_wrong_then_only_that_is_said(void **state)
{
    assert_refused("regions.us-east-1.catalog-db.instance=db.nonsense", "'db.nonsense'");
    assert_refused("services.web.operations.page=[{get: 50%}]", "a mapping");
    assert_refused("traffic.shoppers.rate=none", "'none'");
}

static void given_a_flush_when_it_is_of_no_cache_then_it_is_refused(void **state)
{
    assert_refused("faults=[{at: +5m, component: catalog-db, kind: flush}]",
                   "'catalog-db' is no cache that could be emptied");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_keys_that_expire_when_nothing_happens_then_hits_are_those_of_the_long_run),
        cmocka_unit_test(given_a_flush_when_everybody_fetches_then_a_crowd_keeps_the_cache_cold),
        cmocka_unit_test(given_a_flush_when_one_fetches_for_all_then_the_cache_is_warm_within_seconds),
        cmocka_unit_test(given_a_lost_node_when_it_has_a_replica_then_only_a_node_without_one_is_cold),
        cmocka_unit_test(given_instances_that_die_in_a_stampede_when_fetches_are_shared_then_nothing_is_lost),
        cmocka_unit_test(given_departures_ahead_or_on_events_when_keys_are_fetched_then_the_record_is_the_same),
        cmocka_unit_test(given_an_invalidation_when_the_edge_is_cold_then_the_bucket_is_asked_until_it_is_warm),
        cmocka_unit_test(given_keys_when_what_they_decide_is_given_too_then_it_is_refused),
        cmocka_unit_test(given_keys_when_something_else_is_wrong_then_only_that_is_said),
        cmocka_unit_test(given_a_flush_when_it_is_of_no_cache_then_it_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
