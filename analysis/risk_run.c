/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/risk_run.h"

#include <math.h>
#include <stdlib.h>

#include "analysis/calendar.h"
#include "pricing/money.h"
#include "sim/base/check.h"

/* Of events: their numbers are not those of replications. */
enum { NUMBER_FIRST = 1 << 16, EVENTS_MAX = 1000, LAST_MINUTES = 30 };

struct risk_run {
    struct fault_plan plan; /* first: a record names its run by it */
    struct fault_config fault;
    int stratum, event, mode; /* mode -1: the twin */
    sim_time lasts;           /* of the fault, as drawn */
    int minutes;              /* 0: not simulated */
    uint32_t *ok, *all;       /* answers by minute: of the operation that counts, and of all */
};

/* ---- strata ---- */

static double days_a_year(const struct calendar_fill *fill, int day_type)
{
    double days = 0;
    for (int m = 0; m < MONTHS; m++)
        days += (double)fill->days_e6[m][day_type] / 1e6;
    return days;
}

static const char *block_name(const struct risk *r, const char *day, sim_time from, sim_time to)
{
    return arena_printf(r->arena, "%s, %02d:%02d-%02d:%02d", day, (int)(from / SIM_HOUR), (int)(from / SIM_MINUTE % 60),
                        (int)(to / SIM_HOUR), (int)(to / SIM_MINUTE % 60));
}

static void add_blocks(struct risk *r, const char *day, int day_type, sim_time length, sim_time local, double share)
{
    for (int b = 0; b < RISK_BLOCKS; b++) {
        struct risk_block *block = &r->strata[r->stratum_count++];
        *block = (struct risk_block){ .day_type = day_type,
                                      .from = b * (length / RISK_BLOCKS),
                                      .length = length / RISK_BLOCKS,
                                      .share = share / RISK_BLOCKS };
        block->name = block_name(r, day, (local + block->from) % SIM_DAY,
                                 (local + block->from + block->length - 1) % SIM_DAY + 1);
    }
}

static void plan_strata(struct risk *r)
{
    const struct scenario *sc = r->sc;
    r->strata = ARENA_ARRAY(r->arena, struct risk_block, (sc->day_type_count + 1) * RISK_BLOCKS);
    if (sc->day_type_count == 0) {
        add_blocks(r, "headline day", -1, sc->clock.length, sc->clock.start_ns_of_day, 1.0);
        return;
    }
    const struct calendar_fill fill = calendar_fill(sc, r->arena);
    double all = 0;
    for (int d = 0; d < sc->day_type_count; d++)
        all += days_a_year(&fill, d);
    for (int d = 0; d < sc->day_type_count; d++)
        if (days_a_year(&fill, d) > 0)
            add_blocks(r, sc->day_types[d].name, d, SIM_DAY, 0, days_a_year(&fill, d) / all);
}

/* Events by what is at stake: a stratum's share of the year times how busy its days are. The same for all variants. */
static void allocate(struct risk *r, int events)
{
    double all = 0;
    for (int s = 0; s < r->stratum_count; s++)
        all += r->strata[s].share * task_expected_requests(r->sc, r->strata[s].day_type);
    for (int s = 0; s < r->stratum_count; s++) {
        struct risk_block *block = &r->strata[s];
        const double stake = block->share * task_expected_requests(r->sc, block->day_type);
        block->events = all > 0 ? (int)(events * stake / all + 0.5) : 0;
        if (block->events < RISK_EVENTS_LEAST)
            block->events = RISK_EVENTS_LEAST;
    }
}

/* ---- events ---- */

static struct draw_block draw_of(const struct risk *r, int stratum, int event, const char *place)
{
    const struct draw_key key = draw_key_make((uint64_t)r->sc->seed, 0);
    return draw_at(key, (uint64_t)stratum << 32 | (uint64_t)event, draw_place(place),
                   draw_place("analysis/risk/event"));
}

static sim_time day_length(const struct risk *r, int day_type)
{
    return day_type < 0 ? r->sc->clock.length : SIM_DAY;
}

static sim_time simulated(sim_time lasts)
{
    return lasts < RISK_SIMULATED ? lasts + RISK_TAIL : RISK_SIMULATED;
}

/* Where the event's part of the day begins: a little before the fault; a day begins again where it ends. */
static sim_time part_from(const struct risk *r, int stratum, int event)
{
    const struct risk_block *block = &r->strata[stratum];
    const sim_time length = day_length(r, block->day_type);
    const double u = draw_unit(draw_of(r, stratum, event, "begin").a);
    return (block->from + (sim_time)(u * (double)block->length) - RISK_LEAD + length) % length;
}

static struct day_part part_of(const struct risk *r, int stratum, int event, sim_time fault)
{
    const sim_time day = day_length(r, r->strata[stratum].day_type), length = RISK_LEAD + fault;
    return (struct day_part){ part_from(r, stratum, event), length < day ? length : day };
}

static struct risk_run *add_run(struct risk *r, int stratum, int event, int mode)
{
    struct risk_run *run = &r->runs[r->run_count];
    *run = (struct risk_run){ .stratum = stratum, .event = event, .mode = mode };
    r->tasks[r->run_count++] = (struct task){ .day_type = r->strata[stratum].day_type,
                                              .number = (uint32_t)(NUMBER_FIRST + stratum * EVENTS_MAX + event),
                                              .plan = &run->plan };
    return run;
}

/* The event in every mode, and once without a fault, for as long as the longest of them. */
static void plan_event(struct risk *r, int stratum, int event)
{
    sim_time longest = 0;
    for (int m = 0; m < r->sources.count; m++) {
        const struct risk_source *source = &r->sources.list[m];
        const struct draw_block d = draw_of(r, stratum, event, source->name);
        struct risk_run *run = add_run(r, stratum, event, m);
        run->lasts = dist_sample(&source->lasts, draw_unit(d.a));
        run->lasts = run->lasts > SIM_SECOND ? run->lasts : SIM_SECOND;
        run->fault = source->places[draw_below(d.b, (uint32_t)source->place_count)];
        run->fault.starts = RISK_LEAD;
        run->fault.lasts = run->lasts < RISK_SIMULATED ? run->lasts : RISK_SIMULATED;
        run->plan = (struct fault_plan){ .faults = &run->fault,
                                         .count = 1,
                                         .part = part_of(r, stratum, event, simulated(run->lasts)) };
        longest = simulated(run->lasts) > longest ? simulated(run->lasts) : longest;
    }
    add_run(r, stratum, event, -1)->plan.part = part_of(r, stratum, event, longest);
}

static double requests_of(const struct risk *r, const struct task *t)
{
    return task_expected_requests(r->sc, t->day_type) * (double)t->plan->part.length /
           (double)day_length(r, t->day_type);
}

/* A task and what it takes. */
struct weighed {
    double requests;
    struct task task;
};

static int longest_first(const void *a, const void *b)
{
    const struct weighed *x = a, *y = b;
    if (x->requests != y->requests)
        return x->requests < y->requests ? 1 : -1;
    return (x->task.plan > y->task.plan) - (x->task.plan < y->task.plan);
}

static void sort_tasks(struct risk *r)
{
    struct weighed *w = ARENA_ARRAY(r->arena, struct weighed, r->run_count);
    for (int t = 0; t < r->run_count; t++)
        w[t] = (struct weighed){ requests_of(r, &r->tasks[t]), r->tasks[t] };
    qsort(w, (size_t)r->run_count, sizeof *w, longest_first);
    for (int t = 0; t < r->run_count; t++)
        r->tasks[t] = w[t].task;
}

void risk_plan(struct risk *risk, const struct scenario *sc, int events, struct arena *arena)
{
    *risk = (struct risk){ .sc = sc, .arena = arena, .sources = risk_sources_of(sc, arena) };
    const struct operation_config *order = sc->business.present ? sc->business.operation : NULL;
    risk->operation = order ? scenario_operation_index(sc, order) : -1;
    if (risk->operation < 0)
        risk->operation = scenario_operation_count(sc);
    plan_strata(risk);
    allocate(risk, events < EVENTS_MAX ? events : EVENTS_MAX);
    int count = 0;
    for (int s = 0; s < risk->stratum_count; s++)
        count += risk->strata[s].events * (risk->sources.count + 1);
    risk->runs = ARENA_ARRAY(arena, struct risk_run, count);
    risk->tasks = ARENA_ARRAY(arena, struct task, count);
    for (int s = 0; s < risk->stratum_count; s++)
        for (int e = 0; e < risk->strata[s].events; e++)
            plan_event(risk, s, e);
    sort_tasks(risk);
}

static bool take(void *self, const struct replication *rep, const char *violation)
{
    struct risk *r = self;
    struct risk_run *run = (struct risk_run *)(void *)rep->plan; /* its first member */
    if (violation) {
        r->violation = arena_text(r->arena, violation);
        return false;
    }
    const int operations = rep->operation_count - 1;
    run->minutes = rep->minute_count;
    run->ok = ARENA_ARRAY(r->arena, uint32_t, rep->minute_count);
    run->all = ARENA_ARRAY(r->arena, uint32_t, rep->minute_count);
    for (int m = 0; m < rep->minute_count; m++) {
        run->ok[m] = rep->minutes[m * operations + r->operation].ok;
        run->all[m] = rep->minutes[m * operations + operations - 1].ok;
    }
    r->taken++;
    return true;
}

struct task_sink risk_sink(struct risk *risk)
{
    return (struct task_sink){ .self = risk, .take = take };
}

/* ---- what an event costs ---- */

static const struct risk_run *run_of(const struct risk *r, int stratum, int event, int mode)
{
    for (int i = 0; i < r->run_count; i++)
        if (r->runs[i].stratum == stratum && r->runs[i].event == event && r->runs[i].mode == mode)
            return r->runs[i].minutes ? &r->runs[i] : NULL;
    return NULL;
}

struct loss {
    double orders, downtime_min;
};

/* Minutes that the twin answered and the run did not; `all` for the share of a minute, `ok` for what is counted. */
static struct loss loss_of(const struct risk *r, const struct risk_run *run, const struct risk_run *twin)
{
    const int minutes = run->minutes < twin->minutes ? run->minutes : twin->minutes;
    struct loss loss = { 0 };
    double last_lost = 0, last_ok = 0, last_down = 0, twin_ok = 0, twin_all = 0;
    for (int m = 0; m < minutes; m++) {
        const double lost = (double)twin->ok[m] - (double)run->ok[m];
        const double down = twin->all[m] ? ((double)twin->all[m] - (double)run->all[m]) / (double)twin->all[m] : 0;
        loss.orders += lost;
        loss.downtime_min += down;
        twin_ok += twin->ok[m];
        twin_all += twin->all[m];
        if (m >= minutes - LAST_MINUTES) {
            last_lost += lost;
            last_ok += twin->ok[m];
            last_down += down / LAST_MINUTES;
        }
    }
    const sim_time beyond = run->lasts - RISK_SIMULATED;
    if (beyond <= 0 || twin_all == 0 || minutes < LAST_MINUTES)
        return loss;
    /* As its last half hour, at the day's mean rate. */
    const int day_type = r->strata[run->stratum].day_type;
    const double beyond_min = (double)beyond / (double)SIM_MINUTE;
    const double day_per_min = task_expected_requests(r->sc, day_type) /
                               ((double)day_length(r, day_type) / (double)SIM_MINUTE);
    const double ok_per_min = day_per_min * twin_ok / twin_all;
    loss.orders += last_ok > 0 ? beyond_min * ok_per_min * last_lost / last_ok : 0;
    loss.downtime_min += beyond_min * last_down;
    return loss;
}

/* ---- figures ---- */

enum unit { UNIT_MARGIN, UNIT_ORDERS, UNIT_DOWNTIME, UNITS };

static double usd_per_order(const struct scenario *sc)
{
    return (double)sc->business.value / (double)MONEY_PER_USD * sc->business.lost_if_failed;
}

static double in_unit(const struct scenario *sc, struct loss loss, enum unit unit)
{
    switch (unit) {
    case UNIT_MARGIN: return loss.orders * usd_per_order(sc) * sc->business.margin;
    case UNIT_ORDERS: return loss.orders;
    case UNIT_DOWNTIME:
    case UNITS: break;
    }
    return loss.downtime_min;
}

static struct risk_mode *modes_in(const struct risk *r, enum unit unit)
{
    struct risk_mode *modes = ARENA_ARRAY(r->arena, struct risk_mode, r->sources.count);
    for (int m = 0; m < r->sources.count; m++) {
        const struct risk_source *source = &r->sources.list[m];
        struct risk_stratum *strata = ARENA_ARRAY(r->arena, struct risk_stratum, r->stratum_count);
        for (int s = 0; s < r->stratum_count; s++) {
            double *losses = ARENA_ARRAY(r->arena, double, r->strata[s].events);
            for (int e = 0; e < r->strata[s].events; e++) {
                const struct risk_run *run = run_of(r, s, e, m), *twin = run_of(r, s, e, -1);
                losses[e] = run && twin ? in_unit(r->sc, loss_of(r, run, twin), unit) : NAN;
            }
            strata[s] = (struct risk_stratum){
                .name = r->strata[s].name, .share = r->strata[s].share, .count = r->strata[s].events, .loss_usd = losses
            };
        }
        modes[m] = (struct risk_mode){ .name = source->name,
                                       .per_year = source->per_year,
                                       .seen = source->seen,
                                       .years = source->years,
                                       .stratum_count = r->stratum_count,
                                       .strata = strata };
    }
    return modes;
}

/* Of two modes that last h and g hours, l and m times a year, so many pairs overlap: l m (h + g) / 8760. */
static double overlaps(const struct risk_sources *sources)
{
    static const double NS_PER_YEAR = 365.0 * 86400e9;
    double pairs = 0;
    for (int a = 0; a < sources->count; a++)
        for (int b = a + 1; b < sources->count; b++)
            pairs += sources->list[a].per_year * sources->list[b].per_year *
                     (sources->list[a].lasts.mean_ns + sources->list[b].lasts.mean_ns) / NS_PER_YEAR;
    return pairs;
}

bool risk_figures(struct risk_figures *out, const struct risk *risk)
{
    *out = (struct risk_figures){ .overlaps = overlaps(&risk->sources) };
    if (risk->taken == 0)
        return false;
    const uint64_t seed = (uint64_t)risk->sc->seed;
    for (int s = 0; s < risk->stratum_count; s++)
        out->events += risk->strata[s].events;
    risk_year_compute(&out->orders, modes_in(risk, UNIT_ORDERS), risk->sources.count, seed, risk->arena);
    risk_year_compute(&out->downtime, modes_in(risk, UNIT_DOWNTIME), risk->sources.count, seed, risk->arena);
    out->has_margin = risk->sc->business.present;
    if (!out->has_margin)
        return true;
    risk_year_compute(&out->margin, modes_in(risk, UNIT_MARGIN), risk->sources.count, seed, risk->arena);
    out->revenue_usd = out->orders.loss_usd.mean * usd_per_order(risk->sc);
    out->margin.consists_of = arena_printf(
        risk->arena,
        "%d modes of failure, %d simulated events of each; an event costs the orders that the same hours without the "
        "fault have more, %.0f %% of them lost for good, at a contribution margin of %.0f %%",
        risk->sources.count, out->events, risk->sc->business.lost_if_failed * 100, risk->sc->business.margin * 100);
    return true;
}
