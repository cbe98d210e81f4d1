/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * advice -- which commitments would have made the simulated year cheapest, and what they risk.
 *
 *   billed days --> the year's hours, by replication --> cost of a commitment of each size --> the cheapest
 *
 * For one commitment beside others that stay as they are, the year's cost is convex in its size: in every hour the
 * first dollar covers the usage with the highest discount, the next one usage with a lower one, and what nobody uses
 * is lost, so each dollar saves no more than the one before. It is piecewise linear, and its lowest point is found
 * exactly: where the next step ($0.001 per hour, or one instance) stops saving. A mix is built greedily, the
 * commitment that saves most first, each size then found anew beside the others, with and without the broad plans:
 * that is not proven to be the best.
 *
 * The year is an expectation over its simulated days; how much years differ because their days do, is shown as quantiles
 * of the saving over drawn years (analysis/year.h). What the usage of the next year will be, nobody simulates: that risk
 * is shown as what is saved or lost when every hour's usage is a fifth or two fifths less.
 */
#ifndef HEADROOM_ADVICE_H
#define HEADROOM_ADVICE_H

#include "analysis/cost.h"
#include "analysis/year.h"
#include "pricing/commitment.h"

enum { ADVICE_DROPS = 2 };
extern const double advice_drops[ADVICE_DROPS]; /* 0.2, 0.4 of each hour's usage */

struct advised {
    struct commitment commitment;
    struct commitment_result year;    /* mean over the replications */
    double saving_usd;                /* of the year; in a mix of this one beside the others */
    double least_usd, most_usd;       /* of the replications */
    struct spread drawn;              /* saving in years whose days are drawn */
    double dropped_usd[ADVICE_DROPS]; /* what it saves when usage drops; negative: it loses */
};

struct advised_mix {
    int years; /* terms of at most so many */
    struct advised *list;
    size_t count;
    double year_usd;   /* the billed year with it, mean over the replications */
    double saving_usd; /* against the year as it is */
    struct spread drawn;
    double dropped_usd[ADVICE_DROPS];
};

enum { ADVICE_MIXES = 2 }; /* terms of one year; of three too */

struct advice {
    double year_usd;      /* as billed, with what the scenario has committed to already */
    double coverable_usd; /* of it, what commitments could still cover: on demand */
    struct advised *list; /* each alone, the best payment of each kind, thing and term; those that save most first */
    size_t count;
    struct advised_mix mixes[ADVICE_MIXES];
};

/* All days of the calendar are there. False when a rate is missing (in the costing's diag). */
bool advise(struct advice *out, const struct costing *costing, const struct price_book *terms, struct arena *arena);

#endif
