/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/backoff.h"

const char *const jitter_names[] = { [JITTER_NONE] = "none",
                                     [JITTER_FULL] = "full",
                                     [JITTER_EQUAL] = "equal",
                                     [JITTER_DECORRELATED] = "decorrelated",
                                     NULL };

const struct param backoff_params[] = {
    { .name = "base",
      .kind = PARAM_DURATION,
      .offset = AT(backoff, base),
      .def = "50ms",
      .min = "1ms",
      .max = "1h",
      .doc = "pause before the second attempt; doubled for each further one",
      .source = "[SDK-RETRY] 2026 standard mode, transient errors" },
    { .name = "cap",
      .kind = PARAM_DURATION,
      .offset = AT(backoff, cap),
      .def = "20s",
      .min = "1ms",
      .max = "1h",
      .doc = "longest pause",
      .source = "[SDK-RETRY] standard mode" },
    { .name = "jitter",
      .kind = PARAM_CHOICE,
      .offset = AT(backoff, jitter),
      .def = "full",
      .choices = jitter_names,
      .doc = "what is random about it: nothing, all, half, or all with the pause before as the scale",
      .source = "[SDK-RETRY] full; [BL-JITTER]" },
    PARAM_END,
};

static sim_time doubled(const struct backoff *b, int failures)
{
    sim_time t = b->base < b->cap ? b->base : b->cap;
    for (int n = 1; n < failures && t < b->cap; n++)
        t = t > b->cap / 2 ? b->cap : 2 * t;
    return t;
}

static sim_time part(sim_time t, double u)
{
    return (sim_time)((double)t * u);
}

sim_time backoff_pause(const struct backoff *b, int failures, struct draw_key key, uint64_t subject, uint32_t place,
                       uint32_t counter)
{
    const sim_time t = doubled(b, failures);
    const double u = draw_unit(draw_at(key, subject, place, counter + (uint32_t)failures - 1).a);
    switch ((enum jitter)b->jitter) {
    case JITTER_NONE: return t;
    case JITTER_FULL: return part(t, u);
    case JITTER_EQUAL: return t / 2 + part(t - t / 2, u);
    case JITTER_DECORRELATED: break;
    }
    sim_time pause = b->base;
    for (int n = 0; n < failures; n++) {
        const double v = draw_unit(draw_at(key, subject, place, counter + (uint32_t)n).a);
        pause = b->base + (3 * pause > b->base ? part(3 * pause - b->base, v) : 0);
        pause = pause < b->cap ? pause : b->cap;
    }
    return pause;
}
