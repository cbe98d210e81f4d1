/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * bucket_model -- Poisson customers of one token each and a bucket that gets one token per second.
 *
 * Who finds no token is refused, or books one. The bucket is full at the beginning; the first tenth of the customers
 * is discarded. In the mutant the refill is 2 % slower.
 */
#ifndef HEADROOM_BUCKET_MODEL_H
#define HEADROOM_BUCKET_MODEL_H

#include "analysis/oracles/experiment.h"

enum bucket_figure {
    BUCKET_REFUSED,       /* share of the customers */
    BUCKET_PASSED,        /* customers per second */
    BUCKET_OVERFLOW,      /* share of the refill */
    BUCKET_WAIT,          /* mean of all who book, s */
    BUCKET_WAITED_LONGER, /* share of those who book; at: s */
};

struct bucket_model {
    uint32_t capacity; /* tokens */
    double lambda_per_s;
    bool books;
    uint64_t customers;
};

extern const struct model_kind bucket_kind;

#endif
