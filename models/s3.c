/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/s3.h"

static const struct param params[] = {
    { .name = "storage",
      .kind = PARAM_BYTES,
      .offset = AT(s3_config, storage),
      .def = "100GB",
      .min = "0",
      .doc = "bytes kept in S3 Standard",
      .source = "assumed" },
    { .name = "first_byte",
      .kind = PARAM_DIST,
      .offset = AT(s3_config, first_byte),
      .def = "lognormal(median=40ms p95=150ms)",
      .min = "0ms",
      .doc = "time to the first byte of a small object",
      .source = "assumed; AWS guidance 100-200 ms under load, 20-60 ms typical in the region" },
    { .name = "prefixes",
      .kind = PARAM_COUNT,
      .offset = AT(s3_config, prefixes),
      .def = "1",
      .min = "1",
      .doc = "partitioned prefixes; each takes 5,500 GET per second",
      .source = "[S3-UG] Optimizing performance" },
    PARAM_END,
};

const struct component_type s3_type = {
    .kind = "s3",
    .title = "Amazon S3",
    .tier = "storage",
    .params = params,
    .config_size = sizeof(struct s3_config),
};
