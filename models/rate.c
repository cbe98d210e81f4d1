/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * rate -- how many operations begin per second, over a day: shape, launch, scale.
 *
 * The rate is linear between knots. A shape has 24 values, each at the middle of its hour, periodic over the day. A
 * launch multiplies the shape by 1 + (factor - 1) g(t): g rises from 0 to 1 over `rise`, then halves every half_life.
 * The whole is scaled so that the integral over [0, length) is mean * length, exactly by the trapezoids of the knots.
 *
 * A trace is constant within a bin: two knots of the same rate, a nanosecond before those of the next bin.
 */
#include <stdlib.h>
#include <string.h>

#include "models/scenario.h"
#include "sim/base/check.h"
#include "sim/number.h"

enum { HOURS = 24 };

/*
 * Fractions of the daily mean by local hour; each row sums to 24. `ordinary` is measured (orders of a Brazilian
 * marketplace by hour); the other two are interpolated by hand through published anchors: shape only. [PEAK-EVENTS]
 */
static const double ORDINARY[HOURS] = { .58,  .28,  .12,  .07,  .05,  .04,  .12,  .30,  .72,  1.15, 1.49, 1.59,
                                        1.44, 1.57, 1.58, 1.56, 1.61, 1.48, 1.39, 1.44, 1.50, 1.50, 1.41, 1.00 };
static const double BLACK_FRIDAY[HOURS] = { .90,  .60,  .45,  .38,  .33,  .32,  .48,  .80,  1.10, 1.32, 1.46, 1.50,
                                            1.45, 1.38, 1.30, 1.24, 1.20, 1.16, 1.14, 1.16, 1.20, 1.20, 1.08, .85 };
static const double CYBER_MONDAY[HOURS] = { .50,  .32,  .22,  .18,  .16,  .18,  .38,  .72,  1.02, 1.28, 1.45, 1.55,
                                            1.52, 1.46, 1.34, 1.20, 1.08, 1.02, 1.06, 1.25, 1.56, 1.70, 1.55, 1.30 };

/*
 * Between two knots of the decay the chord lies above 2^-x by at most (ln 2 * step)^2 / 8 = 0.1 % of the value at a
 * step of an eighth of a half-life. After 16 half-lives the excess is 1.5e-5 of the peak's and ends.
 */
enum { KNOTS_PER_HALF_LIFE = 8, HALF_LIVES = 16 };

static const double LN_2 = 0.693147180559945309417;

/* A day to be turned into knots; times are ns since the start of the clock, the warm-up is negative. */
struct day {
    int shape;
    const struct population *population;
    const struct launch_config *launch; /* NULL: none */
    sim_time launch_at;
    sim_time length, warm_up;
    int64_t start_ns_of_day;
    double mean; /* per second over [0, length) */
    bool scaled; /* false: the knots are rates as they are */
};

static double hour_value(int shape, int hour)
{
    switch ((enum rate_shape)shape) {
    case SHAPE_CONSTANT:
    case SHAPE_PIECEWISE: return 1.0;
    case SHAPE_ORDINARY: return ORDINARY[hour];
    /* A sale without a great day's rush: assumed to lie halfway. */
    case SHAPE_SALE: return 0.5 * (ORDINARY[hour] + BLACK_FRIDAY[hour]);
    case SHAPE_BLACK_FRIDAY: return BLACK_FRIDAY[hour];
    case SHAPE_CYBER_MONDAY: return CYBER_MONDAY[hour];
    }
    CHECK(false, "an unknown shape of the day");
    return 0.0;
}

static double interpolate(double from, double to, double share)
{
    return from + share * (to - from);
}

static double hourly_shape(int shape, int64_t ns_of_day)
{
    const int64_t since_middle = (ns_of_day + SIM_DAY - SIM_HOUR / 2) % SIM_DAY;
    const int hour = (int)(since_middle / SIM_HOUR);
    const double share = (double)(since_middle % SIM_HOUR) / (double)SIM_HOUR;
    return interpolate(hour_value(shape, hour), hour_value(shape, (hour + 1) % HOURS), share);
}

/* The user's knots, periodic over the day: after the last comes the first of the next day. */
static double piecewise_shape(const struct population *p, int64_t ns_of_day)
{
    const struct knot_entry *knots = p->rate.knots;
    const int count = p->rate.knot_count;
    int next = 0;
    while (next < count && knots[next].at.ns <= ns_of_day)
        next++;
    const struct knot_entry *a = &knots[(next + count - 1) % count], *b = &knots[next % count];
    const int64_t since = (ns_of_day - a->at.ns + SIM_DAY) % SIM_DAY, apart = (b->at.ns - a->at.ns + SIM_DAY) % SIM_DAY;
    return apart == 0 ? a->rate : interpolate(a->rate, b->rate, (double)since / (double)apart);
}

static double launch_excess(const struct day *day, sim_time t)
{
    const struct launch_config *launch = day->launch;
    if (!launch || t <= day->launch_at)
        return 0.0;
    const sim_time since = t - day->launch_at;
    if (since <= launch->rise)
        return (double)since / (double)launch->rise;
    if (since >= launch->rise + HALF_LIVES * launch->half_life)
        return 0.0;
    return number_exp(-LN_2 * (double)(since - launch->rise) / (double)launch->half_life);
}

static double value_at(const struct day *day, sim_time t)
{
    const int64_t local = ((day->start_ns_of_day + t) % SIM_DAY + SIM_DAY) % SIM_DAY;
    const double shape = day->shape == SHAPE_PIECEWISE ? piecewise_shape(day->population, local)
                                                       : hourly_shape(day->shape, local);
    return day->launch ? shape * (1.0 + (day->launch->factor - 1.0) * launch_excess(day, t)) : shape;
}

/* ---- where the knots are ---- */

struct times {
    sim_time *at;
    size_t count, capacity;
    sim_time first, last;
    struct arena *arena;
};

static void add_time(struct times *times, sim_time t)
{
    if (t < times->first || t > times->last)
        return;
    if (times->count == times->capacity) {
        const size_t bigger = 2 * times->capacity;
        times->at = arena_grow(times->arena, times->at, times->count, bigger, sizeof(times->at[0]));
        times->capacity = bigger;
    }
    times->at[times->count++] = t;
}

/* Every day's instant `ns_of_day` within the range. */
static void add_daily(struct times *times, const struct day *day, int64_t ns_of_day)
{
    const sim_time offset = ns_of_day - day->start_ns_of_day;
    sim_time t = times->first + ((offset - times->first) % SIM_DAY + SIM_DAY) % SIM_DAY;
    for (; t <= times->last; t += SIM_DAY)
        add_time(times, t);
}

static void add_shape_times(struct times *times, const struct day *day)
{
    if (day->shape == SHAPE_PIECEWISE)
        for (int k = 0; k < day->population->rate.knot_count; k++)
            add_daily(times, day, day->population->rate.knots[k].at.ns);
    else if (day->shape != SHAPE_CONSTANT)
        for (int hour = 0; hour < HOURS; hour++)
            add_daily(times, day, hour * SIM_HOUR + SIM_HOUR / 2);
}

static void add_launch_times(struct times *times, const struct day *day)
{
    if (!day->launch)
        return;
    const sim_time peak = day->launch_at + day->launch->rise;
    add_time(times, day->launch_at);
    for (int k = 0; k <= KNOTS_PER_HALF_LIFE * HALF_LIVES; k++)
        add_time(times, peak + k * (day->launch->half_life / KNOTS_PER_HALF_LIFE));
}

static int compare_times(const void *a, const void *b)
{
    const sim_time x = *(const sim_time *)a, y = *(const sim_time *)b;
    return (x > y) - (x < y);
}

static void sort_unique(struct times *times)
{
    qsort(times->at, times->count, sizeof(times->at[0]), compare_times);
    size_t kept = 0;
    for (size_t i = 0; i < times->count; i++)
        if (kept == 0 || times->at[i] != times->at[kept - 1])
            times->at[kept++] = times->at[i];
    times->count = kept;
}

/* ---- knots ---- */

/* Mean of the trapezoids over [0, length); times contain 0 and length. */
static double mean_of(const struct times *times, const double *values, sim_time length)
{
    double area = 0.0;
    for (size_t i = 1; i < times->count; i++)
        if (times->at[i - 1] >= 0 && times->at[i] <= length)
            area += 0.5 * (values[i - 1] + values[i]) * (double)(times->at[i] - times->at[i - 1]);
    return area / (double)length;
}

static struct rate_curve curve_of(const struct day *day, struct arena *arena)
{
    struct times times = { .capacity = 256, .first = -day->warm_up, .last = day->length, .arena = arena };
    times.at = ARENA_ARRAY(arena, sim_time, times.capacity);
    add_time(&times, times.first);
    add_time(&times, 0);
    add_time(&times, times.last);
    add_shape_times(&times, day);
    add_launch_times(&times, day);
    sort_unique(&times);
    double *values = ARENA_ARRAY(arena, double, times.count);
    for (size_t i = 0; i < times.count; i++)
        values[i] = value_at(day, times.at[i]);
    const double mean = mean_of(&times, values, day->length);
    const double scale = !day->scaled ? 1.0 : mean > 0.0 ? day->mean / mean : 0.0;
    struct rate_knot *knots = ARENA_ARRAY(arena, struct rate_knot, times.count);
    for (size_t i = 0; i < times.count; i++)
        knots[i] = (struct rate_knot){ .at = times.at[i] + day->warm_up, .rate_per_s = values[i] * scale };
    return (struct rate_curve){ .knots = knots,
                                .count = (uint32_t)times.count,
                                .length = day->length,
                                .warm_up = day->warm_up,
                                .start_ns_of_day = day->start_ns_of_day };
}

static struct day headline_day(const struct scenario *sc, const struct population *p)
{
    return (struct day){
        .shape = p->rate.profile,
        .population = p,
        .launch = p->rate.launch.present ? &p->rate.launch : NULL,
        .launch_at = scenario_instant(sc, p->rate.launch.at),
        .length = sc->clock.length,
        .warm_up = sc->clock.warm_up,
        .start_ns_of_day = sc->clock.start_ns_of_day,
        .mean = p->rate.mean,
        .scaled = p->rate.profile != SHAPE_PIECEWISE || p->rate.mean_set,
    };
}

/* ---- traces ---- */

/* Bins and gaps within [0, length), and the warm-up before them at the first bin's rate. */
struct spans {
    struct rate_knot *knots;
    struct arrival_bin *bins;
    uint32_t count; /* of spans: half as many as knots */
    double scale;
    sim_time warm_up;
};

static void add_span(struct spans *s, sim_time from, sim_time until, double requests, uint64_t exactly)
{
    const double rate = s->scale * requests / ((double)(until - from) / (double)SIM_SECOND);
    s->knots[2 * s->count] = (struct rate_knot){ .at = from + s->warm_up, .rate_per_s = rate };
    s->knots[2 * s->count + 1] = (struct rate_knot){ .at = until + s->warm_up - 1, .rate_per_s = rate };
    s->bins[s->count++] =
        (struct arrival_bin){ .from = from + s->warm_up, .until = until + s->warm_up, .count = exactly };
}

/* Rounding the running total and not each bin: no bin is off by 1, and no number of bins by more. */
static uint64_t whole(double requests)
{
    return (uint64_t)(requests + 0.5);
}

static void add_span_of_trace(struct spans *s, const struct trace *trace, sim_time from, sim_time until)
{
    const double before = trace_requests_until(trace, from), after = trace_requests_until(trace, until);
    add_span(s, from, until, after - before, whole(s->scale * after) - whole(s->scale * before));
}

static struct rate_curve curve_of_trace(const struct scenario *sc, const struct population *p, struct arena *arena)
{
    const struct trace *trace = p->rate.trace;
    const sim_time length = sc->clock.length;
    struct spans s = { .scale = p->rate.scale, .warm_up = sc->clock.warm_up };
    uint32_t used = 0; /* bins that begin before the clock ends */
    while (used < trace->count && trace->bins[used].at < length)
        used++;
    const size_t most = 2 * (size_t)used + 3; /* a gap before each bin, the warm-up, the end */
    s.knots = ARENA_ARRAY(arena, struct rate_knot, 2 * most);
    s.bins = ARENA_ARRAY(arena, struct arrival_bin, most);
    if (s.warm_up > 1) { /* of two knots */
        const double requests = (double)trace->bins[0].requests * ((double)s.warm_up / (double)trace->bin_length);
        add_span(&s, -s.warm_up, 0, requests, whole(s.scale * requests));
    }
    sim_time from = 0;
    for (uint32_t b = 0; b < used; b++) {
        const sim_time at = trace->bins[b].at, end = at + trace->bin_length;
        if (from < at)
            add_span_of_trace(&s, trace, from, at);
        from = end < length ? end : length;
        add_span_of_trace(&s, trace, at, from);
    }
    if (from < length)
        add_span_of_trace(&s, trace, from, length);
    s.knots[2 * s.count - 1].at = length + s.warm_up;
    return (struct rate_curve){ .knots = s.knots,
                                .count = 2 * s.count,
                                .length = length,
                                .warm_up = s.warm_up,
                                .start_ns_of_day = sc->clock.start_ns_of_day,
                                .bins = p->rate.spread == SPREAD_EXACT ? s.bins : NULL,
                                .bin_count = p->rate.spread == SPREAD_EXACT ? s.count : 0 };
}

/* ---- means and curves ---- */

struct burst_law scenario_bursts(const struct population *p)
{
    return (struct burst_law){ .factor = p->rate.burst.factor,
                               .mean_on = p->rate.burst.mean_on,
                               .mean_off = p->rate.burst.mean_off };
}

double scenario_mean_rate(const struct scenario *sc, const struct population *p, struct arena *arena)
{
    const struct day day = headline_day(sc, p);
    if (day.scaled)
        return day.mean;
    const struct rate_curve curve = curve_of(&day, arena);
    double area = 0.0;
    for (uint32_t i = 1; i < curve.count; i++)
        if (curve.knots[i - 1].at >= curve.warm_up)
            area += 0.5 * (curve.knots[i - 1].rate_per_s + curve.knots[i].rate_per_s) *
                    (double)(curve.knots[i].at - curve.knots[i - 1].at);
    return area / (double)curve.length;
}

struct rate_curve scenario_rate(const struct scenario *sc, const struct population *p, int day_type,
                                struct arena *arena)
{
    if (day_type < 0 && p->rate.trace)
        return curve_of_trace(sc, p, arena);
    if (day_type < 0) {
        const struct day day = headline_day(sc, p);
        return curve_of(&day, arena);
    }
    const double first = scenario_mean_rate(sc, &sc->populations[0], arena);
    const double own = scenario_mean_rate(sc, p, arena);
    const struct day day = {
        .shape = sc->day_types[day_type].shape,
        .population = p,
        .length = SIM_DAY,
        .warm_up = sc->clock.warm_up,
        .mean = first > 0.0 ? sc->day_types[day_type].mean * (own / first) : 0.0,
        .scaled = true,
    };
    return curve_of(&day, arena);
}

/* ---- a part of a day ---- */

static double value_on(const struct rate_curve *curve, sim_time at)
{
    uint32_t low = 0, high = curve->count - 1;
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (curve->knots[middle].at <= at)
            low = middle;
        else
            high = middle;
    }
    const struct rate_knot *a = &curve->knots[low], *b = &curve->knots[high];
    if (b->at == a->at || at <= a->at)
        return a->rate_per_s;
    if (at >= b->at)
        return b->rate_per_s;
    return a->rate_per_s + (b->rate_per_s - a->rate_per_s) * (double)(at - a->at) / (double)(b->at - a->at);
}

/* The day's knots inside (from, until), shifted. */
static void copy_knots(const struct rate_curve *day, sim_time from, sim_time until, sim_time shift,
                       struct rate_curve *out, struct rate_knot *knots)
{
    knots[out->count++] = (struct rate_knot){ .at = from + shift, .rate_per_s = value_on(day, from) };
    for (uint32_t k = 0; k < day->count; k++)
        if (day->knots[k].at > from && day->knots[k].at < until)
            knots[out->count++] = (struct rate_knot){ .at = day->knots[k].at + shift,
                                                      .rate_per_s = day->knots[k].rate_per_s };
    knots[out->count++] = (struct rate_knot){ .at = until + shift, .rate_per_s = value_on(day, until) };
}

struct rate_curve rate_curve_part(const struct rate_curve *day, struct day_part part, struct arena *arena)
{
    if (part.length == 0)
        return *day;
    struct rate_curve out = { .length = part.length, .warm_up = day->warm_up };
    out.start_ns_of_day = (day->start_ns_of_day + part.from) % SIM_DAY;
    struct rate_knot *knots = ARENA_ARRAY(arena, struct rate_knot, 2 * (size_t)day->count + 4);
    const sim_time end = day->warm_up + day->length, until = part.from + day->warm_up + part.length;
    copy_knots(day, part.from, until < end ? until : end, -part.from, &out, knots);
    if (until > end) { /* the same day again; a nanosecond later, the rate may jump */
        knots[out.count - 1].at--;
        copy_knots(day, day->warm_up, until - day->length, day->length - part.from, &out, knots);
    }
    out.knots = knots;
    return out;
}
