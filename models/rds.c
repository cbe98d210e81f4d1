/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/rds.h"

#include "models/catalogue/catalogue.h"
#include "models/departures.h"
#include "sim/base/text.h"
#include "sim/draw.h"
#include "sim/number.h"

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

#define REPLICATION(member) (AT(rds_config, replication.member) - AT(rds_config, replication))
#define BUFFERS(member)     (AT(rds_config, buffers.member) - AT(rds_config, buffers))

static const struct param replication_params[] = {
    { .name = "lag",
      .kind = PARAM_DIST,
      .offset = REPLICATION(lag),
      .def = "lognormal(median=50ms p95=500ms)",
      .min = "0ms",
      .doc = "of a replica that has nothing else to apply",
      .source = "assumed; AWS behaviour, sec. 13.5 (10 ms to 1 s)" },
    { .name = "apply",
      .kind = PARAM_FACTOR,
      .offset = REPLICATION(apply),
      .def = "x0.5",
      .min = "0",
      .max = "10",
      .doc = "time that the replica's one replay thread needs for a write, over the write's own time on a vCPU",
      .source = "assumed" },
    { .name = "stale",
      .kind = PARAM_DURATION,
      .offset = REPLICATION(stale),
      .def = "1s",
      .min = "1ms",
      .max = "1h",
      .doc = "a read of a replica that is further behind is counted as stale",
      .source = "assumed" },
    PARAM_END,
};

static const struct param buffers_params[] = {
    { .name = "cold",
      .kind = PARAM_FACTOR,
      .offset = BUFFERS(cold),
      .def = "x3",
      .min = "1",
      .max = "100",
      .doc = "a query takes so many times longer at first",
      .source = "assumed; AWS behaviour, sec. 13.1 (read IOPS 2 to 10 times)" },
    { .name = "half_life",
      .kind = PARAM_DURATION,
      .offset = BUFFERS(half_life),
      .def = "4m",
      .min = "1s",
      .max = "6h",
      .doc = "in which the excess halves",
      .source = "assumed; AWS behaviour, sec. 13.1 (5 to 30 minutes in all)" },
    PARAM_END,
};

static const struct param params[] = {
    { .name = "replica_of",
      .kind = PARAM_BLOCK,
      .offset = AT(rds_config, replica_of),
      .def = "",
      .sub = rds_replica_params,
      .doc = "it follows a database of another region, asynchronously",
      .source = "[RDS-UG] Creating a read replica in a different AWS Region" },
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
    { .name = "cluster",
      .kind = PARAM_BOOL,
      .offset = AT(rds_config, cluster),
      .def = "false",
      .doc = "a Multi-AZ DB cluster: a writer and two readable standbys in three zones, instead of multi_az and "
             "read_replicas",
      .source = "[RDS-UG] Multi-AZ DB cluster deployments" },
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
    { .name = "cluster_failover",
      .kind = PARAM_DIST,
      .offset = AT(rds_config, cluster_failover),
      .def = "uniform(15s 35s)",
      .min = "0s",
      .doc = "cluster: from the loss of the writer until a reader has taken over, what it has still to apply apart",
      .source = "[RDS-UG] Multi-AZ DB cluster deployments: typically under 35 s; the lower end is assumed" },
    { .name = "recovery",
      .kind = PARAM_DIST,
      .offset = AT(rds_config, recovery),
      .def = "lognormal(median=6m p95=20m)",
      .min = "0s",
      .doc = "Single-AZ: restart after its host or zone is back",
      .source = "assumed; AWS behaviour, sec. 13.1" },
    { .name = "connect_cpu",
      .kind = PARAM_DIST,
      .offset = AT(rds_config, connect_cpu),
      .def = "0ms",
      .min = "0ms",
      .doc = "CPU that opening a connection takes at the database: TLS, authentication, a process of its own",
      .source = "assumed; AWS behaviour, sec. 13.2: 5-20 ms each, which makes reconnecting pools a storm" },
    { .name = "reader_noticed",
      .kind = PARAM_DIST,
      .offset = AT(rds_config, reader_noticed),
      .def = "0s",
      .min = "0s",
      .doc = "a lost read replica keeps its connections for so long and the readers' name leads to it: silence",
      .source = "assumed; health checks and DNS TTL, AWS behaviour, sec. 13.1" },
    { .name = "replication",
      .kind = PARAM_BLOCK,
      .offset = AT(rds_config, replication),
      .def = "",
      .sub = replication_params,
      .doc = "read replicas lag behind the primary, the more the more is written; absent: they do not",
      .source = "[RDS-UG] Monitoring read replication" },
    { .name = "buffers",
      .kind = PARAM_BLOCK,
      .offset = AT(rds_config, buffers),
      .def = "",
      .sub = buffers_params,
      .doc = "what takes over or comes back begins with a cold buffer cache; absent: it is as warm as before",
      .source = "AWS behaviour, sec. 13.1" },
    PARAM_END,
};

static int zone_index(const struct region *region, const char *zone)
{
    for (int z = 0; z < region->zones; z++)
        if (text_equal(region->zone_names[z], zone))
            return z;
    return -1;
}

/* Classes with local disks, "db.r6gd.large": the family's name ends with d. */
static bool check_cluster(const struct component *c, struct rds_config *config, struct diag *diag)
{
    if (!config->cluster)
        return true;
    const char *family = config->instance + 3, *dot = family;
    while (*dot && *dot != '.')
        dot++;
    if (config->multi_az || config->read_replicas > 0)
        return diag_error(diag, c->at,
                          "'%s' is a cluster, which has two readable standbys: no multi_az or read_replicas", c->name);
    if (c->region->zones < 3)
        return diag_error(diag, c->at, "'%s' is a cluster, which needs three zones; %s has %d", c->name,
                          c->region->name, (int)c->region->zones);
    if (dot[-1] != 'd')
        return diag_error(diag, c->at, "'%s' is a cluster, which %s does not offer", c->name, config->instance) ||
               diag_hint(diag, "classes with local disks do: db.r6gd.large, db.m6gd.large");
    config->read_replicas = 2;
    return true;
}

static bool validate(struct component *c, const struct scenario *sc, struct diag *diag)
{
    struct rds_config *config = c->config;
    bool ok = rds_check_replica(c, sc, diag) && check_cluster(c, config, diag);
    if (config->zone[0] && zone_index(c->region, config->zone) < 0)
        ok = diag_error(diag, c->at, "zone '%s' of '%s' is not a zone of %s (%s .. %s)", config->zone, c->name,
                        c->region->name, c->region->zone_names[0], c->region->zone_names[c->region->zones - 1]);
    if (config->replication.present && config->read_replicas == 0)
        ok = diag_error(diag, c->at, "'%s' has replication but no read_replicas", c->name);
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
    db->speed = shape->speed;
    struct station_config cpu = departures_vcpus((enum discipline)config->discipline, shape, arena);
    cpu.execution = execution;
    cpu.kind = kind;
    for (int i = 0; i < db->endpoint_count; i++) {
        struct rds_endpoint *e = &db->endpoints[i];
        cpu.entity = first_entity + (uint32_t)i;
        station_init(&e->cpu, arena, events, &cpu, now);
        e->zone = i == RDS_PRIMARY ? first : (first + (config->multi_az ? 1 : 0) + i) % db->zones;
        e->up = true;
        e->cold_since = SIM_NEVER;
    }
}

int rds_choose(struct rds *db, bool read, sim_time now)
{
    const int replicas = db->endpoint_count - 1;
    for (int i = 0; read && i < replicas; i++) {
        const int endpoint = 1 + (int)(db->next_replica++ % (uint32_t)replicas);
        if (db->endpoints[endpoint].up || now < db->endpoints[endpoint].led_until)
            return endpoint;
    }
    return RDS_PRIMARY;
}

static void break_connections(struct rds_endpoint *e)
{
    e->epoch++;
    e->connections = 0;
}

void rds_reader_lost(struct rds *db, int endpoint, sim_time now, uint64_t bits)
{
    struct rds_endpoint *e = &db->endpoints[endpoint];
    e->up = false;
    e->led_until = now + dist_sample(&db->config->reader_noticed, draw_unit(bits));
    if (e->led_until == now)
        break_connections(e);
}

void rds_reader_returns(struct rds *db, int endpoint, sim_time now)
{
    struct rds_endpoint *e = &db->endpoints[endpoint];
    if (e->up)
        return;
    e->up = true;
    e->cold_since = now;
    e->replayed = now; /* what it missed was shipped while it booted: assumed */
    if (db->config->reader_noticed.mean_ns > 0)
        break_connections(e);
}

bool rds_broken(const struct rds *db, int endpoint, uint8_t epoch, sim_time now)
{
    const struct rds_endpoint *e = &db->endpoints[endpoint];
    return epoch != e->epoch || (endpoint != RDS_PRIMARY && !e->up && now >= e->led_until);
}

double rds_cold_factor(const struct rds *db, int endpoint, sim_time now)
{
    static const double LN_2 = 0.69314718055994531;
    const sim_time since = db->endpoints[endpoint].cold_since;
    if (!db->config->buffers.present || since == SIM_NEVER)
        return 1.0;
    const double half_lives = (double)(now - since) / (double)db->config->buffers.half_life;
    return 1.0 + (db->config->buffers.cold - 1.0) * number_exp(-LN_2 * half_lives);
}

void rds_replicate(struct rds *db, sim_time now, sim_time demand)
{
    const sim_time apply = (sim_time)((double)demand * db->config->replication.apply / db->speed);
    for (int e = 1; e < db->endpoint_count; e++) {
        struct rds_endpoint *replica = &db->endpoints[e];
        replica->replayed = (replica->replayed > now ? replica->replayed : now) + apply;
    }
}

sim_time rds_lag(const struct rds *db, int endpoint, sim_time now, uint64_t bits)
{
    const sim_time behind = db->endpoints[endpoint].replayed - now;
    return dist_sample(&db->config->replication.lag, draw_unit(bits)) + (behind > 0 ? behind : 0);
}

void rds_forget(struct rds *db)
{
    db->counts.opened = db->counts.refused = db->counts.reads = db->counts.stale = 0;
    db->lag_sum_s = 0;
    db->lag_reads = 0;
}

bool rds_commit_waits(const struct rds *db)
{
    return db->standby_zone >= 0 || (db->config->cluster && rds_successor(db) != 0);
}

int rds_successor(const struct rds *db)
{
    int best = 0;
    for (int e = 1; e < db->endpoint_count; e++)
        if (db->endpoints[e].up && (best == 0 || db->endpoints[e].replayed < db->endpoints[best].replayed))
            best = e;
    return best;
}

void rds_take_over(struct rds *db, int successor, sim_time now)
{
    struct rds_endpoint *writer = &db->endpoints[RDS_PRIMARY], *reader = &db->endpoints[successor];
    const int old = writer->zone;
    writer->zone = reader->zone;
    reader->zone = old;
    reader->up = false;
    reader->led_until = now;
    break_connections(reader); /* that host restarts as the writer */
}
