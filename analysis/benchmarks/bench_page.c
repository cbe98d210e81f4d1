/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/benchmarks/bench_page.h"

#include <math.h>
#include <string.h>

#include "sim/base/compiler.h"

static const char *const UNITS[] = {
    [BENCH_NS] = "ns",   [BENCH_MILLISECONDS] = "ms", [BENCH_SECONDS] = "s",
    [BENCH_MIB] = "MiB", [BENCH_PERCENT] = "%",       [BENCH_NUMBER] = "",
};
static const char *const VERDICTS[] = {
    [BENCH_NOTHING_EXPECTED] = "",
    [BENCH_STRETCH] = "stretch",
    [BENCH_MET] = "met",
    [BENCH_MISSED] = "MISSED",
};

static const char QUICK_NOTE[] = "--quick: one short round of each; no figure here is to be quoted, and none is judged";

static const char *title_of(const struct bench_page *page, const struct benchmark *b)
{
    return page->quick && b->quick ? b->quick : b->title;
}

static const char *name_of(const struct bench_page *page, const struct bench_row *row)
{
    return page->quick && row->quick ? row->quick : row->name;
}

/* ---- the cells of a row, as text ---- */

struct cells {
    char figure[32], spread[16], ratio[16], expected[48];
    const char *verdict;
};

static void write_expected(const struct bench_row *row, char *out, size_t size)
{
    if (row->ratio_at_most > 0.0 && row->stretch > 0.0)
        snprintf(out, size, "<= %g x (%g)", row->ratio_at_most, row->stretch);
    else if (row->ratio_at_most > 0.0)
        snprintf(out, size, "<= %g x", row->ratio_at_most);
    else if (row->at_least > 0.0 && row->at_most > 0.0)
        snprintf(out, size, "%g..%g %s", row->at_least, row->at_most, UNITS[row->unit]);
    else if (row->at_most > 0.0 && row->stretch > 0.0)
        snprintf(out, size, "<= %g (%g) %s", row->at_most, row->stretch, UNITS[row->unit]);
    else if (row->at_most > 0.0)
        snprintf(out, size, "<= %g %s", row->at_most, UNITS[row->unit]);
    else
        out[0] = '\0';
}

static struct cells cells_of(const struct bench_row *row, const struct bench_figure *f, bool judged)
{
    struct cells c = { .verdict = f->measured && judged ? VERDICTS[benchmark_verdict(row, f)] : "" };
    if (judged)
        write_expected(row, c.expected, sizeof c.expected);
    if (!f->measured) {
        snprintf(c.figure, sizeof c.figure, "-");
        return c;
    }
    snprintf(c.figure, sizeof c.figure, "%.*f %s",
             f->median < 10.0     ? 2
             : f->median < 1000.0 ? 1
                                  : 0,
             f->median, UNITS[row->unit]);
    if (f->high > f->low)
        snprintf(c.spread, sizeof c.spread, "%.0f %%", 100.0 * (f->high - f->low) / f->median);
    if (!isnan(f->ratio))
        snprintf(c.ratio, sizeof c.ratio, "%.2f x", f->ratio);
    return c;
}

/* ---- JSON: one document, a line per benchmark; its texts are ours, or the machine's, and hold no quotes ---- */

static void json_number(const char *key, double number, FILE *out)
{
    fprintf(out, ",\"%s\":", key);
    if (isfinite(number))
        fprintf(out, "%.9g", number);
    else
        fputs("null", out);
}

static void json_row(const struct bench_page *page, const struct bench_row *row, const struct bench_figure *f)
{
    const double nothing = NAN;
    const char *name = name_of(page, row);
    FILE *out = page->out;
    fprintf(out, "{\"row\":\"%s\",\"unit\":\"%s\",\"limit\":%s", name + strspn(name, " "), UNITS[row->unit],
            row->limit ? "true" : "false");
    json_number("median", f->measured ? f->median : nothing, out);
    json_number("low", f->measured ? f->low : nothing, out);
    json_number("high", f->measured ? f->high : nothing, out);
    json_number("ratio", f->ratio, out);
    json_number("at_most", row->at_most > 0.0 ? row->at_most : nothing, out);
    json_number("at_least", row->at_least > 0.0 ? row->at_least : nothing, out);
    json_number("ratio_at_most", row->ratio_at_most > 0.0 ? row->ratio_at_most : nothing, out);
    fprintf(out, ",\"verdict\":\"%s\"}",
            !f->measured  ? "not measured"
            : page->quick ? ""
                          : VERDICTS[benchmark_verdict(row, f)]);
}

static void json_benchmark(const struct bench_page *page, const struct benchmark *b, const struct bench_result *result,
                           bool first)
{
    FILE *out = page->out;
    fprintf(out, "%s{\"benchmark\":\"%s\",\"title\":\"%s\",\"rounds\":%d,\"note\":\"%s\",\"rows\":[",
            first ? "" : ",\n", b->name, title_of(page, b), result->rounds, result->note);
    for (int i = 0; i < benchmark_rows(b); i++) {
        if (i > 0)
            fputc(',', out);
        json_row(page, &b->rows[i], &result->figures[i]);
    }
    fputs("]}", out);
}

/* ---- the page ---- */

static void machine_lines(const struct bench_page *page, const struct machine *machine)
{
    const enum bench_format format = page->format;
    FILE *out = page->out;
    for (int i = 0; i < MACHINE_LINES; i++)
        if (format == BENCH_TEXT)
            fprintf(out, "%-10s %s\n", machine->names[i], machine->values[i]);
        else if (format == BENCH_MARKDOWN)
            fprintf(out, "- %s: %s\n", machine->names[i], machine->values[i]);
        else
            fprintf(out, "%s\"%s\":\"%s\"", i ? "," : "{\"machine\":{", machine->names[i], machine->values[i]);
}

void bench_page_begin(const struct bench_page *page, const struct machine *machine)
{
    machine_lines(page, machine);
    if (page->format == BENCH_JSON) {
        fprintf(page->out, "},\n\"quick\":%s,\"note\":\"%s\",\n\"benchmarks\":[\n", page->quick ? "true" : "false",
                page->quick ? QUICK_NOTE : "");
        return;
    }
    fprintf(page->out,
            "\nCPU time. Median of the rounds; the spread is from the least to the largest; the ratio is to the loop "
            "by hand above,\n"
            "median of the ratios of each round. %s.\n",
            page->quick ? QUICK_NOTE : "Expected: the bound, and in brackets the stretch goal");
}

static void head(const struct bench_page *page, const struct benchmark *b, int rounds)
{
    const char *title = title_of(page, b);
    FILE *out = page->out;
    if (page->format == BENCH_TEXT)
        fprintf(out, "\n%s: %s, %d round%s\n  %-52s %12s %7s %9s  %-18s %s\n", b->name, title, rounds,
                rounds == 1 ? "" : "s", "", "figure", "spread", "to limit", page->quick ? "" : "expected",
                page->quick ? "" : "verdict");
    else
        fprintf(out,
                "\n**%s**: %s, %d round%s\n\n| | figure | spread | to limit | expected | verdict |\n"
                "| --- | ---: | ---: | ---: | --- | --- |\n",
                b->name, title, rounds, rounds == 1 ? "" : "s");
}

static void page_row(const struct bench_page *page, const struct bench_row *row, const struct bench_figure *f)
{
    const struct cells c = cells_of(row, f, !page->quick);
    const char *name = name_of(page, row);
    FILE *out = page->out;
    const char *verdict = !f->measured && row->otherwise ? row->otherwise : c.verdict;
    if (page->format == BENCH_TEXT)
        fprintf(out, "  %-52s %12s %7s %9s  %-18s %s\n", name, c.figure, c.spread, c.ratio, c.expected, verdict);
    else
        fprintf(out, "| %s%s | %s | %s | %s | %s | %s |\n", name[0] == ' ' ? "&emsp;" : "", name + strspn(name, " "),
                c.figure, c.spread, c.ratio, c.expected, verdict);
}

static void count(const struct benchmark *b, const struct bench_result *result, struct bench_tally *tally)
{
    for (int i = 0; i < benchmark_rows(b); i++) {
        const enum bench_verdict verdict = benchmark_verdict(&b->rows[i], &result->figures[i]);
        if (!result->figures[i].measured || verdict == BENCH_NOTHING_EXPECTED)
            continue;
        tally->expected++;
        tally->missed += verdict == BENCH_MISSED;
    }
}

void bench_page_benchmark(const struct bench_page *page, const struct benchmark *b, bool measured,
                          const struct bench_result *result, struct bench_tally *tally)
{
    FILE *out = page->out;
    if (page->format == BENCH_JSON) {
        json_benchmark(page, b, result, tally->benchmarks == 0);
    } else if (!measured) {
        fprintf(out, "\n%s: not measured: %s\n", b->name, result->note[0] ? result->note : "its process failed");
    } else {
        head(page, b, result->rounds);
        for (int i = 0; i < benchmark_rows(b); i++)
            page_row(page, &b->rows[i], &result->figures[i]);
        if (result->note[0])
            fprintf(out, "%s%s\n", page->format == BENCH_TEXT ? "  " : "\n", result->note);
    }
    tally->benchmarks++;
    if (measured && !page->quick)
        count(b, result, tally);
    fflush(out);
}

void bench_page_end(const struct bench_page *page, const struct bench_tally *tally)
{
    if (page->format == BENCH_JSON)
        fprintf(page->out, "\n],\n\"expected\":%d,\"missed\":%d}\n", tally->expected, tally->missed);
    else if (page->quick)
        fputs("\nnothing was judged; without --quick, figures are held against what is expected\n", page->out);
    else
        fprintf(page->out, "\n%d of %d expected figures met\n", tally->expected - tally->missed, tally->expected);
}
