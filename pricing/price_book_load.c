/* SPDX-License-Identifier: GPL-3.0-or-later */
/* price_book_load -- books from the file system, and a file of rates laid over them. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pricing/aws_region.h"
#include "pricing/billing_rules.h"
#include "pricing/price_book.h"
#include "pricing/text_file.h"
#include "sim/base/text.h"

/* A region code becomes part of a path, so only what we know as a region may. */
static bool check_region(const char *region, struct diag *diag)
{
    if (aws_region_find(region))
        return true;
    diag_error(diag, (struct mark){ 0 }, "unknown region '%.40s'", region);
    const char *const near = aws_region_nearest(region);
    return near ? diag_hint(diag, "did you mean '%s'?", near) : false;
}

static bool read_file(const char *folder, const char *region, struct price_text *out, struct arena *arena,
                      struct diag *diag)
{
    const bool global = aws_region_is_global(region);
    out->region = global ? PRICE_GLOBAL : arena_text(arena, region);
    out->file = arena_printf(arena, "%s/%s.csv", folder, global ? "global" : region);
    int cause;
    if (text_file_read(out->file, &out->text, &out->length, &cause, arena, diag))
        return true;
    if (cause != ENOENT)
        return false;
    diag_error(diag, (struct mark){ .file = out->file }, "no price book for region '%s': %s", region, strerror(cause));
    return diag_hint(diag, "a region is priced from a file of its own; another region's prices are never used");
}

static bool is_again(const char *const *regions, size_t index)
{
    bool again = aws_region_is_global(regions[index]);
    for (size_t i = 0; i < index; i++)
        again = again || text_equal(regions[index], regions[i]);
    return again;
}

const struct price_book *price_book_load(const char *folder, const char *const *regions, size_t region_count,
                                         struct arena *arena, struct diag *diag)
{
    struct price_text *texts = ARENA_ARRAY(arena, struct price_text, region_count + 1);
    size_t count = 0;
    bool good = read_file(folder, PRICE_GLOBAL, &texts[count++], arena, diag);
    for (size_t i = 0; i < region_count; i++)
        if (!is_again(regions, i))
            good = check_region(regions[i], diag) && read_file(folder, regions[i], &texts[count++], arena, diag) &&
                   good;
    return good ? price_book_parse(texts, count, arena, diag) : NULL;
}

const struct price_book *price_terms_load(const char *folder, const char *const *regions, size_t region_count,
                                          struct arena *arena, struct diag *diag)
{
    struct price_text *texts = ARENA_ARRAY(arena, struct price_text, region_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < region_count; i++) {
        int cause;
        struct price_text *const text = &texts[count];
        if (is_again(regions, i))
            continue;
        if (!check_region(regions[i], diag))
            return NULL;
        text->region = arena_text(arena, regions[i]);
        text->file = arena_printf(arena, "%s/terms/%s.csv", folder, regions[i]);
        if (text_file_read(text->file, &text->text, &text->length, &cause, arena, diag))
            count++;
        else if (cause != ENOENT)
            return NULL;
    }
    return count > 0 ? price_book_parse(texts, count, arena, diag) : ARENA_NEW(arena, struct price_book);
}

/* ---- a file of rates laid over a book ---- */

static int compare_prices(const void *a, const void *b)
{
    const struct price *const left = a, *const right = b;
    int order = strcmp(left->region, right->region);
    if (order == 0)
        order = strcmp(left->service, right->service);
    if (order == 0)
        order = strcmp(left->usage_type, right->usage_type);
    if (order == 0)
        order = strcmp(left->attributes, right->attributes);
    return order != 0 ? order : strcmp(left->term, right->term);
}

static bool is_replaced(const struct price *old, const struct price_book *by)
{
    for (size_t i = price_book_first(by, old->region, old->service, old->usage_type); i < by->price_count; i++) {
        const struct price *const new = &by->prices[i];
        if (!text_equal(new->region, old->region) || !text_equal(new->service, old->service) ||
            !text_equal(new->usage_type, old->usage_type))
            return false;
        if (text_equal(new->term, old->term) && price_fits(old, new->attributes))
            return true;
    }
    return false;
}

static bool has_service(const struct price_book *book, const char *service)
{
    for (size_t i = 0; i < book->price_count; i++)
        if (text_equal(book->prices[i].service, service))
            return true;
    return false;
}

/* A file of rates is laid over more than one book; what is wrong with it is said once. */
static bool is_told(const struct diag *diag, struct mark at)
{
    for (int i = 0; i < diag->count; i++)
        if (text_equal(diag->entries[i].at.file, at.file) && diag->entries[i].at.line == at.line)
            return true;
    return false;
}

/* A service that nobody knows is most likely misspelt, and its rates replace nothing. Terms have books of their own. */
static void warn_of_strangers(const struct price_book *base, const struct price_book *by, struct diag *diag)
{
    const bool of_terms = base->price_count > 0 && base->prices[0].term[0] != '\0';
    const char *last = NULL;
    for (size_t i = 0; i < by->price_count; i++) {
        const struct price *const price = &by->prices[i];
        if ((price->term[0] != '\0') != of_terms || text_equal(price->service, last))
            continue;
        last = price->service;
        if (service_code_find(price->service) || has_service(base, price->service) || is_told(diag, price->tiers[0].at))
            continue;
        diag_warning(diag, price->tiers[0].at, "no book knows the service '%.40s': its rates replace nothing",
                     price->service);
        const char *const near = service_code_nearest(price->service);
        if (near)
            diag_hint(diag, "did you mean '%s'?", near);
    }
}

/* The one that comes first; a NULL comes last. */
static const char *earlier(const char *a, const char *b)
{
    return !a ? b : !b || strcmp(a, b) <= 0 ? a : b;
}

const struct price_book *price_book_replace(const struct price_book *base, const char *path, struct arena *arena,
                                            struct diag *diag)
{
    struct price_text text = { .file = path };
    int cause;
    if (!text_file_read(path, &text.text, &text.length, &cause, arena, diag)) {
        if (cause == ENOENT)
            diag_error(diag, (struct mark){ .file = path }, "cannot read: %s", strerror(cause));
        return NULL;
    }
    const struct price_book *const by = price_book_parse(&text, 1, arena, diag);
    if (!by)
        return NULL;
    warn_of_strangers(base, by, diag);
    struct price *prices = ARENA_ARRAY(arena, struct price, base->price_count + by->price_count + 1);
    struct price_book *const book = ARENA_NEW(arena, struct price_book);
    memcpy(prices, by->prices, by->price_count * sizeof *prices);
    book->price_count = by->price_count;
    for (size_t i = 0; i < base->price_count; i++)
        if (!is_replaced(&base->prices[i], by))
            prices[book->price_count++] = base->prices[i];
    qsort(prices, book->price_count, sizeof *prices, compare_prices);
    book->prices = prices;
    book->oldest = earlier(base->oldest, by->oldest);
    book->newest = by->newest && earlier(base->newest, by->newest) == base->newest ? by->newest : base->newest;
    return book;
}
