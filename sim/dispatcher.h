/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * dispatcher -- picks a target; knows membership, health, weights and its own outstanding counts.
 *
 * One dispatcher is one balancer node: its turn and its outstanding counts are its own. One global list would be an
 * ideal central queue and make the tail too good.
 *
 *   round robin          in order of joining
 *   least outstanding    of the targets with the fewest, one at random
 *   random               any, equally likely
 *   power of two         the one with the fewest outstanding of `choices` different ones at random [MIT-01]
 *   weighted random      with probability weight / sum of weights, to 64 bits (alias tables [WAL-77])
 *   weighted turns       the k-th pick of a target (k = 0, 1, ...) is due at (2 k + 1) / (2 weight), the earliest is
 *                        next: the method of Webster [BY-01]. Every cycle of (sum of weights) picks has exactly
 *                        `weight` of each, spread evenly; who joins or recovers begins at the others' turn.
 *   hash                 the same key to the same target. The first eligible seat in the key's own random sequence of
 *                        seats [DW-21]; after 16 of them, the eligible target with the highest hash with
 *                        the key [TR-98].
 *
 * With hash, a key moves only if its target leaves or becomes ineligible, or to one that joins or recovers, and each
 * target is equally likely; where a key goes depends on who is eligible, not on what happened before. A target sits on
 * the lowest free seat when it joins, so a replacement gets the keys of the one that it replaces. When there are more
 * members than seats, the seats double and about half of the keys move: reserve them with dispatcher_set_seats().
 *
 * Picking and releasing cost the same for 4 or 4,096 targets: O(1); weighted turns O(log n). A change of membership,
 * eligibility or weight is O(1) and makes the next pick (or release, for least outstanding) pay O(n) once, however
 * many changes there were; a join after departures pays O(n) as well.
 *
 *   picked = released + forgotten + outstanding, of all members together               dispatcher_is_sane()
 *
 * The dispatcher has no clock: the integral of a target's outstanding requests is kept by whoever picks and releases,
 * or by the target itself (station.h, gate.h), and Little's identity with it (little.h).
 */
#ifndef HEADROOM_DISPATCHER_H
#define HEADROOM_DISPATCHER_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/arena.h"

#define DISPATCHER_NONE 0xffffffffu

enum { DISPATCHER_WEIGHT_MAX = 65535, DISPATCHER_CHOICES_MAX = 8 };

enum dispatch_policy {
    DISPATCH_ROUND_ROBIN,
    DISPATCH_LEAST_OUTSTANDING,
    DISPATCH_RANDOM,
    DISPATCH_POWER_OF_TWO,
    DISPATCH_WEIGHTED_RANDOM,
    DISPATCH_WEIGHTED_TURNS,
    DISPATCH_HASH,
    DISPATCH_POLICIES
};

struct dispatch_target {
    uint32_t target; /* the caller's number for it, below 2^24 and dense: it indexes a table; NONE: it has left */
    uint32_t outstanding;
    bool eligible; /* healthy, or everybody is eligible because nobody is healthy (the caller decides) */
};

/* What only some policies need, kept apart so that the others' targets stay small. */
struct dispatch_share {
    uint32_t weight;
    uint32_t seat;
    uint64_t turns; /* picks that are behind it, on the scale of its weight */
};

struct dispatch_alias {
    uint64_t threshold; /* of 2^64: the share of this column that is its own */
    uint32_t other;
};

struct dispatcher {
    enum dispatch_policy policy;
    uint32_t choices; /* of power of two */
    struct arena *arena;
    struct dispatch_target *targets; /* in order of joining */
    struct dispatch_share *shares;   /* beside targets[] */
    uint32_t count, capacity, gaps;  /* gaps: those of count that have left */
    uint32_t eligible;
    uint32_t next;      /* round robin: the position whose turn it is, if it is eligible */
    uint32_t *position; /* of a target number in targets[], DISPATCHER_NONE when it is not a member */
    uint32_t position_count;
    bool stale; /* something has changed: what follows is to be made anew */
    /* The eligible positions in order of joining. Least outstanding keeps them sorted by outstanding, level_start[k]
     * being the first with at least k; weighted turns keep them as a heap. */
    uint32_t *order, *rank; /* rank: place of a position in order[] */
    uint32_t turn;          /* round robin: place in order[] */
    uint32_t *level_start;
    uint32_t levels;                /* entries of level_start[]; more than the largest outstanding count + 1 */
    struct dispatch_alias *columns; /* weighted random: as many as are eligible */
    uint64_t due, due_of;           /* weighted turns: the last pick was due at due / due_of */
    uint32_t *seats;                /* hash: position on each seat, DISPATCHER_NONE: free or not eligible */
    uint64_t *seats_taken;          /* a bit per seat */
    uint32_t seat_count;            /* a power of two */
    uint32_t full_words;            /* of seats_taken, from the first on */
    /* meters */
    uint64_t picked, released;
    uint64_t forgotten; /* outstanding when their target left */
};

void dispatcher_init(struct dispatcher *d, struct arena *arena, enum dispatch_policy policy);
/* Power of two: of 1 .. DISPATCHER_CHOICES_MAX targets; 2 unless set. */
void dispatcher_set_choices(struct dispatcher *d, uint32_t choices);
/* Hash: room for so many members without moving keys; before the first joins. */
void dispatcher_set_seats(struct dispatcher *d, uint32_t seats);

/* Its weight is 1. */
void dispatcher_join(struct dispatcher *d, uint32_t target, bool eligible);
void dispatcher_leave(struct dispatcher *d, uint32_t target); /* its outstanding count is forgotten */
void dispatcher_set_eligible(struct dispatcher *d, uint32_t target, bool eligible);
/* 0 .. DISPATCHER_WEIGHT_MAX; only the weighted policies look at it, and never pick weight 0. */
void dispatcher_set_weight(struct dispatcher *d, uint32_t target, uint32_t weight);

/* The chosen target, its outstanding count raised by one; DISPATCHER_NONE when nobody can be picked. `bits` are 64
 * random bits (ties of least outstanding, random, power of two, weighted random); for hash, 64 well-mixed bits of the
 * key. */
uint32_t dispatcher_pick(struct dispatcher *d, uint64_t bits);
/* One outstanding request of `target` ended; ignored when the target has left. */
void dispatcher_release(struct dispatcher *d, uint32_t target);
/* No request appeared or vanished, and nobody is eligible who is not counted. For tests; O(n). */
bool dispatcher_is_sane(const struct dispatcher *d);

#endif
