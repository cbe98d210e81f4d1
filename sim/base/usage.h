/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * usage -- what was consumed, before anybody knows its price.
 *
 * A record says: in this UTC hour, this resource used this much of this usage type. Raw dimensions are kept
 * apart (an ALB's new connections, active connections, bytes and rule evaluations, not LCUs); pricing/ decides
 * how they combine. Quantities are integers so that sums do not depend on their order.
 */
#ifndef HEADROOM_USAGE_H
#define HEADROOM_USAGE_H

#include <stdint.h>

enum usage_unit {
    USAGE_COUNT,       /* things: requests, connections, evaluations */
    USAGE_BYTES,       /* bytes moved */
    USAGE_NANOSECONDS, /* time something existed or ran: instances, load balancers, tasks */
    USAGE_BYTE_HOURS,  /* storage: bytes held times hours held */
    USAGE_MONTHS_E6,   /* millionths of a month of a flat monthly thing: a hosted zone, a web ACL, a rule */
};

/*
 * What is metered. `service` is the offer code of the price list ("AmazonEC2"), `usage_type` the one on the bill
 * without its region prefix ("BoxUsage:m7g.large", "LoadBalancerUsage"), or for a raw dimension a name that a
 * billing rule knows ("ALB:NewConnections"); `operation` the attributes that select a rate ("RunInstances",
 * "engine=PostgreSQL;deployment=Multi-AZ"). Texts are borrowed and live as long as the scenario. "" = none.
 */
struct usage_key {
    const char *service;
    const char *usage_type;
    const char *operation;
    const char *resource; /* the component's name in the scenario */
    const char *region;   /* "us-east-1", "Global" for CloudFront, "Any" where there is none */
    const char *zone;     /* "us-east-1a" or "" */
    const char *to_zone;  /* second end of a zone pair, or "" */
    const char *tier;     /* tier of the architecture: edge, web, cache, database, queue, workers, storage; or "" */
    enum usage_unit unit;
};

struct usage {
    const struct usage_key *key;
    int32_t hour;      /* hour within the metered day, from its start; the bill is per hour where AWS is */
    int64_t quantity;  /* in key->unit */
    int64_t weight_e6; /* how often this record occurs in the month, in millionths: 27.5 days = 27500000 */
};

#endif
