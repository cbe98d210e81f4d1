/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * s3 -- Amazon S3: a bucket of static objects behind the CDN.
 *
 * A Delay: a bucket is not a bottleneck below its request rate per prefix, which is reported as a limit.
 * Left out: other storage classes, request-rate throttling, writes.        [S3-UG] "Optimizing performance"
 */
#ifndef HEADROOM_S3_H
#define HEADROOM_S3_H

#include "models/scenario.h"

struct s3_config {
    int64_t storage; /* bytes kept */
    struct dist first_byte;
    int64_t prefixes; /* partitioned prefixes */
};

extern const struct component_type s3_type;

#endif
