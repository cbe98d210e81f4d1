/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * timer_ring -- timeouts that almost never fire, at two linked-list operations each.
 *
 * A hashed wheel of coarse slots (default 2^26 ns = 67 ms, 1,024 slots). Arming links the owner into the slot of its
 * deadline; disarming unlinks it. Just before a slot begins, the owner of the ring sweeps it: those still linked
 * get their exact event in the event set, so a timeout fires at its exact time, but only survivors pay for an event.
 * Owners are numbered (frame slots); their links live in an array that the ring borrows, with a stride.
 */
#ifndef HEADROOM_TIMER_RING_H
#define HEADROOM_TIMER_RING_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/arena.h"
#include "sim/simtime.h"

#define TIMER_NONE 0xffffffffu

struct timer_link {
    uint32_t next, prev; /* owner numbers, or a list head encoded; both TIMER_NONE when not linked */
};

struct timer_ring {
    uint32_t *heads; /* first owner of each slot, or TIMER_NONE */
    uint32_t slots;  /* power of two */
    int shift;       /* slot width = 2^shift ns */
    uint64_t swept;  /* slots before this absolute index have been swept */
    uint64_t armed;  /* owners linked now */
};

void timer_ring_init(struct timer_ring *ring, struct arena *arena, int shift, uint32_t slots, sim_time now);

/*
 * Links `owner` under `deadline`. Returns true when linked; false when the deadline's slot has been swept already:
 * then the caller pushes the exact event at once. links: base of the array of frames, link_at(i) = base + i * stride.
 * A deadline beyond the ring goes to the farthest slot and is offered again when that is swept.
 */
bool timer_ring_arm(struct timer_ring *ring, void *links, uint32_t stride, uint32_t owner, sim_time deadline);

/* Unlinks `owner` (linked); `deadline` is the one it was armed with. Its links are TIMER_NONE afterwards. */
void timer_ring_disarm(struct timer_ring *ring, void *links, uint32_t stride, uint32_t owner, sim_time deadline);

/* When the next sweep is due (the beginning of the first unswept slot), SIM_NEVER when nothing is armed. */
sim_time timer_ring_next_sweep(const struct timer_ring *ring);

/*
 * Sweeps the slot that begins at or before `now`: unlinks its owners one by one and returns the next, or TIMER_NONE
 * when the slot is done. The caller pushes each one's exact event, or arms it again when its deadline lies beyond.
 */
uint32_t timer_ring_sweep(struct timer_ring *ring, void *links, uint32_t stride, sim_time now);

#endif
