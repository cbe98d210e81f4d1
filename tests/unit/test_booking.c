/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * A booked station against the same station on events: the same departures, the same meters, to the bit.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sim/booking.h"
#include "sim/draw.h"
#include "sim/number.h"
#include "sim/station.h"

enum { JOBS = 4000, KIND = 1 };

struct run {
    sim_time departs[JOBS]; /* 0: killed */
    uint64_t completions, killed;
    uint128 busy_q16, number;
};

static struct draw_block draws(uint64_t job, uint32_t place)
{
    return draw_at((struct draw_key){ 7, 11 }, job, place, 0);
}

static sim_time gap_of(uint64_t job, double load)
{
    return (sim_time)(-1e6 / load * number_log(draw_unit(draws(job, 1).a)));
}

/* Constant demands make departures and arrivals tie. */
static sim_time demand_of(uint64_t job, uint32_t servers, bool constant)
{
    const double mean_ns = 1e6 * servers;
    return constant ? (sim_time)mean_ns : (sim_time)(-mean_ns * number_log(draw_unit(draws(job, 1).b)));
}

static void drain(struct station *st, struct event_set *events, struct run *out, sim_time until)
{
    struct event e;
    while (event_set_peek(events, &e) && (sim_time)e.time <= until) {
        event_set_pop(events);
        for (uint32_t job; (job = station_done(st, (sim_time)e.time, event_slot(e))) != STATION_NONE;)
            out->departs[job] = (sim_time)e.time;
    }
}

static void run_on_events(struct run *out, uint32_t servers, double speed, double load, bool constant, sim_time loss,
                          sim_time end)
{
    struct arena arena;
    arena_init(&arena);
    struct event_set *events = event_set_new(&arena, 0);
    struct station st;
    station_init(&st, &arena, events, STATION_FCFS, KIND, 0, servers, speed, NULL, 0);
    *out = (struct run){ 0 };
    sim_time now = 0;
    bool lost = false;
    for (uint32_t job = 0; job < JOBS; job++) {
        now += gap_of(job, load);
        if (!lost && loss <= now) {
            drain(&st, events, out, loss);
            station_clear(&st, loss, NULL, NULL);
            lost = true;
        }
        drain(&st, events, out, now - 1);
        station_arrive(&st, now, job, job, demand_of(job, servers, constant));
    }
    drain(&st, events, out, end);
    station_meter(&st, end);
    out->completions = st.completions;
    out->killed = st.killed;
    out->busy_q16 = st.busy_q16;
    out->number = st.number;
    arena_fini(&arena);
}

static void run_booked(struct run *out, uint32_t servers, double speed, double load, bool constant, sim_time loss,
                       sim_time end)
{
    struct arena arena;
    arena_init(&arena);
    struct booking b;
    booking_init(&b, &arena, servers, speed);
    *out = (struct run){ 0 };
    sim_time now = 0;
    bool lost = false;
    for (uint32_t job = 0; job < JOBS; job++) {
        now += gap_of(job, load);
        if (!lost && loss <= now) {
            booking_clear(&b, loss);
            for (uint32_t earlier = 0; earlier < job; earlier++)
                if (out->departs[earlier] > loss)
                    out->departs[earlier] = 0;
            lost = true;
        }
        out->departs[job] = booking_arrive(&b, now, demand_of(job, servers, constant));
    }
    for (uint32_t job = 0; job < JOBS; job++)
        if (out->departs[job] > end)
            out->departs[job] = 0;
    out->completions = booking_completions(&b, end);
    out->killed = b.killed;
    out->busy_q16 = booking_busy_q16(&b, end);
    out->number = booking_number(&b, end);
    arena_fini(&arena);
}

static void assert_same(uint32_t servers, double speed, double load, bool constant, sim_time loss, sim_time end)
{
    static struct run events, booked;
    run_on_events(&events, servers, speed, load, constant, loss, end);
    run_booked(&booked, servers, speed, load, constant, loss, end);
    for (uint32_t job = 0; job < JOBS; job++)
        assert_int_equal(events.departs[job], booked.departs[job]);
    assert_int_equal(events.completions, booked.completions);
    assert_int_equal(events.killed, booked.killed);
    assert_true(events.busy_q16 == booked.busy_q16);
    assert_true(events.number == booked.number);
}

static void given_a_station_when_departures_are_computed_ahead_then_they_are_those_of_events(void **state)
{
    const uint32_t servers[] = { 1, 2, 3, 16 };
    for (size_t s = 0; s < ARRAY_LEN(servers); s++)
        for (int constant = 0; constant < 2; constant++) {
            assert_same(servers[s], 1.0, 0.6, constant, SIM_NEVER, 1000 * SIM_SECOND);
            assert_same(servers[s], 0.7, 0.65, constant, SIM_NEVER, 1000 * SIM_SECOND);
            assert_same(servers[s], 1.0, 1.3, constant, SIM_NEVER, 1000 * SIM_SECOND); /* overload: a long line */
        }
}

static void given_an_end_within_the_work_when_meters_are_read_then_they_stop_there(void **state)
{
    assert_same(1, 1.0, 0.9, false, SIM_NEVER, 5 * SIM_SECOND);
    assert_same(4, 1.0, 1.5, false, SIM_NEVER, 3 * SIM_SECOND);
}

static void given_a_loss_of_the_station_when_work_is_booked_then_the_same_customers_are_lost(void **state)
{
    for (sim_time loss = SIM_SECOND; loss < SIM_SECOND + 40 * SIM_MILLISECOND; loss += 7 * SIM_MILLISECOND + 1)
        for (uint32_t servers = 1; servers <= 4; servers++)
            assert_same(servers, 1.0, 0.95, false, loss, 1000 * SIM_SECOND);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_a_station_when_departures_are_computed_ahead_then_they_are_those_of_events),
        cmocka_unit_test(given_an_end_within_the_work_when_meters_are_read_then_they_stop_there),
        cmocka_unit_test(given_a_loss_of_the_station_when_work_is_booked_then_the_same_customers_are_lost),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
