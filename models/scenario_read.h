/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario_read -- the two halves of loading behind scenario_load(): from the tree to structs, then references. */
#ifndef HEADROOM_SCENARIO_READ_H
#define HEADROOM_SCENARIO_READ_H

#include "models/scenario.h"

/* Fills `sc` from the document by the tables: everything that can be said of a place by itself. */
bool scenario_read(struct scenario *sc, const struct node *root, struct param_reader *reader);

/* Everything that needs more than one place: references, sums, cycles, derived values. */
bool scenario_resolve(struct scenario *sc, struct param_reader *reader);

/* A population: its operations, rate and sessions. `front`: the service behind the balancer that clients reach first;
 * NULL when that is not clear. models/scenario_traffic.c */
struct scenario_names;
bool scenario_resolve_population(struct population *p, const struct service_config *front,
                                 const struct scenario_names *names, struct param_reader *reader);

/* A fault and what fails with it: places, kinds, names. models/scenario_faults.c */
bool scenario_resolve_fault(const struct scenario *sc, struct fault_config *f, struct param_reader *reader);

/* Calls cannot end in a cycle, and nest at most 32 deep. models/scenario_calls.c */
bool scenario_check_calls(const struct scenario *sc, struct param_reader *reader);

/* Caches with keys: what their gets say, and their hit ratio in the long run. Nothing is reckoned unless everything else
 * is `ok`; returns whether it still is. models/scenario_caches.c */
bool scenario_resolve_caches(struct scenario *sc, struct param_reader *reader, bool ok);

/* Keys of components whose text is the name of a type: a list of the catalogue. Ends with a NULL key. */
extern const struct type_key {
    int kind; /* of the component */
    const char *key, *table, *what;
} scenario_type_keys[];

/* The ways to write an objective, told apart by their first key; by enum objective_kind. Ends with a NULL key. */
extern const struct objective_form {
    const char *key;
    const struct param *table;
} scenario_objective_forms[];

enum { SCENARIO_REGIONS_MAX = 20 };

/* Each region that is like another becomes what that is, with its own keys laid over. models/scenario_regions.c */
bool scenario_fill_regions(const struct node *regions, struct param_reader *reader);

/* "web.browse" */
const char *scenario_operation_path(const struct operation_config *operation, struct arena *arena);

#endif
