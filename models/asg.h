/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * asg -- EC2 Auto Scaling group: a fleet of like instances over the zones of a region, and who decides its size.
 *
 *   LAUNCHING --launch--> IN SERVICE --scale-in, replacement--> DRAINING --deregistration delay--> (gone)
 *       \--capacity error: tried again in another zone                \--dead: at once----------> (gone)
 *
 * The group acts on what CloudWatch shows: one-minute datapoints of instances whose warm-up has elapsed, published
 * late. What its policies do with them: models/scaling.h. Scheduled actions and the forecast act by the clock, within
 * the limits of size. A warm pool has instances prepared, stopped or running, from which a launch is taken first. Beyond
 * a base, a share of the group may be Spot instances, which leave two minutes after a notice.
 * Left out: attribute-based instance types, lifecycle hooks, hibernated memory on the bill, instance refresh, maximum
 * lifetime, price moves of Spot.
 */
#ifndef HEADROOM_ASG_H
#define HEADROOM_ASG_H

#include "models/scaling.h"
#include "models/scenario.h"

/* Instances of all groups together, by their size.max. A run numbers at most twice as many, replacements included. */
enum { ASG_INSTANCES_MAX = 4096 };

enum asg_health_type { ASG_HEALTH_EC2, ASG_HEALTH_ELB };

enum asg_termination {
    TERMINATION_DEFAULT,
    TERMINATION_OLDEST,
    TERMINATION_NEWEST,
    TERMINATION_BILLING_HOUR,
};

enum warm_pool_state { WARM_POOL_STOPPED, WARM_POOL_HIBERNATED, WARM_POOL_RUNNING };

/* One more type that a launch may choose. */
struct asg_type_entry {
    const char *instance;
    struct mark at;
};

struct asg_config {
    const char *instance; /* EC2 type */
    struct {
        bool present;
        int64_t min, desired, max;
    } size;
    struct tagged *scaling; /* of enum scaling_variant */
    int scaling_count;
    struct dist launch;     /* from the launch call to an application that serves */
    sim_time warm_up;       /* an instance younger than this does not count in metrics */
    int health;             /* enum asg_health_type */
    sim_time grace;         /* load balancer checks of younger instances do not count */
    struct dist ec2_detect; /* from a host's death until its status checks have failed for long enough */
    sim_time metric_delay;  /* from the end of a datapoint's minute until an alarm sees it */
    double scale_in_step;   /* share of the group that leaves at once at the most */
    int64_t volume;         /* root volume, gp3, bytes */
    int64_t logs;           /* bytes of an entry; each request or message has one */
    struct dist drain;      /* workers without a balancer: time to finish after the order to leave */
    int termination;        /* enum asg_termination */
    struct {
        bool present;
        int state;         /* enum warm_pool_state */
        int64_t prepared;  /* instances of the group and the pool together; 0: size.max */
        int64_t min;       /* of the pool */
        struct dist start; /* from the order until the application serves; text NULL: by state */
        bool reuse;        /* scale-in returns instances to the pool */
    } warm_pool;
    int64_t on_demand_base; /* instances */
    double on_demand_above; /* share of what is above the base */
    struct {
        bool present;
        struct asg_type_entry *instances; /* beside `instance`, of which a Spot launch takes any */
        int instance_count;
        double interruption;    /* share of Spot instances that are interrupted within a month */
        sim_time notice;        /* from the notice until the instance is gone */
        bool drain;             /* it leaves the balancer at the notice */
        bool rebalancing;       /* a replacement is launched at the notice */
        double capacity_errors; /* share of Spot launches that find none in a zone */
    } spot;
    double capacity_errors; /* share of on-demand launches that find no capacity in a zone */
};

extern const struct component_type asg_type;

/* What the table cannot say of the group's policies.       models/scaling_params.c */
bool scaling_check(const struct component *c, const struct scenario *sc, struct diag *diag);

#endif
