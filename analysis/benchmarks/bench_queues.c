/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * One queue at load 0.9, draws and a latency histogram included, and what it takes away from them: a visit. The limit of
 * whole customers is the loop by hand with draws of its own choice; the same loop with the engine's draws stands below
 * it, so that the price of addressed draws can be told from that of the engine.
 */
#include "analysis/benchmarks/bench_tables.h"
#include "analysis/benchmarks/queue_work.h"
#include "analysis/benchmarks/simpy.h"

static const struct queue_case MM1 = { .servers = 1, .load = 0.9, .service = "exp(10ms)" };
static const struct queue_case MM16 = { .servers = 16, .load = 0.9, .service = "exp(10ms)" };

#define QUEUE(queue, way, source) \
    .work = queue_measure, .parameter = &(const struct queue_work) \
    { \
        &queue, way, source \
    }

const struct benchmark bench_queues[] = {
    { .name = "mm1",
      .title = "M/M/1 at load 0.9, per customer, draws and latency histogram included",
      .rows = { { .name = "next event by hand, xoshiro256++ and ziggurat",
                  QUEUE(MM1, QUEUE_BY_HAND_EVENTS, CUSTOMERS_LEAN),
                  .limit = true },
                { .name = "  next event by hand, the engine's draws",
                  QUEUE(MM1, QUEUE_BY_HAND_EVENTS, CUSTOMERS_ENGINE) },
                { .name = "  engine, departures computed ahead",
                  QUEUE(MM1, QUEUE_AHEAD, CUSTOMERS_ENGINE),
                  .ratio_at_most = 2.0,
                  .stretch = 1.2 },
                { .name = "  engine, on events", QUEUE(MM1, QUEUE_ON_EVENTS, CUSTOMERS_ENGINE) },
                { .name = "  engine, shared", QUEUE(MM1, QUEUE_SHARED, CUSTOMERS_ENGINE) },
                { .name = "  SimPy 3, two processes and a Store",
                  .work = simpy_measure,
                  .otherwise = "not installed: apt-get install python3-simpy3" },
                { .name = "Lindley by hand, xoshiro256++ and ziggurat",
                  QUEUE(MM1, QUEUE_BY_HAND_DEPARTURES, CUSTOMERS_LEAN),
                  .limit = true },
                { .name = "  Lindley by hand, the engine's draws",
                  QUEUE(MM1, QUEUE_BY_HAND_DEPARTURES, CUSTOMERS_ENGINE) } } },
    { .name = "mm16",
      .title = "M/M/16 at load 0.9, per customer, draws and latency histogram included",
      .rows = { { .name = "next event by hand, xoshiro256++ and ziggurat",
                  QUEUE(MM16, QUEUE_BY_HAND_EVENTS, CUSTOMERS_LEAN),
                  .limit = true },
                { .name = "  next event by hand, the engine's draws",
                  QUEUE(MM16, QUEUE_BY_HAND_EVENTS, CUSTOMERS_ENGINE) },
                { .name = "  engine, departures computed ahead",
                  QUEUE(MM16, QUEUE_AHEAD, CUSTOMERS_ENGINE),
                  .ratio_at_most = 1.5,
                  .stretch = 1.0 },
                { .name = "  engine, on events", QUEUE(MM16, QUEUE_ON_EVENTS, CUSTOMERS_ENGINE) },
                { .name = "  engine, shared", QUEUE(MM16, QUEUE_SHARED, CUSTOMERS_ENGINE) },
                { .name = "Kiefer-Wolfowitz by hand, xoshiro256++ and ziggurat",
                  QUEUE(MM16, QUEUE_BY_HAND_DEPARTURES, CUSTOMERS_LEAN),
                  .limit = true },
                { .name = "  Kiefer-Wolfowitz by hand, the engine's draws",
                  QUEUE(MM16, QUEUE_BY_HAND_DEPARTURES, CUSTOMERS_ENGINE) } } },
    { .name = NULL },
};
