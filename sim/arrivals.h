/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * arrivals -- non-homogeneous Poisson by inversion of the piecewise-linear cumulative rate.
 *
 * The rate is linear between knots, so the cumulative rate is piecewise quadratic and the next arrival solves one
 * quadratic: no thinning, one unit exponential per arrival, indexed by the arrival's ordinal (block ordinal / 2, half
 * ordinal % 2), so the same customer arrives in every variant. The exponentials are made a row at a time.
 *
 * On top of any rate:
 *
 *   bursts    the rate is multiplied by one of two factors whose mean is 1, in turns, each for an exponential time: a
 *             Markov-modulated Poisson process [FMH-93]. The n-th switch is at the same time whatever the rate is.
 *   batches   arrivals come in groups at the same instant, of a size drawn by count_law; the rate stays that of arrivals.
 *
 * Or exactly: a given number in each of a row of bins, each time uniform in its bin. The times come in order without
 * sorting: of m uniform points in what is left of a bin, the share up to the first is 1 - exp(-E / m), E a unit
 * exponential, because the smallest of m uniforms exceeds x with probability (1 - x)^m [DEV-86]. With bursts, the
 * points are uniform on the bin's modulated length, a part in a burst counting `factor` times: the law of an MMPP given
 * its switches and the bin's number.
 *
 * [CIN-75] E. Cinlar, Introduction to Stochastic Processes, 1975, sec. 4.7.
 * [DEV-86] L. Devroye, Non-Uniform Random Variate Generation, 1986, sec. V.3.1.
 * [FMH-93] W. Fischer, K. Meier-Hellstern, The MMPP cookbook, Performance Evaluation 18, 1993.
 */
#ifndef HEADROOM_ARRIVALS_H
#define HEADROOM_ARRIVALS_H

#include <stdbool.h>
#include <stdint.h>

#include "sim/base/arena.h"
#include "sim/count_law.h"
#include "sim/draw_row.h"
#include "sim/simtime.h"

struct rate_knot {
    sim_time at;
    double rate_per_s; /* >= 0 */
};

/* An exact number of arrivals in [from, until). */
struct arrival_bin {
    sim_time from, until; /* from < until <= the next bin's from */
    uint64_t count;
};

struct burst_law {
    double factor;              /* >= 1: the rate in a burst over the rate between bursts */
    sim_time mean_on, mean_off; /* > 0: exponential times in a burst and between two */
};

struct burst_state {
    bool on;
    double factor_on, factor_off; /* of the rate; their mean over time is 1 */
    sim_time mean_on, mean_off;
    sim_time switch_at; /* SIM_NEVER: there are no bursts */
    uint64_t ordinal;   /* of the next switch */
    uint32_t place;
};

enum { ARRIVALS_ROW = 2 * DRAW_ROW };

struct arrivals {
    const struct rate_knot *knots; /* borrowed, strictly increasing times; the rate is 0 outside */
    uint32_t count;
    uint32_t segment;
    double cumulative;   /* expected arrivals from the start of the segment to the last arrival */
    double *segment_sum; /* expected arrivals of each segment */
    double slope_per_s2; /* of the rate in the segment */
    uint64_t ordinal;    /* of the next arrival, from 0 */
    sim_time last;       /* the last arrival */
    struct draw_key key;
    uint32_t place;
    bool plain; /* a Poisson process: nothing below counts */

    struct burst_state burst;
    uint64_t group; /* of the next batch: draws are by it; the ordinal when there are no batches */
    struct count_law batch;
    double batch_mean;    /* 1: no batches */
    uint32_t batch_place; /* where sizes are drawn, by group */
    uint64_t batch_left;  /* arrivals that are still to come at `last` */

    const struct arrival_bin *bins; /* borrowed; exactly so many: no knots */
    uint32_t bin_count, bin;
    uint64_t bin_done; /* arrivals of the bin so far */
    double bin_share;  /* of the bin that lies behind the last arrival, 0..1; in bursts of its modulated length */
    double bin_mass;   /* modulated length of the bin, ns; 0: not entered yet, or there are no bursts */
    sim_time walk_at;  /* in bursts: how far the bin has been walked, ... */
    double walk_mass;  /* ... and how much of bin_mass lies behind */

    double log_row[ARRIVALS_ROW]; /* of the uniform numbers of a row of ordinals */
};

void arrivals_init(struct arrivals *a, struct arena *arena, const struct rate_knot *knots, uint32_t count,
                   struct draw_key key, uint32_t place);

/* Exactly the bins' numbers. Batches do not go with it. */
void arrivals_init_exact(struct arrivals *a, const struct arrival_bin *bins, uint32_t count, struct draw_key key,
                         uint32_t place);

/* After arrivals_init() and before the first arrival. `place`: of the draws of the switches, or of the sizes. */
void arrivals_set_bursts(struct arrivals *a, struct burst_law law, uint32_t place);
void arrivals_set_batches(struct arrivals *a, struct count_law size, uint32_t place);

/* Time of the next arrival, non-decreasing, or SIM_NEVER after the last. Its ordinal is a->ordinal - 1 after. */
sim_time arrivals_next(struct arrivals *a);

/* Expected number of arrivals in [from, to). */
double arrivals_expected(const struct arrivals *a, sim_time from, sim_time to);

/* The rate in a burst over the mean rate. */
double burst_peak(struct burst_law law);

/*
 * Index of dispersion: variance over mean of the number of arrivals in a window, at a constant rate. 1 for Poisson.
 * bursts and batches may be NULL. [FMH-93] sec. 2 for groups of one.
 */
double arrivals_dispersion(double rate_per_s, sim_time window, const struct burst_law *bursts,
                           const struct count_law *batches);

#endif
