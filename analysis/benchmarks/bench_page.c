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

static struct cells cells_of(const struct bench_row *row, const struct bench_figure *f)
{
    struct cells c = { .verdict = f->measured ? VERDICTS[benchmark_verdict(row, f)] : "" };
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

static void json_row(const struct bench_row *row, const struct bench_figure *f, FILE *out)
{
    const double nothing = NAN;
    fprintf(out, "{\"row\":\"%s\",\"unit\":\"%s\",\"limit\":%s", row->name + strspn(row->name, " "), UNITS[row->unit],
            row->limit ? "true" : "false");
    json_number("median", f->measured ? f->median : nothing, out);
    json_number("low", f->measured ? f->low : nothing, out);
    json_number("high", f->measured ? f->high : nothing, out);
    json_number("ratio", f->ratio, out);
    json_number("at_most", row->at_most > 0.0 ? row->at_most : nothing, out);
    json_number("at_least", row->at_least > 0.0 ? row->at_least : nothing, out);
    json_number("ratio_at_most", row->ratio_at_most > 0.0 ? row->ratio_at_most : nothing, out);
    fprintf(out, ",\"verdict\":\"%s\"}", f->measured ? VERDICTS[benchmark_verdict(row, f)] : "not measured");
}

static void json_benchmark(const struct benchmark *b, const struct bench_result *result, bool first, FILE *out)
{
    fprintf(out, "%s{\"benchmark\":\"%s\",\"title\":\"%s\",\"rounds\":%d,\"note\":\"%s\",\"rows\":[",
            first ? "" : ",\n", b->name, b->title, result->rounds, result->note);
    for (int i = 0; i < benchmark_rows(b); i++) {
        if (i > 0)
            fputc(',', out);
        json_row(&b->rows[i], &result->figures[i], out);
    }
    fputs("]}", out);
}

/* ---- the page ---- */

static void machine_lines(enum bench_format format, const struct machine *machine, FILE *out)
{
    for (int i = 0; i < MACHINE_LINES; i++)
        if (format == BENCH_TEXT)
            fprintf(out, "%-10s %s\n", machine->names[i], machine->values[i]);
        else if (format == BENCH_MARKDOWN)
            fprintf(out, "- %s: %s\n", machine->names[i], machine->values[i]);
        else
            fprintf(out, "%s\"%s\":\"%s\"", i ? "," : "{\"machine\":{", machine->names[i], machine->values[i]);
}

void bench_page_begin(enum bench_format format, const struct machine *machine, FILE *out)
{
    machine_lines(format, machine, out);
    if (format == BENCH_JSON)
        fputs("},\n\"benchmarks\":[\n", out);
    else
        fputs("\nCPU time. Median of the rounds; the spread is from the least to the largest; the ratio is to the loop "
              "by hand above,\n"
              "median of the ratios of each round. Expected: the bound, and in brackets the stretch goal.\n",
              out);
}

static void head(enum bench_format format, const struct benchmark *b, int rounds, FILE *out)
{
    if (format == BENCH_TEXT)
        fprintf(out, "\n%s: %s, %d round%s\n  %-52s %12s %7s %9s  %-18s %s\n", b->name, b->title, rounds,
                rounds == 1 ? "" : "s", "", "figure", "spread", "to limit", "expected", "verdict");
    else
        fprintf(out,
                "\n**%s**: %s, %d round%s\n\n| | figure | spread | to limit | expected | verdict |\n"
                "| --- | ---: | ---: | ---: | --- | --- |\n",
                b->name, b->title, rounds, rounds == 1 ? "" : "s");
}

static void page_row(enum bench_format format, const struct bench_row *row, const struct bench_figure *f, FILE *out)
{
    const struct cells c = cells_of(row, f);
    const char *verdict = !f->measured && row->otherwise ? row->otherwise : c.verdict;
    if (format == BENCH_TEXT)
        fprintf(out, "  %-52s %12s %7s %9s  %-18s %s\n", row->name, c.figure, c.spread, c.ratio, c.expected, verdict);
    else
        fprintf(out, "| %s%s | %s | %s | %s | %s | %s |\n", row->name[0] == ' ' ? "&emsp;" : "",
                row->name + strspn(row->name, " "), c.figure, c.spread, c.ratio, c.expected, verdict);
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

void bench_page_benchmark(enum bench_format format, const struct benchmark *b, bool measured,
                          const struct bench_result *result, struct bench_tally *tally, FILE *out)
{
    if (format == BENCH_JSON) {
        json_benchmark(b, result, tally->benchmarks == 0, out);
    } else if (!measured) {
        fprintf(out, "\n%s: not measured: %s\n", b->name, result->note[0] ? result->note : "its process failed");
    } else {
        head(format, b, result->rounds, out);
        for (int i = 0; i < benchmark_rows(b); i++)
            page_row(format, &b->rows[i], &result->figures[i], out);
        if (result->note[0])
            fprintf(out, "%s%s\n", format == BENCH_TEXT ? "  " : "\n", result->note);
    }
    tally->benchmarks++;
    if (measured)
        count(b, result, tally);
    fflush(out);
}

void bench_page_end(enum bench_format format, const struct bench_tally *tally, FILE *out)
{
    if (format == BENCH_JSON)
        fprintf(out, "\n],\n\"expected\":%d,\"missed\":%d}\n", tally->expected, tally->missed);
    else
        fprintf(out, "\n%d of %d expected figures met\n", tally->expected - tally->missed, tally->expected);
}
