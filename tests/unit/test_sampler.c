/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/sampler.h"

static struct arena arena;

static struct sampler sampler_of(const char *text)
{
    struct diag diag;
    diag_init(&diag, &arena);
    struct dist *dist = ARENA_NEW(&arena, struct dist);
    assert_true(dist_parse(dist, text, (struct mark){ 0 }, ".", &arena, &diag));
    struct sampler s;
    sampler_init(&s, dist, &arena);
    return s;
}

static const char *const TEXTS[] = { "exp(9s)",
                                     "lognormal(mean=9s cv=1.2)",
                                     "gamma(mean=22s cv=0.8)",
                                     "weibull(mean=1s shape=0.7)",
                                     "pareto(min=1s alpha=2.5)",
                                     "uniform(3s 10s)",
                                     "7s" };

/* Linear between knots 1/64 of an octave apart: the error bound of the header, doubled for the wider curvature of the
 * other families, plus a nanosecond of rounding. */
static void given_any_bits_when_sampled_then_the_table_agrees_with_the_quantile(void **state)
{
    for (size_t d = 0; d < ARRAY_LEN(TEXTS); d++) {
        const struct sampler s = sampler_of(TEXTS[d]);
        for (uint64_t i = 0; i < 200000; i++) {
            const struct draw_block b = draw_at((struct draw_key){ 1, 2 }, i, 3, 4);
            const uint64_t bits = i & 1 ? b.a : b.a >> (b.b & 31); /* the small ones too */
            const double exact = dist_quantile_ns(s.dist, draw_unit(bits)), fast = (double)sampler_draw(&s, bits);
            const double error = fast > exact ? fast - exact : exact - fast;
            assert_true(error <= 1e-4 * exact + 1.0);
        }
    }
}

static void given_growing_bits_when_sampled_then_the_value_never_falls(void **state)
{
    for (size_t d = 0; d < ARRAY_LEN(TEXTS); d++) {
        const struct sampler s = sampler_of(TEXTS[d]);
        sim_time last = 0;
        for (uint64_t i = 0; i < 1 << 16; i++) {
            const sim_time x = sampler_draw(&s, i << 48 | 0x8000);
            assert_true(x >= last);
            last = x;
        }
    }
}

static void given_an_exponential_when_averaged_over_all_bits_then_the_mean_is_right(void **state)
{
    const struct sampler s = sampler_of("exp(9s)");
    double sum = 0;
    const int n = 1 << 20;
    for (int i = 0; i < n; i++)
        sum += (double)sampler_draw(&s, (uint64_t)i << 44 | UINT64_C(1) << 43);
    assert_true(sum / n > 9e9 * (1 - 1e-4) && sum / n < 9e9 * (1 + 1e-4));
}

int main(void)
{
    arena_init(&arena);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_any_bits_when_sampled_then_the_table_agrees_with_the_quantile),
        cmocka_unit_test(given_growing_bits_when_sampled_then_the_value_never_falls),
        cmocka_unit_test(given_an_exponential_when_averaged_over_all_bits_then_the_mean_is_right),
    };
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    arena_fini(&arena);
    return failed;
}
