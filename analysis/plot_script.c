/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The data file and the gnuplot script of a plot. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/escape.h"
#include "analysis/figure.h"
#include "analysis/plots.h"

/* Okabe and Ito's colours, told apart with any colour vision; no yellow, it vanishes on white. */
static const char *const palette[] = { "#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#5D3A9B",
                                       "#333333" };
enum { COLUMN_FIELDS = 3, WIDTH = 960, PANEL_HEIGHT = 190, MARGIN_HEIGHT = 40 };

/* Time on the x axis: local time as if it were UTC, because gnuplot knows no zones. */
static int64_t local_start_s(const struct scenario *sc)
{
    return sc->clock.start_utc_s + sc->clock.utc_offset_s;
}

/* ---- data ---- */

static void write_cell(FILE *out, double value)
{
    if (isfinite(value))
        fprintf(out, " %.6g", value);
    else
        fputs(" NaN", out);
}

static void write_columns(const struct results *r, const struct panel *panel, FILE *out, struct arena *arena)
{
    const struct series_summary *s = &r->series;
    fputs("# local time in seconds; then mean, minimum and maximum over the replications of:", out);
    for (int i = 0; i < panel->count; i++)
        fprintf(out, "%s %s", i ? "," : "", escape_gnuplot(panel->labels[i], arena));
    fputc('\n', out);
    const double window_s = (double)s->window_ns / (double)SIM_SECOND;
    for (int w = 0; w < s->window_count; w++) {
        const double at_s = w * window_s;
        if (at_s < panel->from_s - window_s || at_s > panel->to_s + window_s)
            continue;
        fprintf(out, "%.0f", (double)local_start_s(r->sc) + at_s);
        for (int i = 0; i < panel->count; i++) {
            const size_t cell = (size_t)panel->columns[i] * (size_t)s->window_count + (size_t)w;
            const double scale = panel->share ? 100 : 1;
            write_cell(out, s->mean[cell] * scale);
            write_cell(out, s->min[cell] * scale);
            write_cell(out, s->max[cell] * scale);
        }
        fputc('\n', out);
    }
    fputs("\n\n", out); /* the next panel is the next data set of the file */
}

static void write_services(const struct results *r, FILE *out, struct arena *arena)
{
    fputs("# USD, service, label\n", out);
    for (int i = 0; i < r->cost.service_count; i++) {
        const struct service_cost *service = &r->cost.services[i];
        fprintf(out, "%.3f \"%s\" \"%s\"\n", service->mean_usd, escape_gnuplot(service->name, arena),
                figure_usd(service->mean_usd, arena));
    }
}

static bool close_file(FILE *out)
{
    const bool failed = ferror(out) != 0;
    return fclose(out) == 0 && !failed;
}

bool plot_data_write(const struct results *r, enum plot_kind kind, const struct panels *panels, const char *path,
                     struct arena *arena)
{
    FILE *out = fopen(path, "w");
    if (!out)
        return false;
    if (kind == PLOT_COST)
        write_services(r, out, arena);
    for (int i = 0; i < panels->count; i++)
        write_columns(r, &panels->panel[i], out, arena);
    return close_file(out);
}

/* ---- script ---- */

static void write_preamble(FILE *out, const struct plot *plot, int height)
{
    fprintf(out, "# %s. Draws %s.svg and %s.png from %s.dat: gnuplot %s.gp\n", plot->title, plot->file, plot->file,
            plot->file, plot->file);
    fprintf(out,
            "do for [format in 'svg png'] {\n"
            "if (format eq 'svg') { set terminal svg size %d,%d dynamic noenhanced font 'Helvetica,13' linewidth 1.2 }\n"
            "if (format eq 'png') { set terminal pngcairo size %d,%d noenhanced font 'sans,10' fontscale 1.5 "
            "linewidth 1.8 background rgb 'white' }\n"
            "set output '%s.'.format\n",
            WIDTH, height, WIDTH * 3 / 2, height * 3 / 2, plot->file);
    fputs("set border 3 lc rgb '#8a8f98'\n"
          "set tics nomirror out scale 0.5 textcolor rgb '#444a54'\n"
          "set grid y lc rgb '#e4e6ea' lw 0.8\n"
          "set key outside top left horizontal Left reverse samplen 1.6 width 1 textcolor rgb '#222831'\n"
          "set style fill solid 1 noborder\n"
          "set datafile missing 'NaN'\n",
          out);
}

static int64_t tick_step_s(double span_s)
{
    static const int64_t steps_s[] = { 1, 5, 10, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400 };
    enum { TICKS = 9 };
    for (size_t i = 0; i < ARRAY_LEN(steps_s); i++)
        if (span_s / (double)steps_s[i] <= TICKS)
            return steps_s[i];
    return (int64_t)(span_s / TICKS / 86400 + 1) * 86400;
}

static void write_axes(FILE *out, const struct results *r, const struct panel *panel, struct arena *arena)
{
    const double start = (double)local_start_s(r->sc);
    const double span_s = panel->to_s - panel->from_s;
    const char *format = span_s <= 120 ? "%H:%M:%S" : span_s <= 90000 ? "%H:%M" : "%a %H:%M";
    fprintf(out, "set xrange [%.0f:%.0f]\n", start + panel->from_s, start + panel->to_s);
    fprintf(out, "set xtics time format '%s' %lld\n", format, (long long)tick_step_s(span_s));
    fprintf(out, "set ylabel '%s' textcolor rgb '#444a54'\n", escape_gnuplot(panel->unit, arena));
    if (panel->title)
        fprintf(out, "set title '%s' textcolor rgb '#222831'\n", escape_gnuplot(panel->title, arena));
    else
        fputs("unset title\n", out);
    if (panel->log_scale)
        fputs("set logscale y\nset yrange [*:*]\nset format y '%.6g'\n", out);
    else
        fputs(panel->share ? "unset logscale y\nset yrange [0:100]\nset format y '%.0f'\n"
                           : "unset logscale y\nset yrange [0:*]\nset format y '%.6g'\n",
              out);
}

/* Bands behind everything, named in the first panel only. */
static void write_faults(FILE *out, const struct results *r, const struct panel *panel, bool named,
                         struct arena *arena)
{
    const double start = (double)local_start_s(r->sc);
    fputs("unset object\nunset label\nunset arrow\n", out);
    for (int i = 0; i < r->fault_count; i++) {
        const struct fault_summary *fault = &r->faults[i];
        if (fault->end_s < panel->from_s || fault->start_s > panel->to_s)
            continue;
        const double from = fmax(fault->start_s, panel->from_s), to = fmin(fault->end_s, panel->to_s);
        fprintf(out,
                "set object rectangle from %.0f, graph 0 to %.0f, graph 1 behind fc rgb '#D55E00' "
                "fs transparent solid 0.14 noborder\n",
                start + from, start + to);
        if (!named)
            continue;
        /* The text goes to the side with more room. */
        const bool left = from - panel->from_s > panel->to_s - to;
        fprintf(out, "set label '%s' at %.0f, graph 0.93 %s offset %s0.6,0 front textcolor rgb '#a04000'\n",
                escape_gnuplot(fault->name, arena), start + (left ? from : to), left ? "right" : "left",
                left ? "-" : "");
    }
    if (!isnan(panel->limit))
        fprintf(out,
                "set arrow from graph 0, first %.9g to graph 1, first %.9g nohead dt 2 lc rgb '#555555'\n"
                "set label 'objective %s' at graph 0.005, first %.9g left offset 0,0.6 textcolor rgb '#555555'\n",
                panel->limit, panel->limit, figure_ms(panel->limit, arena), panel->limit);
}

static void write_lines(FILE *out, const struct plot *plot, const struct panel *panel, int index, struct arena *arena)
{
    fputs("plot ", out);
    for (int i = 0; i < panel->count; i++) {
        const int mean = 2 + i * COLUMN_FIELDS;
        fprintf(out, "%s'%s.dat' index %d using 1:%d:%d with filledcurves fc rgb '#d8%s' notitle", i ? ", \\\n     " : "",
                plot->file, index, mean + 1, mean + 2, palette[i] + 1);
    }
    for (int i = 0; i < panel->count; i++) {
        const bool wish = strcmp(panel->labels[i], "desired") == 0; /* what was asked for, not what is there */
        fprintf(out, ", \\\n     '%s.dat' index %d using 1:%d with lines lw %s lc rgb '%s' title '%s'", plot->file, index,
                2 + i * COLUMN_FIELDS, wish ? "1.6 dt (6,4)" : "1.6", palette[i],
                escape_gnuplot(panel->labels[i], arena));
    }
    fputc('\n', out);
}

static void write_panels(FILE *out, const struct results *r, const struct plot *plot, const struct panels *panels,
                         struct arena *arena)
{
    fprintf(out, "set multiplot layout %d,1\nset lmargin 10\nset rmargin 3\n", panels->count);
    for (int i = 0; i < panels->count; i++) {
        const struct panel *panel = &panels->panel[i];
        write_axes(out, r, panel, arena);
        write_faults(out, r, panel, i == 0, arena);
        write_lines(out, plot, panel, i, arena);
    }
    fputs("unset multiplot\n", out);
}

static void write_bars(FILE *out, const struct results *r, const struct plot *plot)
{
    const double most = r->cost.service_count ? r->cost.services[0].mean_usd : 1;
    fprintf(out,
            "set yrange [%d.5:-0.6]\nset xrange [0:%.9g]\nunset grid\nset grid x lc rgb '#e4e6ea' lw 0.8\n"
            "set format x '$%%.0f'\nset lmargin 42\nset rmargin 3\nunset key\nset ytics scale 0\n",
            r->cost.service_count - 1, most * 1.15);
    fprintf(out,
            "plot '%s.dat' using ($1/2):0:($1/2):(0.32):yticlabels(2) with boxxyerror fc rgb '%s', \\\n"
            "     '' using 1:0:3 with labels left offset 0.6,0 textcolor rgb '#222831'\n",
            plot->file, palette[0]);
}

bool plot_script_write(const struct results *r, enum plot_kind kind, const struct plot *plot,
                       const struct panels *panels, const char *path, struct arena *arena)
{
    FILE *out = fopen(path, "w");
    if (!out)
        return false;
    const bool bars = kind == PLOT_COST;
    const int height = bars ? 60 + 30 * r->cost.service_count : MARGIN_HEIGHT + PANEL_HEIGHT * panels->count;
    write_preamble(out, plot, height);
    if (bars)
        write_bars(out, r, plot);
    else
        write_panels(out, r, plot, panels, arena);
    fputs("unset output\n}\n", out);
    return close_file(out);
}
