/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * command -- a request at a cache: the shard by key, its thread, the coin of the hit, and the way back.
 *
 * visit.c says what becomes of a command whose departure is computed when it comes.
 */
#include "models/world.h"

void command_lost(struct world *w, struct frame *f, sim_time timeout)
{
    visit_end(w, f);
    if (f->kind == FRAME_ORPHAN) {
        frame_free(w, frame_slot(w, f));
        return;
    }
    f->flags |= FLAG_MISS | FLAG_CACHE_DOWN;
    if (w->fetches)
        fetch_unheard(w, f);
    frame_delay(w, f, timeout);
}

/* Between the instance and a shard, where one of them is in a grey zone. */
static bool command_is_lost(const struct world *w, const struct frame *f, const struct cache_shard *shard)
{
    if (LIKELY(!w->grey))
        return false;
    const struct instance *i = &w->instances[f->instance];
    return grey_loses_frame(w, f, w->fleets[i->fleet].region, i->zone,
                            w->code->steps[f->step].remote ? -1 : shard->zone, HOP_CACHE);
}

/* A get or a fill: the shard by key, its thread, and the coin of the hit. Of the block's four words a draw takes the
 * coin, the round trip, the thread's time and the shard. */
void command_begin(struct world *w, struct frame *f, const struct step *step)
{
    struct cache *cache = &w->caches[step->target];
    const struct draw_block d = draw_at(w->key, f->ordinal, step->place, f->attempt);
    if (UNLIKELY(cache->unused)) {
        cache->unused = false;
        cache_flush(cache, w->now);
        fault_note(w, cache->component->name, "is asked for the first time, and is empty", false);
    }
    struct cache_shard *shard;
    if (step->code == CODE_GET) {
        int s = (int)draw_below(d.b << 32, (uint32_t)cache->shard_count);
        const bool keyed = UNLIKELY(cache->warmth != NULL), found = keyed && fetch_hits(w, f, step, &s);
        f->shard = (uint16_t)(cache->first_shard + s);
        f->flags &= (uint8_t) ~(FLAG_MISS | FLAG_CACHE_DOWN);
        shard = &cache->shards[s];
        if (UNLIKELY(!shard->serving) || command_is_lost(w, f, shard)) {
            f->flags |= FLAG_MISS | FLAG_CACHE_DOWN;
            frame_delay(w, f, cache->config->timeout);
            return;
        }
        if (keyed ? !found
                  : ((double)(d.a >> 32) + 0.5) * 0x1p-32 >=
                        cache_hit_ratio(shard, cache->config, step->hit_ratio, w->now))
            f->flags |= FLAG_MISS;
    } else {
        if (w->shard_of[f->shard].cache != step->target) /* its miss asked another cache */
            f->shard = (uint16_t)(cache->first_shard + (int)draw_below(d.b << 32, (uint32_t)cache->shard_count));
        shard = &cache->shards[w->shard_of[f->shard].shard];
        if (UNLIKELY(!shard->serving || f->flags & FLAG_CACHE_DOWN) || command_is_lost(w, f, shard)) {
            if (w->fetches)
                fetch_brought(w, f, false);
            f->step++; /* nowhere to write: the client does not wait again */
            request_run(w, f);
            return;
        }
    }
    request_meter_hop(w, f, cache->component, shard->zone, step->request,
                      f->flags & FLAG_MISS && step->code == CODE_GET ? 10 : step->response);
    const struct instance *i = &w->instances[f->instance];
    f->back = step_rtt(w, step, i, cache->component->region, shard->zone, d.a << 32);
    visit_begin(w, f, AT_CACHE);
    const sim_time demand = sampler_draw(&step->time, d.b);
    f->departs = station_arrive(&shard->thread, w->now, frame_slot(w, f), (uint32_t)f->ordinal, demand);
    if (f->departs != SIM_NEVER)
        visit_returns(w, f);
}
