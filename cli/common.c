/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analysis/also_records.h"
#include "analysis/committed.h"
#include "cli/cli.h"
#include "pricing/aws_region.h"
#include "pricing/bill.h"
#include "sim/base/text.h"

bool cli_color(const struct options *options, FILE *stream)
{
    if (options->color != COLOR_AUTO)
        return options->color == COLOR_ALWAYS;
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
    if ((no_color && no_color[0]) || (term && !strcmp(term, "dumb")))
        return false;
    return isatty(fileno(stream)) == 1;
}

int cli_usage_error(const struct options *options, const char *format, ...)
{
    char message[512];
    va_list args;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    text_neutralise(message);
    fprintf(stderr, "headroom: error: %s\n", message);
    fprintf(stderr, "  headroom help%s%s says more\n", options->verb ? " " : "", options->verb ? options->verb : "");
    return STATUS_USAGE;
}

/* The folder of the running program, without a slash behind; "" when the system does not tell. */
static void program_folder(char *folder, size_t size)
{
    const ssize_t length = readlink("/proc/self/exe", folder, size - 1);
    folder[length > 0 ? length : 0] = '\0';
    char *slash = strrchr(folder, '/');
    if (slash)
        *slash = '\0';
}

/* "../share/headroom" seen from /opt/x/bin is /opt/x/share/headroom: names in messages have no detours. */
static bool find_beside(const char *program, const char *relative, const char *name, struct data_path *path)
{
    int length = (int)strlen(program);
    for (; !strncmp(relative, "../", 3); relative += 3)
        while (length > 0 && program[--length] != '/') {}
    const int written = snprintf(path->chars, sizeof(path->chars), "%.*s/%s/%s", length, program, relative, name);
    return program[0] && written < (int)sizeof(path->chars) && access(path->chars, R_OK) == 0;
}

bool cli_data(const char *name, struct data_path *path)
{
    static const char *const near[] = { HEADROOM_DATA_FROM_PROGRAM, "../share/headroom" };
    char program[sizeof(path->chars)];
    program_folder(program, sizeof(program));
    for (size_t i = 0; i < ARRAY_LEN(near); i++)
        if (find_beside(program, near[i], name, path))
            return true;
    static const char *const far[] = { HEADROOM_CHECKOUT, HEADROOM_INSTALL_DIR };
    for (size_t i = far[0][0] == '\0'; i < ARRAY_LEN(far); i++) {
        snprintf(path->chars, sizeof(path->chars), "%s/%s", far[i], name);
        if (access(path->chars, R_OK) == 0)
            return true;
    }
    return false;
}

const char *cli_price_folder(void)
{
    static struct data_path path;
    cli_data("pricing/books", &path);
    return path.chars;
}

static bool is_folder(const char *path)
{
    struct stat about;
    return stat(path, &about) == 0 && S_ISDIR(about.st_mode);
}

static const char *book_folder_of(const struct options *options)
{
    return options->prices && is_folder(options->prices) ? options->prices : cli_price_folder();
}

/* Only what is known as a region becomes part of a path. */
size_t cli_regions_with_book(const struct options *options, const char *const *regions, size_t count, const char **out,
                             struct arena *arena)
{
    const bool may_lack = options->allow_unpriced || (options->prices && !is_folder(options->prices));
    size_t kept = 0;
    for (size_t i = 0; i < count; i++) {
        const char *const path = arena_printf(arena, "%s/%s.csv", book_folder_of(options), regions[i]);
        if (!may_lack || !aws_region_find(regions[i]) || access(path, R_OK) == 0)
            out[kept++] = regions[i];
    }
    return kept;
}

const struct price_book *cli_price_book(const struct options *options, const char *const *regions, size_t count,
                                        struct arena *arena, struct diag *diag)
{
    const char **with_book = ARENA_ARRAY(arena, const char *, count + 1);
    const size_t kept = cli_regions_with_book(options, regions, count, with_book, arena);
    const struct price_book *const book = price_book_load(book_folder_of(options), with_book, kept, arena, diag);
    return book && options->prices && !is_folder(options->prices)
               ? price_book_replace(book, options->prices, arena, diag)
               : book;
}

const struct price_book *cli_price_terms(const struct options *options, const char *const *regions, size_t count,
                                         struct arena *arena, struct diag *diag)
{
    const struct price_book *const terms = price_terms_load(book_folder_of(options), regions, count, arena, diag);
    return terms && options->prices && !is_folder(options->prices)
               ? price_book_replace(terms, options->prices, arena, diag)
               : terms;
}

bool cli_load_prices(struct scenario_prices *out, const struct options *options, const struct scenario *sc,
                     struct arena *arena, struct diag *diag)
{
    const char **regions = ARENA_ARRAY(arena, const char *, sc->region_count + 1);
    const size_t count = (size_t)sc->region_count;
    for (size_t i = 0; i < count; i++)
        regions[i] = sc->regions[i].name;
    *out = (struct scenario_prices){ .book = cli_price_book(options, regions, count, arena, diag) };
    out->terms = out->book ? cli_price_terms(options, regions, count, arena, diag) : NULL;
    if (!out->terms)
        return false;
    out->commitments = committed(&sc->commitments, out->terms, arena);
    return also_records_check(sc, out->book, sc->commitments.present ? &out->commitments : NULL,
                              options->allow_unpriced, diag);
}

struct scenario *cli_load(const struct options *options, const char *path, struct arena *arena, struct diag *diag,
                          int *status)
{
    bool unreadable = false;
    struct scenario *sc = scenario_open(path, options->sets, options->set_count, arena, diag, &unreadable);
    *status = unreadable ? STATUS_IO : STATUS_INVALID;
    if (!sc)
        return NULL;
    *status = STATUS_DONE;
    if (options->seed_set)
        sc->seed = options->seed;
    if (options->replications_set) {
        sc->replications = options->replications;
        sc->precision = 0;
    }
    if (options->precision > 0)
        sc->precision = options->precision;
    if (options->max_replications)
        sc->max_replications = options->max_replications;
    sc->station_events = options->station_events;
    return sc;
}
