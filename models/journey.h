/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * journey -- operations compiled into flat arrays of small steps.
 *
 * A get is followed by the steps of its miss and, when the scenario wants it, by the fill; a hit jumps behind them.
 * Each step knows the places of its draws: hashes of names such as "web.browse/get catalog-cache#1", so that another
 * step in between shifts nobody else's draws. What several regions have is compiled for each of them, with the same
 * places: a customer asks for the same work wherever the answer comes from.
 */
#ifndef HEADROOM_JOURNEY_H
#define HEADROOM_JOURNEY_H

#include "models/scenario.h"
#include "sim/sampler.h"

enum step_code {
    CODE_RECEIVE,
    CODE_CPU,
    CODE_WAIT,
    CODE_GET,
    CODE_FILL,
    CODE_QUERY,
    CODE_CALL,
    CODE_PARALLEL, /* its branches follow, each with its end */
    CODE_END,      /* of a branch */
    CODE_SEND,
    CODE_WRITER, /* the next step writes to the database of the region; who leads instead of it is written to at `jump` */
    CODE_JUMP,
    CODE_ANSWER
};

struct step {
    enum step_code code;
    bool write;                /* QUERY: to the primary, and waits for the standby */
    bool followed;             /* QUERY: a write to a database that has a follower, or is one */
    bool remote;               /* GET, FILL, QUERY, SEND: what it leads to is in another region */
    uint16_t target;           /* index of the cache, database or queue among its kind */
    uint16_t pool;             /* QUERY: index into the service's pools */
    uint16_t edge;             /* CALL: index into edges */
    uint16_t branch_count;     /* PARALLEL */
    uint8_t failure;           /* PARALLEL: enum branch_failure */
    uint32_t place;            /* of the step's first draw block; place + 1, ... are its others */
    uint32_t jump;             /* GET: the step after a hit; PARALLEL: after the branches; WRITER, JUMP: where to */
    struct sampler time;       /* CPU, QUERY: demand; CALL: the other side's time; WAIT, SEND; GET, FILL: a command's */
    sim_time timeout;          /* QUERY, CALL */
    double hit_ratio;          /* GET */
    bool fills;                /* GET: a fill follows its miss */
    int64_t request, response; /* bytes on the way there and back */
    const struct step_call *call; /* CALL */
    const uint32_t *branches;     /* PARALLEL: the first step of each */
};

enum { EDGE_OF_OURS = -1 };

/* All calls of a service of ours to one operation share a breaker, a budget and a limit in each of its instances, and are
 * counted together. `rules` says which of them there are. */
struct edge_rule {
    const struct service_config *from;
    const struct operation_config *to;
    int local;                            /* index among the edges of `from` */
    int external;                         /* index of the external operation, for faults and flows; EDGE_OF_OURS */
    int callee;                           /* of ours: index among the services that `from` calls */
    bool async;                           /* some of them */
    const struct breaker_config *breaker; /* NULL: none */
    const struct budget_config *budget;
    const struct limit_config *limit;
};
/* Connections per instance. A database with read replicas has two pools of that size, as data sources for its writer and
 * its readers: a connection leads to one endpoint. */
struct pool_rule {
    const struct component *database;
    bool readers;
    int64_t size;
};
struct external_rule {
    const struct operation_config *operation;
    const struct dist *time;
};

/* A service in a region: its steps lead to that region's components. Where it does not live it has no steps. */
struct service_code {
    const struct service_config *config;
    const struct region *region;
    int pool_count;
    struct pool_rule *pools;
    int edge_count;  /* with this service as `from` */
    uint16_t *edges; /* their indices */
    int callee_count;
    int *callees;         /* services of ours that it calls, by index */
    uint32_t *first_step; /* of each operation */
};

struct journey_code {
    struct step *steps;
    uint32_t step_count, capacity;
    struct service_code *services; /* as in the scenario, region by region: journey_service() */
    int service_count;             /* of the scenario */
    int external_count;
    struct external_rule *externals;
    int edge_count;
    struct edge_rule *edges;
    bool has_frames_in_frames; /* calls to services of ours, or branches: some frames have parents */
};

/* Compiles all operations of services of ours. Const afterwards; lives in the arena. */
const struct journey_code *journey_compile(const struct scenario *sc, struct arena *arena);

static inline const struct service_code *journey_service(const struct journey_code *code, int region, int service)
{
    return &code->services[region * code->service_count + service];
}

/* Connections per instance to a database that the scenario gives no pool for. Assumed: common pool libraries. */
enum { POOL_DEFAULT = 10 };

#endif
