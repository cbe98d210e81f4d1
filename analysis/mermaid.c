/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The architecture as a Mermaid flowchart: who calls whom, read from the scenario. */
#include <string.h>

#include "analysis/escape.h"
#include "analysis/figure.h"
#include "analysis/report.h"
#include "models/alarm.h"
#include "models/alb.h"
#include "models/asg.h"
#include "models/cloudfront.h"
#include "models/deployment.h"
#include "models/eks.h"
#include "models/elasticache.h"
#include "models/rds.h"
#include "models/route53.h"
#include "models/waf.h"

struct arrow {
    const char *from, *to, *label;
};

struct chart {
    const struct scenario *sc;
    const struct region *region; /* where the service lives whose arrows are drawn */
    FILE *out;
    struct arena arena;
    struct arrow *arrows; /* drawn already: each once */
    int arrow_count, arrow_capacity;
};

static const char *component_id(struct chart *c, const struct component *component)
{
    return arena_printf(&c->arena, "c%d", (int)(component - c->sc->components));
}

static const char *service_id(struct chart *c, const struct service_config *service)
{
    if (service->runs_on.target)
        return component_id(c, scenario_seen_from(c->sc, service->runs_on.target, c->region));
    return arena_printf(&c->arena, "s%d", service->index);
}

static void arrow(struct chart *c, const char *from, const char *to, const char *label)
{
    for (int i = 0; i < c->arrow_count; i++)
        if (strcmp(c->arrows[i].from, from) == 0 && strcmp(c->arrows[i].to, to) == 0 &&
            strcmp(c->arrows[i].label, label) == 0)
            return;
    if (c->arrow_count == c->arrow_capacity) {
        const int more = c->arrow_capacity ? c->arrow_capacity * 2 : 32;
        c->arrows = arena_grow(&c->arena, c->arrows, (size_t)c->arrow_count, (size_t)more, sizeof *c->arrows);
        c->arrow_capacity = more;
    }
    c->arrows[c->arrow_count++] = (struct arrow){ .from = from, .to = to, .label = label };
    if (label[0])
        fprintf(c->out, "  %s -->|%s| %s\n", from, label, to);
    else
        fprintf(c->out, "  %s --> %s\n", from, to);
}

/* ---- nodes ---- */

static const char *detail_of(struct chart *c, const struct component *component)
{
    struct arena *a = &c->arena;
    switch ((enum component_order)component->kind) {
    case KIND_ASG: {
        const struct asg_config *asg = component->config;
        return arena_printf(a, "%s, %lld to %lld", asg->instance, (long long)asg->size.min, (long long)asg->size.max);
    }
    case KIND_RDS: {
        const struct rds_config *rds = component->config;
        const char *standby = rds->multi_az ? ", Multi-AZ" : "";
        if (rds->read_replicas == 0)
            return arena_printf(a, "%s%s", rds->instance, standby);
        return arena_printf(a, "%s%s, %s", rds->instance, standby, figure_things(rds->read_replicas, "replica", a));
    }
    case KIND_ELASTICACHE: {
        const struct elasticache_config *cache = component->config;
        return arena_printf(a, "%s, %s", cache->node, figure_things(cache->shards, "shard", a));
    }
    case KIND_EKS: {
        const struct eks_config *eks = component->config;
        return arena_printf(a, "%s, %s", figure_things(eks->group_count, "node group", a),
                            figure_things(eks->pool_count, "node pool", a));
    }
    case KIND_DEPLOYMENT: {
        const struct deployment_config *pods = component->config;
        return arena_printf(a, "%lld to %lld pods", (long long)pods->replicas.min, (long long)pods->replicas.max);
    }
    case KIND_ROUTE53:
    case KIND_CLOUDFRONT:
    case KIND_WAF:
    case KIND_S3:
    case KIND_ALB:
    case KIND_SQS:
    case KIND_ALARM:
    case KIND_COUNT: return "";
    }
    return "";
}

static void node(struct chart *c, const struct component *component, const char *indent)
{
    const bool store = component->kind == KIND_RDS || component->kind == KIND_ELASTICACHE || component->kind == KIND_S3;
    const char *detail = escape_mermaid(detail_of(c, component), &c->arena);
    fprintf(c->out, "%s%s%s\"%s<br/>%s%s%s\"%s\n", indent, component_id(c, component), store ? "[(" : "[",
            escape_mermaid(component->name, &c->arena), component->type->title, detail[0] ? "<br/>" : "", detail,
            store ? ")]" : "]");
}

static void nodes(struct chart *c)
{
    const struct scenario *sc = c->sc;
    for (int i = 0; i < sc->population_count; i++)
        fprintf(c->out, "  p%d([\"%s\"])\n", i, escape_mermaid(sc->populations[i].name, &c->arena));
    for (int i = 0; i < sc->component_count; i++)
        if (!sc->components[i].region)
            node(c, &sc->components[i], "  ");
    for (int r = 0; r < sc->region_count; r++) {
        fprintf(c->out, "  subgraph r%d[\"%s, %s\"]\n", r, escape_mermaid(sc->regions[r].name, &c->arena),
                figure_things(sc->regions[r].zones, "zone", &c->arena));
        for (int i = 0; i < sc->component_count; i++)
            if (sc->components[i].region == &sc->regions[r])
                node(c, &sc->components[i], "    ");
        fputs("  end\n", c->out);
    }
    for (int i = 0; i < sc->service_count; i++)
        if (!sc->services[i].runs_on.target)
            fprintf(c->out, "  %s[[\"%s\"]]\n", service_id(c, &sc->services[i]),
                    escape_mermaid(sc->services[i].name, &c->arena));
}

/* ---- arrows ---- */

static void arrow_to(struct chart *c, const char *from, const struct ref *ref, const char *label)
{
    if (ref->target)
        arrow(c, from, component_id(c, ref->target), label);
}

/* To what the service finds in its own region. */
static void arrow_near(struct chart *c, const char *from, const struct ref *ref, const char *label)
{
    if (ref->target)
        arrow(c, from, component_id(c, scenario_seen_from(c->sc, ref->target, c->region)), label);
}

static void step_arrows(struct chart *c, const char *from, const struct tagged *steps, int count)
{
    for (int i = 0; i < count; i++) {
        const void *config = steps[i].config;
        switch ((enum step_variant)steps[i].variant) {
        case STEP_GET: {
            const struct step_get *get = config;
            arrow_near(c, from, &get->from, "get");
            step_arrows(c, from, get->miss, get->miss_count);
            break;
        }
        case STEP_READ: arrow_near(c, from, &((const struct step_query *)config)->database, "read"); break;
        case STEP_WRITE: arrow_near(c, from, &((const struct step_query *)config)->database, "write"); break;
        case STEP_SEND: arrow_near(c, from, &((const struct step_send *)config)->to, "send"); break;
        case STEP_CALL: {
            const struct operation_config *called = ((const struct step_call *)config)->operation.target;
            if (called && called->service)
                arrow(c, from, service_id(c, called->service), "call");
            break;
        }
        case STEP_PARALLEL: {
            const struct step_parallel *parallel = config;
            step_arrows(c, from, parallel->branches, parallel->branch_count);
            break;
        }
        case STEP_SERIES: {
            const struct step_series *series = config;
            step_arrows(c, from, series->steps, series->step_count);
            break;
        }
        case STEP_CPU:
        case STEP_WAIT:
        case STEP_VARIANTS: break;
        }
    }
}

static void edge_arrows(struct chart *c)
{
    const struct scenario *sc = c->sc;
    const bool cdn = sc->by_kind_count[KIND_CLOUDFRONT] > 0;
    const struct component *door = cdn                               ? sc->by_kind[KIND_CLOUDFRONT][0]
                                   : route53_name(sc) != NULL        ? NULL
                                   : sc->by_kind_count[KIND_ALB] > 0 ? sc->by_kind[KIND_ALB][0]
                                                                     : NULL;
    for (int p = 0; p < sc->population_count; p++) {
        const char *from = arena_printf(&c->arena, "p%d", p);
        for (int i = 0; i < sc->by_kind_count[KIND_ROUTE53]; i++)
            arrow(c, from, component_id(c, sc->by_kind[KIND_ROUTE53][i]), "name");
        if (door)
            arrow(c, from, component_id(c, door), "");
    }
    for (int i = 0; i < sc->by_kind_count[KIND_WAF]; i++) {
        const struct waf_config *waf = sc->by_kind[KIND_WAF][i]->config;
        if (waf->on.target)
            arrow(c, component_id(c, waf->on.target), component_id(c, sc->by_kind[KIND_WAF][i]), "inspected by");
    }
    for (int i = 0; i < sc->by_kind_count[KIND_CLOUDFRONT]; i++) {
        const struct component *cloudfront = sc->by_kind[KIND_CLOUDFRONT][i];
        const struct cloudfront_config *config = cloudfront->config;
        arrow_to(c, component_id(c, cloudfront), &config->origins.fixed, "static, misses");
        arrow_to(c, component_id(c, cloudfront), &config->origins.dynamic, "dynamic");
    }
    for (int i = 0; i < sc->by_kind_count[KIND_ALB]; i++) {
        const struct alb_config *alb = sc->by_kind[KIND_ALB][i]->config;
        arrow_to(c, component_id(c, sc->by_kind[KIND_ALB][i]), &alb->targets, "");
    }
}

/* A follower and who it follows; an alarm and what it watches. */
static void follower_arrows(struct chart *c)
{
    const struct scenario *sc = c->sc;
    for (int d = 0; d < sc->by_kind_count[KIND_RDS]; d++) {
        const struct rds_config *rds = sc->by_kind[KIND_RDS][d]->config;
        if (rds->replica_of.present && rds->replica_of.of.target)
            arrow(c, component_id(c, rds->replica_of.of.target), component_id(c, sc->by_kind[KIND_RDS][d]),
                  "replicates");
        if (rds->replica_of.promotion.present)
            arrow_to(c, component_id(c, sc->by_kind[KIND_RDS][d]), &rds->replica_of.promotion.when, "promoted on");
    }
    for (int a = 0; a < sc->by_kind_count[KIND_ALARM]; a++)
        arrow_to(c, component_id(c, sc->by_kind[KIND_ALARM][a]),
                 &((const struct alarm_config *)sc->by_kind[KIND_ALARM][a]->config)->of, "watches");
    for (int n = 0; n < sc->by_kind_count[KIND_ROUTE53]; n++) {
        const struct route53_config *config = sc->by_kind[KIND_ROUTE53][n]->config;
        for (int r = 0; r < config->record_count; r++)
            arrow_to(c, component_id(c, sc->by_kind[KIND_ROUTE53][n]), &config->records[r].to, "record");
    }
}

static void service_arrows(struct chart *c)
{
    for (int s = 0; s < c->sc->service_count; s++) {
        const struct service_config *service = &c->sc->services[s];
        if (service->runs_on.target && !scenario_lives_in(c->sc, service, c->region))
            continue;
        const char *id = service_id(c, service);
        if (service->consumes.target)
            arrow(c, component_id(c, scenario_seen_from(c->sc, service->consumes.target, c->region)), id, "handled by");
        for (int o = 0; o < service->operation_count; o++)
            step_arrows(c, id, service->operations[o].steps, service->operations[o].step_count);
    }
}

void mermaid_write(const struct scenario *sc, FILE *out)
{
    struct chart c = { .sc = sc, .out = out };
    arena_init(&c.arena);
    fputs("flowchart LR\n", out);
    nodes(&c);
    edge_arrows(&c);
    follower_arrows(&c);
    for (int r = 0; r < sc->region_count; r++) {
        c.region = &sc->regions[r];
        service_arrows(&c);
    }
    arena_fini(&c.arena);
}
