/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * command -- a request at a cache: the shard by key, its thread, the coin of the hit, and the way back.
 *
 * A booked command knows its departure when it comes, so that only its return is an event. A client that dies leaves its
 * command behind: the thread works it off all the same.
 */
#include "models/world.h"
#include "sim/base/check.h"

bool command_is_booked(const struct world *w, const struct frame *f)
{
    return w->caches[w->shard_of[f->shard].cache].shards[w->shard_of[f->shard].shard].thread.execution ==
           STATION_AHEAD;
}

/* A booked command has left its thread, at f->departs. What left before `start` belongs to the warm-up. */
void command_departed(struct world *w, struct frame *f)
{
    little_leave_late(&w->cache_visits, f->visit, f->departs, w->now);
    w->station_visits += w->now < w->start || f->departs > w->start;
}

/* The client died: the cache works its command off all the same, in the client's old frame; what the client was goes on
 * in a new one, its patience with it. */
struct frame *command_leave_behind(struct world *w, struct frame *f)
{
    const uint32_t old = frame_slot(w, f), slot = frame_new(w);
    CHECK(slot != SLOT_NONE, "no frame for what a dead client left behind");
    struct frame *client = frame_at(w, slot);
    const struct timer_link none = client->patience_link;
    const bool waiting = f->kind == FRAME_OPERATION && !(f->flags & FLAG_ABANDONED);
    if (f->patience_link.prev != TIMER_NONE)
        timer_ring_disarm(&w->patience, &w->frames[0].patience_link, sizeof *f, old, f->deadline);
    *client = *f;
    client->patience_link = client->query_link = none;
    f->kind = FRAME_ORPHAN;
    f->flags = 0;
    f->instance = 0xffff;
    if (waiting)
        arm_patience(w, client);
    return client;
}

void command_lost(struct world *w, struct frame *f, sim_time timeout)
{
    little_leave(&w->cache_visits, f->visit, w->now);
    if (f->kind == FRAME_ORPHAN) {
        frame_free(w, frame_slot(w, f));
        return;
    }
    f->flags |= FLAG_MISS | FLAG_CACHE_DOWN;
    frame_delay(w, f, timeout);
}

sim_time command_rtt(struct world *w, const struct frame *f, const struct cache_shard *shard)
{
    const struct instance *i = &w->instances[f->instance];
    return zone_rtt(w, w->fleets[i->fleet].region, i->zone, shard->zone, f->bits);
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
    request_meter_hop(w, f, shard->zone,
                      step->request + (f->flags & FLAG_MISS && step->code == CODE_GET ? 10 : step->response), true);
    f->bits = d.a << 32;
    f->visit = w->now;
    little_enter(&w->cache_visits, w->now);
    const sim_time demand = sampler_draw(&step->time, d.b);
    f->departs = station_arrive(&shard->thread, w->now, frame_slot(w, f), (uint32_t)f->ordinal, demand);
    if (f->departs != SIM_NEVER) /* one event instead of two: the way back begins when the thread is done */
        frame_delay(w, f, f->departs - w->now + command_rtt(w, f, shard));
    f->state = AT_CACHE;
}
