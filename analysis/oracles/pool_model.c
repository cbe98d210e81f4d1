/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/oracles/pool_model.h"

#include "analysis/oracles/laws.h"
#include "sim/arrivals.h"
#include "sim/base/check.h"
#include "sim/event_set.h"
#include "sim/idle_pool.h"

static const char *const FIGURES[][2] = {
    [POOL_COLD] = { "share that finds nothing warm", NULL },
    [POOL_IDLE] = { "mean number idle", NULL },
};

static void run(struct idle_pool *pool, const struct pool_model *m, double rate, struct draw_key key,
                struct arena *arena, struct idle_pool *before)
{
    const struct rate_knot knots[] = { { 0, m->lambda_per_s * rate }, { 1000 * SIM_DAY, m->lambda_per_s * rate } };
    const struct sampler service = law_sampler(&law_exponential_1s, arena);
    const uint32_t place = draw_place("service");
    struct event_set *ends = event_set_new(arena, 0);
    struct arrivals arrivals;
    uint32_t environments = 0;
    arrivals_init(&arrivals, arena, knots, 2, key, draw_place("arrivals"));
    for (uint64_t i = 0; i < m->requests; i++) {
        const sim_time now = arrivals_next(&arrivals);
        for (struct event e; event_set_pop_before(ends, now, &e);)
            idle_pool_put(pool, (sim_time)e.time, event_slot(e));
        if (i == m->requests / 10) {
            idle_pool_meter(pool, now);
            *before = *pool;
        }
        uint32_t environment = idle_pool_take(pool, now);
        if (environment == IDLE_POOL_NONE)
            environment = environments++ & EVENT_NO_SLOT;
        event_set_push(ends, event_make(now + sampler_draw(&service, draw_at(key, i, place, 0).a), EVENT_COMPLETION, 0,
                                        0, (uint32_t)i, environment));
    }
}

static void simulate(const struct experiment *e, double rate, uint32_t replication, double *values)
{
    const struct pool_model *m = e->model;
    struct arena arena;
    struct idle_pool pool, before = { 0 };
    arena_init(&arena);
    idle_pool_init(&pool, &arena, 1u << 20, (sim_time)(m->expiry_s * 1e9), 0);
    run(&pool, m, rate, draw_key_make(experiment_seed(e), replication), &arena, &before);
    CHECK(idle_pool_is_sane(&pool), "an idle pool of an experiment");
    const uint64_t takes = pool.taken + pool.missed - before.taken - before.missed;
    const double figures[] = {
        [POOL_COLD] = (double)(pool.missed - before.missed) / (double)takes,
        [POOL_IDLE] = (double)(pool.contents - before.contents) / (double)(pool.last - before.last),
    };
    for (int i = 0; e->oracles[i].theory; i++)
        values[i] = figures[e->oracles[i].figure];
    arena_fini(&arena);
}

const struct model_kind pool_kind = { FIGURES, simulate };
