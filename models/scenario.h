/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scenario -- a scenario file, read, checked and resolved. Const after loading; lives in the program's arena.
 */
#ifndef HEADROOM_SCENARIO_H
#define HEADROOM_SCENARIO_H

#include "models/also.h"
#include "models/backoff.h"
#include "models/commitments.h"
#include "models/param.h"
#include "models/retry.h"
#include "sim/arrivals.h"
#include "sim/count_law.h"
#include "sim/trace.h"

/* ---- components: things AWS runs, in a region or at the edge ---- */

struct scenario;
struct component;

/* Index into scenario->by_kind. */
enum component_order {
    KIND_ROUTE53,
    KIND_CLOUDFRONT,
    KIND_WAF,
    KIND_S3,
    KIND_ALB,
    KIND_ASG,
    KIND_ELASTICACHE,
    KIND_RDS,
    KIND_SQS,
    KIND_EKS,
    KIND_DEPLOYMENT,
    KIND_ALARM,
    KIND_COUNT,
};

struct component_type {
    const char *kind;  /* "alb" */
    const char *title; /* "Application Load Balancer" */
    const char *tier;  /* edge, web, cache, database, queue, storage: groups the bill; asg: by what it runs */
    bool global;       /* under `edge`, not in a region */
    const struct param *params;
    size_t config_size;
    /* after everything is read and references are resolved: what the table cannot say; may be NULL */
    bool (*validate)(struct component *c, const struct scenario *sc, struct diag *diag);
};

extern const struct component_type *const component_types[KIND_COUNT]; /* models/registry.c */

/*
 * Regions resemble each other: the same names stand for the same things in each. `name` is that of results, bills and
 * messages: as written in the first region, "us-west-2.web-fleet" in the others. What names a component by `local` means
 * the one of its own region, see scenario_seen_from().
 */
struct component {
    const char *name, *local;
    const struct component *home; /* the first of that local name and kind; itself, if it is that */
    const struct component_type *type;
    int kind, index;       /* index among those of its kind: scenario->by_kind[kind][index] */
    struct region *region; /* NULL for global ones */
    struct mark at;
    void *config;  /* type->config_size bytes */
    bool readable; /* while loading: its own keys are without errors */
};

struct region {
    const char *name;
    struct mark at;
    const char *like; /* written before this one: what it has, this one has too; "": none */
    int64_t zones;    /* 1..6; zone i is name + 'a' + i */
    const char *zone_names[6];
    struct dist rtt_same_zone, rtt_cross_zone; /* round trip times */
    int nat;                                   /* enum nat_gateways */
};

/* How instances reach the internet. */
enum nat_gateways { NAT_PER_ZONE, NAT_ONE, NAT_NONE };

/* ---- what a caller does about failing calls: of all calls of a service to one operation, per instance ---- */

struct breaker_config {
    bool present;
    double errors;    /* share of failed calls, 0..1, that opens it */
    sim_time open;    /* how long calls fail at once */
    int64_t requests; /* calls in the window below which it stays closed */
    sim_time window;
};

struct budget_config {
    bool present;
    int64_t tokens;             /* capacity, full at the beginning */
    int64_t cost, cost_timeout; /* tokens of a retry after an error, after a timeout */
    int64_t refund;             /* tokens that a success without a retry gives */
};

struct limit_config {
    bool present;
    int64_t calls, queue; /* under way at the most; so many more wait */
    sim_time wait;
};

/* How callers find the instances of a service that has no load balancer. */
struct discovery_config {
    bool present;
    int each;           /* enum discovery_each */
    int policy;         /* enum dispatch_policy: random, round robin, least outstanding */
    sim_time lifetime;  /* of a connection */
    struct dist notice; /* from a host's death until it is no longer chosen */
};
enum discovery_each { DISCOVERY_CONNECTION, DISCOVERY_REQUEST };

/* ---- journeys as written ---- */

enum step_variant {
    STEP_CPU,
    STEP_GET,
    STEP_READ,
    STEP_WRITE,
    STEP_CALL,
    STEP_PARALLEL,
    STEP_SERIES,
    STEP_SEND,
    STEP_WAIT,
    STEP_VARIANTS
};

struct step_cpu {
    struct dist time; /* on a reference vCPU */
};

struct step_wait {
    struct dist time; /* passes; nothing is used but the worker */
};

struct step_get {
    struct ref from;  /* an elasticache */
    int64_t value;    /* bytes */
    struct dist time; /* thread time of the command; text NULL: the cache's own */
    double hit_ratio; /* 0..1; counts when hit_ratio_set, else the cache's own */
    bool hit_ratio_set;
    struct tagged *miss; /* steps after a miss, of enum step_variant */
    int miss_count;
    bool fill; /* the value is written to the cache after a miss */
};

/* STEP_READ and STEP_WRITE. */
struct step_query {
    struct ref database;       /* an rds */
    struct dist time;          /* on a reference vCPU */
    sim_time timeout;          /* the service gives the query up after this */
    int64_t request, response; /* bytes there and back */
};

struct step_call {
    struct ref operation;      /* of another service of ours, or of an external one */
    sim_time timeout;          /* of an attempt */
    int64_t attempts;          /* the first included */
    int64_t request, response; /* bytes there and back */
    bool async;                /* nobody waits for the answer */
    bool optional;             /* a failed call is no failure of the operation */
    struct backoff backoff;    /* before another attempt; absent: at once */
    struct breaker_config breaker;
    struct budget_config budget;
    struct limit_config limit;
};

enum { BRANCHES_MAX = 64 };

/* What a failing branch means for the operation. */
enum branch_failure { BRANCH_FAILS_AT_ONCE, BRANCH_FAILS_AT_JOIN, BRANCH_IS_IGNORED };

struct step_parallel {
    struct tagged *branches; /* of enum step_variant, each a branch */
    int branch_count;
    int failure; /* enum branch_failure */
};

struct step_series {
    struct tagged *steps; /* of enum step_variant, one after the other */
    int step_count;
};

struct step_send {
    struct ref to;    /* an sqs */
    int64_t bytes;    /* of the message */
    struct dist time; /* of the send call */
};

/* One operation of a service. */
struct operation_config {
    const char *name;
    struct mark at;
    struct tagged *steps; /* of enum step_variant */
    int step_count;
    struct service_config *service; /* filled by the loader */
    int64_t response;               /* bytes of the answer */
};

struct pool_config {
    const char *name;
    struct mark at;
    int64_t size;
    struct component *database;
};

/* Which of those who wait for a worker is next. */
enum backlog_order { BACKLOG_FIFO, BACKLOG_LIFO, BACKLOG_ADAPTIVE };

struct service_config {
    const char *name;
    struct mark at;
    bool external;             /* somebody else's: operations are distributions, no capacity of ours */
    struct ref runs_on;        /* an asg or a deployment; required unless external */
    struct ref consumes;       /* an sqs queue: a worker service with one operation */
    int64_t workers, backlog;  /* per instance */
    int backlog_order;         /* enum backlog_order */
    sim_time backlog_timeout;  /* a longer wait is answered 503; 0: none */
    sim_time overload_after;   /* somebody has waited all this time: an overload */
    sim_time overload_timeout; /* the backlog_timeout of who comes in an overload; 0: the same */
    bool drop_expired;         /* whom nobody waits for gets no worker */
    int discipline;            /* enum discipline, of an instance's vCPUs */
    struct discovery_config discovery;
    sim_time pool_timeout;        /* waiting for a connection */
    sim_time connection_lifetime; /* 0: for ever */
    struct pool_config *pools;    /* connections per instance, by database */
    int pool_count;
    struct operation_config *operations;
    int operation_count;
    int index;
};

/* ---- traffic ---- */

enum { SCENARIO_POPULATIONS_MAX = 200 };

struct mix_entry {
    const char *name;
    struct mark at;
    double share; /* 0..1; a mix adds up to 1 */
    struct operation_config *operation;
};

/* Where a session goes from an operation. The name "leave" ends it. */
struct navigation_row {
    const char *name;
    struct mark at;
    struct mix_entry *to; /* shares add up to 1, those that leave included */
    int to_count;
    struct operation_config *operation;
};

/* How many, as written; `law` is filled by the loader. */
struct count_config {
    bool present;
    int kind; /* enum count_kind */
    double mean;
    int64_t least, most; /* 0: not written */
    bool mean_set;
    struct mark mean_at, law_at, least_at, most_at; /* keys, where they are written */
    struct count_law law;
};

/* Clients that come for several operations, one after the other, and think in between. */
struct sessions_config {
    bool present;
    struct mix_entry *enter; /* the first operation; shares add up to 1 */
    int enter_count;
    struct navigation_row *next;
    int next_count;
    struct dist think;
    sim_time think_at_most;     /* 0: as long as it takes */
    struct count_config length; /* operations of a session at the most */
    struct mark length_at;      /* the key, if written */
    double retry;               /* 0..1: a failed operation is tried again after thinking; else the session ends */
    double operations;          /* expected, when none fails; filled by the loader */
    double think_mean_s;        /* of one pause; filled by the loader */
};

/* A price geography of CloudFront: US, EU, ... */
struct geo_entry {
    const char *name;
    struct mark at;
    double share; /* 0..1; they add up to 1 */
};

/* A point of a piecewise profile. */
struct knot_entry {
    struct instant at; /* local time of day */
    double rate;       /* per second */
    struct mark mark;
};

enum rate_shape { SHAPE_CONSTANT, SHAPE_ORDINARY, SHAPE_SALE, SHAPE_BLACK_FRIDAY, SHAPE_CYBER_MONDAY, SHAPE_PIECEWISE };

/* Offers open: the shape times 1 + (factor - 1) g(t); g rises linearly over `rise`, then halves every half_life. */
struct launch_config {
    bool present;
    struct instant at;
    double factor; /* >= 1 */
    sim_time rise, half_life;
};

/* How a bin's requests of a trace arrive: exactly so many, or a Poisson process with that mean. */
enum trace_spread { SPREAD_EXACT, SPREAD_POISSON };

struct population {
    const char *name;
    struct mark at;
    struct {
        bool present;
        int profile; /* enum rate_shape */
        double mean; /* per second over the clock's length; of a trace: filled by the loader; see
                        scenario_mean_rate() */
        struct launch_config launch;
        struct knot_entry *knots; /* SHAPE_PIECEWISE */
        int knot_count;
        bool mean_set, profile_set;
        const char *trace_name;    /* "": none */
        const struct trace *trace; /* what it names, filled by the loader; NULL: none, or it could not be read */
        double scale;              /* of the trace's requests */
        bool scale_set, spread_set;
        int spread; /* enum trace_spread */
        struct mark mean_at, profile_at, launch_at, knots_at, trace_at, scale_at, spread_at, batch_at; /* keys */
        struct {
            bool present;
            double factor; /* >= 1: the rate in a burst over the rate between bursts */
            sim_time mean_on, mean_off;
        } burst;
        struct count_config batch; /* at the same instant */
    } rate;                        /* of sessions, where there are any; else of operations */
    struct mark rate_at;           /* the key, if written */
    bool rate_wrong;               /* not all of it was understood, which is reported */
    struct geo_entry *from;
    int from_count;
    struct mix_entry *mix; /* with sessions: what they ask for in the long run, filled by the loader */
    int mix_count;
    struct sessions_config sessions;
    struct {
        bool present;
        const char *on; /* a success of this operation brings the objects */
        struct mark on_at;
        int on_index;         /* scenario_operation_index() of `on`, -1 without a page */
        int64_t objects;      /* of a page */
        int64_t bytes;        /* of all its objects together */
        double browser_cache; /* 0..1, of the objects: kept by the browser */
        struct ref on_ref;    /* as written */
    } page;
    struct {
        bool present;
        int kind;             /* enum client_kind */
        struct dist patience; /* of programs: their timeout */
        bool patience_set, reload_set;
        sim_time timeout; /* of mobile apps and SDKs; filled by the loader when not written */
        bool timeout_set;
        struct mark timeout_at, patience_at, reload_at; /* keys, where they are written */
        struct retry_config retry;
        struct mark retry_at;
        double reload; /* 0..1, after a failure */
        struct dist reload_after;
        int64_t reloads; /* at the most */
    } client;
    struct dist rtt;                /* viewer to edge location, round trip */
    int64_t request, response;      /* bytes of a dynamic request, and of an answer that does not say otherwise */
    double requests_per_connection; /* HTTP requests that a viewer sends over one connection, without sessions */
    sim_time keep_alive;            /* a browser closes a connection that is idle for so long */
    int index;
};

/* ---- faults ---- */

enum fault_kind {
    FAULT_POWER,         /* a zone or a region: everything in it dies at once */
    FAULT_CRASH,         /* hosts of a component die */
    FAULT_SLOW,          /* a component takes times longer */
    FAULT_DOWN,          /* a component does not answer */
    FAULT_NETWORK,       /* a zone or a region is cut off, and lives */
    FAULT_GREY,          /* a zone or a region is slow and loses a share of what goes there */
    FAULT_CONTROL_PLANE, /* of a region: launches, changes of DNS, metrics */
    FAULT_DNS,           /* the name of a component does not resolve */
    FAULT_SURGE,         /* more traffic of a population */
    FAULT_FLUSH,         /* a cache is emptied */
    FAULT_KINDS,
};
const char *fault_kind_name(enum fault_kind kind); /* "power", ... models/scenario_faults.c */

struct fault_config {
    const char *name; /* made by the loader when absent: "power us-east-1a" */
    struct mark at;
    struct instant when;
    bool random;          /* instead: at random, so often */
    double rate_per_s;    /* between the end of one and the next */
    struct ref zone;      /* target: struct region; .name is the zone */
    struct ref region;    /* struct region */
    struct ref component; /* what fails: a fleet, database, cache, queue, balancer, or an external service */
    struct ref traffic;   /* struct population */
    int64_t instances;    /* with a fleet: how many crash */
    int64_t shard;        /* with a cache: which one loses its primary, from 1; 0: all in the zone of the first */
    int kind;             /* enum fault_kind */
    struct dist law;      /* how long, as written */
    sim_time lasts;       /* its mean, which it is unless lasts_random */
    bool lasts_random;
    double factor, share; /* times longer or more; 0..1 of the requests, calls or launches */
    bool factor_set, share_set;
    int metrics, changes; /* of the control plane: 0 ok, 1 missing or stopped */
    sim_time ttl;         /* dns: an answer is kept so long, and so is a failure */
    struct {
        bool present;
        bool zone_fails;       /* launches in the zone itself */
        double region_latency; /* launches elsewhere take so many times longer, >= 1 */
        double region_errors;  /* 0..1 of them fail */
        int zone;              /* as written, like region */
        struct {
            bool present;
            double latency, errors;
            double limit; /* launches per second that the region admits; 0: any */
        } region;
    } launches;
    struct {
        bool present;
        sim_time after, over; /* the first host is back so long after the trigger is gone, the last one `over` later */
    } tail;
    struct fault_config *with; /* fails with it */
    int with_count;
    sim_time after;  /* of one in `with`: since the fault began */
    double chance;   /* likewise: 0..1 */
    int zone_index;  /* in its region; -1 when the fault is not of a zone */
    sim_time starts; /* since the clock's start, >= 0; at or after its length: never happens */
};

/* A part of a day, from `from` after its start on; beyond the day's end it begins again. length 0: the whole day. */
struct day_part {
    sim_time from, length;
};

/*
 * What fails in a replication. Where a plan is asked for, NULL means the scenario's own faults on the headline day and
 * none on a day of the calendar. A caller's own list may be given for any day: of each fault `name`, kind, place (zone
 * with zone_index, or component, both resolved), `starts` and `lasts` count, and what its kind reads.
 */
struct fault_plan {
    const struct fault_config *faults; /* borrowed for the run */
    int count;
    struct day_part part; /* of the day is simulated; then `starts` of a fault counts from its beginning */
};

/* Nothing fails: the fault-free twin of a day meets the same customers. */
extern const struct fault_plan fault_free;

/* ---- objectives, calendar, money ---- */

enum free_amounts { FREE_NOTHING, FREE_ALWAYS, FREE_FIRST_YEAR };

enum objective_kind { OBJECTIVE_AVAILABILITY, OBJECTIVE_LATENCY, OBJECTIVE_MONTHLY_COST };

struct objective {
    struct mark at;
    int kind;              /* enum objective_kind */
    const char *text;      /* "availability of checkout >= 99.8%" */
    const char *operation; /* availability, latency: an operation, "all" or "static" */
    struct mark operation_at;
    double percentile;        /* latency: 50..99.99 */
    int month;                /* monthly_cost: 0 = mean, 1 = peak */
    double at_least;          /* availability: share, 0..1 */
    sim_time at_most;         /* latency */
    int64_t at_most_usd_e10;  /* monthly_cost */
    struct ref operation_ref; /* target NULL for "all" and "static" */
};

struct month_entry {
    int month; /* 0 = January */
};

struct day_type {
    const char *name;
    struct mark at;
    int64_t days;           /* a year */
    uint32_t months;        /* bit m = month m + 1; 0 = whatever days the other types leave */
    struct month_entry *in; /* as written; `months` is what counts */
    int in_count;
    int shape;   /* enum rate_shape */
    double mean; /* per second, of the first population; the others scale with it */
};

/* A file that the scenario names: a trace, or the values of a distribution. */
struct scenario_input {
    const char *file; /* as written */
    const char *sha256;
};

struct scenario {
    int64_t language; /* `headroom: 1` */
    const char *path, *name, *description;
    const char *extends; /* as written; "": nothing */
    char sha256[65];     /* of the file's bytes, then of each --set text, then of the inputs' digests */
    int input_count;
    struct scenario_input *inputs; /* each once, by name */
    struct {
        bool present;
        const char *start;       /* as written: ISO 8601 with offset */
        int64_t start_utc_s;     /* Unix time */
        int utc_offset_s;        /* of the written start: local time = UTC + offset */
        int year, month, day;    /* local date of start */
        int64_t start_ns_of_day; /* local time of day of start */
        sim_time length, warm_up;
    } clock;
    int64_t replications, seed;
    double precision;         /* 0: exactly `replications`; else as many as it takes, and `replications` is not used */
    int64_t max_replications; /* with a precision */
    struct mark idle_maximum; /* where max_replications is written without a precision; line 0: it is not */
    bool station_events;      /* --stations events: no departure is computed ahead; same results */
    sim_time window;          /* of the time series, default 1 min */
    int region_count;
    struct region *regions;
    int component_count;
    struct component *components;
    int by_kind_count[KIND_COUNT];
    struct component **by_kind[KIND_COUNT];
    int service_count;
    struct service_config *services;
    int population_count;
    struct population *populations;
    int fault_count;
    struct fault_config *faults;
    int objective_count;
    struct objective *objectives;
    int day_type_count;
    struct day_type *day_types;
    struct {
        bool present;
        struct operation_config *operation;
        const char *operation_name;
        int64_t value;                 /* of an order, 1e-10 USD */
        double margin, lost_if_failed; /* 0..1 */
        int64_t one_off;               /* 1e-10 USD, paid once for the change to this design */
        double faults_per_year;        /* how often faults such as the scheduled ones come; 0: not said */
        struct {                       /* as written */
            bool present;
            struct ref operation;
            int64_t value;
            double margin, lost_if_failed;
        } order;
    } business;
    struct commitments_config commitments;
    struct also_config also;     /* bought beside what is simulated */
    enum free_amounts free_tier; /* off every month's bill */
    const struct node *root;     /* the document that was read: extended, with every --set in it */
    const struct node *edge_node, *regions_node, *objectives_node; /* while loading */
    int traffic_operation_count;
    struct operation_config **traffic_operations; /* scenario_operation() */
};

/*
 * Reads, validates and resolves; every error of the file at once. NULL when there are errors. `sets` are the texts of
 * --set; they and `path` must outlive the scenario.
 */
struct scenario *scenario_load(const char *path, const char *const *sets, int set_count, struct arena *arena,
                               struct diag *diag);

/* The same; *unreadable is set (never cleared) when the file itself cannot be read, which is not the file's fault. */
struct scenario *scenario_open(const char *path, const char *const *sets, int set_count, struct arena *arena,
                               struct diag *diag, bool *unreadable);

/* The same from bytes in memory, NUL-terminated; empirical(file) is looked for in base_dir. */
struct scenario *scenario_parse(const char *name, const char *text, size_t length, const char *base_dir,
                                const char *const *sets, int set_count, struct arena *arena, struct diag *diag);

/* Legal but doubtful, as warnings with place and next step: load above capacity, pools above connections, ...
 * models/scenario_check.c */
void scenario_doubts(const struct scenario *sc, struct diag *diag);

/* Of caches with keys: what fits, what is asked for and what follows; nothing where there are none.
 * models/scenario_caches.c */
void scenario_explain_caches(const struct scenario *sc, FILE *out);

/* The resolved architecture on a screen or two. models/scenario_explain.c */
void scenario_explain(const struct scenario *sc, FILE *out);

/* Of that, what is money alone: `also`, `business`, `commitments`. models/scenario_explain_money.c */
void scenario_explain_money(const struct scenario *sc, FILE *out);

/* Operations of the traffic in a fixed order, without "all" and "static": the order of results. */
int scenario_operation_count(const struct scenario *sc);
const struct operation_config *scenario_operation(const struct scenario *sc, int index);
int scenario_operation_index(const struct scenario *sc,
                             const struct operation_config *operation); /* -1: not in the mix */

/* Fleets, what services run on: Auto Scaling groups, then deployments. The order is that of the world's. */
int scenario_fleet_count(const struct scenario *sc);
const struct component *scenario_fleet(const struct scenario *sc, int index);

/* "20:05" and "+2h" as time since the clock's start: the first such time of day at or after start. */
sim_time scenario_instant(const struct scenario *sc, struct instant instant);

/* By its name, or by "region.local"; NULL when there is none. */
const struct component *scenario_component(const struct scenario *sc, const char *name);

/* ---- several regions: models/scenario_regions.c ---- */

/* The balancer that clients reach, of several the first that their name or CloudFront's origin leads to; NULL: unclear. */
const struct component *scenario_front(const struct scenario *sc);

/* The component of that name and kind in a region, or NULL. */
const struct component *scenario_in_region(const struct scenario *sc, const struct component *c,
                                           const struct region *region);
/* What is meant in a region by the name of `home`: the one that is there, else `home` in another region. */
const struct component *scenario_seen_from(const struct scenario *sc, const struct component *home,
                                           const struct region *region);
/* A service lives in each region that has its fleet. */
bool scenario_lives_in(const struct scenario *sc, const struct service_config *service, const struct region *region);
/* The service that runs on a fleet, or NULL. */
const struct service_config *scenario_service_on(const struct scenario *sc, const struct component *fleet);

/*
 * The rate of a population over [-warm_up, length) as knots in simulated time (0 = start - warm_up), scaled so that the
 * mean over [0, length) is `mean`; day_type < 0: the headline day; otherwise that day type: 24 h from local midnight,
 * no launch. The shape continues backwards into the warm-up. A trace is the headline day's; before its time 0 its first
 * bin is repeated. models/rate.c
 */
struct rate_curve {
    const struct rate_knot *knots;
    uint32_t count;
    sim_time length, warm_up;
    int64_t start_ns_of_day;
    const struct arrival_bin *bins; /* not NULL: exactly so many arrivals, and the knots are their mean */
    uint32_t bin_count;
};
struct rate_curve scenario_rate(const struct scenario *sc, const struct population *p, int day_type,
                                struct arena *arena);

/*
 * The curve of a part of the day, with as long a warm-up before it. Of a trace it keeps the mean of the bins and not their
 * exact counts. part.from >= 0, part.length at most the day's.
 */
struct rate_curve rate_curve_part(const struct rate_curve *day, struct day_part part, struct arena *arena);

/* The bursts of a population that has them. */
struct burst_law scenario_bursts(const struct population *p);

/* Mean rate of a population over the clock's length, per second: operations, or sessions where there are any. */
double scenario_mean_rate(const struct scenario *sc, const struct population *p, struct arena *arena);

#endif
