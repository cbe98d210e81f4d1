/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "models/scenario.h"
#include "tests/unit/fixture.h"
#include "tests/unit/small_shop.h"

static const struct scenario *load_with(struct fixture *f, const char *set)
{
    const struct scenario *sc = scenario_parse("shop.yaml", SMALL_SHOP, sizeof(SMALL_SHOP) - 1, ".", &set, set != NULL,
                                               &f->arena, &f->diag);
    if (!sc)
        diag_print(&f->diag, stderr, false);
    assert_non_null(sc);
    return sc;
}

static double rate_at(const struct rate_curve *curve, sim_time since_start)
{
    const sim_time at = since_start + curve->warm_up;
    for (uint32_t i = 1; i < curve->count; i++)
        if (curve->knots[i].at >= at) {
            const struct rate_knot *a = &curve->knots[i - 1], *b = &curve->knots[i];
            return a->rate_per_s + (b->rate_per_s - a->rate_per_s) * (double)(at - a->at) / (double)(b->at - a->at);
        }
    return NAN;
}

static double mean_of(const struct rate_curve *curve)
{
    double sum = 0.0;
    for (uint32_t i = 1; i < curve->count; i++)
        if (curve->knots[i - 1].at >= curve->warm_up)
            sum += 0.5 * (curve->knots[i - 1].rate_per_s + curve->knots[i].rate_per_s) *
                   (double)(curve->knots[i].at - curve->knots[i - 1].at);
    return sum / (double)curve->length;
}

/* A few roundings of doubles, no more. */
static void assert_same(double a, double b)
{
    assert_true(fabs(a - b) <= 1e-12 * fabs(b));
}

static void assert_is_a_curve(const struct rate_curve *curve)
{
    assert_int_equal(curve->knots[0].at, 0);
    assert_int_equal(curve->knots[curve->count - 1].at, curve->warm_up + curve->length);
    for (uint32_t i = 0; i < curve->count; i++) {
        assert_true(curve->knots[i].rate_per_s >= 0.0);
        assert_true(i == 0 || curve->knots[i].at > curve->knots[i - 1].at);
    }
}

/* The figures that the Black Friday scenario is built on: launch near 1,000/s, noon near 430/s, evening near 340/s. */
static void given_black_friday_with_a_launch_when_scaled_to_300_per_s_then_the_day_has_its_known_shape(void **state)
{
    struct fixture *f = *state;
    const struct scenario *sc = load_with(f, NULL);
    const struct rate_curve curve = scenario_rate(sc, &sc->populations[0], -1, &f->arena);
    assert_is_a_curve(&curve);
    assert_same(mean_of(&curve), 300.0);
    const double peak = rate_at(&curve, 30 * SIM_SECOND);
    assert_true(peak > 980.0 && peak < 1020.0);
    const double noon = rate_at(&curve, 11 * SIM_HOUR + 30 * SIM_MINUTE);
    assert_true(noon > 420.0 && noon < 435.0);
    const double evening = rate_at(&curve, 20 * SIM_HOUR + 30 * SIM_MINUTE);
    assert_true(evening > 335.0 && evening < 345.0);
    assert_same(rate_at(&curve, 21 * SIM_HOUR + 30 * SIM_MINUTE), evening); /* 1.20 in both hours */
}

/* Half-lives on: the excess over the shape halves. Chords lie at most 0.1 % above the curve. */
static void given_a_launch_when_half_lives_pass_then_its_excess_halves(void **state)
{
    struct fixture *f = *state;
    const struct scenario *sc = load_with(
        f, "traffic.shoppers.rate={mean: 100/s, launch: {at: \"06:00\", factor: 5, rise: 1m, "
           "half_life: 10m}}");
    const struct rate_curve curve = scenario_rate(sc, &sc->populations[0], -1, &f->arena);
    const double base = rate_at(&curve, SIM_HOUR), peak = 6 * SIM_HOUR + SIM_MINUTE;
    assert_same(rate_at(&curve, 6 * SIM_HOUR), base);
    assert_same(rate_at(&curve, (sim_time)peak), 5.0 * base);
    for (int n = 1; n <= 10; n++) {
        const double excess = rate_at(&curve, (sim_time)peak + n * 10 * SIM_MINUTE) / base - 1.0;
        assert_true(fabs(excess - 4.0 / (1 << n)) <= 1e-3 * 4.0 / (1 << n));
        const double between = rate_at(&curve, (sim_time)peak + n * 10 * SIM_MINUTE + 37 * SIM_SECOND) / base - 1.0;
        const double exact = 4.0 * exp2(-(600.0 * n + 37.0) / 600.0);
        assert_true(fabs(between - exact) <= 1.5e-3 * exact);
    }
    assert_same(rate_at(&curve, 23 * SIM_HOUR), base);
    assert_same(mean_of(&curve), 100.0);
}

static void given_every_shape_when_a_whole_day_is_simulated_then_its_mean_is_the_mean(void **state)
{
    struct fixture *f = *state;
    static const char *const shapes[] = { "constant", "ordinary", "sale", "black-friday", "cyber-monday" };
    for (size_t i = 0; i < ARRAY_LEN(shapes); i++) {
        const char *set = arena_printf(&f->arena, "traffic.shoppers.rate={profile: %s, mean: 100/s}", shapes[i]);
        const struct scenario *sc = load_with(f, set);
        const struct rate_curve curve = scenario_rate(sc, &sc->populations[0], -1, &f->arena);
        assert_is_a_curve(&curve);
        assert_same(mean_of(&curve), 100.0);
        /* the shape's own mean is 1 over a day (rows sum to 24): the warm-up continues the day before at its rates */
        assert_same(rate_at(&curve, -30 * SIM_MINUTE + 1), rate_at(&curve, 23 * SIM_HOUR + 30 * SIM_MINUTE + 1));
    }
}

static void given_a_part_of_a_day_when_scaled_then_the_mean_is_that_of_the_part(void **state)
{
    struct fixture *f = *state;
    const char *const sets[] = { "clock={start: \"2026-11-27T17:10:20-05:00\", length: 3h7m, warm_up: 1h}",
                                 "traffic.shoppers.rate={profile: ordinary, mean: 50/s}" };
    const struct scenario *sc = scenario_parse("shop.yaml", SMALL_SHOP, sizeof(SMALL_SHOP) - 1, ".", sets, 2, &f->arena,
                                               &f->diag);
    assert_non_null(sc);
    const struct rate_curve curve = scenario_rate(sc, &sc->populations[0], -1, &f->arena);
    assert_is_a_curve(&curve);
    assert_same(mean_of(&curve), 50.0);
    assert_same(scenario_mean_rate(sc, &sc->populations[0], &f->arena), 50.0);
}

static void given_day_types_when_asked_then_they_are_whole_days_without_the_launch(void **state)
{
    struct fixture *f = *state;
    const struct scenario *sc = load_with(f, "traffic.bots={rate: 30/s, mix: {browse: 100%}}");
    for (int d = 0; d < sc->day_type_count; d++) {
        const struct rate_curve curve = scenario_rate(sc, &sc->populations[0], d, &f->arena);
        assert_is_a_curve(&curve);
        assert_int_equal(curve.length, SIM_DAY);
        assert_same(mean_of(&curve), sc->day_types[d].mean);
        /* the second population is a tenth of the first */
        const struct rate_curve bots = scenario_rate(sc, &sc->populations[1], d, &f->arena);
        assert_same(mean_of(&bots), sc->day_types[d].mean / 10.0);
    }
    const struct rate_curve peak = scenario_rate(sc, &sc->populations[0], 2, &f->arena);
    assert_same(rate_at(&peak, 11 * SIM_HOUR + 30 * SIM_MINUTE), 1.5 * 300.0);
}

static void given_knots_when_piecewise_then_the_rate_goes_through_them_day_after_day(void **state)
{
    struct fixture *f = *state;
    const struct scenario *sc = load_with(
        f, "traffic.shoppers.rate={profile: piecewise, knots: [{at: \"06:00\", rate: 100/s}, "
           "{at: \"12:00\", rate: 300/s}, {at: \"18:00\", rate: 100/s}]}");
    const struct rate_curve curve = scenario_rate(sc, &sc->populations[0], -1, &f->arena);
    assert_is_a_curve(&curve);
    assert_same(rate_at(&curve, 12 * SIM_HOUR), 300.0);
    assert_same(rate_at(&curve, 9 * SIM_HOUR), 200.0);
    assert_same(rate_at(&curve, 0), 100.0);
    assert_same(mean_of(&curve), 150.0);
    assert_same(scenario_mean_rate(sc, &sc->populations[0], &f->arena), 150.0);
}

/* ---- traces ---- */

static const struct scenario *load_trace(struct fixture *f, const char *lines, const char *clock, const char *rate)
{
    static const char folder[] = "/tmp/headroom-rate-XXXXXX";
    char *made = arena_text(&f->arena, folder);
    assert_non_null(mkdtemp(made));
    const char *path = arena_printf(&f->arena, "%s/t.csv", made);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fprintf(file, "time_s,requests\n%s", lines);
    fclose(file);
    const char *const sets[] = { arena_printf(&f->arena, "clock={start: \"2026-11-27T00:00-05:00\", %s}", clock),
                                 arena_printf(&f->arena, "traffic.shoppers.rate={%s}", rate) };
    diag_init(&f->diag, &f->arena);
    const struct scenario *sc = scenario_parse("shop.yaml", SMALL_SHOP, sizeof(SMALL_SHOP) - 1, made, sets, 2,
                                               &f->arena, &f->diag);
    remove(path);
    rmdir(made);
    return sc;
}

static const char LINES[] = "0,30\n30,7\n60,90\n120,60\n150,1\n"; /* nothing from 90 to 120 */

static void given_a_trace_when_scaled_then_rates_and_numbers_are_its_own(void **state)
{
    struct fixture *f = *state;
    const struct scenario *sc = load_trace(f, LINES, "length: 160s, warm_up: 10s",
                                           "trace: t.csv, scale: 1.5x, spread: exact");
    assert_non_null(sc);
    assert_int_equal(sc->input_count, 1);
    assert_string_equal(sc->inputs[0].file, "t.csv");
    assert_string_equal(sc->inputs[0].sha256, sc->populations[0].rate.trace->sha256);
    const struct scenario *other = load_trace(f, "0,30\n30,7\n60,90\n120,60\n150,2\n", "length: 160s, warm_up: 10s",
                                              "trace: t.csv, scale: 1.5x, spread: exact");
    assert_string_not_equal(other->sha256, sc->sha256); /* the same scenario, another trace */
    assert_int_equal(f->diag.warnings, 1);
    const struct rate_curve curve = scenario_rate(sc, &sc->populations[0], -1, &f->arena);
    assert_is_a_curve(&curve);
    assert_same(rate_at(&curve, -5 * SIM_SECOND), 1.5);
    assert_same(rate_at(&curve, 15 * SIM_SECOND), 1.5);
    assert_same(rate_at(&curve, 75 * SIM_SECOND), 4.5);
    assert_same(rate_at(&curve, 100 * SIM_SECOND), 0.0);
    /* the last bin is cut after a third of it: 187 + 1/3 requests, times 1.5 */
    assert_same(scenario_mean_rate(sc, &sc->populations[0], &f->arena), 1.5 * (187.0 + 1.0 / 3.0) / 160.0);
    static const uint64_t expected[] = { 15, 45, 11, 135, 0, 90, 0 }; /* running: 45, 55.5, 190.5, 280.5, 281 */
    assert_int_equal(curve.bin_count, ARRAY_LEN(expected));
    for (uint32_t b = 0; b < curve.bin_count; b++)
        assert_int_equal(curve.bins[b].count, expected[b]);
}

static void given_a_trace_as_a_mean_when_asked_then_there_are_knots_only(void **state)
{
    struct fixture *f = *state;
    const struct scenario *sc = load_trace(f, LINES, "length: 3m, warm_up: 0s",
                                           "trace: t.csv, spread: poisson, burst: {factor: 2x}, batch: 3");
    assert_non_null(sc);
    const struct rate_curve curve = scenario_rate(sc, &sc->populations[0], -1, &f->arena);
    assert_is_a_curve(&curve);
    assert_null(curve.bins);
    assert_true(fabs(mean_of(&curve) * 180.0 - 188.0) < 1e-6); /* a step takes a nanosecond */
    assert_true(sc->populations[0].rate.batch.law.mean == 3.0);
}

/* Of a key in the assignment of load_trace(). */
static int column_of(const char *rate, const char *key)
{
    const char *found = strstr(rate, key);
    assert_non_null(found);
    return (int)strlen("traffic.shoppers.rate={") + (int)(found - rate) + 1;
}

static void given_a_trace_when_it_cannot_be_replayed_then_the_place_and_the_reason_are_told(void **state)
{
    static const struct {
        const char *clock, *rate, *message;
        const char *key; /* where it is told; NULL: at something else */
    } cases[] = {
        { "length: 4m", "trace: t.csv", "the clock runs for 4m, but the trace 't.csv' ends after 3m", NULL },
        { "length: 3m", "trace: no.csv", "cannot read 'no.csv': No such file or directory", NULL },
        { "length: 3m", "trace: t.csv, mean: 3/s", "the rate of 'shoppers' has a trace, and 'mean' beside it", "mean" },
        { "length: 3m", "trace: t.csv, profile: sale", "the rate of 'shoppers' has a trace, and 'profile' beside it",
          "profile" },
        { "length: 3m", "trace: t.csv, batch: 3", "the rate of 'shoppers' has an exact trace, and 'batch' beside it",
          "batch" },
        { "length: 3m", "mean: 3/s, scale: 3x", "'scale' belongs to a trace, and the rate of 'shoppers' has none",
          "scale" },
        { "length: 3m", "mean: 3/s, spread: exact", "'spread' belongs to a trace, and the rate of 'shoppers' has none",
          "spread" },
        { "length: 3m", "scale: 3x, trac: t.csv",
          "unknown key 'trac' in 'rate' of population 'shoppers'; did you mean 'trace'?", "trac" },
        { "length: 3m", "scale: 3x, trace: \"\"", "the trace of 'shoppers' names no file", "trace" },
        { "length: 3m", "mean: 3/s, profile: piecewise", "the piecewise profile of 'shoppers' has no knots",
          "profile" },
        { "length: 3m", "mean: 3/s, batch: {mean: 2, least: 1}",
          "'least' and 'most' of the batch of 'shoppers' belong to law: uniform", "least" },
        { "length: 3m", "mean: 3/s, batch: {law: fixed}", "'mean' is missing in the batch of 'shoppers'", "batch" },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_null(load_trace(f, LINES, cases[i].clock, cases[i].rate));
        assert_int_equal(f->diag.errors, 1);
        const struct diag_entry *error = NULL;
        for (int e = 0; e < f->diag.count; e++)
            if (f->diag.entries[e].severity == SEVERITY_ERROR)
                error = &f->diag.entries[e];
        assert_non_null(error);
        assert_string_equal(error->message, cases[i].message);
        if (cases[i].key)
            assert_int_equal(error->at.column, column_of(cases[i].rate, cases[i].key));
    }
    assert_null(load_trace(f, "0,1000000000\n1,1\n", "length: 1m", "trace: t.csv, scale: 2x"));
    assert_string_equal(f->diag.entries[0].message, "'t.csv' times 2 has more than 1e9 requests per second");
}

/* A warm-up of a nanosecond is too short for two knots; a clock may end within the first bin. */
static void given_the_shortest_clocks_when_a_trace_is_replayed_then_its_curve_is_one(void **state)
{
    struct fixture *f = *state;
    const struct scenario *sc = load_trace(f, "0,5\n70,5\n", "length: 60s, warm_up: 1ns", "trace: t.csv");
    assert_non_null(sc);
    const struct rate_curve curve = scenario_rate(sc, &sc->populations[0], -1, &f->arena);
    assert_int_equal(curve.count, 2);
    assert_int_equal(curve.knots[1].at, 60 * SIM_SECOND + 1);
    assert_int_equal(curve.bins[0].count, 4); /* 5 * 6 / 7 = 4.29 */
}

/* From 21:00 on for six hours: three of this evening, three of the same day's beginning. */
static void given_a_part_of_a_day_when_asked_then_it_has_the_days_rates_and_begins_again_at_midnight(void **state)
{
    struct fixture *f = *state;
    const struct scenario *sc = load_with(f, NULL);
    const struct rate_curve day = scenario_rate(sc, &sc->populations[0], 1, &f->arena);
    const struct rate_curve part = rate_curve_part(&day, (struct day_part){ 21 * SIM_HOUR, 6 * SIM_HOUR }, &f->arena);
    assert_int_equal(part.length, 6 * SIM_HOUR);
    assert_int_equal(part.start_ns_of_day, 21 * SIM_HOUR);
    for (int m = -20; m < 6 * 60; m += 7) {
        const sim_time at = m * SIM_MINUTE;
        const sim_time of_day = (21 * SIM_HOUR + at) % SIM_DAY;
        assert_true(fabs(rate_at(&part, at) - rate_at(&day, of_day)) < 1e-6);
    }
    for (uint32_t k = 1; k < part.count; k++)
        assert_true(part.knots[k].at > part.knots[k - 1].at);
    assert_true(part.knots[0].at == 0 && part.knots[part.count - 1].at == part.warm_up + part.length);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(given_black_friday_with_a_launch_when_scaled_to_300_per_s_then_the_day_has_its_known_shape),
        TEST(given_a_launch_when_half_lives_pass_then_its_excess_halves),
        TEST(given_every_shape_when_a_whole_day_is_simulated_then_its_mean_is_the_mean),
        TEST(given_a_part_of_a_day_when_scaled_then_the_mean_is_that_of_the_part),
        TEST(given_day_types_when_asked_then_they_are_whole_days_without_the_launch),
        TEST(given_knots_when_piecewise_then_the_rate_goes_through_them_day_after_day),
        TEST(given_a_trace_when_scaled_then_rates_and_numbers_are_its_own),
        TEST(given_a_trace_as_a_mean_when_asked_then_there_are_knots_only),
        TEST(given_a_trace_when_it_cannot_be_replayed_then_the_place_and_the_reason_are_told),
        TEST(given_a_part_of_a_day_when_asked_then_it_has_the_days_rates_and_begins_again_at_midnight),
        TEST(given_the_shortest_clocks_when_a_trace_is_replayed_then_its_curve_is_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
