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
      .rows = { { .name = "4 servers in order, load 0.8: departures by hand",
                  VISIT(FOUR, QUEUE_BY_HAND_DEPARTURES),
                  .limit = true },
                { .name = "  engine, departures computed ahead",
                  VISIT(FOUR, QUEUE_AHEAD),
                  .at_most = 60,
                  .stretch = 30 },
                { .name = "4 servers in order, load 0.8: next event by hand",
                  VISIT(FOUR, QUEUE_BY_HAND_EVENTS),
                  .limit = true },
                { .name = "  engine, on events", VISIT(FOUR, QUEUE_ON_EVENTS), .at_most = 130, .stretch = 85 },
                { .name = "4 shared CPUs, load 0.8: by hand", VISIT(FOUR, QUEUE_BY_HAND_SHARED), .limit = true },
                { .name = "  engine, on events", VISIT(FOUR, QUEUE_SHARED), .at_most = 130, .stretch = 85 },
                { .name = "2 shared CPUs, load 0.6: by hand", VISIT(TWO, QUEUE_BY_HAND_SHARED), .limit = true },
                { .name = "  engine, on events", VISIT(TWO, QUEUE_SHARED), .at_most = 130, .stretch = 85 },
                { .name = "a cache's commands, load 0.3: departures by hand",
                  VISIT(COMMANDS, QUEUE_BY_HAND_DEPARTURES),
                  .limit = true },
                { .name = "  engine, departures computed ahead",
                  VISIT(COMMANDS, QUEUE_AHEAD),
                  .at_most = 60,
                  .stretch = 30 } } },
    { .name = "balancer",
      .title = "a target picked and released, 1,000 targets, 3,000 requests outstanding",
      .rows = { { .name = "round robin by hand",
                  .work = dispatch_by_hand,
                  DISPATCH(DISPATCH_ROUND_ROBIN),
                  .limit = true },
                { .name = "  engine", .work = dispatch_engine, DISPATCH(DISPATCH_ROUND_ROBIN) },
                { .name = "power of two choices by hand",
                  .work = dispatch_by_hand,
                  DISPATCH(DISPATCH_POWER_OF_TWO),
                  .limit = true },
                { .name = "  engine", .work = dispatch_engine, DISPATCH(DISPATCH_POWER_OF_TWO) },
                { .name = "least outstanding by hand",
                  .work = dispatch_by_hand,
                  DISPATCH(DISPATCH_LEAST_OUTSTANDING),
                  .limit = true },
                { .name = "  engine",
                  .work = dispatch_engine,
                  DISPATCH(DISPATCH_LEAST_OUTSTANDING),
                  .at_most = 20,
                  .stretch = 12 } } },
    { .name = "primitives",
      .title = "gates, queues, caches, tokens, timeouts and records, each",
      .rows = { { .name = "enter and leave a full gate, by hand", .work = gate_by_hand, .limit = true },
                { .name = "  engine", .work = gate_engine },
                { .name = "message put, taken and removed, by hand", .work = queue_by_hand, .limit = true },
                { .name = "  engine", .work = queue_engine },
                { .name = "cache looked up, 2,000 of 10,000 keys, by hand", .work = store_by_hand, .limit = true },
                { .name = "  engine", .work = store_engine },
                { .name = "token asked for, by hand", .work = bucket_by_hand, .limit = true },
                { .name = "  engine", .work = bucket_engine },
                { .name = "timeout armed and disarmed, engine", .work = timer_engine, .alone = true },
                { .name = "latency into a histogram, engine",
                  .work = histogram_engine,
                  .at_most = 4,
                  .stretch = 2 } } },
    { .name = NULL },
};
