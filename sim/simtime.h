/* SPDX-License-Identifier: GPL-3.0-or-later */
/* simtime -- the clock: integer nanoseconds since the beginning of the run (warm-up included), never negative. */
#ifndef HEADROOM_SIMTIME_H
#define HEADROOM_SIMTIME_H

#include <stdint.h>

typedef int64_t sim_time;

#define SIM_MICROSECOND INT64_C(1000)
#define SIM_MILLISECOND INT64_C(1000000)
#define SIM_SECOND      INT64_C(1000000000)
#define SIM_MINUTE      (60 * SIM_SECOND)
#define SIM_HOUR        (60 * SIM_MINUTE)
#define SIM_DAY         (24 * SIM_HOUR)
#define SIM_NEVER       INT64_MAX

#endif
