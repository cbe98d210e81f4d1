/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * departures -- how the stations of a component serve, and whether their departures are computed at the arrival.
 *
 * Ahead is possible where servers serve in order of arrival and nothing changes under booked work: no fault slows the
 * component. What takes all of it away at once (a lost zone, a crash) does no harm: booked departures are void then. A
 * query that times out is no obstacle: the station knows its deadline. Decided from the scenario alone, for a whole
 * run; results do not depend on it.
 */
#ifndef HEADROOM_DEPARTURES_H
#define HEADROOM_DEPARTURES_H

#include "models/catalogue/catalogue.h"
#include "models/scenario.h"
#include "sim/station.h"

/* What `discipline` may say in a scenario, of an instance's vCPUs and of a database; indexed by enum discipline. */
extern const char *const departures_vcpu_disciplines[], *const departures_database_disciplines[];

/* Whether component c (a fleet, a database, a cache) has stations. */
bool departures_has_stations(const struct component *c);
enum discipline departures_discipline(const struct scenario *sc, const struct component *c);

/* Why the stations of c are executed on events; NULL: their departures are computed ahead. May live in the arena. */
const char *departures_on_events(const struct scenario *sc, const struct component *c, struct arena *arena);
enum execution departures_execution(const struct scenario *sc, const struct fault_plan *plan,
                                    const struct component *c);

/*
 * The vCPUs of a machine as servers: discipline, servers, speed and capacity curve of the config. Sharing, two busy
 * threads of a core slow each other down. In order of arrival every vCPU is a server that is always as fast as when all
 * are busy (assumed): the machine has the same capacity, and a lone request on x86 is served slower than it would be.
 */
struct station_config departures_vcpus(enum discipline discipline, const struct shape *shape, struct arena *arena);
double departures_vcpu_speed(enum discipline discipline, const struct shape *shape);

#endif
