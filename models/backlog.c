/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * backlog -- requests that wait for a worker of an instance: who is next, and who is not worth a worker any more.
 *
 *   comes --> [deadline] --> line --> worker
 *                             |--- waited too long: 503, whoever waits learns it
 *                             \--- nobody waits for the answer any more: dropped, nobody learns it
 *
 * In order, a line under overload serves people who have left. The newest first serves people who are there; a short
 * timeout keeps the line short. Both published cures [MAU-15] act in an overload only: the line has not been empty for
 * overload_after (its N, 100 ms). Controlled delay: who comes in an overload may wait overload_timeout (its M, 5 ms),
 * others backlog_timeout (N again). Adaptive LIFO: in an overload the newest goes first.
 *
 * No timers: the server looks at deadlines when it looks at the line, as somebody comes or a worker is free.
 *
 * Differs from [MAU-15]: it says of adaptive LIFO only that it begins when a queue forms; the same N decides here.
 */
#include "models/world.h"

#include "sim/base/check.h"

static const struct service_config *service_of(const struct world *w, const struct instance *i)
{
    return w->fleets[i->fleet].service->config;
}

static bool overloaded(const struct gate *line, const struct service_config *service, sim_time now)
{
    return line->waiting > 0 && now - line->line_since > service->overload_after;
}

bool backlog_drops(const struct service_config *service)
{
    return service->backlog_timeout || service->overload_timeout || service->drop_expired;
}

/* A client's deadline is its patience, or the balancer's or CDN's own limit: then it has had a 504. */
static sim_time waits_until(const struct world *w, const struct frame *f, const struct gate *line,
                            const struct service_config *service)
{
    const bool short_wait = service->overload_timeout && overloaded(line, service, w->now);
    const sim_time limit = short_wait ? service->overload_timeout : service->backlog_timeout;
    const sim_time until = limit ? w->now + limit : SIM_NEVER;
    return service->drop_expired && f->deadline < until ? f->deadline : until;
}

static void drop_late(struct world *w, struct instance *i)
{
    struct fleet *fleet = &w->fleets[i->fleet];
    for (uint32_t late; (late = gate_drop(&i->workers, w->now)) != GATE_NONE;) {
        struct frame *f = frame_at(w, late);
        CHECK(f->state == AT_BACKLOG && f->instance == i->id, "a backlog drops somebody who does not wait in it");
        if (w->now >= w->start && f->flags & FLAG_ABANDONED)
            fleet->expired++;
        else if (w->now >= w->start)
            fleet->shed++;
        request_shed(w, f);
    }
}

/* The order first: with the newest first they are looked at too. */
static void look(struct world *w, struct instance *i)
{
    if (i->workers.waiting == 0)
        return;
    const struct service_config *service = service_of(w, i);
    const bool newest = service->backlog_order == BACKLOG_LIFO ||
                        (service->backlog_order == BACKLOG_ADAPTIVE && overloaded(&i->workers, service, w->now));
    i->workers.order = newest ? GATE_NEWEST_FIRST : GATE_OLDEST_FIRST;
    drop_late(w, i);
}

enum gate_verdict backlog_enter(struct world *w, struct frame *f)
{
    struct instance *i = &w->instances[f->instance];
    struct gate *line = &i->workers;
    look(w, i);
    const bool waits = line->inside >= line->limit || line->waiting > 0;
    return gate_enter_by(line, w->now, frame_slot(w, f), waits ? waits_until(w, f, line, service_of(w, i)) : SIM_NEVER);
}

uint32_t backlog_next(struct world *w, struct instance *i)
{
    look(w, i);
    return gate_leave(&i->workers, w->now);
}
