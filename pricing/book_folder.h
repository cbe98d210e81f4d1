/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * book_folder -- all books of a folder at once, and writing them: <region>.csv, global.csv and terms/<region>.csv.
 *
 * price_book.h loads what a bill needs; this is for what changes books or compares them.
 */
#ifndef HEADROOM_BOOK_FOLDER_H
#define HEADROOM_BOOK_FOLDER_H

#include "pricing/price_book.h"

struct book_folder {
    const char *path;
    const char **regions; /* that have a book, ordered; without Global */
    size_t region_count;
    const struct price_book *rates; /* on demand and Spot, with what is sold everywhere */
    const struct price_book *terms; /* reservations and savings plans; may have none */
};

/*
 * Reads every book of `path`. A path that is a file is a CSV of rates (price_book_replace) over the books of
 * `base_path`. Everything is in the arena; the texts that diagnostics quote are too.
 */
bool book_folder_load(struct book_folder *out, const char *path, const char *base_path, struct arena *arena,
                      struct diag *diag);

/*
 * Writes all books under `path`, which is made when it is not there. Every file is complete under a name of its own
 * before the first takes its place; on an error nothing has changed. What was written reads back as it was.
 */
bool book_folder_write(const struct book_folder *book, const char *path, struct arena *arena, struct diag *diag);

/* One CSV of these prices with a column for the region, as `--prices` takes it. Written like the above. */
bool book_file_write(const struct price *const *prices, size_t count, const char *path, struct arena *arena,
                     struct diag *diag);

/* The order of a book: region, service, usage type, attributes, term. For qsort() of struct price. */
int price_compare(const void *a, const void *b);

#endif
