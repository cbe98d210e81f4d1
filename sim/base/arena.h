/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * arena -- memory that belongs to a lifetime: the program, a replication or a call.
 *
 * A pointer into an arena is never freed on its own; arena_fini() gives back everything, arena_reset() keeps the memory
 * for another round. Memory comes zeroed and aligned to 64 bytes for blocks of 64 bytes and more, to 16 below. Out of
 * memory ends the process with status 4: there is nothing sensible a simulation could do without it.
 */
#ifndef HEADROOM_ARENA_H
#define HEADROOM_ARENA_H

#include <stddef.h>

#include "sim/base/compiler.h"

struct arena_block;

struct arena {
    struct arena_block *blocks;
    struct arena_block *spare; /* of the round before the last reset, in the order of their use */
    size_t total_bytes;        /* reserved from the system; output */
};

void arena_init(struct arena *arena);
void arena_fini(struct arena *arena);

/* Takes everything back for another round of much the same requests; what the last round left unused goes to the system. */
void arena_reset(struct arena *arena);

/* count * size bytes, zeroed. Overflow of the product is an allocation failure. Never NULL. */
void *arena_alloc(struct arena *arena, size_t count, size_t size);

#define ARENA_NEW(arena, type)          ((type *)arena_alloc((arena), 1, sizeof(type)))
#define ARENA_ARRAY(arena, type, count) ((type *)arena_alloc((arena), (size_t)(count), sizeof(type)))

/* A copy of old_count elements with room for new_count; the old block stays valid until arena_fini(). */
void *arena_grow(struct arena *arena, const void *old, size_t old_count, size_t new_count, size_t size);

char *arena_text(struct arena *arena, const char *text);
char *arena_text_n(struct arena *arena, const char *text, size_t length);
char *arena_printf(struct arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
