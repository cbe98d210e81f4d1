/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * visit -- a request at a station: an instance's vCPUs, a cache's thread, a database's vCPUs.
 *
 *   arrives --on events--> the station's event --> way back or next step
 *      \------- ahead: departs = computed at the arrival
 *                  instance: the event of that instant, as the station would have pushed it
 *                  cache, database: one event for departure and way back, at departs + back
 *
 * What was computed ahead is void when the station is lost or the client killed: the event finds another state, or the
 * same with another time. Who is killed at a station that serves in order leaves its work behind: a thread or a
 * database learns of a dead client when it has the answer. Nothing but the number of events differs.
 */
#include "models/world.h"
#include "sim/base/check.h"

static struct little *visits(struct world *w, const struct frame *f)
{
    CHECK(f->state == AT_CPU || f->state == AT_CACHE || f->state == AT_DB, "a visit without a station");
    return f->state == AT_CPU ? &w->cpu_visits : f->state == AT_CACHE ? &w->cache_visits : &w->db_visits;
}

void visit_begin(struct world *w, struct frame *f, enum frame_state at)
{
    f->state = (uint8_t)at;
    f->visit = w->now;
    f->departs = SIM_NEVER;
    little_enter(visits(w, f), w->now);
}

void visit_end(struct world *w, struct frame *f)
{
    little_leave(visits(w, f), f->visit, w->now);
}

void visit_returns(struct world *w, struct frame *f)
{
    const enum frame_state at = (enum frame_state)f->state;
    frame_delay(w, f, f->departs - w->now + f->back);
    f->state = (uint8_t)at;
}

/* What left before `start` belongs to the warm-up. */
void visit_departed(struct world *w, const struct frame *f)
{
    little_leave_late(visits(w, f), f->visit, f->departs, w->now);
    w->station_visits += w->now < w->start || f->departs > w->start;
}

struct frame *visit_leave_behind(struct world *w, struct frame *f)
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
    kinship_moved(w, old, slot);
    if (f->state == AT_DB)
        f->shard = (uint16_t)query_endpoint(w, f);
    f->kind = FRAME_ORPHAN;
    f->flags = 0;
    f->instance = f->connection = 0xffff;
    if (waiting)
        arm_patience(w, client);
    return client;
}
