/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/cost.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/checks.h"

struct billing { /* one month's bill of one replication of every day type */
    const struct task_list *tasks;
    const struct price_book *book;
    const struct calendar_fill *calendar;
    struct diag *diag;
};

static const double LEVEL = 0.95;

/* The records of all day types, each as often as its day occurs in the month. */
static struct usage *month_usage(const struct billing *b, int month, uint32_t replication, size_t *count,
                                 struct arena *arena)
{
    const int types = b->tasks->sc->day_type_count;
    size_t most = 0;
    for (int d = 0; d < types; d++)
        most += tasks_record(b->tasks, d, replication)->usage_count;
    struct usage *usage = ARENA_ARRAY(arena, struct usage, most + 1);
    *count = 0;
    for (int d = 0; d < types; d++) {
        const struct replication *rep = tasks_record(b->tasks, d, replication);
        const int64_t days_e6 = b->calendar->days_e6[month - 1][d];
        if (days_e6 == 0)
            continue;
        for (size_t i = 0; i < rep->usage_count; i++) {
            usage[*count] = rep->usage[i];
            usage[*count].hour += 24 * d; /* days of different types never share an hour of the bill */
            usage[(*count)++].weight_e6 = days_e6;
        }
    }
    return usage;
}

static bool month_bill(struct bill *out, const struct billing *b, int month, uint32_t replication, struct arena *arena)
{
    size_t count;
    const struct usage *usage = month_usage(b, month, replication, &count, arena);
    const struct bill_period period = { .year = b->calendar->year,
                                        .month = month,
                                        .days = b->calendar->days[month - 1] };
    return bill_compute(out, b->book, usage, count, period, arena, b->diag);
}

static bool bill_months(struct cost *cost, const struct billing *b, struct arena *arena)
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
    double mean[BILL_REPLICATIONS] = { 0 };
    cost->peak_month = 1;
    for (int m = 0; m < MONTHS; m++) {
        for (int r = 0; r < BILL_REPLICATIONS; r++)
            mean[r] += (double)cost->months[m].cents[r] / 100 / MONTHS;
        if (cost->months[m].usd.mean > cost->months[cost->peak_month - 1].usd.mean)
            cost->peak_month = m + 1;
    }
    cost->monthly_mean_usd = ci_of_mean(mean, BILL_REPLICATIONS, LEVEL);
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
}

static int dearest_first(const void *a, const void *b)
{
    const struct service_cost *x = a, *y = b;
    if (x->mean_usd != y->mean_usd)
        return x->mean_usd < y->mean_usd ? 1 : -1;
    return strcmp(x->name, y->name);
}

static bool bill_start_month(struct cost *cost, const struct billing *b, struct arena *arena)
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
    return true;
}

static bool price_window(struct cost *cost, const struct billing *b, struct arena *arena)
{
    const int count = b->tasks->headline_count;
    cost->window_samples_usd = ARENA_ARRAY(arena, double, count + 1);
    cost->window_count = count;
    for (int r = 0; r < count; r++) {
        const struct replication *rep = tasks_record(b->tasks, -1, (uint32_t)r);
        cost->window_samples_usd[r] = NAN;
        if (!rep)
            continue;
        struct arena scratch;
        arena_init(&scratch);
        money amount;
        const bool ok = bill_price_at_average(&amount, &cost->bill, b->book, rep->usage, rep->usage_count, &scratch,
                                              b->diag);
        arena_fini(&scratch);
        if (!ok)
            return false;
        cost->window_samples_usd[r] = (double)money_to_cents(amount) / 100;
    }
    cost->window_usd = ci_of_mean(cost->window_samples_usd, count, LEVEL);
    return true;
}

static bool days_are_simulated(const struct task_list *tasks)
{
    for (int d = 0; d < tasks->sc->day_type_count; d++)
        if (tasks_finished(tasks, d) < BILL_REPLICATIONS)
            return false;
    return tasks->sc->day_type_count > 0;
}

bool cost_compute(struct cost *out, const struct task_list *tasks, const struct price_book *book, struct arena *arena,
                  struct diag *diag)
{
    const struct scenario *sc = tasks->sc;
    *out = (struct cost){ .start_month = sc->clock.month, .calendar = calendar_fill(sc, arena) };
    const struct billing b = { .tasks = tasks, .book = book, .calendar = &out->calendar, .diag = diag };
    out->bill.period = (struct bill_period){ .year = sc->clock.year,
                                             .month = sc->clock.month,
                                             .days = calendar_month_days(sc->clock.year, sc->clock.month) };
    out->monthly = days_are_simulated(tasks);
    if (out->monthly) {
        if (!bill_months(out, &b, arena))
            return false;
        summarise_months(out);
        if (!bill_start_month(out, &b, arena))
            return false;
    }
    return price_window(out, &b, arena);
}
