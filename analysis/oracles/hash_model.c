/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/oracles/hash_model.h"

#include <math.h>
#include <string.h>

#include "sim/base/check.h"
#include "sim/dispatcher.h"
#include "sim/draw.h"

static const char *const FIGURES[][2] = {
    [HASH_EMPTY] = { "share of the targets without a key", NULL },
    [HASH_SQUARES] = { "sum of the squared counts", NULL },
};

enum { TARGETS_MAX = 128 };

static void simulate(const struct experiment *e, double rate, uint32_t replication, double *values)
{
    const struct hash_model *m = e->model;
    const struct draw_key key = draw_key_make(experiment_seed(e), replication);
    const uint32_t keys = (uint32_t)lround(m->keys * rate), place = draw_place("key"), all = m->targets + m->ill;
    uint64_t empty = 0, squares = 0;
    struct arena arena;
    struct dispatcher d;
    CHECK(all <= TARGETS_MAX, "the targets of an experiment");
    arena_init(&arena);
    dispatcher_init(&d, &arena, DISPATCH_HASH);
    for (uint32_t i = 0; i < all; i++)
        dispatcher_join(&d, i, i >= m->ill);
    for (uint32_t round = 0; round < m->rounds; round++) {
        uint32_t count[TARGETS_MAX] = { 0 };
        for (uint32_t k = 0; k < keys; k++)
            count[dispatcher_pick(&d, draw_at(key, k, place, round).a)]++;
        for (uint32_t i = m->ill; i < all; i++) {
            empty += count[i] == 0;
            squares += (uint64_t)count[i] * count[i];
        }
    }
    const double figures[] = {
        [HASH_EMPTY] = (double)empty / m->targets / m->rounds, [HASH_SQUARES] = (double)squares / m->rounds
    };
    for (int i = 0; e->oracles[i].theory; i++)
        values[i] = figures[e->oracles[i].figure];
    arena_fini(&arena);
}

const struct model_kind hash_kind = { FIGURES, simulate };
