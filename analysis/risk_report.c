/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The forms of a risk report: screen, JSON, CSV, Markdown, HTML, and all of them into a folder. */
#include "analysis/risk_report.h"

#include <math.h>
#include <string.h>

#include "analysis/escape.h"
#include "analysis/figure.h"
#include "analysis/report_html.h"
#include "analysis/results_json.h"
#include "analysis/risk_plots.h"

/* ---- screen ---- */

/* Not every terminal has UTF-8, and all obey control characters. */
static const char *plain(const char *text, struct arena *arena)
{
    char *out = arena_text(arena, text);
    for (char *c = out; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    return out;
}

void risk_screen_write(const struct risk_report *r, const char *directory, bool color, FILE *out)
{
    struct arena a;
    arena_init(&a);
    const struct risk_figures *f = r->figures;
    const struct risk_result *main = risk_main(f);
    fprintf(out, "%s   the year's failures, seed %lld\n", plain(r->sc->name, &a), (long long)r->sc->seed);
    if (r->partial)
        fputs("PARTIAL: interrupted before everything was simulated\n", out);
    fprintf(out, "\n%s%s.%s\n\n", color ? "\033[1m" : "", risk_sentence(f, &a), color ? "\033[0m" : "");
    fprintf(out, "  %-34s %20s %14s %14s  %s\n", "mode", "events a year", "each costs", "a year", "95 %");
    for (int m = 0; m < main->mode_count; m++) {
        const struct risk_mode *mode = &main->modes[m];
        fprintf(out, "  %-34s %20s %14s %14s  %s to %s\n", plain(mode->name, &a), risk_rate(mode, &a),
                risk_value(f, risk_mode_mean(mode), &a), risk_value(f, mode->loss_usd.mean, &a),
                risk_value(f, mode->loss_usd.lo, &a), risk_value(f, mode->loss_usd.hi, &a));
    }
    fprintf(out, "\n  downtime        %s a year\n", figure_duration(f->downtime.loss_usd.mean * 60.0, &a));
    fprintf(out, "  orders          %s lost a year%s\n", figure_count(round(f->orders.loss_usd.mean), &a),
            f->has_margin ? arena_printf(&a, ", %s of revenue, %s of margin", figure_usd(f->revenue_usd, &a),
                                         figure_usd(f->margin.loss_usd.mean, &a))
                          : "");
    fprintf(out, "  uncertainty     rates alone %s to %s; simulation alone %s to %s\n",
            risk_value(f, main->by_rates.lo, &a), risk_value(f, main->by_rates.hi, &a),
            risk_value(f, main->by_simulation.lo, &a), risk_value(f, main->by_simulation.hi, &a));
    const char *const *lines = risk_arithmetic(r, &a);
    for (int i = 0; lines[i]; i++)
        fprintf(out, "  %-15s %s\n", i ? "" : "arithmetic", lines[i]);
    fprintf(out, "  simulated       %s in %s\n", figure_things(r->risk->taken, "part", &a),
            figure_duration(r->timing.wall_s, &a));
    if (directory)
        fprintf(out, "  report          %s/risk.html\n", plain(directory, &a));
    arena_fini(&a);
}

/* ---- JSON ---- */

static void add_ci(cJSON *parent, const char *key, struct ci ci)
{
    cJSON *figure = cJSON_AddObjectToObject(parent, key);
    json_number(figure, "mean", ci.mean);
    json_interval(figure, "ci95", ci);
}

static void add_result(cJSON *root, const char *key, const struct risk_result *result)
{
    cJSON *one = cJSON_AddObjectToObject(root, key);
    add_ci(one, "expected", result->loss_usd);
    json_interval(one, "ci95_rates_alone", result->by_rates);
    json_interval(one, "ci95_simulation_alone", result->by_simulation);
    json_number(one, "p50", result->p50_usd);
    json_number(one, "p95", result->p95_usd);
    cJSON *modes = cJSON_AddArrayToObject(one, "modes");
    for (int m = 0; m < result->mode_count; m++) {
        const struct risk_mode *mode = &result->modes[m];
        cJSON *row = cJSON_CreateObject();
        cJSON_AddItemToArray(modes, row);
        cJSON_AddStringToObject(row, "name", mode->name);
        json_number(row, "per_year", mode->per_year);
        json_number(row, "per_event", risk_mode_mean(mode));
        add_ci(row, "per_annum", mode->loss_usd);
    }
}

void risk_json_write(const struct risk_report *r, FILE *out)
{
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "schema", "headroom-risk/1");
    cJSON *scenario = cJSON_AddObjectToObject(root, "scenario");
    cJSON_AddStringToObject(scenario, "name", r->sc->name);
    cJSON_AddStringToObject(scenario, "file", r->sc->path);
    cJSON_AddStringToObject(scenario, "sha256", r->sc->sha256);
    json_number(root, "seed", (double)r->sc->seed);
    json_number(root, "events_per_mode", r->figures->events);
    cJSON_AddBoolToObject(root, "partial", r->partial);
    if (r->figures->has_margin) {
        add_result(root, "margin_usd", &r->figures->margin);
        json_number(root, "revenue_usd", r->figures->revenue_usd);
    }
    add_result(root, "orders", &r->figures->orders);
    add_result(root, "downtime_min", &r->figures->downtime);
    json_number(root, "overlapping_pairs_per_year", r->figures->overlaps);
    char *text = cJSON_Print(root);
    fprintf(out, "%s\n", text);
    cJSON_free(text);
    cJSON_Delete(root);
}

/* ---- CSV ---- */

static void csv_write(const struct risk_report *r, struct arena *a, FILE *out)
{
    const struct risk_figures *f = r->figures;
    fputs("mode,per_year,counted_years,downtime_min_per_event,downtime_min_per_year,orders_per_event,orders_per_year,"
          "margin_usd_per_event,margin_usd_per_year,margin_usd_lo,margin_usd_hi,source\n",
          out);
    for (int m = 0; m < f->orders.mode_count; m++) {
        const struct risk_mode *d = &f->downtime.modes[m], *o = &f->orders.modes[m];
        fprintf(out, "%s,%.9g,%.9g,%.6g,%.6g,%.6g,%.6g,", escape_csv(o->name, a), o->per_year, o->years,
                risk_mode_mean(d), d->loss_usd.mean, risk_mode_mean(o), o->loss_usd.mean);
        if (f->has_margin)
            fprintf(out, "%.2f,%.2f,%.2f,%.2f,", risk_mode_mean(&f->margin.modes[m]), f->margin.modes[m].loss_usd.mean,
                    f->margin.modes[m].loss_usd.lo, f->margin.modes[m].loss_usd.hi);
        else
            fputs(",,,,", out);
        fprintf(out, "%s\n", escape_csv(r->risk->sources.list[m].source, a));
    }
}

/* ---- Markdown ---- */

static void md_write(const struct risk_report *r, struct arena *a, FILE *out)
{
    const struct risk_figures *f = r->figures;
    const struct risk_result *main = risk_main(f);
    fprintf(out, "# %s: the year's failures\n\n", escape_markdown(r->sc->name, a));
    if (r->partial)
        fputs("> **Partial.** The run was interrupted before everything was simulated.\n\n", out);
    fprintf(out, "**%s.**\n\n", escape_markdown(risk_sentence(f, a), a));
    fputs("| mode | events a year | each costs | a year | 95 % | downtime a year |\n"
          "| --- | ---: | ---: | ---: | --- | ---: |\n",
          out);
    for (int m = 0; m < main->mode_count; m++) {
        const struct risk_mode *mode = &main->modes[m];
        fprintf(out, "| %s | %s | %s | %s | %s to %s | %s |\n", escape_markdown(mode->name, a), risk_rate(mode, a),
                risk_value(f, risk_mode_mean(mode), a), risk_value(f, mode->loss_usd.mean, a),
                risk_value(f, mode->loss_usd.lo, a), risk_value(f, mode->loss_usd.hi, a),
                figure_duration(f->downtime.modes[m].loss_usd.mean * 60.0, a));
    }
    fprintf(out, "\n%s orders lost a year; downtime %s.\n\n", figure_count(round(f->orders.loss_usd.mean), a),
            figure_duration(f->downtime.loss_usd.mean * 60.0, a));
    const char *const *lines = risk_arithmetic(r, a);
    for (int i = 0; lines[i]; i++)
        fprintf(out, "- %s\n", escape_markdown(lines[i], a));
    lines = risk_assumptions(r, a);
    for (int i = 0; lines[i]; i++)
        fprintf(out, "- %s\n", escape_markdown(lines[i], a));
}

/* ---- HTML ---- */

static void html_modes(struct page *page, const struct risk_report *r)
{
    const struct risk_figures *f = r->figures;
    const struct risk_result *main = risk_main(f);
    page_heading(page, "modes", "What fails, and what it costs");
    fputs("<div class=\"scroll\" tabindex=\"0\"><table class=\"benefit\"><thead><tr><th>Mode</th><th "
          "class=\"n\">Events a year</th>"
          "<th class=\"n\">Each costs</th><th class=\"n\">A year</th><th class=\"n\">95 %</th>"
          "<th class=\"n\">Downtime a year</th></tr></thead><tbody>\n",
          page->out);
    for (int m = 0; m < main->mode_count; m++) {
        const struct risk_mode *mode = &main->modes[m];
        fprintf(
            page->out,
            "<tr><th scope=\"row\">%s<br><span class=\"soft\">%s</span></th><td class=\"n\">%s</td>"
            "<td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n soft\">%s to %s</td><td class=\"n\">%s</td>"
            "</tr>\n",
            page_text(page, mode->name), page_text(page, r->risk->sources.list[m].source),
            page_text(page, risk_rate(mode, &page->arena)), risk_value(f, risk_mode_mean(mode), &page->arena),
            risk_value(f, mode->loss_usd.mean, &page->arena), risk_value(f, mode->loss_usd.lo, &page->arena),
            risk_value(f, mode->loss_usd.hi, &page->arena),
            figure_duration(f->downtime.modes[m].loss_usd.mean * 60.0, &page->arena));
    }
    fputs("</tbody></table></div>\n", page->out);
}

/* When it matters: what an event costs by day type and time of day. */
static void html_strata(struct page *page, const struct risk_report *r)
{
    const struct risk_result *main = risk_main(r->figures);
    page_heading(page, "when", "When it happens");
    fputs("<p class=\"soft\">What one event costs, mean of those simulated, by when it begins.</p>\n"
          "<div class=\"scroll\" tabindex=\"0\"><table><thead><tr><th>Mode</th>",
          page->out);
    for (int s = 0; s < r->risk->stratum_count; s++)
        fprintf(page->out, "<th class=\"n\">%s</th>", page_text(page, r->risk->strata[s].name));
    fputs("</tr></thead><tbody>\n<tr><th scope=\"row\" class=\"soft\">share of the year, events</th>", page->out);
    for (int s = 0; s < r->risk->stratum_count; s++)
        fprintf(page->out, "<td class=\"n soft\">%s, %d</td>",
                figure_percent(r->risk->strata[s].share, 0.01, &page->arena), r->risk->strata[s].events);
    fputs("</tr>\n", page->out);
    for (int m = 0; m < main->mode_count; m++) {
        fprintf(page->out, "<tr><th scope=\"row\">%s</th>", page_text(page, main->modes[m].name));
        for (int s = 0; s < r->risk->stratum_count; s++) {
            struct moments cost = { 0 };
            for (int i = 0; i < main->modes[m].strata[s].count; i++)
                moments_add(&cost, main->modes[m].strata[s].loss_usd[i]);
            fprintf(page->out, "<td class=\"n\">%s</td>",
                    cost.count ? risk_value(r->figures, cost.mean, &page->arena) : "–");
        }
        fputs("</tr>\n", page->out);
    }
    fputs("</tbody></table></div>\n", page->out);
}

static void html_list(struct page *page, const char *id, const char *title, const char *const *lines)
{
    page_heading(page, id, title);
    fputs("<ul>\n", page->out);
    for (int i = 0; lines[i]; i++)
        fprintf(page->out, "<li>%s</li>\n", page_text(page, lines[i]));
    fputs("</ul>\n", page->out);
}

static void html_write(const struct risk_report *r, const struct risk_plots *plots, FILE *out)
{
    struct page page = { .out = out };
    arena_init(&page.arena);
    struct arena *a = &page.arena;
    const struct risk_figures *f = r->figures;
    const struct risk_result *main = risk_main(f);
    const char *name = page_text(&page, r->sc->name);
    page_begin(&page, arena_printf(a, "%s – the year&#8217;s failures", name));
    fprintf(out,
            "<header>\n<p class=\"kicker\">What failures cost in a year</p>\n<h1>%s</h1>\n<nav aria-label=\"Contents\">"
            "<a href=\"#modes\">What fails</a><a href=\"#year\">The year</a><a href=\"#when\">When</a>"
            "<a href=\"#arithmetic\">Arithmetic</a><a href=\"#assumptions\">Assumptions</a></nav>\n</header>\n<main>\n",
            name);
    if (r->partial)
        fputs(
            "<p class=\"alert\" role=\"alert\"><strong>Partial.</strong> The run was interrupted before everything was "
            "simulated.</p>\n",
            out);
    fprintf(out, "<div class=\"verdict\"><strong>%s.</strong></div>\n<dl class=\"figures\">\n",
            page_text(&page, risk_sentence(f, a)));
    if (f->has_margin)
        page_tile(&page, "margin lost a year", figure_usd(f->margin.loss_usd.mean, a),
                  arena_printf(a, "%s of revenue", figure_usd(f->revenue_usd, a)));
    page_tile(&page, "downtime a year", figure_duration(f->downtime.loss_usd.mean * 60.0, a),
              "each minute by the share that is missing");
    page_tile(&page, "orders lost a year", figure_count(round(f->orders.loss_usd.mean), a), "");
    page_tile(&page, "median year", risk_value(f, main->p50_usd, a), "");
    page_tile(&page, "one year in twenty", arena_printf(a, "&gt; %s", risk_value(f, main->p95_usd, a)), "");
    fputs("</dl>\n", out);
    html_modes(&page, r);
    page_drawing(&page, plots->folder, plots->gnuplot, &plots->plot[RISK_PLOT_MODES]);
    page_heading(&page, "year", "The year");
    fprintf(out, "<p>Expected %s. Rates alone leave %s to %s open, the simulation alone %s to %s.</p>\n",
            page_text(&page, risk_interval(f, main->loss_usd, a)), risk_value(f, main->by_rates.lo, a),
            risk_value(f, main->by_rates.hi, a), risk_value(f, main->by_simulation.lo, a),
            risk_value(f, main->by_simulation.hi, a));
    page_drawing(&page, plots->folder, plots->gnuplot, &plots->plot[RISK_PLOT_YEAR]);
    html_strata(&page, r);
    html_list(&page, "arithmetic", "By AWS&#8217;s arithmetic", risk_arithmetic(r, a));
    html_list(&page, "assumptions", "Assumptions", risk_assumptions(r, a));
    fputs("</main>\n</body>\n</html>\n", out);
    arena_fini(a);
}

/* ---- all files ---- */

static bool fill(const struct risk_report *r, struct output_dir *dir, struct arena *arena, struct diag *diag)
{
    struct risk_plots plots;
    if (!risk_plots_write(&plots, r, arena_printf(arena, "%s/plots", dir->temporary), arena))
        return diag_error(diag, (struct mark){ 0 }, "cannot write the plots' scripts into '%s'", dir->path);
    static const char *const names[] = { "risk.json", "risk.csv", "risk.md", "risk.html" };
    for (size_t i = 0; i < ARRAY_LEN(names); i++) {
        FILE *out = output_dir_open(dir, names[i], diag);
        if (!out)
            return false;
        switch (i) {
        case 0: risk_json_write(r, out); break;
        case 1: csv_write(r, arena, out); break;
        case 2: md_write(r, arena, out); break;
        default: html_write(r, &plots, out); break;
        }
        if (!output_dir_close(dir, out, names[i], diag))
            return false;
    }
    return true;
}

bool risk_files_write(const struct risk_report *r, struct output_dir *dir, struct arena *arena, struct diag *diag)
{
    if (!output_dir_begin(dir, diag))
        return false;
    if (!fill(r, dir, arena, diag)) {
        output_dir_abandon(dir);
        return false;
    }
    return output_dir_commit(dir, diag);
}
