/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/message_queue.h"

#include "sim/base/check.h"

enum { MESSAGES_FIRST = 64, EXPIRIES_FIRST = 64, RETURNED_FIRST = 64 };

/* message.visible_again_at of messages that are not in flight */
enum { NOT_IN_FLIGHT = -1, REMOVED_IN_LINE = -2 };

void message_queue_init(struct message_queue *q, struct arena *arena, sim_time visibility, uint32_t receives_max,
                        sim_time now)
{
    *q = (struct message_queue){
        .arena = arena,
        .free = MESSAGE_NONE,
        .visible_head = MESSAGE_NONE,
        .visible_tail = MESSAGE_NONE,
        .first_fresh = MESSAGE_NONE,
        .visibility = visibility,
        .receives_max = receives_max,
        .last = now,
    };
}

void message_queue_meter(struct message_queue *q, sim_time now)
{
    CHECK(now >= q->last, "a queue's time runs backwards");
    const uint64_t dt = (uint64_t)(now - q->last);
    q->backlog += (uint128)q->visible * dt;
    q->flight += (uint128)q->in_flight * dt;
    q->last = now;
}

/* ---- the visible messages that have come back: a heap that knows everybody's place */

static bool is_older(const struct message_queue *q, uint32_t a, uint32_t b)
{
    const sim_time at_a = q->messages[a].sent_at, at_b = q->messages[b].sent_at;
    return at_a != at_b ? at_a < at_b : a < b;
}

static void returned_put(struct message_queue *q, uint32_t place, uint32_t number)
{
    q->returned[place] = number;
    q->messages[number].place = place;
}

static void returned_rise(struct message_queue *q, uint32_t i, uint32_t number)
{
    for (; i > 0 && is_older(q, number, q->returned[(i - 1) / 2]); i = (i - 1) / 2)
        returned_put(q, i, q->returned[(i - 1) / 2]);
    returned_put(q, i, number);
}

static void returned_sink(struct message_queue *q, uint32_t i, uint32_t number)
{
    for (uint32_t child; (child = 2 * i + 1) < q->returned_count; i = child) {
        if (child + 1 < q->returned_count && is_older(q, q->returned[child + 1], q->returned[child]))
            child++;
        if (!is_older(q, q->returned[child], number))
            break;
        returned_put(q, i, q->returned[child]);
    }
    returned_put(q, i, number);
}

static void returned_add(struct message_queue *q, uint32_t number)
{
    if (q->returned_count == q->returned_capacity) {
        q->returned_capacity = q->returned_capacity ? 2 * q->returned_capacity : RETURNED_FIRST;
        q->returned = arena_grow(q->arena, q->returned, q->returned_count, q->returned_capacity, sizeof *q->returned);
    }
    returned_rise(q, q->returned_count++, number);
}

static void returned_drop(struct message_queue *q, uint32_t number)
{
    const uint32_t place = q->messages[number].place, last = q->returned[--q->returned_count];
    if (place == q->returned_count)
        return;
    if (place > 0 && is_older(q, last, q->returned[(place - 1) / 2]))
        returned_rise(q, place, last);
    else
        returned_sink(q, place, last);
}

/* ---- the line */

static void messages_grow(struct message_queue *q)
{
    const uint32_t old = q->capacity;
    CHECK(old < UINT32_MAX / 2, "too many messages");
    q->capacity = old ? 2 * old : MESSAGES_FIRST;
    q->messages = arena_grow(q->arena, q->messages, old, q->capacity, sizeof *q->messages);
    for (uint32_t i = q->capacity; i-- > old;) {
        q->messages[i].next = q->free;
        q->free = i;
    }
}

static void message_free(struct message_queue *q, uint32_t number)
{
    q->messages[number].visible_again_at = NOT_IN_FLIGHT;
    q->messages[number].receives_before = q->messages[number].receives;
    q->messages[number].next = q->free;
    q->free = number;
}

uint32_t message_queue_put(struct message_queue *q, sim_time now, uint64_t ordinal)
{
    message_queue_meter(q, now);
    if (q->free == MESSAGE_NONE)
        messages_grow(q);
    const uint32_t number = q->free;
    struct message *m = &q->messages[number];
    q->free = m->next;
    m->sent_at = now;
    m->visible_again_at = NOT_IN_FLIGHT;
    m->ordinal = ordinal;
    m->next = MESSAGE_NONE;

    if (q->visible_head == MESSAGE_NONE)
        q->visible_head = number;
    else
        q->messages[q->visible_tail].next = number;
    q->visible_tail = number;
    if (q->first_fresh == MESSAGE_NONE)
        q->first_fresh = number;
    q->visible++;
    q->put++;
    return number;
}

static uint32_t line_take(struct message_queue *q)
{
    const uint32_t number = q->visible_head;
    q->visible_head = q->messages[number].next;
    if (q->visible_head == MESSAGE_NONE)
        q->visible_tail = MESSAGE_NONE;
    return number;
}

/* Keeps the head of the line a message that is really there. */
static void line_prune(struct message_queue *q)
{
    while (q->visible_head != MESSAGE_NONE && q->messages[q->visible_head].visible_again_at == REMOVED_IN_LINE)
        message_free(q, line_take(q));
}

static struct message_expiry *expiry_at(const struct message_queue *q, uint32_t i)
{
    return &q->expiries[(q->expiry_head + i) & (q->expiry_capacity - 1)];
}

static void expiry_push(struct message_queue *q, struct message_expiry e)
{
    if (q->expiry_count == q->expiry_capacity) {
        const uint32_t capacity = q->expiry_capacity ? 2 * q->expiry_capacity : EXPIRIES_FIRST;
        struct message_expiry *bigger = ARENA_ARRAY(q->arena, struct message_expiry, capacity);
        for (uint32_t i = 0; i < q->expiry_count; i++)
            bigger[i] = *expiry_at(q, i);
        q->expiries = bigger;
        q->expiry_capacity = capacity;
        q->expiry_head = 0;
    }
    *expiry_at(q, q->expiry_count++) = e;
}

static bool expiry_is_live(const struct message_queue *q, const struct message_expiry *e)
{
    const struct message *m = &q->messages[e->message];
    return m->receives == e->receives && m->visible_again_at >= 0;
}

static void expiry_drop(struct message_queue *q)
{
    q->expiry_head = (q->expiry_head + 1) & (q->expiry_capacity - 1);
    q->expiry_count--;
}

/* Keeps the head of the FIFO a message that is still in flight. */
static void expiry_prune(struct message_queue *q)
{
    while (q->expiry_count > 0 && !expiry_is_live(q, expiry_at(q, 0)))
        expiry_drop(q);
}

uint32_t message_queue_take(struct message_queue *q, sim_time now)
{
    if (q->visible_head == MESSAGE_NONE)
        return MESSAGE_NONE;
    message_queue_meter(q, now);
    const uint32_t number = line_take(q);
    struct message *m = &q->messages[number];
    if (number == q->first_fresh)
        q->first_fresh = m->next; /* everybody behind it is fresh */
    else
        returned_drop(q, number);
    line_prune(q);
    m->receives++;
    m->visible_again_at = now + q->visibility;
    q->visible--;
    q->in_flight++;
    expiry_push(q, (struct message_expiry){ m->visible_again_at, number, m->receives });
    return number;
}

bool message_queue_remove(struct message_queue *q, sim_time now, uint32_t message, uint32_t receives)
{
    CHECK(message < q->capacity, "no such message");
    struct message *m = &q->messages[message];
    const bool mine = m->receives == receives && receives > m->receives_before;
    if (!mine || m->visible_again_at == REMOVED_IN_LINE)
        return false;
    message_queue_meter(q, now);
    q->removed++;
    if (m->visible_again_at >= 0) {
        q->in_flight--;
        message_free(q, message);
        expiry_prune(q);
    } else {
        q->visible--;
        returned_drop(q, message); /* it has been received, so it has come back */
        m->visible_again_at = REMOVED_IN_LINE;
        line_prune(q);
    }
    return true;
}

sim_time message_queue_next_expiry(const struct message_queue *q)
{
    return q->expiry_count > 0 ? expiry_at(q, 0)->at : SIM_NEVER;
}

uint32_t message_queue_expire(struct message_queue *q, sim_time now)
{
    message_queue_meter(q, now);
    uint32_t first = MESSAGE_NONE, last = MESSAGE_NONE, count = 0; /* the line of those that are visible again */
    for (expiry_prune(q); q->expiry_count > 0 && expiry_at(q, 0)->at <= now; expiry_prune(q)) {
        const uint32_t number = expiry_at(q, 0)->message;
        struct message *m = &q->messages[number];
        expiry_drop(q);
        q->in_flight--;
        if (m->receives - m->receives_before >= q->receives_max) {
            const uint64_t ordinal = m->ordinal;
            q->dead++;
            message_free(q, number);
            if (q->buried)
                q->buried(q->context, ordinal, now);
            continue;
        }
        m->visible_again_at = NOT_IN_FLIGHT;
        m->next = MESSAGE_NONE;
        if (first == MESSAGE_NONE)
            first = number;
        else
            q->messages[last].next = number;
        last = number;
        count++;
        returned_add(q, number);
    }
    if (count == 0)
        return 0;
    q->messages[last].next = q->visible_head;
    if (q->visible_head == MESSAGE_NONE)
        q->visible_tail = last;
    q->visible_head = first;
    q->visible += count;
    q->redelivered += count;
    return count;
}

sim_time message_queue_oldest_age(const struct message_queue *q, sim_time now)
{
    sim_time oldest = now;
    if (q->first_fresh != MESSAGE_NONE)
        oldest = q->messages[q->first_fresh].sent_at;
    if (q->returned_count > 0 && q->messages[q->returned[0]].sent_at < oldest)
        oldest = q->messages[q->returned[0]].sent_at;
    return now - oldest;
}

bool message_queue_is_sane(const struct message_queue *q)
{
    for (uint32_t i = 0; i < q->returned_count; i++) {
        const uint32_t number = q->returned[i];
        if (q->messages[number].place != i || q->messages[number].visible_again_at != NOT_IN_FLIGHT ||
            (i > 0 && is_older(q, number, q->returned[(i - 1) / 2])))
            return false;
    }
    return q->put == q->removed + q->dead + q->visible + q->in_flight && q->visible >= q->returned_count &&
           (q->first_fresh != MESSAGE_NONE) == (q->visible > q->returned_count);
}
