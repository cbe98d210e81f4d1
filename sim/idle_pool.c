/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/idle_pool.h"

#include "sim/base/check.h"

enum { RING_FIRST = 16 };

void idle_pool_init(struct idle_pool *p, struct arena *arena, uint32_t limit, sim_time expiry, sim_time now)
{
    CHECK(limit < 1u << 31 && expiry >= 0, "an idle pool's limits");
    *p = (struct idle_pool){ .arena = arena, .limit = limit, .expiry = expiry, .last = now };
}

static struct idle_entry *ring_at(const struct idle_pool *p, uint32_t i)
{
    return &p->ring[(p->head + i) & (p->capacity - 1)];
}

static void integrate(struct idle_pool *p, sim_time until)
{
    CHECK(until >= p->last, "an idle pool's time runs backwards");
    p->contents += (uint128)p->count * (uint64_t)(until - p->last);
    p->last = until;
}

static uint32_t take_oldest(struct idle_pool *p)
{
    const uint32_t item = ring_at(p, 0)->item;
    p->head = (p->head + 1) & (p->capacity - 1);
    p->count--;
    return item;
}

uint32_t idle_pool_expire(struct idle_pool *p, sim_time now)
{
    if (p->count == 0 || now - ring_at(p, 0)->since <= p->expiry)
        return IDLE_POOL_NONE;
    const sim_time due = ring_at(p, 0)->since + p->expiry;
    integrate(p, due > p->last ? due : p->last); /* due before `last`: the expiry was made shorter since */
    p->expired++;
    return take_oldest(p);
}

void idle_pool_meter(struct idle_pool *p, sim_time now)
{
    while (idle_pool_expire(p, now) != IDLE_POOL_NONE)
        ;
    integrate(p, now);
}

uint32_t idle_pool_take(struct idle_pool *p, sim_time now)
{
    idle_pool_meter(p, now);
    if (p->count == 0) {
        p->missed++;
        return IDLE_POOL_NONE;
    }
    p->taken++;
    return ring_at(p, --p->count)->item;
}

static void ring_grow(struct idle_pool *p)
{
    const uint32_t capacity = p->capacity ? 2 * p->capacity : RING_FIRST;
    struct idle_entry *ring = ARENA_ARRAY(p->arena, struct idle_entry, capacity);
    for (uint32_t i = 0; i < p->count; i++)
        ring[i] = *ring_at(p, i);
    p->ring = ring;
    p->capacity = capacity;
    p->head = 0;
}

uint32_t idle_pool_put(struct idle_pool *p, sim_time now, uint32_t item)
{
    idle_pool_meter(p, now);
    p->puts++;
    if (p->limit == 0) {
        p->dropped++;
        return item;
    }
    uint32_t gone = IDLE_POOL_NONE;
    if (p->count == p->limit) {
        p->dropped++;
        gone = take_oldest(p);
    }
    if (p->count == p->capacity)
        ring_grow(p);
    *ring_at(p, p->count++) = (struct idle_entry){ now, item };
    return gone;
}

void idle_pool_set(struct idle_pool *p, sim_time now, uint32_t limit, sim_time expiry)
{
    CHECK(limit < 1u << 31 && expiry >= 0, "an idle pool's limits");
    idle_pool_meter(p, now);
    p->limit = limit;
    p->expiry = expiry;
    idle_pool_meter(p, now);
    for (; p->count > limit; p->dropped++)
        take_oldest(p);
}

void idle_pool_clear(struct idle_pool *p, sim_time now)
{
    idle_pool_meter(p, now);
    p->dropped += p->count;
    p->count = p->head = 0;
}

bool idle_pool_is_sane(const struct idle_pool *p)
{
    for (uint32_t i = 1; i < p->count; i++)
        if (ring_at(p, i)->since < ring_at(p, i - 1)->since)
            return false;
    return p->count <= p->limit && p->puts == p->taken + p->expired + p->dropped + p->count;
}
