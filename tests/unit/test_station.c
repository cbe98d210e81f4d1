/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sim/base/compiler.h"
#include "sim/draw.h"
#include "sim/station.h"

enum { KIND = 4, ENTITY = 77, JOBS_MAX = 4096 };

static const struct draw_key KEY = { 5, 6 };

struct fixture {
    struct arena arena;
    struct event_set *events;
    struct station st;
    sim_time done_at[JOBS_MAX];
    uint32_t order[JOBS_MAX]; /* of completion, or of being killed */
    uint32_t count;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    arena_init(&f->arena);
    f->events = event_set_new(&f->arena, 0);
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

static void start(struct fixture *f, enum discipline discipline, uint32_t servers, double speed,
                  const uint32_t *cap_q16)
{
    const struct station_config config = {
        .discipline = discipline, .kind = KIND, .entity = ENTITY, .servers = servers, .speed = speed, .cap_q16 = cap_q16
    };
    station_init(&f->st, &f->arena, f->events, &config, 0);
}

static void note(void *context, uint32_t job)
{
    struct fixture *f = context;
    f->order[f->count++] = job;
}

static void handle(struct fixture *f, struct event e)
{
    assert_int_equal(event_kind(e), KIND);
    assert_int_equal(event_entity(e), ENTITY);
    for (uint32_t job; (job = station_done(&f->st, (sim_time)e.time, event_slot(e))) != STATION_NONE;) {
        f->done_at[job] = (sim_time)e.time;
        note(f, job);
    }
}

/* Handles what happens before or at `until`. */
static void run_until(struct fixture *f, sim_time until)
{
    for (struct event e; event_set_peek(f->events, &e) && (sim_time)e.time <= until;)
        handle(f, event_set_pop(f->events));
}

static void run_out(struct fixture *f)
{
    run_until(f, SIM_NEVER - 1);
    assert_int_equal(f->st.in_service + f->st.waiting, 0);
    assert_int_equal(f->st.arrivals, f->st.completions + f->st.killed);
}

/* ---- processor sharing, by hand */

static void given_a_lone_job_when_it_is_served_then_it_takes_exactly_its_demand(void **state)
{
    struct fixture *f = *state;
    start(f, STATION_PROCESSOR_SHARING, 2, 1.0, NULL);
    station_arrive(&f->st, 17, 0, 0, 123456789);
    run_out(f);
    assert_int_equal(f->done_at[0], 17 + 123456789);
    assert_true(f->st.busy_q16 == (uint128)123456789 << 16);
}

static void given_fewer_jobs_than_servers_when_served_then_nobody_slows_anybody(void **state)
{
    struct fixture *f = *state;
    start(f, STATION_PROCESSOR_SHARING, 3, 1.0, NULL);
    for (uint32_t job = 0; job < 3; job++)
        station_arrive(&f->st, job, job, job, 1000003 - 10 * (sim_time)job);
    run_out(f);
    for (uint32_t job = 0; job < 3; job++)
        assert_int_equal(f->done_at[job], job + 1000003 - 10 * job);
}

/* 10 ms alone to 4 ms, then half speed: the second one, 3 ms, ends at 4 + 6; the first has 3 left and ends at 13. */
static void given_two_jobs_on_one_server_when_served_then_they_share_it_equally(void **state)
{
    struct fixture *f = *state;
    start(f, STATION_PROCESSOR_SHARING, 1, 1.0, NULL);
    station_arrive(&f->st, 0, 0, 0, 10 * SIM_MILLISECOND);
    run_until(f, 4 * SIM_MILLISECOND);
    station_arrive(&f->st, 4 * SIM_MILLISECOND, 1, 1, 3 * SIM_MILLISECOND);
    run_out(f);
    assert_int_equal(f->done_at[1], 10 * SIM_MILLISECOND);
    assert_int_equal(f->done_at[0], 13 * SIM_MILLISECOND);
}

static void given_equal_jobs_when_they_end_together_then_they_end_in_order_of_serial(void **state)
{
    struct fixture *f = *state;
    start(f, STATION_PROCESSOR_SHARING, 1, 1.0, NULL);
    for (uint32_t i = 0; i < 8; i++)
        station_arrive(&f->st, 0, i, i * 3 % 8, SIM_MILLISECOND);
    run_out(f);
    for (uint32_t i = 0; i < 8; i++) {
        assert_int_equal(f->order[i] * 3 % 8, i);
        assert_int_equal(f->done_at[f->order[i]], 8 * SIM_MILLISECOND);
    }
}

static void given_a_demand_of_zero_when_it_arrives_then_it_ends_at_once_through_the_event_set(void **state)
{
    struct fixture *f = *state;
    start(f, STATION_PROCESSOR_SHARING, 1, 1.0, NULL);
    station_arrive(&f->st, 5, 0, 0, 100);
    station_arrive(&f->st, 9, 1, 1, 0);
    assert_int_equal(f->count, 0);
    run_out(f);
    assert_int_equal(f->done_at[1], 9);
    assert_int_equal(f->done_at[0], 105);
}

/* Two threads of one core give 1.3 of one: two equal jobs of 13 ms end after 20 ms. */
static void given_a_capacity_curve_when_both_threads_are_busy_then_each_is_slower(void **state)
{
    static const uint32_t cap_q16[] = { 0, 65536, 85197 }; /* 1.3 * 65536 = 85196.8 */
    struct fixture *f = *state;
    start(f, STATION_PROCESSOR_SHARING, 2, 1.0, cap_q16);
    station_arrive(&f->st, 0, 0, 0, 13 * SIM_MILLISECOND);
    station_arrive(&f->st, 0, 1, 1, 13 * SIM_MILLISECOND);
    run_out(f);
    /* exactly 26 ms * 65536 / 85197, rounded up */
    assert_int_equal(f->done_at[0], (UINT64_C(26000000) * 65536 + 85196) / 85197);
    assert_int_equal(f->done_at[1], f->done_at[0]);
}

static void given_a_speed_change_when_jobs_are_in_progress_then_the_rest_goes_at_the_new_speed(void **state)
{
    struct fixture *f = *state;
    start(f, STATION_PROCESSOR_SHARING, 1, 2.0, NULL);
    station_arrive(&f->st, 0, 0, 0, 10 * SIM_MILLISECOND);
    run_until(f, 2 * SIM_MILLISECOND);
    station_set_speed(&f->st, 2 * SIM_MILLISECOND, 0.5); /* 6 ms are left: 12 ms */
    run_until(f, 6 * SIM_MILLISECOND);
    station_set_speed(&f->st, 6 * SIM_MILLISECOND, 4.0); /* 4 ms are left: 1 ms, earlier than what is armed */
    run_out(f);
    assert_int_equal(f->done_at[0], 7 * SIM_MILLISECOND);
}

static void given_another_curve_when_jobs_are_in_progress_then_the_rest_goes_by_it_and_meters_count_work(void **state)
{
    struct fixture *f = *state;
    static const uint32_t whole[] = { 0, 65536, 131072 }, half[] = { 0, 32768, 32768 };
    const struct station_config config = { .discipline = STATION_PROCESSOR_SHARING,
                                           .kind = KIND,
                                           .entity = ENTITY,
                                           .servers = 2,
                                           .speed = 1.0,
                                           .cap_q16 = whole,
                                           .by_curve = true };
    station_init(&f->st, &f->arena, f->events, &config, 0);
    station_arrive(&f->st, 0, 0, 0, 10 * SIM_MILLISECOND);
    station_arrive(&f->st, 0, 1, 1, 10 * SIM_MILLISECOND);
    run_until(f, 4 * SIM_MILLISECOND);
    station_set_curve(&f->st, 4 * SIM_MILLISECOND, half); /* 6 ms each are left, at a quarter each: 24 ms */
    run_out(f);
    assert_int_equal(f->done_at[0], 28 * SIM_MILLISECOND);
    assert_int_equal(f->done_at[1], 28 * SIM_MILLISECOND);
    station_meter(&f->st, 28 * SIM_MILLISECOND);
    assert_int_equal((uint64_t)(f->st.busy_q16 >> 16), 20 * SIM_MILLISECOND); /* what was demanded */
}

static void given_a_speed_of_zero_when_time_passes_then_nothing_ends_until_it_runs_again(void **state)
{
    struct fixture *f = *state;
    start(f, STATION_PROCESSOR_SHARING, 1, 1.0, NULL);
    station_arrive(&f->st, 0, 0, 0, 10);
    station_set_speed(&f->st, 4, 0.0);
    run_until(f, 1000);
    assert_int_equal(f->count, 0);
    station_set_speed(&f->st, 1000, 1.0);
    run_out(f);
    assert_int_equal(f->done_at[0], 1006);
}

static void given_a_removed_job_when_the_others_go_on_then_they_are_faster(void **state)
{
    struct fixture *f = *state;
    start(f, STATION_PROCESSOR_SHARING, 1, 1.0, NULL);
    station_arrive(&f->st, 0, 0, 0, 10 * SIM_MILLISECOND);
    station_arrive(&f->st, 0, 1, 1, 10 * SIM_MILLISECOND);
    run_until(f, 4 * SIM_MILLISECOND);
    assert_true(station_remove(&f->st, 4 * SIM_MILLISECOND, 0));
    assert_false(station_remove(&f->st, 4 * SIM_MILLISECOND, 0));
    run_out(f);
    assert_int_equal(f->done_at[1], 12 * SIM_MILLISECOND); /* 2 ms done by 4 ms, 8 ms alone */
    assert_int_equal(f->done_at[0], 0);
    assert_int_equal(f->st.killed, 1);
}

static void given_a_cleared_station_when_old_events_fire_then_nothing_happens(void **state)
{
    struct fixture *f = *state;
    start(f, STATION_PROCESSOR_SHARING, 1, 1.0, NULL);
    for (uint32_t i = 0; i < 5; i++)
        station_arrive(&f->st, i, i, 4 - i, 1000 - 100 * i);
    station_clear(&f->st, 10, note, f);
    for (uint32_t i = 0; i < 5; i++)
        assert_int_equal(f->order[i], 4 - i); /* by serial */
    station_arrive(&f->st, 20, 9, 9, 100000);
    run_out(f);
    assert_int_equal(f->count, 6);
    assert_int_equal(f->done_at[9], 100020);
    assert_int_equal(f->st.killed, 5);
}

/* All disciplines: whoever departs at `now` is in time, although its event is still to come. */
static const enum discipline ALL_DISCIPLINES[] = { STATION_PROCESSOR_SHARING, STATION_FCFS, STATION_LCFS };

static void given_a_job_that_departs_now_when_removed_then_it_was_in_time_and_nobody_is_told(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(ALL_DISCIPLINES); i++) {
        const sim_time begin = (sim_time)i * SIM_SECOND;
        start(f, ALL_DISCIPLINES[i], 1, 1.0, NULL);
        f->count = 0;
        run_until(f, begin);
        station_arrive(&f->st, begin, 0, 0, 1000);
        assert_false(station_remove(&f->st, begin + 1000, 0));
        assert_int_equal(f->st.completions, 1);
        assert_int_equal(f->st.killed, 0);
        assert_int_equal(station_count(&f->st, begin + 1000), 0);
        run_out(f);
        assert_int_equal(f->count, 0);
    }
}

static void given_a_job_that_departs_now_when_the_station_is_cleared_then_its_event_tells(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(ALL_DISCIPLINES); i++) {
        const sim_time begin = (sim_time)i * SIM_SECOND;
        start(f, ALL_DISCIPLINES[i], 2, 1.0, NULL);
        f->count = 0;
        station_arrive(&f->st, begin, 0, 0, 1000);
        station_arrive(&f->st, begin, 1, 1, 1001);
        station_clear(&f->st, begin + 1000, note, f);
        assert_int_equal(f->count, 1);
        assert_int_equal(f->order[0], 1);
        assert_int_equal(f->st.killed, 1);
        station_arrive(&f->st, begin + 1000, 2, 2, 500); /* beside an event that is still to come */
        run_out(f);
        assert_int_equal(f->count, 3);
        assert_int_equal(f->done_at[0], begin + 1000);
        assert_int_equal(f->done_at[2], begin + 1500);
        assert_int_equal(f->st.completions, 2);
    }
}

static void given_a_job_that_departs_now_when_counted_then_it_has_left_and_its_server_is_free(void **state)
{
    struct fixture *f = *state;
    for (size_t i = 0; i < ARRAY_LEN(ALL_DISCIPLINES); i++) {
        const sim_time begin = (sim_time)i * SIM_SECOND;
        start(f, ALL_DISCIPLINES[i], 1, 1.0, NULL);
        station_arrive(&f->st, begin, 0, 0, 1000);
        assert_int_equal(station_count(&f->st, begin + 999), 1);
        assert_false(station_has_free_server(&f->st, begin + 999));
        assert_true(station_has_free_server(&f->st, begin + 1000));
        assert_int_equal(station_count(&f->st, begin + 1000), 0);
        station_meter(&f->st, begin + 1000);
        assert_int_equal(f->st.completions, 1);
        run_out(f);
        assert_int_equal(f->done_at[0], begin + 1000);
    }
}

/* Three end together: one was told of, one is taken out, the third is told of; whoever comes meanwhile is served. */
static void given_jobs_that_end_together_when_one_is_removed_in_between_then_the_others_are_told_in_order(void **state)
{
    struct fixture *f = *state;
    start(f, STATION_PROCESSOR_SHARING, 5, 1.0, NULL);
    for (uint32_t i = 0; i < 4; i++)
        station_arrive(&f->st, 0, i, i, 1000);
    station_arrive(&f->st, 0, 7, 7, 3000);
    const struct event e = event_set_pop(f->events);
    assert_int_equal(e.time, 1000);
    assert_int_equal(station_done(&f->st, 1000, event_slot(e)), 0);
    assert_false(station_remove(&f->st, 1000, 2));
    assert_int_equal(station_count(&f->st, 1000), 1);
    station_arrive(&f->st, 1000, 8, 8, 0);
    assert_int_equal(station_done(&f->st, 1000, event_slot(e)), 8); /* it had not been counted out */
    assert_int_equal(station_done(&f->st, 1000, event_slot(e)), 1);
    assert_int_equal(station_done(&f->st, 1000, event_slot(e)), 3);
    assert_int_equal(station_done(&f->st, 1000, event_slot(e)), STATION_NONE);
    run_out(f);
    assert_int_equal(f->done_at[7], 3000);
}

/* Below a limit, whoever departs at `now` has left before an arrival at `now` looks. */
static void given_a_limit_when_a_place_becomes_free_now_then_an_arrival_gets_it(void **state)
{
    struct fixture *f = *state;
    const struct station_config config = { .discipline = STATION_PROCESSOR_SHARING,
                                           .kind = KIND,
                                           .entity = ENTITY,
                                           .servers = 1,
                                           .speed = 1.0,
                                           .limit = 1,
                                           .bounded = true,
                                           .backlog = 0 };
    station_init(&f->st, &f->arena, f->events, &config, 0);
    assert_int_equal(station_arrive(&f->st, 0, 0, 0, 1000), SIM_NEVER);
    assert_int_equal(station_arrive(&f->st, 999, 1, 1, 500), 999); /* refused */
    assert_int_equal(station_arrive(&f->st, 1000, 2, 2, 500), SIM_NEVER);
    run_until(f, 2000);
    assert_int_equal(f->done_at[0], 1000);
    assert_int_equal(f->done_at[2], 1500);
    assert_int_equal(f->st.refused, 1);
}

/* Times and demands on a coarse grid, so that arrivals, removals, clears and completions coincide all the time. */
static void given_coinciding_changes_when_jobs_are_shared_then_each_leaves_exactly_once(void **state)
{
    enum { STEPS = 20000, SLOTS = 16, GRID = 100 };
    struct fixture *f = *state;
    start(f, STATION_PROCESSOR_SHARING, 4, 1.0, NULL);
    uint64_t told = 0, untold = 0;
    bool inside[SLOTS] = { false };
    for (uint32_t i = 0; i < STEPS; i++) {
        const struct draw_block bits = draw_at(KEY, i, 1, 0);
        const sim_time now = (sim_time)(i / 3) * GRID;
        f->count = 0;
        run_until(f, bits.a % 2 == 0 ? now : now - 1);
        for (uint32_t k = 0; k < f->count; k++) {
            assert_true(inside[f->order[k]]);
            inside[f->order[k]] = false;
        }
        told += f->count;
        f->count = 0;
        const uint32_t job = draw_below(bits.b, SLOTS);
        if (!inside[job]) {
            station_arrive(&f->st, now, job, i, GRID * (sim_time)draw_below(bits.a, 8));
            inside[job] = true;
        } else if (bits.a % 64 == 3) {
            station_clear(&f->st, now, note, f);
            for (uint32_t k = 0; k < f->count; k++) {
                assert_true(inside[f->order[k]]);
                inside[f->order[k]] = false;
            }
        } else {
            untold += !station_remove(&f->st, now, job); /* it was in time */
            inside[job] = false;
        }
        const uint64_t count = station_count(&f->st, now);
        assert_int_equal(f->st.arrivals, f->st.completions + f->st.killed + count);
    }
    f->count = 0;
    run_out(f);
    assert_int_equal(f->st.completions, told + untold + f->count);
    assert_true(untold > 50 && told > 1000 && f->st.killed > 1000);
}

/* The first caller's answer makes it send two more jobs before it asks for the next one. */
static void given_jobs_that_arrive_between_the_calls_when_drained_then_they_are_served(void **state)
{
    struct fixture *f = *state;
    start(f, STATION_PROCESSOR_SHARING, 1, 1.0, NULL);
    station_arrive(&f->st, 0, 0, 0, 1000);
    const struct event e = event_set_pop(f->events);
    assert_int_equal(station_done(&f->st, 1000, event_slot(e)), 0);
    station_arrive(&f->st, 1000, 1, 1, 500);
    station_arrive(&f->st, 1000, 2, 2, 0);
    assert_int_equal(station_done(&f->st, 1000, event_slot(e)), 2);
    assert_int_equal(station_done(&f->st, 1000, event_slot(e)), STATION_NONE);
    assert_int_equal(station_done(&f->st, 1000, event_slot(e)), STATION_NONE); /* one call too many does no harm */
    run_out(f);
    assert_int_equal(f->done_at[1], 1500);
}

static void given_a_crash_while_draining_when_a_job_arrives_later_then_it_is_served(void **state)
{
    struct fixture *f = *state;
    start(f, STATION_PROCESSOR_SHARING, 1, 1.0, NULL);
    station_arrive(&f->st, 0, 0, 0, 1000);
    station_arrive(&f->st, 0, 1, 1, 1500);
    run_until(f, 1999);
    const struct event e = event_set_pop(f->events);
    assert_int_equal(station_done(&f->st, 2000, event_slot(e)), 0);
    station_clear(&f->st, 2000, NULL, NULL);
    assert_int_equal(station_done(&f->st, 2000, event_slot(e)), STATION_NONE);
    station_arrive(&f->st, 3000, 2, 2, 10);
    run_out(f);
    assert_int_equal(f->done_at[2], 3010);
}

/* A day and more without an empty instant: the virtual time is rebased on the way and nothing shifts. */
static void given_a_station_that_never_empties_when_days_pass_then_virtual_time_does_not_overflow(void **state)
{
    struct fixture *f = *state;
    start(f, STATION_PROCESSOR_SHARING, 2, 4.0, NULL);
    sim_time now = 0;
    uint32_t long_job = 1000;
    station_arrive(&f->st, 0, long_job, 0, STATION_DEMAND_MAX);
    for (uint32_t hour = 1; hour <= 200; hour++) {
        now = hour * SIM_HOUR;
        run_until(f, now);
        station_arrive(&f->st, now, hour, hour, 4 * SIM_SECOND);
        if (hour % 2 == 0)
            station_arrive(&f->st, now, ++long_job, 0, STATION_DEMAND_MAX);
        assert_true(station_count(&f->st, now) > 0);
    }
    run_out(f);
    /* at most 4 long ones on 2 servers beside it, so 1 s alone and at most 3 s with the others */
    for (uint32_t hour = 1; hour <= 200; hour++) {
        assert_true(f->done_at[hour] >= hour * SIM_HOUR + SIM_SECOND);
        assert_true(f->done_at[hour] <= hour * SIM_HOUR + 3 * SIM_SECOND);
    }
}

static void given_a_demand_beyond_the_limit_when_it_arrives_then_it_counts_as_the_limit(void **state)
{
    struct fixture *f = *state;
    start(f, STATION_PROCESSOR_SHARING, 1, 1.0, NULL);
    station_arrive(&f->st, 0, 0, 0, SIM_NEVER);
    run_out(f);
    assert_int_equal(f->done_at[0], STATION_DEMAND_MAX);
}

/* ---- processor sharing against a slow, obvious calculation */

struct random_job {
    sim_time arrives, demand;
    long double left, done_at;
};

static uint32_t make_jobs(struct random_job *jobs, uint32_t count, double gap_ns, uint32_t place)
{
    sim_time at = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct draw_block bits = draw_at(KEY, i, place, 0);
        at += (sim_time)(-gap_ns * log(draw_unit(bits.a)));
        jobs[i] = (struct random_job){ .arrives = at, .demand = (sim_time)(-1e6 * log(draw_unit(bits.b))) };
        jobs[i].left = (long double)jobs[i].demand;
    }
    return count;
}

/* Egalitarian sharing with fractions: from one arrival or completion to the next, everybody gets the same rate. */
static void share_exactly(struct random_job *jobs, uint32_t count, uint32_t servers, long double speed)
{
    long double now = 0.0L;
    for (uint32_t arrived = 0, left = count; left > 0;) {
        uint32_t n = 0, first = count;
        for (uint32_t i = 0; i < arrived; i++) {
            if (jobs[i].done_at != 0.0L)
                continue;
            n++;
            if (first == count || jobs[i].left < jobs[first].left)
                first = i;
        }
        const long double rate = n ? speed * (n < servers ? n : servers) / n : 0.0L;
        const long double next_arrival = arrived < count ? (long double)jobs[arrived].arrives : INFINITY;
        const long double next_end = n ? now + jobs[first].left / rate : INFINITY;
        const long double then = next_end <= next_arrival ? next_end : next_arrival;
        for (uint32_t i = 0; i < arrived; i++)
            if (jobs[i].done_at == 0.0L)
                jobs[i].left -= (then - now) * rate;
        now = then;
        if (next_end <= next_arrival) {
            jobs[first].done_at = now;
            left--;
        } else {
            arrived++;
        }
    }
}

static void serve(struct fixture *f, const struct random_job *jobs, uint32_t count, bool meter_often)
{
    for (uint32_t i = 0; i < count; i++) {
        run_until(f, jobs[i].arrives - 1);
        station_arrive(&f->st, jobs[i].arrives, i, i, jobs[i].demand);
        const sim_time between = i + 1 < count ? (jobs[i].arrives + jobs[i + 1].arrives) / 2 : jobs[i].arrives;
        run_until(f, between);
        if (meter_often)
            station_meter(&f->st, between);
    }
    run_out(f);
}

/*
 * Never early. Late by less than 1 ns when its own completion is rounded up, and by what it lost while others that
 * had been complete for less than 1 ns still took their share: below 1 ns for each completion of the busy period,
 * at a rate lower by at most the largest number inside. 2^-16 ns per change is beneath that.
 */
static void assert_like_exact(struct fixture *f, uint32_t servers, double speed, double load, uint32_t place)
{
    enum { COUNT = 1500 };
    static struct random_job jobs[COUNT];
    make_jobs(jobs, COUNT, 1e6 / (servers * speed * load), place);
    start(f, STATION_PROCESSOR_SHARING, servers, speed, NULL);
    serve(f, jobs, COUNT, false);
    share_exactly(jobs, COUNT, servers, f->st.speed_q16 / 65536.0L);
    for (uint32_t i = 0; i < COUNT; i++) {
        const long double late = (long double)f->done_at[i] - jobs[i].done_at;
        assert_true(late > -1e-3L); /* long double itself: 1e-19 of 1e9 ns, thousands of times */
        assert_true(late < 2000.0L);
    }
    uint128 demand = 0;
    for (uint32_t i = 0; i < COUNT; i++)
        demand += (uint64_t)jobs[i].demand;
    /* Work conservation: servers were busy for the demand, plus less than 1 ns each per completion, plus 2^-16 ns per
     * job inside and change; COUNT changes of at most COUNT jobs twice over is 2 COUNT^2 2^-16 ns < 100 ns. */
    const uint128 work = f->st.busy_q16 * f->st.speed_q16 >> 32;
    assert_true(work >= demand - 1);
    assert_true((double)(work - demand) <= COUNT * servers * (speed + 1.0) + 100.0);
}

static void given_random_jobs_when_shared_in_integers_then_it_is_egalitarian_sharing(void **state)
{
    assert_like_exact(*state, 1, 1.0, 0.7, 1);
}
static void given_random_jobs_on_four_servers_when_shared_then_it_is_egalitarian_sharing(void **state)
{
    assert_like_exact(*state, 4, 1.0, 0.8, 2);
}
static void given_random_jobs_at_an_odd_speed_when_overloaded_then_it_is_egalitarian_sharing(void **state)
{
    assert_like_exact(*state, 3, 0.377, 1.1, 3);
}

static void given_frequent_metering_when_jobs_run_then_nothing_else_changes(void **state)
{
    enum { COUNT = 2000 };
    static struct random_job jobs[COUNT];
    static sim_time plain[COUNT];
    struct fixture *f = *state;
    make_jobs(jobs, COUNT, 1e6 / 1.7, 4);
    start(f, STATION_PROCESSOR_SHARING, 2, 1.0, NULL);
    serve(f, jobs, COUNT, false);
    for (uint32_t i = 0; i < COUNT; i++)
        plain[i] = f->done_at[i];
    const uint128 busy = f->st.busy_q16, number = f->st.number;

    f->events = event_set_new(&f->arena, 0);
    start(f, STATION_PROCESSOR_SHARING, 2, 1.0, NULL);
    f->count = 0;
    serve(f, jobs, COUNT, true);
    assert_memory_equal(plain, f->done_at, sizeof plain);
    assert_true(busy == f->st.busy_q16 && number == f->st.number);
}

/* Little's law on the path: the integral of the number equals the sum of the sojourn times, exactly. */
static void given_random_jobs_when_all_have_left_then_the_integral_is_the_sum_of_sojourns(void **state)
{
    enum { COUNT = 2000 };
    static struct random_job jobs[COUNT];
    struct fixture *f = *state;
    make_jobs(jobs, COUNT, 1e6 / 1.5, 5);
    start(f, STATION_PROCESSOR_SHARING, 2, 1.0, NULL);
    serve(f, jobs, COUNT, false);
    uint128 sojourn = 0;
    for (uint32_t i = 0; i < COUNT; i++)
        sojourn += (uint64_t)(f->done_at[i] - jobs[i].arrives);
    assert_true(sojourn == f->st.number);
}

/* ---- first come, first served */

/* [KIE-55]: a job starts when it has come and the first of the c servers is free. In integers, hence exact. */
static void given_random_jobs_when_served_in_order_then_departures_are_kiefer_wolfowitz(void **state)
{
    enum { COUNT = 4000, SERVERS = 3 };
    static struct random_job jobs[COUNT];
    struct fixture *f = *state;
    make_jobs(jobs, COUNT, 1e6 / (SERVERS * 0.9), 6);
    start(f, STATION_FCFS, SERVERS, 1.0, NULL);
    serve(f, jobs, COUNT, false);
    sim_time free_at[SERVERS] = { 0 };
    for (uint32_t i = 0; i < COUNT; i++) {
        int s = 0;
        for (int k = 1; k < SERVERS; k++)
            if (free_at[k] < free_at[s])
                s = k;
        free_at[s] = (jobs[i].arrives > free_at[s] ? jobs[i].arrives : free_at[s]) + jobs[i].demand;
        assert_int_equal(f->done_at[i], free_at[s]);
    }
}

static void given_a_killed_job_when_its_event_fires_then_nothing_happens(void **state)
{
    struct fixture *f = *state;
    start(f, STATION_FCFS, 1, 1.0, NULL);
    station_arrive(&f->st, 0, 0, 0, 100);
    station_arrive(&f->st, 0, 1, 1, 50);
    assert_true(station_remove(&f->st, 10, 0)); /* in service: the next one starts */
    run_out(f);
    assert_int_equal(f->count, 1);
    assert_int_equal(f->done_at[1], 60);
}

/* The slot of a killed job is used again and the new job ends when the old one would have: one completion, not two. */
static void given_a_reused_slot_when_both_events_coincide_then_it_completes_once(void **state)
{
    struct fixture *f = *state;
    start(f, STATION_FCFS, 1, 1.0, NULL);
    station_arrive(&f->st, 0, 7, 1, 100);
    station_remove(&f->st, 20, 7);
    station_arrive(&f->st, 40, 7, 2, 60);
    run_out(f);
    assert_int_equal(f->count, 1);
    assert_int_equal(f->done_at[7], 100);
}

static void given_a_waiting_job_when_removed_then_the_others_keep_their_places(void **state)
{
    struct fixture *f = *state;
    start(f, STATION_FCFS, 1, 1.0, NULL);
    for (uint32_t i = 0; i < 5; i++)
        station_arrive(&f->st, i, i, i, 100);
    assert_true(station_remove(&f->st, 10, 2));
    assert_false(station_remove(&f->st, 10, 2));
    run_out(f);
    const uint32_t expected[] = { 0, 1, 3, 4 };
    assert_int_equal(f->count, 4);
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(f->order[i], expected[i]);
        assert_int_equal(f->done_at[expected[i]], 100 * (i + 1));
    }
}

static void given_a_cleared_queue_when_jobs_come_again_then_only_they_complete(void **state)
{
    struct fixture *f = *state;
    start(f, STATION_FCFS, 2, 1.0, NULL);
    for (uint32_t i = 0; i < 6; i++)
        station_arrive(&f->st, i, i, 10 - i, 100);
    station_clear(&f->st, 50, note, f);
    for (uint32_t i = 0; i < 6; i++)
        assert_int_equal(f->order[i], 5 - i);
    f->count = 0;
    station_arrive(&f->st, 60, 3, 3, 100);
    run_out(f);
    assert_int_equal(f->count, 1);
    assert_int_equal(f->done_at[3], 160);
    assert_int_equal(f->st.killed, 6);
}

static void given_a_faster_server_when_a_service_begins_then_it_takes_the_demand_over_the_speed(void **state)
{
    struct fixture *f = *state;
    start(f, STATION_FCFS, 1, 1.25, NULL);
    station_arrive(&f->st, 0, 0, 0, 1000);
    station_arrive(&f->st, 0, 1, 1, 1000);
    run_until(f, 800);
    station_set_speed(&f->st, 800, 3.0);
    run_out(f);
    assert_int_equal(f->done_at[0], 800);
    assert_int_equal(f->done_at[1], 800 + 334); /* 333.3 rounded up */
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(given_a_lone_job_when_it_is_served_then_it_takes_exactly_its_demand),
        TEST(given_fewer_jobs_than_servers_when_served_then_nobody_slows_anybody),
        TEST(given_two_jobs_on_one_server_when_served_then_they_share_it_equally),
        TEST(given_equal_jobs_when_they_end_together_then_they_end_in_order_of_serial),
        TEST(given_a_demand_of_zero_when_it_arrives_then_it_ends_at_once_through_the_event_set),
        TEST(given_a_capacity_curve_when_both_threads_are_busy_then_each_is_slower),
        TEST(given_a_speed_change_when_jobs_are_in_progress_then_the_rest_goes_at_the_new_speed),
        TEST(given_another_curve_when_jobs_are_in_progress_then_the_rest_goes_by_it_and_meters_count_work),
        TEST(given_a_speed_of_zero_when_time_passes_then_nothing_ends_until_it_runs_again),
        TEST(given_a_removed_job_when_the_others_go_on_then_they_are_faster),
        TEST(given_a_cleared_station_when_old_events_fire_then_nothing_happens),
        TEST(given_a_job_that_departs_now_when_removed_then_it_was_in_time_and_nobody_is_told),
        TEST(given_a_job_that_departs_now_when_the_station_is_cleared_then_its_event_tells),
        TEST(given_a_job_that_departs_now_when_counted_then_it_has_left_and_its_server_is_free),
        TEST(given_jobs_that_end_together_when_one_is_removed_in_between_then_the_others_are_told_in_order),
        TEST(given_a_limit_when_a_place_becomes_free_now_then_an_arrival_gets_it),
        TEST(given_coinciding_changes_when_jobs_are_shared_then_each_leaves_exactly_once),
        TEST(given_jobs_that_arrive_between_the_calls_when_drained_then_they_are_served),
        TEST(given_a_crash_while_draining_when_a_job_arrives_later_then_it_is_served),
        TEST(given_a_station_that_never_empties_when_days_pass_then_virtual_time_does_not_overflow),
        TEST(given_a_demand_beyond_the_limit_when_it_arrives_then_it_counts_as_the_limit),
        TEST(given_random_jobs_when_shared_in_integers_then_it_is_egalitarian_sharing),
        TEST(given_random_jobs_on_four_servers_when_shared_then_it_is_egalitarian_sharing),
        TEST(given_random_jobs_at_an_odd_speed_when_overloaded_then_it_is_egalitarian_sharing),
        TEST(given_frequent_metering_when_jobs_run_then_nothing_else_changes),
        TEST(given_random_jobs_when_all_have_left_then_the_integral_is_the_sum_of_sojourns),
        TEST(given_random_jobs_when_served_in_order_then_departures_are_kiefer_wolfowitz),
        TEST(given_a_killed_job_when_its_event_fires_then_nothing_happens),
        TEST(given_a_reused_slot_when_both_events_coincide_then_it_completes_once),
        TEST(given_a_waiting_job_when_removed_then_the_others_keep_their_places),
        TEST(given_a_cleared_queue_when_jobs_come_again_then_only_they_complete),
        TEST(given_a_faster_server_when_a_service_begins_then_it_takes_the_demand_over_the_speed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
