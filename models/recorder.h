/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * recorder -- how operations ended and what the windows of the series saw. Nothing before `start` counts.
 */
#ifndef HEADROOM_RECORDER_H
#define HEADROOM_RECORDER_H

#include "models/replication.h"
#include "models/scenario.h"

struct operation_window {
    struct histogram latency; /* of operations that ended in the window */
    uint64_t begun, ok, failed;
};

struct recorder {
    struct arena *arena;
    const struct scenario *sc;
    sim_time start, end;
    int operation_count; /* the mix, then "all", then "static" */
    struct operation_result *operations;
    struct operation_window *windows;
    uint64_t window_outcomes[OUTCOME_COUNT];
    struct series series;
    struct series_column *columns; /* being declared */
    int column_capacity;
    int window; /* the present one; -1 during the warm-up */
    int first_latency_column, first_availability_column, arrivals_column, first_error_column, static_column;
    uint64_t window_static;
    int minute_count;
    struct minute_count *minutes; /* replication.h */
    sim_time minute_from;         /* of the minute in which the newest operation began */
    struct minute_count *minute;  /* its counts */
};

void recorder_init(struct recorder *r, struct arena *arena, const struct scenario *sc, sim_time start, sim_time end);
/* Declares a column before the run; returns its number. */
int recorder_column(struct recorder *r, const char *component, const char *name, const char *unit,
                    enum series_group group);
void recorder_ready(struct recorder *r); /* all columns are declared */

/* An operation begins, at or after `start`. */
void recorder_begun(struct recorder *r, int operation, sim_time now);
/* An operation ended that had begun at `begun`, inside the window when `counted`. latency_ns to the final answer or
 * give-up. */
void recorder_ended(struct recorder *r, int operation, enum outcome outcome, sim_time begun, sim_time latency_ns,
                    bool counted);

static inline void recorder_value(struct recorder *r, int column, double value)
{
    if (r->window >= 0 && r->window < r->series.window_count)
        r->series.values[(int64_t)column * r->series.window_count + r->window] = value;
}
/* Ends the run: fills in "all", the sum of the operations. After the last window. */
void recorder_close(struct recorder *r);
/* Ends the present window: writes the operations' columns and clears the window's counts. seconds: its length. */
void recorder_window(struct recorder *r, double seconds);

#endif
