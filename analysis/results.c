/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/results.h"

#include <math.h>
#include <string.h>

#include "pricing/price_book.h"
#include "sim/base/check.h"

static const double LEVEL = 0.95;

static void count_tasks(struct results *r)
{
    const struct task_list *tasks = r->tasks;
    struct fingerprint all = { 0 };
    r->planned = tasks->count;
    for (int i = 0; i < tasks->count; i++) {
        const struct task *task = &tasks->tasks[i];
        if (!task->record)
            continue;
        const struct replication *rep = task->record;
        r->finished++;
        /* The task's place in the order takes the place of a time: the sum then depends on the order. */
        fingerprint_add(&all, rep->fingerprint.sum, i + 1, rep->fingerprint.count);
        if (task->violation && !r->violation)
            r->violation = task->violation;
        if (task->day_type >= 0) {
            r->billed_requests += rep->edge_requests;
            r->billed_events += rep->events;
            continue;
        }
        r->replications++;
        r->requests += rep->edge_requests;
        r->dynamic_requests += rep->dynamic_requests;
        r->events += rep->events;
        r->station_visits += rep->station_visits;
    }
    r->fingerprint = all.sum;
}

const struct operation_summary *results_operation(const struct results *r, const char *name)
{
    for (int i = 0; i < r->operation_count; i++)
        if (strcmp(r->operations[i].name, name) == 0)
            return &r->operations[i];
    return NULL;
}

/* Orders of each replication that failed and went through. */
static void summarise_business(struct results *r, struct arena *arena)
{
    if (!r->sc->business.present)
        return;
    const char *name = r->sc->business.operation_name;
    const int count = r->tasks->headline_count;
    const double value_usd = (double)r->sc->business.value / (double)MONEY_PER_USD;
    double *failed = ARENA_ARRAY(arena, double, count + 1), *lost = ARENA_ARRAY(arena, double, count + 1),
           *margin = ARENA_ARRAY(arena, double, count + 1), *unit_usd = ARENA_ARRAY(arena, double, count + 1);
    for (int i = 0; i < count; i++) {
        const struct replication *rep = tasks_record(r->tasks, -1, (uint32_t)i);
        failed[i] = lost[i] = margin[i] = unit_usd[i] = NAN;
        for (int o = 0; rep && o < rep->operation_count; o++) {
            const struct operation_result *op = &rep->operations[o];
            if (strcmp(op->name, name) != 0)
                continue;
            const uint64_t ok = op->outcomes[OUTCOME_OK];
            failed[i] = (double)(op->begun - op->in_flight - ok);
            lost[i] = failed[i] * value_usd * r->sc->business.lost_if_failed;
            margin[i] = lost[i] * r->sc->business.margin;
            unit_usd[i] = ok ? r->cost.window_samples_usd[i] / (double)ok * 1000 : NAN;
        }
    }
    r->business.present = true;
    r->business.failed_orders = ci_clip(ci_of_mean(failed, count, LEVEL), 0, INFINITY);
    r->business.lost_value_usd = ci_clip(ci_of_mean(lost, count, LEVEL), 0, INFINITY);
    r->business.lost_margin_usd = ci_clip(ci_of_mean(margin, count, LEVEL), 0, INFINITY);
    r->business.usd_per_1000_orders = ci_of_mean(unit_usd, count, LEVEL);
}

static void summarise_request_price(struct results *r, struct arena *arena)
{
    const int count = r->tasks->headline_count;
    double *usd = ARENA_ARRAY(arena, double, count + 1);
    for (int i = 0; i < count; i++) {
        const struct replication *rep = tasks_record(r->tasks, -1, (uint32_t)i);
        usd[i] = rep && rep->edge_requests ? r->cost.window_samples_usd[i] / (double)rep->edge_requests * 1e6 : NAN;
    }
    r->usd_per_million_requests = ci_of_mean(usd, count, LEVEL);
}

static void warn(struct results *r, const char *text)
{
    r->warnings[r->warning_count++] = text;
}

static void warn_about_calendar(struct results *r, struct arena *arena)
{
    const struct calendar_fill *fill = &r->cost.calendar;
    for (int m = 0; m < MONTHS; m++) {
        const double days = (double)fill->unfilled_e6[m] / 1e6;
        if (days > 0)
            warn(r, arena_printf(arena,
                                 "calendar: %.4g days of %s %d belong to no day type and are not billed; "
                                 "give one day type no months, it fills what is left",
                                 days, calendar_month_name(m + 1), fill->year));
        else if (days < 0)
            warn(r, arena_printf(arena,
                                 "calendar: %s %d has %.4g days more than the month; spread them over more "
                                 "months",
                                 calendar_month_name(m + 1), fill->year, -days));
    }
}

static void collect_warnings(struct results *r, const struct diag *input, struct arena *arena)
{
    enum { OWN = MONTHS + 8 };
    r->warnings = ARENA_ARRAY(arena, const char *, input->count + OWN);
    for (int i = 0; i < input->count; i++) {
        const struct diag_entry *entry = &input->entries[i];
        if (entry->severity != SEVERITY_WARNING)
            continue;
        const char *hint = entry->hint ? arena_printf(arena, " (%s)", entry->hint) : "";
        warn(r, entry->at.line > 0
                    ? arena_printf(arena, "%s:%d: %s%s", entry->at.file, entry->at.line, entry->message, hint)
                    : arena_printf(arena, "%s%s", entry->message, hint));
    }
    if (r->partial)
        warn(r, arena_printf(arena, "interrupted: %d of %d simulated days are finished; the rest is missing",
                             r->finished, r->planned));
    if (r->sc->day_type_count == 0)
        warn(r, "the scenario has no `calendar`, so there is no monthly bill; the day is priced at first-tier rates");
    else if (r->cost.monthly)
        warn_about_calendar(r, arena);
    if (r->replications == 1)
        warn(r, "one replication has no intervals, so no objective can be decided; use at least 2");
}

bool results_compute(struct results *out, const struct task_list *tasks, const struct price_book *book,
                     const struct diag *input, bool partial, struct arena *arena, struct diag *diag)
{
    *out = (struct results){ .sc = tasks->sc, .tasks = tasks, .partial = partial };
    count_tasks(out);
    CHECK(out->replications > 0, "no replication of the headline day is finished");
    results_operations(out, arena);
    results_components(out, arena);
    results_series(out, arena);
    results_usage(out, arena);
    if (!cost_compute(&out->cost, tasks, book, arena, diag))
        return false;
    if (out->cost.violation && !out->violation)
        out->violation = out->cost.violation;
    results_objectives(out, arena);
    summarise_business(out, arena);
    summarise_request_price(out, arena);
    out->price_date = price_book_date(book);
    collect_warnings(out, input, arena);
    return true;
}
