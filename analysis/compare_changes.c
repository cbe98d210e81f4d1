/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What a variant's file says otherwise: two trees, side by side. */
#include <string.h>

#include "analysis/compare_parts.h"

enum { CHANGES_MOST = 200, VALUE_MOST = 160 };

const struct node *tree_find(const struct node *node, const char *key)
{
    if (!node || node->kind != NODE_MAPPING)
        return NULL;
    for (int i = 0; i < node->count; i++)
        if (strcmp(node->keys[i]->text, key) == 0)
            return node->items[i];
    return NULL;
}

bool tree_same(const struct node *a, const struct node *b)
{
    if (!a || !b)
        return a == b;
    if (a->kind != b->kind || a->count != b->count)
        return false;
    if (a->kind == NODE_SCALAR)
        return strcmp(a->text, b->text) == 0;
    for (int i = 0; i < a->count; i++)
        if (!tree_same(a->items[i], a->kind == NODE_MAPPING ? tree_find(b, a->keys[i]->text) : b->items[i]))
            return false;
    return true;
}

const struct node *tree_difference(const struct node *a, const struct node *b)
{
    if (!a || a->kind != b->kind || b->kind == NODE_SCALAR)
        return b;
    for (int i = 0; i < b->count; i++) {
        const struct node *x = b->kind == NODE_MAPPING ? tree_find(a, b->keys[i]->text)
                               : i < a->count          ? a->items[i]
                                                       : NULL;
        if (!tree_same(x, b->items[i]))
            return tree_difference(x, b->items[i]);
    }
    return b;
}

static bool is_simulated(const char *key)
{
    static const char *const keys[] = { "headroom",     "name",      "description", "extends",
                                        "replications", "precision", "commitments", "objectives",
                                        "business",     "also",      "free_tier",   "max_replications" };
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (strcmp(key, keys[i]) == 0)
            return false;
    return true;
}

static bool has_simulated_of(const struct node *a, const struct node *b)
{
    for (int i = 0; i < a->count; i++)
        if (is_simulated(a->keys[i]->text) && !tree_same(a->items[i], tree_find(b, a->keys[i]->text)))
            return false;
    return true;
}

bool compare_alike(const struct scenario *a, const struct scenario *b)
{
    return a->root && b->root && has_simulated_of(a->root, b->root) && has_simulated_of(b->root, a->root);
}

/* ---- a value in one line, as YAML has it inside braces ---- */

static const char *flow(const struct node *node, struct arena *arena)
{
    if (node->kind == NODE_SCALAR)
        return node->text;
    const bool mapping = node->kind == NODE_MAPPING;
    const char *text = mapping ? "{" : "[";
    for (int i = 0; i < node->count && strlen(text) <= VALUE_MOST; i++)
        text = arena_printf(arena, "%s%s%s%s%s", text, i ? ", " : "", mapping ? node->keys[i]->text : "",
                            mapping ? ": " : "", flow(node->items[i], arena));
    return arena_printf(arena, "%s%s", text, mapping ? "}" : "]");
}

static const char *value_of(const struct node *node, struct arena *arena)
{
    if (!node)
        return NULL;
    const char *text = flow(node, arena);
    if (strlen(text) <= VALUE_MOST)
        return text;
    size_t length = VALUE_MOST;
    while (length > 0 && ((unsigned char)text[length] & 0xc0) == 0x80)
        length--; /* not inside a character */
    return arena_printf(arena, "%s…", arena_text_n(arena, text, length));
}

/* ---- where they differ ---- */

struct changes {
    struct change *list;
    int count;
    struct arena *arena;
};

/* Texts about the file itself. */
static bool is_of_the_file(const char *path)
{
    static const char *const keys[] = { "name", "description", "extends", "headroom" };
    for (size_t i = 0; i < ARRAY_LEN(keys); i++)
        if (strcmp(path, keys[i]) == 0)
            return true;
    return false;
}

static void differ(struct changes *c, const char *path, const struct node *base, const struct node *variant);

static void differ_in_keys(struct changes *c, const char *path, const struct node *base, const struct node *variant)
{
    const char *dot = path[0] ? "." : "";
    for (int i = 0; i < base->count; i++)
        differ(c, arena_printf(c->arena, "%s%s%s", path, dot, base->keys[i]->text), base->items[i],
               tree_find(variant, base->keys[i]->text));
    for (int i = 0; i < variant->count; i++)
        if (!tree_find(base, variant->keys[i]->text))
            differ(c, arena_printf(c->arena, "%s%s%s", path, dot, variant->keys[i]->text), NULL, variant->items[i]);
}

static void differ(struct changes *c, const char *path, const struct node *base, const struct node *variant)
{
    if (tree_same(base, variant) || is_of_the_file(path) || c->count == CHANGES_MOST)
        return;
    if (base && variant && base->kind == NODE_MAPPING && variant->kind == NODE_MAPPING) {
        differ_in_keys(c, path, base, variant);
        return;
    }
    c->list[c->count++] =
        (struct change){ .path = path, .base = value_of(base, c->arena), .variant = value_of(variant, c->arena) };
}

int compare_changes(const struct scenario *base, const struct scenario *variant, struct change **out,
                    struct arena *arena)
{
    struct changes c = { .list = ARENA_ARRAY(arena, struct change, CHANGES_MOST), .arena = arena };
    if (base->root && variant->root)
        differ(&c, "", base->root, variant->root);
    *out = c.list;
    return c.count;
}
