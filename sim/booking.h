/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * booking -- a FCFS station whose departures are computed when the customers arrive: queueing without events.
 *
 * With the demand known at arrival, no preemption and servers that are released at the end of their own service, the
 * customer starts when the earliest server is free [KIE-55]: departure = max(now, earliest) + demand / speed. To be
 * used only where this holds until the departure: speed and number of servers do not change under booked work, and
 * nobody is taken out of the line (a client that gives up leaves its work behind). What the station holds can be lost
 * at once: booking_clear().
 *
 * The meters agree with those of a station on events to the bit: a customer's whole service is added when it is booked,
 * and what lies beyond `now` is taken off when the meters are read.
 *
 * [KIE-55] J. Kiefer, J. Wolfowitz, On the Theory of Queues with Many Servers, Trans. AMS 78 (1955).
 */
#ifndef HEADROOM_BOOKING_H
#define HEADROOM_BOOKING_H

#include <stdint.h>

#include "sim/base/arena.h"
#include "sim/base/compiler.h"
#include "sim/simtime.h"

struct booked {
    sim_time departs, starts;
};

struct booking {
    struct arena *arena; /* borrowed: the tables grow there */
    uint32_t servers;
    uint32_t speed_q16;    /* 65536 = a reference server */
    sim_time *free_at;     /* binary heap: when each server is free */
    struct booked *inside; /* binary heap on the departure: booked and not yet known to have left */
    uint32_t count, capacity;
    uint64_t arrivals, killed;
    uint128 booked_busy;   /* server-ns of all services */
    uint128 booked_number; /* customer-ns of all sojourns */
};

void booking_init(struct booking *b, struct arena *arena, uint32_t servers, double speed);

/* A customer with a demand of `demand` ns on a reference server, at `now` (never before an earlier call). Returns its
 * departure. O(log servers + log customers inside). */
sim_time booking_arrive(struct booking *b, sim_time now, sim_time demand);

/* Everything that has not departed by `now` is lost, a departure at `now` is in time; the servers are free again. */
void booking_clear(struct booking *b, sim_time now);

/* Those that have departed by `now`. */
uint64_t booking_completions(struct booking *b, sim_time now);
/* Integral of the busy servers until `now`, in server-ns * 2^16, as struct station has it. */
uint128 booking_busy_q16(struct booking *b, sim_time now);
/* Integral of the number of customers until `now`, in customer-ns. */
uint128 booking_number(struct booking *b, sim_time now);

#endif
