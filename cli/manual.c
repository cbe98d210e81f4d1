/* SPDX-License-Identifier: GPL-3.0-or-later */
/* manual -- headroom(1), printed from the tables of verbs and flags. */
#include <string.h>

#include "cli/cli.h"

static const struct {
    int status;
    const char *meaning;
} STATUSES[] = {
    { STATUS_DONE, "done, and every objective is met" },
    { STATUS_MISSED, "an objective is missed or undecided; --no-fail turns it into 0" },
    { STATUS_USAGE, "the command line is wrong" },
    { STATUS_INVALID, "the scenario, the price book or another input file is wrong" },
    { STATUS_IO, "something could not be read, written or allocated" },
    { STATUS_INTERNAL, "an internal check failed: a bug in headroom" },
    { STATUS_INTERRUPTED, "interrupted; what was finished is reported" },
};

enum { LINE_WIDTH = 72, UNBROKEN = 10000 };

/* Text as the formatter takes it literally: no request at a line's beginning, hyphens that can be copied. Lines are broken
 * at the first space behind `width`. */
static void print_wrapped(const char *text, int width, FILE *out)
{
    int column = 0;
    for (const char *c = text; *c; c++) {
        if (column++ == 0 && (*c == '.' || *c == '\''))
            fputs("\\&", out);
        if (*c == '\n' || (*c == ' ' && column > width)) {
            fputc('\n', out);
            column = 0;
            continue;
        }
        switch (*c) {
        case '\\': fputs("\\e", out); break;
        case '-': fputs("\\-", out); break;
        case '\'': fputs("\\(aq", out); break;
        case '`': fputs("\\(ga", out); break;
        case '^': fputs("\\(ha", out); break;
        case '~': fputs("\\(ti", out); break;
        default: fputc(*c, out);
        }
    }
}

static void print_text(const char *text, FILE *out)
{
    print_wrapped(text, UNBROKEN, out);
}

/* .B text */
static void print_macro(const char *macro, const char *text, FILE *out)
{
    fprintf(out, ".%s ", macro);
    print_text(text, out);
    fputc('\n', out);
}

static void print_line(const char *text, FILE *out)
{
    print_wrapped(text, LINE_WIDTH, out);
    fputc('\n', out);
}

static void print_flag(const struct flag *flag, FILE *out)
{
    fputs(".TP\n\\fB", out);
    if (flag->letter)
        fprintf(out, "\\-%c\\fR, \\fB", flag->letter);
    fputs("\\-\\-", out);
    print_text(flag->name, out);
    fputs("\\fR", out);
    if (flag->value) {
        fputs(" \\fI", out);
        print_text(flag->value, out);
        fputs("\\fR", out);
    }
    fputc('\n', out);
    print_line(flag->doc, out);
    if (flag->verbs) {
        fputs("Of: ", out);
        for (const char *c = flag->verbs; *c; c++)
            fputs(*c == ' ' ? ", " : (char[]){ *c, '\0' }, out);
        fputs(".\n", out);
    }
}

static void print_verb(const struct verb *verb, FILE *out)
{
    fputs(".TP\n\\fB", out);
    print_text(verb->name, out);
    fputs("\\fR", out);
    if (verb->arguments[0]) {
        fputs(" \\fI", out);
        print_text(verb->arguments, out);
        fputs("\\fR", out);
    }
    fputc('\n', out);
    print_text(verb->line, out);
    fputs(".\n", out);
    if (verb->more[0])
        print_line(verb->more, out);
}

static void print_statuses(FILE *out)
{
    fputs(".SH EXIT STATUS\n", out);
    for (size_t i = 0; i < ARRAY_LEN(STATUSES); i++) {
        fprintf(out, ".TP\n.B %d\n", STATUSES[i].status);
        print_line(STATUSES[i].meaning, out);
    }
}

static void print_examples(FILE *out)
{
    static const char *const examples[][2] = {
        { "headroom run black-friday.yaml -o report", "simulates the day and leaves report/report.html" },
        { "headroom run black-friday.yaml --set regions.us-east-1.web-fleet.size.max=80", "with a larger fleet" },
        { "headroom check *.yaml", "explains and warns; nothing is simulated" },
        { "headroom reference alb", "every parameter of a load balancer" },
    };
    fputs(".SH EXAMPLES\n", out);
    for (size_t i = 0; i < ARRAY_LEN(examples); i++) {
        fputs(".TP\n", out);
        print_macro("B", examples[i][0], out);
        print_line(examples[i][1], out);
    }
}

void manual_print(FILE *out)
{
    fputs(".\\\" written by: headroom help --man\n"
          ".TH HEADROOM 1 \"\" \"headroom " HEADROOM_VERSION "\" \"User Commands\"\n"
          ".SH NAME\nheadroom \\- capacity and cost planning of AWS architectures by simulation\n"
          ".SH SYNOPSIS\n.B headroom\n.I VERB\n.RI [ ARGUMENT \".\\|.\\|.]\"\n.RI [ FLAG \".\\|.\\|.]\"\n"
          ".SH DESCRIPTION\n",
          out);
    print_line(
        "headroom simulates an AWS architecture on its worst day: availability, latency and the bill. A scenario "
        "in YAML describes the architecture, its traffic, the failures that it must survive and the promises "
        "that it must keep.",
        out);
    fputs(".SH VERBS\n", out);
    for (const struct verb *v = cli_verbs; v->name; v++)
        print_verb(v, out);
    fputs(".SH OPTIONS\n", out);
    print_line("Flags may stand before or behind the verb. A flag that the verb does not listen to is an error.", out);
    for (const struct flag *f = cli_flags; f->name; f++)
        print_flag(f, out);
    print_statuses(out);
    fputs(".SH ENVIRONMENT\n.TP\n.B NO_COLOR\n", out);
    print_line("when it is set and not empty, no colours are used.", out);
    fputs(".SH FILES\n.TP\n.I share/headroom\n", out);
    print_line("beside the folder of the program: price books, and scenarios to begin with.", out);
    print_examples(out);
    fputs(".SH SEE ALSO\n.BR gnuplot (1)\n", out);
}
