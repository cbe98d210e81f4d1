/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scenario_tables -- the parameter tables of the scenario itself: clock, traffic, services, faults, objectives, ...
 * A component's table is in its own file.
 */
#ifndef HEADROOM_SCENARIO_TABLES_H
#define HEADROOM_SCENARIO_TABLES_H

#include "models/scenario.h"

extern const struct param scenario_params[];     /* struct scenario */
extern const struct param region_params[];       /* struct region, without its components */
extern const struct param fault_params[];        /* struct fault_config; models/scenario_faults.c */
extern const struct param availability_params[]; /* struct objective, three ways to write one */
extern const struct param latency_params[];
extern const struct param monthly_cost_params[];

/* The price geographies of CloudFront, NULL-terminated. [CF-PRICE] */
extern const char *const scenario_geographies[];

/* What `headroom reference TOPIC` knows beside the components. Ends with a NULL name. */
struct reference_topic {
    const char *name, *doc;
    const struct param *table;
};
extern const struct reference_topic reference_topics[];

#endif
