#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""M/M/1 at load 0.9 in SimPy, two processes and a Store: mm1_simpy.py CUSTOMERS

Prints the CPU seconds of the simulation and the mean time in the system, in mean services.
"""
import random
import sys
import time

import simpy

LOAD = 0.9


def arrivals(env, store, customers):
    for _ in range(customers):
        yield env.timeout(random.expovariate(LOAD))
        yield store.put(env.now)


def server(env, store, customers, sojourns):
    for _ in range(customers):
        arrived = yield store.get()
        yield env.timeout(random.expovariate(1.0))
        sojourns[0] += env.now - arrived


def main():
    customers = int(sys.argv[1])
    random.seed(1)
    env = simpy.Environment()
    store = simpy.Store(env)
    sojourns = [0.0]
    env.process(arrivals(env, store, customers))
    env.process(server(env, store, customers, sojourns))
    began = time.process_time()
    env.run()
    print(time.process_time() - began, sojourns[0] / customers)


main()
