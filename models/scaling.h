/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scaling -- the policies of EC2 Auto Scaling as arithmetic, without a world: metric in, capacity out.
 *
 * Target tracking: AlarmHigh after 3 of 3 one-minute datapoints above the target, then desired = ceil(N * metric /
 * target); AlarmLow after 15 of 15 below 0.7 of the target, then at most a tenth of the group leaves at once; while
 * AlarmLow rings and an instance is still warming up, nothing happens.      [ASG-UG] "Target tracking", facts sec. 7.3
 * Step: the step that holds metric - threshold says by how much; members that still warm up are not part of the capacity
 * that a step is taken of, so that several breaches of one step give one activity.      [ASG-UG] "Step scaling policies"
 * Simple: one adjustment, then nothing until it is finished and the cooldown is over.    [ASG-UG] "Simple scaling"
 * Tests: tests/unit/test_asg.c, tests/unit/test_scaling.c, with AWS's worked examples.
 */
#ifndef HEADROOM_SCALING_H
#define HEADROOM_SCALING_H

#include <stdbool.h>
#include <stdint.h>

#include "models/scenario.h"

enum scaling_variant {
    SCALE_TARGET_TRACKING,
    SCALE_BACKLOG,
    SCALE_STEP,
    SCALE_SIMPLE,
    SCALE_SCHEDULED,
    SCALE_PREDICTIVE
};

/* What a policy looks at, averaged over the instances in service whose warm-up has elapsed. */
enum scaling_metric {
    METRIC_CPU,      /* share of the vCPUs that are busy: CPUUtilization, at most 1 */
    METRIC_REQUESTS, /* requests of a minute per target: ALBRequestCountPerTarget */
    METRIC_WORKERS,  /* share of the workers that are busy: a metric that the application publishes */
};

struct scaling_tracking {
    int metric;    /* enum scaling_metric */
    double target; /* 0..1, or requests of a minute */
    bool scale_in; /* false: the policy only scales out */
};
struct scaling_backlog {
    double per_instance;
};

enum scaling_adjustment { ADJUST_PERCENT, ADJUST_CHANGE, ADJUST_EXACT };
enum scaling_comparison { COMPARE_ABOVE, COMPARE_BELOW };

/* An alarm on one-minute datapoints: `datapoints` of the newest `periods` breach. */
struct scaling_alarm {
    int metric;                  /* enum scaling_metric */
    double threshold;            /* in the metric's unit */
    int comparison;              /* enum scaling_comparison; the threshold itself breaches */
    int64_t datapoints, periods; /* periods 0: as many as datapoints */
};

/* Bounds are distances from the threshold; one that is not written is infinite. */
struct scaling_step {
    double lower, upper;
    bool lower_set, upper_set;
    double by; /* share of the capacity, instances, or the capacity itself */
    struct mark at;
};

struct scaling_steps {
    struct scaling_alarm alarm;
    int adjustment; /* enum scaling_adjustment */
    struct scaling_step *steps;
    int step_count;
    int64_t min_magnitude; /* of a percentage: at least so many instances */
};

struct scaling_simple {
    struct scaling_alarm alarm;
    int adjustment;
    double by;
    int64_t min_magnitude;
    sim_time cooldown;
};

/* A scheduled action, every day at its time: what is not written stays as it is. */
struct scaling_scheduled {
    struct instant at;
    int64_t min, desired, max;
    bool min_set, desired_set, max_set;
    struct dist late; /* the action runs so much after its time */
};

struct scaling_predictive {
    int metric;          /* only METRIC_CPU */
    double target;       /* 0..1 */
    sim_time buffer;     /* instances are launched so long before the hour that needs them */
    const char *history; /* a day type, what the last fortnight looked like; "": the most frequent one */
    struct mark history_at;
    int history_index; /* filled by the loader */
};

extern const struct param_variant scaling_variants[]; /* by enum scaling_variant; models/scaling_params.c */

/* ---- datapoints ---- */

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

/* Missing datapoints do not breach. The threshold itself does.       [CW-UG] GreaterThanOrEqualToThreshold */
bool alarm_rings(const struct scaling_alarm *alarm, const struct tracking *t);

/*
 * A capacity after one adjustment. A percentage is rounded as AWS does: above 1 down, between 0 and 1 up to 1, between
 * -1 and 0 to -1, below -1 towards zero; then it is at least min_magnitude.       [ASG-UG] "Scaling adjustment types"
 */
int64_t scaling_adjusted(int64_t capacity, int adjustment, double by, int64_t min_magnitude);

/*
 * The desired capacity that a step policy asks for: of `warm` instances the step of the newest datapoint, never below
 * `desired` on the way out; scale-in takes a step of `desired`, and none while an instance warms up.
 */
int64_t steps_desired(const struct scaling_steps *policy, const struct tracking *t, int64_t warm, int64_t desired,
                      bool warming);

#endif
