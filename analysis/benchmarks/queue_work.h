/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * queue_work -- one queue, simulated in one of several ways, on a stopwatch.
 */
#ifndef HEADROOM_QUEUE_WORK_H
#define HEADROOM_QUEUE_WORK_H

#include "analysis/benchmarks/benchmark.h"
#include "analysis/benchmarks/customers.h"
#include "sim/histogram.h"

enum queue_way {
    QUEUE_BY_HAND_EVENTS,
    QUEUE_BY_HAND_DEPARTURES,
    QUEUE_BY_HAND_SHARED,
    QUEUE_AHEAD,     /* the engine: departures computed ahead */
    QUEUE_ON_EVENTS, /* the engine: in order of arrival, an event for each service */
    QUEUE_SHARED,    /* the engine: processor sharing */
};

struct queue_work {
    const struct queue_case *queue;
    enum queue_way way;
    enum customer_source source;
};

/* Serves `count` customers until the last has left; every latency is in `h`. */
void queue_simulate(uint64_t count, const struct queue_work *w, struct customers *c, struct histogram *h,
                    struct arena *arena);

/* The same as a row's work; parameter: struct queue_work. */
uint64_t queue_measure(uint64_t count, const void *parameter, struct stopwatch *watch);

#endif
