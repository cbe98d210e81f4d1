/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * fault_plan -- when what fails: every effect of every fault of the plan, laid out before the run begins, and the story
 * that is told of it.
 *
 * Nothing here depends on the architecture: a random fault is drawn by its name, its ordinal and the replication, so that
 * variants that have a fault of that name meet it at the same instants, for as long, with the same company.
 */
#include "models/world.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base/check.h"
#include "sim/base/text.h"
#include "sim/number.h"

const struct fault_plan fault_free = { .count = 0 };

/* The most that a plan may lay out; the loader bounds rates and clocks so that nobody gets near. */
enum { EFFECTS_MAX = 100000 };

enum { DRAW_GAP, DRAW_LASTS, DRAW_CHANCE };

/* ---- when ---- */

/* Faults of one name are told apart by their order. */
static uint64_t subject_of(const struct world *w, int number, uint64_t ordinal)
{
    uint64_t same = 0;
    for (int i = 0; i < number; i++)
        same += text_equal(w->plan.faults[i].name, w->plan.faults[number].name);
    return same << 48 | ordinal << 16;
}

static double drawn(const struct world *w, int number, uint64_t ordinal, int with, uint32_t purpose)
{
    const uint32_t place = draw_place(w->plan.faults[number].name);
    return draw_unit(draw_at(w->key, subject_of(w, number, ordinal) + (uint64_t)with, place, purpose).a);
}

static sim_time lasts(const struct world *w, const struct fault_config *config, int number, uint64_t ordinal, int with)
{
    if (!config->lasts_random)
        return config->lasts;
    const sim_time drawn_ns = dist_sample(&config->law, drawn(w, number, ordinal, with, DRAW_LASTS));
    return drawn_ns > SIM_SECOND ? drawn_ns : SIM_SECOND;
}

static void add_effect(struct world *w, const struct fault_config *config, int fault, sim_time begin, sim_time end)
{
    CHECK(w->effect_count < EFFECTS_MAX, "a plan of more faults than a run can have");
    if ((w->effect_count & (w->effect_count - 1)) == 0)
        w->effects = arena_grow(w->arena, w->effects, (size_t)w->effect_count,
                                w->effect_count ? 2 * (size_t)w->effect_count : 1, sizeof *w->effects);
    const int number = w->effect_count++;
    w->effects[number] = (struct effect){ .config = config, .fault = fault, .begin = begin, .end = end };
    if (begin < 0 || begin >= w->end)
        return;
    event_set_push(w->events, event_make(begin, EVENT_FAULT, EV_FAULT_BEGIN, (uint32_t)number, 0, EVENT_NO_SLOT));
    event_set_push(w->events, event_make(end, EVENT_FAULT, EV_FAULT_END, (uint32_t)number, 0, EVENT_NO_SLOT));
}

/* What comes with a fault that lasts [begin, end); returns when all of it is over. */
static sim_time add_company(struct world *w, int number, uint64_t ordinal, sim_time begin, sim_time end)
{
    const struct fault_config *config = &w->plan.faults[number];
    sim_time over = end;
    for (int i = 0; i < config->with_count; i++) {
        const struct fault_config *with = &config->with[i];
        if (with->chance < 1 && drawn(w, number, ordinal, i + 1, DRAW_CHANCE) >= with->chance)
            continue;
        const sim_time from = begin + with->after;
        sim_time until = with->lasts > 0 ? from + lasts(w, with, number, ordinal, i + 1) : end;
        until = until > from ? until : from;
        add_effect(w, with, number, from, until);
        over = until > over ? until : over;
    }
    return over;
}

/* One after the other: the next gap begins when everything is over. */
static void add_random(struct world *w, int number)
{
    const struct fault_config *config = &w->plan.faults[number];
    struct fault_state *fault = &w->faults[number];
    sim_time at = w->start;
    for (uint64_t ordinal = 0;; ordinal++) {
        const double gap_s = -number_log(drawn(w, number, ordinal, 0, DRAW_GAP)) / config->rate_per_s;
        if (gap_s >= (double)(w->end - at) / 1e9)
            return;
        const sim_time begin = at + (sim_time)(gap_s * 1e9), end = begin + lasts(w, config, number, ordinal, 0);
        add_effect(w, config, number, begin, end);
        at = add_company(w, number, ordinal, begin, end);
        if (ordinal == 0) {
            fault->begin = begin;
            fault->end = at;
        }
    }
}

void faults_init(struct world *w)
{
    w->faults = ARENA_ARRAY(w->arena, struct fault_state, w->plan.count);
    /* The faults themselves first: the effect of a scheduled one has its number. */
    for (int i = 0; i < w->plan.count; i++) {
        const struct fault_config *config = &w->plan.faults[i];
        const sim_time begin = config->random ? SIM_NEVER : w->start + config->starts;
        const sim_time end = config->random ? SIM_NEVER : begin + lasts(w, config, i, 0, 0);
        w->faults[i] = (struct fault_state){ .begin = begin, .end = end, .detected_s = NAN };
        add_effect(w, config, i, begin, end);
    }
    for (int i = 0; i < w->plan.count; i++) {
        struct fault_state *fault = &w->faults[i];
        if (w->plan.faults[i].random)
            add_random(w, i);
        else
            fault->end = add_company(w, i, 0, fault->begin, fault->end);
    }
}

/* ---- more traffic ---- */

static double surge_at(const struct world *w, const struct population *p, sim_time at)
{
    double factor = 1;
    for (int i = 0; i < w->effect_count; i++) {
        const struct effect *e = &w->effects[i];
        if (e->config->kind == FAULT_SURGE && e->config->traffic.target == p && at >= e->begin && at < e->end)
            factor *= e->config->factor;
    }
    return factor;
}

static double rate_at(const struct rate_curve *curve, sim_time at)
{
    uint32_t k = 1;
    if (curve->count == 0 || at < curve->knots[0].at || at > curve->knots[curve->count - 1].at)
        return 0;
    while (k < curve->count - 1 && curve->knots[k].at < at)
        k++;
    const struct rate_knot *a = &curve->knots[k - 1], *b = &curve->knots[k];
    const double into = (double)(at - a->at) / (double)(b->at - a->at);
    return a->rate_per_s + (b->rate_per_s - a->rate_per_s) * into;
}

static int by_time(const void *a, const void *b)
{
    const sim_time x = *(const sim_time *)a, y = *(const sim_time *)b;
    return (x > y) - (x < y);
}

/* The curve bends where a surge begins and ends: a knot just before and one at the instant. */
static void surge_knots(const struct world *w, const struct population *p, struct rate_curve *curve)
{
    if (curve->count < 2)
        return;
    const sim_time first = curve->knots[0].at, last = curve->knots[curve->count - 1].at;
    sim_time *times = ARENA_ARRAY(w->arena, sim_time, curve->count + 4 * (uint32_t)w->effect_count);
    uint32_t count = 0;
    for (uint32_t k = 0; k < curve->count; k++)
        times[count++] = curve->knots[k].at;
    for (int i = 0; i < w->effect_count; i++) {
        const struct effect *e = &w->effects[i];
        const sim_time bends[] = { e->begin - 1, e->begin, e->end - 1, e->end };
        for (size_t b = 0; b < ARRAY_LEN(bends) && e->config->kind == FAULT_SURGE; b++)
            if (bends[b] > first && bends[b] < last)
                times[count++] = bends[b];
    }
    qsort(times, count, sizeof *times, by_time);
    struct rate_knot *knots = ARENA_ARRAY(w->arena, struct rate_knot, count);
    uint32_t used = 0;
    for (uint32_t k = 0; k < count; k++)
        if (used == 0 || times[k] > knots[used - 1].at)
            knots[used++] = (struct rate_knot){ times[k], rate_at(curve, times[k]) * surge_at(w, p, times[k]) };
    curve->knots = knots;
    curve->count = used;
}

/* A trace's bins have so many more, by what their middle says. */
static void surge_bins(const struct world *w, const struct population *p, struct rate_curve *curve)
{
    struct arrival_bin *bins = ARENA_ARRAY(w->arena, struct arrival_bin, curve->bin_count);
    for (uint32_t b = 0; b < curve->bin_count; b++) {
        bins[b] = curve->bins[b];
        const double factor = surge_at(w, p, bins[b].from + (bins[b].until - bins[b].from) / 2);
        bins[b].count = (uint64_t)((double)bins[b].count * factor + 0.5);
    }
    curve->bins = bins;
}

void fault_surges(const struct world *w, const struct population *p, struct rate_curve *curve)
{
    bool any = false;
    for (int i = 0; i < w->effect_count; i++)
        any |= w->effects[i].config->kind == FAULT_SURGE && w->effects[i].config->traffic.target == p;
    if (!any)
        return;
    surge_knots(w, p, curve);
    if (curve->bins)
        surge_bins(w, p, curve);
}

/* ---- its story ---- */

static double since_start_s(const struct world *w)
{
    return (double)(w->now - w->start) / 1e9;
}

static void tell(struct world *w, struct fault_state *fault, const char *component, const char *what)
{
    /* The same thing said again within five minutes adds nothing: one entry stands for a wave of instances. */
    for (int i = fault->event_count - 1; i >= 0 && since_start_s(w) - fault->events[i].at_s < 300; i--)
        if (text_equal(fault->events[i].component, component) && text_equal(fault->events[i].what, what))
            return;
    if (fault->event_count == fault->event_capacity) {
        const int wider = fault->event_capacity ? 2 * fault->event_capacity : 16;
        fault->events = arena_grow(w->arena, fault->events, (size_t)fault->event_count, (size_t)wider,
                                   sizeof *fault->events);
        fault->event_capacity = wider;
    }
    fault->events[fault->event_count++] =
        (struct fault_event){ .at_s = since_start_s(w), .component = component, .what = what };
}

void fault_tell(struct world *w, int fault, const char *component, const char *what)
{
    tell(w, &w->faults[fault], component, what);
}

/* A fault's story is told until half an hour after its trigger is gone. */
enum { STORY_AFTER_END_MIN = 30 };

void fault_note(struct world *w, const char *component, const char *what, bool noticed)
{
    for (int i = 0; i < w->plan.count && w->faults; i++) {
        struct fault_state *fault = &w->faults[i];
        if (!fault->active || w->now > fault->last_end + STORY_AFTER_END_MIN * SIM_MINUTE)
            continue;
        tell(w, fault, component, what);
        if (noticed && isnan(fault->detected_s) && w->now <= fault->last_end + 5 * SIM_MINUTE)
            fault->detected_s = since_start_s(w);
    }
}
