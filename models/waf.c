/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/waf.h"

static const struct param params[] = {
    { .name = "on",
      .kind = PARAM_REF,
      .offset = AT(waf_config, on),
      .refs = "cloudfront|alb",
      .doc =
          "what the web ACL protects: cloudfront inspects all requests, hits too; a load balancer only what reaches it",
      .source = "[WAF-DG] Resources that you can protect" },
    { .name = "rules",
      .kind = PARAM_COUNT,
      .offset = AT(waf_config, rules),
      .def = "1",
      .min = "0",
      .max = "1500",
      .doc = "rules and rule groups, billed each",
      .source = "[WAF-PRICE]" },
    { .name = "time",
      .kind = PARAM_DIST,
      .offset = AT(waf_config, time),
      .def = "lognormal(median=1ms p95=5ms)",
      .min = "0ms",
      .doc = "added latency of an inspected request",
      .source = "assumed; AWS behaviour, sec. 2.1" },
    PARAM_END,
};

const struct component_type waf_type = {
    .kind = "waf",
    .title = "AWS WAF",
    .tier = "edge",
    .global = true,
    .params = params,
    .config_size = sizeof(struct waf_config),
};
