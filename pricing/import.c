/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pricing/import_parts.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/check.h"
#include "sim/base/text.h"

/* ---- storage ---- */

const char *import_text(struct import *import, const char *text)
{
    char copy[8 * LIST_NAME_MAX];
    snprintf(copy, sizeof copy, "%s", text);
    text_neutralise(copy);
    return text_map_intern(&import->texts, copy);
}

struct import_product *import_product_at(const struct import *import, uint32_t index)
{
    return &import->product_chunks[index / IMPORT_CHUNK][index % IMPORT_CHUNK];
}

struct import_rate *import_rate_at(const struct import *import, uint32_t index)
{
    return &import->rate_chunks[index / IMPORT_CHUNK][index % IMPORT_CHUNK];
}

static bool too_much(struct import *import, const char *what, int most)
{
    const struct import_file *const file = &import->files[import->file_count - 1];
    diag_error(import->diag, (struct mark){ .file = file->name }, "more than %d %s that the books know", most, what);
    return diag_hint(import->diag, "import a region at a time with --region, or fewer files at a time");
}

static uint32_t add_item(struct import *import, const struct price *old, const struct price *identity)
{
    if (import->item_count == import->item_capacity) {
        const size_t capacity = import->item_capacity ? 2 * import->item_capacity : 1024;
        import->items = arena_grow(import->arena, import->items, import->item_count, capacity, sizeof *import->items);
        import->item_capacity = capacity;
    }
    import->items[import->item_count] = (struct import_item){ .old = old, .identity = *identity, .first = NO_INDEX };
    return (uint32_t)import->item_count++;
}

uint32_t import_item_of(struct import *import, const struct price *old, bool term)
{
    uint32_t *const place = term ? &import->item_of_term[old - import->book->terms->prices]
                                 : &import->item_of_rate[old - import->book->rates->prices];
    if (*place == NO_INDEX)
        *place = add_item(import, old, old);
    return *place;
}

uint32_t import_item_new(struct import *import, const struct price *identity)
{
    char key[6 * LIST_NAME_MAX];
    bool is_new;
    snprintf(key, sizeof key, "%s\n%s\n%s\n%s\n%s", identity->region, identity->service, identity->usage_type,
             identity->attributes, identity->term);
    uint32_t *const index = text_map_put(&import->new_items, key, (uint32_t)import->item_count, &is_new);
    return is_new ? add_item(import, NULL, identity) : *index;
}

void import_note(struct import *import, const char *format, ...)
{
    if (import->note_count == IMPORT_NOTES_MAX)
        return;
    char text[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    text_neutralise(text);
    import->notes[import->note_count++] = (struct import_note){ arena_text(import->arena, text), 1 };
}

/* "AmazonEC2 DedicatedUsage": the usage type up to its colon, a line for all of them. */
static void count_unknown(struct import *import, const char *service, const char *usage_type)
{
    char key[2 * LIST_NAME_MAX + 2];
    snprintf(key, sizeof key, "%s %.*s", service, (int)strcspn(usage_type, ":"), usage_type);
    uint32_t *const known = text_map_find(&import->unknown_map, key);
    if (known) {
        import->unknown[*known].times++;
        return;
    }
    if (import->unknown_count == IMPORT_UNKNOWN_MAX)
        return;
    bool is_new;
    text_map_put(&import->unknown_map, key, (uint32_t)import->unknown_count, &is_new);
    char *const text = arena_text(import->arena, key);
    text_neutralise(text);
    import->unknown[import->unknown_count++] = (struct import_note){ text, 1 };
}

struct import *import_new(const struct book_folder *book, const char *region, struct arena *arena)
{
    struct import *const import = ARENA_NEW(arena, struct import);
    import->book = book;
    import->only_region = region;
    import->arena = arena;
    struct text_map *const maps[] = { &import->skus, &import->plans, &import->products,   &import->new_items,
                                      &import->seen, &import->texts, &import->unknown_map };
    for (size_t i = 0; i < ARRAY_LEN(maps); i++)
        text_map_init(maps[i], arena);
    import->item_of_rate = ARENA_ARRAY(arena, uint32_t, book->rates->price_count + 1);
    import->item_of_term = ARENA_ARRAY(arena, uint32_t, book->terms->price_count + 1);
    memset(import->item_of_rate, 0xff, book->rates->price_count * sizeof(uint32_t));
    memset(import->item_of_term, 0xff, book->terms->price_count * sizeof(uint32_t));
    import_match_init(import);
    return import;
}

void import_free(struct import *import)
{
    struct text_map *const maps[] = { &import->skus, &import->plans, &import->products,   &import->new_items,
                                      &import->seen, &import->texts, &import->unknown_map };
    for (size_t i = 0; i < ARRAY_LEN(maps); i++)
        text_map_fini(maps[i]);
}

/* ---- what the reader hands over ---- */

static bool take_product(void *self, const struct list_product *product)
{
    struct import *const import = self;
    struct import_product taken;
    import->files[import->file_count - 1].products++;
    if (!import_match_product(import, product, &taken)) {
        count_unknown(import, product->attributes[LIST_SERVICE], product->attributes[LIST_USAGE_TYPE]);
        return true;
    }
    if (import->product_count == IMPORT_PRODUCTS_MAX)
        return too_much(import, "products", IMPORT_PRODUCTS_MAX);
    bool is_new;
    uint32_t *const index = text_map_put(&import->products, product->sku, import->product_count, &is_new);
    if (!is_new) {
        const struct import_product *const before = import_product_at(import, *index);
        if (before->item != taken.item || !text_equal(before->selectors, taken.selectors))
            import_note(import, "the SKU %.40s is two products: the second, '%.60s', is passed over", product->sku,
                        product->attributes[LIST_USAGE_TYPE]);
        return true;
    }
    if (import->product_count % IMPORT_CHUNK == 0)
        import->product_chunks[import->product_count / IMPORT_CHUNK] = ARENA_ARRAY(import->arena, struct import_product,
                                                                                   IMPORT_CHUNK);
    taken.sku = import_text(import, product->sku);
    *import_product_at(import, import->product_count++) = taken;
    return true;
}

static bool wants_product(void *self, const char *sku)
{
    return text_map_find(&((struct import *)self)->products, sku) != NULL;
}

static bool add_rate(struct import *import, uint32_t item, const struct import_rate *rate)
{
    if (import->rate_count == IMPORT_RATES_MAX)
        return too_much(import, "rates", IMPORT_RATES_MAX);
    if (import->rate_count % IMPORT_CHUNK == 0)
        import->rate_chunks[import->rate_count / IMPORT_CHUNK] = ARENA_ARRAY(import->arena, struct import_rate,
                                                                             IMPORT_CHUNK);
    struct import_rate *const out = import_rate_at(import, import->rate_count);
    *out = *rate;
    out->file = (uint32_t)(import->file_count - 1);
    out->next = import->items[item].first;
    import->items[item].first = import->rate_count++;
    import->files[import->file_count - 1].rates++;
    return true;
}

static bool take_rate(void *self, const struct list_rate *rate)
{
    struct import *const import = self;
    const uint32_t *const index = text_map_find(&import->products, rate->sku);
    if (!index)
        return true;
    const struct import_product *const product = import_product_at(import, *index);
    const bool on_demand = rate->term == LIST_ON_DEMAND;
    uint32_t item = on_demand ? product->item : import_match_reserved(import, product, rate);
    if (item == NO_INDEX)
        return true;
    const bool fee = !on_demand && !strcmp(rate->unit, "Quantity");
    const struct import_rate out = {
        .sku = product->sku,
        .rate_code = import_text(import, rate->rate_code),
        .unit = import_text(import, rate->unit),
        .effective = import_text(import, rate->effective),
        .description = import->items[item].old ? "" : import_text(import, rate->description),
        .from_e6 = rate->from_e6,
        .to_e6 = rate->to_e6,
        .price = rate->price,
        .upfront = fee && !strstr(import->items[item].identity.usage_type, ":Upfront"), /* else a row of its own */
        .by_sku = product->by_sku,
    };
    /* The book has one SKU twice where something is sold in a region and everywhere. */
    for (; item != NO_INDEX; item = on_demand && product->by_sku ? import_next_of_sku(import, item) : NO_INDEX)
        if (!add_rate(import, item, &out))
            return false;
    return true;
}

static bool take_plan_rate(void *self, const struct list_plan_rate *rate)
{
    struct import *const import = self;
    import->files[import->file_count - 1].products++;
    const uint32_t item = import_match_plan(import, rate);
    if (item == NO_INDEX) {
        count_unknown(import, rate->service, rate->usage_type);
        return true;
    }
    const struct import_rate out = {
        .sku = import_text(import, rate->rate_code),
        .rate_code = import_text(import, rate->rate_code),
        .unit = import_text(import, rate->unit),
        .effective = import_text(import, rate->effective),
        .description = import->items[item].old ? "" : import_text(import, rate->usage_type),
        .to_e6 = INT64_MAX,
        .price = rate->price,
    };
    return add_rate(import, item, &out);
}

static bool take_entry(void *self, const char *name, const char *url, const char *regions)
{
    enum { ENTRIES_MAX = 10000 };
    struct import *const import = self;
    if (import->entry_count == ENTRIES_MAX)
        return too_much(import, "entries of indexes", ENTRIES_MAX);
    if (import->entry_count == import->entry_capacity) {
        const size_t capacity = import->entry_capacity ? 2 * import->entry_capacity : 64;
        import->entries = arena_grow(import->arena, import->entries, import->entry_count, capacity,
                                     sizeof *import->entries);
        import->entry_capacity = capacity;
    }
    import->entries[import->entry_count++] = (struct import_entry){ arena_text(import->arena, name),
                                                                    arena_text(import->arena, url),
                                                                    arena_text(import->arena, regions) };
    return true;
}

static bool is_date(const char *text)
{
    static const char shape[] = "dddd-dd-dd";
    for (size_t i = 0; shape[i]; i++)
        if (shape[i] == 'd' ? text[i] < '0' || text[i] > '9' : text[i] != shape[i])
            return false;
    const int month = atoi(text + 5), day = atoi(text + 8);
    return month >= 1 && month <= 12 && day >= 1 && day <= 31;
}

bool import_read(struct import *import, const char *name, FILE *stream, struct diag *diag)
{
    const struct list_sink sink = { import, take_product, wants_product, take_rate, take_plan_rate, take_entry };
    struct import_file *const file = &import->files[import->file_count];
    import->diag = diag;
    if (import->file_count == IMPORT_FILES_MAX)
        return diag_error(diag, (struct mark){ .file = name }, "more than %d files", IMPORT_FILES_MAX);
    *file = (struct import_file){ .name = name };
    import->file_count++;
    if (!price_list_read(name, stream, &sink, &file->header, &file->bytes, import->arena, diag))
        return diag->errors > 0 ? false : diag_error(diag, (struct mark){ .file = name }, "cannot be read");
    import->sources[import->file_count - 1] = import_text(
        import, arena_printf(import->arena, "%.60s/%.40s", file->header.offer[0] ? file->header.offer : "savingsPlan",
                             file->header.version));
    if (file->header.kind == LIST_INDEX || is_date(file->header.published))
        return true;
    if (file->header.published[0])
        return diag_error(diag, (struct mark){ .file = name },
                          "the publication date '%.30s' is none: 2026-10-01T19:08:41Z is", file->header.published);
    return diag_error(diag, (struct mark){ .file = name }, "the file does not say when it was published");
}

const struct import_file *import_files(const struct import *import, size_t *count)
{
    *count = import->file_count;
    return import->files;
}

const struct import_entry *import_entries(const struct import *import, size_t *count)
{
    *count = import->entry_count;
    return import->entries;
}

/* ---- the new book ---- */

/* Spot prices are in no price list. */
static bool is_expected(const struct import *import, const struct price *price)
{
    if (!strncmp(price->usage_type, "SpotUsage", 9))
        return false;
    char key[2 * LIST_NAME_MAX + 16];
    snprintf(key, sizeof key, "%s %s%s", price->region, price->service,
             strncmp(price->term, "reserved", 8) == 0 ? " reserved" : "");
    return text_map_find(&import->seen, key) != NULL;
}

/* More than four times, or less than a quarter: a change to look at before it is believed. */
static bool has_jumped(const struct price *old, const struct price *new)
{
    const money before = old->tiers[0].rate, after = new->tiers[0].rate;
    return before > 0 && after > 0 && (after > 4 * before || before > 4 * after);
}

static void count_fate(struct import_result *out, enum import_fate fate, const struct price *old,
                       const struct price *new)
{
    switch (fate) {
    case IMPORT_KEPT: out->kept++; return;
    case IMPORT_ADDED: CHECK(false, "a price that the book has cannot be new"); return;
    case IMPORT_UNCHANGED: out->unchanged++; break;
    case IMPORT_REPLACED:
        out->replaced++;
        out->jumped += has_jumped(old, new);
        break;
    }
    out->older += strcmp(new->tiers[0].as_of, old->tiers[0].as_of) < 0;
}

static void date_book(struct price_book *book)
{
    for (size_t i = 0; i < book->price_count; i++) {
        const char *const as_of = book->prices[i].tiers[0].as_of;
        if (!as_of[0])
            continue;
        if (!book->newest || strcmp(as_of, book->newest) > 0)
            book->newest = as_of;
        if (!book->oldest || strcmp(as_of, book->oldest) < 0)
            book->oldest = as_of;
    }
}

/* Old prices with what is new of them; `item_of` tells which. */
static const struct price_book *renew(struct import *import, const struct price_book *old, const uint32_t *item_of,
                                      bool terms, struct import_result *out)
{
    struct price *prices = ARENA_ARRAY(import->arena, struct price, old->price_count + import->item_count + 1);
    struct price_book *const book = ARENA_NEW(import->arena, struct price_book);
    for (size_t i = 0; i < old->price_count; i++) {
        struct price *const price = &prices[book->price_count++];
        *price = old->prices[i];
        const bool found = item_of[i] != NO_INDEX && import->items[item_of[i]].first != NO_INDEX;
        if (found)
            count_fate(out, import_chain(import, &import->items[item_of[i]], price), &old->prices[i], price);
        else if (is_expected(import, price))
            out->missing[out->not_found++] = &old->prices[i];
    }
    for (size_t i = 0; i < import->item_count; i++) {
        const struct import_item *const item = &import->items[i];
        struct price *const price = &prices[book->price_count];
        if (item->old || item->first == NO_INDEX || (item->identity.term[0] != '\0') != terms)
            continue;
        const enum import_fate fate = import_chain(import, item, price);
        const bool added = fate == IMPORT_ADDED;
        out->added += added;
        out->kept += !added;
        book->price_count += added;
    }
    qsort(prices, book->price_count, sizeof *prices, price_compare);
    book->prices = prices;
    date_book(book);
    return book;
}

/* What came from these files has their name as its source. */
static void collect_imported(const struct import *import, const struct price_book *book, struct import_result *out)
{
    for (size_t i = 0; i < book->price_count; i++)
        for (size_t f = 0; f < import->file_count; f++)
            if (import->files[f].header.kind != LIST_INDEX &&
                text_equal(book->prices[i].tiers[0].source, import->sources[f])) {
                out->imported[out->imported_count++] = &book->prices[i];
                break;
            }
}

static int by_times(const void *a, const void *b)
{
    const struct import_note *const left = a, *const right = b;
    return left->times != right->times ? (left->times > right->times ? -1 : 1) : strcmp(left->text, right->text);
}

bool import_finish(struct import *import, struct import_result *out, struct diag *diag)
{
    const struct book_folder *const old = import->book;
    const size_t most = old->rates->price_count + old->terms->price_count + import->item_count + 1;
    *out = (struct import_result){ .book = *old };
    out->missing = ARENA_ARRAY(import->arena, const struct price *, most);
    out->imported = ARENA_ARRAY(import->arena, const struct price *, most);
    out->book.rates = renew(import, old->rates, import->item_of_rate, false, out);
    out->book.terms = renew(import, old->terms, import->item_of_term, true, out);
    collect_imported(import, out->book.rates, out);
    collect_imported(import, out->book.terms, out);
    qsort(import->unknown, import->unknown_count, sizeof *import->unknown, by_times);
    out->notes = import->notes;
    out->note_count = import->note_count;
    out->unknown = import->unknown;
    out->unknown_count = import->unknown_count;
    if (out->replaced + out->unchanged + out->added > 0)
        return true;
    diag_error(diag, (struct mark){ .file = import->files[0].name },
               "nothing in the price list is a rate of the books");
    return diag_hint(diag, import->only_region
                               ? "is it the list of another region?"
                               : "a book is needed of the list's region, and rates of its service in it");
}
