/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/unpriced.h"

#include <string.h>

#include "analysis/figure.h"

static bool is_of(const struct unpriced_usage *usage, const struct bill_line *line)
{
    return strcmp(usage->usage_type, line->usage_type) == 0 && strcmp(usage->resource, line->resource) == 0 &&
           strcmp(usage->region, line->region) == 0 && strcmp(usage->service, line->service) == 0;
}

static void add_line(struct unpriced_list *u, const struct bill_line *line, struct arena *arena)
{
    for (int i = 0; i < u->count; i++)
        if (is_of(&u->list[i], line))
            return;
    if (u->count == u->capacity) {
        const int more = u->capacity ? 2 * u->capacity : 16;
        u->list = arena_grow(arena, u->list, (size_t)u->capacity, (size_t)more, sizeof *u->list);
        u->capacity = more;
    }
    u->list[u->count++] = (struct unpriced_usage){ .service = arena_text(arena, line->service),
                                                   .usage_type = arena_text(arena, line->usage_type),
                                                   .region = arena_text(arena, line->region),
                                                   .resource = arena_text(arena, line->resource) };
}

void unpriced_add(struct unpriced_list *u, const struct bill *bill, struct arena *arena)
{
    for (size_t i = 0; bill->unpriced > 0 && i < bill->line_count; i++)
        if (bill->lines[i].unpriced)
            add_line(u, &bill->lines[i], arena);
}

bool unpriced_is_all(const struct unpriced_list *u, double sum_usd)
{
    return u->count > 0 && sum_usd == 0;
}

const char *unpriced_text(const struct unpriced_list *u, struct arena *arena)
{
    return figure_things(u->count, "line", arena);
}
