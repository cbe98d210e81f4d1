/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * warmth -- which of its keys a cache has now: the transient beside the long run of contents.h, O(1) per request.
 *
 * The state is a number per class of keys, not an entry per key. A fill makes one more key of its class resident; what was
 * filled leaves after the time to live, exactly for a hot key, with the cohorts of a thirty-second of it for a class. So a
 * cache that was emptied warms as its keys come back, each class at its own rate (a share 1 - exp(-r t) of its keys after
 * t), only as fast as the fetches succeed, and the hot keys that came back together expire together.
 *
 * When the room is full each fill drives one key out. Who goes: each resident key of a class with a hazard that, beside
 * the time to live, makes its stays as long on average as they are in the long run, so that the shares of the classes
 * settle where Che's approximation has them. Without a time to live it is r / (exp(r T) - 1), T the characteristic time:
 * fills r (1 - h) equal departures h r / (exp(r T) - 1) at h = 1 - exp(-r T).
 *
 *   asked: resident / keys of the class is the probability of a hit; for a hot key the coin decides what was not known
 *
 * Shards: a hot key lives in one of them, the keys of a class in all of them alike.
 */
#ifndef HEADROOM_WARMTH_H
#define HEADROOM_WARMTH_H

#include "models/contents.h"
#include "sim/simtime.h"

enum { WARMTH_COHORTS = 32 };

#define WARMTH_NOBODY 0xffffffffu

struct warmth_cell {
    double keys, resident; /* resident before what has expired or left since */
    double seen;           /* of the shard's clock of evictions */
    sim_time expires;      /* a hot key's */
    double *cohorts;   /* of a class with a time to live: by the time of their fill, in units of `scale`; else NULL */
    double scale;      /* of the cohorts, as evictions shrink them all alike */
    int64_t cohort;    /* the present one's number */
    uint32_t fetching; /* different keys that are being fetched */
    uint32_t owner;    /* whoever fetches the newest of them: the caller's number, or WARMTH_NOBODY */
};

struct warmth_shard {
    double total;  /* keys, as of the classes' last settlements */
    double clock;  /* evictions so far, over the hazard of all residents together at that time */
    double hazard; /* sum over classes of resident times relative hazard */
    uint32_t fills;
};

struct warmth {
    const struct contents *contents;
    int shard_count, wide;
    sim_time ttl;              /* SIM_NEVER: none */
    double room;               /* keys per shard; INFINITY: for all */
    double *hazards;           /* of each class, relative; NULL: nobody ever goes */
    struct warmth_cell *cells; /* the hot keys, then the wide classes of each shard */
    struct warmth_shard *shards;
};

/* As it is in the long run at rate_per_s, or empty unless warm. Nothing is warm that nobody asks. bits: any function of a rank, for where hot keys are in
 * their lives. ttl: SIM_NEVER for none. room: keys, all shards together. Borrows `contents`. */
void warmth_init(struct warmth *w, struct arena *arena, const struct contents *contents, int shards, sim_time ttl,
                 double room, double rate_per_s, bool warm, sim_time now, uint64_t (*bits)(void *context, int rank),
                 void *context);

/* The cell of a key of class `class`, and its shard: a hot key's own, else *shard stays as the caller drew it. */
uint32_t warmth_cell_of(const struct warmth *w, int class, int *shard);

/* Asks for a key of the cell; coin: 0..1. */
bool warmth_hit(struct warmth *w, uint32_t cell, int shard, sim_time now, double coin);

/* After a miss: whether somebody is fetching this very key; coin: 0..1. */
bool warmth_being_fetched(const struct warmth *w, uint32_t cell, double coin);

/* The fetch of a key that nobody else fetched has brought it; `again`: of one that others fetched too. */
void warmth_fill(struct warmth *w, uint32_t cell, int shard, sim_time now, bool again);

/* All keys of the shard are forgotten; fetches go on. */
void warmth_clear(struct warmth *w, int shard);

/* Keys of all shards. O(classes) */
double warmth_resident(struct warmth *w, sim_time now);

#endif
