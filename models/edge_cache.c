/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/edge_cache.h"

#include <math.h>

#include "sim/number.h"

/* Classes behind the first objects: what is asked for in bulk needs no key of its own. */
enum { EDGE_HOT = 32 };

static void layer_init(struct edge_layer *layer, struct arena *arena, const struct edge_cache *e, int64_t places,
                       double skew, double per_s, double room)
{
    popularity_init(&layer->places, arena, places, skew);
    const int objects = e->objects.classes.count, count = layer->places.count;
    layer->fresh = ARENA_ARRAY(arena, double, count *objects);
    layer->time_s = ARENA_ARRAY(arena, double, count);
    layer->cleared_at = ARENA_ARRAY(arena, sim_time, count);
    for (int l = 0; l < count; l++) {
        layer->cleared_at[l] = SIM_NEVER;
        const double rate = per_s * layer->places.classes[l].share;
        layer->time_s[l] = isinf(room) ? INFINITY : contents_steady(&e->objects, rate, e->ttl_s, room).time_s;
    }
}

/* Departures of what is there, per second. */
static double departures(const struct edge_cache *e, double rate_per_s, double time_s)
{
    if (isinf(time_s))
        return isinf(e->ttl_s) ? 0.0 : 1.0 / e->ttl_s;
    const double hits = contents_hits_of_stay(rate_per_s, e->ttl_s, time_s);
    return isinf(hits) ? 0.0 : rate_per_s / hits;
}

/* One layer over a window: takes what each object is asked for, leaves what it misses. seconds 0: the long run. Returns
 * hits per second. */
static double pass(struct edge_cache *e, struct edge_layer *layer, sim_time now, double busyness, double seconds)
{
    const int objects = e->objects.classes.count;
    double hits = 0.0;
    for (int c = 0; c < objects; c++) {
        const double asked = e->asked[c];
        double missed = 0.0;
        for (int l = 0; l < layer->places.count; l++) {
            const struct popularity_class *place = &layer->places.classes[l];
            double *fresh = &layer->fresh[l * objects + c];
            const double r = asked * place->share;
            if (seconds > 0.0 && layer->cleared_at[l] <= now)
                *fresh = 0.0;
            if (r <= 0.0)
                continue;
            const double mu = departures(e, r, layer->time_s[l] / busyness), settled = r / (r + mu);
            double mean = settled;
            if (seconds > 0.0) {
                const double x = (r + mu) * seconds, left = number_exp(-x);
                mean = settled + (*fresh - settled) * (x > 1e-9 ? (1.0 - left) / x : 1.0);
                *fresh = settled + (*fresh - settled) * left;
            } else {
                *fresh = settled;
            }
            /* Who is not collapsed with a fetch under way fetches too. */
            missed += place->things * r * (1.0 - mean) * (1.0 + r * e->fetch_s);
            hits += place->things * r * mean * e->objects.classes.classes[c].things;
        }
        e->asked[c] = missed;
    }
    for (int l = 0; l < layer->places.count; l++)
        if (seconds > 0.0 && layer->cleared_at[l] <= now)
            layer->cleared_at[l] = SIM_NEVER;
    return hits;
}

static double fetched_per_s(const struct edge_cache *e)
{
    double sum = 0.0;
    for (int c = 0; c < e->objects.classes.count; c++)
        sum += e->asked[c] * e->objects.classes.classes[c].things;
    return sum;
}

void edge_cache_window(struct edge_cache *e, sim_time now, double per_s, double seconds)
{
    const struct popularity *objects = &e->objects.classes;
    for (int c = 0; c < objects->count; c++)
        e->asked[c] = per_s * objects->classes[c].share;
    const double busyness = e->mean_per_s > 0.0 && per_s > 0.0 ? per_s / e->mean_per_s : 1.0;
    const double hits = pass(e, &e->layers[0], now, busyness, seconds);
    e->hit_ratio = per_s > 0.0 ? hits / per_s : 0.0;
    for (int l = 1; l < e->layer_count; l++)
        pass(e, &e->layers[l], now, busyness, seconds);
    e->origin_per_s = fetched_per_s(e);
    const double misses = per_s - hits;
    const double behind = misses > 0.0 ? 1.0 - e->origin_per_s / misses : 0.0;
    e->regional = behind > 1e-9 ? behind : 0.0; /* else a difference of roundings, or fetches that are not collapsed */
}

void edge_cache_init(struct edge_cache *e, struct arena *arena, const struct edge_rules *rules, double mean_per_s)
{
    *e = (struct edge_cache){ .ttl_s = rules->ttl_s, .mean_per_s = mean_per_s, .fetch_s = rules->fetch_s };
    contents_init(&e->objects, arena, rules->objects, rules->exponent, EDGE_HOT);
    e->asked = ARENA_ARRAY(arena, double, e->objects.classes.count);
    layer_init(&e->layers[e->layer_count++], arena, e, rules->locations, rules->skew, mean_per_s, rules->room);
    if (rules->regional_caches > 0)
        layer_init(&e->layers[e->layer_count++], arena, e, rules->regional_caches, 0.0, mean_per_s, INFINITY);
    if (rules->shield)
        layer_init(&e->layers[e->layer_count++], arena, e, 1, 0.0, mean_per_s, INFINITY);
    edge_cache_window(e, 0, mean_per_s, 0.0);
}

void edge_cache_invalidate(struct edge_cache *e, sim_time now, sim_time (*delay)(void *context, int i), void *context)
{
    int i = 0;
    for (int layer = 0; layer < e->layer_count; layer++)
        for (int l = 0; l < e->layers[layer].places.count; l++)
            e->layers[layer].cleared_at[l] = now + delay(context, i++);
}
