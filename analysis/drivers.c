/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "analysis/drivers.h"

#include <string.h>

#include "models/demand.h"
#include "models/deployment.h"
#include "models/rds.h"
#include "models/waf.h"

/* ---- which driver ---- */

/* The first row that fits. */
static const struct {
    int kind;
    const char *usage; /* part of the usage type */
    struct line_driver driver;
} rules[] = {
    { KIND_EKS, "", { DRIVER_CPU, "cpu" } },
    { KIND_DEPLOYMENT, "DataTransfer-Regional", { DRIVER_INSIDE_BYTES, NULL } },
    { KIND_DEPLOYMENT, "DataTransfer-", { DRIVER_CALLS, NULL } },
    { KIND_DEPLOYMENT, "NatGateway-", { DRIVER_CALLS, NULL } },
    { KIND_DEPLOYMENT, "", { DRIVER_CPU, NULL } }, /* logs */
    { KIND_ASG, "DataTransfer-Regional", { DRIVER_INSIDE_BYTES, NULL } },
    { KIND_ASG, "DataTransfer-", { DRIVER_CALLS, NULL } },
    { KIND_ASG, "NatGateway-", { DRIVER_CALLS, NULL } },
    { KIND_ASG, "DataProcessing-Bytes", { DRIVER_CPU, NULL } }, /* logs */
    { KIND_ASG, "", { DRIVER_CPU, "cpu" } },
    { KIND_ELASTICACHE, "NodeUsage", { DRIVER_COMMANDS, "shard_" } },
    { KIND_ELASTICACHE, "", { DRIVER_COMMANDS, NULL } },
    { KIND_RDS, "Multi-AZUsage", { DRIVER_WRITES, "primary" } },
    { KIND_RDS, "InstanceUsage", { DRIVER_READS, "replica" } },
    { KIND_RDS, "", { DRIVER_QUERIES, NULL } },
    { KIND_ALB, "DataTransfer-", { DRIVER_EDGE_BYTES, NULL } },
    { KIND_ALB, "", { DRIVER_REQUESTS, NULL } },
    { KIND_CLOUDFRONT, "Out-OBytes", { DRIVER_UPLOADS, NULL } },
    { KIND_CLOUDFRONT, "CloudFront-Out-Bytes", { DRIVER_OBJECTS, NULL } },
    { KIND_CLOUDFRONT, "Out-Bytes", { DRIVER_EDGE_BYTES, NULL } },
    { KIND_CLOUDFRONT, "", { DRIVER_EDGE_REQUESTS, NULL } },
    { KIND_WAF, "", { DRIVER_EDGE_REQUESTS, NULL } },
    { KIND_ROUTE53, "", { DRIVER_REQUESTS, NULL } },
    { KIND_S3, "", { DRIVER_OBJECTS, NULL } },
    { KIND_SQS, "", { DRIVER_MESSAGES, NULL } },
};

/* Without replicas the primary reads; without a standby its line is that of the replicas. */
static struct line_driver of_database(const struct rds_config *config, struct line_driver driver)
{
    if (!driver.stations)
        return driver;
    if (config->read_replicas == 0)
        return (struct line_driver){ DRIVER_QUERIES, "primary" };
    return config->multi_az ? driver : (struct line_driver){ DRIVER_QUERIES, "" };
}

/* In front of the balancer static objects pass by. */
static struct line_driver of_firewall(const struct waf_config *config, struct line_driver driver)
{
    const struct component *on = config->on.target;
    if (on && on->region)
        driver.driver = DRIVER_REQUESTS;
    return driver;
}

struct line_driver line_driver_of(const struct component *component, const char *usage_type)
{
    struct line_driver found = { DRIVER_REQUESTS, NULL };
    for (size_t i = 0; i < ARRAY_LEN(rules); i++)
        if (rules[i].kind == component->kind && strstr(usage_type, rules[i].usage)) {
            found = rules[i].driver;
            break;
        }
    if (component->kind == KIND_RDS)
        return of_database(component->config, found);
    return component->kind == KIND_WAF ? of_firewall(component->config, found) : found;
}

/* ---- how much of it ---- */

/* On that fleet, or in pods on that cluster. */
static bool runs_on(const struct scenario *sc, const struct service_config *service, const struct component *where)
{
    if (where->kind != KIND_EKS)
        return service->runs_on.target == where->home;
    const struct component *fleet = service->runs_on.target
                                        ? scenario_in_region(sc, service->runs_on.target, where->region)
                                        : NULL;
    return fleet && fleet->kind == KIND_DEPLOYMENT &&
           ((const struct deployment_config *)fleet->config)->cluster.target == where;
}

/* A fleet's own operations, and what they make its consumers do. */
static double cpu_s(const struct scenario *sc, const struct component *fleet, const struct operation_config *operation)
{
    double sum = 0;
    for (int s = 0; s < sc->service_count; s++) {
        const struct service_config *service = &sc->services[s];
        if (!fleet || !runs_on(sc, service, fleet))
            continue;
        sum += demand_of_request(operation, service, demand_cpu_s, NULL);
        if (service->consumes.target)
            sum += demand_of_request(operation, NULL, demand_sends, service->consumes.target) *
                   demand_of_operation(&service->operations[0], demand_cpu_s, NULL);
    }
    return sum;
}

static double inside_bytes(const struct tagged *step, const void *context)
{
    (void)context;
    if (step->variant == STEP_GET)
        return (double)((const struct step_get *)step->config)->value;
    if (step->variant != STEP_READ && step->variant != STEP_WRITE)
        return 0;
    const struct step_query *query = step->config;
    return (double)(query->request + query->response);
}

static double calls(const struct tagged *step, const void *context)
{
    (void)context;
    const struct step_call *call = step->variant == STEP_CALL ? step->config : NULL;
    return call && ((const struct operation_config *)call->operation.target)->service->external ? 1 : 0;
}

/* Bytes differ between populations: their mean, by how often each asks. */
static double mean_over_populations(const struct scenario *sc, const struct operation_config *operation,
                                    int64_t (*bytes)(const struct population *, const struct operation_config *))
{
    double sum = 0, weight = 0;
    for (int p = 0; p < sc->population_count; p++) {
        const struct population *population = &sc->populations[p];
        for (int m = 0; m < population->mix_count; m++) {
            if (population->mix[m].operation != operation)
                continue;
            const double often = population->rate.mean * demand_per_arrival(population) * population->mix[m].share;
            sum += often * (double)bytes(population, operation);
            weight += often;
        }
    }
    return weight > 0 ? sum / weight : 0;
}

static int64_t answer_bytes(const struct population *population, const struct operation_config *operation)
{
    return operation->response ? operation->response : population->response;
}

static int64_t upload_bytes(const struct population *population, const struct operation_config *operation)
{
    for (int i = 0; i < operation->step_count; i++)
        if (operation->steps[i].variant == STEP_WRITE)
            return population->request;
    return 0;
}

static double object_bytes(const struct scenario *sc)
{
    double sum = 0, weight = 0;
    for (int p = 0; p < sc->population_count; p++) {
        const struct population *population = &sc->populations[p];
        if (!population->page.present || population->page.on_index < 0 || population->page.objects == 0)
            continue;
        const struct operation_config *page = scenario_operation(sc, population->page.on_index);
        for (int m = 0; m < population->mix_count; m++) {
            if (population->mix[m].operation != page)
                continue;
            const double pages = population->rate.mean * demand_per_arrival(population) * population->mix[m].share *
                                 (1 - population->page.browser_cache);
            sum += pages * (double)population->page.bytes;
            weight += pages * (double)population->page.objects;
        }
    }
    return weight > 0 ? sum / weight : 0;
}

static double of_an_object(const struct scenario *sc, enum driver driver)
{
    if (driver == DRIVER_EDGE_BYTES)
        return object_bytes(sc);
    return driver == DRIVER_EDGE_REQUESTS || driver == DRIVER_OBJECTS ? 1 : 0;
}

double driver_per_attempt(const struct scenario *sc, enum driver driver, const struct component *component, int index)
{
    if (index == scenario_operation_count(sc))
        return of_an_object(sc, driver);
    const struct operation_config *operation = scenario_operation(sc, index);
    switch (driver) {
    case DRIVER_CPU: return cpu_s(sc, component, operation);
    case DRIVER_COMMANDS: return demand_of_request(operation, NULL, demand_commands_s, component);
    case DRIVER_QUERIES:
        return demand_of_request(operation, NULL, demand_read_s, component) +
               demand_of_request(operation, NULL, demand_write_s, component);
    case DRIVER_READS: return demand_of_request(operation, NULL, demand_read_s, component);
    case DRIVER_WRITES: return demand_of_request(operation, NULL, demand_write_s, component);
    case DRIVER_CALLS: return demand_of_request(operation, NULL, calls, NULL);
    case DRIVER_MESSAGES: return demand_of_request(operation, NULL, demand_sends, component);
    case DRIVER_REQUESTS:
    case DRIVER_EDGE_REQUESTS: return 1;
    case DRIVER_OBJECTS: return 0;
    case DRIVER_EDGE_BYTES: return mean_over_populations(sc, operation, answer_bytes);
    case DRIVER_UPLOADS: return mean_over_populations(sc, operation, upload_bytes);
    case DRIVER_INSIDE_BYTES: return demand_of_request(operation, NULL, inside_bytes, NULL);
    }
    return 0;
}
