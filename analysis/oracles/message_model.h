/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * message_model -- Poisson messages to a queue with visibility, and a consumer free for each at once.
 *
 * The consumer deletes the message when its exponential service of mean 1 s ends: too late if the visibility has ended
 * before, and then another consumer has it already. After the last receive the message dies. The first tenth of the
 * messages is discarded. In the mutant the consumers are 2 % slower.
 */
#ifndef HEADROOM_ORACLE_MESSAGE_MODEL_H
#define HEADROOM_ORACLE_MESSAGE_MODEL_H

#include "analysis/oracles/experiment.h"

enum message_figure {
    MESSAGE_IN_FLIGHT,   /* time average */
    MESSAGE_REDELIVERED, /* redeliveries per message */
    MESSAGE_DEAD,        /* share of the messages */
};

struct message_model {
    double lambda_per_s, visibility_s;
    uint32_t receives_max;
    uint64_t messages;
};

extern const struct model_kind message_kind;

#endif
