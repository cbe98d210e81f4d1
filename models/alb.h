/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * alb -- Application Load Balancer: one node per zone, each with its own round-robin position, its own outstanding
 * counts and its own view of every target's health.
 *
 *   registered --first check passes--> healthy --`unhealthy` failures--> unhealthy --`healthy` successes--> healthy
 *
 * A node that sees no healthy target sends to all of them (fail open); with cross-zone off its zone also leaves the
 * record as long as another has healthy targets. A zone whose node is gone leaves the record of
 * the load balancer's name after node_failover; resolvers keep it for the rest of their 60 s.
 * Answers of its own: 502 when the target resets the connection, 503 when nothing is registered, 504 when the target
 * does not accept within 10 s or dies in silence, after the idle timeout.      [ALB-UG] "Troubleshoot"
 * Left out: the idle timeout of a target that is alive but slow (patience is shorter), slow start, stickiness, weighted random, the balancer's own scaling, zonal shift.
 */
#ifndef HEADROOM_ALB_H
#define HEADROOM_ALB_H

#include "models/scenario.h"
#include "sim/dispatcher.h"
#include "sim/draw.h"

enum { ALB_NODES_MAX = 6 };
/* An internal one takes the calls of other services and has no public address. */
enum alb_scheme { ALB_INTERNET_FACING, ALB_INTERNAL };
#define ALB_NOWHERE 0xffffffffu

struct alb_config {
    struct ref targets; /* an asg or a deployment */
    int scheme;         /* enum alb_scheme */
    int algorithm;      /* enum dispatch_policy: round robin or least outstanding */
    struct {
        bool present;
        sim_time interval, timeout;
        int64_t unhealthy, healthy;
        bool deep;        /* runs on a worker and a vCPU; shallow: is answered by the accept queue */
        struct dist time; /* vCPU time of a deep check */
    } health;
    sim_time deregistration_delay, idle_timeout, connect_timeout, ttl;
    struct dist latency;       /* added by the balancer */
    struct dist node_failover; /* from the loss of a zone until its node has left the record */
    bool cross_zone;
    int64_t rules;
};

extern const struct component_type alb_type;

/* ---- state of one balancer in a replication ---- */

struct alb_health {
    uint32_t instance;
    bool healthy, checked; /* checked: no longer new, it has been found healthy or unhealthy */
    uint8_t streak;        /* consecutive results against the present state */
};

struct alb_node {
    int zone;
    bool up;
    sim_time dns_out_at, dns_in_at; /* out of the record during [out, in) */
    struct dispatcher targets;
    struct alb_health *health;
    uint32_t health_count, health_capacity, healthy;
    uint32_t *where; /* in health[], by instance; ALB_NOWHERE */
    uint32_t where_count;
    bool fails_open; /* nobody is healthy: everybody is eligible */
};

struct alb {
    const struct alb_config *config;
    struct arena *arena;
    struct alb_node nodes[ALB_NODES_MAX];
    int node_count;
    bool always_in_record; /* no node has ever left the record */
};

enum alb_change { ALB_SAME, ALB_BECAME_HEALTHY, ALB_BECAME_UNHEALTHY };

void alb_init(struct alb *alb, struct arena *arena, const struct alb_config *config, int zones);

/* `healthy`: a target that was there before the run began. zone: with cross-zone off only its own node knows it. */
void alb_register(struct alb *alb, sim_time now, uint32_t instance, int zone, bool healthy);
void alb_deregister(struct alb *alb, sim_time now, uint32_t instance);
bool alb_knows(const struct alb *alb, int node, uint32_t instance);

/* One result of node's check of `instance`; updates who is eligible there. */
enum alb_change alb_check_result(struct alb *alb, sim_time now, int node, uint32_t instance, bool passed);

/* Healthy in the eyes of at least one node that is up; true when no such node looks at it. */
bool alb_sees_healthy(const struct alb *alb, uint32_t instance);
/* Targets that are healthy in the eyes of some node, the figure that CloudWatch would show. */
uint32_t alb_healthy_count(const struct alb *alb);

/* One of the targets that the node would send to, or DISPATCHER_NONE; nobody's turn is used up. O(targets) */
uint32_t alb_some_target(const struct alb *alb, int node, uint64_t bits);

/* What the balancer tells Route 53: some node in the record sees a healthy target. A node that is lost has said its last
 * word, until it has left the record. */
bool alb_reports_healthy(const struct alb *alb, sim_time now);

/* The node leaves the record at `at`, until its dns_in_at is set. */
void alb_leave_record(struct alb *alb, int node, sim_time at);

/*
 * The node that a resolver's clients use: one of those in the record when that resolver last asked. `phase` spreads
 * the resolvers' refreshes over the TTL; `bits` choose among the nodes.
 */
int alb_resolve(const struct alb *alb, sim_time now, uint32_t resolver, uint64_t bits);

#endif
