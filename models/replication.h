/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * replication -- what one replication of one day leaves behind: counts, sums, histograms, series and usage. A pure
 * function of (scenario, seed, replication, day type); bit-identical for any number of threads.
 */
#ifndef HEADROOM_REPLICATION_H
#define HEADROOM_REPLICATION_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/arena.h"
#include "sim/base/usage.h"
#include "sim/fingerprint.h"
#include "sim/histogram.h"

struct scenario;
struct fault_plan;

/* How a request ended, as the client saw it (operations) or as the load balancer answered it (attempts). */
enum outcome {
    OUTCOME_OK,
    OUTCOME_HTTP_500,    /* the application answered an error: a database or dependency failed */
    OUTCOME_HTTP_502,    /* reset: the target died or refused the connection */
    OUTCOME_HTTP_503,    /* no registered target, or the application shed the request */
    OUTCOME_HTTP_504,    /* the target did not accept or answer in time */
    OUTCOME_GAVE_UP,     /* the client's patience ended first (ALB log: 460) */
    OUTCOME_UNREACHABLE, /* no connection to the origin: its load balancer node is gone */
    OUTCOME_COUNT,
};
const char *outcome_name(enum outcome outcome); /* "ok", "http_500", ..., "gave_up", "unreachable" */

/* One operation (browse, ...); the last two entries of the array are "all" (CDN-only objects excluded) and "static". */
struct operation_result {
    const char *name;
    uint64_t begun;                   /* operations begun inside the window */
    uint64_t outcomes[OUTCOME_COUNT]; /* their final outcomes, after the client's retries */
    uint64_t in_flight;               /* begun inside the window and unresolved at its end */
    uint64_t attempts;                /* requests that the client sent for them */
    struct histogram latency;         /* first attempt to final answer or give-up; failures included */
    struct histogram latency_ok;      /* successes only */
};

/* Operations by the minute in which they began: what a run and its fault-free twin are compared by. */
struct minute_count {
    uint32_t begun, ok; /* ok: answered within the client's patience, after its retries, whenever that was */
};

/* A column of the time series: one value per window. */
enum series_group {
    SERIES_TRAFFIC,      /* arrivals per second: plotted against capacity */
    SERIES_CAPACITY,     /* desired, in service, healthy instances */
    SERIES_LATENCY,      /* ms: p50, p95, p99 of an operation */
    SERIES_ERRORS,       /* per second, by code */
    SERIES_UTILISATION,  /* 0..1 */
    SERIES_QUEUE,        /* messages, age in s */
    SERIES_AVAILABILITY, /* 0..1 per operation */
    SERIES_PLACES,       /* requests per second sent to each balancer, where a name leads to several */
    SERIES_OTHER,
};

struct series_column {
    const char *component; /* "web-fleet", "browse", "all" */
    const char *name;      /* "desired", "p99", "http_504", "cpu" */
    const char *unit;      /* "instances", "ms", "/s", "share", "messages", "s" */
    enum series_group group;
};

struct series {
    int column_count, window_count;
    const struct series_column *columns;
    sim_time window_ns;
    double *values; /* [column * window_count + window]; NAN where there is nothing to say (no request in it) */
};

struct fault_result {
    const char *name;
    bool random;
    int times; /* that it happened; a random one perhaps not at all, or more than once. What follows is of the first */
    double start_s, end_s;    /* since `start` of the clock; the end of the last thing that it brought. NAN: never */
    double detected_s;        /* first control-loop action or health-check change because of it; NAN when none */
    double restored_s;        /* service restored: the first of 5 minutes in a row at >= 99.9 % of begun operations
                                  answered, after the fault began to hurt; NAN when not within the run */
    uint64_t lost_writes;     /* acknowledged, and not where the database's follower took over */
    uint64_t failed_requests; /* operations failed between start and restored (or the end) */
    int event_count;          /* the timeline: who noticed, who acted */
    const struct fault_event {
        double at_s;
        const char *component, *what;
    } * events;
};

struct utilisation_result {
    const char *component, *resource;
    double mean, peak;
}; /* 0..1; peak: largest window */
struct limit_result {
    const char *component, *limit;
    double peak_share;
    double at_s;
    double value, maximum;
};
struct fleet_result {
    const char *name;
    double min, mean, max;
}; /* instances in service */
struct flow_result {
    const char *component, *name;
    uint64_t count;
}; /* for the flow diagram: requests per component */

/* What a service did, where services of ours call each other: requests of clients, calls of others, messages. */
struct service_result {
    const char *name, *fleet;
    uint64_t requests, errors; /* that ended; errors: not answered, or not correctly */
    struct histogram latency;  /* from coming to the service to its answer */
};

/* Calls of a service to an operation of another one, or of somebody else's. */
struct edge_result {
    const char *from, *to; /* "web", "payments.charge" */
    bool external;
    uint64_t calls, failed; /* that began; that failed for good */
    uint64_t ignored;       /* of those: the operation went on without them */
    uint64_t attempts, retries, errors, timeouts;
    uint64_t cut; /* attempts whose caller died */
    uint64_t breaker_rejected, limit_rejected;
    uint64_t budget_exhausted; /* retries that were not made for want of tokens */
    uint64_t breaker_opened;
    double breaker_open_s;    /* sum over the caller's instances */
    struct histogram latency; /* of attempts, as the caller saw them: until the answer or the timeout */
};

struct replication {
    uint64_t seed;
    uint32_t number;               /* 0.. */
    int day_type;                  /* -1: the headline day; else index into the calendar */
    const struct fault_plan *plan; /* as it was given: what failed; NULL: the scenario's own faults */
    struct fingerprint fingerprint;
    uint64_t events, station_visits, dynamic_requests, edge_requests; /* inside the window and, for events, all */
    int operation_count;                                              /* with "all" and "static" */
    struct operation_result *operations;
    struct series series;
    struct usage *usage; /* weight_e6 = 1000000; hours 0..; inside the window only */
    size_t usage_count;
    int minute_count;             /* of the day, the last one perhaps shorter */
    struct minute_count *minutes; /* [minute * (operation_count - 1) + operation]: without "static" */
    int fault_count;
    struct fault_result *faults;
    int utilisation_count;
    struct utilisation_result *utilisations;
    int limit_count;
    struct limit_result *limits;
    int fleet_count;
    struct fleet_result *fleets;
    int flow_count;
    struct flow_result *flows;
    int service_count; /* 0 where no service of ours calls another */
    struct service_result *services;
    int edge_count;
    struct edge_result *edges;
    const char *violation; /* NULL, or the conservation law that was broken, with both sides */
    double cpu_s;          /* timing only */
};

#endif
