/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * client -- what a population of browsers keeps during a replication. client.c sends its requests one by one, objects.c
 * asks for the static objects of its pages in bulk.
 */
#ifndef HEADROOM_CLIENT_H
#define HEADROOM_CLIENT_H

#include "models/world.h"
#include "sim/arrivals.h"

/* How long a sum of independent delays takes, as a probability per histogram bin. */
struct delay_law {
    double *probability;  /* HISTOGRAM_BINS */
    uint32_t first, last; /* bins with any */
};

struct geo_meters {
    struct meter *requests, *bytes;
};

/* What a customer will draw on the way to the balancer; a row of them is drawn together. */
struct customer {
    sim_time at; /* SIM_NEVER after the last */
    sim_time path, patience;
    struct draw_block node;
    int operation;
    bool connects;
};

struct population_state {
    const struct population *config;
    struct sampler rtt, patience;
    struct arrivals arrivals;
    struct customer *row; /* DRAW_ROW of them */
    uint64_t ordinal;     /* of the next */
    sim_time next;        /* its arrival */
    uint32_t place_client, place_path, place_static;
    double *mix_limit;  /* cumulative shares */
    int *mix_operation; /* index in the results */
    bool *uploads;      /* per operation of the results: writes, so the request carries a body */
    int64_t *response;
    struct delay_law hit, miss;
    struct geo_meters *geo;
    struct meter *uploads_bytes, *origin_bytes, *lookups;
    struct meter *egress;            /* without a CDN: from the balancer to the internet */
    uint64_t pages;                  /* answered in this window, their objects not yet requested */
    uint64_t hour_hits, hour_misses; /* latencies not yet recorded */
    uint64_t hour_requests, hour_connections;
    int64_t hour_bytes;
};

/* How long hits and misses take, as laws over the histogram's bins. Once, when the population has pages and a CDN. */
void objects_init(struct world *w, struct population_state *p);

#endif
