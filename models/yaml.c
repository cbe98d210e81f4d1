/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/yaml.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "sim/base/text.h"

/* Limits make hostile files end; anchors and merged keys are searched linearly, so theirs are lower. */
enum {
    NODES_MAX = 100000,
    DEPTH_MAX = 100,
    FILE_BYTES_MAX = 16 * 1024 * 1024,
    ANCHORS_MAX = 1000,
    MERGED_KEYS_MAX = 1000
};

struct anchor {
    const char *name;
    struct node *node;
    bool open; /* its collection has not ended: an alias to it would be a cycle */
};

struct level {
    struct node *node;
    struct node *key; /* mapping: read, its value is next */
    int capacity;
    int anchor; /* index of the anchor that this collection carries, -1: none */
};

struct builder {
    const char *name;
    struct arena *arena;
    struct diag *diag;
    struct node *root;
    struct level levels[DEPTH_MAX];
    int depth;
    struct anchor *anchors;
    int anchor_count, anchor_capacity;
    int node_count;
};

static struct mark mark_of(const struct builder *b, yaml_mark_t start, yaml_mark_t end)
{
    const size_t length = end.line > start.line ? INT_MAX : end.column > start.column ? end.column - start.column : 1;
    return (struct mark){ b->name, (int)start.line + 1, (int)start.column + 1, (int)length };
}

static struct node *new_node(struct builder *b, enum node_kind kind, struct mark at)
{
    if (++b->node_count > NODES_MAX) {
        diag_error(b->diag, at, "the document has more than %d nodes, aliases expanded", NODES_MAX);
        return NULL;
    }
    struct node *node = ARENA_NEW(b->arena, struct node);
    *node = (struct node){ .kind = kind, .at = at, .text = "" };
    return node;
}

static void append(struct arena *arena, struct node *parent, int *capacity, struct node *key, struct node *value)
{
    if (parent->count == *capacity) {
        const size_t old = (size_t)*capacity, bigger = old ? 2 * old : 4;
        parent->items = arena_grow(arena, parent->items, old, bigger, sizeof(parent->items[0]));
        if (parent->kind == NODE_MAPPING) {
            parent->keys = arena_grow(arena, parent->keys, old, bigger, sizeof(parent->keys[0]));
            parent->used = arena_grow(arena, parent->used, old, bigger, sizeof(parent->used[0]));
        }
        *capacity = (int)bigger;
    }
    if (parent->kind == NODE_MAPPING)
        parent->keys[parent->count] = key;
    parent->items[parent->count++] = value;
}

/* Puts a finished scalar, alias or begun collection where the innermost open collection wants it. */
static bool place(struct builder *b, struct node *node)
{
    if (b->depth == 0) {
        b->root = node;
        return true;
    }
    struct level *level = &b->levels[b->depth - 1];
    if (level->node->kind == NODE_SEQUENCE) {
        append(b->arena, level->node, &level->capacity, NULL, node);
    } else if (level->key) {
        append(b->arena, level->node, &level->capacity, level->key, node);
        level->key = NULL;
    } else if (node->kind == NODE_SCALAR) {
        level->key = node;
    } else {
        return diag_error(b->diag, node->at, "a key must be a word, not a list or a mapping");
    }
    return true;
}

/* ---- anchors ---- */

static bool add_anchor(struct builder *b, const char *name, struct node *node, bool open)
{
    if (b->anchor_count == ANCHORS_MAX)
        return diag_error(b->diag, node->at, "more than %d anchors", ANCHORS_MAX);
    if (b->anchor_count == b->anchor_capacity) {
        const size_t old = (size_t)b->anchor_capacity, bigger = old ? 2 * old : 16;
        b->anchors = arena_grow(b->arena, b->anchors, old, bigger, sizeof(b->anchors[0]));
        b->anchor_capacity = (int)bigger;
    }
    b->anchors[b->anchor_count] = (struct anchor){ arena_text(b->arena, name), node, open };
    b->anchor_count++;
    return true;
}

/* The newest of that name: YAML allows an anchor to be defined again. */
static const struct anchor *find_anchor(const struct builder *b, const char *name)
{
    for (int i = b->anchor_count - 1; i >= 0; i--)
        if (!strcmp(b->anchors[i].name, name))
            return &b->anchors[i];
    return NULL;
}

static struct node *copy_tree(struct builder *b, const struct node *from, int depth, struct mark alias_at)
{
    if (depth > DEPTH_MAX) {
        diag_error(b->diag, alias_at, "nested deeper than %d levels, aliases expanded", DEPTH_MAX);
        return NULL;
    }
    struct node *copy = new_node(b, from->kind, from->at);
    if (!copy)
        return NULL;
    copy->text = from->text;
    copy->plain = from->plain;
    int capacity = 0;
    for (int i = 0; i < from->count; i++) {
        struct node *value = copy_tree(b, from->items[i], depth + 1, alias_at);
        if (!value)
            return NULL;
        append(b->arena, copy, &capacity, from->kind == NODE_MAPPING ? from->keys[i] : NULL, value);
    }
    return copy;
}

static bool on_alias(struct builder *b, const char *name, struct mark at)
{
    const struct anchor *anchor = find_anchor(b, name);
    if (!anchor) {
        const char **names = ARENA_ARRAY(b->arena, const char *, b->anchor_count + 1);
        for (int i = 0; i < b->anchor_count; i++)
            names[i] = b->anchors[i].name;
        const char *nearest = text_nearest(name, names, (size_t)b->anchor_count);
        return nearest ? diag_error(b->diag, at, "unknown alias '*%s'; did you mean '*%s'?", name, nearest)
                       : diag_error(b->diag, at, "unknown alias '*%s'", name);
    }
    if (anchor->open) {
        diag_error(b->diag, at, "alias '*%s' stands inside what it names: a cycle", name);
        return diag_hint(b->diag, "'&%s' begins at line %d", name, anchor->node->at.line);
    }
    struct node *copy = copy_tree(b, anchor->node, b->depth + 1, at);
    return copy && place(b, copy);
}

/* ---- the end of a mapping: merge keys, duplicates ---- */

static int key_index(const struct node *mapping, const char *key)
{
    for (int i = 0; mapping->kind == NODE_MAPPING && i < mapping->count; i++)
        if (!strcmp(mapping->keys[i]->text, key))
            return i;
    return -1;
}

static bool merge_one(struct builder *b, struct node *into, int *capacity, const struct node *from)
{
    if (from->kind != NODE_MAPPING)
        return diag_error(b->diag, from->at, "'<<' merges mappings: write '<<: *name'");
    if (into->count + from->count > MERGED_KEYS_MAX)
        return diag_error(b->diag, from->at, "'<<' merges more than %d keys", MERGED_KEYS_MAX);
    for (int i = 0; i < from->count; i++)
        if (key_index(into, from->keys[i]->text) < 0)
            append(b->arena, into, capacity, from->keys[i], from->items[i]);
    return true;
}

static void remove_key(struct node *mapping, int index)
{
    const size_t behind = (size_t)(--mapping->count - index);
    memmove(&mapping->keys[index], &mapping->keys[index + 1], behind * sizeof(mapping->keys[0]));
    memmove(&mapping->items[index], &mapping->items[index + 1], behind * sizeof(mapping->items[0]));
}

/* [YAML-1.1] "Merge Key Language-Independent Type": keys of the mapping itself win, then the earlier mapping. */
static bool merge(struct builder *b, struct level *level)
{
    struct node *mapping = level->node;
    const int index = key_index(mapping, "<<");
    if (index < 0 || !mapping->keys[index]->plain)
        return true;
    struct node *source = mapping->items[index];
    remove_key(mapping, index);
    if (source->kind != NODE_SEQUENCE)
        return merge_one(b, mapping, &level->capacity, source);
    bool ok = true;
    for (int i = 0; i < source->count; i++)
        ok = merge_one(b, mapping, &level->capacity, source->items[i]) && ok;
    return ok;
}

static int compare_keys(const void *a, const void *b)
{
    const struct node *x = *(struct node *const *)a, *y = *(struct node *const *)b;
    const int order = strcmp(x->text, y->text);
    if (order)
        return order;
    return x->at.line != y->at.line ? (x->at.line > y->at.line) - (x->at.line < y->at.line)
                                    : (x->at.column > y->at.column) - (x->at.column < y->at.column);
}

/* Every duplicate is reported, and the reading goes on: the other errors of the file come with it. */
static void report_duplicates(struct builder *b, const struct node *mapping)
{
    if (mapping->count < 2)
        return;
    struct node **sorted = ARENA_ARRAY(b->arena, struct node *, mapping->count);
    memcpy(sorted, mapping->keys, (size_t)mapping->count * sizeof(sorted[0]));
    qsort(sorted, (size_t)mapping->count, sizeof(sorted[0]), compare_keys);
    for (int i = 1, first = 0; i < mapping->count; i++) {
        if (strcmp(sorted[i]->text, sorted[first]->text) != 0) {
            first = i;
            continue;
        }
        diag_error(b->diag, sorted[i]->at, "duplicate key '%s'", sorted[i]->text);
        diag_hint(b->diag, "the first is in line %d; keep one of them", sorted[first]->at.line);
    }
}

/* ---- events ---- */

static bool begin(struct builder *b, enum node_kind kind, const char *anchor, struct mark at)
{
    if (b->depth == DEPTH_MAX)
        return diag_error(b->diag, at, "nested deeper than %d levels", DEPTH_MAX);
    at.length = 1;
    struct node *node = new_node(b, kind, at);
    if (!node || !place(b, node))
        return false;
    if (anchor && !add_anchor(b, anchor, node, true))
        return false;
    b->levels[b->depth++] = (struct level){ .node = node, .anchor = anchor ? b->anchor_count - 1 : -1 };
    return true;
}

static bool end(struct builder *b)
{
    struct level *level = &b->levels[b->depth - 1];
    if (level->node->kind == NODE_MAPPING) {
        report_duplicates(b, level->node);
        if (!merge(b, level))
            return false;
    }
    if (level->anchor >= 0)
        b->anchors[level->anchor].open = false;
    b->depth--;
    return true;
}

static bool on_scalar(struct builder *b, const yaml_event_t *event, struct mark at)
{
    const char *text = (const char *)event->data.scalar.value;
    if (strlen(text) != event->data.scalar.length)
        return diag_error(b->diag, at, "a text with a NUL character");
    struct node *node = new_node(b, NODE_SCALAR, at);
    if (!node)
        return false;
    node->plain = event->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
    node->text = node->plain && (!strcmp(text, "~") || !strcmp(text, "null")) ? "" : arena_text(b->arena, text);
    const char *anchor = (const char *)event->data.scalar.anchor;
    return (!anchor || add_anchor(b, anchor, node, false)) && place(b, node);
}

static const char *tag_of(const yaml_event_t *event)
{
    const yaml_char_t *tag = event->type == YAML_SCALAR_EVENT           ? event->data.scalar.tag
                             : event->type == YAML_SEQUENCE_START_EVENT ? event->data.sequence_start.tag
                             : event->type == YAML_MAPPING_START_EVENT  ? event->data.mapping_start.tag
                                                                        : NULL;
    return (const char *)tag;
}

static bool on_event(struct builder *b, const yaml_event_t *event)
{
    const struct mark at = mark_of(b, event->start_mark, event->end_mark);
    if (tag_of(event))
        return diag_error(b->diag, at, "the tag '%s' has no meaning in a scenario", tag_of(event));
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return !b->root || diag_error(b->diag, at, "a second document begins; a scenario is one document");
    case YAML_SCALAR_EVENT: return on_scalar(b, event, at);
    case YAML_ALIAS_EVENT: return on_alias(b, (const char *)event->data.alias.anchor, at);
    case YAML_SEQUENCE_START_EVENT: return begin(b, NODE_SEQUENCE, (const char *)event->data.sequence_start.anchor, at);
    case YAML_MAPPING_START_EVENT: return begin(b, NODE_MAPPING, (const char *)event->data.mapping_start.anchor, at);
    case YAML_SEQUENCE_END_EVENT:
    case YAML_MAPPING_END_EVENT: return end(b);
    case YAML_NO_EVENT:
    case YAML_STREAM_START_EVENT:
    case YAML_STREAM_END_EVENT:
    case YAML_DOCUMENT_END_EVENT: return true;
    }
    return true;
}

/* A reader error (invalid UTF-8, control characters) has an offset in bytes instead of a mark. */
static struct mark mark_of_offset(const char *name, const char *text, size_t length, size_t offset)
{
    struct mark at = { name, 1, 1, 1 };
    for (size_t i = 0; i < offset && i < length; i++) {
        at.column += ((unsigned char)text[i] & 0xc0) != 0x80;
        if (text[i] == '\n') {
            at.line++;
            at.column = 1;
        }
    }
    return at;
}

static bool syntax_error(const struct builder *b, const yaml_parser_t *parser, const char *text, size_t length)
{
    const char *problem = parser->problem ? parser->problem : "not YAML";
    if (parser->error == YAML_READER_ERROR)
        return diag_error(b->diag, mark_of_offset(b->name, text, length, parser->problem_offset), "%s", problem);
    diag_error(b->diag, mark_of(b, parser->problem_mark, parser->problem_mark), "%s", problem);
    if (strchr(problem, '\t') || strstr(problem, "cannot start any token"))
        return diag_hint(b->diag, "quote the text if it begins with a special character; indent with spaces, not tabs");
    if (parser->context)
        diag_hint(b->diag, "%s that begins in line %d", parser->context, (int)parser->context_mark.line + 1);
    return false;
}

static bool run(struct builder *b, yaml_parser_t *parser, const char *text, size_t length)
{
    for (bool more = true; more;) {
        yaml_event_t event;
        if (!yaml_parser_parse(parser, &event))
            return syntax_error(b, parser, text, length);
        more = event.type != YAML_STREAM_END_EVENT;
        const bool ok = on_event(b, &event);
        yaml_event_delete(&event);
        if (!ok)
            return false;
    }
    return b->root || diag_error(b->diag, (struct mark){ .file = b->name }, "there is nothing in it");
}

struct node *yaml_parse(const char *name, const char *text, size_t length, struct arena *arena, struct diag *diag)
{
    struct builder *b = ARENA_NEW(arena, struct builder);
    *b = (struct builder){ .name = arena_text(arena, name), .arena = arena, .diag = diag };
    diag_source(diag, b->name, text);
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        diag_error(diag, (struct mark){ .file = b->name }, "the YAML parser could not start: out of memory");
        return NULL;
    }
    yaml_parser_set_encoding(&parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, length);
    const bool ok = run(b, &parser, text, length);
    yaml_parser_delete(&parser);
    return ok ? b->root : NULL;
}

/* ---- files ---- */

static char *unreadable_file(const char *path, const char *why, struct diag *diag, bool *unreadable)
{
    if (unreadable)
        *unreadable = true;
    diag_error(diag, (struct mark){ .file = path }, "cannot read: %s", why);
    return NULL;
}

char *yaml_file_text(const char *path, size_t *length, struct arena *arena, struct diag *diag, bool *unreadable)
{
    FILE *file = fopen(path, "rb");
    if (!file)
        return unreadable_file(path, strerror(errno), diag, unreadable);
    size_t size = 0, capacity = 64 * 1024;
    char *text = arena_alloc(arena, capacity + 1, 1);
    for (size_t got; (got = fread(text + size, 1, capacity - size, file)) > 0;) {
        size += got;
        if (size < capacity)
            continue;
        if (size >= FILE_BYTES_MAX)
            break;
        text = arena_grow(arena, text, size, 2 * capacity + 1, 1);
        capacity *= 2;
    }
    const bool failed = ferror(file);
    const int error = errno;
    fclose(file);
    if (failed)
        return unreadable_file(path, strerror(error), diag, unreadable);
    if (size >= FILE_BYTES_MAX) {
        diag_error(diag, (struct mark){ .file = path }, "larger than %d MiB", FILE_BYTES_MAX >> 20);
        return NULL;
    }
    text[size] = '\0';
    *length = size;
    return text;
}

struct node *yaml_load(const char *path, struct arena *arena, struct diag *diag, bool *unreadable)
{
    size_t length;
    const char *text = yaml_file_text(path, &length, arena, diag, unreadable);
    return text ? yaml_parse(path, text, length, arena, diag) : NULL;
}

/* ---- access ---- */

struct node *yaml_get(const struct node *mapping, const char *key)
{
    const int index = key_index(mapping, key);
    if (index < 0)
        return NULL;
    mapping->used[index] = true;
    return mapping->items[index];
}
