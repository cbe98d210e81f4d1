/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pricing/book_diff.h"

#include <stdlib.h>
#include <string.h>

#include "sim/base/text.h"

/* ---- books ---- */

struct changes {
    struct rate_change *entries;
    size_t count, capacity;
    struct arena *arena;
};

static void add(struct changes *changes, struct rate_change change)
{
    if (changes->count == changes->capacity) {
        const size_t capacity = changes->capacity ? 2 * changes->capacity : 256;
        changes->entries = arena_grow(changes->arena, changes->entries, changes->count, capacity,
                                      sizeof *changes->entries);
        changes->capacity = capacity;
    }
    if (change.before != 0 && change.after != 0)
        change.share = (double)change.after / (double)change.before - 1.0;
    changes->entries[changes->count++] = change;
}

static bool same_bounds(const struct price *a, const struct price *b)
{
    if (a->tier_count != b->tier_count || !text_equal(a->unit, b->unit))
        return false;
    for (int i = 0; i < a->tier_count; i++)
        if (a->tiers[i].from_e6 != b->tiers[i].from_e6)
            return false;
    return true;
}

/* Adds what differs; false when nothing does. */
static bool compare(struct changes *changes, const struct price *old, const struct price *new)
{
    const size_t before = changes->count;
    if (!same_bounds(old, new)) {
        add(changes,
            (struct rate_change){
                .old = old, .new = new, .tier = -2, .before = old->tiers[0].rate, .after = new->tiers[0].rate });
    } else {
        for (int i = 0; i < old->tier_count; i++)
            if (old->tiers[i].rate != new->tiers[i].rate)
                add(changes,
                    (struct rate_change){
                        .old = old, .new = new, .tier = i, .before = old->tiers[i].rate, .after = new->tiers[i].rate });
    }
    if (old->upfront != new->upfront)
        add(changes,
            (struct rate_change){ .old = old, .new = new, .tier = -1, .before = old->upfront, .after = new->upfront });
    return changes->count > before;
}

static int by_share(const void *a, const void *b)
{
    const struct rate_change *const left = a, *const right = b;
    const double l = left->share < 0 ? -left->share : left->share, r = right->share < 0 ? -right->share : right->share;
    if (l != r)
        return l > r ? -1 : 1;
    const int order = price_compare(left->old, right->old);
    return order != 0 ? order : left->tier - right->tier;
}

void book_diff(struct book_diff *out, const struct price_book *old, const struct price_book *new, struct arena *arena)
{
    struct changes changed = { .arena = arena }, appeared = changed, vanished = changed;
    size_t i = 0, j = 0, same = 0;
    while (i < old->price_count || j < new->price_count) {
        const int order = i == old->price_count   ? 1
                          : j == new->price_count ? -1
                                                  : price_compare(&old->prices[i], &new->prices[j]);
        if (order < 0) {
            add(&vanished, (struct rate_change){ .old = &old->prices[i], .before = old->prices[i].tiers[0].rate });
        } else if (order > 0) {
            add(&appeared, (struct rate_change){ .new = &new->prices[j], .after = new->prices[j].tiers[0].rate });
        } else {
            same += !compare(&changed, &old->prices[i], &new->prices[j]);
        }
        i += order <= 0;
        j += order >= 0;
    }
    if (changed.count > 0)
        qsort(changed.entries, changed.count, sizeof *changed.entries, by_share);
    *out = (struct book_diff){ changed.entries, changed.count, appeared.entries, vanished.entries, appeared.count,
                               vanished.count,  same };
}

/* ---- bills ---- */

static int compare_lines(const struct bill_line *a, const struct bill_line *b)
{
    int order = strcmp(a->service, b->service);
    if (order == 0)
        order = strcmp(a->usage_type, b->usage_type);
    if (order == 0)
        order = strcmp(a->region, b->region);
    return order != 0 ? order : strcmp(a->operation, b->operation);
}

static int by_line(const void *a, const void *b)
{
    return compare_lines(((const struct bill_change *)a)->line, ((const struct bill_change *)b)->line);
}

static int by_difference(const void *a, const void *b)
{
    const struct bill_change *const left = a, *const right = b;
    const int64_t l = llabs(left->after_cents - left->before_cents),
                  r = llabs(right->after_cents - right->before_cents);
    return l != r ? (l > r ? -1 : 1) : by_line(a, b);
}

const struct bill_change *bill_diff(const struct bill *old, const struct bill *new, size_t *count, struct arena *arena)
{
    const size_t lines = old->line_count + new->line_count;
    struct bill_change *changes = ARENA_ARRAY(arena, struct bill_change, lines + 1);
    for (size_t i = 0; i < lines; i++) {
        const bool is_old = i < old->line_count;
        const struct bill_line *const line = is_old ? &old->lines[i] : &new->lines[i - old->line_count];
        changes[i] = is_old ? (struct bill_change){ line, line->cents, 0, line->unpriced, false }
                            : (struct bill_change){ line, 0, line->cents, false, line->unpriced };
    }
    qsort(changes, lines, sizeof *changes, by_line);
    size_t kept = 0;
    for (size_t first = 0, end; first < lines; first = end) {
        struct bill_change sum = changes[first];
        for (end = first + 1; end < lines && by_line(&changes[first], &changes[end]) == 0; end++) {
            sum.before_cents += changes[end].before_cents;
            sum.after_cents += changes[end].after_cents;
            sum.before_unpriced |= changes[end].before_unpriced;
            sum.after_unpriced |= changes[end].after_unpriced;
        }
        if (sum.before_cents != sum.after_cents || sum.before_unpriced != sum.after_unpriced)
            changes[kept++] = sum;
    }
    qsort(changes, kept, sizeof *changes, by_difference);
    *count = kept;
    return changes;
}
