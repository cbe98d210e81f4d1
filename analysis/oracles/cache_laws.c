/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/oracles/cache_laws.h"

#include <math.h>
#include <string.h>

#include "sim/base/check.h"

/* The states left behind by departures, 0 .. room - 1, follow each other as in M/G/1; see [KLE-1] sec. 5.3. */
struct loss_result md1_loss(int room, double lambda_per_s)
{
    enum { ROOM_MAX = 64 };
    CHECK(room >= 1 && room <= ROOM_MAX, "the room of a loss system");
    double come[ROOM_MAX + 1], left[ROOM_MAX] = { 1.0 }, sum = 1.0;
    come[0] = exp(-lambda_per_s);
    for (int k = 1; k <= room; k++)
        come[k] = come[k - 1] * lambda_per_s / k;
    for (int j = 0; j + 1 < room; j++) {
        double next = left[j] - left[0] * come[j];
        for (int i = 1; i <= j; i++)
            next -= left[i] * come[j - i + 1];
        sum += left[j + 1] = next / come[0];
    }
    const double empty = left[0] / sum;
    return (struct loss_result){ .lost = 1.0 - 1.0 / (empty + lambda_per_s), .idle = empty / (empty + lambda_per_s) };
}

void zipf_popularity(double exponent, uint32_t keys, double *popularity)
{
    double sum = 0.0;
    for (uint32_t k = 0; k < keys; k++)
        sum += popularity[k] = pow(k + 1, -exponent);
    for (uint32_t k = 0; k < keys; k++)
        popularity[k] /= sum;
}

/* `places` more keys, least recent last; the ones in `chosen` come before them and have popularity `sum`. */
static double lru_orders(const double *popularity, uint32_t keys, uint32_t places, uint32_t chosen, double sum)
{
    if (places == 0)
        return sum;
    double hits = 0.0;
    for (uint32_t k = 0; k < keys; k++)
        if (!(chosen >> k & 1))
            hits += popularity[k] / (1.0 - sum) *
                    lru_orders(popularity, keys, places - 1, chosen | 1u << k, sum + popularity[k]);
    return hits;
}

double lru_hits_exact(const double *popularity, uint32_t keys, uint32_t objects)
{
    CHECK(keys <= 16 && objects < keys, "a catalogue whose orders can be counted");
    return lru_orders(popularity, keys, objects, 0, 0.0);
}

static double kept_at(const double *popularity, uint32_t keys, double t)
{
    double kept = 0.0;
    for (uint32_t k = 0; k < keys; k++)
        kept -= expm1(-popularity[k] * t);
    return kept;
}

double lru_hits_by_time(const double *popularity, uint32_t keys, uint32_t objects)
{
    double low = 0.0, high = objects, hits = 0.0;
    while (kept_at(popularity, keys, high) < objects)
        high *= 2.0;
    for (int i = 0; i < 100; i++) {
        const double middle = 0.5 * (low + high);
        if (kept_at(popularity, keys, middle) < objects)
            low = middle;
        else
            high = middle;
    }
    for (uint32_t k = 0; k < keys; k++)
        hits -= popularity[k] * expm1(-popularity[k] * high);
    return hits;
}

double cold_hits(const double *popularity, uint32_t keys, double rate_per_s, double t_s)
{
    double first = 0.0;
    for (uint32_t k = 0; k < keys; k++)
        first -= expm1(-popularity[k] * rate_per_s * t_s);
    return 1.0 - first / (rate_per_s * t_s);
}

struct passage {
    double beyond; /* P(T > t) */
    double within; /* E min(T, t) */
};

enum { LEVELS = 128, JUMPS = 4096 };

/* First passage of M/M/inf from n to n + 1. */
static struct passage passage_up(int n, double lambda_per_s, double t_s)
{
    const double total = lambda_per_s + n, jumps = total * t_s;
    double p[LEVELS] = { 0.0 }, poisson = exp(-jumps), later = 1.0 - poisson;
    struct passage result = { 0 };
    p[n] = 1.0;
    for (int k = 0; k < JUMPS && (k < jumps || later > 1e-14); k++) {
        double there = 0.0, next[LEVELS] = { 0.0 };
        for (int i = 0; i <= n; i++)
            there += p[i];
        result.beyond += poisson * there;
        result.within += later * there / total;
        for (int i = 0; i <= n; i++)
            next[i] += p[i] * (n - i) / total;
        for (int i = 0; i < n; i++) {
            next[i + 1] += p[i] * lambda_per_s / total;
            next[i] += p[i + 1] * (i + 1) / total;
        }
        memcpy(p, next, sizeof p);
        poisson *= jumps / (k + 1);
        later -= poisson;
    }
    return result;
}

struct warm_result warm_pool(double lambda_per_s, double expiry_s)
{
    struct warm_result result = { 0 };
    double level = exp(-lambda_per_s);
    for (int n = 0; n < LEVELS && (n < lambda_per_s || level > 1e-12); n++) {
        const struct passage up = passage_up(n, lambda_per_s, expiry_s);
        result.cold += level * up.beyond;
        result.idle += lambda_per_s * level * up.within; /* the level falls to n as often as it rises from it */
        level *= lambda_per_s / (n + 1);
    }
    return result;
}
