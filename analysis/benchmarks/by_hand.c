/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/benchmarks/by_hand.h"

#include <math.h>
#include <string.h>

enum { RING = 1 << 12, SERVERS_MAX = 64, INSIDE_MAX = 1 << 12 }; /* at load 0.9 they are never half as full */
enum { ARRIVES, DEPARTS };

/* Once for each source, so that what a customer costs is in the loop and not behind a decision. */
#define FOR_EACH_SOURCE(function, ...) \
    switch (source) { \
    case CUSTOMERS_ENGINE: function(__VA_ARGS__, CUSTOMERS_ENGINE); break; \
    case CUSTOMERS_LEAN: function(__VA_ARGS__, CUSTOMERS_LEAN); break; \
    case CUSTOMERS_TABLE: function(__VA_ARGS__, CUSTOMERS_TABLE); break; \
    }

/* ---- the next event ---- */

static inline void next_events(uint64_t count, struct customers *c, uint32_t servers, struct histogram *h,
                               struct customer *ring, struct hand_heap *heap, const enum customer_source source)
{
    uint32_t head = 0, tail = 0, busy = 0;
    uint64_t to_come = count;
    struct customer next = customers_next(c, source);
    hand_push(heap, (uint64_t)next.at, ARRIVES, 0);
    for (uint64_t departed = 0; departed < count;) {
        const struct hand_event e = hand_pop(heap);
        if (e.type == ARRIVES) {
            if (busy < servers) {
                busy++;
                hand_push(heap, e.time + (uint64_t)next.demand, DEPARTS, e.time);
            } else {
                ring[tail++ % RING] = next;
            }
            if (--to_come > 0) {
                next = customers_next(c, source);
                hand_push(heap, (uint64_t)next.at, ARRIVES, 0);
            }
            continue;
        }
        histogram_record(h, (sim_time)(e.time - e.argument));
        departed++;
        if (head == tail) {
            busy--;
        } else {
            const struct customer first = ring[head++ % RING];
            hand_push(heap, e.time + (uint64_t)first.demand, DEPARTS, (uint64_t)first.at);
        }
    }
}

void by_hand_events(uint64_t count, struct customers *c, enum customer_source source, uint32_t servers,
                    struct histogram *h, struct arena *arena)
{
    struct customer *ring = ARENA_ARRAY(arena, struct customer, RING);
    struct hand_event events[SERVERS_MAX + 1];
    struct hand_heap heap = { .events = events };
    FOR_EACH_SOURCE(next_events, count, c, servers, h, ring, &heap)
}

/* ---- departures at arrival ---- */

static inline void lindley(uint64_t count, struct customers *c, struct histogram *h, const enum customer_source source)
{
    sim_time free_at = 0;
    for (uint64_t i = 0; i < count; i++) {
        const struct customer next = customers_next(c, source);
        free_at = (free_at > next.at ? free_at : next.at) + next.demand;
        histogram_record(h, free_at - next.at);
    }
}

/* Puts `time` where the earliest was. */
static inline void replace_earliest(sim_time *heap, uint32_t count, sim_time time)
{
    uint32_t i = 0;
    for (uint32_t child = 1; child < count; child = 2 * i + 1) {
        child += child + 1 < count && heap[child + 1] < heap[child];
        if (heap[child] >= time)
            break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = time;
}

static inline void kiefer_wolfowitz(uint64_t count, struct customers *c, uint32_t servers, struct histogram *h,
                                    const enum customer_source source)
{
    sim_time free_at[SERVERS_MAX] = { 0 };
    for (uint64_t i = 0; i < count; i++) {
        const struct customer next = customers_next(c, source);
        const sim_time departs = (free_at[0] > next.at ? free_at[0] : next.at) + next.demand;
        replace_earliest(free_at, servers, departs);
        histogram_record(h, departs - next.at);
    }
}

void by_hand_departures(uint64_t count, struct customers *c, enum customer_source source, uint32_t servers,
                        struct histogram *h, struct arena *arena)
{
    if (servers == 1)
        FOR_EACH_SOURCE(lindley, count, c, h)
    else
        FOR_EACH_SOURCE(kiefer_wolfowitz, count, c, servers, h)
}

/* ---- equal shares ---- */

struct sharer {
    double mark; /* of virtual time: when he is done, ns */
    sim_time at;
};

static inline void sharer_push(struct sharer *heap, uint32_t i, struct sharer s)
{
    for (uint32_t parent; i > 0 && s.mark < heap[parent = (i - 1) / 2].mark; i = parent)
        heap[i] = heap[parent];
    heap[i] = s;
}

/* `count` without the first. */
static inline void sharer_drop(struct sharer *heap, uint32_t count)
{
    const struct sharer last = heap[count];
    uint32_t i = 0;
    for (uint32_t child = 1; child < count; child = 2 * i + 1) {
        child += child + 1 < count && heap[child + 1].mark < heap[child].mark;
        if (heap[child].mark >= last.mark)
            break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = last;
}

static inline void shares(uint64_t count, struct customers *c, uint32_t servers, struct histogram *h,
                          struct sharer *inside, const enum customer_source source)
{
    uint32_t n = 0;
    double virtual_ns = 0.0, now = 0.0, departure = HUGE_VAL;
    struct customer next = customers_next(c, source);
    uint64_t to_come = count;
    for (uint64_t departed = 0; departed < count;) {
        const double rate = n <= servers ? 1.0 : (double)servers / n;
        if (to_come > 0 && (double)next.at < departure) {
            virtual_ns += n > 0 ? ((double)next.at - now) * rate : 0.0;
            now = (double)next.at;
            sharer_push(inside, n++, (struct sharer){ virtual_ns + (double)next.demand, next.at });
            if (--to_come > 0)
                next = customers_next(c, source);
        } else {
            virtual_ns = inside[0].mark;
            now = departure;
            histogram_record(h, (sim_time)now - inside[0].at);
            sharer_drop(inside, --n);
            departed++;
        }
        departure = n == 0 ? HUGE_VAL
                           : now + (inside[0].mark - virtual_ns) * (n <= servers ? 1.0 : n / (double)servers);
    }
}

void by_hand_shared(uint64_t count, struct customers *c, enum customer_source source, uint32_t servers,
                    struct histogram *h, struct arena *arena)
{
    struct sharer *inside = ARENA_ARRAY(arena, struct sharer, INSIDE_MAX);
    FOR_EACH_SOURCE(shares, count, c, servers, h, inside)
}
