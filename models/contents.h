/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * contents -- what a cache holds in the long run, from popularity, room and time to live.
 *
 * Keys are asked for independently, the key of rank k with a share proportional to k^-exponent (Zipf). The most popular
 * `hot` keys stand for themselves; the others are classes of keys that are nearly alike: a class reaches as far as
 * an eighth of its first rank.
 *
 * A key stays from its fill on until it is not asked for during the characteristic time T of the cache (least recently
 * used, Che's approximation [CTW-02]) or its time to live is over, whichever is first; a hit does not renew the latter.
 * With rate r, a = exp(-r T) and S(x) the probability that it is still there x after its fill:
 *
 *   S(x) = 1 for x < T,   S falls by a at T,   S'(x) = -r a S(x - T) beyond      (a gap of T without a request ends)
 *   hits of a stay  g = r * integral of S over the time to live;   hit ratio of the key  h = g / (1 + g)
 *
 * Known ends: without a time to live g = exp(r T) - 1, so h = 1 - exp(-r T); with room for all g = r * ttl. By PASTA h is
 * also the share of time that the key is there, so T is where the sum of h over all keys equals the room.
 * Left out: keys whose popularity changes during the day, values of different sizes, sampled or frequency-based eviction.
 */
#ifndef HEADROOM_CONTENTS_H
#define HEADROOM_CONTENTS_H

#include <stdbool.h>
#include <stdint.h>

#include "models/popularity.h"

enum { CONTENTS_HOT = 1024, CONTENTS_GUIDE = 2048 };

struct contents {
    double keys;
    int hot;                   /* the first classes: a key each */
    struct popularity classes; /* the hot ones, then the wide ones */
    double *upto;              /* of each class: share of it and of all before it; the last is 1 */
    uint16_t *guide;           /* [i]: the first class with upto > i / CONTENTS_GUIDE */
};

/* "zipf(0.9)": the exponent, 0..3; false when the text is something else. */
bool contents_exponent(const char *text, double *exponent);

/* keys >= 1; hot: CONTENTS_HOT, or fewer where the keys are not told apart, at least 16. O(hot + log(keys)). */
void contents_init(struct contents *c, struct arena *arena, int64_t keys, double exponent, int hot);

/* The class of the key that a request asks for. O(1) */
int contents_class(const struct contents *c, uint64_t bits);

/* Hits of one stay of a key with `rate_per_s`, as above; ttl_s, time_s may be INFINITY. */
double contents_hits_of_stay(double rate_per_s, double ttl_s, double time_s);

/* The long run of a cache that is asked `rate_per_s` times and has room for so many keys. */
struct contents_steady {
    double time_s;    /* the characteristic time; INFINITY: there is room for all that is fresh */
    double hit_ratio; /* 0..1 */
    double resident;  /* keys */
};
struct contents_steady contents_steady(const struct contents *c, double rate_per_s, double ttl_s, double room);

#endif
