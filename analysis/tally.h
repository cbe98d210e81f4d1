/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * tally -- what the finished replications add up to: counts, pooled histograms, moments and sums, and nothing of any one of
 * them. Its size depends on the scenario and not on the number of replications.
 *
 * The headline day's records are added in the order of their numbers (tasks.h), so sums of floating-point numbers are the
 * same for any number of threads. Percentiles need more than sums for their interval: the jackknife leaves parts of the
 * replications out. Up to 32 replications each is a part of its own (delete-one); beyond, replication i joins part
 * i mod 32, whose histogram it is merged into. docs/decisions/0007-records-are-added-up.md says why 32.
 */
#ifndef HEADROOM_TALLY_H
#define HEADROOM_TALLY_H

#include "analysis/ci.h"
#include "analysis/cost.h"
#include "analysis/recovery.h"
#include "analysis/tasks.h"

enum { JACKKNIFE_PARTS = 32 };

/* A latency over all replications, and by part. */
struct pool {
    struct histogram all;
    struct histogram part[JACKKNIFE_PARTS]; /* bins NULL: no replication yet */
    int part_size[JACKKNIFE_PARTS];         /* replications */
    struct moments mean_ms;                 /* of the replications' means */
};

struct operation_tally {
    uint64_t begun, in_flight, attempts;
    uint64_t outcomes[OUTCOME_COUNT];
    struct moments availability, attempt_success, bad_minutes;
    double bad_below; /* results.h */
    struct pool latency, latency_ok;
};

struct fault_tally {
    int replications; /* in which it happened */
    int detected_count, restored_count;
    double restored_last_after_s;
    struct moments start_s, end_s, detected_s, restored_s; /* since the clock's start */
    struct moments detected_after_s, restored_after_s;     /* since it began */
    struct moments times, failed_requests, lost_writes;
    int judged_count, recovered_count, metastable_count; /* beside the twin: recovery.h */
    struct moments recovered_s, recovered_after_s;
    const struct fault_result *shown; /* the first that happened; of the outline before that */
};

struct utilisation_tally {
    struct moments mean;
    double peak;
};

struct fleet_tally {
    double min, max, sum_mean;
};

/* [column * window_count + window], as in struct series. */
struct series_tally {
    struct moments *moments;
    double *min, *max; /* NAN: nothing yet */
};

struct usage_sum {
    const struct usage_key *key;
    int128 quantity; /* in key->unit */
};

struct usage_tally { /* in the order of the first replication that used it */
    struct usage_sum *sums;
    int count, capacity;
    int *slots; /* hash table of indices + 1 */
    size_t slot_count;
};

struct tally {
    const struct scenario *sc;
    struct arena arena;
    struct twin twin;                  /* of the headline day; without replications: it was not asked for */
    int replications;                  /* of the headline day */
    int looks;                         /* checkpoints at which they did not suffice */
    bool sufficed;                     /* the last look found everything decided and precise */
    const struct replication *outline; /* the first one's names and timelines; NULL before it */
    const char *violation;             /* NULL, or the first check that failed */
    uint64_t requests, dynamic_requests, events, station_visits;
    uint64_t fingerprint; /* of the headline day's replications, each at its number */
    struct operation_tally *operations;
    struct fault_tally *faults;
    struct utilisation_tally *utilisations;
    struct limit_result *limits; /* of the replication that came nearest */
    struct fleet_tally *fleets;
    uint64_t *flows;
    struct service_result *services; /* sums, and pooled histograms; the names are the outline's */
    struct edge_result *edges;       /* likewise */
    struct series_tally series;
    struct usage_tally usage;
    struct moments failed_orders;
    struct costing costing;
};

/* diag receives what billing has to say; book and diag are borrowed. book NULL: nothing is priced, and there are no results
 * but what is in the tally. */
void tally_init(struct tally *tally, const struct scenario *sc, const struct price_book *book, struct diag *diag);
void tally_fini(struct tally *tally);

/* What hands a run's records to the tally and asks it at checkpoints. */
struct task_sink tally_sink(struct tally *tally);

/* How many figures a run is decided on: objectives that more replications can decide and, with a precision, the
 * headline's two. objectives.c */
int tally_figures(const struct scenario *sc);

/* The level of an interval that is reported: 0.95, or what the looks have left of it. figures: decided on together. */
double tally_level(const struct tally *tally, int figures);

/* Quantile p of the parts that are used: of all of them together, and without each. */
struct left_out {
    double whole_ns, resolution_ns; /* half a bin of the histogram */
    int parts;
    double without_ns[JACKKNIFE_PARTS];
    int sizes[JACKKNIFE_PARTS]; /* replications */
};

/* False when nothing was recorded in them. The histograms are as before when it returns. results_operations.c */
bool pool_leave_out(struct pool *pool, double p, const bool use[JACKKNIFE_PARTS], struct left_out *out);

/* Quantile p of the pool in ms with its jackknife interval; the histograms are as before when it returns. */
struct ci pool_quantile_ms(struct pool *pool, double p, double level);

/* Availability of an operation as the client saw it; *one_sided: no failure was seen in two or more
 * replications, and the interval is [lo, 1]; one replication has no interval. */
struct ci tally_availability(const struct operation_tally *op, double level, bool *one_sided);

/* Whether all objectives are decided and their values and the headline's are as precise as sc->precision. */
bool tally_suffices(struct tally *tally); /* objectives.c */

/* Parts of adding a record of the headline day, beside what is computed of them. */
void tally_operations(struct tally *tally, const struct replication *rep); /* results_operations.c */
void tally_components(struct tally *tally, const struct replication *rep); /* results_components.c */
void tally_calls_begin(struct tally *tally, const struct replication *rep);
void tally_calls(struct tally *tally, const struct replication *rep);  /* results_calls.c */
void tally_series(struct tally *tally, const struct replication *rep); /* results_components.c */
void tally_usage(struct tally *tally, const struct replication *rep);  /* results_usage.c */

#endif
