/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pricing/price_list_csv.h"

#include <string.h>

void list_csv_init(struct list_csv *csv, struct list_source *source)
{
    csv->source = source;
    csv->count = 0;
    csv->line = source->at;
}

/* One line in the window, without its end. False at the end of the file. */
static bool next_line(struct list_source *source, char **begin, char **end)
{
    size_t searched = 0;
    for (;;) {
        char *const newline = memchr(source->at + searched, '\n', (size_t)(source->end - source->at) - searched);
        *begin = source->at;
        *end = newline ? newline : source->end;
        if (newline)
            break;
        searched = (size_t)(source->end - source->at);
        if (searched > LIST_TEXT_MAX)
            return list_source_refuse(source, source->at, "a line of more than 65536 bytes");
        if (!list_source_more(source, source->at)) {
            *begin = source->at;
            *end = source->end;
            if (source->failed || *begin == *end)
                return false;
            break;
        }
    }
    source->at = *end < source->end ? *end + 1 : source->end;
    if (*end > *begin && (*end)[-1] == '\r')
        (*end)--;
    return true;
}

static bool has_control(const char *at, const char *end)
{
    unsigned char odd = 0;
    for (; at < end; at++)
        odd |= (unsigned char)((unsigned char)*at < 0x20 && *at != '\t');
    return odd;
}

static bool is_ascii(const char *at, const char *end)
{
    unsigned char all = 0;
    for (; at < end; at++)
        all |= (unsigned char)*at;
    return all < 0x80;
}

/* `at` is behind the opening quote. Returns where the closing quote stands, NULL when there is none. */
static char *close_quote(char *at, char *end, char **text_end)
{
    char *write = at;
    for (;;) {
        char *const quote = memchr(at, '"', (size_t)(end - at));
        if (!quote)
            return NULL;
        const size_t length = (size_t)(quote - at);
        if (write != at)
            memmove(write, at, length);
        write += length;
        *text_end = write;
        if (quote + 1 == end || quote[1] != '"')
            return quote;
        *write++ = '"';
        at = quote + 2;
    }
}

/* One cell from *at; then *at is the comma behind it, or `end`. */
static bool read_cell(struct list_csv *csv, char **at, char *end, char **text)
{
    char *text_end;
    *text = *at;
    if (**at != '"') {
        char *const comma = memchr(*at, ',', (size_t)(end - *at));
        char *const quote = memchr(*at, '"', (size_t)((comma ? comma : end) - *at));
        if (quote)
            return list_source_refuse(csv->source, quote, "a quote inside a cell that does not begin with one");
        *at = comma ? comma : end;
        return true;
    }
    (*text)++;
    char *const quote = close_quote(*text, end, &text_end);
    if (!quote)
        return list_source_refuse(csv->source, *at, "a quoted cell is not closed on its line");
    if (quote + 1 < end && quote[1] != ',')
        return list_source_refuse(csv->source, quote + 1, "text behind a closing quote");
    *text_end = '\0';
    *at = quote + 1;
    return true;
}

static bool read_record(struct list_csv *csv, char *at, char *end)
{
    *end = '\0'; /* the line's end, behind which the source stands already */
    for (csv->count = 0;; csv->count++) {
        if (csv->count == LIST_CELLS_MAX)
            return list_source_refuse(csv->source, at, "more than 512 cells in a line");
        if (!read_cell(csv, &at, end, &csv->cells[csv->count]))
            return false;
        const bool more = at < end;
        *at = '\0'; /* the comma */
        if (!more)
            break;
        at++;
    }
    csv->count++;
    return true;
}

bool list_csv_next(struct list_csv *csv)
{
    char *begin, *end;
    do {
        if (!next_line(csv->source, &begin, &end))
            return false;
    } while (begin == end);
    csv->line = begin;
    if (has_control(begin, end))
        return list_source_refuse(csv->source, begin, "a control character in a line");
    if (!is_ascii(begin, end) && !list_text_is_utf8(begin, end))
        return list_source_refuse(csv->source, begin, "a line that is not UTF-8");
    return read_record(csv, begin, end);
}
