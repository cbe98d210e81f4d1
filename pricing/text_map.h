/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * text_map -- from a text to a number, for keys that strangers chose.
 *
 * Open addressing in one table that doubles; keys are copied into the arena. The hash has a seed of its own in each
 * process, so that no file can be written whose keys all meet in one place.
 */
#ifndef HEADROOM_TEXT_MAP_H
#define HEADROOM_TEXT_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sim/base/arena.h"

struct text_map_slot {
    const char *key; /* NULL: free */
    uint64_t hash;
    uint32_t value;
};

struct text_map {
    struct text_map_slot *slots; /* malloc: a table that was outgrown goes back at once */
    size_t capacity;             /* a power of two */
    size_t count;
    uint64_t seed;
    struct arena *arena; /* of the keys */
};

void text_map_init(struct text_map *map, struct arena *arena);
void text_map_fini(struct text_map *map);

/* NULL when the key is not there. Valid until the next text_map_put(). */
uint32_t *text_map_find(const struct text_map *map, const char *key);

/* Adds the key with `value`, or finds it; *is_new tells which. Valid until the next call. */
uint32_t *text_map_put(struct text_map *map, const char *key, uint32_t value, bool *is_new);

/* The map's own copy of a text: one for all that are equal. */
const char *text_map_intern(struct text_map *map, const char *text);

#endif
