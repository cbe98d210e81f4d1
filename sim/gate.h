/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gate -- a counted limit with a bounded line in front: workers, connection pools, concurrency limits.
 *
 * gate_enter() admits, queues or refuses; gate_leave() gives a place back and names who takes it. Waiters that gave
 * up withdraw. Waiting with a limit of its own is the caller's timer plus gate_withdraw().
 *
 * Under overload a line in order serves people who have left. Two cures, alone or together: the newest first, and a
 * deadline that comes with the waiter. Nobody looks at deadlines by himself, as no server knows who has hung up until
 * it takes the request from its queue: gate_drop() takes out who is late, and whoever owns the gate decides when to.
 *
 *   arrivals = entered + refused + withdrawn + dropped + killed_waiting + waiting
 *   entered  = left + killed_inside + inside                                         gate_is_sane()
 *
 * The killed are those whom gate_clear() found. The integrals are Little's: queue / arrivals is the mean wait of all
 * who arrived, occupancy / entered the mean time inside.
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
enum gate_order { GATE_OLDEST_FIRST, GATE_NEWEST_FIRST };

struct gate_waiter {
    sim_time deadline; /* SIM_NEVER: none */
    uint32_t job;
};

struct gate {
    struct arena *arena;   /* borrowed: the ring grows there */
    uint32_t limit;        /* places; may be changed, then see gate_admit() */
    uint32_t backlog;      /* at most this many wait */
    enum gate_order order; /* who gets a free place; may be changed at any time */
    uint32_t inside, waiting;
    sim_time line_since;      /* while somebody waits: since then somebody has */
    struct gate_waiter *ring; /* the line, oldest at head; the job of who withdrew is GATE_NONE until it is at an end */
    uint32_t capacity;        /* of ring, a power of two; it grows with those who wait */
    uint32_t head, used;      /* ring entries, withdrawn ones included */
    /* meters */
    sim_time last;
    uint64_t arrivals, entered, refused, withdrawn, dropped;
    uint64_t left, killed_inside, killed_waiting;
    uint128 occupancy; /* integral of inside, place-ns; over limit * time it is the utilisation */
    uint128 queue;     /* integral of waiting, job-ns */
};

void gate_init(struct gate *gate, struct arena *arena, uint32_t limit, uint32_t backlog, sim_time now);

/* O(1) on average, as all below that do not say otherwise. */
enum gate_verdict gate_enter_by(struct gate *gate, sim_time now, uint32_t job, sim_time deadline);
static inline enum gate_verdict gate_enter(struct gate *gate, sim_time now, uint32_t job)
{
    return gate_enter_by(gate, now, job, SIM_NEVER);
}

/* Takes a late waiter (deadline < now) out of the line and names it, or GATE_NONE. Looks at both ends of the line: at
 * the oldest, and at who is next. Call until it is GATE_NONE: before gate_leave(), so that no place goes to who is
 * late, or before gate_enter(), so that the late ones do not fill the line. */
uint32_t gate_drop(struct gate *gate, sim_time now);

/* Frees one place. Returns the waiter that now holds it, or GATE_NONE. */
uint32_t gate_leave(struct gate *gate, sim_time now);
/* After the limit was raised: the next waiter that now holds a free place, or GATE_NONE. Call until it is. */
uint32_t gate_admit(struct gate *gate, sim_time now);
/* Removes a waiter; false when it is not waiting here. O(waiting). */
bool gate_withdraw(struct gate *gate, sim_time now, uint32_t job);
/* Forgets everybody, inside and waiting (the thing behind it died); calls `each` for the waiters, the oldest first,
 * NULL allowed; `each` must not use this gate. Those who were inside do not leave any more. O(waiting). */
void gate_clear(struct gate *gate, sim_time now, void (*each)(void *context, uint32_t job), void *context);
/* Brings the integrals up to `now`: they are not current before. */
void gate_meter(struct gate *gate, sim_time now);
/* Nobody appeared or vanished. For tests; O(waiting). */
bool gate_is_sane(const struct gate *gate);

#endif
