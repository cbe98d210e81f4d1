/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The middle of report.html: latency, availability, faults, capacity, limits. */
#include <math.h>
#include <string.h>

#include "analysis/figure.h"
#include "analysis/remarks.h"
#include "analysis/report_html.h"

static void open_table(struct page *page, const char *heads)
{
    fprintf(page->out, "<div class=\"scroll\"><table><thead><tr>%s</tr></thead><tbody>\n", heads);
}

static void close_table(struct page *page)
{
    fputs("</tbody></table></div>\n", page->out);
}

/* ---- latency ---- */

static void latency_row(struct page *page, const struct operation_summary *op)
{
    static const enum latency_figure shown[] = { LATENCY_P50, LATENCY_P90, LATENCY_P95, LATENCY_P99, LATENCY_P999 };
    struct arena *a = &page->arena;
    if (isnan(op->latency_ms[LATENCY_P50].mean))
        return;
    fprintf(page->out, "<tr><th scope=\"row\">%s</th>", page_text(page, op->name));
    for (size_t i = 0; i < ARRAY_LEN(shown); i++) {
        const struct ci ci = op->latency_ms[shown[i]];
        fprintf(page->out, "<td class=\"n\">%s</td>",
                page_interval(page, figure_ms(ci.mean, a), figure_half_ms(ci, a)));
    }
    fprintf(page->out, "<td class=\"n\">%s</td></tr>\n", figure_ms(op->latency_ok_ms[LATENCY_P99].mean, a));
}

void report_latency(struct page *page)
{
    page_heading(page, "latency", "Latency");
    fputs("<p class=\"soft\">Milliseconds from the first attempt to the final answer, retries and their waits "
          "included. Failures count at the time they were given up; the last column has successes only.</p>\n",
          page->out);
    open_table(page, "<th>Operation</th><th class=\"n\">p50</th><th class=\"n\">p90</th><th class=\"n\">p95</th>"
                     "<th class=\"n\">p99</th><th class=\"n\">p99.9</th><th class=\"n\">p99 of successes</th>");
    for (int i = 0; i < page->r->operation_count; i++)
        latency_row(page, &page->r->operations[i]);
    close_table(page);
    page_plot(page, PLOT_LATENCY);
}

/* ---- availability and errors ---- */

static const char *availability_text(struct page *page, const struct operation_summary *op)
{
    struct arena *a = &page->arena;
    const struct ci ci = op->availability;
    if (op->one_sided)
        return arena_printf(a, "100 %% <span class=\"soft\">at least %s</span>", figure_percent(ci.lo, 1 - ci.lo, a));
    return page_interval(page, figure_share(ci, a), figure_half_percent(ci, a));
}

static const char *bad_minutes_text(struct page *page, const struct operation_summary *op)
{
    struct arena *a = &page->arena;
    const char *minutes = figure_per_day(op->bad_minutes.mean, a);
    if (isnan(op->bad_minutes.mean))
        return minutes;
    return arena_printf(a, "%s <span class=\"soft\">below %s</span>", minutes, figure_percent(op->bad_below, 0, a));
}

static void availability_row(struct page *page, const struct operation_summary *op)
{
    struct arena *a = &page->arena;
    const double days = page->r->replications;
    fprintf(page->out,
            "<tr><th scope=\"row\">%s</th><td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td>"
            "<td class=\"n\">%s</td><td class=\"n\">%s</td></tr>\n",
            page_text(page, op->name), availability_text(page, op), figure_count((double)op->begun / days, a),
            figure_per_day((double)op->failed / days, a),
            figure_percent(op->attempt_success.mean, ci_half_width(op->attempt_success), a),
            bad_minutes_text(page, op));
}

static void error_table(struct page *page)
{
    const struct results *r = page->r;
    fputs("<h3>Errors by code</h3>\n<p class=\"soft\">Final outcomes, mean over replications.</p>\n", page->out);
    struct arena *a = &page->arena;
    const char *heads = "<th>Operation</th>";
    for (int o = OUTCOME_OK + 1; o < OUTCOME_COUNT; o++)
        heads = arena_printf(a, "%s<th class=\"n\">%s</th>", heads, outcome_name((enum outcome)o));
    open_table(page, heads);
    for (int i = 0; i < r->operation_count; i++) {
        const struct operation_summary *op = &r->operations[i];
        fprintf(page->out, "<tr><th scope=\"row\">%s</th>", page_text(page, op->name));
        for (int o = OUTCOME_OK + 1; o < OUTCOME_COUNT; o++) {
            const double per_day = (double)op->outcomes[o] / r->replications;
            fprintf(page->out, "<td class=\"n\">%s</td>", figure_per_day(per_day, a));
        }
        fputs("</tr>\n", page->out);
    }
    close_table(page);
}

void report_availability(struct page *page)
{
    page_heading(page, "availability", "Availability");
    fputs("<p class=\"soft\">Operations answered correctly within the client’s patience, its retries included; counts "
          "are "
          "means over replications. Bad minutes have less success than the objective.</p>\n",
          page->out);
    open_table(page, "<th>Operation</th><th class=\"n\">Availability</th><th class=\"n\">Begun</th>"
                     "<th class=\"n\">Failed</th><th class=\"n\">Per attempt</th><th class=\"n\">Bad minutes</th>");
    for (int i = 0; i < page->r->operation_count; i++)
        if (!isnan(page->r->operations[i].availability.mean))
            availability_row(page, &page->r->operations[i]);
    close_table(page);
    error_table(page);
    page_plot(page, PLOT_ERRORS);
}

/* ---- faults ---- */

struct moment {
    double at_s;
    const char *component, *what, *class;
};

/* Puts one more moment where its time wants it, behind those of the same time. */
static void insert_moment(struct moment *moments, int *count, struct moment moment)
{
    int i = (*count)++;
    for (; i > 0 && moments[i - 1].at_s > moment.at_s; i--)
        moments[i] = moments[i - 1];
    moments[i] = moment;
}

static void write_timeline(struct page *page, const struct fault_summary *f)
{
    enum { MOST = 40 };
    const struct fault_result *shown = f->shown;
    struct moment moments[MOST + 1];
    int count = 0;
    for (int e = 0; e < shown->event_count && e < MOST; e++) {
        const struct fault_event *event = &shown->events[e];
        const bool trigger = event->at_s == shown->start_s || event->at_s == shown->end_s;
        insert_moment(moments, &count,
                      (struct moment){ event->at_s, event->component, event->what, trigger ? "fault" : "" });
    }
    if (!isnan(shown->restored_s))
        insert_moment(moments, &count, (struct moment){ shown->restored_s, "service", "restored", "good" });
    fprintf(page->out, "<p class=\"small soft\">Timeline of the first replication%s</p>\n<ol class=\"timeline\">\n",
            f->random ? " in which it happens" : "");
    for (int i = 0; i < count; i++)
        fprintf(page->out, "<li class=\"%s\"><time>%s</time><span><b>%s</b> %s</span></li>\n", moments[i].class,
                figure_clock(page->r->sc, moments[i].at_s, true, &page->arena), page_text(page, moments[i].component),
                page_text(page, moments[i].what));
    fputs("</ol>\n", page->out);
    if (shown->event_count > MOST)
        fprintf(page->out, "<p class=\"soft small\">%d more events are in results.json.</p>\n",
                shown->event_count - MOST);
}

static void write_fault(struct page *page, const struct fault_summary *f)
{
    struct arena *a = &page->arena;
    const struct scenario *sc = page->r->sc;
    fprintf(page->out, "<h3>%s</h3>\n<dl class=\"figures\">\n", page_text(page, f->name));
    page_tile(page, "Begins", figure_fault_when(sc, f->start_s, a),
              f->random ? arena_printf(a, "%s times a day, in %d of %d replications", figure_number(f->times, a),
                                       f->replications, page->r->replications)
                        : arena_printf(a, "lasts %s", figure_duration(f->end_s - f->start_s, a)));
    if (f->replications == 0) {
        fputs("</dl>\n", page->out);
        return;
    }
    if (f->detected_count)
        page_tile(page, "First noticed after", figure_duration(f->detected_after_s, a),
                  f->detected_count < f->replications
                      ? arena_printf(a, "in %d of %d replications", f->detected_count, f->replications)
                      : "mean over replications");
    else
        page_tile(page, "First noticed", "never", "no control loop acted because of it");
    if (f->restored_count)
        page_tile(page, "Service restored after", figure_duration(f->restored_after_s, a),
                  f->restored_count < f->replications
                      ? arena_printf(a, "in %d of %d replications", f->restored_count, f->replications)
                      : arena_printf(a, "slowest %s", figure_duration(f->restored_last_after_s, a)));
    else
        page_tile(page, "Service restored", "never", "not within the run");
    if (f->judged_count > 0)
        page_tile(page, "Recovered by itself",
                  f->metastable_count > 0 ? "no: metastable"
                  : f->recovered_count < f->judged_count
                      ? "not always"
                      : arena_printf(a, "after %s", figure_duration(f->recovered_after_s, a)),
                  remark_recovery(f, a));
    const struct ci failed = f->failed_requests;
    page_tile(page, "Requests failed", figure_count(round(failed.mean), a),
              ci_has_interval(failed) ? arena_printf(a, "± %s", figure_count(round(ci_half_width(failed)), a)) : "");
    if (f->lost_writes.mean > 0)
        page_tile(page, "Acknowledged writes lost", figure_count(round(f->lost_writes.mean), a),
                  ci_has_interval(f->lost_writes)
                      ? arena_printf(a, "± %s", figure_count(round(ci_half_width(f->lost_writes)), a))
                      : "");
    fputs("</dl>\n", page->out);
    write_timeline(page, f);
}

void report_faults(struct page *page)
{
    page_heading(page, "faults", "Faults");
    for (int i = 0; i < page->r->fault_count; i++)
        write_fault(page, &page->r->faults[i]);
    bool judged = false;
    for (int i = 0; i < page->r->fault_count; i++)
        judged |= page->r->faults[i].judged_count > 0;
    if (judged)
        fputs(
            "<p class=\"soft small\">Recovered by itself: the first five minutes in a row in which successes and p99 "
            "lie within "
            "what the same day without its faults lets expect. Metastable: no such minutes in the half hour after the "
            "trigger was gone, at a load that the same day carries.</p>\n",
            page->out);
    if (page->r->fault_count == 0)
        fprintf(page->out, "<p>No fault happens %s.</p>\n", figure_in_span(page->r->sc));
}

/* ---- capacity, utilisation ---- */

static void write_bar(struct page *page, double share)
{
    const double percent = fmin(fmax(share, 0), 1) * 100;
    fprintf(page->out, "<td class=\"track\"><span class=\"bar\" style=\"width:%.1f%%\"></span></td>", percent);
}

void report_capacity(struct page *page)
{
    const struct results *r = page->r;
    struct arena *a = &page->arena;
    page_heading(page, "capacity", "Capacity");
    if (r->fleet_count) {
        open_table(page, "<th>Fleet</th><th class=\"n\">Fewest in service</th><th class=\"n\">Mean</th>"
                         "<th class=\"n\">Most</th>");
        for (int i = 0; i < r->fleet_count; i++)
            fprintf(page->out,
                    "<tr><th scope=\"row\">%s</th><td class=\"n\">%s</td><td class=\"n\">%s</td>"
                    "<td class=\"n\">%s</td></tr>\n",
                    page_text(page, r->fleets[i].name), figure_number(r->fleets[i].min, a),
                    figure_number(r->fleets[i].mean, a), figure_number(r->fleets[i].max, a));
        close_table(page);
    }
    page_plot(page, PLOT_CAPACITY);
    page_plot(page, PLOT_QUEUE);
    fputs("<h3>Utilisation</h3>\n", page->out);
    open_table(page, "<th>Component</th><th>Resource</th><th class=\"n\">Mean</th><th class=\"n\">Peak</th>"
                     "<th><span class=\"soft\">peak</span></th>");
    for (int i = 0; i < r->utilisation_count; i++) {
        const struct utilisation_summary *u = &r->utilisations[i];
        fprintf(page->out,
                "<tr><th scope=\"row\">%s</th><td>%s</td><td class=\"n\">%s</td>"
                "<td class=\"n\">%s</td>",
                page_text(page, u->component), page_text(page, u->resource), figure_busy(u->mean.mean, a),
                figure_busy(u->peak, a));
        write_bar(page, u->peak);
        fputs("</tr>\n", page->out);
    }
    close_table(page);
    page_plot(page, PLOT_UTILISATION);
}

/* ---- limits ---- */

void report_limits(struct page *page)
{
    const struct results *r = page->r;
    struct arena *a = &page->arena;
    page_heading(page, "limits", "Limits");
    fputs(
        "<p class=\"soft\">How near each quota, pool and fleet came to its limit, nearest first: what gives way first "
        "if the day is bigger.</p>\n",
        page->out);
    open_table(page, "<th>Component</th><th>Limit</th><th class=\"n\">Peak</th><th class=\"n\">Of</th>"
                     "<th class=\"n\">Share</th><th class=\"n\">At</th><th></th>");
    for (int i = 0; i < r->limit_count; i++) {
        const struct limit_summary *l = &r->limits[i];
        fprintf(page->out,
                "<tr><th scope=\"row\">%s</th><td>%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td>"
                "<td class=\"n\">%s</td><td class=\"n\">%s</td>",
                page_text(page, l->component), page_text(page, l->limit), figure_limit(l->value, l->maximum, a),
                figure_limit(l->maximum, l->maximum, a), figure_busy(l->peak_share, a),
                figure_clock(r->sc, l->at_s, false, a));
        write_bar(page, l->peak_share);
        fputs("</tr>\n", page->out);
    }
    close_table(page);
}
