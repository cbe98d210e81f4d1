/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * figure -- numbers as people read them, with as many digits as the interval supports. Texts live in the arena.
 * NAN becomes an en dash in UTF-8 ("–").
 */
#ifndef HEADROOM_FIGURE_H
#define HEADROOM_FIGURE_H

#include <stdbool.h>
#include <stdint.h>

#include "analysis/ci.h"
#include "models/scenario.h"
#include "sim/base/arena.h"

/* "1,234,567" */
const char *figure_count(double count, struct arena *arena);
/* "99.87 %": decimals until the half width shows (2 to 5), or 2 without one (0). */
const char *figure_percent(double share, double half_width, struct arena *arena);
/* A share whose trials all succeeded: "100 %, at least 99.9998 %". Other shares as figure_percent(). */
const char *figure_share(struct ci ci, struct arena *arena);
bool figure_all_succeeded(struct ci ci);
/* "212", "9.41", "1,250": three significant digits, no unit. */
const char *figure_ms(double ms, struct arena *arena);
/* "$12,346", below $100 with cents */
const char *figure_usd(double usd, struct arena *arena);
/* "$12,345.67", exact */
const char *figure_cents(int64_t cents, struct arena *arena);
/* "48 s", "4 min 10 s", "1 h 05 min" */
const char *figure_duration(double s, struct arena *arena);
/* "1 replica", "3 replicas" */
const char *figure_things(int64_t count, const char *thing, struct arena *arena);
/* "1.2M", "34k", "950" */
const char *figure_short(double count, struct arena *arena);
/* "12.4", "0.031": three significant digits, grouped, no exponent; for counts that need not be whole */
const char *figure_number(double value, struct arena *arena);
/* A mean of counts: "0.8", "27.8", "992" */
const char *figure_per_day(double count, struct arena *arena);
/* A quantity beside its limit: 309 of 420 as "309"; "" for a share of one (cpu), which figure_busy() says already. */
const char *figure_limit(double value, double maximum, struct arena *arena);
/* "62 %", "0.4 %" */
const char *figure_busy(double share, struct arena *arena);
/* Local time of day of an instant s after the clock's start: "20:05", "20:05:30"; a later day is "+1d 00:10". */
const char *figure_clock(const struct scenario *sc, double since_start_s, bool seconds, struct arena *arena);
/* The same of a fault; NAN: "at random". */
const char *figure_fault_when(const struct scenario *sc, double since_start_s, struct arena *arena);
/* What the clock runs over: "this day", "this hour", otherwise "this window"; and when: "on this day", "in this hour",
 * "in this window". */
const char *figure_span(const struct scenario *sc);
const char *figure_in_span(const struct scenario *sc);
/* "2026-11-27T20:05:30-05:00" */
const char *figure_iso(const struct scenario *sc, int64_t since_start_s, struct arena *arena);

/* The half width of an interval with the decimals that its value has: "1.2" for 24.3 ms, "$18" for $335, "0.03" for
 * 99.87 %. "" when there is no interval, or when figure_share() has said "at least". */
const char *figure_half_ms(struct ci ci, struct arena *arena);
const char *figure_half_usd(struct ci ci, struct arena *arena);
const char *figure_half_percent(struct ci ci, struct arena *arena);

#endif
