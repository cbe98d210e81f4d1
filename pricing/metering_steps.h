/* SPDX-License-Identifier: GPL-3.0-or-later */
/* metering_steps -- the steps of a billing rule, worked out for one key: a factor, and at most one shape. */
#ifndef HEADROOM_METERING_STEPS_H
#define HEADROOM_METERING_STEPS_H

#include "pricing/billing_rules.h"
#include "sim/base/arena.h"
#include "sim/base/compiler.h"
#include "sim/base/diag.h"

/* Nothing that is billed is larger: a sum of many still fits into 128 bits. In millionths of metered units. */
#define LARGEST_AMOUNT ((uint128)1000000000000000000u * 1000000000000000000u)

struct shape {
    enum step_kind kind; /* STEP_NONE, STEP_STARTS, FLOOR, PLUS, LESS, ONLY, ROUND or BETWEEN */
    uint64_t things_e6;
    uint64_t amount, base;
    enum usage_unit unit; /* what "for as long as the record lasts" means */
};

struct steps {
    struct shape shape;
    uint128 factor;
    bool scaled; /* the factor counts in the fine units of the price */
};

/* Reads the attributes of `operation`. False, reported at `at`, when one is missing, no number or not a known word. */
bool steps_resolve(struct steps *out, const struct billing_rule *rule, const char *operation, struct arena *arena,
                   struct mark at, struct diag *diag);

/* The billed quantity of a metered one; false when it is larger than LARGEST_AMOUNT. */
bool steps_apply(const struct steps *steps, uint128 quantity, int64_t span_ns, uint128 *out);

/* a * b; false when that is larger than LARGEST_AMOUNT. */
bool amount_times(uint128 a, uint128 b, uint128 *out);

#endif
