/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fifo -- what makes an SQS queue first in, first out: message groups, deduplication, calls per second.
 *
 *   send --quota spent--> throttled: an error
 *     |--sent before, within five minutes--> accepted, and dropped
 *     |--its group has a message in the queue--> waits behind it
 *     \--else--> the queue proper: VISIBLE --receive--> IN FLIGHT --delete, or dead--> the next of its group
 *
 * At most one message of a group is in the queue proper (sim/message_queue.h), visible or in flight; so a group's messages
 * are handled in order, one at a time, and one that is not deleted holds up its group until it is dead. Groups go in turn,
 * by when their next message came to the front. A message's group is a hash of its ordinal: all groups are asked alike.
 *
 *   sent = duplicates + waiting + put into the queue proper
 */
#ifndef HEADROOM_FIFO_H
#define HEADROOM_FIFO_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/bucket.h"
#include "sim/store.h"

#define FIFO_NONE 0xffffffffu

struct fifo_message {
    uint64_t ordinal;
    sim_time sent_at;
    uint32_t next; /* of its group, or of the free ones */
};

struct fifo_group {
    bool busy;        /* a message of it is in the queue proper */
    sim_time sent_at; /* that one's */
    uint32_t first, last;
};

struct fifo {
    struct arena *arena; /* borrowed */
    struct fifo_group *groups;
    uint32_t group_count;
    struct fifo_message *messages;
    uint32_t capacity, unused;
    uint64_t waiting, sent, duplicates, throttled;
    struct store recent;           /* ordinals of the last five minutes */
    struct bucket sends, receives; /* messages that the quota of calls allows */
    sim_time wake_at;              /* armed: receives are allowed again; SIM_NEVER */
};

enum fifo_verdict {
    FIFO_PUT,       /* into the queue proper */
    FIFO_WAITS,     /* behind another of its group */
    FIFO_DUPLICATE, /* accepted, never delivered */
    FIFO_THROTTLED, /* refused */
};

/* calls_per_s: of each action; batch: messages of a consumer's call. */
void fifo_init(struct fifo *f, struct arena *arena, uint32_t groups, uint64_t calls_per_s, uint64_t batch,
               sim_time now);

/* O(1) on average. `now` never goes back. */
enum fifo_verdict fifo_send(struct fifo *f, sim_time now, uint64_t ordinal);

/* The message of that ordinal has left the queue proper: the next of its group, if there is one, goes there now. */
bool fifo_next(struct fifo *f, uint64_t ordinal, struct fifo_message *next);

/* One message may be received now; else *again is when. */
bool fifo_may_receive(struct fifo *f, sim_time now, sim_time *again);

/* Age of the oldest message that is not deleted, 0: there is none. O(groups) */
sim_time fifo_oldest_age(const struct fifo *f, sim_time now);

#endif
