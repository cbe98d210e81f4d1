/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `run` prints: the answer, its uncertainty, the detail; one screen. */
#include <math.h>
#include <string.h>

#include "analysis/figure.h"
#include "analysis/remarks.h"
#include "analysis/report.h"

struct screen {
    const struct results *r;
    FILE *out;
    bool color;
    struct arena arena;
};

enum { LABEL = 15 }; /* columns of the left margin's words */

/* A scenario's text with control characters taken out: a terminal obeys them. */
static const char *plain(struct screen *s, const char *text)
{
    char *copy = arena_text(&s->arena, text);
    for (char *c = copy; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
    return copy;
}

static const char *paint(const struct screen *s, enum verdict verdict)
{
    static const char *const paints[] = {
        [VERDICT_MET] = "\033[32m", [VERDICT_MISSED] = "\033[31m", [VERDICT_UNDECIDED] = "\033[33m"
    };
    return s->color ? paints[verdict] : "";
}

static const char *unpaint(const struct screen *s)
{
    return s->color ? "\033[0m" : "";
}

static const char *with_error(struct screen *s, const char *value, const char *half)
{
    return half[0] ? arena_printf(&s->arena, "%s +- %s", value, half) : value;
}

static const char *usd_with_error(struct screen *s, struct ci ci)
{
    return with_error(s, figure_usd(ci.mean, &s->arena), figure_half_usd(ci, &s->arena));
}

static const char *objective_value(struct screen *s, const struct objective_summary *o)
{
    struct arena *a = &s->arena;
    if (isnan(o->value.mean))
        return "-";
    if (strcmp(o->unit, "share") == 0)
        return with_error(s, figure_share(o->value, a), figure_half_percent(o->value, a));
    if (strcmp(o->unit, "ms") == 0)
        return with_error(s, arena_printf(a, "%s ms", figure_ms(o->value.mean, a)), figure_half_ms(o->value, a));
    return usd_with_error(s, o->value);
}

static void write_head(struct screen *s)
{
    const struct results *r = s->r;
    struct arena *a = &s->arena;
    fprintf(s->out, "%s   %s of %s, seed %lld\n", plain(s, r->sc->name),
            figure_things(r->replications, "replication", a),
            figure_duration((double)r->sc->clock.length / SIM_SECOND, a), (long long)r->sc->seed);
    if (r->violation)
        fprintf(s->out, "  %sINVALID%s         an internal check failed: %s\n", paint(s, VERDICT_MISSED), unpaint(s),
                plain(s, r->violation));
    if (r->partial)
        fprintf(s->out, "  %sPARTIAL%s         interrupted: %d of %d simulated days are finished\n",
                paint(s, VERDICT_UNDECIDED), unpaint(s), r->finished, r->planned);
    if (r->out_of_time)
        fprintf(s->out, "  %sNOT REPRODUCIBLE%s  %s\n", paint(s, VERDICT_UNDECIDED), unpaint(s),
                remark_time_limit(r, a));
    const char *imprecise = remark_precision(r, a);
    if (imprecise)
        fprintf(s->out, "  %sNOT PRECISE%s     %s\n", paint(s, VERDICT_UNDECIDED), unpaint(s), imprecise);
}

static void write_objectives(struct screen *s)
{
    for (int i = 0; i < s->r->objective_count; i++) {
        const struct objective_summary *o = &s->r->objectives[i];
        fprintf(s->out, "  %s%-10s%s  %-38s  %s", paint(s, o->verdict), verdict_name(o->verdict), unpaint(s),
                plain(s, o->text), objective_value(s, o));
        fprintf(s->out, o->note ? "  (%s)\n" : "%s\n", o->note ? o->note : "");
    }
    if (s->r->objective_count == 0)
        fputs("  no objectives: add `objectives:` to the scenario for a verdict\n", s->out);
}

static void write_label(struct screen *s, const char *label)
{
    fprintf(s->out, "  %-*s ", LABEL, label);
}

/* After several looks the level is not the usual one. */
static void write_level(struct screen *s)
{
    if (s->r->sc->precision <= 0)
        return;
    write_label(s, "intervals");
    fprintf(s->out, "at %s each; together, after %s, at 95 %%%s\n", remark_level(s->r, &s->arena),
            figure_things(s->r->tally->looks + 1, "look", &s->arena),
            s->r->cost.monthly ? "; of months and the year at 95 %" : "");
}

/* The month that is shown line by line, to the cent; the year beside it. */
static void write_bill(struct screen *s)
{
    const struct cost *c = &s->r->cost;
    struct arena *a = &s->arena;
    if (!c->monthly || unpriced_is_all(&c->unpriced, c->annual_usd.mean))
        return;
    write_label(s, "bill");
    fprintf(s->out, "%s%s for %s %d, line by line in the report; the year %s\n", figure_cents(c->bill.total_cents, a),
            c->bill.unpriced > 0 ? " (incomplete)" : "", calendar_month_name(c->start_month), c->calendar.year,
            usd_with_error(s, c->annual_usd));
}

static void write_sums(struct screen *s)
{
    const struct cost *c = &s->r->cost;
    struct arena *a = &s->arena;
    const bool nothing = unpriced_is_all(&c->unpriced, c->window_usd.mean);
    if (nothing && (!c->monthly || unpriced_is_all(&c->unpriced, c->annual_usd.mean))) {
        fprintf(s->out, "unpriced: nothing of %s has a rate\n", unpriced_text(&c->unpriced, a));
        return;
    }
    if (c->monthly)
        fprintf(s->out, "%s a month on average, %s in %s; %s %s\n", usd_with_error(s, c->monthly_mean_usd),
                usd_with_error(s, c->monthly_peak_usd), calendar_month_name(c->peak_month), figure_span(s->r->sc),
                nothing ? "unpriced" : figure_usd(c->window_usd.mean, a));
    else
        fprintf(s->out, "%s %s (no monthly bill)\n", figure_span(s->r->sc), usd_with_error(s, c->window_usd));
    if (c->unpriced.count > 0) {
        write_label(s, "");
        fprintf(s->out, "and what is unpriced: %s\n", unpriced_text(&c->unpriced, a));
    }
}

static void write_money(struct screen *s)
{
    const struct cost *c = &s->r->cost;
    const struct business_summary *b = &s->r->business;
    write_label(s, "money");
    write_sums(s);
    if (!b->present)
        return;
    write_label(s, "");
    fprintf(s->out, "%s of orders lost to failures %s", usd_with_error(s, b->lost_value_usd), figure_in_span(s->r->sc));
    if (!unpriced_is_all(&c->unpriced, c->window_usd.mean)) {
        fprintf(s->out, "; 1,000 orders cost %s", figure_usd(b->usd_per_1000_orders.mean, &s->arena));
        if (c->monthly && c->volume.orders > 0)
            fprintf(s->out, ", over the year %s", figure_usd(c->annual_usd.mean / c->volume.orders * 1000, &s->arena));
    }
    fputc('\n', s->out);
}

/* The operations of the traffic, four to a row; "all" and "static" say nothing that the reader asked for here. */
static void write_operations(struct screen *s, const char *label,
                             const char *(*value)(struct screen *, const struct operation_summary *))
{
    enum { PER_ROW = 4 };
    int written = 0;
    for (int i = 0; i < s->r->operation_count; i++) {
        const struct operation_summary *op = &s->r->operations[i];
        if (strcmp(op->name, "all") == 0 || strcmp(op->name, "static") == 0)
            continue;
        if (written % PER_ROW == 0) {
            fputs(written ? "\n" : "", s->out);
            write_label(s, written ? "" : label);
        }
        fprintf(s->out, "%s%s %s", written % PER_ROW ? "   " : "", plain(s, op->name), value(s, op));
        written++;
    }
    fputs(written ? "\n" : "", s->out);
}

static const char *availability_value(struct screen *s, const struct operation_summary *op)
{
    return op->one_sided ? "100 %" : figure_share(op->availability, &s->arena);
}

static const char *p99_value(struct screen *s, const struct operation_summary *op)
{
    return arena_printf(&s->arena, "%s ms", figure_ms(op->latency_ms[LATENCY_P99].mean, &s->arena));
}

static void write_faults(struct screen *s)
{
    struct arena *a = &s->arena;
    for (int i = 0; i < s->r->fault_count; i++) {
        const struct fault_summary *f = &s->r->faults[i];
        write_label(s, i == 0 ? "fault" : "");
        fprintf(s->out, "%s %s: ", figure_fault_when(s->r->sc, f->start_s, a), plain(s, f->name));
        if (f->replications == 0) {
            fputs("did not happen\n", s->out);
            continue;
        }
        if (f->detected_count)
            fprintf(s->out, "noticed after %s, ", figure_duration(f->detected_after_s, a));
        else
            fputs("not noticed, ", s->out);
        if (f->restored_count == f->replications)
            fprintf(s->out, "service restored after %s", figure_duration(f->restored_after_s, a));
        else
            fprintf(s->out, "service restored in %d of %d replications", f->restored_count, f->replications);
        fprintf(s->out, ", %s requests failed", figure_count(round(f->failed_requests.mean), a));
        if (f->lost_writes.mean > 0)
            fprintf(s->out, ", %s acknowledged writes lost", figure_count(ceil(f->lost_writes.mean), a));
        fputc('\n', s->out);
        const char *const recovery = remark_recovery(f, a);
        if (recovery) {
            write_label(s, "");
            fprintf(s->out, "%s\n", recovery);
        }
    }
}

static void write_limit(struct screen *s)
{
    if (s->r->limit_count == 0)
        return;
    struct arena *a = &s->arena;
    const struct limit_summary *l = &s->r->limits[0];
    write_label(s, "first limit");
    fprintf(s->out, "%s %s: ", plain(s, l->component), plain(s, l->limit));
    if (l->maximum != 1)
        fprintf(s->out, "%s of %s, ", figure_number(l->value, a), figure_number(l->maximum, a));
    fprintf(s->out, "%.0f %%", l->peak_share * 100);
    if (!isnan(l->at_s))
        fprintf(s->out, " at %s", figure_clock(s->r->sc, l->at_s, false, a));
    fputc('\n', s->out);
}

static void write_simulation(struct screen *s, const char *directory)
{
    const struct results *r = s->r;
    write_label(s, "simulated");
    fprintf(s->out, "%s\n", remark_simulated(r, &s->arena));
    write_label(s, "");
    fprintf(s->out, "in %s (%s/s, %s, %.0f MiB)\n", figure_duration(r->timing.wall_s, &s->arena),
            figure_short(r->timing.requests_per_s, &s->arena), figure_things(r->timing.threads, "thread", &s->arena),
            (double)r->timing.peak_rss_bytes / 1048576);
    if (!directory)
        return;
    write_label(s, "report");
    fprintf(s->out, "%s/report.html\n", directory);
}

void screen_write(const struct results *r, const char *directory, bool color, FILE *out)
{
    struct screen s = { .r = r, .out = out, .color = color };
    arena_init(&s.arena);
    write_head(&s);
    write_objectives(&s);
    write_level(&s);
    write_money(&s);
    write_bill(&s);
    write_operations(&s, "availability", availability_value);
    write_operations(&s, "p99 latency", p99_value);
    write_faults(&s);
    write_limit(&s);
    write_simulation(&s, directory);
    arena_fini(&s.arena);
}
