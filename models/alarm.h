/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * alarm -- a CloudWatch alarm that pages somebody, or sets off what names it: M of the newest N datapoints breach. It may
 * say which fleets grow: those of a pilot light have nothing that their own policies could see.
 *
 *   component --a datapoint each period, published late--> OK <--> ALARM, or INSUFFICIENT DATA
 *
 * What is missing: with N datapoints there, older gaps do not count; else the gaps are filled by `missing`. An alarm of a
 * region that is lost says nothing, and neither do metrics of that region: watch a region from another one.
 * Left out: high resolution, composite alarms, anomaly detection, metrics that are impaired. The alarms of scaling
 * policies are the policies' own, see asg.h.
 * Sources:      [CW-UG] "Configuring how CloudWatch alarms treat missing data"; AWS behaviour, sec. 8.
 */
#ifndef HEADROOM_ALARM_H
#define HEADROOM_ALARM_H

#include "models/scenario.h"

enum alarm_metric { ALARM_UNREACHABLE, ALARM_ERRORS };
enum alarm_missing { ALARM_MISSING, ALARM_IGNORE, ALARM_BREACHING, ALARM_NOT_BREACHING };
enum alarm_scaled_by { ALARM_SCALED_BY_HUMAN, ALARM_SCALED_BY_ALARM };
enum alarm_state { ALARM_OK, ALARM_IN_ALARM, ALARM_INSUFFICIENT };
enum { ALARM_PERIODS_MAX = 60, ALARM_MORE_POINTS = 2 }; /* looked at: so many more than N, for late data */

/* A fleet that grows when the alarm goes off. */
struct alarm_fleet {
    struct ref fleet; /* an asg */
    struct mark at;
    int64_t to; /* instances, at the least */
};

struct alarm_config {
    struct ref of;               /* an alb or an rds, of any region */
    int metric;                  /* enum alarm_metric */
    double threshold;            /* 0..1: a datapoint above it breaches */
    sim_time period;             /* of a datapoint */
    int64_t datapoints, periods; /* M of N */
    int missing;                 /* enum alarm_missing */
    sim_time delay;              /* from the end of a period until its datapoint is seen */
    struct {
        bool present;
        struct alarm_fleet *fleets;
        int fleet_count;
        int by; /* enum alarm_scaled_by */
        struct dist decision;
    } scale;
};

extern const struct component_type alarm_type;

/* ---- state ---- */

enum alarm_point { ALARM_POINT_MISSING, ALARM_POINT_GOOD, ALARM_POINT_BREACHES };

struct alarm {
    const struct component *component;
    const struct alarm_config *config;
    enum alarm_state state;
    enum alarm_point points[ALARM_PERIODS_MAX + ALARM_MORE_POINTS]; /* the newest last */
    int point_count;
};

void alarm_init(struct alarm *alarm, const struct component *component);

/* The newest datapoint is seen, or its absence. Returns whether the state changed. */
bool alarm_add(struct alarm *alarm, enum alarm_point point);

#endif
