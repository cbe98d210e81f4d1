/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The bill in report.html, line by line: by service, by tier of the architecture, by zone. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analysis/bill_groups.h"
#include "analysis/figure.h"
#include "analysis/report_html.h"
#include "pricing/price_book.h"

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

static const char *tier_text(struct page *page, const struct bill_line *line)
{
    struct arena *a = &page->arena;
    if (line->tier_from == 0 && isinf(line->tier_to))
        return "";
    if (isinf(line->tier_to))
        return arena_printf(a, "<br><span class=\"soft\">above %s</span>", figure_number(line->tier_from, a));
    return arena_printf(a, "<br><span class=\"soft\">%s to %s</span>", figure_number(line->tier_from, a),
                        figure_number(line->tier_to, a));
}

static void write_details(struct page *page, const struct bill_line *line)
{
    const char *const details[] = { line->usage_type, line->resource, line->zone, line->tier };
    bool first = true;
    for (size_t i = 0; i < ARRAY_LEN(details); i++) {
        if (!details[i] || !details[i][0])
            continue;
        fprintf(page->out, "%s%s", first ? "" : " · ", page_text(page, details[i]));
        first = false;
    }
    if (line->note)
        fprintf(page->out, "<br>%s", page_text(page, line->note));
}

static void write_line(struct page *page, const struct bill_line *line)
{
    struct arena *a = &page->arena;
    const bool low = price_confidence_is_low(line->confidence);
    fprintf(page->out, "<tr><td>%s<br><span class=\"soft\">", page_text(page, line->description));
    write_details(page, line);
    fprintf(page->out,
            "</span></td><td class=\"n\">%s</td><td class=\"n\">%s<br><span class=\"soft\">%s</span></td><td "
            "class=\"n\">%s%s</td>",
            line->unpriced ? "unpriced" : figure_cents(line->cents, a), figure_number(line->quantity, a),
            page_text(page, line->unit), line->unpriced ? "" : rate_text(page, line), tier_text(page, line));
    if (line->unpriced) {
        fputs("<td class=\"source\"><span class=\"undecided\">no rate</span></td></tr>\n", page->out);
        return;
    }
    fprintf(page->out, "<td class=\"source\">%s<br><span class=\"%s\">%s, %s</span></td></tr>\n",
            page_text(page, line->source), low ? "undecided" : "soft", page_text(page, line->confidence),
            page_text(page, line->as_of));
}

static void write_group(struct page *page, enum bill_grouping grouping, const struct bill_group *group)
{
    const struct bill *bill = &page->r->cost.bill;
    struct arena *a = &page->arena;
    fprintf(page->out,
            "<details><summary><span class=\"grow\">%s <span class=\"soft small\">%s%s</span></span><span "
            "class=\"n\">%s</span></summary>\n",
            page_text(page, group->name), figure_things(group->lines, "line", a),
            group->unpriced > 0 ? arena_printf(a, ", %d unpriced", group->unpriced) : "",
            group->unpriced == group->lines ? "unpriced" : figure_cents(group->cents, a));
    fputs("<div class=\"scroll\"><table class=\"wide\"><thead><tr><th>Line</th><th class=\"n\">Amount</th>"
          "<th class=\"n\">Quantity</th><th class=\"n\">Rate</th><th>Source of the rate</th></tr></thead><tbody>\n",
          page->out);
    for (size_t i = 0; i < bill->line_count; i++)
        if (strcmp(bill_group_of(&bill->lines[i], grouping), group->name) == 0)
            write_line(page, &bill->lines[i]);
    fputs("</tbody></table></div></details>\n", page->out);
}

static void write_grouping(struct page *page, enum bill_grouping grouping, const char *title)
{
    const struct bill *bill = &page->r->cost.bill;
    struct bill_group *groups;
    const int count = bill_groups(bill, grouping, &groups, &page->arena);
    fprintf(page->out, "<section class=\"bill-by-%s\"><h3>%s</h3>\n", bill_grouping_names[grouping], title);
    for (int g = 0; g < count; g++)
        write_group(page, grouping, &groups[g]);
    fprintf(page->out, "<div class=\"total\"><span>Total</span><span>%s%s</span></div></section>\n",
            bill->unpriced > 0 && bill->total_cents == 0 ? "" : figure_cents(bill->total_cents, &page->arena),
            bill->unpriced == 0      ? ""
            : bill->total_cents == 0 ? "unpriced"
                                     : " and what is unpriced");
}

/* What to verify before believing. */
static void write_doubtful(struct page *page)
{
    const struct bill *bill = &page->r->cost.bill;
    int64_t cents = 0;
    int count = 0;
    for (size_t i = 0; i < bill->line_count; i++)
        if (price_confidence_is_low(bill->lines[i].confidence)) {
            cents += bill->lines[i].cents;
            count++;
        }
    if (count == 0) {
        fputs("<p>No line rests on a rate of low confidence.</p>\n", page->out);
        return;
    }
    fprintf(page->out,
            "<p>%s, %s of the total, %s on a rate of low confidence: derived from other rates, from hearsay or from "
            "memory.</p><ul class=\"plain\">\n",
            figure_things(count, "line", &page->arena), figure_cents(cents, &page->arena),
            count == 1 ? "rests" : "rest");
    for (size_t i = 0; i < bill->line_count; i++) {
        const struct bill_line *line = &bill->lines[i];
        if (price_confidence_is_low(line->confidence))
            fprintf(page->out, "<li>%s: %s, %s</li>\n", page_text(page, line->description),
                    figure_cents(line->cents, &page->arena), page_text(page, line->confidence));
    }
    fputs("</ul>\n", page->out);
}

void report_bill(struct page *page)
{
    static const char *const titles[GROUPINGS] = { "By service", "By tier of the architecture",
                                                   "By zone; what is in no single zone by region" };
    const struct results *r = page->r;
    const struct cost *c = &r->cost;
    page_heading(page, "bill", "Bill");
    if (!c->monthly) {
        fputs("<p class=\"soft\">There is no bill without the calendar’s days.</p>\n", page->out);
        return;
    }
    const bool unpriced = unpriced_is_all(&c->unpriced, c->months[c->start_month - 1].usd.mean);
    fprintf(page->out,
            "<p class=\"soft\">%s %d as replication %d of the billed days has it, the one nearest the mean%s%s; "
            "<code>bill.csv</code> has the same lines. Each line is rounded to the cent once; totals add rounded "
            "lines. Prices as of %s.</p>\n",
            calendar_month_name(c->start_month), c->calendar.year, c->shown + 1, unpriced ? "" : " of ",
            unpriced ? "" : figure_usd(c->months[c->start_month - 1].usd.mean, &page->arena),
            r->price_date ? page_text(page, r->price_date) : "an unknown day");
    report_commitments(page);
    for (int g = 0; g < GROUPINGS; g++)
        write_grouping(page, (enum bill_grouping)g, titles[g]);
    write_doubtful(page);
}
