/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * import -- AWS's price list into our books.
 *
 *   files -> products that a book has rates for -> their rates -> chains of tiers -> a new book
 *
 * A product is known by its SKU where the book's rate names one, else by service, usage type without the region's
 * prefix and what selects among equal usage types. A new chain replaces all tiers of the old one. Instance types that
 * the book does not have are added beside those of their kind. What is not recognised is counted, what does not fit
 * (another unit, tiers with gaps, two products with different prices for one rate) keeps its old rate and is listed.
 * docs/prices.md explains it to people.
 */
#ifndef HEADROOM_IMPORT_H
#define HEADROOM_IMPORT_H

#include "pricing/book_folder.h"
#include "pricing/price_list.h"

struct import;

/* What came out of a file. */
struct import_file {
    const char *name;
    struct list_header header;
    uint64_t bytes, products, rates; /* rates: of products that a book knows */
};

/* Of an index: which file has the prices of a service or a region. */
struct import_entry {
    const char *name, *url; /* "us-east-1", "/offers/v1.0/aws/AmazonEC2/20261001190841/us-east-1/index.json" */
    const char *regions;    /* of an offer: "/offers/v1.0/aws/AmazonEC2/current/region_index.json", or "" */
};

/* Something that is listed when somebody asks. */
struct import_note {
    const char *text;
    uint64_t times;
};

struct import_result {
    struct book_folder book; /* with the new rates */
    size_t replaced, unchanged, added, kept, not_found;
    size_t jumped;                 /* of the replaced: to more than four times or less than a quarter of what it was */
    size_t older;                  /* the list is older than the rate that it replaces */
    const struct price **imported; /* what the list had, of the new book */
    size_t imported_count;
    const struct import_note *notes; /* why old rates were kept */
    size_t note_count;
    const struct import_note *unknown; /* usage types that no book has, the most frequent first */
    size_t unknown_count;
    const struct price **missing; /* rates of the old book that the list should have had and did not */
};

/* `region`: only that one's products; NULL = all that the book has. The book is borrowed; the rest is in the arena. */
struct import *import_new(const struct book_folder *book, const char *region, struct arena *arena);
void import_free(struct import *import);

/*
 * Reads a file of any kind (price_list.h). False when it is wrong, unreadable or has more than an import takes: then
 * the import as a whole is worth nothing. Entries of an index are in import_entries(). The file is borrowed.
 */
bool import_read(struct import *import, const char *name, FILE *stream, struct diag *diag);

const struct import_file *import_files(const struct import *import, size_t *count);
const struct import_entry *import_entries(const struct import *import, size_t *count);

/* Makes the new book of what was read. */
bool import_finish(struct import *import, struct import_result *out, struct diag *diag);

#endif
