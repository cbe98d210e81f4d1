/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare.md: the comparison for a pull request. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "analysis/compare_report.h"
#include "analysis/escape.h"
#include "analysis/figure.h"

struct markdown {
    const struct comparison *c;
    FILE *out;
    struct arena arena;
};

/* '$' would begin a formula on some pages; escape_markdown() takes care of the rest. */
static const char *text(struct markdown *m, const char *raw)
{
    const char *escaped = escape_markdown(raw, &m->arena);
    char *out = arena_alloc(&m->arena, 2 * strlen(escaped) + 1, 1);
    size_t o = 0;
    for (const char *c = escaped; *c; c++) {
        if (*c == '$' && (c == escaped || c[-1] != '\\'))
            out[o++] = '\\';
        out[o++] = *c;
    }
    return out;
}

static void write_verdict(struct markdown *m)
{
    const struct comparison *c = m->c;
    fprintf(m->out, "# %s: %s\n\n", text(m, c->variants[0].results->sc->name),
            figure_things(c->count - 1, "variant", &m->arena));
    if (c->violation)
        fprintf(m->out, "> **These results are not valid.** An internal check failed: %s\n\n", text(m, c->violation));
    if (c->partial)
        fputs("> **Partial.** The run was interrupted before everything was simulated.\n\n", m->out);
    fprintf(m->out, "**%s**\n\n", text(m, c->verdict));
    if (c->undecided)
        fprintf(m->out, "What it would take: %s.\n\n", text(m, c->undecided));
    for (int i = 0; i < c->count; i++) {
        const char *dominated = compare_dominated(c, &c->variants[i], &m->arena);
        if (dominated)
            fprintf(m->out, "- **%s** %s.\n", text(m, c->variants[i].name), text(m, dominated));
    }
    fputc('\n', m->out);
}

static void write_variants(struct markdown *m)
{
    const struct comparison *c = m->c;
    struct arena *a = &m->arena;
    fprintf(m->out,
            "| variant | availability of %s | p99 ms | %s | expected loss | total | objectives |\n"
            "| --- | ---: | ---: | ---: | ---: | ---: | --- |\n",
            text(m, c->operation), compare_bill_name(c));
    for (int i = 0; i < c->count; i++) {
        const struct variant *v = &c->variants[i];
        const struct operation_summary *op = compare_operation(c, v);
        fprintf(m->out, "| [%s](%s/report.md) | %s | %s | %s | %s | %s | %s |\n", text(m, v->name), v->folder,
                text(m, compare_availability(op, a)), op ? compare_ms(op->latency_ms[LATENCY_P99], false, a) : "–",
                text(m, compare_money(compare_bill(c, v), false, a)), text(m, compare_money(v->loss_usd, false, a)),
                text(m, compare_money(v->total_usd, false, a)), compare_objectives(v, a));
    }
    fprintf(m->out, "\nExpected loss: %s.\n\n", text(m, c->consists_of));
}

static void write_heads(struct markdown *m, const char *first)
{
    fprintf(m->out, "| %s |", first);
    for (int i = 1; i < m->c->count; i++)
        fprintf(m->out, " %s |", text(m, m->c->variants[i].name));
    fputs("\n| --- |", m->out);
    for (int i = 1; i < m->c->count; i++)
        fputs(" ---: |", m->out);
    fputc('\n', m->out);
}

static void write_benefits(struct markdown *m)
{
    const struct comparison *c = m->c;
    fputs("## Cost and benefit\n\n", m->out);
    write_heads(m, arena_printf(&m->arena, "against %s", text(m, c->variants[0].name)));
    for (int row = 0; row < BENEFIT_ROWS; row++) {
        fprintf(m->out, "| %s |", benefit_words[row].name);
        for (int i = 1; i < c->count; i++) {
            const struct words words = benefit_text(&c->variants[i], (enum benefit_row)row, &m->arena);
            fprintf(m->out, " %s%s%s |", text(m, words.value), words.value[0] && words.note[0] ? "; " : "",
                    text(m, words.note));
        }
        fputc('\n', m->out);
    }
    fputc('\n', m->out);
}

static void write_differences(struct markdown *m)
{
    const struct comparison *c = m->c;
    fputs("## Differences\n\n", m->out);
    write_heads(m, "variant minus base");
    for (int o = 0; o < c->variants[0].operation_count; o++) {
        const char *name = c->variants[0].operations[o].name;
        fprintf(m->out, "| availability of %s |", text(m, name));
        for (int i = 1; i < c->count; i++) {
            const char *points = "–";
            for (int k = 0; k < c->variants[i].operation_count; k++)
                if (strcmp(c->variants[i].operations[k].name, name) == 0)
                    points = compare_points(c->variants[i].operations[k].availability, &m->arena);
            fprintf(m->out, " %s |", points);
        }
        fprintf(m->out, "\n| p99 of %s, ms |", text(m, name));
        for (int i = 1; i < c->count; i++) {
            const char *ms = "–";
            for (int k = 0; k < c->variants[i].operation_count; k++)
                if (strcmp(c->variants[i].operations[k].name, name) == 0)
                    ms = compare_ms(c->variants[i].operations[k].latency_ms[LATENCY_P99], true, &m->arena);
            fprintf(m->out, " %s |", ms);
        }
        fputc('\n', m->out);
    }
    fputc('\n', m->out);
}

static void write_changes(struct markdown *m)
{
    fputs("## What differs\n\n| variant | key | base | variant |\n| --- | --- | --- | --- |\n", m->out);
    for (int i = 1; i < m->c->count; i++) {
        const struct variant *v = &m->c->variants[i];
        for (int k = 0; k < v->change_count; k++)
            fprintf(m->out, "| %s | %s | %s | %s |\n", text(m, v->name), text(m, v->changes[k].path),
                    v->changes[k].base ? text(m, v->changes[k].base) : "–",
                    v->changes[k].variant ? text(m, v->changes[k].variant) : "–");
    }
    fputc('\n', m->out);
}

static void write_plots(struct markdown *m, const struct compare_plots *plots)
{
    bool any = false;
    for (int k = 0; k < COMPARE_PLOTS; k++) {
        const struct plot *plot = &plots->plot[k];
        if (!plot->drawn)
            continue;
        fputs(any ? "" : "## Plots\n\n", m->out);
        any = true;
        fprintf(m->out, "![%s. %s](plots/%s.png)\n\n", plot->title, plot->caption, plot->file);
    }
}

void compare_md_write(const struct comparison *c, const struct compare_plots *plots, FILE *out)
{
    struct markdown m = { .c = c, .out = out };
    arena_init(&m.arena);
    write_verdict(&m);
    write_variants(&m);
    write_benefits(&m);
    write_plots(&m, plots);
    write_differences(&m);
    write_changes(&m);
    fputs("## Assumptions\n\n", out);
    for (int i = 0; i < c->warning_count; i++)
        fprintf(out, "- **Warning:** %s\n", text(&m, c->warnings[i]));
    for (const char *const *line = compare_assumptions(c, &m.arena); *line; line++)
        fprintf(out, "- %s\n", text(&m, *line));
    fprintf(out, "\nheadroom %s, seed %" PRId64 ", %s of each variant.\n", HEADROOM_VERSION,
            c->variants[0].results->sc->seed, figure_things(c->pairs, "replication", &m.arena));
    arena_fini(&m.arena);
}
