/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * count_law -- how many: a whole number, 1 or more, by inversion.
 *
 *   geometric   after each one another follows with probability 1 - 1 / mean
 *   fixed       always `least`
 *   uniform     least, least + 1, ..., most, each with the same probability
 */
#ifndef HEADROOM_COUNT_LAW_H
#define HEADROOM_COUNT_LAW_H

#include <stdbool.h>
#include <stdint.h>

enum count_kind { COUNT_GEOMETRIC, COUNT_FIXED, COUNT_UNIFORM };

struct count_law {
    enum count_kind kind;
    double mean;          /* geometric: >= 1 */
    uint32_t least, most; /* fixed: least; uniform: 1 <= least <= most */
};

static inline struct count_law count_geometric(double mean)
{
    return (struct count_law){ .kind = COUNT_GEOMETRIC, .mean = mean };
}
static inline struct count_law count_fixed(uint32_t n)
{
    return (struct count_law){ .kind = COUNT_FIXED, .least = n, .most = n };
}
static inline struct count_law count_uniform(uint32_t least, uint32_t most)
{
    return (struct count_law){ .kind = COUNT_UNIFORM, .least = least, .most = most };
}

/* A mean below 1, a bound of 0 or bounds in the wrong order: nothing can be drawn. */
bool count_law_is_sane(const struct count_law *law);

/* One number from 64 random bits; monotone in them within a law. */
uint64_t count_draw(const struct count_law *law, uint64_t bits);

double count_mean(const struct count_law *law);
double count_variance(const struct count_law *law);

/* Probability of more than n. */
double count_exceeds(const struct count_law *law, uint32_t n);

#endif
