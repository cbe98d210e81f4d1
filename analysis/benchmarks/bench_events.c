/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The event set in the hold model: the earliest of n pending events is popped and pushed again after an exponential
 * delay. Ten thousand events a second whatever n is, and once a million. Delays are drawn before the watch starts.
 */
#include "analysis/benchmarks/bench_tables.h"
#include "analysis/benchmarks/by_hand.h"
#include "sim/event_set.h"
#include "sim/number.h"

enum { DELAYS = 1 << 16 };

struct hold {
    uint64_t pending;
    double events_per_s;
    bool heap; /* the engine's plain heap, the oracle of its wheel */
};

/* In 8 ns, so that they fit into 32 bits. */
static const uint32_t *delays(const struct hold *hold, struct arena *arena)
{
    uint32_t *delay = ARENA_ARRAY(arena, uint32_t, DELAYS);
    const double mean_ns = 1e9 * (double)hold->pending / hold->events_per_s;
    for (uint64_t i = 0; i < DELAYS; i++)
        delay[i] = (uint32_t)(-mean_ns / 8.0 * number_log(draw_unit(draw_at(customers_key, i, 1, 0).a)));
    return delay;
}

static uint64_t hold_engine(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    const struct hold *hold = parameter;
    struct arena arena;
    arena_init(&arena);
    const uint32_t *delay = delays(hold, &arena);
    struct event_set *set = hold->heap ? event_set_new_heap(&arena) : event_set_new(&arena, 0);
    for (uint64_t i = 0; i < hold->pending; i++)
        event_set_push(set, event_make(8 * (sim_time)delay[i % DELAYS], EVENT_COMPLETION, 0, 0, 0, (uint32_t)i));
    uint64_t found = 0;
    stopwatch_start(watch);
    for (uint64_t i = 0; i < count; i++) {
        const struct event e = event_set_pop(set);
        found ^= e.time;
        event_set_push(set, (struct event){ e.time + 8 * (uint64_t)delay[(i * 7919) % DELAYS], e.what });
    }
    stopwatch_stop(watch);
    arena_fini(&arena);
    return found;
}

static uint64_t hold_by_hand(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    const struct hold *hold = parameter;
    struct arena arena;
    arena_init(&arena);
    const uint32_t *delay = delays(hold, &arena);
    struct hand_heap heap = { .events = ARENA_ARRAY(&arena, struct hand_event, hold->pending + 1) };
    for (uint64_t i = 0; i < hold->pending; i++)
        hand_push(&heap, 8 * (uint64_t)delay[i % DELAYS], 0, i);
    uint64_t found = 0;
    stopwatch_start(watch);
    for (uint64_t i = 0; i < count; i++) {
        const struct hand_event e = hand_pop(&heap);
        found ^= e.time;
        hand_push(&heap, e.time + 8 * (uint64_t)delay[(i * 7919) % DELAYS], 0, e.argument);
    }
    stopwatch_stop(watch);
    arena_fini(&arena);
    return found;
}

#define HOLD(...) \
    .parameter = &(const struct hold) \
    { \
        __VA_ARGS__ \
    }

const struct benchmark bench_events[] = {
    { .name = "hold",
      .title = "event set, hold model, per pop and push",
      .rows = { { .name = "100 pending: binary heap by hand",
                  .work = hold_by_hand,
                  HOLD(100, 1e4, false),
                  .limit = true },
                { .name = "  timing wheel", .work = hold_engine, HOLD(100, 1e4, false), .at_most = 30, .stretch = 22 },
                { .name = "  plain 4-ary heap, its oracle", .work = hold_engine, HOLD(100, 1e4, true) },
                { .name = "1,000 pending: binary heap by hand",
                  .work = hold_by_hand,
                  HOLD(1000, 1e4, false),
                  .limit = true },
                { .name = "  timing wheel", .work = hold_engine, HOLD(1000, 1e4, false), .at_most = 30, .stretch = 22 },
                { .name = "  plain 4-ary heap, its oracle", .work = hold_engine, HOLD(1000, 1e4, true) },
                { .name = "10,000 pending: binary heap by hand",
                  .work = hold_by_hand,
                  HOLD(10000, 1e4, false),
                  .limit = true },
                { .name = "  timing wheel",
                  .work = hold_engine,
                  HOLD(10000, 1e4, false),
                  .at_most = 30,
                  .stretch = 22 },
                { .name = "  plain 4-ary heap, its oracle", .work = hold_engine, HOLD(10000, 1e4, true) },
                { .name = "  timing wheel, a million events a second", .work = hold_engine, HOLD(10000, 1e6, false) },
                { .name = "100,000 pending: binary heap by hand",
                  .work = hold_by_hand,
                  HOLD(100000, 1e4, false),
                  .limit = true },
                { .name = "  timing wheel", .work = hold_engine, HOLD(100000, 1e4, false) },
                { .name = "  plain 4-ary heap, its oracle", .work = hold_engine, HOLD(100000, 1e4, true) } } },
    { .name = NULL },
};
