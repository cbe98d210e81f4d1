/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/draw.h"
#include "sim/histogram.h"

static int set_up(void **state)
{
    struct arena *arena = calloc(1, sizeof *arena);
    arena_init(arena);
    *state = arena;
    return 0;
}

static int tear_down(void **state)
{
    arena_fini(*state);
    free(*state);
    return 0;
}

static struct histogram histogram_of(struct arena *arena)
{
    struct histogram h;
    histogram_init(&h, arena);
    return h;
}

static sim_time some_value(uint64_t i)
{
    return (sim_time)exp(29.0 * draw_unit(draw_at((struct draw_key){ 1, 2 }, i, 0, 0).a));
}

static void given_every_bin_when_its_edges_are_looked_up_then_they_lie_in_it(void **state)
{
    for (uint32_t bin = 0; bin + 1 < HISTOGRAM_BINS; bin++) {
        const sim_time low = (sim_time)histogram_bin_low_ns(bin), next = (sim_time)histogram_bin_low_ns(bin + 1);
        assert_int_equal(histogram_bin(low), bin);
        assert_int_equal(histogram_bin(next - 1), bin);
        assert_int_equal(histogram_bin(next), bin + 1);
    }
    assert_int_equal(histogram_bin(-1), 0);
    assert_int_equal(histogram_bin(INT64_MAX), HISTOGRAM_BINS - 1);
}

/* A bin is at most 1/128 of its lower edge wide, its middle 1/256 from anything in it: 0.4 %. Below 2^10 ns: 4 ns. */
static void given_any_value_when_binned_then_the_middle_is_within_four_per_mille(void **state)
{
    for (uint64_t i = 0; i < 100000; i++) {
        const sim_time value = some_value(i);
        const double mid = histogram_bin_mid_ns(histogram_bin(value));
        assert_true(fabs(mid - (double)value) <= fmax(4.0, 0.004 * (double)value));
    }
}

static void given_one_value_when_any_quantile_is_asked_then_it_is_the_value(void **state)
{
    struct histogram h = histogram_of(*state);
    assert_true(histogram_quantile_ns(&h, 0.5) == 0.0);
    assert_true(histogram_mean_ns(&h) == 0.0);
    histogram_record(&h, 123456);
    assert_true(histogram_quantile_ns(&h, 0.001) == 123456.0);
    assert_true(histogram_quantile_ns(&h, 0.999) == 123456.0);
    assert_true(histogram_mean_ns(&h) == 123456.0);
}

static int by_value(const void *left, const void *right)
{
    const sim_time a = *(const sim_time *)left, b = *(const sim_time *)right;
    return a < b ? -1 : a > b;
}

static void given_many_values_when_quantiles_are_asked_then_they_are_the_order_statistics(void **state)
{
    enum { COUNT = 10001 };
    static sim_time sorted[COUNT];
    struct histogram h = histogram_of(*state);
    uint128 sum = 0;
    for (uint64_t i = 0; i < COUNT; i++) {
        sorted[i] = some_value(i);
        sum += (uint64_t)sorted[i];
        histogram_record(&h, sorted[i]);
    }
    qsort(sorted, COUNT, sizeof *sorted, by_value);
    assert_true(h.sum_ns == sum);
    assert_int_equal(h.min_ns, sorted[0]);
    assert_int_equal(h.max_ns, sorted[COUNT - 1]);
    const double levels[] = { 1e-9, 0.01, 0.25, 0.5, 0.9, 0.99, 0.999, 1.0 - 1e-12 };
    for (size_t i = 0; i < ARRAY_LEN(levels); i++) {
        const double exact = (double)sorted[(size_t)ceil(levels[i] * COUNT) - 1];
        assert_true(fabs(histogram_quantile_ns(&h, levels[i]) - exact) <= fmax(4.0, 0.004 * exact));
    }
}

static void given_bulk_values_when_recorded_at_once_then_it_is_as_one_by_one(void **state)
{
    struct histogram bulk = histogram_of(*state), single = histogram_of(*state);
    histogram_record_many(&bulk, 5000, 1000);
    histogram_record_many(&bulk, 70, 3);
    histogram_record_many(&bulk, 1, 0);
    for (int i = 0; i < 1000; i++)
        histogram_record(&single, 5000);
    for (int i = 0; i < 3; i++)
        histogram_record(&single, 70);
    assert_memory_equal(bulk.bins, single.bins, HISTOGRAM_BINS * sizeof *bulk.bins);
    assert_true(bulk.count == single.count && bulk.sum_ns == single.sum_ns);
    assert_true(bulk.min_ns == single.min_ns && bulk.max_ns == single.max_ns);
}

static void given_two_histograms_when_merged_and_unmerged_then_counts_and_sums_return(void **state)
{
    struct histogram a = histogram_of(*state), b = histogram_of(*state), all = histogram_of(*state);
    for (uint64_t i = 0; i < 2000; i++) {
        histogram_record(i % 3 ? &a : &b, some_value(i));
        histogram_record(&all, some_value(i));
    }
    struct histogram merged = histogram_of(*state);
    histogram_merge(&merged, &a);
    histogram_merge(&merged, &b);
    assert_memory_equal(merged.bins, all.bins, HISTOGRAM_BINS * sizeof *all.bins);
    assert_true(merged.count == all.count && merged.sum_ns == all.sum_ns);
    assert_true(merged.min_ns == all.min_ns && merged.max_ns == all.max_ns);
    histogram_unmerge(&merged, &b);
    assert_memory_equal(merged.bins, a.bins, HISTOGRAM_BINS * sizeof *a.bins);
    assert_true(merged.count == a.count && merged.sum_ns == a.sum_ns);
}

static void given_a_used_histogram_when_cleared_then_it_is_empty(void **state)
{
    struct histogram h = histogram_of(*state);
    histogram_record(&h, 99);
    histogram_clear(&h);
    assert_int_equal(h.count, 0);
    assert_int_equal(h.bins[histogram_bin(99)], 0);
    histogram_record(&h, 7000);
    assert_int_equal(h.min_ns, 7000);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(given_every_bin_when_its_edges_are_looked_up_then_they_lie_in_it),
        TEST(given_any_value_when_binned_then_the_middle_is_within_four_per_mille),
        TEST(given_one_value_when_any_quantile_is_asked_then_it_is_the_value),
        TEST(given_many_values_when_quantiles_are_asked_then_they_are_the_order_statistics),
        TEST(given_bulk_values_when_recorded_at_once_then_it_is_as_one_by_one),
        TEST(given_two_histograms_when_merged_and_unmerged_then_counts_and_sums_return),
        TEST(given_a_used_histogram_when_cleared_then_it_is_empty),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
