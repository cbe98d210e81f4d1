/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * waf -- AWS WAF: a web ACL on the CDN (it inspects every request, hits too) or on the load balancer (misses only).
 *
 * A Delay for what it inspects before the origin, and a bill: the ACL, its rules, and a price per million requests.
 * Left out: rules that block, rate-based rules, bot control.
 */
#ifndef HEADROOM_WAF_H
#define HEADROOM_WAF_H

#include "models/scenario.h"

struct waf_config {
    struct ref on; /* cloudfront or alb */
    int64_t rules;
    struct dist time; /* added to each inspected request */
};

extern const struct component_type waf_type;

#endif
