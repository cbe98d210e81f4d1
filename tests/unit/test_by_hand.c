/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A limit is one only if it does the same work: the loops by hand come to what the engine comes to. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/benchmarks/queue_work.h"

enum { CUSTOMERS = 100000 };

static const struct queue_case MM1 = { .servers = 1, .load = 0.9, .service = "exp(10ms)" };
static const struct queue_case FOUR = { .servers = 4, .load = 0.8, .service = "lognormal(mean=10ms cv=1)" };

static struct histogram simulate(const struct queue_case *queue, enum queue_way way, enum customer_source source,
                                 struct arena *arena)
{
    const struct queue_work work = { queue, way, source };
    struct customers customers;
    struct histogram h;
    customers_init(&customers, queue, source, arena);
    histogram_init(&h, arena);
    queue_simulate(CUSTOMERS, &work, &customers, &h, arena);
    return h;
}

static void assert_equal_histograms(const struct histogram *a, const struct histogram *b)
{
    assert_int_equal(a->count, CUSTOMERS);
    assert_int_equal(a->count, b->count);
    assert_true(a->sum_ns == b->sum_ns);
    assert_memory_equal(a->bins, b->bins, HISTOGRAM_BINS * sizeof *a->bins);
}

static void given_the_same_customers_when_they_are_served_in_order_then_every_way_has_the_same_latencies(void **state)
{
    static const struct queue_case *const cases[] = { &MM1, &FOUR };
    static const enum customer_source sources[] = { CUSTOMERS_ENGINE, CUSTOMERS_TABLE };
    static const enum queue_way others[] = { QUEUE_BY_HAND_DEPARTURES, QUEUE_AHEAD, QUEUE_ON_EVENTS };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++)
        for (size_t s = 0; s < ARRAY_LEN(sources); s++) {
            struct arena arena;
            arena_init(&arena);
            const struct histogram first = simulate(cases[i], QUEUE_BY_HAND_EVENTS, sources[s], &arena);
            for (size_t k = 0; k < ARRAY_LEN(others); k++) {
                const struct histogram other = simulate(cases[i], others[k], sources[s], &arena);
                assert_equal_histograms(&first, &other);
            }
            arena_fini(&arena);
        }
}

/* The engine's shares are integers, those by hand are not: a nanosecond here and there. */
static void given_the_same_customers_when_they_share_the_servers_then_the_mean_latency_is_the_same(void **state)
{
    static const struct queue_case *const cases[] = { &MM1, &FOUR };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct arena arena;
        arena_init(&arena);
        const struct histogram by_hand = simulate(cases[i], QUEUE_BY_HAND_SHARED, CUSTOMERS_ENGINE, &arena);
        const struct histogram engine = simulate(cases[i], QUEUE_SHARED, CUSTOMERS_ENGINE, &arena);
        assert_int_equal(by_hand.count, CUSTOMERS);
        assert_int_equal(engine.count, CUSTOMERS);
        const double mean_ns = histogram_mean_ns(&engine);
        assert_true(fabs(histogram_mean_ns(&by_hand) - mean_ns) < 1e-6 * mean_ns);
        arena_fini(&arena);
    }
}

/* Level 0.999 each, normal approximation, fixed seed: the mean, and the share beyond points in several layers and in the
 * tail. 2 % off in any of them is six to seventy standard errors. */
static void given_the_lean_generator_when_it_draws_exponentials_then_they_are(void **state)
{
    enum { DRAWS = 4000000, POINTS = 5 };
    static const double at[POINTS] = { 0.05, 0.7, 2.0, 4.0, 7.8 };
    static const double z = 3.2905;
    struct lean lean;
    uint64_t beyond[POINTS] = { 0 };
    double sum = 0.0;
    lean_init(&lean, 20261120);
    for (int i = 0; i < DRAWS; i++) {
        const double x = lean_exponential(&lean);
        sum += x;
        for (int k = 0; k < POINTS; k++)
            beyond[k] += x > at[k];
    }
    assert_true(fabs(sum / DRAWS - 1.0) < z / sqrt(DRAWS));
    for (int k = 0; k < POINTS; k++) {
        const double p = exp(-at[k]);
        assert_true(fabs((double)beyond[k] / DRAWS - p) < z * sqrt(p * (1.0 - p) / DRAWS));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_the_same_customers_when_they_are_served_in_order_then_every_way_has_the_same_latencies),
        cmocka_unit_test(given_the_same_customers_when_they_share_the_servers_then_the_mean_latency_is_the_same),
        cmocka_unit_test(given_the_lean_generator_when_it_draws_exponentials_then_they_are),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
