/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * calendar -- how often each day type occurs in each month of the year that contains the clock's start.
 *
 * A type with months (`in: [nov, dec]`) has its days spread evenly over them; types without fill what these leave of
 * each calendar month, shared in proportion to their `days`. Days are counted in millionths, so fractions are exact
 * enough and add up. docs/decisions/0003-calendar-fill.md says why.
 */
#ifndef HEADROOM_CALENDAR_H
#define HEADROOM_CALENDAR_H

#include "models/scenario.h"

enum { MONTHS = 12 };

int calendar_month_days(int year, int month); /* month 1..12 */
const char *calendar_month_name(int month);   /* 1..12: "January" */

struct calendar_fill {
    int year;
    int days[MONTHS];            /* of the calendar month */
    int64_t *days_e6[MONTHS];    /* [month][day type], millionths of a day */
    int64_t unfilled_e6[MONTHS]; /* what no type fills; negative: so much too many */
};

struct calendar_fill calendar_fill(const struct scenario *sc, struct arena *arena);

#endif
