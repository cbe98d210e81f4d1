/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fleet_model -- Poisson customers with exponential demands of mean 1 s, a dispatcher, and a fleet of single servers.
 *
 * A demand belongs to the customer, whichever server it comes to. The first tenth of the customers is discarded. In
 * the mutant all servers are 2 % slower.
 */
#ifndef HEADROOM_FLEET_MODEL_H
#define HEADROOM_FLEET_MODEL_H

#include "analysis/oracles/experiment.h"
#include "sim/dispatcher.h"

enum { FLEET_MAX = 100, FLEET_WEIGHTS_MAX = 8 };

enum fleet_figure { FLEET_SOJOURN /* mean, s */, FLEET_SOJOURN_AT /* the same; at: a server */ };

struct fleet_model {
    enum dispatch_policy policy;
    uint32_t servers;
    double load; /* of each server, 0..1 */
    uint64_t customers;
    uint32_t choices;                   /* of power of two; 0: two */
    uint32_t weight[FLEET_WEIGHTS_MAX]; /* of the first servers; 0: one */
};

extern const struct model_kind fleet_kind;

#endif
