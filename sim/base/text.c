/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/text.h"

#include <string.h>

/* Longer words are not typing errors of our names; the bound keeps the tables on the stack. */
enum { WORD_MAX = 64 };

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static int min_int(int a, int b)
{
    return a < b ? a : b;
}

/* Optimal string alignment: three rows of the table of distances between prefixes. */
int text_distance(const char *a, const char *b, int limit)
{
    const size_t la = strlen(a), lb = strlen(b);
    const size_t gap = la > lb ? la - lb : lb - la;
    if (la > WORD_MAX || lb > WORD_MAX || gap > (size_t)limit)
        return limit + 1;
    int rows[3][WORD_MAX + 1];
    int *before = rows[0], *last = rows[1], *row = rows[2];
    for (size_t j = 0; j <= lb; j++)
        last[j] = (int)j;
    for (size_t i = 1; i <= la; i++) {
        row[0] = (int)i;
        for (size_t j = 1; j <= lb; j++) {
            const char x = lower(a[i - 1]), y = lower(b[j - 1]);
            row[j] = min_int(min_int(last[j], row[j - 1]) + 1, last[j - 1] + (x != y));
            if (i > 1 && j > 1 && x == lower(b[j - 2]) && y == lower(a[i - 2]))
                row[j] = min_int(row[j], before[j - 2] + 1);
        }
        int *free_row = before;
        before = last;
        last = row;
        row = free_row;
    }
    return min_int(last[lb], limit + 1);
}

const char *text_nearest(const char *word, const char *const *candidates, size_t count)
{
    const size_t length = strlen(word);
    const int limit = length >= 6 ? (int)(length / 3) : 1;
    const char *nearest = NULL;
    int least = limit + 1;
    for (size_t i = 0; i < count && length > 0; i++) {
        const int distance = text_distance(word, candidates[i], limit);
        if (distance < least) {
            least = distance;
            nearest = candidates[i];
        }
    }
    return nearest;
}

uint64_t text_hash_more(uint64_t hash, const char *text)
{
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * UINT64_C(0x100000001b3);
    return hash;
}

uint64_t text_hash(const char *text)
{
    return text_hash_more(UINT64_C(0xcbf29ce484222325), text);
}

bool text_equal(const char *a, const char *b)
{
    return a == b || (a && b && !strcmp(a, b));
}

/* Bytes of the valid UTF-8 sequence at `c` and its code point, or 0. Overlong forms and surrogates are not valid. */
static size_t decode(const unsigned char *c, uint32_t *code)
{
    static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
    const size_t length = c[0] < 0x80 ? 1 : c[0] >> 5 == 6 ? 2 : c[0] >> 4 == 14 ? 3 : c[0] >> 3 == 30 ? 4 : 0;
    if (length == 0)
        return 0;
    *code = length == 1 ? c[0] : c[0] & (0x7fu >> length);
    for (size_t i = 1; i < length; i++) {
        if ((c[i] & 0xc0) != 0x80)
            return 0;
        *code = *code << 6 | (c[i] & 0x3f);
    }
    return *code < least[length] || *code > 0x10ffff || (*code >= 0xd800 && *code < 0xe000) ? 0 : length;
}

static bool is_harmless(uint32_t code)
{
    if (code == '\t')
        return true;
    if (code < 0x20 || (code >= 0x7f && code < 0xa0))
        return false;
    return !(code >= 0x202a && code <= 0x202e) && !(code >= 0x2066 && code <= 0x2069);
}

void text_neutralise(char *text)
{
    char *out = text;
    for (const unsigned char *c = (const unsigned char *)text; *c;) {
        uint32_t code = 0;
        const size_t length = decode(c, &code);
        if (length == 0 || !is_harmless(code))
            *out++ = '?';
        else
            for (size_t i = 0; i < length; i++)
                *out++ = (char)c[i];
        c += length ? length : 1;
    }
    *out = '\0';
}
