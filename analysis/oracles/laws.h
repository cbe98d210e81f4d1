/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * laws -- distributions as the theory knows them, beside the text that the engine reads.
 *
 * The moments stand here a second time on purpose: what the engine computes from the text is not used by the theory.
 */
#ifndef HEADROOM_ORACLE_LAWS_H
#define HEADROOM_ORACLE_LAWS_H

#include <complex.h>

#include "sim/sampler.h"

enum law_kind { LAW_CONSTANT, LAW_GAMMA, LAW_UNIFORM, LAW_LOGNORMAL, LAW_WEIBULL }; /* exponential: gamma with scv 1 */

struct law {
    enum law_kind kind;
    const char *text;   /* as a scenario writes it */
    double mean_s, scv; /* scv: squared coefficient of variation */
};

extern const struct law law_exponential_1s;

/* The engine's sampler of the law's text; it lives in the arena. */
struct sampler law_sampler(const struct law *law, struct arena *arena);

/* E exp(-s T) for constant, gamma and uniform laws; the others have no closed form and end the program. */
double complex law_transform(const struct law *law, double complex s);

/* P(T > t) of a constant, exponential (gamma with scv 1), uniform or lognormal law; others end the program. */
double law_survival(const struct law *law, double t_s);

/*
 * The value at t > 0 of a smooth function on (0, inf) from its Laplace transform: Euler's summation [AW-95], absolute
 * error near 1e-8 for a tail probability.
 */
double transform_invert(double complex (*transform)(const void *context, double complex s), const void *context,
                        double t);

#endif
