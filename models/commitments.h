/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * commitments -- the block `commitments:` of a scenario, or of a file beside a usage file: what an account has promised
 * to pay for, and its private discount. What it does to a bill is pricing's; docs/commitments.md explains the words.
 */
#ifndef HEADROOM_MODELS_COMMITMENTS_H
#define HEADROOM_MODELS_COMMITMENTS_H

#include "models/param.h"

/* By index into the tables' choices. */
enum plan_choice { PLAN_COMPUTE, PLAN_EC2, PLAN_DATABASE };
enum term_choice { TERM_1Y, TERM_3Y };
enum engine_choice {
    ENGINE_NONE,
    ENGINE_POSTGRES,
    ENGINE_MYSQL,
    ENGINE_MARIADB,
    ENGINE_AURORA_POSTGRES,
    ENGINE_AURORA_MYSQL,
    ENGINE_REDIS,
    ENGINE_VALKEY,
    ENGINE_MEMCACHED,
};

struct savings_plan_config {
    const char *name;
    struct mark at;
    int kind;       /* enum plan_choice */
    int64_t commit; /* per hour, 1e-10 USD */
    const char *family, *region;
    int term, payment; /* enum term_choice, enum commitment_payment */
};

struct reserved_config {
    const char *name;
    struct mark at;
    const char *instance, *region, *zone;
    int64_t count;
    int engine; /* enum engine_choice */
    bool multi_az;
    int term, payment;
};

struct commitments_config {
    bool present;
    double discount; /* 0..1 */
    struct savings_plan_config *plans;
    int plan_count;
    struct reserved_config *reserved;
    int reserved_count;
};

extern const struct param commitments_params[]; /* struct commitments_config */

/*
 * What needs more than one key: an EC2 plan's family, a database's engine. A region that is not written becomes
 * `only_region` (NULL: there are several). Reports all errors.
 */
bool commitments_check(struct commitments_config *config, const char *only_region, struct diag *diag);

/* A file with that block and nothing else. False when there was an error; *unreadable as in yaml_load(). */
bool commitments_load(struct commitments_config *out, const char *path, const char *only_region, bool *unreadable,
                      struct arena *arena, struct diag *diag);

#endif
