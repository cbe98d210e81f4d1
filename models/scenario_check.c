/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 * scenario_check -- what is legal but doubtful: a person who reviews architectures would ask about it.
 *
 * Each doubt is a warning with its place and the next step. They are expectations on the back of an envelope
 * (models/demand.h); the simulation is the judge.
 */
#include "models/alb.h"
#include "models/asg.h"
#include "models/catalogue/catalogue.h"
#include "models/demand.h"
#include "models/deployment.h"
#include "models/eks.h"
#include "models/elasticache.h"
#include "models/names.h"
#include "models/rds.h"
#include "models/route53.h"
#include "models/sqs.h"
#include "sim/base/text.h"
#include "sim/base/units.h"

/* Above this share of a resource, queueing multiplies service times several fold [KLE-1]: 1 / (1 - 0.8) = 5. */
static const double BUSY = 0.8;

struct doubts {
    const struct scenario *sc;
    const struct demand_day *day;
    struct diag *diag;
    struct arena *arena; /* of the diag: texts live as long as the messages */
};

static const char *clock_text(const struct doubts *d, sim_time since_start)
{
    const int64_t local = (d->sc->clock.start_ns_of_day + since_start) % SIM_DAY / SIM_MINUTE;
    return arena_printf(d->arena, "%02d:%02d", (int)(local / 60), (int)(local % 60));
}

static bool is_written(const struct doubts *d, const struct component *db)
{
    return demand_of_service(d->day, NULL, demand_write_s, db).mean > 0.0;
}

static bool is_used(const struct doubts *d, const struct component *c)
{
    if (c->kind == KIND_ELASTICACHE)
        return demand_of_service(d->day, NULL, demand_commands_s, c).mean > 0.0;
    if (c->kind == KIND_RDS)
        return demand_of_service(d->day, NULL, demand_read_s, c).mean > 0.0 || is_written(d, c);
    if (c->kind == KIND_SQS)
        return demand_of_queue(d->day, c).mean > 0.0;
    return true;
}

/* ---- fleets ---- */

/* Without a policy nobody ever asks for more than the first size. */
static int64_t largest_size(const struct component *fleet)
{
    if (fleet->kind == KIND_DEPLOYMENT) {
        const struct deployment_config *pods = fleet->config;
        return pods->hpa.present ? pods->replicas.max : pods->replicas.start;
    }
    const struct asg_config *config = fleet->config;
    return config->scaling_count > 0 ? config->size.max : config->size.desired;
}

static const char *largest_key(const struct component *fleet)
{
    if (fleet->kind == KIND_DEPLOYMENT)
        return ((const struct deployment_config *)fleet->config)->hpa.present ? "replicas.max"
                                                                              : "replicas.start (no hpa changes it)";
    return ((const struct asg_config *)fleet->config)->scaling_count > 0 ? "size.max"
                                                                         : "size.desired (no policy scales it)";
}

/* Reference vCPUs of a pod while its neighbours are busy: what it requests, on the slowest type that it may run on. */
static double pod_capacity(const struct deployment_config *pods)
{
    const struct component *cluster = pods->cluster.target;
    const char *types[EKS_TYPES_MAX];
    const int count = eks_types(cluster->config, types);
    double slowest = 0;
    for (int t = 0; t < count; t++) {
        const struct shape *shape = catalogue_instance(types[t]);
        const double speed = catalogue_reference_vcpus(shape) / shape->vcpus;
        slowest = t == 0 || speed < slowest ? speed : slowest;
    }
    return pods->requests.cpu * slowest;
}

static double fleet_capacity(const struct component *fleet, int64_t members)
{
    if (fleet->kind == KIND_DEPLOYMENT)
        return (double)members * pod_capacity(fleet->config);
    const struct asg_config *config = fleet->config;
    return (double)members * catalogue_reference_vcpus(catalogue_instance(config->instance));
}

/* Whole instances that such a demand keeps busy. */
static double instances_for(const struct component *fleet, double vcpus)
{
    const double exact = vcpus / fleet_capacity(fleet, 1);
    if (exact > 1e15)
        return exact; /* nonsense anyway, and no int64_t */
    const double whole = (double)(int64_t)exact;
    return exact > whole ? whole + 1.0 : whole;
}

/* A consumer may fall behind and catch up: doubt_consumer() asks whether it ever does. */
static void doubt_capacity(const struct doubts *d, const struct component *fleet, const struct service_config *service)
{
    const struct demand cpu = demand_of_service(d->day, service, demand_cpu_s, NULL);
    const double largest = fleet_capacity(fleet, largest_size(fleet));
    const int64_t zones = fleet->region->zones;
    const double without_zone = zones > 1 ? largest * (double)(zones - 1) / (double)zones : 0.0;
    const char *size = largest_key(fleet);
    if (cpu.peak > largest) {
        diag_warning(d->diag, fleet->at, "'%s' is asked for %.3g reference vCPUs at %s and has %.3g at its largest",
                     fleet->name, cpu.peak, clock_text(d, cpu.peak_at), largest);
        diag_hint(d->diag, "%s of %.0f would carry it at 100%% CPU; or take larger instances", size,
                  instances_for(fleet, cpu.peak));
    } else if (zones > 1 && cpu.peak > without_zone) {
        diag_warning(d->diag, fleet->at,
                     "'%s' is asked for %.3g reference vCPUs at %s; after the loss of a zone at its "
                     "largest it has %.3g",
                     fleet->name, cpu.peak, clock_text(d, cpu.peak_at), without_zone);
        diag_hint(d->diag, "%s of %.0f leaves enough if a zone is lost at the peak", size,
                  instances_for(fleet, cpu.peak * (double)zones / (double)(zones - 1)));
    }
}

static void doubt_workers(const struct doubts *d, const struct component *fleet, const struct service_config *service)
{
    const struct demand busy = demand_of_service(d->day, service, demand_time_s, NULL);
    const double workers = (double)(service->workers * largest_size(fleet));
    if (busy.peak <= BUSY * workers || service->consumes.target)
        return;
    diag_warning(d->diag, service->at,
                 "service '%s' needs %.3g workers at %s before anybody waits, and has %.3g at its "
                 "largest",
                 service->name, busy.peak, clock_text(d, busy.peak_at), workers);
    diag_hint(d->diag, "raise workers (now %lld per %s) or %s", (long long)service->workers,
              fleet->kind == KIND_DEPLOYMENT ? "pod" : "instance", largest_key(fleet));
}

static void doubt_targets(const struct doubts *d, const struct component *fleet)
{
    const struct asg_config *config = fleet->config;
    const double zones = (double)fleet->region->zones;
    for (int i = 0; i < config->scaling_count; i++) {
        const struct tagged *policy = &config->scaling[i];
        if (policy->variant != SCALE_TARGET_TRACKING || zones < 2 ||
            ((const struct scaling_tracking *)policy->config)->metric == METRIC_REQUESTS)
            continue;
        const double target = ((const struct scaling_tracking *)policy->config)->target;
        const double after = target * zones / (zones - 1.0);
        if (after <= 1.0)
            continue;
        diag_warning(d->diag, policy->at,
                     "'%s' is kept at %.3g%% CPU: after the loss of one of %.0f zones the others "
                     "would need %.3g%%",
                     fleet->name, 100.0 * target, zones, 100.0 * after);
        diag_hint(d->diag, "a target of at most %.0f%% survives it without new instances",
                  100.0 * (zones - 1.0) / zones);
    }
}

static void doubt_minimum(const struct doubts *d, const struct component *fleet)
{
    const struct asg_config *config = fleet->config;
    if (config->size.min >= 2 || fleet->region->zones < 2)
        return;
    diag_warning(d->diag, fleet->at,
                 "'%s' may shrink to %lld instance%s: the loss of its zone ends the service until "
                 "another one is launched",
                 fleet->name, (long long)config->size.min, config->size.min == 1 ? "" : "s");
    diag_hint(d->diag, "size.min of 2 or more spreads over zones");
}

/* A fleet that gets all requests only when another region is lost: until its policies have reacted it has what it has. */
static void doubt_standby(const struct doubts *d, const struct component *fleet, const struct service_config *service)
{
    const struct asg_config *config = fleet->config;
    const double share = names_share(d->sc, fleet->region);
    const struct demand cpu = demand_of_service(d->day, service, demand_cpu_s, NULL);
    const double now = fleet_capacity(fleet, config->size.desired);
    if (d->sc->region_count == 1 || share >= 1.0 || cpu.peak <= now || !route53_name(d->sc) || service->consumes.target)
        return;
    if (config->size.desired == 0)
        diag_warning(d->diag, fleet->at, "'%s' begins without an instance: it answers nobody until it has grown",
                     fleet->name);
    else
        diag_warning(
            d->diag, fleet->at,
            "'%s' begins with %lld instances; if all come to %s at the peak it is asked for %.2g times what they can",
            fleet->name, (long long)config->size.desired, fleet->region->name, cpu.peak / now);
    diag_hint(d->diag, "size.desired of %.0f would carry it at 100%% CPU; or accept the minutes until it has grown",
              instances_for(fleet, cpu.peak));
}

static void doubt_fleets(const struct doubts *d)
{
    for (int f = 0; f < scenario_fleet_count(d->sc); f++) {
        const struct component *fleet = scenario_fleet(d->sc, f);
        const struct service_config *service = scenario_service_on(d->sc, fleet);
        if (!service->consumes.target)
            doubt_capacity(d, fleet, service);
        doubt_workers(d, fleet, service);
        if (fleet->kind != KIND_ASG)
            continue;
        doubt_targets(d, fleet);
        doubt_minimum(d, fleet);
        doubt_standby(d, fleet, service);
    }
}

/* ---- pods ---- */

static void doubt_pods(const struct doubts *d, const struct component *c)
{
    const struct deployment_config *pods = c->config;
    const int64_t zones = c->region->zones;
    if (pods->replicas.min < 2 && zones > 1) {
        diag_warning(d->diag, c->at, "'%s' may shrink to one pod: its node's loss ends the service for minutes",
                     c->name);
        diag_hint(d->diag, "replicas.min of 2 or more, and a spread over zones");
    }
    if (!pods->spread.present && zones > 1) {
        diag_warning(d->diag, c->at, "'%s' has no spread constraint: its pods may end up in one zone", c->name);
        diag_hint(d->diag, "spread: {max_skew: 1}");
    }
    if (pods->spread.present && pods->spread.when == SPREAD_DO_NOT_SCHEDULE && zones > 1) {
        diag_warning(d->diag, c->at,
                     "'%s' may not be scheduled beyond its spread: while a zone is dead its nodes still count, and "
                     "replacements stay pending",
                     c->name);
        diag_hint(d->diag, "when: schedule_anyway");
    }
    if (!pods->budget.present) {
        diag_warning(d->diag, c->at, "'%s' has no disruption budget: a drain may take all its pods of a node at once",
                     c->name);
        diag_hint(d->diag, "budget: {max_unavailable: 10%%}");
    }
    if (pods->limits.cpu > 0 && pods->limits.cpu < 1) {
        diag_warning(d->diag, c->at,
                     "'%s' is limited to %.3g of a vCPU: a request takes %.3g times as long as on a whole one", c->name,
                     pods->limits.cpu, 1.0 / pods->limits.cpu);
        diag_hint(d->diag, "a limit of 1 or more, or none: requests decide who gets what when a node is busy");
    }
}

/* What the groups hold at their largest; pools may grow until their limit. */
static void doubt_cluster(const struct doubts *d, const struct component *c)
{
    const struct eks_config *config = c->config;
    double wanted = 0, most = 0;
    for (int f = 0; f < d->sc->by_kind_count[KIND_DEPLOYMENT]; f++) {
        const struct component *fleet = d->sc->by_kind[KIND_DEPLOYMENT][f];
        const struct deployment_config *pods = fleet->config;
        wanted += pods->cluster.target == c ? pods->requests.cpu * (double)largest_size(fleet) : 0;
    }
    for (int p = 0; p < config->pool_count; p++)
        if (config->pools[p].cpu_limit == 0)
            return;
    for (int p = 0; p < config->pool_count; p++)
        most += config->pools[p].cpu_limit;
    for (int g = 0; g < config->group_count; g++) {
        const int64_t nodes = config->autoscaler.present ? config->groups[g].size.max : config->groups[g].size.desired;
        most += (double)nodes * (double)eks_room(config, config->groups[g].instance).cpu_milli / 1000.0;
    }
    if (wanted <= most)
        return;
    diag_warning(d->diag, c->at, "pods may request %.4g vCPUs of '%s' at their largest, and it offers %.4g", wanted,
                 c->name, most);
    diag_hint(d->diag, config->group_count && !config->autoscaler.present
                           ? "larger groups, or autoscaler: {} that raises them"
                           : "larger groups or pools, or smaller replicas.max: pods stay pending");
}

static void doubt_kubernetes(const struct doubts *d)
{
    for (int i = 0; i < d->sc->by_kind_count[KIND_DEPLOYMENT]; i++)
        doubt_pods(d, d->sc->by_kind[KIND_DEPLOYMENT][i]);
    for (int i = 0; i < d->sc->by_kind_count[KIND_EKS]; i++)
        doubt_cluster(d, d->sc->by_kind[KIND_EKS][i]);
}

/* ---- databases and caches ---- */

static void doubt_database_load(const struct doubts *d, const struct component *db)
{
    const struct rds_config *config = db->config;
    const double vcpus = catalogue_reference_vcpus(catalogue_db(config->instance));
    const struct demand reads = demand_of_service(d->day, NULL, demand_read_s, db);
    const struct demand writes = demand_of_service(d->day, NULL, demand_write_s, db);
    const double readers = config->read_replicas > 0 ? (double)config->read_replicas : 1.0;
    const double primary = writes.peak + (config->read_replicas > 0 ? 0.0 : reads.peak);
    const double share = primary / vcpus > reads.peak / readers / vcpus ? primary / vcpus
                                                                        : reads.peak / readers / vcpus;
    if (share <= BUSY)
        return;
    diag_warning(d->diag, db->at, "'%s' is asked for %.0f%% of a%s's CPU at %s", db->name, 100.0 * share,
                 primary / vcpus == share ? " primary" : " replica", clock_text(d, reads.peak_at));
    diag_hint(d->diag,
              share > 1.0 ? "take a larger class than %s, more read replicas, or fewer queries"
                          : "above 80%% queries wait for each other; consider a larger class than %s",
              config->instance);
}

static void doubt_connections(const struct doubts *d, const struct component *db)
{
    const struct rds_config *config = db->config;
    const int64_t limit = config->max_connections
                              ? config->max_connections
                              : rds_default_connections((enum rds_engine)config->engine,
                                                        catalogue_db(config->instance)->memory_bytes);
    int64_t wanted = 0;
    for (int f = 0; f < scenario_fleet_count(d->sc); f++) {
        const struct component *fleet = scenario_fleet(d->sc, f);
        const struct service_config *service = scenario_service_on(d->sc, fleet);
        for (int p = 0; service && p < service->pool_count; p++)
            if (scenario_seen_from(d->sc, service->pools[p].database, fleet->region) == db)
                wanted += service->pools[p].size * largest_size(fleet);
    }
    if (wanted <= limit)
        return;
    diag_warning(d->diag, db->at, "pools may open %lld connections to '%s' at the fleets' largest, but it takes %lld",
                 (long long)wanted, db->name, (long long)limit);
    diag_hint(d->diag, "smaller pools, a larger class than %s, or max_connections", config->instance);
}

static void doubt_databases(const struct doubts *d)
{
    for (int i = 0; i < d->sc->by_kind_count[KIND_RDS]; i++) {
        const struct component *db = d->sc->by_kind[KIND_RDS][i];
        const struct rds_config *config = db->config;
        doubt_database_load(d, db);
        doubt_connections(d, db);
        if (!config->multi_az && !config->cluster && is_written(d, db)) {
            diag_warning(d->diag, db->at, "'%s' has no standby: writes stop until its host or zone is back", db->name);
            diag_hint(d->diag, "multi_az: true");
        }
    }
}

static void doubt_caches(const struct doubts *d)
{
    for (int i = 0; i < d->sc->by_kind_count[KIND_ELASTICACHE]; i++) {
        const struct component *cache = d->sc->by_kind[KIND_ELASTICACHE][i];
        const struct elasticache_config *config = cache->config;
        const struct demand commands = demand_of_service(d->day, NULL, demand_commands_s, cache);
        const double share = commands.peak / (double)config->shards;
        if (share > BUSY) {
            diag_warning(d->diag, cache->at, "'%s' is asked for %.0f%% of a shard's thread at %s", cache->name,
                         100.0 * share, clock_text(d, commands.peak_at));
            diag_hint(d->diag, "more shards than %lld", (long long)config->shards);
        }
        if (config->cold_load > 1.0) {
            diag_warning(d->diag, cache->at, "emptied at the peak, '%s' would leave '%s' with %.0f%% of its CPU to do",
                         cache->name, config->cold_database->name, 100.0 * config->cold_load);
            diag_hint(d->diag, config->coalesce
                                   ? "coalesce helps where keys are few; a fault with kind: flush shows it"
                                   : "coalesce: true, or a fault with kind: flush to see what becomes of it");
        }
        if (config->replicas == 0) {
            diag_warning(d->diag, cache->at, "'%s' has no replicas: a lost node's keys are gone", cache->name);
            diag_hint(d->diag, "replicas: 1, or be sure that the database carries the misses");
        }
    }
}

/* ---- queues ---- */

static double service_time_s(const struct dist *dist, double u)
{
    return dist_quantile_ns(dist, u) / 1e9;
}

/* 99th percentile of a consumer's work: the sum of its steps' means, plus what its largest step adds at p99. */
static double handling_p99_s(const struct operation_config *operation)
{
    double surplus = 0.0;
    for (int i = 0; i < operation->step_count; i++) {
        const struct tagged *step = &operation->steps[i];
        if (step->variant != STEP_CPU && step->variant != STEP_WAIT)
            continue;
        const struct dist *time = &((const struct step_cpu *)step->config)->time;
        const double more = service_time_s(time, 0.99) - time->mean_ns / 1e9;
        surplus = more > surplus ? more : surplus;
    }
    return demand_of_operation(operation, demand_time_s, NULL) + surplus;
}

/* A quota counts calls of each action; a group is handled one message at a time. */
static void doubt_fifo(const struct doubts *d, const struct component *queue, const struct service_config *consumer,
                       struct demand sent)
{
    const struct sqs_config *config = queue->config;
    const double each_s = demand_of_operation(&consumer->operations[0], demand_time_s, NULL);
    if (!config->fifo)
        return;
    if (sent.peak > (double)config->calls_per_s) {
        diag_warning(d->diag, queue->at,
                     "'%s' is sent %.3g messages/s at %s, but takes %lld calls/s: the rest are errors", queue->name,
                     sent.peak, clock_text(d, sent.peak_at), (long long)config->calls_per_s);
        diag_hint(d->diag, "calls_per_s as of a high-throughput FIFO queue, or a standard queue");
    }
    if (sent.mean * each_s > (double)config->groups) {
        diag_warning(d->diag, queue->at, "'%s' has %lld groups, but %.3g of its messages would be in hand at once",
                     queue->name, (long long)config->groups, sent.mean * each_s);
        diag_hint(d->diag, "more message groups: a group is handled one message at a time");
    }
}

static void doubt_consumer(const struct doubts *d, const struct component *queue, const struct service_config *consumer)
{
    const struct sqs_config *config = queue->config;
    const double visibility_s = (double)config->visibility / 1e9, p99_s = handling_p99_s(&consumer->operations[0]);
    if (p99_s > visibility_s) {
        diag_warning(d->diag, queue->at,
                     "messages of '%s' become visible again after %.3g s, but handling takes %.3g s at "
                     "p99: they are handled twice",
                     queue->name, visibility_s, p99_s);
        diag_hint(d->diag, "a visibility of several times the handling time");
    }
    const struct component *fleet = scenario_seen_from(d->sc, consumer->runs_on.target, queue->region);
    const struct demand sent = demand_of_queue(d->day, queue);
    const double by_threads = (double)(consumer->workers * largest_size(fleet)) /
                              demand_of_operation(&consumer->operations[0], demand_time_s, NULL);
    const double by_cpu = fleet_capacity(fleet, largest_size(fleet)) /
                          demand_of_operation(&consumer->operations[0], demand_cpu_s, NULL);
    const double rate = by_threads < by_cpu ? by_threads : by_cpu; /* either may be infinite: nothing to do */
    doubt_fifo(d, queue, consumer, sent);
    if (sent.mean <= rate)
        return;
    diag_warning(d->diag, queue->at,
                 "'%s' gets %.3g messages per second on average, and '%s' handles %.3g at its largest: "
                 "the backlog never drains",
                 queue->name, sent.mean, fleet->name, rate);
    diag_hint(d->diag, "raise %s of '%s' or the workers of '%s'", largest_key(fleet), fleet->name, consumer->name);
}

static void doubt_queues(const struct doubts *d)
{
    for (int q = 0; q < d->sc->by_kind_count[KIND_SQS]; q++) {
        const struct component *queue = d->sc->by_kind[KIND_SQS][q];
        const struct service_config *consumer = NULL;
        for (int s = 0; s < d->sc->service_count; s++)
            if (d->sc->services[s].consumes.target == queue->home)
                consumer = &d->sc->services[s];
        if (consumer)
            doubt_consumer(d, queue, consumer);
        if (consumer || !is_used(d, queue))
            continue;
        diag_warning(d->diag, queue->at, "nobody consumes '%s'", queue->name);
        diag_hint(d->diag, "a service with consumes: %s", queue->name);
    }
}

/* ---- clients and clock ---- */

static void doubt_patience(const struct doubts *d)
{
    for (int p = 0; p < d->sc->population_count; p++) {
        const struct population *population = &d->sc->populations[p];
        const double patience_s = service_time_s(&population->client.patience, 0.5);
        for (int m = 0; m < population->mix_count; m++) {
            const double time_s = demand_of_operation(population->mix[m].operation, demand_time_s, NULL);
            if (time_s <= patience_s)
                continue;
            diag_warning(d->diag, population->mix[m].at,
                         "half of '%s' wait at most %.3g s, but '%s' takes %.3g s on average "
                         "with nobody in the way",
                         population->name, patience_s, population->mix[m].name, time_s);
            diag_hint(d->diag, "most of these requests will be given up; is a time in the wrong unit?");
        }
    }
}

static void doubt_outside(const struct doubts *d, struct mark at, const char *what, sim_time when)
{
    if (when < d->sc->clock.length)
        return;
    char length[64];
    diag_warning(d->diag, at, "%s lies outside the clock and never happens", what);
    diag_hint(d->diag, "the clock starts at %s and runs for %s", clock_text(d, 0),
              duration_to_text(d->sc->clock.length, length, sizeof(length)));
}

static void doubt_clock(const struct doubts *d)
{
    const struct scenario *sc = d->sc;
    for (int f = 0; f < sc->fault_count; f++)
        doubt_outside(d, sc->faults[f].at, arena_printf(d->arena, "fault '%s'", sc->faults[f].name),
                      sc->faults[f].random ? 0 : sc->faults[f].starts);
    for (int p = 0; p < sc->population_count; p++)
        if (sc->populations[p].rate.launch.present)
            doubt_outside(d, sc->populations[p].at,
                          arena_printf(d->arena, "the launch of '%s'", sc->populations[p].name),
                          scenario_instant(sc, sc->populations[p].rate.launch.at));
    if (sc->clock.length % sc->window != 0) {
        diag_warning(d->diag, (struct mark){ .file = sc->path },
                     "the last window of the series is shorter than the others: length is not a multiple of window");
        diag_hint(d->diag, "a window that divides the clock's length, such as 1m");
    }
}

/* Not when the command line gave the precision. */
static void doubt_replications(const struct doubts *d)
{
    if (d->sc->idle_maximum.line == 0 || d->sc->precision > 0)
        return;
    diag_warning(d->diag, d->sc->idle_maximum, "max_replications is not used: there is no precision");
    diag_hint(d->diag, "precision: 5%%, or replications: %lld", (long long)d->sc->max_replications);
}

static void doubt_unused(const struct doubts *d)
{
    for (int i = 0; i < d->sc->component_count; i++) {
        const struct component *c = &d->sc->components[i];
        if (is_used(d, c))
            continue;
        diag_warning(d->diag, c->at, "no step of the traffic uses '%s': it only costs", c->name);
        diag_hint(d->diag, "remove it, or add a step that names it");
    }
}

static void doubt_zones(const struct doubts *d)
{
    for (int r = 0; r < d->sc->region_count; r++)
        if (d->sc->regions[r].zones == 1) {
            diag_warning(d->diag, d->sc->regions[r].at, "'%s' has a single zone: losing it loses everything",
                         d->sc->regions[r].name);
            diag_hint(d->diag, "zones: 2 or 3");
        }
}

/* Who is never sent to, and who is sent on when nobody notices. */
static void doubt_name(const struct doubts *d)
{
    const struct component *name = route53_name(d->sc);
    const struct route53_config *config = name ? name->config : NULL;
    if (config && config->record_count > 1 && !config->health.present && !config->evaluate_target_health) {
        diag_warning(d->diag, name->at,
                     "nothing tells '%s' that a record is unhealthy: its clients are not sent elsewhere", name->name);
        diag_hint(d->diag, "health_check: {interval: 10s}, or evaluate_target_health: true");
    }
    for (int a = 0; a < d->sc->by_kind_count[KIND_ALB]; a++) {
        const struct component *balancer = d->sc->by_kind[KIND_ALB][a];
        bool reached = balancer == scenario_front(d->sc);
        for (int r = 0; config && r < config->record_count; r++)
            reached = reached || config->records[r].to.target == balancer;
        if (reached || d->sc->region_count == 1)
            continue;
        diag_warning(d->diag, balancer->at, "no name leads to '%s': nobody comes to %s", balancer->name,
                     balancer->region->name);
        diag_hint(d->diag, "route53: {policy: failover, records: [{to: %s}, {to: %s}]}", scenario_front(d->sc)->name,
                  balancer->name);
    }
}

/* Who is called, and by what that still says something when it matters. */
static void doubt_followers(const struct doubts *d)
{
    for (int i = 0; i < d->sc->by_kind_count[KIND_RDS]; i++) {
        const struct component *db = d->sc->by_kind[KIND_RDS][i];
        const struct rds_replica *replica = &((const struct rds_config *)db->config)->replica_of;
        if (!replica->present)
            continue;
        const struct component *source = replica->of.target, *alarm = replica->promotion.when.target;
        if (!replica->promotion.present) {
            diag_warning(d->diag, db->at, "nobody promotes '%s': while '%s' is lost nobody takes writes", db->name,
                         source->name);
            diag_hint(d->diag, "promotion: {when: an alarm}, and an alarm of '%s' in %s", source->name,
                      db->region->name);
        } else if (alarm && alarm->region == source->region) {
            diag_warning(d->diag, alarm->at, "'%s' is in %s too: it says nothing when that region is lost", alarm->name,
                         source->region->name);
            diag_hint(d->diag, "put it into %s, with of: %s.%s", db->region->name, source->region->name, source->local);
        }
    }
}

/* A count of n wavers by 1 / sqrt(n) of itself by chance alone; multiplied, it wavers as much where a busier site would
 * waver less. Below 100 that is more than a tenth. */
static void doubt_traces(const struct doubts *d)
{
    static const double FEW = 100.0;
    for (int p = 0; p < d->sc->population_count; p++) {
        const struct population *population = &d->sc->populations[p];
        const struct trace *trace = population->rate.trace;
        if (!trace || population->rate.scale <= 1.0)
            continue;
        const double each = (double)trace->total / ((double)trace->length / (double)trace->bin_length);
        if (each >= FEW)
            continue;
        diag_warning(d->diag, population->at, "'%s' has %.3g requests per bin: their chance is multiplied by %.4g too",
                     trace->name, each, population->rate.scale);
        diag_hint(d->diag, "a trace with longer bins, as spread: poisson, has less of it");
    }
}

/* A row of the navigation that no way leads to. */
static void doubt_sessions(const struct doubts *d)
{
    for (int p = 0; p < d->sc->population_count; p++) {
        const struct population *population = &d->sc->populations[p];
        for (int i = 0; i < population->sessions.next_count; i++) {
            const struct navigation_row *row = &population->sessions.next[i];
            bool reached = false;
            for (int m = 0; m < population->mix_count; m++)
                reached = reached || population->mix[m].operation == row->operation;
            if (reached)
                continue;
            diag_warning(d->diag, row->at, "no session of '%s' comes to '%s'", population->name, row->name);
            diag_hint(d->diag, "name it in 'enter' or in another row, or remove the row");
        }
    }
}

void scenario_doubts(const struct scenario *sc, struct diag *diag)
{
    struct arena scratch;
    arena_init(&scratch);
    const struct demand_day day = demand_day_of(sc, &scratch);
    const struct doubts d = { .sc = sc, .day = &day, .diag = diag, .arena = diag->arena };
    doubt_fleets(&d);
    doubt_kubernetes(&d);
    doubt_databases(&d);
    doubt_caches(&d);
    doubt_queues(&d);
    scenario_doubt_calls(sc, &day, diag);
    doubt_patience(&d);
    doubt_clock(&d);
    doubt_replications(&d);
    doubt_traces(&d);
    doubt_sessions(&d);
    doubt_unused(&d);
    doubt_zones(&d);
    doubt_name(&d);
    doubt_followers(&d);
    arena_fini(&scratch);
}
