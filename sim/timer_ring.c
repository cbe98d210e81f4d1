/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Slot k holds the deadlines in [k w, (k + 1) w), w = 2^shift ns, for k from `swept` on; slot swept - 1 is the one that
 * is being swept. The first link of a list names its head, so that unlinking needs neither the deadline nor a search.
 */
#include "sim/timer_ring.h"

#include "sim/base/check.h"

#define HEAD_FLAG 0x80000000u /* in prev: the rest is a slot of heads[]; owners are below it */

static struct timer_link *link_at(void *links, uint32_t stride, uint32_t owner)
{
    return (struct timer_link *)((char *)links + (size_t)owner * stride);
}

void timer_ring_init(struct timer_ring *ring, struct arena *arena, int shift, uint32_t slots, sim_time now)
{
    CHECK(slots >= 4 && (slots & (slots - 1)) == 0 && slots < HEAD_FLAG,
          "the slots of a timer ring are a power of two");
    *ring = (struct timer_ring){
        .heads = ARENA_ARRAY(arena, uint32_t, slots),
        .slots = slots,
        .shift = shift,
        .swept = ((uint64_t)now >> shift) + 1,
    };
    for (uint32_t i = 0; i < slots; i++)
        ring->heads[i] = TIMER_NONE;
}

bool timer_ring_arm(struct timer_ring *ring, void *links, uint32_t stride, uint32_t owner, sim_time deadline)
{
    uint64_t index = (uint64_t)deadline >> ring->shift;
    if (index < ring->swept)
        return false;
    const uint64_t farthest = ring->swept + ring->slots - 2; /* the slot before `swept` may still be draining */
    if (index > farthest)
        index = farthest;
    const uint32_t slot = (uint32_t)index & (ring->slots - 1);
    const uint32_t next = ring->heads[slot];
    *link_at(links, stride, owner) = (struct timer_link){ .next = next, .prev = HEAD_FLAG | slot };
    if (next != TIMER_NONE)
        link_at(links, stride, next)->prev = owner;
    ring->heads[slot] = owner;
    ring->armed++;
    return true;
}

void timer_ring_disarm(struct timer_ring *ring, void *links, uint32_t stride, uint32_t owner, sim_time deadline)
{
    struct timer_link *link = link_at(links, stride, owner);
    CHECK(link->prev != TIMER_NONE, "a timer was disarmed that was not armed");
    if (link->next != TIMER_NONE)
        link_at(links, stride, link->next)->prev = link->prev;
    if (link->prev & HEAD_FLAG)
        ring->heads[link->prev & ~HEAD_FLAG] = link->next;
    else
        link_at(links, stride, link->prev)->next = link->next;
    *link = (struct timer_link){ .next = TIMER_NONE, .prev = TIMER_NONE };
    ring->armed--;
}

sim_time timer_ring_next_sweep(const struct timer_ring *ring)
{
    return ring->armed == 0 ? SIM_NEVER : (sim_time)(ring->swept << ring->shift);
}

uint32_t timer_ring_sweep(struct timer_ring *ring, void *links, uint32_t stride, sim_time now)
{
    const uint64_t begun = ((uint64_t)now >> ring->shift) + 1; /* slots before this one have begun */
    for (;;) {
        const uint32_t owner = ring->heads[(ring->swept - 1) & (ring->slots - 1)];
        if (owner != TIMER_NONE) {
            timer_ring_disarm(ring, links, stride, owner, now);
            return owner;
        }
        if (ring->swept >= begun)
            return TIMER_NONE;
        ring->swept = ring->armed == 0 ? begun : ring->swept + 1;
    }
}
