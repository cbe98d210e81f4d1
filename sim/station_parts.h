/* SPDX-License-Identifier: GPL-3.0-or-later */
/* station_parts -- what the files of a station share; nobody else includes it. station.h says what it all means. */
#ifndef HEADROOM_STATION_PARTS_H
#define HEADROOM_STATION_PARTS_H

#include "sim/base/check.h"
#include "sim/station.h"

/* ---- time and events (station.c) */

/* The integrals up to `now`, with those who are inside. On events; who waits while others share is counted there. */
static inline void station_integrate(struct station *st, sim_time now)
{
    CHECK(now >= st->last, "a station's time runs backwards");
    const uint64_t dt = (uint64_t)(now - st->last);
    st->last = now;
    const uint64_t busy = st->in_service < st->servers ? st->in_service : st->servers;
    const uint64_t work_q16 = UNLIKELY(st->by_curve) ? st->cap_q16[busy] : busy << 16;
    st->busy_q16 += (uint128)work_q16 * dt;
    st->number += (uint128)((uint64_t)(st->in_service + st->waiting) * dt);
}

static inline void station_push_event(const struct station *st, sim_time at, uint32_t serial, uint32_t slot)
{
    event_set_push(st->events, event_make(at, EVENT_COMPLETION, st->kind, st->entity, serial, slot));
}

/* Who has left while its event is still to come; the event, or whoever takes the job out, forgets it. */
void station_note_departed(struct station *st, uint32_t job, enum station_fate fate);
bool station_forget_departed(struct station *st, uint32_t job, enum station_fate *fate);

/* The time that `work` takes at the station's speed, which is not 0. Rounded up: never early. */
static inline uint64_t station_time_for(const struct station *st, uint64_t work_q16)
{
    if (LIKELY(st->speed_q16 == 65536))
        return (work_q16 + 65535) >> 16;
    return work_q16 / st->speed_q16 + (work_q16 % st->speed_q16 > 0);
}

/* ---- the line (station_line.c) */

void line_push(struct station *st, const struct station_waiter *waiter); /* an event tells of its deadline */
/* The oldest, LCFS the newest, out of the line; not empty. Valid until the next push. */
const struct station_waiter *line_take(struct station *st);
bool line_remove(struct station *st, uint32_t job);
void line_drop_late(struct station *st, sim_time now); /* those whose deadline is `now` or earlier */

static inline bool line_is_late(const struct station *st, sim_time now)
{
    return st->waiting > 0 && st->first_deadline <= now;
}

/* ---- processor sharing (station_ps.c) */

void ps_advance(struct station *st, sim_time now);
void ps_settle(struct station *st, sim_time now); /* everything that happens at `now` has happened */
void ps_meter(struct station *st, sim_time now);
void ps_clear(struct station *st, sim_time now); /* what is pending, after settling; the caller empties the tables */
sim_time ps_arrive(struct station *st, sim_time now, uint32_t job, uint32_t serial, sim_time demand, sim_time deadline);
uint32_t ps_done(struct station *st, sim_time now, uint32_t slot);
void ps_set_speed(struct station *st, uint32_t speed_q16);
bool ps_remove(struct station *st, sim_time now, uint32_t job);

/* ---- c servers on events (station_servers.c) */

sim_time servers_arrive(struct station *st, sim_time now, uint32_t job, uint32_t serial, sim_time demand,
                        sim_time deadline);
uint32_t servers_done(struct station *st, sim_time now, uint32_t slot);
void servers_settle(struct station *st, sim_time now); /* everything that happens at `now` has happened */
void servers_meter(struct station *st, sim_time now);
void servers_set_speed(struct station *st, sim_time now, uint32_t speed_q16);
bool servers_remove(struct station *st, sim_time now, uint32_t job);

/* ---- c servers ahead (station_ahead.c) */

void ahead_init(struct station *st, sim_time now);
sim_time ahead_arrive(struct station *st, sim_time now, sim_time demand, sim_time deadline);
bool ahead_has_free_server(const struct station *st, sim_time now);
void ahead_meter(struct station *st, sim_time now);
void ahead_clear(struct station *st, sim_time now);

#endif
