/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/sqs.h"

static const struct param params[] = {
    { .name = "visibility",
      .kind = PARAM_DURATION,
      .offset = AT(sqs_config, visibility),
      .def = "30s",
      .min = "1s",
      .max = "12h",
      .doc = "how long a received message is hidden from other consumers",
      .source = "[SQS-DG] Visibility timeout" },
    { .name = "dead_letter_after",
      .kind = PARAM_COUNT,
      .offset = AT(sqs_config, dead_letter_after),
      .def = "5",
      .min = "1",
      .max = "1000",
      .doc = "receives without a delete before a message is dead",
      .source = "[SQS-DG] Dead-letter queues; the default is ours" },
    { .name = "long_poll",
      .kind = PARAM_DURATION,
      .offset = AT(sqs_config, long_poll),
      .def = "20s",
      .min = "1s",
      .max = "20s",
      .doc = "how long an empty receive waits",
      .source = "[SQS-DG] Long polling" },
    { .name = "receive",
      .kind = PARAM_DIST,
      .offset = AT(sqs_config, receive),
      .def = "lognormal(median=8ms p95=20ms)",
      .min = "0ms",
      .doc = "time of a receive that finds a message",
      .source = "assumed; AWS behaviour, sec. 16.1 (5-20 ms per call)" },
    PARAM_END,
};

const struct component_type sqs_type = {
    .kind = "sqs",
    .title = "Amazon SQS",
    .tier = "queue",
    .params = params,
    .config_size = sizeof(struct sqs_config),
};

int64_t sqs_chunks(int64_t bytes)
{
    const int64_t chunk = INT64_C(64) << 10;
    return bytes <= chunk ? 1 : (bytes + chunk - 1) / chunk;
}
