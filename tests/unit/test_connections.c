/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Connections and queries in closed form: against what is worked out by hand, and against the pool that is simulated. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/oracles/cache_laws.h"
#include "models/connections.h"
#include "models/keep_alive.h"
#include "models/replicate.h"
#include "sim/base/compiler.h"
#include "sim/idle_pool.h"

static void assert_near(double x, double expected, double most)
{
    if (!(fabs(x - expected) <= most))
        fail_msg("%.9g is not %.9g within %.3g", x, expected, most);
}

/* ---- one pool ---- */

/* Busy for no time at all: a request finds a connection if the gap before it was shorter than the keep-alive. At 0.2/s
 * and 5 s that is 1 - 1/e; a connection is open for min(gap, 5 s) per gap, 1 - 1/e of the time. */
static void given_instant_answers_when_connections_are_kept_then_only_the_gap_counts(void **state)
{
    const struct keep_alive r = keep_alive_pool(0.2, 0.0, 5.0);
    assert_near(r.opened_per_s, 0.2 * exp(-1.0), 2e-6);
    assert_near(r.open, 1.0 - exp(-1.0), 2e-5);
}

/* The other way to the same figures: first passages by uniformisation, where its weights do not underflow. */
static void given_a_pool_when_its_busy_time_is_exponential_then_it_agrees_with_uniformisation(void **state)
{
    static const struct {
        double busy, keep_alive_services;
    } rows[] = { { 0.01, 90.0 }, { 0.03, 100.0 }, { 0.2, 80.0 }, { 1.0, 30.0 }, { 3.0, 5.0 }, { 10.0, 1.0 } };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const struct warm_result exact = warm_pool(rows[i].busy, rows[i].keep_alive_services);
        const struct keep_alive r = keep_alive_pool(rows[i].busy, rows[i].busy, rows[i].keep_alive_services);
        assert_near(r.opened_per_s / rows[i].busy, exact.cold, 2e-5);
        assert_near(r.open, rows[i].busy + exact.idle, 1e-4 * r.open);
    }
}

static void given_a_keep_alive_when_it_is_extreme_then_each_request_or_none_opens_one(void **state)
{
    assert_near(keep_alive_pool(3.0, 0.6, 1e-6).opened_per_s, 3.0, 1e-4);
    assert_near(keep_alive_pool(3.0, 0.6, 1e-6).open, 0.6, 1e-4);
    assert_near(keep_alive_pool(50.0, 5.0, 600.0).opened_per_s, 0.0, 5e-3);
}

/* A pool so large that it is looked at in parts: nothing jumps where that begins. */
static void given_a_crowded_pool_when_it_is_split_then_its_figures_are_continuous(void **state)
{
    const struct keep_alive below = keep_alive_pool(499.0, 499.0, 5.0), above = keep_alive_pool(501.0, 501.0, 5.0);
    assert_near(above.open / below.open, 1.0, 0.05);
    assert_true(above.opened_per_s >= 0.0 && above.opened_per_s < 2.0 * below.opened_per_s + 1.0);
}

enum { REQUESTS = 200000, AT_ONCE = 64 };

/* Answers that always take as long as each other, through the pool of the engine: what the exponential law misses. */
static double simulated_share(double rate_per_s, double busy_s, double keep_alive_s)
{
    struct arena arena;
    struct idle_pool pool;
    sim_time ends[AT_ONCE], now = 0;
    int first = 0, under_way = 0;
    uint64_t bits = 88172645463325252u;
    arena_init(&arena);
    idle_pool_init(&pool, &arena, AT_ONCE, (sim_time)(keep_alive_s * 1e9), 0);
    for (int n = 0; n < REQUESTS; n++) {
        bits ^= bits << 13, bits ^= bits >> 7, bits ^= bits << 17;
        now += (sim_time)(-log(((double)(bits >> 11) + 0.5) * 0x1p-53) / rate_per_s * 1e9);
        for (; under_way > 0 && ends[first] <= now; first = (first + 1) % AT_ONCE, under_way--)
            idle_pool_put(&pool, ends[first], 0);
        idle_pool_take(&pool, now);
        ends[(first + under_way++) % AT_ONCE] = now + (sim_time)(busy_s * 1e9);
    }
    const double share = (double)pool.missed / REQUESTS;
    arena_fini(&arena);
    return share;
}

static void given_constant_busy_times_when_simulated_then_the_share_is_a_tenth_off_at_the_most(void **state)
{
    static const struct {
        double rate_per_s, busy_s;
    } rows[] = { { 0.15, 0.05 }, { 0.75, 0.05 }, { 4.0, 0.05 }, { 10.0, 0.1 } };
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        const double rate = rows[i].rate_per_s, share = simulated_share(rate, rows[i].busy_s, 5.0);
        const double formula = keep_alive_pool(rate, rate * rows[i].busy_s, 5.0).opened_per_s / rate;
        assert_near(formula, share, 0.1 * share);
    }
}

/* ---- many of unequal popularity ---- */

static void given_zipf_when_things_are_put_into_classes_then_sums_over_them_hardly_change(void **state)
{
    struct arena arena;
    struct popularity p;
    double *exact = calloc(2000, sizeof *exact), things = 0, sum = 0, classes = 0, one_by_one = 0;
    arena_init(&arena);
    zipf_popularity(1.0, 2000, exact);
    popularity_init(&p, &arena, 2000, 1.0);
    for (int i = 0; i < p.count; i++) {
        things += p.classes[i].things;
        sum += p.classes[i].things * p.classes[i].share;
    }
    assert_near(things, 2000.0, 0.0);
    assert_near(sum, 1.0, 1e-12);
    assert_near(p.classes[0].share, exact[0], 1e-12);
    classes = resolver_misses(&p, 15.0, 60.0, 1.0);
    for (int r = 0; r < 2000; r++)
        one_by_one += 1.0 / (60.0 + 1.0 / (15.0 * exact[r]));
    assert_near(classes, one_by_one, 5e-4 * one_by_one);
    assert_true(p.count < 80);
    arena_fini(&arena);
    free(exact);
}

/* One resolver, an answer kept for 60 s, a lookup every 20 s on average: a query every 80 s, 45 in an hour. */
static void given_one_resolver_when_it_keeps_answers_then_queries_are_a_renewal_process(void **state)
{
    struct arena arena;
    struct popularity one, two;
    arena_init(&arena);
    popularity_init(&one, &arena, 1, 1.0);
    popularity_init(&two, &arena, 2, 0.0);
    assert_near(resolver_misses(&one, 0.05, 60.0, 3600.0), 45.0, 1e-9);
    assert_near(resolver_misses(&two, 0.1, 60.0, 3600.0), 90.0, 1e-9);
    assert_near(resolver_misses(&one, 0.05, 0.0, 3600.0), 180.0, 1e-9); /* nothing is kept: every lookup */
    assert_near(resolver_misses(&one, 1e9, 60.0, 3600.0), 60.0, 1e-6);  /* always asked: once a minute */
    arena_fini(&arena);
}

/* ---- in a scenario ---- */

struct metered {
    double sum, hours[25];
};

static struct metered metered(const struct replication *r, const char *service, const char *type)
{
    struct metered m = { 0 };
    for (size_t i = 0; i < r->usage_count; i++)
        if (strcmp(r->usage[i].key->service, service) == 0 && strcmp(r->usage[i].key->usage_type, type) == 0) {
            m.sum += (double)r->usage[i].quantity;
            m.hours[r->usage[i].hour] += (double)r->usage[i].quantity;
        }
    return m;
}

static const struct replication *simulate(const char *path, const char *const *sets, int set_count, struct arena *arena)
{
    struct diag diag;
    diag_init(&diag, arena);
    const struct scenario *sc = scenario_load(path, sets, set_count, arena, &diag);
    if (!sc)
        diag_print(&diag, stderr, false);
    assert_non_null(sc);
    const struct replication *r = replicate(sc, -1, 0, NULL, arena, NULL, NULL);
    assert_null(r->violation);
    return r;
}

/* A CDN with one host: its pool is one keep_alive_pool() of the whole rate, and nearly all connections are kept. With
 * 100,000 hosts of equal share nothing is ever used twice: as many connections as requests. */
static void given_a_cdn_when_it_has_few_or_many_hosts_then_connections_are_shared_or_not(void **state)
{
    static const char *const few[] = { "edge.cloudfront.edge_locations=1", "edge.cloudfront.edge_hosts=1" };
    static const char *const many[] = { "edge.cloudfront.edge_locations=1000", "edge.cloudfront.edge_hosts=1000",
                                        "edge.cloudfront.edge_skew=0" };
    struct arena arena;
    arena_init(&arena);
    const struct replication *r = simulate("scenarios/smoke.yaml", few, 2, &arena);
    const double requests = (double)r->operations[r->operation_count - 2].attempts;
    assert_true(metered(r, "AWSELB", "ALB:NewConnections").sum < 0.02 * requests);
    r = simulate("scenarios/smoke.yaml", many, 3, &arena);
    assert_near(metered(r, "AWSELB", "ALB:NewConnections").sum, requests, 0.01 * requests);
    arena_fini(&arena);
}

/* Windows of ten seconds or a minute are a matter of the series: what is metered is the same, because minutes are. */
static void given_other_windows_when_connections_are_metered_then_they_are_the_same(void **state)
{
    static const char *const seconds[] = { "window=10s" }, *const minute[] = { "window=1m" };
    struct arena arena;
    arena_init(&arena);
    const struct replication *a = simulate("scenarios/smoke.yaml", seconds, 1, &arena);
    const struct replication *b = simulate("scenarios/smoke.yaml", minute, 1, &arena);
    for (int i = 0; i < 2; i++) {
        const char *type = i == 0 ? "ALB:NewConnections" : "ALB:ActiveConnectionMinutes";
        const struct metered x = metered(a, "AWSELB", type), y = metered(b, "AWSELB", type);
        assert_true(x.sum > 0);
        for (int hour = 0; hour < 25; hour++)
            assert_near(x.hours[hour], y.hours[hour], 1.0);
    }
    arena_fini(&arena);
}

/*
 * Ten minutes of 40/s without a CDN, a connection for every 20 requests: 1,200 connections. Each is open for the 19
 * pauses of 7 s between its requests and for 60 s at the end, 193 s: 3,860 minutes, and the answers' few seconds.
 */
static void given_no_cdn_when_viewers_connect_then_their_visits_are_at_the_balancer(void **state)
{
    struct arena arena;
    arena_init(&arena);
    const struct replication *r = simulate("scenarios/minimal.yaml", NULL, 0, &arena);
    const double opened = metered(r, "AWSELB", "ALB:NewConnections").sum;
    assert_near(opened, 1200.0, 4.0 * sqrt(1200.0));
    assert_near(metered(r, "AWSELB", "ALB:ActiveConnectionMinutes").sum, opened * 193.0 / 60.0, 0.02 * opened);
    arena_fini(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_instant_answers_when_connections_are_kept_then_only_the_gap_counts),
        cmocka_unit_test(given_a_pool_when_its_busy_time_is_exponential_then_it_agrees_with_uniformisation),
        cmocka_unit_test(given_a_keep_alive_when_it_is_extreme_then_each_request_or_none_opens_one),
        cmocka_unit_test(given_a_crowded_pool_when_it_is_split_then_its_figures_are_continuous),
        cmocka_unit_test(given_constant_busy_times_when_simulated_then_the_share_is_a_tenth_off_at_the_most),
        cmocka_unit_test(given_zipf_when_things_are_put_into_classes_then_sums_over_them_hardly_change),
        cmocka_unit_test(given_one_resolver_when_it_keeps_answers_then_queries_are_a_renewal_process),
        cmocka_unit_test(given_a_cdn_when_it_has_few_or_many_hosts_then_connections_are_shared_or_not),
        cmocka_unit_test(given_other_windows_when_connections_are_metered_then_they_are_the_same),
        cmocka_unit_test(given_no_cdn_when_viewers_connect_then_their_visits_are_at_the_balancer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
