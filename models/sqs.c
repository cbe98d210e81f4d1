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
    { .name = "fifo",
      .kind = PARAM_BOOL,
      .offset = AT(sqs_config, fifo),
      .def = "false",
      .doc = "a FIFO queue: in order within a message group, duplicates of five minutes dropped, quotas",
      .source = "[SQS-DG] FIFO queues" },
    { .name = "groups",
      .kind = PARAM_COUNT,
      .offset = AT(sqs_config, groups),
      .set_offset = AT(sqs_config, groups_set),
      .def = "1000",
      .min = "1",
      .max = "100k",
      .doc = "of fifo: message groups, all alike; one message of a group is handled at a time",
      .source = "assumed" },
    { .name = "calls_per_s",
      .kind = PARAM_COUNT,
      .offset = AT(sqs_config, calls_per_s),
      .set_offset = AT(sqs_config, calls_set),
      .def = "300",
      .min = "1",
      .max = "70k",
      .doc = "of fifo: send calls a second, and receive calls; high throughput allows more",
      .source = "[SQS-DG] Quotas: 300 of each action, 3,000 messages in batches of 10" },
    { .name = "batch",
      .kind = PARAM_COUNT,
      .offset = AT(sqs_config, batch),
      .def = "1",
      .min = "1",
      .max = "10",
      .doc = "messages that consumers receive, and delete, with one call",
      .source = "[SQS-DG] Batch actions; the default is ours" },
    PARAM_END,
};

static bool validate(struct component *c, const struct scenario *sc, struct diag *diag)
{
    const struct sqs_config *config = c->config;
    if (config->fifo || (!config->groups_set && !config->calls_set))
        return true;
    diag_error(diag, c->at, "'%s' has %s, which only FIFO queues have", c->name,
               config->groups_set ? "groups" : "calls_per_s");
    return diag_hint(diag, "fifo: true");
}

const struct component_type sqs_type = {
    .kind = "sqs",
    .title = "Amazon SQS",
    .tier = "queue",
    .params = params,
    .config_size = sizeof(struct sqs_config),
    .validate = validate,
};

int64_t sqs_chunks(int64_t bytes)
{
    const int64_t chunk = INT64_C(64) << 10;
    return bytes <= chunk ? 1 : (bytes + chunk - 1) / chunk;
}
