/* SPDX-License-Identifier: GPL-3.0-or-later */
/* How results look: a line on the screen, a row of docs/validation.md. */
#include "analysis/oracles/experiment.h"

void oracle_print_headings(FILE *out)
{
    fprintf(out, "%-52s %11s %11s\n", "system, figure", "theory", "simulated");
}

static const char *verdict_of(const struct oracle_result *r)
{
    if (!r->covers)
        return "  MISSED";
    return r->precise ? "" : "  TOO WIDE";
}

void oracle_print(const struct experiment *e, const struct oracle *o, const struct oracle_result *r, FILE *out)
{
    char figure[96];
    if (o == e->oracles)
        fprintf(out, "%s\n", e->system);
    fprintf(out, "    %-48s %11.5g %11.5g +- %.2g", oracle_figure(e, o, figure, sizeof figure), r->theory, r->ci.mean,
            ci_half_width(r->ci));
    if (o->allowance > 0.0)
        fprintf(out, "  (a limit law: %g %% more allowed)", 100.0 * o->allowance);
    fprintf(out, "%s\n", verdict_of(r));
}

static const char PAGE_HEAD[] =
    "# Validation\n\n"
    "The engine against mathematics: systems whose law is known, simulated on the engine's own primitives. Each row is "
    "an\n"
    "oracle. The interval is the t interval of the mean over independent replications at level 0.999; it has to "
    "contain the\n"
    "theory's value (where a limit law is compared, up to the share that the row allows), and to be as narrow as the\n"
    "precision that the table demands. The last figure is the mutant: half of the replications, the same customers, "
    "one\n"
    "rate 2 % low. Its interval has to miss the theory, which shows that the row could have failed.\n\n"
    "Made by `tests/theory/test_theory_oracles.c` from `analysis/oracles/`, which also checks that this page is "
    "current; do\n"
    "not edit. `headroom selftest` runs the same table on your machine. Sources are in "
    "[references.md](references.md).\n";

void oracle_page_begin(FILE *out)
{
    fputs(PAGE_HEAD, out);
}

void oracle_page_chapter(const struct chapter *chapter, FILE *out)
{
    fprintf(out,
            "\n## %s\n\n"
            "| system | figure | law | source | theory | simulated | replications | 2 %% off |\n"
            "| --- | --- | --- | --- | ---: | ---: | ---: | ---: |\n",
            chapter->title);
}

void oracle_page_row(const struct experiment *e, const struct oracle *o, const struct oracle_result *r,
                     const struct oracle_result *mutant, FILE *out)
{
    char figure[96], allowed[32] = "";
    if (o->allowance > 0.0)
        snprintf(allowed, sizeof allowed, " (+- %g %%)", 100.0 * o->allowance);
    fprintf(out, "| %s | %s | %s | %s | %.5g%s | %.5g +- %.2g | %u | %.5g +- %.2g |\n", e->system,
            oracle_figure(e, o, figure, sizeof figure), o->law, o->source, r->theory, allowed, r->ci.mean,
            ci_half_width(r->ci), (unsigned)e->replications, mutant->ci.mean, ci_half_width(mutant->ci));
}
