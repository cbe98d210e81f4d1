/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare.csv, RFC 4180: a row per variant and figure, for a spreadsheet; no cell is a formula. */
#include <math.h>

#include "analysis/compare_report.h"
#include "analysis/escape.h"

struct csv {
    const struct comparison *c;
    FILE *out;
    struct arena arena;
};

static void cell(struct csv *s, double value)
{
    if (isfinite(value))
        fprintf(s->out, ",%.9g", value);
    else
        fputc(',', s->out);
}

static void row(struct csv *s, const struct variant *v, const char *figure, const char *unit, struct ci ci,
                const char *note)
{
    fprintf(s->out, "%s,%s,%s", escape_csv(v->name, &s->arena), escape_csv(figure, &s->arena), unit);
    cell(s, ci.mean);
    cell(s, ci.lo);
    cell(s, ci.hi);
    fprintf(s->out, ",%s\n", escape_csv(note, &s->arena));
}

static void itself(struct csv *s, const struct variant *v)
{
    const struct operation_summary *op = compare_operation(s->c, v);
    const struct cost *cost = &v->results->cost;
    if (op) {
        row(s, v, "availability", "share", op->availability, s->c->operation);
        row(s, v, "p99", "ms", op->latency_ms[LATENCY_P99], s->c->operation);
    }
    if (cost->monthly) {
        row(s, v, "bill of the mean month", "USD", cost->monthly_mean_usd, "");
        row(s, v, "bill of the dearest month", "USD", cost->monthly_peak_usd, "");
        row(s, v, "bill a year", "USD", cost->annual_usd, "");
    }
    row(s, v, "loss by the headline day's faults", "USD", v->event_loss_usd, "");
    row(s, v, "expected loss a year", "USD", v->loss_usd, s->c->consists_of);
    row(s, v, "bill and expected loss a year", "USD", v->total_usd, "");
}

static void against_base(struct csv *s, const struct variant *v)
{
    for (int o = 0; o < v->operation_count; o++) {
        const struct operation_pair *pair = &v->operations[o];
        row(s, v, "availability, difference", "share", pair->availability, pair->name);
        for (int f = 0; f < LATENCY_FIGURES; f++)
            row(s, v, arena_printf(&s->arena, "%s, difference", latency_figure_names[f]), "ms", pair->latency_ms[f],
                pair->name);
    }
    row(s, v, "bill of the mean month, difference", "USD", v->monthly_mean_ci, "");
    row(s, v, "bill of the dearest month, difference", "USD", v->monthly_peak_ci, "");
    row(s, v, "expected loss a year, difference", "USD", v->loss_ci, "");
    row(s, v, "bill and expected loss a year, difference", "USD", v->total_ci, "");
    row(s, v, "nines gained", "nines", v->nines, "");
    for (int r = 0; r < BENEFIT_ROWS; r++) {
        const struct benefit *b = benefit_of(v, (enum benefit_row)r);
        row(s, v, benefit_words[r].name, benefit_words[r].unit, b->value,
            benefit_text(v, (enum benefit_row)r, &s->arena).note);
    }
}

void compare_csv_write(const struct comparison *c, FILE *out)
{
    struct csv s = { .c = c, .out = out };
    arena_init(&s.arena);
    fputs("variant,figure,unit,value,ci95_lo,ci95_hi,note\n", out);
    for (int i = 0; i < c->count; i++) {
        itself(&s, &c->variants[i]);
        if (i > 0)
            against_base(&s, &c->variants[i]);
    }
    arena_fini(&s.arena);
}
