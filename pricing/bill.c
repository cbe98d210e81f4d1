/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bill -- tallies into lines: pool by price, take off what is free, fill the tiers, round once.
 *
 *   tallies, less what commitments cover -> by price -> which tiers it reaches -> lines -> support, a share of them
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
#include "pricing/commitment_cover.h"
#include "pricing/usage_file.h"
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
    const struct price *price;
    const struct tally *tallies;
    size_t count;
    const struct price_tier *tier;
    uint128 amount, divisor;
    const char *free_name; /* of the free tier's part */
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

/* Off everything but support, which is a share of what is left. */
static int64_t discount_of(const struct bill *bill, const char *service)
{
    return bill->options.commitments && !text_equal(service, "AWSSupport") ? bill->options.commitments->discount_e6 : 0;
}

static bool price_line(struct bill_line *line, const struct share *share, struct diag *diag)
{
    const money rate = share->tier->rate;
    if (share->amount / share->divisor > LARGEST_LINE_UNITS)
        return diag_error(diag, share->tier->at, "a month uses more than 1e18 units of '%s'", line->usage_type);
    line->exact = (money)wide_mul_div(share->amount, (uint128)rate * (uint64_t)(E6 - line->discount_e6),
                                      share->divisor * E6);
    if (line->exact / MONEY_PER_USD > LARGEST_LINE_USD)
        return diag_error(diag, share->tier->at, "a line of '%s' costs more than ten trillion dollars",
                          line->usage_type);
    line->cents = money_to_cents(line->exact);
    line->quantity_e6 = (int128)wide_mul_div_half_up(share->amount, E6, share->divisor);
    line->quantity = (double)share->amount / (double)share->divisor;
    return true;
}

static void append(struct writer *writer, const struct bill_line *line)
{
    struct bill *const bill = writer->bill;
    if (bill->line_count == writer->capacity) {
        writer->capacity = writer->capacity ? 2 * writer->capacity : 64;
        bill->lines = arena_grow(writer->arena, bill->lines, bill->line_count, writer->capacity, sizeof *bill->lines);
    }
    bill->lines[bill->line_count++] = *line;
    bill->total_cents += line->cents;
}

static void add_line(struct writer *writer, const struct share *share)
{
    const struct tally *const tally = share->tallies;
    const struct price *const price = share->price;
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
        .discount_e6 = discount_of(writer->bill, price->service),
    };
    if (!price_line(&line, share, writer->diag)) {
        writer->good = false;
        return;
    }
    line.description = bill_description(&line, price, tier, tally->unit, writer->arena);
    line.note = share->free_name ? arena_printf(writer->arena, "free tier: %s a month", share->free_name)
                                 : bill_note(&line, tally, share->count, writer->arena);
    if (line.discount_e6 > 0)
        line.note = arena_printf(writer->arena, "%s%sprivate discount of %g%%", line.note ? line.note : "",
                                 line.note ? "; " : "", (double)line.discount_e6 * 100 / E6);
    append(writer, &line);
}

/* A line that says what it cannot say: no rate, no amount. */
static void add_unpriced(struct writer *writer, const struct unpriced *unpriced)
{
    const struct usage_key *const key = unpriced->key;
    const struct service_facts *const facts = service_facts_find(key->service, key->usage_type);
    const struct aws_region *const region = aws_region_find(key->region);
    const struct bill_line line = {
        .service = key->service,
        .service_name = facts->name[0] ? facts->name : key->service,
        .usage_type = arena_printf(writer->arena, "%s%s", region ? region->prefix : "", key->usage_type),
        .operation = key->operation,
        .resource = key->resource,
        .region = aws_region_is_global(key->region) ? PRICE_GLOBAL : key->region,
        .zone = key->zone,
        .tier = key->tier,
        .description = arena_printf(writer->arena, "unpriced: the price book has no rate for '%s' of '%s' in '%s'",
                                    key->usage_type, key->service, key->region),
        .unit = unpriced->unit,
        .quantity = (double)unpriced->quantity_e6 / E6,
        .quantity_e6 = (int128)unpriced->quantity_e6,
        .rate_per = 1,
        .tier_to = (double)INFINITY,
        .as_of = "",
        .source = "",
        .confidence = "",
        .sku = "",
        .note = "unpriced: the total is incomplete",
        .unpriced = true,
    };
    append(writer, &line);
    writer->bill->unpriced++;
}

/* ---- a pool ---- */

static int hours_of(const struct bill *bill)
{
    return bill->options.hours_per_month > 0 ? bill->options.hours_per_month : 24 * bill->period.days;
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

/* What of the units from `first` to `total` lies in the tier. */
static uint128 amount_in_tier(uint128 first, uint128 total, const struct price_tier *tier, uint128 divisor)
{
    const uint128 begin = bound(tier->from_e6, divisor), from = begin > first ? begin : first;
    const bool open = tier->to_e6 == PRICE_OPEN || total < bound(tier->to_e6, divisor);
    const uint128 to = open ? total : bound(tier->to_e6, divisor);
    return to > from ? to - from : 0;
}

/* The tiers of a price; without the free tier a free first one costs as the second. */
static struct price tiers_of(const struct price *price, enum free_tier free_tier, struct arena *arena)
{
    struct price out = *price;
    if (price->tier_count < 2 || price->tiers[0].rate > 0 || bill_first_tier_is_open(price, free_tier))
        return out;
    struct price_tier *tiers = ARENA_ARRAY(arena, struct price_tier, price->tier_count - 1);
    memcpy(tiers, price->tiers + 1, (size_t)(price->tier_count - 1) * sizeof *tiers);
    tiers[0].from_e6 = 0;
    out.tiers = tiers;
    out.tier_count = price->tier_count - 1;
    return out;
}

static void add_pooled_lines(struct writer *writer, const struct bill_pool *pool, const struct price *price)
{
    struct price_tier gift = price->tiers[0];
    struct share share = { price, pool->tallies, pool->count, &gift, pool->free, pool->divisor, pool->free_name };
    gift.rate = 0;
    if (pool->free > 0)
        add_line(writer, &share);
    share.free_name = NULL;
    const uint128 first = pool->free_fills_tiers ? pool->free : 0;
    for (int i = 0; i < price->tier_count; i++) {
        share.tier = &price->tiers[i];
        share.amount = amount_in_tier(first, pool->billed - pool->free + first, &price->tiers[i], pool->divisor);
        if (share.amount > 0)
            add_line(writer, &share);
    }
}

static void add_lines(struct writer *writer, struct bill_pool *pool)
{
    const struct price price = tiers_of(pool->price, writer->bill->options.free_tier, writer->arena);
    const size_t first_line = writer->bill->line_count;
    const bool second_tier = price.tier_count > 1 &&
                             amount_in_tier(0, pool->billed, &price.tiers[1], pool->divisor) > 0;
    if (second_tier || pool->free > 0)
        add_pooled_lines(writer, pool, &price);
    else
        for (size_t i = 0; i < pool->count; i++)
            if (pool->tallies[i].total > 0)
                add_line(writer,
                         &(struct share){ &price, &pool->tallies[i], 1, &price.tiers[0],
                                          billed_amount(&pool->tallies[i], pool->divisor), pool->divisor, NULL });
    for (size_t i = first_line; i < writer->bill->line_count; i++)
        pool->exact += writer->bill->lines[i].exact;
}

static bool is_share_of_charges(const struct bill_pool *pool)
{
    return text_equal(pool->price->unit, "Ratio");
}

static void form_pools(struct writer *writer, const struct metering *metering)
{
    struct bill *const bill = writer->bill;
    for (size_t i = 0; i < metering->count; i++) {
        const struct tally *const tally = &metering->tallies[i];
        struct bill_pool *pool = bill->pool_count ? &writer->pools[bill->pool_count - 1] : NULL;
        if (!pool || pool->price != tally->price) {
            pool = &writer->pools[bill->pool_count++];
            *pool = (struct bill_pool){ .price = tally->price,
                                        .tallies = tally,
                                        .divisor = metering_divisor(tally->unit, hours_of(bill)) };
        }
        pool->count++;
        pool->total = wide_add(pool->total, tally->total);
        pool->billed = wide_add(pool->billed, billed_amount(tally, pool->divisor));
    }
}

/* ---- support: the larger of a minimum and a share of all other charges, by tiers ---- */

static void add_minimum(struct writer *writer, const struct bill_pool *pool, money minimum)
{
    struct tally tally = *pool->tallies;
    struct price price = *pool->price;
    struct price_tier tier = price.tiers[0];
    tally.unit = pricing_unit_find("Mo");
    tally.price = &price;
    price.unit = "Mo";
    price.tiers = &tier;
    price.tier_count = 1;
    tier.to_e6 = PRICE_OPEN;
    tier.rate = minimum;
    tier.description = "the minimum, which is more than the share of the charges";
    add_line(writer, &(struct share){ &price, &tally, 1, &tier, E6, E6, NULL });
}

static void add_support(struct writer *writer, struct bill_pool *pool, int64_t base_cents)
{
    const struct price *const price = pool->price;
    const char *const least = price_attribute(price->attributes, "minimum_usd", writer->arena);
    const uint128 total = (uint128)base_cents * (E6 / 100); /* dollars over a divisor of a million */
    money minimum = 0, sum = 0;
    if (least && !money_from_decimal(least, &minimum)) {
        writer->good = diag_error(writer->diag, price->tiers[0].at, "'%.40s' is not a minimum_usd", least);
        return;
    }
    for (int i = 0; i < price->tier_count; i++)
        sum += (money)wide_mul_div(amount_in_tier(0, total, &price->tiers[i], E6), (uint128)price->tiers[i].rate, E6);
    if (sum < minimum) {
        add_minimum(writer, pool, minimum);
        return;
    }
    for (int i = 0; i < price->tier_count; i++) {
        const uint128 amount = amount_in_tier(0, total, &price->tiers[i], E6);
        if (amount > 0)
            add_line(writer, &(struct share){ price, pool->tallies, 1, &price->tiers[i], amount, E6, NULL });
    }
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
        order = (left->rate > right->rate) - (left->rate < right->rate); /* the free part of a tier first */
    if (order == 0)
        order = strcmp(left->resource, right->resource);
    if (order == 0)
        order = strcmp(left->zone, right->zone);
    if (order == 0)
        order = strcmp(left->tier, right->tier);
    return order != 0 ? order : commitment_share_compare(left->commitment, right->commitment);
}

struct bill_period bill_period_of(int year, int month)
{
    static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    CHECK(month >= 1 && month <= 12, "a month is 1..12");
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return (struct bill_period){ year, month, days[month - 1] + (month == 2 && leap) };
}

/* A day is priced at the month's average: what is covered costs its share of the fees. */
static void add_covered_to_pools(struct writer *writer, const struct metering *metering,
                                 const struct commitment_month *month)
{
    for (size_t i = 0; i < writer->bill->pool_count; i++) {
        struct bill_pool *const pool = &writer->pools[i];
        for (size_t t = 0; t < pool->count; t++) {
            const size_t tally = (size_t)(&pool->tallies[t] - metering->tallies);
            pool->total = wide_add(pool->total, month->covered[tally]);
            pool->exact += month->effective[tally];
        }
    }
}

static void write_bill(struct writer *writer, const struct metering *metering, const struct commitment_month *month)
{
    struct bill *const bill = writer->bill;
    form_pools(writer, metering);
    if (bill->options.free_tier != FREE_TIER_NONE)
        bill_pools_free(writer->pools, bill->pool_count, bill->options.free_tier, writer->arena);
    for (size_t i = 0; i < bill->pool_count; i++)
        if (!is_share_of_charges(&writer->pools[i]))
            add_lines(writer, &writer->pools[i]);
    for (size_t i = 0; i < month->line_count; i++)
        append(writer, &month->lines[i]);
    for (size_t i = 0; i < metering->unpriced_count; i++)
        add_unpriced(writer, &metering->unpriced[i]);
    const int64_t charges_cents = bill->total_cents;
    for (size_t i = 0; i < bill->pool_count; i++)
        if (is_share_of_charges(&writer->pools[i]) && writer->pools[i].total > 0)
            add_support(writer, &writer->pools[i], charges_cents);
    if (month->line_count > 0)
        add_covered_to_pools(writer, metering, month);
    if (bill->line_count > 0)
        qsort(bill->lines, bill->line_count, sizeof *bill->lines, compare_lines);
}

bool bill_compute_all(struct bill *out, const struct price_book *book, const struct usage *usage, size_t usage_count,
                      const struct usage_record *records, size_t record_count, struct bill_period period,
                      const struct bill_options *options, struct arena *arena, struct diag *diag)
{
    CHECK(period.days >= 28 && period.days <= 31, "a month has 28 to 31 days");
    struct metering metering;
    *out = (struct bill){ .period = period, .options = *options };
    const struct metering_setting setting = {
        book,  hours_of(out), options->allow_unpriced,
        arena, diag,          options->commitments && options->commitments->count > 0
    };
    struct metering_work *const work = metering_new(&setting);
    metering_add_usage(work, usage, usage_count);
    const bool good = usage_records_meter(work, records, record_count, setting.hours_of_month, arena, diag);
    if (!metering_end(work, &metering) || !good)
        return false;
    struct commitment_month month = { 0 };
    if (setting.by_hour && !commitment_month(&month, &metering, out, setting.hours_of_month, arena, diag))
        return false;
    out->commitments = month.results;
    out->commitment_count = setting.by_hour ? options->commitments->count : 0;
    struct writer writer = { .bill = out, .arena = arena, .diag = diag, .good = true };
    writer.pools = ARENA_ARRAY(arena, struct bill_pool, metering.count + 1);
    out->pools = writer.pools;
    write_bill(&writer, &metering, &month);
    return writer.good;
}

bool bill_compute(struct bill *out, const struct price_book *book, const struct usage *usage, size_t usage_count,
                  struct bill_period period, struct arena *arena, struct diag *diag)
{
    const struct bill_options calendar = { 0 };
    return bill_compute_all(out, book, usage, usage_count, NULL, 0, period, &calendar, arena, diag);
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
    const struct metering_setting setting = {
        book, hours_of(month), month->options.allow_unpriced, arena, diag, false
    };
    if (!metering_run(&metering, &setting, usage, usage_count))
        return false;
    for (size_t i = 0; i < metering.count; i++) {
        const struct tally *const tally = &metering.tallies[i];
        const struct bill_pool *const pool = find_pool(month, tally->price);
        const uint128 divisor = metering_divisor(tally->unit, hours_of(month));
        if (tally->total / divisor > LARGEST_LINE_UNITS)
            return diag_error(diag, tally->price->tiers[0].at, "a day uses more than 1e18 units of '%s'",
                              tally->price->usage_type);
        *out += (money)(pool ? wide_mul_div(tally->total, (uint128)pool->exact, pool->total)
                             : wide_mul_div(tally->total, (uint128)tally->price->tiers[0].rate, divisor));
    }
    return true;
}
