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
      .set_offset = AT(elasticache_config, hit_ratio_set),
      .def = "90%",
      .min = "0%",
      .max = "100%",
      .doc = "share of gets that find their key while the cache is warm; instead of keys",
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
      .set_offset = AT(elasticache_config, refill_set),
      .def = "5m",
      .min = "1s",
      .doc = "time constant with which the given hit ratio of an empty node climbs back",
      .source = "assumed" },
    { .name = "keys",
      .kind = PARAM_COUNT,
      .offset = AT(elasticache_config, keys),
      .key_offset = AT(elasticache_config, keys_at),
      .def = "",
      .min = "1",
      .max = "10G",
      .doc = "different keys that are asked for: the hit ratio comes from their popularity, size and time to live",
      .source = "scenario" },
    { .name = "popularity",
      .kind = PARAM_TEXT,
      .offset = AT(elasticache_config, popularity),
      .key_offset = AT(elasticache_config, popularity_at),
      .def = "zipf(0.9)",
      .doc = "of keys: zipf(exponent), 0 to 3",
      .source = "assumed; performance defaults, sec. 4.3 (quartiles of 54 production clusters: 0.63, 1.21, 1.50)" },
    { .name = "ttl",
      .kind = PARAM_DURATION,
      .offset = AT(elasticache_config, ttl),
      .def = "",
      .min = "1s",
      .max = "365d",
      .doc = "of keys: a value is dropped so long after it was written; absent: never",
      .source = "scenario" },
    { .name = "value",
      .kind = PARAM_BYTES,
      .offset = AT(elasticache_config, value),
      .def = "",
      .min = "1",
      .max = "512MB",
      .doc = "of keys: bytes of a value on average; those of its gets when absent",
      .source = "scenario" },
    { .name = "overhead",
      .kind = PARAM_BYTES,
      .offset = AT(elasticache_config, overhead),
      .def = "100B",
      .min = "0",
      .max = "1MB",
      .doc = "of keys: memory that a key takes beside its value: its name, the table's entry, the allocator",
      .source = "assumed; key names 36 B at the median [TWITTER-2020]" },
    { .name = "reserved",
      .kind = PARAM_SHARE,
      .offset = AT(elasticache_config, reserved),
      .def = "25%",
      .min = "0%",
      .max = "90%",
      .doc = "of keys: share of the node's memory that values may not use",
      .source = "[EC-UG] Managing reserved memory" },
    { .name = "coalesce",
      .kind = PARAM_BOOL,
      .offset = AT(elasticache_config, coalesce),
      .def = "false",
      .doc = "of keys: one fetch of a key at a time; who misses it meanwhile waits for that one and shares its fate",
      .source = "assumed; leases or locks in the application [NIS-13]" },
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
    *cache = (struct cache){ .config = config,
                             .component = component,
                             .shard_count = (int)config->shards,
                             .first_shard = (int)first_entity,
                             .cold_since = SIM_NEVER };
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
        if (!shard->forgotten)
            return true;
        break;
    }
    shard->forgotten = false;
    for (int z = 0; z < zones && !zone_up[shard->zone]; z++)
        if (zone_up[z])
            shard->zone = z;
    shard->empty_since = now;
    return false;
}

void cache_empty(struct cache *cache, int shard, sim_time now)
{
    if (!cache->warmth)
        return;
    warmth_clear(cache->warmth, shard);
    cache->cold_since = now;
}

void cache_flush(struct cache *cache, sim_time now)
{
    for (int s = 0; s < cache->shard_count; s++) {
        cache->shards[s].empty_since = now;
        cache_empty(cache, s, now);
    }
}

void cache_rebuild_replica(struct cache_shard *shard, const struct elasticache_config *config, int zone)
{
    if (shard->replicas_left < config->replicas && shard->zone != zone)
        shard->replica_zones[shard->replicas_left++] = zone;
}
