/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/rds.h"

#include "models/catalogue/catalogue.h"
#include "models/departures.h"
#include "sim/base/text.h"

static const char *const ENGINES[] = { "postgres", "mysql", NULL };

#define BACKUP(member) (AT(rds_config, backup.member) - AT(rds_config, backup))

static const struct param backup_params[] = {
    { .name = "days",
      .kind = PARAM_COUNT,
      .offset = BACKUP(days),
      .def = "7",
      .min = "0",
      .max = "35",
      .doc = "days that automated backups are kept; 0: there are none",
      .source = "[RDS-UG] Backup retention period (the console's default)" },
    { .name = "filled",
      .kind = PARAM_SHARE,
      .offset = BACKUP(filled),
      .def = "60%",
      .min = "0%",
      .max = "100%",
      .doc = "share of the storage that holds data",
      .source = "assumed" },
    { .name = "changed",
      .kind = PARAM_SHARE,
      .offset = BACKUP(changed),
      .def = "5%",
      .min = "0%",
      .max = "100%",
      .doc = "share of the data that a day changes",
      .source = "assumed" },
    PARAM_END,
};

static const struct param params[] = {
    { .name = "engine",
      .kind = PARAM_CHOICE,
      .offset = AT(rds_config, engine),
      .def = "postgres",
      .choices = ENGINES,
      .doc = "database engine",
      .source = "[RDS-UG]" },
    { .name = "instance",
      .kind = PARAM_TEXT,
      .offset = AT(rds_config, instance),
      .doc = "DB instance class",
      .source = "[RDS-UG] DB instance classes" },
    { .name = "multi_az",
      .kind = PARAM_BOOL,
      .offset = AT(rds_config, multi_az),
      .def = "false",
      .doc = "a synchronous standby in another zone",
      .source = "[RDS-UG] Multi-AZ DB instance deployments" },
    { .name = "read_replicas",
      .kind = PARAM_COUNT,
      .offset = AT(rds_config, read_replicas),
      .def = "0",
      .min = "0",
      .max = "15",
      .doc = "read replicas; reads go to them, writes to the primary",
      .source = "[RDS-UG] Read replicas" },
    { .name = "zone",
      .kind = PARAM_TEXT,
      .offset = AT(rds_config, zone),
      .def = "",
      .doc = "zone of the primary at the beginning; standby and replicas follow in the next ones",
      .source = "[RDS-UG] Regions and Availability Zones" },
    { .name = "storage",
      .kind = PARAM_BYTES,
      .offset = AT(rds_config, storage),
      .def = "200GiB",
      .min = "20GiB",
      .doc = "gp3 storage of each instance",
      .source = "assumed" },
    { .name = "backup",
      .kind = PARAM_BLOCK,
      .offset = AT(rds_config, backup),
      .def = "{}",
      .sub = backup_params,
      .doc = "automated backups; as much as the region's databases have storage is free",
      .source = "[RDS-UG] Backup storage" },
    { .name = "max_connections",
      .kind = PARAM_COUNT,
      .offset = AT(rds_config, max_connections),
      .def = "0",
      .min = "0",
      .max = "100000",
      .doc = "connections at the most; 0 = what RDS derives from the class's memory",
      .source = "[RDS-UG] Maximum number of database connections" },
    { .name = "discipline",
      .kind = PARAM_CHOICE,
      .offset = AT(rds_config, discipline),
      .def = "processor_sharing",
      .choices = departures_database_disciplines,
      .doc = "vCPUs share themselves among all queries, or serve them in order of arrival",
      .source = "assumed" },
    { .name = "commit",
      .kind = PARAM_DIST,
      .offset = AT(rds_config, commit),
      .def = "lognormal(median=2ms p95=5ms)",
      .min = "0ms",
      .doc = "Multi-AZ: a write waits so long for the standby",
      .source = "assumed; AWS behaviour, sec. 13.1 (1-5 ms)" },
    { .name = "connect",
      .kind = PARAM_DIST,
      .offset = AT(rds_config, connect),
      .def = "lognormal(median=10ms p95=20ms)",
      .min = "0ms",
      .doc = "opening a connection: TCP, TLS, authentication",
      .source = "assumed; AWS behaviour, sec. 13.2 (5-20 ms CPU)" },
    { .name = "failover",
      .kind = PARAM_DIST,
      .offset = AT(rds_config, failover),
      .def = "uniform(60s 120s)",
      .min = "0s",
      .doc = "Multi-AZ: from the loss of the primary until the standby accepts connections",
      .source = "[RDS-UG] Multi-AZ failover (60-120 s typical)" },
    { .name = "recovery",
      .kind = PARAM_DIST,
      .offset = AT(rds_config, recovery),
      .def = "lognormal(median=6m p95=20m)",
      .min = "0s",
      .doc = "Single-AZ: restart after its host or zone is back",
      .source = "assumed; AWS behaviour, sec. 13.1" },
    PARAM_END,
};

static int zone_index(const struct region *region, const char *zone)
{
    for (int z = 0; z < region->zones; z++)
        if (text_equal(region->zone_names[z], zone))
            return z;
    return -1;
}

static bool validate(struct component *c, const struct scenario *sc, struct diag *diag)
{
    const struct rds_config *config = c->config;
    bool ok = true;
    if (config->zone[0] && zone_index(c->region, config->zone) < 0)
        ok = diag_error(diag, c->at, "zone '%s' of '%s' is not a zone of %s (%s .. %s)", config->zone, c->name,
                        c->region->name, c->region->zone_names[0], c->region->zone_names[c->region->zones - 1]);
    if (config->multi_az && c->region->zones < 2)
        ok = diag_error(diag, c->at, "'%s' is multi_az but %s has a single zone", c->name, c->region->name);
    return ok;
}

const struct component_type rds_type = {
    .kind = "rds",
    .title = "Amazon RDS",
    .tier = "database",
    .params = params,
    .config_size = sizeof(struct rds_config),
    .validate = validate,
};

int64_t rds_default_connections(enum rds_engine engine, int64_t memory_bytes)
{
    /* DBInstanceClassMemory is what the operating system and RDS leave: nine tenths, assumed. */
    const int64_t memory = memory_bytes / 10 * 9;
    if (engine == RDS_MYSQL)
        return memory / 12582880;
    const int64_t connections = memory / 9531392;
    return connections < 5000 ? connections : 5000;
}

void rds_init(struct rds *db, struct arena *arena, struct event_set *events, const struct component *component,
              uint32_t kind, uint32_t first_entity, enum execution execution, sim_time now)
{
    const struct rds_config *config = component->config;
    const struct shape *shape = catalogue_db(config->instance);
    *db = (struct rds){ .config = config,
                        .component = component,
                        .zones = (int)component->region->zones,
                        .endpoint_count = 1 + (int)config->read_replicas };
    const int first = config->zone[0] ? zone_index(component->region, config->zone) : 0;
    db->standby_zone = config->multi_az ? (first + 1) % db->zones : -1;
    db->lost_zone = -1;
    db->max_connections = config->max_connections
                              ? config->max_connections
                              : rds_default_connections((enum rds_engine)config->engine, shape->memory_bytes);
    sampler_init(&db->commit, &config->commit, arena);
    struct station_config cpu = departures_vcpus((enum discipline)config->discipline, shape, arena);
    cpu.execution = execution;
    cpu.kind = kind;
    for (int i = 0; i < db->endpoint_count; i++) {
        struct rds_endpoint *e = &db->endpoints[i];
        cpu.entity = first_entity + (uint32_t)i;
        station_init(&e->cpu, arena, events, &cpu, now);
        e->zone = i == RDS_PRIMARY ? first : (first + (config->multi_az ? 1 : 0) + i) % db->zones;
        e->up = true;
    }
}

int rds_choose(struct rds *db, bool read)
{
    const int replicas = db->endpoint_count - 1;
    for (int i = 0; read && i < replicas; i++) {
        const int endpoint = 1 + (int)(db->next_replica++ % (uint32_t)replicas);
        if (db->endpoints[endpoint].up)
            return endpoint;
    }
    return RDS_PRIMARY;
}
