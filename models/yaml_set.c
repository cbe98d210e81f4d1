/* SPDX-License-Identifier: GPL-3.0-or-later */
/* yaml_set -- --set PATH=VALUE: the tree as if the file had said it. */
#include <stdlib.h>
#include <string.h>

#include "models/yaml.h"
#include "sim/base/text.h"

enum { PATH_PART_MAX = 128 };

static int key_index(const struct node *mapping, const char *key)
{
    for (int i = 0; i < mapping->count; i++)
        if (!strcmp(mapping->keys[i]->text, key))
            return i;
    return -1;
}

static void add_key(struct arena *arena, struct node *mapping, const char *key, struct mark at, struct node *value)
{
    const size_t count = (size_t)mapping->count;
    struct node *key_node = ARENA_NEW(arena, struct node);
    *key_node = (struct node){ .kind = NODE_SCALAR, .at = at, .text = arena_text(arena, key), .plain = true };
    mapping->keys = arena_grow(arena, mapping->keys, count, count + 1, sizeof(mapping->keys[0]));
    mapping->items = arena_grow(arena, mapping->items, count, count + 1, sizeof(mapping->items[0]));
    mapping->used = arena_grow(arena, mapping->used, count, count + 1, sizeof(mapping->used[0]));
    mapping->keys[count] = key_node;
    mapping->items[count] = value;
    mapping->count++;
}

static bool no_such_index(struct diag *diag, struct mark at, const char *part, const struct node *list)
{
    diag_error(diag, at, "'%s' is not an item of the list in line %d", part, list->at.line);
    return diag_hint(diag, "items count from 0 to %d", list->count - 1);
}

/* Where the part of a path leads: a place that holds a node; NULL when reported. */
static struct node **step_into(struct node *node, const char *part, bool last, struct mark at, struct arena *arena,
                               struct diag *diag)
{
    if (node->kind == NODE_SEQUENCE) {
        char *rest;
        const long index = strtol(part, &rest, 10);
        if (*part && !*rest && index >= 0 && index < node->count)
            return &node->items[index];
        no_such_index(diag, at, part, node);
        return NULL;
    }
    if (node->kind == NODE_SCALAR) {
        diag_error(diag, at, "'%s' leads into the value '%s'", part, node->text);
        return NULL;
    }
    const int index = key_index(node, part);
    if (index >= 0)
        return &node->items[index];
    const char **names = ARENA_ARRAY(arena, const char *, node->count + 1);
    for (int i = 0; i < node->count; i++)
        names[i] = node->keys[i]->text;
    const char *nearest = last ? NULL : text_nearest(part, names, (size_t)node->count);
    if (nearest) {
        diag_error(diag, at, "unknown key '%s'; did you mean '%s'?", part, nearest);
        return NULL;
    }
    struct node *value = ARENA_NEW(arena, struct node);
    *value = (struct node){ .kind = NODE_MAPPING, .at = at, .text = "" };
    add_key(arena, node, part, at, value);
    return &node->items[node->count - 1];
}

/* Marks of the parsed value count from its own beginning; people count from the beginning of the option. */
static void shift_marks(struct node *node, int columns)
{
    if (node->at.line == 1)
        node->at.column += columns;
    for (int i = 0; i < node->count; i++) {
        if (node->kind == NODE_MAPPING && node->keys[i]->at.line == 1)
            node->keys[i]->at.column += columns;
        shift_marks(node->items[i], columns);
    }
}

bool yaml_set(struct node *root, const char *assignment, struct arena *arena, struct diag *diag)
{
    const char *equals = strchr(assignment, '=');
    const struct mark whole = { "--set", 0, 0, 0 };
    if (!equals || equals == assignment) {
        diag_error(diag, whole, "'%s' is not an assignment", assignment);
        return diag_hint(diag, "write a path and a value: --set regions.us-east-1.web-fleet.size.max=80");
    }
    const char *name = arena_printf(arena, "--set %.*s", (int)(equals - assignment), assignment);
    const size_t length = strlen(equals + 1);
    struct node *value = ARENA_NEW(arena, struct node); /* "key=" is the default, as "key:" is in a file */
    *value = (struct node){ .kind = NODE_SCALAR, .at = { name, 1, 1, 1 }, .text = "", .plain = true };
    if (length > 0)
        value = yaml_parse(name, equals + 1, length, arena, diag);
    if (!value)
        return false;
    diag_source(diag, name, assignment); /* newer than the one of yaml_parse(): found first */
    shift_marks(value, (int)(equals + 1 - assignment));
    struct node **slot = &root;
    for (const char *part = assignment; part <= equals;) {
        const size_t part_length = strcspn(part, ".=");
        const struct mark at = { name, 1, (int)(part - assignment) + 1, (int)part_length };
        if (part_length == 0 || part_length > PATH_PART_MAX)
            return diag_error(diag, at, "the path '%s' has an empty or overlong part", name + strlen("--set "));
        const char *text = arena_text_n(arena, part, part_length);
        slot = step_into(*slot, text, part + part_length == equals, at, arena, diag);
        if (!slot)
            return false;
        part += part_length + 1;
    }
    *slot = value;
    return true;
}
