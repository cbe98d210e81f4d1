/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/param_schema.h"

#include <math.h>
#include <string.h>

#include "sim/base/check.h"
#include "sim/base/units.h"

enum { ELEMENTS_MAX = 1000 };

struct param_schema_entry {
    const void *table; /* struct param or struct param_variant */
    const char *name;
};

const char param_schema_name_pattern[] = "^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$";

/* ---- kinds: which JSON types a value may have, and how its text looks ---- */

/* Pieces of patterns. No escapes: brackets mean the same in both notations. */
#define UNSIGNED "([0-9]+[.]?[0-9]*|[.][0-9]+)([eE][+-]?[0-9]+)?"
#define NUMBER   "[+-]?" UNSIGNED
#define PART     "(" UNSIGNED " ?(d|h|min|m|s|ms|us|\xc2\xb5s|ns))"

static const struct {
    const char *name; /* of the definition: "value.duration" */
    const char *pattern;
    const char *json_types; /* of a plain value in YAML 1.2: 45 is a number, 45s a text */
} KINDS[] = {
    [PARAM_DURATION] = { "duration", "^(0|-?" PART "+)$", "string" },
    [PARAM_RATE] = { "rate", "^" NUMBER " ?[kMG]?/(s|min|m|h|day|d|week|month|year)$", "string" },
    [PARAM_BYTES] = { "bytes", "^(0|" NUMBER " ?([kMGT]?B|[KMGT]iB))$", "string" },
    [PARAM_MONEY] = { "money", "^(-?[$]" UNSIGNED "( ?[kMG])?|" NUMBER " ?[kMG]? ?USD)$", "string" },
    [PARAM_SHARE] = { "share", "^" NUMBER "( ?%)?$", "string number" },
    [PARAM_COUNT] = { "count", "^" NUMBER "( ?[kMG])?$", "string integer" },
    [PARAM_NUMBER] = { "number", "^" NUMBER "$", "string number" },
    [PARAM_FACTOR] = { "factor", "^(x" NUMBER "|" NUMBER "( ?x)?)$", "string number" },
    [PARAM_VCPUS] = { "vcpus", "^" NUMBER "( ?m)?$", "string number" },
    [PARAM_BOOL] = { NULL, NULL, "boolean string" },
    [PARAM_TEXT] = { NULL, NULL, "string number boolean" },
    [PARAM_DIST] = { "distribution", "^(0|" PART "+|(%s)[(][^,()]*[)])$", "string" },
    [PARAM_CHOICE] = { NULL, NULL, "string" },
    [PARAM_REF] = { NULL, NULL, "string integer" },
    [PARAM_INSTANT] = { "instant", "^(([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?|[+](0|" PART "+))$", "string" },
    [PARAM_NODE] = { NULL, NULL, NULL },
};

/* "exp|lognormal|gamma|...": each name once. */
static const char *dist_names(struct arena *arena)
{
    const char *names = "", *last = "";
    for (size_t i = 0; dist_example(i); i++) {
        const char *name = arena_text_n(arena, dist_example(i), strcspn(dist_example(i), "("));
        if (strcmp(name, last) != 0)
            names = arena_printf(arena, "%s%s%s", names, names[0] ? "|" : "", name);
        last = name;
    }
    return names;
}

const char *param_schema_pattern(enum param_kind kind, struct arena *arena)
{
    const char *pattern = KINDS[kind].pattern, *hole = pattern ? strstr(pattern, "%s") : NULL;
    if (!hole)
        return pattern;
    return arena_printf(arena, "%.*s%s%s", (int)(hole - pattern), pattern, dist_names(arena), hole + 2);
}

static void define_kind(struct param_schema *schema, enum param_kind kind)
{
    cJSON *definition = cJSON_CreateObject();
    cJSON_AddStringToObject(definition, "pattern", param_schema_pattern(kind, schema->arena));
    cJSON_AddStringToObject(
        definition, "patternErrorMessage",
        arena_printf(schema->arena, "%s is wanted here, such as %s", param_kind_name(kind), param_kind_example(kind)));
    if (kind == PARAM_DIST) {
        cJSON *examples = cJSON_AddArrayToObject(definition, "examples");
        for (size_t i = 0; dist_example(i); i++)
            cJSON_AddItemToArray(examples, cJSON_CreateString(dist_example(i)));
    }
    cJSON_AddItemToObject(schema->definitions, arena_printf(schema->arena, "value.%s", KINDS[kind].name), definition);
}

void param_schema_init(struct param_schema *schema, struct arena *arena)
{
    *schema = (struct param_schema){ .arena = arena, .definitions = cJSON_CreateObject() };
    for (size_t k = 0; k < ARRAY_LEN(KINDS); k++)
        if (KINDS[k].name)
            define_kind(schema, (enum param_kind)k);
}

cJSON *param_schema_ref(struct param_schema *schema, const char *name)
{
    cJSON *ref = cJSON_CreateObject();
    cJSON_AddStringToObject(ref, "$ref", arena_printf(schema->arena, "#/definitions/%s", name));
    return ref;
}

/* ---- a value is {"type": [...], "allOf": [...], keywords}, or {"anyOf": [...]} where types do not tell apart ---- */

static cJSON *new_value(const char *types)
{
    cJSON *value = cJSON_CreateObject(), *list = cJSON_AddArrayToObject(value, "type");
    for (const char *c = types; *c;) {
        char word[16];
        const size_t length = strcspn(c, " ");
        snprintf(word, sizeof(word), "%.*s", (int)length, c);
        cJSON_AddItemToArray(list, cJSON_CreateString(word));
        c += length + (c[length] == ' ');
    }
    return value;
}

static void add_type(cJSON *value, const char *type)
{
    cJSON *types = cJSON_GetObjectItemCaseSensitive(value, "type"),
          *alternatives = cJSON_GetObjectItemCaseSensitive(value, "anyOf");
    if (alternatives)
        cJSON_AddItemToArray(alternatives, new_value(type));
    else
        cJSON_AddItemToArray(types, cJSON_CreateString(type));
    cJSON *choices = cJSON_GetObjectItemCaseSensitive(value, "enum");
    if (choices && !strcmp(type, "null"))
        cJSON_AddItemToArray(choices, cJSON_CreateNull());
}

static void add_ref(struct param_schema *schema, cJSON *value, const char *name)
{
    cJSON *all = cJSON_GetObjectItemCaseSensitive(value, "allOf");
    if (!all)
        all = cJSON_AddArrayToObject(value, "allOf");
    cJSON_AddItemToArray(all, param_schema_ref(schema, name));
}

static cJSON *either(cJSON *a, cJSON *b)
{
    cJSON *value = cJSON_CreateObject(), *alternatives = cJSON_AddArrayToObject(value, "anyOf");
    cJSON_AddItemToArray(alternatives, a);
    cJSON_AddItemToArray(alternatives, b);
    return value;
}

/* Whether `value`'s keywords hold for the types that they name and leave others alone. */
static bool is_mergeable(const cJSON *value)
{
    return !cJSON_GetObjectItemCaseSensitive(value, "enum") && !cJSON_GetObjectItemCaseSensitive(value, "anyOf");
}

/* `into` takes what `from` allows too; both have types of their own. Frees `from`. */
static void merge(cJSON *into, cJSON *from)
{
    while (from->child) {
        cJSON *item = cJSON_DetachItemViaPointer(from, from->child);
        cJSON *same = cJSON_GetObjectItemCaseSensitive(into, item->string);
        if (!same) {
            cJSON_AddItemToObject(into, item->string, item);
            continue;
        }
        while (item->child) /* "type" and "allOf" */
            cJSON_AddItemToArray(same, cJSON_DetachItemViaPointer(item, item->child));
        cJSON_Delete(item);
    }
    cJSON_Delete(from);
}

/* ---- scalars ---- */

/* A limit as a number: only its sign counts for what has a unit. NAN: there is none. */
static double limit_of(enum param_kind kind, const char *text)
{
    int64_t integer;
    double number;
    if (!text)
        return NAN;
    switch (kind) {
    case PARAM_COUNT: return count_from_text(text, &integer) ? (double)integer : NAN;
    case PARAM_SHARE: return share_from_text(text, &number) ? number : NAN;
    case PARAM_NUMBER: return number_from_text(text, &number) ? number : NAN;
    case PARAM_FACTOR: return factor_from_text(text, &number) ? number : NAN;
    case PARAM_VCPUS: return vcpus_from_text(text, &number) ? number : NAN;
    case PARAM_DURATION:
    case PARAM_DIST: return duration_from_text(text, &integer) ? (double)integer : NAN;
    case PARAM_BYTES: return bytes_from_text(text, &integer) ? (double)integer : NAN;
    case PARAM_RATE: return rate_from_text(text, &number) ? number : NAN;
    case PARAM_MONEY: return money_from_text(text, &integer) ? (double)integer : NAN;
    case PARAM_BOOL:
    case PARAM_TEXT:
    case PARAM_CHOICE:
    case PARAM_REF:
    case PARAM_INSTANT:
    case PARAM_BLOCK:
    case PARAM_LIST:
    case PARAM_MAP:
    case PARAM_TAGGED:
    case PARAM_NODE: break;
    }
    return NAN;
}

/* Of what has a unit only 0 may stand without one. */
static bool may_be_zero(const struct param *row)
{
    const bool has_unit = row->kind == PARAM_DURATION || row->kind == PARAM_BYTES || row->kind == PARAM_DIST;
    return has_unit && !(limit_of(row->kind, row->min) > 0);
}

static bool may_be_number(const struct param *row)
{
    return row->kind == PARAM_COUNT || row->kind == PARAM_SHARE || row->kind == PARAM_NUMBER ||
           row->kind == PARAM_FACTOR || row->kind == PARAM_VCPUS;
}

static void add_range(cJSON *value, const struct param *row)
{
    const bool zero = may_be_zero(row), number = may_be_number(row);
    const double least = limit_of(row->kind, row->min), most = limit_of(row->kind, row->max);
    if (zero || (number && !isnan(least)))
        cJSON_AddNumberToObject(value, "minimum", zero ? 0 : least);
    if (zero || (number && !isnan(most)))
        cJSON_AddNumberToObject(value, "maximum", zero ? 0 : most);
    if (least >= 0)
        cJSON_AddStringToObject(value, "pattern", "^[^-]");
}

static void add_choices(cJSON *value, const struct param *row)
{
    static const char *const words[] = { "true", "false", "yes", "no", "on", "off", NULL };
    cJSON *choices = cJSON_AddArrayToObject(value, "enum");
    if (row->kind == PARAM_BOOL) {
        cJSON_AddItemToArray(choices, cJSON_CreateTrue());
        cJSON_AddItemToArray(choices, cJSON_CreateFalse());
    }
    for (const char *const *c = row->kind == PARAM_BOOL ? words : row->choices; *c; c++)
        cJSON_AddItemToArray(choices, cJSON_CreateString(*c));
}

static cJSON *scalar_value(struct param_schema *schema, const struct param *row)
{
    cJSON *value = new_value(KINDS[row->kind].json_types);
    if (may_be_zero(row))
        add_type(value, "integer");
    if (row->kind == PARAM_BOOL || row->kind == PARAM_CHOICE)
        add_choices(value, row);
    if (KINDS[row->kind].name)
        add_ref(schema, value, arena_printf(schema->arena, "value.%s", KINDS[row->kind].name));
    add_range(value, row);
    return value;
}

/* ---- what is made of tables ---- */

static const char *name_of(const struct param_schema *schema, const void *table)
{
    for (int i = 0; i < schema->table_count; i++)
        if (schema->tables[i].table == table)
            return schema->tables[i].name;
    return NULL;
}

/* An empty definition: it is there before its parts, which may refer to it. */
static cJSON *begin_definition(struct param_schema *schema, const void *table, const char *name)
{
    CHECK(!cJSON_GetObjectItemCaseSensitive(schema->definitions, name), "two tables of the schema have one name");
    if (schema->table_count == schema->table_capacity) {
        const size_t old = (size_t)schema->table_capacity, bigger = old ? 2 * old : 64;
        schema->tables = arena_grow(schema->arena, schema->tables, old, bigger, sizeof(schema->tables[0]));
        schema->table_capacity = (int)bigger;
    }
    schema->tables[schema->table_count++] = (struct param_schema_entry){ table, name };
    return cJSON_AddObjectToObject(schema->definitions, name);
}

static cJSON *value_of(struct param_schema *schema, const struct param *row, const char *name);

/* The row that a whole thing may be written as: `rate: 300/s` for `rate: {mean: 300/s}`. */
static const struct param *shorthand_of(const struct param *table)
{
    for (const struct param *row = table; row->name; row++)
        if (row->shorthand || !row->name[0])
            return row;
    return NULL;
}

static cJSON *table_value(struct param_schema *schema, const struct param *table, const char *name)
{
    const struct param *shorthand = shorthand_of(table);
    if (shorthand && !shorthand->name[0])
        return value_of(schema, shorthand, name);
    if (!name_of(schema, table))
        param_schema_define(schema, table, name);
    cJSON *value = new_value("object");
    add_ref(schema, value, name_of(schema, table));
    if (!shorthand)
        return value;
    cJSON *short_form = value_of(schema, shorthand, arena_printf(schema->arena, "%s.%s", name, shorthand->name));
    if (shorthand->sub || shorthand->variants || !is_mergeable(short_form))
        return either(short_form, value);
    merge(value, short_form);
    return value;
}

/* A single value counts as a list of one, and nothing as a list of none. */
static cJSON *list_of(cJSON *item)
{
    cJSON *list = new_value("array null");
    cJSON_AddItemToObject(list, "items", cJSON_Duplicate(item, true));
    cJSON_AddNumberToObject(list, "maxItems", ELEMENTS_MAX);
    if (!is_mergeable(item))
        return either(list, item);
    merge(list, item);
    return list;
}

static cJSON *map_of(cJSON *element)
{
    cJSON *map = new_value("object");
    cJSON_AddStringToObject(cJSON_AddObjectToObject(map, "propertyNames"), "pattern", param_schema_name_pattern);
    cJSON_AddItemToObject(map, "additionalProperties", element);
    cJSON_AddNumberToObject(map, "maxProperties", ELEMENTS_MAX);
    return map;
}

/* {cpu: ...} or {read: ...}: an object with one key. */
static void define_variants(struct param_schema *schema, const struct param_variant *variants, const char *name)
{
    cJSON *definition = begin_definition(schema, variants, name);
    cJSON *properties = cJSON_AddObjectToObject(definition, "properties");
    cJSON_AddFalseToObject(definition, "additionalProperties");
    cJSON_AddNumberToObject(definition, "minProperties", 1);
    cJSON_AddNumberToObject(definition, "maxProperties", 1);
    for (const struct param_variant *v = variants; v->key; v++) {
        cJSON *value = table_value(schema, v->sub, arena_printf(schema->arena, "%s.%s", name, v->key));
        cJSON_AddStringToObject(value, "description", v->doc);
        cJSON_AddItemToObject(properties, v->key, value);
    }
}

/* An item of a list of variants: one of them, or a bare value of the first. */
static cJSON *item_value(struct param_schema *schema, const struct param_variant *variants, const char *name)
{
    if (!name_of(schema, variants))
        define_variants(schema, variants, name);
    cJSON *item = new_value("object");
    add_ref(schema, item, name_of(schema, variants));
    const struct param *bare = shorthand_of(variants[0].sub);
    if (!bare || bare->sub || bare->variants)
        return item;
    cJSON *value = scalar_value(schema, bare);
    if (!is_mergeable(value))
        return either(value, item);
    merge(item, value);
    return item;
}

static cJSON *value_of(struct param_schema *schema, const struct param *row, const char *name)
{
    switch (row->kind) {
    case PARAM_BLOCK: return table_value(schema, row->sub, name);
    case PARAM_LIST: return list_of(table_value(schema, row->sub, name));
    case PARAM_MAP: return map_of(table_value(schema, row->sub, name));
    case PARAM_TAGGED: return list_of(item_value(schema, row->variants, name));
    case PARAM_NODE: return new_value("object array string number boolean"); /* its reader knows more than the table */
    case PARAM_DURATION:
    case PARAM_RATE:
    case PARAM_BYTES:
    case PARAM_MONEY:
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
    case PARAM_INSTANT: break;
    }
    return scalar_value(schema, row);
}

/* ---- rows: value, documentation, default ---- */

static const char *range_text(const struct param *row, struct arena *arena)
{
    if (row->min && row->max && !strcmp(row->min, row->max))
        return arena_printf(arena, ", only %s", row->min);
    if (row->min && row->max)
        return arena_printf(arena, ", %s to %s", row->min, row->max);
    if (row->min || row->max)
        return arena_printf(arena, ", at %s %s", row->min ? "least" : "most", row->min ? row->min : row->max);
    return "";
}

static const char *refs_text(const struct param *row, struct arena *arena)
{
    char *refs = row->refs ? arena_printf(arena, " of: %s", row->refs) : arena_text(arena, "");
    for (char *c = refs; *c; c++)
        *c = *c == '|' ? ',' : *c;
    return refs;
}

/* "how long a received message is hidden (a duration, 1s to 12h; default 30s)  [SQS-DG] Visibility timeout" */
static const char *describe(const struct param *row, struct arena *arena)
{
    const char *def = !row->def ? "; required" : row->def[0] ? arena_printf(arena, "; default %s", row->def) : "";
    const char *kind = row->kind == PARAM_NODE ? "its own notation" : param_kind_name(row->kind);
    const char *text = arena_printf(arena, "%s (%s%s%s%s)", row->doc, kind, refs_text(row, arena),
                                    range_text(row, arena), def);
    if (!row->source || !row->source[0] || !strcmp(row->source, "scenario"))
        return text;
    return arena_printf(arena, row->source[0] == '[' ? "%s  %s" : "%s  (%s)", text, row->source);
}

/* As YAML 1.2 reads the text of a default: what an editor inserts. */
static cJSON *plain_value(enum param_kind kind, const char *text)
{
    double number;
    if (kind == PARAM_BOOL)
        return cJSON_CreateBool(!strcmp(text, "true"));
    return number_from_text(text, &number) ? cJSON_CreateNumber(number) : cJSON_CreateString(text);
}

static cJSON *from_node(const struct node *node)
{
    if (node->kind == NODE_SCALAR)
        return plain_value(PARAM_TEXT, node->text);
    cJSON *json = node->kind == NODE_MAPPING ? cJSON_CreateObject() : cJSON_CreateArray();
    for (int i = 0; i < node->count; i++) {
        if (node->kind == NODE_MAPPING)
            cJSON_AddItemToObject(json, node->keys[i]->text, from_node(node->items[i]));
        else
            cJSON_AddItemToArray(json, from_node(node->items[i]));
    }
    return json;
}

static void add_default(struct param_schema *schema, cJSON *value, const struct param *row)
{
    if (!row->def || !row->def[0])
        return;
    if (row->sub || row->variants) {
        struct diag diag;
        diag_init(&diag, schema->arena);
        const struct node *node = yaml_parse("(default)", row->def, strlen(row->def), schema->arena, &diag);
        CHECK(node, "the default of a parameter does not parse");
        cJSON_AddItemToObject(value, "default", from_node(node));
    } else {
        cJSON_AddItemToObject(value, "default", plain_value(row->kind, row->def));
    }
}

cJSON *param_schema_define(struct param_schema *schema, const struct param *table, const char *name)
{
    cJSON *definition = begin_definition(schema, table, name);
    cJSON *properties = cJSON_AddObjectToObject(definition, "properties"), *required = NULL;
    cJSON_AddFalseToObject(definition, "additionalProperties");
    for (const struct param *row = table; row->name; row++) {
        cJSON *value = value_of(schema, row, arena_printf(schema->arena, "%s.%s", name, row->name));
        if (row->def && row->kind != PARAM_LIST && row->kind != PARAM_TAGGED)
            add_type(value, "null"); /* `key:` without a value is the default */
        cJSON_AddStringToObject(value, "description", describe(row, schema->arena));
        add_default(schema, value, row);
        cJSON_AddItemToObject(properties, row->name, value);
        if (!row->def && !required)
            required = cJSON_AddArrayToObject(definition, "required");
        if (!row->def)
            cJSON_AddItemToArray(required, cJSON_CreateString(row->name));
    }
    return definition;
}
