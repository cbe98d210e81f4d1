/* SPDX-License-Identifier: GPL-3.0-or-later */
/* sold_price -- a key and its rule into the name under which the book has it, and what to say when it has not. */
#include "pricing/sold_price.h"

#include <string.h>
#include <strings.h>

#include "pricing/aws_region.h"
#include "sim/base/text.h"

static const char *attribute_is(const struct usage_key *key, const char *name, const char *wanted, const char *then,
                                struct arena *arena)
{
    const char *const value = price_attribute(key->operation, name, arena);
    return value && text_distance(value, wanted, 0) == 0 ? then : "";
}

/* The text for "{name}" of a pattern; NULL when the record lacks the attribute. */
static const char *sold_word(const char *name, const struct usage_key *key, struct arena *arena)
{
    if (text_equal(name, "arm"))
        return attribute_is(key, "arch", "arm64", "-ARM", arena);
    if (text_equal(name, "spot"))
        return attribute_is(key, "spot", "yes", "SpotUsage-", arena);
    if (text_equal(name, "class"))
        return attribute_is(key, "table_class", "IA", "IA-", arena);
    if (text_equal(name, "multi"))
        return attribute_is(key, "deployment", "Multi-AZ", "Multi-AZ-", arena);
    if (!text_equal(name, "to:prefix"))
        return price_attribute(key->operation, name, arena);
    const char *const to = price_attribute(key->operation, "to", arena);
    const struct aws_region *const region = to ? aws_region_find(to) : NULL;
    if (!to)
        return NULL;
    return !region ? arena_printf(arena, "%s-", to) : region->prefix[0] ? region->prefix : "USE1-";
}

/* "{edge}-Requests" with operation "edge=US" is "US-Requests". NULL when the attribute is missing. */
static const char *sold_as(const struct billing_rule *rule, const struct usage_key *key, struct arena *arena)
{
    const char *pattern = rule->sold_as ? rule->sold_as : key->usage_type;
    for (const char *open; (open = strchr(pattern, '{')) != NULL && strchr(open, '}');) {
        const char *const close = strchr(open, '}');
        const char *const name = arena_text_n(arena, open + 1, (size_t)(close - open - 1));
        const char *const word = sold_word(name, key, arena);
        if (!word || strchr(word, '{'))
            return NULL;
        pattern = arena_printf(arena, "%.*s%s%s", (int)(open - pattern), pattern, word, close + 1);
    }
    return pattern;
}

struct wanted {
    const struct billing_rule *rule; /* NULL: sold as the book has it */
    const struct usage_key *key;
    const char *service, *usage_type, *region, *attributes;
    struct mark at;
};

static const char *attribute_or_empty(const struct usage_key *key, const char *name, struct arena *arena)
{
    const char *const value = price_attribute(key->operation, name, arena);
    return value ? value : "";
}

static bool is_nearer(const char *a, const char *b, const char *to)
{
    enum { FAR = 12 };
    return !b || text_distance(a, to, FAR) < text_distance(b, to, FAR);
}

static bool sells_any(const struct price_book *book, const char *service, const char *region)
{
    for (size_t i = 0; i < book->price_count; i++)
        if (text_equal(book->prices[i].service, service) &&
            (text_equal(book->prices[i].region, region) || aws_region_is_global(book->prices[i].region)))
            return true;
    return false;
}

/* Each day and zone of a scenario asks again. */
static bool is_said(const struct diag *diag, struct mark at, const char *message)
{
    for (int i = 0; i < diag->count; i++)
        if (diag->entries[i].at.file == at.file && diag->entries[i].at.line == at.line &&
            diag->entries[i].at.column == at.column && text_equal(diag->entries[i].message, message))
            return true;
    return false;
}

static bool refuse_missing(const struct metering_setting *setting, const struct wanted *wanted, enum price_found found)
{
    const struct usage_key *const key = wanted->key;
    const char *const message = arena_printf(
        setting->arena, "%s rate for service '%s', usage type '%s'%s%s in region '%s' (used by '%s')",
        found == PRICE_AMBIGUOUS ? "more than one" : "no", wanted->service, wanted->usage_type,
        key->operation[0] ? " with " : "", key->operation, wanted->region, key->resource);
    if (is_said(setting->diag, wanted->at, message))
        return false;
    diag_error(setting->diag, wanted->at, "%s", message);
    if (found == PRICE_AMBIGUOUS)
        return diag_hint(
            setting->diag, "an attribute must select one: %s",
            price_book_choices(setting->book, wanted->service, wanted->usage_type, wanted->region, setting->arena));
    if (wanted->rule && wanted->rule->sold_as && strstr(wanted->rule->sold_as, "{to:prefix}") &&
        strcasecmp(attribute_or_empty(key, "to", setting->arena), key->region) == 0)
        return diag_hint(setting->diag, "the region does not send to itself; InterZone-Bytes is between its zones");
    const struct billing_rule *const rule = wanted->rule ? NULL : billing_rule_nearest(key->service, key->usage_type);
    const char *near = price_book_nearest(setting->book, wanted->service, wanted->usage_type, wanted->region,
                                          setting->arena);
    const char *place = "";
    const char *const everywhere = price_book_nearest(setting->book, wanted->service, wanted->usage_type, PRICE_GLOBAL,
                                                      setting->arena);
    if (everywhere && !text_equal(wanted->region, PRICE_GLOBAL) && is_nearer(everywhere, near, wanted->usage_type)) {
        near = everywhere;
        place = ", under one price everywhere";
    }
    const bool sells = sells_any(setting->book, wanted->service, wanted->region);
    if (sells && rule && !strchr(rule->usage_type, '*') && text_equal(rule->service, key->service) &&
        strcmp(rule->usage_type, key->usage_type) != 0 && is_nearer(rule->usage_type, near, key->usage_type)) {
        near = rule->usage_type;
        place = "";
    }
    if (near && text_equal(near, wanted->usage_type)) /* it is sold there, but not so */
        return diag_hint(
            setting->diag, "it is sold with %s",
            price_book_choices(setting->book, wanted->service, wanted->usage_type, wanted->region, setting->arena));
    if (near)
        return diag_hint(setting->diag, "the nearest that can be billed is '%s'%s", near, place);
    const char *const service = service_code_nearest(wanted->service);
    if (service && !text_equal(service, wanted->service))
        return diag_hint(setting->diag, "did you mean the service '%s'?", service);
    return sells ? diag_hint(setting->diag, "headroom prices show '%s *' --region %s lists what there is",
                             wanted->service, wanted->region)
                 : diag_hint(setting->diag, "the price book has nothing of '%s' in '%s'", wanted->service,
                             wanted->region);
}

/* RDS writes "db.m5.12xl" on the bill where the console has "db.m5.12xlarge". */
static const char *short_size(const char *usage_type, struct arena *arena)
{
    static const char longer[] = "xlarge";
    const size_t length = strlen(usage_type), tail = sizeof longer - 1;
    if (length <= tail || strcmp(usage_type + length - tail, longer) != 0)
        return NULL;
    return arena_printf(arena, "%.*sxl", (int)(length - tail), usage_type);
}

/* In the region, else among what is sold under one price everywhere. Another region's price is never used. */
static enum price_found look_up(const struct metering_setting *setting, const struct wanted *wanted,
                                const struct price **out)
{
    enum price_found found = price_book_find(setting->book, wanted->service, wanted->usage_type, wanted->attributes,
                                             wanted->region, out);
    if (found == PRICE_MISSING && text_equal(wanted->service, "AmazonRDS")) {
        const char *const other = short_size(wanted->usage_type, setting->arena);
        if (other)
            found = price_book_find(setting->book, wanted->service, other, wanted->attributes, wanted->region, out);
    }
    if (found == PRICE_MISSING)
        found = price_book_find(setting->book, wanted->service, wanted->usage_type, wanted->attributes, PRICE_GLOBAL,
                                out);
    return found;
}

bool sold_price(const struct price **out, const struct metering_setting *setting, const struct billing_rule *rule,
                const struct usage_key *key, struct mark at)
{
    *out = NULL;
    struct wanted wanted = {
        .rule = rule,
        .key = key,
        .service = rule && rule->sold_service ? rule->sold_service : key->service,
        .usage_type = rule ? sold_as(rule, key, setting->arena) : key->usage_type,
        .region = (rule && rule->global) || aws_region_is_global(key->region) ? PRICE_GLOBAL : key->region,
        .attributes = key->operation,
        .at = at,
    };
    if (rule && rule->sold_attributes)
        wanted.attributes = rule->sold_attributes;
    else if (rule && (rule->operation || rule->sold_service))
        wanted.attributes = "";
    if (!wanted.usage_type) {
        diag_error(setting->diag, at, "usage type '%s' of service '%s' needs an attribute that says where",
                   key->usage_type, key->service);
        diag_hint(setting->diag, strstr(rule->sold_as, "{to")       ? "for example to=eu-west-1"
                                 : strstr(rule->sold_as, "{engine") ? "for example engine=Valkey"
                                                                    : "for example edge=US");
        return false;
    }
    const enum price_found found = look_up(setting, &wanted, out);
    if (found == PRICE_FOUND || (found == PRICE_MISSING && setting->allow_unpriced))
        return true;
    return refuse_missing(setting, &wanted, found);
}
