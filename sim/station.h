/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * station -- servers and a queue: processor sharing (egalitarian, with a capacity curve) or FCFS with c servers.
 *
 * Processor sharing [KLE-2] sec. 4.4: n jobs on c servers of speed s each progress at rate s * cap(min(n, c)) / n,
 * where cap(k) is the work rate of k busy servers (k when every server is a full core; less when two servers are
 * threads of one core). Kept as one virtual time per station, in 2^-16 ns; a job finishes when the virtual time
 * reaches its own finish mark, so an arrival costs one heap insertion whatever n is. One pending event per station.
 *
 * FCFS: c servers of speed s, a queue of unbounded length (bound it with a Gate); one event per job in service.
 *
 * The station pushes its own events (class EVENT_COMPLETION, the kind and entity it was given). Whoever owns the
 * event loop hands each of them back to station_done() until that returns STATION_NONE. Jobs are numbers below 2^24
 * (slots of frames). All meters are exact integers.
 */
#ifndef HEADROOM_STATION_H
#define HEADROOM_STATION_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/arena.h"
#include "sim/base/compiler.h"
#include "sim/event_set.h"
#include "sim/simtime.h"

#define STATION_NONE 0xffffffffu

enum discipline { STATION_PROCESSOR_SHARING, STATION_FCFS };

struct station_job {
    uint64_t mark; /* PS: virtual finish time, 2^-16 ns. FCFS in queue: demand in ns of a server of speed 1 */
    uint32_t job;
    uint32_t serial; /* tie order: low bits of the request's ordinal */
};

struct station {
    struct event_set *events; /* borrowed */
    struct arena *arena;      /* borrowed: the job table grows there */
    enum discipline discipline;
    uint32_t kind, entity; /* of its events */
    uint32_t servers;
    uint32_t speed_q16;      /* 65536 = a reference server */
    const uint32_t *cap_q16; /* PS: cap(k) * 65536 for k = 0..servers; NULL: cap(k) = k */
    uint64_t virtual_q16;    /* PS: virtual time at virtual_at, reset when the station empties */
    uint64_t rate_q48;       /* PS: progress of each job, ns of demand per ns, * 2^48 */
    double guess_ns;         /* PS: time per 2^-16 ns of demand at this rate, a guess that integers correct */
    sim_time virtual_at;
    sim_time armed_at;        /* PS: time of the pending event, SIM_NEVER when none */
    bool draining;            /* PS: between the first station_done() of an event and the one that returns NONE */
    struct station_job *jobs; /* PS: binary heap on (mark, serial); FCFS: ring of the waiting */
    uint32_t capacity;        /* of jobs[], a power of two */
    uint32_t head, waiting;   /* FCFS ring */
    uint32_t in_service;      /* PS: all jobs; FCFS: busy servers */
    struct station_job
        *serving; /* FCFS: those in service, a heap whose marks are the ends; killed jobs are not in it */
    uint32_t serving_capacity;
    /* meters */
    sim_time last; /* time of the last change */
    uint64_t arrivals, completions, killed;
    uint128 busy_q16; /* integral of the busy servers (min(n, servers)) * 65536 dt, in server-ns * 2^16 */
    uint128 number;   /* integral of the number of jobs, in job-ns */
};

/* cap_q16 is borrowed, servers + 1 entries, or NULL. speed 1.0 is the reference. */
void station_init(struct station *st, struct arena *arena, struct event_set *events, enum discipline discipline,
                  uint32_t kind, uint32_t entity, uint32_t servers, double speed, const uint32_t *cap_q16,
                  sim_time now);

/* Larger demands count as this: heavy tails end somewhere, and virtual time has 2^46 ns before it is rebased. */
#define STATION_DEMAND_MAX ((sim_time)1 << 45) /* 9.8 hours of a reference server */

/* A job of `demand` ns on a reference server arrives. A demand of 0 completes at `now`, through the event set. */
void station_arrive(struct station *st, sim_time now, uint32_t job, uint32_t serial, sim_time demand);

/*
 * Call with each event of this station, its slot included, again and again until it returns STATION_NONE: the jobs
 * that are complete at `now`, in (finish, serial) order. Jobs may arrive, be removed or cleared between the calls.
 *
 * PS: the first call with the event that is armed begins to drain; while draining, nobody arms an event, and the call
 * that finds nobody due arms the next and returns STATION_NONE. Events that were overtaken by an earlier one
 * (time != armed_at) do nothing. FCFS: the slot names the job; the events of killed jobs do nothing.
 */
uint32_t station_done(struct station *st, sim_time now, uint32_t slot);

/* Changes the speed of the jobs in progress too (PS only; FCFS: of services that begin later). */
void station_set_speed(struct station *st, sim_time now, double speed);

/* Removes one job or all of them without completing (killed). clear: gives each to `each` (may be NULL) in serial
 * order; by then the station is empty. Remove returns false when the job is not here. O(n). */
bool station_remove(struct station *st, sim_time now, uint32_t job);
void station_clear(struct station *st, sim_time now, void (*each)(void *context, uint32_t job), void *context);

/* Jobs inside: in service and waiting. */
static inline uint32_t station_count(const struct station *st)
{
    return st->in_service + st->waiting;
}

/* Brings the meters up to `now` (windows, the end of a run). Changes nothing else. */
void station_meter(struct station *st, sim_time now);

#endif
