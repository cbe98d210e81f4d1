/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * message_queue -- messages waiting for consumers, with visibility and redelivery (the Queue primitive).
 *
 *   put --> VISIBLE --- take ---> IN FLIGHT --- remove ---> (gone)
 *              ^                      |
 *              +------ timeout -------+--- timeout, receives spent ---> DEAD
 *
 * Messages are records numbered from 0; the numbers are reused. (number, receives) names one receipt for ever, because
 * the count of receives goes on when a record is reused: a late removal never hits another message.
 * The order is first in, first out; messages whose visibility ended go to the front of the line. So the head need not
 * be the oldest: of the messages that have come back, those that came back last stand first.
 * Visibility timeouts are one FIFO (all equal durations): message_queue_expire() at message_queue_next_expiry().
 *
 *   put = removed + dead + visible + in flight                                      message_queue_is_sane()
 *
 * Each call is O(1) on average, O(log r) more for a message that has come back, r being how many of those are visible.
 * `now` never goes back in any of them. Memory: the messages that are not gone, and a record per take whose visibility
 * has not ended. By Little's law backlog / put is the mean time spent visible, flight / put that spent in flight.
 */
#ifndef HEADROOM_MESSAGE_QUEUE_H
#define HEADROOM_MESSAGE_QUEUE_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/arena.h"
#include "sim/base/compiler.h"
#include "sim/simtime.h"

#define MESSAGE_NONE 0xffffffffu

struct message {
    sim_time sent_at;
    sim_time visible_again_at; /* while in flight, else negative */
    uint64_t ordinal;          /* the sender's subject, for draws */
    uint32_t receives;         /* of this record: the receipt */
    uint32_t receives_before;  /* those of the messages that had the record earlier */
    uint32_t next;             /* internal: of the line, or of the free records */
    uint32_t place;            /* internal: in the heap of those that have come back */
};

struct message_queue {
    struct arena *arena;
    struct message *messages;
    uint32_t capacity, free;
    uint32_t visible_head, visible_tail; /* list: those that have come back, then those never taken since they came */
    uint32_t first_fresh;                /* of the latter */
    uint32_t *returned;                  /* the former: binary heap on (sent_at, number) */
    uint32_t returned_count, returned_capacity;
    uint64_t visible, in_flight;
    sim_time visibility;
    uint32_t receives_max; /* receives without a removal before a message is dead */
    /* the FIFO of pending visibility timeouts */
    struct message_expiry {
        sim_time at;
        uint32_t message, receives;
    } * expiries;
    uint32_t expiry_capacity, expiry_head, expiry_count;
    /* Told of each message that dies; it may put another one. NULL: nobody is. */
    void (*buried)(void *context, uint64_t ordinal, sim_time now);
    void *context;
    /* meters */
    uint64_t put, removed, dead, redelivered;
    sim_time last;
    uint128 backlog; /* integral of visible messages, message-ns */
    uint128 flight;  /* integral of messages in flight, message-ns; until message_queue_expire() sees them back */
};

void message_queue_init(struct message_queue *q, struct arena *arena, sim_time visibility, uint32_t receives_max,
                        sim_time now);
/* Returns the message's number. */
uint32_t message_queue_put(struct message_queue *q, sim_time now, uint64_t ordinal);
/* The head of the line, now in flight until now + visibility; MESSAGE_NONE when there is none. */
uint32_t message_queue_take(struct message_queue *q, sim_time now);
/* The consumer is done. `receives` as it was after take(): a message that timed out meanwhile and was given to another
 * consumer, or died, is not removed (false); one that timed out and still waits is. */
bool message_queue_remove(struct message_queue *q, sim_time now, uint32_t message, uint32_t receives);
/* SIM_NEVER when nothing is in flight. */
sim_time message_queue_next_expiry(const struct message_queue *q);
/* Returns messages whose visibility ended at or before `now` to the front of the line (or to the dead letters).
 * Returns how many became visible. */
uint32_t message_queue_expire(struct message_queue *q, sim_time now);
/* Age in ns, since it was put, of the oldest visible message, wherever it stands; 0 when there is none. */
sim_time message_queue_oldest_age(const struct message_queue *q, sim_time now);
/* Brings the integrals up to `now`: they are not current before. */
void message_queue_meter(struct message_queue *q, sim_time now);
/* No message appeared or vanished. For tests; O(r). */
bool message_queue_is_sane(const struct message_queue *q);

#endif
