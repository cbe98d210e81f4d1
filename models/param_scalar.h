/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * param_scalar -- one value of one row: text to number, distribution, choice or reference, with its range.
 *
 * The lower half of param.c; nobody else includes it. `what` names the thing that the row belongs to.
 */
#ifndef HEADROOM_PARAM_SCALAR_H
#define HEADROOM_PARAM_SCALAR_H

#include "models/param.h"

/* Kinds that are not BLOCK, LIST, MAP or TAGGED. `out` is the struct member itself. */
bool param_read_scalar(struct param_reader *reader, const struct param *row, const struct node *node, const char *what,
                       void *out);

/* "lognormal(mean=9ms": what is left when a comma inside { } ended the value. `rest`: what stood behind the comma. */
bool param_cut_off(const struct node *node);
bool param_report_cut_off(struct param_reader *reader, const struct param *row, const struct node *node,
                          const char *rest, const char *what);

/* The node is of another kind than the row: a list where a value belongs. */
bool param_wrong_node(struct param_reader *reader, const struct param *row, const struct node *node, const char *what);

/* No more messages are kept: then nothing is worked out for them, a nearest name costs time. */
bool param_full(const struct param_reader *reader);

/* "'interval' of alb 'alb'"; a row without a name, or the one that stands for the whole, is the thing itself. */
const char *param_path(struct param_reader *reader, const struct param *row, const char *what);

#endif
