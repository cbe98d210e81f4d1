/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * day_work -- one replication of a scenario's headline day, in a process of its own: its time, its memory, its counts.
 */
#ifndef HEADROOM_DAY_WORK_H
#define HEADROOM_DAY_WORK_H

#include "analysis/benchmarks/benchmark.h"

enum { DAY_SETS_MAX = 12 };

struct day {
    const char *scenario;               /* a file of the scenarios' folder, or of bench/ */
    const char *sets[DAY_SETS_MAX + 1]; /* as --set has them; ends at NULL */
    bool own;                           /* a file of bench/ */
    const char *quick_length;           /* with options->quick, as --set has it; NULL: clock.length=1m */
};

struct day_figures {
    double cpu_s, peak_mib;
    double edge_requests, dynamic_requests, station_visits, events;
};

/* `also` (may be NULL) is set behind the day's own sets. With options->quick the day is only its quick_length long, and
 * its warm-up a minute, whatever `also` says. False and a note in `run` when the scenario could not be read or
 * simulated. */
bool day_measure(struct bench_run *run, const struct day *day, const char *also, struct day_figures *figures);

/* Equal replications as tasks of analysis/tasks.h, in a process of their own. */
struct crew_figures {
    double cpu_s;     /* of all threads, merging included */
    double wall_s;    /* from the start of the first task to the end of the merge */
    double busiest_s; /* CPU of the thread that used most of it */
};

bool crew_measure(struct bench_run *run, const struct day *day, int tasks, int threads, struct crew_figures *figures);

#endif
