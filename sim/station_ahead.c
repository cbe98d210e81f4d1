/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Servers that serve in order of arrival, computed at the arrival.
 *
 * The whole of a service and of a sojourn is added to the integrals when it is booked; what lies beyond `now` is taken
 * off when they are read. Beyond `now` a server works without a gap until it is free, because everybody booked has
 * arrived: the busy time needs no list. The number does: the departures, unordered, where whoever has left is
 * forgotten when the list is full or read.
 */
#include "sim/base/check.h"
#include "sim/station_parts.h"

enum { SMALL = 16, BOOKED_FIRST = 32, WAITS_FIRST = 16, FATE_BITS = 2 };

/* 73 years, and the fate beside it. */
static const sim_time DEPARTURE_MAX = (sim_time)1 << (63 - FATE_BITS);

void ahead_init(struct station *st, sim_time now)
{
    CHECK(st->discipline == STATION_FCFS, "departures are computed ahead only in order of arrival");
    CHECK(st->speed_q16 > 0, "departures are computed of servers that stand still");
    st->free_at = ARENA_ARRAY(st->arena, sim_time, st->servers);
    for (uint32_t s = 0; s < st->servers; s++)
        st->free_at[s] = now;
}

/* ---- who is free: a few servers are looked through, many are a heap */

static inline bool is_small(const struct station *st)
{
    return st->servers <= SMALL;
}

/* Without a branch that could be mispredicted: nobody knows which server it is. */
static inline uint32_t first_free(const struct station *st)
{
    if (!is_small(st))
        return 0;
    uint32_t first = 0;
    sim_time at = st->free_at[0];
    for (uint32_t s = 1; s < st->servers; s++) {
        const sim_time other = st->free_at[s];
        first = other < at ? s : first;
        at = other < at ? other : at;
    }
    return first;
}

/* The first free server works until then. In a heap its new time sinks to its place. */
static inline void server_take(struct station *st, uint32_t first, sim_time until)
{
    if (is_small(st)) {
        st->free_at[first] = until;
        return;
    }
    /* The gap sinks to a leaf, the new time rises from there: it is late, so not far. */
    sim_time *const heap = st->free_at;
    const uint32_t count = st->servers;
    uint32_t i = 0;
    for (uint32_t child = 2; child < count; child = 2 * i + 2) {
        const bool left = heap[child - 1] < heap[child];
        const uint32_t down = child - left;
        heap[i] = heap[down];
        i = down;
    }
    if (2 * i + 1 < count) {
        heap[i] = heap[2 * i + 1];
        i = 2 * i + 1;
    }
    for (; i > 0 && heap[(i - 1) / 2] > until; i = (i - 1) / 2)
        heap[i] = heap[(i - 1) / 2];
    heap[i] = until;
}

/* ---- who is inside */

static void forget_the_departed(struct station *st, sim_time now)
{
    const uint64_t until = (uint64_t)now << FATE_BITS | ((1u << FATE_BITS) - 1u);
    uint64_t ended[1 << FATE_BITS] = { 0 };
    uint32_t kept = 0;
    for (uint32_t i = 0; i < st->booked; i++) {
        const uint64_t entry = st->booked_until[i];
        const bool left = entry <= until;
        st->booked_until[kept] = entry;
        kept += !left;
        ended[entry & ((1u << FATE_BITS) - 1u)] += left;
    }
    st->booked = kept;
    st->completions += ended[STATION_SERVED];
    st->cut += ended[STATION_CUT];
    st->dropped += ended[STATION_DROPPED];
}

static void booked_make_room(struct station *st, sim_time now)
{
    forget_the_departed(st, now);
    if (st->booked <= st->booked_capacity / 2 && st->booked_capacity > 0)
        return;
    const uint32_t capacity = st->booked_capacity ? 2 * st->booked_capacity : BOOKED_FIRST;
    st->booked_until = arena_grow(st->arena, st->booked_until, st->booked, capacity, sizeof *st->booked_until);
    st->booked_capacity = capacity;
}

static inline sim_time book(struct station *st, sim_time now, sim_time departs, enum station_fate fate)
{
    CHECK(departs < DEPARTURE_MAX, "a departure after more than 73 years");
    if (UNLIKELY(st->booked == st->booked_capacity))
        booked_make_room(st, now);
    st->booked_until[st->booked++] = (uint64_t)departs << FATE_BITS | fate;
    st->booked_number += (uint64_t)(departs - now);
    st->fate = fate;
    return departs;
}

/* ---- who waits, for a bound: a heap of when they leave the line */

static void forget_the_served(struct station *st, sim_time now)
{
    sim_time *heap = st->waits_until;
    while (st->waits > 0 && heap[0] <= now) {
        const sim_time last = heap[--st->waits];
        uint32_t i = 0;
        for (uint32_t child; (child = 2 * i + 1) < st->waits; i = child) {
            if (child + 1 < st->waits && heap[child + 1] < heap[child])
                child++;
            if (heap[child] >= last)
                break;
            heap[i] = heap[child];
        }
        heap[i] = last;
    }
}

static void wait_until(struct station *st, sim_time when)
{
    if (st->waits == st->waits_capacity) {
        st->waits_capacity = st->waits_capacity ? 2 * st->waits_capacity : WAITS_FIRST;
        st->waits_until = arena_grow(st->arena, st->waits_until, st->waits, st->waits_capacity,
                                     sizeof *st->waits_until);
    }
    uint32_t i = st->waits++;
    for (; i > 0 && st->waits_until[(i - 1) / 2] > when; i = (i - 1) / 2)
        st->waits_until[i] = st->waits_until[(i - 1) / 2];
    st->waits_until[i] = when;
}

/* Whether there is room for a job that waits until `when`, which is later than `now`. */
static bool line_has_room(struct station *st, sim_time now)
{
    if (st->backlog == UINT32_MAX)
        return true;
    forget_the_served(st, now);
    return st->waits < st->backlog;
}

/* ---- the station */

sim_time ahead_arrive(struct station *st, sim_time now, sim_time demand, sim_time deadline)
{
    if (UNLIKELY(deadline < now))
        return book(st, now, now, STATION_DROPPED);
    const uint32_t first = first_free(st);
    const sim_time starts = st->free_at[first] > now ? st->free_at[first] : now;
    if (starts > now && UNLIKELY(!line_has_room(st, now))) {
        st->refused++;
        st->fate = STATION_REFUSED;
        return now;
    }
    if (starts > now && st->backlog != UINT32_MAX)
        wait_until(st, starts < deadline ? starts : deadline);
    if (UNLIKELY(starts > deadline))
        return book(st, now, deadline, STATION_DROPPED);
    const sim_time ends = starts + (sim_time)station_time_for(st, (uint64_t)demand << 16);
    const sim_time departs = ends < deadline ? ends : deadline;
    server_take(st, first, departs);
    st->booked_busy += (uint64_t)(departs - starts);
    return book(st, now, departs, ends > deadline ? STATION_CUT : STATION_SERVED);
}

bool ahead_has_free_server(const struct station *st, sim_time now)
{
    return st->free_at[first_free(st)] <= now;
}

static uint128 busy_beyond(const struct station *st, sim_time now)
{
    uint128 beyond = 0;
    for (uint32_t s = 0; s < st->servers; s++)
        beyond += (uint64_t)(st->free_at[s] > now ? st->free_at[s] - now : 0);
    return beyond;
}

static uint128 number_beyond(const struct station *st, sim_time now)
{
    uint128 beyond = 0;
    for (uint32_t i = 0; i < st->booked; i++)
        beyond += (st->booked_until[i] >> FATE_BITS) - (uint64_t)now;
    return beyond;
}

void ahead_meter(struct station *st, sim_time now)
{
    forget_the_departed(st, now);
    const uint128 busy = st->booked_busy - busy_beyond(st, now);
    st->busy_q16 = busy << 16;
    st->number = st->booked_number - number_beyond(st, now);
    st->queue = st->number - busy;
    st->last = now;
}

void ahead_clear(struct station *st, sim_time now)
{
    ahead_meter(st, now);
    st->killed += st->booked;
    st->booked = st->waits = 0;
    st->booked_busy = st->busy_q16 >> 16;
    st->booked_number = st->number;
    for (uint32_t s = 0; s < st->servers; s++)
        st->free_at[s] = now;
}
