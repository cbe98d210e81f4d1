/* SPDX-License-Identifier: GPL-3.0-or-later */
/* yaml_overlay -- a small tree laid on a large one: a variant says only what differs. */
#include <string.h>

#include "models/yaml.h"
#include "sim/base/text.h"

/* Keys are searched linearly: hostile files end. */
enum { OVERLAID_KEYS_MAX = 2000 };

static int key_index(const struct node *mapping, const char *key)
{
    for (int i = 0; i < mapping->count; i++)
        if (!strcmp(mapping->keys[i]->text, key))
            return i;
    return -1;
}

static bool is_empty(const struct node *node)
{
    return node->kind == NODE_SCALAR && node->plain && !node->text[0];
}

static const char *kind_of(const struct node *mapping)
{
    const int index = key_index(mapping, "kind");
    return index >= 0 && mapping->items[index]->kind == NODE_SCALAR ? mapping->items[index]->text : NULL;
}

/* Of another kind, a component has nothing in common with the one that it replaces. */
static bool replaces(const struct node *base, const struct node *over)
{
    if (base->kind != NODE_MAPPING || over->kind != NODE_MAPPING)
        return true;
    const char *was = kind_of(base), *is = kind_of(over);
    return is && !text_equal(was, is) && !(was == NULL && over->count == 1);
}

struct node *yaml_copy(const struct node *from, struct arena *arena)
{
    struct node *copy = ARENA_NEW(arena, struct node);
    *copy = *from;
    copy->items = ARENA_ARRAY(arena, struct node *, from->count);
    copy->used = from->used ? ARENA_ARRAY(arena, bool, from->count) : NULL;
    for (int i = 0; i < from->count; i++)
        copy->items[i] = yaml_copy(from->items[i], arena);
    return copy;
}

static void remove_key(struct node *mapping, int index)
{
    const size_t behind = (size_t)(--mapping->count - index);
    memmove(&mapping->keys[index], &mapping->keys[index + 1], behind * sizeof(mapping->keys[0]));
    memmove(&mapping->items[index], &mapping->items[index + 1], behind * sizeof(mapping->items[0]));
}

/* Room for the keys of both; the arrays of the parser end where its mapping did. */
static void make_room(struct node *mapping, int more, struct arena *arena)
{
    const size_t count = (size_t)mapping->count, wider = count + (size_t)more;
    mapping->keys = arena_grow(arena, mapping->keys, count, wider, sizeof(mapping->keys[0]));
    mapping->items = arena_grow(arena, mapping->items, count, wider, sizeof(mapping->items[0]));
    mapping->used = ARENA_ARRAY(arena, bool, wider);
}

struct node *yaml_overlay(struct node *base, struct node *over, struct arena *arena, struct diag *diag)
{
    if (replaces(base, over))
        return over;
    if (base->count + over->count > OVERLAID_KEYS_MAX) {
        diag_error(diag, over->at, "more than %d keys in one mapping, those it is laid on included", OVERLAID_KEYS_MAX);
        return NULL;
    }
    make_room(base, over->count, arena);
    for (int i = 0; i < over->count; i++) {
        struct node *key = over->keys[i], *value = over->items[i];
        const int index = key_index(base, key->text);
        if (index < 0) {
            base->keys[base->count] = key;
            base->items[base->count++] = value;
        } else if (is_empty(value)) {
            remove_key(base, index);
        } else {
            value = yaml_overlay(base->items[index], value, arena, diag);
            if (!value)
                return NULL;
            base->keys[index] = key; /* what is said of it as a whole is shown where it was last written */
            base->items[index] = value;
        }
    }
    base->at = over->at;
    return base;
}
