/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Arrivals that are not Poisson: bursts (MMPP), batches, and exact numbers per bin. */
#include "sim/arrivals.h"
#include "tests/theory/oracle.h"

enum { SEED = 2711 };

static const double RATE_PER_S = 10.0;

/* ---- bursts ---- */

static const struct burst_law LAW = { .factor = 6.0, .mean_on = 2 * SIM_SECOND, .mean_off = 6 * SIM_SECOND };
enum { WINDOWS = 40000, WINDOW_S = 4 };

static struct arrivals bursts_of(struct arena *arena, const struct rate_knot *knots, uint32_t count,
                                 struct burst_law law, uint32_t replication)
{
    struct arrivals a;
    arrivals_init(&a, arena, knots, count, draw_key_make(SEED, replication), draw_place("arrivals"));
    arrivals_set_bursts(&a, law, draw_place("bursts"));
    return a;
}

/* Arrivals of independent windows, each of its own replication: the chain is stationary from the start. */
static void count_windows(struct burst_law law, double rate_per_s, double *counts)
{
    struct arena arena;
    arena_init(&arena);
    const struct rate_knot knots[] = { { 0, rate_per_s }, { WINDOW_S * SIM_SECOND, rate_per_s } };
    for (uint32_t w = 0; w < WINDOWS; w++) {
        struct arrivals a = bursts_of(&arena, knots, 2, law, w);
        while (arrivals_next(&a) != SIM_NEVER)
            ;
        counts[w] = (double)a.ordinal;
    }
    arena_fini(&arena);
}

/*
 * Index of dispersion of the counts of a window t. The rate has the autocovariance d^2 p (1 - p) e^(-r u), d the
 * difference of its two levels, p the share of time in bursts, r = 1 / mean_on + 1 / mean_off; the variance of the
 * counts is their mean plus twice the integral of (t - u) times that. [FMH-93] sec. 2
 */
static double dispersion(struct burst_law law, double rate_per_s)
{
    const double on = (double)law.mean_on / 1e9, off = (double)law.mean_off / 1e9, p = on / (on + off);
    const double r = 1.0 / on + 1.0 / off, t = WINDOW_S;
    const double d = rate_per_s * (law.factor - 1.0) / (1.0 + p * (law.factor - 1.0));
    return 1.0 + 2.0 * d * d * p * (1.0 - p) / (rate_per_s * r) * (1.0 - (1.0 - exp(-r * t)) / (r * t));
}

/* With the mean known, (n - mean)^2 / mean has the index as its expectation: no bias of a sample variance. */
static struct ci dispersion_of(const double *counts, double mean)
{
    static double each[WINDOWS];
    for (int w = 0; w < WINDOWS; w++)
        each[w] = (counts[w] - mean) * (counts[w] - mean) / mean;
    return ci_of_mean(each, WINDOWS, ORACLE_LEVEL);
}

static void given_bursts_when_counted_then_mean_and_index_of_dispersion_are_those_of_the_mmpp(void **state)
{
    static double counts[WINDOWS];
    count_windows(LAW, RATE_PER_S, counts);
    assert_ci_covers(ci_of_mean(counts, WINDOWS, ORACLE_LEVEL), RATE_PER_S * WINDOW_S, 0.012);
    assert_ci_covers(dispersion_of(counts, RATE_PER_S * WINDOW_S), dispersion(LAW, RATE_PER_S), 0.04);
    assert_true(dispersion(LAW, RATE_PER_S) > 10.0); /* a Poisson process has 1 */
    assert_true(fabs(arrivals_dispersion(RATE_PER_S, WINDOW_S * SIM_SECOND, &LAW, NULL) - dispersion(LAW, RATE_PER_S)) <
                1e-9);
}

static void given_a_rate_two_percent_high_when_counted_then_the_oracle_notices(void **state)
{
    static double counts[WINDOWS];
    count_windows(LAW, 1.02 * RATE_PER_S, counts);
    assert_ci_misses(ci_of_mean(counts, WINDOWS, ORACLE_LEVEL), RATE_PER_S * WINDOW_S);
}

static void given_bursts_a_tenth_longer_when_counted_then_the_oracle_notices(void **state)
{
    static double counts[WINDOWS];
    const struct burst_law longer = { LAW.factor, LAW.mean_on * 11 / 10, LAW.mean_off * 11 / 10 };
    count_windows(longer, RATE_PER_S, counts);
    assert_ci_misses(dispersion_of(counts, RATE_PER_S * WINDOW_S), dispersion(LAW, RATE_PER_S));
}

/* A triangle of rates: bursts leave the integral of every part as it is. */
static void given_bursts_on_a_changing_rate_when_counted_then_each_part_keeps_its_mean(void **state)
{
    enum { DAYS = 4000, PARTS = 3 };
    const struct rate_knot knots[] = { { 0, 0.0 }, { 20 * SIM_SECOND, 20.0 }, { 60 * SIM_SECOND, 0.0 } };
    static double counts[PARTS][DAYS];
    struct arena arena;
    arena_init(&arena);
    for (uint32_t day = 0; day < DAYS; day++) {
        struct arrivals a = bursts_of(&arena, knots, 3, LAW, day);
        for (sim_time at; (at = arrivals_next(&a)) != SIM_NEVER;)
            counts[at / (20 * SIM_SECOND)][day]++;
    }
    struct arrivals theory;
    arrivals_init(&theory, &arena, knots, 3, draw_key_make(SEED, 0), 0);
    for (int part = 0; part < PARTS; part++)
        assert_ci_covers(ci_of_mean(counts[part], DAYS, ORACLE_LEVEL),
                         arrivals_expected(&theory, part * 20 * SIM_SECOND, (part + 1) * 20 * SIM_SECOND), 0.025);
    arena_fini(&arena);
}

/* ---- batches ---- */

/* Time in system of one FCFS server, by Lindley's recursion; the batches are M^X. */
static double mean_sojourn_s(double rate_per_s, struct count_law size, double mu_per_s, uint32_t replication)
{
    struct arena arena;
    arena_init(&arena);
    const struct rate_knot knots[] = { { 0, rate_per_s }, { 20000 * SIM_SECOND, rate_per_s } };
    const struct draw_key key = draw_key_make(SEED, replication);
    struct arrivals a;
    arrivals_init(&a, &arena, knots, 2, key, draw_place("arrivals"));
    arrivals_set_batches(&a, size, draw_place("batches"));
    double free_at = 0.0, sum = 0.0;
    uint64_t counted = 0;
    for (sim_time at; (at = arrivals_next(&a)) != SIM_NEVER;) {
        const double now = (double)at / 1e9;
        const double service = -log(draw_unit(draw_at(key, a.ordinal, draw_place("service"), 0).a)) / mu_per_s;
        free_at = (free_at > now ? free_at : now) + service;
        if (at < 500 * SIM_SECOND)
            continue;
        sum += free_at - now;
        counted++;
    }
    arena_fini(&arena);
    return sum / (double)counted;
}

/* M^X/M/1 with geometric batches of mean g: E[T] = g / (mu - lambda), g times as long as singly. [KLE-1] sec. 4.5 */
static void given_batches_when_a_server_is_fed_then_the_time_in_system_is_that_of_bulk_arrivals(void **state)
{
    enum { REPLICATIONS = 60 };
    double sojourn[REPLICATIONS], wrong[REPLICATIONS];
    for (uint32_t r = 0; r < REPLICATIONS; r++) {
        sojourn[r] = mean_sojourn_s(RATE_PER_S, count_geometric(3.0), 20.0, r);
        wrong[r] = mean_sojourn_s(1.02 * RATE_PER_S, count_geometric(3.0), 20.0, r);
    }
    const double theory = 3.0 / (20.0 - RATE_PER_S);
    assert_ci_covers(ci_of_mean(sojourn, REPLICATIONS, ORACLE_LEVEL), theory, 0.01);
    assert_ci_misses(ci_of_mean(wrong, REPLICATIONS, ORACLE_LEVEL), theory);
}

/* M^X/M/1: E[T] = (1 + E X^2 / E X) / (2 (mu - lambda)); 1 to 5, each as probable: E X = 3, E X^2 = 11. [KLE-1] sec. 4.5 */
static void given_uniform_batches_when_a_server_is_fed_then_the_time_in_system_is_that_of_bulk_arrivals(void **state)
{
    enum { REPLICATIONS = 60 };
    double sojourn[REPLICATIONS], wrong[REPLICATIONS];
    for (uint32_t r = 0; r < REPLICATIONS; r++) {
        sojourn[r] = mean_sojourn_s(RATE_PER_S, count_uniform(1, 5), 20.0, r);
        wrong[r] = mean_sojourn_s(1.02 * RATE_PER_S, count_uniform(1, 5), 20.0, r);
    }
    const double theory = (1.0 + 11.0 / 3.0) / (2.0 * (20.0 - RATE_PER_S));
    assert_ci_covers(ci_of_mean(sojourn, REPLICATIONS, ORACLE_LEVEL), theory, 0.01);
    assert_ci_misses(ci_of_mean(wrong, REPLICATIONS, ORACLE_LEVEL), theory);
}

/* Counts of a compound Poisson process: variance over mean is E[X^2] / E[X]. */
static void assert_compound_poisson(struct count_law size, double dispersion)
{
    struct arena arena;
    arena_init(&arena);
    const double mean = RATE_PER_S * WINDOW_S;
    const struct rate_knot knots[] = { { 0, RATE_PER_S }, { (sim_time)WINDOWS * WINDOW_S * SIM_SECOND, RATE_PER_S } };
    static double counts[WINDOWS];
    for (int w = 0; w < WINDOWS; w++)
        counts[w] = 0.0;
    struct arrivals a;
    arrivals_init(&a, &arena, knots, 2, draw_key_make(SEED, 0), draw_place("arrivals"));
    arrivals_set_batches(&a, size, draw_place("batches"));
    for (sim_time at; (at = arrivals_next(&a)) != SIM_NEVER;)
        counts[at / (WINDOW_S * SIM_SECOND)]++;
    assert_ci_covers(ci_of_mean(counts, WINDOWS, ORACLE_LEVEL), mean, 0.01);
    assert_ci_covers(dispersion_of(counts, mean), dispersion, 0.03);
    assert_true(fabs(arrivals_dispersion(RATE_PER_S, SIM_SECOND, NULL, &size) - dispersion) < 1e-9);
    arena_fini(&arena);
}

static void given_batches_when_counted_then_mean_and_dispersion_are_compound_poisson(void **state)
{
    assert_compound_poisson(count_geometric(3.0), 5.0);
    assert_compound_poisson(count_uniform(1, 5), 11.0 / 3.0);
    assert_compound_poisson(count_fixed(4), 4.0);
}

/* ---- exact numbers ---- */

static int by_value(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

/* The shares of the bins at which arrivals come, pooled over bins of all sizes, are uniform: Kolmogorov-Smirnov. */
static void given_exact_numbers_when_spread_then_they_are_uniform_in_their_bins(void **state)
{
    enum { BINS = 3000, MAX = 40000 };
    static const double KS_LIMIT_0_999 = 1.9495; /* Kolmogorov's distribution at 0.999, n -> infinity */
    static struct arrival_bin bins[BINS];
    static double share[MAX];
    size_t expected = 0;
    for (int b = 0; b < BINS; b++) {
        bins[b] = (struct arrival_bin){ b * SIM_SECOND, (b + 1) * SIM_SECOND, (uint64_t)(b * 7 % 25) };
        expected += bins[b].count;
    }
    struct arrivals a;
    arrivals_init_exact(&a, bins, BINS, draw_key_make(SEED, 0), draw_place("trace"));
    size_t count = 0;
    sim_time last = 0;
    for (sim_time at; (at = arrivals_next(&a)) != SIM_NEVER; last = at, count++) {
        assert_true(at >= last && count < MAX);
        share[count] = (double)(at % SIM_SECOND) / 1e9;
    }
    assert_int_equal(count, expected);
    qsort(share, count, sizeof share[0], by_value);
    double distance = 0.0;
    for (size_t i = 0; i < count; i++) {
        distance = fmax(distance, fabs(share[i] - (double)i / (double)count));
        distance = fmax(distance, fabs(share[i] - (double)(i + 1) / (double)count));
    }
    assert_true(distance * sqrt((double)count) < KS_LIMIT_0_999);
}

/* With one arrival in the first half of the bin or not: binomial, so variance n / 4 and not a Poisson's n / 2. */
static void given_exact_numbers_when_half_a_bin_is_counted_then_it_is_binomial(void **state)
{
    enum { BINS = 40000, EACH = 20 };
    static struct arrival_bin bins[BINS];
    static double first_half[BINS], squared[BINS];
    for (int b = 0; b < BINS; b++)
        bins[b] = (struct arrival_bin){ b * SIM_SECOND, (b + 1) * SIM_SECOND, EACH };
    struct arrivals a;
    arrivals_init_exact(&a, bins, BINS, draw_key_make(SEED, 1), draw_place("trace"));
    for (sim_time at; (at = arrivals_next(&a)) != SIM_NEVER;)
        first_half[at / SIM_SECOND] += at % SIM_SECOND < SIM_SECOND / 2;
    for (int b = 0; b < BINS; b++)
        squared[b] = (first_half[b] - EACH / 2.0) * (first_half[b] - EACH / 2.0);
    assert_ci_covers(ci_of_mean(first_half, BINS, ORACLE_LEVEL), EACH / 2.0, 0.004);
    assert_ci_covers(ci_of_mean(squared, BINS, ORACLE_LEVEL), EACH / 4.0, 0.025);
}

/* Share of a long bin's arrivals that fall into bursts. */
static double share_in_bursts(struct burst_law law, uint32_t replication)
{
    enum { SECONDS = 20000, COUNT = 20000 };
    const struct arrival_bin bin = { 0, SECONDS * SIM_SECOND, COUNT };
    struct arrivals a;
    arrivals_init_exact(&a, &bin, 1, draw_key_make(SEED, replication), draw_place("trace"));
    arrivals_set_bursts(&a, law, draw_place("bursts"));
    uint64_t in_bursts = 0;
    for (sim_time at; (at = arrivals_next(&a)) != SIM_NEVER;)
        in_bursts += a.burst.on;
    return (double)in_bursts / COUNT;
}

/* f mean_on of f mean_on + mean_off: two thirds. A factor 2 % too high is noticed. */
static void given_exact_numbers_in_bursts_when_spread_then_bursts_have_their_share(void **state)
{
    enum { REPLICATIONS = 100 };
    double share[REPLICATIONS], wrong[REPLICATIONS];
    const struct burst_law high = { 1.02 * LAW.factor, LAW.mean_on, LAW.mean_off };
    for (uint32_t r = 0; r < REPLICATIONS; r++) {
        share[r] = share_in_bursts(LAW, r);
        wrong[r] = share_in_bursts(high, r);
    }
    assert_ci_covers(ci_of_mean(share, REPLICATIONS, ORACLE_LEVEL), 2.0 / 3.0, 0.006);
    assert_ci_misses(ci_of_mean(wrong, REPLICATIONS, ORACLE_LEVEL), 2.0 / 3.0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_bursts_when_counted_then_mean_and_index_of_dispersion_are_those_of_the_mmpp),
        cmocka_unit_test(given_a_rate_two_percent_high_when_counted_then_the_oracle_notices),
        cmocka_unit_test(given_bursts_a_tenth_longer_when_counted_then_the_oracle_notices),
        cmocka_unit_test(given_bursts_on_a_changing_rate_when_counted_then_each_part_keeps_its_mean),
        cmocka_unit_test(given_batches_when_a_server_is_fed_then_the_time_in_system_is_that_of_bulk_arrivals),
        cmocka_unit_test(given_batches_when_counted_then_mean_and_dispersion_are_compound_poisson),
        cmocka_unit_test(given_exact_numbers_when_spread_then_they_are_uniform_in_their_bins),
        cmocka_unit_test(given_uniform_batches_when_a_server_is_fed_then_the_time_in_system_is_that_of_bulk_arrivals),
        cmocka_unit_test(given_exact_numbers_in_bursts_when_spread_then_bursts_have_their_share),
        cmocka_unit_test(given_exact_numbers_when_half_a_bin_is_counted_then_it_is_binomial),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
