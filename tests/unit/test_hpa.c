/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The worked examples of the Kubernetes page on the Horizontal Pod Autoscaler, and its rules one by one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "models/hpa.h"

static const struct hpa_policy UP[] = { { HPA_PERCENT, 100, 15 * SIM_SECOND }, { HPA_PODS, 4, 15 * SIM_SECOND } };
static const struct hpa_policy DOWN[] = { { HPA_PERCENT, 100, 15 * SIM_SECOND } };

static int64_t replicas(const struct hpa_metric *metric, struct hpa_view view, int64_t current)
{
    return hpa_metric_replicas(metric, &view, current, 0.1);
}

/* [K8S-HPA] "Algorithm details": current 200m, desired 100m: doubled; 50m: halved. */
static void given_4_pods_at_200m_when_the_target_is_100m_then_8_are_wanted(void **state)
{
    (void)state;
    const struct hpa_metric metric = { .kind = HPA_PER_POD, .target = 100 };
    assert_int_equal(replicas(&metric, (struct hpa_view){ .measured = 4, .sum = 4 * 200 }, 4), 8);
    assert_int_equal(replicas(&metric, (struct hpa_view){ .measured = 4, .sum = 4 * 50 }, 4), 2);
}

static void given_a_ratio_within_the_tolerance_when_looked_at_then_nothing_changes(void **state)
{
    (void)state;
    const struct hpa_metric metric = { .kind = HPA_PER_POD, .target = 100 };
    assert_int_equal(replicas(&metric, (struct hpa_view){ .measured = 4, .sum = 4 * 108 }, 4), 4);
    assert_int_equal(replicas(&metric, (struct hpa_view){ .measured = 4, .sum = 4 * 90 }, 4), 4);
    assert_int_equal(replicas(&metric, (struct hpa_view){ .measured = 4, .sum = 4 * 111 }, 4), 5);
    assert_int_equal(replicas(&metric, (struct hpa_view){ .measured = 10, .sum = 10 * 89 }, 10), 9);
}

/* A resource's utilisation is a whole percentage: 3 pods with 1,659m of 3,000m requested are 55 %, not 55.3 %. */
static void given_utilisation_when_it_is_no_whole_percentage_then_the_rest_is_cut_off(void **state)
{
    (void)state;
    const struct hpa_metric metric = { .kind = HPA_UTILISATION, .target = 50, .request = 1000 };
    assert_int_equal(replicas(&metric, (struct hpa_view){ .measured = 3, .sum = 1659 }, 3), 3);
    assert_int_equal(replicas(&metric, (struct hpa_view){ .measured = 3, .sum = 1680 }, 3), 4);
}

static void given_pods_without_samples_when_scaling_up_then_they_count_as_idle(void **state)
{
    (void)state;
    const struct hpa_metric metric = { .kind = HPA_UTILISATION, .target = 50, .request = 1000 };
    /* three at 100 %: ratio 2; with three idle ones 50 %: nothing to do */
    assert_int_equal(replicas(&metric, (struct hpa_view){ .measured = 3, .sum = 3000, .missing = 3 }, 6), 6);
    /* with one idle one 75 %: ceil(1.5 * 4) */
    assert_int_equal(replicas(&metric, (struct hpa_view){ .measured = 3, .sum = 3000, .missing = 1 }, 4), 6);
}

static void given_pods_without_samples_when_scaling_down_then_they_count_as_busy(void **state)
{
    (void)state;
    const struct hpa_metric metric = { .kind = HPA_UTILISATION, .target = 50, .request = 1000 };
    /* four at 10 %: ratio 0.2 alone; with two at 100 % of their request 40 %: ceil(0.8 * 6) */
    assert_int_equal(replicas(&metric, (struct hpa_view){ .measured = 4, .sum = 400, .missing = 2 }, 6), 5);
    /* with five: 60 %, the direction would turn round */
    assert_int_equal(replicas(&metric, (struct hpa_view){ .measured = 4, .sum = 400, .missing = 5 }, 9), 9);
}

static void given_unready_pods_when_scaling_up_then_they_count_as_idle_and_otherwise_not(void **state)
{
    (void)state;
    const struct hpa_metric metric = { .kind = HPA_UTILISATION, .target = 50, .request = 1000 };
    assert_int_equal(replicas(&metric, (struct hpa_view){ .measured = 4, .sum = 4000, .unready = 4 }, 8), 8);
    assert_int_equal(replicas(&metric, (struct hpa_view){ .measured = 4, .sum = 4000, .unready = 2 }, 6), 8);
    assert_int_equal(replicas(&metric, (struct hpa_view){ .measured = 4, .sum = 800, .unready = 4 }, 8), 2);
}

static void given_no_sample_at_all_when_looked_at_then_the_metric_cannot_say(void **state)
{
    (void)state;
    const struct hpa_metric metric = { .kind = HPA_UTILISATION, .target = 50, .request = 1000 };
    assert_int_equal(replicas(&metric, (struct hpa_view){ .unready = 3 }, 3), -1);
    assert_int_equal(hpa_largest((int64_t[]){ -1, 2 }, 2, 5), 5); /* the other says down: no change */
    assert_int_equal(hpa_largest((int64_t[]){ -1, 7 }, 2, 5), 7);
    assert_int_equal(hpa_largest((int64_t[]){ 4, 7 }, 2, 5), 7);
    assert_int_equal(hpa_largest((int64_t[]){ -1, -1 }, 2, 5), -1);
}

/* want = ceil(metric / target average): 1,050 messages at 100 each. */
static void given_an_external_metric_when_it_is_divided_then_the_replicas_are_rounded_up(void **state)
{
    (void)state;
    const struct hpa_metric metric = { .kind = HPA_EXTERNAL, .target = 100000 };
    assert_int_equal(replicas(&metric, (struct hpa_view){ .sum = 1050000 }, 2), 11);
    assert_int_equal(replicas(&metric, (struct hpa_view){ .sum = 1050000 }, 10), 10); /* within 10 % */
    assert_int_equal(replicas(&metric, (struct hpa_view){ .sum = 0 }, 10), 0);
}

/* ---- behaviour ---- */

struct autoscaler {
    struct arena arena;
    struct hpa_memory memory;
    struct hpa_rules up, down;
    int64_t current, max;
};

static void begin(struct autoscaler *a, int64_t current)
{
    *a = (struct autoscaler){ .up = { .policies = UP, .policy_count = 2 },
                              .down = { .policies = DOWN, .policy_count = 1, .stabilisation = 300 * SIM_SECOND },
                              .current = current,
                              .max = 1000 };
    arena_init(&a->arena);
    a->memory.arena = &a->arena;
}

static void end(struct autoscaler *a)
{
    arena_fini(&a->arena);
}

static int64_t sync(struct autoscaler *a, int64_t second, int64_t wished)
{
    a->current = hpa_decide(&a->memory, second * SIM_SECOND, wished, a->current, 1, a->max, &a->up, &a->down);
    return a->current;
}

/* [K8S-HPA] "Scaling policies": 80 replicas, 10 % a minute or 4 pods a minute, the larger: 80 -> 72 -> 64, and below 40
 * the four pods are more. */
static void given_10_percent_or_4_pods_a_minute_when_80_shrink_then_72_and_64_follow(void **state)
{
    (void)state;
    const struct hpa_policy policies[] = { { HPA_PODS, 4, 60 * SIM_SECOND }, { HPA_PERCENT, 10, 60 * SIM_SECOND } };
    struct autoscaler a;
    begin(&a, 80);
    a.down = (struct hpa_rules){ .policies = policies, .policy_count = 2 };
    assert_int_equal(sync(&a, 0, 10), 72);
    assert_int_equal(sync(&a, 15, 10), 72); /* the minute is not over */
    assert_int_equal(sync(&a, 60, 10), 64);
    assert_int_equal(sync(&a, 120, 10), 57);
    a.current = 40;
    a.memory.change_count = 0;
    assert_int_equal(sync(&a, 180, 10), 36);
    assert_int_equal(sync(&a, 240, 10), 32);
    end(&a);
}

static void given_the_default_policies_when_load_explodes_then_pods_double_every_15_seconds(void **state)
{
    (void)state;
    struct autoscaler a;
    begin(&a, 1);
    assert_int_equal(sync(&a, 0, 500), 5); /* four pods are more than 100 % */
    assert_int_equal(sync(&a, 15, 500), 10);
    assert_int_equal(sync(&a, 30, 500), 20);
    assert_int_equal(sync(&a, 45, 500), 40);
    end(&a);
}

static void given_stabilisation_when_load_drops_then_the_largest_wish_of_five_minutes_counts(void **state)
{
    (void)state;
    struct autoscaler a;
    begin(&a, 20);
    assert_int_equal(sync(&a, 0, 20), 20);
    assert_int_equal(sync(&a, 15, 5), 20);
    assert_int_equal(sync(&a, 285, 4), 20);
    assert_int_equal(sync(&a, 300, 4), 5); /* the 20 of second 0 is forgotten, the 5 of second 15 not */
    assert_int_equal(sync(&a, 315, 4), 4);
    assert_int_equal(sync(&a, 330, 30), 8); /* up at once: doubled */
    end(&a);
}

static void given_a_disabled_direction_or_a_bound_when_scaling_then_it_holds(void **state)
{
    (void)state;
    struct autoscaler a;
    begin(&a, 20);
    a.down = (struct hpa_rules){ .policies = DOWN, .policy_count = 1, .select = HPA_DISABLED };
    assert_int_equal(sync(&a, 0, 5), 20);
    a.max = 23;
    assert_int_equal(sync(&a, 15, 50), 23);
    end(&a);
    begin(&a, 100);
    const struct hpa_policy policies[] = { { HPA_PODS, 4, 60 * SIM_SECOND }, { HPA_PERCENT, 10, 60 * SIM_SECOND } };
    a.down = (struct hpa_rules){ .policies = policies, .policy_count = 2, .select = HPA_MIN };
    assert_int_equal(sync(&a, 0, 5), 96);
    end(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_4_pods_at_200m_when_the_target_is_100m_then_8_are_wanted),
        cmocka_unit_test(given_a_ratio_within_the_tolerance_when_looked_at_then_nothing_changes),
        cmocka_unit_test(given_utilisation_when_it_is_no_whole_percentage_then_the_rest_is_cut_off),
        cmocka_unit_test(given_pods_without_samples_when_scaling_up_then_they_count_as_idle),
        cmocka_unit_test(given_pods_without_samples_when_scaling_down_then_they_count_as_busy),
        cmocka_unit_test(given_unready_pods_when_scaling_up_then_they_count_as_idle_and_otherwise_not),
        cmocka_unit_test(given_no_sample_at_all_when_looked_at_then_the_metric_cannot_say),
        cmocka_unit_test(given_an_external_metric_when_it_is_divided_then_the_replicas_are_rounded_up),
        cmocka_unit_test(given_10_percent_or_4_pods_a_minute_when_80_shrink_then_72_and_64_follow),
        cmocka_unit_test(given_the_default_policies_when_load_explodes_then_pods_double_every_15_seconds),
        cmocka_unit_test(given_stabilisation_when_load_drops_then_the_largest_wish_of_five_minutes_counts),
        cmocka_unit_test(given_a_disabled_direction_or_a_bound_when_scaling_then_it_holds),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
