/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The data file and the gnuplot script of a plot. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "analysis/escape.h"
#include "analysis/figure.h"
#include "analysis/plots.h"

/* Okabe and Ito's colours, told apart with any colour vision; no yellow, it vanishes on white. */
const char *const plot_palette[PLOT_COLORS] = { "#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                "#E69F00", "#56B4E9", "#5D3A9B", "#333333" };
enum { COLUMN_FIELDS = 3, LABEL_ROWS = 6, FAULTS_NAMED_MAX = 40 };
/* Pixels of the SVG; the PNG has half as many again each way. */
enum {
    WIDTH = PLOT_PIXELS_WIDE,
    HEAD_HEIGHT = 42,
    TITLE_DOWN = 26,
    KEY_LINE_HEIGHT = 17,
    PLOT_HEIGHT = 150,
    FOOT_HEIGHT = 32,
    GAP_HEIGHT = 8,
    BAR_HEIGHT = 28,
    LETTER_WIDTH = 8,
    KEY_SAMPLE_WIDTH = 50,
    PLOT_WIDTH = WIDTH * 9 / 10
};

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

static void write_row(const struct results *r, const struct panel *panel, int window, double at_s, FILE *out)
{
    const struct series_summary *s = &r->series;
    const double scale = panel->share ? 100 : 1;
    fprintf(out, "%.0f", (double)local_start_s(r->sc) + at_s);
    for (int i = 0; i < panel->count; i++) {
        const size_t cell = (size_t)panel->columns[i] * (size_t)s->window_count + (size_t)window;
        write_cell(out, s->mean[cell] * scale);
        write_cell(out, s->min[cell] * scale);
        write_cell(out, s->max[cell] * scale);
    }
    fputc('\n', out);
}

/* A window has a row where it begins and one where it ends: lines are steps, and nothing rises before its window. */
static void write_columns(const struct results *r, const struct panel *panel, FILE *out, struct arena *arena)
{
    const struct series_summary *s = &r->series;
    fputs("# local time in seconds, begin and end of each window; then mean, minimum and maximum over the replications "
          "of:",
          out);
    for (int i = 0; i < panel->count; i++)
        fprintf(out, "%s %s", i ? "," : "", escape_gnuplot(panel->labels[i], arena));
    fputc('\n', out);
    const double window_s = (double)s->window_ns / (double)SIM_SECOND;
    for (int w = 0; w < s->window_count; w++) {
        const double at_s = w * window_s;
        if (at_s < panel->from_s - window_s || at_s > panel->to_s + window_s)
            continue;
        write_row(r, panel, w, at_s, out);
        write_row(r, panel, w, fmin(at_s + window_s, (double)r->sc->clock.length / (double)SIM_SECOND), out);
    }
    fputs("\n\n", out); /* the next panel is the next data set of the file */
}

static void write_services(const struct results *r, FILE *out, struct arena *arena)
{
    fputs("# USD, service, label\n", out);
    for (int i = 0; i < r->cost.service_count; i++) {
        const struct service_cost *service = &r->cost.services[i];
        fprintf(out, "%.3f \"%s\" \"%s\"\n", service->mean_usd, escape_gnuplot(service->name, arena),
                service->priced ? figure_usd(service->mean_usd, arena) : "unpriced");
    }
}

bool plot_file_close(FILE *out)
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
    return plot_file_close(out);
}

/* ---- script ---- */

void plot_script_begin(FILE *out, const struct plot *plot, int height)
{
    fprintf(out, "# %s. Draws %s.svg and %s.png from %s.dat: gnuplot %s.gp\n", plot->title, plot->file, plot->file,
            plot->file, plot->file);
    fprintf(
        out,
        "do for [format in 'svg png'] {\n"
        "if (format eq 'svg') { set terminal svg size %d,%d dynamic noenhanced font 'Helvetica,13' linewidth 1.2 }\n"
        "if (format eq 'png') { set terminal pngcairo size %d,%d noenhanced font 'sans,10' fontscale 1.5 "
        "linewidth 1.8 background rgb 'white' }\n"
        "set output '%s.'.format\n",
        WIDTH, height, WIDTH * 3 / 2, height * 3 / 2, plot->file);
    fputs("set border 1 lc rgb '#8a8f98'\n"
          "set tics nomirror out scale 0.5,0 textcolor rgb '#555c66'\n"
          "set grid y lt 1 lc rgb '#e6e8ec' lw 0.8\n"
          "set key at graph 1, 1.05 bottom right horizontal Left reverse samplen 1.4 maxcols 6 textcolor rgb "
          "'#222831'\n"
          "set datafile missing 'NaN'\n",
          out);
}

int64_t plot_tick_step_s(double span_s)
{
    static const int64_t steps_s[] = { 1, 5, 10, 30, 60, 300, 600, 900, 1800, 3600, 7200, 10800, 21600, 43200, 86400 };
    enum { TICKS = 9 };
    for (size_t i = 0; i < ARRAY_LEN(steps_s); i++)
        if (span_s / (double)steps_s[i] <= TICKS)
            return steps_s[i];
    return (int64_t)(span_s / TICKS / 86400 + 1) * 86400;
}

/* The smallest and the largest number that the panel will show; bands count. */
static void find_range(const struct results *r, const struct panel *panel, double *least, double *most)
{
    const struct series_summary *s = &r->series;
    *least = INFINITY;
    *most = -INFINITY;
    for (int i = 0; i < panel->count; i++) {
        const size_t first = (size_t)panel->columns[i] * (size_t)s->window_count;
        for (int w = 0; w < s->window_count; w++) {
            const double at_s = w * (double)s->window_ns / (double)SIM_SECOND;
            if (at_s < panel->from_s || at_s > panel->to_s)
                continue;
            const size_t cell = first + (size_t)w;
            *least = fmin(*least, panel->bands[i] ? s->min[cell] : s->mean[cell]);
            *most = fmax(*most, panel->bands[i] ? s->max[cell] : s->mean[cell]);
        }
    }
    if (!isnan(panel->limit)) {
        *least = fmin(*least, panel->limit);
        *most = fmax(*most, panel->limit);
    }
}

double plot_nice_step(double most)
{
    const double raw = most / 4, power = pow(10, floor(log10(raw)));
    const double lead = raw / power;
    return power * (lead <= 1 ? 1 : lead <= 2 ? 2 : lead <= 5 ? 5 : 10);
}

static void write_linear_axis(FILE *out, const struct panel *panel, double most)
{
    if (panel->share) {
        fputs("unset logscale y\nset yrange [0:100]\nset format y '%.0f %%'\nset ytics 25\n", out);
        return;
    }
    const double top = most > 0 && isfinite(most) ? most : 1;
    const bool whole = strcmp(panel->unit, "instances") == 0 || strcmp(panel->unit, "messages") == 0;
    const double step = whole ? fmax(plot_nice_step(top), 1) : plot_nice_step(top);
    fprintf(out, "unset logscale y\nset yrange [0:%.9g]\nset format y '%%.6g'\nset ytics %.9g\n",
            step * ceil(top / step - 1e-9), step);
}

/* 1, 2 or 5 times a power of ten: 0.001, 0.002, 0.005, 0.01, ... */
static double nice_number(int index)
{
    static const double leads[] = { 1, 2, 5 };
    const int decade = index / 3 - 3;
    return leads[index % 3] * pow(10, decade);
}

/* Ends on nice numbers; ticks there too when the range is short, else on the powers of ten. */
static void write_log_axis(FILE *out, double least, double most)
{
    enum { NICE_NUMBERS = 36 };
    const double slack = 1e-9;
    int first = 0, last = 0;
    while (first + 1 < NICE_NUMBERS && nice_number(first + 1) <= least * (1 + slack))
        first++;
    while (last + 1 < NICE_NUMBERS && nice_number(last) < most * (1 - slack))
        last++;
    const bool fine = most / least < 300;
    const char *comma = "";
    fputs("set ytics (", out);
    for (int i = first; i <= last; i++) {
        if (!fine && i % 3 != 0)
            continue;
        fprintf(out, "%s%.6g", comma, nice_number(i));
        comma = ", ";
    }
    fprintf(out, ")\nset logscale y\nset yrange [%.9g:%.9g]\nset format y '%%.6g'\n", nice_number(first),
            nice_number(last > first ? last : first + 1));
}

static bool same_axis(const struct panel *a, const struct panel *b)
{
    return a->from_s == b->from_s && a->to_s == b->to_s;
}

static void write_axes(FILE *out, const struct results *r, const struct panel *panel, const struct panel *below,
                       struct arena *arena)
{
    const double start = (double)local_start_s(r->sc);
    const double span_s = panel->to_s - panel->from_s;
    const bool labelled = !below || !same_axis(panel, below);
    const char *format = !labelled ? "" : span_s <= 120 ? "%H:%M:%S" : span_s <= 90000 ? "%H:%M" : "%a %H:%M";
    fprintf(out, "set xrange [%.0f:%.0f]\n", start + panel->from_s, start + panel->to_s);
    fprintf(out, "set xtics time format '%s' %lld\n", format, (long long)plot_tick_step_s(span_s));
    double least, most;
    find_range(r, panel, &least, &most);
    if (panel->log_scale)
        write_log_axis(out, least, most);
    else
        write_linear_axis(out, panel, most);
}

/* gnuplot lays a horizontal key out in columns as wide as the longest label; about that many rows it needs. */
static int key_rows(const struct panel *panel, int reserved_width)
{
    size_t longest = 0;
    for (int i = 0; i < panel->count; i++)
        if (strlen(panel->labels[i]) > longest)
            longest = strlen(panel->labels[i]);
    const int column_width = (int)longest * LETTER_WIDTH + KEY_SAMPLE_WIDTH;
    int per_row = (PLOT_WIDTH - reserved_width) / column_width;
    per_row = per_row < 1 ? 1 : per_row;
    return (panel->count + per_row - 1) / per_row;
}

/* "browse: ms", and what the shade is. */
static const char *heading(const struct results *r, const struct panel *panel, struct arena *arena)
{
    bool shaded = false;
    for (int i = 0; i < panel->count; i++)
        shaded = shaded || panel->bands[i];
    if (!shaded || r->replications < 2)
        return arena_printf(arena, "%s: %s", panel->title, panel->unit);
    return arena_printf(arena, "%s: %s; shaded: lowest to highest of %d replications", panel->title, panel->unit,
                        r->replications);
}

/* The title and the key share a line when both fit; otherwise the title stands above the key. */
static int head_height(const struct results *r, const struct panel *panel, struct arena *arena)
{
    const int title_width = ((int)strlen(heading(r, panel, arena)) + 2) * LETTER_WIDTH;
    if (key_rows(panel, title_width) == 1)
        return HEAD_HEIGHT;
    return HEAD_HEIGHT + KEY_LINE_HEIGHT * key_rows(panel, 0);
}

/* What has been written into the rows of labels, as pixels along the axis. */
struct label_rows {
    struct {
        double from, to;
        int row;
    } labels[FAULTS_NAMED_MAX];
    int count;
};

/* The first row in which nobody stands between `from` and `to`; the last one takes what is left. */
static int free_row(struct label_rows *rows, double from, double to)
{
    int row = 0;
    for (int i = 0; i < rows->count && row + 1 < LABEL_ROWS; i++)
        if (rows->labels[i].row == row && rows->labels[i].from < to && rows->labels[i].to > from) {
            row++;
            i = -1;
        }
    rows->labels[rows->count].from = from;
    rows->labels[rows->count].to = to;
    rows->labels[rows->count++].row = row;
    return row;
}

/* Beside its shade, on the side with more room, below the names that stand there. */
static void write_fault_name(FILE *out, const struct panel *panel, const char *name, double from_s, double to_s,
                             double start_s, struct label_rows *rows, struct arena *arena)
{
    const bool left = from_s - panel->from_s > panel->to_s - to_s;
    const double at_s = left ? from_s : to_s;
    const double at = (at_s - panel->from_s) / (panel->to_s - panel->from_s) * PLOT_WIDTH;
    const double width = ((double)strlen(name) + 2) * LETTER_WIDTH;
    const int row = free_row(rows, left ? at - width : at, left ? at : at + width);
    fprintf(out, "set label '%s' at %.0f, graph %.2f %s offset %s0.6,0 front textcolor rgb '#a04000'\n",
            escape_gnuplot(name, arena), start_s + at_s, 0.92 - 0.13 * row, left ? "right" : "left", left ? "-" : "");
}

/* Bands behind everything, named in the first panel only. */
static void write_faults(FILE *out, const struct results *r, const struct panel *panel, bool named, struct arena *arena)
{
    const double start = (double)local_start_s(r->sc);
    struct label_rows rows = { .count = 0 };
    for (int i = 0; i < r->fault_count; i++) {
        const struct fault_summary *fault = &r->faults[i];
        if (fault->random || fault->end_s < panel->from_s || fault->start_s > panel->to_s)
            continue;
        const double from = fmax(fault->start_s, panel->from_s), to = fmin(fault->end_s, panel->to_s);
        fprintf(out,
                "set object rectangle from %.0f, graph 0 to %.0f, graph 1 behind fc rgb '#D55E00' "
                "fs transparent solid 0.13 noborder\n",
                start + from, start + to);
        if (named && rows.count < FAULTS_NAMED_MAX)
            write_fault_name(out, panel, fault->name, from, to, start, &rows, arena);
    }
    if (!isnan(panel->limit))
        fprintf(out,
                "set arrow from graph 0, first %.9g to graph 1, first %.9g nohead dt (8,5) lc rgb '#555555'\n"
                "set label 'objective: %s %s' at graph 0.01, first %.9g left offset 0,0.6 textcolor rgb '#555555'\n",
                panel->limit, panel->limit, figure_ms(panel->limit, arena), escape_gnuplot(panel->unit, arena),
                panel->limit);
}

static bool is_wish(const struct panel *panel, int i)
{
    return strcmp(panel->labels[i], "desired") == 0;
}

static void write_line(FILE *out, const struct plot *plot, const struct panel *panel, int index, int i,
                       struct arena *arena)
{
    fprintf(out, "'%s.dat' index %d using 1:%d with lines lw %s lc rgb '%s' title '%s'", plot->file, index,
            2 + i * COLUMN_FIELDS, is_wish(panel, i) ? "1.3 dt (4,3)" : "1.7",
            is_wish(panel, i) ? "#222831" : plot_palette[i], escape_gnuplot(panel->labels[i], arena));
}

/* Bands lie below; what was wished for is drawn over what is there, broken and dark. */
static void write_lines(FILE *out, const struct plot *plot, const struct panel *panel, int index, struct arena *arena)
{
    static const char next[] = ", \\\n     ";
    const char *separator = "plot ";
    for (int i = 0; i < panel->count; i++) {
        if (!panel->bands[i])
            continue;
        const int mean = 2 + i * COLUMN_FIELDS;
        fprintf(out, "%s'%s.dat' index %d using 1:%d:%d with filledcurves fc rgb '#c8%s' notitle", separator,
                plot->file, index, mean + 1, mean + 2, plot_palette[i] + 1);
        separator = next;
    }
    for (int wish = 0; wish <= 1; wish++)
        for (int i = 0; i < panel->count; i++) {
            if (is_wish(panel, i) != (bool)wish)
                continue;
            fputs(separator, out);
            write_line(out, plot, panel, index, i, arena);
            separator = next;
        }
    fputc('\n', out);
}

static int panel_height(const struct results *r, const struct panels *panels, int i, struct arena *arena)
{
    const bool labelled = i + 1 == panels->count || !same_axis(&panels->panel[i], &panels->panel[i + 1]);
    return head_height(r, &panels->panel[i], arena) + PLOT_HEIGHT + (labelled ? FOOT_HEIGHT : GAP_HEIGHT);
}

static int panels_height(const struct results *r, const struct panels *panels, struct arena *arena)
{
    int height = 0;
    for (int i = 0; i < panels->count; i++)
        height += panel_height(r, panels, i, arena);
    return height;
}

static void write_panels(FILE *out, const struct results *r, const struct plot *plot, const struct panels *panels,
                         struct arena *arena)
{
    const double height = panels_height(r, panels, arena);
    fputs("set multiplot\nset lmargin at screen 0.07\nset rmargin at screen 0.97\n", out);
    int above = 0;
    for (int i = 0; i < panels->count; i++) {
        const struct panel *panel = &panels->panel[i];
        const int head = head_height(r, panel, arena);
        fprintf(out, "set tmargin at screen %.5f\nset bmargin at screen %.5f\n", 1 - (above + head) / height,
                1 - (above + head + PLOT_HEIGHT) / height);
        fputs("unset object\nunset label\nunset arrow\n", out);
        fprintf(out, "set label '%s' at screen 0.07, screen %.5f left textcolor rgb '#222831'\n",
                escape_gnuplot(heading(r, panel, arena), arena), 1 - (above + TITLE_DOWN) / height);
        write_axes(out, r, panel, i + 1 < panels->count ? panel + 1 : NULL, arena);
        write_faults(out, r, panel, i == 0, arena);
        write_lines(out, plot, panel, i, arena);
        above += panel_height(r, panels, i, arena);
    }
    fputs("unset multiplot\n", out);
}

static void write_bars(FILE *out, const struct results *r, const struct plot *plot)
{
    const double most = r->cost.service_count ? r->cost.services[0].mean_usd : 1;
    fprintf(out,
            "set border 0\nset yrange [%d.5:-0.6]\nset xrange [0:%.9g]\nunset grid\nunset xtics\nunset key\n"
            "set lmargin at screen 0.32\nset rmargin at screen 0.98\nset tmargin 0.5\nset bmargin 0.5\n"
            "set ytics scale 0 textcolor rgb '#222831'\n",
            r->cost.service_count - 1, most > 0 ? most * 1.15 : 1);
    fprintf(out,
            "plot '%s.dat' using ($1/2):0:($1/2):(0.32):yticlabels(2) with boxxyerror fs solid 1 noborder "
            "fc rgb '%s', \\\n"
            "     '' using 1:0:3 with labels left offset 0.6,0 textcolor rgb '#222831'\n",
            plot->file, plot_palette[0]);
}

void plot_script_end(FILE *out)
{
    fputs("unset output\n}\n", out);
}

bool plot_script_write(const struct results *r, enum plot_kind kind, const struct plot *plot,
                       const struct panels *panels, const char *path, struct arena *arena)
{
    FILE *out = fopen(path, "w");
    if (!out)
        return false;
    const bool bars = kind == PLOT_COST;
    plot_script_begin(out, plot, bars ? BAR_HEIGHT * (r->cost.service_count + 1) : panels_height(r, panels, arena));
    if (bars)
        write_bars(out, r, plot);
    else
        write_panels(out, r, plot, panels, arena);
    plot_script_end(out);
    return plot_file_close(out);
}
