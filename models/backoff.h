/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * backoff -- how long a caller or a client waits before its next attempt: exponential, capped, with jitter.
 *
 *   t(n) = min(cap, base * 2^(n-1)) before attempt n + 1
 *
 *   none           t(n)
 *   full           uniform in [0, t(n))
 *   equal          t(n) / 2 + uniform in [0, t(n) / 2)
 *   decorrelated   d(n) = min(cap, uniform in [base, 3 d(n-1))), d(0) = base
 *
 * [BL-JITTER] names the last three; the SDKs use `full` [SDK-RETRY]. Every draw belongs to (subject, place, number of the
 * failure), so a decorrelated pause is computed from the draws of all failures before it and needs no memory.
 */
#ifndef HEADROOM_BACKOFF_H
#define HEADROOM_BACKOFF_H

#include "models/param.h"
#include "sim/draw.h"

enum jitter { JITTER_NONE, JITTER_FULL, JITTER_EQUAL, JITTER_DECORRELATED };

struct backoff {
    bool present;
    sim_time base, cap;
    int jitter; /* enum jitter */
};

extern const struct param backoff_params[]; /* struct backoff */
extern const char *const jitter_names[];    /* by enum jitter, NULL-terminated */

/*
 * The pause after failure number `failures` (1, 2, ...) of what `subject` does at `place`. counter: of its first failure;
 * the others follow it.
 */
sim_time backoff_pause(const struct backoff *b, int failures, struct draw_key key, uint64_t subject, uint32_t place,
                       uint32_t counter);

#endif
