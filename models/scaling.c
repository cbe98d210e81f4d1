/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/scaling.h"

/* ---- datapoints ---- */

void tracking_put(struct tracking *t, double value)
{
    if (t->count == TRACKING_LOW_POINTS) {
        for (int i = 1; i < t->count; i++)
            t->points[i - 1] = t->points[i];
        t->count--;
    }
    t->points[t->count++] = value;
}

/* Missing data never breaches (treat missing as missing: an alarm without data does nothing). */
bool tracking_high(const struct tracking *t, double target)
{
    if (t->count < TRACKING_HIGH_POINTS)
        return false;
    for (int i = t->count - TRACKING_HIGH_POINTS; i < t->count; i++)
        if (!(t->points[i] > target))
            return false;
    return true;
}

bool tracking_low(const struct tracking *t, double target)
{
    if (t->count < TRACKING_LOW_POINTS)
        return false;
    for (int i = 0; i < t->count; i++)
        if (!(t->points[i] < TRACKING_LOW_RATIO * target))
            return false;
    return true;
}

/* Ceiling and floor of small non-negative values without libm. */
static int64_t floor_of(double x)
{
    return (int64_t)x;
}
static int64_t ceil_of(double x)
{
    return (double)(int64_t)x < x ? (int64_t)x + 1 : (int64_t)x;
}

int64_t tracking_desired(const struct tracking *t, double target, int64_t measured, int64_t desired, bool warming,
                         double scale_in_step)
{
    if (t->count == 0 || measured == 0)
        return desired;
    const double metric = t->points[t->count - 1];
    if (tracking_high(t, target)) {
        const int64_t wanted = ceil_of((double)measured * metric / target);
        return wanted > desired ? wanted : desired;
    }
    if (tracking_low(t, target) && !warming) {
        const int64_t surplus = floor_of((double)measured - (double)measured * metric / target);
        const int64_t step = floor_of((double)measured * scale_in_step);
        const int64_t most = step > 1 ? step : 1;
        return desired - (surplus < most ? surplus : most);
    }
    return desired;
}

/* ---- step and simple scaling ---- */

bool alarm_rings(const struct scaling_alarm *alarm, const struct tracking *t)
{
    const int64_t periods = alarm->periods ? alarm->periods : alarm->datapoints;
    int64_t breaching = 0;
    for (int i = t->count - 1; i >= 0 && i >= t->count - periods; i--)
        breaching += alarm->comparison == COMPARE_ABOVE ? t->points[i] >= alarm->threshold
                                                        : t->points[i] <= alarm->threshold;
    return breaching >= alarm->datapoints;
}

/* Percentages are exact decimals to people: 10 % of 30 is 3, not 2.9999999999999996, and 60 % - 50 % is 10 %. */
#define SLACK 1e-9

static double nudged(double x)
{
    return x < 0 ? x - SLACK : x + SLACK;
}

int64_t scaling_adjusted(int64_t capacity, int adjustment, double by, int64_t min_magnitude)
{
    if (adjustment == ADJUST_EXACT)
        return (int64_t)by;
    int64_t change = (int64_t)nudged(by); /* towards zero */
    if (adjustment == ADJUST_PERCENT) {
        const double raw = (double)capacity * by;
        change = (int64_t)nudged(raw);
        if (change == 0 && raw != 0)
            change = raw > 0 ? 1 : -1;
        if (by > 0 && change < min_magnitude)
            change = min_magnitude;
        if (by < 0 && change > -min_magnitude)
            change = -min_magnitude;
    }
    const int64_t adjusted = capacity + change;
    return adjusted > 0 ? adjusted : 0;
}

/* Above the threshold a step holds its lower bound, below it its upper one.       [ASG-UG] "Step adjustments" */
static const struct scaling_step *step_of(const struct scaling_steps *policy, double metric)
{
    const bool above = policy->alarm.comparison == COMPARE_ABOVE;
    const double distance = metric - policy->alarm.threshold;
    const double over = above ? distance + SLACK : distance - SLACK;
    for (int i = 0; i < policy->step_count; i++) {
        const struct scaling_step *s = &policy->steps[i];
        const bool from = !s->lower_set || (above ? over >= s->lower : over > s->lower);
        const bool to = !s->upper_set || (above ? over < s->upper : over <= s->upper);
        if (from && to)
            return s;
    }
    return NULL;
}

int64_t steps_desired(const struct scaling_steps *policy, const struct tracking *t, int64_t warm, int64_t desired,
                      bool warming)
{
    if (t->count == 0 || !alarm_rings(&policy->alarm, t))
        return desired;
    const double metric = t->points[t->count - 1];
    const struct scaling_step *step = metric == metric ? step_of(policy, metric) : NULL;
    if (!step)
        return desired;
    const int64_t out = scaling_adjusted(warm, policy->adjustment, step->by, policy->min_magnitude);
    if (out > desired)
        return out;
    const int64_t in = scaling_adjusted(desired, policy->adjustment, step->by, policy->min_magnitude);
    return in < desired && !warming ? in : desired;
}
