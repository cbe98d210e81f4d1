/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the headline day consumed: usage records summed over hours and averaged over replications. */
#include <string.h>

#include "analysis/results.h"
#include "sim/base/text.h"

struct totals {
    struct arena *arena;
    struct usage_total *totals;
    int128 *sums;
    int count, capacity;
    int *slots; /* hash table of indices + 1 */
    size_t slot_count;
};

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

static size_t slot_of(const struct totals *t, const struct usage_key *key)
{
    size_t slot = hash_key(key) % t->slot_count;
    while (t->slots[slot] && !same_key(t->totals[t->slots[slot] - 1].key, key))
        slot = (slot + 1) % t->slot_count;
    return slot;
}

/* most_keys: an upper bound of the distinct keys. */
static void totals_init(struct totals *t, size_t most_keys, struct arena *arena)
{
    *t = (struct totals){ .arena = arena, .capacity = (int)most_keys + 1, .slot_count = 2 * most_keys + 64 };
    t->totals = ARENA_ARRAY(arena, struct usage_total, t->capacity);
    t->sums = ARENA_ARRAY(arena, int128, t->capacity);
    t->slots = ARENA_ARRAY(arena, int, t->slot_count);
}

static void totals_add(struct totals *t, const struct usage *usage)
{
    const size_t slot = slot_of(t, usage->key);
    if (!t->slots[slot]) {
        t->totals[t->count].key = usage->key;
        t->slots[slot] = ++t->count;
    }
    t->sums[t->slots[slot] - 1] += usage->quantity;
}

static size_t count_runs(const struct replication *rep)
{
    size_t runs = 0;
    for (size_t i = 0; i < rep->usage_count; i++)
        runs += i == 0 || rep->usage[i].key != rep->usage[i - 1].key;
    return runs;
}

void results_usage(struct results *r, struct arena *arena)
{
    struct arena scratch;
    arena_init(&scratch);
    size_t most = 0;
    for (int i = 0; i < r->tasks->headline_count; i++) {
        const struct replication *rep = tasks_record(r->tasks, -1, (uint32_t)i);
        most += rep ? count_runs(rep) : 0;
    }
    struct totals t;
    totals_init(&t, most, &scratch);
    for (int i = 0; i < r->tasks->headline_count; i++) {
        const struct replication *rep = tasks_record(r->tasks, -1, (uint32_t)i);
        for (size_t u = 0; rep && u < rep->usage_count; u++)
            totals_add(&t, &rep->usage[u]);
    }
    r->usage_count = t.count;
    r->usage = ARENA_ARRAY(arena, struct usage_total, t.count + 1);
    for (int i = 0; i < t.count; i++) {
        r->usage[i] = t.totals[i];
        r->usage[i].per_day = (double)t.sums[i] / r->replications;
    }
    arena_fini(&scratch);
}
