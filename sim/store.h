/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * store -- keyed contents with a capacity and a time to live, least recently used out first; and the misses in flight.
 *
 *                  MISS: you fetch
 *   (unknown) ------------------------> FETCHING --- store_fill ---> RESIDENT --- evicted, expired, invalidated -->
 *        ^                               |    ^                         |
 *        +------ store_fetch_failed -----+    +---- expired: MISS ------+
 *
 * Who looks up a key that is being fetched JOINs: one fetch, however many want it. Without `coalesce` everybody
 * fetches, which is how a popular key that expires becomes a crowd at the origin. Expired contents take room until
 * somebody looks them up or they are the least recently used, as in caches that expire when asked.
 *
 * Everything is O(1): a chained hash table with 32-bit links whose entries (32 bytes) also form the list by use.
 * Memory grows with the contents, up to `objects` + `fetches` entries, and with those who wait.
 *
 *   lookups = hits + misses + joined + alone
 *   stored  = objects + evicted + expired + invalidated + refreshed
 *   misses  = fetching + filled + failed                                                   store_is_sane()
 *
 * Left out: serving stale contents while fetching; leases (a fetch that began before an invalidation still fills).
 *
 * Known answers, in analysis/oracles: the exact hit ratio of a few keys by the chain of the list's states [KIN-71], that
 * of many by the characteristic time [CTW-02], of time to live by renewal, and the fetches of a key by renewal.
 */
#ifndef HEADROOM_STORE_H
#define HEADROOM_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/arena.h"
#include "sim/base/compiler.h"
#include "sim/simtime.h"

#define STORE_NONE 0xffffffffu

struct store_config {
    uint32_t objects;  /* at most this many are resident, below 2^30 */
    uint64_t bytes;    /* and at most so many bytes; UINT64_MAX: no limit */
    sim_time ttl;      /* ns; fresh while its age is less; SIM_NEVER: for ever */
    bool ttl_from_use; /* age counts from the last use instead of the fill */
    bool coalesce;
    uint32_t fetches; /* with coalesce: at most this many keys are in flight; beyond it nobody can be joined */
};

enum store_verdict {
    STORE_HIT,
    STORE_MISS,   /* you fetch it, others may join: store_fill() or store_fetch_failed() exactly once */
    STORE_JOINED, /* your job waits for the fetch of another */
    STORE_ALONE,  /* you fetch it, nobody can join: store_fill() if you succeed, nothing if you fail */
};

struct store_entry {
    uint64_t key;
    sim_time expires; /* STORE_FETCHING while in flight */
    uint32_t bytes;
    uint32_t chain;        /* next in the hash chain, or in the list of free entries */
    uint32_t newer, older; /* by use; while in flight: last and first of those who wait */
};

struct store_waiter {
    uint32_t job, next;
};

struct store {
    struct arena *arena; /* borrowed: the tables grow there */
    struct store_config config;
    struct store_entry *entries;     /* [0] is no entry: its `older` is the newest, its `newer` the oldest */
    uint32_t *heads;                 /* of the hash chains, as many as `capacity` */
    uint32_t capacity, used, unused; /* entries: room (a power of two), ever used, first of the free ones */
    uint32_t objects, fetching, waiting;
    uint64_t bytes;
    struct store_waiter *waiters; /* [0] is nobody */
    uint32_t waiters_capacity, waiters_used, waiters_unused;
    /* meters */
    uint64_t hits, misses, joined, alone;
    uint64_t stored, evicted, expired, invalidated;
    uint64_t refreshed; /* replaced by a fill of the same key */
    uint64_t too_large; /* fills that could not be kept */
    uint64_t filled, failed, withdrawn;
    sim_time last;
    uint128 object_ns, byte_ns, fetch_ns, wait_ns; /* integrals of objects, bytes, fetching and waiting */
};

void store_init(struct store *s, struct arena *arena, const struct store_config *config, sim_time now);

/* One lookup. `job` is the caller's number, used when it joins. `now` never goes back in any of these calls. */
enum store_verdict store_look_up(struct store *s, sim_time now, uint64_t key, uint32_t job);

/*
 * A fetch has come back with the object. Returns the chain of jobs that waited for it, to be taken one by one with
 * store_waiter(); they have the object now, even if it was too large to be kept.
 */
uint32_t store_fill(struct store *s, sim_time now, uint64_t key, uint32_t bytes);

/* The fetch of a STORE_MISS has failed or was given up. The chain of those who waited: they fail too, or look up again,
 * and then the first of them fetches. */
uint32_t store_fetch_failed(struct store *s, sim_time now, uint64_t key);

/* The first job of *chain, in order of joining, which leaves the chain; STORE_NONE at its end. A chain is to be taken
 * to its end; the store may be used in between. */
uint32_t store_waiter(struct store *s, uint32_t *chain);

/* A job that joined gives up; false when it does not wait for `key`. O(jobs that wait for this key). */
bool store_withdraw(struct store *s, sim_time now, uint64_t key, uint32_t job);

/* The key is forgotten; a fetch in flight goes on. False when it was not resident. */
bool store_invalidate(struct store *s, sim_time now, uint64_t key);
/* A cold cache: everything resident is forgotten; fetches in flight go on. O(objects). */
void store_clear(struct store *s, sim_time now);

/* Another size; the least recently used go until it fits. */
void store_resize(struct store *s, sim_time now, uint32_t objects, uint64_t bytes);

/* Fresh and resident, without using it. */
bool store_holds(const struct store *s, sim_time now, uint64_t key);

void store_meter(struct store *s, sim_time now); /* brings the integrals to `now` */
bool store_is_sane(const struct store *s);       /* O(objects) */

#endif
