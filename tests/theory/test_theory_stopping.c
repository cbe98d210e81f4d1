/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The rule that ends a run, against days whose truth is known: failures of a replication are normal with a known mean, so
 * the t interval of one look is exact and only the looking could spoil it. The whole way is used: tasks, tally, verdicts.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <math.h>

#include "analysis/tally.h"
#include "pricing/price_book.h"
#include "sim/draw.h"
#include "sim/number.h"

enum { OPERATIONS = 20000, MEAN_FAILURES = 100, SD_FAILURES = 30, RUNS = 400, MOST = 80 };
static const double TRUTH = 1 - (double)MEAN_FAILURES / OPERATIONS;

struct fixture {
    struct arena arena;
    struct diag diag;
    struct scenario sc;
    struct objective objective;
    const struct price_book *book;
};

static int set_up(void **state)
{
    static struct fixture f;
    static const char *const regions[] = { "us-east-1" };
    f = (struct fixture){ .objective = { .kind = OBJECTIVE_AVAILABILITY, .operation = "page", .at_least = 0.9 } };
    arena_init(&f.arena);
    diag_init(&f.diag, &f.arena);
    f.book = price_book_load("pricing/books", regions, 1, &f.arena, &f.diag);
    f.sc = (struct scenario){
        .name = "truth", .max_replications = MOST, .objective_count = 1, .objectives = &f.objective
    };
    f.sc.clock.year = 2026;
    f.sc.clock.month = 11;
    f.sc.clock.length = SIM_HOUR;
    *state = &f;
    return f.book ? 0 : -1;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    arena_fini(&f->arena);
    return 0;
}

static uint64_t failures_of(uint64_t seed, uint32_t number)
{
    const double z = number_normal_quantile(draw_unit(draw_at(draw_key_make(seed, number), 1, 1, 0).a));
    return (uint64_t)fmax(0, round(MEAN_FAILURES + SD_FAILURES * z));
}

static struct replication *true_replicate(const struct scenario *sc, int day_type, uint32_t number,
                                          const struct fault_plan *plan, struct arena *arena,
                                          _Atomic int64_t *progress_ns, const atomic_bool *stop)
{
    static const char *const names[] = { "page", "all" };
    struct replication *rep = ARENA_NEW(arena, struct replication);
    rep->day_type = day_type;
    rep->number = number;
    rep->operation_count = 2;
    rep->operations = ARENA_ARRAY(arena, struct operation_result, 2);
    for (int o = 0; o < 2; o++) {
        struct operation_result *op = &rep->operations[o];
        op->name = names[o];
        op->begun = op->attempts = OPERATIONS;
        op->outcomes[OUTCOME_HTTP_503] = failures_of((uint64_t)sc->seed, number);
        op->outcomes[OUTCOME_OK] = OPERATIONS - op->outcomes[OUTCOME_HTTP_503];
        histogram_init(&op->latency, arena);
        histogram_record_many(&op->latency, 50 * SIM_MILLISECOND, OPERATIONS);
    }
    return rep;
}

/* One run of the rule. Returns its tally, which the caller ends. */
static void run_rule(struct fixture *f, int64_t seed, struct tally *tally)
{
    struct arena arena;
    arena_init(&arena);
    atomic_bool stop;
    atomic_init(&stop, false);
    f->sc.seed = seed;
    tally_init(tally, &f->sc, f->book, &f->diag);
    const struct task_sink sink = tally_sink(tally);
    struct task_list list = tasks_plan(&f->sc, 2, &arena);
    tasks_run(&list, true_replicate, &sink, &stop);
    arena_fini(&arena);
}

/*
 * A precision that is reached after 10 to 80 replications, sooner where the sample happens to vary little: the very luck
 * that spoils intervals. 0.95 is the level that is promised; some 0.98 are expected, since the bound is a sum over looks of
 * which most are not taken, so a correct rule fails here once in 1e4 choices of seeds.
 */
static void given_a_known_truth_when_stopped_by_precision_then_the_last_interval_covers_it(void **state)
{
    struct fixture *f = *state;
    f->sc.precision = 0.2;
    int covered = 0, at[MOST + 1] = { 0 };
    for (int64_t seed = 1; seed <= RUNS; seed++) {
        struct tally tally;
        run_rule(f, seed, &tally);
        bool one_sided;
        const struct ci ci = tally_availability(&tally.operations[0], tally_level(&tally, 1), &one_sided);
        covered += ci.lo <= TRUTH && TRUTH <= ci.hi;
        at[tally.replications]++;
        tally_fini(&tally);
    }
    assert_true(covered >= 0.95 * RUNS);
    assert_int_equal(at[10] + at[20] + at[40] + at[80], RUNS);
    assert_true(at[20] > RUNS / 20 && at[40] > RUNS / 20); /* the rule did stop at different looks */
}

/* Looks at 10, 20, 40, 80 replications at a plain 95 %, ended by the first interval that leaves the truth. */
static bool plain_rule_errs(uint64_t seed)
{
    struct moments moments = { 0 };
    for (uint32_t i = 0; i < MOST; i++) {
        moments_add(&moments, 1 - (double)failures_of(seed, i) / OPERATIONS);
        const struct ci ci = ci_of_moments(&moments, 0.95);
        if ((i == 9 || i == 19 || i == 39 || i == 79) && !(ci.lo <= TRUTH && TRUTH <= ci.hi))
            return true;
    }
    return false;
}

/*
 * The promise is the truth, so every verdict but `undecided` is an error. At most 5 % may be made over all looks (33 of
 * 400 at level 0.999); the same looks without spending err in one run of eight, which this test would notice.
 */
static void given_a_promise_at_the_truth_when_looked_at_often_then_it_is_rarely_decided(void **state)
{
    struct fixture *f = *state;
    f->sc.precision = 0.15;
    f->objective.at_least = TRUTH;
    int errors = 0, plain_errors = 0;
    for (int64_t seed = 1001; seed <= 1000 + RUNS; seed++) {
        struct tally tally;
        run_rule(f, seed, &tally);
        bool one_sided;
        const struct ci ci = tally_availability(&tally.operations[0], tally_level(&tally, 3), &one_sided);
        errors += ci_at_least(ci, TRUTH) != VERDICT_UNDECIDED;
        plain_errors += plain_rule_errs((uint64_t)seed);
        assert_true(tally.sufficed || tally.replications == MOST);
        tally_fini(&tally);
    }
    assert_true(errors <= 33);
    assert_true(plain_errors > 33);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(given_a_known_truth_when_stopped_by_precision_then_the_last_interval_covers_it,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_a_promise_at_the_truth_when_looked_at_often_then_it_is_rarely_decided,
                                        set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
