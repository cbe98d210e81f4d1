/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * price_list_json -- a JSON text of any size, a token at a time, in the memory of its window.       [RFC-8259]
 *
 * The grammar is checked to the end, also of what json_skip() passes over. Nesting is limited to JSON_DEPTH_MAX and a
 * text to LIST_TEXT_MAX bytes; a price list needs 8 and a few thousand.
 */
#ifndef HEADROOM_PRICE_LIST_JSON_H
#define HEADROOM_PRICE_LIST_JSON_H

#include "pricing/price_list_source.h"

enum { JSON_DEPTH_MAX = 64 };

enum json_token {
    JSON_FAILED, /* reported; every further token is this one */
    JSON_OBJECT,
    JSON_OBJECT_END,
    JSON_ARRAY,
    JSON_ARRAY_END,
    JSON_NAME, /* of a member; its value is the next token */
    JSON_TEXT,
    JSON_NUMBER,
    JSON_WORD, /* true, false, null */
    JSON_DONE, /* the text's end, nothing behind it */
};

struct json_reader {
    struct list_source *source;
    enum json_token token; /* the last one */
    const char *text;      /* of a name, text, number or word: UTF-8, unescaped, terminated; until the next token */
    const char *begin;     /* where the token begins, for messages */
    int depth;
    int state;
    char bare[64];   /* the last number or word */
    uint64_t arrays; /* bit d: what is open at depth d is an array */
};

void json_init(struct json_reader *json, struct list_source *source);

enum json_token json_next(struct json_reader *json);

/* Passes over the rest of the object or array that the last token began; any other value is passed already. */
bool json_skip(struct json_reader *json);

/* Reports at the last token. */
bool json_refuse(struct json_reader *json, const char *format, ...) PRINTF_LIKE(2, 3);

#endif
