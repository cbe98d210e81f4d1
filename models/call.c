/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * call -- a request at a service of somebody else's: a delay with a timeout, tries, and a circuit breaker per instance.
 */
#include "models/world.h"

static bool breaker_open(struct world *w, const struct frame *f, const struct step *step)
{
    return step->breaker != BREAKER_NONE && w->instances[f->instance].breakers[step->breaker].open_until > w->now;
}

static void breaker_result(struct world *w, const struct frame *f, const struct step *step, bool failed)
{
    if (step->breaker == BREAKER_NONE)
        return;
    const struct instance *i = &w->instances[f->instance];
    struct breaker *b = &i->breakers[step->breaker];
    const struct breaker_rule *rule = &w->fleets[i->fleet].service->breakers[step->breaker];
    if (w->now >= b->window_end)
        *b = (struct breaker){ .window_end = w->now + rule->window, .open_until = b->open_until };
    b->calls++;
    b->errors += failed;
    if (b->calls >= rule->requests && (double)b->errors >= rule->errors * (double)b->calls) {
        b->open_until = w->now + rule->open;
        fault_note(w, w->code->externals[step->external].operation->service->name, "circuit breakers opened", true);
        b->calls = b->errors = 0;
    }
}

void call_begin(struct world *w, struct frame *f, const struct step *step)
{
    struct external *other = &w->externals[step->external];
    if (breaker_open(w, f, step)) {
        request_failed(w, f);
        return;
    }
    const struct draw_block d = draw_at(w->key, f->ordinal, step->place, (uint32_t)f->attempt << 8 | f->tries);
    sim_time takes = sampler_draw(&step->time, d.a);
    if (other->slow_until > w->now)
        takes = (sim_time)((double)takes * other->slow_factor);
    const bool down = other->down_until > w->now;
    f->tries++;
    other->calls++;
    if (!down)
        meter_sent(w, f, step->request);
    f->flags &= (uint8_t)~FLAG_BROKEN;
    if (down || takes > step->timeout)
        f->flags |= FLAG_BROKEN;
    frame_delay(w, f, down || takes > step->timeout ? step->timeout : takes);
}

void call_ended(struct world *w, struct frame *f, const struct step *step)
{
    const bool failed = f->flags & FLAG_BROKEN;
    f->flags &= (uint8_t)~FLAG_BROKEN;
    breaker_result(w, f, step, failed);
    w->externals[step->external].failures += failed;
    if (!failed) {
        meter_received(w, f, step->response);
        f->step++;
        request_run(w, f);
    } else if (f->tries < step->attempts) {
        call_begin(w, f, step);
    } else {
        request_failed(w, f);
    }
}
