/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * What billing costs: a month of scenarios/black-friday.yaml and its year. The days are simulated at a thousandth of their
 * traffic, which leaves the records what they are: keys times hours.
 */
#include <stdio.h>
#include <time.h>

#include "analysis/benchmarks/bench_tables.h"
#include "analysis/benchmarks/child.h"
#include "analysis/cost.h"
#include "analysis/keep.h"
#include "models/replicate.h"
#include "pricing/price_book.h"
#include "sim/base/compiler.h"

enum { MONTH_OF_DAYS, MONTH_OF_TYPES, YEAR, RECORDS, MONEY_ROWS };
enum { DAYS = 30, REPEATED = 20 };

static const int64_t DAY_E6 = 1000000;

struct money_work {
    const struct bench_options *options;
    struct arena arena;
    struct diag diag;
    const struct scenario *sc;
    const struct price_book *book;
    struct replication **days; /* [day type * BILL_REPLICATIONS + replication] */
    int day_count;
};

static double cpu_ms(void)
{
    struct timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

static bool load(struct money_work *w)
{
    static const char *const sets[] = { "calendar.ordinary.mean=0.06/s", "calendar.sale.mean=0.165/s",
                                        "calendar.peak.mean=0.3/s" };
    const char *path = arena_printf(&w->arena, "%s/black-friday.yaml", w->options->scenarios);
    w->sc = scenario_load(path, sets, ARRAY_LEN(sets), &w->arena, &w->diag);
    if (!w->sc)
        return false;
    const char **regions = ARENA_ARRAY(&w->arena, const char *, w->sc->region_count);
    for (int r = 0; r < w->sc->region_count; r++)
        regions[r] = w->sc->regions[r].name;
    w->book = price_book_load(w->options->books, regions, (size_t)w->sc->region_count, &w->arena, &w->diag);
    return w->book != NULL;
}

static bool simulate(struct money_work *w)
{
    w->day_count = w->sc->day_type_count * BILL_REPLICATIONS;
    w->days = ARENA_ARRAY(&w->arena, struct replication *, w->day_count);
    for (int d = 0; d < w->day_count; d++) {
        struct arena arena;
        arena_init(&arena);
        const struct replication *day = replicate(w->sc, d / BILL_REPLICATIONS, (uint32_t)(d % BILL_REPLICATIONS), NULL,
                                                  &arena, NULL, NULL);
        w->days[d] = day && !day->violation ? replication_keep(day, KEEP_USAGE, &w->arena) : NULL;
        arena_fini(&arena);
        if (!w->days[d])
            return false;
    }
    return true;
}

/* November: every one of its days by itself, or every type of day as often as it occurs. */
static struct month_usage november(struct money_work *w, int days, int64_t weight_e6)
{
    struct month_usage month = { .period = bill_period_of(w->sc->clock.year, 11) };
    size_t most = 0;
    for (int d = 0; d < days; d++)
        most += w->days[d % w->day_count]->usage_count;
    month.records = ARENA_ARRAY(&w->arena, struct usage, most);
    for (int d = 0; d < days; d++) {
        const struct replication *day = w->days[d % w->day_count];
        for (size_t i = 0; i < day->usage_count; i++) {
            month.records[month.count] = day->usage[i];
            month.records[month.count].hour += 24 * d;
            month.records[month.count++].weight_e6 = weight_e6;
        }
    }
    return month;
}

static bool time_month(struct money_work *w, const struct month_usage *month, double *ms)
{
    const struct costing costing = { .sc = w->sc, .book = w->book, .diag = &w->diag };
    double sum = 0;
    for (int i = 0; i < REPEATED; i++) {
        struct arena arena;
        struct bill bill;
        arena_init(&arena);
        const double began = cpu_ms();
        const bool good = costing_bill_month(&bill, &costing, month, &arena);
        sum += cpu_ms() - began;
        arena_fini(&arena);
        if (!good)
            return false;
    }
    *ms = sum / REPEATED;
    return true;
}

/* 24 bills, the years that are drawn, and what an operation costs: all that a run adds when its last day is there. */
static bool time_year(struct money_work *w, double *ms)
{
    struct costing costing;
    bool good = true;
    costing_init(&costing, w->sc, w->book, &w->arena, &w->diag);
    const double began = cpu_ms();
    for (int d = 0; good && d < w->day_count; d++)
        good = costing_take_day(&costing, w->days[d], NULL);
    *ms = cpu_ms() - began;
    costing_fini(&costing);
    return good;
}

static bool time_bills(void *context, void *result)
{
    struct money_work w = { .options = context };
    double *values = result;
    arena_init(&w.arena);
    diag_init(&w.diag, &w.arena);
    bool good = load(&w) && simulate(&w);
    if (good) {
        const struct month_usage days = november(&w, DAYS, DAY_E6);
        const struct month_usage types = november(&w, w.sc->day_type_count, DAYS * DAY_E6 / w.sc->day_type_count);
        values[RECORDS] = (double)days.count;
        good = time_month(&w, &days, &values[MONTH_OF_DAYS]) && time_month(&w, &types, &values[MONTH_OF_TYPES]) &&
               time_year(&w, &values[YEAR]);
    }
    if (!good)
        diag_print(&w.diag, stderr, false);
    arena_fini(&w.arena);
    return good;
}

static bool measure_bills(struct bench_run *run, double *values)
{
    struct bench_options options = *run->options;
    double found[MONEY_ROWS];
    if (!child_run(time_bills, &options, found, sizeof found)) {
        snprintf(run->note, sizeof run->note, "the scenario or the price book cannot be read");
        return false;
    }
    for (int i = 0; i < MONEY_ROWS; i++)
        values[i] = found[i];
    return true;
}

const struct benchmark bench_money[] = {
    { .name = "bill",
      .title = "scenarios/black-friday.yaml, prices applied to hourly records",
      .rounds = 3,
      .round = measure_bills,
      .rows = { [MONTH_OF_DAYS] = { .name = "a month of 30 days, each with records of its own",
                                    .unit = BENCH_MILLISECONDS,
                                    .at_most = 50 },
                [MONTH_OF_TYPES] = { .name = "the same by type of day, as a run bills it",
                                     .unit = BENCH_MILLISECONDS,
                                     .at_most = 50 },
                [YEAR] = { .name = "a year twice, 200 drawn ones, cost per operation", .unit = BENCH_MILLISECONDS },
                [RECORDS] = { .name = "records of the month", .unit = BENCH_NUMBER } } },
    { .name = NULL },
};
