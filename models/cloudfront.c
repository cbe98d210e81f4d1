/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/cloudfront.h"

static const struct param origin_params[] = {
    { .name = "static", .kind = PARAM_REF, .offset = AT(cloudfront_config, origins.fixed) - AT(cloudfront_config, origins),
      .def = "", .refs = "s3", .doc = "bucket that misses of static objects are fetched from",
      .source = "[CF-DG] Using various origins" },
    { .name = "dynamic", .kind = PARAM_REF,
      .offset = AT(cloudfront_config, origins.dynamic) - AT(cloudfront_config, origins), .refs = "alb",
      .doc = "load balancer that dynamic requests go to", .source = "[CF-DG] Using various origins" },
    PARAM_END,
};

static const struct param params[] = {
    { .name = "origins", .kind = PARAM_BLOCK, .offset = AT(cloudfront_config, origins), .sub = origin_params,
      .doc = "where misses and dynamic requests go", .source = "[CF-DG] Using various origins" },
    { .name = "hit_ratio", .kind = PARAM_SHARE, .offset = AT(cloudfront_config, hit_ratio), .def = "92%", .min = "0%",
      .max = "100%", .doc = "share of static objects answered at the edge",
      .source = "performance defaults, sec. 1 (0.90 e-commerce with cached HTML; static alone up to 0.99)" },
    { .name = "hit_time", .kind = PARAM_DIST, .offset = AT(cloudfront_config, hit_time),
      .def = "lognormal(median=3ms p99=25ms)", .min = "0ms", .doc = "service time of a hit at the edge location",
      .source = "assumed; performance defaults, sec. 1" },
    { .name = "origin_rtt", .kind = PARAM_DIST, .offset = AT(cloudfront_config, origin_rtt),
      .def = "lognormal(median=20ms p95=80ms)", .min = "0ms",
      .doc = "round trip from the edge location to the region, over a kept-alive connection", .source = "assumed" },
    { .name = "connection_timeout", .kind = PARAM_DURATION, .offset = AT(cloudfront_config, connection_timeout),
      .def = "10s", .min = "1s", .max = "10s", .doc = "how long the edge waits for a connection to the origin",
      .source = "[CF-DG] Connection timeout" },
    { .name = "response_timeout", .kind = PARAM_DURATION, .offset = AT(cloudfront_config, response_timeout), .def = "30s",
      .min = "1s", .max = "120s", .doc = "silence of the origin for so long is a 504 to the viewer; it is not tried again here",
      .source = "[CF-DG] Response timeout" },
    { .name = "connection_attempts", .kind = PARAM_COUNT, .offset = AT(cloudfront_config, connection_attempts), .def = "3",
      .min = "1", .max = "3", .doc = "connections tried before the edge answers 504", .source = "[CF-DG] Connection attempts" },
    { .name = "requests_per_connection", .kind = PARAM_NUMBER, .offset = AT(cloudfront_config, requests_per_connection),
      .def = "20", .min = "1", .doc = "requests that share one connection to the origin: the load balancer's new connections",
      .source = "assumed" },
    { .name = "connection_life", .kind = PARAM_DURATION, .offset = AT(cloudfront_config, connection_life), .def = "30s",
      .min = "1s", .doc = "mean life of a connection to the origin: the load balancer's active connections",
      .source = "assumed; keep-alive timeout 5s [CF-DG]" },
    { .name = "resolvers", .kind = PARAM_COUNT, .offset = AT(cloudfront_config, resolvers), .def = "64", .min = "1",
      .max = "4096", .doc = "groups of edge locations that resolve the origin's name together, each keeping it for its TTL",
      .source = "assumed" },
    PARAM_END,
};

static bool validate(struct component *c, const struct scenario *sc, struct diag *diag)
{
    const struct cloudfront_config *config = c->config;
    for (int i = 0; i < sc->population_count; i++)
        if (sc->populations[i].page.present && config->hit_ratio < 1.0 && !config->origins.fixed.name)
            return diag_error(diag, c->at, "'%s' has static objects to fetch (page of '%s', hit_ratio below 100%%) but no origins.static", c->name,
                              sc->populations[i].name);
    return true;
}

const struct component_type cloudfront_type = {
    .kind = "cloudfront",
    .title = "Amazon CloudFront",
    .tier = "edge",
    .global = true,
    .params = params,
    .config_size = sizeof(struct cloudfront_config),
    .validate = validate,
};
