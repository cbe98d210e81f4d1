/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a node offers, how its CPU is shared, when batches close and pods are evicted: the arithmetic of Kubernetes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "models/catalogue/catalogue.h"
#include "models/cluster.h"

static int64_t pods_of(const char *type, bool prefixes)
{
    uint32_t interfaces = 0, addresses = 0;
    assert_true(catalogue_interfaces(type, &interfaces, &addresses));
    return eks_max_pods(interfaces, addresses, prefixes, catalogue_instance(type)->vcpus);
}

/* The published results of interfaces * (addresses - 1) + 2, and the caps with prefixes. */
static void given_an_instance_type_when_pods_are_counted_then_its_interfaces_decide(void **state)
{
    (void)state;
    static const struct {
        const char *type;
        int64_t pods, with_prefixes;
    } known[] = { { "t3.micro", 4, 34 },      { "t3.small", 11, 110 },     { "t3.medium", 17, 110 },
                  { "m5.large", 29, 110 },    { "m5.xlarge", 58, 110 },    { "m5.4xlarge", 234, 110 },
                  { "m5.8xlarge", 234, 250 }, { "m5.16xlarge", 737, 250 }, { "m7g.medium", 8, 98 } };
    for (size_t i = 0; i < ARRAY_LEN(known); i++) {
        assert_int_equal(pods_of(known[i].type, false), known[i].pods);
        assert_int_equal(pods_of(known[i].type, true), known[i].with_prefixes);
    }
    for (size_t i = 0; catalogue_name("instance", i); i++)
        assert_true(pods_of(catalogue_name("instance", i), false) > 0);
}

/* kube-reserved: 70m of 2 vCPUs, 80m of 4, 90m of 8, 110m of 16; 255 MiB + 11 MiB per pod and 100 MiB for evictions. */
static void given_vcpus_and_pods_when_reserved_then_the_published_formula_holds(void **state)
{
    (void)state;
    assert_int_equal(eks_reserved_cpu_milli(1), 60);
    assert_int_equal(eks_reserved_cpu_milli(2), 70);
    assert_int_equal(eks_reserved_cpu_milli(4), 80);
    assert_int_equal(eks_reserved_cpu_milli(8), 90);
    assert_int_equal(eks_reserved_cpu_milli(16), 110);
    assert_int_equal(eks_reserved_memory(29), (255 + 319 + 100) * EKS_MIB);
}

static void given_a_cluster_when_a_node_is_asked_then_daemonsets_and_reserves_are_taken_off(void **state)
{
    (void)state;
    const struct eks_config config = { .daemonsets = { .cpu = 0.15, .memory = 200 * EKS_MIB, .pods = 3 },
                                       .memory_overhead = 0.075 };
    const struct room room = eks_room(&config, "m7g.large");
    assert_int_equal(room.cpu_milli, 2000 - 70 - 150);
    assert_int_equal(room.pods, 26);
    assert_int_equal(room.memory, (int64_t)(8.0 * 1024 * (double)EKS_MIB * 0.925) - (674 + 200) * EKS_MIB);
}

/* The order that Karpenter chooses by, against the price book: every type that both know, to two permille. */
static void given_the_price_book_when_types_are_ordered_then_their_prices_agree(void **state)
{
    (void)state;
    FILE *book = fopen("pricing/books/us-east-1.csv", "r");
    assert_non_null(book);
    char line[1024];
    int compared = 0;
    while (fgets(line, sizeof line, book)) {
        char type[64], *price;
        if (sscanf(line, "AmazonEC2,BoxUsage:%63[^,],operation=RunInstances;os=Linux;tenancy=Shared,", type) != 1 ||
            !catalogue_instance(type) || !(price = strstr(line, "tenancy=Shared,Hrs,")))
            continue;
        const double usd = strtod(price + strlen("tenancy=Shared,Hrs,"), NULL);
        assert_true(fabs(catalogue_price_order(type) / usd - 1.0) < 0.002); /* a medium is rounded to four places */
        compared++;
    }
    fclose(book);
    assert_true(compared > 100);
}

/* ---- shares ---- */

static void given_pods_without_limits_when_they_share_then_by_their_requests(void **state)
{
    (void)state;
    struct sharer pods[] = { { .request_milli = 500 }, { .request_milli = 1000 } };
    deployment_share_cpu(3000, pods, 2);
    assert_true(pods[0].share_milli == 1000.0);
    assert_true(pods[1].share_milli == 2000.0);
}

static void given_a_limited_pod_when_they_share_then_the_others_get_what_it_may_not(void **state)
{
    (void)state;
    struct sharer pods[] = { { .request_milli = 500, .limit_milli = 500 },
                             { .request_milli = 500 },
                             { .request_milli = 500, .limit_milli = 1400 } };
    deployment_share_cpu(3000, pods, 3);
    assert_true(pods[0].share_milli == 500.0);
    assert_true(pods[1].share_milli == 1250.0);
    assert_true(pods[2].share_milli == 1250.0);
    pods[2].limit_milli = 1200;
    deployment_share_cpu(3000, pods, 3);
    assert_true(pods[1].share_milli == 1300.0);
    assert_true(pods[2].share_milli == 1200.0);
    deployment_share_cpu(9000, pods, 1);
    assert_true(pods[0].share_milli == 500.0); /* alone, it is its limit */
}

/* ---- who may go ---- */

static void given_a_budget_when_pods_are_evicted_then_shares_are_rounded_up(void **state)
{
    (void)state;
    struct deployment_config config = { .budget = { .present = true, .max_unavailable = 0.25 } };
    assert_int_equal(deployment_may_evict(&config, 10, 10), 3);
    assert_int_equal(deployment_may_evict(&config, 10, 8), 1);
    assert_int_equal(deployment_may_evict(&config, 10, 7), 0);
    config.budget.min_available = 9;
    assert_int_equal(deployment_may_evict(&config, 10, 10), 1);
    config.budget.present = false;
    assert_int_equal(deployment_may_evict(&config, 10, 10), 10);
    assert_int_equal(disruptions_allowed(0.1, 5, 0), 1);
    assert_int_equal(disruptions_allowed(0.1, 11, 1), 1);
    assert_int_equal(disruptions_allowed(0.1, 10, 1), 0);
}

/* Karpenter: pods every 0.5 s keep the batch open to 10 s; one burst, then silence, closes it after 1 s. */
static void given_pods_every_half_second_when_batched_then_the_batch_ends_after_ten_seconds(void **state)
{
    (void)state;
    const sim_time opened = 100 * SIM_SECOND;
    sim_time last = opened, closes = 0;
    for (sim_time now = opened; now <= opened + 20 * SIM_SECOND; now += SIM_SECOND / 2) {
        closes = batch_closes(opened, last, SIM_SECOND, 10 * SIM_SECOND);
        if (now >= closes)
            break;
        last = now;
    }
    assert_int_equal(closes, opened + 10 * SIM_SECOND);
    assert_int_equal(batch_closes(opened, opened, SIM_SECOND, 10 * SIM_SECOND), opened + SIM_SECOND);
}

/* 100 nodes of a dead zone, others healthy, 0.1 nodes a second: the last one's turn is 990 s after the first, and their
 * pods' 300 s toleration comes on top. */
static void given_a_dead_zone_of_100_nodes_when_evicted_then_it_takes_a_thousand_seconds(void **state)
{
    (void)state;
    const sim_time period = eviction_period(10 * SIM_SECOND, 100, 100, true), noticed = 1000 * SIM_SECOND;
    sim_time last = 0, turn = 0;
    for (int n = 0; n < 100; n++) {
        turn = eviction_turn(&last, noticed, period);
        assert_int_equal(turn, noticed + n * 10 * SIM_SECOND);
    }
    assert_int_equal(turn + period - noticed, 1000 * SIM_SECOND);
}

static void given_a_zone_that_is_partly_lost_when_evicted_then_slower_or_not_at_all(void **state)
{
    (void)state;
    const sim_time normal = 10 * SIM_SECOND;
    assert_int_equal(eviction_period(normal, 1, 3, true), normal);
    assert_int_equal(eviction_period(normal, 2, 3, true), normal); /* fewer than three are no disruption */
    assert_int_equal(eviction_period(normal, 6, 10, true), SIM_NEVER);
    assert_int_equal(eviction_period(normal, 40, 60, true), 10 * normal);
    assert_int_equal(eviction_period(normal, 60, 60, true), normal);
    assert_int_equal(eviction_period(normal, 60, 60, false), SIM_NEVER);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_an_instance_type_when_pods_are_counted_then_its_interfaces_decide),
        cmocka_unit_test(given_vcpus_and_pods_when_reserved_then_the_published_formula_holds),
        cmocka_unit_test(given_a_cluster_when_a_node_is_asked_then_daemonsets_and_reserves_are_taken_off),
        cmocka_unit_test(given_the_price_book_when_types_are_ordered_then_their_prices_agree),
        cmocka_unit_test(given_pods_without_limits_when_they_share_then_by_their_requests),
        cmocka_unit_test(given_a_limited_pod_when_they_share_then_the_others_get_what_it_may_not),
        cmocka_unit_test(given_a_budget_when_pods_are_evicted_then_shares_are_rounded_up),
        cmocka_unit_test(given_pods_every_half_second_when_batched_then_the_batch_ends_after_ten_seconds),
        cmocka_unit_test(given_a_dead_zone_of_100_nodes_when_evicted_then_it_takes_a_thousand_seconds),
        cmocka_unit_test(given_a_zone_that_is_partly_lost_when_evicted_then_slower_or_not_at_all),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
