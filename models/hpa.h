/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * hpa -- the Horizontal Pod Autoscaler's arithmetic, without a world.
 *
 *   each metric:  ratio = mean over the measured pods / target
 *                 pods without a sample, pods not yet ready: assumed idle or busy, whichever changes less
 *                 |ratio - 1| <= tolerance: no change; otherwise ceil(ratio * pods)
 *   then:         the largest wish; its history over the stabilisation window; what the policies allow; min and max
 *
 * Integers where the controller has integers: a resource's utilisation is a whole percentage (cut off), an average a
 * whole milli-unit.
 *
 * Sources: [K8S-HPA] "Algorithm details", "Configurable scaling behavior"; where the page is silent, the controller's
 * source of the same release (pkg/controller/podautoscaler). One difference between the two: of a pod without a CPU
 * sample the page says that on a scale-down it is taken to use 100 % of the desired value, the controller takes 100 % of
 * its request (or the target if that is more). We do what the controller does.
 */
#ifndef HEADROOM_HPA_H
#define HEADROOM_HPA_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/arena.h"
#include "sim/simtime.h"

/* What one metric sees of the pods; terminating and failed ones are left out. Values in milli-units. */
struct hpa_view {
    int64_t measured, sum; /* pods with a sample that counts, and the sum of their values */
    int64_t missing;       /* running, without a sample */
    int64_t unready;       /* pending; of CPU also those that are not ready yet, or whose sample is older than that */
};

enum hpa_metric_kind {
    HPA_UTILISATION, /* of a request: target in percent, values in milli vCPUs, `request` in milli vCPUs per pod */
    HPA_PER_POD,     /* average of a value over pods: target in milli-units */
    HPA_EXTERNAL,    /* one number for all, divided by the replicas: sum in milli-units, target likewise */
};

struct hpa_metric {
    enum hpa_metric_kind kind;
    int64_t target, request;
};

/* Replicas that the metric asks for; -1: it cannot say (nobody is measured). current: the deployment's replicas. */
int64_t hpa_metric_replicas(const struct hpa_metric *metric, const struct hpa_view *view, int64_t current,
                            double tolerance);

/* The largest wish of all metrics; when one cannot say (-1), never less than `current`; -1 when none can. */
int64_t hpa_largest(const int64_t *wishes, int count, int64_t current);

/* ---- behaviour ---- */

enum hpa_unit { HPA_PODS, HPA_PERCENT };
enum hpa_select { HPA_MAX, HPA_MIN, HPA_DISABLED }; /* of the policies: the largest change, the smallest, none */

struct hpa_policy {
    int unit; /* enum hpa_unit */
    int64_t value;
    sim_time period;
};

struct hpa_rules {
    const struct hpa_policy *policies;
    int policy_count;
    int select; /* enum hpa_select */
    sim_time stabilisation;
};

struct hpa_event {
    sim_time at;
    int64_t value; /* a recommendation; or replicas added, negative: removed */
};

/* What the controller remembers of one deployment: an hour at the most. */
struct hpa_memory {
    struct arena *arena; /* borrowed: the lists grow there */
    struct hpa_event *wishes, *changes;
    int wish_count, wish_capacity, change_count, change_capacity;
};

/*
 * The replicas after this sync: `wished` stabilised, limited by the policies, within [min, max]. Remembers the wish and
 * the change.
 */
int64_t hpa_decide(struct hpa_memory *memory, sim_time now, int64_t wished, int64_t current, int64_t min, int64_t max,
                   const struct hpa_rules *up, const struct hpa_rules *down);

#endif
