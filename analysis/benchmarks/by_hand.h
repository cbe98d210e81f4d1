/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * by_hand -- queues as a good programmer writes them for one purpose: nothing in them could become another model.
 *
 * Each serves `count` customers and puts every latency into a histogram. The engine, given the same customers, has to
 * come to the same histogram: tests/unit/test_by_hand.c.
 */
#ifndef HEADROOM_BY_HAND_H
#define HEADROOM_BY_HAND_H

#include "analysis/benchmarks/customers.h"
#include "sim/histogram.h"

/* The next event, again and again: a binary heap of 24-byte events, a ring of those who wait. In order of arrival. */
void by_hand_events(uint64_t count, struct customers *c, enum customer_source source, uint32_t servers,
                    struct histogram *h, struct arena *arena);

/* The departure of each customer when he arrives: Lindley's recursion for one server, a heap of the servers' times for
 * more [KIE-55]. In order of arrival; the least that an exact simulation of this queue can do. */
void by_hand_departures(uint64_t count, struct customers *c, enum customer_source source, uint32_t servers,
                        struct histogram *h, struct arena *arena);

/* Equal shares: virtual time, a heap of finish marks, in floating point. Latencies differ from the engine's by rounding. */
void by_hand_shared(uint64_t count, struct customers *c, enum customer_source source, uint32_t servers,
                    struct histogram *h, struct arena *arena);

/* ---- the binary heap of by_hand_events, for others ---- */

struct hand_event {
    uint64_t time;
    uint32_t serial, type; /* the serial breaks ties: first in, first out */
    uint64_t argument;
};

struct hand_heap {
    struct hand_event *events; /* of the caller; large enough */
    uint32_t count, serial;
};

static inline int hand_before(const struct hand_event *a, const struct hand_event *b)
{
    return a->time < b->time || (a->time == b->time && a->serial < b->serial);
}

static inline void hand_push(struct hand_heap *heap, uint64_t time, uint32_t type, uint64_t argument)
{
    const struct hand_event e = { time, heap->serial++, type, argument };
    uint32_t i = heap->count++;
    for (uint32_t parent; i > 0 && hand_before(&e, &heap->events[parent = (i - 1) / 2]); i = parent)
        heap->events[i] = heap->events[parent];
    heap->events[i] = e;
}

static inline struct hand_event hand_pop(struct hand_heap *heap)
{
    struct hand_event *const events = heap->events;
    const struct hand_event first = events[0], last = events[--heap->count];
    uint32_t i = 0;
    for (uint32_t child = 1; child < heap->count; child = 2 * i + 1) {
        if (child + 1 < heap->count && hand_before(&events[child + 1], &events[child]))
            child++;
        if (!hand_before(&events[child], &last))
            break;
        events[i] = events[child];
        i = child;
    }
    events[i] = last;
    return first;
}

#endif
