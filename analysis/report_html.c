/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report.html: the frame, the verdict, the assumptions and the footer. Sections are in files of their own. */
#include "analysis/report_html.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/escape.h"
#include "analysis/figure.h"
#include "analysis/remarks.h"

const char *page_text(struct page *page, const char *text)
{
    return escape_html(text ? text : "", &page->arena);
}

const char *page_interval(struct page *page, const char *value, const char *half)
{
    if (!half[0])
        return value;
    return arena_printf(&page->arena, "%s <span class=\"soft\">± %s</span>", value, half);
}

void page_heading(struct page *page, const char *id, const char *title)
{
    fprintf(page->out, "<h2 id=\"%s\">%s</h2>\n", id, title);
}

void page_tile(struct page *page, const char *name, const char *value, const char *note)
{
    fprintf(page->out, "<div><dt>%s</dt><dd>%s", name, value);
    if (note[0])
        fprintf(page->out, "<small>%s</small>", note);
    fputs("</dd></div>\n", page->out);
}

/* ---- plots ---- */

static char *read_file(const char *path, struct arena *arena)
{
    enum { MOST = 16 * 1024 * 1024 };
    FILE *in = fopen(path, "rb");
    if (!in)
        return NULL;
    size_t size = 0, capacity = 64 * 1024;
    char *text = arena_alloc(arena, capacity + 1, 1);
    for (size_t got; (got = fread(text + size, 1, capacity - size, in)) > 0 && size < MOST;) {
        size += got;
        if (size == capacity) {
            text = arena_grow(arena, text, size, capacity * 2 + 1, 1);
            capacity *= 2;
        }
    }
    fclose(in);
    text[size] = '\0';
    return text;
}

static bool skip(const char **at, const char *prefix)
{
    const size_t length = strlen(prefix);
    if (strncmp(*at, prefix, length) != 0)
        return false;
    *at += length;
    return true;
}

/* gnuplot's own title would show as a tooltip over the whole plot; what it describes is in aria-label. */
static void skip_element(const char **at, const char *begin, const char *end)
{
    const char *stop = skip(at, begin) ? strstr(*at, end) : NULL;
    if (stop)
        *at = stop + strlen(end);
}

/* gnuplot numbers its ids from the start in each file; in one page they need a prefix each to stay apart. */
static void copy_svg(const char *svg, const char *prefix, FILE *out)
{
    static const char *const references[] = { "id=\"", "id='", "href='#", "href=\"#", "url(#" };
    while (*svg) {
        skip_element(&svg, "<title>", "</title>");
        skip_element(&svg, "<desc>", "</desc>");
        bool found = false;
        for (size_t i = 0; i < ARRAY_LEN(references) && !found; i++) {
            if (!skip(&svg, references[i]))
                continue;
            fprintf(out, "%s%s-", references[i], prefix);
            found = true;
        }
        if (!found && *svg)
            fputc(*svg++, out);
    }
}

static void write_svg(struct page *page, const char *folder, const struct plot *plot)
{
    struct arena scratch;
    arena_init(&scratch);
    char *text = read_file(arena_printf(&scratch, "%s/%s.svg", folder, plot->file), &scratch);
    char *svg = text ? strstr(text, "<svg") : NULL;
    if (svg) {
        fprintf(page->out, "<svg role=\"img\" aria-label=\"%s. %s\"", plot->title, plot->caption);
        copy_svg(svg + strlen("<svg"), plot->file, page->out);
    }
    arena_fini(&scratch);
}

void page_plot(struct page *page, enum plot_kind kind)
{
    page_drawing(page, page->plots->folder, page->plots->gnuplot, &page->plots->plot[kind]);
}

void page_drawing(struct page *page, const char *folder, bool gnuplot, const struct plot *plot)
{
    if (!plot->present)
        return;
    fprintf(page->out, "<figure><figcaption><b>%s.</b> %s</figcaption>\n", plot->title, plot->caption);
    if (plot->drawn) {
        fputs("<div class=\"plot\" tabindex=\"0\">", page->out);
        write_svg(page, folder, plot);
        fputs("</div>", page->out);
    } else {
        fprintf(page->out,
                "<p class=\"soft\">Not drawn: %s. Install it (Debian: <code>apt install gnuplot-nox</code>) and run "
                "<code>gnuplot %s.gp</code> inside <code>plots/</code>, or run headroom again.</p>",
                gnuplot ? "gnuplot failed" : "gnuplot was not found", plot->file);
    }
    fputs("</figure>\n", page->out);
}

/* ---- verdict ---- */

static const char *objective_value(struct page *page, const struct objective_summary *o)
{
    struct arena *a = &page->arena;
    const struct ci value = o->value;
    if (isnan(value.mean))
        return "–";
    if (strcmp(o->unit, "share") == 0)
        return page_interval(page, figure_share(value, a), figure_half_percent(value, a));
    if (strcmp(o->unit, "ms") == 0)
        return page_interval(page, arena_printf(a, "%s ms", figure_ms(value.mean, a)), figure_half_ms(value, a));
    return page_interval(page, figure_usd(value.mean, a), figure_half_usd(value, a));
}

static const char *headline(struct page *page)
{
    const struct results *r = page->r;
    int counts[3] = { 0 };
    for (int i = 0; i < r->objective_count; i++)
        counts[r->objectives[i].verdict]++;
    if (r->objective_count == 0)
        return "No objectives were set";
    if (counts[VERDICT_MISSED])
        return arena_printf(&page->arena, "%d of %d objectives missed", counts[VERDICT_MISSED], r->objective_count);
    if (counts[VERDICT_UNDECIDED])
        return arena_printf(&page->arena, "%d of %d objectives undecided", counts[VERDICT_UNDECIDED],
                            r->objective_count);
    if (r->objective_count <= 2)
        return r->objective_count == 1 ? "The objective is met" : "Both objectives are met";
    return arena_printf(&page->arena, "All %d objectives are met", r->objective_count);
}

static void write_objectives(struct page *page)
{
    const struct results *r = page->r;
    if (r->objective_count == 0)
        return;
    fputs("<div class=\"scroll\"><table><thead><tr><th>Verdict</th><th>Objective</th><th class=\"n\">Found</th>"
          "</tr></thead><tbody>\n",
          page->out);
    for (int i = 0; i < r->objective_count; i++) {
        const struct objective_summary *o = &r->objectives[i];
        const char *verdict = verdict_name(o->verdict);
        fprintf(page->out, "<tr><td class=\"mark %s\">%s</td><td>%s", verdict, verdict, page_text(page, o->text));
        if (o->note)
            fprintf(page->out, "<br><span class=\"soft\">%s</span>", page_text(page, o->note));
        fprintf(page->out, "</td><td class=\"n\">%s</td></tr>\n", objective_value(page, o));
    }
    fputs("</tbody></table></div>\n", page->out);
}

static void write_verdict(struct page *page)
{
    const struct results *r = page->r;
    struct arena *a = &page->arena;
    if (r->violation)
        fprintf(page->out,
                "<p class=\"alert\" role=\"alert\"><strong>These results are not valid.</strong> An internal "
                "check failed: %s</p>\n",
                page_text(page, r->violation));
    if (r->partial)
        fprintf(page->out,
                "<p class=\"alert\" role=\"alert\"><strong>Partial.</strong> The run was interrupted: %d of %d "
                "simulated days are finished.</p>\n",
                r->finished, r->planned);
    if (r->out_of_time)
        fprintf(page->out, "<p class=\"alert\" role=\"alert\"><strong>Not reproducible:</strong> %s.</p>\n",
                page_text(page, remark_time_limit(r, a)));
    const char *imprecise = remark_precision(r, a);
    if (imprecise)
        fprintf(page->out, "<p class=\"alert\" role=\"alert\"><strong>Precision not reached:</strong> %s.</p>\n",
                page_text(page, imprecise));
    fprintf(page->out, "<div class=\"verdict %s\"><strong>%s</strong><p>", verdict_name(results_verdict(r)),
            headline(page));
    for (int i = 0; i < r->fault_count; i++) {
        const struct fault_summary *f = &r->faults[i];
        fprintf(page->out, "%s %s: ", figure_fault_when(r->sc, f->start_s, a), page_text(page, f->name));
        if (f->replications == 0)
            fputs("did not happen. ", page->out);
        else if (f->restored_count == f->replications)
            fprintf(page->out, "service restored after %s. ", figure_duration(f->restored_after_s, a));
        else
            fprintf(page->out, "service restored in %d of %d replications. ", f->restored_count, f->replications);
        if (f->metastable_count > 0)
            fprintf(page->out, "It is %s. ", remark_recovery(f, a));
    }
    fprintf(page->out, "%s of %s: %s.</p></div>\n", figure_things(r->replications, "replication", a),
            figure_duration((double)r->sc->clock.length / (double)SIM_SECOND, a), remark_simulated(r, a));
    write_objectives(page);
    fprintf(page->out, "<p class=\"soft\">%s</p>\n", page_text(page, remark_intervals(r, a)));
}

/* ---- assumptions, footer ---- */

static void write_assumptions(struct page *page)
{
    const struct results *r = page->r;
    page_heading(page, "assumptions", "Assumptions and warnings");
    fputs("<ul class=\"plain\">\n", page->out);
    for (int i = 0; i < r->warning_count; i++)
        fprintf(page->out, "<li><strong>Warning:</strong> %s</li>\n", page_text(page, r->warnings[i]));
    fprintf(page->out, "<li>%s They come from the differences between replications.</li>\n",
            page_text(page, remark_intervals(r, &page->arena)));
    fputs("<li>A verdict is met or missed only when the whole "
          "interval agrees; otherwise it is undecided.</li>\n"
          "<li>Availability is seen by the client after its retries: operations answered correctly within its patience "
          "over operations begun. Latency runs from the first attempt to the final answer; failures count at the time "
          "they were given up.</li>\n",
          page->out);
    if (r->cost.monthly)
        fprintf(page->out,
                "<li>Money is list price before tax, %s; what the scenario neither simulates nor names under "
                "<code>also</code> is not on the bill. Months consist of the calendar’s fault-free days; the simulated "
                "day itself is none of them. Each month is billed in %d replications, so its interval is wide.</li>\n",
                r->sc->commitments.present ? "with the scenario’s commitments" : "on demand, without commitments",
                BILL_REPLICATIONS);
    fputs("</ul>\n", page->out);
}

static void write_footer(struct page *page)
{
    const struct results *r = page->r;
    const struct timing *t = &r->timing;
    fprintf(page->out, "<footer><p>Made by headroom %s. %s</p><dl>\n", HEADROOM_VERSION, remark_repeats(r));
    fprintf(page->out, "<dt>scenario</dt><dd>%s</dd>\n<dt>sha256</dt><dd><code>%s</code></dd>\n",
            page_text(page, r->sc->path), page_text(page, r->sc->sha256));
    fprintf(page->out,
            "<dt>seed</dt><dd>%" PRId64 "</dd>\n<dt>replications</dt><dd>%d, and %d billed days</dd>\n"
            "<dt>fingerprint</dt><dd><code>%016" PRIx64 "</code></dd>\n",
            r->sc->seed, r->replications, r->finished - r->replications, r->fingerprint);
    if (r->price_date)
        fprintf(page->out, "<dt>prices</dt><dd>as of %s</dd>\n", page_text(page, r->price_date));
    fprintf(page->out, "<dt>simulated</dt><dd>%s, in %s on %s (%s/s), at most %.0f MiB</dd>\n",
            remark_simulated(r, &page->arena), figure_duration(t->wall_s, &page->arena),
            figure_things(t->threads, "thread", &page->arena), figure_short(t->requests_per_s, &page->arena),
            (double)t->peak_rss_bytes / 1048576);
    fputs("</dl></footer>\n", page->out);
}

void page_begin(struct page *page, const char *name)
{
    fprintf(page->out,
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
            "<meta name=\"generator\" content=\"headroom %s\">\n<title>%s – headroom</title>\n<style>\n",
            HEADROOM_VERSION, name);
    for (int i = 0; report_style[i]; i++)
        fputs(report_style[i], page->out);
    fputs("</style>\n</head>\n<body>\n", page->out);
}

static void write_head(struct page *page)
{
    const struct scenario *sc = page->r->sc;
    const char *name = page_text(page, sc->name);
    page_begin(page, name);
    fprintf(page->out,
            "<header>\n<p class=\"kicker\">Capacity and cost of %d %s %d, from %s for %s"
            "</p>\n<h1>%s</h1>\n",
            sc->clock.day, calendar_month_name(sc->clock.month), sc->clock.year,
            figure_clock(sc, 0, false, &page->arena),
            figure_duration((double)sc->clock.length / (double)SIM_SECOND, &page->arena), name);
    if (sc->description && sc->description[0])
        fprintf(page->out, "<p class=\"soft\">%s</p>\n", page_text(page, sc->description));
    fprintf(page->out,
            "<nav aria-label=\"Contents\"><a href=\"#money\">Money</a><a href=\"#latency\">Latency</a>"
            "<a href=\"#availability\">Availability</a><a href=\"#faults\">Faults</a><a href=\"#capacity\">Capacity</a>"
            "%s<a href=\"#limits\">Limits</a><a href=\"#bill\">Bill</a><a href=\"#assumptions\">Assumptions</a></nav>\n"
            "</header>\n<main>\n",
            page->r->service_count > 0 ? "<a href=\"#services\">Services</a>" : "");
}

void report_html_write(const struct results *r, const struct plots *plots, FILE *out)
{
    struct page page = { .r = r, .plots = plots, .out = out };
    arena_init(&page.arena);
    write_head(&page);
    write_verdict(&page);
    report_money(&page);
    report_latency(&page);
    report_availability(&page);
    report_faults(&page);
    report_capacity(&page);
    report_calls(&page);
    report_limits(&page);
    report_bill(&page);
    write_assumptions(&page);
    fputs("</main>\n", out);
    write_footer(&page);
    fputs("</body>\n</html>\n", out);
    arena_fini(&page.arena);
}
