/* SPDX-License-Identifier: GPL-3.0-or-later */
/* risk_plots -- what each mode costs, and how years differ. */
#ifndef HEADROOM_RISK_PLOTS_H
#define HEADROOM_RISK_PLOTS_H

#include "analysis/plots.h"
#include "analysis/risk_report.h"

enum risk_plot { RISK_PLOT_MODES, RISK_PLOT_YEAR, RISK_PLOTS };

struct risk_plots {
    const char *folder;
    bool gnuplot; /* it was found */
    struct plot plot[RISK_PLOTS];
};

/* Data, scripts and pictures in `folder`. False when a file cannot be written (errno). */
bool risk_plots_write(struct risk_plots *out, const struct risk_report *r, const char *folder, struct arena *arena);

#endif
