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
 * The order is first in, first out; messages whose visibility ended go to the front of the line.
 * Visibility timeouts are one FIFO (all equal durations): message_queue_expire() at message_queue_next_expiry().
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
    uint32_t next;             /* internal */
};

struct message_queue {
    struct arena *arena;
    struct message *messages;
    uint32_t capacity, free;
    uint32_t visible_head, visible_tail; /* list */
    uint64_t visible, in_flight;
    sim_time visibility;
    uint32_t receives_max; /* receives without a removal before a message is dead */
    /* the FIFO of pending visibility timeouts */
    struct message_expiry {
        sim_time at;
        uint32_t message, receives;
    } * expiries;
    uint32_t expiry_capacity, expiry_head, expiry_count;
    /* meters */
    uint64_t put, removed, dead, redelivered;
    sim_time last;
    uint128 backlog; /* integral of visible messages, message-ns */
};

void message_queue_init(struct message_queue *q, struct arena *arena, sim_time visibility, uint32_t receives_max,
                        sim_time now);
/* Returns the message's number. */
uint32_t message_queue_put(struct message_queue *q, sim_time now, uint64_t ordinal);
/* The oldest visible message, now in flight until now + visibility; MESSAGE_NONE when there is none. */
uint32_t message_queue_take(struct message_queue *q, sim_time now);
/* The consumer is done. `receives` as it was after take(): a message that timed out meanwhile and was given to another
 * consumer, or died, is not removed (false); one that timed out and still waits is. */
bool message_queue_remove(struct message_queue *q, sim_time now, uint32_t message, uint32_t receives);
/* SIM_NEVER when nothing is in flight. */
sim_time message_queue_next_expiry(const struct message_queue *q);
/* Returns messages whose visibility ended at or before `now` to the front of the line (or to the dead letters).
 * Returns how many became visible. */
uint32_t message_queue_expire(struct message_queue *q, sim_time now);
/* Age in ns of the oldest visible message, 0 when there is none. */
sim_time message_queue_oldest_age(const struct message_queue *q, sim_time now);
void message_queue_meter(struct message_queue *q, sim_time now);

#endif
