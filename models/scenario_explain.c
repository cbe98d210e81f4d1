/* SPDX-License-Identifier: GPL-3.0-or-later */
/* scenario_explain -- the resolved architecture as a person would sketch it, with the load at the peak beside it. */
#include <inttypes.h>
#include <string.h>

#include "models/alarm.h"
#include "models/alb.h"
#include "models/asg.h"
#include "models/catalogue/catalogue.h"
#include "models/cloudfront.h"
#include "models/demand.h"
#include "models/departures.h"
#include "models/deployment.h"
#include "models/eks.h"
#include "models/elasticache.h"
#include "models/names.h"
#include "models/rds.h"
#include "models/route53.h"
#include "models/s3.h"
#include "models/sqs.h"
#include "models/waf.h"
#include "sim/base/units.h"

enum { NAME_WIDTH = 15, WHAT_WIDTH = 66 };

struct page {
    const struct scenario *sc;
    struct demand_day day;
    struct arena arena; /* of this call */
    FILE *out;
};

static const char *duration(struct page *p, sim_time ns)
{
    char *text = arena_alloc(&p->arena, 64, 1);
    return duration_to_text(ns, text, 64);
}

static const char *size(struct page *p, int64_t bytes)
{
    char *text = arena_alloc(&p->arena, 48, 1);
    return bytes_to_text(bytes, text, 48);
}

static const char *time_of_day(struct page *p, sim_time since_start)
{
    const int64_t local = (p->sc->clock.start_ns_of_day + since_start) % SIM_DAY / SIM_MINUTE;
    return arena_printf(&p->arena, "%02d:%02d", (int)(local / 60), (int)(local % 60));
}

static const char *instant(struct page *p, struct instant at)
{
    return at.offset ? arena_printf(&p->arena, "+%s", duration(p, at.ns)) : time_of_day(p, scenario_instant(p->sc, at));
}

static const char *shape_name(int shape)
{
    static const char *const names[] = {
        [SHAPE_CONSTANT] = "constant",         [SHAPE_ORDINARY] = "ordinary",         [SHAPE_SALE] = "sale",
        [SHAPE_BLACK_FRIDAY] = "black-friday", [SHAPE_CYBER_MONDAY] = "cyber-monday", [SHAPE_PIECEWISE] = "piecewise",
    };
    return names[shape];
}

/* ---- head, traffic ---- */

static void print_head(struct page *p)
{
    const struct scenario *sc = p->sc;
    const int offset_min = sc->clock.utc_offset_s / 60, minutes = offset_min < 0 ? -offset_min : offset_min;
    fprintf(p->out, "%s\n", sc->name);
    if (sc->description[0])
        fprintf(p->out, "  %s\n", sc->description);
    char replications[80];
    if (sc->precision > 0)
        snprintf(replications, sizeof replications, "replications to a precision of %.3g%%, at most %" PRId64,
                 sc->precision * 100, sc->max_replications);
    else
        snprintf(replications, sizeof replications, "%" PRId64 " replication%s", sc->replications,
                 sc->replications == 1 ? "" : "s");
    fprintf(p->out, "  %04d-%02d-%02d %s %c%02d:%02d, %s, warm-up %s before; %s, seed %" PRId64 "\n", sc->clock.year,
            sc->clock.month, sc->clock.day, time_of_day(p, 0), offset_min < 0 ? '-' : '+', minutes / 60, minutes % 60,
            duration(p, sc->clock.length), duration(p, sc->clock.warm_up), replications, sc->seed);
}

static double peak_of(const struct page *p, const struct population *pop, sim_time *at)
{
    double peak = 0.0;
    *at = 0;
    for (int i = 0; i < p->day.instant_count; i++) {
        const double rate = p->day.rates_per_s[i * p->sc->population_count + pop->index];
        if (rate > peak) {
            peak = rate;
            *at = p->day.instants[i];
        }
    }
    return peak;
}

/* What the arrivals do beside following the rate, and how much their number per window varies for it. */
static void print_unrest(struct page *p, const struct population *pop)
{
    const struct burst_law bursts = pop->rate.burst.present ? scenario_bursts(pop) : (struct burst_law){ 0 };
    const struct count_law *batches = pop->rate.batch.present ? &pop->rate.batch.law : NULL;
    const bool exact = pop->rate.trace && pop->rate.spread == SPREAD_EXACT;
    if (!pop->rate.burst.present && !batches)
        return;
    fprintf(p->out, "  %-*s ", NAME_WIDTH, "");
    if (pop->rate.burst.present)
        fprintf(p->out, "bursts x%.3g for %s on average, %s apart: x%.3g of the rate; ", bursts.factor,
                duration(p, bursts.mean_on), duration(p, bursts.mean_off), burst_peak(bursts));
    if (batches)
        fprintf(p->out, "%.3g at once%s; ", count_mean(batches), batches->kind == COUNT_FIXED ? "" : " on average");
    if (exact)
        fprintf(p->out, "a bin's number stays\n");
    else
        fprintf(p->out, "dispersion of the number per %s %.4g (Poisson: 1)\n", duration(p, p->sc->window),
                arrivals_dispersion(p->day.mean_per_s[pop->index] / demand_per_arrival(pop), p->sc->window,
                                    pop->rate.burst.present ? &bursts : NULL, batches));
}

static void print_rate(struct page *p, const struct population *pop)
{
    FILE *out = p->out;
    sim_time peak_at;
    const double mean = p->day.mean_per_s[pop->index], peak = peak_of(p, pop, &peak_at);
    fprintf(out, "  %-*s ", NAME_WIDTH, pop->name);
    if (pop->sessions.present)
        fprintf(out, "%.4g sessions/s of %.4g operations, ", mean / pop->sessions.operations, pop->sessions.operations);
    fprintf(out, "%.4g/s on average, %.4g/s at %s; %s", mean, peak, time_of_day(p, peak_at),
            pop->rate.trace ? pop->rate.trace_name : shape_name(pop->rate.profile));
    if (pop->rate.trace)
        fprintf(out, " x%.4g, %s", pop->rate.scale, pop->rate.spread == SPREAD_EXACT ? "exactly" : "as a mean");
    if (pop->rate.launch.present)
        fprintf(out, ", launch x%.3g at %s", pop->rate.launch.factor, instant(p, pop->rate.launch.at));
    fputc('\n', out);
    print_unrest(p, pop);
}

/* Shares of the mix; of sessions, whose mix is a result, the rates too. */
static void print_mix(struct page *p, const struct population *pop)
{
    enum { LINE_WIDTH = 100 };
    const double mean = p->day.mean_per_s[pop->index];
    int column = fprintf(p->out, "  %-*s ", NAME_WIDTH, "");
    for (int m = 0; m < pop->mix_count; m++) {
        if (column > LINE_WIDTH)
            column = fprintf(p->out, ",\n  %-*s ", NAME_WIDTH, "") - 2;
        else if (m)
            column += fprintf(p->out, ", ");
        column += fprintf(p->out, "%s %.4g%%", pop->mix[m].name, 100.0 * pop->mix[m].share);
        if (pop->sessions.present)
            column += fprintf(p->out, " (%.3g/s)", mean * pop->mix[m].share);
    }
    for (int g = 0; g < pop->from_count; g++)
        fprintf(p->out, "%s%s %.4g%%", g ? ", " : "; from ", pop->from[g].name, 100.0 * pop->from[g].share);
    fputc('\n', p->out);
}

static double operation_time_s(const struct population *pop)
{
    double sum = 0.0;
    for (int m = 0; m < pop->mix_count; m++)
        sum += pop->mix[m].share * demand_of_operation(pop->mix[m].operation, demand_time_s, NULL);
    return sum;
}

static void print_sessions(struct page *p, const struct population *pop)
{
    const struct sessions_config *s = &pop->sessions;
    const double lasts_s = s->operations * operation_time_s(pop) + (s->operations - 1.0) * s->think_mean_s;
    fprintf(p->out, "  %-*s thinks %s", NAME_WIDTH, "", s->think.text);
    if (s->think_at_most)
        fprintf(p->out, ", at most %s", duration(p, s->think_at_most));
    fprintf(p->out, "; a session takes %.4g s with nobody in the way, %.4g are under way; retry %.3g%% of failures\n",
            lasts_s, lasts_s * p->day.mean_per_s[pop->index] / s->operations, 100.0 * s->retry);
}

static void print_client(struct page *p, const struct population *pop)
{
    const struct retry_config *r = &pop->client.retry;
    if (pop->client.kind == CLIENT_BROWSER) {
        fprintf(p->out, "  %-*s patience %s; reload %.3g%% of failures after %s\n", NAME_WIDTH, "",
                pop->client.patience.text, 100.0 * pop->client.reload, pop->client.reload_after.text);
        return;
    }
    fprintf(p->out, "  %-*s %s: timeout %s; %" PRId64 " attempts, pauses from %s to %s, jitter %s", NAME_WIDTH, "",
            pop->client.kind == CLIENT_SDK ? "SDKs" : "mobile apps", duration(p, pop->client.timeout), r->attempts,
            duration(p, r->base), duration(p, r->cap), jitter_names[r->jitter]);
    if (r->tokens > 0)
        fprintf(p->out, "; %" PRId64 " clients with %" PRId64 " tokens, a retry takes %" PRId64, r->clients, r->tokens,
                r->cost);
    fputc('\n', p->out);
}

static void print_population(struct page *p, const struct population *pop)
{
    FILE *out = p->out;
    print_rate(p, pop);
    print_mix(p, pop);
    if (pop->sessions.present)
        print_sessions(p, pop);
    if (pop->page.present)
        fprintf(out, "  %-*s %s brings %" PRId64 " objects of %s together, %.3g%% of them kept by the browser\n",
                NAME_WIDTH, "", pop->page.on, pop->page.objects, size(p, pop->page.bytes),
                100.0 * pop->page.browser_cache);
    print_client(p, pop);
}

/* ---- the way in ---- */

static void print_balancer(struct page *p, const struct component *balancer, const struct component *inspected)
{
    const struct component *fleet = ((const struct alb_config *)balancer->config)->targets.target;
    fprintf(p->out, "%s%s -> %s\n", inspected == balancer ? "waf, " : "", balancer->name, fleet->name);
}

static void print_way_in(struct page *p)
{
    const struct scenario *sc = p->sc;
    const struct component *balancer = scenario_front(sc), *on = NULL;
    if (sc->by_kind_count[KIND_WAF])
        on = ((const struct waf_config *)sc->by_kind[KIND_WAF][0]->config)->on.target;
    fprintf(p->out, "\nway in\n  ");
    if (sc->by_kind_count[KIND_ROUTE53])
        fprintf(p->out, "%s -> ", sc->by_kind[KIND_ROUTE53][0]->name);
    if (sc->by_kind_count[KIND_CLOUDFRONT]) {
        const struct component *c = sc->by_kind[KIND_CLOUDFRONT][0];
        const struct cloudfront_config *config = c->config;
        fprintf(p->out, "%s%s", on == c ? "waf, " : "", c->name);
        if (config->origins.fixed.target)
            fprintf(p->out, " (%.4g%% of static objects hit, misses to %s)", 100.0 * config->hit_ratio,
                    config->origins.fixed.name);
        fprintf(p->out, " -> ");
    }
    print_balancer(p, balancer, on);
    const struct component *name = route53_name(sc);
    const struct route53_config *config = name ? name->config : NULL;
    for (int r = 1; name && r < config->record_count; r++) {
        fprintf(p->out, "  %*s or ", NAME_WIDTH, "");
        print_balancer(p, config->records[r].to.target, on);
    }
}

/* ---- components: what it is, and the load at the peak ---- */

typedef void describe(struct page *p, const struct component *c, const char **what, const char **load);

static void describe_alb(struct page *p, const struct component *c, const char **what, const char **load)
{
    static const char *const algorithms[] = { "round robin", "least outstanding requests" };
    const struct alb_config *config = c->config;
    *what = arena_printf(&p->arena, "%s to %s; %s check every %s, %" PRId64 " fail, %" PRId64 " pass",
                         algorithms[config->algorithm], config->targets.name, config->health.deep ? "deep" : "shallow",
                         duration(p, config->health.interval), config->health.unhealthy, config->health.healthy);
}

/* "cpu at 50%", "1200 requests a minute per target" */
static const char *metric_text(struct page *p, int metric, double value)
{
    if (metric == METRIC_REQUESTS)
        return arena_printf(&p->arena, "%.4g requests a minute per target", value);
    return arena_printf(&p->arena, "%s at %.3g%%", metric == METRIC_CPU ? "cpu" : "busy workers", 100.0 * value);
}

static const char *scheduled_text(struct page *p, const struct scaling_scheduled *action)
{
    const int64_t minutes = action->at.ns / SIM_MINUTE;
    const char *text = arena_printf(&p->arena, "at %s%02d:%02d", action->at.offset ? "+" : "", (int)(minutes / 60),
                                    (int)(minutes % 60));
    if (action->min_set)
        text = arena_printf(&p->arena, "%s min %" PRId64, text, action->min);
    if (action->desired_set)
        text = arena_printf(&p->arena, "%s desired %" PRId64, text, action->desired);
    if (action->max_set)
        text = arena_printf(&p->arena, "%s max %" PRId64, text, action->max);
    return text;
}

static const char *policy_text(struct page *p, const struct tagged *policy)
{
    switch ((enum scaling_variant)policy->variant) {
    case SCALE_TARGET_TRACKING: {
        const struct scaling_tracking *t = policy->config;
        return arena_printf(&p->arena, "%s%s", metric_text(p, t->metric, t->target), t->scale_in ? "" : ", out only");
    }
    case SCALE_BACKLOG:
        return arena_printf(&p->arena, "%.4g messages per instance",
                            ((const struct scaling_backlog *)policy->config)->per_instance);
    case SCALE_STEP: {
        const struct scaling_steps *s = policy->config;
        return arena_printf(&p->arena, "%d step%s %s %s", s->step_count, s->step_count == 1 ? "" : "s",
                            s->alarm.comparison == COMPARE_ABOVE ? "above" : "below",
                            metric_text(p, s->alarm.metric, s->alarm.threshold));
    }
    case SCALE_SIMPLE: {
        const struct scaling_simple *s = policy->config;
        return arena_printf(&p->arena, "simple %s %s", s->alarm.comparison == COMPARE_ABOVE ? "above" : "below",
                            metric_text(p, s->alarm.metric, s->alarm.threshold));
    }
    case SCALE_SCHEDULED: return scheduled_text(p, policy->config);
    case SCALE_PREDICTIVE: {
        const struct scaling_predictive *f = policy->config;
        return arena_printf(&p->arena, "forecast of '%s' days at %.3g%% cpu", p->sc->day_types[f->history_index].name,
                            100.0 * f->target);
    }
    }
    return "";
}

static const char *policies(struct page *p, const struct asg_config *config)
{
    const char *text = config->scaling_count ? "" : "; no scaling";
    for (int i = 0; i < config->scaling_count; i++)
        text = arena_printf(&p->arena, "%s; %s", text, policy_text(p, &config->scaling[i]));
    if (config->on_demand_above < 1.0)
        text = arena_printf(&p->arena, "%s; %" PRId64 " and %.3g%% of the others on demand, else Spot", text,
                            config->on_demand_base, 100.0 * config->on_demand_above);
    if (config->warm_pool.present)
        text = arena_printf(&p->arena, "%s; warm pool up to %" PRId64 " with the group", text,
                            config->warm_pool.prepared ? config->warm_pool.prepared : config->size.max);
    return text;
}

static void describe_asg(struct page *p, const struct component *c, const char **what, const char **load)
{
    const struct asg_config *config = c->config;
    const struct service_config *service = scenario_service_on(p->sc, c);
    *what = arena_printf(&p->arena, "%s runs %s; %" PRId64 "..%" PRId64 " from %" PRId64 "%s", config->instance,
                         service->name, config->size.min, config->size.max, config->size.desired, policies(p, config));
    const struct demand cpu = demand_of_service(&p->day, service, demand_cpu_s, NULL);
    const double each = catalogue_reference_vcpus(catalogue_instance(config->instance));
    *load = arena_printf(&p->arena, "cpu of %.3g instances", cpu.peak / each);
}

static const char *pod_policies(struct page *p, const struct deployment_config *config)
{
    const char *text = config->hpa.present ? "" : "; no hpa";
    for (int i = 0; i < config->hpa.metric_count; i++) {
        const void *metric = config->hpa.metrics[i].config;
        switch ((enum deployment_metric)config->hpa.metrics[i].variant) {
        case POD_METRIC_CPU:
            text = arena_printf(&p->arena, "%s; cpu at %.3g%% of the request", text,
                                100.0 * ((const struct metric_cpu *)metric)->target);
            break;
        case POD_METRIC_REQUESTS:
            text = arena_printf(&p->arena, "%s; %.4g requests/s per pod", text,
                                ((const struct metric_requests *)metric)->per_pod);
            break;
        case POD_METRIC_MESSAGES:
            text = arena_printf(&p->arena, "%s; %.4g messages per pod", text,
                                ((const struct metric_messages *)metric)->per_pod);
            break;
        }
    }
    return text;
}

/* [K8S-QOS] */
static const char *quality(const struct deployment_config *config)
{
    const bool guaranteed = config->limits.cpu == config->requests.cpu &&
                            config->limits.memory == config->requests.memory;
    return guaranteed ? "Guaranteed" : "Burstable";
}

static void describe_deployment(struct page *p, const struct component *c, const char **what, const char **load)
{
    const struct deployment_config *config = c->config;
    const struct service_config *service = scenario_service_on(p->sc, c);
    *what = arena_printf(
        &p->arena, "runs %s on %s; %.4g vCPU, %s, %s; %" PRId64 "..%" PRId64 " pods from %" PRId64 "%s", service->name,
        config->cluster.name, config->requests.cpu, size(p, config->requests.memory), quality(config),
        config->replicas.min, config->replicas.max, config->replicas.start, pod_policies(p, config));
    const struct demand cpu = demand_of_service(&p->day, service, demand_cpu_s, NULL);
    *load = arena_printf(&p->arena, "cpu of %.3g vCPUs", cpu.peak);
}

static void describe_eks(struct page *p, const struct component *c, const char **what, const char **load)
{
    static const char *const supports[] = { [EKS_STANDARD] = "standard", [EKS_EXTENDED] = "extended" };
    const struct eks_config *config = c->config;
    const char *text = arena_printf(&p->arena, "%s support", supports[config->support]);
    for (int g = 0; g < config->group_count; g++)
        text = arena_printf(&p->arena, "%s; group %s: %s, %" PRId64 "..%" PRId64, text, config->groups[g].name,
                            config->groups[g].instance, config->groups[g].size.min, config->groups[g].size.max);
    for (int k = 0; k < config->pool_count; k++)
        text = arena_printf(&p->arena, "%s; pool %s: %d types", text, config->pools[k].name,
                            config->pools[k].instance_count);
    const char *types[EKS_TYPES_MAX];
    eks_types(config, types);
    const struct room room = eks_room(config, types[0]);
    *what = arena_printf(&p->arena, "%s; a node %s has %.4g vCPUs, %.3g GiB and %" PRId64 " addresses for pods", text,
                         types[0], (double)room.cpu_milli / 1000.0, (double)room.memory / (1024.0 * (double)EKS_MIB),
                         room.pods);
    *load = "";
}

static void describe_elasticache(struct page *p, const struct component *c, const char **what, const char **load)
{
    const struct elasticache_config *config = c->config;
    *what = arena_printf(&p->arena, "%s, %" PRId64 " shard%s with %" PRId64 " replica%s each, %.4g%% hits%s",
                         config->node, config->shards, config->shards == 1 ? "" : "s", config->replicas,
                         config->replicas == 1 ? "" : "s", 100.0 * config->hit_ratio,
                         config->keys ? " in the long run" : "");
    const struct demand commands = demand_of_service(&p->day, NULL, demand_commands_s, c);
    *load = arena_printf(&p->arena, "%.2g%% of a thread", 100.0 * commands.peak / (double)config->shards);
}

/* Whom it follows, and who makes it lead. */
static const char *follows(struct page *p, const struct rds_replica *replica)
{
    if (!replica->present)
        return "";
    const struct component *of = replica->of.target;
    const char *text = arena_printf(&p->arena, "; follows %s.%s", of->region->name, of->local);
    if (!replica->promotion.present)
        return arena_printf(&p->arena, "%s, nobody promotes it", text);
    return arena_printf(&p->arena, "%s, promoted by %s on %s", text,
                        replica->promotion.by == RDS_PROMOTED_BY_HUMAN ? "a human" : "alarm",
                        replica->promotion.when.name);
}

static void describe_rds(struct page *p, const struct component *c, const char **what, const char **load)
{
    static const char *const engines[] = { [RDS_POSTGRES] = "postgres", [RDS_MYSQL] = "mysql" };
    const struct rds_config *config = c->config;
    *what = arena_printf(&p->arena, "%s on %s, %s, %" PRId64 " read replica%s%s", engines[config->engine],
                         config->instance,
                         config->cluster    ? "Multi-AZ cluster"
                         : config->multi_az ? "Multi-AZ"
                                            : "no standby",
                         config->read_replicas, config->read_replicas == 1 ? "" : "s", follows(p, &config->replica_of));
    const double vcpus = catalogue_reference_vcpus(catalogue_db(config->instance));
    const struct demand reads = demand_of_service(&p->day, NULL, demand_read_s, c);
    const struct demand writes = demand_of_service(&p->day, NULL, demand_write_s, c);
    if (config->read_replicas > 0)
        *load = arena_printf(&p->arena, "primary %.2g%%, replicas %.2g%%", 100.0 * writes.peak / vcpus,
                             100.0 * reads.peak / vcpus / (double)config->read_replicas);
    else
        *load = arena_printf(&p->arena, "cpu %.2g%%", 100.0 * (reads.peak + writes.peak) / vcpus);
}

static void describe_sqs(struct page *p, const struct component *c, const char **what, const char **load)
{
    const struct sqs_config *config = c->config;
    *what = arena_printf(&p->arena, "%svisibility %s, dead after %" PRId64 " receives",
                         config->fifo ? arena_printf(&p->arena, "FIFO, %" PRId64 " groups, ", config->groups) : "",
                         duration(p, config->visibility), config->dead_letter_after);
    *load = arena_printf(&p->arena, "%.3g messages/s", demand_of_queue(&p->day, c).peak);
}

static void describe_s3(struct page *p, const struct component *c, const char **what, const char **load)
{
    const struct s3_config *config = c->config;
    *what = arena_printf(&p->arena, "%s of static objects, first byte %s", size(p, config->storage),
                         config->first_byte.text);
}

static void describe_route53(struct page *p, const struct component *c, const char **what, const char **load)
{
    static const char *const policies[] = { "simple", "weighted", "latency", "failover" };
    const struct route53_config *config = c->config;
    const char *record = config->record == ROUTE53_ALIAS ? "alias" : "CNAME";
    *what = arena_printf(&p->arena, "%s record", record);
    if (config->record_count == 0)
        return;
    *what = arena_printf(&p->arena, "%s %s:", policies[config->policy], record);
    for (int r = 0; r < config->record_count; r++) {
        const struct component *to = config->records[r].to.target;
        *what = arena_printf(&p->arena, "%s%s %s", *what, r ? "," : "", to->name);
        if (config->policy == ROUTE53_WEIGHTED)
            *what = arena_printf(&p->arena, "%s (%" PRId64 ")", *what, config->records[r].weight);
    }
    if (config->health.present)
        *what = arena_printf(&p->arena, "%s; checked every %s, %" PRId64 " fail", *what,
                             duration(p, config->health.interval), config->health.failures);
    if (config->evaluate_target_health)
        *what = arena_printf(&p->arena, "%s; evaluates target health", *what);
    *what = arena_printf(&p->arena, "%s; kept for %s, %.3g%% of resolvers keep longer", *what, duration(p, config->ttl),
                         100.0 * config->ignore_ttl);
}

static void describe_cloudfront(struct page *p, const struct component *c, const char **what, const char **load)
{
    const struct cloudfront_config *config = c->config;
    *what = arena_printf(&p->arena, "hits take %s; to the origin %s", config->hit_time.text, config->origin_rtt.text);
}

static void describe_waf(struct page *p, const struct component *c, const char **what, const char **load)
{
    const struct waf_config *config = c->config;
    *what = arena_printf(&p->arena, "%" PRId64 " rules on %s", config->rules, config->on.name);
}

static void describe_alarm(struct page *p, const struct component *c, const char **what, const char **load)
{
    const struct alarm_config *config = c->config;
    *what = arena_printf(&p->arena, "%s of %s above %.3g%%, %" PRId64 " of %" PRId64 " x %s, seen %s later",
                         config->metric == ALARM_ERRORS ? "errors" : "unreachable", config->of.name,
                         100.0 * config->threshold, config->datapoints, config->periods, duration(p, config->period),
                         duration(p, config->delay));
    for (int f = 0; f < config->scale.fleet_count; f++)
        *what = arena_printf(&p->arena, "%s; %s to %" PRId64 "%s", *what, config->scale.fleets[f].fleet.name,
                             config->scale.fleets[f].to,
                             config->scale.by == ALARM_SCALED_BY_HUMAN ? " by a human" : "");
}

static describe *const DESCRIBE[KIND_COUNT] = {
    [KIND_ROUTE53] = describe_route53,
    [KIND_CLOUDFRONT] = describe_cloudfront,
    [KIND_WAF] = describe_waf,
    [KIND_S3] = describe_s3,
    [KIND_ALB] = describe_alb,
    [KIND_ASG] = describe_asg,
    [KIND_ELASTICACHE] = describe_elasticache,
    [KIND_RDS] = describe_rds,
    [KIND_SQS] = describe_sqs,
    [KIND_EKS] = describe_eks,
    [KIND_DEPLOYMENT] = describe_deployment,
    [KIND_ALARM] = describe_alarm,
};

static void print_components(struct page *p, const struct region *region)
{
    for (int i = 0; i < p->sc->component_count; i++) {
        const struct component *c = &p->sc->components[i];
        if (c->region != region)
            continue;
        const char *what = "", *load = "";
        DESCRIBE[c->kind](p, c, &what, &load);
        fprintf(p->out, "  %-*s %-11s %-*s%s%s\n", NAME_WIDTH, c->local, c->type->kind, load[0] ? WHAT_WIDTH : 0, what,
                load[0] ? "  " : "", load);
    }
}

static void print_regions(struct page *p)
{
    int global = 0;
    for (int i = 0; i < p->sc->component_count; i++)
        global += !p->sc->components[i].region;
    if (global > 0) {
        fprintf(p->out, "\nedge\n");
        print_components(p, NULL);
    }
    for (int r = 0; r < p->sc->region_count; r++) {
        const struct region *region = &p->sc->regions[r];
        char head[160];
        snprintf(head, sizeof(head), "%s, %" PRId64 " zone%s (%s..%c)", region->name, region->zones,
                 region->zones == 1 ? "" : "s", region->zone_names[0], (char)('a' + region->zones - 1));
        fprintf(p->out, "\n%-*s %s\n", 2 + NAME_WIDTH + 1 + 11 + 1 + WHAT_WIDTH + 1, head,
                p->sc->region_count > 1 ? "load at the peak, if all come here" : "load at the peak");
        if (p->sc->region_count > 1)
            fprintf(p->out, "  %.4g%% of requests while all is well\n", 100.0 * names_share(p->sc, region));
        print_components(p, region);
    }
}

/* ---- how stations serve ---- */

/* Wide enough for the names of other regions' components. */
static int names_width(const struct page *p)
{
    int width = NAME_WIDTH;
    for (int i = 0; i < p->sc->component_count; i++) {
        const int length = (int)strlen(p->sc->components[i].name);
        width = length > width && p->sc->region_count > 1 ? length : width;
    }
    return width;
}

static void print_stations(struct page *p)
{
    fprintf(p->out, "\nstations\n");
    for (int i = 0; i < p->sc->component_count; i++) {
        const struct component *c = &p->sc->components[i];
        if (!departures_has_stations(c))
            continue;
        static const char *const HOW[] = { [STATION_PROCESSOR_SHARING] = "processor sharing",
                                           [STATION_FCFS] = "in order of arrival",
                                           [STATION_LCFS] = "the newest first" };
        const char *because = departures_on_events(p->sc, c, &p->arena);
        fprintf(p->out, "  %-*s %s, %s%s\n", names_width(p), c->name, HOW[departures_discipline(p->sc, c)],
                because ? "on events: " : "departures computed ahead", because ? because : "");
    }
}

/* ---- steps ---- */

static void print_steps(struct page *p, const struct tagged *steps, int count);

static void print_get(struct page *p, const struct step_get *get)
{
    const struct component *cache = get->from.target;
    const double hit = get->hit_ratio_set ? get->hit_ratio
                                          : ((const struct elasticache_config *)cache->config)->hit_ratio;
    fprintf(p->out, "get %s (%.4g%% hit", get->from.name, 100.0 * hit);
    if (get->miss_count) {
        fprintf(p->out, "; miss: ");
        print_steps(p, get->miss, get->miss_count);
    }
    fprintf(p->out, "%s)", get->fill ? ", fill" : "");
}

static void print_call(struct page *p, const struct step_call *call)
{
    if (call->async) {
        fprintf(p->out, "call %s (nobody waits)", call->operation.name);
        return;
    }
    fprintf(p->out, "call %s (within %s", call->operation.name, duration(p, call->timeout));
    if (call->attempts > 1)
        fprintf(p->out, ", %" PRId64 " attempts", call->attempts);
    if (call->backoff.present)
        fprintf(p->out, ", pauses from %s, %s jitter", duration(p, call->backoff.base),
                jitter_names[call->backoff.jitter]);
    if (call->limit.present)
        fprintf(p->out, ", at most %" PRId64, call->limit.calls);
    fprintf(p->out, "%s%s%s)", call->breaker.present ? ", breaker" : "", call->budget.present ? ", budget" : "",
            call->optional ? ", optional" : "");
}

static void print_parallel(struct page *p, const struct step_parallel *parallel)
{
    for (int b = 0; b < parallel->branch_count; b++) {
        fputs(b ? " | " : "[", p->out);
        print_steps(p, &parallel->branches[b], 1);
    }
    fputs("]", p->out);
}

static void print_step(struct page *p, const struct tagged *step)
{
    switch ((enum step_variant)step->variant) {
    case STEP_CPU: fprintf(p->out, "cpu %s", ((const struct step_cpu *)step->config)->time.text); break;
    case STEP_WAIT: fprintf(p->out, "wait %s", ((const struct step_wait *)step->config)->time.text); break;
    case STEP_GET: print_get(p, step->config); break;
    case STEP_READ:
    case STEP_WRITE: {
        const struct step_query *query = step->config;
        fprintf(p->out, "%s %s %s", step->key, query->database.name, query->time.text);
        break;
    }
    case STEP_CALL: print_call(p, step->config); break;
    case STEP_PARALLEL: print_parallel(p, step->config); break;
    case STEP_SERIES: {
        const struct step_series *series = step->config;
        print_steps(p, series->steps, series->step_count);
        break;
    }
    case STEP_VARIANTS: break;
    case STEP_SEND: fprintf(p->out, "send %s", ((const struct step_send *)step->config)->to.name); break;
    }
}

static void print_steps(struct page *p, const struct tagged *steps, int count)
{
    for (int i = 0; i < count; i++) {
        fputs(i ? " -> " : "", p->out);
        print_step(p, &steps[i]);
    }
}

/* What is done about those who wait for a worker, where anything is. */
static void print_backlog(struct page *p, const struct service_config *s)
{
    if (s->backlog_order == BACKLOG_LIFO)
        fprintf(p->out, ", the newest first");
    if (s->backlog_order == BACKLOG_ADAPTIVE)
        fprintf(p->out, ", the newest first after %s with a queue", duration(p, s->overload_after));
    if (s->backlog_timeout)
        fprintf(p->out, ", at most %s", duration(p, s->backlog_timeout));
    if (s->overload_timeout)
        fprintf(p->out, ", at most %s after %s with a queue", duration(p, s->overload_timeout),
                duration(p, s->overload_after));
    if (s->drop_expired)
        fprintf(p->out, ", expired ones dropped");
}

static void print_services(struct page *p)
{
    fprintf(p->out, "\noperations\n");
    for (int s = 0; s < p->sc->service_count; s++) {
        const struct service_config *service = &p->sc->services[s];
        for (int o = 0; o < service->operation_count; o++) {
            const struct operation_config *operation = &service->operations[o];
            fprintf(p->out, "  %-*s ", NAME_WIDTH + 6,
                    arena_printf(&p->arena, "%s.%s", service->name, operation->name));
            print_steps(p, operation->steps, operation->step_count);
            fputc('\n', p->out);
        }
    }
    for (int s = 0; s < p->sc->service_count; s++) {
        const struct service_config *service = &p->sc->services[s];
        if (service->external)
            continue;
        fprintf(p->out, "  %-*s %" PRId64 " workers, backlog %" PRId64 " per instance", NAME_WIDTH + 6, service->name,
                service->workers, service->backlog);
        print_backlog(p, service);
        for (int i = 0; i < service->pool_count; i++)
            fprintf(p->out, "%s%" PRId64 " to %s", i ? ", " : "; connections ", service->pools[i].size,
                    service->pools[i].name);
        fprintf(p->out, "%s%s\n", service->consumes.name ? "; consumes " : "",
                service->consumes.name ? service->consumes.name : "");
    }
}

/* ---- faults, promises, the year ---- */

/* What becomes worse, and by how much. */
static void print_effect(struct page *p, const struct fault_config *f)
{
    const bool times = f->kind == FAULT_SLOW || f->kind == FAULT_SURGE || (f->kind == FAULT_GREY && f->factor > 1);
    if (times)
        fprintf(p->out, ", x%.3g", f->factor);
    if (f->kind == FAULT_GREY && f->share > 0)
        fprintf(p->out, ", %.3g%% lost", 100.0 * f->share);
    if ((f->kind == FAULT_DOWN || f->kind == FAULT_DNS) && f->share < 1)
        fprintf(p->out, ", for %.3g%%", 100.0 * f->share);
    if (f->kind == FAULT_CONTROL_PLANE)
        fprintf(p->out, ", launches take x%.3g and %.3g%% fail%s%s", f->factor, 100.0 * f->share,
                f->metrics ? ", no metrics" : "", f->changes ? ", no changes of DNS" : "");
    if (f->tail.present)
        fprintf(p->out, "; back from %s later on, over %s", duration(p, f->tail.after), duration(p, f->tail.over));
}

static void print_company(struct page *p, const struct fault_config *f)
{
    for (int i = 0; i < f->with_count; i++) {
        const struct fault_config *with = &f->with[i];
        fprintf(p->out, "  %-*s with it: %s", NAME_WIDTH, "", with->name);
        if (with->after)
            fprintf(p->out, " %s later", duration(p, with->after));
        if (with->lasts)
            fprintf(p->out, " for %s", with->lasts_random ? with->law.text : duration(p, with->lasts));
        if (with->chance < 1)
            fprintf(p->out, ", %.3g%% of the times", 100.0 * with->chance);
        print_effect(p, with);
        fputc('\n', p->out);
    }
}

/* So often an hour, month or year: the first of them that has one. */
static void print_how_often(struct page *p, double per_h)
{
    if (per_h >= 1)
        fprintf(p->out, " %.3g times an hour", per_h);
    else if (per_h * 730 >= 1)
        fprintf(p->out, " %.3g times a month", per_h * 730);
    else
        fprintf(p->out, " %.3g times a year", per_h * 8760);
}

static void print_fault(struct page *p, const struct fault_config *f)
{
    fprintf(p->out, "  %-*s %s", NAME_WIDTH, f->random ? "at random" : instant(p, f->when), f->name);
    if (f->random)
        print_how_often(p, f->rate_per_s * 3600);
    if (f->lasts)
        fprintf(p->out, " for %s", f->lasts_random ? f->law.text : duration(p, f->lasts));
    print_effect(p, f);
    if (f->launches.present) {
        fprintf(p->out, "; launches %s there", f->launches.zone_fails ? "fail" : "go on");
        if (f->launches.region.present)
            fprintf(p->out, ", take x%.3g elsewhere and %.3g%% fail", f->launches.region_latency,
                    100.0 * f->launches.region_errors);
        if (f->launches.region.limit > 0)
            fprintf(p->out, ", at most %.3g a minute", f->launches.region.limit * 60);
    }
    fputc('\n', p->out);
    print_company(p, f);
}

static void print_promises(struct page *p)
{
    const struct scenario *sc = p->sc;
    fprintf(p->out, sc->fault_count ? "\nfaults\n" : "");
    for (int f = 0; f < sc->fault_count; f++)
        print_fault(p, &sc->faults[f]);
    fprintf(p->out, sc->objective_count ? "\nobjectives\n" : "");
    for (int o = 0; o < sc->objective_count; o++)
        fprintf(p->out, "  %s\n", sc->objectives[o].text);
    fprintf(p->out, sc->day_type_count ? "\ncalendar\n" : "");
    for (int d = 0; d < sc->day_type_count; d++)
        fprintf(p->out, "  %-*s %" PRId64 " days a year, %s, %.4g/s on average\n", NAME_WIDTH, sc->day_types[d].name,
                sc->day_types[d].days, shape_name(sc->day_types[d].shape), sc->day_types[d].mean);
}

void scenario_explain(const struct scenario *sc, FILE *out)
{
    struct page p = { .sc = sc, .out = out };
    arena_init(&p.arena);
    p.day = demand_day_of(sc, &p.arena);
    print_head(&p);
    fprintf(out, "\ntraffic\n");
    for (int i = 0; i < sc->population_count; i++)
        print_population(&p, &sc->populations[i]);
    print_way_in(&p);
    print_regions(&p);
    print_stations(&p);
    scenario_explain_caches(sc, out);
    print_services(&p);
    scenario_explain_calls(sc, &p.day, out);
    print_promises(&p);
    scenario_explain_money(sc, out);
    arena_fini(&p.arena);
}
