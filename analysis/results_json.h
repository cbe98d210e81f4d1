/* SPDX-License-Identifier: GPL-3.0-or-later */
/* results_json -- what the files that write results.json share. A value that is not known is left out. */
#ifndef HEADROOM_RESULTS_JSON_H
#define HEADROOM_RESULTS_JSON_H

#include <cjson/cJSON.h>

#include "analysis/results.h"

void json_number(cJSON *object, const char *key, double value); /* 9 significant digits */
void json_count(cJSON *object, const char *key, uint64_t count);
/* Exact to a tenth of a cent, which is exact for the mean of two bills. */
void json_usd(cJSON *object, const char *key, double usd);
void json_interval(cJSON *object, const char *key, struct ci ci); /* [lo, hi] */

void results_json_calls(cJSON *root, const struct results *r); /* results_json_calls.c */

void results_json_cost(cJSON *root, const struct results *r); /* results_json_cost.c */

/* Of the bill that is shown: report_commitments.c. */
void results_json_commitments(cJSON *bill, const struct cost *cost);

#endif
