/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/gate.h"

#include "sim/base/check.h"

enum { RING_FIRST = 16 };

void gate_init(struct gate *gate, struct arena *arena, uint32_t limit, uint32_t backlog, sim_time now)
{
    *gate = (struct gate){ .arena = arena, .limit = limit, .backlog = backlog, .last = now };
}

void gate_meter(struct gate *gate, sim_time now)
{
    const uint64_t dt = (uint64_t)(now - gate->last);
    gate->occupancy += (uint128)gate->inside * dt;
    gate->queue += (uint128)gate->waiting * dt;
    gate->last = now;
}

static struct gate_waiter *ring_at(const struct gate *gate, uint32_t i)
{
    return &gate->ring[(gate->head + i) & (gate->capacity - 1)];
}

/* The ring is full: drops the withdrawn when they are half of it, else doubles it. Amortised O(1) either way. */
static void ring_make_room(struct gate *gate)
{
    const bool grow = gate->waiting > gate->capacity / 2 || gate->capacity == 0;
    const uint32_t capacity = !grow ? gate->capacity : gate->capacity ? 2 * gate->capacity : RING_FIRST;
    struct gate_waiter *ring = grow ? ARENA_ARRAY(gate->arena, struct gate_waiter, capacity) : gate->ring;
    uint32_t used = 0;
    if (!grow) { /* in place: what is kept moves towards the head */
        for (uint32_t i = 0; i < gate->used; i++)
            if (ring_at(gate, i)->job != GATE_NONE)
                *ring_at(gate, used++) = *ring_at(gate, i);
    } else {
        for (uint32_t i = 0; i < gate->used; i++)
            if (ring_at(gate, i)->job != GATE_NONE)
                ring[used++] = *ring_at(gate, i);
        gate->ring = ring;
        gate->capacity = capacity;
        gate->head = 0;
    }
    gate->used = used;
}

enum gate_verdict gate_enter_by(struct gate *gate, sim_time now, uint32_t job, sim_time deadline)
{
    gate_meter(gate, now);
    gate->arrivals++;
    if (gate->inside < gate->limit && gate->waiting == 0) {
        gate->inside++;
        gate->entered++;
        return GATE_ENTERED;
    }
    if (gate->waiting >= gate->backlog) {
        gate->refused++;
        return GATE_REFUSED;
    }
    if (gate->used == gate->capacity)
        ring_make_room(gate);
    if (gate->waiting == 0)
        gate->line_since = now;
    *ring_at(gate, gate->used++) = (struct gate_waiter){ deadline, job };
    gate->waiting++;
    return GATE_WAITING;
}

/* After these both ends of a line that is not empty are people who wait. */
static void oldest_goes(struct gate *gate)
{
    do {
        gate->head = (gate->head + 1) & (gate->capacity - 1);
        gate->used--;
    } while (gate->used > 0 && ring_at(gate, 0)->job == GATE_NONE);
    gate->waiting--;
}

static void newest_goes(struct gate *gate)
{
    do
        gate->used--;
    while (gate->used > 0 && ring_at(gate, gate->used - 1)->job == GATE_NONE);
    gate->waiting--;
}

/* Who is next, taken out of the ring; there is one. */
static uint32_t ring_take(struct gate *gate)
{
    const bool newest = gate->order == GATE_NEWEST_FIRST;
    const uint32_t job = ring_at(gate, newest ? gate->used - 1 : 0)->job;
    if (newest)
        newest_goes(gate);
    else
        oldest_goes(gate);
    return job;
}

uint32_t gate_drop(struct gate *gate, sim_time now)
{
    if (gate->waiting == 0)
        return GATE_NONE;
    const struct gate_waiter oldest = *ring_at(gate, 0), newest = *ring_at(gate, gate->used - 1);
    const bool at_the_end = gate->order == GATE_NEWEST_FIRST && newest.deadline < now;
    if (oldest.deadline >= now && !at_the_end)
        return GATE_NONE;
    gate_meter(gate, now);
    gate->dropped++;
    if (at_the_end)
        newest_goes(gate);
    else
        oldest_goes(gate);
    return at_the_end ? newest.job : oldest.job;
}

uint32_t gate_leave(struct gate *gate, sim_time now)
{
    CHECK(gate->inside > 0, "somebody left a gate that nobody had entered");
    gate_meter(gate, now);
    gate->left++;
    if (gate->waiting == 0 || gate->inside > gate->limit) {
        gate->inside--;
        return GATE_NONE;
    }
    gate->entered++; /* the place passes on; `inside` stays */
    return ring_take(gate);
}

uint32_t gate_admit(struct gate *gate, sim_time now)
{
    if (gate->waiting == 0 || gate->inside >= gate->limit)
        return GATE_NONE;
    gate_meter(gate, now);
    gate->inside++;
    gate->entered++;
    return ring_take(gate);
}

bool gate_withdraw(struct gate *gate, sim_time now, uint32_t job)
{
    for (uint32_t i = 0; i < gate->used; i++) {
        if (ring_at(gate, i)->job != job)
            continue;
        gate_meter(gate, now);
        gate->withdrawn++;
        if (i == 0) {
            oldest_goes(gate);
        } else if (i == gate->used - 1) {
            newest_goes(gate);
        } else {
            ring_at(gate, i)->job = GATE_NONE;
            gate->waiting--;
        }
        return true;
    }
    return false;
}

void gate_clear(struct gate *gate, sim_time now, void (*each)(void *context, uint32_t job), void *context)
{
    gate_meter(gate, now);
    const uint32_t used = gate->used;
    gate->killed_inside += gate->inside;
    gate->killed_waiting += gate->waiting;
    gate->inside = gate->waiting = gate->used = 0;
    for (uint32_t i = 0; i < used; i++)
        if (ring_at(gate, i)->job != GATE_NONE && each)
            each(context, ring_at(gate, i)->job);
    gate->head = 0;
}

bool gate_is_sane(const struct gate *gate)
{
    uint32_t waiting = 0;
    for (uint32_t i = 0; i < gate->used; i++)
        waiting += ring_at(gate, i)->job != GATE_NONE;
    return waiting == gate->waiting &&
           gate->arrivals ==
               gate->entered + gate->refused + gate->withdrawn + gate->dropped + gate->killed_waiting + waiting &&
           gate->entered == gate->left + gate->killed_inside + gate->inside;
}
