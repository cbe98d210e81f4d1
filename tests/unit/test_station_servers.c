/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Servers on events: who is next, deadlines, bounds, speeds that change. By hand, and against a simulation that
 * knows nothing of events: it looks at everybody at each instant, and keeps what work each has left.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sim/draw.h"
#include "sim/number.h"
#include "sim/station.h"

enum { JOBS = 1200, KIND = 2 };

static const struct draw_key KEY = { 3, 9 };

struct fixture {
    struct arena arena;
    struct event_set *events;
    struct station st;
    sim_time done_at[JOBS];
    enum station_fate fate[JOBS];
    uint32_t order[JOBS], count;
};

static int set_up(void **state)
{
    struct fixture *f = calloc(1, sizeof *f);
    arena_init(&f->arena);
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

static void start(struct fixture *f, struct station_config config)
{
    f->events = event_set_new(&f->arena, 0);
    f->count = 0;
    memset(f->done_at, 0, sizeof f->done_at);
    memset(f->fate, 0, sizeof f->fate);
    config.kind = KIND;
    station_init(&f->st, &f->arena, f->events, &config, 0);
}

static void run_until(struct fixture *f, sim_time until)
{
    for (struct event e; event_set_peek(f->events, &e) && (sim_time)e.time <= until;) {
        e = event_set_pop(f->events);
        for (uint32_t job; (job = station_done(&f->st, (sim_time)e.time, event_slot(e))) != STATION_NONE;) {
            f->done_at[job] = (sim_time)e.time;
            f->fate[job] = f->st.fate;
            f->order[f->count++] = job;
        }
    }
}

static void run_out(struct fixture *f)
{
    run_until(f, SIM_NEVER - 1);
    const struct station *st = &f->st;
    assert_int_equal(st->in_service + st->waiting, 0);
    assert_int_equal(st->arrivals, st->completions + st->cut + st->dropped + st->refused + st->killed);
}

/* ---- by hand */

static void given_a_line_when_the_last_comes_first_then_nobody_is_interrupted(void **state)
{
    struct fixture *f = *state;
    start(f, (struct station_config){ .discipline = STATION_LCFS, .servers = 1, .speed = 1.0 });
    for (uint32_t i = 0; i < 4; i++)
        station_arrive(&f->st, i, i, i, 100);
    run_until(f, 250);
    station_arrive(&f->st, 250, 4, 4, 100);
    run_out(f);
    const uint32_t expected[] = { 0, 3, 2, 4, 1 };
    for (uint32_t i = 0; i < 5; i++) {
        assert_int_equal(f->order[i], expected[i]);
        assert_int_equal(f->done_at[expected[i]], 100 * (i + 1));
    }
}

static void given_a_deadline_when_it_comes_then_the_wait_is_dropped_and_the_service_cut(void **state)
{
    struct fixture *f = *state;
    start(f, (struct station_config){ .discipline = STATION_FCFS, .servers = 1, .speed = 1.0 });
    station_arrive_by(&f->st, 0, 0, 0, 100, 100); /* in time */
    station_arrive_by(&f->st, 0, 1, 1, 100, 60);  /* dropped at 60 */
    station_arrive_by(&f->st, 0, 2, 2, 100, 130); /* 100 to 130 */
    station_arrive_by(&f->st, 0, 3, 3, 50, 180);  /* 130 to 180 */
    assert_int_equal(station_arrive_by(&f->st, 5, 4, 4, 1, 4), 5);
    assert_int_equal(f->st.fate, STATION_DROPPED);
    run_out(f);
    const enum station_fate fate[] = { STATION_SERVED, STATION_DROPPED, STATION_CUT, STATION_SERVED };
    const sim_time done_at[] = { 100, 60, 130, 180 };
    for (uint32_t i = 0; i < 4; i++) {
        assert_int_equal(f->done_at[i], done_at[i]);
        assert_int_equal(f->fate[i], fate[i]);
    }
    station_meter(&f->st, 200);
    assert_true(f->st.busy_q16 >> 16 == 180);
    assert_true(f->st.number == 100 + 60 + 130 + 180);
    assert_true(f->st.queue == 60 + 100 + 130);
}

static void given_a_full_line_when_one_more_comes_then_it_is_refused(void **state)
{
    struct fixture *f = *state;
    start(f, (struct station_config){
                 .discipline = STATION_FCFS, .servers = 1, .speed = 1.0, .bounded = true, .backlog = 1 });
    assert_int_equal(station_arrive(&f->st, 0, 0, 0, 100), SIM_NEVER);
    assert_int_equal(station_arrive(&f->st, 1, 1, 1, 100), SIM_NEVER);
    assert_int_equal(station_arrive(&f->st, 2, 2, 2, 100), 2);
    assert_int_equal(f->st.fate, STATION_REFUSED);
    assert_int_equal(station_arrive(&f->st, 100, 3, 3, 100), SIM_NEVER); /* who ends now has left */
    run_out(f);
    assert_int_equal(f->done_at[3], 300);
    assert_int_equal(f->st.refused, 1);
}

/* 1000 ns of work: 250 at full speed, nothing for 500, 400 at half speed, then 550 at 1.5: 366.7, up. */
static void given_a_breakdown_when_the_servers_run_again_then_no_work_is_lost(void **state)
{
    struct fixture *f = *state;
    start(f, (struct station_config){ .discipline = STATION_FCFS, .servers = 1, .speed = 1.0 });
    station_arrive(&f->st, 0, 0, 0, 1000);
    station_set_speed(&f->st, 250, 0.0);
    station_arrive(&f->st, 300, 1, 1, 30);
    station_set_speed(&f->st, 750, 0.5);
    run_until(f, 1150);
    station_set_speed(&f->st, 1150, 1.0); /* the two at once: nothing was done between them */
    station_set_speed(&f->st, 1150, 1.5);
    run_out(f);
    assert_int_equal(f->done_at[0], 1150 + 367);
    assert_int_equal(f->done_at[1], 1517 + 20);
    assert_int_equal((uint64_t)(f->st.busy_q16 >> 16), 1537); /* who is interrupted keeps its server */
}

static void given_a_station_that_stands_when_a_deadline_comes_then_it_is_obeyed(void **state)
{
    struct fixture *f = *state;
    start(f, (struct station_config){ .discipline = STATION_FCFS, .servers = 1, .speed = 0.0 });
    station_arrive_by(&f->st, 0, 0, 0, 10, 70);
    station_arrive_by(&f->st, 0, 1, 1, 10, 90);
    station_arrive(&f->st, 0, 2, 2, 10);
    run_until(f, 80);
    station_set_speed(&f->st, 80, 1.0);
    run_out(f);
    assert_int_equal(f->fate[0], STATION_CUT);
    assert_int_equal(f->done_at[0], 70);
    assert_int_equal(f->done_at[1], 90);
    assert_int_equal(f->fate[1], STATION_SERVED);
    assert_int_equal(f->done_at[2], 100);
}

/* Two share the server; the third begins at 200, when both of them end, and has it for itself. */
static void given_a_limit_of_sharers_when_it_is_reached_then_the_others_wait_in_order(void **state)
{
    struct fixture *f = *state;
    start(f, (struct station_config){ .discipline = STATION_PROCESSOR_SHARING,
                                      .servers = 1,
                                      .speed = 1.0,
                                      .limit = 2,
                                      .bounded = true,
                                      .backlog = 2 });
    station_arrive(&f->st, 0, 0, 0, 100);
    station_arrive(&f->st, 0, 1, 1, 100);
    assert_int_equal(station_arrive(&f->st, 10, 2, 2, 50), SIM_NEVER);
    assert_int_equal(station_arrive_by(&f->st, 20, 3, 3, 50, 120), SIM_NEVER);
    assert_int_equal(station_arrive(&f->st, 30, 4, 4, 50), 30);
    assert_int_equal(f->st.fate, STATION_REFUSED);
    run_out(f);
    assert_int_equal(f->done_at[0], 200);
    assert_int_equal(f->done_at[3], 120);
    assert_int_equal(f->fate[3], STATION_DROPPED);
    assert_int_equal(f->done_at[2], 250);
    assert_true(f->st.queue == 190 + 100);
    assert_true(f->st.number == 2 * 200 + 240 + 100);
}

static void given_a_limit_of_sharers_when_one_is_taken_out_then_the_next_begins(void **state)
{
    struct fixture *f = *state;
    start(f,
          (struct station_config){ .discipline = STATION_PROCESSOR_SHARING, .servers = 1, .speed = 1.0, .limit = 1 });
    for (uint32_t i = 0; i < 4; i++)
        station_arrive(&f->st, 0, i, i, 100);
    assert_true(station_remove(&f->st, 40, 0));
    assert_true(station_remove(&f->st, 40, 2)); /* from the line */
    assert_false(station_remove(&f->st, 40, 2));
    run_out(f);
    assert_int_equal(f->done_at[1], 140);
    assert_int_equal(f->done_at[3], 240);
}

/* ---- against a simulation without events */

enum plain_state { NOT_YET, WAITING, SERVING, GONE };

struct plain_job {
    enum plain_state state;
    uint64_t left_q16;
    sim_time deadline, gone_at;
    enum station_fate fate;
};

struct plain {
    struct station_config config;
    struct plain_job jobs[JOBS];
    uint32_t first, next; /* those inside have numbers from first to next - 1 */
    uint32_t serving, waiting;
    uint64_t speed_q16;
    sim_time now;
    uint128 busy, number;
};

static void plain_leave(struct plain *p, struct plain_job *job, enum station_fate fate)
{
    p->serving -= job->state == SERVING;
    p->waiting -= job->state == WAITING;
    job->state = GONE;
    job->fate = fate;
    job->gone_at = p->now;
}

static void plain_begin(struct plain *p)
{
    while (p->serving < p->config.servers && p->waiting > 0) {
        const bool last = p->config.discipline == STATION_LCFS;
        uint32_t i = last ? p->next - 1 : p->first;
        while (p->jobs[i].state != WAITING)
            i += last ? UINT32_MAX : 1;
        p->jobs[i].state = SERVING;
        p->serving++;
        p->waiting--;
    }
}

/* Everything of this instant: ends and what begins in their place, again until nothing ends; then late waiters. */
static void plain_settle(struct plain *p)
{
    for (bool again = true; again;) {
        again = false;
        plain_begin(p);
        for (uint32_t i = p->first; i < p->next; i++) {
            struct plain_job *job = &p->jobs[i];
            if (job->state == SERVING && (job->left_q16 == 0 || job->deadline <= p->now)) {
                plain_leave(p, job, job->left_q16 == 0 ? STATION_SERVED : STATION_CUT);
                again = true;
            }
        }
    }
    for (uint32_t i = p->first; i < p->next; i++)
        if (p->jobs[i].state == WAITING && p->jobs[i].deadline <= p->now)
            plain_leave(p, &p->jobs[i], STATION_DROPPED);
    while (p->first < p->next && p->jobs[p->first].state == GONE)
        p->first++;
}

static sim_time plain_next_instant(const struct plain *p)
{
    sim_time next = SIM_NEVER;
    for (uint32_t i = p->first; i < p->next; i++) {
        const struct plain_job *job = &p->jobs[i];
        sim_time at = job->state == GONE ? SIM_NEVER : job->deadline;
        if (job->state == SERVING && p->speed_q16 > 0) {
            const sim_time end = p->now + (sim_time)((job->left_q16 + p->speed_q16 - 1) / p->speed_q16);
            at = end < at ? end : at;
        }
        next = at < next ? at : next;
    }
    return next;
}

static void plain_advance(struct plain *p, sim_time to)
{
    const uint64_t dt = (uint64_t)(to - p->now), work = dt * p->speed_q16;
    p->busy += p->serving * dt;
    p->number += (p->serving + p->waiting) * dt;
    for (uint32_t i = p->first; i < p->next; i++)
        if (p->jobs[i].state == SERVING)
            p->jobs[i].left_q16 -= p->jobs[i].left_q16 < work ? p->jobs[i].left_q16 : work;
    p->now = to;
    plain_settle(p);
}

static void plain_until(struct plain *p, sim_time until)
{
    for (sim_time at; (at = plain_next_instant(p)) <= until;)
        plain_advance(p, at);
    plain_advance(p, until);
}

static void plain_arrive(struct plain *p, sim_time demand, sim_time deadline)
{
    struct plain_job *job = &p->jobs[p->next++];
    *job = (struct plain_job){ WAITING, (uint64_t)demand << 16, deadline, 0, STATION_SERVED };
    p->waiting++;
    if (deadline < p->now)
        plain_leave(p, job, STATION_DROPPED);
    else if (p->config.bounded && p->serving == p->config.servers && p->waiting > p->config.backlog)
        plain_leave(p, job, STATION_REFUSED);
    plain_settle(p);
}

static struct plain *plain_new(struct fixture *f, struct station_config config)
{
    struct plain *p = ARENA_NEW(&f->arena, struct plain);
    p->config = config;
    p->speed_q16 = (uint64_t)(config.speed * 65536.0 + 0.5);
    return p;
}

/* Who was killed has no departure; the plain one knows it by the killer. */
static void kill_one(struct fixture *f, struct plain *p, sim_time now, uint32_t job)
{
    const bool inside = p->jobs[job].state == WAITING || p->jobs[job].state == SERVING;
    assert_int_equal(station_remove(&f->st, now, job), inside);
    if (!inside && p->jobs[job].gone_at == now) { /* in time, and perhaps not told yet: nobody will */
        f->done_at[job] = now;
        f->fate[job] = p->jobs[job].fate;
    }
    if (!inside)
        return;
    plain_leave(p, &p->jobs[job], STATION_SERVED);
    p->jobs[job].gone_at = 0;
    plain_settle(p);
}

static void kill_all(struct fixture *f, struct plain *p, sim_time now)
{
    station_clear(&f->st, now, NULL, NULL);
    for (uint32_t i = p->first; i < p->next; i++)
        if (p->jobs[i].state != GONE) {
            plain_leave(p, &p->jobs[i], STATION_SERVED);
            p->jobs[i].gone_at = 0;
        }
}

static void change_speed(struct fixture *f, struct plain *p, sim_time now, uint64_t bits)
{
    static const double speeds[] = { 0.0, 0.0, 0.3, 0.5, 1.0, 1.0, 1.7, 3.0 };
    const double speed = speeds[bits % ARRAY_LEN(speeds)];
    station_set_speed(&f->st, now, speed);
    p->speed_q16 = (uint64_t)(speed * 65536.0 + 0.5);
}

static sim_time time_of(uint64_t bits, double mean_ns, sim_time grain)
{
    return (sim_time)(-mean_ns * number_log(draw_unit(bits)) / (double)grain + 0.5) * grain;
}

/* Arrivals, deadlines, kills, losses and speeds at random; a coarse grain makes them coincide. */
static void assert_like_plain(struct fixture *f, struct station_config config, sim_time grain, bool deadlines,
                              uint32_t seed)
{
    start(f, config);
    struct plain *p = plain_new(f, config);
    sim_time now = 0;
    for (uint32_t job = 0; job < JOBS; job++) {
        const struct draw_block d = draw_at(KEY, job, 1, seed), e = draw_at(KEY, job, 2, seed);
        now += time_of(d.a, 1000.0, grain);
        run_until(f, e.b & 1 ? now : now - 1); /* the events of this instant before what else happens, or after */
        plain_until(p, now);
        if (job % 16 == 7)
            change_speed(f, p, now, e.a >> 16);
        if (job % 8 == 3)
            kill_one(f, p, now, job - 1 - draw_below(e.a, job < 8 ? job : 8));
        if (job % 256 == 255)
            kill_all(f, p, now);
        const sim_time demand = time_of(d.b, 900.0 * config.servers, grain);
        const sim_time deadline = deadlines ? now + time_of(e.a << 8, 3000.0 * config.servers, grain) : SIM_NEVER;
        const sim_time departs = station_arrive_by(&f->st, now, job, job, demand, deadline);
        if (departs != SIM_NEVER) {
            f->done_at[job] = departs;
            f->fate[job] = f->st.fate;
        }
        plain_arrive(p, demand, deadline);
    }
    station_set_speed(&f->st, now, 1.0);
    p->speed_q16 = 65536;
    run_out(f);
    plain_until(p, now + 100 * SIM_SECOND);
    station_meter(&f->st, now + 100 * SIM_SECOND);
    for (uint32_t job = 0; job < JOBS; job++) {
        assert_int_equal(f->done_at[job], p->jobs[job].gone_at);
        assert_int_equal(f->fate[job], p->jobs[job].fate);
    }
    assert_true(f->st.busy_q16 == p->busy << 16);
    assert_true(f->st.number == p->number);
    assert_true(f->st.queue == p->number - p->busy);
}

static void given_random_use_when_simulated_without_events_then_every_departure_agrees(void **state)
{
    for (uint32_t i = 0; i < 96; i++) {
        const struct station_config config = { .discipline = i & 1 ? STATION_LCFS : STATION_FCFS,
                                               .servers = 1 + i % 5,
                                               .speed = i & 2 ? 1.0 : 0.7,
                                               .bounded = i & 4,
                                               .backlog = i % 7 };
        assert_like_plain(*state, config, i & 8 ? 1 : 250, i & 16, i);
    }
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(given_a_line_when_the_last_comes_first_then_nobody_is_interrupted),
        TEST(given_a_deadline_when_it_comes_then_the_wait_is_dropped_and_the_service_cut),
        TEST(given_a_full_line_when_one_more_comes_then_it_is_refused),
        TEST(given_a_breakdown_when_the_servers_run_again_then_no_work_is_lost),
        TEST(given_a_station_that_stands_when_a_deadline_comes_then_it_is_obeyed),
        TEST(given_a_limit_of_sharers_when_it_is_reached_then_the_others_wait_in_order),
        TEST(given_a_limit_of_sharers_when_one_is_taken_out_then_the_next_begins),
        TEST(given_random_use_when_simulated_without_events_then_every_departure_agrees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
