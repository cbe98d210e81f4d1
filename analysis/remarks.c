/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/remarks.h"

#include "analysis/figure.h"

static bool has_looked(const struct results *r)
{
    return r->sc->precision > 0;
}

const char *remark_level(const struct results *r, struct arena *arena)
{
    return arena_printf(arena, "%.6g %%", r->level * 100);
}

const char *remark_intervals(const struct results *r, struct arena *arena)
{
    const char *level = remark_level(r, arena);
    if (!has_looked(r))
        return arena_printf(arena, "Intervals are at the %s level.", level);
    return arena_printf(arena,
                        "Intervals are at the %s level: the run looked %s at %s to decide how long it should be, and "
                        "at this level they hold together with 95 %%.%s",
                        level, figure_things(r->tally->looks + 1, "time", arena),
                        figure_things(tally_figures(r->sc), "figure", arena),
                        r->cost.monthly ? " Those of months and of the year are at the 95 % level." : "");
}

const char *remark_precision(const struct results *r, struct arena *arena)
{
    if (!has_looked(r) || r->tally->sufficed || r->partial)
        return NULL;
    return arena_printf(arena, "after %s, %s, a figure is less precise than %.3g %% or an objective is undecided",
                        figure_things(r->replications, "replication", arena),
                        r->out_of_time ? "when the time limit came" : "the most that were allowed",
                        r->sc->precision * 100);
}

const char *remark_time_limit(const struct results *r, struct arena *arena)
{
    if (!r->out_of_time)
        return NULL;
    return arena_printf(arena,
                        "the time limit ended the run after %s; `--replications %d` repeats them and their "
                        "fingerprint%s",
                        figure_things(r->replications, "replication", arena), r->replications,
                        has_looked(r) ? ", with intervals at the 95 % level, which a fixed number has" : "");
}

const char *remark_simulated(const struct results *r, struct arena *arena)
{
    const char *headline = arena_printf(arena, "%s requests (%s dynamic, %s static)",
                                        figure_short((double)r->requests, arena),
                                        figure_short((double)r->dynamic_requests, arena),
                                        figure_short((double)(r->requests - r->dynamic_requests), arena));
    const int days = r->finished - r->replications;
    if (r->twin_requests > 0)
        headline = arena_printf(arena, days ? "%s, %s without the fault" : "%s and %s without the fault", headline,
                                figure_short((double)r->twin_requests, arena));
    if (days == 0)
        return headline;
    return arena_printf(arena, "%s and %s on %s", headline, figure_short((double)r->billed_requests, arena),
                        figure_things(days, "billed day", arena));
}

const char *remark_recovery(const struct fault_summary *f, struct arena *arena)
{
    if (f->judged_count == 0)
        return NULL;
    if (f->metastable_count > 0)
        return arena_printf(arena,
                            "metastable in %d of %s: 30 min after the trigger was gone not as the same day "
                            "without it",
                            f->metastable_count, figure_things(f->judged_count, "replication", arena));
    if (f->recovered_count < f->judged_count)
        return arena_printf(arena, "recovered by itself in %d of %s", f->recovered_count,
                            figure_things(f->judged_count, "replication", arena));
    if (f->recovered_after_s <= 0)
        return "did not show in successes or p99: as the same day without it";
    return arena_printf(arena, "recovered by itself after %s: as the same day without it",
                        figure_duration(f->recovered_after_s, arena));
}

const char *remark_repeats(const struct results *r)
{
    if (r->partial)
        return "This run was interrupted: how far it came depends on when.";
    if (r->out_of_time)
        return "A time limit ended this run: how far it came depends on the machine.";
    return "The same scenario and seed give the same results on any machine; only the timing differs.";
}

const char *remark_diagnostic(const struct diag_entry *entry, struct arena *arena)
{
    const char *hint = entry->hint ? arena_printf(arena, " (%s)", entry->hint) : "";
    return entry->at.line > 0 ? arena_printf(arena, "%s:%d: %s%s", entry->at.file, entry->at.line, entry->message, hint)
                              : arena_printf(arena, "%s%s", entry->message, hint);
}
