/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Two figures of each variant against each other, with their intervals and names. */
#include <math.h>
#include <string.h>

#include "analysis/compare_plots.h"
#include "analysis/escape.h"
#include "analysis/figure.h"

enum { SCATTER_HEIGHT = 440, SCATTER_BOTTOM = 68, LABEL_HEIGHT = 17 };

struct point {
    struct ci x, y;
    const char *label;
    bool at_least; /* no failure was seen: y is a lower bound */
};

struct scatter {
    int count;
    struct point *points;
    struct axis x, y;
};

/* Nobody is at 100 %: a variant without a failure stands at its lower bound. */
static double nines(double availability)
{
    return -log10(fmax(1 - availability, 1e-12));
}

static struct ci y_of(const struct operation_summary *op, bool availability, bool *at_least)
{
    *at_least = availability && figure_all_succeeded(op->availability);
    if (!availability)
        return op->latency_ms[LATENCY_P99];
    if (*at_least)
        return ci_none(nines(op->availability.lo));
    const struct ci a = op->availability;
    return (struct ci){ nines(a.mean), ci_has_interval(a) ? nines(a.lo) : NAN, ci_has_interval(a) ? nines(a.hi) : NAN };
}

static void reach(struct axis *axis, struct ci ci)
{
    axis->lo = fmin(axis->lo, fmin(ci.mean, isnan(ci.lo) ? ci.mean : ci.lo));
    axis->hi = fmax(axis->hi, fmax(ci.mean, isnan(ci.hi) ? ci.mean : ci.hi));
}

/* Room around, and for the names beside the points. */
static void widen(struct axis *axis, double share, double least)
{
    const double room = fmax((axis->hi - axis->lo) * share, least);
    axis->lo -= room;
    axis->hi += room;
}

/* An interval that reaches 100 % has no end in nines: the axis goes one nine beyond the best that was seen. */
static void cut_short(struct scatter *s)
{
    double best = -INFINITY;
    for (int i = 0; i < s->count; i++)
        best = fmax(best, s->points[i].y.mean);
    s->y.hi = fmin(s->y.hi, best + 1);
    for (int i = 0; i < s->count; i++)
        s->points[i].y.hi = fmin(s->points[i].y.hi, s->y.hi);
}

static struct scatter scatter_of(const struct comparison *c, bool availability, struct arena *arena)
{
    struct scatter s = { .points = ARENA_ARRAY(arena, struct point, c->count),
                         .x = { INFINITY, -INFINITY, arena_printf(arena, "%s, USD", compare_bill_name(c)) },
                         .y = { INFINITY, -INFINITY, NULL } };
    s.y.title = arena_printf(arena, availability ? "availability of %s" : "p99 of %s, ms", c->operation);
    for (int i = 0; i < c->count; i++) {
        const struct operation_summary *op = compare_operation(c, &c->variants[i]);
        if (!op || isnan(op->availability.mean) || isnan(compare_bill(c, &c->variants[i]).mean))
            continue;
        struct point *p = &s.points[s.count++];
        *p = (struct point){ .x = compare_bill(c, &c->variants[i]), .label = c->variants[i].name };
        p->y = y_of(op, availability, &p->at_least);
        reach(&s.x, p->x);
        reach(&s.y, p->y);
    }
    if (availability)
        cut_short(&s);
    widen(&s.x, 0.15, 0.03 * fabs(s.x.hi));
    widen(&s.y, 0.12, availability ? 0.05 : 0.05 * fabs(s.y.hi));
    if (!availability && s.y.lo < 0.4 * s.y.hi)
        s.y.lo = 0;
    return s;
}

static double pixels(const struct axis *axis, double value, double from, double to)
{
    return from + (value - axis->lo) / (axis->hi - axis->lo) * (to - from);
}

struct box {
    double left, right, middle; /* pixels, down */
};

static bool overlap(const struct box *a, const struct box *b)
{
    return a->left < b->right && b->left < a->right && fabs(a->middle - b->middle) < LABEL_HEIGHT;
}

/* Each name beside its point, on the side with room, moved until it covers no point and no other name. */
static void write_labels(FILE *out, const struct scatter *s, struct arena *arena)
{
    struct box *boxes = ARENA_ARRAY(arena, struct box, 2 * s->count); /* of the points, then of the names */
    for (int i = 0; i < s->count; i++) {
        const double x = pixels(&s->x, s->points[i].x.mean, PLOT_LEFT, PLOT_RIGHT);
        boxes[i] = (struct box){ x - 6, x + 6,
                                 pixels(&s->y, s->points[i].y.mean, SCATTER_HEIGHT - SCATTER_BOTTOM, PLOT_TOP) };
    }
    for (int i = 0; i < s->count; i++) {
        const struct point *p = &s->points[i];
        struct box *box = &boxes[s->count + i];
        const char *text = p->at_least ? arena_printf(arena, "%s (no failure seen)", p->label) : p->label;
        const double x = pixels(&s->x, p->x.mean, PLOT_LEFT, PLOT_RIGHT);
        const double y = pixels(&s->y, p->y.mean, SCATTER_HEIGHT - SCATTER_BOTTOM, PLOT_TOP);
        const double width = ((double)strlen(text) + 1) * LABEL_LETTER;
        const bool left = x + width > PLOT_RIGHT;
        *box = (struct box){ left ? x - width - 10 : x + 10, left ? x - 10 : x + width + 10, y - 10 };
        const double step = y > SCATTER_HEIGHT / 2.0 ? -LABEL_HEIGHT / 2.0
                                                     : LABEL_HEIGHT / 2.0; /* towards the middle */
        for (int k = 0; k < s->count + i && box->middle > PLOT_TOP / 2.0 && box->middle < SCATTER_HEIGHT; k++)
            if (overlap(&boxes[k], box)) {
                box->middle += step;
                k = -1;
            }
        fprintf(out, "set label '%s' at screen %.5f, screen %.5f %s front textcolor rgb '%s'\n",
                escape_gnuplot(text, arena), (left ? box->right : box->left) / PLOT_PIXELS_WIDE,
                1 - box->middle / SCATTER_HEIGHT, left ? "right" : "left", compare_plot_color(i));
    }
}

void compare_plot_ticks(FILE *out, const struct axis *axis, const char *name, tick_text *text, struct arena *arena)
{
    const double step = plot_nice_step(0.6 * (axis->hi - axis->lo));
    const char *comma = "";
    fprintf(out, "set %stics (", name);
    for (double at = ceil(axis->lo / step) * step; at <= axis->hi; at += step) {
        const double shown = step >= 1 ? round(at) : at;
        fprintf(out, "%s'%s' %.9g", comma, shown == 0 ? "0" : text(shown, arena), at);
        comma = ", ";
    }
    fputs(")\n", out);
}

/* A label of a tick is a format to gnuplot, so a per cent sign is written twice.
 * 1, 2 and 5 of each decade of unavailability; where that is too fine, 1; where it is too coarse, even steps. */
static void write_nines_ticks(FILE *out, const struct axis *axis)
{
    static const double leads[] = { 5, 2, 1 };
    enum { DECADES = 12, EVEN = 4 };
    const bool whole = axis->hi - axis->lo > 3;
    double at[3 * DECADES];
    int count = 0;
    for (int i = 0; i < 3 * DECADES; i++) {
        const int decade = i / 3 + 1;
        const double y = decade - log10(leads[i % 3]);
        if (y >= axis->lo && y <= axis->hi && (!whole || i % 3 == 2))
            at[count++] = y;
    }
    const bool even = count < 3;
    for (int i = 0; even && i < EVEN; i++)
        at[i] = axis->lo + (axis->hi - axis->lo) * (i + 0.5) / EVEN;
    const char *comma = "";
    fputs("set ytics (", out);
    for (int i = 0; i < (even ? EVEN : count); i++) {
        const double missing = pow(10, -at[i]);
        int places = 0;
        while (places < 8 && missing * 100 * pow(10, places) < (even ? 10 : 0.999))
            places++;
        fprintf(out, "%s'%.*f %%%%' %.9g", comma, places, (1 - missing) * 100, at[i]);
        comma = ", ";
    }
    fputs(")\n", out);
}

static void write_point(FILE *out, struct ci ci)
{
    fprintf(out, "%.9g %.9g %.9g", ci.mean, isnan(ci.lo) ? ci.mean : ci.lo, isnan(ci.hi) ? ci.mean : ci.hi);
}

bool compare_scatter_write(const struct compare_plots *plots, const struct plot *plot, const struct comparison *c,
                           bool availability, struct arena *arena)
{
    const struct scatter s = scatter_of(c, availability, arena);
    FILE *data = compare_plot_open(plots, plot, "dat", arena);
    if (!data)
        return false;
    fprintf(data, "# USD, from, to; %s, from, to; variant\n", availability ? "nines" : "ms");
    for (int i = 0; i < s.count; i++) {
        write_point(data, s.points[i].x);
        fputc(' ', data);
        write_point(data, s.points[i].y);
        fprintf(data, " \"%s\"\n", escape_gnuplot(s.points[i].label, arena));
    }
    FILE *out = plot_file_close(data) ? compare_plot_open(plots, plot, "gp", arena) : NULL;
    if (!out)
        return false;
    plot_script_begin(out, plot, SCATTER_HEIGHT);
    fprintf(out,
            "set border 3 lc rgb '#8a8f98'\nunset key\nset grid x y lt 1 lc rgb '#e6e8ec' lw 0.8\n"
            "set lmargin at screen %.5f\nset rmargin at screen %.5f\nset tmargin at screen %.5f\nset bmargin at screen "
            "%.5f\n"
            "set xrange [%.9g:%.9g]\nset yrange [%.9g:%.9g]\n",
            (double)PLOT_LEFT / PLOT_PIXELS_WIDE, (double)PLOT_RIGHT / PLOT_PIXELS_WIDE,
            1 - (double)PLOT_TOP / SCATTER_HEIGHT, (double)SCATTER_BOTTOM / SCATTER_HEIGHT, s.x.lo, s.x.hi, s.y.lo,
            s.y.hi);
    compare_plot_ticks(out, &s.x, "x", figure_usd, arena);
    if (availability)
        write_nines_ticks(out, &s.y);
    else
        compare_plot_ticks(out, &s.y, "y", figure_number, arena);
    fprintf(out,
            "set xlabel '%s' textcolor rgb '#222831'\n"
            "set label '%s' at screen 0.016, screen 0.55 center rotate by 90 textcolor rgb '#222831'\n",
            s.x.title, escape_gnuplot(s.y.title, arena));
    write_labels(out, &s, arena);
    for (int i = 0; i < s.count; i++)
        fprintf(out,
                "%s'%s.dat' every ::%d::%d using 1:4:2:3:5:6 with xyerrorbars pt %d ps 1.1 lw 1.6 lc rgb '%s' notitle",
                i ? ", \\\n     " : "plot ", plot->file, i, i, s.points[i].at_least ? 9 : 7, compare_plot_color(i));
    fputc('\n', out);
    plot_script_end(out);
    return plot_file_close(out);
}

bool compare_scatter_present(const struct comparison *c, bool availability, struct arena *arena)
{
    return scatter_of(c, availability, arena).count > 0;
}
