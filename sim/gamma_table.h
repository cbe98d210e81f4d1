/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * gamma_table -- quantiles of the gamma distribution at equidistant normal scores.
 *
 * With our own elementary functions, so that the table has the same bits everywhere. Newton's method on the logarithm
 * of the smaller tail as a function of ln x: both tails are log-concave in ln x, so it converges from anywhere.
 */
#ifndef HEADROOM_GAMMA_TABLE_H
#define HEADROOM_GAMMA_TABLE_H

/* ln P(shape, x) and ln Q(shape, x), the regularised incomplete gamma functions; shape > 0, x > 0. Relative error of
 * P and Q about 1e-13 * max(1, shape). */
double gamma_log_lower(double shape, double x);
double gamma_log_upper(double shape, double x);

/* table[i]: the quantile whose normal score is -score_max + i * 2 score_max / (count - 1), i < count; count is odd. */
void gamma_table_fill(double *table, int count, double score_max, double shape, double scale);

#endif
