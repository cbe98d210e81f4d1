/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * risk_modes -- what may fail in a year, how often, and for how long: from the architecture and from published outages.
 *
 * A rate is either counted, so many events in so many years, or a guess that is taken as it stands. Counted rates are
 * known to a Gamma distribution (Jeffreys' prior): mean (seen + 1/2) / years. docs/models/risk.md has every number with
 * its source and says which are guesses.
 */
#ifndef HEADROOM_RISK_MODES_H
#define HEADROOM_RISK_MODES_H

#include "models/scenario.h"
#include "sim/draw.h"

struct risk_source {
    const char *name;   /* "power of a zone" */
    const char *source; /* of its rate and duration, a sentence */
    double per_year;    /* events a year, expected */
    double seen, years; /* the rate is Gamma(seen + 1/2, years); years 0: taken as given */
    struct dist lasts;
    int place_count; /* an event takes one of these faults, each with the same probability */
    struct fault_config *places;
};

struct risk_sources {
    int count;
    struct risk_source *list;
};

/* Modes that follow from the scenario's components, then its own faults that have a rate. In the arena. */
struct risk_sources risk_sources_of(const struct scenario *sc, struct arena *arena);

#endif
