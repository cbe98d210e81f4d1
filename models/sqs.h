/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * sqs -- Amazon SQS standard queue: at-least-once delivery to consumers that poll.
 *
 *   send --> VISIBLE --- receive ---> IN FLIGHT --- delete ---> (gone)
 *               ^                         |
 *               +------- timeout ---------+--- timeout, receives spent ---> DEAD
 *
 * Composed of:  Queue (visibility and redelivery).
 * A consumer's thread that finds nothing waits in a long poll and gets the next message at once; the empty answers of
 * those polls are metered in bulk, one per `long_poll` of waiting.
 * Left out: FIFO queues, batches, retention, delays, duplicate delivery, the in-flight limit as a refusal (reported as a limit).
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
};

extern const struct component_type sqs_type;

/* API requests that a message of so many bytes costs: one per started 64 KiB.       [SQS-PRICE] */
int64_t sqs_chunks(int64_t bytes);

#endif
