/* SPDX-License-Identifier: GPL-3.0-or-later */
/* book_diff -- what changed between two books, and between two bills of the same usage. */
#ifndef HEADROOM_BOOK_DIFF_H
#define HEADROOM_BOOK_DIFF_H

#include "pricing/book_folder.h"

/* A rate that is not what it was: of a tier, an upfront fee, or a whole price. */
struct rate_change {
    const struct price *old, *new; /* NULL: appeared, vanished */
    int tier;                      /* that changed; -1: the upfront fee; -2: the bounds of the tiers */
    money before, after;           /* USD per unit, or USD */
    double share;                  /* after / before - 1; 0 where one of them is 0 */
};

struct book_diff {
    const struct rate_change *changed; /* the largest share first */
    size_t changed_count;
    const struct rate_change *appeared, *vanished; /* in the order of the book */
    size_t appeared_count, vanished_count;
    size_t same; /* prices with all their tiers */
};

void book_diff(struct book_diff *out, const struct price_book *old, const struct price_book *new, struct arena *arena);

/* A usage type's part of a bill under two books. */
struct bill_change {
    const struct bill_line *line; /* its first line, of whichever bill has one */
    int64_t before_cents, after_cents;
    bool before_unpriced, after_unpriced; /* that side has it without a rate: its cents are not all */
};

/*
 * The usage types whose amount differs, or which one side has no rate for, the largest difference first. Bills of the same usage; a line that only one of
 * them has (a tier) is part of its usage type.
 */
const struct bill_change *bill_diff(const struct bill *old, const struct bill *new, size_t *count, struct arena *arena);

#endif
