/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * results -- everything a run has to say, computed once; the writers (screen, JSON, HTML, Markdown, CSV, plots) only
 * put it into words. All intervals are 95 %; where a run looked at figures to decide how long it should be, all are made
 * wider by the same level, so that those figures still hold together with 95 % (stopping.h).
 *
 * Counts are sums over the finished replications of the headline day; figures per day are means over them.
 */
#ifndef HEADROOM_RESULTS_H
#define HEADROOM_RESULTS_H

#include "analysis/ci.h"
#include "analysis/cost.h"
#include "analysis/tally.h"
#include "analysis/tasks.h"

enum latency_figure { LATENCY_MEAN, LATENCY_P50, LATENCY_P90, LATENCY_P95, LATENCY_P99, LATENCY_P999, LATENCY_FIGURES };
extern const char *const latency_figure_names[LATENCY_FIGURES]; /* "mean", "p50", ... "p999" */

struct operation_summary {
    const char *name;
    uint64_t begun, in_flight, attempts;
    uint64_t outcomes[OUTCOME_COUNT];
    uint64_t failed;           /* all outcomes but OK */
    struct ci availability;    /* of operations, as the client saw them; mean NAN when none ended */
    bool one_sided;            /* no failure was seen: the interval is [lo, 1] */
    struct ci attempt_success; /* successes per attempt */
    struct ci bad_minutes;     /* minutes of the day with success below `bad_below`; mean NAN: no such series */
    double bad_below;          /* 0..1: the objective of this operation, else of "all", else 99.9 % */
    struct ci latency_ms[LATENCY_FIGURES]; /* mean NAN when nothing was recorded */
    struct ci latency_ok_ms[LATENCY_FIGURES];
};

struct objective_summary {
    const struct objective *objective;
    const char *text, *unit; /* unit: "share", "ms", "USD" */
    struct ci value;
    double limit; /* in `unit` */
    bool at_least;
    enum verdict verdict;
    const char *note; /* NULL, or why it is undecided */
};

struct fault_summary {
    const char *name;
    bool random;           /* at instants that differ between replications */
    double times;          /* that it happened in a day, mean */
    double start_s, end_s; /* since the clock's start; the end is a mean. NAN when random */
    int replications;      /* in which the fault happened */
    double detected_after_s, restored_after_s, restored_last_after_s; /* since it began; NAN: never; the slowest */
    int detected_count, restored_count;
    struct ci detected_s, restored_s; /* since the clock's start, over the replications in which it happened */
    struct ci failed_requests;        /* per day */
    struct ci lost_writes;            /* acknowledged, and gone with the database that a follower replaced */
    int judged_count;                 /* replications that were judged beside the twin; 0: there is none */
    int recovered_count;              /* of them came back by themselves, */
    int metastable_count;             /* did not although the load is one that the system carries (recovery.h) */
    struct ci recovered_s;            /* since the clock's start */
    double recovered_after_s;         /* since it began, mean of those that recovered */
    const struct fault_result *shown; /* whose timeline is shown: the first replication's in which it happened */
};

struct utilisation_summary {
    const char *component, *resource;
    const char *key; /* the component, or component.resource for its second and further resources */
    struct ci mean;
    double peak; /* the largest window of any replication */
};

struct limit_summary {
    const char *component, *limit;
    double peak_share, at_s, value, maximum; /* of the replication that came nearest */
};

struct fleet_summary {
    const char *name;
    double min, mean, max;
};
struct flow_summary {
    const char *component, *name;
    double per_day;
};

/* Of a service of ours, where services of ours call each other. Counts are means over replications. */
struct service_summary {
    const char *name, *fleet;
    double requests, errors;               /* per day */
    double retries;                        /* that it sent, per day */
    double mean_ms, p50_ms, p99_ms;        /* from coming to the service to its answer; NAN: no request */
    const struct utilisation_summary *cpu; /* of its fleet; NULL: none */
};

struct edge_summary {
    const struct edge_result *sum;  /* over all replications */
    double days;                    /* how many; sum / days is a mean */
    double mean_ms, p50_ms, p99_ms; /* of attempts, as the caller saw them; NAN: none */
};

struct usage_total { /* what the headline day consumed */
    const struct usage_key *key;
    double per_day; /* in key->unit, mean over replications */
};

/* The series over replications; arrays are [column * window_count + window]. */
struct series_summary {
    int column_count, window_count;
    const struct series_column *columns;
    sim_time window_ns;
    double *mean, *lo, *hi; /* NAN where there is nothing to say; lo, hi: of the mean */
    double *min, *max;      /* over replications */
};

struct business_summary {
    bool present;
    struct ci failed_orders; /* per headline day */
    struct ci lost_value_usd, lost_margin_usd;
    struct ci usd_per_1000_orders; /* cost of the headline day per 1,000 orders that went through */
};

struct timing { /* the only part that may differ between identical runs */
    int threads;
    const double *cpu_s_by_thread; /* of the simulation, adding up included; [threads] */
    double wall_s, cpu_s, requests_per_s;
    int64_t peak_rss_bytes;
};

struct results {
    const struct scenario *sc;
    struct tally *tally;
    double level;          /* of every interval but those of the calendar's bills, which are 0.95 */
    int replications;      /* finished, of the headline day */
    int finished, planned; /* tasks */
    bool partial;          /* interrupted */
    bool out_of_time;      /* a time limit ended the run: how far it came depends on the machine */
    const char *violation; /* NULL, or the check that failed: the results are not valid */
    uint64_t requests, dynamic_requests, events, station_visits; /* headline replications */
    uint64_t twin_requests;                                      /* of its fault-free twin */
    uint64_t billed_requests, billed_events;                     /* days of the calendar */
    uint64_t fingerprint;                                        /* of all finished tasks in order */
    int operation_count;                                         /* with "all" and "static" */
    struct operation_summary *operations;
    int objective_count;
    struct objective_summary *objectives;
    int fault_count;
    struct fault_summary *faults;
    int utilisation_count;
    struct utilisation_summary *utilisations;
    int limit_count;
    struct limit_summary *limits; /* nearest first */
    int fleet_count;
    struct fleet_summary *fleets;
    int flow_count;
    struct flow_summary *flows;
    int service_count; /* 0 where no service of ours calls another */
    struct service_summary *services;
    int edge_count;
    struct edge_summary *edges;
    int usage_count;
    struct usage_total *usage; /* in the order of the first replication that used it */
    struct series_summary series;
    struct cost cost;
    struct business_summary business;
    struct ci usd_per_million_requests; /* of the headline day's edge requests */
    int warning_count;
    const char **warnings;
    const char *price_date; /* of the price book */
    struct timing timing;
};

/*
 * Puts together what the run's tally adds up to. `input` holds the warnings of loading; the tally's diag receives errors of
 * billing (a rate is missing: false). At least one headline replication must be finished.
 */
bool results_compute(struct results *out, struct tally *tally, const struct task_list *tasks, const struct diag *input,
                     bool partial, struct arena *arena);

/* NULL when there is no such operation. */
const struct operation_summary *results_operation(const struct results *r, const char *name);

/* The worst verdict: missed before undecided before met. */
enum verdict results_verdict(const struct results *r);

/* Parts of results_compute(), in files of their own. */
void results_operations(struct results *r, struct arena *arena); /* results_operations.c */
void results_components(struct results *r, struct arena *arena); /* results_components.c */
void results_calls(struct results *r, struct arena *arena);      /* results_calls.c */
void results_series(struct results *r, struct arena *arena);     /* results_components.c */
void results_usage(struct results *r, struct arena *arena);      /* results_usage.c */
void results_objectives(struct results *r, struct arena *arena); /* objectives.c */

#endif
