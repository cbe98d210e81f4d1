/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/benchmarks/simpy.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "analysis/benchmarks/child.h"
#include "sim/base/compiler.h"

/* Debian's own Python sees Debian's packages; the one on the path may be another. */
static const char *const PYTHONS[] = { "/usr/bin/python3", "python3" };

uint64_t simpy_measure(uint64_t count, const void *parameter, struct stopwatch *watch)
{
    watch->ns = NAN;
    if (!watch->options->own)
        return 0;
    char script[1024], customers[32], output[256];
    snprintf(script, sizeof script, "%s/mm1_simpy.py", watch->options->own);
    snprintf(customers, sizeof customers, "%" PRIu64, count);
    for (size_t i = 0; i < ARRAY_LEN(PYTHONS); i++) {
        const char *const argv[] = { PYTHONS[i], script, customers, NULL };
        double cpu_s, mean_sojourn;
        if (child_output(argv, output, sizeof output) != 0 || sscanf(output, "%lf %lf", &cpu_s, &mean_sojourn) != 2)
            continue;
        watch->ns = cpu_s * 1e9;
        return (uint64_t)(mean_sojourn * 1e9);
    }
    return 0;
}
