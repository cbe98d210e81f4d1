/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pricing/text_map.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { FIRST_CAPACITY = 256 };

static uint64_t draw_seed(const void *somewhere)
{
    uint64_t seed = (uint64_t)(uintptr_t)somewhere ^ ((uint64_t)time(NULL) << 32);
    FILE *const source = fopen("/dev/urandom", "rb");
    if (source) {
        uint64_t drawn = 0;
        if (fread(&drawn, sizeof drawn, 1, source) == 1)
            seed ^= drawn;
        fclose(source);
    }
    return seed;
}

static uint64_t mix(uint64_t a, uint64_t b)
{
    const uint128 product = (uint128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

/* Multiply and fold, eight bytes a step, in the manner of wyhash. */
static uint64_t hash_of(const struct text_map *map, const char *key)
{
    static const uint64_t odd = UINT64_C(0xa0761d6478bd642f), other = UINT64_C(0xe7037ed1a0b428db);
    size_t left = strlen(key);
    uint64_t hash = map->seed ^ mix(left ^ odd, other);
    for (; left > 0; key += left < 8 ? left : 8, left -= left < 8 ? left : 8) {
        uint64_t word = 0;
        memcpy(&word, key, left < 8 ? left : 8);
        hash = mix(hash ^ word ^ odd, other ^ map->seed);
    }
    return hash;
}

void text_map_init(struct text_map *map, struct arena *arena)
{
    *map = (struct text_map){ .arena = arena, .seed = draw_seed(map) };
}

void text_map_fini(struct text_map *map)
{
    free(map->slots);
    *map = (struct text_map){ .arena = map->arena };
}

/* The slot of the key, or the free one where it belongs. */
static struct text_map_slot *probe(const struct text_map *map, uint64_t hash, const char *key)
{
    for (size_t i = hash & (map->capacity - 1);; i = (i + 1) & (map->capacity - 1)) {
        struct text_map_slot *const slot = &map->slots[i];
        if (!slot->key || (slot->hash == hash && !strcmp(slot->key, key)))
            return slot;
    }
}

static void grow(struct text_map *map)
{
    const struct text_map old = *map;
    map->capacity = old.capacity ? 2 * old.capacity : FIRST_CAPACITY;
    map->slots = calloc(map->capacity, sizeof *map->slots);
    if (!map->slots) {
        fputs("headroom: error: out of memory\n", stderr);
        exit(4); /* as an arena does */
    }
    for (size_t i = 0; i < old.capacity; i++)
        if (old.slots[i].key)
            *probe(map, old.slots[i].hash, old.slots[i].key) = old.slots[i];
    free(old.slots);
}

uint32_t *text_map_find(const struct text_map *map, const char *key)
{
    if (map->count == 0)
        return NULL;
    struct text_map_slot *const slot = probe(map, hash_of(map, key), key);
    return slot->key ? &slot->value : NULL;
}

static struct text_map_slot *put(struct text_map *map, const char *key, uint32_t value, bool *is_new)
{
    if (4 * (map->count + 1) > 3 * map->capacity)
        grow(map);
    const uint64_t hash = hash_of(map, key);
    struct text_map_slot *const slot = probe(map, hash, key);
    *is_new = !slot->key;
    if (*is_new) {
        *slot = (struct text_map_slot){ arena_text(map->arena, key), hash, value };
        map->count++;
    }
    return slot;
}

uint32_t *text_map_put(struct text_map *map, const char *key, uint32_t value, bool *is_new)
{
    return &put(map, key, value, is_new)->value;
}

const char *text_map_intern(struct text_map *map, const char *text)
{
    bool is_new;
    return put(map, text, 0, &is_new)->key;
}
