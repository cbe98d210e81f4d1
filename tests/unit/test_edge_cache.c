/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What CloudFront's caches hold: the long run, and an invalidation, against closed forms. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "models/edge_cache.h"
#include "sim/base/compiler.h"

static struct edge_rules rules_of(int64_t locations, int64_t regional_caches)
{
    return (struct edge_rules){ .objects = 20000,
                                .locations = locations,
                                .regional_caches = regional_caches,
                                .exponent = 0.8,
                                .skew = 1.0,
                                .ttl_s = 3600,
                                .room = INFINITY };
}

static sim_time at_once(void *context, int i)
{
    return 0;
}

static void assert_near(double value, double expected, double by)
{
    if (fabs(value - expected) > by)
        print_error("%.6g is not %.6g\n", value, expected);
    assert_true(fabs(value - expected) <= by);
}

/* One location is one cache: lambda ttl / (1 + lambda ttl) of each object, or Che's approximation where room is short. */
static void given_one_location_when_it_runs_long_then_it_hits_as_one_cache_does(void **state)
{
    struct arena arena;
    arena_init(&arena);
    struct contents contents;
    contents_init(&contents, &arena, 20000, 0.8, CONTENTS_HOT);
    struct edge_rules rules = rules_of(1, 0);
    struct edge_cache edge;
    edge_cache_init(&edge, &arena, &rules, 100);
    assert_near(edge.hit_ratio, contents_steady(&contents, 100, 3600, INFINITY).hit_ratio, 0.001);
    assert_near(edge.origin_per_s, 100 * (1 - edge.hit_ratio), 1e-6);
    rules.room = 1000;
    edge_cache_init(&edge, &arena, &rules, 100);
    assert_near(edge.hit_ratio, contents_steady(&contents, 100, 3600, 1000).hit_ratio, 0.001);
    /* and a minute later nothing has changed */
    const double before = edge.hit_ratio;
    edge_cache_window(&edge, SIM_MINUTE, 100, 60);
    assert_near(edge.hit_ratio, before, 1e-9);
    arena_fini(&arena);
}

/* Without a time to live the share of an object's requests in t that come after its first is 1 - (1 - exp(-x)) / x. */
static void given_an_invalidation_when_its_objects_come_back_then_hits_are_requests_after_the_first(void **state)
{
    struct arena arena;
    arena_init(&arena);
    struct edge_rules rules = rules_of(1, 0);
    rules.ttl_s = INFINITY;
    struct edge_cache edge;
    edge_cache_init(&edge, &arena, &rules, 100);
    assert_near(edge.hit_ratio, 1.0, 1e-9);
    edge_cache_invalidate(&edge, 0, at_once, NULL);
    edge_cache_window(&edge, SIM_MINUTE, 100, 60);
    double total = 0.0, expected = 0.0;
    for (int k = 1; k <= 20000; k++)
        total += pow(k, -0.8);
    for (int k = 1; k <= 20000; k++) {
        const double p = pow(k, -0.8) / total, x = 100 * p * 60;
        expected += p * (1 - (1 - exp(-x)) / x);
    }
    assert_near(edge.hit_ratio, expected, 0.002);
    arena_fini(&arena);
}

/* Each cache that asks the origin fetches each object once: 20,000 for a shield, 13 times as many at the most without. */
static void given_an_invalidation_when_all_is_asked_for_again_then_the_origin_is_asked_once_by_each_cache(void **state)
{
    static const struct {
        int64_t regional;
        bool shield;
        double most;
    } cases[] = { { 0, false, 100 * 20000 }, { 13, false, 13 * 20000 }, { 13, true, 20000 } };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena;
        arena_init(&arena);
        struct edge_rules rules = rules_of(100, cases[i].regional);
        rules.ttl_s = INFINITY;
        rules.shield = cases[i].shield;
        struct edge_cache edge;
        edge_cache_init(&edge, &arena, &rules, 5000);
        edge_cache_invalidate(&edge, 0, at_once, NULL);
        double fetched = 0.0;
        for (int minute = 1; minute <= 48 * 60; minute++) {
            edge_cache_window(&edge, minute * SIM_MINUTE, 5000, 60);
            fetched += edge.origin_per_s * 60;
        }
        if (fetched > cases[i].most || fetched < 0.97 * cases[i].most)
            print_error("%zu: fetched %.0f of %.0f\n", i, fetched, cases[i].most);
        assert_true(fetched <= cases[i].most * (1 + 1e-9) && fetched > 0.97 * cases[i].most);
        arena_fini(&arena);
    }
}

static void given_requests_that_are_not_collapsed_when_cold_then_the_origin_is_asked_more_often(void **state)
{
    struct arena arena;
    arena_init(&arena);
    double fetched[2];
    for (int i = 0; i < 2; i++) {
        struct edge_rules rules = rules_of(10, 0);
        rules.fetch_s = i ? 0.5 : 0.0;
        struct edge_cache edge;
        edge_cache_init(&edge, &arena, &rules, 5000);
        edge_cache_invalidate(&edge, 0, at_once, NULL);
        edge_cache_window(&edge, SIM_MINUTE, 5000, 60);
        fetched[i] = edge.origin_per_s;
    }
    assert_true(fetched[1] > 1.01 * fetched[0]);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_one_location_when_it_runs_long_then_it_hits_as_one_cache_does),
        cmocka_unit_test(given_an_invalidation_when_its_objects_come_back_then_hits_are_requests_after_the_first),
        cmocka_unit_test(given_an_invalidation_when_all_is_asked_for_again_then_the_origin_is_asked_once_by_each_cache),
        cmocka_unit_test(given_requests_that_are_not_collapsed_when_cold_then_the_origin_is_asked_more_often),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
