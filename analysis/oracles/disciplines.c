/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/oracles/disciplines.h"

#include <math.h>
#include <stdlib.h>

#include "sim/base/check.h"

/* ---- order of service */

static double mean_wait_s(double lambda, double scv)
{
    return lambda * (1.0 + scv) / (2.0 * (1.0 - lambda));
}

static double first_wait_square_s2(double lambda, double scv)
{
    const double wait_s = mean_wait_s(lambda, scv), third_moment_s3 = (1.0 + scv) * (1.0 + 2.0 * scv);
    return 2.0 * wait_s * wait_s + lambda * third_moment_s3 / (3.0 * (1.0 - lambda));
}

/* The service does not depend on the wait before it. */
static double sojourn_square_s2(double lambda, double scv, double wait_square_s2)
{
    return wait_square_s2 + 2.0 * mean_wait_s(lambda, scv) + 1.0 + scv;
}

double first_square_s2(double lambda_per_s, double scv)
{
    return sojourn_square_s2(lambda_per_s, scv, first_wait_square_s2(lambda_per_s, scv));
}

double last_square_s2(double lambda_per_s, double scv)
{
    const double wait_square_s2 = first_wait_square_s2(lambda_per_s, scv) / (1.0 - lambda_per_s);
    return sojourn_square_s2(lambda_per_s, scv, wait_square_s2);
}

/* ---- deadlines */

double wait_limit_lost(int servers, double lambda_per_s, double limit_s)
{
    double p = 1.0, all = 1.0; /* of n inside, n < servers, in units of the empty system's */
    for (int n = 1; n < servers; n++) {
        p *= lambda_per_s / n;
        all += p;
    }
    const double spare = servers - lambda_per_s, at_limit = lambda_per_s * p * exp(-spare * limit_s);
    const double below = spare != 0.0 ? (lambda_per_s * p - at_limit) / spare : lambda_per_s * p * limit_s;
    const double above = at_limit / servers;
    return above / (all + below + above);
}

/* Of the open queue's work, below the limit. */
static double below_limit(double lambda, double limit_s)
{
    return 1.0 - lambda * exp(-(1.0 - lambda) * limit_s);
}

double sojourn_limit_cut(double lambda_per_s, double limit_s)
{
    return (1.0 - lambda_per_s) * exp(-(1.0 - lambda_per_s) * limit_s) / below_limit(lambda_per_s, limit_s);
}

double sojourn_limit_busy(double lambda_per_s, double limit_s)
{
    return 1.0 - (1.0 - lambda_per_s) / below_limit(lambda_per_s, limit_s);
}

/* Little: lambda times the integral of P(time in the system > t) up to the limit. */
double sojourn_limit_number(double lambda_per_s, double limit_s)
{
    const double spare = 1.0 - lambda_per_s, beyond = exp(-spare * limit_s);
    const double sojourn_s = ((1.0 - beyond) / spare - lambda_per_s * limit_s * beyond) /
                             below_limit(lambda_per_s, limit_s);
    return lambda_per_s * sojourn_s;
}

/* ---- sharing with a limit */

enum { INSIDE_MAX = 250, SHARERS_MAX = 8, SWEEPS = 20000 };

struct sharing {
    double lambda;
    int sharers;
    double p[INSIDE_MAX + 2][SHARERS_MAX + 2]; /* of n inside, j of them in the second phase; borders stay 0 */
};

static int in_service(const struct sharing *s, int n)
{
    return n < s->sharers ? n : s->sharers;
}

/* Each phase has mean 1/2 s; with m in service each of them works at rate 1 / m. */
static double phase_rate(const struct sharing *s, int n, int in_phase)
{
    return n > 0 ? 2.0 * in_phase / in_service(s, n) : 0.0;
}

/* What flows into (n, j): an arrival, the end of somebody's first phase, the end of somebody's second. */
static double inflow(const struct sharing *s, int n, int j)
{
    double in = n > 0 ? s->lambda * s->p[n - 1][j] : 0.0;
    if (j > 0)
        in += phase_rate(s, n, in_service(s, n) - (j - 1)) * s->p[n][j - 1];
    if (n < INSIDE_MAX && j + 1 <= in_service(s, n + 1))
        in += phase_rate(s, n + 1, j + 1) * s->p[n + 1][j + 1];
    return in;
}

static double sweep(struct sharing *s)
{
    double change = 0.0;
    for (int n = 0; n <= INSIDE_MAX; n++)
        for (int j = 0; j <= in_service(s, n); j++) {
            const double out = (n < INSIDE_MAX ? s->lambda : 0.0) + phase_rate(s, n, in_service(s, n));
            const double p = inflow(s, n, j) / out;
            change += fabs(p - s->p[n][j]);
            s->p[n][j] = p;
        }
    return change;
}

double sharers_erlang2_number(double lambda_per_s, int sharers)
{
    CHECK(sharers > 0 && sharers <= SHARERS_MAX, "sharers of an oracle");
    struct sharing *s = calloc(1, sizeof *s);
    CHECK(s, "no memory for a chain");
    *s = (struct sharing){ .lambda = lambda_per_s, .sharers = sharers };
    for (int n = 0; n <= INSIDE_MAX; n++)
        for (int j = 0; j <= in_service(s, n); j++)
            s->p[n][j] = pow(lambda_per_s, n) / (in_service(s, n) + 1);
    double all = 0.0, number = 0.0;
    for (int i = 0; i < SWEEPS && sweep(s) > 1e-12; i++)
        ;
    for (int n = 0; n <= INSIDE_MAX; n++)
        for (int j = 0; j <= in_service(s, n); j++) {
            all += s->p[n][j];
            number += n * s->p[n][j];
        }
    free(s);
    return number / all;
}
