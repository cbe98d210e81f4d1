/* SPDX-License-Identifier: GPL-3.0-or-later */
/* committed -- a scenario's block of commitments, in the terms of pricing. */
#ifndef HEADROOM_COMMITTED_H
#define HEADROOM_COMMITTED_H

#include "models/commitments.h"
#include "pricing/commitment.h"

/* In `arena`; names that are not written are made. */
struct commitments committed(const struct commitments_config *config, const struct price_book *terms,
                             struct arena *arena);

/* What is written for it in a scenario: an item of `savings_plans` or of `reserved`. */
const char *committed_yaml(const struct commitment *commitment, struct arena *arena);

#endif
