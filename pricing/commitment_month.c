/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * commitment_month -- what commitments leave on a bill: fees, covered usage at nothing, and what nobody used.
 *
 * The fee's lines are what is paid. Used and unused lines cost nothing; their effective cents are the fee's, shared by
 * use: cumulative shares are rounded, so that nothing is lost.
 */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "pricing/aws_region.h"
#include "pricing/bill_pool.h"
#include "pricing/bill_text.h"
#include "pricing/commitment_cover.h"
#include "pricing/wide.h"
#include "sim/base/check.h"
#include "sim/base/text.h"

#define E6 1000000

enum { LEAP_FEBRUARY = 29 * 24 };

struct month {
    struct commitment_month *out;
    const struct bill *bill;
    struct workload workload;
    struct coverage coverage;
    struct commitment_rates *rates;
    const struct metering *metering;
    int paid_hours; /* of a term, which knows no leap day */
    size_t capacity;
    struct arena *arena;
};

/* ---- lines ---- */

static struct bill_line *new_line(struct month *m, const struct commitment *c, enum commitment_part part)
{
    struct commitment_month *const out = m->out;
    if (out->line_count == m->capacity) {
        m->capacity = m->capacity ? 2 * m->capacity : 32;
        out->lines = arena_grow(m->arena, out->lines, out->line_count, m->capacity, sizeof *out->lines);
    }
    struct commitment_share *const share = ARENA_NEW(m->arena, struct commitment_share);
    share->of = c;
    share->part = part;
    struct bill_line *const line = &out->lines[out->line_count++];
    *line = (struct bill_line){ .operation = "",
                                .resource = "",
                                .region = c->region[0] ? c->region : PRICE_GLOBAL,
                                .zone = c->zone,
                                .tier = "shared",
                                .rate_per = 1,
                                .tier_to = (double)INFINITY,
                                .as_of = "",
                                .source = "",
                                .confidence = "",
                                .sku = "",
                                .commitment = share };
    return line;
}

static struct commitment_share *share_of(const struct bill_line *line)
{
    return (struct commitment_share *)line->commitment; /* made by new_line() */
}

static void set_quantity(struct bill_line *line, int128 quantity_e6)
{
    line->quantity_e6 = quantity_e6;
    line->quantity = (double)quantity_e6 / E6;
}

/* The service that sells a commitment, and its usage type as AWS writes it. */
static void name_product(struct bill_line *line, const struct commitment *c, const struct thing *thing,
                         struct arena *arena)
{
    static const char *const upfront[] = { "NoUpfront", "PartialUpfront", "AllUpfront" };
    static const char *const services[] = { "AmazonEC2", "AmazonEC2",      "AmazonRDS",     "AmazonElastiCache",
                                            "AmazonES",  "AmazonDynamoDB", "AmazonDynamoDB" };
    const struct aws_region *const region = aws_region_find(c->region);
    if (c->kind == COMMITMENT_RESERVED) {
        line->service = services[thing->kind];
        line->usage_type = arena_printf(arena, "%s%sHeavyUsage:%s", region ? region->prefix : "",
                                        thing->multi_az ? "Multi-AZ" : "", c->instance);
    } else {
        line->service = c->kind == COMMITMENT_DATABASE_PLAN ? "DatabaseSavingsPlans" : "ComputeSavingsPlans";
        line->usage_type = c->kind == COMMITMENT_EC2_PLAN
                               ? arena_printf(arena, "%sEC2SP:%s.%dyr%s", region ? region->prefix : "", c->family,
                                              c->years, upfront[c->payment])
                               : arena_printf(arena, "%s:%dyr%s",
                                              c->kind == COMMITMENT_COMPUTE_PLAN ? "ComputeSP" : "DatabaseSP", c->years,
                                              upfront[c->payment]);
    }
    const struct service_facts *const facts = service_facts_find(line->service, line->usage_type);
    line->service_name = facts->name[0] ? facts->name : line->service;
}

static struct bill_line *fee_line(struct month *m, const struct commitment_rates *r, int128 quantity_e6,
                                  const char *unit, money rate, money exact)
{
    struct bill_line *const line = new_line(m, r->of, COMMITMENT_FEE);
    name_product(line, r->of, &r->thing, m->arena);
    set_quantity(line, quantity_e6);
    line->unit = unit;
    line->rate = rate;
    line->exact = exact;
    line->cents = money_to_cents(exact);
    line->as_of = r->as_of;
    line->source = r->source;
    line->confidence = r->low_confidence ? "derived" : r->confidence;
    line->sku = r->sku;
    line->note = arena_printf(m->arena, "%s: paid whether it is used or not", r->of->name);
    return line;
}

/* Returns the fee's cents. */
static int64_t add_fees(struct month *m, const struct commitment_rates *r, money *fee)
{
    const struct commitment *const c = r->of;
    const int64_t hours_e6 = m->workload.hours_e6;
    const char *const text = commitment_text(c, m->arena);
    const int128 bought_e6 = c->kind == COMMITMENT_RESERVED ? (int128)c->count * hours_e6
                                                            : (int128)c->usd_per_hour * hours_e6 / MONEY_PER_USD;
    const money recurring = (money)wide_mul_div((uint128)r->recurring, (uint64_t)hours_e6, E6);
    const money upfront = commitment_upfront_share(r, m->paid_hours);
    int64_t cents = 0;
    *fee = recurring + upfront;
    if (recurring > 0 || upfront == 0) {
        const int64_t count = c->kind == COMMITMENT_RESERVED ? c->count : 1;
        struct bill_line *const line = fee_line(m, r, (int128)count * hours_e6, "Hrs", r->recurring / count, recurring);
        line->description = arena_printf(m->arena, "%s: recurring fee", text);
        share_of(line)->quantity_e6 = bought_e6;
        cents += line->cents;
    }
    if (upfront > 0) {
        struct bill_line *const line = fee_line(m, r, E6, "Mo", upfront, upfront);
        line->description = arena_printf(m->arena, "%s: upfront fee, the month's share of %d hours", text,
                                         c->years * HOURS_OF_YEAR);
        share_of(line)->quantity_e6 = recurring > 0 ? 0 : bought_e6;
        cents += line->cents;
    }
    return cents;
}

/* Of the capacity, as people count it: dollars of a plan, hours of what is reserved. */
static int128 counted_e6(const struct month *m, size_t c, uint128 used)
{
    const struct commitment *const of = m->rates[c].of;
    const uint128 capacity = m->coverage.capacity[c];
    if (capacity == 0)
        return 0;
    return of->kind == COMMITMENT_RESERVED
               ? (int128)wide_mul_div_half_up(used, (uint64_t)of->count * (uint64_t)m->workload.hours_e6, capacity)
               : (int128)wide_mul_div_half_up(used, E6, (uint128)MONEY_PER_USD * E6);
}

/* The one whose rate the item's is. */
static const struct price_tier *tier_of(const struct workload_item *item)
{
    const struct price *const price = item->tally->price;
    for (int i = 0; i < price->tier_count; i++)
        if (price->tiers[i].rate == item->rate)
            return &price->tiers[i];
    return &price->tiers[0];
}

static void add_used_line(struct month *m, size_t c, size_t i, int64_t effective_cents)
{
    const struct workload_item *const item = &m->workload.items[i];
    const struct tally *const tally = item->tally;
    const struct price *const price = tally->price;
    const struct commitment *const of = m->rates[c].of;
    const size_t at = c * m->workload.item_count + i;
    const struct price_tier *const tier = tier_of(item);
    struct bill_line *const line = new_line(m, of, COMMITMENT_USED);
    const struct aws_region *const region = aws_region_find(price->region);
    line->service = price->service;
    line->service_name = bill_service_name(price, m->arena);
    line->usage_type = arena_printf(m->arena, "%s%s", region ? region->prefix : "", price->usage_type);
    line->operation = bill_operation(tally, m->arena);
    line->resource = tally->resource;
    line->region = price->region;
    line->zone = tally->zone;
    line->tier = tally->tier;
    line->unit = price->unit;
    line->rate = item->rate;
    set_quantity(line, (int128)wide_mul_div_half_up(m->coverage.covered[at], 1, item->per_unit));
    line->as_of = tier->as_of;
    line->source = tier->source;
    line->confidence = tier->confidence;
    line->sku = tier->sku;
    line->description = arena_printf(m->arena, "%s, covered by %s", tier->description, of->name);
    char text[48];
    line->note = arena_printf(m->arena, "covered by %s: its share of the fee is $%s", of->name,
                              cents_to_text(effective_cents, true, text, sizeof text));
    share_of(line)->effective_cents = effective_cents;
    share_of(line)->quantity_e6 = counted_e6(m, c, m->coverage.used[at]);
}

static void add_unused_line(struct month *m, size_t c, uint128 unused, int64_t effective_cents)
{
    const struct commitment_rates *const r = &m->rates[c];
    struct bill_line *const line = new_line(m, r->of, COMMITMENT_UNUSED);
    char text[48];
    name_product(line, r->of, &r->thing, m->arena);
    line->unit = r->of->kind == COMMITMENT_RESERVED ? "Hrs" : "USD";
    share_of(line)->quantity_e6 = counted_e6(m, c, unused);
    set_quantity(line, share_of(line)->quantity_e6);
    share_of(line)->effective_cents = effective_cents;
    line->description = arena_printf(m->arena, "%s: unused", commitment_text(r->of, m->arena));
    line->note = arena_printf(m->arena, "nobody used $%s of the fee of %s",
                              cents_to_text(effective_cents, true, text, sizeof text), r->of->name);
}

/* ---- what is free ---- */

static void add_to_pool(struct bill_pool *pools, size_t *count, const struct tally *tally, int hours)
{
    if (*count == 0 || pools[*count - 1].price != tally->price)
        pools[(*count)++] = (struct bill_pool){ .price = tally->price,
                                                .divisor = metering_divisor(tally->unit, hours) };
    pools[*count - 1].billed = wide_add(pools[*count - 1].billed, tally->total);
}

/* By an allowance, or as the first tier of the price. */
static uint128 free_of(const struct bill_pool *pool, enum free_tier free_tier)
{
    const struct price_tier *const first = &pool->price->tiers[0];
    if (pool->price->tier_count < 2 || first->rate > 0 || !bill_first_tier_is_open(pool->price, free_tier))
        return pool->free;
    const uint128 end = (uint64_t)first->to_e6 * (pool->divisor / E6), gift = pool->free + end;
    return gift < pool->billed ? gift : pool->billed;
}

/*
 * AWS takes off what is free before it applies commitments [SP-UG]. The free amount of a month is spread evenly over its
 * usage, because which hour it falls on is not known.
 */
static void leave_what_is_free(struct month *m, int hours)
{
    const enum free_tier free_tier = m->bill->options.free_tier;
    struct bill_pool *pools = ARENA_ARRAY(m->arena, struct bill_pool, m->metering->count + 1);
    size_t count = 0;
    for (size_t i = 0; i < m->metering->count; i++)
        add_to_pool(pools, &count, &m->metering->tallies[i], hours);
    if (free_tier != FREE_TIER_NONE)
        bill_pools_free(pools, count, free_tier, m->arena);
    for (size_t i = 0; i < m->workload.item_count; i++)
        for (size_t p = 0; p < count; p++) {
            const uint128 gift = free_of(&pools[p], free_tier);
            if (pools[p].price == m->workload.items[i].tally->price && gift > 0)
                workload_keep(&m->workload, i, pools[p].billed - gift, pools[p].billed);
        }
}

/* ---- a commitment ---- */

/* Shares of the fee's cents by use, cumulative, what nobody used at the end. */
static void add_parts(struct month *m, size_t c, int64_t fee_cents, money fee)
{
    const size_t items = m->workload.item_count;
    const uint128 capacity = m->coverage.capacity[c];
    uint128 used = 0;
    int64_t before = 0;
    for (size_t i = 0; i < items && capacity > 0; i++) {
        const size_t at = c * items + i;
        if (m->coverage.covered[at] == 0)
            continue;
        used += m->coverage.used[at];
        const int64_t after = (int64_t)wide_mul_div_half_up((uint64_t)fee_cents, used, capacity);
        const size_t tally = (size_t)(m->workload.items[i].tally - m->metering->tallies);
        m->out->effective[tally] += (money)wide_mul_div((uint128)fee, m->coverage.used[at], capacity);
        m->out->covered[tally] += m->coverage.covered[at];
        add_used_line(m, c, i, after - before);
        before = after;
    }
    if (used < capacity)
        add_unused_line(m, c, capacity - used, fee_cents - before);
}

bool commitment_month(struct commitment_month *out, struct metering *metering, const struct bill *bill, int hours,
                      struct arena *arena, struct diag *diag)
{
    const struct commitments *const list = bill->options.commitments;
    struct month m = { .out = out, .bill = bill, .metering = metering, .arena = arena };
    bool good = true;
    *out = (struct commitment_month){ .results = ARENA_ARRAY(arena, struct commitment_result, list->count + 1),
                                      .covered = ARENA_ARRAY(arena, uint128, metering->count + 1),
                                      .effective = ARENA_ARRAY(arena, money, metering->count + 1) };
    m.paid_hours = hours == LEAP_FEBRUARY ? hours - 24 : hours;
    workload_form(&m.workload, metering, hours, arena);
    leave_what_is_free(&m, hours);
    for (size_t c = 0; c < list->count; c++)
        CHECK(list->list[c].kind != COMMITMENT_RESERVED || list->list[c].count > 0, "nothing is reserved");
    m.rates = ARENA_ARRAY(arena, struct commitment_rates, list->count + 1);
    for (size_t c = 0; c < list->count; c++)
        good = commitment_rates_find(&m.rates[c], &list->list[c], list->terms, &m.workload,
                                     bill->options.allow_unpriced && list->list[c].kind != COMMITMENT_RESERVED, arena,
                                     diag) &&
               good;
    if (!good)
        return false;
    coverage_find(&m.coverage, &m.workload, m.rates, list->count, arena);
    for (size_t c = 0; c < list->count; c++) {
        money fee;
        const int64_t cents = add_fees(&m, &m.rates[c], &fee);
        add_parts(&m, c, cents, fee);
        out->results[c] = coverage_result(&m.coverage, &m.workload, m.rates, c, fee, list->discount_e6);
    }
    for (size_t t = 0; t < metering->count; t++)
        metering->tallies[t].total -= out->covered[t];
    return true;
}

int commitment_share_compare(const struct commitment_share *a, const struct commitment_share *b)
{
    if (!a || !b)
        return (a != NULL) - (b != NULL);
    const int order = strcmp(a->of->name, b->of->name);
    return order != 0 ? order : (a->part > b->part) - (a->part < b->part);
}
