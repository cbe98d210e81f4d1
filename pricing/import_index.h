/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * import_index -- from an index of the price list to files that somebody has already fetched.
 *
 * headroom fetches nothing. A mirror keeps AWS's paths, so the files of an index are looked for under the index's own
 * folder and the folders above it.
 */
#ifndef HEADROOM_IMPORT_INDEX_H
#define HEADROOM_IMPORT_INDEX_H

#include "pricing/import.h"

/* Whether `url` ("/offers/v1.0/aws/...") is one of the price list's, in the characters that AWS uses, and climbs nowhere. */
bool import_index_is_url(const char *url);

/* The path of the file that such a URL names, in the mirror that has the index at `index_path`; NULL: not there. */
const char *import_index_find(const char *index_path, const char *url, struct arena *arena);

/* Where AWS has it: the URL to fetch. */
const char *import_index_url(const char *url, struct arena *arena);

/*
 * Whether an offer is better fetched region by region, by the index of its regions: the book has it in regions. The file
 * of all of them together is gigabytes.
 */
bool import_index_is_by_region(const struct book_folder *book, const struct import_entry *entry);

/* Is the entry wanted: a region of the book, or an offer that is itself an index? */
bool import_index_wants(const struct book_folder *book, const char *region, const struct import_entry *entry);

#endif
