/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/estimate.h"

#include <gsl/gsl_cdf.h>
#include <math.h>

#include "sim/base/check.h"

struct estimate estimate_exact(double value)
{
    return (struct estimate){ .mean = value };
}

struct estimate estimate_of_pairs(const double *base, const double *variant, int count)
{
    struct moments moments = { 0 };
    for (int i = 0; i < count; i++)
        moments_add(&moments, variant[i] - base[i]);
    if (moments.count == 0)
        return estimate_exact(NAN);
    struct estimate e = { .mean = moments.mean, .part_count = 1 };
    e.parts[0] = (struct estimate_part){ .se = NAN, .replications = moments.count };
    if (moments.count > 1)
        e.parts[0].se = sqrt(moments.squares / (moments.count - 1) / moments.count);
    e.parts[0].df = moments.count - 1;
    return e;
}

struct estimate estimate_scale(struct estimate a, double by, struct arena *arena)
{
    a.mean *= by;
    for (int i = 0; i < a.part_count; i++)
        a.parts[i].se *= fabs(by);
    double *drawn = ARENA_ARRAY(arena, double, a.drawn_count + 1);
    for (int i = 0; i < a.drawn_count; i++)
        drawn[i] = by * a.drawn[by < 0 ? a.drawn_count - 1 - i : i];
    a.drawn = drawn;
    return a;
}

struct estimate estimate_add(struct estimate a, double by, struct estimate b, struct arena *arena)
{
    CHECK(a.drawn_count == 0 || b.drawn_count == 0, "draws of two estimates are not known to be independent");
    CHECK(a.part_count + b.part_count <= ESTIMATE_PARTS_MAX, "an estimate has too many parts");
    b = estimate_scale(b, by, arena);
    a.mean += b.mean;
    for (int i = 0; i < b.part_count; i++)
        a.parts[a.part_count++] = b.parts[i];
    if (b.drawn_count) {
        a.drawn = b.drawn;
        a.drawn_count = b.drawn_count;
    }
    return a;
}

/* Between two neighbours, linearly. */
static double drawn_quantile(const struct estimate *e, double p)
{
    const double at = p * (e->drawn_count - 1);
    const int below = (int)at, above = below + 1 < e->drawn_count ? below + 1 : below;
    return e->drawn[below] + (at - below) * (e->drawn[above] - e->drawn[below]);
}

static double square(double x)
{
    return x * x;
}

struct ci estimate_ci(const struct estimate *e, double level)
{
    double down = 0, up = 0; /* squared distances */
    for (int i = 0; i < e->part_count; i++) {
        if (e->parts[i].df < 1)
            return ci_none(e->mean);
        const double half = gsl_cdf_tdist_Pinv(0.5 + level / 2, e->parts[i].df) * e->parts[i].se;
        down += square(half);
        up += square(half);
    }
    if (e->drawn_count) {
        down += square(fmin(drawn_quantile(e, 0.5 - level / 2), 0));
        up += square(fmax(drawn_quantile(e, 0.5 + level / 2), 0));
    }
    return (struct ci){ .mean = e->mean, .lo = e->mean - sqrt(down), .hi = e->mean + sqrt(up) };
}

static bool excludes_zero(const struct estimate *e, double level)
{
    const struct ci ci = estimate_ci(e, level);
    return ci.lo > 0 || ci.hi < 0;
}

double estimate_confidence(const struct estimate *e)
{
    enum { HALVINGS = 40 };
    if (isnan(e->mean) || e->mean == 0 || !ci_has_interval(estimate_ci(e, 0.5)))
        return 0;
    double sure = 0, unsure = 1;
    for (int i = 0; i < HALVINGS; i++) {
        const double middle = (sure + unsure) / 2;
        *(excludes_zero(e, middle) ? &sure : &unsure) = middle;
    }
    return sure;
}

/* With so many replications of each part that can be repeated, the same variances and more degrees of freedom. */
static bool would_decide(const struct estimate *e, double level, int least, int replications)
{
    struct estimate then = *e;
    for (int i = 0; i < then.part_count; i++) {
        struct estimate_part *part = &then.parts[i];
        if (part->replications < least)
            continue;
        part->se *= sqrt((double)part->replications / replications);
        part->df += replications - part->replications;
    }
    return excludes_zero(&then, level);
}

int estimate_replications_needed(const struct estimate *e, double level, int least)
{
    enum { MOST = 1000000 };
    int from = 0;
    for (int i = 0; i < e->part_count; i++) {
        if (e->parts[i].df < 1)
            return 0;
        from = e->parts[i].replications >= least && e->parts[i].replications > from ? e->parts[i].replications : from;
    }
    if (isnan(e->mean) || e->mean == 0 || from == 0 || !would_decide(e, level, least, MOST))
        return 0;
    int undecided = from, decided = MOST;
    while (decided - undecided > 1) {
        const int middle = undecided + (decided - undecided) / 2;
        *(would_decide(e, level, least, middle) ? &decided : &undecided) = middle;
    }
    return decided;
}

/*
 * With x = above, y = below, and limits (l, u) of each, [DON-12] eq. 9:
 *   L = (x y - sqrt((x y)^2 - lx uy (2 x - lx) (2 y - uy))) / (uy (2 y - uy)), U with the limits exchanged.
 */
struct ci ci_ratio(struct ci above, struct ci below)
{
    if (isnan(above.mean) || !(below.mean > 0))
        return ci_none(NAN);
    const double x = above.mean, y = below.mean;
    if (!ci_has_interval(above) || !ci_has_interval(below))
        return ci_none(x / y);
    const double low_side = below.hi * (2 * y - below.hi), high_side = below.lo * (2 * y - below.lo);
    const double low_root = square(x * y) - above.lo * (2 * x - above.lo) * low_side;
    const double high_root = square(x * y) - above.hi * (2 * x - above.hi) * high_side;
    return (struct ci){ .mean = x / y,
                        .lo = low_side > 0 ? (x * y - sqrt(fmax(low_root, 0))) / low_side : -INFINITY,
                        .hi = high_side > 0 ? (x * y + sqrt(fmax(high_root, 0))) / high_side : INFINITY };
}
