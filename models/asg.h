/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * asg -- EC2 Auto Scaling group: a fleet of like instances over the zones of a region, and who decides its size.
 *
 *   LAUNCHING --launch--> IN SERVICE --scale-in, replacement--> DRAINING --deregistration delay--> (gone)
 *       \--capacity error: tried again in another zone                \--dead: at once----------> (gone)
 *
 * The group acts on what CloudWatch shows: one-minute datapoints of instances whose warm-up has elapsed, published
 * late. Target tracking: AlarmHigh after 3 of 3 datapoints above the target, then desired = ceil(N * metric / target);
 * AlarmLow after 15 of 15 below 0.7 of the target, then at most a tenth of the group leaves at once; while AlarmLow
 * rings and an instance is still warming up, nothing happens.      [ASG-UG] "Target tracking", facts sec. 7.3
 * Left out: step, scheduled and predictive scaling, warm pools, Spot, mixed instances, lifecycle hooks.
 */
#ifndef HEADROOM_ASG_H
#define HEADROOM_ASG_H

#include "models/scenario.h"

/* Instances of all groups together, by their size.max. A run numbers at most twice as many, replacements included. */
enum { ASG_INSTANCES_MAX = 4096 };

enum scaling_variant { SCALE_TARGET_TRACKING, SCALE_BACKLOG };
enum asg_health_type { ASG_HEALTH_EC2, ASG_HEALTH_ELB };

struct scaling_tracking {
    int metric;
    double target;
}; /* metric: only cpu; target 0..1 */
struct scaling_backlog {
    double per_instance;
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
};

extern const struct component_type asg_type;

/* ---- the algorithms, without a world: see tests/unit/test_asg.c ---- */

enum { TRACKING_HIGH_POINTS = 3, TRACKING_LOW_POINTS = 15 };
/* AlarmLow's threshold as a share of the target, observed on alarms that EC2 Auto Scaling created. */
#define TRACKING_LOW_RATIO 0.7

struct tracking {
    double points[TRACKING_LOW_POINTS]; /* newest last; NAN: no data */
    int count;
};

/* Takes in the datapoint of one more minute. NAN = nothing was in service and warm. */
void tracking_put(struct tracking *t, double value);
bool tracking_high(const struct tracking *t, double target);
bool tracking_low(const struct tracking *t, double target);

/*
 * The new desired capacity that a target tracking policy asks for. measured: instances that the newest datapoint is an
 * average over; desired: now, warming instances included; warming: whether any instance is.
 * Scale-out rounds up ("add 1.5" adds 2), scale-in rounds down.       [ASG-UG] Target tracking
 */
int64_t tracking_desired(const struct tracking *t, double target, int64_t measured, int64_t desired, bool warming,
                         double scale_in_step);

#endif
