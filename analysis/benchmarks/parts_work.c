/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/benchmarks/parts_work.h"

#include "analysis/benchmarks/lean.h"
#include "sim/bucket.h"
#include "sim/gate.h"
#include "sim/histogram.h"
#include "sim/message_queue.h"
#include "sim/store.h"
#include "sim/timer_ring.h"

/* ---- places ---- */

enum { PLACES = 16, WAITING = 4, LINE = 64 };

uint64_t gate_engine(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    struct arena arena;
    struct gate gate;
    arena_init(&arena);
    gate_init(&gate, &arena, PLACES, LINE, 0);
    for (uint32_t i = 0; i < PLACES + WAITING; i++)
        gate_enter(&gate, 0, i);
    uint64_t found = 0;
    stopwatch_start(watch);
    for (uint64_t i = 0; i < count; i++) {
        found += (uint64_t)gate_enter(&gate, (sim_time)i, (uint32_t)i & 0xffff);
        found += gate_leave(&gate, (sim_time)i);
    }
    stopwatch_stop(watch);
    found += (uint64_t)gate.occupancy + (uint64_t)gate.queue;
    arena_fini(&arena);
    return found;
}

uint64_t gate_by_hand(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    uint32_t line[LINE], head = 0, waiting = 0, inside = 0;
    uint64_t found = 0, last = 0, occupancy = 0, queue = 0;
    stopwatch_start(watch);
    for (uint64_t i = 0; i < PLACES + WAITING + count; i++) {
        occupancy += inside * (i - last); /* both integrals, as the engine's gate keeps them */
        queue += waiting * (i - last);
        last = i;
        if (inside < PLACES)
            inside++;
        else
            line[(head + waiting++) % LINE] = (uint32_t)i;
        if (i < PLACES + WAITING)
            continue;
        found += line[head];
        head = (head + 1) % LINE;
        waiting--;
    }
    stopwatch_stop(watch);
    return found + occupancy + queue;
}

/* ---- messages ---- */

enum { MESSAGES = 1000, MESSAGE_RING = 2048 };

uint64_t queue_engine(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    struct arena arena;
    struct message_queue q;
    arena_init(&arena);
    message_queue_init(&q, &arena, 30 * SIM_SECOND, 3, 0);
    for (uint64_t i = 0; i < MESSAGES; i++)
        message_queue_put(&q, 0, i);
    stopwatch_start(watch);
    for (uint64_t i = 0; i < count; i++) {
        const sim_time now = (sim_time)i * SIM_MILLISECOND;
        message_queue_put(&q, now, i);
        const uint32_t m = message_queue_take(&q, now);
        message_queue_remove(&q, now, m, q.messages[m].receives);
    }
    stopwatch_stop(watch);
    const uint64_t found = q.removed + (uint64_t)q.backlog;
    arena_fini(&arena);
    return found;
}

/* A ring; the message in flight is one field, because there is only one. */
uint64_t queue_by_hand(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    static struct {
        uint64_t ordinal, sent_at;
    } ring[MESSAGE_RING];
    uint64_t head = 0, tail = MESSAGES, removed = 0, backlog = 0;
    stopwatch_start(watch);
    for (uint64_t i = 0; i < count; i++) {
        backlog += tail - head;
        ring[tail % MESSAGE_RING].ordinal = i;
        ring[tail++ % MESSAGE_RING].sent_at = i;
        removed += ring[head % MESSAGE_RING].ordinal ^ ring[head % MESSAGE_RING].sent_at;
        head++;
    }
    stopwatch_stop(watch);
    return removed + backlog;
}

/* ---- timeouts, and what is kept of a request ---- */

enum { TIMERS = 4096, SLOT_SHIFT = 26, SLOTS = 1024 };

uint64_t timer_engine(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    static struct timer_link links[TIMERS];
    struct arena arena;
    struct timer_ring ring;
    arena_init(&arena);
    timer_ring_init(&ring, &arena, SLOT_SHIFT, SLOTS, 0);
    for (uint32_t i = 0; i < TIMERS; i++)
        timer_ring_arm(&ring, links, sizeof *links, i, SIM_SECOND + i * SIM_MILLISECOND);
    stopwatch_start(watch);
    for (uint64_t i = 0; i < count; i++) {
        const uint32_t owner = (uint32_t)(i * 1237 % TIMERS);
        const sim_time deadline = SIM_SECOND + owner * SIM_MILLISECOND;
        timer_ring_disarm(&ring, links, sizeof *links, owner, deadline);
        timer_ring_arm(&ring, links, sizeof *links, owner, deadline);
    }
    stopwatch_stop(watch);
    arena_fini(&arena);
    return ring.armed;
}

/* ---- tokens ---- */

enum { TOKENS = 100, TOKENS_PER_S = 1000, ASK_EVERY_NS = 666667 };

uint64_t bucket_engine(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    struct bucket bucket;
    bucket_init(&bucket, TOKENS, TOKENS_PER_S, SIM_SECOND, TOKENS, 0);
    stopwatch_start(watch);
    for (uint64_t i = 0; i < count; i++)
        bucket_take(&bucket, (sim_time)i * ASK_EVERY_NS, 1);
    stopwatch_stop(watch);
    return bucket.granted;
}

/* The time at which the bucket will be full again; who would move it too far is refused. */
uint64_t bucket_by_hand(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    const sim_time token_ns = SIM_SECOND / TOKENS_PER_S, deepest_ns = TOKENS * token_ns;
    sim_time full_at = 0;
    uint64_t granted = 0;
    stopwatch_start(watch);
    for (uint64_t i = 0; i < count; i++) {
        const sim_time now = (sim_time)i * ASK_EVERY_NS;
        const sim_time then = (full_at > now ? full_at : now) + token_ns;
        if (then - now > deepest_ns)
            continue;
        full_at = then;
        granted++;
    }
    stopwatch_stop(watch);
    return granted;
}

/* ---- a cache ---- */

enum { KEYS = 10000, RESIDENT = 2000, LOOKUPS = 1 << 14 };

/* A few keys are wanted often: the density of key k falls like k^(-2/3). */
static void draw_keys(uint16_t *keys)
{
    struct lean lean;
    lean_init(&lean, 1);
    for (int i = 0; i < LOOKUPS; i++) {
        const double u = lean_unit(&lean);
        keys[i] = (uint16_t)(u * u * u * KEYS);
    }
}

uint64_t store_engine(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    uint16_t keys[LOOKUPS];
    struct arena arena;
    struct store store;
    arena_init(&arena);
    draw_keys(keys);
    const struct store_config config = { .objects = RESIDENT, .bytes = UINT64_MAX, .ttl = SIM_NEVER };
    store_init(&store, &arena, &config, 0);
    stopwatch_start(watch);
    for (uint64_t i = 0; i < count; i++) {
        const uint16_t key = keys[i % LOOKUPS];
        if (store_look_up(&store, (sim_time)i, key, 0) != STORE_HIT)
            store_fill(&store, (sim_time)i, key, 1);
    }
    stopwatch_stop(watch);
    const uint64_t found = store.hits;
    arena_fini(&arena);
    return found;
}

struct hand_cache {
    struct {
        uint16_t newer, older;
        bool resident;
    } keys[KEYS + 1]; /* [KEYS]: its `older` is the newest, its `newer` the oldest */
    uint32_t residents;
};

static inline void unlink_key(struct hand_cache *c, uint16_t key)
{
    c->keys[c->keys[key].newer].older = c->keys[key].older;
    c->keys[c->keys[key].older].newer = c->keys[key].newer;
}

static inline void link_newest(struct hand_cache *c, uint16_t key)
{
    const uint16_t second = c->keys[KEYS].older;
    c->keys[key].newer = KEYS;
    c->keys[key].older = second;
    c->keys[second].newer = key;
    c->keys[KEYS].older = key;
}

uint64_t store_by_hand(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    uint16_t keys[LOOKUPS];
    struct hand_cache cache = { .residents = 0 };
    uint64_t hits = 0;
    draw_keys(keys);
    cache.keys[KEYS].newer = cache.keys[KEYS].older = KEYS;
    stopwatch_start(watch);
    for (uint64_t i = 0; i < count; i++) {
        const uint16_t key = keys[i % LOOKUPS];
        if (cache.keys[key].resident) {
            hits++;
            unlink_key(&cache, key);
        } else if (cache.residents++ == RESIDENT) {
            const uint16_t oldest = cache.keys[KEYS].newer;
            unlink_key(&cache, oldest);
            cache.keys[oldest].resident = false;
            cache.residents--;
        }
        cache.keys[key].resident = true;
        link_newest(&cache, key);
    }
    stopwatch_stop(watch);
    return hits;
}

uint64_t histogram_engine(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    struct arena arena;
    struct histogram h;
    arena_init(&arena);
    histogram_init(&h, &arena);
    uint64_t state = 1;
    stopwatch_start(watch);
    for (uint64_t i = 0; i < count; i++) {
        state += UINT64_C(0x9e3779b97f4a7c15);
        histogram_record(&h, (sim_time)(state >> 38)); /* up to 67 ms */
    }
    stopwatch_stop(watch);
    const uint64_t found = h.bins[1000] + h.count;
    arena_fini(&arena);
    return found;
}
