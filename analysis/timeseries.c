/* SPDX-License-Identifier: GPL-3.0-or-later */
/* timeseries.csv: RFC 4180, a header and a row per window. */
#include <math.h>

#include "analysis/escape.h"
#include "analysis/figure.h"
#include "analysis/report.h"

static void write_header(const struct series_summary *s, FILE *out, struct arena *scratch)
{
    fputs("time,start_s", out);
    for (int c = 0; c < s->column_count; c++) {
        const struct series_column *column = &s->columns[c];
        const char *name = arena_printf(scratch, "%s %s [%s]", column->component, column->name, column->unit);
        const char *lo = arena_printf(scratch, "%s ci95_lo", name), *hi = arena_printf(scratch, "%s ci95_hi", name);
        fprintf(out, ",%s,%s,%s", escape_csv(name, scratch), escape_csv(lo, scratch), escape_csv(hi, scratch));
    }
    fputc('\n', out);
}

/* An empty cell where there is nothing to say. */
static void write_number(double value, FILE *out)
{
    if (isfinite(value))
        fprintf(out, ",%.9g", value);
    else
        fputc(',', out);
}

void timeseries_write(const struct results *r, FILE *out)
{
    const struct series_summary *s = &r->series;
    struct arena scratch;
    arena_init(&scratch);
    write_header(s, out, &scratch);
    for (int w = 0; w < s->window_count; w++) {
        const int64_t start_s = w * s->window_ns / SIM_SECOND;
        fprintf(out, "%s,%lld", figure_iso(r->sc, start_s, &scratch), (long long)start_s);
        for (int c = 0; c < s->column_count; c++) {
            const size_t cell = (size_t)c * (size_t)s->window_count + (size_t)w;
            write_number(s->mean[cell], out);
            write_number(s->lo[cell], out);
            write_number(s->hi[cell], out);
        }
        fputc('\n', out);
    }
    arena_fini(&scratch);
}
