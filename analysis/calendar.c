/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/calendar.h"

static const int64_t DAY_E6 = 1000000;

int calendar_month_days(int year, int month)
{
    static const int days[MONTHS] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
    const bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return days[month - 1] + (month == 2 && leap);
}

const char *calendar_month_name(int month)
{
    static const char *const names[MONTHS] = { "January", "February", "March",     "April",   "May",      "June",
                                               "July",    "August",   "September", "October", "November", "December" };
    return names[month - 1];
}

/* Share `i` of `count` of `total`: cumulative rounding, so the shares add up exactly. */
static int64_t even_share(int64_t total, int i, int count)
{
    return total * (i + 1) / count - total * i / count;
}

static void fill_named_months(struct calendar_fill *fill, const struct day_type *type, int index)
{
    int count = 0, i = 0;
    for (int m = 0; m < MONTHS; m++)
        count += (type->months & (1u << m)) != 0;
    for (int m = 0; m < MONTHS; m++) {
        if (!(type->months & (1u << m)))
            continue;
        const int64_t share = even_share(type->days * DAY_E6, i++, count);
        fill->days_e6[m][index] = share;
        fill->unfilled_e6[m] -= share;
    }
}

static void fill_the_rest(struct calendar_fill *fill, const struct scenario *sc, int month)
{
    const int64_t rest = fill->unfilled_e6[month];
    int64_t weight = 0, before = 0;
    for (int d = 0; d < sc->day_type_count; d++)
        weight += sc->day_types[d].months == 0 ? sc->day_types[d].days : 0;
    if (rest <= 0 || weight == 0)
        return;
    for (int d = 0; d < sc->day_type_count; d++) {
        const struct day_type *type = &sc->day_types[d];
        if (type->months != 0)
            continue;
        const int64_t after = before + type->days;
        fill->days_e6[month][d] = rest * after / weight - rest * before / weight;
        before = after;
    }
    fill->unfilled_e6[month] = 0;
}

struct calendar_fill calendar_fill(const struct scenario *sc, struct arena *arena)
{
    struct calendar_fill fill = { .year = sc->clock.year };
    for (int m = 0; m < MONTHS; m++) {
        fill.days[m] = calendar_month_days(fill.year, m + 1);
        fill.days_e6[m] = ARENA_ARRAY(arena, int64_t, sc->day_type_count + 1);
        fill.unfilled_e6[m] = fill.days[m] * DAY_E6;
    }
    for (int d = 0; d < sc->day_type_count; d++)
        if (sc->day_types[d].months != 0)
            fill_named_months(&fill, &sc->day_types[d], d);
    for (int m = 0; m < MONTHS; m++)
        fill_the_rest(&fill, sc, m);
    return fill;
}
