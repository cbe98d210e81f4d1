/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the headline day consumed: usage records summed over hours and averaged over replications. */
#include <string.h>

#include "analysis/keep.h"
#include "analysis/results.h"
#include "analysis/tally.h"
#include "sim/base/text.h"

static bool same_key(const struct usage_key *a, const struct usage_key *b)
{
    return a->unit == b->unit && strcmp(a->service, b->service) == 0 && strcmp(a->usage_type, b->usage_type) == 0 &&
           strcmp(a->operation, b->operation) == 0 && strcmp(a->resource, b->resource) == 0 &&
           strcmp(a->region, b->region) == 0 && strcmp(a->zone, b->zone) == 0 && strcmp(a->to_zone, b->to_zone) == 0;
}

static uint64_t hash_key(const struct usage_key *key)
{
    uint64_t hash = text_hash(key->usage_type);
    hash = text_hash_more(hash, key->operation);
    hash = text_hash_more(hash, key->resource);
    hash = text_hash_more(hash, key->zone);
    return text_hash_more(hash, key->to_zone);
}

static size_t slot_of(const struct usage_tally *t, const struct usage_key *key)
{
    size_t slot = hash_key(key) % t->slot_count;
    while (t->slots[slot] && !same_key(t->sums[t->slots[slot] - 1].key, key))
        slot = (slot + 1) % t->slot_count;
    return slot;
}

/* Keys are few, and most are there after the first replication. */
static void grow(struct usage_tally *t, struct arena *arena)
{
    const int more = t->capacity ? t->capacity * 2 : 64;
    t->sums = arena_grow(arena, t->sums, (size_t)t->count, (size_t)more, sizeof *t->sums);
    t->capacity = more;
    t->slot_count = 2 * (size_t)more;
    t->slots = ARENA_ARRAY(arena, int, t->slot_count);
    for (int i = 0; i < t->count; i++)
        t->slots[slot_of(t, t->sums[i].key)] = i + 1;
}

static struct usage_sum *sum_of(struct usage_tally *t, const struct usage_key *key, struct arena *arena)
{
    if (t->count == t->capacity)
        grow(t, arena);
    const size_t slot = slot_of(t, key);
    if (!t->slots[slot]) {
        t->sums[t->count].key = usage_key_keep(key, arena);
        t->slots[slot] = ++t->count;
    }
    return &t->sums[t->slots[slot] - 1];
}

/* A key's hours follow each other. */
void tally_usage(struct tally *t, const struct replication *rep)
{
    const struct usage_key *key = NULL;
    struct usage_sum *sum = NULL;
    for (size_t i = 0; i < rep->usage_count; i++) {
        if (rep->usage[i].key != key) {
            key = rep->usage[i].key;
            sum = sum_of(&t->usage, key, &t->arena);
        }
        sum->quantity += rep->usage[i].quantity;
    }
}

void results_usage(struct results *r, struct arena *arena)
{
    const struct usage_tally *t = &r->tally->usage;
    r->usage_count = t->count;
    r->usage = ARENA_ARRAY(arena, struct usage_total, t->count + 1);
    for (int i = 0; i < t->count; i++)
        r->usage[i] = (struct usage_total){ .key = t->sums[i].key,
                                            .per_day = (double)t->sums[i].quantity / r->replications };
}
