/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * event_set -- what will happen next: a timing wheel with a sorted current bucket, and a 4-ary heap for what lies
 * beyond the wheel. 16-byte events, compared as one 128-bit key, so the order of simultaneous events is written in
 * the event and never depends on the order of pushes:
 *
 *     (time, class, kind, entity, request)
 *
 * key = time:64 | class:3 kind:5 entity:16 serial:16 slot:24. The serial is the low part of the request's ordinal;
 * the slot is its place in the frame pool.
 */
#ifndef HEADROOM_EVENT_SET_H
#define HEADROOM_EVENT_SET_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/arena.h"
#include "sim/base/compiler.h"
#include "sim/simtime.h"

/* The written order of simultaneous events (a completion at the deadline is in time). */
enum event_class {
    EVENT_ARRIVAL,
    EVENT_COMPLETION,
    EVENT_TIMEOUT,
    EVENT_FAULT,
    EVENT_CAPACITY, /* capacity entering or leaving service */
    EVENT_METRIC,
    EVENT_CONTROL,
};

#define EVENT_NO_SLOT 0xffffffu

struct event {
    uint64_t time; /* sim_time, never negative */
    uint64_t what;
};

static inline struct event event_make(sim_time time, enum event_class cls, uint32_t kind, uint32_t entity,
                                      uint32_t serial, uint32_t slot)
{
    return (struct event){ .time = (uint64_t)time,
                           .what = (uint64_t)cls << 61 | (uint64_t)(kind & 31u) << 56 |
                                   (uint64_t)(entity & 0xffffu) << 40 | (uint64_t)(serial & 0xffffu) << 24 |
                                   (slot & 0xffffffu) };
}
static inline uint32_t event_kind(struct event e)
{
    return (uint32_t)(e.what >> 56) & 31u;
}
static inline uint32_t event_entity(struct event e)
{
    return (uint32_t)(e.what >> 40) & 0xffffu;
}
static inline uint32_t event_slot(struct event e)
{
    return (uint32_t)e.what & 0xffffffu;
}
/* Both words as one number: a comparison without a branch. */
static inline uint128 event_key(struct event e)
{
    return (uint128)e.time << 64 | e.what;
}
static inline bool event_before(struct event a, struct event b)
{
    return event_key(a) < event_key(b);
}

struct event_set; /* opaque */

/* Lives in the arena; grows there. bucket_ns: width of a wheel bucket, a power of two (default 2^18 = 262 us if 0). */
struct event_set *event_set_new(struct arena *arena, sim_time bucket_ns);
/* The same functions on the plain 4-ary heap: slower, simpler, the oracle of the other one. */
struct event_set *event_set_new_heap(struct arena *arena);

/* e.time must not lie before the last popped event (CHECKed). */
void event_set_push(struct event_set *set, struct event e);

/* The earliest event without taking it; false when empty. O(1), a few instructions. */
bool event_set_peek(struct event_set *set, struct event *out);
struct event event_set_pop(struct event_set *set); /* not empty */
/* Takes the earliest event if it is earlier than `limit`; otherwise false, and nothing changes. */
bool event_set_pop_before(struct event_set *set, sim_time limit, struct event *out);
uint64_t event_set_count(const struct event_set *set);

#endif
