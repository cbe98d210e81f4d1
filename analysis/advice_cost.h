/* SPDX-License-Identifier: GPL-3.0-or-later */
/* advice_cost -- inside of advice: what the year costs with a set of commitments, and the best size of one of them. */
#ifndef HEADROOM_ADVICE_COST_H
#define HEADROOM_ADVICE_COST_H

#include "analysis/advice.h"
#include "pricing/commitment_cover.h"

#define ADVICE_STEP (MONEY_PER_USD / 1000) /* of a plan's dollars per hour: what AWS recommends in */

enum { ADVICE_SCENES = 1 + ADVICE_DROPS, MOST_IN_MIX = 16 };

/* A commitment to be sized, and its rates beside the usage of each replication. */
struct candidate {
    struct commitment commitment; /* of one step */
    struct commitment_rates rates[BILL_REPLICATIONS];
    int64_t most; /* steps: beyond it nothing more is used in any hour */
};

struct adviser {
    const struct costing *costing;
    const struct price_book *terms;
    struct arena *arena;
    struct arena scratch;
    struct workload year[ADVICE_SCENES][BILL_REPLICATIONS]; /* as simulated, and with less usage */
    struct workload (*days)[BILL_REPLICATIONS];             /* [day type]: the days of that type alone */
    double *shares;                                         /* [drawn year][day type][replication], 0..1 of its days */
    double rest_share;                                      /* of the list price, that is paid on demand */
    struct commitments present;                             /* of the scenario */
    struct commitment_rates *present_rates[BILL_REPLICATIONS];
    struct candidate *candidates;
    size_t count, capacity;
};

/* A set of commitments: those of the scenario, then candidates with their sizes. */
struct chosen {
    const struct candidate *candidate;
    int64_t steps;
};

/* The year's usage of a replication, in every scene. False when a rate is missing. */
bool advice_form_year(struct adviser *adviser, int replication);

/* The shares of days in drawn years. */
void advice_draw_years(struct adviser *adviser);

/* The candidate as it is bought in that size. `sized` holds it, `rates` point to it. */
void advice_resize(struct commitment_rates *rates, struct commitment *sized, const struct candidate *candidate,
                   int replication, int64_t steps);

struct evaluation {
    double usd[BILL_REPLICATIONS]; /* of all that commitments may cover, and their fees */
    double mean_usd;
    double fees_usd; /* of them */
};

/*
 * Scene ADVICE_SCENES + d: only the days of type d happen, but the fees are the year's.
 * results: NULL, or [chosen], to which the results of each replication are added.
 */
struct evaluation advice_evaluate(struct adviser *adviser, int scene, const struct chosen *chosen, size_t count,
                                  struct commitment_result *results);

/* What `with` saves against `without` in years whose days are drawn as the report's are (analysis/year.h). */
struct spread advice_drawn(struct adviser *adviser, const struct chosen *with, size_t with_count,
                           const struct chosen *without, size_t without_count);

struct sizing {
    struct adviser *adviser;
    struct chosen set[MOST_IN_MIX + 1];
    size_t count, index; /* `index` is sized, the others stay as they are */
};

/* The year's cost when the sized one has so many steps. */
double advice_cost_at(struct sizing *sizing, int64_t steps);

/* Sets the cheapest size and returns it. */
int64_t advice_best_size(struct sizing *sizing);

#endif
