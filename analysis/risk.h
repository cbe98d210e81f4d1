/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * risk -- what failures cost in a year: for each mode, how often it happens times what one event costs.
 *
 * Losses are contribution margin in USD: orders that the fault-free twin had and the run with the fault had not, same
 * customers. An event's loss depends on when it comes, so a mode's events are stratified (by day type and hour). The
 * two kinds of uncertainty stay apart: how often (rates), and how much (simulation).
 *
 * Variants are compared event by event: modes meet by their name, strata by theirs, and event i of a stratum is the same
 * event with the same customers in each variant. A mode's rate is proportional to what there is of it: of three zones one
 * fails three times as often.
 */
#ifndef HEADROOM_RISK_H
#define HEADROOM_RISK_H

#include "analysis/ci.h"

struct risk_stratum {
    const char *name;       /* "peak, 20:00-22:00" */
    double share;           /* of the mode's events, 0..1; a mode's strata add up to 1 */
    int count;              /* events simulated */
    const double *loss_usd; /* [count] margin that event i costs; NAN: it was not simulated */
};

struct risk_mode {
    const char *name;   /* "zone power" */
    double per_year;    /* events expected a year */
    double seen, years; /* the rate is Gamma(seen + 1/2, years): so many in so many years; years 0: taken as given */
    int stratum_count;
    const struct risk_stratum *strata;
    struct ci loss_usd; /* a year's expected loss by this mode, both kinds of uncertainty */
};

struct risk_result {
    const char *consists_of; /* a sentence for the reader: which failures, how valued */
    int mode_count;
    const struct risk_mode *modes;
    struct ci loss_usd;                /* expected margin lost in a year, both kinds of uncertainty */
    struct ci by_rates, by_simulation; /* the same mean, with the interval that one kind alone gives */
    double p50_usd, p95_usd;           /* of a year; NAN: not computed */
};

#endif
