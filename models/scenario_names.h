/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scenario_names -- everything in a scenario that something else may name: components by kind, services, operations
 * ("charge" or "payments.charge"), zones, and the classes "all" and "static".
 */
#ifndef HEADROOM_SCENARIO_NAMES_H
#define HEADROOM_SCENARIO_NAMES_H

#include "models/scenario.h"

struct scenario_names;

/* Of a scenario that has been read; lives in the arena. */
struct scenario_names *scenario_names_new(const struct scenario *sc, struct arena *arena);

/*
 * What `name` stands for, where `from` says it: a component of that region, else the first region's that has one; NULL:
 * nowhere in particular. "us-west-2.web-fleet" is that one from everywhere. refs are the kinds allowed, "elasticache|rds". Reports a name that does not exist (with the
 * nearest that does), that is of another kind, or that several services have; then *target is untouched.
 * `what` is the place that names it: "'from' of get in operation 'browse'".
 */
bool scenario_names_resolve(const struct scenario_names *names, struct param_reader *reader, const struct region *from,
                            const char *name, struct mark at, const char *refs, const char *what, void **target);

#endif
