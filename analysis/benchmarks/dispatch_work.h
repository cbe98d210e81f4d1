/* SPDX-License-Identifier: GPL-3.0-or-later */
/* dispatch_work -- a balancer's choice, the engine's and one by hand. Parameter: enum dispatch_policy. */
#ifndef HEADROOM_DISPATCH_WORK_H
#define HEADROOM_DISPATCH_WORK_H

#include "analysis/benchmarks/benchmark.h"
#include "sim/dispatcher.h"

uint64_t dispatch_engine(uint64_t count, const void *parameter, struct stopwatch *watch);
/* Round robin, power of two, least outstanding. Targets that neither come nor go and are always healthy; least outstanding without a draw among equals. */
uint64_t dispatch_by_hand(uint64_t count, const void *parameter, struct stopwatch *watch);

#endif
