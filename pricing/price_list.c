/* SPDX-License-Identifier: GPL-3.0-or-later */
/* price_list -- which kind of file it is, and what all kinds have in common. */
#include "pricing/price_list.h"

#include <string.h>
#include <strings.h>

#include "pricing/price_list_source.h"
#include "sim/base/text.h"

#define LARGEST_PRICE    (INT64_C(100000000) * MONEY_PER_USD) /* as in a book: a hundred million dollars a unit */
#define LARGEST_BOUND_E6 INT64_C(9000000000000000000)

/* Names as the JSON has them; the CSV's differ in case and in what is neither letter nor digit. */
static const struct {
    const char *name;
    enum list_attribute attribute;
} attributes[] = {
    { "servicecode", LIST_SERVICE },   { "usagetype", LIST_USAGE_TYPE },     { "operation", LIST_OPERATION },
    { "regionCode", LIST_REGION },     { "location", LIST_LOCATION },        { "operatingSystem", LIST_SYSTEM },
    { "tenancy", LIST_TENANCY },       { "preInstalledSw", LIST_SOFTWARE },  { "capacitystatus", LIST_CAPACITY },
    { "databaseEngine", LIST_ENGINE }, { "cacheEngine", LIST_CACHE_ENGINE }, { "deploymentOption", LIST_DEPLOYMENT },
};

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

bool list_same_name(const char *a, const char *b)
{
    for (;; a++, b++) {
        while (*a && !is_letter(*a))
            a++;
        while (*b && !is_letter(*b))
            b++;
        const char lower_a = (char)(*a >= 'A' && *a <= 'Z' ? *a + 32 : *a);
        const char lower_b = (char)(*b >= 'A' && *b <= 'Z' ? *b + 32 : *b);
        if (lower_a != lower_b)
            return false;
        if (!*a)
            return true;
    }
}

enum list_attribute list_attribute_find(const char *name)
{
    for (size_t i = 0; i < ARRAY_LEN(attributes); i++)
        if (list_same_name(attributes[i].name, name))
            return attributes[i].attribute;
    return LIST_ATTRIBUTE_COUNT;
}

bool list_copy(struct list_source *source, const char *at, const char *text, char *out, size_t size)
{
    const size_t length = strlen(text);
    if (length >= size)
        return list_source_refuse(source, at, "'%.40s...' is too long for a name: %zu bytes", text, length);
    memcpy(out, text, length + 1);
    return true;
}

/* Digits, a point, and more decimals than money has. */
static bool is_too_fine(const char *text)
{
    const size_t whole = strspn(text, "0123456789");
    if (whole == 0 || whole > 9 || text[whole] != '.')
        return false;
    const size_t decimals = strspn(text + whole + 1, "0123456789");
    return decimals > 10 && decimals < 40 && text[whole + 1 + decimals] == '\0';
}

bool list_read_price(struct list_source *source, const char *at, const char *text, money *out)
{
    if (!money_from_decimal(text, out) && is_too_fine(text)) {
        *out = LIST_TOO_FINE;
        return true;
    }
    if (!money_from_decimal(text, out) || *out < 0)
        return list_source_refuse(source, at, "'%.40s' is not a price", text);
    return *out <= LARGEST_PRICE ? true : list_source_refuse(source, at, "'%.40s' is too large for a price", text);
}

bool list_read_bound(struct list_source *source, const char *at, const char *text, bool end, int64_t *out_e6)
{
    enum { E10_PER_E6 = 10000 };
    money exact;
    *out_e6 = end ? INT64_MAX : 0;
    if (!text[0] || (end && !strcasecmp(text, "Inf")))
        return true;
    if (!money_from_decimal(text, &exact) || exact < 0 || exact % E10_PER_E6 != 0 ||
        exact / E10_PER_E6 > LARGEST_BOUND_E6)
        return list_source_refuse(source, at, "'%.40s' is not a bound of a tier", text);
    *out_e6 = (int64_t)(exact / E10_PER_E6);
    return true;
}

bool list_check_currency(struct list_source *source, const char *at, const char *currency)
{
    return text_equal(currency, "USD") ? true
                                       : list_source_refuse(source, at, "prices in '%.20s', not in USD", currency);
}

static void skip_blanks(struct list_source *source)
{
    do
        while (source->at < source->end && (*source->at == ' ' || (*source->at >= '\t' && *source->at <= '\r')))
            source->at++;
    while (source->at == source->end && list_source_more(source, source->at));
}

bool price_list_read(const char *file, FILE *stream, const struct list_sink *sink, struct list_header *header,
                     uint64_t *bytes, struct arena *arena, struct diag *diag)
{
    static const char byte_order_mark[] = "\xEF\xBB\xBF";
    struct list_source source;
    list_source_init(&source, file, stream, arena, diag);
    *header = (struct list_header){ .offer = "", .version = "", .published = "", .region = "" };
    *bytes = 0;
    if (!list_source_more(&source, source.at))
        return source.failed ? false : list_source_refuse(&source, source.at, "the file is empty");
    if (source.end - source.at >= 3 && !memcmp(source.at, byte_order_mark, 3))
        source.at += 3;
    struct list_reading reading = { &source, sink, header, arena };
    skip_blanks(&source);
    const bool json = source.at < source.end && *source.at == '{';
    const bool good = json ? price_list_read_json(&reading) : price_list_read_csv(&reading);
    *bytes = source.base + (uint64_t)(source.at - source.window);
    return good && !source.failed;
}
