/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prices_import -- AWS's price list into a new book. */
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "cli/prices.h"
#include "pricing/import_index.h"
#include "sim/base/text.h"

enum { SHOWN_WITHOUT_ASKING = 5 };

struct importing {
    struct prices *prices;
    struct import *import;
    const struct book_folder *book;
    size_t fetched, not_fetched; /* files that indexes name */
};

/* ---- reading ---- */

static int read_file(struct importing *run, const char *path)
{
    FILE *const stream = fopen(path, "rb");
    if (!stream) {
        diag_error(&run->prices->diag, (struct mark){ .file = path }, "cannot read: %s", strerror(errno));
        return STATUS_IO;
    }
    setvbuf(stream, NULL, _IONBF, 0); /* the reader has a window of its own */
    const bool good = import_read(run->import, path, stream, &run->prices->diag);
    const bool broken = ferror(stream) != 0;
    fclose(stream);
    return good ? STATUS_DONE : broken ? STATUS_IO : STATUS_INVALID;
}

static const char *neutral(struct importing *run, const char *text)
{
    char *const copy = arena_text(&run->prices->arena, text);
    text_neutralise(copy);
    return copy;
}

static void explain_missing(struct importing *run, const char *url)
{
    if (run->not_fetched++ == 0)
        puts("not fetched yet, of what the index names:");
    if (run->not_fetched <= 40 || run->prices->options->verbose)
        printf("  curl -fLO --create-dirs %s\n", import_index_url(url, &run->prices->arena));
}

static bool refuse_url(struct importing *run, const char *index_path, const char *name, const char *url)
{
    return diag_error(&run->prices->diag, (struct mark){ .file = index_path },
                      "the index says that '%.60s' is in '%.80s', which is no file of the price list",
                      neutral(run, name), neutral(run, url));
}

/* An offer's file of everything when somebody has fetched it, else that of its regions. */
static int follow_entry(struct importing *run, const char *index_path, const struct import_entry *entry)
{
    struct arena *const arena = &run->prices->arena;
    const bool by_region = import_index_is_by_region(run->book, entry);
    if (!import_index_is_url(entry->url) && !refuse_url(run, index_path, entry->name, entry->url))
        return STATUS_INVALID;
    if (by_region && !import_index_is_url(entry->regions) && !refuse_url(run, index_path, entry->name, entry->regions))
        return STATUS_INVALID;
    const char *path = import_index_find(index_path, entry->url, arena);
    if (!path && by_region)
        path = import_index_find(index_path, entry->regions, arena);
    if (!path) {
        explain_missing(run, by_region ? entry->regions : entry->url);
        return STATUS_DONE;
    }
    run->fetched++;
    return read_file(run, path);
}

/* The files that an index names and that are in the same mirror. Entries grow while indexes are read. */
static int follow(struct importing *run, const char *index_path, size_t first)
{
    size_t count;
    int status = STATUS_DONE;
    import_entries(run->import, &count);
    for (size_t i = first; i < count && status == STATUS_DONE; i++) {
        const struct import_entry entry = import_entries(run->import, &count)[i];
        if (import_index_wants(run->book, run->prices->options->region, &entry))
            status = follow_entry(run, index_path, &entry);
        import_entries(run->import, &count);
    }
    return status;
}

static int read_all(struct importing *run, const char *const *files, int file_count)
{
    for (int i = 0; i < file_count; i++) {
        size_t before, after;
        import_entries(run->import, &before);
        int status = read_file(run, files[i]);
        import_entries(run->import, &after);
        if (status == STATUS_DONE && after > before)
            status = follow(run, files[i], before);
        if (status != STATUS_DONE)
            return status;
    }
    return STATUS_DONE;
}

/* ---- what came of it ---- */

static void print_files(struct importing *run)
{
    size_t count;
    const struct import_file *const files = import_files(run->import, &count);
    for (size_t i = 0; i < count; i++) {
        const struct list_header *const header = &files[i].header;
        if (header->kind == LIST_INDEX)
            continue;
        prices_print(run->prices, files[i].name);
        printf(": ");
        prices_print(run->prices, header->offer[0] ? header->offer : "savings plans");
        printf(" of %.10s, %.1f MB, %" PRIu64 " %s, %" PRIu64 " rates of what the books have\n", header->published,
               (double)files[i].bytes * 1e-6, files[i].products, header->kind == LIST_PLANS ? "rates" : "products",
               files[i].rates);
    }
}

static void print_notes(const char *title, const struct import_note *notes, size_t count, bool verbose)
{
    const size_t shown = verbose || count < SHOWN_WITHOUT_ASKING ? count : SHOWN_WITHOUT_ASKING;
    if (count == 0)
        return;
    puts(title);
    for (size_t i = 0; i < shown; i++)
        printf(notes[i].times > 1 ? "  %s (%" PRIu64 ")\n" : "  %s\n", notes[i].text, notes[i].times);
    if (shown < count)
        printf("  and %zu more: --verbose\n", count - shown);
}

static void print_missing(struct importing *run, const struct import_result *result)
{
    if (result->not_found == 0 || !run->prices->options->verbose)
        return;
    puts("not in the list:");
    for (size_t i = 0; i < result->not_found; i++) {
        fputs("  ", stdout);
        prices_print_name(run->prices, result->missing[i]);
        putchar('\n');
    }
}

static void print_result(struct importing *run, const struct import_result *result)
{
    const struct options *const options = run->prices->options;
    if (!options->quiet) {
        print_files(run);
        print_notes("kept at the old rate, or passed over:", result->notes, result->note_count, options->verbose);
        print_missing(run, result);
        if (options->verbose)
            print_notes("in the list and not in the books:", result->unknown, result->unknown_count, true);
    }
    printf("%zu rates replaced, %zu unchanged, %zu not found, %zu new, %zu kept although listed\n", result->replaced,
           result->unchanged, result->not_found, result->added, result->kept);
    if (result->jumped > 0)
        printf("%zu of them are more than four times, or less than a quarter, of what they were: look at them first\n",
               result->jumped);
    if (result->older > 0)
        printf("the list is older than %zu rates of the books\n", result->older);
}

static bool is_rate_file(const char *path)
{
    const size_t length = strlen(path);
    return length > 4 && !strcmp(path + length - 4, ".csv");
}

static int write_result(struct importing *run, const struct import_result *result)
{
    struct prices *const prices = run->prices;
    const char *const path = prices->options->output;
    if (!path) {
        puts("nothing is written: -o FOLDER is for a book, -o FILE.csv for its new rates alone");
        return STATUS_DONE;
    }
    const bool good = is_rate_file(path) ? book_file_write(result->imported, result->imported_count, path,
                                                           &prices->arena, &prices->diag)
                                         : book_folder_write(&result->book, path, &prices->arena, &prices->diag);
    if (good)
        printf("written: %s\n", path);
    return good ? STATUS_DONE : STATUS_IO;
}

static int finish(struct importing *run)
{
    struct import_result result;
    size_t files;
    const struct import_file *const read = import_files(run->import, &files);
    bool lists = false;
    for (size_t i = 0; i < files; i++)
        lists = lists || read[i].header.kind != LIST_INDEX;
    if (!lists && !run->prices->options->output)
        return STATUS_DONE; /* an index alone: what to fetch is said */
    if (!lists) {
        diag_error(&run->prices->diag, (struct mark){ 0 }, "nothing to import: no file that the index names is here");
        return STATUS_IO;
    }
    if (!import_finish(run->import, &result, &run->prices->diag))
        return STATUS_INVALID;
    print_result(run, &result);
    return write_result(run, &result);
}

int prices_import(struct prices *prices, const char *const *files, int count)
{
    struct book_folder book;
    if (!prices_load(prices, prices->options->prices ? prices->options->prices : "shipped", &book))
        return STATUS_INVALID;
    struct importing run = { .prices = prices, .book = &book };
    run.import = import_new(&book, prices->options->region, &prices->arena);
    int status = read_all(&run, files, count);
    if (status == STATUS_DONE)
        status = finish(&run);
    import_free(run.import);
    return status;
}
