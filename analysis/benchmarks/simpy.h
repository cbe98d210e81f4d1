/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * simpy -- the same M/M/1 queue in SimPy, the simulation library that most people meet first.
 *
 * bench/mm1_simpy.py: two processes and a Store, SimPy 3 of Debian's package python3-simpy3. The time is the one that
 * Python measures for its own process, without its start.
 */
#ifndef HEADROOM_SIMPY_H
#define HEADROOM_SIMPY_H

#include "analysis/benchmarks/benchmark.h"

/* A row's work; NAN on the watch when there is no SimPy. */
uint64_t simpy_measure(uint64_t count, const void *parameter, struct stopwatch *watch);

#endif
