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
    struct task_list *const *lists;
    int count;
    bool terminal;
    double started_s;
    atomic_bool done;
    pthread_t thread;
    bool running;
};

/* Of all lists together, borrowed until the end. quiet: says nothing. */
void progress_begin(struct progress *progress, struct task_list *const *lists, int count, bool quiet);
/* Ends the thread and clears its line. */
void progress_end(struct progress *progress);

/* What is shown, without a line's end, in at most PROGRESS_COLUMNS; what does not fit is left out. looks: the work is
 * planned up to the next look only. */
enum { PROGRESS_COLUMNS = 79 };
const char *progress_line(const char *prefix, const struct task_progress *now, double elapsed_s, int threads,
                          bool looks, struct arena *arena);

/* Seconds of a clock that only runs forward. */
double progress_clock_s(void);

#endif
