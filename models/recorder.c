/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/recorder.h"

#include <math.h>

static const char *const OUTCOME_NAMES[OUTCOME_COUNT] = {
    [OUTCOME_OK] = "ok",
    [OUTCOME_HTTP_500] = "http_500",
    [OUTCOME_HTTP_502] = "http_502",
    [OUTCOME_HTTP_503] = "http_503",
    [OUTCOME_HTTP_504] = "http_504",
    [OUTCOME_GAVE_UP] = "gave_up",
    [OUTCOME_UNREACHABLE] = "unreachable",
};

const char *outcome_name(enum outcome outcome)
{
    return OUTCOME_NAMES[outcome];
}

void recorder_init(struct recorder *r, struct arena *arena, const struct scenario *sc, sim_time start, sim_time end)
{
    const int mix = scenario_operation_count(sc);
    *r = (struct recorder){
        .arena = arena, .sc = sc, .start = start, .end = end, .operation_count = mix + 2, .window = -1
    };
    r->operations = ARENA_ARRAY(arena, struct operation_result, mix + 2);
    r->windows = ARENA_ARRAY(arena, struct operation_window, mix + 1);
    for (int i = 0; i < mix + 2; i++) {
        struct operation_result *o = &r->operations[i];
        o->name = i < mix ? scenario_operation(sc, i)->name : i == mix ? "all" : "static";
        histogram_init(&o->latency, arena);
        histogram_init(&o->latency_ok, arena);
        if (i <= mix)
            histogram_init(&r->windows[i].latency, arena);
    }
    r->minute_count = (int)((end - start + SIM_MINUTE - 1) / SIM_MINUTE);
    r->minutes = ARENA_ARRAY(arena, struct minute_count, r->minute_count * (mix + 1));
    r->minute_from = start;
    r->minute = r->minutes;
    r->series.window_ns = sc->window;
    r->series.window_count = (int)((end - start + sc->window - 1) / sc->window);

    r->arrivals_column = recorder_column(r, "all", "arrivals", "/s", SERIES_TRAFFIC);
    r->static_column = recorder_column(r, "static", "arrivals", "/s", SERIES_TRAFFIC);
    for (int i = 0; i <= mix; i++) {
        const char *name = r->operations[i].name;
        const int p50 = recorder_column(r, name, "p50", "ms", SERIES_LATENCY);
        recorder_column(r, name, "p95", "ms", SERIES_LATENCY);
        recorder_column(r, name, "p99", "ms", SERIES_LATENCY);
        if (i == 0)
            r->first_latency_column = p50;
    }
    for (int i = 0; i <= mix; i++) {
        const int column = recorder_column(r, r->operations[i].name, "availability", "share", SERIES_AVAILABILITY);
        if (i == 0)
            r->first_availability_column = column;
    }
    for (int code = OUTCOME_OK + 1; code < OUTCOME_COUNT; code++) {
        const int column = recorder_column(r, "all", OUTCOME_NAMES[code], "/s", SERIES_ERRORS);
        if (code == OUTCOME_OK + 1)
            r->first_error_column = column;
    }
}

int recorder_column(struct recorder *r, const char *component, const char *name, const char *unit,
                    enum series_group group)
{
    if (r->series.column_count == r->column_capacity) {
        const int wider = r->column_capacity ? 2 * r->column_capacity : 64;
        r->columns = arena_grow(r->arena, r->columns, (size_t)r->series.column_count, (size_t)wider,
                                sizeof *r->columns);
        r->column_capacity = wider;
    }
    r->columns[r->series.column_count] =
        (struct series_column){ .component = component, .name = name, .unit = unit, .group = group };
    return r->series.column_count++;
}

void recorder_ready(struct recorder *r)
{
    const size_t cells = (size_t)r->series.column_count * (size_t)r->series.window_count;
    r->series.columns = r->columns;
    r->series.values = ARENA_ARRAY(r->arena, double, cells);
    for (size_t i = 0; i < cells; i++)
        r->series.values[i] = NAN;
}

/* What begins after the last minute counts there. */
static int minute_of(const struct recorder *r, sim_time begun)
{
    const int minute = (int)((begun - r->start) / SIM_MINUTE), last = r->minute_count - 1;
    return minute < last ? minute : last;
}

static struct minute_count *counts_of(const struct recorder *r, int minute)
{
    return &r->minutes[minute * (r->operation_count - 1)];
}

/* Most that end began in the minute of the newest, or just before: no division for them. */
static bool is_in_minute(const struct recorder *r, sim_time begun)
{
    return LIKELY(begun >= r->minute_from && begun - r->minute_from < SIM_MINUTE);
}

void recorder_begun(struct recorder *r, int operation, sim_time now)
{
    if (!is_in_minute(r, now)) {
        const int minute = minute_of(r, now);
        r->minute_from = r->start + minute * SIM_MINUTE;
        r->minute = counts_of(r, minute);
    }
    r->minute[operation].begun++;
    r->operations[operation].begun++;
    r->windows[operation].begun++;
}

void recorder_ended(struct recorder *r, int operation, enum outcome outcome, sim_time begun, sim_time latency_ns,
                    bool counted)
{
    if (r->window < 0)
        return;
    struct operation_window *window = &r->windows[operation];
    if (outcome == OUTCOME_OK)
        window->ok++;
    else
        window->failed++;
    if (counted) {
        struct operation_result *o = &r->operations[operation];
        o->outcomes[outcome]++;
        histogram_record(&window->latency, latency_ns);
        if (outcome == OUTCOME_OK) {
            histogram_record(&o->latency_ok, latency_ns);
            struct minute_count *minute = is_in_minute(r, begun) ? r->minute : counts_of(r, minute_of(r, begun));
            minute[operation].ok++;
        }
    }
    if (outcome != OUTCOME_OK)
        r->window_outcomes[outcome]++;
}

void recorder_window(struct recorder *r, double seconds)
{
    static const double QUANTILES[3] = { 0.50, 0.95, 0.99 };
    const int all = r->operation_count - 2;
    for (int i = 0; i < all; i++) {
        r->windows[all].begun += r->windows[i].begun;
        r->windows[all].ok += r->windows[i].ok;
        r->windows[all].failed += r->windows[i].failed;
        histogram_merge(&r->windows[all].latency, &r->windows[i].latency);
    }
    for (int i = 0; i <= all; i++) {
        struct operation_window *window = &r->windows[i];
        for (int q = 0; q < 3 && window->latency.count; q++)
            recorder_value(r, r->first_latency_column + 3 * i + q,
                           histogram_quantile_ns(&window->latency, QUANTILES[q]) / 1e6);
        if (window->ok + window->failed)
            recorder_value(r, r->first_availability_column + i,
                           (double)window->ok / (double)(window->ok + window->failed));
        histogram_merge(&r->operations[i].latency, &window->latency);
        histogram_clear(&window->latency);
    }
    recorder_value(r, r->arrivals_column, (double)r->windows[all].begun / seconds);
    recorder_value(r, r->static_column, (double)r->window_static / seconds);
    for (int code = OUTCOME_OK + 1; code < OUTCOME_COUNT; code++)
        recorder_value(r, r->first_error_column + code - 1, (double)r->window_outcomes[code] / seconds);
    for (int i = 0; i <= all; i++)
        r->windows[i].begun = r->windows[i].ok = r->windows[i].failed = 0;
    for (int code = 0; code < OUTCOME_COUNT; code++)
        r->window_outcomes[code] = 0;
    r->window_static = 0;
}

void recorder_close(struct recorder *r)
{
    struct operation_result *all = &r->operations[r->operation_count - 2];
    for (int i = 0; i < r->operation_count - 2; i++) {
        const struct operation_result *o = &r->operations[i];
        all->begun += o->begun;
        all->attempts += o->attempts;
        all->in_flight += o->in_flight;
        for (int code = 0; code < OUTCOME_COUNT; code++)
            all->outcomes[code] += o->outcomes[code];
        histogram_merge(&all->latency_ok, &o->latency_ok);
    }
    const int columns = r->operation_count - 1;
    for (int m = 0; m < r->minute_count; m++) {
        struct minute_count *row = &r->minutes[m * columns], *sum = &row[columns - 1];
        for (int i = 0; i < columns - 1; i++) {
            sum->begun += row[i].begun;
            sum->ok += row[i].ok;
        }
    }
    struct operation_result *fixed = &r->operations[r->operation_count - 1]; /* static objects do not fail */
    histogram_merge(&fixed->latency_ok, &fixed->latency);
}
