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

static uint32_t *ring_at(const struct gate *gate, uint32_t i)
{
    return &gate->ring[(gate->head + i) & (gate->capacity - 1)];
}

/* The ring is full: drops the withdrawn when they are half of it, else doubles it. Amortised O(1) either way. */
static void ring_make_room(struct gate *gate)
{
    const bool grow = gate->waiting > gate->capacity / 2 || gate->capacity == 0;
    const uint32_t capacity = !grow ? gate->capacity : gate->capacity ? 2 * gate->capacity : RING_FIRST;
    uint32_t *ring = grow ? ARENA_ARRAY(gate->arena, uint32_t, capacity) : gate->ring;
    uint32_t used = 0;
    if (!grow) { /* in place: what is kept moves towards the head */
        for (uint32_t i = 0; i < gate->used; i++)
            if (*ring_at(gate, i) != GATE_NONE)
                *ring_at(gate, used++) = *ring_at(gate, i);
    } else {
        for (uint32_t i = 0; i < gate->used; i++)
            if (*ring_at(gate, i) != GATE_NONE)
                ring[used++] = *ring_at(gate, i);
        gate->ring = ring;
        gate->capacity = capacity;
        gate->head = 0;
    }
    gate->used = used;
}

enum gate_verdict gate_enter(struct gate *gate, sim_time now, uint32_t job)
{
    gate_meter(gate, now);
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
    *ring_at(gate, gate->used++) = job;
    gate->waiting++;
    return GATE_WAITING;
}

/* The oldest waiter, taken out of the ring; there is one. */
static uint32_t ring_take(struct gate *gate)
{
    uint32_t job;
    do {
        job = gate->ring[gate->head];
        gate->head = (gate->head + 1) & (gate->capacity - 1);
        gate->used--;
    } while (job == GATE_NONE);
    gate->waiting--;
    return job;
}

uint32_t gate_leave(struct gate *gate, sim_time now)
{
    CHECK(gate->inside > 0, "somebody left a gate that nobody had entered");
    gate_meter(gate, now);
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
        if (*ring_at(gate, i) != job)
            continue;
        gate_meter(gate, now);
        *ring_at(gate, i) = GATE_NONE;
        gate->waiting--;
        gate->withdrawn++;
        if (gate->waiting == 0)
            gate->head = gate->used = 0;
        return true;
    }
    return false;
}

void gate_clear(struct gate *gate, sim_time now, void (*each)(void *context, uint32_t job), void *context)
{
    gate_meter(gate, now);
    const uint32_t used = gate->used;
    gate->withdrawn += gate->waiting;
    gate->inside = gate->waiting = gate->used = 0;
    for (uint32_t i = 0; i < used; i++)
        if (*ring_at(gate, i) != GATE_NONE && each)
            each(context, *ring_at(gate, i));
    gate->head = 0;
}
