/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The money in results.json, and how its numbers are written. */
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/bill_groups.h"
#include "analysis/results_json.h"

void json_number(cJSON *object, const char *key, double value)
{
    if (!isfinite(value))
        return;
    char text[40];
    snprintf(text, sizeof text, "%.9g", value);
    cJSON_AddRawToObject(object, key, text);
}

void json_count(cJSON *object, const char *key, uint64_t count)
{
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, count);
    cJSON_AddRawToObject(object, key, text);
}

void json_usd(cJSON *object, const char *key, double usd)
{
    if (!isfinite(usd))
        return;
    char text[48];
    snprintf(text, sizeof text, "%.3f", usd);
    size_t end = strlen(text);
    if (text[end - 1] == '0')
        text[end - 1] = '\0';
    cJSON_AddRawToObject(object, key, text);
}

void json_interval(cJSON *object, const char *key, struct ci ci)
{
    if (!ci_has_interval(ci))
        return;
    char text[80];
    snprintf(text, sizeof text, "[%.9g,%.9g]", ci.lo, ci.hi);
    cJSON_AddRawToObject(object, key, text);
}

/* What has no rate at all has no amount. */
static void json_usd_or_null(cJSON *object, const char *key, double usd, bool is_priced)
{
    if (is_priced)
        json_usd(object, key, usd);
    else
        cJSON_AddNullToObject(object, key);
}

/* A sum of bills; absent interval and null where it is 0 for want of rates. */
static void add_sum(cJSON *object, const char *key, const struct cost *c, double usd)
{
    json_usd_or_null(object, key, usd, !unpriced_is_all(&c->unpriced, usd));
}

static void add_sum_interval(cJSON *object, const char *key, const struct cost *c, struct ci ci)
{
    if (!unpriced_is_all(&c->unpriced, ci.mean))
        json_interval(object, key, ci);
}

static void add_unpriced(cJSON *cost, const struct unpriced_list *unpriced)
{
    cJSON_AddBoolToObject(cost, "complete", unpriced->count == 0);
    json_count(cost, "unpriced_lines", (uint64_t)unpriced->count);
    cJSON *lines = unpriced->count > 0 ? cJSON_AddArrayToObject(cost, "unpriced") : NULL;
    for (int i = 0; i < unpriced->count; i++) {
        cJSON *one = cJSON_CreateObject();
        cJSON_AddStringToObject(one, "service", unpriced->list[i].service);
        cJSON_AddStringToObject(one, "usage_type", unpriced->list[i].usage_type);
        cJSON_AddStringToObject(one, "region", unpriced->list[i].region);
        cJSON_AddStringToObject(one, "resource", unpriced->list[i].resource);
        cJSON_AddItemToArray(lines, one);
    }
}

static const char *month_key(char *text, size_t size, int year, int month)
{
    snprintf(text, size, "%04d-%02d", year, month);
    return text;
}

static void add_spread(cJSON *parent, const char *key, struct spread spread)
{
    cJSON *one = cJSON_AddObjectToObject(parent, key);
    json_usd(one, "p5", spread.p5);
    json_usd(one, "p50", spread.p50);
    json_usd(one, "p95", spread.p95);
}

static void add_drawn(cJSON *cost, const struct cost *c)
{
    char text[48];
    cJSON *drawn = cJSON_AddObjectToObject(cost, "drawn");
    json_count(drawn, "years", YEARS_DRAWN);
    add_spread(drawn, "annual_usd", c->annual_spread);
    add_spread(drawn, "monthly_mean_usd", c->monthly_spread);
    cJSON *months = cJSON_AddObjectToObject(drawn, "months_usd");
    for (int m = 0; m < MONTHS; m++)
        add_spread(months, month_key(text, sizeof text, c->calendar.year, m + 1), c->months[m].spread);
}

static void add_months(cJSON *cost, const struct cost *c)
{
    char text[48];
    cJSON *monthly = cJSON_AddObjectToObject(cost, "monthly_usd");
    add_sum(monthly, "mean", c, c->monthly_mean_usd.mean);
    add_sum(monthly, "peak", c, c->monthly_peak_usd.mean);
    cJSON_AddStringToObject(monthly, "peak_month", month_key(text, sizeof text, c->calendar.year, c->peak_month));
    cJSON *months = cJSON_AddObjectToObject(cost, "months_usd");
    for (int m = 0; m < MONTHS; m++)
        add_sum(months, month_key(text, sizeof text, c->calendar.year, m + 1), c, c->months[m].usd.mean);
    add_sum(cost, "annual_usd", c, c->annual_usd.mean);
    if (!unpriced_is_all(&c->unpriced, c->annual_usd.mean))
        add_drawn(cost, c);
    cJSON *services = cJSON_AddObjectToObject(cost, "by_service");
    for (int i = 0; i < c->service_count; i++)
        json_usd_or_null(services, c->services[i].name, c->services[i].mean_usd, c->services[i].priced);
    if (unpriced_is_all(&c->unpriced, c->annual_usd.mean))
        return;
    json_number(cost, "usd_per_1000_requests", c->annual_usd.mean / c->volume.requests * 1000);
    json_number(cost, "usd_per_1000_orders", c->annual_usd.mean / c->volume.orders * 1000);
}

static void add_cents(cJSON *object, const char *key, int64_t cents)
{
    json_usd(object, key, (double)cents / 100);
}

static const char *const free_tiers[] = {
    [FREE_TIER_NONE] = "none", [FREE_TIER_ALWAYS] = "always", [FREE_TIER_FIRST_YEAR] = "first-year"
};

static void add_bill(cJSON *cost, const struct cost *c)
{
    struct arena scratch;
    char text[48];
    arena_init(&scratch);
    cJSON *bill = cJSON_AddObjectToObject(cost, "bill");
    cJSON_AddStringToObject(bill, "month", month_key(text, sizeof text, c->bill.period.year, c->bill.period.month));
    json_count(bill, "replication", (uint64_t)c->shown);
    add_sum(bill, "total_usd", c, (double)c->bill.total_cents / 100);
    cJSON_AddStringToObject(bill, "free_tier", free_tiers[c->bill.options.free_tier]);
    for (int g = 0; g < GROUPINGS; g++) {
        struct bill_group *groups;
        const int count = bill_groups(&c->bill, (enum bill_grouping)g, &groups, &scratch);
        snprintf(text, sizeof text, "by_%s", bill_grouping_names[g]);
        cJSON *object = cJSON_AddObjectToObject(bill, text);
        for (int i = 0; i < count; i++)
            json_usd_or_null(object, groups[i].name, (double)groups[i].cents / 100,
                             groups[i].unpriced < groups[i].lines);
    }
    if (c->bill.commitment_count > 0)
        results_json_commitments(bill, c);
    arena_fini(&scratch);
}

/* Operations x components, the cents of the bill exactly; zero where nothing was given. */
static void add_activity(cJSON *cost, const struct activity *a)
{
    cJSON *operations = cJSON_AddObjectToObject(cost, "by_operation");
    for (int o = 0; o < a->operation_count; o++) {
        cJSON *one = cJSON_AddObjectToObject(operations, a->operations[o]);
        add_cents(one, "usd", a->cents[o]);
        json_number(one, "answered", a->answered[o]);
        json_number(one, "usd_per_1000", activity_unit_usd(a, o) * 1000);
        cJSON *parts = cJSON_AddObjectToObject(one, "components");
        for (int p = 0; p < a->part_count; p++)
            add_cents(parts, a->parts[p].name, a->parts[p].cents[o]);
    }
    cJSON *idle = cJSON_AddObjectToObject(cost, "idle");
    add_cents(idle, "usd", a->idle_cents);
    cJSON *parts = cJSON_AddObjectToObject(idle, "components");
    for (int p = 0; p < a->part_count; p++)
        add_cents(parts, a->parts[p].name, a->parts[p].idle_cents);
}

void results_json_cost(cJSON *root, const struct results *r)
{
    const struct cost *c = &r->cost;
    cJSON *cost = cJSON_AddObjectToObject(root, "cost");
    add_unpriced(cost, &c->unpriced);
    const bool unpriced = unpriced_is_all(&c->unpriced, c->window_usd.mean);
    add_sum(cost, "window_usd", c, c->window_usd.mean);
    if (c->monthly) {
        add_months(cost, c);
        add_bill(cost, c);
        if (!unpriced_is_all(&c->unpriced, (double)c->bill.total_cents))
            add_activity(cost, &c->activity);
    }
    cJSON *intervals = cJSON_AddObjectToObject(cost, "ci95");
    add_sum_interval(intervals, "window_usd", c, c->window_usd);
    if (c->monthly) {
        add_sum_interval(intervals, "monthly_mean_usd", c, c->monthly_mean_usd);
        add_sum_interval(intervals, "monthly_peak_usd", c, c->monthly_peak_usd);
        add_sum_interval(intervals, "annual_usd", c, c->annual_usd);
    }
    if (!unpriced)
        json_number(cost, "usd_per_million_requests", r->usd_per_million_requests.mean);
    if (r->price_date)
        cJSON_AddStringToObject(cost, "prices_as_of", r->price_date);
    if (!r->business.present)
        return;
    cJSON *business = cJSON_AddObjectToObject(cost, "business");
    json_number(business, "failed_orders", r->business.failed_orders.mean);
    json_usd(business, "lost_value_usd", r->business.lost_value_usd.mean);
    json_usd(business, "lost_margin_usd", r->business.lost_margin_usd.mean);
    if (!unpriced)
        json_number(business, "usd_per_1000_orders", r->business.usd_per_1000_orders.mean);
}
