/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/year.h"

#include <stdlib.h>
#include <string.h>

#include "analysis/cost.h"
#include "sim/draw.h"

enum { DAYS_OF_A_YEAR = 366 };

static const int64_t DAY_E6 = 1000000;

/* A drawn month: how often each day happens. Most months of a year are drawn again and again, and billed once. */
struct drawn {
    int days; /* of the calendar month; 0: the place is free */
    int64_t *days_e6;
    int64_t cents;
};

struct years {
    const struct costing *costing;
    struct arena arena;
    struct draw_key key;
    uint32_t place;
    int day_count; /* day types x replications */
    struct drawn *drawn;
    size_t slots;
};

/* Adds the days of a month of a year. */
static void add_days(const struct costing *c, struct draw_key key, uint32_t place, int year, int month,
                     int64_t *days_e6)
{
    for (int d = 0; d < c->sc->day_type_count; d++) {
        const uint64_t first = (((uint64_t)year * MONTHS + (uint64_t)month) * (uint64_t)c->sc->day_type_count +
                                (uint64_t)d) *
                               DAYS_OF_A_YEAR;
        int64_t left = c->cost.calendar.days_e6[month][d];
        for (uint64_t day = 0; left > 0; day++, left -= DAY_E6) {
            const uint32_t which = draw_below(draw_at(key, first + day, place, 0).a, BILL_REPLICATIONS);
            days_e6[(uint32_t)d * BILL_REPLICATIONS + which] += left < DAY_E6 ? left : DAY_E6;
        }
    }
}

static void draw_days(const struct years *y, int year, int month, int64_t *days_e6)
{
    memset(days_e6, 0, (size_t)y->day_count * sizeof *days_e6);
    add_days(y->costing, y->key, y->place, year, month, days_e6);
}

static struct draw_key key_of(const struct costing *costing)
{
    return draw_key_make((uint64_t)costing->sc->seed, 0);
}

static uint32_t place_of_days(void)
{
    return draw_place("analysis/year/day");
}

void year_days(int64_t *days_e6, const struct costing *costing, int year)
{
    memset(days_e6, 0, (size_t)(costing->sc->day_type_count * BILL_REPLICATIONS) * sizeof *days_e6);
    for (int month = 0; month < MONTHS; month++)
        add_days(costing, key_of(costing), place_of_days(), year, month, days_e6);
}

static uint64_t hash_days(const struct years *y, int days, const int64_t *days_e6)
{
    uint64_t hash = (uint64_t)days;
    for (int i = 0; i < y->day_count; i++)
        hash = (hash ^ (uint64_t)days_e6[i]) * UINT64_C(0x9e3779b97f4a7c15) + (hash >> 29);
    return hash;
}

static struct drawn *place_of(const struct years *y, int days, const int64_t *days_e6)
{
    size_t slot = hash_days(y, days, days_e6) % y->slots;
    while (y->drawn[slot].days && (y->drawn[slot].days != days || memcmp(y->drawn[slot].days_e6, days_e6,
                                                                         (size_t)y->day_count * sizeof *days_e6) != 0))
        slot = (slot + 1) % y->slots;
    return &y->drawn[slot];
}

static bool bill_drawn(struct years *y, struct drawn *drawn, int month, const int64_t *days_e6)
{
    struct arena scratch;
    struct bill bill;
    arena_init(&scratch);
    const struct month_usage usage = costing_month_usage(y->costing, month + 1, days_e6, &scratch);
    const bool ok = costing_bill_month(&bill, y->costing, &usage, &scratch);
    *drawn = (struct drawn){ .days = usage.period.days, .cents = ok ? bill.total_cents : 0 };
    drawn->days_e6 = ARENA_ARRAY(&y->arena, int64_t, y->day_count);
    memcpy(drawn->days_e6, days_e6, (size_t)y->day_count * sizeof *days_e6);
    arena_fini(&scratch);
    return ok;
}

static int ascending(const void *a, const void *b)
{
    const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* Between two neighbours, linearly. */
static double quantile_usd(const int64_t *sorted, double p)
{
    const double at = p * (YEARS_DRAWN - 1);
    const int below = (int)at, above = below + 1 < YEARS_DRAWN ? below + 1 : below;
    return ((double)sorted[below] + (at - below) * (double)(sorted[above] - sorted[below])) / 100;
}

struct spread year_spread(int64_t *cents)
{
    qsort(cents, YEARS_DRAWN, sizeof *cents, ascending);
    return (struct spread){ quantile_usd(cents, 0.05), quantile_usd(cents, 0.5), quantile_usd(cents, 0.95) };
}

static struct spread twelfth(struct spread annual)
{
    return (struct spread){ annual.p5 / MONTHS, annual.p50 / MONTHS, annual.p95 / MONTHS };
}

static bool draw_month(struct years *y, int month, int64_t *cents)
{
    int64_t *days_e6 = ARENA_ARRAY(&y->arena, int64_t, y->day_count);
    for (int year = 0; year < YEARS_DRAWN; year++) {
        draw_days(y, year, month, days_e6);
        struct drawn *drawn = place_of(y, y->costing->cost.calendar.days[month], days_e6);
        if (!drawn->days && !bill_drawn(y, drawn, month, days_e6))
            return false;
        cents[year] = drawn->cents;
    }
    return true;
}

bool year_draw(struct year_law *out, const struct costing *costing)
{
    struct years y = { .costing = costing,
                       .key = key_of(costing),
                       .place = place_of_days(),
                       .day_count = costing->sc->day_type_count * BILL_REPLICATIONS,
                       .slots = 2 * YEARS_DRAWN * MONTHS };
    int64_t annual[YEARS_DRAWN] = { 0 };
    bool ok = true;
    arena_init(&y.arena);
    y.drawn = ARENA_ARRAY(&y.arena, struct drawn, y.slots);
    for (int month = 0; ok && month < MONTHS; month++) {
        int64_t cents[YEARS_DRAWN];
        ok = draw_month(&y, month, cents);
        for (int year = 0; ok && year < YEARS_DRAWN; year++)
            annual[year] += cents[year];
        if (ok)
            out->months[month] = year_spread(cents);
    }
    memcpy(out->annual_cents, annual, sizeof annual);
    if (ok)
        out->annual = year_spread(annual);
    out->mean_month = twelfth(out->annual);
    arena_fini(&y.arena);
    return ok;
}
