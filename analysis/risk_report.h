/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * risk_report -- what failures cost in a year, for people and for programs: risk.html, risk.md, risk.json, risk.csv, two
 * plots. The writers compute nothing but words.
 */
#ifndef HEADROOM_RISK_REPORT_H
#define HEADROOM_RISK_REPORT_H

#include <stdio.h>

#include "analysis/output_dir.h"
#include "analysis/results.h"
#include "analysis/risk_run.h"

struct risk_report {
    const struct scenario *sc;
    const struct risk *risk;
    const struct risk_figures *figures;
    struct timing timing;
    bool partial;
};

/* One screen; directory: where the report is, NULL when none was written. */
void risk_screen_write(const struct risk_report *r, const char *directory, bool color, FILE *out);
/* risk.json, schema headroom-risk/1. */
void risk_json_write(const struct risk_report *r, FILE *out);

/* Every file. dir: prepared. False with an error in diag; then nothing has changed on disk. */
bool risk_files_write(const struct risk_report *r, struct output_dir *dir, struct arena *arena, struct diag *diag);

/* ---- for the writers: risk_words.c ---- */

/* The figure that counts: margin where the scenario has a business, else downtime. */
const struct risk_result *risk_main(const struct risk_figures *figures);
/* "$1,234 a year", "12.3 min" in the main figure's unit. */
const char *risk_value(const struct risk_figures *figures, double value, struct arena *arena);
/* "$1,234 (800 to 2,100)" */
const char *risk_interval(const struct risk_figures *figures, struct ci ci, struct arena *arena);
/* "0.044 (9 in 86.5 years, times 0.4)", "0.5, given" */
const char *risk_rate(const struct risk_mode *mode, struct arena *arena);
/* One sentence: what is to be expected, and what the bad year looks like. */
const char *risk_sentence(const struct risk_figures *figures, struct arena *arena);
/* What independent parts promise, by AWS's arithmetic: sentences, ends with NULL. */
const char *const *risk_arithmetic(const struct risk_report *r, struct arena *arena);
/* How figures came about and what they leave out; ends with NULL. */
const char *const *risk_assumptions(const struct risk_report *r, struct arena *arena);

#endif
