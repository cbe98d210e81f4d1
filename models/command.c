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
    frame_delay(w, f, timeout);
}

/* A get or a fill: the shard by key, its thread, and the coin of the hit. Of the block's four words a draw takes the
 * coin, the round trip, the thread's time and the shard. */
void command_begin(struct world *w, struct frame *f, const struct step *step)
{
    struct cache *cache = &w->caches[step->target];
    const struct draw_block d = draw_at(w->key, f->ordinal, step->place, f->attempt);
    if (step->code == CODE_GET) {
        const int s = (int)draw_below(d.b << 32, (uint32_t)cache->shard_count);
        f->shard = 0;
        for (int c = 0; c < step->target; c++)
            f->shard = (uint16_t)(f->shard + w->caches[c].shard_count);
        f->shard = (uint16_t)(f->shard + s);
        f->flags &= (uint8_t) ~(FLAG_MISS | FLAG_CACHE_DOWN);
        struct cache_shard *shard = &cache->shards[s];
        if (!shard->serving) {
            f->flags |= FLAG_MISS | FLAG_CACHE_DOWN;
            frame_delay(w, f, cache->config->timeout);
            return;
        }
        if (((double)(d.a >> 32) + 0.5) * 0x1p-32 >= cache_hit_ratio(shard, cache->config, step->hit_ratio, w->now))
            f->flags |= FLAG_MISS;
    }
    struct cache_shard *shard = &cache->shards[w->shard_of[f->shard].shard];
    if (step->code == CODE_FILL && (!shard->serving || (f->flags & FLAG_CACHE_DOWN))) {
        f->step++; /* nowhere to write: the client does not wait again */
        request_run(w, f);
        return;
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
