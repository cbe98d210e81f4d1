/* SPDX-License-Identifier: GPL-3.0-or-later */
/* two regions -- a database that follows another region's: who promotes it and when, what is lost, and the way back. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "models/replicate.h"
#include "tests/unit/fixture.h"

/* The east is lost from 10:00 to 40:00. Detected by three datapoints; a human takes 5 min, the promotion 4 min. */
static const char PAIR[] =
    "headroom: 1\n"
    "clock: {start: \"2026-11-27T12:00-05:00\", length: 2h, warm_up: 5m}\n"
    "traffic:\n"
    "  shoppers: {rate: 20/s, mix: {order: 100%}, requests_per_connection: 1, client: {patience: 5s, reload: 0%}}\n"
    "services:\n"
    "  web: {runs_on: fleet, operations: {order: [{cpu: 1ms}, {write: {to: orders, time: 1ms}}]}}\n"
    "edge:\n"
    "  route53: {policy: failover, records: [alb, us-west-2.alb], health_check: {interval: 10s}, ignore_ttl: 0%}\n"
    "regions:\n"
    "  us-east-1:\n"
    "    zones: 1\n"
    "    alb: {targets: fleet}\n"
    "    fleet: {kind: asg, instance: m7g.large, size: {min: 2, max: 2}}\n"
    "    orders: {kind: rds, instance: db.r7g.large, recovery: 2m}\n"
    "  us-west-2:\n"
    "    like: us-east-1\n"
    "    orders:\n"
    "      replica_of: {of: orders, lag: 30s, promotion: {when: lost, decision: 5m, takes: 4m},\n"
    "                   failback: {after: 10m, takes: 2m}}\n"
    "    lost: {kind: alarm, of: us-east-1.orders}\n"
    "faults: [{at: +10m, zone: us-east-1a, kind: power, lasts: 30m}]\n";

static const struct replication *run_with(struct fixture *f, const char *a, const char *b)
{
    const char *const sets[] = { a, b };
    diag_init(&f->diag, &f->arena);
    const struct scenario *sc = scenario_parse("pair.yaml", PAIR, sizeof(PAIR) - 1, ".", sets,
                                               !a   ? 0
                                               : !b ? 1
                                                    : 2,
                                               &f->arena, &f->diag);
    if (!sc)
        diag_print(&f->diag, stderr, false);
    assert_non_null(sc);
    const struct replication *r = replicate(sc, -1, 0, NULL, &f->arena, NULL, NULL);
    if (r->violation)
        print_error("%s\n", r->violation);
    assert_null(r->violation);
    return r;
}

/* When the timeline first says something that contains `what`; NAN: never. */
static double told_at(const struct replication *r, const char *component, const char *what)
{
    for (int e = 0; e < r->faults[0].event_count; e++)
        if (!strcmp(r->faults[0].events[e].component, component) && strstr(r->faults[0].events[e].what, what))
            return r->faults[0].events[e].at_s;
    return NAN;
}

static double share_ok(const struct replication *r, int from_minute, int to_minute)
{
    double begun = 0.0, ok = 0.0;
    for (int m = from_minute; m < to_minute; m++) {
        const struct minute_count *count = &r->minutes[m * (r->operation_count - 1)];
        begun += count->begun;
        ok += count->ok;
    }
    return ok / begun;
}

/*
 * The loss at 600 s. The canary asks once a minute at some phase p: datapoints that breach are of 600 + p, 660 + p and
 * 720 + p, 0 < p <= 60; the third is seen 60 s later: the page at 780 to 840 s. Five minutes to decide, four to
 * promote: writes from 1320 to 1380 s on.
 */
static void given_a_lost_region_when_a_human_is_paged_then_writes_return_at_the_time_computed_by_hand(void **state)
{
    const struct replication *r = run_with(*state, NULL, NULL);
    const double paged = told_at(r, "us-west-2.orders", "pages somebody"),
                 takes_writes = told_at(r, "us-west-2.orders", "takes writes");
    assert_true(paged > 780.0 && paged <= 840.0);
    assert_true(fabs(takes_writes - (paged + 540.0)) < 1e-6);
    assert_true(share_ok(r, 0, 10) > 0.999);
    assert_true(share_ok(r, 12, 21) == 0.0); /* clients are in the west by then, and nobody takes writes */
    assert_true(share_ok(r, 24, 40) > 0.999);
}

/* Writes arrive at 20/s and are acknowledged as long as the source lives: those of the last 30 s are gone. Poisson with
 * mean 600, four standard deviations. */
static void given_a_promotion_when_the_lag_is_30_s_then_the_writes_of_30_s_are_lost(void **state)
{
    const struct replication *r = run_with(*state, NULL, NULL);
    assert_true(r->faults[0].lost_writes > 502 && r->faults[0].lost_writes < 698);
    const struct replication *close = run_with(*state, "regions.us-west-2.orders.replica_of.lag=0s", NULL);
    assert_true(close->faults[0].lost_writes == 0);
}

/* The zone is back at 2400 s, the database 2 min later; rebuilt 10 min after somebody looks, which is every minute;
 * then 2 min without writes. */
static void given_the_region_is_back_when_it_fails_back_then_it_leads_again(void **state)
{
    const struct replication *r = run_with(*state, NULL, NULL);
    const double rebuilt = told_at(r, "us-west-2.orders", "is built anew"),
                 switching = told_at(r, "us-west-2.orders", "switches back"),
                 follows = told_at(r, "us-west-2.orders", "follows again");
    assert_true(rebuilt >= 2520.0 && rebuilt <= 2580.0);
    assert_true(fabs(switching - (rebuilt + 600.0)) < 1e-6 && fabs(follows - (switching + 120.0)) < 1e-6);
    assert_true(share_ok(r, 60, 120) > 0.999);
    assert_true(share_ok(r, 43, 51) > 0.999); /* the east's clients write to the west meanwhile */
}

static void given_no_alarm_when_the_region_is_lost_then_nobody_acts(void **state)
{
    const struct replication *r = run_with(*state, "regions.us-west-2.orders.replica_of.promotion=", NULL);
    assert_true(!!isnan(told_at(r, "us-west-2.orders", "pages")));
    assert_true(share_ok(r, 12, 40) == 0.0);
    assert_true(r->faults[0].lost_writes == 0); /* the source comes back with all that it had acknowledged */
}

static void given_an_alarm_in_the_lost_region_when_it_is_lost_then_nobody_is_paged(void **state)
{
    const struct replication *r = run_with(*state, "regions.us-east-1.there={kind: alarm, of: orders}",
                                           "regions.us-west-2.orders.replica_of.promotion.when=us-east-1.there");
    const double paged = told_at(r, "us-west-2.orders", "pages");
    assert_true(isnan(paged) || paged > 2400.0); /* not before it is back, and its database not yet */
}

static void given_an_automatic_promotion_when_the_alarm_goes_off_then_nobody_is_asked(void **state)
{
    const struct replication *r = run_with(*state, "regions.us-west-2.orders.replica_of.promotion.by=alarm", NULL);
    const double set_off = told_at(r, "us-west-2.orders", "sets off");
    assert_true(set_off > 780.0 && set_off <= 840.0);
    assert_true(fabs(told_at(r, "us-west-2.orders", "takes writes") - (set_off + 240.0)) < 1e-6);
}

static void given_an_outage_that_ends_before_the_decision_when_decided_then_nothing_is_promoted(void **state)
{
    const struct replication *r = run_with(*state, "faults.0.lasts=2m",
                                           "regions.us-west-2.orders.replica_of.promotion.decision=20m");
    assert_true(!isnan(told_at(r, "us-west-2.orders", "no promotion")));
    assert_true(!!isnan(told_at(r, "us-west-2.orders", "takes writes")));
}

/*
 * Both regions serve, half of the clients each. Writes of the west cross to the east and back: 64 ms (63.5 ms, and one in
 * a hundred half as long again). American viewers are 31 ms farther from the west than from the east on average, and each
 * opens a connection: three round trips. The split is lumpy: few resolvers have many clients.
 */
static void given_writes_from_the_other_region_when_remote_then_they_cross_the_distance_and_when_fail_they_fail(
    void **state)
{
    static const char SHARED[] = "edge.route53={policy: weighted, records: [alb, us-west-2.alb]}";
    const struct replication *east = run_with(*state, "faults=", NULL), *both = run_with(*state, "faults=", SHARED);
    const double more_ms =
        (histogram_mean_ns(&both->operations[0].latency) - histogram_mean_ns(&east->operations[0].latency)) / 1e6;
    assert_true(share_ok(both, 0, 120) > 0.999);
    assert_true(more_ms > 0.5 * (64 + 3 * 31) - 4 && more_ms < 0.5 * (64 + 3 * 31) + 8);
    const struct replication *fails = run_with(*state, "regions.us-west-2.orders.replica_of.writes=fail", SHARED);
    assert_true(share_ok(fails, 0, 9) > 0.4 && share_ok(fails, 0, 9) < 0.6);
}

/* The zone is back at 2400 s and its instances soon after; the database 2 min later. */
static void given_a_check_that_asks_the_database_when_the_region_is_back_then_clients_wait_for_it(void **state)
{
    static const char DEEP[] = "edge.route53.health_check={interval: 10s, database: orders}";
    const double shallow = told_at(run_with(*state, NULL, NULL), "route53", "answers have 'alb' again"),
                 deep = told_at(run_with(*state, DEEP, NULL), "route53", "answers have 'alb' again");
    assert_true(deep > 2520.0 + 20.0 && deep < 2520.0 + 45.0); /* three successes 10 s apart, and to the answers */
    assert_true(shallow < deep);
}

/* A pilot light: no instance in the west until somebody has decided, 5 min after the page, and they have booted. */
static void given_a_pilot_light_when_the_alarm_goes_off_then_its_fleet_grows_and_stays(void **state)
{
    const struct replication *r = run_with(
        *state, "regions.us-west-2.fleet.size={min: 0, desired: 0, max: 4}",
        "regions.us-west-2.lost.scale={by: human, decision: 5m, fleets: [{fleet: fleet, to: 2}]}");
    const double paged = told_at(r, "us-west-2.lost", "pages somebody"),
                 grows = told_at(r, "us-west-2.fleet", "scales out from 0 to 2");
    assert_true(paged > 780.0 && paged <= 840.0);
    assert_true(fabs(grows - (paged + 300.0)) < 1e-6);
    assert_true(share_ok(r, 12, 18) == 0.0);
    assert_true(share_ok(r, 25, 40) > 0.999);
}

static double flow_of(const struct replication *r, const char *component, const char *name)
{
    for (int i = 0; i < r->flow_count; i++)
        if (!strcmp(r->flows[i].component, component) && !strcmp(r->flows[i].name, name))
            return (double)r->flows[i].count;
    fail_msg("no flow %s %s", component, name);
    return NAN;
}

/* Everything is in the east's cache; the west's is empty until clients come, and its database is asked. */
static void given_a_standby_region_when_clients_come_then_its_cache_is_empty_at_first(void **state)
{
    static const char CACHED[] =
        "services.web.operations.order=[{get: {from: cache, miss: [{read: {from: orders, time: 1ms}}]}}]";
    static const char CACHE[] =
        "regions.us-east-1.cache={kind: elasticache, node: cache.r7g.large, hit_ratio: 100%, refill: 5m}";
    const struct replication *r = run_with(*state, CACHED, CACHE);
    assert_true(!isnan(told_at(r, "us-west-2.cache", "is empty")));
    assert_true(flow_of(r, "us-west-2.orders", "primary_cpu") > 20 * 60);
    assert_true(!isnan(told_at(r, "cache", "an empty node"))); /* the east's lost all that it had */
}

static double used(const struct replication *r, const char *type, const char *operation, const char *region)
{
    double sum = 0.0;
    for (size_t i = 0; i < r->usage_count; i++) {
        const struct usage_key *key = r->usage[i].key;
        if (!strcmp(key->usage_type, type) && !strcmp(key->operation, operation) && !strcmp(key->region, region))
            sum += (double)r->usage[i].quantity;
    }
    return sum;
}

/* Two checks with the option of 10 s, an alarm, and 8 kB of log for each write that the east acknowledged; nothing in the
 * other direction while the west only follows. */
static void given_a_day_without_faults_when_metered_then_checks_alarm_and_replication_are_billed(void **state)
{
    const struct replication *r = run_with(*state, "faults=", NULL);
    const double length_ns = 2 * 3600e9;
    assert_true(used(r, "Health-Check-AWS", "", "Any") == 2 * length_ns);
    assert_true(used(r, "Health-Check-Option-AWS", "", "Any") == 2 * length_ns);
    assert_true(used(r, "CW:AlarmMonitorUsage", "", "us-west-2") == length_ns);
    const double writes = (double)r->operations[0].outcomes[OUTCOME_OK];
    const double sent = used(r, "InterRegion-Bytes", "to=us-west-2", "us-east-1");
    assert_true(fabs(sent - 8000.0 * writes) <= 8000.0 * 5); /* those that are under way at the ends */
    assert_true(used(r, "InterRegion-Bytes", "to=us-east-1", "us-west-2") == 0.0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(given_a_lost_region_when_a_human_is_paged_then_writes_return_at_the_time_computed_by_hand),
        TEST(given_a_promotion_when_the_lag_is_30_s_then_the_writes_of_30_s_are_lost),
        TEST(given_the_region_is_back_when_it_fails_back_then_it_leads_again),
        TEST(given_no_alarm_when_the_region_is_lost_then_nobody_acts),
        TEST(given_an_alarm_in_the_lost_region_when_it_is_lost_then_nobody_is_paged),
        TEST(given_an_automatic_promotion_when_the_alarm_goes_off_then_nobody_is_asked),
        TEST(given_an_outage_that_ends_before_the_decision_when_decided_then_nothing_is_promoted),
        TEST(given_a_day_without_faults_when_metered_then_checks_alarm_and_replication_are_billed),
        TEST(given_a_check_that_asks_the_database_when_the_region_is_back_then_clients_wait_for_it),
        TEST(given_a_pilot_light_when_the_alarm_goes_off_then_its_fleet_grows_and_stays),
        TEST(given_a_standby_region_when_clients_come_then_its_cache_is_empty_at_first),
        TEST(given_writes_from_the_other_region_when_remote_then_they_cross_the_distance_and_when_fail_they_fail),
    };
    return cmocka_run_group_tests_name("two regions", tests, NULL, NULL);
}
