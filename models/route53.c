/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/route53.h"

#include "models/alb.h"

static const char *const POLICIES[] = { [ROUTE53_SIMPLE] = "simple",
                                        [ROUTE53_WEIGHTED] = "weighted",
                                        [ROUTE53_LATENCY] = "latency",
                                        [ROUTE53_FAILOVER] = "failover",
                                        NULL };
static const char *const RECORDS[] = { "alias", "cname", NULL };
static const char *const CHECKS[] = { [ROUTE53_CHECK_HTTP] = "http", [ROUTE53_CHECK_TCP] = "tcp", NULL };
static const char *const FAILBACKS[] = {
    [ROUTE53_FAILBACK_AUTOMATIC] = "automatic", [ROUTE53_FAILBACK_NEVER] = "never", NULL
};

static const struct param target_params[] = {
    { .name = "to",
      .kind = PARAM_REF,
      .offset = AT(route53_target, to),
      .shorthand = true,
      .refs = "alb",
      .doc = "a load balancer: alb, or that of another region: us-west-2.alb",
      .source = "[R53-DG] Alias target" },
    { .name = "weight",
      .kind = PARAM_COUNT,
      .offset = AT(route53_target, weight),
      .def = "1",
      .min = "0",
      .max = "255",
      .doc = "weighted: its share is its weight over the sum; 0: only when no other is healthy",
      .source = "[R53-DG] Weighted routing" },
    PARAM_END,
};

#define HEALTH(member) (AT(route53_config, health.member) - AT(route53_config, health))

static const struct param health_params[] = {
    { .name = "interval",
      .kind = PARAM_DURATION,
      .offset = HEALTH(interval),
      .def = "30s",
      .min = "10s",
      .max = "30s",
      .doc = "from a checker's answer to its next request: 10s or 30s; 10s is billed as an option",
      .source = "[R53-DG] Request interval" },
    { .name = "failures",
      .kind = PARAM_COUNT,
      .offset = HEALTH(failures),
      .def = "3",
      .min = "1",
      .max = "10",
      .doc = "results in a row that change a checker's mind, both ways",
      .source = "[R53-DG] Failure threshold" },
    { .name = "what",
      .kind = PARAM_CHOICE,
      .offset = HEALTH(what),
      .def = "http",
      .choices = CHECKS,
      .doc = "http: a target behind the balancer answers; tcp: the balancer takes the connection",
      .source = "[R53-DG] How Route 53 determines whether a health check is healthy" },
    { .name = "database",
      .kind = PARAM_REF,
      .offset = HEALTH(database),
      .def = "",
      .refs = "rds",
      .doc = "http: the page asks this database too, or the one of that name in the record's region",
      .source = "scenario" },
    { .name = "checkers",
      .kind = PARAM_COUNT,
      .offset = HEALTH(checkers),
      .def = "16",
      .min = "3",
      .max = "64",
      .doc = "health checkers in several regions, each with its own phase",
      .source = "[R53-DG]: a request every two seconds at 30s" },
    { .name = "quorum",
      .kind = PARAM_SHARE,
      .offset = HEALTH(quorum),
      .def = "18%",
      .min = "0%",
      .max = "99%",
      .doc = "the endpoint is healthy when more than this share of the checkers say so",
      .source = "[R53-DG] How Route 53 determines whether a health check is healthy" },
    PARAM_END,
};

static const struct param params[] = {
    { .name = "policy",
      .kind = PARAM_CHOICE,
      .offset = AT(route53_config, policy),
      .def = "simple",
      .choices = POLICIES,
      .doc = "routing policy of the name",
      .source = "[R53-DG] Choosing a routing policy" },
    { .name = "records",
      .kind = PARAM_LIST,
      .offset = AT(route53_config, records),
      .count_offset = AT(route53_config, record_count),
      .def = "",
      .sub = target_params,
      .sub_size = sizeof(struct route53_target),
      .mark_offset = AT(route53_target, at),
      .doc = "load balancers behind the name; of failover the primary, then the secondary",
      .source = "[R53-DG] Working with records" },
    { .name = "health_check",
      .kind = PARAM_BLOCK,
      .offset = AT(route53_config, health),
      .def = "",
      .sub = health_params,
      .doc = "of each record; without it only evaluate_target_health tells",
      .source = "[R53-DG] Creating Amazon Route 53 health checks" },
    { .name = "evaluate_target_health",
      .kind = PARAM_BOOL,
      .offset = AT(route53_config, evaluate_target_health),
      .def = "false",
      .doc = "an alias is healthy when its load balancer has a healthy target; looked at every 10s (assumed)",
      .source = "[R53-DG] Evaluate target health" },
    { .name = "propagation",
      .kind = PARAM_DIST,
      .offset = AT(route53_config, propagation),
      .def = "uniform(0s 10s)",
      .min = "0s",
      .doc = "from a change of health to the answers",
      .source = "assumed; AWS behaviour, sec. 3.1" },
    { .name = "failback",
      .kind = PARAM_CHOICE,
      .offset = AT(route53_config, failback),
      .def = "automatic",
      .choices = FAILBACKS,
      .doc = "automatic: a record that is healthy again is answered again; never: it stays out until somebody acts",
      .source = "[R53-DG] Failover routing" },
    { .name = "record",
      .kind = PARAM_CHOICE,
      .offset = AT(route53_config, record),
      .def = "alias",
      .choices = RECORDS,
      .doc = "alias answers to AWS targets are free, CNAME answers are billed per query",
      .source = "[R53-DG] Choosing between alias and non-alias records" },
    { .name = "hosted_zones",
      .kind = PARAM_COUNT,
      .offset = AT(route53_config, zones),
      .def = "1",
      .min = "0",
      .max = "500",
      .doc = "hosted zones billed with this architecture",
      .source = "[R53-PRICE] Hosted zones" },
    { .name = "ttl",
      .kind = PARAM_DURATION,
      .offset = AT(route53_config, ttl),
      .def = "60s",
      .min = "0s",
      .max = "7d",
      .doc = "how long a resolver keeps an answer; aliases of load balancers and CloudFront have 60s",
      .source = "[R53-DG] Values for alias records" },
    { .name = "ignore_ttl",
      .kind = PARAM_SHARE,
      .offset = AT(route53_config, ignore_ttl),
      .def = "3%",
      .min = "0%",
      .max = "100%",
      .doc = "share of viewers' resolvers, and of programs behind them, that keep answers longer",
      .source = "assumed" },
    { .name = "ignored_for",
      .kind = PARAM_DIST,
      .offset = AT(route53_config, ignored_for),
      .def = "lognormal(median=30m p95=4h)",
      .min = "0s",
      .doc = "how long these keep an answer, the TTL at least",
      .source = "assumed" },
    { .name = "resolvers",
      .kind = PARAM_COUNT,
      .offset = AT(route53_config, resolvers),
      .def = "2000",
      .min = "1",
      .max = "1M",
      .doc = "resolvers that viewers ask when they open a connection; each asks Route 53 for what it does not keep",
      .source = "assumed" },
    { .name = "resolver_skew",
      .kind = PARAM_NUMBER,
      .offset = AT(route53_config, resolver_skew),
      .def = "1",
      .min = "0",
      .max = "3",
      .doc = "exponent of Zipf's law: the share of viewers of the resolver of rank k is k to the minus this",
      .source = "assumed" },
    { .name = "questions",
      .kind = PARAM_COUNT,
      .offset = AT(route53_config, questions),
      .def = "2",
      .min = "1",
      .max = "3",
      .doc = "queries of a lookup, of one record type each: A and AAAA",
      .source = "[RFC-8305] sec. 3" },
    PARAM_END,
};

/* ---- what the table cannot say ---- */

static bool check_records(const struct component *c, const struct scenario *sc, struct diag *diag)
{
    const struct route53_config *config = c->config;
    const struct service_config *first = NULL;
    bool ok = true;
    for (int i = 0; i < config->record_count; i++) {
        const struct route53_target *record = &config->records[i];
        const struct component *balancer = record->to.target;
        if (!balancer)
            return false; /* reported */
        for (int j = 0; j < i; j++)
            if (config->records[j].to.target == balancer)
                ok = diag_error(diag, record->at, "'%s' has two records to '%s'", c->name, balancer->name);
        const struct component *fleet = ((const struct alb_config *)balancer->config)->targets.target;
        const struct service_config *service = fleet ? scenario_service_on(sc, fleet) : NULL;
        if (first && service && service != first) {
            diag_error(diag, record->at, "'%s' leads to service '%s' and '%s' to service '%s'",
                       ((const struct component *)config->records[0].to.target)->name, first->name, balancer->name,
                       service->name);
            ok = diag_hint(diag, "a name stands for one service, in several regions");
        }
        first = first ? first : service;
    }
    return ok;
}

static bool check_policy(const struct component *c, struct diag *diag)
{
    const struct route53_config *config = c->config;
    if (config->record_count == 0 && config->policy != ROUTE53_SIMPLE)
        return diag_error(diag, c->at, "policy %s of '%s' has no records to choose among", POLICIES[config->policy],
                          c->name) ||
               diag_hint(diag, "write records: [{to: alb}, {to: us-west-2.alb}]");
    if (config->record_count > ROUTE53_RECORDS_MAX)
        return diag_error(diag, c->at, "'%s' has more than %d records", c->name, ROUTE53_RECORDS_MAX);
    if (config->policy == ROUTE53_FAILOVER && config->record_count != 2)
        return diag_error(diag, c->at, "policy failover of '%s' has %d records: it takes a primary and a secondary",
                          c->name, config->record_count);
    if (config->health.present && config->health.interval != 10 * SIM_SECOND &&
        config->health.interval != 30 * SIM_SECOND)
        return diag_error(diag, c->at, "the health check of '%s' has an interval of 10s or 30s", c->name);
    int64_t weights = 0;
    for (int i = 0; i < config->record_count; i++)
        weights += config->records[i].weight;
    if (config->policy == ROUTE53_WEIGHTED && weights == 0)
        return diag_error(diag, c->at, "all records of '%s' have weight 0", c->name);
    return true;
}

static bool validate(struct component *c, const struct scenario *sc, struct diag *diag)
{
    return check_policy(c, diag) && check_records(c, sc, diag);
}

const struct component_type route53_type = {
    .kind = "route53",
    .title = "Amazon Route 53",
    .tier = "edge",
    .global = true,
    .params = params,
    .config_size = sizeof(struct route53_config),
    .validate = validate,
};

const struct component *route53_name(const struct scenario *sc)
{
    if (sc->by_kind_count[KIND_ROUTE53] == 0)
        return NULL;
    const struct component *name = sc->by_kind[KIND_ROUTE53][0];
    return ((const struct route53_config *)name->config)->record_count > 0 ? name : NULL;
}

/* ---- health ---- */

void route53_init(struct route53 *r, struct arena *arena, const struct route53_config *config, uint32_t resolvers,
                  struct draw_key key)
{
    *r = (struct route53){ .config = config, .key = key, .place = draw_place("route53/answer") };
    for (int i = 0; i < config->record_count; i++) {
        struct route53_health *h = &r->health[i];
        h->target = h->answered = true;
        h->healthy_checkers = (uint32_t)config->health.checkers;
        for (int c = 0; c < config->health.checkers; c++)
            h->checkers[c].healthy = true; /* "considered healthy until there is enough data" */
    }
    r->resolvers = ARENA_ARRAY(arena, struct route53_resolver, resolvers);
    for (uint32_t i = 0; i < resolvers; i++)
        r->resolvers[i].stubborn = draw_unit(draw_at(key, i, draw_place("route53/stubborn"), 0).a) < config->ignore_ttl;
}

void route53_check_result(struct route53 *r, int record, int checker, bool passed)
{
    struct route53_health *h = &r->health[record];
    struct route53_checker *c = &h->checkers[checker];
    if (passed == c->healthy) {
        c->run = 0;
        return;
    }
    if (++c->run < r->config->health.failures)
        return;
    c->healthy = passed;
    c->run = 0;
    h->healthy_checkers += passed ? 1u : -1u;
}

bool route53_is_healthy(const struct route53 *r, int record)
{
    const struct route53_config *config = r->config;
    const struct route53_health *h = &r->health[record];
    const bool checked = !config->health.present ||
                         (double)h->healthy_checkers > config->health.quorum * (double)config->health.checkers;
    return checked && (!config->evaluate_target_health || h->target);
}

bool route53_publish(struct route53 *r, int record)
{
    struct route53_health *h = &r->health[record];
    const bool healthy = route53_is_healthy(r, record) && !(h->left && r->config->failback == ROUTE53_FAILBACK_NEVER);
    const bool news = healthy != h->answered;
    h->answered = healthy;
    h->left |= !healthy;
    return news;
}

/* ---- answers ---- */

enum round { ROUND_HEALTHY, ROUND_WEIGHTLESS, ROUND_EVERYBODY, ROUNDS };

static double weight_of(const struct route53 *r, int record, enum round round)
{
    const double weight = r->config->policy == ROUTE53_WEIGHTED ? (double)r->config->records[record].weight : 1.0;
    switch (round) {
    case ROUND_HEALTHY: return r->health[record].answered ? weight : 0.0;
    case ROUND_WEIGHTLESS: return r->health[record].answered && weight == 0.0 ? 1.0 : 0.0;
    case ROUND_EVERYBODY:
    case ROUNDS: break;
    }
    return weight;
}

/* By weight among the healthy ones; then those of weight 0; then everybody.     [R53-DG] "averts failover problems" */
static int choose_weighted(const struct route53 *r, uint64_t bits)
{
    for (int round = ROUND_HEALTHY; round < ROUNDS; round++) {
        double sum = 0.0;
        for (int i = 0; i < r->config->record_count; i++)
            sum += weight_of(r, i, (enum round)round);
        double left = draw_unit(bits) * sum;
        int chosen = -1;
        for (int i = 0; i < r->config->record_count && left >= 0.0; i++) {
            const double weight = weight_of(r, i, (enum round)round);
            chosen = weight > 0.0 ? i : chosen; /* at the end, whatever rounding left over, the last that counts */
            left -= weight;
        }
        if (chosen >= 0)
            return chosen;
    }
    return 0;
}

static int choose_nearest(const struct route53 *r, const float *distance_ms)
{
    int nearest = -1, nearest_healthy = -1;
    for (int i = 0; i < r->config->record_count; i++) {
        if (nearest < 0 || distance_ms[i] < distance_ms[nearest])
            nearest = i;
        if (r->health[i].answered && (nearest_healthy < 0 || distance_ms[i] < distance_ms[nearest_healthy]))
            nearest_healthy = i;
    }
    return nearest_healthy >= 0 ? nearest_healthy : nearest;
}

int route53_choose(const struct route53 *r, const float *distance_ms, uint64_t bits)
{
    switch ((enum route53_policy)r->config->policy) {
    case ROUTE53_FAILOVER: return !r->health[0].answered && r->health[1].answered ? 1 : 0;
    case ROUTE53_LATENCY: return choose_nearest(r, distance_ms);
    case ROUTE53_SIMPLE:
    case ROUTE53_WEIGHTED: return choose_weighted(r, bits);
    }
    return 0;
}

int route53_resolve(struct route53 *r, uint32_t resolver, sim_time now, const float *distance_ms, uint64_t *queries)
{
    struct route53_resolver *of = &r->resolvers[resolver];
    if (now < of->until)
        return of->record;
    const struct draw_block d = draw_at(r->key, resolver, r->place, of->asked);
    of->record = (uint16_t)route53_choose(r, distance_ms, d.a);
    sim_time kept = r->config->ttl;
    if (of->stubborn) {
        const sim_time longer = dist_sample(&r->config->ignored_for, draw_unit(d.b));
        kept = longer > kept ? longer : kept;
    }
    if (of->asked++ == 0) /* what it has when the run begins is of any age: busy resolvers would march in step */
        kept = (sim_time)((double)kept * draw_unit(d.a << 32));
    of->until = now + kept;
    ++*queries;
    return of->record;
}
