/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * price_list_source -- the bytes of a file of any size through a window of fixed size, and where in the file they are.
 *
 * What reads may write into the window behind its reading position: texts are unescaped and terminated in place.
 */
#ifndef HEADROOM_PRICE_LIST_SOURCE_H
#define HEADROOM_PRICE_LIST_SOURCE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "sim/base/arena.h"
#include "sim/base/diag.h"

enum { LIST_WINDOW = 256 * 1024, LIST_TEXT_MAX = 64 * 1024 };

struct list_source {
    const char *file; /* borrowed */
    FILE *stream;     /* borrowed */
    struct diag *diag;
    char *window;
    char *at, *end; /* not yet read: at..end; *end may be written to */
    uint64_t base;  /* offset in the file of window[0] */
    bool ended;     /* nothing follows what is in the window */
    bool failed;    /* and it is reported */
};

/* Reads from where `stream` stands, which is the file's beginning. The window is in the arena. */
void list_source_init(struct list_source *source, const char *file, FILE *stream, struct arena *arena,
                      struct diag *diag);

/* From the beginning again. False when the stream cannot: a pipe. */
bool list_source_rewind(struct list_source *source);

/*
 * Moves what begins at `keep` (at most LIST_TEXT_MAX bytes) to the front of the window and fills up behind it. `at`
 * moves along; the new place of `keep` is the window's first byte. False at the end of the file or on an error.
 */
bool list_source_more(struct list_source *source, const char *keep);

/* Reports "<what> (byte 1234)" there, with line and column where the stream can seek. The source then failed. */
bool list_source_refuse(struct list_source *source, const char *at, const char *format, ...) PRINTF_LIKE(3, 4);

/* Is [begin, end) valid UTF-8, without surrogates and overlong forms?      [RFC-3629] */
bool list_text_is_utf8(const char *begin, const char *end);

#endif
