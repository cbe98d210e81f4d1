/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report_html -- what the files that write report.html share. */
#ifndef HEADROOM_REPORT_HTML_H
#define HEADROOM_REPORT_HTML_H

#include "analysis/report.h"

struct page {
    const struct results *r;   /* NULL on a page about several runs */
    const struct plots *plots; /* likewise */
    FILE *out;
    struct arena arena;
};

extern const char *const report_style[]; /* CSS, ends with NULL */

/* Escaped for text and attributes. */
const char *page_text(struct page *page, const char *text);
/* "value ± half" for a value that has been formatted already; the half width in soft grey. Trusted HTML comes back. */
const char *page_interval(struct page *page, const char *value, const char *half);
/* Everything up to the body. name: trusted HTML. */
void page_begin(struct page *page, const char *name);
/* The plot with its title and caption; a line of text when it could not be drawn; nothing when there is no data. */
void page_plot(struct page *page, enum plot_kind kind);
/* The same for a plot of any folder; gnuplot: it was found. */
void page_drawing(struct page *page, const char *folder, bool gnuplot, const struct plot *plot);
void page_heading(struct page *page, const char *id, const char *title);
/* A figure in a <dl class="figures">: trusted HTML; note may be "". */
void page_tile(struct page *page, const char *name, const char *value, const char *note);

void report_money(struct page *page);       /* report_money.c */
void report_bill(struct page *page);        /* report_bill.c */
void report_commitments(struct page *page); /* report_commitments.c; part of the bill */
void report_latency(struct page *page);     /* report_sections.c */
void report_availability(struct page *page);
void report_faults(struct page *page);
void report_capacity(struct page *page);
/* Services and edges, where services of ours call each other: report_calls.c */
void report_calls(struct page *page);
void report_limits(struct page *page);

#endif
