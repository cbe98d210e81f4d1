/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rds -- Amazon RDS for PostgreSQL or MySQL: a primary, perhaps a Multi-AZ standby, read replicas.
 *
 *   AVAILABLE --primary lost--> FAILING OVER --failover (standby) or recovery--> AVAILABLE, every connection broken
 *
 * Composed of:  Station (the class's vCPUs, shared, or in order of arrival) per endpoint; a limit of connections.
 * A query holds its connection from the pool until the answer. Which endpoint a connection leads to is chosen when it is
 * opened: reads spread over the replicas that are there, writes go to the primary. Power loss is silence: a query on a
 * dead host waits for the client's query timeout, and its connection is opened anew at the next use.
 * A commit on Multi-AZ waits for the standby (`commit`).
 *
 * On request: opening a connection takes CPU of the endpoint (`connect_cpu`), so that pools that reconnect all at once
 * are a storm; replicas apply writes one after the other (`replication`), and lag; who takes over or comes back begins
 * with cold buffers (`buffers`); a lost reader keeps its connections, and gets new ones, until that is noticed.
 *
 * A Multi-AZ DB cluster (`cluster`) is a writer with two readers in other zones; the one that is least behind takes over.
 * Left out: storage IOPS limits, RDS Proxy, Aurora.
 * Sources:      [RDS-UG] "Multi-AZ DB instance deployments", "Quotas"; AWS behaviour, sec. 13.
 */
#ifndef HEADROOM_RDS_H
#define HEADROOM_RDS_H

#include "models/scenario.h"
#include "sim/sampler.h"
#include "sim/station.h"

enum { RDS_ENDPOINTS_MAX = 16, RDS_PRIMARY = 0 };
enum rds_engine { RDS_POSTGRES, RDS_MYSQL };
enum rds_writes { RDS_WRITES_REMOTE, RDS_WRITES_FAIL };
enum rds_promoted_by { RDS_PROMOTED_BY_HUMAN, RDS_PROMOTED_BY_ALARM };

/* It follows a database of another region: replica.h */
struct rds_replica {
    bool present;
    struct ref of; /* an rds */
    struct dist lag;
    int64_t log; /* bytes sent to it for each write */
    int writes;  /* enum rds_writes: of the region that does not lead */
    struct {
        bool present;
        int by;          /* enum rds_promoted_by */
        struct ref when; /* an alarm */
        struct dist decision, takes;
    } promotion;
    struct {
        bool present;
        struct dist after, takes;
    } failback;
};

struct rds_config {
    int engine;
    const char *instance;
    bool multi_az, cluster;
    int64_t read_replicas; /* of a cluster 2, once it is validated */
    const char *zone;      /* of the primary; "" = the first zone */
    int64_t storage;
    struct {
        bool present;
        double filled, changed; /* share of the storage that holds data; of the data that a day changes */
        int64_t days;           /* kept */
    } backup;
    int64_t max_connections;      /* 0: from the class's memory */
    int discipline;               /* enum discipline, of its vCPUs */
    struct dist commit;           /* Multi-AZ: wait for the standby */
    struct dist connect;          /* opening a connection: TCP, TLS, authentication, process */
    struct dist failover;         /* Multi-AZ */
    struct dist cluster_failover; /* its lag apart */
    struct dist recovery;         /* Single-AZ, after the host or zone is back */
    struct dist connect_cpu;      /* of the endpoint, to open a connection */
    struct dist reader_noticed;
    struct {
        bool present;
        struct dist lag; /* of an idle replica: shipping and the next look */
        double apply;    /* time of the one replay thread over the write's on the primary */
        sim_time stale;  /* a read that lags longer counts as stale */
    } replication;
    struct {
        bool present;
        double cold; /* a query takes so many times longer, >= 1 */
        sim_time half_life;
    } buffers;
    struct rds_replica replica_of;
};

extern const struct component_type rds_type;

/* What `replica_of` has, and what its table cannot say. models/rds_replica.c */
extern const struct param rds_replica_params[];
bool rds_check_replica(struct component *c, const struct scenario *sc, struct diag *diag);

/* The other database of a pair of which one follows the other; NULL: it is in none. */
const struct component *rds_partner(const struct scenario *sc, const struct component *database);

struct rds_endpoint {
    struct station cpu;
    int zone;
    bool up;
    uint8_t epoch; /* raised when its connections break */
    int64_t connections, connections_peak;
    sim_time led_until;  /* a lost reader's: until somebody has noticed, connections lead there */
    sim_time replayed;   /* a replica's: when all writes so far are applied */
    sim_time cold_since; /* SIM_NEVER: its buffers are warm */
};

struct rds {
    const struct rds_config *config;
    const struct component *component;
    int zones;
    struct sampler commit;
    double speed;                                     /* of a vCPU alone on its core */
    struct rds_endpoint endpoints[RDS_ENDPOINTS_MAX]; /* 0 the primary, then the replicas */
    int endpoint_count;
    int standby_zone; /* -1: none */
    int lost_zone;    /* where a lost primary stood, until a standby is built there again; -1: none */
    bool failing_over;
    int successor;    /* of a cluster that fails over: the reader that takes over; 0: none */
    sim_time lost_at; /* the primary was, the last time */
    int64_t max_connections;
    uint32_t next_replica;
    uint32_t generation; /* of primary losses */
    struct {
        uint64_t opened, refused, reads, stale; /* connections; reads of replicas */
    } counts;
    double lag_sum_s; /* that the reads of the present window of the series met */
    uint64_t lag_reads;
    bool lags;  /* much longer than `stale`, and told */
    int column; /* of the lag */
};

/* kind, first_entity: of the events of the endpoints' stations, which are executed so. */
void rds_init(struct rds *db, struct arena *arena, struct event_set *events, const struct component *component,
              uint32_t kind, uint32_t first_entity, enum execution execution, sim_time now);

/* The limit that RDS derives from the class's memory.       [RDS-UG] Maximum number of database connections */
int64_t rds_default_connections(enum rds_engine engine, int64_t memory_bytes);

/* Where a new connection leads: a replica that is up, or not yet missed, for reads when there is one, else the primary
 * (up or not). */
int rds_choose(struct rds *db, bool read, sim_time now);

/* A commit waits for a standby, or for one of a cluster's readers. */
bool rds_commit_waits(const struct rds *db);

/* A cluster's reader that is the least behind, 0: none is up. */
int rds_successor(const struct rds *db);
/* It is the writer from now on, where it stands; the old writer will be a reader where that stood. */
void rds_take_over(struct rds *db, int successor, sim_time now);

/* A reader is lost. Without `reader_noticed` everybody knows at once: its connections are broken. */
void rds_reader_lost(struct rds *db, int endpoint, sim_time now, uint64_t bits);
/* Its host is back. */
void rds_reader_returns(struct rds *db, int endpoint, sim_time now);

/* A connection that was opened to `endpoint` at this epoch leads nowhere any more. */
bool rds_broken(const struct rds *db, int endpoint, uint8_t epoch, sim_time now);

/* How much longer a query takes there now. */
double rds_cold_factor(const struct rds *db, int endpoint, sim_time now);

/* A write that took `demand` of a reference vCPU is committed: the replicas have more to apply. */
void rds_replicate(struct rds *db, sim_time now, sim_time demand);
/* The warm-up is over: counts begin. */
void rds_forget(struct rds *db);
/* How far a replica is behind; bits: of its draw. */
sim_time rds_lag(const struct rds *db, int endpoint, sim_time now, uint64_t bits);

#endif
