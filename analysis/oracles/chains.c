/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/oracles/chains.h"

#include <math.h>
#include <string.h>

#include "sim/base/check.h"

void birth_death(const double *birth_per_s, const double *death_per_s, int states, double *probability)
{
    double sum = probability[0] = 1.0;
    for (int n = 1; n < states; n++)
        sum += probability[n] = probability[n - 1] * birth_per_s[n - 1] / death_per_s[n];
    for (int n = 0; n < states; n++)
        probability[n] /= sum;
}

static double mean_of(const double *probability, int states)
{
    double mean = 0.0;
    for (int n = 0; n < states; n++)
        mean += n * probability[n];
    return mean;
}

enum { MDC_STATES = 200 };

/* One service later: those in service have left, a Poisson number has come. The last state keeps the rest. */
static void mdc_step(const double *before, const double *poisson, int servers, double *after)
{
    memset(after, 0, MDC_STATES * sizeof *after);
    for (int n = 0; n < MDC_STATES; n++) {
        const int stay = n > servers ? n - servers : 0;
        for (int k = 0; k < MDC_STATES; k++)
            after[stay + k < MDC_STATES ? stay + k : MDC_STATES - 1] += before[n] * poisson[k];
    }
}

double mdc_number(int servers, double lambda_per_s)
{
    double poisson[MDC_STATES] = { exp(-lambda_per_s) }, p[MDC_STATES] = { 1.0 }, next[MDC_STATES];
    for (int k = 1; k < MDC_STATES; k++)
        poisson[k] = poisson[k - 1] * lambda_per_s / k;
    for (int i = 0; i < 1000; i++) {
        mdc_step(p, poisson, servers, next);
        memcpy(p, next, sizeof p);
    }
    return mean_of(p, MDC_STATES);
}

/* ---- the shortest line */

enum { LINE_MAX = 36, LINE_STATES = LINE_MAX * LINE_MAX * LINE_MAX };

struct lines {
    int length[3], stride[3], servers;
    int state;
};

static struct lines lines_of(int state, int servers)
{
    struct lines l = { .stride = { 1, LINE_MAX, LINE_MAX * LINE_MAX }, .servers = servers, .state = state };
    for (int i = 0; i < servers; i++)
        l.length[i] = state / l.stride[i] % LINE_MAX;
    return l;
}

/* Where p of this state goes in a step of the uniformised chain (rate lambda + servers). */
static void lines_flow(const struct lines *l, double lambda_per_s, double p, double *after)
{
    const double total = lambda_per_s + l->servers;
    int shortest = 0, ties = 0;
    for (int i = 1; i < l->servers; i++)
        if (l->length[i] < l->length[shortest])
            shortest = i;
    for (int i = 0; i < l->servers; i++)
        ties += l->length[i] == l->length[shortest];
    for (int i = 0; i < l->servers; i++) {
        after[l->length[i] > 0 ? l->state - l->stride[i] : l->state] += p / total;
        if (l->length[i] == l->length[shortest]) /* a full shortest line: beyond what is counted */
            after[l->length[i] + 1 < LINE_MAX ? l->state + l->stride[i] : l->state] += p * lambda_per_s / total / ties;
    }
}

double shortest_line_number(int servers, double lambda_per_s)
{
    static double p[LINE_STATES], next[LINE_STATES]; /* too large for a stack; theory is computed by one thread */
    CHECK(servers == 2 || servers == 3, "a chain of two or three lines");
    const int states = servers == 2 ? LINE_MAX * LINE_MAX : LINE_STATES;
    memset(p, 0, sizeof p);
    p[0] = 1.0;
    double number = 0.0, last = -1.0;
    for (int step = 0; fabs(number - last) > 1e-9 && step < 100; step++) {
        for (int i = 0; i < 40; i++) {
            memset(next, 0, sizeof next);
            for (int state = 0; state < states; state++)
                if (p[state] > 1e-18) {
                    const struct lines l = lines_of(state, servers);
                    lines_flow(&l, lambda_per_s, p[state], next);
                }
            memcpy(p, next, sizeof p);
        }
        last = number;
        number = 0.0;
        for (int state = 0; state < states; state++)
            for (int i = 0; i < servers; i++)
                number += p[state] * lines_of(state, servers).length[i];
    }
    return number;
}

/* ---- bursts */

double bursts_number(double on_per_s, double off_per_s, double mean_on_s, double mean_off_s)
{
    enum { STATES = 300, STEPS = 30000 };
    const double rate[2] = { off_per_s, on_per_s }, leave[2] = { 1.0 / mean_off_s, 1.0 / mean_on_s };
    const double total = on_per_s + off_per_s + leave[0] + leave[1] + 1.0;
    double p[2][STATES] = { { 1.0 } }, next[2][STATES];
    for (int step = 0; step < STEPS; step++) {
        memset(next, 0, sizeof next);
        for (int on = 0; on < 2; on++)
            for (int n = 0; n < STATES; n++) {
                const double flow = p[on][n] / total;
                next[on][n + 1 < STATES ? n + 1 : n] += flow * rate[on];
                next[on][n > 0 ? n - 1 : 0] += flow;
                next[!on][n] += flow * leave[on];
                next[on][n] += flow * (total - rate[on] - leave[on] - 1.0);
            }
        memcpy(p, next, sizeof p);
    }
    return mean_of(p[0], STATES) + mean_of(p[1], STATES);
}

/* ---- before equilibrium */

double mm1_number_at(double lambda_per_s, double t_s)
{
    enum { STATES = 400 };
    const double total = lambda_per_s + 1.0, jumps = total * t_s;
    double p[STATES] = { 1.0 }, number = 0.0, weight = exp(-jumps);
    for (int k = 0; k < STATES - 1; weight *= jumps / ++k) { /* after k jumps at most k are inside */
        double next[STATES] = { 0.0 };
        number += weight * mean_of(p, STATES);
        for (int n = 0; n <= k; n++) {
            next[n + 1] += p[n] * lambda_per_s / total;
            next[n > 0 ? n - 1 : 0] += p[n] / total;
        }
        memcpy(p, next, sizeof p);
    }
    return number;
}

static double rate_at(const struct rate_knot *knots, int count, double t_s)
{
    for (int k = 0; k + 1 < count; k++) {
        const double from_s = (double)knots[k].at / 1e9, to_s = (double)knots[k + 1].at / 1e9;
        if (from_s <= t_s && t_s < to_s)
            return knots[k].rate_per_s +
                   (knots[k + 1].rate_per_s - knots[k].rate_per_s) * (t_s - from_s) / (to_s - from_s);
    }
    return 0.0;
}

double infinite_servers_number_at(const struct rate_knot *knots, int count, const struct law *service, double t_s)
{
    enum { STEPS = 20000 }; /* midpoints: error below 1e-6 of the value for continuous rates */
    double sum = 0.0;
    for (int i = 0; i < STEPS; i++) {
        const double u = t_s * (i + 0.5) / STEPS;
        sum += rate_at(knots, count, t_s - u) * law_survival(service, u);
    }
    return sum * t_s / STEPS;
}
