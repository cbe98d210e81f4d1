/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/route53.h"

static const char *const POLICIES[] = { "simple", NULL };
static const char *const RECORDS[] = { "alias", "cname", NULL };

static const struct param params[] = {
    { .name = "policy",
      .kind = PARAM_CHOICE,
      .offset = AT(route53_config, policy),
      .def = "simple",
      .choices = POLICIES,
      .doc = "routing policy of the viewer's name",
      .source = "[R53-DG] Choosing a routing policy" },
    { .name = "record",
      .kind = PARAM_CHOICE,
      .offset = AT(route53_config, record),
      .def = "alias",
      .choices = RECORDS,
      .doc = "alias answers to AWS targets are free, CNAME answers are billed per query",
      .source = "[R53-DG] Choosing between alias and non-alias records" },
    { .name = "hosted_zones",
      .kind = PARAM_COUNT,
      .offset = AT(route53_config, zones),
      .def = "1",
      .min = "0",
      .max = "500",
      .doc = "hosted zones billed with this architecture",
      .source = "[R53-PRICE] Hosted zones" },
    { .name = "lookups",
      .kind = PARAM_NUMBER,
      .offset = AT(route53_config, lookups),
      .def = "0.1",
      .min = "0",
      .max = "10",
      .doc = "queries that reach Route 53 per viewer connection; resolvers answer the rest from their caches",
      .source = "assumed" },
    PARAM_END,
};

const struct component_type route53_type = {
    .kind = "route53",
    .title = "Amazon Route 53",
    .tier = "edge",
    .global = true,
    .params = params,
    .config_size = sizeof(struct route53_config),
};
