/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/oracles/experiment.h"

#include <math.h>
#include <omp.h>

#include "analysis/oracles/tables.h"
#include "sim/base/check.h"
#include "sim/base/text.h"

const struct chapter oracle_chapters[] = {
    { "One station", table_queues },
    { "Services and gaps of any law", table_services },
    { "Limits, patience and faults", table_limits },
    { "Disciplines, and both executions of a station", table_disciplines },
    { "Several stations", table_networks },
    { "Choosing a target", table_dispatchers },
    { "Buckets, warm pools and messages", table_buckets },
    { "Caches", table_stores },
    { "Before equilibrium", table_transients },
    { NULL, NULL },
};

uint64_t experiment_seed(const struct experiment *e)
{
    return text_hash(e->system);
}

int experiment_oracles(const struct experiment *e)
{
    int count = 0;
    while (e->oracles[count].theory)
        count++;
    return count;
}

static struct oracle_result judge(const struct experiment *e, const struct oracle *o, const double *values)
{
    const double theory = o->theory(e, o->at);
    const struct ci ci = ci_of_mean(values, (int)e->replications, ORACLE_LEVEL);
    const double allowed = o->allowance * fabs(theory);
    return (struct oracle_result){
        .theory = theory,
        .ci = ci,
        .covers = ci.lo - allowed <= theory && theory <= ci.hi + allowed,
        .precise = ci_half_width(ci) <= o->precision * fabs(theory),
    };
}

void experiment_run(const struct experiment *e, double rate, int threads, struct oracle_result *results)
{
    CHECK(e->replications > 1 && e->replications <= ORACLE_REPLICATIONS_MAX, "an experiment's replications");
    const int oracles = experiment_oracles(e);
    double values[ORACLE_FIGURES_MAX][ORACLE_REPLICATIONS_MAX];
#pragma omp parallel for schedule(dynamic) num_threads(threads > 0 ? threads : omp_get_max_threads())
    for (uint32_t r = 0; r < e->replications; r++) {
        double of_replication[ORACLE_FIGURES_MAX];
        e->kind->simulate(e, rate, r, of_replication);
        for (int i = 0; i < oracles; i++)
            values[i][r] = of_replication[i];
    }
    for (int i = 0; i < oracles; i++)
        results[i] = judge(e, &e->oracles[i], values[i]);
}

const char *oracle_figure(const struct experiment *e, const struct oracle *o, char *buffer, size_t size)
{
    const char *const *name = e->kind->figures[o->figure];
    if (name[1])
        snprintf(buffer, size, "%s%g%s", name[0], o->at, name[1]);
    else
        snprintf(buffer, size, "%s", name[0]);
    return buffer;
}
