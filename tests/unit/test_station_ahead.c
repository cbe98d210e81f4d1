/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The two executions of a FCFS station: the same departures, fates and meters, to the bit, under random arrivals,
 * deadlines, bounds, losses and reads, where times are coarse enough to tie.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "sim/draw.h"
#include "sim/number.h"
#include "sim/station.h"

enum { JOBS = 3000, READS = 64, KIND = 1 };

static const struct draw_key KEY = { 7, 11 };

/* One way to use a station. Times are multiples of `grain` ns. */
struct usage {
    uint32_t servers;
    double speed, load;
    sim_time grain;
    double patience; /* mean, in mean services; 0: for ever */
    bool same_patience;
    bool bounded;
    uint32_t backlog;
    sim_time loss_every; /* 0: never */
    sim_time end;
    uint64_t seed;
};

struct meters {
    uint64_t completions, cut, dropped, refused, killed, inside;
    uint128 busy_q16, number, queue;
};

struct record {
    sim_time departs[JOBS]; /* 0: killed, or still there at the end */
    enum station_fate fate[JOBS];
    struct meters reads[READS];
};

struct run {
    const struct usage *usage;
    struct record *out;
    struct event_set *events;
    struct station st;
    uint32_t arrived;
};

static sim_time exponential(const struct usage *u, uint64_t bits, double mean_ns)
{
    return (sim_time)(-mean_ns * number_log(draw_unit(bits)) / (double)u->grain + 0.5) * u->grain;
}

static struct meters read_meters(struct run *r, sim_time now)
{
    const uint64_t inside = station_count(&r->st, now);
    station_meter(&r->st, now);
    const struct station *st = &r->st;
    assert_int_equal(st->arrivals, st->completions + st->cut + st->dropped + st->refused + st->killed + inside);
    return (struct meters){ st->completions, st->cut,      st->dropped, st->refused, st->killed,
                            inside,          st->busy_q16, st->number,  st->queue };
}

static void handle_until(struct run *r, sim_time until)
{
    for (struct event e; event_set_peek(r->events, &e) && (sim_time)e.time <= until;) {
        e = event_set_pop(r->events);
        for (uint32_t job; (job = station_done(&r->st, (sim_time)e.time, event_slot(e))) != STATION_NONE;) {
            r->out->departs[job] = (sim_time)e.time;
            r->out->fate[job] = r->st.fate;
        }
    }
}

/* The station and all it holds are lost; who departs now is in time. */
static void lose(struct run *r, sim_time now)
{
    station_clear(&r->st, now, NULL, NULL);
    for (uint32_t job = 0; job < r->arrived && r->st.execution == STATION_AHEAD; job++)
        if (r->out->departs[job] > now)
            r->out->departs[job] = 0;
}

static void arrive(struct run *r, sim_time now, uint32_t job)
{
    const struct usage *u = r->usage;
    const double mean_ns = 1e6 * u->servers;
    const struct draw_block d = draw_at(KEY, job, 1, (uint32_t)u->seed);
    sim_time deadline = SIM_NEVER;
    if (u->patience > 0)
        deadline = now +
                   (u->same_patience
                        ? (sim_time)(u->patience * mean_ns) / u->grain * u->grain
                        : exponential(u, draw_at(KEY, job, 2, (uint32_t)u->seed).b, u->patience * mean_ns)) -
                   (job % 64 == 0 ? u->grain : 0); /* a few are too late when they come */
    const sim_time departs = station_arrive_by(&r->st, now, job, job, exponential(u, d.b, mean_ns), deadline);
    r->arrived = job + 1;
    if (departs == SIM_NEVER)
        return;
    r->out->departs[job] = departs;
    r->out->fate[job] = r->st.fate;
}

/* early: what happens on an instant is handled before the arrivals of that instant; else after. */
static void simulate(const struct usage *u, enum execution execution, bool early, struct record *out)
{
    struct arena arena;
    arena_init(&arena);
    struct run r = { .usage = u, .out = out, .events = event_set_new(&arena, 0) };
    const struct station_config config = { .discipline = STATION_FCFS,
                                           .execution = execution,
                                           .kind = KIND,
                                           .servers = u->servers,
                                           .speed = u->speed,
                                           .bounded = u->bounded,
                                           .backlog = u->backlog };
    memset(out, 0, sizeof *out);
    station_init(&r.st, &arena, r.events, &config, 0);
    sim_time now = 0, loss = u->loss_every;
    for (uint32_t job = 0; job < JOBS; job++) {
        now += exponential(u, draw_at(KEY, job, 1, (uint32_t)u->seed).a, 1e6 / u->load);
        for (; loss && loss <= now; loss += u->loss_every) {
            handle_until(&r, early ? loss : loss - 1);
            lose(&r, loss);
        }
        handle_until(&r, early ? now : now - 1);
        if (job % (JOBS / READS) == 0 && job / (JOBS / READS) < READS - 1)
            out->reads[job / (JOBS / READS)] = read_meters(&r, now);
        arrive(&r, now, job);
    }
    handle_until(&r, u->end);
    out->reads[READS - 1] = read_meters(&r, u->end > now ? u->end : now);
    for (uint32_t job = 0; job < JOBS; job++) /* ahead knows of later ones too */
        if (out->departs[job] > u->end)
            out->departs[job] = 0, out->fate[job] = STATION_SERVED;
    for (uint32_t job = 0; job < JOBS; job++) /* nobody leaves twice or never: who was lost has no fate */
        if (out->departs[job] == 0)
            out->fate[job] = STATION_SERVED;
    arena_fini(&arena);
}

static struct meters assert_same(const struct usage *u)
{
    static struct record late, early, ahead;
    simulate(u, STATION_ON_EVENTS, false, &late);
    simulate(u, STATION_ON_EVENTS, true, &early);
    simulate(u, STATION_AHEAD, false, &ahead);
    for (uint32_t job = 0; job < JOBS; job++) {
        assert_int_equal(late.departs[job], ahead.departs[job]);
        assert_int_equal(late.fate[job], ahead.fate[job]);
        assert_int_equal(early.departs[job], ahead.departs[job]);
    }
    assert_memory_equal(late.reads, ahead.reads, sizeof ahead.reads);
    assert_memory_equal(early.reads, ahead.reads, sizeof ahead.reads);
    return ahead.reads[READS - 1];
}

static void given_a_station_when_departures_are_computed_ahead_then_they_are_those_of_events(void **state)
{
    const uint32_t servers[] = { 1, 2, 3, 8, 16, 17, 40 };
    for (size_t s = 0; s < ARRAY_LEN(servers); s++)
        for (sim_time grain = 1; grain <= 1000000; grain *= 1000) {
            struct usage u = {
                .servers = servers[s], .speed = 1.0, .load = 0.6, .grain = grain, .end = 1000 * SIM_SECOND, .seed = s
            };
            assert_same(&u);
            u.speed = 0.7;
            u.load = 0.65;
            assert_same(&u);
            u.load = 1.3; /* overload: a long line */
            assert_same(&u);
        }
}

static void given_an_end_within_the_work_when_meters_are_read_then_they_stop_there(void **state)
{
    for (uint32_t servers = 1; servers <= 4; servers++)
        for (uint64_t seed = 0; seed < 8; seed++)
            assert_same(&(struct usage){ .servers = servers,
                                         .speed = 1.0,
                                         .load = 1.1,
                                         .grain = 1,
                                         .end = 3500 * SIM_MILLISECOND,
                                         .seed = seed });
}

static void given_losses_of_the_station_when_work_is_booked_then_the_same_customers_are_lost(void **state)
{
    for (uint32_t servers = 1; servers <= 4; servers++)
        for (uint64_t seed = 0; seed < 8; seed++)
            assert_same(&(struct usage){ .servers = servers,
                                         .speed = 1.0,
                                         .load = 0.95,
                                         .grain = seed % 2 ? 1 : 500000,
                                         .loss_every = 71 * SIM_MILLISECOND,
                                         .end = 1000 * SIM_SECOND,
                                         .seed = seed });
}

/* Everything at once: 300 ways to use a station, of which the draws decide. */
static void given_random_usages_when_executed_both_ways_then_departures_fates_and_meters_agree(void **state)
{
    struct meters all = { 0 };
    for (uint64_t i = 0; i < 300; i++) {
        const struct draw_block a = draw_at(KEY, i, 3, 0), b = draw_at(KEY, i, 4, 0);
        const struct meters m = assert_same(&(struct usage){
            .servers = 1 + draw_below(a.a, 6),
            .speed = draw_below(a.b, 2) ? 1.0 : 0.25 + draw_unit(b.b),
            .load = 0.5 + draw_unit(b.a),
            .grain = draw_below(a.b << 8, 2) ? 1 : 250000,
            .patience = draw_below(a.b << 16, 3) ? 3.0 * draw_unit(a.a << 20) : 0.0,
            .same_patience = draw_below(a.b << 24, 2),
            .bounded = draw_below(a.b << 32, 2),
            .backlog = draw_below(a.a << 40, 12),
            .loss_every = draw_below(b.a << 32, 2) ? 130 * SIM_MILLISECOND : 0,
            .end = draw_below(b.b << 24, 2) ? 1000 * SIM_SECOND : 4 * SIM_SECOND,
            .seed = i,
        });
        all.cut += m.cut;
        all.dropped += m.dropped;
        all.refused += m.refused;
        all.killed += m.killed;
    }
    assert_true(all.cut > 10000 && all.dropped > 10000 && all.refused > 10000 && all.killed > 1000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(given_a_station_when_departures_are_computed_ahead_then_they_are_those_of_events),
        cmocka_unit_test(given_an_end_within_the_work_when_meters_are_read_then_they_stop_there),
        cmocka_unit_test(given_losses_of_the_station_when_work_is_booked_then_the_same_customers_are_lost),
        cmocka_unit_test(given_random_usages_when_executed_both_ways_then_departures_fates_and_meters_agree),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
