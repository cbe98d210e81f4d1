/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/hpa.h"

/* Longest stabilisation window that Kubernetes allows; policies look back half of it.     [K8S-HPA] */
static const sim_time MEMORY = SIM_HOUR;

static int64_t ceil_of(double x)
{
    return (double)(int64_t)x < x ? (int64_t)x + 1 : (int64_t)x;
}

static int64_t largest_of(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

static int64_t smallest_of(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* ---- one metric ---- */

/* The controller divides integers first: a percentage, or an average in milli-units. */
static double ratio_of(const struct hpa_metric *metric, int64_t sum, int64_t pods)
{
    const int64_t value = metric->kind == HPA_UTILISATION ? 100 * sum / (metric->request * pods) : sum / pods;
    return (double)value / (double)metric->target;
}

static bool within(double ratio, double tolerance)
{
    return 1.0 - tolerance <= ratio && ratio <= 1.0 + tolerance;
}

static int64_t external_replicas(const struct hpa_metric *metric, int64_t sum, int64_t current, double tolerance)
{
    if (current > 0 && within((double)sum / ((double)metric->target * (double)current), tolerance))
        return current;
    return ceil_of((double)sum / (double)metric->target);
}

/* What a pod is taken to use of which nothing is known, when the others say that there are too many. */
static int64_t busy_value(const struct hpa_metric *metric)
{
    if (metric->kind != HPA_UTILISATION)
        return metric->target;
    return metric->request * largest_of(100, metric->target) / 100;
}

int64_t hpa_metric_replicas(const struct hpa_metric *metric, const struct hpa_view *view, int64_t current,
                            double tolerance)
{
    if (metric->kind == HPA_EXTERNAL)
        return external_replicas(metric, view->sum, current, tolerance);
    if (view->measured == 0)
        return -1;
    const double ratio = ratio_of(metric, view->sum, view->measured);
    const bool with_unready = view->unready > 0 && ratio > 1.0;
    if (!with_unready && view->missing == 0)
        return within(ratio, tolerance) ? current : ceil_of(ratio * (double)view->measured);
    int64_t sum = view->sum, pods = view->measured;
    if (ratio != 1.0) {
        sum += ratio < 1.0 ? view->missing * busy_value(metric) : 0;
        pods += view->missing;
    }
    pods += with_unready ? view->unready : 0;
    const double careful = ratio_of(metric, sum, pods);
    if (within(careful, tolerance) || (ratio < 1.0 && careful > 1.0) || (ratio > 1.0 && careful < 1.0))
        return current;
    const int64_t wished = ceil_of(careful * (double)pods);
    if ((careful < 1.0 && wished > current) || (careful > 1.0 && wished < current))
        return current; /* counting other pods than before would turn the direction round */
    return wished;
}

int64_t hpa_largest(const int64_t *wishes, int count, int64_t current)
{
    int64_t largest = -1;
    bool silent = false;
    for (int i = 0; i < count; i++) {
        silent = silent || wishes[i] < 0;
        largest = largest_of(largest, wishes[i]);
    }
    return silent && largest >= 0 ? largest_of(largest, current) : largest;
}

/* ---- behaviour ---- */

static void remember(struct arena *arena, struct hpa_event **list, int *count, int *capacity, struct hpa_event event)
{
    int kept = 0;
    for (int i = 0; i < *count; i++)
        if ((*list)[i].at > event.at - MEMORY)
            (*list)[kept++] = (*list)[i];
    *count = kept;
    if (*count == *capacity) {
        const int wider = *capacity ? 2 * *capacity : 32;
        *list = arena_grow(arena, *list, (size_t)*count, (size_t)wider, sizeof **list);
        *capacity = wider;
    }
    (*list)[(*count)++] = event;
}

/* Up: the smallest wish of its window is a floor for what is allowed; down: the largest of its window. */
static int64_t stabilised(const struct hpa_memory *memory, sim_time now, int64_t wished, int64_t current,
                          const struct hpa_rules *up, const struct hpa_rules *down)
{
    int64_t least = wished, most = wished;
    for (int i = 0; i < memory->wish_count; i++) {
        if (memory->wishes[i].at > now - up->stabilisation)
            least = smallest_of(least, memory->wishes[i].value);
        if (memory->wishes[i].at > now - down->stabilisation)
            most = largest_of(most, memory->wishes[i].value);
    }
    const int64_t raised = largest_of(current, least);
    return smallest_of(raised, most);
}

/* Replicas at the beginning of the policy's period, from what has been added and removed since. */
static int64_t at_period_start(const struct hpa_memory *memory, sim_time now, int64_t current, sim_time period)
{
    int64_t changed = 0;
    for (int i = 0; i < memory->change_count; i++)
        if (memory->changes[i].at > now - period)
            changed += memory->changes[i].value;
    return current - changed;
}

/* up: ceil(n * (1 + p)); down: what is left is cut off, so what goes is rounded up. */
static int64_t policy_limit(const struct hpa_policy *policy, int64_t before, bool up)
{
    if (policy->unit == HPA_PODS)
        return up ? before + policy->value : before - policy->value;
    const double share = (double)policy->value / 100.0;
    return up ? ceil_of((double)before * (1.0 + share)) : (int64_t)((double)before * (1.0 - share));
}

static int64_t limit_of(const struct hpa_memory *memory, sim_time now, int64_t current, const struct hpa_rules *rules,
                        bool up)
{
    if (rules->select == HPA_DISABLED || rules->policy_count == 0)
        return current;
    int64_t limit = 0;
    for (int i = 0; i < rules->policy_count; i++) {
        const int64_t before = at_period_start(memory, now, current, rules->policies[i].period);
        const int64_t here = policy_limit(&rules->policies[i], before, up);
        const bool larger_wins = (rules->select == HPA_MAX) == up;
        limit = i == 0 ? here : larger_wins ? largest_of(limit, here) : smallest_of(limit, here);
    }
    return up ? largest_of(limit, current) : smallest_of(limit, current);
}

int64_t hpa_decide(struct hpa_memory *memory, sim_time now, int64_t wished, int64_t current, int64_t min, int64_t max,
                   const struct hpa_rules *up, const struct hpa_rules *down)
{
    int64_t next = stabilised(memory, now, wished, current, up, down);
    remember(memory->arena, &memory->wishes, &memory->wish_count, &memory->wish_capacity,
             (struct hpa_event){ now, wished });
    if (next > current)
        next = smallest_of(next, limit_of(memory, now, current, up, true));
    else if (next < current)
        next = largest_of(next, limit_of(memory, now, current, down, false));
    next = smallest_of(largest_of(next, min), max);
    if (next != current)
        remember(memory->arena, &memory->changes, &memory->change_count, &memory->change_capacity,
                 (struct hpa_event){ now, next - current });
    return next;
}
