/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/base/check.h"

#include <stdio.h>
#include <stdlib.h>

void check_failed(const char *file, int line, const char *cond, const char *why)
{
    fprintf(stderr,
            "headroom: internal check failed: %s (%s at %s:%d)\n"
            "  this is a bug in headroom, not in the scenario; nothing more is written\n",
            why, cond, file, line);
    fflush(NULL);
    _Exit(5);
}
