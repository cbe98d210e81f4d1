/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * transient_model -- many short runs from an empty station, each with the same rate curve; what is seen at an instant.
 *
 * A replication is the mean of `runs` runs, one after the other on one clock. In the mutant either the servers are 2 %
 * slower or, where nobody is served or nobody waits, the arrivals 2 % rarer.
 */
#ifndef HEADROOM_TRANSIENT_MODEL_H
#define HEADROOM_TRANSIENT_MODEL_H

#include "analysis/oracles/experiment.h"
#include "analysis/oracles/laws.h"
#include "sim/arrivals.h"

enum transient_figure {
    TRANSIENT_NUMBER, /* mean number inside at `at` s */
    TRANSIENT_COUNT,  /* mean number of arrivals until `at` s */
};

struct transient_model {
    const struct rate_knot *knots; /* the rate in a run */
    uint32_t knot_count;
    uint32_t servers; /* 0: nobody is served, arrivals are only counted */
    const struct law *service;
    bool mutate_arrivals;
    uint32_t runs;
};

extern const struct model_kind transient_kind;

#endif
