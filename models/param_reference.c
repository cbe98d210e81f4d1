/* SPDX-License-Identifier: GPL-3.0-or-later */
/* param_reference -- the manual of a table, printed from its rows. */
#include <string.h>

#include "models/param.h"

enum { INDENT = 2, NESTED_MAX = 16 };

struct widths {
    int name, kind, def;
};

/* Where we are: steps may contain steps, so what is already being printed is only named. */
struct place {
    FILE *out;
    struct widths widths;
    int depth;
    const void *open[NESTED_MAX];
};

static const char *short_kind(const struct param *row)
{
    const char *name = param_kind_name(row->kind);
    return name + (!strncmp(name, "a ", 2) ? 2 : !strncmp(name, "an ", 3) ? 3 : 0);
}

static const char *shown_default(const struct param *row)
{
    return !row->def ? "required" : row->def[0] ? row->def : "none";
}

static int max_int(int a, int b)
{
    return a > b ? a : b;
}

static bool is_open(const struct place *place, const void *table)
{
    for (int i = 0; i < place->depth; i++)
        if (place->open[i] == table)
            return true;
    return place->depth == NESTED_MAX;
}

static void measure(struct place *place, const struct param *table)
{
    if (!table || is_open(place, table))
        return;
    place->open[place->depth++] = table;
    for (const struct param *row = table; row->name; row++) {
        const int indent = INDENT * place->depth;
        place->widths.name = max_int(place->widths.name, indent + (int)strlen(row->name));
        place->widths.kind = max_int(place->widths.kind, (int)strlen(short_kind(row)));
        place->widths.def = max_int(place->widths.def, (int)strlen(shown_default(row)));
        measure(place, row->sub);
        if (!row->variants || is_open(place, row->variants))
            continue;
        place->open[place->depth++] = row->variants;
        for (const struct param_variant *v = row->variants; v->key; v++)
            measure(place, v->sub);
        place->depth--;
    }
    place->depth--;
}

static void print_range(FILE *out, const struct param *row)
{
    if (row->min && row->max && !strcmp(row->min, row->max))
        fprintf(out, "  only %s", row->min);
    else if (row->min && row->max)
        fprintf(out, "  %s to %s", row->min, row->max);
    else if (row->min)
        fprintf(out, "  at least %s", row->min);
    else if (row->max)
        fprintf(out, "  at most %s", row->max);
    for (int i = 0; row->choices && row->choices[i]; i++)
        fprintf(out, "%s%s", i ? " | " : "  ", row->choices[i]);
    if (row->refs)
        fprintf(out, "  of: %s", row->refs);
}

static void print_doc(const struct place *place, const char *doc, const char *source)
{
    fprintf(place->out, "%*s%s", INDENT * (place->depth + 2), "", doc);
    if (source && source[0] && strcmp(source, "scenario") != 0) /* what only the user can know has no source */
        fprintf(place->out, source[0] == '[' ? "  %s" : "  (%s)", source);
    fputc('\n', place->out);
}

static void print_table(struct place *place, const struct param *table);

static void print_variants(struct place *place, const struct param *row)
{
    if (is_open(place, row->variants)) {
        fprintf(place->out, "%*s(the same keys as above)\n", INDENT * (place->depth + 1), "");
        return;
    }
    place->open[place->depth++] = row->variants;
    for (const struct param_variant *v = row->variants; v->key; v++) {
        fprintf(place->out, "%*s%s:\n", INDENT * place->depth, "", v->key);
        print_doc(place, v->doc, NULL);
        print_table(place, v->sub);
    }
    place->depth--;
}

static void print_row(struct place *place, const struct param *row)
{
    const int indent = INDENT * place->depth;
    const bool ranged = row->min || row->max || row->choices || row->refs;
    fprintf(place->out, "%*s%-*s  %-*s  %-*s", indent, "", place->widths.name - indent,
            row->name[0] ? row->name : "(value)", place->widths.kind, short_kind(row), ranged ? place->widths.def : 0,
            shown_default(row));
    print_range(place->out, row);
    fputc('\n', place->out);
    print_doc(place, row->doc, row->source);
    if (row->sub)
        print_table(place, row->sub);
    if (row->variants)
        print_variants(place, row);
}

static void print_table(struct place *place, const struct param *table)
{
    if (is_open(place, table)) {
        fprintf(place->out, "%*s(the same keys as above)\n", INDENT * (place->depth + 1), "");
        return;
    }
    place->open[place->depth++] = table;
    for (const struct param *row = table; row->name; row++)
        print_row(place, row);
    place->depth--;
}

void param_reference(const struct param *table, FILE *out)
{
    struct place place = { .out = out, .widths = { 4, 4, 7 } };
    measure(&place, table);
    fprintf(out, "%*s%-*s  %-*s  %-*s  %s\n", INDENT, "", place.widths.name - INDENT, "name", place.widths.kind, "kind",
            place.widths.def, "default", "range");
    print_table(&place, table);
}
