/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/elasticache.h"

#include "sim/number.h"

static const char *const ENGINES[] = { "valkey", "redis", NULL };

static const struct param params[] = {
    { .name = "engine",
      .kind = PARAM_CHOICE,
      .offset = AT(elasticache_config, engine),
      .def = "valkey",
      .choices = ENGINES,
      .doc = "engine; Valkey nodes cost 20 % less than Redis OSS ones",
      .source = "[EC-PRICE]" },
    { .name = "node",
      .kind = PARAM_TEXT,
      .offset = AT(elasticache_config, node),
      .doc = "node type",
      .source = "[EC-UG] Supported node types" },
    { .name = "shards",
      .kind = PARAM_COUNT,
      .offset = AT(elasticache_config, shards),
      .def = "1",
      .min = "1",
      .max = "90",
      .doc = "shards; keys are spread evenly",
      .source = "[EC-UG] Shards" },
    { .name = "replicas",
      .kind = PARAM_COUNT,
      .offset = AT(elasticache_config, replicas),
      .def = "1",
      .min = "0",
      .max = "5",
      .doc = "replicas of each shard, in other zones",
      .source = "[EC-UG] Replication groups" },
    { .name = "hit_ratio",
      .kind = PARAM_SHARE,
      .offset = AT(elasticache_config, hit_ratio),
      .def = "90%",
      .min = "0%",
      .max = "100%",
      .doc = "share of gets that find their key while the cache is warm",
      .source = "performance defaults, sec. 4.3 (median of 54 production clusters: 96 %)" },
    { .name = "command",
      .kind = PARAM_DIST,
      .offset = AT(elasticache_config, command),
      .def = "lognormal(mean=10us cv=0.5)",
      .min = "0us",
      .doc = "thread time of one command: 100,000 per second and node",
      .source = "assumed; performance defaults, sec. 4.3 (80-150 k/s without pipelining)" },
    { .name = "timeout",
      .kind = PARAM_DURATION,
      .offset = AT(elasticache_config, timeout),
      .def = "250ms",
      .min = "1ms",
      .doc = "after which the client treats a silent node as a miss",
      .source = "assumed" },
    { .name = "failover",
      .kind = PARAM_DIST,
      .offset = AT(elasticache_config, failover),
      .def = "uniform(10s 40s)",
      .min = "0s",
      .doc = "from the loss of a primary until a replica has taken over",
      .source = "assumed; [EC-UG] \"typically just a few seconds\" after detection" },
    { .name = "replace",
      .kind = PARAM_DIST,
      .offset = AT(elasticache_config, replace),
      .def = "lognormal(median=6m p95=12m)",
      .min = "0s",
      .doc = "without a replica: until an empty node is there",
      .source = "assumed" },
    { .name = "refill",
      .kind = PARAM_DURATION,
      .offset = AT(elasticache_config, refill),
      .def = "5m",
      .min = "1s",
      .doc = "time constant with which the hit ratio of an empty node climbs back",
      .source = "assumed" },
    PARAM_END,
};

const struct component_type elasticache_type = {
    .kind = "elasticache",
    .title = "Amazon ElastiCache",
    .tier = "cache",
    .params = params,
    .config_size = sizeof(struct elasticache_config),
};

void cache_init(struct cache *cache, struct arena *arena, struct event_set *events, const struct component *component,
                uint32_t kind, uint32_t first_entity, enum execution execution, sim_time now)
{
    const struct elasticache_config *config = component->config;
    *cache = (struct cache){ .config = config, .component = component, .shard_count = (int)config->shards };
    cache->shards = ARENA_ARRAY(arena, struct cache_shard, config->shards);
    const int zones = (int)component->region->zones;
    for (int s = 0; s < cache->shard_count; s++) {
        struct cache_shard *shard = &cache->shards[s];
        const struct station_config thread = { .discipline = STATION_FCFS,
                                               .execution = execution,
                                               .kind = kind,
                                               .entity = first_entity + (uint32_t)s,
                                               .servers = 1,
                                               .speed = 1.0 };
        station_init(&shard->thread, arena, events, &thread, now);
        shard->zone = s % zones;
        shard->serving = true;
        shard->empty_since = SIM_NEVER;
        shard->replicas_left = (int)config->replicas;
        for (int r = 0; r < shard->replicas_left; r++)
            shard->replica_zones[r] = (s + 1 + r) % zones;
    }
}

double cache_hit_ratio(const struct cache_shard *shard, const struct elasticache_config *config, double given,
                       sim_time now)
{
    if (shard->empty_since == SIM_NEVER)
        return given;
    /* An empty node fills as its keys are asked for: first order with time constant `refill`. */
    return given * (1.0 - number_exp(-(double)(now - shard->empty_since) / (double)config->refill));
}

bool cache_lose_zone(struct cache_shard *shard, int zone)
{
    if (shard->zone != zone || !shard->serving)
        return false;
    shard->serving = false;
    shard->generation++;
    return true;
}

bool cache_recover(struct cache_shard *shard, const bool zone_up[], int zones, sim_time now)
{
    shard->serving = true;
    for (int r = 0; r < shard->replicas_left; r++) {
        if (!zone_up[shard->replica_zones[r]])
            continue;
        shard->zone = shard->replica_zones[r];
        shard->replica_zones[r] = shard->replica_zones[--shard->replicas_left];
        return true;
    }
    for (int z = 0; z < zones && !zone_up[shard->zone]; z++)
        if (zone_up[z])
            shard->zone = z;
    shard->empty_since = now;
    return false;
}

void cache_rebuild_replica(struct cache_shard *shard, const struct elasticache_config *config, int zone)
{
    if (shard->replicas_left < config->replicas && shard->zone != zone)
        shard->replica_zones[shard->replicas_left++] = zone;
}
