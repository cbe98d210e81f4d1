/* SPDX-License-Identifier: GPL-3.0-or-later */
/* metered_hours -- what metering keeps of each hour for commitments. */
#ifndef HEADROOM_METERED_HOURS_H
#define HEADROOM_METERED_HOURS_H

#include "pricing/metering.h"

struct metered_hours {
    struct metered_hour *list;
    size_t count, capacity;
};

/*
 * An entry from `offset_ns` in its hour on, for `span_ns`: spread evenly over the clock hours that it touches, and the
 * parts add up to its amount. One without an hour stays whole.
 */
void metered_hours_add(struct metered_hours *hours, struct arena *arena, struct metered_hour entry, int64_t offset_ns,
                       int64_t span_ns);

#endif
