/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * price_list_rows -- the CSV files: lines on the file itself, a header, then a row per rate with its product.
 *
 *   "FormatVersion","v1.0"
 *   "Publication Date","2026-08-31T09:22:55Z"
 *   "SKU","OfferTermCode","RateCode","TermType", ...
 *
 * Columns differ between services: each is looked for by its name.
 */
#include <string.h>

#include "pricing/price_list.h"
#include "pricing/price_list_csv.h"
#include "sim/base/text.h"

static const char FREE_TIER_TERM[] = "A429C66SYZ"; /* as in price_list_offer.c */

enum column {
    SKU,
    TERM_CODE,
    RATE_CODE,
    TERM_TYPE,
    DESCRIPTION,
    EFFECTIVE,
    FROM,
    TO,
    UNIT,
    PRICE,
    CURRENCY,
    LEASE,
    OPTION,
    CLASS,
    DISCOUNTED_RATE,
    DISCOUNTED_SERVICE,
    DISCOUNTED_USAGE_TYPE,
    DISCOUNTED_OPERATION,
    DISCOUNTED_REGION,
    COLUMN_COUNT,
};

static const char *const column_names[COLUMN_COUNT] = {
    [SKU] = "SKU",
    [TERM_CODE] = "OfferTermCode",
    [RATE_CODE] = "RateCode",
    [TERM_TYPE] = "TermType",
    [DESCRIPTION] = "PriceDescription",
    [EFFECTIVE] = "EffectiveDate",
    [FROM] = "StartingRange",
    [TO] = "EndingRange",
    [UNIT] = "Unit",
    [PRICE] = "PricePerUnit",
    [CURRENCY] = "Currency",
    [LEASE] = "LeaseContractLength",
    [OPTION] = "PurchaseOption",
    [CLASS] = "OfferingClass",
    [DISCOUNTED_RATE] = "DiscountedRate",
    [DISCOUNTED_SERVICE] = "DiscountedServiceCode",
    [DISCOUNTED_USAGE_TYPE] = "DiscountedUsageType",
    [DISCOUNTED_OPERATION] = "DiscountedOperation",
    [DISCOUNTED_REGION] = "DiscountedRegionCode",
};

static const enum column needed_of_offers[] = { SKU, TERM_TYPE, RATE_CODE, UNIT, PRICE, CURRENCY };
static const enum column needed_of_plans[] = { SKU, RATE_CODE, UNIT, CURRENCY, DISCOUNTED_USAGE_TYPE };

struct row_reader {
    const struct list_reading *reading;
    struct list_csv csv;
    int columns[COLUMN_COUNT]; /* where they stand; -1 = not there */
    int attributes[LIST_ATTRIBUTE_COUNT];
    size_t width;                 /* cells of the header */
    char last_sku[LIST_NAME_MAX]; /* the product that was handed over last */
    bool last_wanted;
};

static bool refuse(struct row_reader *reader, const char *what)
{
    return list_source_refuse(reader->reading->source, reader->csv.line, "%s", what);
}

static const char *cell(const struct row_reader *reader, enum column column)
{
    return reader->columns[column] >= 0 ? reader->csv.cells[reader->columns[column]] : "";
}

static const char *attribute(const struct row_reader *reader, enum list_attribute which)
{
    const char *const text = reader->attributes[which] >= 0 ? reader->csv.cells[reader->attributes[which]] : "";
    return strlen(text) < LIST_NAME_MAX ? text : "";
}

/* ---- the lines in front ---- */

static bool read_fact(struct row_reader *reader)
{
    static const char known[] = "neither an offer file of AWS's price list nor a savings-plan file";
    struct list_header *const header = reader->reading->header;
    if (reader->csv.count != 2)
        return refuse(reader, known);
    const char *const name = reader->csv.cells[0], *const text = reader->csv.cells[1];
    const char **const out = list_same_name(name, "OfferCode")         ? &header->offer
                             : list_same_name(name, "Version")         ? &header->version
                             : list_same_name(name, "PublicationDate") ? &header->published
                             : list_same_name(name, "RegionCode")      ? &header->region
                                                                       : NULL;
    if (!out)
        return list_same_name(name, "FormatVersion") || list_same_name(name, "Disclaimer") || refuse(reader, known);
    if (strlen(text) >= LIST_NAME_MAX)
        return refuse(reader, "a text that is too long for a name");
    *out = arena_text(reader->reading->arena, text);
    return true;
}

static bool place_column(struct row_reader *reader, const char *name, int at)
{
    int *place = NULL;
    for (int c = 0; c < COLUMN_COUNT && !place; c++)
        place = list_same_name(column_names[c], name) ? &reader->columns[c] : NULL;
    const enum list_attribute which = list_attribute_find(name);
    if (!place && which != LIST_ATTRIBUTE_COUNT)
        place = &reader->attributes[which];
    if (!place)
        return true;
    if (*place >= 0)
        return list_source_refuse(reader->reading->source, reader->csv.line, "the header names '%.40s' twice", name);
    *place = at;
    return true;
}

static bool read_header(struct row_reader *reader)
{
    for (size_t c = 0; c < COLUMN_COUNT; c++)
        reader->columns[c] = -1;
    for (size_t a = 0; a < LIST_ATTRIBUTE_COUNT; a++)
        reader->attributes[a] = -1;
    reader->width = reader->csv.count;
    for (size_t i = 0; i < reader->csv.count; i++)
        if (!place_column(reader, reader->csv.cells[i], (int)i))
            return false;
    const bool plans = reader->columns[DISCOUNTED_RATE] >= 0;
    const enum column *const needed = plans ? needed_of_plans : needed_of_offers;
    const size_t count = plans ? ARRAY_LEN(needed_of_plans) : ARRAY_LEN(needed_of_offers);
    for (size_t i = 0; i < count; i++)
        if (reader->columns[needed[i]] < 0)
            return list_source_refuse(reader->reading->source, reader->csv.line, "the header has no column '%s'",
                                      column_names[needed[i]]);
    if (reader->attributes[LIST_USAGE_TYPE] < 0)
        return refuse(reader, "the header has no column 'usageType'");
    reader->reading->header->kind = plans ? LIST_PLANS : LIST_OFFER;
    return true;
}

/* ---- rows ---- */

static bool is_wanted(struct row_reader *reader, bool *wanted)
{
    const struct list_sink *const sink = reader->reading->sink;
    const char *const sku = cell(reader, SKU);
    *wanted = reader->last_wanted;
    if (!strcmp(sku, reader->last_sku))
        return true;
    if (!list_copy(reader->reading->source, reader->csv.line, sku, reader->last_sku, sizeof reader->last_sku))
        return false;
    struct list_product product = { .sku = sku };
    for (int i = 0; i < LIST_ATTRIBUTE_COUNT; i++)
        product.attributes[i] = attribute(reader, (enum list_attribute)i);
    if (!product.attributes[LIST_SERVICE][0])
        product.attributes[LIST_SERVICE] = reader->reading->header->offer;
    if (!sink->product(sink->self, &product))
        return false;
    *wanted = reader->last_wanted = sink->wants(sink->self, sku);
    return true;
}

static bool read_rate(struct row_reader *reader)
{
    struct list_source *const source = reader->reading->source;
    const char *const line = reader->csv.line, *const type = cell(reader, TERM_TYPE);
    bool wanted;
    if (!is_wanted(reader, &wanted))
        return false;
    const bool on_demand = text_equal(type, "OnDemand");
    if (!wanted || (!on_demand && !text_equal(type, "Reserved")) || text_equal(cell(reader, TERM_CODE), FREE_TIER_TERM))
        return true;
    struct list_rate rate = {
        .term = on_demand ? LIST_ON_DEMAND : LIST_RESERVED,
        .sku = reader->last_sku,
        .rate_code = cell(reader, RATE_CODE),
        .description = cell(reader, DESCRIPTION),
        .unit = cell(reader, UNIT),
        .effective = cell(reader, EFFECTIVE),
        .lease = cell(reader, LEASE),
        .option = cell(reader, OPTION),
        .class = cell(reader, CLASS),
    };
    return list_check_currency(source, line, cell(reader, CURRENCY)) &&
           list_read_price(source, line, cell(reader, PRICE), &rate.price) &&
           list_read_bound(source, line, cell(reader, FROM), false, &rate.from_e6) &&
           list_read_bound(source, line, cell(reader, TO), true, &rate.to_e6) &&
           reader->reading->sink->rate(reader->reading->sink->self, &rate);
}

static bool read_plan_rate(struct row_reader *reader)
{
    struct list_source *const source = reader->reading->source;
    const char *const region = cell(reader, DISCOUNTED_REGION);
    struct list_plan_rate rate = {
        .plan = attribute(reader, LIST_USAGE_TYPE),
        .service = cell(reader, DISCOUNTED_SERVICE),
        .usage_type = cell(reader, DISCOUNTED_USAGE_TYPE),
        .operation = cell(reader, DISCOUNTED_OPERATION),
        .region = region[0] ? region : reader->reading->header->region,
        .unit = cell(reader, UNIT),
        .rate_code = cell(reader, RATE_CODE),
        .effective = cell(reader, EFFECTIVE),
    };
    return list_check_currency(source, reader->csv.line, cell(reader, CURRENCY)) &&
           list_read_price(source, reader->csv.line, cell(reader, DISCOUNTED_RATE), &rate.price) &&
           reader->reading->sink->plan_rate(reader->reading->sink->self, &rate);
}

bool price_list_read_csv(struct list_reading *reading)
{
    struct row_reader reader = { .reading = reading };
    list_csv_init(&reader.csv, reading->source);
    do {
        if (!list_csv_next(&reader.csv))
            return list_source_refuse(reading->source, reading->source->at, "no header of a price list");
        if (!text_equal(reader.csv.cells[0], "SKU") && !read_fact(&reader))
            return false;
    } while (!text_equal(reader.csv.cells[0], "SKU"));
    if (!read_header(&reader))
        return false;
    while (list_csv_next(&reader.csv)) {
        if (reader.csv.count != reader.width)
            return list_source_refuse(reading->source, reader.csv.line, "%zu cells where the header names %zu",
                                      reader.csv.count, reader.width);
        if (!(reading->header->kind == LIST_PLANS ? read_plan_rate(&reader) : read_rate(&reader)))
            return false;
    }
    return !reading->source->failed;
}
