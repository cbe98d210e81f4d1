/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/benchmarks/queue_work.h"

#include "analysis/benchmarks/by_hand.h"
#include "sim/event_set.h"
#include "sim/station.h"

enum { SLOTS = 1 << 13 }; /* of jobs; at load 0.9 nobody stays as long as that many arrivals */

static inline void ahead(uint64_t count, uint32_t servers, struct customers *c, struct histogram *h,
                         struct arena *arena, const enum customer_source source)
{
    struct station st;
    const struct station_config config = {
        .discipline = STATION_FCFS, .execution = STATION_AHEAD, .servers = servers, .speed = 1.0
    };
    station_init(&st, arena, NULL, &config, 0);
    for (uint64_t i = 0; i < count; i++) {
        const struct customer next = customers_next(c, source);
        histogram_record(h, station_arrive(&st, next.at, 0, (uint32_t)i, next.demand) - next.at);
    }
}

struct served {
    struct station station;
    struct event_set *events;
    sim_time *arrived; /* of each slot */
};

/* Everything that is due before `until`. */
static inline void serve(struct served *s, sim_time until, struct histogram *h)
{
    for (struct event e; event_set_peek(s->events, &e) && (sim_time)e.time < until;) {
        event_set_pop(s->events);
        for (uint32_t job; (job = station_done(&s->station, (sim_time)e.time, event_slot(e))) != STATION_NONE;)
            histogram_record(h, (sim_time)e.time - s->arrived[job]);
    }
}

static inline void on_events(uint64_t count, uint32_t servers, enum discipline discipline, struct customers *c,
                             struct histogram *h, struct arena *arena, const enum customer_source source)
{
    struct served s = { .events = event_set_new(arena, 0), .arrived = ARENA_ARRAY(arena, sim_time, SLOTS) };
    const struct station_config config = { .discipline = discipline, .servers = servers, .speed = 1.0 };
    station_init(&s.station, arena, s.events, &config, 0);
    for (uint64_t i = 0; i < count; i++) {
        const struct customer next = customers_next(c, source);
        serve(&s, next.at, h);
        const uint32_t slot = (uint32_t)(i % SLOTS);
        s.arrived[slot] = next.at;
        station_arrive(&s.station, next.at, slot, (uint32_t)i, next.demand);
    }
    serve(&s, SIM_NEVER, h);
}

static inline void simulate(uint64_t count, const struct queue_work *w, struct customers *c, struct histogram *h,
                            struct arena *arena, const enum customer_source source)
{
    const uint32_t servers = w->queue->servers;
    switch (w->way) {
    case QUEUE_BY_HAND_EVENTS: by_hand_events(count, c, source, servers, h, arena); break;
    case QUEUE_BY_HAND_DEPARTURES: by_hand_departures(count, c, source, servers, h, arena); break;
    case QUEUE_BY_HAND_SHARED: by_hand_shared(count, c, source, servers, h, arena); break;
    case QUEUE_AHEAD: ahead(count, servers, c, h, arena, source); break;
    case QUEUE_ON_EVENTS: on_events(count, servers, STATION_FCFS, c, h, arena, source); break;
    case QUEUE_SHARED: on_events(count, servers, STATION_PROCESSOR_SHARING, c, h, arena, source); break;
    }
}

void queue_simulate(uint64_t count, const struct queue_work *w, struct customers *c, struct histogram *h,
                    struct arena *arena)
{
    switch (w->source) {
    case CUSTOMERS_ENGINE: simulate(count, w, c, h, arena, CUSTOMERS_ENGINE); break;
    case CUSTOMERS_LEAN: simulate(count, w, c, h, arena, CUSTOMERS_LEAN); break;
    case CUSTOMERS_TABLE: simulate(count, w, c, h, arena, CUSTOMERS_TABLE); break;
    }
}

uint64_t queue_measure(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    const struct queue_work *w = parameter;
    struct arena arena;
    struct customers customers;
    struct histogram h;
    arena_init(&arena);
    customers_init(&customers, w->queue, w->source, &arena);
    histogram_init(&h, &arena);
    stopwatch_start(watch);
    queue_simulate(count, w, &customers, &h, &arena);
    stopwatch_stop(watch);
    const uint64_t found = (uint64_t)h.sum_ns;
    arena_fini(&arena);
    return found;
}
