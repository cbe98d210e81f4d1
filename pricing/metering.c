/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * metering -- find the tally of a key once, then add.
 *
 *   record -> route (by key pointer) -> tally (by content) -> total, or an hourly entry -> sorted, rounded -> total
 */
#include "pricing/metering.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "pricing/aws_region.h"
#include "pricing/wide.h"
#include "sim/base/check.h"
#include "sim/base/text.h"

#define LARGEST_QUANTITY  INT64_C(1000000000000000000)
#define LARGEST_WEIGHT_E6 INT64_C(1000000000)
#define WEIGHT_SCALE      1000000
#define MONTHS_SCALE      UINT64_C(1000000)
#define NS_PER_HOUR       UINT64_C(3600000000000)

enum { NO_TALLY = -1 };

struct route {
    const struct usage_key *key; /* NULL = free slot */
    const struct billing_rule *rule;
    int tally;      /* NO_TALLY when the key cannot be billed */
    uint64_t scale; /* of a quantity, into the metered unit of the price, and as often as it counts */
};

struct hourly {
    int tally;
    int32_t hour;
    int64_t weight_e6;
    int dimension;
    uint64_t quantity;
};

struct work {
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
    int hours_of_month;
    bool good;
};

/* ---- tallies ---- */

/* "{edge}-Requests" with operation "edge=US" is "US-Requests". NULL when the attribute is missing. */
static const char *sold_as(const struct billing_rule *rule, const struct usage_key *key, struct arena *arena)
{
    const char *const pattern = rule->sold_as ? rule->sold_as : key->usage_type;
    const char *const open = strchr(pattern, '{'), *const close = open ? strchr(open, '}') : NULL;
    if (!close)
        return pattern;
    const char *const name = arena_text_n(arena, open + 1, (size_t)(close - open - 1));
    const char *const value = price_attribute(key->operation, name, arena);
    return value ? arena_printf(arena, "%.*s%s%s", (int)(open - pattern), pattern, value, close + 1) : NULL;
}

static bool refuse_unknown(struct work *work, const struct usage_key *key)
{
    diag_error(work->diag, (struct mark){ 0 }, "no billing rule for usage type '%s' of service '%s'%s%s",
               key->usage_type, key->service, key->operation[0] ? " with operation " : "", key->operation);
    const struct billing_rule *const near = billing_rule_nearest(key->service, key->usage_type);
    if (!near)
        return false;
    return diag_hint(work->diag, "the nearest one that can be billed is '%s' of '%s'%s%s", near->usage_type,
                     near->service, near->operation ? " with operation " : "", near->operation ? near->operation : "");
}

static bool refuse_missing(struct work *work, const struct usage_key *key, const char *service, const char *usage_type,
                           const char *region, enum price_found found)
{
    diag_error(work->diag, (struct mark){ 0 },
               "%s rate for service '%s', usage type '%s'%s%s in region '%s' (used by '%s')",
               found == PRICE_AMBIGUOUS ? "more than one" : "no", service, usage_type,
               key->operation[0] ? " with " : "", key->operation, region, key->resource);
    if (found == PRICE_AMBIGUOUS)
        return diag_hint(work->diag, "the operation must select one, for example engine=PostgreSQL");
    const char *const near = price_book_nearest(work->book, service, usage_type, region, work->arena);
    if (!near)
        return diag_hint(work->diag, "the price book has nothing of '%s' in '%s'", service, region);
    return diag_hint(work->diag, "the nearest in the price book is '%s'", near);
}

static const struct price *find_price(struct work *work, const struct billing_rule *rule, const struct usage_key *key)
{
    const char *const service = rule->sold_service ? rule->sold_service : key->service;
    const char *const region = rule->global || aws_region_is_global(key->region) ? PRICE_GLOBAL : key->region;
    const char *const usage_type = sold_as(rule, key, work->arena);
    if (!usage_type) {
        diag_error(work->diag, (struct mark){ 0 }, "usage type '%s' of service '%s' needs an operation that says where",
                   key->usage_type, key->service);
        diag_hint(work->diag, "for example edge=US");
        return NULL;
    }
    const struct price *price;
    const char *const wanted = rule->operation || rule->sold_service ? "" : key->operation;
    const enum price_found found = price_book_find(work->book, service, usage_type, wanted, region, &price);
    if (found != PRICE_FOUND)
        refuse_missing(work, key, service, usage_type, region, found);
    return price;
}

/* What is sold by the month is metered as time or directly as millionths of a month. */
static bool is_month_share(const struct usage_key *key, const struct pricing_unit *unit)
{
    return key->unit == USAGE_MONTHS_E6 && unit->metered == USAGE_NANOSECONDS && unit->per_month;
}

static bool check_units(struct work *work, const struct usage_key *key, const struct billing_rule *rule,
                        const struct price *price)
{
    const struct pricing_unit *const unit = pricing_unit_find(price->unit);
    const struct mark at = price->tiers[0].at;
    if (!unit)
        return diag_error(work->diag, at, "unknown pricing unit '%.20s'", price->unit);
    if (key->unit != rule->unit && !is_month_share(key, unit)) {
        static const char *const names[] = { "count", "bytes", "nanoseconds", "byte-hours", "months" };
        diag_error(work->diag, (struct mark){ 0 }, "usage type '%s' of '%s' is metered in another unit",
                   key->usage_type, key->service);
        return diag_hint(work->diag, "its unit is %s", names[rule->unit]);
    }
    if (rule->grain != GRAIN_PEAK_DIMENSION && unit->metered != rule->unit)
        return diag_error(work->diag, at, "'%s' is sold per '%.20s', which its tally cannot be converted to",
                          price->usage_type, price->unit);
    return true;
}

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

static int *tally_bucket(struct work *work, const struct tally *wanted)
{
    size_t at = (size_t)tally_hash(wanted) & (work->bucket_slots - 1);
    while (work->buckets[at] && !tally_same(&work->tallies[work->buckets[at] - 1], wanted))
        at = (at + 1) & (work->bucket_slots - 1);
    return &work->buckets[at];
}

static void grow_tallies(struct work *work)
{
    const size_t capacity = work->tally_capacity ? 2 * work->tally_capacity : 64;
    work->tallies = arena_grow(work->arena, work->tallies, work->tally_count, capacity, sizeof *work->tallies);
    work->tally_capacity = capacity;
    work->bucket_slots = 2 * capacity;
    work->buckets = ARENA_ARRAY(work->arena, int, work->bucket_slots);
    for (size_t i = 0; i < work->tally_count; i++)
        *tally_bucket(work, &work->tallies[i]) = (int)i + 1;
}

static int tally_of(struct work *work, const struct billing_rule *rule, const struct price *price,
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
        *bucket = (int)++work->tally_count;
    }
    return *bucket - 1;
}

static struct route route_new(struct work *work, const struct usage_key *key)
{
    CHECK(key->service && key->usage_type && key->operation && key->resource && key->region && key->zone && key->tier,
          "the texts of a usage key are never NULL");
    struct route route = { .key = key, .rule = billing_rule_find(key), .tally = NO_TALLY };
    if (!route.rule) {
        work->good = refuse_unknown(work, key);
        return route;
    }
    const struct price *const price = find_price(work, route.rule, key);
    if (!price || !check_units(work, key, route.rule, price)) {
        work->good = false;
        return route;
    }
    route.tally = tally_of(work, route.rule, price, key);
    route.scale = (unsigned)route.rule->times;
    if (is_month_share(key, pricing_unit_find(price->unit)))
        route.scale *= (unsigned)work->hours_of_month * (NS_PER_HOUR / MONTHS_SCALE);
    return route;
}

/* ---- routes: the hot path is one probe by pointer ---- */

static struct route *route_slot(struct route *routes, size_t slots, const struct usage_key *key)
{
    size_t at = ((uintptr_t)key >> 4) * UINT64_C(0x9E3779B97F4A7C15) >> 20 & (slots - 1);
    while (routes[at].key && routes[at].key != key)
        at = (at + 1) & (slots - 1);
    return &routes[at];
}

static void grow_routes(struct work *work)
{
    const size_t slots = work->route_slots ? 2 * work->route_slots : 256;
    struct route *routes = ARENA_ARRAY(work->arena, struct route, slots);
    for (size_t i = 0; i < work->route_slots; i++)
        if (work->routes[i].key)
            *route_slot(routes, slots, work->routes[i].key) = work->routes[i];
    work->routes = routes;
    work->route_slots = slots;
}

static const struct route *route_of(struct work *work, const struct usage_key *key)
{
    struct route *slot = work->route_slots ? route_slot(work->routes, work->route_slots, key) : NULL;
    if (slot && slot->key)
        return slot;
    if (2 * work->route_count >= work->route_slots)
        grow_routes(work);
    slot = route_slot(work->routes, work->route_slots, key);
    *slot = route_new(work, key);
    work->route_count++;
    return slot;
}

/* ---- totals ---- */

static void add_hourly(struct work *work, const struct usage *use, const struct route *route)
{
    if (work->hourly_count == work->hourly_capacity) {
        const size_t capacity = work->hourly_capacity ? 2 * work->hourly_capacity : 1024;
        work->hourly = arena_grow(work->arena, work->hourly, work->hourly_count, capacity, sizeof *work->hourly);
        work->hourly_capacity = capacity;
    }
    work->hourly[work->hourly_count++] = (struct hourly){ .tally = route->tally,
                                                          .hour = use->hour,
                                                          .weight_e6 = use->weight_e6,
                                                          .dimension = route->rule->dimension,
                                                          .quantity = (uint64_t)use->quantity };
}

static void add_record(struct work *work, const struct usage *use)
{
    if (use->quantity < 0 || use->quantity > LARGEST_QUANTITY || use->weight_e6 < 0 ||
        use->weight_e6 > LARGEST_WEIGHT_E6) {
        work->good = diag_error(work->diag, (struct mark){ 0 },
                                "quantity %" PRId64 " with weight %" PRId64 "e-6 of '%s' is out of bounds",
                                use->quantity, use->weight_e6, use->key->usage_type);
        return;
    }
    const struct route *const route = route_of(work, use->key);
    if (route->tally == NO_TALLY)
        return;
    if (route->rule->grain == GRAIN_STARTED_HOUR || route->rule->grain == GRAIN_PEAK_DIMENSION) {
        add_hourly(work, use, route);
        return;
    }
    struct tally *const tally = &work->tallies[route->tally];
    const uint128 quantity = (uint128)use->quantity * (uint64_t)use->weight_e6;
    tally->total = wide_add(tally->total, wide_mul(quantity, route->scale));
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

static void close_started_hour(struct tally *tally, const struct hourly *entries, size_t count)
{
    uint128 time_ns = 0;
    for (size_t i = 0; i < count; i++)
        time_ns += entries[i].quantity;
    const uint128 hours = (time_ns + NS_PER_HOUR - 1) / NS_PER_HOUR;
    tally->total = wide_add(tally->total, wide_mul(hours * NS_PER_HOUR, (uint64_t)entries->weight_e6));
}

static void close_peak(struct tally *tally, const struct hourly *entries, size_t count)
{
    uint128 units[PEAK_DIMENSIONS] = { 0 };
    int peak = 0;
    for (size_t i = 0; i < count; i++) {
        const uint64_t scale = PEAK_DENOMINATOR / peak_dimensions[entries[i].dimension].per_unit;
        units[entries[i].dimension] += (uint128)entries[i].quantity * scale;
    }
    for (int i = 1; i < PEAK_DIMENSIONS; i++)
        if (units[i] > units[peak])
            peak = i;
    tally->total = wide_add(tally->total, wide_mul(units[peak], (uint64_t)entries->weight_e6));
    if (units[peak] > 0)
        tally->decided[peak] += (uint64_t)entries->weight_e6;
}

static void close_hours(struct work *work)
{
    if (work->hourly_count > 0)
        qsort(work->hourly, work->hourly_count, sizeof *work->hourly, compare_hourly);
    for (size_t first = 0, end; first < work->hourly_count; first = end) {
        const struct hourly *const entries = &work->hourly[first];
        for (end = first + 1; end < work->hourly_count; end++)
            if (compare_hourly(entries, &work->hourly[end]) != 0)
                break;
        struct tally *const tally = &work->tallies[entries->tally];
        if (tally->rule->grain == GRAIN_PEAK_DIMENSION)
            close_peak(tally, entries, end - first);
        else
            close_started_hour(tally, entries, end - first);
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

bool metering_run(struct metering *out, const struct price_book *book, const struct usage *usage, size_t usage_count,
                  int hours_of_month, struct arena *arena, struct diag *diag)
{
    struct work work = { .book = book, .arena = arena, .diag = diag, .hours_of_month = hours_of_month, .good = true };
    for (size_t i = 0; i < usage_count; i++)
        add_record(&work, &usage[i]);
    close_hours(&work);
    if (work.tally_count > 0)
        qsort(work.tallies, work.tally_count, sizeof *work.tallies, compare_tallies);
    *out = (struct metering){ .tallies = work.tallies, .count = work.tally_count };
    return work.good;
}

uint128 metering_divisor(const struct pricing_unit *unit, int hours_of_month)
{
    const uint128 per_unit = (uint128)unit->metered_per_unit * (unit->per_month ? (unsigned)hours_of_month : 1);
    return per_unit * WEIGHT_SCALE;
}
