/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Money in report.html: the figures at the top, the months of the year, what an operation costs. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analysis/figure.h"
#include "analysis/report_html.h"

static void usd_tile(struct page *page, const char *name, struct ci ci, const char *note)
{
    const char *half = figure_half_usd(ci, &page->arena);
    const char *all = half[0] ? arena_printf(&page->arena, "± %s%s%s", half, note[0] ? ", " : "", note) : note;
    page_tile(page, name, figure_usd(ci.mean, &page->arena), all);
}

/* Of a sum of bills: what has no rate at all has no amount. */
static void money_tile(struct page *page, const char *name, struct ci ci, const char *note)
{
    if (unpriced_is_all(&page->r->cost.unpriced, ci.mean))
        page_tile(page, name, "unpriced", note);
    else
        usd_tile(page, name, ci, note);
}

static void write_unit_tiles(struct page *page, const char *span)
{
    const struct results *r = page->r;
    const struct cost *c = &r->cost;
    struct arena *a = &page->arena;
    page_tile(page, "Per million requests", figure_usd(r->usd_per_million_requests.mean, a),
              c->monthly ? arena_printf(a, "edge requests of %s; %s over the year", span,
                                        figure_usd(c->annual_usd.mean / c->volume.requests * 1e6, a))
                         : arena_printf(a, "edge requests of %s", span));
    if (r->business.present)
        page_tile(page, "Per 1,000 orders", figure_usd(r->business.usd_per_1000_orders.mean, a),
                  c->monthly ? arena_printf(a, "orders of %s; %s over the year", span,
                                            figure_usd(c->annual_usd.mean / c->volume.orders * 1000, a))
                             : arena_printf(a, "orders of %s", span));
}

static void write_tiles(struct page *page)
{
    const struct results *r = page->r;
    const struct cost *c = &r->cost;
    struct arena *a = &page->arena;
    const char *span = figure_span(r->sc);
    fputs("<dl class=\"figures\">\n", page->out);
    if (c->monthly) {
        money_tile(page, "Average month", c->monthly_mean_usd, "");
        money_tile(page, "Dearest month", c->monthly_peak_usd, calendar_month_name(c->peak_month));
        money_tile(page, "Year", c->annual_usd, arena_printf(a, "%d", c->calendar.year));
    }
    money_tile(page, arena_printf(a, "T%s", span + 1), c->window_usd,
               !c->monthly           ? "at first-tier rates"
               : r->sc->also.present ? "at the month’s average rates, without what is bought beside"
                                     : "at the month’s average rates");
    if (!unpriced_is_all(&c->unpriced, c->window_usd.mean))
        write_unit_tiles(page, span);
    if (r->business.present)
        usd_tile(page, "Orders lost to failures", r->business.lost_value_usd,
                 arena_printf(a, "margin %s", figure_usd(r->business.lost_margin_usd.mean, a)));
    fputs("</dl>\n", page->out);
    if (r->business.present)
        fprintf(page->out,
                "<p class=\"soft\">%s orders fail %s; %s of them are taken to be lost, at %s each and a margin "
                "of %.0f %%.</p>\n",
                figure_count(round(r->business.failed_orders.mean), a), figure_in_span(r->sc),
                arena_printf(a, "%.0f %%", r->sc->business.lost_if_failed * 100),
                figure_usd((double)r->sc->business.value / (double)MONEY_PER_USD, a), r->sc->business.margin * 100);
}

static void write_days(struct page *page, int month)
{
    const struct cost *c = &page->r->cost;
    bool first = true;
    for (int d = 0; d < page->r->sc->day_type_count; d++) {
        const int64_t days_e6 = c->calendar.days_e6[month][d];
        if (days_e6 == 0)
            continue;
        fprintf(page->out, "%s%.4g %s", first ? "" : ", ", (double)days_e6 / 1e6,
                page_text(page, page->r->sc->day_types[d].name));
        first = false;
    }
}

static const char *cost_text(struct page *page, double usd)
{
    return unpriced_is_all(&page->r->cost.unpriced, usd) ? "unpriced" : figure_usd(usd, &page->arena);
}

/* "$20,961 to $21,012", or nothing where all months that could be drawn are the same to the dollar. */
static const char *range_text(struct page *page, struct spread spread)
{
    const char *low = cost_text(page, spread.p5), *high = cost_text(page, spread.p95);
    return strcmp(low, high) == 0 ? low : arena_printf(&page->arena, "%s to %s", low, high);
}

static void write_month_rows(struct page *page)
{
    const struct cost *c = &page->r->cost;
    const double most = c->monthly_peak_usd.mean;
    for (int m = 0; m < MONTHS; m++) {
        fprintf(page->out, "<tr><th scope=\"row\">%s</th><td class=\"soft\">", calendar_month_name(m + 1));
        write_days(page, m);
        fprintf(page->out,
                "</td><td class=\"n\">%s</td><td class=\"n soft\">%s</td><td class=\"track\"><span class=\"bar\" "
                "style=\"width:%.1f%%\"></span></td></tr>\n",
                cost_text(page, c->months[m].usd.mean), range_text(page, c->months[m].spread),
                most > 0 ? c->months[m].usd.mean / most * 100 : 0);
    }
}

static void write_months(struct page *page)
{
    const struct cost *c = &page->r->cost;
    fprintf(
        page->out,
        "<h3>The year</h3><p class=\"soft\">Each month of %d, mean of %d bills. Of the months that can be drawn from "
        "the simulated days, 90 %% lie in the range.</p><div class=\"scroll\"><table><thead><tr><th>Month</th>"
        "<th>Days</th><th class=\"n\">Bill</th><th class=\"n\">5 %% to 95 %%</th><th class=\"track\"></th></tr></thead>"
        "<tbody>\n",
        c->calendar.year, BILL_REPLICATIONS);
    write_month_rows(page);
    fprintf(page->out,
            "</tbody><tfoot><tr><th scope=\"row\">Year</th><td></td><td class=\"n\">%s</td><td class=\"n soft\">%s</td>"
            "<td class=\"track\"></td></tr></tfoot></table></div>\n",
            cost_text(page, c->annual_usd.mean), range_text(page, c->annual_spread));
}

/* ---- what one operation costs ---- */

static void write_operation(struct page *page, const char *name, const char *answered, const char *each, int64_t cents,
                            double most)
{
    fprintf(page->out,
            "<tr><th scope=\"row\">%s</th><td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td>"
            "<td class=\"track\"><span class=\"bar\" style=\"width:%.1f%%\"></span></td></tr>\n",
            name, answered, each, figure_cents(cents, &page->arena),
            most > 0 ? fmax(0, (double)cents) / most * 100 : 0);
}

/* A thousand of them; cheap ones need decimals. */
static const char *each_text(struct page *page, double usd)
{
    if (isnan(usd))
        return "–";
    return usd * 1000 < 1 ? arena_printf(&page->arena, "$%.4f", usd * 1000)
                          : arena_printf(&page->arena, "$%.2f", usd * 1000);
}

static void write_operations(struct page *page, const struct activity *a)
{
    int64_t most = a->idle_cents;
    for (int o = 0; o < a->operation_count; o++)
        most = a->cents[o] > most ? a->cents[o] : most;
    fputs("<div class=\"scroll\"><table><thead><tr><th>Operation</th><th class=\"n\">Answered</th><th class=\"n\">Per "
          "1,000</th><th class=\"n\">Month</th><th class=\"track\"></th></tr></thead><tbody>\n",
          page->out);
    for (int o = 0; o < a->operation_count; o++)
        write_operation(page, page_text(page, a->operations[o]), figure_short(a->answered[o], &page->arena),
                        each_text(page, activity_unit_usd(a, o)), a->cents[o], (double)most);
    write_operation(page, "<em>idle capacity</em>", "", "", a->idle_cents, (double)most);
    fprintf(page->out,
            "</tbody><tfoot><tr><th scope=\"row\">Bill</th><td></td><td></td><td class=\"n\">%s</td><td "
            "class=\"track\"></td></tr></tfoot>"
            "</table></div>\n",
            figure_cents(a->total_cents, &page->arena));
}

static void write_cents_cell(struct page *page, int64_t cents)
{
    fprintf(page->out, "<td class=\"n\">%s</td>", cents ? figure_cents(cents, &page->arena) : "");
}

static void write_component_rows(struct page *page, const struct activity *a)
{
    for (int p = 0; p < a->part_count; p++) {
        const struct activity_part *part = &a->parts[p];
        fprintf(page->out, "<tr><th scope=\"row\">%s</th>", page_text(page, part->name));
        for (int o = 0; o < a->operation_count; o++)
            write_cents_cell(page, part->cents[o]);
        write_cents_cell(page, part->idle_cents);
        write_cents_cell(page, part->total_cents);
        fputs("</tr>\n", page->out);
    }
}

static void write_components(struct page *page, const struct activity *a)
{
    fputs("<details><summary><span class=\"grow\">By component</span></summary><div class=\"scroll\"><table "
          "class=\"wide\"><thead><tr><th>Component</th>",
          page->out);
    for (int o = 0; o < a->operation_count; o++)
        fprintf(page->out, "<th class=\"n\">%s</th>", page_text(page, a->operations[o]));
    fputs("<th class=\"n\">idle</th><th class=\"n\">total</th></tr></thead><tbody>\n", page->out);
    write_component_rows(page, a);
    fputs("</tbody><tfoot><tr><th scope=\"row\">Bill</th>", page->out);
    for (int o = 0; o < a->operation_count; o++)
        write_cents_cell(page, a->cents[o]);
    write_cents_cell(page, a->idle_cents);
    write_cents_cell(page, a->total_cents);
    fputs("</tr></tfoot></table></div></details>\n", page->out);
}

static void write_activity(struct page *page)
{
    const struct cost *c = &page->r->cost;
    if (unpriced_is_all(&c->unpriced, (double)c->bill.total_cents))
        return;
    fprintf(
        page->out,
        "<h3>What an operation costs</h3><p class=\"soft\">The bill of %s %d, given to the operations that cause it: "
        "by CPU time, queries, requests, bytes or messages, whatever makes a line grow. Capacity that nobody used is "
        "idle.</p>\n",
        calendar_month_name(c->start_month), c->calendar.year);
    write_operations(page, &c->activity);
    write_components(page, &c->activity);
}

static void write_unpriced(struct page *page)
{
    const struct unpriced_list *unpriced = &page->r->cost.unpriced;
    if (unpriced->count == 0)
        return;
    fprintf(page->out,
            "<p class=\"alert\" role=\"alert\"><strong>Incomplete.</strong> The price book has no rate for what is on "
            "%s of the bill, and every total leaves it out.</p>\n<details><summary><span class=\"grow\">Unpriced"
            "</span></summary><ul class=\"plain\">\n",
            unpriced_text(unpriced, &page->arena));
    for (int i = 0; i < unpriced->count; i++) {
        const struct unpriced_usage *u = &unpriced->list[i];
        fprintf(page->out, "<li>unpriced: %s <span class=\"soft\">%s, %s, %s</span></li>\n",
                page_text(page, u->usage_type), page_text(page, u->service), page_text(page, u->region),
                page_text(page, u->resource));
    }
    fputs("</ul></details>\n", page->out);
}

void report_money(struct page *page)
{
    page_heading(page, "money", "Money");
    write_unpriced(page);
    write_tiles(page);
    page_plot(page, PLOT_COST);
    if (page->r->cost.monthly) {
        write_months(page);
        write_activity(page);
    } else {
        fputs("<p class=\"soft\">There is no monthly bill: the scenario has no <code>calendar</code>, or its days were "
              "not simulated.</p>\n",
              page->out);
    }
}
