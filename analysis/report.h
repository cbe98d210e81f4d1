/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * report -- the writers: one file each puts the same results into another form. They compute nothing but words.
 * Each writes to `out`; whoever opened it asks ferror(). `scratch` may be thrown away afterwards.
 */
#ifndef HEADROOM_REPORT_H
#define HEADROOM_REPORT_H

#include <stdio.h>

#include "analysis/output_dir.h"
#include "analysis/plots.h"
#include "analysis/results.h"

/* One screen, the answer first. directory: where the report is, NULL when none was written. color: with ANSI colours. */
void screen_write(const struct results *r, const char *directory, bool color, FILE *out);

/* results.json. Numbers have 9 significant digits; counts and money are exact. */
void results_json_write(const struct results *r, FILE *out);

/* timeseries.csv: a row per window: local time, seconds, then mean and interval of each column. */
void timeseries_write(const struct results *r, FILE *out);

/* report.html: self-contained; the SVG files of the drawn plots are copied into it from `plots->folder`. */
void report_html_write(const struct results *r, const struct plots *plots, FILE *out);

/* report.md: the same, shorter, for a pull request. */
void report_md_write(const struct results *r, const struct plots *plots, FILE *out);

/*
 * Every file of the run: the reports, results.json, bill.csv, timeseries.csv and plots/ with what gnuplot could draw.
 * dir: prepared. False with an error in diag; then nothing has changed on disk.
 */
bool report_files_write(const struct results *r, struct output_dir *dir, struct arena *arena, struct diag *diag);

/* Services, the calls between them, and their graph; nothing where no service of ours calls another. report_calls.c */
void report_md_calls(const struct results *r, FILE *out, struct arena *arena);

/* The same into a directory that has been begun and that somebody else commits. */
bool report_files_fill(const struct results *r, struct output_dir *dir, struct arena *arena, struct diag *diag);

/* The Mermaid flowchart of the architecture, without its fence. */
void mermaid_write(const struct scenario *sc, FILE *out);

#endif
