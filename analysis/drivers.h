/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * drivers -- what makes a component cost more: CPU seconds, commands, queries, requests, bytes, messages.
 *
 * Activity-based costing [KAP-04] needs to know how much of a component's work each operation asks for. Here that is the
 * operation's attempts, which are counted, times what one attempt asks for, which is the expectation that the scenario
 * states (models/demand.h): mean service times, and misses weighted by their ratio. Exact in expectation, and free: the
 * simulation keeps no counters for it. An attempt that failed on its way is taken to have asked for everything.
 *
 * [KAP-04] R. Kaplan, S. Anderson, Time-Driven Activity-Based Costing, Harvard Business Review 82(11), 2004.
 */
#ifndef HEADROOM_DRIVERS_H
#define HEADROOM_DRIVERS_H

#include "models/scenario.h"

enum driver {
    DRIVER_CPU,           /* seconds of the fleet's CPUs, of messages' handling too */
    DRIVER_COMMANDS,      /* seconds of the cache's thread */
    DRIVER_QUERIES,       /* seconds of the database's CPUs */
    DRIVER_READS,         /* of them, by queries that replicas answer */
    DRIVER_WRITES,        /* and by those that only the primary does */
    DRIVER_CALLS,         /* of others' services */
    DRIVER_MESSAGES,      /* sent to the queue */
    DRIVER_REQUESTS,      /* dynamic ones */
    DRIVER_EDGE_REQUESTS, /* and those of static objects */
    DRIVER_OBJECTS,       /* static objects */
    DRIVER_EDGE_BYTES,    /* answers */
    DRIVER_UPLOADS,       /* bytes of requests that write */
    DRIVER_INSIDE_BYTES,  /* between an instance and caches and databases */
};

/* What drives the lines of a component whose usage type, on the bill, holds some text. */
struct line_driver {
    enum driver driver;
    const char
        *stations; /* NULL: no capacity of its own, all of it is used; else how the names begin of the component's
                             utilisations that say how busy it is: "primary" */
};
struct line_driver line_driver_of(const struct component *component, const char *usage_type);

/*
 * What one attempt of operation `index` (scenario_operation()) asks of the component, in the driver's unit; index ==
 * scenario_operation_count(): one static object.
 */
double driver_per_attempt(const struct scenario *sc, enum driver driver, const struct component *component, int index);

#endif
