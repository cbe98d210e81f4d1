/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * metering -- find the tallies of a key once, then add.
 *
 *   record -> route (by key pointer) -> sales -> tally (by content) -> total, or an hourly entry -> rounded -> total
 */
#include "pricing/metering.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "pricing/attribute_words.h"
#include "pricing/commitment.h"
#include "pricing/metered_hours.h"
#include "pricing/metering_steps.h"
#include "pricing/sold_price.h"
#include "sim/base/check.h"
#include "sim/base/text.h"

#define LARGEST_QUANTITY  INT64_C(1000000000000000000)
#define LARGEST_WEIGHT_E6 INT64_C(1000000000)
#define LARGEST_TOTAL     (10 * LARGEST_AMOUNT)
#define WEIGHT_SCALE      1000000
#define MONTHS_SCALE      UINT64_C(1000000)
#define NS_PER_HOUR       UINT64_C(3600000000000)

enum { MOST_SALES = 4 };

/* One thing that a key is sold as. */
struct sale {
    const struct billing_rule *rule;
    int tally;
    uint128 scale; /* of a quantity, into the units of the price, and as often as it counts */
    struct steps steps;
    bool by_hour; /* its hours are kept */
};

struct route {
    const struct usage_key *key; /* NULL = free slot */
    struct sale sales[MOST_SALES];
    int count; /* 0 when the key cannot be billed */
};

struct hourly {
    int tally;
    int32_t hour;
    int64_t weight_e6;
    int dimension;
    uint128 quantity;
    int64_t span_ns;
    bool all_month;
};

struct metering_work {
    struct metering_setting setting;
    const struct price_book *book;
    struct arena *arena;
    struct diag *diag;
    struct route *routes; /* open addressing, a power of two */
    size_t route_count, route_slots;
    struct tally *tallies;
    size_t tally_count, tally_capacity;
    int *buckets; /* tallies by content: hash -> tally + 1, open addressing */
    size_t bucket_slots;
    struct hourly *hourly;
    size_t hourly_count, hourly_capacity;
    struct unpriced *unpriced;
    size_t unpriced_count, unpriced_capacity;
    struct metered_hours hours;
    bool good;
};

/* ---- a sale ---- */

/* What is sold by the month is metered as time or directly as millionths of a month. */
static bool is_month_share(const struct usage_key *key, const struct pricing_unit *unit)
{
    return key->unit == USAGE_MONTHS_E6 && unit->metered == USAGE_NANOSECONDS && unit->per_month;
}

static bool check_units(struct metering_work *work, const struct usage_key *key, const struct sale *sale,
                        const struct price *price, bool any_unit, struct mark at)
{
    static const char *const names[] = { "count", "bytes", "nanoseconds", "byte-hours", "months" };
    const struct billing_rule *const rule = sale->rule;
    const struct pricing_unit *const unit = pricing_unit_find(price->unit);
    if (!any_unit && key->unit != rule->unit && !is_month_share(key, unit)) {
        diag_error(work->diag, at, "usage type '%s' of '%s' is metered in another unit", key->usage_type, key->service);
        return diag_hint(work->diag, "its unit is %s", names[rule->unit]);
    }
    if (rule->grain != GRAIN_PEAK_DIMENSION && !sale->steps.scaled && unit->metered != rule->unit)
        return diag_error(work->diag, price->tiers[0].at,
                          "'%s' is sold per '%.20s', which its tally cannot be converted to", price->usage_type,
                          price->unit);
    return true;
}

/* ---- tallies ---- */

static uint64_t tally_hash(const struct tally *tally)
{
    uint64_t hash = text_hash(tally->resource);
    hash = text_hash_more(hash, tally->zone);
    hash = text_hash_more(hash, tally->tier);
    hash = text_hash_more(hash, tally->price->usage_type);
    return text_hash_more(hash, tally->price->attributes);
}

static bool tally_same(const struct tally *a, const struct tally *b)
{
    return a->price == b->price && text_equal(a->operation, b->operation) && text_equal(a->resource, b->resource) &&
           text_equal(a->zone, b->zone) && text_equal(a->tier, b->tier);
}

static int *tally_bucket(struct metering_work *work, const struct tally *wanted)
{
    size_t at = (size_t)tally_hash(wanted) & (work->bucket_slots - 1);
    while (work->buckets[at] && !tally_same(&work->tallies[work->buckets[at] - 1], wanted))
        at = (at + 1) & (work->bucket_slots - 1);
    return &work->buckets[at];
}

static void grow_tallies(struct metering_work *work)
{
    const size_t capacity = work->tally_capacity ? 2 * work->tally_capacity : 64;
    work->tallies = arena_grow(work->arena, work->tallies, work->tally_count, capacity, sizeof *work->tallies);
    work->tally_capacity = capacity;
    work->bucket_slots = 2 * capacity;
    work->buckets = ARENA_ARRAY(work->arena, int, work->bucket_slots);
    for (size_t i = 0; i < work->tally_count; i++)
        *tally_bucket(work, &work->tallies[i]) = (int)i + 1;
}

static int tally_of(struct metering_work *work, const struct billing_rule *rule, const struct price *price,
                    const struct usage_key *key)
{
    const bool whole_resource = rule->grain == GRAIN_PEAK_DIMENSION; /* a balancer's nodes share its capacity units */
    const struct tally wanted = {
        .rule = rule,
        .price = price,
        .unit = pricing_unit_find(price->unit),
        .operation = rule->operation ? key->operation : "",
        .resource = key->resource,
        .zone = whole_resource ? "" : key->zone,
        .tier = key->tier,
    };
    if (work->tally_count == work->tally_capacity)
        grow_tallies(work);
    int *const bucket = tally_bucket(work, &wanted);
    if (!*bucket) {
        work->tallies[work->tally_count] = wanted;
        work->tallies[work->tally_count].number = (int)work->tally_count;
        *bucket = (int)++work->tally_count;
    }
    return *bucket - 1;
}

/* ---- routes: the hot path is one probe by pointer ---- */

static bool add_sale(struct metering_work *work, struct route *route, const struct billing_rule *rule, bool any_unit,
                     struct mark at)
{
    const struct usage_key *const key = route->key;
    struct sale *const sale = &route->sales[route->count];
    const struct price *price;
    if (!sold_price(&price, &work->setting, rule, key, at))
        work->good = false;
    if (!price)
        return false;
    const struct pricing_unit *const unit = pricing_unit_find(price->unit);
    sale->rule = rule ? rule : billing_rule_default(unit->metered);
    if (!steps_resolve(&sale->steps, sale->rule, key->operation, work->arena, at, work->diag) ||
        !check_units(work, key, sale, price, any_unit, at)) {
        work->good = false;
        return false;
    }
    sale->tally = tally_of(work, sale->rule, price, key);
    sale->by_hour = work->setting.by_hour && commitment_may_cover(price);
    sale->scale = sale->rule->times ? (unsigned)sale->rule->times : 1;
    if (sale->rule->grain == GRAIN_PEAK_DIMENSION)
        sale->scale *= PEAK_DENOMINATOR / sale->rule->peak_of;
    else if (!sale->steps.scaled)
        sale->scale *= unit->scale;
    if (!any_unit && is_month_share(key, unit))
        sale->scale *= (unsigned)work->setting.hours_of_month * (NS_PER_HOUR / MONTHS_SCALE);
    route->count++;
    return true;
}

static struct route route_new(struct metering_work *work, const struct usage_key *key, bool any_unit, struct mark at)
{
    const struct billing_rule *rules[MOST_SALES];
    CHECK(key->service && key->usage_type && key->operation && key->resource && key->region && key->zone && key->tier,
          "the texts of a usage key are never NULL");
    struct route route = { .key = key };
    const int count = billing_rules_find(key, rules, MOST_SALES);
    if (!attribute_words_check(key, work->arena, at, work->diag)) {
        work->good = false;
        return route;
    }
    bool good = count > 0 || add_sale(work, &route, NULL, any_unit, at);
    for (int i = 0; i < count && good; i++)
        good = add_sale(work, &route, rules[i], any_unit, at);
    if (!good)
        route.count = 0;
    return route;
}

static struct route *route_slot(struct route *routes, size_t slots, const struct usage_key *key)
{
    size_t at = ((uintptr_t)key >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> 20 & (slots - 1);
    while (routes[at].key && routes[at].key != key)
        at = (at + 1) & (slots - 1);
    return &routes[at];
}

static void grow_routes(struct metering_work *work)
{
    const size_t slots = work->route_slots ? 2 * work->route_slots : 256;
    struct route *routes = ARENA_ARRAY(work->arena, struct route, slots);
    for (size_t i = 0; i < work->route_slots; i++)
        if (work->routes[i].key)
            *route_slot(routes, slots, work->routes[i].key) = work->routes[i];
    work->routes = routes;
    work->route_slots = slots;
}

static const struct route *route_of(struct metering_work *work, const struct usage_key *key, bool any_unit,
                                    struct mark at)
{
    struct route *slot = work->route_slots ? route_slot(work->routes, work->route_slots, key) : NULL;
    if (slot && slot->key)
        return slot;
    if (2 * work->route_count >= work->route_slots)
        grow_routes(work);
    slot = route_slot(work->routes, work->route_slots, key);
    *slot = route_new(work, key, any_unit, at);
    work->route_count++;
    return slot;
}

struct meter metering_meter(struct metering_work *work, const struct usage_key *key, struct mark at)
{
    const struct route *const route = route_of(work, key, true, at);
    if (route->count == 0)
        return (struct meter){ 0 };
    const struct billing_rule *const rule = route->sales[0].rule;
    struct meter meter = { .rule = rule, .unit = work->tallies[route->sales[0].tally].unit };
    meter.sold_as_is = !rule->sold_as;
    meter.whole = rule->grain == GRAIN_STARTED_HOUR;
    for (int i = 0; i < route->count; i++)
        meter.whole = meter.whole || route->sales[i].by_hour || route->sales[i].steps.shape.kind != STEP_NONE;
    return meter;
}

/* ---- totals ---- */

static void add_hourly(struct metering_work *work, const struct hourly *entry)
{
    if (work->hourly_count == work->hourly_capacity) {
        const size_t capacity = work->hourly_capacity ? 2 * work->hourly_capacity : 1024;
        work->hourly = arena_grow(work->arena, work->hourly, work->hourly_count, capacity, sizeof *work->hourly);
        work->hourly_capacity = capacity;
    }
    work->hourly[work->hourly_count++] = *entry;
}

static bool add_total(struct tally *tally, uint128 amount, int64_t weight_e6)
{
    uint128 weighted;
    if (!amount_times(amount, (uint64_t)weight_e6, &weighted) || tally->total > LARGEST_TOTAL)
        return false;
    tally->total += weighted;
    return true;
}

static bool add_to_sale(struct metering_work *work, const struct sale *sale, const struct reading *reading)
{
    uint128 amount, weighted;
    if (!steps_apply(&sale->steps, reading->quantity, reading->span_ns, &amount) ||
        !amount_times(amount, sale->scale, &amount))
        return false;
    if (sale->rule->grain != GRAIN_STARTED_HOUR && sale->rule->grain != GRAIN_PEAK_DIMENSION) {
        if (sale->by_hour)
            metered_hours_add(&work->hours, work->arena,
                              (struct metered_hour){ sale->tally, reading->all_month ? -1 : reading->hour,
                                                     reading->weight_e6, amount },
                              reading->offset_ns, reading->span_ns);
        return add_total(&work->tallies[sale->tally], amount, reading->weight_e6);
    }
    if (!amount_times(amount, (uint64_t)reading->weight_e6, &weighted))
        return false;
    add_hourly(work, &(struct hourly){ sale->tally, reading->hour, reading->weight_e6, sale->rule->dimension, amount,
                                       reading->span_ns, reading->all_month });
    return true;
}

void metering_add(struct metering_work *work, const struct reading *reading)
{
    const struct route *const route = route_of(work, reading->key, true, reading->at);
    for (int i = 0; i < route->count; i++)
        if (!add_to_sale(work, &route->sales[i], reading)) {
            work->good = diag_error(work->diag, reading->at, "there is more of '%s' than can be billed",
                                    reading->key->usage_type);
            return;
        }
}

void metering_add_unpriced(struct metering_work *work, const struct unpriced *unpriced)
{
    if (work->unpriced_count == work->unpriced_capacity) {
        const size_t capacity = work->unpriced_capacity ? 2 * work->unpriced_capacity : 64;
        work->unpriced = arena_grow(work->arena, work->unpriced, work->unpriced_count, capacity,
                                    sizeof *work->unpriced);
        work->unpriced_capacity = capacity;
    }
    work->unpriced[work->unpriced_count++] = *unpriced;
}

static int compare_hourly(const void *a, const void *b)
{
    const struct hourly *const left = a, *const right = b;
    if (left->tally != right->tally)
        return left->tally < right->tally ? -1 : 1;
    if (left->hour != right->hour)
        return left->hour < right->hour ? -1 : 1;
    return (left->weight_e6 > right->weight_e6) - (left->weight_e6 < right->weight_e6);
}

static bool close_started_hour(struct metering_work *work, struct tally *tally, const struct hourly *entries,
                               size_t count)
{
    uint128 time_ns = 0;
    int64_t span_ns = 0;
    for (size_t i = 0; i < count && time_ns <= LARGEST_TOTAL; i++) {
        time_ns += entries[i].quantity;
        span_ns = entries[i].span_ns > span_ns ? entries[i].span_ns : span_ns;
    }
    const uint128 hours = (time_ns + NS_PER_HOUR - 1) / NS_PER_HOUR;
    if (work->setting.by_hour && commitment_may_cover(tally->price))
        metered_hours_add(&work->hours, work->arena,
                          (struct metered_hour){ entries->tally, entries->all_month ? -1 : entries->hour,
                                                 entries->weight_e6, hours * NS_PER_HOUR },
                          0, span_ns);
    return add_total(tally, hours * NS_PER_HOUR, entries->weight_e6);
}

/* The largest dimension of each group; groups add up. */
static bool close_peak(struct metering_work *work, struct tally *tally, const struct hourly *entries, size_t count)
{
    uint128 units[PEAK_DIMENSIONS] = { 0 }, sum = 0;
    for (size_t i = 0; i < count && units[entries[i].dimension] <= LARGEST_TOTAL; i++)
        units[entries[i].dimension] += entries[i].quantity;
    for (int group = 0; group < PEAK_GROUPS; group++) {
        int peak = -1;
        for (int i = 0; i < PEAK_DIMENSIONS; i++)
            if (peak_dimensions[i].group == group && (peak < 0 || units[i] > units[peak]))
                peak = i;
        sum += units[peak];
        if (units[peak] > 0)
            tally->decided[peak] += (uint64_t)entries->weight_e6;
    }
    return add_total(tally, sum, entries->weight_e6);
}

static void close_hours(struct metering_work *work)
{
    if (work->hourly_count > 0)
        qsort(work->hourly, work->hourly_count, sizeof *work->hourly, compare_hourly);
    for (size_t first = 0, end; first < work->hourly_count; first = end) {
        const struct hourly *const entries = &work->hourly[first];
        for (end = first + 1; end < work->hourly_count; end++)
            if (compare_hourly(entries, &work->hourly[end]) != 0)
                break;
        struct tally *const tally = &work->tallies[entries->tally];
        const bool peak = tally->rule->grain == GRAIN_PEAK_DIMENSION;
        if (!(peak ? close_peak : close_started_hour)(work, tally, entries, end - first))
            work->good = diag_error(work->diag, (struct mark){ 0 }, "there is more of '%s' than can be billed",
                                    tally->price->usage_type);
    }
}

/* Prices are sorted in the book, so their addresses are an order of region, service, usage type, attributes. */
static int compare_tallies(const void *a, const void *b)
{
    const struct tally *const left = a, *const right = b;
    if (left->price != right->price)
        return left->price < right->price ? -1 : 1;
    int order = strcmp(left->operation, right->operation);
    if (order == 0)
        order = strcmp(left->resource, right->resource);
    if (order == 0)
        order = strcmp(left->zone, right->zone);
    return order != 0 ? order : strcmp(left->tier, right->tier);
}

static int compare_unpriced(const void *a, const void *b)
{
    const struct unpriced *const left = a, *const right = b;
    int order = strcmp(left->key->service, right->key->service);
    if (order == 0)
        order = strcmp(left->key->usage_type, right->key->usage_type);
    if (order == 0)
        order = strcmp(left->key->region, right->key->region);
    if (order == 0)
        order = strcmp(left->key->resource, right->key->resource);
    return order != 0 ? order : strcmp(left->unit, right->unit);
}

static void merge_unpriced(struct metering_work *work)
{
    size_t count = 0;
    if (work->unpriced_count > 0)
        qsort(work->unpriced, work->unpriced_count, sizeof *work->unpriced, compare_unpriced);
    for (size_t i = 0; i < work->unpriced_count; i++) {
        struct unpriced *const last = count ? &work->unpriced[count - 1] : NULL;
        if (!last || compare_unpriced(last, &work->unpriced[i]) != 0)
            work->unpriced[count++] = work->unpriced[i];
        else if (last->quantity_e6 <= LARGEST_TOTAL)
            last->quantity_e6 += work->unpriced[i].quantity_e6;
    }
    work->unpriced_count = count;
}

struct metering_work *metering_new(const struct metering_setting *setting)
{
    struct metering_work *work = ARENA_NEW(setting->arena, struct metering_work);
    *work = (struct metering_work){
        .setting = *setting, .book = setting->book, .arena = setting->arena, .diag = setting->diag, .good = true
    };
    return work;
}

/* Tallies in the order of bills; hours name them by their new places. */
static void sort_tallies(struct metering_work *work)
{
    int *places = ARENA_ARRAY(work->arena, int, work->tally_count + 1);
    if (work->tally_count > 0)
        qsort(work->tallies, work->tally_count, sizeof *work->tallies, compare_tallies);
    for (size_t i = 0; i < work->tally_count; i++)
        places[work->tallies[i].number] = (int)i;
    for (size_t i = 0; i < work->hours.count; i++)
        work->hours.list[i].tally = places[work->hours.list[i].tally];
}

bool metering_end(struct metering_work *work, struct metering *out)
{
    close_hours(work);
    merge_unpriced(work);
    sort_tallies(work);
    *out = (struct metering){ .tallies = work->tallies,
                              .count = work->tally_count,
                              .unpriced = work->unpriced,
                              .unpriced_count = work->unpriced_count,
                              .hours = work->hours.list,
                              .hour_count = work->hours.count };
    return work->good;
}

static void add_usage(struct metering_work *work, const struct usage *use)
{
    static const char *const units[] = { "count", "bytes", "nanoseconds", "byte-hours", "months" };
    if (use->quantity < 0 || use->quantity > LARGEST_QUANTITY || use->weight_e6 < 0 ||
        use->weight_e6 > LARGEST_WEIGHT_E6) {
        work->good = diag_error(work->diag, (struct mark){ 0 },
                                "quantity %" PRId64 " with weight %" PRId64 "e-6 of '%s' is out of bounds",
                                use->quantity, use->weight_e6, use->key->usage_type);
        return;
    }
    const struct reading reading = { use->key, use->hour, use->weight_e6, (uint64_t)use->quantity, NS_PER_HOUR,
                                     { 0 },    0,         false };
    if (route_of(work, use->key, false, reading.at)->count > 0)
        metering_add(work, &reading);
    else if (work->setting.allow_unpriced)
        metering_add_unpriced(
            work, &(struct unpriced){ use->key, units[use->key->unit], reading.quantity * (uint64_t)use->weight_e6 });
}

void metering_add_usage(struct metering_work *work, const struct usage *usage, size_t usage_count)
{
    for (size_t i = 0; i < usage_count; i++)
        add_usage(work, &usage[i]);
}

bool metering_run(struct metering *out, const struct metering_setting *setting, const struct usage *usage,
                  size_t usage_count)
{
    struct metering_work *const work = metering_new(setting);
    metering_add_usage(work, usage, usage_count);
    return metering_end(work, out);
}

uint128 metering_divisor(const struct pricing_unit *unit, int hours_of_month)
{
    const uint128 per_unit = (uint128)unit->metered_per_unit * unit->scale;
    return per_unit * (unit->per_month ? (unsigned)hours_of_month : 1) * WEIGHT_SCALE;
}
