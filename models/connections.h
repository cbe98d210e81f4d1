/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * connections -- who opens connections, and who asks for names: in bulk, minute by minute.
 *
 *   viewers --one per visit--> CDN --kept alive, by edge host--> load balancer      new and active: capacity units
 *   viewers --one per visit--> load balancer                                        the same without a CDN
 *   viewers' resolvers --when what they keep has expired--> Route 53                queries
 *
 * Nothing here costs anything per request: rates and mean numbers of the last minute go into closed forms, see
 * keep_alive.h. Fractions are carried over to the next minute, so the day's sum is exact to one.
 */
#ifndef HEADROOM_CONNECTIONS_H
#define HEADROOM_CONNECTIONS_H

#include "models/popularity.h"
#include "sim/simtime.h"

struct world;
struct component;

/* What the clients of a population open by themselves; client.c and session.c count. */
struct visits {
    uint64_t opened;     /* connections */
    sim_time idle_ns;    /* time that connections spent idle, told at the answer before */
    sim_time keep_alive; /* idle for so long a connection is closed, by whoever is less patient */
};

/* Of many caches that keep an answer for its time to live, how many queries pass them in `seconds`: each asks when it
 * is asked and has nothing, so its queries are a renewal process of mean distance ttl + 1 / rate. [JBB-03] */
double resolver_misses(const struct popularity *resolvers, double lookups_per_s, double ttl_s, double seconds);

void connections_init(struct world *w);
/* At the end of a window, before its counts are forgotten. */
void connections_window(struct world *w);
/* The warm-up is over. */
void connections_start(struct world *w);

#endif
