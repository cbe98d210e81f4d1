/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * mm1 -- what the engine's parts cost, beside the least that a simulation can cost.
 *
 * The yardstick is an M/M/1 queue as one writes it by hand: two clocks, a counter and a small generator; no event set,
 * no station, nothing that could become another model. CPU time, median of five runs; ratios are of the same run, because
 * machines differ and so do their neighbours.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "sim/arrivals.h"
#include "sim/dispatcher.h"
#include "sim/dist.h"
#include "sim/draw.h"
#include "sim/event_set.h"
#include "sim/fingerprint.h"
#include "sim/gate.h"
#include "sim/histogram.h"
#include "sim/message_queue.h"
#include "sim/number.h"
#include "sim/sampler.h"
#include "sim/station.h"
#include "sim/timer_ring.h"

enum { RUNS = 5, TABLE = 1 << 16, SLOTS = 1 << 16 };

static const struct draw_key KEY = { 1, 2 };
static volatile uint64_t sink; /* what is computed must not be optimised away */

static double cpu_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e9 + (double)now.tv_nsec;
}

static int by_value(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

/* A benchmark does something `count` times with a context of its own making and returns what it found. */
typedef uint64_t (*benchmark)(uint64_t count, const void *parameter);

static double ns_each(benchmark run, uint64_t count, const void *parameter)
{
    double ns[RUNS];
    sink += run(count / 10, parameter); /* caches and pages */
    for (int i = 0; i < RUNS; i++) {
        const double begin = cpu_ns();
        sink += run(count, parameter);
        ns[i] = (cpu_ns() - begin) / (double)count;
    }
    qsort(ns, RUNS, sizeof *ns, by_value);
    return ns[RUNS / 2];
}

static double show(const char *what, double ns)
{
    printf("  %-62s %8.1f ns\n", what, ns);
    fflush(stdout);
    return ns;
}

/* ---- M/M/1 by hand */

static double split_mix_unit(uint64_t *state)
{
    *state += UINT64_C(0x9e3779b97f4a7c15);
    return draw_unit(fingerprint_mix(*state));
}

static uint64_t mm1_by_hand(uint64_t customers, const void *parameter)
{
    const double lambda = *(const double *)parameter;
    uint64_t seed = 1, inside = 0, arrived = 0;
    double now = 0.0, integral = 0.0, arrival = 0.0, departure = HUGE_VAL;
    while (arrived < customers) {
        const double next = arrival < departure ? arrival : departure;
        integral += (double)inside * (next - now);
        now = next;
        if (arrival < departure) {
            arrived++;
            arrival = now - number_log(split_mix_unit(&seed)) / lambda;
            if (inside++ == 0)
                departure = now - number_log(split_mix_unit(&seed));
        } else {
            departure = --inside > 0 ? now - number_log(split_mix_unit(&seed)) : HUGE_VAL;
        }
    }
    return (uint64_t)integral;
}

/* ---- a station of the engine, in milliseconds instead of units of time */

struct station_case {
    enum discipline discipline;
    uint32_t servers;
    double lambda_per_s;
    const char *service;
};

static struct dist dist_of(const char *text, struct arena *arena)
{
    struct diag diag;
    struct dist dist;
    diag_init(&diag, arena);
    if (!dist_parse(&dist, text, (struct mark){ 0 }, NULL, arena, &diag))
        abort();
    return dist;
}

static uint64_t run_station(uint64_t customers, const void *parameter)
{
    const struct station_case *c = parameter;
    struct arena arena;
    struct arrivals arrivals;
    struct station st;
    arena_init(&arena);
    const struct dist service = dist_of(c->service, &arena);
    const struct rate_knot knots[] = { { 0, c->lambda_per_s }, { 10000 * SIM_DAY, c->lambda_per_s } };
    arrivals_init(&arrivals, &arena, knots, 2, KEY, 7);
    struct event_set *events = event_set_new(&arena, 0);
    const struct station_config config = { .discipline = c->discipline, .servers = c->servers, .speed = 1.0 };
    station_init(&st, &arena, events, &config, 0);
    for (uint64_t i = 0; i < customers; i++) {
        const sim_time now = arrivals_next(&arrivals);
        for (struct event e; event_set_peek(events, &e) && (sim_time)e.time < now;) {
            event_set_pop(events);
            while (station_done(&st, (sim_time)e.time, event_slot(e)) != STATION_NONE)
                ;
        }
        const sim_time demand = dist_sample(&service, draw_unit(draw_at(KEY, i, 8, 0).a));
        station_arrive(&st, now, (uint32_t)(i % SLOTS), (uint32_t)i, demand);
    }
    const uint64_t found = (uint64_t)st.number;
    arena_fini(&arena);
    return found;
}

/* Everything of the above but the station and its events. */
static uint64_t run_inputs(uint64_t customers, const void *parameter)
{
    const struct station_case *c = parameter;
    struct arena arena;
    struct arrivals arrivals;
    arena_init(&arena);
    const struct dist service = dist_of(c->service, &arena);
    const struct rate_knot knots[] = { { 0, c->lambda_per_s }, { 10000 * SIM_DAY, c->lambda_per_s } };
    arrivals_init(&arrivals, &arena, knots, 2, KEY, 7);
    uint64_t found = 0;
    for (uint64_t i = 0; i < customers; i++)
        found += (uint64_t)(arrivals_next(&arrivals) ^ dist_sample(&service, draw_unit(draw_at(KEY, i, 8, 0).a)));
    arena_fini(&arena);
    return found;
}

/* ---- the event set: pop the earliest, push it again later; 10,000 events a second whatever is pending */

struct hold_case {
    bool heap;
    uint64_t pending;
    double mean_delay_ns;
};

static uint64_t run_hold(uint64_t count, const void *parameter)
{
    static uint32_t delay[TABLE];
    const struct hold_case *c = parameter;
    struct arena arena;
    arena_init(&arena);
    struct event_set *set = c->heap ? event_set_new_heap(&arena) : event_set_new(&arena, 0);
    for (uint64_t i = 0; i < TABLE; i++)
        delay[i] = (uint32_t)(-c->mean_delay_ns / 8.0 * number_log(draw_unit(draw_at(KEY, i, 1, 0).a))); /* in 8 ns */
    for (uint64_t i = 0; i < c->pending; i++)
        event_set_push(set, event_make(8 * (sim_time)delay[i % TABLE], EVENT_COMPLETION, 0, 0, 0, (uint32_t)i));
    uint64_t found = 0;
    for (uint64_t i = 0; i < count; i++) {
        const struct event e = event_set_pop(set);
        found ^= e.time;
        event_set_push(set, (struct event){ e.time + 8 * (uint64_t)delay[(i * 7919) % TABLE], e.what });
    }
    arena_fini(&arena);
    return found;
}

/* ---- draws and distributions */

static uint64_t run_draw(uint64_t count, const void *parameter)
{
    uint64_t found = 0;
    for (uint64_t i = 0; i < count; i++)
        found ^= draw_at(KEY, i, 5, 0).a;
    return found;
}

static uint64_t run_sample(uint64_t count, const void *parameter)
{
    struct arena arena;
    arena_init(&arena);
    const struct dist dist = dist_of(parameter, &arena);
    uint64_t found = 0, state = 1;
    for (uint64_t i = 0; i < count; i++)
        found += (uint64_t)dist_sample(&dist, split_mix_unit(&state));
    arena_fini(&arena);
    return found;
}

static uint64_t run_sampler(uint64_t count, const void *parameter)
{
    struct arena arena;
    struct sampler sampler;
    arena_init(&arena);
    const struct dist dist = dist_of(parameter, &arena);
    sampler_init(&sampler, &dist, &arena);
    uint64_t found = 0, state = 1;
    for (uint64_t i = 0; i < count; i++)
        found += (uint64_t)sampler_draw(&sampler, fingerprint_mix(state++));
    arena_fini(&arena);
    return found;
}

static uint64_t run_arrivals(uint64_t count, const void *parameter)
{
    struct arena arena;
    struct arrivals arrivals;
    arena_init(&arena);
    static const struct rate_knot knots[] = {
        { 0, 300.0 }, { SIM_HOUR, 1000.0 }, { 2 * SIM_HOUR, 400.0 }, { 10000 * SIM_DAY, 500.0 }
    };
    arrivals_init(&arrivals, &arena, knots, ARRAY_LEN(knots), KEY, 3);
    uint64_t found = 0;
    for (uint64_t i = 0; i < count; i++)
        found ^= (uint64_t)arrivals_next(&arrivals);
    arena_fini(&arena);
    return found;
}

/* ---- the other primitives */

static uint64_t run_histogram(uint64_t count, const void *parameter)
{
    struct arena arena;
    struct histogram h;
    arena_init(&arena);
    histogram_init(&h, &arena);
    uint64_t state = 1;
    for (uint64_t i = 0; i < count; i++) {
        state += UINT64_C(0x9e3779b97f4a7c15);
        histogram_record(&h, (sim_time)(state >> 38)); /* up to 67 ms */
    }
    const uint64_t found = h.bins[1000] + h.count;
    arena_fini(&arena);
    return found;
}

static uint64_t run_dispatcher(uint64_t count, const void *parameter)
{
    enum { TARGETS = 1000, OUTSTANDING = 3000 };
    static uint32_t held[OUTSTANDING];
    struct arena arena;
    struct dispatcher d;
    arena_init(&arena);
    dispatcher_init(&d, &arena, *(const enum dispatch_policy *)parameter);
    for (uint32_t i = 0; i < TARGETS; i++)
        dispatcher_join(&d, i, true);
    uint64_t state = 1;
    for (uint32_t i = 0; i < OUTSTANDING; i++)
        held[i] = dispatcher_pick(&d, fingerprint_mix(state++));
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t bits = fingerprint_mix(state++);
        const uint32_t k = draw_below(bits << 32, OUTSTANDING);
        dispatcher_release(&d, held[k]);
        held[k] = dispatcher_pick(&d, bits);
    }
    arena_fini(&arena);
    return held[0];
}

static uint64_t run_timer_ring(uint64_t count, const void *parameter)
{
    struct arena arena;
    struct timer_ring ring;
    static struct timer_link links[4096];
    arena_init(&arena);
    timer_ring_init(&ring, &arena, 26, 1024, 0);
    for (uint32_t i = 0; i < ARRAY_LEN(links); i++)
        timer_ring_arm(&ring, links, sizeof *links, i, SIM_SECOND + i * SIM_MILLISECOND);
    for (uint64_t i = 0; i < count; i++) {
        const uint32_t owner = (uint32_t)(i * 1237 % ARRAY_LEN(links));
        const sim_time deadline = SIM_SECOND + owner * SIM_MILLISECOND;
        timer_ring_disarm(&ring, links, sizeof *links, owner, deadline);
        timer_ring_arm(&ring, links, sizeof *links, owner, deadline);
    }
    arena_fini(&arena);
    return ring.armed;
}

static uint64_t run_gate(uint64_t count, const void *parameter)
{
    struct arena arena;
    struct gate gate;
    arena_init(&arena);
    gate_init(&gate, &arena, 16, 64, 0);
    for (uint32_t i = 0; i < 20; i++)
        gate_enter(&gate, 0, i);
    uint64_t found = 0;
    for (uint64_t i = 0; i < count; i++) {
        found += (uint64_t)gate_enter(&gate, (sim_time)i, (uint32_t)i % SLOTS);
        found += gate_leave(&gate, (sim_time)i);
    }
    arena_fini(&arena);
    return found;
}

static uint64_t run_message_queue(uint64_t count, const void *parameter)
{
    struct arena arena;
    struct message_queue q;
    arena_init(&arena);
    message_queue_init(&q, &arena, 30 * SIM_SECOND, 3, 0);
    for (uint64_t i = 0; i < 1000; i++)
        message_queue_put(&q, 0, i);
    for (uint64_t i = 0; i < count; i++) {
        const sim_time now = (sim_time)i * SIM_MILLISECOND;
        message_queue_put(&q, now, i);
        const uint32_t m = message_queue_take(&q, now);
        message_queue_remove(&q, now, m, q.messages[m].receives);
    }
    arena_fini(&arena);
    return q.removed;
}

static void show_stations(double by_hand_ns)
{
    static const struct {
        const char *what;
        struct station_case c;
        bool ratio;
    } cases[] = {
        { "M/M/1 on events, per customer, inputs included", { STATION_FCFS, 1, 70.0, "exp(10ms)" }, true },
        { "M/M/1 shared, per customer, inputs included", { STATION_PROCESSOR_SHARING, 1, 70.0, "exp(10ms)" }, true },
        { "2 CPUs shared at 60 %, lognormal, per visit, without inputs",
          { STATION_PROCESSOR_SHARING, 2, 120.0, "lognormal(mean=10ms cv=1)" },
          false },
        { "4 CPUs shared at 80 %, lognormal, per visit, without inputs",
          { STATION_PROCESSOR_SHARING, 4, 320.0, "lognormal(mean=10ms cv=1)" },
          false },
        { "4 servers in order at 80 %, lognormal, per visit, without inputs",
          { STATION_FCFS, 4, 320.0, "lognormal(mean=10ms cv=1)" },
          false },
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        const double all_ns = ns_each(run_station, 1000000, &cases[i].c);
        if (cases[i].ratio)
            printf("  %-62s %8.1f ns  %.2f x by hand\n", cases[i].what, all_ns, all_ns / by_hand_ns);
        else
            show(cases[i].what, all_ns - ns_each(run_inputs, 1000000, &cases[i].c));
    }
}

static void show_event_sets(void)
{
    for (uint64_t pending = 100; pending <= 10000; pending *= 10) {
        char what[80];
        struct hold_case c = { false, pending, 1e5 * (double)pending };
        snprintf(what, sizeof what, "event set, pop and push, %llu pending", (unsigned long long)pending);
        show(what, ns_each(run_hold, 3000000, &c));
        c.heap = true;
        snprintf(what, sizeof what, "  the same on a plain heap");
        show(what, ns_each(run_hold, 3000000, &c));
    }
    const struct hold_case crowded = { false, 10000, 1e7 };
    show("event set, 10000 pending, a million events a second", ns_each(run_hold, 3000000, &crowded));
}

int main(void)
{
    const double lambda = 0.7;
    const double by_hand_ns = show("M/M/1 by hand, per customer", ns_each(mm1_by_hand, 3000000, &lambda));
    show_stations(by_hand_ns);
    show_event_sets();
    show("draw: 128 bits by Philox4x32-10", ns_each(run_draw, 20000000, NULL));
    static const char *const services[] = { "exp(10ms)", "lognormal(mean=10ms cv=1)", "gamma(mean=10ms cv=0.8)",
                                            "weibull(mean=10ms shape=0.7)", "uniform(1ms 3ms)" };
    for (size_t i = 0; i < ARRAY_LEN(services); i++)
        show(services[i], ns_each(run_sample, 10000000, services[i]));
    show("  the lognormal one from a sampler's table", ns_each(run_sampler, 10000000, services[1]));
    show("next arrival of a piecewise-linear rate, draw included", ns_each(run_arrivals, 5000000, NULL));
    show("latency into a histogram", ns_each(run_histogram, 20000000, NULL));
    static const enum dispatch_policy policies[] = { DISPATCH_ROUND_ROBIN, DISPATCH_POWER_OF_TWO,
                                                     DISPATCH_LEAST_OUTSTANDING };
    static const char *const names[] = { "round robin", "power of two", "least outstanding" };
    for (size_t i = 0; i < ARRAY_LEN(policies); i++) {
        char what[80];
        snprintf(what, sizeof what, "%s of 1000 targets, pick and release", names[i]);
        show(what, ns_each(run_dispatcher, 5000000, &policies[i]));
    }
    show("timeout that does not fire, arm and disarm", ns_each(run_timer_ring, 10000000, NULL));
    show("gate with a line, enter and leave", ns_each(run_gate, 10000000, NULL));
    show("message, put, take and remove", ns_each(run_message_queue, 10000000, NULL));
    return 0;
}
