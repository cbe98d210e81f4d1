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

/*
 * The path of the file that `url` ("/offers/v1.0/aws/...") names, in the mirror that has the index at `index_path`;
 * NULL when it is not there. A URL that is none of the price list, or climbs out of the mirror, is never looked for.
 */
const char *import_index_find(const char *index_path, const char *url, struct arena *arena);

/* Where AWS has it: the URL to fetch. */
const char *import_index_url(const char *url, struct arena *arena);

/* Is the entry wanted: a region of the book, or an offer that is itself an index? */
bool import_index_wants(const struct book_folder *book, const char *region, const struct import_entry *entry);

#endif
