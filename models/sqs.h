/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sqs -- Amazon SQS: at-least-once delivery to consumers that poll; with `fifo` in order, by message group.
 *
 *   send --> VISIBLE --- receive ---> IN FLIGHT --- delete ---> (gone)
 *               ^                         |
 *               +------- timeout ---------+--- timeout, receives spent ---> DEAD
 *
 * Composed of:  Queue (visibility and redelivery); groups, deduplication and quotas of a FIFO queue: fifo.h.
 * A consumer's thread that finds nothing waits in a long poll and gets the next message at once; the empty answers of
 * those polls are metered in bulk, one per `long_poll` of waiting.
 * Left out: retention, delays, duplicate delivery of standard queues.
 * Sources:      [SQS-DG] "Visibility timeout", "Dead-letter queues", "Quotas".
 */
#ifndef HEADROOM_SQS_H
#define HEADROOM_SQS_H

#include "models/scenario.h"
#include "sim/message_queue.h"

struct sqs_config {
    sim_time visibility, long_poll;
    int64_t dead_letter_after;
    struct dist receive; /* a receive call that finds a message */
    bool fifo;
    int64_t groups, calls_per_s;
    int64_t batch; /* messages that a consumer receives, and deletes, with one call */
    bool groups_set, calls_set;
};

/* Messages received and not yet deleted, at the most.      [SQS-DG] Quotas */
enum { SQS_IN_FLIGHT_MAX = 120000 };

extern const struct component_type sqs_type;

/* API requests that a message of so many bytes costs: one per started 64 KiB.       [SQS-PRICE] */
int64_t sqs_chunks(int64_t bytes);

#endif
