/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pricing/price_list_source.h"

#include <assert.h>
#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <stdarg.h>
#include <string.h>

#include "sim/base/check.h"

static_assert(2 * LIST_TEXT_MAX <= LIST_WINDOW, "a kept text leaves no room to read more");

void list_source_init(struct list_source *source, const char *file, FILE *stream, struct arena *arena,
                      struct diag *diag)
{
    *source = (struct list_source){ .file = file, .stream = stream, .diag = diag };
    source->window = arena_alloc(arena, LIST_WINDOW + 1, 1); /* the terminator of what ends the window */
    source->at = source->end = source->window;
}

bool list_source_rewind(struct list_source *source)
{
    if (source->failed || fseeko(source->stream, 0, SEEK_SET) != 0)
        return false;
    clearerr(source->stream);
    source->at = source->end = source->window;
    source->base = 0;
    source->ended = false;
    return true;
}

bool list_source_more(struct list_source *source, const char *keep)
{
    if (source->ended || source->failed)
        return false;
    const size_t kept = (size_t)(source->end - keep), gone = (size_t)(keep - source->window);
    CHECK(kept < LIST_WINDOW, "a text fills the window of a price list");
    memmove(source->window, keep, kept);
    source->base += gone;
    source->at -= gone;
    errno = 0;
    const size_t got = fread(source->window + kept, 1, LIST_WINDOW - kept, source->stream);
    source->end = source->window + kept + got;
    if (ferror(source->stream)) {
        source->failed = true;
        return diag_error(source->diag, (struct mark){ .file = source->file }, "cannot read: %s",
                          strerror(errno ? errno : EIO));
    }
    source->ended = got == 0;
    return got > 0;
}

/* Line and column of an offset, by reading the file once more up to there: only an error pays for it. */
static struct mark mark_of(struct list_source *source, uint64_t offset)
{
    struct mark mark = { .file = source->file };
    if (fseeko(source->stream, 0, SEEK_SET) != 0)
        return mark;
    char block[4096];
    uint64_t line = 1, begin = 0, done = 0;
    while (done < offset) {
        const size_t wanted = offset - done < sizeof block ? (size_t)(offset - done) : sizeof block;
        const size_t got = fread(block, 1, wanted, source->stream);
        if (got == 0)
            return mark;
        for (const char *at = block, *end = block + got; (at = memchr(at, '\n', (size_t)(end - at))) != NULL; at++) {
            line++;
            begin = done + (uint64_t)(at - block) + 1;
        }
        done += got;
    }
    if (line <= INT_MAX && offset - begin < INT_MAX)
        mark = (struct mark){ source->file, (int)line, (int)(offset - begin) + 1, 1 };
    return mark;
}

bool list_source_refuse(struct list_source *source, const char *at, const char *format, ...)
{
    if (source->failed)
        return false;
    source->failed = true;
    char what[256];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    const uint64_t offset = source->base + (uint64_t)(at - source->window);
    return diag_error(source->diag, mark_of(source, offset), "%s (byte %" PRIu64 ")", what, offset);
}

/* Bytes of the character that begins at `at`, 0 when it is none. */
static size_t character_length(const unsigned char *at, size_t left)
{
    const unsigned char first = at[0];
    const size_t length = first < 0x80   ? 1
                          : first < 0xc2 ? 0
                          : first < 0xe0 ? 2
                          : first < 0xf0 ? 3
                          : first < 0xf5 ? 4
                                         : 0;
    if (length == 0 || length > left)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((at[i] & 0xc0) != 0x80)
            return 0;
    if ((first == 0xe0 && at[1] < 0xa0) || (first == 0xed && at[1] > 0x9f) || (first == 0xf0 && at[1] < 0x90) ||
        (first == 0xf4 && at[1] > 0x8f))
        return 0;
    return length;
}

bool list_text_is_utf8(const char *begin, const char *end)
{
    const unsigned char *at = (const unsigned char *)begin;
    for (size_t left = (size_t)(end - begin), length; left > 0; at += length, left -= length)
        if ((length = character_length(at, left)) == 0)
            return false;
    return true;
}
