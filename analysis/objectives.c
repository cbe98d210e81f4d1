/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What was promised, beside what was found. */
#include <math.h>
#include <string.h>

#include "analysis/results.h"
#include "sim/base/check.h"

static int operation_index(const struct results *r, const char *name)
{
    for (int i = 0; i < r->operation_count; i++)
        if (strcmp(r->operations[i].name, name) == 0)
            return i;
    return -1;
}

static const char *why_no_interval(const struct results *r)
{
    return r->replications < 2 ? "one replication has no interval; use at least 2" : NULL;
}

static void judge_availability(const struct results *r, struct objective_summary *sum, int operation)
{
    sum->unit = "share";
    sum->at_least = true;
    sum->limit = sum->objective->at_least;
    sum->value = r->operations[operation].availability;
}

static void judge_latency(const struct results *r, struct objective_summary *sum, int operation)
{
    sum->unit = "ms";
    sum->limit = (double)sum->objective->at_most / (double)SIM_MILLISECOND;
    sum->value = results_quantile_ms(r, operation, false, sum->objective->percentile / 100);
}

static void judge_monthly_cost(const struct results *r, struct objective_summary *sum)
{
    sum->unit = "USD";
    sum->limit = (double)sum->objective->at_most_usd_e10 / (double)MONEY_PER_USD;
    sum->value = ci_none(NAN);
    if (r->cost.monthly)
        sum->value = sum->objective->month == 0 ? r->cost.monthly_mean_usd : r->cost.monthly_peak_usd;
    else
        sum->note = r->partial ? "the days of the calendar were not simulated" : "a month needs a `calendar`";
}

static void judge(const struct results *r, const struct objective *objective, struct objective_summary *sum)
{
    *sum = (struct objective_summary){ .objective = objective, .text = objective->text };
    if (objective->kind == OBJECTIVE_MONTHLY_COST) {
        judge_monthly_cost(r, sum);
    } else {
        const int operation = operation_index(r, objective->operation);
        CHECK(operation >= 0, "an objective's operation has no result");
        if (objective->kind == OBJECTIVE_AVAILABILITY)
            judge_availability(r, sum, operation);
        else
            judge_latency(r, sum, operation);
        if (isnan(sum->value.mean))
            sum->note = "nothing of it ended inside the clock";
        else
            sum->note = ci_has_interval(sum->value) ? NULL : why_no_interval(r);
    }
    sum->verdict = sum->at_least ? ci_at_least(sum->value, sum->limit) : ci_at_most(sum->value, sum->limit);
}

void results_objectives(struct results *r, struct arena *arena)
{
    const struct scenario *sc = r->sc;
    r->objective_count = sc->objective_count;
    r->objectives = ARENA_ARRAY(arena, struct objective_summary, r->objective_count + 1);
    for (int i = 0; i < sc->objective_count; i++)
        judge(r, &sc->objectives[i], &r->objectives[i]);
}

enum verdict results_verdict(const struct results *r)
{
    enum verdict worst = VERDICT_MET;
    for (int i = 0; i < r->objective_count; i++) {
        const enum verdict verdict = r->objectives[i].verdict;
        if (verdict == VERDICT_MISSED)
            return VERDICT_MISSED;
        if (verdict == VERDICT_UNDECIDED)
            worst = VERDICT_UNDECIDED;
    }
    return worst;
}
