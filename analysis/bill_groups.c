/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/bill_groups.h"

#include <stdlib.h>
#include <string.h>

const char *const bill_grouping_names[GROUPINGS] = { "service", "tier", "zone" };

static const char *text_or(const char *text, const char *otherwise)
{
    return text && text[0] ? text : otherwise;
}

const char *bill_group_of(const struct bill_line *line, enum bill_grouping grouping)
{
    switch (grouping) {
    case GROUP_SERVICE: return line->service_name;
    case GROUP_TIER: return text_or(line->tier, "other");
    case GROUP_ZONE: return text_or(line->zone, line->region);
    case GROUPINGS: break;
    }
    return "";
}

static int dearest_first(const void *a, const void *b)
{
    const struct bill_group *x = a, *y = b;
    if (x->cents != y->cents)
        return x->cents < y->cents ? 1 : -1;
    return strcmp(x->name, y->name);
}

int bill_groups(const struct bill *bill, enum bill_grouping grouping, struct bill_group **groups, struct arena *arena)
{
    int count = 0;
    *groups = ARENA_ARRAY(arena, struct bill_group, bill->line_count + 1);
    for (size_t i = 0; i < bill->line_count; i++) {
        const struct bill_line *line = &bill->lines[i];
        const char *name = bill_group_of(line, grouping);
        int g = 0;
        while (g < count && strcmp((*groups)[g].name, name) != 0)
            g++;
        if (g == count)
            (*groups)[count++].name = name;
        (*groups)[g].cents += line->cents;
        (*groups)[g].lines++;
        (*groups)[g].unpriced += line->unpriced;
    }
    if (count > 0)
        qsort(*groups, (size_t)count, sizeof **groups, dearest_first);
    return count;
}
