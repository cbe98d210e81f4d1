/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * price_csv -- one record after the other from CSV text (RFC 4180), with the place of every cell.
 *
 * The reader works inside a private copy of the text: cells point into it, quotes are undone in place, nothing is
 * allocated per record. Lines end with LF or CRLF. A control character other than a tab, a quote inside a bare cell,
 * text behind a closing quote and an unclosed quote are errors; a quoted cell stays on its line, because no price
 * list needs more and a lost quote would otherwise swallow the file.
 */
#ifndef HEADROOM_PRICE_CSV_H
#define HEADROOM_PRICE_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "sim/base/arena.h"
#include "sim/base/diag.h"

struct csv_cell {
    const char *text; /* NUL-terminated, unquoted; lives as long as the arena given to csv_init() */
    struct mark at;
};

struct csv_reader {
    const char *file;
    char *at, *end;
    int line;
    struct diag *diag;
};

enum csv_result { CSV_END, CSV_RECORD, CSV_BAD_RECORD };

/* `file` (borrowed) names the text in diagnostics. The text is copied into the arena. */
void csv_init(struct csv_reader *csv, const char *file, const char *text, size_t length, struct arena *arena,
              struct diag *diag);

/*
 * Reads the next record that is not an empty line into cells[0..*count). A record with more than `capacity` cells or
 * with an error is reported and skipped to the end of its line: the next call goes on behind it.
 */
enum csv_result csv_next(struct csv_reader *csv, struct csv_cell *cells, size_t capacity, size_t *count);

#endif
