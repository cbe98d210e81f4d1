/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK_BYTES = 64 * 1024, BIG_ALIGN = 64, SMALL_ALIGN = 16 };

struct arena_block {
    struct arena_block *next;
    size_t size;
    size_t used;
    char pad[BIG_ALIGN - 3 * sizeof(size_t)];
    char data[];
};

void arena_init(struct arena *arena)
{
    *arena = (struct arena){ 0 };
}

static void free_blocks(struct arena_block *block)
{
    while (block) {
        struct arena_block *next = block->next;
        free(block);
        block = next;
    }
}

void arena_fini(struct arena *arena)
{
    free_blocks(arena->blocks);
    free_blocks(arena->spare);
    *arena = (struct arena){ 0 };
}

void arena_reset(struct arena *arena)
{
    for (const struct arena_block *block = arena->spare; block; block = block->next)
        arena->total_bytes -= block->size + sizeof *block;
    free_blocks(arena->spare);
    arena->spare = NULL;
    while (arena->blocks) { /* the last one first: the list comes out in the order of use */
        struct arena_block *block = arena->blocks;
        arena->blocks = block->next;
        block->next = arena->spare;
        arena->spare = block;
    }
}

NORETURN static void out_of_memory(size_t bytes)
{
    fprintf(stderr, "headroom: error: out of memory (%zu bytes more)\n", bytes);
    exit(4);
}

/* Another round asks for much the same in the same order, so the first one mostly fits. NULL when none does. */
static struct arena_block *take_spare(struct arena *arena, size_t data_bytes)
{
    for (struct arena_block **link = &arena->spare; *link; link = &(*link)->next) {
        struct arena_block *block = *link;
        if (block->size < data_bytes || block->size / 2 > data_bytes)
            continue;
        *link = block->next;
        return block;
    }
    return NULL;
}

static struct arena_block *block_new(struct arena *arena, size_t data_bytes)
{
    struct arena_block *block = take_spare(arena, data_bytes);
    if (!block) {
        size_t size = sizeof(struct arena_block) + data_bytes;
        size = (size + BIG_ALIGN - 1) / BIG_ALIGN * BIG_ALIGN;
        block = aligned_alloc(BIG_ALIGN, size);
        if (!block)
            out_of_memory(size);
        block->size = size - sizeof(struct arena_block);
        arena->total_bytes += size;
    }
    block->used = 0;
    block->next = arena->blocks;
    arena->blocks = block;
    return block;
}

void *arena_alloc(struct arena *arena, size_t count, size_t size)
{
    if (size && count > (SIZE_MAX / 2) / size)
        out_of_memory(SIZE_MAX);
    const size_t bytes = count * size;
    const size_t align = bytes >= BIG_ALIGN ? BIG_ALIGN : SMALL_ALIGN;
    struct arena_block *block = arena->blocks;
    size_t offset = block ? (block->used + align - 1) / align * align : 0;
    if (!block || offset + bytes > block->size) {
        block = block_new(arena, bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES);
        offset = 0;
    }
    block->used = offset + bytes;
    return memset(block->data + offset, 0, bytes);
}

void *arena_grow(struct arena *arena, const void *old, size_t old_count, size_t new_count, size_t size)
{
    void *bigger = arena_alloc(arena, new_count, size);
    if (old_count)
        memcpy(bigger, old, old_count * size);
    return bigger;
}

char *arena_text_n(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_alloc(arena, length + 1, 1);
    memcpy(copy, text, length);
    return copy;
}

char *arena_text(struct arena *arena, const char *text)
{
    return arena_text_n(arena, text, strlen(text));
}

char *arena_printf(struct arena *arena, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    va_list again;
    va_copy(again, args);
    const int length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    char *text = arena_alloc(arena, (size_t)length + 1, 1);
    vsnprintf(text, (size_t)length + 1, format, again);
    va_end(again);
    return text;
}
