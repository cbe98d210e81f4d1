/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/risk_plots.h"

#include <math.h>
#include <string.h>

#include "analysis/escape.h"
#include "analysis/figure.h"

static const struct plot catalogue[RISK_PLOTS] = {
    [RISK_PLOT_MODES] = { .file = "modes",
                          .title = "What each mode of failure costs in a year",
                          .caption =
                              "Expected loss of each mode with its 95 % interval, rates and simulation together." },
    [RISK_PLOT_YEAR] = { .file = "year",
                         .title = "How bad a year may be",
                         .caption = "The probability that a year's failures cost more than this, at the mean rates." },
};

enum { BAR_HEIGHT = 30, YEAR_POINTS = 400, YEAR_HEIGHT = 320 };

static FILE *open_file(const struct risk_plots *plots, const struct plot *plot, const char *extension,
                       struct arena *arena)
{
    return fopen(arena_printf(arena, "%s/%s.%s", plots->folder, plot->file, extension), "w");
}

static const char *axis_title(const struct risk_figures *f)
{
    return f->has_margin ? "contribution margin lost in a year, USD" : "downtime in a year, minutes";
}

static bool write_modes(const struct risk_plots *plots, const struct risk_report *r, struct arena *arena)
{
    const struct plot *plot = &plots->plot[RISK_PLOT_MODES];
    const struct risk_result *main = risk_main(r->figures);
    FILE *data = open_file(plots, plot, "dat", arena);
    if (!data)
        return false;
    fputs("# row, expected, lo, hi, mode\n", data);
    double most = 0;
    for (int m = 0; m < main->mode_count; m++) {
        const struct ci ci = main->modes[m].loss_usd;
        fprintf(data, "%d %.9g %.9g %.9g \"%s\"\n", m, fmax(ci.mean, 0), fmax(ci.lo, 0), fmax(ci.hi, 0),
                escape_gnuplot(main->modes[m].name, arena));
        most = fmax(most, ci.hi);
    }
    FILE *out = plot_file_close(data) ? open_file(plots, plot, "gp", arena) : NULL;
    if (!out)
        return false;
    plot_script_begin(out, plot, BAR_HEIGHT * main->mode_count + 70);
    fprintf(out,
            "set border 1\nset grid x lt 1 lc rgb '#e6e8ec' lw 0.8\nset yrange [%d.5:-0.5]\nset xrange [0:%.9g]\n"
            "set lmargin at screen 0.26\nset rmargin at screen 0.97\nset ytics scale 0\nset xtics %.9g\n"
            "set format x '%%.0s%%c'\nset xlabel '%s'\nunset key\n",
            main->mode_count - 1, most > 0 ? most * 1.05 : 1, plot_nice_step(most > 0 ? most : 1),
            axis_title(r->figures));
    fprintf(
        out,
        "plot '%s.dat' using ($2/2):1:(0):2:($1-0.3):($1+0.3):yticlabels(5) with boxxyerror fs solid 0.85 noborder fc "
        "rgb '%s', \\\n     '%s.dat' using 2:1:3:4 with xerrorbars pt 0 lw 1.4 lc rgb '#222831'\n",
        plot->file, plot_palette[0], plot->file);
    plot_script_end(out);
    return plot_file_close(out);
}

static bool write_year(const struct risk_plots *plots, const struct risk_report *r, struct arena *arena)
{
    const struct plot *plot = &plots->plot[RISK_PLOT_YEAR];
    const struct risk_result *main = risk_main(r->figures);
    double step;
    const double *density = risk_year_density(main, &step, arena);
    FILE *data = open_file(plots, plot, "dat", arena);
    if (!data)
        return false;
    fputs("# loss, probability that a year's is larger\n", data);
    const double top = compound_quantile(density, step, 0.999);
    double above = 1.0;
    size_t cell = 0;
    for (int i = 0; i <= YEAR_POINTS; i++) {
        const double x = top * i / YEAR_POINTS;
        for (; cell < COMPOUND_CELLS && (double)cell * step <= x; cell++)
            above -= density[cell];
        fprintf(data, "%.9g %.6g\n", x, fmax(above, 0.0));
    }
    FILE *out = plot_file_close(data) ? open_file(plots, plot, "gp", arena) : NULL;
    if (!out)
        return false;
    plot_script_begin(out, plot, YEAR_HEIGHT);
    fprintf(out,
            "set border 3\nset grid lt 1 lc rgb '#e6e8ec' lw 0.8\nset logscale y\nset yrange [0.001:1]\nset xrange "
            "[0:%.9g]\nset xtics %.9g\nset format x '%%.0s%%c'\nset ytics ('100 %%%%' 1, '50 %%%%' 0.5, '20 %%%%' 0.2, "
            "'5 %%%%' "
            "0.05, '1 %%%%' 0.01, '0.1 %%%%' 0.001)\nset xlabel '%s'\nset ylabel 'share of years above'\nunset key\n",
            top > 0 ? top : 1, plot_nice_step(top > 0 ? top : 1), axis_title(r->figures));
    fprintf(out,
            "set arrow from %.9g, graph 0 to %.9g, graph 1 nohead lt 1 lw 1 lc rgb '#D55E00'\n"
            "set label 'expected' at %.9g, graph 0.94 offset 0.6,0 textcolor rgb '#D55E00'\n",
            main->loss_usd.mean, main->loss_usd.mean, main->loss_usd.mean);
    fprintf(out, "plot '%s.dat' using 1:2 with steps lw 2.2 lc rgb '%s'\n", plot->file, plot_palette[0]);
    plot_script_end(out);
    return plot_file_close(out);
}

bool risk_plots_write(struct risk_plots *out, const struct risk_report *r, const char *folder, struct arena *arena)
{
    *out = (struct risk_plots){ .folder = folder };
    for (int k = 0; k < RISK_PLOTS; k++) {
        out->plot[k] = catalogue[k];
        out->plot[k].present = risk_main(r->figures)->mode_count > 0;
    }
    if (risk_main(r->figures)->mode_count > 0 && (!write_modes(out, r, arena) || !write_year(out, r, arena)))
        return false;
    out->gnuplot = plots_draw(out->plot, RISK_PLOTS, folder, arena);
    return true;
}
