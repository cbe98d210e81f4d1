/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pricing/metered_hours.h"

#include "pricing/wide.h"

#define NS_PER_HOUR UINT64_C(3600000000000)

static void add(struct metered_hours *hours, struct arena *arena, const struct metered_hour *entry)
{
    if (hours->count == hours->capacity) {
        hours->capacity = hours->capacity ? 2 * hours->capacity : 256;
        hours->list = arena_grow(arena, hours->list, hours->count, hours->capacity, sizeof *hours->list);
    }
    hours->list[hours->count++] = *entry;
}

void metered_hours_add(struct metered_hours *hours, struct arena *arena, struct metered_hour entry, int64_t offset_ns,
                       int64_t span_ns)
{
    const uint128 amount = entry.amount;
    const uint64_t span = (uint64_t)span_ns, offset = (uint64_t)offset_ns;
    if (entry.hour < 0 || offset + span <= NS_PER_HOUR) {
        add(hours, arena, &entry);
        return;
    }
    uint128 before = 0;
    for (uint64_t end = NS_PER_HOUR - offset; before < amount; end += NS_PER_HOUR, entry.hour++) {
        const uint128 after = end >= span ? amount : wide_mul_div(amount, end, span);
        entry.amount = after - before;
        add(hours, arena, &entry);
        before = after;
    }
}
