/* SPDX-License-Identifier: GPL-3.0-or-later */
/* results.json: keys are a contract; a key whose part is not known is absent, never 0 or null. */
#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/report.h"
#include "analysis/results_json.h"
#include "sim/base/check.h"

static const char SCHEMA[] = "headroom-results/1";

static cJSON *add_operation(cJSON *parent, const struct operation_summary *op)
{
    return cJSON_AddObjectToObject(parent, op->name);
}

static void add_scenario(cJSON *root, const struct results *r)
{
    cJSON *scenario = cJSON_AddObjectToObject(root, "scenario");
    cJSON_AddStringToObject(scenario, "name", r->sc->name);
    cJSON_AddStringToObject(scenario, "file", r->sc->path);
    cJSON_AddStringToObject(scenario, "sha256", r->sc->sha256);
    cJSON *inputs = cJSON_AddArrayToObject(scenario, "inputs");
    for (int i = 0; i < r->sc->input_count; i++) {
        cJSON *input = cJSON_CreateObject();
        cJSON_AddItemToArray(inputs, input);
        cJSON_AddStringToObject(input, "file", r->sc->inputs[i].file);
        cJSON_AddStringToObject(input, "sha256", r->sc->inputs[i].sha256);
    }
}

static void add_engine(cJSON *root, const struct results *r)
{
    cJSON *engine = cJSON_AddObjectToObject(root, "engine");
    cJSON_AddStringToObject(engine, "version", HEADROOM_VERSION);
    cJSON_AddStringToObject(engine, "mode", "exact");
    json_count(engine, "seed", (uint64_t)r->sc->seed);
    json_count(engine, "replications", (uint64_t)r->replications);
    json_count(engine, "requests", r->requests);
    json_count(engine, "dynamic_requests", r->dynamic_requests);
    json_count(engine, "events", r->events);
    json_count(engine, "station_visits", r->station_visits);
    json_count(engine, "billed_requests", r->billed_requests);
    json_count(engine, "billed_events", r->billed_events);
    char text[24];
    snprintf(text, sizeof text, "%016" PRIx64, r->fingerprint);
    cJSON_AddStringToObject(engine, "fingerprint", text);
}

/* How the number of replications was found; absent when it was given. */
static void add_stopping(cJSON *root, const struct results *r)
{
    if (r->sc->precision <= 0)
        return;
    cJSON *stopping = cJSON_AddObjectToObject(root, "stopping");
    json_number(stopping, "precision", r->sc->precision);
    json_count(stopping, "max_replications", (uint64_t)r->sc->max_replications);
    json_count(stopping, "looks", (uint64_t)r->tally->looks + 1);
    cJSON_AddBoolToObject(stopping, "reached", r->tally->sufficed);
    json_number(stopping, "level", r->level);
    json_number(stopping, "objectives_level", r->level);
}

static void add_timing(cJSON *root, const struct timing *t)
{
    cJSON *timing = cJSON_AddObjectToObject(root, "timing");
    json_count(timing, "threads", (uint64_t)t->threads);
    json_count(timing, "ranks", 1);
    json_number(timing, "wall_s", t->wall_s);
    json_number(timing, "cpu_s", t->cpu_s);
    cJSON *by_thread = cJSON_AddArrayToObject(timing, "cpu_s_by_thread");
    for (int i = 0; i < t->threads; i++)
        cJSON_AddItemToArray(by_thread, cJSON_CreateNumber(t->cpu_s_by_thread[i]));
    json_number(timing, "requests_per_s", t->requests_per_s);
    json_count(timing, "peak_rss_bytes", (uint64_t)t->peak_rss_bytes);
}

static void add_availability(cJSON *root, const struct results *r)
{
    cJSON *availability = cJSON_AddObjectToObject(root, "availability");
    for (int i = 0; i < r->operation_count; i++) {
        const struct operation_summary *op = &r->operations[i];
        cJSON *one = add_operation(availability, op);
        json_number(one, "mean", op->availability.mean);
        json_interval(one, "ci95", op->availability);
        json_count(one, "begun", op->begun);
        json_count(one, "ok", op->outcomes[OUTCOME_OK]);
        json_count(one, "failed", op->failed);
        json_count(one, "in_flight", op->in_flight);
        json_count(one, "attempts", op->attempts);
        json_number(one, "attempt_success", op->attempt_success.mean);
        json_number(one, "bad_minutes", op->bad_minutes.mean);
        if (!isnan(op->bad_minutes.mean))
            json_number(one, "bad_minutes_below", op->bad_below);
    }
}

static void add_latency(cJSON *root, const struct results *r, const char *key, bool ok_only)
{
    cJSON *latency = cJSON_AddObjectToObject(root, key);
    for (int i = 0; i < r->operation_count; i++) {
        const struct operation_summary *op = &r->operations[i];
        const struct ci *figures = ok_only ? op->latency_ok_ms : op->latency_ms;
        if (isnan(figures[LATENCY_P50].mean))
            continue;
        cJSON *one = add_operation(latency, op);
        for (int f = 0; f < LATENCY_FIGURES; f++)
            json_number(one, latency_figure_names[f], figures[f].mean);
        cJSON *intervals = cJSON_AddObjectToObject(one, "ci95");
        for (int f = 0; f < LATENCY_FIGURES; f++)
            json_interval(intervals, latency_figure_names[f], figures[f]);
    }
}

static void add_errors(cJSON *root, const struct results *r)
{
    cJSON *errors = cJSON_AddObjectToObject(root, "errors");
    for (int i = 0; i < r->operation_count; i++) {
        cJSON *one = add_operation(errors, &r->operations[i]);
        for (int o = 0; o < OUTCOME_COUNT; o++)
            if (o != OUTCOME_OK)
                json_count(one, outcome_name((enum outcome)o), r->operations[i].outcomes[o]);
    }
}

static void add_objectives(cJSON *root, const struct results *r)
{
    cJSON *objectives = cJSON_AddArrayToObject(root, "objectives");
    for (int i = 0; i < r->objective_count; i++) {
        const struct objective_summary *o = &r->objectives[i];
        cJSON *one = cJSON_CreateObject();
        cJSON_AddItemToArray(objectives, one);
        cJSON_AddStringToObject(one, "text", o->text);
        json_number(one, "value", o->value.mean);
        json_interval(one, "ci95", o->value);
        json_number(one, o->at_least ? "at_least" : "at_most", o->limit);
        cJSON_AddStringToObject(one, "unit", o->unit);
        cJSON_AddStringToObject(one, "verdict", verdict_name(o->verdict));
        if (o->note)
            cJSON_AddStringToObject(one, "note", o->note);
    }
}

static void add_faults(cJSON *root, const struct results *r)
{
    cJSON *faults = cJSON_AddArrayToObject(root, "faults");
    for (int i = 0; i < r->fault_count; i++) {
        const struct fault_summary *f = &r->faults[i];
        cJSON *one = cJSON_CreateObject();
        cJSON_AddItemToArray(faults, one);
        cJSON_AddStringToObject(one, "name", f->name);
        if (f->random) {
            json_number(one, "times", f->times);
            json_count(one, "replications", (uint64_t)f->replications);
        }
        json_number(one, "start_s", f->start_s);
        json_number(one, "end_s", f->end_s);
        json_number(one, "detected_s", f->detected_s.mean);
        json_number(one, "restored_s", f->restored_s.mean);
        json_number(one, "restored_last_s", f->start_s + f->restored_last_after_s);
        json_count(one, "restored_replications", (uint64_t)f->restored_count);
        if (f->judged_count > 0) {
            cJSON_AddBoolToObject(one, "self_recovered", f->recovered_count == f->judged_count);
            cJSON_AddBoolToObject(one, "metastable", f->metastable_count > 0);
            json_number(one, "recovered_s", f->recovered_s.mean);
            json_count(one, "judged_replications", (uint64_t)f->judged_count);
            json_count(one, "recovered_replications", (uint64_t)f->recovered_count);
            json_count(one, "metastable_replications", (uint64_t)f->metastable_count);
        }
        json_number(one, "failed_requests", f->failed_requests.mean);
        json_interval(one, "failed_requests_ci95", f->failed_requests);
        json_number(one, "lost_writes", f->lost_writes.mean);
        json_interval(one, "lost_writes_ci95", f->lost_writes);
        cJSON *timeline = cJSON_AddArrayToObject(one, "timeline");
        for (int e = 0; e < f->shown->event_count; e++) {
            const struct fault_event *event = &f->shown->events[e];
            cJSON *step = cJSON_CreateObject();
            cJSON_AddItemToArray(timeline, step);
            json_number(step, "at_s", event->at_s);
            cJSON_AddStringToObject(step, "component", event->component);
            cJSON_AddStringToObject(step, "what", event->what);
        }
    }
}

static void add_components(cJSON *root, const struct results *r)
{
    cJSON *capacity = cJSON_AddObjectToObject(root, "capacity");
    for (int i = 0; i < r->fleet_count; i++) {
        cJSON *one = cJSON_AddObjectToObject(capacity, r->fleets[i].name);
        json_number(one, "min", r->fleets[i].min);
        json_number(one, "mean", r->fleets[i].mean);
        json_number(one, "max", r->fleets[i].max);
    }
    cJSON *utilisation = cJSON_AddObjectToObject(root, "utilisation");
    for (int i = 0; i < r->utilisation_count; i++) {
        const struct utilisation_summary *u = &r->utilisations[i];
        cJSON *one = cJSON_AddObjectToObject(utilisation, u->key);
        cJSON_AddStringToObject(one, "resource", u->resource);
        json_number(one, "mean", u->mean.mean);
        json_number(one, "peak", u->peak);
    }
    cJSON *limits = cJSON_AddArrayToObject(root, "limits");
    for (int i = 0; i < r->limit_count; i++) {
        const struct limit_summary *l = &r->limits[i];
        cJSON *one = cJSON_CreateObject();
        cJSON_AddItemToArray(limits, one);
        cJSON_AddStringToObject(one, "component", l->component);
        cJSON_AddStringToObject(one, "limit", l->limit);
        json_number(one, "peak_share", l->peak_share);
        json_number(one, "at_s", l->at_s);
        json_number(one, "value", l->value);
        json_number(one, "maximum", l->maximum);
    }
}

static void add_flows(cJSON *root, const struct results *r)
{
    cJSON *flows = cJSON_AddObjectToObject(root, "flows");
    for (int i = 0; i < r->flow_count; i++) {
        cJSON *one = cJSON_GetObjectItemCaseSensitive(flows, r->flows[i].component);
        if (!one)
            one = cJSON_AddObjectToObject(flows, r->flows[i].component);
        json_number(one, r->flows[i].name, r->flows[i].per_day);
    }
}

static const char *unit_name(enum usage_unit unit)
{
    switch (unit) {
    case USAGE_COUNT: return "count";
    case USAGE_BYTES: return "bytes";
    case USAGE_NANOSECONDS: return "ns";
    case USAGE_BYTE_HOURS: return "byte_hours";
    case USAGE_MONTHS_E6: return "months_e6";
    }
    return "count";
}

static void add_text(cJSON *object, const char *key, const char *text)
{
    if (text[0] != '\0')
        cJSON_AddStringToObject(object, key, text);
}

static void add_usage(cJSON *root, const struct results *r)
{
    cJSON *usage = cJSON_AddArrayToObject(root, "usage");
    for (int i = 0; i < r->usage_count; i++) {
        const struct usage_key *key = r->usage[i].key;
        cJSON *one = cJSON_CreateObject();
        cJSON_AddItemToArray(usage, one);
        add_text(one, "service", key->service);
        add_text(one, "usage_type", key->usage_type);
        add_text(one, "operation", key->operation);
        add_text(one, "resource", key->resource);
        add_text(one, "region", key->region);
        add_text(one, "zone", key->zone);
        add_text(one, "to_zone", key->to_zone);
        json_number(one, "quantity", r->usage[i].per_day);
        add_text(one, "unit", unit_name(key->unit));
    }
}

static void add_warnings(cJSON *root, const struct results *r)
{
    cJSON *warnings = cJSON_AddArrayToObject(root, "warnings");
    for (int i = 0; i < r->warning_count; i++)
        cJSON_AddItemToArray(warnings, cJSON_CreateString(r->warnings[i]));
}

void results_json_write(const struct results *r, FILE *out)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "schema", SCHEMA);
    cJSON_AddBoolToObject(root, "valid", r->violation == NULL);
    if (r->violation)
        cJSON_AddStringToObject(root, "violation", r->violation);
    cJSON_AddBoolToObject(root, "partial", r->partial);
    cJSON_AddBoolToObject(root, "reproducible", !r->partial && !r->out_of_time);
    add_scenario(root, r);
    add_engine(root, r);
    add_stopping(root, r);
    add_timing(root, &r->timing);
    add_objectives(root, r);
    add_availability(root, r);
    add_latency(root, r, "latency_ms", false);
    add_latency(root, r, "latency_ok_ms", true);
    add_errors(root, r);
    add_faults(root, r);
    add_components(root, r);
    add_flows(root, r);
    results_json_calls(root, r);
    results_json_cost(root, r);
    add_usage(root, r);
    add_warnings(root, r);
    char *text = cJSON_Print(root);
    CHECK(text, "the results could not be put into JSON");
    fputs(text, out);
    fputc('\n', out);
    cJSON_free(text);
    cJSON_Delete(root);
}
