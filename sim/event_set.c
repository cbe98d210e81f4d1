/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Three places, in the order of their times:
 *
 *   sorted    the events of the current bucket (and earlier ones that came later), at most SORTED_MAX
 *   wheel     the next BUCKETS buckets, unsorted lists of pooled nodes; a bitmap finds the next used one
 *   heap      4-ary: what lies beyond the wheel, and what does not fit into `sorted`
 *
 * A bucket is sorted when the clock reaches it. The heap is never emptied into the wheel: the earliest event is the
 * smaller of the two heads, one comparison. With a horizon of 0 everything lives in the heap: the oracle.
 */
#include "sim/event_set.h"

#include <string.h>

#include "sim/base/check.h"
#include "sim/base/compiler.h"

enum {
    BUCKETS = 16384, /* times 262 us: a horizon of 4.3 s, beyond most service times and timeouts that are events */
    WORDS = BUCKETS / 64,
    DEFAULT_SHIFT = 18,
    SORTED_MAX = 64,              /* events; beyond, insertion costs more than the heap */
    SORTED_ROOM = 2 * SORTED_MAX, /* entries, so that closing the gap left by pops is rare */
    HEAP_PAD = 3, /* unused entries before the root: the four children of a node then share one cache line */
    NODES_FIRST = 256,
    HEAP_FIRST = 256,
};

/* Built with -DHEADROOM_HEAP=1 every set is a plain heap, so that whole runs can be compared with those of the wheel. */
#ifndef HEADROOM_HEAP
#define HEADROOM_HEAP 0
#endif

#define NO_NODE 0u /* node 0 is never used, so that zeroed memory is an empty wheel */

struct node {
    struct event event;
    uint32_t next;
};

struct event_set {
    uint32_t head, tail; /* of sorted[] */
    uint64_t heap_count;
    struct event *heap; /* heap[HEAP_PAD] is the root */
    uint64_t current;   /* absolute number of the current bucket: sorted[] has all up to it */
    uint64_t horizon;   /* BUCKETS, or 0 for the oracle */
    uint64_t last_time; /* of the last popped event */
    uint64_t in_wheel;
    struct node *nodes;
    uint32_t free_node; /* list */
    uint32_t node_count, node_capacity;
    int shift;
    uint64_t heap_capacity; /* without the pad */
    struct arena *arena;
    struct event sorted[SORTED_ROOM];
    uint64_t summary[WORDS / 64];
    uint64_t used[WORDS];
    uint32_t buckets[BUCKETS]; /* first node of each */
};

static struct event_set *set_new(struct arena *arena, int shift, uint64_t horizon)
{
    struct event_set *set = ARENA_NEW(arena, struct event_set);
    set->arena = arena;
    set->shift = shift;
    set->horizon = horizon;
    set->node_count = 1;
    return set;
}

struct event_set *event_set_new(struct arena *arena, sim_time bucket_ns)
{
    CHECK(bucket_ns >= 0 && (bucket_ns & (bucket_ns - 1)) == 0, "the width of a bucket is a power of two");
    return set_new(arena, bucket_ns == 0 ? DEFAULT_SHIFT : count_trailing_zeros_u64((uint64_t)bucket_ns),
                   HEADROOM_HEAP ? 0 : BUCKETS);
}

struct event_set *event_set_new_heap(struct arena *arena)
{
    return set_new(arena, DEFAULT_SHIFT, 0);
}

/* Writes an event from registers. gcc 12 would put a struct together on the stack and stall on reading it back. */
static inline void put_key(struct event *place, uint128 key)
{
    place->time = (uint64_t)(key >> 64);
    place->what = (uint64_t)key;
}

/* ---- the heap */

static void heap_reserve(struct event_set *set)
{
    if (set->heap_count < set->heap_capacity)
        return;
    const uint64_t old = set->heap_capacity ? set->heap_capacity + HEAP_PAD : 0;
    set->heap_capacity = set->heap_capacity ? 2 * set->heap_capacity : HEAP_FIRST;
    set->heap = arena_grow(set->arena, set->heap, old, set->heap_capacity + HEAP_PAD, sizeof *set->heap);
}

static void heap_push(struct event_set *set, struct event e)
{
    heap_reserve(set);
    struct event *heap = set->heap + HEAP_PAD;
    const uint128 key = event_key(e);
    uint64_t i = set->heap_count++;
    while (i > 0) {
        const uint64_t parent = (i - 1) / 4;
        if (key >= event_key(heap[parent]))
            break;
        heap[i] = heap[parent];
        i = parent;
    }
    put_key(&heap[i], key);
}

static uint64_t earliest_child(const struct event *heap, uint64_t first, uint64_t count)
{
    const uint64_t end = first + 4 < count ? first + 4 : count;
    uint64_t best = first;
    for (uint64_t i = first + 1; i < end; i++)
        if (event_before(heap[i], heap[best]))
            best = i;
    return best;
}

static struct event heap_pop(struct event_set *set)
{
    struct event *heap = set->heap + HEAP_PAD;
    const struct event top = heap[0];
    const uint128 moved = event_key(heap[--set->heap_count]);
    uint64_t i = 0;
    for (uint64_t first = 1; first < set->heap_count; first = 4 * i + 1) {
        const uint64_t child = earliest_child(heap, first, set->heap_count);
        if (event_key(heap[child]) >= moved)
            break;
        heap[i] = heap[child];
        i = child;
    }
    put_key(&heap[i], moved);
    return top;
}

/* ---- the sorted bucket */

static inline void sorted_insert(struct event_set *set, struct event e)
{
    const uint128 key = event_key(e);
    struct event *place = &set->sorted[set->tail++];
    const struct event *first = &set->sorted[set->head];
    for (; place > first && key < event_key(place[-1]); place--)
        *place = place[-1];
    put_key(place, key);
}

/* For an event that belongs to the current bucket or lies before it. */
static void current_push(struct event_set *set, struct event e)
{
    if (set->tail - set->head >= SORTED_MAX) {
        heap_push(set, e);
        return;
    }
    if (set->tail == SORTED_ROOM) { /* close the gap that pops have left */
        memmove(set->sorted, set->sorted + set->head, (set->tail - set->head) * sizeof *set->sorted);
        set->tail -= set->head;
        set->head = 0;
    }
    sorted_insert(set, e);
}

/* ---- the wheel */

static uint32_t node_new(struct event_set *set)
{
    const uint32_t node = set->free_node;
    if (node != NO_NODE) {
        set->free_node = set->nodes[node].next;
        return node;
    }
    if (set->node_count >= set->node_capacity) {
        CHECK(set->node_capacity < UINT32_MAX / 2, "too many pending events");
        const uint32_t capacity = set->node_capacity ? 2 * set->node_capacity : NODES_FIRST;
        set->nodes = arena_grow(set->arena, set->nodes, set->node_capacity, capacity, sizeof *set->nodes);
        set->node_capacity = capacity;
    }
    return set->node_count++;
}

static void wheel_push(struct event_set *set, uint64_t bucket, struct event e)
{
    const uint32_t node = node_new(set);
    const uint32_t b = (uint32_t)(bucket % BUCKETS);
    put_key(&set->nodes[node].event, event_key(e));
    set->nodes[node].next = set->buckets[b];
    set->buckets[b] = node;
    set->used[b / 64] |= UINT64_C(1) << (b % 64);
    set->summary[b / 4096] |= UINT64_C(1) << (b / 64 % 64);
    set->in_wheel++;
}

/* The first used word at or after `word`, going round. At least one word is used. */
static uint32_t next_used_word(const struct event_set *set, uint32_t word)
{
    const uint32_t groups = WORDS / 64;
    uint32_t group = word / 64 % groups;
    uint64_t bits = set->summary[group] & (UINT64_MAX << (word % 64));
    while (bits == 0) {
        group = (group + 1) % groups;
        bits = set->summary[group];
    }
    return group * 64 + (uint32_t)count_trailing_zeros_u64(bits);
}

/* The next used bucket after the current one, as a number below BUCKETS. */
static uint32_t next_used_bucket(const struct event_set *set)
{
    const uint32_t from = (uint32_t)((set->current + 1) % BUCKETS);
    const uint64_t bits = set->used[from / 64] & (UINT64_MAX << (from % 64));
    if (bits != 0)
        return from / 64 * 64 + (uint32_t)count_trailing_zeros_u64(bits);
    const uint32_t word = next_used_word(set, from / 64 + 1);
    return word * 64 + (uint32_t)count_trailing_zeros_u64(set->used[word]);
}

/* Makes the next used bucket the current one. `sorted` is empty, the wheel is not. */
static void wheel_advance(struct event_set *set)
{
    const uint32_t b = next_used_bucket(set);
    const uint32_t here = (uint32_t)(set->current % BUCKETS);
    set->current += b > here ? b - here : b + BUCKETS - here;
    set->used[b / 64] &= ~(UINT64_C(1) << (b % 64));
    if (set->used[b / 64] == 0)
        set->summary[b / 4096] &= ~(UINT64_C(1) << (b / 64 % 64));

    set->head = set->tail = 0;
    uint32_t node = set->buckets[b];
    set->buckets[b] = NO_NODE;
    do {
        struct node *n = &set->nodes[node];
        const uint32_t next = n->next;
        current_push(set, n->event);
        n->next = set->free_node;
        set->free_node = node;
        node = next;
        set->in_wheel--;
    } while (node != NO_NODE);
}

/* ---- the set */

void event_set_push(struct event_set *set, struct event e)
{
    CHECK((sim_time)e.time >= (sim_time)set->last_time, "an event lies in the past");
    if (set->horizon == 0) {
        heap_push(set, e);
        return;
    }
    if (set->head == set->tail && set->in_wheel == 0)
        set->current = set->last_time >> set->shift; /* the heap alone has moved the clock: let the wheel catch up */
    const uint64_t bucket = e.time >> set->shift;
    if (bucket <= set->current)
        current_push(set, e);
    else if (bucket - set->current < set->horizon)
        wheel_push(set, bucket, e);
    else
        heap_push(set, e);
}

static inline void settle(struct event_set *set)
{
    if (set->head == set->tail && set->in_wheel > 0)
        wheel_advance(set);
}

/* After settle(): whether the earliest event is the head of `sorted`. */
static inline bool sorted_is_first(const struct event_set *set)
{
    if (set->head == set->tail)
        return false;
    return set->heap_count == 0 || event_before(set->sorted[set->head], set->heap[HEAP_PAD]);
}

bool event_set_peek(struct event_set *set, struct event *out)
{
    settle(set);
    if (sorted_is_first(set))
        *out = set->sorted[set->head];
    else if (set->heap_count > 0)
        *out = set->heap[HEAP_PAD];
    else
        return false;
    return true;
}

struct event event_set_pop(struct event_set *set)
{
    settle(set);
    struct event e;
    if (sorted_is_first(set)) {
        e = set->sorted[set->head++];
    } else {
        CHECK(set->heap_count > 0, "an event was taken from an empty event set");
        e = heap_pop(set);
    }
    set->last_time = e.time;
    return e;
}

bool event_set_pop_before(struct event_set *set, sim_time limit, struct event *out)
{
    settle(set);
    if (LIKELY(sorted_is_first(set))) {
        const struct event first = set->sorted[set->head];
        if (first.time >= (uint64_t)limit)
            return false;
        set->head++;
        *out = first;
    } else {
        if (set->heap_count == 0 || set->heap[HEAP_PAD].time >= (uint64_t)limit)
            return false;
        *out = heap_pop(set);
    }
    set->last_time = out->time;
    return true;
}

uint64_t event_set_count(const struct event_set *set)
{
    return set->tail - set->head + set->in_wheel + set->heap_count;
}
