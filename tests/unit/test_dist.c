/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>

#include "sim/dist.h"
#include "sim/draw.h"

struct fixture {
    struct arena arena;
    struct diag diag;
    char file[64];
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    arena_init(&f->arena);
    diag_init(&f->diag, &f->arena);
    *state = f;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    if (f->file[0] != '\0')
        unlink(f->file);
    arena_fini(&f->arena);
    free(f);
    return 0;
}

static const struct mark AT = { .file = "shop.yaml", .line = 3, .column = 9, .length = 4 };

static struct dist parsed(struct fixture *f, const char *text)
{
    struct dist dist;
    assert_true(dist_parse(&dist, text, AT, NULL, &f->arena, &f->diag));
    assert_int_equal(f->diag.count, 0);
    assert_string_equal(dist.text, text);
    return dist;
}

static void assert_refused(struct fixture *f, const char *text, const char *message, const char *hint)
{
    struct dist dist = dist_constant(7);
    f->diag.count = f->diag.errors = 0;
    assert_false(dist_parse(&dist, text, AT, NULL, &f->arena, &f->diag));
    assert_int_equal(f->diag.errors, 1);
    assert_string_equal(f->diag.entries[0].message, message);
    assert_int_equal(f->diag.entries[0].at.line, 3);
    if (hint)
        assert_non_null(strstr(f->diag.entries[0].hint, hint));
    assert_true(dist.kind == DIST_CONSTANT && dist.a == 7.0); /* untouched */
}

static void assert_near(double ours, double exact, double relative)
{
    assert_true(fabs(ours - exact) <= relative * fabs(exact));
}

static const double LEVELS[] = { 1e-12, 1e-6, 0.001, 0.03, 0.25, 0.5, 0.75, 0.95, 0.99, 0.9999, 1.0 - 1e-9 };

static void given_a_duration_when_parsed_then_every_quantile_is_it(void **state)
{
    const struct dist dist = parsed(*state, "9ms");
    for (size_t i = 0; i < ARRAY_LEN(LEVELS); i++)
        assert_int_equal(dist_sample(&dist, LEVELS[i]), 9 * SIM_MILLISECOND);
    assert_true(dist.mean_ns == 9e6 && dist.scv == 0.0);
}

static void given_exp_when_sampled_then_quantiles_are_gsls(void **state)
{
    const struct dist dist = parsed(*state, "exp(9ms)");
    for (size_t i = 0; i < ARRAY_LEN(LEVELS); i++)
        assert_near(dist_quantile_ns(&dist, LEVELS[i]), gsl_cdf_exponential_Qinv(1.0 - LEVELS[i], 9e6), 1e-12);
    assert_true(dist.mean_ns == 9e6 && dist.scv == 1.0);
}

static void given_lognormals_when_sampled_then_quantiles_are_gsls(void **state)
{
    const struct dist dist = parsed(*state, "lognormal(mean=9ms cv=1.2)");
    const double sigma = sqrt(log(1.0 + 1.44)), mu = log(9e6) - 0.5 * sigma * sigma;
    for (size_t i = 0; i < ARRAY_LEN(LEVELS); i++)
        assert_near(dist_quantile_ns(&dist, LEVELS[i]), gsl_cdf_lognormal_Pinv(LEVELS[i], mu, sigma), 1e-11);
    assert_near(dist.mean_ns, 9e6, 1e-14);
    assert_near(dist.scv, 1.44, 1e-14);
}

static void given_a_lognormal_by_median_and_percentile_when_sampled_then_it_has_both(void **state)
{
    const struct dist p95 = parsed(*state, "lognormal(median=25s p95=60s)"),
                      p99 = parsed(*state, "lognormal(p99=90s median=25s)");
    assert_near(dist_quantile_ns(&p95, 0.5), 25e9, 1e-13);
    assert_near(dist_quantile_ns(&p95, 0.95), 60e9, 1e-13);
    assert_near(dist_quantile_ns(&p99, 0.5), 25e9, 1e-13);
    assert_near(dist_quantile_ns(&p99, 0.99), 90e9, 1e-13);
}

/* GSL's own inverse does not converge for all of these: bisection on its distribution function. */
static double gamma_quantile(double p, double shape, double scale)
{
    double low = 0.0, high = 1000.0 * shape * scale + 1000.0 * scale;
    for (int i = 0; i < 200; i++) {
        const double middle = 0.5 * (low + high);
        const bool below = p <= 0.5 ? gsl_cdf_gamma_P(middle, shape, scale) < p
                                    : gsl_cdf_gamma_Q(middle, shape, scale) > 1.0 - p;
        if (below)
            low = middle;
        else
            high = middle;
    }
    return low;
}

/* Between two of 4,097 normal scores a chord differs from the quantile by its second derivative times h^2 / 8. */
static void given_gamma_when_sampled_then_quantiles_are_gsls(void **state)
{
    const char *texts[] = { "gamma(mean=22ms cv=0.05)", "gamma(mean=22ms cv=0.8)", "gamma(mean=22ms cv=1)",
                            "gamma(mean=22ms cv=2.5)" };
    const double cvs[] = { 0.05, 0.8, 1.0, 2.5 };
    for (size_t k = 0; k < ARRAY_LEN(texts); k++) {
        const struct dist dist = parsed(*state, texts[k]);
        const double scv = cvs[k] * cvs[k];
        for (size_t i = 0; i < ARRAY_LEN(LEVELS); i++) {
            const double exact = gamma_quantile(LEVELS[i], 1.0 / scv, 22e6 * scv);
            assert_true(fabs(dist_quantile_ns(&dist, LEVELS[i]) - exact) <= 1e-5 * fmax(exact, 22e6));
        }
    }
}

static void given_weibull_when_sampled_then_quantiles_and_moments_are_gsls(void **state)
{
    const struct dist dist = parsed(*state, "weibull(mean=1s shape=0.7)");
    const double scale = 1e9 / tgamma(1.0 + 1.0 / 0.7);
    for (size_t i = 0; i < ARRAY_LEN(LEVELS); i++)
        assert_near(dist_quantile_ns(&dist, LEVELS[i]), gsl_cdf_weibull_Qinv(1.0 - LEVELS[i], scale, 0.7), 1e-11);
    assert_near(dist.scv, tgamma(1.0 + 2.0 / 0.7) / pow(tgamma(1.0 + 1.0 / 0.7), 2.0) - 1.0, 1e-12);
}

static void given_pareto_when_sampled_then_quantiles_and_moments_are_right(void **state)
{
    const struct dist dist = parsed(*state, "pareto(min=1ms alpha=2.5)"),
                      wild = parsed(*state, "pareto(min=1ms alpha=1.5)");
    for (size_t i = 0; i < ARRAY_LEN(LEVELS); i++)
        assert_near(dist_quantile_ns(&dist, LEVELS[i]), gsl_cdf_pareto_Qinv(1.0 - LEVELS[i], 2.5, 1e6), 1e-12);
    assert_near(dist.mean_ns, 1e6 * 2.5 / 1.5, 1e-15);
    assert_near(dist.scv, 1.0 / (2.5 * 0.5), 1e-15);
    assert_true(isinf(wild.scv));
}

static void given_uniform_when_sampled_then_it_spans_its_ends(void **state)
{
    const struct dist dist = parsed(*state, "uniform(3s 10s)");
    assert_near(dist_quantile_ns(&dist, 1e-12), 3e9, 1e-9);
    assert_near(dist_quantile_ns(&dist, 0.5), 6.5e9, 1e-15);
    assert_near(dist.mean_ns, 6.5e9, 1e-15);
    assert_near(dist.scv, 49.0 / 12.0 / (6.5 * 6.5), 1e-14);
}

/* Monotone in u, and the mean over a fine grid of u is the mean: what common random numbers rely on. */
static void given_any_distribution_when_u_grows_then_the_value_grows_and_the_mean_holds(void **state)
{
    const char *texts[] = { "exp(9ms)",
                            "lognormal(mean=9ms cv=1.0)",
                            "lognormal(mean=9ms cv=0)",
                            "gamma(mean=22ms cv=0.8)",
                            "weibull(mean=1s shape=1.5)",
                            "pareto(min=1ms alpha=4)",
                            "uniform(0 10s)",
                            "5us" };
    enum { GRID = 200000 };
    for (size_t k = 0; k < ARRAY_LEN(texts); k++) {
        const struct dist dist = parsed(*state, texts[k]);
        double last = 0.0, sum = 0.0;
        for (int i = 0; i < GRID; i++) {
            const double x = dist_quantile_ns(&dist, (i + 0.5) / GRID);
            assert_true(x >= last);
            last = x;
            sum += x;
        }
        /* the grid cuts the tail above 1 - 2.5e-6; of these the pareto has most mean there */
        assert_near(sum / GRID, dist.mean_ns, 2e-4);
    }
}

static void given_extreme_draws_when_sampled_then_the_clock_does_not_overflow(void **state)
{
    const char *texts[] = { "exp(100d)", "lognormal(mean=1d cv=20)", "pareto(min=1d alpha=1.01)",
                            "weibull(mean=1d shape=0.2)", "gamma(mean=100d cv=5)" };
    for (size_t k = 0; k < ARRAY_LEN(texts); k++) {
        const struct dist dist = parsed(*state, texts[k]);
        assert_in_range(dist_sample(&dist, draw_unit(UINT64_MAX)), 1, (sim_time)DIST_MAX_NS);
        assert_in_range(dist_sample(&dist, draw_unit(0)), 0, SIM_DAY);
    }
}

static void given_a_comma_when_parsed_then_it_is_explained(void **state)
{
    assert_refused(*state, "lognormal(mean=9ms, cv=1.2)", "a comma in 'lognormal(mean=9ms, cv=1.2)'", "by spaces");
    assert_refused(*state, "lognormal(mean=9ms", "'lognormal(mean=9ms' has no closing parenthesis", "a space instead");
}

static void given_a_misspelt_name_when_parsed_then_the_nearest_is_offered(void **state)
{
    assert_refused(*state, "lognromal(mean=9ms cv=1)", "unknown distribution 'lognromal'; did you mean 'lognormal'?",
                   "exp(9ms)");
    assert_refused(*state, "zipf(3)", "unknown distribution 'zipf'", "exp(9ms)");
    assert_refused(*state, "9 parsecs", "'9 parsecs' is not a duration or a distribution", "exp(9ms)");
    assert_refused(*state, "(9ms)", "'(9ms)' is not a distribution", "exp(9ms)");
}

static void given_wrong_arguments_when_parsed_then_each_is_named(void **state)
{
    assert_refused(*state, "lognormal(mean=9ms)", "'lognormal(mean=9ms)' lacks cv=", "lognormal(mean=9ms cv=1.2)");
    assert_refused(*state, "lognormal(median=9ms p90=20ms)",
                   "unknown argument 'p90' in 'lognormal(median=9ms p90=20ms)'", "p95");
    assert_refused(*state, "lognormal(mean=9ms mean=8ms)", "'mean' is given twice in 'lognormal(mean=9ms mean=8ms)'",
                   "cv");
    assert_refused(*state, "lognormal(9ms cv=1)", "'9ms' in 'lognormal(9ms cv=1)' has no name", "mean=");
    assert_refused(*state, "exp()", "'exp()' lacks an argument", "exp(9ms)");
    assert_refused(*state, "exp(9ms 8ms)", "too many arguments in 'exp(9ms 8ms)'", "exp(9ms)");
    assert_refused(*state, "exp(9)", "'9' in 'exp(9)' is not a duration", "exp(9ms)");
    assert_refused(*state, "gamma(mean=1s cv=big)", "'big' in 'gamma(mean=1s cv=big)' is not a number", "gamma(");
    assert_refused(*state, "exp(9ms)x", "'x' after the closing parenthesis of 'exp'", NULL);
    assert_refused(*state, "uniform(3s =4s)", "'=4s' in 'uniform(3s =4s)' is not key=value", NULL);
}

static void given_values_out_of_range_when_parsed_then_the_range_is_said(void **state)
{
    assert_refused(*state, "exp(0)", "'0' in 'exp(0)' is out of range: from 1ns to 104d", NULL);
    assert_refused(*state, "pareto(min=1ms alpha=1)",
                   "'1' in 'pareto(min=1ms alpha=1)' is out of range: from 1.01 to 100: at 1 the mean is infinite",
                   NULL);
    assert_refused(*state, "uniform(10s 3s)", "in 'uniform(10s 3s)' the second duration is less than the first", NULL);
    assert_refused(*state, "lognormal(median=9ms p95=8ms)",
                   "in 'lognormal(median=9ms p95=8ms)' the second duration is less than the first", NULL);
    assert_refused(*state, "-5ms", "'-5ms' is out of range: from 0 to 104d", NULL);
    assert_refused(*state, "exp(4000d)", "'4000d' in 'exp(4000d)' is out of range: from 1ns to 104d", NULL);
}

/* Pieces of the notation in any order: every text is refused with one error, or read into something that samples. */
static void given_any_text_when_parsed_then_it_is_read_or_refused(void **state)
{
    static const char *const pieces[] = {
        "exp", "lognormal", "gamma", "uniform", "pareto", "weibull", "(",      ")",           "=",
        " ",   "mean",      "cv",    "median",  "p95",    "9ms",     "1e300s", "-1",          "0",
        "1.5", "nan",       "\t",    "\xff",    "min",    "alpha",   "shape",  "9999999999d", "empirical(/dev/null)",
        "%s%n"
    };
    struct fixture *f = *state;
    for (uint64_t i = 0; i < 20000; i++) {
        char text[256] = "";
        for (uint32_t k = 0; k < 12; k++) {
            const struct draw_block bits = draw_at((struct draw_key){ 3, 3 }, i, k, 0);
            if (bits.b % 11 == 0)
                break;
            strcat(text, pieces[draw_below(bits.a, ARRAY_LEN(pieces))]);
        }
        struct dist dist = { .kind = DIST_CONSTANT };
        f->diag.count = f->diag.errors = 0;
        const bool read = dist_parse(&dist, text, AT, NULL, &f->arena, &f->diag);
        assert_int_equal(f->diag.errors, !read);
        if (read)
            assert_true(dist_sample(&dist, 0.5) >= 0 && dist.mean_ns >= 0.0);
    }
}

static const char *write_file(struct fixture *f, const char *content)
{
    snprintf(f->file, sizeof f->file, "/tmp/headroom-test-dist-%ld.csv", (long)getpid());
    FILE *file = fopen(f->file, "w");
    assert_non_null(file);
    fputs(content, file);
    fclose(file);
    return arena_printf(&f->arena, "empirical(%s)", f->file);
}

static void given_a_file_of_durations_when_sampled_then_each_value_is_equally_likely(void **state)
{
    struct fixture *f = *state;
    const struct dist dist = parsed(f, write_file(f, "duration,what\n# measured\n30ms\n10ms,x\n\n 20ms ;y\r\n40ms"));
    assert_int_equal(dist_sample(&dist, 0.01), 10 * SIM_MILLISECOND);
    assert_int_equal(dist_sample(&dist, 0.26), 20 * SIM_MILLISECOND);
    assert_int_equal(dist_sample(&dist, 0.51), 30 * SIM_MILLISECOND);
    assert_int_equal(dist_sample(&dist, 0.99), 40 * SIM_MILLISECOND);
    assert_near(dist.mean_ns, 25e6, 1e-15);
    assert_near(dist.scv, 0.2, 1e-14); /* variance 125 / 625 */
}

static void given_a_bad_file_when_parsed_then_its_line_is_named(void **state)
{
    struct fixture *f = *state;
    struct dist dist;
    assert_false(dist_parse(&dist, write_file(f, "10ms\nfast\n"), AT, NULL, &f->arena, &f->diag));
    assert_string_equal(f->diag.entries[0].message, "'fast' is not a duration from 0 to 104d");
    assert_int_equal(f->diag.entries[0].at.line, 2);
    assert_string_equal(f->diag.entries[0].at.file, f->file);
    f->diag.count = 0;
    assert_false(dist_parse(&dist, write_file(f, "# nothing\n"), AT, NULL, &f->arena, &f->diag));
    assert_non_null(strstr(f->diag.entries[0].message, "has no values"));
    assert_refused(f, "empirical(no-such-file.csv)", "cannot read 'no-such-file.csv': No such file or directory", NULL);
    assert_refused(f, "empirical(/dev/zero)", "'/dev/zero' is not a plain file", NULL);
    assert_refused(f, "empirical()", "'empirical()' lacks a file name", "empirical(file.csv)");
}

static void given_a_base_folder_when_the_file_is_relative_then_it_is_found_there(void **state)
{
    struct fixture *f = *state;
    write_file(f, "10ms\n");
    struct dist dist;
    const char *text = arena_printf(&f->arena, "empirical(%s)", strrchr(f->file, '/') + 1);
    assert_true(dist_parse(&dist, text, AT, "/tmp", &f->arena, &f->diag));
    assert_int_equal(dist_sample(&dist, 0.5), 10 * SIM_MILLISECOND);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(given_a_duration_when_parsed_then_every_quantile_is_it),
        TEST(given_exp_when_sampled_then_quantiles_are_gsls),
        TEST(given_lognormals_when_sampled_then_quantiles_are_gsls),
        TEST(given_a_lognormal_by_median_and_percentile_when_sampled_then_it_has_both),
        TEST(given_gamma_when_sampled_then_quantiles_are_gsls),
        TEST(given_weibull_when_sampled_then_quantiles_and_moments_are_gsls),
        TEST(given_pareto_when_sampled_then_quantiles_and_moments_are_right),
        TEST(given_uniform_when_sampled_then_it_spans_its_ends),
        TEST(given_any_distribution_when_u_grows_then_the_value_grows_and_the_mean_holds),
        TEST(given_extreme_draws_when_sampled_then_the_clock_does_not_overflow),
        TEST(given_a_comma_when_parsed_then_it_is_explained),
        TEST(given_a_misspelt_name_when_parsed_then_the_nearest_is_offered),
        TEST(given_wrong_arguments_when_parsed_then_each_is_named),
        TEST(given_values_out_of_range_when_parsed_then_the_range_is_said),
        TEST(given_any_text_when_parsed_then_it_is_read_or_refused),
        TEST(given_a_file_of_durations_when_sampled_then_each_value_is_equally_likely),
        TEST(given_a_bad_file_when_parsed_then_its_line_is_named),
        TEST(given_a_base_folder_when_the_file_is_relative_then_it_is_found_there),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
