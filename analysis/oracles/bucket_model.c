/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/oracles/bucket_model.h"

#include <math.h>

#include "sim/arrivals.h"
#include "sim/base/check.h"
#include "sim/bucket.h"

static const char *const FIGURES[][2] = {
    [BUCKET_REFUSED] = { "share that is refused", NULL },
    [BUCKET_PASSED] = { "customers that pass, 1/s", NULL },
    [BUCKET_OVERFLOW] = { "share of the refill that overflows", NULL },
    [BUCKET_WAIT] = { "mean time until the token comes, s", NULL },
    [BUCKET_WAITED_LONGER] = { "share that waits for more than ", " s" },
};

struct measured {
    struct bucket begin, end;
    uint64_t longer[ORACLE_FIGURES_MAX]; /* of an oracle's `at` */
    uint64_t customers;
};

static void serve(const struct experiment *e, struct bucket *b, sim_time now, struct measured *m)
{
    const struct bucket_model *model = e->model;
    if (!model->books) {
        bucket_take(b, now, 1);
        return;
    }
    const sim_time wait = bucket_book(b, now, 1, SIM_NEVER) - now;
    for (int i = 0; e->oracles[i].theory; i++)
        m->longer[i] += wait > (sim_time)(e->oracles[i].at * 1e9);
}

static struct measured run(const struct experiment *e, double rate, uint32_t replication)
{
    const struct bucket_model *model = e->model;
    const struct rate_knot knots[] = { { 0, model->lambda_per_s }, { 1000 * SIM_DAY, model->lambda_per_s } };
    struct arena arena;
    struct arrivals arrivals;
    struct bucket b;
    struct measured m = { 0 };
    arena_init(&arena);
    arrivals_init(&arrivals, &arena, knots, 2, draw_key_make(experiment_seed(e), replication), draw_place("arrivals"));
    bucket_init(&b, model->capacity, (uint64_t)llround(100.0 * rate), 100 * SIM_SECOND, model->capacity, 0);
    for (uint64_t i = 0; i < model->customers; i++) {
        const sim_time now = arrivals_next(&arrivals);
        bucket_meter(&b, now);
        if (i == model->customers / 10) {
            m = (struct measured){ .begin = b };
            m.customers = model->customers - i;
        }
        serve(e, &b, now, &m);
    }
    CHECK(bucket_is_sane(&b), "tokens were lost or made");
    m.end = b;
    arena_fini(&arena);
    return m;
}

static double figure_of(const struct measured *m, int figure, int oracle)
{
    const double customers = (double)m->customers;
    switch ((enum bucket_figure)figure) {
    case BUCKET_REFUSED: return (double)(m->end.refused - m->begin.refused) / customers;
    case BUCKET_PASSED:
        return (double)(m->end.granted - m->begin.granted) / ((double)(m->end.last - m->begin.last) / 1e9);
    case BUCKET_OVERFLOW:
        return (double)(m->end.overflowed - m->begin.overflowed) / (double)(m->end.refilled - m->begin.refilled);
    case BUCKET_WAIT: return (double)(m->end.waited - m->begin.waited) / 1e9 / customers;
    case BUCKET_WAITED_LONGER: return (double)m->longer[oracle] / customers;
    }
    CHECK(false, "no such figure");
    return 0.0;
}

static void simulate(const struct experiment *e, double rate, uint32_t replication, double *values)
{
    const struct measured m = run(e, rate, replication);
    for (int i = 0; e->oracles[i].theory; i++)
        values[i] = figure_of(&m, e->oracles[i].figure, i);
}

const struct model_kind bucket_kind = { FIGURES, simulate };
