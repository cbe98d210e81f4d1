/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * queue_sim -- Poisson customers, a gate or none, one station: the smallest event loop on the engine, in seconds.
 *
 * The first tenth of the customers is discarded; arrivals come before completions at the same instant, as the written
 * order of events says.
 */
#ifndef HEADROOM_QUEUE_SIM_H
#define HEADROOM_QUEUE_SIM_H

#include "sim/arrivals.h"
#include "sim/base/check.h"
#include "sim/dist.h"
#include "sim/gate.h"
#include "sim/station.h"
#include "tests/theory/oracle.h"

enum { QUEUE_THRESHOLDS = 3, QUEUE_REPLICATIONS = 40, QUEUE_SLOTS = 1 << 16 };

struct queue_case {
    enum discipline discipline;
    uint32_t servers;
    double speed; /* 0 means 1 */
    const uint32_t *cap_q16;
    uint32_t gate_limit, gate_backlog; /* limit 0: no gate */
    double lambda_per_s;
    const char *service;
    uint64_t customers; /* per replication */
    double threshold_s[QUEUE_THRESHOLDS];
};

struct queue_result {
    double sojourn_s;                /* mean, of those admitted */
    double slowdown;                 /* mean of sojourn over demand */
    double lost;                     /* share of the customers */
    double number;                   /* time average inside, waiting included */
    double beyond[QUEUE_THRESHOLDS]; /* share whose sojourn exceeds threshold_s */
};

struct queue_customer {
    sim_time arrived_at, demand;
    uint64_t ordinal;
    uint32_t next_free;
};

struct queue_sim {
    const struct queue_case *c;
    struct event_set *events;
    struct station station;
    struct gate gate;
    struct queue_customer *customers;
    uint32_t free;
    uint64_t measured_from, lost, left;
    double sojourn_s, slowdown;
    uint64_t beyond[QUEUE_THRESHOLDS];
};

static inline void queue_serve(struct queue_sim *q, sim_time now, uint32_t slot)
{
    station_arrive(&q->station, now, slot, (uint32_t)q->customers[slot].ordinal, q->customers[slot].demand);
}

static inline void queue_arrive(struct queue_sim *q, sim_time now, uint64_t ordinal, sim_time demand)
{
    const uint32_t slot = q->free;
    CHECK(slot != GATE_NONE, "the queue of a theory test grew without bound");
    struct queue_customer *customer = &q->customers[slot];
    q->free = customer->next_free;
    *customer = (struct queue_customer){ .arrived_at = now, .demand = demand, .ordinal = ordinal };
    switch (q->c->gate_limit ? gate_enter(&q->gate, now, slot) : GATE_ENTERED) {
    case GATE_ENTERED: queue_serve(q, now, slot); break;
    case GATE_WAITING: break;
    case GATE_REFUSED:
        q->lost += ordinal >= q->measured_from;
        customer->next_free = q->free;
        q->free = slot;
        break;
    }
}

static inline void queue_leave(struct queue_sim *q, sim_time now, uint32_t slot)
{
    struct queue_customer *customer = &q->customers[slot];
    if (customer->ordinal >= q->measured_from) {
        const double sojourn_s = (double)(now - customer->arrived_at) / 1e9;
        q->left++;
        q->sojourn_s += sojourn_s;
        q->slowdown += (double)(now - customer->arrived_at) / (double)customer->demand;
        for (int i = 0; i < QUEUE_THRESHOLDS; i++)
            q->beyond[i] += sojourn_s > q->c->threshold_s[i];
    }
    customer->next_free = q->free;
    q->free = slot;
    const uint32_t next = q->c->gate_limit ? gate_leave(&q->gate, now) : GATE_NONE;
    if (next != GATE_NONE)
        queue_serve(q, now, next);
}

static inline void queue_handle(struct queue_sim *q, struct event e)
{
    for (uint32_t slot; (slot = station_done(&q->station, (sim_time)e.time, event_slot(e))) != STATION_NONE;)
        queue_leave(q, (sim_time)e.time, slot);
}

static inline uint128 queue_integral(struct queue_sim *q, sim_time now)
{
    if (!q->c->gate_limit) {
        station_meter(&q->station, now);
        return q->station.number;
    }
    gate_meter(&q->gate, now);
    return q->gate.occupancy + q->gate.queue;
}

static inline struct queue_result queue_simulate(const struct queue_case *c, uint64_t seed, uint32_t replication)
{
    struct arena arena;
    struct diag diag;
    struct dist service;
    struct arrivals arrivals;
    arena_init(&arena);
    diag_init(&diag, &arena);
    CHECK(dist_parse(&service, c->service, (struct mark){ 0 }, NULL, &arena, &diag), "a bad service time");
    const struct draw_key key = draw_key_make(seed, replication);
    const uint32_t place = draw_place("service");
    const struct rate_knot knots[] = { { 0, c->lambda_per_s }, { 1000 * SIM_DAY, c->lambda_per_s } };
    arrivals_init(&arrivals, &arena, knots, 2, key, draw_place("arrivals"));

    struct queue_sim q = { .c = c, .measured_from = c->customers / 10, .free = GATE_NONE };
    q.events = event_set_new(&arena, 0);
    q.customers = ARENA_ARRAY(&arena, struct queue_customer, QUEUE_SLOTS);
    for (uint32_t i = QUEUE_SLOTS; i-- > 0; q.free = i)
        q.customers[i].next_free = q.free;
    station_init(&q.station, &arena, q.events, c->discipline, 0, 0, c->servers, c->speed > 0.0 ? c->speed : 1.0,
                 c->cap_q16, 0);
    if (c->gate_limit)
        gate_init(&q.gate, &arena, c->gate_limit, c->gate_backlog, 0);

    sim_time now = 0, measured_since = 0;
    uint128 integral_before = 0;
    for (uint64_t ordinal = 0; ordinal < c->customers; ordinal++) {
        now = arrivals_next(&arrivals);
        for (struct event e; event_set_peek(q.events, &e) && (sim_time)e.time < now;)
            queue_handle(&q, event_set_pop(q.events));
        if (ordinal == q.measured_from) {
            integral_before = queue_integral(&q, now);
            measured_since = now;
        }
        queue_arrive(&q, now, ordinal, dist_sample(&service, draw_unit(draw_at(key, ordinal, place, 0).a)));
    }
    const uint128 integral = queue_integral(&q, now) - integral_before;
    for (struct event e; event_set_peek(q.events, &e);)
        queue_handle(&q, event_set_pop(q.events));

    struct queue_result result = {
        .sojourn_s = q.sojourn_s / (double)q.left,
        .slowdown = q.slowdown / (double)q.left,
        .lost = (double)q.lost / (double)(c->customers - q.measured_from),
        .number = (double)integral / (double)(now - measured_since),
    };
    for (int i = 0; i < QUEUE_THRESHOLDS; i++)
        result.beyond[i] = (double)q.beyond[i] / (double)q.left;
    CHECK(q.left + q.lost == c->customers - q.measured_from, "a customer was lost on the way");
    arena_fini(&arena);
    return result;
}

/* Intervals over QUEUE_REPLICATIONS independent replications. */
struct queue_cis {
    struct ci sojourn_s, slowdown, lost, number, beyond[QUEUE_THRESHOLDS];
};

static inline struct queue_cis queue_cis_of(const struct queue_case *c, uint64_t seed)
{
    enum { FIGURES = 4 + QUEUE_THRESHOLDS };
    double value[FIGURES][QUEUE_REPLICATIONS];
    for (uint32_t i = 0; i < QUEUE_REPLICATIONS; i++) {
        const struct queue_result r = queue_simulate(c, seed, i);
        value[0][i] = r.sojourn_s;
        value[1][i] = r.slowdown;
        value[2][i] = r.lost;
        value[3][i] = r.number;
        for (int k = 0; k < QUEUE_THRESHOLDS; k++)
            value[4 + k][i] = r.beyond[k];
    }
    struct ci ci[FIGURES];
    for (int k = 0; k < FIGURES; k++)
        ci[k] = ci_of_mean(value[k], QUEUE_REPLICATIONS, ORACLE_LEVEL);
    return (struct queue_cis){ ci[0], ci[1], ci[2], ci[3], { ci[4], ci[5], ci[6] } };
}

#endif
