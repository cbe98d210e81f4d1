/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/draw_rng.h"

static unsigned long next_bits(void *vstate)
{
    struct draw_rng_state *s = vstate;
    if (s->spares == 0) {
        const struct draw_block block = draw_at(s->key, s->subject, s->place, s->index++);
        s->spare[0] = (uint32_t)(block.b >> 32);
        s->spare[1] = (uint32_t)block.b;
        s->spare[2] = (uint32_t)(block.a >> 32);
        s->spares = 3;
        return (uint32_t)block.a;
    }
    return s->spare[--s->spares];
}

static double next_double(void *vstate)
{
    const uint64_t high = next_bits(vstate);
    return draw_unit(high << 32 | next_bits(vstate));
}

/* GSL's seed (the block index) starts the place over. */
static void set(void *vstate, unsigned long seed)
{
    struct draw_rng_state *s = vstate;
    s->index = (uint32_t)seed;
    s->spares = 0;
}

static const gsl_rng_type type = {
    .name = "headroom-philox",
    .max = 0xffffffffUL,
    .min = 0,
    .size = sizeof(struct draw_rng_state),
    .set = set,
    .get = next_bits,
    .get_double = next_double,
};
const gsl_rng_type *const draw_rng_type = &type;

void draw_rng_init(struct draw_rng *d, struct draw_key key, uint64_t subject, uint32_t place)
{
    d->state = (struct draw_rng_state){ .key = key, .subject = subject, .place = place };
    d->rng = (gsl_rng){ .type = &type, .state = &d->state };
}
