/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fetch -- a get from a cache with keys: which key, hit or miss, and who is fetching it already.
 *
 *   get --hit--> on
 *    \--miss--> FIRST --steps of the miss, fill--> the key is there, those who joined go on as after a hit
 *    |            \--fails, dies--> those who joined fail too
 *    |--miss, being fetched, coalesce--> JOINED: waits, holding its worker
 *    \--miss, being fetched--> AGAIN: fetches too, which is how a popular key becomes a crowd at the database
 *
 * Who shares a fetch shares its failure, as with a future that several wait for: the next get tries again. State beside
 * the frames, in w->fetches; NULL where no cache has keys.
 */
#include "models/world.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base/check.h"

enum role { ROLE_NONE, ROLE_FIRST, ROLE_AGAIN, ROLE_JOINED, ROLE_SHARED, ROLE_FAILED };

struct fetch {
    uint32_t cell;
    uint16_t cache, shard; /* of the cache */
    uint8_t role;
    uint32_t joined;      /* FIRST: newest of those who joined it, or SLOT_NONE */
    uint32_t owner, next; /* JOINED: whom, and who did so before */
};

/* Untouched pages cost nothing, as with the frames. */
void fetches_init(struct world *w)
{
    for (int c = 0; c < w->cache_count && !w->fetches; c++)
        if (w->caches[c].warmth) {
            w->fetches = calloc(w->frame_limit, sizeof *w->fetches);
            CHECK(w->fetches, "no memory for the fetches of caches");
        }
}

void fetches_fini(struct world *w)
{
    free(w->fetches);
    w->fetches = NULL;
}

static struct fetch *fetch_of(struct world *w, const struct frame *f)
{
    return &w->fetches[frame_slot(w, f)];
}

/* ---- the get ---- */

static void join(struct world *w, struct fetch *fetch, uint32_t slot, uint32_t owner)
{
    fetch->role = ROLE_JOINED;
    fetch->owner = owner;
    fetch->next = w->fetches[owner].joined;
    w->fetches[owner].joined = slot;
}

bool fetch_hits(struct world *w, struct frame *f, const struct step *step, int *shard)
{
    struct cache *cache = &w->caches[step->target];
    struct warmth *warmth = cache->warmth;
    const struct draw_block d = draw_at(w->key, f->ordinal, step->place + 1, f->attempt);
    const uint32_t cell = warmth_cell_of(warmth, contents_class(warmth->contents, d.a), shard);
    if (!cache->shards[*shard].serving)
        return false;
    cache->window.gets++;
    if (warmth_hit(warmth, cell, *shard, w->now, ((double)(d.b >> 32) + 0.5) * 0x1p-32)) {
        cache->window.hits++;
        return true;
    }
    if (!step->fills)
        return false;
    struct fetch *fetch = fetch_of(w, f);
    *fetch = (struct fetch){
        .cell = cell, .cache = step->target, .shard = (uint16_t)*shard, .role = ROLE_FIRST, .joined = SLOT_NONE
    };
    struct warmth_cell *c = &warmth->cells[cell];
    const bool known = warmth_being_fetched(warmth, cell, ((double)(uint32_t)d.b + 0.5) * 0x1p-32);
    if (known && cache->config->coalesce && c->owner != WARMTH_NOBODY) {
        join(w, fetch, frame_slot(w, f), c->owner);
        cache->window.joined++;
        return false;
    }
    cache->window.fetches++;
    if (known) {
        fetch->role = ROLE_AGAIN;
        cache->window.again++;
        return false;
    }
    c->fetching++;
    c->owner = frame_slot(w, f);
    return false;
}

/* ---- its end ---- */

/* Those who joined, the first one first. */
static uint32_t in_order(struct world *w, uint32_t newest)
{
    uint32_t first = SLOT_NONE;
    while (newest != SLOT_NONE) {
        const uint32_t before = w->fetches[newest].next;
        w->fetches[newest].next = first;
        first = newest;
        newest = before;
    }
    return first;
}

static void goes_on(struct world *w, struct frame *f, bool success)
{
    fetch_of(w, f)->role = ROLE_NONE;
    if (!success) {
        request_failed(w, f);
        return;
    }
    f->step = w->code->steps[f->step].jump;
    request_run(w, f);
}

/* Who is still on the way back from the cache learns it there. */
static void tell(struct world *w, uint32_t first, bool success)
{
    for (uint32_t slot = first, next; slot != SLOT_NONE; slot = next) {
        next = w->fetches[slot].next;
        struct frame *f = frame_at(w, slot);
        if (f->state == AT_FETCH)
            goes_on(w, f, success);
        else
            w->fetches[slot].role = success ? ROLE_SHARED : ROLE_FAILED;
    }
}

static void owner_ends(struct world *w, struct fetch *fetch, uint32_t slot, bool success)
{
    struct warmth_cell *c = &w->caches[fetch->cache].warmth->cells[fetch->cell];
    CHECK(c->fetching > 0, "a fetch ends that nobody began");
    c->fetching--;
    if (c->owner == slot)
        c->owner = WARMTH_NOBODY;
    tell(w, in_order(w, fetch->joined), success);
}

void fetch_brought(struct world *w, struct frame *f, bool stored)
{
    struct fetch *fetch = fetch_of(w, f);
    const enum role role = (enum role)fetch->role;
    if (role != ROLE_FIRST && role != ROLE_AGAIN)
        return;
    fetch->role = ROLE_NONE;
    if (stored)
        warmth_fill(w->caches[fetch->cache].warmth, fetch->cell, fetch->shard, w->now, role == ROLE_AGAIN);
    if (role == ROLE_FIRST)
        owner_ends(w, fetch, frame_slot(w, f), true);
}

bool fetch_waits(struct world *w, struct frame *f)
{
    struct fetch *fetch = fetch_of(w, f);
    if (fetch->role == ROLE_JOINED)
        f->state = AT_FETCH;
    else if (fetch->role == ROLE_SHARED || fetch->role == ROLE_FAILED)
        goes_on(w, f, fetch->role == ROLE_SHARED);
    else
        return false;
    return true;
}

void fetch_unheard(struct world *w, const struct frame *f)
{
    if (w->fetches[frame_slot(w, f)].role == ROLE_JOINED)
        fetch_lost(w, f);
}

void fetch_lost(struct world *w, const struct frame *f)
{
    const uint32_t slot = frame_slot(w, f);
    struct fetch *fetch = &w->fetches[slot];
    const enum role role = (enum role)fetch->role;
    fetch->role = ROLE_NONE;
    if (role == ROLE_FIRST)
        owner_ends(w, fetch, slot, false);
    if (role != ROLE_JOINED)
        return;
    uint32_t *link = &w->fetches[fetch->owner].joined;
    while (*link != slot) {
        CHECK(*link != SLOT_NONE, "who joined a fetch is not among those who did");
        link = &w->fetches[*link].next;
    }
    *link = fetch->next;
}

/* ---- figures ---- */

/* Assumed: nobody would call it cold above so much of the long run's hit ratio. */
static const double WARM_AGAIN = 0.95;
/* A crowd worth a line in a fault's story: so many fetches in a window, most of them of keys that others were fetching. */
enum { CROWD = 100 };

static void tell_story(struct world *w, struct cache *cache)
{
    const struct cache_counts *now = &cache->window;
    if (now->fetches >= CROWD && 2 * now->again > now->fetches)
        fault_note(w, cache->component->name, "most misses fetch what others are fetching already: a stampede", false);
    if (cache->cold_since > w->now - w->sc->window ||
        (double)now->hits < WARM_AGAIN * cache->config->hit_ratio * (double)now->gets)
        return;
    cache->cold_since = SIM_NEVER;
    fault_note(w, cache->component->name, "warm again: hits as often as before", false);
}

void fetch_window(struct world *w, struct cache *cache, bool count)
{
    const struct cache_counts *now = &cache->window;
    if (count) {
        recorder_value(&w->recorder, cache->column, now->gets ? (double)now->hits / (double)now->gets : NAN);
        recorder_value(&w->recorder, cache->column + 1, (double)now->fetches * 1e9 / (double)w->sc->window);
        recorder_value(&w->recorder, cache->column + 2, warmth_resident(cache->warmth, w->now));
        cache->run.gets += now->gets;
        cache->run.hits += now->hits;
        cache->run.joined += now->joined;
        cache->run.fetches += now->fetches;
        cache->run.again += now->again;
        tell_story(w, cache);
    }
    cache->window = (struct cache_counts){ 0 };
}
