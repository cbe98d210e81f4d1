/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/activity.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/cost.h"
#include "analysis/drivers.h"
#include "pricing/bill_pool.h"
#include "pricing/commitment.h"
#include "pricing/price_book.h"
#include "sim/base/text.h"

struct allocation {
    const struct costing *costing;
    const struct bill *bill;
    int month, replication;
    struct arena *arena;
    struct activity *out;
    int part_capacity;
    double *attempts; /* [operation] in the month */
    double *weights;  /* [operation + 1], scratch: the last is idle */
};

/* ---- what happened in the month ---- */

static const struct replication *day_at(const struct allocation *a, int day_type)
{
    return a->costing->days[day_type * BILL_REPLICATIONS + a->replication];
}

static double days_of(const struct allocation *a, int day_type)
{
    return (double)a->costing->cost.calendar.days_e6[a->month - 1][day_type] / 1e6;
}

static void count_operations(struct allocation *a)
{
    for (int d = 0; d < a->costing->sc->day_type_count; d++) {
        const struct replication *rep = day_at(a, d);
        for (int o = 0; o < a->out->operation_count; o++)
            for (int i = 0; i < rep->operation_count; i++) {
                if (strcmp(rep->operations[i].name, a->out->operations[o]) != 0)
                    continue;
                a->attempts[o] += days_of(a, d) * (double)rep->operations[i].attempts;
                a->out->answered[o] += days_of(a, d) * (double)rep->operations[i].outcomes[OUTCOME_OK];
                break;
            }
    }
}

/* Time that the component was billed for in a day. */
static double capacity_of(const struct replication *rep, const char *component)
{
    double sum = 0;
    for (size_t i = 0; i < rep->usage_count; i++)
        if (rep->usage[i].key->unit == USAGE_NANOSECONDS && strcmp(rep->usage[i].key->resource, component) == 0)
            sum += (double)rep->usage[i].quantity;
    return sum;
}

/* Mean of the CPUs whose utilisation is named so; 1 when there are none: what cannot be seen idle is used. */
static double busy_of(const struct replication *rep, const char *component, const char *stations)
{
    double sum = 0;
    int count = 0;
    for (int i = 0; i < rep->utilisation_count; i++) {
        const struct utilisation_result *u = &rep->utilisations[i];
        const size_t length = strlen(u->resource);
        if (strcmp(u->component, component) != 0 || strncmp(u->resource, stations, strlen(stations)) != 0 ||
            length < 3 || strcmp(u->resource + length - 3, "cpu") != 0)
            continue;
        sum += u->mean;
        count++;
    }
    return count ? sum / count : 1;
}

static double busy_share(const struct allocation *a, const char *component, const char *stations)
{
    double busy = 0, capacity = 0;
    for (int d = 0; d < a->costing->sc->day_type_count; d++) {
        const double hours = days_of(a, d) * capacity_of(day_at(a, d), component);
        busy += hours * busy_of(day_at(a, d), component, stations);
        capacity += hours;
    }
    return capacity > 0 ? busy / capacity : 1;
}

/* ---- cents ---- */

/* Cumulative rounding: the shares add up to `cents`, and each is within a cent of its own. */
static void split_cents(int64_t cents, const double *weights, int count, int64_t *shares)
{
    double total = 0, before = 0;
    for (int i = 0; i < count; i++)
        total += weights[i];
    int64_t given = 0;
    for (int i = 0; i < count; i++) {
        before += weights[i];
        const int64_t until = i == count - 1 ? cents : (int64_t)floor((double)cents * (before / total) + 0.5);
        shares[i] = until - given;
        given = until;
    }
}

static struct activity_part *part_of(struct allocation *a, const char *name, const char *tier, bool overhead)
{
    struct activity *out = a->out;
    for (int i = 0; i < out->part_count; i++)
        if (strcmp(out->parts[i].name, name) == 0 && out->parts[i].overhead == overhead)
            return &out->parts[i];
    if (out->part_count == a->part_capacity) {
        const int more = a->part_capacity ? 2 * a->part_capacity : 16;
        out->parts = arena_grow(a->arena, out->parts, (size_t)a->part_capacity, (size_t)more, sizeof *out->parts);
        a->part_capacity = more;
    }
    struct activity_part *part = &out->parts[out->part_count++];
    *part = (struct activity_part){ .name = name, .tier = tier, .overhead = overhead };
    part->cents = ARENA_ARRAY(a->arena, int64_t, out->operation_count + 1);
    return part;
}

/* By a->weights, of which the last is idle. */
static void give(struct allocation *a, struct activity_part *part, int64_t cents)
{
    struct activity *out = a->out;
    int64_t *shares = ARENA_ARRAY(a->arena, int64_t, out->operation_count + 1);
    split_cents(cents, a->weights, out->operation_count + 1, shares);
    for (int o = 0; o < out->operation_count; o++) {
        part->cents[o] += shares[o];
        out->cents[o] += shares[o];
    }
    part->idle_cents += shares[out->operation_count];
    out->idle_cents += shares[out->operation_count];
    part->total_cents += cents;
    out->total_cents += cents;
}

/* What nobody asked for is idle altogether. */
static void weigh(struct allocation *a, const struct component *c, struct line_driver driver)
{
    const struct scenario *sc = a->costing->sc;
    const int count = a->out->operation_count;
    const double busy = driver.stations ? busy_share(a, c->name, driver.stations) : 1;
    double sum = 0;
    for (int o = 0; o < count; o++) {
        a->weights[o] = a->attempts[o] * driver_per_attempt(sc, driver.driver, c, o);
        sum += a->weights[o];
    }
    for (int o = 0; o < count; o++)
        a->weights[o] *= sum > 0 ? busy / sum : 0;
    a->weights[count] = sum > 0 ? 1 - busy : 1;
}

/* ---- lines ---- */

static void give_to_component(struct allocation *a, const struct bill_line *line, const struct component *c,
                              int64_t cents)
{
    weigh(a, c, line_driver_of(c, line->usage_type));
    give(a, part_of(a, c->name, c->kind == KIND_ASG || c->kind == KIND_DEPLOYMENT ? line->tier : c->type->tier, false),
         cents);
}

static bool ends_with(const char *text, const char *end)
{
    const size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

/* The pool of a line that several resources share. */
static const struct bill_pool *pool_of(const struct bill *bill, const struct bill_line *line)
{
    for (size_t i = 0; i < bill->pool_count; i++) {
        const struct bill_pool *pool = &bill->pools[i];
        if (pool->count > 1 && strcmp(pool->price->service, line->service) == 0 &&
            strcmp(pool->price->region, line->region) == 0 && ends_with(line->usage_type, pool->price->usage_type) &&
            strncmp(line->resource, pool->tallies[0].resource, strlen(pool->tallies[0].resource)) == 0)
            return pool;
    }
    return NULL;
}

static bool all_are_components(const struct scenario *sc, const struct bill_pool *pool)
{
    for (size_t i = 0; i < pool->count; i++)
        if (!scenario_component(sc, pool->tallies[i].resource))
            return false;
    return true;
}

static bool give_line(struct allocation *a, const struct bill_line *line)
{
    const struct scenario *sc = a->costing->sc;
    const struct component *c = scenario_component(sc, line->resource);
    if (c) {
        give_to_component(a, line, c, commitment_effective_cents(line));
        return true;
    }
    const struct bill_pool *pool = pool_of(a->bill, line);
    if (!pool || !all_are_components(sc, pool))
        return false;
    double *used = ARENA_ARRAY(a->arena, double, pool->count);
    int64_t *cents = ARENA_ARRAY(a->arena, int64_t, pool->count);
    for (size_t i = 0; i < pool->count; i++)
        used[i] = (double)pool->tallies[i].total;
    split_cents(commitment_effective_cents(line), used, (int)pool->count, cents);
    for (size_t i = 0; i < pool->count; i++)
        give_to_component(a, line, scenario_component(sc, pool->tallies[i].resource), cents[i]);
    return true;
}

/* ---- what belongs to no component ---- */

/* Cents that operations bear so far; false when they bear nothing. */
static bool weigh_as_given(struct allocation *a, double *weights)
{
    double sum = 0;
    for (int o = 0; o < a->out->operation_count; o++) {
        weights[o] = fmax(0, (double)a->out->cents[o]);
        sum += weights[o];
    }
    return sum > 0;
}

/* What the fleets of a region cost, idle instances included: for them there are gateways. */
static bool weigh_as_fleets(struct allocation *a, const char *region, double *weights)
{
    double sum = 0;
    for (int p = 0; p < a->out->part_count; p++) {
        const struct activity_part *part = &a->out->parts[p];
        const struct component *c = part->overhead ? NULL : scenario_component(a->costing->sc, part->name);
        if (!c || (c->kind != KIND_ASG && c->kind != KIND_EKS) || !c->region || strcmp(c->region->name, region) != 0)
            continue;
        for (int o = 0; o <= a->out->operation_count; o++) {
            const double cents = (double)(o < a->out->operation_count ? part->cents[o] : part->idle_cents);
            weights[o] += fmax(0, cents);
            sum += fmax(0, cents);
        }
    }
    return sum > 0;
}

static void give_overhead(struct allocation *a, const struct bill_line *line, const double *weights)
{
    memcpy(a->weights, weights, (size_t)(a->out->operation_count + 1) * sizeof *weights);
    give(a, part_of(a, line->resource[0] ? line->resource : line->service_name, line->tier, true),
         commitment_effective_cents(line));
}

static bool is_unused(const struct bill_line *line)
{
    return line->commitment && line->commitment->part == COMMITMENT_UNUSED;
}

/* Before the rest, which is given as everything else together. */
static void give_gateways(struct allocation *a, bool *given)
{
    const int count = a->out->operation_count + 1;
    for (size_t i = 0; i < a->bill->line_count; i++) {
        const struct bill_line *line = &a->bill->lines[i];
        double *weights = ARENA_ARRAY(a->arena, double, count);
        if (given[i] || strcmp(line->tier, "network") != 0 || !weigh_as_fleets(a, line->region, weights))
            continue;
        give_overhead(a, line, weights);
        given[i] = true;
    }
}

/* Operations bear it as they cost otherwise. Idle is only what nobody used: of a commitment too. */
static void give_rest(struct allocation *a, const bool *given)
{
    const int operations = a->out->operation_count;
    double *weights = ARENA_ARRAY(a->arena, double, operations + 1),
           *idle = ARENA_ARRAY(a->arena, double, operations + 1);
    idle[operations] = 1;
    const bool borne = weigh_as_given(a, weights);
    for (size_t i = 0; i < a->bill->line_count; i++)
        if (!given[i])
            give_overhead(a, &a->bill->lines[i], is_unused(&a->bill->lines[i]) || !borne ? idle : weights);
}

static int dearest_first(const void *a, const void *b)
{
    const struct activity_part *x = a, *y = b;
    if (x->total_cents != y->total_cents)
        return x->total_cents < y->total_cents ? 1 : -1;
    return strcmp(x->name, y->name);
}

struct activity activity_of(const struct costing *costing, const struct bill *bill, int month, int replication,
                            struct arena *arena)
{
    const struct scenario *sc = costing->sc;
    const int mix = scenario_operation_count(sc), count = mix + (sc->by_kind_count[KIND_CLOUDFRONT] > 0);
    struct activity out = { .operation_count = count };
    out.operations = ARENA_ARRAY(arena, const char *, count + 1);
    out.answered = ARENA_ARRAY(arena, double, count + 1);
    out.cents = ARENA_ARRAY(arena, int64_t, count + 1);
    for (int o = 0; o < count; o++)
        out.operations[o] = o < mix ? scenario_operation(sc, o)->name : "static";
    struct allocation a = { costing, bill, month, replication, arena, &out, 0, NULL, NULL };
    a.attempts = ARENA_ARRAY(arena, double, count + 1);
    a.weights = ARENA_ARRAY(arena, double, count + 1);
    count_operations(&a);
    bool *given = ARENA_ARRAY(arena, bool, bill->line_count + 1);
    for (size_t i = 0; i < bill->line_count; i++)
        given[i] = commitment_effective_cents(&bill->lines[i]) == 0 || give_line(&a, &bill->lines[i]);
    give_gateways(&a, given);
    give_rest(&a, given);
    if (out.part_count > 0)
        qsort(out.parts, (size_t)out.part_count, sizeof *out.parts, dearest_first);
    return out;
}

double activity_unit_usd(const struct activity *activity, int operation)
{
    return activity->answered[operation] > 0 ? (double)activity->cents[operation] / 100 / activity->answered[operation]
                                             : NAN;
}
