/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * pool_model -- Poisson requests with exponential services of mean 1 s, each in an environment of its own: a warm one
 * from the idle pool, or a new one. Environments that are idle for `expiry_s` are gone.
 *
 * The first tenth of the requests is discarded. In the mutant requests are 2 % rarer.
 */
#ifndef HEADROOM_POOL_MODEL_H
#define HEADROOM_POOL_MODEL_H

#include "analysis/oracles/experiment.h"

enum pool_figure { POOL_COLD /* share of the requests */, POOL_IDLE /* mean number of idle environments */ };

struct pool_model {
    double lambda_per_s, expiry_s;
    uint64_t requests;
};

extern const struct model_kind pool_kind;

#endif
