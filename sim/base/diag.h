/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * diag -- what is wrong with the user's input, all of it at once, each with its place.
 *
 *     scenarios/checkout.yaml:14:17: error: '45 secs' is not a duration
 *        14 |     visibility: 45 secs
 *           |                 ^~~~~~~
 *           hint: write a number and a unit: 45s, 500ms, 12h
 *
 * Functions that read the outside world take a struct diag * last and return bool; every diag_* function
 * that reports an error returns false so that failing reads well. Messages: no capital, no full stop,
 * the subject in quotes. Nothing is printed until diag_print().
 */
#ifndef HEADROOM_DIAG_H
#define HEADROOM_DIAG_H

#include <stdbool.h>
#include <stdio.h>

#include "sim/base/arena.h"

/* A place in a source: people count from 1; 0 means "no line" (a flag, a whole file). */
struct mark {
    const char *file; /* as the user wrote it; NULL when there is none */
    int line;
    int column;
    int length; /* columns to underline, at least 1 when line > 0 */
};

enum severity { SEVERITY_WARNING, SEVERITY_ERROR };

struct diag_entry {
    enum severity severity;
    struct mark at;
    const char *message; /* in the arena */
    const char *hint;    /* in the arena; NULL when there is none */
};

struct diag {
    struct arena *arena; /* borrowed: holds the texts */
    struct diag_entry *entries;
    int count, capacity;
    int errors, warnings;        /* output; errors counts also those beyond `limit` */
    int limit;                   /* at most this many entries are kept (default 100): hostile files end */
    struct diag_source *sources; /* file texts for the quoted line, registered by diag_source() */
};

void diag_init(struct diag *diag, struct arena *arena);

/* Registers the text of a file (borrowed, NUL-terminated) so that diag_print() can quote lines of it. */
void diag_source(struct diag *diag, const char *file, const char *text);

bool diag_error(struct diag *diag, struct mark at, const char *format, ...) PRINTF_LIKE(3, 4);
void diag_warning(struct diag *diag, struct mark at, const char *format, ...) PRINTF_LIKE(3, 4);

/* Adds a hint to the newest entry. Returns false, so that `return diag_hint(...)` ends a failing reader. */
bool diag_hint(struct diag *diag, const char *format, ...) PRINTF_LIKE(2, 3);

/* Prints the entries in order of file, line and column. Control characters of quoted text are shown as '?'. */
void diag_print(const struct diag *diag, FILE *out, bool color);

#endif
