/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * number -- our own elementary functions: the same bits on every machine, compiler and optimisation level.
 *
 * No libm except sqrt, no fused multiply-add (the build passes -ffp-contract=off). Relative errors against the
 * correctly rounded result, tested: number_log, number_exp <= 4 ulp (1 in practice); number_normal_quantile <= 1e-14.
 */
#ifndef HEADROOM_NUMBER_H
#define HEADROOM_NUMBER_H

#include <stdint.h>

/* Natural logarithm of a finite x > 0. */
double number_log(double x);
/* The same of each of a row of numbers >= 2^-1022, in place. */
void number_log_row(double *x, uint32_t count);
/* e^x; 0 below -745, +inf above 709.78. */
double number_exp(double x);
/* x^y for x > 0, as e^(y ln x): relative error up to (1 + |y ln x|) * 2^-51. */
double number_pow(double x, double y);
/* ln of the gamma function, x > 0; absolute error below 1e-13 * max(1, x ln x). */
double number_log_gamma(double x);
/* Quantile of the standard normal distribution, 0 < p < 1. [WIC-88] M. Wichura, AS 241 (PPND16), Appl. Statist. 37. */
double number_normal_quantile(double p);

#endif
