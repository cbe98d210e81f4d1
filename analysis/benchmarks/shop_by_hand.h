/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * shop_by_hand -- the way of a request in bench/request-path.yaml as one would write it for this one model: Poisson
 * arrivals, the instance with the fewest requests, its two CPUs shared, a cache's thread, in a tenth of the cases the two
 * shared CPUs of a database, and the latency into a histogram.
 *
 * What it does not do is what the program is for: no clients with patience, no network, no workers or pools, no zones, no
 * health checks, no metrics, no meters, no windows, no draws that belong to a place.
 */
#ifndef HEADROOM_SHOP_BY_HAND_H
#define HEADROOM_SHOP_BY_HAND_H

#include "analysis/benchmarks/benchmark.h"

/* A row's work, per request. */
uint64_t shop_by_hand(uint64_t count, const void *parameter, struct stopwatch *watch);

#endif
