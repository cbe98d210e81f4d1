/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/fifo.h"

/* [SQS-DG] Exactly-once processing: the deduplication interval. */
static const sim_time DEDUPLICATION = 5 * SIM_MINUTE;
/* Ordinals that are remembered at the most; a busier queue forgets the oldest of them earlier. */
enum { REMEMBERED_MAX = 1 << 22 };

void fifo_init(struct fifo *f, struct arena *arena, uint32_t groups, uint64_t calls_per_s, uint64_t batch, sim_time now)
{
    *f = (struct fifo){ .arena = arena, .group_count = groups, .unused = FIFO_NONE, .wake_at = SIM_NEVER };
    f->groups = ARENA_ARRAY(arena, struct fifo_group, groups);
    for (uint32_t g = 0; g < groups; g++)
        f->groups[g] = (struct fifo_group){ .first = FIFO_NONE, .last = FIFO_NONE };
    const struct store_config recent = {
        .objects = REMEMBERED_MAX, .bytes = UINT64_MAX, .ttl = DEDUPLICATION, .fetches = 1
    };
    store_init(&f->recent, arena, &recent, now);
    bucket_init(&f->sends, calls_per_s, calls_per_s, SIM_SECOND, calls_per_s, now);
    bucket_init(&f->receives, calls_per_s * batch, calls_per_s * batch, SIM_SECOND, calls_per_s * batch, now);
}

static struct fifo_group *group_of(struct fifo *f, uint64_t ordinal)
{
    /* The finaliser of splitmix64 [BV-21]: ordinals are consecutive. */
    uint64_t x = ordinal + UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
    return &f->groups[(x ^ x >> 31) % f->group_count];
}

static uint32_t message_new(struct fifo *f)
{
    if (f->unused == FIFO_NONE) {
        const uint32_t wider = f->capacity ? 2 * f->capacity : 256;
        f->messages = arena_grow(f->arena, f->messages, f->capacity, wider, sizeof *f->messages);
        for (uint32_t m = wider; m-- > f->capacity;) {
            f->messages[m].next = f->unused;
            f->unused = m;
        }
        f->capacity = wider;
    }
    const uint32_t number = f->unused;
    f->unused = f->messages[number].next;
    return number;
}

enum fifo_verdict fifo_send(struct fifo *f, sim_time now, uint64_t ordinal)
{
    if (!bucket_take(&f->sends, now, 1)) {
        f->throttled++;
        return FIFO_THROTTLED;
    }
    f->sent++;
    if (store_look_up(&f->recent, now, ordinal, 0) == STORE_HIT) {
        f->duplicates++;
        return FIFO_DUPLICATE;
    }
    store_fill(&f->recent, now, ordinal, 1);
    struct fifo_group *group = group_of(f, ordinal);
    if (!group->busy) {
        group->busy = true;
        group->sent_at = now;
        return FIFO_PUT;
    }
    const uint32_t number = message_new(f);
    f->messages[number] = (struct fifo_message){ .ordinal = ordinal, .sent_at = now, .next = FIFO_NONE };
    if (group->first == FIFO_NONE)
        group->first = number;
    else
        f->messages[group->last].next = number;
    group->last = number;
    f->waiting++;
    return FIFO_WAITS;
}

bool fifo_next(struct fifo *f, uint64_t ordinal, struct fifo_message *next)
{
    struct fifo_group *group = group_of(f, ordinal);
    const uint32_t number = group->first;
    group->busy = number != FIFO_NONE;
    if (!group->busy)
        return false;
    *next = f->messages[number];
    group->first = next->next;
    group->sent_at = next->sent_at;
    f->messages[number].next = f->unused;
    f->unused = number;
    f->waiting--;
    return true;
}

bool fifo_may_receive(struct fifo *f, sim_time now, sim_time *again)
{
    if (bucket_take(&f->receives, now, 1))
        return true;
    *again = bucket_ready_at(&f->receives, now, 1);
    return false;
}

sim_time fifo_oldest_age(const struct fifo *f, sim_time now)
{
    sim_time oldest = now;
    for (uint32_t g = 0; g < f->group_count; g++)
        if (f->groups[g].busy && f->groups[g].sent_at < oldest)
            oldest = f->groups[g].sent_at;
    return now - oldest;
}
