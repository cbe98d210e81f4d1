/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bill -- tallies into lines: pool by price, fill the tiers, round once.
 *
 *   tallies of one price -> total -> which tiers it reaches -> lines
 *
 * While a pool stays within one tier every resource has a line of its own; once it reaches a second tier nobody can
 * say whose bytes were the cheap ones, so there is a line per tier for all of them together.
 */
#include "pricing/bill.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "pricing/aws_region.h"
#include "pricing/bill_pool.h"
#include "pricing/bill_text.h"
#include "pricing/wide.h"
#include "sim/base/check.h"
#include "sim/base/text.h"

#define E6                 1000000
#define LARGEST_LINE_UNITS UINT64_C(1000000000000000000) /* pricing units: keeps every amount within 127 bits */
#define LARGEST_LINE_USD   INT64_C(10000000000000)       /* ten trillion: a bill of thousands of such lines fits too */

struct writer {
    struct bill *bill;
    struct bill_pool *pools;
    struct arena *arena;
    struct diag *diag;
    size_t capacity;
    bool good;
};

/* The part of a pool that a line is about: `amount` over `divisor` pricing units at one tier's rate. */
struct share {
    const struct tally *tallies;
    size_t count;
    const struct price_tier *tier;
    uint128 amount, divisor;
};

/* ---- one line ---- */

static const char *common_text(const struct share *share, const char *(*text)(const struct tally *), const char *mixed)
{
    for (size_t i = 1; i < share->count; i++)
        if (!text_equal(text(&share->tallies[i]), text(&share->tallies[0])))
            return mixed;
    return text(&share->tallies[0]);
}

static const char *zone_of(const struct tally *tally)
{
    return tally->zone;
}
static const char *tier_of(const struct tally *tally)
{
    return tally->tier;
}

/* Meters come in the order of their resources within an operation. */
static const char *join_resources(const struct share *share, struct arena *arena)
{
    const char *joined = share->tallies[0].resource;
    for (size_t i = 1; i < share->count; i++) {
        bool seen = false;
        for (size_t j = 0; j < i; j++)
            seen = seen || text_equal(share->tallies[j].resource, share->tallies[i].resource);
        if (!seen)
            joined = arena_printf(arena, "%s, %s", joined, share->tallies[i].resource);
    }
    return joined;
}

static bool price_line(struct bill_line *line, const struct share *share, struct diag *diag)
{
    const money rate = share->tier->rate;
    if (share->amount / share->divisor > LARGEST_LINE_UNITS)
        return diag_error(diag, share->tier->at, "a month uses more than 1e18 units of '%s'", line->usage_type);
    line->exact = (money)wide_mul_div(share->amount, (uint128)rate, share->divisor);
    if (line->exact / MONEY_PER_USD > LARGEST_LINE_USD)
        return diag_error(diag, share->tier->at, "a line of '%s' costs more than ten trillion dollars",
                          line->usage_type);
    line->cents = money_to_cents(line->exact);
    line->quantity_e6 = (int128)wide_mul_div_half_up(share->amount, E6, share->divisor);
    line->quantity = (double)share->amount / (double)share->divisor;
    return true;
}

static void add_line(struct writer *writer, const struct share *share)
{
    const struct tally *const tally = share->tallies;
    const struct price *const price = tally->price;
    const struct price_tier *const tier = share->tier;
    const struct aws_region *const region = aws_region_find(price->region);
    const bool per_million = tally->unit->per_million;
    struct bill_line line = {
        .service = price->service,
        .service_name = bill_service_name(price, writer->arena),
        .usage_type = arena_printf(writer->arena, "%s%s", region ? region->prefix : "", price->usage_type),
        .operation = bill_operation(tally, writer->arena),
        .resource = join_resources(share, writer->arena),
        .region = price->region,
        .zone = common_text(share, zone_of, ""),
        .tier = common_text(share, tier_of, "shared"),
        .unit = price->unit,
        .rate = per_million ? tier->rate * E6 : tier->rate,
        .rate_per = per_million ? E6 : 1,
        .tier_from = (double)tier->from_e6 / E6,
        .tier_to = tier->to_e6 == PRICE_OPEN ? (double)INFINITY : (double)tier->to_e6 / E6,
        .as_of = tier->as_of,
        .source = tier->source,
        .confidence = tier->confidence,
        .sku = tier->sku,
    };
    if (!price_line(&line, share, writer->diag)) {
        writer->good = false;
        return;
    }
    line.description = bill_description(&line, price, tier, tally->unit, writer->arena);
    line.note = bill_note(&line, tally, share->count, writer->arena);
    struct bill *const bill = writer->bill;
    if (bill->line_count == writer->capacity) {
        writer->capacity = writer->capacity ? 2 * writer->capacity : 64;
        bill->lines = arena_grow(writer->arena, bill->lines, bill->line_count, writer->capacity, sizeof *bill->lines);
    }
    bill->lines[bill->line_count++] = line;
    bill->total_cents += line.cents;
}

/* ---- a pool ---- */

static int hours_of(struct bill_period period)
{
    return 24 * period.days;
}

/* Daily shares of a month in millionths need not add up to one: a thousandth is forgiven before counting up. */
static uint128 whole_months(uint128 total, uint128 divisor)
{
    const uint128 forgiven = divisor / 1000;
    const uint128 counted = total > forgiven ? total - forgiven : total;
    return (counted + divisor - 1) / divisor * divisor;
}

static uint128 billed_amount(const struct tally *tally, uint128 divisor)
{
    return tally->rule->grain == GRAIN_STARTED_MONTH ? whole_months(tally->total, divisor) : tally->total;
}

static uint128 bound(int64_t bound_e6, uint128 divisor)
{
    return (uint64_t)bound_e6 * (divisor / E6); /* a divisor is a multiple of the weights' millionths */
}

static uint128 amount_in_tier(uint128 total, const struct price_tier *tier, uint128 divisor)
{
    const uint128 from = bound(tier->from_e6, divisor);
    if (total <= from)
        return 0;
    const bool open = tier->to_e6 == PRICE_OPEN || total < bound(tier->to_e6, divisor);
    return (open ? total : bound(tier->to_e6, divisor)) - from;
}

static bool reaches_second_tier(uint128 total, const struct price *price, uint128 divisor)
{
    return price->tier_count > 1 && amount_in_tier(total, &price->tiers[1], divisor) > 0;
}

static void add_pool(struct writer *writer, const struct tally *tallies, size_t count)
{
    const struct price *const price = tallies->price;
    const uint128 divisor = metering_divisor(tallies->unit, hours_of(writer->bill->period));
    const size_t first_line = writer->bill->line_count;
    struct bill_pool *const pool = &writer->pools[writer->bill->pool_count++];
    uint128 billed = 0;
    *pool = (struct bill_pool){ .price = price };
    for (size_t i = 0; i < count; i++) {
        pool->total = wide_add(pool->total, tallies[i].total);
        billed = wide_add(billed, billed_amount(&tallies[i], divisor));
    }
    if (reaches_second_tier(billed, price, divisor)) {
        for (int i = 0; i < price->tier_count; i++) {
            const uint128 amount = amount_in_tier(billed, &price->tiers[i], divisor);
            if (amount > 0)
                add_line(writer, &(struct share){ tallies, count, &price->tiers[i], amount, divisor });
        }
    } else {
        for (size_t i = 0; i < count; i++)
            if (tallies[i].total > 0)
                add_line(writer, &(struct share){ &tallies[i], 1, &price->tiers[0], billed_amount(&tallies[i], divisor),
                                                  divisor });
    }
    for (size_t i = first_line; i < writer->bill->line_count; i++)
        pool->exact += writer->bill->lines[i].exact;
}

static size_t pool_end(const struct metering *metering, size_t first)
{
    size_t end = first + 1;
    while (end < metering->count && metering->tallies[end].price == metering->tallies[first].price)
        end++;
    return end;
}

/* For people: by what is sold, then where, then tier by tier. */
static int compare_lines(const void *a, const void *b)
{
    const struct bill_line *const left = a, *const right = b;
    int order = strcmp(left->service, right->service);
    if (order == 0)
        order = strcmp(left->usage_type, right->usage_type);
    if (order == 0)
        order = strcmp(left->region, right->region);
    if (order == 0)
        order = strcmp(left->operation, right->operation);
    if (order == 0)
        order = (left->tier_from > right->tier_from) - (left->tier_from < right->tier_from);
    if (order == 0)
        order = strcmp(left->resource, right->resource);
    if (order == 0)
        order = strcmp(left->zone, right->zone);
    return order != 0 ? order : strcmp(left->tier, right->tier);
}

struct bill_period bill_period_of(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    CHECK(month >= 1 && month <= 12, "a month is 1..12");
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return (struct bill_period){ year, month, days[month - 1] + (month == 2 && leap) };
}

bool bill_compute(struct bill *out, const struct price_book *book, const struct usage *usage, size_t usage_count,
                  struct bill_period period, struct arena *arena, struct diag *diag)
{
    CHECK(period.days >= 28 && period.days <= 31, "a month has 28 to 31 days");
    struct metering metering;
    *out = (struct bill){ .period = period };
    if (!metering_run(&metering, book, usage, usage_count, hours_of(period), arena, diag))
        return false;
    struct writer writer = { .bill = out, .arena = arena, .diag = diag, .good = true };
    writer.pools = ARENA_ARRAY(arena, struct bill_pool, metering.count + 1);
    out->pools = writer.pools;
    for (size_t first = 0, end; first < metering.count; first = end) {
        end = pool_end(&metering, first);
        add_pool(&writer, &metering.tallies[first], end - first);
    }
    if (out->line_count > 0)
        qsort(out->lines, out->line_count, sizeof *out->lines, compare_lines);
    return writer.good;
}

/* ---- a day at the month's average ---- */

static const struct bill_pool *find_pool(const struct bill *month, const struct price *price)
{
    for (size_t i = 0; i < month->pool_count; i++)
        if (month->pools[i].price == price && month->pools[i].total > 0)
            return &month->pools[i];
    return NULL;
}

bool bill_price_at_average(money *out, const struct bill *month, const struct price_book *book,
                           const struct usage *usage, size_t usage_count, struct arena *arena, struct diag *diag)
{
    struct metering metering;
    *out = 0;
    if (!metering_run(&metering, book, usage, usage_count, hours_of(month->period), arena, diag))
        return false;
    for (size_t i = 0; i < metering.count; i++) {
        const struct tally *const tally = &metering.tallies[i];
        const struct bill_pool *const pool = find_pool(month, tally->price);
        const uint128 divisor = metering_divisor(tally->unit, hours_of(month->period));
        if (tally->total / divisor > LARGEST_LINE_UNITS)
            return diag_error(diag, tally->price->tiers[0].at, "a day uses more than 1e18 units of '%s'",
                              tally->price->usage_type);
        *out += (money)(pool ? wide_mul_div(tally->total, (uint128)pool->exact, pool->total)
                             : wide_mul_div(tally->total, (uint128)tally->price->tiers[0].rate, divisor));
    }
    return true;
}
