/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * edge_cache -- what CloudFront's caches hold of the static objects, in bulk: shares per class, window by window.
 *
 *   viewers --> edge locations --miss--> regional edge caches --miss--> [origin shield] --miss--> origin
 *
 * A layer has places (locations of unequal size, regional caches alike, one shield); at each place a class of objects has
 * a share f that is there. Asked for at rate r per object and place,
 *
 *   f' = r (1 - f) - mu f,    mu = r / g(r)
 *
 * where g, the hits of one stay, is that of contents.h: so f settles at g / (1 + g), and without eviction an emptied
 * place warms as 1 - exp(-r t). What misses one layer asks the next, as if it were Poisson. A place that was invalidated
 * begins anew; places learn of it one by one.
 */
#ifndef HEADROOM_EDGE_CACHE_H
#define HEADROOM_EDGE_CACHE_H

#include "models/contents.h"
#include "sim/simtime.h"

enum { EDGE_LAYERS_MAX = 3 };

struct edge_layer {
    struct popularity places; /* by size; `things` are places that are alike */
    double *fresh;            /* 0..1: [class of places * classes of objects + class of objects] */
    double *time_s;           /* characteristic, at the mean rate, of a class of places; INFINITY: nothing is evicted */
    sim_time *cleared_at;     /* of a class of places: an invalidation comes then; SIM_NEVER */
};

struct edge_cache {
    struct contents objects;
    struct edge_layer layers[EDGE_LAYERS_MAX];
    int layer_count;
    double ttl_s, mean_per_s; /* objects that viewers ask for */
    double fetch_s;           /* who asks during a fetch of so long is answered by it; > 0: all of them fetch */
    double *asked;            /* scratch: per object and second */
    /* of the last window */
    double hit_ratio;    /* at the edge locations */
    double regional;     /* of their misses, what the layers behind answer */
    double origin_per_s; /* fetches of the origin */
};

struct edge_rules {
    int64_t objects, locations, regional_caches;
    double exponent, skew;
    bool shield;
    double ttl_s;
    double room;    /* objects per edge location, of the mean size; INFINITY: all. Layers behind have room for all */
    double fetch_s; /* 0: requests are collapsed */
};

/* As in the long run at so many objects per second. */
void edge_cache_init(struct edge_cache *e, struct arena *arena, const struct edge_rules *rules, double mean_per_s);

/* The window of `seconds` that ends at `now`, with so many objects asked for per second. O(places * classes) */
void edge_cache_window(struct edge_cache *e, sim_time now, double per_s, double seconds);

/* An invalidation: delays(context, i) is how long until the i-th class of places, over all layers, has it. */
void edge_cache_invalidate(struct edge_cache *e, sim_time now, sim_time (*delay)(void *context, int i), void *context);

#endif
