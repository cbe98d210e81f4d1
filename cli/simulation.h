/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * simulation -- what verbs that simulate share: a scenario with its prices, simulated into a tally, with progress, until
 * it is finished or the user stops it.
 */
#ifndef HEADROOM_SIMULATION_H
#define HEADROOM_SIMULATION_H

#include "analysis/report.h"
#include "cli/cli.h"

struct simulation {
    const struct options *options;
    struct arena arena;
    struct diag input;  /* what loading had to say; the warnings go into the report */
    struct diag errors; /* what went wrong later */
    struct scenario *sc;
    struct scenario_prices prices;
    struct task_list tasks;
    struct tally tally;
    bool planned;
    struct results results;
};

void simulation_init(struct simulation *s, const struct options *options);
void simulation_fini(struct simulation *s);

/* The scenario at `path` with --set and the others applied, its prices and terms. STATUS_DONE, or what is wrong. */
int simulation_load(struct simulation *s, const char *path);

/* The errors of loading, or all that loading had to say, then what went wrong later. */
void simulation_print(const struct simulation *s, bool warnings);

/* Tasks and tally; what the caller adds to the tasks comes between this and simulations_run(). */
void simulation_plan(struct simulation *s);

struct simulated {
    struct timing timing; /* wall_s and threads */
    bool partial;         /* stopped before everything was finished */
};

/* Runs them on one list of tasks; sinks[i] takes the records of simulations[i]. */
struct simulated simulations_run(struct simulation *simulations, const struct task_sink *sinks, int count);

/* Results with the timing of the whole run. False when a rate is missing (in errors). */
bool simulation_conclude(struct simulation *s, const struct simulated *run);

/* What the process has used so far, beside the wall clock. */
void simulation_measure(struct timing *timing);

#endif
