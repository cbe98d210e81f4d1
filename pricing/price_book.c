/* SPDX-License-Identifier: GPL-3.0-or-later */
/* price_book -- looking things up in a sorted array of prices. */
#include "pricing/price_book.h"

#include <string.h>
#include <strings.h>

#include "pricing/aws_region.h"
#include "sim/base/text.h"

struct span {
    const char *text;
    size_t length;
};

/* One `name=value` of a list, and where the next begins; a text without '=' is the operation. */
static const char *next_attribute(const char *at, struct span *name, struct span *value)
{
    const size_t length = strcspn(at, ";");
    const char *equals = memchr(at, '=', length);
    *name = equals ? (struct span){ at, (size_t)(equals - at) } : (struct span){ "operation", 9 };
    *value = equals ? (struct span){ equals + 1, length - (size_t)(equals + 1 - at) } : (struct span){ at, length };
    return at + length + (at[length] == ';');
}

static bool span_equal(struct span a, struct span b)
{
    return a.length == b.length && strncasecmp(a.text, b.text, a.length) == 0;
}

static bool find_attribute(const char *attributes, struct span wanted, struct span *out)
{
    struct span name;
    while (*attributes) {
        attributes = next_attribute(attributes, &name, out);
        if (span_equal(name, wanted))
            return true;
    }
    return false;
}

bool price_fits(const struct price *price, const char *wanted)
{
    struct span name, value, has;
    while (*wanted) {
        wanted = next_attribute(wanted, &name, &value);
        if (find_attribute(price->attributes, name, &has) && !span_equal(has, value))
            return false;
    }
    return true;
}

const char *price_attribute(const char *attributes, const char *name, struct arena *arena)
{
    struct span value;
    if (!find_attribute(attributes, (struct span){ name, strlen(name) }, &value))
        return NULL;
    return arena_text_n(arena, value.text, value.length);
}

static const char *shelf_of(const char *region)
{
    return aws_region_is_global(region) ? PRICE_GLOBAL : region;
}

static int compare_to(const struct price *price, const char *region, const char *service, const char *usage_type)
{
    int order = strcmp(price->region, region);
    if (order == 0)
        order = strcmp(price->service, service);
    return order != 0 ? order : strcmp(price->usage_type, usage_type);
}

size_t price_book_first(const struct price_book *book, const char *region, const char *service, const char *usage_type)
{
    size_t low = 0, high = book->price_count;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        if (compare_to(&book->prices[middle], region, service, usage_type) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

bool price_confidence_is_low(const char *confidence)
{
    return text_equal(confidence, "blog") || text_equal(confidence, "derived") ||
           text_equal(confidence, "own-knowledge");
}

enum price_found price_book_find(const struct price_book *book, const char *service, const char *usage_type,
                                 const char *wanted, const char *region, const struct price **out)
{
    return price_book_find_term(book, "", service, usage_type, wanted, region, out);
}

enum price_found price_book_find_term(const struct price_book *book, const char *term, const char *service,
                                      const char *usage_type, const char *wanted, const char *region,
                                      const struct price **out)
{
    const char *const shelf = shelf_of(region);
    const struct price *found = NULL;
    *out = NULL;
    for (size_t i = price_book_first(book, shelf, service, usage_type); i < book->price_count; i++) {
        if (compare_to(&book->prices[i], shelf, service, usage_type) != 0)
            break;
        if (!text_equal(book->prices[i].term, term) || !price_fits(&book->prices[i], wanted))
            continue;
        if (found)
            return PRICE_AMBIGUOUS;
        found = &book->prices[i];
    }
    *out = found;
    return found ? PRICE_FOUND : PRICE_MISSING;
}

const char *price_book_choices(const struct price_book *book, const char *service, const char *usage_type,
                               const char *region, struct arena *arena)
{
    const char *const shelf = shelf_of(region);
    const char *choices = "";
    for (size_t i = price_book_first(book, shelf, service, usage_type); i < book->price_count; i++) {
        if (compare_to(&book->prices[i], shelf, service, usage_type) != 0)
            break;
        choices = arena_printf(arena, "%s%s%s", choices, choices[0] ? " or " : "", book->prices[i].attributes);
    }
    return choices;
}

static size_t common_prefix(const char *a, const char *b)
{
    size_t length = 0;
    while (a[length] && a[length] == b[length])
        length++;
    return length;
}

/* A near miss in spelling first ("m7g.lage"); else the one that begins alike ("BoxUsage:z9.huge"). */
const char *price_book_nearest(const struct price_book *book, const char *service, const char *usage_type,
                               const char *region, struct arena *arena)
{
    const char *const shelf = shelf_of(region);
    const size_t first = price_book_first(book, shelf, service, "");
    size_t end = first;
    while (end < book->price_count && strcmp(book->prices[end].region, shelf) == 0 &&
           strcmp(book->prices[end].service, service) == 0)
        end++;
    const char **candidates = ARENA_ARRAY(arena, const char *, end - first + 1);
    for (size_t i = first; i < end; i++)
        candidates[i - first] = book->prices[i].usage_type;
    const char *const near = text_nearest(usage_type, candidates, end - first);
    if (near)
        return near;
    const char *best = NULL;
    for (size_t i = 0; i < end - first; i++)
        if (common_prefix(candidates[i], usage_type) > (best ? common_prefix(best, usage_type) : 0))
            best = candidates[i];
    return best;
}

const char *price_book_date(const struct price_book *book)
{
    return book->newest;
}
