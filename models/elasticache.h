/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * elasticache -- ElastiCache for Valkey: shards of a primary and its replicas, each node one command thread.
 *
 *   shard: SERVING --primary's zone or node lost--> FAILING OVER --failover--> SERVING (a replica, data kept)
 *                                     \-- no replica --replace--> SERVING, empty: the hit ratio climbs with `refill`
 *
 * Composed of:  Station (FCFS, one server) per primary, booked ahead unless a fault slows it; Store by classes of keys
 *               (warmth.h), with `keys`; else as a given hit ratio.
 * While a shard fails over a get costs the client its `timeout` and counts as a miss.
 * Left out: reads from replicas, connection limits, resharding, serverless.
 * Sources:      [EC-UG] "Minimizing downtime with Multi-AZ"; performance defaults, sec. 4.3.
 */
#ifndef HEADROOM_ELASTICACHE_H
#define HEADROOM_ELASTICACHE_H

#include "models/scenario.h"
#include "models/warmth.h"
#include "sim/station.h"

enum { CACHE_SHARDS_MAX = 90, CACHE_REPLICAS_MAX = 5 };

struct elasticache_config {
    int engine;
    const char *node;
    int64_t shards, replicas;
    double hit_ratio;
    struct dist command;  /* thread time of one command */
    sim_time timeout;     /* of the client, for a shard that does not answer */
    struct dist failover; /* from the loss of a primary until a replica has its place */
    struct dist replace;  /* without a replica: until an empty node is there */
    sim_time refill;      /* time constant with which an empty node's hit ratio climbs */
    int64_t keys;         /* 0: the hit ratio is given, else it comes from what follows */
    const char *popularity;
    sim_time ttl; /* of a value, from its fill; 0: none */
    int64_t value, overhead;
    double reserved; /* 0..1 of the node's memory */
    bool coalesce;
    bool hit_ratio_set, refill_set;
    struct mark keys_at, popularity_at;
    /* Derived by scenario_caches.c, with `keys`; hit_ratio is then that of the long run. */
    const struct contents *contents;
    double room;                           /* keys that fit, all shards together */
    double gets_per_s;                     /* mean of the headline day */
    double time_s;                         /* characteristic; INFINITY: nothing is evicted */
    const struct component *cold_database; /* the one that an empty cache would load most at the peak, NULL: none */
    double cold_load;                      /* of its CPU then, 1: all of it */
};

extern const struct component_type elasticache_type;

/* ---- state ---- */

struct cache_shard {
    struct station thread; /* of the primary */
    int zone;              /* of the primary */
    int replicas_left;
    int replica_zones[CACHE_REPLICAS_MAX];
    bool serving;
    bool forgotten;       /* every node of it lost its power: whichever comes back is empty */
    sim_time empty_since; /* SIM_NEVER: warm */
    uint32_t generation;  /* of failovers: a stale one is ignored */
};

/* What a cache with `keys` was asked, inside the window of the series and of the run. */
struct cache_counts {
    uint64_t gets, hits, joined;
    uint64_t fetches; /* begun at the origin; more than one of a key where it is not coalesced */
    uint64_t again;   /* of them those of a key that was being fetched already */
};

struct cache {
    const struct elasticache_config *config;
    const struct component *component;
    struct cache_shard *shards;
    int shard_count, first_shard; /* numbers of a run's shards; of the first one here */
    bool unused;                  /* nobody comes to its region: empty until somebody does */
    struct warmth *warmth;        /* NULL: the hit ratio is given */
    struct cache_counts window, run;
    sim_time cold_since; /* emptied, and not yet warm again; SIM_NEVER: warm */
    int column;          /* first of its columns: hit_ratio, fetches, resident */
};

/* kind, first_entity: of the events of the shards' stations, which are executed so. */
void cache_init(struct cache *cache, struct arena *arena, struct event_set *events, const struct component *component,
                uint32_t kind, uint32_t first_entity, enum execution execution, sim_time now);

/* The hit ratio of a shard now; `given` is the operation's own, or the cluster's. */
double cache_hit_ratio(const struct cache_shard *shard, const struct elasticache_config *config, double given,
                       sim_time now);

/* The primary's zone is gone. Returns true when the shard stops serving (then call cache_recover later). */
bool cache_lose_zone(struct cache_shard *shard, int zone);
/* A replica takes over (true) or an empty node arrives in a zone that is up (false). */
bool cache_recover(struct cache_shard *shard, const bool zone_up[], int zones, sim_time now);
/* With keys: a shard has lost them. */
void cache_empty(struct cache *cache, int shard, sim_time now);
/* All shards are emptied: FLUSHALL, or a deployment that changes the names of the keys. */
void cache_flush(struct cache *cache, sim_time now);
/* The zone is back: a shard that has fewer replicas than configured gets one there. */
void cache_rebuild_replica(struct cache_shard *shard, const struct elasticache_config *config, int zone);

#endif
