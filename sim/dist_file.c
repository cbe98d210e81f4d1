/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/dist_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "sim/base/sha256.h"
#include "sim/base/units.h"

/* A longer line is no duration; it is read in pieces, and the first of them is reported. */
enum { LINE_MAX_BYTES = 256 };

struct values {
    double *ns;
    size_t count, capacity;
};

static FILE *open_plain_file(const char *path, const char *name, struct mark at, struct diag *diag)
{
    struct stat status;
    FILE *file = fopen(path, "r");
    if (!file || fstat(fileno(file), &status) != 0) {
        diag_error(diag, at, "cannot read '%s': %s", name, strerror(errno));
    } else if (!S_ISREG(status.st_mode)) {
        diag_error(diag, at, "'%s' is not a plain file", name);
    } else if (status.st_size > DIST_FILE_BYTES_MAX) {
        diag_error(diag, at, "'%s' is larger than %d MiB", name, DIST_FILE_BYTES_MAX / (1024 * 1024));
    } else {
        return file;
    }
    if (file)
        fclose(file);
    return NULL;
}

/* The first column without the spaces around it, in place. */
static char *first_column(char *line)
{
    line += strspn(line, " \t");
    line[strcspn(line, ",;\r\n")] = '\0';
    size_t length = strlen(line);
    while (length > 0 && (line[length - 1] == ' ' || line[length - 1] == '\t'))
        line[--length] = '\0';
    return line;
}

static void values_add(struct values *values, double ns, struct arena *arena)
{
    if (values->count == values->capacity) {
        values->capacity = values->capacity ? 2 * values->capacity : 1024;
        values->ns = arena_grow(arena, values->ns, values->count, values->capacity, sizeof *values->ns);
    }
    values->ns[values->count++] = ns;
}

static bool read_values(FILE *file, struct values *values, const char *name, struct arena *arena, struct diag *diag)
{
    char line[LINE_MAX_BYTES];
    const char *shown = arena_text(arena, name);
    for (int number = 1; fgets(line, sizeof line, file); number++) {
        const char *column = first_column(line);
        int64_t ns;
        if (column[0] == '\0' || column[0] == '#' || (number == 1 && strncmp(column, "duration", 8) == 0))
            continue;
        const struct mark at = { .file = shown, .line = number, .column = 1, .length = (int)strlen(column) };
        if (!duration_from_text(column, &ns) || ns < 0 || (double)ns > DIST_MAX_NS) {
            diag_error(diag, at, "'%s' is not a duration from 0 to 104d", column);
            return diag_hint(diag, "each line has a number and a unit: 12.5ms");
        }
        if (values->count == DIST_FILE_VALUES_MAX)
            return diag_error(diag, at, "more than %d values", DIST_FILE_VALUES_MAX);
        values_add(values, (double)ns, arena);
    }
    return true;
}

static int by_value(const void *left, const void *right)
{
    const double a = *(const double *)left, b = *(const double *)right;
    return a < b ? -1 : a > b;
}

static void summarise(struct dist *out, struct values *values)
{
    qsort(values->ns, values->count, sizeof *values->ns, by_value);
    const double n = (double)values->count;
    double sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < values->count; i++)
        sum += values->ns[i];
    const double mean = sum / n;
    for (size_t i = 0; i < values->count; i++)
        squares += (values->ns[i] - mean) * (values->ns[i] - mean);
    *out = (struct dist){
        .kind = DIST_EMPIRICAL,
        .table = values->ns,
        .table_count = (uint32_t)values->count,
        .mean_ns = mean,
        .scv = mean > 0.0 ? squares / n / (mean * mean) : 0.0,
    };
}

bool dist_load_values(struct dist *out, const char *name, struct mark at, const char *base_dir, struct arena *arena,
                      struct diag *diag)
{
    const bool relative = base_dir && base_dir[0] != '\0' && name[0] != '/';
    const char *path = relative ? arena_printf(arena, "%s/%s", base_dir, name) : name;
    FILE *file = open_plain_file(path, name, at, diag);
    if (!file)
        return false;
    struct values values = { 0 };
    const bool read = read_values(file, &values, name, arena, diag);
    char *sha256 = arena_alloc(arena, 65, 1);
    if (read)
        sha256_of_file(file, sha256);
    fclose(file);
    if (!read)
        return false;
    if (values.count == 0)
        return diag_error(diag, at, "'%s' has no values", name);
    summarise(out, &values);
    out->file = arena_text(arena, name);
    out->sha256 = sha256;
    return true;
}
