/* SPDX-License-Identifier: GPL-3.0-or-later */
/* compare_parts -- what the files behind compare.h share. */
#ifndef HEADROOM_COMPARE_PARTS_H
#define HEADROOM_COMPARE_PARTS_H

#include "analysis/compare.h"
#include "models/yaml.h"

/* ---- samples: compare_take.c ---- */

enum sample_kind { SAMPLE_AVAILABILITY, SAMPLE_MEAN_MS, SAMPLE_ORDERS, SAMPLE_ORDERS_FAILED };

int sample_column(const struct samples *s, enum sample_kind kind, int operation);
/* A new row for a replication, in its place. */
double *samples_row(struct samples *s, uint32_t number, struct arena *arena);

/* ---- pairs: compare_pairs.c ---- */

/* Replications that both have. */
int pairs_count(const struct samples *base, const struct samples *variant);
/* Difference of a column over them. The columns may stand at different places. */
struct estimate pairs_of_columns(const struct samples *base, int base_column, const struct samples *variant,
                                 int variant_column, struct arena *arena);
/* Index of an operation in the contender's records; -1: it has none. */
int contender_operation(const struct contender *c, const char *name);
/* log10 of unavailability, base over variant; mean NAN when one of them had no failure or no request. */
struct ci paired_nines(const struct contender *base, const struct contender *variant, const char *operation,
                       struct arena *arena);
void compare_operations(struct variant *v, const struct contender *base, struct arena *arena);

/* ---- the files as they were written: compare_changes.c ---- */

/* NULL when a key on the way is not there, or `node` is NULL. */
const struct node *tree_find(const struct node *node, const char *key);
/* The same keys with the same texts; both may be NULL. The order of keys does not count. */
bool tree_same(const struct node *a, const struct node *b);
/* The first node in b that a has not; b itself when it only has less. a may be NULL. */
const struct node *tree_difference(const struct node *a, const struct node *b);

/* ---- money: compare_cost.c ---- */

enum bill_figure { BILL_ANNUAL, BILL_MONTHLY_MEAN, BILL_MONTHLY_PEAK };
struct estimate paired_bill(const struct results *base, const struct results *variant, enum bill_figure figure);
/* Difference of what the headline day costs, where neither has a year. */
struct estimate headline_bill(const struct results *base, const struct results *variant);
struct spread paired_years(const struct results *base, const struct results *variant);

/* ---- any two of the variants: compare_verdict.c ---- */

/* to - from on a criterion, the sign turned so that negative is better; *resolution: what a histogram leaves open. */
struct estimate compare_criterion(const struct comparison *c, const struct variant *from, const struct variant *to,
                                  enum criterion criterion, double *resolution, struct arena *arena);

/* "99.2 %", "more than 99.9 %" */
const char *compare_confidence(double confidence, struct arena *arena);
/* "$1,234 ± 56" in a sentence; "+-" where the sink is a terminal is the writer's business */
const char *compare_usd(struct ci ci, struct arena *arena);

#endif
