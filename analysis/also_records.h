/* SPDX-License-Identifier: GPL-3.0-or-later */
/* also_records -- a scenario's fixed monthly quantities (models/also.h) as records that are billed with a month. */
#ifndef HEADROOM_ALSO_RECORDS_H
#define HEADROOM_ALSO_RECORDS_H

#include "models/scenario.h"
#include "pricing/bill.h"

struct also_records {
    struct usage_record *records; /* of any month; resource: the service's key in the scenario */
    size_t count;
};

/* In `arena`. False, with every error at its place, when a text means nothing. */
bool also_records_make(struct also_records *out, const struct scenario *sc, struct arena *arena, struct diag *diag);

/*
 * Whether all of it, and of the commitments (NULL: none), means something and, unless it may be missing, has a rate: asked
 * before anything is simulated.
 */
bool also_records_check(const struct scenario *sc, const struct price_book *book, const struct commitments *commitments,
                        bool allow_unpriced, struct diag *diag);

#endif
