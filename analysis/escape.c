/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/escape.h"

#include <stdbool.h>
#include <string.h>

struct replacement {
    char what;
    const char *by;
};

/* Length of the UTF-8 sequence at `s`, 0 when there is none. Overlong forms and surrogates are none. */
static size_t utf8_length(const unsigned char *s)
{
    if (s[0] < 0x80)
        return 1;
    if (s[0] >= 0xc2 && s[0] <= 0xdf)
        return (s[1] & 0xc0) == 0x80 ? 2 : 0;
    if (s[0] >= 0xe0 && s[0] <= 0xef) {
        const bool overlong = s[0] == 0xe0 && s[1] < 0xa0, surrogate = s[0] == 0xed && s[1] >= 0xa0;
        return (s[1] & 0xc0) == 0x80 && (s[2] & 0xc0) == 0x80 && !overlong && !surrogate ? 3 : 0;
    }
    if (s[0] >= 0xf0 && s[0] <= 0xf4) {
        const bool overlong = s[0] == 0xf0 && s[1] < 0x90, beyond = s[0] == 0xf4 && s[1] >= 0x90;
        return (s[1] & 0xc0) == 0x80 && (s[2] & 0xc0) == 0x80 && (s[3] & 0xc0) == 0x80 && !overlong && !beyond ? 4 : 0;
    }
    return 0;
}

static const char *replacement_of(char c, const struct replacement *table)
{
    for (; table->by; table++)
        if (table->what == c)
            return table->by;
    return NULL;
}

static const char *replace(const char *text, const struct replacement *table, struct arena *arena)
{
    enum { LONGEST = 8 };
    char *out = arena_alloc(arena, strlen(text) + 1, LONGEST);
    size_t o = 0;
    for (const unsigned char *s = (const unsigned char *)text; *s;) {
        const size_t length = utf8_length(s);
        const char *by = length == 1 ? replacement_of((char)*s, table) : NULL;
        if (by) {
            while (*by)
                out[o++] = *by++;
        } else if (length == 0 || *s < 0x20 || *s == 0x7f) {
            out[o++] = length == 1 && (*s == '\n' || *s == '\t' || *s == '\r') ? ' ' : '?';
        } else {
            memcpy(out + o, s, length);
            o += length;
        }
        s += length ? length : 1;
    }
    return out;
}

const char *escape_html(const char *text, struct arena *arena)
{
    static const struct replacement table[] = { { '&', "&amp;" },  { '<', "&lt;" },   { '>', "&gt;" },
                                                { '"', "&quot;" }, { '\'', "&#39;" }, { 0, NULL } };
    return replace(text, table, arena);
}

const char *escape_markdown(const char *text, struct arena *arena)
{
    static const struct replacement table[] = { { '&', "&amp;" },  { '<', "&lt;" },   { '>', "&gt;" },
                                                { '|', "&#124;" }, { '`', "&#96;" },  { '*', "&#42;" },
                                                { '_', "&#95;" },  { '[', "&#91;" },  { ']', "&#93;" },
                                                { '!', "&#33;" },  { '\\', "&#92;" }, { '@', "&#64;" },
                                                { '#', "&#35;" },  { '~', "&#126;" }, { 0, NULL } };
    return replace(text, table, arena);
}

const char *escape_mermaid(const char *text, struct arena *arena)
{
    static const struct replacement table[] = { { '"', "#quot;" }, { '<', "#lt;" },  { '>', "#gt;" },
                                                { '&', "#amp;" },  { '#', "#35;" },  { ';', "#59;" },
                                                { '`', "#96;" },   { '\\', "#92;" }, { 0, NULL } };
    return replace(text, table, arena);
}

const char *escape_csv(const char *text, struct arena *arena)
{
    static const struct replacement table[] = { { '"', "\"\"" }, { 0, NULL } };
    const char *inner = replace(text, table, arena);
    const bool formula = text[0] != '\0' && strchr("=+-@\t\r", text[0]) != NULL;
    if (!formula && strpbrk(text, "\",;\r\n") == NULL)
        return inner;
    return arena_printf(arena, "\"%s%s\"", formula ? "'" : "", inner);
}

const char *escape_gnuplot(const char *text, struct arena *arena)
{
    static const struct replacement table[] = { { '\'', "’" }, { '"', "”" }, { '`', "’" }, { '\\', "/" }, { '<', "‹" },
                                                { '>', "›" },  { '&', "+" }, { '{', "(" }, { '}', ")" },  { 0, NULL } };
    return replace(text, table, arena);
}

const char *escape_file_name(const char *text, struct arena *arena)
{
    static const char allowed[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.";
    char *out = arena_text(arena, text);
    for (char *c = out; *c; c++)
        if (!strchr(allowed, *c))
            *c = '-';
    while (*out == '.' || *out == '-')
        out++;
    return *out ? out : "scenario";
}
