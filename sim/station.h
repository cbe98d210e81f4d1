/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * station -- servers and a line: processor sharing, or c servers that take the first or the last of those who wait.
 *
 * Processor sharing [KLE-2] sec. 4.4: n jobs on c servers of speed s each progress at rate s * cap(min(n, c)) / n,
 * where cap(k) is the work rate of k busy servers (k when every server is a full core; less when two servers are
 * threads of one core). Kept as one virtual time per station, in 2^-16 ns; a job finishes when the virtual time
 * reaches its own finish mark, so an arrival costs one heap insertion whatever n is. One pending event per station.
 *
 * FCFS and LCFS: c servers of speed s, nobody is interrupted; a free server takes the oldest, or the newest, of the
 * line. Each service is one event. A service of demand d at speed s ends at the first nanosecond at which the work
 * done, an exact integer in 2^-16 ns, reaches d.
 *
 * A FCFS station has two executions. On events it is as above. Ahead, the departure is computed when the job arrives,
 * by the recursion of [KIE-55], and no event exists: start = max(now, first free server), departure = start + d / s.
 * That holds as long as nothing changes under booked work, so ahead excludes: station_remove(), a change of speed while
 * anybody is inside (whoever loads the model chooses events for a station that a fault may slow), other disciplines.
 * Departures, fates and meters of the two are the same to the bit, in whatever order simultaneous events come: what
 * departs at `now` has left before an arrival at `now` looks.
 *
 *   arrivals = completions + cut + dropped + refused + killed + station_count()
 *
 * The station pushes its own events (class EVENT_COMPLETION, the kind and entity it was given). Whoever owns the
 * event loop hands each of them back to station_done() until that returns STATION_NONE. Jobs are numbers below 2^24
 * (slots of frames). All meters are exact integers. Memory: what is inside, and the line is bounded if asked to be.
 *
 * [KIE-55] J. Kiefer, J. Wolfowitz, On the Theory of Queues with Many Servers, Trans. AMS 78 (1955).
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

enum discipline { STATION_PROCESSOR_SHARING, STATION_FCFS, STATION_LCFS };
enum execution { STATION_ON_EVENTS, STATION_AHEAD };

/* How a job leaves, if it is not killed. */
enum station_fate {
    STATION_SERVED,
    STATION_CUT,     /* its deadline came while it was served: the rest of its demand is not */
    STATION_DROPPED, /* its deadline came while it waited: it never had a server */
    STATION_REFUSED, /* the line was full */
};

struct station_config {
    enum discipline discipline;
    enum execution execution;
    uint32_t kind, entity; /* of its events; below 32 and 65536 */
    uint32_t servers;
    double speed;            /* 1.0 is the reference; 0 stands still */
    const uint32_t *cap_q16; /* PS: cap(k) * 65536 for k = 0..servers, borrowed; NULL: cap(k) = k */
    bool by_curve;           /* PS: the meter of busy servers counts cap(k) instead of k: work done, at speed 1 */
    uint32_t limit;          /* PS: at most so many share the servers, the others wait in order; 0: everybody shares */
    bool bounded;            /* at most `backlog` jobs wait, more are refused; otherwise nobody is */
    uint32_t backlog;
};

/* PS: a job that shares the servers. */
struct station_job {
    uint64_t mark; /* virtual finish time, 2^-16 ns */
    uint32_t job;
    uint32_t serial; /* tie order: low bits of the request's ordinal */
};

/* FCFS, LCFS: a job at its server. */
struct station_service {
    sim_time departs; /* its end or its deadline; SIM_NEVER at speed 0 */
    uint32_t job, serial;
    uint64_t mark_q16; /* work to do, as if it had begun at `work_since`, 2^-16 ns */
    sim_time deadline;
};

struct station_waiter {
    sim_time demand, deadline;
    uint32_t job, serial;
};

struct station_departed {
    uint32_t job;
    enum station_fate fate;
};

struct station {
    struct event_set *events; /* borrowed */
    struct arena *arena;      /* borrowed: the tables grow there */
    enum discipline discipline;
    enum execution execution;
    uint32_t kind, entity;
    uint32_t servers;
    uint32_t speed_q16; /* 65536 = a reference server */
    const uint32_t *cap_q16;
    bool by_curve;
    uint32_t limit, backlog; /* UINT32_MAX: none */
    enum station_fate fate;  /* of the job that station_arrive() or station_done() told about last; output */
    uint32_t in_service;     /* on events. PS: all that share; else busy servers */

    /* PS */
    bool draining;        /* between the first station_done() of an event and the one that returns NONE */
    uint64_t virtual_q16; /* virtual time at virtual_at, reset when the station empties */
    uint64_t rate_q48;    /* progress of each job, ns of demand per ns, * 2^48 */
    double guess_ns;      /* time per 2^-16 ns of demand at this rate, a guess that integers correct */
    sim_time virtual_at;
    sim_time armed_at;        /* time of the pending event, SIM_NEVER when none */
    struct station_job *jobs; /* binary heap on (mark, serial) */
    uint32_t capacity;

    /* FCFS and LCFS on events */
    uint32_t serving_capacity;
    struct station_service *serving; /* binary heap on (departs, serial) */
    sim_time work_since;

    struct station_departed *departed; /* on events: at this instant, their events still to come */
    uint32_t departed_count, departed_capacity;

    /* the line: a ring, oldest at head */
    struct station_waiter *line;
    uint32_t line_capacity; /* a power of two */
    uint32_t head, waiting;
    sim_time first_deadline; /* nobody in line has an earlier one */
    bool deadlines_in_order; /* of the line, from its head */

    /* ahead */
    uint32_t booked, booked_capacity;
    uint64_t *booked_until; /* departure * 4 + fate of whoever may still be inside, unordered */
    sim_time *free_at;      /* when each server is free; of many servers a binary heap */
    sim_time *waits_until;  /* bounded: binary heap of when each waiter leaves the line */
    uint32_t waits, waits_capacity;
    uint128 booked_busy;   /* server-ns of all services */
    uint128 booked_number; /* job-ns of all sojourns */

    /* meters: as of `last`, after station_meter() */
    sim_time last;
    uint64_t arrivals, completions, cut, dropped, refused, killed;
    uint128 busy_q16; /* integral of the servers that hold a job (min(n, servers)) * 65536 dt, in server-ns * 2^16 */
    uint128 number;   /* integral of the number of jobs, in job-ns */
    uint128 queue;    /* integral of those who wait, in job-ns */
};

/* events may be NULL for a station that is computed ahead. */
void station_init(struct station *st, struct arena *arena, struct event_set *events,
                  const struct station_config *config, sim_time now);

/* Larger demands count as this: heavy tails end somewhere, and virtual time has 2^46 ns before it is rebased. */
#define STATION_DEMAND_MAX ((sim_time)1 << 45) /* 9.8 hours of a reference server */

/*
 * A job of `demand` ns on a reference server arrives at `now`, never before an earlier call. It leaves at its
 * deadline wherever it is: a service that would begin later does not, one that would end later is cut (a completion
 * at the deadline is in time). PS: the deadline ends the wait only; who shares is taken out with station_remove().
 *
 * Returns the departure where it is known already, and st->fate says how: ahead always; on events for who is refused
 * or too late, both at `now`. Returns SIM_NEVER when an event will tell. A demand of 0 departs at `now`, on events
 * through the event set.
 *
 * Ahead: O(servers), O(log servers) above 16; one look at those inside per doubling of what was booked, so O(1) on
 * average; O(log waiting) more when bounded. On events: O(log servers), PS O(log n).
 */
sim_time station_arrive_by(struct station *st, sim_time now, uint32_t job, uint32_t serial, sim_time demand,
                           sim_time deadline);
static inline sim_time station_arrive(struct station *st, sim_time now, uint32_t job, uint32_t serial, sim_time demand)
{
    return station_arrive_by(st, now, job, serial, demand, SIM_NEVER);
}

/*
 * Call with each event of this station, its slot included, again and again until it returns STATION_NONE: the jobs
 * that depart at `now`, in (finish, serial) order; st->fate says how. Jobs may arrive, be removed or cleared between
 * the calls. PS: whom another call at `now` has found to have left comes after those who end meanwhile.
 *
 * PS: the first call with the event that is armed begins to drain; while draining, nobody arms an event, and the call
 * that finds nobody due arms the next and returns STATION_NONE. Events that were overtaken by an earlier one
 * (time != armed_at) do nothing. FCFS, LCFS: the slot names the job; the events of killed jobs do nothing.
 */
uint32_t station_done(struct station *st, sim_time now, uint32_t slot);

/* Changes the speed of the jobs in progress too: the work they have left is the same to 2^-16 ns, and 0 interrupts
 * them until it changes again (a breakdown that is resumed from). Ahead: only while nobody is inside (CHECKed).
 * O(n log n) for those in service, PS O(1). */
void station_set_speed(struct station *st, sim_time now, double speed);

/* PS on events with a curve: another one, of as many servers; borrowed, like the first. Whoever is inside goes on with the
 * work that is left, faster or slower. O(1) */
void station_set_curve(struct station *st, sim_time now, const uint32_t *cap_q16);

/* Removes one job or all of them without completing (killed). Who departs at `now` is in time, whatever the discipline:
 * remove returns false, as for whoever is not here, and nobody will be told of it any more; clear leaves it to its
 * event.
 * clear: gives each to `each` (may be NULL) in serial order; by then the station is empty and its servers are free.
 * Ahead: remove is not possible, `each` is NULL: the owner knows who departs after `now`. O(n). */
bool station_remove(struct station *st, sim_time now, uint32_t job);
void station_clear(struct station *st, sim_time now, void (*each)(void *context, uint32_t job), void *context);

/* Jobs inside at `now`, in service and waiting; who departs at `now` has left. Ahead: O(n). */
uint32_t station_count(struct station *st, sim_time now);
/* Whether a job that arrives at `now` would begin at once. */
bool station_has_free_server(struct station *st, sim_time now);

/* Brings the meters up to `now` (windows, the end of a run): they are not current before. Ahead: O(n + servers). */
void station_meter(struct station *st, sim_time now);

#endif
