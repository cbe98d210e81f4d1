/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare_plots -- what the files that draw a comparison share. Pixels are those of the SVG. */
#ifndef HEADROOM_COMPARE_PLOTS_H
#define HEADROOM_COMPARE_PLOTS_H

#include "analysis/compare_report.h"

enum { PLOT_LEFT = 90, PLOT_RIGHT = 930, PLOT_TOP = 20, LABEL_LETTER = 8 };

/* A file of a plot, for writing; NULL when it cannot be (errno). */
FILE *compare_plot_open(const struct compare_plots *plots, const struct plot *plot, const char *extension,
                        struct arena *arena);
/* A variant has the same colour in every plot. */
const char *compare_plot_color(int variant);

struct axis {
    double lo, hi;
    const char *title;
};

typedef const char *tick_text(double at, struct arena *arena);
/* Ticks at round numbers; name: "x" or "y". */
void compare_plot_ticks(FILE *out, const struct axis *axis, const char *name, tick_text *text, struct arena *arena);

/* ---- two figures against each other: compare_scatter.c ---- */

bool compare_scatter_present(const struct comparison *c, bool availability, struct arena *arena);
/* The bill against availability in nines, or against p99. False when a file cannot be written. */
bool compare_scatter_write(const struct compare_plots *plots, const struct plot *plot, const struct comparison *c,
                           bool availability, struct arena *arena);

#endif
