/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Non-homogeneous Poisson arrivals, and Little's law as an identity. */
#include "sim/arrivals.h"
#include "sim/little.h"
#include "tests/theory/oracle.h"

enum { SEED = 1128 };

/* A day in small: a launch, a fall, a plateau, an evening. About 20,000 arrivals. */
static const struct rate_knot day[] = {
    { 0, 2.0 },
    { 100 * SIM_SECOND, 2.0 },
    { 101 * SIM_SECOND, 40.0 },
    { 300 * SIM_SECOND, 12.0 },
    { 900 * SIM_SECOND, 12.0 },
    { 1200 * SIM_SECOND, 20.0 },
    { 1500 * SIM_SECOND, 1.0 },
};
static const sim_time DAY_END = 1500 * SIM_SECOND;

static struct arrivals day_of(struct arena *arena, const struct rate_knot *knots, uint32_t count, uint32_t replication)
{
    struct arrivals a;
    arrivals_init(&a, arena, knots, count, draw_key_make(SEED, replication), draw_place("arrivals"));
    return a;
}

/* Sum over windows of (count - expected)^2 / expected: chi-square with as many degrees of freedom as windows. */
static double chi_square_per_window(struct arena *arena, const struct rate_knot *simulated, uint32_t replications)
{
    enum { WINDOWS = 50 };
    double count[WINDOWS] = { 0.0 }, chi2 = 0.0;
    for (uint32_t r = 0; r < replications; r++) {
        struct arrivals a = day_of(arena, simulated, ARRAY_LEN(day), r);
        for (sim_time at; (at = arrivals_next(&a)) != SIM_NEVER;)
            count[at / (DAY_END / WINDOWS)]++;
    }
    const struct arrivals theory = day_of(arena, day, ARRAY_LEN(day), 0);
    for (int i = 0; i < WINDOWS; i++) {
        const sim_time from = i * (DAY_END / WINDOWS);
        const double expected = replications * arrivals_expected(&theory, from, from + DAY_END / WINDOWS);
        chi2 += (count[i] - expected) * (count[i] - expected) / expected;
    }
    return gsl_cdf_chisq_Q(chi2, WINDOWS);
}

/* Counts of disjoint windows are independent Poisson with the integral of the rate as mean. [CIN-75] sec. 4.7 */
static void given_a_rate_shape_when_counted_per_window_then_counts_are_its_integral(void **state)
{
    struct arena arena;
    arena_init(&arena);
    const double p = chi_square_per_window(&arena, day, 40);
    assert_true(p > 0.0005 && p < 0.9995); /* too good is as suspicious as too bad */
    arena_fini(&arena);
}

static void given_a_rate_two_percent_high_when_counted_then_the_oracle_notices(void **state)
{
    struct arena arena;
    arena_init(&arena);
    struct rate_knot high[ARRAY_LEN(day)];
    for (size_t i = 0; i < ARRAY_LEN(day); i++)
        high[i] = (struct rate_knot){ day[i].at, 1.02 * day[i].rate_per_s };
    assert_true(chi_square_per_window(&arena, high, 40) < 0.0005);
    arena_fini(&arena);
}

static int by_value(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

/* sqrt(n) times the distance of Kolmogorov and Smirnov from the uniform distribution. */
static double ks_distance(double *values, size_t count)
{
    qsort(values, count, sizeof *values, by_value);
    double distance = 0.0;
    for (size_t i = 0; i < count; i++) {
        distance = fmax(distance, fabs(values[i] - (double)i / (double)count));
        distance = fmax(distance, fabs(values[i] - (double)(i + 1) / (double)count));
    }
    return distance * sqrt((double)count);
}

static const double KS_LIMIT_0_999 = 1.9495; /* Kolmogorov's distribution at 0.999, n -> infinity */

/* Given their number, the cumulative rates at the arrivals, divided by the total, are uniform; and the gaps of the
 * cumulative rate are exponential with mean 1, so that 1 - exp(-gap) is uniform too. */
static void given_a_rate_shape_when_time_is_transformed_then_arrivals_are_uniform_and_gaps_exponential(void **state)
{
    struct arena arena;
    arena_init(&arena);
    enum { MAX = 30000 };
    static double place[MAX], gap[MAX];
    struct arrivals a = day_of(&arena, day, ARRAY_LEN(day), 0);
    const double total = arrivals_expected(&a, 0, DAY_END);
    size_t count = 0;
    double last = 0.0;
    for (sim_time at; (at = arrivals_next(&a)) != SIM_NEVER; count++) {
        assert_true(count < MAX);
        const double cumulative = arrivals_expected(&a, 0, at);
        place[count] = cumulative / total;
        gap[count] = 1.0 - exp(-(cumulative - last));
        last = cumulative;
    }
    assert_true(ks_distance(place, count) < KS_LIMIT_0_999);
    assert_true(ks_distance(gap, count) < KS_LIMIT_0_999);
    arena_fini(&arena);
}

struct change {
    double at; /* for by_value() */
    sim_time time, entered;
};

static void told(struct little *l, const struct change *c)
{
    if (c->entered < 0)
        little_enter(l, c->time);
    else
        little_leave(l, c->entered, c->time);
}

/* [LIT-11]: equality in integers, for a window that cuts through customers at both ends. */
static void given_customers_that_overlap_a_window_when_all_are_clipped_then_both_sides_are_equal(void **state)
{
    enum { COUNT = 5000 };
    static struct change changes[2 * COUNT];
    const sim_time begin = 200 * SIM_SECOND, end = 700 * SIM_SECOND;
    struct little l = { 0 };
    const struct draw_key key = draw_key_make(SEED, 9);
    for (uint64_t i = 0; i < COUNT; i++) {
        const struct draw_block bits = draw_at(key, i, 0, 0);
        const sim_time in = (sim_time)(draw_unit(bits.a) * 900e9), out = in + (sim_time)(draw_unit(bits.b) * 100e9);
        changes[2 * i] = (struct change){ (double)in, in, -1 };
        changes[2 * i + 1] = (struct change){ (double)out, out, in };
    }
    qsort(changes, 2 * COUNT, sizeof *changes, by_value);
    uint128 expected = 0;
    int next = 0;
    for (; changes[next].time < begin; next++)
        told(&l, &changes[next]);
    little_begin(&l, begin);
    for (; changes[next].time < end; next++)
        told(&l, &changes[next]);
    little_advance(&l, end);
    uint64_t still = 0;
    for (; next < 2 * COUNT; next++)
        if (changes[next].entered >= 0 && changes[next].entered < end) {
            little_clip(&l, changes[next].entered, end);
            still++;
        }
    assert_int_equal(l.inside, still);
    for (int i = 0; i < 2 * COUNT; i++)
        if (changes[i].entered >= 0) {
            const sim_time from = changes[i].entered > begin ? changes[i].entered : begin;
            const sim_time to = changes[i].time < end ? changes[i].time : end;
            expected += to > from ? (uint64_t)(to - from) : 0;
        }
    assert_true(l.integral_ns == l.sojourn_ns);
    assert_true(l.integral_ns == expected);
    assert_true(l.integral_ns > 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_a_rate_shape_when_counted_per_window_then_counts_are_its_integral),
        cmocka_unit_test(given_a_rate_two_percent_high_when_counted_then_the_oracle_notices),
        cmocka_unit_test(given_a_rate_shape_when_time_is_transformed_then_arrivals_are_uniform_and_gaps_exponential),
        cmocka_unit_test(given_customers_that_overlap_a_window_when_all_are_clipped_then_both_sides_are_equal),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
