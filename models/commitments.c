/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/commitments.h"

#include <string.h>

#include "sim/base/text.h"

static const char *const PLANS[] = {
    [PLAN_COMPUTE] = "compute", [PLAN_EC2] = "ec2", [PLAN_DATABASE] = "database", NULL
};
static const char *const TERMS[] = { [TERM_1Y] = "1y", [TERM_3Y] = "3y", NULL };
static const char *const PAYMENTS_WORDS[] = { "none", "partial", "all", NULL }; /* enum commitment_payment */
static const char *const ENGINES[] = { [ENGINE_NONE] = "none",
                                       [ENGINE_POSTGRES] = "postgres",
                                       [ENGINE_MYSQL] = "mysql",
                                       [ENGINE_MARIADB] = "mariadb",
                                       [ENGINE_AURORA_POSTGRES] = "aurora-postgres",
                                       [ENGINE_AURORA_MYSQL] = "aurora-mysql",
                                       [ENGINE_REDIS] = "redis",
                                       [ENGINE_VALKEY] = "valkey",
                                       [ENGINE_MEMCACHED] = "memcached",
                                       NULL };

#define TERM_ROWS(type) \
    { .name = "term", \
      .kind = PARAM_CHOICE, \
      .offset = AT(type, term), \
      .def = "1y", \
      .choices = TERMS, \
      .doc = "how long it is for", \
      .source = "assumed" }, \
    { \
        .name = "payment", .kind = PARAM_CHOICE, .offset = AT(type, payment), .def = "none", \
        .choices = PAYMENTS_WORDS, .doc = "paid upfront; bills have the month's share of it", .source = "assumed" \
    }

static const struct param plan_params[] = {
    { .name = "kind",
      .kind = PARAM_CHOICE,
      .offset = AT(savings_plan_config, kind),
      .choices = PLANS,
      .doc = "compute: EC2, Fargate and Lambda everywhere; ec2: a family in a region; database",
      .source = "[SP-UG]" },
    { .name = "commit",
      .kind = PARAM_MONEY,
      .offset = AT(savings_plan_config, commit),
      .min = "$0.001",
      .max = "$1000000",
      .doc = "per hour, at the plan's rates",
      .source = "scenario" },
    { .name = "family",
      .kind = PARAM_TEXT,
      .offset = AT(savings_plan_config, family),
      .def = "",
      .doc = "of an ec2 plan: m7g",
      .source = "scenario" },
    { .name = "region",
      .kind = PARAM_TEXT,
      .offset = AT(savings_plan_config, region),
      .def = "",
      .doc = "of an ec2 plan; absent: the scenario's only one",
      .source = "scenario" },
    TERM_ROWS(savings_plan_config),
    { .name = "name",
      .kind = PARAM_TEXT,
      .offset = AT(savings_plan_config, name),
      .def = "",
      .doc = "on the bill; made from kind and place when absent",
      .source = "scenario" },
    PARAM_END,
};

static const struct param reserved_params[] = {
    { .name = "instance",
      .kind = PARAM_TEXT,
      .offset = AT(reserved_config, instance),
      .doc = "m7g.large, db.r7g.large, cache.r7g.large, m7g.large.search, read-capacity, write-capacity",
      .source = "scenario" },
    { .name = "count",
      .kind = PARAM_COUNT,
      .offset = AT(reserved_config, count),
      .def = "1",
      .min = "1",
      .max = "1000000",
      .doc = "how many",
      .source = "scenario" },
    { .name = "engine",
      .kind = PARAM_CHOICE,
      .offset = AT(reserved_config, engine),
      .def = "none",
      .choices = ENGINES,
      .doc = "of a database or a cache; redis serves valkey too",
      .source = "[RDS-UG], [EC-UG]" },
    { .name = "multi_az",
      .kind = PARAM_BOOL,
      .offset = AT(reserved_config, multi_az),
      .def = "false",
      .doc = "of a database: the standby too, twice the units",
      .source = "[RDS-UG]" },
    { .name = "region",
      .kind = PARAM_TEXT,
      .offset = AT(reserved_config, region),
      .def = "",
      .doc = "absent: the scenario's only one",
      .source = "scenario" },
    { .name = "zone",
      .kind = PARAM_TEXT,
      .offset = AT(reserved_config, zone),
      .def = "",
      .doc = "of an EC2 instance: only there, and only this size",
      .source = "[EC2-UG]" },
    TERM_ROWS(reserved_config),
    { .name = "name",
      .kind = PARAM_TEXT,
      .offset = AT(reserved_config, name),
      .def = "",
      .doc = "on the bill; made from kind and place when absent",
      .source = "scenario" },
    PARAM_END,
};

const struct param commitments_params[] = {
    { .name = "discount",
      .kind = PARAM_SHARE,
      .offset = AT(commitments_config, discount),
      .def = "0%",
      .min = "0%",
      .max = "100%",
      .doc = "private, off every line that no commitment covers but support",
      .source = "assumed" },
    { .name = "savings_plans",
      .kind = PARAM_LIST,
      .offset = AT(commitments_config, plans),
      .count_offset = AT(commitments_config, plan_count),
      .def = "",
      .sub = plan_params,
      .sub_size = sizeof(struct savings_plan_config),
      .mark_offset = AT(savings_plan_config, at),
      .doc = "dollars per hour, spent or lost",
      .source = "[SP-UG]" },
    { .name = "reserved",
      .kind = PARAM_LIST,
      .offset = AT(commitments_config, reserved),
      .count_offset = AT(commitments_config, reserved_count),
      .def = "",
      .sub = reserved_params,
      .sub_size = sizeof(struct reserved_config),
      .mark_offset = AT(reserved_config, at),
      .doc = "instances, nodes and capacity for a term",
      .source = "[EC2-UG]" },
    PARAM_END,
};

static bool check_region(const char **region, const char *only_region, struct mark at, struct diag *diag)
{
    if ((*region)[0])
        return true;
    *region = only_region;
    return only_region || (diag_error(diag, at, "the commitment needs a region: there are several here"),
                           diag_hint(diag, "write region: us-east-1"));
}

static bool check_plan(struct savings_plan_config *p, const char *only_region, struct diag *diag)
{
    if (p->kind == PLAN_DATABASE && (p->term != TERM_1Y || p->payment != 0)) {
        diag_error(diag, p->at, "a database savings plan is for one year and without upfront payment");
        return diag_hint(diag, "leave out 'term' and 'payment'");
    }
    if (p->kind != PLAN_EC2)
        return (!p->family[0] && !p->region[0]) ||
               diag_error(diag, p->at, "only an ec2 savings plan is of a family and a region");
    if (!p->family[0]) {
        diag_error(diag, p->at, "an ec2 savings plan is of a family");
        return diag_hint(diag, "write family: m7g");
    }
    return check_region(&p->region, only_region, p->at, diag);
}

static bool check_reserved(struct reserved_config *r, const char *only_region, struct diag *diag)
{
    const bool database = !strncmp(r->instance, "db.", 3), cache = !strncmp(r->instance, "cache.", 6);
    if ((database || cache) != (r->engine != ENGINE_NONE)) {
        diag_error(diag, r->at, "'%s' %s engine", r->instance, r->engine ? "has no" : "is reserved for an");
        return diag_hint(diag, r->engine  ? "leave out 'engine'"
                               : database ? "write engine: postgres"
                                          : "write engine: redis");
    }
    if (cache != (r->engine >= ENGINE_REDIS) && r->engine != ENGINE_NONE)
        return diag_error(diag, r->at, "'%s' is no engine of '%s'", ENGINES[r->engine], r->instance);
    if (r->multi_az && !database)
        return diag_error(diag, r->at, "only a database is Multi-AZ, '%s' is none", r->instance);
    if (r->zone[0] && (database || cache || strstr(r->instance, ".search") || !strchr(r->instance, '.')))
        return diag_error(diag, r->at, "only EC2 instances are reserved in a zone, '%s' is none", r->instance);
    return check_region(&r->region, only_region, r->at, diag);
}

bool commitments_check(struct commitments_config *config, const char *only_region, struct diag *diag)
{
    bool ok = true;
    for (int i = 0; i < config->plan_count; i++)
        ok = check_plan(&config->plans[i], only_region, diag) && ok;
    for (int i = 0; i < config->reserved_count; i++)
        ok = check_reserved(&config->reserved[i], only_region, diag) && ok;
    return ok;
}

bool commitments_load(struct commitments_config *out, const char *path, const char *only_region, bool *unreadable,
                      struct arena *arena, struct diag *diag)
{
    static const struct param file_params[] = {
        { .name = "commitments",
          .kind = PARAM_BLOCK,
          .sub = commitments_params,
          .doc = "what is committed to",
          .source = "scenario" },
        PARAM_END,
    };
    struct param_reader reader;
    const struct node *root = yaml_load(path, arena, diag, unreadable);
    if (!root)
        return false;
    param_reader_init(&reader, arena, diag, path, ".");
    return param_read(&reader, file_params, root, "the file", out) && commitments_check(out, only_region, diag);
}
