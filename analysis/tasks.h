/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tasks -- the work of a run: each replication of the headline day and of each billed day type is one task.
 *
 * OpenMP runs the tasks on all cores, the longest first; results stay in task order, so thread count never shows.
 * A task's memory goes when the task ends; what is kept is a copy of its record.
 */
#ifndef HEADROOM_TASKS_H
#define HEADROOM_TASKS_H

#include <stdatomic.h>
#include <stdbool.h>

#include "models/replication.h"
#include "models/scenario.h"

enum { BILL_REPLICATIONS = 2 }; /* of each day type of the calendar */

/* What simulates: models/replicate.h, or a synthetic day in tests. NULL when it was stopped. */
typedef struct replication *replicate_fn(const struct scenario *sc, int day_type, uint32_t number, struct arena *arena,
                                         _Atomic int64_t *progress_ns, const atomic_bool *stop);

struct task {
    int day_type;                /* -1: the headline day */
    uint32_t number;             /* of the replication */
    double expected_requests;    /* dynamic ones, inside the window */
    int64_t length_ns;           /* warm-up included: what progress_ns runs to */
    _Atomic int64_t progress_ns; /* written by the simulation, read by the progress line */
    struct arena kept;
    struct replication *record; /* in `kept`; NULL until finished, or when stopped */
    const char *violation;      /* in `kept`; NULL when every check held */
};

/* Order: headline replications 0.., then day type 0 replications 0.., day type 1 ... */
struct task_list {
    const struct scenario *sc;
    struct task *tasks;
    int count;
    int headline_count;
};

/* sc->replications headline tasks, and BILL_REPLICATIONS for each day type that occurs. In `arena`. */
struct task_list tasks_plan(const struct scenario *sc, struct arena *arena);

/* Runs what is planned with up to `threads` threads (0: as OpenMP finds). Ends early when *stop becomes true:
 * tasks that did not finish have no record. Returns the number of threads used. */
int tasks_run(struct task_list *list, replicate_fn *replicate, int threads, const atomic_bool *stop);

/* Share of the expected requests that has been simulated, 0..1, and their number. Any thread, any time. */
double tasks_progress(const struct task_list *list, double *requests_done);
/* Finished tasks are those with a record once tasks_run() has returned. */
int tasks_finished(const struct task_list *list, int day_type);

/* The record of a finished task, or NULL. */
const struct replication *tasks_record(const struct task_list *list, int day_type, uint32_t number);

void tasks_fini(struct task_list *list);

#endif
