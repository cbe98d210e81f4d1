/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/advice.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/advice_cost.h"
#include "pricing/wide.h"
#include "sim/base/text.h"

#define E6 1000000

static const double WORTH_USD = 1; /* a year; less is no advice */

/* ---- candidates ---- */

/* The most that any hour can use, rounded up to steps. */
static int64_t most_steps(const struct adviser *a, const struct candidate *c)
{
    const uint128 hour = metering_divisor(pricing_unit_find("Hrs"), 1) / E6;
    uint128 most = 0;
    for (int r = 0; r < BILL_REPLICATIONS; r++) {
        const struct workload *const year = &a->year[0][r];
        const struct commitment_rates *const rates = &c->rates[r];
        for (size_t s = 0; s < year->slot_count; s++) {
            uint128 sum = 0;
            for (size_t i = 0; i < year->item_count; i++) {
                const uint128 amount = year->amounts[s * year->item_count + i];
                if (rates->rates && rates->rates[i] >= 0)
                    sum += wide_mul_div(amount, (uint128)rates->rates[i], year->items[i].per_unit) + 1;
                else if (rates->taken)
                    sum += amount * (unsigned)rates->taken[i];
            }
            most = sum > most ? sum : most;
        }
    }
    const uint128 step = c->commitment.kind == COMMITMENT_RESERVED
                             ? hour * (unsigned)thing_units(&c->rates[0].thing, c->rates[0].flexible)
                             : (uint128)ADVICE_STEP;
    return (int64_t)((most + step - 1) / step);
}

static void add_candidate(struct adviser *a, const struct commitment *commitment)
{
    struct candidate candidate = { .commitment = *commitment };
    for (int r = 0; r < BILL_REPLICATIONS; r++)
        if (!commitment_rates_find(&candidate.rates[r], &candidate.commitment, a->terms, &a->year[0][r], true, a->arena,
                                   a->costing->diag))
            return;
    candidate.most = most_steps(a, &candidate);
    if (candidate.most == 0)
        return;
    if (a->count == a->capacity) {
        const size_t more = a->capacity ? 2 * a->capacity : 32;
        a->candidates = arena_grow(a->arena, a->candidates, a->count, more, sizeof *a->candidates);
        a->capacity = more;
    }
    a->candidates[a->count++] = candidate;
}

static void add_terms(struct adviser *a, struct commitment commitment)
{
    for (commitment.years = 1; commitment.years <= 3; commitment.years += 2)
        for (int p = 0; p < PAYMENTS; p++) {
            commitment.payment = (enum commitment_payment)p;
            add_candidate(a, &commitment);
        }
}

static struct commitment blank(enum commitment_kind kind)
{
    return (struct commitment){ .name = "",
                                .kind = kind,
                                .region = "",
                                .usd_per_hour = ADVICE_STEP,
                                .family = "",
                                .instance = "",
                                .engine = "",
                                .zone = "",
                                .count = 1 };
}

/* One item speaks for its family: the one that uses most of what is reserved. */
static bool speaks(const struct workload *year, size_t index, bool reserved)
{
    const struct workload_item *const item = &year->items[index];
    for (size_t i = 0; i < year->item_count; i++) {
        const struct workload_item *const other = &year->items[i];
        if (i == index || other->thing.kind != item->thing.kind ||
            !text_equal(other->thing.family, item->thing.family) ||
            !text_equal(other->tally->price->region, item->tally->price->region) ||
            (reserved && !text_equal(other->thing.engine, item->thing.engine)))
            continue;
        const money mine = workload_price(item, year->totals[index]), its = workload_price(other, year->totals[i]);
        if (its > mine || (its == mine && i < index))
            return false;
    }
    return true;
}

static void add_reservation(struct adviser *a, const struct workload_item *item)
{
    const struct thing *const thing = &item->thing;
    struct commitment c = blank(COMMITMENT_RESERVED);
    c.region = item->tally->price->region;
    c.engine = text_equal(thing->engine, "Valkey") ? "Redis"
                                                   : thing->engine; /* which the books have, and serves both */
    c.multi_az = thing->multi_az;
    c.instance = thing->kind == THING_READ_CAPACITY    ? "read-capacity"
                 : thing->kind == THING_WRITE_CAPACITY ? "write-capacity"
                                                       : arena_printf(a->arena, "%s.%s%s", thing->family, thing->size,
                                                                      thing->kind == THING_SEARCH ? ".search" : "");
    add_terms(a, c);
}

static void find_candidates(struct adviser *a)
{
    const struct workload *const year = &a->year[0][0];
    add_terms(a, blank(COMMITMENT_COMPUTE_PLAN));
    struct commitment database = blank(COMMITMENT_DATABASE_PLAN);
    database.years = 1;
    add_candidate(a, &database);
    for (size_t i = 0; i < year->item_count; i++) {
        if (year->items[i].thing.kind != THING_EC2 || !speaks(year, i, false))
            continue;
        struct commitment c = blank(COMMITMENT_EC2_PLAN);
        c.family = year->items[i].thing.family;
        c.region = year->items[i].tally->price->region;
        add_terms(a, c);
    }
    for (size_t i = 0; i < year->item_count; i++)
        if (year->items[i].thing.kind != THING_OTHER && speaks(year, i, true))
            add_reservation(a, &year->items[i]);
}

/* ---- each alone ---- */

static void finish(struct commitment_result *result, const struct commitment *of)
{
    result->of = of;
    result->utilisation = result->fee > 0 ? (double)result->used / (double)result->fee : 0;
    result->coverage = result->coverable > 0 ? (double)result->covered / (double)result->coverable : 0;
    result->break_even = result->avoided > 0 ? (double)result->used / (double)result->avoided : (double)INFINITY;
}

static void describe(struct advised *out, struct adviser *a, const struct chosen *chosen, size_t count, size_t index)
{
    struct commitment_rates rates;
    struct commitment_result *results = ARENA_ARRAY(a->arena, struct commitment_result, count);
    struct chosen without[MOST_IN_MIX + 1] = { 0 };
    size_t others = 0;
    for (size_t i = 0; i < count; i++)
        if (i != index)
            without[others++] = chosen[i];
    advice_resize(&rates, &out->commitment, chosen[index].candidate, 0, chosen[index].steps);
    const struct evaluation with = advice_evaluate(a, 0, chosen, count, results),
                            before = advice_evaluate(a, 0, without, others, NULL);
    out->saving_usd = before.mean_usd - with.mean_usd;
    out->least_usd = INFINITY;
    out->most_usd = -INFINITY;
    for (int r = 0; r < BILL_REPLICATIONS; r++) {
        out->least_usd = fmin(out->least_usd, before.usd[r] - with.usd[r]);
        out->most_usd = fmax(out->most_usd, before.usd[r] - with.usd[r]);
    }
    for (int d = 0; d < ADVICE_DROPS; d++)
        out->dropped_usd[d] = advice_evaluate(a, 1 + d, without, others, NULL).mean_usd -
                              advice_evaluate(a, 1 + d, chosen, count, NULL).mean_usd;
    out->drawn = advice_drawn(a, chosen, count, without, others);
    out->year = results[index];
    finish(&out->year, &out->commitment);
}

static bool same_but_payment(const struct commitment *a, const struct commitment *b)
{
    return a->kind == b->kind && a->years == b->years && text_equal(a->family, b->family) &&
           text_equal(a->region, b->region) && text_equal(a->instance, b->instance) && text_equal(a->engine, b->engine);
}

static int most_saving_first(const void *x, const void *y)
{
    const struct advised *const a = x, *const b = y;
    if (a->saving_usd != b->saving_usd)
        return a->saving_usd > b->saving_usd ? -1 : 1;
    return (a->commitment.kind < b->commitment.kind) - (a->commitment.kind > b->commitment.kind);
}

static void advise_each(struct advice *out, struct adviser *a)
{
    out->list = ARENA_ARRAY(a->arena, struct advised, a->count + 1);
    for (size_t i = 0; i < a->count; i++) {
        struct sizing sizing = { .adviser = a, .set = { { &a->candidates[i], 0 } }, .count = 1 };
        struct advised *const next = &out->list[out->count];
        if (advice_best_size(&sizing) == 0)
            continue;
        describe(next, a, sizing.set, 1, 0);
        if (next->saving_usd < WORTH_USD)
            continue;
        struct advised *const last = out->count ? next - 1 : NULL; /* payments of a term stand side by side */
        if (!last || !same_but_payment(&last->commitment, &next->commitment))
            out->count++;
        else if (next->saving_usd > last->saving_usd)
            *last = *next;
    }
    for (size_t i = 0; i < out->count; i++)
        out->list[i].commitment.name = commitment_name(&out->list[i].commitment, i, a->arena);
    if (out->count > 0)
        qsort(out->list, out->count, sizeof *out->list, most_saving_first);
    for (size_t i = 0; i < out->count; i++)
        out->list[i].year.of = &out->list[i].commitment;
}

/* ---- a mix ---- */

static bool is_in(const struct sizing *mix, const struct candidate *candidate)
{
    for (size_t i = 0; i < mix->count; i++)
        if (mix->set[i].candidate == candidate)
            return true;
    return false;
}

/* Adds the candidate that saves most beside the others. False when none is worth it. */
static bool add_best(struct sizing *mix, int years, unsigned without)
{
    struct adviser *const a = mix->adviser;
    const double before = advice_evaluate(a, 0, mix->set, mix->count, NULL).mean_usd;
    struct chosen best = { NULL, 0 };
    double best_usd = before - WORTH_USD;
    struct sizing trial = *mix;
    trial.index = trial.count++;
    for (size_t i = 0; i < a->count; i++) {
        const struct commitment *const c = &a->candidates[i].commitment;
        if (c->years > years || (without >> c->kind & 1) || is_in(mix, &a->candidates[i]))
            continue;
        trial.set[trial.index] = (struct chosen){ &a->candidates[i], 0 };
        const int64_t steps = advice_best_size(&trial);
        const double usd = steps > 0 ? advice_cost_at(&trial, steps) : before;
        if (usd < best_usd) {
            best_usd = usd;
            best = (struct chosen){ &a->candidates[i], steps };
        }
    }
    if (best.candidate)
        mix->set[mix->count++] = best;
    return best.candidate != NULL;
}

/* Sizes anew, and without those that the others have made worthless. */
static void settle(struct sizing *mix)
{
    for (mix->index = 0; mix->index < mix->count;) {
        if (advice_best_size(mix) > 0) {
            mix->index++;
            continue;
        }
        for (size_t i = mix->index; i + 1 < mix->count; i++)
            mix->set[i] = mix->set[i + 1];
        mix->count--;
    }
}

/*
 * A broad plan that saves most alone stands in the way of narrower ones with better rates. So mixes are built without
 * one broad kind, without the other, without both; what was left out may then cover what the others leave.
 */
static struct sizing best_mix(struct adviser *a, int years)
{
    static const unsigned without[] = { 0, 1u << COMMITMENT_COMPUTE_PLAN, 1u << COMMITMENT_DATABASE_PLAN,
                                        1u << COMMITMENT_COMPUTE_PLAN | 1u << COMMITMENT_DATABASE_PLAN };
    struct sizing best = { .adviser = a };
    double best_usd = INFINITY;
    for (size_t i = 0; i < ARRAY_LEN(without); i++) {
        struct sizing mix = { .adviser = a };
        while (mix.count < MOST_IN_MIX && add_best(&mix, years, without[i]))
            settle(&mix);
        while (mix.count < MOST_IN_MIX && add_best(&mix, years, 0))
            settle(&mix);
        const double usd = advice_evaluate(a, 0, mix.set, mix.count, NULL).mean_usd;
        if (usd < best_usd) {
            best_usd = usd;
            best = mix;
        }
    }
    return best;
}

static bool bill_year(double *usd, const struct adviser *a, const struct commitments *commitments)
{
    struct costing costing = *a->costing;
    const int types = costing.sc->day_type_count;
    int64_t cents = 0;
    bool ok = true;
    costing.commitments = commitments;
    for (int month = 1; month <= MONTHS && ok; month++)
        for (int r = 0; r < BILL_REPLICATIONS && ok; r++) {
            struct arena scratch;
            struct bill bill;
            arena_init(&scratch);
            int64_t *days_e6 = ARENA_ARRAY(&scratch, int64_t, types * BILL_REPLICATIONS);
            for (int d = 0; d < types; d++)
                days_e6[d * BILL_REPLICATIONS + r] = costing.cost.calendar.days_e6[month - 1][d];
            const struct month_usage usage = costing_month_usage(&costing, month, days_e6, &scratch);
            ok = costing_bill_month(&bill, &costing, &usage, &scratch);
            cents += ok ? bill.total_cents : 0;
            arena_fini(&scratch);
        }
    *usd = (double)cents / 100 / BILL_REPLICATIONS;
    return ok;
}

static bool advise_mix(struct advised_mix *out, struct adviser *a, double year_usd, int years)
{
    const struct sizing mix = best_mix(a, years);
    *out = (struct advised_mix){ .years = years, .count = mix.count };
    out->list = ARENA_ARRAY(a->arena, struct advised, mix.count + 1);
    struct commitment *all = ARENA_ARRAY(a->arena, struct commitment, a->present.count + mix.count + 1);
    if (a->present.count > 0)
        memcpy(all, a->present.list, a->present.count * sizeof *all);
    for (size_t i = 0; i < mix.count; i++) {
        struct advised *const advised = &out->list[i];
        describe(advised, a, mix.set, mix.count, i);
        advised->commitment.name = commitment_name(&advised->commitment, a->present.count + i, a->arena);
        all[a->present.count + i] = advised->commitment;
    }
    for (int d = 0; d < ADVICE_DROPS; d++)
        out->dropped_usd[d] = advice_evaluate(a, 1 + d, NULL, 0, NULL).mean_usd -
                              advice_evaluate(a, 1 + d, mix.set, mix.count, NULL).mean_usd;
    out->drawn = advice_drawn(a, mix.set, mix.count, NULL, 0);
    struct commitments with = a->present;
    with.list = all;
    with.count = a->present.count + mix.count;
    with.terms = a->terms;
    if (!bill_year(&out->year_usd, a, &with))
        return false;
    out->saving_usd = year_usd - out->year_usd;
    return true;
}

/* ---- all of it ---- */

static bool find_present(struct adviser *a)
{
    if (a->costing->commitments)
        a->present = *a->costing->commitments;
    a->rest_share = 1 - (double)a->present.discount_e6 / E6;
    for (int r = 0; r < BILL_REPLICATIONS; r++) {
        a->present_rates[r] = ARENA_ARRAY(a->arena, struct commitment_rates, a->present.count + 1);
        for (size_t i = 0; i < a->present.count; i++)
            if (!commitment_rates_find(&a->present_rates[r][i], &a->present.list[i], a->present.terms, &a->year[0][r],
                                       a->costing->allow_unpriced && a->present.list[i].kind != COMMITMENT_RESERVED,
                                       a->arena, a->costing->diag))
                return false;
    }
    return true;
}

static double coverable_usd(const struct adviser *a)
{
    money sum = 0;
    for (int r = 0; r < BILL_REPLICATIONS; r++)
        for (size_t i = 0; i < a->year[0][r].item_count; i++)
            sum += workload_price(&a->year[0][r].items[i], a->year[0][r].totals[i]);
    return (double)sum / BILL_REPLICATIONS / (double)MONEY_PER_USD;
}

bool advise(struct advice *out, const struct costing *costing, const struct price_book *terms, struct arena *arena)
{
    struct adviser a = { .costing = costing, .terms = terms, .arena = arena };
    bool ok = true;
    *out = (struct advice){ 0 };
    arena_init(&a.scratch);
    a.days = arena_grow(arena, NULL, 0, (size_t)costing->sc->day_type_count, sizeof *a.days);
    for (int r = 0; r < BILL_REPLICATIONS && ok; r++)
        ok = advice_form_year(&a, r);
    ok = ok && find_present(&a) && bill_year(&out->year_usd, &a, costing->commitments);
    if (ok) {
        advice_draw_years(&a);
        find_candidates(&a);
        out->coverable_usd = coverable_usd(&a);
        advise_each(out, &a);
        for (int m = 0; m < ADVICE_MIXES && ok; m++)
            ok = advise_mix(&out->mixes[m], &a, out->year_usd, m == 0 ? 1 : 3);
    }
    arena_fini(&a.scratch);
    return ok;
}
