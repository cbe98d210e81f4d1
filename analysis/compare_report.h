/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * compare_report -- the writers of a comparison: each puts the same figures into another form, and computes nothing but
 * words. Each writes to `out`; whoever opened it asks ferror().
 */
#ifndef HEADROOM_COMPARE_REPORT_H
#define HEADROOM_COMPARE_REPORT_H

#include <stdio.h>

#include "analysis/compare.h"
#include "analysis/output_dir.h"
#include "analysis/plots.h"

/* One screen, the verdict first. directory: where the report is, NULL when none was written. */
void compare_screen_write(const struct comparison *c, const char *directory, bool color, FILE *out);

/* compare.json, schema headroom-compare/1. A figure that is not known is absent; `why` says why. */
void compare_json_write(const struct comparison *c, FILE *out);

/* compare.csv: a row per variant and figure: variant, figure, unit, value, lo, hi, note. */
void compare_csv_write(const struct comparison *c, FILE *out);

/* ---- plots: compare_plots.c ---- */

enum compare_plot { COMPARE_COST_AVAILABILITY, COMPARE_COST_P99, COMPARE_FAULT, COMPARE_SERVICES, COMPARE_PLOTS };

struct compare_plots {
    const char *folder;
    bool gnuplot; /* it was found */
    struct plot plot[COMPARE_PLOTS];
};

/* Data, scripts and pictures in `folder`. False when a file cannot be written (errno). */
bool compare_plots_write(struct compare_plots *out, const struct comparison *c, const char *folder,
                         struct arena *arena);

void compare_html_write(const struct comparison *c, const struct compare_plots *plots, FILE *out);
void compare_md_write(const struct comparison *c, const struct compare_plots *plots, FILE *out);

/*
 * Every file: the comparison's own, and in a folder for each variant its report. dir: prepared. False with an error in
 * diag; then nothing has changed on disk.
 */
bool compare_files_write(const struct comparison *c, struct output_dir *dir, struct arena *arena, struct diag *diag);

/* ---- words that several writers use: compare_words.c ---- */

enum benefit_row {
    ROW_EXTRA_COST,
    ROW_LOSS_AVOIDED,
    ROW_NET,
    ROW_PAYBACK,
    ROW_ORDER_VALUE,
    ROW_NINE,
    ROW_EVENTS,
    BENEFIT_ROWS
};

extern const struct benefit_words {
    const char *name; /* "net benefit a year" */
    const char *key;  /* "net_benefit_usd" */
    const char *unit; /* "USD" */
    const char *what; /* how it is formed, a sentence */
} benefit_words[BENEFIT_ROWS];

const struct benefit *benefit_of(const struct variant *v, enum benefit_row row);

/* Of a benefit: value and interval, "" when it is undefined. note: why it is, or the drawn years' range; may be "". */
struct words {
    const char *value, *note;
};
struct words benefit_text(const struct variant *v, enum benefit_row row, struct arena *arena);

/* "$1,234 ± 56", "+$1,234 ± 56" for a difference; "–" for nothing. A lopsided interval is "x (lo to hi)". */
const char *compare_money(struct ci ci, bool difference, struct arena *arena);
const char *compare_ms(struct ci ci, bool difference, struct arena *arena);
/* A difference of shares, in percentage points: "+0.31 ± 0.02 pp". */
const char *compare_points(struct ci ci, struct arena *arena);
const char *compare_availability(const struct operation_summary *op, struct arena *arena);

/* What a variant costs in a year, or on the headline day where no variant has a year; and which it is. */
struct ci compare_bill(const struct comparison *c, const struct variant *v);
const char *compare_bill_name(const struct comparison *c); /* "bill a year" */

/* "3 met", "1 of 3 missed", "1 of 3 undecided", "none" */
const char *compare_objectives(const struct variant *v, struct arena *arena);

/* "'b' is cheaper (99.1 %), more available (98 %); p99 is the same: 97.2 % in all"; NULL when nobody dominates. */
const char *compare_dominated(const struct comparison *c, const struct variant *v, struct arena *arena);

/* The operation that counts, of a variant; NULL when it has none of it. */
const struct operation_summary *compare_operation(const struct comparison *c, const struct variant *v);

/* How figures came about and what they leave out: sentences, ends with NULL. */
const char *const *compare_assumptions(const struct comparison *c, struct arena *arena);

#endif
