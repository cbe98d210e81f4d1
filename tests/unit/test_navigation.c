/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Sessions as written: what they amount to by arithmetic, and what is refused where. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "models/demand.h"
#include "models/navigation.h"
#include "tests/unit/fixture.h"

static const char HEAD[] = "headroom: 1\n"
                           "traffic:\n"
                           "  visitors:\n"
                           "    rate: 2/s\n";
static const char TAIL[] =
    "services:\n"
    "  web:\n"
    "    runs_on: fleet\n"
    "    operations: {home: [{cpu: 1ms}], item: [{cpu: 2ms}], buy: [{cpu: 5ms}], spare: [{cpu: 1ms}]}\n"
    "regions:\n"
    "  us-east-1: {alb: {targets: fleet}, fleet: {kind: asg, instance: m7g.large, size: {min: 2, max: 2}}}\n";

/* `sessions` are the lines 5 and on, indented by four. */
static const struct scenario *load(struct fixture *f, const char *sessions)
{
    const char *text = arena_printf(&f->arena, "%s%s%s", HEAD, sessions, TAIL);
    diag_init(&f->diag, &f->arena);
    return scenario_parse("s.yaml", text, strlen(text), NULL, NULL, 0, &f->arena, &f->diag);
}

static const struct population *visitors(struct fixture *f, const char *sessions)
{
    const struct scenario *sc = load(f, sessions);
    if (!sc)
        diag_print(&f->diag, stderr, false);
    assert_non_null(sc);
    return &sc->populations[0];
}

static double visits(const struct population *p, const char *name)
{
    for (int m = 0; m < p->mix_count; m++)
        if (!strcmp(p->mix[m].name, name))
            return p->mix[m].share * p->sessions.operations;
    return 0.0;
}

static void assert_near(double value, double expected)
{
    if (fabs(value - expected) > 1e-9 * (1.0 + fabs(expected)))
        print_error("%.12g is not %.12g\n", value, expected);
    assert_true(fabs(value - expected) <= 1e-9 * (1.0 + fabs(expected)));
}

/* home = 1 + 0.2 item, item = 0.6 home + 0.5 item, buy = 0.1 item: home = 1 / 0.76, item = 1.2 home. */
static void given_a_navigation_with_loops_when_resolved_then_visits_solve_its_equations(void **state)
{
    const struct population *p = visitors(*state, "    sessions:\n"
                                                  "      enter: {home: 100%}\n"
                                                  "      next:\n"
                                                  "        home: {item: 60%, leave: 40%}\n"
                                                  "        item: {item: 50%, home: 20%, buy: 10%, leave: 20%}\n"
                                                  "        buy: {leave: 100%}\n");
    assert_near(visits(p, "home"), 1.0 / 0.76);
    assert_near(visits(p, "item"), 1.2 / 0.76);
    assert_near(visits(p, "buy"), 0.12 / 0.76);
    assert_near(p->sessions.operations, 2.32 / 0.76);
    assert_near(p->sessions.think_mean_s, 7.0);
}

/* home and item in turns: of n operations (n + 1) / 2 are at home; each length of 1..4 has a quarter of the sessions. */
static void given_a_length_when_resolved_then_visits_are_those_of_so_many_operations(void **state)
{
    static const char *const lengths[] = { "{mean: 3, law: fixed}", "{law: uniform, most: 4}", "5" };
    static const double home[] = { 2.0, (1 + 1 + 2 + 2) / 4.0, 1.0 / (1.0 - 0.8 * 0.8) }, all[] = { 3.0, 2.5, 5.0 };
    for (int i = 0; i < 3; i++) {
        struct fixture *f = *state;
        const struct population *p = visitors(f,
                                              arena_printf(&f->arena,
                                                           "    sessions:\n"
                                                           "      enter: {home: 100%%}\n"
                                                           "      length: %s\n"
                                                           "      next: {home: {item: 100%%}, item: {home: 100%%}}\n",
                                                           lengths[i]));
        assert_near(visits(p, "home"), home[i]);
        assert_near(p->sessions.operations, all[i]);
    }
}

/* E min(X, m) = mean (1 - e^(-m / mean)) for an exponential pause. */
static void given_pauses_that_are_cut_when_resolved_then_their_mean_is_that_of_the_shorter(void **state)
{
    const struct population *p = visitors(*state, "    sessions:\n"
                                                  "      enter: {home: 100%}\n"
                                                  "      think: exp(7s)\n"
                                                  "      think_at_most: 14s\n"
                                                  "      next: {home: {leave: 100%}}\n");
    assert_true(fabs(p->sessions.think_mean_s - 7.0 * (1.0 - exp(-2.0))) < 1e-4);
}

/* 2 sessions/s of 2.32 / 0.76 operations; CPU: home 1 ms, item 2 ms, buy 5 ms. */
static void given_sessions_when_demand_is_summed_then_it_is_that_of_their_visits(void **state)
{
    struct fixture *f = *state;
    const struct scenario *sc = load(f, "    sessions:\n"
                                        "      enter: {home: 100%}\n"
                                        "      next:\n"
                                        "        home: {item: 60%, leave: 40%}\n"
                                        "        item: {item: 50%, home: 20%, buy: 10%, leave: 20%}\n"
                                        "        buy: {leave: 100%}\n");
    assert_non_null(sc);
    const struct demand_day day = demand_day_of(sc, &f->arena);
    assert_near(day.mean_per_s[0], 2.0 * 2.32 / 0.76);
    const struct demand cpu = demand_of_service(&day, NULL, demand_cpu_s, NULL);
    assert_near(cpu.mean, 2.0 * (1e-3 * 1.0 + 2e-3 * 1.2 + 5e-3 * 0.12) / 0.76);
    assert_near(cpu.peak, cpu.mean);
}

static void given_sessions_that_make_no_sense_when_loaded_then_place_and_reason_are_told(void **state)
{
    static const struct {
        const char *sessions;
        int line, column;
        const char *message, *hint;
    } cases[] = {
        { "    mix: {home: 100%}\n    sessions: {enter: {home: 100%}, next: {home: {leave: 100%}}}\n", 5, 11,
          "'visitors' come for sessions, and 'mix' stands beside them", "follows from 'enter' and 'next'" },
        { "    request: 1kB\n", 3, 3, "'mix' is missing in population 'visitors'", "sessions: {enter" },
        { "    sessions: {next: {home: {leave: 100%}}}\n", 5, 15, "'enter' is missing", NULL },
        { "    sessions: {enter: {hime: 100%}, next: {home: {leave: 100%}}}\n", 5, 24,
          "the entry to sessions of 'visitors' names 'hime', which does not exist; did you mean 'home'?", NULL },
        { "    sessions: {enter: {home: 90%}, next: {home: {leave: 100%}}}\n", 5, 24,
          "the entry to sessions of 'visitors' adds up to 90%, not 100%", NULL },
        { "    sessions: {enter: {home: 100%}, next: {home: {home: 30%, leave: 60%}}}\n", 5, 51,
          "the way on from 'home' adds up to 90%, not 100%", "write leave: 70%" },
        { "    sessions: {enter: {home: 100%}, next: {home: {iten: 100%}}}\n", 5, 51,
          "the way on from 'home' names 'iten', which does not exist; did you mean 'item'?", NULL },
        { "    sessions: {enter: {home: 100%}, next: {home: {item: 100%}}}\n", 5, 51,
          "the way on from 'home' leads to 'item', which has no row in 'next'", "write item: {leave: 100%}" },
        { "    sessions: {enter: {home: 100%}, next: {home: {item: 100%}, item: {home: 100%}}}\n", 5, 44,
          "a session of 'visitors' that comes to 'home' never ends", "leave: 10%" },
        { "    sessions: {enter: {home: 100%}, next: {home: {item: 1%, leave: 99%}, item: {item: 100%}}}\n", 5, 74,
          "a session of 'visitors' that comes to 'item' never ends", "leave: 10%" },
        { "    sessions: {enter: {home: 100%}, next: {home: {home: 99.999%, leave: 0.001%}}}\n", 5, 44,
          "sessions of 'visitors' make more than 5000 operations on average", "length: 20" },
        { "    sessions: {enter: {home: 100%}, length: {law: uniform}, next: {home: {home: 100%}}}\n", 5, 46,
          "the length of a session of 'visitors' is uniform: it has 'least' and 'most', and no 'mean'", "most: 5" },
        { "    sessions: {enter: {home: 100%}, length: {law: uniform, least: 5, most: 2}, next: {home: {home: "
          "100%}}}\n",
          5, 60, "the length of a session of 'visitors' has a 'least' above its 'most'", NULL },
        { "    sessions: {enter: {home: 100%}, length: {mean: 2.5, law: fixed}, next: {home: {home: 100%}}}\n", 5, 46,
          "a whole one, not 2.5", NULL },
        { "    sessions: {enter: {home: 100%}, length: {law: fixed}, next: {home: {home: 100%}}}\n", 5, 37,
          "'mean' is missing in the length of a session of 'visitors'", "write {mean: 3}" },
        { "    sessions: {enter: {home: 100%}, length: {mean: 2, most: 5}, next: {home: {home: 100%}}}\n", 5, 55,
          "'least' and 'most' of the length of a session of 'visitors' belong to law: uniform", NULL },
    };
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        assert_null(load(f, cases[i].sessions));
        const struct diag_entry *first = &f->diag.entries[0];
        if (f->diag.errors != 1 || !strstr(first->message, cases[i].message) || first->at.line != cases[i].line ||
            first->at.column != cases[i].column || (cases[i].hint && !strstr(first->hint, cases[i].hint))) {
            diag_print(&f->diag, stderr, false);
            fail_msg("case %zu: not '%s' at %d:%d", i, cases[i].message, cases[i].line, cases[i].column);
        }
    }
}

/* A row that nobody comes to is legal but doubtful, and no part of the mix. */
static void given_a_row_that_nobody_comes_to_when_resolved_then_it_is_not_in_the_mix(void **state)
{
    struct fixture *f = *state;
    const struct scenario *sc = load(
        f, "    sessions: {enter: {home: 100%}, next: {home: {leave: 100%}, spare: {spare: 100%}}}\n");
    assert_non_null(sc);
    assert_int_equal(sc->populations[0].mix_count, 1);
    assert_near(sc->populations[0].sessions.operations, 1.0);
    scenario_doubts(sc, &f->diag);
    bool told = false;
    for (int i = 0; i < f->diag.count; i++)
        told = told || !strcmp(f->diag.entries[i].message, "no session of 'visitors' comes to 'spare'");
    assert_true(told);
}

/* Shares too small for any sum: what lies behind them may come, however seldom. */
static void given_a_way_that_is_hardly_ever_taken_when_resolved_then_its_end_is_in_the_mix(void **state)
{
    const struct population *p = visitors(*state, "    sessions:\n"
                                                  "      enter: {home: 100%}\n"
                                                  "      next:\n"
                                                  "        home: {home: 50%, leave: 50%, item: 1e-200%}\n"
                                                  "        item: {buy: 1e-200%, leave: 100%}\n"
                                                  "        buy: {leave: 100%}\n");
    assert_int_equal(p->mix_count, 3);
    assert_near(p->sessions.operations, 2.0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(given_a_navigation_with_loops_when_resolved_then_visits_solve_its_equations),
        TEST(given_a_length_when_resolved_then_visits_are_those_of_so_many_operations),
        TEST(given_pauses_that_are_cut_when_resolved_then_their_mean_is_that_of_the_shorter),
        TEST(given_sessions_when_demand_is_summed_then_it_is_that_of_their_visits),
        TEST(given_sessions_that_make_no_sense_when_loaded_then_place_and_reason_are_told),
        TEST(given_a_way_that_is_hardly_ever_taken_when_resolved_then_its_end_is_in_the_mix),
        TEST(given_a_row_that_nobody_comes_to_when_resolved_then_it_is_not_in_the_mix),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
