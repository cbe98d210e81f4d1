/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/dispatcher.h"

#include <string.h>

#include "sim/base/check.h"
#include "sim/base/compiler.h"
#include "sim/draw.h"
#include "sim/fingerprint.h"

enum { TARGETS_FIRST = 16, LEVELS_FIRST = 64, SEATS_FIRST = 64, HASH_PROBES = 16 };

#define GOLDEN UINT64_C(0x9e3779b97f4a7c15) /* 2^64 / golden ratio: each step gives other bits to mix */

void dispatcher_init(struct dispatcher *d, struct arena *arena, enum dispatch_policy policy)
{
    *d = (struct dispatcher){ .policy = policy, .choices = 2, .arena = arena, .due_of = 1 };
}

void dispatcher_set_choices(struct dispatcher *d, uint32_t choices)
{
    CHECK(choices >= 1 && choices <= DISPATCHER_CHOICES_MAX, "how many targets a dispatcher compares");
    d->choices = choices;
}

static uint32_t position_of(const struct dispatcher *d, uint32_t target)
{
    return target < d->position_count ? d->position[target] : DISPATCHER_NONE;
}

static bool weighs(const struct dispatcher *d)
{
    return d->policy == DISPATCH_WEIGHTED_RANDOM || d->policy == DISPATCH_WEIGHTED_TURNS;
}

/* It can be picked. */
static bool counts(const struct dispatcher *d, uint32_t position)
{
    return d->targets[position].eligible && (d->shares[position].weight > 0 || !weighs(d));
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
    d->shares = arena_grow(d->arena, d->shares, d->count, capacity, sizeof *d->shares);
    d->order = ARENA_ARRAY(d->arena, uint32_t, capacity); /* stale anyway */
    d->rank = ARENA_ARRAY(d->arena, uint32_t, capacity);
    if (d->policy == DISPATCH_WEIGHTED_RANDOM)
        d->columns = ARENA_ARRAY(d->arena, struct dispatch_alias, capacity);
    d->capacity = capacity;
}

/* Closes the gaps of those who have left. */
static void targets_compact(struct dispatcher *d)
{
    uint32_t kept = 0, next = 0;
    for (uint32_t i = 0; i < d->count; i++) {
        if (i == d->next)
            next = kept;
        if (d->targets[i].target == DISPATCHER_NONE)
            continue;
        d->targets[kept] = d->targets[i];
        d->shares[kept] = d->shares[i];
        d->position[d->targets[i].target] = kept++;
    }
    d->next = next < kept ? next : 0;
    d->count = kept;
    d->gaps = 0;
}

static void order_put(struct dispatcher *d, uint32_t rank, uint32_t position)
{
    d->order[rank] = position;
    d->rank[position] = rank;
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

static void order_swap(struct dispatcher *d, uint32_t rank_a, uint32_t rank_b)
{
    const uint32_t a = d->order[rank_a], b = d->order[rank_b];
    order_put(d, rank_a, b);
    order_put(d, rank_b, a);
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

/* ---- the eligible in order of joining */

static void order_by_joining(struct dispatcher *d)
{
    uint32_t rank = 0, turn = 0;
    for (uint32_t i = 0; i < d->count; i++) {
        if (!counts(d, i))
            continue;
        turn += i < d->next;
        order_put(d, rank++, i);
    }
    d->turn = turn < d->eligible ? turn : 0;
}

static uint32_t next_in_turn(struct dispatcher *d)
{
    const uint32_t position = d->order[d->turn];
    d->turn = d->turn + 1 < d->eligible ? d->turn + 1 : 0;
    d->next = position + 1 < d->count ? position + 1 : 0;
    return position;
}

/* The choices are different; among those with equally few, the one drawn first. */
static uint32_t least_of_choices(const struct dispatcher *d, uint64_t bits)
{
    const uint32_t choices = d->choices < d->eligible ? d->choices : d->eligible;
    uint32_t drawn[DISPATCHER_CHOICES_MAX] = { draw_below(bits, d->eligible) }; /* ascending */
    uint32_t best = d->order[drawn[0]];
    for (uint32_t c = 1; c < choices; c++) {
        uint32_t i = draw_below(c == 1 ? bits << 32 : fingerprint_mix(bits + GOLDEN * c), d->eligible - c), k = 0;
        for (; k < c && i >= drawn[k]; k++)
            i++;
        if (d->targets[d->order[i]].outstanding < d->targets[best].outstanding)
            best = d->order[i];
        if (c + 1 == choices)
            break; /* the last one need not be remembered */
        memmove(&drawn[k + 1], &drawn[k], (c - k) * sizeof *drawn);
        drawn[k] = i;
    }
    return best;
}

/* ---- weighted random: equally likely columns, each divided between a target and another [WAL-77] */

static void columns_rebuild(struct dispatcher *d)
{
    const uint32_t n = d->eligible;
    uint32_t *const list = d->rank; /* columns too low from the left, the others from the right */
    uint32_t low = 0, high = n;
    uint64_t total = 0;
    for (uint32_t i = 0; i < n; i++)
        total += d->shares[d->order[i]].weight;
    for (uint32_t i = 0; i < n; i++) {
        const uint64_t height = (uint64_t)d->shares[d->order[i]].weight * n; /* of `total` */
        d->columns[i] = (struct dispatch_alias){ height, i };
        if (height < total)
            list[low++] = i;
        else
            list[--high] = i;
    }
    while (low > 0) { /* heights are integers with mean `total`: while one is too low, another is too high */
        struct dispatch_alias *column = &d->columns[list[--low]], *donor = &d->columns[list[high]];
        column->other = list[high];
        donor->threshold -= total - column->threshold;
        if (donor->threshold < total)
            list[low++] = list[high++];
    }
    for (uint32_t i = 0; i < n; i++) {
        const uint64_t height = d->columns[i].threshold;
        d->columns[i].threshold = height < total ? (uint64_t)(((uint128)height << 64) / total) : UINT64_MAX;
    }
}

static uint32_t by_weight(const struct dispatcher *d, uint64_t bits)
{
    const uint128 scaled = (uint128)bits * d->eligible;
    const uint32_t i = (uint32_t)(scaled >> 64);
    return d->order[(uint64_t)scaled < d->columns[i].threshold ? i : d->columns[i].other];
}

/* ---- weighted turns: a heap on (2 turns + 1) / weight, then on the position */

static bool is_due_before(const struct dispatcher *d, uint32_t a, uint32_t b)
{
    const struct dispatch_share *x = &d->shares[a], *y = &d->shares[b];
    const uint64_t due_x = (2 * x->turns + 1) * y->weight, due_y = (2 * y->turns + 1) * x->weight;
    return due_x != due_y ? due_x < due_y : a < b;
}

static void heap_sink(struct dispatcher *d, uint32_t i)
{
    const uint32_t sinking = d->order[i];
    for (uint32_t child; (child = 2 * i + 1) < d->eligible; i = child) {
        if (child + 1 < d->eligible && is_due_before(d, d->order[child + 1], d->order[child]))
            child++;
        if (!is_due_before(d, d->order[child], sinking))
            break;
        d->order[i] = d->order[child];
    }
    d->order[i] = sinking;
}

/* Who was not there or has a new weight begins with its first pick that is due no earlier than the last one was. */
static void heap_rebuild(struct dispatcher *d)
{
    for (uint32_t i = 0; i < d->eligible; i++) {
        struct dispatch_share *share = &d->shares[d->order[i]];
        const uint64_t due = share->weight * d->due;
        const uint64_t turns = due > d->due_of ? (due - d->due_of + 2 * d->due_of - 1) / (2 * d->due_of) : 0;
        if (share->turns < turns)
            share->turns = turns;
    }
    for (uint32_t i = d->eligible / 2; i-- > 0;)
        heap_sink(d, i);
}

static uint32_t next_due(struct dispatcher *d)
{
    const uint32_t position = d->order[0];
    struct dispatch_share *share = &d->shares[position];
    d->due = 2 * share->turns++ + 1;
    d->due_of = share->weight;
    heap_sink(d, 0);
    return position;
}

/* ---- hash */

static void seats_grow(struct dispatcher *d, uint32_t at_least)
{
    uint32_t count = d->seat_count ? d->seat_count : SEATS_FIRST;
    while (count < at_least)
        count *= 2;
    d->seats_taken = arena_grow(d->arena, d->seats_taken, d->seat_count / 64, count / 64, sizeof *d->seats_taken);
    d->seats = ARENA_ARRAY(d->arena, uint32_t, count); /* stale anyway */
    d->seat_count = count;
}

void dispatcher_set_seats(struct dispatcher *d, uint32_t seats)
{
    CHECK(d->policy == DISPATCH_HASH && d->count == 0 && seats <= 1u << 24, "when a dispatcher's seats are reserved");
    seats_grow(d, seats);
}

static uint32_t seat_take(struct dispatcher *d)
{
    uint32_t word = d->full_words;
    while (word < d->seat_count / 64 && d->seats_taken[word] == UINT64_MAX)
        word++;
    if (word == d->seat_count / 64)
        seats_grow(d, d->seat_count ? 2 * d->seat_count : SEATS_FIRST);
    const uint32_t bit = (uint32_t)count_trailing_zeros_u64(~d->seats_taken[word]);
    d->seats_taken[word] |= UINT64_C(1) << bit;
    d->full_words = word;
    return 64 * word + bit;
}

static void seat_leave(struct dispatcher *d, uint32_t seat)
{
    d->seats_taken[seat / 64] &= ~(UINT64_C(1) << seat % 64);
    if (seat / 64 < d->full_words)
        d->full_words = seat / 64;
}

static void seats_rebuild(struct dispatcher *d)
{
    memset(d->seats, 0xff, d->seat_count * sizeof *d->seats);
    for (uint32_t i = 0; i < d->eligible; i++)
        d->seats[d->shares[d->order[i]].seat] = d->order[i];
}

static uint32_t highest_hash(const struct dispatcher *d, uint64_t key)
{
    uint32_t best = 0;
    uint64_t highest = 0;
    for (uint32_t i = 0; i < d->eligible; i++) {
        const uint64_t hash = fingerprint_mix(key ^ fingerprint_mix(GOLDEN * (d->shares[d->order[i]].seat + 1)));
        if (hash >= highest) {
            highest = hash;
            best = d->order[i];
        }
    }
    return best;
}

static uint32_t by_hash(const struct dispatcher *d, uint64_t key)
{
    for (uint32_t probe = 1; probe <= HASH_PROBES; probe++) {
        const uint32_t seat = (uint32_t)fingerprint_mix(key + GOLDEN * probe) & (d->seat_count - 1);
        if (d->seats[seat] != DISPATCHER_NONE)
            return d->seats[seat];
    }
    return highest_hash(d, key);
}

/* ---- what changes make stale */

static void refresh(struct dispatcher *d)
{
    d->stale = false;
    if (d->gaps > 0)
        targets_compact(d);
    if (d->policy == DISPATCH_LEAST_OUTSTANDING)
        order_by_outstanding(d);
    else
        order_by_joining(d);
    if (d->policy == DISPATCH_WEIGHTED_RANDOM && d->eligible > 0)
        columns_rebuild(d);
    if (d->policy == DISPATCH_WEIGHTED_TURNS)
        heap_rebuild(d);
    if (d->policy == DISPATCH_HASH)
        seats_rebuild(d);
}

/* ---- membership */

void dispatcher_join(struct dispatcher *d, uint32_t target, bool eligible)
{
    positions_reserve(d, target);
    CHECK(d->position[target] == DISPATCHER_NONE, "a target joined twice");
    if (d->gaps > 0)
        targets_compact(d);
    targets_reserve(d);
    d->position[target] = d->count;
    d->shares[d->count] = (struct dispatch_share){ .weight = 1 };
    if (d->policy == DISPATCH_HASH)
        d->shares[d->count].seat = seat_take(d);
    d->targets[d->count++] = (struct dispatch_target){ .target = target, .eligible = eligible };
    d->eligible += eligible;
    d->stale = true;
}

void dispatcher_leave(struct dispatcher *d, uint32_t target)
{
    const uint32_t position = position_of(d, target);
    if (position == DISPATCHER_NONE)
        return;
    d->eligible -= counts(d, position);
    d->forgotten += d->targets[position].outstanding;
    if (d->policy == DISPATCH_HASH)
        seat_leave(d, d->shares[position].seat);
    d->targets[position] = (struct dispatch_target){ .target = DISPATCHER_NONE };
    d->position[target] = DISPATCHER_NONE;
    d->gaps++;
    d->stale = true;
}

static uint32_t member_of(const struct dispatcher *d, uint32_t target)
{
    const uint32_t position = position_of(d, target);
    CHECK(position != DISPATCHER_NONE, "no such target");
    return position;
}

void dispatcher_set_eligible(struct dispatcher *d, uint32_t target, bool eligible)
{
    const uint32_t position = member_of(d, target);
    if (d->targets[position].eligible == eligible)
        return;
    d->eligible -= counts(d, position);
    d->targets[position].eligible = eligible;
    d->eligible += counts(d, position);
    d->stale = true;
}

void dispatcher_set_weight(struct dispatcher *d, uint32_t target, uint32_t weight)
{
    const uint32_t position = member_of(d, target);
    CHECK(weight <= DISPATCHER_WEIGHT_MAX, "a target's weight");
    if (d->shares[position].weight == weight)
        return;
    d->eligible -= counts(d, position);
    d->shares[position].weight = weight;
    d->shares[position].turns = 0;
    d->eligible += counts(d, position);
    d->stale = true;
}

/* ---- picking */

static uint32_t least_outstanding(const struct dispatcher *d, uint64_t bits)
{
    const uint32_t level = d->targets[d->order[0]].outstanding;
    return d->order[draw_below(bits, d->level_start[level + 1])];
}

static uint32_t choose(struct dispatcher *d, uint64_t bits)
{
    switch (d->policy) {
    case DISPATCH_ROUND_ROBIN: return next_in_turn(d);
    case DISPATCH_LEAST_OUTSTANDING: return least_outstanding(d, bits);
    case DISPATCH_RANDOM: return d->order[draw_below(bits, d->eligible)];
    case DISPATCH_POWER_OF_TWO: return least_of_choices(d, bits);
    case DISPATCH_WEIGHTED_RANDOM: return by_weight(d, bits);
    case DISPATCH_WEIGHTED_TURNS: return next_due(d);
    case DISPATCH_HASH: return by_hash(d, bits);
    case DISPATCH_POLICIES: break;
    }
    CHECK(false, "no such dispatch policy");
    return 0;
}

uint32_t dispatcher_pick(struct dispatcher *d, uint64_t bits)
{
    if (d->eligible == 0)
        return DISPATCHER_NONE;
    if (UNLIKELY(d->stale))
        refresh(d);
    const uint32_t position = choose(d, bits);
    d->picked++;
    order_raise(d, position);
    return d->targets[position].target;
}

void dispatcher_release(struct dispatcher *d, uint32_t target)
{
    if (UNLIKELY(d->stale) && d->policy == DISPATCH_LEAST_OUTSTANDING)
        refresh(d); /* its order knows the counts */
    const uint32_t position = position_of(d, target);
    if (position == DISPATCHER_NONE || d->targets[position].outstanding == 0)
        return;
    d->released++;
    order_lower(d, position);
}

bool dispatcher_is_sane(const struct dispatcher *d)
{
    uint64_t outstanding = 0;
    uint32_t eligible = 0;
    for (uint32_t i = 0; i < d->count; i++) {
        if (d->targets[i].target == DISPATCHER_NONE)
            continue;
        outstanding += d->targets[i].outstanding;
        eligible += counts(d, i);
    }
    return d->picked == d->released + d->forgotten + outstanding && d->eligible == eligible;
}
