/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * consumer -- workers that take messages from a queue: a thread that is idle gets the next one, a thread that is done
 * deletes its message and looks again. What is not handled shows up again when its visibility ends.
 */
#include "models/world.h"
#include "sim/base/check.h"

static void arm_visibility(struct world *w, struct queue *q)
{
    const sim_time at = message_queue_next_expiry(&q->messages);
    if (at >= q->expiry_armed)
        return;
    q->expiry_armed = at;
    event_set_push(w->events,
                   event_make(at, EVENT_TIMEOUT, EV_VISIBILITY, (uint32_t)(q - w->queues), 0, EVENT_NO_SLOT));
}

/* ---- FIFO queues ---- */

static void next_of_group(struct queue *q, uint64_t ordinal, sim_time now)
{
    struct fifo_message next;
    if (!fifo_next(q->fifo, ordinal, &next))
        return;
    const uint32_t number = message_queue_put(&q->messages, now, next.ordinal);
    q->messages.messages[number].sent_at = next.sent_at;
}

/* A dead message no longer holds up its group. */
static void on_buried(void *context, uint64_t ordinal, sim_time now)
{
    next_of_group(context, ordinal, now);
}

/* A receive within the quota; else the queue is looked at again when it allows one. */
static bool allowed(struct world *w, struct queue *q)
{
    sim_time again = SIM_NEVER;
    if (q->fifo->wake_at != SIM_NEVER)
        return false;
    if (fifo_may_receive(q->fifo, w->now, &again))
        return true;
    q->fifo->wake_at = again;
    event_set_push(w->events,
                   event_make(again, EVENT_TIMEOUT, EV_RECEIVE, (uint32_t)(q - w->queues), 0, EVENT_NO_SLOT));
    return false;
}

void queue_may_receive(struct world *w, int queue)
{
    w->queues[queue].fifo->wake_at = SIM_NEVER;
    consumers_wake(w, queue);
}

void queue_init(struct world *w, struct queue *q)
{
    const struct component *c = q->component;
    q->requests = meter_get(&w->meters, usage_key_of(c, "AWSQueueService",
                                                     q->config->fifo ? "Requests-FIFO-Tier1" : "Requests-Tier1",
                                                     q->config->fifo ? "queue=FIFO" : "queue=standard", USAGE_COUNT));
    if (!q->config->fifo)
        return;
    q->fifo = ARENA_NEW(w->arena, struct fifo);
    fifo_init(q->fifo, w->arena, (uint32_t)q->config->groups, (uint64_t)q->config->calls_per_s,
              (uint64_t)q->config->batch, w->now);
    q->messages.buried = on_buried;
    q->messages.context = q;
}

bool queue_send(struct world *w, struct queue *q, const struct frame *f)
{
    if (!q->fifo) {
        message_queue_put(&q->messages, w->now, f->ordinal);
        return true;
    }
    const enum fifo_verdict verdict = fifo_send(q->fifo, w->now, f->ordinal);
    if (verdict == FIFO_PUT)
        message_queue_put(&q->messages, w->now, f->ordinal);
    if (verdict == FIFO_THROTTLED)
        fault_note(w, q->component->name, "sends throttled", false);
    return verdict != FIFO_THROTTLED;
}

double queue_backlog(const struct queue *q)
{
    return (double)q->messages.visible + (q->fifo ? (double)q->fifo->waiting : 0.0);
}

double queue_oldest_s(struct world *w, const struct queue *q)
{
    return (double)(q->fifo ? fifo_oldest_age(q->fifo, w->now) : message_queue_oldest_age(&q->messages, w->now)) / 1e9;
}

/* ---- consumers ---- */

/* One call for so many messages. */
static void bill_call(struct world *w, struct queue *q, uint64_t *messages)
{
    if ((*messages)++ % (uint64_t)q->config->batch == 0)
        meter_add(&w->meters, q->requests, 1);
}

static struct instance *idle_consumer(struct world *w, struct fleet *fleet)
{
    for (uint32_t n = 0; n < fleet->instance_count; n++) {
        struct instance *i = &w->instances[fleet->instances[(fleet->next_consumer + n) % fleet->instance_count]];
        if (i->state == INSTANCE_IN_SERVICE && i->alive && i->idle_threads > 0) {
            fleet->next_consumer = (fleet->next_consumer + n + 1) % fleet->instance_count;
            return i;
        }
    }
    return NULL;
}

void consumers_wake(struct world *w, int number)
{
    struct queue *q = &w->queues[number];
    if (q->fleet < 0 || (q->down_until > w->now && q->down_share >= 1))
        return;
    struct fleet *fleet = &w->fleets[q->fleet];
    while (q->messages.visible > 0 && fleet->idle_threads > 0 && q->messages.in_flight < SQS_IN_FLIGHT_MAX) {
        struct instance *i = idle_consumer(w, fleet);
        if (!i || (q->fifo && !allowed(w, q)))
            return;
        const uint32_t slot = frame_new(w);
        if (slot == SLOT_NONE)
            return;
        const uint32_t message = message_queue_take(&q->messages, w->now);
        struct frame *f = frame_at(w, slot);
        f->kind = FRAME_MESSAGE;
        f->begun = f->entered = w->now;
        f->message = message;
        f->receives = q->messages.messages[message].receives;
        f->ordinal = q->messages.messages[message].ordinal;
        const uint32_t received = f->receives - q->messages.messages[message].receives_before;
        f->attempt = (uint8_t)(received > 255 ? 255 : received);
        f->instance = i->id;
        f->step = fleet->service->first_step[0];
        f->flags = FLAG_WORKER;
        threads_idle(w, i, i->idle_threads - 1);
        bill_call(w, q, &q->received);
        CHECK(gate_enter(&i->workers, w->now, slot) == GATE_ENTERED, "an idle thread is not free");
        if (q->messages.in_flight > q->peak_in_flight) {
            q->peak_in_flight = q->messages.in_flight;
            q->peak_in_flight_at_s = (double)(w->now - w->start) / 1e9;
        }
        arm_visibility(w, q);
        served_enter(w, f);
        request_run(w, f);
    }
}

/* Handled: delete. Not handled: the message shows up again when its visibility ends. */
void message_done(struct world *w, struct frame *f, bool handled)
{
    struct instance *i = &w->instances[f->instance];
    struct fleet *fleet = &w->fleets[i->fleet];
    struct queue *q = &w->queues[fleet->queue];
    if (handled) {
        bill_call(w, q, &q->deleted);
        if (message_queue_remove(&q->messages, w->now, f->message, f->receives) && q->fifo)
            next_of_group(q, f->ordinal, w->now);
    }
    fingerprint_add(&w->fingerprint, f->ordinal << 8 | 0x80u | (uint64_t)handled, w->now, f->attempt);
    frame_free(w, frame_slot(w, f));
    if (i->state == INSTANCE_IN_SERVICE)
        threads_idle(w, i, i->idle_threads + 1);
    consumers_wake(w, fleet->queue);
}
