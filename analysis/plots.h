/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * plots -- data files and gnuplot scripts, drawn by gnuplot when it is installed. The scripts stay, so that anyone can
 * redraw: `gnuplot latency.gp` inside plots/. Names of the scenario reach a script only through escape_gnuplot(), in
 * single quotes, with enhanced text off; no shell is involved.
 *
 * A plot is a stack of panels over one time axis (the cost bars are a plot of their own kind). Which columns of the
 * series go where follows from their group, component and unit: a new component's columns appear by themselves.
 */
#ifndef HEADROOM_PLOTS_H
#define HEADROOM_PLOTS_H

#include <stdio.h>

#include "analysis/results.h"

enum plot_kind { PLOT_CAPACITY, PLOT_LATENCY, PLOT_ERRORS, PLOT_UTILISATION, PLOT_QUEUE, PLOT_COST, PLOT_KINDS };

struct plot {
    const char *file;    /* without extension: "capacity" */
    const char *title;   /* "Traffic and capacity" */
    const char *caption; /* one sentence: what to see */
    bool present;        /* there is something to draw */
    bool drawn;          /* file.svg and file.png exist */
};

struct plots {
    const char *folder;
    bool gnuplot; /* it was found */
    struct plot plot[PLOT_KINDS];
};

/*
 * Writes folder/<plot>.dat and .gp and lets gnuplot draw .svg and .png. False when a file cannot be written (errno).
 */
bool plots_write(struct plots *out, const struct results *r, const char *folder, struct arena *arena);

/* ---- what plots of every kind share ---- */

enum { PLOT_COLORS = 8, PLOT_PIXELS_WIDE = 960 };
extern const char *const plot_palette[PLOT_COLORS]; /* "#0072B2" */

/* Lets gnuplot draw folder/<plot>.gp of each that is present. Whether gnuplot was found. */
bool plots_draw(struct plot *plots, int count, const char *folder, struct arena *arena);

/* The beginning of a script, up to the first panel; it ends with plot_script_end(). height: pixels of the SVG. */
void plot_script_begin(FILE *out, const struct plot *plot, int height);
void plot_script_end(FILE *out);
/* Closes a file; false when something could not be written. */
bool plot_file_close(FILE *out);
/* 1, 2 or 5 times a power of ten, so that about four steps reach `most`. */
double plot_nice_step(double most);
/* Seconds between ticks of a time axis. */
int64_t plot_tick_step_s(double span_s);

/* ---- what goes into a plot: plot_panels.c ---- */

enum { PANELS_MAX = 5, PANEL_COLUMNS_MAX = 8 };

struct panel {
    const char *title;
    const char *unit;               /* of the y axis */
    int columns[PANEL_COLUMNS_MAX]; /* of the series */
    const char *labels[PANEL_COLUMNS_MAX];
    bool bands[PANEL_COLUMNS_MAX]; /* shade from the smallest to the largest replication */
    int count;
    bool log_scale, share; /* share: 0..1 drawn as 0..100 % */
    double limit;          /* an objective to draw as a line; NAN: none */
    double from_s, to_s;   /* since the clock's start: the part of the day that is shown */
};

struct panels {
    struct panel panel[PANELS_MAX];
    int count;
};

struct panels plot_panels(const struct results *r, enum plot_kind kind, struct arena *arena);

/* ---- files: plot_script.c; false on a write error ---- */

bool plot_data_write(const struct results *r, enum plot_kind kind, const struct panels *panels, const char *path,
                     struct arena *arena);
bool plot_script_write(const struct results *r, enum plot_kind kind, const struct plot *plot,
                       const struct panels *panels, const char *path, struct arena *arena);

#endif
