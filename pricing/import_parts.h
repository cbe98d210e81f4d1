/* SPDX-License-Identifier: GPL-3.0-or-later */
/* import_parts -- what the files of the import share: import.c, import_match.c, import_chain.c, import_unit.c. */
#ifndef HEADROOM_IMPORT_PARTS_H
#define HEADROOM_IMPORT_PARTS_H

#include "pricing/import.h"
#include "pricing/text_map.h"

enum {
    IMPORT_PRODUCTS_MAX = 100000, /* that a book knows; ten services of five regions have a quarter of it */
    IMPORT_RATES_MAX = 400000,    /* of these products */
    IMPORT_FILES_MAX = 1000,
    IMPORT_NOTES_MAX = 2000,
    IMPORT_UNKNOWN_MAX = 4000,
    IMPORT_CHUNK = 4096,
    NO_INDEX = UINT32_MAX,
};

/* A rate of the new book in the making. */
struct import_item {
    const struct price *old; /* NULL: there was none */
    struct price identity;   /* region to term, without tiers */
    uint32_t first;          /* of its rates, NO_INDEX: none */
};

/* A product that is worth its rates. */
struct import_product {
    uint32_t item; /* on demand; NO_INDEX: none */
    bool by_sku;   /* the book names this SKU */
    const char *sku;
    const char *region, *service; /* where its reservations are */
    const char *reserved_as;      /* usage type of its reservations; NULL: none */
    const char *selectors;        /* "operation=RunInstances;os=Linux;..." */
};

/* A rate as it was read. */
struct import_rate {
    uint32_t next; /* of the same item */
    uint32_t file;
    const char *sku; /* of the product or plan: equal texts are one */
    const char *rate_code, *unit, *effective, *description;
    int64_t from_e6, to_e6;
    money price;
    bool upfront, by_sku;
};

struct import_sibling;

struct import {
    const struct book_folder *book;
    const char *only_region;
    struct arena *arena;
    struct diag *diag; /* of the file that is being read */

    struct text_map skus;      /* of the book: to `rates_of_sku`; a full rate code: to a term */
    uint32_t *next_of_sku;     /* the next price of the book with the same SKU */
    struct text_map plans;     /* "region plan usage type": to a term; the same without the plan's term: any such */
    struct text_map products;  /* SKU: to `products_read` */
    struct text_map new_items; /* what the old book does not have */
    struct text_map seen;      /* "region service" that a list had; with " reserved" */
    struct text_map texts;
    struct text_map unknown_map;
    uint32_t *item_of_rate, *item_of_term; /* by index of the book's price */
    struct import_sibling *siblings;       /* import_match.c */
    size_t sibling_count;

    struct import_product *product_chunks[IMPORT_PRODUCTS_MAX / IMPORT_CHUNK + 1];
    uint32_t product_count;
    struct import_rate *rate_chunks[IMPORT_RATES_MAX / IMPORT_CHUNK + 1];
    uint32_t rate_count;
    struct import_item *items;
    size_t item_count, item_capacity;

    struct import_file files[IMPORT_FILES_MAX];
    const char *sources[IMPORT_FILES_MAX]; /* "AmazonEC2/20261001190841" */
    size_t file_count;
    struct import_entry *entries;
    size_t entry_count, entry_capacity;
    struct import_note notes[IMPORT_NOTES_MAX], unknown[IMPORT_UNKNOWN_MAX];
    size_t note_count, unknown_count;
};

/* A text of the list for keeping: printable, on one line, one copy of all that are equal. */
const char *import_text(struct import *import, const char *text);

struct import_product *import_product_at(const struct import *import, uint32_t index);
struct import_rate *import_rate_at(const struct import *import, uint32_t index);

/* The item of a price that the old book has, and of one that it does not have. */
uint32_t import_item_of(struct import *import, const struct price *old, bool term);
uint32_t import_item_new(struct import *import, const struct price *identity);

void import_note(struct import *import, const char *format, ...) PRINTF_LIKE(2, 3);

/* ---- import_match.c: from what a list says to items ---- */

void import_match_init(struct import *import);

/* Fills `out` but for the SKU. False when nothing of the product is wanted. */
bool import_match_product(struct import *import, const struct list_product *product, struct import_product *out);

/* The item of a reservation's rate, NO_INDEX when the book has none of its kind. */
uint32_t import_match_reserved(struct import *import, const struct import_product *product,
                               const struct list_rate *rate);

/* The next item whose old rate has the same SKU, NO_INDEX at the end. */
uint32_t import_next_of_sku(struct import *import, uint32_t item);

uint32_t import_match_plan(struct import *import, const struct list_plan_rate *rate);

/* ---- import_chain.c: from rates to a price ---- */

enum import_fate { IMPORT_KEPT, IMPORT_UNCHANGED, IMPORT_REPLACED, IMPORT_ADDED };

/* The new price of an item, in *out unless it is IMPORT_KEPT; then a note says why. */
enum import_fate import_chain(struct import *import, const struct import_item *item, struct price *out);

/* ---- import_unit.c ---- */

/* A price per `from` is one per `to` times multiply / divide. False when there is no telling. */
bool import_unit_convert(const char *from, const char *to, int64_t *multiply, int64_t *divide);

#endif
