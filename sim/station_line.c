/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The line of a station: a ring, the oldest at its head, served from there or, LCFS, from its tail.
 *
 * Deadlines mostly come in the order of arrival (everybody is as patient as the others); then whoever is late stands at
 * the head. While that is not so, somebody's lateness costs a look at the whole line.
 */
#include "sim/base/check.h"
#include "sim/station_parts.h"

enum { LINE_FIRST = 8 };

static struct station_waiter *line_at(const struct station *st, uint32_t i)
{
    return &st->line[(st->head + i) & (st->line_capacity - 1)];
}

static void line_reserve(struct station *st)
{
    if (st->waiting < st->line_capacity)
        return;
    const uint32_t capacity = st->line_capacity ? 2 * st->line_capacity : LINE_FIRST;
    struct station_waiter *line = ARENA_ARRAY(st->arena, struct station_waiter, capacity);
    for (uint32_t i = 0; i < st->waiting; i++)
        line[i] = *line_at(st, i);
    st->line = line;
    st->line_capacity = capacity;
    st->head = 0;
}

void line_push(struct station *st, const struct station_waiter *waiter)
{
    line_reserve(st);
    if (st->waiting == 0) {
        st->first_deadline = waiter->deadline;
        st->deadlines_in_order = true;
    } else {
        if (waiter->deadline < line_at(st, st->waiting - 1)->deadline)
            st->deadlines_in_order = false;
        if (waiter->deadline < st->first_deadline)
            st->first_deadline = waiter->deadline;
    }
    *line_at(st, st->waiting++) = *waiter;
    if (waiter->deadline != SIM_NEVER)
        station_push_event(st, waiter->deadline, waiter->serial, waiter->job);
}

const struct station_waiter *line_take(struct station *st)
{
    CHECK(st->waiting > 0, "somebody was taken from an empty line");
    st->waiting--;
    if (st->discipline == STATION_LCFS)
        return line_at(st, st->waiting);
    const struct station_waiter *first = &st->line[st->head];
    st->head = (st->head + 1) & (st->line_capacity - 1);
    return first;
}

bool line_remove(struct station *st, uint32_t job)
{
    uint32_t k = 0;
    while (k < st->waiting && line_at(st, k)->job != job)
        k++;
    if (k == st->waiting)
        return false;
    for (; k + 1 < st->waiting; k++)
        *line_at(st, k) = *line_at(st, k + 1);
    st->waiting--;
    return true;
}

static void drop(struct station *st, uint32_t job)
{
    st->dropped++;
    station_note_departed(st, job, STATION_DROPPED);
}

void line_drop_late(struct station *st, sim_time now)
{
    if (st->deadlines_in_order) {
        while (st->waiting > 0 && st->line[st->head].deadline <= now) {
            drop(st, st->line[st->head].job);
            st->head = (st->head + 1) & (st->line_capacity - 1);
            st->waiting--;
        }
        st->first_deadline = st->waiting > 0 ? st->line[st->head].deadline : SIM_NEVER;
        return;
    }
    uint32_t kept = 0;
    st->first_deadline = SIM_NEVER;
    st->deadlines_in_order = true;
    for (uint32_t i = 0; i < st->waiting; i++) {
        const struct station_waiter waiter = *line_at(st, i);
        if (waiter.deadline <= now) {
            drop(st, waiter.job);
            continue;
        }
        if (kept > 0 && waiter.deadline < line_at(st, kept - 1)->deadline)
            st->deadlines_in_order = false;
        if (waiter.deadline < st->first_deadline)
            st->first_deadline = waiter.deadline;
        *line_at(st, kept++) = waiter;
    }
    st->waiting = kept;
}
