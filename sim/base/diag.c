/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/diag.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "sim/base/text.h"

struct diag_source {
    const char *file;
    const char *text;
    struct diag_source *next;
};

/* A line longer than this is shown as the part around its mark: generated YAML has lines of a megabyte. */
enum { DEFAULT_LIMIT = 100, LINE_SHOWN = 160, LINE_BEFORE_MARK = 60 };

void diag_init(struct diag *diag, struct arena *arena)
{
    *diag = (struct diag){ .arena = arena, .limit = DEFAULT_LIMIT };
}

void diag_source(struct diag *diag, const char *file, const char *text)
{
    struct diag_source *source = ARENA_NEW(diag->arena, struct diag_source);
    *source = (struct diag_source){ .file = arena_text(diag->arena, file), .text = text, .next = diag->sources };
    diag->sources = source;
}

/* What the user typed is repeated in messages, and must not steer a terminal. */
static const char *format_text(struct arena *arena, const char *format, va_list args)
{
    va_list again;
    va_copy(again, args);
    const int length = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = arena_alloc(arena, (size_t)length + 1, 1);
    vsnprintf(text, (size_t)length + 1, format, args);
    text_neutralise(text);
    return text;
}

static void add(struct diag *diag, enum severity severity, struct mark at, const char *message)
{
    if (severity == SEVERITY_ERROR)
        diag->errors++;
    else
        diag->warnings++;
    if (diag->count >= diag->limit)
        return;
    if (diag->count == diag->capacity) {
        const int capacity = diag->capacity ? 2 * diag->capacity : 16;
        diag->entries = arena_grow(diag->arena, diag->entries, (size_t)diag->count, (size_t)capacity,
                                   sizeof(struct diag_entry));
        diag->capacity = capacity;
    }
    diag->entries[diag->count++] = (struct diag_entry){ .severity = severity, .at = at, .message = message };
}

bool diag_error(struct diag *diag, struct mark at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(diag, SEVERITY_ERROR, at, diag->count < diag->limit ? format_text(diag->arena, format, args) : "");
    va_end(args);
    return false;
}

void diag_warning(struct diag *diag, struct mark at, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    add(diag, SEVERITY_WARNING, at, diag->count < diag->limit ? format_text(diag->arena, format, args) : "");
    va_end(args);
}

bool diag_hint(struct diag *diag, const char *format, ...)
{
    /* Beyond the limit the newest entry is not kept, and the hint would land on somebody else's. */
    if (diag->count == 0 || diag->errors + diag->warnings > diag->count)
        return false;
    va_list args;
    va_start(args, format);
    diag->entries[diag->count - 1].hint = format_text(diag->arena, format, args);
    va_end(args);
    return false;
}

/* ---- printing ---- */

static int compare_int(int a, int b)
{
    return (a > b) - (a < b);
}

static int compare_text(const char *a, const char *b)
{
    return strcmp(a ? a : "", b ? b : "");
}

/* Entries of one place stay in the order in which they were found. */
static int compare_entries(const void *a, const void *b)
{
    const struct diag_entry *x = *(const struct diag_entry *const *)a, *y = *(const struct diag_entry *const *)b;
    int order = compare_text(x->at.file, y->at.file);
    if (!order)
        order = compare_int(x->at.line, y->at.line);
    if (!order)
        order = compare_int(x->at.column, y->at.column);
    return order ? order : (x > y) - (x < y);
}

static const char *source_text(const struct diag *diag, const char *file)
{
    for (const struct diag_source *s = diag->sources; s; s = s->next)
        if (file && !strcmp(s->file, file))
            return s->text;
    return NULL;
}

static const char *line_start(const char *text, int line)
{
    while (--line > 0) {
        text = strchr(text, '\n');
        if (!text)
            return NULL;
        text++;
    }
    return text;
}

/* Columns are code points, as libyaml counts them; a continuation byte of UTF-8 takes no column. */
static bool is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

static char *quotable(struct arena *arena, const char *text, size_t length)
{
    char *copy = arena_text_n(arena, text, length);
    text_neutralise(copy);
    for (char *c = copy; *c; c++)
        if (*c == '\t')
            *c = ' '; /* as wide as the column that the underline counts */
    return copy;
}

static const char *advance_columns(const char *at, const char *end, int columns)
{
    while (columns > 0 && at < end) {
        at++;
        while (at < end && is_continuation(*at))
            at++;
        columns--;
    }
    return at;
}

static int count_columns(const char *from, const char *to)
{
    int columns = 0;
    for (; from < to; from++)
        columns += !is_continuation(*from);
    return columns;
}

static void print_quote(FILE *out, struct arena *arena, const char *text, struct mark at, const char *paint,
                        const char *plain)
{
    const char *start = line_start(text, at.line);
    if (!start)
        return;
    const char *end = start + strcspn(start, "\r\n");
    int skipped = 0;
    if (count_columns(start, end) > LINE_SHOWN) {
        skipped = at.column > LINE_BEFORE_MARK ? at.column - LINE_BEFORE_MARK : 0;
        start = advance_columns(start, end, skipped);
        end = advance_columns(start, end, LINE_SHOWN);
    }
    fprintf(out, "%5d | %s", at.line, quotable(arena, start, (size_t)(end - start)));
    const int left = count_columns(start, end), before = at.column - 1 - skipped;
    fprintf(out, "\n      | %*s%s^", before > 0 ? before : 0, "", paint);
    for (int i = 1; i < at.length && before + i < left; i++)
        fputc('~', out);
    fprintf(out, "%s\n", plain);
}

static void print_entry(const struct diag *diag, const struct diag_entry *entry, FILE *out, bool color)
{
    static const char *const names[] = { [SEVERITY_WARNING] = "warning", [SEVERITY_ERROR] = "error" };
    static const char *const paints[] = { [SEVERITY_WARNING] = "\033[1;35m", [SEVERITY_ERROR] = "\033[1;31m" };
    const char *bold = color ? "\033[1m" : "", *plain = color ? "\033[0m" : "";
    const char *paint = color ? paints[entry->severity] : "";
    if (entry->at.file && entry->at.line > 0)
        fprintf(out, "%s%s:%d:%d:%s ", bold, entry->at.file, entry->at.line, entry->at.column, plain);
    else
        fprintf(out, "%s%s:%s ", bold, entry->at.file ? entry->at.file : "headroom", plain);
    fprintf(out, "%s%s:%s %s\n", paint, names[entry->severity], plain, entry->message);
    const char *text = entry->at.line > 0 ? source_text(diag, entry->at.file) : NULL;
    if (text)
        print_quote(out, diag->arena, text, entry->at, paint, plain);
    if (entry->hint)
        fprintf(out, "      hint: %s\n", entry->hint);
}

void diag_print(const struct diag *diag, FILE *out, bool color)
{
    if (diag->count > 0) {
        const struct diag_entry **sorted = ARENA_ARRAY(diag->arena, const struct diag_entry *, diag->count);
        for (int i = 0; i < diag->count; i++)
            sorted[i] = &diag->entries[i];
        qsort(sorted, (size_t)diag->count, sizeof(sorted[0]), compare_entries);
        for (int i = 0; i < diag->count; i++)
            print_entry(diag, sorted[i], out, color);
    }
    const int hidden = diag->errors + diag->warnings - diag->count;
    if (hidden > 0)
        fprintf(out, "headroom: %d more are not shown\n", hidden);
}
