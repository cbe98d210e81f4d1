/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What a request meets on its way, per visit and without draws: the customers come from a table.
 */
#include "analysis/benchmarks/bench_tables.h"
#include "analysis/benchmarks/dispatch_work.h"
#include "analysis/benchmarks/parts_work.h"
#include "analysis/benchmarks/queue_work.h"

static const struct queue_case COMMANDS = { .servers = 1, .load = 0.3, .service = "exp(20us)" };
static const struct queue_case FOUR = { .servers = 4, .load = 0.8, .service = "lognormal(mean=10ms cv=1)" };
static const struct queue_case TWO = { .servers = 2, .load = 0.6, .service = "lognormal(mean=10ms cv=1)" };

#define VISIT(queue, way) \
    .work = queue_measure, .parameter = &(const struct queue_work) \
    { \
        &queue, way, CUSTOMERS_TABLE \
    }
#define DISPATCH(policy) \
    .parameter = &(const enum dispatch_policy) \
    { \
        policy \
    }

const struct benchmark bench_visits[] = {
    { .name = "visits",
      .title = "stations, per visit with its latency, customers from a table",
      .rows = { { "4 servers in order, load 0.8: departures by hand", VISIT(FOUR, QUEUE_BY_HAND_DEPARTURES),
                  .limit = true },
                { "  engine, departures computed ahead", VISIT(FOUR, QUEUE_AHEAD), .at_most = 60, .stretch = 30 },
                { "4 servers in order, load 0.8: next event by hand", VISIT(FOUR, QUEUE_BY_HAND_EVENTS),
                  .limit = true },
                { "  engine, on events", VISIT(FOUR, QUEUE_ON_EVENTS), .at_most = 130, .stretch = 85 },
                { "4 shared CPUs, load 0.8: by hand", VISIT(FOUR, QUEUE_BY_HAND_SHARED), .limit = true },
                { "  engine, on events", VISIT(FOUR, QUEUE_SHARED), .at_most = 130, .stretch = 85 },
                { "2 shared CPUs, load 0.6: by hand", VISIT(TWO, QUEUE_BY_HAND_SHARED), .limit = true },
                { "  engine, on events", VISIT(TWO, QUEUE_SHARED), .at_most = 130, .stretch = 85 },
                { "a cache's commands, load 0.3: departures by hand", VISIT(COMMANDS, QUEUE_BY_HAND_DEPARTURES),
                  .limit = true },
                { "  engine, departures computed ahead", VISIT(COMMANDS, QUEUE_AHEAD), .at_most = 60,
                  .stretch = 30 } } },
    { .name = "balancer",
      .title = "a target picked and released, 1,000 targets, 3,000 requests outstanding",
      .rows = { { "round robin by hand", dispatch_by_hand, DISPATCH(DISPATCH_ROUND_ROBIN), .limit = true },
                { "  engine", dispatch_engine, DISPATCH(DISPATCH_ROUND_ROBIN) },
                { "power of two choices by hand", dispatch_by_hand, DISPATCH(DISPATCH_POWER_OF_TWO), .limit = true },
                { "  engine", dispatch_engine, DISPATCH(DISPATCH_POWER_OF_TWO) },
                { "least outstanding by hand", dispatch_by_hand, DISPATCH(DISPATCH_LEAST_OUTSTANDING), .limit = true },
                { "  engine", dispatch_engine, DISPATCH(DISPATCH_LEAST_OUTSTANDING), .at_most = 20, .stretch = 12 } } },
    { .name = "primitives",
      .title = "gates, queues, caches, tokens, timeouts and records, each",
      .rows = { { "enter and leave a full gate, by hand", gate_by_hand, .limit = true },
                { "  engine", gate_engine },
                { "message put, taken and removed, by hand", queue_by_hand, .limit = true },
                { "  engine", queue_engine },
                { "cache looked up, 2,000 of 10,000 keys, by hand", store_by_hand, .limit = true },
                { "  engine", store_engine },
                { "token asked for, by hand", bucket_by_hand, .limit = true },
                { "  engine", bucket_engine },
                { "timeout armed and disarmed, engine", timer_engine, .alone = true },
                { "latency into a histogram, engine", histogram_engine, .at_most = 4, .stretch = 2 } } },
    { .name = NULL },
};
