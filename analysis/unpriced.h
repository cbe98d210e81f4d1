/* SPDX-License-Identifier: GPL-3.0-or-later */
/* unpriced -- what was used and has no rate: totals leave it out, and whoever shows one has to say so. */
#ifndef HEADROOM_UNPRICED_H
#define HEADROOM_UNPRICED_H

#include <stdbool.h>

#include "pricing/bill.h"

struct unpriced_usage { /* as on a line of the bill */
    const char *service, *usage_type, *region, *resource;
};

struct unpriced_list { /* each once, in the order in which they came */
    struct unpriced_usage *list;
    int count, capacity;
};

/* The bill's lines without a rate. Copied into `arena`. */
void unpriced_add(struct unpriced_list *unpriced, const struct bill *bill, struct arena *arena);

/* Whether a sum is 0 for want of rates: then it is no figure, and nobody may show it as $0.00. */
bool unpriced_is_all(const struct unpriced_list *unpriced, double sum_usd);

/* "3 lines". */
const char *unpriced_text(const struct unpriced_list *unpriced, struct arena *arena);

#endif
