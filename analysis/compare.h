/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * compare -- several designs under the same customers and the same failures, and what a review decides from.
 *
 * Random draws have names (sim/draw.h), so replication i of every variant meets the same customers with the same demands
 * and the same failures. What differs between two variants is therefore taken replication by replication: the interval
 * is that of the paired differences, which is far narrower than that of either figure. Percentiles are paired by the
 * jackknife: both pools leave the same replications out. Bills are paired by the replication of their days. All
 * intervals are at the 95 % level, each by itself.
 *
 * Loss is contribution margin (risk.h). A figure that cannot be formed says why.
 */
#ifndef HEADROOM_COMPARE_H
#define HEADROOM_COMPARE_H

#include "analysis/estimate.h"
#include "analysis/results.h"
#include "analysis/risk.h"

enum { COMPARE_VARIANTS_MAX = 24 };

/* ---- what is kept of each replication, beside the tally ---- */

/* One row per replication of the headline day; [row * columns + column], NAN where there is nothing to say. */
struct samples {
    int columns, count, capacity;
    double *values;
    uint32_t *numbers; /* of the replications, ascending */
};

/* A variant while it is simulated. */
struct contender {
    const char *name;   /* the file's, without folder and extension; unique among the variants */
    const char *folder; /* the same as a file name */
    const struct scenario *sc;
    struct tally *tally;
    struct results *results;
    const struct risk_result *risk; /* NULL: the scheduled faults, if the scenario says how often they come */
    struct samples samples;
    struct samples twins;   /* orders of the fault-free twin, one column */
    int peak_type;          /* the day type that the twin serves as; -1: none */
    struct contender *next; /* NULL, or who takes the same records: compare_alike() */
    struct arena arena;
};

/* Which tasks a contender adds to the list of its run: fault-free twins, which also serve as a day type where that has
 * the headline day's shape, mean and length. Plan the tasks before. */
void contender_init(struct contender *c, const struct scenario *sc, struct tally *tally); /* without a name */
void contender_plan(struct contender *c, struct task_list *tasks, struct arena *arena);
/* Simulates nothing itself, but takes what `leader` takes; `tasks` are emptied. contender_led() after the run. */
void contender_follow(struct contender *c, struct contender *leader, struct task_list *tasks);
/* What came of the leader's tasks came of the follower's. */
void contender_led(struct task_list *follower, const struct task_list *leader);
void contender_fini(struct contender *c);
/* Takes the records, and hands them on to the tally. */
struct task_sink contender_sink(struct contender *c);

/* ---- whether they meet the same customers ---- */

/* What makes a comparison senseless (clock, seed, arrivals) is an error, what makes it doubtful (clients, business,
 * calendar) a warning, each at its place in the variant's file. compare_check.c */
bool compare_check(const struct scenario *base, const struct scenario *variant, struct diag *diag);

/* Whether they differ in nothing that is simulated: prices, commitments, business and objectives may. compare_changes.c */
bool compare_alike(const struct scenario *a, const struct scenario *b);

/* What a variant's file says otherwise than the base's. compare_changes.c */
struct change {
    const char *path;           /* "regions.us-east-1.zones" */
    const char *base, *variant; /* as written; NULL: not there */
};
int compare_changes(const struct scenario *base, const struct scenario *variant, struct change **out,
                    struct arena *arena);

/* ---- what comes out ---- */

/* A figure of the table, or why there is none. */
struct benefit {
    struct ci value;      /* mean NAN: undefined; hi may be INFINITY */
    struct spread spread; /* of the years that could be drawn; p5 NAN: none */
    const char *why;      /* NULL; why it is undefined, or what limits it */
};

enum criterion { CRITERION_COST, CRITERION_AVAILABILITY, CRITERION_P99, CRITERION_LOSS, CRITERIA };
extern const char *const criterion_names[CRITERIA]; /* "cost", "availability", "p99", "expected loss" */

/* Of the other one, against this one. Not shown: neither is better at the 95 % level. */
enum criterion_is { CRITERION_UNKNOWN, CRITERION_EQUAL, CRITERION_BETTER, CRITERION_NOT_SHOWN };

/* Who is better in something while this one is better in nothing. */
struct dominance {
    int by;            /* index of the variant; -1: nobody */
    bool strict;       /* it is better or equal in all that is known */
    double confidence; /* in all together in which it is better, 0..1 */
    enum criterion_is is[CRITERIA];
    double sure[CRITERIA]; /* estimate_confidence() */
};

struct operation_pair {
    const char *name;
    struct ci availability;                /* difference of shares */
    struct ci latency_ms[LATENCY_FIGURES]; /* difference */
};

/* A variant as it is compared with the base; differences are variant - base. */
struct variant {
    const struct contender *contender;
    const struct results *results;
    const char *name, *folder;            /* folder: of its own report, relative to the comparison's */
    const struct risk_result *risk;       /* NULL: no expected loss */
    const struct risk_stratum *scheduled; /* what the headline day's faults cost; NULL: not known */
    struct ci total_usd;                  /* bill and expected loss of a year */
    struct ci loss_usd;                   /* mean NAN: not known */
    struct ci event_loss_usd;             /* margin that the headline day's faults cost, once */
    int operation_count;
    struct operation_pair *operations;
    struct estimate annual, monthly_mean, monthly_peak, loss, total; /* differences in USD */
    struct ci annual_ci, monthly_mean_ci, monthly_peak_ci, loss_ci, total_ci;
    struct spread annual_spread; /* of the drawn years' differences */
    struct benefit extra_cost, loss_avoided, net, payback_years, break_even_value_usd, usd_per_nine, break_even_events;
    struct ci event_gain_usd; /* how much less the headline day's faults cost than in the base */
    struct ci nines;          /* gained: log10 of the ratio of unavailabilities, base over variant */
    struct dominance dominated;
    int missed, undecided; /* objectives */
    int change_count;
    struct change *changes;
};

struct comparison {
    int count; /* with the base, which is the first */
    struct variant *variants;
    const char *operation; /* whose availability and p99 count: the order's, or "all" */
    bool partial;
    const char *violation; /* NULL, or that of the first variant that has one */
    int pairs;             /* replications that every variant has */
    int best;              /* index of the variant that the verdict is about; -1: none */
    bool decided;
    double confidence;              /* 0..1; of the verdict */
    const char *verdict;            /* one sentence */
    const char *undecided;          /* NULL, or what it would take */
    const char *consists_of;        /* what the expected loss is made of, or why there is none */
    const char *billed_by_headline; /* NULL, or the day type that the headline day without its faults stands for */
    int warning_count;
    const char *const *warnings;
    struct timing timing;
};

/* Results of all contenders are computed; the first is the base. doubts: warnings of compare_check(), as sentences;
 * borrowed. */
void compare_compute(struct comparison *out, struct contender *contenders, int count, const char *const *doubts,
                     int doubt_count, struct arena *arena);

/* ---- parts, for compare_compute() and its tests ---- */

/* Difference of quantile p of two pools in ms, over the parts that both have. The histograms are as before when it
 * returns. *resolution_ms: what their bins leave open. */
struct estimate paired_quantile_ms(struct pool *base, struct pool *variant, double p, double *resolution_ms);

/* A year's expected loss, variant - base. */
struct estimate compare_loss(const struct risk_result *base, const struct risk_result *variant, uint64_t seed,
                             struct arena *arena);

/* What the headline day's faults cost in each replication; NULL when nothing can be said, and *why says why. */
const struct risk_stratum *compare_scheduled_loss(const struct contender *c, const char **why, struct arena *arena);

/* They as the only mode of failure, as often as the business says. */
const struct risk_result *compare_scheduled_risk(const struct scenario *sc, const struct risk_stratum *event,
                                                 struct arena *arena);

/* Payback, break-even and the others from what they are made of. compare_benefit.c */
void compare_benefits(struct variant *v, const struct scenario *sc, const char *operation, struct arena *arena);
void compare_dominance(struct comparison *c);
void compare_verdict(struct comparison *c, struct arena *arena);

#endif
