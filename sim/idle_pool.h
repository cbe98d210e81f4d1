/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * idle_pool -- things that wait to be used again and age while they do: warm Lambda environments, kept-alive
 * connections.
 *
 *   put --> [ oldest ... newest ] --> take
 *              |
 *              +--> idle for `expiry`: gone; or the pool is full: gone
 *
 * The one used last is taken first. So the contents lie in the order of their last use, what expires is always the
 * oldest, and a ring is all there is: everything is O(1), amortised, and needs no events. Expiry happens when somebody
 * looks, but is metered at the instant at which it was due: the integral of the contents does not depend on when
 * anybody looked. Taking at exactly that instant is in time.
 *
 *   puts = taken + expired + dropped + count                                        idle_pool_is_sane()
 *
 * With Poisson arrivals and exponential services without limit, the share that finds nothing is known exactly, see
 * analysis/oracles/cache_laws.h.
 */
#ifndef HEADROOM_IDLE_POOL_H
#define HEADROOM_IDLE_POOL_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/arena.h"
#include "sim/base/compiler.h"
#include "sim/simtime.h"

#define IDLE_POOL_NONE 0xffffffffu

struct idle_entry {
    sim_time since;
    uint32_t item; /* the caller's number for it */
};

struct idle_pool {
    struct arena *arena; /* borrowed: the ring grows there, up to the largest count */
    uint32_t limit;      /* at most this many */
    sim_time expiry;     /* ns without use; SIM_NEVER: they stay */
    struct idle_entry *ring;
    uint32_t capacity; /* of ring, a power of two */
    uint32_t head, count;
    /* meters */
    sim_time last;
    uint64_t puts, taken, missed, expired;
    uint64_t dropped; /* pushed out of a full pool, or cleared */
    uint128 contents; /* integral of count, item-ns */
};

void idle_pool_init(struct idle_pool *p, struct arena *arena, uint32_t limit, sim_time expiry, sim_time now);

/* The item used last, which is the caller's from now on, or IDLE_POOL_NONE (counted as missed). */
uint32_t idle_pool_take(struct idle_pool *p, sim_time now);

/* `item` becomes idle. Returns the item that had to go because the pool is full (the oldest; with limit 0 this one),
 * or IDLE_POOL_NONE. */
uint32_t idle_pool_put(struct idle_pool *p, sim_time now, uint32_t item);

/*
 * One item that has expired by `now`, oldest first, or IDLE_POOL_NONE; call until it is. Only for callers who want to
 * know which ones expired, before each of the other calls, which expire silently.
 */
uint32_t idle_pool_expire(struct idle_pool *p, sim_time now);

/* A smaller limit drops the oldest; what is idle for longer than a shorter expiry goes at `now`. */
void idle_pool_set(struct idle_pool *p, sim_time now, uint32_t limit, sim_time expiry);
void idle_pool_clear(struct idle_pool *p, sim_time now); /* the host died, a new version was deployed */

void idle_pool_meter(struct idle_pool *p, sim_time now); /* brings the meters to `now` */
bool idle_pool_is_sane(const struct idle_pool *p);

#endif
