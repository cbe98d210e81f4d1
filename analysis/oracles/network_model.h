/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * network_model -- customers that go from station to station, open (Poisson arrivals) or closed (a fixed population).
 *
 * The stations are entities of one event set, as in the models: an event names its station. Time is divided in a
 * tenth that is discarded and the rest. In the mutant, station 0 serves 2 % slower.
 */
#ifndef HEADROOM_NETWORK_MODEL_H
#define HEADROOM_NETWORK_MODEL_H

#include "analysis/oracles/experiment.h"
#include "analysis/oracles/laws.h"
#include "sim/station.h"

enum { NETWORK_STATIONS_MAX = 4 };

enum network_figure {
    NETWORK_SOJOURN,    /* mean from arrival to departure, s (open) */
    NETWORK_NUMBER,     /* time average at station `at` */
    NETWORK_THROUGHPUT, /* completions per s of station `at` */
};

struct network_station {
    enum discipline discipline;
    uint32_t servers; /* as many as the population: a delay */
    const struct law *service;
    double next[NETWORK_STATIONS_MAX]; /* probabilities; what is missing to 1 leaves */
};

struct network_model {
    uint32_t stations;
    struct network_station station[NETWORK_STATIONS_MAX];
    double entries_per_s[NETWORK_STATIONS_MAX]; /* Poisson arrivals from outside */
    uint32_t population;                        /* customers of a closed network; they begin at station 0 */
    double seconds;                             /* simulated, the discarded tenth included */
};

extern const struct model_kind network_kind;

#endif
