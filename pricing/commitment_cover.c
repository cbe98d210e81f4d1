/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pricing/commitment_cover.h"

#include <math.h>
#include <stdlib.h>

#include "pricing/wide.h"
#include "sim/base/check.h"

#define E6 1000000

/* ---- usage by kinds of hours ---- */

static int compare_hours(const void *a, const void *b)
{
    const struct metered_hour *const left = a, *const right = b;
    if (left->hour != right->hour)
        return left->hour < right->hour ? -1 : 1;
    return (left->weight_e6 > right->weight_e6) - (left->weight_e6 < right->weight_e6);
}

/* The first of each kind of hour says its weight. What lasts the whole month has no hour and comes first. */
static void form_slots(struct workload *out, const struct metering *metering, int hours, struct arena *arena)
{
    int64_t sum_e6 = 0;
    out->weight_e6 = ARENA_ARRAY(arena, int64_t, metering->hour_count + 1);
    out->hour = ARENA_ARRAY(arena, int32_t, metering->hour_count + 1);
    for (size_t i = 0; i < metering->hour_count; i++) {
        if (metering->hours[i].hour < 0 || (i > 0 && compare_hours(&metering->hours[i - 1], &metering->hours[i]) == 0))
            continue;
        out->hour[out->slot_count] = metering->hours[i].hour;
        out->weight_e6[out->slot_count++] = metering->hours[i].weight_e6;
        sum_e6 += metering->hours[i].weight_e6;
    }
    out->hours_e6 = (int64_t)hours * E6;
    out->hour[out->slot_count] = -1;
    if (sum_e6 < out->hours_e6)
        out->weight_e6[out->slot_count++] = out->hours_e6 - sum_e6; /* hours without any record of their own */
    else
        out->hours_e6 = sum_e6;
}

static money first_rate(const struct price *price)
{
    for (int i = 0; i < price->tier_count; i++)
        if (price->tiers[i].rate > 0)
            return price->tiers[i].rate;
    return 0;
}

static int *form_items(struct workload *out, const struct metering *metering, struct arena *arena)
{
    int *item_of = ARENA_ARRAY(arena, int, metering->count + 1); /* + 1; 0: not yet */
    out->items = ARENA_ARRAY(arena, struct workload_item, metering->count + 1);
    for (size_t i = 0; i < metering->hour_count; i++)
        item_of[metering->hours[i].tally] = 1;
    for (size_t tally = 0; tally < metering->count; tally++) { /* in the order of tallies, not of records */
        if (!item_of[tally])
            continue;
        struct workload_item *const item = &out->items[out->item_count++];
        item_of[tally] = (int)out->item_count;
        item->tally = &metering->tallies[tally];
        item->thing = thing_of_price(item->tally->price, arena);
        item->rate = first_rate(item->tally->price);
        item->per_unit = metering_divisor(item->tally->unit, 1) / E6;
        CHECK(!item->tally->unit->per_month, "what is sold by the month is no usage by the hour");
    }
    return item_of;
}

static void add_totals(struct workload *out)
{
    for (size_t s = 0; s < out->slot_count; s++)
        for (size_t i = 0; i < out->item_count; i++)
            out->totals[i] += out->amounts[s * out->item_count + i] * (uint64_t)out->weight_e6[s];
}

void workload_form(struct workload *out, const struct metering *metering, int hours, struct arena *arena)
{
    *out = (struct workload){ 0 };
    if (metering->hour_count > 0)
        qsort(metering->hours, metering->hour_count, sizeof *metering->hours, compare_hours);
    form_slots(out, metering, hours, arena);
    const int *const item_of = form_items(out, metering, arena);
    out->amounts = ARENA_ARRAY(arena, uint128, out->slot_count * out->item_count + 1);
    out->totals = ARENA_ARRAY(arena, uint128, out->item_count + 1);
    size_t slot = 0;
    for (size_t i = 0; i < metering->hour_count; i++) {
        const struct metered_hour *const h = &metering->hours[i];
        const size_t item = (size_t)item_of[h->tally] - 1;
        if (h->hour < 0) {
            const uint128 each = h->amount * (uint64_t)h->weight_e6 / (uint64_t)out->hours_e6;
            for (size_t s = 0; s < out->slot_count; s++)
                out->amounts[s * out->item_count + item] += each;
            continue;
        }
        if (i > 0 && metering->hours[i - 1].hour >= 0 && compare_hours(&metering->hours[i - 1], h) != 0)
            slot++;
        out->amounts[slot * out->item_count + item] += h->amount;
    }
    add_totals(out);
}

struct workload workload_scaled(const struct workload *workload, int64_t share_e6, struct arena *arena)
{
    struct workload out = *workload;
    const size_t count = workload->slot_count * workload->item_count;
    out.amounts = ARENA_ARRAY(arena, uint128, count + 1);
    out.totals = ARENA_ARRAY(arena, uint128, workload->item_count + 1);
    for (size_t i = 0; i < count; i++)
        out.amounts[i] = workload->amounts[i] * (uint64_t)share_e6 / E6;
    add_totals(&out);
    return out;
}

struct workload workload_of_hours(const struct workload *workload, int32_t first, int32_t end, struct arena *arena)
{
    struct workload out = *workload;
    out.weight_e6 = ARENA_ARRAY(arena, int64_t, workload->slot_count + 1);
    out.totals = ARENA_ARRAY(arena, uint128, workload->item_count + 1);
    for (size_t s = 0; s < workload->slot_count; s++)
        out.weight_e6[s] = workload->hour[s] >= first && workload->hour[s] < end ? workload->weight_e6[s] : 0;
    add_totals(&out);
    return out;
}

void workload_keep(struct workload *workload, size_t item, uint128 keep, uint128 of)
{
    workload->totals[item] = 0;
    for (size_t s = 0; s < workload->slot_count; s++) {
        uint128 *const amount = &workload->amounts[s * workload->item_count + item];
        *amount -= wide_mul_div(*amount, of - keep, of);
        workload->totals[item] += *amount * (uint64_t)workload->weight_e6[s];
    }
}

money workload_price(const struct workload_item *item, uint128 weighted)
{
    return (money)wide_mul_div(weighted, (uint128)item->rate, item->per_unit * E6);
}

/* ---- who comes first ---- */

struct pair { /* a commitment that may cover an item */
    size_t commitment, item;
    int phase;
    money rate, on_demand; /* of a plan */
    int taken;             /* of a reservation */
};

enum { PHASE_ZONAL, PHASE_REGIONAL, PHASE_PLANS }; /* plans by kind from there */

static int compare_pairs(const void *a, const void *b)
{
    const struct pair *const x = a, *const y = b;
    if (x->phase != y->phase)
        return x->phase < y->phase ? -1 : 1;
    if (x->taken != y->taken) /* sizes, the smallest first */
        return x->taken < y->taken ? -1 : 1;
    const money left = x->rate * y->on_demand, right = y->rate * x->on_demand; /* discounts, the highest first */
    if (left != right)
        return left < right ? -1 : 1;
    if (x->rate != y->rate)
        return x->rate < y->rate ? -1 : 1;
    if (x->item != y->item)
        return x->item < y->item ? -1 : 1;
    return (x->commitment > y->commitment) - (x->commitment < y->commitment);
}

static size_t form_pairs(struct pair **out, const struct workload *workload, const struct commitment_rates *rates,
                         size_t count, struct arena *arena)
{
    struct pair *pairs = ARENA_ARRAY(arena, struct pair, workload->item_count * count + 1);
    size_t used = 0;
    for (size_t c = 0; c < count; c++)
        for (size_t i = 0; i < workload->item_count; i++) {
            struct pair pair = { .commitment = c, .item = i };
            if (rates[c].rates && rates[c].rates[i] >= 0) {
                pair.phase = PHASE_PLANS + (int)rates[c].of->kind;
                pair.rate = rates[c].rates[i];
                pair.on_demand = workload->items[i].rate;
            } else if (rates[c].taken && rates[c].taken[i] > 0) {
                pair.phase = rates[c].of->zone[0] ? PHASE_ZONAL : PHASE_REGIONAL;
                pair.taken = rates[c].taken[i];
            } else {
                continue;
            }
            pairs[used++] = pair;
        }
    if (used > 0)
        qsort(pairs, used, sizeof *pairs, compare_pairs);
    *out = pairs;
    return used;
}

/* ---- an hour ---- */

/* A reservation's hour in the units of amounts, which are those of "Hrs". */
static uint128 hour_amount(void)
{
    return metering_divisor(pricing_unit_find("Hrs"), 1) / E6;
}

static uint128 capacity_of_hour(const struct commitment_rates *rates)
{
    const struct commitment *const c = rates->of;
    if (c->kind != COMMITMENT_RESERVED)
        return (uint128)c->usd_per_hour;
    return (uint64_t)c->count * (uint64_t)thing_units(&rates->thing, rates->flexible) * hour_amount();
}

struct taking {
    uint128 amount; /* of the item */
    uint128 spent;  /* of the commitment */
};

/* A plan never spends more than it has: what an hour's usage costs is rounded up to 1e-10 USD. */
static struct taking take(const struct pair *pair, const struct workload_item *item, uint128 amount, uint128 left)
{
    if (pair->taken > 0) {
        const uint128 most = left / (unsigned)pair->taken;
        const uint128 covered = amount < most ? amount : most;
        return (struct taking){ covered, covered * (unsigned)pair->taken };
    }
    if (pair->rate == 0)
        return (struct taking){ amount, 0 };
    const uint128 most = wide_mul_div(left, item->per_unit, (uint128)pair->rate);
    const uint128 covered = amount < most ? amount : most;
    uint128 spent = wide_mul_div(covered, (uint128)pair->rate, item->per_unit);
    spent += spent < left && wide_mul_div(spent, item->per_unit, (uint128)pair->rate) < covered;
    return (struct taking){ covered, spent };
}

void coverage_find(struct coverage *out, const struct workload *workload, const struct commitment_rates *rates,
                   size_t count, struct arena *arena)
{
    struct pair *pairs;
    const size_t items = workload->item_count;
    const size_t pair_count = form_pairs(&pairs, workload, rates, count, arena);
    uint128 *left = ARENA_ARRAY(arena, uint128, count + 1), *rest = ARENA_ARRAY(arena, uint128, items + 1);
    out->covered = ARENA_ARRAY(arena, uint128, count * items + 1);
    out->used = ARENA_ARRAY(arena, uint128, count * items + 1);
    out->capacity = ARENA_ARRAY(arena, uint128, count + 1);
    for (size_t c = 0; c < count; c++)
        out->capacity[c] = capacity_of_hour(&rates[c]) * (uint64_t)workload->hours_e6;
    for (size_t s = 0; s < workload->slot_count; s++) {
        const uint64_t weight_e6 = (uint64_t)workload->weight_e6[s];
        for (size_t c = 0; c < count; c++)
            left[c] = capacity_of_hour(&rates[c]);
        for (size_t i = 0; i < items; i++)
            rest[i] = workload->amounts[s * items + i];
        for (size_t p = 0; p < pair_count; p++) {
            const size_t c = pairs[p].commitment, i = pairs[p].item;
            if (rest[i] == 0 || left[c] == 0)
                continue;
            const struct taking taking = take(&pairs[p], &workload->items[i], rest[i], left[c]);
            rest[i] -= taking.amount;
            left[c] -= taking.spent;
            out->covered[c * items + i] += taking.amount * weight_e6;
            out->used[c * items + i] += taking.spent * weight_e6;
        }
    }
}

/* ---- what came of it ---- */

money coverage_rest(const struct coverage *coverage, const struct workload *workload, size_t count)
{
    money sum = 0;
    for (size_t i = 0; i < workload->item_count; i++) {
        uint128 rest = workload->totals[i];
        for (size_t c = 0; c < count; c++)
            rest -= coverage->covered[c * workload->item_count + i];
        sum += workload_price(&workload->items[i], rest);
    }
    return sum;
}

static bool may_cover(const struct commitment_rates *rates, size_t item)
{
    return (rates->rates && rates->rates[item] >= 0) || (rates->taken && rates->taken[item] > 0);
}

struct commitment_result coverage_result(const struct coverage *coverage, const struct workload *workload,
                                         const struct commitment_rates *rates, size_t index, money fee,
                                         int64_t discount_e6)
{
    struct commitment_result result = { .of = rates[index].of,
                                        .fee = fee,
                                        .low_confidence = rates[index].low_confidence };
    uint128 used = 0;
    for (size_t i = 0; i < workload->item_count; i++) {
        const size_t at = index * workload->item_count + i;
        used += coverage->used[at];
        result.covered += workload_price(&workload->items[i], coverage->covered[at]);
        if (may_cover(&rates[index], i))
            result.coverable += workload_price(&workload->items[i], workload->totals[i]);
    }
    const uint128 capacity = coverage->capacity[index];
    result.used = capacity ? (money)wide_mul_div((uint128)fee, used, capacity) : 0;
    result.unused = fee - result.used;
    result.avoided = (money)wide_mul_div((uint128)result.covered, (uint64_t)(E6 - discount_e6), E6);
    result.saving = result.avoided - fee;
    result.utilisation = capacity ? (double)used / (double)capacity : 0;
    result.coverage = result.coverable > 0 ? (double)result.covered / (double)result.coverable : 0;
    result.break_even = result.avoided > 0 ? (double)fee * result.utilisation / (double)result.avoided
                                           : (double)INFINITY;
    return result;
}
