/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Servers that serve one job each, on events.
 *
 * A service holds the work it has to do as if it had begun at `work_since`: (now - work_since) * speed is done. A change
 * of speed takes off what is done, moves `work_since` and tells the new ends; whatever event was pushed for an older end
 * names a job that does not depart then, and does nothing.
 *
 * At `now`, several things happen: services end, whoever waited begins, deadlines come. servers_settle() does them all,
 * ends first; the events that are still to come for who departed then find the job in `departed`.
 */
#include "sim/base/check.h"
#include "sim/station_parts.h"

enum { SERVERS_FIRST = 4 };

static const uint64_t WORK_LIMIT_Q16 = UINT64_C(1) << 62;

/* ---- the heap of services on (departs, serial, job) */

static inline bool service_before(const struct station_service *a, const struct station_service *b)
{
    if (a->departs != b->departs)
        return a->departs < b->departs;
    return a->serial != b->serial ? a->serial < b->serial : a->job < b->job;
}

/* Field by field: a structure that was just put together from its parts is read back slowly as a whole. */
static inline void put_service(struct station_service *place, const struct station_service *s)
{
    place->departs = s->departs;
    place->job = s->job;
    place->serial = s->serial;
    place->mark_q16 = s->mark_q16;
    place->deadline = s->deadline;
}

static inline void sift_up(struct station_service *heap, uint32_t i, const struct station_service *moved)
{
    for (; i > 0 && service_before(moved, &heap[(i - 1) / 2]); i = (i - 1) / 2)
        heap[i] = heap[(i - 1) / 2];
    put_service(&heap[i], moved);
}

static void sift_down(struct station_service *heap, uint32_t count, uint32_t i, struct station_service moved)
{
    for (uint32_t child = 2 * i + 1; child < count; child = 2 * i + 1) {
        if (child + 1 < count && service_before(&heap[child + 1], &heap[child]))
            child++;
        if (!service_before(&heap[child], &moved))
            break;
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = moved;
}

static void release(struct station *st, uint32_t i)
{
    const struct station_service last = st->serving[--st->in_service];
    if (i == st->in_service)
        return;
    if (i > 0 && service_before(&last, &st->serving[(i - 1) / 2]))
        sift_up(st->serving, i, &last);
    else
        sift_down(st->serving, st->in_service, i, last);
}

/* ---- services */

static uint64_t work_done_q16(const struct station *st, sim_time now)
{
    return (uint64_t)(now - st->work_since) * st->speed_q16;
}

/* Takes off what has been done. Whoever ends at `now` may have had time for a little more than its work. */
static void rebase_work(struct station *st, sim_time now)
{
    const uint64_t done = work_done_q16(st, now);
    for (uint32_t i = 0; i < st->in_service; i++)
        st->serving[i].mark_q16 -= st->serving[i].mark_q16 < done ? st->serving[i].mark_q16 : done;
    st->work_since = now;
}

static sim_time end_of(const struct station *st, uint64_t mark_q16)
{
    if (UNLIKELY(st->speed_q16 == 0))
        return mark_q16 > 0 ? SIM_NEVER : st->work_since;
    return st->work_since + (sim_time)station_time_for(st, mark_q16);
}

static void push_departure(const struct station *st, const struct station_service *service)
{
    if (service->departs != SIM_NEVER)
        station_push_event(st, service->departs, service->serial, service->job);
}

static enum station_fate fate_of(const struct station *st, const struct station_service *service)
{
    return work_done_q16(st, service->departs) < service->mark_q16 ? STATION_CUT : STATION_SERVED;
}

static inline void begin(struct station *st, sim_time now, uint32_t job, uint32_t serial, sim_time demand,
                         sim_time deadline)
{
    if (st->in_service == st->serving_capacity) {
        st->serving_capacity = st->serving_capacity ? 2 * st->serving_capacity : SERVERS_FIRST;
        st->serving = arena_grow(st->arena, st->serving, st->in_service, st->serving_capacity, sizeof *st->serving);
    }
    if (st->in_service == 0 || st->speed_q16 == 0)
        st->work_since = now; /* nothing is done since */
    else if (UNLIKELY(work_done_q16(st, now) > WORK_LIMIT_Q16))
        rebase_work(st, now);
    const uint64_t mark = work_done_q16(st, now) + ((uint64_t)demand << 16);
    const sim_time end = end_of(st, mark);
    const struct station_service service = { end < deadline ? end : deadline, job, serial, mark, deadline };
    sift_up(st->serving, st->in_service++, &service);
    push_departure(st, &service);
}

static void begin_next(struct station *st, sim_time now)
{
    if (st->waiting == 0)
        return;
    const struct station_waiter *next = line_take(st);
    begin(st, now, next->job, next->serial, next->demand, next->deadline);
}

/* The job at the head of the heap leaves; its place is free. */
static uint32_t depart(struct station *st, enum station_fate *fate)
{
    const uint32_t job = st->serving[0].job;
    *fate = fate_of(st, &st->serving[0]);
    if (*fate == STATION_CUT)
        st->cut++;
    else
        st->completions++;
    release(st, 0);
    return job;
}

void servers_settle(struct station *st, sim_time now)
{
    station_integrate(st, now);
    while (st->in_service > 0 && st->serving[0].departs <= now) {
        enum station_fate fate;
        const uint32_t job = depart(st, &fate);
        station_note_departed(st, job, fate);
        begin_next(st, now);
    }
    if (line_is_late(st, now))
        line_drop_late(st, now);
}

/* Who is inside and has no server waits. */
void servers_meter(struct station *st, sim_time now)
{
    servers_settle(st, now);
    st->queue = st->number - (st->busy_q16 >> 16);
}

sim_time servers_arrive(struct station *st, sim_time now, uint32_t job, uint32_t serial, sim_time demand,
                        sim_time deadline)
{
    servers_settle(st, now);
    if (UNLIKELY(deadline < now)) {
        st->dropped++;
        st->fate = STATION_DROPPED;
        return now;
    }
    if (st->in_service < st->servers) {
        begin(st, now, job, serial, demand, deadline);
    } else if (UNLIKELY(st->waiting >= st->backlog)) {
        st->refused++;
        st->fate = STATION_REFUSED;
        return now;
    } else if (UNLIKELY(deadline == now)) {
        st->dropped++;
        st->fate = STATION_DROPPED;
        return now;
    } else {
        line_push(st, &(struct station_waiter){ demand, deadline, job, serial });
    }
    return SIM_NEVER;
}

uint32_t servers_done(struct station *st, sim_time now, uint32_t slot)
{
    if (LIKELY(st->departed_count == 0 && st->in_service > 0 && st->serving[0].departs == now &&
               st->serving[0].job == slot)) { /* nearly always: told as it happens */
        station_integrate(st, now);
        depart(st, &st->fate);
        begin_next(st, now);
        return slot;
    }
    servers_settle(st, now);
    return station_forget_departed(st, slot, &st->fate) ? slot : STATION_NONE;
}

void servers_set_speed(struct station *st, sim_time now, uint32_t speed_q16)
{
    rebase_work(st, now);
    if (speed_q16 == st->speed_q16)
        return;
    st->speed_q16 = speed_q16;
    for (uint32_t i = 0; i < st->in_service; i++) {
        struct station_service *service = &st->serving[i];
        const sim_time end = end_of(st, service->mark_q16);
        service->departs = end < service->deadline ? end : service->deadline;
        push_departure(st, service);
    }
    for (uint32_t i = st->in_service / 2; i-- > 0;) /* deadlines and rounding may have changed the order */
        sift_down(st->serving, st->in_service, i, st->serving[i]);
}

bool servers_remove(struct station *st, sim_time now, uint32_t job)
{
    servers_settle(st, now);
    enum station_fate fate;
    if (station_forget_departed(st, job, &fate))
        return false;
    uint32_t i = 0;
    while (i < st->in_service && st->serving[i].job != job)
        i++;
    if (i < st->in_service) {
        release(st, i);
        begin_next(st, now);
    } else if (!line_remove(st, job)) {
        return false;
    }
    st->killed++;
    return true;
}
