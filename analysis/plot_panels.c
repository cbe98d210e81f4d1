/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which columns of the series are drawn where. */
#include <math.h>
#include <string.h>

#include "analysis/plots.h"

static bool same(const char *a, const char *b)
{
    return strcmp(a, b) == 0;
}

static double length_s(const struct results *r)
{
    return (double)r->sc->clock.length / (double)SIM_SECOND;
}

static struct panel *add_panel(struct panels *panels, const struct results *r, const char *title, const char *unit)
{
    if (panels->count == PANELS_MAX)
        return NULL;
    struct panel *panel = &panels->panel[panels->count++];
    *panel = (struct panel){ .title = title, .unit = unit, .limit = NAN, .to_s = length_s(r) };
    return panel;
}

static void add_column(struct panel *panel, int column, const char *label, bool band)
{
    if (panel->count == PANEL_COLUMNS_MAX)
        return;
    panel->labels[panel->count] = label;
    panel->bands[panel->count] = band;
    panel->columns[panel->count++] = column;
}

/* "in_service" as people write it. */
static const char *words(const char *name, struct arena *arena)
{
    char *copy = arena_text(arena, name);
    for (char *c = copy; *c; c++)
        if (*c == '_')
            *c = ' ';
    return copy;
}

static bool any_above_zero(const struct results *r, int column)
{
    const double *mean = r->series.mean + (size_t)column * (size_t)r->series.window_count;
    for (int w = 0; w < r->series.window_count; w++)
        if (mean[w] > 0)
            return true;
    return false;
}

/* The panel of a component, made when it is first seen. */
static struct panel *panel_of(struct panels *panels, const struct results *r, const char *component, const char *unit)
{
    for (int i = 0; i < panels->count; i++)
        if (same(panels->panel[i].title, component))
            return &panels->panel[i];
    return add_panel(panels, r, component, unit);
}

static bool has_component(const struct results *r, enum series_group group, const char *component)
{
    for (int c = 0; c < r->series.column_count; c++)
        if (r->series.columns[c].group == group && same(r->series.columns[c].component, component))
            return true;
    return false;
}

static void capacity_panels(struct panels *panels, const struct results *r, struct arena *arena)
{
    const struct series_summary *s = &r->series;
    const bool all = has_component(r, SERIES_TRAFFIC, "all");
    for (int c = 0; c < s->column_count; c++) {
        const struct series_column *column = &s->columns[c];
        if (column->group != SERIES_TRAFFIC || (all && !same(column->component, "all")))
            continue;
        struct panel *panel = panel_of(panels, r, "traffic", "per second");
        add_column(panel, c, all ? column->name : arena_printf(arena, "%s %s", column->component, column->name), false);
    }
    for (int c = 0; c < s->column_count; c++)
        if (s->columns[c].group == SERIES_PLACES)
            add_column(panel_of(panels, r, "where requests are sent", "per second"), c, s->columns[c].component, false);
    for (int c = 0; c < s->column_count; c++) {
        const struct series_column *column = &s->columns[c];
        struct panel *panel = column->group == SERIES_CAPACITY ? panel_of(panels, r, column->component, column->unit)
                                                               : NULL;
        if (panel)
            add_column(panel, c, words(column->name, arena), same(column->name, "in_service"));
    }
}

/* What hurts for minutes is a needle in 24 hours: the first panel again, around the first fault. */
static void add_close_up(struct panels *panels, const struct results *r, struct arena *arena)
{
    if (r->fault_count == 0 || r->faults[0].random || r->faults[0].start_s >= length_s(r) ||
        panels->count == PANELS_MAX)
        return;
    const struct fault_summary *fault = &r->faults[0];
    const double margin_s = 600;
    const double over_s = fault->restored_count == fault->replications ? fault->start_s + fault->restored_last_after_s
                                                                       : fault->end_s;
    struct panel *near = &panels->panel[panels->count++];
    *near = panels->panel[0];
    near->title = arena_printf(arena, "%s, around %s", near->title, fault->name);
    near->from_s = fmax(0, fault->start_s - margin_s);
    near->to_s = fmin(length_s(r), over_s + 2 * margin_s);
}

static double latency_limit_ms(const struct results *r, const char *operation)
{
    for (int i = 0; i < r->objective_count; i++) {
        const struct objective *o = r->objectives[i].objective;
        if (o->kind == OBJECTIVE_LATENCY && same(o->operation, operation))
            return r->objectives[i].limit;
    }
    return NAN;
}

/* Operations with a latency objective; without any, all of them together. */
static bool latency_is_shown(const struct results *r, const char *operation)
{
    bool any = false;
    for (int i = 0; i < r->objective_count; i++) {
        const struct objective *o = r->objectives[i].objective;
        if (o->kind != OBJECTIVE_LATENCY || !has_component(r, SERIES_LATENCY, o->operation))
            continue;
        any = true;
        if (same(o->operation, operation))
            return true;
    }
    if (any)
        return false;
    return !has_component(r, SERIES_LATENCY, "all") || same(operation, "all");
}

static void latency_panels(struct panels *panels, const struct results *r, struct arena *arena)
{
    for (int c = 0; c < r->series.column_count; c++) {
        const struct series_column *column = &r->series.columns[c];
        if (column->group != SERIES_LATENCY || !latency_is_shown(r, column->component))
            continue;
        struct panel *panel = panel_of(panels, r, column->component, column->unit);
        if (!panel)
            continue;
        add_column(panel, c, column->name, same(column->name, "p99"));
        panel->log_scale = true;
        panel->limit = latency_limit_ms(r, column->component);
    }
    if (panels->count)
        add_close_up(panels, r, arena);
}

static void errors_panels(struct panels *panels, const struct results *r, struct arena *arena)
{
    const bool all = has_component(r, SERIES_ERRORS, "all");
    struct panel *day = NULL;
    for (int c = 0; c < r->series.column_count; c++) {
        const struct series_column *column = &r->series.columns[c];
        if (column->group != SERIES_ERRORS || (all && !same(column->component, "all")) || !any_above_zero(r, c))
            continue;
        if (!day)
            day = add_panel(panels, r, "all operations", "errors per second");
        add_column(day, c, all ? column->name : arena_printf(arena, "%s %s", column->component, column->name), false);
    }
    if (day)
        add_close_up(panels, r, arena);
}

/* What caches hold and how far replicas are behind: it decides what the databases above have to do. */
static void content_panels(struct panels *panels, const struct results *r, struct arena *arena)
{
    for (int c = 0; c < r->series.column_count; c++) {
        const struct series_column *column = &r->series.columns[c];
        const bool hits = same(column->name, "hit_ratio"), lag = same(column->name, "replica_lag");
        if (!hits && !lag)
            continue;
        struct panel *panel = panel_of(panels, r, hits ? "hits of caches" : "lag that reads of replicas meet",
                                       hits ? "share of what is asked" : "seconds");
        if (!panel)
            continue;
        panel->share = hits;
        add_column(panel, c, column->component, true);
    }
}

/* A panel for each kind of component: fleets, databases, caches. */
static void utilisation_panels(struct panels *panels, const struct results *r, struct arena *arena)
{
    for (int c = 0; c < r->series.column_count; c++) {
        const struct series_column *column = &r->series.columns[c];
        if (column->group != SERIES_UTILISATION)
            continue;
        const struct component *component = scenario_component(r->sc, column->component);
        struct panel *panel = panel_of(panels, r, component ? component->type->title : "components",
                                       "share that is busy");
        if (!panel)
            continue;
        panel->share = true;
        add_column(panel, c, arena_printf(arena, "%s %s", column->component, words(column->name, arena)), false);
    }
    content_panels(panels, r, arena);
}

static void queue_panels(struct panels *panels, const struct results *r, struct arena *arena)
{
    for (int c = 0; c < r->series.column_count; c++) {
        const struct series_column *column = &r->series.columns[c];
        if (column->group != SERIES_QUEUE)
            continue;
        const bool age = same(column->unit, "s");
        struct panel *panel = panel_of(panels, r, age ? "age of the oldest message" : "backlog",
                                       age ? "seconds" : column->unit);
        if (panel)
            add_column(panel, c, arena_printf(arena, "%s %s", column->component, words(column->name, arena)), true);
    }
    if (panels->count)
        add_close_up(panels, r, arena);
}

struct panels plot_panels(const struct results *r, enum plot_kind kind, struct arena *arena)
{
    struct panels panels = { .count = 0 };
    switch (kind) {
    case PLOT_CAPACITY: capacity_panels(&panels, r, arena); break;
    case PLOT_LATENCY: latency_panels(&panels, r, arena); break;
    case PLOT_ERRORS: errors_panels(&panels, r, arena); break;
    case PLOT_UTILISATION: utilisation_panels(&panels, r, arena); break;
    case PLOT_QUEUE: queue_panels(&panels, r, arena); break;
    case PLOT_COST:
    case PLOT_KINDS: break;
    }
    return panels;
}
