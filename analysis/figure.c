/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/figure.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static const char NOTHING[] = "–";

/* Commas between thousands of the whole part of a plain decimal. */
static const char *group(const char *digits, struct arena *arena)
{
    const size_t sign = digits[0] == '-';
    const char *point = strchr(digits, '.');
    const size_t whole = (point ? (size_t)(point - digits) : strlen(digits)) - sign;
    char *out = arena_alloc(arena, strlen(digits) + whole / 3 + 1, 1);
    size_t o = 0;
    if (sign)
        out[o++] = '-';
    for (size_t i = 0; i < whole; i++) {
        if (i > 0 && (whole - i) % 3 == 0)
            out[o++] = ',';
        out[o++] = digits[sign + i];
    }
    for (const char *rest = digits + sign + whole; *rest; rest++)
        out[o++] = *rest;
    return out;
}

static const char *decimals(double value, int places, struct arena *arena)
{
    if (isnan(value))
        return NOTHING;
    return group(arena_printf(arena, "%.*f", places, value), arena);
}

const char *figure_count(double count, struct arena *arena)
{
    return decimals(count, 0, arena);
}

static int places_for_three_digits(double value)
{
    const double size = fabs(value);
    if (!isfinite(size) || size >= 99.95 || size == 0)
        return 0;
    if (size >= 9.995)
        return 1;
    if (size >= 0.9995)
        return 2;
    const int places = 2 - (int)floor(log10(size));
    return places < 9 ? places : 9;
}

static int ms_places(double ms)
{
    const int places = places_for_three_digits(ms);
    return places < 3 ? places : 3;
}

const char *figure_ms(double ms, struct arena *arena)
{
    return decimals(ms, ms_places(ms), arena);
}

const char *figure_number(double value, struct arena *arena)
{
    return decimals(value, value == floor(value) ? 0 : places_for_three_digits(value), arena);
}

static int percent_places(double half_width)
{
    const double half_percent = half_width * 100;
    int places = 2;
    while (places < 5 && half_percent > 0 && half_percent * pow(10, places) < 1)
        places++;
    return places;
}

const char *figure_percent(double share, double half_width, struct arena *arena)
{
    if (isnan(share))
        return NOTHING;
    const int places = percent_places(half_width);
    /* A share below one is never rounded up to a promise of 100 %. */
    double percent = share * 100;
    const double step = pow(10, -places);
    if (percent < 100 && percent > 100 - step / 2)
        percent = 100 - step;
    return arena_printf(arena, "%.*f %%", places, percent);
}

bool figure_all_succeeded(struct ci ci)
{
    return ci.mean == 1 && ci_has_interval(ci);
}

const char *figure_share(struct ci ci, struct arena *arena)
{
    if (figure_all_succeeded(ci))
        return arena_printf(arena, "100 %%, at least %s", figure_percent(ci.lo, 1 - ci.lo, arena));
    return figure_percent(ci.mean, ci_half_width(ci), arena);
}

static int usd_places(double usd)
{
    return fabs(usd) < 99.995 ? 2 : 0;
}

const char *figure_usd(double usd, struct arena *arena)
{
    if (isnan(usd))
        return NOTHING;
    const char *digits = decimals(fabs(usd), usd_places(usd), arena);
    return arena_printf(arena, "%s$%s", usd < 0 ? "-" : "", digits);
}

const char *figure_cents(int64_t cents, struct arena *arena)
{
    const int64_t size = cents < 0 ? -cents : cents;
    const char *digits = group(arena_printf(arena, "%" PRId64 ".%02d", size / 100, (int)(size % 100)), arena);
    return arena_printf(arena, "%s$%s", cents < 0 ? "-" : "", digits);
}

const char *figure_duration(double s, struct arena *arena)
{
    if (isnan(s))
        return NOTHING;
    if (s < 9.95)
        return arena_printf(arena, "%.1f s", s);
    const int64_t whole = (int64_t)llround(s);
    if (whole < 60)
        return arena_printf(arena, "%" PRId64 " s", whole);
    if (whole < 3600 && whole % 60 == 0)
        return arena_printf(arena, "%" PRId64 " min", whole / 60);
    if (whole < 3600)
        return arena_printf(arena, "%" PRId64 " min %02d s", whole / 60, (int)(whole % 60));
    const int64_t minutes = (whole + 30) / 60;
    if (minutes % 60 == 0)
        return arena_printf(arena, "%" PRId64 " h", minutes / 60);
    return arena_printf(arena, "%" PRId64 " h %02d min", minutes / 60, (int)(minutes % 60));
}

const char *figure_things(int64_t count, const char *thing, struct arena *arena)
{
    return arena_printf(arena, "%s %s%s", figure_count((double)count, arena), thing, count == 1 ? "" : "s");
}

const char *figure_short(double count, struct arena *arena)
{
    static const struct {
        double size;
        const char *suffix;
    } units[] = { { 1e9, "G" }, { 1e6, "M" }, { 1e3, "k" } };
    for (size_t i = 0; i < ARRAY_LEN(units); i++) {
        if (count < units[i].size)
            continue;
        const double scaled = count / units[i].size;
        return arena_printf(arena, "%.*f%s", scaled < 9.95 ? 1 : 0, scaled, units[i].suffix);
    }
    return arena_printf(arena, "%.0f", count);
}

const char *figure_per_day(double count, struct arena *arena)
{
    return decimals(count, count == floor(count) || count >= 99.95 ? 0 : 1, arena);
}

const char *figure_limit(double value, double maximum, struct arena *arena)
{
    return maximum == 1 ? "" : figure_number(value, arena);
}

const char *figure_busy(double share, struct arena *arena)
{
    return arena_printf(arena, share < 0.0995 && share > 0 ? "%.1f %%" : "%.0f %%", share * 100);
}

const char *figure_clock(const struct scenario *sc, double since_start_s, bool seconds, struct arena *arena)
{
    if (isnan(since_start_s))
        return NOTHING;
    const int64_t day_s = 24 * 3600;
    const int64_t at = sc->clock.start_ns_of_day / SIM_SECOND + (int64_t)floor(since_start_s + 0.5);
    const int64_t day = at / day_s, of_day = at % day_s;
    const char *prefix = day > 0 ? arena_printf(arena, "+%" PRId64 "d ", day) : "";
    const int hours = (int)(of_day / 3600), minutes = (int)(of_day / 60 % 60);
    if (!seconds)
        return arena_printf(arena, "%s%02d:%02d", prefix, hours, minutes);
    return arena_printf(arena, "%s%02d:%02d:%02d", prefix, hours, minutes, (int)(of_day % 60));
}

const char *figure_fault_when(const struct scenario *sc, double since_start_s, struct arena *arena)
{
    return isnan(since_start_s) ? "at random" : figure_clock(sc, since_start_s, false, arena);
}

const char *figure_span(const struct scenario *sc)
{
    return figure_in_span(sc) + strlen("on ");
}

const char *figure_in_span(const struct scenario *sc)
{
    return sc->clock.length == SIM_DAY    ? "on this day"
           : sc->clock.length == SIM_HOUR ? "in this hour"
                                          : "in this window";
}

const char *figure_iso(const struct scenario *sc, int64_t since_start_s, struct arena *arena)
{
    const int offset_s = sc->clock.utc_offset_s;
    const time_t local = (time_t)(sc->clock.start_utc_s + offset_s + since_start_s);
    struct tm tm;
    gmtime_r(&local, &tm);
    const int offset_min = (offset_s < 0 ? -offset_s : offset_s) / 60;
    return arena_printf(arena, "%04d-%02d-%02dT%02d:%02d:%02d%c%02d:%02d", tm.tm_year + 1900, tm.tm_mon + 1, tm.tm_mday,
                        tm.tm_hour, tm.tm_min, tm.tm_sec, offset_s < 0 ? '-' : '+', offset_min / 60, offset_min % 60);
}

/* A half width is rounded up: an interval is not made narrower by being printed. */
static const char *half_text(struct ci ci, int places, struct arena *arena)
{
    const double scale = pow(10, places);
    return decimals(fmax(0, ceil(ci_half_width(ci) * scale - 1e-9)) / scale, places, arena);
}

const char *figure_half_ms(struct ci ci, struct arena *arena)
{
    return ci_has_interval(ci) ? half_text(ci, ms_places(ci.mean), arena) : "";
}

const char *figure_half_usd(struct ci ci, struct arena *arena)
{
    return ci_has_interval(ci) ? arena_printf(arena, "$%s", half_text(ci, usd_places(ci.mean), arena)) : "";
}

const char *figure_half_percent(struct ci ci, struct arena *arena)
{
    const struct ci percent = { .mean = ci.mean * 100, .lo = ci.lo * 100, .hi = ci.hi * 100 };
    if (!ci_has_interval(ci) || figure_all_succeeded(ci))
        return "";
    return half_text(percent, percent_places(ci_half_width(ci)), arena);
}
