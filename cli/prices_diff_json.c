/* SPDX-License-Identifier: GPL-3.0-or-later */
/* prices_diff_json -- what `prices diff` found, for programs. */
#include <cjson/cJSON.h>
#include <stdlib.h>

#include "cli/prices_diff.h"
#include "sim/base/text.h"

static cJSON *text_of(struct prices *prices, const char *text)
{
    char *const safe = arena_text(&prices->arena, text);
    text_neutralise(safe);
    return cJSON_CreateString(safe);
}

/* All decimals of the integer. */
static void add_money(cJSON *object, const char *key, money amount)
{
    char digits[64];
    cJSON_AddRawToObject(object, key, money_to_text(amount, digits, sizeof digits));
}

static void add_cents(cJSON *object, const char *key, int64_t cents, bool unpriced)
{
    char digits[48];
    if (unpriced && cents == 0)
        cJSON_AddNullToObject(object, key);
    else
        cJSON_AddRawToObject(object, key, cents_to_text(cents, false, digits, sizeof digits));
}

static cJSON *json_price(struct prices *prices, const struct price *price)
{
    cJSON *const out = cJSON_CreateObject();
    cJSON_AddItemToObject(out, "region", text_of(prices, price->region));
    cJSON_AddItemToObject(out, "service", text_of(prices, price->service));
    cJSON_AddItemToObject(out, "usage_type", text_of(prices, price->usage_type));
    cJSON_AddItemToObject(out, "attributes", text_of(prices, price->attributes));
    if (price->term[0])
        cJSON_AddItemToObject(out, "term", text_of(prices, price->term));
    cJSON_AddItemToObject(out, "unit", text_of(prices, price->unit));
    return out;
}

static cJSON *json_change(struct prices *prices, const struct rate_change *change)
{
    static const char *const what[] = { "tiers", "upfront" }; /* of tier -2, -1 */
    cJSON *const out = json_price(prices, change->new);
    cJSON_AddStringToObject(out, "what", change->tier < 0 ? what[change->tier + 2] : "rate");
    if (change->tier >= 0) {
        char digits[48];
        cJSON_AddRawToObject(out, "above",
                             decimal_to_text(change->new->tiers[change->tier].from_e6, 6, digits, sizeof digits));
    }
    add_money(out, "before_usd", change->before);
    add_money(out, "after_usd", change->after);
    return out;
}

static cJSON *json_prices(struct prices *prices, const struct rate_change *changes, size_t count)
{
    cJSON *const list = cJSON_CreateArray();
    for (size_t i = 0; i < count; i++) {
        const struct price *const price = changes[i].new ? changes[i].new : changes[i].old;
        cJSON *const one = json_price(prices, price);
        add_money(one, "usd", price->tiers[0].rate);
        cJSON_AddItemToArray(list, one);
    }
    return list;
}

static cJSON *json_book(struct prices *prices, const struct book_diff *diff)
{
    cJSON *const out = cJSON_CreateObject(), *const changed = cJSON_AddArrayToObject(out, "changed");
    for (size_t i = 0; i < diff->changed_count; i++)
        cJSON_AddItemToArray(changed, json_change(prices, &diff->changed[i]));
    cJSON_AddItemToObject(out, "appeared", json_prices(prices, diff->appeared, diff->appeared_count));
    cJSON_AddItemToObject(out, "vanished", json_prices(prices, diff->vanished, diff->vanished_count));
    cJSON_AddNumberToObject(out, "same", (double)diff->same);
    return out;
}

static cJSON *json_bills(struct prices *prices, const struct bill_pair *pair)
{
    size_t count;
    const struct bill_change *const changes = bill_diff(pair->old, pair->new, &count, &prices->arena);
    cJSON *const out = cJSON_CreateObject();
    char month[16];
    snprintf(month, sizeof month, "%04d-%02d", pair->old->period.year, pair->old->period.month);
    cJSON_AddStringToObject(out, "month", month);
    cJSON_AddBoolToObject(out, "complete", pair->old->unpriced == 0 && pair->new->unpriced == 0);
    add_cents(out, "before_usd", pair->old->total_cents, pair->old->unpriced > 0);
    add_cents(out, "after_usd", pair->new->total_cents, pair->new->unpriced > 0);
    cJSON *const list = cJSON_AddArrayToObject(out, "changed");
    for (size_t i = 0; i < count; i++) {
        const struct bill_line *const line = changes[i].line;
        cJSON *const one = cJSON_CreateObject();
        cJSON_AddItemToObject(one, "service", text_of(prices, line->service));
        cJSON_AddItemToObject(one, "usage_type", text_of(prices, line->usage_type));
        cJSON_AddItemToObject(one, "operation", text_of(prices, line->operation));
        cJSON_AddItemToObject(one, "region", text_of(prices, line->region));
        add_cents(one, "before_usd", changes[i].before_cents, changes[i].before_unpriced);
        add_cents(one, "after_usd", changes[i].after_cents, changes[i].after_unpriced);
        cJSON_AddItemToArray(list, one);
    }
    return out;
}

static void add_mean(cJSON *object, const char *key, const struct cost *cost, double usd)
{
    if (unpriced_is_all(&cost->unpriced, usd))
        cJSON_AddNullToObject(object, key);
    else
        cJSON_AddNumberToObject(object, key, usd);
}

static cJSON *json_cost(const struct cost *cost)
{
    cJSON *const out = cJSON_CreateObject();
    cJSON_AddBoolToObject(out, "complete", cost->unpriced.count == 0);
    add_mean(out, "window_usd", cost, cost->window_usd.mean);
    if (cost->monthly) {
        add_mean(out, "monthly_mean_usd", cost, cost->monthly_mean_usd.mean);
        add_mean(out, "monthly_peak_usd", cost, cost->monthly_peak_usd.mean);
        add_mean(out, "annual_usd", cost, cost->annual_usd.mean);
    }
    return out;
}

void prices_diff_json(struct prices *prices, const struct diff_findings *found)
{
    cJSON *const out = cJSON_CreateObject();
    cJSON_AddStringToObject(out, "schema", "headroom-prices-diff/1");
    cJSON_AddItemToObject(out, "on_demand", json_book(prices, &found->rates));
    cJSON_AddItemToObject(out, "terms", json_book(prices, &found->terms));
    cJSON *const bills = cJSON_AddArrayToObject(out, "bills");
    for (size_t i = 0; i < found->bill_count; i++)
        cJSON_AddItemToArray(bills, json_bills(prices, &found->bills[i]));
    if (found->old) {
        cJSON *const scenario = cJSON_AddObjectToObject(out, "scenario");
        cJSON_AddItemToObject(scenario, "before", json_cost(found->old));
        cJSON_AddItemToObject(scenario, "after", json_cost(found->new));
    }
    char *const text = cJSON_Print(out);
    if (text)
        puts(text);
    cJSON_free(text);
    cJSON_Delete(out);
}
