/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "analysis/checks.h"
#include "analysis/keep.h"
#include "analysis/tasks.h"
#include "tests/unit/synthetic_day.h"

enum { RECORDS_MOST = 200 };

/* A sink that writes down what it is given, and stands where a run's tally would. */
struct notes {
    struct task_list *list;
    uint32_t headline[RECORDS_MOST];
    int headline_count;
    atomic_int taken;          /* headline replications, for those who simulate */
    atomic_int calendar_taken; /* likewise */
    int days[3][BILL_REPLICATIONS];
    int refuse_at; /* headline replications; 0: never */
    int enough_at; /* likewise */
    int asked[8];  /* how many there were at each look */
    int asked_count;
    atomic_int inside; /* calls that are under way */
};

struct fixture {
    struct arena arena;
    struct scenario *sc;
    struct notes notes;
    atomic_bool stop;
};

static struct fixture fixture;

/* What the simulations of a test saw; they know no fixture. */
static struct {
    struct notes *notes;
    atomic_int farthest_ahead;   /* number minus taken, at the start of a headline task */
    atomic_bool unpriced_beyond; /* a late one started before the calendar was there */
    atomic_int interrupted_at;   /* number; -1: none */
    int nap_us;                  /* of every third task */
} seen;

static int set_up(void **state)
{
    struct fixture *f = *state = &fixture;
    *f = (struct fixture){ 0 };
    arena_init(&f->arena);
    f->sc = synthetic_scenario(&f->arena);
    f->sc->replications = 3;
    atomic_init(&f->stop, false);
    seen.notes = &f->notes;
    seen.nap_us = 0;
    atomic_store(&seen.farthest_ahead, 0);
    atomic_store(&seen.unpriced_beyond, false);
    atomic_store(&seen.interrupted_at, -1);
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    arena_fini(&f->arena);
    return 0;
}

static bool note(void *self, const struct replication *rep, const char *violation)
{
    struct notes *n = self;
    assert_int_equal(atomic_fetch_add(&n->inside, 1), 0);
    if (rep->day_type >= 0) {
        n->days[rep->day_type][rep->number]++;
        atomic_fetch_add(&n->calendar_taken, 1);
    } else {
        n->headline[n->headline_count++] = rep->number;
        atomic_store(&n->taken, n->headline_count);
    }
    atomic_fetch_sub(&n->inside, 1);
    return n->refuse_at == 0 || n->headline_count < n->refuse_at;
}

static bool is_enough(void *self)
{
    struct notes *n = self;
    assert_int_equal(atomic_load(&n->inside), 0);
    n->asked[n->asked_count++] = n->headline_count;
    return n->headline_count == n->enough_at;
}

/* A day without anything in it, which takes a while in every third replication so that the order of ends is mixed. */
static struct replication *empty_replicate(const struct scenario *sc, int day_type, uint32_t number,
                                           const struct fault_plan *plan, struct arena *arena,
                                           _Atomic int64_t *progress_ns, const atomic_bool *stop)
{
    if (atomic_load(stop))
        return NULL;
    const int ahead = (int)number - atomic_load(&seen.notes->taken);
    if (day_type < 0 && ahead > atomic_load(&seen.farthest_ahead))
        atomic_store(&seen.farthest_ahead, ahead);
    if (day_type < 0 && number >= 32 && atomic_load(&seen.notes->calendar_taken) < 6)
        atomic_store(&seen.unpriced_beyond, true);
    const struct timespec nap = { .tv_nsec = seen.nap_us * 1000L };
    if (number % 3 == 0)
        nanosleep(&nap, NULL);
    if (day_type < 0 && (int)number == atomic_load(&seen.interrupted_at)) {
        atomic_store((atomic_bool *)(uintptr_t)stop, true);
        return NULL;
    }
    struct replication *rep = ARENA_NEW(arena, struct replication);
    rep->day_type = day_type;
    rep->number = number;
    return rep;
}

static struct task_list run(struct fixture *f, int threads, replicate_fn *replicate)
{
    struct task_list list = tasks_plan(f->sc, threads, &f->arena);
    const struct task_sink sink = { .self = &f->notes, .take = note, .enough = is_enough };
    f->notes = (struct notes){ .refuse_at = f->notes.refuse_at, .enough_at = f->notes.enough_at };
    tasks_run(&list, replicate, &sink, &f->stop);
    return list;
}

static void given_a_scenario_when_planned_then_the_longest_day_of_the_calendar_comes_first(void **state)
{
    const struct fixture *f = *state;
    const struct task_list list = tasks_plan(f->sc, 2, &fixture.arena);
    assert_int_equal(list.headline_most, 3);
    assert_int_equal(list.calendar_count, 3 * BILL_REPLICATIONS);
    for (int i = 0; i < list.calendar_count; i++) {
        assert_int_equal(list.calendar[i].day_type, 2 - i / BILL_REPLICATIONS); /* peak, sale, ordinary */
        assert_int_equal(list.calendar[i].number, i % BILL_REPLICATIONS);
    }
    assert_true(task_expected_requests(f->sc, -1) == 30.0 * 86400);
    assert_true(task_expected_requests(f->sc, 0) == 6.0 * 86400);
    assert_int_equal(tasks_plan(f->sc, 64, &fixture.arena).threads, 3 + 3 * BILL_REPLICATIONS);
}

static void given_tasks_that_end_in_any_order_when_handed_over_then_they_come_in_theirs(void **state)
{
    struct fixture *f = *state;
    f->sc->replications = 100;
    seen.nap_us = 300;
    for (int threads = 1; threads <= 5; threads++) {
        run(f, threads, empty_replicate);
        assert_int_equal(f->notes.headline_count, 100);
        for (uint32_t i = 0; i < 100; i++)
            assert_int_equal(f->notes.headline[i], i);
        for (int d = 0; d < 3; d++)
            for (int r = 0; r < BILL_REPLICATIONS; r++)
                assert_int_equal(f->notes.days[d][r], 1);
        assert_int_equal(f->notes.asked_count, 0);
    }
}

/* Two places for each thread to wait in, whatever the number of tasks; and the one that is being handed over. */
static void given_a_slow_task_when_others_finish_then_they_do_not_run_far_ahead(void **state)
{
    struct fixture *f = *state;
    f->sc->replications = 100;
    seen.nap_us = 2000;
    run(f, 3, empty_replicate);
    assert_in_range(atomic_load(&seen.farthest_ahead), 1, 2 * 3);
    assert_false(atomic_load(&seen.unpriced_beyond));
}

static void given_a_stop_when_run_then_nothing_is_handed_over_and_progress_says_so(void **state)
{
    struct fixture *f = *state;
    atomic_store(&f->stop, true);
    const struct task_list list = run(f, 2, empty_replicate);
    assert_int_equal(f->notes.headline_count, 0);
    assert_int_equal(list.headline_taken + list.calendar_taken, 0);
    assert_true(tasks_progress(&list).requests_done == 0);
}

/* Replication 4 is cut off, and perhaps two others that have just begun; what was finished is handed over in order, even
 * when it waited behind a missing one. */
static void given_a_stop_in_the_middle_when_run_then_what_is_finished_is_kept(void **state)
{
    struct fixture *f = *state;
    f->sc->replications = 50;
    seen.nap_us = 300;
    atomic_store(&seen.interrupted_at, 4);
    const struct task_list list = run(f, 3, empty_replicate);
    assert_in_range(f->notes.headline_count, 2, 4 + 2 * 3);
    assert_int_equal(list.headline_taken, f->notes.headline_count);
    for (int i = 0; i < f->notes.headline_count; i++) {
        assert_int_not_equal(f->notes.headline[i], 4);
        assert_true(i == 0 || f->notes.headline[i] > f->notes.headline[i - 1]);
    }
}

static void given_a_sink_that_refuses_when_run_then_it_is_left_alone(void **state)
{
    struct fixture *f = *state;
    f->sc->replications = 50;
    f->notes.refuse_at = 7;
    run(f, 3, empty_replicate);
    assert_int_equal(f->notes.headline_count, 7);
}

static void given_finished_tasks_when_asked_then_progress_is_one(void **state)
{
    struct fixture *f = *state;
    const struct task_list list = run(f, 2, empty_replicate);
    const struct task_progress p = tasks_progress(&list);
    assert_true(fabs(p.requests_done / p.requests - 1) < 1e-12);
    assert_int_equal(p.days, 9);
    assert_int_equal(p.days_finished, 9);
    assert_int_equal(p.days_running, 0);
    assert_true(p.longest_left == 0);
}

static void given_a_precision_when_run_then_it_is_looked_at_after_10_20_and_40_and_never_beyond(void **state)
{
    struct fixture *f = *state;
    f->sc->precision = 0.05;
    f->sc->max_replications = 70;
    seen.nap_us = 300;
    for (int threads = 1; threads <= 4; threads++) {
        f->notes.enough_at = 40;
        run(f, threads, empty_replicate);
        assert_int_equal(f->notes.headline_count, 40);
        assert_int_equal(f->notes.asked_count, 3);
        assert_int_equal(f->notes.asked[0], 10);
        assert_int_equal(f->notes.asked[2], 40);
        f->notes.enough_at = 0; /* never */
        run(f, threads, empty_replicate);
        assert_int_equal(f->notes.headline_count, 70);
        assert_int_equal(f->notes.asked[3], 70);
    }
}

static void given_a_time_limit_when_it_is_over_then_what_runs_is_finished_and_the_calendar_too(void **state)
{
    struct fixture *f = *state;
    f->sc->replications = 100;
    seen.nap_us = 5000;
    struct task_list list = tasks_plan(f->sc, 2, &f->arena);
    list.max_time_s = 0.02;
    const struct task_sink sink = { .self = &f->notes, .take = note, .enough = is_enough };
    tasks_run(&list, empty_replicate, &sink, &f->stop);
    assert_true(list.out_of_time);
    assert_in_range(list.headline_taken, 1, 99);
    assert_int_equal(list.headline_taken, atomic_load(&list.headline_wanted));
    assert_int_equal(list.calendar_taken, 6);
}

/* Risk gives days of its own: each with what fails in it. The record says which task it was. */
static bool note_given(void *self, const struct replication *rep, const char *violation)
{
    int *const counts = self;
    counts[rep->plan == &fault_free ? 0 : 1] += rep->day_type < 0 ? 10 : 1;
    return true;
}

static void given_tasks_with_plans_when_run_then_each_is_taken_once_with_its_plan(void **state)
{
    struct fixture *f = *state;
    static const struct fault_plan storm = { 0 };
    struct task tasks[] = { { .day_type = -1, .plan = &fault_free },
                            { .day_type = -1, .plan = &storm },
                            { .day_type = 0, .number = 1, .plan = &storm } };
    for (int threads = 1; threads <= 3; threads++) {
        int counts[2] = { 0 };
        struct task_list list = tasks_given(f->sc, threads, tasks, 3, &f->arena);
        const struct task_sink sink = { .self = counts, .take = note_given };
        tasks_run(&list, empty_replicate, &sink, &f->stop);
        assert_int_equal(counts[0], 10);
        assert_int_equal(counts[1], 11);
        assert_int_equal(list.calendar_taken, 3);
    }
}

/* The twin is taken before the first replication of the headline day, whoever finishes first. */
static bool note_twin(void *self, const struct replication *rep, const char *violation)
{
    int *const counts = self; /* twins, headline days */
    if (rep->day_type < 0)
        counts[rep->plan ? 0 : 1]++;
    assert_true(rep->day_type >= 0 || counts[0] == TWIN_REPLICATIONS);
    return true;
}

static void given_faults_when_a_twin_is_added_then_it_comes_first(void **state)
{
    struct fixture *f = *state;
    f->sc->replications = 20;
    seen.nap_us = 300;
    struct fault_config fault = { .random = true };
    f->sc->faults = &fault;
    f->sc->fault_count = 1;
    for (int threads = 1; threads <= 4; threads++) {
        int counts[2] = { 0 };
        struct task_list list = tasks_plan(f->sc, threads, &f->arena);
        tasks_add_twin(&list);
        const struct task_sink sink = { .self = counts, .take = note_twin };
        tasks_run(&list, empty_replicate, &sink, &f->stop);
        assert_int_equal(counts[0], TWIN_REPLICATIONS);
        assert_int_equal(counts[1], 20);
        assert_int_equal(list.twins_taken, TWIN_REPLICATIONS);
        assert_int_equal(tasks_progress(&list).days_finished, 20 + TWIN_REPLICATIONS + list.calendar_count);
    }
    fault = (struct fault_config){ .starts = f->sc->clock.length }; /* never: the day is its own twin */
    struct task_list list = tasks_plan(f->sc, 2, &f->arena);
    tasks_add_twin(&list);
    assert_int_equal(list.twin_count, 0);
    f->sc->fault_count = 0;
    tasks_add_twin(&list);
    assert_int_equal(list.twin_count, 0);
}

/* How evenly, `headroom bench` shows: on a busy machine one thread may be kept from its work. */
static void given_equal_tasks_when_two_threads_work_then_each_has_used_cpu_time(void **state)
{
    struct fixture *f = *state;
    f->sc->replications = 40;
    const struct task_list list = run(f, 2, synthetic_replicate);
    assert_int_equal(list.threads, 2);
    assert_true(tasks_cpu_s(&list, 0) > 0 && tasks_cpu_s(&list, 1) > 0);
}

static void given_a_record_when_kept_then_it_outlives_its_arena(void **state)
{
    struct fixture *f = *state;
    struct arena arena;
    arena_init(&arena);
    _Atomic int64_t progress;
    struct replication *rep = synthetic_replicate(f->sc, -1, 1, NULL, &arena, &progress, &f->stop);
    rep->violation = arena_text(&arena, "a law");
    const uint64_t begun = rep->operations[SYN_BROWSE].begun, bin = rep->operations[SYN_BROWSE].latency.bins[2300];
    struct replication *kept = replication_keep(rep, KEEP_ALL, &f->arena);
    const struct replication *bill_only = replication_keep(rep, KEEP_USAGE, &f->arena);
    const struct replication *outline = replication_keep(rep, KEEP_OUTLINE, &f->arena);
    arena_fini(&arena);

    assert_string_equal(kept->violation, "a law");
    assert_string_equal(kept->operations[SYN_BROWSE].name, "browse");
    assert_int_equal(kept->operations[SYN_BROWSE].begun, begun);
    assert_int_equal(kept->operations[SYN_BROWSE].latency.bins[2300], bin);
    assert_string_equal(kept->faults[0].events[1].component, "orders-db");
    assert_string_equal(kept->series.columns[2].name, "p50");
    assert_string_equal(kept->usage[25].key->usage_type, "LoadBalancerUsage");
    assert_ptr_equal(kept->usage[24].key, kept->usage[47].key);
    assert_null(bill_only->operations[SYN_BROWSE].latency.bins);
    assert_int_equal(bill_only->series.column_count, 0);
    assert_int_equal(bill_only->usage_count, kept->usage_count);
    assert_null(outline->operations[SYN_BROWSE].latency.bins);
    assert_null(outline->series.values);
    assert_string_equal(outline->series.columns[2].name, "p50");
    assert_string_equal(outline->faults[0].events[1].component, "orders-db");
    assert_int_equal(outline->usage_count, 0);
}

static void given_a_lost_request_when_checked_then_the_record_is_invalid(void **state)
{
    struct fixture *f = *state;
    _Atomic int64_t progress;
    struct replication *rep = synthetic_replicate(f->sc, -1, 0, NULL, &f->arena, &progress, &f->stop);
    assert_null(check_replication(rep, &f->arena));
    rep->operations[SYN_CHECKOUT].in_flight++;
    assert_non_null(strstr(check_replication(rep, &f->arena), "checkout"));
    rep->operations[SYN_CHECKOUT].in_flight--;
    rep->operations[SYN_CHECKOUT].latency.count++;
    assert_non_null(check_replication(rep, &f->arena));
    rep->operations[SYN_CHECKOUT].latency.count--;
    rep->utilisations[1].peak = 1.01;
    assert_non_null(strstr(check_replication(rep, &f->arena), "orders-db"));
    rep->violation = "Little's law";
    assert_string_equal(check_replication(rep, &f->arena), "Little's law");
}

static void given_a_bill_that_does_not_add_up_when_checked_then_it_is_told(void **state)
{
    struct fixture *f = *state;
    struct bill_line lines[] = { { .service = "s", .usage_type = "u", .exact = MONEY_PER_CENT, .cents = 1 },
                                 { .service = "s", .usage_type = "v", .exact = 5 * MONEY_PER_CENT / 2, .cents = 3 } };
    struct bill bill = { .lines = lines, .line_count = 2, .total_cents = 4 };
    assert_null(check_bill(&bill, &f->arena));
    bill.total_cents = 5;
    assert_non_null(check_bill(&bill, &f->arena));
    bill.total_cents = 3;
    lines[1].cents = 2; /* half a cent is rounded up */
    assert_non_null(check_bill(&bill, &f->arena));
}

/* Three lists on any number of threads: each sink gets its own, in order, and none twice. */
static void given_several_lists_when_run_together_then_each_sink_gets_all_of_its_own(void **state)
{
    enum { LISTS = 3 };
    struct fixture *f = *state;
    static struct notes notes[LISTS];
    struct task_list lists[LISTS], *at[LISTS];
    struct task_sink sinks[LISTS];
    f->sc->replications = 30;
    seen.nap_us = 300;
    for (int threads = 1; threads <= 5; threads++) {
        for (int i = 0; i < LISTS; i++) {
            notes[i] = (struct notes){ 0 };
            lists[i] = tasks_plan(f->sc, threads, &f->arena);
            at[i] = &lists[i];
            sinks[i] = (struct task_sink){ .self = &notes[i], .take = note, .enough = is_enough };
        }
        tasks_run_all(at, sinks, LISTS, empty_replicate, &f->stop);
        for (int i = 0; i < LISTS; i++) {
            assert_int_equal(notes[i].headline_count, 30);
            for (uint32_t k = 0; k < 30; k++)
                assert_int_equal(notes[i].headline[k], k);
            for (int d = 0; d < 3; d++)
                for (int r = 0; r < BILL_REPLICATIONS; r++)
                    assert_int_equal(notes[i].days[d][r], 1);
            assert_true(tasks_cpu_s(&lists[i], 0) >= 0);
        }
    }
}

/* The lists are equally long, so an interruption finds them equally far: within a task of each thread. */
static void given_several_lists_when_stopped_then_they_are_equally_far(void **state)
{
    enum { LISTS = 3 };
    struct fixture *f = *state;
    static struct notes notes[LISTS];
    struct task_list lists[LISTS], *at[LISTS];
    struct task_sink sinks[LISTS];
    f->sc->replications = 100;
    atomic_store(&seen.interrupted_at, 20);
    for (int i = 0; i < LISTS; i++) {
        notes[i] = (struct notes){ 0 };
        lists[i] = tasks_plan(f->sc, 2, &f->arena);
        at[i] = &lists[i];
        sinks[i] = (struct task_sink){ .self = &notes[i], .take = note, .enough = is_enough };
    }
    tasks_run_all(at, sinks, LISTS, empty_replicate, &f->stop);
    for (int i = 0; i < LISTS; i++)
        assert_in_range(notes[i].headline_count, 17, 22);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(given_a_scenario_when_planned_then_the_longest_day_of_the_calendar_comes_first,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_several_lists_when_run_together_then_each_sink_gets_all_of_its_own,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_several_lists_when_stopped_then_they_are_equally_far, set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_tasks_that_end_in_any_order_when_handed_over_then_they_come_in_theirs,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_a_slow_task_when_others_finish_then_they_do_not_run_far_ahead, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_a_stop_when_run_then_nothing_is_handed_over_and_progress_says_so, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_a_stop_in_the_middle_when_run_then_what_is_finished_is_kept, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_a_sink_that_refuses_when_run_then_it_is_left_alone, set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_finished_tasks_when_asked_then_progress_is_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            given_a_precision_when_run_then_it_is_looked_at_after_10_20_and_40_and_never_beyond, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            given_a_time_limit_when_it_is_over_then_what_runs_is_finished_and_the_calendar_too, set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_tasks_with_plans_when_run_then_each_is_taken_once_with_its_plan, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_faults_when_a_twin_is_added_then_it_comes_first, set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_equal_tasks_when_two_threads_work_then_each_has_used_cpu_time, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_a_record_when_kept_then_it_outlives_its_arena, set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_a_lost_request_when_checked_then_the_record_is_invalid, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_a_bill_that_does_not_add_up_when_checked_then_it_is_told, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
