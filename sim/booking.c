/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/booking.h"

#include "sim/base/check.h"
#include "sim/station.h"

void booking_init(struct booking *b, struct arena *arena, uint32_t servers, double speed)
{
    CHECK(servers > 0 && speed > 0, "a booked station without servers");
    *b = (struct booking){ .arena = arena, .servers = servers, .speed_q16 = (uint32_t)(speed * 65536.0 + 0.5) };
    b->free_at = ARENA_ARRAY(arena, sim_time, servers);
}

/* The earliest server takes the work: its new time sinks to its place. */
static void server_take(struct booking *b, sim_time until)
{
    uint32_t i = 0;
    for (uint32_t child; (child = 2 * i + 1) < b->servers; i = child) {
        if (child + 1 < b->servers && b->free_at[child + 1] < b->free_at[child])
            child++;
        if (b->free_at[child] >= until)
            break;
        b->free_at[i] = b->free_at[child];
    }
    b->free_at[i] = until;
}

static void inside_push(struct booking *b, struct booked job)
{
    if (b->count == b->capacity) {
        const uint32_t wider = b->capacity ? 2 * b->capacity : 16;
        b->inside = arena_grow(b->arena, b->inside, b->count, wider, sizeof *b->inside);
        b->capacity = wider;
    }
    uint32_t i = b->count++;
    for (; i > 0 && b->inside[(i - 1) / 2].departs > job.departs; i = (i - 1) / 2)
        b->inside[i] = b->inside[(i - 1) / 2];
    b->inside[i] = job;
}

static void inside_pop(struct booking *b)
{
    const struct booked last = b->inside[--b->count];
    uint32_t i = 0;
    for (uint32_t child; (child = 2 * i + 1) < b->count; i = child) {
        if (child + 1 < b->count && b->inside[child + 1].departs < b->inside[child].departs)
            child++;
        if (b->inside[child].departs >= last.departs)
            break;
        b->inside[i] = b->inside[child];
    }
    b->inside[i] = last;
}

static void forget_departed(struct booking *b, sim_time now)
{
    while (b->count > 0 && b->inside[0].departs <= now)
        inside_pop(b);
}

sim_time booking_arrive(struct booking *b, sim_time now, sim_time demand)
{
    CHECK(demand >= 0, "a negative demand");
    demand = demand > STATION_DEMAND_MAX ? STATION_DEMAND_MAX : demand;
    forget_departed(b, now);
    /* Rounded up, as a station on events does. */
    const uint64_t service = b->speed_q16 == 65536 ? (uint64_t)demand
                                                   : (((uint64_t)demand << 16) + b->speed_q16 - 1) / b->speed_q16;
    const sim_time starts = b->free_at[0] > now ? b->free_at[0] : now;
    const sim_time departs = starts + (sim_time)service;
    server_take(b, departs);
    inside_push(b, (struct booked){ departs, starts });
    b->arrivals++;
    b->booked_busy += service;
    b->booked_number += (uint128)(uint64_t)(departs - now);
    return departs;
}

/* Of services and sojourns, what lies beyond `now`. */
static uint128 busy_beyond(const struct booking *b, sim_time now)
{
    uint128 beyond = 0;
    for (uint32_t i = 0; i < b->count; i++)
        beyond += (uint128)(uint64_t)(b->inside[i].departs - (b->inside[i].starts > now ? b->inside[i].starts : now));
    return beyond;
}

static uint128 number_beyond(const struct booking *b, sim_time now)
{
    uint128 beyond = 0;
    for (uint32_t i = 0; i < b->count; i++)
        beyond += (uint128)(uint64_t)(b->inside[i].departs - now);
    return beyond;
}

void booking_clear(struct booking *b, sim_time now)
{
    forget_departed(b, now);
    b->booked_busy -= busy_beyond(b, now);
    b->booked_number -= number_beyond(b, now);
    b->killed += b->count;
    b->count = 0;
    for (uint32_t s = 0; s < b->servers; s++)
        b->free_at[s] = now;
}

uint64_t booking_completions(struct booking *b, sim_time now)
{
    forget_departed(b, now);
    return b->arrivals - b->killed - b->count;
}

uint128 booking_busy_q16(struct booking *b, sim_time now)
{
    forget_departed(b, now);
    return (b->booked_busy - busy_beyond(b, now)) << 16;
}

uint128 booking_number(struct booking *b, sim_time now)
{
    forget_departed(b, now);
    return b->booked_number - number_beyond(b, now);
}
