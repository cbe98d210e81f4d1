/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The theory itself, where two ways lead to the same number: cache_laws.h. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/oracles/cache_laws.h"
#include "analysis/oracles/formulas.h"
#include "sim/base/compiler.h"

#define assert_near(actual, expected, error) assert_true(fabs((actual) - (expected)) <= (error))

/* With room for one nobody waits, and loss does not depend on the service's law: Erlang B. Without a limit, nobody is
 * lost and the server is idle for 1 - rho; in an overload all but the service rate is lost. */
static void given_a_loss_system_when_its_room_is_extreme_then_it_is_erlang_or_a_queue_or_a_fluid(void **state)
{
    assert_near(md1_loss(1, 0.7).lost, erlang_b(1, 0.7), 1e-14);
    assert_near(md1_loss(1, 0.7).idle, 1.0 - erlang_b(1, 0.7), 1e-14);
    assert_near(md1_loss(40, 0.7).lost, 0.0, 1e-9);
    assert_near(md1_loss(40, 0.7).idle, 0.3, 1e-9);
    assert_near(md1_loss(20, 2.0).lost, 0.5, 1e-9);
}

/* Customers that enter are served: lambda (1 - lost) = 1 - idle. */
static void given_a_loss_system_when_work_is_counted_then_what_enters_is_served(void **state)
{
    for (int room = 1; room < 20; room++) {
        const struct loss_result r = md1_loss(room, 0.9);
        assert_near(0.9 * (1.0 - r.lost), 1.0 - r.idle, 1e-12);
    }
}

/* Equally popular keys are found as often as they are there. */
static void given_equal_popularity_when_the_least_recent_goes_then_hits_are_the_share_that_is_kept(void **state)
{
    double popularity[10];
    zipf_popularity(0.0, 10, popularity);
    assert_near(lru_hits_exact(popularity, 10, 3), 0.3, 1e-12);
    assert_near(lru_hits_by_time(popularity, 10, 3), 0.3, 1e-12);
}

/* Two keys, room for one: a hit is the same key twice. */
static void given_room_for_one_when_counted_then_a_hit_is_a_repetition(void **state)
{
    const double popularity[] = { 0.7, 0.3 };
    assert_near(lru_hits_exact(popularity, 2, 1), 0.49 + 0.09, 1e-14);
}

/* How wrong the characteristic time is, where the exact value can be had. */
static void given_more_objects_when_the_characteristic_time_is_compared_then_its_error_falls(void **state)
{
    static const struct {
        uint32_t objects;
        double error;
    } rows[] = { { 1, 0.05 }, { 2, 0.03 }, { 3, 0.015 }, { 5, 0.002 } };
    double popularity[12];
    zipf_popularity(1.0, 12, popularity);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const double exact = lru_hits_exact(popularity, 12, rows[i].objects);
        const double error = fabs(lru_hits_by_time(popularity, 12, rows[i].objects) / exact - 1.0);
        assert_true(error < rows[i].error && error > 0.1 * rows[i].error);
    }
}

/* Rare requests come alone: the one environment is warm if the gap is shorter than the expiry. */
static void given_rare_requests_when_the_pool_is_solved_then_it_is_one_exponential_gap(void **state)
{
    const struct warm_result r = warm_pool(1e-4, 1e4);
    assert_near(r.cold, exp(-1.0), 1e-3);
    assert_near(r.idle, 1.0 - exp(-1.0), 1e-3); /* per gap min(gap, expiry), mean (1 - 1 / e) / rate */
}

/* Without expiry in sight nothing is lost; with none at all everything is. */
static void given_an_extreme_expiry_when_the_pool_is_solved_then_all_or_nothing_is_cold(void **state)
{
    assert_near(warm_pool(5.0, 1e-9).cold, 1.0, 1e-6);
    assert_near(warm_pool(5.0, 1e-9).idle, 0.0, 1e-6);
    assert_true(warm_pool(5.0, 300.0).cold < 1e-3);
}

static void given_a_cold_cache_when_time_is_short_then_there_are_hardly_any_hits(void **state)
{
    const double popularity[] = { 1.0 };
    assert_near(cold_hits(popularity, 1, 1.0, 1e-6), 0.0, 1e-6);
    assert_near(cold_hits(popularity, 1, 1.0, 1e6), 1.0, 1e-5);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_a_loss_system_when_its_room_is_extreme_then_it_is_erlang_or_a_queue_or_a_fluid),
        cmocka_unit_test(given_a_loss_system_when_work_is_counted_then_what_enters_is_served),
        cmocka_unit_test(given_equal_popularity_when_the_least_recent_goes_then_hits_are_the_share_that_is_kept),
        cmocka_unit_test(given_room_for_one_when_counted_then_a_hit_is_a_repetition),
        cmocka_unit_test(given_more_objects_when_the_characteristic_time_is_compared_then_its_error_falls),
        cmocka_unit_test(given_rare_requests_when_the_pool_is_solved_then_it_is_one_exponential_gap),
        cmocka_unit_test(given_an_extreme_expiry_when_the_pool_is_solved_then_all_or_nothing_is_cold),
        cmocka_unit_test(given_a_cold_cache_when_time_is_short_then_there_are_hardly_any_hits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
