/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/alarm.h"

#include <string.h>

static const char *const METRICS[] = { [ALARM_UNREACHABLE] = "unreachable", [ALARM_ERRORS] = "errors", NULL };
static const char *const MISSING[] = { [ALARM_MISSING] = "missing",
                                       [ALARM_IGNORE] = "ignore",
                                       [ALARM_BREACHING] = "breaching",
                                       [ALARM_NOT_BREACHING] = "not_breaching",
                                       NULL };

#define SCALE(member) (AT(alarm_config, scale.member) - AT(alarm_config, scale))

static const char *const SCALED_BY[] = { [ALARM_SCALED_BY_HUMAN] = "human", [ALARM_SCALED_BY_ALARM] = "alarm", NULL };

static const struct param fleet_params[] = {
    { .name = "fleet",
      .kind = PARAM_REF,
      .offset = AT(alarm_fleet, fleet),
      .refs = "asg",
      .doc = "a fleet that grows",
      .source = "scenario" },
    { .name = "to",
      .kind = PARAM_COUNT,
      .offset = AT(alarm_fleet, to),
      .min = "1",
      .max = "5000",
      .doc = "its size.min and desired capacity then, until the alarm is over; at most size.max",
      .source = "scenario" },
    PARAM_END,
};

static const struct param scale_params[] = {
    { .name = "fleets",
      .kind = PARAM_LIST,
      .offset = SCALE(fleets),
      .count_offset = SCALE(fleet_count),
      .sub = fleet_params,
      .sub_size = sizeof(struct alarm_fleet),
      .mark_offset = AT(alarm_fleet, at),
      .doc = "which grow",
      .source = "scenario" },
    { .name = "by",
      .kind = PARAM_CHOICE,
      .offset = SCALE(by),
      .def = "human",
      .choices = SCALED_BY,
      .doc = "human: somebody is paged and decides; alarm: nobody is asked",
      .source = "[CW-UG] Alarm actions" },
    { .name = "decision",
      .kind = PARAM_DIST,
      .offset = SCALE(decision),
      .def = "lognormal(median=10m p95=30m)",
      .min = "0s",
      .doc = "human: from the page to the decision",
      .source = "assumed; AWS behaviour, sec. 3.3 (5-30 min)" },
    PARAM_END,
};

static const struct param params[] = {
    { .name = "of",
      .kind = PARAM_REF,
      .offset = AT(alarm_config, of),
      .refs = "alb|rds",
      .doc = "what is watched, perhaps of another region: us-east-1.orders-db",
      .source = "scenario" },
    { .name = "metric",
      .kind = PARAM_CHOICE,
      .offset = AT(alarm_config, metric),
      .def = "unreachable",
      .choices = METRICS,
      .doc = "unreachable: a canary in the alarm's region gets no answer; errors: share of a balancer's answers that "
             "are 5xx",
      .source = "[CW-UG] Canaries, Metrics" },
    { .name = "threshold",
      .kind = PARAM_SHARE,
      .offset = AT(alarm_config, threshold),
      .def = "50%",
      .min = "0%",
      .max = "100%",
      .doc = "a datapoint above it breaches",
      .source = "scenario" },
    { .name = "period",
      .kind = PARAM_DURATION,
      .offset = AT(alarm_config, period),
      .def = "1m",
      .min = "1m",
      .max = "1h",
      .doc = "of a datapoint",
      .source = "[CW-UG] Evaluating an alarm" },
    { .name = "datapoints",
      .kind = PARAM_COUNT,
      .offset = AT(alarm_config, datapoints),
      .def = "3",
      .min = "1",
      .max = "60",
      .doc = "datapoints to alarm: so many of the newest `periods` breach",
      .source = "[CW-UG] Evaluating an alarm" },
    { .name = "periods",
      .kind = PARAM_COUNT,
      .offset = AT(alarm_config, periods),
      .def = "3",
      .min = "1",
      .max = "60",
      .doc = "evaluation periods",
      .source = "[CW-UG] Evaluating an alarm" },
    { .name = "missing",
      .kind = PARAM_CHOICE,
      .offset = AT(alarm_config, missing),
      .def = "missing",
      .choices = MISSING,
      .doc = "what stands for datapoints that are not there",
      .source = "[CW-UG] Configuring how CloudWatch alarms treat missing data" },
    { .name = "delay",
      .kind = PARAM_DURATION,
      .offset = AT(alarm_config, delay),
      .def = "1m",
      .min = "0s",
      .max = "5m",
      .doc = "from the end of a period until its datapoint is seen",
      .source = "assumed; AWS behaviour, sec. 8 (30-120 s)" },
    { .name = "scale",
      .kind = PARAM_BLOCK,
      .offset = AT(alarm_config, scale),
      .def = "",
      .sub = scale_params,
      .doc = "fleets that grow when it goes off: a pilot light is lit",
      .source = "scenario" },
    PARAM_END,
};

static bool validate(struct component *c, const struct scenario *sc, struct diag *diag)
{
    const struct alarm_config *config = c->config;
    const struct component *of = config->of.target;
    if (config->datapoints > config->periods)
        return diag_error(diag, c->at, "'%s' asks for %lld datapoints of the newest %lld", c->name,
                          (long long)config->datapoints, (long long)config->periods);
    if (of && of->kind == KIND_RDS && config->metric == ALARM_ERRORS)
        return diag_error(diag, config->of.at, "metric errors of '%s' is a load balancer's, and '%s' is a database",
                          c->name, of->name);
    return true;
}

const struct component_type alarm_type = {
    .kind = "alarm",
    .title = "Amazon CloudWatch alarm",
    .tier = "network",
    .params = params,
    .config_size = sizeof(struct alarm_config),
    .validate = validate,
};

/* ---- behaviour ---- */

void alarm_init(struct alarm *alarm, const struct component *component)
{
    *alarm = (struct alarm){ .component = component, .config = component->config };
}

/* With N datapoints the newest N count; gaps are filled only when there are fewer. */
static enum alarm_state evaluate(const struct alarm *alarm)
{
    const struct alarm_config *config = alarm->config;
    int real = 0, bad = 0;
    for (int i = alarm->point_count - 1; i >= 0 && real < config->periods; i--) {
        real += alarm->points[i] != ALARM_POINT_MISSING;
        bad += alarm->points[i] == ALARM_POINT_BREACHES;
    }
    const int64_t gaps = config->periods - real, wanted = config->datapoints;
    switch ((enum alarm_missing)config->missing) {
    case ALARM_MISSING: /* what is there decides, if anything is */
        if (real == 0)
            return ALARM_INSUFFICIENT;
        return bad >= (wanted < real ? wanted : real) ? ALARM_IN_ALARM : ALARM_OK;
    case ALARM_IGNORE: /* what the gaps could change stays as it is */
        if (bad < wanted && bad + gaps >= wanted)
            return alarm->state;
        break;
    case ALARM_BREACHING: return bad + gaps >= wanted ? ALARM_IN_ALARM : ALARM_OK;
    case ALARM_NOT_BREACHING: break;
    }
    return bad >= wanted ? ALARM_IN_ALARM : ALARM_OK;
}

bool alarm_add(struct alarm *alarm, enum alarm_point point)
{
    const int most = (int)alarm->config->periods + ALARM_MORE_POINTS;
    if (alarm->point_count == most)
        memmove(&alarm->points[0], &alarm->points[1], (size_t)(most - 1) * sizeof alarm->points[0]);
    else
        alarm->point_count++;
    alarm->points[alarm->point_count - 1] = point;
    const enum alarm_state before = alarm->state;
    alarm->state = alarm->point_count < (int)alarm->config->periods && before == ALARM_OK ? ALARM_OK : evaluate(alarm);
    return alarm->state != before;
}
