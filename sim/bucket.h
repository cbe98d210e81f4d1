/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bucket -- tokens that refill: request-rate quotas, provisioned capacity, burst and CPU credits, retry quotas.
 *
 * `rate` tokens come per `period`, up to `capacity`; who takes n tokens finds them there or is refused. Nothing is
 * scheduled: the level follows from the clock whenever somebody asks. All amounts are held in tokens * period, that
 * is token-ns: in dt ns exactly rate * dt of them come, and a token is exactly `period` of them. Nothing is ever
 * rounded, so 12 credits per hour are 12 after an hour, in one read or in a million:
 *
 *   between two operations   level(t) = min(capacity, level(s) + rate * (t - s)),   s <= t,
 *
 * and as min(c, min(c, x + a) + b) = min(c, x + a + b) for b >= 0, a read in between changes nothing, neither the level
 * nor what overflows. At all times
 *
 *   initial + refilled + given = taken + level + overflowed                         bucket_is_sane()
 *
 * in integers. The share of the refill that overflows is the share of time in which the bucket is full, while the
 * rate does not change; 1 minus that is its utilisation.
 *
 * Who would rather wait than be refused books ahead: bucket_book() takes at once what is there and owes the rest, and
 * says when the last of the tokens comes. As later bookings find a deeper debt, that is first come, first served
 * without a line, without events, and nobody who takes can overtake: there is nothing to take while the level is below
 * zero. With Poisson customers of one token, refusing is M/D/1/capacity and booking is M/D/1; see analysis/oracles.
 */
#ifndef HEADROOM_BUCKET_H
#define HEADROOM_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/compiler.h"
#include "sim/simtime.h"

#define BUCKET_TOKENS_MAX (UINT64_C(1) << 48) /* of capacity, rate and any one amount */

struct bucket {
    uint64_t capacity; /* tokens */
    uint64_t rate;     /* tokens per period; 0: only what is given back comes in */
    sim_time period;   /* ns, at most a day; a token is this many units of `level` */
    sim_time last;     /* when `level` was true */
    int128 level;      /* token-ns; below zero: owed to those who booked */
    /* meters */
    uint128 initial, refilled; /* token-ns; refilled includes what overflowed */
    uint128 overflowed;        /* token-ns that found the bucket full, or were cut off when it became smaller */
    uint64_t taken, given;     /* tokens; taken includes the booked ones */
    uint64_t granted, refused; /* customers */
    uint128 waited;            /* customer-ns, by those who booked: the integral of how many wait */
};

/* `tokens` are there at `now`. Fractions of a token (half a read unit) are the caller's: count in halves. */
void bucket_init(struct bucket *b, uint64_t capacity, uint64_t rate, sim_time period, uint64_t tokens, sim_time now);

/* Takes all of `tokens`, or nothing and says false. `now` never goes back in any of these calls. */
bool bucket_take(struct bucket *b, sim_time now, uint64_t tokens);

/* When `tokens` will be there if nobody takes any until then; `now` when they are, SIM_NEVER when they never fit. */
sim_time bucket_ready_at(struct bucket *b, sim_time now, uint64_t tokens);

/*
 * Takes `tokens`, ahead of time if need be, and returns when they have come: `now`, or later. When that would be after
 * `latest` (SIM_NEVER: any time will do), or never, the customer is refused, nothing is taken, and SIM_NEVER is
 * returned. A time once promised stands: who gives up gives the tokens back without making others earlier, and a new
 * rate holds for those who book after it.
 */
sim_time bucket_book(struct bucket *b, sim_time now, uint64_t tokens, sim_time latest);

/* Tokens come back (a retry quota on success, a booking given up); what does not fit overflows. */
void bucket_give(struct bucket *b, sim_time now, uint64_t tokens);

void bucket_set_rate(struct bucket *b, sim_time now, uint64_t rate);
void bucket_set_capacity(struct bucket *b, sim_time now, uint64_t capacity); /* a level above it is cut off */

/* Whole tokens that are there; 0 while some are owed. */
uint64_t bucket_tokens(struct bucket *b, sim_time now);
/* Brings level and meters to `now`; needed only before the meters are read. */
void bucket_meter(struct bucket *b, sim_time now);
/* Tokens are conserved, exactly, and the level is not above the capacity. */
bool bucket_is_sane(const struct bucket *b);

#endif
