/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * The plots that a review wants: what availability and speed cost, how each variant takes the fault, where the money
 * goes. Data, a script that may be run again, and the pictures.
 */
#include <math.h>
#include <string.h>

#include "analysis/compare_plots.h"
#include "analysis/escape.h"
#include "analysis/figure.h"

static const struct plot catalogue[COMPARE_PLOTS] = {
    [COMPARE_COST_AVAILABILITY] = { .file = "cost-availability",
                                    .title = "Cost against availability",
                                    .caption =
                                        "Bill and availability of each variant with their intervals, in nines: up "
                                        "is better, left is cheaper." },
    [COMPARE_COST_P99] = { .file = "cost-p99",
                           .title = "Cost against p99",
                           .caption = "Bill and p99 latency of each variant with their intervals: down is better, left "
                                      "is cheaper." },
    [COMPARE_FAULT] = { .file = "fault",
                        .title = "The fault side by side",
                        .caption = "Availability of every variant per window, mean over the replications, from before "
                                   "the faults until service is restored." },
    [COMPARE_SERVICES] = { .file = "services",
                           .title = "Where the money goes",
                           .caption = "The bill of the month that contains the day, by service." },
};

enum { FAULT_PANEL_HEIGHT = 230, BAR_HEIGHT = 34, KEY_ROW_HEIGHT = 20, SERVICES_NAMED = 7 };

FILE *compare_plot_open(const struct compare_plots *plots, const struct plot *plot, const char *extension,
                        struct arena *arena)
{
    return fopen(arena_printf(arena, "%s/%s.%s", plots->folder, plot->file, extension), "w");
}

const char *compare_plot_color(int i)
{
    return plot_palette[i % PLOT_COLORS];
}

/* ---- the fault ---- */

struct span {
    double from_s, to_s; /* since the clock's start */
};

/* From ten minutes before the first fault to a quarter of an hour after the last variant is well again. */
static struct span fault_span(const struct comparison *c)
{
    struct span span = { INFINITY, -INFINITY };
    const struct scenario *sc = c->variants[0].results->sc;
    const double length_s = (double)sc->clock.length / (double)SIM_SECOND;
    for (int i = 0; i < c->count; i++)
        for (int f = 0; f < c->variants[i].results->fault_count; f++) {
            const struct fault_summary *fault = &c->variants[i].results->faults[f];
            if (fault->random)
                continue;
            span.from_s = fmin(span.from_s, fault->start_s - 600);
            span.to_s = fmax(span.to_s, fault->end_s + 900);
            if (!isnan(fault->restored_last_after_s))
                span.to_s = fmax(span.to_s, fault->start_s + fault->restored_last_after_s + 900);
        }
    span.from_s = fmax(span.from_s, 0);
    span.to_s = fmin(span.to_s, length_s);
    return span;
}

static int availability_column(const struct results *r, const char *operation)
{
    for (int i = 0; i < r->series.column_count; i++)
        if (r->series.columns[i].group == SERIES_AVAILABILITY && !strcmp(r->series.columns[i].component, operation))
            return i;
    return -1;
}

static double local_start_s(const struct scenario *sc)
{
    return (double)(sc->clock.start_utc_s + sc->clock.utc_offset_s);
}

/* A data set per variant: begin and end of each window, availability. *least: the lowest that is shown. */
static void write_fault_data(FILE *out, const struct comparison *c, const char *operation, struct span span,
                             double *least)
{
    for (int i = 0; i < c->count; i++) {
        const struct results *r = c->variants[i].results;
        const struct series_summary *s = &r->series;
        const int column = availability_column(r, operation);
        const double window_s = (double)s->window_ns / (double)SIM_SECOND;
        fputs("# local time in seconds, availability in per cent\n", out);
        for (int w = 0; column >= 0 && w < s->window_count; w++) {
            const double at_s = w * window_s, value = s->mean[(size_t)column * (size_t)s->window_count + (size_t)w];
            if (at_s < span.from_s - window_s || at_s > span.to_s || isnan(value))
                continue;
            for (int end = 0; end <= 1; end++)
                fprintf(out, "%.0f %.6g\n", local_start_s(r->sc) + at_s + end * window_s, value * 100);
            *least = fmin(*least, value * 100);
        }
        fputs("\n\n", out);
    }
}

static int key_columns(const struct comparison *c)
{
    size_t longest = 4;
    for (int i = 0; i < c->count; i++)
        longest = strlen(c->variants[i].name) > longest ? strlen(c->variants[i].name) : longest;
    const int columns = (PLOT_RIGHT - PLOT_LEFT) / ((int)longest * LABEL_LETTER + 45);
    return columns < 1 ? 1 : columns > c->count ? c->count : columns;
}

static void write_fault_panel(FILE *out, const struct comparison *c, const struct plot *plot, const char *operation,
                              int panel, double least, struct arena *arena)
{
    const double floor_at = least > 99 ? 99 : least > 95 ? 95 : least > 90 ? 90 : least > 75 ? 75 : least > 50 ? 50 : 0;
    fprintf(
        out,
        "unset label\nset label '%s available' at screen 0.016, graph 0.5 center rotate by 90 textcolor rgb '#222831'\n"
        "set yrange [%.9g:%.9g]\nset format y '%%.6g %%%%'\n",
        escape_gnuplot(operation, arena), floor_at, 100 + (100 - floor_at) * 0.02);
    for (int i = 0; i < c->count; i++)
        fprintf(out, "%s'%s.dat' index %d using 1:2 with lines lw %.1f dt %d lc rgb '%s' title '%s'",
                i ? ", \\\n     " : "plot ", plot->file, panel * c->count + i, fmax(1.6, 4.2 - 0.5 * i),
                1 + i / PLOT_COLORS, compare_plot_color(i),
                panel == 0 ? escape_gnuplot(c->variants[i].name, arena) : "");
    fputc('\n', out);
}

static void write_fault_bands(FILE *out, const struct results *r)
{
    for (int f = 0; f < r->fault_count; f++) {
        if (r->faults[f].random)
            continue;
        fprintf(out,
                "set object rectangle from %.0f, graph 0 to %.0f, graph 1 behind fc rgb '#D55E00' fs transparent solid "
                "0.10 noborder\n",
                local_start_s(r->sc) + r->faults[f].start_s, local_start_s(r->sc) + r->faults[f].end_s);
    }
}

static bool write_fault(const struct compare_plots *plots, const struct plot *plot, const struct comparison *c,
                        struct arena *arena)
{
    const bool two = strcmp(c->operation, "all") != 0;
    const char *const operations[] = { two ? c->operation : "all", "all" };
    const int panels = two ? 2 : 1, columns = key_columns(c), rows = (c->count + columns - 1) / columns;
    const struct span span = fault_span(c);
    const struct scenario *sc = c->variants[0].results->sc;
    double least[2] = { 100, 100 };
    FILE *data = compare_plot_open(plots, plot, "dat", arena);
    if (!data)
        return false;
    for (int p = 0; p < panels; p++)
        write_fault_data(data, c, operations[p], span, &least[p]);
    FILE *out = plot_file_close(data) ? compare_plot_open(plots, plot, "gp", arena) : NULL;
    if (!out)
        return false;
    const int head = PLOT_TOP + KEY_ROW_HEIGHT * rows, foot = 34;
    const double height = head + panels * FAULT_PANEL_HEIGHT + (panels - 1) * PLOT_TOP + foot;
    plot_script_begin(out, plot, (int)height);
    fprintf(
        out,
        "set multiplot\nset lmargin at screen %.5f\nset rmargin at screen %.5f\nset xrange [%.0f:%.0f]\n"
        "set key at screen %.5f, screen 0.99 right top horizontal Left reverse samplen 1.4 maxcols %d textcolor rgb "
        "'#222831'\n",
        (double)PLOT_LEFT / PLOT_PIXELS_WIDE, (double)PLOT_RIGHT / PLOT_PIXELS_WIDE, local_start_s(sc) + span.from_s,
        local_start_s(sc) + span.to_s, (double)PLOT_RIGHT / PLOT_PIXELS_WIDE, columns);
    write_fault_bands(out, c->variants[0].results);
    for (int p = 0; p < panels; p++) {
        const int above = head + p * (FAULT_PANEL_HEIGHT + PLOT_TOP);
        fprintf(out, "set tmargin at screen %.5f\nset bmargin at screen %.5f\nset xtics time format '%s' %lld\n",
                1 - above / height, 1 - (above + FAULT_PANEL_HEIGHT) / height, p + 1 == panels ? "%H:%M" : "",
                (long long)plot_tick_step_s(span.to_s - span.from_s));
        fputs(p ? "unset key\n" : "", out);
        write_fault_panel(out, c, plot, operations[p], p, least[p], arena);
    }
    fputs("unset multiplot\n", out);
    plot_script_end(out);
    return plot_file_close(out);
}

/* ---- where the money goes ---- */

struct services {
    const char *names[SERVICES_NAMED + 1]; /* the last one is the rest */
    int count;
};

static double service_usd(const struct results *r, const char *name)
{
    for (int i = 0; i < r->cost.service_count; i++)
        if (strcmp(r->cost.services[i].name, name) == 0)
            return r->cost.services[i].mean_usd;
    return 0;
}

static double total_usd(const struct results *r)
{
    double sum = 0;
    for (int i = 0; i < r->cost.service_count; i++)
        sum += r->cost.services[i].mean_usd;
    return sum;
}

static double over_variants(const struct comparison *c, const char *name)
{
    double sum = 0;
    for (int i = 0; i < c->count; i++)
        sum += service_usd(c->variants[i].results, name);
    return sum;
}

static bool is_named(const struct services *s, const char *name)
{
    for (int i = 0; i < s->count; i++)
        if (strcmp(s->names[i], name) == 0)
            return true;
    return false;
}

/* The dearest over all variants, one after the other. */
static struct services dearest_services(const struct comparison *c)
{
    struct services s = { .count = 0 };
    for (const char *best = ""; best && s.count < SERVICES_NAMED;) {
        best = NULL;
        for (int i = 0; i < c->count; i++)
            for (int k = 0; k < c->variants[i].results->cost.service_count; k++) {
                const char *name = c->variants[i].results->cost.services[k].name;
                if (!is_named(&s, name) && (!best || over_variants(c, name) > over_variants(c, best)))
                    best = name;
            }
        if (best && over_variants(c, best) > 0)
            s.names[s.count++] = best;
        else
            best = NULL;
    }
    return s;
}

/* Per service a data set: row, from, to. */
static void write_stacks(FILE *out, const struct comparison *c, const struct services *s, struct arena *arena)
{
    double *from = ARENA_ARRAY(arena, double, c->count);
    for (int k = 0; k <= s->count; k++) {
        fprintf(out, "# %s: row, from, to, USD\n", k < s->count ? escape_gnuplot(s->names[k], arena) : "others");
        for (int i = 0; i < c->count; i++) {
            const struct results *r = c->variants[i].results;
            const double usd = k < s->count ? service_usd(r, s->names[k]) : total_usd(r) - from[i];
            fprintf(out, "%d %.4f %.4f\n", i, from[i], from[i] + usd);
            from[i] += usd;
        }
        fputs("\n\n", out);
    }
    fputs("# row, total, variant, text\n", out);
    for (int i = 0; i < c->count; i++)
        fprintf(out, "%d %.4f \"%s\" \"%s\"\n", i, from[i], escape_gnuplot(c->variants[i].name, arena),
                figure_usd(from[i], arena));
}

static bool write_services(const struct compare_plots *plots, const struct plot *plot, const struct comparison *c,
                           struct arena *arena)
{
    const struct services s = dearest_services(c);
    FILE *data = compare_plot_open(plots, plot, "dat", arena);
    if (!data)
        return false;
    write_stacks(data, c, &s, arena);
    FILE *out = plot_file_close(data) ? compare_plot_open(plots, plot, "gp", arena) : NULL;
    if (!out)
        return false;
    enum { COLUMNS = 2 };
    const int head = 14 + KEY_ROW_HEIGHT * ((s.count + 1 + COLUMNS - 1) / COLUMNS),
              height = head + BAR_HEIGHT * c->count + 34;
    double most = 1;
    size_t longest = 8;
    for (int i = 0; i < c->count; i++) {
        most = fmax(most, total_usd(c->variants[i].results));
        longest = strlen(c->variants[i].name) > longest ? strlen(c->variants[i].name) : longest;
    }
    const struct axis axis = { 0, most * 1.12, NULL };
    plot_script_begin(out, plot, height);
    fprintf(out,
            "set border 0\nset grid x lt 1 lc rgb '#e6e8ec' lw 0.8\nset yrange [%d.5:-0.5]\nset xrange [0:%.9g]\n"
            "set lmargin at screen %.5f\nset rmargin at screen 0.98\nset tmargin at screen %.5f\nset bmargin at screen "
            "%.5f\nset ytics scale 0 textcolor rgb '#222831'\n"
            "set key at screen 0.98, screen 0.99 right top horizontal Left reverse samplen 1 maxcols %d textcolor rgb "
            "'#222831'\n",
            c->count - 1, axis.hi, fmin(0.4, ((double)longest + 2) * LABEL_LETTER / PLOT_PIXELS_WIDE),
            1 - (double)head / height, 34.0 / height, COLUMNS);
    compare_plot_ticks(out, &axis, "x", figure_usd, arena);
    for (int k = 0; k <= s.count; k++)
        fprintf(out,
                "%s'%s.dat' index %d using (($2+$3)/2):1:2:3:($1-0.34):($1+0.34) with boxxyerror fs solid 1 noborder "
                "fc rgb '%s' title '%s'",
                k ? ", \\\n     " : "plot ", plot->file, k, k < s.count ? compare_plot_color(k) : "#b8bec8",
                k < s.count ? escape_gnuplot(s.names[k], arena) : "others");
    fprintf(
        out,
        ", \\\n     '%s.dat' index %d using 2:1:4:yticlabels(3) with labels left offset 0.6,0 textcolor rgb '#222831' "
        "notitle\n",
        plot->file, s.count + 1);
    plot_script_end(out);
    return plot_file_close(out);
}

/* ---- all of them ---- */

static bool is_present(const struct comparison *c, enum compare_plot kind, struct arena *arena)
{
    switch (kind) {
    case COMPARE_COST_AVAILABILITY: return compare_scatter_present(c, true, arena);
    case COMPARE_COST_P99: return compare_scatter_present(c, false, arena);
    case COMPARE_FAULT: return fault_span(c).to_s > fault_span(c).from_s;
    case COMPARE_SERVICES: return dearest_services(c).count > 0;
    case COMPARE_PLOTS: break;
    }
    return false;
}

static bool write_plot(const struct compare_plots *plots, const struct comparison *c, enum compare_plot kind,
                       struct arena *arena)
{
    const struct plot *plot = &plots->plot[kind];
    switch (kind) {
    case COMPARE_COST_AVAILABILITY: return compare_scatter_write(plots, plot, c, true, arena);
    case COMPARE_COST_P99: return compare_scatter_write(plots, plot, c, false, arena);
    case COMPARE_FAULT: return write_fault(plots, plot, c, arena);
    case COMPARE_SERVICES: return write_services(plots, plot, c, arena);
    case COMPARE_PLOTS: break;
    }
    return true;
}

bool compare_plots_write(struct compare_plots *out, const struct comparison *c, const char *folder, struct arena *arena)
{
    *out = (struct compare_plots){ .folder = folder };
    for (int k = 0; k < COMPARE_PLOTS; k++) {
        out->plot[k] = catalogue[k];
        out->plot[k].present = is_present(c, (enum compare_plot)k, arena);
        if (out->plot[k].present && !write_plot(out, c, (enum compare_plot)k, arena))
            return false;
    }
    out->gnuplot = plots_draw(out->plot, COMPARE_PLOTS, folder, arena);
    return true;
}
