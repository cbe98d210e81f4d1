/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * queue_model -- customers, a gate or none, one station: the smallest simulation on the engine.
 *
 * The first tenth of the customers is discarded. The mutant's station serves 2 % slower.
 */
#ifndef HEADROOM_QUEUE_MODEL_H
#define HEADROOM_QUEUE_MODEL_H

#include "analysis/oracles/experiment.h"
#include "analysis/oracles/laws.h"
#include "sim/arrivals.h"
#include "sim/station.h"

enum queue_figure {
    QUEUE_SOJOURN,  /* mean of those who were served, s */
    QUEUE_SQUARE,   /* mean of its square, s^2 */
    QUEUE_SLOWDOWN, /* mean of sojourn over demand */
    QUEUE_NUMBER,   /* time average inside, waiting included */
    QUEUE_BUSY,     /* time average of busy servers */
    QUEUE_WAITED,   /* share of the customers that found every server busy */
    QUEUE_LOST,     /* share of the customers refused at the gate */
    QUEUE_GAVE_UP,  /* share of the customers that left unserved */
    QUEUE_CUT,      /* share of the customers whose service was cut short */
    QUEUE_BEYOND,   /* share of those served whose sojourn exceeds `at` s */
};

struct queue_model {
    enum discipline discipline;
    enum execution execution;
    uint32_t servers;
    uint32_t sharers;         /* processor sharing: at most so many at once; 0: no limit */
    double work_rate_of_more; /* processor sharing by two threads of a core: their work rate together; 0: 2 */
    double groups_per_s;      /* Poisson arrivals of groups */
    const struct law *gap;    /* instead of Poisson: the law between groups; then groups_per_s = 1 / mean */
    uint32_t group;           /* customers per group; 0 means 1 */
    struct count_law batch;   /* size of groups, drawn by the engine's arrivals; {0}: no groups */
    struct burst_law bursts;  /* of the engine's arrivals; groups_per_s is the mean over calm and burst; {0}: none */
    const struct law *service;
    double speed;             /* of the servers; 0 means 1 */
    uint32_t limit;           /* of the gate; 0: none */
    uint32_t backlog;         /* of the gate; QUEUE_NO_LIMIT */
    bool newest_first;        /* at the gate */
    bool own_bound;           /* the station's own line has at most `backlog`; no gate then */
    double wait_limit_s;      /* the gate drops who has waited longer; 0: nobody */
    double sojourn_limit_s;   /* everybody leaves the station so long after the arrival; 0: nobody */
    double patience_s;        /* mean of an exponential patience; 0: for ever */
    bool leaves_from_service; /* patience does not end when service begins (no gate then) */
    double up_s, down_s;      /* means of exponential times between breakdowns and of repairs; 0: none */
    uint64_t customers;       /* per replication */
};

#define QUEUE_NO_LIMIT 0xffffffffu

extern const struct model_kind queue_kind;

#endif
