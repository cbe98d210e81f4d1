/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What `compare` prints: the verdict, each variant in a line, then what it costs and brings. */
#include <math.h>
#include <string.h>

#include "analysis/compare_report.h"
#include "analysis/figure.h"

struct screen {
    const struct comparison *c;
    FILE *out;
    bool color;
    struct arena arena;
    int width; /* of the longest name */
};

enum { WRAP = 96, INDENT = 2, LABEL = 26 };

/* A terminal obeys control characters, and not every one has UTF-8: the report's signs in ASCII. */
static const char *plain(struct screen *s, const char *text)
{
    static const struct {
        const char *sign, *ascii;
    } signs[] = { { "±", "+-" }, { "–", "-" }, { "…", "..." }, { "’", "'" } };
    char *out = arena_alloc(&s->arena, 2 * strlen(text) + 3, 1);
    size_t o = 0;
    while (*text) {
        bool found = false;
        for (size_t i = 0; i < ARRAY_LEN(signs) && !found; i++) {
            found = strncmp(text, signs[i].sign, strlen(signs[i].sign)) == 0;
            if (found) {
                memcpy(out + o, signs[i].ascii, strlen(signs[i].ascii));
                o += strlen(signs[i].ascii);
                text += strlen(signs[i].sign);
            }
        }
        if (!found) {
            out[o++] = (unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text;
            text++;
        }
    }
    return out;
}

/* Columns on the terminal: bytes that begin a character. */
static int columns(const char *text)
{
    int count = 0;
    for (; *text; text++)
        count += ((unsigned char)*text & 0xc0) != 0x80;
    return count;
}

static void pad(struct screen *s, const char *text, int width, bool right)
{
    const int spaces = width > columns(text) ? width - columns(text) : 0;
    fprintf(s->out, "%*s%s%*s", right ? spaces : 0, "", text, right ? 0 : spaces, "");
}

/* Words, broken at spaces; every line begins at `indent`, the first one after what is there already. */
static void wrap(struct screen *s, const char *text, int indent)
{
    int at = indent;
    bool first = true;
    while (*text) {
        const size_t length = strcspn(text, " ");
        const char *word = arena_text_n(&s->arena, text, length);
        if (!first && at + 1 + columns(word) > WRAP) {
            fprintf(s->out, "\n%*s", indent, "");
            at = indent;
        } else if (!first) {
            fputc(' ', s->out);
            at++;
        }
        fputs(word, s->out);
        at += columns(word);
        first = false;
        text += length;
        text += strspn(text, " ");
    }
    fputc('\n', s->out);
}

static void write_head(struct screen *s)
{
    const struct comparison *c = s->c;
    const struct scenario *sc = c->variants[0].results->sc;
    struct arena *a = &s->arena;
    fprintf(s->out, "%s and %s   %s of %s, seed %lld, same customers\n", plain(s, sc->name),
            figure_things(c->count - 1, "variant", a), figure_things(c->pairs, "replication", a),
            figure_duration((double)sc->clock.length / SIM_SECOND, a), (long long)sc->seed);
    if (c->violation)
        fprintf(s->out, "\nINVALID: an internal check failed: %s\n", plain(s, c->violation));
    if (c->partial)
        fprintf(s->out, "\nPARTIAL: interrupted before everything was simulated\n");
    const char *paint = !s->color ? "" : c->decided ? "\033[32m" : "\033[33m";
    fprintf(s->out, "\n%s", paint);
    wrap(s, plain(s, c->verdict), 0);
    fputs(s->color ? "\033[0m" : "", s->out);
    if (c->undecided)
        wrap(s, plain(s, arena_printf(a, "What it would take: %s.", c->undecided)), 0);
}

/* ---- a line per variant ---- */

enum { CELLS = 6 };

static void cells_of(struct screen *s, const struct variant *v, const char *cells[CELLS])
{
    struct arena *a = &s->arena;
    const struct operation_summary *op = compare_operation(s->c, v);
    cells[0] = compare_availability(op, a);
    cells[1] = op ? compare_ms(op->latency_ms[LATENCY_P99], false, a) : "–";
    cells[2] = compare_money(compare_bill(s->c, v), false, a);
    cells[3] = compare_money(v->loss_usd, false, a);
    cells[4] = compare_money(v->total_usd, false, a);
    cells[5] = compare_objectives(v, a);
    for (int i = 0; i < CELLS; i++)
        cells[i] = plain(s, cells[i]);
}

static void write_table(struct screen *s)
{
    const struct comparison *c = s->c;
    const char *heads[CELLS] = { plain(s, arena_printf(&s->arena, "%s available", c->operation)),
                                 "p99 ms",
                                 compare_bill_name(c),
                                 "expected loss",
                                 "total",
                                 "objectives" };
    int widths[CELLS];
    const char *(*rows)[CELLS] = arena_alloc(&s->arena, (size_t)c->count, sizeof *rows);
    for (int k = 0; k < CELLS; k++)
        widths[k] = columns(heads[k]);
    for (int i = 0; i < c->count; i++) {
        cells_of(s, &c->variants[i], rows[i]);
        for (int k = 0; k < CELLS; k++)
            widths[k] = columns(rows[i][k]) > widths[k] ? columns(rows[i][k]) : widths[k];
    }
    fprintf(s->out, "\n%*s", INDENT + s->width, "");
    for (int k = 0; k < CELLS; k++) {
        fputs("  ", s->out);
        pad(s, heads[k], widths[k], true);
    }
    for (int i = 0; i < c->count; i++) {
        fprintf(s->out, "\n%*s", INDENT, "");
        pad(s, plain(s, c->variants[i].name), s->width, false);
        for (int k = 0; k < CELLS; k++) {
            fputs("  ", s->out);
            pad(s, rows[i][k], widths[k], true);
        }
    }
    fputc('\n', s->out);
}

/* ---- what a variant costs and brings ---- */

static void write_benefits(struct screen *s, const struct variant *v)
{
    fprintf(s->out, "\n%s against %s\n", plain(s, v->name), plain(s, s->c->variants[0].name));
    for (int row = 0; row < BENEFIT_ROWS; row++) {
        const struct words words = benefit_text(v, (enum benefit_row)row, &s->arena);
        fprintf(s->out, "%*s%-*s", INDENT, "", LABEL, benefit_words[row].name);
        const char *joint = words.value[0] && words.note[0] ? "; " : "";
        wrap(s, plain(s, arena_printf(&s->arena, "%s%s%s", words.value, joint, words.note)), INDENT + LABEL);
    }
}

static void write_dominated(struct screen *s)
{
    bool any = false;
    for (int i = 0; i < s->c->count; i++) {
        const char *text = compare_dominated(s->c, &s->c->variants[i], &s->arena);
        if (!text)
            continue;
        fputs(any ? "" : "\n", s->out);
        any = true;
        wrap(s, plain(s, arena_printf(&s->arena, "%s %s.", s->c->variants[i].name, text)), 0);
    }
}

void compare_screen_write(const struct comparison *c, const char *directory, bool color, FILE *out)
{
    struct screen s = { .c = c, .out = out, .color = color };
    arena_init(&s.arena);
    for (int i = 0; i < c->count; i++)
        s.width = columns(c->variants[i].name) > s.width ? columns(c->variants[i].name) : s.width;
    write_head(&s);
    write_table(&s);
    for (int i = 1; i < c->count; i++)
        write_benefits(&s, &c->variants[i]);
    write_dominated(&s);
    fputc('\n', out);
    wrap(&s, plain(&s, arena_printf(&s.arena, "Expected loss: %s.", c->consists_of)), 0);
    for (int i = 0; i < c->warning_count; i++)
        wrap(&s, plain(&s, arena_printf(&s.arena, "Warning: %s", c->warnings[i])), 0);
    if (directory)
        fprintf(out, "\nreport  %s/compare.html\n", plain(&s, directory));
    arena_fini(&s.arena);
}
