/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * client -- what a population of browsers keeps during a replication. client.c sends its requests one by one, session.c
 * says which comes next, objects.c asks for the static objects of its pages in bulk.
 */
#ifndef HEADROOM_CLIENT_H
#define HEADROOM_CLIENT_H

#include "models/connections.h"
#include "models/world.h"
#include "sim/arrivals.h"

/* How long a sum of independent delays takes, as a probability per histogram bin. */
struct delay_law {
    double *probability;  /* HISTOGRAM_BINS */
    uint32_t first, last; /* bins with any */
};

struct geo_meters {
    struct meter *requests, *bytes, *uploads;
};

/* What a customer will draw on the way to the balancer; a row of them is drawn together. */
struct customer {
    sim_time at; /* SIM_NEVER after the last */
    sim_time path, patience;
    struct draw_block node;
    int operation;
    bool connects;
};

/* Where a session may go: cumulative shares; beyond the last it leaves. */
struct ways {
    double *limit;
    uint16_t *row;
    int count;
};

/* Clients that come for several operations. Counts are of the whole run; `before`: of the warm-up. */
struct session_flow {
    struct ways *next; /* by row of the navigation */
    int *operation;    /* of each row: index in the results */
    struct sampler think;
    uint32_t place_navigation, place_length;
    uint64_t begun, ended, begun_before, ended_before;
    struct little live;
    uint128 live_before; /* its integral at the last window */
    int column;
};

struct population_state {
    const struct population *config;
    struct session_flow *sessions; /* NULL: one operation each */
    struct sampler rtt, patience;
    struct arrivals arrivals;
    struct customer *row; /* DRAW_ROW of them */
    uint64_t ordinal;     /* of the next */
    sim_time next;        /* its arrival */
    uint32_t place_client, place_path, place_static;
    double *mix_limit;  /* cumulative shares of what clients ask for when they arrive */
    int *mix_operation; /* index in the results */
    int mix_count;
    bool *uploads; /* per operation of the results: writes, so the request carries a body */
    int64_t *response;
    struct delay_law hit, regional, miss;
    struct geo_meters *geo;
    struct meter *origin_bytes;
    struct meter **egress; /* without a CDN: from each balancer to the internet; NULL with one */
    uint64_t pages;        /* answered in this window, their objects not yet requested */
    uint64_t hour_hits, hour_regional, hour_misses; /* latencies not yet recorded */
    uint64_t hour_requests;
    int64_t hour_bytes, hour_uploads;
    struct visits visits;
    struct bucket *quotas;            /* of the client objects; NULL: none */
    uint64_t retries, retries_denied; /* inside the window, of programs */
    uint32_t place_retry;
};

/* 32 bits as a uniform number in (0, 1): enough for a coin. */
static inline double unit_of_32(uint64_t bits)
{
    return ((double)(bits & 0xffffffffu) + 0.5) * 0x1p-32;
}

/* ---- session.c ---- */

/* Before the first column is used; once, when the population comes for sessions. */
void session_flow_init(struct world *w, struct population_state *p);

/* A client arrives and asks for the first operation of a session. */
void session_begin(struct world *w, struct population_state *p, uint64_t ordinal, const struct customer *customer);

/* Its operation ended at `at`, now or later: it thinks, or leaves. */
void session_answered(struct world *w, uint32_t session, enum outcome outcome, sim_time at);

/* The mean number of sessions under way, over the window that ends now. */
void session_window(struct world *w, struct population_state *p);

/* ---- client.c ---- */

/* An operation begins, by the customer's draws; session: 0 when the client came for nothing else. */
void client_begin(struct world *w, struct population_state *p, uint64_t ordinal, uint32_t session,
                  const struct customer *customer);
/* What is drawn for the first attempt of an operation. The operation and the time of the arrival are the caller's, and
 * whether a connection is still open. */
struct customer client_draw(const struct world *w, const struct population_state *p, uint64_t ordinal, bool connects);

/* ---- objects.c ---- */

/* How long hits and misses take, as laws over the histogram's bins. Once, when the population has pages and a CDN. */
void objects_init(struct world *w, struct population_state *p);

#endif
