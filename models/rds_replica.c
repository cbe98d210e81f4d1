/* SPDX-License-Identifier: GPL-3.0-or-later */
/* rds_replica -- a database that follows another region's: its parameters, and who belongs together. See replica.h. */
#include "models/rds.h"

#define PROMOTION(member) (AT(rds_replica, promotion.member) - AT(rds_replica, promotion))
#define FAILBACK(member)  (AT(rds_replica, failback.member) - AT(rds_replica, failback))

static const char *const WRITES[] = { [RDS_WRITES_REMOTE] = "remote", [RDS_WRITES_FAIL] = "fail", NULL };
static const char *const PROMOTED_BY[] = { [RDS_PROMOTED_BY_HUMAN] = "human", [RDS_PROMOTED_BY_ALARM] = "alarm", NULL };

static const struct param promotion_params[] = {
    { .name = "when",
      .kind = PARAM_REF,
      .offset = PROMOTION(when),
      .shorthand = true,
      .refs = "alarm",
      .doc = "the alarm without which nobody acts",
      .source = "scenario" },
    { .name = "by",
      .kind = PARAM_CHOICE,
      .offset = PROMOTION(by),
      .def = "human",
      .choices = PROMOTED_BY,
      .doc = "human: somebody is paged and decides; alarm: nobody is asked",
      .source = "[RDS-UG] Promoting a read replica" },
    { .name = "decision",
      .kind = PARAM_DIST,
      .offset = PROMOTION(decision),
      .def = "lognormal(median=10m p95=30m)",
      .min = "0s",
      .doc = "human: from the page to the decision, to be at the keyboard included",
      .source = "assumed; AWS behaviour, sec. 3.3 (5-30 min)" },
    { .name = "takes",
      .kind = PARAM_DIST,
      .offset = PROMOTION(takes),
      .def = "uniform(5m 15m)",
      .min = "0s",
      .doc = "from the decision until it takes writes",
      .source = "assumed; AWS behaviour, sec. 13.1 (5-15 min)" },
    PARAM_END,
};

static const struct param failback_params[] = {
    { .name = "after",
      .kind = PARAM_DIST,
      .offset = FAILBACK(after),
      .def = "lognormal(median=2h p95=6h)",
      .min = "0s",
      .doc = "from the old source's return until it has been built anew and follows closely",
      .source = "assumed" },
    { .name = "takes",
      .kind = PARAM_DIST,
      .offset = FAILBACK(takes),
      .def = "uniform(1m 3m)",
      .min = "0s",
      .doc = "switching back: nobody takes writes for so long",
      .source = "assumed" },
    PARAM_END,
};

const struct param rds_replica_params[] = {
    { .name = "of",
      .kind = PARAM_REF,
      .offset = AT(rds_replica, of),
      .shorthand = true,
      .refs = "rds",
      .doc = "a database of another region: us-east-1.orders-db",
      .source = "[RDS-UG] Creating a read replica in a different AWS Region" },
    { .name = "lag",
      .kind = PARAM_DIST,
      .offset = AT(rds_replica, lag),
      .def = "lognormal(median=1s p95=15s)",
      .min = "0s",
      .doc = "how far behind it is when it is promoted: so much is lost",
      .source = "assumed; AWS behaviour, sec. 13.1 (seconds to minutes)" },
    { .name = "log",
      .kind = PARAM_BYTES,
      .offset = AT(rds_replica, log),
      .def = "8kB",
      .min = "0B",
      .doc = "sent to it for each write, billed as transfer between regions",
      .source = "assumed: a page of PostgreSQL" },
    { .name = "writes",
      .kind = PARAM_CHOICE,
      .offset = AT(rds_replica, writes),
      .def = "remote",
      .choices = WRITES,
      .doc = "of the region whose database does not lead: to the other one, or they fail",
      .source = "scenario" },
    { .name = "promotion",
      .kind = PARAM_BLOCK,
      .offset = AT(rds_replica, promotion),
      .def = "",
      .sub = promotion_params,
      .doc = "who makes it the database that takes writes; absent: nobody",
      .source = "[RDS-UG] Promoting a read replica" },
    { .name = "failback",
      .kind = PARAM_BLOCK,
      .offset = AT(rds_replica, failback),
      .def = "",
      .sub = failback_params,
      .doc = "after a promotion, when the old source is back, it leads again; absent: it does not",
      .source = "assumed" },
    PARAM_END,
};

/* A copy of its source by `like` names that by its own name: the first region's is meant. */
bool rds_check_replica(struct component *c, const struct scenario *sc, struct diag *diag)
{
    struct rds_config *config = c->config;
    struct ref *of = &config->replica_of.of;
    if (!config->replica_of.present || !of->target)
        return true;
    if (of->target == c)
        of->target = sc->by_kind[KIND_RDS][c->home->index];
    const struct component *source = of->target;
    const struct rds_config *followed = source->config;
    if (source->region == c->region)
        return diag_error(diag, of->at, "'%s' follows '%s' of its own region", c->name, source->name) ||
               diag_hint(diag, "name that of another region, or write read_replicas: 1 in '%s'", source->name);
    if (followed->replica_of.present)
        return diag_error(diag, of->at, "'%s' follows '%s', which follows another one itself", c->name, source->name);
    if (followed->engine != config->engine)
        return diag_error(diag, c->at, "'%s' and '%s', which it follows, have different engines", c->name,
                          source->name);
    for (int d = 0; d < c->index; d++) {
        const struct rds_config *other = sc->by_kind[KIND_RDS][d]->config;
        if (other->replica_of.present && other->replica_of.of.target == source)
            return diag_error(diag, of->at, "'%s' already follows '%s': one follower is modelled",
                              sc->by_kind[KIND_RDS][d]->name, source->name);
    }
    return true;
}

const struct component *rds_partner(const struct scenario *sc, const struct component *database)
{
    const struct rds_config *config = database->config;
    if (config->replica_of.present)
        return config->replica_of.of.target;
    for (int d = 0; d < sc->by_kind_count[KIND_RDS]; d++) {
        const struct rds_config *other = sc->by_kind[KIND_RDS][d]->config;
        if (other->replica_of.present && other->replica_of.of.target == database)
            return sc->by_kind[KIND_RDS][d];
    }
    return NULL;
}
