/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/cost.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/checks.h"
#include "analysis/keep.h"

struct held { /* a headline day that waits for its price */
    struct usage *usage;
    size_t usage_count;
    uint64_t edge_requests, orders;
};

static const double LEVEL = 0.95;

struct month_usage costing_month_usage(const struct costing *b, int month, const int64_t *days_e6, struct arena *arena)
{
    const int days = b->sc->day_type_count * BILL_REPLICATIONS;
    struct month_usage out = { .period = bill_period_of(b->cost.calendar.year, month) };
    size_t most = 0;
    for (int d = 0; d < days; d++)
        most += days_e6[d] ? b->days[d]->usage_count : 0;
    out.records = ARENA_ARRAY(arena, struct usage, most + 1);
    for (int d = 0; d < days; d++) {
        const struct replication *rep = b->days[d];
        for (size_t i = 0; days_e6[d] && i < rep->usage_count; i++) {
            struct usage *record = &out.records[out.count++];
            *record = rep->usage[i];
            record->hour += 24 * d;
            record->weight_e6 = days_e6[d];
        }
    }
    return out;
}

static const enum free_tier free_tiers[] = {
    [FREE_NOTHING] = FREE_TIER_NONE, [FREE_ALWAYS] = FREE_TIER_ALWAYS, [FREE_FIRST_YEAR] = FREE_TIER_FIRST_YEAR
};

bool costing_bill_month(struct bill *out, const struct costing *b, const struct month_usage *month, struct arena *arena)
{
    if (b->also_is_wrong)
        return false;
    const struct bill_options options = { .free_tier = free_tiers[b->sc->free_tier],
                                          .allow_unpriced = b->allow_unpriced,
                                          .commitments = b->commitments };
    return bill_compute_all(out, b->book, month->records, month->count, b->also.records, b->also.count, month->period,
                            &options, arena, b->diag);
}

/* The month in which every day is that of one replication. */
static bool month_bill(struct bill *out, const struct costing *b, int month, uint32_t replication, struct arena *arena)
{
    const int types = b->sc->day_type_count;
    int64_t *days_e6 = ARENA_ARRAY(arena, int64_t, types * BILL_REPLICATIONS);
    for (int d = 0; d < types; d++)
        days_e6[(uint32_t)d * BILL_REPLICATIONS + replication] = b->cost.calendar.days_e6[month - 1][d];
    const struct month_usage usage = costing_month_usage(b, month, days_e6, arena);
    return costing_bill_month(out, b, &usage, arena);
}

static bool bill_months(struct cost *cost, const struct costing *b, struct arena *arena)
{
    for (int month = 1; month <= MONTHS; month++) {
        struct month_cost *m = &cost->months[month - 1];
        double usd[BILL_REPLICATIONS];
        for (uint32_t r = 0; r < BILL_REPLICATIONS; r++) {
            struct arena scratch;
            arena_init(&scratch);
            struct bill bill;
            const bool ok = month_bill(&bill, b, month, r, &scratch);
            if (ok) {
                const char *violation = check_bill(&bill, &scratch);
                if (violation && !cost->violation)
                    cost->violation = arena_text(arena, violation);
                unpriced_add(&cost->unpriced, &bill, arena);
                m->cents[r] = bill.total_cents;
                usd[r] = (double)bill.total_cents / 100;
            }
            arena_fini(&scratch);
            if (!ok)
                return false;
        }
        m->usd = ci_of_mean(usd, BILL_REPLICATIONS, LEVEL);
    }
    return true;
}

static void summarise_months(struct cost *cost)
{
    double mean[BILL_REPLICATIONS] = { 0 }, annual[BILL_REPLICATIONS] = { 0 };
    cost->peak_month = 1;
    for (int m = 0; m < MONTHS; m++) {
        for (int r = 0; r < BILL_REPLICATIONS; r++) {
            mean[r] += (double)cost->months[m].cents[r] / 100 / MONTHS;
            annual[r] += (double)cost->months[m].cents[r] / 100;
        }
        if (cost->months[m].usd.mean > cost->months[cost->peak_month - 1].usd.mean)
            cost->peak_month = m + 1;
    }
    cost->monthly_mean_usd = ci_of_mean(mean, BILL_REPLICATIONS, LEVEL);
    cost->annual_usd = ci_of_mean(annual, BILL_REPLICATIONS, LEVEL);
    cost->monthly_peak_usd = cost->months[cost->peak_month - 1].usd;
}

/* The replication nearest the mean of the month of `start`; the first of equals. */
static int nearest_the_mean(const struct month_cost *month)
{
    int nearest = 0;
    for (int r = 1; r < BILL_REPLICATIONS; r++)
        if (fabs((double)month->cents[r] / 100 - month->usd.mean) <
            fabs((double)month->cents[nearest] / 100 - month->usd.mean) - 1e-6)
            nearest = r;
    return nearest;
}

static void add_service(struct cost *cost, const struct bill_line *line, int replication, int *capacity,
                        struct arena *arena)
{
    for (int i = 0; i < cost->service_count; i++) {
        if (strcmp(cost->services[i].name, line->service_name) == 0) {
            cost->services[i].cents[replication] += line->cents;
            cost->services[i].priced |= !line->unpriced;
            return;
        }
    }
    if (cost->service_count == *capacity) {
        const int more = *capacity ? *capacity * 2 : 16;
        cost->services = arena_grow(arena, cost->services, (size_t)*capacity, (size_t)more, sizeof *cost->services);
        *capacity = more;
    }
    struct service_cost *service = &cost->services[cost->service_count++];
    service->name = line->service_name;
    service->cents[replication] = line->cents;
    service->priced = !line->unpriced;
}

static int dearest_first(const void *a, const void *b)
{
    const struct service_cost *x = a, *y = b;
    if (x->mean_usd != y->mean_usd)
        return x->mean_usd < y->mean_usd ? 1 : -1;
    return strcmp(x->name, y->name);
}

static bool bill_start_month(struct cost *cost, const struct costing *b, struct arena *arena)
{
    int capacity = 0;
    cost->shown = nearest_the_mean(&cost->months[cost->start_month - 1]);
    for (int r = 0; r < BILL_REPLICATIONS; r++) {
        struct bill bill;
        if (!month_bill(&bill, b, cost->start_month, (uint32_t)r, arena))
            return false;
        for (size_t i = 0; i < bill.line_count; i++)
            add_service(cost, &bill.lines[i], r, &capacity, arena);
        if (r == cost->shown)
            cost->bill = bill;
    }
    for (int i = 0; i < cost->service_count; i++) {
        int64_t cents = 0;
        for (int r = 0; r < BILL_REPLICATIONS; r++)
            cents += cost->services[i].cents[r];
        cost->services[i].mean_usd = (double)cents / 100 / BILL_REPLICATIONS;
    }
    qsort(cost->services, (size_t)cost->service_count, sizeof *cost->services, dearest_first);
    cost->activity = activity_of(b, &cost->bill, cost->start_month, cost->shown, arena);
    if (!cost->violation && cost->activity.total_cents != cost->bill.total_cents)
        cost->violation = "what operations cost does not add up to the bill";
    return true;
}

/* What the year's days do, for the cost of a thousand of it. */
static void count_volume(struct costing *c)
{
    for (int d = 0; d < c->sc->day_type_count; d++) {
        double days = 0;
        for (int m = 0; m < MONTHS; m++)
            days += (double)c->cost.calendar.days_e6[m][d] / 1e6;
        for (int r = 0; r < BILL_REPLICATIONS; r++) {
            const struct replication *rep = c->days[d * BILL_REPLICATIONS + r];
            c->cost.volume.requests += days * (double)rep->edge_requests / BILL_REPLICATIONS;
            for (int o = 0; c->sc->business.present && o < rep->operation_count; o++)
                if (strcmp(rep->operations[o].name, c->sc->business.operation_name) == 0)
                    c->cost.volume.orders += days * (double)rep->operations[o].outcomes[OUTCOME_OK] / BILL_REPLICATIONS;
        }
    }
}

static bool bill_calendar(struct costing *c)
{
    c->cost.monthly = true;
    if (!bill_months(&c->cost, c, c->arena))
        return false;
    summarise_months(&c->cost);
    count_volume(c);
    struct year_law law;
    if (!year_draw(&law, c))
        return false;
    for (int m = 0; m < MONTHS; m++)
        c->cost.months[m].spread = law.months[m];
    c->cost.monthly_spread = law.mean_month;
    c->cost.annual_spread = law.annual;
    memcpy(c->cost.annual_drawn_cents, law.annual_cents, sizeof law.annual_cents);
    return bill_start_month(&c->cost, c, c->arena);
}

/* A price at the average says nothing of what has none: the day as a bill of its own names it. */
static bool find_unpriced(struct costing *c, const struct held *day, struct arena *scratch)
{
    const struct bill_options options = { .allow_unpriced = true };
    struct bill bill;
    if (!bill_compute_all(&bill, c->book, day->usage, day->usage_count, NULL, 0, c->cost.bill.period, &options, scratch,
                          c->diag))
        return false;
    unpriced_add(&c->cost.unpriced, &bill, c->arena);
    return true;
}

static bool price_headline(struct costing *c, const struct held *day)
{
    struct arena scratch;
    arena_init(&scratch);
    money amount;
    c->cost.bill.options.allow_unpriced = c->allow_unpriced; /* without a calendar nothing has said so yet */
    const bool ok = bill_price_at_average(&amount, &c->cost.bill, c->book, day->usage, day->usage_count, &scratch,
                                          c->diag) &&
                    (!c->allow_unpriced || find_unpriced(c, day, &scratch));
    arena_fini(&scratch);
    if (!ok)
        return false;
    const double usd = (double)money_to_cents(amount) / 100;
    moments_add(&c->window_usd, usd);
    moments_add(&c->usd_per_1000_orders, day->orders ? usd / (double)day->orders * 1000 : NAN);
    moments_add(&c->usd_per_million_requests, day->edge_requests ? usd / (double)day->edge_requests * 1e6 : NAN);
    return true;
}

/* In the order in which they came, which is that of their numbers. */
static bool price_what_is_held(struct costing *c)
{
    bool ok = true;
    for (int i = 0; ok && i < c->held_count; i++)
        ok = price_headline(c, &c->held[i]);
    arena_fini(&c->held_arena);
    c->held = NULL;
    c->held_count = c->held_capacity = 0;
    return ok;
}

void costing_init(struct costing *c, const struct scenario *sc, const struct price_book *book, struct arena *arena,
                  struct diag *diag)
{
    *c = (struct costing){ .sc = sc, .book = book, .arena = arena, .diag = diag };
    c->also_is_wrong = !also_records_make(&c->also, sc, arena, diag);
    c->cost.start_month = sc->clock.month;
    c->cost.calendar = calendar_fill(sc, arena);
    c->cost.bill.period = (struct bill_period){ .year = sc->clock.year,
                                                .month = sc->clock.month,
                                                .days = calendar_month_days(sc->clock.year, sc->clock.month) };
    c->days_missing = sc->day_type_count * BILL_REPLICATIONS;
    c->days = ARENA_ARRAY(arena, const struct replication *, c->days_missing + 1);
    c->violations = ARENA_ARRAY(arena, const char *, c->days_missing + 1);
    c->ready = c->days_missing == 0;
    arena_init(&c->held_arena);
}

void costing_fini(struct costing *c)
{
    arena_fini(&c->held_arena);
}

bool costing_take_day(struct costing *c, const struct replication *rep, const char *violation)
{
    const uint32_t place = (uint32_t)rep->day_type * BILL_REPLICATIONS + rep->number;
    c->days[place] = replication_keep(rep, KEEP_USAGE, c->arena);
    c->violations[place] = violation ? arena_text(c->arena, violation) : NULL;
    if (--c->days_missing > 0)
        return true;
    c->ready = true;
    return bill_calendar(c) && price_what_is_held(c);
}

bool costing_take_headline(struct costing *c, const struct replication *rep, uint64_t orders)
{
    const struct held day = {
        .usage = rep->usage, .usage_count = rep->usage_count, .edge_requests = rep->edge_requests, .orders = orders
    };
    if (c->ready)
        return price_headline(c, &day);
    if (c->held_count == c->held_capacity) {
        const int more = c->held_capacity ? c->held_capacity * 2 : 16;
        c->held = arena_grow(&c->held_arena, c->held, (size_t)c->held_count, (size_t)more, sizeof *c->held);
        c->held_capacity = more;
    }
    struct held *held = &c->held[c->held_count++];
    *held = day;
    held->usage = replication_keep(rep, KEEP_USAGE, &c->held_arena)->usage;
    return true;
}

bool costing_close(struct costing *c)
{
    c->ready = true;
    for (int i = 0; !c->cost.violation && i < c->sc->day_type_count * BILL_REPLICATIONS; i++)
        c->cost.violation = c->violations[i];
    return price_what_is_held(c);
}
