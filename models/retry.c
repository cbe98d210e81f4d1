/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/retry.h"

#include "sim/base/check.h"

const char *const retry_modes[] = { [RETRY_NONE] = "none",
                                    [RETRY_LEGACY] = "legacy",
                                    [RETRY_STANDARD] = "standard",
                                    [RETRY_STANDARD_2026] = "standard_2026",
                                    NULL };

/* A parameter is a row and reads as one. */
/* clang-format off */
const struct param retry_params[] = {
    { .name = "mode", .kind = PARAM_CHOICE, .offset = AT(retry_config, mode), .set_offset = AT(retry_config, mode_set),
      .def = "standard", .choices = retry_modes, .doc = "of an SDK: where the defaults below come from",
      .source = "[SDK-RETRY]" },
    { .name = "attempts", .kind = PARAM_COUNT, .offset = AT(retry_config, attempts),
      .set_offset = AT(retry_config, attempts_set), .def = "", .min = "1", .max = "20",
      .doc = "the first included; 3, of legacy mode 5", .source = "[SDK-RETRY]; mobile: assumed, AWS behaviour sec. 1.2" },
    { .name = "base", .kind = PARAM_DURATION, .offset = AT(retry_config, base), .set_offset = AT(retry_config, base_set),
      .def = "", .min = "1ms", .max = "1h", .doc = "pause before the second attempt; 1s, in 2026 50ms",
      .source = "[SDK-RETRY]; mobile: assumed, AWS behaviour sec. 1.2" },
    { .name = "base_throttled", .kind = PARAM_DURATION, .offset = AT(retry_config, base_throttled),
      .set_offset = AT(retry_config, throttled_set), .def = "", .min = "1ms", .max = "1h",
      .doc = "the same after a 503; 1s", .source = "[SDK-RETRY]" },
    { .name = "cap", .kind = PARAM_DURATION, .offset = AT(retry_config, cap), .set_offset = AT(retry_config, cap_set),
      .def = "", .min = "1ms", .max = "1h", .doc = "longest pause; 20s", .source = "[SDK-RETRY]" },
    { .name = "jitter", .kind = PARAM_CHOICE, .offset = AT(retry_config, jitter),
      .set_offset = AT(retry_config, jitter_set), .def = "none", .choices = jitter_names,
      .doc = "full when an SDK does not say", .source = "[SDK-RETRY]; mobile: assumed, AWS behaviour sec. 1.2" },
    { .name = "quota", .kind = PARAM_COUNT, .offset = AT(retry_config, tokens), .set_offset = AT(retry_config, tokens_set),
      .def = "", .min = "0", .max = "1M", .doc = "tokens of a client object, 0: no quota; 500 in standard modes",
      .source = "[SDK-RETRY] retry quota" },
    { .name = "cost", .kind = PARAM_COUNT, .offset = AT(retry_config, cost), .set_offset = AT(retry_config, cost_set),
      .def = "", .min = "0", .max = "1000", .doc = "tokens of a retry; 5, in 2026 14", .source = "[SDK-RETRY] retry quota" },
    { .name = "cost_timeout", .kind = PARAM_COUNT, .offset = AT(retry_config, cost_timeout),
      .set_offset = AT(retry_config, timeout_set), .def = "", .min = "0", .max = "1000",
      .doc = "after a timeout; 10, in 2026 14", .source = "[SDK-RETRY] retry quota" },
    { .name = "cost_throttled", .kind = PARAM_COUNT, .offset = AT(retry_config, cost_throttled),
      .set_offset = AT(retry_config, throttled_cost_set), .def = "", .min = "0", .max = "1000",
      .doc = "after a 503; 5", .source = "[SDK-RETRY] retry quota" },
    { .name = "clients", .kind = PARAM_COUNT, .offset = AT(retry_config, clients),
      .set_offset = AT(retry_config, clients_set), .def = "", .min = "1", .max = "100k",
      .doc = "client objects that make the requests, each with its own quota; 100", .source = "assumed" },
    PARAM_END,
};
/* clang-format on */

static void fill_count(int64_t *value, bool set, int64_t of_mode)
{
    if (!set)
        *value = of_mode;
}

static void fill_time(sim_time *value, bool set, sim_time of_mode)
{
    if (!set)
        *value = of_mode;
}

void retry_complete(struct retry_config *r, enum client_kind kind)
{
    const bool sdk = kind == CLIENT_SDK, of_2026 = sdk && r->mode == RETRY_STANDARD_2026;
    const bool has_quota = sdk && (r->mode == RETRY_STANDARD || of_2026);
    const int64_t attempts = !sdk ? 3 : r->mode == RETRY_NONE ? 1 : r->mode == RETRY_LEGACY ? 5 : 3;
    fill_count(&r->attempts, r->attempts_set, attempts);
    fill_time(&r->base, r->base_set, of_2026 ? 50 * SIM_SECOND / 1000 : SIM_SECOND);
    fill_time(&r->base_throttled, r->throttled_set, r->base_set && !of_2026 ? r->base : SIM_SECOND);
    fill_time(&r->cap, r->cap_set, 20 * SIM_SECOND);
    if (!r->jitter_set)
        r->jitter = sdk ? JITTER_FULL : JITTER_NONE;
    fill_count(&r->tokens, r->tokens_set, has_quota ? 500 : 0);
    fill_count(&r->cost, r->cost_set, of_2026 ? 14 : 5);
    fill_count(&r->cost_timeout, r->timeout_set, of_2026 ? 14 : 10);
    fill_count(&r->cost_throttled, r->throttled_cost_set, 5);
    fill_count(&r->clients, r->clients_set, 100);
}

uint64_t retry_cost(const struct retry_config *retry, enum outcome outcome)
{
    switch (outcome) {
    case OUTCOME_HTTP_503: return (uint64_t)retry->cost_throttled;
    case OUTCOME_GAVE_UP:
    case OUTCOME_UNREACHABLE: return (uint64_t)retry->cost_timeout;
    case OUTCOME_HTTP_500:
    case OUTCOME_HTTP_502:
    case OUTCOME_HTTP_504: return (uint64_t)retry->cost;
    case OUTCOME_OK:
    case OUTCOME_COUNT: break;
    }
    CHECK(false, "a success is tried again");
    return 0;
}

sim_time retry_pause(const struct retry_config *retry, enum outcome outcome, int failures, struct draw_key key,
                     uint64_t subject, uint32_t place)
{
    const sim_time base = outcome == OUTCOME_HTTP_503 ? retry->base_throttled : retry->base;
    const struct backoff backoff = { .base = base, .cap = retry->cap, .jitter = retry->jitter };
    return backoff_pause(&backoff, failures, key, subject, place, 0x8000u);
}
