/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/benchmarks/dispatch_work.h"

#include "analysis/benchmarks/lean.h"
#include "sim/base/check.h"
#include "sim/draw.h"

enum { TARGETS = 1000, OUTSTANDING = 3000 };

/* ---- the engine ---- */

uint64_t dispatch_engine(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    uint32_t held[OUTSTANDING];
    struct arena arena;
    struct dispatcher d;
    struct lean lean;
    arena_init(&arena);
    lean_init(&lean, 1);
    dispatcher_init(&d, &arena, *(const enum dispatch_policy *)parameter);
    for (uint32_t i = 0; i < TARGETS; i++)
        dispatcher_join(&d, i, true);
    for (uint32_t i = 0; i < OUTSTANDING; i++)
        held[i] = dispatcher_pick(&d, lean_bits(&lean));
    stopwatch_start(watch);
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t bits = lean_bits(&lean);
        const uint32_t k = draw_below(bits << 32, OUTSTANDING);
        dispatcher_release(&d, held[k]);
        held[k] = dispatcher_pick(&d, bits);
    }
    stopwatch_stop(watch);
    arena_fini(&arena);
    return held[0];
}

/* ---- by hand ---- */

/* Least outstanding: targets sorted by what they have outstanding; those with k begin at first[k]. */
struct hand_balancer {
    uint32_t next;
    uint32_t outstanding[TARGETS], order[TARGETS], rank[TARGETS], first[OUTSTANDING + 2];
};

static inline void swap_ranks(struct hand_balancer *b, uint32_t i, uint32_t j)
{
    const uint32_t one = b->order[i], other = b->order[j];
    b->order[i] = other;
    b->order[j] = one;
    b->rank[one] = j;
    b->rank[other] = i;
}

static inline uint32_t pick(struct hand_balancer *b, uint64_t bits, const enum dispatch_policy policy)
{
    uint32_t target;
    if (policy == DISPATCH_ROUND_ROBIN) {
        target = b->next;
        b->next = target + 1 < TARGETS ? target + 1 : 0;
    } else if (policy == DISPATCH_POWER_OF_TWO) {
        const uint32_t one = draw_below(bits, TARGETS), other = draw_below(bits << 32, TARGETS);
        target = b->outstanding[other] < b->outstanding[one] ? other : one;
        b->outstanding[target]++;
    } else {
        target = b->order[0];
        const uint32_t level = b->outstanding[target]++;
        swap_ranks(b, 0, --b->first[level + 1]); /* to the end of its level, which is the next one's beginning */
    }
    return target;
}

static inline void release(struct hand_balancer *b, uint32_t target, const enum dispatch_policy policy)
{
    if (policy == DISPATCH_ROUND_ROBIN)
        return;
    const uint32_t level = b->outstanding[target]--;
    if (policy == DISPATCH_LEAST_OUTSTANDING)
        swap_ranks(b, b->rank[target], b->first[level]++);
}

static inline uint64_t pick_and_release(uint64_t count, struct stopwatch *watch, const enum dispatch_policy policy)
{
    uint32_t held[OUTSTANDING];
    struct hand_balancer b = { .next = 0 };
    struct lean lean;
    lean_init(&lean, 1);
    for (uint32_t i = 0; i < TARGETS; i++)
        b.order[i] = b.rank[i] = i;
    for (uint32_t k = 1; k < OUTSTANDING + 2; k++)
        b.first[k] = TARGETS;
    for (uint32_t i = 0; i < OUTSTANDING; i++)
        held[i] = pick(&b, lean_bits(&lean), policy);
    stopwatch_start(watch);
    for (uint64_t i = 0; i < count; i++) {
        const uint64_t bits = lean_bits(&lean);
        const uint32_t k = draw_below(bits << 32, OUTSTANDING);
        release(&b, held[k], policy);
        held[k] = pick(&b, bits, policy);
    }
    stopwatch_stop(watch);
    return held[0];
}

uint64_t dispatch_by_hand(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    const enum dispatch_policy policy = *(const enum dispatch_policy *)parameter;
    if (policy == DISPATCH_ROUND_ROBIN)
        return pick_and_release(count, watch, DISPATCH_ROUND_ROBIN);
    if (policy == DISPATCH_POWER_OF_TWO)
        return pick_and_release(count, watch, DISPATCH_POWER_OF_TWO);
    CHECK(policy == DISPATCH_LEAST_OUTSTANDING, "by hand there are three ways to pick");
    return pick_and_release(count, watch, DISPATCH_LEAST_OUTSTANDING);
}
