/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Who is better in everything, and what to take. */
#include <math.h>
#include <string.h>

#include "analysis/compare_parts.h"
#include "analysis/figure.h"

static const double SURE = 0.95;

const char *const criterion_names[CRITERIA] = { "cost", "availability", "p99", "expected loss" };

const char *compare_confidence(double confidence, struct arena *arena)
{
    if (confidence > 0.9995)
        return "more than 99.9 %";
    return arena_printf(arena, "%.1f %%", floor(confidence * 1000) / 10);
}

const char *compare_usd(struct ci ci, struct arena *arena)
{
    const char *half = figure_half_usd(ci, arena);
    return half[0] && ci_half_width(ci) >= 0.005 ? arena_printf(arena, "%s ± %s", figure_usd(ci.mean, arena), half + 1)
                                                 : figure_usd(ci.mean, arena);
}

/* ---- any two on a criterion ---- */

struct estimate compare_criterion(const struct comparison *c, const struct variant *from, const struct variant *to,
                                  enum criterion criterion, double *resolution, struct arena *arena)
{
    const struct contender *x = from->contender, *y = to->contender;
    const int a = contender_operation(x, c->operation), b = contender_operation(y, c->operation);
    *resolution = 0;
    switch (criterion) {
    case CRITERION_COST:
        return from->results->cost.monthly ? paired_bill(from->results, to->results, BILL_ANNUAL)
                                           : headline_bill(from->results, to->results);
    case CRITERION_AVAILABILITY:
        if (a < 0 || b < 0)
            break;
        const struct estimate e = pairs_of_columns(&x->samples, sample_column(&x->samples, SAMPLE_AVAILABILITY, a),
                                                   &y->samples, sample_column(&y->samples, SAMPLE_AVAILABILITY, b),
                                                   arena);
        return estimate_scale(e, -1, arena);
    case CRITERION_P99:
        if (a < 0 || b < 0)
            break;
        return paired_quantile_ms(&x->tally->operations[a].latency, &y->tally->operations[b].latency, 0.99, resolution);
    case CRITERION_LOSS:
        if (!from->risk || !to->risk)
            break;
        return compare_loss(from->risk, to->risk, (uint64_t)x->sc->seed, arena);
    case CRITERIA: break;
    }
    return estimate_exact(NAN);
}

static struct ci ci_without_sign(struct ci ci)
{
    return ci.mean < 0 ? (struct ci){ -ci.mean, -ci.hi, -ci.lo } : ci;
}

/* ---- dominance ---- */

/* Whether `by` is better than v in something and v in nothing, and how sure that is; .by -1 when it is not so. */
static struct dominance dominance_of(const struct comparison *c, const struct variant *v, int by, struct arena *arena)
{
    struct dominance d = { .by = by, .confidence = 1, .strict = true };
    bool better = false;
    for (int k = 0; k < CRITERIA; k++) {
        double resolution;
        struct estimate e = compare_criterion(c, v, &c->variants[by], (enum criterion)k, &resolution, arena);
        if (isnan(e.mean)) {
            if (k == CRITERION_COST || k == CRITERION_AVAILABILITY)
                return (struct dominance){ .by = -1 };
            continue;
        }
        const bool equal = fabs(e.mean) <= resolution;
        e.mean = equal ? 0 : e.mean - copysign(resolution, e.mean);
        const double sure = estimate_confidence(&e);
        if (e.mean > 0 && sure >= SURE)
            return (struct dominance){ .by = -1 };
        d.is[k] = equal ? CRITERION_EQUAL : e.mean < 0 && sure >= SURE ? CRITERION_BETTER : CRITERION_NOT_SHOWN;
        d.sure[k] = sure;
        d.strict = d.strict && d.is[k] != CRITERION_NOT_SHOWN;
        d.confidence -= d.is[k] == CRITERION_BETTER ? 1 - sure : 0;
        better = better || d.is[k] == CRITERION_BETTER;
    }
    return better ? d : (struct dominance){ .by = -1 };
}

/* What is shown in everything says more than what is shown in something. */
static bool says_more(const struct dominance *a, const struct dominance *b)
{
    if (a->by < 0 || b->by < 0)
        return a->by >= 0;
    return a->strict != b->strict ? a->strict : a->confidence > b->confidence;
}

void compare_dominance(struct comparison *c)
{
    struct arena arena;
    arena_init(&arena);
    for (int i = 0; i < c->count; i++) {
        struct dominance most = { .by = -1 };
        for (int j = 0; j < c->count; j++) {
            const struct dominance d = i == j ? most : dominance_of(c, &c->variants[i], j, &arena);
            if (says_more(&d, &most))
                most = d;
        }
        c->variants[i].dominated = most;
    }
    arena_fini(&arena);
}

/* ---- the verdict ---- */

struct judging {
    struct comparison *c;
    struct arena *arena;
    bool eligible[COMPARE_VARIANTS_MAX];
    int eligible_count;
    bool promises_kept; /* the eligible ones are those that miss no objective; else all miss one */
};

static const char *quoted(const struct judging *j, int i)
{
    return arena_printf(j->arena, "'%s'", j->c->variants[i].name);
}

static void find_eligible(struct judging *j)
{
    for (int pass = 0; pass < 2 && j->eligible_count == 0; pass++)
        for (int i = 0; i < j->c->count; i++) {
            j->eligible[i] = pass == 1 || j->c->variants[i].missed == 0;
            j->eligible_count += j->eligible[i];
            j->promises_kept = pass == 0;
        }
}

static void say(struct judging *j, bool decided, double confidence, int best, const char *verdict,
                const char *undecided)
{
    j->c->decided = decided;
    j->c->confidence = confidence;
    j->c->best = best;
    j->c->verdict = verdict;
    j->c->undecided = undecided;
}

/* Who is meant by "of all". */
static const char *among(const struct judging *j)
{
    if (j->eligible_count == j->c->count)
        return j->promises_kept ? arena_printf(j->arena, "of all %d", j->c->count)
                                : arena_printf(j->arena, "of all %d (each misses an objective)", j->c->count);
    return arena_printf(j->arena, "of the %d that miss no objective", j->eligible_count);
}

static struct estimate total_between(const struct judging *j, int from, int to)
{
    const struct variant *x = &j->c->variants[from], *y = &j->c->variants[to];
    double resolution;
    const struct estimate bill = compare_criterion(j->c, x, y, CRITERION_COST, &resolution, j->arena);
    const struct estimate loss = compare_criterion(j->c, x, y, CRITERION_LOSS, &resolution, j->arena);
    return estimate_add(bill, 1, loss, j->arena);
}

/* Of each mode of failure, over all strata. */
static int events_simulated(const struct risk_result *risk)
{
    int most = 0;
    for (int m = 0; m < risk->mode_count; m++) {
        int count = 0;
        for (int s = 0; s < risk->modes[m].stratum_count; s++)
            count += risk->modes[m].strata[s].count;
        most = count > most ? count : most;
    }
    return most;
}

/* Strata grow together: as many times more events of each mode as of the stratum that has fewest. */
static const char *events_needed(const struct judging *j, const struct estimate *e, const struct risk_result *risk,
                                 int needed)
{
    int now = 1;
    for (int i = 0; i < e->part_count; i++)
        now = e->parts[i].replications > now ? e->parts[i].replications : now;
    const int events = (int)ceil((double)events_simulated(risk) * needed / now);
    return arena_printf(j->arena,
                        "about %s simulated events of each mode of failure would decide it if mean and variance of the "
                        "pairs stay as they are: --events %d",
                        figure_count(events, j->arena), events);
}

static const char *what_it_takes(const struct judging *j, const struct estimate *e)
{
    const struct risk_result *simulated = j->c->variants[0].contender->risk;
    if (!ci_has_interval(estimate_ci(e, SURE)))
        return "one replication has no interval: use --replications 10 or more";
    const int needed = estimate_replications_needed(e, SURE, BILL_REPLICATIONS + 1);
    if (needed > 0 && simulated)
        return events_needed(j, e, simulated, needed);
    if (needed > 0)
        return arena_printf(j->arena,
                            "about %s would decide it if mean and variance of the pairs stay as they are: "
                            "--replications %d",
                            figure_things(needed, "replication", j->arena), needed);
    if (e->mean == 0)
        return "they cost the same";
    return e->drawn_count ? "more replications would not decide it: how often failures come is what is unknown"
                          : "more replications would not decide it: the bills of the simulated days differ by as much";
}

/* One alone misses no objective: whether it keeps them all is what is to be decided. */
static void judge_by_promises(struct judging *j, int best)
{
    const bool met = j->c->variants[best].undecided == 0;
    const struct estimate more = best ? total_between(j, 0, best) : estimate_exact(NAN);
    const char *total = isnan(more.mean)
                            ? ""
                            : arena_printf(j->arena, "; bill and expected loss are %s a year %s than %s",
                                           compare_usd(ci_without_sign(estimate_ci(&more, SURE)), j->arena),
                                           more.mean < 0 ? "less" : "more", quoted(j, 0));
    if (met)
        say(j, true, SURE, best,
            arena_printf(j->arena, "%s %s: it alone meets its objectives, each at the 95 %% level%s.",
                         best == 0 ? "Keep" : "Take", quoted(j, best), total),
            NULL);
    else
        say(j, false, 0, best,
            arena_printf(j->arena, "Undecided: %s alone misses no objective, but %d of them %s undecided%s.",
                         quoted(j, best), j->c->variants[best].undecided,
                         j->c->variants[best].undecided == 1 ? "is" : "are", total),
            "more replications, for the objectives that are undecided");
}

/* The least bill plus expected loss. */
static void judge_by_total(struct judging *j)
{
    struct comparison *c = j->c;
    int best = -1, rival = -1;
    for (int i = 0; i < c->count; i++)
        if (j->eligible[i] && (best < 0 || c->variants[i].total_usd.mean < c->variants[best].total_usd.mean))
            best = i;
    double confidence = 1, least = 2;
    struct estimate nearest = estimate_exact(NAN);
    for (int i = 0; i < c->count; i++) {
        if (!j->eligible[i] || i == best)
            continue;
        const struct estimate more = total_between(j, best, i);
        const double sure = estimate_confidence(&more);
        confidence -= 1 - sure;
        if (sure < least) {
            least = sure;
            rival = i;
            nearest = more;
        }
    }
    confidence = fmax(confidence, 0);
    if (rival < 0) {
        judge_by_promises(j, best);
        return;
    }
    const char *apart = compare_usd(estimate_ci(&nearest, SURE), j->arena);
    if (confidence < SURE) {
        say(j, false, confidence, best,
            arena_printf(j->arena,
                         "Undecided: bill and expected loss of %s come out lowest %s, but %s is only %s a year above, "
                         "which is %s sure.",
                         quoted(j, best), among(j), quoted(j, rival), apart, compare_confidence(least, j->arena)),
            what_it_takes(j, &nearest));
        return;
    }
    const struct estimate saved = best == 0 ? nearest : total_between(j, best, 0);
    say(j, true, confidence, best,
        arena_printf(j->arena,
                     "%s %s: with %s confidence it has the lowest bill and expected loss %s, %s a year less than %s.",
                     best == 0 ? "Keep" : "Take", quoted(j, best), compare_confidence(confidence, j->arena), among(j),
                     compare_usd(estimate_ci(&saved, SURE), j->arena),
                     best == 0 ? arena_printf(j->arena, "%s, the next", quoted(j, rival)) : quoted(j, 0)),
        NULL);
}

/* Without an expected loss only who is better in everything can be taken. */
static bool judge_by_dominance(struct judging *j)
{
    struct comparison *c = j->c;
    for (int i = 0; i < c->count; i++) {
        double confidence = 1;
        bool over_all = j->eligible[i] && j->eligible_count > 1;
        for (int k = 0; over_all && k < c->count; k++) {
            if (k == i || !j->eligible[k])
                continue;
            const struct dominance d = dominance_of(c, &c->variants[k], i, j->arena);
            over_all = d.by >= 0 && d.strict;
            confidence -= 1 - d.confidence;
        }
        if (!over_all || confidence < SURE)
            continue;
        say(j, true, confidence, i,
            arena_printf(j->arena,
                         "%s %s: with %s confidence no other %s is cheaper, more available or faster at p99, and it is "
                         "better than each in one of them.",
                         i == 0 ? "Keep" : "Take", quoted(j, i), compare_confidence(confidence, j->arena), among(j)),
            NULL);
        return true;
    }
    return false;
}

/* The variant for which failures need to come least often. */
static int soonest(const struct comparison *c)
{
    int best = -1;
    for (int i = 1; i < c->count; i++) {
        const double events = c->variants[i].break_even_events.value.mean;
        if (!isnan(events) && (best < 0 || events < c->variants[best].break_even_events.value.mean))
            best = i;
    }
    return best;
}

static void judge_without_loss(struct judging *j)
{
    struct comparison *c = j->c;
    for (int i = 0; i < c->count; i++)
        if (j->eligible[i] && j->eligible_count == 1 && j->promises_kept) {
            judge_by_promises(j, i);
            return;
        }
    if (judge_by_dominance(j))
        return;
    const int i = soonest(c);
    if (i < 0) {
        say(j, false, 0, -1, "Undecided: none is better than the others in cost, availability and p99 together.",
            c->variants[0].results->cost.monthly ? c->consists_of
                                                 : "what availability is worth: a `calendar` and a `business`");
        return;
    }
    const struct variant *v = &c->variants[i];
    say(j, false, 0, -1,
        arena_printf(j->arena,
                     "Undecided: '%s' costs %s a year more than '%s', and pays if such faults come %s times a year or "
                     "more often.",
                     v->name, compare_usd(v->extra_cost.value, j->arena), c->variants[0].name,
                     figure_number(v->break_even_events.value.mean, j->arena)),
        c->consists_of);
}

void compare_verdict(struct comparison *c, struct arena *arena)
{
    struct judging j = { .c = c, .arena = arena };
    bool bills = true, any_bill = false, losses = true;
    find_eligible(&j);
    for (int i = 0; i < c->count; i++) {
        bills = bills && !isnan(c->variants[i].results->cost.annual_usd.mean) && c->variants[i].results->cost.monthly;
        any_bill = any_bill || c->variants[i].results->cost.monthly;
        losses = losses && c->variants[i].risk;
    }
    const bool no_bill_wanted = !any_bill && !c->partial;
    if (!bills && !no_bill_wanted)
        say(&j, false, 0, -1, "Undecided: there is no yearly bill of every variant.",
            c->partial ? "the days of the calendar were not all simulated" : "give each scenario a `calendar`");
    else if (bills && losses)
        judge_by_total(&j);
    else
        judge_without_loss(&j);
}
