/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * Processor sharing in integers. With n jobs inside, each progresses at rate_q48 = floor(2^48 total / n), where total
 * is the work rate of the station; in dt ns the virtual time advances by floor(dt rate_q48 / 2^32) units of 2^-16 ns.
 * The head is complete at the smallest dt for which that reaches its mark: rounding is always down in progress and
 * up in time, so a job never completes early. Between two changes n is constant; each change loses less than one
 * unit per job, each completion less than 1 ns.
 *
 * The armed event is lazy. An arrival can only slow the others down (cap(k) / k does not increase), so the event stays
 * where it is unless the newcomer itself is due earlier; an event that finds nobody due is simply armed again. Of
 * several events in the set only the one at `armed_at` counts.
 */
#include "sim/station.h"

#include <stdlib.h>

#include "sim/base/check.h"

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

static uint32_t find_job(const struct station_job *jobs, uint32_t count, uint32_t job)
{
    uint32_t i = 0;
    while (i < count && jobs[i].job != job)
        i++;
    return i;
}

/* ---- both disciplines */

/* The work rate of k busy servers. */
static uint64_t total_q16(const struct station *st, uint64_t busy)
{
    return st->cap_q16 ? (uint64_t)st->speed_q16 * st->cap_q16[busy] >> 16 : st->speed_q16 * busy;
}

static uint32_t speed_to_q16(double speed)
{
    CHECK(speed >= 0.0 && speed < 65536.0, "a speed out of range");
    return (uint32_t)(speed * 65536.0 + 0.5);
}

static void check_capacity_curve(const struct station *st)
{
    CHECK(st->servers > 0, "a station without servers");
    CHECK(st->kind < 32 && st->entity < 65536, "a station's name does not fit an event");
    CHECK(total_q16(st, st->servers) < UINT64_C(1) << 32, "a station faster than 65535 reference servers");
    for (uint64_t k = 1; st->cap_q16 && k < st->servers; k++)
        CHECK(st->cap_q16[k + 1] * k <= st->cap_q16[k] * (k + 1), "one more busy server must not speed up the others");
}

void station_init(struct station *st, struct arena *arena, struct event_set *events, enum discipline discipline,
                  uint32_t kind, uint32_t entity, uint32_t servers, double speed, const uint32_t *cap_q16, sim_time now)
{
    *st = (struct station){
        .events = events,
        .arena = arena,
        .discipline = discipline,
        .kind = kind,
        .entity = entity,
        .servers = servers,
        .speed_q16 = speed_to_q16(speed),
        .cap_q16 = cap_q16,
        .armed_at = SIM_NEVER,
        .virtual_at = now,
        .last = now,
    };
    check_capacity_curve(st);
}

void station_meter(struct station *st, sim_time now)
{
    const uint64_t dt = (uint64_t)(now - st->last);
    st->last = now;
    st->busy_q16 += (uint128)(u64_min(st->in_service, st->servers) * dt) << 16;
    st->number += (uint128)(station_count(st) * dt);
}

static void push_event(const struct station *st, sim_time at, uint32_t serial, uint32_t slot)
{
    event_set_push(st->events, event_make(at, EVENT_COMPLETION, st->kind, st->entity, serial, slot));
}

/* ---- processor sharing */

static inline void ps_set_rate(struct station *st)
{
    const uint64_t n = st->in_service;
    if (n == 0)
        return;
    const uint64_t total = total_q16(st, u64_min(n, st->servers));
    st->rate_q48 = (total << 32) / n;
    st->guess_ns = (double)n / (double)total;
}

static void ps_rebase(struct station *st)
{
    for (uint32_t i = 0; i < st->in_service; i++)
        st->jobs[i].mark -= u64_min(st->virtual_q16, st->jobs[i].mark);
    st->virtual_q16 = 0;
}

static inline void ps_advance(struct station *st, sim_time now)
{
    if (now == st->virtual_at)
        return;
    station_meter(st, now);
    const uint64_t dt = (uint64_t)(now - st->virtual_at);
    st->virtual_at = now;
    if (st->in_service == 0)
        return;
    st->virtual_q16 += (uint64_t)((uint128)dt * st->rate_q48 >> 32);
    if (UNLIKELY(st->virtual_q16 > VIRTUAL_LIMIT_Q16))
        ps_rebase(st);
}

/*
 * The smallest dt with floor(dt rate / 2^32) >= need, that is dt rate >= need 2^32; rate > 0. A double guesses it to a few
 * units in 2^52, integers make it exact: the result does not depend on how the guess was rounded. (A division here
 * would be on the path from each event to the next.)
 */
static inline uint64_t ps_time_for(const struct station *st, uint64_t need_q16)
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
static void ps_arm(struct station *st)
{
    if (st->in_service == 0 || st->rate_q48 == 0)
        return;
    const uint64_t mark = st->jobs[0].mark;
    const uint64_t need = mark > st->virtual_q16 ? mark - st->virtual_q16 : 0;
    const sim_time due = st->virtual_at + (sim_time)ps_time_for(st, need);
    if (due >= st->armed_at)
        return;
    st->armed_at = due;
    push_event(st, due, 0, EVENT_NO_SLOT);
}

static void jobs_reserve(struct station *st)
{
    if (st->discipline == STATION_PROCESSOR_SHARING ? st->in_service < st->capacity : st->waiting < st->capacity)
        return;
    const uint32_t capacity = st->capacity ? 2 * st->capacity : JOBS_FIRST;
    struct station_job *jobs = ARENA_ARRAY(st->arena, struct station_job, capacity);
    for (uint32_t i = 0; i < st->capacity; i++) /* FCFS: unrolls the ring; PS: head is 0 */
        jobs[i] = st->jobs[(st->head + i) & (st->capacity - 1)];
    st->jobs = jobs;
    st->capacity = capacity;
    st->head = 0;
}

static void ps_arrive(struct station *st, sim_time now, uint32_t job, uint32_t serial, sim_time demand)
{
    ps_advance(st, now);
    jobs_reserve(st);
    const struct station_job entry = { st->virtual_q16 + ((uint64_t)demand << 16), job, serial };
    sift_up(st->jobs, st->in_service++, job_key(entry));
    ps_set_rate(st);
    if (!st->draining && st->jobs[0].job == job)
        ps_arm(st);
}

static void ps_remove_entry(struct station *st, uint32_t i)
{
    heap_take(st->jobs, st->in_service, i);
    st->in_service--;
    if (st->in_service == 0)
        st->virtual_q16 = 0;
    ps_set_rate(st);
}

static uint32_t ps_done(struct station *st, sim_time now)
{
    if (!st->draining) {
        if (now != st->armed_at)
            return STATION_NONE; /* overtaken by an earlier event */
        st->draining = true;
        st->armed_at = SIM_NEVER;
    }
    ps_advance(st, now);
    if (st->in_service > 0 && st->jobs[0].mark <= st->virtual_q16) {
        const uint32_t job = st->jobs[0].job;
        ps_remove_entry(st, 0);
        st->completions++;
        return job;
    }
    st->draining = false;
    ps_arm(st);
    return STATION_NONE;
}

static bool ps_remove(struct station *st, sim_time now, uint32_t job)
{
    const uint32_t i = find_job(st->jobs, st->in_service, job);
    if (i == st->in_service)
        return false;
    ps_advance(st, now);
    ps_remove_entry(st, i);
    st->killed++;
    if (!st->draining)
        ps_arm(st); /* the others are faster now */
    return true;
}

/* ---- first come, first served */

static void serving_reserve(struct station *st)
{
    if (st->in_service < st->serving_capacity)
        return;
    const uint32_t capacity = st->serving_capacity ? 2 * st->serving_capacity : JOBS_FIRST;
    st->serving = arena_grow(st->arena, st->serving, st->in_service, capacity, sizeof *st->serving);
    st->serving_capacity = capacity;
}

static void fcfs_start(struct station *st, sim_time now, uint32_t job, uint32_t serial, uint64_t demand)
{
    CHECK(st->speed_q16 > 0, "a service began on a server of speed 0");
    const uint64_t service = st->speed_q16 == 65536 ? demand : ((demand << 16) + st->speed_q16 - 1) / st->speed_q16;
    const sim_time end = now + (sim_time)service;
    serving_reserve(st);
    sift_up(st->serving, st->in_service++, job_key((struct station_job){ (uint64_t)end, job, serial }));
    push_event(st, end, serial, job);
}

static void fcfs_arrive(struct station *st, sim_time now, uint32_t job, uint32_t serial, sim_time demand)
{
    station_meter(st, now);
    if (st->in_service < st->servers) {
        fcfs_start(st, now, job, serial, (uint64_t)demand);
        return;
    }
    jobs_reserve(st);
    st->jobs[(st->head + st->waiting++) & (st->capacity - 1)] = (struct station_job){ (uint64_t)demand, job, serial };
}

static void fcfs_release(struct station *st, sim_time now, uint32_t i)
{
    heap_take(st->serving, st->in_service, i);
    st->in_service--;
    if (st->waiting == 0)
        return;
    const struct station_job next = st->jobs[st->head];
    st->head = (st->head + 1) & (st->capacity - 1);
    st->waiting--;
    fcfs_start(st, now, next.job, next.serial, next.mark);
}

/* Of the jobs that end at `now` the slot names one; a killed job's event finds nobody. */
static uint32_t fcfs_done(struct station *st, sim_time now, uint32_t slot)
{
    if (st->in_service == 0 || st->serving[0].mark != (uint64_t)now)
        return STATION_NONE;
    uint32_t i = 0;
    if (st->serving[0].job != slot) {
        i = find_job(st->serving, st->in_service, slot);
        if (i == st->in_service || st->serving[i].mark != (uint64_t)now)
            return STATION_NONE;
    }
    station_meter(st, now);
    st->completions++;
    fcfs_release(st, now, i);
    return slot;
}

static bool fcfs_remove(struct station *st, sim_time now, uint32_t job)
{
    const uint32_t i = find_job(st->serving, st->in_service, job);
    if (i < st->in_service) {
        station_meter(st, now);
        fcfs_release(st, now, i);
        st->killed++;
        return true;
    }
    const uint32_t mask = st->capacity - 1;
    uint32_t k = 0;
    while (k < st->waiting && st->jobs[(st->head + k) & mask].job != job)
        k++;
    if (k == st->waiting)
        return false;
    station_meter(st, now);
    for (; k + 1 < st->waiting; k++)
        st->jobs[(st->head + k) & mask] = st->jobs[(st->head + k + 1) & mask];
    st->waiting--;
    st->killed++;
    return true;
}

/* ---- the station */

void station_arrive(struct station *st, sim_time now, uint32_t job, uint32_t serial, sim_time demand)
{
    CHECK(demand >= 0, "a negative demand");
    CHECK(job < EVENT_NO_SLOT, "a job's number does not fit an event");
    if (UNLIKELY(demand > STATION_DEMAND_MAX))
        demand = STATION_DEMAND_MAX;
    st->arrivals++;
    if (st->discipline == STATION_PROCESSOR_SHARING)
        ps_arrive(st, now, job, serial, demand);
    else
        fcfs_arrive(st, now, job, serial, demand);
}

uint32_t station_done(struct station *st, sim_time now, uint32_t slot)
{
    return st->discipline == STATION_PROCESSOR_SHARING ? ps_done(st, now) : fcfs_done(st, now, slot);
}

void station_set_speed(struct station *st, sim_time now, double speed)
{
    if (st->discipline == STATION_PROCESSOR_SHARING)
        ps_advance(st, now);
    st->speed_q16 = speed_to_q16(speed);
    check_capacity_curve(st);
    if (st->discipline != STATION_PROCESSOR_SHARING)
        return;
    ps_set_rate(st);
    if (!st->draining)
        ps_arm(st);
}

bool station_remove(struct station *st, sim_time now, uint32_t job)
{
    return st->discipline == STATION_PROCESSOR_SHARING ? ps_remove(st, now, job) : fcfs_remove(st, now, job);
}

static int by_serial(const void *left, const void *right)
{
    const struct station_job *a = left, *b = right;
    if (a->serial != b->serial)
        return a->serial < b->serial ? -1 : 1;
    return a->job < b->job ? -1 : a->job > b->job;
}

/* Everybody, into a list in the arena: deaths are rare, and the lists of one station's deaths are small. */
static struct station_job *list_jobs(const struct station *st)
{
    struct station_job *list = ARENA_ARRAY(st->arena, struct station_job, station_count(st));
    const struct station_job *busy = st->discipline == STATION_FCFS ? st->serving : st->jobs;
    uint32_t count = 0;
    for (uint32_t i = 0; i < st->in_service; i++)
        list[count++] = busy[i];
    for (uint32_t i = 0; i < st->waiting; i++)
        list[count++] = st->jobs[(st->head + i) & (st->capacity - 1)];
    return list;
}

void station_clear(struct station *st, sim_time now, void (*each)(void *context, uint32_t job), void *context)
{
    const uint32_t count = station_count(st);
    if (st->discipline == STATION_PROCESSOR_SHARING)
        ps_advance(st, now);
    else
        station_meter(st, now);
    struct station_job *list = count && each ? list_jobs(st) : NULL;
    st->killed += count;
    st->in_service = st->waiting = st->head = 0;
    st->virtual_q16 = 0;
    st->armed_at = SIM_NEVER;
    st->draining = false;
    if (!list)
        return;
    qsort(list, count, sizeof *list, by_serial);
    for (uint32_t i = 0; i < count; i++)
        each(context, list[i].job);
}
