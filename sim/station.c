/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What is common to all disciplines: station_ps.c shares, station_servers.c serves in turn, station_ahead.c computes. */
#include "sim/station.h"

#include <stdlib.h>

#include "sim/base/check.h"
#include "sim/station_parts.h"

enum { DEPARTED_FIRST = 4 };

static uint32_t speed_to_q16(double speed)
{
    CHECK(speed >= 0.0 && speed < 65536.0, "a speed out of range");
    return (uint32_t)(speed * 65536.0 + 0.5);
}

static void check_capacity_curve(const struct station *st, uint32_t speed_q16)
{
    const uint64_t all = st->cap_q16 ? st->cap_q16[st->servers] : (uint64_t)st->servers << 16;
    CHECK((speed_q16 * (uint128)all >> 16) < UINT64_C(1) << 32, "a station faster than 65535 reference servers");
    for (uint64_t k = 1; st->cap_q16 && k < st->servers; k++)
        CHECK(st->cap_q16[k + 1] * k <= st->cap_q16[k] * (k + 1), "one more busy server must not speed up the others");
}

void station_init(struct station *st, struct arena *arena, struct event_set *events,
                  const struct station_config *config, sim_time now)
{
    *st = (struct station){
        .events = events,
        .arena = arena,
        .discipline = config->discipline,
        .execution = config->execution,
        .kind = config->kind,
        .entity = config->entity,
        .servers = config->servers,
        .speed_q16 = speed_to_q16(config->speed),
        .cap_q16 = config->cap_q16,
        .by_curve = config->by_curve,
        .limit = config->limit ? config->limit : UINT32_MAX,
        .backlog = config->bounded ? config->backlog : UINT32_MAX,
        .armed_at = SIM_NEVER,
        .virtual_at = now,
        .work_since = now,
        .first_deadline = SIM_NEVER,
        .last = now,
    };
    CHECK(st->servers > 0, "a station without servers");
    CHECK(st->kind < 32 && st->entity < 65536, "a station's name does not fit an event");
    CHECK(st->discipline == STATION_PROCESSOR_SHARING || (!st->cap_q16 && !config->limit),
          "a capacity curve or a limit on servers that nobody shares");
    CHECK(!st->by_curve || st->cap_q16, "a meter by a curve that is not there");
    check_capacity_curve(st, st->speed_q16);
    if (st->execution == STATION_AHEAD)
        ahead_init(st, now);
}

void station_note_departed(struct station *st, uint32_t job, enum station_fate fate)
{
    if (st->departed_count == st->departed_capacity) {
        st->departed_capacity = st->departed_capacity ? 2 * st->departed_capacity : DEPARTED_FIRST;
        st->departed = arena_grow(st->arena, st->departed, st->departed_count, st->departed_capacity,
                                  sizeof *st->departed);
    }
    st->departed[st->departed_count++] = (struct station_departed){ job, fate };
}

bool station_forget_departed(struct station *st, uint32_t job, enum station_fate *fate)
{
    for (uint32_t i = 0; i < st->departed_count; i++)
        if (st->departed[i].job == job) {
            *fate = st->departed[i].fate;
            st->departed_count--;
            for (; i < st->departed_count; i++) /* the order stays: sharers are told of in theirs */
                st->departed[i] = st->departed[i + 1];
            return true;
        }
    return false;
}

sim_time station_arrive_by(struct station *st, sim_time now, uint32_t job, uint32_t serial, sim_time demand,
                           sim_time deadline)
{
    CHECK(demand >= 0, "a negative demand");
    if (UNLIKELY(demand > STATION_DEMAND_MAX))
        demand = STATION_DEMAND_MAX;
    st->arrivals++;
    if (st->execution == STATION_AHEAD)
        return ahead_arrive(st, now, demand, deadline);
    CHECK(job < EVENT_NO_SLOT, "a job's number does not fit an event");
    return st->discipline == STATION_PROCESSOR_SHARING ? ps_arrive(st, now, job, serial, demand, deadline)
                                                       : servers_arrive(st, now, job, serial, demand, deadline);
}

uint32_t station_done(struct station *st, sim_time now, uint32_t slot)
{
    return st->discipline == STATION_PROCESSOR_SHARING ? ps_done(st, now, slot) : servers_done(st, now, slot);
}

void station_meter(struct station *st, sim_time now)
{
    if (st->execution == STATION_AHEAD)
        ahead_meter(st, now);
    else if (st->discipline == STATION_PROCESSOR_SHARING)
        ps_meter(st, now);
    else
        servers_meter(st, now);
}

static void settle(struct station *st, sim_time now)
{
    if (st->discipline == STATION_PROCESSOR_SHARING)
        ps_settle(st, now);
    else
        servers_settle(st, now);
}

uint32_t station_count(struct station *st, sim_time now)
{
    if (st->execution == STATION_AHEAD)
        ahead_meter(st, now);
    else
        settle(st, now);
    return st->execution == STATION_AHEAD ? st->booked : st->in_service + st->waiting;
}

bool station_has_free_server(struct station *st, sim_time now)
{
    if (st->execution == STATION_AHEAD)
        return ahead_has_free_server(st, now);
    settle(st, now);
    return st->in_service < (st->servers < st->limit ? st->servers : st->limit);
}

void station_set_speed(struct station *st, sim_time now, double speed)
{
    const uint32_t speed_q16 = speed_to_q16(speed);
    check_capacity_curve(st, speed_q16);
    if (st->execution == STATION_AHEAD) {
        CHECK(speed_q16 == st->speed_q16 || station_count(st, now) == 0,
              "a speed that changes under departures that are computed already: this station needs events");
        st->speed_q16 = speed_q16;
    } else if (st->discipline == STATION_PROCESSOR_SHARING) {
        ps_advance(st, now);
        ps_set_speed(st, speed_q16);
    } else {
        servers_settle(st, now);
        servers_set_speed(st, now, speed_q16);
    }
}

void station_set_curve(struct station *st, sim_time now, const uint32_t *cap_q16)
{
    CHECK(st->cap_q16 && st->execution == STATION_ON_EVENTS, "another curve for a station without one");
    ps_advance(st, now);
    st->cap_q16 = cap_q16;
    check_capacity_curve(st, st->speed_q16);
    ps_set_speed(st, st->speed_q16);
}

bool station_remove(struct station *st, sim_time now, uint32_t job)
{
    CHECK(st->execution == STATION_ON_EVENTS, "a job is taken out whose departure is computed already");
    return st->discipline == STATION_PROCESSOR_SHARING ? ps_remove(st, now, job) : servers_remove(st, now, job);
}

/* ---- clearing */

static int by_serial(const void *left, const void *right)
{
    const struct station_waiter *a = left, *b = right;
    if (a->serial != b->serial)
        return a->serial < b->serial ? -1 : 1;
    return a->job < b->job ? -1 : a->job > b->job;
}

/* Everybody, into a list in the arena: deaths are rare, and the lists of one station's deaths are small. */
static struct station_waiter *list_jobs(const struct station *st, uint32_t count)
{
    struct station_waiter *list = ARENA_ARRAY(st->arena, struct station_waiter, count);
    uint32_t k = 0;
    for (uint32_t i = 0; i < st->in_service; i++)
        list[k++] = st->discipline == STATION_PROCESSOR_SHARING
                        ? (struct station_waiter){ .job = st->jobs[i].job, .serial = st->jobs[i].serial }
                        : (struct station_waiter){ .job = st->serving[i].job, .serial = st->serving[i].serial };
    for (uint32_t i = 0; i < st->waiting; i++)
        list[k++] = st->line[(st->head + i) & (st->line_capacity - 1)];
    return list;
}

void station_clear(struct station *st, sim_time now, void (*each)(void *context, uint32_t job), void *context)
{
    if (st->execution == STATION_AHEAD) {
        CHECK(!each, "a station that computes ahead does not know who is inside");
        ahead_clear(st, now);
        return;
    }
    settle(st, now);
    if (st->discipline == STATION_PROCESSOR_SHARING)
        ps_clear(st, now);
    const uint32_t count = st->in_service + st->waiting;
    struct station_waiter *list = count && each ? list_jobs(st, count) : NULL;
    st->killed += count;
    st->in_service = st->waiting = st->head = 0;
    if (!list)
        return;
    qsort(list, count, sizeof *list, by_serial);
    for (uint32_t i = 0; i < count; i++)
        each(context, list[i].job);
}
