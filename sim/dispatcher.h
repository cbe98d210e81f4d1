/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dispatcher -- picks a target; knows membership, health and its own outstanding counts.
 *
 * One dispatcher is one balancer node: its round-robin position and outstanding counts are its own. One global list
 * would be an ideal central queue and make the tail too good.
 */
#ifndef HEADROOM_DISPATCHER_H
#define HEADROOM_DISPATCHER_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/arena.h"

#define DISPATCHER_NONE 0xffffffffu

enum dispatch_policy { DISPATCH_ROUND_ROBIN, DISPATCH_LEAST_OUTSTANDING, DISPATCH_RANDOM, DISPATCH_POWER_OF_TWO };

struct dispatch_target {
    uint32_t target; /* the caller's number for it, below 2^24 and dense: it indexes a table */
    uint32_t outstanding;
    bool eligible; /* healthy, or everybody is eligible because nobody is healthy (the caller decides) */
};

struct dispatcher {
    enum dispatch_policy policy;
    struct arena *arena;
    struct dispatch_target *targets; /* in order of joining */
    uint32_t count, capacity;
    uint32_t eligible;
    uint32_t next;      /* round robin position */
    uint32_t *position; /* of a target number in targets[], DISPATCHER_NONE when it is not a member */
    uint32_t position_count;
    /* The eligible positions; least outstanding keeps them sorted by outstanding, level_start[k] being the first
     * with at least k, so that picking and releasing are O(1). */
    uint32_t *order, *rank; /* rank: place of a position in order[] */
    uint32_t *level_start;
    uint32_t levels; /* entries of level_start[]; more than the largest outstanding count + 1 */
};

void dispatcher_init(struct dispatcher *d, struct arena *arena, enum dispatch_policy policy);
void dispatcher_join(struct dispatcher *d, uint32_t target, bool eligible);
void dispatcher_leave(struct dispatcher *d, uint32_t target); /* its outstanding count is forgotten */
void dispatcher_set_eligible(struct dispatcher *d, uint32_t target, bool eligible);

/* The chosen target, its outstanding count raised by one; DISPATCHER_NONE when nobody is eligible. `bits` are 64
 * random bits (ties of least outstanding, random, power of two). */
uint32_t dispatcher_pick(struct dispatcher *d, uint64_t bits);
/* One outstanding request of `target` ended; ignored when the target has left. */
void dispatcher_release(struct dispatcher *d, uint32_t target);

#endif
