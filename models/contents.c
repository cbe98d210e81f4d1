/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/contents.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "sim/number.h"

/* ---- classes ---- */

bool contents_exponent(const char *text, double *exponent)
{
    char close = 0, more = 0;
    const int read = sscanf(text, "zipf(%lf%c%c", exponent, &close, &more);
    return read == 2 && close == ')' && *exponent >= 0.0 && *exponent <= 3.0;
}

static int64_t class_end(int64_t rank, int64_t keys, int hot)
{
    const int64_t end = rank <= hot ? rank + 1 : rank + 1 + rank / 8;
    return end < keys + 1 ? end : keys + 1;
}

/* The sum of k^-exponent over ranks [first, end). The integral between the middles of a wide class differs by less than
 * exponent (exponent + 1) / 24 / rank^2 of it: 1e-6 behind 1,024 hot keys, 1e-3 behind 32. */
static double weight_of(int64_t first, int64_t end, double exponent)
{
    if (end == first + 1)
        return number_pow((double)first, -exponent);
    const double from = (double)first - 0.5, to = (double)end - 0.5, power = 1.0 - exponent;
    if (power > -1e-9 && power < 1e-9)
        return number_log(to / from);
    return (number_pow(to, power) - number_pow(from, power)) / power;
}

void contents_init(struct contents *c, struct arena *arena, int64_t keys, double exponent, int hot)
{
    *c = (struct contents){ .keys = (double)keys, .hot = keys < hot ? (int)keys : hot };
    for (int64_t rank = 1; rank <= keys; rank = class_end(rank, keys, hot))
        c->classes.count++;
    const int count = c->classes.count;
    c->classes.classes = ARENA_ARRAY(arena, struct popularity_class, count);
    c->upto = ARENA_ARRAY(arena, double, count);
    c->guide = ARENA_ARRAY(arena, uint16_t, CONTENTS_GUIDE);
    double total = 0.0;
    int64_t rank = 1;
    for (int i = 0; i < count; i++, rank = class_end(rank, keys, hot)) {
        const int64_t end = class_end(rank, keys, hot);
        const double weight = weight_of(rank, end, exponent);
        c->classes.classes[i] = (struct popularity_class){ .things = (double)(end - rank),
                                                           .share = weight / (double)(end - rank) };
        c->upto[i] = total += weight;
    }
    for (int i = 0; i < count; i++) {
        c->classes.classes[i].share /= total;
        c->upto[i] /= total;
    }
    int class = 0;
    for (int g = 0; g < CONTENTS_GUIDE; g++) {
        while (class < count - 1 && c->upto[class] <= (double)g / CONTENTS_GUIDE)
            class ++;
        c->guide[g] = (uint16_t) class;
    }
}

int contents_class(const struct contents *c, uint64_t bits)
{
    const double u = ((double)(int64_t)(bits >> 12) + 0.5) * 0x1p-52;
    int class = c->guide[(int)(u * CONTENTS_GUIDE)];
    while (class < c->classes.count - 1 && c->upto[class] <= u)
        class ++;
    return class;
}

/* ---- the long run ---- */

/* Up to so many times the characteristic time the series has few terms, each at most 1 / e of what came before. */
enum { SERIES_UP_TO = 4 };

/* Integral of S from 0 to x and S(x) itself, with times in units of 1 / r: the method of steps.
 * S(x) = sum over j of (-a)^j ((x - jT)^j / j! + (x - jT)^(j-1) / (j-1)!), the second only for j >= 1. */
static double stay(double x, double time, double *still_there)
{
    const double a = number_exp(-time);
    double integral = x, s = 1.0, sign = 1.0;
    for (int j = 1; j <= SERIES_UP_TO && x > j * time; j++) {
        const double y = x - j * time;
        double power = 1.0; /* y^(j-1) / (j-1)! */
        for (int k = 1; k < j; k++)
            power *= y / k;
        sign *= -a;
        s += sign * (power * y / j + power);
        integral += sign * (power * y / j * y / (j + 1) + power * y / j);
    }
    *still_there = s;
    return integral;
}

double contents_hits_of_stay(double rate_per_s, double ttl_s, double time_s)
{
    const double x = rate_per_s * ttl_s, time = rate_per_s * time_s;
    if (ttl_s <= time_s)
        return x;
    /* Beyond e^40 requests nobody is evicted in a lifetime. */
    const double forever = time < 40.0 ? number_exp(time) - 1.0 : INFINITY;
    double still_there = 0.0;
    if (ttl_s <= SERIES_UP_TO * time_s)
        return stay(x, time, &still_there);
    if (isinf(ttl_s))
        return forever;
    if (isinf(forever))
        return x;
    /* What is left of the stay decays with one rate, the one that makes all of it as long as it is without a time to live. */
    const double near = stay(SERIES_UP_TO * time, time, &still_there), left = forever - near;
    if (left <= 1e-9 * forever || still_there <= 0.0)
        return forever;
    return near + left * (1.0 - number_exp(-still_there / left * (x - SERIES_UP_TO * time)));
}

static struct contents_steady with_time(const struct contents *c, double rate_per_s, double ttl_s, double time_s)
{
    struct contents_steady steady = { .time_s = time_s };
    for (int i = 0; i < c->classes.count; i++) {
        const struct popularity_class *class = &c->classes.classes[i];
        const double g = contents_hits_of_stay(rate_per_s * class->share, ttl_s, time_s);
        const double h = isinf(g) ? 1.0 : g / (1.0 + g);
        steady.resident += class->things * h;
        steady.hit_ratio += class->things * class->share * h;
    }
    return steady;
}

struct contents_steady contents_steady(const struct contents *c, double rate_per_s, double ttl_s, double room)
{
    if (rate_per_s <= 0.0)
        return (struct contents_steady){ .time_s = INFINITY };
    const struct contents_steady all = with_time(c, rate_per_s, ttl_s, INFINITY);
    if (all.resident <= room)
        return all;
    /* In the time of `room` requests at most so many keys are asked for; after e^60 of it everything has been. */
    double low = 0.5 * room / rate_per_s, high = low;
    while (with_time(c, rate_per_s, ttl_s, high).resident < room && high < 1e30)
        high *= 4.0;
    for (int i = 0; i < 60; i++) {
        const double middle = 0.5 * (low + high);
        if (with_time(c, rate_per_s, ttl_s, middle).resident < room)
            low = middle;
        else
            high = middle;
    }
    return with_time(c, rate_per_s, ttl_s, low);
}
