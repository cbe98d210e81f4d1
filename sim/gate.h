/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gate -- a counted limit with a bounded FIFO in front: workers, connection pools, concurrency limits.
 *
 * gate_enter() admits, queues or refuses; gate_leave() gives a place back and names who takes it. Waiters that gave
 * up withdraw. Waiting with a limit of its own is the caller's timer plus gate_withdraw().
 */
#ifndef HEADROOM_GATE_H
#define HEADROOM_GATE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/arena.h"
#include "sim/base/compiler.h"
#include "sim/simtime.h"

#define GATE_NONE 0xffffffffu

enum gate_verdict { GATE_ENTERED, GATE_WAITING, GATE_REFUSED };

struct gate {
    struct arena *arena; /* borrowed: the ring grows there */
    uint32_t limit;      /* places; may be changed, then see gate_admit() */
    uint32_t backlog;    /* at most this many wait */
    uint32_t inside, waiting;
    uint32_t *ring;      /* waiting jobs, oldest at head; withdrawn ones are GATE_NONE until they reach the head */
    uint32_t capacity;   /* of ring, a power of two; it grows with those who wait */
    uint32_t head, used; /* ring entries, withdrawn ones included */
    /* meters */
    sim_time last;
    uint64_t entered, refused, withdrawn;
    uint128 occupancy; /* integral of inside, place-ns */
    uint128 queue;     /* integral of waiting, job-ns */
};

void gate_init(struct gate *gate, struct arena *arena, uint32_t limit, uint32_t backlog, sim_time now);
enum gate_verdict gate_enter(struct gate *gate, sim_time now, uint32_t job);
/* Frees one place. Returns the waiter that now holds it, or GATE_NONE. */
uint32_t gate_leave(struct gate *gate, sim_time now);
/* After the limit was raised: the oldest waiter that now holds a free place, or GATE_NONE. Call until it is. */
uint32_t gate_admit(struct gate *gate, sim_time now);
/* Removes a waiter; false when it is not waiting here. O(waiting). */
bool gate_withdraw(struct gate *gate, sim_time now, uint32_t job);
/* Forgets everybody (the thing behind it died); calls `each` for the waiters in order, NULL allowed;
 * `each` must not use this gate. */
void gate_clear(struct gate *gate, sim_time now, void (*each)(void *context, uint32_t job), void *context);
void gate_meter(struct gate *gate, sim_time now);

#endif
