/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/store.h"

#include <string.h>

#include "sim/base/check.h"
#include "sim/fingerprint.h"

#define STORE_FETCHING INT64_C(-1)

enum { ENTRIES_FIRST = 64, WAITERS_FIRST = 64, OBJECTS_MAX = 1 << 30 };

void store_init(struct store *s, struct arena *arena, const struct store_config *config, sim_time now)
{
    CHECK(config->objects < OBJECTS_MAX && config->fetches < OBJECTS_MAX, "a store's capacity");
    CHECK(config->ttl >= 0, "a store's time to live");
    *s = (struct store){ .arena = arena, .config = *config, .last = now };
    s->capacity = ENTRIES_FIRST;
    s->entries = ARENA_ARRAY(arena, struct store_entry, s->capacity);
    s->heads = ARENA_ARRAY(arena, uint32_t, s->capacity);
    s->used = s->waiters_used = 1;
}

void store_meter(struct store *s, sim_time now)
{
    CHECK(now >= s->last, "a store's time runs backwards");
    const uint64_t dt = (uint64_t)(now - s->last);
    s->object_ns += (uint128)s->objects * dt;
    s->byte_ns += (uint128)s->bytes * dt;
    s->fetch_ns += (uint128)s->fetching * dt;
    s->wait_ns += (uint128)s->waiting * dt;
    s->last = now;
}

/* ---- the table */

static uint32_t *head_of(const struct store *s, uint64_t key)
{
    return &s->heads[fingerprint_mix(key) & (s->capacity - 1)];
}

static uint32_t find(const struct store *s, uint64_t key)
{
    uint32_t i = *head_of(s, key);
    while (i && s->entries[i].key != key)
        i = s->entries[i].chain;
    return i;
}

static void chain_in(struct store *s, uint32_t i)
{
    uint32_t *head = head_of(s, s->entries[i].key);
    s->entries[i].chain = *head;
    *head = i;
}

static void chain_out(struct store *s, uint32_t i)
{
    uint32_t *link = head_of(s, s->entries[i].key);
    while (*link != i)
        link = &s->entries[*link].chain;
    *link = s->entries[i].chain;
}

/* Called when all entries are in use: each but [0] is in a chain. */
static void table_grow(struct store *s)
{
    const uint32_t capacity = 2 * s->capacity;
    s->entries = arena_grow(s->arena, s->entries, s->capacity, capacity, sizeof *s->entries);
    s->heads = ARENA_ARRAY(s->arena, uint32_t, capacity);
    s->capacity = capacity;
    for (uint32_t i = 1; i < s->used; i++)
        chain_in(s, i);
}

static uint32_t entry_new(struct store *s, uint64_t key)
{
    uint32_t i = s->unused;
    if (i) {
        s->unused = s->entries[i].chain;
    } else {
        if (s->used == s->capacity)
            table_grow(s);
        i = s->used++;
    }
    s->entries[i] = (struct store_entry){ .key = key };
    chain_in(s, i);
    return i;
}

static void entry_free(struct store *s, uint32_t i)
{
    chain_out(s, i);
    s->entries[i].chain = s->unused;
    s->unused = i;
}

/* ---- the list by use */

static void list_in(struct store *s, uint32_t i)
{
    const uint32_t newest = s->entries[0].older;
    s->entries[i].older = newest;
    s->entries[i].newer = 0;
    s->entries[newest].newer = i;
    s->entries[0].older = i;
}

static void list_out(struct store *s, uint32_t i)
{
    const uint32_t newer = s->entries[i].newer, older = s->entries[i].older;
    s->entries[newer].older = older;
    s->entries[older].newer = newer;
}

static bool is_fresh(const struct store *s, uint32_t i, sim_time now)
{
    return now < s->entries[i].expires;
}

static void renew(struct store *s, uint32_t i, sim_time now)
{
    const sim_time ttl = s->config.ttl;
    s->entries[i].expires = ttl < SIM_NEVER - now ? now + ttl : SIM_NEVER;
}

/* Takes the contents out; the entry stays in the table. */
static void empty(struct store *s, uint32_t i)
{
    list_out(s, i);
    s->objects--;
    s->bytes -= s->entries[i].bytes;
}

static void make_room(struct store *s, sim_time now, uint32_t objects, uint64_t bytes)
{
    while (s->objects > objects || s->bytes > bytes) {
        const uint32_t oldest = s->entries[0].newer;
        if (is_fresh(s, oldest, now))
            s->evicted++;
        else
            s->expired++;
        empty(s, oldest);
        entry_free(s, oldest);
    }
}

/* ---- those who wait */

static uint32_t waiter_new(struct store *s, uint32_t job)
{
    uint32_t w = s->waiters_unused;
    if (w) {
        s->waiters_unused = s->waiters[w].next;
    } else {
        if (s->waiters_used >= s->waiters_capacity) {
            const uint32_t capacity = s->waiters_capacity ? 2 * s->waiters_capacity : WAITERS_FIRST;
            s->waiters = arena_grow(s->arena, s->waiters, s->waiters_capacity, capacity, sizeof *s->waiters);
            s->waiters_capacity = capacity;
        }
        w = s->waiters_used++;
    }
    s->waiters[w] = (struct store_waiter){ .job = job };
    return w;
}

static void join(struct store *s, uint32_t i, uint32_t job)
{
    const uint32_t w = waiter_new(s, job);
    struct store_entry *e = &s->entries[i];
    if (e->newer)
        s->waiters[e->newer].next = w;
    else
        e->older = w;
    e->newer = w;
    s->waiting++;
}

uint32_t store_waiter(struct store *s, uint32_t *chain)
{
    while (*chain) {
        const uint32_t w = *chain, job = s->waiters[w].job;
        *chain = s->waiters[w].next;
        s->waiters[w].next = s->waiters_unused;
        s->waiters_unused = w;
        if (job != STORE_NONE)
            return job;
    }
    return STORE_NONE;
}

bool store_withdraw(struct store *s, sim_time now, uint64_t key, uint32_t job)
{
    const uint32_t i = find(s, key);
    if (!i || s->entries[i].expires != STORE_FETCHING)
        return false;
    for (uint32_t w = s->entries[i].older; w; w = s->waiters[w].next) {
        if (s->waiters[w].job != job)
            continue;
        store_meter(s, now);
        s->waiters[w].job = STORE_NONE; /* its place stays until the chain is taken */
        s->waiting--;
        s->withdrawn++;
        return true;
    }
    return false;
}

/* ---- lookups and fetches */

static enum store_verdict miss(struct store *s, sim_time now, uint64_t key)
{
    if (!s->config.coalesce || s->fetching >= s->config.fetches) {
        s->alone++;
        return STORE_ALONE;
    }
    store_meter(s, now);
    const uint32_t i = entry_new(s, key); /* may move the entries */
    s->entries[i].expires = STORE_FETCHING;
    s->fetching++;
    s->misses++;
    return STORE_MISS;
}

enum store_verdict store_look_up(struct store *s, sim_time now, uint64_t key, uint32_t job)
{
    const uint32_t i = find(s, key);
    if (i && is_fresh(s, i, now)) {
        s->hits++;
        if (s->config.ttl_from_use)
            renew(s, i, now);
        if (s->entries[i].newer) { /* 0: it is the newest */
            list_out(s, i);
            list_in(s, i);
        }
        return STORE_HIT;
    }
    if (i && s->entries[i].expires == STORE_FETCHING) {
        store_meter(s, now);
        join(s, i, job);
        s->joined++;
        return STORE_JOINED;
    }
    if (i) {
        store_meter(s, now);
        s->expired++;
        empty(s, i);
        entry_free(s, i);
    }
    return miss(s, now, key);
}

/* The end of a fetch in flight; its entry is gone. */
static uint32_t fetch_end(struct store *s, uint32_t i)
{
    const uint32_t chain = s->entries[i].older;
    for (uint32_t w = chain; w; w = s->waiters[w].next)
        s->waiting -= s->waiters[w].job != STORE_NONE;
    s->fetching--;
    entry_free(s, i);
    return chain;
}

static void keep(struct store *s, sim_time now, uint64_t key, uint32_t bytes)
{
    if (s->config.objects == 0 || bytes > s->config.bytes) {
        s->too_large++;
        return;
    }
    make_room(s, now, s->config.objects - 1, s->config.bytes - bytes);
    const uint32_t i = entry_new(s, key);
    s->entries[i].bytes = bytes;
    list_in(s, i);
    renew(s, i, now);
    s->objects++;
    s->bytes += bytes;
    s->stored++;
}

uint32_t store_fill(struct store *s, sim_time now, uint64_t key, uint32_t bytes)
{
    store_meter(s, now);
    const uint32_t i = find(s, key);
    uint32_t chain = 0;
    if (i && s->entries[i].expires == STORE_FETCHING) {
        s->filled++;
        chain = fetch_end(s, i);
    } else if (i) {
        s->refreshed++;
        empty(s, i);
        entry_free(s, i);
    }
    keep(s, now, key, bytes);
    return chain;
}

uint32_t store_fetch_failed(struct store *s, sim_time now, uint64_t key)
{
    const uint32_t i = find(s, key);
    if (!i || s->entries[i].expires != STORE_FETCHING)
        return 0; /* a fetch that was alone has filled it meanwhile */
    store_meter(s, now);
    s->failed++;
    return fetch_end(s, i);
}

/* ---- forgetting */

bool store_invalidate(struct store *s, sim_time now, uint64_t key)
{
    const uint32_t i = find(s, key);
    if (!i || s->entries[i].expires == STORE_FETCHING)
        return false;
    store_meter(s, now);
    s->invalidated++;
    empty(s, i);
    entry_free(s, i);
    return true;
}

void store_clear(struct store *s, sim_time now)
{
    store_meter(s, now);
    s->invalidated += s->objects;
    while (s->entries[0].newer) {
        const uint32_t oldest = s->entries[0].newer;
        empty(s, oldest);
        entry_free(s, oldest);
    }
}

void store_resize(struct store *s, sim_time now, uint32_t objects, uint64_t bytes)
{
    CHECK(objects < OBJECTS_MAX, "a store's capacity");
    store_meter(s, now);
    s->config.objects = objects;
    s->config.bytes = bytes;
    make_room(s, now, objects, bytes);
}

bool store_holds(const struct store *s, sim_time now, uint64_t key)
{
    const uint32_t i = find(s, key);
    return i && is_fresh(s, i, now);
}

bool store_is_sane(const struct store *s)
{
    uint64_t bytes = 0;
    uint32_t objects = 0;
    for (uint32_t i = s->entries[0].newer, older = 0; i; older = i, i = s->entries[i].newer, objects++) {
        if (s->entries[i].older != older || s->entries[i].expires == STORE_FETCHING || find(s, s->entries[i].key) != i)
            return false;
        bytes += s->entries[i].bytes;
    }
    return objects == s->objects && bytes == s->bytes && objects <= s->config.objects && bytes <= s->config.bytes &&
           s->stored == s->objects + s->evicted + s->expired + s->invalidated + s->refreshed &&
           s->misses == s->fetching + s->filled + s->failed;
}
