/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/oracles/message_model.h"

#include "analysis/oracles/laws.h"
#include "sim/arrivals.h"
#include "sim/base/check.h"
#include "sim/event_set.h"
#include "sim/message_queue.h"

static const char *const FIGURES[][2] = {
    [MESSAGE_IN_FLIGHT] = { "mean number in flight", NULL },
    [MESSAGE_REDELIVERED] = { "redeliveries per message", NULL },
    [MESSAGE_DEAD] = { "share that dies", NULL },
};

/* The receipt travels in the event: a message has few receives, but a record has many messages. */
struct simulation {
    struct message_queue queue;
    struct event_set *ends;
    struct sampler service;
    struct draw_key key;
    double rate; /* of the consumers */
    uint64_t takes;
};

/* Consumers take whatever is visible. */
static void consume(struct simulation *s, sim_time now)
{
    static const char *const place = "service";
    for (uint32_t m; (m = message_queue_take(&s->queue, now)) != MESSAGE_NONE;) {
        const uint64_t bits = draw_at(s->key, s->takes++, draw_place(place), 0).a;
        const sim_time lasts = (sim_time)((double)sampler_draw(&s->service, bits) / s->rate);
        event_set_push(s->ends, event_make(now + lasts, EVENT_COMPLETION, 0, 0, s->queue.messages[m].receives, m));
    }
}

/* Whoever ends when the visibility does is in time. */
static void run_until(struct simulation *s, sim_time until)
{
    for (;;) {
        struct event e;
        const sim_time expiry = message_queue_next_expiry(&s->queue);
        const bool ends = event_set_peek(s->ends, &e) && (sim_time)e.time <= expiry;
        if ((ends ? (sim_time)e.time : expiry) >= until)
            return;
        if (!ends) {
            message_queue_expire(&s->queue, expiry);
            consume(s, expiry);
            continue;
        }
        event_set_pop(s->ends);
        /* 16 bits of the receipt: no record is received 65,536 times during one service */
        const uint32_t now_at = s->queue.messages[event_slot(e)].receives;
        if (((now_at ^ (uint32_t)(e.what >> 24)) & 0xffffu) == 0)
            message_queue_remove(&s->queue, (sim_time)e.time, event_slot(e), now_at);
    }
}

static void simulate(const struct experiment *e, double rate, uint32_t replication, double *values)
{
    const struct message_model *m = e->model;
    const struct rate_knot knots[] = { { 0, m->lambda_per_s }, { 1000 * SIM_DAY, m->lambda_per_s } };
    struct arena arena;
    struct arrivals arrivals;
    struct message_queue before = { 0 };
    arena_init(&arena);
    struct simulation s = { .ends = event_set_new(&arena, 0),
                            .service = law_sampler(&law_exponential_1s, &arena),
                            .key = draw_key_make(experiment_seed(e), replication),
                            .rate = rate };
    arrivals_init(&arrivals, &arena, knots, 2, s.key, draw_place("arrivals"));
    message_queue_init(&s.queue, &arena, (sim_time)(m->visibility_s * 1e9), m->receives_max, 0);
    for (uint64_t i = 0; i < m->messages; i++) {
        const sim_time now = arrivals_next(&arrivals);
        run_until(&s, now);
        if (i == m->messages / 10) {
            message_queue_meter(&s.queue, now);
            before = s.queue;
        }
        message_queue_put(&s.queue, now, i);
        consume(&s, now);
    }
    CHECK(message_queue_is_sane(&s.queue), "messages of an experiment");
    const double sent = (double)(s.queue.put - before.put);
    const double figures[] = {
        [MESSAGE_IN_FLIGHT] = (double)(s.queue.flight - before.flight) / (double)(s.queue.last - before.last),
        [MESSAGE_REDELIVERED] = (double)(s.queue.redelivered - before.redelivered) / sent,
        [MESSAGE_DEAD] = (double)(s.queue.dead - before.dead) / sent,
    };
    for (int i = 0; e->oracles[i].theory; i++)
        values[i] = figures[e->oracles[i].figure];
    arena_fini(&arena);
}

const struct model_kind message_kind = { FIGURES, simulate };
