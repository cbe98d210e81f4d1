/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * price_list_offer -- the JSON files.
 *
 *   { "offerCode", "version", "publicationDate",
 *     "products": { SKU: { "sku", "attributes": { name: text } } },
 *     "terms": { "OnDemand": { SKU: { OFFER: { "offerTermCode", "effectiveDate", "priceDimensions": { RATE: {...} },
 *                                             "termAttributes": {...} } } }, "Reserved": ... } }
 *
 * "products" is a list in a savings-plan file; "offers" and "regions" stand in an index.
 */
#include <string.h>

#include "pricing/price_list.h"
#include "pricing/price_list_json.h"
#include "sim/base/text.h"

/* SKUs of what a free tier gives away have this term; the free amounts are headroom's own table. */
static const char FREE_TIER_TERM[] = "A429C66SYZ";

enum { RATES_MAX = 64 }; /* tiers of an offer */

struct product_texts {
    char sku[LIST_NAME_MAX];
    char attributes[LIST_ATTRIBUTE_COUNT][LIST_NAME_MAX];
};

struct dimension {
    char rate_code[LIST_NAME_MAX], description[LIST_NAME_MAX], unit[LIST_NAME_MAX];
    int64_t from_e6, to_e6;
    money price;
};

struct offer {
    char effective[LIST_NAME_MAX], code[LIST_NAME_MAX];
    char lease[LIST_NAME_MAX], option[LIST_NAME_MAX], class[LIST_NAME_MAX];
    int count;
    struct dimension dimensions[RATES_MAX];
};

struct offer_reader {
    const struct list_reading *reading;
    struct json_reader json;
    struct list_plans *plans;
    bool has_products, has_terms, has_plan_products, has_plan_terms, has_index;
    bool terms_passed_over; /* they came before their products */
    bool products_known;    /* the second reading */
    struct product_texts product;
    struct offer offer;
};

/* ---- small readers ---- */

/* Is the next token a name? Its object ends otherwise, or reading failed. */
static bool next_member(struct json_reader *json)
{
    const enum json_token token = json_next(json);
    return token == JSON_NAME;
}

static bool closed(const struct json_reader *json)
{
    return json->token == JSON_OBJECT_END;
}

static bool begin_object(struct json_reader *json, const char *what)
{
    const enum json_token token = json_next(json);
    return token == JSON_OBJECT || (token != JSON_FAILED && json_refuse(json, "%s is no object", what));
}

/* The value of a member that must be a text: json->text. */
static bool read_text(struct json_reader *json, const char *what)
{
    const enum json_token token = json_next(json);
    return token == JSON_TEXT || (token != JSON_FAILED && json_refuse(json, "%s is no text", what));
}

static bool copy_text(struct json_reader *json, const char *what, char *out, size_t size)
{
    return read_text(json, what) && list_copy(json->source, json->begin, json->text, out, size);
}

static bool pass(struct json_reader *json)
{
    return json_next(json) != JSON_FAILED && json_skip(json);
}

/* ---- products ---- */

/* An attribute that is too long to be one that we compare is none: a price list explains some at length. */
static bool read_attributes(struct json_reader *json, struct product_texts *out)
{
    if (!begin_object(json, "'attributes'"))
        return false;
    while (next_member(json)) {
        const enum list_attribute attribute = list_attribute_find(json->text);
        if (attribute == LIST_ATTRIBUTE_COUNT ? !pass(json) : !read_text(json, "an attribute"))
            return false;
        if (attribute != LIST_ATTRIBUTE_COUNT && strlen(json->text) < LIST_NAME_MAX)
            strcpy(out->attributes[attribute], json->text);
    }
    return closed(json);
}

/* Behind the name of a product, its SKU. */
static bool read_product(struct offer_reader *reader)
{
    struct json_reader *const json = &reader->json;
    struct product_texts *const texts = &reader->product;
    for (size_t i = 0; i < LIST_ATTRIBUTE_COUNT; i++)
        texts->attributes[i][0] = '\0';
    if (!list_copy(json->source, json->begin, json->text, texts->sku, sizeof texts->sku) ||
        !begin_object(json, "a product"))
        return false;
    while (next_member(json))
        if (!(text_equal(json->text, "attributes") ? read_attributes(json, texts) : pass(json)))
            return false;
    if (!closed(json))
        return false;
    struct list_product product = { .sku = texts->sku };
    for (size_t i = 0; i < LIST_ATTRIBUTE_COUNT; i++)
        product.attributes[i] = texts->attributes[i];
    if (!product.attributes[LIST_SERVICE][0])
        product.attributes[LIST_SERVICE] = reader->reading->header->offer;
    return reader->reading->sink->product(reader->reading->sink->self, &product);
}

static bool read_products(struct offer_reader *reader)
{
    while (next_member(&reader->json))
        if (!read_product(reader))
            return false;
    return closed(&reader->json);
}

/* ---- terms ---- */

static bool read_price_per_unit(struct json_reader *json, struct dimension *dimension)
{
    bool found = false;
    char currency[LIST_NAME_MAX] = "no currency";
    if (!begin_object(json, "'pricePerUnit'"))
        return false;
    while (next_member(json)) {
        if (!list_copy(json->source, json->begin, json->text, currency, sizeof currency) || !read_text(json, "a price"))
            return false;
        if (!text_equal(currency, "USD"))
            continue;
        if (!list_read_price(json->source, json->begin, json->text, &dimension->price))
            return false;
        found = true;
    }
    return closed(json) && (found || list_check_currency(json->source, json->begin, currency));
}

static bool read_dimension(struct json_reader *json, struct dimension *dimension)
{
    bool priced = false;
    *dimension = (struct dimension){ .to_e6 = INT64_MAX };
    if (!list_copy(json->source, json->begin, json->text, dimension->rate_code, LIST_NAME_MAX) ||
        !begin_object(json, "a price dimension"))
        return false;
    while (next_member(json)) {
        bool good;
        if (text_equal(json->text, "pricePerUnit"))
            good = priced = read_price_per_unit(json, dimension);
        else if (text_equal(json->text, "unit"))
            good = copy_text(json, "'unit'", dimension->unit, sizeof dimension->unit);
        else if (text_equal(json->text, "beginRange"))
            good = read_text(json, "'beginRange'") &&
                   list_read_bound(json->source, json->begin, json->text, false, &dimension->from_e6);
        else if (text_equal(json->text, "endRange"))
            good = read_text(json, "'endRange'") &&
                   list_read_bound(json->source, json->begin, json->text, true, &dimension->to_e6);
        else if (text_equal(json->text, "description"))
            good = read_text(json, "'description'") &&
                   snprintf(dimension->description, sizeof dimension->description, "%.100s", json->text) >= 0;
        else
            good = pass(json);
        if (!good)
            return false;
    }
    return closed(json) && (priced || json_refuse(json, "a price dimension without a price"));
}

static bool read_dimensions(struct json_reader *json, struct offer *offer)
{
    if (!begin_object(json, "'priceDimensions'"))
        return false;
    while (next_member(json)) {
        if (offer->count == RATES_MAX)
            return json_refuse(json, "more than 64 prices of one offer");
        if (!read_dimension(json, &offer->dimensions[offer->count++]))
            return false;
    }
    return closed(json);
}

static bool read_term_attributes(struct json_reader *json, struct offer *offer)
{
    if (!begin_object(json, "'termAttributes'"))
        return false;
    while (next_member(json)) {
        char *const out = text_equal(json->text, "LeaseContractLength") ? offer->lease
                          : text_equal(json->text, "PurchaseOption")    ? offer->option
                          : text_equal(json->text, "OfferingClass")     ? offer->class
                                                                        : NULL;
        if (!(out ? copy_text(json, "a term's attribute", out, LIST_NAME_MAX) : pass(json)))
            return false;
    }
    return closed(json);
}

static bool read_offer(struct json_reader *json, struct offer *offer)
{
    offer->effective[0] = offer->code[0] = offer->lease[0] = offer->option[0] = offer->class[0] = '\0';
    offer->count = 0;
    if (!begin_object(json, "an offer"))
        return false;
    while (next_member(json)) {
        const bool good = text_equal(json->text, "priceDimensions")  ? read_dimensions(json, offer)
                          : text_equal(json->text, "termAttributes") ? read_term_attributes(json, offer)
                          : text_equal(json->text, "offerTermCode")
                              ? copy_text(json, "'offerTermCode'", offer->code, sizeof offer->code)
                          : text_equal(json->text, "effectiveDate")
                              ? copy_text(json, "'effectiveDate'", offer->effective, sizeof offer->effective)
                              : pass(json);
        if (!good)
            return false;
    }
    return closed(json);
}

static bool hand_over(const struct list_sink *sink, enum list_term term, const char *sku, const struct offer *offer)
{
    if (text_equal(offer->code, FREE_TIER_TERM))
        return true;
    for (int i = 0; i < offer->count; i++) {
        const struct dimension *const d = &offer->dimensions[i];
        const struct list_rate rate = {
            .term = term,
            .sku = sku,
            .rate_code = d->rate_code,
            .description = d->description,
            .unit = d->unit,
            .effective = offer->effective,
            .lease = offer->lease,
            .option = offer->option,
            .class = offer->class,
            .from_e6 = d->from_e6,
            .to_e6 = d->to_e6,
            .price = d->price,
        };
        if (!sink->rate(sink->self, &rate))
            return false;
    }
    return true;
}

/* Behind the name of a product's SKU: all its offers of one kind of term. */
static bool read_product_terms(struct offer_reader *reader, enum list_term term)
{
    struct json_reader *const json = &reader->json;
    const struct list_sink *const sink = reader->reading->sink;
    char sku[LIST_NAME_MAX];
    if (!list_copy(json->source, json->begin, json->text, sku, sizeof sku))
        return false;
    if (!sink->wants(sink->self, sku))
        return pass(json);
    if (!begin_object(json, "the terms of a product"))
        return false;
    while (next_member(json))
        if (!read_offer(json, &reader->offer) || !hand_over(sink, term, sku, &reader->offer))
            return false;
    return closed(json);
}

/* Behind the name of a kind of term. Kinds that we do not know are passed over. */
static bool read_terms(struct offer_reader *reader)
{
    struct json_reader *const json = &reader->json;
    while (next_member(json)) {
        const bool on_demand = text_equal(json->text, "OnDemand");
        if (text_equal(json->text, "savingsPlan")) {
            reader->has_plan_terms = true;
            if (!list_plans_terms(reader->plans, json, reader->reading))
                return false;
            continue;
        }
        if (!on_demand && !text_equal(json->text, "Reserved")) {
            if (!pass(json))
                return false;
            continue;
        }
        if (!begin_object(json, on_demand ? "'OnDemand'" : "'Reserved'"))
            return false;
        while (next_member(json))
            if (!read_product_terms(reader, on_demand ? LIST_ON_DEMAND : LIST_RESERVED))
                return false;
        if (!closed(json))
            return false;
    }
    return closed(json);
}

/* ---- indexes ---- */

/* { "regionCode" or "offerCode", ...Url }: hands over the name and the current version's URL. */
static bool read_entry(struct offer_reader *reader, const char *name)
{
    struct json_reader *const json = &reader->json;
    char code[LIST_NAME_MAX], url[1024] = "", regions[1024] = "";
    snprintf(code, sizeof code, "%s", name);
    while (next_member(json)) {
        const bool is_code = text_equal(json->text, "regionCode") || text_equal(json->text, "offerCode");
        const bool is_url = text_equal(json->text, "currentVersionUrl") || text_equal(json->text, "versionUrl");
        const bool is_regions = text_equal(json->text, "currentRegionIndexUrl");
        if (!(is_code      ? copy_text(json, "a code", code, sizeof code)
              : is_url     ? copy_text(json, "a URL", url, sizeof url)
              : is_regions ? copy_text(json, "a URL", regions, sizeof regions)
                           : pass(json)))
            return false;
    }
    const struct list_sink *const sink = reader->reading->sink;
    return closed(json) && (!url[0] || sink->entry(sink->self, code, url, regions));
}

static bool read_index(struct offer_reader *reader)
{
    struct json_reader *const json = &reader->json;
    reader->has_index = true;
    char name[LIST_NAME_MAX];
    if (json_next(json) == JSON_OBJECT) {
        while (next_member(json))
            if (!list_copy(json->source, json->begin, json->text, name, sizeof name) ||
                !begin_object(json, "an entry of the index") || !read_entry(reader, name))
                return false;
        return closed(json);
    }
    if (json->token != JSON_ARRAY)
        return json_refuse(json, "the index is neither an object nor a list");
    while (json_next(json) == JSON_OBJECT)
        if (!read_entry(reader, ""))
            return false;
    return json->token == JSON_ARRAY_END || json_refuse(json, "an entry of the index is no object");
}

/* ---- the file ---- */

static bool keep_text(struct offer_reader *reader, const char **out, const char *what)
{
    if (!read_text(&reader->json, what))
        return false;
    if (strlen(reader->json.text) >= LIST_NAME_MAX)
        return json_refuse(&reader->json, "%s is too long", what);
    *out = arena_text(reader->reading->arena, reader->json.text);
    return true;
}

static bool read_products_member(struct offer_reader *reader)
{
    struct json_reader *const json = &reader->json;
    const enum json_token token = json_next(json);
    if (token == JSON_ARRAY) {
        reader->has_plan_products = true;
        return list_plans_products(reader->plans, json);
    }
    if (token != JSON_OBJECT)
        return token != JSON_FAILED && json_refuse(json, "'products' is neither an object nor a list");
    reader->has_products = true;
    return reader->products_known ? json_skip(json) : read_products(reader);
}

static bool read_terms_member(struct offer_reader *reader)
{
    struct json_reader *const json = &reader->json;
    reader->has_terms = true;
    if (!begin_object(json, "'terms'"))
        return false;
    if (reader->has_products || reader->has_plan_products || reader->products_known)
        return read_terms(reader);
    reader->terms_passed_over = true;
    return json_skip(json);
}

static bool read_member(struct offer_reader *reader)
{
    struct list_header *const header = reader->reading->header;
    const char *const name = reader->json.text;
    if (text_equal(name, "offerCode"))
        return keep_text(reader, &header->offer, "'offerCode'");
    if (text_equal(name, "version"))
        return keep_text(reader, &header->version, "'version'");
    if (text_equal(name, "publicationDate"))
        return keep_text(reader, &header->published, "'publicationDate'");
    if (text_equal(name, "regionCode"))
        return keep_text(reader, &header->region, "'regionCode'");
    if (text_equal(name, "products"))
        return read_products_member(reader);
    if (text_equal(name, "terms"))
        return read_terms_member(reader);
    return text_equal(name, "regions") || text_equal(name, "offers") ? read_index(reader) : pass(&reader->json);
}

static bool read_file(struct offer_reader *reader)
{
    json_init(&reader->json, reader->reading->source);
    if (!begin_object(&reader->json, "the file"))
        return false;
    while (next_member(&reader->json))
        if (!read_member(reader))
            return false;
    return closed(&reader->json) && json_next(&reader->json) == JSON_DONE;
}

static bool read_again(struct offer_reader *reader)
{
    if (!list_source_rewind(reader->reading->source))
        return json_refuse(&reader->json, "the terms stand before the products, and a pipe cannot be read again");
    reader->products_known = true;
    return read_file(reader);
}

bool price_list_read_json(struct list_reading *reading)
{
    struct offer_reader reader = { .reading = reading, .plans = list_plans_new(reading->arena) };
    bool good = read_file(&reader);
    if (good && reader.terms_passed_over && (reader.has_products || reader.has_plan_products))
        good = read_again(&reader);
    list_plans_fini(reader.plans);
    if (!good)
        return false;
    reading->header->kind = reader.has_plan_products ? LIST_PLANS : reader.has_index ? LIST_INDEX : LIST_OFFER;
    if (reader.has_index || ((reader.has_products || reader.has_plan_products) && reader.has_terms))
        return true;
    return json_refuse(&reader.json, "neither products with terms nor an index of AWS's price list");
}
