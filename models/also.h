/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * also -- what is bought beside what is simulated, as fixed monthly quantities: `also: {cloudtrail: {events: 40M}}`.
 *
 * Every month of the calendar has them once, in the scenario's first region. A quantity is a row that says what it is
 * on AWS's bill; what has no row is written out under `other`. Knows no prices: whether there is a rate for it is seen
 * when it is billed.
 */
#ifndef HEADROOM_ALSO_H
#define HEADROOM_ALSO_H

#include "models/param.h"

enum { ALSO_SERVICES = 18, ALSO_QUANTITIES_MAX = 4 };

struct also_service {
    bool present;
    int64_t quantity[ALSO_QUANTITIES_MAX]; /* 0: not written */
};

struct also_other { /* texts as in a usage file: docs/usage-file.md */
    const char *service, *usage_type, *quantity, *unit, *attributes, *region;
    struct mark at;
};

struct also_config {
    bool present;
    struct also_service services[ALSO_SERVICES];
    struct also_other *other;
    int other_count;
};

/* What a quantity is on the bill. */
struct also_line {
    const char *usage_type, *unit; /* pricing unit's words as in a usage file; "": a plain count */
};

struct also_kind {
    const char *key, *service; /* "cloudtrail", offer code "AWSCloudTrail" */
    const struct also_line *lines;
    int line_count;
};

extern const struct also_kind also_kinds[ALSO_SERVICES]; /* as in also_config.services */
extern const struct param also_params[];                 /* of struct also_config */

#endif
