/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hash_model -- keys that are hashed to the targets of a dispatcher, again and again with other keys.
 *
 * Some of the targets that joined are ill, so that seats are empty. In the mutant there are 2 % fewer keys.
 */
#ifndef HEADROOM_HASH_MODEL_H
#define HEADROOM_HASH_MODEL_H

#include "analysis/oracles/experiment.h"

enum hash_figure { HASH_EMPTY /* share of the targets without a key */, HASH_SQUARES /* mean sum of squared counts */ };

struct hash_model {
    uint32_t targets, ill; /* ill ones besides the targets */
    uint32_t keys, rounds;
};

extern const struct model_kind hash_kind;

#endif
