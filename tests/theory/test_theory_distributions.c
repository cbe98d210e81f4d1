/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Every distribution of durations against GSL's distribution functions, twice: through the quantile function and through
 * the tables of the hot path. If X has the distribution function F, F(X) is uniform: Kolmogorov-Smirnov, and chi-square
 * over 1,000 cells. Level 0.001 for all of them together (Bonferroni, fixed seed); a duration 2 % off is refused.
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sf_gamma.h>

#include "sim/dist.h"
#include "sim/draw.h"
#include "sim/sampler.h"
#include "tests/unit/goodness.h"

enum { DRAWS = 400000, CELLS = 1000 };

/* ---- the laws as GSL has them, in ns; the parameters from the definitions, not from dist_parse.c ---- */

static double exponential(double x)
{
    return gsl_cdf_exponential_P(x, 9e6);
}

static double lognormal_by_moments(double x)
{
    const double variance = log(1.0 + 1.2 * 1.2);
    return gsl_cdf_lognormal_P(x, log(9e6) - variance / 2.0, sqrt(variance));
}

static double lognormal_by_percentile(double x)
{
    return gsl_cdf_lognormal_P(x, log(25e9), log(60.0 / 25.0) / gsl_cdf_ugaussian_Pinv(0.95));
}

static double gamma_narrow(double x)
{
    return gsl_cdf_gamma_P(x, 1.0 / 0.64, 22e6 * 0.64);
}

static double gamma_wide(double x)
{
    return gsl_cdf_gamma_P(x, 1.0 / 2.25, 22e6 * 2.25);
}

static double weibull(double x)
{
    return gsl_cdf_weibull_P(x, 1e9 / gsl_sf_gamma(1.0 + 1.0 / 0.7), 0.7);
}

static double pareto(double x)
{
    return gsl_cdf_pareto_P(x, 2.5, 1e6);
}

static double uniform(double x)
{
    return gsl_cdf_flat_P(x, 3e9, 10e9);
}

static const struct law {
    const char *text;
    double (*below)(double x);
} LAWS[] = {
    { "exp(9ms)", exponential },
    { "lognormal(mean=9ms cv=1.2)", lognormal_by_moments },
    { "lognormal(median=25s p95=60s)", lognormal_by_percentile },
    { "gamma(mean=22ms cv=0.8)", gamma_narrow },
    { "gamma(mean=22ms cv=1.5)", gamma_wide },
    { "weibull(mean=1s shape=0.7)", weibull },
    { "pareto(min=1ms alpha=2.5)", pareto },
    { "uniform(3s 10s)", uniform },
};
enum { LAW_COUNT = sizeof LAWS / sizeof LAWS[0] };
static const double LEVEL = 0.001 / (LAW_COUNT * 2 * 2); /* two ways, two tests */

/* ---- */

struct fixture {
    struct arena arena;
    struct diag diag;
    double u[DRAWS];
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
    arena_fini(&f->arena);
    free(f);
    return 0;
}

static struct dist parsed(struct fixture *f, const char *text)
{
    struct dist dist;
    assert_true(dist_parse(&dist, text, (struct mark){ .file = "" }, NULL, &f->arena, &f->diag));
    return dist;
}

static uint64_t bits(const char *place, uint64_t i)
{
    return draw_at(draw_key_make(41, 0), i, draw_place(place), 0).a;
}

static double p_of_cells(const double *u)
{
    double count[CELLS] = { 0.0 };
    for (int i = 0; i < DRAWS; i++)
        count[u[i] < 1.0 ? (int)(u[i] * CELLS) : CELLS - 1]++;
    return p_of_equal_counts(count, CELLS, DRAWS);
}

static void assert_uniform(struct fixture *f, const char *text, const char *way)
{
    const double cells = p_of_cells(f->u), kolmogorov = p_of_kolmogorov(f->u, DRAWS);
    if (cells < LEVEL || kolmogorov < LEVEL)
        fail_msg("%s by %s: chi-square p = %g, Kolmogorov p = %g", text, way, cells, kolmogorov);
}

static void given_any_law_when_drawn_by_its_quantile_then_it_is_gsls(void **state)
{
    struct fixture *f = *state;
    for (int l = 0; l < LAW_COUNT; l++) {
        const struct dist dist = parsed(f, LAWS[l].text);
        for (int i = 0; i < DRAWS; i++)
            f->u[i] = LAWS[l].below(dist_quantile_ns(&dist, draw_unit(bits("quantile", (uint64_t)i))));
        assert_uniform(f, LAWS[l].text, "quantile");
    }
}

static void given_any_law_when_drawn_from_its_table_then_it_is_gsls(void **state)
{
    struct fixture *f = *state;
    for (int l = 0; l < LAW_COUNT; l++) {
        const struct dist dist = parsed(f, LAWS[l].text);
        struct sampler sampler;
        sampler_init(&sampler, &dist, &f->arena);
        for (int i = 0; i < DRAWS; i++)
            f->u[i] = LAWS[l].below((double)sampler_draw(&sampler, bits("table", (uint64_t)i)));
        assert_uniform(f, LAWS[l].text, "table");
    }
}

/* What the two tests above are worth. */
static void given_durations_2_percent_too_long_when_tested_then_they_are_refused(void **state)
{
    struct fixture *f = *state;
    for (int l = 0; l < LAW_COUNT; l++) {
        const struct dist dist = parsed(f, LAWS[l].text);
        for (int i = 0; i < DRAWS; i++)
            f->u[i] = LAWS[l].below(1.02 * dist_quantile_ns(&dist, draw_unit(bits("mutant", (uint64_t)i))));
        assert_true(p_of_kolmogorov(f->u, DRAWS) < LEVEL);
    }
}

/* Twelve values, one of them twice: chi-square over the lines, level 0.001. */
static void given_a_file_of_values_when_drawn_from_its_table_then_each_line_is_equally_likely(void **state)
{
    struct fixture *f = *state;
    enum { LINES = 12, TWICE = 7 };
    char path[] = "/tmp/headroom-values-XXXXXX";
    const int fd = mkstemp(path);
    FILE *file = fdopen(fd, "w");
    assert_non_null(file);
    for (int i = 0; i < LINES; i++)
        fprintf(file, "%dms\n", i == LINES - 1 ? TWICE : i);
    fclose(file);
    char text[64];
    snprintf(text, sizeof text, "empirical(%s)", path);
    const struct dist dist = parsed(f, text);
    unlink(path);

    struct sampler sampler;
    sampler_init(&sampler, &dist, &f->arena);
    double count[LINES] = { 0.0 }, statistic = 0.0;
    for (uint64_t i = 0; i < DRAWS; i++)
        count[sampler_draw(&sampler, bits("file", i)) / SIM_MILLISECOND]++;
    for (int i = 0; i < LINES - 1; i++) {
        const double expected = (i == TWICE ? 2.0 : 1.0) * DRAWS / LINES;
        statistic += (count[i] - expected) * (count[i] - expected) / expected;
    }
    assert_true(p_of_chi_square(statistic, LINES - 2) > 0.001);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(given_any_law_when_drawn_by_its_quantile_then_it_is_gsls),
        TEST(given_any_law_when_drawn_from_its_table_then_it_is_gsls),
        TEST(given_durations_2_percent_too_long_when_tested_then_they_are_refused),
        TEST(given_a_file_of_values_when_drawn_from_its_table_then_each_line_is_equally_likely),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
