/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * progress -- what a simulation tells while it runs, on stderr: one line that is rewritten when stderr is a terminal, a
 * line every ten seconds when it is not. A thread of its own reads the tasks' counters; nothing waits for it.
 */
#ifndef HEADROOM_PROGRESS_H
#define HEADROOM_PROGRESS_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "analysis/tasks.h"

struct progress {
    const struct task_list *tasks;
    bool terminal;
    double started_s;
    atomic_bool done;
    pthread_t thread;
    bool running;
};

/* quiet: says nothing. */
void progress_begin(struct progress *progress, const struct task_list *tasks, bool quiet);
/* Ends the thread and clears its line. */
void progress_end(struct progress *progress);

/* Seconds of a clock that only runs forward. */
double progress_clock_s(void);

#endif
