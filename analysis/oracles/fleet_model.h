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

enum { FLEET_MAX = 100 };

enum fleet_figure { FLEET_SOJOURN /* mean, s */ };

struct fleet_model {
    enum dispatch_policy policy;
    uint32_t servers;
    double load; /* of each server, 0..1 */
    uint64_t customers;
};

extern const struct model_kind fleet_kind;

#endif
