/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * route53 -- Amazon Route 53: the name that viewers ask for, and what the answers cost.
 *
 * The viewer's name is an alias to CloudFront (or to the load balancer): alias answers to AWS targets are free. Who is
 * sent where when a zone dies is decided by the load balancer's own record, see alb.h. Left out: health checks of ours,
 * weighted, latency and failover policies, more than one region.
 */
#ifndef HEADROOM_ROUTE53_H
#define HEADROOM_ROUTE53_H

#include "models/scenario.h"

enum route53_record { ROUTE53_ALIAS, ROUTE53_CNAME };

struct route53_config {
    int policy;    /* only simple */
    int record;    /* enum route53_record */
    int64_t zones; /* hosted zones */
    sim_time ttl;
    int64_t resolvers;    /* that viewers ask */
    double resolver_skew; /* exponent of Zipf's law: their popularity */
    int64_t questions;    /* record types asked for in a lookup */
};

extern const struct component_type route53_type;

#endif
