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
    while (q->messages.visible > 0 && fleet->idle_threads > 0) {
        struct instance *i = idle_consumer(w, fleet);
        if (!i)
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
        meter_add(&w->meters, q->requests, 1);
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
        meter_add(&w->meters, q->requests, 1);
        message_queue_remove(&q->messages, w->now, f->message, f->receives);
    }
    fingerprint_add(&w->fingerprint, f->ordinal << 8 | 0x80u | (uint64_t)handled, w->now, f->attempt);
    frame_free(w, frame_slot(w, f));
    if (i->state == INSTANCE_IN_SERVICE)
        threads_idle(w, i, i->idle_threads + 1);
    consumers_wake(w, fleet->queue);
}
