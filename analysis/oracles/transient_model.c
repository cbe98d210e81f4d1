/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/oracles/transient_model.h"

#include "sim/base/check.h"
#include "sim/station.h"

static const char *const FIGURES[][2] = {
    [TRANSIENT_NUMBER] = { "mean number inside at ", " s" },
    [TRANSIENT_COUNT] = { "mean number of arrivals until ", " s" },
};

enum { SLOTS = 1 << 12 };

struct runs {
    const struct experiment *e;
    const struct transient_model *m;
    struct draw_key key;
    uint32_t place;
    struct event_set *events;
    struct station station;
    struct sampler service;
    double *values;
};

/* Completions before `until`; events of jobs that were cleared find nobody. */
static void serve_until(struct runs *r, sim_time until)
{
    for (struct event e; event_set_peek(r->events, &e) && (sim_time)e.time < until;) {
        e = event_set_pop(r->events);
        while (station_done(&r->station, (sim_time)e.time, event_slot(e)) != STATION_NONE)
            ;
    }
}

/* What oracle i sees: everything before its instant has happened, nothing behind it. */
static void observe(struct runs *r, int i, sim_time begin, uint64_t arrived)
{
    const struct oracle *o = &r->e->oracles[i];
    const sim_time instant = begin + (sim_time)(o->at * 1e9);
    serve_until(r, instant);
    r->values[i] += o->figure == TRANSIENT_COUNT ? (double)arrived : (double)station_count(&r->station, instant);
}

/* One run that begins at `begin`. The oracles are in the order of their instants. */
static void run_once(struct runs *r, struct arrivals *arrivals, sim_time begin, uint64_t run)
{
    int next = 0;
    uint64_t arrived = 0;
    while (r->e->oracles[next].theory) {
        const sim_time at = arrivals_next(arrivals);
        while (r->e->oracles[next].theory && (double)at >= r->e->oracles[next].at * 1e9)
            observe(r, next++, begin, arrived);
        if (!r->e->oracles[next].theory || at == SIM_NEVER)
            break;
        const uint32_t slot = (uint32_t)(arrived % SLOTS);
        if (r->m->servers > 0) {
            serve_until(r, begin + at);
            station_arrive(&r->station, begin + at, slot, (uint32_t)arrived,
                           sampler_draw(&r->service, draw_at(r->key, run << 32 | arrived, r->place, 0).a));
        }
        arrived++;
    }
}

static const struct rate_knot *scaled_knots(const struct transient_model *m, double factor, struct arena *arena)
{
    struct rate_knot *knots = ARENA_ARRAY(arena, struct rate_knot, m->knot_count);
    for (uint32_t k = 0; k < m->knot_count; k++)
        knots[k] = (struct rate_knot){ m->knots[k].at, factor * m->knots[k].rate_per_s };
    return knots;
}

static void run_all(struct runs *r, const struct rate_knot *knots, struct arena *arena)
{
    const sim_time length = r->m->knots[r->m->knot_count - 1].at + SIM_SECOND;
    const uint32_t place = draw_place("arrivals");
    for (uint64_t run = 0; run < r->m->runs; run++) {
        struct arrivals arrivals;
        const sim_time begin = (sim_time)run * length;
        arrivals_init(&arrivals, arena, knots, r->m->knot_count, r->key, place + (uint32_t)run);
        run_once(r, &arrivals, begin, run);
        if (r->m->servers == 0)
            continue;
        serve_until(r, begin + length);
        station_clear(&r->station, begin + length, NULL, NULL);
    }
}

static void simulate(const struct experiment *e, double rate, uint32_t replication, double *values)
{
    const struct transient_model *m = e->model;
    struct arena arena;
    arena_init(&arena);
    struct runs r = {
        .e = e,
        .m = m,
        .key = draw_key_make(experiment_seed(e), replication),
        .place = draw_place("customer"),
        .events = event_set_new(&arena, 0),
        .values = values,
    };
    for (int i = 0; e->oracles[i].theory; i++)
        values[i] = 0.0;
    if (m->servers > 0) {
        r.service = law_sampler(m->service, &arena);
        const struct station_config config = { .discipline = STATION_FCFS,
                                               .servers = m->servers,
                                               .speed = m->mutate_arrivals ? 1.0 : rate };
        station_init(&r.station, &arena, r.events, &config, 0);
    }
    run_all(&r, scaled_knots(m, m->mutate_arrivals ? rate : 1.0, &arena), &arena);
    for (int i = 0; e->oracles[i].theory; i++)
        values[i] /= m->runs;
    arena_fini(&arena);
}

const struct model_kind transient_kind = { FIGURES, simulate };
