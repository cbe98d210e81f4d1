/* SPDX-License-Identifier: GPL-3.0-or-later */
/* services{} and edges[] of results.json: counts are means over replications. */
#include "analysis/results_json.h"

static void add_latency(cJSON *parent, double mean_ms, double p50_ms, double p99_ms)
{
    cJSON *latency = cJSON_AddObjectToObject(parent, "latency_ms");
    json_number(latency, "mean", mean_ms);
    json_number(latency, "p50", p50_ms);
    json_number(latency, "p99", p99_ms);
}

static void add_services(cJSON *root, const struct results *r)
{
    cJSON *services = cJSON_AddObjectToObject(root, "services");
    for (int i = 0; i < r->service_count; i++) {
        const struct service_summary *s = &r->services[i];
        cJSON *one = cJSON_AddObjectToObject(services, s->name);
        cJSON_AddStringToObject(one, "fleet", s->fleet);
        json_number(one, "requests", s->requests);
        json_number(one, "errors", s->errors);
        json_number(one, "retries", s->retries);
        add_latency(one, s->mean_ms, s->p50_ms, s->p99_ms);
        if (!s->cpu)
            continue;
        cJSON *cpu = cJSON_AddObjectToObject(one, "cpu");
        json_number(cpu, "mean", s->cpu->mean.mean);
        json_number(cpu, "peak", s->cpu->peak);
    }
}

static void add_edge(cJSON *edges, const struct edge_summary *e)
{
    const struct edge_result *sum = e->sum;
    const struct {
        const char *key;
        uint64_t count;
    } counts[] = {
        { "calls", sum->calls },
        { "failed", sum->failed },
        { "ignored", sum->ignored },
        { "attempts", sum->attempts },
        { "retries", sum->retries },
        { "errors", sum->errors },
        { "timeouts", sum->timeouts },
        { "cut", sum->cut },
        { "breaker_rejected", sum->breaker_rejected },
        { "breaker_opened", sum->breaker_opened },
        { "limit_rejected", sum->limit_rejected },
        { "budget_exhausted", sum->budget_exhausted },
    };
    cJSON *one = cJSON_CreateObject();
    cJSON_AddItemToArray(edges, one);
    cJSON_AddStringToObject(one, "from", sum->from);
    cJSON_AddStringToObject(one, "to", sum->to);
    cJSON_AddBoolToObject(one, "external", sum->external);
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        json_number(one, counts[i].key, (double)counts[i].count / e->days);
    json_number(one, "breaker_open_s", sum->breaker_open_s / e->days);
    add_latency(one, e->mean_ms, e->p50_ms, e->p99_ms);
}

void results_json_calls(cJSON *root, const struct results *r)
{
    add_services(root, r);
    cJSON *edges = cJSON_AddArrayToObject(root, "edges");
    for (int i = 0; i < r->edge_count; i++)
        add_edge(edges, &r->edges[i]);
}
