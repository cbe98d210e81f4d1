/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * price_list_plans -- what a savings-plan file has in place of products and terms, both of them lists.
 *
 *   "products": [ { "sku", "usageType": "ComputeSP:1yrNoUpfront" } ],
 *   "terms": { "savingsPlan": [ { "sku", "rates": [ { "discountedUsageType", "discountedRate", ... } ] } ] }
 */
#include <string.h>

#include "pricing/price_list.h"
#include "pricing/price_list_json.h"
#include "pricing/text_map.h"
#include "sim/base/text.h"

enum { PLANS_MAX = 100000 };

struct list_plans {
    struct text_map skus; /* to the index of the usage type */
    const char **usage_types;
    size_t count, capacity;
    struct arena *arena;
};

struct list_plans *list_plans_new(struct arena *arena)
{
    struct list_plans *const plans = ARENA_NEW(arena, struct list_plans);
    plans->arena = arena;
    text_map_init(&plans->skus, arena);
    return plans;
}

void list_plans_fini(struct list_plans *plans)
{
    text_map_fini(&plans->skus);
}

static bool read_text(struct json_reader *json, char *out, size_t size)
{
    const enum json_token token = json_next(json);
    if (token != JSON_TEXT)
        return token != JSON_FAILED && json_refuse(json, "a member of a savings plan is no text");
    return list_copy(json->source, json->begin, json->text, out, size);
}

static bool pass(struct json_reader *json)
{
    return json_next(json) != JSON_FAILED && json_skip(json);
}

static bool add_plan(struct list_plans *plans, struct json_reader *json, const char *sku, const char *usage_type)
{
    bool is_new;
    if (plans->count == PLANS_MAX)
        return json_refuse(json, "more than 100000 savings plans");
    uint32_t *const index = text_map_put(&plans->skus, sku, (uint32_t)plans->count, &is_new);
    if (!is_new)
        return text_equal(plans->usage_types[*index], usage_type)
                   ? true
                   : json_refuse(json, "the SKU '%.40s' is two savings plans", sku);
    if (plans->count == plans->capacity) {
        const size_t capacity = plans->capacity ? 2 * plans->capacity : 256;
        plans->usage_types = arena_grow(plans->arena, plans->usage_types, plans->count, capacity,
                                        sizeof *plans->usage_types);
        plans->capacity = capacity;
    }
    plans->usage_types[plans->count++] = arena_text(plans->arena, usage_type);
    return true;
}

/* Inside "products", behind its '['. */
bool list_plans_products(struct list_plans *plans, struct json_reader *json)
{
    while (json_next(json) == JSON_OBJECT) {
        char sku[LIST_NAME_MAX] = "", usage_type[LIST_NAME_MAX] = "";
        while (json_next(json) == JSON_NAME) {
            char *const out = text_equal(json->text, "sku")         ? sku
                              : text_equal(json->text, "usageType") ? usage_type
                                                                    : NULL;
            if (!(out ? read_text(json, out, LIST_NAME_MAX) : pass(json)))
                return false;
        }
        if (json->token != JSON_OBJECT_END || (sku[0] && !add_plan(plans, json, sku, usage_type)))
            return false;
    }
    return json->token == JSON_ARRAY_END || json_refuse(json, "a savings plan is no object");
}

/* ---- rates ---- */

struct rate_texts {
    char service[LIST_NAME_MAX], usage_type[LIST_NAME_MAX], operation[LIST_NAME_MAX], region[LIST_NAME_MAX];
    char unit[LIST_NAME_MAX], rate_code[LIST_NAME_MAX];
    money price;
    bool priced;
};

static bool read_discounted_rate(struct json_reader *json, struct rate_texts *rate)
{
    char price[LIST_NAME_MAX] = "", currency[LIST_NAME_MAX] = "";
    if (json_next(json) != JSON_OBJECT)
        return json_refuse(json, "'discountedRate' is no object");
    while (json_next(json) == JSON_NAME) {
        char *const out = text_equal(json->text, "price")      ? price
                          : text_equal(json->text, "currency") ? currency
                                                               : NULL;
        if (!(out ? read_text(json, out, LIST_NAME_MAX) : pass(json)))
            return false;
    }
    rate->priced = true;
    return json->token == JSON_OBJECT_END && list_check_currency(json->source, json->begin, currency) &&
           list_read_price(json->source, json->begin, price, &rate->price);
}

/* The place of a member's text, NULL for those that nobody asks for. */
static char *place_of(struct rate_texts *rate, const char *name)
{
    const struct {
        const char *name;
        char *out;
    } places[] = {
        { "discountedUsageType", rate->usage_type },
        { "discountedOperation", rate->operation },
        { "discountedServiceCode", rate->service },
        { "discountedRegionCode", rate->region },
        { "unit", rate->unit },
        { "rateCode", rate->rate_code },
    };
    for (size_t i = 0; i < ARRAY_LEN(places); i++)
        if (text_equal(places[i].name, name))
            return places[i].out;
    return NULL;
}

/* Behind the '{' of a rate. */
static bool read_rate(struct json_reader *json, struct rate_texts *rate)
{
    *rate = (struct rate_texts){ 0 };
    while (json_next(json) == JSON_NAME) {
        char *const out = place_of(rate, json->text);
        const bool good = out                                        ? read_text(json, out, LIST_NAME_MAX)
                          : text_equal(json->text, "discountedRate") ? read_discounted_rate(json, rate)
                                                                     : pass(json);
        if (!good)
            return false;
    }
    return json->token == JSON_OBJECT_END && (rate->priced || json_refuse(json, "a savings-plan rate without a price"));
}

static bool read_rates(const char *plan, const char *effective, struct json_reader *json,
                       const struct list_reading *reading)
{
    struct rate_texts rate;
    if (json_next(json) != JSON_ARRAY)
        return json_refuse(json, "'rates' is no list");
    while (json_next(json) == JSON_OBJECT) {
        if (!read_rate(json, &rate))
            return false;
        const struct list_plan_rate out = {
            .plan = plan,
            .service = rate.service,
            .usage_type = rate.usage_type,
            .operation = rate.operation,
            .region = rate.region[0] ? rate.region : reading->header->region,
            .unit = rate.unit,
            .rate_code = rate.rate_code,
            .effective = effective,
            .price = rate.price,
        };
        if (plan && !reading->sink->plan_rate(reading->sink->self, &out))
            return false;
    }
    return json->token == JSON_ARRAY_END || json_refuse(json, "a savings-plan rate is no object");
}

/* Behind the '{' of a term. Its "sku" stands before its "rates", else there is no telling whose they are. */
static bool read_term(const struct list_plans *plans, struct json_reader *json, const struct list_reading *reading)
{
    char sku[LIST_NAME_MAX] = "", effective[LIST_NAME_MAX] = "";
    while (json_next(json) == JSON_NAME) {
        bool good;
        if (text_equal(json->text, "sku")) {
            good = read_text(json, sku, sizeof sku);
        } else if (text_equal(json->text, "effectiveDate")) {
            good = read_text(json, effective, sizeof effective);
        } else if (text_equal(json->text, "rates")) {
            if (!sku[0])
                return json_refuse(json, "the rates of a savings plan stand before its SKU");
            const uint32_t *const index = text_map_find(&plans->skus, sku);
            good = read_rates(index ? plans->usage_types[*index] : NULL, effective, json, reading);
        } else {
            good = pass(json);
        }
        if (!good)
            return false;
    }
    return json->token == JSON_OBJECT_END;
}

/* Behind the name "savingsPlan". */
bool list_plans_terms(struct list_plans *plans, struct json_reader *json, const struct list_reading *reading)
{
    if (json_next(json) != JSON_ARRAY)
        return json_refuse(json, "'savingsPlan' is no list");
    while (json_next(json) == JSON_OBJECT)
        if (!read_term(plans, json, reading))
            return false;
    return json->token == JSON_ARRAY_END || json_refuse(json, "a savings plan's term is no object");
}
