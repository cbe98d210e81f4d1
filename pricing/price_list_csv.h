/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * price_list_csv -- records of a CSV file of any size, one line each, in the memory of its window.    [RFC-4180]
 *
 * price_csv.h reads a book that is in memory and reports all of its errors; a price list is read once, streaming, and
 * the first error is its last.
 */
#ifndef HEADROOM_PRICE_LIST_CSV_H
#define HEADROOM_PRICE_LIST_CSV_H

#include "pricing/price_list_source.h"

enum { LIST_CELLS_MAX = 512 };

struct list_csv {
    struct list_source *source;
    char *cells[LIST_CELLS_MAX]; /* of the last record: UTF-8, unquoted, terminated; until the next one */
    size_t count;
    const char *line; /* where the record begins, for messages */
};

void list_csv_init(struct list_csv *csv, struct list_source *source);

/* The next record that is not an empty line. False at the end, and on an error (source->failed). */
bool list_csv_next(struct list_csv *csv);

#endif
