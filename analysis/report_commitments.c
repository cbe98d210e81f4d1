/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What became of commitments in the month that is shown: a table of the report, and an array of results.json. */
#include <math.h>

#include "analysis/figure.h"
#include "analysis/report_html.h"
#include "analysis/results_json.h"
#include "pricing/commitment.h"

static double usd_of(money amount)
{
    return (double)amount / (double)MONEY_PER_USD;
}

static void write_row(struct page *page, const struct commitment_result *r)
{
    struct arena *const a = &page->arena;
    fprintf(page->out,
            "<tr><td>%s<br><span class=\"soft\">%s%s</span></td><td class=\"n\">%s</td><td class=\"n\">%.1f %%</td>"
            "<td class=\"n\">%s</td><td class=\"n\">%.1f %%</td><td class=\"n\">%s</td><td class=\"n\">%s</td></tr>\n",
            page_text(page, r->of->name), page_text(page, commitment_text(r->of, a)),
            r->low_confidence ? ", on rates of low confidence" : "", figure_usd(usd_of(r->fee), a),
            r->utilisation * 100, figure_usd(usd_of(r->unused), a), r->coverage * 100, figure_usd(usd_of(r->saving), a),
            isfinite(r->break_even) ? arena_printf(a, "%.0f %%", r->break_even * 100) : "never");
}

void report_commitments(struct page *page)
{
    const struct bill *const bill = &page->r->cost.bill;
    if (bill->commitment_count == 0)
        return;
    fputs(
        "<h3>Commitments</h3><p class=\"soft\">What they cover is billed at nothing; their fees are billed whatever is "
        "used. Even: as much must be used until nothing is lost against on demand.</p>\n"
        "<div class=\"scroll\"><table><thead><tr><th>Commitment</th><th class=\"n\">Fee</th><th class=\"n\">Used</th>"
        "<th class=\"n\">Unused</th><th class=\"n\">Covers</th><th class=\"n\">Saves</th><th class=\"n\">Even</th></tr>"
        "</thead><tbody>\n",
        page->out);
    for (size_t i = 0; i < bill->commitment_count; i++)
        write_row(page, &bill->commitments[i]);
    fputs("</tbody></table></div>\n", page->out);
}

void results_json_commitments(cJSON *bill, const struct cost *cost)
{
    cJSON *const list = cJSON_AddArrayToObject(bill, "commitments");
    for (size_t i = 0; i < cost->bill.commitment_count; i++) {
        const struct commitment_result *const r = &cost->bill.commitments[i];
        cJSON *const one = cJSON_CreateObject();
        cJSON_AddStringToObject(one, "name", r->of->name);
        json_usd(one, "fee_usd", usd_of(r->fee));
        json_usd(one, "unused_usd", usd_of(r->unused));
        json_usd(one, "saving_usd", usd_of(r->saving));
        json_number(one, "utilisation", r->utilisation);
        json_number(one, "coverage", r->coverage);
        json_number(one, "break_even_utilisation", r->break_even);
        cJSON_AddItemToArray(list, one);
    }
}
