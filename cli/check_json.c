/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * check_json -- the resolved scenario as JSON, defaults included, by the tables that read it.
 *
 * Times are seconds (key with _s), money is USD (_usd), rates are per second (_per_s), sizes are bytes (_bytes), shares
 * are 0..1. A distribution is its text with its mean and coefficient of variation.
 */
#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "cli/cli.h"
#include "models/departures.h"
#include "models/scenario_tables.h"

/* What a key says of its unit. */
static const char *suffix(enum param_kind kind)
{
    switch (kind) {
    case PARAM_DURATION: return "_s";
    case PARAM_RATE: return "_per_s";
    case PARAM_BYTES: return "_bytes";
    case PARAM_MONEY: return "_usd";
    case PARAM_SHARE:
    case PARAM_COUNT:
    case PARAM_NUMBER:
    case PARAM_FACTOR:
    case PARAM_VCPUS:
    case PARAM_BOOL:
    case PARAM_TEXT:
    case PARAM_DIST:
    case PARAM_CHOICE:
    case PARAM_REF:
    case PARAM_INSTANT:
    case PARAM_BLOCK:
    case PARAM_LIST:
    case PARAM_MAP:
    case PARAM_TAGGED:
    case PARAM_NODE: break;
    }
    return "";
}

/* bytes, and 1e-10 USD, may exceed 2^53 in hostile scenarios only; then the last digits are those of a double. */
static double scaled(int64_t value, double scale)
{
    return (double)value / scale;
}

static cJSON *json_dist(const struct dist *dist)
{
    if (!dist->text)
        return NULL; /* not given, and without a default */
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "text", dist->text);
    cJSON_AddNumberToObject(object, "mean_s", dist->mean_ns / 1e9);
    if (isfinite(dist->scv))
        cJSON_AddNumberToObject(object, "cv", sqrt(dist->scv));
    return object;
}

static cJSON *json_instant(const struct instant *instant)
{
    char text[32];
    const int64_t s = instant->ns / SIM_SECOND;
    if (instant->offset)
        snprintf(text, sizeof(text), "+%llds", (long long)s);
    else
        snprintf(text, sizeof(text), "%02d:%02d:%02d", (int)(s / 3600), (int)(s / 60 % 60), (int)(s % 60));
    return cJSON_CreateString(text);
}

static cJSON *json_table(const struct param *table, const void *from);

static cJSON *json_list(const struct param *row, const char *elements, int count)
{
    cJSON *list = cJSON_CreateArray();
    for (int i = 0; i < count; i++)
        cJSON_AddItemToArray(list, json_table(row->sub, elements + (size_t)i * row->sub_size));
    return list;
}

static cJSON *json_map(const struct param *row, const char *elements, int count)
{
    cJSON *map = cJSON_CreateObject();
    for (int i = 0; i < count; i++) {
        const char *element = elements + (size_t)i * row->sub_size;
        cJSON_AddItemToObject(map, *(const char *const *)element, json_table(row->sub, element));
    }
    return map;
}

static cJSON *json_tagged(const struct param *row, const struct tagged *items, int count)
{
    cJSON *list = cJSON_CreateArray();
    for (int i = 0; i < count; i++) {
        cJSON *item = cJSON_CreateObject();
        cJSON_AddItemToObject(item, items[i].key, json_table(row->variants[items[i].variant].sub, items[i].config));
        cJSON_AddItemToArray(list, item);
    }
    return list;
}

/* A number that was not given and has no default. */
static bool is_absent(const struct param *row, const void *from)
{
    if (row->set_offset)
        return !*(const bool *)((const char *)from + row->set_offset);
    if (!row->def || row->def[0])
        return false;
    const void *at = (const char *)from + row->offset;
    switch (row->kind) {
    case PARAM_DURATION:
    case PARAM_MONEY:
    case PARAM_BYTES:
    case PARAM_COUNT: return *(const int64_t *)at == 0;
    case PARAM_LIST:
    case PARAM_MAP:
    case PARAM_TAGGED: return *(const int *)((const char *)from + row->count_offset) == 0;
    case PARAM_RATE:
    case PARAM_SHARE:
    case PARAM_NUMBER:
    case PARAM_FACTOR:
    case PARAM_VCPUS:
    case PARAM_BOOL:
    case PARAM_TEXT:
    case PARAM_DIST:
    case PARAM_CHOICE:
    case PARAM_REF:
    case PARAM_INSTANT:
    case PARAM_BLOCK:
    case PARAM_NODE: break;
    }
    return false;
}

/* NULL: nothing to say. */
static cJSON *json_value(const struct param *row, const void *from)
{
    const void *at = (const char *)from + row->offset;
    if (is_absent(row, from))
        return NULL;
    const int count = row->count_offset ? *(const int *)((const char *)from + row->count_offset) : 0;
    switch (row->kind) {
    case PARAM_DURATION: return cJSON_CreateNumber(scaled(*(const sim_time *)at, 1e9));
    case PARAM_MONEY: return cJSON_CreateNumber(scaled(*(const int64_t *)at, 1e10));
    case PARAM_BYTES:
    case PARAM_COUNT: return cJSON_CreateNumber((double)*(const int64_t *)at);
    case PARAM_RATE:
    case PARAM_SHARE:
    case PARAM_NUMBER:
    case PARAM_FACTOR:
    case PARAM_VCPUS: return cJSON_CreateNumber(*(const double *)at);
    case PARAM_BOOL: return cJSON_CreateBool(*(const bool *)at);
    case PARAM_TEXT: return **(const char *const *)at ? cJSON_CreateString(*(const char *const *)at) : NULL;
    case PARAM_DIST: return json_dist((const struct dist *)at);
    case PARAM_CHOICE: return cJSON_CreateString(row->choices[*(const int *)at]);
    case PARAM_REF: return ((const struct ref *)at)->name ? cJSON_CreateString(((const struct ref *)at)->name) : NULL;
    case PARAM_INSTANT: return json_instant((const struct instant *)at);
    case PARAM_BLOCK: return *(const bool *)at || !row->def ? json_table(row->sub, at) : NULL;
    case PARAM_LIST: return json_list(row, *(const char *const *)at, count);
    case PARAM_MAP: return json_map(row, *(const char *const *)at, count);
    case PARAM_TAGGED: return json_tagged(row, *(struct tagged *const *)at, count);
    case PARAM_NODE: return NULL;
    }
    return NULL;
}

static cJSON *json_table(const struct param *table, const void *from)
{
    if (table[0].name && !table[0].name[0])
        return json_value(&table[0], from);
    cJSON *object = cJSON_CreateObject();
    for (const struct param *row = table; row->name; row++) {
        cJSON *value = json_value(row, from);
        char key[128];
        const char *unit = suffix(row->kind);
        snprintf(key, sizeof(key), "%s%s", row->name, unit[0] && !strcmp(row->name, unit + 1) ? "" : unit);
        if (value)
            cJSON_AddItemToObject(object, key, value);
    }
    return object;
}

static cJSON *json_component(const struct component *c)
{
    cJSON *object = json_table(c->type->params, c->config);
    cJSON_AddStringToObject(object, "kind", c->type->kind);
    return object;
}

static void add_components(cJSON *parent, const struct scenario *sc, const struct region *region)
{
    for (int i = 0; i < sc->component_count; i++)
        if (sc->components[i].region == region)
            cJSON_AddItemToObject(parent, sc->components[i].name, json_component(&sc->components[i]));
}

/* The files that the scenario names. */
static cJSON *json_inputs(const struct scenario *sc)
{
    cJSON *inputs = cJSON_CreateArray();
    for (int i = 0; i < sc->input_count; i++) {
        cJSON *input = cJSON_CreateObject();
        cJSON_AddStringToObject(input, "file", sc->inputs[i].file);
        cJSON_AddStringToObject(input, "sha256", sc->inputs[i].sha256);
        cJSON_AddItemToArray(inputs, input);
    }
    return inputs;
}

/* How the components with servers and queues serve, and why departures are not computed ahead where they are not. */
static cJSON *json_stations(const struct scenario *sc)
{
    struct arena arena;
    cJSON *stations = cJSON_CreateObject();
    arena_init(&arena);
    for (int i = 0; i < sc->component_count; i++) {
        const struct component *c = &sc->components[i];
        if (!departures_has_stations(c))
            continue;
        const char *const because = departures_on_events(sc, c, &arena);
        cJSON *station = cJSON_AddObjectToObject(stations, c->name);
        cJSON_AddStringToObject(station, "discipline", departures_vcpu_disciplines[departures_discipline(sc, c)]);
        cJSON_AddBoolToObject(station, "ahead", because == NULL);
        if (because)
            cJSON_AddStringToObject(station, "because", because);
    }
    arena_fini(&arena);
    return stations;
}

static cJSON *json_scenario(const struct scenario *sc)
{
    cJSON *root = json_table(scenario_params, sc);
    cJSON_AddStringToObject(root, "file", sc->path);
    cJSON_AddStringToObject(root, "sha256", sc->sha256);
    cJSON_AddItemToObject(root, "inputs", json_inputs(sc));
    cJSON_AddItemToObject(root, "stations", json_stations(sc));
    add_components(cJSON_AddObjectToObject(root, "edge"), sc, NULL);
    cJSON *regions = cJSON_AddObjectToObject(root, "regions");
    for (int r = 0; r < sc->region_count; r++) {
        cJSON *region = json_table(region_params, &sc->regions[r]);
        add_components(region, sc, &sc->regions[r]);
        cJSON_AddItemToObject(regions, sc->regions[r].name, region);
    }
    cJSON *objectives = cJSON_AddArrayToObject(root, "objectives");
    for (int o = 0; o < sc->objective_count; o++)
        cJSON_AddItemToArray(objectives, cJSON_CreateString(sc->objectives[o].text));
    return root;
}

static cJSON *json_messages(const struct diag *diag, enum severity severity)
{
    cJSON *list = cJSON_CreateArray();
    for (int i = 0; i < diag->count; i++) {
        const struct diag_entry *entry = &diag->entries[i];
        if (entry->severity != severity)
            continue;
        cJSON *message = cJSON_CreateObject();
        if (entry->at.file)
            cJSON_AddStringToObject(message, "file", entry->at.file);
        if (entry->at.line > 0) {
            cJSON_AddNumberToObject(message, "line", entry->at.line);
            cJSON_AddNumberToObject(message, "column", entry->at.column);
        }
        cJSON_AddStringToObject(message, "message", entry->message);
        if (entry->hint)
            cJSON_AddStringToObject(message, "hint", entry->hint);
        cJSON_AddItemToArray(list, message);
    }
    return list;
}

void check_print_json(const char *path, const struct scenario *sc, const struct diag *diag, FILE *out)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "file", path);
    cJSON_AddBoolToObject(root, "valid", sc != NULL);
    cJSON_AddItemToObject(root, "errors", json_messages(diag, SEVERITY_ERROR));
    cJSON_AddItemToObject(root, "warnings", json_messages(diag, SEVERITY_WARNING));
    cJSON_AddItemToObject(root, "scenario", sc ? json_scenario(sc) : cJSON_CreateNull());
    char *text = cJSON_PrintUnformatted(root);
    if (text)
        fprintf(out, "%s\n", text);
    cJSON_free(text);
    cJSON_Delete(root);
}
