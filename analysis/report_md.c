/* SPDX-License-Identifier: GPL-3.0-or-later */
/* report.md: what a pull request needs, and where to read more. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analysis/bill_groups.h"
#include "analysis/escape.h"
#include "analysis/figure.h"
#include "analysis/remarks.h"
#include "analysis/report.h"
#include "pricing/price_book.h"

struct markdown {
    const struct results *r;
    FILE *out;
    struct arena arena;
};

static const char *text(struct markdown *m, const char *raw)
{
    return escape_markdown(raw ? raw : "", &m->arena);
}

/* A number for a table cell; '$' would begin a formula on some pages, so it is escaped. */
static const char *usd(struct markdown *m, double value)
{
    return arena_printf(&m->arena, "\\%s", figure_usd(value, &m->arena));
}

static const char *usd_interval(struct markdown *m, struct ci ci)
{
    if (!ci_has_interval(ci))
        return usd(m, ci.mean);
    return arena_printf(&m->arena, "%s ± %s", usd(m, ci.mean), figure_half_usd(ci, &m->arena) + 1);
}

static const char *interval(struct markdown *m, const char *value, const char *half)
{
    return half[0] ? arena_printf(&m->arena, "%s ± %s", value, half) : value;
}

static const char *found(struct markdown *m, const struct objective_summary *o)
{
    struct arena *a = &m->arena;
    const struct ci value = o->value;
    if (isnan(value.mean))
        return "–";
    if (strcmp(o->unit, "share") == 0)
        return interval(m, figure_share(value, a), figure_half_percent(value, a));
    if (strcmp(o->unit, "ms") == 0)
        return interval(m, arena_printf(a, "%s ms", figure_ms(value.mean, a)), figure_half_ms(value, a));
    return usd_interval(m, value);
}

static void write_verdict(struct markdown *m)
{
    const struct results *r = m->r;
    fprintf(m->out, "# %s\n\n", text(m, r->sc->name));
    if (r->violation)
        fprintf(m->out, "> **These results are not valid.** An internal check failed: %s\n\n", text(m, r->violation));
    if (r->partial)
        fprintf(m->out, "> **Partial.** The run was interrupted: %d of %d simulated days are finished.\n\n",
                r->finished, r->planned);
    if (r->out_of_time)
        fprintf(m->out, "> **Not reproducible:** %s.\n\n", remark_time_limit(r, &m->arena));
    const char *imprecise = remark_precision(r, &m->arena);
    if (imprecise)
        fprintf(m->out, "> **Precision not reached:** %s.\n\n", imprecise);
    if (r->objective_count) {
        fprintf(m->out, "**%s**\n\n| verdict | objective | found |\n| --- | --- | ---: |\n",
                results_verdict(r) == VERDICT_MET      ? "All objectives are met."
                : results_verdict(r) == VERDICT_MISSED ? "An objective is missed."
                                                       : "An objective is undecided.");
        for (int i = 0; i < r->objective_count; i++)
            fprintf(m->out, "| **%s** | %s | %s |\n", verdict_name(r->objectives[i].verdict),
                    text(m, r->objectives[i].text), found(m, &r->objectives[i]));
    } else {
        fputs("No objectives were set.\n", m->out);
    }
    fprintf(m->out, "\n%s of %s: %s, seed %" PRId64 ". %s\n\n",
            figure_things(r->replications, "replication", &m->arena),
            figure_duration((double)r->sc->clock.length / (double)SIM_SECOND, &m->arena),
            remark_simulated(r, &m->arena), r->sc->seed, remark_intervals(r, &m->arena));
}

static const char *cents_text(struct markdown *m, int64_t cents)
{
    return arena_printf(&m->arena, "\\%s", figure_cents(cents, &m->arena));
}

static const char *group_note(const struct bill_group *group)
{
    return group->unpriced == 0 ? "" : group->unpriced == group->lines ? "unpriced" : " and what is unpriced";
}

/* The bill that is shown line by line elsewhere, to the cent. */
static void write_grouping(struct markdown *m, enum bill_grouping grouping)
{
    const struct cost *c = &m->r->cost;
    struct bill_group *groups;
    const int count = bill_groups(&c->bill, grouping, &groups, &m->arena);
    fprintf(m->out, "\n| %s %d by %s | USD |\n| --- | ---: |\n", calendar_month_name(c->start_month), c->calendar.year,
            bill_grouping_names[grouping]);
    for (int g = 0; g < count; g++)
        fprintf(m->out, "| %s | %s%s |\n", text(m, groups[g].name),
                groups[g].unpriced == groups[g].lines ? "" : cents_text(m, groups[g].cents), group_note(&groups[g]));
    if (unpriced_is_all(&c->unpriced, (double)c->bill.total_cents))
        fputs("| **total** | unpriced |\n", m->out);
    else
        fprintf(m->out, "| **total** | **%s**%s |\n", cents_text(m, c->bill.total_cents),
                c->bill.unpriced > 0 ? " and what is unpriced" : "");
}

static void write_activity(struct markdown *m)
{
    const struct activity *a = &m->r->cost.activity;
    fputs("\n| operation | answered in the month | per 1,000, USD | USD |\n| --- | ---: | ---: | ---: |\n", m->out);
    for (int o = 0; o < a->operation_count; o++)
        fprintf(m->out, "| %s | %s | %.4f | %s |\n", text(m, a->operations[o]), figure_short(a->answered[o], &m->arena),
                a->answered[o] > 0 ? activity_unit_usd(a, o) * 1000 : 0, cents_text(m, a->cents[o]));
    fprintf(m->out, "| *idle capacity* | | | %s |\n| **total** | | | **%s** |\n", cents_text(m, a->idle_cents),
            cents_text(m, a->total_cents));
}

static void write_unpriced(struct markdown *m, const struct unpriced_list *unpriced)
{
    if (unpriced->count == 0)
        return;
    fprintf(m->out,
            "> **Incomplete.** The price book has no rate for what is on %s of the bill, and every total leaves it "
            "out.\n\n| unpriced | service | region | component |\n| --- | --- | --- | --- |\n",
            unpriced_text(unpriced, &m->arena));
    for (int i = 0; i < unpriced->count; i++) {
        const struct unpriced_usage *u = &unpriced->list[i];
        fprintf(m->out, "| %s | %s | %s | %s |\n", text(m, u->usage_type), text(m, u->service), text(m, u->region),
                text(m, u->resource));
    }
    fputc('\n', m->out);
}

static const char *cost_interval(struct markdown *m, struct ci ci)
{
    return unpriced_is_all(&m->r->cost.unpriced, ci.mean) ? "unpriced" : usd_interval(m, ci);
}

static void write_figures(struct markdown *m)
{
    const struct results *r = m->r;
    const struct cost *c = &r->cost;
    fputs("| | USD |\n| --- | ---: |\n", m->out);
    if (c->monthly) {
        fprintf(m->out, "| average month | %s |\n", cost_interval(m, c->monthly_mean_usd));
        fprintf(m->out, "| dearest month, %s | %s |\n", calendar_month_name(c->peak_month),
                cost_interval(m, c->monthly_peak_usd));
        fprintf(m->out, "| year %d | %s |\n", c->calendar.year, cost_interval(m, c->annual_usd));
    }
    fprintf(m->out, "| %s | %s |\n", figure_span(r->sc), cost_interval(m, c->window_usd));
    if (!r->business.present)
        return;
    fprintf(m->out, "| orders lost to failures | %s |\n", usd_interval(m, r->business.lost_value_usd));
    if (unpriced_is_all(&c->unpriced, c->window_usd.mean))
        return;
    fprintf(m->out, "| 1,000 orders of %s | %s |\n", figure_span(r->sc), usd(m, r->business.usd_per_1000_orders.mean));
    if (c->monthly && c->volume.orders > 0)
        fprintf(m->out, "| 1,000 orders over the year | %s |\n", usd(m, c->annual_usd.mean / c->volume.orders * 1000));
}

/* What to verify before believing. */
static void write_doubtful(struct markdown *m)
{
    const struct bill *bill = &m->r->cost.bill;
    fprintf(m->out, "\nPrices as of %s. ", text(m, m->r->price_date));
    size_t count = 0;
    for (size_t i = 0; i < bill->line_count; i++)
        count += price_confidence_is_low(bill->lines[i].confidence);
    if (count == 0) {
        fputs("No line rests on a rate of low confidence.\n", m->out);
        return;
    }
    fputs("Lines that rest on a rate of low confidence (derived, from hearsay or from memory):\n\n"
          "| line | confidence | USD |\n| --- | --- | ---: |\n",
          m->out);
    for (size_t i = 0; i < bill->line_count; i++) {
        const struct bill_line *const line = &bill->lines[i];
        if (price_confidence_is_low(line->confidence))
            fprintf(m->out, "| %s | %s | %s |\n", text(m, line->description), text(m, line->confidence),
                    cents_text(m, line->cents));
    }
}

static void write_money(struct markdown *m)
{
    const struct cost *c = &m->r->cost;
    fputs("## Money\n\n", m->out);
    write_unpriced(m, &c->unpriced);
    write_figures(m);
    if (c->monthly) {
        write_grouping(m, GROUP_SERVICE);
        write_grouping(m, GROUP_TIER);
        if (!unpriced_is_all(&c->unpriced, (double)c->bill.total_cents))
            write_activity(m);
        write_doubtful(m);
    }
    fputc('\n', m->out);
}

static void write_operations(struct markdown *m)
{
    const struct results *r = m->r;
    struct arena *a = &m->arena;
    fputs("## Availability and latency\n\n| operation | availability | p50 ms | p95 ms | p99 ms | failed |\n"
          "| --- | ---: | ---: | ---: | ---: | ---: |\n",
          m->out);
    for (int i = 0; i < r->operation_count; i++) {
        const struct operation_summary *op = &r->operations[i];
        if (isnan(op->availability.mean))
            continue;
        fprintf(m->out, "| %s | %s | %s | %s | %s | %s |\n", text(m, op->name),
                op->one_sided ? "100 %" : figure_share(op->availability, a),
                figure_ms(op->latency_ms[LATENCY_P50].mean, a), figure_ms(op->latency_ms[LATENCY_P95].mean, a),
                figure_ms(op->latency_ms[LATENCY_P99].mean, a),
                figure_per_day((double)op->failed / r->replications, a));
    }
    fputc('\n', m->out);
}

static void write_faults(struct markdown *m)
{
    const struct results *r = m->r;
    struct arena *a = &m->arena;
    if (r->fault_count == 0)
        return;
    fputs("## Faults\n\n| fault | begins | noticed after | restored after | requests failed | by itself |\n"
          "| --- | --- | --- | --- | ---: | --- |\n",
          m->out);
    for (int i = 0; i < r->fault_count; i++) {
        const struct fault_summary *f = &r->faults[i];
        fprintf(m->out, "| %s | %s | %s | %s | %s | %s |\n", text(m, f->name), figure_fault_when(r->sc, f->start_s, a),
                figure_duration(f->detected_after_s, a), figure_duration(f->restored_after_s, a),
                f->lost_writes.mean > 0 ? arena_printf(a, "%s; %s acknowledged writes lost",
                                                       figure_count(round(f->failed_requests.mean), a),
                                                       figure_count(ceil(f->lost_writes.mean), a))
                                        : figure_count(round(f->failed_requests.mean), a),
                f->judged_count ? remark_recovery(f, a) : "");
    }
    fputc('\n', m->out);
}

static void write_limits(struct markdown *m)
{
    const struct results *r = m->r;
    enum { SHOWN = 5 };
    if (r->limit_count == 0)
        return;
    fputs(
        "## First limits\n\n| component | limit | peak | of | share | at |\n| --- | --- | ---: | ---: | ---: | --- |\n",
        m->out);
    for (int i = 0; i < r->limit_count && i < SHOWN; i++) {
        const struct limit_summary *l = &r->limits[i];
        fprintf(m->out, "| %s | %s | %s | %s | %s | %s |\n", text(m, l->component), text(m, l->limit),
                figure_limit(l->value, l->maximum, &m->arena), figure_limit(l->maximum, l->maximum, &m->arena),
                figure_busy(l->peak_share, &m->arena), figure_clock(r->sc, l->at_s, false, &m->arena));
    }
    fputc('\n', m->out);
}

static void write_plots(struct markdown *m, const struct plots *plots)
{
    bool any = false;
    for (int k = 0; k < PLOT_KINDS; k++) {
        const struct plot *plot = &plots->plot[k];
        if (!plot->drawn)
            continue;
        if (!any)
            fputs("## Plots\n\n", m->out);
        any = true;
        fprintf(m->out, "![%s. %s](plots/%s.png)\n\n", plot->title, plot->caption, plot->file);
    }
    if (!any)
        fputs("Plots were not drawn: install gnuplot (Debian: `apt install gnuplot-nox`) and run `gnuplot capacity.gp` "
              "inside `plots/`.\n\n",
              m->out);
}

void report_md_write(const struct results *r, const struct plots *plots, FILE *out)
{
    struct markdown m = { .r = r, .out = out };
    arena_init(&m.arena);
    write_verdict(&m);
    write_money(&m);
    write_operations(&m);
    write_faults(&m);
    write_limits(&m);
    report_md_calls(r, out, &m.arena);
    fputs("## Architecture\n\n```mermaid\n", out);
    mermaid_write(r->sc, out);
    fputs("```\n\n", out);
    write_plots(&m, plots);
    if (r->warning_count) {
        fputs("## Warnings\n\n", out);
        for (int i = 0; i < r->warning_count; i++)
            fprintf(out, "- %s\n", text(&m, r->warnings[i]));
        fputc('\n', out);
    }
    fprintf(out, "headroom %s, scenario sha256 `%s`, fingerprint `%016" PRIx64 "`.\n", HEADROOM_VERSION,
            text(&m, r->sc->sha256), r->fingerprint);
    arena_fini(&m.arena);
}
