/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Randomness, per number. By hand: xoshiro256++ with a ziggurat, libm's functions where that has none. All variates
 * are fed by xoshiro256++, so that a row is the transformation and a cheap generator.
 */
#include <math.h>

#include "analysis/benchmarks/bench_tables.h"
#include "analysis/benchmarks/customers.h"
#include "sim/binomial.h"
#include "sim/draw_row.h"

/* ---- bits ---- */

static uint64_t bits_by_hand(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    struct lean lean;
    lean_init(&lean, 1);
    uint64_t found = 0;
    stopwatch_start(watch);
    for (uint64_t i = 0; i < count; i++)
        found ^= lean_bits(&lean);
    stopwatch_stop(watch);
    return found;
}

static uint64_t bits_at(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    uint64_t found = 0;
    stopwatch_start(watch);
    for (uint64_t i = 0; i < count; i += 2) {
        const struct draw_block block = draw_at(customers_key, i, 5, 0);
        found ^= block.a + block.b;
    }
    stopwatch_stop(watch);
    return found;
}

static uint64_t bits_in_rows(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    struct draw_block row[DRAW_ROW];
    uint64_t found = 0;
    stopwatch_start(watch);
    for (uint64_t i = 0; i < count; i += 2 * DRAW_ROW) {
        draw_row(customers_key, i / 2, 5, 0, row);
        found ^= row[i / 2 % DRAW_ROW].a;
    }
    stopwatch_stop(watch);
    return found;
}

/* ---- variates ---- */

static uint64_t exponential_by_hand(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    struct lean lean;
    lean_init(&lean, 1);
    uint64_t found = 0;
    stopwatch_start(watch);
    for (uint64_t i = 0; i < count; i++)
        found += (uint64_t)(lean_exponential(&lean) * 1e7);
    stopwatch_stop(watch);
    return found;
}

/* Marsaglia's polar method, both of its normals, and libm's exponential. Mean 10 ms, coefficient of variation 1. */
static uint64_t lognormal_by_hand(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    const double sigma = sqrt(log(2.0)), mu = log(1e7) - sigma * sigma / 2.0;
    struct lean lean;
    lean_init(&lean, 1);
    uint64_t found = 0;
    stopwatch_start(watch);
    for (uint64_t i = 0; i < count; i += 2) {
        double x, y, square;
        do {
            x = 2.0 * lean_unit(&lean) - 1.0;
            y = 2.0 * lean_unit(&lean) - 1.0;
            square = x * x + y * y;
        } while (square >= 1.0 || square == 0.0);
        const double length = sqrt(-2.0 * log(square) / square);
        found += (uint64_t)exp(mu + sigma * x * length) + (uint64_t)exp(mu + sigma * y * length);
    }
    stopwatch_stop(watch);
    return found;
}

static uint64_t exact_variate(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    struct arena arena;
    struct lean lean;
    arena_init(&arena);
    lean_init(&lean, 1);
    const struct dist dist = customers_dist(parameter, &arena);
    uint64_t found = 0;
    stopwatch_start(watch);
    for (uint64_t i = 0; i < count; i++)
        found += (uint64_t)dist_sample(&dist, draw_unit(lean_bits(&lean)));
    stopwatch_stop(watch);
    arena_fini(&arena);
    return found;
}

static uint64_t compiled_variate(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    struct arena arena;
    struct lean lean;
    struct sampler sampler;
    arena_init(&arena);
    lean_init(&lean, 1);
    const struct dist dist = customers_dist(parameter, &arena);
    sampler_init(&sampler, &dist, &arena);
    uint64_t found = 0;
    stopwatch_start(watch);
    for (uint64_t i = 0; i < count; i++)
        found += (uint64_t)sampler_draw(&sampler, lean_bits(&lean));
    stopwatch_stop(watch);
    arena_fini(&arena);
    return found;
}

/* Successes of 1,000,000 trials at 8 %: what a window's hits and misses cost, however many they are. */
static uint64_t binomial_count(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    struct lean lean;
    lean_init(&lean, 1);
    uint64_t found = 0;
    stopwatch_start(watch);
    for (uint64_t i = 0; i < count; i++)
        found += binomial_quantile(1000000, 0.08, lean_unit(&lean));
    stopwatch_stop(watch);
    return found;
}

/* ---- arrivals at a rate that changes ---- */

static const struct rate_knot DAY[] = {
    { 0, 300.0 }, { SIM_HOUR, 1000.0 }, { 2 * SIM_HOUR, 400.0 }, { 10000 * SIM_DAY, 500.0 }
};

static uint64_t arrivals_engine(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    struct arena arena;
    struct arrivals arrivals;
    arena_init(&arena);
    arrivals_init(&arrivals, &arena, DAY, ARRAY_LEN(DAY), customers_key, 3);
    uint64_t found = 0;
    stopwatch_start(watch);
    for (uint64_t i = 0; i < count; i++)
        found ^= (uint64_t)arrivals_next(&arrivals);
    stopwatch_stop(watch);
    arena_fini(&arena);
    return found;
}

/* Inversion too: the expected number so far grows by a unit exponential; within a piece it is a + b t + c t^2. */
static uint64_t arrivals_by_hand(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    struct lean lean;
    lean_init(&lean, 1);
    uint64_t found = 0;
    size_t piece = 0;
    double sum = 0.0, whole = 0.0, length_s = 0.0, slope = 0.0;
    stopwatch_start(watch);
    for (uint64_t i = 0; i < count; i++) {
        sum += lean_exponential(&lean);
        while (sum >= whole) {
            sum -= whole;
            piece++;
            length_s = (double)(DAY[piece].at - DAY[piece - 1].at) * 1e-9;
            slope = (DAY[piece].rate_per_s - DAY[piece - 1].rate_per_s) / length_s;
            whole = (DAY[piece].rate_per_s + DAY[piece - 1].rate_per_s) / 2.0 * length_s;
        }
        const double rate = DAY[piece - 1].rate_per_s;
        const double into_s = 2.0 * sum / (rate + sqrt(rate * rate + 2.0 * slope * sum));
        found ^= (uint64_t)(DAY[piece - 1].at + (sim_time)(into_s * 1e9));
    }
    stopwatch_stop(watch);
    return found;
}

#define LAW(text) .parameter = text

const struct benchmark bench_parts[] = {
    { .name = "draws",
      .title = "random numbers, each",
      .rows = { { .name = "64 bits by hand, xoshiro256++", .work = bits_by_hand, .limit = true },
                { .name = "  64 bits of Philox4x32-10, one block at a time", .work = bits_at },
                { .name = "  64 bits of Philox4x32-10, a row of blocks", .work = bits_in_rows },
                { .name = "exponential by hand, ziggurat", .work = exponential_by_hand, .limit = true },
                { .name = "  exact inversion", .work = exact_variate, LAW("exp(10ms)") },
                { .name = "  compiled inversion, as the simulation draws it",
                  .work = compiled_variate,
                  LAW("exp(10ms)") },
                { .name = "lognormal by hand, polar method and libm", .work = lognormal_by_hand, .limit = true },
                { .name = "  exact inversion", .work = exact_variate, LAW("lognormal(mean=10ms cv=1)") },
                { .name = "  compiled inversion, as the simulation draws it",
                  .work = compiled_variate,
                  LAW("lognormal(mean=10ms cv=1)") },
                { .name = "gamma, exact inversion",
                  .work = exact_variate,
                  LAW("gamma(mean=10ms cv=0.8)"),
                  .alone = true },
                { .name = "Weibull, exact inversion", .work = exact_variate, LAW("weibull(mean=10ms shape=0.7)") },
                { .name = "uniform, exact inversion", .work = exact_variate, LAW("uniform(1ms 3ms)") },
                { .name = "binomial count of a million trials", .work = binomial_count } } },
    { .name = "arrivals",
      .title = "Poisson arrivals at a rate that is linear between knots, each, draw included",
      .rows = { { .name = "inversion by hand, xoshiro256++ and ziggurat", .work = arrivals_by_hand, .limit = true },
                { .name = "  engine", .work = arrivals_engine, .at_most = 20, .stretch = 7 } } },
    { .name = NULL },
};
