/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Processor sharing in integers. With n jobs sharing, each progresses at rate_q48 = floor(2^48 total / n), where total
 * is the work rate of the station; in dt ns the virtual time advances by floor(dt rate_q48 / 2^32) units of 2^-16 ns.
 * The head is complete at the smallest dt for which that reaches its mark: rounding is always down in progress and
 * up in time, so a job never completes early. Between two changes n is constant; each change loses less than one
 * unit per job, each completion less than 1 ns.
 *
 * The armed event is lazy. An arrival can only slow the others down (cap(k) / k does not increase), so the event stays
 * where it is unless the newcomer itself is due earlier; an event that finds nobody due is simply armed again. Of
 * several events in the set only the one at `armed_at` counts. It names no slot; an event with a slot is the deadline
 * of a waiter.
 *
 * So whoever is complete at `now` has the armed event at `now`, or is about to be drained. Whoever looks before that
 * event comes (to count, to take somebody out, to enter below a limit) settles first: the complete ones leave into
 * `departed`, from where the event takes them.
 */
#include "sim/base/check.h"
#include "sim/station_parts.h"

enum { JOBS_FIRST = 8 };

static const uint64_t VIRTUAL_LIMIT_Q16 = UINT64_C(1) << 62;

static uint64_t u64_min(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* ---- heap of jobs on (mark, serial, job) */

/* As one number: a comparison without a branch, and an entry that stays in registers. */
static inline uint128 job_key(struct station_job j)
{
    return (uint128)j.mark << 64 | (uint64_t)j.serial << 32 | j.job;
}

static inline void put_job(struct station_job *place, uint128 key)
{
    place->mark = (uint64_t)(key >> 64);
    place->serial = (uint32_t)(key >> 32);
    place->job = (uint32_t)key;
}

static inline void sift_up(struct station_job *heap, uint32_t i, uint128 moved)
{
    while (i > 0) {
        const uint32_t parent = (i - 1) / 2;
        if (moved >= job_key(heap[parent]))
            break;
        heap[i] = heap[parent];
        i = parent;
    }
    put_job(&heap[i], moved);
}

static inline void sift_down(struct station_job *heap, uint32_t count, uint32_t i, uint128 moved)
{
    for (uint32_t child = 2 * i + 1; child < count; child = 2 * i + 1) {
        if (child + 1 < count && job_key(heap[child + 1]) < job_key(heap[child]))
            child++;
        if (job_key(heap[child]) >= moved)
            break;
        heap[i] = heap[child];
        i = child;
    }
    put_job(&heap[i], moved);
}

/* Takes entry i out of a heap that had `count` entries. */
static inline void heap_take(struct station_job *heap, uint32_t count, uint32_t i)
{
    const uint128 moved = job_key(heap[count - 1]);
    if (i == count - 1)
        return;
    if (i > 0 && moved < job_key(heap[(i - 1) / 2]))
        sift_up(heap, i, moved);
    else
        sift_down(heap, count - 1, i, moved);
}

/* ---- progress */

/* The work rate of k busy servers. */
static uint64_t total_q16(const struct station *st, uint64_t busy)
{
    return st->cap_q16 ? (uint64_t)st->speed_q16 * st->cap_q16[busy] >> 16 : st->speed_q16 * busy;
}

static inline void set_rate(struct station *st)
{
    const uint64_t n = st->in_service;
    if (n == 0)
        return;
    const uint64_t total = total_q16(st, u64_min(n, st->servers));
    st->rate_q48 = (total << 32) / n;
    st->guess_ns = (double)n / (double)total;
}

static void rebase(struct station *st)
{
    for (uint32_t i = 0; i < st->in_service; i++)
        st->jobs[i].mark -= u64_min(st->virtual_q16, st->jobs[i].mark);
    st->virtual_q16 = 0;
}

static void ps_integrate(struct station *st, sim_time now)
{
    if (UNLIKELY(st->waiting > 0))
        st->queue += st->waiting * (uint128)(uint64_t)(now - st->last);
    station_integrate(st, now);
}

void ps_advance(struct station *st, sim_time now)
{
    if (now == st->virtual_at)
        return;
    ps_integrate(st, now);
    const uint64_t dt = (uint64_t)(now - st->virtual_at);
    st->virtual_at = now;
    if (st->in_service == 0)
        return;
    st->virtual_q16 += (uint64_t)((uint128)dt * st->rate_q48 >> 32);
    if (UNLIKELY(st->virtual_q16 > VIRTUAL_LIMIT_Q16))
        rebase(st);
}

/*
 * The smallest dt with floor(dt rate / 2^32) >= need, that is dt rate >= need 2^32; rate > 0. A double guesses it to a few
 * units in 2^52, integers make it exact: the result does not depend on how the guess was rounded. (A division here
 * would be on the path from each event to the next.)
 */
static inline uint64_t time_for(const struct station *st, uint64_t need_q16)
{
    const uint128 need_q48 = (uint128)need_q16 << 32;
    uint64_t dt = (uint64_t)(int64_t)((double)(int64_t)need_q16 * st->guess_ns) + 1;
    uint128 work = (uint128)dt * st->rate_q48;
    for (; work < need_q48; dt++)
        work += st->rate_q48;
    for (; dt > 0 && work - st->rate_q48 >= need_q48; dt--)
        work -= st->rate_q48;
    return dt;
}

/* Sees to it that an event is pending at or before the completion of the head. The virtual time is up to date. */
static void arm(struct station *st)
{
    if (st->in_service == 0)
        return;
    const uint64_t mark = st->jobs[0].mark;
    const uint64_t need = mark > st->virtual_q16 ? mark - st->virtual_q16 : 0;
    if (need > 0 && st->rate_q48 == 0)
        return;
    const sim_time due = st->virtual_at + (sim_time)(need ? time_for(st, need) : 0);
    if (due >= st->armed_at)
        return;
    st->armed_at = due;
    station_push_event(st, due, 0, EVENT_NO_SLOT);
}

/* Into the heap, beside the others. The virtual time is up to date. */
static inline void share(struct station *st, uint32_t job, uint32_t serial, sim_time demand)
{
    if (st->in_service == st->capacity) {
        st->capacity = st->capacity ? 2 * st->capacity : JOBS_FIRST;
        st->jobs = arena_grow(st->arena, st->jobs, st->in_service, st->capacity, sizeof *st->jobs);
    }
    const struct station_job entry = { st->virtual_q16 + ((uint64_t)demand << 16), job, serial };
    sift_up(st->jobs, st->in_service++, job_key(entry));
    set_rate(st);
}

static inline void release(struct station *st, uint32_t i)
{
    heap_take(st->jobs, st->in_service, i);
    st->in_service--;
    if (st->in_service == 0)
        st->virtual_q16 = 0;
    if (LIKELY(st->waiting == 0 || st->in_service >= st->limit)) {
        set_rate(st);
        return;
    }
    const struct station_waiter *next = line_take(st);
    share(st, next->job, next->serial, next->demand);
}

void ps_settle(struct station *st, sim_time now)
{
    if (st->armed_at <= now || st->draining) {
        ps_advance(st, now);
        while (st->in_service > 0 && st->jobs[0].mark <= st->virtual_q16) {
            station_note_departed(st, st->jobs[0].job, STATION_SERVED);
            release(st, 0);
            st->completions++;
        }
    }
    if (line_is_late(st, now)) {
        ps_advance(st, now);
        line_drop_late(st, now);
    }
}

void ps_meter(struct station *st, sim_time now)
{
    ps_integrate(st, now);
    ps_settle(st, now);
}

/* The next of those who were settled; those whose deadline came have events of their own. */
static uint32_t settled(struct station *st)
{
    for (uint32_t i = 0; i < st->departed_count; i++)
        if (st->departed[i].fate == STATION_SERVED) {
            const uint32_t job = st->departed[i].job;
            station_forget_departed(st, job, &st->fate);
            return job;
        }
    return STATION_NONE;
}

void ps_clear(struct station *st, sim_time now)
{
    ps_advance(st, now);
    st->virtual_q16 = 0;
    if (st->departed_count > 0)
        return; /* the event at `now` tells of them */
    st->armed_at = SIM_NEVER;
    st->draining = false;
}

static sim_time ps_wait(struct station *st, sim_time now, const struct station_waiter *job)
{
    if (st->waiting >= st->backlog) {
        st->refused++;
        st->fate = STATION_REFUSED;
        return now;
    }
    if (job->deadline <= now) {
        st->dropped++;
        st->fate = STATION_DROPPED;
        return now;
    }
    line_push(st, job);
    return SIM_NEVER;
}

sim_time ps_arrive(struct station *st, sim_time now, uint32_t job, uint32_t serial, sim_time demand, sim_time deadline)
{
    ps_advance(st, now);
    if (UNLIKELY(st->in_service >= st->limit)) {
        ps_settle(st, now);
        if (st->in_service >= st->limit)
            return ps_wait(st, now, &(struct station_waiter){ demand, deadline, job, serial });
    }
    share(st, job, serial, demand);
    if (!st->draining && st->jobs[0].job == job)
        arm(st);
    return SIM_NEVER;
}

static uint32_t deadline_came(struct station *st, sim_time now, uint32_t slot)
{
    ps_advance(st, now);
    if (line_is_late(st, now))
        line_drop_late(st, now);
    return station_forget_departed(st, slot, &st->fate) ? slot : STATION_NONE;
}

uint32_t ps_done(struct station *st, sim_time now, uint32_t slot)
{
    if (UNLIKELY(slot != EVENT_NO_SLOT))
        return deadline_came(st, now, slot);
    if (!st->draining) {
        if (now != st->armed_at)
            return STATION_NONE; /* overtaken by an earlier event */
        st->draining = true;
        st->armed_at = SIM_NEVER;
    }
    ps_advance(st, now);
    if (st->in_service > 0 && st->jobs[0].mark <= st->virtual_q16) {
        const uint32_t job = st->jobs[0].job;
        release(st, 0);
        st->completions++;
        st->fate = STATION_SERVED;
        return job;
    }
    if (UNLIKELY(st->departed_count > 0)) {
        const uint32_t job = settled(st);
        if (job != STATION_NONE)
            return job;
    }
    st->draining = false;
    arm(st);
    return STATION_NONE;
}

void ps_set_speed(struct station *st, uint32_t speed_q16)
{
    st->speed_q16 = speed_q16;
    set_rate(st);
    if (!st->draining)
        arm(st);
}

bool ps_remove(struct station *st, sim_time now, uint32_t job)
{
    ps_advance(st, now);
    ps_settle(st, now);
    enum station_fate fate;
    if (UNLIKELY(st->departed_count > 0) && station_forget_departed(st, job, &fate))
        return false;
    uint32_t i = 0;
    while (i < st->in_service && st->jobs[i].job != job)
        i++;
    if (i < st->in_service)
        release(st, i);
    else if (!line_remove(st, job))
        return false;
    st->killed++;
    if (!st->draining)
        arm(st); /* the others are faster now */
    return true;
}
