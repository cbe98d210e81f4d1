/* SPDX-License-Identifier: GPL-3.0-or-later */
/* bill_groups -- a bill's lines added up by what people ask for: service, tier of the architecture, zone. */
#ifndef HEADROOM_BILL_GROUPS_H
#define HEADROOM_BILL_GROUPS_H

#include "pricing/bill.h"

enum bill_grouping { GROUP_SERVICE, GROUP_TIER, GROUP_ZONE, GROUPINGS };
extern const char *const bill_grouping_names[GROUPINGS]; /* "service", "tier", "zone" */

struct bill_group {
    const char *name; /* borrowed from the lines */
    int64_t cents;
    int lines, unpriced; /* of these have no rate, and `cents` is incomplete */
};

/* Which group a line is in. A line of no tier is "other"; one of no single zone is in its region, or "Global". */
const char *bill_group_of(const struct bill_line *line, enum bill_grouping grouping);

/* All groups, dearest first; their cents add up to the bill. In `arena`. */
int bill_groups(const struct bill *bill, enum bill_grouping grouping, struct bill_group **groups, struct arena *arena);

#endif
