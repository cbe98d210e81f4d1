/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * customers -- who comes when and wants how much: the input of a queue, the same for the engine and for what is written
 * by hand.
 *
 *   engine's draws   Poisson arrivals of sim/arrivals.h, demands by sim/sampler.h, both from addressed Philox4x32-10,
 *                    64 blocks at a time
 *   lean draws       the same laws from xoshiro256++ and a ziggurat: what a loop written by hand would take
 *   from a table     drawn before the watch starts, 16,384 customers again and again: the queue alone is measured
 */
#ifndef HEADROOM_CUSTOMERS_H
#define HEADROOM_CUSTOMERS_H

#include "analysis/benchmarks/lean.h"
#include "sim/arrivals.h"
#include "sim/base/arena.h"
#include "sim/dist.h"
#include "sim/draw_row.h"
#include "sim/sampler.h"
#include "sim/simtime.h"

enum customer_source { CUSTOMERS_ENGINE, CUSTOMERS_LEAN, CUSTOMERS_TABLE };
enum { CUSTOMERS_IN_TABLE = 1 << 14, CUSTOMERS_ARRIVAL = 7, CUSTOMERS_DEMAND = 8 /* places of draws */ };

struct customer {
    sim_time at, demand; /* ns, of a server of speed 1 */
};

/* A queue that benchmarks agree on. */
struct queue_case {
    uint32_t servers;
    double load;         /* of all servers, 0..1 */
    const char *service; /* a distribution as scenarios write it */
};

struct customers {
    struct arrivals arrivals;
    struct rate_knot knots[2];
    struct dist service;
    struct sampler sampler;
    struct draw_block row[DRAW_ROW]; /* for the demands of the ordinals around the next one */
    uint64_t ordinal;
    sim_time at; /* the last arrival of lean draws and of the table */
    double mean_gap_ns, mean_demand_ns;
    struct lean lean;
    const uint32_t *gaps, *demands; /* ns */
};

extern const struct draw_key customers_key;

/* Tables live in the arena. Lean draws are exponential, whatever the case's service is. */
void customers_init(struct customers *c, const struct queue_case *q, enum customer_source source, struct arena *arena);

/* The distribution that a benchmark was written with. */
struct dist customers_dist(const char *text, struct arena *arena);

/* `source` is a constant at each call, so the others' code is not there. */
static inline struct customer customers_next(struct customers *c, enum customer_source source)
{
    const uint64_t i = c->ordinal++;
    if (source == CUSTOMERS_ENGINE) {
        if (i % DRAW_ROW == 0)
            draw_row(customers_key, i, CUSTOMERS_DEMAND, 0, c->row);
        const sim_time at = arrivals_next(&c->arrivals);
        return (struct customer){ at, sampler_draw(&c->sampler, c->row[i % DRAW_ROW].a) };
    }
    if (source == CUSTOMERS_LEAN) {
        c->at += (sim_time)(lean_exponential(&c->lean) * c->mean_gap_ns);
        return (struct customer){ c->at, (sim_time)(lean_exponential(&c->lean) * c->mean_demand_ns) };
    }
    c->at += c->gaps[i % CUSTOMERS_IN_TABLE];
    return (struct customer){ c->at, c->demands[i % CUSTOMERS_IN_TABLE] };
}

#endif
