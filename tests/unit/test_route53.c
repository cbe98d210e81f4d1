/* SPDX-License-Identifier: GPL-3.0-or-later */
/* route53 -- checkers and their quorum, policies, resolvers that keep answers; then a region that goes dark. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "models/names.h"
#include "models/replicate.h"
#include "models/route53.h"
#include "tests/unit/fixture.h"

enum { RESOLVERS = 8, RECORDS_MOST = 4 };

struct name {
    struct route53_config config;
    struct route53_target targets[RECORDS_MOST];
    struct route53 zone;
};

/* Records of those weights; health checks with the defaults. */
static struct name *name_of(struct fixture *f, enum route53_policy policy, const int64_t *weights, int count)
{
    struct name *n = ARENA_NEW(&f->arena, struct name);
    n->config = (struct route53_config){ .policy = policy, .ttl = 60 * SIM_SECOND, .records = n->targets };
    n->config.record_count = count;
    n->config.health.present = true;
    n->config.health.failures = 3;
    n->config.health.checkers = 16;
    n->config.health.quorum = 0.18;
    for (int i = 0; i < count; i++)
        n->targets[i].weight = weights[i];
    route53_init(&n->zone, &f->arena, &n->config, RESOLVERS, draw_key_make(1, 0));
    return n;
}

static const int64_t ALIKE[] = { 1, 1, 1, 1 };

static void make(struct name *n, int record, bool healthy)
{
    for (int c = 0; c < 16; c++)
        for (int i = 0; i < 3; i++)
            route53_check_result(&n->zone, record, c, healthy);
    route53_publish(&n->zone, record);
}

static void given_a_checker_when_it_fails_three_times_in_a_row_then_it_changes_its_mind(void **state)
{
    struct name *n = name_of(*state, ROUTE53_FAILOVER, ALIKE, 2);
    const struct route53_checker *c = &n->zone.health[0].checkers[0];
    static const bool results[] = { false, false, true, false, false, false, true, true, false, true, true, true };
    static const bool healthy[] = { true, true, true, true, true, false, false, false, false, false, false, true };
    for (size_t i = 0; i < sizeof results; i++) {
        route53_check_result(&n->zone, 0, 0, results[i]);
        assert_int_equal(c->healthy, healthy[i]);
    }
    assert_int_equal(n->zone.health[0].healthy_checkers, 16);
}

/* More than 18 % of 16 checkers are three: two who still see it up do not keep it. AWS behaviour, sec. 3.1 */
static void given_sixteen_checkers_when_fewer_than_three_see_it_up_then_it_is_unhealthy(void **state)
{
    struct name *n = name_of(*state, ROUTE53_FAILOVER, ALIKE, 2);
    for (int c = 0; c < 14; c++) {
        assert_true(route53_is_healthy(&n->zone, 0));
        for (int i = 0; i < 3; i++)
            route53_check_result(&n->zone, 0, c, false);
    }
    assert_false(route53_is_healthy(&n->zone, 0));
    assert_true(route53_is_healthy(&n->zone, 1));
    assert_int_equal(route53_choose(&n->zone, NULL, 0), 0); /* servers do not know yet */
    assert_true(route53_publish(&n->zone, 0));
    assert_false(route53_publish(&n->zone, 0));
    assert_int_equal(route53_choose(&n->zone, NULL, 0), 1);
}

static void given_failover_when_both_are_unhealthy_then_the_primary_is_the_last_resort(void **state)
{
    struct name *n = name_of(*state, ROUTE53_FAILOVER, ALIKE, 2);
    assert_int_equal(route53_choose(&n->zone, NULL, 0), 0);
    make(n, 1, false);
    assert_int_equal(route53_choose(&n->zone, NULL, 0), 0);
    make(n, 0, false);
    assert_int_equal(route53_choose(&n->zone, NULL, 0), 0);
    make(n, 1, true);
    assert_int_equal(route53_choose(&n->zone, NULL, 0), 1);
    make(n, 0, true);
    assert_int_equal(route53_choose(&n->zone, NULL, 0), 0);
}

static void given_failback_never_when_the_primary_is_well_again_then_the_secondary_stays(void **state)
{
    struct name *n = name_of(*state, ROUTE53_FAILOVER, ALIKE, 2);
    n->config.failback = ROUTE53_FAILBACK_NEVER;
    make(n, 0, false);
    make(n, 0, true);
    assert_int_equal(route53_choose(&n->zone, NULL, 0), 1);
}

static void given_the_latency_policy_when_asked_then_the_nearest_healthy_one_is_answered(void **state)
{
    static const float from_here[] = { 63.5F, 3.0F, 119.0F };
    struct name *n = name_of(*state, ROUTE53_LATENCY, ALIKE, 3);
    assert_int_equal(route53_choose(&n->zone, from_here, 0), 1);
    make(n, 1, false);
    assert_int_equal(route53_choose(&n->zone, from_here, 0), 0);
    make(n, 0, false);
    make(n, 2, false);
    assert_int_equal(route53_choose(&n->zone, from_here, 0), 1);
}

/* Each share within four standard deviations of 100,000 answers: 0.6 % at the most. */
static void assert_shares(const struct name *n, const double *expected)
{
    enum { ANSWERS = 100000 };
    int counts[RECORDS_MOST] = { 0 };
    for (uint64_t i = 0; i < ANSWERS; i++)
        counts[route53_choose(&n->zone, NULL, draw_at(draw_key_make(7, 0), i, 1, 0).a)]++;
    for (int r = 0; r < n->config.record_count; r++) {
        const double share = (double)counts[r] / ANSWERS;
        if (expected[r] == 0.0)
            assert_int_equal(counts[r], 0);
        assert_true(share > expected[r] - 0.006 && share < expected[r] + 0.006);
    }
}

static void given_weights_when_asked_often_then_shares_are_weights_over_their_sum(void **state)
{
    static const int64_t weights[] = { 70, 20, 10, 0 };
    struct name *n = name_of(*state, ROUTE53_WEIGHTED, weights, 4);
    assert_shares(n, (const double[]){ 0.7, 0.2, 0.1, 0.0 });
    make(n, 0, false);
    assert_shares(n, (const double[]){ 0.0, 2.0 / 3.0, 1.0 / 3.0, 0.0 });
    make(n, 1, false);
    make(n, 2, false);
    assert_shares(n, (const double[]){ 0.0, 0.0, 0.0, 1.0 }); /* weight 0: only when no other is healthy */
    make(n, 3, false);
    assert_shares(n, (const double[]){ 0.7, 0.2, 0.1, 0.0 }); /* nobody is: all are taken for healthy */
}

static void given_a_resolver_when_asked_again_then_it_keeps_its_answer_for_the_ttl(void **state)
{
    struct name *n = name_of(*state, ROUTE53_FAILOVER, ALIKE, 2);
    uint64_t queries = 0;
    const sim_time asked = 65 * SIM_SECOND, expires = asked + 60 * SIM_SECOND;
    route53_resolve(&n->zone, 3, 0, NULL, &queries); /* the first one may be of any age */
    assert_true(n->zone.resolvers[3].until < 60 * SIM_SECOND);
    assert_int_equal(route53_resolve(&n->zone, 3, asked, NULL, &queries), 0);
    make(n, 0, false);
    assert_int_equal(route53_resolve(&n->zone, 3, expires - 1, NULL, &queries), 0);
    assert_int_equal(queries, 2);
    assert_int_equal(route53_resolve(&n->zone, 3, expires, NULL, &queries), 1);
    assert_int_equal(route53_resolve(&n->zone, 4, asked, NULL, &queries), 1); /* another one had no answer */
    assert_int_equal(queries, 4);
}

static void given_a_resolver_that_ignores_the_ttl_when_asked_then_it_keeps_its_answer_longer(void **state)
{
    struct fixture *f = *state;
    struct name *n = name_of(f, ROUTE53_FAILOVER, ALIKE, 2);
    n->config.ignore_ttl = 1.0;
    assert_true(dist_parse(&n->config.ignored_for, "30m", (struct mark){ 0 }, ".", &f->arena, &f->diag));
    route53_init(&n->zone, &f->arena, &n->config, RESOLVERS, draw_key_make(1, 0));
    uint64_t queries = 0;
    const sim_time asked = SIM_HOUR;
    route53_resolve(&n->zone, 0, 0, NULL, &queries);
    assert_int_equal(route53_resolve(&n->zone, 0, asked, NULL, &queries), 0);
    make(n, 0, false);
    assert_int_equal(route53_resolve(&n->zone, 0, asked + 30 * SIM_MINUTE - 1, NULL, &queries), 0);
    assert_int_equal(route53_resolve(&n->zone, 0, asked + 30 * SIM_MINUTE, NULL, &queries), 1);
}

/* ---- a scenario ---- */

static const char TWO_REGIONS[] =
    "headroom: 1\n"
    "clock: {start: \"2026-11-27T12:00-05:00\", length: 20m, warm_up: 5m}\n"
    "window: 10s\n"
    "traffic:\n"
    "  shoppers: {rate: 60/s, from: {US: 100%}, mix: {browse: 100%}, requests_per_connection: 1,\n"
    "             client: {patience: 2s, reload: 0%}}\n"
    "services:\n"
    "  web: {runs_on: fleet, operations: {browse: [{cpu: 1ms}]}}\n"
    "edge:\n"
    "  route53: {policy: failover, records: [alb, us-west-2.alb], health_check: {interval: 10s}, ignore_ttl: 0%}\n"
    "regions:\n"
    "  us-east-1:\n"
    "    zones: 1\n"
    "    alb: {targets: fleet}\n"
    "    fleet: {kind: asg, instance: m7g.large, size: {min: 2, max: 2}}\n"
    "  us-west-2: {like: us-east-1}\n"
    "faults: [{at: +5m, zone: us-east-1a, kind: power, lasts: 10m}]\n";

static struct scenario *parse(struct fixture *f, const char *set)
{
    diag_init(&f->diag, &f->arena);
    return scenario_parse("two.yaml", TWO_REGIONS, sizeof(TWO_REGIONS) - 1, ".", &set, set != NULL, &f->arena,
                          &f->diag);
}

static const double *column(const struct replication *r, const char *component, const char *name)
{
    for (int c = 0; c < r->series.column_count; c++)
        if (!strcmp(r->series.columns[c].component, component) && !strcmp(r->series.columns[c].name, name))
            return &r->series.values[(int64_t)c * r->series.window_count];
    fail_msg("no column %s %s", component, name);
    return NULL;
}

/*
 * AWS behaviour, sec. 21, example 3: 95 % of well-behaved clients have moved 106 s after the region is gone. By hand,
 * with interval 10 s, a connection timeout of 4 s and three failures in a row: a checker's third failure is known
 * between 2 * 14 + 4 = 32 s and 42 s after that, and some round trips (0.3 s at the most each). The two checkers of
 * us-east-1 are lost with it and say nothing, so all fourteen others must agree: hardly before 38 s. Servers know 0 to
 * 10 s later, and a resolver's answer is 0 to 60 s old.
 */
static void given_a_dark_region_when_clients_follow_the_ttl_then_they_move_as_computed_by_hand(void **state)
{
    struct fixture *f = *state;
    const struct scenario *sc = parse(f, NULL);
    if (!sc)
        diag_print(&f->diag, stderr, false);
    assert_non_null(sc);
    const struct replication *r = replicate(sc, -1, 0, NULL, &f->arena, NULL, NULL);
    assert_null(r->violation);
    assert_true(r->faults[0].detected_s > 300 + 36 && r->faults[0].detected_s < 300 + 42 + 1);
    const double *east = column(r, "alb", "requests"), *west = column(r, "us-west-2.alb", "requests");
    assert_true(east[29] > 45 && west[29] == 0.0);
    assert_true(west[30] == 0.0 && west[32] == 0.0);
    double after = 0.0; /* from 106 s on, two minutes */
    for (int i = 41; i < 53; i++)
        after += west[i] / 12;
    assert_true(after > 0.95 * 60 && after < 1.06 * 60);
    assert_true(west[36] > 0.05 * 60 && west[36] < 0.8 * 60); /* on the way */
    assert_true(east[119] > 45 && west[119] == 0.0);          /* and back: found healthy, then answered again */
}

/* Of American viewers 23 % are nearer to the west: 16 % us-west-1, 7 % us-west-2. */
static void given_policies_when_all_is_well_then_regions_have_their_shares(void **state)
{
    static const struct {
        const char *set;
        double east, west;
    } cases[] = {
        { NULL, 1.0, 0.0 },
        { "edge.route53={policy: weighted, records: [{to: alb, weight: 3}, us-west-2.alb]}", 0.75, 0.25 },
        { "edge.route53={policy: latency, records: [alb, us-west-2.alb]}", 0.77, 0.23 },
        { "edge.route53={records: [alb, us-west-2.alb]}", 0.5, 0.5 },
        { "edge.route53={}", 1.0, 0.0 },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const struct scenario *sc = parse(*state, cases[i].set);
        assert_non_null(sc);
        const double east = names_share(sc, &sc->regions[0]), west = names_share(sc, &sc->regions[1]);
        assert_true(east > cases[i].east - 1e-9 && east < cases[i].east + 1e-9);
        assert_true(west > cases[i].west - 1e-9 && west < cases[i].west + 1e-9);
    }
}

static void given_names_that_do_not_fit_when_loaded_then_it_is_said(void **state)
{
    static const struct {
        const char *set, *text;
    } cases[] = {
        { "edge.route53.records=[alb]", "has 1 records: it takes a primary and a secondary" },
        { "edge.route53.records=[alb, alb]", "two records to 'alb'" },
        { "edge.route53.records=", "has no records to choose among" },
        { "edge.route53.records=[alb, us-west-1.alb]", "which does not exist" },
        { "edge.route53.health_check.interval=20s", "an interval of 10s or 30s" },
        { "edge.route53={policy: weighted, records: [{to: alb, weight: 0}]}", "have weight 0" },
        { "edge.cloudfront={origins: {dynamic: alb}}", "nobody asks for the records of 'route53'" },
        { "edge={route53: {}, cloudfront: {origins: {dynamic: route53}}}", "the origin 'route53' has no records" },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct fixture *f = *state;
        assert_null(parse(f, cases[i].set));
        bool said = false;
        for (int e = 0; e < f->diag.count; e++)
            said = said || strstr(f->diag.entries[e].message, cases[i].text);
        if (!said)
            diag_print(&f->diag, stderr, false);
        assert_true(said);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(given_a_checker_when_it_fails_three_times_in_a_row_then_it_changes_its_mind),
        TEST(given_sixteen_checkers_when_fewer_than_three_see_it_up_then_it_is_unhealthy),
        TEST(given_failover_when_both_are_unhealthy_then_the_primary_is_the_last_resort),
        TEST(given_failback_never_when_the_primary_is_well_again_then_the_secondary_stays),
        TEST(given_the_latency_policy_when_asked_then_the_nearest_healthy_one_is_answered),
        TEST(given_weights_when_asked_often_then_shares_are_weights_over_their_sum),
        TEST(given_a_resolver_when_asked_again_then_it_keeps_its_answer_for_the_ttl),
        TEST(given_a_resolver_that_ignores_the_ttl_when_asked_then_it_keeps_its_answer_longer),
        TEST(given_a_dark_region_when_clients_follow_the_ttl_then_they_move_as_computed_by_hand),
        TEST(given_policies_when_all_is_well_then_regions_have_their_shares),
        TEST(given_names_that_do_not_fit_when_loaded_then_it_is_said),
    };
    return cmocka_run_group_tests_name("route53", tests, NULL, NULL);
}
