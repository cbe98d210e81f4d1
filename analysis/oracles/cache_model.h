/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * cache_model -- Poisson requests for the keys of a catalogue, each independent of the past, and a store.
 *
 * The key of rank k has popularity k^-exponent. A fetch takes `fetch_s`, always the same. A cache that is cleared
 * regularly begins cold each time. The first fifth of the requests is discarded. In the mutant the requests are 2 %
 * rarer and the exponent is 2 % lower; each law looks at one of the two.
 */
#ifndef HEADROOM_CACHE_MODEL_H
#define HEADROOM_CACHE_MODEL_H

#include "analysis/oracles/experiment.h"

enum cache_figure { CACHE_HITS, CACHE_FETCHES, CACHE_JOINED /* shares of the requests */ };

struct cache_model {
    uint32_t keys;
    double exponent;
    double rate_per_s; /* of all requests */
    uint32_t objects;  /* capacity */
    double ttl_s;      /* 0: for ever */
    bool ttl_from_use;
    double fetch_s;
    bool coalesce;
    double clear_every_s; /* 0: never */
    uint64_t requests;
};

extern const struct model_kind cache_kind;

#endif
