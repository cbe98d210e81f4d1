/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pricing/book_folder.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pricing/aws_region.h"
#include "sim/base/check.h"
#include "sim/base/text.h"

enum { REGIONS_MAX = 64 };

/* ---- reading ---- */

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool list_regions(struct book_folder *book, struct arena *arena, struct diag *diag)
{
    DIR *const folder = opendir(book->path);
    if (!folder)
        return diag_error(diag, (struct mark){ .file = book->path }, "cannot read the books: %s", strerror(errno));
    book->regions = ARENA_ARRAY(arena, const char *, REGIONS_MAX);
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL && book->region_count < REGIONS_MAX;) {
        const size_t length = strlen(entry->d_name);
        if (length <= 4 || strcmp(entry->d_name + length - 4, ".csv") != 0)
            continue;
        const char *const code = arena_text_n(arena, entry->d_name, length - 4);
        if (aws_region_find(code))
            book->regions[book->region_count++] = code;
    }
    closedir(folder);
    qsort(book->regions, book->region_count, sizeof *book->regions, compare_texts);
    return true;
}

static bool load_folder(struct book_folder *book, struct arena *arena, struct diag *diag)
{
    if (!list_regions(book, arena, diag))
        return false;
    book->rates = price_book_load(book->path, book->regions, book->region_count, arena, diag);
    book->terms = book->rates ? price_terms_load(book->path, book->regions, book->region_count, arena, diag) : NULL;
    return book->terms != NULL;
}

/* A file may have both kinds of rates: each goes where it belongs. */
static const struct price_book *lay_over(const struct price_book *base, const char *path, bool terms,
                                         struct arena *arena, struct diag *diag)
{
    const struct price_book *const all = price_book_replace(base, path, arena, diag);
    if (!all)
        return NULL;
    struct price_book *const book = ARENA_NEW(arena, struct price_book);
    struct price *prices = ARENA_ARRAY(arena, struct price, all->price_count + 1);
    *book = *all;
    book->prices = prices;
    book->price_count = 0;
    for (size_t i = 0; i < all->price_count; i++)
        if ((all->prices[i].term[0] != '\0') == terms)
            prices[book->price_count++] = all->prices[i];
    return book;
}

bool book_folder_load(struct book_folder *out, const char *path, const char *base_path, struct arena *arena,
                      struct diag *diag)
{
    struct stat status;
    *out = (struct book_folder){ .path = path };
    if (stat(path, &status) != 0)
        return diag_error(diag, (struct mark){ .file = path }, "cannot read the book: %s", strerror(errno));
    if (S_ISDIR(status.st_mode))
        return load_folder(out, arena, diag);
    out->path = base_path;
    if (!load_folder(out, arena, diag))
        return false;
    out->path = path;
    out->rates = lay_over(out->rates, path, false, arena, diag);
    out->terms = out->rates ? lay_over(out->terms, path, true, arena, diag) : NULL;
    return out->terms != NULL;
}

int price_compare(const void *a, const void *b)
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

/* ---- writing ---- */

static void write_cell(FILE *out, const char *text, char behind)
{
    if (strpbrk(text, ",\"")) {
        putc('"', out);
        for (; *text; text++) {
            if (*text == '"')
                putc('"', out);
            putc(*text, out);
        }
        putc('"', out);
    } else {
        fputs(text, out);
    }
    putc(behind, out);
}

static void write_tier(FILE *out, const struct price *price, const struct price_tier *tier, bool with_region,
                       bool terms)
{
    char number[64];
    if (with_region)
        write_cell(out, price->region, ',');
    write_cell(out, price->service, ',');
    write_cell(out, price->usage_type, ',');
    write_cell(out, price->attributes, ',');
    write_cell(out, price->unit, ',');
    write_cell(out, money_to_text(tier->rate, number, sizeof number), ',');
    write_cell(out, decimal_to_text(tier->from_e6, 6, number, sizeof number), ',');
    write_cell(out, tier->to_e6 == PRICE_OPEN ? "Inf" : decimal_to_text(tier->to_e6, 6, number, sizeof number), ',');
    write_cell(out, tier->as_of, ',');
    write_cell(out, tier->source, ',');
    write_cell(out, tier->confidence, ',');
    write_cell(out, tier->sku, ',');
    write_cell(out, tier->description, terms ? ',' : '\n');
    if (terms) {
        write_cell(out, price->term, ',');
        write_cell(out, money_to_text(price->upfront, number, sizeof number), '\n');
    }
}

static bool write_prices(FILE *out, const struct price *const *prices, size_t count, bool with_region, bool terms)
{
    fprintf(out,
            "%sservice,usage_type,attributes,unit,price,tier_from,tier_to,as_of,source,confidence,sku,description%s\n",
            with_region ? "region," : "", terms ? ",term,upfront" : "");
    for (size_t i = 0; i < count; i++)
        for (int t = 0; t < prices[i]->tier_count; t++)
            write_tier(out, prices[i], &prices[i]->tiers[t], with_region, terms);
    return fflush(out) == 0 && !ferror(out);
}

/* A file that is complete under the name of its draft. */
struct draft {
    const char *path, *draft;
};

struct drafts {
    struct draft files[2 * REGIONS_MAX + 2];
    size_t count;
    struct arena *arena;
    struct diag *diag;
};

static bool cannot_write(struct diag *diag, const char *path)
{
    return diag_error(diag, (struct mark){ .file = path }, "cannot write: %s", strerror(errno ? errno : EIO));
}

static bool draft_file(struct drafts *drafts, const char *path, const struct price *const *prices, size_t count,
                       bool with_region, bool terms)
{
    struct draft *const file = &drafts->files[drafts->count];
    *file = (struct draft){ path, arena_printf(drafts->arena, "%s.%ld.draft", path, (long)getpid()) };
    errno = 0;
    FILE *const out = fopen(file->draft, "w");
    if (!out)
        return cannot_write(drafts->diag, file->draft);
    drafts->count++;
    bool good = write_prices(out, prices, count, with_region, terms);
    good = good && fsync(fileno(out)) == 0;
    good = fclose(out) == 0 && good;
    return good ? true : cannot_write(drafts->diag, file->draft);
}

/* All or, while nothing has been renamed yet, nothing. */
static bool finish(struct drafts *drafts, bool good)
{
    for (size_t i = 0; i < drafts->count; i++) {
        if (good && rename(drafts->files[i].draft, drafts->files[i].path) == 0)
            continue;
        if (good)
            good = cannot_write(drafts->diag, drafts->files[i].path);
        unlink(drafts->files[i].draft);
    }
    return good;
}

static bool make_folder(const char *path, struct diag *diag)
{
    if (mkdir(path, 0777) == 0 || errno == EEXIST)
        return true;
    return diag_error(diag, (struct mark){ .file = path }, "cannot make the folder: %s", strerror(errno));
}

static bool draft_region(struct drafts *drafts, const struct price_book *book, const char *region, const char *path,
                         bool terms)
{
    const struct price **prices = ARENA_ARRAY(drafts->arena, const struct price *, book->price_count + 1);
    size_t count = 0;
    for (size_t i = 0; i < book->price_count; i++)
        if (text_equal(book->prices[i].region, region))
            prices[count++] = &book->prices[i];
    if (terms && count == 0)
        return true;
    return draft_file(drafts, path, prices, count, false, terms);
}

bool book_folder_write(const struct book_folder *book, const char *path, struct arena *arena, struct diag *diag)
{
    struct drafts drafts = { .arena = arena, .diag = diag };
    if (!make_folder(path, diag) || !make_folder(arena_printf(arena, "%s/terms", path), diag))
        return false;
    bool good = draft_region(&drafts, book->rates, PRICE_GLOBAL, arena_printf(arena, "%s/global.csv", path), false);
    for (size_t i = 0; i < book->region_count && good; i++) {
        const char *const region = book->regions[i];
        good = draft_region(&drafts, book->rates, region, arena_printf(arena, "%s/%s.csv", path, region), false) &&
               draft_region(&drafts, book->terms, region, arena_printf(arena, "%s/terms/%s.csv", path, region), true);
    }
    return finish(&drafts, good);
}

bool book_file_write(const struct price *const *prices, size_t count, const char *path, struct arena *arena,
                     struct diag *diag)
{
    struct drafts drafts = { .arena = arena, .diag = diag };
    return finish(&drafts, draft_file(&drafts, path, prices, count, true, true));
}
