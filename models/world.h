/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * world -- the state of one replication: every component of the scenario, every request in flight.
 *
 * Requests are data: a frame of two cache lines in a pool, numbered by its slot. One frame is one attempt of a client, a
 * health check, or a message being handled. What a frame holds is written in it, so that however the request ends it
 * unwinds in reverse order: station, connection, worker, balancer.
 *
 * Who does what:   client.c   arrivals, patience, reloads; session.c what a client asks for next; objects.c static
 *                             objects, in bulk
 *                  names.c    which region a name leads to; replica.c which region's database takes writes
 *                  backlog.c  who waits for a worker, and for how long
 *                  request.c  the way through edge, balancer, instance, steps, and back; the steps at a cache,
 *                             a database, another service and a queue: command.c, query.c, call.c, consumer.c
 *                  edge.c     breakers, budgets and limits of calls; invoke.c calls to services of ours, reach.c where
 *                             they go, branch.c several at a time
 *                  visit.c    what stays at stations have in common, on events or computed ahead
 *                  fleet.c    members of a fleet: in service, health checks, draining, consumers
 *                  group.c    instances of an Auto Scaling group: launch, zones, replacement
 *                  cluster.h  pods, their nodes, and who adds and removes either
 *                  control.c  metrics of the minute, alarms, desired capacity
 *                  fault.c    what breaks, and what mends; fault_plan.c when; impairment.c what is not broken but not well
 *                  recorder.c outcomes, series, meters
 */
#ifndef HEADROOM_WORLD_H
#define HEADROOM_WORLD_H

#include "models/alb.h"
#include "models/asg.h"
#include "models/cloudfront.h"
#include "models/departures.h"
#include "models/deployment.h"
#include "models/edge.h"
#include "models/edge_cache.h"
#include "models/elasticache.h"
#include "models/fifo.h"
#include "models/journey.h"
#include "models/meter.h"
#include "models/rds.h"
#include "models/recorder.h"
#include "models/replication.h"
#include "models/s3.h"
#include "models/sqs.h"
#include "models/waf.h"
#include "sim/draw.h"
#include "sim/event_set.h"
#include "sim/gate.h"
#include "sim/little.h"
#include "sim/sampler.h"
#include "sim/timer_ring.h"

#define SLOT_NONE 0xffffffu

enum event_kinds {
    EV_CPU,           /* station of an instance: entity = instance */
    EV_CACHE,         /* entity = shard number over all caches */
    EV_DB,            /* entity = endpoint number over all databases */
    EV_RESUME,        /* a frame's delay is over: slot */
    EV_PATIENCE,      /* a client's patience is over: slot */
    EV_QUERY_TIMEOUT, /* slot */
    EV_POOL_TIMEOUT,  /* slot */
    EV_CHECK_TIMEOUT, /* a health check's: slot */
    EV_SWEEP,         /* timer rings */
    EV_HEALTH_CHECK,  /* entity = instance, slot = balancer node */
    EV_VISIBILITY,    /* entity = queue */
    EV_LAUNCHED,      /* entity = instance */
    EV_GONE,          /* entity = instance: drained, terminated */
    EV_DEAD_NOTICED,  /* entity = instance: EC2 status checks failed long enough */
    EV_FAULT_BEGIN,   /* entity = effect */
    EV_FAULT_END,
    EV_DB_RECOVERED,    /* entity = database, serial = generation */
    EV_CACHE_RECOVERED, /* entity = shard, serial = generation */
    EV_MINUTE,          /* datapoints of the minute */
    EV_CONTROL,         /* entity = fleet: its alarms see the newest datapoint */
    EV_WINDOW,          /* a window of the series ends */
    EV_KUBE,            /* slot = enum kube_event: cluster.h */
    EV_SESSION,         /* a session goes on or leaves: slot = session, entity = population */
    EV_GROUP,           /* entity = fleet, slot = what and of whom: group_event() */
    EV_NAME,            /* a name is checked, or its answers change: names.c */
    EV_CALL_TIMEOUT,    /* slot */
    EV_RECEIVE,         /* entity = queue: its quota allows receives again */
    EV_UNLISTED,        /* entity = instance: its death is noticed by those who choose by themselves */
    EV_ALARM,           /* entity = alarm: replica.c */
    EV_REPLICA,         /* entity = pair of databases */
};

/* An orphan is a command or a query that a dead client left behind: who serves in order works it off all the same. */
enum frame_kind {
    FRAME_FREE,
    FRAME_OPERATION,
    FRAME_HEALTH,
    FRAME_MESSAGE,
    FRAME_ORPHAN,
    FRAME_CALL,   /* called by a frame at another service; see struct kinship */
    FRAME_BRANCH, /* one of several things that a frame does at the same time */
};

enum frame_state {
    AT_NOTHING,
    AT_EDGE,          /* the edge waits for a connection to a balancer node that is gone */
    AT_SILENT_TARGET, /* the balancer waits for a target that will never accept or answer */
    AT_BACKLOG,       /* waits for a worker */
    AT_CPU,
    AT_CACHE,       /* in the shard's station; computed ahead, until it is back */
    AT_POOL,        /* waits for a connection */
    AT_DB,          /* in the database's station; likewise */
    AT_DB_SILENT,   /* the database is gone; the query timeout will end it */
    AT_DELAY,       /* a delay inside a step */
    AT_CLIENT,      /* between two attempts */
    AT_LATE_ANSWER, /* answered, but the client's patience ends before the answer is there */
    AT_FETCH,       /* waits for somebody else's fetch of the key that it missed */
    AT_CALL,        /* waits for the answer of a service of ours */
    AT_LIMIT,       /* waits until fewer such calls are under way */
    AT_BACKOFF,     /* between two attempts of a call */
    AT_JOIN,        /* waits for its branches */
};

enum frame_flags {
    FLAG_ABANDONED = 1,   /* the client has left; the server works on */
    FLAG_WORKER = 2,      /* holds a worker of its instance */
    FLAG_BALANCED = 4,    /* outstanding at a balancer node */
    FLAG_IN_LITTLE = 8,   /* counted inside the balancer */
    FLAG_MISS = 16,       /* of the get under way */
    FLAG_CACHE_DOWN = 32, /* the shard of the get under way did not answer */
    FLAG_COUNTED = 64,    /* begun inside the window */
    FLAG_BROKEN = 128,    /* the delay ends in a failure of the step */
};

struct CACHE_ALIGNED frame {
    sim_time begun;     /* first attempt of the operation; message: when it was received */
    sim_time entered;   /* this attempt at the balancer */
    sim_time deadline;  /* patience, or the health check's timeout */
    sim_time resume_at; /* when the delay ends: a stale event has another time */
    /* Of the query, or of its wait for a connection. */
    sim_time query_deadline;
    sim_time visit;   /* came to the station it is at */
    sim_time departs; /* computed ahead: leaves the station it is at; SIM_NEVER: an event will tell */
    sim_time back;    /* from there to the next step; of a cache or a database */
    uint64_t ordinal; /* subject of its draws */
    sim_time path;    /* delays on the way that nobody waits for, added at the answer */
    struct timer_link patience_link, query_link;
    union {
        uint32_t step;
        uint32_t next_free; /* of a free one */
    };
    union {
        uint32_t message; /* FRAME_MESSAGE */
        uint32_t session; /* FRAME_OPERATION; 0: of none */
    };
    uint32_t receives;   /* FRAME_MESSAGE; of a program's operation: tokens that its last retry took */
    uint16_t alb;        /* the balancer that it is at, or was */
    uint16_t unused;     /* fills two cache lines */
    uint16_t instance;   /* 0xffff: none */
    uint16_t connection; /* of the pool; 0xffff: none */
    uint16_t shard;      /* of the last get; of an orphan at a database: the endpoint */
    uint16_t operation;  /* index of the operation in the results */
    uint8_t pool;        /* of the service's pools; valid with a connection or while waiting for one */
    uint8_t population;
    uint8_t node; /* of the balancer */
    uint8_t kind, state, flags;
    uint8_t attempt; /* of the client: 0, 1, ... */
    uint8_t tries;   /* of the edge's connection or of the call */
};
_Static_assert(sizeof(struct frame) == 128, "a frame is two cache lines");

/* Datapoints on their way to the alarms: metric_delay is at most three minutes. */
enum { PENDING_MINUTES = 4 };

struct connection {
    int8_t endpoint;
    uint8_t epoch;
}; /* endpoint -1: closed */

struct pool {
    struct gate gate;
    struct connection *connections;
    sim_time *opened; /* each of them; NULL: they live as long as they work */
    uint16_t *idle;   /* stack: the last used first, as pool libraries do */
    uint32_t idle_count;
};

enum instance_state { INSTANCE_FREE, INSTANCE_LAUNCHING, INSTANCE_IN_SERVICE, INSTANCE_DRAINING, INSTANCE_STATES };

struct instance {
    uint16_t id, fleet;
    uint8_t zone;
    uint8_t state; /* enum instance_state */
    bool alive;    /* the host runs, and can be reached */
    bool cut_off;  /* it runs all the same: its zone has no network */
    uint8_t type;  /* of the group's instance types */
    bool spot;     /* bought at the Spot price */
    bool noticed;  /* Spot: it will be interrupted */
    struct station cpu;
    struct gate workers;
    struct pool *pools;
    struct edge_state *edges;    /* by the service's edges */
    struct callee_view *callees; /* by the services of ours that it calls */
    bool listed;                 /* callers that choose by themselves may choose it */
    uint32_t idle_threads;       /* consumers */
    sim_time launched_at, in_service_at, billed_until;
    uint128 busy_before;                   /* station's busy_q16 at the last datapoint */
    uint128 occupancy_before;              /* of the workers, likewise, where a policy asks for it */
    uint64_t requests_before;              /* likewise: came to the workers */
    uint128 busy_window, occupancy_window; /* the same, and the workers' occupancy, at the last window */
    uint64_t launch;                       /* ordinal of the launch in its fleet */
};

/* What an EV_GROUP event is about: its slot is the action << 16 and of what. */
enum group_action {
    GROUP_SCHEDULED,   /* of policy */
    GROUP_FORECAST,    /* of 0 */
    GROUP_PREPARED,    /* of zone: an instance of the warm pool is ready */
    GROUP_RETURNED,    /* of zone: likewise, after serving */
    GROUP_SPOT_NOTICE, /* of instance */
    GROUP_SPOT_END,
};

/* Of an Auto Scaling group, beside its members: who is next, at what price, and what waits prepared. */
struct group {
    int64_t min, max;     /* limits now: scheduled actions move them */
    int64_t forecast;     /* never fewer than this, within the limits; 0: no forecast */
    int64_t *forecasts;   /* by hour of the local day; NULL: no policy is predictive */
    sim_time *cooldown;   /* by policy: simple scaling does nothing before */
    bool metric_asked[3]; /* by enum scaling_metric */
    sim_time retry_at;    /* no zone had capacity: nothing is launched before */
    sim_time retry_wait;  /* the last wait, doubled at each failure; 0: none */
    sim_time *due;        /* by policy: the present occurrence of a scheduled action */
    int type_count;       /* `instance`, then those of `spot.instances` */
    struct group_type {
        const struct shape *shape;
        struct station_config vcpus;
        struct meter *hours[ALB_NODES_MAX], *spot_hours[ALB_NODES_MAX];
    } * types;
    struct warm_pool {
        const struct dist *start;
        uint32_t ready[ALB_NODES_MAX], preparing[ALB_NODES_MAX], returning[ALB_NODES_MAX]; /* by zone */
        uint64_t prepared;                                                                 /* so far */
        sim_time metered_until;
    } pool;
};

/* Like members that run one service: the instances of an Auto Scaling group, or the pods of a deployment. */
struct fleet {
    const struct component *component;
    const struct asg_config *config;      /* NULL: pods */
    const struct deployment_config *pods; /* NULL: instances */
    int region;
    const struct service_code *service; /* in its region; NULL: none */
    int alb, queue;                     /* index, or -1 */
    const struct shape *shape;
    double slower;            /* pods: everything takes so many times longer, a fault's doing */
    struct hpa_memory memory; /* pods */
    sim_time active_at;       /* pods: when KEDA last found messages */
    int64_t desired, most;
    int64_t logs_bytes;       /* of the log entry of a request or message */
    const struct dist *drain; /* of members without a balancer */
    uint16_t *instances;      /* ids, all states but free */
    uint32_t instance_count, instance_capacity;
    uint32_t in_service[ALB_NODES_MAX], launching[ALB_NODES_MAX];
    uint64_t launches;
    uint32_t next_consumer; /* round robin over instances with idle threads */
    sim_time idle_thread_since;
    uint64_t idle_threads;
    uint128 idle_thread_ns;
    struct group *group;
    struct tracking *tracking; /* of each scaling policy */
    struct datapoint {
        double value;
        int64_t measured;
    } * pending;       /* not yet published: [minute][policy] */
    int pending_count; /* minutes */
    int64_t *measured; /* instances behind the newest visible datapoint, by policy */
    int column;        /* first of its columns: desired, in service, healthy, cpu, workers */
    double peak_cpu, peak_cpu_at_s, sum_cpu;
    uint64_t cpu_windows;
    double sum_workers;
    double min_size, max_size, sum_size;
    uint64_t size_windows;
    double peak_workers, peak_workers_at_s;
    uint64_t shed, expired; /* inside the window: answered 503 after a wait, dropped as nobody waited any more */
    struct meter *hours[ALB_NODES_MAX], *volume_hours[ALB_NODES_MAX]; /* by zone */
    struct meter *monitoring;
    struct meter *cross_zone_cache, *cross_zone_db, *cross_zone_nat, *cross_zone_calls;
    struct meter *sent, *received, *through_nat; /* to and from the internet */
    struct meter **to_region, **from_region;     /* to and from the others; NULL with one region */
    uint64_t called;                             /* calls of other services answered in the present window */
    struct meter *logs;
};

struct queue {
    const struct component *component;
    const struct sqs_config *config;
    struct message_queue messages;
    struct fifo *fifo; /* NULL: a standard queue */
    uint64_t duplicates_before, throttled_before;
    uint64_t received, deleted; /* by consumers' calls of `batch` messages */
    int fleet;                  /* its consumers, or -1 */
    sim_time expiry_armed;      /* time of the pending EV_VISIBILITY, SIM_NEVER when none */
    sim_time down_until;        /* sends fail, a share of them */
    double down_share;          /* 0..1; with all of them nothing is received either */
    uint64_t peak_in_flight;
    double peak_in_flight_at_s;
    int column; /* visible, oldest age */
    struct meter *requests;
    uint64_t put_before, dead_before, redelivered_before; /* during the warm-up */
    uint64_t removed_before;                              /* the present window */
};

/* A name that does not resolve for those whose answer has expired. end 0: it never failed. */
struct name_trouble {
    sim_time begin, end, ttl;
    double share; /* 0..1 of those who ask */
};

struct external {
    sim_time down_until;
    double down_share; /* 0..1 of its calls */
    double slow_factor;
    sim_time slow_until;
    struct name_trouble name;
    uint64_t calls, failures; /* inside the window */
};

/* Of a region, while a fault says so. */
struct launch_impairment {
    bool active;
    bool zone_fails[ALB_NODES_MAX];
    double latency, errors;
    double limit_per_s, tokens; /* limit 0: none; tokens: launches that are admitted now */
    sim_time tokens_at;
};

/* A zone that is up and yet not well. */
struct zone_trouble {
    double factor, share;          /* grey: times slower, 0..1 lost; 1 and 0 when it is not */
    sim_time hosts_from, hosts_by; /* hosts that were lost come back between the two; SIM_NEVER: none are to come */
    uint32_t lost, taken;          /* of them; launched since */
};

/* A balancer that clients may reach. */
struct front {
    bool open;
    struct sampler latency;
    uint64_t attempts; /* inside the clock */
    uint64_t requests; /* in the present window, answered */
    int64_t bytes;
    uint64_t answered, failed; /* of the whole run, counted for alarms; failed: 5xx */
};

struct kube; /* clusters, nodes, what only pods have: cluster.h */

struct world {
    const struct scenario *sc;
    const struct journey_code *code;
    int day_type; /* -1: the headline day */
    struct arena *arena;
    struct draw_key key;
    struct event_set *events;
    sim_time now, start, end;
    int64_t start_ns_of_day; /* local time of day at `start` */

    struct frame *frames;
    uint32_t frame_count, frames_used, frame_free, frame_limit;
    struct timer_ring patience, query_timers;
    sim_time sweep_armed;

    struct instance *instances;
    uint32_t instance_count, instance_limit;
    struct fleet *fleets;
    int fleet_count;
    struct kube *kube; /* NULL: no cluster */
    struct alb *albs;
    int alb_count;
    struct cache *caches;
    struct fetch *fetches; /* beside the frames; NULL: no cache has keys */
    int cache_count;
    struct rds *databases;
    int database_count;
    struct queue *queues;
    int queue_count;
    struct external *externals;
    struct edge *edges;             /* as in the code */
    struct kinship *kin;            /* by slot; NULL: no frame has a parent */
    struct service_figures *served; /* by service; NULL as well */
    int *fleet_of_service;          /* [region * service_count + service]; -1: none */
    struct balanced_calls {
        int64_t bytes;
        uint64_t requests;
    } * calls_balanced; /* by balancer, in the present window */
    struct {
        int cache, shard;
    } * shard_of;
    int shard_count;
    struct {
        int db, endpoint;
    } * endpoint_of;
    int endpoint_count;

    const struct cloudfront_config *cloudfront;
    const struct component *cloudfront_component;
    bool *reads_only;   /* of each operation of the results: it may go to the secondary origin; NULL: there is none */
    uint64_t failovers; /* requests that went to the secondary origin */
    struct edge_cache *edge;  /* NULL: the hit ratio is given */
    sim_time edge_cold_since; /* invalidated, and not yet warm again; SIM_NEVER: warm */
    int edge_column;          /* first of its columns: hit_ratio, origin_fetches */
    const struct waf_config *waf;
    const struct component *waf_component;
    bool waf_on_cdn;
    const struct s3_config *s3;
    const struct component *s3_component;
    struct sampler origin_rtt, waf_time;
    struct sampler *rtt_same_zone, *rtt_cross_zone; /* by region */
    sim_time *rtt_between;                          /* median, [from * region_count + to]; NULL with one region */
    int front;                 /* balancer that dynamic requests go to, where no name says otherwise */
    struct front *fronts;      /* by balancer */
    struct names *names;       /* where a name says which balancer; NULL: always `front` */
    struct replicas *replicas; /* databases that follow another region's, and alarms; NULL: neither */

    struct population_state *populations;
    struct session_pool *sessions; /* NULL: everybody comes for one operation */
    bool **zone_up;                /* [region][zone] */
    struct fault_plan plan;
    struct fault_state *faults; /* of the plan */
    struct effect *effects;     /* of the faults: what happens, where and when */
    int effect_count;
    bool grey;                                 /* some zone is */
    struct zone_trouble **zones;               /* [region][zone] */
    struct launch_impairment *launches;        /* by region */
    struct name_trouble *alb_names, *db_names; /* of balancers; of databases */

    struct little balancer; /* attempts between entering the balancer and its answer */
    struct little cpu_visits, cache_visits, db_visits;
    struct recorder recorder;
    struct component_account *accounts; /* utilisation and series of stations */
    int account_count;
    struct meters meters;
    struct fingerprint fingerprint;
    struct connections *connections;
    double peak_edge_per_s, peak_edge_at_s, peak_s3_per_s, peak_s3_at_s;
    uint64_t window_misses;
    uint64_t events_handled, station_visits, health_checks;
};

/* ---- world.c ---- */
void world_init(struct world *w, const struct scenario *sc, const struct journey_code *code, int day_type,
                uint32_t number, const struct fault_plan *plan, struct arena *arena);
void world_handle(struct world *w, struct event e);
void world_fini(struct world *w); /* frames are not in the arena */
/* A conservation law that does not hold, or NULL. At the end of the run. */
const char *world_violation(struct world *w);

uint32_t frame_new(struct world *w); /* SLOT_NONE when the bound on requests in flight is reached */
void frame_free(struct world *w, uint32_t slot);
static inline struct frame *frame_at(struct world *w, uint32_t slot)
{
    return &w->frames[slot];
}
static inline uint32_t frame_slot(const struct world *w, const struct frame *f)
{
    return (uint32_t)(f - w->frames);
}
/* Resume the frame after `delay`: class COMPLETION. */
void frame_delay(struct world *w, struct frame *f, sim_time delay);
void arm_sweep(struct world *w);

/* The round trip between two zones of the region. */
static inline sim_time zone_rtt(const struct world *w, int region, int zone_a, int zone_b, uint64_t bits)
{
    const sim_time rtt = sampler_draw(zone_a == zone_b ? &w->rtt_same_zone[region] : &w->rtt_cross_zone[region], bits);
    if (LIKELY(!w->grey))
        return rtt;
    const double a = w->zones[region][zone_a].factor, b = w->zones[region][zone_b].factor;
    return (sim_time)((double)rtt * (a > b ? a : b));
}

/*
 * The round trip between two regions: within 5 % of the median, and one in a hundred takes half as long again. AWS
 * behaviour, sec. 2.2.
 */
sim_time region_rtt(const struct world *w, int from, int to, uint64_t bits);

/* From an instance to where its step leads: a component in `region`, a node in `zone`. */
static inline sim_time step_rtt(const struct world *w, const struct step *step, const struct instance *from,
                                const struct region *region, int zone, uint64_t bits)
{
    const int home = w->fleets[from->fleet].region;
    return UNLIKELY(step->remote) ? region_rtt(w, home, (int)(region - w->sc->regions), bits)
                                  : zone_rtt(w, home, from->zone, zone, bits);
}

/* Some zone of it is there. */
bool world_region_up(const struct world *w, const struct region *region);

/* Answered by the balancers in the present window. */
uint64_t fronts_requests(const struct world *w);

/* ---- window.c ---- */
void windows_init(struct world *w);
void window_end(struct world *w);

/* ---- billed.c ---- */
/* Of a component: its name, region and tier. */
struct usage_key usage_key_of(const struct component *c, const char *service, const char *type, const char *operation,
                              enum usage_unit unit);
void usage_begin(struct world *w);  /* meters of the fleets' way out and of their logs */
void usage_window(struct world *w); /* at the end of a window: their logs */
void usage_close(struct world *w);  /* meters what exists all day */
/* The instance of `f` sends to the internet, or receives from there. */
void meter_sent(struct world *w, const struct frame *f, int64_t bytes);
void meter_received(struct world *w, const struct frame *f, int64_t bytes);

/* ---- client.c ---- */
void clients_columns(struct world *w); /* of the series; before clients_init() */
void clients_init(struct world *w, int day_type);
void clients_start(struct world *w); /* the warm-up is over */
/* Of programs: what was tried again, and what for want of tokens was not. Two for each population at the most. */
int clients_flows(const struct world *w, struct flow_result *flows);
sim_time clients_next_arrival(const struct world *w, int *population);
void client_arrive(struct world *w, int population);
void client_attempt(struct world *w, struct frame *f); /* the next attempt begins: a reload */
void arm_patience(struct world *w, struct frame *f);   /* f->deadline */
void client_patience_over(struct world *w, struct frame *f);
/* The attempt goes on at another origin, whose time to answer begins now. False: its client's patience is over. */
bool client_waits_on(struct world *w, struct frame *f, uint16_t alb);
/* The server side of an attempt ended with `outcome` at w->now. Frees the frame unless the client still waits. */
void client_answered(struct world *w, struct frame *f, enum outcome outcome);
/* Objects of the pages answered since the last call. Returns the edge requests since then, dynamic ones included. */
uint64_t clients_static_window(struct world *w);
void edge_init(struct world *w);    /* what its caches hold in the long run, with `objects` */
void edge_columns(struct world *w); /* of the series */
void edge_invalidate(struct world *w);

/* ---- session.c ---- */
void session_goes_on(struct world *w, uint32_t session);
void sessions_start(struct world *w); /* the warm-up is over: counts and Little's window begin */
/* A law of conservation that does not hold, or NULL. At the end of the run. */
const char *sessions_violation(struct world *w);
/* For each population that comes for sessions: live at the start, begun, ended, live at the end. */
int sessions_flows(const struct world *w, struct flow_result *flows); /* four for each population at the most */

/* ---- request.c ---- */
enum { PLACE_NODE = 0x6e6f6465 }; /* "node": a place without a name of its own, the subject tells requests apart */
/* At the edge, on its way to the balancer; the draw is request_node_draw()'s, perhaps made beforehand. */
void request_begin(struct world *w, struct frame *f, struct draw_block node);
struct draw_block request_node_draw(const struct world *w, const struct frame *f);
/* The primary origin failed a request that may go to the secondary: it is on its way there. */
bool request_fails_over(struct world *w, struct frame *f, enum outcome outcome);
void request_offer_instance(struct world *w, struct frame *f); /* at the accept queue of f->instance */
void request_accepted(struct world *w, struct frame *f);       /* a worker is free for it */
void request_run(struct world *w, struct frame *f);            /* steps, from f->step on */
void request_resume(struct world *w, struct frame *f);         /* its delay is over */
void request_failed(struct world *w, struct frame *f);         /* the step under way did: an error is answered */
void request_shed(struct world *w, struct frame *f);           /* it waited too long for a worker: 503 */
void request_station_done(struct world *w, struct frame *f, enum station_fate fate); /* its visit is over */
/* The instance died under it. reset: the peer learns at once; otherwise silence. */
void request_killed(struct world *w, struct frame *f, bool reset);
/* Bytes to and from a component in another region; false: it is in the same one. */
bool request_meter_regions(struct world *w, const struct frame *f, const struct component *to, int64_t there,
                           int64_t back);

/* Bytes to and from a component: billed when they cross zones, to a cache or to a database, or regions. */
static inline void request_meter_hop(struct world *w, const struct frame *f, const struct component *to, int zone,
                                     int64_t there, int64_t back)
{
    const struct instance *i = &w->instances[f->instance];
    if (UNLIKELY(w->rtt_between != NULL) && request_meter_regions(w, f, to, there, back))
        return;
    if (i->zone != zone) {
        const struct fleet *fleet = &w->fleets[i->fleet];
        meter_add(&w->meters, to->kind == KIND_ELASTICACHE ? fleet->cross_zone_cache : fleet->cross_zone_db,
                  there + back);
    }
}

/* ---- backlog.c ---- */
enum gate_verdict backlog_enter(struct world *w, struct frame *f); /* wants a worker of f->instance */
/* A worker is free: who takes it, or GATE_NONE. */
uint32_t backlog_next(struct world *w, struct instance *i);
bool backlog_drops(const struct service_config *service); /* anybody, ever */

/* ---- visit.c ---- */
/* f comes to the station of that state; then the caller sets f->departs to what station_arrive() returns. */
void visit_begin(struct world *w, struct frame *f, enum frame_state at);
void visit_end(struct world *w, struct frame *f); /* it leaves now */
/* Computed ahead and served, a visit is told in the event of its return, at f->departs + f->back ... */
void visit_returns(struct world *w, struct frame *f);
/* ... or when its request ends between the two: it left at f->departs. */
void visit_departed(struct world *w, const struct frame *f);
/* The client died: its old frame is an orphan, what the client was goes on in the frame that is returned. */
struct frame *visit_leave_behind(struct world *w, struct frame *f);

/* ---- command.c ---- */
void command_begin(struct world *w, struct frame *f, const struct step *step);
/* The shard is lost with this command in it: the client's timeout, then a miss. */
void command_lost(struct world *w, struct frame *f, sim_time timeout);

/* ---- fetch.c: caches with keys ---- */
void fetches_init(struct world *w);
void fetches_fini(struct world *w);
/* Asks for a key; *shard is as drawn for a key of a wide class, and becomes that of a hot one. */
bool fetch_hits(struct world *w, struct frame *f, const struct step *step, int *shard);
bool fetch_waits(struct world *w, struct frame *f);                /* back from a miss: for somebody else's fetch */
void fetch_brought(struct world *w, struct frame *f, bool stored); /* what f fetched, if anything */
void fetch_unheard(struct world *w, const struct frame *f); /* the shard was lost with its get: it fetches itself */
void fetch_lost(struct world *w, const struct frame *f);    /* f ends or dies */
void fetch_window(struct world *w, struct cache *cache, bool count);

/* ---- query.c ---- */
void query_begin(struct world *w, struct frame *f, const struct step *step); /* wants a connection */
void query_arrives(struct world *w, struct frame *f);                        /* its connection is open */
/* The endpoint of the database that it is at, an orphan too. */
int query_endpoint(const struct world *w, const struct frame *f);
/* f->query_deadline: its timeout, or that of its wait for a connection; of a call likewise. */
void query_arm(struct world *w, struct frame *f);
void query_disarm(struct world *w, struct frame *f);
/* The timer's slot begins: its exact event. */
void query_timer_event(struct world *w, const struct frame *f);
bool query_is_late(const struct world *w, const struct frame *f);
void query_timeout(struct world *w, struct frame *f);
void query_cut(struct world *w, struct frame *f);  /* the station let it go at its deadline */
void query_lost(struct world *w, struct frame *f); /* with the endpoint that it was at */
/* Killed at the endpoint: the frame in which the client goes on. */
struct frame *query_killed(struct world *w, struct frame *f);
void query_pool_timeout(struct world *w, struct frame *f);
void query_committed(struct world *w, const struct frame *f, const struct step *step); /* it was answered */
void connection_free(struct world *w, struct frame *f);

/* ---- call.c ---- */
void call_begin(struct world *w, struct frame *f, const struct step *step);
void call_ended(struct world *w, struct frame *f, const struct step *step);
void call_pause_over(struct world *w, struct frame *f);
bool call_is_late(const struct world *w, const struct frame *f);
void call_timeout(struct world *w, struct frame *f);
/* An attempt of f's is out, or its answer is on the way back. */
bool call_is_under_way(const struct world *w, const struct frame *f);
void call_killed(struct world *w, struct frame *f); /* the caller; its branches too */

/* ---- invoke.c ---- */
void invoke(struct world *w, struct frame *f,
            const struct step *step); /* f is AT_CALL afterwards, or its answer is on the way */
void invoke_async(struct world *w, struct frame *f, const struct step *step);
void invoke_abandon(struct world *w, struct frame *f); /* the caller does not wait any more */
void invoke_answered(struct world *w, struct frame *child, enum outcome outcome);
void invoke_unheard(struct world *w, struct frame *child);
void invoke_node_lost(struct world *w, int alb, int node);
/* What the frame `old` was goes on in `now`. */
void kinship_moved(struct world *w, uint32_t old, uint32_t now);

/* ---- branch.c ---- */
void branches_begin(struct world *w, struct frame *f, const struct step *step);
void branches_abandon(struct world *w, struct frame *f);
void branch_ended(struct world *w, struct frame *branch, bool ok);
void branch_killed(struct world *w, struct frame *branch);

/* ---- reach.c ---- */
void reach_views_init(struct world *w, struct instance *i); /* of a new instance */
void reach_join(struct world *w, struct instance *i);
void reach_leave(struct world *w, struct instance *i);
void reach_died(struct world *w, struct instance *i, bool reset);
/* The instance that the call of f goes to; DISPATCHER_NONE: there is none. *connects: over a new connection. */
uint32_t reach_choose(struct world *w, struct frame *f, const struct edge_rule *rule, uint64_t bits, bool *connects);
/* The call of f is over; its connection is kept if it was answered. */
void reach_done(struct world *w, struct frame *f, const struct edge_rule *rule, bool answered);
/* The same of a connection of an instance that nobody waits at. */
void reach_give_back(struct world *w, const struct instance *i, const struct edge_rule *rule,
                     struct kept_connection connection, bool answered);

/* ---- served.c ---- */
void served_init(struct world *w);
void served_start(struct world *w);
/* A request comes to a service, or leaves it; of frames that are requests of clients, calls or messages. */
void served_enter(struct world *w, const struct frame *f);
void served_leave(struct world *w, const struct frame *f, bool ok);
void served_clip(struct world *w, const struct frame *f); /* still there at the end */
const char *served_violation(struct world *w);
void served_record(struct world *w, struct replication *out);

/* ---- consumer.c ---- */
void consumers_wake(struct world *w, int queue); /* messages may have become visible */
void message_done(struct world *w, struct frame *f, bool handled);
void queue_init(struct world *w, struct queue *q);
/* A message of f's; false: the queue refuses, its quota of calls is spent. */
bool queue_send(struct world *w, struct queue *q, const struct frame *f);
void queue_may_receive(struct world *w, int queue); /* again */
double queue_backlog(const struct queue *q);        /* visible, and waiting for others of their group */
double queue_oldest_s(struct world *w, const struct queue *q);

/* ---- fleet.c ---- */
void fleets_init(struct world *w);
struct fleet *fleet_of(struct world *w, const struct component *c); /* NULL: it is none. O(fleets) */
/* zone "": it has none. */
struct meter *fleet_meter(struct world *w, const struct fleet *fleet, const char *service, const char *type,
                          const char *operation, const char *zone, enum usage_unit unit);
void fleets_meter(struct world *w, sim_time until);
/* A new member, in no state yet. vcpus: of its station, but for the entity. */
struct instance *instance_add(struct world *w, struct fleet *fleet, int zone, const struct station_config *vcpus);
void instance_enter(struct world *w, struct instance *i, enum instance_state next);
/* healthy: to the balancer too, there before the run began. */
void instance_in_service(struct world *w, struct instance *i, bool healthy);
/* Its balancer and its callers know it from now on. */
void instance_register(struct world *w, struct instance *i, bool healthy);
/* Consumers: how many of the instance's threads wait for a message; the fleet's integral up to `now`. */
void threads_idle(struct world *w, struct instance *i, uint32_t idle);
void threads_settle(struct world *w, struct fleet *fleet, sim_time now);
void instance_retire(struct world *w, struct instance *i); /* in service -> draining, or gone when dead */
void instance_gone(struct world *w, struct instance *i);
void instance_die(struct world *w, struct instance *i, bool reset);
void instance_back(struct world *w, struct instance *i); /* its zone has its network back; nothing is in flight on it */
void instance_health_check(struct world *w, struct instance *i, int node);
void health_check_ended(struct world *w, struct frame *f, bool passed);
void health_check_timeout(struct world *w, struct frame *f);

/* ---- group.c ---- */
void group_init(struct world *w, struct fleet *fleet);
void group_begin(struct world *w, struct fleet *fleet); /* the instances that are there before the run */
void group_bill(struct world *w, struct instance *i, sim_time until);
bool group_launches_fail(const struct world *w, const struct fleet *fleet, int zone);
void group_event(struct world *w, struct fleet *fleet, uint32_t what); /* EV_GROUP */
/* Every host takes `slower` times as long from now on; those launched later too. */
void group_speed(struct world *w, struct fleet *fleet, double slower);
void group_member_died(struct world *w, const struct instance *i);
void fleet_set_desired(struct world *w, struct fleet *fleet, int64_t desired);
void fleet_reconcile(struct world *w, struct fleet *fleet); /* launch or terminate towards desired */
void instance_launched(struct world *w, struct instance *i);
void instance_dead_noticed(struct world *w, struct instance *i);

/* ---- schedule.c ---- */
void schedule_init(struct world *w, struct fleet *fleet);
void spot_arm(struct world *w, struct fleet *fleet, const struct instance *i); /* its interruption, if any */
void spot_notice(struct world *w, struct fleet *fleet, struct instance *i);    /* two minutes are left */

/* ---- warm_pool.c ---- */
void warm_pool_begin(struct world *w, struct fleet *fleet); /* full before the run */
bool warm_pool_take(struct world *w, struct fleet *fleet, int zone);
void warm_pool_fill(struct world *w, struct fleet *fleet);
void warm_pool_expect(struct world *w, struct fleet *fleet, int zone); /* an instance that is draining */
void warm_pool_arrived(struct world *w, struct fleet *fleet, int zone, bool returned);
void warm_pool_bill(struct world *w, struct fleet *fleet, sim_time until);

/* ---- control.c ---- */
void control_minute(struct world *w);
void control_evaluate(struct world *w, struct fleet *fleet);

/* ---- fault_plan.c ---- */
void faults_init(struct world *w);
/* So many acknowledged writes are gone with what was lost at that time. */
void fault_lost_writes(struct world *w, sim_time lost_at, uint64_t writes);
/* Something that a fault's timeline tells: who noticed, who acted. */
void fault_note(struct world *w, const char *component, const char *what, bool noticed);
/* The same of one fault alone. */
void fault_tell(struct world *w, int fault, const char *component, const char *what);
/* More traffic, as the plan's surges of the population say. In the arena; what is borrowed is not changed. */
void fault_surges(const struct world *w, const struct population *p, struct rate_curve *curve);

/* ---- impairment.c ---- */
void impairments_init(struct world *w);
void impair_launches(struct world *w); /* from the effects under way */
/* Grey zones, from the effects under way; their stations change speed. */
void impair_zones(struct world *w);
/* A component's stations take so many times longer, all of its zones' troubles included. */
void component_respeed(struct world *w, const struct component *c);
/* What goes between two zones of a region (zone_b -1: from outside) is lost. hop, ordinal and number: of the draw. Ask only
 * where w->grey. */
enum grey_hop { HOP_EDGE, HOP_TARGET, HOP_CHECK, HOP_DATABASE, HOP_CACHE, HOP_CALL };
COLD bool grey_loses(const struct world *w, int region, int zone_a, int zone_b, enum grey_hop hop, uint64_t ordinal,
                     uint32_t number);
/* The same for a request at its present step and try. */
COLD bool grey_loses_frame(const struct world *w, const struct frame *f, int region, int zone_a, int zone_b,
                           enum grey_hop hop);
/* Whether `who` has no answer for the name now. */
COLD bool name_fails(const struct world *w, const struct name_trouble *name, uint64_t who);
/* A launch in the region is admitted: not throttled. */
bool launch_admitted(struct world *w, int region);
/* The zone has a host to launch on; of those that a lost zone gets back, one by one. */
bool zone_has_host(const struct world *w, int region, int zone);
void zone_hosts_return(struct world *w, int region, int zone, uint32_t lost, sim_time from, sim_time over);
bool metrics_missing(const struct world *w, int region);
/* From when on a record of the region's DNS can change: now, or when its control plane is back. */
sim_time changes_possible(const struct world *w, int region);

/* ---- fault.c ---- */
void fault_begin(struct world *w, int effect);
void fault_end(struct world *w, int effect);
void database_recovered(struct world *w, int db, uint32_t generation);
void cache_recovered(struct world *w, int shard, uint32_t generation);

/* A station whose utilisation is reported. */
struct component_account {
    const char *component, *resource;
    struct station *station;
    int column;
    uint128 busy_before;
    uint64_t completions_before; /* during the warm-up */
    double sum, peak, peak_at_s;
    uint64_t windows;
};

uint64_t account_completions(const struct component_account *a, sim_time now);

/* One thing that fails once: the fault itself, or what it brings with it. */
struct effect {
    const struct fault_config *config;
    int fault;         /* of the plan */
    bool active, over; /* begun; its trigger is gone */
    sim_time begin, end;
};

struct fault_state {
    bool active;         /* begun */
    sim_time begin, end; /* of its first time, with everything that came with it; SIM_NEVER: it does not happen */
    sim_time last_end;   /* of the time that is told now */
    int times;
    double detected_s;
    uint64_t lost_writes;
    struct fault_event *events;
    int event_count, event_capacity;
};

#endif
