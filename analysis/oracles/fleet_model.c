/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/oracles/fleet_model.h"

#include "analysis/oracles/laws.h"
#include "sim/arrivals.h"
#include "sim/base/check.h"
#include "sim/station.h"

static const char *const FIGURES[][2] = {
    [FLEET_SOJOURN] = { "mean time in the system, s", NULL },
    [FLEET_SOJOURN_AT] = { "mean time at server ", ", s" },
};

enum { SLOTS = 1 << 16 };

struct fleet {
    struct event_set *events;
    struct station servers[FLEET_MAX];
    struct dispatcher dispatcher;
    sim_time arrived_at[SLOTS]; /* slot = ordinal modulo SLOTS: nobody stays that long */
    bool measured[SLOTS];
    uint64_t left[FLEET_MAX]; /* from each server */
    double sojourn_s[FLEET_MAX];
};

static void handle(struct fleet *f, struct event e)
{
    const sim_time now = (sim_time)e.time;
    const uint32_t server = event_entity(e);
    for (uint32_t slot; (slot = station_done(&f->servers[server], now, event_slot(e))) != STATION_NONE;) {
        dispatcher_release(&f->dispatcher, server);
        f->left[server] += f->measured[slot];
        f->sojourn_s[server] += f->measured[slot] ? (double)(now - f->arrived_at[slot]) / 1e9 : 0.0;
    }
}

static void init(struct fleet *f, const struct fleet_model *m, double rate, struct arena *arena)
{
    CHECK(m->servers <= FLEET_MAX, "a fleet of an experiment");
    f->events = event_set_new(arena, 0);
    dispatcher_init(&f->dispatcher, arena, m->policy);
    if (m->choices)
        dispatcher_set_choices(&f->dispatcher, m->choices);
    for (uint32_t i = 0; i < m->servers; i++) {
        const struct station_config config = { .discipline = STATION_FCFS, .entity = i, .servers = 1, .speed = rate };
        station_init(&f->servers[i], arena, f->events, &config, 0);
        dispatcher_join(&f->dispatcher, i, true);
        if (i < FLEET_WEIGHTS_MAX && m->weight[i])
            dispatcher_set_weight(&f->dispatcher, i, m->weight[i]);
    }
}

static void run(struct fleet *f, const struct fleet_model *m, struct draw_key key, struct arena *arena)
{
    const double rate_per_s = m->load * m->servers;
    const struct rate_knot knots[] = { { 0, rate_per_s }, { 1000 * SIM_DAY, rate_per_s } };
    const struct sampler demand = law_sampler(&law_exponential_1s, arena);
    const uint32_t place = draw_place("customer");
    struct arrivals arrivals;
    arrivals_init(&arrivals, arena, knots, 2, key, draw_place("arrivals"));
    for (uint64_t ordinal = 0; ordinal < m->customers; ordinal++) {
        const sim_time now = arrivals_next(&arrivals);
        for (struct event e; event_set_peek(f->events, &e) && (sim_time)e.time < now;)
            handle(f, event_set_pop(f->events));
        const uint32_t slot = (uint32_t)(ordinal % SLOTS);
        const struct draw_block bits = draw_at(key, ordinal, place, 0);
        f->arrived_at[slot] = now;
        f->measured[slot] = ordinal >= m->customers / 10;
        station_arrive(&f->servers[dispatcher_pick(&f->dispatcher, bits.b)], now, slot, (uint32_t)ordinal,
                       sampler_draw(&demand, bits.a));
    }
    for (struct event e; event_set_peek(f->events, &e);)
        handle(f, event_set_pop(f->events));
}

/* Of the servers from `first` to `last`. */
static double mean_sojourn_s(const struct fleet *f, uint32_t first, uint32_t last)
{
    uint64_t left = 0;
    double sojourn_s = 0.0;
    for (uint32_t i = first; i <= last; i++) {
        left += f->left[i];
        sojourn_s += f->sojourn_s[i];
    }
    return sojourn_s / (double)left;
}

static void simulate(const struct experiment *e, double rate, uint32_t replication, double *values)
{
    const struct fleet_model *m = e->model;
    struct arena arena;
    arena_init(&arena);
    struct fleet *f = ARENA_NEW(&arena, struct fleet);
    init(f, m, rate, &arena);
    run(f, m, draw_key_make(experiment_seed(e), replication), &arena);
    uint64_t left = 0;
    for (uint32_t i = 0; i < m->servers; i++)
        left += f->left[i];
    CHECK(left == m->customers - m->customers / 10, "a customer was lost on the way");
    for (int i = 0; e->oracles[i].theory; i++) {
        const uint32_t at = (uint32_t)e->oracles[i].at;
        values[i] = e->oracles[i].figure == FLEET_SOJOURN_AT ? mean_sojourn_s(f, at, at)
                                                             : mean_sojourn_s(f, 0, m->servers - 1);
    }
    arena_fini(&arena);
}

const struct model_kind fleet_kind = { FIGURES, simulate };
