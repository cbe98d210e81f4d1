/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * import_chain -- the rates of one thing, as they came, into the tiers of a price.
 *
 * A thing may have several products in the list (one per operation) and a product several offers (by date): the newest
 * offer of each counts, and products must agree, or the one whose SKU the book names decides.
 */
#include <stdlib.h>
#include <string.h>

#include "pricing/import_parts.h"
#include "sim/base/text.h"

enum { TIERS_MAX = 64, E6 = 1000000 };

struct chain {
    const struct import_rate *tiers[TIERS_MAX];
    int count;
    money upfront;
    bool has_upfront;
    const char *broken; /* NULL, or what is wrong with it */
};

/* ---- rates of one product ---- */

static int compare_rates(const void *a, const void *b)
{
    const struct import_rate *const left = *(const struct import_rate *const *)a;
    const struct import_rate *const right = *(const struct import_rate *const *)b;
    int order = left->by_sku != right->by_sku ? (left->by_sku ? -1 : 1) : strcmp(left->sku, right->sku);
    if (order == 0)
        order = strcmp(right->effective, left->effective); /* the newest first */
    if (order != 0)
        return order;
    if (left->from_e6 != right->from_e6)
        return left->from_e6 < right->from_e6 ? -1 : 1;
    order = strcmp(left->rate_code, right->rate_code);
    return order != 0 ? order : (left->price > right->price) - (left->price < right->price);
}

/* Tiers begin at 0, end open and touch. AWS leaves a unit between some: "20000" and "20001". */
static const char *check_tiers(const struct chain *chain)
{
    if (chain->count == 0)
        return "has no rate by the unit";
    if (chain->tiers[0]->from_e6 != 0)
        return "has tiers that do not begin at 0";
    for (int i = 1; i < chain->count; i++) {
        const int64_t gap = chain->tiers[i]->from_e6 - chain->tiers[i - 1]->to_e6;
        if (chain->tiers[i - 1]->to_e6 == INT64_MAX || gap < 0 || gap > E6)
            return "has tiers that do not touch";
        if (!text_equal(chain->tiers[i]->unit, chain->tiers[0]->unit))
            return "has tiers in several units";
    }
    return chain->tiers[chain->count - 1]->to_e6 == INT64_MAX ? NULL : "has tiers that do not end open";
}

/* Rates first..end of one product, the newest offer in front. */
static struct chain chain_of(const struct import_rate *const *rates, size_t count)
{
    struct chain chain = { .count = 0 };
    for (size_t i = 0; i < count && text_equal(rates[i]->effective, rates[0]->effective); i++) {
        const struct import_rate *const rate = rates[i];
        const struct import_rate *const last = chain.count > 0 ? chain.tiers[chain.count - 1] : NULL;
        if (rate->price == LIST_TOO_FINE)
            chain.broken = "has a price of more than ten decimals";
        if (rate->upfront) {
            if (chain.has_upfront && chain.upfront != rate->price)
                chain.broken = "has two upfront fees";
            chain.upfront = rate->price;
            chain.has_upfront = true;
        } else if (last && last->from_e6 == rate->from_e6 && last->to_e6 == rate->to_e6 && last->price == rate->price) {
            continue; /* the same rate again, of another file */
        } else if (chain.count == TIERS_MAX) {
            chain.broken = "has more than 64 tiers";
        } else {
            chain.tiers[chain.count++] = rate;
        }
    }
    if (!chain.broken)
        chain.broken = check_tiers(&chain);
    return chain;
}

static bool same_prices(const struct chain *a, const struct chain *b)
{
    if (a->count != b->count || a->upfront != b->upfront)
        return false;
    for (int i = 0; i < a->count; i++)
        if (a->tiers[i]->from_e6 != b->tiers[i]->from_e6 || a->tiers[i]->price != b->tiers[i]->price ||
            !text_equal(a->tiers[i]->unit, b->tiers[i]->unit))
            return false;
    return true;
}

/* ---- a thing ---- */

static const struct import_rate **sorted_rates(const struct import *import, const struct import_item *item,
                                               size_t *count)
{
    *count = 0;
    for (uint32_t i = item->first; i != NO_INDEX; i = import_rate_at(import, i)->next)
        (*count)++;
    const struct import_rate **rates = ARENA_ARRAY(import->arena, const struct import_rate *, *count);
    size_t n = 0;
    for (uint32_t i = item->first; i != NO_INDEX; i = import_rate_at(import, i)->next)
        rates[n++] = import_rate_at(import, i);
    qsort(rates, *count, sizeof *rates, compare_rates);
    return rates;
}

/* The chain on which the products agree; broken where they do not. */
static struct chain agreed_chain(const struct import *import, const struct import_item *item)
{
    size_t count;
    const struct import_rate **const rates = sorted_rates(import, item, &count);
    struct chain agreed = { .broken = NULL };
    for (size_t first = 0, end; first < count; first = end) {
        for (end = first + 1; end < count && rates[end]->sku == rates[first]->sku;)
            end++;
        if (first > 0 && rates[0]->by_sku && !rates[first]->by_sku)
            break; /* the one that the book names decides */
        const struct chain chain = chain_of(&rates[first], end - first);
        if (first == 0 || (agreed.broken && !chain.broken))
            agreed = chain;
        else if (!chain.broken && !agreed.broken && !same_prices(&agreed, &chain))
            return (struct chain){ .broken = "is several products with different prices" };
    }
    return agreed;
}

/* "2026-10-01" of "2026-10-01T19:08:41Z". */
static const char *date_of(struct import *import, uint32_t file)
{
    char date[11];
    snprintf(date, sizeof date, "%.10s", import->files[file].header.published);
    return import_text(import, date);
}

/* value * multiply / divide, half up. False when it does not fit. */
static bool scale_bound(int64_t value, int64_t multiply, int64_t divide, int64_t *out)
{
    const int128 scaled = ((int128)value * multiply + divide / 2) / divide;
    *out = (int64_t)scaled;
    return scaled <= INT64_C(9000000000000000000);
}

static bool build_tiers(struct import *import, const struct import_item *item, const struct chain *chain,
                        int64_t multiply, int64_t divide, struct price_tier *tiers)
{
    for (int i = 0; i < chain->count; i++) {
        const struct import_rate *const rate = chain->tiers[i];
        const struct price *const old = item->old;
        const struct price_tier *const before = old ? &old->tiers[old->tier_count == chain->count ? i : 0] : NULL;
        tiers[i] = (struct price_tier){
            .rate = (rate->price * multiply + divide / 2) / divide,
            .description = before                 ? before->description
                           : rate->description[0] ? rate->description
                                                  : item->identity.usage_type,
            .as_of = date_of(import, rate->file),
            .source = import->sources[rate->file],
            .confidence = "list-file",
            .sku = rate->rate_code,
        };
        /* of "0 to 20000" and "20001 to Inf" the 20,000th unit is the first tier's last */
        const int64_t from_e6 = i > 0 ? chain->tiers[i - 1]->to_e6 : rate->from_e6;
        if (!scale_bound(from_e6, divide, multiply, &tiers[i].from_e6))
            return false;
        if (i > 0)
            tiers[i - 1].to_e6 = tiers[i].from_e6;
        tiers[i].to_e6 = PRICE_OPEN;
        if (i > 0 && tiers[i].from_e6 <= tiers[i - 1].from_e6)
            return false;
    }
    return true;
}

static bool same_as_before(const struct price *old, const struct price *new)
{
    if (old->tier_count != new->tier_count || old->upfront != new->upfront)
        return false;
    for (int i = 0; i < old->tier_count; i++)
        if (old->tiers[i].from_e6 != new->tiers[i].from_e6 || old->tiers[i].rate != new->tiers[i].rate)
            return false;
    return true;
}

static enum import_fate keep(struct import *import, const struct import_item *item, const char *why)
{
    const struct price *const p = &item->identity;
    import_note(import, "%s '%s'%s%s%s%s%s in %s keeps its rate: the list %s", p->service, p->usage_type,
                p->attributes[0] ? " (" : "", p->attributes, p->attributes[0] ? ")" : "", p->term[0] ? " " : "",
                p->term, p->region, why);
    return IMPORT_KEPT;
}

enum import_fate import_chain(struct import *import, const struct import_item *item, struct price *out)
{
    const struct chain chain = agreed_chain(import, item);
    int64_t multiply, divide;
    if (chain.broken)
        return keep(import, item, chain.broken);
    if (!import_unit_convert(chain.tiers[0]->unit, item->identity.unit, &multiply, &divide))
        return keep(
            import, item,
            arena_printf(import->arena, "is in '%s', the book in '%s'", chain.tiers[0]->unit, item->identity.unit));
    struct price_tier *tiers = ARENA_ARRAY(import->arena, struct price_tier, chain.count);
    if (!build_tiers(import, item, &chain, multiply, divide, tiers))
        return keep(import, item, "has tiers that the book's unit cannot hold");
    struct price price = item->identity;
    price.tiers = tiers;
    price.tier_count = chain.count;
    price.upfront = chain.upfront;
    *out = price;
    if (!item->old)
        return IMPORT_ADDED;
    return same_as_before(item->old, &price) ? IMPORT_UNCHANGED : IMPORT_REPLACED;
}
