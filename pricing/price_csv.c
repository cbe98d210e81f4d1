/* SPDX-License-Identifier: GPL-3.0-or-later */
/* price_csv -- a cell at a time, in place. */
#include "pricing/price_csv.h"

#include <string.h>

void csv_init(struct csv_reader *csv, const char *file, const char *text, size_t length, struct arena *arena,
              struct diag *diag)
{
    static const char byte_order_mark[] = "\xEF\xBB\xBF"; /* spreadsheets like to put one in front */
    if (length >= 3 && memcmp(text, byte_order_mark, 3) == 0) {
        text += 3;
        length -= 3;
    }
    char *copy = arena_text_n(arena, text, length);
    *csv = (struct csv_reader){ .file = file, .at = copy, .end = copy + length, .line = 0, .diag = diag };
}

static bool is_control(char c)
{
    const unsigned char byte = (unsigned char)c;
    return (byte < 0x20 && byte != '\t') || byte == 0x7f;
}

/* The cell starts at *at. On success *at is the comma or `end`, and the cell's text is terminated. */
static const char *read_quoted(char **at, char *end, char **out)
{
    char *read = *at + 1, *write = read;
    *out = read;
    for (; read < end; read++) {
        if (*read == '"' && read + 1 < end && read[1] == '"')
            read++;
        else if (*read == '"')
            break;
        else if (is_control(*read))
            return "a control character inside a quoted cell";
        *write++ = *read;
    }
    if (read == end)
        return "a quoted cell is not closed on its line";
    *write = '\0';
    *at = read + 1;
    return *at == end || **at == ',' ? NULL : "text behind a closing quote";
}

static const char *read_bare(char **at, char *end, char **out)
{
    char *read = *at;
    *out = read;
    for (; read < end && *read != ','; read++)
        if (*read == '"' || is_control(*read))
            return *read == '"' ? "a quote inside a cell that does not begin with one" : "a control character";
    *at = read;
    return NULL;
}

static const char *read_cell(char **at, char *end, char **out)
{
    return *at < end && **at == '"' ? read_quoted(at, end, out) : read_bare(at, end, out);
}

static enum csv_result refuse(struct csv_reader *csv, struct mark mark, const char *why)
{
    diag_error(csv->diag, mark, "%s", why);
    return CSV_BAD_RECORD;
}

static enum csv_result read_record(struct csv_reader *csv, char *at, char *end, struct csv_cell *cells, size_t capacity,
                                   size_t *count)
{
    const char *const line = at;
    for (*count = 0;; (*count)++) {
        char *const first = at, *text;
        const struct mark begin = { csv->file, csv->line, (int)(first - line) + 1, 1 };
        if (*count == capacity)
            return refuse(csv, begin, "more cells than the header names");
        const char *const why = read_cell(&at, end, &text);
        if (why)
            return refuse(csv, begin, why);
        const bool more = at < end;
        struct mark mark = begin;
        mark.length = at - first > 1 ? (int)(at - first) : 1;
        *at = '\0'; /* the comma, or the line's end, which the caller owns */
        cells[*count] = (struct csv_cell){ text, mark };
        if (!more)
            break;
        at++;
    }
    (*count)++;
    return CSV_RECORD;
}

enum csv_result csv_next(struct csv_reader *csv, struct csv_cell *cells, size_t capacity, size_t *count)
{
    while (csv->at < csv->end) {
        char *const line = csv->at;
        char *end = memchr(line, '\n', (size_t)(csv->end - line));
        csv->at = end ? end + 1 : csv->end;
        csv->line++;
        if (!end)
            end = csv->end;
        if (end > line && end[-1] == '\r')
            end--;
        if (end > line)
            return read_record(csv, line, end, cells, capacity, count);
    }
    return CSV_END;
}
