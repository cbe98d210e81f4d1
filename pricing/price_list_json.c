/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pricing/price_list_json.h"

#include <stdarg.h>
#include <string.h>

/* What may follow. */
enum { VALUE, VALUE_OR_END, NAME, NAME_OR_END, COLON, COMMA_OR_END, NOTHING };

#define EACH(byte) (UINT64_C(0x0101010101010101) * (byte))

void json_init(struct json_reader *json, struct list_source *source)
{
    *json = (struct json_reader){ .source = source, .token = JSON_WORD, .text = "", .state = VALUE };
    json->begin = source->at;
}

bool json_refuse(struct json_reader *json, const char *format, ...)
{
    char what[200];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    json->token = JSON_FAILED;
    return list_source_refuse(json->source, json->begin, "%s", what);
}

static bool refuse(struct json_reader *json, const char *at, const char *what)
{
    json->token = JSON_FAILED;
    return list_source_refuse(json->source, at, "%s", what);
}

static enum json_token fail(struct json_reader *json, const char *at, const char *what)
{
    refuse(json, at, what);
    return JSON_FAILED;
}

/* ---- bytes ---- */

static bool skip_blanks(struct list_source *source)
{
    for (;;) {
        char *at = source->at;
        char *const end = source->end;
        while (at < end && (*at == ' ' || *at == '\n' || *at == '\t' || *at == '\r'))
            at++;
        source->at = at;
        if (at < end)
            return true;
        if (!list_source_more(source, at))
            return false;
    }
}

/* More bytes behind the token that begins at json->begin; its place moves. */
static bool more_of_token(struct json_reader *json, char **at)
{
    struct list_source *const source = json->source;
    const size_t read = (size_t)(*at - json->begin);
    if (read > LIST_TEXT_MAX)
        return refuse(json, json->begin, "a text of more than 65536 bytes");
    source->at = *at;
    const bool more = list_source_more(source, json->begin);
    json->begin = source->window;
    *at = source->window + read;
    return more;
}

/*
 * How many of eight bytes stand before the first that is a quote, a backslash, a control character or beyond ASCII.
 * Each term has the top bit of such a byte; borrows can set it in bytes behind the first, never before.
 */
static size_t plain_bytes(const char *at)
{
    uint64_t word = 0;
    for (int i = 0; i < 8; i++)
        word |= (uint64_t)(unsigned char)at[i] << (8 * i);
    const uint64_t quote = word ^ EACH('"'), backslash = word ^ EACH('\\');
    const uint64_t odd = (((quote - EACH(1)) & ~quote) | ((backslash - EACH(1)) & ~backslash) |
                          ((word - EACH(0x20)) & ~word) | word) &
                         EACH(0x80);
    return odd ? (size_t)count_trailing_zeros_u64(odd) / 8 : 8;
}

/* ---- texts ---- */

static int hex_value(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

static bool read_hex(const char *at, const char *end, uint32_t *out)
{
    *out = 0;
    if (end - at < 4)
        return false;
    for (int i = 0; i < 4; i++) {
        const int digit = hex_value(at[i]);
        if (digit < 0)
            return false;
        *out = *out << 4 | (uint32_t)digit;
    }
    return true;
}

static char *put_character(char *write, uint32_t code)
{
    if (code < 0x80) {
        *write++ = (char)code;
    } else if (code < 0x800) {
        *write++ = (char)(0xc0 | code >> 6);
        *write++ = (char)(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
        *write++ = (char)(0xe0 | code >> 12);
        *write++ = (char)(0x80 | (code >> 6 & 0x3f));
        *write++ = (char)(0x80 | (code & 0x3f));
    } else {
        *write++ = (char)(0xf0 | code >> 18);
        *write++ = (char)(0x80 | (code >> 12 & 0x3f));
        *write++ = (char)(0x80 | (code >> 6 & 0x3f));
        *write++ = (char)(0x80 | (code & 0x3f));
    }
    return write;
}

/* \uXXXX, or two of them that are one character. *read is behind the u. */
static bool unescape_unicode(const char **read, const char *end, uint32_t *code)
{
    uint32_t low;
    if (!read_hex(*read, end, code) || *code == 0)
        return false;
    *read += 4;
    if (*code < 0xd800 || *code > 0xdfff)
        return true;
    if (*code > 0xdbff || end - *read < 6 || (*read)[0] != '\\' || (*read)[1] != 'u' ||
        !read_hex(*read + 2, end, &low) || low < 0xdc00 || low > 0xdfff)
        return false;
    *code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
    *read += 6;
    return true;
}

/* Undoes the escapes of begin..end in place. NULL when one is none. */
static char *unescape(char *begin, const char *end)
{
    static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
    char *write = begin;
    for (const char *read = begin; read < end;) {
        if (*read != '\\') {
            *write++ = *read++;
            continue;
        }
        if (++read == end)
            return NULL;
        const char letter = *read++;
        const char *const known = letter ? strchr(letters, letter) : NULL;
        uint32_t code;
        if (known)
            *write++ = meant[known - letters];
        else if (letter == 'u' && unescape_unicode(&read, end, &code))
            write = put_character(write, code);
        else
            return NULL;
    }
    return write;
}

/* The text between json->begin and its closing quote at `end`. */
static bool finish_text(struct json_reader *json, char *end, bool escaped, bool beyond_ascii)
{
    char *const text = json->source->window + (json->begin - json->source->window) + 1;
    if (end - text > LIST_TEXT_MAX)
        return refuse(json, json->begin, "a text of more than 65536 bytes");
    if (beyond_ascii && !list_text_is_utf8(text, end))
        return refuse(json, json->begin, "a text that is not UTF-8");
    if (escaped && !(end = unescape(text, end)))
        return refuse(json, json->begin, "a text with an escape that JSON does not know");
    *end = '\0';
    json->text = text;
    return true;
}

/* source->at is the opening quote. */
static bool read_text(struct json_reader *json)
{
    struct list_source *const source = json->source;
    bool escaped = false, beyond_ascii = false;
    json->begin = source->at;
    for (char *at = source->at + 1;;) {
        for (size_t plain = 8; plain == 8 && source->end - at >= 8;)
            at += plain = plain_bytes(at);
        if (source->end - at < 2 && (at == source->end || *at == '\\')) {
            if (more_of_token(json, &at))
                continue;
            return refuse(json, json->begin, "the file ends inside a text");
        }
        const unsigned char c = (unsigned char)*at;
        if (c == '"') {
            source->at = at + 1;
            return finish_text(json, at, escaped, beyond_ascii);
        }
        if (c < 0x20)
            return refuse(json, at, "a control character inside a text");
        escaped |= c == '\\';
        beyond_ascii |= c >= 0x80;
        at += c == '\\' ? 2 : 1;
    }
}

/* ---- numbers and words ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static const char *skip_digits(const char *at)
{
    while (is_digit(*at))
        at++;
    return at;
}

static bool is_number(const char *text)
{
    const char *at = text + (*text == '-');
    if (!is_digit(*at))
        return false;
    at = *at == '0' ? at + 1 : skip_digits(at);
    if (*at == '.') {
        if (!is_digit(at[1]))
            return false;
        at = skip_digits(at + 1);
    }
    if (*at == 'e' || *at == 'E') {
        at += at[1] == '+' || at[1] == '-' ? 2 : 1;
        if (!is_digit(*at))
            return false;
        at = skip_digits(at);
    }
    return *at == '\0';
}

static bool is_bare(char c)
{
    return is_digit(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '+' || c == '-' || c == '.';
}

/* What follows a bare value is needed, so it is copied before it is terminated. */
static enum json_token read_bare(struct json_reader *json)
{
    char *const copy = json->bare;
    struct list_source *const source = json->source;
    json->begin = source->at;
    char *at = source->at;
    for (;;) {
        while (at < source->end && is_bare(*at))
            at++;
        if (at < source->end || !more_of_token(json, &at))
            break;
    }
    if (source->failed)
        return JSON_FAILED;
    const size_t length = (size_t)(at - json->begin);
    if (length == 0)
        return fail(json, at, "a character that does not belong here");
    if (length >= sizeof json->bare)
        return fail(json, json->begin, "a number or word of more than 63 characters");
    memcpy(copy, json->begin, length);
    copy[length] = '\0';
    source->at = at;
    if (!strcmp(copy, "true") || !strcmp(copy, "false") || !strcmp(copy, "null"))
        return JSON_WORD;
    return is_number(copy) ? JSON_NUMBER : fail(json, json->begin, "neither a number nor true, false or null");
}

/* ---- grammar ---- */

static bool in_array(const struct json_reader *json)
{
    return json->depth > 0 && (json->arrays >> (json->depth - 1) & 1);
}

static int after_value(const struct json_reader *json)
{
    return json->depth == 0 ? NOTHING : COMMA_OR_END;
}

static enum json_token open(struct json_reader *json, bool array)
{
    if (json->depth == JSON_DEPTH_MAX)
        return fail(json, json->source->at, "nested deeper than 64");
    json->begin = json->source->at++;
    json->arrays = array ? json->arrays | UINT64_C(1) << json->depth : json->arrays & ~(UINT64_C(1) << json->depth);
    json->depth++;
    json->state = array ? VALUE_OR_END : NAME_OR_END;
    return json->token = array ? JSON_ARRAY : JSON_OBJECT;
}

static enum json_token close(struct json_reader *json)
{
    const bool array = in_array(json);
    json->begin = json->source->at++;
    json->depth--;
    json->state = after_value(json);
    return json->token = array ? JSON_ARRAY_END : JSON_OBJECT_END;
}

static enum json_token value(struct json_reader *json)
{
    const char c = *json->source->at;
    if (c == '{' || c == '[')
        return open(json, c == '[');
    if (c == '"') {
        if (!read_text(json))
            return JSON_FAILED;
        json->token = JSON_TEXT;
    } else {
        json->token = read_bare(json);
        json->text = json->bare;
        if (json->token == JSON_FAILED)
            return JSON_FAILED;
    }
    json->state = after_value(json);
    return json->token;
}

static enum json_token name(struct json_reader *json)
{
    if (*json->source->at != '"')
        return fail(json, json->source->at, "a member's name in quotes is missing");
    if (!read_text(json))
        return JSON_FAILED;
    json->state = COLON;
    return json->token = JSON_NAME;
}

enum json_token json_next(struct json_reader *json)
{
    struct list_source *const source = json->source;
    if (json->token == JSON_FAILED || source->failed)
        return json->token = JSON_FAILED;
    for (;;) {
        if (!skip_blanks(source)) {
            if (source->failed)
                return json->token = JSON_FAILED;
            json->begin = source->at;
            return json->state == NOTHING ? (json->token = JSON_DONE)
                                          : fail(json, source->at, "the file ends too early");
        }
        const char c = *source->at, closing = in_array(json) ? ']' : '}';
        switch (json->state) {
        case VALUE_OR_END: return c == ']' ? close(json) : value(json);
        case VALUE: return value(json);
        case NAME_OR_END: return c == '}' ? close(json) : name(json);
        case NAME: return name(json);
        case COLON:
            if (c != ':')
                return fail(json, source->at, "a ':' is missing behind a member's name");
            json->state = VALUE;
            break;
        case COMMA_OR_END:
            if (c == closing)
                return close(json);
            if (c != ',')
                return fail(json, source->at, "a ',' or the end of an object or array is missing");
            json->state = in_array(json) ? VALUE : NAME;
            break;
        default: return fail(json, source->at, "something stands behind the end");
        }
        source->at++; /* the colon or comma */
    }
}

bool json_skip(struct json_reader *json)
{
    if (json->token != JSON_OBJECT && json->token != JSON_ARRAY)
        return json->token != JSON_FAILED;
    const int outside = json->depth - 1;
    while (json->depth > outside)
        if (json_next(json) == JSON_FAILED)
            return false;
    return true;
}
