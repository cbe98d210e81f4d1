/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/oracles/formulas.h"

#include <math.h>

double erlang_b(int servers, double load)
{
    double blocked = 1.0;
    for (int k = 1; k <= servers; k++)
        blocked = load * blocked / (k + load * blocked);
    return blocked;
}

double erlang_c(int servers, double load)
{
    const double blocked = erlang_b(servers, load);
    return servers * blocked / (servers - load * (1.0 - blocked));
}

double mmc_sojourn_s(int servers, double lambda_per_s, double mu_per_s)
{
    return 1.0 / mu_per_s + erlang_c(servers, lambda_per_s / mu_per_s) / (servers * mu_per_s - lambda_per_s);
}

double mmc_beyond(int servers, double lambda_per_s, double t_s)
{
    const double waits = erlang_c(servers, lambda_per_s), spare = servers - lambda_per_s;
    const double served = exp(-t_s), both = (spare * exp(-t_s) - exp(-spare * t_s)) / (spare - 1.0);
    return (1.0 - waits) * served + waits * both;
}

double mg1_sojourn_s(double lambda_per_s, const struct law *service)
{
    const double mean = service->mean_s, rho = lambda_per_s * mean;
    return mean + lambda_per_s * mean * mean * (1.0 + service->scv) / (2.0 * (1.0 - rho));
}

struct mg1 {
    double lambda_per_s;
    const struct law *service;
};

static double complex mg1_tail_transform(const void *context, double complex s)
{
    const struct mg1 *q = context;
    const double complex b = law_transform(q->service, s);
    const double rho = q->lambda_per_s * q->service->mean_s;
    const double complex sojourn = b * (1.0 - rho) * s / (s - q->lambda_per_s + q->lambda_per_s * b);
    return (1.0 - sojourn) / s;
}

double mg1_beyond(double lambda_per_s, const struct law *service, double t_s)
{
    return transform_invert(mg1_tail_transform, &(struct mg1){ lambda_per_s, service }, t_s);
}

double md1_beyond(double lambda_per_s, double t_s)
{
    const double wait_s = t_s - 1.0;
    double sum = 0.0, factorial = 1.0;
    for (int k = 0; k <= wait_s; k++) {
        factorial *= k > 0 ? k : 1.0;
        sum += pow(lambda_per_s * (k - wait_s), k) / factorial * exp(-lambda_per_s * (k - wait_s));
    }
    return 1.0 - (1.0 - lambda_per_s) * sum;
}

double gm1_sigma(const struct law *gap)
{
    double sigma = 0.5, last = 0.0;
    for (int i = 0; i < 10000 && fabs(sigma - last) > 1e-14; i++) {
        last = sigma;
        sigma = creal(law_transform(gap, 1.0 - sigma));
    }
    return sigma;
}

double groups_exponential_number(double groups_per_s, int size)
{
    const double rho = groups_per_s * size;
    return rho * (1.0 + size) / (2.0 * (1.0 - rho));
}

double groups_constant_sojourn_s(double groups_per_s, int size)
{
    const double rho = groups_per_s * size;
    const double group_wait_s = groups_per_s * size * size / (2.0 * (1.0 - rho));
    return group_wait_s + (size - 1) / 2.0 + 1.0;
}

double random_groups_number(double groups_per_s, double mean_size, double variance)
{
    const double rho = groups_per_s * mean_size, square = variance + mean_size * mean_size;
    return rho * (1.0 + square / mean_size) / (2.0 * (1.0 - rho));
}

double breakdowns_number(double lambda_per_s, double fail_per_s, double repair_per_s)
{
    const double lambda = lambda_per_s, f = fail_per_s, r = repair_per_s, up = r / (f + r);
    const double growth = (lambda + f * lambda * (r + lambda) / (r * r)) / (1.0 - lambda * (1.0 + f / r));
    return growth + up * f * lambda / (r * r); /* U'(1) (1 + f / r) with U(1) = up, and what D adds */
}

double choices_sojourn_s(int choices, double load)
{
    double sum = 0.0;
    for (double power = choices; power < 1e9; power *= choices)
        sum += pow(load, (power - choices) / (choices - 1));
    return sum;
}

struct mva_result mva_solve(int stations, const double *demand_s, const bool *is_delay, int population)
{
    struct mva_result result = { 0 };
    for (int n = 1; n <= population; n++) {
        double residence_s[8], cycle_s = 0.0;
        for (int k = 0; k < stations; k++) {
            residence_s[k] = demand_s[k] * (is_delay[k] ? 1.0 : 1.0 + result.number[k]);
            cycle_s += residence_s[k];
        }
        result.throughput_per_s = n / cycle_s;
        for (int k = 0; k < stations; k++)
            result.number[k] = result.throughput_per_s * residence_s[k];
    }
    return result;
}
