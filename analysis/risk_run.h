/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * risk_run -- what failures cost: each mode's events are simulated, at times of the year chosen for them, beside the same
 * hours without the fault.
 *
 * Failures are rare: a simulated year would show hardly any. So events are simulated given that they happen (docs/models/
 * risk.md): the year is cut into strata by day type and time of day, each stratum gets events by what is at stake in it,
 * and an event simulates the hours around the fault and not the day. Event i of a stratum begins at the same instant for
 * every mode and in every variant, meets the same customers and, by mode, lasts as long: modes share the twin, variants
 * are paired.
 *
 * A fault that lasts longer than RISK_SIMULATED is simulated for that long; the rest costs what its last half hour costs,
 * at the day's mean rate.
 */
#ifndef HEADROOM_RISK_RUN_H
#define HEADROOM_RISK_RUN_H

#include "analysis/risk_modes.h"
#include "analysis/risk_year.h"
#include "analysis/tasks.h"

enum { RISK_EVENTS_DEFAULT = 18, RISK_EVENTS_LEAST = 3, RISK_BLOCKS = 3 };

#define RISK_SIMULATED (3 * SIM_HOUR)    /* of a fault */
#define RISK_LEAD      (10 * SIM_MINUTE) /* simulated before it */
#define RISK_TAIL      (45 * SIM_MINUTE) /* and after it */

struct risk_run;

struct risk {
    const struct scenario *sc;
    struct arena *arena; /* borrowed */
    struct risk_sources sources;
    int stratum_count;
    struct risk_block {
        const char *name; /* "peak, 16:00-24:00" */
        int day_type;     /* -1: the headline day, where there is no calendar */
        sim_time from, length;
        double share; /* of the year */
        int events;
    } * strata;
    int operation; /* index of the order's operation in the records, of "all" without an order */
    int run_count;
    struct risk_run *runs; /* twins too */
    struct task *tasks;    /* one for each, the longest first */
    int taken;
    const char *violation; /* NULL, or the internal check that failed in a run */
};

/* What a year loses, in three units; the first only where the scenario has a business. */
struct risk_figures {
    bool has_margin;
    struct risk_result margin;   /* contribution margin, USD */
    struct risk_result orders;   /* successes of the order's operation, or of all operations */
    struct risk_result downtime; /* minutes: each minute counts by the share of answers that is missing in it */
    double revenue_usd;          /* expected, of the orders that do not come back */
    double overlaps;             /* pairs of events a year of which one begins while the other lasts */
    int events;                  /* simulated of each mode */
};

/* Plans everything; `events` of each mode over all strata. */
void risk_plan(struct risk *risk, const struct scenario *sc, int events, struct arena *arena);
struct task_sink risk_sink(struct risk *risk);
/* All that was taken. False when nothing was. */
bool risk_figures(struct risk_figures *out, const struct risk *risk);

#endif
