/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare.json: keys are a contract; what is not known is absent. docs/results.md lists them. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analysis/compare_report.h"
#include "analysis/results_json.h"
#include "sim/base/check.h"

static const char SCHEMA[] = "headroom-compare/1";

/* {"mean": ..., "ci95": [...]}; an end that is open is left out with its interval. */
static cJSON *add_figure(cJSON *parent, const char *key, struct ci ci)
{
    if (isnan(ci.mean))
        return NULL;
    cJSON *figure = cJSON_AddObjectToObject(parent, key);
    json_number(figure, "mean", ci.mean);
    if (isfinite(ci.lo) && isfinite(ci.hi))
        json_interval(figure, "ci95", ci);
    else if (isfinite(ci.lo))
        json_number(figure, "at_least", ci.lo);
    return figure;
}

static void add_spread(cJSON *figure, struct spread spread)
{
    if (!figure || isnan(spread.p5))
        return;
    json_number(figure, "p5", spread.p5);
    json_number(figure, "p50", spread.p50);
    json_number(figure, "p95", spread.p95);
}

/* ---- a variant by itself ---- */

static void add_scenario(cJSON *one, const struct variant *v)
{
    const struct scenario *sc = v->results->sc;
    cJSON *scenario = cJSON_AddObjectToObject(one, "scenario");
    cJSON_AddStringToObject(scenario, "name", sc->name);
    cJSON_AddStringToObject(scenario, "file", sc->path);
    cJSON_AddStringToObject(scenario, "sha256", sc->sha256);
    char text[24];
    snprintf(text, sizeof text, "%016" PRIx64, v->results->fingerprint);
    cJSON_AddStringToObject(one, "fingerprint", text);
    cJSON_AddStringToObject(one, "report", v->folder);
}

static void add_itself(cJSON *one, const struct comparison *c, const struct variant *v)
{
    const struct operation_summary *op = compare_operation(c, v);
    const struct cost *cost = &v->results->cost;
    if (op) {
        add_figure(one, "availability", op->availability);
        add_figure(one, "p99_ms", op->latency_ms[LATENCY_P99]);
    }
    if (cost->monthly) {
        add_figure(one, "monthly_mean_usd", cost->monthly_mean_usd);
        add_figure(one, "monthly_peak_usd", cost->monthly_peak_usd);
        add_spread(add_figure(one, "annual_usd", cost->annual_usd), cost->annual_spread);
    }
    add_figure(one, "expected_loss_usd", v->loss_usd);
    add_figure(one, "headline_faults_loss_usd", v->event_loss_usd);
    add_figure(one, "total_usd", v->total_usd);
    cJSON *objectives = cJSON_AddObjectToObject(one, "objectives");
    json_count(objectives, "met", (uint64_t)(v->results->objective_count - v->missed - v->undecided));
    json_count(objectives, "missed", (uint64_t)v->missed);
    json_count(objectives, "undecided", (uint64_t)v->undecided);
}

static void add_modes(cJSON *one, const struct risk_result *risk)
{
    if (!risk)
        return;
    cJSON *modes = cJSON_AddArrayToObject(one, "expected_loss_by_mode");
    for (int m = 0; m < risk->mode_count; m++) {
        cJSON *mode = cJSON_CreateObject();
        cJSON_AddItemToArray(modes, mode);
        cJSON_AddStringToObject(mode, "name", risk->modes[m].name);
        json_number(mode, "per_year", risk->modes[m].per_year);
        add_figure(mode, "loss_usd", risk->modes[m].loss_usd);
    }
}

/* ---- against the base ---- */

static void add_operations(cJSON *difference, const struct variant *v)
{
    cJSON *availability = cJSON_AddObjectToObject(difference, "availability");
    cJSON *latency = cJSON_AddObjectToObject(difference, "latency_ms");
    for (int o = 0; o < v->operation_count; o++) {
        const struct operation_pair *pair = &v->operations[o];
        add_figure(availability, pair->name, pair->availability);
        cJSON *figures = cJSON_AddObjectToObject(latency, pair->name);
        for (int f = 0; f < LATENCY_FIGURES; f++)
            add_figure(figures, latency_figure_names[f], pair->latency_ms[f]);
    }
}

static void add_difference(cJSON *one, const struct variant *v)
{
    cJSON *difference = cJSON_AddObjectToObject(one, "difference");
    add_operations(difference, v);
    add_figure(difference, "monthly_mean_usd", v->monthly_mean_ci);
    add_figure(difference, "monthly_peak_usd", v->monthly_peak_ci);
    add_spread(add_figure(difference, "annual_usd", v->annual_ci), v->annual_spread);
    add_figure(difference, "expected_loss_usd", v->loss_ci);
    add_figure(difference, "total_usd", v->total_ci);
    add_figure(difference, "nines", v->nines);
}

static void add_benefits(cJSON *one, const struct variant *v)
{
    cJSON *benefits = cJSON_AddObjectToObject(one, "benefits");
    for (int row = 0; row < BENEFIT_ROWS; row++) {
        const struct benefit *b = benefit_of(v, (enum benefit_row)row);
        cJSON *figure = add_figure(benefits, benefit_words[row].key, b->value);
        add_spread(figure, b->spread);
        if (!figure)
            figure = cJSON_AddObjectToObject(benefits, benefit_words[row].key);
        if (b->why)
            cJSON_AddStringToObject(figure, "why", b->why);
    }
}

static void add_dominance(cJSON *one, const struct comparison *c, const struct variant *v)
{
    const struct dominance *d = &v->dominated;
    if (d->by < 0)
        return;
    static const char *const words[] = {
        [CRITERION_EQUAL] = "equal", [CRITERION_BETTER] = "better", [CRITERION_NOT_SHOWN] = "not shown"
    };
    cJSON *dominated = cJSON_AddObjectToObject(one, "dominated");
    cJSON_AddStringToObject(dominated, "by", c->variants[d->by].name);
    cJSON_AddBoolToObject(dominated, "in_everything", d->strict);
    json_number(dominated, "confidence", d->confidence);
    cJSON *criteria = cJSON_AddObjectToObject(dominated, "criteria");
    for (int k = 0; k < CRITERIA; k++) {
        if (d->is[k] == CRITERION_UNKNOWN)
            continue;
        cJSON *criterion = cJSON_AddObjectToObject(criteria, criterion_names[k]);
        cJSON_AddStringToObject(criterion, "is", words[d->is[k]]);
        json_number(criterion, "confidence", d->sure[k]);
    }
}

static void add_changes(cJSON *one, const struct variant *v)
{
    cJSON *changes = cJSON_AddArrayToObject(one, "changes");
    for (int i = 0; i < v->change_count; i++) {
        cJSON *change = cJSON_CreateObject();
        cJSON_AddItemToArray(changes, change);
        cJSON_AddStringToObject(change, "path", v->changes[i].path);
        if (v->changes[i].base)
            cJSON_AddStringToObject(change, "base", v->changes[i].base);
        if (v->changes[i].variant)
            cJSON_AddStringToObject(change, "variant", v->changes[i].variant);
    }
}

static void add_variants(cJSON *root, const struct comparison *c)
{
    cJSON *variants = cJSON_AddArrayToObject(root, "variants");
    for (int i = 0; i < c->count; i++) {
        const struct variant *v = &c->variants[i];
        cJSON *one = cJSON_CreateObject();
        cJSON_AddItemToArray(variants, one);
        cJSON_AddStringToObject(one, "name", v->name);
        cJSON_AddBoolToObject(one, "base", i == 0);
        add_scenario(one, v);
        add_itself(one, c, v);
        add_modes(one, v->risk);
        add_dominance(one, c, v);
        if (i == 0)
            continue;
        add_difference(one, v);
        add_benefits(one, v);
        add_changes(one, v);
    }
}

/* ---- the whole ---- */

static void add_verdict(cJSON *root, const struct comparison *c)
{
    cJSON *verdict = cJSON_AddObjectToObject(root, "verdict");
    cJSON_AddStringToObject(verdict, "text", c->verdict);
    cJSON_AddBoolToObject(verdict, "decided", c->decided);
    if (c->decided)
        json_number(verdict, "confidence", c->confidence);
    if (c->best >= 0)
        cJSON_AddStringToObject(verdict, "best", c->variants[c->best].name);
    if (c->undecided)
        cJSON_AddStringToObject(verdict, "what_it_would_take", c->undecided);
}

static void add_timing(cJSON *root, const struct timing *t)
{
    cJSON *timing = cJSON_AddObjectToObject(root, "timing");
    json_count(timing, "threads", (uint64_t)t->threads);
    json_number(timing, "wall_s", t->wall_s);
    json_number(timing, "cpu_s", t->cpu_s);
    json_count(timing, "peak_rss_bytes", (uint64_t)t->peak_rss_bytes);
}

void compare_json_write(const struct comparison *c, FILE *out)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "schema", SCHEMA);
    cJSON_AddBoolToObject(root, "valid", c->violation == NULL);
    if (c->violation)
        cJSON_AddStringToObject(root, "violation", c->violation);
    cJSON_AddBoolToObject(root, "partial", c->partial);
    cJSON *engine = cJSON_AddObjectToObject(root, "engine");
    cJSON_AddStringToObject(engine, "version", HEADROOM_VERSION);
    json_count(engine, "seed", (uint64_t)c->variants[0].results->sc->seed);
    json_count(engine, "replications", (uint64_t)c->pairs);
    add_timing(root, &c->timing);
    add_verdict(root, c);
    cJSON_AddStringToObject(root, "operation", c->operation);
    cJSON_AddStringToObject(root, "expected_loss", c->consists_of);
    add_variants(root, c);
    cJSON *warnings = cJSON_AddArrayToObject(root, "warnings");
    for (int i = 0; i < c->warning_count; i++)
        cJSON_AddItemToArray(warnings, cJSON_CreateString(c->warnings[i]));
    char *text = cJSON_Print(root);
    CHECK(text, "the comparison could not be put into JSON");
    fputs(text, out);
    fputc('\n', out);
    cJSON_free(text);
    cJSON_Delete(root);
}
