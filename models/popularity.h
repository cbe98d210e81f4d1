/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * popularity -- many things of unequal popularity, by Zipf's law: the thing of rank k gets a share of k^-exponent. For
 * sums over all of them: a few classes of things that are nearly alike instead of every one.
 *
 * The first ranks are classes of their own; further on a class reaches as far as an eighth of its first rank, so that
 * the shares within it differ by less than an eighth, and each thing has the class's mean share. Shares sum to 1.
 */
#ifndef HEADROOM_POPULARITY_H
#define HEADROOM_POPULARITY_H

#include <stdint.h>

#include "sim/base/arena.h"

struct popularity {
    int count;
    struct popularity_class {
        double things;
        double share; /* of each of them */
    } * classes;
};

/* things >= 1; exponent >= 0, 0: all alike. */
void popularity_init(struct popularity *p, struct arena *arena, int64_t things, double exponent);

#endif
