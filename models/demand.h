/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * demand -- the back of an envelope: what the traffic asks of each resource, as expectations.
 *
 * Mean rates times mean service times, hits and misses weighted by their ratio; no waiting, no retries, no failures.
 * Sessions ask for all they ask for when they begin, and bursts of all populations are on at the peak: peaks are upper
 * bounds.
 * It says what a scenario asks for before anything is simulated, and nothing about what it gets.
 */
#ifndef HEADROOM_DEMAND_H
#define HEADROOM_DEMAND_H

#include "models/scenario.h"

/* What one execution of a step asks for, in any unit; `context` is the caller's. */
typedef double demand_of_step(const struct tagged *step, const void *context);

/* Expected sum over the steps of an operation; a miss's steps count with the miss ratio. */
double demand_of_operation(const struct operation_config *operation, demand_of_step *of_step, const void *context);

/* The same of a request for it, with all that the services of ours do which it calls, directly or not; of `service`
 * alone, or of all of them (NULL). Attempts count once. */
double demand_of_request(const struct operation_config *operation, const struct service_config *service,
                         demand_of_step *of_step, const void *context);

/* Ready-made units. CPU: context NULL. READ, WRITE, GET and SEND: the component (NULL: any). */
demand_of_step demand_cpu_s;  /* seconds of a reference vCPU */
demand_of_step demand_read_s; /* seconds of a reference vCPU of the database */
demand_of_step demand_write_s;
demand_of_step demand_commands_s; /* seconds of the cache's thread, fills included */
demand_of_step demand_gets;       /* gets, without fills */
demand_of_step demand_sends;      /* messages */
demand_of_step demand_changes;    /* writes and messages: what must not be done twice */
demand_of_step demand_time_s;     /* seconds from the first step to the last, nothing waited for */

/* The traffic of the headline day at the instants where a rate bends. */
struct demand_day {
    const struct scenario *sc;
    int instant_count;
    sim_time *instants;  /* since the clock's start */
    double *rates_per_s; /* operations: [instant * population_count + population]; in a burst, where there are any */
    double *mean_per_s;  /* operations of each population */
};

/* Operations that one arrival of the population begins: 1, or those of a session. */
double demand_per_arrival(const struct population *p);

/* How many times the rate of its curve a population reaches in a burst. Numbers of an exact trace move only within bins. */
double demand_burst(const struct population *p);

struct demand_day demand_day_of(const struct scenario *sc, struct arena *arena);

struct demand {
    double mean, peak; /* per second of the clock: demands in `of_step`'s unit */
    sim_time peak_at;  /* since the clock's start */
};

/* What clients, callers and messages ask of a service; of all services together when NULL. */
struct demand demand_of_service(const struct demand_day *day, const struct service_config *service,
                                demand_of_step *of_step, const void *context);

/* The mean demand of each hour of a day type's day, from local midnight on, per second; in `of_step`'s unit. */
void demand_hours(const struct scenario *sc, const struct service_config *service, int day_type,
                  demand_of_step *of_step, const void *context, double hours[24], struct arena *arena);

/* Calls per second of a service to an operation. */
struct demand demand_of_edge(const struct demand_day *day, const struct service_config *from,
                             const struct operation_config *to);

/* Messages per second that arrive at a queue. */
struct demand demand_of_queue(const struct demand_day *day, const struct component *queue);

/* Who calls whom at the peak, printed; and what is doubtful about it. models/scenario_explain_calls.c */
void scenario_explain_calls(const struct scenario *sc, const struct demand_day *day, FILE *out);
void scenario_doubt_calls(const struct scenario *sc, const struct demand_day *day, struct diag *diag);

#endif
