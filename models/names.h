/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * names -- who asks Route 53 in a replication, who checks the records, and who is sent where.
 *
 *   client --its resolver, or its edge location's--> record --> balancer of a region, so much farther or nearer
 *   checkers, load balancers --> health of the records --> answers            rules: route53.h
 *
 * Only where the clients' name, or that of CloudFront's origin, has records; else world->names is NULL.
 *
 * Where clients are: a population's geographies, each as the regions that are nearest to its viewers (distances.h). The
 * delays that the scenario gives are those to the first record's region; to another one it is farther, or nearer, by the
 * difference of the distances. Each place has resolvers of its own.
 */
#ifndef HEADROOM_NAMES_H
#define HEADROOM_NAMES_H

#include "models/client.h"

/* Before the columns of the series are complete. */
void names_init(struct world *w);
void names_event(struct world *w, uint32_t what, uint32_t who);

/*
 * The balancer that this attempt goes to: by the answer that the client's resolver has. A client with an open connection
 * keeps to the last answer and does not ask. *farther: what its way takes more than to the first record, or less.
 */
int names_balancer(struct world *w, const struct frame *f, bool connects, sim_time *farther);

/* The share of requests that goes to a region when all records are healthy. */
double names_share(const struct scenario *sc, const struct region *region);

/* A window of so many seconds ends: queries are billed, and the series has who was sent where. 0: of the warm-up. */
void names_window(struct world *w, double seconds);

#endif
