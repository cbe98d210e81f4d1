/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cloudfront -- Amazon CloudFront: a distribution with a static origin and a dynamic one.
 *
 *   viewer --> edge location --hit--> answer                       (never reaches the origin)
 *                    \--miss, static--> S3 --> answer
 *                    \--dynamic--> load balancer, over kept-alive connections
 *
 * Static objects are recorded in bulk, exactly distributed: of n objects requested in a window, hits are binomial and
 * latencies multinomial. Dynamic requests pass through one by one; they are never cached.
 * The connection to the origin: a load balancer node that is gone answers with silence, so each of
 * connection_attempts costs connection_timeout before another address is tried.      [CF-DG] "Origin settings"
 * With `objects` the hit ratio follows from their popularity, size and time to live: edge_cache.h.
 * Left out: cached dynamic answers, error caching.
 */
#ifndef HEADROOM_CLOUDFRONT_H
#define HEADROOM_CLOUDFRONT_H

#include "models/edge_cache.h"
#include "models/scenario.h"

/* Status codes of the primary origin that a group fails over on; an index into cloudfront_failover_codes. */
struct failover_code {
    int code;
};

struct cloudfront_config {
    struct {
        bool present;
        struct ref fixed;
        struct ref dynamic;
        const char *failover;        /* a region: its like-named balancer is the secondary origin; "": none */
        struct failover_code *codes; /* of the primary, that are tried again at the secondary */
        int code_count;
        const struct component *secondary; /* derived by scenario_caches.c; NULL: none */
    } origins;                             /* s3 or none; alb */
    double hit_ratio;                      /* of static objects, 0..1 */
    struct dist hit_time;                  /* at the edge location, a hit */
    struct dist origin_rtt;                /* edge location to the region, round trip */
    sim_time connection_timeout;
    sim_time response_timeout; /* of the origin: no answer for so long is a 504 */
    int64_t connection_attempts;
    sim_time keep_alive;                /* of connections to the origin */
    int64_t edge_locations, edge_hosts; /* hosts: of each location; a host keeps its own connections */
    double edge_skew;                   /* exponent of Zipf's law: popularity of edge locations */
    int64_t resolvers;                  /* groups of edge locations that resolve the origin's name together */
    int64_t objects;                    /* 0: the hit ratio is given, else it comes from what follows */
    const char *popularity;
    sim_time ttl;
    int64_t edge_storage;    /* bytes of ours that an edge location keeps; 0: all */
    int64_t regional_caches; /* 0: none */
    bool origin_shield, collapse;
    struct dist regional_rtt; /* edge location to regional cache */
    struct dist invalidation; /* until an edge location has heard of it */
    bool hit_ratio_set;
    struct mark objects_at, popularity_at;
    /* Derived by scenario_caches.c, with `objects`; hit_ratio is then that of the long run. */
    double exponent, objects_per_s, regional_share; /* viewers' mean on the headline day; of the edges' misses */
    double room;                                    /* objects per edge location */
    double fetch_s;                                 /* mean time of a fetch from the origin */
};

extern const struct component_type cloudfront_type;

/* Does an answer with this outcome (enum outcome) go to the secondary origin? What cannot be reached always does. */
bool cloudfront_fails_over(const struct cloudfront_config *config, int outcome);

/* With `objects`: what its caches hold, once the derived figures are there. */
struct edge_rules cloudfront_rules(const struct cloudfront_config *config);

#endif
