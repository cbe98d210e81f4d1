/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Money in report.html: the figures at the top, and the bill line by line at the end. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analysis/figure.h"
#include "analysis/report_html.h"

static void money_tile(struct page *page, const char *name, struct ci ci, const char *note)
{
    const char *half = figure_half_usd(ci, &page->arena);
    const char *all = half[0] ? arena_printf(&page->arena, "± %s%s%s", half, note[0] ? ", " : "", note) : note;
    page_tile(page, name, figure_usd(ci.mean, &page->arena), all);
}

static void write_tiles(struct page *page)
{
    const struct results *r = page->r;
    const struct cost *c = &r->cost;
    struct arena *a = &page->arena;
    fputs("<dl class=\"figures\">\n", page->out);
    if (c->monthly) {
        money_tile(page, "Average month", c->monthly_mean_usd, "");
        money_tile(page, "Dearest month", c->monthly_peak_usd, calendar_month_name(c->peak_month));
    }
    money_tile(page, "This day", c->window_usd, c->monthly ? "at the month’s average rates" : "at first-tier rates");
    page_tile(page, "Per million requests", figure_usd(r->usd_per_million_requests.mean, a),
              "edge requests of this day");
    if (r->business.present) {
        page_tile(page, "Per 1,000 orders", figure_usd(r->business.usd_per_1000_orders.mean, a), "orders of this day");
        money_tile(page, "Orders lost to failures", r->business.lost_value_usd,
                   arena_printf(a, "margin %s", figure_usd(r->business.lost_margin_usd.mean, a)));
    }
    fputs("</dl>\n", page->out);
    if (r->business.present)
        fprintf(
            page->out,
            "<p class=\"soft\">%s orders fail on this day; %s of them are taken to be lost, at %s each and a margin "
            "of %.0f %%.</p>\n",
            figure_count(round(r->business.failed_orders.mean), a),
            arena_printf(a, "%.0f %%", r->sc->business.lost_if_failed * 100),
            figure_usd((double)r->sc->business.value / (double)MONEY_PER_USD, a), r->sc->business.margin * 100);
}

static void write_months(struct page *page)
{
    const struct cost *c = &page->r->cost;
    const double most = c->monthly_peak_usd.mean;
    fprintf(page->out,
            "<div class=\"scroll\"><table><caption>Each month of %d, mean of %d bills</caption><thead><tr>"
            "<th>Month</th><th>Days</th><th class=\"n\">Bill</th><th></th></tr></thead><tbody>\n",
            c->calendar.year, BILL_REPLICATIONS);
    for (int m = 0; m < MONTHS; m++) {
        fprintf(page->out, "<tr><th scope=\"row\">%s</th><td class=\"soft\">", calendar_month_name(m + 1));
        bool first = true;
        for (int d = 0; d < page->r->sc->day_type_count; d++) {
            const int64_t days_e6 = c->calendar.days_e6[m][d];
            if (days_e6 == 0)
                continue;
            fprintf(page->out, "%s%.4g %s", first ? "" : ", ", (double)days_e6 / 1e6,
                    page_text(page, page->r->sc->day_types[d].name));
            first = false;
        }
        fprintf(page->out,
                "</td><td class=\"n\">%s</td><td class=\"track\"><span class=\"bar\" style=\"width:%.1f%%\">"
                "</span></td></tr>\n",
                figure_usd(c->months[m].usd.mean, &page->arena), most > 0 ? c->months[m].usd.mean / most * 100 : 0);
    }
    fputs("</tbody></table></div>\n", page->out);
}

void report_money(struct page *page)
{
    page_heading(page, "money", "Money");
    write_tiles(page);
    page_plot(page, PLOT_COST);
    if (page->r->cost.monthly)
        write_months(page);
    else
        fputs("<p class=\"soft\">There is no monthly bill: the scenario has no <code>calendar</code>, or its days were "
              "not simulated.</p>\n",
              page->out);
}

/* ---- the bill ---- */

/* A rate has all its decimals, and at least the two of cents. */
static const char *rate_text(struct page *page, const struct bill_line *line)
{
    char buffer[64];
    const char *rate = money_to_text(line->rate, buffer, sizeof buffer);
    const char *point = strchr(rate, '.');
    const char *cents = !point ? ".00" : strlen(point) == 2 ? "0" : "";
    const char *per = line->rate_per == 1         ? ""
                      : line->rate_per == 1000000 ? "1M "
                                                  : arena_printf(&page->arena, "%" PRId64 " ", line->rate_per);
    return arena_printf(&page->arena, "$%s%s / %s%s", rate, cents, per, page_text(page, line->unit));
}

static void write_line(struct page *page, const struct bill_line *line)
{
    struct arena *a = &page->arena;
    fprintf(page->out, "<tr><td>%s<br><span class=\"soft\">%s", page_text(page, line->description),
            page_text(page, line->usage_type));
    if (line->resource && line->resource[0])
        fprintf(page->out, " · %s", page_text(page, line->resource));
    if (line->zone && line->zone[0])
        fprintf(page->out, " · %s", page_text(page, line->zone));
    if (line->note)
        fprintf(page->out, "<br>%s", page_text(page, line->note));
    fprintf(page->out, "</span></td><td class=\"n\">%s</td><td class=\"n\">%s</td><td class=\"n\">%s</td></tr>\n",
            figure_number(line->quantity, a), rate_text(page, line), figure_cents(line->cents, a));
}

static int64_t service_cents(const struct bill *bill, const char *service)
{
    int64_t cents = 0;
    for (size_t i = 0; i < bill->line_count; i++)
        if (strcmp(bill->lines[i].service_name, service) == 0)
            cents += bill->lines[i].cents;
    return cents;
}

static void write_service(struct page *page, const struct service_cost *service)
{
    const struct bill *bill = &page->r->cost.bill;
    fprintf(page->out, "<details><summary><span class=\"grow\">%s</span><span class=\"n\">%s</span></summary>\n",
            page_text(page, service->name), figure_cents(service_cents(bill, service->name), &page->arena));
    fputs("<div class=\"scroll\"><table class=\"wide\"><thead><tr><th>Line</th><th class=\"n\">Quantity</th>"
          "<th class=\"n\">Rate</th><th class=\"n\">Amount</th></tr></thead><tbody>\n",
          page->out);
    for (size_t i = 0; i < bill->line_count; i++)
        if (strcmp(bill->lines[i].service_name, service->name) == 0)
            write_line(page, &bill->lines[i]);
    fputs("</tbody></table></div></details>\n", page->out);
}

void report_bill(struct page *page)
{
    const struct cost *c = &page->r->cost;
    page_heading(page, "bill", "Bill by service");
    if (!c->monthly) {
        fputs("<p class=\"soft\">There is no bill without the calendar’s days.</p>\n", page->out);
        return;
    }
    fprintf(page->out,
            "<p class=\"soft\">%s %d as replication %d of the billed days has it, the one nearest the mean of %s; "
            "<code>bill.csv</code> has the same lines. Each line is rounded to the cent once; totals add rounded "
            "lines.</p>\n",
            calendar_month_name(c->start_month), c->calendar.year, c->shown + 1,
            figure_usd(c->months[c->start_month - 1].usd.mean, &page->arena));
    for (int i = 0; i < c->service_count; i++)
        write_service(page, &c->services[i]);
    fprintf(page->out, "<div class=\"total\"><span>Total</span><span>%s</span></div>\n",
            figure_cents(c->bill.total_cents, &page->arena));
}
