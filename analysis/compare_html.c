/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare.html: the page a review decides from; the verdict, the money, the plots, then every difference. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analysis/compare_report.h"
#include "analysis/figure.h"
#include "analysis/report_html.h"

struct sheet {
    struct page page;
    const struct comparison *c;
    const struct compare_plots *plots;
};

/* What compare_words.c writes as "value ± half" or "value (from to)": the uncertainty in soft grey. */
static const char *soften(struct sheet *s, const char *text)
{
    const char *const escaped = page_text(&s->page, text);
    const char *at = strstr(escaped, " ± ");
    if (!at)
        at = strstr(escaped, " (");
    if (!at)
        return escaped;
    return arena_printf(&s->page.arena, "%s <span class=\"soft\">%s</span>",
                        arena_text_n(&s->page.arena, escaped, (size_t)(at - escaped)), at + 1);
}

static void open_table(struct sheet *s, const char *class, const char *heads)
{
    fprintf(s->page.out, "<div class=\"scroll\" tabindex=\"0\"><table class=\"%s\"><thead><tr>%s</tr></thead><tbody>\n",
            class, heads);
}

static void close_table(struct sheet *s)
{
    fputs("</tbody></table></div>\n", s->page.out);
}

static void cell(struct sheet *s, const char *text)
{
    fprintf(s->page.out, "<td class=\"n\">%s</td>", soften(s, text));
}

static void row_head(struct sheet *s, const char *text)
{
    fprintf(s->page.out, "<tr><th scope=\"row\">%s</th>", page_text(&s->page, text));
}

/* A column for each variant but the base. */
static const char *variant_heads(struct sheet *s, const char *first)
{
    const char *heads = first;
    for (int i = 1; i < s->c->count; i++)
        heads = arena_printf(&s->page.arena, "%s<th class=\"n\">%s</th>", heads,
                             page_text(&s->page, s->c->variants[i].name));
    return heads;
}

/* ---- head and verdict ---- */

static void write_head(struct sheet *s)
{
    const struct scenario *sc = s->c->variants[0].results->sc;
    struct arena *a = &s->page.arena;
    const char *name = arena_printf(a, "%s: %s", page_text(&s->page, sc->name),
                                    figure_things(s->c->count - 1, "variant", a));
    page_begin(&s->page, arena_printf(a, "%s – comparison", name));
    fprintf(
        s->page.out,
        "<header>\n<p class=\"kicker\">Designs under the same customers and failures: %d %s %d, from %s for %s</p>\n"
        "<h1>%s</h1>\n<nav aria-label=\"Contents\"><a href=\"#variants\">Variants</a><a href=\"#benefit\">Cost and "
        "benefit</a><a href=\"#plots\">Plots</a><a href=\"#fault\">The fault</a><a href=\"#losses\">Losses</a><a "
        "href=\"#money\">Money</a>"
        "<a href=\"#differences\">Differences</a><a href=\"#changes\">What differs</a><a href=\"#assumptions\">"
        "Assumptions</a></nav>\n</header>\n<main>\n",
        sc->clock.day, calendar_month_name(sc->clock.month), sc->clock.year, figure_clock(sc, 0, false, a),
        figure_duration((double)sc->clock.length / (double)SIM_SECOND, a), name);
}

static void write_verdict(struct sheet *s)
{
    const struct comparison *c = s->c;
    FILE *out = s->page.out;
    if (c->violation)
        fprintf(out,
                "<p class=\"alert\" role=\"alert\"><strong>These results are not valid.</strong> An internal check "
                "failed: %s</p>\n",
                page_text(&s->page, c->violation));
    if (c->partial)
        fputs(
            "<p class=\"alert\" role=\"alert\"><strong>Partial.</strong> The run was interrupted before everything was "
            "simulated.</p>\n",
            out);
    fprintf(out, "<div class=\"verdict %s\"><strong>%s</strong>", c->decided ? "met" : "undecided",
            page_text(&s->page, c->verdict));
    if (c->undecided)
        fprintf(out, "<p>What it would take: %s.</p>", page_text(&s->page, c->undecided));
    for (int i = 0; i < c->count; i++) {
        const char *dominated = compare_dominated(c, &c->variants[i], &s->page.arena);
        if (dominated)
            fprintf(out, "<p><b>%s</b> %s.</p>", page_text(&s->page, c->variants[i].name),
                    page_text(&s->page, dominated));
    }
    fputs("</div>\n", out);
}

/* ---- each variant by itself ---- */

static void write_variant(struct sheet *s, const struct variant *v)
{
    struct arena *a = &s->page.arena;
    const struct operation_summary *op = compare_operation(s->c, v);
    const struct cost *cost = &v->results->cost;
    const struct ci none = ci_none(NAN);
    fprintf(s->page.out, "<tr%s><th scope=\"row\"><a href=\"%s/report.html\">%s</a>%s</th>",
            v == &s->c->variants[s->c->best < 0 ? 0 : s->c->best] && s->c->decided ? " class=\"best\"" : "",
            page_text(&s->page, v->folder), page_text(&s->page, v->name),
            v == s->c->variants ? " <span class=\"soft\">base</span>" : "");
    cell(s, compare_availability(op, a));
    cell(s, op ? compare_ms(op->latency_ms[LATENCY_P99], false, a) : "–");
    cell(s, compare_money(cost->monthly ? cost->monthly_mean_usd : none, false, a));
    cell(s, compare_money(cost->monthly ? cost->monthly_peak_usd : none, false, a));
    cell(s, compare_money(compare_bill(s->c, v), false, a));
    cell(s, compare_money(v->loss_usd, false, a));
    cell(s, compare_money(v->total_usd, false, a));
    const char *class = v->missed                     ? "missed"
                        : v->undecided                ? "undecided"
                        : v->results->objective_count ? "met"
                                                      : "soft";
    fprintf(s->page.out, "<td class=\"mark %s\">%s</td></tr>\n", class, compare_objectives(v, a));
}

static void write_variants(struct sheet *s)
{
    page_heading(&s->page, "variants", "The variants");
    fprintf(
        s->page.out,
        "<p class=\"soft\">Availability and p99 (ms) of %s on the headline day, failures included; money in USD. "
        "Expected loss is that of a year, at contribution margin; <a href=\"#losses\">what it consists of</a>.</p>\n",
        page_text(&s->page, s->c->operation));
    open_table(s, "stacked",
               arena_printf(&s->page.arena,
                            "<th>Variant</th><th class=\"n\">Availability</th><th class=\"n\">p99 ms</th>"
                            "<th class=\"n\">Mean month</th><th class=\"n\">Dearest month</th><th class=\"n\">%s</th>"
                            "<th class=\"n\">Expected loss</th><th class=\"n\">Total a year</th><th>Objectives</th>",
                            compare_bill_name(s->c)));
    for (int i = 0; i < s->c->count; i++)
        write_variant(s, &s->c->variants[i]);
    close_table(s);
}

/* ---- cost and benefit ---- */

static void write_benefit(struct sheet *s, enum benefit_row row)
{
    const struct comparison *c = s->c;
    fprintf(s->page.out, "<tr><th scope=\"row\">%s<br><span class=\"soft\">%s</span></th>", benefit_words[row].name,
            benefit_words[row].what);
    for (int i = 1; i < c->count; i++) {
        const struct words words = benefit_text(&c->variants[i], row, &s->page.arena);
        const char *class = row != ROW_NET || !words.value[0] ? ""
                            : c->variants[i].net.value.lo > 0 ? " met"
                            : c->variants[i].net.value.hi < 0 ? " missed"
                                                              : "";
        fprintf(s->page.out, "<td class=\"n%s\">%s", class, words.value[0] ? soften(s, words.value) : "–");
        if (words.note[0])
            fprintf(s->page.out, "<span class=\"why\">%s</span>", page_text(&s->page, words.note));
        fputs("</td>", s->page.out);
    }
    fputs("</tr>\n", s->page.out);
}

static void write_benefits(struct sheet *s)
{
    page_heading(&s->page, "benefit", "Cost and benefit");
    fprintf(s->page.out, "<p class=\"soft\">Each variant against %s, over the same customers and failures.</p>\n",
            page_text(&s->page, s->c->variants[0].name));
    open_table(s, "stacked benefit", variant_heads(s, "<th></th>"));
    for (int row = 0; row < BENEFIT_ROWS; row++)
        write_benefit(s, (enum benefit_row)row);
    close_table(s);
}

static void write_plot(struct sheet *s, enum compare_plot kind)
{
    page_drawing(&s->page, s->plots->folder, s->plots->gnuplot, &s->plots->plot[kind]);
}

/* ---- faults ---- */

/* Whether the system came back by itself, beside its twin. */
static const char *came_back(struct sheet *s, const struct fault_summary *f)
{
    struct arena *a = &s->page.arena;
    if (f->judged_count == 0)
        return "–";
    if (f->metastable_count > 0)
        return arena_printf(a, "no: metastable in %d of %d", f->metastable_count, f->judged_count);
    if (f->recovered_count == 0)
        return "not within the day";
    const char *after = figure_duration(f->recovered_after_s, a);
    return f->recovered_count == f->judged_count
               ? after
               : arena_printf(a, "%s in %d of %d", after, f->recovered_count, f->judged_count);
}

static void write_fault_row(struct sheet *s, const struct variant *v, const struct fault_summary *f)
{
    struct arena *a = &s->page.arena;
    row_head(s, v->name);
    fprintf(s->page.out, "<td>%s</td><td class=\"n\">%s</td>", page_text(&s->page, f->name),
            f->detected_count ? figure_duration(f->detected_after_s, a) : "never");
    if (f->restored_count == 0)
        fputs("<td class=\"n\">not within the day</td>", s->page.out);
    else
        fprintf(s->page.out, "<td class=\"n\">%s%s</td>", figure_duration(f->restored_after_s, a),
                f->restored_count < f->replications
                    ? arena_printf(a, " <span class=\"soft\">in %d of %d</span>", f->restored_count, f->replications)
                    : "");
    fprintf(s->page.out, "<td class=\"n\">%s</td>", came_back(s, f));
    const struct ci failed = f->failed_requests;
    cell(s, ci_has_interval(failed) ? arena_printf(a, "%s ± %s", figure_count(round(failed.mean), a),
                                                   figure_count(ceil(ci_half_width(failed)), a))
                                    : figure_count(round(failed.mean), a));
    cell(s, f->lost_writes.mean > 0 ? figure_count(round(f->lost_writes.mean), a) : "–");
    cell(s, compare_money(v->event_loss_usd, false, a));
    fputs("</tr>\n", s->page.out);
}

static void write_faults(struct sheet *s)
{
    bool any = false;
    page_heading(&s->page, "fault", "The fault side by side");
    for (int i = 0; i < s->c->count; i++)
        any = any || s->c->variants[i].results->fault_count > 0;
    if (!any) {
        fputs("<p>No fault happens on the headline day of any variant.</p>\n", s->page.out);
        return;
    }
    write_plot(s, COMPARE_FAULT);
    open_table(s, "stacked",
               "<th>Variant</th><th>Fault</th><th class=\"n\">Noticed after</th><th class=\"n\">Restored after</th>"
               "<th class=\"n\">Back by itself</th><th class=\"n\">Requests failed</th>"
               "<th class=\"n\">Writes lost</th><th class=\"n\">Margin lost by all faults</th>");
    for (int i = 0; i < s->c->count; i++)
        for (int f = 0; f < s->c->variants[i].results->fault_count; f++)
            write_fault_row(s, &s->c->variants[i], &s->c->variants[i].results->faults[f]);
    close_table(s);
}

/* ---- what failures cost in a year ---- */

static const struct risk_mode *mode_of(const struct variant *v, const char *name)
{
    for (int m = 0; v->risk && m < v->risk->mode_count; m++)
        if (strcmp(v->risk->modes[m].name, name) == 0)
            return &v->risk->modes[m];
    return NULL;
}

/* A mode stands where the first variant that has it comes. */
static bool is_new_mode(const struct comparison *c, int variant, const char *name)
{
    for (int i = 0; i < variant; i++)
        if (mode_of(&c->variants[i], name))
            return false;
    return true;
}

static void write_mode(struct sheet *s, const struct risk_mode *mode)
{
    row_head(s, mode->name);
    fprintf(s->page.out, "<td class=\"n\">%s</td>", figure_number(mode->per_year, &s->page.arena));
    for (int i = 0; i < s->c->count; i++) {
        const struct risk_mode *its = mode_of(&s->c->variants[i], mode->name);
        cell(s, its ? compare_money(its->loss_usd, false, &s->page.arena) : "–");
    }
    fputs("</tr>\n", s->page.out);
}

static void year_row(struct sheet *s, const char *name, size_t offset)
{
    bool any = false;
    for (int i = 0; i < s->c->count; i++) {
        const struct risk_result *risk = s->c->variants[i].risk;
        any = any || (risk && !isnan(*(const double *)(const void *)((const char *)risk + offset)));
    }
    if (!any)
        return;
    row_head(s, name);
    fputs("<td></td>", s->page.out);
    for (int i = 0; i < s->c->count; i++) {
        const char *risk = (const char *)s->c->variants[i].risk;
        cell(s, risk ? figure_usd(*(const double *)(const void *)(risk + offset), &s->page.arena) : "–");
    }
    fputs("</tr>\n", s->page.out);
}

static void write_losses(struct sheet *s)
{
    const struct comparison *c = s->c;
    bool any = false;
    for (int i = 0; i < c->count; i++)
        any = any || c->variants[i].risk;
    page_heading(&s->page, "losses", "What failures cost");
    fprintf(s->page.out, "<p class=\"soft\">Expected loss of a year at contribution margin: %s.</p>\n",
            page_text(&s->page, c->consists_of));
    if (!any)
        return;
    open_table(s, "stacked",
               arena_printf(&s->page.arena,
                            "<th>Mode of failure</th><th class=\"n\">Events a year, base</th><th class=\"n\">%s</th>%s",
                            page_text(&s->page, c->variants[0].name), variant_heads(s, "")));
    for (int i = 0; i < c->count; i++)
        for (int m = 0; c->variants[i].risk && m < c->variants[i].risk->mode_count; m++)
            if (is_new_mode(c, i, c->variants[i].risk->modes[m].name))
                write_mode(s, &c->variants[i].risk->modes[m]);
    year_row(s, "median year", offsetof(struct risk_result, p50_usd));
    year_row(s, "one year in twenty is worse than", offsetof(struct risk_result, p95_usd));
    close_table(s);
}

/* ---- differences ---- */

static const struct operation_pair *find_pair(const struct variant *v, const char *name)
{
    for (int o = 0; o < v->operation_count; o++)
        if (strcmp(v->operations[o].name, name) == 0)
            return &v->operations[o];
    return NULL;
}

static void write_availability(struct sheet *s)
{
    fputs("<h3>Availability</h3>\n<p class=\"soft\">Difference in percentage points; positive is better.</p>\n",
          s->page.out);
    open_table(s, "stacked", variant_heads(s, "<th>Operation</th>"));
    for (int o = 0; o < s->c->variants[0].operation_count; o++) {
        const char *name = s->c->variants[0].operations[o].name;
        row_head(s, name);
        for (int i = 1; i < s->c->count; i++) {
            const struct operation_pair *pair = find_pair(&s->c->variants[i], name);
            cell(s, pair ? compare_points(pair->availability, &s->page.arena) : "–");
        }
        fputs("</tr>\n", s->page.out);
    }
    close_table(s);
}

static void write_latency(struct sheet *s)
{
    static const enum latency_figure shown[] = { LATENCY_P50, LATENCY_P95, LATENCY_P99, LATENCY_P999 };
    static const char *const names[] = { "p50", "p95", "p99", "p99.9" };
    fputs("<h3>Latency</h3>\n<p class=\"soft\">Difference in milliseconds; negative is better.</p>\n", s->page.out);
    open_table(s, "stacked", variant_heads(s, "<th>Operation</th><th></th>"));
    for (int o = 0; o < s->c->variants[0].operation_count; o++) {
        const char *name = s->c->variants[0].operations[o].name;
        if (isnan(s->c->variants[0].operations[o].latency_ms[LATENCY_P50].mean))
            continue;
        for (size_t f = 0; f < ARRAY_LEN(shown); f++) {
            row_head(s, f ? "" : name);
            fprintf(s->page.out, "<td class=\"soft\">%s</td>", names[f]);
            for (int i = 1; i < s->c->count; i++) {
                const struct operation_pair *pair = find_pair(&s->c->variants[i], name);
                cell(s, pair ? compare_ms(pair->latency_ms[shown[f]], true, &s->page.arena) : "–");
            }
            fputs("</tr>\n", s->page.out);
        }
    }
    close_table(s);
}

static void money_row(struct sheet *s, const char *name, size_t offset)
{
    row_head(s, name);
    for (int i = 1; i < s->c->count; i++) {
        const char *v = (const char *)&s->c->variants[i];
        cell(s, compare_money(*(const struct ci *)(const void *)(v + offset), true, &s->page.arena));
    }
    fputs("</tr>\n", s->page.out);
}

static void write_money_differences(struct sheet *s)
{
    fputs("<h3>Money</h3>\n<p class=\"soft\">Difference in USD; negative is cheaper.</p>\n", s->page.out);
    open_table(s, "stacked", variant_heads(s, "<th></th>"));
    money_row(s, "Mean month", offsetof(struct variant, monthly_mean_ci));
    money_row(s, "Dearest month", offsetof(struct variant, monthly_peak_ci));
    money_row(s, "Bill a year", offsetof(struct variant, annual_ci));
    money_row(s, "Expected loss a year", offsetof(struct variant, loss_ci));
    money_row(s, "Bill and expected loss", offsetof(struct variant, total_ci));
    close_table(s);
}

static void write_changes(struct sheet *s)
{
    page_heading(&s->page, "changes", "What differs");
    for (int i = 1; i < s->c->count; i++) {
        const struct variant *v = &s->c->variants[i];
        fprintf(s->page.out, "<h3>%s</h3>\n<p class=\"soft\">%s</p>\n", page_text(&s->page, v->name),
                page_text(&s->page, v->results->sc->name));
        if (v->change_count == 0)
            fputs("<p>Nothing but the name.</p>\n", s->page.out);
        if (v->change_count == 0)
            continue;
        open_table(s, "changes", "<th>Key</th><th>Base</th><th>Variant</th>");
        for (int k = 0; k < v->change_count; k++)
            fprintf(s->page.out, "<tr><td><code>%s</code></td><td><code>%s</code></td><td><code>%s</code></td></tr>\n",
                    page_text(&s->page, v->changes[k].path),
                    v->changes[k].base ? page_text(&s->page, v->changes[k].base) : "–",
                    v->changes[k].variant ? page_text(&s->page, v->changes[k].variant) : "–");
        close_table(s);
    }
}

/* ---- assumptions, footer ---- */

static void write_assumptions(struct sheet *s)
{
    page_heading(&s->page, "assumptions", "Assumptions and warnings");
    fputs("<ul class=\"plain\">\n", s->page.out);
    for (int i = 0; i < s->c->warning_count; i++)
        fprintf(s->page.out, "<li><strong>Warning:</strong> %s</li>\n", page_text(&s->page, s->c->warnings[i]));
    for (const char *const *line = compare_assumptions(s->c, &s->page.arena); *line; line++)
        fprintf(s->page.out, "<li>%s</li>\n", page_text(&s->page, *line));
    fputs("</ul>\n", s->page.out);
}

static void write_footer(struct sheet *s)
{
    const struct comparison *c = s->c;
    const struct timing *t = &c->timing;
    fprintf(s->page.out,
            "</main>\n<footer><p>Made by headroom %s. The same scenarios, seed and replications give the same page, "
            "but for "
            "the times below.</p><dl>\n<dt>seed</dt><dd>%" PRId64 "</dd>\n<dt>replications</dt><dd>%d of each</dd>\n",
            HEADROOM_VERSION, c->variants[0].results->sc->seed, c->pairs);
    for (int i = 0; i < c->count; i++)
        fprintf(s->page.out, "<dt>%s</dt><dd>%s, sha256 <code>%s</code></dd>\n",
                page_text(&s->page, c->variants[i].name), page_text(&s->page, c->variants[i].results->sc->path),
                page_text(&s->page, c->variants[i].results->sc->sha256));
    fprintf(s->page.out, "<dt>simulated</dt><dd>in %s on %s, at most %.0f MiB</dd>\n</dl></footer>\n</body>\n</html>\n",
            figure_duration(t->wall_s, &s->page.arena), figure_things(t->threads, "thread", &s->page.arena),
            (double)t->peak_rss_bytes / 1048576);
}

void compare_html_write(const struct comparison *c, const struct compare_plots *plots, FILE *out)
{
    struct sheet s = { .page.out = out, .c = c, .plots = plots };
    arena_init(&s.page.arena);
    write_head(&s);
    write_verdict(&s);
    write_variants(&s);
    write_benefits(&s);
    page_heading(&s.page, "plots", "What it costs");
    write_plot(&s, COMPARE_COST_AVAILABILITY);
    write_plot(&s, COMPARE_COST_P99);
    write_faults(&s);
    write_losses(&s);
    page_heading(&s.page, "money", "Where the money goes");
    write_plot(&s, COMPARE_SERVICES);
    page_heading(&s.page, "differences", "Differences");
    fprintf(out, "<p class=\"soft\">Variant minus %s, with 95 %% intervals of the paired differences.</p>\n",
            page_text(&s.page, c->variants[0].name));
    write_availability(&s);
    write_latency(&s);
    write_money_differences(&s);
    write_changes(&s);
    write_assumptions(&s);
    write_footer(&s);
    arena_fini(&s.page.arena);
}
