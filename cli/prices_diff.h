/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prices_diff -- what changed between two books, and in the bills of one usage: found first, then shown in either form. */
#ifndef HEADROOM_PRICES_DIFF_H
#define HEADROOM_PRICES_DIFF_H

#include "analysis/cost.h"
#include "cli/prices.h"
#include "pricing/book_diff.h"

/* Two bills of the same month's usage. */
struct bill_pair {
    const struct bill *old, *new;
};

struct diff_findings {
    struct book_diff rates, terms;
    const struct bill_pair *bills; /* of a usage file, by month; of a scenario the month of `start`, or none */
    size_t bill_count;
    const struct cost *old, *new; /* of a scenario; else NULL */
};

/* prices_diff_json.c. USD as numbers; what has no rate is null. */
void prices_diff_json(struct prices *prices, const struct diff_findings *findings);

#endif
