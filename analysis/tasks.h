/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tasks -- the work of a run: each replication of the headline day and of each billed day type is one task.
 *
 * OpenMP gives the threads; each takes the longest task that may start. Records are handed over as they come, one at a
 * time and those of the headline day in the order of their numbers, so neither the number of threads nor their timing
 * shows. What finishes before its turn waits in a place of its own; a task does not start when there is no place left.
 * So memory depends on the threads and not on the number of replications.
 */
#ifndef HEADROOM_TASKS_H
#define HEADROOM_TASKS_H

#include <stdatomic.h>
#include <stdbool.h>

#include "models/replication.h"
#include "models/scenario.h"

enum { BILL_REPLICATIONS = 2 }; /* of each day type of the calendar */
enum { TWIN_REPLICATIONS = 1 }; /* of the headline day without its faults, where there are any */

/* What simulates: models/replicate.h, or a synthetic day in tests. NULL when it was stopped. */
typedef struct replication *replicate_fn(const struct scenario *sc, int day_type, uint32_t number,
                                         const struct fault_plan *plan, struct arena *arena,
                                         _Atomic int64_t *progress_ns, const atomic_bool *stop);

struct task {
    int day_type;                  /* -1: the headline day */
    uint32_t number;               /* of the replication */
    const struct fault_plan *plan; /* what fails in it, models/replicate.h; NULL: as the scenario says */
};

/* Who takes the records. Calls never overlap; they come from any thread. */
struct task_sink {
    void *self;
    /*
     * A finished task, whose record is gone when the call returns; violation: NULL, or the check that failed. Which task
     * it was, the record says: day_type, number and plan.
     * Twins come first. Headline replications come in the order of their numbers, with gaps after an interruption only;
     * days of the calendar come in any order and at any place between them. False ends the run.
     */
    bool (*take)(void *self, const struct replication *rep, const char *violation);
    /* At a checkpoint (stopping.h), with all replications up to it taken and none beyond: whether they suffice. */
    bool (*enough)(void *self);
};

struct worker;

struct task_list {
    const struct scenario *sc;
    int threads;           /* that will work */
    int headline_most;     /* replications of the headline day, at most */
    bool looks;            /* whether they end at a checkpoint when they suffice */
    double max_time_s;     /* no replication of the headline day starts later; INFINITY */
    int calendar_count;    /* tasks beside the headline day: billed days, or those that the caller gave */
    struct task *calendar; /* the longest first */
    int twin_count;        /* tasks of the fault-free twin: the headline's first numbers, without faults */
    struct worker *workers;
    atomic_int headline_wanted;                      /* what is to be simulated before the next decision */
    atomic_int finished;                             /* tasks */
    _Atomic double finished_requests;                /* expected ones of finished tasks */
    int headline_taken, calendar_taken, twins_taken; /* by the sink */
    bool out_of_time;                                /* max_time_s made the run shorter than it would have been */
};

/*
 * sc->replications headline tasks, or up to sc->max_replications when sc->precision asks for one, and BILL_REPLICATIONS
 * for each day type. threads: 0 for as many as OpenMP finds. In `arena`.
 */
struct task_list tasks_plan(const struct scenario *sc, int threads, struct arena *arena);

/* Before the headline day its fault-free twin, where a fault may happen on it. A record says so by its plan. */
void tasks_add_twin(struct task_list *list);

/*
 * Only the tasks that are given, borrowed: any days with any plans, taken in any order. They start in the order in which
 * they stand, so put the longest first.
 */
struct task_list tasks_given(const struct scenario *sc, int threads, struct task *tasks, int count,
                             struct arena *arena);

/* Dynamic requests that a day is expected to have inside its window. */
double task_expected_requests(const struct scenario *sc, int day_type);

/* Runs what is planned. Ends early when *stop becomes true; what has finished is handed over. */
void tasks_run(struct task_list *list, replicate_fn *replicate, const struct task_sink *sink, const atomic_bool *stop);

/*
 * Several lists at once, each with its sink: threads take from all of them, the longest task first and of equals that of
 * the list that is least far. A thread works for the lists that were planned for so many. What ends one ends all. Sinks of
 * different lists may be called at the same time.
 */
void tasks_run_all(struct task_list *const *lists, const struct task_sink *sinks, int count, replicate_fn *replicate,
                   const atomic_bool *stop);

/* CPU seconds of thread `index` < threads for this list: simulation and hand-over, without waiting. */
double tasks_cpu_s(const struct task_list *list, int index);

struct task_progress {
    double requests_done, requests; /* expected dynamic ones; of everything that is planned before the next decision */
    double longest_left;            /* of the task that has most left */
    int days, days_finished, days_running;
};

/* Any thread, any time. */
struct task_progress tasks_progress(const struct task_list *list);

#endif
