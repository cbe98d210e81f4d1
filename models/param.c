/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/param.h"

#include <string.h>

#include "models/param_scalar.h"
#include "sim/base/check.h"
#include "sim/base/text.h"

/* Limits make hostile files end. */
enum { ELEMENTS_MAX = 1000, NAME_LENGTH_MAX = 64 };

static bool is_structured(enum param_kind kind)
{
    return kind == PARAM_BLOCK || kind == PARAM_LIST || kind == PARAM_MAP || kind == PARAM_TAGGED || kind == PARAM_NODE;
}

static void *member(void *out, size_t offset)
{
    return (char *)out + offset;
}

bool param_is_name(const char *text)
{
    size_t length = 0;
    for (const char *c = text; *c; c++, length++) {
        const bool letter = (*c >= 'a' && *c <= 'z') || (*c >= 'A' && *c <= 'Z') || (*c >= '0' && *c <= '9');
        if (!letter && (length == 0 || (*c != '-' && *c != '_')))
            return false;
    }
    return length > 0 && length <= NAME_LENGTH_MAX;
}

bool param_not_a_name(struct param_reader *reader, const struct node *key)
{
    diag_error(reader->diag, key->at, "'%s' is not a name", key->text);
    return diag_hint(reader->diag,
                     "a name is up to %d letters, digits, '-' and '_', and begins with a letter or a digit",
                     NAME_LENGTH_MAX);
}

static bool too_many(struct param_reader *reader, const struct param *row, const struct node *node, const char *what)
{
    return diag_error(reader->diag, node->at, "%s has more than %d elements", param_path(reader, row, what),
                      ELEMENTS_MAX);
}

struct named {
    const char *name;
    struct mark at;
};

static bool apply_defaults(struct param_reader *reader, const struct param *table, const char *what, void *out,
                           bool required_too);

/* The texts behind a cut-off distribution, up to the closing parenthesis: " cv=1)". They are not unknown keys. */
static const char *take_rest(struct param_reader *reader, const struct node *mapping, int i)
{
    const char *rest = "";
    for (int k = i + 1; k < mapping->count; k++) {
        const char *key = mapping->keys[k]->text;
        if (mapping->items[k]->kind != NODE_SCALAR || mapping->items[k]->text[0])
            break;
        mapping->used[k] = true;
        rest = arena_printf(reader->arena, "%s %s", rest, key);
        if (strchr(key, ')'))
            break;
    }
    return rest[0] ? rest : " ...)";
}

/* "operation 'browse' of service 'web'" */
static const char *element_name(struct param_reader *reader, const struct param *row, const char *key, const char *what)
{
    const char *name = row->noun ? arena_printf(reader->arena, "%s '%s'", row->noun, key)
                                 : arena_printf(reader->arena, "'%s' in '%s'", key, row->name);
    return strcmp(what, PARAM_TOP) ? arena_printf(reader->arena, "%s of %s", name, what) : name;
}

static bool read_element(struct param_reader *reader, const struct param *row, const struct node *map, int i,
                         const char *what, void *element)
{
    const char *name = element_name(reader, row, map->keys[i]->text, what);
    if (param_cut_off(map->items[i])) {
        apply_defaults(reader, row->sub, name, element, false);
        return param_report_cut_off(reader, &row->sub[0], map->items[i], take_rest(reader, map, i), name);
    }
    const bool named = param_is_name(map->keys[i]->text) || param_not_a_name(reader, map->keys[i]);
    return param_read(reader, row->sub, map->items[i], name, element) && named;
}

static bool read_map(struct param_reader *reader, const struct param *row, const struct node *node, const char *what,
                     void *out)
{
    if (node->kind != NODE_MAPPING)
        return param_wrong_node(reader, row, node, what);
    if (node->count > ELEMENTS_MAX)
        return too_many(reader, row, node, what);
    char *elements = arena_alloc(reader->arena, (size_t)node->count, row->sub_size);
    bool ok = true;
    int count = 0;
    for (int i = 0; i < node->count; i++) {
        if (node->used[i])
            continue; /* the rest of a distribution that a comma cut off */
        node->used[i] = true;
        char *element = elements + (size_t)count++ * row->sub_size;
        *(struct named *)element = (struct named){ node->keys[i]->text, node->keys[i]->at };
        ok = read_element(reader, row, node, i, what, element) && ok;
    }
    *(void **)member(out, row->offset) = elements;
    *(int *)member(out, row->count_offset) = count;
    return ok;
}

/* A single value counts as a list of one. */
static int list_items(const struct node *node, const struct node **first)
{
    if (node->kind == NODE_SEQUENCE)
        return node->count;
    *first = node;
    return node->kind == NODE_SCALAR && node->plain && !node->text[0] ? 0 : 1;
}

static const char *nth_of(struct param_reader *reader, const struct param *row, int i, int count, const char *what)
{
    const char *path = param_path(reader, row, what);
    return count > 1 ? arena_printf(reader->arena, "item %d of %s", i + 1, path) : path;
}

static bool read_list(struct param_reader *reader, const struct param *row, const struct node *node, const char *what,
                      void *out)
{
    const struct node *single = NULL;
    const int count = list_items(node, &single);
    if (count > ELEMENTS_MAX)
        return too_many(reader, row, node, what);
    char *elements = arena_alloc(reader->arena, (size_t)count, row->sub_size);
    bool ok = true;
    for (int i = 0; i < count; i++) {
        const struct node *item = single ? single : node->items[i];
        char *element = elements + (size_t)i * row->sub_size;
        if (row->mark_offset)
            *(struct mark *)member(element, row->mark_offset) = item->at;
        ok = param_read(reader, row->sub, item, nth_of(reader, row, i, count, what), element) && ok;
    }
    *(void **)member(out, row->offset) = elements;
    *(int *)member(out, row->count_offset) = count;
    return ok;
}

static size_t count_variants(const struct param_variant *variants)
{
    size_t count = 0;
    while (variants[count].key)
        count++;
    return count;
}

static bool wrong_variant(struct param_reader *reader, const struct param *row, const struct node *key,
                          const char *what)
{
    if (param_full(reader))
        return diag_error(reader->diag, key->at, "unknown key");
    const size_t count = count_variants(row->variants);
    const char **keys = ARENA_ARRAY(reader->arena, const char *, count);
    for (size_t i = 0; i < count; i++)
        keys[i] = row->variants[i].key;
    const char *nearest = text_nearest(key->text, keys, count);
    if (nearest)
        return diag_error(reader->diag, key->at, "unknown key '%s' in %s; did you mean '%s'?", key->text, what,
                          nearest);
    diag_error(reader->diag, key->at, "unknown key '%s' in %s", key->text, what);
    return diag_hint(reader->diag, "write one of %s", param_join(reader->arena, keys, count));
}

static bool read_variant(struct param_reader *reader, const struct param *row, int variant, const struct node *value,
                         struct mark at, const char *what, struct tagged *out)
{
    const struct param_variant *v = &row->variants[variant];
    out->variant = variant;
    out->key = v->key;
    out->at = at;
    out->config = arena_alloc(reader->arena, 1, v->size);
    return param_read(reader, v->sub, value, arena_printf(reader->arena, "%s in %s", v->key, what), out->config);
}

static int find_variant(const struct param *row, const char *key)
{
    for (int v = 0; row->variants[v].key; v++)
        if (!strcmp(row->variants[v].key, key))
            return v;
    return -1;
}

/* One item: {key: value} or a bare value of the first variant. */
static bool read_tagged_item(struct param_reader *reader, const struct param *row, const struct node *item,
                             const char *what, struct tagged *out)
{
    if (item->kind == NODE_SEQUENCE)
        return param_wrong_node(reader, row, item, what);
    if (item->kind == NODE_SCALAR) {
        out->shorthand = true;
        return read_variant(reader, row, 0, item, item->at, what, out);
    }
    const int variant = item->count > 0 ? find_variant(row, item->keys[0]->text) : -1;
    if (item->count > 1 && variant >= 0 && param_cut_off(item->items[0]))
        return param_report_cut_off(reader, &row->variants[variant].sub[0], item->items[0], take_rest(reader, item, 0),
                                    what);
    if (item->count != 1) {
        diag_error(reader->diag, item->count > 1 ? item->keys[1]->at : item->at, "an item of %s has one key, not %d",
                   what, item->count);
        return item->count == 0 ? false
                                : diag_hint(reader->diag,
                                            "begin each item with '- ', and put the settings of one item "
                                            "inside: %s: {key: value}",
                                            item->keys[0]->text);
    }
    item->used[0] = true;
    if (variant >= 0)
        return read_variant(reader, row, variant, item->items[0], item->keys[0]->at, what, out);
    return wrong_variant(reader, row, item->keys[0], what);
}

static bool read_tagged(struct param_reader *reader, const struct param *row, const struct node *node, const char *what,
                        void *out)
{
    const struct node *single = NULL;
    const int count = list_items(node, &single);
    if (count > ELEMENTS_MAX)
        return too_many(reader, row, node, what);
    struct tagged *items = ARENA_ARRAY(reader->arena, struct tagged, count);
    const char *path = param_path(reader, row, what);
    bool ok = true;
    for (int i = 0; i < count; i++)
        ok = read_tagged_item(reader, row, single ? single : node->items[i], path, &items[i]) && ok;
    *(struct tagged **)member(out, row->offset) = items;
    *(int *)member(out, row->count_offset) = count;
    return ok;
}

/* ---- a row, a table ---- */

static bool read_block(struct param_reader *reader, const struct param *row, const struct node *node, const char *what,
                       void *out)
{
    *(bool *)member(out, row->offset) = true;
    const bool ok = param_read(reader, row->sub, node, param_path(reader, row, what), member(out, row->offset));
    if (row->wrong_offset)
        *(bool *)member(out, row->wrong_offset) = !ok;
    return ok;
}

static void keep_mark(const struct param *row, struct mark at, void *out)
{
    if (row->key_offset && at.line > 0) /* a default has no line */
        *(struct mark *)member(out, row->key_offset) = at;
}

static bool read_row(struct param_reader *reader, const struct param *row, const struct node *node, const char *what,
                     void *out)
{
    if (row->set_offset && node->at.line > 0) /* a default has no line */
        *(bool *)member(out, row->set_offset) = true;
    if (row->kind == PARAM_TEXT)
        *(const char **)member(out, row->offset) = "";
    switch (row->kind) {
    case PARAM_NODE: *(const struct node **)member(out, row->offset) = node; return true;
    case PARAM_BLOCK: return read_block(reader, row, node, what, out);
    case PARAM_LIST: return read_list(reader, row, node, what, out);
    case PARAM_MAP: return read_map(reader, row, node, what, out);
    case PARAM_TAGGED: return read_tagged(reader, row, node, what, out);
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
    return param_read_scalar(reader, row, node, what, member(out, row->offset));
}

/* The default's text as a node, as if the user had written it. */
static const struct node *default_node(struct param_reader *reader, const struct param *row)
{
    if (is_structured(row->kind))
        return yaml_parse("(default)", row->def, strlen(row->def), reader->arena, reader->diag);
    struct node *node = ARENA_NEW(reader->arena, struct node);
    *node = (struct node){ .kind = NODE_SCALAR, .text = row->def, .at = { .file = "(default)" } };
    return node;
}

static bool apply_default(struct param_reader *reader, const struct param *row, const char *what, void *out)
{
    if (row->kind == PARAM_TEXT)
        *(const char **)member(out, row->offset) = row->def;
    if (!row->def[0]) /* absent: zeros, but a block still has its rows' defaults */
        return row->kind != PARAM_BLOCK ||
               apply_defaults(reader, row->sub, param_path(reader, row, what), member(out, row->offset), false);
    const int errors = reader->diag->errors;
    const struct node *node = default_node(reader, row);
    const bool ok = node && read_row(reader, row, node, what, out);
    CHECK((ok && reader->diag->errors == errors) || param_full(reader), "the default of a parameter does not parse");
    return ok;
}

static bool apply_defaults(struct param_reader *reader, const struct param *table, const char *what, void *out,
                           bool required_too)
{
    bool ok = true;
    for (const struct param *row = table; row->name; row++) {
        if (row->def)
            ok = apply_default(reader, row, what, out) && ok;
        else if (row->kind == PARAM_TEXT)
            *(const char **)member(out, row->offset) = "";
        else
            ok = ok && !required_too;
    }
    return ok;
}

static bool report_missing(struct param_reader *reader, const struct param *row, struct mark at, const char *what)
{
    diag_error(reader->diag, at, "'%s' is missing in %s", row->name, what);
    return diag_hint(reader->diag, "%s: %s (%s)", row->name, row->doc, param_kind_name(row->kind));
}

static int find_key(const struct node *mapping, const char *key)
{
    for (int i = 0; i < mapping->count; i++)
        if (!strcmp(mapping->keys[i]->text, key))
            return i;
    return -1;
}

static bool read_key(struct param_reader *reader, const struct param *row, const struct node *mapping, const char *what,
                     void *out)
{
    const int i = find_key(mapping, row->name);
    const bool empty = i >= 0 && mapping->items[i]->kind == NODE_SCALAR && mapping->items[i]->plain &&
                       !mapping->items[i]->text[0];
    if (i >= 0)
        mapping->used[i] = true;
    if (i >= 0 && param_cut_off(mapping->items[i]))
        return param_report_cut_off(reader, row, mapping->items[i], take_rest(reader, mapping, i), what);
    if (i >= 0 && !(empty && row->def)) { /* `key:` without a value is the default */
        keep_mark(row, mapping->keys[i]->at, out);
        return read_row(reader, row, mapping->items[i], what, out);
    }
    if (row->def)
        return apply_default(reader, row, what, out);
    if (row->kind == PARAM_TEXT)
        *(const char **)member(out, row->offset) = "";
    return report_missing(reader, row, i >= 0 ? mapping->keys[i]->at : mapping->at, what);
}

static bool report_unknown(struct param_reader *reader, const struct param *table, const struct node *key,
                           const char *what)
{
    if (param_full(reader))
        return diag_error(reader->diag, key->at, "unknown key");
    size_t count = 0;
    while (table[count].name)
        count++;
    const char **names = ARENA_ARRAY(reader->arena, const char *, count);
    for (size_t i = 0; i < count; i++)
        names[i] = table[i].name;
    const char *nearest = text_nearest(key->text, names, count);
    if (nearest)
        return diag_error(reader->diag, key->at, "unknown key '%s' in %s; did you mean '%s'?", key->text, what,
                          nearest);
    diag_error(reader->diag, key->at, "unknown key '%s' in %s", key->text, what);
    return diag_hint(reader->diag, "it may have %s", param_join(reader->arena, names, count));
}

static bool report_unknown_keys(struct param_reader *reader, const struct param *table, const struct node *mapping,
                                const char *what)
{
    bool ok = true;
    for (int i = 0; i < mapping->count; i++)
        if (!mapping->used[i] &&
            (param_full(reader) || find_key(mapping, mapping->keys[i]->text) == i)) /* no duplicate */
            ok = report_unknown(reader, table, mapping->keys[i], what);
    return ok;
}

/* The row that the whole node is the value of, when it is not written out as a mapping of the table's keys. */
static const struct param *find_shorthand(const struct param *table, const struct node *node)
{
    const struct param *found = NULL;
    for (const struct param *row = table; row->name; row++) {
        if (!row->name[0])
            return row;
        if (node->kind == NODE_MAPPING && find_key(node, row->name) >= 0)
            return NULL;
        if (row->shorthand && (node->kind != NODE_MAPPING || is_structured(row->kind)))
            found = row;
    }
    return found;
}

static bool read_shorthand(struct param_reader *reader, const struct param *table, const struct param *shorthand,
                           const struct node *node, const char *what, void *out)
{
    keep_mark(shorthand, node->at, out);
    bool ok = read_row(reader, shorthand, node, what, out);
    for (const struct param *row = table; row->name; row++) {
        if (row == shorthand)
            continue;
        ok = (row->def ? apply_default(reader, row, what, out) : report_missing(reader, row, node->at, what)) && ok;
    }
    return ok;
}

bool param_read(struct param_reader *reader, const struct param *table, const struct node *node, const char *what,
                void *out)
{
    if (!node)
        return apply_defaults(reader, table, what, out, true);
    const struct param *shorthand = find_shorthand(table, node);
    if (shorthand)
        return read_shorthand(reader, table, shorthand, node, what, out);
    if (node->kind != NODE_MAPPING) {
        apply_defaults(reader, table, what, out, false); /* checks that come later meet no holes */
        diag_error(reader->diag, node->at, "%s is a mapping, but this is a %s", what,
                   node->kind == NODE_SCALAR ? "single value" : "list");
        return table[0].name && diag_hint(reader->diag, "write {%s: ...}", table[0].name);
    }
    bool ok = true;
    for (const struct param *row = table; row->name; row++)
        ok = read_key(reader, row, node, what, out) && ok;
    return report_unknown_keys(reader, table, node, what) && ok;
}
