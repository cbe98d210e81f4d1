/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What costs money beside the requests' own usage: gateways, egress, logs, backups; and the sums of hours. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdlib.h>
#include <string.h>

#include "models/replicate.h"

struct fixture {
    struct arena arena;
    const struct replication *r;
};

/* The smoke scenario for an hour and a half: two metered hours, the second half as long. */
static const char *const common[] = { "clock.length=90m", "regions.us-east-1.web-fleet.logs=500B",
                                      "regions.us-east-1.worker-fleet.logs=200B" };

static void simulate(struct fixture *f, const char *nat)
{
    const char *sets[] = { common[0], common[1], common[2], nat };
    struct diag diag;
    arena_init(&f->arena);
    diag_init(&diag, &f->arena);
    const struct scenario *sc = scenario_load("scenarios/smoke.yaml", sets, nat ? 4 : 3, &f->arena, &diag);
    if (!sc)
        diag_print(&diag, stderr, false);
    assert_non_null(sc);
    f->r = replicate(sc, -1, 0, NULL, &f->arena, NULL, NULL);
    assert_null(f->r->violation);
}

static int setup(void **state)
{
    static struct fixture f;
    simulate(&f, NULL);
    *state = &f;
    return 0;
}

static int teardown(void **state)
{
    arena_fini(&((struct fixture *)*state)->arena);
    return 0;
}

/* Of all records with that type; resource, operation NULL: any. hour -1: all. */
static int64_t metered(const struct replication *r, const char *type, const char *resource, const char *operation,
                       int hour)
{
    int64_t sum = 0;
    for (size_t i = 0; i < r->usage_count; i++) {
        const struct usage *u = &r->usage[i];
        if (strcmp(u->key->usage_type, type) == 0 && (!resource || strcmp(u->key->resource, resource) == 0) &&
            (!operation || strcmp(u->key->operation, operation) == 0) && (hour < 0 || u->hour == hour))
            sum += u->quantity;
    }
    return sum;
}

static const struct operation_result *operation(const struct replication *r, const char *name)
{
    for (int i = 0; i < r->operation_count; i++)
        if (strcmp(r->operations[i].name, name) == 0)
            return &r->operations[i];
    fail_msg("no operation '%s'", name);
    return NULL;
}

static int64_t flow(const struct replication *r, const char *component, const char *name)
{
    for (int i = 0; i < r->flow_count; i++)
        if (strcmp(r->flows[i].component, component) == 0 && strcmp(r->flows[i].name, name) == 0)
            return (int64_t)r->flows[i].count;
    fail_msg("no flow '%s' of '%s'", name, component);
    return 0;
}

/* ---- the way out ---- */

static void given_three_zones_when_each_has_a_gateway_then_its_hours_and_addresses_are_metered(void **state)
{
    const struct replication *r = ((struct fixture *)*state)->r;
    assert_int_equal(metered(r, "NatGateway-Hours", "nat", NULL, 0), 3 * SIM_HOUR);
    assert_int_equal(metered(r, "NatGateway-Hours", "nat", NULL, 1), 3 * SIM_HOUR / 2);
    assert_int_equal(metered(r, "PublicIPv4:InUseAddress", "nat", NULL, -1), 3 * 90 * SIM_MINUTE);
    assert_int_equal(metered(r, "PublicIPv4:InUseAddress", "alb", NULL, -1), 3 * 90 * SIM_MINUTE);
}

/* A call sends 2 kB, and 4 kB come back unless it failed. Those under way at the start or at the end are few. */
static void given_calls_to_another_service_when_metered_then_bytes_have_a_direction_and_pass_the_gateway(void **state)
{
    const struct replication *r = ((struct fixture *)*state)->r;
    const int64_t calls = flow(r, "payments", "calls"), failed = flow(r, "payments", "failed calls");
    const int64_t sent = metered(r, "DataTransfer-Out-Bytes", "web-fleet", NULL, -1);
    const int64_t received = metered(r, "DataTransfer-In-Bytes", "web-fleet", NULL, -1);
    assert_true(calls > 10000);
    assert_int_equal(sent, calls * 2000);
    assert_in_range(received, (uintmax_t)(calls - failed - 20) * 4000, (uintmax_t)(calls - failed + 20) * 4000);
    assert_int_equal(metered(r, "NatGateway-Bytes", NULL, NULL, -1), sent + received);
    assert_int_equal(metered(r, "DataTransfer-Regional-Bytes", NULL, "both;peer=nat", -1), 0);
}

/* Instances are spread over three zones; two of three zones' bytes go to the gateway in the first. */
static void given_one_gateway_when_others_zones_use_it_then_their_bytes_cross_zones(void **state)
{
    struct fixture one;
    simulate(&one, "regions.us-east-1.nat=one");
    const int64_t through = metered(one.r, "NatGateway-Bytes", NULL, NULL, -1);
    const int64_t crossed = metered(one.r, "DataTransfer-Regional-Bytes", NULL, "both;peer=nat", -1);
    assert_int_equal(metered(one.r, "NatGateway-Hours", "nat", NULL, -1), 90 * SIM_MINUTE);
    assert_in_range(crossed, (uintmax_t)through * 60 / 100, (uintmax_t)through * 75 / 100);
    teardown((void *[]){ &one });
}

static void given_no_gateway_when_metered_then_only_egress_is_left(void **state)
{
    struct fixture none;
    simulate(&none, "regions.us-east-1.nat=none");
    assert_int_equal(metered(none.r, "NatGateway-Hours", NULL, NULL, -1), 0);
    assert_int_equal(metered(none.r, "NatGateway-Bytes", NULL, NULL, -1), 0);
    assert_true(metered(none.r, "DataTransfer-Out-Bytes", "web-fleet", NULL, -1) > 0);
    teardown((void *[]){ &none });
}

/* ---- logs, backups ---- */

/* 500 bytes and CloudWatch's 26 for each request that the balancer answered; the workers' messages 200 and 26. */
static void given_logs_when_requests_are_answered_then_each_has_an_entry(void **state)
{
    const struct replication *r = ((struct fixture *)*state)->r;
    const int64_t web = metered(r, "DataProcessing-Bytes", "web-fleet", NULL, -1);
    const int64_t workers = metered(r, "DataProcessing-Bytes", "worker-fleet", NULL, -1);
    const int64_t attempts = (int64_t)operation(r, "all")->attempts;
    assert_int_equal(web % 526, 0);
    assert_int_equal(workers % 226, 0);
    assert_in_range(web / 526, (uintmax_t)attempts * 95 / 100, (uintmax_t)attempts);
    assert_in_range(workers / 226, 5000, (uintmax_t)operation(r, "checkout")->begun);
}

/* Two databases of 200 GiB, 60 % filled, 5 % of that changed on each of 7 days: 2 * 120 * 1.35 = 324 GiB, for every
 * hour; free up to the storage of the three instances that are not standbys. */
static void given_databases_when_backed_up_then_the_region_has_their_backups_and_storage(void **state)
{
    const struct replication *r = ((struct fixture *)*state)->r;
    const int64_t gib = INT64_C(1) << 30;
    assert_int_equal(metered(r, "RDS:BackupStorage", "backups", "provisioned_gb=600", 0), 324 * gib);
    assert_int_equal(metered(r, "RDS:BackupStorage", "backups", "provisioned_gb=600", 1), 162 * gib);
}

/* ---- hours and places add up ---- */

static void given_edge_requests_when_divided_over_geographies_then_none_is_lost(void **state)
{
    const struct replication *r = ((struct fixture *)*state)->r;
    const int64_t us = metered(r, "Requests-HTTPS", NULL, "edge=US", -1);
    const int64_t all = metered(r, "Requests-HTTPS", NULL, NULL, -1);
    assert_int_equal(all, operation(r, "all")->attempts + operation(r, "static")->begun);
    assert_in_range(us, (uintmax_t)all * 69 / 100, (uintmax_t)all * 71 / 100);
}

/* Only checkout writes; its attempts upload 1 kB each, from wherever the viewers are. */
static void given_uploads_when_divided_over_geographies_then_none_is_lost(void **state)
{
    const struct replication *r = ((struct fixture *)*state)->r;
    const int64_t eu = metered(r, "DataTransfer-Out-OBytes", NULL, "edge=EU", -1);
    const int64_t all = metered(r, "DataTransfer-Out-OBytes", NULL, NULL, -1);
    assert_int_equal(all, operation(r, "checkout")->attempts * 1000);
    assert_in_range(eu, (uintmax_t)all * 29 / 100, (uintmax_t)all * 31 / 100);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_three_zones_when_each_has_a_gateway_then_its_hours_and_addresses_are_metered),
        cmocka_unit_test(given_calls_to_another_service_when_metered_then_bytes_have_a_direction_and_pass_the_gateway),
        cmocka_unit_test(given_one_gateway_when_others_zones_use_it_then_their_bytes_cross_zones),
        cmocka_unit_test(given_no_gateway_when_metered_then_only_egress_is_left),
        cmocka_unit_test(given_logs_when_requests_are_answered_then_each_has_an_entry),
        cmocka_unit_test(given_databases_when_backed_up_then_the_region_has_their_backups_and_storage),
        cmocka_unit_test(given_edge_requests_when_divided_over_geographies_then_none_is_lost),
        cmocka_unit_test(given_uploads_when_divided_over_geographies_then_none_is_lost),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
