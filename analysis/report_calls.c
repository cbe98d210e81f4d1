/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Services and the calls between them, in report.html and report.md, where services of ours call each other. */
#include <math.h>
#include <string.h>

#include "analysis/escape.h"
#include "analysis/figure.h"
#include "analysis/report.h"
#include "analysis/report_html.h"

static double per_day(const struct edge_summary *e, uint64_t sum)
{
    return (double)sum / e->days;
}

static const char *share_of(double part, double whole, struct arena *a)
{
    return whole > 0 ? figure_percent(part / whole, 0, a) : "–";
}

/* What stood between the caller and the called: "breaker open 4 min 10 s, 1,234 turned away". */
static const char *guards(const struct edge_summary *e, struct arena *a)
{
    const struct edge_result *s = e->sum;
    const char *text = "";
    if (s->breaker_opened)
        text = arena_printf(a, "breaker open %s, %s turned away", figure_duration(s->breaker_open_s / e->days, a),
                            figure_count(round(per_day(e, s->breaker_rejected)), a));
    if (s->limit_rejected)
        text = arena_printf(a, "%s%slimit turned %s away", text, text[0] ? "; " : "",
                            figure_count(round(per_day(e, s->limit_rejected)), a));
    if (s->budget_exhausted)
        text = arena_printf(a, "%s%sbudget stopped %s retries", text, text[0] ? "; " : "",
                            figure_count(round(per_day(e, s->budget_exhausted)), a));
    if (s->ignored)
        text = arena_printf(a, "%s%s%s answers without it", text, text[0] ? "; " : "",
                            figure_count(round(per_day(e, s->ignored)), a));
    return text;
}

/* ---- report.html ---- */

static void service_row(struct page *page, const struct service_summary *s)
{
    struct arena *a = &page->arena;
    fprintf(page->out,
            "<tr><th scope=\"row\">%s</th><td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td>"
            "<td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td></tr>\n",
            page_text(page, s->name), figure_count(round(s->requests), a), share_of(s->errors, s->requests, a),
            figure_ms(s->p50_ms, a), figure_ms(s->p99_ms, a), s->cpu ? figure_busy(s->cpu->mean.mean, a) : "–",
            s->cpu ? figure_busy(s->cpu->peak, a) : "–", figure_count(round(s->retries), a));
}

static void edge_row(struct page *page, const struct edge_summary *e)
{
    struct arena *a = &page->arena;
    const struct edge_result *s = e->sum;
    fprintf(page->out,
            "<tr><th scope=\"row\">%s → %s</th><td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td>"
            "<td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td><td>%s</td></tr>\n",
            page_text(page, s->from), page_text(page, s->to), figure_count(round(per_day(e, s->calls)), a),
            share_of((double)s->failed, (double)s->calls, a), figure_count(round(per_day(e, s->retries)), a),
            figure_count(round(per_day(e, s->timeouts)), a), figure_ms(e->p50_ms, a), figure_ms(e->p99_ms, a),
            page_text(page, guards(e, a)));
}

void report_calls(struct page *page)
{
    const struct results *r = page->r;
    if (r->service_count == 0)
        return;
    page_heading(page, "services", "Services and calls");
    fputs("<p class=\"soft\">Requests of clients, calls of other services and messages, means over replications; "
          "milliseconds from coming to the service to its answer. CPU is that of the fleet, retries are those that the "
          "service sent.</p>\n<div class=\"scroll\"><table><thead><tr><th>Service</th><th class=\"n\">Requests</th>"
          "<th class=\"n\">Errors</th><th class=\"n\">p50</th><th class=\"n\">p99</th><th class=\"n\">CPU</th>"
          "<th class=\"n\">Peak</th><th class=\"n\">Retries</th></tr></thead><tbody>\n",
          page->out);
    for (int i = 0; i < r->service_count; i++)
        service_row(page, &r->services[i]);
    fputs(
        "</tbody></table></div>\n<h3>Who calls whom</h3>\n<p class=\"soft\">A call is one or more attempts; "
        "milliseconds are of attempts, as the caller saw them: until the answer or the timeout. Times of breakers are "
        "sums over the caller’s instances.</p>\n<div class=\"scroll\"><table><thead><tr><th>Edge</th>"
        "<th class=\"n\">Calls</th><th class=\"n\">Failed</th><th class=\"n\">Retries</th><th class=\"n\">Timeouts</th>"
        "<th class=\"n\">p50</th><th class=\"n\">p99</th><th>What stood between</th></tr></thead><tbody>\n",
        page->out);
    for (int i = 0; i < r->edge_count; i++)
        edge_row(page, &r->edges[i]);
    fputs("</tbody></table></div>\n", page->out);
}

/* ---- report.md ---- */

/* Who calls whom, with calls a day and what fails of them: services of ours as boxes, others with a frame. */
static void write_graph(const struct results *r, FILE *out, struct arena *a)
{
    const struct scenario *sc = r->sc;
    fputs("\n```mermaid\nflowchart LR\n", out);
    for (int s = 0; s < sc->service_count; s++)
        fprintf(out, sc->services[s].external ? "  s%d[[\"%s\"]]\n" : "  s%d[\"%s\"]\n", s,
                escape_mermaid(sc->services[s].name, a));
    for (int e = 0; e < r->edge_count; e++) {
        const struct edge_result *sum = r->edges[e].sum;
        int from = 0, to = 0;
        for (int s = 0; s < sc->service_count; s++) {
            const size_t length = strlen(sc->services[s].name);
            if (strcmp(sum->from, sc->services[s].name) == 0)
                from = s;
            if (strncmp(sum->to, sc->services[s].name, length) == 0 && sum->to[length] == '.')
                to = s;
        }
        fprintf(out, "  s%d -->|\"%s: %s\"| s%d\n", from, escape_mermaid(strchr(sum->to, '.') + 1, a),
                figure_short(per_day(&r->edges[e], sum->calls), a), to);
    }
    fputs("```\n", out);
}

void report_md_calls(const struct results *r, FILE *out, struct arena *a)
{
    if (r->service_count == 0)
        return;
    fputs("## Services and calls\n\n| service | requests | errors | p50 ms | p99 ms | CPU | peak | retries sent |\n"
          "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n",
          out);
    for (int i = 0; i < r->service_count; i++) {
        const struct service_summary *s = &r->services[i];
        fprintf(out, "| %s | %s | %s | %s | %s | %s | %s | %s |\n", escape_markdown(s->name, a),
                figure_count(round(s->requests), a), share_of(s->errors, s->requests, a), figure_ms(s->p50_ms, a),
                figure_ms(s->p99_ms, a), s->cpu ? figure_busy(s->cpu->mean.mean, a) : "–",
                s->cpu ? figure_busy(s->cpu->peak, a) : "–", figure_count(round(s->retries), a));
    }
    fputs("\n| call | calls | failed | retries | timeouts | p50 ms | p99 ms | what stood between |\n"
          "| --- | ---: | ---: | ---: | ---: | ---: | ---: | --- |\n",
          out);
    for (int i = 0; i < r->edge_count; i++) {
        const struct edge_summary *e = &r->edges[i];
        const struct edge_result *s = e->sum;
        fprintf(out, "| %s → %s | %s | %s | %s | %s | %s | %s | %s |\n", escape_markdown(s->from, a),
                escape_markdown(s->to, a), figure_count(round(per_day(e, s->calls)), a),
                share_of((double)s->failed, (double)s->calls, a), figure_count(round(per_day(e, s->retries)), a),
                figure_count(round(per_day(e, s->timeouts)), a), figure_ms(e->p50_ms, a), figure_ms(e->p99_ms, a),
                escape_markdown(guards(e, a), a));
    }
    write_graph(r, out, a);
    fputc('\n', out);
}
