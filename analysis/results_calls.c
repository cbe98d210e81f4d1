/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Services and the calls between them, over the replications of the headline day. */
#include <math.h>
#include <string.h>

#include "analysis/results.h"
#include "analysis/tally.h"
#include "sim/base/check.h"

/* ---- adding a replication ---- */

void tally_calls_begin(struct tally *t, const struct replication *rep)
{
    t->services = ARENA_ARRAY(&t->arena, struct service_result, rep->service_count + 1);
    t->edges = ARENA_ARRAY(&t->arena, struct edge_result, rep->edge_count + 1);
    for (int s = 0; s < rep->service_count; s++) {
        t->services[s].name = t->outline->services[s].name;
        t->services[s].fleet = t->outline->services[s].fleet;
        histogram_init(&t->services[s].latency, &t->arena);
    }
    for (int e = 0; e < rep->edge_count; e++) {
        t->edges[e].from = t->outline->edges[e].from;
        t->edges[e].to = t->outline->edges[e].to;
        t->edges[e].external = t->outline->edges[e].external;
        histogram_init(&t->edges[e].latency, &t->arena);
    }
}

static void add_edge(struct edge_result *sum, const struct edge_result *edge)
{
    sum->calls += edge->calls;
    sum->failed += edge->failed;
    sum->ignored += edge->ignored;
    sum->attempts += edge->attempts;
    sum->retries += edge->retries;
    sum->errors += edge->errors;
    sum->timeouts += edge->timeouts;
    sum->cut += edge->cut;
    sum->breaker_rejected += edge->breaker_rejected;
    sum->limit_rejected += edge->limit_rejected;
    sum->budget_exhausted += edge->budget_exhausted;
    sum->breaker_opened += edge->breaker_opened;
    sum->breaker_open_s += edge->breaker_open_s;
    histogram_merge(&sum->latency, &edge->latency);
}

void tally_calls(struct tally *t, const struct replication *rep)
{
    CHECK(rep->service_count == t->outline->service_count && rep->edge_count == t->outline->edge_count,
          "two replications of one scenario have different calls");
    for (int s = 0; s < rep->service_count; s++) {
        t->services[s].requests += rep->services[s].requests;
        t->services[s].errors += rep->services[s].errors;
        histogram_merge(&t->services[s].latency, &rep->services[s].latency);
    }
    for (int e = 0; e < rep->edge_count; e++)
        add_edge(&t->edges[e], &rep->edges[e]);
}

/* ---- what they add up to ---- */

static double quantile_ms(const struct histogram *h, double p)
{
    return h->count > 0 ? histogram_quantile_ns(h, p) / 1e6 : NAN;
}

static double mean_ms(const struct histogram *h)
{
    return h->count > 0 ? histogram_mean_ns(h) / 1e6 : NAN;
}

static const struct utilisation_summary *cpu_of(const struct results *r, const char *fleet)
{
    for (int i = 0; i < r->utilisation_count; i++)
        if (strcmp(r->utilisations[i].component, fleet) == 0 && strcmp(r->utilisations[i].resource, "cpu") == 0)
            return &r->utilisations[i];
    return NULL;
}

static double retries_of(const struct results *r, const char *service)
{
    uint64_t retries = 0;
    for (int e = 0; e < r->tally->outline->edge_count; e++)
        if (strcmp(r->tally->edges[e].from, service) == 0)
            retries += r->tally->edges[e].retries;
    return (double)retries / r->replications;
}

void results_calls(struct results *r, struct arena *arena)
{
    const struct replication *outline = r->tally->outline;
    r->service_count = outline->service_count;
    r->services = ARENA_ARRAY(arena, struct service_summary, r->service_count + 1);
    for (int s = 0; s < r->service_count; s++) {
        const struct service_result *sum = &r->tally->services[s];
        r->services[s] = (struct service_summary){ .name = sum->name,
                                                   .fleet = sum->fleet,
                                                   .requests = (double)sum->requests / r->replications,
                                                   .errors = (double)sum->errors / r->replications,
                                                   .retries = retries_of(r, sum->name),
                                                   .mean_ms = mean_ms(&sum->latency),
                                                   .p50_ms = quantile_ms(&sum->latency, 0.5),
                                                   .p99_ms = quantile_ms(&sum->latency, 0.99),
                                                   .cpu = cpu_of(r, sum->fleet) };
    }
    r->edge_count = outline->edge_count;
    r->edges = ARENA_ARRAY(arena, struct edge_summary, r->edge_count + 1);
    for (int e = 0; e < r->edge_count; e++) {
        const struct edge_result *sum = &r->tally->edges[e];
        r->edges[e] = (struct edge_summary){ .sum = sum,
                                             .days = r->replications,
                                             .mean_ms = mean_ms(&sum->latency),
                                             .p50_ms = quantile_ms(&sum->latency, 0.5),
                                             .p99_ms = quantile_ms(&sum->latency, 0.99) };
    }
}
