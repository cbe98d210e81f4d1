/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/scenario_schema.h"

#include <string.h>

#include "models/catalogue/catalogue.h"
#include "models/param_schema.h"
#include "models/scenario_read.h"
#include "models/scenario_tables.h"
#include "sim/base/check.h"

/* ---- components ---- */

static const char *component_name(const struct component_type *type, struct arena *arena)
{
    return arena_printf(arena, "component.%s", type->kind);
}

/* A text of the catalogue. */
static void add_type_names(cJSON *properties, int kind)
{
    for (const struct type_key *t = scenario_type_keys; t->key; t++) {
        if (t->kind != kind)
            continue;
        cJSON *value = cJSON_GetObjectItemCaseSensitive(properties, t->key),
              *names = cJSON_AddArrayToObject(value, "enum");
        CHECK(names, "a type is named by a key that its component does not have");
        for (size_t i = 0; catalogue_name(t->table, i); i++)
            cJSON_AddItemToArray(names, cJSON_CreateString(catalogue_name(t->table, i)));
    }
}

static void define_component(struct param_schema *schema, int kind)
{
    const struct component_type *type = component_types[kind];
    cJSON *definition = param_schema_define(schema, type->params, component_name(type, schema->arena));
    cJSON *properties = cJSON_GetObjectItemCaseSensitive(definition, "properties");
    cJSON *name = cJSON_AddObjectToObject(properties, "kind");
    cJSON_AddStringToObject(name, "const", type->kind);
    cJSON_AddStringToObject(name, "description", type->title);
    add_type_names(properties, kind);
}

static cJSON *with_kind(void)
{
    cJSON *condition = cJSON_CreateObject();
    cJSON_AddItemToArray(cJSON_AddArrayToObject(condition, "required"), cJSON_CreateString("kind"));
    return condition;
}

/* "edge.component": the kind is written and decides. */
static const char *define_choice_of_kind(struct param_schema *schema, bool global)
{
    const char *name = global ? "edge.component" : "regions.component";
    cJSON *definition = cJSON_AddObjectToObject(schema->definitions, name), *required = with_kind();
    cJSON_AddItemToObject(definition, "required", cJSON_DetachItemFromObjectCaseSensitive(required, "required"));
    cJSON_Delete(required);
    cJSON *kind = cJSON_AddObjectToObject(cJSON_AddObjectToObject(definition, "properties"), "kind");
    cJSON_AddStringToObject(kind, "description", "which service it is");
    cJSON *kinds = cJSON_AddArrayToObject(kind, "enum"), *cases = cJSON_AddArrayToObject(definition, "allOf");
    for (int k = 0; k < KIND_COUNT; k++) {
        if (component_types[k]->global != global)
            continue;
        cJSON_AddItemToArray(kinds, cJSON_CreateString(component_types[k]->kind));
        cJSON *one = cJSON_CreateObject(), *condition = with_kind();
        cJSON *is = cJSON_AddObjectToObject(cJSON_AddObjectToObject(condition, "properties"), "kind");
        cJSON_AddStringToObject(is, "const", component_types[k]->kind);
        cJSON_AddItemToObject(one, "if", condition);
        cJSON_AddItemToObject(one, "then", param_schema_ref(schema, component_name(component_types[k], schema->arena)));
        cJSON_AddItemToArray(cases, one);
    }
    return name;
}

/* A component that is called by its kind need not say it, and may be empty when nothing is required of it. */
static cJSON *named_by_kind(struct param_schema *schema, const struct component_type *type, const char *choice)
{
    bool required = false;
    for (const struct param *row = type->params; row->name; row++)
        required = required || !row->def;
    cJSON *value = cJSON_CreateObject();
    if (required) {
        cJSON_AddStringToObject(value, "type", "object");
    } else {
        cJSON *types = cJSON_AddArrayToObject(value, "type");
        cJSON_AddItemToArray(types, cJSON_CreateString("object"));
        cJSON_AddItemToArray(types, cJSON_CreateString("null"));
    }
    cJSON_AddStringToObject(value, "description", type->title);
    cJSON_AddItemToObject(value, "if", with_kind());
    cJSON_AddItemToObject(value, "then", param_schema_ref(schema, choice));
    cJSON_AddItemToObject(value, "else", param_schema_ref(schema, component_name(type, schema->arena)));
    return value;
}

static void add_name_pattern(cJSON *mapping)
{
    cJSON_AddStringToObject(cJSON_AddObjectToObject(mapping, "propertyNames"), "pattern", param_schema_name_pattern);
}

/* Components by name, as the properties of `place`: an edge or a region. */
static void add_components(struct param_schema *schema, cJSON *place, bool global)
{
    const char *choice = define_choice_of_kind(schema, global);
    cJSON *properties = cJSON_GetObjectItemCaseSensitive(place, "properties");
    for (int k = 0; k < KIND_COUNT; k++)
        if (component_types[k]->global == global)
            cJSON_AddItemToObject(properties, component_types[k]->kind,
                                  named_by_kind(schema, component_types[k], choice));
    add_name_pattern(place);
    cJSON *named = param_schema_ref(schema, choice), *value = cJSON_CreateObject();
    cJSON_AddStringToObject(value, "type", "object");
    cJSON_AddItemToArray(cJSON_AddArrayToObject(value, "allOf"), named);
    cJSON_DeleteItemFromObjectCaseSensitive(place, "additionalProperties");
    cJSON_AddItemToObject(place, "additionalProperties", value);
}

/* ---- what says only what differs ---- */

/* With `key` an object is laid on another one and says only a part of what it must have: it is checked by `headroom check`
 * alone, but for the names of its first level where `closed`. Otherwise as `strict` has it, which is taken over. */
static cJSON *unless_laid(const char *key, cJSON *strict, bool closed)
{
    cJSON *choice = cJSON_CreateObject(), *laid = cJSON_AddObjectToObject(choice, "if");
    cJSON_AddItemToArray(cJSON_AddArrayToObject(laid, "required"), cJSON_CreateString(key));
    cJSON *loose = cJSON_AddObjectToObject(choice, "then");
    if (closed) {
        cJSON *names = cJSON_AddObjectToObject(loose, "properties");
        for (const cJSON *row = cJSON_GetObjectItemCaseSensitive(strict, "properties")->child; row; row = row->next)
            cJSON_AddItemToObject(names, row->string, cJSON_CreateTrue());
        cJSON_AddFalseToObject(loose, "additionalProperties");
    }
    cJSON_AddItemToObject(choice, "else", strict);
    return choice;
}

/* ---- the three keys that have a reader of their own ---- */

static cJSON *edge_value(struct param_schema *schema)
{
    cJSON *edge = cJSON_CreateObject(), *types = cJSON_AddArrayToObject(edge, "type");
    cJSON_AddItemToArray(types, cJSON_CreateString("object"));
    cJSON_AddItemToArray(types, cJSON_CreateString("null"));
    cJSON_AddObjectToObject(edge, "properties");
    add_components(schema, edge, true);
    return edge;
}

static cJSON *regions_value(struct param_schema *schema)
{
    add_components(schema, param_schema_define(schema, region_params, "region"), false);
    cJSON *regions = cJSON_CreateObject();
    cJSON_AddStringToObject(regions, "type", "object");
    cJSON *codes = cJSON_AddArrayToObject(cJSON_AddObjectToObject(regions, "propertyNames"), "enum");
    for (size_t i = 0; catalogue_name("region", i); i++)
        cJSON_AddItemToArray(codes, cJSON_CreateString(catalogue_name("region", i)));
    cJSON *region = cJSON_AddObjectToObject(regions, "additionalProperties");
    cJSON_AddStringToObject(region, "type", "object");
    cJSON *strict = param_schema_ref(schema, "region");
    cJSON_AddItemToArray(cJSON_AddArrayToObject(region, "allOf"), unless_laid("like", strict, false));
    cJSON_AddNumberToObject(regions, "minProperties", 1);
    cJSON_AddNumberToObject(regions, "maxProperties", SCENARIO_REGIONS_MAX);
    return regions;
}

static cJSON *objectives_value(struct param_schema *schema)
{
    cJSON *objective = cJSON_CreateObject();
    cJSON_AddStringToObject(objective, "type", "object");
    cJSON *forms = cJSON_AddArrayToObject(objective, "anyOf");
    for (const struct objective_form *f = scenario_objective_forms; f->key; f++) {
        const char *name = arena_printf(schema->arena, "objective.%s", f->key);
        param_schema_define(schema, f->table, name);
        cJSON_AddItemToArray(forms, param_schema_ref(schema, name));
    }
    cJSON *list = cJSON_CreateObject();
    cJSON *types = cJSON_AddArrayToObject(list, "type");
    cJSON_AddItemToArray(types, cJSON_CreateString("array"));
    cJSON_AddItemToArray(types, cJSON_CreateString("null"));
    cJSON_AddItemToObject(list, "items", cJSON_Duplicate(objective, true));
    cJSON *value = cJSON_CreateObject(), *either = cJSON_AddArrayToObject(value, "anyOf");
    cJSON_AddItemToArray(either, list);
    cJSON_AddItemToArray(either, objective);
    return value;
}

/* What the table could only call a node; its description stays. */
static void replace(cJSON *properties, const char *key, cJSON *value)
{
    cJSON *description = cJSON_DetachItemFromObjectCaseSensitive(cJSON_GetObjectItemCaseSensitive(properties, key),
                                                                 "description");
    CHECK(description, "a key with a reader of its own is not in the table");
    cJSON_AddItemToObject(value, "description", description);
    cJSON_ReplaceItemInObjectCaseSensitive(properties, key, value);
}

/* ["object"] is written "object". */
static void settle_types(cJSON *json)
{
    for (cJSON *item = json->child, *next; item; item = next) {
        next = item->next;
        settle_types(item);
        if (item->string && !strcmp(item->string, "type") && cJSON_GetArraySize(item) == 1 &&
            cJSON_IsString(item->child))
            cJSON_ReplaceItemInObjectCaseSensitive(json, "type", cJSON_DetachItemViaPointer(item, item->child));
    }
}

cJSON *scenario_schema(struct arena *arena)
{
    struct param_schema schema;
    param_schema_init(&schema, arena);
    for (int k = 0; k < KIND_COUNT; k++)
        define_component(&schema, k);
    param_schema_define(&schema, scenario_params, "scenario");
    cJSON *file = cJSON_DetachItemFromObjectCaseSensitive(schema.definitions, "scenario");
    cJSON *properties = cJSON_GetObjectItemCaseSensitive(file, "properties");
    replace(properties, "edge", edge_value(&schema));
    replace(properties, "regions", regions_value(&schema));
    replace(properties, "objectives", objectives_value(&schema));

    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "$schema", "http://json-schema.org/draft-07/schema#");
    cJSON_AddStringToObject(root, "title", "a headroom scenario");
    cJSON_AddStringToObject(root, "$comment", "written by `headroom schema` from the tables that read a scenario");
    cJSON_AddStringToObject(root, "type", "object");
    cJSON *choice = unless_laid("extends", file, true);
    while (choice->child) {
        cJSON *item = cJSON_DetachItemViaPointer(choice, choice->child);
        cJSON_AddItemToObject(root, item->string, item);
    }
    cJSON_Delete(choice);
    cJSON_AddItemToObject(root, "definitions", schema.definitions);
    settle_types(root);
    return root;
}
