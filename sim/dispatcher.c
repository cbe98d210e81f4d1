/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/dispatcher.h"

#include <string.h>

#include "sim/base/check.h"
#include "sim/draw.h"

enum { TARGETS_FIRST = 16, LEVELS_FIRST = 64 };

void dispatcher_init(struct dispatcher *d, struct arena *arena, enum dispatch_policy policy)
{
    *d = (struct dispatcher){ .policy = policy, .arena = arena };
}

static uint32_t position_of(const struct dispatcher *d, uint32_t target)
{
    return target < d->position_count ? d->position[target] : DISPATCHER_NONE;
}

static void positions_reserve(struct dispatcher *d, uint32_t target)
{
    CHECK(target < 1u << 24, "a target number out of range");
    if (target < d->position_count)
        return;
    uint32_t count = d->position_count ? d->position_count : TARGETS_FIRST;
    while (count <= target)
        count *= 2;
    d->position = arena_grow(d->arena, d->position, d->position_count, count, sizeof *d->position);
    for (uint32_t i = d->position_count; i < count; i++)
        d->position[i] = DISPATCHER_NONE;
    d->position_count = count;
}

static void targets_reserve(struct dispatcher *d)
{
    if (d->count < d->capacity)
        return;
    const uint32_t capacity = d->capacity ? 2 * d->capacity : TARGETS_FIRST;
    d->targets = arena_grow(d->arena, d->targets, d->count, capacity, sizeof *d->targets);
    d->order = ARENA_ARRAY(d->arena, uint32_t, capacity);
    d->rank = ARENA_ARRAY(d->arena, uint32_t, capacity);
    d->capacity = capacity;
}

/* ---- the order by outstanding */

static void levels_reserve(struct dispatcher *d, uint32_t level)
{
    if (level + 1 < d->levels)
        return;
    uint32_t levels = d->levels ? d->levels : LEVELS_FIRST;
    while (level + 1 >= levels)
        levels *= 2;
    d->level_start = arena_grow(d->arena, d->level_start, d->levels, levels, sizeof *d->level_start);
    for (uint32_t k = d->levels; k < levels; k++)
        d->level_start[k] = d->eligible;
    d->levels = levels;
}

static void order_put(struct dispatcher *d, uint32_t rank, uint32_t position)
{
    d->order[rank] = position;
    d->rank[position] = rank;
}

static void order_swap(struct dispatcher *d, uint32_t rank_a, uint32_t rank_b)
{
    const uint32_t a = d->order[rank_a], b = d->order[rank_b];
    order_put(d, rank_a, b);
    order_put(d, rank_b, a);
}

/* The policies that look only at eligibility: the eligible in order of joining. */
static void order_by_joining(struct dispatcher *d)
{
    uint32_t rank = 0;
    for (uint32_t i = 0; i < d->count; i++)
        if (d->targets[i].eligible)
            order_put(d, rank++, i);
}

static void order_by_outstanding(struct dispatcher *d)
{
    uint32_t highest = 0;
    for (uint32_t i = 0; i < d->count; i++)
        if (d->targets[i].eligible && d->targets[i].outstanding > highest)
            highest = d->targets[i].outstanding;
    levels_reserve(d, highest + 1);
    memset(d->level_start, 0, d->levels * sizeof *d->level_start);
    for (uint32_t i = 0; i < d->count; i++) /* a counting sort */
        if (d->targets[i].eligible)
            d->level_start[d->targets[i].outstanding + 1]++;
    for (uint32_t k = 1; k < d->levels; k++)
        d->level_start[k] += d->level_start[k - 1];
    for (uint32_t i = 0; i < d->count; i++)
        if (d->targets[i].eligible)
            order_put(d, d->level_start[d->targets[i].outstanding]++, i);
    for (uint32_t k = d->levels - 1; k > 0; k--) /* each level's start has moved to its end: the next one's start */
        d->level_start[k] = d->level_start[k - 1];
    d->level_start[0] = 0;
}

static void order_rebuild(struct dispatcher *d)
{
    d->eligible = 0;
    for (uint32_t i = 0; i < d->count; i++)
        d->eligible += d->targets[i].eligible;
    if (d->policy == DISPATCH_LEAST_OUTSTANDING)
        order_by_outstanding(d);
    else
        order_by_joining(d);
}

/* One more outstanding at an eligible position: it becomes the last of its level, then the first of the next. */
static void order_raise(struct dispatcher *d, uint32_t position)
{
    const uint32_t level = d->targets[position].outstanding++;
    if (d->policy != DISPATCH_LEAST_OUTSTANDING)
        return;
    levels_reserve(d, level + 1);
    order_swap(d, d->rank[position], --d->level_start[level + 1]);
}

static void order_lower(struct dispatcher *d, uint32_t position)
{
    const uint32_t level = d->targets[position].outstanding--;
    if (d->policy == DISPATCH_LEAST_OUTSTANDING && d->targets[position].eligible)
        order_swap(d, d->rank[position], d->level_start[level]++);
}

/* ---- membership */

void dispatcher_join(struct dispatcher *d, uint32_t target, bool eligible)
{
    positions_reserve(d, target);
    CHECK(d->position[target] == DISPATCHER_NONE, "a target joined twice");
    targets_reserve(d);
    d->position[target] = d->count;
    d->targets[d->count++] = (struct dispatch_target){ .target = target, .eligible = eligible };
    order_rebuild(d);
}

void dispatcher_leave(struct dispatcher *d, uint32_t target)
{
    const uint32_t position = position_of(d, target);
    if (position == DISPATCHER_NONE)
        return;
    d->position[target] = DISPATCHER_NONE;
    d->count--;
    for (uint32_t i = position; i < d->count; i++) {
        d->targets[i] = d->targets[i + 1];
        d->position[d->targets[i].target] = i;
    }
    if (d->next > position)
        d->next--;
    if (d->next >= d->count)
        d->next = 0;
    order_rebuild(d);
}

void dispatcher_set_eligible(struct dispatcher *d, uint32_t target, bool eligible)
{
    const uint32_t position = position_of(d, target);
    CHECK(position != DISPATCHER_NONE, "no such target");
    if (d->targets[position].eligible == eligible)
        return;
    d->targets[position].eligible = eligible;
    order_rebuild(d);
}

/* ---- picking */

static uint32_t next_in_turn(struct dispatcher *d)
{
    uint32_t position = d->next;
    while (!d->targets[position].eligible)
        position = position + 1 < d->count ? position + 1 : 0;
    d->next = position + 1 < d->count ? position + 1 : 0;
    return position;
}

static uint32_t least_outstanding(const struct dispatcher *d, uint64_t bits)
{
    const uint32_t level = d->targets[d->order[0]].outstanding;
    return d->order[draw_below(bits, d->level_start[level + 1])];
}

/* [MIT-01]: two different ones at random, the less busy of them. */
static uint32_t power_of_two(const struct dispatcher *d, uint64_t bits)
{
    if (d->eligible == 1)
        return d->order[0];
    const uint32_t i = draw_below(bits, d->eligible);
    uint32_t j = draw_below(bits << 32, d->eligible - 1);
    j += j >= i;
    const uint32_t a = d->order[i], b = d->order[j];
    return d->targets[b].outstanding < d->targets[a].outstanding ? b : a;
}

static uint32_t choose(struct dispatcher *d, uint64_t bits)
{
    switch (d->policy) {
    case DISPATCH_ROUND_ROBIN: return next_in_turn(d);
    case DISPATCH_LEAST_OUTSTANDING: return least_outstanding(d, bits);
    case DISPATCH_RANDOM: return d->order[draw_below(bits, d->eligible)];
    case DISPATCH_POWER_OF_TWO: return power_of_two(d, bits);
    }
    CHECK(false, "no such dispatch policy");
    return 0;
}

uint32_t dispatcher_pick(struct dispatcher *d, uint64_t bits)
{
    if (d->eligible == 0)
        return DISPATCHER_NONE;
    const uint32_t position = choose(d, bits);
    order_raise(d, position);
    return d->targets[position].target;
}

void dispatcher_release(struct dispatcher *d, uint32_t target)
{
    const uint32_t position = position_of(d, target);
    if (position == DISPATCHER_NONE || d->targets[position].outstanding == 0)
        return;
    order_lower(d, position);
}
