/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/oracles/laws.h"

#include <math.h>

#include "sim/base/check.h"

static const double PI = 3.14159265358979323846;

const struct law law_exponential_1s = { LAW_GAMMA, "exp(1s)", 1.0, 1.0 };

struct sampler law_sampler(const struct law *law, struct arena *arena)
{
    struct diag diag;
    struct dist *dist = ARENA_NEW(arena, struct dist);
    struct sampler sampler;
    diag_init(&diag, arena);
    CHECK(dist_parse(dist, law->text, (struct mark){ 0 }, NULL, arena, &diag), "an experiment's distribution");
    sampler_init(&sampler, dist, arena);
    return sampler;
}

double complex law_transform(const struct law *law, double complex s)
{
    switch (law->kind) {
    case LAW_CONSTANT: return cexp(-s * law->mean_s);
    case LAW_GAMMA: return cpow(1.0 + s * law->mean_s * law->scv, -1.0 / law->scv);
    case LAW_UNIFORM: {
        const double width = law->mean_s * sqrt(12.0 * law->scv), low = law->mean_s - width / 2.0;
        return cexp(-s * low) * (1.0 - cexp(-s * width)) / (s * width);
    }
    case LAW_LOGNORMAL:
    case LAW_WEIBULL: break;
    }
    CHECK(false, "a law whose transform has no closed form");
    return 0.0;
}

double law_survival(const struct law *law, double t_s)
{
    switch (law->kind) {
    case LAW_CONSTANT: return t_s < law->mean_s;
    case LAW_GAMMA: CHECK(law->scv == 1.0, "a tail that is not tabulated"); return exp(-t_s / law->mean_s);
    case LAW_UNIFORM: {
        const double width = law->mean_s * sqrt(12.0 * law->scv), low = law->mean_s - width / 2.0;
        return fmin(1.0, fmax(0.0, 1.0 - (t_s - low) / width));
    }
    case LAW_LOGNORMAL: {
        const double sigma = sqrt(log(1.0 + law->scv)), mu = log(law->mean_s) - sigma * sigma / 2.0;
        return t_s > 0.0 ? 0.5 * erfc((log(t_s) - mu) / (sigma * sqrt(2.0))) : 1.0;
    }
    case LAW_WEIBULL: break;
    }
    CHECK(false, "a law whose tail is not tabulated");
    return 0.0;
}

double transform_invert(double complex (*transform)(const void *context, double complex s), const void *context,
                        double t)
{
    enum { PLAIN = 40, AVERAGED = 11 };
    static const double binomial[AVERAGED + 1] = { 1, 11, 55, 165, 330, 462, 462, 330, 165, 55, 11, 1 };
    const double a = 18.4; /* discretisation error e^-a = 1e-8 */
    double sum = 0.5 * creal(transform(context, a / (2.0 * t))), average = 0.0;
    for (int k = 1; k <= PLAIN + AVERAGED; k++) {
        const double term = creal(transform(context, a / (2.0 * t) + PI * k / t * I));
        sum += k % 2 ? -term : term;
        if (k >= PLAIN)
            average += binomial[k - PLAIN] * sum;
    }
    return exp(a / 2.0) / t * average / 2048.0;
}
