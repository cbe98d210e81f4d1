/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Words about what failures cost, for all writers. */
#include <math.h>

#include "analysis/figure.h"
#include "analysis/risk_report.h"

static const double MINUTES_PER_YEAR = 365.0 * 1440.0;

const struct risk_result *risk_main(const struct risk_figures *figures)
{
    return figures->has_margin ? &figures->margin : &figures->downtime;
}

const char *risk_value(const struct risk_figures *figures, double value, struct arena *arena)
{
    return figures->has_margin ? figure_usd(value, arena) : figure_duration(value * 60.0, arena);
}

const char *risk_interval(const struct risk_figures *figures, struct ci ci, struct arena *arena)
{
    const char *mean = risk_value(figures, ci.mean, arena);
    if (!ci_has_interval(ci) || ci.lo == ci.hi)
        return mean;
    return arena_printf(arena, "%s (%s to %s)", mean, risk_value(figures, ci.lo, arena),
                        risk_value(figures, ci.hi, arena));
}

const char *risk_rate(const struct risk_mode *mode, struct arena *arena)
{
    if (mode->years > 0)
        return arena_printf(arena, "%s, counted", figure_number(mode->per_year, arena));
    return arena_printf(arena, "%s, given", figure_number(mode->per_year, arena));
}

const char *risk_sentence(const struct risk_figures *figures, struct arena *arena)
{
    const struct risk_result *main = risk_main(figures);
    return arena_printf(arena,
                        "Failures are expected to cost %s%s a year; half of all years stay below %s, one in twenty "
                        "is above %s",
                        risk_interval(figures, main->loss_usd, arena),
                        figures->has_margin ? " of contribution margin" : " of downtime",
                        risk_value(figures, main->p50_usd, arena), risk_value(figures, main->p95_usd, arena));
}

/* ---- AWS's arithmetic ---- */

/* The share of the time in which a mode's failure lasts. */
static double share_of_time(const struct risk_source *source)
{
    return source->per_year * source->lasts.mean_ns / 60e9 / MINUTES_PER_YEAR;
}

static const char *downtime_text(double availability, struct arena *arena)
{
    const double s = (1.0 - availability) * MINUTES_PER_YEAR * 60.0;
    return s < 1.0 ? "less than a second a year" : arena_printf(arena, "%s a year", figure_duration(s, arena));
}

static const char *availability_text(double availability, struct arena *arena)
{
    return arena_printf(arena, "%s, down %s", figure_percent(availability, 0.00001, arena),
                        downtime_text(availability, arena));
}

const char *const *risk_arithmetic(const struct risk_report *r, struct arena *arena)
{
    const struct risk_sources *sources = &r->risk->sources;
    const char **lines = ARENA_ARRAY(arena, const char *, sources->count + 2);
    double *parts = ARENA_ARRAY(arena, double, sources->count + 1);
    int n = 0;
    for (int s = 0; s < sources->count; s++)
        parts[s] = 1.0 - share_of_time(&sources->list[s]);
    lines[n++] = arena_printf(arena, "if every failure stopped everything (parts in series): %s; simulated: %s",
                              availability_text(availability_series(parts, sources->count), arena),
                              availability_text(1.0 - r->figures->downtime.loss_usd.mean / MINUTES_PER_YEAR, arena));
    for (int s = 0; s < sources->count; s++) {
        const int zones = sources->list[s].place_count;
        if (zones < 2 || sources->list[s].places[0].kind != FAULT_POWER)
            continue;
        const double one = 1.0 - share_of_time(&sources->list[s]) / zones;
        double *alike = ARENA_ARRAY(arena, double, zones);
        for (int z = 0; z < zones; z++)
            alike[z] = one;
        lines[n++] = arena_printf(arena,
                                  "%s, one of %d, is lost %s; with %d needed that is %s, with %d %s, with one %s",
                                  sources->list[s].name, zones, downtime_text(one, arena), zones,
                                  downtime_text(availability_series(alike, zones), arena), zones - 1,
                                  downtime_text(availability_k_of_n(zones - 1, zones, one), arena),
                                  downtime_text(availability_parallel(alike, zones), arena));
    }
    return lines;
}

const char *const *risk_assumptions(const struct risk_report *r, struct arena *arena)
{
    const char **lines = ARENA_ARRAY(arena, const char *, 8);
    int n = 0;
    lines[n++] = arena_printf(arena,
                              "%d events of each of %d modes were simulated, given that they happen, in %d strata of "
                              "day type and time of day; %s with the same customers and no fault beside them",
                              r->figures->events, r->risk->sources.count, r->risk->stratum_count,
                              figure_things(r->figures->events, "run", arena));
    if (r->figures->has_margin)
        lines[n++] = arena_printf(
            arena, "An order is worth $%s, %s of those that fail do not come back, and the contribution margin is %s",
            figure_number((double)r->sc->business.value / 1e10, arena),
            figure_percent(r->sc->business.lost_if_failed, 0.01, arena),
            figure_percent(r->sc->business.margin, 0.01, arena));
    lines[n++] =
        "Faults that last longer than three hours are simulated for three; the rest costs what the last half hour did";
    lines[n++] = "Quantiles of the year are those at the mean rates; p50 and p95 are of years, the intervals of the "
                 "expected loss";
    lines[n++] = arena_printf(
        arena, "Modes are independent; %s pairs of events a year overlap%s", figure_number(r->figures->overlaps, arena),
        r->figures->overlaps > 0.1 ? ", which is not negligible: their joint effect is not simulated" : "");
    lines[n++] =
        "Not in it: deployments, operators and quotas, which cause more outages than the cloud does, unless the "
        "scenario's faults have a rate";
    return lines;
}
