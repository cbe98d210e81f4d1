/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/demand.h"

#include "models/elasticache.h"

/* Hostile scenarios have many knots; a day's shape and a launch have some 160. */
enum { INSTANTS_MAX = 4096 };

static const double NS_PER_S = 1e9;

static double mean_s(const struct dist *dist)
{
    return dist->mean_ns / NS_PER_S;
}

static double miss_ratio(const struct step_get *get)
{
    const struct component *cache = get->from.target;
    return 1.0 - (get->hit_ratio_set ? get->hit_ratio : ((const struct elasticache_config *)cache->config)->hit_ratio);
}

/* Branches take as long as the longest; anything else that is asked for adds up. */
static double sum_of_steps(const struct tagged *steps, int count, demand_of_step *of_step, const void *context)
{
    double sum = 0.0;
    for (int i = 0; i < count; i++) {
        const struct step_get *get = steps[i].config;
        const struct step_parallel *parallel = steps[i].config;
        const struct step_series *series = steps[i].config;
        sum += of_step(&steps[i], context);
        if (steps[i].variant == STEP_GET)
            sum += miss_ratio(get) * sum_of_steps(get->miss, get->miss_count, of_step, context);
        else if (steps[i].variant == STEP_SERIES)
            sum += sum_of_steps(series->steps, series->step_count, of_step, context);
        else if (steps[i].variant == STEP_PARALLEL && of_step != demand_time_s)
            sum += sum_of_steps(parallel->branches, parallel->branch_count, of_step, context);
    }
    return sum;
}

double demand_of_operation(const struct operation_config *operation, demand_of_step *of_step, const void *context)
{
    return sum_of_steps(operation->steps, operation->step_count, of_step, context);
}

static double sum_of_calls(const struct tagged *steps, int count, const struct service_config *service,
                           demand_of_step *of_step, const void *context)
{
    double sum = 0.0;
    for (int i = 0; i < count; i++) {
        const struct step_get *get = steps[i].config;
        const struct step_parallel *parallel = steps[i].config;
        const struct step_series *series = steps[i].config;
        const struct step_call *call = steps[i].config;
        if (steps[i].variant == STEP_GET)
            sum += miss_ratio(get) * sum_of_calls(get->miss, get->miss_count, service, of_step, context);
        else if (steps[i].variant == STEP_SERIES)
            sum += sum_of_calls(series->steps, series->step_count, service, of_step, context);
        else if (steps[i].variant == STEP_PARALLEL)
            sum += sum_of_calls(parallel->branches, parallel->branch_count, service, of_step, context);
        else if (steps[i].variant == STEP_CALL)
            sum += demand_of_request(call->operation.target, service, of_step, context);
    }
    return sum;
}

double demand_of_request(const struct operation_config *operation, const struct service_config *service,
                         demand_of_step *of_step, const void *context)
{
    if (operation->service->external)
        return 0.0;
    const double own = !service || operation->service == service ? demand_of_operation(operation, of_step, context)
                                                                 : 0.0;
    return own + sum_of_calls(operation->steps, operation->step_count, service, of_step, context);
}

/* ---- units ---- */

double demand_cpu_s(const struct tagged *step, const void *context)
{
    return step->variant == STEP_CPU ? mean_s(&((const struct step_cpu *)step->config)->time) : 0.0;
}

/* A component of any region stands for that of the first: what a region is asked for when all come there. */
static const struct component *home_of(const struct component *c)
{
    return c ? c->home : NULL;
}

static double query_s(const struct tagged *step, const void *database)
{
    const struct step_query *query = step->config;
    database = home_of(database);
    return !database || query->database.target == database ? mean_s(&query->time) : 0.0;
}

double demand_read_s(const struct tagged *step, const void *context)
{
    return step->variant == STEP_READ ? query_s(step, context) : 0.0;
}

double demand_write_s(const struct tagged *step, const void *context)
{
    return step->variant == STEP_WRITE ? query_s(step, context) : 0.0;
}

double demand_commands_s(const struct tagged *step, const void *context)
{
    if (step->variant != STEP_GET)
        return 0.0;
    const struct step_get *get = step->config;
    const struct component *cache = get->from.target;
    if (context && cache != home_of(context))
        return 0.0;
    const struct dist *command = get->time.text ? &get->time
                                                : &((const struct elasticache_config *)cache->config)->command;
    return mean_s(command) * (1.0 + (get->fill ? miss_ratio(get) : 0.0));
}

double demand_gets(const struct tagged *step, const void *context)
{
    const struct step_get *get = step->variant == STEP_GET ? step->config : NULL;
    return get && (!context || get->from.target == home_of(context)) ? 1.0 : 0.0;
}

double demand_sends(const struct tagged *step, const void *context)
{
    const struct step_send *send = step->variant == STEP_SEND ? step->config : NULL;
    return send && (!context || send->to.target == home_of(context)) ? 1.0 : 0.0;
}

double demand_changes(const struct tagged *step, const void *context)
{
    return step->variant == STEP_WRITE || step->variant == STEP_SEND ? 1.0 : 0.0;
}

double demand_time_s(const struct tagged *step, const void *context)
{
    switch ((enum step_variant)step->variant) {
    case STEP_CPU: return demand_cpu_s(step, NULL);
    case STEP_WAIT: return mean_s(&((const struct step_wait *)step->config)->time);
    case STEP_GET: return demand_commands_s(step, NULL);
    case STEP_READ: return demand_read_s(step, NULL);
    case STEP_WRITE: return demand_write_s(step, NULL);
    case STEP_SEND: return mean_s(&((const struct step_send *)step->config)->time);
    case STEP_CALL: {
        const struct step_call *call = step->config;
        return call->async ? 0.0 : demand_of_operation(call->operation.target, demand_time_s, NULL);
    }
    case STEP_PARALLEL: {
        const struct step_parallel *parallel = step->config;
        double longest = 0.0;
        for (int b = 0; b < parallel->branch_count; b++) {
            const double time_s = sum_of_steps(&parallel->branches[b], 1, demand_time_s, NULL);
            longest = time_s > longest ? time_s : longest;
        }
        return longest;
    }
    case STEP_SERIES: /* its steps are counted one by one */
    case STEP_VARIANTS: break;
    }
    return 0.0;
}

/* ---- the day ---- */

static double rate_at(const struct rate_curve *curve, sim_time at)
{
    uint32_t low = 0, high = curve->count - 1;
    while (high - low > 1) {
        const uint32_t middle = low + (high - low) / 2;
        if (curve->knots[middle].at <= at)
            low = middle;
        else
            high = middle;
    }
    const struct rate_knot *a = &curve->knots[low], *b = &curve->knots[high];
    if (b->at == a->at)
        return a->rate_per_s;
    return a->rate_per_s + (b->rate_per_s - a->rate_per_s) * (double)(at - a->at) / (double)(b->at - a->at);
}

/* The curve's knots are instants to look at. Of a long trace, which has more than `most`, each group of neighbours is
 * looked at where it is highest. */
static void add_instants(struct demand_day *day, const struct rate_curve *curve, uint32_t most)
{
    const uint32_t group = (curve->count - 1) / most + 1;
    for (uint32_t first = 0; first < curve->count; first += group) {
        const struct rate_knot *highest = NULL;
        for (uint32_t k = first; k < first + group && k < curve->count; k++)
            if (curve->knots[k].at >= curve->warm_up && (!highest || curve->knots[k].rate_per_s > highest->rate_per_s))
                highest = &curve->knots[k];
        if (highest)
            day->instants[day->instant_count++] = highest->at - curve->warm_up;
    }
}

double demand_per_arrival(const struct population *p)
{
    return p->sessions.present ? p->sessions.operations : 1.0;
}

double demand_burst(const struct population *p)
{
    if (!p->rate.burst.present)
        return 1.0;
    const bool exact = p->rate.trace && p->rate.spread == SPREAD_EXACT;
    return exact && p->rate.trace->bin_length <= p->rate.burst.mean_on ? 1.0 : burst_peak(scenario_bursts(p));
}

struct demand_day demand_day_of(const struct scenario *sc, struct arena *arena)
{
    struct demand_day day = { .sc = sc };
    struct rate_curve *curves = ARENA_ARRAY(arena, struct rate_curve, sc->population_count);
    day.instants = ARENA_ARRAY(arena, sim_time, INSTANTS_MAX);
    day.mean_per_s = ARENA_ARRAY(arena, double, sc->population_count);
    for (int p = 0; p < sc->population_count; p++) {
        curves[p] = scenario_rate(sc, &sc->populations[p], -1, arena);
        day.mean_per_s[p] = demand_per_arrival(&sc->populations[p]) *
                            scenario_mean_rate(sc, &sc->populations[p], arena);
        add_instants(&day, &curves[p], INSTANTS_MAX / (uint32_t)sc->population_count);
    }
    day.rates_per_s = ARENA_ARRAY(arena, double, day.instant_count * sc->population_count);
    for (int p = 0; p < sc->population_count; p++) {
        const double each = demand_per_arrival(&sc->populations[p]) * demand_burst(&sc->populations[p]);
        for (int i = 0; i < day.instant_count; i++)
            day.rates_per_s[i * sc->population_count + p] = each *
                                                            rate_at(&curves[p], day.instants[i] + curves[p].warm_up);
    }
    return day;
}

static double per_request(const struct population *p, const struct service_config *service, demand_of_step *of_step,
                          const void *context)
{
    double sum = 0.0;
    for (int m = 0; m < p->mix_count; m++)
        sum += p->mix[m].share * demand_of_request(p->mix[m].operation, service, of_step, context);
    return sum;
}

static struct demand sum_over_day(const struct demand_day *day, const double *each)
{
    const int populations = day->sc->population_count;
    struct demand demand = { 0 };
    for (int p = 0; p < populations; p++)
        demand.mean += day->mean_per_s[p] * each[p];
    for (int i = 0; i < day->instant_count; i++) {
        double rate = 0.0;
        for (int p = 0; p < populations; p++)
            rate += day->rates_per_s[i * populations + p] * each[p];
        if (rate > demand.peak) {
            demand.peak = rate;
            demand.peak_at = day->instants[i];
        }
    }
    return demand;
}

/* What one request of each population asks for. */
static void ask_each(const struct scenario *sc, const struct service_config *service, demand_of_step *of_step,
                     const void *context, double *each)
{
    for (int p = 0; p < sc->population_count; p++)
        each[p] = per_request(&sc->populations[p], service, of_step, context);
    /* A consumer's work is asked for by whoever sends the messages. */
    for (int s = 0; s < sc->service_count; s++) {
        const struct service_config *consumer = &sc->services[s];
        if (!consumer->consumes.target)
            continue;
        const double work = demand_of_request(&consumer->operations[0], service, of_step, context);
        if (work == 0.0)
            continue;
        for (int p = 0; p < sc->population_count; p++)
            each[p] += work * per_request(&sc->populations[p], NULL, demand_sends, consumer->consumes.target);
    }
}

struct demand demand_of_service(const struct demand_day *day, const struct service_config *service,
                                demand_of_step *of_step, const void *context)
{
    double each[SCENARIO_POPULATIONS_MAX] = { 0 };
    ask_each(day->sc, service, of_step, context, each);
    return sum_over_day(day, each);
}

/* Of a curve without jumps, by the trapezia between its knots. */
static double mean_rate(const struct rate_curve *curve, sim_time from, sim_time to)
{
    double sum = 0.0, rate = rate_at(curve, from);
    for (sim_time at = from; at < to;) {
        sim_time next = to;
        for (uint32_t k = 0; k < curve->count; k++)
            if (curve->knots[k].at > at && curve->knots[k].at < next)
                next = curve->knots[k].at;
        const double then = rate_at(curve, next);
        sum += (rate + then) / 2.0 * (double)(next - at);
        at = next;
        rate = then;
    }
    return sum / (double)(to - from);
}

void demand_hours(const struct scenario *sc, const struct service_config *service, int day_type,
                  demand_of_step *of_step, const void *context, double hours[24], struct arena *arena)
{
    double each[SCENARIO_POPULATIONS_MAX] = { 0 };
    ask_each(sc, service, of_step, context, each);
    for (int h = 0; h < 24; h++)
        hours[h] = 0.0;
    for (int p = 0; p < sc->population_count; p++) {
        const struct rate_curve curve = scenario_rate(sc, &sc->populations[p], day_type, arena);
        for (int h = 0; h < 24; h++)
            hours[h] += each[p] * demand_per_arrival(&sc->populations[p]) *
                        mean_rate(&curve, curve.warm_up + h * SIM_HOUR, curve.warm_up + (h + 1) * SIM_HOUR);
    }
}

static double one_request(const struct tagged *step, const void *operation)
{
    const struct step_call *call = step->variant == STEP_CALL ? step->config : NULL;
    return call && call->operation.target == operation ? 1.0 : 0.0;
}

struct demand demand_of_edge(const struct demand_day *day, const struct service_config *from,
                             const struct operation_config *to)
{
    return demand_of_service(day, from, one_request, to);
}

struct demand demand_of_queue(const struct demand_day *day, const struct component *queue)
{
    double each[SCENARIO_POPULATIONS_MAX] = { 0 };
    for (int p = 0; p < day->sc->population_count; p++)
        each[p] = per_request(&day->sc->populations[p], NULL, demand_sends, queue);
    return sum_over_day(day, each);
}
