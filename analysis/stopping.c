/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/stopping.h"

#include <math.h>

const double STOPPING_ALPHA = 0.05;

int stopping_checkpoint(int look, int most)
{
    int checkpoint = STOPPING_FIRST_LOOK;
    for (int i = 0; i < look && checkpoint < most; i++)
        checkpoint *= 2;
    return checkpoint < most ? checkpoint : most;
}

double stopping_level(int look, int figures)
{
    return 1 - ldexp(STOPPING_ALPHA, -(look + 1)) / figures;
}
