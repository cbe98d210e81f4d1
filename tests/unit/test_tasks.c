/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "analysis/checks.h"
#include "analysis/keep.h"
#include "analysis/tasks.h"
#include "tests/unit/synthetic_day.h"

struct fixture {
    struct arena arena;
    struct scenario *sc;
    struct task_list tasks;
    atomic_bool stop;
};

static struct fixture fixture;

static int set_up(void **state)
{
    struct fixture *f = *state = &fixture;
    arena_init(&f->arena);
    f->sc = synthetic_scenario(&f->arena);
    f->sc->replications = 3;
    f->tasks = tasks_plan(f->sc, &f->arena);
    atomic_init(&f->stop, false);
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *f = *state;
    tasks_fini(&f->tasks);
    arena_fini(&f->arena);
    return 0;
}

static void given_a_scenario_when_planned_then_days_of_the_calendar_follow_the_headline(void **state)
{
    const struct fixture *f = *state;
    assert_int_equal(f->tasks.count, 3 + 3 * BILL_REPLICATIONS);
    assert_int_equal(f->tasks.headline_count, 3);
    assert_int_equal(f->tasks.tasks[0].day_type, -1);
    assert_int_equal(f->tasks.tasks[3].day_type, 0);
    assert_int_equal(f->tasks.tasks[8].day_type, 2);
    assert_true(f->tasks.tasks[0].expected_requests == 30.0 * 86400);
    assert_true(f->tasks.tasks[3].expected_requests == 6.0 * 86400);
    assert_int_equal(f->tasks.tasks[3].length_ns, SIM_DAY + 30 * SIM_MINUTE);
}

static void given_one_and_four_threads_when_run_then_every_record_is_the_same(void **state)
{
    struct fixture *f = *state;
    struct task_list other = tasks_plan(f->sc, &f->arena);
    tasks_run(&f->tasks, synthetic_replicate, 1, &f->stop);
    tasks_run(&other, synthetic_replicate, 4, &f->stop);
    for (int i = 0; i < other.count; i++) {
        const struct replication *a = f->tasks.tasks[i].record, *b = other.tasks[i].record;
        assert_non_null(a);
        assert_int_equal(a->fingerprint.sum, b->fingerprint.sum);
        assert_int_equal(a->number, b->number);
        assert_int_equal(a->day_type, b->day_type);
        assert_int_equal(a->operations[SYN_ALL].begun, b->operations[SYN_ALL].begun);
    }
    tasks_fini(&other);
}

static void given_a_stop_when_run_then_nothing_has_a_record_and_progress_says_so(void **state)
{
    struct fixture *f = *state;
    atomic_store(&f->stop, true);
    tasks_run(&f->tasks, synthetic_replicate, 2, &f->stop);
    assert_int_equal(tasks_finished(&f->tasks, -1), 0);
    assert_null(tasks_record(&f->tasks, -1, 0));
    double done;
    assert_true(tasks_progress(&f->tasks, &done) == 0 && done == 0);
}

static void given_finished_tasks_when_asked_then_progress_is_one(void **state)
{
    struct fixture *f = *state;
    tasks_run(&f->tasks, synthetic_replicate, 2, &f->stop);
    assert_true(tasks_progress(&f->tasks, NULL) == 1);
    assert_int_equal(tasks_finished(&f->tasks, 2), BILL_REPLICATIONS);
}

static void given_a_record_when_kept_then_it_outlives_its_arena(void **state)
{
    struct fixture *f = *state;
    struct arena arena;
    arena_init(&arena);
    _Atomic int64_t progress;
    struct replication *rep = synthetic_replicate(f->sc, -1, 1, &arena, &progress, &f->stop);
    rep->violation = arena_text(&arena, "a law");
    const uint64_t begun = rep->operations[SYN_BROWSE].begun, bin = rep->operations[SYN_BROWSE].latency.bins[2300];
    struct replication *kept = replication_keep(rep, false, &f->arena);
    const struct replication *bill_only = replication_keep(rep, true, &f->arena);
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
}

static void given_a_lost_request_when_checked_then_the_record_is_invalid(void **state)
{
    struct fixture *f = *state;
    _Atomic int64_t progress;
    struct replication *rep = synthetic_replicate(f->sc, -1, 0, &f->arena, &progress, &f->stop);
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(given_a_scenario_when_planned_then_days_of_the_calendar_follow_the_headline,
                                        set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_one_and_four_threads_when_run_then_every_record_is_the_same, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_a_stop_when_run_then_nothing_has_a_record_and_progress_says_so, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_finished_tasks_when_asked_then_progress_is_one, set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_a_record_when_kept_then_it_outlives_its_arena, set_up, tear_down),
        cmocka_unit_test_setup_teardown(given_a_lost_request_when_checked_then_the_record_is_invalid, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(given_a_bill_that_does_not_add_up_when_checked_then_it_is_told, set_up,
                                        tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
